"""Initializers: limits and moments of what they draw, seeds, fans, names."""

from __future__ import annotations

import math

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import initializers
from glassbrook.keras.seeds import SeedGenerator

SHAPE = (200, 100)

# Standard deviation, and the greatest absolute value, for a kernel of 200 inputs and 100 outputs.
# fmt: off
RANDOM = {
    "glorot_uniform": (math.sqrt(2 / 300), math.sqrt(6 / 300)),
    "glorot_normal": (math.sqrt(2 / 300), 2 * math.sqrt(2 / 300) / 0.87962566),
    "he_uniform": (math.sqrt(2 / 200), math.sqrt(6 / 200)),
    "he_normal": (math.sqrt(2 / 200), 2 * math.sqrt(2 / 200) / 0.87962566),
    "lecun_uniform": (math.sqrt(1 / 200), math.sqrt(3 / 200)),
    "lecun_normal": (math.sqrt(1 / 200), 2 * math.sqrt(1 / 200) / 0.87962566),
    "variance_scaling": (math.sqrt(1 / 200), 2 * math.sqrt(1 / 200) / 0.87962566),
    "random_uniform": (0.1 / math.sqrt(12), 0.05),
    "truncated_normal": (0.05 * 0.87962566, 0.1),
    "random_normal": (0.05, None),
}
# fmt: on


@pytest.mark.parametrize("name", RANDOM)
def test_distribution(name):
    tf.keras.utils.set_random_seed(2)
    values = initializers.get(name)(SHAPE).numpy()
    deviation, limit = RANDOM[name]
    assert values.shape == SHAPE
    assert values.dtype == np.float32
    assert values.std() == pytest.approx(deviation, rel=0.02)
    assert abs(values.mean()) < 0.02 * deviation
    if limit is None:
        assert np.abs(values).max() > 3.5 * deviation
    else:
        assert 0.99 * limit < np.abs(values).max() <= limit * 1.0001


@pytest.mark.parametrize("name", [*RANDOM, "orthogonal"])
def test_seeds(name):
    cls = type(initializers.get(name))
    one = cls(seed=1)
    np.testing.assert_array_equal(one(SHAPE).numpy(), one(SHAPE).numpy())
    np.testing.assert_array_equal(one(SHAPE).numpy(), cls(seed=1)(SHAPE).numpy())
    assert not np.array_equal(one(SHAPE).numpy(), cls(seed=2)(SHAPE).numpy())
    assert not np.array_equal(cls()(SHAPE).numpy(), cls()(SHAPE).numpy())
    tf.keras.utils.set_random_seed(7)
    unseeded = cls()
    first = unseeded(SHAPE).numpy()
    tf.keras.utils.set_random_seed(7)
    np.testing.assert_array_equal(cls()(SHAPE).numpy(), first)
    np.testing.assert_array_equal(unseeded(SHAPE).numpy(), first)


def test_seed_generator_gives_new_numbers():
    initializer = initializers.RandomNormal(seed=SeedGenerator(3))
    first = initializer((3,)).numpy()
    assert not np.array_equal(first, initializer((3,)).numpy())
    np.testing.assert_array_equal(
        first, initializers.RandomNormal(seed=SeedGenerator(3))((3,)).numpy()
    )


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("distribution", ["uniform", "truncated_normal", "untruncated_normal"])
def test_variance_scaling(mode, distribution):
    initializer = initializers.VarianceScaling(3.0, mode, distribution, seed=4)
    count = {"fan_in": 200, "fan_out": 100, "fan_avg": 150}[mode]
    assert initializer(SHAPE).numpy().std() == pytest.approx(math.sqrt(3 / count), rel=0.02)


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((3,), (3, 3)), ((3, 4), (3, 4)), ((5, 3, 4), (15, 20))]
    + [((3, 3, 4, 5), (36, 45))],
)
def test_fans(shape, fans):
    assert initializers.compute_fans(shape) == fans


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (3, 2, 4)])
def test_orthogonal(shape):
    values = initializers.Orthogonal(gain=2.0, seed=1)(shape, "float64").numpy() / 2
    matrix = values.reshape(-1, shape[-1])
    small = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)


@pytest.mark.parametrize(
    ("initializer", "expected"),
    [
        (initializers.Zeros(), [[0, 0], [0, 0]]),
        (initializers.Ones(), [[1, 1], [1, 1]]),
        (initializers.Constant(3.5), [[3.5, 3.5], [3.5, 3.5]]),
        (initializers.Constant([1.0, 2.0]), [[1, 2], [1, 2]]),
        (initializers.Identity(2.0), [[2, 0], [0, 2]]),
        (initializers.get(np.eye(2)), [[1, 0], [0, 1]]),
        (initializers.get(lambda shape, dtype=None: tf.fill(shape, 4.0)), [[4, 4], [4, 4]]),
    ],
)
def test_constants(initializer, expected):
    values = initializer((2, 2))
    assert values.dtype == tf.float32
    np.testing.assert_array_equal(values.numpy(), expected)


def test_dtypes():
    assert initializers.Zeros()((2,), "int32").dtype == tf.int32
    assert initializers.GlorotUniform(seed=0)((2,), tf.float64).dtype == tf.float64
    assert initializers.HeNormal(seed=0)((2,), tf.float16).dtype == tf.float16


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: initializers.get("foo"), InvalidArgumentError, "identifier: 'foo'.*he_normal"),
        (lambda: initializers.Zeros()((None, 2)), ShapeError, "without unknown sizes"),
        (lambda: initializers.Identity()((2,)), ShapeError, "shape of a matrix"),
        (lambda: initializers.Orthogonal()((2,)), ShapeError, "at least two axes"),
        (lambda: initializers.get(np.eye(2))((3, 3)), ShapeError, r"\[2, 2\].*\[3, 3\]"),
        (lambda: initializers.RandomNormal(seed="a"), InvalidArgumentError, "seed is 'a'"),
        (lambda: initializers.VarianceScaling(0), InvalidArgumentError, "scale is 0"),
        (lambda: initializers.VarianceScaling(mode="a"), InvalidArgumentError, "'fan_in'"),
        (
            lambda: initializers.VarianceScaling(distribution="a"),
            InvalidArgumentError,
            "'uniform'",
        ),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize("name", [*RANDOM, "orthogonal", "zeros", "ones", "identity", "constant"])
def test_names_and_configuration(name):
    initializer = initializers.get(name)
    assert type(initializers.get(type(initializer).__name__)) is type(initializer)
    assert type(initializer) is getattr(initializers, name)
    config = initializers.serialize(initializer)
    again = initializers.deserialize(config)
    assert type(again) is type(initializer)
    assert again.get_config() == config["config"]
