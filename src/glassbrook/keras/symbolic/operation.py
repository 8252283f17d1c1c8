"""`Operation`: a function of tensors as a part of a functional model."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Self

from glassbrook.errors import InvalidArgumentError, ModelFileError
from glassbrook.keras.naming import auto_name
from glassbrook.keras.symbolic.calls import Call
from glassbrook.keras.symbolic.names import (
    as_operator,
    class_name_of,
    find_operation,
    name_in_file,
    split_arguments,
)
from glassbrook.keras.symbolic.operators import OPERATORS
from glassbrook.keras.symbolic.probing import outputs_of
from glassbrook.keras.symbolic.tensor import (
    KerasTensor,
    PlaceholderError,
    is_symbolic,
    record_operators_with,
)
from glassbrook.tensor.symbolic import SymbolicArgument, record_with

__all__ = ["Operation", "record", "symbolic_outputs"]


class Operation:
    """A function of tensors that was called on placeholders, such as `tf.reduce_mean`, or ``+``.

    Args:
        function: the function.
        name: a name for printing and saving.
        options: arguments by name that every call gets, unless it brings its own.
    """

    # What layers have, too, and operations have not.
    built = True
    trainable = False
    weights: tuple[Any, ...] = ()
    losses: tuple[Any, ...] = ()

    def __init__(
        self,
        function: Callable[..., Any],
        name: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.function = function
        self.class_name = class_name_of(function)
        self.name = name or auto_name(self.class_name)
        self.options = dict(options or {})
        self._inbound_nodes: list[Call] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives; for placeholders, placeholders for it."""
        if not is_symbolic((args, kwargs)):
            return self.function(*args, **self.options, **kwargs)
        function = functools.partial(self.function, **self.options)
        outputs = symbolic_outputs(function, args, kwargs, self.name)
        Call(self, args, kwargs, outputs)
        return outputs

    @property
    def input(self) -> Any:
        """The placeholders that it was called on first."""
        found = self._first_call().input_tensors
        return found[0] if len(found) == 1 else found

    @property
    def output(self) -> Any:
        """The placeholders that came out of its first call."""
        return self._first_call().outputs

    def _first_call(self) -> Call:
        if not self._inbound_nodes:
            raise AttributeError(f"Operation {self.name!r} was never called on placeholders.")
        return self._inbound_nodes[0]

    def count_params(self) -> int:
        """An operation has no weights."""
        return 0

    def get_config(self) -> dict[str, Any]:
        """The name of the operation, and that of its function.

        Raises:
            InvalidArgumentError: the function is none that a file may name.
        """
        function = name_in_file(self.function)
        if function is None:
            raise InvalidArgumentError(
                f"Operation {self.name!r} cannot be saved: {self.function!r} is no operation of "
                "Glassbrook, and model files hold no code."
            )
        return {"name": self.name, "function": function, **self.options}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The operation that `get_config` described.

        Raises:
            ModelFileError: there is no such function.
        """
        options = dict(config)
        name, function = options.pop("name", None), options.pop("function", None)
        found = find_operation(function) if isinstance(function, str) else None
        if found is None:
            raise ModelFileError(f"There is no operation named {function!r}.")
        return cls(found, name, options)

    def __repr__(self) -> str:
        return f"<Operation name={self.name}, function={self.class_name}>"


def symbolic_outputs(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], name: str
) -> Any:
    """Placeholders for the outputs of a function; errors say for what it was called."""
    try:
        return outputs_of(function, args, kwargs)
    except SymbolicArgument as error:
        raise PlaceholderError(
            f"{name}: a placeholder of keras.Input is hidden where it cannot be replaced by a "
            "tensor, such as in a function's closure. Pass it as an argument, or compute in "
            "call() of a layer of your own."
        ) from error
    except Exception as error:
        shapes = ", ".join(
            str(each.keras_shape) for each in (*args, *kwargs.values()) if _is_placeholder(each)
        )
        # A layer has said so itself, and knows where in the model it is.
        if not any(note.startswith("in layer ") for note in getattr(error, "__notes__", ())):
            error.add_note(f"in {name!r}, called on placeholders of shape {shapes}")
        raise


def _is_placeholder(value: Any) -> bool:
    return isinstance(value, KerasTensor)


def record(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function of tensors on placeholders, as a new operation.

    Raises:
        PlaceholderError: the placeholder is not among the arguments, but in one of them.
    """
    if not is_symbolic((args, kwargs)):
        raise PlaceholderError(
            f"{function.__name__}: a placeholder of keras.Input is hidden where it cannot be "
            "replaced by a tensor. Pass it as an argument itself."
        )
    kwargs = {key: value for key, value in kwargs.items() if key != "name"}
    args, kwargs, options = split_arguments(function, args, kwargs)
    if not kwargs and not options:
        function = as_operator(function)
    return Operation(function, options=options)(*args, **kwargs)


_OF_PYTHON = dict(OPERATORS.values())


def _record_operator(function: Callable[..., Any], operands: tuple[Any, ...]) -> Any:
    return Operation(_OF_PYTHON[function])(*operands)


record_with(record)
record_operators_with(_record_operator)
