"""Formulas as trees: read, put together, simplified."""

from __future__ import annotations

import pytest

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
    factors,
    names_in,
    parse,
    simplify,
    substitute,
)
from tests.derivations.trees import formulas, same, value

X, Y = Name("x"), Name("y")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("x", X),
        ("0.5", Number(0.5)),
        ("-x**2", Negative(Binary("**", X, Number(2)))),
        ("x - y - x", Binary("-", Binary("-", X, Y), X)),
        ("x + y * x", Binary("+", X, Binary("*", Y, X))),
        ("T(x) @ y", Binary("@", Call("T", (X,)), Y)),
        ("max(x, y)", Call("max", (X, Y))),
        ("x * (y >= 0)", Binary("*", X, Comparison(">=", Y, Number(0)))),
    ],
)
def test_parse(text: str, expected: Expression) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["x and y", "x if y else x", "'x'", "x[0]", "x.T", "f(x, y=1)", "x < y < x", "x % y", "True"],
)
def test_other_python_is_no_formula(text: str) -> None:
    with pytest.raises(ValueError, match="is no formula"):
        parse(text)


@pytest.mark.parametrize("text", ["", "x +", "(x"])
def test_what_is_no_python_is_no_formula(text: str) -> None:
    with pytest.raises(SyntaxError):
        parse(text)


def test_substitute_exchanges_names_everywhere_but_in_calls() -> None:
    found = substitute(parse("-exp(x) * (x > y) + x @ exp"), {"x": Symbol("W"), "exp": Y})
    assert found == Binary(
        "+",
        Binary("*", Negative(Call("exp", (Symbol("W"),))), Comparison(">", Symbol("W"), Y)),
        Binary("@", Symbol("W"), Y),
    )


def test_what_is_put_in_is_not_looked_into() -> None:
    assert substitute(parse("x + y"), {"x": Y, "y": X}) == parse("y + x")


def test_names_in() -> None:
    assert names_in(parse("g * sigmoid(x) ** 2 - (a < -b) @ T(c)")) == set("gxabc")
    assert names_in(Partial(Symbol("L"), Symbol("W"))) == set()


def test_factors() -> None:
    assert factors(parse("g * (x * y) * 2")) == [Name("g"), X, Y, Number(2)]
    assert factors(parse("x / y")) == [parse("x / y")]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("1 * x", "x"),
        ("x * 1", "x"),
        ("-1 * x", "-x"),
        ("-g * x / y**2", "-(g * x / y**2)"),
        ("-(-x)", "x"),
        ("x * 0", "0"),
        ("-(0 * x)", "0"),
        ("0 + x - 0", "x"),
        ("x / 1", "x"),
        ("x ** (2 - 1)", "x"),
        ("x ** (3 - 1)", "x ** 2"),
        ("exp(1 * x)", "exp(x)"),
        ("(1 * x > 0)", "(x > 0)"),
    ],
)
def test_simplify(text: str, expected: str) -> None:
    assert simplify(parse(text)) == parse(expected)


def test_simplifying_changes_no_value() -> None:
    for each in formulas():
        found = simplify(each)
        assert same(value(found), value(each)), each
        assert simplify(found) == found
