"""Focal cross-entropies, which leave samples that are right already nearly out."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.losses.base import LossFunctionWrapper
from glassbrook.keras.losses.targets import (
    EPSILON,
    aligned,
    class_numbers,
    clip,
    last_axis,
    mean,
    predictions,
)
from glassbrook.keras.mistakes import check_loss
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor

__all__ = [
    "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
]


def _number(value: float, like: Node) -> Node:
    return build.constant(value, like.dtype)


def _complement(x: Node) -> Node:
    return build.sub(_number(1.0, x), x)


def _check_equal(what: str, true: Node, pred: Node) -> None:
    if true.shape != pred.shape:
        raise ShapeError(
            f"{what}: y_true has shape {list(true.shape)}, y_pred {list(pred.shape)}, expected the "
            "same shape: one label for every predicted probability."
        )


@register("loss")
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """``mean(-(1 - q)^γ · log q)``, q being the probability of the label that is right.

    Args:
        y_true: labels, 0 or 1, of shape (…, d).
        y_pred: predicted probabilities, or logits, of the same shape.
        apply_class_balancing: whether to weight labels 1 by α and labels 0 by 1 - α.
        alpha: α.
        gamma: γ; 0 gives the binary cross-entropy.
        from_logits: whether `y_pred` are logits: scores before a sigmoid.
        label_smoothing: how far to draw the labels towards 1/2.
        axis: the axis over which to average.

    Returns:
        One value per sample, of shape (…).

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> import glassbrook as tf
        >>> losses = tf.keras.losses.binary_focal_crossentropy([[0, 1], [0, 0]], [[0.6, 0.4]] * 2)
        >>> losses.numpy().round(3)
        array([0.33 , 0.206], dtype=float32)

    Source: T.-Y. Lin et al., Focal Loss for Dense Object Detection, 2017.
    """
    what = "binary_focal_crossentropy"
    true, pred = aligned(what, y_true, y_pred, stretches=False)
    _check_equal(what, true, pred)
    check_loss(what, true, pred, from_logits, "sigmoid")
    if label_smoothing:
        true = build.add(
            build.mul(true, _number(1.0 - label_smoothing, true)),
            _number(0.5 * label_smoothing, true),
        )
    if from_logits:
        pred = build.sigmoid(pred)
    clipped = clip(pred, EPSILON, 1.0 - EPSILON)
    entropy = build.neg(
        build.add(
            build.mul(true, build.log(clipped)),
            build.mul(_complement(true), build.log(_complement(clipped))),
        )
    )
    right = build.add(build.mul(true, pred), build.mul(_complement(true), _complement(pred)))
    values = build.mul(build.pow(_complement(right), _number(gamma, right)), entropy)
    if apply_class_balancing:
        weight = build.add(
            build.mul(true, _number(alpha, true)),
            build.mul(_complement(true), _number(1.0 - alpha, true)),
        )
        values = build.mul(weight, values)
    return Tensor(mean(values, axis))


@register("loss")
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """``-Σ α · (1 - p)^γ · y_true · log p`` over the classes, for one-hot labels.

    Args:
        y_true: one-hot rows, of shape (…, classes).
        y_pred: predicted probabilities, or logits, of the same shape.
        alpha: α, a weight.
        gamma: γ, how much less samples count that are right already.
        from_logits: whether `y_pred` are logits: scores before a softmax.
        label_smoothing: the part of the labels' weight to spread evenly over all classes.
        axis: the axis of the classes.

    Returns:
        One value per sample, of shape (…).

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> import glassbrook as tf
        >>> losses = tf.keras.losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
        >>> losses.numpy().round(4)
        array([0.0433], dtype=float32)

    Source: T.-Y. Lin et al., Focal Loss for Dense Object Detection, 2017.
    """
    what = "categorical_focal_crossentropy"
    true, pred = aligned(what, y_true, y_pred, stretches=False)
    _check_equal(what, true, pred)
    true, pred = last_axis(what, true, axis), last_axis(what, pred, axis)
    check_loss(what, true, pred, from_logits, "softmax")
    if label_smoothing:
        true = build.add(
            build.mul(true, _number(1.0 - label_smoothing, true)),
            _number(label_smoothing / true.shape[-1], true),
        )
    if from_logits:
        pred = build.softmax(pred)
    classes = (pred.rank - 1,)
    scaled = build.div(pred, build.sum(pred, classes, keepdims=True))
    clipped = clip(scaled, EPSILON, 1.0 - EPSILON)
    entropy = build.neg(build.mul(true, build.log(clipped)))
    factor = build.pow(_complement(clipped), _number(gamma, clipped))
    weight = build.mul(factor, _number(alpha, clipped))
    return Tensor(build.sum(build.mul(weight, entropy), classes))


@register("loss")
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float = 0.5) -> Tensor:
    """``(1 - p^q) / q``, p being the probability of the class that is right.

    Args:
        y_true: class numbers, of shape (n,) or (n, 1).
        y_pred: predicted probabilities, of shape (n, classes).
        q: between 0 and 1: near 0 as the cross-entropy, near 1 as the absolute error, which
            wrong labels disturb less.

    Returns:
        One value per sample, of shape (n,).

    Raises:
        ShapeError: there is not one label per row.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]]).numpy()
        array([1.], dtype=float32)

    Source: Z. Zhang and M. Sabuncu, Generalized Cross Entropy Loss, 2018.
    """
    pred = predictions(y_pred)
    labels = class_numbers("categorical_generalized_cross_entropy", y_true, pred)
    axis = pred.rank - 1
    picked = build.take_along(pred, build.expand_dims(labels, axis), axis)
    right = build.reshape(picked, labels.shape)
    power = build.pow(right, _number(q, right))
    return Tensor(build.div(_complement(power), _number(q, right)))


@register("loss")
class BinaryFocalCrossentropy(LossFunctionWrapper):
    """The mean focal cross-entropy of labels 0 and 1; see `binary_focal_crossentropy`."""

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@register("loss")
class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """The mean focal cross-entropy of one-hot labels; see `categorical_focal_crossentropy`."""

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@register("loss")
class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """The mean of ``(1 - p^q) / q``; see `categorical_generalized_cross_entropy`.

    Raises:
        InvalidArgumentError: `q` does not lie between 0 and 1.
    """

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise InvalidArgumentError(
                f"CategoricalGeneralizedCrossEntropy: q is {q}, expected between 0 and 1."
            )
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
