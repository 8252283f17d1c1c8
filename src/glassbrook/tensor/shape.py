"""`TensorShape`: the sizes of a tensor's axes, comparable with tuples and lists."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from typing import Any, overload

from glassbrook.errors import DTypeError, InvalidArgumentError, shortened

__all__ = ["TensorShape", "as_shape"]


class TensorShape:
    """The sizes of a tensor's axes; `None` is a size, or a whole shape, that is not known yet.

    Example:
        >>> import glassbrook as tf
        >>> shape = tf.zeros([2, 3]).shape
        >>> shape, shape == [2, 3], shape[-1], shape.as_list(), shape.rank
        (TensorShape([2, 3]), True, 3, [2, 3], 2)
    """

    __slots__ = ("_sizes",)

    def __init__(self, dims: Any) -> None:
        self._sizes: tuple[int | None, ...] | None
        if dims is None:
            self._sizes = None
        elif isinstance(dims, TensorShape):
            self._sizes = dims._sizes
        elif isinstance(dims, Iterable):
            self._sizes = tuple(_size(size) for size in dims)
        else:
            self._sizes = (_size(dims),)

    @property
    def rank(self) -> int | None:
        """How many axes there are; `None` if that is not known."""
        return None if self._sizes is None else len(self._sizes)

    @property
    def ndims(self) -> int | None:
        """The same as `rank`."""
        return self.rank

    @property
    def dims(self) -> list[int | None] | None:
        """The sizes as a list; `None` if the rank is not known."""
        return None if self._sizes is None else list(self._sizes)

    def as_list(self) -> list[int | None]:
        """The sizes as a list.

        Raises:
            ValueError: the rank is not known.
        """
        return list(self._known("as_list()"))

    def num_elements(self) -> int | None:
        """How many elements a tensor of this shape has; `None` if a size is not known."""
        count = 1
        for size in self._sizes if self._sizes is not None else (None,):
            if size is None:
                return None
            count *= size
        return count

    def is_fully_defined(self) -> bool:
        """Whether every size is known."""
        return self._sizes is not None and None not in self._sizes

    def is_compatible_with(self, other: Any) -> bool:
        """Whether both could be the shape of one tensor: unknown sizes fit any."""
        sizes = TensorShape(other)._sizes
        if self._sizes is None or sizes is None:
            return True
        return len(sizes) == len(self._sizes) and all(
            a is None or b is None or a == b for a, b in zip(self._sizes, sizes, strict=True)
        )

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise a `ValueError` unless `is_compatible_with`."""
        if not self.is_compatible_with(other):
            raise InvalidArgumentError(f"Shapes {self} and {TensorShape(other)} are incompatible.")

    def concatenate(self, other: Any) -> TensorShape:
        """This shape's axes followed by the other's."""
        sizes = TensorShape(other)._sizes
        if self._sizes is None or sizes is None:
            return TensorShape(None)
        return TensorShape(self._sizes + sizes)

    def _known(self, what: str) -> tuple[int | None, ...]:
        if self._sizes is None:
            raise InvalidArgumentError(f"{what} is not defined on a TensorShape of unknown rank.")
        return self._sizes

    def __len__(self) -> int:
        return len(self._known("len()"))

    def __bool__(self) -> bool:
        return self._sizes is not None

    def __iter__(self) -> Iterator[Any]:
        return iter(self._known("iteration"))

    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...
    def __getitem__(self, key: int | slice) -> Any:
        part = self._known("indexing")[key]
        return TensorShape(part) if isinstance(key, slice) else part

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape(other).concatenate(self)

    def __eq__(self, other: object) -> bool:
        if other is None:
            return self._sizes is None
        try:
            return self._sizes == TensorShape(other)._sizes
        except (TypeError, ValueError):
            return NotImplemented

    def __hash__(self) -> int:
        return hash(self._sizes)

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (self._sizes,)

    def __repr__(self) -> str:
        return f"TensorShape({None if self._sizes is None else list(self._sizes)})"

    def __str__(self) -> str:
        return "<unknown>" if self._sizes is None else str(self._sizes)


def _size(size: Any) -> int | None:
    if size is None:
        return None
    try:
        length = operator.index(size)
    except TypeError:
        raise DTypeError(
            f"A size of a shape has to be a whole number, or None, got {shortened(size)}. A shape "
            "is such as [2, 3] or (None, 784)."
        ) from None
    if length < 0:
        raise InvalidArgumentError(
            f"A size of a shape has to be at least 0, or None; got {length}."
        )
    return length


def as_shape(sizes: tuple[int, ...]) -> TensorShape:
    """The `TensorShape` of sizes that are known to be a tuple of integers."""
    shape = TensorShape.__new__(TensorShape)
    shape._sizes = sizes
    return shape
