"""Gradient rules of elementwise operations."""

from __future__ import annotations

import math

from glassbrook.gradients.table import (
    Formula,
    Grads,
    floating,
    formula,
    formula_by,
    numbered,
    vjp,
)
from glassbrook.graph import build
from glassbrook.graph.build import constant_like
from glassbrook.graph.node import Node


def _one_minus(x: Node) -> Node:
    return build.sub(constant_like(1, x), x)


def _scaled(factor: float, x: Node) -> Node:
    return build.mul(constant_like(factor, x), x)


def _zero(like: Node) -> Node:
    return constant_like(0, like)


@formula("identity", "x", "g")
@vjp("identity")
def _identity(node: Node, grad: Node) -> Grads:
    return (grad,)


def _cast_formula(node: Node) -> Formula:
    return Formula("cast(x)", floating(node.inputs, "g"), ("x",))


@formula_by("cast", _cast_formula)
@vjp("cast")
def _cast(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.cast(grad, x.dtype) if x.dtype.is_floating else None,)


def _custom_formula(node: Node) -> Formula:
    _, *arguments = node.inputs
    gradients = floating(arguments, "by_hand(g, {})")
    return Formula("y", (None, *gradients), ("y", *numbered(arguments)))


@formula_by("custom_gradient", _custom_formula)
@vjp("custom_gradient")
def _custom_gradient(node: Node, grad: Node) -> Grads:
    return (None, *node.attrs["rule"](grad))


# Arithmetic.


@formula("neg", "-x", "-g")
@vjp("neg")
def _neg(node: Node, grad: Node) -> Grads:
    return (build.neg(grad),)


@formula("add", "x + y", "g", "g")
@vjp("add")
def _add(node: Node, grad: Node) -> Grads:
    return grad, grad


@formula("sub", "x - y", "g", "-g")
@vjp("sub")
def _sub(node: Node, grad: Node) -> Grads:
    return grad, lambda: build.neg(grad)


@formula("mul", "x * y", "g * y", "g * x")
@vjp("mul")
def _mul(node: Node, grad: Node) -> Grads:
    x, y = node.inputs
    return (lambda: build.mul(grad, y)), (lambda: build.mul(grad, x))


@formula("div", "x / y", "g / y", "-g * x / y**2")
@vjp("div")
def _div(node: Node, grad: Node) -> Grads:
    _, y = node.inputs
    over_y = build.div(grad, y)
    return over_y, lambda: build.neg(build.mul(over_y, node))


@formula("mod", "mod(x, y)", "g", "-g * floor(x / y)")
@vjp("mod")
def _mod(node: Node, grad: Node) -> Grads:
    x, y = node.inputs
    return grad, lambda: build.neg(build.mul(grad, build.floordiv(x, y)))


@formula("pow", "x**y", "g * y * x**(y - 1)", "g * o * log(x)")
@vjp("pow")
def _pow(node: Node, grad: Node) -> Grads:
    x, y = node.inputs

    def of_base() -> Node:
        power = build.pow(x, build.sub(y, constant_like(1, y)))
        return build.mul(grad, build.mul(y, power))

    def of_exponent() -> Node:
        # log(x) is only wanted where x > 0: elsewhere the power is constant in y, or complex.
        positive = build.greater(x, _zero(x))
        safe_x = build.select(positive, x, constant_like(1, x))
        log_x = build.select(positive, build.log(safe_x), _zero(x))
        return build.mul(grad, build.mul(node, log_x))

    return of_base, of_exponent


@formula("square", "x**2", "g * 2 * x")
@vjp("square")
def _square(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, _scaled(2, x)),)


@formula("sqrt", "sqrt(x)", "g / (2 * o)")
@vjp("sqrt")
def _sqrt(node: Node, grad: Node) -> Grads:
    return (build.div(_scaled(0.5, grad), node),)


@formula("rsqrt", "1 / sqrt(x)", "-g * o**3 / 2")
@vjp("rsqrt")
def _rsqrt(node: Node, grad: Node) -> Grads:
    cube = build.mul(build.square(node), node)
    return (build.mul(_scaled(-0.5, grad), cube),)


@formula("reciprocal", "1 / x", "-g / x**2")
@vjp("reciprocal")
def _reciprocal(node: Node, grad: Node) -> Grads:
    return (build.neg(build.mul(grad, build.square(node))),)


@formula("abs", "abs(x)", "g * sign(x)")
@vjp("abs")
def _abs(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.sign(x)),)


@formula("sign", "sign(x)", "0")
@vjp("sign")
def _sign(node: Node, grad: Node) -> Grads:
    return (build.zeros(node.shape, node.dtype),)


# Choices: at a tie, the left side takes the whole gradient.


@formula("maximum", "maximum(x, y)", "g * (x >= y)", "g * (x < y)")
@vjp("maximum")
def _maximum(node: Node, grad: Node) -> Grads:
    x, y = node.inputs
    return _share(build.greater_equal(x, y), grad)


@formula("minimum", "minimum(x, y)", "g * (x <= y)", "g * (x > y)")
@vjp("minimum")
def _minimum(node: Node, grad: Node) -> Grads:
    x, y = node.inputs
    return _share(build.less_equal(x, y), grad)


def _share(takes_left: Node, grad: Node) -> Grads:
    zero = _zero(grad)
    return (
        lambda: build.select(takes_left, grad, zero),
        lambda: build.select(takes_left, zero, grad),
    )


@formula("select", "where(c, x, y)", None, "g * holds(c)", "g * (1 - holds(c))", inputs="c x y")
@vjp("select")
def _select(node: Node, grad: Node) -> Grads:
    condition, _, _ = node.inputs
    return (None, *_share(condition, grad))


@formula("relu", "relu(x)", "g * (x > 0)")
@vjp("relu")
def _relu(node: Node, grad: Node) -> Grads:
    # The slope at 0 is taken to be 0.
    return (build.select(build.greater(node, _zero(node)), grad, _zero(grad)),)


# Exponentials and logarithms.


@formula("exp", "exp(x)", "g * o")
@vjp("exp")
def _exp(node: Node, grad: Node) -> Grads:
    return (build.mul(grad, node),)


@formula("expm1", "exp(x) - 1", "g * exp(x)")
@vjp("expm1")
def _expm1(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.exp(x)),)


@formula("log", "log(x)", "g / x")
@vjp("log")
def _log(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.div(grad, x),)


@formula("log1p", "log(1 + x)", "g / (1 + x)")
@vjp("log1p")
def _log1p(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.div(grad, build.add(constant_like(1, x), x)),)


@formula("sigmoid", "sigmoid(x)", "g * o * (1 - o)")
@vjp("sigmoid")
def _sigmoid(node: Node, grad: Node) -> Grads:
    return (build.mul(grad, build.mul(node, _one_minus(node))),)


@formula("softplus", "log(1 + exp(x))", "g * sigmoid(x)")
@vjp("softplus")
def _softplus(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.sigmoid(x)),)


@formula("erf", "erf(x)", "g * (2 / sqrt(pi)) * exp(-x**2)")
@formula("erfc", "1 - erf(x)", "-g * (2 / sqrt(pi)) * exp(-x**2)")
@vjp("erf", "erfc")
def _erf(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    bell = build.exp(build.neg(build.square(x)))
    slope = 2 / math.sqrt(math.pi) if node.op == "erf" else -2 / math.sqrt(math.pi)
    return (build.mul(grad, _scaled(slope, bell)),)


@formula("erfinv", "erfinv(x)", "g * (sqrt(pi) / 2) * exp(o**2)")
@vjp("erfinv")
def _erfinv(node: Node, grad: Node) -> Grads:
    return (build.mul(grad, _scaled(math.sqrt(math.pi) / 2, build.exp(build.square(node)))),)


# Trigonometric and hyperbolic functions.


@formula("sin", "sin(x)", "g * cos(x)")
@vjp("sin")
def _sin(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.cos(x)),)


@formula("cos", "cos(x)", "-g * sin(x)")
@vjp("cos")
def _cos(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.neg(build.mul(grad, build.sin(x))),)


@formula("tan", "tan(x)", "g * (1 + o**2)")
@vjp("tan")
def _tan(node: Node, grad: Node) -> Grads:
    return (build.mul(grad, build.add(constant_like(1, node), build.square(node))),)


@formula("asin", "asin(x)", "g / sqrt(1 - x**2)")
@vjp("asin")
def _asin(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.rsqrt(_one_minus(build.square(x)))),)


@formula("acos", "acos(x)", "-g / sqrt(1 - x**2)")
@vjp("acos")
def _acos(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.neg(build.mul(grad, build.rsqrt(_one_minus(build.square(x))))),)


@formula("atan", "atan(x)", "g / (1 + x**2)")
@vjp("atan")
def _atan(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.div(grad, build.add(constant_like(1, x), build.square(x))),)


@formula("atan2", "atan2(y, x)", "g * x / (x**2 + y**2)", "-g * y / (x**2 + y**2)", inputs="y x")
@vjp("atan2")
def _atan2(node: Node, grad: Node) -> Grads:
    y, x = node.inputs
    over_square = build.div(grad, build.add(build.square(x), build.square(y)))
    return (lambda: build.mul(x, over_square)), (lambda: build.neg(build.mul(y, over_square)))


@formula("sinh", "sinh(x)", "g * cosh(x)")
@vjp("sinh")
def _sinh(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.cosh(x)),)


@formula("cosh", "cosh(x)", "g * sinh(x)")
@vjp("cosh")
def _cosh(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.sinh(x)),)


@formula("tanh", "tanh(x)", "g * (1 - o**2)")
@vjp("tanh")
def _tanh(node: Node, grad: Node) -> Grads:
    return (build.mul(grad, _one_minus(build.square(node))),)


@formula("asinh", "asinh(x)", "g / sqrt(1 + x**2)")
@vjp("asinh")
def _asinh(node: Node, grad: Node) -> Grads:
    return (build.div(grad, build.cosh(node)),)


@formula("acosh", "acosh(x)", "g / sqrt(x**2 - 1)")
@vjp("acosh")
def _acosh(node: Node, grad: Node) -> Grads:
    return (build.div(grad, build.sinh(node)),)


@formula("atanh", "atanh(x)", "g / (1 - x**2)")
@vjp("atanh")
def _atanh(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.div(grad, _one_minus(build.square(x))),)
