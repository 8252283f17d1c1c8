"""`tf.debugging.find_nonfinite`: run something, and say where its first NaN came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from glassbrook.engine.nonfinite import NonFinite, first_nonfinite, remembering
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Node
from glassbrook.tensor import TensorValue, Variable, nest, recording

__all__ = ["NonFinite", "Watched", "find_nonfinite", "watching"]


class Watched:
    """What happened while a stretch was watched: how everything came about, and what was read."""

    def __init__(self) -> None:
        self._variables: dict[int, Variable] = {}
        self._names: dict[Node, str] = {}

    def variable_read(self, variable: Variable, node: Node) -> None:
        """Note a variable and its present version."""
        self._variables[id(variable)] = variable
        self._names[node] = variable.path

    def left_graph(self, node: Node) -> None:
        """Nothing is noted: values may be looked at."""

    def variables(self) -> list[Variable]:
        """The variables that were read, in order of first use."""
        return list(self._variables.values())

    def first(self, structure: Any) -> NonFinite | None:
        """Where the first NaN or infinity in tensors and variables came from."""
        found = [each.node for each in nest.flatten(structure) if isinstance(each, TensorValue)]
        return first_nonfinite(found, names=self._names)


@contextmanager
def watching() -> Iterator[Watched]:
    """While this is entered, `Watched.first` can go back to where a number came from.

    What would be replayed by a program, such as a `tf.function`, runs as it is written.
    """
    watched = Watched()
    recording.start(watched)
    try:
        with remembering():
            yield watched
    finally:
        recording.stop(watched)


def find_nonfinite(function: Callable[..., Any], *args: Any, **kwargs: Any) -> NonFinite | None:
    """Where the first NaN or infinity comes from that a function computes.

    The function is called once, with everything noted: operations, layers and lines of source.
    From what it returns, and from the variables that it read, the search goes back through values
    that are not finite to the first operation that made one out of finite inputs, in the forward
    pass or in a gradient. A value that spreads nowhere, such as ``log(0)`` where `tf.where` takes
    the other side, is no finding.

    Args:
        function: what to call; variables that it changes stay changed.
        args: its arguments.
        kwargs: its arguments by name.

    Returns:
        `None` if all is finite. Otherwise what there is to tell; printed, it is a sentence. Its
        attributes are `op`, `layer` (the path), `line`, `index` and `value` (of the first bad
        element), `count`, `operands` (the inputs, with what went into that element), and `place`.

    Raises:
        InvalidArgumentError: there is nothing to look at.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable([4.0, 0.0])
        >>> def slope():
        ...     with tf.GradientTape() as tape:
        ...         y = tf.reduce_sum(tf.sqrt(x))
        ...     return tape.gradient(y, x)
        >>> found = tf.debugging.find_nonfinite(slope)
        >>> found.op, found.place.gradient_of, found.index, found.value
        ('div', 'sqrt', (1,), inf)
        >>> found.line.endswith("y = tf.reduce_sum(tf.sqrt(x))")
        True
        >>> for operand in found.operands:
        ...     print(operand)
        0.5 at [1] of float32[2] (0.5 to 0.5)
        0 at [1] of float32[2] (0 to 2)
    """
    if not callable(function):
        raise InvalidArgumentError(
            f"find_nonfinite: got {type(function).__name__}, expected a function that computes "
            "what is to be looked at: tf.debugging.find_nonfinite(lambda: tf.math.log(x))."
        )
    with watching() as watched:
        returned = function(*args, **kwargs)
        variables = watched.variables()
        tensors = [each for each in nest.flatten(returned) if isinstance(each, TensorValue)]
        if not tensors and not variables:
            raise InvalidArgumentError(
                "find_nonfinite: the function returned no tensor and read no variable, so there is "
                "nothing to look at. Return the tensors in question, such as the loss."
            )
        return watched.first([tensors, variables])
