"""Formulas in MathML are well-formed, and are read as what they are."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from glassbrook.derivations.expression import Call, Name, Partial, Symbol, parse, substitute
from glassbrook.derivations.mathml import math_element, mathml_of
from glassbrook.gradients import FORMULAS, Formula
from tests.derivations.trees import HOSTILE, PARTIAL, formulas, run, same, value

CORE = {"math", "mrow", "mi", "mn", "mo", "mtext", "msub", "msup", "mfrac", "msqrt"}
_OPERATORS = {"·": "*", "⊙": "*", "−": "-", "≥": ">=", "≠": "!=", "[": "holds(", "]": ")"}
_TIMES = "\u2062"


def python_of(element: ET.Element) -> str:
    """The MathML as Python."""
    children = list(element)
    if mathml_of(PARTIAL) == ET.tostring(element, encoding="unicode"):
        return "partial"
    match element.tag:
        case "mn":
            return element.text or ""
        case "mi":
            return {"𝐖": "W"}.get(element.text or "", element.text or "")
        case "mfrac":
            return f"(({python_of(children[0])}) / ({python_of(children[1])}))"
        case "msqrt":
            return f"sqrt({' '.join(map(python_of, children))})"
        case "msup" if children[1].text == "T":
            return f"{python_of(children[0])}.T"
        case "msup":
            return f"{python_of(children[0])}**({python_of(children[1])})"
        case "mrow":
            return _row(children)
    raise AssertionError(element.tag)


def _row(children: list[ET.Element]) -> str:
    written: list[str] = []
    for place, child in enumerate(children):
        if child.tag != "mo":
            written.append(python_of(child))
        elif child.text == _TIMES:
            written.append("*" if children[place - 1].tag == "mn" else "@")
        elif child.text == "|":
            written.append(")" if place else "abs(")
        else:
            assert child.text
            written.append(_OPERATORS.get(child.text, child.text))
    return " ".join(written)


def test_python_reads_the_same_formula() -> None:
    for each in formulas():
        element = ET.fromstring(mathml_of(each))
        assert same(run(python_of(element)), value(each)), mathml_of(each)


def test_only_elements_of_the_core_are_used() -> None:
    rules = [formula for formula in FORMULAS.values() if isinstance(formula, Formula)]
    texts = [text for rule in rules for text in (rule.forward, *rule.gradients) if text]
    for each in [*map(parse, texts), *formulas(60)]:
        root = ET.fromstring(math_element(mathml_of(each)))
        assert {element.tag for element in root.iter()} <= CORE
        for element in root.iter():
            # Each of these takes exactly two, or what follows would be misread.
            if element.tag in {"mfrac", "msup", "msub"}:
                assert len(element) == 2
            if element.tag in {"mi", "mn", "mo", "mtext"}:
                assert element.text
                assert not len(element)


@pytest.mark.parametrize(
    "formula, expected",
    [
        ("x1", "<msub><mi>x</mi><mn>1</mn></msub>"),
        ("pi / 2", "<mfrac><mi>π</mi><mn>2</mn></mfrac>"),
        (
            "exp(-x)",
            "<msup><mi>e</mi><mrow><mo>−</mo><mi>x</mi></mrow></msup>",
        ),
        (
            "T(x)",
            '<msup><mi>x</mi><mi mathvariant="normal">T</mi></msup>',
        ),
        (
            "(x < 0)",
            "<mrow><mo>[</mo><mrow><mi>x</mi><mo>&lt;</mo><mn>0</mn></mrow><mo>]</mo></mrow>",
        ),
        (
            "sigmoid(x)",
            "<mrow><mi>σ</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow>",
        ),
    ],
)
def test_mathml(formula: str, expected: str) -> None:
    assert mathml_of(parse(formula)) == expected


def test_tensors_are_bold_and_have_a_product_of_their_own() -> None:
    meanings = {"x": Symbol("W", "1", bold=True), "y": Symbol("θ", bold=True)}
    assert mathml_of(substitute(parse("x * y"), meanings)) == (
        "<mrow><msub><mi>𝐖</mi><mn>1</mn></msub><mo>⊙</mo><mi>𝛉</mi></mrow>"
    )


def test_what_elements_are_meant_is_written_behind() -> None:
    found = mathml_of(Symbol("W", "1", at="[:, 7]"))
    assert found == "<mrow><msub><mi>W</mi><mn>1</mn></msub><mtext>[:, 7]</mtext></mrow>"


def test_block() -> None:
    assert math_element("<mi>x</mi>", block=True) == '<math display="block"><mi>x</mi></math>'


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(name: str) -> None:
    symbol = Symbol(name, name, at=name)
    mathml = math_element(mathml_of(Call(name, (Partial(symbol, symbol), Name("x")))))
    parser = _Tags()
    parser.feed(mathml)
    assert parser.tags <= CORE
    root = ET.fromstring(mathml)
    first = next(element for element in root.iter("mi"))
    assert first.text == (name.replace("\x00", "\ufffd") or None)
