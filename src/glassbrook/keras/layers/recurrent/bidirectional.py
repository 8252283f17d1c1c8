"""`Bidirectional`: a layer over sequences, and its twin that begins at the other end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import registry
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node, nest

__all__ = ["Bidirectional"]

_MODES = ("sum", "mul", "ave", "concat", None)
_IN_COMMON = ("stateful", "return_sequences", "return_state")


@register("layer")
class Bidirectional(Layer):
    """Two layers over the same sequences, one from the first time step on, one from the last.

    Args:
        layer: the layer, such as ``LSTM(32)``; both directions are made from its configuration.
        merge_mode: how both outputs become one: ``"concat"``, ``"sum"``, ``"mul"``, ``"ave"``; or
            `None` to return both.
        weights: the first weights: those of the forward layer, then those of the backward one.
        backward_layer: the layer that begins at the end, if it is to differ.

    Raises:
        InvalidArgumentError: what was given is no layer, the mode is unknown, or both layers go in
            the same direction or return different things.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(4, return_sequences=True))
        >>> layer(tf.ones([2, 5, 3])).shape
        TensorShape([2, 5, 8])
    """

    supports_masking = True

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        for each in (layer, backward_layer):
            if each is not None or each is layer:
                _check_layer(each)
        if merge_mode not in _MODES:
            raise InvalidArgumentError(
                f"Bidirectional: Invalid merge mode {merge_mode!r}. Merge mode should be one of "
                "'sum', 'mul', 'ave', 'concat' or None."
            )
        if kwargs.get("input_shape") is None and layer._given_shape is not None:
            kwargs.setdefault("batch_input_shape", layer._given_shape)
        super().__init__(**kwargs)
        self.forward_layer = _twin(layer, "forward_", layer.go_backwards)
        if backward_layer is None:
            backward_layer = _twin(layer, "backward_", not layer.go_backwards)
        self.backward_layer = backward_layer
        _check_pair(self.forward_layer, self.backward_layer)
        for each in (self.forward_layer, self.backward_layer):
            if getattr(each, "zero_output_for_mask", None) is not None:
                each.zero_output_for_mask = each.return_sequences
        self.merge_mode = merge_mode
        self.stateful = layer.stateful
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.input_spec = layer.input_spec
        self._first_weights = weights

    @property
    def layer(self) -> Any:
        """The forward layer, as Keras 2 calls it."""
        return self.forward_layer

    def build(self, input_shape: Any, initial_state_shape: Any = None) -> None:
        """Build both layers."""
        for each in (self.forward_layer, self.backward_layer):
            if not each.built:
                each._build_within(input_shape)
        if self._first_weights:
            self.set_weights(self._first_weights)

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = None,
    ) -> Any:
        """Both outputs, merged; and the last states of both if they are returned.

        Args:
            sequences: [batch, time, …].
            initial_state: the first states, those of the forward layer, then of the backward one.
            mask: true where a time step counts, [batch, time].
            training: whether the layer is being trained.
        """
        if isinstance(sequences, list) and initial_state is None and len(sequences) > 1:
            sequences, *initial_state = sequences
        options: list[dict[str, Any]] = [{}, {}]
        if initial_state is not None:
            half = len(initial_state) // 2
            options = [
                {"initial_state": list(initial_state[:half])},
                {"initial_state": list(initial_state[half:])},
            ]
        found = []
        for layer, given in zip((self.forward_layer, self.backward_layer), options, strict=True):
            if layer._takes_training:
                given["training"] = training
            if layer._takes_mask and mask is not None:
                given["mask"] = mask
            found.append(layer(sequences, **given))
        states: tuple[Any, ...] = ()
        if self.return_state:
            states = (*found[0][1:], *found[1][1:])
            found = [each[0] for each in found]
        merged = self._merged(*(as_node(each) for each in found))
        outputs = [Tensor(each) for each in merged]
        if self.return_state:
            return (*outputs, *states)
        return outputs[0] if self.merge_mode is not None else tuple(outputs)

    def _merged(self, y: Node, y_rev: Node) -> list[Node]:
        if self.return_sequences:
            begin = (0, y_rev.shape[1] - 1, *(0,) * (y_rev.rank - 2))
            y_rev = build.slice(y_rev, begin, y_rev.shape, (1, -1, *(1,) * (y_rev.rank - 2)))
        match self.merge_mode:
            case "concat":
                return [build.concat([y, y_rev], y.rank - 1)]
            case "sum":
                return [build.add(y, y_rev)]
            case "ave":
                return [build.div(build.add(y, y_rev), build.constant(2, y.dtype))]
            case "mul":
                return [build.mul(y, y_rev)]
        return [y, y_rev]

    def reset_state(self) -> None:
        """Begin the next batch of stateful layers with states of zeros."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Begin the next batch of stateful layers with states of zeros: the older name."""
        self.reset_state()

    @property
    def states(self) -> Any:
        """The states that stateful layers keep: those of the forward layer, then of the other."""
        both = [self.forward_layer.states, self.backward_layer.states]
        return None if any(each is None for each in both) else [*both[0], *both[1]]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the outputs: that of the inputs if all outputs are returned."""
        first = nest.flatten(mask)[0]
        kept = first if self.return_sequences else None
        output = [kept, kept] if self.merge_mode is None else [kept]
        if self.return_state:
            return [*output, *(None for _ in self.forward_layer.state_size * 2)]
        return output if self.merge_mode is None else kept

    def compute_output_shape(self, input_shape: Any, initial_state_shape: Any = None) -> Any:
        """The shape of the merged outputs, or of both; and those of the states."""
        shape = self.forward_layer.compute_output_shape(input_shape)
        states: tuple[Any, ...] = ()
        if self.return_state:
            shape, *rest = shape
            states = (*rest, *rest)
        outputs: list[Any] = [tuple(shape)]
        if self.merge_mode == "concat":
            outputs = [(*shape[:-1], shape[-1] * 2)]
        elif self.merge_mode is None:
            outputs *= 2
        return outputs[0] if len(outputs) == 1 and not states else (*outputs, *states)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "merge_mode": self.merge_mode,
            "layer": registry.serialize(self.forward_layer),
            "backward_layer": registry.serialize(self.backward_layer),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Self:
        """A new layer from what `get_config` gave."""
        rest = {key: value for key, value in config.items() if key != "num_constants"}
        for name in ("layer", "backward_layer"):
            if rest.get(name) is not None:
                rest[name] = registry.deserialize("layer", rest[name], custom_objects)
        return cls(**rest)


def _check_layer(layer: Any) -> None:
    if not isinstance(layer, Layer):
        raise InvalidArgumentError(
            f"Bidirectional: expected a tf.keras.layers.Layer, got {layer!r}. Pass an instance "
            "such as tf.keras.layers.LSTM(32), not a class or a tensor."
        )
    if not hasattr(layer, "go_backwards"):
        raise InvalidArgumentError(
            f"Bidirectional: {layer!r} cannot begin at the end: expected a recurrent layer, such "
            "as tf.keras.layers.LSTM(32), with go_backwards, return_sequences, return_state and "
            "stateful."
        )


def _twin(layer: Layer, prefix: str, go_backwards: bool) -> Any:
    """A new layer of the same configuration, in a direction of its own."""
    described = registry.serialize(layer)
    config = dict(described["config"])
    config.pop("batch_input_shape", None)
    config["name"] = prefix + str(config["name"]).removeprefix(prefix)
    config["go_backwards"] = go_backwards
    twin = registry.deserialize(
        "layer", {**described, "config": config}, {type(layer).__name__: type(layer)}
    )
    if hasattr(layer, "use_cudnn"):
        twin.use_cudnn = layer.use_cudnn
    return twin


def _check_pair(forward: Any, backward: Any) -> None:
    """Raise an error unless both layers go in different directions, and return the same."""
    if forward.go_backwards == backward.go_backwards:
        raise InvalidArgumentError(
            "Bidirectional: forward layer and backward layer should have different `go_backwards` "
            f"value, but both have go_backwards={forward.go_backwards}."
        )
    for name in _IN_COMMON:
        ours, theirs = getattr(forward, name), getattr(backward, name)
        if ours != theirs:
            raise InvalidArgumentError(
                f"Bidirectional: both layers are expected to have the same {name}, got "
                f"{name}={ours} for the forward layer and {name}={theirs} for the backward layer."
            )
