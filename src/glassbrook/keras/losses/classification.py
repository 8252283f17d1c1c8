"""Losses on probabilities and scores: cross-entropies, divergence, hinges."""

from __future__ import annotations

import weakref
from typing import Any

from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import axes
from glassbrook.keras.losses.base import LossFunctionWrapper
from glassbrook.keras.losses.targets import (
    EPSILON,
    aligned,
    class_numbers,
    clip,
    last_axis,
    mean,
    mean_last,
    predictions,
)
from glassbrook.keras.mistakes import check_loss
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "Hinge",
    "KLDivergence",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "binary_crossentropy",
    "categorical_crossentropy",
    "categorical_hinge",
    "hinge",
    "kl_divergence",
    "mark_as_activation",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]

_activations: weakref.WeakSet[Node] = weakref.WeakSet()


def mark_as_activation(node: Node) -> Node:
    """Note that a softmax or sigmoid is a layer's activation, so not meant as logits."""
    _activations.add(node)
    return node


def _logits(scores: Node, op: str, from_logits: bool) -> Node | None:
    """The logits behind `scores`, if they are logits or the activation `op` of logits.

    Going back behind the activation is exact where a probability near 0 or 1 has lost its digits.
    """
    if scores.op == op and scores.inputs and (not from_logits or scores in _activations):
        return scores.inputs[0]
    return scores if from_logits else None


def _number(value: float, like: Node) -> Node:
    return build.constant(value, like.dtype)


def _smoothed(true: Node, amount: float, share: float) -> Node:
    """y·(1 - amount) + share."""
    return build.add(build.mul(true, _number(1.0 - amount, true)), _number(share, true))


@register("loss")
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """``-Σ y_true · log(y_pred)`` over the classes, for one-hot labels or probabilities.

    Probabilities are scaled to sum 1 and limited to [1e-7, 1 - 1e-7]; of a softmax, the logits
    are taken instead, which is exact.

    Args:
        y_true: probabilities of the classes, such as one-hot rows, of shape (…, classes).
        y_pred: predicted probabilities, or logits, of the same shape.
        from_logits: whether `y_pred` are logits: scores before a softmax.
        label_smoothing: the part of the labels' weight to spread evenly over all classes.
        axis: the axis of the classes.

    Returns:
        One value per sample, of shape (…).

    Raises:
        ShapeError: the shapes differ, such as for labels that are class numbers.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(4)
        array([0.6931], dtype=float32)
    """
    what = "categorical_crossentropy"
    pred = predictions(y_pred)
    true = as_node(y_true)
    if true.shape != pred.shape or not pred.shape:
        raise _not_rows(what, true, pred)
    true = last_axis(what, build.cast(true, pred.dtype), axis)
    pred = last_axis(what, pred, axis)
    check_loss(what, true, pred, from_logits, "softmax")
    if label_smoothing:
        true = _smoothed(true, label_smoothing, label_smoothing / true.shape[-1])
    logits = _logits(pred, "softmax", from_logits)
    classes = (len(pred.shape) - 1,)
    if logits is not None:
        logs = build.log_softmax(logits)
    else:
        scaled = build.div(pred, build.sum(pred, classes, keepdims=True))
        logs = build.log(clip(scaled, EPSILON, 1.0 - EPSILON))
    return Tensor(build.neg(build.sum(build.mul(true, logs), classes)))


def _not_rows(what: str, true: Node, pred: Node) -> ShapeError:
    shapes = f"y_true has shape {list(true.shape)}, y_pred {list(pred.shape)}"
    rows = pred.shape[:-1]
    if pred.shape and true.shape in (rows, (*rows, 1)):
        return ShapeError(
            f"{what}: the labels look like class numbers: {shapes}, expected the same shape, "
            f"{axes.layout(axes.CLASSES)}. Use 'sparse_categorical_crossentropy', or one-hot "
            f"labels: tf.one_hot(y_true, {pred.shape[-1]})."
        )
    return ShapeError(
        f"{what}: {shapes}, expected the same shape: a probability for each class. "
        "Check the number of outputs of the last layer and of columns of the labels."
    )


@register("loss")
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Tensor:
    """``-log(y_pred[y_true])``, for labels that are class numbers.

    Args:
        y_true: class numbers from 0 on, of shape (…) or (…, 1).
        y_pred: predicted probabilities, or logits, of shape (…, classes).
        from_logits: whether `y_pred` are logits: scores before a softmax.
        ignore_class: a label that stands for "no label", such as -1; the loss there is 0.
        axis: the axis of the classes: the last one.

    Returns:
        One value per sample, of shape (…).

    Raises:
        ShapeError: there is not one label per row of predictions, such as for one-hot labels.
        OutOfRangeError: a label lies outside [0, classes); the first one is named.

    Example:
        >>> import glassbrook as tf
        >>> scores = [[0.1, 0.9], [0.5, 0.5]]
        >>> tf.keras.losses.sparse_categorical_crossentropy([1, 0], scores).numpy().round(4)
        array([0.1054, 0.6931], dtype=float32)
    """
    what = "sparse_categorical_crossentropy"
    pred = last_axis(what, predictions(y_pred), axis)
    true = class_numbers(what, y_true, pred, ignore_class)
    check_loss(what, true, pred, from_logits, "softmax")
    counted: Node | None = None
    if ignore_class is not None:
        counted = build.not_equal(true, _number(ignore_class, true))
        true = build.select(counted, true, _number(0, true))
    logits = _logits(pred, "softmax", from_logits)
    if logits is None:
        logits = build.log(clip(pred, EPSILON, 1.0 - EPSILON))
    position = len(pred.shape) - 1
    indices = build.expand_dims(true, position)
    picked = build.take_along(build.log_softmax(logits), indices, position)
    values = build.neg(build.reshape(picked, true.shape))
    if counted is not None:
        values = build.select(counted, values, _number(0.0, values))
    return Tensor(values)


@register("loss", "bce", "BCE")
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """``-mean(y_true · log(y_pred) + (1 - y_true) · log(1 - y_pred))`` over the last axis.

    Probabilities are limited to [1e-7, 1 - 1e-7]; of a sigmoid, the logits are taken instead,
    which is exact.

    Args:
        y_true: labels, 0 or 1 or between, of shape (…, d).
        y_pred: predicted probabilities, or logits, of the same shape.
        from_logits: whether `y_pred` are logits: scores before a sigmoid.
        label_smoothing: how far to draw the labels towards 1/2.
        axis: the axis over which to average.

    Returns:
        One value per sample, of shape (…).

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.binary_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).numpy().round(4)
        array([0.6931], dtype=float32)
    """
    what = "binary_crossentropy"
    true, pred = aligned(what, y_true, y_pred, stretches=False)
    if true.shape != pred.shape:
        raise ShapeError(
            f"{what}: y_true has shape {list(true.shape)}, y_pred {list(pred.shape)}, expected the "
            "same shape: one label of 0 or 1 for every predicted probability."
        )
    check_loss(what, true, pred, from_logits, "sigmoid")
    if label_smoothing:
        true = _smoothed(true, label_smoothing, 0.5 * label_smoothing)
    logits = _logits(pred, "sigmoid", from_logits)
    if logits is not None:
        return Tensor(mean(_sigmoid_crossentropy(true, logits), axis))
    one = _number(1.0, pred)
    clipped = clip(pred, EPSILON, 1.0 - EPSILON)
    positive = build.mul(true, build.log(clipped))
    negative = build.mul(build.sub(one, true), build.log(build.sub(one, clipped)))
    return Tensor(mean(build.neg(build.add(positive, negative)), axis))


def _sigmoid_crossentropy(true: Node, logits: Node) -> Node:
    """``max(x, 0) - x·z + log(1 + exp(-|x|))`` for logits x and labels z."""
    is_positive = build.greater_equal(logits, _number(0.0, logits))
    positive_part = build.select(is_positive, logits, _number(0.0, logits))
    # Not abs(): its gradient at 0 is 0, and that of the whole would be z, not z - 1/2.
    minus_size = build.select(is_positive, build.neg(logits), logits)
    linear = build.sub(positive_part, build.mul(logits, true))
    return build.add(linear, build.log1p(build.exp(minus_size)))


@register("loss", "kld", "KLD", "kullback_leibler_divergence")
def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """``Σ y_true · log(y_true / y_pred)`` over the last axis, both limited to [1e-7, 1].

    Args:
        y_true: probabilities, of shape (…, classes).
        y_pred: predicted probabilities of the same shape.

    Returns:
        One value per sample, of shape (…): how far `y_pred` is from `y_true`, in nats.

    Raises:
        ShapeError: the shapes do not fit.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.kl_divergence([[1.0, 0.0]], [[0.5, 0.5]]).numpy().round(4)
        array([0.6931], dtype=float32)
    """
    true, pred = aligned("kl_divergence", y_true, y_pred)
    true, pred = clip(true, EPSILON, 1.0), clip(pred, EPSILON, 1.0)
    terms = build.mul(true, build.log(build.div(true, pred)))
    return Tensor(build.sum(terms, (len(terms.shape) - 1,)))


def _signed(true: Node) -> Node:
    """Labels 0 and 1 as -1 and 1; other labels as they are."""
    zero, one = _number(0.0, true), _number(1.0, true)
    binary = build.all(build.logical_or(build.equal(true, zero), build.equal(true, one)))
    return build.select(binary, build.sub(build.mul(_number(2.0, true), true), one), true)


def _margins(what: str, y_true: Any, y_pred: Any) -> Node:
    true, pred = aligned(what, y_true, y_pred)
    one, zero = _number(1.0, pred), _number(0.0, pred)
    return build.maximum(build.sub(one, build.mul(_signed(true), pred)), zero)


@register("loss")
def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """``mean(max(1 - y_true · y_pred, 0))`` over the last axis.

    Args:
        y_true: labels -1 and 1; labels 0 and 1 are taken for -1 and 1.
        y_pred: scores of the same shape.

    Returns:
        One value per sample.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.hinge([[-1.0, 1.0]], [[0.5, 3.0]]).numpy()
        array([0.75], dtype=float32)
    """
    return Tensor(mean_last(_margins("hinge", y_true, y_pred)))


@register("loss")
def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """``mean(max(1 - y_true · y_pred, 0)²)`` over the last axis.

    Args are those of `hinge`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.squared_hinge([[-1.0, 1.0]], [[0.5, 3.0]]).numpy()
        array([1.125], dtype=float32)
    """
    return Tensor(mean_last(build.square(_margins("squared_hinge", y_true, y_pred))))


@register("loss")
def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """``max(neg - pos + 1, 0)``: pos the score of the right class, neg the best of the others.

    Args:
        y_true: one-hot rows, of shape (…, classes).
        y_pred: scores of the same shape.

    Returns:
        One value per sample.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.categorical_hinge([[0.0, 1.0]], [[0.5, 0.75]]).numpy()
        array([0.75], dtype=float32)
    """
    true, pred = aligned("categorical_hinge", y_true, y_pred)
    one, axes = _number(1.0, pred), (len(pred.shape) - 1,)
    pos = build.sum(build.mul(true, pred), axes)
    neg = build.max(build.mul(build.sub(one, true), pred), axes)
    value = build.add(build.sub(neg, pos), one)
    return Tensor(build.maximum(value, _number(0.0, pred)))


@register("loss")
class CategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy for one-hot labels; see `categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits: scores before a softmax.
        label_smoothing: the part of the labels' weight to spread evenly over all classes.
        axis: the axis of the classes.
        reduction: see `Loss`.
        name: what the loss is called.
        dtype: the floating-point type in which it is computed; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> loss = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
        >>> loss([[0.0, 1.0]], [[2.0, 2.0]]).numpy().round(4)
        np.float32(0.6931)
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@register("loss")
class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy for labels that are class numbers; see `sparse_categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits: scores before a softmax.
        ignore_class: a label that stands for "no label"; such samples do not count.
        reduction: see `Loss`.
        axis: the axis of the classes: the last one.
        name: what the loss is called.
        dtype: the floating-point type in which it is computed; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        >>> loss([1], [[2.0, 2.0]]).numpy().round(4)
        np.float32(0.6931)
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
        self._ignore_class = ignore_class

    def _mask(self, y_true: Any) -> Node | None:
        if self._ignore_class is None:
            return None
        true = as_node(y_true)
        return build.not_equal(true, _number(self._ignore_class, true))


@register("loss")
class BinaryCrossentropy(LossFunctionWrapper):
    """Cross-entropy for labels 0 and 1; see `binary_crossentropy`.

    Args:
        from_logits: whether predictions are logits: scores before a sigmoid.
        label_smoothing: how far to draw the labels towards 1/2.
        axis: the axis over which to average.
        reduction: see `Loss`.
        name: what the loss is called.
        dtype: the floating-point type in which it is computed; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.BinaryCrossentropy()([1, 0], [0.5, 0.5]).numpy().round(4)
        np.float32(0.6931)
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@register("loss")
class KLDivergence(LossFunctionWrapper):
    """Kullback-Leibler divergence of predicted from true probabilities; see `kl_divergence`."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(kl_divergence, reduction, name, dtype)


@register("loss")
class Hinge(LossFunctionWrapper):
    """The mean of ``max(1 - y_true · y_pred, 0)``; see `hinge`."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(hinge, reduction, name, dtype)


@register("loss")
class SquaredHinge(LossFunctionWrapper):
    """The mean of ``max(1 - y_true · y_pred, 0)²``; see `squared_hinge`."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(squared_hinge, reduction, name, dtype)


@register("loss")
class CategoricalHinge(LossFunctionWrapper):
    """The margin between the right class and the best of the others; see `categorical_hinge`."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(categorical_hinge, reduction, name, dtype)
