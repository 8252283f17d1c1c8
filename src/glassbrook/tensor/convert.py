"""From Python and NumPy values to nodes, by TensorFlow's rules.

Python floats become float32, Python integers int32 (int64 if they need it), NumPy arrays keep
their dtype. Beside a tensor, other values take the tensor's dtype: an integer may become a float,
a float never an integer.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, leaf
from glassbrook.graph.shapes import element_count
from glassbrook.tensor.shape import TensorShape

__all__ = ["as_array", "as_node", "as_nodes_alike", "has_node", "literal"]

Array = npt.NDArray[Any]

_MOST_SCALARS = 4096
_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)
_scalars: dict[tuple[type, float | int, DType], Node] = {}


def has_node(value: Any) -> bool:
    """Whether `value` is a tensor or a variable."""
    return hasattr(value, "used_node")


def as_node(value: Any, dtype: DType | None = None) -> Node:
    """The node of a tensor or variable, or a new leaf for anything else.

    Args:
        value: a tensor, a variable, a number, text, a nested list of these, a NumPy array, or
            anything that NumPy can read.
        dtype: the wanted dtype; a tensor must have it already.

    Raises:
        DTypeError: the value does not fit the dtype.
        InvalidArgumentError: the value is not a tensor's, such as a ragged list.
    """
    try:
        node: Node = value.used_node()
    except AttributeError:
        if isinstance(value, float | int) and type(value) in _SCALAR_TYPES:
            return _scalar(value, dtype)
        return _from_other(value, dtype)
    if dtype is not None and node.dtype is not dtype:
        raise DTypeError(
            f"Tensor conversion requested dtype {dtype.name} for a tensor of dtype "
            f"{node.dtype.name} and shape {list(node.shape)}. "
            f"Convert it: tf.cast(x, tf.{dtype.name})."
        )
    return node


_SCALAR_TYPES = frozenset({float, int})


def _scalar(value: float | int, dtype: DType | None) -> Node:
    """A leaf for a Python number; equal numbers share one, as no one can ask its gradient."""
    if dtype is None:
        if isinstance(value, float):
            dtype = dtypes.float32
            if _LARGEST_FLOAT32 < abs(value) < math.inf:
                _finite(value, np.float32)
        else:
            dtype = _integer_dtype(value)
    elif not dtype.is_floating:
        if type(value) is float:
            raise _does_not_fit(value, dtype)
        return leaf(as_array(value, dtype), dtype)
    key = (type(value), value, dtype)
    node = _scalars.get(key)
    if node is None:
        with np.errstate(over="ignore"):
            node = leaf(np.asarray(value, dtype.numpy), dtype)
        if value and len(_scalars) < _MOST_SCALARS:  # 0.0 equals -0.0: neither is shared
            _scalars[key] = node
    return node


def as_nodes_alike(x: Any, y: Any) -> tuple[Node, Node]:
    """Both sides of a binary operation; what is no tensor takes the other side's dtype.

    Raises:
        DTypeError: a side cannot take the other's dtype, as 1.5 cannot be an int32.
    """
    if has_node(x):
        left = x.used_node()
        return left, y.used_node() if has_node(y) else _beside(y, left.dtype)
    if has_node(y):
        right = y.used_node()
        return _beside(x, right.dtype), right
    if isinstance(y, np.ndarray) and not isinstance(x, np.ndarray):
        right = as_node(y)
        return _beside(x, right.dtype), right
    left = as_node(x)
    return left, _beside(y, left.dtype)


def _beside(value: Any, dtype: DType) -> Node:
    if type(value) in _SCALAR_TYPES:
        return _scalar(value, dtype)
    return _from_other(value, dtype)


def _from_other(value: Any, dtype: DType | None) -> Node:
    if isinstance(value, list | tuple) and any(map(has_node, _leaves(value))):
        return _stack(value, dtype)
    array = as_array(value, dtype)
    return leaf(array, as_dtype(array.dtype))


def _leaves(value: Any) -> Any:
    for item in value:
        if isinstance(item, list | tuple):
            yield from _leaves(item)
        else:
            yield item


def _stack(values: list[Any] | tuple[Any, ...], dtype: DType | None) -> Node:
    """A nested list that holds tensors, as one node through which gradients flow."""
    if dtype is None:
        dtype = next(item.dtype for item in _leaves(values) if has_node(item))
    parts = [
        _stack(item, dtype) if isinstance(item, list | tuple) else as_node(item, dtype)
        for item in values
    ]
    for index, part in enumerate(parts):
        if part.shape != parts[0].shape:
            raise ShapeError(
                f"A list of tensors makes a tensor only if all shapes agree: number 0 has shape "
                f"{list(parts[0].shape)}, number {index} has shape {list(part.shape)}."
            )
    return build.concat([build.expand_dims(part, 0) for part in parts], 0)


def as_array(value: Any, dtype: DType | None = None) -> Array:
    """A new array, which nobody else can write to, for a value that is no tensor.

    Raises:
        DTypeError: the value does not fit the dtype.
        InvalidArgumentError: the value is not a tensor's.
    """
    if isinstance(value, np.ndarray | np.generic) or hasattr(value, "__array__"):
        return _from_numpy(np.asarray(value), dtype)
    if isinstance(value, range | TensorShape):
        value = list(value)
    return _from_python(value, dtype)


def _from_numpy(array: Array, dtype: DType | None) -> Array:
    if array.dtype.kind in "USO":
        if dtype not in (None, dtypes.string):
            raise DTypeError(
                f"A NumPy array of dtype {array.dtype} holds text or objects, not {dtype}."
            )
        return _as_bytes(array)
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise DTypeError(
            f"NumPy's dtype {array.dtype} has no counterpart here. Convert the array first: "
            "array.astype(numpy.float32)."
        )
    if dtype is dtypes.string:
        raise DTypeError(f"A NumPy array of dtype {array.dtype} holds numbers, not strings.")
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array(array, None if dtype is None else dtype.numpy, order="C", copy=True)


def _as_bytes(array: Array) -> Array:
    result = np.empty(array.shape, object)
    for index in range(array.size):
        item = array.flat[index]
        if isinstance(item, str):
            item = item.encode()
        if not isinstance(item, bytes):
            raise InvalidArgumentError(
                f"Attempt to convert a value ({item!r}) with an unsupported type "
                f"({type(item).__name__}) to a tensor: expected numbers, truth values or text, in "
                "nested lists whose rows are equally long."
            )
        result.flat[index] = bytes(item)
    return result


def _from_python(value: Any, dtype: DType | None) -> Array:
    kinds: dict[type, None] = {}
    _collect_kinds(value, kinds)
    if not kinds.keys().isdisjoint((str, bytes)):
        if kinds.keys() - {str, bytes}:
            raise InvalidArgumentError(
                f"Can't convert a Python sequence of mixed types to a tensor: {_excerpt(value)} "
                "holds text and numbers."
            )
        if dtype not in (None, dtypes.string):
            raise _does_not_fit(value, dtype)
        return _as_bytes(_rectangular(value, object))
    if dtype is None:
        return _inferred(value, kinds)
    if not kinds:
        return _rectangular(value, dtype.numpy)
    if dtype is dtypes.string or (dtype.is_bool and kinds.keys() - {bool, np.bool_}):
        raise _does_not_fit(value, dtype)
    has_floats = any(issubclass(kind, float | np.floating) for kind in kinds)
    if dtype.is_integer and has_floats:
        raise _does_not_fit(value, dtype)
    if dtype.is_integer:
        # Through 64 bits, so that what does not fit wraps around as it does in TensorFlow.
        wide = _wide_integers(value)
        if wide.dtype == np.uint64 and dtype is not dtypes.uint64:
            raise _too_large(value)
        return wide.astype(dtype.numpy)
    return _rectangular(value, dtype.numpy)


def _inferred(value: Any, kinds: dict[type, None]) -> Array:
    """An array of the dtype that Python values have by default."""
    if not kinds:
        return _rectangular(value, np.float32)
    if next(iter(kinds)) is bool and kinds.keys() - {bool, np.bool_}:
        raise InvalidArgumentError(
            f"Can't convert a Python sequence of mixed types to a tensor: {_excerpt(value)} begins "
            "with a truth value and goes on with numbers."
        )
    floating = next((kind for kind in kinds if issubclass(kind, float | np.floating)), None)
    if floating is not None:
        # The first one decides; a Python float counts as float32.
        return _finite(value, np.float32 if floating is float else floating)
    if kinds.keys() <= {bool, np.bool_}:
        return _rectangular(value, np.bool_)
    wide = _wide_integers(value)
    if wide.dtype == np.uint64:
        raise _too_large(value)
    if wide.size and not -(2**31) <= wide.min() <= wide.max() < 2**31:
        return wide
    return wide.astype(np.int32)


def _finite(value: Any, dtype: type) -> Array:
    array = _rectangular(value, dtype)
    if np.isinf(array).any() and not np.isinf(_rectangular(value, np.float64)).any():
        raise InvalidArgumentError(
            f"Can't convert {_excerpt(value)} to a tensor: a number is too large for "
            f"{np.dtype(dtype).name}. Ask for another dtype: dtype=tf.float64."
        )
    return array


def _integer_dtype(value: int) -> DType:
    if -(2**31) <= value < 2**31:
        return dtypes.int32
    if -(2**63) <= value < 2**63:
        return dtypes.int64
    raise _too_large(value)


def _wide_integers(value: Any) -> Array:
    try:
        return _rectangular(value, np.int64)
    except OverflowError:
        pass
    try:
        return _rectangular(value, np.uint64)
    except OverflowError:
        raise _too_large(value) from None


def _too_large(value: Any) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"Can't convert {_excerpt(value)} to a tensor: an integer needs more than 64 bits, one of "
        "them for the sign unless dtype=tf.uint64 is asked for."
    )


def _rectangular(value: Any, dtype: Any) -> Array:
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return np.array(value, dtype, order="C")
    except (ValueError, TypeError) as error:
        if isinstance(error, TypeError) and not isinstance(value, list | tuple):
            raise _unsupported(value) from None
        raise InvalidArgumentError(
            f"Can't convert a non-rectangular Python sequence to a tensor: {_excerpt(value)}. "
            "All rows need the same length."
        ) from None


def _collect_kinds(value: Any, kinds: dict[type, None]) -> None:
    """Add the types of all leaves of a nested list to `kinds`, in order of appearance."""
    if isinstance(value, list | tuple):
        for item in value:
            _collect_kinds(item, kinds)
    elif isinstance(value, np.ndarray):
        kinds[value.dtype.type] = None
    elif isinstance(value, bool | int | float | str | bytes | np.generic):
        kinds[type(value)] = None
    elif hasattr(value, "__array__"):
        kinds[np.asarray(value).dtype.type] = None
    else:
        raise _unsupported(value)


def _unsupported(value: Any) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"Attempt to convert a value ({_excerpt(value)}) with an unsupported type "
        f"({type(value)}) to a tensor: expected numbers, truth values, text, NumPy arrays, or "
        "nested lists of these."
    )


def _does_not_fit(value: Any, dtype: DType | None) -> DTypeError:
    name = "?" if dtype is None else dtype.name
    return DTypeError(
        f"Cannot convert {_excerpt(value)} to a tensor of dtype {name}. "
        "Write a value of that kind, or convert the other side: tf.cast(x, tf.float32)."
    )


def _excerpt(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def literal(value: Any, dtype: DType | None, shape: Any) -> Node:
    """The node of ``tf.constant(value, dtype, shape)``.

    Raises:
        DTypeError, InvalidArgumentError: the value does not fit the dtype or the shape.
    """
    node = as_node(value, dtype)
    if shape is not None:
        node = _filled(
            node, tuple(int(size) for size in np.atleast_1d(np.asarray(shape, np.int64)))
        )
    if has_node(value) or node.value is None:
        return build.identity(node)
    # Its own node, even for a number that others wrote too: tapes tell constants apart.
    return leaf(node.value, node.dtype)


def _filled(node: Node, sizes: tuple[int, ...]) -> Node:
    count = element_count(sizes)
    if node.size == count:
        return build.reshape(node, sizes)
    if node.size == 1 and node.rank < 2:
        return build.broadcast_to(build.reshape(node, ()), sizes)
    raise DTypeError(
        f"tf.constant: the value has {node.size} elements, but shape {list(sizes)} has {count}."
    )
