"""A diagram as shapes on a plane: frames, texts and arrows, for whatever draws them.

What a shape looks like, its *tone* says, by name. Tones differ in colour, and in more than colour:
in dashes, in how thick a line is, in whether there is a head.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

__all__ = [
    "ARROWS",
    "FRAMES",
    "LETTER",
    "TEXTS",
    "Arrow",
    "Drawing",
    "Frame",
    "Text",
    "Tone",
    "Writing",
    "curve",
    "text_width",
]

LETTER = 0.605
"""How wide a letter is, by the size of the font, in which all letters have one width."""

Pair = tuple[str, str]
"""A colour in light and in dark surroundings."""

PAPER: Final[Pair] = ("#ffffff", "#0d1117")
INK: Final[Pair] = ("#24292f", "#e6edf3")
GREY: Final[Pair] = ("#57606a", "#9da7b3")
_PALE: Final[Pair] = ("#f6f8fa", "#161b22")
_BLUE: Final[Pair] = ("#1f4e79", "#2f6ea5")
_RUST: Final[Pair] = ("#9a3b0c", "#a8501f")
_GREEN: Final[Pair] = ("#2a6041", "#2f7d54")
_SLATE: Final[Pair] = ("#57606a", "#5d6772")


@dataclass(frozen=True)
class Tone:
    """How a frame or an arrow looks.

    Attributes:
        stroke: the colour of the line.
        fill: that of what is within.
        head: that of the strip with the title.
        width: how thick the line is.
        dash: lengths of dashes and gaps; none for a line without.
        corner: the radius of a frame's corners.
    """

    stroke: Pair
    fill: Pair = PAPER
    head: Pair = _BLUE
    width: float = 1.2
    dash: tuple[float, ...] = ()
    corner: float = 6.0


FRAMES: Final[dict[str, Tone]] = {
    "layer": Tone(GREY, _PALE),
    "nested": Tone(GREY, PAPER, dash=(5, 3)),
    "leaf": Tone(_GREEN, _PALE, _GREEN, 2.0),
    "data": Tone(GREY, _PALE, _SLATE),
    "gradient": Tone(_RUST, _PALE, _RUST, 1.4, (5, 3)),
    "meeting": Tone(_RUST, _PALE, _RUST, 3.0, (5, 3)),
    "omitted": Tone(GREY, PAPER, _SLATE, 1.4, (2, 3)),
    "library": Tone(_BLUE, _PALE, _BLUE, 3.0),
    "interpreted": Tone(_RUST, PAPER, _RUST, 1.4, (5, 3)),
    "group": Tone(GREY, PAPER),
    "chain": Tone(GREY, PAPER, width=1.0, dash=(2, 3)),
    "memory": Tone(("#1f4e79", "#8fc1ee"), ("#cfe1f2", "#1d4368"), width=1.0, corner=1.0),
    "memory other": Tone(("#2a6041", "#8ad1a9"), ("#d5eadd", "#1f4f38"), width=1.0, corner=1.0),
    "unshared": Tone(GREY, PAPER, dash=(4, 3), corner=1.0),
}
"""Tones of frames. The head of a frame whose `title_height` is 0 is not drawn."""

ARROWS: Final[dict[str, Tone]] = {
    "flow": Tone(GREY, width=1.4),
    "gradient": Tone(("#9a3b0c", "#e08a52"), width=1.8, dash=(6, 4)),
    "use": Tone(GREY, width=0.9, dash=(1.5, 3.5)),
    "axis": Tone(GREY, width=1.0),
    "grid": Tone(("#d0d7de", "#30363d"), width=0.8),
    "peak": Tone(("#9a3b0c", "#e08a52"), width=1.6, dash=(8, 4)),
}
"""Tones of arrows and lines. Only the first three have a tip."""

TIPPED: Final = frozenset({"flow", "gradient", "use"})


@dataclass(frozen=True)
class Writing:
    """How a text looks: its colour, its size in pixels, and whether it is bold."""

    color: Pair
    size: float
    bold: bool = False


TEXTS: Final[dict[str, Writing]] = {
    "title": Writing(("#ffffff", "#ffffff"), 14.0, bold=True),
    "line": Writing(INK, 12.0),
    "label": Writing(GREY, 11.0),
    "heading": Writing(INK, 15.0, bold=True),
    "peak": Writing(("#9a3b0c", "#e08a52"), 12.0, bold=True),
}
"""How texts look. A label stands on a patch of paper, as lines run below it."""


@dataclass(frozen=True)
class Frame:
    """A box.

    Attributes:
        x, y: its upper left corner.
        width, height: its size.
        title_height: how high the strip for the title is; 0 for none.
        tone: how it looks: one of `FRAMES`.
        note: what is said of it to who points at it.
    """

    x: float
    y: float
    width: float
    height: float
    title_height: float = 0.0
    tone: str = "layer"
    note: str = ""


@dataclass(frozen=True)
class Text:
    """A line of text.

    Attributes:
        x, y: its place: in height, its middle.
        content: the text.
        tone: how it looks: one of `TEXTS`.
        anchor: what of it is at `x`: ``"start"``, ``"middle"`` or ``"end"``.
    """

    x: float
    y: float
    content: str
    tone: str = "line"
    anchor: str = "middle"


@dataclass(frozen=True)
class Arrow:
    """A line through points, whose head is at the last one.

    Attributes:
        points: where it goes.
        bend: how it gets from point to point: ``"down"`` leaves and arrives upright, ``"across"``
            level, ``"straight"`` the shortest way.
        tone: how it looks: one of `ARROWS`.
    """

    points: list[tuple[float, float]]
    bend: str = "down"
    tone: str = "flow"


@dataclass(frozen=True)
class Drawing:
    """All shapes, in the order in which they are drawn."""

    width: float
    height: float
    shapes: list[Frame | Text | Arrow] = field(default_factory=list)


def text_width(content: str, tone: str = "line") -> float:
    """How wide a text is, in pixels.

    Example:
        >>> text_width("abcd") < text_width("abcd", "title")
        True
    """
    wide = sum(ord(letter) > 0x2E7F for letter in content)
    return (len(content) + 0.7 * wide) * TEXTS[tone].size * LETTER


def curve(arrow: Arrow) -> list[tuple[float, float]]:
    """The points of an arrow as a smooth line, with two between each pair that bend it."""
    (x, y), *rest = arrow.points
    found = [(x, y)]
    for next_x, next_y in rest:
        if arrow.bend == "across":
            middle = (x + next_x) / 2
            found += [(middle, y), (middle, next_y), (next_x, next_y)]
        elif arrow.bend == "down":
            middle = (y + next_y) / 2
            found += [(x, middle), (next_x, middle), (next_x, next_y)]
        else:
            found += [(x, y), (next_x, next_y), (next_x, next_y)]
        x, y = next_x, next_y
    return found
