"""What messages of protocol buffers have in common: bytes, text, and lists of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

from glassbrook.errors import InvalidArgumentError
from glassbrook.ops.io import wire

__all__ = ["ListMessage", "Message", "block", "shown"]


class Message:
    """What all messages can do."""

    def _pack(self) -> bytes:
        raise NotImplementedError

    def _merge(self, data: Any) -> None:
        raise NotImplementedError

    def Clear(self) -> None:  # noqa: N802
        """Forget everything."""
        self.__init__()  # type: ignore[misc]

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:  # noqa: N802
        """The message as bytes."""
        return self._pack()

    def ByteSize(self) -> int:  # noqa: N802
        """How many bytes the message has."""
        return len(self._pack())

    def MergeFromString(self, serialized: Any) -> int:  # noqa: N802
        """Add what bytes hold.

        Raises:
            InvalidArgumentError: they are no such message.
        """
        try:
            self._merge(bytes(serialized))
        except wire.WireError as error:
            raise InvalidArgumentError(
                f"Error parsing message of type {type(self).__name__}: {error}."
            ) from None
        return len(serialized)

    def ParseFromString(self, serialized: Any) -> int:  # noqa: N802
        """Take what bytes hold, and forget the rest."""
        self.Clear()
        return self.MergeFromString(serialized)

    def CopyFrom(self, other: Self) -> None:  # noqa: N802
        """Become equal to another message."""
        self.ParseFromString(other.SerializeToString())

    def MergeFrom(self, other: Self) -> None:  # noqa: N802
        """Add what another message holds."""
        self.MergeFromString(other.SerializeToString())

    @classmethod
    def FromString(cls, serialized: Any) -> Self:  # noqa: N802
        """A message out of bytes.

        Raises:
            InvalidArgumentError: they are no such message.
        """
        message = cls()
        message.ParseFromString(serialized)
        return message

    def _lines(self) -> Iterator[str]:
        raise NotImplementedError

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self._lines())

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._pack() == self._pack()

    __hash__ = None  # type: ignore[assignment]


def block(name: str, lines: Iterable[str]) -> Iterator[str]:
    """The lines of a part, in braces after its name."""
    yield f"{name} {{"
    for line in lines:
        yield f"  {line}"
    yield "}"


class ListMessage(Message):
    """A message with one list, `value`."""

    def __init__(self, value: Iterable[Any] = ()) -> None:
        if hasattr(value, "numpy"):
            value = value.numpy()
        if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
            raise TypeError(
                f"{type(self).__name__}(value={value!r}): expected a list of values. Write "
                f"value=[{value!r}]."
            )
        self.value: list[Any] = [self._item(each) for each in value]

    def _item(self, value: Any) -> Any:
        raise NotImplementedError

    def _lines(self) -> Iterator[str]:
        for each in self.value:
            yield f"value: {shown(each)}"


def shown(value: Any) -> str:
    """A value as the text form of messages has it."""
    if isinstance(value, bytes):
        text = "".join(
            chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else _escaped(byte)
            for byte in value
        )
        return f'"{text}"'
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.8g}"
    return str(value)


def _escaped(byte: int) -> str:
    known = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\"}
    return known.get(byte, f"\\{byte:03o}")
