"""Shape and dtype errors: raised as the node is made, with both sides and the mend."""

from __future__ import annotations

import numpy as np
import pytest

from glassbrook import dtypes
from glassbrook.errors import DTypeError, InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.shapes import broadcast_shapes, normalize_axes, resolve_reshape


def data(*shape: int, dtype: type = np.float32):
    return build.data(np.ones(shape, dtype))


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: build.add(data(2, 3), data(2, 4)), ShapeError, r"\[2, 3\] and \[2, 4\]"),
        (lambda: build.add(data(2), data(2, dtype=np.int32)), DTypeError, "float32.*int32"),
        (lambda: build.exp(data(2, dtype=np.int32)), DTypeError, "floating-point"),
        (lambda: build.matmul(data(2, 3), data(4, 5)), ShapeError, "3 against 4"),
        (lambda: build.matmul(data(3), data(3, 2)), ShapeError, "two axes"),
        (lambda: build.matmul(data(2, 28, 28), data(784, 9)), ShapeError, r"\(-1, 784\)"),
        (lambda: build.reshape(data(2, 3), (4, 2)), ShapeError, "6 values"),
        (lambda: build.reshape(data(2, 3), (4, -1)), ShapeError, "multiple of 4"),
        (lambda: build.reshape(data(2, 3), (-1, -1)), ShapeError, "at most one -1"),
        (lambda: build.transpose(data(2, 3), (0, 0)), ShapeError, "must appear once"),
        (lambda: build.broadcast_to(data(3), (3, 2)), ShapeError, "cannot be"),
        (lambda: build.concat([data(2, 3), data(3, 3)], 1), ShapeError, "number 1"),
        (lambda: build.pad(data(2), ((1, -1),)), ShapeError, "paddings"),
        (lambda: build.slice(data(3), (1,), (3,)), ShapeError, "within axis 0"),
        (lambda: build.gather(data(3), data(2)), DTypeError, "integer"),
        (lambda: build.argmax(data(0), 0), InvalidArgumentError, "empty"),
        (lambda: build.softmax(data()), ShapeError, "scalar"),
        (lambda: build.logical_not(data(2)), DTypeError, "bool"),
        (lambda: build.cast(data(2), dtypes.string), DTypeError, "as_string"),
        (lambda: build.one_hot(data(2, dtype=np.int32), -1, dtypes.float32), ShapeError, "depth"),
    ],
)
def test_what_does_not_fit_is_an_error(make, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()


def test_the_error_names_the_line_of_the_user() -> None:
    with pytest.raises(ShapeError) as caught:
        build.add(data(2), data(3))
    assert any("test_infer.py" in note for note in caught.value.__notes__)
    assert any("build.add(data(2), data(3))" in note for note in caught.value.__notes__)


@pytest.mark.parametrize(
    ("x", "y"),
    [((), ()), ((2,), ()), ((2, 3), (3,)), ((2, 1), (1, 3)), ((0, 1), (1,)), ((4, 1, 2), (3, 1))],
)
def test_broadcasting_is_numpys(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    assert broadcast_shapes("add", x, y) == np.broadcast_shapes(x, y)
    assert broadcast_shapes("add", y, x) == np.broadcast_shapes(x, y)


@pytest.mark.parametrize(("shape", "wanted"), [((2, 3), (-1,)), ((), (1, 1)), ((4,), (2, -1, 1))])
def test_reshape_is_numpys(shape: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    assert resolve_reshape(shape, wanted) == np.zeros(shape).reshape(wanted).shape


def test_reshape_of_nothing_is_tensorflows() -> None:
    assert resolve_reshape((0,), (-1, 0)) == (1, 0)
    assert resolve_reshape((5, 0, 2), (0, -1)) == (0, 10)
    assert resolve_reshape((5, 0, 2), (-1, 0, 2)) == (5, 0, 2)


def test_axes_are_counted_from_the_front() -> None:
    assert normalize_axes("sum", [-1, 0], 3) == (0, 2)
    assert normalize_axes("sum", None, 2) == (0, 1)
    with pytest.raises(OutOfRangeError, match=r"axis 3 .* rank 3"):
        normalize_axes("sum", [3], 3)
    with pytest.raises(ShapeError, match="twice"):
        normalize_axes("sum", [0, -3], 3)
