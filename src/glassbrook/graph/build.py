"""One function per operation: nodes in, a node out, nothing computed.

This is the vocabulary in which tensors, gradients and public functions are written. Elementwise
operations broadcast as NumPy does; both sides have the same dtype. Axes are counted from the
front: whoever calls has normalized them. The result's shape and dtype are inferred, and what does
not fit raises an error, as the node is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node, Shape, emit, leaf, same_value
from glassbrook.graph.shapes import resolve_reshape

Scalar = bool | int | float
Axes = tuple[int, ...]


def _unary(op: str) -> Callable[[Node], Node]:
    def build(x: Node) -> Node:
        return emit(op, (x,))

    return build


def _binary(op: str) -> Callable[[Node, Node], Node]:
    def build(x: Node, y: Node) -> Node:
        return emit(op, (x, y))

    return build


neg = _unary("neg")
abs = _unary("abs")
sign = _unary("sign")
exp = _unary("exp")
expm1 = _unary("expm1")
log = _unary("log")
log1p = _unary("log1p")
sqrt = _unary("sqrt")
rsqrt = _unary("rsqrt")
square = _unary("square")
reciprocal = _unary("reciprocal")
sin = _unary("sin")
cos = _unary("cos")
tan = _unary("tan")
asin = _unary("asin")
acos = _unary("acos")
atan = _unary("atan")
sinh = _unary("sinh")
cosh = _unary("cosh")
tanh = _unary("tanh")
asinh = _unary("asinh")
acosh = _unary("acosh")
atanh = _unary("atanh")
sigmoid = _unary("sigmoid")
erf = _unary("erf")
erfc = _unary("erfc")
erfinv = _unary("erfinv")
lgamma = _unary("lgamma")
digamma = _unary("digamma")
bessel_i0e = _unary("bessel_i0e")
bessel_i1e = _unary("bessel_i1e")
softplus = _unary("softplus")
relu = _unary("relu")
floor = _unary("floor")
ceil = _unary("ceil")
round = _unary("round")
is_nan = _unary("is_nan")
is_inf = _unary("is_inf")
is_finite = _unary("is_finite")
logical_not = _unary("logical_not")
bitwise_not = _unary("bitwise_not")
identity = _unary("identity")
stop_gradient = _unary("stop_gradient")

add = _binary("add")
sub = _binary("sub")
mul = _binary("mul")
div = _binary("div")
floordiv = _binary("floordiv")
mod = _binary("mod")
pow = _binary("pow")
maximum = _binary("maximum")
minimum = _binary("minimum")
atan2 = _binary("atan2")
zeta = _binary("zeta")
polygamma = _binary("polygamma")
igamma = _binary("igamma")
igammac = _binary("igammac")
igamma_slope = _binary("igamma_slope")
nextafter = _binary("nextafter")
equal = _binary("equal")
not_equal = _binary("not_equal")
less = _binary("less")
less_equal = _binary("less_equal")
greater = _binary("greater")
greater_equal = _binary("greater_equal")
logical_and = _binary("logical_and")
logical_or = _binary("logical_or")
logical_xor = _binary("logical_xor")
bitwise_and = _binary("bitwise_and")
bitwise_or = _binary("bitwise_or")
bitwise_xor = _binary("bitwise_xor")
left_shift = _binary("left_shift")
right_shift = _binary("right_shift")


# Leaves.


def data(value: Any, dtype: DType | None = None) -> Node:
    """A leaf that holds an array; the array must not be written to from now on."""
    array = np.asarray(value, None if dtype is None else dtype.numpy)
    return leaf(array, dtypes.as_dtype(array.dtype) if dtype is None else dtype)


def constant(value: Scalar, dtype: DType, shape: Shape = ()) -> Node:
    """A tensor filled with one number that is part of the program."""
    if value == 0 and dtype.is_floating and math.copysign(1.0, value) < 0:
        # -0.0 == 0.0, so the table of interned nodes would take one for the other.
        return broadcast_to(data(value, dtype), shape)
    if type(value) is int and dtype.is_floating:
        # 1 == 1.0: the interned node, and the text of a program, would be that of who came first.
        value = float(value)
    return emit("constant", (), {"value": value, "dtype": dtype, "shape": shape})


def constant_like(value: Scalar, like: Node) -> Node:
    """A scalar constant of the dtype of `like`; gradient rules use few, which are kept."""
    key = (value, type(value), like.dtype)
    node = _scalar_constants.get(key)
    if node is None:
        node = constant(value, like.dtype)
        if value or isinstance(value, int):  # 0.0 equals -0.0: neither is kept
            _scalar_constants[key] = node
    return node


_scalar_constants: dict[tuple[Scalar, type, DType], Node] = {}


def zeros(shape: Shape, dtype: DType) -> Node:
    """A tensor of zeros."""
    return constant(0, dtype, shape)


def ones(shape: Shape, dtype: DType) -> Node:
    """A tensor of ones."""
    return constant(1, dtype, shape)


def iota(size: int, dtype: DType) -> Node:
    """The numbers 0, 1, …, size - 1."""
    return emit("iota", (), {"size": size, "dtype": dtype})


def random_uniform(state: Node, shape: Shape, dtype: DType) -> Node:
    """Numbers drawn evenly from [0, 1), or of integers from all that the type can hold.

    Args:
        state: int64 numbers of shape ``[3]``, the lower and the upper half of the generator's
            counter, and its key; the same state gives the same numbers.
        shape: the shape of the result.
        dtype: float16, float32, float64, or an integer type of 32 or 64 bits.
    """
    return emit("random_uniform", (state,), {"shape": shape, "dtype": dtype})


def random_normal(state: Node, shape: Shape, dtype: DType) -> Node:
    """Normally distributed numbers of mean 0 and standard deviation 1."""
    return emit("random_normal", (state,), {"shape": shape, "dtype": dtype})


def random_truncated_normal(state: Node, shape: Shape, dtype: DType) -> Node:
    """Normally distributed numbers, those that are closer to 0 than 2."""
    return emit("random_truncated_normal", (state,), {"shape": shape, "dtype": dtype})


def random_permutation(state: Node, size: int) -> Node:
    """The numbers from 0 to size - 1 in random order, as int64."""
    return emit("random_permutation", (state,), {"size": size})


def random_gamma(state: Node, alpha: Node, shape: Shape) -> Node:
    """Gamma distributed numbers of scale 1; the last axes of `shape` are those of `alpha`."""
    return emit("random_gamma", (state, alpha), {"shape": shape, "dtype": alpha.dtype})


def random_poisson(state: Node, rate: Node, shape: Shape, dtype: DType) -> Node:
    """Poisson distributed numbers; the last axes of `shape` are those of `rate`."""
    return emit("random_poisson", (state, rate), {"shape": shape, "dtype": dtype})


def random_binomial(
    state: Node, count: Node, probability: Node, shape: Shape, dtype: DType
) -> Node:
    """Binomially distributed numbers; the last axes of `shape` are those of the parameters."""
    attrs = {"shape": shape, "dtype": dtype}
    return emit("random_binomial", (state, count, probability), attrs)


# Elementwise with attributes, or with three inputs.


def cast(x: Node, dtype: DType) -> Node:
    """The same values in another dtype."""
    return same_value(x) if x.dtype is dtype else emit("cast", (x,), {"dtype": dtype})


def betainc(a: Node, b: Node, x: Node) -> Node:
    """The regularized incomplete beta function of x."""
    return emit("betainc", (a, b, x))


def select(condition: Node, x: Node, y: Node) -> Node:
    """`x` where the condition holds, `y` elsewhere."""
    return emit("select", (condition, x, y))


# Reductions.


def _reduction(op: str) -> Callable[..., Node]:
    def build(x: Node, axes: Axes | None = None, keepdims: bool = False) -> Node:
        if axes is None:
            axes = tuple(range(len(x.shape)))
        return emit(op, (x,), {"axes": axes, "keepdims": keepdims})

    return build


sum = _reduction("sum")
prod = _reduction("prod")
max = _reduction("max")
min = _reduction("min")
any = _reduction("any")
all = _reduction("all")


def argmax(x: Node, axis: int, dtype: DType = dtypes.int64) -> Node:
    """The position of the largest element along an axis; the first one if several are equal."""
    return emit("argmax", (x,), {"axis": axis, "dtype": dtype})


def argmin(x: Node, axis: int, dtype: DType = dtypes.int64) -> Node:
    """The position of the smallest element along an axis; the first one if several are equal."""
    return emit("argmin", (x,), {"axis": axis, "dtype": dtype})


def cumsum(x: Node, axis: int, exclusive: bool = False, reverse: bool = False) -> Node:
    """The running sum along an axis."""
    return emit("cumsum", (x,), {"axis": axis, "exclusive": exclusive, "reverse": reverse})


def cumprod(x: Node, axis: int, exclusive: bool = False, reverse: bool = False) -> Node:
    """The running product along an axis."""
    return emit("cumprod", (x,), {"axis": axis, "exclusive": exclusive, "reverse": reverse})


def argsort(x: Node, axis: int, descending: bool = False) -> Node:
    """The positions (int32) that put an axis into order; equal elements keep theirs."""
    return emit("argsort", (x,), {"axis": axis, "descending": descending})


softmax = _unary("softmax")
log_softmax = _unary("log_softmax")


# Moving elements.


def reshape(x: Node, shape: Sequence[int]) -> Node:
    """The same elements in row-major order in another shape; one -1 stands for what is left."""
    target = resolve_reshape(x.shape, shape)
    return same_value(x) if target == x.shape else emit("reshape", (x,), {"shape": target})


def transpose(x: Node, permutation: Axes | None = None) -> Node:
    """Axes in another order; reversed by default."""
    if permutation is None:
        permutation = tuple(reversed(range(x.rank)))
    return emit("transpose", (x,), {"permutation": permutation})


def swap_last(x: Node) -> Node:
    """The last two axes exchanged: every matrix transposed."""
    rank = x.rank
    return transpose(x, (*range(rank - 2), rank - 1, rank - 2))


def broadcast_to(x: Node, shape: Shape) -> Node:
    """Axes of size 1 stretched, and missing ones added in front."""
    return same_value(x) if x.shape == shape else emit("broadcast_to", (x,), {"shape": shape})


def concat(xs: Sequence[Node], axis: int) -> Node:
    """Tensors joined along an axis that exists."""
    return same_value(xs[0]) if len(xs) == 1 else emit("concat", tuple(xs), {"axis": axis})


def pad(x: Node, paddings: tuple[tuple[int, int], ...], value: Scalar = 0) -> Node:
    """`value` added before and after each axis."""
    return emit("pad", (x,), {"paddings": paddings, "value": value})


def slice(x: Node, begin: Axes, size: Axes, strides: Axes | None = None) -> Node:
    """Per axis: `size` elements from `begin`, in steps of `strides`, which may be negative."""
    if strides is None:
        strides = (1,) * x.rank
    return emit("slice", (x,), {"begin": begin, "size": size, "strides": strides})


def unslice(x: Node, shape: Shape, begin: Axes, strides: Axes) -> Node:
    """The adjoint of `slice`: the elements put back to their places among zeros."""
    return emit("unslice", (x,), {"shape": shape, "begin": begin, "strides": strides})


def expand_dims(x: Node, axis: int) -> Node:
    """A new axis of size 1 before position `axis` of the result."""
    return reshape(x, (*x.shape[:axis], 1, *x.shape[axis:]))


# Computed positions.


def gather(x: Node, indices: Node, axis: int = 0, batch_dims: int = 0) -> Node:
    """Slices of `x` along `axis` at the given positions."""
    return emit("gather", (x, indices), {"axis": axis, "batch_dims": batch_dims})


def scatter_add(
    indices: Node, updates: Node, shape: Shape, axis: int = 0, batch_dims: int = 0
) -> Node:
    """The adjoint of `gather`: slices added up at their positions in a tensor of zeros."""
    attrs = {"shape": shape, "axis": axis, "batch_dims": batch_dims}
    return emit("scatter_add", (indices, updates), attrs)


def take_along(x: Node, indices: Node, axis: int) -> Node:
    """One element of `x` per index, along `axis`, the other axes in step."""
    return emit("take_along", (x, indices), {"axis": axis})


def put_along_add(indices: Node, updates: Node, shape: Shape, axis: int) -> Node:
    """The adjoint of `take_along`: elements added up at their positions among zeros."""
    return emit("put_along_add", (indices, updates), {"shape": shape, "axis": axis})


def gather_nd(x: Node, indices: Node) -> Node:
    """Elements or slices of `x` at positions given by the last axis of `indices`."""
    return emit("gather_nd", (x, indices))


def scatter_nd(indices: Node, updates: Node, shape: Shape) -> Node:
    """The adjoint of `gather_nd`: updates added up at their positions among zeros."""
    return emit("scatter_nd", (indices, updates), {"shape": shape})


def one_hot(indices: Node, depth: int, dtype: DType) -> Node:
    """A new last axis: 1 at the index, 0 elsewhere; all 0 if the index lies outside."""
    return emit("one_hot", (indices,), {"depth": depth, "dtype": dtype})


# Sliding windows.


def patches(x: Node, window: Axes, strides: Axes, dilations: Axes) -> Node:
    """Windows over the inner axes: [N, *sizes, C] becomes [N, *outputs, *window, C].

    Args:
        x: what to look at; it has two axes more than each of the others has numbers.
        window: how many elements a window has along each axis.
        strides: how far it is from one window to the next.
        dilations: how far it is from one element of a window to the next.
    """
    attrs = {"window": window, "strides": strides, "dilations": dilations}
    return emit("patches", (x,), attrs)


def unpatches(x: Node, spatial: Axes, strides: Axes, dilations: Axes) -> Node:
    """The adjoint of `patches`: windows added up at their places, to [N, *spatial, C]."""
    return emit("unpatches", (x,), {"spatial": spatial, "strides": strides, "dilations": dilations})


def max_patches(x: Node, window: Axes, strides: Axes, dilations: Axes) -> Node:
    """The largest element of each window of `patches`, per channel: [N, *outputs, C].

    The gradient goes to the first element of a window that is as large.
    """
    attrs = {"window": window, "strides": strides, "dilations": dilations}
    return emit("max_patches", (x,), attrs)


def argmax_patches(x: Node, window: Axes, strides: Axes, dilations: Axes) -> Node:
    """The position (int32) of the first largest element of each window, in row-major order."""
    attrs = {"window": window, "strides": strides, "dilations": dilations}
    return emit("argmax_patches", (x,), attrs)


# Linear algebra.


def matmul(x: Node, y: Node, transpose_x: bool = False, transpose_y: bool = False) -> Node:
    """Matrix products over the last two axes, each side transposed if asked; others broadcast."""
    return emit("matmul", (x, y), {"transpose_x": transpose_x, "transpose_y": transpose_y})


# State and gradients by hand.


def variable(value: Node, previous: Node | None = None) -> Node:
    """A version of a variable: the same value, but a node of its own that tapes can name.

    The previous version stays within reach until the new one is computed: if that fails, the
    variable goes back to it.
    """
    inputs = (value,) if previous is None else (value, previous)
    return Node("variable", inputs, {}, value.shape, value.dtype)


def distinct(value: Node) -> Node:
    """The same value as a node of its own, through which gradients flow."""
    return Node("identity", (value,), {}, value.shape, value.dtype)


def custom_gradient(
    result: Node, arguments: Sequence[Node], rule: Callable[[Node], Sequence[Node | None]]
) -> Node:
    """`result`, whose gradient with respect to `arguments` is given by `rule`."""
    inputs = (result, *arguments)
    return Node("custom_gradient", inputs, {"rule": rule}, result.shape, result.dtype)


# Branches and loops.


def cond(condition: Node, captured: Sequence[Node], true: ClosedGraph, false: ClosedGraph) -> Node:
    """The output of one of two graphs, which take `captured` and have one output of equal type."""
    return emit("cond", (condition, *captured), {"true": true, "false": false})


def while_loop(
    initial: Sequence[Node], captured: Sequence[Node], condition: ClosedGraph, body: ClosedGraph
) -> list[Node]:
    """What `body` has made of `initial` when `condition` does not hold any more.

    Args:
        initial: the values that are carried from turn to turn.
        captured: what both graphs take besides.
        condition: a graph of these inputs with one output, a truth value.
        body: a graph of these inputs whose outputs are the next values.
    """
    attrs = {"cond": condition, "body": body, "carried": len(initial)}
    bundle = emit("while", (*initial, *captured), attrs)
    return [
        emit("item", (bundle,), {"index": index, "shape": node.shape, "dtype": node.dtype})
        for index, node in enumerate(initial)
    ]


def scan(
    initial: Sequence[Node],
    sequences: Sequence[Node],
    captured: Sequence[Node],
    body: ClosedGraph,
    length: int,
    reverse: bool = False,
) -> Node:
    """A bundle of what `body` has made of `initial` after `length` turns, and of its outputs.

    The results are picked by `scanned`: first the last values of what is carried, then each output
    of all turns, stacked along a first axis.

    Args:
        initial: the values that are carried from turn to turn.
        sequences: tensors with a first axis of `length`; each turn takes one slice.
        captured: what the body takes besides.
        body: a graph of these inputs. Its outputs are the next carried values, then the outputs of
            the turn.
        length: how many turns there are.
        reverse: whether the last slices come first; outputs stay beside their slices.
    """
    attrs = {
        "body": body,
        "carried": len(initial),
        "sequences": len(sequences),
        "length": length,
        "reverse": reverse,
    }
    return emit("scan", (*initial, *sequences, *captured), attrs)


def scanned(bundle: Node, index: int) -> Node:
    """One result of a scan."""
    attrs = bundle.attrs
    output = attrs["body"].outputs[index]
    shape = output.shape if index < attrs["carried"] else (attrs["length"], *output.shape)
    return emit("item", (bundle,), {"index": index, "shape": shape, "dtype": output.dtype})


def pack(parts: Sequence[Node]) -> Node:
    """Tensors of one dtype in a row, as one tensor; a single one stays as it is."""
    if len(parts) == 1:
        return parts[0]
    return concat([reshape(part, (part.size,)) for part in parts], 0)


def unpack(packed: Node, shapes: Sequence[Shape]) -> list[Node]:
    """The tensors of these shapes that `pack` put in a row."""
    if len(shapes) == 1:
        return [packed]
    parts: list[Node] = []
    begin = 0
    for shape in shapes:
        size = math.prod(shape)
        parts.append(reshape(slice(packed, (begin,), (size,)), shape))
        begin += size
    return parts


# Strings.

string_lower = _unary("string_lower")
string_upper = _unary("string_upper")
string_strip = _unary("string_strip")


def string_length(x: Node, unit: str) -> Node:
    """The length of each string (int32), in bytes (`BYTE`) or characters (`UTF8_CHAR`)."""
    return emit("string_length", (x,), {"unit": unit})


def string_join(xs: Sequence[Node], separator: str) -> Node:
    """Strings joined element by element."""
    return emit("string_join", tuple(xs), {"separator": separator})


def string_substr(x: Node, position: Node, length: Node, unit: str) -> Node:
    """Part of each string; a negative position counts from the end."""
    return emit("string_substr", (x, position, length), {"unit": unit})


def as_string(
    x: Node, precision: int, scientific: bool, shortest: bool, width: int, fill: str
) -> Node:
    """Numbers as text, as `printf` writes them."""
    attrs = {
        "precision": precision,
        "scientific": scientific,
        "shortest": shortest,
        "width": width,
        "fill": fill,
    }
    return emit("as_string", (x,), attrs)


def string_to_number(x: Node, dtype: DType) -> Node:
    """Text as numbers."""
    return emit("string_to_number", (x,), {"dtype": dtype})


def regex_replace(x: Node, pattern: str, rewrite: str, replace_global: bool) -> Node:
    """What matches a regular expression replaced, once or everywhere."""
    attrs = {"pattern": pattern, "rewrite": rewrite, "replace_global": replace_global}
    return emit("regex_replace", (x,), attrs)
