"""Turn a simplified graph into kernel calls: decide what is stored, and fuse the rest.

Three decisions are made here. *What is stored*: results, what matrix products and other opaque
kernels read, and what several readers would otherwise compute again at a price. *What shares a
loop nest*: stored nodes over the same space, if one reads the other in step or both read the same
arrays. *Where it is stored*: outputs and updated inputs in the memory of the caller, a matrix
product that updates its own addend in place, everything else in the arena.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from glassbrook.engine.compiler.kernels import (
    Affine,
    Buffer,
    Call,
    Check,
    Convolution,
    Product,
    Random,
    Scan,
    Scatter,
    Use,
)
from glassbrook.engine.compiler.nest import (
    Nest,
    contiguous,
    divides_axes,
    own_share,
    uses_of,
    view_root,
)
from glassbrook.engine.compiler.windows import CONVOLUTIONS
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node, Shape
from glassbrook.graph.printer import topological_order

__all__ = ["FOLDS", "fuse"]

FOLDS = frozenset("sum prod max min any all argmax argmin".split())
PLACED = frozenset("concat pad unslice unpatches".split())
SCATTERS = frozenset("scatter_add put_along_add scatter_nd".split())
SCANS = {"cumsum": "add", "cumprod": "mul"}
OPAQUE = frozenset(
    {"matmul", *CONVOLUTIONS, "random_normal", "random_uniform", *PLACED, *SCATTERS, *SCANS}
)
_READS_STORED = OPAQUE - PLACED
_READ_AT_COMPUTED_PLACES = frozenset("gather take_along gather_nd".split())
_LEAVES = frozenset({"input", "constant", "iota"})

# So cheap that computing it again costs no more than loading it.
_CHEAP = frozenset(
    "neg abs relu add sub mul select cast equal not_equal less less_equal greater greater_equal "
    "logical_not logical_and logical_or maximum minimum identity broadcast_to reshape transpose "
    "slice one_hot square patches".split()
)
_MIDDLING_OPS = frozenset("div sqrt rsqrt reciprocal".split())
_MIDDLING, _HEAVY = 10, 100
_MOST_CHEAP_STEPS = 3
_MOST_SLOTS = 24
_SERIAL_TURNS = 4096


@dataclass(eq=False)
class _Group:
    """Stored nodes that share one loop nest."""

    space: Shape
    roots: list[Node] = field(default_factory=list)
    folds: list[Node] = field(default_factory=list)

    @property
    def nodes(self) -> list[Node]:
        """All that it stores."""
        return [*self.roots, *self.folds]

    @property
    def axes(self) -> tuple[int, ...] | None:
        """The axes that are folded, if any are."""
        if not self.folds:
            return None
        attrs = self.folds[0].attrs
        axes: tuple[int, ...] = attrs["axes"] if "axes" in attrs else (attrs["axis"],)
        return axes


@dataclass(eq=False)
class _Opaque:
    """A node that has a kernel of its own."""

    node: Node

    @property
    def nodes(self) -> list[Node]:
        """The one node."""
        return [self.node]


_Unit = _Group | _Opaque


def fuse(graph: ClosedGraph) -> list[Call]:
    """The calls that compute a graph, in an order in which they may run one after the other."""
    graph = _with_own_results(graph)
    for accumulates, in_place in ((True, True), (False, True), (False, False)):
        calls = _Fusion(graph, accumulates, in_place).calls()
        if calls is not None:
            return calls
    raise RuntimeError("There is no order in which the updates can be done.")


def _with_own_results(graph: ClosedGraph) -> ClosedGraph:
    """Give every result memory of its own: one that only passes on another node is a copy."""
    taken: set[Node] = set()

    def own(node: Node) -> Node:
        root = view_root(node)
        if root.op in _LEAVES or root in taken:
            node = Node("identity", (node,), {}, node.shape, node.dtype)
            root = node
        taken.add(root)
        return node

    updates = tuple((index, own(node)) for index, node in graph.updates)
    return ClosedGraph(graph.inputs, tuple(own(node) for node in graph.outputs), updates)


class _Fusion:
    """One attempt to fuse a graph."""

    def __init__(self, graph: ClosedGraph, accumulates: bool, in_place: bool) -> None:
        self._graph = graph
        self._in_place = in_place
        self._order = [node for node in topological_order(graph.results) if node.op != "reshape"]
        self._users: dict[Node, list[Node]] = {}
        for node in self._order:
            for each in {view_root(each) for each in node.inputs}:
                self._users.setdefault(each, []).append(node)
        self._results = {view_root(node) for node in graph.results}
        self._updated = {view_root(node): index for index, node in graph.updates}
        self._accumulated: dict[Node, tuple[Node, Node | None, str]] = {}
        if accumulates:
            self._find_accumulations()
        self._stored = self._choose_stored()
        self._buffers: dict[Node, Buffer] = {}
        self._reads: dict[_Group, dict[Node, bool]] = {}

    # Products that add into what they update.

    def _find_accumulations(self) -> None:
        for node, index in self._updated.items():
            found = _accumulation(node, self._graph.inputs[index])
            if found is None or self._users.get(node):
                continue
            product, scale, sign = found
            if self._graph.inputs[index] in map(view_root, product.inputs):
                continue  # it would read what it has changed already
            readers = [u for u in self._users[self._graph.inputs[index]] if u is not node]
            alone = all(
                len(self._users.get(view_root(each), ())) <= 1 and each not in self._results
                for each in (product, *(_factors(node)))
                if each.op in ("matmul", "mul")
            )
            tail = any(user in self._updated and not self._users.get(user) for user in readers)
            if alone and not tail:
                self._accumulated[node] = (product, scale, sign)

    # What is stored.

    def _choose_stored(self) -> set[Node]:
        stored = set(self._results)
        hidden = {product for product, _, _ in self._accumulated.values()}
        for node in self._order:
            if node in self._accumulated:
                product, scale, _ = self._accumulated[node]
                stored.update(view_root(each) for each in product.inputs)
                if scale is not None:
                    stored.add(view_root(scale))
                continue
            if node in hidden:
                continue
            if node.op in OPAQUE or node.op in FOLDS:
                stored.add(node)
            if node.op in _READS_STORED:
                stored.update(view_root(each) for each in node.inputs)
            if node.op in _READ_AT_COMPUTED_PLACES:
                stored.update(view_root(each) for each in node.inputs)
            for each in node.inputs:
                if each.op == "reshape" and not divides_axes(each):
                    stored.add(view_root(each))
        self._store_what_is_shared(stored, hidden)
        return {node for node in stored if node.op != "input"}

    def _store_what_is_shared(self, stored: set[Node], hidden: set[Node]) -> None:
        """Store what several readers need, or what is cheaper to keep than to compute again."""
        weight: dict[Node, int] = {}
        for node in self._order:
            if node in hidden or node.op in _LEAVES:
                continue
            inputs = [view_root(each) for each in node.inputs]
            weight[node] = _weight(node.op) + sum(
                0 if each in stored else weight.get(each, 0) for each in inputs
            )
            if node in stored or node.op in OPAQUE:
                continue
            users = [user for user in self._users.get(node, ()) if user not in hidden]
            shared = len(users) > 1 and weight[node] > _MOST_CHEAP_STEPS
            # A scalar's arithmetic moves out of the loops that use it.
            limit = _HEAVY if node.size == 1 else _MIDDLING
            stretched = weight[node] >= limit and any(
                user.size >= 4 * node.size and user.op not in ("slice", *FOLDS) for user in users
            )
            if shared or stretched:
                stored.add(node)

    # What shares a loop nest.

    def _units(self) -> list[_Unit]:
        hidden = {product for product, _, _ in self._accumulated.values()}
        units: list[_Unit] = []
        for node in self._order:
            if node not in self._stored or node in hidden:
                continue
            if node.op in OPAQUE or node in self._accumulated:
                units.append(_Opaque(node))
            elif node.op in FOLDS:
                self._place(units, _Group(view_root_shape(node), folds=[node]))
            else:
                self._place(units, _Group(node.shape, roots=[node]))
        tails = [unit for unit in units if self._is_tail(unit)]
        return [unit for unit in units if unit not in tails] + tails

    def _is_tail(self, unit: _Unit) -> bool:
        """Whether it only updates inputs: it comes last, after everybody who reads the old ones."""
        return all(node in self._updated and not self._users.get(node) for node in unit.nodes)

    def _place(self, units: list[_Unit], group: _Group) -> None:
        """Let a group join an earlier one, or stand at the end of the list."""
        producers = {node: unit for unit in units for node in unit.nodes}
        for position in range(len(units) - 1, -1, -1):
            other = units[position]
            if isinstance(other, _Group) and self._fits(other, group):
                after = set(units[position + 1 :])
                needed = {producers[node] for node in self._reads_of(group) if node in producers}
                if not needed & after:
                    joined = self._join(other, group)
                    units[position] = joined
                    return
                depends = any(self._depends(each, other) for each in after)
                if not depends:
                    del units[position]
                    units.append(self._join(other, group))
                    return
        units.append(group)

    def _fits(self, other: _Group, group: _Group) -> bool:
        if other.space != group.space or _first_kept(other) != _first_kept(group):
            if other.space != group.space or math.prod(group.space) > _SERIAL_TURNS:
                return False
            if (other.axes is None) != (group.axes is None):
                whole = tuple(range(len(group.space)))
                if (other.axes or whole) != whole or (group.axes or whole) != whole:
                    return False
        if other.axes is not None and group.axes is not None and other.axes != group.axes:
            return False
        theirs, ours = self._reads_of(other), self._reads_of(group)
        if math.prod(group.space) == 1 and set(other.nodes).isdisjoint(ours):
            return False  # nothing is saved, and one would wait for what only the other needs
        checked = {view_root(node.inputs[_INDICES[node.op]]) for node in self._checked_nodes(group)}
        for node in other.nodes:
            if node in ours and (node in other.folds or not ours[node]):
                return False
            if node in checked:
                return False  # they must be there before anything is read at them
        if len({*theirs, *ours, *other.nodes, *group.nodes}) > _MOST_SLOTS:
            return False
        return not set(theirs).isdisjoint(ours) or not set(other.nodes).isdisjoint(ours)

    def _join(self, other: _Group, group: _Group) -> _Group:
        return _Group(group.space, other.roots + group.roots, other.folds + group.folds)

    def _reads_of(self, group: _Group) -> dict[Node, bool]:
        """What a group loads, and whether always in step with its loops."""
        known = self._reads.get(group)
        if known is None:
            inside = set(group.roots)
            nest = Nest(
                group.space, lambda node: None if node in inside else self._some_buffer(node)
            )
            for node in group.roots:
                nest.store(node, self._some_buffer_of(node))
            for node in group.folds:
                nest.fold(node, self._some_buffer_of(node))
            known = self._reads[group] = nest.loaded
        return known

    def _depends(self, unit: _Unit, other: _Group) -> bool:
        if isinstance(unit, _Group):
            return not set(other.nodes).isdisjoint(self._reads_of(unit))
        return not set(other.nodes).isdisjoint(self._opaque_reads(unit.node))

    def _opaque_reads(self, node: Node) -> set[Node]:
        if node in self._accumulated:
            product, scale, _ = self._accumulated[node]
            inputs = [*product.inputs] if scale is None else [*product.inputs, scale]
            return {view_root(each) for each in inputs}
        found: set[Node] = set()
        stack = [view_root(each) for each in node.inputs]
        while stack:
            each = stack.pop()
            if each in self._stored or each.op == "input":
                found.add(each)
            else:
                stack.extend(view_root(parent) for parent in each.inputs)
        return found

    # Where it is stored.

    def _some_buffer(self, node: Node) -> Buffer | None:
        """The buffer of a stored node; which memory it has is decided later."""
        if node.op != "input" and node not in self._stored:
            return None
        return self._some_buffer_of(node)

    def _some_buffer_of(self, node: Node) -> Buffer:
        buffer = self._buffers.get(node)
        if buffer is None:
            if node.op == "input":
                buffer = Buffer(node.shape, node.dtype, "input", node.attrs["index"])
            else:
                buffer = Buffer(node.shape, node.dtype, "arena")
            self._buffers[node] = buffer
        return buffer

    def _give_outputs_memory(self) -> None:
        for number, node in enumerate(self._graph.outputs):
            root = view_root(node)
            self._buffers[root] = Buffer(root.shape, root.dtype, "output", number)

    def _give_updates_memory(self, units: Sequence[_Unit]) -> list[tuple[Buffer, Buffer]] | None:
        """Let updates write into their inputs, where nobody needs the old value afterwards.

        Returns:
            Copies to do in the end, from the arena to an input; `None` if a product that had to
            add in place cannot.
        """
        copies: list[tuple[Buffer, Buffer]] = []
        for node, index in self._updated.items():
            source = self._graph.inputs[index]
            target = self._some_buffer_of(source)
            position = next(i for i, unit in enumerate(units) if node in unit.nodes)
            if self._in_place and self._may_overwrite(units, position, source, node):
                self._buffers[node] = target
            elif node in self._accumulated:
                return None
            else:
                copies.append((self._some_buffer_of(node), target))
        return copies

    def _may_overwrite(
        self, units: Sequence[_Unit], position: int, source: Node, node: Node
    ) -> bool:
        for later in units[position + 1 :]:
            reads = (
                self._reads_of(later)
                if isinstance(later, _Group)
                else self._opaque_reads(later.node)
            )
            if source in reads:
                return False
        unit = units[position]
        if isinstance(unit, _Group):
            reads = self._reads_of(unit)
            return node in unit.roots and reads.get(source, True)
        return node in self._accumulated or source not in self._opaque_reads(unit.node)

    # Calls.

    def calls(self) -> list[Call] | None:
        """The calls in order; `None` if something that works in place stands in its own way."""
        self._give_outputs_memory()
        units = self._units()
        copies = self._give_updates_memory(units)
        if copies is None:
            return None
        found: list[Call] = []
        checked: set[tuple[Node, Shape]] = set()
        for unit in units:
            found += self._checks(unit, checked)
            found += self._calls_of(unit)
        found += [_copy(source, target) for source, target in copies]
        return _checks_first(found)

    def _calls_of(self, unit: _Unit) -> list[Call]:
        return [self._loops(unit)] if isinstance(unit, _Group) else self._opaque(unit.node)

    def _checks(self, unit: _Unit, known: set[tuple[Node, Shape]]) -> list[Call]:
        """Calls that look at the indices of a unit, but for those that are looked at already."""
        found = []
        for node in self._checked_nodes(unit):
            key = (view_root(node.inputs[_INDICES[node.op]]), _index_sizes(node))
            if key not in known:
                known.add(key)
                found.append(self._check(node))
        return found

    def _needed_elsewhere(self, node: Node, group: _Group) -> bool:
        if node in self._results:
            return True
        return any(not self._is_within(user, group) for user in self._users.get(node, ()))

    def _is_within(self, user: Node, group: _Group) -> bool:
        """Whether a user's value is computed in this group alone."""
        if user in group.nodes:
            return True
        if user in self._stored or user.op in OPAQUE or user in self._accumulated:
            return False
        if any(user is product for product, _, _ in self._accumulated.values()):
            return False
        return all(self._is_within(each, group) for each in self._users.get(user, ()))

    def _loops(self, group: _Group) -> Call:
        inside = set(group.roots)
        nest = Nest(group.space, lambda node: None if node in inside else self._some_buffer(node))
        writes: list[Buffer] = []
        for node in group.roots:
            if self._needed_elsewhere(node, group):
                writes.append(self._some_buffer_of(node))
                nest.store(node, writes[-1])
        for node in group.folds:
            writes.append(self._some_buffer_of(node))
            nest.fold(node, writes[-1])
        return _finished(nest, writes, self._label(group.nodes))

    def _label(self, nodes: Sequence[Node]) -> str:
        """The operations that a group does, in order."""
        names: list[str] = []
        seen: set[Node] = set()

        def visit(node: Node) -> None:
            if node in seen or node.op in _LEAVES:
                return
            seen.add(node)
            for each in node.inputs:
                root = view_root(each)
                if root in nodes or root not in self._stored:
                    visit(root)
            if node.op not in ("reshape", "broadcast_to", "identity"):
                names.append(node.op)

        for node in nodes:
            visit(node)
        return ", ".join(names) or "copy"

    def _checked_nodes(self, unit: _Unit) -> Iterable[Node]:
        """The nodes of a unit whose indices must be looked at first."""
        if isinstance(unit, _Opaque):
            inner = [unit.node] if unit.node.op in SCATTERS else []
            return [*inner, *self._inlined_gathers(unit.node.inputs)]
        return self._inlined_gathers(unit.nodes)

    def _inlined_gathers(self, nodes: Iterable[Node]) -> list[Node]:
        found: list[Node] = []
        seen: set[Node] = set()
        roots = set(nodes)
        stack = [view_root(node) for node in roots]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if node.op in _READ_AT_COMPUTED_PLACES:
                found.append(node)
            stack.extend(
                root
                for each in node.inputs
                if (root := view_root(each)) not in self._stored and root.op != "input"
            )
        return found

    def _check(self, node: Node) -> Call:
        indices = node.inputs[_INDICES[node.op]]
        buffer = self._some_buffer_of(view_root(indices))
        kernel = Check(indices.dtype, indices.size, _index_sizes(node))
        return Call(kernel, (buffer,), (Use(buffer, False),), (), f"check {node.op}", fallible=True)

    def _opaque(self, node: Node) -> list[Call]:
        target = self._some_buffer_of(node)
        if node in self._accumulated:
            return [self._product(node, *self._accumulated[node])]
        if node.op == "matmul":
            return [self._product(node, node, None, "")]
        if node.op in SCATTERS:
            return [self._scatter(node, target)]
        if node.op in CONVOLUTIONS:
            return [self._convolution(node, target)]
        if node.op in SCANS:
            return [self._scan(node, target)]
        if node.op in ("random_normal", "random_uniform"):
            return [self._random(node, target)]
        return self._placed(node, target)

    def _product(self, target: Node, product: Node, scale: Node | None, sign: str) -> Call:
        a, b = (self._some_buffer_of(view_root(each)) for each in product.inputs)
        buffers = [a, b, self._some_buffer_of(target)]
        if scale is not None:
            buffers.append(self._some_buffer_of(view_root(scale)))
        x, y = product.inputs
        rows, columns = product.shape[-2:]
        transpose_a = product.attrs["transpose_x"]
        batch = math.prod(product.shape[:-2])
        kernel = Product(
            product.dtype,
            rows,
            columns,
            x.shape[-2] if transpose_a else x.shape[-1],
            transpose_a,
            product.attrs["transpose_y"],
            accumulate=target is not product,
            batch=batch,
            a_stride=_batch_stride(x, batch),
            b_stride=_batch_stride(y, batch),
            scale=sign,
        )
        reads = [
            Use(a, kernel.a_stride > 0 if batch > 1 else not transpose_a),
            Use(b, batch > 1 and kernel.b_stride > 0),
        ]
        reads += [Use(each, False) for each in buffers[3:]]
        if target is not product:
            reads.append(Use(buffers[2], True))
        label = "matmul" if target is product else "matmul, added in place"
        return Call(kernel, tuple(buffers), tuple(reads), (buffers[2],), label)

    def _scatter(self, node: Node, target: Buffer) -> Call:
        indices, updates = node.inputs
        places, values = (self._some_buffer_of(view_root(each)) for each in (indices, updates))
        return Call(
            _scatter_kernel(node),
            (target, values, places),
            (Use(values, False), Use(places, False)),
            (target,),
            node.op,
            scattered=True,
        )

    def _convolution(self, node: Node, target: Buffer) -> Call:
        kernel: Convolution = node.attrs["kernel"]
        first, second = (self._some_buffer_of(view_root(each)) for each in node.inputs)
        reads = (
            Use(first, not kernel.by_rows),
            Use(second, kernel.part == "weights"),
        )
        return Call(kernel, (first, second, target), reads, (target,), node.op)

    def _scan(self, node: Node, target: Buffer) -> Call:
        (x,) = node.inputs
        axis = node.attrs["axis"]
        kernel = Scan(
            SCANS[node.op],
            node.dtype,
            math.prod(x.shape[:axis]),
            x.shape[axis],
            math.prod(x.shape[axis + 1 :]),
            node.attrs["exclusive"],
            node.attrs["reverse"],
        )
        source = self._some_buffer_of(view_root(x))
        own = kernel.outer > 1 or kernel.inner == 1
        reads = (Use(source, own),)
        return Call(kernel, (target, source), reads, (target,), node.op, scattered=not own)

    def _random(self, node: Node, target: Buffer) -> Call:
        state = self._some_buffer_of(view_root(node.inputs[0]))
        kernel = Random(node.dtype, node.size, node.op == "random_normal")
        return Call(kernel, (target, state), (Use(state, False),), (target,), node.op)

    def _filled(self, node: Node, target: Buffer) -> Call:
        """A number, or zeros, in all places of a tensor."""
        scalar = Node("constant", (), {"value": node.attrs.get("value", 0)}, (), node.dtype)
        filled = Node("broadcast_to", (scalar,), {"shape": node.shape}, node.shape, node.dtype)
        nest = Nest(node.shape, self._some_buffer)
        nest.store(filled, target)
        return _finished(nest, [target], f"{node.op}: fill")

    def _unpatches(self, node: Node, target: Buffer) -> list[Call]:
        """Windows added up at their places, or just written there if they lie side by side."""
        (x,) = node.inputs
        spatial, strides = node.attrs["spatial"], node.attrs["strides"]
        outputs, window = x.shape[1 : 1 + len(spatial)], x.shape[1 + len(spatial) : -1]
        dilations = node.attrs["dilations"]
        apart = all(
            count == 1 or (width - 1) * dilation < stride
            for count, width, dilation, stride in zip(
                outputs, window, dilations, strides, strict=True
            )
        )
        first, *steps, last = contiguous(node.shape)
        between = (step * stride for step, stride in zip(steps, strides, strict=True))
        within = (step * dilation for step, dilation in zip(steps, dilations, strict=True))
        place = Affine(0, (first, *between, *within, last))
        nest = Nest(x.shape, self._some_buffer)
        if apart:
            nest.store(x, target, place)
        else:
            nest.add(x, target, place)
        placed = _finished(nest, [target], node.op)
        whole = apart and x.size == node.size
        return [placed] if whole else [self._filled(node, target), placed]

    def _placed(self, node: Node, target: Buffer) -> list[Call]:
        """Parts that are written to their places in a larger tensor."""
        if node.op == "unpatches":
            return self._unpatches(node, target)
        calls: list[Call] = []
        if node.op != "concat":
            calls.append(self._filled(node, target))
        strides = contiguous(node.shape)
        offset = 0
        for x in node.inputs:
            if not x.size:
                continue
            nest = Nest(x.shape, self._some_buffer)
            begin, steps = _place_of_part(node, offset)
            start = sum(b * stride for b, stride in zip(begin, strides, strict=True))
            moved = tuple(s * stride for s, stride in zip(steps, strides, strict=True))
            nest.store(x, target, Affine(start, moved))
            calls.append(_finished(nest, [target], node.op))
            if node.op == "concat":
                offset += x.shape[node.attrs["axis"]]
        return calls


def _checks_first(calls: list[Call]) -> list[Call] | None:
    """The calls with all checks, and what they need, in front; `None` if they need an update.

    Nothing may fail once an input has been written to.
    """
    needed: set[Call] = set()
    buffers: set[Buffer] = set()
    for call in reversed(calls):
        if call.fallible or not buffers.isdisjoint(call.writes):
            needed.add(call)
            buffers.update(use.buffer for use in call.reads)
            buffers.update(call.writes)
    if any(buffer.kind == "input" for call in needed for buffer in call.writes):
        return None
    first = [call for call in calls if call in needed]
    return first + [call for call in calls if call not in needed]


def _weight(op: str) -> int:
    """How much it costs to compute an element once more, next to a load."""
    if op in _CHEAP:
        return 1
    return _MIDDLING if op in _MIDDLING_OPS else _HEAVY


_INDICES = {
    "gather": 1,
    "take_along": 1,
    "gather_nd": 1,
    "scatter_add": 0,
    "put_along_add": 0,
    "scatter_nd": 0,
}


def view_root_shape(node: Node) -> Shape:
    """The space that a reduction runs over."""
    return node.inputs[0].shape


def _finished(nest: Nest, writes: Sequence[Buffer], label: str) -> Call:
    kernel = nest.finish()
    buffers = tuple(nest.buffers)
    places = [(store.slot, store.place) for store in kernel.stores]
    places += [(fold.slot, fold.place) for fold in kernel.folds]
    scattered = not all(own_share(kernel, place, buffers[slot]) for slot, place in places)
    return Call(kernel, buffers, uses_of(kernel, buffers), tuple(writes), label, scattered)


def _copy(source: Buffer, target: Buffer) -> Call:
    value = Node("identity", (), {}, source.shape, source.dtype)
    nest = Nest(source.shape, lambda node: source)
    nest.store(value, target)
    return _finished(nest, [target], "copy")


def _first_kept(group: _Group) -> int:
    """The first axis that is not folded and that has more than one element; -1 if there is none."""
    axes = group.axes or ()
    kept = (axis for axis, size in enumerate(group.space) if axis not in axes and size > 1)
    return next(kept, -1)


def _factors(node: Node) -> list[Node]:
    return [view_root(each) for each in node.inputs]


def _accumulation(node: Node, target: Node) -> tuple[Node, Node | None, str] | None:
    """For ``target ± [scalar ·] product``: the product, the scalar, and ``"+"`` or ``"-"``."""
    if node.op not in ("add", "sub") or not node.dtype.is_floating:
        return None
    x, y = node.inputs
    if x is not target and not (node.op == "add" and y is target):
        return None
    change = y if x is target else x
    sign = "+" if node.op == "add" else "-"
    if change.op == "matmul" and change.rank == 2 and change.shape == node.shape:
        # Without a scalar, only the sum: a difference needs the scalar -1.
        return (change, None, "") if sign == "+" else None
    if change.op != "mul" or change.shape != node.shape:
        return None
    for scale, product in (change.inputs, reversed(change.inputs)):
        if product.op == "matmul" and product.rank == 2 and scale.size == 1 != product.size:
            return product, scale, sign
    return None


def _batch_stride(node: Node, batch: int) -> int:
    """Elements from one matrix to the next; 0 if there is one for all."""
    matrix = node.shape[-1] * node.shape[-2]
    return matrix if batch > 1 and node.size > matrix else 0


def _index_sizes(node: Node) -> tuple[int, ...]:
    """How many places there are, for each component of an index."""
    if node.op == "gather_nd":
        return node.inputs[0].shape[: node.inputs[1].shape[-1]]
    if node.op == "scatter_nd":
        return node.shape[: node.inputs[0].shape[-1]]
    shape = node.shape if node.op in SCATTERS else node.inputs[0].shape
    return (shape[node.attrs["axis"]],)


def _scatter_kernel(node: Node) -> Scatter:
    indices = node.inputs[0]
    strides = contiguous(node.shape)
    if node.op == "scatter_nd":
        depth = indices.shape[-1]
        return Scatter(
            node.dtype,
            indices.dtype,
            1,
            1,
            math.prod(indices.shape[:-1]),
            math.prod(node.shape[depth:]),
            node.shape[:depth],
            strides[:depth],
            node.size,
        )
    axis = node.attrs["axis"]
    batch_dims = node.attrs.get("batch_dims", 0)
    along = node.op == "put_along_add"
    batch = math.prod(node.shape[:batch_dims])
    return Scatter(
        node.dtype,
        indices.dtype,
        batch,
        math.prod(node.shape[batch_dims:axis]),
        indices.shape[axis] if along else math.prod(indices.shape[batch_dims:]),
        math.prod(node.shape[axis + 1 :]),
        (node.shape[axis],),
        (strides[axis],),
        node.size,
        along,
    )


def _place_of_part(node: Node, offset: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where the part begins along each axis, and in which steps it goes on."""
    ones = (1,) * node.rank
    if node.op == "concat":
        axis = node.attrs["axis"]
        return tuple(offset if each == axis else 0 for each in range(node.rank)), ones
    if node.op == "pad":
        return tuple(before for before, _ in node.attrs["paddings"]), ones
    return node.attrs["begin"], node.attrs["strides"]
