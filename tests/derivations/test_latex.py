"""Formulas in LaTeX are read as what they are, by TeX's rules."""

from __future__ import annotations

import re

import pytest

from glassbrook.derivations.expression import (
    Call,
    Expression,
    Name,
    Partial,
    Symbol,
    parse,
    substitute,
)
from glassbrook.derivations.latex import latex_of
from glassbrook.gradients import FORMULAS, Formula
from tests.derivations.trees import HOSTILE, PARTIAL, formulas, run, same, value

_OPERATORS = {
    r"\cdot": "*",
    r"\odot": "*",
    r"\,": "@",
    r"\geq": ">=",
    r"\neq": "!=",
    r"\left[": "holds(",
    r"\left(": "(",
    r"\left|": "abs(",
    r"\right]": ")",
    r"\right)": ")",
    r"\right|": ")",
    "[": "holds(",
    "]": ")",
    r"\mathbf{W}": "W",
}


def python_of(latex: str) -> str:
    """The LaTeX as Python."""
    latex = latex.replace(latex_of(PARTIAL), "partial")
    latex = latex.replace(r"^{\mathsf{T}}", ".T")
    for command, operator in _OPERATORS.items():
        latex = latex.replace(command, operator)
    latex = re.sub(r"(?<=\d) (?=[a-zW])", " * ", latex)
    return _grouped(latex)


def _grouped(latex: str) -> str:
    r"""Fractions, roots and exponents as Python; plain bars enclose what has no bars in it."""
    while match := re.search(
        r"\\frac\{([^{}]*)\}\{([^{}]*)\}|\\sqrt\{([^{}]*)\}|\^\{([^{}]*)\}", latex
    ):
        above, below, root, exponent = match.groups()
        if above is not None:
            new = f"(({above}) / ({below}))"
        elif root is not None:
            new = f"sqrt({root})"
        else:
            new = f"**({exponent})"
        latex = latex[: match.start()] + new + latex[match.end() :]
    return re.sub(r"\|([^|]*)\|", r"abs(\1)", latex)


def test_python_reads_the_same_formula() -> None:
    tried = 0
    for each in formulas():
        latex = latex_of(each)
        if latex.replace(r"\left|", "").replace(r"\right|", "").count("|") <= 2:
            tried += 1
            assert same(run(python_of(latex)), value(each)), latex
    assert tried > 250


@pytest.mark.parametrize(
    "formula, expected",
    [
        ("-g * x / y**2", r"-\frac{g \cdot x}{y^{2}}"),
        ("g * 2 * x", r"g \cdot 2 x"),
        ("x - (y - z)", "x - (y - z)"),
        ("(x / y)**2", r"\left( \frac{x}{y} \right)^{2}"),
        ("(-x)**2", "(-x)^{2}"),
        ("exp(-x**2)", "e^{-x^{2}}"),
        ("g @ T(y)", r"g \, y^{\mathsf{T}}"),
        ("T(x @ y)", r"(x \, y)^{\mathsf{T}}"),
        ("sqrt(1 - x)", r"\sqrt{1 - x}"),
        ("g * (x > 0)", r"g \cdot [x > 0]"),
        ("floor(x)", r"\lfloor x \rfloor"),
        ("abs(x)", "|x|"),
        ("abs(x / y)", r"\left| \frac{x}{y} \right|"),
        ("log(pi * x1)", r"\ln(\pi \cdot x_{1})"),
        ("scatter_add(g, i)", r"\operatorname{scatter\_add}(g, i)"),
        ("part(g, 2)", r"\operatorname{part}_{2}(g)"),
        ("betainc(a, b, x)", "I_{x}(a, b)"),
        ("2.5e-8", r"2.5 \cdot 10^{-8}"),
    ],
)
def test_latex(formula: str, expected: str) -> None:
    assert latex_of(parse(formula)) == expected


W, H, LOSS = Symbol("W", "1", bold=True), Symbol("h", bold=True), Symbol("L")


@pytest.mark.parametrize(
    "formula, expected",
    [
        ("W * h", r"\mathbf{W}_{1} \odot \mathbf{h}"),
        ("L * h", r"L \cdot \mathbf{h}"),
        ("W * L * h", r"\mathbf{W}_{1} \cdot L \odot \mathbf{h}"),
        ("2 * h", r"2 \mathbf{h}"),
        ("g * h", r"\frac{\partial L}{\partial \mathbf{W}_{1}} \odot \mathbf{h}"),
        ("g @ T(h)", r"\frac{\partial L}{\partial \mathbf{W}_{1}} \, \mathbf{h}^{\mathsf{T}}"),
        (
            "-g / h",
            r"-\frac{\partial L}{\partial \mathbf{W}_{1}} \odot \frac{1}{\mathbf{h}}",
        ),
        ("T(g)", r"\left( \frac{\partial L}{\partial \mathbf{W}_{1}} \right)^{\mathsf{T}}"),
    ],
)
def test_signs_of_products(formula: str, expected: str) -> None:
    meanings: dict[str, Expression] = {"W": W, "h": H, "L": LOSS, "g": Partial(LOSS, W)}
    assert latex_of(substitute(parse(formula), meanings)) == expected


@pytest.mark.parametrize(
    "symbol, expected",
    [
        (Symbol("loss"), r"\mathrm{loss}"),
        (Symbol("θ"), r"\theta"),
        (Symbol("θ", "2", bold=True), r"\boldsymbol{\theta}_{2}"),
        (Symbol("dense_1", bold=True), r"\mathbf{dense\_1}"),
        (Symbol("W", "1", bold=True, at="[:, 7]"), r"\mathbf{W}_{1}[{:},7]"),
        (Symbol("50%"), r"\mathrm{50\%}"),
        (Symbol("a{b}\\c"), r"\mathrm{a\{b\}\backslash c}"),
        (Symbol("a b"), r"\mathrm{a\ b}"),
        (Symbol("größe"), r"\mathrm{gr\text{ö}\text{ß}e}"),
    ],
)
def test_symbols(symbol: Symbol, expected: str) -> None:
    assert latex_of(symbol) == expected


# Another reader.


@pytest.fixture(scope="module")
def reader():
    mathtext = pytest.importorskip("matplotlib.mathtext")
    return mathtext.MathTextParser("path")


def read(reader, latex: str) -> int:
    """How many signs Matplotlib sees; it knows ``\\&`` in text alone."""
    latex = latex.replace(r"\&", r"\text{\&}")
    return len(reader.parse(f"${latex}$").glyphs)


def test_matplotlib_reads_every_formula_of_a_rule(reader) -> None:
    for formula in FORMULAS.values():
        if isinstance(formula, Formula):
            for text in (formula.forward, *filter(None, formula.gradients)):
                assert read(reader, latex_of(parse(text)))


def test_matplotlib_reads_formulas_at_random(reader) -> None:
    for each in formulas(60):
        assert read(reader, latex_of(each))


@pytest.mark.filterwarnings("ignore:.*does not have a glyph", "ignore:Glyph")
@pytest.mark.parametrize("name", HOSTILE)
def test_matplotlib_sees_hostile_names_as_they_are(reader, name: str) -> None:
    for bold in (False, True):
        alone = latex_of(Symbol(name, bold=bold))
        seen = sum(not sign.isspace() and sign.isprintable() for sign in name)
        assert read(reader, alone) == seen
        within = latex_of(Call(name, (Partial(LOSS, Symbol(name, name, bold, name)), Name("x"))))
        assert read(reader, within) >= 4 * seen


@pytest.mark.parametrize("name", HOSTILE)
def test_no_sign_of_a_name_means_anything_to_latex(name: str) -> None:
    latex = latex_of(Symbol(name, name))
    bare = re.sub(r"\\([#$%&_{} ]|[a-zA-Z]+)", "", latex)
    assert not set(bare) & set("#$%&\\~^\n\x00")
    assert bare.count("{") == bare.count("}")
    commands = set(re.findall(r"\\([a-zA-Z]+)", latex))
    assert commands <= {"mathrm", "text", "backslash", "wedge", "sim", "theta"}
