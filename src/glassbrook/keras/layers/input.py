"""`Input`: what a model takes, before there are any numbers."""

from __future__ import annotations

from typing import Any

from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import backend
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.spec import Shape, as_sizes
from glassbrook.keras.naming import auto_name
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, TensorShape

__all__ = ["Input", "InputLayer", "KerasTensor"]


class KerasTensor:
    """The shape and dtype of a tensor that will be there when the model is called.

    Attributes:
        shape: the sizes of the axes; `None` where a size is not known, as the batch is not.
        dtype: the name of the dtype.
        name: a name for printing and saving.
        layer: the input layer it comes from, if it does.
    """

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        name: str | None = None,
        layer: InputLayer | None = None,
    ) -> None:
        self.keras_shape = as_sizes(shape)
        self.dtype = as_dtype(dtype).name
        self.name = name or auto_name("keras_tensor")
        self.layer = layer

    @property
    def shape(self) -> TensorShape:
        """The sizes of the axes, `None` where one is not known."""
        return TensorShape(self.keras_shape)

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.keras_shape)

    def _refuse(self, *unused: Any) -> Any:
        raise InvalidArgumentError(
            f"{self!r} is a placeholder: it has no values to compute with. Operations belong into "
            "call() of a tf.keras.Model or Layer subclass; a chain of layers into Sequential."
        )

    __array__ = __bool__ = __float__ = __int__ = __iter__ = __len__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __matmul__ = __rmatmul__ = __pow__ = __neg__ = _refuse
    __getitem__ = numpy = _refuse

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.keras_shape}, dtype={self.dtype}, name={self.name}>"


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

    @property
    def dtype(self) -> str:
        """The name of the dtype of the input."""
        return self.input_dtype.name

    @property
    def output(self) -> KerasTensor:
        """The placeholder that stands for the input."""
        return KerasTensor(self.batch_shape, self.input_dtype, self.name, self)

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
        return {"batch_shape": list(self.batch_shape), "dtype": self.dtype, "name": self.name}


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
    return layer.output


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
