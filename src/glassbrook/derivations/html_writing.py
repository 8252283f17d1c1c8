"""A derivation as a fragment of HTML with formulas in MathML, for notebooks and pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from glassbrook.derivations.document import (
    Block,
    Document,
    Equation,
    Heading,
    Part,
    Side,
    side_by,
)
from glassbrook.derivations.mathml import mathml_of
from glassbrook.derivations.values import ELLIPSIS, Entries

__all__ = ["as_html"]

# Colours are those of the surroundings, so that it reads on light and dark grounds.
_STYLE = (
    "<style>.glassbrook-derivation math{font-size:1.05em}"
    ".glassbrook-derivation .equation{margin:.35em 0 .35em 1.5em;"
    "overflow-x:auto;overflow-y:hidden}"
    ".glassbrook-derivation .note{opacity:.75;margin-left:1.5em}"
    ".glassbrook-derivation h5{margin:.8em 0 .2em}</style>"
)
_TAGS = {1: "h3", 2: "h4", 3: "h5"}


def as_html(document: Document) -> str:
    """The document as HTML that needs nothing beside it."""
    blocks = "\n".join(map(_block, document))
    return f'<div class="glassbrook-derivation">{_STYLE}\n{blocks}\n</div>'


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        tag = _TAGS[block.level]
        return f"<{tag}>{_inline(block.parts)}</{tag}>"
    if isinstance(block, Equation):
        note = f'<span class="note">({escape(block.note)})</span>' if block.note else ""
        return f'<div class="equation">{_equation(block)}{note}</div>'
    return f"<p>{_inline(block.parts)}</p>"


def _inline(parts: Sequence[Part]) -> str:
    return "".join(
        escape(part) if isinstance(part, str) else f"<math>{mathml_of(part)}</math>"
        for part in parts
    )


def _equation(equation: Equation) -> str:
    sides = "".join(f"<mo>=</mo>{_side(right)}" for right in equation.right)
    inner = f"{mathml_of(equation.left)}{sides}"
    return f'<math displaystyle="true"><mrow>{inner}</mrow></math>'


def _side(side: Side) -> str:
    return side_by(side, mathml_of, _matrix, "<mo>+</mo>", ("<mo>(</mo>", "<mo>)</mo>"))


def _matrix(entries: Entries) -> str:
    """A number, or a table of rows; with more axes, a row of tables."""
    if isinstance(entries, str):
        return _number(entries)
    rows = list(_rows(entries))
    if not rows:
        return "<mo>,</mo>".join(map(_matrix, entries))
    table = "".join(
        f"<mtr>{''.join(f'<mtd>{_number(each)}</mtd>' for each in row)}</mtr>" for row in rows
    )
    return f"<mrow><mo>[</mo><mtable>{table}</mtable><mo>]</mo></mrow>"


def _rows(entries: tuple[Entries, ...]) -> Iterator[tuple[str, ...]]:
    """The rows of a vector or a matrix; nothing of what has more axes, or no elements."""
    if all(isinstance(each, str) for each in entries):
        if entries:
            yield tuple(str(each) for each in entries)
        return
    widest = max(len(row) for row in entries if not isinstance(row, str))
    for row in entries:
        if isinstance(row, str):
            yield ("⋮",) * widest
        elif all(isinstance(each, str) for each in row):
            yield tuple(str(each) for each in row)


def _number(text: str) -> str:
    if text in (ELLIPSIS, "⋮"):
        return f"<mo>{text}</mo>"
    if text.startswith("-"):
        return f"<mrow><mo>-</mo><mn>{escape(text[1:])}</mn></mrow>"
    return f"<mn>{escape(text)}</mn>"
