"""Event files: the same tags, steps, plugins and values, read by TensorFlow and TensorBoard."""

from __future__ import annotations

import glob
import os
import tempfile

import numpy as np
import pytest
import tensorflow
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.parity.support import Case, Fails, add_to, fresh_names, rows

RANDOM = np.random.default_rng(0)
PICTURES = RANDOM.random((4, 5, 6, 3)).astype(np.float32)
NUMBERS = RANDOM.normal(size=500)
SOUND = (RANDOM.random((2, 30, 1)) * 2 - 1).astype(np.float32)
CASES: list[Case | Fails] = []


@pytest.fixture(autouse=True)
def _fresh_names() -> None:
    fresh_names()


def events(folder):
    """Everything that is written, but times and the model's description."""
    found = []
    for path in sorted(glob.glob(f"{folder}/**/*tfevents*", recursive=True)):
        EventAccumulator(os.path.dirname(path)).Reload()
        where = os.path.relpath(os.path.dirname(path), folder)
        for event in tensorflow.compat.v1.train.summary_iterator(path):
            found.append((where, event.step, event.file_version))
            for value in event.summary.value:
                plugin = value.metadata.plugin_data
                array = tensorflow.make_ndarray(value.tensor)
                if value.tag == "keras":
                    array = None
                elif array.dtype == object and "im" in value.tag:
                    array = [
                        tensorflow.io.decode_png(each).numpy() if each[:4] == b"\x89PNG" else each
                        for each in array.ravel()
                    ]
                found.append(
                    (
                        where,
                        event.step,
                        value.tag,
                        plugin.plugin_name,
                        plugin.content,
                        value.metadata.summary_description,
                        array,
                    )
                )
    return sorted(found, key=lambda row: (row[0], row[1], str(row[2])))


@add_to(CASES)
def every_kind(tf):
    folder = tempfile.mkdtemp()
    with tf.summary.create_file_writer(folder).as_default():
        for step in range(3):
            tf.summary.scalar("loss", 0.5 * step, step=step)
        tf.summary.histogram("h", NUMBERS, step=1)
        tf.summary.histogram("h equal", [2.0, 2.0], step=1, buckets=4)
        tf.summary.histogram("h none", tf.zeros([0]), step=1)
        tf.summary.image("im", PICTURES, step=2)
        tf.summary.image("im bytes", (PICTURES * 255).astype(np.uint8), step=2, max_outputs=1)
        tf.summary.text("t", ["a", "b"], step=3)
        tf.summary.audio("a", SOUND, 8000, step=4)
        tf.summary.scalar("described", 1.0, step=5, description="about")
        tf.summary.write("raw", tf.constant([[1, 2]]), step=6)
        with tf.name_scope("outer"), tf.name_scope("inner"):
            tf.summary.scalar("in", 2, step=7)
    return events(folder)


@add_to(CASES)
def steps_and_conditions(tf):
    folder = tempfile.mkdtemp()
    results = [bool(tf.summary.scalar("nobody", 1.0))]
    with tf.summary.create_file_writer(folder).as_default(step=4):
        results.append(bool(tf.summary.scalar("default", 1.0)))
        tf.summary.experimental.set_step(7)
        tf.summary.scalar("set", 1.0)
        with tf.summary.record_if(False):
            results.append(bool(tf.summary.scalar("never", 1.0)))
            results.append(bool(tf.summary.should_record_summaries()))
        with tf.summary.record_if(lambda: True):
            results.append(bool(tf.summary.scalar("always", 1.0)))
    tf.summary.experimental.set_step(None)
    with tf.summary.create_noop_writer().as_default():
        results.append(bool(tf.summary.scalar("noop", 1.0, step=1)))
    return results, events(folder)


@add_to(CASES)
def in_a_function(tf):
    folder = tempfile.mkdtemp()
    writer = tf.summary.create_file_writer(folder)

    @tf.function
    def double(x, step):
        with writer.as_default():
            tf.summary.scalar("x", x, step=step)
        return x * 2

    for number in range(3):
        double(tf.constant(float(number)), tf.constant(number, tf.int64))
    writer.flush()
    return events(folder)


def board(tf, **options):
    folder = tempfile.mkdtemp()
    keras = tf.keras
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(3, kernel_initializer="ones"),
            keras.layers.Dense(1, kernel_initializer="ones"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])
    x, y = np.ones((40, 2), np.float32), np.zeros((40, 1), np.float32)
    model.fit(
        x,
        y,
        epochs=2,
        batch_size=8,
        shuffle=False,
        verbose=0,
        validation_data=(x[:8], y[:8]),
        callbacks=[keras.callbacks.TensorBoard(folder, **options)],
    )
    return events(folder)


CASES.append(Case("TensorBoard", board, rtol=1e-5))
for _options in (
    {"update_freq": "batch"},
    {"update_freq": 5, "histogram_freq": 1},
    {"histogram_freq": 2, "write_images": True, "write_graph": False},
):
    CASES.append(
        Case(f"TensorBoard {_options}", lambda tf, o=_options: board(tf, **o), rtol=1e-4, atol=1e-5)
    )


@add_to(CASES, Fails)
def no_step(tf):
    with tf.summary.create_file_writer(tempfile.mkdtemp()).as_default():
        tf.summary.scalar("loss", 1.0)


@add_to(CASES, Fails)
def no_scalar(tf):
    with tf.summary.create_file_writer(tempfile.mkdtemp()).as_default():
        tf.summary.scalar("loss", [1.0], step=1)


@add_to(CASES, Fails)
def no_batch(tf):
    with tf.summary.create_file_writer(tempfile.mkdtemp()).as_default():
        tf.summary.image("image", PICTURES[0], step=1)


@add_to(CASES, Fails)
def closed_writer(tf):
    writer = tf.summary.create_file_writer(tempfile.mkdtemp())
    writer.close()
    with writer.as_default():
        pass


@rows("summary", CASES)
def test_summary(case):
    case.check()
