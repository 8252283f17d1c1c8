"""What a layer expects of its input, and the shapes of nested inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassbrook.dtypes import as_dtype
from glassbrook.errors import DTypeError, ShapeError
from glassbrook.tensor import TensorShape, nest

__all__ = ["InputSpec", "Shape", "as_sizes", "is_shape", "shape_of"]

Shape = tuple[int | None, ...]


class InputSpec:
    """What a layer expects of one input; assign one to `self.input_spec` and calls are checked.

    Args:
        dtype: the expected dtype.
        shape: the expected shape; `None` is a size that does not matter.
        ndim: the expected number of axes.
        max_ndim: the largest allowed number of axes.
        min_ndim: the smallest allowed number of axes.
        axes: for some axes, the expected size: ``{-1: 784}``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.InputSpec(min_ndim=2, axes={-1: 784})
        InputSpec(min_ndim=2, axes={-1: 784})
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = None if dtype is None else as_dtype(dtype)
        self.shape = None if shape is None else as_sizes(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name

    def check(self, where: str, shape: Shape, dtype: Any) -> None:
        """Raise an error that begins with `where` unless an input of this shape and dtype fits."""
        problem = self._problem(shape)
        if problem is not None:
            raise ShapeError(f"{where} expects {problem}, but got an input of shape {shape}.")
        if self.dtype is not None and self.dtype is not dtype:
            raise DTypeError(
                f"{where} expects dtype {self.dtype.name}, but got an input of {dtype}. "
                f"Convert it: tf.cast(x, tf.{self.dtype.name})."
            )

    def _problem(self, shape: Shape) -> str | None:
        rank = len(shape)
        if self.ndim is not None and rank != self.ndim:
            return f"{self.ndim} axes"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"at most {self.max_ndim} axes"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"at least {self.min_ndim} axes"
        expected = dict(enumerate(self.shape)) if self.shape is not None else {}
        for axis, size in {**expected, **self.axes}.items():
            if not -rank <= axis < rank:
                return f"an axis {axis}"
            if size is not None and shape[axis] not in (size, None):
                return f"axis {axis} of size {size}"
        return None

    def __repr__(self) -> str:
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        given = [
            f"{name}={getattr(self, name)}"
            for name in names
            if getattr(self, name) not in (None, {}) and (name != "ndim" or self.shape is None)
        ]
        return f"InputSpec({', '.join(given)})"


def as_sizes(shape: Any) -> Shape:
    """A shape as a tuple of integers and `None`.

    Raises:
        ShapeError: it is not a shape.
    """
    try:
        sizes = tuple(shape.as_list() if isinstance(shape, TensorShape) else shape)
        result = tuple(None if size is None else int(size) for size in sizes)
    except (TypeError, ValueError):
        raise ShapeError(
            f"{shape!r} is not a shape: expected a tuple of sizes such as (None, 784), where None "
            "is a size that is not known yet."
        ) from None
    if any(size is not None and size < 0 for size in result):
        raise ShapeError(f"{shape!r} is not a shape: a size is negative. Write None for unknown.")
    return result


def is_shape(value: Any) -> bool:
    """Whether the value is one shape, rather than a structure of shapes."""
    return isinstance(value, TensorShape) or (
        isinstance(value, list | tuple)
        and all(size is None or isinstance(size, int) for size in value)
    )


def shape_of(inputs: Any) -> Any:
    """The shape of a tensor as a tuple; of a nested structure of tensors, such a structure."""
    if hasattr(inputs, "node"):
        return inputs.node.shape
    return nest.map_structure(lambda each: tuple(getattr(each, "shape", ())), inputs)
