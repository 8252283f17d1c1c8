"""Small branches become selections; those that may fail or take long stay branches."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.engine.compiler.branches import with_selections
from glassbrook.graph.printer import topological_order


def traced(function, *arguments):
    replay = tf.function(function).replay_for(*map(tf.constant, arguments))
    assert replay is not None
    return replay


def ops(graph):
    return {node.op for node in topological_order(graph.results)}


def small(x):
    return tf.cond(tf.reduce_sum(x) > 0, lambda: tf.exp(x), lambda: x - 1)


def nested(x):
    return tf.cond(
        tf.reduce_sum(x) > 0,
        lambda: tf.cond(x[0] > 5, lambda: x * 2, lambda: x * 3),
        lambda: -x,
    )


def may_fail(x):
    place = tf.cast(x[0], tf.int32)
    return tf.cond(x[0] < 3, lambda: tf.gather(x, place), lambda: x[0])


@pytest.mark.parametrize("function", [small, nested])
def test_small_branches_become_selections(function):
    replay = traced(function, [1.0, 2.0])
    found = with_selections(replay.graph)
    assert "cond" in ops(replay.graph)
    assert "cond" not in ops(found)
    assert "select" in ops(found)
    compiled = tf.function(function)
    for values in ([1.0, 2.0], [-1.0, -2.0], [9.0, 1.0]):
        x = tf.constant(values)
        np.testing.assert_allclose(compiled(x), function(x), rtol=1e-6)


def test_a_branch_that_may_fail_is_not_computed_unasked():
    replay = traced(may_fail, [0.0, 2.0, 4.0])
    assert with_selections(replay.graph) is replay.graph
    compiled = tf.function(may_fail)
    assert float(compiled(tf.constant([1.0, 2.0, 4.0]))) == 2.0
    assert float(compiled(tf.constant([77.0, 2.0, 4.0]))) == 77.0


def test_a_large_branch_stays():
    def large(x):
        return tf.cond(x[0] > 0, lambda: tf.broadcast_to(x, [70_000]) + 1, lambda: tf.zeros(70_000))

    replay = traced(large, [1.0])
    assert with_selections(replay.graph) is replay.graph
