"""What a derivation is made of, however it is written: headings, sentences, equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glassbrook.derivations.expression import Expression
from glassbrook.derivations.values import Values

__all__ = ["Block", "Document", "Equation", "Heading", "Paragraph", "Part", "Side", "Total"]

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
