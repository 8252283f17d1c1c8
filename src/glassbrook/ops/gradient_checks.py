"""`check_gradients`: what the engine says a gradient is, against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassbrook.engine import realize
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Array
from glassbrook.ops.checked_function import CheckedFunction, Outputs, Source, values_of
from glassbrook.ops.finite_differences import (
    Comparison,
    Line,
    Tolerance,
    Verdict,
    compare,
    steps_for,
)
from glassbrook.ops.gradient_report import GradientEntry, GradientReport, WrongGradientError
from glassbrook.ops.wide_graph import WideGraph
from glassbrook.tensor import GradientTape, Tensor, Variable, constant

__all__ = ["GradientEntry", "GradientReport", "WrongGradientError", "check_gradients"]
_EPSILON = float(np.finfo(np.float64).eps)


def check_gradients(
    fn: Callable[..., Any],
    inputs: Any = (),
    *,
    order: int = 1,
    variables: Sequence[Variable] | None = None,
    step: float | None = None,
    rtol: float | None = None,
    atol: float = 0.0,
    max_elements: int = 64,
    seed: int = 0,
    raises: bool = False,
) -> GradientReport:
    """Compare the gradients of a function with central finite differences.

        ∂f/∂x  against  (f(x + h) - f(x - h)) / 2h,  extrapolated from h and h/2

    A result with several elements, or several results, are weighted with fixed random numbers and
    added up. Where a step spoils the difference, smaller ones are tried. Differences need digits:
    what is computed in float32 or float16 is computed again in float64 from the graph of `fn`, if
    that tells all (it does unless Python or NumPy looked at values). The coarsest floating type
    between an input and the results decides how far a gradient may be off: in float64 a millionth,
    in float32 two thousandths. An element at which the function has a kink, as `tf.nn.relu` has at
    0, counts as right if its gradient is between the slopes on both sides.

    A straight-through estimator, whose gradient is not that of the function on purpose, is
    reported as wrong.

    Args:
        fn: a function of tensors that returns tensors; also a layer or a model, or a
            `tf.function`. It must give the same results for the same inputs.
        inputs: a list or tuple with one item per argument of `fn`, or the only argument. An item
            is a tensor, an array, a number, a variable, or a nested structure of them. Integers
            are passed on and not checked. Numbers in a list are the elements of one vector if `fn`
            needs one argument only.
        order: 2 checks the gradients of the gradients, too.
        variables: what `fn` reads besides its arguments and is to be checked; by default its
            `trainable_variables`, if it has them, and the trainable variables that it reads.
        step: the largest step; by default fit for the dtype. It grows with elements above 1.
        rtol: how far a gradient may be off, relative to its size; by default fit for the dtype.
        atol: how far it may be off in any case.
        max_elements: of larger inputs, that many elements are picked and compared.
        seed: decides which elements are picked, and the weights of results.
        raises: whether to raise an error if anything is wrong.

    Returns:
        A report that prints as a table. It has `ok`, `entries` and `raise_if_wrong`. All variables
        that `fn` reads or holds have their values back, and have them during each call.

    Raises:
        InvalidArgumentError: `fn` is not callable, returns no floating-point tensor, returns NaN
            or infinity, or gives different results for the same inputs; an input is empty.
        DTypeError: there is no floating-point input, nor a variable.
        WrongGradientError: with `raises`, if a gradient is wrong or could not be checked.

    Example:
        >>> import glassbrook as tf
        >>> @tf.custom_gradient
        ... def cube(x):
        ...     return tf.reduce_sum(x**3), lambda upstream: upstream * 2 * x**2
        >>> x = tf.constant([1.0, -2.0], tf.float64)
        >>> print(tf.debugging.check_gradients(cube, x))
        Gradients of cube against finite differences: 0 of 1 are right.
        input  shape  dtype    checked  worst at  gradient  difference  error    relative  result
        x      (2,)   float64  2        (1,)      8         12          4.0e+00  3.3e-01   WRONG
        x: The gradient is 0.6667 times the difference, in every element that was compared.
    """
    _check_arguments(fn, order, step, max_elements)
    function = CheckedFunction(fn, inputs, variables)
    with function:
        check = _Check(function, step, rtol, atol, max_elements, seed)
        entries = check.entries(function.outputs, 1)
        if order == 2:
            entries += check.entries(check.slopes(function.outputs), 2)
    name = getattr(fn, "__name__", None) or getattr(fn, "name", None) or type(fn).__name__
    report = GradientReport(entries, name if name != "<lambda>" else "a function")
    if raises:
        report.raise_if_wrong()
    return report


def _check_arguments(fn: Any, order: int, step: float | None, max_elements: int) -> None:
    if not callable(fn):
        raise InvalidArgumentError(
            f"check_gradients: fn is {type(fn).__name__} {fn!r}, expected a function of tensors, "
            "a layer or a model, such as lambda x: x * x."
        )
    if order not in (1, 2):
        raise InvalidArgumentError(
            f"check_gradients: order is {order!r}, expected 1 for gradients, or 2 for gradients "
            "of gradients as well."
        )
    if step is not None and not step > 0:
        raise InvalidArgumentError(f"check_gradients: step is {step!r}, expected more than 0.")
    if max_elements < 1:
        raise InvalidArgumentError(
            f"check_gradients: max_elements is {max_elements!r}, expected at least 1."
        )


@dataclass(frozen=True)
class _Point:
    """Where a function is checked: its results there, their gradients, and the graph of both."""

    weights: list[Array]
    gradients: list[Tensor | None]
    reasons: list[str]
    values: list[Array]
    graph: WideGraph


class _Check:
    """Compares gradients of a function with differences, input by input."""

    def __init__(
        self,
        function: CheckedFunction,
        step: float | None,
        rtol: float | None,
        atol: float,
        max_elements: int,
        seed: int,
    ) -> None:
        self._function = function
        self._step = step
        self._rtol = rtol
        self._atol = atol
        self._max_elements = max_elements
        self._seed = seed

    def entries(self, outputs: Outputs, order: int) -> list[GradientEntry]:
        """One entry per input and variable."""
        function = self._function
        found: list[GradientEntry] = []
        point = self._point(outputs, order) if function.sources else None
        for place, source in enumerate(function.sources):
            assert point is not None
            found.append(self._entry(outputs, order, point, place, source))
        if order == 1:
            found += [_unchecked(source) for source in function.integers]
        return found

    def slopes(self, outputs: Outputs) -> Outputs:
        """The gradients of a function as a function."""

        def slopes(leaves: Sequence[Any]) -> list[Tensor]:
            gradients, _, _ = self._gradients(outputs, leaves, 1)
            return [each for each in gradients if each is not None]

        return slopes

    def _gradients(
        self, outputs: Outputs, leaves: Sequence[Any], order: int
    ) -> tuple[list[Tensor | None], list[Array], list[str]]:
        sources = self._function.held(leaves)
        with GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(sources)
            results = outputs(leaves)
        weights = self._weights(results, order)
        if not results:
            return [None] * len(sources), weights, ["the first gradients do not depend on anything"]
        gradients = tape.gradient(results, sources, [constant(each) for each in weights])
        reasons = [
            tape.why_none(results, source) if gradient is None else ""
            for source, gradient in zip(sources, gradients, strict=True)
        ]
        return gradients, weights, reasons

    def _weights(self, results: Sequence[Tensor], order: int) -> list[Array]:
        """Fixed random weights of results; a single number needs none."""
        if order == 1 and len(results) == 1 and results[0].node.size == 1:
            return [np.ones(results[0].node.shape, results[0].dtype.numpy)]
        rng = np.random.default_rng((self._seed, order))
        return [rng.uniform(0.5, 1.5, each.node.shape).astype(each.dtype.numpy) for each in results]

    def _point(self, outputs: Outputs, order: int) -> _Point:
        function = self._function
        gradients, weights, reasons = self._gradients(outputs, function.leaves, order)
        realize([each.node for each in gradients if each is not None])
        function.restore()
        graph = function.graph(outputs)
        values = values_of(outputs(function.leaves))
        function.restore()
        return _Point(weights, gradients, reasons, values, graph)

    def _entry(
        self, outputs: Outputs, order: int, point: _Point, place: int, source: Source
    ) -> GradientEntry:
        gradient = point.gradients[place]
        claimed = np.zeros(source.value.shape) if gradient is None else values_of([gradient])[0]
        size = source.value.size
        picked = np.arange(size)
        if size > self._max_elements:
            rng = np.random.default_rng((self._seed, place))
            picked = np.sort(rng.choice(size, self._max_elements, replace=False))
        indices = [
            tuple(int(each) for each in np.unravel_index(position, source.value.shape))
            for position in picked
        ]
        epsilon, line, floor = self._probed(outputs, point, place, source, claimed)
        tolerance = Tolerance(
            self._function.epsilon(source) ** 0.4 if self._rtol is None else self._rtol,
            self._atol + floor,
            epsilon,
        )
        compared = [
            compare(
                line(index),
                float(claimed[index]),
                self._steps(epsilon, source.value[index]),
                tolerance,
            )
            for index in indices
        ]
        reason = point.reasons[place] if gradient is None else None
        return _summary(source, order, indices, compared, reason)

    def _probed(
        self, outputs: Outputs, point: _Point, place: int, source: Source, claimed: Array
    ) -> tuple[float, Callable[[tuple[int, ...]], Line], float]:
        """How to move along an element: the rounding error of results, a line, and an allowance.

        What is computed in less than float64 is computed again in float64 from its graph, which
        makes small steps possible. The allowance is for what the gradient's own rounding does.
        """
        function = self._function
        epsilon = function.epsilon(source)
        wide = epsilon > _EPSILON and self._is_faithful(outputs, point, place, source)
        node = point.graph.sources[place]

        def results(moved: Array) -> list[Array]:
            if wide:
                return point.graph.values(node, moved)
            return function.results(outputs, source, moved.astype(source.value.dtype))

        def line(index: tuple[int, ...]) -> Line:
            return self._line(results, point.weights, source, index, wide)

        sizes = [float(np.abs(claimed[np.isfinite(claimed)]).max(initial=0.0))]
        sizes += [float(np.abs(each).max(initial=0.0)) for each in point.values]
        floor = 16 * epsilon * max(sizes) if wide else 0.0
        return (_EPSILON if wide else epsilon), line, floor

    def _is_faithful(self, outputs: Outputs, point: _Point, place: int, source: Source) -> bool:
        """Whether the graph tells all: nothing left it, and Python chose no branch by a value."""
        rng = np.random.default_rng(self._seed)
        wide = source.value.astype(np.float64)
        moved = wide + rng.uniform(-0.03, 0.03, wide.shape) * np.maximum(1.0, np.abs(wide))
        narrow = moved.astype(source.value.dtype)
        called = self._function.results(outputs, source, narrow)
        try:
            computed = point.graph.values(point.graph.sources[place], narrow.astype(np.float64))
        except Exception:
            # Whatever it is, the function itself can still be called.
            return False
        epsilon = self._function.epsilon(source)
        return all(
            one.shape == other.shape
            and bool((np.abs(one - other) <= 1000 * epsilon * np.abs(one).max(initial=0.0)).all())
            for one, other in zip(called, computed, strict=True)
        )

    def _steps(self, epsilon: float, at: Any) -> list[float]:
        scale = max(1.0, abs(float(at)))
        steps = steps_for(epsilon)
        if self._step is not None:
            steps = tuple(self._step / 8**each for each in range(3))
        return [step * scale for step in steps]

    def _line(
        self,
        results: Callable[[Array], list[Array]],
        weights: Sequence[Array],
        source: Source,
        index: tuple[int, ...],
        wide: bool,
    ) -> Line:
        """The weighted results along one element of an input."""
        factors = [weight.astype(np.float64) for weight in weights]
        start = source.value.astype(np.float64) if wide else source.value

        def line(offset: float) -> tuple[float, Array]:
            moved = start.copy()
            moved[index] = float(start[index]) + offset
            arrays = results(moved)
            if [each.shape for each in arrays] != [each.shape for each in factors]:
                raise InvalidArgumentError(
                    f"check_gradients: fn returns results of other shapes if {source.name}"
                    f"{list(index)} moves by {offset:g}. Shapes must not depend on values."
                )
            parts = [(factor * each).ravel() for factor, each in zip(factors, arrays)]
            whole = np.concatenate(parts) if parts else np.zeros(1)
            return float(moved[index]) - float(start[index]), whole

        return line


def _unchecked(source: Source) -> GradientEntry:
    dtype = source.dtype
    return GradientEntry(
        source.name,
        1,
        source.value.shape,
        dtype,
        "not checked",
        source.value.size,
        note=f"{dtype.name} has no gradient; it was passed on as it is.",
    )


def _summary(
    source: Source,
    order: int,
    indices: Sequence[tuple[int, ...]],
    compared: Sequence[Comparison],
    reason: str | None,
) -> GradientEntry:
    """The entry of one input, from all its comparisons."""
    by_verdict = {
        verdict: [place for place, each in enumerate(compared) if each.verdict is verdict]
        for verdict in Verdict
    }
    wrong, unclear = by_verdict[Verdict.WRONG], by_verdict[Verdict.UNCLEAR]
    kinks = tuple(indices[place] for place in by_verdict[Verdict.KINK])
    among = wrong or unclear or by_verdict[Verdict.RIGHT] or range(len(compared))
    worst = max(among, key=lambda place: compared[place].badness)
    at = compared[worst]
    if wrong:
        status = "wrong"
    elif unclear:
        status = "unclear"
    elif reason is not None:
        status = "no gradient"
    else:
        status = "kinks" if kinks else "right"
    error = abs(at.claimed - at.difference)
    larger = max(abs(at.claimed), abs(at.difference))
    return GradientEntry(
        source.name,
        order,
        source.value.shape,
        source.dtype,
        status,
        source.value.size,
        len(compared),
        indices[worst],
        at.claimed,
        at.difference,
        error,
        error / larger if larger else 0.0,
        kinks,
        _note(source, status, indices, compared, kinks, reason),
    )


def _note(
    source: Source,
    status: str,
    indices: Sequence[tuple[int, ...]],
    compared: Sequence[Comparison],
    kinks: Sequence[tuple[int, ...]],
    reason: str | None,
) -> str:
    parts: list[str] = []
    if reason is not None:
        told = "The gradient is None"
        told += ", though the function depends on it: " if status == "wrong" else ": "
        parts.append(told + reason)
    elif status == "wrong":
        parts.append(_likeness(source, compared))
    if status == "unclear":
        parts.append(
            "The differences disagree with each other, so they prove nothing: the function is not "
            "finite or not smooth nearby, or rounding spoils them. Pass float64 values, or give a "
            "step."
        )
    if status == "right" and _is_hidden(compared):
        parts.append(
            "All slopes are smaller than what rounding may make of them: this says little. Pass "
            "float64 values."
        )
    if kinks:
        parts.append(_of_kinks(indices, compared, kinks))
    return " ".join(part for part in parts if part)


def _of_kinks(
    indices: Sequence[tuple[int, ...]],
    compared: Sequence[Comparison],
    kinks: Sequence[tuple[int, ...]],
) -> str:
    more = "" if len(kinks) == 1 else f" and {len(kinks) - 1} more of the compared elements"
    at = compared[indices.index(kinks[0])]
    if at.sides is None:
        return f"The function jumps at {kinks[0]}{more}: it has no slope there."
    return (
        f"The function has a kink at {kinks[0]}{more}: on both sides of it the slope is "
        f"{at.sides[0]:.6g} and {at.sides[1]:.6g}, and the gradient {at.claimed:.6g} is one of "
        "them or between."
    )


def _is_hidden(compared: Sequence[Comparison]) -> bool:
    """Whether a gradient of zeros would have passed as well, though there is another."""
    return any(each.claimed for each in compared) and all(
        max(abs(each.claimed), abs(each.difference)) <= each.allowed for each in compared
    )


def _likeness(source: Source, compared: Sequence[Comparison]) -> str:
    """What a wrong gradient looks like: turned in sign, scaled, transposed."""
    claimed = np.array([each.claimed for each in compared])
    expected = np.array([each.difference for each in compared])
    allowed = np.array([each.allowed for each in compared])
    if not np.isfinite(claimed).all():
        return "The gradient is not finite."
    if not np.isfinite(expected).all() or not expected.any():
        return ""
    factor = float(claimed @ expected / (expected @ expected))
    if (np.abs(claimed - factor * expected) <= 4 * allowed).all():
        if abs(factor + 1) < 1e-3:
            return "The gradient has the wrong sign, in every element that was compared."
        if abs(factor) > 1e-3:
            return (
                f"The gradient is {factor:.4g} times the difference, in every element that was "
                "compared."
            )
    if source.value.ndim == 2 and len(compared) == source.value.size:
        turned = expected.reshape(source.value.shape).T.ravel()
        if (np.abs(claimed - turned) <= 4 * allowed).all():
            return "The gradient has the right numbers, transposed."
    return ""
