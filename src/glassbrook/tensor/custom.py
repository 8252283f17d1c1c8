"""`custom_gradient` and `stop_gradient`: gradients by the user's own rule, or none."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import element_count
from glassbrook.tensor import nest, recording
from glassbrook.tensor.convert import as_node
from glassbrook.tensor.symbolic import operation
from glassbrook.tensor.tensor import Tensor, convert_to_tensor
from glassbrook.tensor.variable import Variable

__all__ = ["custom_gradient", "stop_gradient"]


@operation
def stop_gradient(input: Any, name: str | None = None) -> Tensor:
    """The same value, as a constant to all tapes.

    Args:
        input: a tensor.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable(3.0)
        >>> with tf.GradientTape() as tape:
        ...     y = x * tf.stop_gradient(x)
        >>> tape.gradient(y, x).numpy()
        np.float32(3.0)
    """
    return Tensor(build.stop_gradient(as_node(input)))


class _ReadVariables:
    """A recorder that only notes which variables are read, and their versions."""

    def __init__(self) -> None:
        self.versions: dict[int, tuple[Variable, Node]] = {}

    def variable_read(self, variable: Variable, node: Node) -> None:
        if variable.trainable:
            self.versions.setdefault(id(variable), (variable, node))

    def left_graph(self, node: Node) -> None:
        """Values may leave: the gradient is given by hand."""


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function that gives its result and the rule for its gradient.

    Args:
        f: a function of tensors that returns ``(result, grad)``. `grad` takes one tensor per
            result, the gradient with respect to it, and returns one per argument. If `f` reads
            trainable variables, `grad` also takes ``variables=`` and returns a pair: gradients of
            the arguments, and a list of those of the variables.

    Returns:
        A function that returns the result only, and whose gradient is given by the rule.

    Raises:
        InvalidArgumentError: `f` returns no such pair, or the rule another number of gradients
            than there are arguments.
        ShapeError: a gradient has not the shape of its argument.

    Example:
        >>> import glassbrook as tf
        >>> @tf.custom_gradient
        ... def log1pexp(x):
        ...     e = tf.exp(x)
        ...     return tf.math.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))
        >>> x = tf.Variable(100.0)
        >>> with tf.GradientTape() as tape:
        ...     y = log1pexp(x)
        >>> tape.gradient(y, x).numpy()
        np.float32(1.0)
    """

    @functools.wraps(f)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        arguments = [convert_to_tensor(each) for each in nest.flatten(list(args))]
        reads = _ReadVariables()
        recording.start(reads)
        try:
            result, rule = _pair(f, f(*nest.pack_like(list(args), arguments), **kwargs))
        finally:
            recording.stop(reads)
        variables = list(reads.versions.values())
        inputs = [*(each.node for each in arguments), *(node for _, node in variables)]
        outputs = [as_node(each) for each in nest.flatten(result)]
        vjp = _Rule(rule, outputs, inputs, [variable for variable, _ in variables])
        wrapped_outputs = [
            Tensor(build.custom_gradient(output, inputs, functools.partial(vjp, position)))
            for position, output in enumerate(outputs)
        ]
        return nest.pack_like(result, wrapped_outputs)

    return wrapped


class _Rule:
    """The user's rule for all results, as one rule on nodes per result.

    A gradient rule is linear in the gradients that come in, so the gradients of several results
    add up: each result calls the rule with zeros for the others.
    """

    def __init__(
        self,
        rule: Callable[..., Any],
        outputs: Sequence[Node],
        inputs: Sequence[Node],
        variables: Sequence[Variable],
    ) -> None:
        self._rule = rule
        self._types = [(output.shape, output.dtype) for output in outputs]
        self._shapes = [each.shape for each in inputs]
        self._variables = variables

    def __call__(self, position: int, grad: Node) -> list[Node | None]:
        upstream = [
            Tensor(grad if index == position else build.zeros(shape, dtype))
            for index, (shape, dtype) in enumerate(self._types)
        ]
        of_variables: list[Any] = [None] * len(self._variables)
        if self._variables and _takes_variables(self._rule):
            of_arguments, of_variables = self._rule(*upstream, variables=list(self._variables))
        else:
            of_arguments = self._rule(*upstream)
        found = [*_as_list(of_arguments), *_as_list(of_variables)]
        expected = len(self._shapes)
        if len(found) != expected:
            raise InvalidArgumentError(
                f"custom_gradient: the rule returned {len(found)} gradients, expected {expected}, "
                "one for each argument and variable; use None where there is none."
            )
        gradients = [None if each is None else as_node(each) for each in found]
        for place, (each, shape) in enumerate(zip(gradients, self._shapes, strict=True)):
            if each is not None and each.size < element_count(shape):
                raise ShapeError(
                    f"custom_gradient: gradient {place} that the rule returned has shape "
                    f"{list(each.shape)}, expected {list(shape)}, the shape of what it belongs to. "
                    "The gradient of a sum, say, is upstream * tf.ones_like(x)."
                )
        return gradients


def _pair(f: Callable[..., Any], returned: Any) -> tuple[Any, Callable[..., Any]]:
    """What a decorated function returned: its result, and the rule."""
    if isinstance(returned, tuple | list) and len(returned) == 2 and callable(returned[1]):
        return returned[0], returned[1]
    raise InvalidArgumentError(
        f"custom_gradient: {getattr(f, '__name__', 'the function')} returned "
        f"{type(returned).__name__}, expected a pair (result, grad), where grad is a function of "
        "the gradient that comes in: return y, grad."
    )


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _takes_variables(rule: Callable[..., Any]) -> bool:
    parameters = inspect.signature(rule).parameters.values()
    return any(each.name == "variables" or each.kind is each.VAR_KEYWORD for each in parameters)
