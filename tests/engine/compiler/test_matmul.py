"""Generated products against NumPy, in every way of computing them, however rows are divided."""

from __future__ import annotations

import ctypes
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassbrook.engine.compiler import blas, llvm
from glassbrook.engine.compiler.lower.matmul import (
    MatmulSpec,
    Plan,
    matmul_function,
    plan,
    scratch_bytes,
)

SCALARS = {
    "float32": ctypes.c_float,
    "float64": ctypes.c_double,
    "int32": ctypes.c_int32,
    "int64": ctypes.c_int64,
}
BLAS = Plan("blas")


@cache
def compiled(specs: tuple[MatmulSpec, ...], how: Plan | None) -> llvm.Library:
    module = llvm.ir.Module("products")
    for spec in specs:
        matmul_function(module, spec, how).linkage = "external"
    return llvm.load_object(llvm.to_object(module), [spec.name for spec in specs])


def function_of(library: llvm.Library, spec: MatmulSpec):
    pointer, size = ctypes.c_void_p, ctypes.c_int64
    kinds = [*[pointer] * 4, SCALARS[spec.dtype], size, size, pointer]
    return ctypes.CFUNCTYPE(None, *kinds)(library.addresses[spec.name])


def guarded(shape: tuple[int, ...], dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """An array, and the array around it, whose other elements must not change."""
    count = int(np.prod(shape))
    around = np.full(count + 128, 77, dtype)
    return around[64 : 64 + count].reshape(shape), around


def run(library: llvm.Library, spec: MatmulSpec, how: Plan | None, cuts: list[int]):
    """What the function makes of random numbers, and what it should."""
    function = function_of(library, spec)
    random = np.random.default_rng(spec.M * 31 + spec.N * 7 + spec.K)
    floating = spec.dtype.startswith("float")

    def fill(*shape):
        array, around = guarded(shape, spec.dtype)
        array[...] = random.normal(size=shape) if floating else random.integers(-9, 9, shape)
        return array, around

    a, _ = fill(*((spec.K, spec.M) if spec.transpose_a else (spec.M, spec.K)))
    b, _ = fill(*((spec.N, spec.K) if spec.transpose_b else (spec.K, spec.N)))
    c, around = fill(spec.M, spec.N)
    alpha = 0.5 if floating else 3
    exact = [x.astype("float64" if floating else "int64") for x in (a, b, c)]
    left = exact[0].T if spec.transpose_a else exact[0]
    right = exact[1].T if spec.transpose_b else exact[1]
    expected = alpha * (left @ right) + (exact[2] if spec.accumulate else 0)

    scratch_size = scratch_bytes(spec, how)
    scratch = np.full(scratch_size + 192, 55, np.uint8)
    start = -scratch.ctypes.data % 64 + 64
    pointers = [blas.blas_table(), a.ctypes.data, b.ctypes.data, c.ctypes.data]
    for begin, end in pairwise(cuts):
        function(*pointers, alpha, begin, end, scratch.ctypes.data + start)

    assert (around[:64] == 77).all()
    assert (around[64 + spec.M * spec.N :] == 77).all()
    assert (scratch[:start] == 55).all()
    assert (scratch[start + scratch_size :] == 55).all()
    return c, expected


def assert_right(*specs: MatmulSpec, how: Plan | None = None) -> None:
    library = compiled(specs, how)
    for spec in specs:
        assert_product(library, spec, how)


def assert_product(library: llvm.Library, spec: MatmulSpec, how: Plan | None) -> None:
    whole, expected = run(library, spec, how, [0, spec.M])
    if spec.dtype.startswith("float"):
        bits = np.finfo(spec.dtype).eps * (spec.K + 4)
        np.testing.assert_allclose(whole, expected, rtol=4 * bits, atol=4 * bits)
    else:
        np.testing.assert_array_equal(whole, expected)
    if (how or plan(spec)).method == "tiles":
        parts, _ = run(library, spec, how, sorted({0, spec.M // 3, spec.M // 2, spec.M}))
        np.testing.assert_array_equal(whole, parts)


FORMS = [(a, b, c) for a in (False, True) for b in (False, True) for c in (False, True)]
SHAPES = [
    (1, 1, 1),
    (1, 70, 33),
    (5, 7, 3),
    (9, 10, 40),
    (16, 16, 16),
    (33, 100, 17),
    (12, 200, 35),
]


@pytest.mark.parametrize("dtype", SCALARS)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: "".join("-x"[flag] for flag in form))
def test_every_form(dtype, form):
    assert_right(*(MatmulSpec(dtype, *shape, *form) for shape in SHAPES))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: "".join("-x"[flag] for flag in form))
def test_library_calls(dtype, form):
    assert_right(*(MatmulSpec(dtype, *shape, *form) for shape in SHAPES), how=BLAS)


@pytest.mark.parametrize("rows", [1, 3, 4, 8])
@pytest.mark.parametrize("vectors", [1, 2, 3, 4])
@pytest.mark.parametrize("pack", [False, True])
def test_every_tile(rows, vectors, pack):
    shapes = (7, 50, 9), (17, 64, 20), (3, 130, 1)
    assert_right(
        *(MatmulSpec("float32", *shape, False, False, True) for shape in shapes),
        how=Plan("tiles", rows, vectors, pack),
    )


@pytest.mark.parametrize("accumulate", [False, True])
@pytest.mark.parametrize("shape", [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0)])
@pytest.mark.parametrize("dtype", SCALARS)
def test_empty_matrices(dtype, shape, accumulate):
    assert_right(MatmulSpec(dtype, *shape, False, False, accumulate))


@pytest.mark.parametrize("batch", [1, 32, 100, 512])
def test_products_of_the_digits_network(batch):
    specs = []
    for inputs, outputs in ((784, 256), (256, 128), (128, 10)):
        specs.append(MatmulSpec("float32", batch, outputs, inputs))
        specs.append(MatmulSpec("float32", batch, inputs, outputs, False, True))
        specs.append(MatmulSpec("float32", inputs, outputs, batch, True, False, True))
    assert_right(*specs)


def test_wide_layers():
    assert_right(
        MatmulSpec("float32", 600, 1024, 300),
        MatmulSpec("float32", 1024, 600, 64, True, False, True),
        MatmulSpec("float64", 40, 520, 520, False, True),
        MatmulSpec("float32", 8, 32, 5000),
        MatmulSpec("float32", 70, 1, 900),
    )


def test_not_a_number_is_not_spread():
    spec = MatmulSpec("float32", 3, 5, 4)
    a, b = np.ones((3, 4), np.float32), np.ones((4, 5), np.float32)
    c = np.full((3, 5), np.nan, np.float32)  # what was there must not matter
    a[1, 2] = np.nan
    b[0, 4] = np.inf
    function = function_of(compiled((spec,), None), spec)
    scratch = np.zeros(scratch_bytes(spec) + 64, np.uint8)
    pointers = [array.ctypes.data for array in (a, b, c)]
    function(blas.blas_table(), *pointers, 1.0, 0, 3, scratch.ctypes.data)

    np.testing.assert_array_equal(c, a @ b)


def test_products_share_their_code():
    module = llvm.ir.Module("step")
    specs = [
        MatmulSpec("float32", 128, 256, 784),
        MatmulSpec("float32", 128, 128, 256),
        MatmulSpec("float32", 128, 256, 128, False, True),
        MatmulSpec("float32", 784, 256, 128, True, False, True),
        MatmulSpec("float32", 256, 128, 128, True, False, True),
    ]
    functions = [matmul_function(module, spec) for spec in specs]

    assert matmul_function(module, specs[0]) is functions[0]
    kernels = [name for name in module.globals if name.startswith("matmul_panel")]
    assert len(kernels) == 1


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    dtype=st.sampled_from(sorted(SCALARS)),
    sizes=st.tuples(*[st.integers(1, 90)] * 3),
    form=st.sampled_from(FORMS),
)
def test_random_shapes(dtype, sizes, form):
    assert_right(MatmulSpec(dtype, *sizes, *form))


@pytest.mark.parametrize("missing", [["avx512"], ["avx512", "avx2", "fma"]])
def test_older_processors(monkeypatch, missing):
    """The code for narrower vectors, which this machine can run too."""
    name, features = llvm.host()
    if "+avx2" not in features:
        pytest.skip("no such older processor")
    kept = [word for word in features.split(",") if not word[1:].startswith(tuple(missing))]
    from glassbrook.engine.compiler.lower.matmul import vectors

    monkeypatch.setattr(llvm, "host", lambda: (name, ",".join(kept)))
    vectors.target.cache_clear()
    compiled.cache_clear()
    try:
        for dtype in SCALARS:
            shapes = (13, 37, 11), (64, 40, 50)
            assert_right(*(MatmulSpec(dtype, *shape, *form) for form in FORMS for shape in shapes))
    finally:
        vectors.target.cache_clear()
        compiled.cache_clear()
