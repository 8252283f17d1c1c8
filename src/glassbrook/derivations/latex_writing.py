"""A derivation as LaTeX, and as Markdown with LaTeX between dollar signs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from glassbrook.derivations.document import (
    Block,
    Document,
    Equation,
    Heading,
    Part,
    Side,
    side_by,
)
from glassbrook.derivations.latex import latex_of
from glassbrook.derivations.values import ELLIPSIS, Entries

__all__ = ["as_latex", "as_markdown"]

_SECTIONS = {1: "section*", 2: "subsection*", 3: "paragraph"}
# Signs that mean something to LaTeX, or to Markdown, in the middle of words.
_ESCAPED = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "_": r"\_",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "^": r"\^{}",
    "~": r"\~{}",
    "δ": r"$\delta$",
    "η": r"$\eta$",
    "…": r"\dots{}",
}
_WORDS = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\text{NaN}"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SCIENTIFIC = re.compile(rf"({_NUMBER.pattern})e([+-]\d+)")
_MARKED = str.maketrans({sign: "\\" + sign for sign in "\\`*_{}[]<>#|$"})


def as_latex(document: Document) -> str:
    """The document as LaTeX for the inside of a document that uses amsmath."""
    return "\n".join(line for block in document for line in _latex_lines(block)) + "\n"


def as_markdown(document: Document) -> str:
    """The document as Markdown; formulas stand between dollar signs."""
    return "\n\n".join("\n".join(_markdown_lines(block)) for block in document) + "\n"


def _latex_lines(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"\\{_SECTIONS[block.level]}{{{_inline(block.parts, _latex_words)}}}"
    elif isinstance(block, Equation):
        yield r"\begin{equation*}\begin{aligned}"
        yield from _aligned(block)
        yield r"\end{aligned}\end{equation*}"
    else:
        yield _inline(block.parts, _latex_words)
        yield ""


def _markdown_lines(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {_inline(block.parts, _markdown_words)}"
    elif isinstance(block, Equation):
        yield "$$"
        yield r"\begin{aligned}"
        yield from _aligned(block)
        yield r"\end{aligned}"
        yield "$$"
    else:
        yield _inline(block.parts, _markdown_words)


def _inline(parts: Sequence[Part], words: Callable[[str], str]) -> str:
    return "".join(
        words(part) if isinstance(part, str) else f"${latex_of(part)}$" for part in parts
    )


def _latex_words(text: str) -> str:
    return "".join(_ESCAPED.get(sign, sign) for sign in text)


def _markdown_words(text: str) -> str:
    return text.translate(_MARKED)


def _aligned(equation: Equation) -> Iterator[str]:
    left = latex_of(equation.left)
    last = len(equation.right) - 1
    for number, right in enumerate(equation.right):
        note = ""
        if number == last and equation.note:
            note = f" && \\text{{({_latex_words(equation.note)})}}"
        end = "" if number == last else r" \\"
        yield f"{left if number == 0 else ''} &= {_side(right)}{note}{end}"


def _side(side: Side) -> str:
    return side_by(side, latex_of, _matrix)


def _matrix(entries: Entries) -> str:
    """A number, or a matrix of rows; with more axes, a row of matrices."""
    if isinstance(entries, str):
        return _number(entries)
    if all(isinstance(row, str) for row in entries):
        return _bracketed([entries])
    if all(isinstance(row, str) or all(isinstance(each, str) for each in row) for row in entries):
        widest = max(len(row) for row in entries if not isinstance(row, str))
        return _bracketed(
            [(r"\vdots",) * widest if isinstance(row, str) else row for row in entries]
        )
    return r",\; ".join(map(_matrix, entries))


def _bracketed(rows: Sequence[Entries]) -> str:
    lines = r" \\ ".join(" & ".join(_number(str(each)) for each in row) for row in rows)
    return rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}"


def _number(text: str) -> str:
    if text == ELLIPSIS:
        return r"\cdots"
    if match := _SCIENTIFIC.fullmatch(text):
        return rf"{match[1]} \cdot 10^{{{int(match[2])}}}"
    if _NUMBER.fullmatch(text):
        return text
    return _WORDS.get(text) or rf"\text{{{_latex_words(text)}}}"
