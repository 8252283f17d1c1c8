"""`draw_weights`: the weights of a layer as images."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras.layers import Layer
from glassbrook.keras.utils.plotting.charts import (
    INK,
    RULE,
    bare,
    drawing,
    new_figure,
    picture_of,
    signed_image,
)
from glassbrook.keras.utils.plotting.picture import Picture, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_weights"]

Array = npt.NDArray[Any]

_LEAST_SIDE = 4
_MOST_CELLS = 1000
_MOST_SIDE = 2000
_MOST_CHANNELS = 8


def draw_weights(
    target: Any,
    *,
    shape: Sequence[int] | None = None,
    most: int = 64,
    columns: int | None = None,
    title: str | None = None,
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """Weights as colours: one for negative, one for positive, the deeper the larger, paper for 0.

    - A matrix [inputs, units] whose inputs are a square, such as 784 = 28 × 28 pixels, becomes an
      image per unit: what the unit looks for. Any other matrix is drawn as it is.
    - Kernels of convolutions [height, width, channels, filters] become an image per filter and
      channel: a row of images per filter, if there are several channels.

    All images share one scale, which ends at the largest absolute value.

    Args:
        target: a layer, whose kernel is drawn (or its first weights, without one); a model, of
            which the first layer with weights is taken; or an array or variable.
        shape: the height and width of a unit's image, if they cannot be guessed.
        most: how many units or filters are drawn; the title says how many there are.
        columns: how many images there are in a row.
        title: what it says above.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture; its tables hold least, mean, greatest and norm of each unit, and the weights
        themselves if they are few.

    Raises:
        InvalidArgumentError: there are no weights, or they are no numbers.
        ShapeError: `shape` does not fit, or the array has more than four axes.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Dense(100)
        >>> layer.build((None, 784))
        >>> tf.explain.draw_weights(layer, most=20).title
        'dense: 20 of 100 units, 28 × 28'
    """
    weights, name = _weights(target)
    if most < 1 or (columns is not None and columns < 1):
        raise InvalidArgumentError(
            f"draw_weights: most and columns must be at least 1, got {most} and {columns}."
        )
    tiles, what = _tiles(weights, shape, most)
    title = title or (f"{name}: {what}" if name else what)
    scale = float(np.abs(weights[np.isfinite(weights)]).max(initial=0.0))
    units = _unit_rows(weights)
    with drawing():
        if tiles is None:
            figure = _draw_matrix(weights, scale)
        else:
            figure = _draw_tiles(tiles, scale, columns)
        figure.suptitle(title)
        words = _in_words(weights, what, scale)
        return picture_of(figure, title, words, _tables(weights, units), to_file)


def _weights(target: Any) -> tuple[Array, str]:
    """The array to draw, and whose it is."""
    name = ""
    if isinstance(target, Layer):
        layer: Any = target
        if hasattr(target, "layers"):
            layer = next((each for each in target.layers if each.weights), target)
        if not layer.weights:
            raise InvalidArgumentError(
                f"draw_weights: {layer.name!r} has no weights (yet). Layers make them when they "
                "are first called, or by build(input_shape)."
            )
        name = layer.name
        target = getattr(layer, "kernel", None)
        target = layer.weights[0] if target is None else target
    weights = np.asarray(target)
    if weights.dtype.kind not in "biuf" or not weights.size:
        raise InvalidArgumentError(
            f"draw_weights: expected a layer, a model, or an array of numbers; got "
            f"{type(target).__name__} of {weights.dtype} and shape {list(weights.shape)}."
        )
    if weights.ndim > 4:
        raise ShapeError(
            f"draw_weights: expected at most four axes, got shape {list(weights.shape)}. Draw a "
            "part: draw_weights(kernel[0])."
        )
    return weights.astype(np.float64), name


def _tiles(weights: Array, shape: Sequence[int] | None, most: int) -> tuple[Array | None, str]:
    """Images [units, channels, height, width], or `None` for a matrix; and what they are."""
    if weights.ndim >= 3:
        if shape is not None:
            raise ShapeError(
                f"draw_weights: shape is for matrices; these kernels {list(weights.shape)} have "
                "a height and width of their own. Leave shape out."
            )
        # [..., channels, filters], with one row for a convolution over a sequence.
        kernels = weights if weights.ndim == 4 else weights[None]
        height, width, channels, filters = kernels.shape
        shown = np.moveaxis(kernels, (3, 2), (0, 1))[:most, :_MOST_CHANNELS]
        what = _of(len(shown), filters, "filter") + f", {height} × {width}"
        if channels > 1:
            what += f", {_of(shown.shape[1], channels, 'channel')} each"
        return shown, what
    matrix = weights.reshape(-1, weights.shape[-1]) if weights.ndim else weights.reshape(1, 1)
    sides = _sides(weights, matrix.shape[0], shape)
    if sides is None:
        if max(matrix.shape) > _MOST_SIDE:
            raise ShapeError(
                f"draw_weights: a matrix of {list(matrix.shape)} is too large to draw. Draw a "
                "part of it: draw_weights(kernel[:500, :500])."
            )
        return None, f"weights {' × '.join(map(str, weights.shape)) or '1'}"
    shown = matrix.T[:most].reshape(-1, 1, *sides)
    return shown, _of(len(shown), matrix.shape[1], "unit") + f", {sides[0]} × {sides[1]}"


def _sides(weights: Array, inputs: int, shape: Sequence[int] | None) -> tuple[int, int] | None:
    if shape is not None:
        if len(shape) != 2 or math.prod(shape) != inputs or weights.ndim != 2:
            raise ShapeError(
                f"draw_weights: shape {tuple(shape)} does not fit weights of shape "
                f"{list(weights.shape)}: height times width must be {inputs}."
            )
        return int(shape[0]), int(shape[1])
    side = math.isqrt(inputs)
    if weights.ndim == 2 and side >= _LEAST_SIDE and side * side == inputs:
        return side, side
    return None


def _of(shown: int, total: int, what: str) -> str:
    count = f"{total:,} {what}{'s' if total != 1 else ''}"
    return count if shown == total else f"{shown:,} of {count}"


def _draw_tiles(tiles: Array, scale: float, columns: int | None) -> Figure:
    """All images as one, with space between them."""
    units, channels, height, width = tiles.shape
    columns = columns or (1 if channels > 1 else math.ceil(math.sqrt(units)))
    columns = min(columns, units)
    rows = math.ceil(units / columns)
    gap = max(1, round(0.08 * max(height, width)))
    step_down, step_right = height + gap, channels * (width + 1) - 1 + gap
    canvas = np.zeros((rows * step_down - gap, columns * step_right - gap))
    figure_width = min(max(1.0, 9 / (columns * channels)), 1.6) * columns * channels
    ratio = canvas.shape[0] / canvas.shape[1]
    figure_width = max(figure_width, 4)
    figure = new_figure(figure_width + 1, figure_width * ratio + 0.5)
    axes = figure.subplots()
    for unit, channel in np.ndindex(units, channels):
        top = unit // columns * step_down
        left = unit % columns * step_right + channel * (width + 1)
        canvas[top : top + height, left : left + width] = tiles[unit, channel]
        _frame(axes, left, top, width, height)
    axes.imshow(signed_image(canvas, scale), interpolation="none")
    bare(axes)
    if units <= 100:
        for unit in range(units):
            place = (unit % columns * step_right - 0.5, unit // columns * step_down - 0.5)
            axes.annotate(
                str(unit), place, (1, 1), textcoords="offset points", fontsize=6, color=INK
            )
    _draw_scale(figure, axes, scale)
    return figure


def _frame(axes: Axes, left: float, top: float, width: float, height: float) -> None:
    from matplotlib.patches import Rectangle

    corner = (left - 0.5, top - 0.5)
    axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=RULE, linewidth=0.5))


def _draw_matrix(weights: Array, scale: float) -> Figure:
    from matplotlib.ticker import MaxNLocator

    matrix = np.atleast_2d(weights)
    rows, columns = matrix.shape
    figure = new_figure(7, min(max(7 * rows / columns, 1.2), 9) + 1)
    axes = figure.subplots()
    axes.grid(False)
    # Cells are square unless the matrix is far from it.
    axes.imshow(signed_image(matrix, scale), interpolation="none")
    axes.set_aspect("equal" if 1 / 8 < rows / columns < 8 else "auto")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[:].set_visible(True)
    if weights.ndim == 2:
        axes.set(xlabel="unit", ylabel="input")
    else:
        axes.set(xlabel="unit", yticks=[])
    _draw_scale(figure, axes, scale)
    return figure


def _draw_scale(figure: Figure, axes: Axes, scale: float) -> None:
    """A bar with the colours of numbers."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, Normalize

    colors = ListedColormap(signed_image(np.linspace(-1, 1, 65), 1.0))
    end = scale or 1.0
    bar = figure.colorbar(ScalarMappable(Normalize(-end, end), colors), ax=axes, fraction=0.04)
    bar.ax.grid(False)
    bar.outline.set_visible(False)


def _unit_rows(weights: Array) -> Array:
    """The weights of each unit as a row."""
    return weights.reshape(-1, weights.shape[-1]).T if weights.ndim > 1 else weights.reshape(-1, 1)


def _in_words(weights: Array, what: str, scale: float) -> str:
    finite = weights[np.isfinite(weights)]
    lost = weights.size - finite.size
    text = f"{what[0].upper()}{what[1:]}; colours from -{scale:.4g} to {scale:.4g}."
    if finite.size:
        positive = (finite > 0).mean()
        text += (
            f" Of {weights.size:,} weights, {positive:.0%} are positive; mean {finite.mean():.4g}, "
            f"standard deviation {finite.std():.4g}."
        )
    if lost:
        text += f" {lost:,} are NaN or infinite."
    return text


def _tables(weights: Array, units: Array) -> list[Table]:
    rows = [
        [number, row.min(), row.mean(), row.max(), np.sqrt(np.square(row).sum())]
        for number, row in enumerate(units)
    ]
    tables = [Table("Weights of each unit", ["unit", "least", "mean", "greatest", "norm"], rows)]
    if weights.ndim <= 2 and weights.size <= _MOST_CELLS:
        matrix = np.atleast_2d(weights)
        columns = ["input \\ unit", *map(str, range(matrix.shape[1]))]
        cells = [[number, *row] for number, row in enumerate(matrix.tolist())]
        tables.append(Table("The weights", columns, cells))
    return tables
