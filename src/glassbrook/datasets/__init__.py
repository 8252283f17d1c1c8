"""Data sets that are published, and digits drawn by this package itself.

Example:
    >>> from glassbrook import datasets
    >>> (x_train, y_train), (x_test, y_test) = datasets.strokes.load_data(train=100, test=20)
    >>> x_train.shape, y_train.shape
    ((100, 28, 28), (100,))
"""

from __future__ import annotations

from glassbrook.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    fashion_mnist,
    images,
    imdb,
    mnist,
    reuters,
    strokes,
)

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "fashion_mnist",
    "images",
    "imdb",
    "mnist",
    "reuters",
    "strokes",
]
