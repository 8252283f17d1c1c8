"""Charts by matplotlib as pictures: for light and dark surroundings, with real text, and no window.

Colours are those of `DARK`, each with its twin for dark surroundings, or those of `SIGNED`, which
can be told from paper of both kinds and are laid over it more or less thinly. A chart is drawn
within `drawing()`, so that a user's own settings of matplotlib do not reach it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import numpy.typing as npt

from glassbrook.keras.utils.plotting.picture import Picture, Table, picture_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BLUE",
    "DARK",
    "GREEN",
    "GREY",
    "INK",
    "ORANGE",
    "PAPER",
    "PURPLE",
    "RED",
    "RULE",
    "SERIES",
    "SIGNED",
    "bare",
    "drawing",
    "logarithmic",
    "new_figure",
    "picture_of",
    "rgb",
    "signed_image",
]

Array = npt.NDArray[Any]

PAPER, INK, GREY, RULE = "#ffffff", "#24292f", "#57606a", "#d0d7de"
BLUE, ORANGE, GREEN = "#1f6f8b", "#b4540a", "#2f7d32"
PURPLE, RED, OLIVE = "#7b4fc9", "#c0392b", "#7a6a00"

DARK: Final = {
    PAPER: "#0d1117",
    INK: "#e6edf3",
    GREY: "#9da7b3",
    RULE: "#30363d",
    BLUE: "#63bad6",
    ORANGE: "#f2a35e",
    GREEN: "#6cc070",
    PURPLE: "#b99bf2",
    RED: "#ff8578",
    OLIVE: "#cfbf4a",
}
"""Every colour of texts, lines and areas, and what it becomes in dark surroundings."""

SERIES: Final = (BLUE, ORANGE, GREEN, PURPLE, RED, OLIVE)
"""Colours of things that are told apart."""

SIGNED: Final = ("#2b7fc4", "#cf5a3c")
"""The colours of negative and positive numbers; 0 is paper."""

# What a name in Chinese, Japanese or Korean is drawn with, if the machine has one of them.
_WIDE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
)
_SETTINGS = {
    "axes.edgecolor": GREY,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "figure.facecolor": PAPER,
    "figure.titlesize": 12,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "legend.edgecolor": RULE,
    "legend.facecolor": PAPER,
    "legend.framealpha": 0.8,
    "legend.fontsize": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "glassbrook",
    "text.color": INK,
    # A dollar sign in a name is no formula.
    "text.parse_math": False,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 9,
}


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """Within it, charts get our colours and fonts, whatever matplotlib is set to elsewhere."""
    from matplotlib import font_manager, style

    there = set(font_manager.fontManager.get_font_names())
    fonts = ["DejaVu Sans", *(name for name in _WIDE_FONTS if name in there)]
    with style.context(["default", {**_SETTINGS, "font.family": fonts}]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, so many inches wide and high."""
    # The figure class itself, not pyplot: no window system is asked for, nothing stays in memory.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    engine: Any = figure.get_layout_engine()
    engine.set(w_pad=0.1, h_pad=0.08)
    return figure


def picture_of(
    figure: Figure,
    title: str,
    description: str,
    tables: Sequence[Table] = (),
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """A figure as a picture, within `drawing()`.

    Args:
        figure: the figure.
        title: what it is.
        description: what it shows, in words.
        tables: the numbers behind it.
        to_file: a file to write it to; `None` for none.

    Raises:
        InvalidArgumentError: the file ends in something other than .svg, .html or .png.
        NotFoundError: its folder does not exist.

    Example:
        >>> with drawing():
        ...     figure = new_figure(3, 2)
        ...     lines = figure.subplots().plot([1, 2], [3, 4], color=BLUE)
        ...     picture = picture_of(figure, "A line", "It rises from 3 to 4.")
        >>> picture
        <Picture 'A line'>
    """
    if to_file is not None:
        picture_path(to_file)
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = _tidied(text.getvalue(), title, description)

    def png(dpi: float) -> bytes:
        stream = io.BytesIO()
        with drawing():
            figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
        return stream.getvalue()

    picture = Picture(svg, title, description, tables, png)
    if to_file is not None:
        picture.save(to_file)
    return picture


def logarithmic(axis: Any) -> None:
    """Write the numbers of a logarithmic axis as numbers, not as formulas."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    close = high < low * 1000
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if close else (1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def signed_image(values: Array, most: float) -> Array:
    """Numbers as colours: one for negative, one for positive, thin near 0, paper at 0 and NaN.

    Args:
        values: the numbers, of any shape.
        most: the absolute value that gets the full colour.

    Returns:
        Red, green, blue and opacity between 0 and 1: the shape of `values`, and 4.

    Example:
        >>> signed_image(np.array([-1.0, 0.0, 0.5]), 1.0)[:, 3].tolist()
        [1.0, 0.0, 0.5]
    """
    share = np.nan_to_num(values / (most or 1.0), nan=0.0, posinf=1.0, neginf=-1.0)
    image = np.empty((*values.shape, 4))
    for sign, color in zip((-1, 1), SIGNED, strict=True):
        image[np.sign(share + 0.5 * (share == 0)) == sign, :3] = rgb(color)
    image[..., 3] = np.minimum(np.abs(share), 1.0)
    return image


def rgb(color: str) -> tuple[float, float, float]:
    """Red, green and blue of a colour like ``#1f6f8b``, between 0 and 1."""
    red, green, blue = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def bare(axes: Axes) -> None:
    """Leave out grid, ticks and frame."""
    axes.grid(False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _tidied(text: str, title: str, description: str) -> str:
    """matplotlib's file as one element, whose names and styles keep to themselves."""
    head = re.search(r"<svg\b[^>]*>", text)
    body_from = text.index("<g id=")
    assert head is not None
    found = re.search(r'viewBox="0 0 (\S+) (\S+)"', head[0])
    assert found is not None
    width, height = found[1], found[2]
    name = "chart-" + hashlib.sha256(f"{title}{description}{text}".encode()).hexdigest()[:10]
    body = text[body_from:].rstrip()
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r"url\(#", f"url(#{name}-", body)
    body = re.sub(r'xlink:href="#', f'xlink:href="#{name}-', body)
    body = re.sub(r"'DejaVu Sans'(, '[^']*')*", "'DejaVu Sans', Verdana, sans-serif", body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'id="{name}" width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby={quoteattr(f"{name}-title {name}-words")}>\n'
        f'<title id="{name}-title">{escape(title)}</title>\n'
        f'<desc id="{name}-words">{escape(description)}</desc>\n'
        f"<style>{_style(name)}</style>\n{body}\n"
    )


def _style(name: str) -> str:
    twins = "".join(
        f'\n    #{name} [style*="{part}: {light}"] {{ {part}: {dark} !important; }}'
        for light, dark in DARK.items()
        for part in ("fill", "stroke")
    )
    return (
        f"\n  #{name} * {{ stroke-linejoin: round; stroke-linecap: butt; }}"
        f"\n  #{name} image {{ image-rendering: pixelated; }}"
        f"\n  @media (prefers-color-scheme: dark) {{{twins}\n  }}\n"
    )
