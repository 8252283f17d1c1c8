"""Formulas as NumPy computes them: what every function that they call does, written once more."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassbrook.derivations.expression import (
    Binary,
    Call,
    Comparison,
    Expression,
    Name,
    Negative,
    Number,
)
from glassbrook.graph import Node
from tests import cases

Array = np.ndarray


@dataclass(frozen=True)
class Setting:
    """Where a formula stands.

    Attributes:
        node: the node that it belongs to.
        inputs: the values of the node's inputs.
        target: the shape of what it gives: that of the node, or that of one input.
    """

    node: Node
    inputs: Sequence[Any]
    target: tuple[int, ...]

    def attr(self, name: str) -> Any:
        return self.node.attrs[name]


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "**": lambda x, y: np.power(np.asarray(x, float), y),
    "@": lambda x, y: np.einsum("...ij,...jk->...ik", x, y),
    "<": lambda x, y: np.where(x < y, 1.0, 0.0),
    "<=": lambda x, y: np.where(x <= y, 1.0, 0.0),
    ">": lambda x, y: np.where(x > y, 1.0, 0.0),
    ">=": lambda x, y: np.where(x >= y, 1.0, 0.0),
    "==": lambda x, y: np.where(x == y, 1.0, 0.0),
    "!=": lambda x, y: np.where(x != y, 1.0, 0.0),
}


def evaluate(expression: Expression, values: dict[str, Any], setting: Setting) -> Any:
    """The value of a formula, of the values of its names."""

    def value(part: Expression) -> Any:
        return evaluate(part, values, setting)

    match expression:
        case Number(number):
            return number
        case Name("pi"):
            return math.pi
        case Name(name):
            return values[name]
        case Negative(operand):
            return -value(operand)
        case Binary(operator, left, right) | Comparison(operator, left, right):
            return _OPERATORS[operator](value(left), value(right))
        case Call(function, arguments):
            return FUNCTIONS[function](setting, *map(value, arguments))
    raise AssertionError(expression)


# Elementwise.

_gamma = np.vectorize(math.gamma, otypes=[float])
_erf = np.vectorize(math.erf, otypes=[float])


def zeta(s: Any, q: Any) -> Array:
    """Euler's and Maclaurin's sum."""
    s, q = np.asarray(s, float), np.asarray(q, float)
    count = 12
    result = sum((q + k) ** -s for k in range(count))
    end = q + count
    result = result + end ** (1 - s) / (s - 1) + end**-s / 2
    term = s * end ** (-s - 1)
    for k, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730), 1):
        result = result + bernoulli / math.factorial(2 * k) * term
        term = term * (s + 2 * k - 1) * (s + 2 * k) / end**2
    return result


def digamma(x: Any) -> Array:
    """ψ(x + 1) = ψ(x) + 1 / x, and an asymptotic series far out."""
    x = np.asarray(x, float)
    shift = sum(1 / (x + k) for k in range(20))
    far = x + 20
    inverse = 1 / far**2
    series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse / 240)))
    return np.log(far) - 0.5 / far - series - shift


def polygamma(n: Any, x: Any) -> Array:
    n, x = np.broadcast_arrays(np.asarray(n, float), x)
    order = np.maximum(n, 1)
    higher = (-1) ** (order + 1) * _gamma(order + 1) * zeta(order + 1, x)
    return np.where(n == 0, digamma(x), higher)


def _gamma_terms(a: Array, x: Array) -> list[tuple[Array, Array]]:
    """The terms of P(a, x), and what each power's derivative multiplies them by."""
    a, x = np.broadcast_arrays(np.asarray(a, float), x)
    terms = [np.exp((a + n) * np.log(x) - x) / _gamma(a + n + 1) for n in range(90)]
    return [(term, np.log(x) - digamma(a + n + 1)) for n, term in enumerate(terms)]


def igamma(a: Array, x: Array) -> Array:
    return sum(term for term, _ in _gamma_terms(a, x))


def igamma_slope(a: Array, x: Array) -> Array:
    return sum(term * slope for term, slope in _gamma_terms(a, x))


def bessel(order: int, x: Array) -> Array:
    """exp(-|x|) times the power series of I."""
    term = (x / 2) ** order * np.exp(-np.abs(x))
    result = np.zeros(x.shape)
    for k in range(1, 120):
        result += term
        term = term * (x / 2) ** 2 / (k * (k + order))
    return result


ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atan2": lambda y, x: np.angle(x + 1j * y),
    "atanh": np.arctanh,
    "bessel_i0e": lambda x: bessel(0, x),
    "bessel_i1e": lambda x: bessel(1, x),
    "beta": lambda a, b: _gamma(a) * _gamma(b) / _gamma(a + b),
    "betainc": cases._beta_integral,
    "cast": lambda x: x,
    "ceil": np.ceil,
    "cos": np.cos,
    "cosh": np.cosh,
    "digamma": digamma,
    "erf": _erf,
    "erfinv": cases._invert_erf,
    "exp": np.exp,
    "floor": np.floor,
    "gamma": _gamma,
    "holds": lambda c: np.where(c, 1.0, 0.0),
    "igamma": igamma,
    "igamma_slope": igamma_slope,
    "igammac": lambda a, x: 1 - igamma(a, x),
    "is_finite": np.isfinite,
    "is_inf": np.isinf,
    "is_nan": np.isnan,
    "log": np.log,
    "logical_and": lambda x, y: x & y,
    "logical_not": lambda x: ~x,
    "logical_or": lambda x, y: x | y,
    "logical_xor": lambda x, y: x ^ y,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "mod": lambda x, y: x - np.floor(x / y) * y,
    "nextafter": np.nextafter,
    "polygamma": polygamma,
    "relu": lambda x: x * (x > 0),
    "round": np.round,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "stop_gradient": lambda x: x,
    "tan": np.tan,
    "tanh": np.tanh,
    "where": lambda c, x, y: x if np.all(c) else y if not np.any(c) else np.where(c, x, y),
    "zeta": zeta,
}

# Folding.


def _folded(fold: Callable[..., Any]) -> Callable[[Setting, Array], Any]:
    return lambda setting, x: fold(x, axis=setting.attr("axes"), keepdims=setting.attr("keepdims"))


def _expand(setting: Setting, x: Array) -> Array:
    if setting.node.op != "broadcast_to" and not setting.attr("keepdims"):
        x = np.expand_dims(x, setting.attr("axes"))
    return np.broadcast_to(x, setting.target)


def _product_of_others(setting: Setting, x: Array) -> Array:
    result = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        others = x.copy()
        others[place] = 1
        cut = tuple(
            slice(None) if axis in setting.attr("axes") else at for axis, at in enumerate(place)
        )
        result[place] = others[cut].prod()
    return result


def _before(setting: Setting) -> Array:
    """A matrix: 1 where a running sum includes an element, 0 elsewhere."""
    rows, columns = np.indices((setting.node.shape[setting.attr("axis")],) * 2)
    if setting.attr("reverse"):
        rows, columns = -rows, -columns
    return np.where(columns < rows if setting.attr("exclusive") else columns <= rows, 1.0, 0.0)


def _along(setting: Setting, matrix: Array, x: Array) -> Array:
    axis = setting.attr("axis")
    return np.moveaxis(np.tensordot(matrix, x, (1, axis)), 0, axis)


def _cumprod(setting: Setting, x: Array) -> Array:
    # The product of those that count is the exponential of a sum, but for the sign.
    magnitude = np.exp(_along(setting, _before(setting), np.log(np.abs(x))))
    return magnitude * (-1) ** _along(setting, _before(setting), np.where(x < 0, 1.0, 0.0))


def _softmax(setting: Setting, x: Array) -> Array:
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True)


def _argsort(setting: Setting, x: Array) -> Array:
    sign = -1 if setting.attr("descending") else 1
    return np.argsort(sign * x, setting.attr("axis"), kind="stable")


# Moving.


def _lattice(setting: Setting, size: Sequence[int]) -> Any:
    ranges = zip(setting.attr("begin"), size, setting.attr("strides"))
    return np.ix_(*(begin + stride * np.arange(count) for begin, count, stride in ranges))


def _place(setting: Setting, x: Array) -> Array:
    result = np.zeros(setting.target)
    result[_lattice(setting, x.shape)] = x
    return result


def _crop(setting: Setting, x: Array) -> Array:
    sizes = zip(setting.attr("paddings"), x.shape)
    return x[tuple(slice(before, size - after) for (before, after), size in sizes)]


def _part(setting: Setting, x: Array, number: float) -> Array:
    axis = setting.attr("axis")
    ends = np.cumsum([each.shape[axis] for each in setting.inputs])
    return np.split(x, ends, axis)[int(number) - 1]


def _gather(setting: Setting, x: Array, i: Array) -> Array:
    axis, batch = setting.attr("axis"), setting.attr("batch_dims")
    if not batch:
        return x[(slice(None),) * axis + (i,)]
    rows = [x[at][(slice(None),) * (axis - batch) + (i[at],)] for at in np.ndindex(i.shape[:batch])]
    return np.reshape(rows, (*i.shape[:batch], *rows[0].shape))


def _take_along(setting: Setting, x: Array, i: Array) -> Array:
    return np.take_along_axis(x, i.astype(np.int64), setting.attr("axis"))


def _gather_nd(setting: Setting, x: Array, i: Array) -> Array:
    return x[tuple(np.moveaxis(i, -1, 0))]


def _adjoint(read: Callable[[Setting, Array, Array], Array]) -> Callable[..., Array]:
    """Adding up where reading would read from."""

    def write(setting: Setting, x: Array, i: Array) -> Array:
        count = math.prod(setting.target)
        places = read(setting, np.arange(count).reshape(setting.target), i)
        sums = np.bincount(places.ravel(), x.ravel(), minlength=count)
        return sums.reshape(setting.target)

    return write


def _patches(setting: Setting, x: Array) -> Array:
    window = setting.target[1 + len(setting.attr("strides")) : -1]
    return cases._windows(x, window, setting.attr("strides"), setting.attr("dilations"))


def _unpatches(setting: Setting, x: Array) -> Array:
    spatial = setting.target[1:-1]
    return cases._overlapped(x, spatial, setting.attr("strides"), setting.attr("dilations"))


def _sizes(setting: Setting) -> list[Any]:
    return [setting.attr(name) for name in ("window", "strides", "dilations")]


def _max_unpool(setting: Setting, g: Array, x: Array) -> Array:
    windows = cases._flat(x, *_sizes(setting))
    places = cases._flat(np.arange(x.size).reshape(x.shape), *_sizes(setting))
    best = np.take_along_axis(places, windows.argmax(-2)[..., None, :], -2)
    return np.bincount(best.ravel(), g.ravel(), minlength=x.size).reshape(x.shape)


STRUCTURAL: dict[str, Callable[..., Any]] = {
    "T": lambda setting, x: np.swapaxes(x, -1, -2),
    "all": _folded(np.all),
    "any": _folded(np.any),
    "argmax": lambda setting, x: x.argmax(setting.attr("axis")),
    "argmax_pool": lambda setting, x: cases._flat(x, *_sizes(setting)).argmax(-2),
    "argmin": lambda setting, x: x.argmin(setting.attr("axis")),
    "argsort": _argsort,
    "concat": lambda setting, *xs: np.concatenate(xs, setting.attr("axis")),
    "crop": _crop,
    "cumprod": _cumprod,
    "cumsum": lambda setting, x: _along(setting, _before(setting), x),
    "cumsum_back": lambda setting, x: _along(setting, _before(setting).T, x),
    "expand": _expand,
    "gather": _gather,
    "gather_nd": _gather_nd,
    "max": _folded(np.max),
    "max_pool": lambda setting, x: cases._flat(x, *_sizes(setting)).max(-2),
    "max_unpool": _max_unpool,
    "min": _folded(np.min),
    "one_hot": lambda setting, i: (i[..., None] == np.arange(setting.attr("depth"))) * 1.0,
    "pad": lambda setting, x: np.pad(
        x, setting.attr("paddings"), constant_values=setting.attr("value")
    ),
    "part": _part,
    "patches": _patches,
    "place": _place,
    "prod": _folded(np.prod),
    "product_of_others": _product_of_others,
    "put_along_add": _adjoint(_take_along),
    "reshape": lambda setting, x: x.reshape(setting.target),
    "row_sum": lambda setting, x: x.sum(-1, keepdims=True),
    "scatter_add": _adjoint(_gather),
    "scatter_nd": _adjoint(_gather_nd),
    "slice": lambda setting, x: x[_lattice(setting, setting.target)],
    "softmax": _softmax,
    "sum": _folded(np.sum),
    "take_along": _take_along,
    "transpose": lambda setting, x: np.transpose(x, setting.attr("permutation")),
    "transpose_back": lambda setting, x: np.transpose(x, np.argsort(setting.attr("permutation"))),
    "unpatches": _unpatches,
}

# Branches and loops, by hand for the graphs of the cases in test_formulas.


def _by_hand(setting: Setting, g: Array, number: float) -> Array:
    return {1: 2 * g * setting.inputs[1]}[int(number)]


def _then_back(setting: Setting, g: Array, number: float) -> Array:
    _, x, y = setting.inputs
    return {1: g * y, 2: g * x}[int(number)]


def _else_back(setting: Setting, g: Array, number: float) -> Array:
    _, x, _ = setting.inputs
    return {1: g * np.cos(x), 2: 0 * g}[int(number)]


def _scan(setting: Setting, state: Array, sequence: Array, weight: Array) -> tuple[Array, Array]:
    outputs = []
    for each in sequence:
        state = np.tanh(state * weight + each)
        outputs.append(state * each)
    return state, np.array(outputs)


def _scan_back(setting: Setting, g: dict[int, Array], number: float) -> Array:
    state, sequence, weight = setting.inputs
    states = [state]
    for each in sequence:
        states.append(np.tanh(states[-1] * weight + each))
    of_state = g.get(0, np.zeros_like(state))
    of_outputs = g.get(1, np.zeros_like(sequence))
    of_sequence, of_weight = np.zeros_like(sequence), np.zeros_like(weight)
    for turn in reversed(range(len(sequence))):
        before, after = states[turn : turn + 2]
        inner = (of_state + of_outputs[turn] * sequence[turn]) * (1 - after**2)
        of_sequence[turn] = inner + of_outputs[turn] * after
        of_weight += inner * before
        of_state = inner * weight
    return {1: of_state, 2: of_sequence, 3: of_weight}[int(number)]


CONTROL: dict[str, Callable[..., Any]] = {
    "bundle": lambda setting, g: {setting.attr("index"): g},
    "by_hand": _by_hand,
    "else_back": _else_back,
    "item": lambda setting, x, number: x[int(number) - 1],
    "otherwise": lambda setting, x, y: np.sin(x),
    "random_gamma": lambda setting, a: setting.node.value,
    "scan": _scan,
    "scan_back": _scan_back,
    "then": lambda setting, x, y: x * y,
    "then_back": _then_back,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        name: lambda setting, *arguments, function=function: function(*arguments)
        for name, function in ELEMENTWISE.items()
    },
    **STRUCTURAL,
    **CONTROL,
}
