"""A drawing as a PNG picture, by matplotlib, without a window."""

from __future__ import annotations

import io
from typing import Any

from glassbrook.keras.utils.plotting.charts import drawing as within_our_settings
from glassbrook.keras.utils.plotting.shapes import (
    ARROWS,
    FRAMES,
    PAPER,
    TEXTS,
    TIPPED,
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
# Beyond that, memory is the limit, and nobody could look at it.
_MOST_PIXELS = 120e6


def png_of(drawing: Drawing, dpi: float = 200) -> bytes:
    """The bytes of a PNG file.

    Args:
        drawing: the shapes.
        dpi: dots per inch: how fine the picture is; less if it would become enormous.
    """
    from matplotlib.figure import Figure

    inches = drawing.width / _PIXELS, drawing.height / _PIXELS
    dpi = min(dpi, (_MOST_PIXELS / (inches[0] * inches[1])) ** 0.5)
    with within_our_settings():
        figure = Figure(figsize=inches, dpi=dpi)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, drawing.width), ylim=(drawing.height, 0))
        axes.set_axis_off()
        for order, shape in enumerate(drawing.shapes):
            _draw(axes, shape, order)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=dpi)
    return stream.getvalue()


def _draw(axes: Any, shape: Frame | Text | Arrow, order: int) -> None:
    if isinstance(shape, Text):
        _draw_text(axes, shape, order)
    elif isinstance(shape, Arrow):
        _draw_arrow(axes, shape, order)
    else:
        _draw_frame(axes, shape, order)


def _draw_text(axes: Any, text: Text, order: int) -> None:
    writing = TEXTS[text.tone]
    is_plate = text.tone == "label" and text.anchor == "middle"
    axes.text(
        text.x,
        text.y,
        text.content,
        color=writing.color[0],
        size=writing.size * _POINTS,
        weight="bold" if writing.bold else "normal",
        family="monospace",
        ha={"start": "left", "middle": "center", "end": "right"}[text.anchor],
        va="center",
        zorder=order,
        bbox={"fc": PAPER[0], "ec": "none", "pad": 1.5} if is_plate else None,
        # A dollar sign in a name is no formula.
        parse_math=False,
    )


def _draw_arrow(axes: Any, arrow: Arrow, order: int) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    tone = ARROWS[arrow.tone]
    if arrow.tone in TIPPED:
        style, scale = "-|>", 9.0
    else:
        style, scale = "-", 1.0
    path = Path(curve(arrow), [1, *[4] * (3 * (len(arrow.points) - 1))])
    axes.add_patch(
        FancyArrowPatch(
            path=path,
            arrowstyle=style,
            mutation_scale=scale,
            color=tone.stroke[0],
            fill=arrow.tone in TIPPED,
            lw=tone.width * _POINTS,
            ls=_dashes(tone.dash, tone.width),
            capstyle="butt",
            zorder=order,
        )
    )


def _draw_frame(axes: Any, frame: Frame, order: int) -> None:
    from matplotlib.patches import Rectangle

    tone = FRAMES[frame.tone]
    axes.add_patch(
        Rectangle(
            (frame.x, frame.y),
            frame.width,
            frame.height,
            fc=tone.fill[0],
            ec=tone.stroke[0],
            ls=_dashes(tone.dash, tone.width),
            lw=tone.width * _POINTS,
            zorder=order,
        )
    )
    if frame.title_height:
        size = frame.width, frame.title_height
        axes.add_patch(
            Rectangle((frame.x, frame.y), *size, fc=tone.head[0], ec="none", zorder=order)
        )


def _dashes(dash: tuple[float, ...], width: float) -> Any:
    # matplotlib counts dashes in widths of the line.
    return (0, tuple(each / max(width, 1e-9) for each in dash)) if dash else "-"
