"""Gamma, Poisson and binomial random numbers, the same that TensorFlow draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.graph.shapes import broadcast_shapes, element_count
from glassbrook.ops.sampling import floating_dtype, shape_of_sample
from glassbrook.ops.seeds import BLOCKS_PER_NUMBER, next_state_node
from glassbrook.ops.stateless_random import seeded_state
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "binomial_node",
    "gamma",
    "gamma_node",
    "poisson",
    "stateless_binomial",
    "stateless_gamma",
    "stateless_poisson",
]


@operation
def gamma(
    shape: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Gamma distributed numbers, with density x^(alpha - 1) exp(-beta x) up to a factor.

    Gradients flow to `alpha` and `beta`.

    Args:
        shape: how many numbers to draw for each pair of parameters, as a list of sizes.
        alpha: the shape of the distribution, above 0.
        beta: the inverse of its scale, above 0; 1 by default.
        dtype: float16, float32 or float64.
        seed: a seed of this operation's own; see `tf.random.set_seed` for the global one.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        Numbers whose first axes are `shape`, and whose last ones are those of the parameters.

    Raises:
        DTypeError: the dtype is not a floating-point type.
        ShapeError: the parameters do not broadcast.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.gamma([10], [0.5, 1.5]).shape
        TensorShape([10, 2])
    """
    op, kind = "random.gamma", floating_dtype("random.gamma", dtype)
    shapes, scales = as_node(alpha, kind), as_node(1 if beta is None else beta, kind)
    sizes = shape_of_sample(op, shape) + broadcast_shapes(op, shapes.shape, scales.shape)
    state = next_state_node(f"gamma {kind.name}", seed, BLOCKS_PER_NUMBER * element_count(sizes))
    return Tensor(gamma_node(op, state, sizes, shapes, scales))


@operation
def stateless_gamma(
    shape: Any,
    seed: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """Gamma distributed numbers, which depend on `seed` only.

    Args:
        shape: the shape of the result, whose last axes are those of the parameters.
        seed: two integers.
        alpha: the shape of the distribution, above 0.
        beta: the inverse of its scale, above 0; 1 by default.
        dtype: float16, float32 or float64.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the seed is not two integers.
        ShapeError: the parameters do not fit `shape`.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.stateless_gamma([10, 2], seed=[1, 2], alpha=[0.5, 1.5]).shape
        TensorShape([10, 2])
    """
    op = "random.stateless_gamma"
    kind, sizes = floating_dtype(op, dtype), shape_of_sample(op, shape)
    shapes, scales = as_node(alpha, kind), as_node(1 if beta is None else beta, kind)
    return Tensor(gamma_node(op, seeded_state(op, seed), sizes, shapes, scales))


def gamma_node(op: str, state: Node, shape: Shape, alpha: Node, beta: Node | None = None) -> Node:
    """Gamma distributed numbers; the last axes of `shape` are those of the parameters."""
    beta = build.constant(1, alpha.dtype) if beta is None else beta
    common = broadcast_shapes(op, alpha.shape, beta.shape)
    _require_last(op, common, shape)
    spread = build.broadcast_to(alpha, common)
    found = build.div(build.random_gamma(state, spread, shape), beta)
    # A number so small that the type has none for it is not to become 0.
    least = float(np.finfo(found.dtype.numpy).tiny)
    return build.maximum(found, build.constant(least, found.dtype))


@operation
def poisson(
    shape: Any,
    lam: Any,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Poisson distributed numbers: counts of independent events.

    Args:
        shape: how many numbers to draw for each mean, as a list of sizes.
        lam: the mean, at least 0.
        dtype: a type of numbers.
        seed: a seed of this operation's own; see `tf.random.set_seed` for the global one.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        Numbers whose first axes are `shape`, and whose last ones are those of `lam`.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.poisson([10], [0.5, 1.5]).shape
        TensorShape([10, 2])
    """
    kind, rate = as_dtype(dtype), _parameter(lam)
    sizes = shape_of_sample("random.poisson", shape) + rate.shape
    name_of_kernel = f"poisson {rate.dtype.name} {kind.name}"
    state = next_state_node(name_of_kernel, seed, BLOCKS_PER_NUMBER * element_count(sizes))
    return Tensor(build.random_poisson(state, rate, sizes, kind))


@operation
def stateless_poisson(
    shape: Any, seed: Any, lam: Any, dtype: Any = dtypes.int32, name: str | None = None
) -> Tensor:
    """Poisson distributed numbers, which depend on `seed` only.

    Args:
        shape: the shape of the result, whose last axes are those of `lam`.
        seed: two integers.
        lam: the mean, at least 0.
        dtype: a type of numbers.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the seed is not two integers.
        ShapeError: the means do not fit `shape`.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.stateless_poisson([10, 2], seed=[1, 2], lam=[0.5, 1.5]).shape
        TensorShape([10, 2])
    """
    op, rate = "random.stateless_poisson", _parameter(lam)
    sizes = shape_of_sample(op, shape)
    _require_last(op, rate.shape, sizes)
    return Tensor(build.random_poisson(seeded_state(op, seed), rate, sizes, as_dtype(dtype)))


@operation
def stateless_binomial(
    shape: Any,
    seed: Any,
    counts: Any,
    probs: Any,
    output_dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:
    """Binomially distributed numbers: successes in a number of trials; `seed` decides alone.

    Args:
        shape: the shape of the result, whose last axes are those of the parameters.
        seed: two integers.
        counts: how many trials there are.
        probs: the probability of success in each.
        output_dtype: a type of numbers.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the seed is not two integers.
        ShapeError: the parameters do not fit `shape`.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.stateless_binomial([3], seed=[1, 2], counts=10.0, probs=0.5).shape
        TensorShape([3])
    """
    op = "random.stateless_binomial"
    sizes, state = shape_of_sample(op, shape), seeded_state(op, seed)
    return Tensor(binomial_node(op, state, sizes, counts, probs, as_dtype(output_dtype)))


def binomial_node(
    op: str, state: Node, shape: Shape, counts: Any, probs: Any, dtype: DType
) -> Node:
    """Binomially distributed numbers; the last axes of `shape` are those of the parameters."""
    trials, probability = _parameter(counts), _parameter(probs)
    common = broadcast_shapes(op, trials.shape, probability.shape)
    _require_last(op, common, shape)
    wide = [
        build.broadcast_to(build.cast(each, dtypes.float64), common)
        for each in (trials, probability)
    ]
    return build.random_binomial(state, wide[0], wide[1], shape, dtype)


def _parameter(value: Any) -> Node:
    """A parameter as floating-point numbers."""
    node = as_node(value)
    return node if node.dtype.is_floating else build.cast(node, dtypes.float64)


def _require_last(op: str, parameters: Shape, shape: Shape) -> None:
    if parameters != shape[len(shape) - len(parameters) :]:
        raise ShapeError(
            f"{op}: parameters of shape {list(parameters)} must be the last axes of a sample, not "
            f"of {list(shape)}. Broadcast them first: tf.broadcast_to(alpha, shape)."
        )
