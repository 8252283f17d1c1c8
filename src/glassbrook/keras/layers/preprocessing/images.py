"""Images of another size: `Resizing` and `CenterCrop`; and what layers of images share."""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.spatial import check_data_format
from glassbrook.keras.layers.spec import as_sizes
from glassbrook.keras.registry import register
from glassbrook.ops.image.resize import resize
from glassbrook.tensor import Tensor

__all__ = ["CenterCrop", "ImageLayer", "Resizing", "cut_to_ratio", "ratio_corner"]


class ImageLayer(Layer):
    """A layer of single images or batches of them, which it sees as batches, channels last.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``.
    """

    _without_variables = True

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = check_data_format(type(self).__name__, data_format)

    def _images(self, inputs: Tensor) -> Node:
        """The inputs as a batch with channels last."""
        x = inputs.used_node()
        if x.rank not in (3, 4):
            raise ShapeError(
                f"Layer {self._title()} expects images, [batch, height, width, channels] or "
                f"without the batch, but got an input of shape {x.shape}."
            )
        if x.rank == 3:
            x = build.expand_dims(x, 0)
        return build.transpose(x, (0, 2, 3, 1)) if self._channels_first else x

    def _as_given(self, images: Node, inputs: Tensor) -> Tensor:
        """A batch laid out as the inputs were."""
        if self._channels_first:
            images = build.transpose(images, (0, 3, 1, 2))
        return Tensor(build.reshape(images, images.shape[1:]) if inputs.ndim == 3 else images)

    @property
    def _channels_first(self) -> bool:
        return self.data_format == "channels_first"

    def _computed(self, x: Node) -> Node:
        return x if x.dtype is self._compute_dtype else build.cast(x, self._compute_dtype)

    def _with_size(self, input_shape: Any, height: int, width: int) -> Any:
        sizes = list(as_sizes(input_shape))
        if len(sizes) not in (3, 4):
            raise ShapeError(f"Layer {self._title()} expects images, got a shape {sizes}.")
        first = len(sizes) - (2 if self._channels_first else 3)
        sizes[first : first + 2] = [height, width]
        return tuple(sizes)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape


def _ratio_size(images: Node, height: int, width: int) -> tuple[int, int]:
    rows, columns = images.shape[1:3]
    tall = max(min(rows, int(columns * height / width)), 1)
    return tall, max(min(columns, int(rows * width / height)), 1)


def ratio_corner(images: Node, height: int, width: int) -> tuple[int, int]:
    """Where the largest middle part of images begins that has the ratio of a height and a width."""
    tall, wide = _ratio_size(images, height, width)
    return (images.shape[1] - tall) // 2, (images.shape[2] - wide) // 2


def cut_to_ratio(images: Node, height: int, width: int) -> Node:
    """The middle of images, as large as possible, with the ratio of a height and a width."""
    tall, wide = _ratio_size(images, height, width)
    begin = (0, *ratio_corner(images, height, width), 0)
    return build.slice(images, begin, (images.shape[0], tall, wide, images.shape[3]))


@register("layer")
class Resizing(ImageLayer):
    """Images in another size.

    Args:
        height: the new height.
        width: the new width.
        interpolation: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"lanczos3"``,
            ``"lanczos5"``, or one of Keras 2's other methods.
        crop_to_aspect_ratio: whether images keep their proportions, and lose their edges.
        pad_to_aspect_ratio: whether images keep their proportions, and get edges.
        fill_mode: ``"constant"``: what such edges are made of.
        fill_value: the number in such edges.
        antialias: whether to average over what a new pixel covers when images become smaller.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Raises:
        InvalidArgumentError: the interpolation is unknown.
        ShapeError: the input is neither an image nor a batch of them.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Resizing(8, 6)(tf.ones([2, 20, 20, 3])).shape
        TensorShape([2, 8, 6, 3])
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format, **kwargs)
        self.height = check_count("Resizing", "height", height)
        self.width = check_count("Resizing", "width", width)
        self.interpolation = str(interpolation).lower()
        self.crop_to_aspect_ratio = bool(crop_to_aspect_ratio)
        self.pad_to_aspect_ratio = bool(pad_to_aspect_ratio)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise InvalidArgumentError(
                "Resizing: only one of crop_to_aspect_ratio and pad_to_aspect_ratio may be True."
            )
        if fill_mode != "constant":
            raise InvalidArgumentError(
                f"Resizing: fill_mode is {fill_mode!r}, expected 'constant'."
            )
        self.fill_mode = fill_mode
        self.fill_value = float(fill_value)
        self.antialias = bool(antialias)

    def call(self, inputs: Tensor) -> Tensor:
        """The images in the new size."""
        images = self._images(inputs)
        kind = images.dtype
        if self.crop_to_aspect_ratio:
            images = cut_to_ratio(images, self.height, self.width)
        elif self.pad_to_aspect_ratio:
            images = self._with_edges(images)
        size = (self.height, self.width)
        found = resize(Tensor(images), size, self.interpolation, antialias=self.antialias).node
        if found.dtype is not kind:
            found = _rounded(found, kind)
        return self._as_given(found, inputs)

    def _with_edges(self, images: Node) -> Node:
        rows, columns = images.shape[1:3]
        down = (max(rows, int(columns * self.height / self.width)) - rows) // 2
        across = (max(columns, int(rows * self.width / self.height)) - columns) // 2
        room = ((0, 0), (down, down), (across, across), (0, 0))
        return build.pad(images, room, self.fill_value)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input, with the new size."""
        return self._with_size(input_shape, self.height, self.width)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "height": self.height,
            "width": self.width,
            "interpolation": self.interpolation,
            "crop_to_aspect_ratio": self.crop_to_aspect_ratio,
            "pad_to_aspect_ratio": self.pad_to_aspect_ratio,
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
            "antialias": self.antialias,
            "data_format": self.data_format,
        }


def _rounded(x: Node, dtype: DType) -> Node:
    """Numbers in another dtype; as whole numbers, rounded and within its limits."""
    if not dtype.is_integer:
        return build.cast(x, dtype)
    lowest, highest = float(dtype.min), float(dtype.max)
    if dtype.size < dtypes.int32.size:
        x = build.minimum(x, build.constant_like(highest, x))
        x = build.maximum(x, build.constant_like(lowest, x))
    return build.cast(build.round(x), dtype)


@register("layer")
class CenterCrop(ImageLayer):
    """The middle of images; of smaller images, their middle made larger.

    Args:
        height: the height of what is kept.
        width: the width of what is kept.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.CenterCrop(2, 3)(tf.ones([4, 8, 8, 1])).shape
        TensorShape([4, 2, 3, 1])
    """

    def __init__(
        self, height: int, width: int, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format, **kwargs)
        self.height = check_count("CenterCrop", "height", height)
        self.width = check_count("CenterCrop", "width", width)

    def call(self, inputs: Tensor) -> Tensor:
        """The middle of the images."""
        images = self._computed(self._images(inputs))
        rows, columns = images.shape[1:3]
        if rows >= self.height and columns >= self.width:
            begin = (0, (rows - self.height) // 2, (columns - self.width) // 2, 0)
            size = (images.shape[0], self.height, self.width, images.shape[3])
            return self._as_given(build.slice(images, begin, size), inputs)
        cut = cut_to_ratio(images, self.height, self.width)
        found = resize(Tensor(cut), (self.height, self.width)).node
        return self._as_given(self._computed(found), inputs)

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
