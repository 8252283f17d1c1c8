r"""Formulas as LaTeX: ``\frac{\partial L}{\partial \mathbf{W}_{1}}``.

Only what LaTeX with amsmath, MathJax, KaTeX and Matplotlib know is used; Matplotlib lacks ``\&``.
Vectors and matrices are bold. Two of them are multiplied element by element with ``\odot`` and as
matrices without a sign; where a number takes part, the sign is ``\cdot``, or none before a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from glassbrook.derivations.expression import Expression, Symbol
from glassbrook.derivations.functions import FUNCTIONS
from glassbrook.derivations.notation import Notation

__all__ = ["latex_of"]

_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
        "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi "
        "Omega".split(),
        strict=True,
    )
)
_SIGNS = {
    "−": "-",
    "·": r" \cdot ",
    "⊙": r" \odot ",
    "<": " < ",
    "≤": r" \leq ",
    "≥": r" \geq ",
    "≠": r" \neq ",
    "@": r" \, ",
    ",": ", ",
    "": " ",
}
_BRACKETS = {
    "()": ("(", ")"),
    "[]": ("[", "]"),
    "||": ("|", "|"),
    "⌊⌋": (r"\lfloor ", r" \rfloor"),
    "⌈⌉": (r"\lceil ", r" \rceil"),
}
# Signs that mean something to LaTeX, and how they are written when they stand for themselves.
_ESCAPED = {
    **{sign: "\\" + sign for sign in "#$%&_{}"},
    "\\": r"\backslash ",
    "^": r"\wedge ",
    "~": r"\sim ",
}
_PLAIN = re.compile(r"[A-Za-z0-9()\[\].:;!?+=/|,]")
_NUMBERED = re.compile(r"([a-z]+)(\d+)")


def latex_of(expression: Expression) -> str:
    r"""The formula in LaTeX, to be put between dollar signs or into an equation.

    What users name their tensors is escaped. In a page of HTML, ``&``, ``<`` and ``>`` are yet to
    be escaped as in any other text.

    Example:
        >>> from glassbrook.derivations.expression import Partial, parse
        >>> print(latex_of(parse("o * (1 - o)")))
        o \cdot (1 - o)
        >>> print(latex_of(Partial(Symbol("L"), Symbol("W", "1", bold=True))))
        \frac{\partial L}{\partial \mathbf{W}_{1}}
    """
    return _LATEX.write(expression)


class _Latex(Notation):
    def number(self, digits: str) -> str:
        return {"∞": r"\infty", "NaN": r"\mathrm{NaN}"}.get(digits, digits)

    def name(self, name: str) -> str:
        if match := _NUMBERED.fullmatch(name):
            return f"{_word(match[1])}_{{{match[2]}}}"
        return r"\pi" if name == "pi" else _word(name)

    def symbol(self, symbol: Symbol) -> str:
        written = _word(symbol.base, bold=symbol.bold)
        if symbol.index:
            written += f"_{{{_escape(symbol.index)}}}"
        # A colon on its own is a relation to LaTeX, with space on both sides.
        return written + _escape(symbol.at.replace(" ", "")).replace(":", "{:}")

    def function(self, name: str) -> str:
        known = FUNCTIONS.get(name)
        if known is not None and known.latex:
            return known.latex
        return rf"\operatorname{{{_escape(name if known is None else known.sign)}}}"

    def sign(self, sign: str) -> str:
        return _SIGNS.get(sign, f" {sign} ")

    def row(self, parts: Iterable[str]) -> str:
        return "".join(parts)

    def brackets(self, inner: str, pair: str = "()") -> str:
        left, right = _BRACKETS[pair]
        if r"\frac" in inner:  # what is tall wants tall brackets
            return rf"\left{left} {inner} \right{right.lstrip()}"
        return left + inner + right

    def partial(self, of: str, by: str) -> str:
        return rf"\frac{{\partial {of}}}{{\partial {by}}}"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: Expression) -> str:
        return f"{base}^{{{self.write(exponent)}}}"

    def root(self, of: Expression) -> str:
        return rf"\sqrt{{{self.write(of)}}}"

    def transposed(self, of: str) -> str:
        return rf"{of}^{{\mathsf{{T}}}}"

    def subscripted(self, base: str, index: Expression) -> str:
        return f"{base}_{{{self.write(index)}}}"


def _word(name: str, *, bold: bool = False) -> str:
    """A letter in italics or a word in upright letters; both upright and bold for tensors."""
    if name in _GREEK:
        letter = f"\\{_GREEK[name]}"
        return rf"\boldsymbol{{{letter}}}" if bold else letter
    if len(name) == 1 and name.isascii() and name.isalpha() and not bold:
        return name
    return rf"\{'mathbf' if bold else 'mathrm'}{{{_escape(name)}}}"


def _escape(text: str) -> str:
    return "".join(map(_escape_sign, text))


def _escape_sign(sign: str) -> str:
    if sign in _ESCAPED:
        return _ESCAPED[sign]
    if _PLAIN.fullmatch(sign):
        return sign
    if sign in _GREEK:
        return rf"\{_GREEK[sign]} "
    return rf"\text{{{sign}}}" if sign.isprintable() and sign != " " else "\\ "


_LATEX = _Latex()
