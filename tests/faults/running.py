"""Run a script as it stands, and mended; gather what is said about it."""

from __future__ import annotations

import contextlib
import io
import linecache
import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glassbrook.keras.naming import reset_names

_FAULT = re.compile(r"^(\s*)(.*?)\s*# mend:(.*)$")


@dataclass
class Outcome:
    """What came of a script.

    Attributes:
        said: what was printed, warned and raised.
        warned: how many warnings there were.
        lines: the lines of the script at which warnings point.
        names: its variables.
    """

    said: str = ""
    warned: int = 0
    lines: list[int] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)


def faulty_lines(source: str) -> list[int]:
    """The numbers of the lines that hold the fault."""
    return [number for number, line in enumerate(source.splitlines(), 1) if "# mend:" in line]


def mended(source: str) -> str:
    """The script with its faults mended; a fault without a mend is left out."""

    def line(text: str) -> str:
        match = _FAULT.match(text)
        return text if match is None else match[1] + match[3].strip()

    return "\n".join(map(line, source.splitlines())) + "\n"


def run(path: Path, source: str) -> Outcome:
    """Run a script in this process."""
    reset_names()
    outcome = Outcome(names={"__name__": "__main__"})
    printed = io.StringIO()
    name = f"<{path.stem} of {id(outcome)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        try:
            exec(compile(source, name, "exec"), outcome.names)
        except Exception as error:
            printed.write(f"{type(error).__name__}: {error}\n{getattr(error, '__notes__', '')}")
    outcome.warned = len(caught)
    outcome.lines = [each.lineno for each in caught if each.filename == name]
    outcome.said = "\n".join([printed.getvalue(), *(str(each.message) for each in caught)])
    return outcome
