"""Pooling: the largest element or the mean of each window, for each channel alone."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import ShapeError
from glassbrook.keras.layers.spatial import SpatialLayer, check_padding, check_window
from glassbrook.keras.registry import register
from glassbrook.ops.pooling import pool
from glassbrook.ops.windows import channels_last, restored
from glassbrook.tensor import Tensor

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]


class _Pooling(SpatialLayer):
    """A layer that folds each window over `rank` axes into one number per channel."""

    _kind = "MAX"
    _without_variables = True

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, name=name, **kwargs)
        title = type(self).__name__
        self.pool_size = check_window(title, "pool_size", pool_size, self.rank)
        given = self.pool_size if strides is None else strides
        self.strides = check_window(title, "strides", given, self.rank)
        self.padding = check_padding(title, padding)

    def call(self, inputs: Tensor) -> Tensor:
        """The number for each window."""
        x = inputs.used_node()
        self._window_sizes(x.shape)
        moved = channels_last(x, self._channels_first)
        size, steps = self.pool_size, self.strides
        pooled = pool(Tensor(moved), size, self._kind, steps, self.padding.upper())
        return Tensor(restored(pooled.node, True)) if self._channels_first else pooled

    def _window_sizes(self, input_shape: Any) -> list[int | None]:
        found: list[int | None] = []
        for axis, size in enumerate(self._split(input_shape)[1]):
            less = self.pool_size[axis] - 1 if self.padding == "valid" else 0
            found.append(None if size is None else -(-(size - less) // self.strides[axis]))
        if any(count is not None and count < 0 for count in found):
            raise ShapeError(
                f"Layer {self._title()}: a window of {self.pool_size} does not fit into an input "
                f"of shape {tuple(input_shape)}. Use a smaller pool_size, fewer layers that shrink "
                "the images, or padding='same'."
            )
        return found

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, *windows, channels]``.

        Raises:
            ShapeError: no window fits.
        """
        batch, _, channels = self._split(input_shape)
        sizes = self._window_sizes(input_shape)
        if 0 in sizes and 0 not in tuple(input_shape):
            raise ShapeError(
                f"Layer {self._title()}: computed output size would be zero: a window of "
                f"{self.pool_size} does not fit into an input of shape {tuple(input_shape)}."
            )
        return self._joined(batch, sizes, channels)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "pool_size": self.pool_size,
            "padding": self.padding,
            "strides": self.strides,
        }


class _AveragePooling(_Pooling):
    """The mean of each window; what lies outside of the input does not count."""

    _kind = "AVG"


@register("layer", "MaxPool1D")
class MaxPooling1D(_Pooling):
    """The largest element of each window of a series, for each channel.

    Args:
        pool_size: how many steps a window holds.
        strides: how far it is from one window to the next; `pool_size` by default.
        padding: ``"valid"`` for windows within the input, ``"same"`` for ⌈steps / strides⌉ windows.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        name: the layer's name.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.constant([1.0, 4.0, 2.0, 3.0]), [1, 4, 1])
        >>> tf.keras.layers.MaxPooling1D(2)(x).numpy().ravel()
        array([4., 3.], dtype=float32)
    """

    rank = 1


@register("layer", "MaxPool2D")
class MaxPooling2D(_Pooling):
    """The largest element of each window of an image, for each channel.

    Args:
        pool_size: height and width of a window, or one number for both.
        strides: how far it is from one window to the next; `pool_size` by default.
        padding: ``"valid"`` for windows within the input, ``"same"`` for ⌈size / strides⌉ windows.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        name: the layer's name.

    Raises:
        ShapeError: the input has not four axes, or no window fits.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.MaxPooling2D()(tf.ones([8, 26, 26, 32])).shape
        TensorShape([8, 13, 13, 32])
    """

    rank = 2


@register("layer", "MaxPool3D")
class MaxPooling3D(_Pooling):
    """The largest element of each window of a volume, for each channel.

    Args:
        pool_size: depth, height and width of a window, or one number for all.
        strides: how far it is from one window to the next; `pool_size` by default.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        name: the layer's name.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.MaxPooling3D()(tf.ones([1, 4, 6, 8, 2])).shape
        TensorShape([1, 2, 3, 4, 2])
    """

    rank = 3


@register("layer", "AvgPool1D")
class AveragePooling1D(_AveragePooling):
    """The mean of each window of a series, for each channel.

    Args:
        pool_size: how many steps a window holds.
        strides: how far it is from one window to the next; `pool_size` by default.
        padding: ``"valid"``, or ``"same"``: what is added does not count.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        name: the layer's name.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.constant([1.0, 4.0, 2.0, 3.0]), [1, 4, 1])
        >>> tf.keras.layers.AveragePooling1D(2)(x).numpy().ravel()
        array([2.5, 2.5], dtype=float32)
    """

    rank = 1


@register("layer", "AvgPool2D")
class AveragePooling2D(_AveragePooling):
    """The mean of each window of an image, for each channel.

    Args:
        pool_size: height and width of a window, or one number for both.
        strides: how far it is from one window to the next; `pool_size` by default.
        padding: ``"valid"``, or ``"same"``: what is added does not count.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        name: the layer's name.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.AveragePooling2D(3, strides=1)(tf.ones([1, 5, 5, 2])).shape
        TensorShape([1, 3, 3, 2])
    """

    rank = 2


@register("layer", "AvgPool3D")
class AveragePooling3D(_AveragePooling):
    """The mean of each window of a volume, for each channel.

    Args:
        pool_size: depth, height and width of a window, or one number for all.
        strides: how far it is from one window to the next; `pool_size` by default.
        padding: ``"valid"``, or ``"same"``: what is added does not count.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        name: the layer's name.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.AveragePooling3D()(tf.ones([1, 4, 6, 8, 2])).shape
        TensorShape([1, 2, 3, 4, 2])
    """

    rank = 3


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
