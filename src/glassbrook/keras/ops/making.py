"""Operations that make tensors: of numbers, of one number, ranges, grids, windows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import glassbrook.linalg as algebra
import glassbrook.math as functions
from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.keras.promotion import as_float, common, floatx, named, tensor
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.ops import creation, shape
from glassbrook.tensor import Tensor, TensorValue
from glassbrook.tensor import convert_to_tensor as _converted
from glassbrook.tensor.symbolic import operation


def _dtype_or_float(dtype: Any) -> Any:
    return floatx() if dtype is None else as_dtype(dtype)


def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Any:
    """A tensor of a value, cast to a dtype if one is given.

    Python's floats become tensors of the default dtype. Placeholders come back as they are, or
    cast.
    """
    if isinstance(x, KerasTensor):
        from glassbrook.keras.ops.elementwise import cast

        return x if dtype in (None, x.dtype) else cast(x, dtype)
    if dtype is None and not isinstance(x, TensorValue | np.ndarray | np.generic):
        found = _converted(x)
        return tensor(found, floatx()) if found.dtype.is_floating else found
    return tensor(x, dtype)


def array(x: Any, dtype: Any = None) -> Any:
    """The same as `convert_to_tensor`."""
    return convert_to_tensor(x, dtype)


def convert_to_numpy(x: Any) -> Any:
    """The values as a NumPy array."""
    return np.asarray(x.numpy() if isinstance(x, TensorValue) else x)


def is_tensor(x: Any) -> bool:
    """Whether it is a tensor or a variable."""
    return isinstance(x, TensorValue)


@operation
def zeros(shape: Any, dtype: Any = None) -> Tensor:
    """Zeros of a shape."""
    return creation.zeros(shape, _dtype_or_float(dtype))


@operation
def ones(shape: Any, dtype: Any = None) -> Tensor:
    """Ones of a shape."""
    return creation.ones(shape, _dtype_or_float(dtype))


@operation
def empty(shape: Any, dtype: Any = None) -> Tensor:
    """A tensor of a shape, whose values do not matter: zeros."""
    return creation.zeros(shape, _dtype_or_float(dtype))


@operation
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """One number, many times."""
    value = tensor(fill_value, _dtype_or_float(dtype))
    return creation.fill(shape, value) if not value.ndim else _spread(value, shape)


def _spread(value: Tensor, sizes: Any) -> Tensor:
    return shape.broadcast_to(value, sizes)


@operation
def zeros_like(x: Any, dtype: Any = None) -> Tensor:
    """Zeros of the shape of `x`."""
    return creation.zeros_like(tensor(x), None if dtype is None else as_dtype(dtype))


@operation
def ones_like(x: Any, dtype: Any = None) -> Tensor:
    """Ones of the shape of `x`."""
    return creation.ones_like(tensor(x), None if dtype is None else as_dtype(dtype))


@operation
def empty_like(x: Any, dtype: Any = None) -> Tensor:
    """A tensor of the shape of `x`, whose values do not matter: zeros."""
    return zeros_like(x, dtype)


@operation
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """One number for every element of `x`."""
    value = tensor(x)
    wanted = value.dtype if dtype is None else as_dtype(dtype)
    return _spread(tensor(fill_value, wanted), value.shape)


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Tensor:
    """The numbers from a start up to a stop, by steps; from 0 up to the only number given."""
    step = 1 if step is None else step
    if stop is None:
        start, stop = 0, start
    if dtype is None:
        dtype = common(start, stop, step)[0].dtype
    return creation.range(start, stop, step, as_dtype(dtype))


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Ones on a diagonal, zeros elsewhere.

    Args:
        N: how many rows.
        M: how many columns; as many as rows by default.
        k: how far above the main diagonal.
        dtype: the dtype.
    """
    return tensor(np.eye(N, M, k), _dtype_or_float(dtype))


def identity(n: int, dtype: Any = None) -> Tensor:
    """Ones on the main diagonal of a square, zeros elsewhere."""
    return eye(n, dtype=dtype)


@operation
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Ones on and below a diagonal, zeros above; see `eye`."""
    return tensor(np.tri(N, M, k), _dtype_or_float(dtype))


@operation
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Numbers at equal distances.

    Args:
        start: the first one.
        stop: the last one, or with `endpoint` false the one that would come next.
        num: how many.
        endpoint: whether `stop` is among them.
        retstep: whether to return the distance, too.
        dtype: the dtype.
        axis: the new axis, if `start` and `stop` are tensors.
    """
    low, high = common(start, stop)
    low, high = as_float(low), as_float(high)
    parts = num - 1 if endpoint else num
    step = (high - low) / float(parts) if parts > 0 else (high - low) * math.nan
    last = high if endpoint else high - step
    found = creation.linspace(low, last, num, axis=axis)
    if dtype is not None:
        wanted = as_dtype(dtype)
        found = functions.floor(found) if wanted.is_integer else found
        found = tensor(found, wanted)
    return (found, step) if retstep else found


@operation
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Tensor:
    """Powers of a base whose exponents are at equal distances; see `linspace`."""
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    found = functions.pow(tensor(base, exponents.dtype), exponents)
    return found if dtype is None else tensor(found, as_dtype(dtype))


@operation
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Tensor:
    """Numbers each of which is the same multiple of the one before; see `linspace`."""
    low, high = as_float(start), as_float(stop)
    found = functions.exp(
        linspace(functions.log(low), functions.log(high), num, endpoint, axis=axis)
    )
    return found if dtype is None else tensor(found, as_dtype(dtype))


# Windows.


def _window(name: str, coefficients: tuple[float, ...], doc: str) -> Any:
    """A window that is a sum of cosines."""

    def run(x: Any) -> Any:
        count = int(x)
        if count == 1:
            return creation.ones([1], floatx())
        angle = np.arange(count) * (2 * math.pi / max(count - 1, 1))
        terms = [
            (-1) ** order * factor * np.cos(order * angle)
            for order, factor in enumerate(coefficients)
        ]
        return convert_to_tensor(np.sum(terms, axis=0), floatx())

    return named(run, name, __name__, doc)


hanning = _window("hanning", (0.5, 0.5), "The window of Hann: half a cosine's hill.")
hamming = _window("hamming", (0.54, 0.46), "The window of Hamming: Hann's, on a small step.")
blackman = _window("blackman", (0.42, 0.5, 0.08), "The window of Blackman, of three cosines.")


def bartlett(x: Any) -> Tensor:
    """The triangular window of so many points."""
    return tensor(np.bartlett(int(x)), floatx())


def kaiser(x: Any, beta: float) -> Tensor:
    """The window of Kaiser of so many points; `beta` says how narrow it is."""
    return tensor(np.kaiser(int(x), float(beta)), floatx())


# Diagonals and triangles.


@operation
def diag(x: Any, k: int = 0) -> Tensor:
    """A matrix with a vector on a diagonal; of a matrix, that diagonal."""
    value = tensor(x)
    return algebra.diag(value, k=k) if value.ndim == 1 else algebra.diag_part(value, k=k)


@operation
def diagflat(x: Any, k: int = 0) -> Tensor:
    """A matrix with all elements on a diagonal."""
    return algebra.diag(shape.reshape(tensor(x), [-1]), k=k)


@operation
def tril(x: Any, k: int = 0) -> Tensor:
    """The matrices, with zeros above a diagonal."""
    return _triangle(tensor(x), k, lower=True)


@operation
def triu(x: Any, k: int = 0) -> Tensor:
    """The matrices, with zeros below a diagonal."""
    return _triangle(tensor(x), k, lower=False)


def _triangle(value: Tensor, k: int, lower: bool) -> Tensor:
    rows, columns = value.shape[-2:]
    places = np.arange(columns)[None, :] - np.arange(rows)[:, None]
    kept = places <= k if lower else places >= k
    return value * tensor(convert_to_tensor(kept), value.dtype)


@operation
def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Tensor:
    """For each class number, a row of zeros with a one at that place."""
    numbers = tensor(x)
    if not numbers.dtype.is_integer:
        numbers = tensor(numbers, dtypes.int32)
    return creation.one_hot(numbers, num_classes, axis=axis, dtype=_dtype_or_float(dtype))


@operation
def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
    **kwargs: Any,
) -> Tensor:
    """For each row of class numbers, a row of zeros with ones at these places."""
    count = kwargs.pop("num_tokens", num_classes)
    numbers = tensor(inputs)
    rows = one_hot(numbers, count, axis=axis, dtype=dtype)
    along = 1 if numbers.ndim > 1 else 0
    return functions.reduce_max(rows, along)
