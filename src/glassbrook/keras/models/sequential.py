"""`Sequential`: layers one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.shapes import element_count
from glassbrook.keras import registry
from glassbrook.keras.layers import tracking
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.dense import Dense
from glassbrook.keras.layers.input import InputLayer, KerasTensor
from glassbrook.keras.layers.layer_path import note_build
from glassbrook.keras.layers.spec import as_sizes, is_shape
from glassbrook.keras.layers.state import scope
from glassbrook.keras.models.inference import Inference
from glassbrook.keras.models.model import Model
from glassbrook.tensor import Tensor, TensorShape, TensorValue

__all__ = ["Sequential"]


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

    _symbols: list[KerasTensor]

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(trainable=trainable, name=name)
        self._input: InputLayer | None = None
        self._chain: list[Layer] = []
        self._shape: Any = None
        self._checked_shape: tuple[int, ...] | None = None
        # The placeholders in front of the first layer and behind each, once they were asked for.
        vars(self)["_symbols"] = []
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
        if isinstance(layer, KerasTensor) and layer._call is not None:
            layer = layer._call.operation
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
        if any(each is self for each in layer._flatten_layers()):
            raise InvalidArgumentError(
                f"Sequential: {layer.name!r} is or holds the model that it is added to. A model "
                "cannot be a part of itself: make another one."
            )
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
        layer._chain_of = None
        place = index if index >= 0 else len(self._chain) + 1 + index
        del self._symbols[place + 1 :]
        tracking.bump()
        if self._shape is not None:
            self._chain_shapes(self._shape)
        return layer

    def _declared_batch(self) -> int | None:
        """The batch size that `keras.Input` gave, if it did."""
        shape = () if self._input is None else self._input.batch_shape
        return shape[0] if shape else None

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
        for layer in self._chain[max(len(self._symbols) - 1, 0) :]:
            layer._chain_of = self

    def _chain_shapes(self, shape: Any) -> Any:
        """Build what is not built yet, and return the shape of the output."""
        for layer in self._chain:
            try:
                if not layer.built:
                    layer._build_within(shape)
                shape = layer.compute_output_shape(shape)
            except Exception as error:
                note_build(error, layer, shape)
                note_build(error, self, shape)
                raise
        return shape

    def _input_axes(self) -> Sequence[str]:
        return self._chain[0]._input_axes() if self._chain else ()

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Apply the layers one after the other."""
        if type(inputs) is Tensor and inputs._node.shape != self._checked_shape:
            inputs = self._fitted(inputs)
        for layer in self._chain:
            inputs = layer(inputs, training=training)
        return inputs

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
        hint = " Check the data, or declare what they are: keras.Input(shape=x.shape[1:])."
        if TensorShape(declared[1:]).is_compatible_with(shape):
            hint = (
                " One sample needs a batch axis in front: tf.expand_dims(x, 0) or x[None]; a data "
                "set of single samples needs dataset.batch(32)."
            )
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

    # As placeholders.

    def _note_calls(self) -> None:
        """Call on placeholders the layers that were not yet called so."""
        if self._shape is None or not is_shape(self._shape):
            return
        if not self._symbols:
            given = self._input
            if given is None:
                given = InputLayer(batch_shape=self._shape, dtype=self._input_dtype())
            self._symbols.append(given.output)
        for layer in self._chain[len(self._symbols) - 1 :]:
            layer._chain_of = None
            self._symbols.append(layer(self._symbols[-1]))

    def _input_dtype(self) -> str:
        return self._chain[0].compute_dtype if self._chain else self.compute_dtype

    @property
    def inputs(self) -> list[KerasTensor]:
        """The placeholder that the model begins at.

        Raises:
            AttributeError: the shape of the inputs is not known yet.
        """
        self._note_calls()
        if not self._symbols:
            raise AttributeError(
                f"Sequential model {self.name!r} has no defined inputs yet: give it the shape, "
                "with keras.Input as its first item or with model.build((None, 784))."
            )
        return self._symbols[:1]

    @property
    def outputs(self) -> list[KerasTensor]:
        """The placeholder of what the last layer gives.

        Raises:
            AttributeError: the shape of the inputs is not known yet.
        """
        return self._symbols[-1:] if self.inputs else []

    @property
    def input(self) -> Any:
        """The placeholder that the model begins at."""
        return self.inputs[0]

    @property
    def output(self) -> Any:
        """The placeholder of what the last layer gives."""
        return self.outputs[0]

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
