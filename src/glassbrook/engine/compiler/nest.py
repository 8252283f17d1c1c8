"""Build the body of a loop nest from graph nodes, evaluated at positions that move with the loops.

A node that is stored somewhere is loaded; any other is computed on the spot, from its inputs at the
positions that they need: a broadcast, a transpose or a slice costs nothing but another position.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.engine.compiler.kernels import Affine, Buffer, Fold, Loops, Step, Store, Use
from glassbrook.graph.node import Node, Shape

__all__ = ["Nest", "contiguous", "divides_axes", "view_root"]

Index = tuple[Affine, ...]


def view_root(node: Node) -> Node:
    """The node whose memory a reshaped one shares."""
    while node.op == "reshape":
        (node,) = node.inputs
    return node


def contiguous(shape: Shape) -> tuple[int, ...]:
    """Elements from one position to the next along each axis, in row-major order."""
    strides: list[int] = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return tuple(reversed(strides))


class Nest:
    """Steps, stores and folds over a space, in the making.

    Args:
        space: the sizes of the loops.
        storage: the buffer of a stored node, or `None`.
    """

    def __init__(self, space: Shape, storage: Callable[[Node], Buffer | None]) -> None:
        self.space = space
        self.buffers: list[Buffer] = []
        self.loaded: dict[Node, bool] = {}
        self.reduced = (False,) * len(space)
        self._storage = storage
        self._steps: list[Step] = []
        self._numbers: dict[Step, int] = {}
        self._values: dict[tuple[Node, Index], int] = {}
        self._stores: list[Store] = []
        self._folds: list[Fold] = []

    # Positions.

    def fixed(self, position: int) -> Affine:
        """A position that does not move."""
        return Affine(position, (0,) * len(self.space))

    def identity(self) -> Index:
        """The position of the loops themselves."""
        count = len(self.space)
        return tuple(
            Affine(0, tuple(int(axis == loop) for loop in range(count))) for axis in range(count)
        )

    def linear(self, index: Sequence[Affine], shape: Shape) -> Affine:
        """The place of an element in row-major memory."""
        place = self.fixed(0)
        for position, stride in zip(index, contiguous(shape), strict=True):
            place = place.plus(position.scaled(stride))
        return place

    # Results.

    def store(self, node: Node, buffer: Buffer, place: Affine | None = None) -> None:
        """Write a node's value at every turn; by default in row-major order."""
        step = self.value(node, self.identity())
        where = self.linear(self.identity(), self.space) if place is None else place
        self._stores.append(Store(self._slot(buffer), step, where))

    def add(self, node: Node, buffer: Buffer, place: Affine) -> None:
        """Add a node's value at every turn to what is there."""
        step = self.value(node, self.identity())
        slot = self._slot(buffer)
        before = self._emit(Step("load", node.dtype, slot=slot, place=place))
        self._stores.append(Store(slot, self.apply("add", node.dtype, before, step), place))

    def fold(self, node: Node, buffer: Buffer) -> None:
        """Gather a reduction's input over its axes."""
        (x,) = node.inputs
        axes = node.attrs["axes"] if "axes" in node.attrs else (node.attrs["axis"],)
        self.reduced = tuple(axis in axes for axis in range(len(self.space)))
        step = self.value(x, self.identity())
        kept = [axis for axis in range(len(self.space)) if axis not in axes]
        identity = self.identity()
        place = self.linear(
            [identity[axis] for axis in kept], tuple(self.space[axis] for axis in kept)
        )
        self._folds.append(Fold(node.op, self._slot(buffer), step, place, node.dtype))

    def _slot(self, buffer: Buffer) -> int:
        if buffer not in self.buffers:
            self.buffers.append(buffer)
        return self.buffers.index(buffer)

    # Values.

    def _emit(self, step: Step) -> int:
        number = self._numbers.get(step)
        if number is None:
            number = self._numbers[step] = len(self._steps)
            self._steps.append(step)
        return number

    def value(self, node: Node, index: Index) -> int:
        """The number of the step that holds an element of `node`."""
        key = (node, index)
        known = self._values.get(key)
        if known is None:
            known = self._values[key] = self._evaluate(node, index)
        return known

    def _load(self, root: Node, place: Affine, buffer: Buffer) -> int:
        same = root.shape == self.space and place == self.linear(self.identity(), self.space)
        self.loaded[root] = self.loaded.get(root, True) and same
        return self._emit(Step("load", root.dtype, slot=self._slot(buffer), place=place))

    def _evaluate(self, node: Node, index: Index) -> int:
        root = view_root(node)
        buffer = self._storage(root)
        if buffer is not None:
            return self._load(root, self.linear(index, node.shape), buffer)
        rule = _POSITIONS.get(node.op)
        if rule is not None:
            return rule(self, node, index)
        arguments = tuple(
            self.value(each, self._broadcast(each.shape, index)) for each in node.inputs
        )
        return self.apply(node.op, node.dtype, *arguments)

    def _broadcast(self, shape: Shape, index: Index) -> Index:
        """The position in an operand of `shape` that stretches to the result's."""
        ours = index[len(index) - len(shape) :]
        return tuple(
            self.fixed(0) if size == 1 else position for size, position in zip(shape, ours)
        )

    def apply(self, op: str, dtype: DType, *arguments: int) -> int:
        """An operation on earlier steps."""
        return self._emit(Step(op, dtype, arguments))

    def number(self, value: object, dtype: DType) -> int:
        """A constant."""
        plain = value.item() if isinstance(value, np.generic) else value
        return self._emit(Step("constant", dtype, detail=(repr(plain),)))

    def position(self, place: Affine) -> int:
        """A position as an int64."""
        return self._emit(Step("index", dtypes.int64, place=place))

    def load_at(
        self, node: Node, place: Affine, offsets: Sequence[int], strides: Sequence[int]
    ) -> int:
        """An element of a stored node, at `place` and further on by computed offsets."""
        root = view_root(node)
        buffer = self._storage(root)
        assert buffer is not None, f"{root.op} is read at computed places but not stored"
        self.loaded[root] = False
        return self._emit(
            Step(
                "load_at",
                node.dtype,
                tuple(offsets),
                self._slot(buffer),
                place,
                tuple(map(str, strides)),
            )
        )

    def clamped(self, node: Node, index: Index, size: int) -> int:
        """An index as an int64 that lies within [0, size), whatever it is."""
        wide = self.apply("cast", dtypes.int64, self.value(node, index))
        low = self.apply("maximum", dtypes.int64, wide, self.number(0, dtypes.int64))
        return self.apply("minimum", dtypes.int64, low, self.number(size - 1, dtypes.int64))

    # The finished kernel.

    def finish(self) -> Loops:
        """The loops, as few as possible: neighbours that move alike become one."""
        return _collapsed(
            Loops(
                self.space,
                tuple(self._steps),
                tuple(self._stores),
                tuple(self._folds),
                self.reduced,
            )
        )


# How an element is found, where it takes more than the same position of the inputs.


def _constant(nest: Nest, node: Node, index: Index) -> int:
    return nest.number(node.attrs["value"], node.dtype)


def _iota(nest: Nest, node: Node, index: Index) -> int:
    return nest.apply("cast", node.dtype, nest.position(index[0]))


def _identity(nest: Nest, node: Node, index: Index) -> int:
    return nest.value(node.inputs[0], index)


def _broadcast_to(nest: Nest, node: Node, index: Index) -> int:
    (x,) = node.inputs
    return nest.value(x, nest._broadcast(x.shape, index))


def _transpose(nest: Nest, node: Node, index: Index) -> int:
    permutation = node.attrs["permutation"]
    return nest.value(
        node.inputs[0], tuple(index[permutation.index(axis)] for axis in range(len(index)))
    )


def _slice(nest: Nest, node: Node, index: Index) -> int:
    moved = tuple(
        Affine(begin + position.start * stride, position.scaled(stride).steps)
        for position, begin, stride in zip(
            index, node.attrs["begin"], node.attrs["strides"], strict=True
        )
    )
    return nest.value(node.inputs[0], moved)


def _reshape(nest: Nest, node: Node, index: Index) -> int:
    """Axes are divided, or of size 1; anything else has a stored input and is a load."""
    (x,) = node.inputs
    parts = iter([(place, size) for place, size in zip(index, node.shape) if size != 1])
    places = []
    for size in x.shape:
        place, count = nest.fixed(0), 1
        while count < size:
            part, width = next(parts)
            place, count = place.scaled(width).plus(part), count * width
        places.append(place)
    return nest.value(x, tuple(places))


def divides_axes(node: Node) -> bool:
    """Whether a reshape does no more than divide axes, and add or drop some of size 1."""
    sizes = iter([size for size in node.shape if size != 1])
    for size in node.inputs[0].shape:
        count = 1
        while count < size:
            count *= next(sizes)
        if count != size:
            return False
    return True


def _one_hot(nest: Nest, node: Node, index: Index) -> int:
    (indices,) = node.inputs
    label = nest.apply("cast", dtypes.int64, nest.value(indices, index[:-1]))
    hit = nest.apply("equal", dtypes.bool, label, nest.position(index[-1]))
    return nest.apply("cast", node.dtype, hit)


def _gather(nest: Nest, node: Node, index: Index) -> int:
    x, indices = node.inputs
    axis, batch_dims = node.attrs["axis"], node.attrs["batch_dims"]
    count = indices.rank - batch_dims
    chosen = index[:batch_dims] + index[axis : axis + count]
    position = nest.clamped(indices, chosen, x.shape[axis])
    others = (*index[:axis], nest.fixed(0), *index[axis + count :])
    stride = contiguous(x.shape)[axis]
    return nest.load_at(x, nest.linear(others, x.shape), [position], [stride])


def _take_along(nest: Nest, node: Node, index: Index) -> int:
    x, indices = node.inputs
    axis = node.attrs["axis"]
    position = nest.clamped(indices, index, x.shape[axis])
    others = (*index[:axis], nest.fixed(0), *index[axis + 1 :])
    stride = contiguous(x.shape)[axis]
    return nest.load_at(x, nest.linear(others, x.shape), [position], [stride])


def _gather_nd(nest: Nest, node: Node, index: Index) -> int:
    x, indices = node.inputs
    depth = indices.shape[-1]
    outer = index[: indices.rank - 1]
    positions = [
        nest.clamped(indices, (*outer, nest.fixed(component)), x.shape[component])
        for component in range(depth)
    ]
    rest = (*[nest.fixed(0)] * depth, *index[indices.rank - 1 :])
    return nest.load_at(x, nest.linear(rest, x.shape), positions, contiguous(x.shape)[:depth])


# Windows.


def _patches(nest: Nest, node: Node, index: Index) -> int:
    first, *places, last = index
    count = len(node.attrs["window"])
    return nest.value(
        node.inputs[0], (first, *_in_window(node, places[:count], places[count:]), last)
    )


def _in_window(node: Node, outputs: Sequence[Affine], window: Sequence[Affine]) -> Index:
    """Where in the input an element of a window is."""
    strides, dilations = node.attrs["strides"], node.attrs["dilations"]
    return tuple(
        output.scaled(stride).plus(place.scaled(dilation))
        for output, place, stride, dilation in zip(outputs, window, strides, dilations, strict=True)
    )


def _elements(nest: Nest, node: Node, index: Index) -> Iterator[int]:
    """All elements of a window, one after the other."""
    first, *outputs, last = index
    for place in itertools.product(*map(range, node.attrs["window"])):
        inside = _in_window(node, outputs, [nest.fixed(each) for each in place])
        yield nest.value(node.inputs[0], (first, *inside, last))


def _max_patches(nest: Nest, node: Node, index: Index) -> int:
    def larger(x: int, y: int) -> int:
        return nest.apply("maximum", node.dtype, x, y)

    return functools.reduce(larger, _elements(nest, node, index))


def _argmax_patches(nest: Nest, node: Node, index: Index) -> int:
    (x,) = node.inputs
    best, *others = _elements(nest, node, index)
    position = nest.number(0, node.dtype)
    for number, value in enumerate(others, 1):
        better = nest.apply("greater", dtypes.bool, value, best)
        position = nest.apply(
            "select", node.dtype, better, nest.number(number, node.dtype), position
        )
        best = nest.apply("select", x.dtype, better, value, best)
    return position


_POSITIONS: dict[str, Callable[[Nest, Node, Index], int]] = {
    "constant": _constant,
    "iota": _iota,
    "identity": _identity,
    "broadcast_to": _broadcast_to,
    "transpose": _transpose,
    "slice": _slice,
    "reshape": _reshape,
    "one_hot": _one_hot,
    "gather": _gather,
    "take_along": _take_along,
    "gather_nd": _gather_nd,
    "patches": _patches,
    "max_patches": _max_patches,
    "argmax_patches": _argmax_patches,
}


# Fewer loops.


def _collapsed(loops: Loops) -> Loops:
    """Drop loops that turn once, and join neighbours through which every place moves evenly."""
    places = [step.place for step in loops.steps if step.place is not None]
    places += [store.place for store in loops.stores]
    places += [fold.place for fold in loops.folds]
    groups: list[list[int]] = []
    for axis, size in enumerate(loops.space):
        if size == 1:
            continue
        if groups and _joins(loops, places, groups[-1][-1], axis):
            groups[-1].append(axis)
        else:
            groups.append([axis])

    def moved(place: Affine) -> Affine:
        return Affine(place.start, tuple(place.steps[group[-1]] for group in groups))

    space = tuple(math.prod(loops.space[axis] for axis in group) for group in groups)
    reduced = tuple(loops.reduced[group[0]] for group in groups)
    shared = next((loop for loop, folded in enumerate(reduced) if not folded), -1)
    return Loops(
        space,
        tuple(
            step
            if step.place is None
            else Step(
                step.op, step.dtype, step.arguments, step.slot, moved(step.place), step.detail
            )
            for step in loops.steps
        ),
        tuple(Store(store.slot, store.step, moved(store.place)) for store in loops.stores),
        tuple(
            Fold(fold.op, fold.slot, fold.step, moved(fold.place), fold.dtype)
            for fold in loops.folds
        ),
        reduced,
        shared,
    )


def _joins(loops: Loops, places: Sequence[Affine], outer: int, inner: int) -> bool:
    if loops.reduced[outer] != loops.reduced[inner]:
        return False
    if loops.reduced[outer] and any(fold.op.startswith("arg") for fold in loops.folds):
        return False
    size = loops.space[inner]
    return all(place.steps[outer] == place.steps[inner] * size for place in places)


def own_share(loops: Loops, place: Affine, buffer: Buffer) -> bool:
    """Whether the share [p, q) of the shared loop touches just that share of the buffer."""
    extent = loops.extent
    if extent == 1:
        return True
    if buffer.size % extent:
        return False
    row = buffer.size // extent
    low = high = place.start
    for loop, (step, size) in enumerate(zip(place.steps, loops.space, strict=True)):
        if loop != loops.shared:
            low += min(0, step * (size - 1))
            high += max(0, step * (size - 1))
    return place.steps[loops.shared] == row and low >= 0 and high < row


def uses_of(loops: Loops, buffers: Sequence[Buffer]) -> tuple[Use, ...]:
    """What the loops read, and whether each core keeps to its own share."""
    found: dict[Buffer, bool] = {}
    for step in loops.steps:
        if step.op in ("load", "load_at"):
            assert step.place is not None
            buffer = buffers[step.slot]
            own = step.op == "load" and own_share(loops, step.place, buffer)
            found[buffer] = found.get(buffer, True) and own
    return tuple(Use(buffer, own) for buffer, own in found.items())
