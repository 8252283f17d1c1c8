"""Operations that are seldom called for: quantiles without NaNs, divisors, windows of series."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

import glassbrook.math as functions
from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras.ops.arrangement import sort, take
from glassbrook.keras.ops.reductions import argmax, argmin
from glassbrook.keras.promotion import as_float, common, named, tensor
from glassbrook.ops import comparison, control, joining, ordering, positions
from glassbrook.ops import shape as shapes
from glassbrook.tensor import Tensor, convert_to_tensor, nest
from glassbrook.tensor.symbolic import operation


def _position_without_nan(name: str, find: Callable[..., Tensor], instead: float, doc: str) -> Any:
    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
        value = tensor(x)
        if not value.dtype.is_floating:
            return find(value, axis, keepdims)
        missing = functions.is_nan(value)
        found = find(comparison.where(missing, tensor(instead, value.dtype), value), axis, keepdims)
        none = functions.reduce_all(missing, axis, keepdims)
        return comparison.where(none, tensor(-1, found.dtype), found)

    return named(run, name, __name__, doc)


nanargmax = _position_without_nan(
    "nanargmax", argmax, -math.inf, "Where the largest is, without NaNs; -1 if all are."
)
nanargmin = _position_without_nan(
    "nanargmin", argmin, math.inf, "Where the smallest is, without NaNs; -1 if all are."
)


@operation
def nanquantile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The values below which given shares of the elements lie that are numbers.

    Args:
        x: the numbers, and NaNs, which do not count.
        q: a share from 0 to 1, or several.
        axis: the axis or axes; all by default.
        method: as for `quantile`.
        keepdims: whether the axes stay, with size 1.

    Raises:
        InvalidArgumentError: the method is unknown.
    """
    value = as_float(x)
    rank = value.ndim
    axes = list(range(rank)) if axis is None else [axis] if isinstance(axis, int) else list(axis)
    axes = [each % rank for each in axes]
    kept = [each for each in range(rank) if each not in axes]
    sizes = [value.shape[each] for each in kept]
    rows = shapes.reshape(shapes.transpose(value, [*kept, *axes]), [*sizes, -1])
    missing = functions.is_nan(rows)
    # The numbers come first, in order; what is behind them is never taken.
    ranked = sort(comparison.where(missing, tensor(math.inf, rows.dtype), rows), -1)
    counts = functions.reduce_sum(tensor(functions.logical_not(missing), rows.dtype), -1)
    shares = tensor(q, rows.dtype)
    found = [
        _at_share(ranked, counts, share, method)
        for share in joining.unstack(shapes.reshape(shares, [-1]))
    ]
    result = joining.stack(found) if shares.ndim else found[0]
    if keepdims:
        full = [1 if each in axes else value.shape[each] for each in range(rank)]
        result = shapes.reshape(result, [*shares.shape, *full])
    return result


def _at_share(ranked: Tensor, counts: Tensor, share: Tensor, method: str) -> Tensor:
    place = share * functions.maximum(counts - 1.0, 0.0)
    below, above = functions.floor(place), functions.ceil(place)
    if method == "nearest":
        below = above = functions.round(place)
    low, high = (
        shapes.squeeze(
            positions.gather(
                ranked,
                shapes.expand_dims(tensor(each, dtypes.int32), -1),
                axis=-1,
                batch_dims=ranked.ndim - 1,
            ),
            -1,
        )
        for each in (below, above)
    )
    parts = {"linear": place - below, "lower": 0.0, "higher": 1.0, "nearest": 0.0, "midpoint": 0.5}
    if method not in parts:
        raise InvalidArgumentError(
            f"nanquantile: method is {method!r}, expected one of {list(parts)}."
        )
    # Where both are the same there is nothing between: infinities have no difference.
    between = low + comparison.where(
        functions.equal(low, high), tensor(0.0, low.dtype), high - low
    ) * tensor(parts[method], low.dtype)
    return comparison.where(counts > 0, between, tensor(math.nan, low.dtype))


@operation
def nanmedian(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The number in the middle, along axes, without NaNs."""
    return nanquantile(x, 0.5, axis, keepdims=keepdims)


@operation
def nanpercentile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The same as `nanquantile`, with `q` in hundredths."""
    return nanquantile(x, as_float(q) / 100.0, axis, method, keepdims)


@operation
def gcd(x1: Any, x2: Any) -> Tensor:
    """The greatest number that divides both."""
    x, y = common(x1, x2)
    if not x.dtype.is_integer:
        raise InvalidArgumentError(f"gcd: expected whole numbers, got {x.dtype.name}.")
    zero = x * y * 0
    found = control.while_loop(
        lambda a, b: functions.reduce_any(functions.not_equal(b, zero)),
        _divided,
        (functions.abs(x) + zero, functions.abs(y) + zero),
    )
    return tensor(found[0])


def _divided(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """One step of Euclid's."""
    goes_on = functions.not_equal(b, tensor(0, b.dtype))
    safe = comparison.where(goes_on, b, tensor(1, b.dtype))
    return comparison.where(goes_on, b, a), comparison.where(goes_on, a % safe, b)


@operation
def lcm(x1: Any, x2: Any) -> Tensor:
    """The least number that both divide."""
    x, y = common(x1, x2)
    divisor = gcd(x, y)
    safe = functions.maximum(divisor, tensor(1, divisor.dtype))
    return functions.abs(x // safe * y)


@operation
def histogram(x: Any, bins: Any = 10, range: Any = None) -> Any:
    """How many elements lie in each of equal parts of a range, and where these begin and end.

    Args:
        x: the numbers.
        bins: how many parts.
        range: the least and the greatest number; those of `x` by default.

    Raises:
        InvalidArgumentError: the number of parts or the range makes no sense.
    """
    if isinstance(bins, bool) or not isinstance(bins, int) or bins < 1:
        raise InvalidArgumentError(
            f"Argument `bins` should be a non-negative integer. Received: bins={bins}"
        )
    value = shapes.reshape(as_float(x), [-1])
    low, high = (
        (functions.reduce_min(value), functions.reduce_max(value))
        if range is None
        else (tensor(each, value.dtype) for each in range)
    )
    steps = tensor(np.linspace(0.0, 1.0, bins + 1)[:-1], value.dtype)
    # The last edge as it is: rounded, it might leave the greatest number out.
    edges = joining.concat([low + (high - low) * steps, shapes.reshape(high, [1])], 0)
    rows = shapes.expand_dims(value, 1)
    lower, upper = edges[:-1], edges[1:]
    last = np.arange(bins) == bins - 1
    inside = functions.logical_and(
        rows >= lower, functions.logical_or(rows < upper, (rows <= upper) & convert_to_tensor(last))
    )
    counts = functions.reduce_sum(tensor(inside, dtypes.int32), 0)
    return tensor(counts, tensor(x).dtype), edges


@operation
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different elements, in ascending order.

    Args:
        x: the elements.
        sorted: accepted for Keras's sake: they always are.
        return_index: whether to return where each occurs first, too.
        return_inverse: whether to return which of them each element is.
        return_counts: whether to return how often each occurs.
        axis: not supported: all elements are laid flat.
        size: how many are returned: the first ones, or `fill_value` behind the last.
        fill_value: what fills up; the least one by default.

    Raises:
        InvalidArgumentError: an axis is given.
    """
    if axis is not None:
        raise InvalidArgumentError("unique: axis is not supported; all elements are laid flat.")
    value = tensor(x)
    flat = shapes.reshape(value, [-1])
    order = ordering.argsort(flat, stable=True)
    ranked = positions.gather(flat, order)
    found, inverse, counts = ordering.unique_with_counts(ranked)
    results = [_resized(found, size, fill_value)]
    if return_index:
        first = functions.cumsum(counts) - counts
        results.append(_resized(tensor(positions.gather(order, first), dtypes.int32), size, None))
    if return_inverse:
        back = ordering.argsort(order, stable=True)
        results.append(shapes.reshape(positions.gather(inverse, back), value.shape))
    if return_counts:
        results.append(_resized(counts, size, 0))
    return results[0] if len(results) == 1 else tuple(results)


def _resized(found: Tensor, size: int | None, fill_value: Any) -> Tensor:
    if size is None or found.shape[0] == size:
        return found
    if found.shape[0] > size:
        return found[:size]
    filler = found[0] if fill_value is None else tensor(fill_value, found.dtype)
    more = shapes.broadcast_to(filler, [size - found.shape[0]])
    return joining.concat([found, more], 0)


@operation
def correlate(x1: Any, x2: Any, mode: str = "valid") -> Tensor:
    """The sums of products of a series and another one that is moved along it.

    Args:
        x1: a series.
        x2: a series.
        mode: ``"valid"`` where they overlap in full, ``"same"`` for as many as the longer one has,
            ``"full"`` wherever they overlap.

    Raises:
        InvalidArgumentError: the mode is unknown.
        ShapeError: they have more than one axis.
    """
    if mode not in ("valid", "same", "full"):
        raise InvalidArgumentError(
            f"mode must be either `valid`, `same`, or `full`. Received: mode={mode}"
        )
    x, y = common(x1, x2)
    if x.ndim != 1 or y.ndim != 1:
        raise ShapeError(f"correlate: expected series, got shapes {x.shape} and {y.shape}.")
    if not x.dtype.is_floating:
        x, y = as_float(x), as_float(y)
    width, other = x.shape[0], y.shape[0]
    padded = joining.pad(x, [[other - 1, other - 1]])
    places = np.arange(width + other - 1)[:, None] + np.arange(other)[None, :]
    full = functions.reduce_sum(positions.gather(padded, convert_to_tensor(places)) * y, 1)
    short, long = min(width, other), max(width, other)
    if mode == "full":
        return full
    if mode == "valid":
        return full[short - 1 : long]
    start = (short - 1) // 2 if width >= other else short // 2
    return full[start : start + long]


@operation
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Tensor:
    """Parts of one length of the last axis, which may overlap.

    Args:
        x: the series.
        sequence_length: how long the parts are.
        sequence_stride: how far it is from one to the next.
    """
    value = tensor(x)
    count = 1 + (value.shape[-1] - sequence_length) // sequence_stride
    places = np.arange(count)[:, None] * sequence_stride + np.arange(sequence_length)[None, :]
    return take(value, convert_to_tensor(places), axis=-1)


def associative_scan(
    f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """What a function makes of all rows up to each.

    Args:
        f: takes what was made of the rows before and a row; it has to be associative.
        elems: a tensor, or a structure of tensors.
        reverse: whether to begin at the last row.
        axis: the axis of the rows.
    """
    columns = [joining.unstack(tensor(each), axis=axis) for each in nest.flatten(elems)]
    rows = [nest.pack_like(elems, list(row)) for row in zip(*columns, strict=True)]
    if reverse:
        rows.reverse()
    found = rows[:1]
    for row in rows[1:]:
        found.append(f(found[-1], row))
    if reverse:
        found.reverse()
    return nest.map_structure(lambda *each: joining.stack(list(each), axis), *found)


def vectorize(
    pyfunc: Callable[..., Any], *, excluded: Any = None, signature: Any = None
) -> Callable[..., Any]:
    """A function of numbers, as one of arrays: it is applied to each element.

    Args:
        pyfunc: the function.
        excluded: not supported.
        signature: not supported.

    Raises:
        InvalidArgumentError: `excluded` or `signature` is given.
    """
    if excluded or signature:
        raise InvalidArgumentError("vectorize: excluded and signature are not supported.")

    def run(*args: Any) -> Any:
        values = [tensor(each) for each in args]
        shape = np.broadcast_shapes(*(tuple(each.shape) for each in values))
        flat = [shapes.reshape(shapes.broadcast_to(each, shape), [-1]) for each in values]
        results = [pyfunc(*row) for row in zip(*map(joining.unstack, flat), strict=True)]
        return nest.map_structure(
            lambda *each: shapes.reshape(joining.stack(list(each)), shape), *results
        )

    return run


@operation
def view(x: Any, dtype: Any = None) -> Tensor:
    """The bits of a tensor, taken for another dtype of the same size.

    Raises:
        InvalidArgumentError: the sizes differ.
    """
    value = tensor(x)
    wanted = value.dtype if dtype is None else as_dtype(dtype)
    if wanted.size != value.dtype.size:
        raise InvalidArgumentError(
            f"view: {wanted.name} has {wanted.size} bytes, but {value.dtype.name} has "
            f"{value.dtype.size}."
        )
    from glassbrook.ops.partitions import bitcast

    return value if wanted is value.dtype else bitcast(value, wanted)


@operation
def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Tensor:
    """The axes in another order, split and joined as a pattern says.

    Args:
        tensor: the tensor.
        pattern: names of the axes before and after, such as ``"b (h p) c -> b p (h c)"``.
        axes_lengths: sizes of axes that do not follow from the shape.

    Raises:
        InvalidArgumentError: the pattern makes no sense.
        ShapeError: it does not fit the shape.
    """
    value = convert_to_tensor(tensor)
    before, _, after = pattern.partition("->")
    taken, given = _groups(before), _groups(after)
    names = [name for group in taken for name in group]
    wanted = [name for group in given for name in group]
    if sorted(names) != sorted(wanted) or len(taken) != value.ndim:
        raise InvalidArgumentError(
            f"rearrange: {pattern!r} does not name the same axes on both sides, or does not fit "
            f"a tensor of {value.ndim} axes."
        )
    sizes = dict(axes_lengths)
    for group, size in zip(taken, value.shape, strict=True):
        unknown = [name for name in group if name not in sizes]
        known = math.prod(sizes[name] for name in group if name in sizes)
        if len(unknown) > 1 or (known and size % known) or (not unknown and known != size):
            raise ShapeError(f"rearrange: axis {' '.join(group)!r} of {pattern!r} has size {size}.")
        if unknown:
            sizes[unknown[0]] = size // known
    split = shapes.reshape(value, [sizes[name] for name in names])
    moved = shapes.transpose(split, [names.index(name) for name in wanted])
    return shapes.reshape(moved, [math.prod(sizes[name] for name in group) for group in given])


def _groups(side: str) -> list[list[str]]:
    """The axes of one side of a pattern; those in parentheses together."""
    found = re.findall(r"\(([^)]*)\)|(\w+)", side)
    return [inner.split() if not name else [name] for inner, name in found]
