"""What a derivation is made of, however it is written: headings, sentences, equations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from glassbrook.derivations.expression import Expression
from glassbrook.derivations.values import Entries, Values

__all__ = [
    "Block",
    "Document",
    "Equation",
    "Heading",
    "Paragraph",
    "Part",
    "Side",
    "Total",
    "side_by",
]

Part = str | Expression


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above a section; level 1 is the title."""

    parts: Sequence[Part]
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words, with formulas among them."""

    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Total:
    """Numbers that are added up."""

    terms: Sequence[Values]


Side = Expression | Values | Total


@dataclass(frozen=True, slots=True)
class Equation:
    """One quantity, and in turn what it is equal to: a formula, the same with numbers, a value.

    Attributes:
        left: the quantity.
        right: what it is equal to.
        note: what else there is to say, such as its shape.
    """

    left: Expression
    right: Sequence[Side]
    note: str = ""


Block = Heading | Paragraph | Equation
Document = Sequence[Block]


def side_by(
    side: Side,
    formula: Callable[[Expression], str],
    numbers: Callable[[Entries], str],
    plus: str = " + ",
    brackets: tuple[str, str] = ("(", ")"),
) -> str:
    """One side of an equation, written out.

    Args:
        side: the side.
        formula: writes a formula.
        numbers: writes a number, or rows of them.
        plus: what stands between terms.
        brackets: what stands around a number behind a plus that has a sign of its own.
    """
    match side:
        case Values(entries):
            return numbers(entries)
        case Total(terms):
            written = [numbers(each.entries) for each in terms]
            opening, closing = brackets
            others = [
                f"{opening}{text}{closing}" if each.is_negative_number else text
                for each, text in zip(terms[1:], written[1:], strict=True)
            ]
            return plus.join([written[0], *others])
    return formula(side)
