"""Serialized examples as tensors, by a description of the features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError, UnimplementedError
from glassbrook.graph import build
from glassbrook.graph.node import Array
from glassbrook.ops.arguments import node_value
from glassbrook.ops.io.example import Example, Feature, FeatureList, SequenceExample
from glassbrook.ops.io.strings import string_array
from glassbrook.ops.sparse import SparseTensor
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "VarLenFeature",
    "parse_example",
    "parse_single_example",
    "parse_single_sequence_example",
]


class FixedLenFeature(NamedTuple):
    """A feature with the same shape in every example.

    Args:
        shape: its shape.
        dtype: float32, int64 or string.
        default_value: what stands for a missing one; without it, an example must have it.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.FixedLenFeature([], tf.int64).shape
        []
    """

    shape: Any
    dtype: Any
    default_value: Any = None


class FixedLenSequenceFeature(NamedTuple):
    """A feature with any number of rows of the same shape.

    Args:
        shape: the shape of a row.
        dtype: float32, int64 or string.
        allow_missing: whether an example may lack it; it then has no rows.
        default_value: what rows are filled up with in a batch; 0 or an empty string by default.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.FixedLenSequenceFeature([2], tf.float32, allow_missing=True).allow_missing
        True
    """

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class VarLenFeature(NamedTuple):
    """A feature with any number of values, which becomes a sparse tensor.

    Args:
        dtype: float32, int64 or string.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.VarLenFeature(tf.int64).dtype
        tf.int64
    """

    dtype: Any


_KINDS = {"bytes_list": dtypes.string, "float_list": dtypes.float32, "int64_list": dtypes.int64}


def _values(op: str, name: str, feature: Feature | None, dtype: DType) -> Array | None:
    """The values of a feature, or `None` if there is none.

    Raises:
        InvalidArgumentError: it holds another kind of values.
    """
    if dtype not in _KINDS.values():
        raise DTypeError(
            f"{op}: feature {name!r} cannot be {dtype.name}: examples hold float32, int64 and "
            "string. Parse it as one of these, then use tf.cast."
        )
    kind = None if feature is None else feature.WhichOneof("kind")
    if feature is None or kind is None:
        return None
    if _KINDS[kind] is not dtype:
        raise InvalidArgumentError(
            f"{op}: Key: {name}.  Data types don't match. Expected type: {dtype.name}, but the "
            f"example holds {_KINDS[kind].name}."
        )
    values = getattr(feature, kind).value
    array = np.empty(len(values), dtype.numpy)
    array[:] = values
    return array


def _sizes(name: str, shape: Any) -> tuple[int, ...]:
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(size is None or size < 0 for size in sizes):
        raise InvalidArgumentError(
            f"parse_example: feature {name!r}: the shape {list(sizes)} has sizes that are not "
            "known. FixedLenSequenceFeature leaves the first one open."
        )
    return tuple(int(size) for size in sizes)


def _fixed(op: str, name: str, spec: FixedLenFeature, found: Array | None, dtype: DType) -> Array:
    shape = _sizes(name, spec.shape)
    if found is None:
        if spec.default_value is None:
            raise InvalidArgumentError(
                f"{op}: Feature: {name} (data type: {dtype.name}) is required but could not be "
                "found. Give default_value=, or look at the names with tf.train.Example.FromString."
            )
        default = node_value(as_node(spec.default_value, dtype))
        return np.broadcast_to(default.reshape(shape) if default.size > 1 else default, shape)
    if found.size != int(np.prod(shape)):
        raise InvalidArgumentError(
            f"{op}: Key: {name}.  Can't parse serialized Example: {found.size} values do not make "
            f"the shape {list(shape)}."
        )
    return found.reshape(shape)


def _sequence(
    op: str, name: str, spec: FixedLenSequenceFeature, found: Array | None, dtype: DType
) -> Array:
    shape = _sizes(name, spec.shape)
    row = int(np.prod(shape))
    if found is None:
        if not spec.allow_missing:
            raise InvalidArgumentError(f"{op}: Feature: {name} is required but was not found.")
        found = np.empty(0, dtype.numpy)
    if found.size % max(row, 1):
        raise InvalidArgumentError(
            f"{op}: Key: {name}: {found.size} values make no whole number of rows {list(shape)}."
        )
    return found.reshape(-1, *shape)


def _padded(rows: Sequence[Array], default: Any, dtype: DType) -> Array:
    """Sequences as one array, the shorter ones filled up."""
    longest = max((len(row) for row in rows), default=0)
    empty: Any = b"" if dtype is dtypes.string else 0
    shape = (len(rows), longest, *(rows[0].shape[1:] if len(rows) else ()))
    result = np.full(shape, empty if default is None else default, dtype.numpy)
    for place, row in zip(result, rows):
        place[: len(row)] = row
    return result


def _sparse(rows: Sequence[Array | None], dtype: DType, batched: bool) -> SparseTensor:
    """A sparse tensor whose rows begin with the values of each example."""
    empty = np.empty(0, dtype.numpy)
    filled = [empty if row is None else row for row in rows]
    places = [[number, at] for number, row in enumerate(filled) for at in range(len(row))]
    indices = np.array(places, np.int64).reshape(-1, 2)
    longest = max((len(row) for row in filled), default=0)
    values = Tensor(build.data(np.concatenate([empty, *filled]), dtype))
    if batched:
        return SparseTensor(indices, values, np.array([len(rows), longest], np.int64))
    return SparseTensor(indices[:, 1:], values, np.array([longest], np.int64))


def _parsed(
    op: str, rows: Sequence[Mapping[str, Feature]], features: Mapping[str, Any], batched: bool
) -> dict[str, Any]:
    if not features:
        raise InvalidArgumentError(f"{op}: Missing: features was {features}.")
    result = {}
    for name in sorted(features):
        spec = features[name]
        if not isinstance(spec, FixedLenFeature | FixedLenSequenceFeature | VarLenFeature):
            raise InvalidArgumentError(
                f"{op}: feature {name!r} is described by {spec!r:.80}, expected a "
                "FixedLenFeature, FixedLenSequenceFeature or VarLenFeature."
            )
        dtype = as_dtype(spec.dtype)
        found = [_values(op, name, row.get(name), dtype) for row in rows]
        result[name] = _column(op, name, spec, found, dtype, batched)
    return result


def _column(
    op: str, name: str, spec: Any, found: Sequence[Array | None], dtype: DType, batched: bool
) -> Any:
    if isinstance(spec, VarLenFeature):
        return _sparse(found, dtype, batched)
    if isinstance(spec, FixedLenFeature):
        fixed = [_fixed(op, name, spec, each, dtype) for each in found]
        shape = (0, *_sizes(name, spec.shape))
        array = np.stack(fixed) if fixed else np.empty(shape, dtype.numpy)
    else:
        rows = [_sequence(op, name, spec, each, dtype) for each in found]
        array = _padded(rows, spec.default_value, dtype)
    if not batched:
        array = array[0]
    return Tensor(build.data(np.asarray(array, dtype.numpy), dtype))


def parse_single_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: Any = None
) -> dict[str, Any]:
    """The features of one serialized `tf.train.Example` as tensors.

    Args:
        serialized: one string.
        features: by name a `FixedLenFeature`, `FixedLenSequenceFeature` or `VarLenFeature`.
        example_names: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the string is no example, or a feature is missing, or of another
            kind or shape.

    Example:
        >>> import glassbrook as tf
        >>> label = tf.train.Feature(int64_list=tf.train.Int64List(value=[7]))
        >>> example = tf.train.Example(features=tf.train.Features(feature={"label": label}))
        >>> features = {"label": tf.io.FixedLenFeature([], tf.int64)}
        >>> tf.io.parse_single_example(example.SerializeToString(), features)["label"].numpy()
        np.int64(7)
    """
    strings = string_array("parse_single_example", serialized)
    if strings.ndim:
        raise InvalidArgumentError(
            "parse_single_example: expected one string, got shape "
            f"{list(strings.shape)}. tf.io.parse_example takes several."
        )
    rows = [_example("parse_single_example", bytes(strings[()]))]
    return _parsed("parse_single_example", rows, features, False)


def _example(op: str, data: bytes) -> Mapping[str, Feature]:
    try:
        return Example.FromString(data).features.feature
    except InvalidArgumentError as error:
        raise InvalidArgumentError(f"{op}: Could not parse example input: {error}") from None


def parse_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: Any = None
) -> dict[str, Any]:
    """The features of several serialized `tf.train.Example` as tensors, one row per example.

    Args:
        serialized: strings in one axis; or one string, as for `parse_single_example`.
        features: by name a `FixedLenFeature`, `FixedLenSequenceFeature` or `VarLenFeature`.
        example_names: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a string is no example, or a feature is missing, or of another kind
            or shape.

    Example:
        >>> import glassbrook as tf
        >>> label = tf.train.Feature(int64_list=tf.train.Int64List(value=[7]))
        >>> example = tf.train.Example(features=tf.train.Features(feature={"label": label}))
        >>> features = {"label": tf.io.FixedLenFeature([], tf.int64)}
        >>> tf.io.parse_example([example.SerializeToString()] * 2, features)["label"].numpy()
        array([7, 7])
    """
    strings = string_array("parse_example", serialized)
    if not strings.ndim:
        return parse_single_example(serialized, features)
    rows = [_example("parse_example", each) for each in strings.ravel()]
    return _parsed("parse_example", rows, features, True)


def parse_single_sequence_example(
    serialized: Any,
    context_features: Mapping[str, Any] | None = None,
    sequence_features: Mapping[str, Any] | None = None,
    example_name: Any = None,
    name: Any = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The features of one serialized `tf.train.SequenceExample` as tensors.

    Args:
        serialized: one string.
        context_features: descriptions of the features of the whole.
        sequence_features: by name a `FixedLenSequenceFeature`, for lists of features.
        example_name: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        Both as dictionaries of tensors.

    Raises:
        InvalidArgumentError: the string is no such example, or a feature is missing, or of another
            kind or shape.

    Example:
        >>> import glassbrook as tf
        >>> step = tf.train.Feature(int64_list=tf.train.Int64List(value=[7]))
        >>> steps = tf.train.FeatureLists(
        ...     feature_list={"x": tf.train.FeatureList(feature=[step, step])})
        >>> data = tf.train.SequenceExample(feature_lists=steps).SerializeToString()
        >>> features = {"x": tf.io.FixedLenSequenceFeature([], tf.int64)}
        >>> tf.io.parse_single_sequence_example(data, sequence_features=features)[1]["x"].numpy()
        array([7, 7])
    """
    op = "parse_single_sequence_example"
    strings = string_array(op, serialized)
    if strings.ndim:
        raise InvalidArgumentError(f"{op}: expected one string, got {list(strings.shape)}.")
    message = SequenceExample.FromString(bytes(strings[()]))
    context = {}
    if context_features:
        context = _parsed(op, [message.context.feature], context_features, False)
    lists = message.feature_lists.feature_list
    sequences = {
        name: _steps(op, name, spec, lists.get(name))
        for name, spec in sorted((sequence_features or {}).items())
    }
    return context, sequences


def _steps(op: str, name: str, spec: Any, found: FeatureList | None) -> Tensor:
    if not isinstance(spec, FixedLenSequenceFeature):
        raise UnimplementedError(f"{op}: feature {name!r} has to be a FixedLenSequenceFeature.")
    dtype, shape = as_dtype(spec.dtype), _sizes(name, spec.shape)
    if found is None and not spec.allow_missing:
        raise InvalidArgumentError(f"{op}: Name: {name} is required but was not found.")
    rows = []
    for step in found.feature if found is not None else ():
        values = _values(op, name, step, dtype)
        rows.append(_fixed(op, name, FixedLenFeature(shape, dtype), values, dtype))
    array = np.stack(rows) if rows else np.empty((0, *shape), dtype.numpy)
    return Tensor(build.data(array, dtype))
