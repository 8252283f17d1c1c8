"""Linear algebra against NumPy, with gradients and errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from glassbrook import errors
from glassbrook.ops import linalg
from glassbrook.tensor import GradientTape, Variable, constant
from tests.ops.finite_differences import check_gradients

RANDOM = np.random.default_rng(5)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape)


A23, A34, A24 = normal(2, 3), normal(3, 4), normal(2, 4)
A33, B33 = normal(3, 3), normal(3, 3)
T523, T534 = normal(5, 2, 3), normal(5, 3, 4)
T234 = normal(2, 3, 4)
V3, W3 = normal(3), normal(3)
POSITIVE = A33 @ A33.T + np.eye(3)
BATCH = np.stack([POSITIVE, B33 @ B33.T + np.eye(3)])


@dataclass(frozen=True)
class Case:
    """A function, what NumPy gives, and the arguments."""

    name: str
    ours: Callable[..., Any]
    numpys: Callable[..., Any]
    inputs: tuple[np.ndarray, ...]
    order: int = 2

    def __str__(self) -> str:
        return self.name


def case(
    name: str, ours: Callable[..., Any], numpys: Callable[..., Any], *inputs: Any, order: int = 2
) -> Case:
    return Case(name, ours, numpys, tuple(np.asarray(each) for each in inputs), order)


def einsum(equation: str, *inputs: np.ndarray) -> Case:
    return case(
        f"einsum {equation}",
        lambda *x: linalg.einsum(equation, *x),
        lambda *x: np.einsum(equation, *x),
        *inputs,
        order=1 if len(inputs) > 2 else 2,
    )


CASES = [
    case("matmul", linalg.matmul, np.matmul, A23, A34),
    case(
        "matmul transpose_a",
        lambda x, y: linalg.matmul(x, y, transpose_a=True),
        lambda x, y: x.T @ y,
        A23,
        A24,
    ),
    case(
        "matmul adjoint_b",
        lambda x, y: linalg.matmul(x, y, adjoint_b=True),
        lambda x, y: x @ y.T,
        A34,
        A24,
    ),
    case("matmul batch", linalg.matmul, np.matmul, T523, T534),
    case("matmul broadcast", linalg.matmul, np.matmul, A23, T534, order=1),
    case("matvec", linalg.matvec, np.matmul, A23, V3),
    case(
        "matvec batch transposed",
        lambda x, y: linalg.matvec(x, y, transpose_a=True),
        lambda x, y: np.einsum("bij,bi->bj", x, y),
        T523,
        normal(5, 2),
    ),
    case("tensordot 0", lambda x, y: linalg.tensordot(x, y, 0), np.multiply.outer, V3, A23),
    case("tensordot 1", lambda x, y: linalg.tensordot(x, y, 1), np.dot, A23, A34),
    case("tensordot 2", lambda x, y: linalg.tensordot(x, y, 2), np.tensordot, T234, A34),
    case(
        "tensordot lists",
        lambda x, y: linalg.tensordot(x, y, [[0, -1], [0, 1]]),
        lambda x, y: np.tensordot(x, y, [[0, 2], [0, 1]]),
        T234,
        A24,
    ),
    case(
        "tensordot axis pair",
        lambda x, y: linalg.tensordot(x, y, (1, 1)),
        lambda x, y: np.tensordot(x, y, (1, 1)),
        A23,
        normal(4, 3),
    ),
    einsum("ij,jk->ik", A23, A34),
    einsum("ij,jk", A23, A34),
    einsum("ij,kj->ki", A23, normal(4, 3)),
    einsum("bij,bjk->bik", T523, T534),
    einsum("bij,bkj->ibk", T523, normal(5, 4, 3)),
    einsum("ij->ji", A23),
    einsum("ij->", A23),
    einsum("ij->j", A23),
    einsum("ii->i", A33),
    einsum("ii", A33),
    einsum("iij->ij", normal(3, 3, 2)),
    einsum("iii->", normal(2, 2, 2)),
    einsum("i,j->ij", V3, normal(2)),
    einsum("i,i", V3, W3),
    einsum("i,i->i", V3, W3),
    einsum("bi,bi->b", A23, normal(2, 3)),
    einsum("ij,ij->ij", A23, normal(2, 3)),
    einsum("ij,k->k", A23, normal(2)),
    einsum("i,ij,j->", normal(2), A23, V3),
    einsum("ij,jk,kl->il", A23, A34, normal(4, 2)),
    einsum("ij,jk,kl,lm->im", normal(2, 6), normal(6, 2), normal(2, 6), normal(6, 2)),
    einsum("...ij,...jk->...ik", normal(5, 1, 2, 3), normal(4, 3, 2)),
    einsum("...i,...i->...", T523, A23),
    einsum("i...->...", A23),
    einsum("...ii->...i", normal(2, 3, 3)),
    einsum("b...d,de->b...e", T234, A24.reshape(4, 2)),
    einsum("bqhd,bkhd->bhqk", normal(2, 3, 2, 4), normal(2, 5, 2, 4)),
    einsum("aA,Ab->ab", A23, A34),
    case("norm", linalg.norm, np.linalg.norm, V3),
    case("norm all", linalg.norm, np.linalg.norm, A23),
    case(
        "norm axis",
        lambda x: linalg.norm(x, axis=1, keepdims=True),
        lambda x: np.linalg.norm(x, axis=1, keepdims=True),
        A23,
    ),
    case("norm 1", lambda x: linalg.norm(x, 1), lambda x: np.abs(x).sum(), A23),
    case("norm 2", lambda x: linalg.norm(x, 2), lambda x: np.sqrt((x * x).sum()), A23),
    case("norm 3", lambda x: linalg.norm(x, 3, -1), lambda x: np.linalg.norm(x, 3, -1), A23),
    case("norm inf", lambda x: linalg.norm(x, np.inf), lambda x: np.abs(x).max(), A23),
    *(
        case(
            f"norm of matrices {order} {axes}",
            lambda x, order=order, axes=axes: linalg.norm(x, order, axes),
            lambda x, order=order, axes=axes: np.linalg.norm(x, order, axes),
            T234,
        )
        for order in ("fro", 1, np.inf)
        for axes in ((-2, -1), (0, 2), (2, 0))
    ),
    case(
        "normalize",
        lambda x: linalg.normalize(x, axis=1)[0],
        lambda x: x / np.linalg.norm(x, axis=1, keepdims=True),
        A23,
    ),
    case("trace", linalg.trace, lambda x: np.trace(x, axis1=-2, axis2=-1), normal(2, 3, 3)),
    case("trace of a rectangle", linalg.trace, np.trace, A23),
    case("diag", linalg.diag, np.diag, V3),
    case("diag batch", linalg.diag, lambda x: np.stack([np.diag(row) for row in x]), A23),
    case("diag above", lambda x: linalg.diag(x, k=1), lambda x: np.diag(x, 1), V3),
    case("diag below", lambda x: linalg.diag(x, k=-2), lambda x: np.diag(x, -2), V3),
    case(
        "diag sizes",
        lambda x: linalg.diag(x, num_cols=5),
        lambda x: np.pad(np.diag(x), [(0, 0), (0, 2)]),
        V3,
    ),
    case(
        "diag padding",
        lambda x: linalg.diag(x, padding_value=7),
        lambda x: np.diag(x) + 7 * (1 - np.eye(3)),
        V3,
    ),
    *(
        case(
            f"diag_part {k}",
            lambda x, k=k: linalg.diag_part(x, k=k),
            lambda x, k=k: np.diagonal(x, k, -2, -1),
            T234,
        )
        for k in (-2, -1, 0, 1, 2, 3)
    ),
    case(
        "set_diag",
        linalg.set_diag,
        lambda x, d: x * (1 - np.eye(2, 3)) + np.pad(np.diag(d), [(0, 0), (0, 1)]),
        A23,
        normal(2),
    ),
    case(
        "set_diag above",
        lambda x, d: linalg.set_diag(x, d, k=1),
        lambda x, d: x * (1 - np.eye(3, k=1)) + np.diag(d, 1),
        A33,
        normal(2),
    ),
    case("lower", lambda x: linalg.band_part(x, -1, 0), np.tril, T234),
    case("upper", lambda x: linalg.band_part(x, 0, -1), np.triu, T234),
    case(
        "band",
        lambda x: linalg.band_part(x, 1, constant(0)),
        lambda x: np.tril(np.triu(x, -1)),
        A33,
    ),
    case("all of it", lambda x: linalg.band_part(x, -1, -1), np.array, A33),
    case("cross", linalg.cross, np.cross, A23, normal(2, 3)),
    case("matrix_transpose", linalg.matrix_transpose, lambda x: x.swapaxes(1, 2), T234),
    case("adjoint", linalg.adjoint, np.transpose, A23),
    case("inv", linalg.inv, np.linalg.inv, POSITIVE),
    case("inv adjoint", lambda x: linalg.inv(x, True), lambda x: np.linalg.inv(x).T, A33, order=1),
    case("inv batch", linalg.inv, np.linalg.inv, BATCH, order=1),
    case("det", linalg.det, np.linalg.det, A33),
    case("det batch", linalg.det, np.linalg.det, BATCH, order=1),
    case("slogdet", lambda x: linalg.slogdet(x)[1], lambda x: np.linalg.slogdet(x)[1], A33),
    case("logdet", linalg.logdet, lambda x: np.linalg.slogdet(x)[1], BATCH, order=1),
    case("solve", linalg.solve, np.linalg.solve, POSITIVE, normal(3, 2)),
    case(
        "solve adjoint",
        lambda a, b: linalg.solve(a, b, adjoint=True),
        lambda a, b: np.linalg.solve(a.T, b),
        A33,
        normal(3, 1),
        order=1,
    ),
    case("solve batch", linalg.solve, np.linalg.solve, BATCH, normal(2, 3, 1), order=1),
    case(
        "triangular_solve",
        linalg.triangular_solve,
        lambda a, b: np.linalg.solve(np.tril(a), b),
        POSITIVE,
        normal(3, 2),
        order=1,
    ),
    case(
        "triangular_solve upper adjoint",
        lambda a, b: linalg.triangular_solve(a, b, lower=False, adjoint=True),
        lambda a, b: np.linalg.solve(np.triu(a).T, b),
        POSITIVE,
        normal(3, 2),
        order=1,
    ),
    case(
        "cholesky_solve",
        linalg.cholesky_solve,
        lambda c, b: np.linalg.solve(np.tril(c) @ np.tril(c).T, b),
        np.linalg.cholesky(POSITIVE),
        normal(3, 2),
        order=1,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_value(case: Case) -> None:
    result = case.ours(*map(constant, case.inputs))
    expected = np.asarray(case.numpys(*case.inputs))
    assert tuple(result.shape) == expected.shape
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_gradient(case: Case) -> None:
    check_gradients(case.ours, *case.inputs, order=case.order)


@pytest.mark.parametrize("matrix", [POSITIVE, BATCH], ids=["one", "batch"])
def test_cholesky(matrix: np.ndarray) -> None:
    np.testing.assert_allclose(linalg.cholesky(matrix).numpy(), np.linalg.cholesky(matrix))

    # Only the lower triangle is read: build symmetric matrices out of it.
    def factor_of_symmetric(x: Any) -> Any:
        return linalg.cholesky((x + linalg.matrix_transpose(x)) * 0.5)

    check_gradients(factor_of_symmetric, matrix, order=2 if matrix.ndim == 2 else 1)


def test_integers_and_other_dtypes() -> None:
    x = constant([[1, 2], [3, 4]])
    assert linalg.matmul(x, x).numpy().tolist() == [[7, 10], [15, 22]]
    assert linalg.matmul(x, x).dtype == "int32"
    assert linalg.matmul(x, x, output_type="float32").dtype == "float32"
    assert linalg.einsum("ij,jk->ik", x, x).numpy().tolist() == [[7, 10], [15, 22]]
    assert linalg.tensordot(x, x, 2).numpy() == 30
    assert linalg.trace(x).numpy() == 5
    assert linalg.diag_part(constant([["a", "b"], ["c", "d"]])).numpy().tolist() == [b"a", b"d"]
    assert (
        linalg.eye(2, 3, batch_shape=[2], dtype="int64").numpy().tolist()
        == [[[1, 0, 0], [0, 1, 0]]] * 2
    )


def test_lists_take_the_dtype_of_the_left_side() -> None:
    x = constant([[1.0, 2.0]], "float64")
    assert linalg.matmul(x, [[1], [2]]).dtype == "float64"
    assert linalg.matvec(x, [1, 2]).dtype == "float64"
    with pytest.raises(errors.DTypeError, match="matmul"):
        linalg.matmul([[1]], constant([[1.0]]))


@pytest.mark.parametrize(
    ("equation", "shapes", "expected"),
    [
        ("ij,jk->ik", [(0, 3), (3, 2)], (0, 2)),
        ("ij,jk->ik", [(2, 0), (0, 3)], (2, 3)),
        ("bij,bjk->bik", [(0, 2, 3), (0, 3, 1)], (0, 2, 1)),
        ("ij->i", [(2, 0)], (2,)),
        (",->", [(), ()], ()),
        (" i j , j -> i ", [(2, 3), (3,)], (2,)),
    ],
    ids=str,
)
def test_einsum_of_empty_tensors_and_scalars(
    equation: str, shapes: list[tuple[int, ...]], expected: tuple[int, ...]
) -> None:
    arrays = [np.ones(shape) for shape in shapes]
    result = linalg.einsum(equation, *arrays)
    assert tuple(result.shape) == expected
    np.testing.assert_array_equal(result.numpy(), np.einsum(equation.replace(" ", ""), *arrays))


def test_einsum_with_variables() -> None:
    x, y = Variable(A23), Variable(A34)
    with GradientTape() as tape:
        z = linalg.einsum("ij,jk->", x, y)
    gx, gy = tape.gradient(z, [x, y])
    np.testing.assert_allclose(gx.numpy(), np.broadcast_to(A34.sum(1), (2, 3)))
    np.testing.assert_allclose(gy.numpy(), np.broadcast_to(A23.sum(0)[:, None], (3, 4)))


def test_norm_of_zero_has_no_gradient() -> None:
    x = Variable([0.0, 0.0])
    with GradientTape() as tape:
        y = linalg.norm(x)
    assert np.isnan(tape.gradient(y, x).numpy()).all()


def test_sign_of_determinants() -> None:
    sign, size = linalg.slogdet([[2.0, 0.0], [0.0, -4.0]])
    assert float(sign) == -1.0
    np.testing.assert_allclose(size.numpy(), np.log(8.0), rtol=1e-6)


FAILURES: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    ("matmul inner", lambda: linalg.matmul(A23, A23), errors.ShapeError, "3 against 2"),
    ("matmul vectors", lambda: linalg.matmul(V3, V3), errors.ShapeError, "two axes"),
    (
        "matmul dtypes",
        lambda: linalg.matmul(constant([[1.0]]), constant([[1]])),
        errors.DTypeError,
        "same dtype",
    ),
    ("matvec", lambda: linalg.matvec(A23, V3[:2]), errors.ShapeError, "inner"),
    ("matvec scalar", lambda: linalg.matvec(A23, 1.0), errors.ShapeError, "vector"),
    ("tensordot sizes", lambda: linalg.tensordot(V3, A23, 1), errors.ShapeError, "equal"),
    ("tensordot count", lambda: linalg.tensordot(V3, V3, 2), errors.ShapeError, "axes=2"),
    ("tensordot pairs", lambda: linalg.tensordot(V3, V3, [[0], [0, 0]]), ValueError, "paired"),
    ("tensordot list", lambda: linalg.tensordot(V3, V3, [[0]]), ValueError, "pair of lists"),
    ("einsum sizes", lambda: linalg.einsum("ij,jk->ik", A23, A23), errors.ShapeError, "'j'"),
    ("einsum output", lambda: linalg.einsum("ij->l", A23), ValueError, "'l'"),
    ("einsum count", lambda: linalg.einsum("i,i->i", V3), ValueError, "2 operands"),
    ("einsum rank", lambda: linalg.einsum("ij->i", V3), errors.ShapeError, "rank 1"),
    ("einsum twice", lambda: linalg.einsum("i->ii", V3), ValueError, "once"),
    ("einsum signs", lambda: linalg.einsum("i1->i", A23), ValueError, "letters"),
    ("einsum diagonal", lambda: linalg.einsum("ii->i", A23), errors.ShapeError, "sizes 2 and 3"),
    (
        "einsum dtypes",
        lambda: linalg.einsum("i,i->i", constant([1.0]), constant([1])),
        errors.DTypeError,
        "dtype",
    ),
    ("norm ord", lambda: linalg.norm(V3, "nuc"), ValueError, "norm"),
    ("norm fro", lambda: linalg.norm(V3, "fro"), ValueError, "vectors"),
    ("norm negative", lambda: linalg.norm(V3, -1), ValueError, "positive"),
    ("norm 2 of matrices", lambda: linalg.norm(A23, 2, (0, 1)), ValueError, "matrices"),
    ("norm axes", lambda: linalg.norm(T234, axis=(0, 1, 2)), ValueError, "pair"),
    ("norm axis", lambda: linalg.norm(V3, axis=1), errors.OutOfRangeError, "axis 1"),
    ("norm integers", lambda: linalg.norm([1, 2]), errors.DTypeError, "float"),
    ("trace", lambda: linalg.trace(V3), errors.ShapeError, "rank 2"),
    ("diag scalar", lambda: linalg.diag(1.0), errors.ShapeError, "scalar"),
    ("diag size", lambda: linalg.diag(V3, num_rows=2, num_cols=2), errors.ShapeError, "2 by 2"),
    ("diag several", lambda: linalg.diag_part(A33, k=(0, 1)), ValueError, "several"),
    ("set_diag", lambda: linalg.set_diag(A33, [1.0]), errors.ShapeError, "needs shape"),
    ("cross", lambda: linalg.cross([1.0, 2.0], [1.0, 2.0]), errors.ShapeError, "size 3"),
    ("inv shape", lambda: linalg.inv(A23), errors.ShapeError, "square"),
    ("inv integers", lambda: linalg.inv([[1]]), errors.DTypeError, "float"),
    ("inv singular", lambda: linalg.inv([[0.0]]), errors.InvalidArgumentError, "Singular"),
    ("solve shape", lambda: linalg.solve(A33, V3), errors.ShapeError, "columns"),
    ("cholesky", lambda: linalg.cholesky([[-1.0]]), errors.InvalidArgumentError, "positive"),
]


@pytest.mark.parametrize(
    ("call", "kind", "text"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
def test_error(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text) as raised:
        call()
    assert isinstance(raised.value, errors.GlassbrookError)
