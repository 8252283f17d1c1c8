"""What goes wrong in the middle of training leaves a model that can be used."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.engine.history import pins
from glassbrook.graph import node as graph
from glassbrook.tensor import recording

X = np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)
Y = np.arange(64) % 3


def network() -> tf.keras.Sequential:
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(5, activation="relu", input_shape=(4,)), tf.keras.layers.Dense(3)]
    )
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


class Raises(tf.keras.callbacks.Callback):
    """Raises an error in one of its hooks."""

    def __init__(self, hook: str, error: BaseException | None) -> None:
        super().__init__()

        def fail(*arguments: Any, **options: Any) -> None:
            if error is None:
                signal.raise_signal(signal.SIGINT)
            else:
                raise error

        setattr(self, hook, fail)


def check_usable(model: tf.keras.Sequential) -> None:
    assert recording.recorders() == ()
    assert graph._mode.unique_depth == 0
    assert pins() == []
    assert np.isfinite(model.predict(X, verbose=0)).all()
    assert len(model.fit(X, Y, epochs=1, verbose=0).history["loss"]) == 1


@pytest.mark.parametrize(
    "hook",
    "on_train_begin on_epoch_begin on_train_batch_begin on_train_batch_end on_test_begin "
    "on_epoch_end on_train_end".split(),
)
@pytest.mark.parametrize("error", [ZeroDivisionError("the callback's own"), None])
def test_a_callback_that_raises(hook: str, error: BaseException | None) -> None:
    model = network()
    expected = KeyboardInterrupt if error is None else ZeroDivisionError
    with pytest.raises(expected):
        model.fit(X, Y, epochs=2, verbose=0, validation_split=0.25, callbacks=[Raises(hook, error)])
    check_usable(model)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("delay", [0.002, 0.005, 0.011, 0.017])
def test_control_c_at_any_moment(delay: float) -> None:
    model = network()
    model.fit(X, Y, epochs=1, verbose=0)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    # Again, if the first one falls into a callback of the garbage collector: those swallow it.
    signal.setitimer(signal.ITIMER_REAL, delay, 0.1)
    try:
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, Y, epochs=5_000, verbose=0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    check_usable(model)


def test_a_generator_that_raises() -> None:
    def batches() -> Iterator[Any]:
        yield X, Y
        raise ZeroDivisionError("the generator's own")

    model = network()
    with pytest.raises(ZeroDivisionError, match="generator's own"):
        model.fit(batches(), steps_per_epoch=5, verbose=0)
    check_usable(model)


def test_a_generator_that_ends_early_is_told() -> None:
    model = network()
    with pytest.warns(UserWarning, match="ran out after 2 of 5 steps"):
        model.fit(iter([(X, Y), (X, Y)]), steps_per_epoch=5, verbose=0)
    check_usable(model)


def test_labels_that_turn_bad_after_some_batches() -> None:
    model = network()
    with pytest.raises(ValueError, match=r"label 7 in row 0 .*\[0, 3\)"):
        model.fit(iter([(X, Y), (X, Y + 7)]), steps_per_epoch=2, verbose=0)
    check_usable(model)


def test_an_error_in_a_tape_leaves_nothing_behind() -> None:
    x = tf.Variable(1.0)
    with pytest.raises(ValueError, match="inner sizes"), tf.GradientTape():
        x * (tf.ones([2, 3]) @ tf.ones([2, 3]))
    with pytest.raises(ValueError, match="inner sizes"), tf.GradientTape(persistent=True) as tape:
        tf.ones([2, 3]) @ tf.ones([2, 3])
    del tape
    assert recording.recorders() == ()
    assert graph._mode.unique_depth == 0


def test_tapes_that_end_in_another_order() -> None:
    first, second = tf.GradientTape(), tf.GradientTape()
    x = tf.Variable(2.0)
    first.__enter__()
    second.__enter__()
    y = x * x
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert float(first.gradient(y, x)) == float(second.gradient(y, x)) == 4.0


def test_a_bad_tensor_fails_alone() -> None:
    bad = tf.gather([1.0, 2.0], [5])
    good = tf.constant([1.0]) + 1.0
    v = tf.Variable(1.0)
    v.assign_add(1.0)
    assert good.numpy() == 2.0
    assert float(v) == 2.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="5 is not in"):
        bad.numpy()


def test_a_buffer_that_a_generator_fills_again() -> None:
    buffer = np.zeros(2, np.float32)

    def rows() -> Iterator[Any]:
        for value in range(3):
            buffer[:] = value
            yield buffer

    spec = tf.data.TensorSpec([2], tf.float32)
    dataset = tf.data.Dataset.from_generator(rows, output_signature=spec)
    expected = [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]
    assert [row.numpy().tolist() for row in dataset] == expected
    assert next(iter(dataset.batch(3))).numpy().tolist() == expected
    assert next(iter(dataset.prefetch(2).batch(3))).numpy().tolist() == expected


def test_arrays_that_change_later() -> None:
    array = np.ones(3, np.float32)
    made = [tf.constant(array), tf.Variable(array), tf.reshape(array, (3, 1)), array + tf.zeros(3)]
    dataset = tf.data.Dataset.from_tensors(array)
    array[:] = 5
    assert all(np.all(each.numpy() == 1) for each in [*made, *dataset])
    for each in made:
        each.numpy()[...] = 7
        assert np.all(each.numpy() == 1)


def test_zero_epochs_and_single_samples() -> None:
    model = network()
    before = model.get_weights()
    assert model.fit(X, Y, epochs=0, verbose=0).history == {}
    assert all(np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(model.fit(X[:1], Y[:1], batch_size=1000, verbose=0).history["loss"]) == 1
    assert model.predict(X[:1], verbose=0).shape == (1, 3)
