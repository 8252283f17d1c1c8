"""`tf.train`: checkpoints that one side writes and the other reads, names, and the state file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow

from tests.parity.support import Case, Fails, add_to, fresh_names, glassbrook, rows

X = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
CASES: list[Case | Fails] = []


@pytest.fixture(autouse=True)
def _fresh_names() -> Iterator[None]:
    fresh_names()
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


def other(tf):
    return glassbrook if tf is tensorflow else tensorflow


def chain(tf):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [tf.keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)]
    )
    model.compile(tf.keras.optimizers.Adam(0.01), "mse")
    model.fit(X, np.zeros((5, 2), np.float32), epochs=2, verbose=0)
    return model


def graph(tf):
    inputs = tf.keras.Input((4,))
    return tf.keras.Model(inputs, tf.keras.layers.Dense(2)(tf.keras.layers.Dense(3)(inputs)))


def subclass(tf):
    class Sub(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.first = tf.keras.layers.Dense(2)
            self.scale = self.add_weight(shape=(), name="scale", initializer="ones")

        def call(self, inputs):
            return self.first(inputs) * self.scale

    model = Sub()
    model(X)
    return model


def parts(tf, value):
    return {
        "step": tf.Variable(value),
        "values": [tf.Variable(float(value)), {"x": tf.Variable([value, value])}],
    }


def exchanged(make, tf):
    """Values that came from the other side, and whether all were found."""
    there, own = make(other(tf)), make(tf)
    folder = tempfile.mkdtemp()
    other(tf).train.Checkpoint(model=there, **parts(other(tf), 7)).save(f"{folder}/ckpt")
    found = parts(tf, 0)
    checkpoint = tf.train.Checkpoint(model=own, **found)
    status = checkpoint.restore(tf.train.latest_checkpoint(folder))
    status.assert_existing_objects_matched()
    same = np.allclose(own.predict(X, verbose=0), there.predict(X, verbose=0), atol=1e-6)
    return same, found, int(checkpoint.save_counter)


for _make in (chain, graph, subclass):
    CASES.append(Case(f"exchanged {_make.__name__}", lambda tf, make=_make: exchanged(make, tf)))


@add_to(CASES)
def exchanged_optimizer(tf):
    there, own = chain(other(tf)), chain(tf)
    path = f"{tempfile.mkdtemp()}/c"
    saved = other(tf).train.Checkpoint(model=there, optimizer=there.optimizer)
    saved.write(path)
    tf.train.Checkpoint(model=own, optimizer=own.optimizer).read(path).assert_consumed()
    pairs = zip(there.optimizer.variables, own.optimizer.variables)
    return [bool(np.allclose(np.asarray(a), np.asarray(b))) for a, b in pairs]


@add_to(CASES)
def names_of_plain_objects(tf):
    class Module(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable([1.0])
            self.parts = [tf.Variable(2.0), {"a/b.c": tf.Variable(3.0)}]

    checkpoint = tf.train.Checkpoint(module=Module(), **parts(tf, 1))
    path = checkpoint.save(f"{tempfile.mkdtemp()}/c")
    return os.path.basename(path), tf.train.list_variables(path)


@add_to(CASES)
def values_by_name(tf):
    path = tf.train.Checkpoint(v=tf.Variable([1.5])).write(f"{tempfile.mkdtemp()}/c")
    key = "v/.ATTRIBUTES/VARIABLE_VALUE"
    reader = tf.train.load_checkpoint(path)
    return reader.get_tensor(key), reader.has_tensor("q"), tf.train.load_variable(path, key)


@add_to(CASES)
def folder_of_a_manager(tf):
    folder = tempfile.mkdtemp()
    checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    for _ in range(4):
        manager.save()
    state = tf.train.get_checkpoint_state(folder)
    return (
        sorted(os.listdir(folder)),
        [os.path.basename(path) for path in manager.checkpoints],
        os.path.basename(state.model_checkpoint_path),
        len(state.all_model_checkpoint_timestamps),
        os.path.basename(other(tf).train.latest_checkpoint(folder)),
    )


@add_to(CASES)
def nothing_there(tf):
    folder = tempfile.mkdtemp()
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(v=tf.Variable(1.0)), folder, 3)
    return (
        tf.train.latest_checkpoint(folder),
        tf.train.get_checkpoint_state(folder),
        manager.latest_checkpoint,
        manager.restore_or_initialize(),
    )


@add_to(CASES)
def moving_average(tf):
    v = tf.Variable([1.0, 2.0])
    average = tf.train.ExponentialMovingAverage(0.9)
    found = []
    for number in range(3):
        average.apply([v])
        found.append(average.average(v).numpy())
        v.assign_add([1.0, float(number)])
    return found


@add_to(CASES, Fails)
def no_such_checkpoint(tf):
    tf.train.Checkpoint(v=tf.Variable(1.0)).restore("/nowhere/ckpt-1").assert_consumed()


@add_to(CASES, Fails)
def other_shape(tf):
    path = tf.train.Checkpoint(v=tf.Variable([1.0])).write(f"{tempfile.mkdtemp()}/c")
    tf.train.Checkpoint(v=tf.Variable([1.0, 2.0])).read(path)


@add_to(CASES, Fails)
def left_over(tf):
    path = tf.train.Checkpoint(v=tf.Variable(1.0), w=tf.Variable(1.0)).write(
        f"{tempfile.mkdtemp()}/c"
    )
    tf.train.Checkpoint(v=tf.Variable(1.0)).read(path).assert_consumed()


@add_to(CASES, Fails)
def not_trackable(tf):
    tf.train.Checkpoint(step=1)


@rows("checkpoint", CASES)
def test_checkpoint(case):
    case.check()
