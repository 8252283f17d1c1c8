"""Making tensors and variables, and what is known of them, under the old backend's names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.backend import settings
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.ops import creation, random
from glassbrook.tensor import Tensor, TensorValue, Variable
from glassbrook.tensor import constant as _constant
from glassbrook.tensor.symbolic import operation


def _dtype(dtype: Any) -> Any:
    return settings.floatx() if dtype is None else dtype


def backend() -> str:
    """The name of what computes: ``"tensorflow"``, as programs expect it."""
    return "tensorflow"


def variable(
    value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None
) -> Variable:
    """A variable of a first value."""
    return Variable(value, dtype=as_dtype(_dtype(dtype)), name=name, constraint=constraint)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Tensor:
    """A tensor of given values."""
    return _constant(value, _dtype(dtype), shape)


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """A variable of zeros."""
    return variable(creation.zeros(shape, _dtype(dtype)), dtype, name)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """A variable of ones."""
    return variable(creation.ones(shape, _dtype(dtype)), dtype, name)


def eye(size: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """A variable of ones on a diagonal, zeros elsewhere."""
    rows, columns = size if isinstance(size, list | tuple) else (size, size)
    return variable(creation.eye(rows, columns, dtype=_dtype(dtype)), dtype, name)


@operation
def zeros_like(x: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """Zeros of the shape of `x`."""
    return creation.zeros_like(x, dtype)


@operation
def ones_like(x: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """Ones of the shape of `x`."""
    return creation.ones_like(x, dtype)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> Tensor:
    """The numbers from a start up to a stop, by steps."""
    if stop is None:
        start, stop = 0, start if start >= 0 else 0
    return creation.range(start, stop, step, dtype)


def random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Random numbers with a normal distribution."""
    return random.normal(shape, mean, stddev, as_dtype(_dtype(dtype)), seed)


def random_uniform(
    shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Random numbers between two limits."""
    return random.uniform(shape, minval, maxval, as_dtype(_dtype(dtype)), seed)


def random_bernoulli(shape: Any, p: float = 0.0, dtype: Any = None, seed: Any = None) -> Tensor:
    """Ones with a probability, zeros otherwise."""
    from glassbrook.ops.properties import cast

    chances = random.uniform(shape, 0.0, 1.0, as_dtype(_dtype(dtype)), seed)
    return cast(chances <= p, _dtype(dtype))


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Random numbers with a normal distribution, none farther out than two deviations."""
    return random.truncated_normal(shape, mean, stddev, as_dtype(_dtype(dtype)), seed)


def random_normal_variable(
    shape: Any,
    mean: float,
    scale: float,
    dtype: Any = None,
    name: str | None = None,
    seed: Any = None,
) -> Variable:
    """A variable of random numbers with a normal distribution."""
    return variable(random_normal(shape, mean, scale, dtype, seed), dtype, name)


def random_uniform_variable(
    shape: Any,
    low: float,
    high: float,
    dtype: Any = None,
    name: str | None = None,
    seed: Any = None,
) -> Variable:
    """A variable of random numbers between two limits."""
    return variable(random_uniform(shape, low, high, dtype, seed), dtype, name)


# Values.


def get_value(x: Any) -> Any:
    """The value of a tensor or variable as an array; anything else as it is."""
    return x.numpy() if isinstance(x, TensorValue) else x


def eval(x: Any) -> Any:
    """The value of a tensor or variable as an array."""
    return get_value(x)


def set_value(x: Variable, value: Any) -> None:
    """Set the value of a variable."""
    x.assign(np.asarray(value, x.dtype.as_numpy_dtype))


def batch_get_value(tensors: Iterable[Any]) -> list[Any]:
    """The values of several tensors and variables as arrays."""
    return [get_value(each) for each in tensors]


def batch_set_value(tuples: Iterable[tuple[Variable, Any]]) -> None:
    """Set the values of several variables, given as pairs."""
    for each, value in tuples:
        set_value(each, value)


def update(x: Variable, new_x: Any) -> Any:
    """Set the value of a variable; the variable."""
    return x.assign(new_x)


def update_add(x: Variable, increment: Any) -> Any:
    """Add to the value of a variable; the variable."""
    return x.assign_add(increment)


def update_sub(x: Variable, decrement: Any) -> Any:
    """Subtract from the value of a variable; the variable."""
    return x.assign_sub(decrement)


def moving_average_update(x: Variable, value: Any, momentum: Any) -> Any:
    """``x = x · momentum + value · (1 - momentum)``; the variable."""
    return x.assign(x * momentum + value * (1.0 - momentum))


def function(inputs: Any, outputs: Any, updates: Any = None, name: str | None = None) -> Any:
    """A function that gives what is computed of placeholders, as arrays.

    Args:
        inputs: a placeholder, or a list of them.
        outputs: what is computed of them: a placeholder, or a list of them.
        updates: nothing; variables are updated by layers.
        name: a name for the function.

    Returns:
        A function of a list of arrays that gives an array, or a list of arrays.

    Raises:
        InvalidArgumentError: updates are given.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.keras.Input((2,))
        >>> double = tf.keras.backend.function([x], [x * 2.0])
        >>> double([[[1.0, 2.0]]])
        [array([[2., 4.]], dtype=float32)]
    """
    from glassbrook.keras.models import Model

    if updates:
        raise InvalidArgumentError("K.function: updates are not supported; layers make them.")
    several = isinstance(outputs, list | tuple)
    given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    model = Model(given, list(outputs) if several else outputs, name=name)

    def run(values: Any) -> Any:
        values = values if isinstance(values, list | tuple) else [values]
        found = model([np.asarray(get_value(each)) for each in values])
        flat = found if isinstance(found, list) else [found]
        arrays = [get_value(each) for each in flat]
        return arrays if several else arrays[0]

    return run


def gradients(loss: Any, variables: Any) -> Any:
    """There is no graph to look back at: gradients come from a tape.

    Raises:
        InvalidArgumentError: always.
    """
    raise InvalidArgumentError(
        "K.gradients cannot look back at what was computed before. Write: with tf.GradientTape() "
        "as tape: loss = ...; then tape.gradient(loss, variables)."
    )


# What something is.


def shape_of(x: Any) -> tuple[int | None, ...]:
    """The sizes of the axes, as a tuple."""
    return tuple(x.shape) if hasattr(x, "shape") else tuple(np.shape(x))


def int_shape(x: Any) -> tuple[int | None, ...] | None:
    """The sizes of the axes as a tuple; of a placeholder, `None` where one is not known."""
    return shape_of(x)


def ndim(x: Any) -> int:
    """How many axes there are."""
    return len(shape_of(x))


def dtype(x: Any) -> str:
    """The name of the dtype."""
    return as_dtype(x.dtype).name


def count_params(x: Any) -> int:
    """How many elements there are."""
    count = 1
    for size in shape_of(x):
        count *= size or 0
    return count


def cast_to_floatx(x: Any) -> Any:
    """A tensor or an array in the default dtype."""
    if isinstance(x, TensorValue | KerasTensor):
        from glassbrook.ops.properties import cast

        return cast(x, settings.floatx())
    return np.asarray(x, settings.floatx())


def is_keras_tensor(x: Any) -> bool:
    """Whether it is a placeholder, as `tf.keras.Input` gives."""
    return isinstance(x, KerasTensor)


def is_sparse(tensor: Any) -> bool:
    """Whether it is a sparse tensor: there are none here."""
    return type(tensor).__name__ == "SparseTensor"


def to_dense(tensor: Any) -> Any:
    """The tensor itself, which is dense."""
    return tensor


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype; of the default one for `None`."""
    return as_dtype(_dtype(dtype)).name


def is_float_dtype(dtype: Any) -> bool:
    """Whether it is a dtype of floats."""
    return as_dtype(dtype).is_floating


def is_int_dtype(dtype: Any) -> bool:
    """Whether it is a dtype of integers."""
    return as_dtype(dtype).is_integer


def result_type(*dtypes: Any) -> str:
    """The name of the dtype in which several meet."""
    from functools import reduce

    from glassbrook.keras import promotion

    known = [as_dtype(_dtype(each)) for each in dtypes]
    return reduce(promotion.result_type, known).name if known else settings.floatx()
