"""`Model`: a layer that can be trained, saved and summarized."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, cast

from glassbrook.errors import GlassbrookError, InvalidArgumentError
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.state import PROBE_BATCH
from glassbrook.keras.models.graph import GraphModel, functional_arguments
from glassbrook.keras.models.graph_config import (
    describes_graph,
    graph_config,
    graph_from_config,
)
from glassbrook.keras.models.inference import known_node, known_nodes
from glassbrook.keras.models.loops import Loops
from glassbrook.keras.models.summary import format_summary
from glassbrook.keras.registry import register

__all__ = ["Model"]

Path = str | os.PathLike[str]
_STRUCTURES = frozenset({list, tuple, dict})


_INFERRING = {"training": False}


@register("layer")
class Model(Loops, GraphModel):
    """Layers that belong together, with what it takes to train them.

    Call layers and operations on placeholders, and give the first and the last ones:
    ``tf.keras.Model(inputs, outputs)``. Or make a subclass: set layers as attributes in `__init__`,
    apply them in ``call(inputs)``. A chain of layers is written shorter as `Sequential`.

    Args:
        inputs: a placeholder of `tf.keras.Input`, or a list or dictionary of them.
        outputs: what layers gave for these, in any such structure.
        name: the model's name.

    Example:
        >>> import glassbrook as tf
        >>> class Classifier(tf.keras.Model):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.hidden = tf.keras.layers.Dense(16, activation="relu")
        ...         self.out = tf.keras.layers.Dense(3)
        ...     def call(self, inputs, training=False):
        ...         return self.out(self.hidden(inputs))
        >>> model = Classifier()
        >>> model(tf.zeros([2, 4])).shape, model.count_params()
        (TensorShape([2, 3]), 131)
        >>> x = tf.keras.Input((4,))
        >>> h = tf.keras.layers.Dense(16, activation="relu")(x)
        >>> model = tf.keras.Model(x, {"class": tf.keras.layers.Dense(3)(h), "size": h[:, 0]})
        >>> {key: each.shape for key, each in model(tf.zeros([2, 4])).items()}
        {'class': TensorShape([2, 3]), 'size': TensorShape([2])}
    """

    # The class of models that are made as ``Model(inputs, outputs)``.
    _functional: type[Model] | None = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """A functional model, if this is Model(inputs, outputs)."""
        wanted: Any = cls
        if cls is Model and functional_arguments(args, kwargs) is not None:
            wanted = Model._functional
        made: Self = super().__new__(wanted, *args, **kwargs)
        return made

    _passes_masks = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        functional = functional_arguments(args, kwargs)
        if functional is not None:
            inputs, outputs, kwargs = functional
            super().__init__(**kwargs)
            self._become_functional(inputs, outputs)
            if not self._trainable:
                self.trainable = False
            return
        if kwargs.keys() & {"inputs", "outputs"}:
            raise InvalidArgumentError(
                f"{type(self).__name__}: a model of placeholders needs both its inputs and its "
                f"outputs, got {', '.join(sorted(kwargs))} alone: Model(inputs, outputs)."
            )
        if args:
            raise InvalidArgumentError(
                f"{type(self).__name__}: unexpected arguments {args!r}. A Model subclass calls "
                "super().__init__() without them, or with name=."
            )
        super().__init__(**kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs for inputs; see `Layer`. Calls that repeat are replayed by a program."""
        inference = self._inference
        if inference is not None and len(args) == 1 and (not kwargs or kwargs == _INFERRING):
            inputs = args[0]
            if type(inputs) in _STRUCTURES:
                nodes = known_nodes(inputs)
                replay = None if nodes is None else inference.replay_for_several(inputs, nodes)
                if replay is not None and nodes is not None:
                    return replay(nodes)
            else:
                node = known_node(inputs)
                replay = None if node is None else inference.replay_for(node)
                if replay is not None and node is not None:
                    return replay((node,))
        return super().__call__(*args, **kwargs)

    def _declared_batch(self) -> int | None:
        """The batch size that the model was made for, if there is one."""
        if self._network is None:
            return None
        shapes = [each.keras_shape for each in self._network.inputs]
        return next((shape[0] for shape in shapes if shape and shape[0]), None)

    # Structure.

    @property
    def layers(self) -> list[Layer]:
        """The layers, each once: those of the graph, or those that are attributes."""
        if self._network is not None:
            return self._network.layers
        return list(self._found_parts()[2])

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of a name, or at a position.

        Raises:
            InvalidArgumentError: there is no such layer.
        """
        layers = self.layers
        if (name is None) == (index is None):
            raise InvalidArgumentError("get_layer: give a name or an index, one of them.")
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise InvalidArgumentError(
                    f"get_layer: there is no layer {index}: the model has {len(layers)} layers."
                )
            return layers[index]
        operations = self._network.operations if self._network is not None else layers
        for layer in operations:
            if layer.name == name:
                return cast(Layer, layer)
        known = ", ".join(repr(layer.name) for layer in layers)
        raise InvalidArgumentError(f"get_layer: no layer is named {name!r}. There are: {known}.")

    def build(self, input_shape: Any = None) -> None:
        """Make the variables of all layers for inputs of a shape, the batch first.

        Args:
            input_shape: the shape, such as ``(None, 784)``; for several inputs a list of shapes.

        Raises:
            InvalidArgumentError: the shape is missing.
        """
        if input_shape is None and self._network is None:
            raise InvalidArgumentError(
                f"Model {self.name!r} cannot be built without the shape of its inputs: "
                "model.build((None, 784))."
            )
        if self._ready or self._calling or self._network is not None:
            return
        try:
            self._probe_with(input_shape, PROBE_BATCH)
        except GlassbrookError:
            raise
        except (TypeError, AttributeError) as error:
            error.add_note(
                f"Model {self.name!r} was built by calling it on zeros of shape {input_shape}. If "
                "its call() needs other inputs, call the model on real data instead."
            )
            raise

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
    ) -> None:
        """Print a table of the layers, their output shapes and numbers of parameters.

        Args:
            line_length: the width of the table; that of the terminal, at most 88, by default.
            positions: where columns end, as shares of the width.
            print_fn: a function that takes the text, instead of printing it.
            expand_nested: whether to show the layers of layers.
            show_trainable: whether to add a column that shows what is trained.
            layer_range: names of the first and the last layer to show.
        """
        text = format_summary(
            self, line_length, positions, expand_nested, show_trainable, layer_range
        )
        if print_fn is None:
            print(text, end="")
        else:
            print_fn(text)

    def reset_states(self) -> None:
        """Let stateful layers begin the next batch with states of zeros: Keras 2's name."""
        layer: Any
        for layer in self._flatten_layers():
            if layer is not self and getattr(layer, "stateful", False):
                layer.reset_state()

    # Files.

    def save(self, filepath: Path, overwrite: bool = True, **kwargs: Any) -> None:
        """Write the model to a file: its architecture, weights, and state of training.

        Args:
            filepath: ``"model.gbk"`` for one file, a path without a suffix for a folder;
                ``"model.keras"`` or ``"model.h5"`` for Keras's formats.
            overwrite: whether an existing file is replaced.
            kwargs: `include_optimizer` says whether to write the optimizer's state too.

        Raises:
            InvalidArgumentError: the suffix is unknown, the model is not built, the file exists,
                or a layer cannot be written.
        """
        from glassbrook.keras.saving import save_model

        save_model(self, filepath, overwrite=overwrite, **kwargs)

    def save_weights(self, filepath: Path, overwrite: bool = True, **kwargs: Any) -> None:
        """Write the values of the weights to a file.

        Args:
            filepath: a path that ends in ``.weights.gbk`` or ``.safetensors``; in ``.weights.h5``
                for the format of Keras 3, ``.h5`` for that of Keras 2; any other is the prefix of
                a checkpoint.
            overwrite: whether an existing file is replaced.
            kwargs: `save_format` of Keras 2 is accepted: the path says the format.
        """
        from glassbrook.keras.saving import save_weights

        save_weights(self, filepath, overwrite=overwrite, **kwargs)

    def load_weights(self, filepath: Path, skip_mismatch: bool = False, **kwargs: Any) -> Any:
        """Read the values of the weights from a file that `save_weights` or `save` wrote.

        Args:
            filepath: the file, one of Keras's, or the prefix of a checkpoint.
            skip_mismatch: whether to leave weights alone that do not fit, instead of failing.
            kwargs: `by_name` fills layers of the same names from a file in Keras 2's layout.

        Returns:
            For a checkpoint an object to ask what was found, such as by `expect_partial()`.

        Raises:
            ModelFileError: the file is damaged, or belongs to another architecture.
            NotFoundError: there is no such file.
        """
        from glassbrook.keras.saving import load_weights

        return load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON text; `keras.models.model_from_json` reads it."""
        from glassbrook.keras.saving import model_to_json

        return model_to_json(self, **kwargs)

    def get_build_config(self) -> dict[str, Any] | None:
        """The shape that the model was built for, as JSON can hold it."""
        if self._build_shape is None or self._network is not None:
            return None
        return {"input_shape": self._build_shape}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Build the model for the shape that `get_build_config` gave."""
        shape = config.get("input_shape")
        if shape is not None:
            self.build(shape)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` makes the same model of, without weights.

        Raises:
            InvalidArgumentError: an argument of a subclass cannot be written down, and it has no
                `get_config` of its own.
        """
        if self._network is not None and type(self).__init__ is Model.__init__:
            return graph_config(self)
        return super().get_config()

    get_config.is_automatic = True  # type: ignore[attr-defined]

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """A new model from what `get_config` gave, without weights.

        Raises:
            InvalidArgumentError: `__init__` does not take these arguments.
        """
        if describes_graph(config):
            return cls(**graph_from_config(config, custom_objects))
        try:
            return cls(**config)
        except TypeError as error:
            raise InvalidArgumentError(
                f"{cls.__name__} cannot be made from its configuration {dict(config)}: {error}. "
                "Define get_config(self) to return the arguments of __init__."
            ) from error
