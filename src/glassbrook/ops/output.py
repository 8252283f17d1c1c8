"""`tf.print`: tensors and other objects written to a stream."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from glassbrook.engine.tracing import active
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.ops.arguments import node_value
from glassbrook.ops.formatting import tensor_text
from glassbrook.tensor import Tensor, as_node, nest
from glassbrook.tensor.convert import has_node

__all__ = ["print"]

_FILE = "file://"


class _Shown:
    """Stands in a structure for a tensor, and appears as its text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def print(
    *inputs: Any,
    output_stream: Any = None,
    summarize: int = 3,
    sep: str = " ",
    end: str = "\n",
    name: str | None = None,
) -> None:
    """Write tensors and other objects to a stream, the standard error stream by default.

    Args:
        inputs: tensors, structures that hold tensors, strings, and any other objects.
        output_stream: a stream such as `sys.stdout`; a function that takes the text; or
            ``"file://"`` with the path of a file to add to.
        summarize: how many elements to show at either end of each axis; -1 shows all.
        sep: what stands between the inputs.
        end: what stands behind the last one.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the stream is none of these.

    Example:
        >>> import sys
        >>> import glassbrook as tf
        >>> tf.print("x:", tf.range(10), [tf.constant(1.5), "a"], output_stream=sys.stdout)
        x: [0 1 2 ... 7 8 9] [1.5, 'a']
    """
    tensors = [each for each in nest.flatten(list(inputs)) if has_node(each)]
    trace = active.trace
    if trace is None:
        _print(inputs, output_stream, summarize, sep, end)
        return

    def print_values(*values: Any) -> None:
        following = iter(values)
        shown = nest.map_structure(
            lambda leaf: Tensor(build.data(next(following))) if has_node(leaf) else leaf,
            list(inputs),
        )
        _print(shown, output_stream, summarize, sep, end)

    trace.effect(print_values, [each.used_node() for each in tensors])


def _print(inputs: Sequence[Any], output_stream: Any, summarize: int, sep: str, end: str) -> None:
    text = sep.join(_text(each, summarize) for each in inputs)
    if output_stream is None:
        output_stream = sys.stderr
    if isinstance(output_stream, str) and output_stream.startswith(_FILE):
        with open(output_stream.removeprefix(_FILE), "a", encoding="utf-8") as file:
            file.write(text + end)
    elif hasattr(output_stream, "write"):
        output_stream.write(text + end)
        if hasattr(output_stream, "flush"):
            output_stream.flush()
    elif callable(output_stream):
        output_stream(text)
    else:
        raise InvalidArgumentError(
            f"print: output_stream must be a stream such as sys.stdout, a function, or a string "
            f"that begins with {_FILE!r}, not {output_stream!r}."
        )


def _text(value: Any, summarize: int) -> str:
    if isinstance(value, str):
        return value
    # Imported here: few programs need it.
    from pprint import pformat

    shown = nest.map_structure(lambda leaf: _leaf(leaf, summarize), value)
    return pformat(shown)


def _leaf(value: Any, summarize: int) -> Any:
    if has_node(value):
        return _Shown(tensor_text(node_value(as_node(value)), summarize))
    return value
