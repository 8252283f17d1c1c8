"""What layers of series, images and volumes have in common: their arguments, and their axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import axes, backend
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import several_inputs
from glassbrook.keras.layers.spec import InputSpec, Shape, as_sizes, is_shape
from glassbrook.ops.windows import channels_last
from glassbrook.tensor import Variable

__all__ = [
    "SpatialLayer",
    "check_data_format",
    "check_pair",
    "check_padding",
    "check_window",
    "weight_node",
]


def check_data_format(layer: str, data_format: Any) -> str:
    """Where the channels are, or an error; the setting of the backend if it is not said."""
    if data_format is None:
        return backend.image_data_format()
    if str(data_format).lower() not in ("channels_last", "channels_first"):
        raise InvalidArgumentError(
            f"{layer}: data_format is {data_format!r}, expected 'channels_last' or "
            "'channels_first'."
        )
    return str(data_format).lower()


def check_padding(layer: str, padding: Any, causal: bool = False) -> str:
    """The name of a way to pad, or an error."""
    known = ("valid", "same", "causal") if causal else ("valid", "same")
    if str(padding).lower() not in known:
        hint = " Only Conv1D takes 'causal'." if str(padding).lower() == "causal" else ""
        raise InvalidArgumentError(
            f"{layer}: padding is {padding!r}, expected one of {', '.join(map(repr, known))}.{hint}"
        )
    return str(padding).lower()


def check_window(layer: str, what: str, value: Any, count: int, least: int = 1) -> tuple[int, ...]:
    """One whole number of at least `least` for each of `count` axes, or an error."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    numbers = (value,) * count if whole else value
    if isinstance(numbers, list | tuple) and len(numbers) == count:
        same = all(isinstance(each, int | np.integer) for each in numbers)
        if same and all(each >= least for each in numbers):
            return tuple(int(each) for each in numbers)
    raise InvalidArgumentError(
        f"{layer}: {what} is {value!r}, expected a whole number of at least {least}, or a tuple "
        f"of {count} of them."
    )


def check_pair(layer: str, what: str, value: Any) -> tuple[int, int]:
    """Two whole numbers of at least 0, or one that stands for both; or an error."""
    before, after = check_window(layer, what, value, 2, least=0)
    return before, after


def weight_node(layer: Layer, variable: Variable) -> Node:
    """A weight in the dtype that the layer computes in."""
    node = variable.used_node()
    if node.dtype is layer._compute_dtype or not node.dtype.is_floating:
        return node
    return build.cast(node, layer._compute_dtype)


class SpatialLayer(Layer):
    """A layer of inputs with `rank` axes between the batch and the channels, or before them.

    Args:
        rank: how many such axes there are.
        data_format: ``"channels_last"`` or ``"channels_first"``.
    """

    rank: int = 0

    def __init__(self, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = check_data_format(type(self).__name__, data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _channels_first(self) -> bool:
        return self.data_format == "channels_first"

    def _channels_last(self, x: Node) -> Node:
        return channels_last(x, self._channels_first)

    def _floating(self, x: Node) -> Node:
        return x if x.dtype.is_floating else build.cast(x, self._compute_dtype)

    def _split(self, shape: Any) -> tuple[int | None, Shape, int | None]:
        """The batch, the sizes in the middle, and the channels, of an input shape.

        Raises:
            ShapeError: it has more or fewer axes.
        """
        sizes = as_sizes(shape) if is_shape(shape) else shape
        if not isinstance(sizes, tuple) or len(sizes) != self.rank + 2:
            raise ShapeError(str(self._input_problem(sizes)))
        if self._channels_first:
            return sizes[0], sizes[2:], sizes[1]
        return sizes[0], sizes[1:-1], sizes[-1]

    def _joined(self, batch: Any, sizes: Any, channels: Any) -> Any:
        if self._channels_first:
            return (batch, channels, *sizes)
        return (batch, *sizes, channels)

    def _input_axes(self) -> tuple[str, ...]:
        return axes.spatial(self.rank, self._channels_first)

    def _input_problem(self, shape: Any) -> str | None:
        """What is wrong with the number of axes of an input, or with its channels."""
        if not isinstance(shape, tuple):
            return several_inputs(self._title(), shape)
        layout = axes.layout(self._input_axes())
        if len(shape) != self.rank + 2:
            hint = ""
            if len(shape) == self.rank + 1:
                hint = (
                    " Images without an axis of channels need one: tf.expand_dims(x, -1); a "
                    "single sample needs an axis in front: tf.expand_dims(x, 0)."
                )
            return (
                f"Layer {self._title()} expects inputs of {self.rank + 2} axes, {layout}, "
                f"but got an input of shape {shape}.{hint}"
            )
        expected = None
        for axis, size in (self.input_spec.axes if self.input_spec else {}).items():
            if size is not None and shape[axis] not in (size, None):
                expected = size
        if expected is not None:
            return (
                f"Layer {self._title()} was built for {expected} channels, but got an input of "
                f"shape {shape}, laid out as {layout}."
            )
        return None

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"data_format": self.data_format}
