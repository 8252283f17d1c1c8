"""Order along an axis: sorting, the largest few, and what occurs once or more."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node
from glassbrook.ops.arguments import (
    TensorLike,
    axis_argument,
    integer_argument,
    node_value,
    require,
)
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "TopKV2",
    "Unique",
    "UniqueWithCounts",
    "argsort",
    "in_top_k",
    "invert_permutation",
    "sort",
    "top_k",
    "unique",
    "unique_with_counts",
]


class TopKV2(NamedTuple):
    """The largest elements of each row, and where they stood."""

    values: Tensor
    indices: Tensor


class Unique(NamedTuple):
    """The different elements, and for each original element which of them it is."""

    y: Tensor
    idx: Tensor


class UniqueWithCounts(NamedTuple):
    """The different elements, which of them each original element is, and how often each occurs."""

    y: Tensor
    idx: Tensor
    count: Tensor  # type: ignore[assignment]


def _order(op: str, values: TensorLike, axis: Any, direction: str) -> tuple[Node, Node, int]:
    """A tensor, the positions that put it in order, and the axis counted from the front."""
    if direction not in ("ASCENDING", "DESCENDING"):
        raise InvalidArgumentError(
            f'{op}: direction should be "ASCENDING" or "DESCENDING", got {direction!r}.'
        )
    node = as_node(values)
    position = axis_argument(op, axis, node.rank)
    return node, build.argsort(node, position, direction == "DESCENDING"), position


@operation
def sort(
    values: TensorLike, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None
) -> Tensor:
    """The elements in order along an axis; gradients go back to where each one stood.

    Args:
        values: numbers. NaN counts as the largest.
        axis: which axis; the last by default.
        direction: ``"ASCENDING"`` or ``"DESCENDING"``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        InvalidArgumentError: there is no such direction.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.sort([3, 1, 2], direction="DESCENDING"))
        tf.Tensor([3 2 1], shape=(3,), dtype=int32)
    """
    node, order, position = _order("sort", values, axis, direction)
    return Tensor(build.take_along(node, order, position))


@operation
def argsort(
    values: TensorLike,
    axis: Any = -1,
    direction: str = "ASCENDING",
    stable: bool = False,
    name: str | None = None,
) -> Tensor:
    """The positions (int32) that put the elements in order along an axis.

    Args:
        values: numbers. NaN counts as the largest.
        axis: which axis; the last by default.
        direction: ``"ASCENDING"`` or ``"DESCENDING"``.
        stable: keep equal elements in their order, which is done in any case.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        InvalidArgumentError: there is no such direction.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.argsort([3, 1, 2]))
        tf.Tensor([1 2 0], shape=(3,), dtype=int32)
    """
    return Tensor(_order("argsort", values, axis, direction)[1])


@operation
def top_k(
    input: TensorLike,
    k: Any = 1,
    sorted: bool = True,
    index_type: Any = dtypes.int32,
    name: str | None = None,
) -> TopKV2:
    """The k largest elements along the last axis, the largest first, and their positions.

    Args:
        input: numbers with at least one axis. Of equal elements the first come first.
        k: how many.
        sorted: put the largest first, which is done in any case.
        index_type: the type of the positions.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A named tuple ``(values, indices)``.

    Raises:
        InvalidArgumentError: there are less than k elements, or k is negative.
        ShapeError: `input` is a scalar.

    Example:
        >>> import glassbrook as tf
        >>> values, indices = tf.math.top_k([3.0, 1.0, 2.0], k=2)
        >>> print(values.numpy(), indices.numpy())
        [3. 2.] [0 2]
    """
    node = as_node(input)
    count = integer_argument("top_k", "k", k)
    if not node.shape:
        raise ShapeError("top_k: input must have at least one axis, got a scalar.")
    last = node.rank - 1
    if not 0 <= count <= node.shape[last]:
        raise InvalidArgumentError(
            f"top_k: input must have at least k columns: it has {node.shape[last]}, k is {count}."
        )
    order = build.argsort(node, last, descending=True)
    best = build.slice(order, (0,) * node.rank, (*node.shape[:last], count))
    values = build.take_along(node, best, last)
    return TopKV2(Tensor(values), Tensor(build.cast(best, as_dtype(index_type))))


@operation
def in_top_k(
    targets: TensorLike, predictions: TensorLike, k: Any, name: str | None = None
) -> Tensor:
    """Whether each target class is among the k classes with the largest predictions.

    Classes that tie with the k-th all count as among them. A target outside of the classes, or
    one whose prediction is not finite, is not.

    Args:
        targets: the class of each row, integers of shape [n].
        predictions: floating-point numbers of shape [n, classes].
        k: how many classes to look at.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        Truth values of shape [n].

    Raises:
        ShapeError: the shapes are not [n] and [n, classes].
        DTypeError: the targets are not integers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.in_top_k([0, 1], [[0.1, 0.9], [0.1, 0.9]], k=1))
        tf.Tensor([False  True], shape=(2,), dtype=bool)
    """
    labels, scores = as_node(targets), as_node(predictions)
    count = integer_argument("in_top_k", "k", k)
    _require_integers("in_top_k", labels)
    if scores.rank != 2 or labels.shape != scores.shape[:1]:
        raise ShapeError(
            f"in_top_k: expected targets of shape [n] and predictions of shape [n, classes], got "
            f"{list(labels.shape)} and {list(scores.shape)}."
        )
    chosen = build.one_hot(labels, scores.shape[1], dtypes.bool)
    lowest = build.constant(0, scores.dtype)
    own = build.sum(build.select(chosen, scores, lowest), (1,), keepdims=True)
    better = build.cast(build.greater(scores, own), dtypes.int32)
    above = build.less(build.sum(better, (1,)), build.constant(count, dtypes.int32))
    finite = build.is_finite(build.reshape(own, labels.shape))
    row_is_finite = build.all(build.logical_not(build.is_nan(scores)), (1,))
    valid = build.logical_and(build.any(chosen, (1,)), build.logical_and(finite, row_is_finite))
    return Tensor(build.logical_and(above, valid))


def _require_integers(op: str, x: Node) -> None:
    require(op, x, lambda dtype: dtype.is_integer, "integers", "Convert it: tf.cast(x, tf.int32).")


def _distinct(op: str, x: TensorLike, out_idx: Any) -> tuple[Node, Node, Array]:
    """The distinct elements in order of appearance, which one each is, and their counts."""
    node = as_node(x)
    if node.rank != 1:
        raise ShapeError(
            f"{op}: expected a vector, got shape {list(node.shape)}. "
            "Flatten it first: tf.reshape(x, [-1])."
        )
    _, first, inverse, counts = np.unique(
        node_value(node), return_index=True, return_inverse=True, return_counts=True
    )
    appearance = np.argsort(first, kind="stable")
    place = np.argsort(appearance, kind="stable")
    wanted = as_dtype(out_idx)
    elements = build.gather(node, build.data(first[appearance], dtypes.int64))
    return elements, build.data(place[inverse.ravel()], wanted), counts[appearance]


@operation
def unique(x: TensorLike, out_idx: Any = dtypes.int32, name: str | None = None) -> Unique:
    """The different elements of a vector, in the order in which they first appear.

    As their number depends on values, the vector is computed now.

    Args:
        x: a vector of any dtype.
        out_idx: the type of the positions.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A named tuple ``(y, idx)`` with ``y[idx] == x``.

    Raises:
        ShapeError: `x` is not a vector.

    Example:
        >>> import glassbrook as tf
        >>> y, idx = tf.unique([5, 7, 5, 9])
        >>> print(y.numpy(), idx.numpy())
        [5 7 9] [0 1 0 2]
    """
    elements, positions, _ = _distinct("unique", x, out_idx)
    return Unique(Tensor(elements), Tensor(positions))


@operation
def unique_with_counts(
    x: TensorLike, out_idx: Any = dtypes.int32, name: str | None = None
) -> UniqueWithCounts:
    """The different elements of a vector, as `tf.unique` gives them, and how often each occurs.

    Args:
        x: a vector of any dtype.
        out_idx: the type of the positions and counts.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A named tuple ``(y, idx, count)``.

    Raises:
        ShapeError: `x` is not a vector.

    Example:
        >>> import glassbrook as tf
        >>> y, idx, count = tf.unique_with_counts([5, 7, 5, 9])
        >>> print(y.numpy(), count.numpy())
        [5 7 9] [2 1 1]
    """
    elements, positions, counts = _distinct("unique_with_counts", x, out_idx)
    count = build.data(counts, as_dtype(out_idx))
    return UniqueWithCounts(Tensor(elements), Tensor(positions), Tensor(count))


@operation
def invert_permutation(x: TensorLike, name: str | None = None) -> Tensor:
    """The permutation that undoes another: ``y[x[i]] = i``.

    Args:
        x: a vector that holds each of 0 to n - 1 once. It is computed now, to check that.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: `x` is not a vector.
        DTypeError: `x` does not hold integers.
        OutOfRangeError: a number is missing, or outside of the range.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.invert_permutation([2, 0, 1]))
        tf.Tensor([1 2 0], shape=(3,), dtype=int32)
    """
    node = as_node(x)
    _require_integers("invert_permutation", node)
    if node.rank != 1:
        raise ShapeError(f"invert_permutation: expected a vector, got shape {list(node.shape)}.")
    order = node_value(node)
    if not np.array_equal(np.sort(order), np.arange(order.size)):
        raise OutOfRangeError(
            f"invert_permutation: each of 0 to {order.size - 1} must appear once, got {order}."
        )
    return Tensor(build.cast(build.argsort(node, 0), node.dtype))
