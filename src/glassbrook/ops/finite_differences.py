"""Slopes by finite differences, along one line, and whether a claimed slope agrees with them.

A line is a function of a displacement. Its results are arrays of weighted numbers whose sum is
what is differentiated; they are kept apart, since differences of single numbers lose fewer digits
than the difference of two sums.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from glassbrook.graph.node import Array

__all__ = ["Comparison", "Line", "Tolerance", "Verdict", "compare", "steps_for"]

Line = Callable[[float], tuple[float, Array]]
"""Takes a displacement; gives the one that rounding made of it, and the weighted results."""

# How many times the rounding error of a single result a difference may be off. Sums of many
# numbers, and functions that lose digits inside, are off by more than one.
_ROUNDING = 16.0


class Verdict(enum.Enum):
    """What a comparison of a slope with differences says."""

    RIGHT = "right"
    WRONG = "wrong"
    KINK = "kink"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Tolerance:
    """How far a slope may be from the difference.

    Attributes:
        relative: times the larger of both.
        absolute: in any case.
        epsilon: the relative rounding error of the results.
    """

    relative: float
    absolute: float
    epsilon: float

    def around(self, claimed: float, estimate: _Estimate) -> float:
        """How far apart the two may be."""
        size = max(abs(claimed), abs(estimate.slope))
        return self.relative * size + self.absolute + _ROUNDING * estimate.rounding


@dataclass(frozen=True)
class Comparison:
    """A claimed slope beside the difference.

    Attributes:
        verdict: what came out.
        claimed: the slope in question.
        difference: the slope by differences.
        allowed: how far apart they may be.
        sides: the least and the greatest slope next to a kink; `None` where there is none, or
            where the function jumps.
    """

    verdict: Verdict
    claimed: float
    difference: float
    allowed: float
    sides: tuple[float, float] | None = None

    @property
    def badness(self) -> float:
        """The larger, the worse: for a wrong slope its error, else in units of what is allowed."""
        error = abs(self.claimed - self.difference)
        if not math.isfinite(error):
            return math.inf
        if self.verdict is Verdict.WRONG:
            return error
        return error / self.allowed if self.allowed else 0.0


@dataclass(frozen=True)
class _Estimate:
    """A slope, what rounding may have to do with it, and how far two steps disagree."""

    slope: float
    rounding: float
    doubt: float = 0.0


def steps_for(epsilon: float) -> tuple[float, ...]:
    """Steps to try one after the other, for numbers with a relative rounding error.

    Differences of fourth order are best near the fifth root of it. Where the function bends
    quickly or has a kink nearby, smaller ones are better, though noisier: down to the square root.
    """
    bits = -math.log2(epsilon)
    first, last = round(bits / 5), round(bits / 2)
    return tuple(2.0**-each for each in range(first, last, 4)) + (2.0**-last,)


def compare(line: Line, claimed: float, steps: Sequence[float], tolerance: Tolerance) -> Comparison:
    """Compare a claimed slope at 0 with differences over smaller and smaller steps.

    The first step that agrees settles it. If none does, the slopes on both sides tell a kink from a
    mistake, and the differences among each other tell a mistake from noise.

    Args:
        line: the function.
        claimed: the slope in question.
        steps: displacements to try, the largest first; at least two.
        tolerance: how far the slope may be from the difference.
    """
    estimates: list[_Estimate] = []
    for step in steps:
        estimate = _extrapolated(line, step, tolerance.epsilon)
        allowed = tolerance.around(claimed, estimate)
        if abs(claimed - estimate.slope) <= allowed:
            return Comparison(Verdict.RIGHT, claimed, estimate.slope, allowed)
        estimates.append(estimate)
    best = min(estimates, key=lambda each: each.doubt if math.isfinite(each.doubt) else math.inf)
    allowed = tolerance.around(claimed, best)
    if not math.isfinite(claimed) or not math.isfinite(best.slope):
        is_wrong = math.isfinite(best.slope)
        verdict = Verdict.WRONG if is_wrong else Verdict.UNCLEAR
        return Comparison(verdict, claimed, best.slope, allowed)
    low, high = _sides(line, steps[-1], tolerance.epsilon)
    if low - allowed <= claimed <= high + allowed:
        return Comparison(Verdict.KINK, claimed, best.slope, allowed, (low, high))
    if _jumps(line, steps, tolerance.epsilon):
        return Comparison(Verdict.KINK, claimed, best.slope, allowed)
    others = [each.slope for each in estimates if each is not best]
    apart = abs(claimed - best.slope)
    is_wrong = any(abs(best.slope - each) <= max(allowed, apart / 2) for each in others)
    verdict = Verdict.WRONG if is_wrong else Verdict.UNCLEAR
    return Comparison(verdict, claimed, best.slope, allowed)


def _central(line: Line, step: float, epsilon: float) -> _Estimate:
    """The slope by two points, and how much rounding may have to do with it."""
    forward, above = line(step)
    backward, below = line(-step)
    span = forward - backward
    if span == 0:
        return _Estimate(math.nan, math.nan)
    sizes = np.maximum(np.abs(above), np.abs(below))
    # What does not move at all may have been rounded away, in one place at least.
    size = sizes[above != below].sum() + sizes.max(initial=0.0)
    return _Estimate(float((above - below).sum() / span), float(epsilon * size / span))


def _extrapolated(line: Line, step: float, epsilon: float) -> _Estimate:
    """The slope by four points: what is left of the error is of fourth order in the step."""
    coarse = _central(line, step, epsilon)
    fine = _central(line, step / 2, epsilon)
    difference = fine.slope - coarse.slope
    return _Estimate(fine.slope + difference / 3, fine.rounding, abs(difference))


def _sides(line: Line, step: float, epsilon: float) -> tuple[float, float]:
    """The least and the greatest slope that a mixture of the slopes on both sides can have.

    Both are NaN if the sides differ by no more than rounding may do.
    """
    _, here = line(0.0)
    forward, above = line(step)
    backward, below = line(-step)
    if forward == 0 or backward == 0:
        return math.nan, math.nan
    right, left = (above - here) / forward, (below - here) / backward
    low, high = float(np.minimum(left, right).sum()), float(np.maximum(left, right).sum())
    rounding = epsilon * np.maximum(np.abs(above), np.abs(below))[left != right].sum() / step
    return (low, high) if high - low > 4 * rounding else (math.nan, math.nan)


def _jumps(line: Line, steps: Sequence[float], epsilon: float) -> bool:
    """Whether both sides stay apart, however near they are."""
    gaps: list[float] = []
    for step in steps:
        (_, above), (_, below) = line(step), line(-step)
        moved = above != below
        gaps.append(float(abs((above - below).sum())))
        rounding = epsilon * np.maximum(np.abs(above), np.abs(below))[moved].sum()
        if not gaps[-1] > _ROUNDING * rounding:
            return False
    return min(gaps) > 0.7 * max(gaps)
