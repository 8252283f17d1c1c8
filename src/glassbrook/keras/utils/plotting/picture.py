"""A picture: SVG that needs nothing beside it, what it shows in words, and the numbers behind it.

Whoever cannot see a picture, or wants to compute with it, finds the same in its tables.
"""

from __future__ import annotations

import base64
import numbers
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from glassbrook.errors import InvalidArgumentError, NotFoundError, UnimplementedError
from glassbrook.keras.saving.atomic import replacing

__all__ = ["Picture", "Table", "picture_path"]

SUFFIXES = (".svg", ".html", ".png")

_STYLE = """
  :root { color-scheme: light dark; --paper: #ffffff; --ink: #24292f; --rule: #d0d7de; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #0d1117; --ink: #e6edf3; --rule: #30363d; }
  }
  body { margin: 2rem auto; max-width: 68rem; padding: 0 1rem; background: var(--paper);
         color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
  h1 { font-size: 1.3rem; }
  figure { margin: 0; }
  .drawing { overflow-x: auto; }
  figcaption { margin: 0.5rem 0 1rem; }
  summary { cursor: pointer; }
  .scroll { overflow: auto; max-height: 32rem; margin: 0.5rem 0 1.5rem; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  caption { text-align: left; font-weight: 600; padding: 0.3rem 0; }
  th, td { border: 1px solid var(--rule); padding: 0.15rem 0.6rem; text-align: right; }
"""


@dataclass(frozen=True)
class Table:
    """Numbers behind a picture.

    Args:
        caption: what they are.
        columns: the name of each column.
        rows: texts and numbers, as many per row as there are columns; `None` for an empty cell.

    Raises:
        InvalidArgumentError: there is no column, or a row has another length.

    Example:
        >>> Table("Loss per epoch", ["epoch", "loss"], [[1, 0.5], [2, 0.25]]).columns
        ['epoch', 'loss']
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    def __post_init__(self) -> None:
        if not self.columns:
            raise InvalidArgumentError(f"Table {self.caption!r}: expected at least one column.")
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise InvalidArgumentError(
                    f"Table {self.caption!r}: row {number} has {len(row)} cells, but there are "
                    f"{len(self.columns)} columns. Use None for an empty cell."
                )

    def html(self) -> str:
        """The table as an HTML element; the first cell of a row names the row.

        Example:
            >>> Table("Loss", ["epoch", "loss"], [[1, 0.5]]).html().count("<td>")
            1
        """
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        body = "\n".join(f"<tr>{_row(row)}</tr>" for row in self.rows)
        return (
            f"<table>\n<caption>{escape(self.caption)}</caption>\n"
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
        )


class Picture:
    """A picture for people, files and notebooks, which show it by themselves.

    Args:
        svg: an SVG element that needs nothing beside it.
        title: what it is.
        description: what it shows, in words, for those who cannot see it.
        tables: the numbers behind it.
        png_maker: makes the bytes of a PNG file, given dots per inch.
        dpi: dots per inch of a PNG file, unless `png` is told otherwise.

    Attributes:
        svg, title, description, tables: the same.

    Raises:
        InvalidArgumentError: `svg` is no SVG element.

    Example:
        >>> svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        >>> picture = Picture(svg, "Nothing", "An empty square.")
        >>> picture
        <Picture 'Nothing'>
        >>> "<h1>Nothing</h1>" in picture.html()
        True
    """

    def __init__(
        self,
        svg: str,
        title: str,
        description: str,
        tables: Sequence[Table] = (),
        png_maker: Callable[[float], bytes] | None = None,
        dpi: float = 200,
    ) -> None:
        if not svg.startswith("<svg"):
            raise InvalidArgumentError(
                f"Picture: expected an SVG element, which begins with '<svg', got {svg[:20]!r}. "
                "Leave out what stands before it, such as '<?xml …?>'."
            )
        self.svg = svg
        self.title = title
        self.description = description
        self.tables = tuple(tables)
        self._png_maker = png_maker
        self._dpi = dpi

    def html(self) -> str:
        """The picture as a whole page: title, picture, description, and the numbers behind it."""
        title = escape(self.title)
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
            f"<h1>{title}</h1>\n<figure>\n"
            # As large as it was drawn: shrunk to the page, words of large graphs are dust.
            f'<div class="drawing" role="region" tabindex="0" aria-label="{title}">\n'
            f"{self.svg.rstrip()}\n</div>\n"
            f"<figcaption>{escape(self.description)}</figcaption>\n</figure>\n"
            f"{self._numbers()}</main>\n</body>\n</html>\n"
        )

    def png(self, dpi: float | None = None) -> bytes:
        """The picture as the bytes of a PNG file.

        Args:
            dpi: dots per inch: how fine it is. 200, unless the picture was made with another.

        Raises:
            InvalidArgumentError: `dpi` is no positive number.
            UnimplementedError: there is nothing but the SVG.
        """
        dpi = self._dpi if dpi is None else dpi
        if not 0 < dpi < float("inf"):
            raise InvalidArgumentError(f"Picture.png: dpi must be a positive number, got {dpi}.")
        if self._png_maker is None:
            raise UnimplementedError(
                f"Picture {self.title!r} exists as SVG only. Save it as .svg or .html."
            )
        return self._png_maker(dpi)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file, which is there as a whole or not at all.

        Args:
            path: the file, which ends in ``.svg``, ``.html`` or ``.png``.

        Raises:
            InvalidArgumentError: it ends in something else, or is a folder.
            NotFoundError: its folder does not exist.
        """
        place = picture_path(path)
        kind = place.suffix.lower()
        if kind == ".png":
            content = self.png()
        else:
            content = (self.html() if kind == ".html" else self.svg).encode()
        with replacing(place) as file:
            file.write(content)

    def _numbers(self) -> str:
        if not self.tables:
            return ""
        parts = [
            f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(each.caption)}">\n'
            f"{each.html()}\n</div>\n"
            for each in self.tables
        ]
        return f"<details>\n<summary>The numbers</summary>\n{''.join(parts)}</details>\n"

    def _repr_html_(self) -> str:
        # As an image, not inline: styles and names within would reach into the rest of a notebook.
        source = base64.b64encode(self.svg.encode()).decode()
        words = escape(f"{self.title}. {self.description}")
        return (
            f'<div style="overflow-x: auto"><img alt="{words}" style="max-width: none" '
            f'src="data:image/svg+xml;base64,{source}"></div>\n{self._numbers()}'
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title!r}>"


def picture_path(path: str | os.PathLike[str]) -> Path:
    """The path of a picture that can be written.

    Args:
        path: the file, which ends in ``.svg``, ``.html`` or ``.png``.

    Raises:
        InvalidArgumentError: it ends in something else, or is a folder.
        NotFoundError: its folder does not exist.

    Example:
        >>> picture_path("curves.svg").suffix
        '.svg'
    """
    place = Path(path)
    kind = place.suffix.lower()
    if kind not in SUFFIXES:
        raise InvalidArgumentError(
            f"Cannot write a picture to {os.fspath(path)!r}, which ends in "
            f"{kind or 'nothing'!r}. Pictures are written as {', '.join(SUFFIXES)}."
        )
    if place.is_dir():
        raise InvalidArgumentError(
            f"Cannot write a picture to {os.fspath(path)!r}: it is a folder. Name a file in it."
        )
    if not place.parent.is_dir():
        raise NotFoundError(
            f"Cannot write a picture to {os.fspath(path)!r}: there is no folder "
            f"{str(place.parent)!r}. Make it first: mkdir -p {place.parent}."
        )
    return place


def _row(row: Sequence[object]) -> str:
    name, *cells = map(_cell, row)
    return f'<th scope="row">{name}</th>' + "".join(f"<td>{each}</td>" for each in cells)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral):
        return f"{float(value):.6g}"
    return escape(str(value))
