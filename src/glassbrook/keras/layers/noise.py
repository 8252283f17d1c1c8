"""Layers that disturb training, so that a model does not learn its data by heart.

Which numbers they drop or add is what Keras's layers do with the same seed.
"""

from __future__ import annotations

import math
from typing import Any

from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.keras import backend, regularizers
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_number
from glassbrook.keras.layers.spec import InputSpec
from glassbrook.keras.random import dropout_node, mask_shape
from glassbrook.keras.registry import register
from glassbrook.keras.seeds import SeedGenerator, state_node
from glassbrook.ops.sampling import normal_node, uniform_node
from glassbrook.ops.seeds import BLOCKS_PER_NUMBER
from glassbrook.tensor import Tensor

__all__ = [
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]


class _Random(Layer):
    """A layer that draws numbers in training and passes its inputs on otherwise.

    Args:
        amount: how much it disturbs; with 0 it draws nothing, and needs no seed.
        seed: fixes the numbers.
    """

    supports_masking = True
    _without_variables = True

    def __init__(self, amount: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed) if amount else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape

    def _state(self, shape: Shape) -> Node:
        return state_node(self.seed_generator, BLOCKS_PER_NUMBER * math.prod(shape))

    def _floating(self, inputs: Tensor) -> Node:
        x = inputs.used_node()
        return x if x.dtype.is_floating else build.cast(x, self._compute_dtype)

    def _normal(self, x: Node, mean: float, stddev: float) -> Node:
        return normal_node(self._state(x.shape), x.shape, mean, stddev, x.dtype)


class _Dropping(_Random):
    """A layer with a rate at which it drops numbers."""

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        name = type(self).__name__
        self_rate = check_number(name, "rate", rate, "the share of inputs to drop", 1.0)
        super().__init__(self_rate, seed, **kwargs)
        self.rate = self_rate

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"rate": self.rate, "seed": self.seed}


@register("layer")
class Dropout(_Dropping):
    """In training, each number becomes 0 with probability `rate`, the others grow by 1/(1 - rate).

    Otherwise inputs pass as they are. The expected value is the same both times.

    Args:
        rate: the share of inputs to drop, in [0, 1].
        noise_shape: the shape of the mask of dropped numbers, where axes of size 1 are stretched:
            ``(None, 1, 64)`` drops the same features at every step. That of the input by default.
        seed: a number that fixes which ones are dropped.

    Raises:
        InvalidArgumentError: `rate` is not in [0, 1].

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Dropout(0.5, seed=1)
        >>> layer(tf.ones([4])).numpy()
        array([1., 1., 1., 1.], dtype=float32)
        >>> layer(tf.ones([4]), training=True).numpy()
        array([2., 0., 2., 0.], dtype=float32)
    """

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(rate, seed, **kwargs)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Drop in training, otherwise do nothing."""
        if not training or not self.rate:
            return inputs
        x = self._floating(inputs)
        return Tensor(dropout_node(x, self.rate, self._mask_shape(x.shape), self.seed_generator))

    def _mask_shape(self, shape: Shape) -> Shape:
        return mask_shape(shape, self.noise_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        shape = None if self.noise_shape is None else list(self.noise_shape)
        return super().get_config() | {"noise_shape": shape}


class _SpatialDropout(Dropout):
    """Drops whole channels; a sample's numbers of one channel stay or go together."""

    def __init__(
        self, rate: float, seed: int | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {"rate": self.rate, "seed": self.seed, "name": self.name, "dtype": self.dtype}


@register("layer")
class SpatialDropout1D(_SpatialDropout):
    """In training, drops whole channels of sequences of shape ``[batch, steps, channels]``.

    Args:
        rate: the share of channels to drop, in [0, 1].
        seed: a number that fixes which ones are dropped.
        name: the layer's name.
        dtype: the layer's dtype.

    Raises:
        InvalidArgumentError: `rate` is not in [0, 1].

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.SpatialDropout1D(0.5, seed=1)
        >>> layer(tf.ones([1, 2, 4]), training=True).numpy()
        array([[[2., 0., 2., 0.],
                [2., 0., 2., 0.]]], dtype=float32)
    """

    def __init__(
        self, rate: float, seed: int | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(rate, seed, name, dtype)
        self.input_spec = InputSpec(ndim=3)

    def _mask_shape(self, shape: Shape) -> Shape:
        return shape[0], 1, shape[2]


class _SpatialDropoutOfImages(_SpatialDropout):
    _rank: int

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(rate, seed, name, dtype)
        self.data_format = backend.image_data_format() if data_format is None else data_format
        if self.data_format not in ("channels_first", "channels_last"):
            raise InvalidArgumentError(
                f"{type(self).__name__}: data_format is {data_format!r}, expected 'channels_first' "
                "or 'channels_last'."
            )
        self.input_spec = InputSpec(ndim=self._rank)

    def _mask_shape(self, shape: Shape) -> Shape:
        ones = (1,) * (self._rank - 2)
        if self.data_format == "channels_first":
            return (*shape[:2], *ones)
        return (shape[0], *ones, shape[-1])

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"data_format": self.data_format}


@register("layer")
class SpatialDropout2D(_SpatialDropoutOfImages):
    """In training, drops whole channels of images of shape ``[batch, height, width, channels]``.

    Args:
        rate: the share of channels to drop, in [0, 1].
        data_format: ``"channels_last"``, or ``"channels_first"`` if they are axis 1.
        seed: a number that fixes which ones are dropped.
        name: the layer's name.
        dtype: the layer's dtype.

    Raises:
        InvalidArgumentError: `rate` is not in [0, 1], or `data_format` is neither.
    """

    _rank = 4


@register("layer")
class SpatialDropout3D(_SpatialDropoutOfImages):
    """In training, drops whole channels of volumes, five axes with the channels last.

    Args:
        rate: the share of channels to drop, in [0, 1].
        data_format: ``"channels_last"``, or ``"channels_first"`` if they are axis 1.
        seed: a number that fixes which ones are dropped.
        name: the layer's name.
        dtype: the layer's dtype.

    Raises:
        InvalidArgumentError: `rate` is not in [0, 1], or `data_format` is neither.
    """

    _rank = 5


@register("layer")
class GaussianDropout(_Dropping):
    """In training, multiplies by normally distributed numbers of mean 1.

    Their standard deviation is ``√(rate / (1 - rate))``, as that of what `Dropout` multiplies by.

    Args:
        rate: a number in [0, 1).
        seed: a number that fixes the noise.

    Raises:
        InvalidArgumentError: `rate` is not in [0, 1].

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.GaussianDropout(0.5, seed=1)
        >>> layer(tf.ones([2]), training=True).numpy()
        array([1.1266503, 0.5069834], dtype=float32)
    """

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Multiply by noise in training, otherwise do nothing."""
        if not training or not self.rate:
            return inputs
        if self.rate == 1:
            raise InvalidArgumentError(
                "GaussianDropout: noise of rate 1 would have no limit; choose less."
            )
        x = self._floating(inputs)
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        return Tensor(build.mul(x, self._normal(x, 1.0, stddev)))


# Of the function selu: where it goes for small inputs.
_ALPHA, _SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@register("layer")
class AlphaDropout(_Dropping):
    """Dropout for networks of `selu` units, which keeps the mean and the variance of its inputs.

    In training, each number becomes what `selu` gives for very small inputs with probability
    `rate`; then all are multiplied and shifted.

    Args:
        rate: the share of inputs to drop, in [0, 1].
        noise_shape: the shape of the mask of dropped numbers, as for `Dropout`.
        seed: a number that fixes which ones are dropped.

    Raises:
        InvalidArgumentError: `rate` is not in [0, 1].

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.AlphaDropout(0.5, seed=1)
        >>> layer(tf.zeros([4]), training=True).numpy()
        array([ 0.77919394, -0.7791938 ,  0.77919394, -0.7791938 ], dtype=float32)

    Source: G. Klambauer et al., Self-Normalizing Neural Networks, 2017.
    """

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(rate, seed, **kwargs)
        self.noise_shape = noise_shape

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Drop in training, otherwise do nothing."""
        if not training or not self.rate:
            return inputs
        x = self._floating(inputs)
        shape = mask_shape(x.shape, self.noise_shape)
        floatx = backend.floatx()
        draws = uniform_node("AlphaDropout", self._state(shape), shape, 0, 1, as_dtype(floatx))
        kept = build.greater_equal(draws, build.constant(self.rate, draws.dtype))
        mask = build.cast(kept, x.dtype)
        lowest = -_ALPHA * _SCALE
        factor = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        shift = -factor * lowest * self.rate

        def number(value: float) -> Node:
            return build.constant(value, x.dtype)

        dropped = build.mul(number(lowest), build.sub(number(1), mask))
        x = build.add(build.mul(x, mask), dropped)
        return Tensor(build.add(build.mul(number(factor), x), number(shift)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"noise_shape": self.noise_shape}


@register("layer")
class GaussianNoise(_Random):
    """In training, adds normally distributed noise; otherwise inputs pass as they are.

    Args:
        stddev: the standard deviation of the noise.
        seed: a number that fixes the noise.

    Raises:
        InvalidArgumentError: `stddev` is negative.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.GaussianNoise(0.1, seed=1)
        >>> layer(tf.ones([2]), training=False).numpy()
        array([1., 1.], dtype=float32)
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        meaning = "the standard deviation of the noise"
        deviation = check_number("GaussianNoise", "stddev", stddev, meaning, float("inf"))
        super().__init__(deviation, seed, **kwargs)
        self.stddev = deviation

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Add noise in training, otherwise do nothing."""
        if not training or not self.stddev:
            return inputs
        x = self._floating(inputs)
        return Tensor(build.add(x, self._normal(x, 0.0, self.stddev)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"stddev": self.stddev, "seed": self.seed}


@register("layer")
class ActivityRegularization(Layer):
    """Passes its inputs on, and adds a penalty on them to the loss: l1 Σ|x| + l2 Σx².

    Args:
        l1: the factor of the absolute values.
        l2: the factor of the squares.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.ActivityRegularization(l1=0.5)
        >>> y = layer(tf.constant([[1.0, -3.0]]))
        >>> float(layer.losses[0])
        2.0
    """

    supports_masking = True
    _without_variables = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return config | {"l1": self.l1, "l2": self.l2}
