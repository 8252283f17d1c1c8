"""`tf.program`: what it says of programs whose kernels are known, and that nothing changes."""

from __future__ import annotations

import platform

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.explain.program import CompiledPart, InterpretedPart, LoopPart

X86 = platform.machine().lower() in ("x86_64", "amd64")
x86_only = pytest.mark.skipif(not X86, reason="times per kernel are measured on x86 only")

ROWS, INPUTS, UNITS = 16, 12, 8


def model() -> tf.keras.Model:
    tf.keras.utils.set_random_seed(1)
    network = tf.keras.Sequential(
        [tf.keras.layers.Dense(UNITS, activation="relu"), tf.keras.layers.Dense(1)]
    )
    network.compile(optimizer="adam", loss="mse")
    return network


def batch() -> tuple[np.ndarray, np.ndarray]:
    numbers = np.random.default_rng(0)
    return (
        numbers.normal(size=(ROWS, INPUTS)).astype(np.float32),
        numbers.normal(size=(ROWS, 1)).astype(np.float32),
    )


def report_of(function, *inputs, **options):
    return tf.program(function, *inputs, print_fn=None, **options)


def values(network: tf.keras.Model) -> list[np.ndarray]:
    return [each.numpy() for each in (*network.weights, *network.optimizer.variables)]


def test_a_model_on_a_batch():
    report = report_of(model(), batch()[0])
    products = [kernel for kernel in report.kernels if kernel.kind == "product"]
    assert [kernel.space for kernel in products] == [(ROWS, UNITS, INPUTS), (ROWS, 1, UNITS)]
    assert [kernel.flops for kernel in products] == [
        2 * ROWS * UNITS * INPUTS,
        2 * ROWS * UNITS,
    ]
    assert report.interpreted == ()
    assert (report.inputs, report.outputs, report.updated) == (5, 1, 0)
    assert report.flops == sum(kernel.flops for kernel in report.kernels)
    assert report.bytes == sum(kernel.bytes for kernel in report.kernels)
    assert sum(map(len, report.phases)) == len(report.kernels)
    # Two outputs of layers, at the least.
    assert report.arena_bytes >= 4 * ROWS * UNITS


def test_a_training_step_of_a_model_changes_nothing():
    network, data = model(), batch()
    network.fit(*data, batch_size=ROWS, verbose=0)
    before = values(network)
    report = report_of(network.train_step, data)
    assert report.name == "train_step"
    assert report.updated >= 4
    assert {kernel.kind for kernel in report.kernels} >= {"product", "loops"}
    for old, new in zip(before, values(network), strict=True):
        np.testing.assert_array_equal(old, new)
    network.fit(*data, batch_size=ROWS, verbose=0)


def step_function():
    weights = tf.Variable(tf.ones([INPUTS, 1]))
    optimizer = tf.keras.optimizers.SGD(0.1)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ weights - y))
        optimizer.apply_gradients([(tape.gradient(loss, weights), weights)])
        return loss

    return step, weights


def test_a_function_with_tape_and_optimizer():
    step, weights = step_function()
    report = report_of(step, *map(tf.constant, batch()))
    assert report.updated == 2  # the weights and the count of steps
    np.testing.assert_array_equal(weights.numpy(), np.ones((INPUTS, 1)))
    products = [kernel for kernel in report.kernels if kernel.kind == "product"]
    assert [kernel.flops for kernel in products] == [2 * ROWS * INPUTS] * 2


def test_the_text_is_a_table_of_the_kernels():
    texts: list[str] = []
    report = tf.program(model(), batch()[0], print_fn=texts.append)
    assert texts == [str(report)]
    head, titles, *lines = str(report).splitlines()
    assert head.startswith("sequential: 5 inputs, 1 output, 0 variables updated; ")
    assert titles.split() == ["phase", "kernel", "operations", "loops", "FLOPs", "bytes"]
    assert lines[0].split()[:5] == ["1", "one", "core", "product", "matmul"]
    assert f"{ROWS}×{UNITS}×{INPUTS}" in lines[0]
    assert lines[len(report.kernels)].startswith("total ")
    assert lines[-1].startswith("arena ")
    assert repr(report).startswith(f"<program of sequential: {len(report.kernels)} kernels in ")


def test_printing_is_the_default(capsys):
    report = tf.program(tf.sin, tf.ones([3]))
    assert capsys.readouterr().out == f"{report}\n"


def test_what_the_compiler_does_not_know_stands_between_compiled_parts():
    def ordered(x):
        return tf.sin(tf.sort(tf.cos(x)))

    report = report_of(ordered, tf.ones([3, 4]))
    assert [type(part) for part in report.parts] == [CompiledPart, InterpretedPart, CompiledPart]
    assert report.interpreted == ("argsort int32[3, 4]",)
    assert "interpreter: argsort int32[3, 4]" in str(report)
    assert str(report).endswith("in the interpreter: argsort")


def test_a_loop_is_nested():
    def power(x):
        return tf.while_loop(lambda i, _: i < 10, lambda i, y: (i + 1, y @ x), [tf.constant(0), x])

    report = report_of(power, tf.eye(4))
    (loop,) = [part for part in report.parts if isinstance(part, LoopPart)]
    (turn,) = loop.parts
    assert isinstance(turn, CompiledPart)
    assert "product" in {kernel.kind for kernel in turn.kernels}
    assert set(turn.kernels) <= set(report.kernels)
    lines = str(report).splitlines()
    place = lines.index("while: each turn")
    assert lines[place + 1].startswith("  1 ")


def test_a_recurrent_layer_is_a_scan():
    layer = tf.keras.layers.GRU(3)
    report = report_of(layer, tf.ones([2, 5, 4]))
    (loop,) = [part for part in report.parts if isinstance(part, LoopPart)]
    assert loop.operation == "scan"
    assert "scan: each turn" in str(report).splitlines()
    assert not report.interpreted


@x86_only
def test_times():
    network, data = model(), batch()
    report_of(network.train_step, data)  # makes the weights
    before = values(network)
    report = report_of(network.train_step, data, times=True)
    for part in report.compiled:
        assert len(part.nanoseconds) == len(part.kernels)
        assert min(part.nanoseconds) >= 0
    assert sum(sum(part.nanoseconds) for part in report.compiled) > 0
    assert report.nanoseconds > 0
    for old, new in zip(before, values(network), strict=True):
        np.testing.assert_array_equal(old, new)
    plain = report_of(network.train_step, data)
    assert report.kernels == plain.kernels
    assert (report.arena_bytes, report.scratch_bytes) == (plain.arena_bytes, plain.scratch_bytes)
    titles = str(report).splitlines()[1].split()
    assert titles[-2:] == ["time", "share"]


@x86_only
@pytest.mark.parametrize("threads", [1, 3])
def test_times_add_up(monkeypatch, threads):
    """A product that takes nearly all of the time gets nearly all of the share."""
    monkeypatch.setattr(tf.config, "threads", threads)
    matrix = tf.ones([256, 256])
    report = report_of(lambda x: tf.nn.relu(x @ x), matrix, times=True)
    (part,) = report.compiled
    by_kind = dict(zip([kernel.kind for kernel in part.kernels], part.nanoseconds))
    assert by_kind["product"] > 0.5 * sum(part.nanoseconds)
    assert by_kind["product"] < 1.5 * report.nanoseconds


@x86_only
def test_times_of_loops_and_of_the_interpreter():
    def function(x):
        _, y = tf.while_loop(
            lambda i, _: i < 5, lambda i, y: (i + 1, tf.sin(y)), [tf.constant(0), x]
        )
        return tf.sort(y)

    report = report_of(function, tf.ones([50]), times=True)
    (interpreted,) = [part for part in report.parts if isinstance(part, InterpretedPart)]
    assert interpreted.nanoseconds > 0
    (loop,) = [part for part in report.parts if isinstance(part, LoopPart)]
    assert sum(loop.parts[0].nanoseconds) > 0


def test_times_need_a_processor_that_counts(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    with pytest.raises(tf.errors.GlassbrookError, match="x86 processors only; this one is 'arm64'"):
        report_of(tf.sin, tf.ones([3]), times=True)


def test_a_function_that_needs_values_is_no_program():
    def function(x):
        return x + 1 if float(x) > 0 else x

    with (
        pytest.warns(UserWarning, match="runs as ordinary code"),
        pytest.raises(tf.errors.InvalidArgumentError, match="'function' is no program"),
    ):
        report_of(function, tf.constant(1.0))


def test_what_cannot_be_called():
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected a function"):
        report_of(3, tf.ones([3]))


def test_random_numbers_are_not_drawn():
    tf.random.set_seed(3)
    expected = tf.random.normal([2]).numpy()
    tf.random.set_seed(3)
    report_of(lambda x: x + tf.random.normal([2]), tf.ones([2]), times=X86)
    np.testing.assert_array_equal(tf.random.normal([2]).numpy(), expected)


def test_with_the_interpreter_as_engine(monkeypatch):
    monkeypatch.setattr(tf.config, "engine", "interpreter")
    assert len(report_of(lambda x: tf.sin(x) + 1.0, tf.ones([3])).kernels) == 1
