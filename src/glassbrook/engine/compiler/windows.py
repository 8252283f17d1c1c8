"""Rules for sliding windows, which are seldom copied out.

A product of windows and a kernel becomes an operation of its own, that reads the windows where they
lie; so do its two adjoints. Folds over small windows are written out, element by element.
"""

from __future__ import annotations

import itertools
import math

from glassbrook import dtypes
from glassbrook.engine.compiler.kernels import Convolution
from glassbrook.engine.compiler.rewriting import Rewriter, rule, scalar_value
from glassbrook.graph.node import Node, Shape

__all__ = ["CONVOLUTIONS"]

CONVOLUTIONS = frozenset({"convolve", "convolve_inputs", "convolve_weights"})
"""Operations that only the compiler knows; their attribute says all."""

_WRITTEN_OUT = 16
"""The largest window whose fold is written out."""

_MOST_BLOCKS = 16
_BLOCKS = 8
_LARGEST_SUMS = 1 << 23
_LARGEST_TURNED = 1 << 22
_FEW_SAMPLES = 8


# Products.


@rule("matmul")
def _windows_times_kernel(rewriter: Rewriter, node: Node) -> Node | None:
    rows, matrix = node.inputs
    patches = _windows_of(rows)
    if patches is None or node.attrs["transpose_x"] or node.attrs["transpose_y"]:
        return None
    (x,) = patches.inputs
    kernel = _kernel("forward", patches, node.shape[-1])
    return rewriter.own("convolve", (x, matrix), {"kernel": kernel}, node.shape, node.dtype)


@rule("matmul")
def _windows_times_gradient(rewriter: Rewriter, node: Node) -> Node | None:
    rows, grad = node.inputs
    patches = _windows_of(rows)
    if patches is None or not node.attrs["transpose_x"] or node.attrs["transpose_y"]:
        return None
    (x,) = patches.inputs
    blocks = _blocks(x.shape[0], node.size * node.dtype.size)
    if not blocks:
        return None
    kernel = _kernel("weights", patches, node.shape[-1], blocks)
    shape = (blocks, *node.shape)
    sums = rewriter.own("convolve_weights", (x, grad), {"kernel": kernel}, shape, node.dtype)
    return rewriter.emit("sum", sums, axes=(0,), keepdims=False)


@rule("unpatches")
def _kernel_times_gradient(rewriter: Rewriter, node: Node) -> Node | None:
    (windows,) = node.inputs
    if windows.op != "reshape" or windows.inputs[0].op != "matmul":
        return None
    (product,) = windows.inputs
    grad, matrix = product.inputs
    spatial = node.attrs["spatial"]
    outputs, window = windows.shape[1 : 1 + len(spatial)], windows.shape[1 + len(spatial) : -1]
    expected = (windows.shape[0] * math.prod(outputs), math.prod(window) * windows.shape[-1])
    is_plain = not product.attrs["transpose_x"] and product.attrs["transpose_y"]
    if not is_plain or product.shape != expected or not _is_taken(product):
        return None
    if matrix.size * node.dtype.size > _LARGEST_TURNED:
        return None
    kernel = Convolution(
        "inputs",
        node.dtype,
        node.shape[0],
        spatial,
        node.shape[-1],
        outputs,
        matrix.shape[-1],
        window,
        node.attrs["strides"],
        node.attrs["dilations"],
    )
    inputs = (grad, matrix)
    return rewriter.own("convolve_inputs", inputs, {"kernel": kernel}, node.shape, node.dtype)


def _is_taken(node: Node) -> bool:
    return node.dtype in (dtypes.float32, dtypes.float64) and node.size > 0


def _windows_of(rows: Node) -> Node | None:
    """The windows of which a matrix has one in each row; `None` if it is something else."""
    if rows.op != "reshape" or rows.inputs[0].op != "patches" or not _is_taken(rows):
        return None
    (patches,) = rows.inputs
    count = len(patches.attrs["window"])
    expected = (math.prod(patches.shape[: 1 + count]), math.prod(patches.shape[1 + count :]))
    return patches if rows.shape == expected else None


def _kernel(part: str, patches: Node, features: int, blocks: int = 1) -> Convolution:
    (x,) = patches.inputs
    window: Shape = patches.attrs["window"]
    outputs = patches.shape[1 : 1 + len(window)]
    return Convolution(
        part,
        x.dtype,
        x.shape[0],
        x.shape[1:-1],
        x.shape[-1],
        outputs,
        features,
        window,
        patches.attrs["strides"],
        patches.attrs["dilations"],
        blocks,
        by_rows=part == "forward" and x.shape[0] < _FEW_SAMPLES and len(outputs) > 1,
    )


def _blocks(samples: int, size: int) -> int:
    """Into how many equal blocks samples are divided; 0 if not into enough for several cores."""
    counts = [count for count in range(1, _MOST_BLOCKS + 1) if samples % count == 0]
    fitting = [count for count in counts if count == 1 or count * size <= _LARGEST_SUMS]
    best = min(fitting, key=lambda count: (abs(count - _BLOCKS), count))
    return best if best > 1 or samples == 1 else 0


# Folds.


@rule("max_patches")
def _largest_of_many(rewriter: Rewriter, node: Node) -> Node | None:
    window = node.attrs["window"]
    if math.prod(window) <= _WRITTEN_OUT:
        return None
    patches = rewriter.emit("patches", *node.inputs, **node.attrs)
    axes = tuple(range(1 + len(window), 1 + 2 * len(window)))
    return rewriter.emit("max", patches, axes=axes, keepdims=False)


@rule("argmax_patches")
def _place_of_largest(rewriter: Rewriter, node: Node) -> Node | None:
    count = math.prod(node.attrs["window"])
    if count <= _WRITTEN_OUT:
        return None
    patches = rewriter.emit("patches", *node.inputs, **node.attrs)
    *rest, last = node.shape
    rows = rewriter.emit("reshape", patches, shape=(*rest, count, last))
    return rewriter.emit("argmax", rows, axis=len(rest), dtype=node.dtype)


@rule("sum")
def _sum_of_windows(rewriter: Rewriter, node: Node) -> Node | None:
    """Elements of a small window added up, one after the other."""
    (patches,) = node.inputs
    if patches.op != "patches" or node.attrs["keepdims"]:
        return None
    (x,) = patches.inputs
    attrs = patches.attrs
    window = attrs["window"]
    count = len(window)
    whole = tuple(range(1 + count, 1 + 2 * count))
    if node.attrs["axes"] != whole or math.prod(window) > _WRITTEN_OUT or not node.size:
        return None
    parts = [
        rewriter.emit(
            "slice",
            x,
            begin=(0, *(at * gap for at, gap in zip(place, attrs["dilations"], strict=True)), 0),
            size=node.shape,
            strides=(1, *attrs["strides"], 1),
        )
        for place in itertools.product(*map(range, window))
    ]
    total = parts[0]
    for part in parts[1:]:
        total = rewriter.emit("add", total, part)
    return total


# Gradients of the largest elements.


@rule("sum")
def _sum_of_placed(rewriter: Rewriter, node: Node) -> Node | None:
    """Wherever the largest elements are, their gradients have the same sum over all places."""
    (placed,) = node.inputs
    axes = node.attrs["axes"]
    spatial = range(1, placed.rank - 1)
    if placed.op != "unpatches" or node.attrs["keepdims"] or not set(spatial) <= set(axes):
        return None
    (windows,) = placed.inputs
    chosen = _chosen(windows)
    if chosen is None:
        return None
    flat = rewriter.emit("reshape", chosen, shape=_without_window(windows))
    return rewriter.emit("sum", flat, axes=axes, keepdims=False)


def _without_window(windows: Node) -> Shape:
    count = (windows.rank - 2) // 2
    return (*windows.shape[: 1 + count], windows.shape[-1])


def _chosen(windows: Node) -> Node | None:
    """What each window of `max_patches`' gradient has at the place of its largest element."""
    if windows.op != "select":
        return None
    condition, value, other = windows.inputs
    count = (windows.rank - 2) // 2
    ones = (*windows.shape[: 1 + count], *(1,) * count, windows.shape[-1])
    if condition.op != "equal" or scalar_value(other) != 0 or value.shape != ones:
        return None
    position, number = condition.inputs
    found = position.inputs[0] if position.op == "reshape" else position
    counted = number.inputs[0] if number.op == "reshape" else number
    if found.op != "argmax_patches" or position.shape != ones or counted.op != "iota":
        return None
    if number.shape != (*windows.shape[1 + count : -1], 1):
        return None
    return value


@rule("select")
def _relu_before_largest(rewriter: Rewriter, node: Node) -> Node | None:
    """The slope of relu at a window's largest element is that of the largest element.

    ``where(r > 0, placed, 0)`` with gradients placed where r is largest, is the same as placing
    ``where(max r > 0, gradients, 0)``, which takes less work.
    """
    condition, placed, other = node.inputs
    if condition.op != "greater" or placed.op != "unpatches" or scalar_value(other) != 0:
        return None
    values, zero = condition.inputs
    (windows,) = placed.inputs
    chosen = _chosen(windows)
    if chosen is None or scalar_value(zero) != 0 or values.op != "relu":
        return None
    position = windows.inputs[0].inputs[0]
    found = position.inputs[0] if position.op == "reshape" else position
    if found.inputs[0] is not values:
        return None
    largest = rewriter.emit("max_patches", values, **found.attrs)
    flat = rewriter.emit("reshape", chosen, shape=largest.shape)
    above = rewriter.emit("greater", largest, rewriter.constant(0, largest))
    kept = rewriter.emit("select", above, flat, rewriter.constant(0, flat))
    moved = rewriter.emit("reshape", kept, shape=chosen.shape)
    parts = rewriter.emit("select", windows.inputs[0], moved, windows.inputs[2])
    return rewriter.emit("unpatches", parts, **placed.attrs)
