"""Windows that slide over the axes between the first and the last one: where they lie."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["extent", "output_sizes"]

Sizes = tuple[int, ...]


def extent(window: int, dilation: int) -> int:
    """How many places a window spans from its first element to its last."""
    return (window - 1) * dilation + 1


def output_sizes(
    spatial: Sequence[int], window: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> Sizes:
    """How many windows fit along each axis; negative sizes mean that not even one does."""
    return tuple(
        (size - extent(width, dilation)) // stride + 1
        for size, width, stride, dilation in zip(spatial, window, strides, dilations, strict=True)
    )
