"""Boxes: which of those that overlap to keep, and how they look on images."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.ops.arguments import integer_argument, node_value
from glassbrook.ops.image.arguments import image_argument
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "combined_non_max_suppression",
    "draw_bounding_boxes",
    "non_max_suppression",
    "non_max_suppression_overlaps",
    "non_max_suppression_padded",
    "non_max_suppression_with_scores",
]

Floats = npt.NDArray[np.float32]

# TensorFlow's own colours for boxes, in order.
_COLOURS = np.array(
    [
        [1, 1, 0, 1],
        [0, 0, 1, 1],
        [1, 0, 0, 1],
        [0, 1, 0, 1],
        [0.5, 0, 0.5, 1],
        [0.5, 0.5, 0, 1],
        [0.5, 0, 0, 1],
        [0, 0, 0.5, 1],
        [0, 1, 1, 1],
        [1, 0, 1, 1],
    ],
    np.float32,
)


def _array(value: Any, dtype: Any = dtypes.float32) -> Floats:
    return node_value(build.cast(as_node(value), dtype))


def _overlaps(boxes: Floats, box: Floats) -> Floats:
    """The area that boxes share with one, in relation to what both cover."""
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    first, last = np.minimum(box[:2], box[2:]), np.maximum(box[:2], box[2:])
    shared = np.prod(np.clip(np.minimum(high, last) - np.maximum(low, first), 0.0, None), 1)
    areas, area = np.prod(high - low, 1), np.prod(last - first)
    both = areas + area - shared
    usable = (areas > 0) & (area > 0)
    return np.where(usable, shared / np.where(usable, both, 1.0), 0.0).astype(np.float32)


class _Kept(NamedTuple):
    indices: npt.NDArray[np.int32]
    scores: Floats


def _greedy(
    boxes: Floats, scores: Floats, count: int, limit: float, least: float, sigma: float = 0.0
) -> _Kept:
    """The best boxes one by one; what overlaps with them is dropped, or loses in score."""
    left = scores.astype(np.float32).copy()
    alive = left > least
    kept: list[int] = []
    found: list[float] = []
    while len(kept) < count and alive.any():
        best = int(np.argmax(np.where(alive, left, -np.inf)))
        kept.append(best)
        found.append(float(left[best]))
        alive[best] = False
        overlaps = _overlaps(boxes, boxes[best])
        if sigma > 0.0:
            faded = np.exp(-0.5 / np.float32(sigma) * overlaps**2)
            left = np.where(alive & (overlaps <= limit), left * faded, left)
            left = left.astype(np.float32)
        alive &= (overlaps <= limit) & (left > least)
    return _Kept(np.array(kept, np.int32), np.array(found, np.float32))


def _arguments(
    op: str, boxes: Any, scores: Any, iou_threshold: Any
) -> tuple[Floats, Floats, float]:
    corners, values = _array(boxes), _array(scores)
    if corners.ndim != 2 or corners.shape[1] != 4 or values.shape != corners.shape[:1]:
        raise ShapeError(
            f"image.{op}: expected boxes of shape [n, 4] and n scores, got shapes "
            f"{list(corners.shape)} and {list(values.shape)}."
        )
    limit = float(_array(iou_threshold))
    if not 0.0 <= limit <= 1.0:
        raise InvalidArgumentError(f"image.{op}: iou_threshold must be in [0, 1], got {limit}.")
    return corners, values, limit


def non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Tensor:
    """The numbers of the best boxes, without those that overlap with a better one.

    Args:
        boxes: rows [y1, x1, y2, x2].
        scores: how good each is.
        max_output_size: how many to give at most.
        iou_threshold: how much of what two boxes cover they may share.
        score_threshold: boxes need a higher score than this.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        int32 numbers, the best first.

    Raises:
        ShapeError: there is not one score for each box.

    Example:
        >>> import glassbrook as tf
        >>> boxes = [[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0]]
        >>> tf.image.non_max_suppression(boxes, [0.9, 0.8, 0.7], 3).numpy()
        array([0, 2], dtype=int32)
    """
    op = "non_max_suppression"
    corners, values, limit = _arguments(op, boxes, scores, iou_threshold)
    count = integer_argument(op, "max_output_size", max_output_size)
    kept = _greedy(corners, values, count, limit, float(_array(score_threshold)))
    return Tensor(build.data(kept.indices))


def non_max_suppression_with_scores(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    soft_nms_sigma: Any = 0.0,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """As `non_max_suppression`, with the scores; overlapping boxes may lose in score instead.

    Args:
        boxes: rows [y1, x1, y2, x2].
        scores: how good each is.
        max_output_size: how many to give at most.
        iou_threshold: how much of what two boxes cover they may share.
        score_threshold: boxes need a higher score than this.
        soft_nms_sigma: above 0, scores are multiplied by exp(-overlap² / (2 σ)).
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> boxes = [[0.0, 0.0, 1.0, 1.0], [0.0, 2.0, 1.0, 3.0]]
        >>> [each.numpy() for each in tf.image.non_max_suppression_with_scores(boxes, [1., 2.], 2)]
        [array([1, 0], dtype=int32), array([2., 1.], dtype=float32)]
    """
    op = "non_max_suppression_with_scores"
    corners, values, limit = _arguments(op, boxes, scores, iou_threshold)
    count = integer_argument(op, "max_output_size", max_output_size)
    least, sigma = float(_array(score_threshold)), float(_array(soft_nms_sigma))
    kept = _greedy(corners, values, count, limit, least, sigma)
    return Tensor(build.data(kept.indices)), Tensor(build.data(kept.scores))


def non_max_suppression_padded(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_to_max_output_size: bool = False,
    name: str | None = None,
    sorted_input: bool = False,
    canonicalized_coordinates: bool = False,
    tile_size: int = 512,
) -> tuple[Tensor, Tensor]:
    """As `non_max_suppression`, filled up with zeros; and how many boxes there are.

    Args:
        boxes: rows [y1, x1, y2, x2].
        scores: how good each is.
        max_output_size: how many to give at most.
        iou_threshold: how much of what two boxes cover they may share.
        score_threshold: boxes need a higher score than this.
        pad_to_max_output_size: whether to fill up.
        name: accepted for TensorFlow's sake, without effect.
        sorted_input: accepted for TensorFlow's sake, without effect.
        canonicalized_coordinates: accepted for TensorFlow's sake, without effect.
        tile_size: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> numbers, count = tf.image.non_max_suppression_padded(
        ...     [[0.0, 0.0, 1.0, 1.0]], [1.0], 3, pad_to_max_output_size=True)
        >>> numbers.numpy(), int(count)
        (array([0, 0, 0], dtype=int32), 1)
    """
    op = "non_max_suppression_padded"
    corners, values, limit = _arguments(op, boxes, scores, iou_threshold)
    count = integer_argument(op, "max_output_size", max_output_size)
    kept = _greedy(corners, values, count, limit, float(_array(score_threshold))).indices
    found = len(kept)
    if pad_to_max_output_size:
        kept = np.concatenate([kept, np.zeros(count - found, np.int32)])
    return Tensor(build.data(kept)), Tensor(build.data(np.array(found, np.int32)))


def non_max_suppression_overlaps(
    overlaps: Any,
    scores: Any,
    max_output_size: Any,
    overlap_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Tensor:
    """The numbers of the best boxes, by a table of how much each two overlap.

    Args:
        overlaps: a table [n, n].
        scores: how good each is.
        max_output_size: how many to give at most.
        overlap_threshold: how much two boxes may overlap.
        score_threshold: boxes need a higher score than this.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> table = [[1.0, 0.9], [0.9, 1.0]]
        >>> tf.image.non_max_suppression_overlaps(table, [0.1, 0.2], 2).numpy()
        array([1], dtype=int32)
    """
    op = "non_max_suppression_overlaps"
    table, values = _array(overlaps), _array(scores)
    if table.shape != (len(values), len(values)):
        raise ShapeError(f"image.{op}: {len(values)} scores for a table {list(table.shape)}.")
    limit, least = float(_array(overlap_threshold)), float(_array(score_threshold))
    kept: list[int] = []
    for candidate in np.argsort(-values, kind="stable"):
        if len(kept) == integer_argument(op, "max_output_size", max_output_size):
            break
        if values[candidate] > least and all(table[candidate, each] <= limit for each in kept):
            kept.append(int(candidate))
    return Tensor(build.data(np.array(kept, np.int32)))


class CombinedNonMaxSuppression(NamedTuple):
    """What `combined_non_max_suppression` gives."""

    nmsed_boxes: Tensor
    nmsed_scores: Tensor
    nmsed_classes: Tensor
    valid_detections: Tensor


def combined_non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size_per_class: Any,
    max_total_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_per_class: bool = False,
    clip_boxes: bool = True,
    name: str | None = None,
) -> CombinedNonMaxSuppression:
    """`non_max_suppression` for every class of every image, then the best of all classes.

    Args:
        boxes: [batch, boxes, classes or 1, 4].
        scores: [batch, boxes, classes].
        max_output_size_per_class: how many to keep for each class.
        max_total_size: how many to keep for each image; the result is filled up with zeros.
        iou_threshold: how much of what two boxes cover they may share.
        score_threshold: boxes need a higher score than this.
        pad_per_class: whether the result has no more rows than all classes can give.
        clip_boxes: whether boxes are cut to the range from 0 to 1.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> found = tf.image.combined_non_max_suppression(
        ...     tf.constant([[[[0.0, 0.0, 1.0, 1.0]]]]), [[[0.5]]], 1, 2)
        >>> found.valid_detections.numpy(), found.nmsed_scores.numpy()
        (array([1], dtype=int32), array([[0.5, 0. ]], dtype=float32))
    """
    op = "combined_non_max_suppression"
    corners, values = _array(boxes), _array(scores)
    if corners.ndim != 4 or values.ndim != 3 or corners.shape[2] not in (1, values.shape[2]):
        raise ShapeError(
            f"image.{op}: expected boxes [batch, n, classes or 1, 4] and scores [batch, n, "
            f"classes], got {list(corners.shape)} and {list(values.shape)}."
        )
    per_class = integer_argument(op, "max_output_size_per_class", max_output_size_per_class)
    total = integer_argument(op, "max_total_size", max_total_size)
    if pad_per_class:
        total = min(total, per_class * values.shape[2])
    limits = float(_array(iou_threshold)), float(_array(score_threshold))
    rows = [
        _combined(corners[each], values[each], per_class, total, limits)
        for each in range(len(values))
    ]
    out_boxes, out_scores, out_classes, counts = (np.stack(column) for column in zip(*rows))
    if clip_boxes:
        out_boxes = np.clip(out_boxes, 0.0, 1.0)
    parts = (out_boxes, out_scores, out_classes, counts)
    return CombinedNonMaxSuppression(*(Tensor(build.data(each)) for each in parts))


def _combined(
    boxes: Floats, scores: Floats, per_class: int, total: int, limits: tuple[float, float]
) -> tuple[Any, ...]:
    candidates = []
    for number in range(scores.shape[1]):
        own = boxes[:, number if boxes.shape[1] > 1 else 0]
        kept = _greedy(own, scores[:, number], per_class, *limits)
        candidates += [(float(s), number, own[i]) for i, s in zip(kept.indices, kept.scores)]
    candidates.sort(key=lambda each: -each[0])
    candidates = candidates[:total]
    out = np.zeros((total, 4), np.float32)
    found, classes = np.zeros(total, np.float32), np.zeros(total, np.float32)
    for place, (score, number, box) in enumerate(candidates):
        out[place], found[place], classes[place] = box, score, number
    return out, found, classes, np.array(len(candidates), np.int32)


def draw_bounding_boxes(images: Any, boxes: Any, colors: Any, name: str | None = None) -> Tensor:
    """Images with the borders of boxes drawn on them, one pixel wide.

    Args:
        images: floats [batch, height, width, channels] with 1, 3 or 4 channels.
        boxes: [batch, boxes, 4], rows [y1, x1, y2, x2] from 0 to 1.
        colors: rows of colours, used in turn; `None` for TensorFlow's own.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit.

    Example:
        >>> import glassbrook as tf
        >>> drawn = tf.image.draw_bounding_boxes(
        ...     tf.zeros([1, 4, 4, 1]), [[[0.0, 0.0, 1.0, 1.0]]], [[1.0]])
        >>> drawn[0, :, :, 0].numpy().tolist()[1]
        [1.0, 0.0, 0.0, 1.0]
    """
    node = image_argument("draw_bounding_boxes", images, (4,))
    pixels, corners = node_value(node).copy(), _array(boxes)
    if corners.ndim != 3 or corners.shape[2] != 4 or len(corners) != len(pixels):
        raise ShapeError(
            f"image.draw_bounding_boxes: expected boxes of shape [{len(pixels)}, n, 4], got "
            f"{list(corners.shape)}."
        )
    table = _COLOURS if colors is None else _array(colors)
    for image, rows in zip(pixels, corners):
        for number, box in enumerate(rows):
            _draw(image, box, table[number % len(table)])
    return Tensor(build.data(pixels))


def _draw(image: Any, box: Floats, colour: Floats) -> None:
    height, width, channels = image.shape
    ink = np.ones(channels, image.dtype)
    ink[: min(channels, len(colour))] = colour[:channels]
    if any(map(math.isnan, box)):
        return
    top, bottom = int(box[0] * (height - 1)), int(box[2] * (height - 1))
    left, right = int(box[1] * (width - 1)), int(box[3] * (width - 1))
    if top > bottom or left > right or bottom < 0 or right < 0 or top >= height or left >= width:
        return
    rows = slice(max(top, 0), min(bottom, height - 1) + 1)
    columns = slice(max(left, 0), min(right, width - 1) + 1)
    for row in (top, bottom):
        if 0 <= row < height:
            image[row, columns] = ink
    for column in (left, right):
        if 0 <= column < width:
            image[rows, column] = ink
