"""Every operation, compiled, against the interpreter: types, shapes, special values, slopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from glassbrook import config, dtypes
from glassbrook.dtypes import DType
from glassbrook.engine.compiler.support import supported
from glassbrook.engine.programs import _Interpreted
from glassbrook.errors import DTypeError, GlassbrookError, InvalidArgumentError, OutOfRangeError
from glassbrook.gradients import gradients
from glassbrook.graph import INFER, Node, build
from glassbrook.graph.closed import ClosedGraph, input_node
from tests.cases import CASES, Case
from tests.engine.compiler.comparing import (
    Array,
    assert_agrees,
    assert_close,
    closed,
    compiled,
    copies,
    inputs_like,
)

FLOATS = (dtypes.float64, dtypes.float32)
DIFFERENTIABLE = [case for case in CASES if case.order and case.differentiated]
WHOLE = tuple(dtype for dtype in dtypes.ALL if dtype.is_integer or dtype.is_bool)


@pytest.fixture(autouse=True)
def _checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept on disk, and every pass is verified."""
    monkeypatch.setenv("GLASSBROOK_CACHE_DIR", "off")
    monkeypatch.setattr(config, "debug", True)


def _varied(case: Case, dtype: DType) -> list[Array]:
    """The inputs of a case with their main type exchanged."""
    floating = any(array.dtype == np.float64 for array in case.inputs)
    main = np.float64 if floating else np.int32
    if not floating and dtype.is_floating:
        return list(case.inputs)
    return [
        # From 1 on: these are divisors, too.
        np.ceil(np.abs(np.nan_to_num(array, posinf=3))).astype(dtype.numpy)
        if array.dtype == main and not dtype.is_floating
        else array.astype(dtype.numpy if array.dtype == np.float64 else array.dtype)
        for array in case.inputs
    ]


# Every operation in every type. Those of one type are compiled together, which saves time.


@cache
def _outcome(kind: str, dtype: DType) -> dict[str, tuple[list[Array], list[Array]]]:
    """For each case that takes the type: what the compiler and the interpreter make of it."""
    names, nodes, arrays, outputs = [], [], [], []
    for case in CASES if kind == "cases" else DIFFERENTIABLE:
        own = _varied(case, dtype)
        inputs = [
            input_node(len(arrays) + number, array.shape, dtypes.as_dtype(array.dtype))
            for number, array in enumerate(own)
        ]
        try:
            made = [case.make(*inputs)] if kind == "cases" else _slopes(case, inputs)
        except DTypeError:
            continue  # the operation does not take this type
        nodes += inputs
        arrays += own
        outputs += made
        names += [str(case)] * len(made)
    graph = ClosedGraph(tuple(nodes), tuple(outputs))
    found: dict[str, tuple[list[Array], list[Array]]] = {}
    both = zip(compiled(graph).run(copies(arrays)), _Interpreted(graph).run(arrays), strict=True)
    for name, (ours, theirs) in zip(names, both, strict=True):
        lists = found.setdefault(name, ([], []))
        lists[0].append(ours)
        lists[1].append(theirs)
    return found


@pytest.mark.parametrize("dtype", FLOATS, ids=repr)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_cases(case: Case, dtype: DType) -> None:
    for ours, theirs in zip(*_outcome("cases", dtype)[str(case)], strict=True):
        assert_close(ours, theirs, 8)


@pytest.mark.parametrize("dtype", [*WHOLE, dtypes.float16], ids=repr)
def test_cases_in_other_types(dtype: DType) -> None:
    for name, (ours, theirs) in _outcome("cases", dtype).items():
        for mine, other in zip(ours, theirs, strict=True):
            assert_close(mine, other, 0, name)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.op in ("exp", "sum", "matmul", "string_join")], ids=str
)
def test_cases_on_their_own(case: Case) -> None:
    assert_agrees(closed(case.make, case.inputs), case.inputs)


# What has no lowering, and why.

_FLOATING = frozenset(FLOATS)
_INTERPRETED: dict[str, str] = {
    "argsort": "sorting takes a library",
    "bessel_i0e": "it is rare",
    "bessel_i1e": "it is rare",
    "betainc": "its terms are summed up until nothing changes",
    "as_string": "strings are Python objects",
    "cond": "a branch is taken by the engine",
    "data": "a value is an input of a program",
    "digamma": "it is rare",
    "erfinv": "it is rare",
    "floordiv": "division by zero is an error that names the place",
    "igamma": "its terms are summed up until nothing changes",
    "igamma_slope": "its terms are summed up until nothing changes",
    "igammac": "its terms are summed up until nothing changes",
    "input": "it is no operation",
    "item": "it belongs to a loop",
    "lgamma": "it is rare",
    "mod": "division by zero is an error that names the place",
    "nextafter": "it works on the bits of numbers",
    "polygamma": "it is rare",
    "random_binomial": "how many words a number takes is not known before",
    "random_gamma": "how many words a number takes is not known before",
    "random_permutation": "each exchange depends on the one before",
    "random_poisson": "how many words a number takes is not known before",
    "random_truncated_normal": "how many words a number takes is not known before",
    "regex_replace": "strings are Python objects",
    "scan": "its turns are programs of their own",
    "string_join": "strings are Python objects",
    "string_length": "strings are Python objects",
    "string_lower": "strings are Python objects",
    "string_strip": "strings are Python objects",
    "string_substr": "strings are Python objects",
    "string_to_number": "strings are Python objects",
    "string_upper": "strings are Python objects",
    "zeta": "it is rare",
    "while": "its turns are programs of their own",
}
_ONLY_IN: dict[str, frozenset[DType]] = {
    # Whole numbers to negative powers are an error that names the place.
    "pow": _FLOATING,
    # Narrow ones wrap around in steps that no library knows.
    "matmul": _FLOATING | {dtypes.int32, dtypes.int64},
    # Truth values are not added up.
    **dict.fromkeys(
        ("scatter_add", "put_along_add", "scatter_nd", "cumsum", "cumprod"),
        frozenset(dtype for dtype in dtypes.ALL if dtype.is_numeric),
    ),
}


def test_every_operation_is_lowered_or_said_not_to_be() -> None:
    random = {"random_normal", "random_uniform"}
    known = {op for op, dtypes_ in _lowered().items() if dtypes_} | random
    assert known.isdisjoint(_INTERPRETED)
    assert known | _INTERPRETED.keys() == INFER.keys()


def test_every_type_but_half_precision_is_lowered() -> None:
    for op, found in _lowered().items():
        if op not in _INTERPRETED:
            assert dtypes.float16 not in found
            assert found == (_taken(op) & _ONLY_IN.get(op, _taken(op))), op


def _lowered() -> dict[str, set[DType]]:
    """For each operation, the types of its main input in which it is compiled."""
    found: dict[str, set[DType]] = {op: set() for op in INFER}
    for op, dtype, node in _all_nodes():
        if supported(node):
            found[op].add(dtype)
    return found


def _taken(op: str) -> set[DType]:
    return {dtype for each, dtype, _ in _all_nodes() if each == op} - {
        dtypes.float16,
        dtypes.string,
    }


@cache
def _all_nodes() -> list[tuple[str, DType, Node]]:
    """Each operation on each type that it takes."""
    return list(_made())


def _made() -> Iterator[tuple[str, DType, Node]]:
    for case in CASES:
        for dtype in dtypes.ALL:
            if dtype is dtypes.string and case.inputs and case.inputs[0].dtype != object:
                continue
            try:
                arrays = _varied(case, dtype) if dtype is not dtypes.string else case.inputs
                node = case.make(*inputs_like(arrays))
            except DTypeError:
                continue
            main = node.inputs[-1].dtype if node.inputs else node.dtype
            if case.op in ("gather", "take_along", "gather_nd", "one_hot"):
                main = node.inputs[0].dtype
            if node.op == case.op:
                yield case.op, main, node


# Edge shapes.

SHAPES = [(), (1,), (0,), (1, 1), (0, 3), (2, 0, 3), (1, 5, 1), (7, 1), (33,)]
_ELEMENTWISE = ["neg", "exp", "relu", "tanh", "square", "is_nan", "abs", "identity"]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_elementwise_on_edge_shapes(shape: tuple[int, ...]) -> None:
    x = np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    graph = closed(lambda x: [getattr(build, op)(x) for op in _ELEMENTWISE], [x])
    assert_agrees(graph, [x])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("op", ["sum", "prod", "max", "min"])
def test_reductions_on_edge_shapes(op: str, shape: tuple[int, ...]) -> None:
    x = np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    fold = getattr(build, op)

    def folds(x: Node) -> list[Node]:
        found = [fold(x), fold(x, None, True), fold(x, ())]
        return found + [fold(x, (axis,), axis % 2 == 0) for axis in range(x.rank)]

    assert_agrees(closed(folds, [x]), [x])


BROADCASTS = [
    ((), (3,)), ((1,), (3,)), ((3, 1), (1, 4)), ((2, 3, 4), (4,)), ((2, 3, 4), (3, 1)),
    ((1, 1), ()), ((0, 1), (1, 3)), ((5, 1, 1), (1, 2, 3)), ((1, 3), (2, 1, 3)),
]  # fmt: skip


@pytest.mark.parametrize("shapes", BROADCASTS, ids=str)
def test_broadcasting(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    numbers = np.random.default_rng(0)
    arrays = [numbers.normal(size=shape).astype(np.float32) for shape in shapes]

    def both(x: Node, y: Node) -> list[Node]:
        less = build.less(x, y)
        return [build.sub(x, y), build.sub(y, x), less, build.select(less, x, build.neg(y))]

    assert_agrees(closed(both, arrays), arrays)


@pytest.mark.parametrize(
    "shapes",
    [
        ((1, 1), (1, 1)), ((1, 5), (5, 1)), ((5, 1), (1, 5)), ((1, 3), (3, 7)), ((7, 3), (3, 1)),
        ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((5, 1, 1), (1, 1, 1)), ((1, 2, 3), (4, 3, 2)),
        ((4, 2, 3), (1, 3, 2)), ((4, 2, 3), (3, 2)), ((2, 3), (4, 3, 2)), ((2, 1, 2, 3), (3, 3, 2)),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64])
def test_products_of_edge_shapes(
    shapes: tuple[tuple[int, ...], tuple[int, ...]], dtype: type
) -> None:
    numbers = np.random.default_rng(0)
    x, y = ((8 * numbers.normal(size=shape)).astype(dtype) for shape in shapes)

    def products(x: Node, y: Node) -> list[Node]:
        flipped = build.matmul(build.swap_last(y), build.swap_last(x))
        return [build.matmul(x, y), flipped, build.matmul(x, x, False, True)]

    assert_agrees(closed(products, [x, y]), [x, y])


@pytest.mark.parametrize(
    "shape", [(5,), (1,), (1, 6), (6, 1), (4, 5), (2, 3, 4), (1, 3, 4)], ids=str
)
def test_running_totals(shape: tuple[int, ...]) -> None:
    """They are added up in order, so that not a bit differs."""
    floats, whole = _floats(*shape), np.arange(np.prod(shape), dtype=np.int8).reshape(shape)

    def totals(*nodes: Node) -> list[Node]:
        return [
            build.cast(op(build.neg(node), axis, exclusive, reverse), dtypes.float64)
            for node in nodes
            for op in (build.cumsum, build.cumprod)
            for axis in range(node.rank)
            for exclusive in (False, True)
            for reverse in (False, True)
        ]

    program = assert_agrees(closed(totals, [floats, whole]), [floats, whole], ulps=0)
    assert not program.interpreted


# Special values.

_SPECIAL = [np.nan, np.inf, -np.inf, -0.0, 0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5]
_ROUNDED = ["floor", "ceil", "round", "sign", "relu", "abs", "neg", "reciprocal", "square"]
_PREDICATES = ["is_nan", "is_inf", "is_finite"]
_CURVES = [
    "exp", "expm1", "log", "log1p", "sqrt", "rsqrt", "tanh", "sigmoid", "softplus", "erf", "erfc",
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh",
]  # fmt: skip


@pytest.mark.parametrize("dtype", FLOATS, ids=repr)
def test_special_numbers(dtype: DType) -> None:
    limits = np.finfo(dtype.numpy)
    tiny = [limits.smallest_normal, -limits.smallest_normal]
    arrays = [np.array([*_SPECIAL, limits.max, limits.min, *tiny], dtype.numpy)]
    arrays.append(np.array(_SPECIAL, dtype.numpy))
    graph = closed(
        lambda x, y: [
            *(getattr(build, op)(x) for op in [*_ROUNDED, *_PREDICATES]),
            *(getattr(build, op)(y) for op in _CURVES),
        ],
        arrays,
    )
    found = compiled(graph).run(arrays)
    expected = _Interpreted(graph).run(arrays)
    for op, ours, theirs in zip([*_ROUNDED, *_PREDICATES, *_CURVES], found, expected, strict=True):
        assert_close(ours, theirs, 8, op)


def _sign_of_zero(array: Array) -> Array:
    return np.signbit(array) & (array == 0)


@pytest.mark.parametrize("dtype", FLOATS, ids=repr)
@pytest.mark.parametrize(
    "op",
    "add sub mul div maximum minimum equal not_equal less less_equal greater greater_equal "
    "atan2 pow".split(),
)
def test_special_pairs(op: str, dtype: DType) -> None:
    numbers = np.array(_SPECIAL, dtype.numpy)
    x, y = (each.ravel() for each in np.meshgrid(numbers, numbers))
    graph = closed(getattr(build, op), [x, y])
    assert_agrees(graph, [x, y])
    if op in ("add", "sub", "mul", "div"):
        (found,) = compiled(graph).run([x, y])
        with np.errstate(all="ignore"):
            named = {"add": x + y, "sub": x - y, "mul": x * y, "div": x / y}
        np.testing.assert_array_equal(_sign_of_zero(found), _sign_of_zero(named[op]))


@pytest.mark.parametrize("value", [0, -0.0, 1, 2, -1, True, float("nan"), float("inf")], ids=repr)
def test_neutral_numbers_keep_signs_of_zero(value: float) -> None:
    """x + 0.0, x - 0.0, x * 1, … are simplified: not so that -0.0 becomes 0.0 or the reverse."""
    x = np.array([*_SPECIAL, 3.0])
    number = np.full((), value, np.float64)

    def all_with(x: Node, number: Node | None = None) -> list[Node]:
        # Not by `build.constant`, which makes data of -0.0.
        attrs = {"value": value, "dtype": x.dtype, "shape": ()}
        y = Node("constant", (), attrs, (), x.dtype) if number is None else number
        operations = (build.add, build.sub, build.mul, build.div, build.pow, build.maximum)
        found = [operation(x, y) for operation in operations]
        found += [operation(y, x) for operation in operations[:4]]
        found += [build.add(x, build.neg(y)), build.sub(x, build.neg(y)), build.neg(build.neg(x))]
        return [*found, build.add(build.neg(x), y), build.sub(build.neg(x), y)]

    ours = compiled(closed(all_with, [x])).run([x])
    theirs = compiled(closed(all_with, [x, number])).run([x, number])
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-15)
        np.testing.assert_array_equal(_sign_of_zero(mine), _sign_of_zero(other))


@pytest.mark.parametrize("dtype", [dtype for dtype in WHOLE if dtype.is_integer], ids=repr)
def test_extremes_of_whole_numbers(dtype: DType) -> None:
    low, high = int(dtype.min), int(dtype.max)
    numbers = np.array([low, low + 1, 0, 1, 2, 7, high - 1, high], dtype.numpy)
    x, y = (each.ravel() for each in np.meshgrid(numbers, numbers))

    def all_of(x: Node, y: Node) -> list[Node]:
        found = [
            getattr(build, op)(x, y)
            for op in "add sub mul maximum minimum equal less greater_equal bitwise_and bitwise_or "
            "bitwise_xor".split()
        ]
        found += [
            getattr(build, op)(x)
            for op in "abs sign square relu bitwise_not round floor ceil".split()
        ]
        found += [getattr(build, op)(x) for op in ("sum", "max", "min", "prod")]
        found += [build.argmax(x, 0), build.argmin(x, 0), build.neg(x)]
        shift = build.cast(build.bitwise_and(y, build.constant(7, dtype)), dtype)
        return [*found, build.left_shift(x, shift), build.right_shift(x, shift)]

    program = assert_agrees(closed(all_of, [x, y]), [x, y])
    assert not program.interpreted


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_shifts_beyond_the_width(dtype: type) -> None:
    x = np.array([1, 5, 100, 127], dtype)
    counts = np.array([0, 7, 8, 31, 32, 63, 64, 100], dtype)
    x, y = (each.ravel() for each in np.meshgrid(x, counts))
    graph = closed(lambda x, y: [build.left_shift(x, y), build.right_shift(x, y)], [x, y])
    assert_agrees(graph, [x, y])


def test_casts_between_all_types() -> None:
    kinds = [dtype for dtype in dtypes.ALL if dtype is not dtypes.string]
    x = np.array([0, 1, 2, 100, 3.75])
    for source in kinds:
        array = x.astype(source.numpy)
        graph = closed(lambda x: [build.cast(x, target) for target in kinds], [array])
        assert_agrees(graph, [array])


@pytest.mark.parametrize("dtype", FLOATS, ids=repr)
def test_reductions_of_special_numbers(dtype: DType) -> None:
    rows = np.array(
        [[np.nan, 1, 2], [1, np.nan, 2], [np.inf, 1, -np.inf], [-np.inf] * 3, [np.nan] * 3],
        dtype.numpy,
    )

    def folds(x: Node) -> list[Node]:
        found = [getattr(build, op)(x, (1,)) for op in ("sum", "max", "min", "prod")]
        found += [build.argmax(x, 1), build.argmin(x, 1), build.argmax(x, 0)]
        return [*found, build.softmax(x), build.log_softmax(x), build.max(x, (0,))]

    assert_agrees(closed(folds, [rows]), [rows])


def test_constants_of_all_kinds() -> None:
    x = np.ones(3, np.float32)
    values = [True, 2, 0.1, 1e300, 1e-300, -1e300, float("nan"), float("inf"), np.float32(0.1)]

    def with_constants(x: Node) -> list[Node]:
        found = [build.mul(x, build.constant(value, x.dtype)) for value in values]
        found += [build.constant(value, x.dtype, (2,)) for value in values]
        return [*found, build.pad(x, ((1, 0),), np.float32(0.5))]

    assert_agrees(closed(with_constants, [x]), [x])


# Slopes.


@pytest.mark.parametrize(
    "dtype", [dtypes.float64, pytest.param(dtypes.float32, marks=pytest.mark.slow)], ids=repr
)
@pytest.mark.parametrize("case", DIFFERENTIABLE, ids=str)
def test_gradients(case: Case, dtype: DType) -> None:
    for ours, theirs in zip(*_outcome("slopes", dtype)[str(case)], strict=True):
        # Slopes of slopes cancel: what is left is rounding.
        assert_close(ours, theirs, 64, least=1)


def _slopes(case: Case, nodes: list[Node]) -> list[Node]:
    """The result, its gradients, and their gradients."""
    result = case.make(*nodes)
    sources = [nodes[index] for index in case.differentiated]
    first = _gradients([result], sources)
    second = _gradients(first, sources) if case.order > 1 and first else []
    return [result, *first, *second]


def _gradients(nodes: list[Node], sources: list[Node]) -> list[Node]:
    nodes = [node for node in nodes if node.dtype.is_floating]
    seeds = [build.constant(0.75, node.dtype, node.shape) for node in nodes]
    found = gradients(nodes, seeds, sources, lambda node: True) if nodes else []
    return [grad for grad in found if grad is not None]


# Updates.


def _assert_updates(
    make: Callable[..., tuple[list[Node], list[tuple[int, Node]]]], arrays: list[Array]
) -> None:
    nodes = inputs_like(arrays)
    outputs, updates = make(*nodes)
    assert_agrees(ClosedGraph(tuple(nodes), tuple(outputs), tuple(updates)), arrays)


def _floats(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def _half(x: Node) -> Node:
    return build.mul(build.constant(0.5, x.dtype), x)


_SQUARES = [_floats(9, 9), _floats(9, 9, seed=1)]
_VECTORS = [_floats(5), _floats(5, seed=1)]
UPDATES = {
    "swapped": (lambda x, y: ([build.add(x, y)], [(0, y), (1, x)]), _VECTORS),
    "of itself": (lambda x, y: ([x], [(0, x), (1, build.add(y, x))]), _VECTORS),
    "in a circle": (
        lambda x, y, z: ([], [(0, y), (1, z), (2, x)]),
        [*_VECTORS, _floats(5, seed=2)],
    ),
    "transposed": (lambda x, y: ([x], [(0, build.transpose(x))]), _SQUARES),
    "reversed": (lambda x, y: ([y], [(0, build.slice(x, (4,), (5,), (-1,)))]), _VECTORS),
    "by a product of itself": (
        lambda x, y: ([], [(0, build.add(x, build.matmul(y, x)))]),
        _SQUARES,
    ),
    "by half a product of itself": (
        lambda x, y: ([], [(0, build.sub(x, _half(build.matmul(x, y))))]),
        _SQUARES,
    ),
    "by products of each other": (
        lambda x, y: (
            [],
            [(0, build.add(x, build.matmul(y, y))), (1, build.add(y, build.matmul(x, x)))],
        ),
        _SQUARES,
    ),
    "read afterwards": (
        lambda x, y: ([build.matmul(x, y)], [(0, build.add(x, build.matmul(y, y)))]),
        _SQUARES,
    ),
    "by a constant": (lambda x, y: ([x], [(0, build.constant(2, x.dtype, (5,)))]), _VECTORS),
    "given twice": (
        lambda x, y: ([build.exp(x), build.exp(x)], [(0, build.exp(x)), (1, build.exp(x))]),
        _VECTORS,
    ),
    "by its mean": (
        lambda x, y: ([], [(0, build.sub(x, build.sum(x, (0,), True))), (1, build.sum(x, (1,)))]),
        [_floats(5, 5), _floats(5)],
    ),
}


@pytest.mark.parametrize("name", UPDATES)
def test_updates(name: str) -> None:
    make, arrays = UPDATES[name]
    _assert_updates(make, arrays)


@pytest.mark.parametrize("gap", [build.erfinv, lambda x: build.mod(x, build.exp(x))])
def test_updates_between_gaps(gap: Callable[[Node], Node]) -> None:
    """Outputs and other updates see old values, also where stages follow each other."""
    x, y = np.array([0.1, 0.2, 0.3]), np.array([0.5, -0.5, 0.25])
    shift = build.constant(2, dtypes.float64, (3,))
    for make in (
        lambda x, y: ([x, gap(y)], [(0, build.add(x, gap(y)))]),
        lambda x, y: ([build.reshape(x, (3, 1)), x], [(0, build.add(x, gap(y))), (1, x)]),
        lambda x, y: ([shift, gap(y)], [(0, shift), (1, gap(x))]),
        lambda x, y: ([gap(x)], [(0, y), (1, x)]),
        lambda x, y: ([build.iota(3, dtypes.int32)], [(0, gap(build.exp(gap(y)))), (1, gap(x))]),
    ):
        _assert_updates(make, [x, y])


def test_strings_are_handed_on_by_reference() -> None:
    """Machine code that copied them would not count the references."""
    words, others = (np.array([b"a" * 99, b"b" * 99], object) for _ in range(2))
    x = np.zeros(2, np.float32)
    nodes = inputs_like([words, others, x])
    graph = ClosedGraph(tuple(nodes), (nodes[0], build.exp(nodes[2])), ((0, nodes[1]),))
    program = assert_agrees(graph, [words, others, x])
    assert all(kernel.operations == "exp" for kernel in program.kernels)


# Errors.


@pytest.mark.parametrize(
    "make",
    [
        lambda x, i: build.gather(x, i),
        lambda x, i: build.scatter_add(i, x, (2, 4)),
        lambda x, i: build.take_along(x, build.reshape(i, (3, 1)), 1),
        lambda x, i: build.gather_nd(x, build.reshape(i, (3, 1))),
        lambda x, i: build.scatter_nd(build.reshape(i, (3, 1)), x, (2, 4)),
    ],
)
@pytest.mark.parametrize("bad", [-1, 5, 2**31 - 1, -(2**31)])
def test_a_bad_index_leaves_everything_as_it_was(make: Callable[..., Node], bad: int) -> None:
    x, i = _floats(3, 4), np.array([0, 1, bad], np.int32)
    nodes = inputs_like([x, i])
    changed = build.add(nodes[0], nodes[0])
    graph = ClosedGraph(tuple(nodes), (make(*nodes),), ((0, changed), (1, build.neg(nodes[1]))))
    arrays = copies([x, i])
    program = compiled(graph)
    with pytest.raises((InvalidArgumentError, OutOfRangeError)):
        program.run(arrays)
    np.testing.assert_array_equal(arrays[0], x)
    np.testing.assert_array_equal(arrays[1], i)


def test_a_bad_index_in_a_repeated_program_names_the_step() -> None:
    x = _floats(3)
    indices = np.array([0, 1, 9, 2], np.int32)
    nodes = inputs_like([x, indices[0]])
    picked = build.gather(nodes[0], nodes[1])
    graph = ClosedGraph(tuple(nodes), (picked,), ((0, build.add(nodes[0], picked)),))
    expected = x.copy()
    for index in (0, 1):
        expected += expected[index]
    ours = x.copy()
    with pytest.raises(GlassbrookError, match="9 is not in"):
        compiled(graph).repeat([ours, indices], [0, 4], 4)
    np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_repeating_equals_running_again(steps: int) -> None:
    x, batches = _floats(3, 4), _floats(7, 2, 3)
    nodes = inputs_like([x, batches[0]])
    product = build.matmul(nodes[1], nodes[0])
    change = build.matmul(nodes[1], build.tanh(product), True, False)
    graph = ClosedGraph(tuple(nodes), (product,), ((0, build.sub(nodes[0], _half(change))),))
    program = compiled(graph)
    one, other = x.copy(), x.copy()
    for step in range(steps):
        expected = program.run([one, batches[step]])
    found = program.repeat([other, batches], [0, batches.strides[0]], steps)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("cut", [np.s_[::2], np.s_[::-1], np.s_[:, ::-1], np.s_[1:4]], ids=str)
def test_repeating_over_rows_that_lie_apart(cut: Any) -> None:
    x, batches = _floats(3), _floats(8, 3)[cut]
    nodes = inputs_like([x, batches[0]])
    total = build.add(nodes[0], nodes[1])
    program = compiled(ClosedGraph(tuple(nodes), (total,), ((0, total),)))
    array = x.copy()
    (found,) = program.repeat([array, batches], [0, batches.strides[0]], len(batches))
    expected = x
    for batch in batches:
        expected = expected + batch
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("wanted", [True, False])
def test_small_branches_leave_one_stage(wanted: bool) -> None:
    condition, x = np.array(wanted), _floats(4)
    true, false = (closed(op, [x]) for op in (build.exp, build.neg))
    graph = closed(lambda c, x: build.cond(c, [x], true, false), [condition, x])
    program = assert_agrees(graph, [condition, x])
    assert program.single is not None


def test_arrays_in_any_layout() -> None:
    x, y = _floats(6, 4), _floats(4, 6)
    graph = closed(lambda x, y: [build.matmul(x, y), build.add(x, build.transpose(y))], [x, y])
    program = compiled(graph)
    expected = program.run([x, y])
    for first, second in (
        (np.asfortranarray(x), np.asfortranarray(y)),
        (np.repeat(x, 2, 0)[::2], y[::-1][::-1]),
        (x, _unaligned(y)),
    ):
        for mine, other in zip(program.run([first, second]), expected, strict=True):
            np.testing.assert_array_equal(mine, other)


def _unaligned(array: Array) -> Array:
    memory = np.zeros(array.nbytes + 1, np.uint8)
    view = memory[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view
