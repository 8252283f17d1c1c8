"""`Input`: what a model takes, before there are any numbers."""

from __future__ import annotations

from typing import Any

from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import backend
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.spec import Shape, as_sizes
from glassbrook.keras.registry import register
from glassbrook.keras.symbolic.calls import Call
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.tensor import Tensor, TensorShape

__all__ = ["Input", "InputLayer", "KerasTensor"]


@register("layer")
class InputLayer(Layer):
    """The place where data enter a model; it checks their shape and passes them on.

    Args:
        shape: the shape of one input, without the batch.
        batch_size: the batch size, if it is fixed.
        dtype: the dtype of the input.
        batch_shape: the shape with the batch, instead of `shape` and `batch_size`.
        name: a name for printing and saving.
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        batch_shape: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name)
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        shape = kwargs.pop("input_shape", shape)
        for ignored in ("sparse", "ragged", "optional", "trainable"):
            if kwargs.pop(ignored, None) and ignored in ("sparse", "ragged"):
                raise InvalidArgumentError(f"Input: {ignored} inputs are not supported.")
        if kwargs:
            raise InvalidArgumentError(f"Input: unknown arguments {sorted(kwargs)}.")
        self.batch_shape: Shape = _batch_shape(shape, batch_size, batch_shape)
        self.input_dtype = as_dtype(dtype or backend.floatx())
        self.built = True
        self._build_shape = self.batch_shape
        Call(self, (), {}, KerasTensor(self.batch_shape, self.input_dtype, name=name))

    @property
    def dtype(self) -> str:
        """The name of the dtype of the input."""
        return self.input_dtype.name

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs as they are.

        Raises:
            ShapeError: they have not the shape that was announced.
        """
        if not TensorShape(self.batch_shape).is_compatible_with(inputs.shape):
            raise ShapeError(
                f"Input {self.name!r} was declared with shape {self.batch_shape}, but got data of "
                f"shape {tuple(inputs.shape)}."
            )
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {
            "batch_shape": list(self.batch_shape),
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": False,
        }


def Input(  # noqa: N802
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    **kwargs: Any,
) -> KerasTensor:
    """A placeholder for what a model takes; the first item of a `Sequential` model.

    Args:
        shape: the shape of one input, without the batch; `None` is a size that may vary.
        batch_size: the batch size, if it is fixed.
        dtype: the dtype of the input.
        sparse: sparse inputs are not supported.
        ragged: ragged inputs are not supported.
        batch_shape: the shape with the batch, instead of `shape` and `batch_size`.
        name: a name for printing and saving.
        tensor: not supported.

    Raises:
        ShapeError: the shape is missing or is none.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([tf.keras.Input(shape=(784,)), tf.keras.layers.Dense(10)])
        >>> model.output_shape
        (None, 10)
    """
    if tensor is not None:
        raise InvalidArgumentError("Input: tensor= is not supported. Call the model on the tensor.")
    layer = InputLayer(
        shape, batch_size, dtype, batch_shape, name, sparse=sparse, ragged=ragged, **kwargs
    )
    found: KerasTensor = layer.output
    return found


def _batch_shape(shape: Any, batch_size: int | None, batch_shape: Any) -> Shape:
    if batch_shape is not None:
        if shape is not None or batch_size is not None:
            raise InvalidArgumentError(
                f"Input: got batch_shape={batch_shape} and also shape={shape} or "
                f"batch_size={batch_size}. Give one or the other."
            )
        return as_sizes(batch_shape)
    if shape is None:
        raise ShapeError("Input: the shape of one input is missing: keras.Input(shape=(784,)).")
    if isinstance(shape, int):
        raise ShapeError(
            f"Input: Cannot convert '{shape}' to a shape. One axis of size {shape} is written "
            f"shape=({shape},)."
        )
    return (batch_size, *as_sizes(shape))
