"""What losses and metrics do to labels and predictions first: convert, align, check.

Everything here works on nodes, as a loss stands in every training step: only the result of a
public function becomes a tensor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import DTypeError, OutOfRangeError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import axes
from glassbrook.mistakes import warn_of_mistake
from glassbrook.tensor import as_node

__all__ = [
    "EPSILON",
    "aligned",
    "check_class_numbers",
    "class_numbers",
    "clip",
    "convert",
    "last_axis",
    "mean",
    "mean_last",
    "predictions",
    "same_rank",
]

EPSILON = 1e-7
"""Keras's fuzz factor: keeps logarithms and divisions finite."""


def convert(value: Any, dtype: DType) -> Node:
    """The node of anything, cast to a dtype; Keras casts labels without asking."""
    node = as_node(value)
    return node if node.dtype is dtype else build.cast(node, dtype)


def predictions(y_pred: Any) -> Node:
    """Predictions as floating-point numbers: their own precision, or float32."""
    node = as_node(y_pred)
    return node if node.dtype.is_floating else build.cast(node, dtypes.float32)


def same_rank(x: Node, y: Node) -> tuple[Node, Node]:
    """Let (n,) meet (n, 1): a last axis of size 1 is added to one side or dropped on the other."""
    difference = len(x.shape) - len(y.shape)
    if difference == 1 and x.shape[-1] == 1:
        if len(y.shape) == 1:
            return x, build.expand_dims(y, 1)
        return build.reshape(x, x.shape[:-1]), y
    if difference == -1 and y.shape[-1] == 1:
        if len(x.shape) == 1:
            return build.expand_dims(x, 1), y
        return x, build.reshape(y, y.shape[:-1])
    return x, y


def aligned(what: str, y_true: Any, y_pred: Any, *, stretches: bool = True) -> tuple[Node, Node]:
    """Labels in the dtype of the predictions, and the predictions, with shapes that fit.

    Args:
        what: who asks.
        y_true: labels.
        y_pred: predictions.
        stretches: whether one may be stretched to meet the other; that is warned of.

    Raises:
        ShapeError: the shapes do not fit, or the labels are class numbers where rows were meant.
    """
    pred = predictions(y_pred)
    raw = as_node(y_true)
    true, pred = same_rank(raw, pred)
    if true.shape != pred.shape:
        _check_broadcast(what, raw, pred)
        if stretches and raw.rank and raw.size > 1 and not _is_one_for_all(raw, pred):
            _warn_of_stretched(what, raw, pred)
    return (true if true.dtype is pred.dtype else build.cast(true, pred.dtype)), pred


def _check_broadcast(what: str, true: Node, pred: Node) -> None:
    fits = all(
        left == right or 1 in (left, right)
        for left, right in zip(reversed(true.shape), reversed(pred.shape))
    )
    rows, classes = pred.shape[:-1], pred.shape[-1] if pred.shape else 1
    one_per_row = rows != () and classes > 1 and true.shape in (rows, (*rows, 1))
    if one_per_row and (true.dtype.is_integer or not fits):
        raise ShapeError(
            f"{what}: y_true of shape {list(true.shape)} looks like class numbers, but y_pred of "
            f"shape {list(pred.shape)} has a score for each of {classes} classes. One-hot encode "
            f"the labels: tf.one_hot(y_true, {classes}); or use a loss on class numbers: "
            "'sparse_categorical_crossentropy'."
        )
    if not fits:
        raise ShapeError(
            f"{what}: y_true of shape {list(true.shape)} does not fit y_pred of shape "
            f"{list(pred.shape)}: expected one label for every number of a prediction. "
            "Check the size of the last layer, or reshape the labels."
        )


def _is_one_for_all(true: Node, pred: Node) -> bool:
    """Whether one target is for many predictions, or one prediction for many targets."""
    return (
        true.rank == pred.rank > 1
        and true.shape[1:] == pred.shape[1:] != (1,)
        and 1 in (true.shape[0], pred.shape[0])
    )


def _warn_of_stretched(what: str, true: Node, pred: Node) -> None:
    classes = pred.shape[-1] if pred.shape else 1
    warn_of_mistake(
        "stretched labels",
        f"{what}: y_true of shape {list(true.shape)} is stretched to meet y_pred of shape "
        f"{list(pred.shape)}: a label is compared with several predictions, or a prediction with "
        "several labels. Give the last layer one output per label; class numbers need one-hot "
        f"rows, tf.one_hot(y_true, {classes}), or 'sparse_categorical_crossentropy'.",
    )


def mean_last(x: Node) -> Node:
    """The mean over the last axis; of a scalar, the scalar."""
    if not x.shape:
        return x
    total = build.sum(x, (len(x.shape) - 1,))
    return build.div(total, build.constant(float(x.shape[-1]), x.dtype))


def mean(x: Node, axis: int) -> Node:
    """The mean over one axis, counted from the front or, if negative, from the back."""
    if axis == -1:
        return mean_last(x)
    axis = _from_front("mean", x, axis)
    total = build.sum(x, (axis,))
    return build.div(total, build.constant(float(x.shape[axis]), x.dtype))


def _from_front(what: str, x: Node, axis: int) -> int:
    rank = len(x.shape)
    if not -rank <= axis < rank:
        raise ShapeError(
            f"{what}: axis {axis} does not exist in a tensor of shape {list(x.shape)}, "
            f"expected {-rank} to {rank - 1}."
        )
    return axis % rank


def last_axis(what: str, x: Node, axis: int) -> Node:
    """`x` with `axis` moved to the end, where the classes are looked for."""
    if axis == -1:
        return x
    axis = _from_front(what, x, axis)
    others = tuple(each for each in range(len(x.shape)) if each != axis)
    return x if axis == len(others) else build.transpose(x, (*others, axis))


def clip(x: Node, low: float, high: float) -> Node:
    """x limited to [low, high]; at the limits the gradient still passes."""
    upper = build.minimum(x, build.constant(high, x.dtype))
    return build.maximum(upper, build.constant(low, x.dtype))


def class_numbers(what: str, y_true: Any, scores: Node, ignore_class: int | None = None) -> Node:
    """Labels that name one class per row of `scores`: int64, of the shape of the rows.

    Raises:
        ShapeError: there is not one label per row, such as for one-hot labels.
        OutOfRangeError: a label that is known already lies outside [0, classes).
    """
    true = as_node(y_true)
    if true.dtype is dtypes.string:
        raise DTypeError(
            f"{what}: the labels are text, of shape {list(true.shape)}, expected class numbers. "
            "tf.keras.layers.StringLookup gives words numbers."
        )
    if not scores.shape:
        raise ShapeError(f"{what}: y_pred is a scalar, expected scores per class in its last axis.")
    rows, classes = scores.shape[:-1], scores.shape[-1]
    if true.shape != rows:
        if true.shape != (*rows, 1):
            raise _not_class_numbers(what, true, scores)
        true = build.reshape(true, rows)
    if true.value is not None:
        check_class_numbers(what, true.value, classes, ignore_class)
    elif true.op == "reshape" and true.inputs[0].value is not None:
        check_class_numbers(what, true.inputs[0].value, classes, ignore_class)
    return true if true.dtype.is_integer else build.cast(true, dtypes.int64)


def _not_class_numbers(what: str, true: Node, scores: Node) -> ShapeError:
    shapes = f"y_true of shape {list(true.shape)}, y_pred of shape {list(scores.shape)}"
    if true.shape == scores.shape:
        return ShapeError(
            f"{what}: the labels are one-hot ({shapes}), expected one class number per row. Use "
            "'categorical_crossentropy', or give class numbers: tf.argmax(y_true, axis=-1)."
        )
    hint = ""
    if len(scores.shape) > 2 and true.shape in ((scores.shape[0],), (scores.shape[0], 1)):
        hint = (
            f" One label per sample needs predictions {axes.layout(axes.CLASSES)}: a model of "
            "dense layers begins with layers.Flatten()."
        )
    return ShapeError(
        f"{what}: {shapes}: expected one class number per row, so y_true of shape "
        f"{list(scores.shape[:-1])}.{hint}"
    )


def check_class_numbers(
    what: str, labels: np.ndarray[Any, Any], classes: int, ignore_class: int | None = None
) -> None:
    """Raise an error that names the first label outside of [0, classes), if there is one.

    Raises:
        OutOfRangeError: there is such a label.
    """
    if not labels.size or (labels.min() >= 0 and labels.max() < classes):
        return
    wrong = ~((labels >= 0) & (labels < classes))
    if ignore_class is not None:
        wrong &= labels != ignore_class
    rows = np.flatnonzero(wrong)
    if not rows.size:
        return
    row = int(rows[0])
    label = labels.reshape(-1)[row].item()
    mend = (
        f"Number the classes from 0 to {classes - 1}: labels that start at 1 need y - 1."
        if label == classes and labels.min() >= 1
        else f"Correct the labels, or let the last layer have {label + 1:g} outputs."
        if label >= classes
        else "Correct the labels; rows without a label can be left out with ignore_class."
    )
    raise OutOfRangeError(
        f"{what}: label {label} in row {row} lies outside [0, {classes}), as y_pred has {classes} "
        f"classes; {rows.size} of {labels.size} labels do. {mend}"
    )
