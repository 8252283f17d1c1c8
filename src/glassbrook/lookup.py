"""`tf.lookup`: tables from keys to values."""

from __future__ import annotations

from glassbrook.ops.tables import (
    DenseHashTable,
    KeyValueTensorInitializer,
    MutableHashTable,
    StaticHashTable,
    StaticVocabularyTable,
    TextFileIndex,
    TextFileInitializer,
)

__all__ = [
    "KeyValueTensorInitializer",
    "StaticHashTable",
    "StaticVocabularyTable",
    "TextFileIndex",
    "TextFileInitializer",
    "experimental",
]


class experimental:  # noqa: N801  (TensorFlow's name)
    """Tables that change."""

    MutableHashTable = MutableHashTable
    DenseHashTable = DenseHashTable
