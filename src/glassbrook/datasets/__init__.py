"""Data sets: MNIST, Fashion-MNIST, and digits drawn by this package itself.

Example:
    >>> from glassbrook import datasets
    >>> (x_train, y_train), (x_test, y_test) = datasets.strokes.load_data(train=100, test=20)
    >>> x_train.shape, y_train.shape
    ((100, 28, 28), (100,))
"""

from __future__ import annotations

from glassbrook.datasets import fashion_mnist, images, mnist, strokes

__all__ = ["fashion_mnist", "images", "mnist", "strokes"]
