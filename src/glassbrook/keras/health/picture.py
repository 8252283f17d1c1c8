"""The health of a model over the epochs, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from glassbrook.keras.health.advice import Thresholds
from glassbrook.keras.health.measure import MEASURES
from glassbrook.keras.utils.plotting.charts import (
    GREY,
    SERIES,
    drawing,
    logarithmic,
    new_figure,
    picture_of,
)
from glassbrook.keras.utils.plotting.picture import Picture, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_health"]

History = Mapping[str, Mapping[str, Sequence[float | None]]]
_TITLES = {
    "gradient_norm": "length of the gradient",
    "update_ratio": "update, by the length of the weights",
    "dead": "dead ReLU units",
    "saturated": "saturated outputs",
}
_LOGARITHMIC = frozenset({"gradient_norm", "update_ratio"})
_USUAL_UPDATE = 1e-3
_STYLES = ("-", "--", ":", "-.")
_MOST_LAYERS = len(SERIES) * len(_STYLES)
_WIDTH, _HEIGHT = 8.4, 2.6
# With more points than that, marks would hide the line.
_MARKED = 30


def draw_health(epochs: Sequence[int], history: History, limits: Thresholds) -> Picture:
    """Gradients, updates, dead and saturated units, a line per layer.

    Args:
        epochs: the numbers of the epochs, counted from 0.
        history: for each layer the measures, one value per epoch.
        limits: from where on there is advice; shown as dotted lines.
    """
    shown = [name for name in _TITLES if _has_values(history, name)]
    layers = list(history)[:_MOST_LAYERS]
    x = np.array(epochs) + 1
    with drawing():
        figure = new_figure(_WIDTH, _HEIGHT * max(len(shown), 1) + 0.4)
        figure.suptitle("Health of the layers")
        panels = figure.subplots(max(len(shown), 1), 1, squeeze=False, sharex=True)[:, 0]
        for axes, name in zip(panels, shown, strict=False):
            _draw(axes, name, x, {layer: history[layer][name] for layer in layers})
            _draw_limits(axes, name, limits)
        panels[-1].set_xlabel("epoch")
        panels[-1].locator_params(axis="x", integer=True)
        handles = {str(line.get_label()): line for axes in panels for line in axes.get_lines()}
        wanted = [layer for layer in layers if layer in handles]
        figure.legend([handles[layer] for layer in wanted], wanted, loc="outside right upper")
        return picture_of(
            figure, "Health of the layers", _in_words(epochs, history), _tables(epochs, history)
        )


def _has_values(history: History, name: str) -> bool:
    return any(value is not None for record in history.values() for value in record[name])


def _draw(
    axes: Axes, name: str, x: npt.NDArray[Any], values: Mapping[str, Sequence[float | None]]
) -> None:
    marker = "o" if len(x) <= _MARKED else ""
    for place, (layer, each) in enumerate(values.items()):
        y = np.array([np.nan if value is None else value for value in each])
        if name in _LOGARITHMIC:
            y[y <= 0] = np.nan  # a logarithmic axis has no 0
        if np.isfinite(y).any():
            style = _STYLES[place // len(SERIES)]
            color = SERIES[place % len(SERIES)]
            axes.plot(x, y, style, color=color, label=layer, marker=marker, markersize=3)
    axes.set_title(_TITLES[name], loc="left")
    if name in _LOGARITHMIC:
        axes.set_yscale("log")
        logarithmic(axes.yaxis)
    else:
        axes.set_ylim(-0.04, 1.04)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")


def _draw_limits(axes: Axes, name: str, limits: Thresholds) -> None:
    """The bounds of a measure, where they are not far from what was measured."""
    low, high = axes.get_ylim()
    bounds = {
        "gradient_norm": [limits.exploding],
        "update_ratio": [limits.small_update, _USUAL_UPDATE, limits.large_update],
        "dead": [limits.dead],
        "saturated": [limits.saturated],
    }[name]
    for each in bounds:
        if low <= each <= high:
            axes.axhline(each, color=GREY, linewidth=0.8, linestyle=":", label="_bound")


def _in_words(epochs: Sequence[int], history: History) -> str:
    """What there is to see, by the last epoch."""
    words = [f"Measures of {len(history)} layers after {len(epochs)} epochs."]
    last = {
        layer: record["gradient_norm"][-1]
        for layer, record in history.items()
        if record["gradient_norm"] and record["gradient_norm"][-1] is not None
    }
    if last:
        parts = [f"{layer} {value:.2g}" for layer, value in list(last.items())[:_MOST_LAYERS]]
        words.append(f"Length of the gradient in the end: {', '.join(parts)}.")
    for name in ("dead", "saturated"):
        shares = {
            layer: share
            for layer, record in history.items()
            if (share := record[name][-1] if record[name] else None)
        }
        parts = [f"{layer} {share:.0%}" for layer, share in list(shares.items())[:_MOST_LAYERS]]
        if parts:
            words.append(f"{_TITLES[name].capitalize()} in the end: {', '.join(parts)}.")
    if len(history) > _MOST_LAYERS:
        words.append(f"The picture shows the first {_MOST_LAYERS} layers; the table has all.")
    return " ".join(words)


def _tables(epochs: Sequence[int], history: History) -> list[Table]:
    rows = [
        [epoch + 1, layer, *(history[layer][name][look] for name in MEASURES)]
        for look, epoch in enumerate(epochs)
        for layer in history
    ]
    columns = ["epoch", "layer", *(name.replace("_", " ") for name in MEASURES)]
    return [Table("Health of each layer", columns, rows)]
