"""Glassbrook: deep learning with TensorFlow's public shape, small, fast on a CPU, and readable.

    import glassbrook as tf

Tensors, variables, tapes and functions are here; ``tf.keras``, ``tf.data`` and ``tf.datasets`` are
loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from glassbrook import (
    config,
    dtypes,
    errors,
    math,
    nest,
    nn,
    random,
)
from glassbrook.devices import DeviceSpec
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
    squared_difference,
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
    Module,
    Tensor,
    TensorShape,
    TensorSpec,
    UnconnectedGradients,
    Variable,
    constant,
    convert_to_tensor,
    custom_gradient,
    function,
    name_scope,
    stop_gradient,
)

if TYPE_CHECKING:
    import logging

    from glassbrook import (
        audio,
        autodiff,
        autograph,
        bitwise,
        compat,
        data,
        datasets,
        debugging,
        distribute,
        image,
        io,
        keras,
        linalg,
        lookup,
        profiler,
        queue,
        ragged,
        saved_model,
        sets,
        signal,
        sparse,
        strings,
        summary,
        sysconfig,
        test,
        train,
        version,
    )
    from glassbrook.explain.calling import ExplainModule
    from glassbrook.explain.program import program
    from glassbrook.keras import activations, initializers, losses, metrics, optimizers
    from glassbrook.keras.initializers import Constant as constant_initializer
    from glassbrook.keras.initializers import Ones as ones_initializer
    from glassbrook.keras.initializers import RandomNormal as random_normal_initializer
    from glassbrook.keras.initializers import RandomUniform as random_uniform_initializer
    from glassbrook.keras.initializers import Zeros as zeros_initializer
    from glassbrook.ops.batches import (
        batch_to_space,
        required_space_to_batch_paddings,
        reverse_sequence,
        space_to_batch,
        space_to_batch_nd,
    )
    from glassbrook.ops.factorizations import (
        eig,
        eigvals,
    )
    from glassbrook.ops.indexed_slices import IndexedSlices
    from glassbrook.ops.matrix_functions import (
        sqrtm as matrix_square_root,
    )
    from glassbrook.ops.partitions import (
        bitcast,
        dynamic_partition,
        dynamic_stitch,
        parallel_stack,
        tensor_scatter_nd_max,
        tensor_scatter_nd_min,
        unravel_index,
    )
    from glassbrook.ops.passing import (
        get_current_name_scope,
        get_static_value,
        grad_pass_through,
        guarantee_const,
        identity_n,
        inside_function,
        is_symbolic_tensor,
        no_gradient,
        realdiv,
        recompute_grad,
        timestamp,
        type_spec_from_value,
    )
    from glassbrook.ops.passing import (
        tuple_of as tuple,
    )
    from glassbrook.ops.ragged import RaggedTensor, RaggedTensorSpec
    from glassbrook.ops.settings import (
        AggregationMethod,
        VariableAggregation,
        VariableSynchronization,
    )
    from glassbrook.ops.sparse import SparseTensor, SparseTensorSpec
    from glassbrook.ops.sparse_lookup import edit_distance
    from glassbrook.ops.string_features import (
        fingerprint,
    )
    from glassbrook.ops.strings import (
        as_string,
    )
    from glassbrook.ops.tensor_array import TensorArray

    # A module that can be called, which no type checker knows of: it is declared by its class.
    explain: ExplainModule

__version__: Final = "0.1.0"

newaxis: Final = None
"""A new axis of size 1 in an index: ``x[:, tf.newaxis]``."""

# What is loaded when it is first used, with the module it comes from: importing the package has
# to stay quick.
_LAZY = {
    "activations": "glassbrook.keras.activations",
    "audio": "glassbrook.audio",
    "autodiff": "glassbrook.autodiff",
    "autograph": "glassbrook.autograph",
    "bitwise": "glassbrook.bitwise",
    "compat": "glassbrook.compat",
    "data": "glassbrook.data",
    "datasets": "glassbrook.datasets",
    "debugging": "glassbrook.debugging",
    "distribute": "glassbrook.distribute",
    "explain": "glassbrook.explain",
    "image": "glassbrook.image",
    "initializers": "glassbrook.keras.initializers",
    "io": "glassbrook.io",
    "keras": "glassbrook.keras",
    "linalg": "glassbrook.linalg",
    "lookup": "glassbrook.lookup",
    "losses": "glassbrook.keras.losses",
    "metrics": "glassbrook.keras.metrics",
    "optimizers": "glassbrook.keras.optimizers",
    "profiler": "glassbrook.profiler",
    "queue": "glassbrook.queue",
    "ragged": "glassbrook.ragged",
    "saved_model": "glassbrook.saved_model",
    "sets": "glassbrook.sets",
    "signal": "glassbrook.signal",
    "sparse": "glassbrook.sparse",
    "strings": "glassbrook.strings",
    "summary": "glassbrook.summary",
    "sysconfig": "glassbrook.sysconfig",
    "test": "glassbrook.test",
    "train": "glassbrook.train",
    "version": "glassbrook.version",
}

# The same for single names: the module, and the name there if it is another.
_LAZY_NAMES = {
    "AggregationMethod": "glassbrook.ops.settings",
    "IndexedSlices": "glassbrook.ops.indexed_slices",
    "RaggedTensor": "glassbrook.ops.ragged",
    "RaggedTensorSpec": "glassbrook.ops.ragged",
    "SparseTensor": "glassbrook.ops.sparse",
    "SparseTensorSpec": "glassbrook.ops.sparse",
    "TensorArray": "glassbrook.ops.tensor_array",
    "VariableAggregation": "glassbrook.ops.settings",
    "VariableSynchronization": "glassbrook.ops.settings",
    "as_string": "glassbrook.ops.strings",
    "batch_to_space": "glassbrook.ops.batches",
    "bitcast": "glassbrook.ops.partitions",
    "constant_initializer": "glassbrook.keras.initializers:Constant",
    "dynamic_partition": "glassbrook.ops.partitions",
    "dynamic_stitch": "glassbrook.ops.partitions",
    "edit_distance": "glassbrook.ops.sparse_lookup",
    "eig": "glassbrook.ops.factorizations",
    "eigvals": "glassbrook.ops.factorizations",
    "fingerprint": "glassbrook.ops.string_features",
    "get_current_name_scope": "glassbrook.ops.passing",
    "get_static_value": "glassbrook.ops.passing",
    "grad_pass_through": "glassbrook.ops.passing",
    "guarantee_const": "glassbrook.ops.passing",
    "identity_n": "glassbrook.ops.passing",
    "inside_function": "glassbrook.ops.passing",
    "is_symbolic_tensor": "glassbrook.ops.passing",
    "matrix_square_root": "glassbrook.ops.matrix_functions:sqrtm",
    "no_gradient": "glassbrook.ops.passing",
    "ones_initializer": "glassbrook.keras.initializers:Ones",
    "parallel_stack": "glassbrook.ops.partitions",
    "program": "glassbrook.explain",
    "random_normal_initializer": "glassbrook.keras.initializers:RandomNormal",
    "random_uniform_initializer": "glassbrook.keras.initializers:RandomUniform",
    "realdiv": "glassbrook.ops.passing",
    "recompute_grad": "glassbrook.ops.passing",
    "required_space_to_batch_paddings": "glassbrook.ops.batches",
    "reverse_sequence": "glassbrook.ops.batches",
    "space_to_batch": "glassbrook.ops.batches",
    "space_to_batch_nd": "glassbrook.ops.batches",
    "tensor_scatter_nd_max": "glassbrook.ops.partitions",
    "tensor_scatter_nd_min": "glassbrook.ops.partitions",
    "timestamp": "glassbrook.ops.passing",
    "tuple": "glassbrook.ops.passing:tuple_of",
    "type_spec_from_value": "glassbrook.ops.passing",
    "unravel_index": "glassbrook.ops.partitions",
    "zeros_initializer": "glassbrook.keras.initializers:Zeros",
}

_COMPLEX = "there are no complex numbers: keep real and imaginary parts in two tensors"
_QUANTIZED = "there are no quantized numbers: tf.int8 and its kin are plain integers"
_ABSENT = {
    "Graph": "there are no graphs to build by hand: tf.function traces functions",
    "bfloat16": "there is no bfloat16: use tf.float16 or tf.float32",
    "complex": _COMPLEX,
    "complex128": _COMPLEX,
    "complex64": _COMPLEX,
    "experimental": "what TensorFlow tries out is not here",
    "feature_column": "use the preprocessing layers of tf.keras.layers",
    "hessians": "take the gradient of a gradient, with one tf.GradientTape inside of another",
    "lite": "there is no converter to other formats",
    "load_op_library": "operations in C++ cannot be added",
    "make_ndarray": "there are no such buffers: tensor.numpy() is the array",
    "make_tensor_proto": "there are no such buffers: tf.io.serialize_tensor writes bytes",
    "qint16": _QUANTIZED,
    "qint32": _QUANTIZED,
    "qint8": _QUANTIZED,
    "quantization": _QUANTIZED,
    "quint16": _QUANTIZED,
    "quint8": _QUANTIZED,
    "raw_ops": "operations have their public names only",
    "tpu": "there is no support for TPUs",
    "types": "there are no types for annotations: tf.Tensor is one",
    "xla": "tf.function compiles by itself",
}


# Hidden from editors and type checkers, for which every name would exist otherwise.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _LAZY_NAMES:
            place, _, there = _LAZY_NAMES[name].partition(":")
            found = getattr(importlib.import_module(place), there or name)
            globals()[name] = found
            return found
        if name in _LAZY:
            module = importlib.import_module(_LAZY[name])
            globals()[name] = module
            return module
        reason = _ABSENT.get(name, "Glassbrook does not have it (yet), or it is spelt differently")
        raise AttributeError(f"module 'glassbrook' has no attribute {name!r}: {reason}.")


def get_logger() -> logging.Logger:
    """The logger that messages of the framework go to.

    Example:
        >>> import glassbrook as tf
        >>> tf.get_logger().setLevel("ERROR")
    """
    found: logging.Logger = importlib.import_module("logging").getLogger("glassbrook")
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "AggregationMethod",
    "Assert",
    "DType",
    "DeviceSpec",
    "GradientTape",
    "IndexedSlices",
    "Module",
    "RaggedTensor",
    "RaggedTensorSpec",
    "SparseTensor",
    "SparseTensorSpec",
    "Tensor",
    "TensorArray",
    "TensorShape",
    "TensorSpec",
    "UnconnectedGradients",
    "Variable",
    "VariableAggregation",
    "VariableSynchronization",
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
    "audio",
    "autodiff",
    "autograph",
    "batch_to_space",
    "bitcast",
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
    "compat",
    "concat",
    "cond",
    "config",
    "constant",
    "constant_initializer",
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
    "distribute",
    "divide",
    "double",
    "dtypes",
    "dynamic_partition",
    "dynamic_stitch",
    "edit_distance",
    "eig",
    "eigvals",
    "einsum",
    "ensure_shape",
    "equal",
    "errors",
    "executing_eagerly",
    "exp",
    "expand_dims",
    "explain",
    "eye",
    "fill",
    "fingerprint",
    "float16",
    "float32",
    "float64",
    "floor",
    "foldl",
    "foldr",
    "function",
    "gather",
    "gather_nd",
    "get_current_name_scope",
    "get_logger",
    "get_static_value",
    "grad_pass_through",
    "greater",
    "greater_equal",
    "group",
    "guarantee_const",
    "half",
    "histogram_fixed_width",
    "histogram_fixed_width_bins",
    "identity",
    "identity_n",
    "image",
    "init_scope",
    "initializers",
    "inside_function",
    "int16",
    "int32",
    "int64",
    "int8",
    "io",
    "is_symbolic_tensor",
    "is_tensor",
    "keras",
    "less",
    "less_equal",
    "linalg",
    "linspace",
    "logical_and",
    "logical_not",
    "logical_or",
    "lookup",
    "losses",
    "map_fn",
    "math",
    "matmul",
    "matrix_square_root",
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
    "no_gradient",
    "no_op",
    "norm",
    "not_equal",
    "numpy_function",
    "one_hot",
    "ones",
    "ones_initializer",
    "ones_like",
    "optimizers",
    "pad",
    "parallel_stack",
    "pow",
    "print",
    "profiler",
    "program",
    "py_function",
    "queue",
    "ragged",
    "random",
    "random_normal_initializer",
    "random_uniform_initializer",
    "range",
    "rank",
    "realdiv",
    "recompute_grad",
    "reduce_all",
    "reduce_any",
    "reduce_logsumexp",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
    "repeat",
    "required_space_to_batch_paddings",
    "reshape",
    "reverse",
    "reverse_sequence",
    "roll",
    "round",
    "saturate_cast",
    "saved_model",
    "scalar_mul",
    "scan",
    "scatter_nd",
    "searchsorted",
    "sequence_mask",
    "sets",
    "shape",
    "shape_n",
    "sigmoid",
    "sign",
    "signal",
    "sin",
    "sinh",
    "size",
    "slice",
    "sort",
    "space_to_batch",
    "space_to_batch_nd",
    "sparse",
    "split",
    "sqrt",
    "square",
    "squared_difference",
    "squeeze",
    "stack",
    "stop_gradient",
    "strided_slice",
    "string",
    "strings",
    "subtract",
    "summary",
    "switch_case",
    "sysconfig",
    "tan",
    "tanh",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_max",
    "tensor_scatter_nd_min",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "tensordot",
    "test",
    "tile",
    "timestamp",
    "train",
    "transpose",
    "truediv",
    "truncatediv",
    "truncatemod",
    "tuple",
    "type_spec_from_value",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "unique",
    "unique_with_counts",
    "unravel_index",
    "unstack",
    "vectorized_map",
    "version",
    "where",
    "while_loop",
    "zeros",
    "zeros_initializer",
    "zeros_like",
]
