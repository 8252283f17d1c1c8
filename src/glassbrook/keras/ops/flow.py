"""Operations that take functions: conditions, loops, maps; segments; and gradients stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import glassbrook.math as functions
from glassbrook import dtypes
from glassbrook.keras.promotion import named, tensor
from glassbrook.ops import control, joining, mapping
from glassbrook.tensor import Tensor, nest
from glassbrook.tensor.custom import stop_gradient as _stopped
from glassbrook.tensor.symbolic import operation


@operation
def stop_gradient(variable: Any) -> Tensor:
    """The same value, as a constant to all tapes."""
    return _stopped(tensor(variable))


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """What one function gives if a condition holds, else what the other one gives."""
    return control.cond(tensor(pred, dtypes.bool), true_fn, false_fn)


def switch(index: Any, branches: Any, *operands: Any) -> Any:
    """What the function at a position of a list gives; positions outside count as the nearest."""
    calls = [_bound(branch, operands) for branch in branches]
    last = len(calls) - 1
    place = functions.minimum(functions.maximum(tensor(index, dtypes.int32), 0), last)
    return control.switch_case(place, calls)


def _bound(function: Callable[..., Any], operands: tuple[Any, ...]) -> Callable[[], Any]:
    return lambda: function(*operands)


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """What values become while a condition holds.

    Args:
        cond: says of the values whether to go on.
        body: gives the next values.
        loop_vars: the first values.
        maximum_iterations: after how many turns to stop in any case.
    """
    several = isinstance(loop_vars, list | tuple)
    values = tuple(loop_vars) if several else (loop_vars,)

    def turn(*present: Any) -> Any:
        found = body(*present)
        return tuple(found) if isinstance(found, list | tuple) else (found,)

    found = control.while_loop(cond, turn, values, maximum_iterations=maximum_iterations)
    return tuple(found) if several else found[0]


def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """What a value becomes by a function of each number from `lower` up to `upper`, and of it."""
    last = tensor(upper, dtypes.int32)

    def turn(number: Any, value: Any) -> Any:
        return number + 1, body_fun(number, value)

    return control.while_loop(
        lambda number, value: number < last,
        turn,
        (tensor(lower, dtypes.int32), nest.map_structure(tensor, init_val)),
    )[1]


@operation
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """What a function gives for each row, stacked."""
    return mapping.map_fn(f, xs)


@operation
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """What a function gives for each row, stacked."""
    return mapping.vectorized_map(function, elements)


@operation
def scan(
    f: Callable[[Any, Any], Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: Any = 1,
) -> Any:
    """A value that is carried from row to row, and what comes out for each.

    Args:
        f: takes what is carried and a row; gives what is carried on, and an output.
        init: what is carried at first.
        xs: the rows.
        length: how many turns, if there are no rows.
        reverse: whether to begin at the last row.
        unroll: accepted for Keras's sake, without effect.

    Returns:
        What is carried at last, and the outputs, stacked.
    """
    rows: list[Any]
    if xs is None:
        rows = [None] * (length or 0)
    else:
        columns = [joining.unstack(tensor(each)) for each in nest.flatten(xs)]
        rows = [nest.pack_like(xs, list(row)) for row in zip(*columns, strict=True)]
    carried, outputs = init, []
    for row in reversed(rows) if reverse else rows:
        carried, output = f(carried, row)
        outputs.append(output)
    if reverse:
        outputs.reverse()
    if not outputs or outputs[0] is None:
        return carried, None
    return carried, nest.map_structure(lambda *each: joining.stack(list(each)), *outputs)


def _segments(name: str, function: Callable[..., Any], doc: str) -> Any:
    def run(
        data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
    ) -> Any:
        numbers = tensor(segment_ids, dtypes.int32)
        count = num_segments
        if count is None:
            count = int(functions.reduce_max(numbers)) + 1
        return function(tensor(data), numbers, count)

    return named(run, name, __name__, doc)


segment_sum = _segments(
    "segment_sum", functions.unsorted_segment_sum, "The sums of the rows of each number."
)
segment_prod = _segments(
    "segment_prod", functions.unsorted_segment_prod, "The products of the rows of each number."
)
segment_max = _segments(
    "segment_max", functions.unsorted_segment_max, "The greatest of the rows of each number."
)
segment_min = _segments(
    "segment_min", functions.unsorted_segment_min, "The least of the rows of each number."
)
