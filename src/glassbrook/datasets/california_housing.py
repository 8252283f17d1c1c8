"""California housing: 20,640 districts with 8 features each, and the median price of their houses.

Example:
    >>> from glassbrook.datasets import california_housing
    >>> (x_train, y_train), (x_test, y_test) = california_housing.load_data()  # doctest: +SKIP
"""

from __future__ import annotations

import os

from glassbrook.datasets.housing import Tables, load_table
from glassbrook.datasets.publication import Publication
from glassbrook.errors import InvalidArgumentError

__all__ = ["load_data"]

FILE = Publication(
    "California housing",
    "california_housing.npz",
    "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
)
_SIZES = {"small": 600, "large": None}


def load_data(
    version: str = "large",
    path: str | os.PathLike[str] = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> Tables:
    """Loads the table, downloading it if it is not on this machine.

    Args:
        version: ``"large"`` for all districts, ``"small"`` for 600.
        path: its name in Keras's cache, or a full path.
        test_split: the share of districts to test with.
        seed: of the shuffle before the split.

    Returns:
        ``((x_train, y_train), (x_test, y_test))``: features of shape (count, 8): median income,
        age of houses, rooms, bedrooms, population, household size, latitude, longitude; and median
        prices in dollars.

    Raises:
        InvalidArgumentError: there is no such version, or the share is not in [0, 1).
        DataUnavailableError: it is not on this machine and cannot be downloaded.
        DataError: the file is damaged or does not hold what was published.
    """
    if version not in _SIZES:
        raise InvalidArgumentError(
            f"california_housing.load_data: version is {version!r}, expected 'small' or 'large'."
        )
    return load_table(FILE, path, test_split, seed, _SIZES[version])
