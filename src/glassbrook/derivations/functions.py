"""The functions that formulas call: how each is written, and what it means.

One table serves the formulas beside the gradient rules, every way to write them out, and the
legend below a derivation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from glassbrook.derivations.expression import (
    Binary,
    Call,
    Comparison,
    Expression,
    Negative,
    parse,
)

__all__ = ["FUNCTIONS", "Function", "acts_on_elements", "functions_in", "legend", "sign_of"]


@dataclass(frozen=True, slots=True)
class Function:
    """How a function is written.

    Attributes:
        sign: what is written before its arguments.
        latex: the same in LaTeX; the sign in upright letters if empty.
        meaning: what it is, for a legend; empty if every reader of formulas knows.
        elementwise: whether each element of the result depends on the same element of each
            argument alone.
        subscript: which argument is written below the sign, if any.
        example: the arguments that `meaning` speaks of.
    """

    sign: str
    latex: str = ""
    meaning: str = ""
    elementwise: bool = False
    subscript: int | None = None
    example: str = "x"


def _elementary(
    sign: str,
    latex: str = "",
    meaning: str = "",
    *,
    subscript: int | None = None,
    example: str = "x",
) -> Function:
    return Function(sign, latex, meaning, True, subscript, example)


def _structural(
    sign: str,
    meaning: str,
    *,
    latex: str = "",
    subscript: int | None = None,
    example: str = "x",
) -> Function:
    return Function(sign, latex, meaning, False, subscript, example)


def _numbered(sign: str, meaning: str, of: str = "g") -> Function:
    return _structural(sign, meaning, subscript=-1, example=f"{of}, n")


_ELEMENTARY = {
    "abs": _elementary("abs"),
    "acos": _elementary("arccos", r"\arccos"),
    "acosh": _elementary("arcosh"),
    "asin": _elementary("arcsin", r"\arcsin"),
    "asinh": _elementary("arsinh"),
    "atan": _elementary("arctan", r"\arctan"),
    "atan2": _elementary(
        "atan2", "", "the angle of the point (x, y), from -π to π", example="y, x"
    ),
    "atanh": _elementary("artanh"),
    "cast": _elementary("cast", "", "the same numbers in another dtype"),
    "ceil": _elementary("ceil", "", "the smallest integer that is not below x"),
    "cos": _elementary("cos", r"\cos"),
    "cosh": _elementary("cosh", r"\cosh"),
    "erf": _elementary("erf", "", "the error function, 2/√π times the integral of exp(-t²)"),
    "erfinv": _elementary("erfinv", "", "the inverse of the error function"),
    "exp": _elementary("exp", r"\exp"),
    "floor": _elementary("floor", "", "the largest integer that is not above x"),
    "holds": _elementary("holds", "", "1 where the condition c holds, 0 elsewhere", example="c"),
    "is_finite": _elementary("is_finite", "", "whether an element is a number and not infinite"),
    "is_inf": _elementary("is_inf", "", "whether an element is infinite"),
    "is_nan": _elementary("is_nan", "", "whether an element is not a number"),
    "log": _elementary("ln", r"\ln"),
    "logical_and": _elementary("and", "", "whether both hold", example="c, d"),
    "logical_not": _elementary("not", "", "whether c does not hold", example="c"),
    "logical_or": _elementary("or", "", "whether one of them holds, or both", example="c, d"),
    "logical_xor": _elementary(
        "xor", "", "whether one of them holds, but not both", example="c, d"
    ),
    "maximum": _elementary("max", r"\max"),
    "minimum": _elementary("min", r"\min"),
    "mod": _elementary(
        "mod", "", "what is left of x when y is taken away ⌊x / y⌋ times", example="x, y"
    ),
    "nextafter": _elementary(
        "nextafter", "", "the next number that the dtype holds, towards y", example="x, y"
    ),
    "relu": _elementary("relu", "", "x where x > 0 and 0 elsewhere"),
    "round": _elementary("round", "", "the nearest integer, the even one of two"),
    "sigmoid": _elementary("σ", r"\sigma", "the logistic function 1 / (1 + exp(-x))"),
    "sign": _elementary("sign", "", "1 for x > 0, -1 for x < 0 and 0 for 0"),
    "sin": _elementary("sin", r"\sin"),
    "sinh": _elementary("sinh", r"\sinh"),
    "sqrt": _elementary("√"),
    "stop_gradient": _elementary("stop_gradient", "", "x, through which no gradient flows"),
    "tan": _elementary("tan", r"\tan"),
    "tanh": _elementary("tanh", r"\tanh"),
    "where": _elementary("where", "", "x where c holds, y elsewhere", example="c, x, y"),
}
_SPECIAL = {
    "bessel_i0e": _elementary("I₀ₑ", "I_{0e}", "exp(-|x|) times the Bessel function I₀"),
    "bessel_i1e": _elementary("I₁ₑ", "I_{1e}", "exp(-|x|) times the Bessel function I₁"),
    "beta": _elementary(
        "B", r"\mathrm{B}", "the beta function Γ(a) Γ(b) / Γ(a + b)", example="a, b"
    ),
    "betainc": _elementary(
        "I",
        "I",
        "the incomplete beta function, 0 at x = 0 and 1 at x = 1",
        subscript=2,
        example="a, b, x",
    ),
    "digamma": _elementary("ψ", r"\psi", "the derivative of ln(Γ(x))"),
    "gamma": _elementary("Γ", r"\Gamma", "the gamma function; Γ(n + 1) = n! for integers"),
    "igamma": _elementary(
        "P", "P", "the incomplete gamma function, from 0 at x = 0 towards 1", example="a, x"
    ),
    "igamma_slope": _elementary("P′", "P'", "the derivative of P(a, x) by a", example="a, x"),
    "igammac": _elementary(
        "Q", "Q", "1 - P(a, x), with the incomplete gamma function P", example="a, x"
    ),
    "polygamma": _elementary(
        "ψ", r"\psi", "the derivative number n of ψ", subscript=0, example="n, x"
    ),
    "zeta": _elementary("ζ", r"\zeta", "the sum of 1 / (q + k)ˢ for k = 0, 1, 2 …", example="s, q"),
}
_FOLDING = {
    "all": _structural("all", "whether all elements along some axes hold"),
    "any": _structural("any", "whether any element along some axes holds"),
    "argmax": _structural("argmax", "the position of the largest element along an axis"),
    "argmax_pool": _structural("argmax_pool", "the position of each window's largest element"),
    "argmin": _structural("argmin", "the position of the smallest element along an axis"),
    "argsort": _structural("argsort", "the positions that put an axis into order"),
    "cumprod": _structural("cumprod", "the running product along an axis"),
    "cumsum": _structural("cumsum", "the running sum along an axis"),
    "cumsum_back": _structural(
        "cumsum_back", "the running sum of g along an axis, from the other end", example="g"
    ),
    "expand": _structural(
        "expand", "elements of g repeated along the axes that were folded", example="g"
    ),
    "max": _structural("max", "the largest element along some axes", latex=r"\max"),
    "max_pool": _structural("max_pool", "the largest element of each window"),
    "max_unpool": _structural(
        "max_unpool",
        "elements of g put to where each window of x is largest, and added up",
        example="g, x",
    ),
    "min": _structural("min", "the smallest element along some axes", latex=r"\min"),
    "prod": _structural("prod", "the product along some axes"),
    "product_of_others": _structural(
        "product_of_others", "for each element the product of all others along the same axes"
    ),
    "row_sum": _structural("row_sum", "the sum along the last axis, which is kept with size 1"),
    "softmax": _structural("softmax", "exp(x) divided by its sum along the last axis"),
    "sum": _structural("sum", "the sum along some axes"),
    "sum_over": _structural("Σ", "", latex=r"\sum", subscript=0),
}
_MOVING = {
    "T": _structural("T", "x with its last two axes exchanged"),
    "bundle": _structural(
        "bundle", "the gradients of all results of a loop, of which g is one", example="g"
    ),
    "concat": _structural("concat", "tensors joined along an axis", example="x, y"),
    "crop": _structural("crop", "the part of g inside the padding", example="g"),
    "gather": _structural("gather", "the slices of x at the positions i", example="x, i"),
    "gather_nd": _structural(
        "gather_nd", "the elements or slices of x at the positions i", example="x, i"
    ),
    "one_hot": _structural("one_hot", "a new axis: 1 at the position i, 0 elsewhere", example="i"),
    "pad": _structural("pad", "x with a margin"),
    "part": _numbered("part", "what belongs to input n of those that were joined"),
    "patches": _structural("patches", "the windows that slide over x"),
    "place": _structural(
        "place", "elements of g put back to their places among zeros", example="g"
    ),
    "put_along_add": _structural(
        "put_along_add", "elements of x added up at their positions i among zeros", example="x, i"
    ),
    "reshape": _structural("reshape", "the same elements in another shape"),
    "scatter_add": _structural(
        "scatter_add", "slices of x added up at their positions i among zeros", example="x, i"
    ),
    "scatter_nd": _structural(
        "scatter_nd", "elements of x added up at their positions i among zeros", example="x, i"
    ),
    "slice": _structural("slice", "a part of x, in steps along each axis"),
    "take_along": _structural(
        "take_along", "one element of x along an axis for each position of i", example="x, i"
    ),
    "transpose": _structural("transpose", "x with its axes in another order"),
    "transpose_back": _structural(
        "transpose_back", "g with its axes back in their old order", example="g"
    ),
    "unpatches": _structural(
        "unpatches", "windows of g added up at the places that they came from", example="g"
    ),
}
_CONTROL = {
    "by_hand": _numbered("by_hand", "what the function's own rule gives for argument n"),
    "else_back": _numbered("else_back", "what the branch for a false condition gives for input n"),
    "item": _numbered("item", "result n of a loop"),
    "otherwise": _structural("otherwise", "the branch that runs if the condition is false"),
    "random_gamma": _structural(
        "random_gamma", "random numbers of a gamma distribution", example="a"
    ),
    "scan": _structural("scan", "a loop that takes one slice a turn"),
    "scan_back": _numbered(
        "scan_back", "what the loop gives for input n, turn by turn from its end"
    ),
    "then": _structural("then", "the branch that runs if the condition is true"),
    "then_back": _numbered("then_back", "what the branch for a true condition gives for input n"),
}
FUNCTIONS: dict[str, Function] = {**_ELEMENTARY, **_SPECIAL, **_FOLDING, **_MOVING, **_CONTROL}
"""Every function that a formula may call."""


def sign_of(name: str) -> str:
    """What is written before the arguments of a function; its own name if it is not known."""
    found = FUNCTIONS.get(name)
    return name if found is None else found.sign


def functions_in(expression: Expression) -> dict[str, None]:
    """The names of the functions that a formula calls, in the order of reading."""
    match expression:
        case Negative(operand):
            return functions_in(operand)
        case Binary(_, left, right) | Comparison(_, left, right):
            return functions_in(left) | functions_in(right)
        case Call(function, arguments):
            found: dict[str, None] = {function: None}
            for each in arguments:
                found |= functions_in(each)
            return found
    return {}


def acts_on_elements(expression: Expression) -> bool:
    """Whether each element of the result depends on the same element of every name alone.

    Example:
        >>> acts_on_elements(parse("g * sigmoid(x)")), acts_on_elements(parse("g @ T(y)"))
        (True, False)
    """
    match expression:
        case Negative(operand):
            return acts_on_elements(operand)
        case Binary(operator, left, right):
            return operator != "@" and acts_on_elements(left) and acts_on_elements(right)
        case Comparison(_, left, right):
            return acts_on_elements(left) and acts_on_elements(right)
        case Call(function, arguments):
            found = FUNCTIONS.get(function)
            known = found is not None and found.elementwise
            return known and all(map(acts_on_elements, arguments))
    return True


def legend(expressions: Iterable[Expression]) -> dict[Expression, str]:
    """What the functions in some formulas mean, where that is not plain.

    Returns:
        Calls of the functions, to be written like any formula, and what each of them is.

    Example:
        >>> from glassbrook.derivations.text import text_of
        >>> for call, meaning in legend([parse("g * sigmoid(x)"), parse("exp(x)")]).items():
        ...     print(text_of(call), "is", meaning)
        σ(x) is the logistic function 1 / (1 + exp(-x))
    """
    known = {
        name: FUNCTIONS[name]
        for expression in expressions
        for name in functions_in(expression)
        if name in FUNCTIONS
    }
    return {
        parse(f"{name}({function.example})"): function.meaning
        for name, function in known.items()
        if function.meaning
    }
