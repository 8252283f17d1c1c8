"""Long loops take no more memory than short ones, and deep graphs no recursion."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import config
from glassbrook.graph.node import Node

X = np.random.default_rng(0).normal(size=(16, 8)).astype(np.float32)


def live_nodes() -> int:
    gc.collect()
    return sum(type(each) is Node for each in gc.get_objects())


def sums() -> Iterator[None]:
    x = tf.constant(0.0)
    while True:
        x = x + 1.0
        yield


def assignments() -> Iterator[None]:
    v, m = tf.Variable(0.0), tf.keras.metrics.Mean()
    while True:
        v.assign_add(1.0)
        m.update_state(v)
        yield


def dropped_samples() -> Iterator[None]:
    while True:
        tf.random.normal([8])
        yield


def steps(look_inside: bool, keep: bool, other_tape: bool) -> Iterator[None]:
    w, x = tf.Variable(tf.ones([8, 8]) * 0.01), tf.constant(X)
    optimizer = tf.keras.optimizers.Adam()
    losses, other = [], tf.GradientTape(persistent=True)
    with other:
        tf.Variable(1.0) * 2.0
    if not other_tape:
        del other
    while True:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((x @ w) ** 2)
            if look_inside:
                float(loss)
        optimizer.apply_gradients([(tape.gradient(loss, w), w)])
        if keep:
            losses.append(loss)
        yield


LOOPS: dict[str, tuple[Callable[[], Iterator[None]], int, int]] = {
    # A loop, its steps, and how many nodes it keeps per step: those that the user keeps.
    "a sum that nobody looks at": (sums, 20_000, 0),
    "assignments that nobody looks at": (assignments, 3_000, 0),
    "samples that nobody keeps": (dropped_samples, 3_000, 0),
    "training": (lambda: steps(False, False, False), 400, 0),
    "training, the loss is looked at inside of the tape": (
        lambda: steps(True, False, False),
        400,
        0,
    ),
    "training, every loss is kept": (lambda: steps(False, True, False), 400, 1),
    "training, every loss is kept and was looked at": (lambda: steps(True, True, False), 400, 1),
    "training beside a persistent tape that nobody deleted": (
        lambda: steps(False, False, True),
        400,
        0,
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_live_nodes_do_not_grow(name: str) -> None:
    make, count, kept = LOOPS[name]
    loop = make()
    for _ in range(count // 4):
        next(loop)
    before = live_nodes()
    for _ in range(count):
        next(loop)
    grown = live_nodes() - before - kept * count
    assert grown <= config.max_pending_nodes + 600, grown
    if kept or name.startswith("training"):
        assert grown < count // 2 + 20, grown


def test_a_graph_of_20_000_operations_runs() -> None:
    before, config.max_pending_nodes = config.max_pending_nodes, 10**9
    try:
        x = tf.constant(0.0)
        for _ in range(20_000):
            x = x + 1.0
        assert float(x) == 20_000.0
        for _ in range(20_000):
            x = x + 1.0
        del x
    finally:
        config.max_pending_nodes = before


def test_a_tape_over_20_000_operations() -> None:
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x
        for _ in range(20_000):
            y = y * 1.0001
    assert float(tape.gradient(y, x)) == pytest.approx(1.0001**20_000, rel=1e-2)


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def with_an_unused_variable(count: int) -> object:
    x, unused = tf.Variable(1.0), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x
        for _ in range(count):
            y = y * 1.0001
            float(y)
    return tape.gradient(y, [x, unused])


def with_many_sources(count: int) -> object:
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        chain = [x]
        for _ in range(count):
            chain.append(chain[-1] * 1.0001)
    return tape.gradient(chain[-1], chain)


@pytest.mark.xfail(strict=False, reason="one walk per source and per value that left")
@pytest.mark.parametrize("work", [with_an_unused_variable, with_many_sources])
def test_a_tape_twice_as_long_takes_twice_as_long(work: Callable[[int], object]) -> None:
    work(50)
    short, long = (min(seconds(lambda n=n: work(n)) for _ in range(2)) for n in (200, 800))
    assert long < 9 * short
