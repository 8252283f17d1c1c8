"""Vector instructions of one element type, as wide as this machine's registers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from glassbrook.engine.compiler import llvm
from glassbrook.engine.compiler.llvm import ir

__all__ = ["ELEMENTS", "I1", "I32", "I64", "POINTER", "SIZES", "VOID", "Vectors", "lanes", "loop"]

I1, I32, I64 = ir.IntType(1), ir.IntType(32), ir.IntType(64)
POINTER, VOID = ir.PointerType(), ir.VoidType()
ELEMENTS: dict[str, Any] = {
    "float32": ir.FloatType(),
    "float64": ir.DoubleType(),
    "int32": I32,
    "int64": I64,
}
SIZES = {"float32": 4, "float64": 8, "int32": 4, "int64": 8}
SUFFIXES = {"float32": "f32", "float64": "f64", "int32": "i32", "int64": "i64"}


@dataclass(frozen=True)
class Target:
    """What the processor has.

    Attributes:
        vector_bytes: the size of a vector register.
        registers: how many of them there are.
        fused: whether it multiplies and adds in one instruction.
        masks: whether loads and stores of some lanes cost no more than those of all.
    """

    vector_bytes: int
    registers: int
    fused: bool
    masks: bool


@cache
def target() -> Target:
    """This machine."""
    features = set(llvm.host()[1].split(","))
    if "+avx512f" in features:
        return Target(64, 32, fused=True, masks=True)
    if "+avx2" in features and "+fma" in features:
        return Target(32, 16, fused=True, masks=False)
    if "+neon" in features:
        return Target(16, 32, fused=True, masks=False)
    return Target(16, 16, fused=False, masks=False)


def lanes(dtype: str) -> int:
    """How many elements a vector of this machine holds."""
    return target().vector_bytes // SIZES[dtype]


@contextmanager
def loop(builder: Any, begin: Any, end: Any, step: int, name: str) -> Iterator[Any]:
    """A loop while ``index < end``; its body is what is emitted inside."""
    before = builder.block
    head, body, after = (builder.append_basic_block(name + part) for part in ("", "_body", "_end"))
    builder.branch(head)
    builder.position_at_end(head)
    index = builder.phi(I64, name=name)
    index.add_incoming(begin, before)
    builder.cbranch(builder.icmp_signed("<", index, end), body, after)
    builder.position_at_end(body)
    yield index
    index.add_incoming(builder.add(index, I64(step)), builder.block)
    keep_compact(builder.branch(head))
    builder.position_at_end(after)


def keep_compact(branch: Any) -> None:
    """Tell LLVM not to unroll the loop that a branch closes: it is written as it should be."""
    module = branch.parent.parent.parent
    switch = module.add_metadata([ir.MetaDataString(module, "llvm.loop.unroll.disable")])
    number = len(module.metadata)
    mark = module.add_metadata([switch, I32(number)])
    mark.operands = (mark, switch)  # a loop's name has itself as its first part
    branch.set_metadata("llvm.loop", mark)


class Vectors:
    """Emits instructions on vectors of a dtype.

    A mask of None means all lanes.
    """

    def __init__(self, module: Any, dtype: str) -> None:
        self.module = module
        self.dtype = dtype
        self.suffix = SUFFIXES[dtype]
        self.element = ELEMENTS[dtype]
        self.lanes = lanes(dtype)
        self.type = ir.VectorType(self.element, self.lanes)
        self.zero = ir.Constant(self.type, [self.element(0)] * self.lanes)
        self._size = SIZES[dtype]
        self._float = dtype.startswith("float")

    def at(self, builder: Any, pointer: Any, offset: Any) -> Any:
        """The address of an element."""
        offset = I64(offset) if isinstance(offset, int) else offset
        return builder.gep(pointer, [offset], source_etype=self.element)

    def load(self, builder: Any, place: Any, mask: Any = None) -> Any:
        """Lanes from memory; those not in the mask are 0, and their memory is not touched."""
        if mask is None:
            return builder.load(place, typ=self.type, align=self._size)
        kinds = [POINTER, I32, mask.type, self.type]
        function = self._intrinsic("masked.load", self.type, kinds)
        return builder.call(function, [place, I32(self._size), mask, self.zero])

    def store(self, builder: Any, value: Any, place: Any, mask: Any = None) -> None:
        """Lanes to memory."""
        if mask is None:
            builder.store(value, place, align=self._size)
            return
        kinds = [self.type, POINTER, I32, mask.type]
        function = self._intrinsic("masked.store", VOID, kinds)
        builder.call(function, [value, place, I32(self._size), mask])

    def load_all(self, builder: Any, place: Any) -> Any:
        """One element from memory, in every lane."""
        return self.broadcast(builder, builder.load(place, typ=self.element, align=self._size))

    def broadcast(self, builder: Any, scalar: Any) -> Any:
        """A vector with the same number in every lane."""
        return _splat(builder, scalar, self.lanes)

    def multiply(self, builder: Any, x: Any, y: Any) -> Any:
        """``x * y``, integers wrapping around."""
        return builder.fmul(x, y) if self._float else builder.mul(x, y)

    def multiply_add(self, builder: Any, x: Any, y: Any, z: Any) -> Any:
        """``x * y + z``, rounded once where the machine can."""
        if self._float and target().fused:
            return builder.call(self._intrinsic("fma", self.type, [self.type] * 3), [x, y, z])
        product = self.multiply(builder, x, y)
        return builder.fadd(product, z) if self._float else builder.add(product, z)

    def first(self, builder: Any, count: Any, start: int = 0) -> Any:
        """The mask of the lanes whose number, counted from `start`, is below `count`."""
        kind = ir.VectorType(I32, self.lanes)
        numbers = ir.Constant(kind, [I32(start + lane) for lane in range(self.lanes)])
        limit = _splat(builder, builder.trunc(count, I32), self.lanes)
        return builder.icmp_signed("<", numbers, limit)

    def transpose(self, builder: Any, lines: Sequence[Any]) -> list[Any]:
        """The transpose of a square: its halves interleaved, log2(lanes) times."""
        half = self.lanes // 2
        orders = []
        for start in (0, half):
            pairs = [(start + lane, start + lane + self.lanes) for lane in range(half)]
            flat = [I32(lane) for pair in pairs for lane in pair]
            orders.append(ir.Constant(ir.VectorType(I32, self.lanes), flat))
        for _ in range(self.lanes.bit_length() - 1):
            lines = [
                builder.shuffle_vector(lines[row], lines[row + half], order)
                for row in range(half)
                for order in orders
            ]
        return list(lines)

    def _intrinsic(self, name: str, result: Any, arguments: Sequence[Any]) -> Any:
        full = f"llvm.{name}.v{self.lanes}{self.suffix}"
        full += ".p0" if name.startswith("masked") else ""
        known = self.module.globals.get(full)
        return known or ir.Function(self.module, ir.FunctionType(result, arguments), name=full)


def _splat(builder: Any, scalar: Any, count: int) -> Any:
    empty = ir.Constant(ir.VectorType(scalar.type, count), ir.Undefined)
    order = ir.Constant(ir.VectorType(I32, count), [I32(0)] * count)
    return builder.shuffle_vector(builder.insert_element(empty, scalar, I32(0)), empty, order)
