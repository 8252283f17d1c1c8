"""`Embedding`: a vector of its own for each whole number."""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.errors import DTypeError
from glassbrook.graph import build
from glassbrook.keras import axes, constraints, initializers, regularizers
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.spatial import weight_node
from glassbrook.keras.layers.spec import as_sizes
from glassbrook.keras.registry import register
from glassbrook.keras.symbolic.tensor import is_keras_tensor
from glassbrook.tensor import Tensor, Variable, convert_to_tensor

__all__ = ["Embedding"]


@register("layer")
class Embedding(Layer):
    """A vector for each whole number: row `i` of a table for the input `i`.

    Inputs of any shape hold numbers from 0 to `input_dim` - 1; the outputs have one more axis, of
    size `output_dim`.

    Args:
        input_dim: how many vectors there are: the largest number plus 1.
        output_dim: the size of each.
        embeddings_initializer: how the table is drawn at first.
        embeddings_regularizer: a penalty on the table that is added to the loss.
        embeddings_constraint: a function applied to the table after every update.
        mask_zero: whether 0 fills up sequences, so that later layers pass over it.
        weights: the table at first, in the place of the initializer.
        input_length: accepted; the length of the input is seen from the input.

    Raises:
        InvalidArgumentError: a size is not a positive whole number.
        OutOfRangeError: the input holds a number that has no vector; raised when it is computed.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Embedding(3, 2, weights=[[[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]])
        >>> layer(tf.constant([[2, 1]])).numpy()
        array([[[3., 4.],
                [1., 2.]]], dtype=float32)
    """

    embeddings: Variable

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        **kwargs: Any,
    ) -> None:
        length = kwargs.pop("input_length", None)
        if length is not None and not {"input_shape", "batch_input_shape"} & kwargs.keys():
            kwargs["input_shape"] = (length,) if isinstance(length, int) else tuple(length)
        super().__init__(**kwargs)
        self.input_dim = check_count("Embedding", "input_dim", input_dim)
        self.output_dim = check_count("Embedding", "output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = bool(mask_zero)
        self.supports_masking = self.mask_zero
        if weights is not None:
            self.build()
            single = isinstance(weights, list) and len(weights) == 1
            self.set_weights(weights if single else [weights])

    def build(self, input_shape: Any = None) -> None:
        """Make the table, once."""
        if "embeddings" in vars(self):
            return
        self.embeddings = self.add_weight(
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="embeddings",
        )

    def _converted(self, inputs: Any) -> Any:
        # Numbers of a row lose their exactness in half precision, so they are not cast to it.
        return inputs if isinstance(inputs, Tensor) else convert_to_tensor(inputs)

    def call(self, inputs: Tensor) -> Tensor:
        """The rows of the table that the inputs name."""
        x = inputs.used_node()
        if x.dtype is dtypes.string:
            raise DTypeError(
                f"Layer {self._title()} expects whole numbers, got text. StringLookup or "
                "TextVectorization make numbers of it."
            )
        if x.dtype not in (dtypes.int32, dtypes.int64):
            x = build.cast(x, dtypes.int32)
        return Tensor(build.gather(weight_node(self, self.embeddings), x))

    def _input_axes(self) -> tuple[str, ...]:
        return axes.POSITIONS

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Where the inputs are not 0, with `mask_zero`."""
        if not self.mask_zero:
            return None
        if is_keras_tensor(inputs):
            return inputs != 0
        x = convert_to_tensor(inputs).used_node()
        return Tensor(build.not_equal(x, build.constant_like(0, x)))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input, and `output_dim`."""
        return (*as_sizes(input_shape), self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": regularizers.serialize(self.embeddings_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "mask_zero": self.mask_zero,
        }
