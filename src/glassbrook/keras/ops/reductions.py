"""Operations that make one number of many: sums, means, extremes, counts, quantiles."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import glassbrook.math as functions
from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.promotion import as_float, common, named, tensor
from glassbrook.ops import comparison, creation, joining, ordering, positions, shape
from glassbrook.tensor import Tensor
from glassbrook.tensor.symbolic import operation

_SMALL = (dtypes.int8, dtypes.int16)
_SMALL_UNSIGNED = (dtypes.uint8, dtypes.uint16)


def _summable(x: Any) -> Tensor:
    """Numbers whose sum fits: small integers as 32 bits, truth values as 0 and 1."""
    value = tensor(x)
    if value.dtype.is_bool or value.dtype in _SMALL:
        return tensor(value, dtypes.int32)
    return tensor(value, dtypes.uint32) if value.dtype in _SMALL_UNSIGNED else value


def _reduction(
    name: str, function: Callable[..., Any], convert: Callable[[Any], Tensor], doc: str
) -> Callable[..., Any]:
    """An operation ``(x, axis=None, keepdims=False)``."""

    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return function(convert(x), axis, keepdims)

    made: Callable[..., Any] = named(run, name, __name__, doc)
    return made


def _without_nan(function: Callable[..., Any], instead: float) -> Callable[..., Any]:
    """A reduction that takes a number in the place of each NaN."""

    def run(x: Tensor, axis: Any, keepdims: bool) -> Any:
        return function(_filled(x, instead), axis, keepdims)

    return run


def _filled(x: Tensor, instead: float) -> Tensor:
    if not x.dtype.is_floating:
        return x
    return comparison.where(functions.is_nan(x), tensor(instead, x.dtype), x)


def _known(x: Tensor) -> Tensor:
    """1 for each number, 0 for each NaN."""
    return tensor(functions.logical_not(functions.is_nan(x)), x.dtype)


def _nanmean(x: Tensor, axis: Any, keepdims: bool) -> Tensor:
    total = functions.reduce_sum(_filled(x, 0.0), axis, keepdims)
    return total / functions.reduce_sum(_known(x), axis, keepdims)


def _nanvar(x: Tensor, axis: Any, keepdims: bool) -> Tensor:
    distance = x - _nanmean(x, axis, True)
    return _nanmean(distance * distance, axis, keepdims)


def _only_nan(x: Tensor, axis: Any, keepdims: bool) -> Tensor:
    return functions.reduce_all(functions.is_nan(x), axis, keepdims)


def _nan_extreme(function: Callable[..., Any], instead: float) -> Callable[..., Any]:
    def run(x: Tensor, axis: Any, keepdims: bool) -> Any:
        if not x.dtype.is_floating:
            return function(x, axis, keepdims)
        found = function(_filled(x, instead), axis, keepdims)
        missing = tensor(math.nan, x.dtype)
        return comparison.where(_only_nan(x, axis, keepdims), missing, found)

    return run


def _truths(x: Any) -> Tensor:
    return tensor(x, dtypes.bool)


sum = _reduction("sum", functions.reduce_sum, _summable, "The sum along axes.")
mean = _reduction("mean", functions.reduce_mean, as_float, "The mean along axes, as floats.")
std = _reduction("std", functions.reduce_std, as_float, "The standard deviation along axes.")
var = _reduction("var", functions.reduce_variance, as_float, "The variance along axes.")
logsumexp = _reduction(
    "logsumexp", functions.reduce_logsumexp, as_float, "log(sum(exp(x))) along axes."
)
all = _reduction("all", functions.reduce_all, _truths, "Whether all elements are true.")
any = _reduction("any", functions.reduce_any, _truths, "Whether any element is true.")
amax = _reduction("amax", functions.reduce_max, tensor, "The largest element along axes.")
amin = _reduction("amin", functions.reduce_min, tensor, "The smallest element along axes.")
nansum = _reduction(
    "nansum", _without_nan(functions.reduce_sum, 0.0), _summable, "The sum without NaNs."
)
nanprod = _reduction(
    "nanprod", _without_nan(functions.reduce_prod, 1.0), _summable, "The product without NaNs."
)
nanmean = _reduction("nanmean", _nanmean, as_float, "The mean without NaNs.")
nanvar = _reduction("nanvar", _nanvar, as_float, "The variance without NaNs.")
nanstd = _reduction(
    "nanstd",
    lambda x, axis, keepdims: functions.sqrt(_nanvar(x, axis, keepdims)),
    as_float,
    "The standard deviation without NaNs.",
)
nanmax = _reduction(
    "nanmax", _nan_extreme(functions.reduce_max, -math.inf), tensor, "The largest without NaNs."
)
nanmin = _reduction(
    "nanmin", _nan_extreme(functions.reduce_min, math.inf), tensor, "The smallest without NaNs."
)


@operation
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The largest element along axes.

    Args:
        x: the numbers.
        axis: the axis or axes; all by default.
        keepdims: whether the axes stay, with size 1.
        initial: the least that the result is.
    """
    found = functions.reduce_max(tensor(x), axis, keepdims)
    return found if initial is None else functions.maximum(found, tensor(initial, found.dtype))


@operation
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The smallest element along axes.

    Args:
        x: the numbers.
        axis: the axis or axes; all by default.
        keepdims: whether the axes stay, with size 1.
        initial: the most that the result is.
    """
    found = functions.reduce_min(tensor(x), axis, keepdims)
    return found if initial is None else functions.minimum(found, tensor(initial, found.dtype))


@operation
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Tensor:
    """The product along axes, in a dtype if one is given."""
    value = _summable(x) if dtype is None else tensor(x, as_dtype(dtype))
    return functions.reduce_prod(value, axis, keepdims)


@operation
def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The largest element less the smallest one, along axes."""
    value = tensor(x)
    return functions.reduce_max(value, axis, keepdims) - functions.reduce_min(value, axis, keepdims)


@operation
def count_nonzero(x: Any, axis: Any = None) -> Tensor:
    """How many elements are not zero, along axes."""
    return functions.count_nonzero(tensor(x), axis, dtype=dtypes.int32)


@operation
def average(x: Any, axis: Any = None, weights: Any = None) -> Tensor:
    """The mean along axes, in which elements have weights if these are given."""
    if weights is None:
        return functions.reduce_mean(as_float(x), axis)
    value, weight = common(as_float(x), weights)
    if weight.ndim == 1 and value.ndim > 1 and isinstance(axis, int):
        sizes = [1] * value.ndim
        sizes[axis] = -1
        weight = shape.reshape(weight, sizes)
    weight = shape.broadcast_to(weight, value.shape)
    return functions.reduce_sum(value * weight, axis) / functions.reduce_sum(weight, axis)


def _positions(name: str, function: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        value = tensor(x)
        if value.dtype.is_bool:
            value = tensor(value, dtypes.int32)
        rank = value.ndim
        found = function(
            shape.reshape(value, [-1]) if axis is None else value,
            0 if axis is None else axis,
            output_type=dtypes.int32,
        )
        if not keepdims:
            return found
        if axis is None:
            return shape.reshape(found, [1] * rank)
        return shape.expand_dims(found, axis)

    made: Callable[..., Any] = named(run, name, __name__, doc)
    return made


argmax = _positions(
    "argmax", functions.argmax, "Where the largest element is along an axis, or of all."
)
argmin = _positions(
    "argmin", functions.argmin, "Where the smallest element is along an axis, or of all."
)


def _cumulative(name: str, function: Callable[..., Any], instead: float | None, doc: str) -> Any:
    def run(x: Any, axis: Any = None, dtype: Any = None) -> Any:
        value = tensor(x) if dtype is None else tensor(x, as_dtype(dtype))
        if value.dtype.is_bool:
            value = tensor(value, dtypes.int32)
        if instead is not None:
            value = _filled(value, instead)
        if axis is None:
            value, axis = shape.reshape(value, [-1]), 0
        return function(value, axis)

    return named(run, name, __name__, doc)


cumsum = _cumulative("cumsum", functions.cumsum, None, "Sums of all elements up to each.")
cumprod = _cumulative("cumprod", functions.cumprod, None, "Products of all elements up to each.")
nancumsum = _cumulative("nancumsum", functions.cumsum, 0.0, "Sums up to each, without NaNs.")
nancumprod = _cumulative("nancumprod", functions.cumprod, 1.0, "Products up to each, without NaNs.")

_METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


@operation
def quantile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The values below which given shares of the elements lie, along axes.

    Args:
        x: the numbers.
        q: a share from 0 to 1, or several.
        axis: the axis or axes; all by default.
        method: what is taken between two elements: ``"linear"``, ``"lower"``, ``"higher"``,
            ``"midpoint"`` or ``"nearest"``.
        keepdims: whether the axes stay, with size 1.

    Raises:
        InvalidArgumentError: the method is unknown.
    """
    if method not in _METHODS:
        raise InvalidArgumentError(f"quantile: method is {method!r}, expected one of {_METHODS}.")
    value = as_float(x)
    rank = value.ndim
    axes = list(range(rank)) if axis is None else [axis] if isinstance(axis, int) else list(axis)
    axes = [each % rank for each in axes]
    kept = [each for each in range(rank) if each not in axes]
    rows = shape.transpose(value, [*kept, *axes])
    sizes = [value.shape[each] for each in kept]
    ranked = ordering.sort(shape.reshape(rows, [*sizes, -1]), axis=-1)
    shares = tensor(q, value.dtype)
    found = _between(ranked, shares, method)
    if shares.ndim:
        found = shape.transpose(found, [found.ndim - 1, *range(found.ndim - 1)])
    else:
        found = shape.reshape(found, sizes)
    if keepdims:
        full = [1 if each in axes else value.shape[each] for each in range(rank)]
        found = shape.reshape(found, [*shares.shape, *full])
    return found


def _between(ranked: Tensor, shares: Tensor, method: str) -> Tensor:
    """What lies at shares of the last axis, whose elements are in order."""
    last = ranked.shape[-1] - 1
    place = shape.reshape(shares, [-1]) * float(last)
    below, above = functions.floor(place), functions.ceil(place)
    if method == "nearest":
        below = above = functions.round(place)
    low, high = (
        positions.gather(ranked, tensor(each, dtypes.int32), axis=-1) for each in (below, above)
    )
    if method == "lower":
        return low
    if method in ("higher", "nearest"):
        return high
    part = place - below if method == "linear" else creation.ones_like(place) * 0.5
    return low + (high - low) * part


@operation
def median(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The element in the middle, along axes."""
    return quantile(x, 0.5, axis, keepdims=keepdims)


@operation
def percentile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The same as `quantile`, with `q` in hundredths."""
    return quantile(x, as_float(q) / 100.0, axis, method, keepdims)


@operation
def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Tensor:
    """How often each number occurs, or the sum of the weights where it does."""
    values = tensor(x, dtypes.int32)
    if values.ndim == 2:
        return _counts_of_rows(values, weights, minlength)
    return functions.bincount(values, weights, minlength)


def _counts_of_rows(values: Tensor, weights: Any, minlength: int) -> Tensor:
    """The counts of each row, in rows of one length."""
    size = int(functions.reduce_max(values)) + 1
    size = size if size > minlength else minlength
    rows = joining.unstack(values)
    given = [None] * len(rows) if weights is None else joining.unstack(tensor(weights))
    return joining.stack(
        [functions.bincount(row, each, size) for row, each in zip(rows, given, strict=True)]
    )
