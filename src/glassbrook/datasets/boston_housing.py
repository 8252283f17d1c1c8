"""Boston housing: 506 districts with 13 features each, and the median price of their houses.

One of the features rests on the assumption that segregation by skin color makes prices: use the
data to discuss that, and `california_housing` to learn regression.

Example:
    >>> from glassbrook.datasets import boston_housing
    >>> (x_train, y_train), (x_test, y_test) = boston_housing.load_data()  # doctest: +SKIP
"""

from __future__ import annotations

import os

from glassbrook.datasets.housing import Tables, load_table
from glassbrook.datasets.publication import Publication

__all__ = ["load_data"]

FILE = Publication(
    "Boston housing",
    "boston_housing.npz",
    "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
)


def load_data(
    path: str | os.PathLike[str] = "boston_housing.npz", test_split: float = 0.2, seed: int = 113
) -> Tables:
    """Loads the table, downloading it if it is not on this machine.

    Args:
        path: its name in Keras's cache, or a full path.
        test_split: the share of districts to test with.
        seed: of the shuffle before the split.

    Returns:
        ``((x_train, y_train), (x_test, y_test))``: features of shape (count, 13), and median
        prices in thousands of dollars, float64.

    Raises:
        InvalidArgumentError: the share is not in [0, 1).
        DataUnavailableError: it is not on this machine and cannot be downloaded.
        DataError: the file is damaged or does not hold what was published.
    """
    return load_table(FILE, path, test_split, seed)
