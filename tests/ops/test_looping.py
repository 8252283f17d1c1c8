"""`tf.scan`, `tf.map_fn` and folds in traced functions: one loop, with gradients."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.graph.printer import topological_order

ROWS = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
ZEROS, ONES = tf.zeros([3]), tf.ones([3])


def has_loop(function, *arguments):
    concrete = function.get_concrete_function(*arguments)
    return "scan" in {node.op for node in topological_order(concrete.graph.results)}


FUNCTIONS = {
    "scan": lambda x: tf.scan(lambda a, row: a * 0.5 + row, x),
    "scan in reverse": lambda x: tf.scan(lambda a, row: a * 0.5 + row, x, reverse=True),
    "scan from a start": lambda x: tf.scan(
        lambda a, row: a * 0.5 + tf.reduce_sum(row), x, initializer=tf.constant(1.0)
    ),
    "scan of a structure": lambda x: tf.scan(
        lambda a, row: (a[0] + row["k"], a[1] * row["m"]), {"k": x, "m": x}, (ZEROS, ONES)
    ),
    "map_fn": lambda x: tf.map_fn(lambda row: tf.reduce_sum(row * row), x),
    "map_fn with a signature": lambda x: tf.map_fn(
        lambda row: (row[0] + row[1], tf.cast(row[0], tf.int32)),
        (x, x),
        fn_output_signature=(tf.float32, tf.int32),
    ),
    "foldl": lambda x: tf.foldl(lambda a, row: a * 0.9 - row, x),
    "foldr": lambda x: tf.foldr(lambda a, row: a * 0.9 - row, x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_loop_gives_what_rows_give(name):
    function, x = FUNCTIONS[name], tf.constant(ROWS)

    def slopes(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            parts = [tf.cast(each, tf.float32) for each in tf.nest.flatten(function(x))]
            total = tf.add_n([tf.reduce_sum(part * part) for part in parts])
        return tape.gradient(total, x)

    for make in (function, slopes):
        traced = tf.function(make)
        assert has_loop(traced, x)
        found, expected = traced(x), make(x)
        for ours, rows in zip(tf.nest.flatten(found), tf.nest.flatten(expected), strict=True):
            np.testing.assert_allclose(ours, rows, rtol=1e-4, atol=1e-5)


def test_few_rows_are_done_one_by_one():
    traced = tf.function(FUNCTIONS["scan"])
    assert not has_loop(traced, tf.constant(ROWS[:3]))


def test_a_function_that_does_more_is_called_for_every_row():
    seen = []

    def noting(row):
        seen.append(row.shape)
        return row + 1.0

    traced = tf.function(lambda x: tf.map_fn(noting, x))
    np.testing.assert_allclose(traced(tf.constant(ROWS)), ROWS + 1.0)
    assert len(seen) == len(ROWS)


def test_shapes_that_change_are_an_error_of_rows():
    traced = tf.function(lambda x: tf.scan(lambda a, row: tf.concat([a, row], 0), x))
    with pytest.raises(ValueError, match="shape"):
        traced(tf.constant(ROWS))


def test_variables_are_trained_through_a_loop():
    w = tf.Variable(ONES)

    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(tf.scan(lambda a, row: tf.tanh(a * w + row), x, ZEROS))
        return tape.gradient(total, w)

    with tf.GradientTape() as tape:
        a, total = ZEROS, 0.0
        for row in ROWS:
            a = tf.tanh(a * w + row)
            total = total + tf.reduce_sum(a)
    np.testing.assert_allclose(slope(tf.constant(ROWS)), tape.gradient(total, w), rtol=1e-4)
