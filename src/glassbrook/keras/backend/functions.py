"""Functions of tensors under the names of Keras's old backend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import glassbrook.linalg as algebra
import glassbrook.math as functions
from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import ShapeError
from glassbrook.keras import activations, losses
from glassbrook.keras.backend import settings
from glassbrook.keras.layers.dot import batch_dot_node
from glassbrook.keras.layers.recurrent.steps import run_steps
from glassbrook.ops import (
    comparison,
    control,
    creation,
    joining,
    mapping,
    normalization,
    positions,
    properties,
)
from glassbrook.ops import nn as networks
from glassbrook.ops import shape as shapes
from glassbrook.tensor import Tensor, as_node, convert_to_tensor, nest
from glassbrook.tensor.custom import stop_gradient as _stopped
from glassbrook.tensor.symbolic import operation

Reduction = Callable[..., Any]


def _named(name: str, function: Callable[..., Any], doc: str) -> Any:
    function.__name__ = function.__qualname__ = name
    function.__module__ = __name__
    function.__doc__ = doc
    return operation(function)


def _unary(name: str, function: Callable[[Any], Any], doc: str) -> Callable[[Any], Any]:
    def run(x: Any) -> Any:
        return function(x)

    made: Callable[[Any], Any] = _named(name, run, doc)
    return made


def _binary(name: str, function: Callable[[Any, Any], Any], doc: str) -> Callable[[Any, Any], Any]:
    def run(x: Any, y: Any) -> Any:
        return function(x, y)

    made: Callable[[Any, Any], Any] = _named(name, run, doc)
    return made


def _floats(x: Any) -> Any:
    """Truth values as floats: their sum and mean are numbers."""
    value = convert_to_tensor(x)
    return properties.cast(value, settings.floatx()) if value.dtype.is_bool else value


def _reduced(name: str, function: Reduction, doc: str, floats: bool = False) -> Reduction:
    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return function(_floats(x) if floats else x, axis, keepdims)

    made: Reduction = _named(name, run, doc)
    return made


abs = _unary("abs", functions.abs, "The distance of every element from zero.")
cos = _unary("cos", functions.cos, "The cosine of every element.")
exp = _unary("exp", functions.exp, "e to the power of every element.")
log = _unary("log", functions.log, "The natural logarithm of every element.")
sin = _unary("sin", functions.sin, "The sine of every element.")
sign = _unary("sign", functions.sign, "The sign of every element.")
square = _unary("square", functions.square, "Every element times itself.")
round = _unary("round", functions.round, "Every element rounded, halves to the even neighbour.")
tanh = _unary("tanh", functions.tanh, "The hyperbolic tangent of every element.")
softplus = _unary("softplus", functions.softplus, "log(1 + exp(x)).")
softsign = _unary("softsign", functions.softsign, "x / (1 + |x|).")
sigmoid = _unary("sigmoid", functions.sigmoid, "1 / (1 + exp(-x)).")
transpose = _unary("transpose", shapes.transpose, "The axes in reverse order.")
shape = _unary("shape", properties.shape, "The sizes of the axes, as a tensor.")

equal = _binary("equal", functions.equal, "Where x is equal to y.")
not_equal = _binary("not_equal", functions.not_equal, "Where x is not equal to y.")
greater = _binary("greater", functions.greater, "Where x > y.")
greater_equal = _binary("greater_equal", functions.greater_equal, "Where x >= y.")
less = _binary("less", functions.less, "Where x < y.")
less_equal = _binary("less_equal", functions.less_equal, "Where x <= y.")
maximum = _binary("maximum", functions.maximum, "The larger of both, element by element.")
minimum = _binary("minimum", functions.minimum, "The smaller of both, element by element.")

sum = _reduced("sum", functions.reduce_sum, "The sum along axes.")
mean = _reduced("mean", functions.reduce_mean, "The mean along axes.", floats=True)
std = _reduced("std", functions.reduce_std, "The standard deviation along axes.", floats=True)
var = _reduced("var", functions.reduce_variance, "The variance along axes.", floats=True)
max = _reduced("max", functions.reduce_max, "The largest element along axes.")
min = _reduced("min", functions.reduce_min, "The smallest element along axes.")
prod = _reduced("prod", functions.reduce_prod, "The product along axes.")


def _truths(function: Reduction) -> Reduction:
    def run(x: Any, axis: Any, keepdims: bool) -> Any:
        return function(properties.cast(x, dtypes.bool), axis, keepdims)

    return run


all = _reduced("all", _truths(functions.reduce_all), "Whether all elements are true, along axes.")
any = _reduced("any", _truths(functions.reduce_any), "Whether any element is true, along axes.")


@operation
def sqrt(x: Any) -> Tensor:
    """The square root of every element; of negative ones, 0."""
    value = convert_to_tensor(x)
    return functions.sqrt(functions.maximum(value, Tensor(as_node(0, value.dtype))))


@operation
def pow(x: Any, a: Any) -> Tensor:
    """Every element to a power."""
    return functions.pow(x, a)


@operation
def clip(x: Any, min_value: Any, max_value: Any) -> Tensor:
    """Every element, but at least and at most so much; `None` is no limit."""
    if isinstance(min_value, int | float) and isinstance(max_value, int | float):
        max_value = max_value if max_value >= min_value else min_value
    found = convert_to_tensor(x)
    if min_value is not None:
        found = functions.maximum(found, Tensor(as_node(min_value, found.dtype)))
    return (
        found
        if max_value is None
        else functions.minimum(found, Tensor(as_node(max_value, found.dtype)))
    )


@operation
def argmax(x: Any, axis: int = -1) -> Tensor:
    """Where the largest element is along an axis."""
    return functions.argmax(x, axis)


@operation
def argmin(x: Any, axis: int = -1) -> Tensor:
    """Where the smallest element is along an axis."""
    return functions.argmin(x, axis)


@operation
def cumsum(x: Any, axis: int = 0) -> Tensor:
    """Sums of all elements up to each, along an axis."""
    return functions.cumsum(x, axis)


@operation
def cumprod(x: Any, axis: int = 0) -> Tensor:
    """Products of all elements up to each, along an axis."""
    return functions.cumprod(x, axis)


@operation
def cast(x: Any, dtype: Any) -> Tensor:
    """The same values in another dtype."""
    return properties.cast(x, dtype)


@operation
def stop_gradient(variables: Any) -> Any:
    """The same values, as constants to all tapes."""
    if isinstance(variables, list | tuple):
        return [_stopped(each) for each in variables]
    return _stopped(variables)


# Products.


@operation
def dot(x: Any, y: Any) -> Tensor:
    """Products summed over the last axis of `x` and the last but one of `y`."""
    left, right = convert_to_tensor(x), convert_to_tensor(y)
    if left.ndim == right.ndim == 2:
        return algebra.matmul(left, right)
    if not left.ndim or not right.ndim:
        return left * right
    along = right.ndim - 2 if right.ndim > 1 else 0
    return algebra.tensordot(left, right, [[left.ndim - 1], [along]])


@operation
def batch_dot(x: Any, y: Any, axes: Any = None) -> Tensor:
    """Products of samples, summed over an axis of each.

    Args:
        x: of shape [batch, …].
        y: of shape [batch, …].
        axes: the axis of both, or one for each; by default the last of `x`, and the last but one
            of `y`, or its last if it has two.

    Returns:
        A tensor of shape [batch, the other axes of x, the other axes of y], with at least two.
    """
    left, right = as_node(x), as_node(y)
    if axes is None:
        axes = (left.rank - 1, right.rank - 2 if right.rank > 2 else right.rank - 1)
    pair = (axes, axes) if isinstance(axes, int) else tuple(axes)
    first, second = pair[0] % left.rank, pair[1] % right.rank
    if not first or not second:
        raise ShapeError(f"batch_dot: axes {axes} name the batch, axis 0, which stays.")
    found = Tensor(batch_dot_node(left, right, (first, second)))
    return found if found.ndim > 1 else shapes.expand_dims(found, 1)


@operation
def l2_normalize(x: Any, axis: Any = None) -> Tensor:
    """Vectors along an axis divided by their lengths."""
    return normalization.l2_normalize(x, axis)


# Shapes.


@operation
def reshape(x: Any, shape: Any) -> Tensor:
    """The same elements in another shape."""
    return shapes.reshape(x, shape)


@operation
def flatten(x: Any) -> Tensor:
    """All elements in one axis."""
    return shapes.reshape(x, [-1])


@operation
def batch_flatten(x: Any) -> Tensor:
    """Every sample as one row."""
    value = convert_to_tensor(x)
    return shapes.reshape(value, [value.shape[0], -1])


@operation
def permute_dimensions(x: Any, pattern: Sequence[int]) -> Tensor:
    """The axes in another order."""
    return shapes.transpose(x, pattern)


@operation
def expand_dims(x: Any, axis: int = -1) -> Tensor:
    """An axis of size 1 put in."""
    return shapes.expand_dims(x, axis)


@operation
def squeeze(x: Any, axis: int) -> Tensor:
    """An axis of size 1 left out."""
    return shapes.squeeze(x, axis)


@operation
def reverse(x: Any, axes: Any) -> Tensor:
    """The order along axes reversed."""
    return shapes.reverse(x, [axes] if isinstance(axes, int) else axes)


@operation
def concatenate(tensors: Any, axis: int = -1) -> Tensor:
    """Tensors one behind the other."""
    return joining.concat(tensors, axis)


@operation
def stack(x: Any, axis: int = 0) -> Tensor:
    """Tensors of one shape along a new axis."""
    return joining.stack(x, axis)


@operation
def repeat(x: Any, n: int) -> Tensor:
    """Every row n times: [batch, size] becomes [batch, n, size]."""
    return joining.repeat(shapes.expand_dims(x, 1), n, axis=1)


@operation
def repeat_elements(x: Any, rep: int, axis: int) -> Tensor:
    """Every element several times, along an axis."""
    return joining.repeat(x, rep, axis=axis)


@operation
def tile(x: Any, n: Any) -> Tensor:
    """The whole tensor several times along each axis."""
    return joining.tile(x, [n] if isinstance(n, int) else n)


@operation
def gather(reference: Any, indices: Any) -> Tensor:
    """The rows at positions."""
    return positions.gather(reference, indices)


@operation
def one_hot(indices: Any, num_classes: int) -> Tensor:
    """For each class number, a row of zeros with a one at that place."""
    return creation.one_hot(indices, num_classes)


@operation
def temporal_padding(x: Any, padding: tuple[int, int] = (1, 1)) -> Tensor:
    """Zeros before and behind the steps of series, [batch, steps, size]."""
    return joining.pad(x, [[0, 0], list(padding), [0, 0]])


def _spatial_padding(x: Any, padding: Any, data_format: str | None) -> Tensor:
    sides = [list(each) for each in padding]
    if (data_format or settings.image_data_format()) == "channels_first":
        return joining.pad(x, [[0, 0], [0, 0], *sides])
    return joining.pad(x, [[0, 0], *sides, [0, 0]])


@operation
def spatial_2d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None
) -> Tensor:
    """Zeros around images."""
    return _spatial_padding(x, padding, data_format)


@operation
def spatial_3d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None
) -> Tensor:
    """Zeros around volumes."""
    return _spatial_padding(x, padding, data_format)


# Neural networks.


@operation
def relu(
    x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Tensor:
    """x above the threshold, ``alpha · (x - threshold)`` below, and at most `max_value`."""
    return activations.relu(x, negative_slope=alpha, max_value=max_value, threshold=threshold)


@operation
def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """x where it is positive, ``alpha · (exp(x) - 1)`` elsewhere."""
    return activations.elu(x, alpha)


@operation
def hard_sigmoid(x: Any) -> Tensor:
    """``0.2 · x + 0.5``, limited to [0, 1]."""
    return clip(convert_to_tensor(x) * 0.2 + 0.5, 0.0, 1.0)


@operation
def softmax(x: Any, axis: int = -1) -> Tensor:
    """``exp(x)``, divided by its sum along an axis."""
    return activations.softmax(x, axis)


@operation
def dropout(x: Any, level: float, noise_shape: Any = None, seed: int | None = None) -> Tensor:
    """x with a share of its elements set to 0, and the others scaled up."""
    return networks.dropout(x, rate=level, noise_shape=noise_shape, seed=seed)


@operation
def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Tensor:
    """x plus a number for each channel."""
    value, offsets = convert_to_tensor(x), convert_to_tensor(bias)
    if offsets.ndim not in (1, value.ndim - 1):
        raise ShapeError(
            f"bias_add: a bias of shape {tuple(offsets.shape)} does not fit x of shape "
            f"{tuple(value.shape)}: expected 1 axis, or {value.ndim - 1}."
        )
    first = (data_format or settings.image_data_format()) == "channels_first"
    sizes = list(offsets.shape)
    if first and value.ndim > 2:
        sizes = [sizes[-1], *sizes[:-1]] if len(sizes) > 1 else [*sizes, *[1] * (value.ndim - 2)]
    elif len(sizes) == 1:
        sizes = [1] * (value.ndim - 2) + sizes
    return value + shapes.reshape(offsets, [1, *sizes])


@operation
def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1, epsilon: float = 1e-3
) -> Tensor:
    """``(x - mean) / sqrt(var + epsilon) · gamma + beta``."""
    return networks.batch_normalization(x, mean, var, beta, gamma, epsilon)


@operation
def in_top_k(predictions: Any, targets: Any, k: int) -> Tensor:
    """Where the target is among the k classes with the greatest scores."""
    return functions.in_top_k(targets, predictions, k)


@operation
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Tensor:
    """The loss of each element, for targets of 0 and 1."""
    from glassbrook.keras.ops.networks import binary_crossentropy as by_element

    return by_element(target, output, from_logits)


@operation
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """The loss of each sample, for targets that are shares of the classes."""
    return losses.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


@operation
def sparse_categorical_crossentropy(
    target: Any,
    output: Any,
    from_logits: bool = False,
    axis: int = -1,
    ignore_class: int | None = None,
) -> Tensor:
    """The loss of each sample, for targets that are class numbers."""
    return losses.sparse_categorical_crossentropy(
        target, output, from_logits=from_logits, ignore_class=ignore_class, axis=axis
    )


# Choices and maps.


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One value where a condition holds, the other one elsewhere.

    Args:
        condition: truth values; a scalar chooses one of both as a whole.
        then_expression: a tensor, or a function that gives one.
        else_expression: the same.
    """
    truths = properties.cast(condition, dtypes.bool)
    if truths.ndim == 0 and callable(then_expression) and callable(else_expression):
        return control.cond(truths, then_expression, else_expression)
    chosen = then_expression() if callable(then_expression) else then_expression
    other = else_expression() if callable(else_expression) else else_expression
    rank = convert_to_tensor(chosen).ndim if not hasattr(chosen, "ndim") else chosen.ndim
    if truths.ndim and truths.ndim < rank:
        truths = shapes.reshape(truths, [*truths.shape, *[1] * (rank - truths.ndim)])
    return comparison.where(truths, chosen, other)


@operation
def map_fn(fn: Callable[[Any], Any], elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """What a function gives for each row, stacked."""
    return mapping.map_fn(fn, elems, dtype=None if dtype is None else as_dtype(dtype))


@operation
def foldl(
    fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, name: str | None = None
) -> Any:
    """The last result of ``a = fn(a, row)``, from the first row to the last."""
    return mapping.foldl(fn, elems, initializer)


@operation
def foldr(
    fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, name: str | None = None
) -> Any:
    """The last result of ``a = fn(a, row)``, from the last row to the first."""
    return mapping.foldr(fn, elems, initializer)


def rnn(
    step_function: Callable[[Any, Any], tuple[Any, Any]],
    inputs: Any,
    initial_states: Any,
    go_backwards: bool = False,
    mask: Any = None,
    constants: Any = None,
    unroll: bool = False,
    input_length: int | None = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Any, Any, Any]:
    """Apply a function to one time step after the other.

    Args:
        step_function: takes the inputs of a time step and a list of states and constants; gives an
            output and the next states.
        inputs: a tensor [batch, time, …], or a structure of some.
        initial_states: the first states.
        go_backwards: whether to begin with the last time step.
        mask: true where a time step counts, [batch, time].
        constants: what every step gets, behind the states.
        unroll: accepted for Keras's sake, without effect.
        input_length: accepted for Keras's sake, without effect.
        time_major: whether inputs and outputs are [time, batch, …].
        zero_output_for_mask: whether the output of steps that do not count is 0, not the last one.
        return_all_outputs: whether all outputs are returned, or the last one alone.

    Returns:
        The last output, the outputs of all time steps, and the last states.
    """
    fixed = list(constants or ())

    def step(now: Any, states: Any) -> tuple[Any, Any]:
        output, following = step_function(now, [*states, *fixed])
        return output, list(following)

    if time_major:
        inputs = nest.map_structure(_swapped, inputs)
        mask = None if mask is None else _swapped(mask)
    found = run_steps(
        step,
        inputs,
        list(initial_states),
        mask,
        go_backwards=go_backwards,
        zero_output_for_mask=zero_output_for_mask,
        all_outputs=return_all_outputs,
    )
    outputs = found.outputs
    if outputs is None:
        outputs = shapes.expand_dims(found.last, 1)
    return found.last, _swapped(outputs) if time_major else outputs, tuple(found.states)


def _swapped(x: Any) -> Tensor:
    """The first two axes exchanged."""
    value = convert_to_tensor(x)
    return shapes.transpose(value, [1, 0, *range(2, value.ndim)])
