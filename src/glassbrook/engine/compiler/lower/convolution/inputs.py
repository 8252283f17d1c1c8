"""Gradients times a kernel, spread over the windows: the gradient of a convolution's input.

For each place of a window the gradients are multiplied by the kernel's matrix there, a tile at a
time, and added to the elements of the input that this place falls on.
"""

from __future__ import annotations

import math
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
from glassbrook.engine.compiler.lower.matmul.vectors import I64, lanes
from glassbrook.engine.compiler.nest import contiguous
from glassbrook.graph.node import Shape

__all__ = ["emit_inputs", "inputs_scratch"]

# With fewer channels, most lanes of a vector would be idle: a run of the window fills it instead.
_FEW_CHANNELS = 12


def _stretches(kernel: Convolution) -> tuple[Shape, int]:
    """The axes of a window that are gone over one by one, and how many elements lie together."""
    if kernel.channels < _FEW_CHANNELS:
        return runs_of(kernel)
    return kernel.window, kernel.channels


def _padded(kernel: Convolution) -> int:
    """A stretch, made whole vectors."""
    width = lanes(kernel.dtype.name)
    return -(-_stretches(kernel)[1] // width) * width


def inputs_scratch(kernel: Convolution) -> int:
    """How many bytes a core needs for the turned kernel."""
    stretches, _ = _stretches(kernel)
    return math.prod(stretches) * kernel.features * _padded(kernel) * kernel.dtype.size


def emit_inputs(module: Any, name: str, kernel: Convolution) -> Any:
    """The function ``(gradient, weights, input, scratch)``; its share is a stretch of samples."""
    return _Inputs(module, name, kernel).write()


class _Inputs(Writer):
    def __init__(self, module: Any, name: str, kernel: Convolution) -> None:
        super().__init__(module, name, kernel, 4)
        self.grad, self.weights, self.x, self.turned, self.begin, self.end = self.function.args
        self.stretches, self.length = _stretches(kernel)
        self.padded = _padded(kernel)
        self.steps = [step * kernel.features for step in contiguous(kernel.outputs)]
        # Runs of neighbouring places overlap, and a sum that was just stored cannot be loaded at
        # once from another address: a tile goes down, not along.
        overlaps = self.length > self.between[-1] and len(kernel.outputs) > 1
        self._along = len(kernel.outputs) - (2 if overlaps else 1)

    def write(self) -> Any:
        kernel, builder, of = self.kernel, self.builder, self.of
        self._turn()
        outputs = math.prod(kernel.outputs) * kernel.features
        steps = contiguous(self.stretches)
        with loop(builder, self.begin, self.end, "sample") as sample:
            x = self.at(self.x, (sample, self.sample))
            grad = self.at(self.grad, (sample, outputs))
            with loop(builder, I64(0), I64(self.sample), "zero") as place:
                builder.store(of.element(0), of.at(builder, x, place))
            with nested(builder, self.stretches, "part") as part:
                target = self.at(x, *zip(part, self.within))
                number = self.scaled(*zip(part, steps))
                matrix = self.at(self.turned, (number, kernel.features * self.padded))
                each_panel(
                    builder,
                    self.length,
                    of.lanes,
                    lambda column, width: self._panel(grad, matrix, target, column, width),
                )
        return self.finished()

    def _turn(self) -> None:
        """Each part of the kernel with its channels last, in whole vectors."""
        kernel, builder, of = self.kernel, self.builder, self.of
        with (
            loop(builder, I64(0), I64(math.prod(self.stretches)), "part") as part,
            loop(builder, I64(0), I64(kernel.features), "feature") as feature,
        ):
            line = self.scaled((part, kernel.features), (feature, 1))
            target = self.at(self.turned, (line, self.padded))
            first = self.scaled((part, self.length * kernel.features), (feature, 1))
            source = of.at(builder, self.weights, first)
            with loop(builder, I64(0), I64(self.length), "channel") as channel:
                place = self.at(source, (channel, kernel.features))
                value = builder.load(place, typ=of.element)
                builder.store(value, of.at(builder, target, channel))

    def _panel(self, grad: Any, matrix: Any, target: Any, column: Any, width: int) -> None:
        kernel, builder, of = self.kernel, self.builder, self.of
        matrix, target = of.at(builder, matrix, column), of.at(builder, target, column)
        rows = most_rows(-(-width // of.lanes))
        along = self._along
        others = [size for axis, size in enumerate(kernel.outputs) if axis != along]
        with nested(builder, others, "place") as place:
            place.insert(along, I64(0))
            x = self.at(target, *zip(place, self.between))
            line = self.at(grad, *zip(place, self.steps))

            def tile(start: Any, height: int) -> None:
                first = self.at(line, (start, self.steps[along]))
                self._tile(first, matrix, self.at(x, (start, self.between[along])), width, height)

            each_tile(builder, kernel.outputs[along], rows, tile)

    def _tile(self, grad: Any, matrix: Any, target: Any, width: int, height: int) -> None:
        kernel, builder, of = self.kernel, self.builder, self.of
        masks = self.masks(width)
        whole = [None] * len(masks)  # the scratch memory has all lanes
        sums = Sums(self, height, len(masks))
        with loop(builder, I64(0), I64(kernel.features), "k") as k:
            here = of.at(builder, grad, k)
            step = self.steps[self._along]
            places = [of.at(builder, here, index * step) for index in range(height)]
            sums.add(places, self.vectors(self.at(matrix, (k, self.padded)), whole))
        for index, values in enumerate(sums.rows()):
            place = of.at(builder, target, index * self.between[self._along])
            before = self.vectors(place, masks)
            added = [self.plus(a, b) for a, b in zip(before, values, strict=True)]
            self.store(added, place, masks)
