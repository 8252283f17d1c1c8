"""Functions in LLVM code against NumPy in extended precision, in units in the last place."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from glassbrook.engine.compiler.llvm import Library, host, ir, load_object, to_assembly, to_object
from glassbrook.engine.compiler.lower.functions import FUNCTIONS
from glassbrook.engine.interpreter import special

extended = np.longdouble
pytestmark = pytest.mark.skipif(
    np.finfo(extended).nmant < 63, reason="the oracle is a long double with 64 bits or more"
)

DTYPES = [np.float32, np.float64]
KINDS = {np.float32: ir.FloatType(), np.float64: ir.DoubleType()}
BINARY = ("pow", "atan2")


def loop_module(name: str, dtype: Any) -> ir.Module:
    """`void apply(out, x, y, n)`: out[i] = f(x[i]), or f(x[i], y[i])."""
    module = ir.Module()
    pointer, integer, kind = ir.PointerType(), ir.IntType(64), KINDS[dtype]
    signature = ir.FunctionType(ir.VoidType(), [pointer, pointer, pointer, integer])
    function = ir.Function(module, signature, "apply")
    out, x, y, count = function.args
    for argument in (out, x, y):
        argument.attributes.add("noalias")
    entry, body, leave = (function.append_basic_block() for _ in range(3))
    builder = ir.IRBuilder(entry)
    builder.cbranch(builder.icmp_signed(">", count, integer(0)), body, leave)
    builder.position_at_end(body)
    index = builder.phi(integer)
    index.add_incoming(integer(0), entry)
    sources = (x, y) if name in BINARY else (x,)
    values = [
        builder.load(builder.gep(source, [index], source_etype=kind), typ=kind)
        for source in sources
    ]
    result = FUNCTIONS[name](builder, *values)
    builder.store(result, builder.gep(out, [index], source_etype=kind))
    following = builder.add(index, integer(1))
    index.add_incoming(following, body)
    builder.cbranch(builder.icmp_signed("<", following, count), body, leave)
    builder.position_at_end(leave)
    builder.ret_void()
    return module


@cache
def library(name: str, dtype: Any) -> Library:
    return load_object(to_object(loop_module(name, dtype)), ["apply"])


def apply(name: str, *inputs: np.ndarray) -> np.ndarray:
    """The compiled function of arrays of one shape and dtype."""
    x = np.ascontiguousarray(inputs[0])
    y = np.ascontiguousarray(inputs[-1])
    out = np.empty_like(x)
    pointer = ctypes.c_void_p
    prototype = ctypes.CFUNCTYPE(None, pointer, pointer, pointer, ctypes.c_int64)
    call = prototype(library(name, x.dtype.type).addresses["apply"])
    call(out.ctypes.data, x.ctypes.data, y.ctypes.data, x.size)
    return out


# ---------------------------------------------------------------------------------------------
# Oracles


ROOT_PI = np.sqrt(extended(np.pi) + extended(1.2246467991473532e-16))


def erf_series(x: Any) -> Any:
    """2/√π exp(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!: all terms positive, so that nothing cancels."""
    x = np.where(np.abs(x) < 3.5, x, extended(0))
    term = x.copy()
    total = x.copy()
    for n in range(1, 120):
        term = term * 2 * x * x / (2 * n + 1)
        total = total + term
    return total * np.exp(-x * x) * 2 / ROOT_PI


def erfc_fraction(x: Any) -> Any:
    """exp(-x²)/√π / (x + ½/(x + 1/(x + 1½/(x + …)))), for x ≥ 1."""
    x = np.maximum(x, extended(1))
    value = x.copy()
    for n in range(400, 0, -1):
        value = x + extended(n) / 2 / value
    return np.exp(-x * x) / value / ROOT_PI


def erf(x: Any) -> Any:
    near = np.abs(x) < 1.5
    return np.where(near, erf_series(x), np.copysign(1 - erfc_fraction(np.abs(x)), x))


def erfc(x: Any) -> Any:
    far = np.where(x < 0, 2 - erfc_fraction(-x), erfc_fraction(x))
    return np.where(np.abs(x) < 1, 1 - erf_series(x), far)


def softplus(x: Any) -> Any:
    return np.where(x > 100, x, np.log1p(np.exp(np.minimum(x, 100))))


class Case(NamedTuple):
    """One function: its oracle, where to sample it densely, and where it is defined at all."""

    name: str
    oracle: Callable[..., Any]
    dense: tuple[tuple[float, float], ...]
    limit: float = np.inf
    lowest: float = -np.inf


CASES = [
    Case("exp", np.exp, ((-105, 90), (-1, 1), (-747, 711))),
    Case("expm1", np.expm1, ((-20, 90), (-1, 1), (-40, 711))),
    Case("log", np.log, ((0, 3), (0.4, 1.6)), lowest=0),
    Case("log1p", np.log1p, ((-1, 3), (-0.4, 0.6)), lowest=-1),
    Case("sqrt", np.sqrt, ((0, 4),), lowest=0),
    Case("rsqrt", lambda x: 1 / np.sqrt(x), ((0, 4),), lowest=0),
    Case("tanh", np.tanh, ((-1, 1), (-22, 22), (0.5, 0.6))),
    Case("sigmoid", lambda x: 1 / (1 + np.exp(-x)), ((-5, 5), (-104, 30), (-745, 40))),
    Case("softplus", softplus, ((-5, 5), (-104, 30), (-745, 40))),
    Case("erf", erf, ((-1, 1), (-6, 6), (0.4, 1.1))),
    Case("erfc", erfc, ((-1, 1), (-6, 6), (0, 27.5))),
    Case("sin", np.sin, ((-4, 4), (-1000, 1000), (-(2**20), 2**20)), limit=2**40),
    Case("cos", np.cos, ((-4, 4), (-1000, 1000), (-(2**20), 2**20)), limit=2**40),
    Case("tan", np.tan, ((-4, 4), (-1000, 1000), (-(2**20), 2**20)), limit=2**40),
    Case("asin", np.arcsin, ((-1, 1), (0.45, 0.55)), limit=1),
    Case("acos", np.arccos, ((-1, 1), (0.45, 0.55), (-0.55, -0.45)), limit=1),
    Case("atan", np.arctan, ((-1, 1), (-5, 5))),
    Case("sinh", np.sinh, ((-2, 2), (-90, 90), (-711, 711))),
    Case("cosh", np.cosh, ((-2, 2), (-90, 90), (-711, 711))),
    Case("asinh", np.arcsinh, ((-2, 2), (-100, 100))),
    Case("acosh", np.arccosh, ((1, 1.1), (1, 10)), lowest=1),
    Case("atanh", np.arctanh, ((-1, 1),), limit=1),
]


def any_magnitude(dtype: Any, count: int, generator: np.random.Generator) -> np.ndarray:
    """Finite numbers of every exponent and sign."""
    width = np.dtype(dtype).itemsize
    values = generator.integers(0, 256, (count, width), np.uint8).view(dtype)[:, 0]
    return values[np.isfinite(values)]


def near_quarter_turns(dtype: Any) -> np.ndarray:
    """The floats nearest to multiples of π/2, where sine or cosine cancel."""
    return np.array([np.pi / 2 * n for n in range(-2000, 2000)], dtype)


def samples(case: Case, dtype: Any) -> np.ndarray:
    generator = np.random.default_rng(7)
    parts = [generator.uniform(low, high, 6000).astype(dtype) for low, high in case.dense]
    parts += [any_magnitude(dtype, 8000, generator), near_quarter_turns(dtype)]
    # Magnitudes of the everyday, of all signs.
    exponents = generator.uniform(-60, 60, 8000)
    parts.append((np.exp2(exponents) * generator.choice([-1, 1], 8000)).astype(dtype))
    x = np.concatenate(parts)
    return x[(np.abs(x) <= case.limit) & (x >= case.lowest)]


def worst(result: np.ndarray, truth: Any) -> tuple[float, int]:
    """The largest error in units in the last place of the type, and where it is."""
    dtype = result.dtype.type
    with np.errstate(all="ignore"):
        rounded = truth.astype(dtype)
        unit = np.spacing(np.abs(np.where(np.isfinite(rounded), rounded, 1))).astype(extended)
        error = np.abs(result.astype(extended) - truth) / unit
    same = (result == rounded) | (np.isnan(result) & np.isnan(rounded))
    # A result that only just leaves the type's range, or does not, is as good as the last bit.
    edge = np.isinf(result) & (np.abs(truth) > extended(np.finfo(dtype).max) * (1 - 1e-7))
    error = np.where(same | edge, np.minimum(np.nan_to_num(error), 0.5), error)
    error = np.where(np.isnan(error), np.inf, error)
    index = int(np.argmax(error))
    return float(error[index]), index


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_error_is_at_most_two_units_in_the_last_place(case: Case, dtype: Any) -> None:
    x = samples(case, dtype)
    with np.errstate(all="ignore"):
        truth = case.oracle(x.astype(extended))
    error, index = worst(apply(case.name, x), truth)
    assert error <= 2.0, f"{case.name}({x[index]!r}) is off by {error:.2f} ulp"


# ---------------------------------------------------------------------------------------------
# Special values: those of the interpreter


INTERPRETER: dict[str, Callable[..., Any]] = {
    **{case.name: case.oracle for case in CASES},
    "sigmoid": special.sigmoid,
    "softplus": special.softplus,
    "erf": special.erf,
    "erfc": special.erfc,
    "pow": np.power,
    "atan2": np.arctan2,
}


def edges(dtype: Any) -> np.ndarray:
    """Zeros, infinities, NaN, the ends of domains, the smallest, the largest, integers, halves."""
    information = np.finfo(dtype)
    positive = [0, np.inf, 1, 2, 3, 4, 0.5, 1.5, 2.5, 11, 90, 800, 1e5, information.max]
    positive += [information.tiny, information.smallest_subnormal, information.eps]
    positive += [np.nextafter(dtype(1), dtype(2)), np.nextafter(dtype(1), dtype(0))]
    values = np.array(positive, dtype)
    return np.concatenate([values, -values, np.array([np.nan], dtype)])


def assert_same_specials(name: str, *inputs: np.ndarray) -> None:
    """NaN, infinities and zeros where the interpreter has them, and the same signs everywhere."""
    with np.errstate(all="ignore"):
        expected = INTERPRETER[name](*inputs)
    result = apply(name, *inputs)
    special_value = ~np.isfinite(expected) | (expected == 0)
    wrong = (special_value | ~np.isfinite(result)) & (result != expected)
    wrong |= np.signbit(result) != np.signbit(expected)
    # The sign of NaN means nothing.
    wrong = np.where(np.isnan(expected), ~np.isnan(result), wrong)
    first = int(np.argmax(wrong))
    shown = ", ".join(repr(values[first]) for values in inputs)
    assert not wrong.any(), f"{name}({shown}) is {result[first]!r}, not {expected[first]!r}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_special_values_are_those_of_the_interpreter(case: Case, dtype: Any) -> None:
    x = edges(dtype)
    if case.name in ("sin", "cos", "tan"):
        x = x[~(np.abs(x) > case.limit) | np.isinf(x)]
    assert_same_specials(case.name, x)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BINARY)
def test_special_pairs_are_those_of_the_interpreter(name: str, dtype: Any) -> None:
    x, y = (grid.ravel() for grid in np.meshgrid(edges(dtype), edges(dtype)))
    assert_same_specials(name, x, y)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_sines_of_huge_angles_stay_within_one(name: str, dtype: Any) -> None:
    x = any_magnitude(dtype, 20000, np.random.default_rng(3))
    assert np.all(np.abs(apply(name, x)) <= 1)


# ---------------------------------------------------------------------------------------------
# Two arguments


@pytest.mark.parametrize("dtype", DTYPES)
def test_error_of_pow(dtype: Any) -> None:
    generator = np.random.default_rng(5)
    count = 20000
    largest = float(np.log(np.finfo(dtype).max))
    bases = np.concatenate(
        [
            np.abs(any_magnitude(dtype, count, generator)),
            np.exp(generator.uniform(-3, 3, count)).astype(dtype),
            (1 + generator.uniform(-1e-3, 1e-3, count)).astype(dtype),
        ]
    )
    bases = bases[bases > 0]
    # Exponents that lead to results all over the range, subnormal ones and overflow included.
    logarithms = np.log(bases.astype(np.float64))
    with np.errstate(all="ignore"):
        exponents = generator.uniform(-1.2, 1.05, bases.size) * largest / logarithms
    y = np.where(np.isfinite(exponents), exponents, 1.5).astype(dtype)
    small = generator.uniform(-4, 4, bases.size).astype(dtype)
    for exponent in (y, small):
        with np.errstate(all="ignore"):
            truth = np.power(bases.astype(extended), exponent.astype(extended))
        error, index = worst(apply("pow", bases, exponent), truth)
        message = f"pow({bases[index]!r}, {exponent[index]!r}) is off by {error:.2f} ulp"
        assert error <= 2.0, message


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("power", [-1, 1, 2, 3, 5])
def test_pow_is_exact_where_the_result_can_be_represented(power: int, dtype: Any) -> None:
    limit = int(2 ** ((np.finfo(dtype).nmant + 1) / abs(power)))
    x = np.arange(-min(limit, 5000), min(limit, 5000) + 1).astype(dtype)
    if power == -1:
        x = np.ldexp(dtype(1), np.arange(-120, 120))
    elif power < 3:
        x = np.concatenate([x, np.arange(limit - 5000, limit + 1).astype(dtype)])
    expected = 1 / x if power == -1 else x**power
    np.testing.assert_array_equal(apply("pow", x, np.full_like(x, power)), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_error_of_atan2(dtype: Any) -> None:
    generator = np.random.default_rng(5)
    count = 20000
    pairs = [generator.normal(size=(2, count)).astype(dtype)]
    wild = any_magnitude(dtype, 2 * count, generator)
    pairs.append(wild[: wild.size // 2 * 2].reshape(2, -1))
    for y, x in pairs:
        truth = np.arctan2(y.astype(extended), x.astype(extended))
        error, index = worst(apply("atan2", y, x), truth)
        assert error <= 2.0, f"atan2({y[index]!r}, {x[index]!r}) is off by {error:.2f} ulp"


# ---------------------------------------------------------------------------------------------
# The code itself


def test_the_interpreter_knows_every_function() -> None:
    assert FUNCTIONS.keys() == INTERPRETER.keys()


def test_a_function_is_written_once_in_a_module() -> None:
    module = ir.Module()
    kind = ir.FloatType()
    function = ir.Function(module, ir.FunctionType(kind, [kind]), "twice")
    builder = ir.IRBuilder(function.append_basic_block())
    builder.ret(FUNCTIONS["exp"](builder, FUNCTIONS["exp"](builder, function.args[0])))
    assert str(module).count("define private float") == 1


# What is computed in float64 for float32 too.
DOUBLE = "sin cos tan asin acos atan atan2 sinh cosh asinh acosh atanh erfc pow".split()


@pytest.mark.skipif("+avx2" not in host()[1], reason="reads AVX2 and AVX-512 assembly")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_loops_around_functions_are_vector_code(name: str, dtype: Any) -> None:
    assembly = to_assembly(loop_module(name, dtype))
    suffix = "ps" if dtype is np.float32 and name not in DOUBLE else "pd"
    assert re.search(rf"v(mul|sqrt|fn?m(add|sub)\d+){suffix}\s.*%[yz]mm", assembly)
    assert not re.search(r"\bcall", assembly), "a function outside of the module is called"
