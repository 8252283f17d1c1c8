"""A function applied to the rows of tensors: one by one, or carrying a result along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassbrook.dtypes import as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.joining import stack
from glassbrook.ops.looping import folded_rows, mapped_rows
from glassbrook.ops.operands import unstacked
from glassbrook.tensor import Tensor, as_node, convert_to_tensor, nest
from glassbrook.tensor.symbolic import operation

__all__ = ["foldl", "foldr", "map_fn", "scan", "vectorized_map"]


def _rows(op: str, elems: Any) -> list[Any]:
    """The structure of each row of a structure of tensors."""
    nodes = [as_node(each) for each in nest.flatten(elems)]
    if not nodes:
        raise InvalidArgumentError(f"{op}: elems holds no tensors.")
    for node in nodes:
        if not node.rank:
            raise ShapeError(f"{op}: elems must have at least one axis, got a scalar.")
        if node.shape[0] != nodes[0].shape[0]:
            raise ShapeError(
                f"{op}: all tensors in elems need the same number of rows, got "
                f"{[node.shape[0] for node in nodes]}."
            )
    columns = [unstacked(node, 0) for node in nodes]
    return [nest.pack_like(elems, [Tensor(each) for each in row]) for row in zip(*columns)]


def _stacked(op: str, results: list[Any], signature: Any) -> Any:
    """Results of one structure as a structure of tensors with one more axis."""
    first = results[0]
    for result in results:
        if not nest.same_form(first, result):
            raise InvalidArgumentError(
                f"{op}: the function must return the same structure for every row, but it "
                f"returned {first!r} and {result!r}."
            )
    wanted = nest.flatten(signature) if signature is not None else []
    if wanted and not nest.same_form(first, signature):
        raise InvalidArgumentError(
            f"{op}: the function returned {first!r}, which has another structure than "
            f"fn_output_signature, {signature!r}."
        )
    columns = list(zip(*(nest.flatten(result) for result in results)))
    tensors = []
    for place, column in enumerate(columns):
        dtype = _dtype_of(wanted[place]) if wanted else None
        rows = [convert_to_tensor(each, dtype) for each in column]
        if rows[0].dtype is not (dtype or rows[0].dtype):
            raise DTypeError(f"{op}: the function returned {rows[0].dtype}, expected {dtype}.")
        tensors.append(stack(rows))
    return nest.pack_like(first, tensors)


def _dtype_of(signature: Any) -> Any:
    return as_dtype(getattr(signature, "dtype", signature))


@operation
def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """The results of a function for every row, stacked.

    Args:
        fn: a function of a row, or of a structure of rows, that returns a tensor or a structure.
        elems: a tensor, or a structure of tensors with equally many rows.
        dtype: the old name of `fn_output_signature`.
        parallel_iterations: accepted for TensorFlow's sake, without effect.
        back_prop: accepted for TensorFlow's sake, without effect: gradients flow.
        swap_memory: accepted for TensorFlow's sake, without effect.
        infer_shape: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.
        fn_output_signature: the dtype of the result, or a structure of dtypes; by default
            whatever `fn` returns.

    Raises:
        ShapeError: a tensor has no rows, or the results differ in shape.
        DTypeError: a result has another dtype than the signature says.
        InvalidArgumentError: the results differ in structure.

    Example:
        >>> import glassbrook as tf
        >>> tf.map_fn(lambda row: tf.reduce_sum(row), tf.constant([[1, 2], [3, 4]])).numpy()
        array([3, 7], dtype=int32)
    """
    signature = fn_output_signature if fn_output_signature is not None else dtype
    if any(hasattr(each, "ragged_rank") for each in nest.flatten(signature)):
        # Imported here: ragged tensors are seldom met.
        from glassbrook.ops.ragged.dispatch import mapped_rows as ragged_rows

        return ragged_rows(fn, nest.map_structure(convert_to_tensor, elems), signature)
    wanted = None if signature is None else [_dtype_of(each) for each in nest.flatten(signature)]
    looped = mapped_rows(fn, elems, wanted)
    if looped is not None:
        return looped
    rows = _rows("map_fn", elems)
    if not rows:
        like = elems if signature is None else signature
        return nest.map_structure(_empty, like)
    return _stacked("map_fn", [fn(row) for row in rows], signature)


def _empty(like: Any) -> Tensor:
    """No rows, of the dtype of a tensor or a signature."""
    return Tensor(build.zeros((0,), _dtype_of(like)))


@operation
def vectorized_map(
    fn: Callable[[Any], Any],
    elems: Any,
    fallback_to_while_loop: bool = True,
    warn: bool = True,
) -> Any:
    """The results of a function for every row, stacked; the same as `tf.map_fn` here.

    Args:
        fn: a function of a row, or of a structure of rows, that returns a tensor or a structure.
        elems: a tensor, or a structure of tensors with equally many rows.
        fallback_to_while_loop: accepted for TensorFlow's sake, without effect.
        warn: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: a tensor has no rows, or the results differ in shape.
        InvalidArgumentError: the results differ in structure.

    Example:
        >>> import glassbrook as tf
        >>> tf.vectorized_map(lambda x: x * x, tf.constant([1, 2, 3])).numpy()
        array([1, 4, 9], dtype=int32)
    """
    return map_fn(fn, elems)


@operation
def scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """All results of ``a = fn(a, row)`` for one row after the other, stacked.

    Args:
        fn: a function of what it returned last and of a row.
        elems: a tensor, or a structure of tensors with equally many rows.
        initializer: the first `a`; by default the first row, which is then no argument.
        parallel_iterations: accepted for TensorFlow's sake, without effect.
        back_prop: accepted for TensorFlow's sake, without effect: gradients flow.
        swap_memory: accepted for TensorFlow's sake, without effect.
        infer_shape: accepted for TensorFlow's sake, without effect.
        reverse: go from the last row to the first; the results stay beside their rows.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: a tensor has no rows, or the results differ in shape.
        InvalidArgumentError: there are no rows and no initializer, or the results differ in
            structure.

    Example:
        >>> import glassbrook as tf
        >>> tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3])).numpy()
        array([1, 3, 6], dtype=int32)
    """
    looped = folded_rows(fn, elems, initializer, reverse)
    if looped is not None:
        return looped[1]
    results = _accumulated("scan", fn, elems, initializer, reverse)
    if initializer is not None:
        results = results[1:]
    if not results:
        return nest.map_structure(_no_rows_of, initializer)
    if reverse:
        results.reverse()
    return _stacked("scan", results, None)


def _no_rows_of(value: Any) -> Tensor:
    node: Node = as_node(value)
    return Tensor(build.zeros((0, *node.shape), node.dtype))


def _accumulated(
    op: str, fn: Callable[[Any, Any], Any], elems: Any, initializer: Any, reverse: bool
) -> list[Any]:
    """The first `a`, and what became of it after each row."""
    rows = _rows(op, elems)
    if reverse:
        rows.reverse()
    if initializer is not None:
        results = [nest.map_structure(convert_to_tensor, initializer)]
    elif rows:
        results = [rows.pop(0)]
    else:
        raise InvalidArgumentError(f"{op}: elems has no rows, and there is no initializer.")
    for row in rows:
        results.append(nest.map_structure(convert_to_tensor, fn(results[-1], row)))
    return results


@operation
def foldl(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The last result of ``a = fn(a, row)``, from the first row to the last.

    Args:
        fn: a function of what it returned last and of a row.
        elems: a tensor, or a structure of tensors with equally many rows.
        initializer: the first `a`; by default the first row, which is then no argument.
        parallel_iterations: accepted for TensorFlow's sake, without effect.
        back_prop: accepted for TensorFlow's sake, without effect: gradients flow.
        swap_memory: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: a tensor has no rows.
        InvalidArgumentError: there are no rows and no initializer.

    Example:
        >>> import glassbrook as tf
        >>> tf.foldl(lambda a, x: a - x, tf.constant([1, 2, 3])).numpy()
        np.int32(-4)
    """
    looped = folded_rows(fn, elems, initializer, False)
    return _accumulated("foldl", fn, elems, initializer, False)[-1] if looped is None else looped[0]


@operation
def foldr(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The last result of ``a = fn(a, row)``, from the last row to the first.

    Args:
        fn: a function of what it returned last and of a row.
        elems: a tensor, or a structure of tensors with equally many rows.
        initializer: the first `a`; by default the last row, which is then no argument.
        parallel_iterations: accepted for TensorFlow's sake, without effect.
        back_prop: accepted for TensorFlow's sake, without effect: gradients flow.
        swap_memory: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: a tensor has no rows.
        InvalidArgumentError: there are no rows and no initializer.

    Example:
        >>> import glassbrook as tf
        >>> tf.foldr(lambda a, x: a - x, tf.constant([1, 2, 3])).numpy()
        np.int32(0)
    """
    looped = folded_rows(fn, elems, initializer, True)
    return _accumulated("foldr", fn, elems, initializer, True)[-1] if looped is None else looped[0]
