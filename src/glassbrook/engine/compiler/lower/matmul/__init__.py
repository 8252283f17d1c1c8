"""Matrix products: generated code for every shape, or the BLAS library where that is faster.

`spec` says what a product is and how it is computed, `function` writes its function, `panel` the
kernels that do the work, `packing` what rearranges a matrix for them, `vectors` their instructions.
"""

from __future__ import annotations

from glassbrook.engine.compiler.lower.matmul.function import matmul_function
from glassbrook.engine.compiler.lower.matmul.spec import MatmulSpec, Plan, plan, scratch_bytes

__all__ = ["MatmulSpec", "Plan", "matmul_function", "plan", "scratch_bytes"]
