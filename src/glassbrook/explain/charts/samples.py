"""`draw_samples`: images with what a model takes them for, the surest mistakes first."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.explain.charts.confusion import class_names, class_numbers
from glassbrook.keras.utils.plotting.charts import (
    INK,
    RED,
    bare,
    drawing,
    new_figure,
    picture_of,
)
from glassbrook.keras.utils.plotting.picture import Picture, Table

__all__ = ["draw_samples"]

Array = npt.NDArray[Any]

# As a share of an image's height, for each line above it; and what fits into a line.
_TITLE_ROOM = 0.25
_MOST_LETTERS = 19


def draw_samples(
    images: Any,
    labels: Any = None,
    scores: Any = None,
    *,
    classes: Sequence[str] | None = None,
    most: int = 40,
    columns: int = 8,
    title: str | None = None,
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """Images, each with its label, or with what a model takes it for and how sure it is.

    With labels and scores, mistakes come first, the surest one ahead; the last row is left to
    images that were recognised.

    Args:
        images: gray ones [n, height, width] or [n, height, width, 1], or coloured ones
            [n, height, width, 3]. They are drawn from 0 to 1, or to 255 if one is above 1; and
            from -1 to 1, or as far as they go, if one is negative.
        labels: the class of each image, counted from 0, or one-hot rows.
        scores: a row of probabilities per image [n, classes].
        classes: the names of the classes.
        most: how many images are drawn.
        columns: how many there are in a row.
        title: what it says above.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture; its table says what is drawn.

    Raises:
        ShapeError: images have another shape, or there are not as many labels or scores.
        InvalidArgumentError: there is no image.

    Example:
        >>> import numpy as np
        >>> import glassbrook as tf
        >>> scores = [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]
        >>> picture = tf.explain.draw_samples(np.zeros((3, 8, 8)), [0, 0, 1], scores)
        >>> picture.title
        '2 of 3 wrong, the surest mistakes first'
        >>> [row[0] for row in picture.tables[0].rows]
        [1, 2, 0]
    """
    pixels = _pixels(images)
    truth = None if labels is None else class_numbers("labels", labels)
    chances = None if scores is None else np.asarray(scores, np.float64)
    for name, values in (("labels", truth), ("scores", chances)):
        if values is not None and len(values) != len(pixels):
            raise ShapeError(
                f"draw_samples: there are {len(pixels)} images and {len(values)} {name}."
            )
    if chances is not None and chances.ndim != 2:
        raise ShapeError(
            f"draw_samples: scores must be rows [n, classes], got shape {list(chances.shape)}."
        )
    if most < 1 or columns < 1:
        raise InvalidArgumentError(
            f"draw_samples: most and columns must be at least 1, got {most} and {columns}."
        )
    shown = _order(truth, chances, most, columns, len(pixels))
    named, wrong = _texts(truth, chances, classes, shown)
    if title is None:
        title = f"{len(shown):,} of {len(pixels):,} images"
        if truth is not None and chances is not None:
            mistakes = int((chances.argmax(axis=1) != truth).sum())
            title = f"{mistakes:,} of {len(pixels):,} wrong, the surest mistakes first"
    with drawing():
        figure = _draw(pixels[shown], named, wrong, columns, title)
        words = "Images from left to right and down: " + "; ".join(named) + "."
        if truth is None and chances is None:
            words = f"{len(shown)} images."
        table = _table(shown, truth, chances, classes)
        return picture_of(figure, title, words, [table], to_file)


def _pixels(images: Any) -> Array:
    """Images [n, height, width, 1 or 3] between 0 and 1."""
    found = np.asarray(images)
    if found.ndim == 3:
        found = found[..., None]
    if found.ndim != 4 or found.shape[-1] not in (1, 3):
        raise ShapeError(
            "draw_samples: expected gray images [n, height, width] or coloured ones [n, height, "
            f"width, 3], got shape {list(np.shape(images))}. Reshape flat ones: "
            "x.reshape(-1, 28, 28)."
        )
    if not found.size:
        raise InvalidArgumentError("draw_samples: there is no image.")
    found = np.nan_to_num(found.astype(np.float64))
    if found.min() < 0:
        most = np.abs(found).max()
        return np.asarray(0.5 + 0.5 * found / max(most, 1.0))
    return np.asarray(np.clip(found / (255 if found.max() > 1 else 1), 0, 1))


def _order(truth: Array | None, scores: Array | None, most: int, columns: int, count: int) -> Array:
    if truth is None or scores is None:
        return np.arange(min(count, most))
    predictions, sureness = scores.argmax(axis=1), scores.max(axis=1)
    mistakes = np.flatnonzero(predictions != truth)
    worst_first = mistakes[np.argsort(-sureness[mistakes], kind="stable")]
    right = np.flatnonzero(predictions == truth)
    # The last row is for what was recognised, however many mistakes there are.
    room = most - min(columns, len(right)) if most > columns else most
    return np.concatenate([worst_first[:room], right])[:most]


def _texts(
    truth: Array | None, scores: Array | None, classes: Sequence[str] | None, shown: Array
) -> tuple[list[str], list[bool]]:
    """What is written above each image, and whether it was mistaken."""
    count = max(
        int(truth.max()) + 1 if truth is not None and len(truth) else 0,
        scores.shape[1] if scores is not None else 0,
    )
    names = class_names(classes, count)
    texts, wrong = [], []
    for index in shown:
        label = None if truth is None else int(truth[index])
        if scores is None:
            texts.append("" if label is None else names[label])
            wrong.append(False)
            continue
        prediction = int(scores[index].argmax())
        wrong.append(label is not None and prediction != label)
        text = f"{names[prediction]} ({scores[index, prediction]:.0%})"
        texts.append(text if label is None or not wrong[-1] else f"{text}, is {names[label]}")
    return texts, wrong


def _draw(pixels: Array, texts: list[str], wrong: list[bool], columns: int, title: str) -> Any:
    """All images as one, with room for texts between them."""
    count, height, width, _ = pixels.shape
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    longest = max(map(len, texts))
    if longest > _MOST_LETTERS:
        texts = [text.replace(", ", ",\n") for text in texts]
    lines = max(text.count("\n") for text in texts) + 1
    room = round(_TITLE_ROOM * height * lines) + 1 if longest else max(1, height // 12)
    down, right = height + room, width + max(1, width // 6)
    canvas = np.zeros((rows * down, columns * right, 4))
    size = max(1.25 * columns, 4)
    figure = new_figure(size, size * canvas.shape[0] / canvas.shape[1] + 0.5)
    figure.suptitle(title)
    axes = figure.subplots()
    bare(axes)
    for place, image in enumerate(pixels):
        top, left = place // columns * down + room, place % columns * right
        spot = canvas[top : top + height, left : left + width]
        spot[..., :3], spot[..., 3] = image, 1.0
        axes.text(
            left + width / 2 - 0.5,
            top - 1,
            texts[place],
            ha="center",
            va="bottom",
            fontsize=7.5,
            color=RED if wrong[place] else INK,
        )
    axes.imshow(canvas, interpolation="none")
    return figure


def _table(
    shown: Array, truth: Array | None, scores: Array | None, classes: Sequence[str] | None
) -> Table:
    columns, rows = ["image"], [[int(index)] for index in shown]
    cells: list[list[Any]] = [list(row) for row in rows]
    if truth is not None:
        columns.append("class")
        names = class_names(classes, int(truth.max()) + 1)
        for row, index in zip(cells, shown, strict=True):
            row.append(names[truth[index]])
    if scores is not None:
        columns += ["predicted", "probability"]
        names = class_names(classes, scores.shape[1])
        for row, index in zip(cells, shown, strict=True):
            row += [names[scores[index].argmax()], float(scores[index].max())]
    return Table("What is drawn", columns, cells)
