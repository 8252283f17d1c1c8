"""`tf.keras.ops` against NumPy, whose names most of it has; on tensors and on placeholders."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras.promotion import result_type

ops, keras = tf.keras.ops, tf.keras
X = np.random.default_rng(0).uniform(-0.9, 0.9, (3, 4)).astype(np.float32)
Y = np.random.default_rng(1).uniform(0.1, 0.9, (3, 4)).astype(np.float32)
I = np.array([[3, -2, 7, 0], [1, 5, -4, 2], [6, 0, 2, -1]], np.int32)  # noqa: E741

UNARY = """
abs negative sign square floor ceil exp expm1 exp2 sin cos tan sinh cosh tanh arcsin arccos arctan
arcsinh arctanh deg2rad rad2deg cbrt sinc isnan isfinite signbit logical_not sum mean std var max
min prod all any ptp argmax argmin cumsum cumprod median ravel transpose flip fliplr flipud rot90
sort argsort diff zeros_like ones_like average count_nonzero
""".split()
BINARY = """
add subtract multiply divide mod fmod maximum minimum fmax fmin arctan2 hypot logaddexp heaviside
equal not_equal greater greater_equal less less_equal logical_and logical_or logical_xor isclose
inner vdot outer kron floor_divide
""".split()
REDUCTIONS = "sum mean std var max min prod median ptp nansum nanmean nanmax nanquantile".split()


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("values", [X, I], ids=["floats", "integers"])
def test_unary(name, values):
    if name.startswith("arc") and values is I:
        values = np.clip(I, -1, 1) * (name != "arctanh")
    expected = getattr(np, name)(values)
    np.testing.assert_allclose(getattr(ops, name)(values), expected, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", BINARY)
def test_binary(name):
    expected = getattr(np, name)(X, Y)
    np.testing.assert_allclose(getattr(ops, name)(X, Y), expected, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("axis", [0, -1, None])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reduction(name, axis, keepdims):
    more = (0.3,) if name.endswith("quantile") else ()
    expected = getattr(np, name)(X, *more, axis=axis, keepdims=keepdims)
    found = getattr(ops, name)(X, *more, axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (lambda o: o.concatenate([X, Y], axis=1), np.concatenate([X, Y], 1)),
        (lambda o: o.stack([X, Y], axis=2), np.stack([X, Y], 2)),
        (lambda o: o.moveaxis(X[None], 0, 2), np.moveaxis(X[None], 0, 2)),
        (lambda o: o.take(X, [0, -1], axis=1), np.take(X, [0, -1], 1)),
        (lambda o: o.take_along_axis(X, I % 3, axis=0), np.take_along_axis(X, I % 3, 0)),
        (lambda o: o.pad(X, ((1, 0), (0, 2)), "reflect"), np.pad(X, ((1, 0), (0, 2)), "reflect")),
        (lambda o: o.tile(X, (2, 1)), np.tile(X, (2, 1))),
        (lambda o: o.repeat(X, 2, axis=0), np.repeat(X, 2, 0)),
        (lambda o: o.roll(X, 2, axis=1), np.roll(X, 2, 1)),
        (lambda o: o.where(X > 0, X, Y), np.where(X > 0, X, Y)),
        (lambda o: o.clip(I, 0, 3), np.clip(I, 0, 3)),
        (lambda o: o.round(X, 1), np.round(X, 1)),
        (lambda o: o.tril(X, 1), np.tril(X, 1)),
        (lambda o: o.diag(X[0], 1), np.diag(X[0], 1)),
        (lambda o: o.trace(X), np.trace(X)),
        (lambda o: o.linspace(0, 1, 5, endpoint=False), np.linspace(0, 1, 5, endpoint=False)),
        (lambda o: o.logspace(0.0, 2.0, 4), np.logspace(0.0, 2.0, 4)),
        (lambda o: o.tensordot(X, Y, axes=[[0], [0]]), np.tensordot(X, Y, [[0], [0]])),
        (lambda o: o.einsum("ij,kj->ik", X, Y), np.einsum("ij,kj->ik", X, Y)),
        (lambda o: o.norm(X, axis=1), np.linalg.norm(X, axis=1)),
        (lambda o: o.quantile(X, 0.3, axis=1), np.quantile(X, 0.3, 1)),
        (lambda o: o.correlate(X[0], Y[0, :3], "full"), np.correlate(X[0], Y[0, :3], "full")),
        (lambda o: o.gcd(I, 6), np.gcd(I, 6)),
        (lambda o: o.lcm(I, 6), np.lcm(I, 6)),
        (lambda o: o.histogram(X, 4)[0], np.histogram(X, 4)[0]),
        (lambda o: o.unique(I), np.unique(I)),
        (lambda o: o.hanning(7), np.hanning(7)),
        (
            lambda o: o.rearrange(X, "a (b c) -> c (a b)", c=2),
            X.reshape(3, 2, 2).transpose(2, 0, 1).reshape(2, 6),
        ),
        (
            lambda o: o.slice_update(X, (1, 1), np.zeros((2, 2))),
            X * np.pad(np.zeros((2, 2)), ((1, 0), (1, 1)), constant_values=1),
        ),
    ],
)
def test_more(run, expected):
    np.testing.assert_allclose(run(ops), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ("int32", "float16", "float16"),
        ("int8", "uint8", "int16"),
        ("uint64", "int8", "float32"),
        ("bool", "int8", "int8"),
        ("float32", "float64", "float64"),
    ],
)
def test_common_dtype(x, y, expected):
    x, y = dtypes.as_dtype(x), dtypes.as_dtype(y)
    assert result_type(x, y).name == result_type(y, x).name == expected


def test_numbers_take_the_dtype_of_tensors():
    assert ops.add(tf.constant([1], tf.int8), 1).dtype == tf.int8
    assert ops.add(tf.constant([1], tf.int8), 1.5).dtype == tf.float32
    assert ops.multiply(tf.constant([1.0], tf.float16), 2.5).dtype == tf.float16


def test_placeholders():
    x = keras.Input((3, 4))
    y = ops.softmax(ops.mean(ops.relu(x) * 2, axis=1, keepdims=True), axis=-1)
    model = keras.Model(x, y)
    assert y.shape == (None, 1, 4)
    values = np.maximum(X[None], 0).mean(1, keepdims=True) * 2
    expected = np.exp(values) / np.exp(values).sum(-1, keepdims=True)
    np.testing.assert_allclose(model(X[None]), expected, rtol=1e-5)
    config = model.get_config()["layers"]
    assert [each["class_name"] for each in config[1:]] == ["Relu", "Multiply", "Mean", "Softmax"]
    assert config[3]["config"] == {"name": "mean", "axis": 1, "keepdims": True}
    twin = keras.Model.from_config(config_of(model))
    np.testing.assert_array_equal(twin(X[None]), model(X[None]))


def config_of(model):
    return model.get_config()


@pytest.mark.parametrize(
    ("run", "error"),
    [
        (lambda: ops.split(X, 3, axis=1), InvalidArgumentError),
        (lambda: ops.where(X > 0, X), ValueError),
        (lambda: ops.quantile(X, 0.5, method="odd"), InvalidArgumentError),
        (lambda: ops.pad(X, 1, mode="odd"), InvalidArgumentError),
        (lambda: ops.scatter_update(X, [[0, 0]], [1.0], reduction="odd"), InvalidArgumentError),
        (lambda: ops.gcd(X, Y), InvalidArgumentError),
        (lambda: ops.rearrange(X, "a b -> a"), InvalidArgumentError),
        (lambda: ops.rearrange(X, "a (b c) -> a b c", c=3), ShapeError),
        (lambda: ops.take_along_axis(X, [0], axis=1), ShapeError),
        (lambda: ops.conv(X, X), InvalidArgumentError),
        (lambda: ops.view(X, "int8"), InvalidArgumentError),
        (lambda: ops.vectorize(abs, signature="()->()"), InvalidArgumentError),
    ],
)
def test_bad_arguments(run, error):
    with pytest.raises(error):
        run()


def test_every_name_is_there():
    assert all(callable(getattr(ops, name)) for name in ops.__all__)
    assert len(ops.__all__) == len(set(ops.__all__))
