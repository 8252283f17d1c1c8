"""Formulas as trees: read from the text beside a gradient rule, put together, simplified.

The text is a Python expression, of which a few forms count: names, numbers, ``+ - * / ** @``, calls
and one comparison. What the names stand for is up to who writes the formula out: a `Symbol`
takes the place of a name.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = [
    "ONE",
    "Binary",
    "Call",
    "Comparison",
    "Expression",
    "Name",
    "Negative",
    "Number",
    "Partial",
    "Symbol",
    "added",
    "factors",
    "multiplied",
    "names_in",
    "parse",
    "simplify",
    "substitute",
]


@dataclass(frozen=True, slots=True)
class Number:
    """A number: ``0.5``."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A name that stands for something: ``x``, or ``pi``."""

    name: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a reader sees for a tensor: a letter or word, and an index below it.

    Attributes:
        base: the letter or word, such as ``W`` or ``loss``.
        index: what is written below it, such as ``1``; may be empty.
        bold: whether it is a vector, a matrix or more.
        at: which of its elements are meant, such as ``[:, 7]``; all by default.
    """

    base: str
    index: str = ""
    bold: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class Partial:
    """The derivative of `of` with respect to `by`: ∂L/∂W."""

    of: Symbol
    by: Symbol


@dataclass(frozen=True, slots=True)
class Negative:
    """``-x``."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and one of ``+ - * / ** @``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison:
    """1 where it holds, 0 elsewhere: ``[x > 0]``, with one of ``< <= > >= == !=``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments: ``exp(x)``."""

    function: str
    arguments: tuple[Expression, ...]


Expression = Number | Name | Symbol | Partial | Negative | Binary | Comparison | Call

ONE = Number(1)
_ZERO = Number(0)

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.MatMult: "@",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


@functools.cache
def parse(text: str) -> Expression:
    """The tree of a formula.

    Raises:
        ValueError: it is not one.
    """
    return _read(ast.parse(text, mode="eval").body, text)


def _read(part: ast.expr, text: str) -> Expression:
    match part:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Number(value)
        case ast.Name(id=name):
            return Name(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Negative(_read(operand, text))
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return Binary(_OPERATORS[type(operator)], _read(left, text), _read(right, text))
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if (
            type(operator) in _COMPARISONS
        ):
            return Comparison(_COMPARISONS[type(operator)], _read(left, text), _read(right, text))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return Call(name, tuple(_read(each, text) for each in arguments))
    raise ValueError(f"{text!r} is no formula: {ast.unparse(part)!r} has no meaning in one.")


def substitute(expression: Expression, meanings: Mapping[str, Expression]) -> Expression:
    """The same formula with expressions in place of names."""
    match expression:
        case Name(name):
            return meanings.get(name, expression)
        case Negative(operand):
            return Negative(substitute(operand, meanings))
        case Binary(operator, left, right):
            return Binary(operator, substitute(left, meanings), substitute(right, meanings))
        case Comparison(operator, left, right):
            return Comparison(operator, substitute(left, meanings), substitute(right, meanings))
        case Call(function, arguments):
            return Call(function, tuple(substitute(each, meanings) for each in arguments))
    return expression


def names_in(expression: Expression) -> frozenset[str]:
    """The names that a formula speaks of; those of functions do not count."""
    match expression:
        case Name(name):
            return frozenset({name})
        case Negative(operand):
            return names_in(operand)
        case Binary(_, left, right) | Comparison(_, left, right):
            return names_in(left) | names_in(right)
        case Call(_, arguments):
            return frozenset().union(*map(names_in, arguments))
    return frozenset()


def factors(expression: Expression) -> list[Expression]:
    """What is multiplied, element by element, to give `expression`."""
    if isinstance(expression, Binary) and expression.operator == "*":
        return [*factors(expression.left), *factors(expression.right)]
    return [expression]


def multiplied(parts: Iterable[Expression]) -> Expression:
    """The product of at least one formula, element by element."""
    return functools.reduce(lambda left, right: Binary("*", left, right), parts)


def added(terms: Iterable[Expression]) -> Expression:
    """The sum of at least one formula."""
    return functools.reduce(lambda left, right: Binary("+", left, right), terms)


def simplify(expression: Expression) -> Expression:
    """The same formula without factors of 1, terms of 0 and doubled signs."""
    match expression:
        case Negative(operand):
            inner = simplify(operand)
            if isinstance(inner, Negative):
                return inner.operand
            return _ZERO if inner == _ZERO else Negative(inner)
        case Binary(operator, left, right):
            return _simplify_binary(operator, simplify(left), simplify(right))
        case Comparison(operator, left, right):
            return Comparison(operator, simplify(left), simplify(right))
        case Call(function, arguments):
            return Call(function, tuple(map(simplify, arguments)))
    return expression


def _simplify_binary(operator: str, left: Expression, right: Expression) -> Expression:
    if isinstance(left, Number) and isinstance(right, Number) and operator in "+-":
        return Number(left.value + right.value if operator == "+" else left.value - right.value)
    match operator:
        case "*":
            if _ZERO in (left, right):
                return _ZERO
            if left == ONE:
                return right
            if right == ONE:
                return left
            if isinstance(left, Negative):
                return simplify(Negative(Binary("*", left.operand, right)))
        case "/":
            if right == ONE or left == _ZERO:
                return left
            if isinstance(left, Negative):
                return simplify(Negative(Binary("/", left.operand, right)))
        case "+":
            if left == _ZERO:
                return right
            if right == _ZERO:
                return left
        case "-":
            if right == _ZERO:
                return left
        case "**":
            if right == ONE:
                return left
    return Binary(operator, left, right)
