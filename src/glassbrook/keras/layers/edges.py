"""Layers that add zeros around series, images and volumes, cut their edges off, or enlarge them."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.layers.spatial import SpatialLayer, check_pair, check_window
from glassbrook.keras.registry import register
from glassbrook.ops.convolution import padded
from glassbrook.ops.image.resize import resize
from glassbrook.ops.windows import restored
from glassbrook.tensor import Tensor

__all__ = [
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
]

_Pairs = tuple[tuple[int, int], ...]


class _Edges(SpatialLayer):
    """A layer with a pair of numbers, before and after, for each of `rank` axes."""

    _without_variables = True

    def _pairs(self, what: str, value: Any) -> _Pairs:
        title = type(self).__name__
        if isinstance(value, int):
            value = (value,) * self.rank
        elif self.rank == 1 and isinstance(value, list | tuple) and len(value) == 2:
            value = (value,)
        if not isinstance(value, list | tuple) or len(value) != self.rank:
            raise InvalidArgumentError(
                f"{title}: {what} is {value!r}, expected one number, or one for each of "
                f"{self.rank} axes, or a pair (before, after) for each."
            )
        return tuple(check_pair(title, what, each) for each in value)


class _ZeroPadding(_Edges):
    """A layer that adds zeros before and after each axis."""

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, **kwargs)
        pairs = self._pairs("padding", padding)
        self._paddings = pairs
        self.padding: Any = pairs[0] if self.rank == 1 else pairs

    def call(self, inputs: Tensor) -> Tensor:
        """The input with zeros around it."""
        x = self._channels_last(inputs.used_node())
        return Tensor(restored(padded(x, self._paddings), self._channels_first))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The sizes plus what is added."""
        batch, sizes, channels = self._split(input_shape)
        found = [
            None if size is None else size + sum(pair)
            for size, pair in zip(sizes, self._paddings, strict=True)
        ]
        return self._joined(batch, found, channels)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"padding": self.padding}


@register("layer")
class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after the steps of a series.

    Args:
        padding: how many to add at both ends, or a pair (before, after).
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.ZeroPadding1D((1, 2))(tf.ones([1, 2, 1])).numpy().ravel()
        array([0., 1., 1., 0., 0.], dtype=float32)
    """

    rank = 1


@register("layer")
class ZeroPadding2D(_ZeroPadding):
    """Zeros around an image.

    Args:
        padding: how many to add on all sides, a pair (height, width), or a pair of pairs
            ((top, bottom), (left, right)).
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.ZeroPadding2D(((1, 0), (2, 2)))(tf.ones([1, 5, 5, 3])).shape
        TensorShape([1, 6, 9, 3])
    """

    rank = 2


@register("layer")
class ZeroPadding3D(_ZeroPadding):
    """Zeros around a volume.

    Args:
        padding: how many to add on all sides, one number per axis, or a pair per axis.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.ZeroPadding3D(1)(tf.ones([1, 2, 3, 4, 5])).shape
        TensorShape([1, 4, 5, 6, 5])
    """

    rank = 3


class _Cropping(_Edges):
    """A layer that cuts off numbers before and after each axis."""

    def __init__(self, cropping: Any, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, **kwargs)
        pairs = self._pairs("cropping", cropping)
        self._croppings = pairs
        self.cropping: Any = pairs[0] if self.rank == 1 else pairs

    def call(self, inputs: Tensor) -> Tensor:
        """The input without its edges."""
        x = self._channels_last(inputs.used_node())
        sizes = [size or 0 for size in self._left(x.shape[1:-1], inputs.shape)]
        begin = (0, *(before for before, _ in self._croppings), 0)
        cut = build.slice(x, begin, (x.shape[0], *sizes, x.shape[-1]))
        return Tensor(restored(cut, self._channels_first))

    def _left(self, sizes: Any, shape: Any) -> list[int | None]:
        found = [
            None if size is None else size - sum(pair)
            for size, pair in zip(sizes, self._croppings, strict=True)
        ]
        if any(size is not None and size <= 0 for size in found):
            raise ShapeError(
                f"Layer {self._title()} cannot cut {self.cropping} off an input of shape "
                f"{tuple(shape)}: nothing would be left."
            )
        return found

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The sizes less what is cut off."""
        batch, sizes, channels = self._split(input_shape)
        return self._joined(batch, self._left(sizes, input_shape), channels)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"cropping": self.cropping}


@register("layer")
class Cropping1D(_Cropping):
    """A series without some steps at its ends.

    Args:
        cropping: how many to cut off at both ends, or a pair (before, after).

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.constant([1.0, 2.0, 3.0, 4.0]), [1, 4, 1])
        >>> tf.keras.layers.Cropping1D((1, 2))(x).numpy().ravel()
        array([2.], dtype=float32)
    """

    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(cropping, data_format=kwargs.pop("data_format", None), **kwargs)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        config = super().get_config()
        del config["data_format"]
        return config


@register("layer")
class Cropping2D(_Cropping):
    """An image without its edges.

    Args:
        cropping: how many pixels to cut off on all sides, a pair (height, width), or a pair of
            pairs ((top, bottom), (left, right)).
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Raises:
        ShapeError: nothing would be left.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Cropping2D(((1, 0), (2, 2)))(tf.ones([1, 5, 5, 3])).shape
        TensorShape([1, 4, 1, 3])
    """

    rank = 2

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(cropping, data_format=data_format, **kwargs)


@register("layer")
class Cropping3D(_Cropping):
    """A volume without its edges.

    Args:
        cropping: how many voxels to cut off on all sides, one number per axis, or a pair per axis.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Cropping3D()(tf.ones([1, 3, 4, 5, 2])).shape
        TensorShape([1, 1, 2, 3, 2])
    """

    rank = 3

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cropping, data_format=data_format, **kwargs)


class _UpSampling(SpatialLayer):
    """A layer that repeats the elements along each axis."""

    _without_variables = True

    def __init__(self, size: Any = 2, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._factors = check_window(type(self).__name__, "size", size, self.rank)
        self.size: Any = self._factors

    def call(self, inputs: Tensor) -> Tensor:
        """Each element several times."""
        x = self._channels_last(inputs.used_node())
        return Tensor(restored(self._enlarged(x), self._channels_first))

    def _enlarged(self, x: Node) -> Node:
        sizes = x.shape[1:-1]
        apart, wide, whole = [x.shape[0]], [x.shape[0]], [x.shape[0]]
        for size, factor in zip(sizes, self._factors, strict=True):
            apart += (size, 1)
            wide += (size, factor)
            whole.append(size * factor)
        channels = x.shape[-1]
        spread = build.broadcast_to(build.reshape(x, (*apart, channels)), (*wide, channels))
        return build.reshape(spread, (*whole, channels))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The sizes times the factors."""
        batch, sizes, channels = self._split(input_shape)
        found = [
            None if size is None else size * factor
            for size, factor in zip(sizes, self._factors, strict=True)
        ]
        return self._joined(batch, found, channels)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"size": self.size}


@register("layer")
class UpSampling1D(_UpSampling):
    """Each step of a series `size` times.

    Args:
        size: how many times.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.constant([1.0, 2.0]), [1, 2, 1])
        >>> tf.keras.layers.UpSampling1D(3)(x).numpy().ravel()
        array([1., 1., 1., 2., 2., 2.], dtype=float32)
    """

    rank = 1

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(size, data_format=kwargs.pop("data_format", "channels_last"), **kwargs)
        self.size = self._factors[0]

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        config = super().get_config()
        del config["data_format"]
        return config


@register("layer")
class UpSampling2D(_UpSampling):
    """Images enlarged by whole factors: each pixel several times, or interpolated between them.

    Args:
        size: the factors of height and width, or one for both.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        interpolation: ``"nearest"``, ``"bilinear"``, ``"bicubic"``, ``"lanczos3"`` or
            ``"lanczos5"``.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.constant([1.0, 2.0]), [1, 1, 2, 1])
        >>> tf.keras.layers.UpSampling2D((1, 2))(x).numpy().ravel()
        array([1., 1., 2., 2.], dtype=float32)
    """

    rank = 2

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(size, data_format=data_format, **kwargs)
        self.interpolation = str(interpolation).lower()
        known = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
        if self.interpolation not in known:
            raise InvalidArgumentError(
                f"UpSampling2D: interpolation is {interpolation!r}, expected one of "
                f"{', '.join(known)}."
            )

    def _enlarged(self, x: Node) -> Node:
        if self.interpolation == "nearest":
            return super()._enlarged(x)

        target = [size * factor for size, factor in zip(x.shape[1:3], self._factors, strict=True)]
        resized = resize(Tensor(x), target, method=self.interpolation).node
        return resized if resized.dtype is x.dtype else build.cast(resized, x.dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"interpolation": self.interpolation}


@register("layer")
class UpSampling3D(_UpSampling):
    """Each voxel of a volume several times along each axis.

    Args:
        size: the factors of depth, height and width, or one for all.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.UpSampling3D((1, 2, 3))(tf.ones([1, 2, 2, 2, 5])).shape
        TensorShape([1, 2, 4, 6, 5])
    """

    rank = 3

    def __init__(
        self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(size, data_format=data_format, **kwargs)
