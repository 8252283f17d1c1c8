"""The arguments of a call as the key of a trace.

Tensors count by shape and dtype, numbers and texts by type and value, structures by their form,
and other objects by identity, unless they have a hash of their own.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from glassbrook.errors import DTypeError, UsageError
from glassbrook.graph.node import Node
from glassbrook.tensor import nest
from glassbrook.tensor.convert import as_node
from glassbrook.tensor.spec import TensorSpec
from glassbrook.tensor.tensor import Tensor, TensorValue
from glassbrook.tensor.variable import Variable

__all__ = ["Call", "Signature", "replace_tensors", "scan"]

_LITERALS = frozenset({int, bool, str, bytes, complex, type(None), type, type(...)})


def scan(values: Sequence[Any], key: list[Any], nodes: list[Node], kept: list[Any]) -> None:
    """Go through the arguments of a call.

    Args:
        values: the arguments.
        key: gets what a trace depends on.
        nodes: gets the nodes of tensors, and of arrays, which count as tensors.
        kept: gets the objects that the key names by their `id`.
    """
    for value in values:
        kind = type(value)
        if kind is Tensor:
            node = value._node
            nodes.append(node)
            key.append(node.shape)
            key.append(node.dtype)
        elif kind in _LITERALS:
            key.append((kind, value))
        elif kind is float:
            key.append((kind, "nan" if math.isnan(value) else value))
        elif nest.is_nested(value):
            key.append(kind)
            if isinstance(value, Mapping):
                key.append((*value,))
            else:
                key.append(len(value))
            scan(nest.children(value), key, nodes, kept)
        else:
            _scan_other(value, key, nodes, kept)


def _scan_other(value: Any, key: list[Any], nodes: list[Node], kept: list[Any]) -> None:
    if isinstance(value, np.ndarray | np.generic) or (
        isinstance(value, TensorValue) and not isinstance(value, Variable)
    ):
        node = as_node(value)
        nodes.append(node)
        key.append(node.shape)
        key.append(node.dtype)
    elif isinstance(value, Variable) or _is_named_by_identity(type(value)):
        kept.append(value)
        key.append(("object", id(value)))
    else:
        key.append((type(value), value))


def _is_named_by_identity(kind: Any) -> bool:
    return kind.__hash__ is None or kind.__hash__ is object.__hash__


def replace_tensors(value: Any, make: Callable[[], Tensor]) -> Any:
    """An argument with another tensor in place of each one; in the order of `scan`."""
    if nest.is_nested(value):
        leaves = [replace_tensors(each, make) for each in nest.flatten(value)]
        return nest.pack_like(value, leaves)
    is_tensor = isinstance(value, TensorValue) and not isinstance(value, Variable)
    return make() if is_tensor or isinstance(value, np.ndarray | np.generic) else value


class Call:
    """The arguments of one call, in the order of the function's parameters.

    Attributes:
        args: the positional ones, defaults included.
        kwargs: those that can only be named.
        key: what a trace for them depends on.
        nodes: the nodes of the tensors among them.
        kept: the objects that the key names by their `id`.
    """

    __slots__ = ("args", "kept", "key", "kwargs", "nodes")

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.args = args
        self.kwargs = kwargs
        key: list[Any] = []
        self.nodes: list[Node] = []
        self.kept: list[Any] = []
        scan([args, kwargs], key, self.nodes, self.kept)
        self.key = tuple(key)


class Signature:
    """What a function takes.

    Args:
        function: the function.
        specs: a `TensorSpec`, or a structure of them, for each of its first parameters.
    """

    def __init__(self, function: Callable[..., Any], specs: Any = None) -> None:
        self._parameters = inspect.signature(function)
        self.specs = None if specs is None else tuple(specs)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call:
        """The arguments of a call, defaults filled in, converted to what the specs say.

        Raises:
            DTypeError: they do not fit.
        """
        try:
            bound = self._parameters.bind(*args, **kwargs)
            bound.apply_defaults()
            positional = bound.args
            if self.specs is not None:
                count = len(self.specs)
                positional = (
                    *(_converted(*each) for each in zip(self.specs, positional)),
                    *positional[count:],
                )
            return Call(positional, bound.kwargs)
        except (TypeError, ValueError) as error:
            raise DTypeError(
                f"Binding inputs to tf.function failed due to `{error}`. Received args: "
                f"{_shown(args)} and kwargs: {_shown(dict(kwargs))} for signature: "
                f"{self._parameters}."
            ) from None


def _shown(values: Any) -> str:
    """Arguments without the numbers of tensors, which may be many or not known yet."""
    return repr(nest.map_structure(_Shown, values))


class _Shown:
    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        value = self._value
        if isinstance(value, TensorValue):
            return f"<tf.Tensor: shape={value.shape}, dtype={value.dtype.name}>"
        text = repr(value)
        return text if len(text) < 80 else f"{text[:77]}..."


def _converted(spec: Any, value: Any) -> Any:
    """An argument as a spec, or a structure of specs, wants it."""
    if not isinstance(spec, TensorSpec):
        if not nest.is_nested(spec):
            return value
        nest.assert_same_structure(spec, value)
        leaves = [_converted(*each) for each in zip(nest.flatten(spec), nest.flatten(value))]
        return nest.pack_like(spec, leaves)
    if isinstance(value, TensorSpec):
        return value
    if not isinstance(value, TensorValue):
        value = Tensor(as_node(value, spec.dtype))
    if not spec.is_compatible_with(value):
        raise UsageError(f"Can not cast {TensorSpec.from_tensor(value)} to {spec}")
    return value
