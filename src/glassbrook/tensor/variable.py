"""`Variable`: a tensor whose value changes, such as the weights of a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from glassbrook.dtypes import as_dtype
from glassbrook.engine import await_value, realize
from glassbrook.engine.lock import lock
from glassbrook.engine.tracing import active, suspended
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError, StateError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.tensor import recording
from glassbrook.tensor.convert import as_node, has_node
from glassbrook.tensor.printing import value_repr, value_text
from glassbrook.tensor.scopes import scoped_name
from glassbrook.tensor.tensor import Tensor, TensorValue

__all__ = ["Variable"]


class Variable(TensorValue):
    """A value that can be assigned anew, keeping its shape and dtype.

    Every assignment makes a new version; a tensor read from an earlier version keeps its value.
    Tapes watch trainable variables by themselves.

    Args:
        initial_value: the first value, or a function without arguments that gives it.
        trainable: whether optimizers and tapes take it as a parameter; true by default.
        name: a name for printing.
        dtype: the dtype; that of the value by default.
        constraint: a function that optimizers apply to the value after every update.
        path: the full name of a layer's variable, such as ``"dense/kernel"``.

    Example:
        >>> import glassbrook as tf
        >>> v = tf.Variable([1.0, 2.0])
        >>> old = v + 0
        >>> v.assign_sub([0.5, 0.5])
        <tf.Variable 'Variable:0' shape=(2,) dtype=float32, numpy=array([0.5, 1.5], dtype=float32)>
        >>> old.numpy()
        array([1., 2.], dtype=float32)
    """

    __slots__ = ("__dict__", "_trainable", "constraint", "name", "path")

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        name: str | None = None,
        dtype: Any = None,
        shape: Any = None,
        constraint: Callable[[Tensor], Any] | None = None,
        *,
        path: str | None = None,
        **unused: Any,
    ) -> None:
        if initial_value is None:
            raise InvalidArgumentError(
                "tf.Variable needs an initial value, which fixes its shape and dtype: "
                "tf.Variable(tf.zeros([3]))."
            )
        if callable(initial_value) and not has_node(initial_value):
            with suspended():
                initial_value = initial_value()
        wanted = None if dtype is None else as_dtype(dtype)
        node = as_node(initial_value, wanted)
        if shape is not None and tuple(shape) != node.shape:
            raise ShapeError(
                f"tf.Variable: the initial value has shape {list(node.shape)}, "
                f"not {list(shape)} as asked."
            )
        self._node = build.variable(_first_value(self, node))
        self._trainable = True if trainable is None else bool(trainable)
        self.constraint = constraint
        self.path = path or name or "Variable"
        self.name = (name or "Variable") if path else f"{scoped_name(name or 'Variable')}:0"
        with suspended():
            realize([self._node])

    @property
    def node(self) -> Node:
        """The present version; printed, it shows the program that computes it."""
        trace = active.trace
        return self._node if trace is None else trace.state(self).node

    def stored_node(self) -> Node:
        """The present version outside of all functions that are being traced."""
        return self._node

    def store_node(self, node: Node) -> None:
        """Let another version take the place of the present one, as it is."""
        self._node = node

    @property
    def trainable(self) -> bool:
        """Whether optimizers and tapes take it as a parameter."""
        return self._trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._trainable = bool(trainable)

    def used_node(self) -> Node:
        """The present version, as operations use it; recording tapes learn of it."""
        trace = active.trace
        node = self._node if trace is None else trace.state(self).node
        recording.note_read(self, node)
        return node

    def value(self) -> Tensor:
        """The present value as a tensor, which later assignments do not change."""
        return Tensor(build.identity(self.used_node()))

    read_value = value

    @property
    def initialized(self) -> bool:
        """Always true: a variable has a value from its start."""
        return True

    def assign(
        self,
        value: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        """Set a new value of the same shape, converted to the variable's dtype.

        Returns:
            The variable, or `None` with ``read_value=False``.

        Raises:
            ShapeError: the value has another shape.
            DTypeError: the value is a tensor of another dtype, or does not fit.
        """
        self.assign_node(as_node(value, self._node.dtype), "assign")
        return self if read_value else None

    def assign_add(
        self,
        delta: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        """Add `delta` of the same shape to the value; the same in all else as `assign`."""
        self.assign_node(build.add(self.node, self._delta(delta, "assign_add")), "assign_add")
        return self if read_value else None

    def assign_sub(
        self,
        delta: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        """Subtract `delta` of the same shape; the same in all else as `assign`."""
        self.assign_node(build.sub(self.node, self._delta(delta, "assign_sub")), "assign_sub")
        return self if read_value else None

    def _delta(self, delta: Any, what: str) -> Node:
        node = as_node(delta, self._node.dtype)
        self._check_shape(node, what)
        return node

    def _check_shape(self, node: Node, what: str) -> None:
        if node.shape != self._node.shape:
            raise ShapeError(
                f"{what}: the variable {self.path!r} has shape {list(self._node.shape)}, the value "
                f"has shape {list(node.shape)}: the shapes are incompatible. tf.broadcast_to or "
                "tf.reshape makes them equal."
            )

    def assign_node(self, node: Node, what: str) -> None:
        """Make `node`, which has the variable's dtype, its new version; `what` is for errors.

        Raises:
            ShapeError: the node has another shape.
        """
        self._check_shape(node, what)
        trace = active.trace
        if trace is not None:
            trace.state(self).node = build.variable(node)
            return
        # One pending version at a time: the graph of a loop stays as long as one iteration.
        self.settle()
        current = self._node
        self._node = build.variable(node, current)
        await_value(self, self._node)

    def settle(self) -> None:
        """Compute the present version; if that fails, go back to the one before."""
        node = self._node
        if node.value is None:
            try:
                realize([node])
            except Exception:
                self.revert()
                raise

    def revert(self) -> None:
        """Take back an assignment whose value is not computed yet."""
        with lock:
            node = self._node
            if node.value is None and len(node.inputs) > 1:
                self._node = node.inputs[1]

    def _value(self) -> npt.NDArray[Any]:
        if active.trace is None:
            self.settle()
            return super()._value()
        node = self.node
        realize([node])
        assert node.value is not None
        return node.value

    def sparse_read(self, indices: Any, name: str | None = None) -> Tensor:
        """The rows at the given positions."""
        return Tensor(build.gather(self.used_node(), as_node(indices)))

    def gather_nd(self, indices: Any, name: str | None = None) -> Tensor:
        """The elements or slices at positions given by the last axis of `indices`."""
        return Tensor(build.gather_nd(self.used_node(), as_node(indices)))

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Set the elements or slices at positions given by the last axis of `indices`."""
        return self._scatter(
            indices, updates, lambda target, key, new: target.__setitem__(key, new)
        )

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Add to elements or slices; a position that occurs twice is added to twice."""
        return self._scatter(indices, updates, np.add.at)

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Subtract from elements or slices."""
        return self._scatter(indices, updates, np.subtract.at)

    def scatter_update(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Set the rows of `tf.IndexedSlices`."""
        return self._scatter_rows(
            sparse_delta, lambda target, key, new: target.__setitem__(key, new)
        )

    def scatter_add(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Add `tf.IndexedSlices`; a row that occurs twice is added twice."""
        return self._scatter_rows(sparse_delta, np.add.at)

    def scatter_sub(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Subtract `tf.IndexedSlices`."""
        return self._scatter_rows(sparse_delta, np.subtract.at)

    def scatter_mul(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Multiply the rows of `tf.IndexedSlices` into those of the variable."""
        return self._scatter_rows(sparse_delta, np.multiply.at)

    def scatter_div(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Divide rows by those of `tf.IndexedSlices`."""
        return self._scatter_rows(sparse_delta, np.divide.at)

    def scatter_max(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Keep the larger of a row and that of `tf.IndexedSlices`, element by element."""
        return self._scatter_rows(sparse_delta, np.maximum.at)

    def scatter_min(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Keep the smaller of a row and that of `tf.IndexedSlices`, element by element."""
        return self._scatter_rows(sparse_delta, np.minimum.at)

    def _scatter_rows(self, sparse_delta: Any, write: Callable[..., Any]) -> Variable:
        if not hasattr(sparse_delta, "indices") or not hasattr(sparse_delta, "values"):
            raise DTypeError(
                f"sparse_delta is not IndexedSlices: {type(sparse_delta).__name__}. Make them: "
                "tf.IndexedSlices(values, indices)."
            )
        places = as_node(sparse_delta.indices)
        columns = Tensor(build.expand_dims(places, places.rank))
        return self._scatter(columns, sparse_delta.values, write)

    def _scatter(self, indices: Any, updates: Any, write: Callable[..., Any]) -> Variable:
        places, values = as_node(indices), as_node(updates, self._node.dtype)
        # Reading the places first raises an error for those outside, and tells the shape.
        old = build.gather_nd(self.node, places)
        if values.shape != old.shape:
            raise ShapeError(
                f"scatter_nd: indices of shape {list(places.shape)} into the variable "
                f"{self.path!r} of shape {list(self._node.shape)} need updates of shape "
                f"{list(old.shape)}, not {list(values.shape)}."
            )
        realize([places, values, old])
        assert places.value is not None
        updated = self.numpy()
        write(updated, tuple(np.moveaxis(places.value, -1, 0)), values.value)
        self.assign(updated)
        return self

    def __getitem__(self, key: Any) -> Tensor:
        return _Slice(self, key)

    def __iadd__(self, other: Any) -> NoReturn:
        raise self._in_place("+=", "assign_add")

    def __isub__(self, other: Any) -> NoReturn:
        raise self._in_place("-=", "assign_sub")

    def __imul__(self, other: Any) -> NoReturn:
        raise self._in_place("*=", "assign")

    def __itruediv__(self, other: Any) -> NoReturn:
        raise self._in_place("/=", "assign")

    def _in_place(self, operator: str, method: str) -> StateError:
        # Python would make the name mean a tensor from then on, and training would stop silently.
        return StateError(
            f"`variable {operator} value` is not supported. Use variable.{method}(...) to change "
            f"the variable, or `x = variable {operator[0]} value` to get a tensor."
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        return Variable(
            self._value(), self.trainable, dtype=self.dtype, name=self.path, path=self.path
        )

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        if self._symbol() is not None:
            return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"
        if self.name.endswith(":0"):
            return (
                f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, "
                f"numpy={value_repr(self._value())}>"
            )
        text = value_text(self._value()).lstrip("\n")
        return (
            f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype.name}, "
            f"value={text}>"
        )


def _first_value(variable: Variable, node: Node) -> Node:
    """The node of a new variable's value; a function that is traced keeps the variable."""
    trace = active.trace
    return node if trace is None else trace.create(variable, node)


class _Slice(Tensor):
    """Part of a variable: a tensor, and a place to assign to, as in ``v[0].assign(3.0)``."""

    __slots__ = ("_key", "_variable")

    def __init__(self, variable: Variable, key: Any) -> None:
        tensor = TensorValue.__getitem__(variable, key)
        super().__init__(tensor.node)
        self._variable = variable
        self._key = key

    def assign(self, value: Any) -> Variable:
        """Set this part of the variable; return the variable."""
        return self._update(lambda old, new: new, value)

    def assign_add(self, delta: Any) -> Variable:
        """Add to this part of the variable; return the variable."""
        return self._update(lambda old, new: old + new, delta)

    def assign_sub(self, delta: Any) -> Variable:
        """Subtract from this part of the variable; return the variable."""
        return self._update(lambda old, new: old - new, delta)

    def _update(self, combine: Callable[[Any, Any], Any], value: Any) -> Variable:
        node = as_node(value, self.dtype)
        realize([node])
        updated = self._variable.numpy()
        part = updated[self._key]
        try:
            updated[self._key] = combine(part, node.value)
        except ValueError as error:
            raise ShapeError(
                f"assign: a value of shape {list(node.shape)} does not fit the part of the "
                f"variable {self._variable.path!r}, which has shape {list(self.shape)}."
            ) from error
        self._variable.assign(updated)
        return self._variable
