"""Losses on how far two areas overlap: Dice and Tversky, for segmentation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.losses.base import LossFunctionWrapper
from glassbrook.keras.losses.targets import EPSILON, convert, predictions
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor

__all__ = ["Dice", "Tversky", "dice", "tversky"]

Axes = int | Sequence[int] | None


def _total(x: Node, axis: Axes) -> Node:
    if axis is None:
        return build.sum(x)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    return build.sum(x, tuple(each % x.rank for each in axes))


def _scaled(x: Node, factor: float) -> Node:
    return build.mul(x, build.constant(factor, x.dtype))


def _complement(x: Node) -> Node:
    return build.sub(build.constant(1.0, x.dtype), x)


@register("loss")
def dice(y_true: Any, y_pred: Any, axis: Axes = None) -> Tensor:
    """``1 - 2·Σ y·p / (Σ y + Σ p)``: 0 if two areas are the same, 1 if they do not meet.

    Args:
        y_true: labels between 0 and 1.
        y_pred: probabilities of the same shape.
        axis: the axes that make one area; all by default.

    Returns:
        One value per area.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.dice([[1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]]).numpy().round(4)
        np.float32(0.3333)

    Source: F. Milletari et al., V-Net, 2016.
    """
    pred = predictions(y_pred)
    true = convert(y_true, pred.dtype)
    both = _total(build.mul(true, pred), axis)
    sizes = build.add(_total(true, axis), _total(pred, axis))
    sizes = build.add(sizes, build.constant(EPSILON, sizes.dtype))
    return Tensor(_complement(build.div(_scaled(both, 2.0), sizes)))


@register("loss")
def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Axes = None
) -> Tensor:
    """``1 - b / (b + α·Σ y(1 - p) + β·Σ p(1 - y))`` with ``b = Σ y·p``; with halves, `dice`.

    Args:
        y_true: labels between 0 and 1.
        y_pred: probabilities of the same shape.
        alpha: α, the weight of what was missed.
        beta: β, the weight of what is too much.
        axis: the axes that make one area; all by default.

    Returns:
        One value per area.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.tversky([[1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]], 1.0, 0.0).numpy()
        np.float32(0.5)

    Source: S. Salehi et al., Tversky loss function for image segmentation, 2017.
    """
    pred = predictions(y_pred)
    true = convert(y_true, pred.dtype)
    both = _total(build.mul(true, pred), axis)
    missed = _total(build.mul(_complement(pred), true), axis)
    excess = _total(build.mul(pred, _complement(true)), axis)
    whole = build.add(build.add(both, _scaled(missed, alpha)), _scaled(excess, beta))
    whole = build.add(whole, build.constant(EPSILON, whole.dtype))
    return Tensor(_complement(build.div(both, whole)))


@register("loss")
class Dice(LossFunctionWrapper):
    """How little two areas overlap; see `dice`."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Axes = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(dice, reduction, name, dtype, axis=axis)


@register("loss")
class Tversky(LossFunctionWrapper):
    """How little two areas overlap, both kinds of error weighted; see `tversky`."""

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Axes = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
