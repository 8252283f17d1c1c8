"""One table of sample inputs per operation: what every engine and every gradient is tried on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.graph import Node, build

Array = np.ndarray
_rng = np.random.default_rng(20)


@dataclass(frozen=True)
class Case:
    """An operation on sample inputs.

    Attributes:
        op: the operation.
        make: builds the node from the input nodes.
        inputs: the arrays; float64 ones are also tried as float32 and float16.
        expected: computes the result from the arrays, independently.
        order: how many times it can be differentiated, up to 2.
        varied: which inputs to differentiate with respect to; all floating ones by default.
        rtol: how well engine and NumPy agree in float64.
        narrow: whether to try it in narrower floating-point types.
    """

    op: str
    make: Callable[..., Node]
    inputs: Sequence[Array]
    expected: Callable[..., Any]
    order: int = 2
    varied: tuple[int, ...] | None = None
    rtol: float = 1e-12
    narrow: bool = True
    label: str = field(default="")

    def __str__(self) -> str:
        return f"{self.op}{'-' + self.label if self.label else ''}"

    @property
    def differentiated(self) -> tuple[int, ...]:
        floating = [i for i, array in enumerate(self.inputs) if array.dtype.kind == "f"]
        return tuple(floating) if self.varied is None else self.varied


def uniform(low: float, high: float, *shape: int) -> Array:
    return _rng.uniform(low, high, shape)


def away(*shape: int) -> Array:
    """Numbers of both signs that keep clear of 0 and of each other's integers."""
    sign = np.where(_rng.random(shape) < 0.5, -1.0, 1.0)
    return sign * (0.2 + 0.6 * _rng.random(shape) + _rng.integers(0, 2, shape))


def integers(low: int, high: int, *shape: int) -> Array:
    return _rng.integers(low, high, shape).astype(np.int32)


def truths(*shape: int) -> Array:
    return _rng.random(shape) < 0.5


def text(*values: str) -> Array:
    return np.array([value.encode() for value in values], object)


def _unary(op: str, x: Array, expected: Callable[..., Any], **options: Any) -> Case:
    return Case(op, getattr(build, op), [x], expected, **options)


def _binary(op: str, x: Array, y: Array, expected: Callable[..., Any], **options: Any) -> Case:
    return Case(op, getattr(build, op), [x, y], expected, **options)


_erf = np.vectorize(math.erf)
_sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731

UNARY = [
    _unary("neg", away(3, 4), lambda x: -x),
    _unary("abs", away(3, 4), np.abs),
    _unary("sign", away(3, 4), np.sign),
    _unary("exp", uniform(-2, 2, 3, 4), np.exp),
    _unary("expm1", uniform(-2, 2, 3, 4), np.expm1),
    _unary("log", uniform(0.2, 3, 3, 4), np.log),
    _unary("log1p", uniform(-0.5, 3, 3, 4), np.log1p),
    _unary("sqrt", uniform(0.2, 3, 3, 4), np.sqrt),
    _unary("rsqrt", uniform(0.2, 3, 3, 4), lambda x: x**-0.5),
    _unary("square", away(3, 4), lambda x: x * x),
    _unary("reciprocal", away(3, 4), lambda x: 1 / x),
    _unary("sin", away(3, 4), np.sin),
    _unary("cos", away(3, 4), np.cos),
    _unary("tan", uniform(-1, 1, 3, 4), np.tan),
    _unary("asin", uniform(-0.8, 0.8, 3, 4), np.arcsin),
    _unary("acos", uniform(-0.8, 0.8, 3, 4), np.arccos),
    _unary("atan", away(3, 4), np.arctan),
    _unary("sinh", away(3, 4), np.sinh),
    _unary("cosh", away(3, 4), np.cosh),
    _unary("tanh", away(3, 4), np.tanh),
    _unary("asinh", away(3, 4), np.arcsinh),
    _unary("acosh", uniform(1.3, 3, 3, 4), np.arccosh),
    _unary("atanh", uniform(-0.8, 0.8, 3, 4), np.arctanh),
    _unary("sigmoid", away(3, 4), _sigmoid),
    _unary("erf", np.linspace(-6.1, 6.1, 40), _erf, rtol=1e-14),
    _unary("erfc", np.linspace(-6.1, 9.1, 40), np.vectorize(math.erfc), rtol=1e-13),
    _unary("erfinv", uniform(-0.95, 0.95, 3, 4), lambda x: _invert_erf(x), rtol=1e-11),
    _unary("softplus", away(3, 4), lambda x: np.log1p(np.exp(x))),
    _unary("relu", away(3, 4), lambda x: np.where(x > 0, x, 0)),
    _unary("floor", away(3, 4), np.floor, order=0),
    _unary("ceil", away(3, 4), np.ceil, order=0),
    _unary("round", away(3, 4), np.round, order=0),
    _unary("is_nan", np.array([0.0, np.nan, np.inf]), np.isnan, order=0),
    _unary("is_inf", np.array([0.0, np.nan, np.inf]), np.isinf, order=0),
    _unary("is_finite", np.array([0.0, np.nan, np.inf]), np.isfinite, order=0),
    _unary("logical_not", truths(5), lambda x: ~x),
    _unary("bitwise_not", integers(-9, 9, 5), lambda x: ~x),
    _unary("identity", away(3, 4), lambda x: x),
    _unary("stop_gradient", away(3, 4), lambda x: x, order=0),
    _unary("variable", away(3, 4), lambda x: x, order=0),
    _unary("softmax", away(3, 4), lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
    _unary("log_softmax", away(3, 4), lambda x: x - np.log(np.exp(x).sum(-1, keepdims=True))),
]


def _invert_erf(x: Array) -> Array:
    """By bisection."""
    low, high = np.full(x.shape, -6.0), np.full(x.shape, 6.0)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (
            np.where(_erf(middle) < x, middle, low),
            np.where(_erf(middle) < x, high, middle),
        )
    return low


BINARY = [
    _binary("add", away(3, 4), away(3, 4), lambda x, y: x + y),
    _binary("add", away(3, 1, 4), away(2, 1), lambda x, y: x + y, label="stretched"),
    _binary("sub", away(3, 4), away(4), lambda x, y: x - y),
    _binary("mul", away(3, 4), away(3, 1), lambda x, y: x * y),
    _binary("div", away(3, 4), away(1, 4), lambda x, y: x / y),
    _binary("floordiv", away(3, 4), away(3, 4), lambda x, y: np.floor(x / y), order=0),
    _binary(
        "floordiv", integers(-9, 9, 9), integers(1, 5, 9), lambda x, y: x // y, label="integers"
    ),
    _binary(
        "mod",
        np.array([2.3, -2.3, 5.1]),
        np.array([0.7, 0.7, -1.9]),
        lambda x, y: x - np.floor(x / y) * y,
    ),
    _binary("mod", integers(-9, 9, 9), integers(1, 5, 9), lambda x, y: x % y, label="integers"),
    _binary("pow", uniform(0.3, 2, 3, 4), away(3, 4), lambda x, y: np.exp(y * np.log(x))),
    _binary("maximum", away(3, 4), away(3, 4), lambda x, y: np.where(x > y, x, y)),
    _binary("minimum", away(3, 4), away(4), lambda x, y: np.where(x < y, x, y)),
    _binary("atan2", away(3, 4), away(3, 4), lambda y, x: np.angle(x + 1j * y)),
    _binary("equal", integers(0, 3, 9), integers(0, 3, 9), lambda x, y: x == y),
    _binary("not_equal", integers(0, 3, 9), integers(0, 3, 9), lambda x, y: x != y),
    _binary("less", away(3, 4), away(3, 4), lambda x, y: x < y, order=0),
    _binary("less_equal", integers(0, 3, 9), integers(0, 3, 9), lambda x, y: x <= y),
    _binary("greater", away(3, 4), away(3, 4), lambda x, y: x > y, order=0),
    _binary("greater_equal", integers(0, 3, 9), integers(0, 3, 9), lambda x, y: x >= y),
    _binary("logical_and", truths(9), truths(9), lambda x, y: x & y),
    _binary("logical_or", truths(9), truths(9), lambda x, y: x | y),
    _binary("logical_xor", truths(9), truths(9), lambda x, y: x ^ y),
    _binary("bitwise_and", integers(0, 99, 9), integers(0, 99, 9), lambda x, y: x & y),
    _binary("bitwise_or", integers(0, 99, 9), integers(0, 99, 9), lambda x, y: x | y),
    _binary("bitwise_xor", integers(0, 99, 9), integers(0, 99, 9), lambda x, y: x ^ y),
    _binary("left_shift", integers(0, 99, 9), integers(0, 4, 9), lambda x, y: x << y),
    _binary("right_shift", integers(0, 99, 9), integers(0, 4, 9), lambda x, y: x >> y),
]

_sum_rows = {"axes": (1,), "keepdims": False}

REDUCE = [
    Case("sum", lambda x: build.sum(x), [away(3, 4)], np.sum, label="all"),
    Case("sum", lambda x: build.sum(x, (1,)), [away(3, 4)], lambda x: x.sum(1), label="rows"),
    Case(
        "sum",
        lambda x: build.sum(x, (0, 2), True),
        [away(2, 3, 4)],
        lambda x: x.sum((0, 2), keepdims=True),
        label="kept",
    ),
    Case(
        "sum",
        lambda x: build.sum(x, (1,), True),
        [away(3, 1)],
        lambda x: x.sum(1, keepdims=True),
        label="of-one",
    ),
    Case("prod", lambda x: build.prod(x, (1,)), [away(3, 2)], lambda x: x.prod(1), label="rows"),
    Case("prod", lambda x: build.prod(x, (0, 2)), [away(2, 3, 2)], lambda x: x.prod((0, 2))),
    Case("max", lambda x: build.max(x, (1,)), [away(3, 4)], lambda x: x.max(1)),
    Case(
        "min", lambda x: build.min(x, (0,), True), [away(3, 4)], lambda x: x.min(0, keepdims=True)
    ),
    Case("any", lambda x: build.any(x, (1,)), [truths(3, 4)], lambda x: x.any(1)),
    Case("all", lambda x: build.all(x, (0,)), [truths(3, 4)], lambda x: x.all(0)),
    Case("argmax", lambda x: build.argmax(x, 1), [away(3, 4)], lambda x: x.argmax(1), order=0),
    Case("argmin", lambda x: build.argmin(x, 0), [away(3, 4)], lambda x: x.argmin(0), order=0),
    Case("cumsum", lambda x: build.cumsum(x, 1), [away(3, 4)], lambda x: np.cumsum(x, 1)),
    Case(
        "cumsum",
        lambda x: build.cumsum(x, 1, True, True),
        [away(2, 3)],
        lambda x: np.stack([x[:, 1] + x[:, 2], x[:, 2], 0 * x[:, 0]], 1),
        label="before-reversed",
    ),
    Case("cumprod", lambda x: build.cumprod(x, 0), [away(3, 4)], lambda x: np.cumprod(x, 0)),
    Case("argsort", lambda x: build.argsort(x, 1), [away(3, 4)], lambda x: x.argsort(1), order=0),
    Case(
        "argsort",
        lambda x: build.argsort(x, 0, True),
        [np.array([1.0, 3.0, 1.0, 3.0])],
        lambda x: np.array([1, 3, 0, 2]),
        order=0,
        label="ties-descending",
    ),
]

SHAPE = [
    Case("reshape", lambda x: build.reshape(x, (2, -1)), [away(3, 4)], lambda x: x.reshape(2, 6)),
    Case(
        "reshape",
        lambda x: build.reshape(x, (4, 1)),
        [away(1, 4)],
        lambda x: x.reshape(4, 1),
        label="turned",
    ),
    Case(
        "transpose",
        lambda x: build.transpose(x, (1, 2, 0)),
        [away(2, 3, 4)],
        lambda x: np.moveaxis(x, 0, 2),
    ),
    Case(
        "broadcast_to",
        lambda x: build.broadcast_to(x, (2, 3, 4)),
        [away(3, 1)],
        lambda x: np.stack([np.repeat(x, 4, 1)] * 2),
    ),
    Case(
        "concat",
        lambda x, y: build.concat([x, y], 1),
        [away(3, 2), away(3, 1)],
        lambda x, y: np.hstack([x, y]),
    ),
    Case(
        "pad",
        lambda x: build.pad(x, ((1, 0), (0, 2)), 7),
        [away(2, 3)],
        lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=7),
    ),
    Case(
        "slice",
        lambda x: build.slice(x, (2, 0), (3, 2), (-1, 3)),
        [away(3, 4)],
        lambda x: x[::-1, ::3],
    ),
    Case(
        "unslice",
        lambda x: build.unslice(x, (3, 4), (2, 0), (-1, 3)),
        [away(3, 2)],
        lambda x: np.array(
            [[x[2, 0], 0, 0, x[2, 1]], [x[1, 0], 0, 0, x[1, 1]], [x[0, 0], 0, 0, x[0, 1]]]
        ),
    ),
]

_rows = np.array([[2, 0], [1, 2]], np.int32)

INDEXING = [
    Case("gather", lambda x, i: build.gather(x, i), [away(3, 4), _rows], lambda x, i: x[i]),
    Case(
        "gather",
        lambda x, i: build.gather(x, i, 1),
        [away(2, 3), _rows],
        lambda x, i: x[:, i],
        label="axis",
    ),
    Case(
        "gather",
        lambda x, i: build.gather(x, i, 2, 1),
        [away(2, 2, 3), _rows],
        lambda x, i: np.stack([x[0][:, i[0]], x[1][:, i[1]]]),
        label="batch",
    ),
    Case(
        "scatter_add",
        lambda u, i: build.scatter_add(i, u, (3, 2)),
        [away(2, 2, 2), _rows],
        lambda u, i: np.array([u[0, 1], u[1, 0], u[0, 0] + u[1, 1]]),
    ),
    Case(
        "scatter_add",
        lambda u, i: build.scatter_add(i, u, (2, 3), 1, 1),
        [away(2, 2), _rows],
        lambda u, i: np.array([[u[0, 1], 0, u[0, 0]], [0, u[1, 0], u[1, 1]]]),
        label="batch",
    ),
    Case(
        "take_along",
        lambda x, i: build.take_along(x, i, 1),
        [away(2, 3), _rows],
        lambda x, i: np.array([[x[0, 2], x[0, 0]], [x[1, 1], x[1, 2]]]),
    ),
    Case(
        "put_along_add",
        lambda u, i: build.put_along_add(i, u, (2, 3), 1),
        [away(2, 2), _rows],
        lambda u, i: np.array([[u[0, 1], 0, u[0, 0]], [0, u[1, 0], u[1, 1]]]),
    ),
    Case(
        "gather_nd",
        lambda x, i: build.gather_nd(x, i),
        [away(3, 4), _rows],
        lambda x, i: np.array([x[2, 0], x[1, 2]]),
    ),
    Case(
        "scatter_nd",
        lambda u, i: build.scatter_nd(i, u, (3, 2)),
        [away(3, 2), np.array([[2], [0], [2]], np.int32)],
        lambda u, i: np.array([u[1], [0, 0], u[0] + u[2]]),
    ),
    Case(
        "one_hot",
        lambda i: build.one_hot(i, 3, dtypes.float64),
        [np.array([2, -1, 3, 0])],
        lambda i: np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0], [1.0, 0, 0]]),
    ),
]

_matrices = {
    (False, False): ((2, 3), (3, 4)),
    (True, False): ((3, 2), (3, 4)),
    (False, True): ((2, 3), (4, 3)),
    (True, True): ((3, 2), (4, 3)),
}


def _product(x: Array, y: Array, transpose_x: bool, transpose_y: bool) -> Array:
    left = np.swapaxes(x, -1, -2) if transpose_x else x
    right = np.swapaxes(y, -1, -2) if transpose_y else y
    return np.einsum("...ij,...jk->...ik", left, right)


LINALG = [
    Case(
        "matmul",
        lambda x, y, flags=flags: build.matmul(x, y, *flags),
        [away(*batch_x, *x_shape), away(*batch_y, *y_shape)],
        lambda x, y, flags=flags: _product(x, y, *flags),
        label=f"{''.join('T' if flag else 'N' for flag in flags)}{len(batch_x)}{len(batch_y)}",
    )
    for flags, (x_shape, y_shape) in _matrices.items()
    for batch_x, batch_y in (((), ()), ((2,), (2,)), ((3, 1), (2,)))
]

_lgamma = np.vectorize(math.lgamma)


def _slope(function: Callable[..., Any], x: Array, step: float = 1e-5) -> Array:
    """The derivative by differences of fourth order."""
    ends = [function(x + k * step) for k in (-2, -1, 1, 2)]
    return (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step)


def _integral(function: Callable[..., Any], low: float, high: Any, points: int = 4000) -> Any:
    """By Gauss's rule on pieces."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    pieces = np.linspace(0.0, 1.0, points // 20 + 1)
    at = (pieces[:-1, None] + (nodes + 1) / 2 * np.diff(pieces)[:, None]).ravel()
    weight = (weights / 2 * np.diff(pieces)[:, None]).ravel()
    span = np.asarray(high)[..., None] - low
    return (function(low + span * at) * weight).sum(-1) * span[..., 0]


def _lower_gamma(a: Array, x: Array) -> Array:
    # With t = u⁴ the integrand has no singularity at 0.
    pairs = zip(np.ravel(a), np.ravel(x))
    flat = [
        _integral(lambda u, p=p: 4 * u ** (4 * p - 1) * np.exp(-(u**4)), 0.0, y**0.25)
        / math.gamma(p)
        for p, y in pairs
    ]
    return np.reshape(flat, np.shape(x))


def _beta_integral(a: Array, b: Array, x: Array) -> Array:
    flat = [
        _integral(lambda u, p=p, q=q: 4 * u ** (4 * p - 1) * (1 - u**4) ** (q - 1), 0.0, y**0.25)
        * math.gamma(p + q)
        / (math.gamma(p) * math.gamma(q))
        for p, q, y in zip(np.ravel(a), np.ravel(b), np.ravel(x))
    ]
    return np.reshape(flat, np.shape(x))


def _bessel(order: int) -> Callable[[Array], Array]:
    def scaled(x: Array) -> Array:
        flat = [
            _integral(lambda t, y=y: np.exp(y * np.cos(t) - abs(y)) * np.cos(order * t), 0, np.pi)
            / np.pi
            for y in np.ravel(x)
        ]
        return np.reshape(flat, np.shape(x))

    return scaled


def _zeta_sum(s: Array, q: Array) -> Array:
    count = 200_000
    k = np.arange(count)
    direct = (q[..., None] + k) ** -s[..., None]
    end = q + count
    return direct.sum(-1) + end ** (1 - s) / (s - 1) + 0.5 * end**-s


SPECIAL = [
    _unary("lgamma", uniform(0.3, 9, 3, 4), _lgamma, rtol=1e-11),
    _unary("lgamma", uniform(-2.8, -2.2, 4), _lgamma, rtol=1e-11, label="negative"),
    _unary("digamma", uniform(0.5, 9, 8), lambda x: _slope(_lgamma, x), rtol=1e-8),
    _binary(
        "polygamma",
        np.array([0.0, 1.0, 1.0, 2.0]),
        uniform(1.5, 4, 4),
        lambda n, x: np.where(
            n == 0,
            _slope(_lgamma, x),
            (-1) ** (n + 1)
            * np.array([math.gamma(k + 1) for k in n])
            * _zeta_sum(n + (n == 0) + 1, x),
        ),
        varied=(1,),
        rtol=1e-8,
    ),
    _binary("zeta", uniform(2, 4, 4), uniform(0.5, 3, 4), _zeta_sum, varied=(1,), rtol=1e-10),
    _binary("igamma", uniform(0.5, 4, 6), uniform(0.1, 9, 6), _lower_gamma, order=1, rtol=1e-10),
    _binary(
        "igammac",
        uniform(0.5, 4, 6),
        uniform(0.1, 9, 6),
        lambda a, x: 1 - _lower_gamma(a, x),
        order=1,
        rtol=1e-8,
    ),
    _binary(
        "igamma_slope",
        uniform(0.5, 4, 6),
        uniform(0.1, 9, 6),
        lambda a, x: _slope(lambda p: _lower_gamma(p, x), a, 1e-3),
        order=0,
        rtol=1e-7,
    ),
    Case(
        "betainc",
        build.betainc,
        [uniform(1, 4, 6), uniform(1, 4, 6), uniform(0.05, 0.95, 6)],
        _beta_integral,
        varied=(2,),
        rtol=1e-9,
    ),
    _unary("bessel_i0e", away(3, 4), _bessel(0), rtol=1e-11),
    _unary("bessel_i1e", away(3, 4), _bessel(1), rtol=1e-11),
    _unary("bessel_i1e", np.array([25.0, -40.0]), _bessel(1), rtol=1e-11, label="far"),
    _binary("nextafter", away(4), away(4), np.nextafter, order=1, narrow=False),
]


def _windows(x: Array, window: Sequence[int], strides: Sequence[int], gaps: Sequence[int]) -> Array:
    """Every window of [N, *sizes, C], one by one: [N, *outputs, *window, C]."""
    spans = [(width - 1) * gap + 1 for width, gap in zip(window, gaps)]
    counts = [
        (size - span) // stride + 1 for size, span, stride in zip(x.shape[1:-1], spans, strides)
    ]
    result = np.zeros((x.shape[0], *counts, *window, x.shape[-1]), x.dtype)
    for place in np.ndindex(*counts):
        cut = tuple(
            slice(at * stride, at * stride + span, gap)
            for at, stride, span, gap in zip(place, strides, spans, gaps)
        )
        result[(slice(None), *place)] = x[(slice(None), *cut)]
    return result


def _overlapped(
    x: Array, spatial: Sequence[int], strides: Sequence[int], gaps: Sequence[int]
) -> Array:
    """Windows added up at the places that they came from."""
    count = len(spatial)
    places = np.arange(math.prod(spatial)).reshape(1, *spatial, 1)
    window = x.shape[1 + count : -1]
    where = _windows(places, window, strides, gaps).ravel()
    result = np.zeros((x.shape[0], math.prod(spatial), x.shape[-1]), x.dtype)
    for sample, parts in zip(result, x.reshape(x.shape[0], where.size, x.shape[-1])):
        np.add.at(sample, where, parts)
    return result.reshape(x.shape[0], *spatial, x.shape[-1])


def _flat(x: Array, *sizes: Sequence[int]) -> Array:
    """Windows as [N, *outputs, places, C]."""
    windows = _windows(x, *sizes)
    count = len(sizes[0])
    return windows.reshape(*windows.shape[: 1 + count], -1, x.shape[-1])


_SLIDES = {
    "1-D": ((2, 7, 3), (3,), (2,), (1,)),
    "2-D": ((2, 5, 6, 3), (3, 2), (1, 1), (1, 1)),
    "apart": ((2, 7, 5, 2), (2, 2), (2, 2), (1, 1)),
    "gaps": ((2, 6, 5, 2), (2, 3), (1, 2), (3, 2)),
    "skips": ((2, 7, 5, 2), (2, 1), (3, 2), (1, 1)),
    "3-D": ((1, 3, 4, 3, 2), (2, 2, 1), (1, 2, 1), (1, 1, 1)),
}

WINDOWS = [
    case
    for label, (shape, *sizes) in _SLIDES.items()
    for case in (
        Case(
            "patches",
            lambda x, sizes=sizes: build.patches(x, *sizes),
            [away(*shape)],
            lambda x, sizes=sizes: _windows(x, *sizes),
            label=label,
        ),
        Case(
            "unpatches",
            lambda x, shape=shape, sizes=sizes: build.unpatches(x, shape[1:-1], *sizes[1:]),
            [_windows(away(*shape), *sizes)],
            lambda x, shape=shape, sizes=sizes: _overlapped(x, shape[1:-1], *sizes[1:]),
            label=label,
        ),
        Case(
            "max_patches",
            lambda x, sizes=sizes: build.max_patches(x, *sizes),
            [_rng.permutation(math.prod(shape)).reshape(shape) / 8],
            lambda x, sizes=sizes: _flat(x, *sizes).max(-2),
            label=label,
        ),
        Case(
            "argmax_patches",
            lambda x, sizes=sizes: build.argmax_patches(x, *sizes),
            [integers(0, 3, *shape)],
            lambda x, sizes=sizes: _flat(x, *sizes).argmax(-2),
            order=0,
            label=label,
        ),
    )
]

OTHER = [
    Case("cast", lambda x: build.cast(x, dtypes.float64), [integers(0, 9, 4)], lambda x: x * 1.0),
    Case(
        "cast",
        lambda x: build.cast(build.mul(x, x), dtypes.float32),
        [away(4)],
        lambda x: x * x,
        order=0,
        rtol=1e-6,
        label="narrower",
    ),
    Case(
        "select",
        lambda c, x, y: build.select(c, x, y),
        [truths(3, 1), away(3, 4), away(4)],
        lambda c, x, y: c * x + (1 - c) * y,
    ),
    Case("constant", lambda: build.constant(2.5, dtypes.float64, (2,)), [], lambda: [2.5, 2.5]),
    Case("iota", lambda: build.iota(4, dtypes.int32), [], lambda: [0, 1, 2, 3]),
    Case(
        "custom_gradient",
        lambda x: build.custom_gradient(
            build.square(x), [x], lambda g: [build.mul(g, build.mul(x, build.constant(2, x.dtype)))]
        ),
        [away(3)],
        lambda x: x * x,
        order=1,
    ),
]

STRINGS = [
    _unary("string_lower", text("Ab", ""), lambda x: text("ab", "")),
    _unary("string_upper", text("Ab", ""), lambda x: text("AB", "")),
    _unary("string_strip", text(" a b "), lambda x: text("a b")),
    Case(
        "string_length",
        lambda x: build.string_length(x, "UTF8_CHAR"),
        [text("né", "")],
        lambda x: [2, 0],
    ),
    Case(
        "string_join",
        lambda x, y: build.string_join([x, y], "-"),
        [text("a", "b"), text("c")],
        lambda x, y: text("a-c", "b-c"),
    ),
    Case(
        "string_substr",
        lambda x, p, n: build.string_substr(x, p, n, "BYTE"),
        [text("hello"), np.array([-3], np.int32), np.array([2], np.int32)],
        lambda x, p, n: text("ll"),
    ),
    Case(
        "as_string",
        lambda x: build.as_string(x, -1, False, False, -1, ""),
        [integers(5, 6, 1)],
        lambda x: text("5"),
    ),
    Case(
        "string_to_number",
        lambda x: build.string_to_number(x, dtypes.float32),
        [text("1.5", "-2")],
        lambda x: [1.5, -2],
    ),
    Case(
        "regex_replace",
        lambda x: build.regex_replace(x, "[aeiou]", "_", True),
        [text("queue")],
        lambda x: text("q____"),
    ),
]

CASES: list[Case] = [
    *UNARY, *BINARY, *REDUCE, *SHAPE, *INDEXING, *LINALG, *WINDOWS, *SPECIAL, *OTHER, *STRINGS,
]  # fmt: skip
