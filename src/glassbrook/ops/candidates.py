"""Losses that look at a few classes out of many, and the samplers that choose these classes.

The samplers draw the numbers that TensorFlow draws; classes are computed when they are asked for.

Sources:
    Jean et al., "On using very large target vocabulary for neural machine translation", 2015;
    Gutmann and Hyvärinen, "Noise-contrastive estimation", 2010.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.engine.philox import State, advanced, block
from glassbrook.engine.tracing import give_up
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integer_argument, node_value
from glassbrook.ops.cross_entropy import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
)
from glassbrook.ops.joining import concat
from glassbrook.ops.nn import embedding_lookup
from glassbrook.ops.seeds import next_state
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "SampledCandidates",
    "all_candidate_sampler",
    "compute_accidental_hits",
    "fixed_unigram_candidate_sampler",
    "log_uniform_candidate_sampler",
    "nce_loss",
    "sampled_softmax_loss",
    "uniform_candidate_sampler",
]

_Classes = npt.NDArray[np.int64]
_WORDS = (1 << 64) - 1
_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)


class SampledCandidates(NamedTuple):
    """Sampled classes, and how often the true and the sampled ones are to be expected."""

    sampled_candidates: Tensor
    true_expected_count: Tensor
    sampled_expected_count: Tensor


class _Words:
    """Random words from a state on, one after the other."""

    def __init__(self, state: State) -> None:
        self._words = self._from(state)

    @staticmethod
    def _from(state: State) -> Iterator[int]:
        while True:
            yield from block(state)
            state = advanced(state, 1)

    def fraction(self) -> float:
        """A number from 0 to 1, of 52 bits."""
        high, low = next(self._words) & 0xFFFFF, next(self._words)
        return ((high << 32) | low) / 2.0**52

    def below(self, count: int) -> int:
        """A number below another, each as likely."""
        if count & (count - 1) == 0:
            return self._wide() & (count - 1)
        unfair = _WORDS % count + 1
        while (number := self._wide()) < unfair:
            pass
        return number % count

    def _wide(self) -> int:
        low = next(self._words)
        return low | next(self._words) << 32


def _sampled(
    op: str,
    true_classes: Any,
    num_true: Any,
    num_sampled: Any,
    unique: bool,
    limit: int,
    seed: int | None,
    draw: Callable[[_Words], int],
    chance: Callable[[_Classes], npt.NDArray[np.float64]],
) -> SampledCandidates:
    give_up(f"classes are sampled: tf.random.{op}")
    true = np.asarray(node_value(as_node(true_classes)), np.int64)
    if true.ndim != 2 or true.shape[1] != integer_argument(op, "num_true", num_true):
        raise ShapeError(
            f"{op}: expected true_classes of shape [batch, {num_true}], got {list(true.shape)}."
        )
    count = integer_argument(op, "num_sampled", num_sampled)
    # TensorFlow sets aside 2048 words for each class.
    kind = f"{op} {num_true} {count} {unique} {limit}"
    source = _Words(next_state(kind, seed, 512 * count))
    chosen: dict[int, None] | list[int] = {} if unique else []
    tries = 0
    while len(chosen) < count:
        tries += 1
        value = draw(source)
        if isinstance(chosen, dict):
            chosen.setdefault(value)
        else:
            chosen.append(value)
    classes = np.asarray(list(chosen), np.int64)

    def expected(of: _Classes) -> Tensor:
        p = chance(of)
        counts = p * count if tries == count else -np.expm1(tries * np.log1p(-p))
        return Tensor(build.data(counts.astype(np.float32), dtypes.float32))

    return SampledCandidates(
        Tensor(build.data(classes, dtypes.int64)), expected(true), expected(classes)
    )


def _require_enough(op: str, count: Any, unique: bool, limit: Any) -> int:
    size = integer_argument(op, "range_max", limit)
    if size < 1 or (unique and integer_argument(op, "num_sampled", count) > size):
        raise InvalidArgumentError(
            f"{op}: {count} different classes cannot be drawn from a range of {size}."
        )
    return size


def log_uniform_candidate_sampler(
    true_classes: Any,
    num_true: Any,
    num_sampled: Any,
    unique: bool,
    range_max: Any,
    seed: int | None = None,
    name: str | None = None,
) -> SampledCandidates:
    """Classes with chances log((k + 2) / (k + 1)) / log(range_max + 1): words by their frequency.

    Args:
        true_classes: the true classes, of shape ``[batch, num_true]``.
        num_true: how many there are per row.
        num_sampled: how many classes to draw.
        unique: draw no class twice.
        range_max: how many classes there are.
        seed: the operation's own seed.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the true classes have another shape.
        InvalidArgumentError: there are not as many different classes.

    Example:
        >>> import glassbrook as tf
        >>> sampled, _, counts = tf.nn.log_uniform_candidate_sampler([[1]], 1, 4, True, 10)
        >>> len(set(sampled.numpy().tolist())), counts.shape
        (4, TensorShape([4]))
    """
    op = "log_uniform_candidate_sampler"
    size = _require_enough(op, num_sampled, unique, range_max)
    span = math.log1p(size)
    return _sampled(
        op,
        true_classes,
        num_true,
        num_sampled,
        unique,
        size,
        seed,
        lambda source: (int(math.exp(source.fraction() * span)) - 1) % size,
        lambda k: np.log((k + 2.0) / (k + 1.0)) / span,
    )


def uniform_candidate_sampler(
    true_classes: Any,
    num_true: Any,
    num_sampled: Any,
    unique: bool,
    range_max: Any,
    seed: int | None = None,
    name: str | None = None,
) -> SampledCandidates:
    """Classes that are all as likely; arguments as for `tf.nn.log_uniform_candidate_sampler`.

    Example:
        >>> import glassbrook as tf
        >>> tf.nn.uniform_candidate_sampler([[1]], 1, 4, False, 10)[2].numpy()
        array([0.4, 0.4, 0.4, 0.4], dtype=float32)
    """
    op = "uniform_candidate_sampler"
    size = _require_enough(op, num_sampled, unique, range_max)
    return _sampled(
        op,
        true_classes,
        num_true,
        num_sampled,
        unique,
        size,
        seed,
        lambda source: source.below(size),
        lambda k: np.full(k.shape, 1.0 / size),
    )


def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: Any,
    num_sampled: Any,
    unique: bool,
    range_max: Any,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Sequence[float] = (),
    seed: int | None = None,
    name: str | None = None,
) -> SampledCandidates:
    """Classes with given chances; the numbers drawn are other ones than TensorFlow's.

    Args:
        true_classes: the true classes, of shape ``[batch, num_true]``.
        num_true: how many there are per row.
        num_sampled: how many classes to draw.
        unique: draw no class twice.
        range_max: how many classes there are.
        vocab_file: a file with a line for each class, whose last column, behind a comma, is its
            weight.
        distortion: the power to which weights are raised.
        num_reserved_ids: how many classes to put before the first one, with a chance of 0.
        num_shards: accepted for TensorFlow's sake: 1.
        shard: accepted for TensorFlow's sake: 0.
        unigrams: the weights, if there is no file.
        seed: the operation's own seed.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there are not `range_max` weights, or more than one part is asked for.
        ShapeError: the true classes have another shape.
    """
    op = "fixed_unigram_candidate_sampler"
    given = list(unigrams)
    if vocab_file:
        with open(vocab_file, encoding="utf-8") as file:
            given = [float(line.rpartition(",")[2]) for line in file if line.strip()]
    weights = np.asarray([0.0] * num_reserved_ids + [each**distortion for each in given])
    size = _require_enough(op, num_sampled, unique, range_max)
    too_few = unique and np.count_nonzero(weights) < int(num_sampled)
    if len(weights) != size or num_shards != 1 or too_few:
        raise InvalidArgumentError(
            f"{op}: expected weights for {size} classes, enough of them not 0, in one part; got "
            f"{len(weights)} weights and {num_shards} parts."
        )
    bounds = np.cumsum(weights) / weights.sum()
    return _sampled(
        op,
        true_classes,
        num_true,
        num_sampled,
        unique,
        size,
        seed,
        lambda source: int(np.searchsorted(bounds, source.fraction(), side="right")),
        lambda k: (weights / weights.sum())[k],
    )


def all_candidate_sampler(
    true_classes: Any,
    num_true: Any,
    num_sampled: Any,
    unique: bool,
    seed: int | None = None,
    name: str | None = None,
) -> SampledCandidates:
    """All classes, each expected once."""
    true = as_node(true_classes)
    count = integer_argument("all_candidate_sampler", "num_sampled", num_sampled)
    return SampledCandidates(
        Tensor(build.iota(count, dtypes.int64)),
        Tensor(build.ones(true.shape, dtypes.float32)),
        Tensor(build.ones((count,), dtypes.float32)),
    )


def _hits(true_classes: Any, sampled: Any) -> npt.NDArray[np.bool_]:
    """For each row and each sampled class whether it is one of the true ones."""
    true, chosen = (np.asarray(node_value(as_node(each))) for each in (true_classes, sampled))
    return np.asarray((true[:, None, :] == chosen[None, :, None]).any(axis=2))


def compute_accidental_hits(
    true_classes: Any, sampled_candidates: Any, num_true: Any, seed: Any = None, name: Any = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Where a sampled class is one of the true ones.

    Returns:
        The rows, the places of the sampled classes, and a very negative weight for each.

    Example:
        >>> import glassbrook as tf
        >>> rows, places, _ = tf.nn.compute_accidental_hits([[1], [5]], [5, 2, 1], 1)
        >>> rows.numpy(), places.numpy()
        (array([0, 1], dtype=int32), array([2, 0]))
    """
    rows, places = np.nonzero(_hits(true_classes, sampled_candidates))
    return (
        Tensor(build.data(rows, dtypes.int32)),
        Tensor(build.data(places, dtypes.int64)),
        Tensor(build.data(np.full(len(rows), -_LARGEST_FLOAT32), dtypes.float32)),
    )


def _logits(
    op: str,
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_true: int,
    sampled: Any,
    remove_accidental_hits: bool,
) -> tuple[Tensor, Tensor]:
    """Logits of the true and of the sampled classes, and the labels that go with them."""
    true, x = as_node(labels), as_node(inputs)
    if true.rank != 2 or true.shape[1] != num_true or x.rank != 2:
        raise ShapeError(
            f"{op}: expected labels of shape [batch, {num_true}] and inputs of shape [batch, n], "
            f"got {list(true.shape)} and {list(x.shape)}."
        )
    classes, true_counts, sampled_counts = (as_node(each) for each in sampled)
    own, own_bias = _rows(weights, biases, true)
    other, other_bias = _rows(weights, biases, classes)
    of_true = build.sum(build.mul(build.expand_dims(x, 1), own), (2,))
    of_true = build.sub(build.add(of_true, own_bias), build.log(_like(true_counts, x)))
    of_others = build.add(build.matmul(x, other, False, True), other_bias)
    if remove_accidental_hits:
        hits = build.data(_hits(Tensor(true), Tensor(classes)))
        lowest = build.constant(-_LARGEST_FLOAT32, x.dtype)
        of_others = build.add(of_others, build.select(hits, lowest, build.constant_like(0, x)))
    of_others = build.sub(of_others, build.log(_like(sampled_counts, x)))
    share = build.constant(1.0 / num_true, x.dtype, of_true.shape)
    out = concat([Tensor(of_true), Tensor(of_others)], 1)
    return out, concat([Tensor(share), Tensor(build.zeros(of_others.shape, x.dtype))], 1)


def _like(counts: Node, x: Node) -> Node:
    return build.stop_gradient(build.cast(counts, x.dtype))


def _rows(weights: Any, biases: Any, classes: Node) -> tuple[Node, Node]:
    places = Tensor(classes)
    return as_node(embedding_lookup(weights, places)), as_node(embedding_lookup(biases, places))


def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: Any,
    num_classes: Any,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    name: str = "nce_loss",
) -> Tensor:
    """The noise-contrastive loss: the true classes against a few sampled ones, one by one.

    Args:
        weights: one row per class.
        biases: one number per class.
        labels: the true classes, int64 of shape ``[batch, num_true]``.
        inputs: of shape ``[batch, n]``.
        num_sampled: how many classes to sample for the whole batch.
        num_classes: how many classes there are.
        num_true: how many true classes a row has.
        sampled_values: what a sampler gave; by default that of
            `tf.nn.log_uniform_candidate_sampler`, without repetitions.
        remove_accidental_hits: leave out sampled classes that are true.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        One loss per row.

    Raises:
        ShapeError: the shapes do not fit together.
    """
    if sampled_values is None:
        sampled_values = log_uniform_candidate_sampler(
            labels, num_true, num_sampled, True, num_classes
        )
    logits, targets = _logits(
        "nce_loss",
        weights,
        biases,
        labels,
        inputs,
        num_true,
        sampled_values,
        remove_accidental_hits,
    )
    losses = sigmoid_cross_entropy_with_logits(labels=targets, logits=logits)
    return Tensor(build.sum(as_node(losses), (1,)))


def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: Any,
    num_classes: Any,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    seed: int | None = None,
    name: str = "sampled_softmax_loss",
) -> Tensor:
    """The cross entropy of a softmax over the true classes and a few sampled ones, for training.

    Args:
        weights: one row per class.
        biases: one number per class.
        labels: the true classes, int64 of shape ``[batch, num_true]``.
        inputs: of shape ``[batch, n]``.
        num_sampled: how many classes to sample for the whole batch.
        num_classes: how many classes there are.
        num_true: how many true classes a row has.
        sampled_values: what a sampler gave; by default that of
            `tf.nn.log_uniform_candidate_sampler`, without repetitions.
        remove_accidental_hits: leave out sampled classes that are true.
        seed: the seed of the sampler.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        One loss per row.

    Raises:
        ShapeError: the shapes do not fit together.
    """
    if sampled_values is None:
        sampled_values = log_uniform_candidate_sampler(
            labels, num_true, num_sampled, True, num_classes, seed
        )
    logits, targets = _logits(
        "sampled_softmax_loss",
        weights,
        biases,
        labels,
        inputs,
        num_true,
        sampled_values,
        remove_accidental_hits,
    )
    return softmax_cross_entropy_with_logits(labels=targets, logits=logits)
