"""Variables are updated in place where nobody can see it, and nowhere else."""

from __future__ import annotations

import copy
import gc
from collections.abc import Iterator

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.engine import tiers
from glassbrook.errors import OutOfRangeError

SIZE = 64


@pytest.fixture(params=["interpreter", "compiler", "auto"], autouse=True)
def engine(request, monkeypatch) -> Iterator[str]:
    """In `auto`, everything that is seen for the second time is compiled."""
    tiers.clear()
    monkeypatch.setattr(tiers, "_TINY_NODES", 0)
    monkeypatch.setattr(tiers, "RUN_AT", 2)
    monkeypatch.setattr(tf.config, "engine", request.param)
    yield request.param
    # The interpreter did not step in for a compiler that fails.
    assert [tier.error for tier in tiers._tiers.values() if tier.error is not None] == []


def variable(value: float = 1.0) -> tf.Variable:
    return tf.Variable(np.full(SIZE, value, np.float32))


def address(v: tf.Variable) -> int:
    return v.node.value.ctypes.data


def settled(v: tf.Variable) -> tf.Variable:
    """The variable after some updates: its array is one that a program has made for it."""
    for _ in range(3):
        v.assign_add(tf.ones(SIZE))
        v.assign_sub(tf.ones(SIZE))
        v.numpy()
    return v


def update(v: tf.Variable) -> None:
    v.assign(v * 2.0 + 1.0)
    v.numpy()


def holds(x, value: float) -> bool:
    return bool(np.all(np.asarray(x) == value))


def test_an_update_that_nobody_sees_is_in_place(engine) -> None:
    v = settled(variable(1.0))
    update(v)
    before = address(v)
    update(v)
    update(v)
    assert (address(v) == before) == (engine != "interpreter")
    assert holds(v, 15.0)


READS = {
    "add": lambda v: v + 0,
    "value": lambda v: v.value(),
    "identity": tf.identity,
    "convert": tf.convert_to_tensor,
    "reshape": lambda v: tf.reshape(v, (8, 8)),
    "transpose": lambda v: tf.transpose(tf.reshape(v, (8, 8))),
    "slice": lambda v: v[3:9],
    "strided": lambda v: v[::-2],
    "broadcast": lambda v: tf.broadcast_to(v, (3, SIZE)),
    "stop_gradient": tf.stop_gradient,
    "expand": lambda v: v[None],
    "stack": lambda v: tf.stack([v, v]),
    "gather": lambda v: v.sparse_read([0, 1]),
    "numpy": lambda v: v.numpy(),
    "array": np.asarray,
    "view": lambda v: v.numpy()[::2],
    "sum": lambda v: tf.reduce_sum(v) / SIZE,
}


@pytest.mark.parametrize("computed", [False, True], ids=["pending", "computed"])
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_what_was_read_before_an_update_keeps_its_value(read, computed) -> None:
    v = settled(variable(1.0))
    for _ in range(3):
        v.assign(tf.ones(SIZE))
        v.numpy()
        old = read(v)
        if computed:
            np.asarray(old)
        update(v)
        assert holds(v, 3.0)
        assert holds(old, 1.0)
        update(v)
        assert holds(v, 7.0)
        assert holds(old, 1.0)


def test_an_array_that_the_engine_holds_is_not_written_to() -> None:
    v = settled(variable(1.0))
    held = v.node.value
    view = v.node.value[1:3]
    memory = memoryview(v.node.value)
    for _ in range(3):
        update(v)
    assert holds(held, 1.0)
    assert holds(view, 1.0)
    assert holds(np.frombuffer(memory, np.float32), 1.0)


def test_a_node_that_reads_the_old_version_is_computed_from_it() -> None:
    v = settled(variable(1.0))
    for _ in range(3):
        v.assign(tf.ones(SIZE))
        v.numpy()
        # Nobody waits for it, but somebody holds it.
        node = (v * 3.0).node
        inner = (v + 4.0).node
        v.assign(tf.Tensor(inner) * 2.0)
        v.numpy()
        gc.collect()
        assert holds(v, 10.0)
        assert holds(tf.Tensor(node), 3.0)
        assert holds(tf.Tensor(inner), 5.0)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_node_between_that_somebody_holds(depth) -> None:
    v = settled(variable(1.0))
    for _ in range(3):
        v.assign(tf.ones(SIZE))
        v.numpy()
        x = v
        for _ in range(depth):
            x = x + 1.0
        node = x.node  # nobody waits for it
        v.assign(x * 2.0)
        del x
        assert holds(v, 2.0 * (1 + depth))
        assert node.value is None
        assert holds(tf.Tensor(node), 1.0 + depth)
        del node


def test_a_tape_reads_a_variable_that_it_does_not_watch() -> None:
    v = tf.Variable(np.ones(SIZE, np.float32), trainable=False)
    settled(v)
    for _ in range(3):
        v.assign(tf.fill([SIZE], 3.0))
        v.numpy()
        x = tf.ones(SIZE)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = v * x * 1.0
        v.assign(v * 2.0 + y * 0.0)
        assert holds(v, 6.0)
        assert holds(tape.gradient(y, x), 3.0)
        assert holds(y, 3.0)
        del tape, y


def test_a_variable_that_begins_as_a_view() -> None:
    views = {
        "reshape": lambda x: tf.reshape(x, (SIZE,)),
        "transpose": tf.transpose,
        "slice": lambda x: x[1:],
        "broadcast": lambda x: tf.broadcast_to(x[:1], (5, 8)),
    }
    for shape in ((SIZE,), (8, 8), (7, 8), (5, 8)):  # programs, before the views
        v = tf.Variable(np.ones(shape, np.float32))
        for _ in range(4):
            v.assign_add(tf.ones_like(v))
            v.numpy()
    for make in views.values():
        source = tf.constant(np.ones((8, 8), np.float32))
        v = tf.Variable(make(source))
        for _ in range(4):
            v.assign_add(tf.ones_like(v))
            v.numpy()
        assert holds(v, 5.0)
        assert holds(source, 1.0)


@pytest.mark.parametrize("computed", [False, True])
def test_a_persistent_tape_sees_what_it_recorded(computed) -> None:
    v = settled(variable(3.0))
    for _ in range(3):
        v.assign(tf.fill([SIZE], 3.0))
        v.numpy()
        with tf.GradientTape(persistent=True) as tape:
            y = v * v * v
        if computed:
            y.numpy()
        update(v)
        update(v)
        assert holds(tape.gradient(y, v), 27.0)
        del tape


def test_a_tape_that_is_asked_after_the_update() -> None:
    v = settled(variable(3.0))
    for _ in range(3):
        v.assign(tf.fill([SIZE], 3.0))
        v.numpy()
        with tf.GradientTape() as tape:
            y = tf.exp(v * 0.0) * v * v
            v.assign(v * 2.0)
            v.numpy()
        assert holds(tape.gradient(y, v), 6.0)
        assert holds(v, 6.0)
        assert holds(y, 9.0)


def test_a_live_tape_beside_the_updates() -> None:
    v, w = settled(variable(3.0)), settled(variable(2.0))
    with tf.GradientTape(persistent=True) as tape:
        y = v * w
    for _ in range(4):
        v.assign(tf.fill([SIZE], 3.0))
        update(v)
        update(w)
    assert holds(tape.gradient(y, v), 2.0)
    assert holds(tape.gradient(y, w), 3.0)


@pytest.mark.parametrize("times", range(1, 4))
def test_assignments_between_two_variables(times) -> None:
    v, w = settled(variable(1.0)), settled(variable(2.0))
    for _ in range(times):
        v.assign(w)
        w.assign(v)
        assert holds(v, 2.0)
        assert holds(w, 2.0)
        v.assign(tf.ones(SIZE))
        assert holds(v, 1.0)
        assert holds(w, 2.0)


@pytest.mark.parametrize("read", [lambda v: v + 0, tf.identity, lambda v: v.value()])
def test_a_swap_of_two_variables(read) -> None:
    v, w = settled(variable(1.0)), settled(variable(2.0))
    for turn in range(5):
        old = read(v)
        v.assign(w)
        w.assign(old)
        if turn % 2:
            w.numpy()
        assert holds(v, 1.0 if turn % 2 else 2.0)
        assert holds(w, 2.0 if turn % 2 else 1.0)
        del old


def test_a_rotation_of_three_variables() -> None:
    variables = [settled(variable(float(each))) for each in range(3)]
    a, b, c = variables
    for turn in range(1, 7):
        old = a.value()
        a.assign(b)
        b.assign(c)
        c.assign(old)
        del old
        tf.reduce_sum(a + b + c).numpy()
        for place, each in enumerate(variables):
            assert holds(each, (place + turn) % 3)


def test_updates_that_read_each_other() -> None:
    v, w = settled(variable(1.0)), settled(variable(2.0))
    expected = [1.0, 2.0]
    for _ in range(5):
        old = v + 0
        v.assign(v + w)
        w.assign(old * w)
        del old
        expected = [expected[0] + expected[1], expected[0] * expected[1]]
        assert holds(w, expected[1])
        assert holds(v, expected[0])


@pytest.mark.parametrize(
    "initial",
    [
        lambda: tf.ones(SIZE),
        lambda: tf.constant(np.ones(SIZE, np.float32)),
        lambda: np.ones(SIZE, np.float32),
        lambda: tf.reshape(tf.ones((8, 8)), (SIZE,)),
        lambda: variable(1.0),
    ],
    ids=["ones", "constant", "array", "reshape", "variable"],
)
def test_variables_that_begin_with_the_same_value(initial) -> None:
    source = initial()
    v, w = tf.Variable(source), tf.Variable(source)
    for _ in range(4):
        v.assign_add(tf.ones(SIZE))
        v.numpy()
    assert holds(v, 5.0)
    assert holds(w, 1.0)
    assert holds(source, 1.0)
    for _ in range(4):
        w.assign_add(tf.ones(SIZE) * 2.0)
        w.numpy()
    assert holds(v, 5.0)
    assert holds(w, 9.0)
    assert holds(source, 1.0)


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_the_user_is_not_changed(order) -> None:
    array = np.ones((8, 8), np.float32, order=order)
    v = tf.Variable(array)
    v.assign(array)
    for _ in range(4):
        v.assign_add(tf.ones((8, 8)))
        v.numpy()
    assert holds(v, 5.0)
    assert holds(array, 1.0)
    v.assign(array)
    array[:] = 7.0
    assert holds(v, 1.0)


def test_assignments_of_a_variable_to_itself() -> None:
    v = settled(variable(1.0))
    for turn in range(1, 6):
        v.assign(v)
        assert holds(v, 2.0 ** (turn - 1))
        v.assign_add(v)
        assert holds(v, 2.0**turn)
        v.assign_sub(v * 0.0)


def test_a_failing_assignment_is_taken_back() -> None:
    v = settled(variable(1.0))
    for _ in range(4):
        v.assign(tf.ones(SIZE))
        update(v)
        v.assign(tf.gather(v, np.full(SIZE, SIZE + 5)))
        with pytest.raises(OutOfRangeError, match="gather"):
            v.numpy()
        assert holds(v, 3.0)
        update(v)
        assert holds(v, 7.0)


def test_a_failure_beside_an_update() -> None:
    v = settled(variable(1.0))
    for _ in range(4):
        v.assign(tf.ones(SIZE))
        v.numpy()
        bad = tf.gather(v, [SIZE + 5])
        v.assign(v * 2.0)
        assert holds(v, 2.0)
        with pytest.raises(OutOfRangeError, match="gather"):
            bad.numpy()


def test_copies_and_values_that_were_taken() -> None:
    v = settled(variable(1.0))
    for _ in range(3):
        v.assign(tf.ones(SIZE))
        twin = copy.deepcopy(v)
        saved = {"value": v.value(), "numpy": v.numpy(), "tensor": tf.convert_to_tensor(v)}
        update(v)
        update(twin)
        update(twin)
        assert holds(v, 3.0)
        assert holds(twin, 7.0)
        assert all(holds(each, 1.0) for each in saved.values())
        v.assign(saved["value"])
        update(v)
        assert holds(saved["value"], 1.0)
        assert holds(v, 3.0)


def test_weights_that_were_saved_come_back() -> None:
    model = tf.keras.Sequential([tf.keras.layers.Dense(SIZE, input_shape=(SIZE,))])
    model.compile(tf.keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    x = np.random.default_rng(0).normal(size=(16, SIZE)).astype(np.float32)
    weights, tensors = model.get_weights(), [each.value() for each in model.weights]
    predicted = model(x)
    model.fit(x, x, epochs=5, verbose=0)
    assert not np.allclose(model.get_weights()[0], weights[0])
    for saved, tensor in zip(weights, tensors, strict=True):
        np.testing.assert_array_equal(saved, tensor)
    model.set_weights(weights)
    np.testing.assert_allclose(model(x), predicted, rtol=1e-4, atol=1e-5)


def test_scalars_and_other_types() -> None:
    count, flag = tf.Variable(0), tf.Variable([True, False])
    text = tf.Variable(["a", "b"])
    for turn in range(1, 6):
        old, old_flag, old_text = count + 0, flag.value(), text.value()
        count.assign_add(1)
        flag.assign(tf.logical_not(flag))
        text.assign(tf.strings.join([text, text]))
        assert int(count) == turn
        assert int(old) == turn - 1
        assert flag.numpy().tolist() == [turn % 2 == 0, turn % 2 == 1]
        assert old_flag.numpy().tolist() == [turn % 2 == 1, turn % 2 == 0]
        assert len(text.numpy()[0]) == 2**turn
        assert len(old_text.numpy()[0]) == 2 ** (turn - 1)


def training_loop(steps: int, look: bool):
    generator = np.random.default_rng(0)
    x = tf.constant(generator.normal(size=(32, 128)).astype(np.float32))
    first = tf.Variable(generator.normal(size=(128, 96)).astype(np.float32) * 0.1)
    second = tf.Variable(generator.normal(size=(96, 64)).astype(np.float32) * 0.1)
    optimizer = tf.keras.optimizers.SGD(0.5)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            hidden = tf.nn.relu(x @ first)
            loss = tf.reduce_mean(tf.square(hidden @ second - 1.0))
        gradients = tape.gradient(loss, [first, second])
        before = [first.numpy(), second.numpy()] if look else []
        optimizer.apply_gradients(zip(gradients, [first, second], strict=True))
        if look:
            for old, gradient, each in zip(before, gradients, [first, second], strict=True):
                np.testing.assert_allclose(old - 0.5 * gradient.numpy(), each, atol=1e-5)
    return gradients, [first.numpy(), second.numpy()], (first, second)


def test_gradients_that_are_put_off_are_right_when_weights_have_changed() -> None:
    expected, weights, _ = training_loop(6, look=True)
    found, same_weights, variables = training_loop(6, look=False)
    for each in variables:
        each.assign(each * 0.0)
        each.numpy()
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-4, atol=1e-6)
    for one, other in zip(weights, same_weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_gradients_are_put_off(engine) -> None:
    gradients, _, _ = training_loop(6, look=False)
    assert [each.node.value is None for each in gradients] == [engine != "interpreter"] * 2
    # Put off, they hold on to nothing but the two matrices that they are made of.
    for each in gradients:
        assert all(node.is_leaf for node in each.node.inputs)


def test_a_gradient_that_is_asked_for_is_not_put_off() -> None:
    x = tf.constant(np.ones((4, 128), np.float32))
    v = tf.Variable(np.ones((128, 128), np.float32))
    for _ in range(4):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(x @ v)
        gradient = tape.gradient(loss, v)
        v.assign_sub(0.0 * gradient)
        assert holds(gradient, 4.0)
        assert holds(v, 1.0)
