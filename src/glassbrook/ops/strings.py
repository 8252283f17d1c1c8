"""Strings: tensors of bytes, usually text in UTF-8."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.engine.interpreter import regex
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node, emit
from glassbrook.ops.arguments import axes_argument, axis_argument, node_value
from glassbrook.ops.formatting import tensor_text
from glassbrook.ops.operands import unstacked
from glassbrook.ops.string_parts import (
    bytes_split,
    split,
    strings_argument,
    text_argument,
    unicode_decode,
    unicode_decode_with_offsets,
    unicode_encode,
    unicode_split,
    unicode_split_with_offsets,
)
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "as_string",
    "bytes_split",
    "format",
    "join",
    "length",
    "lower",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "split",
    "strip",
    "substr",
    "to_number",
    "unicode_decode",
    "unicode_decode_with_offsets",
    "unicode_encode",
    "unicode_split",
    "unicode_split_with_offsets",
    "upper",
]


def _check_encoding(op: str, encoding: str) -> None:
    if encoding.lower() not in ("", "utf-8"):
        raise InvalidArgumentError(
            f"strings.{op}: encoding must be '' for bytes or 'utf-8', not {encoding!r}."
        )


def _in_case(op: str, input: Any, encoding: str) -> Tensor:
    _check_encoding(op, encoding)
    node = strings_argument(op, input)
    attrs = {"encoding": encoding.lower()} if encoding else {}
    return Tensor(emit(f"string_{op}", (node,), attrs))


@operation
def lower(input: Any, encoding: str = "", name: str | None = None) -> Tensor:
    """Capital letters made small.

    Args:
        input: strings.
        encoding: ``""`` changes A to Z only; ``"utf-8"`` the letters of all alphabets.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the input is not strings.
        InvalidArgumentError: there is no such encoding.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.lower(["Hello", "WORLD"]).numpy()
        array([b'hello', b'world'], dtype=object)
    """
    return _in_case("lower", input, encoding)


@operation
def upper(input: Any, encoding: str = "", name: str | None = None) -> Tensor:
    """Small letters made capital.

    Args:
        input: strings.
        encoding: ``""`` changes a to z only; ``"utf-8"`` the letters of all alphabets.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the input is not strings.
        InvalidArgumentError: there is no such encoding.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.upper("hello").numpy()
        b'HELLO'
    """
    return _in_case("upper", input, encoding)


def _check_unit(op: str, unit: str) -> None:
    if unit not in ("BYTE", "UTF8_CHAR"):
        raise InvalidArgumentError(
            f'strings.{op}: unit must be "BYTE" or "UTF8_CHAR", not {unit!r}.'
        )


@operation
def length(input: Any, unit: str = "BYTE", name: str | None = None) -> Tensor:
    """How long each string is, as int32.

    Args:
        input: strings.
        unit: ``"BYTE"``, or ``"UTF8_CHAR"`` for characters.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the input is not strings.
        InvalidArgumentError: there is no such unit.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.length(["a", "bcd", ""]).numpy()
        array([1, 3, 0], dtype=int32)
    """
    _check_unit("length", unit)
    return Tensor(build.string_length(strings_argument("length", input), unit))


@operation
def join(inputs: Any, separator: str = "", name: str | None = None) -> Tensor:
    """Strings joined element by element.

    Args:
        inputs: a list of tensors of strings, all of one shape; scalars are repeated.
        separator: what stands between them.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes differ.
        DTypeError: an input is not strings.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.join(["x", ["a", "b"]], separator="-").numpy()
        array([b'x-a', b'x-b'], dtype=object)
    """
    if has_node(inputs):
        nodes = unstacked(strings_argument("join", inputs), 0)
    else:
        nodes = [strings_argument("join", each) for each in inputs]
    shapes = {node.shape for node in nodes if node.shape}
    if len(shapes) > 1:
        raise ShapeError(
            "strings.join: all inputs need the same shape, or none, but got "
            f"{', '.join(str(list(node.shape)) for node in nodes)}."
        )
    if not nodes:
        return Tensor(as_node(b""))
    return Tensor(build.string_join(nodes, text_argument("join", "separator", separator)))


@operation
def reduce_join(
    inputs: Any,
    axis: Any = None,
    keepdims: bool = False,
    separator: str = "",
    name: str | None = None,
) -> Tensor:
    """Strings joined along axes.

    Args:
        inputs: strings, which are computed for it.
        axis: the axes, the one that runs fastest first; all, in row-major order, by default.
        keepdims: keep these axes with size 1.
        separator: what stands between the strings.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=1, separator="-").numpy()
        array([b'a-b', b'c-d'], dtype=object)
    """
    node = strings_argument("reduce_join", inputs)
    axes = axes_argument("strings.reduce_join", axis, node.rank)
    if axis is not None and not isinstance(axis, int):
        # The axis that is named first runs fastest.
        named = [axis_argument("strings.reduce_join", each, node.rank) for each in axis]
        axes = tuple(reversed(named))
    others = [each for each in range(node.rank) if each not in axes]
    moved = np.transpose(node_value(node), (*others, *axes))
    shape = tuple(node.shape[each] for each in others)
    between = text_argument("reduce_join", "separator", separator).encode()
    result = np.empty(shape, object)
    for position in np.ndindex(shape):
        result[position] = between.join(moved[position].ravel().tolist())
    if keepdims:
        kept = (1 if each in axes else node.shape[each] for each in range(node.rank))
        result = result.reshape(tuple(kept))
    return Tensor(build.data(result, dtypes.string))


@operation
def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: str | None = None) -> Tensor:
    """A part of each string.

    Args:
        input: strings.
        pos: where the part begins; a negative number counts from the end.
        len: how long it is; what lies behind the end is left out.
        unit: ``"BYTE"``, or ``"UTF8_CHAR"`` for characters.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a part begins outside of its string; found when the value is
            computed.
        ShapeError: the shapes do not broadcast.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.substr(["hello", "world"], -3, 2).numpy()
        array([b'll', b'rl'], dtype=object)
    """
    _check_unit("substr", unit)
    node = strings_argument("substr", input)
    return Tensor(build.string_substr(node, as_node(pos), as_node(len), unit))


@operation
def strip(input: Any, name: str | None = None) -> Tensor:
    r"""Strings without white space at their ends.

    Args:
        input: strings.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the input is not strings.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.strip("  a b \n").numpy()
        b'a b'
    """
    return Tensor(build.string_strip(strings_argument("strip", input)))


@operation
def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Tensor:
    """Numbers and truth values as text; strings stay as they are.

    Args:
        input: a tensor of any dtype.
        precision: digits behind the point of floats; 6 by default.
        scientific: write floats as ``1.5e+00``.
        shortest: write floats in the shorter of both forms, as C's ``%g`` does.
        width: the least number of characters.
        fill: what C's ``printf`` takes as a flag: ``"0"`` fills with zeros, ``"-"`` fills behind,
            ``"+"`` and ``" "`` stand for the sign of a positive number.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: options that contradict each other or do not fit the dtype.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.as_string([1.0, 2.25]).numpy()
        array([b'1.000000', b'2.250000'], dtype=object)
        >>> tf.strings.as_string(3, width=5, fill="0").numpy(), tf.strings.as_string(True).numpy()
        (b'00003', b'true')
    """
    node = as_node(input)
    if scientific and shortest:
        raise InvalidArgumentError("strings.as_string: either scientific or shortest, not both.")
    if fill not in ("", "0", "-", "+", " ", "#"):
        raise InvalidArgumentError(
            f'strings.as_string: fill must be one of "0", "-", "+", " ", "#", or "", not {fill!r}.'
        )
    if not node.dtype.is_floating and (precision > -1 or scientific or shortest):
        raise InvalidArgumentError(
            "strings.as_string: precision, scientific and shortest are for floats, not for "
            f"{node.dtype.name}."
        )
    if node.dtype is dtypes.string:
        return Tensor(_padded(node, width, fill))
    return Tensor(build.as_string(node, precision, scientific, shortest, width, fill))


def _padded(node: Node, width: int, fill: str) -> Node:
    """Strings of at least `width` bytes."""
    if width < 0:
        return node
    result = np.empty(node.shape, object)
    values: Array = node_value(node)
    for index, text in enumerate(values.flat):
        result.flat[index] = text.ljust(width) if fill == "-" else text.rjust(width)
    return build.data(result, dtypes.string)


@operation
def to_number(input: Any, out_type: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """Text as numbers; white space around them is left out.

    Args:
        input: strings such as ``"3"``, ``"-1.5e3"``, ``"inf"``, ``"nan"``, ``"0x1p3"``.
        out_type: float32, float64, int32, int64, uint32 or uint64.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a string is not such a number; found when the value is computed.
        DTypeError: there is no such output.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.to_number(["1", " 2e3 "]).numpy()
        array([1.e+00, 2.e+03], dtype=float32)
    """
    kind = as_dtype(out_type)
    known = ("float32", "float64", "int32", "int64", "uint32", "uint64")
    if kind.name not in known:
        raise DTypeError(
            f"strings.to_number: out_type must be one of {', '.join(known)}, not {kind.name}."
        )
    return Tensor(build.string_to_number(strings_argument("to_number", input), kind))


@operation
def regex_replace(
    input: Any,
    pattern: Any,
    rewrite: Any,
    replace_global: bool = True,
    name: str | None = None,
) -> Tensor:
    r"""What matches a regular expression replaced.

    Args:
        input: strings.
        pattern: a regular expression in RE2's syntax: no look-around, no back-references.
        rewrite: the replacement; ``\0`` stands for the match, ``\1`` to ``\9`` for its groups.
        replace_global: replace every match, else the first one only.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the pattern or the replacement is not well formed.

    Source:
        RE2's syntax: https://github.com/google/re2/wiki/Syntax

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.regex_replace("Text with tags.<br />", "<[^>]+>", "").numpy()
        b'Text with tags.'
        >>> tf.strings.regex_replace("abc", "(a)(b)", r"\2\1").numpy()
        b'bac'
    """
    node = strings_argument("regex_replace", input)
    expression = text_argument("regex_replace", "pattern", pattern)
    replacement = text_argument("regex_replace", "rewrite", rewrite)
    # Checked here, so that the error points at this line.
    regex.rewrite_of(replacement, regex.pattern_of(expression).groups)
    return Tensor(build.regex_replace(node, expression, replacement, bool(replace_global)))


@operation
def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Tensor:
    """Whether a regular expression matches the whole of each string.

    Args:
        input: strings.
        pattern: a regular expression in RE2's syntax.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the pattern is not well formed.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.regex_full_match(["abc", "abcd"], "a.c").numpy()
        array([ True, False])
    """
    node = strings_argument("regex_full_match", input)
    expression = text_argument("regex_full_match", "pattern", pattern)
    regex.pattern_of(expression)
    # A full match gets one byte more; nothing else changes.
    marked = build.regex_replace(node, rf"\A(?:{expression})\z", r"\0!", False)
    same = build.equal(build.string_length(marked, "BYTE"), build.string_length(node, "BYTE"))
    return Tensor(build.logical_not(same))


@operation
def format(
    template: str,
    inputs: Any,
    placeholder: str = "{}",
    summarize: int = 3,
    name: str | None = None,
) -> Tensor:
    """Tensors written into a text, in place of its placeholders.

    Args:
        template: the text.
        inputs: a tensor, or a list of tensors; they are computed for it.
        placeholder: what is replaced.
        summarize: how many elements to show at either end of each axis; -1 shows all.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there are not as many placeholders as tensors.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.format("x is {}", tf.constant([1.5, 2.0])).numpy()
        b'x is [1.5 2]'
    """
    values = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    pieces = template.split(placeholder)
    count = len(pieces) - 1
    if count != len(values):
        raise InvalidArgumentError(
            f"strings.format: the template has {count} placeholders, but {len(values)} tensors "
            "were given."
        )
    text = pieces[0]
    for value, piece in zip(values, pieces[1:]):
        text += tensor_text(node_value(as_node(value)), summarize) + piece
    return Tensor(as_node(text))
