"""Losses on numbers: squared, absolute, relative and robust errors."""

from __future__ import annotations

import math
from typing import Any

from glassbrook import dtypes
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.losses.base import LossFunctionWrapper
from glassbrook.keras.losses.targets import EPSILON, aligned, mean_last
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor

__all__ = [
    "CosineSimilarity",
    "Huber",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "cosine_similarity",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
]


def _number(value: float, like: Node) -> Node:
    return build.constant(value, like.dtype)


@register("loss", "mse", "MSE")
def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """``mean((y_true - y_pred)²)`` over the last axis.

    Args:
        y_true: what is right, of shape (…, d).
        y_pred: predictions of the same shape; (n,) and (n, 1) fit together.

    Returns:
        One value per sample, of shape (…).

    Raises:
        ShapeError: the shapes do not fit, or class numbers were given for rows of scores.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).numpy()
        array([2.5], dtype=float32)
    """
    true, pred = aligned("mean_squared_error", y_true, y_pred)
    return Tensor(mean_last(build.square(build.sub(true, pred))))


@register("loss", "mae", "MAE")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """``mean(|y_true - y_pred|)`` over the last axis.

    Args and errors are those of `mean_squared_error`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]]).numpy()
        array([1.5], dtype=float32)
    """
    true, pred = aligned("mean_absolute_error", y_true, y_pred)
    return Tensor(mean_last(build.abs(build.sub(true, pred))))


@register("loss", "mape", "MAPE")
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """``100 · mean(|y_true - y_pred| / max(|y_true|, 1e-7))`` over the last axis.

    Args and errors are those of `mean_squared_error`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.mean_absolute_percentage_error([[4.0, 2.0]], [[3.0, 2.0]]).numpy()
        array([12.5], dtype=float32)
    """
    true, pred = aligned("mean_absolute_percentage_error", y_true, y_pred)
    scale = build.maximum(build.abs(true), _number(EPSILON, true))
    relative = build.abs(build.div(build.sub(true, pred), scale))
    return Tensor(build.mul(_number(100.0, pred), mean_last(relative)))


@register("loss", "msle", "MSLE")
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """``mean((log(1 + y_true) - log(1 + y_pred))²)``, both raised to at least 1e-7 first.

    Args and errors are those of `mean_squared_error`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.mean_squared_logarithmic_error([[0.0]], [[1.0]]).numpy().round(4)
        array([0.4805], dtype=float32)
    """
    true, pred = aligned("mean_squared_logarithmic_error", y_true, y_pred)
    one, epsilon = _number(1.0, pred), _number(EPSILON, pred)
    logs = [build.log(build.add(build.maximum(each, epsilon), one)) for each in (pred, true)]
    return Tensor(mean_last(build.square(build.sub(*logs))))


@register("loss", "huber_loss")
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """The mean of ``e²/2`` where ``|e| <= delta``, else ``delta·|e| - delta²/2``; e the error.

    Args:
        y_true: what is right, of shape (…, d).
        y_pred: predictions of the same shape.
        delta: where the square turns into a line, so that outliers pull less.

    Returns:
        One value per sample, of shape (…).

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.huber([[0.0, 0.0]], [[0.5, 3.0]]).numpy()
        array([1.3125], dtype=float32)

    Source: P. J. Huber, Robust Estimation of a Location Parameter, 1964.
    """
    true, pred = aligned("huber", y_true, y_pred)
    error = build.sub(pred, true)
    size = build.abs(error)
    half, limit = _number(0.5, pred), _number(delta, pred)
    square = build.mul(half, build.square(error))
    line = build.sub(build.mul(limit, size), build.mul(half, build.square(limit)))
    return Tensor(mean_last(build.select(build.less_equal(size, limit), square, line)))


@register("loss", "logcosh")
def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """``mean(log(cosh(y_pred - y_true)))``: e²/2 for small errors e, ``|e| - log 2`` for large.

    Args and errors are those of `mean_squared_error`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.log_cosh([[0.0]], [[100.0]]).numpy().round(4)
        array([99.3069], dtype=float32)
    """
    true, pred = aligned("log_cosh", y_true, y_pred)
    error = build.sub(pred, true)
    # log(cosh(e)) written so that no exponential of a large error is taken.
    tail = build.softplus(build.mul(error, _number(-2.0, pred)))
    value = build.sub(build.add(error, tail), _number(math.log(2.0), pred))
    return Tensor(mean_last(value))


@register("loss")
def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """``mean(y_pred - y_true · log(y_pred + 1e-7))``: counts y_true, expected rates y_pred.

    Args and errors are those of `mean_squared_error`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.poisson([[1.0]], [[2.0]]).numpy().round(4)
        array([1.3069], dtype=float32)
    """
    true, pred = aligned("poisson", y_true, y_pred)
    log = build.log(build.add(pred, _number(EPSILON, pred)))
    return Tensor(mean_last(build.sub(pred, build.mul(true, log))))


@register("loss")
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Minus the cosine of the angle between both: -1 if they point the same way, 1 if opposite.

    Args:
        y_true: vectors, of shape (…, d).
        y_pred: vectors of the same shape.
        axis: the axis along which the vectors lie.

    Returns:
        One value per sample, of shape (…).

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.cosine_similarity([[3.0, 4.0]], [[0.0, 2.0]]).numpy().round(4)
        array([-0.8], dtype=float32)
    """
    true, pred = aligned("cosine_similarity", y_true, y_pred)
    axes = (axis % max(len(pred.shape), 1),)
    product = build.mul(_unit(true, axes), _unit(pred, axes))
    return Tensor(build.neg(build.sum(product, axes)))


def _unit(x: Node, axes: tuple[int, ...]) -> Node:
    """Vectors scaled to length 1; those shorter than 1e-7 are scaled by 1e7."""
    square = build.sum(build.square(x), axes, keepdims=True)
    # Limited before the root, whose gradient at 0 is infinite: a row of zeros has a finite one.
    least = EPSILON**2 if x.dtype.size > dtypes.float16.size else EPSILON
    return build.mul(x, build.rsqrt(build.maximum(square, _number(least, x))))


@register("loss")
class MeanSquaredError(LossFunctionWrapper):
    """The mean of ``(y_true - y_pred)²`` over outputs and samples.

    Args:
        reduction: see `Loss`.
        name: what the loss is called.
        dtype: the floating-point type in which it is computed; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.MeanSquaredError()([[0.0], [1.0]], [[1.0], [3.0]]).numpy()
        np.float32(2.5)
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_error, reduction, name, dtype)


@register("loss")
class MeanAbsoluteError(LossFunctionWrapper):
    """The mean of ``|y_true - y_pred|`` over outputs and samples."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_error, reduction, name, dtype)


@register("loss")
class MeanAbsolutePercentageError(LossFunctionWrapper):
    """The mean of ``100 · |y_true - y_pred| / |y_true|`` over outputs and samples."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


@register("loss")
class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """The mean of ``(log(1 + y_true) - log(1 + y_pred))²`` over outputs and samples."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


@register("loss")
class Huber(LossFunctionWrapper):
    """Squared error up to `delta`, absolute error beyond; see `huber`.

    Args:
        delta: where the square turns into a line.
        reduction: see `Loss`.
        name: what the loss is called.
        dtype: the floating-point type in which it is computed; float32 by default.
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(huber, reduction, name, dtype, delta=delta)


@register("loss")
class LogCosh(LossFunctionWrapper):
    """The mean of ``log(cosh(y_pred - y_true))`` over outputs and samples."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "log_cosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(log_cosh, reduction, name, dtype)


@register("loss")
class Poisson(LossFunctionWrapper):
    """The mean of ``y_pred - y_true · log(y_pred)`` over outputs and samples."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(poisson, reduction, name, dtype)


@register("loss")
class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine between labels and predictions; see `cosine_similarity`.

    Args:
        axis: the axis along which the vectors lie.
        reduction: see `Loss`.
        name: what the loss is called.
        dtype: the floating-point type in which it is computed; float32 by default.
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
