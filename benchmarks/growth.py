"""How cost grows: time per step by batch, width and depth; compile time by depth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.network import BY_HAND, REPLAYED, SIZES, cells_of
from benchmarks.sides import Plan, Server, Unavailable, compare

SIDES = (BY_HAND, REPLAYED)

# Deep and wide networks must train, not diverge, for the minutes that they are timed.
RATE = 1e-4
BATCH = 128
PLAN = Plan(rounds=9, seconds=0.03, tolerance=1e-3)
BATCHES = (1, 4, 16, 64, 256, 1024, 4096)
WIDTHS = (16, 64, 256, 1024, 2048)
DEPTHS = (1, 4, 16, 64)
COMPILED_DEPTHS = (1, 2, 4, 8, 16, 32, 64)


def wide(width: int) -> tuple[int, ...]:
    """The sizes of a network of two hidden layers of a width."""
    return (784, width, width, 10)


def deep(depth: int) -> tuple[int, ...]:
    """The sizes of a network of many hidden layers of 64."""
    return (784, *[64] * depth, 10)


def table(plan: Plan = PLAN) -> Iterator[str]:
    """Time per step of the replayed function and by hand, along three axes."""
    yield "## How the time of a step grows, µs"
    yield ""
    yield "SGD, replayed by `tf.function`, against NumPy by hand. Where it is not the subject, the"
    yield f"batch is {BATCH}."
    yield ""
    yield f"| | NumPy by hand | {REPLAYED.title} | ratio |"
    yield "|---|---|---|---|"
    reasons: dict[str, None] = {}
    for title, batch, sizes in _cases():
        arguments = {"batch": batch, "sizes": sizes, "rate": RATE}
        found = compare("growth", SIDES, arguments, plan)
        by_hand, _ = cells_of(found, BY_HAND, BY_HAND)
        yield f"| {title} | {by_hand} | {' | '.join(cells_of(found, REPLAYED, BY_HAND))} |"
        reasons |= dict.fromkeys(found.reasons())
    yield ""
    yield from reasons
    yield ""


def _cases() -> Iterator[tuple[str, int, Sequence[int]]]:
    for batch in BATCHES:
        yield f"784-256-128-10, batch {batch}", batch, SIZES
    for width in WIDTHS:
        yield f"784-{width}-{width}-10", BATCH, wide(width)
    for depth in DEPTHS:
        layers = "1 hidden layer" if depth == 1 else f"{depth} hidden layers"
        yield f"{layers} of 64", BATCH, deep(depth)


def compile_table(depths: Sequence[int] = COMPILED_DEPTHS) -> Iterator[str]:
    """The first call of a step's function: nothing known, and with the code in the disk cache."""
    yield "## The first call of a training step's `tf.function`, ms"
    yield ""
    yield "Tracing, compiling and running once, in a fresh process each: with an empty disk cache,"
    yield "and with the code there. The last column is a later call."
    yield ""
    yield "| network | cold | from the disk cache | later |"
    yield "|---|---|---|---|"
    networks: list[tuple[str, Sequence[int]]] = [("784-256-128-10", SIZES)]
    networks += [(f"hidden layers of 64: {depth}", deep(depth)) for depth in depths]
    for title, sizes in networks:
        arguments = {"batch": BATCH, "sizes": sizes, "rate": RATE}
        with tempfile.TemporaryDirectory() as cache:
            try:
                cold, _ = _first_calls(arguments, cache)
                cached, later = _first_calls(arguments, cache)
            except Unavailable as reason:
                yield f"| {title} | {reason} | | |"
                continue
        yield f"| {title} | {cold * 1e3:.0f} | {cached * 1e3:.0f} | {later * 1e3:.1f} |"
    yield ""


def _first_calls(arguments: dict[str, Any], cache: str) -> tuple[float, float]:
    """Seconds of the first call in a new process, and of the tenth or so."""
    with Server("growth", REPLAYED, arguments, {"GLASSBROOK_CACHE_DIR": cache}) as server:
        server.wait()
        first = server.ask("run", 1)
        server.ask("run", 5)
        return first, server.ask("run", 5) / 5
