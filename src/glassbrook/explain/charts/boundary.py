"""`decision_boundary`: what a model of two inputs says everywhere, and where its mind changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.explain.charts.confusion import class_names, class_numbers
from glassbrook.explain.charts.surfaces import grid
from glassbrook.keras import Model
from glassbrook.keras.utils.plotting.charts import (
    INK,
    PAPER,
    SERIES,
    drawing,
    new_figure,
    picture_of,
    rgb,
)
from glassbrook.keras.utils.plotting.picture import Picture, Table
from glassbrook.tensor import constant

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["decision_boundary"]

Array = npt.NDArray[Any]

_MARKS = "osD^vP"
_MARGIN = 0.15
_DEEPEST = 0.5
_MOST_ROWS = 500
_COARSE = 11


def decision_boundary(
    model: Any,
    points: Any,
    labels: Any,
    *,
    classes: Sequence[str] | None = None,
    from_logits: bool | None = None,
    resolution: int = 150,
    names: Sequence[str] = ("input 0", "input 1"),
    title: str | None = None,
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """What a model of two inputs says over the plane, with the points it learnt from.

    The colour of an area is that of the class with the highest score, the deeper the surer. Lines
    are where two classes are equally likely. Points that the model gets wrong have a ring.

    Args:
        model: a model, or a function from [n, 2] to outputs: [n, classes], or [n, 1] or [n] for
            two classes.
        points: the inputs [n, 2].
        labels: the class of each point, counted from 0, or one-hot rows.
        classes: the names of the classes.
        from_logits: whether outputs are logits, to which sigmoid or softmax is applied. By default
            they are if some of them are negative or greater than 1, or do not sum up to 1.
        resolution: at how many places each way the model is asked.
        names: what the two inputs are.
        title: what it says above; by default how many points are right.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture. Its tables hold the points with what the model says of them, and the class on
        a coarse grid.

    Raises:
        ShapeError: points have not two coordinates, labels do not fit, or outputs do not.
        InvalidArgumentError: there is no point, or one is NaN or infinite.

    Example:
        >>> import glassbrook as tf
        >>> def model(points):
        ...     return tf.sigmoid(points[:, 0] - points[:, 1])
        >>> tf.explain.decision_boundary(model, [[1, 0], [0, 1], [2, 1]], [1, 0, 0]).title
        '2 of 3 points right'
    """
    places = _places(points)
    truth = class_numbers("labels", labels)
    if len(truth) != len(places):
        raise ShapeError(
            f"decision_boundary: there are {len(places)} points and {len(truth)} labels."
        )
    if resolution < 2 or len(names) != 2:
        raise InvalidArgumentError(
            "decision_boundary: expected a resolution of at least 2 and two names, got "
            f"{resolution} and {list(names)}."
        )
    x, y = _axes(places, resolution)
    everywhere = np.concatenate([places, grid(x, y)])
    shares = _probabilities(_outputs(model, everywhere), from_logits)
    here, field = shares[: len(places)], shares[len(places) :].reshape(len(y), len(x), -1)
    called = class_names(classes, max(int(truth.max()) + 1, shares.shape[1]))
    right = here.argmax(axis=1) == truth
    title = title or f"{int(right.sum()):,} of {len(truth):,} points right"
    with drawing():
        figure = new_figure(6.6, 5.6)
        axes = figure.subplots()
        _draw_field(axes, x, y, field)
        _draw_points(axes, places, truth, right, called)
        axes.set(xlabel=names[0], ylabel=names[1], xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        figure.suptitle(title)
        words = _in_words(field, truth, right, called)
        tables = [
            _points_table(places, truth, here, called, names),
            _grid_table(x, y, field, called, names),
        ]
        return picture_of(figure, title, words, tables, to_file)


def _places(points: Any) -> Array:
    found = np.asarray(points, np.float64)
    if found.ndim != 2 or found.shape[1] != 2:
        raise ShapeError(
            f"decision_boundary: expected points of two coordinates, [n, 2], got shape "
            f"{list(found.shape)}. With more inputs there is no plane: choose two of them."
        )
    if not len(found) or not np.isfinite(found).all():
        raise InvalidArgumentError(
            f"decision_boundary: expected at least one point, all finite; of {len(found)}, "
            f"{int((~np.isfinite(found)).any(axis=1).sum())} are NaN or infinite."
        )
    return found


def _axes(places: Array, resolution: int) -> tuple[Array, Array]:
    lows, highs = places.min(axis=0), places.max(axis=0)
    extent = np.where(highs > lows, highs - lows, (highs - lows).max() or 1.0)
    lows, highs = lows - _MARGIN * extent, highs + _MARGIN * extent
    return np.linspace(lows[0], highs[0], resolution), np.linspace(lows[1], highs[1], resolution)


def _outputs(model: Any, places: Array) -> Array:
    inputs = places.astype(np.float32)
    if isinstance(model, Model):
        outputs = model.predict(inputs, batch_size=4096, verbose=0)
    elif callable(model):
        call: Callable[[Any], Any] = model
        outputs = call(constant(inputs))
    else:
        raise InvalidArgumentError(
            f"decision_boundary: expected a model or a function, got {type(model).__name__}."
        )
    found = np.asarray(outputs, np.float64)
    found = found[:, None] if found.ndim == 1 else found
    if found.ndim != 2 or len(found) != len(places):
        raise ShapeError(
            "decision_boundary: the model must give one row of outputs per point, [n, classes] or "
            f"[n, 1]; for {len(places)} points it gave shape {list(found.shape)}."
        )
    return found


def _probabilities(outputs: Array, from_logits: bool | None) -> Array:
    """The probability of each class, [n, classes]."""
    binary = outputs.shape[1] == 1
    if from_logits is None:
        within = bool(((outputs >= 0) & (outputs <= 1)).all())
        sums = binary or np.allclose(outputs.sum(axis=1), 1.0, atol=1e-3)
        from_logits = not (within and sums)
    if binary:
        one = outputs[:, 0]
        if from_logits:
            one = 0.5 * (1 + np.tanh(one / 2))  # sigmoid, which does not overflow
        return np.stack([1 - one, one], axis=1)
    if from_logits:
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    return outputs


def _color(number: int) -> str:
    return SERIES[number % len(SERIES)]


def _draw_field(axes: Axes, x: Array, y: Array, field: Array) -> None:
    axes.grid(False)
    classes = field.shape[-1]
    best = field.argmax(axis=-1)
    image = np.empty((*best.shape, 4))
    image[..., :3] = np.array([rgb(_color(number)) for number in range(classes)])[best]
    # From nothing, where all classes are equally likely, to the full depth.
    sureness = (field.max(axis=-1) - 1 / classes) / (1 - 1 / classes)
    image[..., 3] = _DEEPEST * np.clip(np.nan_to_num(0.15 + 0.85 * sureness), 0, 1)
    half = [(axis[1] - axis[0]) / 2 for axis in (x, y)]
    extent = (x[0] - half[0], x[-1] + half[0], y[0] - half[1], y[-1] + half[1])
    axes.imshow(image, extent=extent, origin="lower", aspect="auto", interpolation="none")
    for number in range(1 if classes == 2 else 0, classes):
        lead = field[..., number] - np.delete(field, number, axis=-1).max(axis=-1)
        if np.isfinite(lead).all() and lead.min() < 0 < lead.max():
            axes.contour(x, y, lead, levels=[0.0], colors=INK, linewidths=1.2)


def _draw_points(axes: Axes, places: Array, truth: Array, right: Array, called: list[str]) -> None:
    size = 36 if len(places) <= 300 else 14
    for number in np.unique(truth):
        axes.scatter(
            places[truth == number, 0],
            places[truth == number, 1],
            s=size,
            color=_color(number),
            marker=_MARKS[number % len(_MARKS)],
            edgecolors=PAPER,
            linewidths=0.7,
            label=called[number],
            zorder=3,
        )
    if not right.all():
        axes.scatter(
            places[~right, 0],
            places[~right, 1],
            s=3.2 * size,
            facecolors="none",
            edgecolors=INK,
            linewidths=1.1,
            label="wrong",
            zorder=4,
        )
    axes.legend()


def _in_words(field: Array, truth: Array, right: Array, called: list[str]) -> str:
    best = field.argmax(axis=-1)
    areas = ", ".join(
        f"{called[number]} {np.mean(best == number):.0%}" for number in range(field.shape[-1])
    )
    text = f"Shares of the plane by class: {areas}. "
    text += f"Of {len(truth):,} points, {int((~right).sum()):,} are on the wrong side."
    if not right.all():
        counts = np.bincount(truth[~right], minlength=len(called))
        wrong = [f"{called[number]} {count:,}" for number, count in enumerate(counts) if count]
        text += f" By class: {', '.join(wrong)}."
    return text


def _points_table(
    places: Array, truth: Array, shares: Array, called: list[str], names: Sequence[str]
) -> Table:
    rows = [
        [number, *map(float, place), called[label], called[share.argmax()], float(share.max())]
        for number, (place, label, share) in enumerate(zip(places, truth, shares))
    ]
    caption = "Points"
    if len(rows) > _MOST_ROWS:
        caption = f"The first {_MOST_ROWS} of {len(rows):,} points"
    columns = ["point", *names, "class", "predicted", "probability"]
    return Table(caption, columns, rows[:_MOST_ROWS])


def _grid_table(x: Array, y: Array, field: Array, called: list[str], names: Sequence[str]) -> Table:
    across, down = (
        np.unique(np.linspace(0, len(axis) - 1, _COARSE).round().astype(int)) for axis in (x, y)
    )
    rows = [
        [float(y[row]), *(called[field[row, column].argmax()] for column in across)]
        for row in down[::-1]
    ]
    columns = [f"{names[1]} \\ {names[0]}", *(f"{x[column]:.4g}" for column in across)]
    return Table("The class at places on the plane", columns, rows)
