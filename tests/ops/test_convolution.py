"""Convolutions and pools against sums written out with NumPy, their gradients, and bad input."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import errors
from tests.ops.rows import Row, check_gradients, check_narrow, check_value, gradient, parametrize

Array = np.ndarray
nn = tf.nn
rng = np.random.default_rng(21)


def normal(*shape: int) -> Array:
    return rng.normal(size=shape)


SERIES, KERNEL_1 = normal(2, 6, 2), normal(3, 2, 3)
IMAGE, KERNEL_2 = normal(2, 5, 4, 2), normal(3, 2, 2, 3)
SMALL, DEPTHWISE = normal(1, 3, 2, 3), normal(2, 2, 2, 2)
VOLUME, KERNEL_3 = normal(1, 3, 4, 3, 2), normal(2, 2, 2, 2, 2)
# No two elements are close to each other.
APART = rng.permutation(80).reshape(2, 5, 4, 2) / 8


def same(size: int, window: int, stride: int, gap: int) -> tuple[int, int]:
    total = max((math.ceil(size / stride) - 1) * stride + (window - 1) * gap + 1 - size, 0)
    return total // 2, total - total // 2


def slide(
    x: Array,
    window: Sequence[int],
    strides: Sequence[int],
    padding: Any,
    gaps: Sequence[int],
    fold: Callable[[Array, Array], Array],
) -> Array:
    """`fold` of every window, and of which of its elements are not padding."""
    count = len(window)
    spatial = x.shape[1:-1]
    if padding == "SAME":
        padding = [same(*each) for each in zip(spatial, window, strides, gaps)]
    elif padding == "VALID":
        padding = [(0, 0)] * count
    pairs = [(0, 0), *padding, (0, 0)]
    filled = np.pad(x, pairs, constant_values=0)
    inside = np.pad(np.ones(x.shape, bool), pairs)
    sizes = [
        (size - (width - 1) * gap - 1) // stride + 1
        for size, width, stride, gap in zip(filled.shape[1:-1], window, strides, gaps)
    ]
    results = {}
    for place in np.ndindex(*sizes):
        cut = tuple(
            slice(at * stride, at * stride + (width - 1) * gap + 1, gap)
            for at, stride, width, gap in zip(place, strides, window, gaps)
        )
        results[place] = fold(filled[(slice(None), *cut)], inside[(slice(None), *cut)])
    first = next(iter(results.values()))
    out = np.zeros((x.shape[0], *sizes, first.shape[-1]))
    for place, value in results.items():
        out[(slice(None), *place)] = value
    return out


def convolution(
    x: Array, k: Array, strides: Any = 1, padding: Any = "VALID", gaps: Any = 1
) -> Array:
    count = k.ndim - 2
    steps, spaces = ((each,) * count if isinstance(each, int) else each for each in (strides, gaps))
    groups = x.shape[-1] // k.shape[-2]
    axes = list(range(1, count + 2))

    def fold(cut: Array, inside: Array) -> Array:
        parts = zip(np.split(cut, groups, -1), np.split(k, groups, -1))
        return np.concatenate(
            [np.tensordot(part, kernel, (axes, list(range(count + 1)))) for part, kernel in parts],
            -1,
        )

    return slide(x, k.shape[:count], steps, padding, spaces, fold)


def transposed(x: Array, k: Array, sizes: Sequence[int], stride: int, before: int) -> Array:
    """Every element spreads the kernel, times itself."""
    count = k.ndim - 2
    out = np.zeros((x.shape[0], *(size + 20 for size in sizes), k.shape[-2]))
    for place in np.ndindex(*x.shape[1:-1]):
        cut = tuple(slice(at * stride, at * stride + w) for at, w in zip(place, k.shape[:count]))
        out[(slice(None), *cut)] += np.tensordot(x[(slice(None), *place)], k, (1, count + 1))
    kept = tuple(slice(before, before + size) for size in sizes)
    return out[(slice(None), *kept)]


def depthwise(x: Array, k: Array, strides: Any, padding: str, gaps: Any = (1, 1)) -> Array:
    def fold(cut: Array, inside: Array) -> Array:
        return np.einsum("nijc,ijcm->ncm", cut, k).reshape(cut.shape[0], -1)

    return slide(x, k.shape[:2], strides, padding, gaps, fold)


def largest(x: Array, window: Any, strides: Any, padding: Any) -> Array:
    axes = tuple(range(1, x.ndim - 1))

    def fold(cut: Array, inside: Array) -> Array:
        return np.where(inside, cut, -np.inf).max(axes)

    return slide(x, window, strides, padding, (1,) * len(window), fold)


def mean(x: Array, window: Any, strides: Any, padding: Any) -> Array:
    axes = tuple(range(1, x.ndim - 1))

    def fold(cut: Array, inside: Array) -> Array:
        return cut.sum(axes) / inside.sum(axes)

    return slide(x, window, strides, padding, (1,) * len(window), fold)


def first(x: Array) -> Array:
    """Channels from the last axis to the second."""
    return np.moveaxis(x, -1, 1)


def channels_first(function: Callable[..., Any], data_format: str) -> Callable[..., Any]:
    """The function on a tensor whose channels are moved to the second axis."""

    def call(x: Any, *others: Any) -> Any:
        rank = len(x.shape)
        moved = tf.transpose(x, [0, rank - 1, *range(1, rank - 1)])
        result = function(moved, *others, data_format=data_format)
        return tf.transpose(result, [0, *range(2, rank), 1])

    return call


EXPLICIT = [[0, 0], [1, 2], [0, 1], [0, 0]]

ROWS = [
    Row("conv1d", lambda x, k: nn.conv1d(x, k, 1, "VALID"), [SERIES, KERNEL_1], convolution, 2),
    Row(
        "conv1d, strides",
        lambda x, k: nn.conv1d(x, k, 2, "SAME"),
        [SERIES, KERNEL_1],
        lambda x, k: convolution(x, k, 2, "SAME"),
        1,
    ),
    Row(
        "conv1d, channels first",
        channels_first(lambda x, k, **o: nn.conv1d(x, k, 2, "SAME", **o), "NCW"),
        [SERIES, KERNEL_1],
        lambda x, k: convolution(x, k, 2, "SAME"),
    ),
    Row("conv2d", lambda x, k: nn.conv2d(x, k, 1, "VALID"), [IMAGE, KERNEL_2], convolution, 1),
    Row(
        "conv2d, same",
        lambda x, k: nn.conv2d(x, k, [1, 2, 1, 1], "SAME"),
        [IMAGE, KERNEL_2],
        lambda x, k: convolution(x, k, (2, 1), "SAME"),
        1,
    ),
    Row(
        "conv2d, explicit padding",
        lambda x, k: nn.conv2d(x, k, 2, EXPLICIT),
        [IMAGE, KERNEL_2],
        lambda x, k: convolution(x, k, 2, EXPLICIT[1:3]),
        1,
    ),
    Row(
        "conv2d, gaps",
        lambda x, k: nn.conv2d(x, k, 1, "SAME", dilations=[2, 1]),
        [IMAGE, KERNEL_2],
        lambda x, k: convolution(x, k, 1, "SAME", (2, 1)),
        1,
    ),
    Row(
        "conv2d, groups",
        lambda x, k: nn.conv2d(x, k, 1, "VALID"),
        [normal(1, 4, 3, 4), normal(2, 2, 2, 6)],
        convolution,
        1,
    ),
    Row(
        "conv2d, window of one element",
        lambda x, k: nn.conv2d(x, k, 1, "SAME"),
        [IMAGE, normal(1, 1, 2, 3)],
        convolution,
        1,
    ),
    Row(
        "conv2d, channels first",
        channels_first(
            lambda x, k, **o: nn.conv2d(x, k, [1, 1, 2, 1], EXPLICIT_FIRST, **o), "NCHW"
        ),
        [IMAGE, KERNEL_2],
        lambda x, k: convolution(x, k, (2, 1), EXPLICIT[1:3]),
        1,
    ),
    Row(
        "conv3d",
        lambda x, k: nn.conv3d(x, k, [1, 1, 2, 1, 1], "SAME"),
        [VOLUME, KERNEL_3],
        lambda x, k: convolution(x, k, (1, 2, 1), "SAME"),
        1,
    ),
    Row(
        "convolution",
        lambda x, k: nn.convolution(x, k, padding="SAME", dilations=2),
        [IMAGE, KERNEL_2],
        lambda x, k: convolution(x, k, 1, "SAME", 2),
    ),
    Row(
        "atrous_conv2d",
        lambda x, k: nn.atrous_conv2d(x, k, 2, "VALID"),
        [normal(1, 5, 5, 2), KERNEL_2],
        lambda x, k: convolution(x, k, 1, "VALID", 2),
    ),
    Row(
        "conv1d_transpose",
        lambda x, k: nn.conv1d_transpose(x, k, [2, 11, 4], 2, "VALID"),
        [normal(2, 5, 2), normal(2, 4, 2)],
        lambda x, k: transposed(x, k, [11], 2, 0),
        1,
    ),
    Row(
        "conv2d_transpose",
        lambda x, k: nn.conv2d_transpose(x, k, [1, 6, 4, 2], 2),
        [SMALL, normal(3, 3, 2, 3)],
        lambda x, k: transposed(x, k, [6, 4], 2, 0),
        2,
    ),
    Row(
        "conv2d_transpose, explicit padding",
        lambda x, k: nn.conv2d_transpose(x, k, [1, 5, 3, 2], 2, [[0, 0], [1, 1], [1, 1], [0, 0]]),
        [SMALL, normal(3, 3, 2, 3)],
        lambda x, k: transposed(x, k, [5, 3], 2, 1),
    ),
    Row(
        "conv3d_transpose",
        lambda x, k: nn.conv3d_transpose(x, k, [1, 2, 6, 4, 2], 2),
        [normal(1, 1, 3, 2, 3), normal(2, 2, 2, 2, 3)],
        lambda x, k: transposed(x, k, [2, 6, 4], 2, 0),
    ),
    Row(
        "depthwise_conv2d",
        lambda x, k: nn.depthwise_conv2d(x, k, [1, 2, 1, 1], "SAME"),
        [IMAGE, DEPTHWISE],
        lambda x, k: depthwise(x, k, (2, 1), "SAME"),
        1,
    ),
    Row(
        "separable_conv2d",
        lambda x, k, p: nn.separable_conv2d(x, k, p, [1, 1, 1, 1], "VALID"),
        [IMAGE, DEPTHWISE, normal(1, 1, 4, 3)],
        lambda x, k, p: convolution(depthwise(x, k, (1, 1), "VALID"), p),
        1,
    ),
    Row(
        "max_pool",
        lambda x: nn.max_pool(x, 2, 2, "SAME"),
        [APART],
        lambda x: largest(x, (2, 2), (2, 2), "SAME"),
        2,
    ),
    Row(
        "max_pool, overlapping",
        lambda x: nn.max_pool2d(x, [3, 2], [1, 1], "VALID"),
        [APART],
        lambda x: largest(x, (3, 2), (1, 1), "VALID"),
        1,
    ),
    Row(
        "max_pool, channels first",
        channels_first(lambda x, **o: nn.max_pool2d(x, 2, [1, 1, 1, 2], "SAME", **o), "NCHW"),
        [APART],
        lambda x: largest(x, (2, 2), (1, 2), "SAME"),
        1,
    ),
    Row(
        "max_pool1d",
        lambda x: nn.max_pool1d(x, 3, 2, "SAME"),
        [APART[0]],
        lambda x: largest(x, (3,), (2,), "SAME"),
        1,
    ),
    Row(
        "max_pool3d",
        lambda x: nn.max_pool3d(x, 2, 1, "SAME"),
        [APART[None]],
        lambda x: largest(x, (2, 2, 2), (1, 1, 1), "SAME"),
        1,
    ),
    Row(
        "avg_pool",
        lambda x: nn.avg_pool(x, 2, 2, "SAME"),
        [IMAGE],
        lambda x: mean(x, (2, 2), (2, 2), "SAME"),
        1,
    ),
    Row(
        "avg_pool, overlapping",
        lambda x: nn.avg_pool2d(x, 3, 1, "SAME"),
        [IMAGE],
        lambda x: mean(x, (3, 3), (1, 1), "SAME"),
        1,
    ),
    Row(
        "avg_pool3d",
        lambda x: nn.avg_pool3d(x, [1, 2, 2, 1, 1], 2, "SAME"),
        [VOLUME],
        lambda x: mean(x, (2, 2, 1), (2, 2, 2), "SAME"),
    ),
    Row(
        "space_to_depth",
        lambda x: nn.space_to_depth(x, 2),
        [normal(2, 4, 6, 3)],
        lambda x: np.concatenate([x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)], -1),
    ),
    Row(
        "depth_to_space",
        lambda x: nn.depth_to_space(nn.space_to_depth(x, 3), 3),
        [normal(2, 3, 6, 2)],
        lambda x: x,
    ),
    Row(
        "lrn",
        lambda x: nn.lrn(x, 1, 2.0, 0.5, 0.75),
        [IMAGE],
        lambda x: x / (2 + 0.5 * (x**2).sum(-1, keepdims=True)) ** 0.75,
        1,
    ),
]  # fmt: skip

EXPLICIT_FIRST = [[0, 0], [0, 0], [1, 2], [0, 1]]


@parametrize(ROWS)
def test_values(row: Row) -> None:
    check_value(row)


@parametrize([row for row in ROWS if row.narrow and row.name in ("conv2d", "avg_pool", "lrn")])
def test_narrow_types(row: Row) -> None:
    check_narrow(row)


@parametrize([row for row in ROWS if row.order])
def test_gradients(row: Row) -> None:
    check_gradients(row)


def test_the_gradient_of_max_pool_goes_to_the_first_of_equal_elements() -> None:
    x = np.zeros((1, 2, 2, 1))
    found = gradient(lambda x: tf.reduce_sum(nn.max_pool2d(x, 2, 2, "VALID")), x)
    np.testing.assert_array_equal(np.squeeze(found), [[1, 0], [0, 0]])


def test_padding_is_never_the_largest() -> None:
    x = tf.constant(-np.ones((1, 3, 3, 1), np.float32))
    np.testing.assert_array_equal(nn.max_pool2d(x, 2, 2, "SAME").numpy(), -np.ones((1, 2, 2, 1)))
    whole = tf.constant(np.full((1, 3, 3, 1), -7, np.int32))
    np.testing.assert_array_equal(nn.max_pool2d(whole, 2, 2, "SAME").numpy().ravel(), [-7] * 4)


def test_places_of_the_largest_elements() -> None:
    values, places = nn.max_pool_with_argmax(tf.constant(APART), 2, [1, 2, 2, 1], "SAME")
    assert places.dtype is tf.int64
    flat = APART.reshape(2, -1)
    for sample in range(2):
        np.testing.assert_array_equal(flat[sample][places[sample].numpy()], values[sample].numpy())
    _, places = nn.max_pool_with_argmax(APART, 2, 2, "VALID", include_batch_in_index=True)
    found = APART.ravel()[places.numpy()]
    np.testing.assert_array_equal(found, nn.max_pool2d(APART, 2, 2, "VALID").numpy())


def test_pool_takes_either_kind() -> None:
    for kind, function in (("MAX", nn.max_pool2d), ("AVG", nn.avg_pool2d)):
        found = nn.pool(IMAGE, [2, 3], kind, strides=[1, 2], padding="SAME")
        expected = function(IMAGE, [2, 3], [1, 2], "SAME")
        np.testing.assert_array_equal(found.numpy(), expected.numpy())


def test_leading_axes_are_a_batch() -> None:
    many = normal(3, 2, 5, 4, 2)
    found = nn.conv2d(many, KERNEL_2, 2, "SAME").numpy()
    expected = [convolution(each, KERNEL_2, 2, "SAME") for each in many]
    np.testing.assert_allclose(found, expected)


def test_empty_batches() -> None:
    nothing = tf.zeros([0, 5, 5, 2])
    assert nn.conv2d(nothing, tf.zeros([3, 3, 2, 4]), 1, "VALID").numpy().shape == (0, 3, 3, 4)
    assert nn.max_pool2d(nothing, 2, 2, "VALID").numpy().shape == (0, 2, 2, 2)
    assert nn.avg_pool2d(nothing, 2, 2, "SAME").numpy().shape == (0, 3, 3, 2)
    kernel = tf.zeros([3, 3, 4, 2])
    assert nn.conv2d_transpose(nothing, kernel, [0, 10, 10, 4], 2).numpy().shape == (0, 10, 10, 4)


X, K = tf.zeros([1, 5, 5, 4]), tf.zeros([3, 3, 4, 6])

MISTAKES = [
    (lambda: nn.conv2d(X, K, 1, "same"), errors.InvalidArgumentError, "Write 'SAME'"),
    (lambda: nn.conv2d(X, K, 1, "FULL"), errors.InvalidArgumentError, "padding"),
    (lambda: nn.conv2d(X, K, 1, 3), errors.DTypeError, "padding"),
    (lambda: nn.conv2d(X, K, 1, [[0, 0], [1, -1], [0, 0], [0, 0]]), ValueError, "padding"),
    (lambda: nn.conv2d(X, K, 0, "SAME"), errors.InvalidArgumentError, "at least 1"),
    (lambda: nn.conv2d(X, K, [1, 2, 2], "SAME"), errors.ShapeError, "3 numbers"),
    (lambda: nn.conv2d(X, K, [2, 1, 1, 1], "SAME"), errors.InvalidArgumentError, "batch"),
    (lambda: nn.conv2d(X, K, 1, "SAME", "NCW"), errors.InvalidArgumentError, "'NHWC' or 'NCHW'"),
    (lambda: nn.conv2d(X[0], K, 1, "SAME"), errors.ShapeError, r"\[5, 5, 4\]"),
    (lambda: nn.conv2d(X, K[0], 1, "SAME"), errors.ShapeError, "filters with 4 axes"),
    (lambda: nn.conv2d(X, K[:, :, :3], 1, "SAME"), errors.ShapeError, "no multiple of the 3"),
    (lambda: nn.conv2d(X, tf.zeros([3, 3, 2, 5]), 1, "SAME"), errors.ShapeError, "2 groups"),
    (lambda: nn.conv2d(X, tf.zeros([9, 9, 4, 1]), 1, "VALID"), errors.ShapeError, "does not fit"),
    (lambda: nn.conv2d(X, tf.cast(K, tf.float64), 1, "SAME"), errors.DTypeError, "float64"),
    (lambda: nn.convolution(X, K, [2, 2], dilations=[2, 2]), ValueError, "both above 1"),
    (lambda: nn.convolution(X, tf.zeros([2, 3])), errors.ShapeError, "3 to 5 axes"),
    (lambda: nn.conv2d_transpose(X, K, [1, 5, 5, 6], 1), errors.ShapeError, "do not fit together"),
    (
        lambda: nn.conv2d_transpose(tf.zeros([1, 5, 5, 6]), K, [1, 11, 11, 4], 2),
        errors.ShapeError,
        r"sizes from \[9, 9\] on",
    ),
    (lambda: nn.conv2d_transpose(X, K, [5, 5, 4], 1), errors.ShapeError, "has 3 sizes"),
    (lambda: nn.conv_transpose(X, K, [5, 5], 1), errors.ShapeError, "3 to 5 axes"),
    (lambda: nn.depthwise_conv2d(X, K[:, :, :3], [1] * 4, "SAME"), ValueError, "for 3"),
    (lambda: nn.separable_conv2d(X, K, K, [1] * 4, "SAME"), errors.ShapeError, "pointwise"),
    (lambda: nn.max_pool2d(X, 7, 1, "VALID"), errors.ShapeError, "does not fit"),
    (lambda: nn.max_pool(X[0, 0], 2, 2, "SAME"), errors.ShapeError, "3 to 5 axes"),
    (lambda: nn.max_pool2d(X, 0, 1, "SAME"), errors.InvalidArgumentError, "at least 1"),
    (lambda: nn.avg_pool2d(tf.cast(X, tf.int32), 2, 2, "SAME"), errors.DTypeError, "floating"),
    (lambda: nn.pool(X, [2, 2], "SUM"), errors.InvalidArgumentError, "'SUM'"),
    (lambda: nn.pool(X, [2, 2], "MAX", [2, 2], dilations=[2, 2]), ValueError, "both above 1"),
    (lambda: nn.max_pool_with_argmax(X, 2, 2, "SAME", "NCHW"), ValueError, "NHWC"),
    (lambda: nn.space_to_depth(X, 2), errors.ShapeError, "multiples of the block size"),
    (lambda: nn.depth_to_space(X, 3), errors.ShapeError, "square of the block size"),
    (lambda: nn.depth_to_space(X, 1), errors.InvalidArgumentError, "at least 2"),
    (lambda: nn.lrn(X[0]), errors.ShapeError, "4 axes"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_mistakes(number: int) -> None:
    call, kind, text = MISTAKES[number]
    with pytest.raises(kind, match=text):
        call()
