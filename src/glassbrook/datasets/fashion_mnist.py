"""Fashion-MNIST: 70,000 pictures of clothes, 28×28, in ten classes; as large as MNIST, and harder.

Looked for like MNIST, in subfolders named ``fashion-mnist``, and checked the same way.

Example:
    >>> from glassbrook.datasets import fashion_mnist
    >>> (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()  # doctest: +SKIP
    >>> fashion_mnist.CLASS_NAMES[9]
    'Ankle boot'
"""

from __future__ import annotations

from glassbrook.datasets import library
from glassbrook.datasets.collection import FASHION_MNIST, Splits
from glassbrook.datasets.library import LocalCopy

__all__ = ["CLASS_NAMES", "available", "find_or_download", "load_data"]

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""What the labels 0 to 9 stand for."""


def load_data() -> Splits:
    """Loads Fashion-MNIST, downloading it if it is not on this machine.

    Returns:
        ``((x_train, y_train), (x_test, y_test))``: 60,000 and 10,000 images, unsigned bytes of
        shape (count, 28, 28), light on black (0), and their labels, 0 to 9.

    Raises:
        DataUnavailableError: it is not on this machine and cannot be downloaded. The message
            says which files to put where.
        DataError: a file is damaged or does not hold what was published.
    """
    return find_or_download().load()


def available() -> bool:
    """Whether Fashion-MNIST is on this machine, so that no network is needed.

    >>> isinstance(available(), bool)
    True
    """
    return library.search(FASHION_MNIST).copy is not None


def find_or_download(timeout: float = 5.0) -> LocalCopy:
    """Finds Fashion-MNIST's files, downloading them if they are not on this machine.

    Args:
        timeout: seconds within which a mirror must begin to send.

    Returns:
        The files; ``str()`` of it says what it is and where, ``load()`` reads it.

    Raises:
        DataUnavailableError: the first line of the message says why in one sentence.
    """
    return library.find_or_download(FASHION_MNIST, timeout)
