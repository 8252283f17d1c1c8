"""Long eager loops hold no more memory in the end than at the start, and caches stay bounded."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import config
from glassbrook.engine import tiers
from glassbrook.engine.compiler import arenas
from glassbrook.graph.node import interned_count


@pytest.fixture(autouse=True)
def _automatic(monkeypatch):
    monkeypatch.setattr(config, "engine", "auto")
    tiers.clear()


def regression():
    """One eager step of linear regression on 100 points."""
    generator = np.random.default_rng(0)
    x = tf.constant(generator.random(100, np.float32))
    y = 3 * x + 1
    w, b = tf.Variable(0.0), tf.Variable(0.0)

    def step(rate):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(w * x + b - y))
        slope, offset = tape.gradient(loss, [w, b])
        w.assign_sub(rate * slope)
        b.assign_sub(rate * offset)
        return loss

    return step, w, b


def held_bytes():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def state():
    gc.collect()
    return len(gc.get_objects()), interned_count(), tiers.statistics(), arenas.waiting_bytes()


def run(steps):
    step, w, b = regression()
    for turn in range(500):
        step(0.5 / (1 + turn % 7))
    before = state()
    memory = held_bytes() if sys.platform == "linux" else 0
    for turn in range(steps):
        step(0.5 / (1 + turn % 7))
    after = state()
    assert float(w) == pytest.approx(3, abs=1e-3)
    assert float(b) == pytest.approx(1, abs=1e-3)
    assert after[0] <= before[0] + 50
    assert after[1] <= before[1] + 5
    assert after[2:] == before[2:]
    if sys.platform == "linux":
        assert held_bytes() <= memory + 4 * 2**20


def test_memory_is_flat():
    run(3_000)


@pytest.mark.slow
def test_memory_is_flat_over_a_hundred_thousand_steps():
    run(100_000)


def test_graphs_of_ever_new_shapes_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(tiers, "MOST_PROGRAMS", 16)
    for size in range(2, 60):
        x = tf.ones([size, size])
        for _ in range(2):
            total = tf.reduce_sum(tf.exp(x) * 2 + x) - tf.reduce_mean(x @ x)
            assert np.isfinite(float(total))
    assert tiers.statistics()["graphs"] <= 16
