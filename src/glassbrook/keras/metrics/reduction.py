"""Sums and means over batches, and metrics that are the mean of a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import registry
from glassbrook.keras.losses.base import divide_no_nan, mask_weights
from glassbrook.keras.losses.targets import convert, same_rank
from glassbrook.keras.masks import joint_mask
from glassbrook.keras.metrics.base import Metric, add_to
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor

__all__ = ["Mean", "MeanMetricWrapper", "Sum", "per_sample"]

Reduce = Callable[[Node, tuple[int, ...]], Node]


def mean_over(x: Node, axes: tuple[int, ...]) -> Node:
    """The mean over some axes."""
    count = 1
    for axis in axes:
        count *= x.shape[axis]
    return build.div(build.sum(x, axes), build.constant(float(count), x.dtype))


def _reduce_from(x: Node, first: int, reduce: Reduce) -> Node:
    rank = len(x.shape)
    return reduce(x, tuple(range(first, rank))) if rank > first else x


def per_sample(
    values: Any, sample_weight: Any, reduce: Reduce, dtype: DType
) -> tuple[Node, Node | None]:
    """Values with all axes but the first reduced, times their weights; and these weights.

    Args:
        values: one or more values per sample.
        sample_weight: one weight per sample, or per value, or `None`.
        reduce: how several values of a sample become one.
        dtype: the type in which it is computed.
    """
    node = convert(values, dtype)
    if sample_weight is None:
        return _reduce_from(node, 1, reduce), None
    node, weight = same_rank(node, convert(sample_weight, dtype))
    node = _reduce_from(node, len(weight.shape), reduce)
    weight = build.broadcast_to(weight, node.shape)
    weighted = build.mul(node, weight)
    return _reduce_from(weighted, 1, reduce), _reduce_from(weight, 1, reduce)


@register("metric", "sum")
class Sum(Metric):
    """``Σ wᵢ·xᵢ`` over all values of all batches.

    Args:
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.Sum()
        >>> metric.update_state([1.0, 2.0])
        >>> metric.update_state(3.0)
        >>> metric.result().numpy()
        np.float32(6.0)
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name, dtype)
        self.total = self.add_variable(name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add the values of a batch.

        Args:
            values: numbers.
            sample_weight: one weight per sample, or per value.
        """
        add_to(self.total, build.sum(per_sample(values, sample_weight, build.sum, self._dtype)[0]))

    def result(self) -> Tensor:
        """The sum so far."""
        return Tensor(build.identity(self.total.node))


@register("metric", "mean")
class Mean(Metric):
    """``Σ wᵢ·xᵢ / Σ wᵢ`` over all values of all batches; 0 before the first.

    Args:
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.Mean()
        >>> metric.update_state([1.0, 2.0])
        >>> metric.update_state(6.0)
        >>> metric.result().numpy()
        np.float32(3.0)
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name, dtype)
        self.total = self.add_variable(name="total")
        self.count = self.add_variable(name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take the values of a batch into account.

        Args:
            values: one or more numbers per sample, or a single number.
            sample_weight: one weight per sample, or per value.
        """
        node, weight = per_sample(values, sample_weight, mean_over, self._dtype)
        add_to(self.total, build.sum(node) if node.shape else node)
        if weight is not None:
            add_to(self.count, build.sum(weight))
        else:
            samples = node.shape[0] if node.shape else 1
            add_to(self.count, build.constant(float(samples), self._dtype))

    def result(self) -> Tensor:
        """The mean so far."""
        return Tensor(divide_no_nan(self.total.node, self.count.node))


@register("metric")
class MeanMetricWrapper(Mean):
    """The mean of a function ``fn(y_true, y_pred, **kwargs)`` that gives one value per sample.

    Args:
        fn: the function.
        name: what the metric is called; the function's name by default.
        dtype: the floating-point type of its state; float32 by default.
        kwargs: further arguments of the function.

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.MeanMetricWrapper(tf.keras.losses.mean_squared_error)
        >>> metric.update_state([[0.0], [0.0]], [[1.0], [3.0]])
        >>> metric.result().numpy()
        np.float32(5.0)
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self._fn = fn
        self._kwargs = kwargs

    def update_state(  # type: ignore[override]  # as in Keras: a mean, but of two arguments
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take the function's values for a batch into account.

        Args:
            y_true: labels.
            y_pred: predictions.
            sample_weight: one weight per sample, or per value.
        """
        mask = joint_mask(y_pred, None)
        if mask is not None:
            weight = None if sample_weight is None else convert(sample_weight, self._dtype)
            sample_weight = Tensor(mask_weights(mask, weight, "sum", self._dtype))
        super().update_state(self._fn(y_true, y_pred, **self._kwargs), sample_weight)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        config = {**super().get_config(), **self._kwargs}
        if type(self) is MeanMetricWrapper:
            config["fn"] = registry.get_registered_name(self._fn)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A metric with the arguments that `get_config` gave."""
        arguments = dict(config)
        if isinstance(arguments.get("fn"), str):
            name = arguments["fn"]
            arguments["fn"] = registry.find("metric function", name) or registry.find("loss", name)
            if arguments["fn"] is None:
                raise InvalidArgumentError(f"There is no metric function named {name!r}.")
        return cls(**arguments)


def counted(matches: Node) -> Tensor:
    """Truth values as 0.0 and 1.0."""
    return Tensor(build.cast(matches, dtypes.float32))
