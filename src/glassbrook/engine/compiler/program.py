"""`CompiledProgram`: a graph as compiled stages, and interpreted ones where there are gaps."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.compiler.arrays import Memory
from glassbrook.engine.compiler.branches import with_selections
from glassbrook.engine.compiler.pipeline import compile_unit
from glassbrook.engine.compiler.report import KernelReport
from glassbrook.engine.compiler.scans import with_needed_results
from glassbrook.engine.compiler.support import supported
from glassbrook.engine.compiler.unit import Unit
from glassbrook.errors import GlassbrookError
from glassbrook.graph.closed import ClosedGraph, input_node
from glassbrook.graph.node import Array, Node
from glassbrook.graph.printer import topological_order

__all__ = ["CompiledProgram", "Evaluate"]

Evaluate = Callable[[Node, list[Array]], Array]
"""The value of one node for the values of its inputs: how the interpreter does it."""

_REPEATED = frozenset({"constant", "iota"})


class CompiledProgram:
    """A closed graph as machine code.

    Args:
        graph: what to run.
        evaluate: computes what the compiler does not know.
    """

    def __init__(self, graph: ClosedGraph, evaluate: Evaluate) -> None:
        self.graph = with_needed_results(with_selections(graph))
        self._evaluate = evaluate
        self._plan = _split(self.graph)
        self._loops = {
            node: _LOOPS[node.op](node, evaluate)
            for stage in self._plan.stages
            if isinstance(stage, _Interpreted)
            for node in stage.nodes
            if node.op in _LOOPS
        }
        self._single: Unit | None = None
        if len(self._plan.stages) == 1 and isinstance(self._plan.stages[0], _Native):
            if self._plan.stages[0].unit.graph is self.graph:
                self._single = self._plan.stages[0].unit

    @property
    def kernels(self) -> tuple[KernelReport, ...]:
        """What the compiled stages do."""
        return tuple(kernel for unit in self.units for kernel in unit.code.kernels)

    @property
    def units(self) -> tuple[Unit, ...]:
        """The compiled stages, those of loops included."""
        stages = tuple(s.unit for s in self._plan.stages if isinstance(s, _Native))
        return stages + tuple(unit for loop in self._loops.values() for unit in loop.step.units)

    @property
    def stages(self) -> tuple[Unit | tuple[Node | CompiledLoop, ...], ...]:
        """The compiled stages and, between them, what runs node by node, in order."""
        return tuple(
            stage.unit
            if isinstance(stage, _Native)
            else tuple(self._loops.get(node, node) for node in stage.nodes)
            for stage in self._plan.stages
        )

    def replace_units(self, make: Callable[[ClosedGraph], Unit]) -> None:
        """Let other machine code do the work of the compiled stages, those of loops included."""
        for stage in self._plan.stages:
            if isinstance(stage, _Native):
                is_single = stage.unit is self._single
                stage.unit = make(stage.unit.graph)
                if is_single:
                    self._single = stage.unit
        for loop in self._loops.values():
            loop.step.replace_units(make)

    @property
    def single(self) -> Unit | None:
        """The one compiled stage, if there is nothing else."""
        return self._single

    @property
    def interpreted(self) -> tuple[str, ...]:
        """The operations that run in the interpreter."""
        return tuple(
            node.op
            for stage in self._plan.stages
            if isinstance(stage, _Interpreted)
            for node in stage.nodes
            if node not in self._loops and node.op != "item"
        ) + tuple(op for loop in self._loops.values() for op in loop.step.interpreted)

    def run(self, arrays: Sequence[Array]) -> list[Array]:
        """Compute the outputs and update inputs; see `Program`."""
        if self._single is not None:
            failed, outputs = self._single.run(arrays)
            if failed:
                self._explain(arrays)
            return outputs
        values: dict[Node, Array] = dict(zip(self.graph.inputs, arrays))
        kept: dict[Node, Array] = {}
        for stage in self._plan.stages:
            if stage is self._plan.updating:
                kept = self._detached(values, arrays)
            if isinstance(stage, _Native):
                failed, found = stage.unit.run([values[node] for node in stage.needs])
                if failed:
                    self._explain(arrays)
                values.update(zip(stage.gives, found))
            else:
                self._interpret(stage, values)
        values.update(kept)
        outputs = [_apart(values[node], arrays) for node in self.graph.outputs]
        news = [(index, _apart(values[node], arrays)) for index, node in self._plan.copied]
        for index, new in news:
            np.copyto(arrays[index], new)
        return outputs

    def _detached(self, values: dict[Node, Array], arrays: Sequence[Array]) -> dict[Node, Array]:
        """The results so far, in memory that the last stage does not change.

        What interpreted nodes made may be views of inputs: such values are replaced by copies too.
        """
        updated = [arrays[index] for index, _ in self.graph.updates]
        for node, value in values.items():
            if node.op != "input":
                values[node] = _apart(value, updated)
        return {
            node: _apart(values[node], updated) for node in self.graph.results if node in values
        }

    def _interpret(self, stage: _Interpreted, values: dict[Node, Array]) -> None:
        with np.errstate(all="ignore"):
            for node in stage.nodes:
                inputs = [values[each] for each in node.inputs]
                loop = self._loops.get(node)
                if loop is None:
                    values[node] = self._evaluate(node, inputs)
                else:
                    values[node] = loop.run(inputs)

    def repeat(self, arrays: Sequence[Array], strides: Sequence[int], steps: int) -> list[Array]:
        """Run several times; see `Program`."""
        if self._single is not None:
            failed, outputs = self._single.run(arrays, strides, steps)
            if failed:
                self._explain(_at_step(arrays, strides, failed - 1))
            return outputs
        outputs = []
        for step in range(steps):
            outputs = self.run(_at_step(arrays, strides, step))
        return outputs

    def _explain(self, arrays: Sequence[Array]) -> None:
        """Raise the error that made a compiled stage fail, as the interpreter tells it."""
        values: dict[Node, Array] = dict(zip(self.graph.inputs, arrays))
        with np.errstate(all="ignore"):
            for node in topological_order(self.graph.results):
                if node not in values:
                    values[node] = self._evaluate(node, [values[each] for each in node.inputs])
        raise GlassbrookError("A compiled program failed where the interpreter does not.")


class CompiledLoop:
    """A `while` node whose turns run as machine code.

    One program does a turn: it updates the carried values in place and tells whether the condition
    holds for the new ones.

    Args:
        node: the loop.
        evaluate: computes what the compiler does not know.

    Attributes:
        step: the program of a turn.
    """

    operation = "while"

    def __init__(self, node: Node, evaluate: Evaluate) -> None:
        condition, body = node.attrs["cond"], node.attrs["body"]
        self._node = node
        self._evaluate = evaluate
        self._carried = node.attrs["carried"]
        self._first = CompiledProgram(condition, evaluate)
        new = dict(zip(condition.inputs, (*body.outputs, *body.inputs[self._carried :])))
        for each in topological_order(condition.outputs):
            if each not in new:
                sources = tuple([new[source] for source in each.inputs])
                new[each] = Node(each.op, sources, each.attrs, each.shape, each.dtype)
        turn = ClosedGraph(
            body.inputs, (new[condition.outputs[0]],), tuple(enumerate(body.outputs))
        )
        self.step = CompiledProgram(turn, evaluate)

    def run(self, values: Sequence[Array]) -> Array:
        """The carried values when the condition does not hold any more."""
        arrays = [np.array(each, order="C") for each in values[: self._carried]]
        arrays += values[self._carried :]
        goes_on = bool(self._first.run(arrays)[0].reshape(())[()])
        unit = self.step.single
        turns = _FIRST_TURNS
        while goes_on:
            if unit is None:
                found = self.step.run(arrays)
            else:
                started = time.perf_counter()
                failed, found = unit.run(arrays, None, turns, goes_on=True)
                if failed:
                    self._evaluate(self._node, list(values))
                    raise GlassbrookError("A compiled loop failed where the interpreter does not.")
                # Now and then, so that Ctrl-C is heard.
                if time.perf_counter() - started < _SECONDS:
                    turns *= 2
            goes_on = bool(found[0].reshape(())[()])
        bundle = np.empty((), object)
        bundle[()] = arrays[: self._carried]
        return bundle


class CompiledScan(CompiledLoop):
    """A `scan` node whose turns run as machine code.

    One program does a turn: it updates the carried values in place and writes its outputs into
    their rows of the stacks. All turns are one call of it, in which slices and rows move along.

    Args:
        node: the scan.
        evaluate: computes what the compiler does not know.

    Attributes:
        step: the program of a turn.
    """

    operation = "scan"

    def __init__(self, node: Node, evaluate: Evaluate) -> None:
        body = node.attrs["body"]
        self._node = node
        self._evaluate = evaluate
        self._carried = node.attrs["carried"]
        outputs = body.outputs[self._carried :]
        count = len(body.inputs)
        rows = tuple(
            input_node(count + number, each.shape, each.dtype)
            for number, each in enumerate(outputs)
        )
        updates = (*enumerate(body.outputs[: self._carried]), *enumerate(outputs, count))
        length = node.attrs["length"]
        self._memory = Memory([((length, *each.shape), each.dtype.numpy) for each in outputs])
        self.step = CompiledProgram(ClosedGraph((*body.inputs, *rows), (), updates), evaluate)

    def run(self, values: Sequence[Array]) -> Array:
        """The last carried values, and the outputs of all turns."""
        attrs, count = self._node.attrs, self._carried
        length, last = attrs["length"], count + attrs["sequences"]
        carried = [np.array(each, order="C") for each in values[:count]]
        slices = [np.asarray(each, order="C") for each in values[count:last]]
        captured = [np.asarray(each, order="C") for each in values[last:]]
        stacks = self._memory.take()
        if length:
            self._turns(values, carried, slices, captured, stacks)
        self._memory.give_back(stacks)
        bundle = np.empty((), object)
        bundle[()] = [*carried, *stacks]
        return bundle

    def _turns(
        self,
        values: Sequence[Array],
        carried: list[Array],
        slices: list[Array],
        captured: list[Array],
        stacks: list[Array],
    ) -> None:
        length, reverse = self._node.attrs["length"], self._node.attrs["reverse"]
        unit = self.step.single
        if unit is None:
            for turn in reversed(range(length)) if reverse else range(length):
                now, rows = ([each[turn, ...] for each in moving] for moving in (slices, stacks))
                self.step.run([*carried, *now, *captured, *rows])
            return
        first, sign = (length - 1, -1) if reverse else (0, 1)
        now, rows = ([each[first, ...] for each in moving] for moving in (slices, stacks))
        moves = [0] * len(carried) + [sign * each.nbytes for each in now]
        moves += [0] * len(captured) + [sign * each.nbytes for each in rows]
        failed, _ = unit.run([*carried, *now, *captured, *rows], moves, length)
        if failed:
            self._evaluate(self._node, list(values))
            raise GlassbrookError("A compiled scan failed where the interpreter does not.")


_LOOPS = {"while": CompiledLoop, "scan": CompiledScan}
_FIRST_TURNS = 1024
_SECONDS = 0.05


def _at_step(arrays: Sequence[Array], strides: Sequence[int], step: int) -> list[Array]:
    """What a step sees: arrays that move are cut at its place."""
    return [np.asarray(array[step]) if stride else array for array, stride in zip(arrays, strides)]


def _apart(value: Array, arrays: Sequence[Array]) -> Array:
    """The value in memory of its own, which no later update of an input changes."""
    return value.copy() if any(np.may_share_memory(value, each) for each in arrays) else value


@dataclass(eq=False)
class _Native:
    """A compiled stage: what it takes from other stages and what it gives to them."""

    needs: tuple[Node, ...]
    gives: tuple[Node, ...]
    unit: Unit


@dataclass(eq=False)
class _Interpreted:
    """Nodes that run one by one."""

    nodes: tuple[Node, ...]


@dataclass(eq=False)
class _Plan:
    """The stages in order, and the updates that are left to be copied in the end.

    Attributes:
        updating: the stage that updates inputs in place: the last one, if any.
    """

    stages: list[_Native | _Interpreted]
    copied: list[tuple[int, Node]]
    updating: _Native | _Interpreted | None


def _split(graph: ClosedGraph) -> _Plan:
    order = topological_order(graph.results)
    numbers = _stage_numbers(order, graph.results)
    used = sorted(set(numbers.values()))
    # An array of strings is an array of references, which machine code knows nothing of.
    references = any(node.dtype is dtypes.string for node in graph.results)
    if not used and not references:
        used = [0]  # nothing but inputs: copies
    last = used[-1] if used else -1
    stages: list[_Native | _Interpreted] = []
    in_place = _updates_of_last_stage(graph, numbers, last) if last % 2 == 0 else []
    for number in used:
        inside = [node for node in order if numbers.get(node) == number]
        if number % 2:
            constants = _constants_of(inside)
            stages.append(_Interpreted((*constants, *inside)))
            continue
        updates = in_place if number == last else []
        final = number == last and len(used) == 1 and not references
        stages.append(_native(graph, inside, numbers, updates, final))
    done = {index for index, _ in in_place}
    copied = [(index, node) for index, node in graph.updates if index not in done]
    return _Plan(stages, copied, stages[-1] if in_place else None)


def _stage_numbers(order: Sequence[Node], results: Sequence[Node]) -> dict[Node, int]:
    """The stage of each node: even ones are compiled, odd ones interpreted.

    Inputs have none, nor have constants that are no results: those are made where they are needed.
    """
    numbers: dict[Node, int] = {}
    for node in order:
        if node.op == "input":
            continue
        known = supported(node)
        if node.op in _REPEATED and known and node not in results:
            continue
        before = [numbers[each] for each in node.inputs if each in numbers]
        least = max(before, default=0 if known else -1)
        if (least % 2 == 0) != known:
            least += 1
        numbers[node] = least
    return numbers


def _constants_of(nodes: Sequence[Node]) -> list[Node]:
    """Constants that interpreted nodes take: they are made where they are needed."""
    return list(
        dict.fromkeys(each for node in nodes for each in node.inputs if each.op in _REPEATED)
    )


def _updates_of_last_stage(
    graph: ClosedGraph, numbers: dict[Node, int], last: int
) -> list[tuple[int, Node]]:
    return [
        (index, node)
        for index, node in graph.updates
        if numbers.get(node, last) == last and node.dtype is not dtypes.string
    ]


def _native(
    graph: ClosedGraph,
    inside: Sequence[Node],
    numbers: dict[Node, int],
    updates: Sequence[tuple[int, Node]],
    final: bool,
) -> _Native:
    if final:
        return _Native(graph.inputs, graph.outputs, compile_unit(graph))
    members = set(inside)
    gives = [node for node in inside if _is_needed_elsewhere(node, graph, members, numbers)]
    kept = {node for _, node in updates}
    wanted = [node for node in gives if node not in kept or node in graph.outputs]
    new: dict[Node, Node] = {}
    needs: list[Node] = []

    def moved(node: Node) -> Node:
        found = new.get(node)
        if found is None:
            if node in members or node.op in _REPEATED:
                found = Node(
                    node.op,
                    tuple([moved(each) for each in node.inputs]),
                    node.attrs,
                    node.shape,
                    node.dtype,
                )
            else:
                found = input_node(len(needs), node.shape, node.dtype)
                needs.append(node)
            new[node] = found
        return found

    for node in topological_order(graph.results):
        if node in members:
            moved(node)
    changed = []
    for index, node in updates:
        target = moved(graph.inputs[index])
        changed.append((target.attrs["index"], moved(node)))
    stage = ClosedGraph(
        tuple(new[node] for node in needs), tuple(new[node] for node in wanted), tuple(changed)
    )
    return _Native(tuple(needs), tuple(wanted), compile_unit(stage))


def _is_needed_elsewhere(
    node: Node, graph: ClosedGraph, members: set[Node], numbers: dict[Node, int]
) -> bool:
    if node in graph.results:
        return True
    return any(node in user.inputs for user, _ in numbers.items() if user not in members)
