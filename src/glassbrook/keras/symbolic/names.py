"""The names of operations: in summaries as Keras prints them, and in model files.

A file may name only what is listed here or was marked as an operation of the package.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

from glassbrook.keras import registry
from glassbrook.keras.symbolic.operators import OPERATORS
from glassbrook.tensor.symbolic import operation_name, operations

__all__ = [
    "as_operator",
    "class_name_of",
    "find_operation",
    "keras_module_of",
    "name_in_file",
    "operation_of_class",
    "split_arguments",
]

_OPERATORS = {name: function for name, (_, function) in OPERATORS.items()}
_CLASSES = {function: name for name, function in _OPERATORS.items()}
_OPERATORS |= {"Divide": _OPERATORS["TrueDivide"]}
# What Keras calls operations that TensorFlow calls otherwise.
_OTHER_NAMES = {
    "reduce_sum": "Sum",
    "reduce_mean": "Mean",
    "reduce_max": "Max",
    "reduce_min": "Min",
    "reduce_prod": "Prod",
    "reduce_any": "Any",
    "reduce_all": "All",
    "reduce_std": "Std",
    "reduce_variance": "Var",
    "reduce_logsumexp": "Logsumexp",
    "concat": "Concatenate",
    "truediv": "TrueDivide",
    "pow": "Power",
    "abs": "Absolute",
    "relu": "Relu",
    "clip_by_value": "Clip",
    "conv2d": "Conv",
    "einsum_of": "Einsum",
}
_KERAS_OPS = "keras.ops."
# Where Keras has its classes of operations: in `keras.src.ops.numpy`, but for these.
_PLACES = {
    "nn": "networks windows one_hot multi_hot",
    "core": "flow cast saturate_cast slice slice_update scatter scatter_update unstack",
    "math": "segment_sum segment_max erf erfinv rsqrt logsumexp top_k in_top_k logdet",
    "linalg": (
        "norm inv det solve solve_triangular cholesky cholesky_inverse qr svd lstsq eig eigh pinv "
        "slogdet"
    ),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names.split()}
# Arguments of these names are what an operation works on; others say how.
_OPERANDS = frozenset(
    "x x1 x2 xs y a b inputs kernel depthwise_kernel pointwise_kernel condition target output "
    "targets predictions indices values updates data segment_ids sorted_sequence key query value "
    "operands condlist choicelist mean variance offset scale gamma beta bias mask weights "
    "constant_values".split()
)


def class_name_of(function: Callable[..., Any]) -> str:
    """What the class of an operation is called in a summary.

    Example:
        >>> import glassbrook as tf
        >>> class_name_of(tf.reduce_mean)
        'Mean'
    """
    found = _CLASSES.get(function)
    if found is None:
        name = str(getattr(function, "__name__", "operation"))
        found = _OTHER_NAMES.get(name) or _camel_case(name)
    return found


def _camel_case(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_")) or "Operation"


def as_operator(function: Callable[..., Any]) -> Callable[..., Any]:
    """The operator that one of Keras's operations is the same as; the operation, if there is none.

    Keras has one class for both.
    """
    if not str(function.__module__).startswith("glassbrook." + _KERAS_OPS):
        return function
    return _OPERATORS.get(class_name_of(function), function)


def keras_module_of(function: Callable[..., Any]) -> str:
    """The module in which Keras has an operation, as its files name it."""
    places = (function.__name__, str(function.__module__).rpartition(".")[2])
    found = next((_PLACE_OF[each] for each in places if each in _PLACE_OF), "numpy")
    return f"keras.src.ops.{found}"


def split_arguments(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any], dict[str, Any]]:
    """The arguments that one of Keras's operations works on, and its options.

    Keras keeps options with the operation, and operands with each of its calls.
    """
    if not operation_name(getattr(function, "__wrapped__", function)).startswith(_KERAS_OPS):
        return args, kwargs, {}
    if function.__name__ == "einsum_of":
        return args, {}, kwargs
    signature = inspect.signature(function)
    kinds = {each.kind for each in signature.parameters.values()}
    if kinds - {inspect.Parameter.POSITIONAL_OR_KEYWORD}:
        return args, kwargs, {}
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    options = {key: each for key, each in bound.arguments.items() if key not in _OPERANDS}
    if any(callable(each) for each in options.values()):
        return args, kwargs, {}
    operands = [(key, each) for key, each in bound.arguments.items() if key in _OPERANDS]
    names = list(bound.arguments)
    first = [each for place, (key, each) in enumerate(operands) if names[place] == key]
    rest = dict(operands[len(first) :])
    return tuple(first), {key: each for key, each in rest.items() if each is not None}, options


def name_in_file(function: Callable[..., Any]) -> str | None:
    """The name of an operation in model files; `None` if no file may name it."""
    found = _CLASSES.get(function)
    if found is not None:
        return found
    wrapped = getattr(function, "__wrapped__", function)
    name = operation_name(wrapped) if hasattr(wrapped, "__name__") else ""
    if operations().get(name) is function:
        return name
    custom = registry.get_registered_name(function) if hasattr(function, "__name__") else None
    return custom if custom and registry.get_registered_object(custom) is function else None


def find_operation(name: str) -> Callable[..., Any] | None:
    """The operation that a name in a model file stands for; `None` if there is none."""
    if name in _OPERATORS:
        return _OPERATORS[name]
    found = operations().get(name)
    if found is None:
        _import_operations()
        found = operations().get(name)
    if found is None:
        custom = registry.get_registered_object(name)
        found = custom if callable(custom) else None
    return found


def operation_of_class(name: str) -> Callable[..., Any] | None:
    """The operation that one of Keras's classes of operations stands for, such as ``"Mean"``."""
    if name in _OPERATORS:
        return _OPERATORS[name]
    _import_operations()
    return _keras_operations().get(name)


@functools.cache
def _keras_operations() -> dict[str, Callable[..., Any]]:
    return {
        _OTHER_NAMES.get(function.__name__) or _camel_case(function.__name__): function
        for name, function in operations().items()
        if name.startswith(_KERAS_OPS)
    }


@functools.cache
def _import_operations() -> None:
    """Import all operations of the package, so that they are known by name."""
    import glassbrook.keras.ops
    import glassbrook.ops

    for module in pkgutil.walk_packages(glassbrook.ops.__path__, "glassbrook.ops."):
        importlib.import_module(module.name)
