"""A drawing as an SVG text that needs nothing beside it, for light and dark surroundings."""

from __future__ import annotations

from xml.sax.saxutils import escape

from glassbrook.keras.utils.plotting.drawing import (
    LINE_SIZE,
    TITLE_SIZE,
    Arrow,
    Drawing,
    Frame,
    Text,
    curve,
)

__all__ = ["svg_of"]

_STYLE = f"""
  .paper {{ fill: #ffffff; }}
  .frame {{ fill: #f6f8fa; stroke: #57606a; stroke-width: 1.2; }}
  .frame.nested {{ fill: #ffffff; stroke-dasharray: 5 3; }}
  .head {{ fill: #1f4e79; }}
  .title {{ fill: #ffffff; font: 600 {TITLE_SIZE:g}px ui-monospace, Menlo, Consolas, monospace; }}
  .line {{ fill: #24292f; font: {LINE_SIZE:g}px ui-monospace, Menlo, Consolas, monospace; }}
  .arrow {{ fill: none; stroke: #57606a; stroke-width: 1.4; }}
  .tip {{ fill: #57606a; }}
  text {{ text-anchor: middle; dominant-baseline: central; }}
  @media (prefers-color-scheme: dark) {{
    .paper {{ fill: #0d1117; }}
    .frame {{ fill: #161b22; stroke: #8b949e; }}
    .frame.nested {{ fill: #0d1117; }}
    .head {{ fill: #2f6ea5; }}
    .line {{ fill: #e6edf3; }}
    .arrow {{ stroke: #8b949e; }}
    .tip {{ fill: #8b949e; }}
  }}
"""
_CORNER = 6


def svg_of(drawing: Drawing, title: str, description: str) -> str:
    """The SVG text of a drawing.

    Args:
        drawing: the shapes.
        title: what it is, for those who cannot see it.
        description: what it shows, in words.
    """
    width, height = f"{drawing.width:.0f}", f"{drawing.height:.0f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
        'markerHeight="8" orient="auto"><path class="tip" d="M0 0L10 5L0 10z"/></marker></defs>',
        f'<rect class="paper" width="{width}" height="{height}"/>',
        *map(_element, drawing.shapes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _element(shape: Frame | Text | Arrow) -> str:
    if isinstance(shape, Text):
        kind = "title" if shape.is_title else "line"
        content = escape(shape.content)
        return f'<text class="{kind}" x="{shape.x:.1f}" y="{shape.y:.1f}">{content}</text>'
    if isinstance(shape, Arrow):
        return f'<path class="arrow" marker-end="url(#tip)" d="{_path(shape)}"/>'
    kind = "frame nested" if shape.nested else "frame"
    x, y, width = shape.x, shape.y, shape.width
    head, corner = shape.title_height, _CORNER
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{shape.height:.1f}" rx="{corner}"/>'
        f'<path class="head" d="M{x:.1f} {y + head:.1f}v{corner - head:.1f}'
        f"q0 {-corner} {corner} {-corner}h{width - 2 * corner:.1f}"
        f'q{corner} 0 {corner} {corner}v{head - corner:.1f}z"/>'
    )


def _path(arrow: Arrow) -> str:
    """A smooth line through points."""
    (x, y), *rest = [f"{x:.1f} {y:.1f}".split() for x, y in curve(arrow)]
    bends = [" ".join(each) for each in rest]
    return f"M{x} {y}" + "".join(
        f"C{', '.join(bends[start : start + 3])}" for start in range(0, len(bends), 3)
    )
