"""A drawing as a PNG picture, by matplotlib, without a window."""

from __future__ import annotations

import io
from typing import Any

from glassbrook.keras.utils.plotting.drawing import (
    LINE_SIZE,
    TITLE_SIZE,
    Arrow,
    Drawing,
    Frame,
    Text,
    curve,
)

__all__ = ["png_of"]

# Shapes are measured in pixels of a screen, of which an inch has 96; fonts in points of 1/72 inch.
_PIXELS = 96.0
_POINTS = 72.0 / _PIXELS
_BOX, _INK, _HEAD, _LINES = "#f6f8fa", "#24292f", "#1f4e79", "#57606a"


def png_of(drawing: Drawing, dpi: float = 200) -> bytes:
    """The bytes of a PNG file.

    Args:
        drawing: the shapes.
        dpi: dots per inch: how fine the picture is.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(drawing.width / _PIXELS, drawing.height / _PIXELS), dpi=dpi)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, drawing.width), ylim=(drawing.height, 0))
    axes.set_axis_off()
    for order, shape in enumerate(drawing.shapes):
        _draw(axes, shape, order)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=dpi)
    return stream.getvalue()


def _draw(axes: Any, shape: Frame | Text | Arrow, order: int) -> None:
    from matplotlib.patches import FancyArrowPatch, Rectangle
    from matplotlib.path import Path

    if isinstance(shape, Text):
        axes.text(
            shape.x,
            shape.y,
            shape.content,
            color="white" if shape.is_title else _INK,
            size=(TITLE_SIZE if shape.is_title else LINE_SIZE) * _POINTS,
            weight="bold" if shape.is_title else "normal",
            family="monospace",
            ha="center",
            va="center",
            zorder=order,
            # A dollar sign in a name is no formula.
            parse_math=False,
        )
    elif isinstance(shape, Arrow):
        path = Path(curve(shape), [1, *[4] * (3 * (len(shape.points) - 1))])
        axes.add_patch(
            FancyArrowPatch(
                path=path, arrowstyle="-|>", mutation_scale=9, color=_LINES, lw=1, zorder=order
            )
        )
    else:
        corner, size = (shape.x, shape.y), (shape.width, shape.height)
        fill = "white" if shape.nested else _BOX
        style = "--" if shape.nested else "-"
        axes.add_patch(Rectangle(corner, *size, fc=fill, ec=_LINES, ls=style, lw=0.9, zorder=order))
        head = (shape.width, shape.title_height)
        axes.add_patch(Rectangle(corner, *head, fc=_HEAD, ec=_LINES, lw=0.9, zorder=order))
