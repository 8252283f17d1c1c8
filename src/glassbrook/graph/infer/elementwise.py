"""Inference of operations that work element by element."""

from __future__ import annotations

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import DTypeError
from glassbrook.graph.infer.rules import infer, require_same, require_type
from glassbrook.graph.node import Attrs, Infer, Node, Shape
from glassbrook.graph.shapes import broadcast_shapes

FLOATING_UNARY = (
    "exp expm1 log log1p sqrt rsqrt reciprocal sin cos tan asin acos atan sinh cosh tanh asinh "
    "acosh atanh sigmoid erf erfc erfinv softplus"
).split()
NUMERIC_UNARY = "neg abs sign square relu floor ceil round".split()
TESTS = "is_nan is_inf is_finite".split()

NUMERIC_BINARY = "add sub mul floordiv mod pow maximum minimum".split()
FLOATING_BINARY = "div atan2".split()
COMPARISONS = "less less_equal greater greater_equal".split()
LOGICAL_BINARY = "logical_and logical_or logical_xor".split()
BITWISE_BINARY = "bitwise_and bitwise_or bitwise_xor left_shift right_shift".split()


def _is_floating(dtype: DType) -> bool:
    return dtype.is_floating


def _is_numeric(dtype: DType) -> bool:
    return dtype.is_floating or dtype.is_integer


def _is_integer(dtype: DType) -> bool:
    return dtype.is_integer


def _is_bool(dtype: DType) -> bool:
    return dtype.is_bool


def _unary(op: str, allowed: frozenset[DType], expected: str, result: DType | None) -> Infer:
    def rule(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
        (x,) = inputs
        if x.dtype not in allowed:
            require_type(op, x, allowed.__contains__, expected)
        return x.shape, result or x.dtype

    return rule


def _binary(op: str, allowed: frozenset[DType], expected: str, result: DType | None) -> Infer:
    def rule(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
        x, y = inputs
        dtype = x.dtype
        if dtype is not y.dtype:
            require_same(op, x, y)
        if dtype not in allowed:
            require_type(op, x, allowed.__contains__, expected)
        shape = x.shape if x.shape == y.shape else broadcast_shapes(op, x.shape, y.shape)
        return shape, result or dtype

    return rule


_FLOATING = frozenset(filter(_is_floating, dtypes.ALL)), "a floating-point dtype"
_NUMERIC = frozenset(filter(_is_numeric, dtypes.ALL)), "a number dtype"
_INTEGER = frozenset(filter(_is_integer, dtypes.ALL)), "an integer dtype"
_BOOL = frozenset({dtypes.bool}), "bool"
_ANY = frozenset(dtypes.ALL), "any dtype"
_INTEGER_OR_BOOL = _INTEGER[0] | _BOOL[0], "an integer dtype or bool"

for _ops, _kind, _result in (
    (FLOATING_UNARY, _FLOATING, None),
    (NUMERIC_UNARY, _NUMERIC, None),
    (TESTS, _FLOATING, dtypes.bool),
    (["logical_not"], _BOOL, None),
    (["bitwise_not"], _INTEGER, None),
    (["identity", "stop_gradient"], _ANY, None),
):
    for _op in _ops:
        infer(_op)(_unary(_op, *_kind, _result))

for _ops, _kind, _result in (
    (NUMERIC_BINARY, _NUMERIC, None),
    (FLOATING_BINARY, _FLOATING, None),
    (COMPARISONS, _NUMERIC, dtypes.bool),
    (["equal", "not_equal"], _ANY, dtypes.bool),
    (LOGICAL_BINARY, _BOOL, None),
    (BITWISE_BINARY, _INTEGER, None),
):
    for _op in _ops:
        infer(_op)(_binary(_op, *_kind, _result))


@infer("select")
def _select(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    condition, x, y = inputs
    if not condition.dtype.is_bool:
        require_type("where", condition, _is_bool, "a bool condition")
    require_same("where", x, y)
    shape = broadcast_shapes("where", x.shape, y.shape)
    return broadcast_shapes("where", condition.shape, shape), x.dtype


@infer("cast")
def _cast(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    dtype: DType = attrs["dtype"]
    if (x.dtype is dtypes.string) != (dtype is dtypes.string):
        raise DTypeError(
            f"cast: strings and numbers do not convert into each other: {x.dtype.name} to "
            f"{dtype.name}. Use tf.strings.to_number or tf.strings.as_string."
        )
    return x.shape, dtype
