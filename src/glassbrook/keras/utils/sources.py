"""`get_source_inputs`: where the data enter that a placeholder is computed from."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.symbolic.tensor import KerasTensor

__all__ = ["get_source_inputs"]


def get_source_inputs(tensor: Any) -> list[Any]:
    """The placeholders of `tf.keras.Input` that a placeholder is computed from.

    Args:
        tensor: the placeholder.

    Raises:
        InvalidArgumentError: it is no placeholder.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.keras.Input((3,))
        >>> tf.keras.utils.get_source_inputs(tf.keras.layers.Dense(3)(x) + x)[0] is x
        True
    """
    if not isinstance(tensor, KerasTensor):
        raise InvalidArgumentError(
            f"get_source_inputs: expected a placeholder of keras.Input, got {tensor!r}."
        )
    sources: dict[int, KerasTensor] = {}
    seen: set[int] = set()
    stack = [tensor]
    while stack:
        each = stack.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        call = each._call
        if call is None or call.is_input:
            sources[id(each)] = each
        else:
            stack.extend(reversed(call.input_tensors))
    return list(sources.values())
