"""What a product is, and which way of computing it measured best for its shape."""

from __future__ import annotations

from dataclasses import dataclass

from glassbrook.engine.compiler.lower.matmul.vectors import SIZES, lanes, target

__all__ = ["MatmulSpec", "Plan", "plan", "scratch_bytes"]


@dataclass(frozen=True)
class MatmulSpec:
    """One product: ``C = alpha * op(A) @ op(B)``, plus what was in `C` if it accumulates.

    Matrices are row-major without gaps. `C` has shape (M, N). `A` has shape (M, K), or (K, M) if it
    is transposed; `B` has shape (K, N), or (N, K).
    """

    dtype: str
    M: int
    N: int
    K: int
    transpose_a: bool = False
    transpose_b: bool = False
    accumulate: bool = False

    @property
    def name(self) -> str:
        """A name that says all of it: ``matmul_float32_784x256x128_tn_acc``."""
        letters = "nt"[self.transpose_a] + "nt"[self.transpose_b]
        ending = "_acc" if self.accumulate else ""
        return f"matmul_{self.dtype}_{self.M}x{self.N}x{self.K}_{letters}{ending}"


@dataclass(frozen=True)
class Plan:
    """How a product is computed.

    Attributes:
        method: "tiles" (generated) or "blas".
        rows: rows of a tile.
        vectors: vectors in a row of a tile.
        pack: copy the columns of `B` that a tile needs into scratch memory, side by side.
    """

    method: str
    rows: int = 0
    vectors: int = 0
    pack: bool = False


def plan(spec: MatmulSpec) -> Plan:
    """The way that measured best for such a shape.

    It depends on nothing but the spec and the processor, so a program's numbers do not depend on
    how many threads run it.
    """
    if _library_is_faster(spec):
        return Plan("blas")
    vectors = max(1, -(-spec.N // lanes(spec.dtype)))
    rows, most = _tile(spec, vectors)
    panels = -(-vectors // most)
    return Plan("tiles", rows, -(-vectors // panels), pack=_packing_pays(spec))


def _tile(spec: MatmulSpec, vectors: int) -> tuple[int, int]:
    """Rows of a tile, and the most vectors that it may have."""
    few_registers = target().registers < 32
    narrow = vectors <= 2
    # How much slower a tile of so many rows runs: it has fewer sums under way than the multipliers
    # have stages, or loads more than it multiplies.
    slowness = {4: 1.02, 2: 1.7, 1: 2.9} if narrow else {4: 1.0, 2: 1.1, 1: 2.0}
    if few_registers:
        slowness |= {6: 0.95}
    elif narrow:
        slowness |= {8: 1.0}
    # One row goes to one thread, more are likely to be divided between two.
    share = spec.M if spec.M < 8 else -(-spec.M // 2)
    rows = min(slowness, key=lambda rows: -(-share // rows) * rows * slowness[rows])
    return rows, 2 if few_registers and rows > 1 else 4


def _packing_pays(spec: MatmulSpec) -> bool:
    """Whether to copy columns of B together, at a cost of about one pass over B for each thread."""
    if spec.transpose_b:
        return True  # the kernel needs vectors along the rows of op(B)
    bytes_of_b = spec.N * spec.K * SIZES[spec.dtype]
    return bytes_of_b >= 1 << 24 or (spec.M >= 512 and bytes_of_b >= 1 << 19)


def _library_is_faster(spec: MatmulSpec) -> bool:
    """Where OpenBLAS 0.3.34 measured ahead, one thread of either on a half of the rows."""
    if not spec.dtype.startswith("float") or 0 in (spec.M, spec.N, spec.K):
        return False
    if spec.N == 1:
        return spec.M * spec.K >= 1024  # its product with a vector
    if spec.transpose_b and spec.M < 24:
        return spec.N * spec.K > 512  # packing B costs as much as the product
    if target().vector_bytes < 64:
        # Its kernels reach the peak on smaller shapes with narrower vectors.
        large = 1 << 24 if target().vector_bytes == 32 else 1 << 16
        terms = spec.M * spec.N * spec.K
        return terms >= large
    if spec.transpose_a:
        idle = lanes(spec.dtype) - spec.N >= lanes(spec.dtype) // 4
        bytes_of_a, bytes_of_c = (spec.M * size * SIZES[spec.dtype] for size in (spec.K, spec.N))
        large = spec.K >= 2048 or bytes_of_a >= 1 << 22 or bytes_of_c >= 1 << 24
        return large or (idle and bytes_of_a > 1 << 15)
    return spec.K > 4096


def scratch_bytes(spec: MatmulSpec, how: Plan | None = None) -> int:
    """How much memory, aligned to 64 bytes, every thread must bring."""
    how = how or plan(spec)
    if not how.pack:
        return 0
    width = lanes(spec.dtype)
    depth = -(-spec.K // width) * width
    return depth * how.vectors * width * SIZES[spec.dtype]
