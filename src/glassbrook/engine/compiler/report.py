"""What is said of a compiled unit: its kernels in order, and where its temporaries lie.

It is written down when the code is made, from the very phases and the very plan that it was made
of, and kept beside the code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
from glassbrook.engine.compiler.lower.matmul import plan as product_plan
from glassbrook.engine.compiler.lower.program import product_spec
from glassbrook.engine.compiler.memory import Plan
from glassbrook.engine.compiler.printer import Names, kind_of
from glassbrook.engine.compiler.schedule import Phase
from glassbrook.graph.node import Shape

__all__ = ["KernelReport", "TemporaryReport", "kernel_reports", "temporary_reports"]


@dataclass(frozen=True)
class KernelReport:
    """One kernel call of a program, for people.

    Attributes:
        kind: loops, product, convolution, scatter, scan, random or check.
        operations: what it computes.
        space: the sizes of its loops.
        flops: arithmetic operations; matrix products count two per multiplication.
        bytes: what it reads and writes.
        phase: the number of its phase.
        shared: whether cores share the phase.
        chain: the number of its chain within the phase; those of a chain are cut in step.
        reads, writes: names of what it reads and writes: ``input0``, ``output0``, or ``t0`` for a
            temporary.
        library: whether the BLAS library does it.
    """

    kind: str
    operations: str
    space: tuple[int, ...]
    flops: int
    bytes: int
    phase: int
    shared: bool
    chain: int = 0
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    library: bool = False

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> KernelReport:
        """The report whose fields came through JSON."""
        tuples = {name: tuple(fields[name]) for name in ("space", "reads", "writes")}
        return cls(**{**fields, **tuples})


@dataclass(frozen=True)
class TemporaryReport:
    """A temporary of a program: where it lies in the arena, and when it is in use.

    Attributes:
        name: ``t0``, ``t1``, …, as they appear.
        shape: its shape.
        dtype: its dtype.
        offset: where it begins, in bytes from the start of the arena.
        bytes: how long it is.
        first, last: the numbers of the first and the last kernel that use it.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    offset: int
    bytes: int
    first: int
    last: int

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> TemporaryReport:
        """The report whose fields came through JSON."""
        return cls(**{**fields, "shape": tuple(fields["shape"])})


def kernel_reports(phases: Sequence[Phase]) -> tuple[KernelReport, ...]:
    """The kernels of a program, in order."""
    names = Names()
    return tuple(
        _kernel_report(call, names, number, chain_number, phase.is_shared)
        for number, phase in enumerate(phases)
        for chain_number, chain in enumerate(phase.chains)
        for call in chain.calls
    )


def temporary_reports(phases: Sequence[Phase], plan: Plan) -> tuple[TemporaryReport, ...]:
    """The temporaries of a program, in the order in which they appear."""
    names = Names()
    uses: dict[Buffer, list[int]] = {}
    for number, call in enumerate(call for phase in phases for call in phase.calls):
        _names_of(call, names)
        for buffer in call.buffers:
            if buffer in plan.offsets:
                uses.setdefault(buffer, []).append(number)
    found = [
        TemporaryReport(
            names(buffer),
            buffer.shape,
            buffer.dtype.name,
            plan.offsets[buffer],
            buffer.bytes,
            numbers[0],
            numbers[-1],
        )
        for buffer, numbers in uses.items()
    ]
    return tuple(sorted(found, key=lambda each: int(each.name[1:])))


def _names_of(call: Call, names: Names) -> tuple[tuple[str, ...], tuple[str, ...]]:
    reads = tuple(dict.fromkeys(names(use.buffer) for use in call.reads))
    return reads, tuple(dict.fromkeys(map(names, call.writes)))


def _kernel_report(call: Call, names: Names, phase: int, chain: int, shared: bool) -> KernelReport:
    kernel = call.kernel
    reads, writes = _names_of(call, names)
    moved = sum(use.buffer.bytes for use in call.reads) + sum(each.bytes for each in call.writes)
    return KernelReport(
        kind=kind_of(kernel),
        operations=call.label,
        space=_space_of(kernel),
        flops=_flops_of(kernel),
        bytes=moved,
        phase=phase,
        shared=shared,
        chain=chain,
        reads=reads,
        writes=writes,
        library=isinstance(kernel, Product) and product_plan(product_spec(kernel)).method == "blas",
    )


def _space_of(kernel: Kernel) -> Shape:
    if isinstance(kernel, Product):
        space = (kernel.batch, kernel.rows, kernel.columns, kernel.inner)
        return space[kernel.batch == 1 :]
    if isinstance(kernel, Convolution):
        return (kernel.samples, *kernel.outputs, kernel.features, kernel.places)
    if isinstance(kernel, Loops):
        return kernel.space
    if isinstance(kernel, Check):
        return (kernel.count,)
    if isinstance(kernel, Scan):
        return (kernel.outer, kernel.count, kernel.inner)
    if isinstance(kernel, Random):
        return (kernel.size,)
    return (kernel.batch, kernel.outer, kernel.count, kernel.inner)


_NO_ARITHMETIC = frozenset({"load", "load_at", "constant", "index"})


def _flops_of(kernel: Kernel) -> int:
    if isinstance(kernel, Product | Convolution):
        return kernel.flops
    if isinstance(kernel, Loops):
        arithmetic = sum(step.op not in _NO_ARITHMETIC for step in kernel.steps)
        return kernel.turns * (arithmetic + len(kernel.folds))
    if isinstance(kernel, Scan | Scatter):
        return math.prod(_space_of(kernel))
    return 0
