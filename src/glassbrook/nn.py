"""`tf.nn`: activations, losses from logits, normalization and what else networks are made of."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from glassbrook.ops.nn import (
    batch_normalization,
    bias_add,
    crelu,
    dropout,
    elu,
    embedding_lookup,
    gelu,
    in_top_k,
    l2_loss,
    l2_normalize,
    leaky_relu,
    log_poisson_loss,
    log_softmax,
    moments,
    relu,
    relu6,
    selu,
    sigmoid,
    sigmoid_cross_entropy_with_logits,
    silu,
    softmax,
    softmax_cross_entropy_with_logits,
    softplus,
    softsign,
    sparse_softmax_cross_entropy_with_logits,
    swish,
    tanh,
    top_k,
    weighted_cross_entropy_with_logits,
    weighted_moments,
    zero_fraction,
)

if TYPE_CHECKING:
    from glassbrook.ops.averages import (
        compute_average_loss,
        normalize_moments,
        scale_regularization_loss,
        sufficient_statistics,
    )
    from glassbrook.ops.batches import (
        space_to_batch,
    )
    from glassbrook.ops.blocks import (
        depth_to_space,
        local_response_normalization,
        lrn,
        space_to_depth,
    )
    from glassbrook.ops.candidates import (
        all_candidate_sampler,
        compute_accidental_hits,
        fixed_unigram_candidate_sampler,
        log_uniform_candidate_sampler,
        nce_loss,
        sampled_softmax_loss,
        uniform_candidate_sampler,
    )
    from glassbrook.ops.convolution import (
        atrous_conv2d,
        conv1d,
        conv2d,
        conv3d,
        convolution,
    )
    from glassbrook.ops.depthwise import (
        depthwise_conv2d,
        separable_conv2d,
    )
    from glassbrook.ops.morphology import (
        dilation2d,
        erosion2d,
    )
    from glassbrook.ops.pooling import (
        avg_pool,
        avg_pool1d,
        avg_pool2d,
        avg_pool3d,
        max_pool,
        max_pool1d,
        max_pool2d,
        max_pool3d,
        max_pool_with_argmax,
        pool,
    )
    from glassbrook.ops.sparse_lookup import (
        embedding_lookup_sparse,
        safe_embedding_lookup_sparse,
    )
    from glassbrook.ops.temporal_classification import (
        collapse_repeated,
        ctc_beam_search_decoder,
        ctc_greedy_decoder,
        ctc_loss,
    )
    from glassbrook.ops.transposed_convolution import (
        atrous_conv2d_transpose,
        conv1d_transpose,
        conv2d_transpose,
        conv3d_transpose,
        conv_transpose,
    )

# What few programs need is loaded when it is first used.
_LAZY = {
    "all_candidate_sampler": "glassbrook.ops.candidates",
    "atrous_conv2d": "glassbrook.ops.convolution",
    "atrous_conv2d_transpose": "glassbrook.ops.transposed_convolution",
    "avg_pool": "glassbrook.ops.pooling",
    "avg_pool1d": "glassbrook.ops.pooling",
    "avg_pool2d": "glassbrook.ops.pooling",
    "avg_pool3d": "glassbrook.ops.pooling",
    "collapse_repeated": "glassbrook.ops.temporal_classification",
    "compute_accidental_hits": "glassbrook.ops.candidates",
    "compute_average_loss": "glassbrook.ops.averages",
    "conv1d": "glassbrook.ops.convolution",
    "conv1d_transpose": "glassbrook.ops.transposed_convolution",
    "conv2d": "glassbrook.ops.convolution",
    "conv2d_transpose": "glassbrook.ops.transposed_convolution",
    "conv3d": "glassbrook.ops.convolution",
    "conv3d_transpose": "glassbrook.ops.transposed_convolution",
    "conv_transpose": "glassbrook.ops.transposed_convolution",
    "convolution": "glassbrook.ops.convolution",
    "ctc_beam_search_decoder": "glassbrook.ops.temporal_classification",
    "ctc_greedy_decoder": "glassbrook.ops.temporal_classification",
    "ctc_loss": "glassbrook.ops.temporal_classification",
    "depth_to_space": "glassbrook.ops.blocks",
    "depthwise_conv2d": "glassbrook.ops.depthwise",
    "dilation2d": "glassbrook.ops.morphology",
    "embedding_lookup_sparse": "glassbrook.ops.sparse_lookup",
    "erosion2d": "glassbrook.ops.morphology",
    "fixed_unigram_candidate_sampler": "glassbrook.ops.candidates",
    "local_response_normalization": "glassbrook.ops.blocks",
    "log_uniform_candidate_sampler": "glassbrook.ops.candidates",
    "lrn": "glassbrook.ops.blocks",
    "max_pool": "glassbrook.ops.pooling",
    "max_pool1d": "glassbrook.ops.pooling",
    "max_pool2d": "glassbrook.ops.pooling",
    "max_pool3d": "glassbrook.ops.pooling",
    "max_pool_with_argmax": "glassbrook.ops.pooling",
    "nce_loss": "glassbrook.ops.candidates",
    "normalize_moments": "glassbrook.ops.averages",
    "pool": "glassbrook.ops.pooling",
    "safe_embedding_lookup_sparse": "glassbrook.ops.sparse_lookup",
    "sampled_softmax_loss": "glassbrook.ops.candidates",
    "scale_regularization_loss": "glassbrook.ops.averages",
    "separable_conv2d": "glassbrook.ops.depthwise",
    "space_to_batch": "glassbrook.ops.batches",
    "space_to_depth": "glassbrook.ops.blocks",
    "sufficient_statistics": "glassbrook.ops.averages",
    "uniform_candidate_sampler": "glassbrook.ops.candidates",
}


# Hidden from editors and type checkers, for which every name would exist otherwise.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _LAZY:
            found = getattr(importlib.import_module(_LAZY[name]), name)
            globals()[name] = found
            return found
        raise AttributeError(f"module 'glassbrook.nn' has no attribute {name!r}")


__all__ = [
    "all_candidate_sampler",
    "atrous_conv2d",
    "atrous_conv2d_transpose",
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_normalization",
    "bias_add",
    "collapse_repeated",
    "compute_accidental_hits",
    "compute_average_loss",
    "conv1d",
    "conv1d_transpose",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "conv_transpose",
    "convolution",
    "crelu",
    "ctc_beam_search_decoder",
    "ctc_greedy_decoder",
    "ctc_loss",
    "depth_to_space",
    "depthwise_conv2d",
    "dilation2d",
    "dropout",
    "elu",
    "embedding_lookup",
    "embedding_lookup_sparse",
    "erosion2d",
    "fixed_unigram_candidate_sampler",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "local_response_normalization",
    "log_poisson_loss",
    "log_softmax",
    "log_uniform_candidate_sampler",
    "lrn",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_pool_with_argmax",
    "moments",
    "nce_loss",
    "normalize_moments",
    "pool",
    "relu",
    "relu6",
    "safe_embedding_lookup_sparse",
    "sampled_softmax_loss",
    "scale_regularization_loss",
    "selu",
    "separable_conv2d",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softplus",
    "softsign",
    "space_to_batch",
    "space_to_depth",
    "sparse_softmax_cross_entropy_with_logits",
    "sufficient_statistics",
    "swish",
    "tanh",
    "top_k",
    "uniform_candidate_sampler",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "zero_fraction",
]
