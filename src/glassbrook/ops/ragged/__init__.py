"""Ragged tensors: rows of different lengths, and the operations that take them."""

from glassbrook.ops.ragged.dispatch import dispatch
from glassbrook.ops.ragged.spec import RaggedTensorSpec
from glassbrook.ops.ragged.tensor import RaggedArgument, RaggedTensor

RaggedArgument.record = staticmethod(dispatch)

__all__ = ["RaggedTensor", "RaggedTensorSpec"]
