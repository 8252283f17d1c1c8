"""Points on a plane that belong to two or more classes: read from a file, or made up."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import DataError, NotFoundError

__all__ = ["moons", "read_points"]

Array = npt.NDArray[Any]

_COUNT, _NOISE = 200, 0.12


def moons() -> tuple[Array, Array]:
    """Two half circles that reach into each other, always the same: [200, 2], and their classes."""
    generator = np.random.default_rng(0)
    labels = np.arange(_COUNT) % 2
    angles = generator.uniform(0, np.pi, _COUNT)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.where(labels[:, np.newaxis] == 0, upper, [1.0, 0.5] - upper)
    points = points + generator.normal(0, _NOISE, points.shape)
    return points.astype(np.float32), labels


def read_points(path: Path) -> tuple[Array, Array]:
    """The points [n, 2] and classes [n] of a CSV file with the columns x1, x2, label.

    A first line with the names of the columns may be left out.

    Raises:
        NotFoundError: there is no such file.
        DataError: a line is no point with a class, or there is none.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [(reader.line_num, row) for reader in [csv.reader(file)] for row in reader]
    except FileNotFoundError as error:
        raise NotFoundError(f"--points: there is no file {str(path)!r}.") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"--points: {str(path)!r} cannot be read as CSV: {error}") from error
    lines = [(number, row) for number, row in lines if row]
    if lines and not _is_number(lines[0][1][0]):
        del lines[0]
    rows = [_point(path, number, row) for number, row in lines]
    if not rows:
        raise DataError(
            f"--points: {str(path)!r} holds no point. Expected lines such as 0.5,-1.2,0: x1, x2 "
            "and the number of the class."
        )
    table = np.array(rows)
    return table[:, :2].astype(np.float32), table[:, 2].astype(np.int64)


def _point(path: Path, number: int, row: list[str]) -> list[float]:
    values = [float(cell) for cell in row if _is_number(cell)]
    if len(row) != 3 or len(values) != 3 or values[2] < 0 or values[2] != int(values[2]):
        raise DataError(
            f"--points: line {number} of {str(path)!r} is {','.join(row)[:60]!r}, expected x1, x2 "
            "and the number of the class, from 0 on, such as 0.5,-1.2,0."
        )
    return values


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False
