"""Kernels: what a program does, one loop nest or library call at a time.

A graph says what is computed; kernels say how it is walked over. `Loops` is a nest of loops with
straight-line arithmetic inside, `Product` a matrix product, `Scatter` adds rows up at computed
places, `Check` looks for indices outside of their range. Each names its arrays by *slots*, so that
one kernel serves every place of the program that looks the same; `Call` binds slots to buffers.

Kernels are values: equal ones are the same kernel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from glassbrook.dtypes import DType
from glassbrook.graph.node import Shape

__all__ = [
    "Affine",
    "Buffer",
    "Call",
    "Check",
    "Convolution",
    "Fold",
    "Kernel",
    "Loops",
    "Product",
    "Random",
    "Scan",
    "Scatter",
    "Step",
    "Store",
    "Use",
]


@dataclass(frozen=True, eq=False)
class Buffer:
    """Contiguous memory for one tensor.

    Attributes:
        kind: ``"input"`` or ``"output"`` for what is passed in; ``"arena"`` for what lives only
            while the program runs.
        index: the number of the input or output.
    """

    shape: Shape
    dtype: DType
    kind: str
    index: int = -1

    @property
    def size(self) -> int:
        """How many elements it holds."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """How many bytes it takes."""
        return self.size * self.dtype.size


@dataclass(frozen=True)
class Affine:
    """A position that moves evenly with the loops: ``start + Σ steps[d] · loop[d]``."""

    start: int
    steps: tuple[int, ...]

    def scaled(self, factor: int) -> Affine:
        """The position times a number."""
        return Affine(self.start * factor, tuple(step * factor for step in self.steps))

    def plus(self, other: Affine) -> Affine:
        """The sum of two positions."""
        steps = tuple(a + b for a, b in zip(self.steps, other.steps, strict=True))
        return Affine(self.start + other.start, steps)


@dataclass(frozen=True)
class Step:
    """One scalar value inside the innermost loop.

    Attributes:
        op: an operation on scalars; or ``load`` (from `slot` at `place`), ``load_at`` (the same,
            further on by Σ argument · stride for the strides in `detail`), ``index`` (the number
            `place`), ``constant`` (the number in `detail`).
        dtype: its type.
        arguments: numbers of earlier steps.
    """

    op: str
    dtype: DType
    arguments: tuple[int, ...] = ()
    slot: int = -1
    place: Affine | None = None
    # The text of a number: 1 == 1.0 == True would make different kernels equal.
    detail: tuple[str, ...] = ()


@dataclass(frozen=True)
class Store:
    """Write the value of a step."""

    slot: int
    step: int
    place: Affine


@dataclass(frozen=True)
class Fold:
    """Gather the values of a step over the reduced loops: by sum, prod, max, argmax, and so on."""

    op: str
    slot: int
    step: int
    place: Affine
    dtype: DType


@dataclass(frozen=True)
class Loops:
    """A nest of loops, outermost first, and what happens inside.

    Attributes:
        space: how often each loop turns.
        reduced: for each loop, whether the folds run over it.
        shared: the loop that cores share; -1 if one core must do it all.
    """

    space: Shape
    steps: tuple[Step, ...]
    stores: tuple[Store, ...] = ()
    folds: tuple[Fold, ...] = ()
    reduced: tuple[bool, ...] = ()
    shared: int = -1

    @property
    def turns(self) -> int:
        """How often the innermost body runs."""
        return math.prod(self.space)

    @property
    def extent(self) -> int:
        """How many rows there are for cores to share."""
        return self.space[self.shared] if self.shared >= 0 else 1


@dataclass(frozen=True)
class Product:
    """Rows of C = α·A@B (+ C), for each matrix of a batch.

    Slots: 0 is A, 1 is B, 2 is C, 3 the scalar α if there is one.

    Attributes:
        batch: how many products there are.
        a_stride, b_stride: elements from one A or B to the next; 0 if all use the same.
        scale: ``""``, or ``"+"`` or ``"-"`` for ±α, a scalar in slot 3.
    """

    dtype: DType
    rows: int
    columns: int
    inner: int
    transpose_a: bool = False
    transpose_b: bool = False
    accumulate: bool = False
    batch: int = 1
    a_stride: int = 0
    b_stride: int = 0
    scale: str = ""

    @property
    def extent(self) -> int:
        """How many rows there are for cores to share."""
        return self.batch if self.batch > 1 else self.rows

    @property
    def flops(self) -> int:
        """Multiplications and additions."""
        return 2 * self.batch * self.rows * self.columns * self.inner


@dataclass(frozen=True)
class Convolution:
    """Products of sliding windows and a kernel, or one of its two adjoints.

    Slots of ``"forward"``: 0 is the input, 1 the weights, 2 the output. Of ``"inputs"``, the
    gradient of the input: 0 is the gradient of the output, 1 the weights, 2 the result. Of
    ``"weights"``, the gradient of the weights: 0 is the input, 1 the gradient of the output, 2 the
    result, one for each block of samples.

    Attributes:
        part: which of the three.
        spatial, channels: the sizes of a sample of the input, padded.
        outputs, features: the sizes of a sample of the output.
        blocks: into how many blocks samples are divided, for the weights.
        by_rows: whether cores share the places of the first axis of the outputs, not just samples.
    """

    part: str
    dtype: DType
    samples: int
    spatial: Shape
    channels: int
    outputs: Shape
    features: int
    window: Shape
    strides: Shape
    dilations: Shape
    blocks: int = 1
    by_rows: bool = False

    @property
    def places(self) -> int:
        """How many elements a window has."""
        return math.prod(self.window) * self.channels

    @property
    def extent(self) -> int:
        """How many rows there are for cores to share."""
        if self.part == "weights":
            return self.blocks
        return self.samples * self.outputs[0] if self.by_rows else self.samples

    @property
    def flops(self) -> int:
        """Multiplications and additions."""
        return 2 * self.samples * math.prod(self.outputs) * self.features * self.places


@dataclass(frozen=True)
class Scatter:
    """Zero slot 0, then add slices of slot 1 up at the places that slot 2 holds.

    Element ``(b, o, i, r)`` of the updates goes to ``(b, o, place[b, i, components…], r)``.

    Attributes:
        batch, outer, count, inner: sizes of the four axes of the updates.
        sizes: for each component of a place, how many places there are.
        strides: for each component, elements from one place to the next.
        along: whether there is one place per element, not per slice: ``place[b, o, i, r]``.
    """

    dtype: DType
    index_dtype: DType
    batch: int
    outer: int
    count: int
    inner: int
    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    target_size: int
    along: bool = False

    @property
    def extent(self) -> int:
        """How many rows there are for cores to share: the innermost axis is cut."""
        return self.inner


@dataclass(frozen=True)
class Check:
    """Note an error unless slot 0 lies within [0, sizes[k]), k counting along the last axis."""

    dtype: DType
    count: int
    sizes: tuple[int, ...]

    @property
    def extent(self) -> int:
        """One core does it."""
        return 1


@dataclass(frozen=True)
class Scan:
    """Running totals along the middle one of three axes: slot 0 is made of slot 1.

    Attributes:
        op: what joins a total and an element: add or mul.
        exclusive: whether a total is that of the elements before.
        reverse: whether to begin at the end.
    """

    op: str
    dtype: DType
    outer: int
    count: int
    inner: int
    exclusive: bool
    reverse: bool

    @property
    def extent(self) -> int:
        """How many rows there are for cores to share: of the first axis, or else of the last."""
        return self.outer if self.outer > 1 else self.inner


@dataclass(frozen=True)
class Random:
    """Random numbers into slot 0, by the state of the generator in slot 1.

    Attributes:
        dtype: their type.
        size: how many numbers.
        normal: whether they are normally distributed, not spread evenly.
    """

    dtype: DType
    size: int
    normal: bool = False

    @property
    def per_block(self) -> int:
        """How many numbers come from one value of the generator's counter."""
        return 16 // self.dtype.size

    @property
    def extent(self) -> int:
        """How many rows there are for cores to share: blocks, if they come out even."""
        return 1 if self.size % self.per_block else self.size // self.per_block


Kernel = Loops | Product | Convolution | Scatter | Scan | Random | Check


@dataclass(frozen=True)
class Use:
    """A buffer that a call reads, and how much of it.

    Attributes:
        own: whether the part of the work that has the share [p, q) of the rows touches just the
            share [p, q) of the buffer.
    """

    buffer: Buffer
    own: bool


@dataclass(eq=False)
class Call:
    """A kernel on certain buffers.

    Attributes:
        buffers: one for each slot.
        reads: what it reads.
        writes: what it writes; its own share of each, unless `scattered`.
        scattered: whether a part of the work may write anywhere.
        label: the operations it stands for, for people.
    """

    kernel: Kernel
    buffers: tuple[Buffer, ...]
    reads: tuple[Use, ...]
    writes: tuple[Buffer, ...]
    label: str
    scattered: bool = False
    fallible: bool = field(default=False)
