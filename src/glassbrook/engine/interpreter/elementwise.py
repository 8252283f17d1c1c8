"""Elementwise operations, leaves and chance, on NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.engine.interpreter import special
from glassbrook.engine.interpreter.table import EVALUATE, Array, evaluates
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Node


def _direct(function: Any) -> Any:
    """An entry that passes the inputs on: the function broadcasts and keeps the dtype."""

    def evaluate(node: Node, *inputs: Array) -> Any:
        return function(*inputs)

    return evaluate


def _of_floats(rounding: Any) -> Any:
    """A rounding that leaves whole numbers alone: float64 does not hold all of int64."""
    return lambda x: rounding(x) if x.dtype.kind == "f" else x


EVALUATE |= {
    op: _direct(function)
    for op, function in {
        "neg": np.negative,
        "abs": np.abs,
        "sign": np.sign,
        "exp": np.exp,
        "expm1": np.expm1,
        "log": np.log,
        "log1p": np.log1p,
        "sqrt": np.sqrt,
        "rsqrt": lambda x: 1 / np.sqrt(x),
        "square": np.square,
        "reciprocal": lambda x: 1 / x,
        "sin": np.sin,
        "cos": np.cos,
        "tan": np.tan,
        "asin": np.arcsin,
        "acos": np.arccos,
        "atan": np.arctan,
        "sinh": np.sinh,
        "cosh": np.cosh,
        "tanh": np.tanh,
        "asinh": np.arcsinh,
        "acosh": np.arccosh,
        "atanh": np.arctanh,
        "sigmoid": special.sigmoid,
        "erf": special.erf,
        "erfc": special.erfc,
        "erfinv": special.erfinv,
        "softplus": special.softplus,
        "relu": lambda x: np.maximum(x, 0),
        "floor": _of_floats(np.floor),
        "ceil": _of_floats(np.ceil),
        # Halves go to the even neighbour.
        "round": _of_floats(np.rint),
        "is_nan": np.isnan,
        "is_inf": np.isinf,
        "is_finite": np.isfinite,
        "logical_not": np.logical_not,
        "bitwise_not": np.invert,
        "identity": lambda x: x,
        "variable": lambda value, previous=None: value,
        "stop_gradient": lambda x: x,
        "custom_gradient": lambda result, *arguments: result,
        "add": np.add,
        "sub": np.subtract,
        "mul": np.multiply,
        "div": np.divide,
        "maximum": np.maximum,
        "minimum": np.minimum,
        "atan2": np.arctan2,
        "equal": np.equal,
        "not_equal": np.not_equal,
        "less": np.less,
        "less_equal": np.less_equal,
        "greater": np.greater,
        "greater_equal": np.greater_equal,
        "logical_and": np.logical_and,
        "logical_or": np.logical_or,
        "logical_xor": np.logical_xor,
        "bitwise_and": np.bitwise_and,
        "bitwise_or": np.bitwise_or,
        "bitwise_xor": np.bitwise_xor,
        "left_shift": np.left_shift,
        "right_shift": np.right_shift,
        "select": np.where,
    }.items()
}


@evaluates("floordiv", "mod")
def _floor_divide(node: Node, x: Array, y: Array) -> Any:
    if node.dtype.is_integer and not np.all(y):
        raise InvalidArgumentError(
            f"{node.op}: integer division by zero, in tensors of shape {list(x.shape)} and "
            f"{list(y.shape)}. tf.math.divide_no_nan gives 0 there; floats give infinity."
        )
    return np.floor_divide(x, y) if node.op == "floordiv" else np.mod(x, y)


@evaluates("pow")
def _pow(node: Node, x: Array, y: Array) -> Any:
    if node.dtype.is_integer and not node.dtype.is_unsigned and np.any(y < 0):
        raise InvalidArgumentError(
            "pow: integers to negative integer powers are not integers. "
            "Convert the base first: tf.cast(x, tf.float32)."
        )
    return np.power(x, y)


@evaluates("cast")
def _cast(node: Node, x: Array) -> Any:
    return x.astype(node.dtype.numpy)


@evaluates("constant")
def _constant(node: Node) -> Any:
    return np.full(node.shape, node.attrs["value"], node.dtype.numpy)


@evaluates("iota")
def _iota(node: Node) -> Any:
    return np.arange(node.attrs["size"], dtype=node.dtype.numpy)
