"""Gradient rules of elementwise operations."""

from __future__ import annotations

import math

from glassbrook.gradients.table import Grads, vjp
from glassbrook.graph import build
from glassbrook.graph.build import constant_like
from glassbrook.graph.node import Node


def _one_minus(x: Node) -> Node:
    return build.sub(constant_like(1, x), x)


def _scaled(factor: float, x: Node) -> Node:
    return build.mul(constant_like(factor, x), x)


def _zero(like: Node) -> Node:
    return constant_like(0, like)


@vjp("identity")
def _identity(node: Node, grad: Node) -> Grads:
    return (grad,)


@vjp("cast")
def _cast(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.cast(grad, x.dtype) if x.dtype.is_floating else None,)


@vjp("custom_gradient")
def _custom_gradient(node: Node, grad: Node) -> Grads:
    return (None, *node.attrs["rule"](grad))


# Arithmetic.


@vjp("neg")
def _neg(node: Node, grad: Node) -> Grads:
    return (build.neg(grad),)


@vjp("add")
def _add(node: Node, grad: Node) -> Grads:
    return grad, grad


@vjp("sub")
def _sub(node: Node, grad: Node) -> Grads:
    return grad, lambda: build.neg(grad)


@vjp("mul")
def _mul(node: Node, grad: Node) -> Grads:
    x, y = node.inputs
    return (lambda: build.mul(grad, y)), (lambda: build.mul(grad, x))


@vjp("div")
def _div(node: Node, grad: Node) -> Grads:
    _, y = node.inputs
    over_y = build.div(grad, y)
    return over_y, lambda: build.neg(build.mul(over_y, node))


@vjp("mod")
def _mod(node: Node, grad: Node) -> Grads:
    x, y = node.inputs
    return grad, lambda: build.neg(build.mul(grad, build.floordiv(x, y)))


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


@vjp("square")
def _square(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, _scaled(2, x)),)


@vjp("sqrt")
def _sqrt(node: Node, grad: Node) -> Grads:
    return (build.div(_scaled(0.5, grad), node),)


@vjp("rsqrt")
def _rsqrt(node: Node, grad: Node) -> Grads:
    cube = build.mul(build.square(node), node)
    return (build.mul(_scaled(-0.5, grad), cube),)


@vjp("reciprocal")
def _reciprocal(node: Node, grad: Node) -> Grads:
    return (build.neg(build.mul(grad, build.square(node))),)


@vjp("abs")
def _abs(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.sign(x)),)


@vjp("sign")
def _sign(node: Node, grad: Node) -> Grads:
    return (build.zeros(node.shape, node.dtype),)


# Choices: at a tie, the left side takes the whole gradient.


@vjp("maximum")
def _maximum(node: Node, grad: Node) -> Grads:
    x, y = node.inputs
    return _share(build.greater_equal(x, y), grad)


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


@vjp("select")
def _select(node: Node, grad: Node) -> Grads:
    condition, _, _ = node.inputs
    return (None, *_share(condition, grad))


@vjp("relu")
def _relu(node: Node, grad: Node) -> Grads:
    # The slope at 0 is taken to be 0.
    return (build.select(build.greater(node, _zero(node)), grad, _zero(grad)),)


# Exponentials and logarithms.


@vjp("exp")
def _exp(node: Node, grad: Node) -> Grads:
    return (build.mul(grad, node),)


@vjp("expm1")
def _expm1(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.exp(x)),)


@vjp("log")
def _log(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.div(grad, x),)


@vjp("log1p")
def _log1p(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.div(grad, build.add(constant_like(1, x), x)),)


@vjp("sigmoid")
def _sigmoid(node: Node, grad: Node) -> Grads:
    return (build.mul(grad, build.mul(node, _one_minus(node))),)


@vjp("softplus")
def _softplus(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.sigmoid(x)),)


@vjp("erf", "erfc")
def _erf(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    bell = build.exp(build.neg(build.square(x)))
    slope = 2 / math.sqrt(math.pi) if node.op == "erf" else -2 / math.sqrt(math.pi)
    return (build.mul(grad, _scaled(slope, bell)),)


@vjp("erfinv")
def _erfinv(node: Node, grad: Node) -> Grads:
    return (build.mul(grad, _scaled(math.sqrt(math.pi) / 2, build.exp(build.square(node)))),)


# Trigonometric and hyperbolic functions.


@vjp("sin")
def _sin(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.cos(x)),)


@vjp("cos")
def _cos(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.neg(build.mul(grad, build.sin(x))),)


@vjp("tan")
def _tan(node: Node, grad: Node) -> Grads:
    return (build.mul(grad, build.add(constant_like(1, node), build.square(node))),)


@vjp("asin")
def _asin(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.rsqrt(_one_minus(build.square(x)))),)


@vjp("acos")
def _acos(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.neg(build.mul(grad, build.rsqrt(_one_minus(build.square(x))))),)


@vjp("atan")
def _atan(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.div(grad, build.add(constant_like(1, x), build.square(x))),)


@vjp("atan2")
def _atan2(node: Node, grad: Node) -> Grads:
    y, x = node.inputs
    over_square = build.div(grad, build.add(build.square(x), build.square(y)))
    return (lambda: build.mul(x, over_square)), (lambda: build.neg(build.mul(y, over_square)))


@vjp("sinh")
def _sinh(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.cosh(x)),)


@vjp("cosh")
def _cosh(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.sinh(x)),)


@vjp("tanh")
def _tanh(node: Node, grad: Node) -> Grads:
    return (build.mul(grad, _one_minus(build.square(node))),)


@vjp("asinh")
def _asinh(node: Node, grad: Node) -> Grads:
    return (build.div(grad, build.cosh(node)),)


@vjp("acosh")
def _acosh(node: Node, grad: Node) -> Grads:
    return (build.div(grad, build.sinh(node)),)


@vjp("atanh")
def _atanh(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.div(grad, _one_minus(build.square(x))),)
