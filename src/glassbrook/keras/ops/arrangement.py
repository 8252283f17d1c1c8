"""Operations that lay out the same elements otherwise: shapes, axes, parts, order, positions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

import glassbrook.math as functions
from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.keras.promotion import common, named, tensor
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.ops import comparison, creation, joining, ordering, positions
from glassbrook.ops import shape as shapes
from glassbrook.ops.arguments import axis_argument
from glassbrook.tensor import Tensor, convert_to_tensor
from glassbrook.tensor.symbolic import operation


@operation
def reshape(x: Any, newshape: Any) -> Tensor:
    """The same elements in another shape; one -1 stands for what is left."""
    return shapes.reshape(tensor(x), newshape)


@operation
def ravel(x: Any) -> Tensor:
    """All elements in one axis."""
    return shapes.reshape(tensor(x), [-1])


@operation
def transpose(x: Any, axes: Sequence[int] | None = None) -> Tensor:
    """The axes in another order, reversed by default."""
    return shapes.transpose(tensor(x), axes)


@operation
def swapaxes(x: Any, axis1: int, axis2: int) -> Tensor:
    """Two axes exchanged."""
    value = tensor(x)
    order = list(range(value.ndim))
    axis1 = axis_argument("swapaxes", axis1, value.ndim)
    axis2 = axis_argument("swapaxes", axis2, value.ndim)
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return shapes.transpose(value, order)


@operation
def moveaxis(x: Any, source: Any, destination: Any) -> Tensor:
    """Axes moved to other places; the others keep their order."""
    value = tensor(x)
    sources = [axis_argument("moveaxis", each, value.ndim) for each in _listed(source)]
    targets = [axis_argument("moveaxis", each, value.ndim) for each in _listed(destination)]
    order = [axis for axis in range(value.ndim) if axis not in sources]
    for target, axis in sorted(zip(targets, sources, strict=True)):
        order.insert(target, axis)
    return shapes.transpose(value, order)


def _listed(value: Any) -> list[int]:
    return [value] if isinstance(value, int) else list(value)


@operation
def expand_dims(x: Any, axis: Any) -> Tensor:
    """Axes of size 1 put in at places of the result."""
    value = tensor(x)
    axes = _listed(axis)
    rank = value.ndim + len(axes)
    for each in sorted(place % rank for place in axes):
        value = shapes.expand_dims(value, each)
    return value


@operation
def squeeze(x: Any, axis: Any = None) -> Tensor:
    """The axes of size 1 left out: all of them, or the given ones."""
    return shapes.squeeze(tensor(x), axis)


@operation
def broadcast_to(x: Any, shape: Any) -> Tensor:
    """The elements repeated along new axes and those of size 1."""
    return shapes.broadcast_to(tensor(x), shape)


@operation
def flip(x: Any, axis: Any = None) -> Tensor:
    """The order along axes reversed; along all of them by default."""
    value = tensor(x)
    return shapes.reverse(value, list(range(value.ndim)) if axis is None else _listed(axis))


@operation
def fliplr(x: Any) -> Tensor:
    """The order along axis 1 reversed."""
    return shapes.reverse(tensor(x), [1])


@operation
def flipud(x: Any) -> Tensor:
    """The order along axis 0 reversed."""
    return shapes.reverse(tensor(x), [0])


@operation
def rot90(array: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Tensor:
    """Turned by k right angles, from the first of two axes towards the second."""
    value = tensor(array)
    first, second = (axis % value.ndim for axis in axes)
    if first == second:
        raise InvalidArgumentError(f"rot90: axes {axes} are one and the same.")
    for _ in range(k % 4):
        value = shapes.reverse(swapaxes(value, first, second), [first])
    return value


@operation
def roll(x: Any, shift: Any, axis: Any = None) -> Tensor:
    """The elements moved on along axes; those that go over the end come in at the start."""
    value = tensor(x)
    if axis is None:
        flat = shapes.roll(shapes.reshape(value, [-1]), shift, 0)
        return shapes.reshape(flat, value.shape)
    return shapes.roll(value, shift, axis)


# Several tensors.


@operation
def concatenate(xs: Any, axis: int | None = 0) -> Tensor:
    """Tensors one behind the other along an axis; laid flat first if that is `None`."""
    values = common(*xs)
    if axis is None:
        values, axis = [shapes.reshape(each, [-1]) for each in values], 0
    return joining.concat(values, axis)


@operation
def stack(x: Any, axis: int = 0) -> Tensor:
    """Tensors of one shape along a new axis."""
    return joining.stack(common(*x), axis)


@operation
def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """The parts of a tensor along an axis, without that axis."""
    return joining.unstack(tensor(x), num, axis)


@operation
def append(x1: Any, x2: Any, axis: int | None = None) -> Tensor:
    """`x2` behind `x1`, along an axis, or both laid flat."""
    return concatenate([x1, x2], axis)


def _joined(name: str, rank: int, axis: int, doc: str) -> Any:
    """An operation that gives tensors at least some axes, and joins them."""

    def run(xs: Any) -> Tensor:
        values = [_at_least(each, rank) for each in common(*xs)]
        place = 0 if name == "hstack" and values[0].ndim == 1 else axis
        return joining.concat(values, place)

    return named(run, name, __name__, doc)


def _at_least(x: Tensor, rank: int) -> Tensor:
    if x.ndim >= rank:
        return x
    if rank == 3:
        sizes = (1, *x.shape, 1)[-3:] if x.ndim < 2 else (*x.shape, 1)
        return shapes.reshape(x, sizes if len(sizes) == 3 else (1, 1, 1))
    return shapes.reshape(x, (1,) * (rank - x.ndim) + tuple(x.shape))


hstack = _joined("hstack", 1, 1, "Tensors side by side.")
vstack = _joined("vstack", 2, 0, "Tensors one below the other.")
dstack = _joined("dstack", 3, 2, "Tensors one behind the other, along axis 2.")


@operation
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """The parts of a tensor along an axis.

    Args:
        x: the tensor.
        indices_or_sections: how many equal parts, or where each but the first begins.
        axis: the axis.

    Raises:
        InvalidArgumentError: it does not divide into so many equal parts.
    """
    value = tensor(x)
    size = value.shape[axis]
    if isinstance(indices_or_sections, int):
        if size % indices_or_sections:
            raise InvalidArgumentError(
                f"split: axis {axis} of size {size} does not divide into {indices_or_sections} "
                "equal parts."
            )
        return joining.split(value, indices_or_sections, axis)
    edges = [0, *(_edge(each, size) for each in indices_or_sections), size]
    sizes = [max(end - start, 0) for start, end in itertools.pairwise(edges)]
    return joining.split(value, sizes, axis)


def _edge(place: Any, size: int) -> int:
    position = int(place)
    return min(position if position >= 0 else position + size, size)


@operation
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """The same as `split`; parts may be unequal, the first ones greater by one."""
    value = tensor(x)
    if not isinstance(indices_or_sections, int):
        return split(value, indices_or_sections, axis)
    count, rest = divmod(value.shape[axis], indices_or_sections)
    sizes = [count + (place < rest) for place in range(indices_or_sections)]
    return joining.split(value, sizes, axis)


def _split_along(name: str, axis: int) -> Any:
    def run(x: Any, indices_or_sections: Any) -> list[Tensor]:
        value = tensor(x)
        place = 0 if name == "hsplit" and value.ndim == 1 else axis
        return split(value, indices_or_sections, place)

    return named(run, name, __name__, f"The parts of a tensor along axis {axis}; see `split`.")


vsplit = _split_along("vsplit", 0)
hsplit = _split_along("hsplit", 1)
dsplit = _split_along("dsplit", 2)


@operation
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Tensor:
    """Every element several times, along an axis or laid flat."""
    return joining.repeat(tensor(x), repeats, axis)


@operation
def tile(x: Any, repeats: Any) -> Tensor:
    """The whole tensor several times along each axis."""
    value = tensor(x)
    counts = _listed(repeats)
    counts = [1] * (value.ndim - len(counts)) + counts
    value = shapes.reshape(value, (1,) * (len(counts) - value.ndim) + tuple(value.shape))
    return joining.tile(value, counts)


@operation
def meshgrid(*x: Any, indexing: str = "xy") -> list[Tensor]:
    """The coordinates of all points of a grid.

    Args:
        x: the coordinates along each axis.
        indexing: ``"xy"`` for x first, ``"ij"`` for the first axis first.
    """
    return creation.meshgrid(*[tensor(each) for each in x], indexing=indexing)


_PAD_MODES = {"constant": "CONSTANT", "reflect": "REFLECT", "symmetric": "SYMMETRIC"}


@operation
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Tensor:
    """The tensor with more around it.

    Args:
        x: the tensor.
        pad_width: pairs of how much comes before and after, for each axis; or one for all.
        mode: ``"constant"``, ``"reflect"`` or ``"symmetric"``.
        constant_values: what is put there; 0 by default.

    Raises:
        InvalidArgumentError: the mode is unknown.
    """
    value = tensor(x)
    if mode not in _PAD_MODES:
        raise InvalidArgumentError(f"pad: mode is {mode!r}, expected one of {list(_PAD_MODES)}.")
    if constant_values is not None and mode != "constant":
        raise InvalidArgumentError("pad: constant_values are for mode 'constant' alone.")
    widths = np.broadcast_to(np.asarray(pad_width), (value.ndim, 2)).tolist()
    return joining.pad(value, widths, _PAD_MODES[mode], constant_values or 0)


# Positions.


@operation
def take(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """The elements at positions, along an axis or laid flat; negative ones count from the end."""
    value = tensor(x)
    if axis is None:
        value, axis = shapes.reshape(value, [-1]), 0
    return positions.gather(value, _counted(indices, value.shape[axis]), axis=axis)


def _counted(indices: Any, size: int) -> Tensor:
    """Positions from the start."""
    places = tensor(indices)
    if not places.dtype.is_integer:
        places = tensor(places, dtypes.int32)
    return comparison.where(places < 0, places + size, places)


@operation
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """For each place, the element at a position along an axis of its own row."""
    value, places = tensor(x), tensor(indices)
    if axis is None:
        value, places, axis = shapes.reshape(value, [-1]), shapes.reshape(places, [-1]), 0
    axis %= value.ndim
    if value.ndim != places.ndim:
        raise ShapeError(
            f"take_along_axis: x has {value.ndim} axes, indices have {places.ndim}: they need "
            "equally many."
        )
    rest = [
        max(a, b) if each != axis else 0
        for each, (a, b) in enumerate(zip(value.shape, places.shape, strict=True))
    ]
    value = shapes.broadcast_to(value, [b or value.shape[axis] for b in rest])
    places = shapes.broadcast_to(places, [b or places.shape[axis] for b in rest])
    places = _counted(places, value.shape[axis])
    return Tensor(build.take_along(value.used_node(), places.used_node(), axis))


@operation
def get_item(x: Any, key: Any) -> Tensor:
    """``x[key]``."""
    return tensor(x)[key]


@operation
def slice(inputs: Any, start_indices: Any, shape: Any) -> Tensor:
    """The part of a shape that begins at given positions."""
    return shapes.slice(tensor(inputs), start_indices, shape)


@operation
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Tensor:
    """The tensor with a part, which begins at given positions, replaced."""
    value = tensor(inputs)
    new = tensor(updates, value.dtype)
    start = [int(each) for each in _numbers_of(start_indices)]
    spaces = [(a, n - a - m) for a, n, m in zip(start, value.shape, new.shape, strict=True)]
    widened = joining.pad(new, spaces)
    inside = joining.pad(creation.ones_like(new, dtypes.bool), spaces, constant_values=False)
    return comparison.where(inside, widened, value)


def _numbers_of(values: Any) -> list[Any]:
    if isinstance(values, list | tuple):
        return list(values)
    found: list[Any] = tensor(values).numpy().tolist()
    return found


@operation
def scatter(indices: Any, values: Any, shape: Any) -> Tensor:
    """Zeros of a shape, with values added at positions."""
    return positions.scatter_nd(tensor(indices), tensor(values), shape)


_REDUCTIONS = {
    None: positions.tensor_scatter_nd_update,
    "add": positions.tensor_scatter_nd_add,
}


@operation
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Tensor:
    """The tensor with elements or rows at positions replaced, or added to.

    Args:
        inputs: the tensor.
        indices: the positions, one row each.
        updates: the new values.
        reduction: `None` to replace, ``"add"`` to add.

    Raises:
        InvalidArgumentError: the reduction is another one.
    """
    if reduction not in _REDUCTIONS:
        raise InvalidArgumentError(
            f"scatter_update: reduction is {reduction!r}, expected None or 'add'."
        )
    value = tensor(inputs)
    return _REDUCTIONS[reduction](value, tensor(indices), tensor(updates, value.dtype))


@operation
def nonzero(x: Any) -> Any:
    """The positions of the elements that are not zero, one tensor for each axis."""
    found = comparison.where(tensor(x, dtypes.bool))
    return [tensor(each, dtypes.int32) for each in joining.unstack(found, axis=1)]


@operation
def unravel_index(indices: Any, shape: Any) -> Any:
    """The position in each axis for positions among all elements."""
    places = tensor(indices)
    found: list[Tensor] = []
    for size in reversed(list(shape)):
        found.append(places % size)
        places = places // size
    return tuple(reversed(found))


# Order.


@operation
def sort(x: Any, axis: int | None = -1) -> Tensor:
    """The elements in ascending order along an axis, or laid flat."""
    value = tensor(x)
    if axis is None:
        value, axis = shapes.reshape(value, [-1]), 0
    return ordering.sort(value, axis=axis)


@operation
def argsort(x: Any, axis: int | None = -1) -> Tensor:
    """The positions that put the elements into ascending order."""
    value = tensor(x)
    if axis is None:
        value, axis = shapes.reshape(value, [-1]), 0
    return ordering.argsort(value, axis=axis, stable=True)


@operation
def argpartition(x: Any, kth: int, axis: int = -1) -> Tensor:
    """Positions such that none before the k-th is that of a greater element: `argsort`."""
    return tensor(argsort(x, axis), dtypes.int32)


@operation
def top_k(x: Any, k: int, sorted: bool = True) -> Any:
    """The k largest elements of each row, and where they are."""
    return functions.top_k(tensor(x), k, sorted)


@operation
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Tensor:
    """Where values would have to be put into an ordered sequence."""
    sequence, wanted = common(sorted_sequence, values)
    if sequence.ndim != 1:
        raise ShapeError("searchsorted: the ordered sequence needs one axis.")
    flat = shapes.reshape(wanted, [-1])
    found = positions.searchsorted(sequence, flat, side)
    return shapes.reshape(tensor(found, dtypes.int32), wanted.shape)


@operation
def digitize(x: Any, bins: Any) -> Tensor:
    """In which of the bins, given by their edges, every element is."""
    return searchsorted(bins, x, side="right")


@operation
def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Where elements of `x1` occur in `x2`."""
    value, among = common(x1, x2)
    flat = shapes.reshape(among, [-1])
    found = functions.reduce_any(functions.equal(shapes.expand_dims(value, -1), flat), -1)
    return functions.logical_not(found) if invert else found


@operation
def diff(a: Any, n: int = 1, axis: int = -1) -> Tensor:
    """The differences between neighbours along an axis, n times over."""
    value = tensor(a)
    axis %= value.ndim
    for _ in range(n):
        size = value.shape[axis]
        later, earlier = (
            positions.gather(value, list(range(start, start + size - 1)), axis=axis)
            for start in (1, 0)
        )
        value = functions.not_equal(later, earlier) if value.dtype.is_bool else later - earlier
    return value


# What a tensor is.


@operation
def size(x: Any) -> Any:
    """How many elements there are."""
    return convert_to_tensor(math.prod(tensor(x).shape))


def shape(x: Any) -> tuple[Any, ...]:
    """The sizes of the axes as a tuple; of a placeholder, `None` where one is not known."""
    if isinstance(x, KerasTensor):
        return tuple(x.shape)
    return tuple(tensor(x).shape)


def ndim(x: Any) -> int:
    """How many axes there are."""
    return x.ndim if isinstance(x, KerasTensor) else tensor(x).ndim


def dtype(x: Any) -> str:
    """The name of the dtype."""
    return x.dtype if isinstance(x, KerasTensor) else tensor(x).dtype.name
