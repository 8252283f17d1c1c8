"""How the components of an element are arranged: tuples, named tuples, dictionaries, or one alone.

Unlike elsewhere, a list is not a structure but a tensor in the making, as in TensorFlow's data
sets. `None` is an empty structure: it holds no component and stays where it is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

__all__ = ["ALONE", "Form", "flatten", "map_leaves"]


class _Leaf:
    """Where a component belongs in a template."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "·"


_LEAF: Final = _Leaf()


class Form:
    """An arrangement of components, without the components.

    Attributes:
        template: the structure, with marks where the components belong.
        count: how many components there are.

    Example:
        >>> form = Form.of({"x": 1, "y": (2, 3)})
        >>> form.count, form.pack("abc")
        (3, {'x': 'a', 'y': ('b', 'c')})
    """

    __slots__ = ("_is_flat", "count", "template")

    def __init__(self, template: Any) -> None:
        self.template: Final = template
        self.count: Final = _count(template)
        self._is_flat = type(template) is tuple and all(each is _LEAF for each in template)

    @staticmethod
    def of(value: Any) -> Form:
        """The form of a structure of values."""
        return Form(_template(value)) if _is_inner(value) else ALONE

    def leaves(self, value: Any) -> list[Any] | None:
        """The components of a value of this form; `None` if it has another form."""
        found = self.parts(value)
        return None if found is None or any(map(_is_inner, found)) else found

    def parts(self, value: Any) -> list[Any] | None:
        """What stands in the components' places, be it a structure; `None` for another form."""
        found: list[Any] = []
        return found if _collect(self.template, value, found) else None

    def pack(self, leaves: Iterable[Any]) -> Any:
        """The structure with these components."""
        return tuple(leaves) if self._is_flat else _pack(self.template, iter(leaves))

    @property
    def unpacks(self) -> bool:
        """Whether functions get the parts as arguments: a plain tuple does that."""
        return type(self.template) is tuple

    def names(self) -> list[str]:
        """What to call each component in a message: ``"component 0"``, ``"component 'image'"``."""
        return [f"component {path or 0}" for path in _paths(self.template, "")]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Form):
            return NotImplemented
        return self is other or _alike(self.template, other.template)

    def __hash__(self) -> int:
        return hash(self.count)

    def __repr__(self) -> str:
        return f"Form({self.template!r})"


def flatten(value: Any) -> list[Any]:
    """The components of a structure, in order."""
    found = Form.of(value).leaves(value)
    assert found is not None
    return found


def map_leaves(function: Callable[[Any], Any], value: Any) -> Any:
    """The same structure with `function` of every component."""
    form = Form.of(value)
    return form.pack(map(function, form.leaves(value) or ()))


def _is_inner(value: Any) -> bool:
    return value is None or isinstance(value, tuple | Mapping)


def _ordered_keys(mapping: Mapping[Any, Any]) -> Sequence[Any]:
    try:
        return sorted(mapping)
    except TypeError:
        return list(mapping)


def _template(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Mapping):
        kind = OrderedDict if isinstance(value, OrderedDict) else dict
        return kind((key, _template(child)) for key, child in value.items())
    if isinstance(value, tuple):
        return _like_tuple(value, [_template(child) for child in value])
    return _LEAF


def _like_tuple(model: tuple[Any, ...], children: list[Any]) -> Any:
    return type(model)(*children) if hasattr(model, "_fields") else tuple(children)


def _count(template: Any) -> int:
    return 1 if template is _LEAF else sum(map(_count, _children(template)))


def _children(template: Any) -> list[Any]:
    if template is None:
        return []
    if isinstance(template, Mapping):
        return [template[key] for key in _ordered_keys(template)]
    return list(template)


def _collect(template: Any, value: Any, found: list[Any]) -> bool:
    """Append what stands in the marked places to `found`; whether all places are there."""
    if template is _LEAF:
        found.append(value)
        return True
    if template is None:
        return value is None
    if isinstance(template, Mapping):
        if not isinstance(value, Mapping) or value.keys() != template.keys():
            return False
        keys = _ordered_keys(template)
        return all(_collect(template[key], value[key], found) for key in keys)
    if type(value) is not type(template) or len(value) != len(template):
        return False
    return all(_collect(inner, child, found) for inner, child in zip(template, value, strict=True))


def _pack(template: Any, leaves: Iterator[Any]) -> Any:
    if template is _LEAF:
        return next(leaves)
    if template is None:
        return None
    if isinstance(template, Mapping):
        packed = {key: _pack(template[key], leaves) for key in _ordered_keys(template)}
        return type(template)((key, packed[key]) for key in template)  # type: ignore[call-arg]
    return _like_tuple(template, [_pack(child, leaves) for child in template])


def _alike(x: Any, y: Any) -> bool:
    if x is _LEAF or y is _LEAF or x is None or y is None:
        return x is y
    if isinstance(x, Mapping) and isinstance(y, Mapping):
        return x.keys() == y.keys() and all(_alike(x[key], y[key]) for key in x)
    if type(x) is not type(y) or len(x) != len(y):
        return False
    return all(map(_alike, x, y))


def _paths(template: Any, path: str) -> list[str]:
    """How to get to each component: ``"1['x'].left"``."""
    if template is _LEAF:
        return [path]
    if template is None:
        return []
    keys: Sequence[Any]
    if isinstance(template, Mapping):
        keys = [repr(key) for key in _ordered_keys(template)]
    else:
        keys = getattr(template, "_fields", range(len(template)))
    return [
        each
        for key, child in zip(keys, _children(template), strict=True)
        for each in _paths(child, f"{path}[{key}]" if path else str(key))
    ]


ALONE: Final = Form(_LEAF)
"""The form of an element that is a single component."""
