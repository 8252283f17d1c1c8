"""Nodes: interning, immutability of meaning, memory, and printing."""

from __future__ import annotations

import gc
import threading

import numpy as np
import pytest

from glassbrook import dtypes
from glassbrook.engine import realize
from glassbrook.graph import build, interned_count, leaf, unique_nodes, verify
from glassbrook.graph.node import Node, is_shared


def data(*shape: int) -> Node:
    return build.data(np.ones(shape, np.float32))


def test_equal_requests_give_the_same_node() -> None:
    x, y = data(2, 3), data(2, 3)
    assert build.exp(x) is build.exp(x)
    assert build.add(x, y) is build.add(x, y)
    assert build.add(x, y) is not build.add(y, x)
    assert build.sum(x, (0,)) is build.sum(x, (0,))
    assert build.sum(x, (0,)) is not build.sum(x, (0,), keepdims=True)
    assert is_shared(build.exp(x))
    assert not is_shared(x)


def test_constants_differ_by_value_dtype_and_sign_of_zero() -> None:
    assert build.constant(1, dtypes.float32) is build.constant(1, dtypes.float32)
    assert build.constant(1, dtypes.float32) is not build.constant(1, dtypes.int32)
    zero, minus = build.constant(0.0, dtypes.float64), build.constant(-0.0, dtypes.float64)
    realize([zero, minus])
    assert [str(node.value[()]) for node in (zero, minus)] == ["0.0", "-0.0"]


def test_leaves_are_never_shared() -> None:
    array = np.zeros(2, np.float32)
    assert leaf(array, dtypes.float32) is not leaf(array, dtypes.float32)


def test_unique_nodes_are_not_interned() -> None:
    x = data(2)
    shared = build.exp(x)
    with unique_nodes():
        first, second = build.exp(x), build.exp(x)
    assert len({shared, first, second}) == 3
    assert build.exp(x) is shared


def test_unique_nodes_concern_one_thread_only() -> None:
    x = data(2)
    found: list[bool] = []
    with unique_nodes():
        thread = threading.Thread(target=lambda: found.append(build.exp(x) is build.exp(x)))
        thread.start()
        thread.join()
    assert found == [True]


def test_the_table_of_nodes_does_not_keep_them_alive() -> None:
    gc.collect()
    before = interned_count()
    x = data(2)
    node = x
    for _ in range(100):
        node = build.exp(node)
    assert interned_count() == before + 100
    del node
    assert interned_count() == before


def test_a_long_chain_is_freed_without_deep_recursion() -> None:
    node = data(1)
    for _ in range(100_000):
        node = build.neg(node)
    del node
    gc.collect()


def test_a_computed_node_can_forget_its_inputs() -> None:
    x = data(2)
    node = build.exp(x)
    with pytest.raises(RuntimeError, match="no value yet"):
        node.forget()
    realize([node])
    assert node.inputs == ()
    assert build.exp(x) is not node
    verify([node])


def test_printing_shows_a_small_program() -> None:
    x = data(2, 3)
    two = build.constant(2.0, dtypes.float32)
    node = build.sum(build.mul(build.add(x, x), two), (1,))
    assert str(node).splitlines() == [
        "%0 = data                                float32[2, 3]",
        "%1 = add(%0, %0)                         float32[2, 3]",
        "%2 = constant(value=2.0)                 float32[]",
        "%3 = mul(%1, %2)                         float32[2, 3]",
        "%4 = sum(%3, axes=(1,), keepdims=False)  float32[2]",
    ]


def test_printing_shortens_a_very_long_program() -> None:
    node = data(1)
    for _ in range(1000):
        node = build.neg(node)
    lines = str(node).splitlines()
    assert len(lines) == 201
    assert any("801 more" in line for line in lines)


def test_verify_finds_what_is_malformed() -> None:
    x = data(2, 3)
    wrong_shape = Node("exp", (x,), {}, (3, 2), dtypes.float32)
    with pytest.raises(RuntimeError, match=r"exp should give float32\[2, 3\]"):
        verify([wrong_shape])
    with pytest.raises(RuntimeError, match="no operation is called 'nonsense'"):
        verify([Node("nonsense", (x,), {}, (2, 3), dtypes.float32)])
    with pytest.raises(RuntimeError, match="without its array"):
        verify([Node("data", (), {}, (2,), dtypes.float32)])
    with pytest.raises(RuntimeError, match="not hashable"):
        verify([Node("exp", (x,), {"axes": [1]}, (2, 3), dtypes.float32)])
    verify([build.exp(x)])


def test_a_constant_shows_its_type_whoever_made_it() -> None:
    first = build.constant(3141, dtypes.float32)
    assert build.constant(3141.0, dtypes.float32) is first
    assert "value=3141.0" in str(first)
    assert "value=3141)" in str(build.constant(3141, dtypes.int32))
