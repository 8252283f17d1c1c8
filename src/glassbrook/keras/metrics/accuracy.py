"""How often predictions are right."""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.losses.targets import aligned, convert, predictions, same_rank
from glassbrook.keras.metrics.reduction import MeanMetricWrapper, counted
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


def _last(x: Node) -> int:
    return len(x.shape) - 1


@register("metric function")
def accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where labels and predictions are equal, else 0.

    Args:
        y_true: labels.
        y_pred: predicted labels of the same shape.

    Returns:
        One value per label.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.metrics.Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]).numpy()
        np.float32(0.75)
    """
    pred = as_node(y_pred)
    true, pred = same_rank(convert(y_true, pred.dtype), pred)
    return counted(build.equal(true, pred))


@register("metric function")
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Tensor:
    """1 where a probability lies on the right side of the threshold, else 0.

    Args:
        y_true: labels 0 and 1, of shape (…, d).
        y_pred: probabilities of the same shape.
        threshold: above it, 1 is predicted.

    Returns:
        One value per label.

    Raises:
        ShapeError: the shapes do not fit.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.metrics.binary_accuracy([[1.0], [0.0]], [[0.6], [0.7]]).numpy()
        array([[1.],
               [0.]], dtype=float32)
    """
    true, pred = aligned("binary_accuracy", y_true, y_pred)
    above = build.greater(pred, build.data(threshold, pred.dtype))
    return counted(build.equal(true, build.cast(above, true.dtype)))


@register("metric function")
def categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the class with the highest score is the right one, else 0.

    Args:
        y_true: one-hot rows, of shape (…, classes).
        y_pred: scores of the same shape, probabilities or logits.

    Returns:
        One value per sample, of shape (…).

    Raises:
        ShapeError: the shapes differ, such as for labels that are class numbers.

    Example:
        >>> import glassbrook as tf
        >>> labels, scores = [[0.0, 1.0], [1.0, 0.0]], [[0.1, 0.9], [0.2, 0.8]]
        >>> tf.keras.metrics.categorical_accuracy(labels, scores).numpy()
        array([1., 0.], dtype=float32)
    """
    true, pred = as_node(y_true), predictions(y_pred)
    _check_one_hot("categorical_accuracy", true, pred)
    return counted(build.equal(build.argmax(true, _last(true)), build.argmax(pred, _last(pred))))


def _check_one_hot(what: str, true: Node, pred: Node) -> None:
    if true.shape != pred.shape or not pred.shape:
        raise ShapeError(
            f"{what}: y_true has shape {list(true.shape)}, y_pred {list(pred.shape)}, expected the "
            "same shape: one-hot rows and a score for each class. For labels that are class "
            f"numbers use sparse_{what}."
        )


def _class_numbers(what: str, y_true: Any, pred: Node) -> Node:
    """Labels that name one class per row of scores."""
    true = as_node(y_true)
    rows = pred.shape[:-1]
    if pred.shape and true.shape == (*rows, 1):
        true = build.reshape(true, rows)
    if not pred.shape or true.shape != rows:
        raise ShapeError(
            f"{what}: y_true has shape {list(true.shape)}, y_pred {list(pred.shape)}, expected one "
            "class number per row of scores. For one-hot labels use "
            f"{what.removeprefix('sparse_')}."
        )
    return true


@register("metric function")
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the class with the highest score is the right one, else 0.

    Args:
        y_true: class numbers, of shape (…) or (…, 1).
        y_pred: scores of shape (…, classes), probabilities or logits.

    Returns:
        One value per sample, of shape (…).

    Raises:
        ShapeError: there is not one label per row of scores, such as for one-hot labels.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.metrics.sparse_categorical_accuracy([1, 0], [[0.1, 0.9], [0.2, 0.8]]).numpy()
        array([1., 0.], dtype=float32)
    """
    pred = predictions(y_pred)
    true = _class_numbers("sparse_categorical_accuracy", y_true, pred)
    kind = dtypes.int64 if true.dtype.is_integer else true.dtype
    best = build.cast(build.argmax(pred, _last(pred)), kind)
    return counted(build.equal(build.cast(true, kind), best))


def _in_top(true: Node, pred: Node, k: int) -> Node:
    """Whether fewer than k classes have a higher score than the right one."""
    axis = _last(pred)
    own = build.take_along(pred, build.expand_dims(build.cast(true, dtypes.int64), axis), axis)
    higher = build.cast(build.greater(pred, own), dtypes.int32)
    count = build.sum(higher, (axis,))
    fits = build.less(count, build.data(k, dtypes.int32))
    return build.logical_and(fits, build.reshape(build.is_finite(own), count.shape))


@register("metric function")
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """1 where the right class is among the k with the highest scores, else 0.

    Args:
        y_true: one-hot rows, of shape (…, classes).
        y_pred: scores of the same shape.
        k: how many classes count.

    Returns:
        One value per sample, of shape (…).

    Raises:
        ShapeError: the shapes differ.
    """
    true, pred = as_node(y_true), predictions(y_pred)
    _check_one_hot("top_k_categorical_accuracy", true, pred)
    return counted(_in_top(build.argmax(true, _last(true)), pred, k))


@register("metric function")
def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """1 where the right class is among the k with the highest scores, else 0.

    Args:
        y_true: class numbers, of shape (…) or (…, 1).
        y_pred: scores of shape (…, classes).
        k: how many classes count.

    Returns:
        One value per sample, of shape (…).

    Raises:
        ShapeError: there is not one label per row of scores.

    Example:
        >>> import glassbrook as tf
        >>> scores = [[0.1, 0.5, 0.4], [0.1, 0.5, 0.4]]
        >>> tf.keras.metrics.sparse_top_k_categorical_accuracy([2, 0], scores, k=2).numpy()
        array([1., 0.], dtype=float32)
    """
    pred = predictions(y_pred)
    return counted(
        _in_top(_class_numbers("sparse_top_k_categorical_accuracy", y_true, pred), pred, k)
    )


@register("metric")
class Accuracy(MeanMetricWrapper):
    """The share of predicted labels that equal the true ones."""

    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


@register("metric", "binary_accuracy")
class BinaryAccuracy(MeanMetricWrapper):
    """The share of probabilities on the right side of the threshold; see `binary_accuracy`.

    Args:
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
        threshold: above it, 1 is predicted.
    """

    def __init__(
        self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


@register("metric", "categorical_accuracy")
class CategoricalAccuracy(MeanMetricWrapper):
    """The share of right classes, for one-hot labels; see `categorical_accuracy`."""

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


@register("metric", "sparse_categorical_accuracy")
class SparseCategoricalAccuracy(MeanMetricWrapper):
    """The share of right classes, for class numbers; see `sparse_categorical_accuracy`."""

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


@register("metric", "top_k_categorical_accuracy")
class TopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of samples whose class is among the k best; see `top_k_categorical_accuracy`.

    Args:
        k: how many classes count.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
    """

    def __init__(
        self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


@register("metric", "sparse_top_k_categorical_accuracy")
class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of samples whose class is among the k best, for class numbers.

    Args:
        k: how many classes count.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
    """

    def __init__(
        self, k: int = 5, name: str | None = "sparse_top_k_categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k)
