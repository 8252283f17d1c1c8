"""Layers that change images at random in training, so that a model sees more of them.

With the same seed, they draw the numbers that Keras's layers draw.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, UnimplementedError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.preprocessing.affine import transformed
from glassbrook.keras.layers.preprocessing.images import ImageLayer, ratio_corner
from glassbrook.keras.layers.statistics import mean_of
from glassbrook.keras.random import uniform
from glassbrook.keras.registry import register
from glassbrook.keras.seeds import SeedGenerator
from glassbrook.ops.image.resize import resize
from glassbrook.tensor import Tensor

__all__ = [
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomHeight",
    "RandomRotation",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
]

_FILLS = ("reflect", "wrap", "constant", "nearest")
_INTERPOLATIONS = ("nearest", "bilinear")


def _limits(layer: str, what: str, factor: Any, least: float, most: float) -> tuple[float, float]:
    """A pair of numbers, lower one first; one number stands for both signs of it."""
    pair = factor if isinstance(factor, list | tuple) else (factor,)
    fits = len(pair) in (1, 2) and all(
        isinstance(each, int | float | np.number) and least <= each <= most for each in pair
    )
    if not fits:
        raise InvalidArgumentError(
            f"{layer}: {what} is {factor!r}, expected a number, or a pair of numbers, between "
            f"{least:g} and {most:g}."
        )
    if len(pair) == 2:
        lower, upper = sorted(pair)
        return lower, upper
    size = abs(pair[0])
    return max(-size, least), size


class _RandomLayer(ImageLayer):
    """A layer that draws numbers unless it is told that this is not training."""

    def __init__(self, seed: int | None, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def call(self, inputs: Tensor, training: bool = True) -> Tensor:
        """The changed images in training, otherwise the images."""
        images = self._computed(self._images(inputs))
        if training:
            images = self._changed(images)
        return self._as_given(images, inputs)

    def _changed(self, images: Node) -> Node:
        raise NotImplementedError

    def _draw(self, shape: tuple[int, ...], lower: float = 0.0, upper: float = 1.0) -> Node:
        return uniform(shape, lower, upper, dtype="float32", seed=self.generator).node

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"seed": self.seed}


@register("layer")
class RandomFlip(_RandomLayer):
    """Images that are mirrored, each with probability 1/2.

    Args:
        mode: ``"horizontal"``, ``"vertical"`` or ``"horizontal_and_vertical"``.
        seed: fixes which ones.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.RandomFlip("horizontal", seed=1)
        >>> layer(tf.ones([2, 4, 4, 3])).shape
        TensorShape([2, 4, 4, 3])
    """

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        if mode not in ("horizontal", "vertical", "horizontal_and_vertical"):
            raise InvalidArgumentError(
                f"RandomFlip: mode is {mode!r}, expected 'horizontal', 'vertical' or "
                "'horizontal_and_vertical'."
            )
        self.mode = mode

    def _changed(self, images: Node) -> Node:
        drawn = self._draw((images.shape[0], 1, 1, 1))
        flips = build.less_equal(drawn, build.constant_like(0.5, drawn))
        for axis, name in ((2, "horizontal"), (1, "vertical")):
            if name in self.mode:
                order = build.data(np.arange(images.shape[axis])[::-1].copy(), dtypes.int32)
                images = build.select(flips, build.gather(images, order, axis), images)
        return images

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"mode": self.mode, "data_format": self.data_format}


class _RandomTransform(_RandomLayer):
    """A layer that moves pixels, and has to know what lies outside of an image."""

    def __init__(
        self,
        fill_mode: str,
        interpolation: str,
        seed: int | None,
        fill_value: float,
        data_format: str | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        title = type(self).__name__
        for what, value, known in (
            ("fill_mode", fill_mode, _FILLS),
            ("interpolation", interpolation, _INTERPOLATIONS),
        ):
            if value not in known:
                raise UnimplementedError(
                    f"{title}: {what} is {value!r}, expected one of {', '.join(known)}."
                )
        self.fill_mode = fill_mode
        self.interpolation = interpolation
        self.fill_value = float(fill_value)

    def _through(self, images: Node, parts: list[Node]) -> Node:
        """Images seen through frames: six numbers for each, as columns."""
        batch = images.shape[0]
        columns = [build.broadcast_to(part, (batch, 1)) for part in parts]
        frames = build.concat(columns, 1)
        return transformed(images, frames, self.interpolation, self.fill_mode, self.fill_value)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
            "interpolation": self.interpolation,
            "data_format": self.data_format,
        }


def _number(value: float) -> Node:
    return build.constant(value, dtypes.float32, (1, 1))


@register("layer")
class RandomRotation(_RandomTransform):
    """Images turned around their middle.

    Args:
        factor: the largest turn to both sides, as a share of a full one; or a pair of limits.
        fill_mode: what lies outside: ``"reflect"``, ``"wrap"``, ``"constant"`` or ``"nearest"``.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        seed: fixes the turns.
        fill_value: the number outside, for ``"constant"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.RandomRotation(0.1)(tf.ones([2, 4, 4, 3])).shape
        TensorShape([2, 4, 4, 3])
    """

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.factor = _limits("RandomRotation", "factor", factor, -1.0, 1.0)

    def _changed(self, images: Node) -> Node:
        batch, height, width, _ = images.shape
        lower, upper = (each * 360.0 for each in self.factor)
        angle = build.reshape(self._draw((batch,), lower, upper), (batch, 1))
        radians = build.mul(angle, _number(math.pi / 180.0))
        cosine, sine = build.cos(radians), build.sin(radians)
        x, y = _number(0.5 * (width - 1)), _number(0.5 * (height - 1))

        def shift(middle: Node, first: Node, second: Node) -> Node:
            turned = build.add(build.mul(x, first), build.mul(y, second))
            return build.sub(middle, turned)

        minus = build.neg(sine)
        parts = [cosine, minus, shift(x, cosine, minus), sine, cosine, shift(y, sine, cosine)]
        return self._through(images, parts)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"factor": self.factor}


@register("layer")
class RandomZoom(_RandomTransform):
    """Images that are enlarged or made smaller around their middle.

    Args:
        height_factor: how much larger the frame becomes, as a share of the height: a number for
            both signs, or a pair of limits. Negative ones enlarge what is seen.
        width_factor: the same for the width; by default the proportions stay.
        fill_mode: what lies outside: ``"reflect"``, ``"wrap"``, ``"constant"`` or ``"nearest"``.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        seed: fixes the factors.
        fill_value: the number outside, for ``"constant"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.RandomZoom(0.2)(tf.ones([2, 4, 4, 3])).shape
        TensorShape([2, 4, 4, 3])
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        least = math.nextafter(-1.0, 0.0)
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._heights = _limits("RandomZoom", "height_factor", height_factor, least, 1.0)
        self._widths = self._heights
        if width_factor is not None:
            self._widths = _limits("RandomZoom", "width_factor", width_factor, least, 1.0)

    def _changed(self, images: Node) -> Node:
        batch, height, width, _ = images.shape
        lower, upper = self._heights
        tall = self._draw((batch, 1), 1.0 + lower, 1.0 + upper)
        wide = tall
        if self.width_factor is not None:
            lower, upper = self._widths
            wide = self._draw((batch, 1), 1.0 + lower, 1.0 + upper)
        none, one = _number(0.0), _number(1.0)
        x = build.mul(_number((width - 1) / 2), build.sub(one, wide))
        y = build.mul(_number((height - 1) / 2), build.sub(one, tall))
        return self._through(images, [wide, none, x, none, tall, y])

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "height_factor": self.height_factor,
            "width_factor": self.width_factor,
        }


@register("layer")
class RandomTranslation(_RandomTransform):
    """Images that are moved.

    Args:
        height_factor: how far down, as a share of the height: a number for both signs, or a pair
            of limits.
        width_factor: how far to the right, as a share of the width.
        fill_mode: what lies outside: ``"reflect"``, ``"wrap"``, ``"constant"`` or ``"nearest"``.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        seed: fixes how far.
        fill_value: the number outside, for ``"constant"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.RandomTranslation(0.2, 0.2)(tf.ones([2, 4, 4, 3])).shape
        TensorShape([2, 4, 4, 3])
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        title = "RandomTranslation"
        self._heights = _limits(title, "height_factor", height_factor, -1.0, 1.0)
        self._widths = _limits(title, "width_factor", width_factor, -1.0, 1.0)

    def _changed(self, images: Node) -> Node:
        batch, height, width, _ = images.shape
        down = build.mul(self._draw((batch, 1), *self._heights), _number(height))
        across = build.mul(self._draw((batch, 1), *self._widths), _number(width))
        none, one = _number(0.0), _number(1.0)
        parts = [one, none, build.neg(across), none, one, build.neg(down)]
        return self._through(images, parts)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "height_factor": self.height_factor,
            "width_factor": self.width_factor,
        }


def _range(layer: str, limits: Any) -> tuple[float, float]:
    if not isinstance(limits, list | tuple) or len(limits) != 2:
        raise InvalidArgumentError(
            f"{layer}: value_range is {limits!r}, expected a pair: the lowest and the highest "
            "number of an image, such as (0, 255)."
        )
    lower, upper = sorted(limits)
    return lower, upper


def _clipped(images: Node, limits: Any) -> Node:
    lower, upper = limits
    images = build.maximum(images, build.constant_like(lower, images))
    return build.minimum(images, build.constant_like(upper, images))


@register("layer")
class RandomContrast(_RandomLayer):
    """Images with more or less contrast: ``(x - mean) * factor + mean`` for each channel.

    Args:
        factor: how far the factor is from 1: a number between 0 and 1, or a pair (less, more).
        value_range: the lowest and the highest number of an image.
        seed: fixes the factors.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.RandomContrast(0.3)(tf.ones([2, 4, 4, 3])).shape
        TensorShape([2, 4, 4, 3])
    """

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed, **kwargs)
        self.factor = _limits("RandomContrast", "factor", factor, 0.0, 1.0)
        self.value_range = tuple(_range("RandomContrast", value_range))

    def _changed(self, images: Node) -> Node:
        less, more = self.factor
        factor = self._draw((images.shape[0], 1, 1, 1), 1.0 - less, 1.0 + more)
        factor = self._computed(factor)
        mean = mean_of(mean_of(images, (1,), True), (2,), True)
        return _clipped(
            build.add(build.mul(build.sub(images, mean), factor), mean), self.value_range
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"factor": self.factor, "value_range": self.value_range}


@register("layer")
class RandomBrightness(_RandomLayer):
    """Images that are brighter or darker.

    Args:
        factor: by how much, as a share of `value_range`: a number for both signs, or a pair of
            limits.
        value_range: the lowest and the highest number of an image.
        seed: fixes by how much.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.RandomBrightness(0.3)(tf.ones([2, 4, 4, 3])).shape
        TensorShape([2, 4, 4, 3])
    """

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed, **kwargs)
        self.factor = _limits("RandomBrightness", "factor", factor, -1.0, 1.0)
        self.value_range = list(_range("RandomBrightness", value_range))

    def _changed(self, images: Node) -> Node:
        drawn = self._draw((images.shape[0], 1, 1, 1), *self.factor)
        lower, upper = self.value_range
        more = build.mul(drawn, build.constant_like(upper - lower, drawn))
        return _clipped(build.add(images, self._computed(more)), self.value_range)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"factor": self.factor, "value_range": self.value_range}


@register("layer")
class RandomCrop(_RandomLayer):
    """A part of images, at the same place of each in a batch; outside of training their middle.

    Args:
        height: the height of what is kept.
        width: the width of what is kept.
        seed: fixes the places.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.RandomCrop(2, 3)(tf.ones([4, 8, 8, 1])).shape
        TensorShape([4, 2, 3, 1])
    """

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        self.height = check_count("RandomCrop", "height", height)
        self.width = check_count("RandomCrop", "width", width)

    def _changed(self, images: Node) -> Node:
        rows, columns = images.shape[1:3]
        if rows > self.height and columns > self.width:
            images = self._cut(images, 1, rows, self.height)
            return self._cut(images, 2, columns, self.width)
        top, left = ratio_corner(images, self.height, self.width)
        # As in Keras, what is kept begins there, but is not cut to the proportions.
        size = (images.shape[0], min(self.height, rows - top), min(self.width, columns - left))
        images = build.slice(images, (0, top, left, 0), (*size, images.shape[3]))
        if size[1:] == (self.height, self.width):
            return images
        return self._computed(resize(Tensor(images), (self.height, self.width)).node)

    def _cut(self, images: Node, axis: int, size: int, keep: int) -> Node:
        begin = build.cast(self._draw((), 0.0, float(size - keep + 1)), dtypes.int32)
        places = build.add(build.iota(keep, dtypes.int32), begin)
        return build.gather(images, places, axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input, with the new size."""
        return self._with_size(input_shape, self.height, self.width)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "height": self.height,
            "width": self.width,
            "data_format": self.data_format,
        }


class _RandomSize(_RandomLayer):
    """A layer that stretches images along one axis, by one factor for a whole batch."""

    _axis = 1
    _looks_at_values = True

    def __init__(
        self,
        factor: Any,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        self.factor = factor
        self._factors = _limits(type(self).__name__, "factor", factor, -1.0, 1.0)
        self.interpolation = interpolation

    def _changed(self, images: Node) -> Node:
        lower, upper = self._factors
        # The size of a result has to be known before it is computed.
        factor = float(Tensor(self._draw((), 1.0 + lower, 1.0 + upper)).numpy())
        size = list(images.shape[1:3])
        size[self._axis - 1] = max(int(factor * size[self._axis - 1]), 1)
        return self._computed(resize(Tensor(images), size, self.interpolation).node)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input, with an unknown size along the axis."""
        sizes = list(input_shape)
        first = len(sizes) - (2 if self._channels_first else 3)
        sizes[first + self._axis - 1] = None
        return tuple(sizes)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "factor": self.factor,
            "interpolation": self.interpolation,
        }


@register("layer")
class RandomHeight(_RandomSize):
    """Images stretched in height, by one factor for a whole batch: a layer of Keras 2.

    Args:
        factor: how far the factor is from 1: a number for both signs, or a pair of limits.
        interpolation: how pixels in between are made.
        seed: fixes the factors.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.RandomHeight((0.5, 0.5))
        >>> layer(tf.ones([2, 4, 4, 3])).shape
        TensorShape([2, 6, 4, 3])
    """

    _axis = 1


@register("layer")
class RandomWidth(_RandomSize):
    """Images stretched in width, by one factor for a whole batch: a layer of Keras 2.

    Args:
        factor: how far the factor is from 1: a number for both signs, or a pair of limits.
        interpolation: how pixels in between are made.
        seed: fixes the factors.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.RandomWidth((0.5, 0.5))
        >>> layer(tf.ones([2, 4, 4, 3])).shape
        TensorShape([2, 4, 6, 3])
    """

    _axis = 2
