"""Run the code of a guide page, block by block, in one process and one namespace.

The build of the site and the tests share this. A page stays plain Markdown: a ``python`` fence is
code, and a ``text`` fence that follows is what the code prints. Pictures are the SVG files that the
code writes; the build puts them after their block.

    python docs/hooks/pages.py docs/guide/en/*.md    writes what is printed into the pages
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

_FENCES = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)

# Fractions and percentages. Whole numbers are shapes and counts: text, as far as this goes.
_NUMBERS = re.compile(r"-?\d+\.\d+(?:e[+-]\d+)?%?|\d+%")


@dataclass(frozen=True)
class Block:
    """A piece of code of a page."""

    code: str
    line: int  # of the page, where the code begins
    output: str  # what the page says that is printed; empty if it says nothing
    end: int  # the offset in the page behind the code and its output


@dataclass(frozen=True)
class Result:
    """What a block did."""

    printed: str
    figures: dict[str, str]  # the SVG files it wrote: name → content


class PageError(Exception):
    """A block of a page failed."""


def blocks_of(page: str) -> list[Block]:
    """The blocks of a page, in order."""
    return [
        Block(
            code=found["code"],
            line=page.count("\n", 0, found.start("code")) + 1,
            output=found["output"] or "",
            end=found.end(),
        )
        for found in _FENCES.finditer(page)
    ]


def same_output(written: str, printed: str) -> bool:
    """Whether a page says what is printed.

    Another processor adds in another order, so the last digit of a fraction may be off by one, and
    a percentage by two.
    """
    for mine, its in zip_longest(_NUMBERS.split(written), _NUMBERS.split(printed)):
        if mine is None or its is None or (" ".join(mine.split()) != " ".join(its.split())):
            return False
    pairs = zip(_NUMBERS.findall(written), _NUMBERS.findall(printed))
    return all(_close(mine, its) for mine, its in pairs)


def _close(mine: str, its: str) -> bool:
    if mine == its or mine.endswith("%") != its.endswith("%"):
        return mine == its
    unit = Decimal(1).scaleb(Decimal(mine.rstrip("%")).as_tuple().exponent)
    off = abs(Decimal(mine.rstrip("%")) - Decimal(its.rstrip("%")))
    return off <= (2 * unit if mine.endswith("%") else unit)


def run_page(path: Path) -> list[Result]:
    """Runs the blocks of the page at `path` in a process and a folder of their own.

    Raises:
        PageError: A block failed; the message has the traceback, with lines of the page.
    """
    blocks = blocks_of(path.read_text(encoding="utf-8"))
    return _run(tuple(block.code for block in blocks), tuple(block.line for block in blocks), path)


@functools.lru_cache(maxsize=64)
def _run(codes: tuple[str, ...], lines: tuple[int, ...], path: Path) -> list[Result]:
    program = {"codes": codes, "lines": lines, "path": str(path.resolve())}
    # Nothing is downloaded, and nothing depends on the terminal.
    settings = {"GLASSBROOK_MIRRORS": "", "NO_COLOR": "1", "COLUMNS": "100", "MPLBACKEND": "Agg"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-W", "error", str(Path(__file__).resolve()), "--blocks"],
            input=json.dumps(program),
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=folder,
            env={**os.environ, **settings, "PYTHONIOENCODING": "utf-8"},
            check=False,
        )
    if done.returncode:
        raise PageError(f"{path}: a block of code failed.\n{done.stderr}")
    return [Result(**each) for each in json.loads(done.stdout)]


def with_outputs(path: Path) -> str:
    """The text of the page at `path`, with what its blocks print now."""
    page = path.read_text(encoding="utf-8")
    pieces, position = [], 0
    for block, result in zip(blocks_of(page), run_page(path)):
        code_ends = page.index("```\n", page.index(block.code, position) + len(block.code)) + 4
        pieces.append(page[position:code_ends])
        if same_output(block.output, result.printed):
            pieces.append(page[code_ends : block.end])
        elif result.printed:
            pieces.append(f"\n```text\n{result.printed}```\n")
        position = block.end
    return "".join([*pieces, page[position:]])


# ---------------------------------------------------------------------------------------------
# In the process of the page


def _run_blocks(codes: Sequence[str], lines: Sequence[int], path: str) -> list[dict[str, Any]]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    results = []
    for code, line in zip(codes, lines):
        before = _figures()
        # Empty lines first, so that a traceback names the line of the page.
        program = compile("\n" * (line - 1) + code, path, "exec")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(program, namespace)
        text = "\n".join(each.rstrip() for each in printed.getvalue().splitlines()).rstrip("\n")
        after = _figures()
        new = {name: svg for name, (svg, time) in after.items() if before.get(name) != (svg, time)}
        results.append({"printed": text + "\n" if text else "", "figures": new})
    return results


def _figures() -> dict[str, tuple[str, int]]:
    return {
        path.name: (path.read_text(encoding="utf-8"), path.stat().st_mtime_ns)
        for path in sorted(Path().glob("*.svg"))
    }


def main(arguments: Sequence[str]) -> None:
    """Writes what is printed into the pages named, or runs the blocks that come on stdin."""
    if list(arguments) == ["--blocks"]:
        program = json.load(sys.stdin)
        json.dump(_run_blocks(program["codes"], program["lines"], program["path"]), sys.stdout)
        return
    for argument in arguments:
        path = Path(argument)
        try:
            path.write_text(with_outputs(path), encoding="utf-8")
        except PageError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
