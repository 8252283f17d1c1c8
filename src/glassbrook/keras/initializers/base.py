"""`Initializer`, and those that give constants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import ShapeError, UnimplementedError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.keras import registry
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "Constant",
    "Identity",
    "Initializer",
    "Ones",
    "Zeros",
    "checked_shape",
    "dtype_or_float32",
]


class Initializer:
    """Base of all initializers; a subclass of your own defines ``__call__(shape, dtype)``.

    Example:
        >>> import glassbrook as tf
        >>> class Rising(tf.keras.initializers.Initializer):
        ...     def __call__(self, shape, dtype=None, **kwargs):
        ...         return tf.range(shape[0], dtype=dtype)
        >>> Rising()((3,), "float32").numpy()
        array([0., 1., 2.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None, **kwargs: Any) -> Any:
        """First values.

        Args:
            shape: the sizes of the axes.
            dtype: the element type; float32 by default.
            kwargs: accepted for TensorFlow's sake, without effect.
        """
        return Tensor(self.node(checked_shape(shape), dtype_or_float32(dtype)))

    def node(self, shape: Shape, dtype: DType) -> Node:
        """The values as a node."""
        raise UnimplementedError(
            f"{type(self).__name__} is an initializer without a formula. Define "
            "__call__(self, shape, dtype=None)."
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal initializer can be made."""
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """An initializer with the arguments that `get_config` gave."""
        return cls(**config)

    def clone(self) -> Self:
        """An initializer with the same arguments."""
        return type(self).from_config(self.get_config())


def checked_shape(shape: Any) -> Shape:
    """A shape as a tuple of sizes, all of them known."""
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(size is None for size in sizes):
        raise ShapeError(f"An initializer needs a shape without unknown sizes, not {list(sizes)}.")
    return tuple(int(size) for size in sizes)


def dtype_or_float32(dtype: Any) -> DType:
    """The dtype of a variable; float32 by default."""
    return dtypes.float32 if dtype is None else as_dtype(dtype)


@registry.register("initializer", "zeros", "zero")
class Zeros(Initializer):
    """Zeros."""

    def node(self, shape: Shape, dtype: DType) -> Node:
        """The values as a node."""
        return build.zeros(shape, dtype)


@registry.register("initializer", "ones", "one")
class Ones(Initializer):
    """Ones."""

    def node(self, shape: Shape, dtype: DType) -> Node:
        """The values as a node."""
        return build.ones(shape, dtype)


@registry.register("initializer", "constant")
class Constant(Initializer):
    """One value everywhere, or given values.

    Args:
        value: a number, or an array that broadcasts to the shape.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.initializers.Constant(3.0)((2,)).numpy()
        array([3., 3.], dtype=float32)
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def node(self, shape: Shape, dtype: DType) -> Node:
        """The values as a node."""
        return build.broadcast_to(build.cast(as_node(self.value), dtype), shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal initializer can be made."""
        return {"value": np.asarray(self.value).tolist()}


@registry.register("initializer", "identity", "IdentityInitializer")
class Identity(Initializer):
    """The identity matrix, times `gain`.

    Args:
        gain: the number on the diagonal.

    Raises:
        ShapeError: the shape is not that of a matrix.
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def node(self, shape: Shape, dtype: DType) -> Node:
        """The values as a node."""
        if len(shape) != 2:
            raise ShapeError(f"Identity: expected the shape of a matrix, not {list(shape)}.")
        return build.data(np.eye(*shape) * self.gain, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal initializer can be made."""
        return {"gain": self.gain}
