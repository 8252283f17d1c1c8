"""Connectionist temporal classification: labels without times, against logits with them.

Source:
    Graves et al., "Connectionist temporal classification", 2006.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import floating_node, integers_argument, node_value
from glassbrook.ops.sparse import SparseTensor
from glassbrook.tensor import Tensor, as_node

__all__ = ["collapse_repeated", "ctc_beam_search_decoder", "ctc_greedy_decoder", "ctc_loss"]

# Stands for log 0: an infinity would make NaN of differences.
_NEVER = -1e30

_Integers = npt.NDArray[np.int64]


def _rows_of(labels: Any, lengths: Any) -> tuple[_Integers, _Integers]:
    """Labels as a matrix filled up with 0, and how long each row is; computed now."""
    if isinstance(labels, SparseTensor):
        table = np.zeros(labels.sizes, np.int64)
        table[tuple(labels.places.T)] = node_value(as_node(labels.values))
        counts = np.bincount(labels.places[:, 0], minlength=labels.sizes[0])
        return table, counts.astype(np.int64)
    table = np.asarray(node_value(as_node(labels)), np.int64)
    if table.ndim != 2:
        raise ShapeError(f"ctc_loss: expected labels of shape [batch, n], got {list(table.shape)}.")
    if lengths is None:
        raise InvalidArgumentError("ctc_loss: labels that are no SparseTensor need label_length.")
    return table, np.asarray(integers_argument("ctc_loss", "label_length", lengths))


def ctc_loss(
    labels: Any,
    logits: Any,
    label_length: Any,
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,
    blank_index: int | None = None,
    name: str | None = None,
) -> Tensor:
    """-log p(labels | logits), summed over all ways in which the labels may lie in time.

    Args:
        labels: integers of shape ``[batch, n]``, or a `tf.SparseTensor`; computed now.
        logits: floating-point numbers of shape ``[time, batch, classes]``.
        label_length: how many labels each row has; `None` for a `tf.SparseTensor`.
        logit_length: how many steps of time each row has.
        logits_time_major: whether time comes first; else the batch does.
        unique: accepted for TensorFlow's sake, without effect.
        blank_index: the class that stands for no label; 0 by default.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        One loss per row.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> loss = tf.nn.ctc_loss([[1, 2]], tf.zeros([4, 1, 3]), [2], [4], blank_index=0)
        >>> loss.numpy().round(4)
        array([1.6864], dtype=float32)
    """
    node = floating_node("ctc_loss", logits)
    if node.rank != 3:
        raise ShapeError(
            f"ctc_loss: expected logits with axes for time, batch and classes, got {node.shape}."
        )
    if not logits_time_major:
        node = build.transpose(node, (1, 0, 2))
    table, lengths = _rows_of(labels, label_length)
    steps = np.asarray(integers_argument("ctc_loss", "logit_length", logit_length))
    batch, classes = node.shape[1:]
    if not len(table) == len(lengths) == len(steps) == batch:
        raise ShapeError(
            f"ctc_loss: {len(table)} rows of labels, {len(lengths)} label lengths and {len(steps)} "
            f"logit lengths do not fit logits with a batch of {batch}."
        )
    blank = 0 if blank_index is None else blank_index % classes
    extended = np.full((batch, 2 * table.shape[1] + 1), blank)
    extended[:, 1::2] = table
    scores = build.log_softmax(node)
    at = build.data(np.broadcast_to(extended, (node.shape[0], *extended.shape)).copy())
    emitted = build.take_along(scores, build.cast(at, dtypes.int32), 2)
    final = _forward(emitted, extended, blank, steps)
    last = np.stack([2 * lengths, np.maximum(2 * lengths - 1, 0)], axis=1)
    ends = build.take_along(final, build.data(last, dtypes.int32), 1)
    # A row without labels ends in its one blank only.
    closed = np.stack([np.zeros(batch), np.where(lengths == 0, _NEVER, 0.0)], axis=1)
    ends = build.add(ends, build.data(closed, ends.dtype))
    return Tensor(build.neg(_log_sum([_column(ends, 0), _column(ends, 1)])))


def _column(x: Node, place: int) -> Node:
    return build.reshape(build.slice(x, (0, place), (x.shape[0], 1)), (x.shape[0],))


def _log_sum(parts: list[Node]) -> Node:
    highest = parts[0]
    for part in parts[1:]:
        highest = build.maximum(highest, part)
    highest = build.stop_gradient(highest)
    total = build.exp(build.sub(parts[0], highest))
    for part in parts[1:]:
        total = build.add(total, build.exp(build.sub(part, highest)))
    return build.add(highest, build.log(total))


def _forward(emitted: Node, extended: _Integers, blank: int, steps: _Integers) -> Node:
    """For each place in the labels with blanks, the logarithm of the chance to be there at last."""
    time, batch, size = emitted.shape
    # From two places before, if that is another label and not a blank.
    jumps = np.zeros((batch, size), bool)
    jumps[:, 2:] = (extended[:, 2:] != blank) & (extended[:, 2:] != extended[:, :-2])
    penalty = build.data(np.where(jumps, 0.0, _NEVER), emitted.dtype)
    start = np.full((batch, size), _NEVER)
    start[:, :2] = 0.0
    state = build.add(_at(emitted, 0), build.data(start, emitted.dtype))
    for step in range(1, time):
        before = _shifted(state, 1)
        skipped = build.add(_shifted(state, 2), penalty)
        moved = build.add(_log_sum([state, before, skipped]), _at(emitted, step))
        alive = step < steps
        state = moved if alive.all() else build.select(build.data(alive[:, None]), moved, state)
    return state


def _at(x: Node, step: int) -> Node:
    part = build.slice(x, (step, 0, 0), (1, *x.shape[1:]))
    return build.reshape(part, x.shape[1:])


def _shifted(x: Node, places: int) -> Node:
    batch, size = x.shape
    kept = max(0, size - places)
    part = build.slice(x, (0, 0), (batch, kept))
    return build.pad(part, ((0, 0), (size - kept, 0)), _NEVER)


def collapse_repeated(
    labels: Any, seq_length: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Rows in which a label that follows itself is left out, and how long they are then.

    Example:
        >>> import glassbrook as tf
        >>> rows, lengths = tf.nn.collapse_repeated([[1, 1, 2, 2, 3]], [5])
        >>> rows.numpy(), lengths.numpy()
        (array([[1, 2, 3]], dtype=int32), array([3], dtype=int32))
    """
    node = as_node(labels)
    table = node_value(node)
    lengths = integers_argument("collapse_repeated", "seq_length", seq_length)
    rows = []
    for row, length in zip(table, lengths):
        part = row[:length]
        kept = np.concatenate([[True], part[1:] != part[:-1]])[: len(part)]
        rows.append(part[kept])
    width = max(map(len, rows), default=0)
    result = np.zeros((len(rows), width), table.dtype)
    for place, row in enumerate(rows):
        result[place, : len(row)] = row
    counts = np.asarray([len(row) for row in rows], np.int32)
    return Tensor(build.data(result, node.dtype)), Tensor(build.data(counts, dtypes.int32))


def _as_sparse_rows(rows: list[list[int]]) -> SparseTensor:
    places = [(row, column) for row, labels in enumerate(rows) for column in range(len(labels))]
    values = np.asarray([label for labels in rows for label in labels], np.int64)
    shape = [len(rows), max(map(len, rows), default=0)]
    table = np.asarray(places, np.int64).reshape(-1, 2)
    return SparseTensor(table, Tensor(build.data(values, dtypes.int64)), shape)


def _decoder_inputs(op: str, inputs: Any, lengths: Any) -> tuple[npt.NDArray[Any], list[int], Node]:
    node = floating_node(op, inputs)
    if node.rank != 3:
        raise ShapeError(f"{op}: expected [time, batch, classes], got {list(node.shape)}.")
    counts = list(integers_argument(op, "sequence_length", lengths))
    if len(counts) != node.shape[1] or max(counts, default=0) > node.shape[0]:
        raise ShapeError(
            f"{op}: sequence_length {counts} does not fit inputs of shape {list(node.shape)}."
        )
    return node_value(node), counts, node


def ctc_greedy_decoder(
    inputs: Any,
    sequence_length: Any,
    merge_repeated: bool = True,
    blank_index: int | None = None,
) -> tuple[list[SparseTensor], Tensor]:
    """The most likely class of each step, without repetitions and blanks.

    Args:
        inputs: logits of shape ``[time, batch, classes]``, computed now.
        sequence_length: how many steps each row has.
        merge_repeated: take a class that follows itself once.
        blank_index: the class that stands for no label; the last one by default.

    Returns:
        A list with one sparse tensor of labels, and minus the sums of the largest logits.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> logits = tf.constant([[[0.0, 9.0, 1.0]], [[0.0, 9.0, 1.0]], [[9.0, 0.0, 1.0]]])
        >>> labels, _ = tf.nn.ctc_greedy_decoder(logits, [3])
        >>> tf.sparse.to_dense(labels[0]).numpy()
        array([[1, 0]])
    """
    values, counts, node = _decoder_inputs("ctc_greedy_decoder", inputs, sequence_length)
    blank = (-1 if blank_index is None else blank_index) % values.shape[2]
    rows, scores = [], []
    for row, count in enumerate(counts):
        best = values[:count, row].argmax(axis=1)
        scores.append(-values[:count, row].max(axis=1, initial=-np.inf).sum() if count else 0.0)
        labels: list[int] = []
        previous = -1
        for label in best.tolist():
            if label != blank and not (merge_repeated and label == previous):
                labels.append(label)
            previous = label
        rows.append(labels)
    sums = np.asarray(scores, node.dtype.numpy).reshape(-1, 1)
    return [_as_sparse_rows(rows)], Tensor(build.data(sums, node.dtype))


def ctc_beam_search_decoder(
    inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[SparseTensor], Tensor]:
    """The most likely labels, over all ways in which they may lie in time; a search of some width.

    Args:
        inputs: logits of shape ``[time, batch, classes]``, computed now; the last class stands for
            no label.
        sequence_length: how many steps each row has.
        beam_width: how many beginnings are kept at each step.
        top_paths: how many results to give.

    Returns:
        A list with a sparse tensor of labels per path, and the logarithms of their chances,
        ``[batch, top_paths]``.

    Raises:
        ShapeError: the shapes do not fit together.
        InvalidArgumentError: more paths are asked for than are kept.
    """
    if top_paths > beam_width:
        raise InvalidArgumentError(
            f"ctc_beam_search_decoder: top_paths {top_paths} is above beam_width {beam_width}."
        )
    values, counts, node = _decoder_inputs("ctc_beam_search_decoder", inputs, sequence_length)
    shifted = values - values.max(axis=2, keepdims=True)
    scores = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    paths: list[list[list[int]]] = [[] for _ in range(top_paths)]
    chances = np.full((len(counts), top_paths), -np.inf, node.dtype.numpy)
    for row, count in enumerate(counts):
        found = _beam_search(scores[:count, row].astype(np.float64), beam_width)[:top_paths]
        for place in range(top_paths):
            labels, chance = found[place] if place < len(found) else ((), -math.inf)
            paths[place].append(list(labels))
            chances[row, place] = chance
    return [_as_sparse_rows(rows) for rows in paths], Tensor(build.data(chances, node.dtype))


_Beam = dict[tuple[int, ...], tuple[float, float]]


def _beam_search(scores: npt.NDArray[Any], width: int) -> list[tuple[tuple[int, ...], float]]:
    """Labels and the logarithm of their chance, the most likely first."""
    blank = scores.shape[1] - 1
    # For each beginning, the chances that the last step was a blank, and that it was not.
    beams: _Beam = {(): (0.0, -math.inf)}
    for step in scores:
        grown: _Beam = {}

        def add(labels: tuple[int, ...], as_blank: float, as_label: float, into: _Beam) -> None:
            old = into.get(labels, (-math.inf, -math.inf))
            into[labels] = (
                float(np.logaddexp(old[0], as_blank)),
                float(np.logaddexp(old[1], as_label)),
            )

        for labels, (with_blank, with_label) in beams.items():
            total = float(np.logaddexp(with_blank, with_label))
            add(labels, total + step[blank], -math.inf, grown)
            if labels:
                add(labels, -math.inf, with_label + step[labels[-1]], grown)
            for label in range(blank):
                before = with_blank if labels and label == labels[-1] else total
                add((*labels, label), -math.inf, before + step[label], grown)
        best = sorted(grown.items(), key=lambda each: -np.logaddexp(*each[1]))
        beams = dict(best[:width])
    return [(labels, float(np.logaddexp(*pair))) for labels, pair in beams.items()]
