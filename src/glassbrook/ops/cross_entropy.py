"""Losses of predictions given as logits, computed without overflow."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node
from glassbrook.ops.activations import over_axis
from glassbrook.ops.arguments import TensorLike, axis_argument, floating_node, require
from glassbrook.ops.mistakes import check_scores
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "check_labels",
    "log_poisson_loss",
    "sigmoid_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits",
    "weighted_cross_entropy_with_logits",
]


@operation
def softmax_cross_entropy_with_logits(
    labels: TensorLike, logits: TensorLike, axis: Any = -1, name: str | None = None
) -> Tensor:
    """-Σ labels · log softmax(logits) along an axis: one loss per row.

    Args:
        labels: a distribution over the classes for each row, such as a one-hot code; it takes
            the dtype of the logits.
        logits: floating-point numbers of the same shape, not yet normalized.
        axis: the axis of the classes.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The losses: the shape of the logits without `axis`. Gradients flow to both sides.

    Raises:
        ShapeError: the shapes do not fit together.
        DTypeError: the logits are not floating-point, or the labels of another dtype.

    Example:
        >>> import glassbrook as tf
        >>> loss = tf.nn.softmax_cross_entropy_with_logits(labels=[[0, 1]], logits=[[1.0, 2.0]])
        >>> print(loss.numpy().round(4))
        [0.3133]
    """
    scores = floating_node("softmax_cross_entropy_with_logits", logits)
    check_scores("softmax_cross_entropy_with_logits", scores, "softmax")
    targets = as_node(labels, scores.dtype)
    position = axis_argument("softmax_cross_entropy_with_logits", axis, len(scores.shape))
    logs = over_axis("softmax_cross_entropy_with_logits", build.log_softmax, scores, position)
    if targets.shape != scores.shape:
        _check_same_classes(targets, scores)
    return Tensor(build.neg(build.sum(build.mul(targets, logs), (position,))))


def _check_same_classes(labels: Node, logits: Node) -> None:
    if labels.rank != logits.rank or any(
        a not in (b, 1) and b != 1 for a, b in zip(labels.shape, logits.shape, strict=True)
    ):
        raise ShapeError(
            f"softmax_cross_entropy_with_logits: labels of shape {list(labels.shape)} do not fit "
            f"logits of shape {list(logits.shape)}: expected one number for each class. For "
            "labels that are class numbers use sparse_softmax_cross_entropy_with_logits, or "
            "tf.one_hot(labels, classes)."
        )


def _known_value(node: Node) -> Array | None:
    """The value of a node if it is at hand: its own, or one that is only converted or reshaped."""
    if node.value is not None:
        return node.value
    if node.op in ("cast", "reshape", "identity"):
        value = _known_value(node.inputs[0])
        if value is not None and node.dtype.is_integer and value.dtype.kind in "biuf":
            with np.errstate(invalid="ignore"):
                return value.astype(node.dtype.numpy).reshape(node.shape)
    return None


@operation
def check_labels(op: str, labels: Node, classes: int) -> None:
    """Raise an error that names the first label outside of [0, classes), if values are at hand.

    Labels that are still to be computed are left alone: taking one out of a row that does not
    have it raises as well, at that time.
    """
    value = _known_value(labels)
    if value is None or not value.size:
        return
    # A negative label is a huge one if its bits are read without a sign: one pass finds both.
    if value.dtype.kind == "i":
        unsigned = value.view(value.dtype.str.replace("i", "u"))
    else:
        unsigned = value
    if unsigned.max() < classes:
        return
    position = np.unravel_index(int((unsigned >= classes).argmax()), value.shape)
    place = ", ".join(str(int(each)) for each in position)
    where = f"labels[{place}]" if place else "the label"
    hint = (
        "Classes count from 0: subtract 1 from labels that count from 1, or"
        if value.max() == classes and value.min() > 0
        else "Correct the labels, or"
    )
    raise OutOfRangeError(
        f"{op}: {where} = {value[position]} is outside the valid range of [0, {classes}), as the "
        f"logits have {classes} classes. {hint} give the last layer more outputs."
    )


@operation
def sparse_softmax_cross_entropy_with_logits(
    labels: TensorLike, logits: TensorLike, name: str | None = None
) -> Tensor:
    """-log softmax(logits)[label]: one loss per row, for labels that are class numbers.

    Args:
        labels: integers in [0, classes), of the shape of the logits without the last axis.
        logits: floating-point numbers, not yet normalized; classes along the last axis.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The losses, of the shape of the labels.

    Raises:
        OutOfRangeError: a label is not a class; the first such label is named.
        ShapeError: the shapes do not fit together.
        DTypeError: the labels are not integers, or the logits not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> loss = tf.nn.sparse_softmax_cross_entropy_with_logits([1], [[1.0, 2.0]])
        >>> print(loss.numpy().round(4))
        [0.3133]
    """
    op = "sparse_softmax_cross_entropy_with_logits"
    scores = floating_node(op, logits)
    check_scores(op, scores, "softmax")
    targets = as_node(labels)
    if not targets.dtype.is_integer:
        require(op, targets, lambda dtype: dtype.is_integer, "integer labels", _SPARSE_MEND)
    if not scores.shape or targets.shape != scores.shape[:-1]:
        raise ShapeError(
            f"{op}: `labels.shape` must equal `logits.shape` except for the last dimension: got "
            f"labels.shape={targets.shape} and logits.shape={scores.shape}. For one-hot labels "
            "use softmax_cross_entropy_with_logits."
        )
    check_labels(op, targets, scores.shape[-1])
    position = len(targets.shape)
    column = build.reshape(targets, (*targets.shape, 1))
    own = build.take_along(build.log_softmax(scores), column, position)
    return Tensor(build.neg(build.reshape(own, targets.shape)))


_SPARSE_MEND = (
    "Convert class numbers with tf.cast(labels, tf.int64); for one-hot labels use "
    "softmax_cross_entropy_with_logits."
)


@operation
def sigmoid_cross_entropy_with_logits(
    labels: TensorLike = None, logits: TensorLike = None, name: str | None = None
) -> Tensor:
    """-y log σ(z) - (1 - y) log(1 - σ(z)), element by element: each is a question of its own.

    Computed as max(z, 0) - z y + log(1 + exp(-|z|)), which neither overflows nor loses the small
    losses.

    Args:
        labels: y, numbers in [0, 1]; they take the dtype of the logits.
        logits: z, floating-point numbers of the same shape.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: one of the two is missing.
        ShapeError: the shapes differ.
        DTypeError: the logits are not floating-point, or the labels of another dtype.

    Example:
        >>> import glassbrook as tf
        >>> loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0, 0.0], logits=[0.0, 2.0])
        >>> print(loss.numpy().round(4))
        [0.6931 2.1269]
    """
    if labels is None or logits is None:
        raise InvalidArgumentError(
            "sigmoid_cross_entropy_with_logits: both labels= and logits= are needed."
        )
    scores = floating_node("sigmoid_cross_entropy_with_logits", logits)
    check_scores("sigmoid_cross_entropy_with_logits", scores, "sigmoid")
    targets = as_node(labels, scores.dtype)
    _require_same_shape("sigmoid_cross_entropy_with_logits", targets, scores)
    # At z = 0 the slopes of both pieces have to add up: max() gives its whole gradient to the left
    # side there, and so does min().
    above = build.maximum(scores, build.constant_like(0, scores))
    tail = build.softplus(build.minimum(build.neg(scores), scores))
    return Tensor(build.add(build.sub(above, build.mul(scores, targets)), tail))


def _require_same_shape(op: str, labels: Node, logits: Node) -> None:
    if labels.shape != logits.shape:
        raise ShapeError(
            f"{op}: `logits` and `labels` must have the same shape, got {logits.shape} and "
            f"{labels.shape}. tf.reshape or tf.expand_dims makes them fit."
        )


@operation
def weighted_cross_entropy_with_logits(
    labels: TensorLike, logits: TensorLike, pos_weight: TensorLike, name: str | None = None
) -> Tensor:
    """-w y log σ(z) - (1 - y) log(1 - σ(z)), element by element.

    A weight above 1 makes a missed positive dearer, one below 1 a false alarm.

    Args:
        labels: y, numbers in [0, 1]; they take the dtype of the logits.
        logits: z, floating-point numbers of the same shape.
        pos_weight: w, a number or a tensor that fits the shape.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes differ.
        DTypeError: the logits are not floating-point, or the labels of another dtype.

    Example:
        >>> import glassbrook as tf
        >>> loss = tf.nn.weighted_cross_entropy_with_logits([1.0], [1.0], pos_weight=2.0)
        >>> print(loss.numpy().round(4))
        [0.6265]
    """
    op = "weighted_cross_entropy_with_logits"
    scores = floating_node(op, logits)
    check_scores(op, scores, "sigmoid")
    targets = as_node(labels, scores.dtype)
    _require_same_shape(op, targets, scores)
    weight = as_node(pos_weight, scores.dtype)
    one = build.constant_like(1, scores)
    share = build.add(one, build.mul(build.sub(weight, one), targets))
    missed = build.mul(build.sub(one, targets), scores)
    return Tensor(build.add(missed, build.mul(share, build.softplus(build.neg(scores)))))


@operation
def log_poisson_loss(
    targets: TensorLike,
    log_input: TensorLike,
    compute_full_loss: bool = False,
    name: str | None = None,
) -> Tensor:
    """exp(c) - z c, the negative log-likelihood of counts z under a Poisson rate exp(c).

    Args:
        targets: z, the counts; they take the dtype of `log_input`.
        log_input: c, the logarithms of the predicted rates, of the same shape.
        compute_full_loss: add Stirling's approximation of log z!, which does not depend on c:
            z log z - z + ½ log(2πz) for z > 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes differ.
        DTypeError: `log_input` is not floating-point, or the targets of another dtype.

    Example:
        >>> import glassbrook as tf
        >>> loss = tf.nn.log_poisson_loss([2.0], [0.0])
        >>> print(loss.numpy().round(4))
        [1.]
    """
    logs = floating_node("log_poisson_loss", log_input)
    counts = as_node(targets, logs.dtype)
    _require_same_shape("log_poisson_loss", counts, logs)
    loss = build.sub(build.exp(logs), build.mul(logs, counts))
    if compute_full_loss:
        large = build.greater(counts, build.constant_like(1, counts))
        safe = build.select(large, counts, build.constant_like(1, counts))
        log_count = build.log(safe)
        half_log = build.mul(
            build.constant_like(0.5, counts),
            build.add(build.constant_like(float(np.log(2 * np.pi)), counts), log_count),
        )
        stirling = build.add(build.sub(build.mul(safe, log_count), safe), half_log)
        loss = build.add(loss, build.select(large, stirling, build.constant_like(0, counts)))
    return Tensor(loss)
