"""Attention without weights for its inputs: means of values, weighted by how well keys match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import axes
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_number
from glassbrook.keras.layers.spatial import weight_node
from glassbrook.keras.layers.spec import as_sizes
from glassbrook.keras.random import dropout_node
from glassbrook.keras.registry import register
from glassbrook.keras.seeds import SeedGenerator
from glassbrook.tensor import Tensor, Variable, convert_to_tensor

__all__ = [
    "AdditiveAttention",
    "Attention",
    "as_mask",
    "causal_mask",
    "check_mask",
    "over_sources",
    "over_targets",
]


def as_mask(mask: Any) -> Node:
    """A mask as truth values."""
    node = convert_to_tensor(mask).used_node()
    return node if node.dtype is dtypes.bool else build.cast(node, dtypes.bool)


def check_mask(
    title: str, what: str, mask: Any, shape: tuple[int, ...], names: Sequence[str]
) -> None:
    """Raise an error unless a mask fits a shape; a size of 1, or a missing axis, fits any.

    Raises:
        ShapeError: it does not.
    """
    sizes = convert_to_tensor(mask).used_node().shape
    pairs = zip(reversed(sizes), reversed(shape))
    if len(sizes) > len(shape) or any(size not in (1, expected) for size, expected in pairs):
        raise ShapeError(
            f"Layer {title}: {what} has shape {list(sizes)}, expected {list(shape)}, "
            f"{axes.layout(names)}: true for what counts, false for what does not. "
            "A size of 1 fits any."
        )


def causal_mask(targets: int, sources: int) -> Node:
    """True where a source is not behind the place of the target: of shape [targets, sources]."""
    return build.data(np.tri(targets, sources, dtype=bool))


def over_sources(mask: Any) -> Node:
    """A mask of targets, the same for each source: of shape [batch, targets, 1]."""
    node = as_mask(mask)
    return build.expand_dims(node, node.rank)


def over_targets(mask: Any) -> Node:
    """A mask of sources, the same for each target: of shape [batch, 1, sources]."""
    node = as_mask(mask)
    return build.expand_dims(node, node.rank - 1)


@register("layer")
class Attention(Layer):
    """For each query the mean of the values, weighted by how well their keys match it.

    ``softmax(query @ keyᵀ) @ value``. It is called on a list, [query, value] or [query, value,
    key], of shapes [batch, targets, size], [batch, sources, size] and [batch, sources, size];
    without keys the values are their own.

    Args:
        use_scale: whether the scores are multiplied by a weight.
        score_mode: ``"dot"`` for products of query and key, or ``"concat"`` for the hyperbolic
            tangent of their sum.
        dropout: the share of weights of the mean that training drops.
        seed: fixes which ones are dropped.

    A call takes `mask`, a list [query mask, value mask], `return_attention_scores`, and
    `use_causal_mask`: whether a query sees no value behind its own place.

    Example:
        >>> import glassbrook as tf
        >>> query, value = tf.constant([[[1.0, 0.0]]]), tf.constant([[[99.0, 1.0], [0.0, 9.0]]])
        >>> tf.keras.layers.Attention()([query, value]).numpy()
        array([[[99.,  1.]]], dtype=float32)
    """

    supports_masking = True
    scale: Variable | None
    concat_score_weight: Variable | None

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise InvalidArgumentError(
                f"Attention: score_mode is {score_mode!r}, expected 'dot' or 'concat'."
            )
        self.use_scale = bool(use_scale)
        self.score_mode = score_mode
        title = type(self).__name__
        self.dropout = check_number(title, "dropout", dropout, "the share to drop", 1.0)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed) if self.dropout else None
        self.scale = self.concat_score_weight = None

    def build(self, input_shape: Any) -> None:
        """Make the weights, if there are any."""
        self._check_list(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                shape=(), initializer="ones", name="concat_score_weight"
            )

    def _check_list(self, inputs: Any, what: str = "inputs") -> None:
        if not isinstance(inputs, list | tuple) or not 2 <= len(inputs) <= 3:
            got = f"{len(inputs)} of them" if isinstance(inputs, list | tuple) else repr(inputs)
            raise InvalidArgumentError(
                f"Layer {self._title()} takes a list of {what}, [query, value] or "
                f"[query, value, key]; got {got}."
            )

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """The means of the values, and the weights if they are asked for."""
        self._check_list(inputs)
        if mask is not None:
            self._check_list(mask, "masks")
        query, value = inputs[0].used_node(), inputs[1].used_node()
        key = inputs[2].used_node() if len(inputs) > 2 else value
        scores = self._scores(query, key)
        counts = None
        if mask is not None and mask[1] is not None:
            sizes = (*value.shape[:-2], scores.shape[-1])
            check_mask(self._title(), "the mask of the values", mask[1], sizes, axes.SOURCES)
            counts = over_targets(mask[1])
        if use_causal_mask:
            past = causal_mask(*scores.shape[-2:])
            counts = past if counts is None else build.logical_and(counts, past)
        if counts is not None:
            # As Keras does, so that where nothing counts the result is the same.
            largest = 65504.0 if scores.dtype is dtypes.float16 else 1.0e9
            lowered = build.sub(scores, build.constant_like(largest, scores))
            scores = build.select(counts, scores, lowered)
        shares = build.softmax(scores)
        if training and self.dropout:
            shares = dropout_node(shares, self.dropout, shares.shape, self.seed_generator)
        outputs = build.matmul(shares, value)
        if mask is not None and mask[0] is not None:
            sizes = outputs.shape[:-1]
            check_mask(self._title(), "the mask of the queries", mask[0], sizes, axes.TARGETS)
            kept = over_sources(mask[0])
            outputs = build.select(kept, outputs, build.constant_like(0, outputs))
        return (Tensor(outputs), Tensor(shares)) if return_attention_scores else Tensor(outputs)

    def _scores(self, query: Node, key: Node) -> Node:
        if self.score_mode == "dot" and query.shape[-1] != key.shape[-1]:
            raise ShapeError(
                f"Layer {self._title()}: query and key need vectors of one size to be compared, "
                f"got shapes {query.shape} and {key.shape}, {axes.layout(axes.SEQUENCES)}. A Dense "
                "layer before one of them gives it the size of the other."
            )
        if self.score_mode == "dot":
            scores = build.matmul(query, key, False, True)
            return scores if self.scale is None else build.mul(scores, self._weight(self.scale))
        total = build.add(
            build.expand_dims(query, query.rank - 1), build.expand_dims(key, key.rank - 2)
        )
        if self.scale is not None:
            total = build.mul(total, self._weight(self.scale))
        assert self.concat_score_weight is not None
        scores = build.sum(build.tanh(total), (total.rank - 1,))
        return build.mul(self._weight(self.concat_score_weight), scores)

    def _weight(self, variable: Variable) -> Node:
        return weight_node(self, variable)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the queries."""
        return previous_mask[0] if isinstance(previous_mask, list | tuple) else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the queries, with the size of the values."""
        self._check_list(input_shape)
        return (*as_sizes(input_shape[0])[:-1], as_sizes(input_shape[1])[-1])

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "use_scale": self.use_scale,
            "score_mode": self.score_mode,
            "dropout": self.dropout,
            "seed": self.seed,
        }


@register("layer")
class AdditiveAttention(Attention):
    """For each query the mean of the values, weighted by ``sum(scale * tanh(query + key))``.

    It is called on a list: [query, value] or [query, value, key].

    Args:
        use_scale: whether there is a weight for each element of a key.
        dropout: the share of weights of the mean that training drops.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.AdditiveAttention()
        >>> layer([tf.ones([2, 3, 4]), tf.ones([2, 5, 4])]).shape
        TensorShape([2, 3, 4])
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Make the weight, if there is one."""
        self._check_list(input_shape)
        if self.use_scale:
            size = as_sizes(input_shape[0])[-1]
            self.scale = self.add_weight(shape=(size,), initializer="glorot_uniform", name="scale")

    def _scores(self, query: Node, key: Node) -> Node:
        total = build.tanh(
            build.add(
                build.expand_dims(query, query.rank - 1), build.expand_dims(key, key.rank - 2)
            )
        )
        if self.scale is not None:
            total = build.mul(self._weight(self.scale), total)
        return build.sum(total, (total.rank - 1,))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        config = super().get_config()
        del config["score_mode"]
        return config
