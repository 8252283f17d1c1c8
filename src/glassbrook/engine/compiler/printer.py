"""Print what the passes made: kernel calls, the phases they are in, and where temporaries lie.

phase 0, shared by cores
  chain of 8
    loops  max            8x[5]  input0' -> t0'
    loops  sub, exp, sum  8x[5]  input0', t0' -> t1', t2'
    loops  div            8x5    t1', t2' -> output0'

A line says: the kind of kernel, the operations, what it runs over, and what it reads and writes.
Folded loops are in brackets. An apostrophe marks a buffer of which each core touches nothing but
its own share. Temporaries are numbered as they appear.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from glassbrook.engine.compiler.kernels import (
    Buffer,
    Call,
    Check,
    Convolution,
    Kernel,
    Loops,
    Product,
    Random,
    Scan,
    Scatter,
)
from glassbrook.engine.compiler.memory import Plan
from glassbrook.engine.compiler.schedule import Phase

__all__ = ["Names", "format_calls", "format_phases", "format_plan", "kind_of", "space_of"]


def kind_of(kernel: Kernel) -> str:
    """The kind of a kernel in one word, such as loops, product or convolution."""
    return type(kernel).__name__.lower()


def space_of(kernel: Kernel) -> str:
    """What a kernel runs over, such as ``4x[6]``: sizes of loops, folded ones in brackets.

    A product is ``rows x columns x inner``, with how many there are in front if there are several.
    """
    if isinstance(kernel, Loops):
        folded = kernel.reduced or (False,) * len(kernel.space)
        sizes = [
            f"[{size}]" if inside else f"{size}"
            for size, inside in zip(kernel.space, folded, strict=True)
        ]
        return "x".join(sizes) or "once"
    if isinstance(kernel, Product):
        several = f"{kernel.batch} of " if kernel.batch > 1 else ""
        return f"{several}{kernel.rows}x{kernel.columns}x{kernel.inner}"
    if isinstance(kernel, Convolution):
        outputs = "x".join(map(str, kernel.outputs))
        blocks = f" in {kernel.blocks} blocks" if kernel.part == "weights" else ""
        return f"{kernel.samples} of {outputs}x{kernel.features}x{kernel.places}{blocks}"
    if isinstance(kernel, Scatter):
        return f"{kernel.batch}x{kernel.outer}x{kernel.count}x{kernel.inner}"
    if isinstance(kernel, Scan):
        return f"{kernel.outer}x{kernel.count}x{kernel.inner}"
    return f"{kernel.size if isinstance(kernel, Random) else kernel.count}"


class Names:
    """Short names for buffers, temporaries numbered as they appear."""

    def __init__(self) -> None:
        self._temporaries: dict[Buffer, int] = {}

    def __call__(self, buffer: Buffer) -> str:
        """The name of a buffer: ``input0``, ``output0``, or ``t0`` for a temporary."""
        if buffer.kind != "arena":
            return f"{buffer.kind}{buffer.index}"
        number = self._temporaries.setdefault(buffer, len(self._temporaries))
        return f"t{number}"


def format_calls(calls: Iterable[Call]) -> str:
    """One line per call: kind, operations, space, and what is read and written.

    An apostrophe marks a buffer of which each core touches its own share alone.
    """
    names = Names()
    return _aligned([_cells(call, names) for call in calls])


def format_phases(phases: Sequence[Phase]) -> str:
    """The calls, phase by phase and chain by chain."""
    names = Names()
    rows = [
        _cells(call, names) for phase in phases for chain in phase.chains for call in chain.calls
    ]
    lines = iter(_aligned(rows).splitlines())
    text: list[str] = []
    for number, phase in enumerate(phases):
        text.append(f"phase {number}{', shared by cores' if phase.is_shared else ''}")
        for chain in phase.chains:
            text.append(f"  chain of {chain.shares}")
            text += [f"    {next(lines)}" for _ in chain.calls]
    return "\n".join(text)


def format_plan(phases: Sequence[Phase], plan: Plan) -> str:
    """One line per temporary: where it lies in the arena, in bytes; then the size of the arena."""
    names = Names()
    for phase in phases:
        for call in phase.calls:
            _cells(call, names)
    rows = [
        (names(buffer), f"{offset}", f"{offset + buffer.bytes}", _type(buffer))
        for buffer, offset in plan.offsets.items()
    ]
    rows.sort(key=lambda row: int(row[0][1:]))
    return "\n".join(
        [*(f"{name}: {begin} to {end}, {kind}" for name, begin, end, kind in rows), f"{plan.size}"]
    )


def _type(buffer: Buffer) -> str:
    return f"{buffer.dtype.name}[{', '.join(map(str, buffer.shape))}]"


def _cells(call: Call, names: Names) -> tuple[str, ...]:
    reads = [f"{names(use.buffer)}{chr(39) if use.own else ''}" for use in call.reads]
    own = "" if call.scattered else "'"
    writes = [f"{names(buffer)}{own}" for buffer in call.writes]
    moves = ", ".join(reads)
    if writes:
        moves = f"{moves} -> {', '.join(writes)}".strip()
    return kind_of(call.kernel), call.label, _flags(call.kernel), moves


def _flags(kernel: Kernel) -> str:
    """The space, and what a product does besides."""
    space = space_of(kernel)
    if isinstance(kernel, Check):
        return f"{space} < {', '.join(map(str, kernel.sizes))}"
    if not isinstance(kernel, Product):
        return space
    sides = ("T" if kernel.transpose_a else "N") + ("T" if kernel.transpose_b else "N")
    scale = f" {kernel.scale}scalar" if kernel.scale else ""
    return f"{space} {sides}{' +=' if kernel.accumulate else ''}{scale}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
