"""`Metric`: a number about predictions that is gathered over many batches.

Its state lives in variables. An update only adds nodes to the graph: nothing is computed until the
result is looked at, or the training step runs that the update belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, UnimplementedError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import initializers
from glassbrook.keras.naming import auto_name
from glassbrook.tensor import Variable

__all__ = ["Metric", "add_to"]


def add_to(variable: Variable, amount: Node) -> None:
    """Add to a variable of the state, without computing anything."""
    node = variable.node
    if amount.dtype is not node.dtype:
        amount = build.cast(amount, node.dtype)
    variable.assign_node(build.add(node, amount), "update_state")


class Metric:
    """Base of all metrics; a subclass defines `update_state` and `result`.

    Args:
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> class Largest(tf.keras.metrics.Metric):
        ...     def __init__(self, name="largest", **kwargs):
        ...         super().__init__(name=name, **kwargs)
        ...         self.value = self.add_weight(name="value", initializer="zeros")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.value.assign(tf.maximum(self.value, tf.reduce_max(y_pred)))
        ...     def result(self):
        ...         return self.value.value()
        >>> metric = Largest()
        >>> metric.update_state([0.0], [3.0])
        >>> metric.result().numpy()
        np.float32(3.0)
    """

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        self.name = name or auto_name(type(self).__name__)
        self._dtype = dtypes.float32 if dtype is None else as_dtype(dtype)
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """The name of the floating-point type of its state."""
        return self._dtype.name

    @property
    def variables(self) -> list[Variable]:
        """The variables of the state, those of metrics inside this one included."""
        inner = (value for value in vars(self).values() if isinstance(value, Metric))
        return [*self._variables, *(each for metric in inner for each in metric.variables)]

    @property
    def weights(self) -> list[Variable]:
        """The variables of the state."""
        return self.variables

    non_trainable_variables = variables

    @property
    def trainable_variables(self) -> list[Variable]:
        """None: no optimizer changes the state."""
        return []

    def add_variable(
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: Any = None,
        name: str | None = None,
    ) -> Variable:
        """A new variable of the state.

        Args:
            shape: the sizes of its axes; none by default.
            initializer: its first value, which `reset_state` does not repeat: that sets zeros.
            dtype: its element type; that of the metric by default.
            aggregation: accepted for Keras's sake, without effect.
            name: what it is called.
        """
        initialize = initializers.get("zeros" if initializer is None else initializer)
        assert initialize is not None
        kind = self._dtype if dtype is None else as_dtype(dtype)
        label = name or auto_name("variable")
        sizes = (shape,) if isinstance(shape, int) else tuple(shape)
        variable = Variable(
            initialize(sizes, kind), False, name=label, dtype=kind, path=f"{self.name}/{label}"
        )
        self._variables.append(variable)
        return variable

    def add_weight(
        self,
        shape: Any = (),
        initializer: Any = None,
        dtype: Any = None,
        name: Any = None,
        **unused: Any,
    ) -> Variable:
        """A new variable of the state; see `add_variable`.

        Keras 3 has the shape first, Keras 2 has the name first and the shape second: both work.
        """
        if isinstance(shape, str):
            name, shape = shape, ()
            if isinstance(initializer, int | list | tuple):
                shape, initializer = initializer, None
        return self.add_variable(shape, initializer, dtype, None, name)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take a batch into account; to be defined by a subclass."""
        raise UnimplementedError(
            f"{type(self).__name__} is a metric without a formula. Define "
            "update_state(self, y_true, y_pred, sample_weight=None)."
        )

    def result(self) -> Any:
        """The metric of all batches since the last reset; to be defined by a subclass."""
        raise UnimplementedError(
            f"{type(self).__name__} is a metric without a result. Define result(self)."
        )

    def reset_state(self) -> None:
        """Forget all batches: every variable of the state becomes 0."""
        for variable in self.variables:
            node = variable.node
            variable.assign(np.zeros(node.shape, node.dtype.numpy))

    def reset_states(self) -> None:
        """Forget all batches, by the old name of `reset_state`."""
        self.reset_state()

    def merge_state(self, metrics: Iterable[Metric]) -> None:
        """Take the batches of other metrics of this class into account.

        Raises:
            InvalidArgumentError: a metric has another state.
        """
        for metric in metrics:
            shapes = [[each.node.shape for each in m.variables] for m in (self, metric)]
            if shapes[0] != shapes[1]:
                raise InvalidArgumentError(
                    f"{self.name}: the state of {metric.name} has other shapes: {shapes[1]}, "
                    f"expected {shapes[0]}."
                )
            for variable, other in zip(self.variables, metric.variables):
                variable.assign_add(other.value())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch into account; return the result of all batches."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A metric with the arguments that `get_config` gave."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
