"""Layers that disturb training, so that a model does not learn its data by heart."""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_number
from glassbrook.keras.registry import register
from glassbrook.keras.seeds import SeedGenerator
from glassbrook.tensor import Tensor

__all__ = ["Dropout", "GaussianNoise"]


class _Random(Layer):
    """A layer that draws numbers in training and passes its inputs on otherwise."""

    _without_variables = True

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape

    def _uniform(self, shape: tuple[int, ...], dtype: dtypes.DType) -> Node:
        return build.random_uniform(self.seed_generator.next_node(), shape, dtype)


@register("layer")
class Dropout(_Random):
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
        >>> sorted(set(layer(tf.ones([64]), training=True).numpy().tolist()))
        [0.0, 2.0]
    """

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed, **kwargs)
        self.rate = check_number("Dropout", "rate", rate, "the share of inputs to drop", 1.0)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Drop in training, otherwise do nothing."""
        if not training or not self.rate:
            return inputs
        x = inputs.used_node()
        if self.rate == 1:
            return Tensor(build.mul(x, build.constant_like(0, x)))
        dtype = x.dtype if x.dtype.is_floating else self._compute_dtype
        x = build.cast(x, dtype)
        draws = self._uniform(self._mask_shape(x.shape), dtype)
        kept = build.greater_equal(draws, build.constant(self.rate, dtype))
        scale = build.constant(1 / (1 - self.rate), dtype)
        factors = build.select(kept, scale, build.constant(0, dtype))
        return Tensor(build.mul(x, factors))

    def _mask_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if self.noise_shape is None:
            return shape
        return tuple(
            size if wanted is None else int(wanted)
            for wanted, size in zip(self.noise_shape, shape, strict=True)
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        shape = None if self.noise_shape is None else list(self.noise_shape)
        return super().get_config() | {"rate": self.rate, "noise_shape": shape, "seed": self.seed}


@register("layer")
class GaussianNoise(_Random):
    """In training, adds normally distributed noise; otherwise inputs pass as they are.

    Args:
        stddev: the standard deviation of the noise.
        seed: a number that fixes the noise.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.GaussianNoise(0.1, seed=1)
        >>> layer(tf.ones([2]), training=False).numpy()
        array([1., 1.], dtype=float32)
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed, **kwargs)
        meaning = "the standard deviation of the noise"
        self.stddev = check_number("GaussianNoise", "stddev", stddev, meaning, float("inf"))

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Add noise in training, otherwise do nothing."""
        if not training or not self.stddev:
            return inputs
        x = build.cast(inputs.used_node(), self._compute_dtype)
        # Box and Muller: two even draws make a normal one. 1 - u lies in (0, 1].
        radius = self._uniform(x.shape, x.dtype)
        angle = self._uniform(x.shape, x.dtype)
        radius = build.log(build.sub(build.constant_like(1, x), radius))
        radius = build.sqrt(build.mul(build.constant_like(-2, x), radius))
        angle = build.cos(build.mul(build.constant_like(6.283185307179586, x), angle))
        noise = build.mul(build.mul(radius, angle), build.constant_like(self.stddev, x))
        return Tensor(build.add(x, noise))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"stddev": self.stddev, "seed": self.seed}
