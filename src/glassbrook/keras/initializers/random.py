"""Initializers that draw random numbers, of a size that fits the layer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassbrook.dtypes import DType
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.graph.shapes import element_count
from glassbrook.keras import registry
from glassbrook.keras.initializers.base import Initializer
from glassbrook.keras.seeds import SeedGenerator, state_node
from glassbrook.ops.sampling import normal_node, truncated_normal_node, uniform_node
from glassbrook.ops.seeds import BLOCKS_PER_NUMBER, default_seed
from glassbrook.tensor import Tensor

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LecunNormal",
    "LecunUniform",
    "Orthogonal",
    "RandomInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "compute_fans",
]

Seed = int | SeedGenerator | Mapping[str, Any] | None
Axes = Sequence[int] | None

# A normal distribution cut off at two standard deviations has this one.
TRUNCATED_DEVIATION = 0.87962566103423978


class RandomInitializer(Initializer):
    """Base of those that draw random numbers.

    Args:
        seed: an integer; the same seed gives the same numbers, each time they are asked for. By
            default one is drawn from Python's random numbers, which
            `tf.keras.utils.set_random_seed` makes repeatable. With a `SeedGenerator`, every call
            gives other numbers.

    Raises:
        InvalidArgumentError: the seed is none of these.
    """

    def __init__(self, seed: Seed = None) -> None:
        self._init_seed = seed
        self.seed: int | SeedGenerator
        if seed is None:
            self.seed = default_seed()
        elif isinstance(seed, Mapping):
            self.seed = self._init_seed = SeedGenerator.from_config(seed["config"])
        elif isinstance(seed, bool) or not isinstance(seed, int | np.integer | SeedGenerator):
            raise InvalidArgumentError(
                f"{type(self).__name__}: the seed is {seed!r}, expected an integer or None."
            )
        else:
            self.seed = seed

    def _state(self, shape: Shape) -> Node:
        return state_node(self.seed, BLOCKS_PER_NUMBER * element_count(shape))

    def _uniform(self, shape: Shape, dtype: DType, low: float, high: float) -> Node:
        name = type(self).__name__
        return uniform_node(name, self._state(shape), shape, low, high, dtype)

    def _normal(self, shape: Shape, dtype: DType, mean: float, deviation: float) -> Node:
        return normal_node(self._state(shape), shape, mean, deviation, dtype)

    def _truncated(self, shape: Shape, dtype: DType, mean: float, deviation: float) -> Node:
        return truncated_normal_node(self._state(shape), shape, mean, deviation, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal initializer can be made."""
        seed = self._init_seed
        if isinstance(seed, SeedGenerator):
            return {
                "seed": {
                    "module": "keras.random",
                    "class_name": "SeedGenerator",
                    "config": seed.get_config(),
                    "registered_name": None,
                }
            }
        return {"seed": int(seed) if isinstance(seed, int | np.integer) else None}


@registry.register("initializer", "random_normal", "normal")
class RandomNormal(RandomInitializer):
    """Numbers from a normal distribution.

    Args:
        mean: its mean.
        stddev: its standard deviation.
        seed: see `RandomInitializer`.

    Example:
        >>> import glassbrook as tf
        >>> initializer = tf.keras.initializers.RandomNormal(stddev=1.0, seed=7)
        >>> bool(tf.reduce_all(initializer((2,)) == initializer((2,))))
        True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Seed = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def node(self, shape: Shape, dtype: DType) -> Node:
        """The values as a node."""
        return self._normal(shape, dtype, self.mean, self.stddev)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal initializer can be made."""
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


@registry.register("initializer", "truncated_normal")
class TruncatedNormal(RandomInitializer):
    """Numbers from a normal distribution, cut off at two standard deviations from the mean.

    Args:
        mean: the mean.
        stddev: the standard deviation before the cut.
        seed: see `RandomInitializer`.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Seed = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def node(self, shape: Shape, dtype: DType) -> Node:
        """The values as a node."""
        return self._truncated(shape, dtype, self.mean, self.stddev)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal initializer can be made."""
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


@registry.register("initializer", "random_uniform", "uniform")
class RandomUniform(RandomInitializer):
    """Numbers drawn evenly from [minval, maxval).

    Args:
        minval: the lower limit.
        maxval: the upper limit.
        seed: see `RandomInitializer`.
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Seed = None) -> None:
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def node(self, shape: Shape, dtype: DType) -> Node:
        """The values as a node."""
        return self._uniform(shape, dtype, self.minval, self.maxval)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal initializer can be made."""
        return {"minval": self.minval, "maxval": self.maxval, **super().get_config()}


@registry.register("initializer", "variance_scaling")
class VarianceScaling(RandomInitializer):
    """Random numbers of variance ``scale / n``, so that signals keep their size through a layer.

    n is the number of inputs (fan in), of outputs (fan out), or the mean of both.

    Args:
        scale: a positive number.
        mode: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``.
        distribution: ``"truncated_normal"`` (also ``"normal"``), ``"untruncated_normal"`` or
            ``"uniform"``.
        seed: see `RandomInitializer`.
        input_axes: which axes of the shape are inputs; see `compute_fans`.
        output_axes: which are outputs.

    Raises:
        InvalidArgumentError: an argument is none of these.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Seed = None,
        input_axes: Axes = None,
        output_axes: Axes = None,
    ) -> None:
        super().__init__(seed)
        self.input_axes, self.output_axes = input_axes, output_axes
        distribution = distribution.lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        if scale <= 0:
            raise InvalidArgumentError(f"VarianceScaling: scale is {scale}, expected more than 0.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise InvalidArgumentError(
                f"VarianceScaling: mode is {mode!r}, expected 'fan_in', 'fan_out' or 'fan_avg'."
            )
        if distribution not in ("truncated_normal", "untruncated_normal", "uniform"):
            raise InvalidArgumentError(
                f"VarianceScaling: distribution is {distribution!r}, expected 'truncated_normal', "
                "'untruncated_normal' or 'uniform'."
            )
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def node(self, shape: Shape, dtype: DType) -> Node:
        """The values as a node."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
        variance = self.scale / max(1.0, fans[self.mode])
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return self._uniform(shape, dtype, -limit, limit)
        deviation = math.sqrt(variance)
        if self.distribution == "truncated_normal":
            return self._truncated(shape, dtype, 0.0, deviation / TRUNCATED_DEVIATION)
        return self._normal(shape, dtype, 0.0, deviation)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal initializer can be made."""
        own = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        return {**own, **self._seed_and_axes()}

    def _seed_and_axes(self) -> dict[str, Any]:
        axes = {"input_axes": self.input_axes, "output_axes": self.output_axes}
        return {**super().get_config(), **axes}


class _Preset(VarianceScaling):
    """Variance scaling with arguments that have a name of their own."""

    preset: tuple[float, str, str]

    def __init__(
        self, seed: Seed = None, input_axes: Axes = None, output_axes: Axes = None
    ) -> None:
        super().__init__(*self.preset, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal initializer can be made."""
        return self._seed_and_axes()


@registry.register("initializer", "glorot_uniform")
class GlorotUniform(_Preset):
    """Numbers drawn evenly from [-l, l], ``l = √(6 / (fan_in + fan_out))``.

    Args:
        seed: see `RandomInitializer`.

    Example:
        >>> import glassbrook as tf
        >>> values = tf.keras.initializers.GlorotUniform(seed=1)((3, 3))
        >>> bool(tf.reduce_all(tf.abs(values) <= 1.0))
        True

    Source: X. Glorot and Y. Bengio, Understanding the Difficulty of Training Deep Feedforward
    Neural Networks, 2010.
    """

    preset = (1.0, "fan_avg", "uniform")


@registry.register("initializer", "glorot_normal")
class GlorotNormal(_Preset):
    """Truncated normal numbers of standard deviation ``√(2 / (fan_in + fan_out))``.

    Source: as `GlorotUniform`.
    """

    preset = (1.0, "fan_avg", "truncated_normal")


@registry.register("initializer", "lecun_uniform")
class LecunUniform(_Preset):
    """Numbers drawn evenly from [-l, l], ``l = √(3 / fan_in)``.

    Source: Y. LeCun et al., Efficient BackProp, 1998.
    """

    preset = (1.0, "fan_in", "uniform")


@registry.register("initializer", "lecun_normal")
class LecunNormal(_Preset):
    """Truncated normal numbers of standard deviation ``√(1 / fan_in)``.

    Source: Y. LeCun et al., Efficient BackProp, 1998.
    """

    preset = (1.0, "fan_in", "truncated_normal")


@registry.register("initializer", "he_uniform")
class HeUniform(_Preset):
    """Numbers drawn evenly from [-l, l], ``l = √(6 / fan_in)``; for layers with ReLU.

    Source: K. He et al., Delving Deep into Rectifiers, 2015.
    """

    preset = (2.0, "fan_in", "uniform")


@registry.register("initializer", "he_normal")
class HeNormal(_Preset):
    """Truncated normal numbers of standard deviation ``√(2 / fan_in)``; for layers with ReLU.

    Source: K. He et al., Delving Deep into Rectifiers, 2015.
    """

    preset = (2.0, "fan_in", "truncated_normal")


@registry.register("initializer", "orthogonal", "OrthogonalInitializer")
class Orthogonal(RandomInitializer):
    """A random orthogonal matrix: its columns (or rows, if those are fewer) are unit vectors.

    A shape with more than two axes is taken as a matrix with the last axis as columns.

    Args:
        gain: a number to multiply by.
        seed: see `RandomInitializer`.

    Raises:
        ShapeError: the shape has fewer than two axes.

    Source: A. M. Saxe et al., Exact Solutions to the Nonlinear Dynamics of Learning in Deep
    Linear Neural Networks, 2014.
    """

    def __init__(self, gain: float = 1.0, seed: Seed = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def node(self, shape: Shape, dtype: DType) -> Node:
        """The values as a node."""
        if len(shape) < 2:
            raise ShapeError(f"Orthogonal: expected at least two axes, not shape {list(shape)}.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        normal = Tensor(self._normal(tall, dtype, 0.0, 1.0)).numpy()
        orthogonal, triangular = np.linalg.qr(normal)
        # Without this the distribution would depend on how the factorization chooses signs.
        orthogonal *= np.sign(np.diag(triangular))
        if rows < columns:
            orthogonal = orthogonal.T
        return build.data(self.gain * orthogonal.reshape(shape), dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal initializer can be made."""
        return {"gain": self.gain, **super().get_config()}


def compute_fans(
    shape: Sequence[int], input_axes: Axes = None, output_axes: Axes = None
) -> tuple[int, int]:
    """How many inputs and outputs a unit of a kernel of this shape has.

    Unless axes are given, the last two are channels in and out, those before them a convolution's
    window.

    Example:
        >>> from glassbrook.keras.initializers import compute_fans
        >>> compute_fans((784, 10)), compute_fans((3, 3, 4, 5))
        ((784, 10), (36, 45))
    """
    if input_axes is not None and output_axes is not None:
        inputs = math.prod(shape[axis] for axis in input_axes)
        return inputs, math.prod(shape[axis] for axis in output_axes)
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window
