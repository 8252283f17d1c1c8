"""The pictures that training leaves behind, drawn with matplotlib without a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_confusion", "draw_curves", "draw_line", "draw_samples"]

Array = npt.NDArray[Any]

_BLUE, _ORANGE, _RED, _GREY = "#1f6f8b", "#e08e45", "#c0392b", "#555555"
_SAMPLE_ROWS, _SAMPLE_COLUMNS = 5, 8


def _figure(width: float, height: float) -> Figure:
    # The figure class itself, not pyplot: no window system is asked for, nothing stays in memory.
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=110, layout="constrained")


def draw_curves(path: Path, history: Mapping[str, Sequence[float]]) -> None:
    """Loss and accuracy per epoch, of the training and the test data."""
    figure = _figure(9, 3.6)
    loss_axes, accuracy_axes = figure.subplots(1, 2)
    for axes, name in ((loss_axes, "loss"), (accuracy_axes, "accuracy")):
        epochs = range(1, len(history[name]) + 1)
        axes.plot(epochs, history[name], color=_BLUE, marker="o", label="training")
        if f"val_{name}" in history:
            axes.plot(epochs, history[f"val_{name}"], color=_ORANGE, marker="o", label="test")
        axes.set(xlabel="epoch", title=name, xticks=list(epochs) if len(epochs) <= 20 else None)
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(path)


def draw_confusion(path: Path, labels: Array, predictions: Array, classes: int = 10) -> None:
    """How often each class (rows) was taken for each class (columns)."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, predictions), 1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = _figure(6.4, 6)
    axes = figure.subplots()
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(classes, classes):
        if counts[row, column]:
            color = "white" if share[row, column] > 0.5 else _GREY
            text = str(counts[row, column])
            axes.text(column, row, text, ha="center", va="center", color=color, fontsize=8)
    ticks = list(range(classes))
    accuracy = np.trace(counts) / max(counts.sum(), 1)
    axes.set(
        xticks=ticks,
        yticks=ticks,
        xlabel="predicted",
        ylabel="true",
        title=f"{accuracy:.2%} of {counts.sum()} right",
    )
    figure.savefig(path)


def draw_samples(path: Path, images: Array, labels: Array, confidence: Array) -> None:
    """Test images with prediction and confidence: the surest mistakes first, then right ones."""
    predictions = confidence.argmax(axis=1)
    sureness = confidence.max(axis=1)
    mistakes = np.flatnonzero(predictions != labels)
    worst_first = mistakes[np.argsort(-sureness[mistakes], kind="stable")]
    right = np.flatnonzero(predictions == labels)
    count = _SAMPLE_ROWS * _SAMPLE_COLUMNS
    # Leave the last row to digits that were recognised, however many mistakes there are.
    shown = np.concatenate([worst_first[: count - _SAMPLE_COLUMNS], right])[:count]
    figure = _figure(1.25 * _SAMPLE_COLUMNS, 1.5 * _SAMPLE_ROWS)
    for axes, index in zip(
        figure.subplots(_SAMPLE_ROWS, _SAMPLE_COLUMNS).flat, [*shown, *[None] * count], strict=False
    ):
        axes.axis("off")
        if index is not None:
            _draw_sample(axes, images[index], labels[index], predictions[index], sureness[index])
    figure.suptitle(f"{len(mistakes)} of {len(labels)} wrong; the surest mistakes first")
    figure.savefig(path)


def _draw_sample(axes: Axes, image: Array, label: int, prediction: int, sureness: float) -> None:
    wrong = prediction != label
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255)
    text = f"{prediction} ({sureness:.0%})" + (f", is {label}" if wrong else "")
    axes.set_title(text, fontsize=8, color=_RED if wrong else _GREY)


def draw_line(
    path: Path, x: Array, y: Array, slope: float, intercept: float, losses: Sequence[float]
) -> None:
    """Points and the fitted line, and the loss as it fell."""
    figure = _figure(9, 3.6)
    fit_axes, loss_axes = figure.subplots(1, 2)
    ends = np.array([x.min(), x.max()])
    fit_axes.scatter(x, y, s=12, color=_ORANGE, label="points")
    label = f"y = {slope:.3f} x {'+' if intercept >= 0 else '-'} {abs(intercept):.3f}"
    fit_axes.plot(ends, slope * ends + intercept, color=_BLUE, label=label)
    fit_axes.set(xlabel="x", ylabel="y", title="fit")
    fit_axes.legend()
    loss_axes.plot(losses, color=_BLUE)
    loss_axes.set(xlabel="step", title="mean squared error", yscale="log")
    for axes in (fit_axes, loss_axes):
        axes.grid(alpha=0.3)
    figure.savefig(path)
