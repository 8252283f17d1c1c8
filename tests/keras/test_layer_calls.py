"""Calling layers: what `training` reaches them, what inputs they take, and what errors say."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import layers

X = np.random.default_rng(5).normal(size=(6, 4)).astype("float32")


class Noting(layers.Layer):
    """Notes what `training` it is called with."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def call(self, inputs, training=None):
        self.seen.append(training)
        return inputs


class TestCalling:
    def test_training_reaches_inner_layers(self):
        class Outer(layers.Layer):
            def __init__(self):
                super().__init__()
                self.inner = Noting()

            def call(self, inputs):
                return self.inner(inputs)

        outer = Outer()
        outer(X)
        outer(X, training=True)
        outer(X, training=False)
        outer(X)
        assert outer.inner.seen == [None, True, False, None]

    def test_default_of_call_reaches_inner_layers(self):
        class Outer(tf.keras.Model):
            def __init__(self):
                super().__init__()
                self.inner = Noting()

            def call(self, inputs, training=False):
                return self.inner(inputs)

        outer = Outer()
        outer(X)
        outer(X, True)
        outer(X, training=True)
        assert outer.inner.seen == [False, True, True]

    def test_own_argument_wins(self):
        class Outer(layers.Layer):
            def __init__(self):
                super().__init__()
                self.inner = Noting()

            def call(self, inputs, training):
                return self.inner(inputs, training=not training)

        outer = Outer()
        outer(X, training=True)
        outer(X)
        assert outer.inner.seen == [False, True]

    def test_training_does_not_outlive_an_error(self):
        class Failing(layers.Layer):
            def call(self, inputs, training=None):
                raise ValueError("inner")

        with pytest.raises(ValueError, match="inner"):
            Failing()(X, training=True)
        noting = Noting()
        noting(X)
        assert noting.seen == [None]

    def test_inputs_by_name_lists_and_numpy(self):
        class Sum(layers.Layer):
            def call(self, inputs):
                return inputs[0] + inputs[1]

        np.testing.assert_allclose(Sum()([X, X]), 2 * X)
        np.testing.assert_allclose(layers.ReLU()(inputs=X), np.maximum(X, 0))
        assert layers.Dense(2)([[1.0, 2.0]]).shape == (1, 2)

    def test_errors_name_the_layer(self):
        class Wrong(layers.Layer):
            def call(self, inputs):
                return tf.matmul(inputs, tf.zeros([7, 2]))

        class Broken(layers.Layer):
            def call(self, inputs):
                return 1 / 0

        with pytest.raises(ShapeError) as caught:
            Wrong(name="third")(X)
        assert any(
            "in layer third (Wrong), called with float32[6, 4]" in note
            for note in caught.value.__notes__
        )
        with pytest.raises(ZeroDivisionError) as divided:
            Broken()(X)
        assert any("float32[6, 4]" in note for note in divided.value.__notes__)

    def test_input_spec(self):
        class Images(layers.Layer):
            def __init__(self):
                super().__init__()
                self.input_spec = layers.InputSpec(ndim=3, axes={-1: 28})

            def call(self, inputs):
                return inputs

        Images()(tf.zeros([2, 28, 28]))
        with pytest.raises(ShapeError, match=r"'images.*expects 3 axes.*\(2, 28\)"):
            Images()(tf.zeros([2, 28]))
        with pytest.raises(ShapeError, match="axis -1 of size 28"):
            Images()(tf.zeros([2, 28, 3]))

    def test_no_call(self):
        with pytest.raises(NotImplementedError, match="has no call"):
            layers.Layer()(X)

    @pytest.mark.parametrize("arguments", [{"foo": 1}, {"input_shapes": (3,)}])
    def test_unknown_arguments(self, arguments):
        with pytest.raises(InvalidArgumentError, match="Dense: unknown argument"):
            layers.Dense(2, **arguments)

    def test_added_losses_are_those_of_the_last_call(self):
        class Adding(layers.Layer):
            def call(self, inputs):
                self.add_loss(tf.reduce_sum(inputs))
                return inputs

        outer = tf.keras.Sequential([Adding(), Adding()])
        for _ in range(2):
            outer(tf.ones([2, 3]))
        assert [float(loss) for loss in outer.losses] == [6.0, 6.0]

    def test_output_shape_of_own_layers_is_found_out(self):
        own = layers.Lambda(lambda x: tf.reduce_sum(x, axis=1))
        assert own.compute_output_shape((None, 4)) == (None,)
        halves = layers.Lambda(lambda x: tf.split(x, 2, axis=1))
        assert halves.compute_output_shape((None, 4)) == [(None, 2), (None, 2)]

    def test_floatx(self):
        tf.keras.backend.set_floatx("float64")
        try:
            assert layers.Dense(2)(X).dtype == tf.float64
        finally:
            tf.keras.backend.set_floatx("float32")
        with pytest.raises(InvalidArgumentError, match="floatx"):
            tf.keras.backend.set_floatx("int32")

    def test_a_call_without_training_takes_as_many_inputs_as_it_names(self):
        class Encoder(tf.keras.Model):
            def __init__(self):
                super().__init__()
                self.gru = layers.GRU(4, return_sequences=True, return_state=True)

            def call(self, x, hidden):
                return self.gru(x, initial_state=hidden)

        outputs, state = Encoder()(tf.ones([2, 3, 5]), tf.zeros([2, 4]))
        assert (outputs.shape, state.shape) == ((2, 3, 4), (2, 4))
