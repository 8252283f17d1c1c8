"""Control flow: branches and loops that look at values, and the places where Python steps in.

Everything runs eagerly: a condition is computed when it is asked for, and the tensors of the
branch or loop body are built lazily as usual.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.devices import check_device_name
from glassbrook.dtypes import as_dtype
from glassbrook.engine.tracing import (
    NeedsValue,
    active,
    depends_on_call,
    give_up,
    is_tracing,
    suspended,
)
from glassbrook.errors import (
    DTypeError,
    GlassbrookError,
    InvalidArgumentError,
    UsageError,
    shortened,
)
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integer_argument, node_value
from glassbrook.ops.traced_control import has_side_effects, traced_cond, traced_loop
from glassbrook.tensor import Tensor, as_node, convert_to_tensor, nest, recording
from glassbrook.tensor.convert import has_node

__all__ = [
    "case",
    "cond",
    "control_dependencies",
    "device",
    "executing_eagerly",
    "group",
    "init_scope",
    "no_op",
    "numpy_function",
    "py_function",
    "switch_case",
    "while_loop",
]


def truth(op: str, value: Any) -> bool:
    """A condition as a Python truth value; computed if it is a tensor."""
    if not has_node(value) and not isinstance(value, np.ndarray):
        return bool(value)
    array = node_value(as_node(value))
    if array.size != 1:
        raise _not_single(op, array.shape)
    return bool(array.reshape(()))


def _require_callable(op: str, what: str, value: Any) -> None:
    if not callable(value):
        raise DTypeError(f"{op}: {what} must be a function without arguments, not {value!r}.")


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    name: str | None = None,
) -> Any:
    """What one of two functions returns; only that one is called.

    Args:
        pred: the condition, which is computed for it.
        true_fn: called if it holds.
        false_fn: called if it does not.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        TypeError: a branch is not a function.
        InvalidArgumentError: the condition has more than one element.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant(2.0)
        >>> tf.cond(x > 1, lambda: x * 10, lambda: x).numpy()
        np.float32(20.0)
    """
    _require_callable("cond", "true_fn", true_fn)
    _require_callable("cond", "false_fn", false_fn)
    assert true_fn is not None
    assert false_fn is not None
    trace = active.trace
    if trace is not None and has_node(pred) and depends_on_call(pred.node):
        condition = _scalar_truth("cond", pred.used_node())
        return traced_cond(condition, true_fn, false_fn, trace)
    return true_fn() if truth("cond", pred) else false_fn()


def _scalar_truth(op: str, node: Node) -> Node:
    """A condition that is not known yet, as a single truth value."""
    if node.size != 1:
        raise _not_single(op, node.shape)
    if not node.dtype.is_bool:
        node = build.not_equal(node, build.zeros((), node.dtype))
    return build.reshape(node, ())


def _not_single(op: str, shape: Sequence[int]) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"{op}: a condition must be a single truth value, not a tensor of shape {list(shape)}. "
        "Use tf.reduce_any(x) or tf.reduce_all(x)."
    )


def case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str | None = "case",
) -> Any:
    """What the function of the first condition that holds returns.

    Args:
        pred_fn_pairs: pairs of a condition and a function without arguments.
        default: called if no condition holds.
        exclusive: raise an error if more than one condition holds.
        strict: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: no condition holds and there is no default, or several hold though
            `exclusive` says that only one may.
        TypeError: something else than pairs with functions was given.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant(5)
        >>> tf.case([(x < 3, lambda: "low"), (x < 7, lambda: "middle")], default=lambda: "high")
        'middle'
    """
    if isinstance(pred_fn_pairs, Mapping):
        pred_fn_pairs = list(pred_fn_pairs.items())
    for pair in pred_fn_pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise DTypeError(f"case: expected pairs of a condition and a function, got {pair!r}.")
        _require_callable("case", "a branch", pair[1])
    if any(has_node(pred) and _unknown(pred) for pred, _ in pred_fn_pairs):
        return _traced_case(pred_fn_pairs, default, exclusive)
    holding = []
    for pred, branch in pred_fn_pairs:
        if truth("case", pred):
            holding.append(branch)
            if not exclusive:
                break
    if len(holding) > 1:
        raise InvalidArgumentError(
            f"case: {len(holding)} conditions hold, but exclusive=True allows one only."
        )
    if holding:
        return holding[0]()
    if default is None:
        raise InvalidArgumentError("case: no condition holds, and there is no default.")
    return default()


def _unknown(condition: Any) -> bool:
    """Whether a traced function runs, and a tensor is known at its calls only."""
    return active.trace is not None and depends_on_call(condition.node)


def _traced_case(pairs: Sequence[Any], default: Callable[[], Any] | None, exclusive: bool) -> Any:
    """`case` within a traced function: each branch is the other side of the one before."""
    if default is None or exclusive:
        give_up("to know which condition of tf.case holds")
    assert default is not None
    branch = default
    for pred, function in reversed(pairs):
        branch = functools.partial(cond, pred, function, branch)
    return branch()


def switch_case(
    branch_index: Any,
    branch_fns: Any,
    default: Callable[[], Any] | None = None,
    name: str | None = "switch_case",
) -> Any:
    """What one of several numbered functions returns; only that one is called.

    Args:
        branch_index: the number of the function, which is computed for it.
        branch_fns: functions without arguments; or a dictionary or pairs that number them.
        default: called for any other number; by default the last function is.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the numbers are not 0, 1, 2, …
        TypeError: a branch is not a function.

    Example:
        >>> import glassbrook as tf
        >>> tf.switch_case(tf.constant(1), [lambda: "zero", lambda: "one"])
        'one'
    """
    branches = _numbered(branch_fns)
    if has_node(branch_index) and _unknown(branch_index):
        *numbered, last = branches if default is None else [*branches, default]
        index = convert_to_tensor(branch_index)
        return _traced_case(
            [(index == number, branch) for number, branch in enumerate(numbered)], last, False
        )
    position = integer_argument("switch_case", "branch_index", branch_index)
    if 0 <= position < len(branches):
        return branches[position]()
    return branches[-1]() if default is None else default()


def _numbered(branch_fns: Any) -> list[Callable[[], Any]]:
    """The functions in the order of their numbers."""
    pairs = list(branch_fns.items()) if isinstance(branch_fns, Mapping) else list(branch_fns)
    if not pairs:
        raise InvalidArgumentError("switch_case: there are no branches.")
    if callable(pairs[0]):
        pairs = list(enumerate(pairs))
    by_number = {int(number): branch for number, branch in pairs}
    if sorted(by_number) != list(range(len(pairs))):
        raise InvalidArgumentError(
            f"switch_case: the branches must be numbered from 0 to {len(pairs) - 1}, not "
            f"{sorted(by_number)}."
        )
    for branch in by_number.values():
        _require_callable("switch_case", "a branch", branch)
    return [by_number[number] for number in range(len(pairs))]


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: str | None = None,
) -> Any:
    """Call a function again and again, while a condition on its results holds.

    Args:
        cond: a function of the loop variables; its result is computed before each turn.
        body: a function of the loop variables that returns their next values.
        loop_vars: a list or tuple of the first values: tensors, or structures of tensors.
        shape_invariants: accepted for TensorFlow's sake, without effect.
        parallel_iterations: accepted for TensorFlow's sake, without effect.
        back_prop: accepted for TensorFlow's sake, without effect: gradients flow.
        swap_memory: accepted for TensorFlow's sake, without effect.
        maximum_iterations: the largest number of turns.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The last values of the loop variables.

    Raises:
        TypeError: `cond` or `body` is not a function.
        ValueError: there are no loop variables, or `body` returns another structure.

    Example:
        >>> import glassbrook as tf
        >>> i, total = tf.while_loop(
        ...     lambda i, total: i < 4, lambda i, total: (i + 1, total + i), (0, tf.constant(0))
        ... )
        >>> total.numpy()
        np.int32(6)
    """
    _require_callable("while_loop", "cond", cond)
    _require_callable("while_loop", "body", body)
    if not isinstance(loop_vars, list | tuple) or not loop_vars:
        raise InvalidArgumentError("while_loop: loop_vars must be a list of at least one value.")
    values: Any = nest.map_structure(_loop_value, loop_vars)
    holds_others = any(map(_is_other, nest.flatten(values)))
    varies = shape_invariants is not None or holds_others
    if active.trace is None or holds_others:
        return _run_loop(cond, body, values, maximum_iterations, varies=varies)
    limit = None
    if maximum_iterations is not None:
        limit = build.cast(as_node(maximum_iterations), dtypes.int32)
    try:
        return traced_loop(cond, body, values, limit, varies=varies)
    except NeedsValue as need:
        # Turn by turn, if the values are known that Python needs.
        try:
            return _run_loop(cond, body, values, maximum_iterations, varies=varies)
        except NeedsValue:
            raise need from None


def _is_other(value: Any) -> bool:
    """Whether a loop variable is no tensor but a list of tensors, or a ragged or sparse one."""
    return hasattr(type(value), "loop_value")


def _loop_value(value: Any) -> Any:
    return value if _is_other(value) else convert_to_tensor(value)


_TURNS_IN_PYTHON = 16


def _run_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    values: Any,
    maximum_iterations: Any,
    *,
    varies: bool,
) -> Any:
    """Call the functions turn by turn; a long loop of plain functions goes on as a graph."""
    limit = None
    if maximum_iterations is not None:
        limit = integer_argument("while_loop", "maximum_iterations", maximum_iterations)
    plain = not (varies or recording.thread.active or is_tracing())
    plain = plain and not has_side_effects(cond) and not has_side_effects(body)
    turns = 0
    while (limit is None or turns < limit) and truth("while_loop", cond(*values)):
        if plain and turns == _TURNS_IN_PYTHON:
            left = None if limit is None else as_node(limit - turns)
            try:
                return traced_loop(cond, body, values, left, varies=False, strict=True)
            except (NeedsValue, GlassbrookError):
                plain = False
        following = body(*values)
        if len(values) == 1 and not isinstance(following, list | tuple):
            following = type(values)([following])
        if not nest.same_form(list(values), _as_list(following)):
            raise InvalidArgumentError(
                "while_loop: body must return the loop variables in the structure in which it got "
                f"them: {_form(values)}, but it returned {_form(following)}."
            )
        values = nest.map_structure(_loop_value, following)
        turns += 1
    return values


def _as_list(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value


def _form(structure: Any) -> str:
    """A structure with a star for each tensor."""
    flat = nest.flatten(structure)
    return repr(nest.pack_like(structure, [_Star()] * len(flat)))


class _Star:
    def __repr__(self) -> str:
        return "*"


def _single_dtype(wanted: Any) -> Any:
    """The dtype that a signature such as `tf.float32` or a `TensorSpec` names."""
    return as_dtype(getattr(wanted, "dtype", wanted))


def py_function(
    func: Callable[..., Any] | None = None,
    inp: Any = None,
    Tout: Any = None,
    name: str | None = None,
) -> Any:
    """Call a Python function on tensors, now; gradients flow through what it does with them.

    Args:
        func: a function of tensors.
        inp: a list of its arguments.
        Tout: the dtype of its result, or a list of dtypes if it returns several.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: it returns another number of values than `Tout` says.
        DTypeError: a value has another dtype.

    Example:
        >>> import glassbrook as tf
        >>> tf.py_function(lambda x: x * 2, [tf.constant(1.0)], tf.float32).numpy()
        np.float32(2.0)
    """
    if not callable(func):
        raise UsageError(
            f"py_function: expected a function of tensors, got {shortened(func)}. Write: "
            "tf.py_function(lambda x: x * 2, [x], tf.float32)."
        )
    give_up("a Python function: tf.py_function")
    result = func(*(convert_to_tensor(each) for each in inp or ()))
    return _checked_results("py_function", result, Tout, convert_to_tensor)


def numpy_function(
    func: Callable[..., Any] | None = None,
    inp: Any = None,
    Tout: Any = None,
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """Call a Python function on NumPy arrays, now; no gradient flows through it.

    Args:
        func: a function of arrays that returns arrays.
        inp: a list of its arguments.
        Tout: the dtype of its result, or a list of dtypes if it returns several.
        stateful: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: it returns another number of values than `Tout` says.
        DTypeError: a value has another dtype.

    Example:
        >>> import numpy as np
        >>> import glassbrook as tf
        >>> tf.numpy_function(np.sort, [tf.constant([3, 1, 2])], tf.int32).numpy()
        array([1, 2, 3], dtype=int32)
    """
    assert func is not None
    give_up("a Python function: tf.numpy_function")
    result = func(*(convert_to_tensor(each).numpy() for each in inp or ()))

    def as_result(value: Any, dtype: Any) -> Tensor:
        if isinstance(value, np.ndarray | np.generic):
            return Tensor(as_node(value))
        return convert_to_tensor(value, dtype)

    return _checked_results("numpy_function", result, Tout, as_result)


def _checked_results(
    op: str, result: Any, wanted: Any, convert: Callable[[Any, Any], Tensor]
) -> Any:
    if not isinstance(wanted, list | tuple):
        if wanted is None:
            return result
        if result is None:
            raise InvalidArgumentError(f"{op}: the function returned nothing, expected a value.")
        return convert(result, _single_dtype(wanted))
    values = [] if result is None else _as_list(result)
    if not isinstance(values, list):
        values = [values]
    if len(values) != len(wanted):
        raise InvalidArgumentError(
            f"{op}: the function returned {len(values)} values, but Tout names {len(wanted)}."
        )
    return [convert(value, _single_dtype(each)) for value, each in zip(values, wanted)]


class _Scope(contextlib.ContextDecorator):
    """A `with` block that changes nothing."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None


def device(device_name: Any) -> contextlib.AbstractContextManager[None]:
    """Accepted for TensorFlow's sake: everything runs on this machine's CPU.

    Args:
        device_name: a name such as ``"/CPU:0"`` or ``"/GPU:0"``; it makes no difference.

    Raises:
        InvalidArgumentError: it is not a device's name.

    Example:
        >>> import glassbrook as tf
        >>> with tf.device("/GPU:0"):
        ...     x = tf.constant(1.0)
        >>> x.device
        '/job:localhost/replica:0/task:0/device:CPU:0'
    """
    check_device_name(device_name)
    return _Scope()


def control_dependencies(control_inputs: Any) -> contextlib.AbstractContextManager[None]:
    """Accepted for TensorFlow's sake: statements run in the order in which they stand.

    Args:
        control_inputs: tensors, which make no difference; or a function, which is called.

    Example:
        >>> import glassbrook as tf
        >>> with tf.control_dependencies([tf.constant(1)]):
        ...     x = tf.constant(2)
    """
    if callable(control_inputs) and not has_node(control_inputs):
        control_inputs()
    return _Scope()


@contextlib.contextmanager
def init_scope() -> Iterator[None]:
    """While this is entered, nothing is traced: `tf.function` does not see what happens.

    Example:
        >>> import glassbrook as tf
        >>> with tf.init_scope():
        ...     x = tf.Variable(1.0)
    """
    with suspended():
        yield


def group(*inputs: Any, **kwargs: Any) -> None:
    """Accepted for TensorFlow's sake: what was written has been done already.

    Example:
        >>> import glassbrook as tf
        >>> tf.group(tf.constant(1), tf.constant(2))
    """


def no_op(name: str | None = None) -> None:
    """Do nothing.

    Example:
        >>> import glassbrook as tf
        >>> tf.no_op()
    """


def executing_eagerly() -> bool:
    """Whether values can be looked at: not while `tf.function` traces.

    Example:
        >>> import glassbrook as tf
        >>> tf.executing_eagerly()
        True
    """
    return not is_tracing()
