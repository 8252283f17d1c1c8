"""Checks of values that raise an error at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassbrook.errors import DTypeError, InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node
from glassbrook.graph.shapes import broadcast_shapes
from glassbrook.ops.arguments import node_value
from glassbrook.ops.control import truth
from glassbrook.ops.formatting import tensor_text
from glassbrook.tensor import Tensor, as_node, as_nodes_alike

__all__ = [
    "Assert",
    "assert_equal",
    "assert_none_equal",
    "assert_less",
    "assert_less_equal",
    "assert_greater",
    "assert_greater_equal",
    "assert_positive",
    "assert_negative",
    "assert_non_negative",
    "assert_non_positive",
    "assert_near",
    "check_numerics",
    "assert_all_finite",
]


def Assert(  # noqa: N802  (TensorFlow's name)
    condition: Any, data: Any, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise an error that shows some tensors, unless a condition holds.

    Args:
        condition: a single truth value, which is computed for it.
        data: a list of tensors to show.
        summarize: how many elements to show at either end of each axis; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the condition does not hold.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.Assert(tf.constant(1) < 2, ["1 is less than 2"])
    """
    if truth("Assert", condition):
        return
    shown = [
        each if isinstance(each, str) else tensor_text(node_value(as_node(each)), summarize or 3)
        for each in data
    ]
    raise InvalidArgumentError(
        f"Expected '{condition}' to be true. Summarized data: {chr(10).join(shown)}"
    )


def _require(
    sign: str,
    x: Any,
    y: Any,
    comparison: Callable[[Node, Node], Node],
    message: str | None,
    summarize: int | None,
    other: str = "y",
) -> None:
    """Raise an `InvalidArgumentError` unless a comparison holds everywhere."""
    left, right = as_nodes_alike(x, y)
    holds = node_value(comparison(left, right))
    if holds.all():
        return
    shape = broadcast_shapes("assert", left.shape, right.shape)
    count = 3 if summarize is None else summarize
    positions = np.argwhere(~holds)[:count]
    x_values = np.broadcast_to(node_value(left), shape)
    y_values = np.broadcast_to(node_value(right), shape)
    lines = [message] if message else []
    lines.append(f"Condition x {sign} {other} did not hold.")
    if shape:
        rows = tuple(np.moveaxis(positions, -1, 0))
        lines += [
            f"Indices of first {len(positions)} different values:",
            str(positions),
            "Corresponding x values:",
            str(x_values[rows]),
            "Corresponding y values:",
            str(y_values[rows]),
        ]
    lines += _first_elements("x", node_value(left), count)
    lines += _first_elements("y", node_value(right), count)
    raise InvalidArgumentError("\n".join(lines))


def _first_elements(name: str, array: Array, count: int) -> list[str]:
    first = array.ravel()[:count]
    return [f"First {len(first)} elements of {name}:", str(first)]


def assert_equal(
    x: Any,
    y: Any,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise an error unless x = y everywhere.

    Args:
        x: a tensor, which is computed for it.
        y: another one of the same dtype; shapes broadcast.
        message: what to say first.
        summarize: how many elements to show; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: two elements differ.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_equal([1, 2], [1, 2])
    """
    _require("==", x, y, build.equal, message, summarize)


def assert_none_equal(
    x: Any,
    y: Any,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """Raise an error unless x ≠ y everywhere.

    Args:
        x: a tensor, which is computed for it.
        y: another one of the same dtype; shapes broadcast.
        summarize: how many elements to show; 3 by default.
        message: what to say first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: two elements are equal.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_none_equal([1, 2], [2, 1])
    """
    _require("!=", x, y, build.not_equal, message, summarize)


def assert_less(
    x: Any,
    y: Any,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise an error unless x < y everywhere.

    Args:
        x: a tensor, which is computed for it.
        y: another one of the same dtype; shapes broadcast.
        message: what to say first.
        summarize: how many elements to show; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: an element is not less.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_less([1, 2], 3)
    """
    _require("<", x, y, build.less, message, summarize)


def assert_less_equal(
    x: Any,
    y: Any,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise an error unless x ≤ y everywhere.

    Args:
        x: a tensor, which is computed for it.
        y: another one of the same dtype; shapes broadcast.
        message: what to say first.
        summarize: how many elements to show; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: an element is greater.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_less_equal([1, 2], 2)
    """
    _require("<=", x, y, build.less_equal, message, summarize)


def assert_greater(
    x: Any,
    y: Any,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise an error unless x > y everywhere.

    Args:
        x: a tensor, which is computed for it.
        y: another one of the same dtype; shapes broadcast.
        message: what to say first.
        summarize: how many elements to show; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: an element is not greater.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_greater([1, 2], 0)
    """
    _require(">", x, y, build.greater, message, summarize)


def assert_greater_equal(
    x: Any,
    y: Any,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise an error unless x ≥ y everywhere.

    Args:
        x: a tensor, which is computed for it.
        y: another one of the same dtype; shapes broadcast.
        message: what to say first.
        summarize: how many elements to show; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: an element is less.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_greater_equal([1, 2], 1)
    """
    _require(">=", x, y, build.greater_equal, message, summarize)


def assert_positive(
    x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise an error unless x > 0 everywhere.

    Args:
        x: a tensor, which is computed for it.
        message: what to say first.
        summarize: how many elements to show; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: an element is not positive.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_positive([1, 2])
    """
    _require(">", x, _zero(x), build.greater, message, summarize, "0")


def assert_negative(
    x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise an error unless x < 0 everywhere.

    Args:
        x: a tensor, which is computed for it.
        message: what to say first.
        summarize: how many elements to show; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: an element is not negative.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_negative([-1, -2])
    """
    _require("<", x, _zero(x), build.less, message, summarize, "0")


def assert_non_negative(
    x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise an error unless x ≥ 0 everywhere.

    Args:
        x: a tensor, which is computed for it.
        message: what to say first.
        summarize: how many elements to show; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: an element is negative.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_non_negative([0, 1])
    """
    _require(">=", x, _zero(x), build.greater_equal, message, summarize, "0")


def assert_non_positive(
    x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise an error unless x ≤ 0 everywhere.

    Args:
        x: a tensor, which is computed for it.
        message: what to say first.
        summarize: how many elements to show; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: an element is positive.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_non_positive([0, -1])
    """
    _require("<=", x, _zero(x), build.less_equal, message, summarize, "0")


def _zero(x: Any) -> Tensor:
    return Tensor(build.zeros((), as_node(x).dtype))


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise an error unless |x - y| ≤ atol + rtol |y| everywhere.

    Args:
        x: floating-point numbers, which are computed for it.
        y: others of the same dtype; shapes broadcast.
        rtol: the relative tolerance; ten times the spacing of floats at 1 by default.
        atol: the absolute tolerance; likewise by default.
        message: what to say first.
        summarize: how many elements to show; 3 by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: two elements differ by more.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_near([1.0], [1.05], atol=0.1)
    """
    left, right = as_nodes_alike(x, y)
    tolerance = 10.0 * float(np.finfo(left.dtype.numpy).eps) if left.dtype.is_floating else 0.0
    relative = tolerance if rtol is None else float(rtol)
    absolute = tolerance if atol is None else float(atol)

    def is_near(a: Node, b: Node) -> Node:
        with np.errstate(invalid="ignore"):
            gap = np.abs(node_value(a) - node_value(b))
            return build.data(gap <= absolute + relative * np.abs(node_value(b)))

    text = f"{message or ''}\nx and y are not equal to tolerance rtol={relative}, atol={absolute}"
    _require("≈", Tensor(left), Tensor(right), is_near, text.strip(), summarize)


def _numerics_problem(array: Array) -> str | None:
    has_nan, has_inf = bool(np.isnan(array).any()), bool(np.isinf(array).any())
    if has_nan and has_inf:
        return "Inf and NaN"
    return "NaN" if has_nan else "Inf" if has_inf else None


def _beginning(node: Node, ways: Any) -> str:
    """Where a number that is not finite came from, if that can still be told."""
    from glassbrook.engine.nonfinite import first_nonfinite

    found = first_nonfinite([node], ways)
    return f" It began where {found}." if found is not None and found.operands else ""


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """The same tensor, unless it holds a value that is not finite, which is an error.

    Args:
        tensor: floating-point numbers, which are computed for it.
        message: what to say first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is a NaN or an infinity. If the tensor is computed only now, or
            a tape records, the message goes on to the operation with which it began.
        DTypeError: the tensor does not hold floating-point numbers.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.check_numerics([1.0, 2.0], "weights").numpy()
        array([1., 2.], dtype=float32)
    """
    from glassbrook.engine.nonfinite import ways_to

    node = as_node(tensor)
    if not node.dtype.is_floating:
        raise DTypeError(f"check_numerics: expected floating-point numbers, got {node.dtype.name}.")
    ways = ways_to(node)
    array = node_value(node)
    problem = _numerics_problem(array)
    if problem is not None:
        first = tuple(int(each) for each in np.argwhere(~np.isfinite(array))[0])
        raise InvalidArgumentError(
            f"{message} : Tensor had {problem} values; the first one is {array[first]} at "
            f"{list(first)} in shape {list(array.shape)}.{_beginning(node, ways)}"
        )
    return Tensor(node)


def assert_all_finite(x: Any, message: str, name: str | None = None) -> Tensor:
    """The same as `check_numerics`.

    Args:
        x: floating-point numbers, which are computed for it.
        message: what to say first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is a NaN or an infinity.
        DTypeError: the tensor does not hold floating-point numbers.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_all_finite([1.0], "weights").numpy()
        array([1.], dtype=float32)
    """
    return check_numerics(x, message)
