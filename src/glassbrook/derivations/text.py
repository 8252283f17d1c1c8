"""Formulas as one line of plain text, with the signs of mathematics: ``∂L/∂z · o · (1 - o)``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from glassbrook.derivations.expression import Expression, Symbol
from glassbrook.derivations.functions import sign_of
from glassbrook.derivations.notation import Binding, Notation

__all__ = ["symbol_text", "text_of"]

_NAMES = {"pi": "π"}
_SIGNS = {"−": "-", "@": " ", "": "", ",": ", "}
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LOWERED = str.maketrans("0123456789+-hijklmnopstux", "₀₁₂₃₄₅₆₇₈₉₊₋ₕᵢⱼₖₗₘₙₒₚₛₜᵤₓ")
_NUMBERED = re.compile(r"([a-z]+)(\d+)")


def text_of(expression: Expression) -> str:
    """The formula as text.

    Example:
        >>> from glassbrook.derivations.expression import parse
        >>> text_of(parse("-g * x / y**2"))
        '-g · x / y²'
        >>> text_of(parse("g * 2 * x + T(x) @ g"))
        'g · 2x + xᵀ g'
    """
    return _TEXT.write(expression)


def symbol_text(symbol: Symbol) -> str:
    """A symbol as text: ``W₁``."""
    return symbol.base + symbol.index.translate(_LOWERED) + symbol.at


class _Text(Notation):
    is_flat = True
    marks_tensors = False

    def number(self, digits: str) -> str:
        return digits

    def name(self, name: str) -> str:
        if match := _NUMBERED.fullmatch(name):
            return match[1] + match[2].translate(_LOWERED)
        return _NAMES.get(name, name)

    def symbol(self, symbol: Symbol) -> str:
        return symbol_text(symbol)

    def function(self, name: str) -> str:
        return sign_of(name)

    def sign(self, sign: str) -> str:
        return _SIGNS.get(sign, f" {sign} ")

    def row(self, parts: Iterable[str]) -> str:
        return "".join(parts)

    def brackets(self, inner: str, pair: str = "()") -> str:
        return pair[0] + inner + pair[1]

    def partial(self, of: str, by: str) -> str:
        return f"∂{of}/∂{by}"

    def fraction(self, above: str, below: str) -> str:
        return f"{above} / {below}"

    def power(self, base: str, exponent: Expression) -> str:
        written = self.write(exponent)
        if written.removeprefix("-").isdecimal():
            return base + written.translate(_RAISED)
        return f"{base}^{self.within(exponent, Binding.ATOM)}"

    def root(self, of: Expression) -> str:
        return f"√{self.within(of, Binding.ATOM)}"

    def transposed(self, of: str) -> str:
        return f"{of}ᵀ"

    def subscripted(self, base: str, index: Expression) -> str:
        written = self.write(index)
        can_be_lowered = all(ord(sign) in _LOWERED for sign in written)
        return base + written.translate(_LOWERED) if can_be_lowered else f"{base}[{written}]"


_TEXT = _Text()
