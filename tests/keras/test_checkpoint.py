"""`tf.train.Checkpoint` and its kin: values found again by names, also those made later."""

from __future__ import annotations

import os

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import DataLossError, InvalidArgumentError, NotFoundError, ShapeError

X = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
Y = np.zeros((6, 2), np.float32)


def network(known=True):
    layers = [
        tf.keras.layers.Dense(3, activation="relu"),
        tf.keras.layers.Dropout(0.1),
        tf.keras.Sequential([tf.keras.layers.Dense(3)], name="inner"),
        tf.keras.layers.Dense(2),
    ]
    return tf.keras.Sequential([tf.keras.Input((4,)), *layers] if known else layers)


def trained():
    model = network()
    model.compile(tf.keras.optimizers.Adam(0.01), "mse")
    # Two steps by hand: compiling a program for them would take longer.
    for step in (1.0, 2.0):
        gradients = [step * tf.ones(weight.shape) for weight in model.trainable_variables]
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return model


class Sub(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [tf.keras.layers.Dense(2), [tf.keras.layers.Dense(2)]]
        self.table = {"a": tf.keras.layers.Dense(1)}
        self.scale = self.add_weight(shape=(), name="scale", initializer="ones")

    def call(self, inputs):
        return self.table["a"](self.blocks[1][0](self.blocks[0](inputs))) * self.scale


class TestCheckpoint:
    def test_names(self, tmp_path):
        model = trained()
        checkpoint = tf.train.Checkpoint(
            model=model,
            optimizer=model.optimizer,
            step=tf.Variable(3),
            values=[tf.Variable(1.0), {"x": tf.Variable(2.0)}],
        )
        path = checkpoint.save(tmp_path / "ckpt")
        names = [name for name, _ in tf.train.list_variables(path)]
        for expected in (
            "model/layer_with_weights-0/kernel",
            "model/layer_with_weights-1/layer_with_weights-0/bias",
            "optimizer/_iterations",
            "step",
            "values/0",
            "values/1/x",
            "save_counter",
        ):
            assert f"{expected}/.ATTRIBUTES/VARIABLE_VALUE" in names

    def test_round_trip_with_optimizer(self, tmp_path):
        model, other = trained(), trained()
        path = tf.train.Checkpoint(model=model, optimizer=model.optimizer).save(tmp_path / "c")
        status = tf.train.Checkpoint(model=other, optimizer=other.optimizer).restore(path)
        status.assert_consumed().assert_existing_objects_matched()
        for one, two in zip(model.optimizer.variables, other.optimizer.variables):
            np.testing.assert_array_equal(one.numpy(), two.numpy())
        np.testing.assert_allclose(model(X), other(X), rtol=1e-6)

    def test_subclass_and_module(self, tmp_path):
        class Module(tf.Module):
            def __init__(self):
                super().__init__()
                self.w = tf.Variable([1.0])
                self.parts = [tf.Variable(2.0)]

        one, two = (tf.train.Checkpoint(net=Sub(), module=Module()) for _ in range(2))
        for each in (one, two):
            each.net(X[:, :2])
        one.module.w.assign([9.0])
        two.read(one.write(tmp_path / "c")).assert_consumed()
        assert two.module.w.numpy().tolist() == [9.0]
        np.testing.assert_array_equal(one.net(X[:, :2]), two.net(X[:, :2]))

    def test_layers_that_are_built_later(self, tmp_path):
        model = trained()
        path = tf.train.Checkpoint(model=model, optimizer=model.optimizer).write(tmp_path / "c")
        later, optimizer = network(known=False), tf.keras.optimizers.Adam()
        checkpoint = tf.train.Checkpoint(model=later, optimizer=optimizer)
        status = checkpoint.read(path)
        with pytest.raises(AssertionError, match="left over"):
            status.assert_consumed()
        np.testing.assert_allclose(later(X), model(X), rtol=1e-6)
        status.assert_consumed()
        assert len(optimizer.variables) == len(model.optimizer.variables)
        assert int(optimizer.iterations) == int(model.optimizer.iterations)

    def test_what_does_not_match(self, tmp_path):
        path = tf.train.Checkpoint(a=tf.Variable(1.0), b=tf.Variable(2.0)).write(tmp_path / "c")
        a = tf.Variable(0.0)
        status = tf.train.Checkpoint(a=a).read(path)
        assert a.numpy() == 1.0
        status.assert_existing_objects_matched().assert_nontrivial_match().expect_partial()
        with pytest.raises(AssertionError, match="left over"):
            status.assert_consumed()
        status = tf.train.Checkpoint(c=tf.Variable(0.0)).read(path)
        with pytest.raises(AssertionError, match="not assigned"):
            status.assert_existing_objects_matched()
        with pytest.raises(AssertionError, match="Nothing except the root"):
            status.assert_nontrivial_match()
        with pytest.raises(ShapeError, match="incompatible tensor"):
            tf.train.Checkpoint(a=tf.Variable([0.0])).read(path)
        with pytest.raises(InvalidArgumentError, match="trackable"):
            tf.train.Checkpoint(step=1)

    def test_nothing_there(self, tmp_path):
        checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
        with pytest.raises(NotFoundError, match="Failed to find"):
            checkpoint.restore(str(tmp_path / "none"))
        with pytest.raises(AssertionError, match="No checkpoint"):
            checkpoint.restore(None).assert_consumed()
        assert tf.train.latest_checkpoint(tmp_path) is None

    def test_damage(self, tmp_path):
        v = tf.Variable([1.0, 2.0])
        path = tf.train.Checkpoint(v=v).write(str(tmp_path / "c"))
        name = f"{path}.data-00000-of-00001"
        with open(name, "rb") as file:
            good = file.read()
        for position in range(0, len(good), 3):
            damaged = bytearray(good)
            damaged[position] ^= 16
            with open(name, "wb") as file:
                file.write(damaged)
            with pytest.raises(DataLossError):
                tf.train.Checkpoint(v=v).read(path)

    def test_save_counter_goes_on(self, tmp_path):
        one = tf.train.Checkpoint(v=tf.Variable(1.0))
        one.save(tmp_path / "c")
        path = one.save(tmp_path / "c")
        two = tf.train.Checkpoint(v=tf.Variable(1.0))
        two.restore(path)
        assert os.path.basename(two.save(tmp_path / "c")) == "c-3"
        assert tf.train.latest_checkpoint(tmp_path) == str(tmp_path / "c-3")

    def test_waiting_keeps_nothing_alive(self, tmp_path):
        import gc
        import weakref

        from glassbrook.keras.layers import tracking

        path = tf.train.Checkpoint(model=trained()).write(tmp_path / "c")
        later = network(known=False)
        reference = weakref.ref(later)
        tf.train.Checkpoint(model=later).read(path)
        del later
        gc.collect()
        assert reference() is None
        tracking.bump()
        assert tracking._waiting == []

    def test_optimizer_as_keras_2_numbered_it(self, tmp_path):
        model = network()
        model.compile(tf.keras.optimizers.Adam(0.01), "mse")
        model.optimizer.build(model.trainable_variables)
        shapes = [weight.shape for weight in model.trainable_variables]
        moments = [tf.Variable(tf.fill(shape, 1.0 + n)) for n, shape in enumerate(shapes)]
        squares = [tf.Variable(tf.fill(shape, 9.0 + n)) for n, shape in enumerate(shapes)]
        steps, rate = tf.Variable(7, dtype=tf.int64), tf.Variable(0.5)
        pairs = [each for pair in zip(moments, squares) for each in pair]
        kept = {
            "_iterations": steps,
            "_learning_rate": rate,
            "_variables": [steps, *pairs],
            "_momentums": moments,
            "_velocities": squares,
        }
        path = tf.train.Checkpoint(optimizer=kept).write(tmp_path / "c")
        tf.train.Checkpoint(optimizer=model.optimizer).read(path).expect_partial()
        values = [each.numpy().ravel()[0] for each in model.optimizer.variables]
        assert values[0] == 7
        assert values[1:4] == [0.5, 1.0, 9.0]
        assert values[-2:] == [len(shapes), 8.0 + len(shapes)]


class TestManager:
    def test_keeps_the_newest(self, tmp_path):
        checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
        manager = tf.train.CheckpointManager(checkpoint, tmp_path, max_to_keep=2)
        for number in range(4):
            checkpoint.v.assign(float(number))
            manager.save()
        assert [os.path.basename(path) for path in manager.checkpoints] == ["ckpt-3", "ckpt-4"]
        names = sorted(os.listdir(tmp_path))
        assert names == sorted(
            ["checkpoint"]
            + [f"ckpt-{n}{s}" for n in (3, 4) for s in (".index", ".data-00000-of-00001")]
        )
        again = tf.train.CheckpointManager(checkpoint, tmp_path, max_to_keep=2)
        assert again.latest_checkpoint == manager.latest_checkpoint
        checkpoint.v.assign(9.0)
        assert again.restore_or_initialize() == manager.latest_checkpoint
        assert checkpoint.v.numpy() == 3.0
        state = tf.train.get_checkpoint_state(tmp_path)
        assert state.all_model_checkpoint_paths == manager.checkpoints

    def test_intervals(self, tmp_path):
        step = tf.Variable(0, dtype=tf.int64)
        checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
        manager = tf.train.CheckpointManager(
            checkpoint, tmp_path, 3, step_counter=step, checkpoint_interval=2
        )
        saved = []
        for _ in range(5):
            saved.append(manager.save() is not None)
            step.assign_add(1)
        assert saved == [True, False, True, False, True]
        with pytest.raises(InvalidArgumentError, match="max_to_keep"):
            tf.train.CheckpointManager(checkpoint, tmp_path, 0)

    def test_iterator(self, tmp_path):
        checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
        path = checkpoint.save(tmp_path / "c")
        assert list(tf.train.checkpoints_iterator(tmp_path, timeout=0)) == [path]

    def test_values_by_name(self, tmp_path):
        tf.train.Checkpoint(v=tf.Variable([1.0])).save(tmp_path / "c")
        assert tf.train.load_variable(tmp_path, "v/.ATTRIBUTES/VARIABLE_VALUE").tolist() == [1.0]
        with pytest.raises(InvalidArgumentError, match="Couldn't find"):
            tf.train.load_checkpoint(tmp_path.parent)


class TestWeightsOfModels:
    @pytest.mark.parametrize("name", ["w", "w.ckpt", "cp-0001.ckpt", "w.tf"])
    def test_round_trip(self, tmp_path, name):
        model, other = trained(), network()
        model.save_weights(tmp_path / name)
        assert (tmp_path / f"{name}.index").is_file()
        other.load_weights(tmp_path / name).expect_partial()
        np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])

    def test_before_the_model_is_built(self, tmp_path):
        model, later = trained(), network(known=False)
        model.save_weights(str(tmp_path / "w"), save_format="tf")
        later.load_weights(str(tmp_path / "w"))
        np.testing.assert_allclose(later(X), model(X), rtol=1e-6)

    def test_model_checkpoint_as_in_the_course(self, tmp_path):
        path = str(tmp_path / "cp-{epoch:04d}.ckpt")
        model = network()
        model.compile("adam", "mse")
        save = tf.keras.callbacks.ModelCheckpoint(path, save_weights_only=True, verbose=0)
        model.fit(X, Y, epochs=2, verbose=0, callbacks=[save])
        latest = tf.train.latest_checkpoint(tmp_path)
        assert latest == path.format(epoch=2)
        other = network()
        other.load_weights(latest)
        np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])


class TestMovingAverage:
    def test_formula(self):
        v = tf.Variable(1.0)
        average = tf.train.ExponentialMovingAverage(0.9)
        average.apply([v])
        expected = 1.0
        for value in (2.0, 3.0):
            v.assign(value)
            average.apply([v])
            expected = 0.9 * expected + 0.1 * value
        assert float(average.average(v)) == pytest.approx(expected)
        assert average.average(tf.Variable(1.0)) is None

    def test_without_bias(self):
        v = tf.Variable(5.0)
        average = tf.train.ExponentialMovingAverage(0.9, zero_debias=True)
        for _ in range(3):
            average.apply([v])
            assert float(average.average(v)) == pytest.approx(5.0)

    def test_refuses(self):
        with pytest.raises(InvalidArgumentError, match="floats"):
            tf.train.ExponentialMovingAverage(0.9).apply([tf.Variable(1)])
