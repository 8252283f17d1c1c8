"""`MultiHeadAttention`: several attentions side by side, each on a projection of its own."""

from __future__ import annotations

import math
import string
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.build import Axes
from glassbrook.graph.node import Node
from glassbrook.keras import axes, constraints, initializers, regularizers
from glassbrook.keras.layers.attention import (
    as_mask,
    causal_mask,
    check_mask,
    over_sources,
    over_targets,
)
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_count, check_number
from glassbrook.keras.layers.einsum_dense import EinsumDense
from glassbrook.keras.layers.spec import Shape, as_sizes
from glassbrook.keras.layers.state import scope
from glassbrook.keras.masks import mask_of, set_mask
from glassbrook.keras.random import dropout_node
from glassbrook.keras.registry import register
from glassbrook.keras.seeds import SeedGenerator
from glassbrook.ops.einsum import einsum
from glassbrook.tensor import Tensor, convert_to_tensor

__all__ = ["MultiHeadAttention"]


@register("layer")
class MultiHeadAttention(Layer):
    """Attention by several heads: ``softmax(query @ keyᵀ / √key_dim) @ value``, each projected.

    It is called on a query of shape [batch, targets, size], a value of shape [batch, sources, size]
    and, if it is not the value, a key. The output has the shape of the query.

    Args:
        num_heads: how many heads there are.
        key_dim: the size of projected queries and keys.
        value_dim: the size of projected values; `key_dim` by default.
        dropout: the share of weights of the mean that training drops.
        use_bias: whether the projections have a bias.
        output_shape: the size of the output; that of the query by default.
        attention_axes: the axes that the mean is taken over; all but batch and size by default.
        sliding_window: how far a query sees to both sides; all by default.
        flash_attention: accepted; there is one way to compute it.
        kernel_initializer, bias_initializer: how the projections are drawn at first.
        kernel_regularizer, bias_regularizer: penalties on them that are added to the loss.
        activity_regularizer: a penalty on the projections' outputs.
        kernel_constraint, bias_constraint: functions applied to them after every update.
        use_gate: whether a sigmoid of a further projection of the query scales the heads' outputs.
        seed: fixes which weights of the mean are dropped.

    A call also takes `query_mask`, `value_mask` and `key_mask`, which by default travel with the
    tensors; `attention_mask`, true where a target may see a source, of shape [batch, targets,
    sources] or with an axis for the heads in between; `use_causal_mask`, with which no target sees
    a source behind its own place; and `return_attention_scores`.

    Raises:
        InvalidArgumentError: an argument is out of its range.
        ShapeError: key and value are not of equal length.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.MultiHeadAttention(num_heads=2, key_dim=3)
        >>> query, value = tf.ones([4, 5, 8]), tf.ones([4, 6, 8])
        >>> outputs, scores = layer(query, value, return_attention_scores=True)
        >>> outputs.shape, scores.shape
        (TensorShape([4, 5, 8]), TensorShape([4, 2, 5, 6]))
    """

    supports_masking = True

    query_dense: EinsumDense
    key_dense: EinsumDense
    value_dense: EinsumDense
    output_dense: EinsumDense

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        title = "MultiHeadAttention"
        self.num_heads = check_count(title, "num_heads", num_heads)
        self.key_dim = check_count(title, "key_dim", key_dim)
        given = key_dim if value_dim is None else value_dim
        self.value_dim = check_count(title, "value_dim", given)
        self.dropout = check_number(title, "dropout", dropout, "the share to drop", 1.0)
        self.use_bias = bool(use_bias)
        single = isinstance(output_shape, int)
        self._output_sizes = (output_shape,) if single else output_shape and tuple(output_shape)
        self._attention_axes = _axes_argument(attention_axes)
        self.sliding_window = sliding_window
        if sliding_window is not None:
            check_count(title, "sliding_window", sliding_window)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self._projection_regularizer = regularizers.get(activity_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.use_gate = bool(use_gate)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed) if self.dropout else None

    @property
    def attention_axes(self) -> Any:
        """The axes that the means are taken over."""
        return self._attention_axes

    # Building.

    def _first_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Build for all the inputs, of which a layer usually knows only the first."""
        names = dict(zip(("query", "value", "key"), args, strict=False))
        rest = {key: each for key, each in kwargs.items() if key in ("query", "value", "key")}
        given = names | {key: each for key, each in rest.items() if each is not None}
        if "query" not in given or "value" not in given:
            raise DTypeError(
                f"Layer {self._title()} is called on a query and a value: layer(query, value)."
            )
        if not self.built:
            shapes = [
                self._call_shape(given[name]) for name in ("query", "value", "key") if name in given
            ]
            with scope(self.name):
                self.build(*shapes)
        if not args:
            args, kwargs = (kwargs["query"],), {k: v for k, v in kwargs.items() if k != "query"}
        return super()._first_call(args, kwargs)

    def build(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> None:
        """Make the projections of queries, keys, values, and of what comes out."""
        if isinstance(query_shape, dict | list) and value_shape is None:
            query_shape = list(query_shape)
        query, value = as_sizes(query_shape), as_sizes(value_shape or query_shape)
        key = value if key_shape is None else as_sizes(key_shape)
        if value[1:-1] != key[1:-1]:
            raise ShapeError(
                f"Layer {self._title()}: the value has shape {value} and the key {key}. Both need "
                "to have the same sizes, but for the last one."
            )
        self.query_dense = self._projection("query", query, self.key_dim)
        self.key_dense = self._projection("key", key, self.key_dim)
        if self.use_gate:
            self._gate_dense = self._projection("gate", query, self.value_dim, "sigmoid")
        self.value_dense = self._projection("value", value, self.value_dim)
        rank = len(value) + 1
        if self._attention_axes is None:
            self._attention_axes = tuple(range(1, rank - 2))
        axes = tuple(axis % (rank - 1) for axis in self._attention_axes)
        self._attention_axes = axes
        self._equations = _equations(rank, axes)
        sizes = tuple(self._output_sizes or (query[-1],))
        free, inner = string.ascii_lowercase[: len(query) - 1], "yz"
        outer = string.ascii_uppercase[: len(sizes)]
        dense = EinsumDense(
            f"{free}{inner},{inner}{outer}->{free}{outer}",
            (*(None,) * (len(query) - 2), *sizes),
            bias_axes=outer if self.use_bias else None,
            name="attention_output",
            **self._common(),
        )
        dense.build((*query[:-1], self.num_heads, self.value_dim))
        self.output_dense = dense

    def _projection(
        self, name: str, shape: Shape, size: int, activation: str | None = None
    ) -> EinsumDense:
        free = string.ascii_lowercase[: len(shape) - 1]
        dense = EinsumDense(
            f"{free}x,xyz->{free}yz",
            (*(None,) * (len(shape) - 2), self.num_heads, size),
            activation=activation,
            bias_axes="yz" if self.use_bias else None,
            name=name,
            **self._common(),
        )
        dense.build(shape)
        return dense

    def _common(self) -> dict[str, Any]:
        def fresh(initializer: Any) -> Any:
            # Each projection draws its own numbers.
            if not hasattr(initializer, "get_config"):
                return initializer
            return type(initializer)(**initializer.get_config())

        return {
            "kernel_initializer": fresh(self.kernel_initializer),
            "bias_initializer": fresh(self.bias_initializer),
            "kernel_regularizer": self.kernel_regularizer,
            "bias_regularizer": self.bias_regularizer,
            "activity_regularizer": self._projection_regularizer,
            "kernel_constraint": self.kernel_constraint,
            "bias_constraint": self.bias_constraint,
            "dtype": self._policy(),
        }

    def _policy(self) -> Any:
        return self._variable_dtype.name

    # Calling.

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """The heads' outputs, projected; and the weights of the means if they are asked for."""
        value = self._converted(value)
        own_key = key is not None and key is not value
        key = self._converted(key) if key is not None else value
        query_mask = mask_of(query) if query_mask is None else query_mask
        value_mask = mask_of(value) if value_mask is None else value_mask
        if key_mask is None and own_key:
            key_mask = mask_of(key)
        counts = self._counts(
            query, value, query_mask, value_mask, key_mask, attention_mask, use_causal_mask
        )
        # Without their masks, which have been taken care of.
        query, value, key = (Tensor(each.used_node()) for each in (query, value, key))
        gate = self._gate_dense(query) if self.use_gate else None
        queries, keys, values = (
            self.query_dense(query),
            self.key_dense(key),
            self.value_dense(value),
        )
        scores_equation, combine_equation = self._equations
        scaled = build.constant_like(1.0 / math.sqrt(self.key_dim), queries.node)
        scores = einsum(scores_equation, keys, Tensor(build.mul(queries.node, scaled))).node
        # Two ways of Keras, which differ where a target sees nothing at all.
        explicit = bool(self.dropout) or return_attention_scores or queries.ndim != 4
        shares = self._shares(scores, counts, explicit)
        dropped = shares
        if training and self.dropout:
            dropped = dropout_node(shares, self.dropout, shares.shape, self.seed_generator)
        heads = einsum(combine_equation, Tensor(dropped), values)
        outputs = self.output_dense(heads if gate is None else heads * gate)
        if query_mask is not None:
            set_mask(outputs, convert_to_tensor(query_mask))
        return (outputs, Tensor(shares)) if return_attention_scores else outputs

    def _counts(
        self,
        query: Tensor,
        value: Tensor,
        query_mask: Any,
        value_mask: Any,
        key_mask: Any,
        attention_mask: Any,
        causal: bool,
    ) -> Node | None:
        """Where a target sees a source, by all the masks together."""
        if query.ndim == value.ndim == 3:
            if query.shape[0] != value.shape[0]:
                raise ShapeError(
                    f"Layer {self._title()}: query and value need the same batch, got shapes "
                    f"{tuple(query.shape)} and {tuple(value.shape)}, {axes.layout(axes.SEQUENCES)}."
                )
            self._check_masks(query, value, query_mask, value_mask, key_mask, attention_mask)
        found = []
        if query_mask is not None:
            found.append(over_sources(query_mask))
        for mask in (value_mask, key_mask):
            if mask is not None:
                found.append(over_targets(mask))
        targets, sources = query.shape[1], value.shape[1]
        if causal:
            found.append(build.expand_dims(causal_mask(targets, sources), 0))
        if self.sliding_window is not None:
            apart = np.abs(np.arange(targets)[:, None] - np.arange(sources))
            found.append(build.data((apart < self.sliding_window)[None]))
        together = None
        for mask in found:
            together = mask if together is None else build.logical_and(together, mask)
        if attention_mask is None:
            return together
        given = as_mask(attention_mask)
        return given if together is None else build.logical_and(given, together)

    def _check_masks(self, query: Tensor, value: Tensor, *masks: Any) -> None:
        """Raise an error unless all masks that are given fit what they are masks of."""
        batch, targets = query.node.shape[:2]
        sources = value.node.shape[1]
        over, under = (batch, targets), (batch, sources)
        query_mask, value_mask, key_mask, attention_mask = masks
        checks: list[tuple[str, Any, tuple[int, ...], tuple[str, ...]]] = [
            ("query_mask", query_mask, over, axes.TARGETS),
            ("value_mask", value_mask, under, axes.SOURCES),
            ("key_mask", key_mask, under, axes.SOURCES),
            ("attention_mask", attention_mask, (*over, sources), axes.SCORES),
        ]
        if attention_mask is not None and convert_to_tensor(attention_mask).ndim == 4:
            of_heads = (batch, self.num_heads, targets, sources)
            checks[-1] = ("attention_mask", attention_mask, of_heads, axes.HEADS)
        for what, mask, shape, names in checks:
            if mask is not None:
                check_mask(self._title(), what, mask, shape, names)

    def _shares(self, scores: Node, counts: Node | None, explicit: bool) -> Node:
        assert self._attention_axes is not None
        number = len(self._attention_axes)
        if counts is not None:
            while counts.rank < scores.rank:
                counts = build.expand_dims(counts, max(counts.rank - 2 * number, 0))
            half = scores.dtype is dtypes.float16
            limit = build.constant_like(-3e4 if half else -1e9, scores)
            scores = build.select(counts, scores, limit)
        leading = scores.shape[: scores.rank - number]
        flat = build.reshape(scores, (*leading, math.prod(scores.shape[len(leading) :])))
        shares = build.reshape(build.softmax(flat), scores.shape)
        if counts is not None and explicit:
            shares = build.select(counts, shares, build.constant_like(0, shares))
        return shares

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any = None, key_shape: Any = None
    ) -> Any:
        """The shape of the query, with `output_shape` in the place of its last size if given."""
        sizes = as_sizes(query_shape)
        return (*sizes[:-1], *self._output_sizes) if self._output_sizes else sizes

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "dropout": self.dropout,
            "use_bias": self.use_bias,
            "use_gate": self.use_gate,
            "output_shape": self._output_sizes,
            "attention_axes": self._attention_axes,
            "sliding_window": self.sliding_window,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self._projection_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            "seed": self.seed,
        }


def _axes_argument(axes: Any) -> Axes | None:
    if axes is None:
        return None
    if isinstance(axes, int):
        return (axes,)
    if not isinstance(axes, list | tuple):
        raise InvalidArgumentError(
            f"MultiHeadAttention: attention_axes is {axes!r}, expected one whole number or a "
            "tuple of them."
        )
    return tuple(int(axis) for axis in axes)


def _equations(rank: int, axes: Axes) -> tuple[str, str]:
    """How scores come from keys and queries, and outputs from scores and values.

    Tensors have the axes [batch, …, heads, size]; scores [batch, …, heads, targets, sources].
    """
    target = string.ascii_lowercase[:rank]
    source = "".join(
        letter.upper() if axis in axes else letter for axis, letter in enumerate(target)
    )
    together = "".join(target[axis] for axis in range(rank - 1) if axis not in axes)
    seen = "".join(target[axis] for axis in axes) + "".join(source[axis] for axis in axes)
    scores = together + seen
    return f"{source},{target}->{scores}", f"{scores},{source}->{target}"
