"""`draw_gradients`: how long the gradient of each layer is."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from typing import Any

from glassbrook.explain.diagrams.sketch import check_file, sketched
from glassbrook.keras.health import HealthReport, health
from glassbrook.keras.health.measure import LayerHealth
from glassbrook.keras.utils.plotting.drawing import MARGIN
from glassbrook.keras.utils.plotting.picture import Picture, Table
from glassbrook.keras.utils.plotting.shapes import Arrow, Drawing, Frame, Text, text_width

__all__ = ["draw_gradients"]

Shape = Frame | Text | Arrow

_ROW, _BAR = 34.0, 18.0
_ACROSS = 420.0
_MOST_LAYERS = 60
# At least so many powers of ten, that equal gradients do not look different.
_LEAST_DECADES = 3
_COLUMNS = (
    "layer", "class", "gradient norm", "weight norm", "update ratio", "dead", "saturated",
)  # fmt: skip


def draw_gradients(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    samples: int = 128,
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """How long the gradient of each layer is, for some data: whether it vanishes or explodes.

    A bar per layer, from the first to the last, on a logarithmic scale; beside it what else
    `tf.explain.health` found. Advice stands below. The model stays as it is.

    Args:
        model: a compiled model that has its weights.
        x: inputs, as `fit` takes them; or a data set of pairs.
        y: labels.
        samples: how many samples to look at.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture; its table has a row per layer.

    Raises:
        InvalidArgumentError: the model is not compiled or has no weights yet, or there are no data.
        NotFoundError: the folder of the file does not exist.

    Example:
        >>> import glassbrook as tf
        >>> layers = [tf.keras.layers.Dense(4, "tanh"), tf.keras.layers.Dense(1)]
        >>> model = tf.keras.Sequential(layers)
        >>> model.compile("sgd", "mse")
        >>> x = tf.ones([8, 3])
        >>> y = model(x)
        >>> picture = tf.explain.draw_gradients(model, x, tf.zeros([8, 1]))
        >>> len(picture.tables[0].rows)
        2
    """
    check_file(to_file)
    report = health(model, x, y, samples=samples)
    title = f"Gradients of {getattr(model, 'name', 'the model')}"
    table = Table("Layers", _COLUMNS, [_row(each) for each in report.layers])
    return sketched(_drawing(report, title), title, _in_words(report), [table], to_file)


def _row(each: LayerHealth) -> tuple[object, ...]:
    return (
        each.layer,
        each.layer_class,
        each.gradient_norm,
        each.weight_norm,
        each.update_ratio,
        each.dead,
        each.saturated,
    )


def _drawing(report: HealthReport, title: str) -> Drawing:
    layers = report.layers[:_MOST_LAYERS]
    named = max([text_width(each.layer) for each in layers], default=0.0)
    left, top = MARGIN + named + 14, MARGIN + 74
    low, high = _decades(layers)
    shapes: list[Shape] = [Text(MARGIN, MARGIN + 10, title, "heading", "start")]
    bottom = top + _ROW * len(layers)
    shapes += _axis(left, top, bottom, low, high)
    for number, each in enumerate(layers):
        shapes += _bar(each, left, top + _ROW * (number + 0.5), low, high)
    y = bottom + 24
    more = len(report.layers) - len(layers)
    notes = [f"… {more:,} more layers: see the table"] if more else []
    for line in [*notes, *map(str, report.advice)] or ["Nothing stands out."]:
        shapes.append(Text(MARGIN, y, line, "line", "start"))
        y += 20
    return Drawing(_right(shapes) + MARGIN, y + MARGIN, shapes)


def _right(shapes: Sequence[Shape]) -> float:
    return max(
        each.x + text_width(each.content, each.tone)
        for each in shapes
        if isinstance(each, Text) and each.anchor == "start"
    )


def _decades(layers: Sequence[LayerHealth]) -> tuple[int, int]:
    """The powers of ten from which and to which the scale goes."""
    logs = [
        math.log10(each.gradient_norm)
        for each in layers
        if each.gradient_norm and math.isfinite(each.gradient_norm)
    ]
    high = math.ceil(max(logs, default=0.0) + 1e-9)
    low = math.floor(min(logs, default=0.0) - 1e-9)
    return min(low, high - _LEAST_DECADES), high


def _axis(left: float, top: float, bottom: float, low: int, high: int) -> Iterator[Shape]:
    words = "length of the gradient, on a logarithmic scale"
    yield Text(left, top - 34, words, "label", "start")
    every = max(1, (high - low) // 8)
    for power in range(low, high + 1, every):
        x = left + _ACROSS * (power - low) / (high - low)
        yield Arrow([(x, top), (x, bottom)], "straight", "grid")
        yield Text(x, top - 12, f"{10.0**power:g}", "label")


def _bar(each: LayerHealth, left: float, y: float, low: int, high: int) -> Iterator[Shape]:
    yield Text(left - 10, y, each.layer, "line", "end")
    norm = each.gradient_norm
    width = 0.0
    if norm and math.isfinite(norm):
        width = max(_ACROSS * (math.log10(norm) - low) / (high - low), 2.0)
        note = f"{each.layer} ({each.layer_class}): {norm:.3g}"
        yield Frame(left, y - _BAR / 2, width, _BAR, 0.0, "memory", note)
    yield Text(left + _ACROSS + 16, y, _beside(each), "line", "start")


def _beside(each: LayerHealth) -> str:
    """The numbers of a layer."""
    if each.gradient_norm is None:
        parts = [
            "no weights" if each.is_connected else "no gradient: the loss does not depend on it"
        ]
    else:
        parts = [f"{each.gradient_norm:.3g}"]
    if each.update_ratio is not None:
        parts.append(f"update {each.update_ratio:.1e} of the weights")
    if each.dead is not None:
        parts.append(f"{each.dead:.0%} dead")
    if each.saturated is not None:
        parts.append(f"{each.saturated:.0%} saturated")
    return ", ".join(parts)


def _in_words(report: HealthReport) -> str:
    """What the picture shows, for those who cannot see it."""
    norms = [
        f"{each.layer} {each.gradient_norm:.3g}"
        for each in report.layers[:_MOST_LAYERS]
        if each.gradient_norm is not None
    ]
    lengths = f"Length of the gradient per layer: {', '.join(norms) or 'none has weights'}."
    return " ".join([lengths, *map(str, report.advice)])
