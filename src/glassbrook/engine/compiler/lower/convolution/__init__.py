"""Convolutions without a copy of the windows: kernels that read them where they lie.

`forward` multiplies windows by a kernel, `inputs` spreads the products back over the windows,
`weights` sums products of windows and gradients up. `tiles` is what they have in common: a tile of
sums in registers, made for the sizes of one convolution.
"""

from __future__ import annotations

from glassbrook.engine.compiler.lower.convolution.forward import emit_forward
from glassbrook.engine.compiler.lower.convolution.inputs import emit_inputs, inputs_scratch
from glassbrook.engine.compiler.lower.convolution.weights import emit_weights

__all__ = ["emit_forward", "emit_inputs", "emit_weights", "inputs_scratch"]
