"""`Loss`: a formula per sample, and how the samples' values become one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError, UnimplementedError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import registry
from glassbrook.keras.losses.targets import convert, same_rank
from glassbrook.keras.masks import joint_mask
from glassbrook.keras.naming import auto_name
from glassbrook.tensor import Tensor, as_node, nest

__all__ = ["Loss", "LossFunctionWrapper", "Reduction", "mask_weights", "reduce_weighted"]

MEANS = frozenset({"sum_over_batch_size", "mean", "mean_with_sample_weight"})


class Reduction:
    """Names of the ways to reduce the samples' values to one loss."""

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"


def checked_reduction(reduction: str | None) -> str | None:
    """The reduction, "auto" resolved; an error if there is none of that name."""
    if reduction == "auto":
        return "sum_over_batch_size"
    if reduction in MEANS or reduction in ("sum", "none", None):
        return reduction
    raise InvalidArgumentError(
        f"A loss got reduction={reduction!r}, expected 'sum_over_batch_size' (the mean over the "
        "batch), 'sum', 'mean_with_sample_weight' or 'none'."
    )


def mask_weights(mask: Node, weight: Node | None, reduction: str | None, dtype: DType) -> Node:
    """Weights that leave out what the mask excludes, so that a mean counts the rest only."""
    weights = build.cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        total = build.constant(float(mask.size), dtype)
        weights = build.mul(weights, divide_no_nan(total, build.sum(weights)))
    return weights if weight is None else build.mul(*same_rank(weights, weight))


def divide_no_nan(x: Node, y: Node) -> Node:
    """x / y, and 0 where y is 0."""
    zero = build.constant(0, y.dtype)
    is_zero = build.equal(y, zero)
    quotient = build.div(x, build.select(is_zero, build.constant(1, y.dtype), y))
    return build.select(is_zero, zero, quotient)


def reduce_weighted(
    values: Node, sample_weight: Any, reduction: str | None, mask: Node | None = None
) -> Node:
    """Values per sample, weighted and reduced.

    Args:
        values: the loss of every sample.
        sample_weight: one weight per sample (or per value), or `None`.
        reduction: see `Loss`.
        mask: true where a value counts, or `None`.
    """
    weight = None if sample_weight is None else convert(sample_weight, values.dtype)
    if mask is not None:
        weight = mask_weights(mask, weight, reduction, values.dtype)
    if weight is not None:
        values, weight = same_rank(values, weight)
        values = build.mul(values, weight)
    if reduction is None or reduction == "none" or values.shape in ((), (0,)):
        return values
    total = build.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weight is not None:
        return divide_no_nan(total, build.sum(weight))
    return build.div(total, build.constant(float(max(values.size, 1)), total.dtype))


class Loss:
    """Base of all losses; a subclass defines `call`.

    ``loss = Σᵢ wᵢ · call(y_true, y_pred)ᵢ / n`` over the n samples of a batch, unless `reduction`
    says otherwise.

    Args:
        name: what the loss is called.
        reduction: ``"sum_over_batch_size"`` (also ``"auto"``, ``"mean"``), the sum divided by the
            number of values; ``"sum"``; ``"mean_with_sample_weight"``, the sum divided by the sum
            of the weights; or ``"none"`` (also `None`), one value per sample.
        dtype: the floating-point type in which it is computed; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> class Cubic(tf.keras.losses.Loss):
        ...     def call(self, y_true, y_pred):
        ...         return tf.reduce_mean(tf.abs(y_true - y_pred) ** 3, axis=-1)
        >>> Cubic()([[0.0, 2.0]], [[1.0, 0.0]]).numpy()
        np.float32(4.5)
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        self.name = name or auto_name(type(self).__name__)
        self.reduction = checked_reduction(reduction)
        self._dtype = dtypes.float32 if dtype is None else as_dtype(dtype)

    @property
    def dtype(self) -> str:
        """The name of the floating-point type in which it is computed."""
        return self._dtype.name

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The reduced loss of a batch.

        Args:
            y_true: labels.
            y_pred: predictions of the model.
            sample_weight: one weight per sample, of shape (n,) or (n, 1), or one per value.

        Returns:
            A scalar, or one value per sample if there is no reduction.
        """
        values = self.call(self._converted(y_true), self._converted(y_pred))
        mask = joint_mask(y_pred, None)
        return Tensor(reduce_weighted(as_node(values), sample_weight, self.reduction, mask))

    def _converted(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._converted(item) for key, item in value.items()}
        if isinstance(value, tuple):
            return nest.map_structure(self._converted, value)
        return Tensor(convert(value, self._dtype))

    def call(self, y_true: Tensor, y_pred: Tensor) -> Any:
        """The loss of every sample, not yet weighted or reduced; to be defined by a subclass."""
        raise UnimplementedError(
            f"{type(self).__name__} is a loss without a formula. Define call(self, y_true, y_pred)."
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal loss can be made."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A loss with the arguments that `get_config` gave."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name} reduction={self.reduction}>"


def _same_rank(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Let labels (n,) meet predictions (n, 1), for functions that would broadcast them."""
    if not (isinstance(y_true, Tensor) and isinstance(y_pred, Tensor)):
        return y_true, y_pred
    if len(y_true.node.shape) == len(y_pred.node.shape):
        return y_true, y_pred
    true, pred = same_rank(y_true.node, y_pred.node)
    return Tensor(true), Tensor(pred)


class LossFunctionWrapper(Loss):
    """A loss from a function ``fn(y_true, y_pred, **kwargs)`` that gives one value per sample.

    Args:
        fn: the function.
        reduction: see `Loss`.
        name: what the loss is called; the function's name by default.
        dtype: the floating-point type in which it is computed; float32 by default.
        kwargs: further arguments of the function.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn = fn
        self._kwargs = kwargs

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The reduced loss of a batch; see `Loss`."""
        pred = as_node(y_pred)
        mask = joint_mask(y_pred, self._mask(y_true))
        if pred.dtype is not self._dtype:
            y_pred = Tensor(build.cast(pred, self._dtype))
        y_true, y_pred = _same_rank(y_true, y_pred)
        values = self.fn(y_true, y_pred, **self._kwargs)
        return Tensor(reduce_weighted(as_node(values), sample_weight, self.reduction, mask))

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The value of the function for every sample."""
        return self.fn(y_true, y_pred, **self._kwargs)

    def _mask(self, y_true: Any) -> Node | None:
        """Which samples count; all by default."""
        return None

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal loss can be made."""
        config = {**super().get_config(), **self._kwargs}
        if type(self) is LossFunctionWrapper:
            config["fn"] = registry.get_registered_name(self.fn)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A loss with the arguments that `get_config` gave."""
        arguments = dict(config)
        if isinstance(arguments.get("fn"), str):
            arguments["fn"] = registry.find("loss", arguments["fn"])
            if arguments["fn"] is None:
                raise InvalidArgumentError(f"There is no loss function named {config['fn']!r}.")
        return cls(**arguments)
