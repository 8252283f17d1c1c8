"""Which calls lead from some placeholders to others, and in which order Keras lists them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.symbolic.calls import Call, map_leaves
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.tensor import nest

__all__ = ["Ordered", "cloned_between", "ordered"]


class Ordered(NamedTuple):
    """The calls of a functional model.

    Attributes:
        by_depth: the calls by how many others follow them on the longest way to an output,
            greatest first.
        operations: what is called, in the order of summaries.
    """

    by_depth: dict[int, list[Call]]
    operations: list[Any]

    @property
    def calls(self) -> list[Call]:
        """All calls, so that each comes after those that it depends on."""
        return [call for calls in self.by_depth.values() for call in calls]


def ordered(inputs: list[KerasTensor], outputs: list[KerasTensor]) -> Ordered:
    """The calls that lead from inputs to outputs.

    Raises:
        InvalidArgumentError: an output depends on something that is no input, or two layers
            have the same name.
    """
    calls, first_seen = _traversed(inputs, outputs)
    depths, operation_depths = _depths(calls)
    for each in inputs:
        call = each._call
        if call is not None and call.is_input and id(call.operation) not in operation_depths:
            # An input that no output depends on: losses may.
            depths[id(call)] = (call, 0)
            operation_depths[id(call.operation)] = (call.operation, 0)
            first_seen[id(call.operation)] = -1
    by_depth: defaultdict[int, list[Call]] = defaultdict(list)
    for call, depth in depths.values():
        by_depth[depth].append(call)
    operations = [
        operation
        for operation, _ in sorted(
            operation_depths.values(), key=lambda pair: (-pair[1], first_seen[id(pair[0])])
        )
    ]
    found = Ordered(
        {depth: by_depth[depth] for depth in sorted(by_depth, reverse=True)}, operations
    )
    _check_connected(inputs, found.calls)
    _check_names(operations)
    return found


def _traversed(
    inputs: list[KerasTensor], outputs: list[KerasTensor]
) -> tuple[list[Call], dict[int, int]]:
    """All calls, each after those that it needs, and when an operation was first met."""
    given = {id(each) for each in inputs}
    finished: dict[int, Call] = {}
    first_seen: dict[int, int] = {}
    # Not recursive: models may be deeper than Python's stack.
    for output in outputs:
        stack: list[tuple[KerasTensor, bool]] = [(output, False)]
        while stack:
            tensor, complete = stack.pop()
            call = tensor._call
            if call is None or id(call) in finished:
                continue
            if id(tensor) in given and not call.is_input:
                continue
            if complete:
                finished[id(call)] = call
                continue
            first_seen.setdefault(id(call.operation), len(first_seen))
            stack.append((tensor, True))
            stack.extend((each, False) for each in reversed(call.input_tensors))
    return list(finished.values()), first_seen


def _depths(
    calls: list[Call],
) -> tuple[dict[int, tuple[Call, int]], dict[int, tuple[Any, int]]]:
    """How deep each call and each operation is: 0 if nothing follows."""
    within = {id(call) for call in calls}
    depths: dict[int, tuple[Call, int]] = {}
    operations: dict[int, tuple[Any, int]] = {}
    for call in reversed(calls):
        depth = depths.get(id(call), (call, 0))[1]
        depth = max(depth, operations.get(id(call.operation), (None, 0))[1])
        operations[id(call.operation)] = (call.operation, depth)
        depths[id(call)] = (call, depth)
        for parent in call.parent_nodes:
            if id(parent) in within:
                before = depths.get(id(parent), (parent, 0))[1]
                depths[id(parent)] = (parent, max(depth + 1, before))
    return depths, operations


def _check_connected(inputs: list[KerasTensor], calls: list[Call]) -> None:
    known = {id(each) for each in inputs}
    passed: list[str] = []
    for call in calls:
        if call.is_input and id(call.output_tensors[0]) not in known:
            raise InvalidArgumentError(
                f"Graph disconnected: {call.output_tensors[0]!r} is needed, but is not among the "
                f"inputs of the model. Reached without it: {passed}. Add it to inputs=."
            )
        for each in call.input_tensors:
            if id(each) not in known:
                raise InvalidArgumentError(
                    f"Graph disconnected: cannot find parent for tensor {each!r} at operation "
                    f"{call.operation.name!r}. Reached before: {passed}. Is an input missing?"
                )
        known.update(id(each) for each in call.output_tensors)
        passed.append(call.operation.name)


def _check_names(operations: list[Any]) -> None:
    names = [operation.name for operation in operations]
    for name in names:
        if names.count(name) > 1:
            raise InvalidArgumentError(
                f'The name "{name}" is used {names.count(name)} times in the model. All operation '
                "names should be unique: pass name= to one of the layers."
            )


def cloned_between(
    inputs: list[KerasTensor], outputs: list[KerasTensor], new_inputs: list[KerasTensor]
) -> list[KerasTensor]:
    """The same outputs of other inputs: each call between them is noted anew.

    Args:
        inputs: the placeholders to begin at, which may be outputs of layers.
        outputs: the placeholders to end at.
        new_inputs: what takes the place of the inputs.
    """
    twins = {id(old): new for old, new in zip(inputs, new_inputs, strict=True)}

    def twin(leaf: Any) -> Any:
        return twins.get(id(leaf), leaf)

    for call in _traversed(inputs, outputs)[0]:
        if call.is_input or all(id(each) in twins for each in call.output_tensors):
            continue
        renewed = [_like(each) for each in call.output_tensors]
        new = Call(
            call.operation,
            tuple(map_leaves(twin, list(call.arguments.args))),
            map_leaves(twin, call.arguments.kwargs),
            nest.pack_like(call.outputs, renewed),
        )
        for old, fresh in zip(call.output_tensors, new.output_tensors, strict=True):
            twins.setdefault(id(old), fresh)
    return [twin(each) for each in outputs]


def _like(tensor: KerasTensor) -> KerasTensor:
    found = KerasTensor(tensor.keras_shape, tensor.dtype, name=f"{tensor.name}_clone")
    found._examples, found._numbers = tensor._examples, tensor._numbers
    return found
