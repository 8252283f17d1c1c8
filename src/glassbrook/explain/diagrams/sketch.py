"""From a drawing to a picture, and to a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.utils.plotting.picture import Picture, Table, picture_path
from glassbrook.keras.utils.plotting.shapes import Drawing
from glassbrook.keras.utils.plotting.svg import svg_of

__all__ = ["MOST_ROWS", "check_file", "check_limit", "sketched"]

MOST_ROWS = 2000
"""Of more rows, a table leaves out those in the middle."""


def check_file(to_file: str | os.PathLike[str] | None) -> None:
    """Raise before any work if a picture cannot be written there; see `picture_path`."""
    if to_file is not None:
        picture_path(to_file)


def check_limit(where: str, name: str, value: Any, least: int) -> None:
    """Raise unless a limit is a whole number that leaves something to be drawn.

    Raises:
        InvalidArgumentError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InvalidArgumentError(
            f"{where}: {name} is {value!r}, expected a whole number of at least {least}."
        )


def sketched(
    drawing: Drawing,
    title: str,
    description: str,
    tables: Sequence[Table],
    to_file: str | os.PathLike[str] | None,
) -> Picture:
    """The picture of a drawing, written to a file if one is named."""

    def png(dpi: float) -> bytes:
        from glassbrook.keras.utils.plotting.raster import png_of

        return png_of(drawing, dpi)

    svg = svg_of(drawing, title, description)
    picture = Picture(svg, title, description, tables, png)
    if to_file is not None:
        picture.save(to_file)
    return picture
