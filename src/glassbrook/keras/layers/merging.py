"""Layers that make one tensor of several: sums, products, extremes, and one behind the other."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.spec import Shape, as_sizes, is_shape
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "Add",
    "Average",
    "Concatenate",
    "Maximum",
    "Minimum",
    "Multiply",
    "Subtract",
    "add",
    "average",
    "concatenate",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]


class Merge(Layer):
    """What merging layers have in common: inputs in a list, which broadcast to one shape."""

    _without_variables = True
    supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Check that the inputs broadcast to one shape.

        Raises:
            ShapeError: they do not.
            InvalidArgumentError: there is no list of inputs.
        """
        self._merged_shape(self._checked_shapes(input_shape))
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """Merge the inputs, element by element."""
        if not isinstance(inputs, list | tuple) or not inputs:
            raise self._no_list(inputs)
        return Tensor(self._merge(_alike([as_node(each) for each in inputs])))

    def _merge(self, nodes: list[Node]) -> Node:
        raise NotImplementedError

    def _checked_shapes(self, shapes: Any) -> list[Shape]:
        if not isinstance(shapes, list | tuple) or not shapes or is_shape(shapes):
            raise self._no_list(shapes)
        sizes = [as_sizes(each) for each in shapes]
        batches = {each[0] for each in sizes if each} - {None}
        if len(batches) > 1:
            raise ShapeError(
                f"Layer {self._title()} cannot merge tensors with different batch sizes, got "
                f"inputs of shapes {sizes}."
            )
        return sizes

    def _no_list(self, found: Any) -> InvalidArgumentError:
        return InvalidArgumentError(
            f"A merge layer should be called on a list of at least 1 input. Layer "
            f"{self._title()} got {found!r}, expected such as layer([x, y])."
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape that all inputs broadcast to."""
        return self._merged_shape(self._checked_shapes(input_shape))

    def _merged_shape(self, shapes: list[Shape]) -> Shape:
        return reduce(self._broadcast, _of_one_rank(shapes))

    def _broadcast(self, x: Shape, y: Shape) -> Shape:
        sizes: list[int | None] = []
        for a, b in zip(x, y, strict=True):
            if a is None or b is None:
                known = b if a is None else a
                sizes.append(None if known in (None, 1) else known)
            elif a == b or 1 in (a, b):
                sizes.append(max(a, b) if 0 not in (a, b) else 0)
            else:
                raise ShapeError(
                    f"Layer {self._title()}: inputs have incompatible shapes {x} and {y}: sizes "
                    f"{a} and {b} do not broadcast."
                )
        return tuple(sizes)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Where any of the inputs is to be heeded; `None` if one of them has no mask."""
        masks = _checked_masks(inputs, mask)
        if masks is None or any(each is None for each in masks):
            return None
        return reduce(operator.or_, masks)


def _checked_masks(inputs: Any, mask: Any) -> list[Any] | None:
    if mask is None:
        return None
    if not isinstance(mask, list | tuple) or len(mask) != len(inputs):
        raise InvalidArgumentError(
            f"compute_mask: expected a list of one mask (or None) for each of {len(inputs)} "
            f"inputs, got {mask!r}."
        )
    return list(mask)


def _of_one_rank(shapes: list[Shape]) -> list[Shape]:
    """Shapes with axes of size 1 behind the batch, so that all have as many axes."""
    rank = max(map(len, shapes))
    return [(*each[:1], *(1,) * (rank - len(each)), *each[1:]) for each in shapes]


def _alike(nodes: list[Node]) -> list[Node]:
    shapes = _of_one_rank([node.shape for node in nodes])
    return [
        node if node.shape == shape else build.reshape(node, [size or 0 for size in shape])
        for node, shape in zip(nodes, shapes, strict=True)
    ]


def _sum(nodes: list[Node]) -> Node:
    return reduce(build.add, nodes)


@register("layer")
class Add(Merge):
    """``x₁ + x₂ + …``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Add()([tf.ones([1, 2]), tf.ones([1, 2])]).numpy()
        array([[2., 2.]], dtype=float32)
    """

    def _merge(self, nodes: list[Node]) -> Node:
        return _sum(nodes)


@register("layer")
class Subtract(Merge):
    """``x₁ - x₂``, of two inputs.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Subtract()([tf.ones([1, 2]), tf.ones([1, 2])]).numpy()
        array([[0., 0.]], dtype=float32)
    """

    def build(self, input_shape: Any) -> None:
        """Check that there are two inputs.

        Raises:
            InvalidArgumentError: there are more, or fewer.
        """
        if len(self._checked_shapes(input_shape)) != 2:
            raise InvalidArgumentError(
                "A `Subtract` layer should be called on exactly 2 inputs. Received: "
                f"input_shape={input_shape}"
            )
        super().build(input_shape)

    def _merge(self, nodes: list[Node]) -> Node:
        if len(nodes) != 2:
            raise InvalidArgumentError(
                f"Layer {self._title()} takes exactly 2 inputs, got {len(nodes)}."
            )
        return build.sub(*nodes)


@register("layer")
class Multiply(Merge):
    """``x₁ · x₂ · …``, element by element.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Multiply()([tf.constant([[2.0, 3.0]]), tf.constant([[4.0]])]).numpy()
        array([[ 8., 12.]], dtype=float32)
    """

    def _merge(self, nodes: list[Node]) -> Node:
        return reduce(build.mul, nodes)


@register("layer")
class Average(Merge):
    """``(x₁ + x₂ + …) / n``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Average()([tf.constant([[2.0]]), tf.constant([[4.0]])]).numpy()
        array([[3.]], dtype=float32)
    """

    def _merge(self, nodes: list[Node]) -> Node:
        total = _sum(nodes)
        return build.div(total, build.constant_like(float(len(nodes)), total))


@register("layer")
class Maximum(Merge):
    """The largest of the inputs, element by element.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Maximum()([tf.constant([[2.0]]), tf.constant([[4.0]])]).numpy()
        array([[4.]], dtype=float32)
    """

    def _merge(self, nodes: list[Node]) -> Node:
        return reduce(build.maximum, nodes)


@register("layer")
class Minimum(Merge):
    """The smallest of the inputs, element by element.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Minimum()([tf.constant([[2.0]]), tf.constant([[4.0]])]).numpy()
        array([[2.]], dtype=float32)
    """

    def _merge(self, nodes: list[Node]) -> Node:
        return reduce(build.minimum, nodes)


@register("layer")
class Concatenate(Merge):
    """The inputs one behind the other, along an axis.

    Args:
        axis: the axis; the others need equal sizes.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Concatenate()([tf.ones([2, 3]), tf.zeros([2, 1])]).shape
        TensorShape([2, 4])
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Tensor:
        """The inputs as one tensor."""
        if not isinstance(inputs, list | tuple) or not inputs:
            raise self._no_list(inputs)
        nodes = [as_node(each) for each in inputs]
        self._merged_shape([node.shape for node in nodes])
        return Tensor(build.concat(nodes, self.axis % nodes[0].rank))

    def _merged_shape(self, shapes: list[Shape]) -> Shape:
        """The shape of what comes out.

        Raises:
            ShapeError: another axis than the one of concatenation differs in size.
        """
        rank = len(shapes[0])
        if any(len(each) != rank for each in shapes) or not -rank <= self.axis < rank:
            raise ShapeError(
                f"Layer {self._title()}: the inputs need equally many axes, and an axis "
                f"{self.axis}, got shapes {shapes}."
            )
        axis = self.axis % rank
        sizes: list[int | None] = []
        for place, column in enumerate(zip(*shapes, strict=True)):
            known = [size for size in column if size is not None]
            if place == axis:
                sizes.append(sum(known) if len(known) == len(column) else None)
            elif len(set(known)) > 1:
                raise ShapeError(
                    "A `Concatenate` layer requires inputs with matching shapes except for the "
                    f"concatenation axis {self.axis}. Layer {self._title()} got {shapes}: axis "
                    f"{place} differs."
                )
            else:
                sizes.append(known[0] if known else None)
        return tuple(sizes)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The masks, laid out as the inputs are; an input without a mask is heeded everywhere."""
        masks = _checked_masks(inputs, mask)
        if masks is None or all(each is None for each in masks):
            return None
        nodes = [_full_mask(as_node(x), each) for x, each in zip(inputs, masks, strict=True)]
        joined = build.concat(nodes, self.axis % nodes[0].rank)
        return Tensor(build.any(joined, (joined.rank - 1,)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"axis": self.axis}


def _full_mask(x: Node, mask: Any) -> Node:
    """A mask of the shape of `x`."""
    everywhere = build.ones(x.shape, dtypes.bool)
    if mask is None:
        return everywhere
    node = as_node(mask)
    if node.rank < x.rank:
        node = build.logical_and(build.expand_dims(node, node.rank), everywhere)
    return node


def _merged(layer: Callable[..., Layer], inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    return layer(**kwargs)(inputs)


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """``x₁ + x₂ + …``; see `Add`, which takes `kwargs`."""
    return _merged(Add, inputs, kwargs)


def subtract(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """``x₁ - x₂``; see `Subtract`, which takes `kwargs`."""
    return _merged(Subtract, inputs, kwargs)


def multiply(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """``x₁ · x₂ · …``; see `Multiply`, which takes `kwargs`."""
    return _merged(Multiply, inputs, kwargs)


def average(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The mean of the inputs; see `Average`, which takes `kwargs`."""
    return _merged(Average, inputs, kwargs)


def maximum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The largest of the inputs; see `Maximum`, which takes `kwargs`."""
    return _merged(Maximum, inputs, kwargs)


def minimum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The smallest of the inputs; see `Minimum`, which takes `kwargs`."""
    return _merged(Minimum, inputs, kwargs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """The inputs one behind the other; see `Concatenate`, which takes `kwargs`."""
    return Concatenate(axis=axis, **kwargs)(inputs)
