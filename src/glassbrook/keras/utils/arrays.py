"""Helpers for arrays of labels and features."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, out_of_memory, shortened
from glassbrook.tensor import Tensor, TensorValue

__all__ = ["normalize", "pack_x_y_sample_weight", "to_categorical", "unpack_x_y_sample_weight"]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """A batch in the form in which `train_step` gets it.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.utils.pack_x_y_sample_weight(1, 2)
        (1, 2)
    """
    if sample_weight is not None:
        return x, y, sample_weight
    if y is not None:
        return x, y
    return (x,) if isinstance(x, list | tuple) else x


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Inputs, labels and sample weights of a batch; `None` for what it does not hold.

    Raises:
        InvalidArgumentError: there are more than three parts.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.utils.unpack_x_y_sample_weight((1, 2))
        (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise InvalidArgumentError(
            f"A batch is x, (x, y) or (x, y, sample_weight), but this one has {len(data)} parts. "
            "Put several inputs into a tuple or dictionary of their own: ((a, b), y)."
        )
    return (*data, *(None,) * (3 - len(data)))


def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """Class numbers as one-hot rows.

    Args:
        x: class numbers from 0 on, of shape [n] or [n, 1].
        num_classes: how many classes there are; one more than the highest number by default.

    Returns:
        Ones and zeros of shape [n, num_classes]: a NumPy array of dtype float64, or a float32
        tensor if `x` is one.

    Raises:
        InvalidArgumentError: a number is not in [0, num_classes).

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.utils.to_categorical([0, 2])
        array([[1., 0., 0.],
               [0., 0., 1.]])
    """
    numbers = _numbers("to_categorical", x)
    if numbers.dtype.kind == "f" and (numbers != np.floor(numbers)).any():
        raise InvalidArgumentError("to_categorical: expected class numbers, got fractions.")
    numbers = numbers.astype(np.int64)
    shape = numbers.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    flat = numbers.reshape(-1)
    count = num_classes or (int(flat.max()) + 1 if flat.size else 0)
    wrong = np.flatnonzero((flat < 0) | (flat >= count))
    if wrong.size:
        raise InvalidArgumentError(
            f"to_categorical: label {flat[wrong[0]]} in row {wrong[0]} lies outside [0, {count})."
        )
    try:
        rows = np.zeros((flat.size, count))
    except MemoryError as error:
        raise out_of_memory("to_categorical", error) from None
    rows[np.arange(flat.size), flat] = 1
    result = rows.reshape(*shape, count)
    if isinstance(x, TensorValue):
        from glassbrook.tensor import convert_to_tensor

        tensor: Tensor = convert_to_tensor(result, "float32")
        return tensor
    return result


def _numbers(what: str, value: Any) -> npt.NDArray[Any]:
    array = np.asarray(value)
    if array.dtype.kind in "biuf":
        return array
    raise InvalidArgumentError(
        f"{what}: expected numbers, got {shortened(value)}. tf.keras.layers.StringLookup gives "
        "words numbers."
    )


def normalize(x: Any, axis: int = -1, order: int = 2) -> npt.NDArray[Any]:
    """Rows divided by their length, so that each has length 1; rows of zeros stay.

    Args:
        x: an array.
        axis: along which axis the length is measured.
        order: of the norm: 2 for the Euclidean one.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.utils.normalize([[3.0, 4.0]])
        array([[0.6, 0.8]])
    """
    array = _numbers("normalize", x)
    length = np.atleast_1d(np.linalg.norm(array, order, axis))
    length[length == 0] = 1
    result: npt.NDArray[Any] = np.atleast_2d(array) / np.expand_dims(length, axis)
    return result
