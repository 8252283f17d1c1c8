"""What it costs that lines and layers *can* be noted, while nobody asks for it: next to nothing.

The same eager step in turns, as it is and with a copy of `emit` that knows of no listener.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from statistics import median
from time import thread_time
from typing import Any
from unittest import mock

import glassbrook as tf
from benchmarks import network
from benchmarks.timing import Timing
from glassbrook.graph import build, node
from glassbrook.graph.provenance import noting

ROUNDS = 1001
WARM_UP = 20

Mode = Callable[[], AbstractContextManager[Any]]


def bare_emit(op: str, inputs: tuple[node.Node, ...], attrs: Any = node._NO_ATTRS) -> node.Node:
    """`emit` without the question whether somebody listens."""
    if node._mode.unique_depth:
        shape, dtype = node.INFER[op](inputs, attrs)
        return node.Node(op, inputs, attrs, shape, dtype)
    key = (op, inputs, *attrs.values()) if attrs else (op, inputs)
    reference = node._INTERNED.get(key)
    if reference is not None:
        found = reference()
        if found is not None:
            return found
    shape, dtype = node.INFER[op](inputs, attrs)
    found = node.Node(op, inputs, attrs, shape, dtype)
    reference = node._Interned(found, node._Interned.discard)
    reference.key = key
    node._INTERNED[key] = reference
    return found


MODES: dict[str, Mode] = {
    "without the question": lambda: mock.patch.object(build, "emit", bare_emit),
    "as it is, nothing switched on": nullcontext,
    "lines and layers noted": noting,
}


def table() -> Iterator[str]:
    """Microseconds per eager step, and the ratio to the step without the question."""
    yield "## Noting where nodes come from: one eager step of 784-256-128-10, batch 128"
    yield ""
    yield "Forward, gradients and Adam, through `Sequential` and a tape; processor time of the"
    yield "thread, and the median over the rounds of the ratio to the first line in the same round."
    yield ""
    yield "| | µs | ratio |"
    yield "|---|---|---|"
    found = samples()
    first = next(iter(found.values()))
    for title, seconds in found.items():
        ratio = median(mine / other for mine, other in zip(seconds, first, strict=True))
        yield f"| {title} | {Timing.of(seconds).microseconds()} | {ratio:.3f} |"
    yield ""


def samples(rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Seconds per step in each mode, round by round."""
    work = network.tensorflow_step(
        tf, lambda function: function, batch=128, rate=1e-5, optimizer="Adam"
    )
    found: dict[str, list[float]] = {title: [] for title in MODES}
    for turn in range(rounds + WARM_UP):
        # Who comes first changes from round to round.
        titles = [*MODES] if turn % 2 else [*reversed(MODES)]
        for title in titles:
            with MODES[title]():
                started = thread_time()
                float(work.call())
                found[title].append(thread_time() - started)
    return {title: seconds[WARM_UP:] for title, seconds in found.items()}
