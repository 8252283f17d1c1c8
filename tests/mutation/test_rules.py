"""The tests of gradients notice faults in the rules."""

from __future__ import annotations

import pytest

import glassbrook as tf
from glassbrook.gradients import VJP
from tests.mutation.catching import outcomes, rules
from tests.mutation.mutants import mutants, spoil
from tests.mutation.report import tried

RULES = {rule.name: rule for rule in rules()}


def test_every_rule_is_tried():
    missing = {
        op for op, rule in VJP.items() if rule not in [each.function for each in RULES.values()]
    }
    assert not missing


def test_a_mutant_is_there_while_it_is_installed():
    (flipped,) = (each for each in mutants(VJP["neg"]) if each.what == "neg left out")
    assert flipped.diff == "-    return (build.neg(grad),)\n+    return (grad,)"

    def slope():
        x = tf.Variable(2.0)
        with tf.GradientTape() as tape:
            y = -x
        return float(tape.gradient(y, x))

    with flipped.installed():
        assert slope() == 1.0
    assert slope() == -1.0


def test_faults_in_one_rule_are_caught():
    found = list(outcomes([RULES["elementwise._sub"]]))
    assert {each.mutant.what for each in found} >= {"neg left out", "negated", "outputs swapped"}
    assert all(each.caught for each in found)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_nearly_all_faults_are_caught():
    report = tried(list(RULES.values()))
    assert report.faults > 1000
    assert report.share >= 0.95, "\n".join(report.lines())
    for name, tally in report.tallies.items():
        assert tally.caught >= 0.5 * tally.faults, name
    assert not report.stale


@pytest.mark.parametrize("how", ["negated", "doubled"])
def test_what_is_spoilt(how):
    x = tf.constant(3.0).node
    expected = -3.0 if how == "negated" else 6.0
    found = spoil([x, lambda: x, None, 1], how)
    assert float(tf.Tensor(found[0])) == expected
    assert float(tf.Tensor(found[1]())) == expected
    assert found[2:] == [None, 1]
