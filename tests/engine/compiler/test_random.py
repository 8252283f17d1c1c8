"""Compiled random numbers are those of NumPy's Philox generator, whoever draws them."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import config, dtypes
from glassbrook.engine.compiler import schedule
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph, input_node
from tests.engine.compiler.comparing import compiled

SEEDS = ([0, 0], [1, 2], [-5, 2**62], [-(2**63), 2**63 - 1])


def drawn_by_numpy(seed, shape, dtype):
    key = np.array(seed, np.int64).astype(np.uint64)
    return np.random.Generator(np.random.Philox(key=key)).random(shape, dtype.numpy)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("shape", [(), (3,), (8,), (5, 7), (64, 33)], ids=str)
@pytest.mark.parametrize("dtype", [dtypes.float32, dtypes.float64], ids=str)
def test_the_same_bits_as_numpy(dtype, shape, threads, monkeypatch):
    monkeypatch.setattr(config, "threads", threads)
    monkeypatch.setattr(schedule, "_WORTH_SHARING", 0)
    seed = input_node(0, (2,), dtypes.int64)
    program = compiled(ClosedGraph((seed,), (build.random_uniform(seed, shape, dtype),)))
    assert not program.interpreted
    for each in SEEDS:
        (found,) = program.run([np.array(each, np.int64)])
        np.testing.assert_array_equal(found, drawn_by_numpy(each, shape, dtype))


def test_dropout_is_part_of_the_step():
    tf.keras.utils.set_random_seed(1)
    layers = tf.keras.layers
    model = tf.keras.Sequential([layers.Dense(8), layers.Dropout(0.5), layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((12, 4), np.float32), np.ones((12, 1), np.float32)
    model.fit(x, y, batch_size=4, verbose=0)
    report = tf.program(model.train_step, (tf.constant(x), tf.constant(y)), print_fn=None)
    assert not report.interpreted
    assert "random" in {kernel.kind for kernel in report.kernels}
