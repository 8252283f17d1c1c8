"""Tensors: conversion, operators, printing, laziness and threads."""

from __future__ import annotations

import copy
import gc
import threading

import numpy as np
import pytest

from glassbrook import config, dtypes
from glassbrook.engine import realize
from glassbrook.errors import (
    DTypeError,
    InvalidArgumentError,
    OutOfRangeError,
    ResourceExhaustedError,
    ShapeError,
)
from glassbrook.graph import build
from glassbrook.tensor import Tensor, TensorShape, Variable, as_node, constant, convert_to_tensor

# Conversion.


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (1.5, None, "float32"),
        (1, None, "int32"),
        (2**31, None, "int64"),
        (-(2**31), None, "int32"),
        (2**63, "uint64", "uint64"),
        ([2**63], "uint64", "uint64"),
        (True, None, "bool"),
        ("a", None, "string"),
        (b"a", None, "string"),
        ([1, 2.5], None, "float32"),
        ([1, True], None, "int32"),
        ([], None, "float32"),
        ([[True], [False]], None, "bool"),
        (range(3), None, "int32"),
        (np.float64(1), None, "float64"),
        (np.zeros(2), None, "float64"),
        (np.zeros(2, np.int8), None, "int8"),
        ([np.int64(1)], None, "int32"),
        ([np.float64(1)], None, "float64"),
        (np.array(["ab", "c"]), None, "string"),
        (1, "float64", "float64"),
        (np.zeros(2), "float32", "float32"),
        (True, "float32", "float32"),
        (7, "uint8", "uint8"),
    ],
)
def test_dtypes_of_values(value: object, dtype: str | None, expected: str) -> None:
    assert constant(value, dtype=dtype).dtype == expected


def test_integers_wrap_around() -> None:
    assert int(constant(123456789, dtype=dtypes.int16)) == -13035
    assert int(constant(300, dtype=dtypes.uint8)) == 44
    assert constant([-1, 256], dtype="uint8").numpy().tolist() == [255, 0]


@pytest.mark.parametrize(
    ("value", "dtype", "kind", "message"),
    [
        (1.5, "int32", DTypeError, "Cannot convert 1.5"),
        ([1, 2.5], "int32", DTypeError, "dtype int32"),
        (1, "bool", DTypeError, "dtype bool"),
        (1, "string", DTypeError, "dtype string"),
        ("a", "float32", DTypeError, "dtype float32"),
        ([1, "a"], None, InvalidArgumentError, "mixed types"),
        ([[1], [1, 2]], None, InvalidArgumentError, "same length"),
        (None, None, InvalidArgumentError, "unsupported type"),
        ([None], None, InvalidArgumentError, "unsupported type"),
        (object(), None, InvalidArgumentError, "unsupported type"),
        (2**63, None, InvalidArgumentError, "64 bits"),
        ([2**63], None, InvalidArgumentError, "64 bits"),
        ([2**70], "uint64", InvalidArgumentError, "64 bits"),
        (1 + 2j, None, InvalidArgumentError, "unsupported type"),
        (np.zeros(2, complex), None, DTypeError, "no counterpart"),
        ([1, 2, 3], None, DTypeError, "shape"),
    ],
)
def test_what_is_no_tensor(value: object, dtype: str | None, kind, message: str) -> None:
    shape = [2, 2] if message == "shape" else None
    with pytest.raises(kind, match=message):
        constant(value, dtype, shape)


def test_shape_fills_or_lays_out() -> None:
    assert constant(7, shape=[2, 2]).numpy().tolist() == [[7, 7], [7, 7]]
    assert constant([1, 2, 3, 4], shape=(2, 2)).numpy().tolist() == [[1, 2], [3, 4]]


def test_tensors_in_lists_stack() -> None:
    x = constant(2.0)
    assert convert_to_tensor([x, 3.0, x]).numpy().tolist() == [2.0, 3.0, 2.0]
    with pytest.raises(ShapeError, match="number 1"):
        convert_to_tensor([x, constant([1.0])])


def test_converting_a_tensor_keeps_it_or_fails() -> None:
    x = constant(1.0)
    assert convert_to_tensor(x) is x
    with pytest.raises(ValueError, match=r"tf\.cast"):
        convert_to_tensor(x, dtype=dtypes.int32)
    assert convert_to_tensor([1], dtype_hint="float32").dtype == "float32"
    assert convert_to_tensor([1.5], dtype_hint="int32").dtype == "float32"


# Operators.


def test_other_values_take_the_tensors_dtype() -> None:
    x = constant([1.0, 2.0])
    for other in (1, 1.0, True, np.float64(1), np.ones(2), np.ones(2, np.int64), [1, 1]):
        assert (x + other).dtype == "float32"
        assert (other + x).numpy().tolist() == [2.0, 3.0]


def test_strictness() -> None:
    x, i = constant([1.0, 2.0]), constant([1, 2])
    with pytest.raises(DTypeError, match=r"float32 \[2\].*int32 \[2\].*tf\.cast"):
        x + i
    for mixed in (lambda: i + 1.5, lambda: 1.5 * i, lambda: i < 2.5):
        with pytest.raises(TypeError, match="int32"):
            mixed()


def test_division() -> None:
    i = constant([7, -7])
    assert (i / 2).dtype == "float64"
    assert (constant([7], "int8") / constant([2], "int8")).dtype == "float32"
    assert (i // 2).numpy().tolist() == [3, -4]
    assert (i % 4).numpy().tolist() == [3, 1]
    assert (1.0 / constant([0.0, -0.0])).numpy().tolist() == [np.inf, -np.inf]


def test_logic_and_bits() -> None:
    t, i = constant([True, False]), constant([6, 3])
    assert (t & True).numpy().tolist() == [True, False]
    assert (t | [False, True]).numpy().tolist() == [True, True]
    assert (~t ^ t).numpy().tolist() == [True, True]
    assert [(i & 3).numpy().tolist(), (i | 1).numpy().tolist()] == [[2, 3], [7, 3]]
    assert (~i).numpy().tolist() == [-7, -4]


def test_equality() -> None:
    x = constant([1.0, 2.0])
    assert (x == [1.0, 3.0]).numpy().tolist() == [True, False]
    assert (x != 1.0).numpy().tolist() == [False, True]
    assert (x == None) is False  # noqa: E711
    assert (x != None) is True  # noqa: E711
    assert not bool(x == constant([1.0, 2.0, 3.0]))
    with pytest.raises(TypeError, match=r"ref\(\)"):
        hash(x)


def test_numpy_leaves_operators_to_tensors() -> None:
    x = constant([1.0, 2.0])
    for result in (np.ones(2, np.float32) * x, np.float64(2) * x, np.eye(2) @ constant(np.eye(2))):
        assert isinstance(result, Tensor)


def test_python_protocols() -> None:
    x = constant([[1, 2], [3, 4]])
    assert len(x) == 2
    assert [row.numpy().tolist() for row in x] == [[1, 2], [3, 4]]
    assert (int(x[0, 0]), float(constant(1.5)), bool(constant(0.0))) == (1, 1.5, False)
    assert ["a", "b"][constant(1)] == "b"
    assert round(constant(2.567), 1) == 2.6
    assert f"{constant(1.23456):.2f} {constant([1, 2])}" == "1.23 [1 2]"
    assert np.asarray(x).dtype == np.int32
    assert np.array(x, np.float64).dtype == np.float64
    assert copy.deepcopy(x) is x
    for call, message in (
        (lambda: bool(x), "ambiguous"),
        (lambda: float(x), "one element"),
        (lambda: len(constant(1)), "no `len"),
        (lambda: list(constant(1)), "scalar"),
        (lambda: [0][constant(0.0)], "Only integer"),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            call()


# Printing.


def test_printing() -> None:
    assert str(constant([1.0, 2.0])) == "tf.Tensor([1. 2.], shape=(2,), dtype=float32)"
    assert str(constant([[1, 2]])) == "tf.Tensor([[1 2]], shape=(1, 2), dtype=int32)"
    assert str(constant([[1], [2]])) == "tf.Tensor(\n[[1]\n [2]], shape=(2, 1), dtype=int32)"
    assert str(constant("é")) == "tf.Tensor(b'\\xc3\\xa9', shape=(), dtype=string)"
    assert repr(constant(1.2)) == ("<tf.Tensor: shape=(), dtype=float32, numpy=1.2000000476837158>")
    assert repr(constant([True])) == "<tf.Tensor: shape=(1,), dtype=bool, numpy=array([ True])>"
    assert repr(constant([[1], [2]])).startswith("<tf.Tensor: shape=(2, 1), dtype=int32, numpy=\n")


def test_shapes() -> None:
    shape = constant(np.zeros((2, 3, 4))).shape
    assert shape == (2, 3, 4) == shape
    assert shape == [2, 3, 4]
    assert shape != (2, 3)
    assert shape[0] == 2
    assert shape[-2:] == TensorShape([3, 4])
    assert (shape.rank, shape.as_list(), shape.num_elements()) == (3, [2, 3, 4], 24)
    assert [*shape] == [2, 3, 4]
    assert shape + (5,) == (2, 3, 4, 5)
    assert (5,) + shape == (5, 2, 3, 4)
    assert (repr(shape), str(shape)) == ("TensorShape([2, 3, 4])", "(2, 3, 4)")
    assert np.zeros(shape).shape == (2, 3, 4)
    unknown = TensorShape(None)
    assert unknown.rank is None
    assert unknown.is_compatible_with(shape)
    assert TensorShape([None, 3]).is_compatible_with([7, 3])
    assert not TensorShape([None, 3]).is_fully_defined()
    with pytest.raises(ValueError, match="unknown rank"):
        unknown.as_list()


# Laziness.


def test_nothing_runs_until_someone_looks() -> None:
    x = constant([1.0, 2.0])
    y = x * 2.0 + 1.0
    assert y.node.value is None
    assert y.shape == (2,)
    assert y.dtype == "float32"
    assert y.node.value is None
    assert y.numpy().tolist() == [3.0, 5.0]
    assert y.node.value is not None


def test_everything_that_waits_is_computed_together() -> None:
    x = constant([1.0, 2.0])
    y, z = x * 2.0, x * 3.0
    assert y.numpy().tolist() == [2.0, 4.0]
    assert z.node.value is not None


def test_what_nobody_holds_is_not_computed() -> None:
    x = constant([1.0])
    lost = (x * 2.0).node
    gc.collect()
    assert float((x * 3.0)[0]) == 3.0
    assert lost.value is None


def test_a_failing_tensor_fails_only_those_who_look_at_it() -> None:
    x = constant([1, 2])
    bad = Tensor(build.gather(as_node(x), as_node(constant([5]))))
    good = x + 1
    assert good.numpy().tolist() == [2, 3]
    for _ in range(2):
        with pytest.raises(OutOfRangeError, match="5 is not in"):
            bad.numpy()
    assert (x + 2).numpy().tolist() == [3, 4]


def test_too_much_waiting_is_computed_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "max_pending_nodes", 50)
    realize([constant(1.0).node])
    x = constant(0.0)
    (x + 1.0).numpy()
    for _ in range(200):
        x = x + 1.0
    assert len(repr(x.node).splitlines()) < 60
    assert float(x) == 200.0


def test_a_tensor_too_large_is_a_clear_error() -> None:
    x = constant([1.0])
    huge = Tensor(build.broadcast_to(as_node(x), (1 << 45,))) + x
    with pytest.raises(ResourceExhaustedError, match=r"\[35184372088832\].*does not fit"):
        huge.numpy()
    assert float(x[0]) == 1.0


def test_threads_compute_their_own() -> None:
    n = 8
    v = Variable(np.arange(4, dtype=np.float32))
    results: list[list[float]] = [[] for _ in range(n)]

    def work(index: int) -> None:
        for _ in range(50):
            results[index] = (v * float(index) + 1.0).numpy().tolist()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[index * value + 1.0 for value in range(4)] for index in range(n)]


def test_threads_may_look_at_the_same_pending_values() -> None:
    errors: list[BaseException] = []

    def look(shared: list[Tensor], start: threading.Barrier) -> None:
        start.wait()
        try:
            for value in shared:
                value.numpy()
        except BaseException as error:
            errors.append(error)

    for _ in range(20):
        x = constant(np.ones((50, 50), np.float32))
        shared = [x]
        for _ in range(20):
            shared.append(shared[-1] * 1.5 + 1.0)
        start = threading.Barrier(4)
        threads = [threading.Thread(target=look, args=(shared, start)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []


def test_debug_mode_verifies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "debug", True)
    assert (constant([1.0, 2.0]) * 2.0).numpy().tolist() == [2.0, 4.0]
