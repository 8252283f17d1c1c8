"""Random graphs: every operation that the compiler fuses, moves or hands on, in random company."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.engine.interpreter.run import evaluate
from glassbrook.gradients import gradients
from glassbrook.graph import Node, build
from glassbrook.graph.closed import ClosedGraph, input_node
from glassbrook.graph.printer import topological_order

Array = np.ndarray
SIZES = (1, 1, 2, 3, 4, 5, 8, 16)
MOST_ELEMENTS = 3000
LARGEST = 30.0


class Grower:
    """Grows a graph, operation by operation, and knows every value as it goes.

    Attributes:
        arrays: what the inputs hold.
        floats: nodes of the one floating dtype, to choose operands from.
        exact: nodes whose value has the same bits in both engines: only those are compared with
            each other, as a comparison can turn round with the last bit.
    """

    def __init__(self, choice: random.Random, seed: int, dtype: DType) -> None:
        self.choice = choice
        self.dtype = dtype
        self.arrays: list[Array] = []
        self.inputs: list[Node] = []
        self.floats: list[Node] = []
        self.exact: set[Node] = set()
        self.values: dict[Node, Array] = {}
        self._numbers = np.random.default_rng(seed)

    # Values.

    def input(self, array: Array) -> Node:
        """A new input."""
        node = input_node(len(self.inputs), array.shape, dtypes.as_dtype(array.dtype))
        self.inputs.append(node)
        self.arrays.append(array)
        self.values[node] = array
        self.exact.add(node)
        return node

    def float_input(self, *shape: int) -> Node:
        """A new input of floats."""
        node = self.input(np.asarray(self._numbers.normal(size=shape), self.dtype.numpy))
        self.floats.append(node)
        return node

    def indices(self, size: int, *shape: int) -> Node:
        """An input of numbers from [0, size)."""
        kind = self.choice.choice((np.int32, np.int64))
        return self.input(np.asarray(self._numbers.integers(0, size, shape), kind))

    def value(self, node: Node) -> Array:
        """What the interpreter makes of a node."""
        with np.errstate(all="ignore"):
            for each in topological_order([node]):
                if each not in self.values:
                    inputs = [self.values[source] for source in each.inputs]
                    self.values[each] = evaluate(each, inputs)
        return self.values[node]

    def keep(self, node: Node, exact: bool = False) -> Node:
        """Add a node to the operands, scaled down if its numbers have grown too large."""
        if node.dtype is not self.dtype:
            node = build.cast(node, self.dtype)
        largest = float(np.max(np.abs(self.value(node)), initial=0.0))
        if not np.isfinite(largest):
            return node
        if largest > LARGEST:
            scale = 2.0 ** -np.ceil(np.log2(largest))
            node = build.mul(node, build.constant(float(scale), self.dtype))
        if exact:
            self.exact.add(node)
        self.floats.append(node)
        return node

    # Choices.

    def any_float(self) -> Node:
        """An operand; later ones more often than earlier ones."""
        if self.choice.random() < 0.5:
            return self.choice.choice(self.floats[-4:])
        return self.choice.choice(self.floats)

    def exact_float(self) -> Node:
        """An operand whose bits are the same in both engines."""
        return self.choice.choice([node for node in self.floats if node in self.exact])

    def with_rank(self, least: int) -> Node:
        """An operand of at least so many axes."""
        found = [node for node in self.floats if node.rank >= least]
        return self.choice.choice(found) if found else self.float_input(*(3, 2, 4)[:least])

    def partner(self, x: Node, pool: list[Node] | None = None) -> Node:
        """An operand that broadcasts with `x`."""
        fitting = []
        for node in self.floats if pool is None else pool:
            try:
                shape = np.broadcast_shapes(x.shape, node.shape)
            except ValueError:
                continue
            if np.prod(shape) <= MOST_ELEMENTS:
                fitting.append(node)
        return self.choice.choice(fitting or [x])

    def constant(self) -> Node:
        """A number."""
        value = self.choice.choice((-1.5, -1, 0, 0.25, 0.5, 1, 2, 3))
        return build.constant(value, self.dtype)

    def axis(self, x: Node) -> int:
        """One of its axes."""
        return self.choice.randrange(x.rank)

    def axes(self, x: Node) -> tuple[int, ...]:
        """Some of its axes, perhaps none or all."""
        if self.choice.random() < 0.3:
            return tuple(range(x.rank))
        return tuple(axis for axis in range(x.rank) if self.choice.random() < 0.5)

    # The whole.

    def step(self) -> None:
        """One more operation."""
        self.choice.choice(GROWTHS)(self)

    def graph(self, updates: int) -> ClosedGraph:
        """The graph of some of the nodes, which updates some of the inputs."""
        count = self.choice.randint(1, 3)
        outputs = [self.any_float() for _ in range(count)]
        if self.choice.random() < 0.3:
            outputs += self.slopes(outputs[0])
        changed: list[tuple[int, Node]] = []
        candidates = [node for node in self.inputs if node.dtype is self.dtype]
        for target in self.choice.sample(candidates, min(updates, len(candidates))):
            changed.append((target.attrs["index"], self.new_value(target)))
        return ClosedGraph(tuple(self.inputs), tuple(outputs), tuple(changed))

    def slopes(self, node: Node) -> list[Node]:
        """The gradients of the sum of a node with respect to the inputs."""
        sources = [each for each in self.inputs if each.dtype is self.dtype]
        seed = build.broadcast_to(build.constant(0.125, self.dtype), node.shape)
        found = gradients([node], [seed], sources, lambda each: True)
        grads = [each for each in found if each is not None]
        return [each for each in grads if np.abs(self.value(each)).max(initial=0) < 1e3]

    def new_value(self, target: Node) -> Node:
        """What an input becomes."""
        same = [node for node in self.floats if node.shape == target.shape]
        kind = self.choice.randrange(4)
        if kind == 0:
            return self.choice.choice(same)  # perhaps itself, perhaps another input
        if kind == 1 and target.rank == 2:
            product = self.outer(target)
            scale = self.choice.choice((None, build.constant(0.125, self.dtype), self.scalar()))
            if scale is not None:
                product = build.mul(scale, product)
            return self.choice.choice((build.add, build.sub))(target, product)
        change = self.choice.choice(same)
        if kind == 2:
            whole = build.sum(self.any_float())
            change = build.mul(change, build.tanh(whole))
        rate = build.constant(0.25, self.dtype)
        return build.sub(target, build.mul(rate, change))

    def scalar(self) -> Node:
        """A tensor of one number, bounded."""
        return build.tanh(build.sum(self.any_float()))

    def outer(self, target: Node) -> Node:
        """A matrix product of the target's shape, sometimes of the target itself."""
        rows, columns = target.shape
        square = [node for node in self.floats if node.shape == (columns, columns)]
        if square and self.choice.random() < 0.5:
            return build.matmul(target, self.choice.choice(square))
        inner = self.choice.choice((1, 3, 8))
        flip_x, flip_y = self.choice.random() < 0.5, self.choice.random() < 0.5
        x = self.float_input(*((inner, rows) if flip_x else (rows, inner)))
        y = self.float_input(*((columns, inner) if flip_y else (inner, columns)))
        if self.choice.random() < 0.5:
            x = build.tanh(x)
        return build.matmul(x, y, flip_x, flip_y)


def _one(x: Node) -> Node:
    return build.constant(1, x.dtype)


SMOOTH: list[Callable[[Node], Node]] = [
    build.tanh,
    build.sigmoid,
    build.sin,
    build.cos,
    build.atan,
    build.erf,
    build.softplus,
    lambda x: build.exp(build.tanh(x)),
    lambda x: build.expm1(build.sin(x)),
    lambda x: build.log1p(build.abs(x)),
    lambda x: build.sqrt(build.add(build.square(x), _one(x))),
    lambda x: build.rsqrt(build.add(build.square(x), _one(x))),
    lambda x: build.reciprocal(build.add(build.abs(x), _one(x))),
    lambda x: build.pow(build.add(build.abs(x), _one(x)), build.constant(-0.5, x.dtype)),
    lambda x: build.pow(x, build.constant(2, x.dtype)),
    build.square,
]
EXACT: list[Callable[[Node], Node]] = [build.neg, build.abs, build.relu, build.identity]


def _smooth(grower: Grower) -> None:
    grower.keep(grower.choice.choice(SMOOTH)(grower.any_float()))


def _exact(grower: Grower) -> None:
    x = grower.any_float()
    grower.keep(grower.choice.choice(EXACT)(x), x in grower.exact)


def _binary(grower: Grower) -> None:
    x = grower.any_float()
    y = grower.partner(x)
    op = grower.choice.choice((build.add, build.sub, build.mul, build.add, build.mul))
    pair = (x, y) if grower.choice.random() < 0.5 else (y, x)
    grower.keep(op(*pair))


def _divided(grower: Grower) -> None:
    x = grower.any_float()
    y = grower.partner(x)
    grower.keep(build.div(x, build.add(build.abs(y), _one(y))))


def _with_number(grower: Grower) -> None:
    x = grower.any_float()
    op = grower.choice.choice((build.add, build.sub, build.mul, build.maximum, build.minimum))
    pair = [x, grower.constant()]
    grower.choice.shuffle(pair)
    grower.keep(op(*pair))


def _compared(grower: Grower) -> None:
    x = grower.exact_float()
    y = grower.partner(x, [node for node in grower.floats if node in grower.exact])
    condition = grower.choice.choice((build.less, build.greater_equal, build.equal))(x, y)
    if grower.choice.random() < 0.3:
        condition = build.logical_not(condition)
    if condition.rank and grower.choice.random() < 0.3:
        fold = grower.choice.choice((build.any, build.all))
        condition = fold(condition, grower.axes(condition), True)
    a = grower.partner(condition)
    if a is not condition:
        b = grower.choice.choice((build.constant(0.5, grower.dtype), a, build.neg(a)))
        grower.keep(build.select(condition, a, b))


def _largest(grower: Grower) -> None:
    x = grower.exact_float()
    y = grower.partner(x, [node for node in grower.floats if node in grower.exact])
    grower.keep(grower.choice.choice((build.maximum, build.minimum))(x, y), True)


def _folded(grower: Grower) -> None:
    x = grower.any_float()
    op = grower.choice.choice((build.sum, build.sum, build.max, build.min, build.prod))
    if op is build.prod:
        x = build.tanh(x)
    exact = x in grower.exact and op in (build.max, build.min)
    grower.keep(op(x, grower.axes(x), grower.choice.random() < 0.5), exact)


def _mean_apart(grower: Grower) -> None:
    x = grower.with_rank(1)
    mean = build.sum(x, grower.axes(x), True)
    apart = build.sub(x, mean)
    grower.keep(apart)
    grower.keep(build.sum(build.square(apart), grower.axes(x), True))


def _found(grower: Grower) -> None:
    found = [node for node in grower.floats if node in grower.exact and node.rank]
    if found:
        x = grower.choice.choice(found)
        axis = grower.axis(x)
        op = grower.choice.choice((build.argmax, build.argmin))
        position = op(x, axis, grower.choice.choice((dtypes.int32, dtypes.int64)))
        depth = min(x.shape[axis], 5)
        if position.size * depth <= MOST_ELEMENTS and grower.choice.random() < 0.5:
            grower.keep(build.one_hot(position, depth, grower.dtype), True)
        else:
            grower.keep(build.cast(position, grower.dtype), True)


def _transposed(grower: Grower) -> None:
    x = grower.with_rank(2)
    permutation = list(range(x.rank))
    grower.choice.shuffle(permutation)
    grower.keep(build.transpose(x, tuple(permutation)), x in grower.exact)


def _reshaped(grower: Grower) -> None:
    x = grower.any_float()
    shape = list(x.shape)
    kind = grower.choice.randrange(4)
    if kind == 0 or not shape:
        shape.insert(grower.choice.randint(0, len(shape)), 1)
    elif kind == 1 and len(shape) > 1:
        axis = grower.choice.randrange(len(shape) - 1)
        shape[axis : axis + 2] = [shape[axis] * shape[axis + 1]]
    elif kind == 2:
        axis = grower.choice.randrange(len(shape))
        if shape[axis] % 2 == 0:
            shape[axis : axis + 1] = [2, shape[axis] // 2]
    else:
        shape = [x.size]
    if len(shape) <= 5:
        grower.keep(build.reshape(x, shape), x in grower.exact)


def _stretched(grower: Grower) -> None:
    x = grower.any_float()
    shape = tuple(grower.choice.choice((1, 3, 8)) if size == 1 else size for size in x.shape)
    if grower.choice.random() < 0.4:
        shape = (grower.choice.choice((2, 8)), *shape)
    if np.prod(shape) <= MOST_ELEMENTS and len(shape) <= 5:
        grower.keep(build.broadcast_to(x, shape), x in grower.exact)


def _cut(grower: Grower, x: Node) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    begins, sizes, strides = [], [], []
    for length in x.shape:
        stride = grower.choice.choice((1, 1, 1, 2, -1, -2, 3))
        begin = grower.choice.randrange(length)
        room = length - begin if stride > 0 else begin + 1
        most = -(-room // abs(stride))
        begins.append(begin)
        sizes.append(grower.choice.randint(1, most))
        strides.append(stride)
    return tuple(begins), tuple(sizes), tuple(strides)


def _sliced(grower: Grower) -> None:
    x = grower.with_rank(1)
    grower.keep(build.slice(x, *_cut(grower, x)), x in grower.exact)


def _unsliced(grower: Grower) -> None:
    whole = grower.with_rank(1)
    begin, size, strides = _cut(grower, whole)
    part = build.slice(whole, begin, size, strides)
    grower.keep(build.unslice(build.square(part), whole.shape, begin, strides))


def _padded(grower: Grower) -> None:
    x = grower.with_rank(1)
    paddings = tuple(
        (grower.choice.randint(0, 2), grower.choice.randint(0, 2)) for _ in range(x.rank)
    )
    if np.prod([b + s + a for (b, a), s in zip(paddings, x.shape)]) <= MOST_ELEMENTS:
        value = grower.choice.choice((0, 1.5, -2))
        grower.keep(build.pad(x, paddings, value), x in grower.exact)


def _joined(grower: Grower) -> None:
    x = grower.with_rank(1)
    axis = grower.axis(x)
    fitting = [
        node
        for node in grower.floats
        if node.rank == x.rank
        and all(
            a == b
            for each, (a, b) in enumerate(zip(node.shape, x.shape, strict=True))
            if each != axis
        )
    ]
    parts = [x, grower.choice.choice(fitting)]
    if grower.choice.random() < 0.3:
        parts.append(build.tanh(x))
    if sum(part.size for part in parts) <= MOST_ELEMENTS:
        grower.keep(build.concat(parts, axis))


def _multiplied(grower: Grower) -> None:
    x = grower.with_rank(2)
    batch = x.shape[:-2]
    flip_x, flip_y = grower.choice.random() < 0.5, grower.choice.random() < 0.5
    inner = x.shape[-2] if flip_x else x.shape[-1]
    axis = -1 if flip_y else -2
    fitting = [
        node
        for node in grower.floats
        if node.rank >= 2
        and node.shape[axis] == inner
        and all(a == b or 1 in (a, b) for a, b in zip(node.shape[-3::-1], batch[::-1]))
        and node.size * x.size <= 60_000
    ]
    if fitting and grower.choice.random() < 0.7:
        y = grower.choice.choice(fitting)
    else:
        columns = grower.choice.choice(SIZES)
        shape = (columns, inner) if flip_y else (inner, columns)
        if grower.choice.random() < 0.3:
            shape = (*batch, *shape)
        y = grower.float_input(*shape)
    if grower.choice.random() < 0.2:
        y, flip_y = build.swap_last(y), not flip_y
    node = build.matmul(x, y, flip_x, flip_y)
    if node.size <= MOST_ELEMENTS:
        if node.shape[-1] > 1 and grower.choice.random() < 0.5:  # a dense layer
            bias = grower.float_input(node.shape[-1])
            node = grower.choice.choice((build.relu, build.tanh))(build.add(node, bias))
        grower.keep(node)


def _gathered(grower: Grower) -> None:
    x = grower.with_rank(1)
    kind = grower.choice.randrange(5)
    axis = grower.axis(x)
    count = grower.choice.choice((1, 3, 8))
    if kind == 0:
        grower.keep(build.gather(x, grower.indices(x.shape[axis], count), axis), x in grower.exact)
    elif kind == 1 and x.rank > 1:
        indices = grower.indices(x.shape[1], x.shape[0], 2)
        grower.keep(build.gather(x, indices, 1, 1), x in grower.exact)
    elif kind == 2:
        shape = (*x.shape[:axis], count, *x.shape[axis + 1 :])
        indices = grower.indices(x.shape[axis], *shape)
        grower.keep(build.take_along(x, indices, axis), x in grower.exact)
    elif kind == 3:
        depth = grower.choice.randint(1, x.rank)
        indices = grower.indices(min(x.shape[:depth]), count, depth)
        grower.keep(build.gather_nd(x, indices), x in grower.exact)
    else:
        indices = grower.indices(x.shape[axis], 2, 2)
        grower.keep(build.gather(x, indices, axis), x in grower.exact)


def _scattered(grower: Grower) -> None:
    x = grower.with_rank(1)
    kind = grower.choice.randrange(4)
    axis = grower.axis(x)
    count = grower.choice.choice((1, 3, 8))
    if kind == 0:
        shape = (*x.shape[:axis], count, *x.shape[axis + 1 :])
        grower.keep(build.scatter_add(grower.indices(count, x.shape[axis]), x, shape, axis))
    elif kind == 1 and x.rank > 1:
        shape = (x.shape[0], count, *x.shape[2:])
        indices = grower.indices(count, x.shape[0], x.shape[1])
        grower.keep(build.scatter_add(indices, x, shape, 1, 1))
    elif kind == 2:
        shape = (*x.shape[:axis], count, *x.shape[axis + 1 :])
        grower.keep(build.put_along_add(grower.indices(count, *x.shape), x, shape, axis))
    else:
        depth = grower.choice.randint(1, 2)
        indices = grower.indices(count, x.shape[0], depth)
        grower.keep(build.scatter_nd(indices, x, (*(count,) * depth, *x.shape[1:])))


def _normalized(grower: Grower) -> None:
    op = grower.choice.choice((build.softmax, build.log_softmax))
    grower.keep(op(grower.with_rank(1)))


def _whole(grower: Grower) -> None:
    x = grower.indices(50, grower.choice.choice((1, 4, 8)))
    y = build.iota(x.shape[0], x.dtype)
    op = grower.choice.choice(
        (build.add, build.mul, build.maximum, build.bitwise_xor, build.sub, build.right_shift)
    )
    z = op(x, y)
    if grower.choice.random() < 0.4:
        z = grower.choice.choice((build.sum, build.max))(z, (0,), True)
    grower.keep(build.mul(build.cast(z, grower.dtype), build.constant(0.125, grower.dtype)), True)


def _totalled(grower: Grower) -> None:
    x = grower.with_rank(1)
    op = grower.choice.choice((build.cumsum, build.cumprod))
    flags = (grower.choice.random() < 0.5, grower.choice.random() < 0.5)
    grower.keep(op(build.sin(x), grower.axis(x), *flags))


def _interpreted(grower: Grower) -> None:
    x = grower.with_rank(1)
    if x in grower.exact and grower.choice.random() < 0.5:
        grower.keep(build.mod(x, build.constant(0.75, x.dtype)), True)
    else:
        grower.keep(build.erfinv(build.mul(build.tanh(x), build.constant(0.5, x.dtype))))


GROWTHS: list[Callable[[Grower], None]] = [
    *[_smooth] * 3,
    *[_exact] * 2,
    *[_binary] * 5,
    _divided,
    *[_with_number] * 2,
    *[_compared] * 2,
    _largest,
    *[_folded] * 4,
    *[_mean_apart] * 2,
    _found,
    *[_transposed] * 2,
    *[_reshaped] * 3,
    _stretched,
    *[_sliced] * 2,
    _unsliced,
    _padded,
    *[_joined] * 2,
    *[_multiplied] * 4,
    *[_gathered] * 2,
    *[_scattered] * 2,
    *[_normalized] * 2,
    _whole,
    _totalled,
]


def grow(
    choice: random.Random, dtype: DType, steps: int, updates: int, gaps: bool
) -> tuple[ClosedGraph, list[Array]]:
    """A random graph and arrays for its inputs.

    Args:
        choice: where the choices come from.
        dtype: of its floating-point numbers.
        steps: how many operations, about.
        updates: how many inputs are updated.
        gaps: whether there are operations that the compiler does not know.
    """
    grower = Grower(choice, choice.randrange(2**32), dtype)
    for _ in range(choice.randint(1, 3)):
        rank = choice.choice((0, 1, 2, 2, 3))
        grower.float_input(*(choice.choice(SIZES) for _ in range(rank)))
    for step in range(steps):
        if gaps and step % 3 == 2:
            _interpreted(grower)
        else:
            grower.step()
    return grower.graph(updates), grower.arrays
