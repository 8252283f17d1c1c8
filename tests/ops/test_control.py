"""Branches, loops, mapped functions, `tf.print`, and the checks of `tf.debugging`."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassbrook import debugging, errors
from glassbrook.ops import control, mapping
from glassbrook.ops.output import print as tf_print
from glassbrook.ops.reduce import reduce_sum
from glassbrook.tensor import GradientTape, Tensor, TensorShape, Variable, constant, name_scope


def value_of(structure: Any) -> Any:
    """Tensors in a structure replaced by lists and numbers."""
    if isinstance(structure, dict):
        return {key: value_of(each) for key, each in structure.items()}
    if isinstance(structure, list | tuple):
        return type(structure)(value_of(each) for each in structure)
    value = structure.numpy() if isinstance(structure, Tensor) else structure
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


YES, NO = constant(True), constant(False)
PAIR = (constant([1, 2]), constant([3, 4]))

VALUES: list[tuple[Callable[[], Any], Any]] = [
    (lambda: control.cond(YES, lambda: 1, lambda: 2), 1),
    (lambda: control.cond(NO, lambda: 1, lambda: 2), 2),
    (lambda: control.cond(True, lambda: (YES, [NO]), lambda: 0), (True, [False])),
    (lambda: control.cond(constant([[1]]), lambda: 1, lambda: 2), 1),
    (lambda: control.case([(NO, lambda: 1), (YES, lambda: 2)], default=lambda: 3), 2),
    (lambda: control.case([(NO, lambda: 1)], default=lambda: 3), 3),
    (lambda: control.case(((YES, lambda: 1), (YES, lambda: 2))), 1),
    (lambda: control.case([(YES, lambda: 1), (NO, lambda: 2)], exclusive=True), 1),
    (lambda: control.switch_case(constant(1), [lambda: 1, lambda: 2]), 2),
    (lambda: control.switch_case(5, [lambda: 1, lambda: 2]), 2),
    (lambda: control.switch_case(-1, [lambda: 1, lambda: 2]), 2),
    (lambda: control.switch_case(5, [lambda: 1], default=lambda: 9), 9),
    (lambda: control.switch_case(1, {1: lambda: "b", 0: lambda: "a"}), "b"),
    (lambda: control.switch_case(0, [(1, lambda: "b"), (0, lambda: "a")]), "a"),
    (
        lambda: control.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s + i), (0, 0)),
        (3, 3),
    ),
    (lambda: control.while_loop(lambda i: i < 3, lambda i: [i + 1], [constant(0)]), [3]),
    (lambda: control.while_loop(lambda i: i < 3, lambda i: i + 1, [constant(0)]), [3]),
    (lambda: control.while_loop(lambda i: False, lambda i: i + 1, (constant(0),)), (0,)),
    (
        lambda: control.while_loop(
            lambda i: True, lambda i: (i + 1,), (0,), None, 1, maximum_iterations=5
        ),
        (5,),
    ),
    (
        lambda: control.while_loop(
            lambda d: d["a"] < 3, lambda d: ({"a": d["a"] + 1},), ({"a": constant(0)},)
        ),
        ({"a": 3},),
    ),
    (lambda: mapping.map_fn(lambda x: x * 2, constant([1, 2])), [2, 4]),
    (lambda: mapping.map_fn(lambda x: x[0] * x[1], PAIR, fn_output_signature="int32"), [3, 8]),
    (
        lambda: mapping.map_fn(lambda x: (x, {"a": x * 2}), constant([1, 2])),
        ([1, 2], {"a": [2, 4]}),
    ),
    (lambda: mapping.map_fn(lambda x: 1.5, constant([1, 2]), dtype="float64"), [1.5, 1.5]),
    (lambda: mapping.map_fn(reduce_sum, constant([[1, 2], [3, 4]])), [3, 7]),
    (lambda: mapping.map_fn(lambda x: x, constant(np.zeros((0, 2)))), []),
    (lambda: mapping.vectorized_map(lambda x: (x, x + 1), constant([1, 2])), ([1, 2], [2, 3])),
    (lambda: mapping.scan(lambda a, x: a + x, constant([1, 2, 3])), [1, 3, 6]),
    (lambda: mapping.scan(lambda a, x: a + x, constant([1, 2, 3]), 10), [11, 13, 16]),
    (lambda: mapping.scan(lambda a, x: a + x, constant([1, 2, 3]), reverse=True), [6, 5, 3]),
    (
        lambda: mapping.scan(lambda a, x: (a[0] + x, a[1] * x), constant([1, 2, 3]), (0, 1)),
        ([1, 3, 6], [1, 2, 6]),
    ),
    (lambda: mapping.scan(lambda a, x: a, constant(np.zeros(0)), constant([1, 2])), []),
    (lambda: mapping.foldl(lambda a, x: a - x, constant([1, 2, 3])), -4),
    (lambda: mapping.foldl(lambda a, x: a - x, constant([1, 2, 3]), initializer=10), 4),
    (lambda: mapping.foldr(lambda a, x: a - x, constant([1, 2, 3])), 0),
    (lambda: control.py_function(lambda x: x * 2, [1.0], "float32"), 2.0),
    (lambda: control.py_function(lambda x: (x, x + 1), [1], ["int32", "int32"]), [1, 2]),
    (lambda: control.py_function(lambda x: x.numpy() * 2, [constant(1.0)], Tout=float), 2.0),
    (lambda: control.py_function(lambda: 1, [], "float32"), 1.0),
    (lambda: control.py_function(lambda: None, [], []), []),
    (lambda: control.numpy_function(np.sort, [constant([2, 1])], "int32"), [1, 2]),
    (lambda: control.numpy_function(lambda x: type(x).__name__, [[1.0]], "string"), b"ndarray"),
    (lambda: control.numpy_function(lambda x: (x, x), [[1.0]], ["float32"] * 2), [[1.0], [1.0]]),
    (control.executing_eagerly, True),
    (control.no_op, None),
    (lambda: control.group(constant(1), name="g"), None),
]


@pytest.mark.parametrize(("call", "expected"), VALUES, ids=range(len(VALUES)))
def test_value(call: Callable[[], Any], expected: Any) -> None:
    assert value_of(call()) == expected


def test_only_one_branch_is_called() -> None:
    called: list[str] = []
    control.cond(YES, lambda: called.append("yes"), lambda: called.append("no"))
    control.case([(YES, lambda: called.append("first")), (YES, lambda: called.append("second"))])
    control.switch_case(0, [lambda: called.append("zero"), lambda: called.append("one")])
    assert called == ["yes", "first", "zero"]


def test_gradients_flow_through_control_flow() -> None:
    x = Variable(2.0)
    with GradientTape(persistent=True) as tape:
        branch = control.cond(x > 1.0, lambda: x * x, lambda: x)
        loop = control.while_loop(lambda y: y < 10.0, lambda y: (y * x,), (x,))[0]
        rows = mapping.map_fn(lambda y: y * x, constant([1.0, 2.0]))
        scanned = mapping.scan(lambda a, y: a * y * x, constant([1.0, 1.0, 1.0]))
        called = control.py_function(lambda y: y * y, [x], "float32")
        outside = control.numpy_function(lambda y: y * y, [x], "float32")
    assert float(tape.gradient(branch, x)) == 4.0
    assert float(loop) == 16.0
    assert float(tape.gradient(loop, x)) == 32.0
    assert float(tape.gradient(rows, x)) == 3.0
    assert float(tape.gradient(scanned, x)) == 1.0 + 4.0
    assert float(tape.gradient(called, x)) == 4.0
    assert tape.gradient(outside, x) is None


def test_long_loops() -> None:
    i, total = control.while_loop(lambda i, s: i < 2000, lambda i, s: (i + 1, s + i), (0, 0))
    assert (int(i), int(total)) == (2000, 1999000)


def test_scopes() -> None:
    with control.device("/GPU:0"), control.device(None), control.init_scope():
        assert constant(1).device.endswith("CPU:0")
    with control.control_dependencies([constant(1)]), control.control_dependencies(None):
        pass
    called: list[int] = []
    with control.control_dependencies(lambda: called.append(1)):
        assert called == [1]
    with name_scope("a") as outer, name_scope("b") as inner:
        assert (outer, inner) == ("a/", "a/b/")
    assert name_scope("a").name == "a"


FAILURES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: control.cond(True, 1, 2), TypeError, "true_fn"),  # type: ignore[arg-type]
    (lambda: control.cond(True, lambda: 1), TypeError, "false_fn"),
    (lambda: control.cond(constant([True, True]), int, int), ValueError, "reduce_all"),
    (lambda: control.case([(NO, lambda: 1)]), ValueError, "no default"),
    (lambda: control.case([(YES, int), (YES, int)], exclusive=True), ValueError, "2 conditions"),
    (lambda: control.case([(YES, 1)]), TypeError, "function"),
    (lambda: control.case([YES]), TypeError, "pairs"),
    (lambda: control.switch_case(0, []), ValueError, "no branches"),
    (lambda: control.switch_case(0, {5: int, 2: int}), ValueError, "0 to 1"),
    (lambda: control.switch_case(0, {0: 1}), TypeError, "function"),
    (lambda: control.switch_case(0.5, [int]), TypeError, "integer"),
    (lambda: control.while_loop(lambda i: i < 3, lambda i: i, constant(0)), ValueError, "list"),
    (lambda: control.while_loop(lambda: 1, lambda: 1, []), ValueError, "at least one"),
    (lambda: control.while_loop(1, 1, [1]), TypeError, "cond"),  # type: ignore[arg-type]
    (
        lambda: control.while_loop(lambda i: True, lambda i: (i, i), [constant(0)]),
        ValueError,
        r"\[\*\], but it returned \(\*, \*\)",
    ),
    (lambda: mapping.map_fn(lambda x: x, constant(1)), ValueError, "scalar"),
    (lambda: mapping.map_fn(lambda x: x, []), ValueError, "no tensors"),
    (lambda: mapping.map_fn(lambda x: x, (constant([1]), constant([1, 2]))), ValueError, "rows"),
    (lambda: mapping.map_fn(lambda x: x, constant([1]), dtype="float32"), TypeError, "float32"),
    (
        lambda: mapping.map_fn(lambda x: x, constant([1]), dtype=("int32", "int32")),
        ValueError,
        "structure",
    ),
    (
        lambda: mapping.map_fn(lambda x: [x] * int(x), constant([1, 2])),
        ValueError,
        "same structure",
    ),
    (lambda: mapping.foldl(lambda a, x: a, constant(np.zeros(0))), ValueError, "initializer"),
    (lambda: control.py_function(lambda x: None, [1], "float32"), ValueError, "nothing"),
    (lambda: control.py_function(lambda x: x, [1], "float32"), TypeError, "float32"),
    (lambda: control.py_function(lambda: 1.5, [], "int32"), TypeError, "int32"),
    (lambda: control.py_function(lambda: (1, 2), [], ["int32"]), ValueError, "2 values"),
    (lambda: name_scope(1), ValueError, "string"),  # type: ignore[arg-type]
    (lambda: tf_print(1, output_stream=5), ValueError, "output_stream"),
]


@pytest.mark.parametrize(("call", "kind", "text"), FAILURES, ids=range(len(FAILURES)))
def test_error(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text) as raised:
        call()
    assert isinstance(raised.value, errors.GlassbrookError)


FLOATS = [0.1, 1 / 3, 1e10, 1e-7, 123456.789, 1e20, -0.0]

PRINTED: list[tuple[tuple[Any, ...], str]] = [
    (("a", 1, 1.5, constant(2), constant(2.5)), "a 1 1.5 2 2.5"),
    (([1, 2], [constant(1), "x"]), "[1, 2] [1, 'x']"),
    (({"a": constant(1), "b": 2}, (1, constant(2))), "{'a': 1, 'b': 2} (1, 2)"),
    (("x:", constant([[1, 2], [3, 4]])), "x: [[1 2]\n [3 4]]"),
    ((constant(np.arange(7)), constant(np.arange(6))), "[0 1 2 ... 4 5 6] [0 1 2 3 4 5]"),
    ((constant(np.zeros((2, 2, 1))),), "[[[0]\n  [0]]\n\n [[0]\n  [0]]]"),
    (
        (constant(np.zeros((2, 2, 1, 1), np.int8)),),
        "[[[[0]]\n\n  [[0]]]\n\n\n [[[0]]\n\n  [[0]]]]",
    ),
    (
        (constant(np.arange(70).reshape(7, 10)[:, :1]),),
        "[[0]\n [10]\n [20]\n ...\n [40]\n [50]\n [60]]",
    ),
    ((constant(FLOATS[:6]),), "[0.1 0.333333343 1e+10 1e-07 123456.789 1e+20]"),
    (
        (constant(-0.0), constant(np.float64(1 / 3)), constant(1e10, "float64")),
        "-0 0.33333333333333331 10000000000",
    ),
    ((constant([0.1, 1 / 3], "float16"),), "[0.0999755859 0.333251953]"),
    ((constant(float("nan")), constant(float("inf")), -constant(float("inf"))), "nan inf -inf"),
    ((constant("s"), constant(["a", "b"])), '"s" ["a" "b"]'),
    ((constant(True), constant([True, False])), "1 [1 0]"),
    ((Variable([1.0, 2.0]),), "[1 2]"),
    ((constant(np.zeros(0)),), "[]"),
    ((None, True, np.float32(1.5), TensorShape([2])), "None True np.float32(1.5) TensorShape([2])"),
    ((constant(1e5), constant(1e6), constant(16777216.0)), "100000 1e+06 16777216"),
    ((b"bytes", "{} {{}}"), "b'bytes' {} {{}}"),
    ((), ""),
]


@pytest.mark.parametrize(("inputs", "expected"), PRINTED, ids=range(len(PRINTED)))
def test_print(inputs: tuple[Any, ...], expected: str) -> None:
    stream = io.StringIO()
    tf_print(*inputs, output_stream=stream)
    assert stream.getvalue() == expected + "\n"


def test_print_options(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    tf_print("a", "b", sep=",", end="!\n")
    tf_print(constant(np.arange(9)), summarize=-1, output_stream=sys.stdout)
    tf_print(constant(np.arange(9)), summarize=2, output_stream=sys.stdout)
    captured = capsys.readouterr()
    assert captured.err == "a,b!\n"
    assert captured.out == "[0 1 2 3 4 5 6 7 8]\n[0 1 ... 7 8]\n"
    path = tmp_path / "log.txt"
    tf_print(constant(1), output_stream=f"file://{path}")
    tf_print(constant(2), output_stream=f"file://{path}")
    assert path.read_text() == "1\n2\n"
    lines: list[str] = []
    tf_print("x", output_stream=lines.append)
    assert lines == ["x"]


HOLD: list[Callable[[], Any]] = [
    lambda: debugging.Assert(True, ["x"]),
    lambda: debugging.assert_equal([1, 2], [1, 2]),
    lambda: debugging.assert_equal("a", ["a", "a"]),
    lambda: debugging.assert_none_equal([1, 2], 3),
    lambda: debugging.assert_less(1, 2),
    lambda: debugging.assert_less_equal([1, 2], 2),
    lambda: debugging.assert_greater(2.0, 1.0),
    lambda: debugging.assert_greater_equal([1, 2], 1),
    lambda: debugging.assert_positive([1, 2]),
    lambda: debugging.assert_negative([-1.0]),
    lambda: debugging.assert_non_negative([0, 1]),
    lambda: debugging.assert_non_positive([0, -1]),
    lambda: debugging.assert_near(1.0, 1.0000001),
    lambda: debugging.assert_near(1.0, 1.1, rtol=0.2),
    lambda: debugging.assert_near(1, 2, atol=1),
    lambda: debugging.assert_equal(np.zeros((0, 2)), np.zeros((0, 2))),
    lambda: debugging.assert_rank([1], constant(1)),
    lambda: debugging.assert_rank_at_least([[1]], 1),
    lambda: debugging.assert_rank_in([1], (0, 1)),
    lambda: debugging.assert_type(constant(1), "int32"),
    lambda: debugging.assert_integer(1),
    lambda: debugging.assert_shapes([(constant([[1, 2]]), ("N", "D")), (constant([1, 2]), ("D",))]),
    lambda: debugging.assert_shapes([([[1, 2]], (1, None)), ([[1, 2]], (".", 2))]),
    lambda: debugging.assert_shapes([(np.zeros((5, 4, 3)), ("*", 3)), (np.zeros(3), (..., 3))]),
    lambda: debugging.assert_shapes({constant([1, 2]).ref(): (2,)}),
]


@pytest.mark.parametrize("check", HOLD, ids=range(len(HOLD)))
def test_checks_that_hold(check: Callable[[], Any]) -> None:
    assert check() is None


def test_checks_that_return_the_tensor() -> None:
    x = constant([1.0])
    assert debugging.check_numerics(x, "m").numpy().tolist() == [1.0]
    assert debugging.assert_all_finite(x, "m").numpy().tolist() == [1.0]
    assert debugging.assert_scalar(2).numpy() == 2
    assert debugging.is_numeric_tensor(x)
    assert not debugging.is_numeric_tensor(constant("a"))
    assert not debugging.is_numeric_tensor(1)


FAIL: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: debugging.Assert(NO, ["x", constant([1, 2])]), ValueError, r"to be true.*x\n\[1 2\]"),
    (lambda: debugging.assert_equal([1, 2], [1, 3]), ValueError, r"x == y.*\n.*\n\[\[1\]\]\n"),
    (lambda: debugging.assert_equal([1, 2], 1, message="oops"), ValueError, "^oops\nCondition"),
    (lambda: debugging.assert_equal(constant([1]), constant([1.0])), TypeError, "dtype"),
    (lambda: debugging.assert_none_equal(1, 1), ValueError, "x != y"),
    (lambda: debugging.assert_less([1, 2], [1, 3], summarize=1), ValueError, "First 1 elements"),
    (lambda: debugging.assert_less_equal(2, 1), ValueError, "x <= y"),
    (lambda: debugging.assert_greater(1, 1), ValueError, "x > y"),
    (lambda: debugging.assert_greater_equal(0, 1), ValueError, "x >= y"),
    (lambda: debugging.assert_positive([0.0, 1.0]), ValueError, "x > 0 did not hold"),
    (lambda: debugging.assert_negative(0), ValueError, "x < 0"),
    (lambda: debugging.assert_non_negative(-1), ValueError, "x >= 0"),
    (lambda: debugging.assert_non_positive(1), ValueError, "x <= 0"),
    (lambda: debugging.assert_near(1.0, 1.1), ValueError, "rtol"),
    (lambda: debugging.assert_near(float("nan"), 1.0), ValueError, "did not hold"),
    (
        lambda: debugging.check_numerics([1.0, float("nan")], "msg"),
        ValueError,
        r"msg : .*NaN.*\[1\]",
    ),
    (lambda: debugging.assert_all_finite(float("inf"), "bad"), ValueError, "bad : .*Inf"),
    (lambda: debugging.check_numerics([np.inf, np.nan], "m"), ValueError, "Inf and NaN"),
    (lambda: debugging.check_numerics([1], "m"), TypeError, "floating"),
    (lambda: debugging.assert_rank([1], 2, message="m"), ValueError, r"m\. .*rank 2.*\(1,\)"),
    (lambda: debugging.assert_rank_at_least([1], 2), ValueError, "at least 2"),
    (lambda: debugging.assert_rank_in([1], (0, 2)), ValueError, r"in \(0, 2\)"),
    (lambda: debugging.assert_scalar([1.0]), ValueError, "scalar"),
    (lambda: debugging.assert_integer(1.0), TypeError, "float32"),
    (lambda: debugging.assert_type(1, "float32"), TypeError, "tf.int32"),
    (
        lambda: debugging.assert_shapes([([[1, 2]], ("N", 2)), ([1, 2], ("N",))]),
        ValueError,
        "N = 1",
    ),
    (lambda: debugging.assert_shapes([([1], (2,))]), ValueError, "size 2"),
    (lambda: debugging.assert_shapes([([1], ("N", "D"))]), ValueError, "axes"),
    (lambda: debugging.assert_shapes([([1], ("*", 2, 3))]), ValueError, "axes"),
]


@pytest.mark.parametrize(("check", "kind", "text"), FAIL, ids=range(len(FAIL)))
def test_checks_that_fail(check: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=f"(?s){text}") as raised:
        check()
    assert isinstance(raised.value, errors.GlassbrookError)
