"""What all ways to write a formula out share: order of reading, brackets, and signs of products.

A formula is a tree; what is written is a line, or a line with things above and below it. Brackets
stand where the line would be read as another tree, and nowhere else: an operation binds its
operands with a certain strength, and what binds more loosely is put in brackets within it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import ClassVar

from glassbrook.derivations.expression import (
    ONE,
    Binary,
    Call,
    Comparison,
    Expression,
    Name,
    Negative,
    Number,
    Partial,
    Symbol,
    factors,
    multiplied,
)
from glassbrook.derivations.functions import FUNCTIONS

__all__ = ["Binding", "Notation"]

COMPARED = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}
_EXACT = 1e9
_ENCLOSED = {"abs": "||", "floor": "⌊⌋", "ceil": "⌈⌉"}


class Binding(IntEnum):
    """How closely the parts of what is written hold together, loosest first."""

    SUM = 0
    NEGATIVE = 1
    PRODUCT = 2
    MATRIX_PRODUCT = 3
    FRACTION = 4
    POWER = 5
    ATOM = 6


class Notation(ABC):
    """A way to write formulas; subclasses say what the pieces look like.

    Attributes:
        is_flat: whether everything stands on one line, fractions and exponents as well.
        marks_tensors: whether a product of tensors, element by element, has a sign of its own: ⊙.
            A factor counts as a tensor if a bold symbol is in it.
    """

    is_flat: ClassVar[bool] = False
    marks_tensors: ClassVar[bool] = True

    def write(self, expression: Expression) -> str:
        """The formula, written out."""
        return self._bound(expression)[0]

    # The pieces.

    @abstractmethod
    def number(self, digits: str) -> str:
        """A number without a sign: ``0.5``."""

    @abstractmethod
    def name(self, name: str) -> str:
        """A letter of a formula, or a letter and an index: ``x1``."""

    @abstractmethod
    def symbol(self, symbol: Symbol) -> str:
        """A tensor."""

    @abstractmethod
    def function(self, name: str) -> str:
        """What stands before the arguments of a function."""

    @abstractmethod
    def sign(self, sign: str) -> str:
        """A sign between operands; ``@`` between matrices, and nothing where none is seen."""

    @abstractmethod
    def row(self, parts: Iterable[str]) -> str:
        """Parts beside each other."""

    @abstractmethod
    def brackets(self, inner: str, pair: str = "()") -> str:
        """Something in a pair of brackets."""

    @abstractmethod
    def partial(self, of: str, by: str) -> str:
        """∂of / ∂by."""

    @abstractmethod
    def fraction(self, above: str, below: str) -> str:
        """A quotient; on one line, what is above and below is in brackets as needed."""

    @abstractmethod
    def power(self, base: str, exponent: Expression) -> str:
        """A power; the base is in brackets as needed."""

    @abstractmethod
    def root(self, of: Expression) -> str:
        """The square root."""

    @abstractmethod
    def transposed(self, of: str) -> str:
        """A matrix with its axes exchanged."""

    @abstractmethod
    def subscripted(self, base: str, index: Expression) -> str:
        """A function with a number below it: ``part₁``."""

    def applied(self, function: str, arguments: str) -> str:
        """A function of its arguments."""
        return self.row([function, self.brackets(arguments)])

    # How they are put together.

    def within(self, expression: Expression, at_least: Binding) -> str:
        """The formula as a part of another, in brackets if it binds more loosely than that."""
        written, own = self._bound(expression)
        return written if own >= at_least else self.brackets(written)

    def _bound(self, expression: Expression) -> tuple[str, Binding]:
        match expression:
            case Number(value):
                return self._number(value)
            case Name(name):
                return self.name(name), Binding.ATOM
            case Symbol():
                return self.symbol(expression), Binding.ATOM
            case Partial(of, by):
                return self.partial(self.symbol(of), self.symbol(by)), Binding.FRACTION
            case Negative(operand):
                written = self.within(operand, Binding.PRODUCT)
                return self.row([self.sign("−"), written]), Binding.NEGATIVE
            case Comparison():
                return self._iverson(expression), Binding.ATOM
            case Call():
                return self._call(expression)
            case Binary("+" | "-"):
                return self._sum(expression), Binding.SUM
            case Binary("*"):
                return self._product(factors(expression))
            case Binary("@"):
                return self._matrix_product(expression)
            case Binary("/"):
                return self._quotient(expression)
            case Binary():
                base = self.within(expression.left, Binding.ATOM)
                return self.power(base, expression.right), Binding.POWER

    def _number(self, value: float) -> tuple[str, Binding]:
        if value < 0:
            return self._bound(Negative(Number(-value)))
        if not math.isfinite(value):
            return self.number("∞" if math.isinf(value) else "NaN"), Binding.ATOM
        # Integers in full; of others, no more than the digits that float32 is sure of.
        is_short_integer = value < _EXACT and float(value).is_integer()
        digits, _, exponent = (f"{value:.0f}" if is_short_integer else f"{value:g}").partition("e")
        if not exponent:
            return self.number(digits), Binding.ATOM
        ten = self.power(self.number("10"), Number(int(exponent)))
        if digits == "1":
            return ten, Binding.POWER
        return self.row([self.number(digits), self.sign("·"), ten]), Binding.PRODUCT

    def _sum(self, expression: Binary) -> str:
        left = self.within(expression.left, Binding.SUM)
        right = self.within(expression.right, Binding.PRODUCT)
        return self.row([left, self.sign(expression.operator), right])

    def _product(self, parts: Sequence[Expression]) -> tuple[str, Binding]:
        first, *others = parts
        if negated := _negated(first):
            return self._bound(Negative(multiplied([negated, *others])))
        written = [self._factor(first, is_last=False)]
        for place, after in enumerate(others, 1):
            written.append(self.sign(self._sign_between(parts[:place], after)))
            written.append(self._factor(after, is_last=place == len(others)))
        return self.row(written), Binding.PRODUCT

    def _factor(self, expression: Expression, *, is_last: bool) -> str:
        # a · b / c is one thing wherever its brackets are; a / b · c is not.
        if self.is_flat and is_last and isinstance(expression, Binary):
            if expression.operator == "/" and not _negated(factors(expression.left)[0]):
                return self.write(expression)
        return self.within(expression, Binding.FRACTION)

    def _sign_between(self, before: Sequence[Expression], after: Expression) -> str:
        if isinstance(before[-1], Number) and _is_letter(after):
            return "" if self._number(before[-1].value)[1] is Binding.ATOM else "·"
        if self.marks_tensors and any(map(_is_tensor, before)) and _is_tensor(after):
            return "⊙"
        return "·"

    def _matrix_product(self, expression: Binary) -> tuple[str, Binding]:
        if negated := _negated(expression.left):
            return self._bound(Negative(Binary("@", negated, expression.right)))
        left = self.within(expression.left, Binding.MATRIX_PRODUCT)
        right = self.within(expression.right, Binding.MATRIX_PRODUCT)
        return self.row([left, self.sign("@"), right]), Binding.MATRIX_PRODUCT

    def _quotient(self, expression: Binary) -> tuple[str, Binding]:
        first, *others = factors(expression.left)
        if negated := _negated(first):
            above = multiplied([negated, *others])
            return self._bound(Negative(Binary("/", above, expression.right)))
        if self.is_flat:
            above, below = expression.left, expression.right
            written = self.within(above, Binding.PRODUCT), self.within(below, Binding.POWER)
            return self.fraction(*written), Binding.PRODUCT
        if isinstance(first, Partial):
            # A fraction within a fraction is hard to read.
            rest = Binary("/", multiplied(others) if others else ONE, expression.right)
            return self._product([first, rest])
        written = self.write(expression.left), self.write(expression.right)
        return self.fraction(*written), Binding.FRACTION

    def _iverson(self, expression: Comparison) -> str:
        sign = self.sign(COMPARED[expression.operator])
        inner = self.row([self.write(expression.left), sign, self.write(expression.right)])
        return self.brackets(inner, "[]")

    def _call(self, expression: Call) -> tuple[str, Binding]:
        name, arguments = expression.function, expression.arguments
        match name, arguments:
            case "T", (of,):
                return self.transposed(self.within(of, Binding.ATOM)), Binding.POWER
            case "sqrt", (of,):
                return self.root(of), Binding.POWER if self.is_flat else Binding.ATOM
            case "exp", (of,) if not self.is_flat:
                return self.power(self.name("e"), of), Binding.POWER
            case "holds", (Comparison() as of,):
                return self._iverson(of), Binding.ATOM
            case "holds", (of,):
                return self.brackets(self.write(of), "[]"), Binding.ATOM
            case (("abs" | "floor" | "ceil"), (of,)):
                return self.brackets(self.write(of), _ENCLOSED[name]), Binding.ATOM
        return self._plain_call(name, list(arguments)), Binding.ATOM

    def _plain_call(self, name: str, arguments: list[Expression]) -> str:
        head = self.function(name)
        known = FUNCTIONS.get(name)
        if known is not None and known.subscript is not None and len(arguments) > 1:
            head = self.subscripted(head, arguments.pop(known.subscript))
        written: list[str] = []
        for each in arguments:
            written += [self.sign(","), self.write(each)] if written else [self.write(each)]
        return self.applied(head, self.row(written))


def _negated(expression: Expression) -> Expression | None:
    """What `expression` is the negative of, if it is written with a minus."""
    match expression:
        case Negative(operand):
            return operand
        case Number(value) if value < 0:
            return Number(-value)
    return None


def _is_letter(expression: Expression) -> bool:
    """Whether a number may stand right before it: ``2x``, ``2x²``."""
    match expression:
        case Name(name):
            return len(name) == 1
        case Symbol(base, _, _, at):
            return len(base) == 1 and not at
        case Binary("**", left, _):
            return _is_letter(left)
    return False


def _is_tensor(expression: Expression) -> bool:
    match expression:
        case Symbol():
            return expression.bold
        case Partial(_, by):
            return by.bold
        case Negative(operand):
            return _is_tensor(operand)
        case Binary(_, left, right) | Comparison(_, left, right):
            return _is_tensor(left) or _is_tensor(right)
        case Call(_, arguments):
            return any(map(_is_tensor, arguments))
    return False
