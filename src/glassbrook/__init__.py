"""Glassbrook: deep learning with TensorFlow's public shape, small, fast on a CPU, and readable.

    import glassbrook as tf

Tensors, variables, tapes and functions are here; ``tf.keras``, ``tf.data`` and ``tf.datasets`` are
loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from glassbrook import (
    autograph,
    bitwise,
    config,
    debugging,
    dtypes,
    errors,
    linalg,
    math,
    nest,
    nn,
    random,
    strings,
)
from glassbrook.dtypes import (
    DType,
    as_dtype,
    bool,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from glassbrook.ops.arithmetic import (
    add,
    add_n,
    divide,
    maximum,
    minimum,
    multiply,
    pow,
    scalar_mul,
    subtract,
    truediv,
    truncatediv,
    truncatemod,
)
from glassbrook.ops.clipping import (
    clip_by_global_norm,
    clip_by_norm,
    clip_by_value,
)
from glassbrook.ops.comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    not_equal,
    where,
)
from glassbrook.ops.control import (
    case,
    cond,
    control_dependencies,
    device,
    executing_eagerly,
    group,
    init_scope,
    name_scope,
    no_op,
    numpy_function,
    py_function,
    switch_case,
    while_loop,
)
from glassbrook.ops.counting import (
    histogram_fixed_width,
    histogram_fixed_width_bins,
)
from glassbrook.ops.creation import (
    eye,
    fill,
    linspace,
    meshgrid,
    one_hot,
    ones,
    ones_like,
    range,
    sequence_mask,
    zeros,
    zeros_like,
)
from glassbrook.ops.einsum import (
    einsum,
)
from glassbrook.ops.elementwise import (
    abs,
    exp,
    floor,
    negative,
    round,
    sigmoid,
    sign,
    sqrt,
    square,
)
from glassbrook.ops.joining import (
    concat,
    pad,
    repeat,
    split,
    stack,
    tile,
    unstack,
)
from glassbrook.ops.linalg import (
    matmul,
    norm,
    tensordot,
)
from glassbrook.ops.mapping import (
    foldl,
    foldr,
    map_fn,
    scan,
    vectorized_map,
)
from glassbrook.ops.ordering import (
    argsort,
    sort,
    unique,
    unique_with_counts,
)
from glassbrook.ops.output import (
    print,
)
from glassbrook.ops.positions import (
    boolean_mask,
    gather,
    gather_nd,
    scatter_nd,
    searchsorted,
    tensor_scatter_nd_add,
    tensor_scatter_nd_sub,
    tensor_scatter_nd_update,
)
from glassbrook.ops.properties import (
    cast,
    identity,
    is_tensor,
    rank,
    saturate_cast,
    shape,
    shape_n,
    size,
)
from glassbrook.ops.reduce import (
    argmax,
    argmin,
    reduce_all,
    reduce_any,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
)
from glassbrook.ops.scan import (
    cumsum,
)
from glassbrook.ops.shape import (
    broadcast_dynamic_shape,
    broadcast_static_shape,
    broadcast_to,
    ensure_shape,
    expand_dims,
    reshape,
    reverse,
    roll,
    slice,
    squeeze,
    strided_slice,
    transpose,
)
from glassbrook.ops.strings import (
    as_string,
)
from glassbrook.ops.trigonometry import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    sin,
    sinh,
    tan,
    tanh,
)
from glassbrook.ops.type_checks import (
    assert_rank,
)
from glassbrook.ops.value_checks import (
    Assert,
    assert_equal,
    assert_greater,
    assert_less,
)
from glassbrook.tensor import (
    GradientTape,
    Tensor,
    TensorShape,
    TensorSpec,
    UnconnectedGradients,
    Variable,
    constant,
    convert_to_tensor,
    custom_gradient,
    function,
    stop_gradient,
)

if TYPE_CHECKING:
    from glassbrook import data, datasets, keras
    from glassbrook.explain import program
    from glassbrook.keras import activations, initializers, losses, metrics, optimizers

__version__: Final = "0.1.0"

newaxis: Final = None
"""A new axis of size 1 in an index: ``x[:, tf.newaxis]``."""

# What is loaded when it is first used, with the module it comes from: importing the package has
# to stay quick.
_LAZY = {
    "activations": "glassbrook.keras.activations",
    "data": "glassbrook.data",
    "datasets": "glassbrook.datasets",
    "initializers": "glassbrook.keras.initializers",
    "keras": "glassbrook.keras",
    "losses": "glassbrook.keras.losses",
    "metrics": "glassbrook.keras.metrics",
    "optimizers": "glassbrook.keras.optimizers",
}
_LAZY_FUNCTIONS = {"program": "glassbrook.explain"}


def __getattr__(name: str) -> Any:
    if name in _LAZY_FUNCTIONS:
        function = getattr(importlib.import_module(_LAZY_FUNCTIONS[name]), name)
        globals()[name] = function
        return function
    if name in _LAZY:
        module = importlib.import_module(_LAZY[name])
        globals()[name] = module
        return module
    raise AttributeError(
        f"module 'glassbrook' has no attribute {name!r}: Glassbrook does not have it (yet), or it "
        "is spelt differently."
    )


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "Assert",
    "DType",
    "GradientTape",
    "Tensor",
    "TensorShape",
    "TensorSpec",
    "UnconnectedGradients",
    "Variable",
    "__version__",
    "abs",
    "acos",
    "acosh",
    "activations",
    "add",
    "add_n",
    "argmax",
    "argmin",
    "argsort",
    "as_dtype",
    "as_string",
    "asin",
    "asinh",
    "assert_equal",
    "assert_greater",
    "assert_less",
    "assert_rank",
    "atan",
    "atan2",
    "atanh",
    "autograph",
    "bitwise",
    "bool",
    "boolean_mask",
    "broadcast_dynamic_shape",
    "broadcast_static_shape",
    "broadcast_to",
    "case",
    "cast",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "concat",
    "cond",
    "config",
    "constant",
    "control_dependencies",
    "convert_to_tensor",
    "cos",
    "cosh",
    "cumsum",
    "custom_gradient",
    "data",
    "datasets",
    "debugging",
    "device",
    "divide",
    "double",
    "dtypes",
    "einsum",
    "ensure_shape",
    "equal",
    "errors",
    "executing_eagerly",
    "exp",
    "expand_dims",
    "eye",
    "fill",
    "float16",
    "float32",
    "float64",
    "floor",
    "foldl",
    "foldr",
    "function",
    "gather",
    "gather_nd",
    "greater",
    "greater_equal",
    "group",
    "half",
    "histogram_fixed_width",
    "histogram_fixed_width_bins",
    "identity",
    "init_scope",
    "initializers",
    "int16",
    "int32",
    "int64",
    "int8",
    "is_tensor",
    "keras",
    "less",
    "less_equal",
    "linalg",
    "linspace",
    "logical_and",
    "logical_not",
    "logical_or",
    "losses",
    "map_fn",
    "math",
    "matmul",
    "maximum",
    "meshgrid",
    "metrics",
    "minimum",
    "multiply",
    "name_scope",
    "negative",
    "nest",
    "newaxis",
    "nn",
    "no_op",
    "norm",
    "not_equal",
    "numpy_function",
    "one_hot",
    "ones",
    "ones_like",
    "optimizers",
    "pad",
    "pow",
    "print",
    "program",
    "py_function",
    "random",
    "range",
    "rank",
    "reduce_all",
    "reduce_any",
    "reduce_logsumexp",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
    "repeat",
    "reshape",
    "reverse",
    "roll",
    "round",
    "saturate_cast",
    "scalar_mul",
    "scan",
    "scatter_nd",
    "searchsorted",
    "sequence_mask",
    "shape",
    "shape_n",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "size",
    "slice",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "stop_gradient",
    "strided_slice",
    "string",
    "strings",
    "subtract",
    "switch_case",
    "tan",
    "tanh",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "tensordot",
    "tile",
    "transpose",
    "truediv",
    "truncatediv",
    "truncatemod",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "unique",
    "unique_with_counts",
    "unstack",
    "vectorized_map",
    "where",
    "while_loop",
    "zeros",
    "zeros_like",
]
