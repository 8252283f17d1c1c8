"""`Dot`: products of the vectors and matrices in two batches."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import element_count
from glassbrook.keras.layers.merging import Merge
from glassbrook.keras.layers.spec import Shape
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = ["Dot", "batch_dot_node", "dot"]


def batch_dot_node(x: Node, y: Node, axes: tuple[int, int]) -> Node:
    """``sum over i of x[b, …, i, …] · y[b, …, i, …]`` for each sample b of a batch.

    Args:
        x: of shape [batch, …].
        y: of shape [batch, …].
        axes: the axis of each that is summed over, none of them 0.

    Returns:
        A node of shape [batch, the other axes of x, the other axes of y].

    Raises:
        ShapeError: the sizes differ.
    """
    first, second = axes
    if x.shape[first] != y.shape[second] or x.shape[0] != y.shape[0]:
        raise ShapeError(
            f"batch dot: axis {first} of shape {x.shape} and axis {second} of shape {y.shape} "
            "need one size, and both a batch of one size."
        )
    depth = x.shape[first]
    left = _moved(x, first, x.rank - 1)
    right = _moved(y, second, 1)
    rows, columns = left.shape[1:-1], right.shape[2:]
    product = build.matmul(
        build.reshape(left, (x.shape[0], element_count(rows), depth)),
        build.reshape(right, (x.shape[0], depth, element_count(columns))),
    )
    return build.reshape(product, (x.shape[0], *rows, *columns))


def _moved(x: Node, source: int, target: int) -> Node:
    order = [axis for axis in range(x.rank) if axis != source]
    order.insert(target, source)
    return x if order == list(range(x.rank)) else build.transpose(x, tuple(order))


@register("layer")
class Dot(Merge):
    """The product of two batches, sample by sample, summed over an axis of each.

    Args:
        axes: the axis to sum over, or one for each input; the batch, axis 0, cannot be.
        normalize: whether the inputs are divided by their lengths along that axis first, so that
            the result is the cosine between them.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant([[1.0, 2.0]])
        >>> tf.keras.layers.Dot(axes=1)([x, x]).numpy()
        array([[5.]], dtype=float32)
    """

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pair = axes if isinstance(axes, list | tuple) else (axes, axes)
        if len(pair) != 2 or not all(isinstance(each, int) for each in pair):
            raise DTypeError(
                "Invalid type for argument `axes`: it should be an int or a list of two ints. "
                f"Received: axes={axes!r}"
            )
        self.axes = axes
        self.normalize = normalize
        self.supports_masking = True

    def call(self, inputs: Any) -> Tensor:
        """The products."""
        x, y = (as_node(each) for each in inputs)
        axes = self._both_axes(x.shape, y.shape)
        if self.normalize:
            x, y = (_unit_length(each, axis) for each, axis in zip((x, y), axes, strict=True))
        product = batch_dot_node(x, y, axes)
        return Tensor(product if product.rank > 1 else build.expand_dims(product, 1))

    def _both_axes(self, *shapes: Shape) -> tuple[int, int]:
        pair = self.axes if isinstance(self.axes, list | tuple) else (self.axes, self.axes)
        for axis, shape in zip(pair, shapes, strict=True):
            if not -len(shape) <= axis < len(shape) or not axis % len(shape):
                raise ShapeError(
                    f"Layer {self._title()}: axes {self.axes} do not fit inputs of shapes "
                    f"{shapes}; axis 0 is the batch."
                )
        first, second = (axis % len(shape) for axis, shape in zip(pair, shapes, strict=True))
        return first, second

    def _checked_shapes(self, shapes: Any) -> list[Shape]:
        found = super()._checked_shapes(shapes)
        if len(found) != 2:
            raise InvalidArgumentError(
                "A `Dot` layer should be called on a list of 2 inputs. Received: "
                f"input_shape={shapes}"
            )
        return found

    def _merged_shape(self, shapes: list[Shape]) -> Shape:
        x, y = shapes
        first, second = self._both_axes(x, y)
        if None not in (x[first], y[second]) and x[first] != y[second]:
            raise ShapeError(
                f"Incompatible input shapes: {x[first]} != {y[second]} along axes {self.axes}. "
                f"Layer {self._title()} got inputs of shapes {x} and {y}."
            )
        sizes = (*_without(x, first), *_without(y, second)[1:])
        return sizes if len(sizes) > 1 else (*sizes, 1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """There is none: the result has other axes."""
        return None

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"axes": self.axes, "normalize": self.normalize}


def _without(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :])


def _unit_length(x: Node, axis: int) -> Node:
    squares = build.sum(build.mul(x, x), (axis,), True)
    least = build.constant_like(1e-12, squares)
    return build.mul(x, build.rsqrt(build.maximum(squares, least)))


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """The product of two batches, sample by sample; see `Dot`, which takes `kwargs`."""
    return Dot(axes=axes, **kwargs)(inputs)
