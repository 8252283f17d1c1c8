"""What kernels of convolutions share: sizes of tiles, sums in registers, loops over places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from glassbrook.engine.compiler.kernels import Convolution
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.blocks import loop
from glassbrook.engine.compiler.lower.matmul.vectors import (
    I64,
    POINTER,
    VOID,
    Vectors,
    target,
)
from glassbrook.engine.compiler.nest import contiguous
from glassbrook.graph.node import Shape

__all__ = [
    "Sums",
    "Writer",
    "each_panel",
    "each_tile",
    "most_rows",
    "nested",
    "runs_of",
]

Body = Callable[[Any, int], None]
_MOST_VECTORS = 4
_MOST_ROWS = 14


def most_rows(vectors: int) -> int:
    """How many rows a tile of so many vectors may have, so that its sums stay in registers."""
    free = target().registers - vectors - 1
    return max(1, min(_MOST_ROWS, free // vectors))


def runs_of(kernel: Convolution) -> tuple[Shape, int]:
    """The sizes of the axes of a window but for a contiguous stretch; the stretch's length."""
    if kernel.dilations[-1] == 1:
        return kernel.window[:-1], kernel.window[-1] * kernel.channels
    return kernel.window, kernel.channels


@contextmanager
def nested(builder: Any, sizes: Sequence[int], name: str) -> Iterator[list[Any]]:
    """Loops over all of `sizes`; those that turn once are left out. Gives the counters."""
    with ExitStack() as stack:
        yield [
            I64(0)
            if size == 1
            else stack.enter_context(loop(builder, I64(0), I64(size), f"{name}{axis}"))
            for axis, size in enumerate(sizes)
        ]


def each_tile(builder: Any, size: int, most: int, body: Body) -> None:
    """``body(start, rows)`` for tiles of at most so many rows, as even as they can be."""
    count = -(-size // most)
    rows, larger = divmod(size, count)
    begin = 0
    for tiles, height in ((larger, rows + 1), (count - larger, rows)):
        end = begin + tiles * height
        if tiles == 1:
            body(I64(begin), height)
        elif tiles:
            with loop(builder, I64(begin), I64(end), "tile", height) as start:
                body(start, height)
        begin = end


def each_panel(builder: Any, columns: int, lanes: int, body: Callable[[Any, int], None]) -> None:
    """``body(column, width)`` for panels of a few vectors; the last one may be narrower."""
    vectors = -(-columns // lanes)
    panels = -(-vectors // _most_vectors())
    width = -(-vectors // panels) * lanes
    full = columns // width * width
    if full > width:
        with loop(builder, I64(0), I64(full), "panel", width) as column:
            body(column, width)
    elif full:
        body(I64(0), width)
    if full < columns:
        body(I64(full), columns - full)


def _most_vectors() -> int:
    return _MOST_VECTORS if target().registers >= 32 else 2


class Writer:
    """A function ``void(ptr slot…, i64 begin, i64 end)`` in the making.

    Args:
        module: where it is written.
        name: its name.
        kernel: the convolution.
        slots: how many arrays it takes, which do not overlap.
    """

    def __init__(self, module: Any, name: str, kernel: Convolution, slots: int) -> None:
        signature = ir.FunctionType(VOID, [POINTER] * slots + [I64, I64])
        self.function = ir.Function(module, signature, name)
        self.function.linkage = "private"
        self.function.attributes.add("noinline")
        self.function.attributes.add("nounwind")
        for argument in self.function.args[:slots]:
            argument.add_attribute("noalias")
        self.builder = ir.IRBuilder(self.function.append_basic_block("entry"))
        self.kernel = kernel
        self.of = Vectors(module, kernel.dtype.name)
        first, *spatial, _ = contiguous((1, *kernel.spatial, kernel.channels))
        self.sample = first
        self.between = [step * stride for step, stride in zip(spatial, kernel.strides, strict=True)]
        self.within = [
            step * dilation for step, dilation in zip(spatial, kernel.dilations, strict=True)
        ]
        """Elements of the input from one window to the next, and within a window."""

    def scaled(self, *terms: tuple[Any, int]) -> Any:
        """Σ value · factor."""
        total = None
        for value, factor in terms:
            term = value if factor == 1 else self.builder.mul(value, I64(factor))
            total = term if total is None else self.builder.add(total, term)
        return I64(0) if total is None else total

    def at(self, base: Any, *terms: tuple[Any, int]) -> Any:
        """The address Σ value · factor elements from `base`."""
        return self.of.at(self.builder, base, self.scaled(*terms))

    def masks(self, width: int) -> list[Any]:
        """For each vector of a panel, which lanes it has; `None` for all."""
        lanes = self.of.lanes
        return [
            None
            if width - start >= lanes
            else ir.Constant(
                ir.VectorType(ir.IntType(1), lanes),
                [ir.IntType(1)(start + lane < width) for lane in range(lanes)],
            )
            for start in range(0, width, lanes)
        ]

    def vectors(self, place: Any, masks: Sequence[Any]) -> list[Any]:
        """The vectors of a row of a panel, from memory."""
        return [
            self.of.load(self.builder, self.of.at(self.builder, place, index * self.of.lanes), mask)
            for index, mask in enumerate(masks)
        ]

    def store(self, values: Sequence[Any], place: Any, masks: Sequence[Any]) -> None:
        """The vectors of a row of a panel, to memory."""
        for index, (value, mask) in enumerate(zip(values, masks, strict=True)):
            where = self.of.at(self.builder, place, index * self.of.lanes)
            self.of.store(self.builder, value, where, mask)

    def plus(self, x: Any, y: Any) -> Any:
        """The sum of two vectors."""
        return self.builder.fadd(x, y)

    def finished(self) -> Any:
        """The function."""
        self.builder.ret_void()
        return self.function


class Sums:
    """A tile of sums: rows of a few vectors, which live in registers while they grow."""

    def __init__(self, writer: Writer, rows: int, vectors: int) -> None:
        self._writer = writer
        builder, of = writer.builder, writer.of
        with builder.goto_entry_block():
            self._places = [[builder.alloca(of.type) for _ in range(vectors)] for _ in range(rows)]
        for place in self._all():
            builder.store(of.zero, place)

    def _all(self) -> Iterator[Any]:
        for row in self._places:
            yield from row

    def add(self, factors: Sequence[Any], vectors: Sequence[Any]) -> None:
        """To each row, the vectors times the number at the row's address."""
        builder, of = self._writer.builder, self._writer.of
        for factor, row in zip(factors, self._places, strict=True):
            value = of.load_all(builder, factor)
            for place, vector in zip(row, vectors, strict=True):
                total = builder.load(place, typ=of.type)
                builder.store(of.multiply_add(builder, value, vector, total), place)

    def rows(self) -> list[list[Any]]:
        """The sums."""
        return [
            [self._writer.builder.load(place, typ=self._writer.of.type) for place in row]
            for row in self._places
        ]
