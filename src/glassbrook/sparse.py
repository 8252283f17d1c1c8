"""`tf.sparse`: tensors of which only some elements are written down."""

from __future__ import annotations

from glassbrook.ops.sparse import SparseTensor
from glassbrook.ops.sparse_operations import (
    add,
    bincount,
    concat,
    expand_dims,
    eye,
    fill_empty_rows,
    from_dense,
    map_values,
    maximum,
    minimum,
    reduce_max,
    reduce_sum,
    reorder,
    reset_shape,
    reshape,
    retain,
    slice,
    softmax,
    sparse_dense_matmul,
    split,
    to_dense,
    to_indicator,
    transpose,
)
from glassbrook.ops.sparse_operations import mask_rows as mask
from glassbrook.ops.sparse_operations import segment_mean_of as segment_mean
from glassbrook.ops.sparse_operations import segment_sqrt_n_of as segment_sqrt_n
from glassbrook.ops.sparse_operations import segment_sum_of as segment_sum

__all__ = [
    "SparseTensor",
    "add",
    "bincount",
    "concat",
    "expand_dims",
    "eye",
    "fill_empty_rows",
    "from_dense",
    "map_values",
    "mask",
    "maximum",
    "minimum",
    "reduce_max",
    "reduce_sum",
    "reorder",
    "reset_shape",
    "reshape",
    "retain",
    "segment_mean",
    "segment_sqrt_n",
    "segment_sum",
    "slice",
    "softmax",
    "sparse_dense_matmul",
    "split",
    "to_dense",
    "to_indicator",
    "transpose",
]
