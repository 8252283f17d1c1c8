"""Divide calls into phases, between which cores wait for each other.

Within a phase each core runs its share of every call, without looking at what the others do. A call
may thus stand in the same phase as one that it depends on only if each core needs nothing but its
own share of what the other call made: such calls form a *chain* and are cut into shares in step.
The forward and backward pass of a batch through dense layers is one chain: samples do not depend on
each other. Only the sums over samples, the updates, need another phase.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from glassbrook.engine.compiler.kernels import (
    Buffer,
    Call,
    Convolution,
    Loops,
    Product,
    Random,
    Scan,
    Scatter,
)

__all__ = ["Chain", "Phase", "cost", "schedule"]

# The fewest shares that a chain may be cut into, if its calls could be cut into more.
_FEWEST_SHARES = 8

_WORTH_SHARING = 12_000
"""From this estimate of nanoseconds on, several cores are faster than one."""


@dataclass(eq=False)
class Chain:
    """Calls that are cut in step.

    Attributes:
        shares: into how many equal shares the work can be cut at most.
    """

    shares: int
    calls: list[Call] = field(default_factory=list)


@dataclass(eq=False)
class Phase:
    """Chains that may run side by side."""

    chains: list[Chain] = field(default_factory=list)

    @property
    def calls(self) -> list[Call]:
        """All calls, in order."""
        return [call for chain in self.chains for call in chain.calls]

    @property
    def is_shared(self) -> bool:
        """Whether it is worth waking the other cores for."""
        divisible = sum(
            cost(call) for chain in self.chains if chain.shares > 1 for call in chain.calls
        )
        return divisible > _WORTH_SHARING


_HEAVY = frozenset(
    "exp expm1 log log1p tanh sigmoid softplus erf erfc pow sin cos tan asin acos atan atan2 sinh "
    "cosh asinh acosh atanh".split()
)


def cost(call: Call) -> float:
    """A rough estimate of nanoseconds on one core."""
    kernel = call.kernel
    if isinstance(kernel, Product | Convolution):
        return kernel.flops / 60
    if isinstance(kernel, Loops):
        weight = sum(12 if step.op in _HEAVY else 1 for step in kernel.steps)
        return kernel.turns * weight / 12
    if isinstance(kernel, Scatter):
        return float(kernel.batch * kernel.outer * kernel.count * kernel.inner)
    if isinstance(kernel, Scan):
        return float(kernel.outer * kernel.count * kernel.inner)
    if isinstance(kernel, Random):
        return (10.0 if kernel.normal else 2.0) * kernel.size
    return float(kernel.count)


def schedule(calls: Sequence[Call]) -> list[Phase]:
    """The phases, in order; every call is in the earliest that it can be in."""
    return _Schedule().run(calls)


class _Schedule:
    def __init__(self) -> None:
        self._phases: list[Phase] = []
        # For each call: its phase and its chain.
        self._places: dict[Call, tuple[int, Chain]] = {}
        self._writers: dict[Buffer, list[Call]] = {}
        self._readers: dict[Buffer, list[Call]] = {}
        self._last_check = -1

    def run(self, calls: Sequence[Call]) -> list[Phase]:
        for call in calls:
            self._add(call)
        return self._phases

    def _add(self, call: Call) -> None:
        earliest, chain = self._earliest(call)
        if chain is None:
            if earliest == len(self._phases):
                self._phases.append(Phase())
            chain = Chain(call.kernel.extent)
            self._phases[earliest].chains.append(chain)
        else:
            chain.shares = math.gcd(chain.shares, call.kernel.extent)
        chain.calls.append(call)
        self._places[call] = (earliest, chain)
        for use in call.reads:
            self._readers.setdefault(use.buffer, []).append(call)
        for buffer in call.writes:
            self._writers.setdefault(buffer, []).append(call)
        if call.fallible:
            self._last_check = max(self._last_check, earliest)

    def _earliest(self, call: Call) -> tuple[int, Chain | None]:
        """The first phase that the call may be in, and the chain there that it must join."""
        earliest = 0
        near: list[Call] = []
        for other, in_step in self._before(call):
            place, chain = self._places[other]
            if in_step and self._can_follow(chain, call):
                if place > earliest:
                    earliest, near = place, []
                if place == earliest:
                    near.append(other)
            elif place + 1 > earliest:
                earliest, near = place + 1, []
        if _updates_inputs(call) and self._last_check >= earliest:
            earliest, near = self._last_check + 1, []
        chains = {self._places[other][1] for other in near}
        if not chains:
            return earliest, None
        if len(chains) == 1:
            return earliest, chains.pop()
        return earliest, self._joined(earliest, chains, call)

    def _joined(self, place: int, chains: set[Chain], call: Call) -> Chain:
        """Several chains of a phase made one, since a call depends on them all."""
        phase = self._phases[place]
        ordered = [chain for chain in phase.chains if chain in chains]
        first, *others = ordered
        for chain in others:
            first.shares = math.gcd(first.shares, chain.shares)
            first.calls.extend(chain.calls)
            phase.chains.remove(chain)
            for each in chain.calls:
                self._places[each] = (place, first)
        return first

    def _before(self, call: Call) -> list[tuple[Call, bool]]:
        """The calls that must come first, and whether being in step with them is enough."""
        found: list[tuple[Call, bool]] = []
        for use in call.reads:
            found += [
                (other, use.own and not other.scattered)
                for other in self._writers.get(use.buffer, ())
            ]
        for buffer in call.writes:
            for other in self._readers.get(buffer, ()):
                own = all(use.own for use in other.reads if use.buffer is buffer)
                found.append((other, own and not call.scattered))
            found += [
                (other, not call.scattered and not other.scattered)
                for other in self._writers.get(buffer, ())
            ]
        return found

    def _can_follow(self, chain: Chain, call: Call) -> bool:
        shares = math.gcd(chain.shares, call.kernel.extent)
        return shares >= min(chain.shares, _FEWEST_SHARES) and shares >= min(
            call.kernel.extent, _FEWEST_SHARES
        )


def _updates_inputs(call: Call) -> bool:
    return any(buffer.kind == "input" for buffer in call.writes)
