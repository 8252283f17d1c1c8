"""Branches and loops within `tf.function`, and long loops outside of it: parts of a graph."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.engine import realize
from glassbrook.graph.printer import topological_order


def operations(tensor):
    return {node.op for node in topological_order([tensor.node])}


def graph_of(function, *arguments):
    concrete = function.get_concrete_function(*arguments)
    return {node.op for node in topological_order(concrete.graph.results)}


def numbers(structure):
    return tf.nest.map_structure(lambda x: x.numpy().tolist(), structure)


# Loops.


def regression(turns):
    x = tf.linspace(-1.0, 1.0, 100)
    y = 3.0 * x + 1.0

    def body(i, w, b):
        with tf.GradientTape() as tape:
            tape.watch([w, b])
            loss = tf.reduce_mean(tf.square(w * x + b - y))
        slope_w, slope_b = tape.gradient(loss, [w, b])
        return i + 1, w - 0.5 * slope_w, b - 0.5 * slope_b

    start = (tf.constant(0), tf.constant(0.0), tf.constant(0.0))
    return tf.while_loop(lambda i, w, b: i < turns, body, start)


@pytest.mark.parametrize("decorate", [lambda function: function, tf.function])
def test_linear_regression_in_one_loop(decorate):
    i, w, b = decorate(regression)(1000)
    assert int(i) == 1000
    np.testing.assert_allclose([float(w), float(b)], [3.0, 1.0], atol=1e-5)


def test_long_eager_loops_become_one_node():
    i, w, b = regression(100)
    assert i.node.value is None
    assert {"item", "while"} <= operations(w)
    few = [float(each) for each in regression(10)]
    assert few[0] == 10
    assert operations(regression(10)[1]).isdisjoint({"item", "while"})
    realize([b.node])
    assert w.node.value is not None


LOOPS = {
    "count": (lambda i: i < 40, lambda i: (i + 1,), (0,), None),
    "at once false": (lambda i: i < 0, lambda i: (i + 1,), (5,), None),
    "limit": (lambda i: True, lambda i: (i + 2,), (0,), 30),
    "limit zero": (lambda i: True, lambda i: (i + 2,), (0,), 0),
    "several dtypes": (
        lambda i, x, f: i < 25,
        lambda i, x, f: (i + 1, x * 1.5, tf.logical_not(f)),
        (tf.constant(0, tf.int64), tf.ones([2], tf.float64), tf.constant(False)),
        None,
    ),
    "structures": (
        lambda d, x: d["i"] < 20,
        lambda d, x: ({"i": d["i"] + 1, "t": d["t"] + x}, x),
        ({"i": tf.constant(0), "t": tf.constant(1.0)}, tf.constant(0.5)),
        None,
    ),
    "number as condition": (lambda i: i - 30, lambda i: (i + 1,), (0,), None),
    "swap": (
        lambda i, a, b: i < 21,
        lambda i, a, b: (i + 1, b, a),
        (0, tf.constant(1), tf.constant(2)),
        None,
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_loops_agree_with_python(name):
    cond, body, start, limit = LOOPS[name]
    values, turns = tf.nest.map_structure(tf.convert_to_tensor, start), 0
    while (limit is None or turns < limit) and bool(cond(*values)):
        values, turns = body(*values), turns + 1

    def loop(*start):
        return tf.while_loop(cond, body, start, maximum_iterations=limit)

    assert numbers(loop(*start)) == numbers(values)
    function = tf.function(loop)
    assert numbers(function(*start)) == numbers(values)
    assert "while" in graph_of(function, *start)


def test_number_of_turns_from_outside():
    function = tf.function(lambda n: tf.while_loop(lambda i: i < n, lambda i: (i + 3,), (0,)))
    assert [int(function(tf.constant(n))[0]) for n in (0, 1, 7)] == [0, 3, 9]
    limited = tf.function(
        lambda n: tf.while_loop(lambda i: True, lambda i: i + 1, (0,), maximum_iterations=n)
    )
    assert [int(limited(tf.constant(n))[0]) for n in (0, 3)] == [0, 3]


@pytest.mark.parametrize("turns", [3, 50])
@pytest.mark.parametrize("decorate", [lambda function: function, tf.function])
def test_variables_in_a_loop(turns, decorate):
    total, factor = tf.Variable(1.0), tf.Variable(2.0)

    @decorate
    def run(n):
        def body(i):
            total.assign_add(factor * tf.cast(i, tf.float32))
            return (i + 1,)

        return tf.while_loop(lambda i: i < n, body, (tf.constant(0),)), total + 0.0

    for time in (1, 2):
        (i,), seen = run(tf.constant(turns))
        assert int(i) == turns
        assert float(seen) == float(total) == 1.0 + time * turns * (turns - 1)
    factor.assign(0.0)
    run(tf.constant(turns))
    assert float(total) == 1.0 + 2 * turns * (turns - 1)


def test_loops_in_loops():
    @tf.function
    def table(n):
        def row(i, total):
            _, total = tf.while_loop(
                lambda j, t: j < i, lambda j, t: (j + 1, t + i * j), (tf.constant(0), total)
            )
            return i + 1, total

        return tf.while_loop(lambda i, t: i < n, row, (tf.constant(0), tf.constant(0)))[1]

    for n in (0, 3, 6):
        assert int(table(tf.constant(n))) == sum(i * j for i in range(n) for j in range(i))


def test_python_side_effects_keep_a_loop_in_python(capsys):
    seen = []

    def body(i):
        seen.append(int(i))
        return (i + 1,)

    tf.while_loop(lambda i: i < 40, body, (0,))
    assert seen == list(range(40))

    kept = []
    keep = kept.append

    def hidden(i):
        keep(i)
        return (i + 1,)

    tf.while_loop(lambda i: i < 40, hidden, (0,))
    assert [int(each) for each in kept][-1] == 39

    def printing(i):
        tf.print(i, output_stream=sys.stdout)
        return (i + 1,)

    tf.while_loop(lambda i: i < 20, printing, (0,))
    assert capsys.readouterr().out.split() == [str(i) for i in range(20)]


def test_loops_that_change_their_type():
    def grow(x):
        return tf.while_loop(lambda x: tf.reduce_sum(x) < 9, lambda x: tf.concat([x, x], 0), (x,))

    with pytest.raises(ValueError, match=r"shape \[1\], but has shape \[2\] after one turn"):
        tf.function(grow)(tf.constant([1]))
    assert len(grow(tf.constant([1]))[0]) == 16

    varies = tf.function(
        lambda x: tf.while_loop(
            lambda x: tf.reduce_sum(x) < 9,
            lambda x: tf.concat([x, x], 0),
            (x,),
            shape_invariants=(tf.TensorShape([None]),),
        )
    )
    with pytest.warns(UserWarning, match="shape changes"):
        assert len(varies(tf.constant([1]))[0]) == 16
    with pytest.raises(TypeError, match="dtype int32, but has dtype float32"):
        tf.function(
            lambda x: tf.while_loop(lambda x: x < 3, lambda x: tf.cast(x, tf.float32) + 1.0, (x,))
        )(tf.constant(1))


def test_errors_in_a_loop():
    function = tf.function(
        lambda x: tf.while_loop(
            lambda i, t: i < 5, lambda i, t: (i + 1, t + tf.gather(x, i)), (0, 0.0)
        )
    )
    assert float(function(tf.ones([5]))[1]) == 5.0
    with pytest.raises(tf.errors.OutOfRangeError):
        numbers(function(tf.ones([3])))


@pytest.mark.parametrize("decorate", [lambda function: function, tf.function])
def test_gradient_through_a_loop(decorate):
    @decorate
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            _, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, x))
        return tape.gradient(y, x)

    assert float(slope(tf.constant(2.0))) == 4 * 2.0**3


def test_gradient_through_a_loop_of_unknown_length():
    @tf.function
    def slope(x, n):
        with tf.GradientTape() as tape:
            tape.watch(x)
            _, y = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * x), (0, x))
        return tape.gradient(y, x)

    with pytest.warns(UserWarning, match="runs as ordinary code"):
        assert float(slope(tf.constant(2.0), tf.constant(3))) == 32.0
    assert float(slope(tf.constant(2.0), tf.constant(1))) == 4.0


# Branches.


@tf.function
def halved(x):
    return tf.cond(x > 0, lambda: {"y": x / 2, "n": 1}, lambda: {"y": -x, "n": 2})


def test_branches():
    assert numbers(halved(tf.constant(4.0))) == {"y": 2.0, "n": 1}
    assert numbers(halved(tf.constant(-4.0))) == {"y": 4.0, "n": 2}
    assert "cond" in graph_of(halved, tf.constant(4.0))


def test_only_one_branch_runs():
    pick = tf.function(
        lambda x, i: tf.cond(i < 2, lambda: tf.gather(x, i), lambda: tf.constant(-1.0))
    )
    x = tf.constant([1.0, 2.0])
    assert [float(pick(x, tf.constant(i))) for i in (0, 1, 5)] == [1.0, 2.0, -1.0]


def test_known_conditions_are_decided_while_tracing():
    function = tf.function(lambda x: tf.cond(tf.constant(True), lambda: x, lambda: x.numpy()))
    assert float(function(tf.constant(1.0))) == 1.0
    assert "cond" not in graph_of(function, tf.constant(1.0))


def test_branches_without_values_and_with_assignments():
    count, other = tf.Variable(0), tf.Variable(0)

    @tf.function
    def note(x):
        tf.cond(
            x > 0,
            lambda: (count.assign_add(1), None)[1],
            lambda: (other.assign(count * 10), None)[1],
        )
        return count + 0

    assert [int(note(tf.constant(x))) for x in (1, 1, -1, 1)] == [1, 2, 2, 3]
    assert (int(count), int(other)) == (3, 20)


def test_several_results_of_one_dtype():
    @tf.function
    def both(x):
        return tf.cond(
            x[0] > 0, lambda: (x, tf.reduce_sum(x), x[:0]), lambda: (-x, x[0], x[:0] + 1)
        )

    assert numbers(both(tf.constant([1.0, 2.0]))) == ([1.0, 2.0], 3.0, [])
    assert numbers(both(tf.constant([-1.0, 2.0]))) == ([1.0, -2.0], -1.0, [])


def test_branches_that_differ():
    with pytest.raises(TypeError, match="must have the same number, type, and overall structure"):
        tf.function(lambda x: tf.cond(x > 0, lambda: 1, lambda: 1.0))(tf.constant(1))
    with pytest.raises(TypeError, match="overall structure"):
        tf.function(lambda x: tf.cond(x > 0, lambda: 1, lambda: (1, 2)))(tf.constant(1))
    shapes = tf.function(lambda x: tf.cond(x > 0, lambda: tf.ones(2), lambda: tf.ones(3)))
    with pytest.warns(UserWarning, match="which shape tf.cond gives"):
        assert len(shapes(tf.constant(1))) == 2
    assert len(shapes(tf.constant(-1))) == 3
    with pytest.raises(ValueError, match="single truth value"):
        tf.function(lambda x: tf.cond(x > 0, lambda: 1, lambda: 2))(tf.constant([1, 2]))


def test_gradients_of_branches():
    w, b = tf.Variable([2.0, 3.0]), tf.Variable(1.0)

    def loss_of(x):
        return tf.cond(
            tf.reduce_sum(x) > 0,
            lambda: tf.reduce_sum(tf.math.log(x) * w),
            lambda: tf.reduce_sum(x * x * w) * b,
        )

    def slopes(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = loss_of(x) * 2.0
        return tape.gradient(loss, [x, w, b], unconnected_gradients="zero")

    traced = tf.function(slopes)
    for x in ([1.0, 2.0], [-1.0, -2.0], [0.0, 0.0]):
        for ours, expected in zip(traced(tf.constant(x)), slopes(tf.constant(x))):
            np.testing.assert_allclose(ours, expected, rtol=1e-6)
    assert "cond" in graph_of(traced, tf.constant([1.0, 2.0]))


def test_second_gradients_of_branches():
    @tf.function
    def curvature(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = tf.cond(x > 0, lambda: x**3, lambda: x**2)
            slope = inner.gradient(y, x)
        return outer.gradient(slope, x)

    assert [float(curvature(tf.constant(x))) for x in (2.0, -2.0)] == [12.0, 2.0]


def test_branches_in_branches_and_loops():
    @tf.function
    def collatz(n):
        def body(n, steps):
            following = tf.cond(n % 2 == 0, lambda: n // 2, lambda: 3 * n + 1)
            return following, steps + 1

        return tf.while_loop(lambda n, steps: n > 1, body, (n, tf.constant(0)))[1]

    assert [int(collatz(tf.constant(n))) for n in (1, 6, 27)] == [0, 8, 111]

    @tf.function
    def sign(x):
        return tf.cond(x > 0, lambda: 1, lambda: tf.cond(x < 0, lambda: -1, lambda: 0))

    assert [int(sign(tf.constant(x))) for x in (3.0, -3.0, 0.0)] == [1, -1, 0]


def test_case_and_switch_case():
    @tf.function
    def size(x):
        return tf.case([(x < 3, lambda: "low"), (x < 7, lambda: "middle")], default=lambda: "high")

    assert [size(tf.constant(x)).numpy() for x in (1, 5, 9)] == [b"low", b"middle", b"high"]

    @tf.function
    def switched(i):
        return tf.switch_case(i, [lambda: 10, lambda: 20, lambda: 30])

    assert [int(switched(tf.constant(i))) for i in (0, 1, 2, 3, -1)] == [10, 20, 30, 30, 30]

    @tf.function
    def with_default(i):
        return tf.switch_case(i, [lambda: 10], default=lambda: 99)

    assert [int(with_default(tf.constant(i))) for i in (0, 1)] == [10, 99]


def test_random_numbers_in_a_branch_are_new_at_each_call():
    function = tf.function(
        lambda x: tf.cond(x > 0, lambda: tf.random.uniform([]), lambda: tf.constant(-1.0))
    )
    first, second = float(function(tf.constant(1.0))), float(function(tf.constant(1.0)))
    assert first != second
    assert float(function(tf.constant(-1.0))) == -1.0


def test_a_long_eager_loop_runs_compiled_at_once(monkeypatch):
    from glassbrook import config
    from glassbrook.engine import programs, tiers

    monkeypatch.setattr(config, "engine", "auto")
    tiers.clear()
    made = []
    compiled = programs.compiled
    monkeypatch.setattr(programs, "compiled", lambda graph: made.append(graph) or compiled(graph))
    for _ in range(3):
        total = tf.while_loop(lambda i, s: i < 500, lambda i, s: (i + 1, s + i), (0, 0))[1]
        assert int(total) == sum(range(500))
    # Once for the loop; the few turns before it stay in the interpreter or are seen again.
    loops = [graph for graph in made if any(n.inputs[0].op == "while" for n in graph.outputs)]
    assert len(loops) == 1


# Gradients of loops whose number of turns is known.


def has_scan(function, *arguments):
    concrete = function.get_concrete_function(*arguments)
    return "scan" in {node.op for node in topological_order(concrete.graph.results)}


COUNTED = {
    "counter": lambda x, w: tf.while_loop(
        lambda i, y: i < 5, lambda i, y: (i + 1, tf.tanh(y @ w) + x), (0, x)
    )[1],
    "limit": lambda x, w: tf.while_loop(
        lambda y: True, lambda y: (y * tf.sin(w) + x,), (x,), maximum_iterations=4
    )[0],
    "counter with a step": lambda x, w: tf.while_loop(
        lambda i, n, y: i * 2 < n, lambda i, n, y: (i + 3, n + 1, y @ w + y), (0, 20, x)
    )[2],
    "no turn": lambda x, w: tf.while_loop(
        lambda i, y: i < 0, lambda i, y: (i + 1, y @ w), (0, x * w)
    )[1],
}


@pytest.mark.parametrize("name", COUNTED)
def test_gradient_through_a_loop_of_known_length(name):
    random = np.random.default_rng(0)
    x, w = (tf.constant(random.normal(size=(3, 3))) for _ in range(2))

    def slopes(x, w):
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            total = tf.reduce_sum(tf.sin(COUNTED[name](x, w)))
        return tape.gradient(total, [x, w])

    traced = tf.function(slopes)
    assert has_scan(traced, x, w)
    for ours, unrolled in zip(traced(x, w), slopes(x, w), strict=True):
        np.testing.assert_allclose(ours, unrolled, rtol=1e-9, atol=1e-12)


def test_gradient_of_a_variable_through_a_loop_of_known_length():
    w = tf.Variable(0.5)

    @tf.function
    def slope():
        with tf.GradientTape() as tape:
            _, y = tf.while_loop(lambda i, y: i < 10, lambda i, y: (i + 1, y * w), (0, 1.0))
        return tape.gradient(y, w)

    np.testing.assert_allclose(slope(), 10 * 0.5**9, rtol=1e-6)
    w.assign(2.0)
    np.testing.assert_allclose(slope(), 10 * 2.0**9, rtol=1e-6)
