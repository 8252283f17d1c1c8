"""A drawing as an SVG text that needs nothing beside it, for light and dark surroundings."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from xml.sax.saxutils import escape

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
    text_width,
)

__all__ = ["svg_of"]

_FONT = "ui-monospace, Menlo, Consolas, monospace"
_PLATE = 15


def svg_of(drawing: Drawing, title: str, description: str) -> str:
    """The SVG text of a drawing.

    Args:
        drawing: the shapes.
        title: what it is, for those who cannot see it.
        description: what it shows, in words.
    """
    width, height = f"{drawing.width:.0f}", f"{drawing.height:.0f}"
    # Several drawings may stand in one page, where a name belongs to one element.
    name = f"drawing-{zlib.crc32((title + description).encode()):08x}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-title {name}-words">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-words">{escape(description)}</desc>',
        f"<style>\n{_style(drawing)}\n</style>",
        f"<defs>{''.join(map(_tip, sorted(_tones(drawing, Arrow) & TIPPED)))}</defs>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
        *map(_element, drawing.shapes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _tones(drawing: Drawing, kind: type[Frame | Text | Arrow]) -> set[str]:
    return {each.tone for each in drawing.shapes if isinstance(each, kind)}


def _class(tone: str) -> str:
    return tone.replace(" ", "-")


def _style(drawing: Drawing) -> str:
    """Rules for what the drawing has, for light surroundings and for dark ones."""
    dark = "\n".join(f"  {rule}" for rule in _rules(drawing, 1))
    return (
        "\n".join([*_rules(drawing, 0), *_sizes(drawing)])
        + f"\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"
    )


def _rules(drawing: Drawing, at: int) -> Iterator[str]:
    """Colours: `at` 0 for light surroundings, 1 for dark ones."""
    yield f".paper {{ fill: {PAPER[at]}; }}"
    for name in sorted(_tones(drawing, Frame)):
        tone = FRAMES[name]
        yield f".frame.{_class(name)} {{ fill: {tone.fill[at]}; stroke: {tone.stroke[at]}; }}"
        yield f".head.{_class(name)} {{ fill: {tone.head[at]}; }}"
    for name in sorted(_tones(drawing, Arrow)):
        color = ARROWS[name].stroke[at]
        yield f".arrow.{_class(name)} {{ fill: none; stroke: {color}; }}"
        yield f".tip.{_class(name)} {{ fill: {color}; }}"
    for name in sorted(_tones(drawing, Text)):
        yield f".text.{_class(name)} {{ fill: {TEXTS[name].color[at]}; }}"


def _sizes(drawing: Drawing) -> Iterator[str]:
    """What is the same in all surroundings."""
    lines = [("frame", name, FRAMES[name]) for name in sorted(_tones(drawing, Frame))]
    lines += [("arrow", name, ARROWS[name]) for name in sorted(_tones(drawing, Arrow))]
    for kind, name, tone in lines:
        dash = f" stroke-dasharray: {' '.join(f'{each:g}' for each in tone.dash)};"
        yield (
            f".{kind}.{_class(name)} {{ stroke-width: {tone.width:g};{dash if tone.dash else ''} }}"
        )
    for name in sorted(_tones(drawing, Text)):
        weight = 600 if TEXTS[name].bold else 400
        yield f".text.{_class(name)} {{ font: {weight} {TEXTS[name].size:g}px {_FONT}; }}"
    yield ".text { dominant-baseline: central; white-space: pre; }"


def _tip(tone: str) -> str:
    return (
        f'<marker id="tip-{tone}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" '
        'markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path class="tip {tone}" d="M0 0L10 5L0 10z"/></marker>'
    )


def _element(shape: Frame | Text | Arrow) -> str:
    if isinstance(shape, Text):
        return _text(shape)
    if isinstance(shape, Arrow):
        end = f' marker-end="url(#tip-{shape.tone})"' if shape.tone in TIPPED else ""
        return f'<path class="arrow {_class(shape.tone)}"{end} d="{_path(shape)}"/>'
    return _frame(shape)


def _text(text: Text) -> str:
    plate = ""
    if text.tone == "label" and text.anchor == "middle":
        width = text_width(text.content, "label") + 6
        plate = (
            f'<rect class="paper" x="{text.x - width / 2:.1f}" y="{text.y - _PLATE / 2:.1f}" '
            f'width="{width:.1f}" height="{_PLATE}"/>'
        )
    return (
        f'{plate}<text class="text {_class(text.tone)}" text-anchor="{text.anchor}" '
        f'x="{text.x:.1f}" y="{text.y:.1f}">{escape(text.content)}</text>'
    )


def _frame(frame: Frame) -> str:
    tone = _class(frame.tone)
    x, y, width, head = frame.x, frame.y, frame.width, frame.title_height
    corner = min(FRAMES[frame.tone].corner, frame.width / 4, frame.height / 4)
    size = f'width="{width:.1f}" height="{frame.height:.1f}" rx="{corner:.1f}"'
    note = f"<title>{escape(frame.note)}</title>" if frame.note else ""
    body = f'<rect class="frame {tone}" x="{x:.1f}" y="{y:.1f}" {size}>{note}</rect>'
    if not head:
        return body
    return (
        f'{body}<path class="head {tone}" d="M{x:.1f} {y + head:.1f}v{corner - head:.1f}'
        f"q0 {-corner:.1f} {corner:.1f} {-corner:.1f}h{width - 2 * corner:.1f}"
        f'q{corner:.1f} 0 {corner:.1f} {corner:.1f}v{head - corner:.1f}z"/>'
    )


def _path(arrow: Arrow) -> str:
    """A smooth line through points."""
    if arrow.bend == "straight":
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in arrow.points)
    (x, y), *rest = [f"{x:.1f} {y:.1f}".split() for x, y in curve(arrow)]
    bends = [" ".join(each) for each in rest]
    return f"M{x} {y}" + "".join(
        f"C{', '.join(bends[start : start + 3])}" for start in range(0, len(bends), 3)
    )
