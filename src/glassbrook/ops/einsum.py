"""`einsum`: sums of products named by letters, made of transposes, products and matmuls.

Operands are contracted two at a time, the pair with the smallest result first. Everything is
built from differentiable operations, so no rule of its own is needed for the gradient.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import element_count
from glassbrook.ops.operands import as_nodes
from glassbrook.tensor import Tensor
from glassbrook.tensor.symbolic import operation

__all__ = ["einsum"]

Label = str | int
"""A letter, or for an axis under an ellipsis its place counted from the end: -1, -2, …"""

Labels = tuple[Label, ...]


@operation
def einsum(equation: str, *inputs: Any, name: str | None = None, optimize: Any = None) -> Tensor:
    """A sum of products, written with a letter for each axis.

    ``"ij,jk->ik"`` is the matrix product: result[i, k] = Σ_j x[i, j] y[j, k]. Letters that the
    output leaves out are summed over; without ``->`` the output has, in alphabetical order, those
    that appear once. A letter twice in one operand takes the diagonal; ``...`` stands for further
    axes, which broadcast.

    Args:
        equation: the letters of each operand, separated by commas, and those of the output.
        inputs: as many tensors, of one dtype.
        name: accepted for TensorFlow's sake, without effect.
        optimize: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the equation is not well formed, or names other operands.
        ShapeError: axes with the same letter differ in size.
        DTypeError: the dtypes differ.

    Source:
        Einstein's summation convention; the notation is NumPy's.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        >>> tf.einsum("ij,jk->ik", x, x).numpy()
        array([[ 7., 10.],
               [15., 22.]], dtype=float32)
        >>> tf.einsum("ii->", x).numpy()
        np.float32(5.0)
    """
    nodes = as_nodes("einsum", list(inputs))
    operands, output = _parse(equation, tuple(len(node.shape) for node in nodes))
    terms = [_diagonals(node, labels) for node, labels in zip(nodes, operands)]
    _check_sizes(equation, terms)
    terms = _without_stretched_axes(terms)
    while len(terms) > 1:
        first, second = _best_pair(terms, output)
        rest = [term for place, term in enumerate(terms) if place not in (first, second)]
        needed = {*output, *itertools.chain.from_iterable(labels for _, labels in rest)}
        terms = [*rest, _contract(terms[first], terms[second], needed)]
    return Tensor(_arranged(*_sum_out(*terms[0], {*output}), output))


@functools.lru_cache(maxsize=1024)
def _parse(equation: str, ranks: tuple[int, ...]) -> tuple[tuple[Labels, ...], Labels]:
    """The labels of each operand and of the output."""
    text = equation.replace(" ", "")
    left, arrow, right = text.partition("->")
    parts = left.split(",")
    if len(parts) != len(ranks):
        raise InvalidArgumentError(
            f"einsum: the equation {equation!r} has {len(parts)} operands, but {len(ranks)} "
            "tensors were given."
        )
    operands = tuple(_operand_labels(equation, part, rank) for part, rank in zip(parts, ranks))
    letters = list(itertools.chain.from_iterable(operands))
    hidden = sorted({label for label in letters if isinstance(label, int)})
    if arrow:
        output = _output_labels(equation, right, hidden)
    else:
        single = sorted(label for label in {*letters} - {*hidden} if letters.count(label) == 1)
        output = (*hidden, *single)
    for label in output:
        if label not in letters:
            raise InvalidArgumentError(
                f"einsum: the output of {equation!r} names {label!r}, which no operand has."
            )
    return operands, output


def _operand_labels(equation: str, part: str, rank: int) -> Labels:
    before, dots, after = part.partition("...")
    if not all(map(str.isalpha, before + after)):
        raise InvalidArgumentError(
            f"einsum: {part!r} in {equation!r} may hold only letters and one '...'."
        )
    hidden = rank - len(before) - len(after)
    if hidden < 0 or (hidden and not dots):
        raise ShapeError(
            f"einsum: {part!r} in {equation!r} names {len(before + after)} axes, but the tensor "
            f"has rank {rank}."
        )
    return (*before, *range(-hidden, 0), *after)


def _output_labels(equation: str, right: str, hidden: Sequence[int]) -> Labels:
    before, dots, after = right.partition("...")
    letters = before + after
    if not all(map(str.isalpha, letters)) or len(set(letters)) < len(letters):
        raise InvalidArgumentError(
            f"einsum: the output of {equation!r} may hold each letter once, and one '...'."
        )
    # Without dots in the output, the axes under the operands' dots are summed over.
    return (*before, *(hidden if dots else ()), *after)


Term = tuple[Node, Labels]


def _diagonals(x: Node, labels: Labels) -> Term:
    """Labels that appear twice reduced to one, by taking the diagonal."""
    for label in labels:
        if labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            size = x.shape[first]
            if x.shape[second] != size:
                raise ShapeError(
                    f"einsum: {label!r} names axes of sizes {size} and {x.shape[second]} of a "
                    f"tensor of shape {list(x.shape)}."
                )
            others = [axis for axis in range(x.rank) if axis not in (first, second)]
            moved = build.transpose(x, (*others, first, second))
            batch = moved.shape[:-2]
            flat = build.reshape(moved, (*batch, size * size))
            origin, steps = (0,) * flat.rank, (*(1,) * len(batch), size + 1)
            diagonal = build.slice(flat, origin, (*batch, size), steps)
            return _diagonals(diagonal, (*(labels[axis] for axis in others), label))
    return x, labels


def _check_sizes(equation: str, terms: Iterable[Term]) -> None:
    sizes: dict[Label, int] = {}
    for x, labels in terms:
        for label, size in zip(labels, x.shape):
            known = sizes.setdefault(label, size)
            if known != size and (isinstance(label, str) or 1 not in (known, size)):
                raise ShapeError(
                    f"einsum: in {equation!r}, axes named {label!r} have sizes {known} and {size}; "
                    "they must be equal."
                )
            if known == 1:
                sizes[label] = size


def _without_stretched_axes(terms: list[Term]) -> list[Term]:
    """Axes under an ellipsis that have size 1 here and more elsewhere, dropped here."""
    sizes: dict[Label, int] = {}
    for x, labels in terms:
        for label, size in zip(labels, x.shape):
            sizes[label] = size if size != 1 else sizes.get(label, 1)
    result = []
    for x, labels in terms:
        kept = [axis for axis, label in enumerate(labels) if x.shape[axis] == sizes[label]]
        squeezed = build.reshape(x, [x.shape[axis] for axis in kept])
        result.append((squeezed, tuple(labels[axis] for axis in kept)))
    return result


def _best_pair(terms: Sequence[Term], output: Labels) -> tuple[int, int]:
    """The two operands whose contraction leaves the least."""
    if len(terms) == 2:
        return 0, 1
    best: tuple[int, int, int] | None = None
    for first, second in itertools.combinations(range(len(terms)), 2):
        needed = {*output}
        for place, (_, labels) in enumerate(terms):
            if place not in (first, second):
                needed.update(labels)
        sizes = dict(zip(terms[first][1], terms[first][0].shape))
        sizes |= dict(zip(terms[second][1], terms[second][0].shape))
        left = element_count(size for label, size in sizes.items() if label in needed)
        cost = left - terms[first][0].size - terms[second][0].size
        if best is None or cost < best[0]:
            best = (cost, first, second)
    assert best is not None
    return best[1], best[2]


def _sum_out(x: Node, labels: Labels, needed: set[Label]) -> Term:
    """Labels that nobody needs, summed over."""
    axes = tuple(axis for axis, label in enumerate(labels) if label not in needed)
    if not axes:
        return x, labels
    return build.sum(x, axes), tuple(label for label in labels if label in needed)


def _arranged(x: Node, labels: Labels, order: Labels) -> Node:
    """The axes in the given order; labels that are missing become axes of size 1."""
    present = [label for label in order if label in labels]
    permutation = tuple(labels.index(label) for label in present)
    if permutation != tuple(range(len(labels))):
        x = build.transpose(x, permutation)
    if len(present) == len(order):
        return x
    sizes = dict(zip(present, x.shape))
    return build.reshape(x, [sizes.get(label, 1) for label in order])


def _contract(x: Term, y: Term, needed: set[Label]) -> Term:
    """Two operands multiplied, and what nobody needs afterwards summed over."""
    x = _sum_out(*x, {*needed, *y[1]})
    y = _sum_out(*y, {*needed, *x[1]})
    x_only = tuple(label for label in x[1] if label not in y[1])
    y_only = tuple(label for label in y[1] if label not in x[1])
    batch = tuple(label for label in x[1] if label in y[1] and label in needed)
    summed = tuple(label for label in x[1] if label in y[1] and label not in needed)
    if not summed or not (x_only or y_only):
        labels = (*batch, *x_only, *y_only, *summed)
        product = build.mul(_arranged(*x, labels), _arranged(*y, labels))
        return _sum_out(product, labels, needed)
    return _multiplied(x, y, batch, x_only, summed, y_only)


def _multiplied(
    x: Term, y: Term, batch: Labels, rows: Labels, summed: Labels, columns: Labels
) -> Term:
    """The contraction as one matmul of [batch, rows, summed] with [batch, summed, columns]."""
    sizes = {**dict(zip(x[1], x[0].shape)), **dict(zip(y[1], y[0].shape))}
    left, is_left_transposed = _as_matrices(x, batch, rows, summed, sizes)
    right, is_right_transposed = _as_matrices(y, batch, summed, columns, sizes)
    product = build.matmul(left, right, is_left_transposed, is_right_transposed)
    labels = (*batch, *rows, *columns)
    return build.reshape(product, [sizes[label] for label in labels]), labels


def _as_matrices(
    term: Term, batch: Labels, rows: Labels, columns: Labels, sizes: dict[Label, int]
) -> tuple[Node, bool]:
    """[batch, rows, columns], or its transpose if the axes are in that order already."""
    x, labels = term
    is_transposed = labels == (*batch, *columns, *rows) and bool(rows) and bool(columns)
    if is_transposed:
        rows, columns = columns, rows
    arranged = _arranged(x, labels, (*batch, *rows, *columns))
    shape = [sizes[label] for label in batch]
    shape.append(element_count(sizes[label] for label in rows))
    shape.append(element_count(sizes[label] for label in columns))
    return build.reshape(arranged, shape), is_transposed
