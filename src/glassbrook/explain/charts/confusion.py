"""`confusion_matrix`: how often each class was taken for each class."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.keras.utils.plotting.charts import (
    INK,
    drawing,
    new_figure,
    picture_of,
    signed_image,
)
from glassbrook.keras.utils.plotting.picture import Picture, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["class_names", "class_numbers", "confusion_matrix"]

Array = npt.NDArray[Any]

# With more classes than that, numbers would not fit into their cells.
_MOST_WRITTEN = 20
_DEEPEST = 0.65


def confusion_matrix(
    labels: Any,
    predictions: Any,
    *,
    classes: Sequence[str] | int | None = None,
    title: str | None = None,
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """How often samples of each class, a row each, were taken for each class, a column each.

    The deeper the colour of a cell, the larger its share of the row; mistakes have a colour of
    their own. Precision of a class is how
    much of what was taken for it belongs to it; recall, how much of it was found.

    Args:
        labels: the class of each sample, counted from 0: shape [n]; or one-hot rows [n, classes].
        predictions: what they were taken for: shape [n]; or a row of scores per class
            [n, classes], of which the highest counts; or probabilities [n, 1] of class 1 of two.
        classes: the names of the classes, or how many there are; by default as many as occur.
        title: what it says above; by default the accuracy.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture; its tables hold the counts, and precision and recall of each class.

    Raises:
        ShapeError: there are not as many labels as predictions.
        OutOfRangeError: a class is negative, or beyond the number of classes.
        InvalidArgumentError: there is no sample, or classes are no whole numbers.

    Example:
        >>> import glassbrook as tf
        >>> picture = tf.explain.confusion_matrix([0, 1, 1, 1], [0, 1, 0, 1], classes=["a", "b"])
        >>> picture.tables[0].rows
        [['a', 1, 0], ['b', 1, 2]]
        >>> picture.title
        '3 of 4 right: 75.00 %'
    """
    truth, guesses = class_numbers("labels", labels), class_numbers("predictions", predictions)
    if truth.shape != guesses.shape:
        raise ShapeError(
            f"confusion_matrix: there are {len(truth)} labels and {len(guesses)} predictions. "
            "Predict all samples, in the order of their labels."
        )
    if not len(truth):
        raise InvalidArgumentError("confusion_matrix: there is no sample.")
    count = 1 + max(int(truth.max()), int(guesses.max()))
    names = class_names(classes, count)
    counts = np.zeros((len(names), len(names)), np.int64)
    np.add.at(counts, (truth, guesses), 1)
    right = int(np.trace(counts))
    share = 100 * right / len(truth)
    title = title or f"{right:,} of {len(truth):,} right: {share:.2f} %"
    with drawing():
        size = min(max(0.55 * len(names) + 2, 4), 14)
        figure = new_figure(size, size)
        _draw(figure.subplots(), counts, names)
        figure.suptitle(title)
        return picture_of(figure, title, _in_words(counts, names), _tables(counts, names), to_file)


def class_names(classes: Sequence[str] | int | None, count: int) -> list[str]:
    """The names of classes, at least `count`.

    Raises:
        OutOfRangeError: there are fewer names.
    """
    if classes is None:
        return [str(number) for number in range(count)]
    names = list(map(str, range(classes) if isinstance(classes, int) else classes))
    if len(names) < count:
        raise OutOfRangeError(
            f"There are {len(names)} classes, but a label or prediction is {count - 1}; they count "
            f"from 0. Pass classes={count}, or their names."
        )
    return names


def class_numbers(name: str, values: Any) -> Array:
    """The class of each sample, from numbers, one-hot rows, scores, or probabilities of one class.

    Raises:
        ShapeError: the values have three or more axes, or none.
        InvalidArgumentError: they are no whole numbers.
        OutOfRangeError: one is negative.
    """
    found = np.asarray(values)
    if found.ndim == 2 and found.shape[1] > 1:
        return np.asarray(found.argmax(axis=1))
    if found.ndim == 2 and found.dtype.kind == "f":
        return (found[:, 0] > 0.5).astype(np.int64)
    if found.ndim == 2:
        found = found[:, 0]
    if found.ndim != 1:
        raise ShapeError(
            f"{name} must be class numbers [n] or rows [n, classes], got shape {list(found.shape)}."
        )
    usable = found.dtype.kind in "biuf" and bool(np.isfinite(found).all())
    whole: Array = found.astype(np.int64) if usable else found
    if not usable or (whole != found).any():
        raise InvalidArgumentError(
            f"{name} must be whole numbers, the classes of samples, got {found[:5]!r}. Of "
            "probabilities, take the class: probabilities > 0.5, or tf.argmax(scores, axis=1)."
        )
    if whole.size and whole.min() < 0:
        raise OutOfRangeError(f"{name} must not be negative: classes count from 0.")
    return whole


def _shares(counts: Array) -> Array:
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def _draw(axes: Axes, counts: Array, names: list[str]) -> None:
    axes.grid(False)
    # What was right in one colour, mistakes in the other.
    signs = 1 - 2 * np.eye(len(counts))
    image = signed_image(signs * _shares(counts), 1 / _DEEPEST)
    axes.imshow(image, interpolation="none")
    axes.spines[:].set_visible(True)
    places = range(len(names))
    if len(names) <= _MOST_WRITTEN:
        for row, column in zip(*np.nonzero(counts), strict=True):
            text = f"{counts[row, column]:,}"
            axes.text(column, row, text, ha="center", va="center", color=INK, fontsize=8)
        turned = 45 if max(map(len, names)) > 3 else 0
        axes.set_xticks(places, names, rotation=turned, ha="right" if turned else "center")
        axes.set_yticks(places, names)
    axes.set(xlabel="predicted", ylabel="true")


def _in_words(counts: Array, names: list[str]) -> str:
    total = int(counts.sum())
    text = f"A square of {len(names)} by {len(names)} cells: true classes are rows, predicted ones "
    text += f"columns. Of {total:,} samples, {np.trace(counts):,} lie on the diagonal."
    wrong = counts - np.diag(np.diag(counts))
    worst = np.argsort(-wrong, axis=None, kind="stable")[:3]
    pairs = [np.unravel_index(each, wrong.shape) for each in worst if wrong.flat[each]]
    if pairs:
        listed = ", ".join(f"{names[a]} for {names[b]} ({wrong[a, b]:,})" for a, b in pairs)
        text += f" Most often mistaken: {listed}."
    return text


def _tables(counts: Array, names: list[str]) -> list[Table]:
    rows = [[name, *row] for name, row in zip(names, counts.tolist(), strict=True)]
    right, found, there = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    details = [
        [
            name,
            int(there[number]),
            int(right[number]),
            right[number] / found[number] if found[number] else None,
            right[number] / there[number] if there[number] else None,
        ]
        for number, name in enumerate(names)
    ]
    return [
        Table("Samples: true classes are rows, predicted ones columns", ["true", *names], rows),
        Table("Classes", ["class", "samples", "right", "precision", "recall"], details),
    ]
