"""`tf.train.Example` and its parts: named lists of numbers or strings, as record files hold them.

Each class is a message of protocol buffers with a handful of fields, and behaves as the classes
that TensorFlow generates do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from glassbrook.errors import InvalidArgumentError, UsageError
from glassbrook.ops.io import wire
from glassbrook.ops.io.message import ListMessage, Message, block, shown

__all__ = [
    "BytesList",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FloatList",
    "Int64List",
    "SequenceExample",
]

Value = TypeVar("Value", bound=Message)


class BytesList(ListMessage):
    """A list of byte strings.

    Args:
        value: the strings.

    Example:
        >>> import glassbrook as tf
        >>> tf.train.BytesList(value=[b"a"]).value
        [b'a']
    """

    def _item(self, value: Any) -> bytes:
        if hasattr(value, "numpy"):
            value = value.numpy()
        if not isinstance(value, bytes):
            raise UsageError(
                f"BytesList: {value!r:.60} has type {type(value).__name__}, but expected one of: "
                "bytes. Text becomes bytes with .encode()."
            )
        return value

    def _pack(self) -> bytes:
        return b"".join(wire.length_field(1, self._item(each)) for each in self.value)

    def _merge(self, data: Any) -> None:
        for number, kind, value in wire.fields(data):
            if number == 1:
                if kind != 2:
                    raise wire.WireError("a string is of another kind")
                self.value.append(bytes(value))


class FloatList(ListMessage):
    """A list of floats of 32 bits.

    Args:
        value: the numbers.

    Example:
        >>> import glassbrook as tf
        >>> tf.train.FloatList(value=[1.5]).value
        [1.5]
    """

    def _item(self, value: Any) -> float:
        if isinstance(value, str | bytes):
            raise UsageError(f"FloatList: {value!r:.60} is no number.")
        return float(np.float32(value))

    def _pack(self) -> bytes:
        return wire.packed_floats(1, self.value)

    def _merge(self, data: Any) -> None:
        for number, kind, value in wire.fields(data):
            if number == 1:
                self.value += wire.read_floats(kind, value)


class Int64List(ListMessage):
    """A list of whole numbers of 64 bits.

    Args:
        value: the numbers.

    Example:
        >>> import glassbrook as tf
        >>> tf.train.Int64List(value=[1, -2]).value
        [1, -2]
    """

    def _item(self, value: Any) -> int:
        if hasattr(value, "numpy"):
            value = value.numpy()
        if not hasattr(value, "__index__") and not isinstance(value, np.bool_):
            raise UsageError(
                f"Int64List: {value!r:.60} has type {type(value).__name__}, but expected one of: "
                "int."
            )
        number = int(value)
        if not -(2**63) <= number < 2**63:
            raise InvalidArgumentError(f"Int64List: value out of range: {number}")
        return number

    def _pack(self) -> bytes:
        return wire.packed_varints(1, map(self._item, self.value))

    def _merge(self, data: Any) -> None:
        for number, kind, value in wire.fields(data):
            if number == 1:
                self.value += wire.read_varints(kind, value)


class Feature(Message):
    """One of the three lists.

    Args:
        bytes_list: strings.
        float_list: floats.
        int64_list: whole numbers.

    Example:
        >>> import glassbrook as tf
        >>> feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[3]))
        >>> feature.WhichOneof("kind"), feature.int64_list.value
        ('int64_list', [3])
    """

    _KINDS: ClassVar[dict[str, tuple[int, type[ListMessage]]]] = {
        "bytes_list": (1, BytesList),
        "float_list": (2, FloatList),
        "int64_list": (3, Int64List),
    }

    def __init__(
        self,
        bytes_list: BytesList | None = None,
        float_list: FloatList | None = None,
        int64_list: Int64List | None = None,
    ) -> None:
        given = {"bytes_list": bytes_list, "float_list": float_list, "int64_list": int64_list}
        self._kind: str | None = None
        self._list: ListMessage | None = None
        message: Any
        for kind, message in given.items():
            if message is not None:
                wanted = self._KINDS[kind][1]
                if isinstance(message, Mapping):
                    message = wanted(**message)
                if type(message) is not wanted:
                    raise UsageError(
                        f"Feature({kind}=…): expected a tf.train.{wanted.__name__}, got "
                        f"{message!r:.60}."
                    )
                self._kind, self._list = kind, message

    def _part(self, kind: str) -> Any:
        if self._kind == kind:
            return self._list
        # As in protocol buffers, what is not set reads as empty, and is set by being written to.
        return _Pending(self, kind, self._KINDS[kind][1])

    @property
    def bytes_list(self) -> Any:
        """The strings, if it holds strings."""
        return self._part("bytes_list")

    @property
    def float_list(self) -> Any:
        """The floats, if it holds floats."""
        return self._part("float_list")

    @property
    def int64_list(self) -> Any:
        """The whole numbers, if it holds whole numbers."""
        return self._part("int64_list")

    def WhichOneof(self, oneof_group: str) -> str | None:  # noqa: N802
        """Which list it holds: the name of an attribute, or `None`."""
        if oneof_group != "kind":
            raise InvalidArgumentError(f"Feature has no choice {oneof_group!r}, only 'kind'.")
        return self._kind

    def HasField(self, field_name: str) -> bool:  # noqa: N802
        """Whether it holds that list."""
        if field_name not in self._KINDS:
            raise InvalidArgumentError(f"Feature has no field {field_name!r}.")
        return field_name == self._kind

    def _pack(self) -> bytes:
        if self._kind is None or self._list is None:
            return b""
        return wire.length_field(self._KINDS[self._kind][0], self._list._pack())

    def _merge(self, data: Any) -> None:
        for number, kind, value in wire.fields(data):
            for name, (own, cls) in self._KINDS.items():
                if own == number:
                    if kind != 2:
                        raise wire.WireError("a list is of another kind")
                    if self._kind != name:
                        self._kind, self._list = name, cls()
                    assert self._list is not None
                    self._list._merge(value)

    def _lines(self) -> Iterator[str]:
        if self._kind is not None and self._list is not None:
            yield from block(self._kind, self._list._lines())


class _PendingList(list[Any]):
    """An empty list that becomes a feature's own at its first change."""

    def __init__(self, pending: _Pending) -> None:
        super().__init__()
        self._pending = pending

    def append(self, item: Any) -> None:
        """Add an item."""
        self.extend([item])

    def extend(self, items: Iterable[Any]) -> None:
        """Add items."""
        message = self._pending.message
        added = [message._item(each) for each in items]
        message.value += added
        super().extend(added)
        self._pending.adopt()


class _Pending:
    """A list that a feature does not hold yet."""

    def __init__(self, feature: Feature, kind: str, cls: type[ListMessage]) -> None:
        self._feature, self._kind = feature, kind
        self.message = cls()

    @property
    def value(self) -> list[Any]:
        return self.message.value if self.message.value else _PendingList(self)

    def adopt(self) -> None:
        self._feature._kind, self._feature._list = self._kind, self.message

    def __str__(self) -> str:
        return str(self.message)

    __repr__ = __str__


class _Map(MutableMapping[str, Value], Generic[Value]):
    """Messages by name; one that is asked for and missing is made."""

    def __init__(self, make: type[Value], given: Mapping[str, Any] | None) -> None:
        self._make = make
        self._items: dict[str, Value] = {}
        for name, value in (given or {}).items():
            if not isinstance(value, make):
                raise UsageError(
                    f"feature {name!r}: expected a tf.train.{make.__name__}, got "
                    f"{type(value).__name__}."
                )
            self._items[str(name)] = value

    def __getitem__(self, name: str) -> Value:
        if name not in self._items:
            self._items[name] = self._make()
        return self._items[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A message, or `default` if there is none."""
        return self._items.get(name, default)

    def __setitem__(self, name: str, value: Value) -> None:
        raise InvalidArgumentError(
            f"Direct assignment of a message is not allowed: write map[{name!r}].CopyFrom(…)."
        )

    def put(self, name: str, value: Value) -> None:
        """Set a message."""
        self._items[name] = value

    def __delitem__(self, name: str) -> None:
        del self._items[name]

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(self._items)


class _MapMessage(Message, Generic[Value]):
    """A message with one map."""

    _field: ClassVar[str]

    def __init__(self, make: type[Value], given: Mapping[str, Any] | None) -> None:
        self._map = _Map(make, given)

    def Clear(self) -> None:  # noqa: N802
        """Forget everything."""
        self._map = _Map(self._map._make, None)

    def _pack(self) -> bytes:
        return b"".join(
            wire.length_field(
                1,
                wire.length_field(1, name.encode()) + wire.length_field(2, value._pack()),
            )
            for name, value in self._map.items()
        )

    def _merge(self, data: Any) -> None:
        for number, kind, value in wire.fields(data):
            if number != 1 or kind != 2:
                continue
            name, body = b"", b""
            for inner, inner_kind, item in wire.fields(value):
                if inner in (1, 2) and inner_kind != 2:
                    raise wire.WireError("an entry of a map is of another kind")
                if inner == 1:
                    name = bytes(item)
                elif inner == 2:
                    body = bytes(item)
            message = self._map._make()
            message._merge(body)
            try:
                self._map.put(name.decode(), message)
            except UnicodeDecodeError:
                raise wire.WireError("a name is no text in UTF-8") from None

    def _lines(self) -> Iterator[str]:
        for name, value in self._map.items():
            entry = [f"key: {shown(name.encode())}", *block("value", value._lines())]
            yield from block(self._field, entry)


class Features(_MapMessage[Feature]):
    """Features by name.

    Args:
        feature: a dictionary of `tf.train.Feature`.

    Example:
        >>> import glassbrook as tf
        >>> one = tf.train.Feature(float_list=tf.train.FloatList(value=[1.0]))
        >>> list(tf.train.Features(feature={"x": one}).feature)
        ['x']
    """

    _field = "feature"

    def __init__(self, feature: Mapping[str, Feature] | None = None) -> None:
        super().__init__(Feature, feature)

    @property
    def feature(self) -> _Map[Feature]:
        """The features by name."""
        return self._map


class FeatureList(Message):
    """Features in order.

    Args:
        feature: the features.

    Example:
        >>> import glassbrook as tf
        >>> len(tf.train.FeatureList(feature=[tf.train.Feature()]).feature)
        1
    """

    def __init__(self, feature: Iterable[Feature] = ()) -> None:
        self.feature: list[Feature] = list(feature)

    def _pack(self) -> bytes:
        return b"".join(wire.length_field(1, each._pack()) for each in self.feature)

    def _merge(self, data: Any) -> None:
        for number, kind, value in wire.fields(data):
            if number == 1 and kind == 2:
                message = Feature()
                message._merge(value)
                self.feature.append(message)

    def _lines(self) -> Iterator[str]:
        for each in self.feature:
            yield from block("feature", each._lines())


class FeatureLists(_MapMessage[FeatureList]):
    """Lists of features by name.

    Args:
        feature_list: a dictionary of `tf.train.FeatureList`.

    Example:
        >>> import glassbrook as tf
        >>> len(tf.train.FeatureLists(feature_list={"x": tf.train.FeatureList()}).feature_list)
        1
    """

    _field = "feature_list"

    def __init__(self, feature_list: Mapping[str, FeatureList] | None = None) -> None:
        super().__init__(FeatureList, feature_list)

    @property
    def feature_list(self) -> _Map[FeatureList]:
        """The lists by name."""
        return self._map


def _merged_parts(data: Any, parts: Mapping[int, Message]) -> None:
    for number, kind, value in wire.fields(data):
        if number in parts:
            if kind != 2:
                raise wire.WireError("a part is of another kind")
            parts[number]._merge(value)


class Example(Message):
    """One example of a data set: features by name.

    Args:
        features: the features.

    Example:
        >>> import glassbrook as tf
        >>> label = tf.train.Feature(int64_list=tf.train.Int64List(value=[7]))
        >>> example = tf.train.Example(features=tf.train.Features(feature={"label": label}))
        >>> tf.train.Example.FromString(example.SerializeToString()) == example
        True
    """

    def __init__(self, features: Features | None = None) -> None:
        self.features = Features() if features is None else features

    def _pack(self) -> bytes:
        body = self.features._pack()
        return wire.length_field(1, body) if body else b""

    def _merge(self, data: Any) -> None:
        _merged_parts(data, {1: self.features})

    def _lines(self) -> Iterator[str]:
        if self.features.feature:
            yield from block("features", self.features._lines())


class SequenceExample(Message):
    """An example with features of the whole, and lists of features, one per step.

    Args:
        context: features of the whole.
        feature_lists: lists of features.

    Example:
        >>> import glassbrook as tf
        >>> len(tf.train.SequenceExample().context.feature)
        0
    """

    def __init__(
        self, context: Features | None = None, feature_lists: FeatureLists | None = None
    ) -> None:
        self.context = Features() if context is None else context
        self.feature_lists = FeatureLists() if feature_lists is None else feature_lists

    def _pack(self) -> bytes:
        parts = ((1, self.context._pack()), (2, self.feature_lists._pack()))
        return b"".join(wire.length_field(number, body) for number, body in parts if body)

    def _merge(self, data: Any) -> None:
        _merged_parts(data, {1: self.context, 2: self.feature_lists})

    def _lines(self) -> Iterator[str]:
        if self.context.feature:
            yield from block("context", self.context._lines())
        if self.feature_lists.feature_list:
            yield from block("feature_lists", self.feature_lists._lines())
