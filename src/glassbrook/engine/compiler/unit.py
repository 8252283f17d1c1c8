"""`Unit`: machine code for a graph without gaps, and what it needs to run."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

from glassbrook.engine.compiler import llvm
from glassbrook.engine.compiler.arenas import Arena, Shelf, shelf_for
from glassbrook.engine.compiler.blas import blas_table
from glassbrook.engine.compiler.lower.program import ARENA_HEAD, BAD_LAYOUT, ENTRY, Layout
from glassbrook.engine.compiler.report import KernelReport, TemporaryReport
from glassbrook.engine.compiler.threads import pool_address, thread_count
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Array

__all__ = ["Code", "Unit", "layout"]

_ENTRY = ctypes.CFUNCTYPE(
    ctypes.c_int64,
    ctypes.py_object,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int64,
    ctypes.c_void_p,
    ctypes.c_int64,
    ctypes.c_void_p,
)


@cache
def layout() -> Layout:
    """Where this CPython and NumPy keep the memory of an array.

    Raises:
        RuntimeError: not where they are known to keep it.
    """
    head = object.__basicsize__
    found = Layout(items=tuple.__basicsize__, data=head, flags=head + 48)
    array = np.zeros((2, 3), np.float32)
    data = ctypes.c_void_p.from_address(id(array) + found.data).value
    flags = ctypes.c_int32.from_address(id(array) + found.flags).value
    pair = (array, array.T)
    items = [ctypes.c_void_p.from_address(id(pair) + found.items + 8 * i).value for i in (0, 1)]
    turned = ctypes.c_int32.from_address(id(pair[1]) + found.flags).value
    if (
        data != array.ctypes.data
        or flags & 0x0501 != 0x0501
        or turned & 0x0501 != 0x0500
        or items != [id(pair[0]), id(pair[1])]
    ):
        raise RuntimeError(
            "Arrays of this Python and NumPy are not laid out as compiled programs expect. "
            "Set GLASSBROOK_ENGINE=interpreter to run without the compiler."
        )
    return found


@dataclass(frozen=True)
class Code:
    """What is kept of a compiled unit: object code, and the numbers needed to run it."""

    object_code: bytes
    arena_bytes: int
    scratch_bytes: int
    kernels: tuple[KernelReport, ...]
    temporaries: tuple[TemporaryReport, ...] = ()

    def header(self) -> str:
        """All but the object code, as JSON."""
        fields = asdict(self)
        del fields["object_code"]
        return json.dumps(fields)

    @classmethod
    def from_header(cls, header: str, object_code: bytes) -> Code:
        """The code that `header` described.

        Raises:
            ValueError, TypeError, KeyError: the header is damaged.
        """
        fields = json.loads(header)
        return cls(
            object_code,
            int(fields["arena_bytes"]),
            int(fields["scratch_bytes"]),
            tuple(map(KernelReport.from_fields, fields["kernels"])),
            tuple(map(TemporaryReport.from_fields, fields["temporaries"])),
        )


class Unit:
    """A graph as machine code.

    Args:
        graph: what it computes.
        code: its machine code.
    """

    def __init__(self, graph: ClosedGraph, code: Code) -> None:
        self.graph = graph
        self.code = code
        self._library = llvm.load_object(code.object_code, [ENTRY])
        self._entry: Any = _ENTRY(self._library.addresses[ENTRY])
        self._outputs = [(node.shape, node.dtype.numpy) for node in graph.outputs]
        # A program that no core shares, or that multiplies no matrices, need not ask for these.
        self._is_shared = any(kernel.shared for kernel in code.kernels)
        self._multiplies = any(kernel.kind == "product" for kernel in code.kernels)
        self._shelf: tuple[int, Shelf | None] = (0, None)
        self._updated = frozenset(index for index, _ in graph.updates)

    def run(
        self,
        arrays: Sequence[Array],
        strides: Sequence[int] | None = None,
        steps: int = 1,
        goes_on: bool = False,
    ) -> tuple[int, list[Array]]:
        """Run once or several times; see `Program`.

        Args:
            arrays: one for each input.
            strides: by how many bytes each input moves from step to step.
            steps: how many steps there are at most.
            goes_on: whether the first output, a truth value, says after each step if another one
                is to follow.

        Returns:
            0, or the number of the step that failed, from 1 on; and the outputs.

        Raises:
            KeyboardInterrupt: if the run was finished by then, with the outputs as `results`.
        """
        outputs = [np.empty(shape, dtype) for shape, dtype in self._outputs]
        threads = thread_count() if self._is_shared else 1
        arena = self._borrow(threads)
        moves = None if strides is None else (ctypes.c_int64 * len(strides))(*strides)
        pool = pool_address() if threads > 1 else None
        go = outputs[0].ctypes.data if goes_on else None
        arguments = (*arrays, *outputs)
        blas = blas_table() if self._multiplies else None
        arena.memory[0] = 0
        try:
            failed: int = self._entry(
                arguments, arena.address, blas, pool, threads, moves, steps, go
            )
            if failed == BAD_LAYOUT:
                arguments = self._laid_out(arguments)
                if moves is not None:  # from row to row of what is copied it may be less far
                    for number, (move, array) in enumerate(zip(moves, arguments)):
                        moves[number] = array.strides[0] if move else 0
                failed = self._entry(
                    arguments, arena.address, blas, pool, threads, moves, steps, go
                )
                assert failed != BAD_LAYOUT
        except KeyboardInterrupt as interrupt:
            # Python hears of Ctrl-C when the program has returned, and inputs have changed.
            if arena.memory[0]:
                interrupt.results = outputs  # type: ignore[attr-defined]
            raise
        self._give_back(arena)
        return failed, outputs

    def _borrow(self, threads: int) -> Arena:
        """An arena for one run."""
        known, shelf = self._shelf
        if shelf is None or threads != known:
            code = self.code
            shelf = shelf_for(ARENA_HEAD + code.arena_bytes + threads * code.scratch_bytes)
            self._shelf = threads, shelf
        return shelf.borrow()

    def _give_back(self, arena: Arena) -> None:
        arena.shelf.give_back(arena)

    def _laid_out(self, arguments: Sequence[Array]) -> tuple[Array, ...]:
        """The arguments, each contiguous; what is updated must be so already."""
        ready = []
        for number, array in enumerate(arguments):
            if not (array.flags.c_contiguous and array.flags.aligned):
                assert number not in self._updated, "an updated array must be contiguous"
                array = np.array(array, order="C", copy=True)
            ready.append(array)
        return tuple(ready)
