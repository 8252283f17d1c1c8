"""Transcendental functions as straight-line LLVM code: loops around them become vector code.

`FUNCTIONS[name](builder, x)` gives the function of one float32 or float64 value (`pow` and `atan2`
take two). Its code is a private function of the module, written once and inlined by LLVM wherever
it is called. Errors are at most 2 units in the last place in both types; zeros, infinities, NaN and
what is outside of the domain give what the interpreter gives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.functions import (
    error,
    exponential,
    logarithm,
    power,
    trigonometric,
)
from glassbrook.engine.compiler.lower.functions.numbers import Real

__all__ = ["FUNCTIONS"]

Formula = Callable[..., Real]


def _through_double(formula: Formula) -> Formula:
    """The formula in float64 for either type, rounded in the end: for what is seldom used."""

    def widened(*operands: Real) -> Real:
        return formula(*(operand.widened() for operand in operands)).narrowed()

    return widened


_FORMULAS: dict[str, Formula] = {
    "exp": exponential.exp,
    "expm1": exponential.expm1,
    "sinh": _through_double(exponential.sinh),
    "cosh": _through_double(exponential.cosh),
    "tanh": exponential.tanh,
    "sigmoid": exponential.sigmoid,
    "log": logarithm.log,
    "log1p": logarithm.log1p,
    "softplus": logarithm.softplus,
    "asinh": _through_double(logarithm.asinh),
    "acosh": _through_double(logarithm.acosh),
    "atanh": _through_double(logarithm.atanh),
    "pow": power.pow,
    "sqrt": power.sqrt,
    "rsqrt": power.rsqrt,
    "erf": error.erf,
    "erfc": error.erfc,
    "sin": trigonometric.sin,
    "cos": trigonometric.cos,
    "tan": trigonometric.tan,
    "asin": trigonometric.asin,
    "acos": trigonometric.acos,
    "atan": trigonometric.atan,
    "atan2": trigonometric.atan2,
}


def _define(module: Any, symbol: str, kind: Any, formula: Formula, arity: int) -> Any:
    """The private function of that name, written into the module."""
    function = ir.Function(module, ir.FunctionType(kind, [kind] * arity), symbol)
    function.linkage = "private"
    function.attributes.add("alwaysinline")
    function.attributes.add("nounwind")
    builder = ir.IRBuilder(function.append_basic_block())
    builder.ret(formula(*(Real.wrap(builder, argument) for argument in function.args)).value)
    return function


def _caller(name: str, formula: Formula) -> Callable[..., Any]:
    def call(builder: Any, *operands: Any) -> Any:
        kind = operands[0].type
        symbol = f"glassbrook.{name}.{kind}"
        function = builder.module.globals.get(symbol)
        if function is None:
            function = _define(builder.module, symbol, kind, formula, len(operands))
        return builder.call(function, operands)

    call.__doc__ = formula.__doc__
    return call


FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: _caller(name, formula) for name, formula in _FORMULAS.items()
}
"""From a builder and one or two values of one floating-point type to the function's value."""
