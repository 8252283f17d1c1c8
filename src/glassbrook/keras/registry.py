"""Which classes a model file may name: a closed table, filled by decorators when Keras is imported.

A file never decides what is imported or run. An object is saved as the name of its class and a
JSON-able configuration; when it is read back, the name is looked up here, or among the classes
that the caller passes or has registered. An unknown name is an error that says so.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

from glassbrook.errors import InvalidArgumentError, ModelFileError
from glassbrook.tensor.symbolic import operation

__all__ = [
    "choices",
    "custom_object_scope",
    "deserialize",
    "find",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "names",
    "register",
    "register_keras_serializable",
    "serialize",
    "serialize_any",
    "suggestion",
]

Thing = TypeVar("Thing", bound=Callable[..., Any])

# How many names an error lists.
_MOST_NAMES = 24
# Functions of these kinds also take placeholders.
_OPERATIONS = frozenset({"activation", "loss"})
# kind -> name or alias -> class
_BUILT_IN: dict[str, dict[str, Any]] = {}
_custom: dict[str, Any] = {}
_custom_names: dict[Any, str] = {}
_scopes: ContextVar[tuple[Mapping[str, Any], ...]] = ContextVar("custom_object_scopes", default=())


def register(kind: str, *aliases: str) -> Callable[[Thing], Thing]:
    """Decorate a class (or function) of Keras so that files and strings may name it.

    Args:
        kind: the family, such as ``"layer"``, ``"loss"`` or ``"optimizer"``.
        aliases: further names for it.

    Raises:
        ValueError: another member of the family has that name already.
    """

    def add(thing: Thing) -> Thing:
        if kind in _OPERATIONS and not isinstance(thing, type):
            thing = operation(thing)
        table = _BUILT_IN.setdefault(kind, {})
        for name in (thing.__name__, *aliases):
            if table.setdefault(name, thing) is not thing:
                raise ValueError(f"registry: there are two of kind {kind!r} named {name!r}.")
        return thing

    return add


def names(kind: str) -> list[str]:
    """The names and aliases of a family, in order."""
    return sorted(_BUILT_IN.get(kind, {}))


def choices(kind: str) -> str:
    """The names of a family as an error lists them: those in lower case, and not all of many."""
    known = [name for name in names(kind) if name.islower()]
    more = f" and {len(known) - _MOST_NAMES} more" if len(known) > _MOST_NAMES else ""
    return f"{', '.join(known[:_MOST_NAMES])}{more}"


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Thing], Thing]:
    """Decorate a class or function of your own, so that models that hold it can be saved and read.

    Args:
        package: a prefix that keeps it apart from others of the same name.
        name: its name; that of the class or function by default.

    Example:
        >>> import glassbrook as tf
        >>> @tf.keras.utils.register_keras_serializable(package="docs")
        ... class Doubling:
        ...     pass
        >>> tf.keras.utils.get_registered_name(Doubling)
        'docs>Doubling'
    """

    def add(thing: Thing) -> Thing:
        full_name = f"{package}>{name or thing.__name__}"
        _custom[full_name] = thing
        _custom_names[thing] = full_name
        return thing

    return add


def get_registered_name(thing: Any) -> str:
    """The name under which a class or function is saved."""
    return str(_custom_names.get(thing, thing.__name__))


def suggestion(kind: str, identifier: Any) -> str:
    """What an unknown name may have meant, as a sentence to put behind an error; or nothing."""
    if not isinstance(identifier, str):
        return ""
    known = [*names(kind), *(["accuracy"] if kind == "metric" else [])]
    by_lower = {name.lower(): name for name in known}
    words = set(identifier.lower().split("_"))
    # A word that was left out changes more letters than one that was confused with another.
    complete = [name for name in by_lower if words < set(name.split("_"))]
    close = difflib.get_close_matches(identifier.lower(), complete or list(by_lower), 1)
    return f" Did you mean {by_lower[close[0]]!r}?" if close else ""


def get_registered_object(name: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The class or function of the caller's that was registered under a name, or `None`."""
    for table in (custom_objects or {}, *reversed(_scopes.get()), _custom):
        if name in table:
            return table[name]
    return None


def get_custom_objects() -> dict[str, Any]:
    """The table of registered classes and functions of your own, which may be added to."""
    return _custom


@contextlib.contextmanager
def custom_object_scope(*objects: Mapping[str, Any]) -> Iterator[None]:
    """While this is entered, names in `objects` are known to `deserialize` and `load_model`."""
    token = _scopes.set((*_scopes.get(), *objects))
    try:
        yield
    finally:
        _scopes.reset(token)


def find(kind: str, name: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The class or function that a name stands for; the caller's own ones come first.

    Returns:
        The class, or `None` if the name is unknown.
    """
    found = get_registered_object(name, custom_objects)
    return _BUILT_IN.get(kind, {}).get(name) if found is None else found


def serialize(thing: Any) -> dict[str, Any]:
    """An object as the name of its class and its configuration.

    Returns:
        ``{"class": name, "config": {...}}``.

    Raises:
        InvalidArgumentError: the object has no `get_config`.
    """
    cls = type(thing)
    if not hasattr(thing, "get_config"):
        raise InvalidArgumentError(
            f"{cls.__name__} cannot be saved, as it has no get_config(). Define get_config(self), "
            "returning the arguments of __init__ as numbers, texts, lists and dictionaries."
        )
    return {"class": get_registered_name(cls), "config": thing.get_config()}


def serialize_any(kind: str, thing: Any) -> str | dict[str, Any] | None:
    """An object as `serialize` gives it, a function as its name, and `None` as `None`.

    A function of the caller's need not be registered: whoever loads what was saved says in
    `custom_objects` what its name stands for.

    Raises:
        InvalidArgumentError: it is a function without a name, or with the name of another one.
    """
    if thing is None:
        return None
    if hasattr(thing, "get_config"):
        return serialize(thing)
    name = str(_custom_names.get(thing, getattr(thing, "__name__", repr(thing))))
    if find(kind, name) is not thing and (find(kind, name) or not name.isidentifier()):
        raise InvalidArgumentError(
            f"The {kind} {name!r} cannot be saved, as nothing knows its name. Define it as a "
            "function (no lambda), and decorate it with "
            "@tf.keras.utils.register_keras_serializable()."
        )
    return name


def deserialize(
    kind: str, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The object that `serialize` described; Keras's ``{"class_name": …}`` is understood too.

    Raises:
        ModelFileError: the class is unknown, or its configuration does not fit it.
    """
    name = config.get("class", config.get("registered_name") or config.get("class_name"))
    arguments = config.get("config", {})
    cls = find(kind, name, custom_objects) if isinstance(name, str) else None
    if cls is None and isinstance(config.get("class_name"), str):
        cls = find(kind, config["class_name"], custom_objects)
    if cls is None:
        raise ModelFileError(
            f"There is no {kind} named {name!r}. If it is a class of your own, decorate it with "
            "@tf.keras.utils.register_keras_serializable(), or pass "
            f"custom_objects={{{str(name)!r}: YourClass}}."
        )
    if not isinstance(cls, type):
        return cls
    if not isinstance(arguments, Mapping):
        raise ModelFileError(
            f"The configuration of {kind} {name!r} is {arguments!r}, not a table of arguments."
        )
    try:
        from_config = getattr(cls, "from_config", None)
        return cls(**arguments) if from_config is None else from_config(dict(arguments))
    except TypeError as error:
        raise ModelFileError(
            f"The configuration of {kind} {name!r} does not fit its class: {error}."
        ) from error
