"""Numbers before a model sees them: shifted and scaled, in bins, or as categories."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import (
    DTypeError,
    InvalidArgumentError,
    ShapeError,
)
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import backend
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.preprocessing.data import DataLayer, batches_of, encoded, numbers_of
from glassbrook.keras.layers.preprocessing.vocabulary import check_mode
from glassbrook.keras.layers.spec import as_sizes
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, convert_to_tensor

__all__ = ["CategoryEncoding", "Discretization", "Normalization"]

_MODES = ("int", "one_hot", "multi_hot", "count")


@register("layer")
class Normalization(Layer):
    """Numbers with mean 0 and variance 1: ``(x - mean) / √variance``, for each feature.

    Mean and variance are given, or learned from data by `adapt` before training.

    Args:
        axis: the axis or axes that have a mean for each place; `None` for a single mean.
        mean: the mean, if it is known.
        variance: the variance, if it is known.
        invert: whether normalized numbers are turned back.

    Raises:
        InvalidArgumentError: only one of mean and variance is given.
        ShapeError: the size of an axis with means of its own is not known, or has changed.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Normalization()
        >>> layer.adapt([[0.0, 10.0], [2.0, 30.0]])
        >>> layer(tf.constant([[3.0, 20.0]])).numpy()
        array([[2., 0.]], dtype=float32)
    """

    supports_masking = True

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        axes = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.axis = axes
        self.input_mean = _listed(mean)
        self.input_variance = _listed(variance)
        self.invert = bool(invert)
        self._means: Any = None
        self._variances: Any = None
        if (mean is None) != (variance is None):
            raise InvalidArgumentError(
                "Normalization: both mean and variance have to be given, or neither; got mean="
                f"{mean!r} and variance={variance!r}."
            )
        if mean is not None and np.shape(self.input_mean) != np.shape(self.input_variance):
            raise InvalidArgumentError(
                f"Normalization: mean has shape {np.shape(self.input_mean)}, variance "
                f"{np.shape(self.input_variance)}. They have to be the same."
            )

    def build(self, input_shape: Any) -> None:
        """Make the weights, or lay out what was given, for inputs of a shape."""
        sizes = as_sizes(input_shape)
        rank = len(sizes)
        if any(not -rank <= axis < rank for axis in self.axis):
            raise ShapeError(
                f"Layer {self._title()} has means along the axes {self.axis}, which an input of "
                f"shape {sizes} does not have."
            )
        self._kept = tuple(sorted(axis % rank for axis in self.axis))
        if any(sizes[axis] is None for axis in self._kept):
            raise ShapeError(
                f"Layer {self._title()} needs to know the sizes of the axes {self.axis} of its "
                f"input, but that shape is {sizes}."
            )
        self._sizes = tuple(int(sizes[axis] or 0) for axis in self._kept)
        self._layout = tuple(
            int(sizes[axis] or 0) if axis in self._kept else 1 for axis in range(rank)
        )
        if self.input_mean is None:
            made = [
                self.add_weight(shape=self._sizes, initializer=how, trainable=False, name=name)
                for name, how in (("mean", "zeros"), ("variance", "ones"))
            ]
            self.adapt_mean, self.adapt_variance = made
            self.count = self.add_weight(
                shape=(), initializer="zeros", dtype="int32", trainable=False, name="count"
            )
            return
        spread = []
        for value in (self.input_mean, self.input_variance):
            array = np.asarray(value)
            if array.ndim > len(self._sizes):
                raise ShapeError(
                    f"Layer {self._title()}: mean and variance have shape {array.shape}, expected "
                    f"{self._sizes} for an input of shape {sizes}."
                )
            spread.append(np.broadcast_to(array, self._sizes).reshape(self._layout))
        self._means, self._variances = spread

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn means and variances.

        Args:
            data: an array or list, or a dataset or generator of batches.
            batch_size: accepted for Keras 2's sake, without effect.
            steps: how many batches of a dataset to look at; all by default.

        Raises:
            InvalidArgumentError: mean and variance were given.
        """
        if self.input_mean is not None:
            raise InvalidArgumentError(
                f"Layer {self._title()} was given mean and variance, so it cannot adapt to data."
            )
        total: Any = None
        for batch in batches_of(data, steps):
            array = numbers_of(batch[0] if isinstance(batch, tuple) else batch)
            array = array.astype(np.float64)
            if total is None and not self.built:
                self.build(array.shape if batch is data else (None, *array.shape[1:]))
            self._check_sizes(array.shape)
            reduced = tuple(axis for axis in range(array.ndim) if axis not in self._kept)
            count = math.prod(array.shape[axis] for axis in reduced)
            total = _joined(total, (count, array.mean(reduced), array.var(reduced)))
        if total is None:
            raise InvalidArgumentError(f"Layer {self._title()}: adapt got no data.")
        self.adapt_mean.assign(total[1].astype(self._variable_dtype.numpy))
        self.adapt_variance.assign(total[2].astype(self._variable_dtype.numpy))

    def _check_sizes(self, shape: Any) -> None:
        found = tuple(shape[axis] for axis in self._kept if axis < len(shape))
        if found != self._sizes:
            raise ShapeError(
                f"Layer {self._title()} was built for sizes {self._sizes} along the axes "
                f"{self.axis}, but got data of shape {tuple(shape)}."
            )

    @property
    def mean(self) -> Any:
        """The mean, laid out to go with the inputs; `None` before the layer is built."""
        return None if not self.built else Tensor(self._moment("_means", "adapt_mean"))

    @property
    def variance(self) -> Any:
        """The variance, laid out to go with the inputs; `None` before the layer is built."""
        return None if not self.built else Tensor(self._moment("_variances", "adapt_variance"))

    def _moment(self, given: str, weight: str) -> Node:
        array = getattr(self, given)
        if array is not None:
            return build.data(np.asarray(array), self._compute_dtype)
        node = build.reshape(getattr(self, weight).used_node(), self._layout)
        return node if node.dtype is self._compute_dtype else build.cast(node, self._compute_dtype)

    def call(self, inputs: Tensor) -> Tensor:
        """The normalized inputs."""
        x = inputs.used_node()
        if x.dtype is dtypes.string:
            raise DTypeError(f"Layer {self._title()} expects numbers, got text.")
        if x.dtype is not self._compute_dtype:
            x = build.cast(x, self._compute_dtype)
        mean = self._moment("_means", "adapt_mean")
        root = build.sqrt(self._moment("_variances", "adapt_variance"))
        # A feature that never varies is not divided by 0.
        root = build.maximum(root, build.constant_like(backend.epsilon(), root))
        if self.invert:
            return Tensor(build.add(mean, build.mul(x, root)))
        return Tensor(build.div(build.sub(x, mean), root))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "axis": self.axis,
            "invert": self.invert,
            "mean": self.input_mean,
            "variance": self.input_variance,
        }


def _listed(value: Any) -> Any:
    return None if value is None else numbers_of(value).tolist()


def _joined(total: Any, batch: Any) -> Any:
    """Count, mean and variance of two groups together."""
    if total is None:
        return batch
    (count, mean, variance), (more, other, spread) = total, batch
    share = more / (count + more)
    middle = mean * (1 - share) + other * share
    first, second = variance + (mean - middle) ** 2, spread + (other - middle) ** 2
    return count + more, middle, first * (1 - share) + second * share


class _Encoding(DataLayer):
    """A layer that gives categories as numbers or as vectors."""

    output_mode: str
    sparse: bool

    def _as_output(self, indices: Node, depth: int, dtype: DType, weights: Node | None) -> Any:
        result = encoded(indices, self.output_mode, depth, dtype, weights)
        if self.sparse:
            from glassbrook.sparse import from_dense

            return from_dense(result)
        return result


@register("layer")
class CategoryEncoding(_Encoding):
    """Whole numbers as vectors with a place for each: ones where they are, or how often.

    Args:
        num_tokens: how many places there are; inputs go from 0 to `num_tokens` - 1.
        output_mode: ``"one_hot"`` for a vector per number, ``"multi_hot"`` for a vector per sample
            with a 1 for each of its numbers, ``"count"`` for how often each occurs.
        sparse: whether vectors come as sparse tensors.

    With ``"count"``, a call takes `count_weights`: what each number counts.

    Raises:
        InvalidArgumentError: an argument is out of its range.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.CategoryEncoding(4)(tf.constant([[0, 1], [3, 3]])).numpy()
        array([[1., 1., 0., 0.],
               [0., 0., 0., 1.]], dtype=float32)
    """

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        given = kwargs.pop("max_tokens", num_tokens)
        super().__init__(**kwargs)
        self.output_mode = check_mode("CategoryEncoding", output_mode, _MODES[1:])
        self.num_tokens = check_count("CategoryEncoding", "num_tokens", given)
        self.sparse = bool(sparse)

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """The vectors."""
        if count_weights is not None and self.output_mode != "count":
            raise InvalidArgumentError(
                f"Layer {self._title()}: count_weights go with output_mode='count', not with "
                f"{self.output_mode!r}."
            )
        weights = None
        if count_weights is not None:
            weights = build.cast(convert_to_tensor(count_weights).used_node(), self._compute_dtype)
        x = inputs.used_node()
        if x.dtype is dtypes.string:
            raise DTypeError(
                f"Layer {self._title()} expects whole numbers, got text. StringLookup makes "
                "numbers of it."
            )
        if not x.dtype.is_integer:
            x = build.cast(x, dtypes.int64)
        return self._as_output(x, self.num_tokens, self._compute_dtype, weights)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input, with a vector in the place of the last axis or behind it."""
        sizes = as_sizes(input_shape)
        if self.output_mode == "one_hot" and sizes and (sizes[-1] != 1 or len(sizes) == 1):
            return (*sizes, self.num_tokens)
        return (*sizes[:-1], self.num_tokens)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "num_tokens": self.num_tokens,
            "output_mode": self.output_mode,
        }


@register("layer")
class Discretization(_Encoding):
    """Numbers as the bins that they fall into.

    The boundaries of the bins are given, or learned by `adapt`, so that bins hold equal shares.

    Args:
        bin_boundaries: the boundaries in order: ``[0.0, 1.0]`` makes the bins below 0, from 0 to
            1, and from 1 on.
        num_bins: how many bins `adapt` makes.
        epsilon: how exactly `adapt` finds the boundaries: the share of a bin that may be wrong.
        output_mode: ``"int"`` for the number of the bin, or ``"one_hot"``, ``"multi_hot"`` and
            ``"count"`` as in `CategoryEncoding`.
        sparse: whether vectors come as sparse tensors.
        dtype: the dtype of vectors.
        name: the layer's name.

    Raises:
        InvalidArgumentError: both or none of boundaries and number are given, or the layer is
            called before it knows boundaries.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Discretization(bin_boundaries=[0.0, 1.0])
        >>> layer(tf.constant([[-1.5, 0.0, 5.0]])).numpy()
        array([[0, 1, 2]], dtype=int32)
    """

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.output_mode = check_mode("Discretization", output_mode, _MODES)
        if sparse and self.output_mode == "int":
            raise InvalidArgumentError("Discretization: sparse=True does not go with 'int'.")
        if (bin_boundaries is None) == (num_bins is None):
            raise InvalidArgumentError(
                "Discretization: give either bin_boundaries or num_bins; got bin_boundaries="
                f"{bin_boundaries!r} and num_bins={num_bins!r}."
            )
        if num_bins is not None:
            check_count("Discretization", "num_bins", num_bins)
        self.bin_boundaries = None if bin_boundaries is None else _listed(bin_boundaries)
        self.num_bins = num_bins
        self.epsilon = float(epsilon)
        self.sparse = bool(sparse)
        self.reset_state()

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn boundaries between which there are equal shares of the data.

        Args:
            data: an array or list, or a dataset or generator of batches.
            batch_size: accepted for Keras 2's sake, without effect.
            steps: how many batches of a dataset to look at; all by default.

        Raises:
            InvalidArgumentError: boundaries were given.
        """
        if self.num_bins is None:
            raise InvalidArgumentError(
                f"Layer {self._title()} was given bin_boundaries, so it cannot adapt to data. Use "
                "num_bins instead."
            )
        self.reset_state()
        for batch in batches_of(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forget what was seen."""
        self._summary = np.zeros((2, 0), np.float32)

    def update_state(self, data: Any) -> None:
        """Take a batch into account."""
        values = np.sort(numbers_of(data).astype(np.float32).ravel())
        step = max(values.size * self.epsilon, 1.0)
        chosen = values[int(step - 1) :: int(step)]
        both = np.concatenate([np.stack([chosen, np.full_like(chosen, step)]), self._summary], 1)
        self._summary = _compressed(both[:, np.argsort(both[0])], self.epsilon)

    def finalize_state(self) -> None:
        """Make the boundaries of what was seen."""
        if self.num_bins is not None:
            self.bin_boundaries = _compressed(self._summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def call(self, inputs: Any) -> Any:
        """The bins of the inputs, as `output_mode` says."""
        if self.bin_boundaries is None:
            raise InvalidArgumentError(
                f"Layer {self._title()} has no bin_boundaries yet: pass them, or call adapt(data) "
                "first."
            )
        x = build.cast(inputs.used_node(), dtypes.float32)
        limits = build.data(np.asarray(self.bin_boundaries, np.float32))
        reached = build.greater_equal(build.expand_dims(x, x.rank), limits)
        bins = build.sum(build.cast(reached, dtypes.int32), (x.rank,))
        if self.output_mode == "int":
            return Tensor(bins)
        return self._as_output(bins, len(self.bin_boundaries) + 1, self._compute_dtype, None)

    def _output_dtype(self) -> DType:
        return dtypes.int32 if self.output_mode == "int" else self._compute_dtype

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input, or with a vector in the place of the last axis or behind it."""
        sizes = as_sizes(input_shape)
        if self.output_mode == "int":
            return sizes
        known = self.bin_boundaries
        depth = self.num_bins if known is None else len(known) + 1
        if self.output_mode == "one_hot" and not (len(sizes) > 1 and sizes[-1] == 1):
            return (*sizes, depth)
        return (*sizes[:-1], depth)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`, with the boundaries that were learned."""
        return {
            "bin_boundaries": self.bin_boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A new layer from what `get_config` gave."""
        given = dict(config)
        learned = given.get("bin_boundaries") if given.get("num_bins") is not None else None
        if learned is not None:
            del given["bin_boundaries"]
        layer = cls(**given)
        if learned is not None:
            layer.bin_boundaries = list(learned)
        return layer


def _compressed(summary: Any, epsilon: float) -> Any:
    """A summary, values over what they count, with values at equal shares of the whole."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    reached = summary[1].cumsum()
    values = np.interp(shares, reached / reached[-1], summary[0])
    counts = np.diff(np.interp(shares, reached / reached[-1], reached), prepend=0)
    return np.stack([values, counts]).astype(np.float32)
