"""Building the graph of a training step: what eager code costs before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from unittest import mock

import glassbrook as tf
from benchmarks import network
from benchmarks.timing import Timing
from glassbrook.keras.optimizers import base


def table() -> Iterator[str]:
    """Microseconds per optimizer."""
    yield "## Building the graph of one training step of 784-256-128-10"
    yield ""
    yield "Forward, gradients and update, through `Sequential`, a tape and an optimizer; not run."
    yield ""
    yield "| optimizer | µs |"
    yield "|---|---|"
    for optimizer in ("SGD", "Adam"):
        yield f"| {optimizer} | {graph_building(optimizer).microseconds()} |"
    yield ""


def graph_building(optimizer: str, rounds: int = 301) -> Timing:
    """Seconds to build the graph of a step at batch 128.

    The engine is kept from running while the clock runs; the graph is then run as usual.
    """
    work = network.tensorflow_step(
        tf, lambda function: function, batch=128, rate=1e-5, optimizer=optimizer
    )
    float(work.call())
    samples = []
    for _ in range(rounds):
        with mock.patch.object(base, "realize", return_value=None):
            started = perf_counter()
            loss = work.call()
            samples.append(perf_counter() - started)
        float(loss)
    return Timing.of(samples)
