"""Plans made from what users hand over: tensors, generators, ranges and file names."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.data.arguments import integer
from glassbrook.data.blocks import Block, RowColumn, WindowSource
from glassbrook.data.plans.plan import Plan
from glassbrook.data.plans.sources import GeneratorPlan, MemoryPlan, RangePlan, rows_of_arrays
from glassbrook.data.spec import TensorSpec
from glassbrook.data.structure import ALONE, Form, map_leaves
from glassbrook.dtypes import as_dtype
from glassbrook.engine import realize
from glassbrook.errors import InvalidArgumentError, ShapeError, UsageError
from glassbrook.tensor import TensorShape, Variable, as_node

__all__ = [
    "array_rows_plan",
    "array_windows_plan",
    "counter_plan",
    "files_plan",
    "generator_plan",
    "range_plan",
    "slices_plan",
    "tensors_plan",
]

Array = npt.NDArray[Any]


def slices_plan(tensors: Any) -> Plan:
    """The rows of tensors.

    Raises:
        ShapeError: a component has no rows, or the numbers of rows differ.
    """
    form, arrays = _arrays("from_tensor_slices", tensors)
    _require_rows("from_tensor_slices", form, arrays)
    return array_rows_plan(form, arrays)


def array_rows_plan(form: Form, arrays: Sequence[Array]) -> Plan:
    """The rows of arrays that nobody writes to any more, without copying them.

    Args:
        form: how the components of an element are arranged.
        arrays: one array per component, with equally many rows.
    """
    spec = form.pack([TensorSpec(each.shape[1:], each.dtype) for each in arrays])
    return MemoryPlan(rows_of_arrays(form, arrays), spec, "_TensorSliceDataset")


def array_windows_plan(array: Array, starts: Array, steps: Array) -> Plan:
    """Windows over an array that nobody writes to any more.

    Args:
        array: the values, by their first axis.
        starts: where each window begins.
        steps: where its values lie, from there.
    """
    source = WindowSource(array, starts, steps)
    block = Block(ALONE, [RowColumn(source, range(len(starts)))])
    spec = TensorSpec((len(steps), *array.shape[1:]), array.dtype)
    return MemoryPlan(block, spec, "_MapDataset")


def tensors_plan(tensors: Any) -> Plan:
    """A single element."""
    form, arrays = _arrays("from_tensors", tensors)
    spec = form.pack([TensorSpec(each.shape, each.dtype) for each in arrays])
    block = rows_of_arrays(form, [each[np.newaxis] for each in arrays])
    return MemoryPlan(block, spec, "_TensorDataset")


def _arrays(method: str, value: Any) -> tuple[Form, list[Array]]:
    """The components of a structure as arrays of our own."""
    form = Form.of(value)
    if not form.count:
        raise InvalidArgumentError(
            f"Dataset.{method}: Invalid `element`. `element` should not be empty, got {value!r}."
        )
    leaves = form.leaves(value) or []
    nodes = [as_node(leaf) for leaf in leaves]
    realize(nodes)
    arrays = []
    for leaf, node in zip(leaves, nodes, strict=True):
        assert node.value is not None
        # A variable's array may be written to later on.
        arrays.append(node.value.copy() if isinstance(leaf, Variable) else node.value)
    return form, arrays


def _require_rows(method: str, form: Form, arrays: Sequence[Array]) -> None:
    names = form.names()
    for name, array in zip(names, arrays, strict=True):
        if not array.ndim:
            raise ShapeError(
                f"Dataset.{method}: {name} is a scalar, {array[()]!r}, which has no rows: "
                "Unbatching a tensor is only supported for rank >= 1. Use Dataset.from_tensors "
                "for a single element, or put the value into a list."
            )
    if len({len(array) for array in arrays}) > 1:
        shapes = ", ".join(
            f"{name} has {len(array)} rows (shape {list(array.shape)})"
            for name, array in zip(names, arrays, strict=True)
        )
        raise ShapeError(
            f"Dataset.{method}: the components differ in the size of their first axis: {shapes}. "
            "Each element takes one row of every component, so all need the same number of rows."
        )


def generator_plan(
    generator: Callable[..., Any],
    output_types: Any,
    output_shapes: Any,
    arguments: Sequence[Any] | None,
    signature: Any,
) -> Plan:
    """What a generator yields.

    Raises:
        TypeError: the generator cannot be called, or the signature is missing or wrong.
    """
    if not callable(generator):
        raise UsageError(
            f"`generator` must be a Python callable, got {type(generator)}: a function that "
            "returns a new iterator each time it is called, such as `lambda: values`."
        )
    if signature is not None:
        for what, other in (("output_types", output_types), ("output_shapes", output_shapes)):
            if other is not None:
                raise UsageError(
                    f"The `{what}` argument can not be used together with the "
                    "`output_signature` argument."
                )
    elif output_types is None:
        raise UsageError(
            "To specify the output signature you need to provide either the `output_signature` "
            "argument or the `output_types` argument: output_signature=tf.TensorSpec((), tf.int32)."
        )
    else:
        signature = _signature(output_types, output_shapes)
    for leaf in Form.of(signature).leaves(signature) or [signature]:
        if not isinstance(leaf, TensorSpec):
            raise UsageError(
                "`output_signature` must contain objects that are subclass of `tf.TypeSpec` but "
                f"found {type(leaf)} which is not. Write tf.TensorSpec(shape, dtype) for each "
                "component, several of them in a tuple."
            )
    converted = [_numpy_argument(argument) for argument in arguments or ()]
    return GeneratorPlan(generator, converted, signature)


def _signature(types: Any, shapes: Any) -> Any:
    form = Form.of(types)
    leaves = form.leaves(types) or []
    parts = [None] * len(leaves) if shapes is None else form.parts(shapes)
    if parts is None:
        raise UsageError(
            f"Dataset.from_generator: output_shapes {shapes!r} does not have the structure of "
            f"output_types {types!r}."
        )
    return form.pack(
        [TensorSpec(TensorShape(shape), leaf) for shape, leaf in zip(parts, leaves, strict=True)]
    )


def _numpy_argument(argument: Any) -> Any:
    """An argument as a NumPy array or scalar, as TensorFlow hands it to generators."""

    def converted(leaf: Any) -> Any:
        node = as_node(leaf)
        realize([node])
        assert node.value is not None
        return node.value.copy()[()]

    return map_leaves(converted, argument)


def range_plan(arguments: Sequence[Any], output_type: Any) -> Plan:
    """The integers of a range.

    Raises:
        InvalidArgumentError: not one to three numbers, or a step of zero.
        DTypeError: a number is not an integer.
    """
    if not 1 <= len(arguments) <= 3:
        raise InvalidArgumentError(
            "Dataset.range: Invalid `args`. The length of `args` should be between 1 and 3 but "
            f"was {len(arguments)}. Write range(stop), range(start, stop) or range(start, stop, "
            "step)."
        )
    numbers = [integer("range", "a limit", each) for each in arguments]
    start, stop = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) == 3 else 1
    if not step:
        raise InvalidArgumentError("Dataset.range: step must be a non-zero integer.")
    return RangePlan(start, stop, step, _number_dtype("range", output_type))


def counter_plan(start: Any, step: Any, dtype: Any) -> Plan:
    """Integers without end."""
    numbers = integer("counter", "start", start), integer("counter", "step", step)
    return RangePlan(numbers[0], None, numbers[1], _number_dtype("counter", dtype))


def _number_dtype(method: str, dtype: Any) -> dtypes.DType:
    found = as_dtype(dtype)
    if not found.is_numeric:
        raise InvalidArgumentError(
            f"Dataset.{method}: numbers cannot be of dtype {found.name}. Take an integer or a "
            "floating-point type."
        )
    return found


def files_plan(pattern: Any) -> Plan:
    """The names of files that match a pattern, or one of several, in order.

    Raises:
        InvalidArgumentError: there is none.
    """
    (array,) = _arrays("list_files", os.fspath(pattern) if _is_path(pattern) else pattern)[1]
    if array.dtype != np.object_:
        raise InvalidArgumentError(
            f"Dataset.list_files: expected a pattern such as 'images/*.png', got {pattern!r}."
        )
    patterns = [os.fsdecode(each) for each in array.ravel()]
    names = sorted({name for each in patterns for name in glob.glob(each)})
    if not names:
        raise InvalidArgumentError(
            f"Dataset.list_files: No files matched pattern: {', '.join(patterns)}. Relative "
            f"patterns start from the current folder, {os.getcwd()}."
        )
    values = np.empty(len(names), object)
    values[:] = [os.fsencode(name) for name in names]
    return array_rows_plan(ALONE, [values])


def _is_path(value: Any) -> bool:
    return isinstance(value, os.PathLike)
