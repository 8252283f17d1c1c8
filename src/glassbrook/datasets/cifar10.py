"""CIFAR-10: 60,000 small color pictures in ten classes.

Looked for in ``$GLASSBROOK_DATA``, in Keras's cache and in Glassbrook's, unpacked
(``cifar-10-batches-py``) or as the archive ``cifar-10-python.tar.gz``; downloaded if it is in none.

Example:
    >>> from glassbrook.datasets import cifar10
    >>> (x_train, y_train), (x_test, y_test) = cifar10.load_data()  # doctest: +SKIP
    >>> cifar10.CLASS_NAMES[6]
    'frog'
"""

from __future__ import annotations

from glassbrook.datasets.cifar import CifarFiles, load_split
from glassbrook.datasets.collection import Splits
from glassbrook.datasets.publication import Publication

__all__ = ["CLASS_NAMES", "load_data"]

CLASS_NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
"""What the labels 0 to 9 stand for."""

FILES = CifarFiles(
    Publication(
        "CIFAR-10",
        "cifar-10-python.tar.gz",
        "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ("https://www.cs.toronto.edu/~kriz",),
        256 * 2**20,
        ("cifar-10-batches-py-target_archive", "cifar-10-batches-py.tar.gz"),
    ),
    "cifar-10-batches-py",
    {
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    },
)


def load_data() -> Splits:
    """Loads CIFAR-10, downloading it if it is not on this machine.

    Returns:
        ``((x_train, y_train), (x_test, y_test))``: 50,000 and 10,000 images, unsigned bytes of
        shape (count, 32, 32, 3), and their labels, 0 to 9, of shape (count, 1).

    Raises:
        DataUnavailableError: it is not on this machine and cannot be downloaded.
        DataError: a file is damaged or does not hold what was published.
    """
    training = [name for name in FILES.batches if name != "test_batch"]
    return load_split(FILES, training, "labels"), load_split(FILES, ["test_batch"], "labels")
