"""Blocks, partitions, positions, bits, and values passed on."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from tests.ops.finite_differences import check_gradients

RANDOM = np.random.default_rng(8)


def blocks_by_hand(x: np.ndarray, block: tuple[int, ...], pads: list[tuple[int, int]]):
    padded = np.pad(x, [(0, 0), *pads, *[(0, 0)] * (x.ndim - 1 - len(block))])
    parts = [
        padded[(slice(None), *(slice(o, None, b) for o, b in zip(offset, block)))]
        for offset in np.ndindex(*block)
    ]
    return np.concatenate(parts)


@pytest.mark.parametrize(
    ("shape", "block", "pads"),
    [
        ((2, 4, 6, 3), (2, 3), [(0, 0), (0, 0)]),
        ((1, 3, 5), (2, 3), [(0, 1), (1, 0)]),
        ((3, 4), (2,), [(1, 1)]),
        ((1, 2, 2, 2), (1, 2, 1), [(0, 0), (0, 0), (1, 0)]),
    ],
)
def test_space_to_batch_and_back(shape, block, pads):
    x = RANDOM.normal(size=shape)
    found = tf.space_to_batch_nd(x, block, pads)
    np.testing.assert_array_equal(found.numpy(), blocks_by_hand(x, block, pads))
    np.testing.assert_array_equal(tf.batch_to_space(found, block, pads).numpy(), x)
    if x.size < 20:
        check_gradients(lambda x: tf.space_to_batch(x, block, pads) ** 2, x, order=1)


@pytest.mark.parametrize("axes", [(1, 0), (0, 1), (2, 1)])
def test_reverse_sequence(axes):
    along, batch = axes
    x = RANDOM.normal(size=(3, 4, 5))
    lengths = RANDOM.integers(0, x.shape[along] + 1, x.shape[batch])
    expected = x.copy()
    for row, length in enumerate(lengths):
        view = np.moveaxis(expected, (batch, along), (0, 1))[row]
        view[:length] = view[:length][::-1].copy()
    found = tf.reverse_sequence(x, lengths, seq_axis=along, batch_axis=batch)
    np.testing.assert_array_equal(found.numpy(), expected)


def test_partitions_and_stitches():
    x, numbers = RANDOM.normal(size=(6, 2)), np.array([0, 2, 0, 1, 2, 2])
    parts = tf.dynamic_partition(x, numbers, 4)
    for number, part in enumerate(parts):
        np.testing.assert_array_equal(part.numpy(), x[numbers == number])
    places = tf.dynamic_partition(np.arange(6), numbers, 4)
    np.testing.assert_array_equal(tf.dynamic_stitch(places, parts).numpy(), x)
    assert tf.dynamic_stitch([[0, 1], [1]], [[1, 2], [3]]).numpy().tolist() == [1, 3]
    assert tf.dynamic_stitch([0, [2]], [[1, 2], [[3, 4]]]).numpy().tolist() == [
        [1, 2],
        [0, 0],
        [3, 4],
    ]

    def through(x):
        return tf.dynamic_stitch(places, [p**2 for p in tf.dynamic_partition(x, numbers, 4)])

    check_gradients(through, x, order=1)


def test_extremes_at_places():
    x = np.array([[1.0, 5.0], [2.0, 2.0], [3.0, 0.0]])
    places, updates = [[0], [2], [0]], np.array([[2.0, 2.0], [1.0, 1.0], [4.0, 9.0]])
    highest = tf.tensor_scatter_nd_max(x, places, updates).numpy()
    np.testing.assert_array_equal(highest, [[4, 9], [2, 2], [3, 1]])
    lowest = tf.tensor_scatter_nd_min(x, places, updates).numpy()
    np.testing.assert_array_equal(lowest, [[1, 2], [2, 2], [1, 0]])
    check_gradients(lambda x, u: tf.tensor_scatter_nd_max(x, places, u) ** 2, x, updates, order=1)


@pytest.mark.parametrize("dims", [(7,), (2, 5), (3, 2, 4)])
def test_unravel(dims):
    places = RANDOM.integers(0, np.prod(dims), (2, 3))
    found = tf.unravel_index(places, dims)
    np.testing.assert_array_equal(found.numpy(), np.unravel_index(places, dims))


@pytest.mark.parametrize("kind", ["int32", "uint8", "float64", "int64", "float16"])
def test_bits(kind):
    x = RANDOM.normal(size=(3, 2)).astype(np.float32)
    found = tf.bitcast(x, kind)
    expected = x.view(kind)
    ratio = np.dtype(kind).itemsize / 4
    shape = (3,) if ratio > 1 else (3, 2) if ratio == 1 else (3, 2, round(1 / ratio))
    np.testing.assert_array_equal(found.numpy(), expected.reshape(shape))
    np.testing.assert_array_equal(tf.bitcast(found, tf.float32).numpy(), x)


def test_gradients_that_pass_by():
    x = tf.Variable([1.2, 1.7])
    with tf.GradientTape() as tape:
        y = tf.grad_pass_through(tf.round)(x) * [2.0, 3.0]
    assert y.numpy().tolist() == [2, 6]
    assert tape.gradient(y, x).numpy().tolist() == [2, 3]
    w = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.recompute_grad(lambda x: w * x * x)(tf.constant(2.0))
    assert float(tape.gradient(y, w)) == 4


def test_questions_about_programs():
    seen = {}

    @tf.function
    def traced(x):
        seen["inside"] = tf.inside_function()
        seen["symbolic"] = tf.is_symbolic_tensor(x)
        seen["static"] = tf.get_static_value(x), tf.get_static_value(tf.constant(3)).item()
        return x + 1

    assert float(traced(tf.constant(1.0))) == 2
    assert seen == {"inside": True, "symbolic": True, "static": (None, 3)}
    assert not tf.inside_function()
    spec = tf.type_spec_from_value(tf.zeros([2]))
    assert spec == tf.TensorSpec([2], tf.float32)
    assert [float(x) for x in tf.identity_n([1.0, 2.0])] == [1, 2]
    with pytest.raises(ValueError, match="at least one"):
        tf.tuple([None])


def test_padding_that_blocks_need():
    paddings, crops = tf.required_space_to_batch_paddings([5, 7], [2, 3], [[1, 0], [0, 0]])
    assert paddings.numpy().tolist() == [[1, 0], [0, 2]]
    assert crops.numpy().tolist() == [[0, 0], [0, 2]]


@pytest.mark.parametrize(
    "call",
    [
        lambda: tf.space_to_batch_nd(tf.zeros([1, 3]), [2], [[0, 0]]),
        lambda: tf.space_to_batch_nd(tf.zeros([1]), [2], [[0, 0]]),
        lambda: tf.batch_to_space(tf.zeros([3, 2]), [2], [[0, 0]]),
        lambda: tf.batch_to_space(tf.zeros([2, 1]), [2], [[2, 1]]),
        lambda: tf.reverse_sequence(tf.zeros([2, 3]), [4, 1], seq_axis=1),
        lambda: tf.reverse_sequence(tf.zeros([2, 3]), [1], seq_axis=1),
        lambda: tf.dynamic_partition([1, 2], [0, 2], 2),
        lambda: tf.dynamic_partition([1, 2], [0], 2),
        lambda: tf.dynamic_stitch([[0, -1]], [[1, 2]]),
        lambda: tf.dynamic_stitch([[0, 1]], [[1, 2, 3]]),
        lambda: tf.unravel_index([6], [2, 3]),
        lambda: tf.bitcast("a", tf.int8),
        lambda: tf.bitcast(tf.zeros([3]), tf.float64),
        lambda: tf.tensor_scatter_nd_max([1, 2], [[5]], [3]).numpy(),
        lambda: tf.tensor_scatter_nd_max([1, 2], [[0]], [3, 4]),
    ],
)
def test_what_is_refused(call):
    with pytest.raises((ValueError, TypeError), match=r".+"):
        call()
