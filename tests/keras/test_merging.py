"""Layers that make one tensor of several, and small layers."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError

keras, layers = tf.keras, tf.keras.layers
A, B = (np.random.default_rng(seed).normal(size=(2, 3, 4)).astype(np.float32) for seed in (1, 2))
ROWS = [
    ("Add", np.add),
    ("Subtract", np.subtract),
    ("Multiply", np.multiply),
    ("Average", lambda a, b: (a + b) / 2),
    ("Maximum", np.maximum),
    ("Minimum", np.minimum),
]


@pytest.mark.parametrize(("name", "expected"), ROWS)
def test_elementwise(name, expected):
    layer = getattr(layers, name)()
    function = getattr(layers, name.lower())
    for found in (layer([A, B]), function([A, B])):
        np.testing.assert_allclose(found, expected(A, B), rtol=1e-6)
    assert layer.compute_output_shape([(None, 3, 4), (None, 1, 4)]) == (None, 3, 4)
    np.testing.assert_allclose(getattr(layers, name)()([A, B[:, 0]]), expected(A, B[:, :1]))


@pytest.mark.parametrize("axis", [-1, 1, 2])
def test_concatenate(axis):
    layer = layers.Concatenate(axis=axis)
    np.testing.assert_array_equal(layer([A, B]), np.concatenate([A, B], axis))
    np.testing.assert_array_equal(layers.concatenate([A, B], axis=axis), layer([A, B]))
    assert type(layer).from_config(layer.get_config()).axis == axis


@pytest.mark.parametrize(
    ("axes", "formula"),
    [(1, "bij,bik->bjk"), (2, "bji,bki->bjk"), ((1, 1), "bij,bik->bjk"), (-1, "bji,bki->bjk")],
)
def test_dot(axes, formula):
    expected = np.einsum(formula, A, B)
    np.testing.assert_allclose(layers.Dot(axes=axes)([A, B]), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layers.dot([A, B], axes=axes), expected, rtol=1e-4, atol=1e-5)


def test_cosine():
    a, b = A[:, 0], B[:, 0]
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    found = layers.Dot(axes=1, normalize=True)([a, b])
    np.testing.assert_allclose(found, ((a * b).sum(1) / lengths)[:, None], rtol=1e-5)


@pytest.mark.parametrize(
    ("layer", "inputs", "error"),
    [
        (layers.Add(), A, InvalidArgumentError),
        (layers.Add(), [A, B[:, :, :3]], ShapeError),
        (layers.Add(), [A, B[:1]], ShapeError),
        (layers.Subtract(), [A, B, A], InvalidArgumentError),
        (layers.Concatenate(), [A, B[:, :2]], ShapeError),
        (layers.Concatenate(axis=5), [A, B], ShapeError),
        (layers.Dot(axes=1), [A, B, A], InvalidArgumentError),
        (layers.Dot(axes=1), [A, B[:, :2]], ShapeError),
        (layers.Dot(axes=0), [A, B], ShapeError),
    ],
)
def test_bad_inputs(layer, inputs, error):
    with pytest.raises(error):
        layer(inputs)


def test_bad_axes():
    with pytest.raises(ValueError, match="axes"):
        layers.Dot(axes="all")


class TestSmallLayers:
    def test_identity(self):
        np.testing.assert_array_equal(layers.Identity()(A), A)

    def test_lambda_arguments(self):
        layer = layers.Lambda(
            lambda x, scale, training=None: x * scale * (2 if training else 1),
            arguments={"scale": 3.0},
        )
        np.testing.assert_allclose(layer(A), A * 3, rtol=1e-6)
        np.testing.assert_allclose(layer(A, training=True), A * 6, rtol=1e-6)

    def test_lambda_shape(self):
        def double(x):
            return x * 2

        assert layers.Lambda(double, output_shape=(7,)).compute_output_shape((None, 3)) == (None, 7)
        stated = layers.Lambda(double, output_shape=lambda shape: (shape[0], 5))
        assert stated.compute_output_shape((2, 3)) == (2, 5)
        assert layers.Lambda(double).compute_output_shape((None, 3)) == (None, 3)

    def test_wrapper(self):
        class Twice(layers.Wrapper):
            def call(self, inputs):
                return self.layer(self.layer(inputs))

        layer = Twice(layers.Dense(4))
        assert layer(A).shape == (2, 3, 4)
        assert len(layer.weights) == 2
        twin = Twice.from_config(layer.get_config())
        assert twin.layer.units == 4
        assert twin.layer is not layer.layer
        with pytest.raises(ValueError, match="isn't a supported layer type"):
            layers.Wrapper(3)

    def test_add_variable(self):
        layer = layers.Dense(2)
        layer.add_variable("more", shape=(3,), initializer="ones")
        assert layer.weights[0].shape == (3,)
