"""Tables from keys to values, for lookups in text and categories.

Keys and values are held by Python dictionaries, so what is looked up is computed for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import (
    DTypeError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    ShapeError,
    UsageError,
    shortened,
)
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node
from glassbrook.ops.arguments import node_value
from glassbrook.ops.hashing import farm_fingerprint
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "DenseHashTable",
    "KeyValueTensorInitializer",
    "MutableHashTable",
    "StaticHashTable",
    "StaticVocabularyTable",
    "TextFileIndex",
    "TextFileInitializer",
]


class KeyValueTensorInitializer:
    """Keys and values of a table, as two tensors.

    Args:
        keys: the keys, a vector of strings or integers.
        values: as many values.
        key_dtype: the dtype of the keys.
        value_dtype: the dtype of the values.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there are not as many values as keys.
    """

    def __init__(
        self,
        keys: Any,
        values: Any,
        key_dtype: Any = None,
        value_dtype: Any = None,
        name: str | None = None,
    ) -> None:
        key_node = as_node(keys, None if key_dtype is None else as_dtype(key_dtype))
        value_node = as_node(values, None if value_dtype is None else as_dtype(value_dtype))
        if key_node.shape != value_node.shape:
            raise ShapeError(
                f"KeyValueTensorInitializer: keys of shape {list(key_node.shape)} need values of "
                f"the same shape, not {list(value_node.shape)}."
            )
        self.key_dtype = key_node.dtype
        self.value_dtype = value_node.dtype
        self.entries = _dictionary(node_value(key_node), node_value(value_node))


def _dictionary(keys: Array, values: Array) -> dict[Any, Any]:
    entries: dict[Any, Any] = {}
    for key, value in zip(keys.ravel().tolist(), values.ravel().tolist()):
        if entries.setdefault(key, value) != value:
            raise FailedPreconditionError(
                f"HashTable has different value for same key. Key {key!r} has {entries[key]!r} and "
                f"trying to add value {value!r}."
            )
    return entries


class TextFileIndex:
    """What a line of a file gives for a table, besides one of its columns."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class TextFileInitializer:
    """Keys and values of a table, from the lines of a text file.

    Args:
        filename: the file.
        key_dtype: string or int64.
        key_index: a column, `TextFileIndex.WHOLE_LINE` or `TextFileIndex.LINE_NUMBER`.
        value_dtype: the dtype of the values.
        value_index: the same for the values.
        vocab_size: how many lines there are; more or less are an error.
        delimiter: what stands between columns.
        name: accepted for TensorFlow's sake, without effect.
        value_index_offset: is added to line numbers.

    Raises:
        NotFoundError: there is no such file.
        InvalidArgumentError: a line has too few columns, or there are not `vocab_size` lines.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
        value_index_offset: int = 0,
    ) -> None:
        self.key_dtype = as_dtype(key_dtype)
        self.value_dtype = as_dtype(value_dtype)
        lines = _lines(filename)
        if vocab_size is not None and len(lines) != vocab_size:
            raise InvalidArgumentError(
                f"TextFileInitializer: {filename} has {len(lines)} lines, expected {vocab_size}."
            )
        separator = delimiter.encode()
        keys = [_column(line, key_index, number, separator) for number, line in enumerate(lines)]
        values = [
            _column(line, value_index, number + value_index_offset, separator)
            for number, line in enumerate(lines)
        ]
        self.entries = _dictionary(
            _converted(keys, self.key_dtype), _converted(values, self.value_dtype)
        )


def _lines(filename: Any) -> list[bytes]:
    path = node_value(as_node(filename)).item() if not isinstance(filename, str) else filename
    try:
        with open(path, "rb") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        raise NotFoundError(f"TextFileInitializer: there is no file {path!r}.") from None


def _column(line: bytes, index: int, number: int, delimiter: bytes) -> Any:
    if index == TextFileIndex.LINE_NUMBER:
        return number
    if index == TextFileIndex.WHOLE_LINE:
        return line
    columns = line.split(delimiter)
    if index >= len(columns):
        raise InvalidArgumentError(
            f"TextFileInitializer: line {number} has {len(columns)} columns, number {index} was "
            f"asked for: {line[:60]!r}."
        )
    return columns[index]


def _converted(values: list[Any], dtype: DType) -> Array:
    if dtype is dtypes.string:
        result = np.empty(len(values), object)
        result[:] = [each if isinstance(each, bytes) else str(each).encode() for each in values]
        return result
    kind = float if dtype.is_floating else int
    return np.asarray([kind(each) for each in values], dtype.numpy)


class _Table:
    """What all tables can do."""

    def __init__(self, key_dtype: DType, value_dtype: DType) -> None:
        self._key_dtype = key_dtype
        self._value_dtype = value_dtype

    @property
    def key_dtype(self) -> DType:
        """The dtype of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> DType:
        """The dtype of the values."""
        return self._value_dtype

    def _found(self, key: Any) -> Any:
        raise RuntimeError("a table is completed by its subclass")

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys, in their shape; what keys without an entry have depends on the table.

        Raises:
            DTypeError: the keys have another dtype.
        """
        if isinstance(keys, RaggedTensor):
            return keys.with_flat_values(self.lookup(keys.flat_values))
        if hasattr(keys, "dense_shape"):
            return keys.with_values(self.lookup(keys.values))
        node = self._keys(keys)
        found = [self._found(key) for key in node_value(node).ravel().tolist()]
        rest = np.shape(found[0]) if found and self._value_dtype is not dtypes.string else ()
        result = np.empty((len(found), *rest), self._value_dtype.numpy)
        result[:] = found if found else result
        return Tensor(build.data(result.reshape((*node.shape, *rest)), self._value_dtype))

    def _keys(self, keys: Any) -> Node:
        node = as_node(keys)
        if node.dtype is not self._key_dtype:
            raise DTypeError(
                f"Dtype of argument `keys` must be {self._key_dtype}, received: {node.dtype}. "
                f"tf.cast(keys, tf.{self._key_dtype.name}) converts numbers."
            )
        return node

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)


class StaticHashTable(_Table):
    """A table that does not change.

    Args:
        initializer: the keys and values.
        default_value: the value of keys without an entry.
        name: accepted for TensorFlow's sake, without effect.
        experimental_is_anonymous: accepted for TensorFlow's sake, without effect.

    Raises:
        FailedPreconditionError: a key occurs twice, with different values.

    Example:
        >>> import glassbrook as tf
        >>> table = tf.lookup.StaticHashTable(
        ...     tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), default_value=-1)
        >>> table.lookup(tf.constant(["b", "z"])).numpy()
        array([ 2, -1], dtype=int32)
    """

    def __init__(
        self,
        initializer: Any,
        default_value: Any,
        name: str | None = None,
        experimental_is_anonymous: bool = False,
    ) -> None:
        if not hasattr(initializer, "key_dtype"):
            raise UsageError(
                f"StaticHashTable: the initializer is {shortened(initializer)}, expected keys and "
                "values: tf.lookup.KeyValueTensorInitializer(keys, values)."
            )
        super().__init__(initializer.key_dtype, initializer.value_dtype)
        self._entries: Mapping[Any, Any] = initializer.entries
        self._default = node_value(as_node(default_value, self._value_dtype)).item()

    @property
    def default_value(self) -> Any:
        """The value of keys without an entry."""
        return Tensor(as_node(self._default, self._value_dtype))

    def _found(self, key: Any) -> Any:
        return self._entries.get(key, self._default)

    def size(self, name: str | None = None) -> Tensor:
        """How many entries there are, as int64."""
        return Tensor(build.data(len(self._entries), dtypes.int64))

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys, and all values."""
        keys = _converted(list(self._entries), self._key_dtype)
        values = _converted(list(self._entries.values()), self._value_dtype)
        return (
            Tensor(build.data(keys, self._key_dtype)),
            Tensor(build.data(values, self._value_dtype)),
        )


class StaticVocabularyTable(_Table):
    """Numbers for the words of a vocabulary, and further ones for all other words.

    Args:
        initializer: words (or integers) and their numbers, which must be int64.
        num_oov_buckets: how many numbers there are for words that are not in the vocabulary.
        lookup_key_dtype: the dtype of the keys; that of the vocabulary by default.
        name: accepted for TensorFlow's sake, without effect.
        experimental_is_anonymous: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the numbers are not int64.
        InvalidArgumentError: there are no further numbers.

    Example:
        >>> import glassbrook as tf
        >>> numbers = tf.constant([0, 1], tf.int64)
        >>> table = tf.lookup.StaticVocabularyTable(
        ...     tf.lookup.KeyValueTensorInitializer(["a", "b"], numbers), num_oov_buckets=3)
        >>> table.lookup(tf.constant(["b", "zz"])).numpy()
        array([1, 3])
    """

    def __init__(
        self,
        initializer: Any,
        num_oov_buckets: int,
        lookup_key_dtype: Any = None,
        name: str | None = None,
        experimental_is_anonymous: bool = False,
    ) -> None:
        if num_oov_buckets <= 0:
            raise InvalidArgumentError(
                f"StaticVocabularyTable: num_oov_buckets must be > 0, got {num_oov_buckets}. A "
                "StaticHashTable has one value for all other words."
            )
        self._entries: Mapping[Any, Any] = {} if initializer is None else initializer.entries
        inferred = dtypes.string if initializer is None else initializer.key_dtype
        wanted = inferred if lookup_key_dtype is None else as_dtype(lookup_key_dtype)
        if initializer is not None and initializer.value_dtype is not dtypes.int64:
            raise DTypeError(
                "StaticVocabularyTable: the values must be int64, got "
                f"{initializer.value_dtype.name}: value_dtype=tf.int64 makes them so."
            )
        super().__init__(wanted, dtypes.int64)
        self._buckets = num_oov_buckets

    def _found(self, key: Any) -> Any:
        number = self._entries.get(key)
        if number is not None:
            return number
        text = key if isinstance(key, bytes) else str(key).encode()
        return len(self._entries) + farm_fingerprint(text) % self._buckets

    def size(self, name: str | None = None) -> Tensor:
        """How many numbers there are, as int64."""
        return Tensor(build.data(len(self._entries) + self._buckets, dtypes.int64))


class MutableHashTable(_Table):
    """A table that entries can be added to and taken from.

    Args:
        key_dtype: the dtype of the keys.
        value_dtype: the dtype of the values.
        default_value: the value of keys without an entry; may be a tensor.
        name: accepted for TensorFlow's sake, without effect.
        checkpoint: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, default_value=-1)
        >>> table.insert(["a"], [5])
        >>> table.lookup(["a", "b"]).numpy()
        array([ 5, -1])
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        name: str | None = None,
        checkpoint: bool = True,
        **unused: Any,
    ) -> None:
        super().__init__(as_dtype(key_dtype), as_dtype(value_dtype))
        self._entries: dict[Any, Any] = {}
        self._default = node_value(as_node(default_value, self._value_dtype))

    def _found(self, key: Any) -> Any:
        return self._entries.get(key, self._default)

    def lookup(  # type: ignore[override]
        self, keys: Any, dynamic_default_values: Any = None, name: str | None = None
    ) -> Any:
        """The values of keys; `dynamic_default_values` are those of keys without an entry."""
        found = super().lookup(_as_keys(keys, self._key_dtype))
        if dynamic_default_values is None:
            return found
        node = as_node(keys, self._key_dtype)
        known = [key in self._entries for key in node_value(node).ravel().tolist()]
        defaults = as_node(dynamic_default_values, self._value_dtype)
        is_known = build.data(np.asarray(known).reshape(node.shape))
        return Tensor(build.select(is_known, as_node(found), defaults))

    def insert(self, keys: Any, values: Any, name: str | None = None) -> None:
        """Add entries, or replace those that there are.

        Raises:
            ShapeError: the values do not begin with the shape of the keys.
        """
        key_node = as_node(keys, self._key_dtype)
        value_node = as_node(values, self._value_dtype)
        if value_node.shape[: key_node.rank] != key_node.shape:
            raise ShapeError(
                f"insert: values of shape {list(value_node.shape)} must begin with the shape of "
                f"the keys, {list(key_node.shape)}."
            )
        rest = value_node.shape[key_node.rank :]
        rows = node_value(value_node).reshape(key_node.size, *rest)
        self._entries.update(zip(node_value(key_node).ravel().tolist(), rows))

    def remove(self, keys: Any, name: str | None = None) -> None:
        """Take entries away; keys without one are passed over."""
        for key in node_value(as_node(keys, self._key_dtype)).ravel().tolist():
            self._entries.pop(key, None)

    erase = remove

    def size(self, name: str | None = None) -> Tensor:
        """How many entries there are, as int64."""
        return Tensor(build.data(len(self._entries), dtypes.int64))

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys, and all values."""
        keys = _converted(list(self._entries), self._key_dtype)
        values = list(self._entries.values())
        shape = (len(values), *(np.shape(values[0]) if values else self._default.shape))
        table = np.empty(shape, self._value_dtype.numpy)
        for place, value in enumerate(values):
            table[place] = value
        return (
            Tensor(build.data(keys, self._key_dtype)),
            Tensor(build.data(table, self._value_dtype)),
        )


class DenseHashTable(MutableHashTable):
    """A table that changes; two keys are given up for marks in TensorFlow, but not here.

    Args:
        key_dtype: the dtype of the keys.
        value_dtype: the dtype of the values.
        default_value: the value of keys without an entry.
        empty_key: accepted for TensorFlow's sake, without effect.
        deleted_key: accepted for TensorFlow's sake, without effect.
    """


def _as_keys(keys: Any, dtype: DType) -> Any:
    if isinstance(keys, list | tuple | str | int | np.ndarray):
        return Tensor(as_node(keys, dtype))
    return keys
