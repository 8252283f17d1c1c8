"""What is known about a published data set: its four arrays, their hashes, where to get them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALL", "FASHION_MNIST", "MNIST", "Collection", "Mirror", "Part", "Split", "Splits"]

Split = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Images (count, 28, 28) and labels (count,)."""

Splits = tuple[Split, Split]
"""The training split and the test split."""


@dataclass(frozen=True)
class Part:
    """One of the four arrays of a collection.

    Attributes:
        key: its name in an ``.npz`` archive, such as ``x_train``.
        file: its name as an IDX file, without the ``.gz``.
        shape: its shape when complete.
        sha256: of the uncompressed IDX file. Compressors differ, contents do not: the same
            hash checks ``.gz``, plain and ``.npz`` files.
    """

    key: str
    file: str
    shape: tuple[int, ...]
    sha256: str


@dataclass(frozen=True)
class Mirror:
    """A folder on a server that holds the IDX files (compressed), or one ``.npz`` archive."""

    url: str
    container: Literal["idx", "npz"] = "idx"


@dataclass(frozen=True)
class Collection:
    """A data set of images and labels.

    Attributes:
        title: its name in messages.
        folders: names of the folders that may hold its files; the first is ours.
        parts: training images, training labels, test images, test labels.
        mirrors: where to download it, best first.
        archive: the name of its ``.npz`` archive, if it is published as one.
        archive_sha256: the hash of that archive as it is published.
        owns_bare_files: whether files that bear no folder's name are taken to be this
            collection when their content is unknown (MNIST and Fashion-MNIST use the same
            file names).
    """

    title: str
    folders: tuple[str, ...]
    parts: tuple[Part, Part, Part, Part]
    mirrors: tuple[Mirror, ...]
    archive: str | None = None
    archive_sha256: str | None = None
    owns_bare_files: bool = False


def _parts(train_x: str, train_y: str, test_x: str, test_y: str) -> tuple[Part, Part, Part, Part]:
    return (
        Part("x_train", "train-images-idx3-ubyte", (60_000, 28, 28), train_x),
        Part("y_train", "train-labels-idx1-ubyte", (60_000,), train_y),
        Part("x_test", "t10k-images-idx3-ubyte", (10_000, 28, 28), test_x),
        Part("y_test", "t10k-labels-idx1-ubyte", (10_000,), test_y),
    )


MNIST = Collection(
    title="MNIST",
    # The second is where PyTorch's torchvision keeps the same files.
    folders=("mnist", "MNIST/raw"),
    parts=_parts(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    mirrors=(
        Mirror("https://storage.googleapis.com/cvdf-datasets/mnist"),
        Mirror("https://ossci-datasets.s3.amazonaws.com/mnist"),
        Mirror("https://storage.googleapis.com/tensorflow/tf-keras-datasets", "npz"),
    ),
    archive="mnist.npz",
    archive_sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    owns_bare_files=True,
)
"""70,000 handwritten digits (LeCun, Cortes, Burges)."""

FASHION_MNIST = Collection(
    title="Fashion-MNIST",
    folders=("fashion-mnist", "fashion_mnist", "FashionMNIST/raw"),
    parts=_parts(
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    mirrors=(
        # The bucket's REST endpoint: its better known website endpoint has no TLS.
        Mirror("https://fashion-mnist.s3.eu-central-1.amazonaws.com"),
        Mirror("https://storage.googleapis.com/tensorflow/tf-keras-datasets"),
        Mirror("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"),
    ),
)
"""70,000 pictures of clothes, made as a drop-in replacement of MNIST (Zalando Research)."""

ALL = (MNIST, FASHION_MNIST)
