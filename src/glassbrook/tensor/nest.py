"""Nested structures: tuples, lists, dictionaries and named tuples with values at their leaves.

Dictionaries are walked in the order of their sorted keys, as TensorFlow does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from glassbrook.errors import InvalidArgumentError, shortened

__all__ = ["children", "flatten", "is_nested", "map_structure", "pack_like"]


def is_nested(value: Any) -> bool:
    """Whether `value` is a structure rather than a leaf."""
    # A Mapping is an abstract class, for which isinstance is slow: ask for it last.
    return isinstance(value, _PLAIN) or (hasattr(value, "keys") and isinstance(value, Mapping))


_PLAIN = (list, tuple, dict)


def flatten(structure: Any) -> list[Any]:
    """The leaves of a structure, in order; a leaf alone is its own only leaf.

    Example:
        >>> flatten({"b": [1, 2], "a": 0})
        [0, 1, 2]
    """
    if not is_nested(structure):
        return [structure]
    leaves: list[Any] = []
    for child in children(structure):
        if is_nested(child):
            leaves.extend(flatten(child))
        else:
            leaves.append(child)
    return leaves


def pack_like(structure: Any, flat: Sequence[Any]) -> Any:
    """A structure of the same form with other leaves.

    Raises:
        ValueError: the number of leaves differs.
    """
    count = len(flatten(structure))
    if count != len(flat):
        raise InvalidArgumentError(
            f"The structure {shortened(structure)} has {count} leaves, but {len(flat)} were given."
        )
    if type(structure) is list and not any(map(is_nested, structure)):
        return list(flat)
    return _pack(structure, iter(flat))


def map_structure(function: Callable[..., Any], *structures: Any) -> Any:
    """`function` of the leaves that stand at the same place, in the form of the first structure.

    Raises:
        ValueError: the structures have different forms.
    """
    first = structures[0]
    columns = [flatten(each) for each in structures]
    for other in structures[1:]:
        assert_same_structure(first, other)
    return pack_like(first, [function(*leaves) for leaves in zip(*columns, strict=True)])


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True) -> None:
    """Raise a `ValueError` unless two structures differ in their leaves only."""
    if not same_form(nest1, nest2):
        raise InvalidArgumentError(
            f"The structures do not have the same form: {shortened(nest1)} against "
            f"{shortened(nest2)}. Both need the same lists, tuples and keys, down to the leaves."
        )


def same_form(x: Any, y: Any) -> bool:
    """Whether two structures differ in their leaves only."""
    if not is_nested(x) or not is_nested(y):
        return not is_nested(x) and not is_nested(y)
    if isinstance(x, Mapping) != isinstance(y, Mapping) or len(x) != len(y):
        return False
    if isinstance(x, Mapping) and set(x) != set(y):
        return False
    return all(same_form(a, b) for a, b in zip(children(x), children(y), strict=True))


def children(structure: Any) -> list[Any]:
    """What stands directly inside a structure, in order."""
    if isinstance(structure, Mapping):
        return [structure[key] for key in _ordered_keys(structure)]
    return list(structure)


def _ordered_keys(structure: Mapping[Any, Any]) -> list[Any]:
    try:
        return sorted(structure)
    except TypeError:
        return list(structure)


def _pack(structure: Any, leaves: Iterator[Any]) -> Any:
    if not is_nested(structure):
        return next(leaves)
    packed = [_pack(child, leaves) for child in children(structure)]
    if isinstance(structure, Mapping):
        by_key = dict(zip(_ordered_keys(structure), packed, strict=True))
        ordered = {key: by_key[key] for key in structure}
        return ordered if type(structure) is dict else type(structure)(ordered)  # type: ignore[call-arg]
    if hasattr(structure, "_fields"):
        return type(structure)(*packed)
    return list(packed) if isinstance(structure, list) else tuple(packed)
