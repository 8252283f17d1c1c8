"""What the tables of house prices have in common: an archive of features and prices."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassbrook.datasets.npz import read_npz
from glassbrook.datasets.publication import Publication, find_or_download
from glassbrook.errors import DataError, InvalidArgumentError

__all__ = ["Tables", "load_table"]

Table = tuple[NDArray[Any], NDArray[Any]]

Tables = tuple[Table, Table]
"""Features and prices to train with, and those to test with."""


def load_table(
    file: Publication,
    path: str | os.PathLike[str],
    test_split: float,
    seed: int,
    most: int | None = None,
) -> Tables:
    """Features and prices, shuffled and split as Keras does it.

    Args:
        file: what was published.
        path: its name in Keras's cache, or a full path.
        test_split: the share to test with.
        seed: of the shuffle.
        most: how many rows to keep.

    Raises:
        InvalidArgumentError: the share is not in [0, 1).
        DataUnavailableError: it is not on this machine and cannot be downloaded.
        DataError: the file is damaged or does not hold what was published.
    """
    if not 0 <= test_split < 1:
        raise InvalidArgumentError(
            f"{file.title}: test_split is {test_split}, expected a share from 0 to below 1."
        )
    where = find_or_download(file, path)
    arrays = read_npz(where, ("x", "y"), kinds="fiu")
    x, y = arrays["x"][:most], arrays["y"][:most]
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise DataError(f"{where}: features of shape {x.shape} and prices of shape {y.shape}.")
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    x, y = x[order], y[order]
    split = int(len(x) * (1 - test_split))
    return (x[:split], y[:split]), (x[split:], y[split:])
