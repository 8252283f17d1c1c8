"""Compiled random numbers are those of the interpreter, whoever draws them."""

from __future__ import annotations

import numpy as np
import pytest

from glassbrook import config, dtypes
from glassbrook.engine.compiler import schedule
from glassbrook.engine.interpreter import EVALUATE
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph, input_node
from tests.engine.compiler.comparing import compiled

STATES = ([0, 0, 0], [1, 2, 3], [-2, 2**62, -(2**63)], [-(2**63), -1, 2**63 - 1])
KINDS = [
    *((build.random_uniform, dtype) for dtype in (dtypes.float32, dtypes.float64, dtypes.int32)),
    *((build.random_uniform, dtype) for dtype in (dtypes.uint32, dtypes.int64, dtypes.uint64)),
    (build.random_normal, dtypes.float32),
]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("shape", [(), (3,), (8,), (5, 7), (64, 33)], ids=str)
@pytest.mark.parametrize(("draw", "dtype"), KINDS, ids=lambda each: getattr(each, "name", ""))
def test_the_same_bits_as_the_interpreter(draw, dtype, shape, threads, monkeypatch):
    monkeypatch.setattr(config, "threads", threads)
    monkeypatch.setattr(schedule, "_WORTH_SHARING", 0)
    state = input_node(0, (3,), dtypes.int64)
    node = draw(state, shape, dtype)
    program = compiled(ClosedGraph((state,), (node,)))
    assert not program.interpreted
    for each in STATES:
        array = np.array(each, np.int64)
        (found,) = program.run([array])
        np.testing.assert_array_equal(found, EVALUATE[node.op](node, array))


def test_many_normal_numbers_have_the_same_bits():
    """Enough of them that every branch of the logarithm, the sine and the cosine is taken."""
    state = input_node(0, (3,), dtypes.int64)
    node = build.random_normal(state, (300_001,), dtypes.float32)
    array = np.array([3, 4, 5], np.int64)
    (found,) = compiled(ClosedGraph((state,), (node,))).run([array])
    np.testing.assert_array_equal(found, EVALUATE[node.op](node, array))
