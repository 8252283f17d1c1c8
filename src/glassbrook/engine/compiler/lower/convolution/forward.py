"""Windows times a kernel: a tile is a few neighbouring windows by a few vectors of channels."""

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

__all__ = ["emit_forward"]

# A window that is not larger is written out instead of looped over.
_WRITTEN_OUT = 32


def emit_forward(module: Any, name: str, kernel: Convolution) -> Any:
    """The function ``(input, weights, output)``; its share is a stretch of samples, or of rows.

    A row is what belongs to one place of the first axis of the outputs, if there are several.
    """
    return _Forward(module, name, kernel).write()


class _Forward(Writer):
    def __init__(self, module: Any, name: str, kernel: Convolution) -> None:
        super().__init__(module, name, kernel, 3)
        self.x, self.weights, self.out, self.begin, self.end = self.function.args
        self.runs, self.length = runs_of(kernel)

    def write(self) -> Any:
        each_panel(self.builder, self.kernel.features, self.of.lanes, self._panel)
        return self.finished()

    def _panel(self, column: Any, width: int) -> None:
        kernel, builder = self.kernel, self.builder
        outputs = kernel.outputs
        sizes = outputs[1:-1] if kernel.by_rows else outputs[:-1]
        with loop(builder, self.begin, self.end, "share") as share:
            if kernel.by_rows:
                sample = builder.sdiv(share, I64(outputs[0]))
                first = [builder.srem(share, I64(outputs[0]))]
            else:
                sample, first = share, []
            with nested(builder, sizes, "row") as rest:
                row = [*first, *rest]
                steps = contiguous((1, *outputs))
                source = [(sample, self.sample), *zip(row, self.between)]
                target = [(sample, steps[0]), *zip(row, steps[1:])]
                x = self.at(self.x, *source)
                place = builder.add(builder.mul(self.scaled(*target), I64(kernel.features)), column)
                out = self.of.at(builder, self.out, place)
                rows = most_rows(-(-width // self.of.lanes))
                each_tile(
                    builder,
                    outputs[-1],
                    rows,
                    lambda start, height: self._tile(x, out, column, width, start, height),
                )

    def _tile(self, x: Any, out: Any, column: Any, width: int, start: Any, height: int) -> None:
        masks = self.masks(width)
        sums = Sums(self, height, len(masks))
        weights = self.of.at(self.builder, self.weights, column)
        first = self.at(x, (start, self.between[-1]))
        if math.prod(self.runs) * self.length <= _WRITTEN_OUT:
            self._written_out(sums, first, weights, masks, height)
        else:
            self._looped(sums, first, weights, masks, height)
        features = self.kernel.features
        for index, values in enumerate(sums.rows()):
            place = self.at(out, (start, features), (I64(index), features))
            self.store(values, place, masks)

    def _step(self, sums: Sums, x: Any, weights: Any, masks: Sequence[Any], height: int) -> None:
        """One element of each window of a tile, times its row of the weights."""
        step = self.between[-1]
        places = [self.of.at(self.builder, x, index * step) for index in range(height)]
        sums.add(places, self.vectors(weights, masks))

    def _written_out(
        self, sums: Sums, x: Any, weights: Any, masks: Sequence[Any], height: int
    ) -> None:
        features = self.kernel.features
        for number in range(math.prod(self.runs)):
            offset = sum(
                place * step for place, step in zip(_position(number, self.runs), self.within)
            )
            for k in range(self.length):
                row = (number * self.length + k) * features
                self._step(
                    sums,
                    self.of.at(self.builder, x, offset + k),
                    self.of.at(self.builder, weights, row),
                    masks,
                    height,
                )

    def _looped(self, sums: Sums, x: Any, weights: Any, masks: Sequence[Any], height: int) -> None:
        features = self.kernel.features
        steps = contiguous(self.runs)
        with nested(self.builder, self.runs, "run") as place:
            source = self.at(x, *zip(place, self.within))
            row = self.scaled(*zip(place, steps))
            lines = self.at(weights, (row, self.length * features))
            with loop(self.builder, I64(0), I64(self.length), "k") as k:
                here = self.of.at(self.builder, source, k)
                self._step(sums, here, self.at(lines, (k, features)), masks, height)


def _position(number: int, sizes: Sequence[int]) -> list[int]:
    """The position of an element of an array, from its number."""
    return [
        number // step % size for step, size in zip(contiguous(tuple(sizes)), sizes, strict=True)
    ]
