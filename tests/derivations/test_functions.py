"""Every function of a formula can be looked up."""

from __future__ import annotations

from glassbrook.derivations.expression import Call, Expression, parse
from glassbrook.derivations.functions import FUNCTIONS, acts_on_elements, functions_in, legend
from glassbrook.derivations.text import text_of
from glassbrook.gradients import FORMULAS, Formula

# Readers of formulas know these.
PLAIN = set(
    "abs acos acosh asin asinh atan atanh cos cosh exp log maximum minimum sin sinh sqrt "
    "sum_over tan tanh".split()
)


def test_functions_in_the_order_of_reading() -> None:
    found = functions_in(parse("-exp(x) * (sin(y) > 0) + T(log(x)) @ exp(z)"))
    assert list(found) == ["exp", "sin", "T", "log"]


def test_acts_on_elements() -> None:
    alone = ["x", "2", "-exp(x) * y", "(x > 0) / sqrt(y**2)", "where(c, x, y)"]
    assert all(acts_on_elements(parse(text)) for text in alone)
    together = ["x @ y", "sum(x)", "g * softmax(x)", "exp(T(x))", "(row_sum(x) > 0)", "unknown(x)"]
    assert not any(acts_on_elements(parse(text)) for text in together)


def test_legend() -> None:
    formulas = ["part(g, 2) + sigmoid(x)", "holds(c) * floor(x) * exp(x)", "sigmoid(y)"]
    assert {text_of(call): meaning for call, meaning in legend(map(parse, formulas)).items()} == {
        "partₙ(g)": "what belongs to input n of those that were joined",
        "σ(x)": "the logistic function 1 / (1 + exp(-x))",
        "[c]": "1 where the condition c holds, 0 elsewhere",
        "⌊x⌋": "the largest integer that is not above x",
    }
    assert legend([parse("unknown(x) * exp(y)")]) == {}


def test_what_is_not_plain_is_explained() -> None:
    assert {name for name, function in FUNCTIONS.items() if not function.meaning} == PLAIN


def test_examples_have_the_arguments_that_formulas_have() -> None:
    rules = [formula for formula in FORMULAS.values() if isinstance(formula, Formula)]
    texts = [text for rule in rules for text in (rule.forward, *rule.gradients) if text]
    calls = [call for text in texts for call in _calls(parse(text))]
    explained = [call for call in calls if FUNCTIONS[call.function].meaning]
    assert explained
    for call in explained:
        example = parse(f"{call.function}({FUNCTIONS[call.function].example})")
        assert isinstance(example, Call)
        assert len(example.arguments) == len(call.arguments), call.function


def _calls(expression: Expression) -> list[Call]:
    match expression:
        case Call(_, arguments):
            return [expression, *(call for each in arguments for call in _calls(each))]
    parts = [getattr(expression, name, None) for name in ("left", "right", "operand")]
    return [call for part in parts if part is not None for call in _calls(part)]
