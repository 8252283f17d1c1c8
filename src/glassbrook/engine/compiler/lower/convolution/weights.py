"""Windows times gradients, summed over samples and places: the gradient of a kernel.

Samples are divided into a fixed number of blocks, each with sums of its own, so that the result
does not depend on how many cores there are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from glassbrook.engine.compiler.kernels import Convolution
from glassbrook.engine.compiler.lower.blocks import loop
from glassbrook.engine.compiler.lower.convolution.tiles import (
    Sums,
    Writer,
    each_panel,
    each_tile,
    most_rows,
    nested,
    runs_of,
)
from glassbrook.engine.compiler.lower.matmul.vectors import I64
from glassbrook.engine.compiler.nest import contiguous

__all__ = ["emit_weights"]

# So many bytes of the input and the gradient are gone over at a time, to keep them in a cache.
_CHUNK_BYTES = 1 << 18
# Runs that are shorter are put together in one tile.
_SHORT_RUN = 7


def emit_weights(module: Any, name: str, kernel: Convolution) -> Any:
    """The function ``(input, gradient, sums)``; its share is a stretch of blocks."""
    return _Weights(module, name, kernel).write()


class _Weights(Writer):
    def __init__(self, module: Any, name: str, kernel: Convolution) -> None:
        super().__init__(module, name, kernel, 3)
        self.x, self.grad, self.sums, self.begin, self.end = self.function.args
        self.runs, self.length = runs_of(kernel)
        self.chunk = _chunk(kernel)

    def write(self) -> Any:
        kernel, builder, of = self.kernel, self.builder, self.of
        size = kernel.places * kernel.features
        samples = kernel.samples // kernel.blocks
        with loop(builder, self.begin, self.end, "block") as block:
            sums = self.at(self.sums, (block, size))
            with loop(builder, I64(0), I64(size), "zero") as place:
                builder.store(of.element(0), of.at(builder, sums, place))
            with loop(builder, I64(0), I64(samples), "chunk", self.chunk) as chunk:
                first = self.scaled((block, samples), (chunk, 1))
                x = self.at(self.x, (first, self.sample))
                outputs = math.prod(kernel.outputs) * kernel.features
                grad = self.at(self.grad, (first, outputs))
                each_panel(
                    builder,
                    kernel.features,
                    of.lanes,
                    lambda column, width: self._panel(x, grad, sums, column, width),
                )
        return self.finished()

    def _panel(self, x: Any, grad: Any, sums: Any, column: Any, width: int) -> None:
        builder, of = self.builder, self.of
        grad, sums = of.at(builder, grad, column), of.at(builder, sums, column)
        rows = most_rows(-(-width // of.lanes))
        if self.length < _SHORT_RUN or self.kernel.places <= rows:
            self._together(x, grad, sums, width, rows)
            return
        steps = contiguous(self.runs)
        with nested(builder, self.runs, "run") as place:
            source = self.at(x, *zip(place, self.within))
            row = self.scaled(*zip(place, steps))
            lines = self.at(sums, (row, self.length * self.kernel.features))

            def tile(start: Any, height: int) -> None:
                offsets = list(range(height))
                target = self.at(lines, (start, self.kernel.features))
                self._tile(of.at(builder, source, start), grad, target, width, offsets)

            each_tile(builder, self.length, rows, tile)

    def _together(self, x: Any, grad: Any, sums: Any, width: int, most: int) -> None:
        """Tiles across runs, each written out with the places of its rows."""
        offsets = self._offsets()
        count = -(-len(offsets) // most)
        for number in range(count):
            begin, end = (len(offsets) * each // count for each in (number, number + 1))
            target = self.of.at(self.builder, sums, begin * self.kernel.features)
            self._tile(x, grad, target, width, offsets[begin:end])

    def _offsets(self) -> list[int]:
        """Where the elements of a window are, from its first one on."""
        starts = [0]
        for size, step in zip(self.runs, self.within):
            starts = [start + place * step for start in starts for place in range(size)]
        return [start + k for start in starts for k in range(self.length)]

    def _tile(self, x: Any, grad: Any, target: Any, width: int, offsets: Sequence[int]) -> None:
        kernel, builder, of = self.kernel, self.builder, self.of
        masks = self.masks(width)
        sums = Sums(self, len(offsets), len(masks))
        outputs = kernel.outputs
        steps = [step * kernel.features for step in contiguous((1, *outputs))]
        with nested(builder, (self.chunk, *outputs), "place") as (sample, *place):
            source = self.at(x, (sample, self.sample), *zip(place, self.between))
            line = self.at(grad, (sample, steps[0]), *zip(place, steps[1:]))
            places = [of.at(builder, source, offset) for offset in offsets]
            sums.add(places, self.vectors(line, masks))
        for index, values in enumerate(sums.rows()):
            place = of.at(builder, target, index * kernel.features)
            before = self.vectors(place, masks)
            added = [self.plus(a, b) for a, b in zip(before, values, strict=True)]
            self.store(added, place, masks)


def _chunk(kernel: Convolution) -> int:
    """How many samples are gone over at a time: a divisor of those of a block."""
    outputs = math.prod(kernel.outputs) * kernel.features
    each = (math.prod(kernel.spatial) * kernel.channels + outputs) * kernel.dtype.size
    samples = kernel.samples // kernel.blocks
    fitting = max(1, _CHUNK_BYTES // each)
    return max(
        count
        for count in range(1, samples + 1)
        if samples % count == 0 and (count <= fitting or count == 1)
    )
