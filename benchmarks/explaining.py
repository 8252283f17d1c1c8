"""Explaining a gradient: how long the chain rule of one weight takes to compute and to tell."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from time import perf_counter

import numpy as np

import glassbrook as tf
from benchmarks.timing import Timing

INDEX = (300, 77)
BATCHES = (32, 128)


class Subject:
    """A recorded loss of 784-256-128-10, and the weights between its first two layers."""

    def __init__(self, batch: int) -> None:
        layers = tf.keras.layers
        model = tf.keras.Sequential(
            [
                layers.Input((784,)),
                layers.Dense(256, activation="relu"),
                layers.Dense(128, activation="relu"),
                layers.Dense(10),
            ]
        )
        random = np.random.default_rng(0)
        images = random.random((batch, 784), np.float32)
        labels = random.integers(0, 10, batch)
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        with tf.GradientTape(persistent=True) as self.tape:
            self.loss = loss(labels, model(images))
        float(self.loss)
        self.kernel = model.trainable_variables[0]

    def explain(self, index: tuple[int, int] | None) -> tuple[float, str]:
        """Seconds, and the text."""
        started = perf_counter()
        text = str(self.tape.explain(self.loss, self.kernel, index=index))
        return perf_counter() - started, text


def table() -> Iterator[str]:
    """Milliseconds and lines of output, for all weights of a layer and for one that is followed."""
    yield "## Explaining the gradient of the first layer of 784-256-128-10"
    yield ""
    yield "`str(tape.explain(loss, kernel, index))`, milliseconds: in a new process, where what it"
    yield "needs is imported, and from then on."
    yield ""
    yield "| batch | followed | first | later | lines |"
    yield "|---|---|---|---|---|"
    for batch in BATCHES:
        for index in (None, INDEX):
            first, later, lines = measure(batch, index)
            followed = "all" if index is None else f"one weight, {list(index)}"
            yield f"| {batch} | {followed} | {first * 1e3:.0f} | {milliseconds(later)} | {lines} |"
    yield ""


def measure(
    batch: int, index: tuple[int, int] | None, rounds: int = 21
) -> tuple[float, Timing, int]:
    """Seconds of the first call in a process, those of later ones, and the lines of text."""
    program = (
        f"from benchmarks.explaining import Subject\nprint(Subject({batch}).explain({index})[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    subject = Subject(batch)
    found = [subject.explain(index) for _ in range(rounds + 1)][1:]
    return float(done.stdout), Timing.of([each for each, _ in found]), found[0][1].count("\n")


def milliseconds(timing: Timing) -> str:
    return " ".join(
        f"{text}{seconds * 1e3:.1f}{end}"
        for text, seconds, end in (
            ("", timing.median, ""),
            ("(", timing.low, " to"),
            ("", timing.high, ")"),
        )
    )
