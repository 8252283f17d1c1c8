"""Loops over slices as part of a graph: results, gradients to second order, both engines."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import config
from glassbrook.engine import realize
from glassbrook.engine.compiler.scans import with_needed_results
from glassbrook.engine.tracing import NeedsValue
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph, input_node
from glassbrook.graph.printer import topological_order
from glassbrook.tensor import Tensor
from glassbrook.tensor.scanning import scan, unrolled_scan
from tests.ops.finite_differences import check_gradients

TIME, BATCH, FEATURES, UNITS = 4, 3, 3, 2


@pytest.fixture(params=["interpreter", "compiler"])
def engine(request, monkeypatch):
    """Both engines, every pass verified, nothing kept on disk."""
    monkeypatch.setenv("GLASSBROOK_CACHE_DIR", "off")
    monkeypatch.setattr(config, "engine", request.param)
    monkeypatch.setattr(config, "debug", True)


def random(*shape, seed=0):
    return np.random.default_rng(seed + sum(shape)).normal(size=shape)


def tensors(*nodes):
    return [Tensor(node) for node in nodes]


def nodes(*values):
    return [each.node for each in values]


def run(turn, initial, sequences, how=scan, **options):
    """A scan on tensors: its last values and its outputs, in one list."""

    def on_nodes(carried, slices):
        following, outputs = turn(tensors(*carried), tensors(*slices))
        return nodes(*following), nodes(*outputs)

    last, stacked = how(on_nodes, nodes(*initial), nodes(*sequences), **options)
    return tensors(*last, *stacked)


# Turns: what they capture comes as arguments of the functions that make them.


def lstm(w, u, b):
    def turn(carried, slices):
        h, c = carried
        i, f, g, o = tf.split(slices[0] @ w + h @ u + b, 4, axis=1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        h = tf.sigmoid(o) * tf.tanh(c)
        return [h, c], [h * 2.0]

    return turn


def lstm_arrays():
    return (
        random(TIME, BATCH, FEATURES),
        random(BATCH, UNITS),
        random(BATCH, UNITS, seed=1),
        random(FEATURES, 4 * UNITS),
        random(UNITS, 4 * UNITS),
        random(4 * UNITS),
    )


@pytest.mark.parametrize("reverse", [False, True])
def test_results_are_those_of_a_recurrence_in_numpy(engine, reverse):
    x, h, c, w, u, b = lstm_arrays()
    last_h, last_c, outputs = run(
        lstm(*map(tf.constant, (w, u, b))), tensors_of(h, c), tensors_of(x), reverse=reverse
    )
    expected = np.empty((TIME, BATCH, UNITS))
    for time in reversed(range(TIME)) if reverse else range(TIME):
        i, f, g, o = np.split(x[time] @ w + h @ u + b, 4, axis=1)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
        expected[time] = 2 * h
    np.testing.assert_allclose(outputs, expected, rtol=1e-12)
    np.testing.assert_allclose(last_h, h, rtol=1e-12)
    np.testing.assert_allclose(last_c, c, rtol=1e-12)


def tensors_of(*arrays):
    return [tf.constant(each) for each in arrays]


@pytest.mark.parametrize("reverse", [False, True])
def test_gradients_are_those_of_finite_differences(reverse):
    def function(x, h, c, w, u, b):
        last_h, last_c, outputs = run(lstm(w, u, b), [h, c], [x], reverse=reverse)
        return tf.concat([last_h * last_c, outputs[0], outputs[2] * last_h], 0)

    check_gradients(function, *lstm_arrays(), order=1, tolerance=1e-5)


def test_second_gradients_are_those_of_finite_differences():
    def function(x, h, w, u):
        def turn(carried, slices):
            h = tf.tanh(slices[0] @ w + carried[0] @ u)
            return [h], [h * h]

        last, outputs = run(turn, [h], [x])
        return outputs[1] * last

    arrays = random(3, 2, 2), random(2, 2), random(2, 2, seed=2), random(2, 2, seed=3)
    check_gradients(function, *arrays, order=2, tolerance=1e-4)


# More turns, each with what it captures: compared with the same done one by one.


def accumulating(scale, factor, shift):
    """Captured values whose gradients are no sums over rows: they are added up turn by turn."""

    def turn(carried, slices):
        (total,) = carried
        total = tf.sin(total * scale) * factor + slices[0] * shift
        return [total], [total * scale]

    return turn


def counting(w, unused):
    """An integer is carried along, and one sequence is of truth values."""

    def turn(carried, slices):
        count, total = carried
        row, counts = slices
        total = tf.where(counts, total + row @ w, total) * (1.0 + 0.1 * tf.cast(count, tf.float64))
        return [count + 1, total], [tf.reduce_sum(total, 1), tf.cast(count, tf.float64)]

    return turn


def reshaping(w, b):
    """The gradient of a captured matrix goes through slices, transposes and shapes."""

    def turn(carried, slices):
        (h,) = carried
        part = tf.reshape(tf.transpose(w), [3, 2])[:2]
        h = tf.tanh(h @ part + slices[0] + tf.reshape(b, [1, 2]))
        return [h], []

    return turn


def passing(first, second):
    """A value is carried through unchanged; a captured one is an output."""

    def turn(carried, slices):
        kept, h = carried
        h = h * kept + slices[0] @ first
        return [kept, h], [second, h - kept]

    return turn


def leading(w, u, v, b, c):
    """Captured matrices stand on the left, are turned, are used twice, or are added to."""

    def turn(carried, slices):
        (h,) = carried
        z = w @ h + 0.1 * (w @ (h * h)) + (h + b) @ c
        z += tf.reduce_sum(tf.matmul(h, u, transpose_a=True, transpose_b=True))
        z += tf.reduce_sum(tf.sin(tf.matmul(h, v, transpose_a=True)))
        h = tf.tanh(0.3 * z + 2.0 * slices[0])
        return [h], [h]

    return turn


def parts(u, v, w, shift):
    """Slices of a product: side by side, with gaps, with steps, and beside the whole of it."""

    def turn(carried, slices):
        (h,) = carried
        gaps, steps, whole = h @ u, h @ v, h @ w
        z = tf.reduce_sum(tf.sin(whole), 1, keepdims=True) + whole[:, :2] * whole[:, 2:]
        z += gaps[:, :1] * gaps[:, 2:3] + steps[:, ::2] * steps[:, 1::2]
        z += tf.reduce_sum(tf.cos(gaps), 1, keepdims=True)
        h = tf.tanh(z + slices[0])
        return [h], [h + shift]

    return turn


MORE = {
    "accumulating": (
        accumulating,
        [random(3, 2)],
        [random(4, 3, 2)],
        [random(3, 2), random(3, 2, seed=1), random(2)],
    ),
    "counting": (
        counting,
        [np.array(0, np.int32), random(3, 2)],
        [random(4, 3, 3), random(4, 1, 1) > 0],
        [random(3, 2, seed=4), random(2)],
    ),
    "reshaping": (reshaping, [random(3, 2)], [random(4, 3, 2)], [random(2, 3), random(2)]),
    "passing": (
        passing,
        [random(3, 2), random(3, 2, seed=1)],
        [random(4, 3, 3)],
        [random(3, 2, seed=2), random(5)],
    ),
    "gates": (lstm, [random(3, 2), random(3, 2, seed=1)], [random(4, 3, 3)], lstm_arrays()[3:]),
    "leading": (
        leading,
        [random(3, 2)],
        [random(4, 3, 2)],
        [random(3, 3), random(4, 3), random(3, 5), random(3, 2, seed=2), random(2, 2)],
    ),
    "parts": (
        parts,
        [random(3, 2)],
        [random(4, 3, 2)],
        [random(2, 4), random(2, 4, seed=1), random(2, 4, seed=2), random(2)],
    ),
}


RUNS = [("interpreter", name, reverse) for name in MORE for reverse in (False, True)]
RUNS += [("compiler", name, place % 2 == 0) for place, name in enumerate(list(MORE)[:4])]


@pytest.mark.parametrize("engine, name, reverse", RUNS, indirect=["engine"])
def test_scans_agree_with_turns_one_by_one(engine, name, reverse):
    make, *arrays = MORE[name]
    found = []
    for how in (scan, unrolled_scan):
        initial, sequences, captured = (tensors_of(*each) for each in arrays)
        sources = [each for each in (*initial, *sequences, *captured) if each.dtype.is_floating]
        with tf.GradientTape(persistent=True) as outer:
            outer.watch(sources)
            with tf.GradientTape() as tape:
                tape.watch(sources)
                results = run(make(*captured), initial, sequences, how, reverse=reverse)
                total = weighted(results)
            slopes = tape.gradient(total, sources)
            again = weighted([each for each in slopes if each is not None])
        curvature = outer.gradient(again, sources)
        found.append([*results, *slopes, *curvature])
        realize([each.node for each in found[-1] if each is not None])
        config.engine = "interpreter"
    for ours, expected in zip(*found, strict=True):
        assert (ours is None) == (expected is None)
        if ours is not None:
            np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12)


def weighted(results):
    floating = [each for each in results if each.dtype.is_floating]
    return tf.add_n([tf.reduce_sum(tf.sin(each) * (k + 1.0)) for k, each in enumerate(floating)])


def test_a_traced_step_updates_what_it_trains(engine):
    x, h, c, w, u, b = lstm_arrays()
    variables = [tf.Variable(each) for each in (w, u, b)]

    def step(x):
        with tf.GradientTape() as tape:
            last, _, _ = run(lstm(*variables), tensors_of(h, c), [x])
            loss = tf.reduce_sum(last * last)
        for variable, slope in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(0.1 * slope)
        return loss

    traced = tf.function(step)
    losses = [float(traced(tf.constant(x))) for _ in range(3)]
    after = [each.numpy() for each in variables]
    for variable, value in zip(variables, (w, u, b), strict=True):
        variable.assign(value)
    assert losses == pytest.approx([float(step(tf.constant(x))) for _ in range(3)], rel=1e-12)
    assert losses[0] > losses[1] > losses[2]
    for variable, value in zip(variables, after, strict=True):
        np.testing.assert_allclose(variable, value, rtol=1e-10)


def test_results_of_a_run_stay_when_the_program_runs_again(engine):
    turn = lstm(*map(tf.constant, (random(3, 8), random(2, 8), random(8))))
    zeros = tf.zeros([BATCH, UNITS], tf.float64)
    traced = tf.function(lambda x: run(turn, [zeros, zeros], [x])[2])
    inputs = [random(TIME, BATCH, FEATURES, seed=seed) for seed in range(4)]
    held = [traced(tf.constant(each)) for each in inputs]
    first = [each.numpy() for each in held]
    traced(tf.constant(inputs[1]))
    for result, value in zip(held, first, strict=True):
        np.testing.assert_array_equal(result, value)
    alone = [traced(tf.constant(each)).numpy() for each in inputs]
    np.testing.assert_array_equal(alone, first)


@pytest.mark.parametrize("persistent", [False, True])
def test_looking_at_a_result_while_the_tape_records(engine, persistent):
    x, h, c, w, u, b = tensors_of(*lstm_arrays())

    def slopes(look):
        with tf.GradientTape(persistent=persistent) as tape:
            tape.watch([w, u])
            last, _, outputs = run(lstm(w, u, b), [h, c], [x])
            if look:
                last.numpy()
            total = tf.reduce_sum(last * last) + tf.reduce_sum(outputs[1])
            if look:
                float(total)
        return tape.gradient(total, [w, u])

    for ours, expected in zip(slopes(look=True), slopes(look=False), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-12)


def test_nothing_is_done_without_turns(engine):
    zeros = tf.ones([BATCH, UNITS], tf.float64)
    turn = lstm(*map(tf.constant, (random(3, 8), random(2, 8), random(8))))
    h, _, outputs = run(turn, [zeros, zeros], [tf.zeros([0, BATCH, FEATURES], tf.float64)])
    np.testing.assert_array_equal(h, zeros)
    assert outputs.shape == (0, BATCH, UNITS)


# What is done before the loop, and what is left out.


def test_products_of_slices_leave_the_loop():
    x, h, c, w, u, b = lstm_arrays()
    turn = lstm(*map(tf.constant, (w, u, b)))
    result = run(turn, tensors_of(h, c), tensors_of(x))[0]
    order = topological_order([result.node])
    assert [node.shape for node in order if node.op == "matmul"] == [(TIME * BATCH, 4 * UNITS)]
    (loop,) = (node for node in order if node.op == "scan")
    inside = topological_order(loop.attrs["body"].outputs)
    assert sum(node.op == "matmul" for node in inside) == 1


def test_the_gradient_of_weights_is_one_product():
    x, h, c, w, u, b = tensors_of(*lstm_arrays())
    with tf.GradientTape() as tape:
        tape.watch(u)
        total = tf.reduce_sum(run(lstm(w, u, b), [h, c], [x])[0])
    order = topological_order([tape.gradient(total, u).node])
    assert (UNITS, 4 * UNITS) in [node.shape for node in order if node.op == "matmul"]
    loops = [node for node in order if node.op == "scan"]
    assert [node.attrs["reverse"] for node in loops] == [False, True]
    # Slopes of all gates side by side are joined, not added up among zeros.
    inside = topological_order(loops[1].attrs["body"].outputs)
    assert "concat" in {node.op for node in inside}
    assert "unslice" not in {node.op for node in inside}


# For each of `MORE`, forward and on the way back: how many values are carried, how many stacked.
SIZES = {
    "accumulating": [(1, 5), (3, 2)],
    "counting": [(2, 5), (2, 2)],
    "reshaping": [(1, 2), (1, 1)],
    "passing": [(2, 4), (3, 1)],
    "gates": [(2, 9), (2, 2)],
    "leading": [(1, 7), (2, 8)],
    "parts": [(1, 6), (1, 4)],
}


@pytest.mark.parametrize("name", MORE)
def test_nothing_more_is_carried_or_stacked(name):
    make, *arrays = MORE[name]
    initial, sequences, captured = (tensors_of(*each) for each in arrays)
    sources = [each for each in (*initial, *sequences, *captured) if each.dtype.is_floating]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        total = weighted(run(make(*captured), initial, sequences))
    slopes = [each for each in tape.gradient(total, sources) if each is not None]
    order = topological_order([each.node for each in slopes])
    loops = [node.attrs for node in order if node.op == "scan"]
    assert [each["reverse"] for each in loops] == [False, True]
    carried = [each["carried"] for each in loops]
    stacked = [len(each["body"].outputs) - count for each, count in zip(loops, carried)]
    assert list(zip(carried, stacked)) == SIZES[name]


def test_a_program_stacks_only_what_is_needed():
    x, h, c, w, u, b = tensors_of(*lstm_arrays())
    with tf.GradientTape() as tape:
        tape.watch(u)
        results = run(lstm(w, u, b), [h, c], [x])
    (bundle,) = results[0].node.inputs
    assert len(bundle.attrs["body"].outputs) > 3
    inputs = [input_node(i, each.shape, each.dtype) for i, each in enumerate(bundle.inputs)]
    copy = build.scan(inputs[:2], inputs[2:3], inputs[3:], bundle.attrs["body"], TIME)
    smaller = with_needed_results(ClosedGraph(tuple(inputs), (build.scanned(copy, 0),)))
    (loop,) = (node for node in topological_order(smaller.outputs) if node.op == "scan")
    assert len(loop.attrs["body"].outputs) == 2  # what is carried, and no stack


# What cannot be a part of a graph, and what is wrong.


def test_a_turn_that_needs_a_value_is_no_part_of_a_graph():
    def turn(carried, slices):
        return [carried[0] + float(slices[0][0])], []

    with pytest.raises(NeedsValue):
        run(turn, tensors_of(random(2)), tensors_of(random(3, 2)))


def test_a_turn_that_assigns_a_variable_is_no_part_of_a_graph():
    variable = tf.Variable(0.0, dtype=tf.float64)

    def turn(carried, slices):
        variable.assign_add(1.0)
        return [carried[0] + slices[0]], []

    with pytest.raises(NeedsValue):
        run(turn, tensors_of(random(2)), tensors_of(random(3, 2)))
    assert float(variable) == 0.0


def test_a_gradient_of_ones_own_is_no_part_of_a_graph_while_a_tape_records():
    @tf.custom_gradient
    def doubled(x):
        return x * 1.0, lambda upstream: upstream * 2.0

    def turn(carried, slices):
        return [doubled(carried[0]) + slices[0]], []

    x, h = tensors_of(random(3, 2), random(2))
    np.testing.assert_allclose(run(turn, [h], [x])[0], h + tf.reduce_sum(x, 0))
    with tf.GradientTape(), pytest.raises(NeedsValue):
        run(turn, [h], [x])


def test_a_state_keeps_its_shape():
    def turn(carried, slices):
        return [tf.concat([carried[0], slices[0]], 0)], []

    with pytest.raises(ShapeError, match=r"shape \[2\].*after one turn"):
        run(turn, tensors_of(random(2)), tensors_of(random(3, 2)))


def test_an_index_out_of_range_is_an_error_of_both_engines(engine):
    table = tf.constant(random(4, 2))

    def turn(carried, slices):
        return [carried[0] + tf.gather(table, slices[0])], []

    indices = tf.constant([1, 7, 2])
    with pytest.raises(InvalidArgumentError, match="7"):
        run(turn, tensors_of(random(2)), [indices])[0].numpy()


def sorting(w, shift):
    """Machine code knows nothing of sorting: the turns have a gap."""

    def turn(carried, slices):
        (h,) = carried
        order = tf.argsort(h + slices[0], axis=1)
        h = tf.gather(h, order, axis=1, batch_dims=1) * w + shift
        return [h], [h, tf.cast(order, tf.float64)]

    return turn


@pytest.mark.parametrize("reverse", [False, True])
def test_turns_may_have_gaps(engine, reverse):
    arrays = [random(3, 4)], [random(4, 3, 4)], [random(4), random(4, seed=9)]
    found = []
    for how in (scan, unrolled_scan):
        initial, sequences, captured = (tensors_of(*each) for each in arrays)
        with tf.GradientTape() as tape:
            tape.watch([*initial, *captured])
            results = run(sorting(*captured), initial, sequences, how, reverse=reverse)
            total = weighted(results)
        found.append([*results, *tape.gradient(total, [*initial, *captured])])
        realize([each.node for each in found[-1]])
    for ours, expected in zip(*found, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12)


def test_a_scan_in_a_scan(engine):
    x, h, w = tensors_of(random(3, 2, 4), random(4), random(4))

    def outer(carried, slices):
        def inner(carried, slices):
            return [tf.tanh(carried[0] * w + slices[0])], []

        (last,) = run(inner, carried, slices)
        return [last], [last * last]

    def slopes(how):
        with tf.GradientTape() as tape:
            tape.watch([h, w])
            last, outputs = run(outer, [h], [x], how)
            total = tf.reduce_sum(last) + tf.reduce_sum(outputs)
        return [last, outputs, *tape.gradient(total, [h, w])]

    for ours, expected in zip(slopes(scan), slopes(unrolled_scan), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12)
