"""CIFAR-100: 60,000 small color pictures in a hundred classes, or in twenty.

Looked for in ``$GLASSBROOK_DATA``, in Keras's cache and in Glassbrook's, unpacked
(``cifar-100-python``) or as the archive ``cifar-100-python.tar.gz``; downloaded if it is in none.

Example:
    >>> from glassbrook.datasets import cifar100
    >>> (x_train, y_train), (x_test, y_test) = cifar100.load_data()  # doctest: +SKIP
"""

from __future__ import annotations

from glassbrook.datasets.cifar import CifarFiles, load_split
from glassbrook.datasets.collection import Splits
from glassbrook.datasets.publication import Publication
from glassbrook.errors import InvalidArgumentError

__all__ = ["load_data"]

FILES = CifarFiles(
    Publication(
        "CIFAR-100",
        "cifar-100-python.tar.gz",
        "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
        ("https://www.cs.toronto.edu/~kriz",),
        256 * 2**20,
        ("cifar-100-python-target_archive",),
    ),
    "cifar-100-python",
    {
        "train": "16019d7e3df5f24257cddd939b257f8d",
        "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
    },
)


def load_data(label_mode: str = "fine") -> Splits:
    """Loads CIFAR-100, downloading it if it is not on this machine.

    Args:
        label_mode: ``"fine"`` for a hundred classes, ``"coarse"`` for twenty groups of them.

    Returns:
        ``((x_train, y_train), (x_test, y_test))``: 50,000 and 10,000 images, unsigned bytes of
        shape (count, 32, 32, 3), and their labels of shape (count, 1).

    Raises:
        InvalidArgumentError: there is no such mode.
        DataUnavailableError: it is not on this machine and cannot be downloaded.
        DataError: a file is damaged or does not hold what was published.
    """
    if label_mode not in ("fine", "coarse"):
        raise InvalidArgumentError(
            f"cifar100.load_data: label_mode is {label_mode!r}, expected 'fine' or 'coarse'."
        )
    key = f"{label_mode}_labels"
    return load_split(FILES, ["train"], key), load_split(FILES, ["test"], key)
