"""Layers that lay out the same numbers in another shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.keras import axes
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.spec import as_sizes
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor

__all__ = ["Flatten", "Permute", "RepeatVector", "Reshape"]


@register("layer")
class Flatten(Layer):
    """Every input as one row: [batch, a, b, …] becomes [batch, a·b·…].

    Args:
        data_format: where the channels of images are: ``"channels_last"``, the default, keeps the
            order of the numbers; ``"channels_first"`` moves axis 1 to the end first.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Flatten()(tf.zeros([32, 28, 28])).shape
        TensorShape([32, 784])
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if data_format not in (None, "channels_last", "channels_first"):
            raise InvalidArgumentError(
                f"Flatten: data_format is {data_format!r}, expected 'channels_last' or "
                "'channels_first'."
            )
        self.data_format = data_format or "channels_last"

    def call(self, inputs: Tensor) -> Tensor:
        """Lay out the axes behind the first one as one."""
        x = inputs.used_node()
        if not x.shape:
            raise ShapeError(f"Layer {self._title()} expects a batch of inputs, got a scalar.")
        if self.data_format == "channels_first" and len(x.shape) > 2:
            x = build.transpose(x, (0, *range(2, len(x.shape)), 1))
        rows, sizes = x.shape[0], x.shape[1:]
        return Tensor(build.reshape(x, (rows, int(np.prod(sizes, dtype=np.int64)))))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, a·b·…]``."""
        batch, *sizes = as_sizes(input_shape)
        if None in sizes:
            return (batch, None)
        return (batch, int(np.prod([size or 0 for size in sizes], dtype=np.int64)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"data_format": self.data_format}


@register("layer")
class Reshape(Layer):
    """Every input in another shape: [batch, …] becomes [batch, *target_shape].

    Args:
        target_shape: the new shape without the batch; one -1 stands for what is left.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Reshape((-1, 4))(tf.zeros([2, 12])).shape
        TensorShape([2, 3, 4])
    """

    _without_variables = True

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        sizes = (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)
        if any(not isinstance(size, int | np.integer) or size < -1 for size in sizes):
            raise InvalidArgumentError(
                f"Reshape: target_shape is {sizes}, expected whole numbers, at most one of them -1."
            )
        self.target_shape = tuple(int(size) for size in sizes)

    def call(self, inputs: Tensor) -> Tensor:
        """Lay out each input in the target shape."""
        x = inputs.used_node()
        sizes = self._sizes(x.shape[1:])
        return Tensor(build.reshape(x, (x.shape[0], *sizes)))

    def _sizes(self, given: tuple[int, ...]) -> tuple[int, ...]:
        known = int(np.prod([size for size in self.target_shape if size != -1], dtype=np.int64))
        count = int(np.prod(given, dtype=np.int64))
        rest = count // known if known and -1 in self.target_shape else 1
        if known * rest != count or self.target_shape.count(-1) > 1:
            raise ShapeError(
                f"Layer {self._title()} cannot lay out inputs of shape {given}, {count} numbers "
                f"each, in the shape {self.target_shape}."
            )
        return tuple(rest if size == -1 else size for size in self.target_shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, *target_shape]``."""
        batch, *sizes = as_sizes(input_shape)
        known = [size for size in sizes if size is not None]
        if len(known) < len(sizes):
            return (batch, *(None if size == -1 else size for size in self.target_shape))
        return (batch, *self._sizes(tuple(known)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"target_shape": list(self.target_shape)}


@register("layer")
class Permute(Layer):
    """The axes of every input in another order.

    Args:
        dims: the axes of the input in their new order, counted from 1: the batch stays first.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Permute((2, 1))(tf.zeros([8, 3, 5])).shape
        TensorShape([8, 5, 3])
    """

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(int(axis) for axis in dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise InvalidArgumentError(
                f"Permute: dims is {self.dims}, expected the numbers 1 to {len(self.dims)} in some "
                "order. Axis 0, the batch, stays where it is."
            )

    def call(self, inputs: Tensor) -> Tensor:
        """Exchange the axes."""
        return Tensor(build.transpose(inputs.used_node(), (0, *self.dims)))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The sizes in their new order."""
        sizes = as_sizes(input_shape)
        return (sizes[0], *(sizes[axis] for axis in self.dims))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"dims": list(self.dims)}


@register("layer")
class RepeatVector(Layer):
    """Every row `n` times: [batch, features] becomes [batch, n, features].

    Args:
        n: how many times.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.RepeatVector(3)(tf.zeros([2, 4])).shape
        TensorShape([2, 3, 4])
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = check_count("RepeatVector", "n", n)

    def call(self, inputs: Tensor) -> Tensor:
        """Repeat each row."""
        x = inputs.used_node()
        if len(x.shape) != 2:
            raise ShapeError(
                f"Layer {self._title()} expects inputs of 2 axes, {axes.layout(axes.FEATURES)}, "
                f"but got an input of shape {x.shape}."
            )
        return Tensor(build.broadcast_to(build.expand_dims(x, 1), (x.shape[0], self.n, x.shape[1])))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, n, features]``."""
        batch, features = as_sizes(input_shape)
        return (batch, self.n, features)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"n": self.n}
