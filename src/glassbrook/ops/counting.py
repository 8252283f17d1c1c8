"""Counting: how often numbers, pairs of classes, or ranges of values occur."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import (
    DTypeError,
    InvalidArgumentError,
    OutOfRangeError,
    ResourceExhaustedError,
    ShapeError,
)
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node
from glassbrook.ops.arguments import TensorLike, integer_argument, node_value
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "bincount",
    "confusion_matrix",
    "histogram_fixed_width",
    "histogram_fixed_width_bins",
]


@operation
def bincount(
    arr: TensorLike,
    weights: TensorLike = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = dtypes.int32,
    name: str | None = None,
    axis: Any = None,
    binary_output: bool = False,
) -> Tensor:
    """How often each of 0, 1, 2, … occurs; or the sum of the weights of its occurrences.

    As the number of results depends on values, `arr` is computed now.

    Args:
        arr: integers of at least 0.
        weights: what each occurrence counts, instead of 1.
        minlength: at least as many results.
        maxlength: at most as many results; larger numbers are left out.
        dtype: the type of the counts; weighted ones have the type of the weights.
        name: accepted for TensorFlow's sake, without effect.
        axis: `None` or 0 count all elements together, -1 counts each row of a matrix.
        binary_output: give 1 instead of any larger count.

    Raises:
        OutOfRangeError: a number is negative.
        DTypeError: `arr` does not hold integers.
        ShapeError: the weights have another shape.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.bincount([1, 1, 2]))
        tf.Tensor([0 2 1], shape=(3,), dtype=int32)
    """
    numbers = node_value(as_node(arr))
    if numbers.dtype.kind not in "iu":
        if numbers.size:
            raise DTypeError(f"bincount: expected integers, got dtype {numbers.dtype}.")
        numbers = numbers.astype(np.int64)
    if numbers.size and numbers.min() < 0:
        raise OutOfRangeError(f"bincount: numbers must not be negative, got {numbers.min()}.")
    if axis not in (None, 0, -1):
        raise InvalidArgumentError(f"bincount: axis must be None, 0 or -1, got {axis!r}.")
    length = int(numbers.max()) + 1 if numbers.size else 0
    if minlength is not None:
        length = max(length, integer_argument("bincount", "minlength", minlength))
    if maxlength is not None:
        length = min(length, integer_argument("bincount", "maxlength", maxlength))
    rows = numbers.reshape(-1, numbers.shape[-1]) if axis == -1 and numbers.ndim > 1 else None
    offsets = 0 if rows is None else length * np.arange(len(rows))[:, np.newaxis]
    _check_room(length * (1 if rows is None else len(rows)), numbers)
    taken = numbers < length
    places = ((numbers if rows is None else rows) + offsets).reshape(numbers.shape)[taken]
    shape = (length,) if rows is None else (len(rows), length)
    counts = _weighed(places, taken, weights, int(np.prod(shape)), dtype, binary_output)
    return Tensor(build.reshape(counts, shape))


def _check_room(length: int, numbers: Array) -> None:
    try:
        np.empty(length, np.int64)
    except (MemoryError, ValueError) as error:
        raise ResourceExhaustedError(
            f"bincount: {length:,} counts do not fit into memory: the largest number is "
            f"{numbers.max()}. Use maxlength, or number what is counted from 0 on."
        ) from error


def _weighed(
    places: Array, taken: Array, weights: TensorLike, length: int, dtype: Any, binary: bool
) -> Node:
    """How often each place occurs, or the sum of the weights that fall on it."""
    if weights is None or binary:
        counts = np.bincount(places, minlength=length)
        return build.data(np.minimum(counts, 1) if binary else counts, as_dtype(dtype))
    node = as_node(weights)
    if node.shape != taken.shape:
        raise ShapeError(
            f"bincount: weights have shape {list(node.shape)}, the numbers {list(taken.shape)}."
        )
    kept = build.data(np.flatnonzero(taken), dtypes.int64)
    updates = build.gather(build.reshape(node, (node.size,)), kept)
    return build.scatter_add(build.data(places, dtypes.int64), updates, (length,))


@operation
def confusion_matrix(
    labels: TensorLike,
    predictions: TensorLike,
    num_classes: Any = None,
    weights: TensorLike = None,
    dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:
    """How often each class (row) was predicted as each class (column).

    Args:
        labels: the true classes, a vector of integers from 0 on.
        predictions: the predicted classes, a vector of the same size.
        num_classes: how many classes there are; by default as many as occur.
        weights: what each pair counts, instead of 1.
        dtype: the type of the counts.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A matrix of shape [num_classes, num_classes].

    Raises:
        OutOfRangeError: a class is negative, or not below `num_classes`.
        ShapeError: there are not as many labels as predictions.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.confusion_matrix(labels=[0, 1, 1], predictions=[0, 1, 0]))
        tf.Tensor(
        [[1 0]
         [1 1]], shape=(2, 2), dtype=int32)
    """
    truth, guesses = _classes("labels", labels), _classes("predictions", predictions)
    if truth.shape != guesses.shape:
        raise ShapeError(
            f"confusion_matrix: {truth.size} labels against {guesses.size} predictions: expected "
            "one prediction for each label."
        )
    if num_classes is None:
        count = int(max(np.max(truth, initial=-1), np.max(guesses, initial=-1))) + 1
    else:
        count = integer_argument("confusion_matrix", "num_classes", num_classes)
    for what, classes in (("labels", truth), ("predictions", guesses)):
        bad = np.flatnonzero((classes < 0) | (classes >= count))
        if bad.size:
            raise OutOfRangeError(
                f"confusion_matrix: {what}[{bad[0]}] = {classes[bad[0]]} is not a class: "
                f"expected 0 to {count - 1}."
            )
    wanted = as_dtype(dtype)
    if weights is None:
        updates = build.ones(truth.shape, wanted)
    else:
        updates = build.cast(as_node(weights), wanted)
    pairs = build.data(np.stack([truth, guesses], axis=1), dtypes.int64)
    return Tensor(build.scatter_nd(pairs, updates, (count, count)))


def _classes(what: str, value: TensorLike) -> Array:
    """Classes as a vector; a single column counts as one, as `predict` gives it."""
    classes = node_value(as_node(value))
    if classes.ndim == 2 and classes.shape[1] == 1:
        classes = classes[:, 0]
    if classes.ndim != 1:
        raise ShapeError(
            f"confusion_matrix: {what} must be a vector of classes, got shape "
            f"{list(classes.shape)}. tf.argmax(probabilities, axis=1) gives the classes."
        )
    return classes.astype(np.int64)


def _bins(op: str, values: TensorLike, value_range: TensorLike, nbins: Any) -> tuple[Node, int]:
    """Which of `nbins` equal parts of a range each value falls into."""
    count = integer_argument(op, "nbins", nbins)
    if count < 1:
        raise InvalidArgumentError(f"{op}: nbins must be at least 1, got {count}.")
    node = as_node(values)
    limits = as_node(value_range, node.dtype)
    if limits.shape != (2,):
        raise ShapeError(f"{op}: value_range must be [low, high], got shape {list(limits.shape)}.")
    low, high = node_value(limits)
    if not low < high:
        raise InvalidArgumentError(f"{op}: value_range needs low < high, got [{low}, {high}].")
    wide = build.cast(node, dtypes.float64)
    fraction = build.div(
        build.sub(wide, build.data(float(low), dtypes.float64)),
        build.data(float(high) - float(low), dtypes.float64),
    )
    bins = build.floor(build.mul(fraction, build.constant(count, dtypes.float64)))
    last = build.constant(count - 1, dtypes.float64)
    return build.minimum(build.maximum(bins, build.constant(0, dtypes.float64)), last), count


@operation
def histogram_fixed_width_bins(
    values: TensorLike,
    value_range: TensorLike,
    nbins: Any = 100,
    dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:
    """Which of `nbins` equally wide bins each value falls into.

    Args:
        values: numbers of any shape.
        value_range: the low end of the first bin and the high end of the last; values outside
            count to these two.
        nbins: how many bins.
        dtype: the type of the result, int32 or int64.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there are no bins, or the range is empty.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.histogram_fixed_width_bins([-1.0, 0.0, 1.5, 9.0], [0.0, 5.0], nbins=5))
        tf.Tensor([0 0 1 4], shape=(4,), dtype=int32)
    """
    bins, _ = _bins("histogram_fixed_width_bins", values, value_range, nbins)
    return Tensor(build.cast(bins, as_dtype(dtype)))


@operation
def histogram_fixed_width(
    values: TensorLike,
    value_range: TensorLike,
    nbins: Any = 100,
    dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:
    """How many values fall into each of `nbins` equally wide bins.

    Args:
        values: numbers of any shape.
        value_range: the low end of the first bin and the high end of the last; values outside
            count to these two.
        nbins: how many bins.
        dtype: the type of the counts, int32 or int64.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there are no bins, or the range is empty.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.histogram_fixed_width([-1.0, 0.0, 1.5, 9.0], [0.0, 5.0], nbins=5))
        tf.Tensor([2 1 0 0 1], shape=(5,), dtype=int32)
    """
    bins, count = _bins("histogram_fixed_width", values, value_range, nbins)
    flat = build.reshape(build.cast(bins, dtypes.int64), (bins.size,))
    ones = build.ones(flat.shape, as_dtype(dtype))
    return Tensor(build.scatter_add(flat, ones, (count,)))
