"""Functions that move elements, against NumPy, with their gradients and errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from glassbrook import errors
from glassbrook.ops import shape as ops
from glassbrook.tensor import GradientTape, Tensor, TensorShape, Variable, constant
from tests.ops.finite_differences import check_gradients

M23 = np.arange(6.0).reshape(2, 3) + 1
M234 = np.arange(24.0).reshape(2, 3, 4)
ROW = np.array([3.0, 1.0, 2.0])


@dataclass(frozen=True)
class Case:
    """A function of floats, NumPy's result, and the arguments."""

    name: str
    ours: Callable[..., Any]
    expected: Any
    inputs: tuple[Any, ...]

    def __str__(self) -> str:
        return self.name


def case(name: str, ours: Callable[..., Any], expected: Any, *inputs: Any) -> Case:
    return Case(name, ours, expected, inputs)


def batched_rows(x: np.ndarray, indices: list[list[int]]) -> np.ndarray:
    return np.stack([row[index] for row, index in zip(x, indices, strict=True)])


CASES = [
    case("reshape", lambda x: ops.reshape(x, [3, -1]), M23.reshape(3, 2), M23),
    case("reshape to a vector", lambda x: ops.reshape(x, -1), M23.ravel(), M23),
    case("reshape by a tensor", lambda x: ops.reshape(x, constant([6, 1])), M23.reshape(6, 1), M23),
    case("reshape by mixed", lambda x: ops.reshape(x, [constant(3), 2]), M23.reshape(3, 2), M23),
    case("reshape by a shape", lambda x: ops.reshape(x, TensorShape([6])), M23.ravel(), M23),
    case("transpose", lambda x: ops.transpose(x), M234.T, M234),
    case("transpose perm", lambda x: ops.transpose(x, [0, 2, 1]), M234.swapaxes(1, 2), M234),
    case("transpose negative", lambda x: ops.transpose(x, [-1, 0]), M23.T, M23),
    case("transpose by array", lambda x: ops.transpose(x, np.array([1, 0])), M23.T, M23),
    case("expand_dims", lambda x: ops.expand_dims(x, 1), M23[:, None], M23),
    case("expand_dims end", lambda x: ops.expand_dims(x, -1), M23[..., None], M23),
    case("squeeze", lambda x: ops.squeeze(x), ROW, ROW.reshape(1, 3, 1)),
    case("squeeze axis", lambda x: ops.squeeze(x, 0), ROW[:, None], ROW.reshape(1, 3, 1)),
    case("squeeze axes", lambda x: ops.squeeze(x, [0, -1]), ROW, ROW.reshape(1, 3, 1)),
    case("concat", lambda x, y: ops.concat([x, y], 0), np.vstack([M23, M23]), M23, M23),
    case("concat end", lambda x, y: ops.concat([x, y], -1), np.hstack([M23, M23]), M23, M23),
    case("concat one", lambda x: ops.concat([x], 0), M23, M23),
    case("stack", lambda x, y: ops.stack([x, y]), np.stack([M23, M23]), M23, M23),
    case("stack 1", lambda x, y: ops.stack([x, y], 1), np.stack([M23, M23], 1), M23, M23),
    case("stack end", lambda x, y: ops.stack([x, y], axis=-1), np.stack([ROW, ROW], -1), ROW, ROW),
    case("stack of a tensor", lambda x: ops.stack(x, 1), M23.T, M23),
    case("unstack", lambda x: ops.unstack(x)[1], M23[1], M23),
    case("unstack 1", lambda x: ops.unstack(x, axis=1, num=3)[2], M23[:, 2], M23),
    case("split", lambda x: ops.split(x, 3, axis=1)[1], M23[:, 1:2], M23),
    case("split sizes", lambda x: ops.split(x, [1, -1], axis=1)[1], M23[:, 1:], M23),
    case("split by tensor", lambda x: ops.split(x, constant([2, 1]), 1)[0], M23[:, :2], M23),
    case("tile", lambda x: ops.tile(x, [2, 3]), np.tile(M23, [2, 3]), M23),
    case("tile by tensor", lambda x: ops.tile(x, constant([2])), np.tile(ROW, 2), ROW),
    case("repeat", lambda x: ops.repeat(x, 2), np.repeat(M23, 2), M23),
    case("repeat axis", lambda x: ops.repeat(x, 2, axis=1), np.repeat(M23, 2, 1), M23),
    case("repeat each", lambda x: ops.repeat(x, [1, 2], 0), np.repeat(M23, [1, 2], 0), M23),
    case("repeat end", lambda x: ops.repeat(x, [2, 0, 1], -1), np.repeat(M23, [2, 0, 1], 1), M23),
    case("pad", lambda x: ops.pad(x, [[1, 0], [0, 2]]), np.pad(M23, [(1, 0), (0, 2)]), M23),
    case(
        "pad value",
        lambda x: ops.pad(x, [[1, 1], [0, 0]], constant_values=9),
        np.pad(M23, [(1, 1), (0, 0)], constant_values=9),
        M23,
    ),
    case(
        "pad reflect",
        lambda x: ops.pad(x, constant([[1, 1], [2, 2]]), "reflect"),
        np.pad(M23, [(1, 1), (2, 2)], "reflect"),
        M23,
    ),
    case(
        "pad symmetric",
        lambda x: ops.pad(x, [[2, 1], [0, 3]], "SYMMETRIC"),
        np.pad(M23, [(2, 1), (0, 3)], "symmetric"),
        M23,
    ),
    case("broadcast_to", lambda x: ops.broadcast_to(x, [2, 3]), np.stack([ROW, ROW]), ROW),
    case("reverse", lambda x: ops.reverse(x, [-1]), M23[:, ::-1], M23),
    case("reverse both", lambda x: ops.reverse(x, [0, 1]), M23[::-1, ::-1], M23),
    case("reverse none", lambda x: ops.reverse(x, []), M23, M23),
    case("roll", lambda x: ops.roll(x, 1, 0), np.roll(ROW, 1), ROW),
    case("roll back", lambda x: ops.roll(x, -4, 1), np.roll(M23, -4, 1), M23),
    case("roll both", lambda x: ops.roll(x, [1, 2], [0, 1]), np.roll(M23, (1, 2), (0, 1)), M23),
    case("gather", lambda x: ops.gather(x, [2, 0, 2]), ROW[[2, 0, 2]], ROW),
    case("gather axis", lambda x: ops.gather(x, [[2, 0]], axis=1), M23[:, [[2, 0]]], M23),
    case("gather one", lambda x: ops.gather(x, 1), M23[1], M23),
    case("gather end", lambda x: ops.gather(x, constant([1]), axis=-1), M234[..., [1]], M234),
    case(
        "gather batch",
        lambda x: ops.gather(x, [[2, 0], [1, 1]], batch_dims=1),
        batched_rows(M23, [[2, 0], [1, 1]]),
        M23,
    ),
    case(
        "gather batch -1",
        lambda x: ops.gather(x, [[2, 0], [1, 1]], axis=1, batch_dims=-1),
        batched_rows(M23, [[2, 0], [1, 1]]),
        M23,
    ),
    case("gather_nd", lambda x: ops.gather_nd(x, [[0, 1], [1, 2]]), M23[[0, 1], [1, 2]], M23),
    case("gather_nd rows", lambda x: ops.gather_nd(x, [[1], [0]]), M23[[1, 0]], M23),
    case(
        "gather_nd batch",
        lambda x: ops.gather_nd(x, [[[2], [0]], [[1], [1]]], batch_dims=1),
        batched_rows(M234, [[2, 0], [1, 1]]),
        M234,
    ),
    case(
        "gather_nd two batches",
        lambda x: ops.gather_nd(x, np.array([[[1]] * 3, [[2]] * 3]), batch_dims=2),
        np.stack([M234[0, :, 1], M234[1, :, 2]]),
        M234,
    ),
    case(
        "scatter_nd",
        lambda u: ops.scatter_nd([[4], [1], [4]], u, [6]),
        np.array([0.0, 1.0, 0.0, 0.0, 5.0, 0.0]),
        ROW,
    ),
    case(
        "scatter_nd rows",
        lambda u: ops.scatter_nd(constant([[1], [1]]), u, constant([2, 3])),
        np.stack([np.zeros(3), M23.sum(0)]),
        M23,
    ),
    case(
        "tensor_scatter_nd_add",
        lambda x, u: ops.tensor_scatter_nd_add(x, [[0, 1], [0, 1]], u),
        M23 + [[0, 7, 0], [0, 0, 0]],
        M23,
        [3.0, 4.0],
    ),
    case(
        "tensor_scatter_nd_sub",
        lambda x, u: ops.tensor_scatter_nd_sub(x, [[1]], u),
        M23 - [[0, 0, 0], [3, 1, 2]],
        M23,
        [ROW],
    ),
    case(
        "tensor_scatter_nd_update",
        lambda x, u: ops.tensor_scatter_nd_update(x, [[0, 1], [1, 2]], u),
        np.array([[1.0, 7.0, 3.0], [4.0, 5.0, 8.0]]),
        M23,
        [7.0, 8.0],
    ),
    case(
        "tensor_scatter_nd_update twice",
        lambda x, u: ops.tensor_scatter_nd_update(x, [[1], [0], [1]], u),
        np.array([8.0, 9.0, 2.0]),
        ROW,
        [7.0, 8.0, 9.0],
    ),
    case(
        "tensor_scatter_nd_update rows",
        lambda x, u: ops.tensor_scatter_nd_update(x, [[1]], u),
        np.stack([M23[0], ROW]),
        M23,
        [ROW],
    ),
    case("boolean_mask", lambda x: ops.boolean_mask(x, [True, False]), M23[[0]], M23),
    case("boolean_mask all axes", lambda x: ops.boolean_mask(x, M23 > 2), M23[M23 > 2], M23),
    case(
        "boolean_mask axis",
        lambda x: ops.boolean_mask(x, [True, False, True], axis=1),
        M234[:, [0, 2]],
        M234,
    ),
    case("slice", lambda x: ops.slice(x, [0, 1], [2, -1]), M23[:, 1:], M23),
    case("slice by tensors", lambda x: ops.slice(x, constant([1]), constant([1])), ROW[1:2], ROW),
    case("strided_slice", lambda x: ops.strided_slice(x, [0], [3], [2]), ROW[::2], ROW),
    case(
        "strided_slice masks",
        lambda x: ops.strided_slice(x, [1, 0, 1], [1, 0, 0], begin_mask=1, shrink_axis_mask=4),
        M234[:1, 0:0, 1],
        M234,
    ),
    case(
        "strided_slice new axis",
        lambda x: ops.strided_slice(x, [0, 0, 1], [0, 0, 3], new_axis_mask=1, ellipsis_mask=2),
        M23[None, ..., 1:3],
        M23,
    ),
    case("ensure_shape", lambda x: ops.ensure_shape(x, [None, 3]), M23, M23),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_value(case: Case) -> None:
    result = case.ours(*(constant(np.asarray(each)) for each in case.inputs))
    expected = np.asarray(case.expected)
    assert tuple(result.shape) == expected.shape
    np.testing.assert_array_equal(result.numpy(), expected)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_gradient(case: Case) -> None:
    # Squared, so that the second derivative is not zero everywhere.
    check_gradients(lambda *x: case.ours(*(each * each for each in x)), *case.inputs)


FAILURES: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    ("reshape", lambda: ops.reshape([1, 2, 3], [2, 2]), ValueError, "3 values"),
    ("reshape -1 twice", lambda: ops.reshape([1, 2], [-1, -1]), errors.ShapeError, "-1"),
    ("reshape floats", lambda: ops.reshape([1, 2], [1.0, 2.0]), TypeError, "integers"),
    ("transpose twice", lambda: ops.transpose([[1, 2]], [0, 0]), errors.ShapeError, "perm"),
    ("transpose range", lambda: ops.transpose([[1, 2]], [0, 2]), errors.ShapeError, "perm"),
    ("expand_dims", lambda: ops.expand_dims([1, 2], 3), errors.OutOfRangeError, "axis 3"),
    ("expand_dims none", lambda: ops.expand_dims([1], None), ValueError, "missing"),
    ("squeeze size", lambda: ops.squeeze([[1, 2]], 1), errors.ShapeError, "size 2"),
    ("squeeze axis", lambda: ops.squeeze([[1, 2]], 5), errors.OutOfRangeError, "axis 5"),
    ("concat rank", lambda: ops.concat([[1], [[2]]], 0), errors.ShapeError, "shape"),
    ("concat sizes", lambda: ops.concat([[[1, 2]], [[3]]], 0), errors.ShapeError, "number 1"),
    (
        "concat dtypes",
        lambda: ops.concat([constant([1]), constant([2.0])], 0),
        errors.DTypeError,
        "tf.cast",
    ),
    ("concat scalars", lambda: ops.concat([1, 2], 0), errors.ShapeError, "stack"),
    ("concat axis", lambda: ops.concat([[1], [2]], 1), errors.OutOfRangeError, "axis 1"),
    ("concat nothing", lambda: ops.concat([], 0), errors.InvalidArgumentError, "empty"),
    (
        "stack shapes",
        lambda: ops.stack([constant([1]), constant([1, 2])]),
        errors.ShapeError,
        "number 1",
    ),
    ("stack lists", lambda: ops.stack([[1], [1, 2]]), ValueError, "length"),
    (
        "stack dtypes",
        lambda: ops.stack([constant(1), constant(2.0)]),
        errors.DTypeError,
        "dtype",
    ),
    ("stack axis", lambda: ops.stack([constant([1])], axis=3), ValueError, "axis 3"),
    ("stack nothing", lambda: ops.stack([]), ValueError, "at least one"),
    ("unstack scalar", lambda: ops.unstack(1), ValueError, "axis 0"),
    ("unstack num", lambda: ops.unstack([1, 2], num=3), errors.ShapeError, "num is 3"),
    ("split uneven", lambda: ops.split([1, 2, 3], 2), errors.ShapeError, "2 equal parts"),
    ("split zero", lambda: ops.split([1, 2], 0), errors.ShapeError, "0 equal parts"),
    ("split short", lambda: ops.split([1, 2, 3], [1, 1]), errors.ShapeError, "add up to 3"),
    ("split long", lambda: ops.split([1, 2, 3], [5, -1]), errors.ShapeError, "add up to 3"),
    ("split axis", lambda: ops.split([1, 2], 2, axis=1), errors.OutOfRangeError, "axis 1"),
    ("split num", lambda: ops.split([1, 2], [1, 1], num=3), errors.ShapeError, "num is 3"),
    ("tile count", lambda: ops.tile([1, 2], [2, 2]), errors.ShapeError, "multiples"),
    ("tile number", lambda: ops.tile([1, 2], 2), errors.ShapeError, "list"),
    ("tile negative", lambda: ops.tile([1, 2], [-1]), errors.ShapeError, "at least"),
    ("repeat", lambda: ops.repeat([1, 2, 3], [1, 2]), errors.ShapeError, "3 of them"),
    ("pad count", lambda: ops.pad([1, 2], [[1, 1], [1, 1]]), errors.ShapeError, "each axis"),
    ("pad pair", lambda: ops.pad([1, 2], [[1, 1, 1]]), errors.ShapeError, "before, after"),
    ("pad reflect", lambda: ops.pad([1, 2], [[2, 0]], "REFLECT"), errors.ShapeError, "mirror"),
    ("pad negative", lambda: ops.pad([1, 2], [[-1, 0]]), errors.ShapeError, "at least 0"),
    ("pad mode", lambda: ops.pad([1], [[1, 1]], "foo"), ValueError, "CONSTANT"),
    ("broadcast", lambda: ops.broadcast_to([1, 2], [3]), errors.ShapeError, "incompatible"),
    ("broadcast rank", lambda: ops.broadcast_to([[1, 2]], [2]), errors.ShapeError, "stretch"),
    ("reverse", lambda: ops.reverse([1], [1]), errors.OutOfRangeError, "axis 1"),
    ("roll", lambda: ops.roll([1, 2], [1, 2], 0), errors.ShapeError, "2 shifts"),
    ("gather axis", lambda: ops.gather([1, 2], [0], axis=2), errors.OutOfRangeError, "axis 2"),
    ("gather position", lambda: ops.gather([1], [3]).numpy(), errors.OutOfRangeError, "3"),
    ("gather negative", lambda: ops.gather([1], [-1]).numpy(), errors.OutOfRangeError, "-1"),
    ("gather floats", lambda: ops.gather([1], [0.0]), errors.DTypeError, "integer"),
    (
        "gather batch",
        lambda: ops.gather([[1], [2]], [[0]], batch_dims=1),
        errors.ShapeError,
        "agree",
    ),
    ("gather_nd depth", lambda: ops.gather_nd([1], [[0, 0]]), errors.ShapeError, "last axis"),
    (
        "gather_nd batch",
        lambda: ops.gather_nd([[1], [2]], [[0]], batch_dims=1),
        errors.ShapeError,
        "batch_dims",
    ),
    ("scatter_nd", lambda: ops.scatter_nd([[0]], [1, 2], [3]), errors.ShapeError, "updates"),
    (
        "scatter update",
        lambda: ops.tensor_scatter_nd_update([1, 2], [[0]], [1, 2]),
        errors.ShapeError,
        "updates",
    ),
    (
        "scatter range",
        lambda: ops.tensor_scatter_nd_update([1, 2], [[2]], [1]).numpy(),
        errors.OutOfRangeError,
        "2",
    ),
    ("mask scalar", lambda: ops.boolean_mask([1], True), ValueError, "rank 1"),
    ("mask integers", lambda: ops.boolean_mask([1], [1]), ValueError, "truth"),
    ("mask shape", lambda: ops.boolean_mask([1, 2], [True]), errors.ShapeError, "mask"),
    ("slice size", lambda: ops.slice([1, 2, 3], [1], [5]), errors.OutOfRangeError, "size 5"),
    ("slice begin", lambda: ops.slice([1], [2], [0]), errors.OutOfRangeError, "begin 2"),
    ("slice rank", lambda: ops.slice([1], [0, 0], [1, 1]), errors.ShapeError, "each"),
    ("strided_slice", lambda: ops.strided_slice([1], [0], [1, 1]), errors.ShapeError, "entries"),
    ("ensure_shape", lambda: ops.ensure_shape([1, 2], [3]), errors.ShapeError, "expected"),
    ("searchsorted", lambda: ops.searchsorted([1], [1], "up"), ValueError, "side"),
    ("searchsorted rank", lambda: ops.searchsorted([[1]], [1]), errors.ShapeError, "agree"),
    ("static", lambda: ops.broadcast_static_shape([2], [3]), ValueError, "broadcast"),
]


@pytest.mark.parametrize(
    ("call", "kind", "text"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
def test_error(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text) as raised:
        call()
    assert isinstance(raised.value, errors.GlassbrookError)


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(side: str) -> None:
    sequences = np.sort(np.random.default_rng(0).integers(0, 9, (2, 3, 7)), -1)
    values = np.random.default_rng(1).integers(-1, 10, (2, 3, 5))
    found = ops.searchsorted(sequences, values, side)
    assert found.dtype == "int32"
    for place in np.ndindex(2, 3):
        expected = np.searchsorted(sequences[place], values[place], side)
        np.testing.assert_array_equal(found.numpy()[place], expected)
    assert ops.searchsorted([1.0], [2.0], out_type="int64").dtype == "int64"


def test_dtypes_follow_the_first_tensor() -> None:
    assert ops.concat([constant([1.0], "float64"), [2]], 0).dtype == "float64"
    assert ops.stack([constant(1.0), 2]).numpy().tolist() == [1.0, 2.0]
    assert ops.concat(axis=0, values=[[1.0], [2]]).dtype == "float32"
    assert ops.tensor_scatter_nd_add(constant([1.0]), [[0]], [2]).numpy().tolist() == [3.0]


@pytest.mark.parametrize("values", [[[True, False]], [["a", "b"]], [[1, 2]]], ids=repr)
def test_other_dtypes_move_as_well(values: list[list[Any]]) -> None:
    x = constant(values)
    assert ops.transpose(x).numpy().tolist() == [[each] for each in x.numpy()[0].tolist()]
    assert ops.tile(x, [2, 1]).shape == (2, 2)
    assert ops.gather(x, [1], axis=1).shape == (1, 1)
    assert ops.pad(x, [[0, 0], [1, 1]]).shape == (1, 4)
    assert ops.boolean_mask(x, [True]).shape == (1, 2)
    assert ops.reverse(x, [1]).numpy().tolist() == x.numpy()[:, ::-1].tolist()


def test_strings_are_padded_with_strings() -> None:
    assert ops.pad(["a"], [[1, 0]]).numpy().tolist() == [b"", b"a"]
    assert ops.pad(["a"], [[1, 0]], constant_values="-").numpy().tolist() == [b"-", b"a"]


def test_tensor_scatter_nd_update_of_truth_values() -> None:
    result = ops.tensor_scatter_nd_update([True, True], [[0]], [False])
    assert result.numpy().tolist() == [False, True]


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0), ()], ids=str)
def test_empty_and_scalar(shape: tuple[int, ...]) -> None:
    x = constant(np.zeros(shape, np.float32))
    assert ops.transpose(x).shape == shape[::-1]
    assert ops.expand_dims(x, 0).shape == (1, *shape)
    assert ops.tile(x, [2] * len(shape)).shape == tuple(2 * size for size in shape)
    assert ops.pad(x, [[1, 1]] * len(shape)).shape == tuple(size + 2 for size in shape)
    assert ops.reverse(x, list(range(len(shape)))).shape == shape
    assert ops.stack([x, x]).shape == (2, *shape)
    assert ops.repeat(x, 3).shape == (3 * x.numpy().size,)
    if shape:
        assert ops.concat([x, x], 0).shape == (2 * shape[0], *shape[1:])
        assert ops.roll(x, 1, 0).shape == shape
        assert len(ops.split(x, [-1])) == 1
        assert len(ops.unstack(x)) == shape[0]
        assert ops.gather(x, np.zeros(0, np.int32)).shape == (0, *shape[1:])


def test_broadcast_shapes() -> None:
    assert ops.broadcast_static_shape(TensorShape([4, 1]), TensorShape([3])) == [4, 3]
    assert ops.broadcast_dynamic_shape([4, 1], constant([3])).numpy().tolist() == [4, 3]


def test_variables_and_lists_of_variables() -> None:
    x, y = Variable([1.0, 2.0]), Variable([3.0, 4.0])
    with GradientTape() as tape:
        total = ops.concat([x, y], 0) * constant([1.0, 2.0, 3.0, 4.0])
    grads = tape.gradient(total, [x, y])
    assert [each.numpy().tolist() for each in grads] == [[1.0, 2.0], [3.0, 4.0]]


def test_a_mask_keeps_nothing_of_an_empty_tensor() -> None:
    assert ops.boolean_mask(np.zeros((0, 3), np.float32), np.zeros(0, bool)).shape == (0, 3)
    assert ops.boolean_mask([1, 2], [False, False]).shape == (0,)


def test_update_of_many_equal_rows_keeps_the_last() -> None:
    random = np.random.default_rng(3)
    x = random.normal(size=(4, 5))
    rows = np.stack([random.integers(0, 4, 30), random.integers(0, 5, 30)], -1)
    values = random.normal(size=30)
    expected = x.copy()
    for row, value in zip(rows, values, strict=True):
        expected[tuple(row)] = value
    result: Tensor = ops.tensor_scatter_nd_update(x, rows, values)
    np.testing.assert_array_equal(result.numpy(), expected)
