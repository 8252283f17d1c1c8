"""`Tensor`: an array of numbers, truth values or strings that may not have been computed yet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NoReturn, Self

import numpy as np
import numpy.typing as npt

from glassbrook.dtypes import DType, as_dtype
from glassbrook.engine import await_value, realize
from glassbrook.engine.repeats import running_repeats, turn_by_turn
from glassbrook.engine.tracing import active, depends_on_call
from glassbrook.errors import InvalidArgumentError, ResourceExhaustedError, UsageError, shortened
from glassbrook.graph.node import Node
from glassbrook.tensor import recording
from glassbrook.tensor.convert import literal
from glassbrook.tensor.indexing import index
from glassbrook.tensor.loops import elements, is_for_loop
from glassbrook.tensor.operators import TensorOperators
from glassbrook.tensor.printing import value_repr, value_text
from glassbrook.tensor.shape import TensorShape, as_shape

__all__ = ["Reference", "Tensor", "TensorValue", "constant", "convert_to_tensor"]

DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"


class Reference:
    """A hashable stand-in for a tensor or variable: equal only to one of the same object."""

    __slots__ = ("_object",)

    def __init__(self, value: Any) -> None:
        self._object = value

    def deref(self) -> Any:
        """The tensor or variable it stands for."""
        return self._object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and other._object is self._object

    def __hash__(self) -> int:
        return id(self._object)

    def __repr__(self) -> str:
        return f"<Reference wrapping {self._object!r}>"


class TensorValue(TensorOperators):
    """What tensors and variables have in common: a node, and everything that follows from it."""

    __slots__ = ("__weakref__", "_node")

    _node: Node

    # NumPy must leave `array * tensor` to the tensor.
    __array_priority__ = 100

    def used_node(self) -> Node:
        """The node that stands for the value, as operations use it."""
        return self._node

    @property
    def node(self) -> Node:
        """The graph node behind the value; printed, it shows the program that computes it."""
        return self._node

    def _wrap(self, node: Node) -> Tensor:
        return Tensor(node)

    @property
    def shape(self) -> TensorShape:
        """The sizes of the axes."""
        return as_shape(self._node.shape)

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._node.dtype

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self._node.shape)

    @property
    def device(self) -> str:
        """Where the value is: always this machine's CPU."""
        return DEVICE

    def get_shape(self) -> TensorShape:
        """The sizes of the axes."""
        return self.shape

    def ref(self) -> Reference:
        """A hashable stand-in, for use as a key of a dictionary or in a set."""
        return Reference(self)

    def _value(self) -> npt.NDArray[Any]:
        node = self._node
        if node.value is None:
            realize([node])
        assert node.value is not None
        return node.value

    def _symbol(self) -> str | None:
        """What is shown while `tf.function` traces, when only a call knows the value."""
        if active.trace is None or not depends_on_call(self.node):
            return None
        return f'Tensor("{self.node.op}:0", shape={self.shape}, dtype={self.dtype.name})'

    def numpy(self) -> Any:
        """The value as a NumPy array of its own, or as a NumPy scalar if there are no axes."""
        recording.note_numpy(self._node)
        value = self._value()
        return self._copied(value, None) if value.shape else value[()]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        recording.note_numpy(self._node)
        return self._copied(self._value(), dtype)

    def _copied(self, value: npt.NDArray[Any], dtype: Any) -> npt.NDArray[Any]:
        # What was broadcast holds each number once; a copy holds it everywhere.
        try:
            return np.array(value, dtype)
        except MemoryError as error:
            raise ResourceExhaustedError(
                f"numpy: a copy of shape {list(value.shape)} and dtype {self._node.dtype.name} "
                f"({value.size * value.itemsize:,} bytes) does not fit into memory."
            ) from error

    def _scalar(self, what: str) -> Any:
        recording.note_numpy(self._node)
        if self._node.size != 1:
            raise UsageError(
                f"Only a tensor with one element can be converted to {what}, this one has shape "
                f"{list(self._node.shape)}. Take an element first: x[0], or tf.reduce_mean(x)."
            )
        return self._value().reshape(())[()]

    def _number(self, kind: type[int] | type[float], what: str) -> Any:
        value = self._scalar(what)
        try:
            return kind(value)
        except ValueError as error:  # of text, NaN or infinity
            raise InvalidArgumentError(
                f"A tensor of dtype {self._node.dtype.name} cannot be converted to {what}: {error}."
            ) from None

    def __bool__(self) -> bool:
        if self._node.size != 1:
            raise InvalidArgumentError(
                f"The truth value of a tensor of shape {list(self._node.shape)} is ambiguous. "
                "Use tf.reduce_any(x) or tf.reduce_all(x)."
            )
        return bool(self._scalar("a truth value"))

    def __int__(self) -> int:
        return int(self._number(int, "an integer"))

    def __float__(self) -> float:
        return float(self._number(float, "a float"))

    def __complex__(self) -> complex:
        return complex(self._scalar("a complex number"))

    def __index__(self) -> int:
        if not self._node.dtype.is_integer or self._node.shape:
            raise UsageError(
                "Only integer scalars can be used as an index, not a tensor of dtype "
                f"{self._node.dtype.name} and shape {list(self._node.shape)}."
            )
        return int(self._scalar("an index"))

    def __round__(self, digits: int | None = None) -> Any:
        return round(self._scalar("a number").item(), digits)

    def __len__(self) -> int:
        if not self._node.shape:
            raise UsageError(
                f"Scalar tensor has no `len()`: its shape is {list(self._node.shape)}, so there is "
                "no axis whose size that could be. tf.size(x) counts elements."
            )
        return self._node.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self._node.shape:
            raise UsageError(
                "Cannot iterate over a scalar tensor: it has no axis to go along. For a count, "
                "write `for i in tf.range(n)` or `for i in range(int(n))`."
            )
        if active.trace is not None:
            frame = sys._getframe(1)
            if is_for_loop(frame, self._node.shape[0]):
                return elements(self.used_node(), Tensor, frame)
        items = (self[position] for position in range(self._node.shape[0]))
        return items if running_repeats() is None else turn_by_turn(items)

    def __getitem__(self, key: Any) -> Tensor:
        return Tensor(index(self.used_node(), key))

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise UsageError(
            f"{type(self).__name__} does not support item assignment: x[{shortened(key, 40)}] = …. "
            "tf.tensor_scatter_nd_update(x, positions, values) gives a changed copy; a part of a "
            "tf.Variable is set with v[0].assign(value)."
        )

    def __format__(self, specification: str) -> str:
        if not specification and (symbol := self._symbol()) is not None:
            return symbol
        return format(self.numpy(), specification)


class Tensor(TensorValue):
    """A value of known shape and dtype, computed when someone looks at it.

    Tensors come from functions such as `tf.constant` and from operators; looking means printing,
    `.numpy()`, `float()`, `if`, or anything else that needs the numbers.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        >>> print(x @ x + 1)
        tf.Tensor(
        [[ 8. 11.]
         [16. 23.]], shape=(2, 2), dtype=float32)
    """

    __slots__ = ("_keras_mask",)

    _keras_mask: Any  # set by layers that mask time steps

    def __init__(self, node: Node) -> None:
        self._node = node
        if node.value is None:
            await_value(self, node)

    def replace_node(self, node: Node) -> None:
        """Let an equal node stand for the value; a tape does so to tell shared nodes apart."""
        self._node = node
        if node.value is None:
            await_value(self, node)

    def set_shape(self, shape: Any) -> None:
        """Check the shape, which is always known here.

        Raises:
            ValueError: the tensor does not have that shape.
        """
        self.shape.assert_is_compatible_with(shape)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return constant, (self._value(), self.dtype)

    def __str__(self) -> str:
        if (symbol := self._symbol()) is not None:
            return symbol
        text = value_text(self._value())
        return f"tf.Tensor({text}, shape={self.shape}, dtype={self.dtype.name})"

    def __repr__(self) -> str:
        if (symbol := self._symbol()) is not None:
            return f"<tf.{symbol}>"
        text = value_repr(self._value())
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={text}>"


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Tensor:
    """A tensor of given values.

    Python floats become float32, integers int32 (int64 if they need it), and NumPy arrays keep
    their dtype, unless `dtype` says otherwise. Integers too large for `dtype` wrap around.

    Args:
        value: a number, truth value, text, nested list of these, NumPy array, or tensor.
        dtype: the wanted dtype.
        shape: the wanted shape: a single value fills it, others are laid out in row-major order.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the value does not fit the dtype, as 1.5 does not fit int32.
        InvalidArgumentError: the rows of a nested list differ in length, or kinds are mixed.

    Example:
        >>> import glassbrook as tf
        >>> tf.constant([1, 2.5])
        <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1. , 2.5], dtype=float32)>
        >>> print(tf.constant(123456789, dtype=tf.int16))
        tf.Tensor(-13035, shape=(), dtype=int16)
    """
    wanted = None if dtype is None else as_dtype(dtype)
    if shape is None and isinstance(value, Tensor) and wanted in (None, value.dtype):
        return value
    return Tensor(literal(value, wanted, shape))


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    dtype_hint: Any = None,
    name: str | None = None,
) -> Tensor:
    """A tensor of `value`; a tensor comes back as it is.

    Args:
        value: as for `tf.constant`; a variable gives its present value.
        dtype: the wanted dtype; a tensor must have it already, `tf.cast` converts.
        dtype_hint: a dtype to take if the value fits it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the value does not fit the dtype.

    Example:
        >>> import glassbrook as tf
        >>> tf.convert_to_tensor([1, 2.0]).dtype
        tf.float32
    """
    if dtype is None and dtype_hint is not None and not isinstance(value, TensorValue):
        try:
            return constant(value, dtype_hint)
        except (TypeError, ValueError):
            pass
    wanted = None if dtype is None else as_dtype(dtype)
    if isinstance(value, Tensor) and wanted in (None, value.dtype):
        return value
    return Tensor(literal(value, wanted, None))
