"""The formulas that people read beside gradient rules say what the rules do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from glassbrook import dtypes
from glassbrook.derivations import functions
from glassbrook.derivations.expression import names_in, parse
from glassbrook.derivations.functions import acts_on_elements, functions_in
from glassbrook.engine import realize
from glassbrook.gradients import FORMULAS, NON_DIFFERENTIABLE, VJP, Formula, formula_of
from glassbrook.gradients.walker import unbroadcast
from glassbrook.graph import Node, build
from glassbrook.graph.closed import ClosedGraph, input_node
from tests.cases import CASES, Case, away, uniform
from tests.gradients.formulas import ELEMENTWISE, FUNCTIONS, Setting, evaluate


def _condition(truth: bool) -> Case:
    def make(x: Node, y: Node) -> Node:
        first, second = inputs = [input_node(place, (3,), dtypes.float64) for place in range(2)]
        branches = [build.mul(first, second), build.sin(first)]
        graphs = [ClosedGraph(tuple(inputs), (branch,)) for branch in branches]
        return build.cond(build.data(np.array(truth)), [x, y], *graphs)

    label = "then" if truth else "else"
    return Case("cond", make, [away(3), away(3)], lambda x, y: x * y, label=label)


def _loop(state: Node, sequence: Node, weight: Node) -> Node:
    inputs = [input_node(place, (2,), dtypes.float64) for place in range(3)]
    h, x, w = inputs
    after = build.tanh(build.add(build.mul(h, w), x))
    body = ClosedGraph(tuple(inputs), (after, build.mul(after, x)))
    return build.scan([state], [sequence], [weight], body, 4)


_LOOPED = [away(2), away(4, 2), away(2)]


def _gamma(alpha: Node) -> Node:
    return build.random_gamma(build.data(np.array([3, 4, 5])), alpha, (5, 3))


OF_TEXTBOOKS = {"sum_over"}
WITHOUT_NUMBERS = {"item", "scan"}
MORE = [
    _condition(True),
    _condition(False),
    Case("random_gamma", _gamma, [uniform(0.5, 3, 3)], lambda a: a),
    Case("transpose", lambda x: build.transpose(x, (0, 2, 1)), [away(2, 3, 4)], np.asarray),
    Case("max", lambda x: build.max(x, (0,)), [np.array([[1.0, 2], [1, 1]])], np.asarray),
    Case("relu", build.relu, [np.array([-1.0, 0, 1])], np.asarray, label="at-zero"),
]
TRIED = [case for case in CASES if case.op in FORMULAS] + MORE
DIFFERENTIABLE = [case for case in TRIED if case.op in VJP and case.differentiated]


def compute(case: Case) -> tuple[Node, list[Any], Formula]:
    """The node of a case, computed; the values of its inputs; its formula."""
    node = case.make(*(build.data(array) for array in case.inputs))
    inputs = node.inputs
    formula = formula_of(node)
    assert formula is not None
    assert len(formula.inputs) == len(formula.gradients) == len(inputs)
    realize([node, *inputs])
    return node, [each.value for each in inputs], formula


def value_of(node: Node) -> Any:
    realize([node])
    return node.value


def names_of(formula: Formula, inputs: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(formula.inputs, inputs, strict=True))


def summed(array: Any, over: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """What is stretched to `over`, summed to `shape`."""
    array = np.broadcast_to(array, over)
    array = array.sum(tuple(range(array.ndim - len(shape))))
    axes = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return array.sum(axes, keepdims=True)


def check_gradients(case: Case, texts: Sequence[str | None] | None = None) -> None:
    """Compare what the formulas of a case give with what its rule gives."""
    node = case.make(*(build.data(array) for array in case.inputs))
    sources = node.inputs
    g = np.random.default_rng(5).uniform(0.5, 1.5, node.shape).astype(node.dtype.numpy)
    # Rules come first: computed nodes may forget what they were made of.
    rule = [part() if callable(part) else part for part in VJP[node.op](node, build.data(g))]
    formula = formula_of(node)
    assert formula is not None
    realize([node, *sources])
    inputs = [each.value for each in sources]
    values = {**names_of(formula, inputs), "o": node.value, "g": g}
    for text, source, array, part in zip(
        formula.gradients if texts is None else texts, sources, inputs, rule, strict=True
    ):
        if part is None:
            assert text is None
        elif source.dtype.is_floating:
            assert text is not None
            found = evaluate(parse(text), values, Setting(node, inputs, array.shape))
            np.testing.assert_allclose(
                summed(found, part.shape, array.shape),
                value_of(unbroadcast(part, array.shape)),
                rtol=1e-9 if node.dtype is dtypes.float64 else 1e-6,
                atol=1e-12,
                err_msg=f"{node.op}: {text}",
            )


@pytest.mark.parametrize("case", TRIED, ids=str)
def test_forward_formula(case: Case) -> None:
    node, inputs, formula = compute(case)
    found = evaluate(
        parse(formula.forward), names_of(formula, inputs), Setting(node, inputs, node.shape)
    )
    np.testing.assert_allclose(
        np.broadcast_to(found, node.shape),
        node.value,
        rtol=1e-9 if node.dtype is not dtypes.float32 else 1e-6,
        atol=1e-12,
    )


@pytest.mark.parametrize("case", DIFFERENTIABLE, ids=str)
def test_gradient_formulas(case: Case) -> None:
    check_gradients(case)


@pytest.mark.parametrize("case", DIFFERENTIABLE, ids=str)
def test_a_formula_that_is_off_by_a_little_is_found_out(case: Case) -> None:
    _, _, formula = compute(case)
    for place, text in enumerate(formula.gradients):
        if text not in (None, "0"):
            texts = list(formula.gradients)
            texts[place] = f"({text}) + 0.00001"
            with pytest.raises(AssertionError, match="Not equal"):
                check_gradients(case, texts)


@pytest.mark.parametrize(
    "op, texts",
    [
        ("mul", ["g * x", "g * x"]),
        ("div", ["g / y", "g * x / y**2"]),
        ("pow", ["g * y * x**y", "g * o * log(x)"]),
        ("sigmoid", ["g * o * (1 + o)"]),
        ("tanh", ["g * (1 - x**2)"]),
        ("acos", ["g / sqrt(1 - x**2)"]),
        ("softmax", ["o * g"]),
        ("maximum", ["g * (x < y)", "g * (x < y)"]),
        ("cumsum", ["cumsum(g)"]),
        ("max", ["expand(g)"]),
    ],
)
def test_a_plausible_mistake_is_found_out(op: str, texts: list[str]) -> None:
    case = next(case for case in DIFFERENTIABLE if case.op == op)
    with pytest.raises(AssertionError, match="Not equal"):
        check_gradients(case, texts)


def test_products_without_transposing_do_not_even_fit() -> None:
    case = next(case for case in DIFFERENTIABLE if case.op == "matmul")
    with pytest.raises(ValueError, match="operand"):
        check_gradients(case, ["g @ y", "x @ g"])


def test_loop() -> None:
    bundle = _loop(*(build.data(array) for array in _LOOPED))
    formula = formula_of(bundle)
    assert formula is not None
    results = evaluate(
        parse(formula.forward), names_of(formula, _LOOPED), Setting(bundle, _LOOPED, ())
    )
    for place, result in enumerate(results):
        item = build.scanned(bundle, place)
        of_item = formula_of(item)
        assert of_item is not None
        np.testing.assert_allclose(
            evaluate(parse(of_item.forward), {"x": results}, Setting(item, [results], ())),
            value_of(item),
            rtol=1e-12,
        )
        g = np.random.default_rng(6).uniform(0.5, 1.5, result.shape)
        (seeds,) = VJP["item"](item, build.data(g))
        (text,) = of_item.gradients
        given = evaluate(parse(text), {"g": g}, Setting(item, [results], ()))
        assert tuple(given) == seeds.attrs["indices"]
        for text, part in zip(formula.gradients, VJP["scan"](bundle, seeds), strict=True):
            found = evaluate(parse(text), {"g": given}, Setting(bundle, _LOOPED, ()))
            part = part if isinstance(part, Node) else part()
            np.testing.assert_allclose(found, value_of(part), rtol=1e-9)


def test_every_rule_has_a_formula() -> None:
    assert FORMULAS.keys() >= VJP.keys()
    assert FORMULAS.keys() - VJP.keys() <= NON_DIFFERENTIABLE.keys()
    assert FORMULAS.keys() == {case.op for case in TRIED} | WITHOUT_NUMBERS


def test_formulas_speak_of_what_is_known() -> None:
    loop = _loop(*(build.data(array) for array in _LOOPED))
    nodes = [case.make(*(build.data(array) for array in case.inputs)) for case in TRIED]
    for node in [*nodes, loop, build.scanned(loop, 1)]:
        formula = formula_of(node)
        assert formula is not None
        known = {*formula.inputs, "pi"}
        assert not {"g", "o"} & known
        assert names_in(parse(formula.forward)) <= known
        assert node.op in VJP or not any(formula.gradients)
        for text in (formula.forward, *filter(None, formula.gradients)):
            assert names_in(parse(text)) <= known | {"g", "o"}, text
            assert functions_in(parse(text)).keys() <= functions.FUNCTIONS.keys(), text


def test_the_gradient_comes_first_in_formulas_of_elements() -> None:
    for case in DIFFERENTIABLE:
        _, _, formula = compute(case)
        for text in filter(None, formula.gradients):
            if acts_on_elements(parse(text)) and text != "0":
                assert text.lstrip("-").split()[0] == "g", f"{case}: {text}"


def test_every_function_is_tried_and_known_to_act_on_elements_or_not() -> None:
    assert FUNCTIONS.keys() == functions.FUNCTIONS.keys() - OF_TEXTBOOKS
    alone = {name for name, function in functions.FUNCTIONS.items() if function.elementwise}
    assert alone == ELEMENTWISE.keys()
