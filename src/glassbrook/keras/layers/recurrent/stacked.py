"""`StackedRNNCells`: several cells as one; and what is asked of any cell, a layer or not."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from glassbrook.dtypes import DType
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.keras import registry
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor

__all__ = [
    "StackedRNNCells",
    "initial_states",
    "output_size_of",
    "step_of",
    "takes_training",
]


@register("layer")
class StackedRNNCells(Layer):
    """Cells that are applied to each other's output, as one cell.

    Its states are a list with those of each cell, in order.

    Args:
        cells: the cells.

    Raises:
        InvalidArgumentError: a cell has no `call` or no `state_size`.

    Example:
        >>> import glassbrook as tf
        >>> cells = [tf.keras.layers.GRUCell(8), tf.keras.layers.LSTMCell(4)]
        >>> layer = tf.keras.layers.RNN(tf.keras.layers.StackedRNNCells(cells))
        >>> layer(tf.ones([2, 5, 3])).shape
        TensorShape([2, 4])
    """

    def __init__(self, cells: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for cell in cells:
            if not hasattr(cell, "call") or not hasattr(cell, "state_size"):
                raise InvalidArgumentError(
                    f"StackedRNNCells: {cell!r} is no cell: it needs call(inputs, states) and a "
                    "state_size."
                )
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """The size of the states of each cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """The size of the last cell's output."""
        return output_size_of(self.cells[-1])

    def build(self, input_shape: Any) -> None:
        """Build each cell for the output of the one before."""
        shape = input_shape
        for cell in self.cells:
            if isinstance(cell, Layer):
                if not cell.built:
                    cell._build_within(shape)
            elif hasattr(cell, "build"):
                cell.build(shape)
            shape = (shape[0], output_size_of(cell))

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """The first states of each cell."""
        return [initial_states(cell, batch_size, self._compute_dtype) for cell in self.cells]

    def call(self, inputs: Any, states: Any, training: bool = False) -> Any:
        """The output of the last cell, and the next states of all."""
        following = []
        for cell, given in zip(self.cells, states, strict=True):
            is_list = isinstance(given, list | tuple)
            options = {"training": training} if takes_training(cell) else {}
            inputs, new = step_of(cell)(inputs, list(given) if is_list else [given], **options)
            if isinstance(new, list | tuple):
                new = list(new) if is_list or len(new) > 1 else new[0]
            elif is_list:
                new = [new]
            following.append(new)
        return inputs, following

    def compute_output_shape(self, input_shape: Any, states_shape: Any = None) -> Any:
        """``[batch, output_size]``."""
        return input_shape[0], self.output_size

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"cells": [registry.serialize(cell) for cell in self.cells]}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Self:
        """New cells from what `get_config` gave."""
        cells = [registry.deserialize("layer", each, custom_objects) for each in config["cells"]]
        return cls(cells, **{key: value for key, value in config.items() if key != "cells"})


def initial_states(cell: Any, batch: int, dtype: DType) -> Any:
    """The first states of a cell: what it says itself, or zeros."""
    own = getattr(cell, "get_initial_state", None)
    if own is not None:
        parameters = inspect.signature(own).parameters
        options = {"batch_size": batch, "dtype": dtype}
        return own(**{key: value for key, value in options.items() if key in parameters})
    sizes = cell.state_size
    many = sizes if isinstance(sizes, list | tuple) else [sizes]
    return [Tensor(build.zeros((batch, *_as_shape(each)), dtype)) for each in many]


def _as_shape(size: Any) -> tuple[int, ...]:
    return (size,) if isinstance(size, int) else tuple(size)


def output_size_of(cell: Any) -> Any:
    """The size of a cell's output; by default that of its first state."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
        size = size[0] if isinstance(size, list | tuple) else size
    return size


def step_of(cell: Any) -> Callable[..., Any]:
    """The function that does one step of a cell."""
    return cell if callable(cell) else cell.call  # type: ignore[no-any-return]


def takes_training(cell: Any) -> bool:
    """Whether a cell wants to know if it is being trained."""
    return isinstance(cell, Layer) and cell._takes_training
