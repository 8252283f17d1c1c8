"""MNIST: 70,000 handwritten digits, 28×28, with their labels.

The images are looked for in the folder that the environment variable ``GLASSBROOK_DATA`` names
(IDX files, compressed or not, or ``mnist.npz``; there or in its subfolder ``mnist``), in Keras's
cache, in Glassbrook's cache, and are downloaded if they are in none of these. Their content is
compared with the published SHA-256, wherever it comes from.

Example:
    >>> from glassbrook.datasets import mnist
    >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
    >>> x_train.shape, x_train.dtype, y_train[:5]  # doctest: +SKIP
    ((60000, 28, 28), dtype('uint8'), array([5, 0, 4, 1, 9], dtype=uint8))
"""

from __future__ import annotations

import os
from pathlib import Path

from glassbrook.datasets import library, places
from glassbrook.datasets.collection import MNIST, Splits
from glassbrook.datasets.library import LocalCopy

__all__ = ["available", "find_or_download", "load_data"]

_ARCHIVE = "mnist.npz"


def load_data(path: str | os.PathLike[str] = _ARCHIVE) -> Splits:
    """Loads MNIST, downloading it if it is not on this machine.

    Args:
        path: an archive to look at first: its full path, or its name in Keras's cache.

    Returns:
        ``((x_train, y_train), (x_test, y_test))``: 60,000 and 10,000 images, unsigned bytes of
        shape (count, 28, 28), white (255) on black (0), and their labels, 0 to 9.

    Raises:
        DataUnavailableError: it is not on this machine and cannot be downloaded. The message
            says which files to put where.
        DataError: a file is damaged or does not hold what was published.
    """
    # An absolute path stands for itself.
    archive = places.keras_folder() / Path(os.path.expanduser(path))
    if os.fspath(path) != _ARCHIVE and archive.is_file():
        return LocalCopy(MNIST, (archive,)).load()
    return find_or_download().load()


def available() -> bool:
    """Whether MNIST is on this machine, so that no network is needed.

    >>> isinstance(available(), bool)
    True
    """
    return library.search(MNIST).copy is not None


def find_or_download(timeout: float = 5.0) -> LocalCopy:
    """Finds MNIST's files, downloading them if they are not on this machine.

    Args:
        timeout: seconds within which a mirror must begin to send.

    Returns:
        The files; ``str()`` of it says what it is and where, ``load()`` reads it.

    Raises:
        DataUnavailableError: the first line of the message says why in one sentence.
    """
    return library.find_or_download(MNIST, timeout)
