"""The table of TensorFlow's public names in docs/names.md: which of them are here.

``python -m tests.parity.names`` writes it anew, in the environment of `make parity`; with
``--print``, it goes to stdout.
"""

from __future__ import annotations

import importlib
import pathlib
import sys
import types
from collections.abc import Iterator
from typing import Any

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "names.md"

# Generated wrappers, other versions of the interface, and what is private by intention.
SKIPPED = frozenset({"tf.raw_ops", "tf.compat", "tf.keras.api", "tf.lite", "tf.mlir", "tf.tpu"})
# Where modules of the public interface live; others only happen to be imported there.
_PUBLIC = ("tensorflow._api", "keras.", "tensorboard.summary")
_HEADING = """# TensorFlow's public names

For every public name of `tf` and `tf.keras` in TensorFlow {version}: whether Glassbrook has it.
`make names` writes this page. Left out are generated wrappers (`tf.raw_ops`), TensorFlow 1
(`tf.compat`), and what belongs to other devices and formats (`tf.lite`, `tf.mlir`, `tf.tpu`).

{here} of {count} names are here. What scripts of courses and books call is here but for what
[differences.md](differences.md) names; most of the rest is `keras.applications`, complex numbers,
distributed training, linear operators, and quantized types.

| Module | Here | Of |
|---|---:|---:|
"""


def modules(root: Any, name: str = "tf") -> Iterator[tuple[str, Any]]:
    """The public modules below one, parents first, each once."""
    seen: set[int] = set()

    def walk(name: str, module: Any) -> Iterator[tuple[str, Any]]:
        if id(module) in seen or name in SKIPPED:
            return
        seen.add(id(module))
        yield name, module
        for child in sorted(public(module)):
            value = getattr(module, child, None)
            if isinstance(value, types.ModuleType) and value.__name__.startswith(_PUBLIC):
                yield from walk(f"{name}.{child}", value)

    yield from walk(name, root)


def public(module: Any) -> set[str]:
    """The names of a module that are meant for users."""
    return {
        name
        for name in dir(module)
        if not name.startswith("_") and not f"{name}".endswith("_v2") and name != "api"
    }


def reached(root: Any, path: str) -> Any:
    """What a dotted path names, or `None`."""
    value = root
    for part in path.split(".")[1:]:
        value = getattr(value, part, None)
        if value is None:
            return None
    return value


def page(tensorflow: Any, glassbrook: Any) -> str:
    """The text of the page."""
    rows, sections, total, present = [], [], 0, 0
    for path, module in modules(tensorflow):
        names = public(module)
        if not names:
            continue
        ours = reached(glassbrook, path)
        here = sorted(name for name in names if ours is not None and hasattr(ours, name))
        missing = sorted(names - set(here))
        total, present = total + len(names), present + len(here)
        anchor = path.replace(".", "").lower()
        rows.append(f"| [`{path}`](#{anchor}) | {len(here)} | {len(names)} |")
        sections.append(f"\n## {path}\n")
        if here:
            sections.append("Here: " + ", ".join(f"`{name}`" for name in here) + ".\n")
        if missing:
            sections.append("Not here: " + ", ".join(f"`{name}`" for name in missing) + ".\n")
    heading = _HEADING.format(version=tensorflow.__version__, here=present, count=total)
    return heading + "\n".join(rows) + "\n" + "\n".join(sections)


if __name__ == "__main__":
    text = page(importlib.import_module("tensorflow"), importlib.import_module("glassbrook"))
    if "--print" in sys.argv:
        print(text, end="")
    else:
        PAGE.write_text(text, encoding="utf-8")
