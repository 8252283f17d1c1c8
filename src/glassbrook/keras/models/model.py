"""`Model`: a layer that can be trained, saved and summarized."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from glassbrook.errors import GlassbrookError, InvalidArgumentError
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.input import KerasTensor
from glassbrook.keras.layers.state import PROBE_BATCH
from glassbrook.keras.models.loops import Loops
from glassbrook.keras.models.summary import format_summary
from glassbrook.keras.registry import register
from glassbrook.tensor import nest

__all__ = ["Model"]

Path = str | os.PathLike[str]


@register("layer")
class Model(Loops, Layer):
    """Layers that belong together, with what it takes to train them.

    Make a subclass: set layers as attributes in `__init__`, apply them in ``call(inputs)``. A chain
    of layers is written shorter as `Sequential`.

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
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if any(isinstance(each, KerasTensor) for each in nest.flatten([args, kwargs])):
            raise InvalidArgumentError(
                f"{type(self).__name__}(inputs, outputs): models made from placeholders are not "
                "supported. Use tf.keras.Sequential([...]) for a chain of layers, or write a "
                "subclass of tf.keras.Model with a call()."
            )
        if args:
            raise InvalidArgumentError(
                f"{type(self).__name__}: unexpected arguments {args!r}. A Model subclass calls "
                "super().__init__() without them, or with name=."
            )
        super().__init__(**kwargs)

    # Structure.

    @property
    def layers(self) -> list[Layer]:
        """The layers that are attributes of the model, each once."""
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
        for layer in layers:
            if layer.name == name:
                return layer
        known = ", ".join(repr(layer.name) for layer in layers)
        raise InvalidArgumentError(f"get_layer: no layer is named {name!r}. There are: {known}.")

    def build(self, input_shape: Any = None) -> None:
        """Make the variables of all layers for inputs of a shape, the batch first.

        Args:
            input_shape: the shape, such as ``(None, 784)``; for several inputs a list of shapes.

        Raises:
            InvalidArgumentError: the shape is missing.
        """
        if input_shape is None:
            raise InvalidArgumentError(
                f"Model {self.name!r} cannot be built without the shape of its inputs: "
                "model.build((None, 784))."
            )
        if self._ready or self._calling:
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

    # Files.

    def save(self, filepath: Path, overwrite: bool = True, **kwargs: Any) -> None:
        """Write the model to a file: its architecture, weights, and state of training.

        Args:
            filepath: ``"model.gbk"`` for one file, a path without a suffix for a folder.
            overwrite: whether an existing file is replaced.
            kwargs: `include_optimizer` says whether to write the optimizer's state too.

        Raises:
            InvalidArgumentError: the suffix is unknown, the model is not built, the file exists,
                or a layer cannot be written.
        """
        from glassbrook.keras.saving import save_model

        save_model(self, filepath, overwrite=overwrite, **kwargs)

    def save_weights(self, filepath: Path, overwrite: bool = True) -> None:
        """Write the values of the weights to a file.

        Args:
            filepath: a path that ends in ``.weights.gbk`` or ``.safetensors``.
            overwrite: whether an existing file is replaced.
        """
        from glassbrook.keras.saving import save_weights

        save_weights(self, filepath, overwrite=overwrite)

    def load_weights(self, filepath: Path, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read the values of the weights from a file that `save_weights` or `save` wrote.

        Args:
            filepath: the file.
            skip_mismatch: whether to leave weights alone that do not fit, instead of failing.
            kwargs: nothing else is accepted.

        Raises:
            ModelFileError: the file is damaged, or belongs to another architecture.
            NotFoundError: there is no such file.
        """
        from glassbrook.keras.saving import load_weights

        load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON text; `keras.models.model_from_json` reads it."""
        from glassbrook.keras.saving import model_to_json

        return model_to_json(self, **kwargs)

    def get_build_config(self) -> dict[str, Any] | None:
        """The shape that the model was built for, as JSON can hold it."""
        return None if self._build_shape is None else {"input_shape": self._build_shape}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Build the model for the shape that `get_build_config` gave."""
        shape = config.get("input_shape")
        if shape is not None:
            self.build(shape)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A new model from what `get_config` gave, without weights.

        Raises:
            InvalidArgumentError: `__init__` does not take these arguments.
        """
        try:
            return cls(**config)
        except TypeError as error:
            raise InvalidArgumentError(
                f"{cls.__name__} cannot be made from its configuration {dict(config)}: {error}. "
                "Define get_config(self) to return the arguments of __init__."
            ) from error
