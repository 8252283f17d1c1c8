"""Formulas as MathML, which browsers show by themselves.

Only elements and attributes of MathML Core are used. Bold letters are those that Unicode has for
mathematics: Core knows no other way to make an identifier bold.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from glassbrook.derivations.expression import Expression, Symbol
from glassbrook.derivations.functions import sign_of
from glassbrook.derivations.notation import Notation

__all__ = ["math_element", "mathml_of"]

_BOLD = {
    ord(first) + place: start + place
    for first, start, count in (
        ("A", 0x1D400, 26),
        ("a", 0x1D41A, 26),
        ("0", 0x1D7CE, 10),
        ("Α", 0x1D6A8, 17),
        ("Σ", 0x1D6BA, 7),
        ("α", 0x1D6C2, 25),
    )
    for place in range(count)
}
# Nothing is seen, but a screen reader says times.
_INVISIBLE_TIMES = "\u2062"
_FUNCTION_OF = "\u2061"
_SIGNS = {"-": "−", "@": _INVISIBLE_TIMES, "": _INVISIBLE_TIMES}
_NAMES = {"pi": "π"}
_NUMBERED = re.compile(r"([a-z]+)(\d+)")
# What XML does not allow in a document, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def mathml_of(expression: Expression) -> str:
    """The formula as one element of MathML, to be put into a `math_element`.

    Example:
        >>> from glassbrook.derivations.expression import parse
        >>> mathml_of(parse("1 / x"))
        '<mfrac><mn>1</mn><mi>x</mi></mfrac>'
    """
    return _MATHML.write(expression)


def math_element(*parts: str, block: bool = False) -> str:
    """A formula of a page: elements of MathML beside each other.

    Args:
        parts: elements, such as `mathml_of` gives.
        block: whether it stands on a line of its own.

    Example:
        >>> from glassbrook.derivations.expression import parse
        >>> math_element(mathml_of(parse("x")), "<mo>=</mo>", mathml_of(parse("2")))
        '<math><mrow><mi>x</mi><mo>=</mo><mn>2</mn></mrow></math>'
    """
    inner = _MATHML.row(parts)
    return f'<math display="block">{inner}</math>' if block else f"<math>{inner}</math>"


class _MathML(Notation):
    def number(self, digits: str) -> str:
        return _element("mn", digits)

    def name(self, name: str) -> str:
        if match := _NUMBERED.fullmatch(name):
            return _below(_element("mi", match[1]), _element("mn", match[2]))
        return _element("mi", _NAMES.get(name, name))

    def symbol(self, symbol: Symbol) -> str:
        base = symbol.base.translate(_BOLD) if symbol.bold else symbol.base
        written = _element("mi", base)
        if symbol.index:
            written = _below(written, self._index(symbol.index))
        return self.row([written, _element("mtext", symbol.at)]) if symbol.at else written

    def _index(self, index: str) -> str:
        if index.isalpha():
            # Letters apart from each other: two in one element would be an upright word.
            return self.row(_element("mi", letter) for letter in index)
        return _element("mn" if index.isdecimal() else "mtext", index)

    def function(self, name: str) -> str:
        return _element("mi", sign_of(name))

    def sign(self, sign: str) -> str:
        return _element("mo", _SIGNS.get(sign, sign))

    def row(self, parts: Iterable[str]) -> str:
        parts = list(parts)
        return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"

    def brackets(self, inner: str, pair: str = "()") -> str:
        return self.row([_element("mo", pair[0]), inner, _element("mo", pair[1])])

    def partial(self, of: str, by: str) -> str:
        sign = _element("mo", "∂")
        return self.fraction(self.row([sign, of]), self.row([sign, by]))

    def fraction(self, above: str, below: str) -> str:
        return f"<mfrac>{above}{below}</mfrac>"

    def power(self, base: str, exponent: Expression) -> str:
        return f"<msup>{base}{self.write(exponent)}</msup>"

    def root(self, of: Expression) -> str:
        return f"<msqrt>{self.write(of)}</msqrt>"

    def transposed(self, of: str) -> str:
        return f'<msup>{of}<mi mathvariant="normal">T</mi></msup>'

    def subscripted(self, base: str, index: Expression) -> str:
        return _below(base, self.write(index))

    def applied(self, function: str, arguments: str) -> str:
        return self.row([function, _element("mo", _FUNCTION_OF), self.brackets(arguments)])


def _element(tag: str, text: str) -> str:
    return f"<{tag}>{html.escape(_FORBIDDEN.sub('�', text), quote=False)}</{tag}>"


def _below(base: str, index: str) -> str:
    return f"<msub>{base}{index}</msub>"


_MATHML = _MathML()
