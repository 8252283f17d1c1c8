"""Random numbers that may take several draws each: gamma, Poisson and binomial distributions.

Each number has a stretch of random words of its own, so that it does not depend on the others how
many it takes. All numbers that have none yet draw at the same time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.engine.box_muller import normal_pairs, uniform_float64
from glassbrook.engine.interpreter.table import Array, evaluates
from glassbrook.engine.philox import blocks_at
from glassbrook.graph.node import Node

Positions = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

_BLOCKS_PER_NUMBER = 256
_BLOCKS_PER_FEW_SUCCESSES = 42
"""How far the stretches of two numbers lie apart, the same as in TensorFlow."""


class _Source:
    """Float64 numbers of one kind, two from each block; the second one comes first."""

    def __init__(self, count: int, convert: Callable[[Array], Any]) -> None:
        self._convert = convert
        self._left = np.zeros(count, np.int64)
        self._ready = np.empty((count, 2))

    def take(self, streams: _Streams, who: Positions) -> Numbers:
        """The next number of each of these streams."""
        empty = who[self._left[who] == 0]
        if len(empty):
            self._ready[empty] = self._convert(streams.blocks(empty).reshape(-1)).reshape(-1, 2)
            self._left[empty] = 2
        self._left[who] -= 1
        return self._ready[who, self._left[who]]


class _Streams:
    """For each of several numbers, a stream of even and one of normally distributed draws."""

    def __init__(self, state: Array, count: int, distance: Any = _BLOCKS_PER_NUMBER) -> None:
        self._state = state
        self._next = (np.arange(count) * distance).astype(np.uint64)
        self._uniform = _Source(count, uniform_float64)
        self._normal = _Source(count, lambda words: normal_pairs(words, np.float64))

    def blocks(self, who: Positions) -> Array:
        """The next block of words of each of these streams."""
        found = blocks_at(self._state, self._next[who])
        self._next[who] += np.uint64(1)
        return found

    def uniform(self, who: Positions) -> Numbers:
        """Numbers in [0, 1)."""
        return self._uniform.take(self, who)

    def normal(self, who: Positions) -> Numbers:
        """Normally distributed numbers."""
        return self._normal.take(self, who)


def _sampled(
    node: Node, parameters: tuple[Array, ...], draw: Callable[..., Numbers], state: Array
) -> Array:
    """Draw for every parameter as many numbers as the shape of the node has room for.

    Streams are numbered by parameter first, but the results lie with the parameters last.
    """
    number = parameters[0].size
    samples = node.size // number if number else 0
    repeated = [np.repeat(each.ravel().astype(np.float64), samples) for each in parameters]
    with np.errstate(all="ignore"):
        found = draw(state, *repeated)
    return found.reshape(number, samples).T.reshape(node.shape).astype(node.dtype.numpy)


@evaluates("random_gamma")
def _random_gamma(node: Node, state: Array, alpha: Array) -> Any:
    return _sampled(node, (alpha,), _gamma, state)


def _gamma(state: Array, alpha: Numbers) -> Numbers:
    """Numbers with density x^(alpha - 1) exp(-x), up to a factor.

    Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
    """
    streams, found = _Streams(state, len(alpha)), np.empty(len(alpha))
    exponential = np.flatnonzero(alpha == 1)
    found[exponential] = -np.log1p(-streams.uniform(exponential))
    # No draw would ever be taken for a shape that no gamma distribution has.
    valid = (alpha >= 0) & (alpha < np.inf)
    found[~valid] = np.nan
    left = np.flatnonzero(valid & (alpha != 1))
    small = alpha < 1
    d = alpha + np.where(small, 2.0 / 3, -1.0 / 3)
    c = 1.0 / 3 / np.sqrt(d)
    while len(left):
        x = streams.normal(left)
        v = 1 + c[left] * x
        positive = v > 0
        who, x, v = left[positive], x[positive], v[positive] ** 3
        u = streams.uniform(who)
        taken = (u < 1 - 0.0331 * (x * x) * (x * x)) | (
            np.log(u) < 0.5 * x * x + d[who] * (1 - v + np.log(v))
        )
        done = who[taken]
        found[done] = d[done] * v[taken]
        again = done[small[done]]
        found[again] *= np.power(streams.uniform(again), 1 / alpha[again])
        left = np.setdiff1d(left, done, assume_unique=True)
    return found


@evaluates("random_poisson")
def _random_poisson(node: Node, state: Array, rate: Array) -> Any:
    return _sampled(node, (rate,), _poisson, state)


_SMALL = 10
"""Below this mean, counting is quicker than rejection."""


def _poisson(state: Array, rate: Numbers) -> Numbers:
    streams, found = _Streams(state, len(rate)), np.empty(len(rate))
    _count_events(streams, rate, np.flatnonzero(rate < _SMALL), found)
    _reject_poisson(streams, rate, np.flatnonzero(rate >= _SMALL), found)
    found[~np.isfinite(rate)] = np.nan
    return found


def _count_events(streams: _Streams, rate: Numbers, left: Positions, found: Numbers) -> None:
    """How many exponential waiting times fit into the time `rate`; their sum is a logarithm."""
    limits = np.exp(-rate)
    product, count = np.ones(len(rate)), np.zeros(len(rate))
    while len(left):
        product[left] *= streams.uniform(left)
        over = product[left] <= limits[left]
        found[left[over]] = count[left[over]]
        left = left[~over]
        count[left] += 1


def _reject_poisson(streams: _Streams, rate: Numbers, left: Positions, found: Numbers) -> None:
    """Transformed rejection.

    Source: Hörmann, "The transformed rejection method for generating Poisson random variables",
    1993.
    """
    b = 0.931 + 2.53 * np.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    while len(left):
        u = streams.uniform(left) - 0.5
        v = streams.uniform(left)
        space = 0.5 - np.abs(u)
        mean, wide, narrow = rate[left], b[left], a[left]
        k = np.floor((2 * narrow / space + wide) * u + mean + 0.43)
        taken = (space >= 0.07) & (v <= 0.9277 - 3.6224 / (wide - 2))
        possible = ~taken & (k >= 0) & ~((space < 0.013) & (v > space))
        s = np.log(v * inverse_alpha[left] / (narrow / (space * space) + wide))
        t = -mean + k * np.log(mean) - _log_factorial(np.where(possible, k, 0))
        taken |= possible & (s <= t)
        found[left[taken]] = k[taken]
        left = left[~taken]


def _log_factorial(k: Numbers) -> Numbers:
    return np.array([math.lgamma(each + 1) for each in k.tolist()])


@evaluates("random_binomial")
def _random_binomial(node: Node, state: Array, count: Array, probability: Array) -> Any:
    return _sampled(node, (count, probability), _binomial, state)


def _binomial(state: Array, count: Numbers, probability: Numbers) -> Numbers:
    mirrored = probability > 0.5
    p = np.where(mirrored, 1 - probability, probability)
    found = np.zeros(len(p))
    possible = (count > 0) & (count < np.inf) & (p > 0)
    large = possible & (count * p >= _SMALL)
    distance = np.where(large, _BLOCKS_PER_NUMBER, _BLOCKS_PER_FEW_SUCCESSES)
    streams = _Streams(state, len(p), distance)
    _reject_binomial(streams, count, p, np.flatnonzero(large), found)
    _count_successes(streams, count, p, np.flatnonzero(possible & ~large), found)
    found = np.where(mirrored, count - found, found)
    return np.where(np.isfinite(count) & np.isfinite(probability), found, np.nan)


def _count_successes(
    streams: _Streams, count: Numbers, p: Numbers, left: Positions, found: Numbers
) -> None:
    """How many successes come within `count` trials, by the number of trials up to each."""
    trials = np.zeros(len(p))
    while len(left):
        trials[left] += np.ceil(np.log(streams.uniform(left)) / np.log1p(-p[left]))
        left = left[trials[left] <= count[left]]
        found[left] += 1


# Of log k! beyond what Stirling's formula gives, for the first k.
_TAILS = np.array(
    [
        0.0810614667953272,
        0.0413406959554092,
        0.0276779256849983,
        0.02079067210376509,
        0.0166446911898211,
        0.0138761288230707,
        0.0118967099458917,
        0.0104112652619720,
        0.00925546218271273,
        0.00833056343336287,
    ]
)


def _tail(k: Numbers) -> Numbers:
    """What Stirling's formula for log k! leaves out."""
    square = (k + 1) * (k + 1)
    series = (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)
    return np.where(k <= 9, _TAILS[np.clip(k, 0, 9).astype(np.int64)], series)


def _reject_binomial(
    streams: _Streams, count: Numbers, p: Numbers, left: Positions, found: Numbers
) -> None:
    """Transformed rejection.

    Source: Hörmann, "The generation of binomial random variates", 1993.
    """
    deviation = np.sqrt(count * p * (1 - p))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    alpha = (2.83 + 5.1 / b) * deviation
    odds, mode = p / (1 - p), np.floor((count + 1) * p)
    while len(left):
        u = streams.uniform(left) - 0.5
        v = streams.uniform(left)
        space = 0.5 - np.abs(u)
        n, wide, narrow, r, m = count[left], b[left], a[left], odds[left], mode[left]
        k = np.floor((2 * narrow / space + wide) * u + n * p[left] + 0.5)
        taken = (space >= 0.07) & (v <= 0.92 - 4.2 / wide)
        possible = ~taken & (k >= 0) & (k <= n)
        s = np.log(v * alpha[left] / (narrow / (space * space) + wide))
        limit = (
            (m + 0.5) * np.log((m + 1) / (r * (n - m + 1)))
            + (n + 1) * np.log((n - m + 1) / (n - k + 1))
            + (k + 0.5) * np.log(r * (n - k + 1) / (k + 1))
            + _tail(m)
            + _tail(n - m)
            - _tail(np.where(possible, k, 0))
            - _tail(np.where(possible, n - k, 0))
        )
        taken |= possible & (s <= limit)
        found[left[taken]] = k[taken]
        left = left[~taken]
