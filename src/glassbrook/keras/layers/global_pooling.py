"""One number per channel: the largest element or the mean of all places, or of a few shares."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.layers.spatial import SpatialLayer, check_window
from glassbrook.keras.layers.statistics import mean_of
from glassbrook.keras.registry import register
from glassbrook.ops.windows import restored
from glassbrook.tensor import Tensor

__all__ = [
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
]


class _GlobalPooling(SpatialLayer):
    """A layer that folds all places into one number per channel."""

    _without_variables = True

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.keepdims = bool(keepdims)

    @property
    def _axes(self) -> tuple[int, ...]:
        first = 2 if self._channels_first else 1
        return tuple(range(first, first + self.rank))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, channels]``, with ones between them if `keepdims`."""
        batch, _, channels = self._split(input_shape)
        return self._joined(batch, (1,) * self.rank if self.keepdims else (), channels)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"keepdims": self.keepdims}


class _GlobalMaxPooling(_GlobalPooling):
    """The largest element per channel."""

    def call(self, inputs: Tensor) -> Tensor:
        """The largest element of all places."""
        return Tensor(build.max(inputs.used_node(), self._axes, self.keepdims))


class _GlobalAveragePooling(_GlobalPooling):
    """The mean per channel."""

    def call(self, inputs: Tensor) -> Tensor:
        """The mean of all places."""
        return Tensor(mean_of(self._floating(inputs.used_node()), self._axes, self.keepdims))


@register("layer", "GlobalAvgPool1D")
class GlobalAveragePooling1D(_GlobalPooling):
    """The mean of all steps of a series, for each channel; with a mask, of those that count.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``.
        keepdims: whether the output keeps an axis of size 1 for the steps.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.constant([1.0, 2.0, 6.0]), [1, 3, 1])
        >>> layer = tf.keras.layers.GlobalAveragePooling1D()
        >>> layer(x).numpy(), layer(x, mask=tf.constant([[True, True, False]])).numpy()
        (array([[3.]], dtype=float32), array([[1.5]], dtype=float32))
    """

    rank = 1
    supports_masking = True

    def call(self, inputs: Tensor, mask: Any = None) -> Tensor:
        """The mean of the steps."""
        x = self._floating(inputs.used_node())
        axes, keep = self._axes, self.keepdims
        if mask is None:
            return Tensor(mean_of(x, axes, keep))
        node = Tensor(mask.used_node()) if hasattr(mask, "used_node") else Tensor(build.data(mask))
        counts = build.expand_dims(
            build.cast(node.node, dtypes.bool), 1 if self._channels_first else 2
        )
        kept = build.select(counts, x, build.constant_like(0, x))
        total = build.sum(kept, axes, keep)
        return Tensor(build.div(total, build.sum(build.cast(counts, x.dtype), axes, keep)))

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: there are no steps any more."""
        return None


@register("layer", "GlobalAvgPool2D")
class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of all pixels of an image, for each channel.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``.
        keepdims: whether the output keeps axes of size 1 for height and width.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.GlobalAveragePooling2D()(tf.ones([8, 7, 7, 64])).shape
        TensorShape([8, 64])
    """

    rank = 2


@register("layer", "GlobalAvgPool3D")
class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean of all voxels of a volume, for each channel.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``.
        keepdims: whether the output keeps axes of size 1.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.GlobalAveragePooling3D()(tf.ones([8, 2, 3, 4, 5])).shape
        TensorShape([8, 5])
    """

    rank = 3


@register("layer", "GlobalMaxPool1D")
class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The largest element of all steps of a series, for each channel.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``.
        keepdims: whether the output keeps an axis of size 1 for the steps.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.constant([1.0, 6.0, 2.0]), [1, 3, 1])
        >>> tf.keras.layers.GlobalMaxPooling1D()(x).numpy()
        array([[6.]], dtype=float32)
    """

    rank = 1


@register("layer", "GlobalMaxPool2D")
class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The largest element of all pixels of an image, for each channel.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``.
        keepdims: whether the output keeps axes of size 1 for height and width.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.GlobalMaxPooling2D(keepdims=True)(tf.ones([8, 7, 7, 64])).shape
        TensorShape([8, 1, 1, 64])
    """

    rank = 2


@register("layer", "GlobalMaxPool3D")
class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The largest element of all voxels of a volume, for each channel.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``.
        keepdims: whether the output keeps axes of size 1.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.GlobalMaxPooling3D()(tf.ones([8, 2, 3, 4, 5])).shape
        TensorShape([8, 5])
    """

    rank = 3


class _AdaptivePooling(SpatialLayer):
    """A layer that folds shares of each axis, as many as asked for, into one number each."""

    _without_variables = True

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.output_size = check_window(type(self).__name__, "output_size", output_size, self.rank)

    def call(self, inputs: Tensor) -> Tensor:
        """The number for each share."""
        x = self._channels_last(self._floating(inputs.used_node()))
        for axis, count in enumerate(self.output_size, 1):
            if not x.shape[axis]:
                raise InvalidArgumentError(f"Layer {self._title()}: an input without places.")
            x = self._folded(x, axis, count)
        return Tensor(restored(x, self._channels_first))

    def _folded(self, x: Node, axis: int, count: int) -> Node:
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, *output_size, channels]``."""
        batch, _, channels = self._split(input_shape)
        return self._joined(batch, self.output_size, channels)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"output_size": self.output_size}


def _shares(size: int, count: int) -> list[tuple[int, int]]:
    """Where each of `count` shares of an axis begins and ends; they may overlap."""
    return [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]


class _AdaptiveMaxPooling(_AdaptivePooling):
    """The largest element of each share."""

    def _folded(self, x: Node, axis: int, count: int) -> Node:
        shares = _shares(x.shape[axis], count)
        most = max(end - begin for begin, end in shares)
        # Shorter shares name their last place more than once, which changes no maximum.
        places = [[min(begin + i, end - 1) for i in range(most)] for begin, end in shares]
        gathered = build.gather(x, build.data(np.array(places, np.int64)), axis)
        return build.max(gathered, (axis + 1,))


class _AdaptiveAveragePooling(_AdaptivePooling):
    """The mean of each share."""

    def _folded(self, x: Node, axis: int, count: int) -> Node:
        weights = np.zeros((count, x.shape[axis]))
        for row, (begin, end) in zip(weights, _shares(x.shape[axis], count), strict=True):
            row[begin:end] = 1.0 / (end - begin)
        last = x.rank - 1
        order = (*(each for each in range(x.rank) if each != axis), axis)
        back = tuple(order.index(each) for each in range(x.rank))
        moved = build.transpose(x, order)
        rows = build.reshape(moved, (moved.size // moved.shape[last], moved.shape[last]))
        folded = build.matmul(rows, build.data(weights, x.dtype), False, True)
        return build.transpose(build.reshape(folded, (*moved.shape[:-1], count)), back)


@register("layer")
class AdaptiveAveragePooling1D(_AdaptiveAveragePooling):
    """The means of `output_size` shares of a series, for each channel.

    Args:
        output_size: how many shares there are.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.constant([1.0, 3.0, 5.0, 7.0]), [1, 4, 1])
        >>> tf.keras.layers.AdaptiveAveragePooling1D(2)(x).numpy().ravel()
        array([2., 6.], dtype=float32)
    """

    rank = 1


@register("layer")
class AdaptiveAveragePooling2D(_AdaptiveAveragePooling):
    """The means of `output_size` shares of the rows and columns of an image, for each channel.

    Args:
        output_size: how many shares there are along height and width.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.AdaptiveAveragePooling2D((2, 3))(tf.ones([1, 7, 7, 4])).shape
        TensorShape([1, 2, 3, 4])
    """

    rank = 2


@register("layer")
class AdaptiveAveragePooling3D(_AdaptiveAveragePooling):
    """The means of `output_size` shares of a volume along each axis, for each channel.

    Args:
        output_size: how many shares there are along depth, height and width.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.AdaptiveAveragePooling3D(2)(tf.ones([1, 4, 5, 6, 4])).shape
        TensorShape([1, 2, 2, 2, 4])
    """

    rank = 3


@register("layer")
class AdaptiveMaxPooling1D(_AdaptiveMaxPooling):
    """The largest elements of `output_size` shares of a series, for each channel.

    Args:
        output_size: how many shares there are.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.reshape(tf.constant([1.0, 3.0, 5.0, 7.0]), [1, 4, 1])
        >>> tf.keras.layers.AdaptiveMaxPooling1D(2)(x).numpy().ravel()
        array([3., 7.], dtype=float32)
    """

    rank = 1


@register("layer")
class AdaptiveMaxPooling2D(_AdaptiveMaxPooling):
    """The largest elements of `output_size` shares of an image along each axis, for each channel.

    Args:
        output_size: how many shares there are along height and width.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.AdaptiveMaxPooling2D(2)(tf.ones([1, 7, 7, 4])).shape
        TensorShape([1, 2, 2, 4])
    """

    rank = 2


@register("layer")
class AdaptiveMaxPooling3D(_AdaptiveMaxPooling):
    """The largest elements of `output_size` shares of a volume along each axis, for each channel.

    Args:
        output_size: how many shares there are along depth, height and width.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.AdaptiveMaxPooling3D(2)(tf.ones([1, 4, 5, 6, 4])).shape
        TensorShape([1, 2, 2, 2, 4])
    """

    rank = 3


GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D = GlobalMaxPooling1D, GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
