"""Check what the passes made; run after each of them in debug mode."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from glassbrook.engine.compiler.kernels import Buffer, Call, Convolution, Loops, Product
from glassbrook.engine.compiler.memory import ALIGNMENT, Plan
from glassbrook.engine.compiler.schedule import Chain, Phase
from glassbrook.graph.windows import output_sizes

__all__ = ["verify_calls", "verify_memory", "verify_phases"]


def verify_calls(calls: Sequence[Call]) -> None:
    """Raise unless every temporary is written before it is read, within its bounds.

    Raises:
        RuntimeError: they are malformed, which is a bug of the pass that made them.
    """
    written: set[Buffer] = set()
    for call in calls:
        for use in call.reads:
            if use.buffer.kind == "arena" and use.buffer not in written:
                raise RuntimeError(f"{call.label} reads a temporary that nobody has written yet.")
        written.update(call.writes)
        if isinstance(call.kernel, Loops):
            _verify_bounds(call, call.kernel)
        if isinstance(call.kernel, Convolution):
            _verify_convolution(call, call.kernel)
        if isinstance(call.kernel, Product):
            _verify_product(call, call.kernel)


def _verify_bounds(call: Call, kernel: Loops) -> None:
    places = [(step.slot, step.place) for step in kernel.steps if step.op == "load"]
    places += [(store.slot, store.place) for store in kernel.stores]
    places += [(fold.slot, fold.place) for fold in kernel.folds]
    for slot, place in places:
        assert place is not None
        reach = [step * (size - 1) for step, size in zip(place.steps, kernel.space, strict=True)]
        low = place.start + sum(min(0, each) for each in reach)
        high = place.start + sum(max(0, each) for each in reach)
        size = call.buffers[slot].size
        if kernel.turns and not 0 <= low <= high < size:
            raise RuntimeError(
                f"{call.label} touches elements {low} to {high} of a buffer of {size}."
            )


def _verify_product(call: Call, kernel: Product) -> None:
    sides = (
        ("left", kernel.a_stride, kernel.rows * kernel.inner),
        ("right", kernel.b_stride, kernel.inner * kernel.columns),
        ("result", kernel.rows * kernel.columns, kernel.rows * kernel.columns),
    )
    for (name, stride, matrix), buffer in zip(sides, call.buffers):
        if (kernel.batch - 1) * stride + matrix > buffer.size:
            raise RuntimeError(
                f"{call.label}: its {name} side goes beyond a buffer of {buffer.size}."
            )
    if call.buffers[2] in call.buffers[:2]:
        raise RuntimeError(f"{call.label} reads what it writes.")


def _verify_convolution(call: Call, kernel: Convolution) -> None:
    x = kernel.samples * math.prod(kernel.spatial) * kernel.channels
    output = kernel.samples * math.prod(kernel.outputs) * kernel.features
    weights = kernel.places * kernel.features
    expected = {
        "forward": (x, weights, output),
        "inputs": (output, weights, x),
        "weights": (x, output, kernel.blocks * weights),
    }[kernel.part]
    found = tuple(buffer.size for buffer in call.buffers)
    fits = output_sizes(kernel.spatial, kernel.window, kernel.strides, kernel.dilations)
    if found != expected or fits != kernel.outputs or kernel.samples % kernel.blocks:
        raise RuntimeError(f"{call.label}: expected buffers of {expected} elements, got {found}.")
    if call.buffers[2] in call.buffers[:2]:
        raise RuntimeError(f"{call.label} reads what it writes.")


def verify_phases(calls: Sequence[Call], phases: Sequence[Phase]) -> None:
    """Raise unless the phases hold all calls, and cores wait where they need what others made.

    Raises:
        RuntimeError: a call is missing, too early, or does not fit its chain.
    """
    places = {
        call: (number, chain)
        for number, phase in enumerate(phases)
        for chain in phase.chains
        for call in chain.calls
    }
    if places.keys() != set(calls):
        raise RuntimeError("The phases do not hold the calls that there are.")
    for phase in phases:
        for chain in phase.chains:
            for call in chain.calls:
                if call.kernel.extent % chain.shares:
                    raise RuntimeError(f"{call.label} cannot be cut into {chain.shares} shares.")
    order = {call: number for number, call in enumerate(c for p in phases for c in p.calls)}
    for earlier, later, in_step in _pairs_in_order(calls):
        (before, chain), (here, own_chain) = places[earlier], places[later]
        together = in_step and chain is own_chain and order[earlier] < order[later]
        if before > here or (before == here and not together):
            raise RuntimeError(f"{later.label} does not wait for {earlier.label}.")


def _pairs_in_order(calls: Sequence[Call]) -> Iterator[tuple[Call, Call, bool]]:
    """Calls that must follow each other, and whether it is enough that each core does so."""
    writers: dict[Buffer, list[Call]] = {}
    readers: dict[Buffer, list[tuple[Call, bool]]] = {}
    for call in calls:
        for use in call.reads:
            for writer in writers.get(use.buffer, ()):
                yield writer, call, use.own and not writer.scattered
        for buffer in call.writes:
            for writer in writers.get(buffer, ()):
                yield writer, call, not writer.scattered and not call.scattered
            for reader, own in readers.get(buffer, ()):
                yield reader, call, own and not call.scattered
        for use in call.reads:
            readers.setdefault(use.buffer, []).append((call, use.own))
        for buffer in call.writes:
            writers.setdefault(buffer, []).append(call)


def verify_memory(phases: Sequence[Phase], plan: Plan) -> None:
    """Raise unless temporaries that live at the same time lie apart, and all within the arena.

    Raises:
        RuntimeError: two overlap, or one reaches beyond the arena.
    """
    for buffer, offset in plan.offsets.items():
        if offset % ALIGNMENT or offset + buffer.bytes > plan.size:
            raise RuntimeError(f"A temporary of {buffer.bytes} bytes lies badly at {offset}.")
    lives = _lives(phases)
    by_place = sorted(lives, key=lambda buffer: plan.offsets[buffer])
    for number, first in enumerate(by_place):
        end = plan.offsets[first] + first.bytes
        for second in by_place[number + 1 :]:
            if plan.offsets[second] >= end:
                break
            if _meet(first, lives[first], second, lives[second]):
                raise RuntimeError(
                    f"Two temporaries overlap: {first.bytes} bytes at {plan.offsets[first]}, "
                    f"{second.bytes} at {plan.offsets[second]}."
                )


_Moment = tuple[int, Chain, int]
"""When a temporary is in use: the number of the phase, the chain, the place in the chain."""


def _lives(phases: Sequence[Phase]) -> dict[Buffer, list[_Moment]]:
    lives: dict[Buffer, list[_Moment]] = {}
    for number, phase in enumerate(phases):
        for chain in phase.chains:
            for place, call in enumerate(chain.calls):
                for buffer in dict.fromkeys(call.buffers):
                    if buffer.kind == "arena":
                        lives.setdefault(buffer, []).append((number, chain, place))
    return lives


def _meet(first: Buffer, ours: list[_Moment], second: Buffer, theirs: list[_Moment]) -> bool:
    """Whether one core may use one buffer while another uses the other."""
    if ours[-1][0] < theirs[0][0] or theirs[-1][0] < ours[0][0]:
        return False
    if len({chain for _, chain, _ in (*ours, *theirs)}) > 1:
        return True
    if (first.size, first.bytes) != (second.size, second.bytes):
        return True  # cores would not use the same stretch of both
    return not (ours[-1][2] < theirs[0][2] or theirs[-1][2] < ours[0][2])
