"""A derivation as plain text."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from textwrap import wrap

from glassbrook.derivations.document import (
    Block,
    Document,
    Equation,
    Heading,
    Part,
    Side,
    Total,
    side_by,
)
from glassbrook.derivations.expression import Binary, Expression
from glassbrook.derivations.text import text_of
from glassbrook.derivations.values import Entries, Values

__all__ = ["as_text"]

_WIDTH = 100
_INDENT = "  "
_EQUALS = " = "


def as_text(document: Document) -> str:
    """The document in lines of at most a hundred signs, unless names are long: for a terminal."""
    return "\n".join(line for block in document for line in _lines(block)).strip() + "\n"


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        title = _inline(block.parts)
        yield from ([""] if block.level < 3 else [])
        yield title if block.level < 3 else _INDENT + title
        if block.level < 3:
            yield ("=" if block.level == 1 else "-") * len(title)
    elif isinstance(block, Equation):
        yield from _equation(block)
    else:
        words = _inline(block.parts)
        yield from wrap(words, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _inline(parts: Sequence[Part]) -> str:
    return "".join(part if isinstance(part, str) else text_of(part) for part in parts)


def _equation(equation: Equation) -> Iterator[str]:
    """On one line if there is room, else one line for each side, and for each row of numbers."""
    left = _INDENT * 2 + text_of(equation.left)
    note = f"   ({equation.note})" if equation.note else ""
    line = " = ".join([left, *map(_side, equation.right)])
    if len(line) + len(note) <= _WIDTH:
        yield line + note
        return
    sides = _sides(equation.right, note, len(left))
    if max(map(len, itertools.chain(*sides))) > _WIDTH - len(left) - len(_EQUALS):
        # Below the left side there is more room than beside it.
        yield left
        left = _INDENT * 3
        sides = _sides(equation.right, note, len(left))
    for number, (first, *others) in enumerate(sides):
        yield f"{left if number == 0 else ' ' * len(left)}{_EQUALS}{first}"
        yield from (" " * len(left + _EQUALS) + each for each in others)


def _sides(right: Sequence[Side], note: str, indent: int) -> list[list[str]]:
    """The lines of each side of an equation, behind an indent and the sign."""
    room = _WIDTH - indent - len(_EQUALS)
    *others, last = (_side_lines(each, room) for each in right)
    if len(last[-1]) + len(note) <= room:
        return [*others, [*last[:-1], last[-1] + note]]
    return [*others, [*last, *wrap(note.strip(), max(room, _WIDTH // 2))]]


def _side(side: Side) -> str:
    return side_by(side, text_of, lambda entries: Values(entries).text)


def _side_lines(side: Side, room: int) -> list[str]:
    match side:
        case Values(entries):
            return _rows(entries, room)
        case Total(terms) if len(_side(side)) > room:
            blocks = [_rows(term.entries, room - 2) for term in terms]
            return [
                f"{'+ ' if block and not row else '  '}{line}"
                for block, lines in enumerate(blocks)
                for row, line in enumerate(lines)
            ]
    text = _side(side)
    if len(text) <= room or isinstance(side, Total):
        return [text]
    first, *others = map(text_of, _terms(side))
    return [first, *(f"+ {each}" for each in others)]


def _terms(expression: Expression) -> list[Expression]:
    """What is added up to give a formula."""
    match expression:
        case Binary("+", left, right):
            return [*_terms(left), right]
    return [expression]


def _rows(entries: Entries, room: int) -> list[str]:
    """Numbers in nested brackets, the outermost axes one below the other if there is no room."""
    text = Values(entries).text
    if isinstance(entries, str) or len(text) <= room or all(map(_is_number, entries)):
        return [text]
    lines: list[str] = []
    for number, each in enumerate(entries):
        inner = _rows(each, room - 2)
        inner[-1] += "]" if number == len(entries) - 1 else ","
        lines += [f"{' ' if lines else '['}{inner[0]}", *(f" {line}" for line in inner[1:])]
    return lines


def _is_number(entries: Entries) -> bool:
    return isinstance(entries, str)
