"""The matrix library is found, answers rightly on one thread, and is named when it is missing."""

from __future__ import annotations

import ctypes
import sys

import numpy as np
import pytest

from glassbrook import config
from glassbrook.engine.compiler import blas
from glassbrook.errors import InvalidArgumentError, NotFoundError

ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE = 101, 111, 112


@pytest.fixture(autouse=True)
def no_library(monkeypatch):
    monkeypatch.setattr(blas, "_libraries", {})
    monkeypatch.setattr(config, "blas", "openblas")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gemm_of_the_table(dtype):
    entry, scalar = {"float32": (0, ctypes.c_float), "float64": (1, ctypes.c_double)}[dtype]
    table = (ctypes.c_void_p * blas.ENTRIES).from_address(blas.blas_table())
    integer, pointer = ctypes.c_int32, ctypes.c_void_p
    kinds = [*[integer] * 6, scalar, pointer, integer, pointer, integer, scalar, pointer, integer]
    gemm = ctypes.CFUNCTYPE(None, *kinds)(table[entry])
    random = np.random.default_rng(0)
    a = random.normal(size=(5, 3)).astype(dtype)
    b = random.normal(size=(7, 3)).astype(dtype)
    c = np.ones((5, 7), dtype)

    pointers = [array.ctypes.data for array in (a, b, c)]
    gemm(
        ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, 5, 7, 3, 2.0, pointers[0], 3, pointers[1], 3, 1.0,
        pointers[2], 7,
    )  # fmt: skip

    np.testing.assert_allclose(c, 2 * a @ b.T + 1, rtol=1e-5)


def test_the_table_stays_where_it_is():
    assert blas.blas_table() == blas.blas_table()


def test_openblas_runs_on_the_calling_thread():
    blas.blas_table()
    assert blas._chosen().handle.scipy_openblas_get_num_threads() == 1


def test_auto_takes_what_is_there(monkeypatch):
    monkeypatch.setattr(config, "blas", "auto")
    assert blas.blas_name() in ("openblas", "mkl", "accelerate")


def test_auto_goes_on_to_the_next_library(monkeypatch):
    def nothing():
        raise NotFoundError("not here")

    monkeypatch.setattr(config, "blas", "auto")
    for name in ("mkl", "accelerate"):
        monkeypatch.setitem(blas._LOADERS, name, nothing)
    assert blas.blas_name() == "openblas"


def test_unknown_name_is_an_error(monkeypatch):
    monkeypatch.setattr(config, "blas", "atlas")
    with pytest.raises(InvalidArgumentError, match=r"config\.blas is 'atlas'.*'auto', 'openblas'"):
        blas.blas_table()


@pytest.mark.parametrize("name", ["mkl", "accelerate", "openblas"])
def test_missing_library_is_an_error(monkeypatch, name):
    monkeypatch.setattr(config, "blas", name)
    monkeypatch.setattr(blas, "_loaded", lambda path: None)
    with pytest.raises(NotFoundError, match=rf"asks for '{name}', which is not installed"):
        blas.blas_table()


def test_openblas_is_not_imported():
    blas.blas_table()
    assert "scipy_openblas32" not in sys.modules
