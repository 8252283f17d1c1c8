"""Memory: whether a long eager loop stays flat, and what one compiled step needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import glassbrook
from benchmarks import network, regression
from benchmarks.sides import Server, Unavailable

EARLY_STEPS, LONG_STEPS = 1_000, 100_000


def table(steps: int = LONG_STEPS) -> Iterator[str]:
    """Megabytes held early and at the end of a long eager loop."""
    yield f"## Memory of {steps:,} eager steps, MB"
    yield ""
    yield f"| | after {EARLY_STEPS:,} | at the end | at most |"
    yield "|---|---|---|---|"
    eager: dict[str, tuple[Any, str, dict[str, int]]] = {
        "linear regression": (regression, "regression", {}),
        "784-256-128-10, batch 1": (network, "network", {"batch": 1}),
    }
    for title, (topic, name, arguments) in eager.items():
        (side,) = (each for each in topic.SIDES if each.title == "Glassbrook, eager")
        with Server(name, side, arguments) as server:
            try:
                server.wait()
                server.ask("run", EARLY_STEPS)
                early, _ = server.ask("memory")
                server.ask("run", steps - EARLY_STEPS)
                late, most = server.ask("memory")
            except Unavailable as reason:
                yield f"| {title} | {reason} | | |"
                continue
        yield f"| {title} | {early:.1f} | {late:.1f} | {most:.1f} |"
    yield ""


def program_text(batch: int = 128) -> Iterator[str]:
    """The compiled step as `glassbrook.program` shows it: kernels, FLOPs, bytes, the arena."""
    if not hasattr(glassbrook, "program"):
        return
    yield f"## The compiled step, batch {batch}"
    yield ""
    # The step's own function and its batch, as the timed side calls them.
    call: Any = network.glassbrook_function(batch=batch).call
    yield "```"
    yield str(glassbrook.program(call.func, *call.args, print_fn=None)).rstrip()
    yield "```"
    yield ""
