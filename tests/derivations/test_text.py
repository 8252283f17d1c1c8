"""Formulas in plain text are read as what they are."""

from __future__ import annotations

import re

import pytest

from glassbrook.derivations.expression import Partial, Symbol, parse
from glassbrook.derivations.text import symbol_text, text_of
from tests.derivations.trees import formulas, run, same, value

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"


def python_of(text: str) -> str:
    """The text as Python."""
    text = text.replace("∂L/∂W₁", "partial").replace("≠", "!=").replace("≥", ">=")
    text = re.sub(rf"[{_RAISED}]+", lambda match: f"**({_lowered(match[0])})", text)
    text = re.sub(r"√\|([^|]*)\|", r"sqrt(abs(\1))", text)
    text = re.sub(r"√(\w+)", r"sqrt(\1)", text).replace("√", "sqrt")
    text = text.replace("[", "holds(").replace("]", ")").replace("ᵀ", ".T").replace("^", "**")
    text = re.sub(r"(?<=\d)(?=[a-zW])", " * ", text)
    while "|" in text:
        # A bar that opens stands before a formula, one that closes after it.
        text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"(?<=[\w)]) (?=[\w(])", " @ ", text)
    return text.replace("·", "*")


def _lowered(digits: str) -> str:
    return digits.translate(str.maketrans(_RAISED, "0123456789-"))


def has_nested_bars(text: str) -> bool:
    return bool(re.search(r"\|[^|]*\([^|)]*\|", text)) or text.count("|") > 2


def test_python_reads_the_same_formula() -> None:
    tried = 0
    for each in formulas():
        text = text_of(each)
        if not has_nested_bars(text):
            tried += 1
            assert same(run(python_of(text)), value(each)), text
    assert tried > 250


@pytest.mark.parametrize(
    "formula, expected",
    [
        ("-g * x / y**2", "-g · x / y²"),
        ("g * 2 * x", "g · 2x"),
        ("2 * (x + y)", "2 · (x + y)"),
        ("x - (y - z)", "x - (y - z)"),
        ("x - y - z", "x - y - z"),
        ("x + -y", "x + (-y)"),
        ("(-x)**2", "(-x)²"),
        ("-x**2", "-x²"),
        ("x**-1", "x⁻¹"),
        ("x**(y - 1)", "x^(y - 1)"),
        ("x / (y * z)", "x / (y · z)"),
        ("x / y * z", "(x / y) · z"),
        ("x * (y / z)", "x · y / z"),
        ("g @ T(x)", "g xᵀ"),
        ("g * (x @ y)", "g · (x y)"),
        ("(g * x) @ y", "(g · x) y"),
        ("T(x @ y)", "(x y)ᵀ"),
        ("sqrt(x)**2", "(√x)²"),
        ("sqrt(1 - x**2)", "√(1 - x²)"),
        ("g * (x > 0)", "g · [x > 0]"),
        ("g * holds(c)", "g · [c]"),
        ("holds(x > 0)", "[x > 0]"),
        ("floor(x / y)", "⌊x / y⌋"),
        ("sigmoid(x1)", "σ(x₁)"),
        ("part(g, 2)", "part₂(g)"),
        ("polygamma(n, x)", "ψₙ(x)"),
        ("polygamma(n + 1, x)", "ψ[n + 1](x)"),
        ("polygamma(q, x)", "ψ[q](x)"),
        ("not_known(x, pi)", "not_known(x, π)"),
        ("1e-7 * x", "10⁻⁷ · x"),
        ("2.5e20", "2.5 · 10²⁰"),
        ("x * 1000000", "x · 1000000"),
    ],
)
def test_text(formula: str, expected: str) -> None:
    assert text_of(parse(formula)) == expected


def test_symbols() -> None:
    assert symbol_text(Symbol("W", "12", bold=True)) == "W₁₂"
    assert symbol_text(Symbol("W", "1", bold=True, at="[:, 7]")) == "W₁[:, 7]"
    assert text_of(Partial(Symbol("L"), Symbol("b", "2"))) == "∂L/∂b₂"
