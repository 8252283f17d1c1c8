"""`Sequential`: layers one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np

from glassbrook.dtypes import float32
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import leaf
from glassbrook.graph.shapes import element_count
from glassbrook.keras import registry
from glassbrook.keras.layers import tracking
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.dense import Dense
from glassbrook.keras.layers.input import InputLayer, KerasTensor
from glassbrook.keras.layers.spec import as_sizes, is_shape
from glassbrook.keras.layers.state import scope
from glassbrook.keras.models.inference import Inference
from glassbrook.keras.models.model import Model
from glassbrook.tensor import Tensor, TensorShape, TensorValue

__all__ = ["Sequential"]

_INFERRING = {"training": False}


@registry.register("layer")
class Sequential(Model):
    """A model in which every layer takes what the one before gives.

    The shape of the inputs is given by `keras.Input` as the first item, by `input_shape=` of the
    first layer, by `build`, or by the first data.

    Args:
        layers: the layers, in order.
        trainable: whether training changes them.
        name: the model's name.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([
        ...     tf.keras.Input(shape=(784,)),
        ...     tf.keras.layers.Dense(256, activation="relu"),
        ...     tf.keras.layers.Dense(10),
        ... ])
        >>> model.output_shape, len(model.weights)
        ((None, 10), 4)
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(trainable=trainable, name=name)
        self._input: InputLayer | None = None
        self._chain: list[Layer] = []
        self._shape: Any = None
        self._checked_shape: tuple[int, ...] | None = None
        self._inference = Inference(self, self._call_for_inference)
        if layers is not None:
            for layer in layers if isinstance(layers, list | tuple) else [layers]:
                self.add(layer, rebuild=False)
            self._build_if_known()

    def _named_parts(self) -> Iterator[tuple[str, Any]]:
        for index, layer in enumerate(self._chain):
            yield f"layers.{index}", layer
        for path, part in super()._named_parts():
            if not path.startswith(("_chain.", "_input")):
                yield path, part

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        return list(self._chain)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Append a layer.

        Raises:
            InvalidArgumentError: it is no layer, or another one has the same name.
        """
        if isinstance(layer, KerasTensor) and layer.layer is not None:
            layer = layer.layer
        if not isinstance(layer, Layer):
            hint = ""
            if callable(layer):
                hint = " A function becomes a layer with tf.keras.layers.Activation(function)."
            raise InvalidArgumentError(
                "Only instances of keras.Layer can be added to a Sequential model. Received: "
                f"{layer!r} (of type {type(layer)}).{hint}"
            )
        if isinstance(layer, InputLayer):
            self._add_input(layer)
        else:
            self._check_name(layer)
            if layer._given_shape is not None and not self._chain and self._input is None:
                self._add_input(InputLayer(batch_shape=layer._given_shape, dtype=layer.dtype))
            self._chain.append(layer)
            tracking.bump()
            if self.built and self._shape is not None:
                self.built = False
            self._ready = False
        if rebuild:
            self._build_if_known()

    def _add_input(self, layer: InputLayer) -> None:
        if self._chain or self._input is not None:
            raise InvalidArgumentError(
                f"Sequential: the input {layer.name!r} has to be the first item, but the model has "
                f"{len(self._chain)} layers"
                + (" and an input." if self._input is not None else ".")
            )
        self._input = layer

    def _check_name(self, layer: Layer) -> None:
        if any(layer is each for each in self._chain):
            raise InvalidArgumentError(
                f"Sequential: layer {layer.name!r} is in the model already. Make another one."
            )
        if any(layer.name == each.name for each in self._chain):
            raise InvalidArgumentError(
                "All layers added to a Sequential model should have unique names. Name "
                f"{layer.name!r} is already the name of a layer in this model. Update the `name` "
                "argument to pass a unique name."
            )

    def pop(self, index: int = -1) -> Layer:
        """Remove a layer, the last one by default, and return it.

        Raises:
            InvalidArgumentError: there are no layers.
        """
        if not self._chain:
            raise InvalidArgumentError("Sequential.pop: there are no layers in the model.")
        layer = self._chain.pop(index)
        tracking.bump()
        if self._shape is not None:
            self._chain_shapes(self._shape)
        return layer

    def _take_numbers(self) -> None:
        """Take single numbers as inputs of one feature each, if the first layer is dense."""
        if not self.built and self._chain and isinstance(self._chain[0], Dense):
            self.build((None, 1))

    def _build_if_known(self) -> None:
        if self._input is not None and self._chain:
            self.build(self._input.batch_shape)
        elif self._shape is not None:
            self.build(self._shape)

    def build(self, input_shape: Any = None) -> None:
        """Make the variables of all layers for inputs of a shape, the batch first.

        Args:
            input_shape: the shape, such as ``(None, 784)``; not needed after `keras.Input`.

        Raises:
            ShapeError: it does not fit the layers, or is not what `keras.Input` said.
        """
        if input_shape is None:
            if self._input is None:
                if not self._chain:
                    return
                raise InvalidArgumentError(
                    f"Model {self.name!r} cannot be built without the shape of its inputs: "
                    "model.build((None, 784))."
                )
            input_shape = self._input.batch_shape
        shape = as_sizes(input_shape) if is_shape(input_shape) else input_shape
        if self._input is not None and is_shape(shape):
            if not TensorShape(self._input.batch_shape).is_compatible_with(shape):
                raise ShapeError(self._mismatch(shape))
            if self._shape is None:
                shape = self._input.batch_shape
        if not self._chain:
            return
        self._chain_shapes(shape)
        self._shape = shape

    def _chain_shapes(self, shape: Any) -> Any:
        """Build what is not built yet, and return the shape of the output."""
        for layer in self._chain:
            if not layer.built:
                layer._build_within(shape)
            shape = layer.compute_output_shape(shape)
        return shape

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs for inputs; see `Layer`. Calls that repeat are replayed by a program."""
        if len(args) == 1 and (not kwargs or kwargs == _INFERRING):
            inputs = args[0]
            node = None
            if type(inputs) is Tensor:
                node = inputs._node
            elif type(inputs) is np.ndarray and inputs.dtype == np.float32:
                # Nobody can change it while the call lasts.
                node = leaf(inputs, float32)
            if node is not None and node.value is not None:
                replay = self._inference.replay_for(node)
                if replay is not None:
                    return replay((node,))
        return super().__call__(*args, **kwargs)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Apply the layers one after the other."""
        if type(inputs) is Tensor and inputs._node.shape != self._checked_shape:
            inputs = self._fitted(inputs)
        for layer in self._chain:
            inputs = layer(inputs, training=training)
        return inputs

    def _call_for_inference(self, inputs: Any) -> Any:
        return super().__call__(inputs, training=False)

    def _cast(self, inputs: TensorValue) -> Tensor:
        # The first layer knows in which dtype it computes.
        return inputs if isinstance(inputs, Tensor) else Tensor(inputs.used_node())

    def _fitted(self, inputs: Tensor) -> Tensor:
        """Inputs of the declared rank: a last axis of size 1 may be missing, or be too much.

        Raises:
            ShapeError: they do not fit the declared shape.
        """
        declared = self._shape if self._input is None else self._input.batch_shape
        shape = tuple(inputs.shape)
        if declared is not None and is_shape(declared):
            rank = len(declared)
            if len(shape) == rank - 1 and declared[-1] == 1:
                return Tensor(build.expand_dims(inputs.used_node(), rank - 1))
            if len(shape) == rank + 1 and shape[-1] == 1:
                return Tensor(build.reshape(inputs.used_node(), shape[:-1]))
        if self._input is not None and not TensorShape(declared).is_compatible_with(shape):
            raise ShapeError(self._mismatch(shape))
        vars(self)["_checked_shape"] = shape
        return inputs

    def _mismatch(self, shape: Any) -> str:
        assert self._input is not None
        declared = self._input.batch_shape
        hint = ""
        if TensorShape(declared[1:]).is_compatible_with(shape):
            hint = " One sample needs a batch axis in front: tf.expand_dims(x, 0) or x[None]."
        elif len(declared) == 2 and element_count(shape[1:]) == declared[-1]:
            hint = f" Flatten each input first: tf.reshape(x, (-1, {declared[-1]}))."
        return (
            f"Model {self.name!r} was declared to take inputs of shape {declared}, but got an "
            f"input of shape {tuple(shape)}.{hint}"
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the last layer's output."""
        with scope(self.name):
            return self._chain_shapes(input_shape)

    @property
    def inputs(self) -> list[KerasTensor]:
        """A placeholder of the shape that the model was built for."""
        return [KerasTensor(self.input_shape)]

    @property
    def outputs(self) -> list[KerasTensor]:
        """A placeholder of the output's shape."""
        return [KerasTensor(self.output_shape)]

    def get_config(self) -> dict[str, Any]:
        """Name and layers; each layer by the name of its class and its configuration."""
        layers: list[Layer] = [*([self._input] if self._input is not None else []), *self._chain]
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self._trainable,
            "layers": [registry.serialize(layer) for layer in layers],
        }
        if self._input is None and self._shape is not None:
            config["build_input_shape"] = self._shape
        return config

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """A new model from what `get_config` gave, without the weights.

        Raises:
            ModelFileError: a layer's class is unknown.
        """
        model = cls(name=config.get("name"), trainable=config.get("trainable", True))
        for layer in config.get("layers", ()):
            model.add(registry.deserialize("layer", layer, custom_objects), rebuild=False)
        model._build_if_known()
        if config.get("build_input_shape") is not None:
            model.build(config["build_input_shape"])
        return model
