"""Plan the arena: where each temporary lies, so that those of different times share memory.

A buffer lives from the phase of its first writer to the phase of its last reader. Within a phase
cores run ahead of each other, so two buffers may share memory within one only if they are cut into
the same shares: then each core reuses nothing but its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glassbrook.engine.compiler.kernels import Buffer
from glassbrook.engine.compiler.schedule import Chain, Phase

__all__ = ["ALIGNMENT", "Plan", "padded", "plan_memory"]

ALIGNMENT = 64
"""Bytes: a cache line, and the widest vector."""


@dataclass(frozen=True)
class Plan:
    """Where in the arena each temporary lies, in bytes from its start, and the arena's size."""

    offsets: dict[Buffer, int]
    size: int


@dataclass(eq=False)
class _Life:
    """When a buffer is in use: phases, and positions within the chain of the first and last."""

    buffer: Buffer
    first: int
    last: int
    begin: int
    end: int
    chain: Chain | None

    def meets(self, other: _Life) -> bool:
        """Whether both may be in use at a time."""
        if self.last < other.first or other.last < self.first:
            return False
        in_step = (
            self.chain is not None
            and self.chain is other.chain
            and self.buffer.bytes == other.buffer.bytes
            and self.buffer.size == other.buffer.size
        )
        return not in_step or not (self.end < other.begin or other.end < self.begin)


def plan_memory(phases: Sequence[Phase]) -> Plan:
    """Give every temporary the lowest place that nobody else needs while it lives."""
    offsets: dict[Buffer, int] = {}
    placed: list[_Life] = []
    for life in sorted(_lives(phases), key=lambda each: -each.buffer.bytes):
        taken = sorted(
            (offsets[other.buffer], offsets[other.buffer] + padded(other.buffer.bytes))
            for other in placed
            if life.meets(other)
        )
        offset = 0
        for begin, end in taken:
            if begin - offset >= padded(life.buffer.bytes):
                break
            offset = max(offset, end)
        offsets[life.buffer] = offset
        placed.append(life)
    size = max((offsets[each.buffer] + padded(each.buffer.bytes) for each in placed), default=0)
    return Plan(offsets, size)


def padded(size: int) -> int:
    """The memory that a temporary of so many bytes takes in the arena."""
    return max(-(-size // ALIGNMENT), 1) * ALIGNMENT


def _lives(phases: Sequence[Phase]) -> list[_Life]:
    lives: dict[Buffer, _Life] = {}
    for number, phase in enumerate(phases):
        for chain in phase.chains:
            for position, call in enumerate(chain.calls):
                for buffer in dict.fromkeys(call.buffers):
                    if buffer.kind != "arena":
                        continue
                    life = lives.get(buffer)
                    if life is None:
                        lives[buffer] = _Life(buffer, number, number, position, position, chain)
                        continue
                    life.last = number
                    life.end = position
                    if life.chain is not chain:
                        life.chain = None
    return list(lives.values())
