"""Values passed on, gradients passed by, and what can be asked about tensors and programs."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

from glassbrook import dtypes
from glassbrook.engine.tracing import active, depends_on_call
from glassbrook.errors import InvalidArgumentError, UsageError
from glassbrook.graph import build
from glassbrook.ops.arguments import node_value
from glassbrook.tensor import Tensor, TensorSpec, as_node, as_nodes_alike, custom_gradient
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.scopes import current_scope
from glassbrook.tensor.symbolic import operation

__all__ = [
    "get_current_name_scope",
    "get_static_value",
    "grad_pass_through",
    "guarantee_const",
    "identity_n",
    "inside_function",
    "is_symbolic_tensor",
    "no_gradient",
    "realdiv",
    "recompute_grad",
    "timestamp",
    "tuple_of",
    "type_spec_from_value",
]


def identity_n(input: Sequence[Any], name: str | None = None) -> list[Tensor]:
    """Copies of several tensors.

    Example:
        >>> import glassbrook as tf
        >>> [each.numpy().item() for each in tf.identity_n([1, 2])]
        [1, 2]
    """
    return [Tensor(build.distinct(as_node(each))) for each in input]


@operation
def guarantee_const(input: Any, name: str | None = None) -> Tensor:
    """A copy of a tensor, which does not change in any case."""
    return Tensor(build.distinct(as_node(input)))


@operation
def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y of floating-point numbers.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> tf.realdiv([1.0, 3.0], 2.0).numpy()
        array([0.5, 1.5], dtype=float32)
    """
    return Tensor(build.div(*as_nodes_alike(x, y)))


def tuple_of(
    tensors: Sequence[Any], control_inputs: Any = None, name: str | None = None
) -> list[Any]:
    """Several tensors as they are; `None` among them stays.

    Raises:
        ValueError: there is no tensor among them.

    Example:
        >>> import glassbrook as tf
        >>> tf.tuple([None, tf.constant(1)])[1].numpy()
        np.int32(1)
    """
    if not any(each is not None for each in tensors):
        raise InvalidArgumentError("tf.tuple: expected at least one tensor.")
    return list(tensors)


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose gradient is taken for that of the identity.

    Args:
        f: a function of one tensor that gives one of the same shape.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable(1.7)
        >>> with tf.GradientTape() as tape:
        ...     y = tf.grad_pass_through(tf.round)(x)
        >>> y.numpy(), tape.gradient(y, x).numpy()
        (np.float32(2.0), np.float32(1.0))
    """

    @custom_gradient
    def passed(*args: Any) -> Any:
        def grad(*upstream: Any, variables: Any = None) -> Any:
            given = list(upstream) if len(args) > 1 else upstream[0]
            return given if variables is None else (given, [None] * len(variables))

        return f(*args), grad

    return passed


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it is: a program keeps only those values that its gradient needs.

    Example:
        >>> import glassbrook as tf
        >>> tf.recompute_grad(tf.square)(tf.constant(3.0)).numpy()
        np.float32(9.0)
    """

    @functools.wraps(f)
    def same(*args: Any, **kwargs: Any) -> Any:
        return f(*args, **kwargs)

    return same


def no_gradient(op_type: str) -> None:
    """Accepted for TensorFlow's sake: operations here say themselves whether they have a gradient.

    Raises:
        TypeError: the name is no text.
    """
    if not isinstance(op_type, str):
        raise UsageError("op_type must be a string")


def timestamp(name: str | None = None) -> Tensor:
    """The seconds since 1970, as float64.

    Example:
        >>> import glassbrook as tf
        >>> bool(tf.timestamp() > 1.7e9)
        True
    """
    return Tensor(build.data(time.time(), dtypes.float64))


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The value of a tensor as an array; `None` if only a call of a traced function knows it.

    Example:
        >>> import glassbrook as tf
        >>> tf.get_static_value(tf.constant([1, 2]))
        array([1, 2], dtype=int32)
    """
    if not has_node(tensor):
        return tensor
    node = as_node(tensor)
    if active.trace is not None and depends_on_call(node):
        return None
    value = node_value(node)
    return value.copy() if value.shape else value[()]


def is_symbolic_tensor(tensor: Any) -> bool:
    """Whether only a call of the function that is being traced knows the value.

    Example:
        >>> import glassbrook as tf
        >>> tf.is_symbolic_tensor(tf.constant(1))
        False
    """
    return has_node(tensor) and active.trace is not None and depends_on_call(as_node(tensor))


def inside_function() -> bool:
    """Whether a function is being traced."""
    return active.trace is not None


def get_current_name_scope() -> str:
    """The full name of the innermost `tf.name_scope`; "" outside of all.

    Example:
        >>> import glassbrook as tf
        >>> with tf.name_scope("a"), tf.name_scope("b"):
        ...     print(tf.get_current_name_scope())
        a/b
    """
    return current_scope()


def type_spec_from_value(value: Any) -> Any:
    """What describes a value: a `tf.TensorSpec`, or a `tf.RaggedTensorSpec`.

    Example:
        >>> import glassbrook as tf
        >>> tf.type_spec_from_value(tf.zeros([2, 3]))
        TensorSpec(shape=(2, 3), dtype=tf.float32, name=None)
    """
    # Imported here: ragged tensors are seldom met.
    from glassbrook.ops.ragged import RaggedTensor, RaggedTensorSpec

    if isinstance(value, RaggedTensor):
        return RaggedTensorSpec.from_value(value)
    if hasattr(value, "element_spec"):
        return value.element_spec
    node = as_node(value)
    return TensorSpec(node.shape, node.dtype)
