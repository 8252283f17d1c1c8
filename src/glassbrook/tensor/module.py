"""`Module`: an object that owns variables, by itself or through what its attributes hold."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from glassbrook.errors import InvalidArgumentError
from glassbrook.tensor.scopes import close_scope, open_scope
from glassbrook.tensor.variable import Variable

__all__ = ["Module", "name_scope"]

_Method = TypeVar("_Method", bound=Callable[..., Any])


class name_scope:  # noqa: N801  (TensorFlow's name)
    """While this is entered, names of new variables begin with a name and a slash.

    Args:
        name: the name.

    Raises:
        InvalidArgumentError: the name is not a string.

    Example:
        >>> import glassbrook as tf
        >>> with tf.name_scope("outer"), tf.name_scope("inner") as scope:
        ...     print(scope, tf.Variable(1.0, name="w").name)
        outer/inner/ outer/inner/w:0
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise InvalidArgumentError(f"name_scope: name must be a string, not {name!r}.")
        self._name = name

    @property
    def name(self) -> str:
        """The name that was given."""
        return self._name

    def __enter__(self) -> str:
        return open_scope(self._name)

    def __exit__(self, *exception: object) -> None:
        close_scope()


class Module:
    """An object with variables: those in its attributes, and in modules in its attributes.

    Lists, tuples and dictionaries in attributes are looked through, and so are Keras layers. The
    variables of an attribute stand in the alphabetical order of the attributes' names; those of
    inner modules come after.

    Args:
        name: a Python identifier; by default the name of the class, as ``my_module``.

    Raises:
        ValueError: the name is no Python identifier.

    Example:
        >>> import glassbrook as tf
        >>> class Linear(tf.Module):
        ...     def __init__(self, inputs, outputs, name=None):
        ...         super().__init__(name=name)
        ...         self.w = tf.Variable(tf.ones([inputs, outputs]), name="w")
        ...         self.b = tf.Variable(tf.zeros([outputs]), name="b")
        ...     def __call__(self, x):
        ...         return x @ self.w + self.b
        >>> linear = Linear(3, 2)
        >>> linear.name, [v.name for v in linear.trainable_variables]
        ('linear', ['b:0', 'w:0'])
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = _snake_case(type(self).__name__)
        if not str(name).isidentifier():
            raise InvalidArgumentError(
                f"{name!r} is not a valid module name. Module names must be valid Python "
                "identifiers, such as 'encoder_1'."
            )
        self._name = name
        # A full name: entered anywhere, it means the scope in which the module was made.
        self._scope_name = open_scope(name)
        close_scope()

    @property
    def name(self) -> str:
        """The name as it was given, or made from the class."""
        return self._name

    @property
    def name_scope(self) -> name_scope:
        """A scope in which variables get the module's name before their own."""
        return name_scope(self._scope_name)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All variables, each once."""
        return tuple(_variables(self))

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        """The variables that optimizers and tapes take as parameters, each once."""
        return tuple(each for each in _variables(self) if each.trainable)

    @property
    def non_trainable_variables(self) -> tuple[Variable, ...]:
        """The other variables, each once."""
        return tuple(each for each in _variables(self) if not each.trainable)

    @property
    def submodules(self) -> tuple[Any, ...]:
        """All modules inside this one, at any depth, each once."""
        return tuple(each for each in _modules(self) if each is not self)

    @classmethod
    def with_name_scope(cls, method: _Method) -> _Method:
        """Decorate a method so that it runs in the module's name scope.

        Example:
            >>> import glassbrook as tf
            >>> class Layer(tf.Module):
            ...     @tf.Module.with_name_scope
            ...     def __call__(self, x):
            ...         self.w = tf.Variable(tf.ones([2, 1]), name="w")
            ...         return x @ self.w
            >>> layer = Layer()
            >>> y = layer(tf.ones([1, 2]))
            >>> layer.w.name
            'layer/w:0'
        """

        @functools.wraps(method)
        def wrapped(self: Module, *args: Any, **kwargs: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **kwargs)

        return wrapped  # type: ignore[return-value]


def _snake_case(name: str) -> str:
    """``MyModule2`` as ``my_module2``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _is_module(value: Any) -> bool:
    """Whether `value` is a module, or a layer, which lists its variables by itself."""
    kind = type(value)
    return isinstance(value, Module) or (
        hasattr(kind, "trainable_variables") and hasattr(kind, "variables")
    )


def _leaves(value: Any) -> Iterator[Any]:
    """What lists, tuples and dictionaries in an attribute hold, at any depth."""
    if isinstance(value, Mapping):
        try:
            keys = sorted(value)
        except TypeError:
            keys = list(value)
        for key in keys:
            yield from _leaves(value[key])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _own(module: Module) -> Iterator[Any]:
    for name in sorted(vars(module)):
        yield from _leaves(vars(module)[name])


def _modules(start: Any) -> Iterator[Any]:
    """A module and all inside it, each before those that it holds."""
    seen = {id(start)}

    def visit(module: Any) -> Iterator[Any]:
        yield module
        inner = _own(module) if isinstance(module, Module) else getattr(module, "submodules", ())
        # All of one level first: a module that occurs twice belongs to where it stands first.
        found = []
        for each in inner:
            if _is_module(each) and id(each) not in seen:
                seen.add(id(each))
                found.append(each)
        for each in found:
            yield from visit(each)

    return visit(start)


def _variables(start: Module) -> Iterator[Variable]:
    seen: set[int] = set()
    for module in _modules(start):
        for each in _own(module) if isinstance(module, Module) else module.variables:
            if isinstance(each, Variable) and id(each) not in seen:
                seen.add(id(each))
                yield each
