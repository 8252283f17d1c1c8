"""Datasets as plain Python values, to compare with what NumPy and itertools give."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import glassbrook as tf

Dataset = tf.data.Dataset


def plain(value):
    """An element as nested Python values: arrays as lists, tensors as what they hold."""
    if isinstance(value, Mapping):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, tuple):
        children = [plain(child) for child in value]
        return type(value)(*children) if hasattr(value, "_fields") else tuple(children)
    if value is None:
        return None
    return np.asarray(value).tolist()


def elements(dataset):
    """All elements of a dataset as plain values."""
    return [plain(element) for element in dataset]


def mapped(dataset):
    """The same elements, made one by one by a function instead of taken from memory."""
    return dataset.map(lambda *parts: parts if len(parts) > 1 else parts[0])
