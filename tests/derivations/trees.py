"""Formulas at random, and their values: what is written is read again and has to give the same."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np

from glassbrook.derivations.expression import (
    Binary,
    Call,
    Comparison,
    Expression,
    Name,
    Negative,
    Number,
    Partial,
    Symbol,
)

_generator = np.random.default_rng(8)
VALUES = {
    **{name: _generator.uniform(0.5, 2, (2, 2)) for name in "xyzW"},
    "partial": _generator.uniform(0.5, 2, (2, 2)),
}
PARTIAL = Partial(Symbol("L"), Symbol("W", "1", bold=True))
HOSTILE = [
    "layer_1/kernel:0",
    "100%",
    "<script>alert('x')</script>",
    "a&b",
    'say "x"',
    "}{",
    "\\input{secret}",
    "$x$ #1 ^2 ~",
    "θ",
    "größe",
    "bildgröße 图 🙂",
    "line\nbreak\x00end",
    "",
]


def random_formula(chance: random.Random, depth: int) -> Expression:
    """A formula of at most `depth` operations one within another."""
    if depth == 0 or chance.random() < 0.1:
        leaves = [Name("x"), Name("y"), Name("z"), Symbol("W", bold=True), PARTIAL]
        numbers = [Number(2), Number(0.5), Number(-3), Number(1e-7)]
        return chance.choice([*leaves, *numbers])

    def part() -> Expression:
        return random_formula(chance, depth - 1)

    match chance.randrange(12):
        case 0:
            return Negative(part())
        case 1:
            return Binary("**", part(), Number(chance.choice([2, 3, -1])))
        case 2:
            return Call("T", (_matrix(part()),))
        case 3:
            return Binary("@", _matrix(part()), _matrix(part()))
        case 4:
            return Call("sqrt", (Call("abs", (part(),)),))
        case 5:
            return Call("abs", (part(),))
        case 6:
            return Comparison(chance.choice(["<", ">=", "!="]), part(), part())
        case _:
            return Binary(chance.choice("+-**//"), part(), part())


def _matrix(expression: Expression) -> Expression:
    """The same with the shape of a matrix, whatever it is made of."""
    return Binary("+", Name("x"), expression)


def formulas(count: int = 400) -> list[Expression]:
    chance = random.Random(3)
    return [random_formula(chance, chance.randint(1, 4)) for _ in range(count)]


def value(expression: Expression) -> Any:
    """What a formula is worth."""
    match expression:
        case Number(number):
            return np.float64(number)
        case Name(name) | Symbol(name):
            return VALUES[name]
        case Partial():
            return VALUES["partial"]
        case Negative(operand):
            return -value(operand)
        case Comparison(operator, left, right):
            return run(f"1.0 * (left {operator} right)", left=value(left), right=value(right))
        case Binary(operator, left, right):
            return run(f"left {operator} right", left=value(left), right=value(right))
        case Call("T", (of,)):
            return value(of).T
        case Call("sqrt", (of,)):
            return np.sqrt(value(of))
        case Call("abs", (of,)):
            return np.abs(value(of))
    raise AssertionError(expression)


def run(code: str, **values: Any) -> Any:
    """The value of Python code in which the formulas' names stand for their values.

    Brackets around a comparison make numbers of it.
    """
    code = re.sub(r"(?<![\w.])(\d+(\.\d+)?(e-?\d+)?)", r"number(\1)", code)
    known = {"number": np.float64, "sqrt": np.sqrt, "abs": np.abs, "holds": _holds}
    with np.errstate(all="ignore"):
        return eval(code, {"__builtins__": {}}, {**known, **VALUES, **values})


def _holds(truth: Any) -> Any:
    return 1.0 * truth


def same(found: Any, expected: Any) -> bool:
    found, expected = np.broadcast_arrays(found, expected)
    return bool(np.allclose(found, expected, rtol=1e-9, atol=0, equal_nan=True))
