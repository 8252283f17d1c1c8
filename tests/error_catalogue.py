"""docs/errors.md: every class of error and the commonest mistakes, with the messages they give.

``python -m tests.error_catalogue`` writes it anew (`make errors`). What it says comes from the
classes in glassbrook/errors.py and from tests/common_mistakes.py; every program is run for it.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import linecache
import os
import re
import sys
import tempfile
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import glassbrook
from glassbrook import errors
from glassbrook.keras.naming import reset_names
from tests.common_mistakes import MISTAKES

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"
PROGRAM = "program.py"
WIDTH = 100

_HEADING = """# Errors

Every error says what came, what was expected and how to mend it. Notes below the message say where:
the line of your own code, and for a layer its place in the model. This page is written by
`make errors` from the classes themselves; the messages are those that the programs really give.

In the programs, `tf` is Glassbrook (`import glassbrook as tf`) and `np` is NumPy.

"""


def error_of(program: str) -> BaseException:
    """The error that a program ends with, run in an empty folder.

    Raises:
        AssertionError: it ends well.
    """
    linecache.cache[PROGRAM] = (len(program), None, program.splitlines(keepends=True), PROGRAM)
    names: dict[str, Any] = {"tf": glassbrook, "np": np, "__name__": "__main__"}
    reset_names()
    with contextlib.ExitStack() as surroundings:
        folder = surroundings.enter_context(tempfile.TemporaryDirectory())
        surroundings.enter_context(contextlib.chdir(folder))
        surroundings.enter_context(warnings.catch_warnings(action="ignore"))
        for redirect in (contextlib.redirect_stdout, contextlib.redirect_stderr):
            surroundings.enter_context(redirect(io.StringIO()))
        surroundings.enter_context(_module_kept("h5py"))
        try:
            exec(compile(program, PROGRAM, "exec"), names)
        except Exception as error:
            return _of_any_machine(error, folder)
    raise AssertionError(f"The program ends without an error:\n{program}")


@contextlib.contextmanager
def _module_kept(name: str) -> Iterator[None]:
    """Afterwards, a module is imported or not as before: an example pretends that it is missing."""
    before = sys.modules.get(name)
    try:
        yield
    finally:
        sys.modules.pop(name, None)
        if before is not None:
            sys.modules[name] = before


def _of_any_machine(error: Exception, folder: str) -> Exception:
    """The error without what differs from machine to machine: folders, addresses, last digits."""

    def put(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        for each in (os.path.realpath(folder), folder):
            text = text.replace(each, "/home/you")
        text = re.sub(r"0x[0-9a-f]{6,}", "0x7f…", text)
        text = re.sub(r"\[Errno \d+\]", "[Errno …]", text)
        return re.sub(r"\d\.\d{2,}(e[+-]\d+)?", lambda found: f"{float(found[0]):.2g}", text)

    error.args = tuple(put(each) for each in error.args)
    notes = getattr(error, "__notes__", [])
    notes[:] = [put(note) for note in notes]
    return error


def told(error: BaseException) -> str:
    """An error as the last lines of a traceback show it, in lines that fit the page."""
    lines = [f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())]
    wrapped = [
        textwrap.fill(
            line,
            WIDTH,
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for each in lines
        for line in each.splitlines()
    ]
    return "\n".join(wrapped)


def classes() -> list[type[errors.GlassbrookError]]:
    """The classes, each behind those that it derives from, in the order of the module."""
    found: list[type[errors.GlassbrookError]] = []
    places = {name: place for place, name in enumerate(vars(errors))}

    def walk(kind: type[errors.GlassbrookError]) -> None:
        if kind in found or kind.__module__ != errors.__name__:
            return
        found.append(kind)
        for child in sorted(kind.__subclasses__(), key=lambda each: places.get(each.__name__, 0)):
            walk(child)

    walk(errors.GlassbrookError)
    return found


def example_of(kind: type[errors.GlassbrookError]) -> str:
    """The program in a class that ends with an error of that class."""
    return inspect.cleandoc(vars(kind)["example"]) + "\n"


def _tree() -> Iterator[str]:
    for kind in classes():
        indent = "    " * len(_own_bases(kind))
        builtin = "".join(f" (`{each.__name__}`)" for each in _builtin_bases(kind))
        name = kind.__name__
        yield f"{indent}- [`{name}`](#{name.lower()}){builtin}: {_meaning(kind)}"


def _own_bases(kind: type) -> list[type]:
    return [
        each
        for each in kind.__mro__[1:]
        if issubclass(each, errors.GlassbrookError) and each.__module__ == errors.__name__
    ]


def _builtin_bases(kind: type) -> list[type]:
    return [
        each for each in kind.__bases__ if each.__module__ == "builtins" and each is not Exception
    ]


def _meaning(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "").splitlines()[0]


def _section(title: str, text: str, program: str, mend: str) -> str:
    message = told(error_of(program))
    return (
        f"{title}\n\n{text}```python\n{program}```\n\n```text\n{message}\n```\n\n"
        f"**Mend.** {_filled(mend)}\n"
    )


def _filled(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _of_class(kind: type[errors.GlassbrookError]) -> str:
    causes = inspect.cleandoc(vars(kind)["causes"])
    builtins = [each.__name__ for each in _builtin_bases(kind)]
    bases = [f"`{each.__name__}`" for each in kind.__bases__ if each is not Exception]
    derived = f" Derives from {' and '.join(bases)}." if bases else ""
    catch = f" `except {builtins[0]}` catches it, too." if builtins else ""
    text = f"{_meaning(kind)}{derived}{catch}\n\n{causes}\n\n"
    mend = " ".join(inspect.cleandoc(vars(kind)["mend"]).split())
    return _section(f"### {kind.__name__}", text, example_of(kind), mend)


def page() -> str:
    """The text of the page."""
    parts = [_HEADING, "## The commonest mistakes\n\n"]
    parts += [
        _section(
            f"### {each.title}",
            f"An error of class `{each.kind.__name__}`.\n\n",
            each.source,
            each.mend,
        )
        + "\n"
        for each in MISTAKES
    ]
    parts += ["## The classes\n\n", "\n".join(_tree()), "\n\n"]
    parts.append("\n".join(_of_class(kind) for kind in classes()))
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
