"""`GraphModel`: the part of `Model` that is made from placeholders and the calls between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.keras.layers.base import Layer, note_added_losses
from glassbrook.keras.layers.input import InputLayer
from glassbrook.keras.models.inference import Inference
from glassbrook.keras.models.network import Network
from glassbrook.keras.symbolic.order import cloned_between
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.tensor import Tensor, TensorShape, TensorValue, nest

__all__ = ["GraphModel", "functional_arguments"]


def functional_arguments(
    args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[Any, Any, dict[str, Any]] | None:
    """Inputs, outputs and the other arguments of a functional model; `None` if it is none."""
    rest = dict(kwargs)
    given = list(args)
    if len(given) > 3 or (len(given) < 2 and "outputs" not in rest):
        return None
    if not given and "inputs" not in rest:
        return None
    inputs = given.pop(0) if given else rest.pop("inputs")
    outputs = given.pop(0) if given else rest.pop("outputs")
    if given:
        rest["name"] = given[0]
    return inputs, outputs, rest


class GraphModel(Layer):
    """What a model does that was made as ``Model(inputs, outputs)``.

    All of it is without effect in a model that was made otherwise.
    """

    _network: Network | None = None
    _inference: Inference | None = None
    _inputs_struct: Any = None
    _outputs_struct: Any = None
    _accepted: set[Any]
    _symbolic_losses: tuple[KerasTensor, ...] = ()

    def _become_functional(self, inputs: Any, outputs: Any) -> None:
        """Take on the calls between placeholders.

        Raises:
            InvalidArgumentError: something is no placeholder, or an input is missing.
        """
        _check_placeholders("inputs", inputs)
        _check_placeholders("outputs", outputs)
        flat_inputs: list[KerasTensor] = nest.flatten(inputs)
        flat_outputs: list[KerasTensor] = nest.flatten(outputs)
        if not all(each._call is not None and each._call.is_input for each in flat_inputs):
            fresh = [_input_like(each) for each in flat_inputs]
            flat_outputs = cloned_between(flat_inputs, flat_outputs, fresh)
            inputs, outputs = nest.pack_like(inputs, fresh), nest.pack_like(outputs, flat_outputs)
            flat_inputs = fresh
        # Set past __setattr__: placeholders are no parts of the model.
        vars(self).update(
            _network=Network(flat_inputs, flat_outputs),
            _inputs_struct=inputs,
            _outputs_struct=outputs,
            _accepted=set(),
            _inference=Inference(self, self._call_for_inference),  # type: ignore[arg-type]
        )
        self.built = self._ready = True
        self._build_shape = nest.map_structure(lambda each: each.keras_shape, inputs)

    def _call_for_inference(self, inputs: Any) -> Any:
        return Layer.__call__(self, inputs, training=False)

    def _graph(self, what: str) -> Network:
        if self._network is None:
            raise AttributeError(
                f"Model {self.name!r} has no {what}: it was not made from placeholders, as "
                "tf.keras.Model(inputs, outputs) is."
            )
        return self._network

    # What it consists of.

    @property
    def inputs(self) -> list[KerasTensor]:
        """The placeholders that the model begins at."""
        return list(self._graph("inputs").inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The placeholders that the model ends at."""
        self._graph("outputs")
        return nest.flatten(self._outputs_struct)

    @property
    def input(self) -> Any:
        """The inputs in the structure in which they were given."""
        self._graph("input")
        return self._inputs_struct

    @property
    def output(self) -> Any:
        """The outputs in the structure in which they were given."""
        self._graph("output")
        return self._outputs_struct

    @property
    def input_names(self) -> list[str]:
        """The names of the input layers."""
        return [_operation_of(each).name for each in self.inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that give the outputs."""
        return [_operation_of(each).name for each in self.outputs]

    def _output_names(self) -> Sequence[str] | None:
        """The names of the outputs, if the model knows them."""
        return None if self._network is None else self.output_names

    @property
    def operations(self) -> list[Any]:
        """The layers and operations, in the order of the summary."""
        return list(self._graph("operations").operations)

    def _named_parts(self) -> Iterator[tuple[str, Any]]:
        if self._network is not None:
            for index, layer in enumerate(self._network.layers):
                yield f"layers.{index}", layer
        yield from super()._named_parts()

    @property
    def input_shape(self) -> Any:
        """The shape of the inputs that the model was made or built for."""
        if self._network is None:
            return super().input_shape
        return _unpacked([each.keras_shape for each in self.inputs])

    @property
    def output_shape(self) -> Any:
        """The shape of the outputs."""
        if self._network is None:
            return super().output_shape
        shapes = nest.map_structure(lambda each: each.keras_shape, self._outputs_struct)
        return _unpacked(shapes)

    def add_loss(self, loss: Any) -> None:
        """Add a term to the loss that training minimizes.

        Args:
            loss: a scalar tensor, a function that gives one, or a placeholder of the model, whose
                value is computed at each call; or a list of these.
        """
        terms = list(loss) if isinstance(loss, list | tuple) else [loss]
        symbolic = [each for each in terms if isinstance(each, KerasTensor)]
        if symbolic:
            network = self._graph("placeholders for a loss to be computed from")
            together = (*self._symbolic_losses, *symbolic)
            vars(self).update(
                _symbolic_losses=together,
                _network=Network(network.inputs, [*self.outputs, *together]),
                _inference=None,
            )
            note_added_losses()
        rest = [each for each in terms if not isinstance(each, KerasTensor)]
        if rest:
            super().add_loss(rest)

    # Calling.

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Run the layers in order; a subclass that is no functional model defines its own.

        Args:
            inputs: tensors in the structure of the model's inputs, or by the inputs' names.
            training: whether layers behave as in training.
            mask: masks of the inputs.
        """
        network = self._network
        if network is None:
            return super().call(inputs)
        found = network.run(self._fitted_inputs(inputs, network), training)
        if self._symbolic_losses:
            count = len(found) - len(self._symbolic_losses)
            super().add_loss(found[count:])
            found = found[:count]
        structure = self._outputs_struct
        if isinstance(structure, KerasTensor):
            return found[0]
        if len(found) == 1 and isinstance(structure, list | tuple):
            return found[0]
        return nest.pack_like(structure, found)

    def _cast(self, inputs: TensorValue) -> Tensor:
        if self._network is None:
            return super()._cast(inputs)
        # Each input has a dtype of its own.
        return inputs if isinstance(inputs, Tensor) else Tensor(inputs.used_node())

    def _fitted_inputs(self, inputs: Any, network: Network) -> list[Tensor]:
        """The inputs in order, each of its rank and dtype.

        Raises:
            InvalidArgumentError: inputs are missing.
            ShapeError: a shape does not fit.
        """
        if type(inputs) is Tensor:
            flat: list[Any] = [inputs]
        else:
            flat = nest.flatten(self._arranged(inputs))
        if len(flat) != len(network.inputs):
            raise InvalidArgumentError(
                f"Model {self.name!r} takes {len(network.inputs)} inputs, {self.input_names}, but "
                f"was called on {len(flat)}."
            )
        accepted = self._accepted
        for place, each in enumerate(flat):
            key = (place, each._node.shape, each._node.dtype)
            if key not in accepted:
                flat[place] = self._fitted_input(each, network.inputs[place], key)
        return flat

    def _arranged(self, inputs: Any) -> Any:
        """Inputs in the structure of the model's: those in a dictionary are found by name."""
        structure = self._inputs_struct
        if not isinstance(inputs, Mapping):
            return inputs
        if isinstance(structure, Mapping):
            missing = [key for key in structure if key not in inputs]
            if not missing:
                return {key: inputs[key] for key in structure}
        else:
            found = [_by_name(inputs, each) for each in nest.flatten(structure)]
            missing = [
                _operation_of(each).name
                for each, value in zip(self.inputs, found, strict=True)
                if value is None
            ]
            if not missing:
                return found
        raise InvalidArgumentError(
            f"The structure of `inputs` doesn't match the expected structure: model {self.name!r} "
            f"has inputs {self.input_names}, but the dictionary has {list(inputs)}: there is no "
            f"{missing[0]!r}."
        )

    def _fitted_input(self, given: Tensor, placeholder: KerasTensor, key: Any) -> Tensor:
        node = given.used_node()
        dtype = as_dtype(placeholder.dtype)
        declared = placeholder.keras_shape
        rank = len(declared)
        if node.dtype is not dtype and dtypes.string not in (node.dtype, dtype):
            node = build.cast(node, dtype)
        if node.rank == rank - 1 and declared[-1] == 1:
            node = build.expand_dims(node, rank - 1)
        elif node.rank == rank + 1 and node.shape[-1] == 1:
            node = build.reshape(node, node.shape[:-1])
        if not TensorShape(declared).is_compatible_with(node.shape):
            hint = ""
            if TensorShape(declared[1:]).is_compatible_with(node.shape):
                hint = " One sample needs a batch axis in front: tf.expand_dims(x, 0) or x[None]."
            raise ShapeError(
                f"Input {placeholder.name!r} of model {self.name!r} was declared with shape "
                f"{declared}, but got data of shape {node.shape}.{hint}"
            )
        if node is given._node:
            self._accepted.add(key)
            return given
        return Tensor(node)


def _check_placeholders(what: str, structure: Any) -> None:
    for each in nest.flatten(structure):
        if not isinstance(each, KerasTensor):
            raise InvalidArgumentError(
                f"All `{what}` values must be KerasTensors. Received: {what}={structure!r} "
                f"including invalid value {each!r} of type {type(each)}. keras.Input(shape) makes "
                "one, and layers called on it give others."
            )


def _input_like(tensor: KerasTensor) -> KerasTensor:
    """The tensor itself, if data enter there; else a new place for data to enter."""
    if tensor._call is not None and tensor._call.is_input:
        return tensor
    layer = InputLayer(
        batch_shape=tensor.keras_shape, dtype=tensor.dtype, name=f"{tensor.name}CLONE"
    )
    found: KerasTensor = layer.output
    found._examples = tensor._examples
    return found


def _operation_of(tensor: KerasTensor) -> Any:
    assert tensor._call is not None
    return tensor._call.operation


def _by_name(inputs: Mapping[str, Any], placeholder: KerasTensor) -> Any:
    found = inputs.get(placeholder.name)
    return inputs.get(_operation_of(placeholder).name) if found is None else found


def _unpacked(shapes: Any) -> Any:
    if isinstance(shapes, list) and len(shapes) == 1:
        return shapes[0]
    return shapes
