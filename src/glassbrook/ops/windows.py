"""Arguments of operations that slide a window over the axes between batch and channels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.graph.windows import extent
from glassbrook.ops.arguments import integers_argument

__all__ = [
    "Paddings",
    "channels_last",
    "is_channels_first",
    "merged_batch",
    "paddings_argument",
    "require_fit",
    "restored",
    "window_argument",
]

Paddings = tuple[tuple[int, int], ...]

_FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


def is_channels_first(op: str, data_format: str | None, count: int) -> bool:
    """Whether channels are the second axis, not the last one, of a tensor with `count` between.

    Raises:
        InvalidArgumentError: there is no such data format.
    """
    last, first = _FORMATS[count]
    if data_format in (None, last):
        return False
    if data_format == first:
        return True
    raise InvalidArgumentError(
        f"{op}: data_format has to be {last!r} or {first!r}, got {data_format!r}."
    )


def window_argument(
    op: str, what: str, value: Any, count: int, channels_first: bool = False
) -> Shape:
    """One size of at least 1 for each of the `count` axes that a window slides over.

    Args:
        op: the operation, for errors.
        what: the name of the argument, for errors.
        value: one number for all axes, one for each, or one for each axis of the tensor, where
            those of the batch and of the channels have to be 1. `None` means 1.
        count: how many axes there are between batch and channels.
        channels_first: whether channels are the second axis of the tensor.

    Raises:
        ShapeError: there are more or fewer numbers.
        InvalidArgumentError: a number is below 1, or not 1 for the batch or the channels.
    """
    sizes = (1,) if value is None else integers_argument(op, what, value)
    if len(sizes) == 1:
        sizes *= count
    elif len(sizes) == count + 2:
        batch, channels = (sizes[0], sizes[1] if channels_first else sizes[-1])
        if (batch, channels) != (1, 1):
            raise InvalidArgumentError(
                f"{op}: {what} {list(sizes)} are not 1 for the batch and the channels. "
                "Windows slide over the axes in between alone."
            )
        sizes = sizes[2:] if channels_first else sizes[1:-1]
    if len(sizes) != count:
        raise ShapeError(
            f"{op}: {what} {list(sizes)} has {len(sizes)} numbers, expected 1, {count} or "
            f"{count + 2}: one for all axes, or one for each."
        )
    if min(sizes) < 1:
        raise InvalidArgumentError(f"{op}: {what} have to be at least 1, got {list(sizes)}.")
    return sizes


def paddings_argument(
    op: str,
    padding: Any,
    spatial: Sequence[int],
    window: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    channels_first: bool = False,
) -> Paddings:
    """How much to add before and after each axis that a window slides over.

    ``"VALID"`` adds nothing. ``"SAME"`` adds what gives ⌈size / stride⌉ windows, the odd one
    behind. A list has a pair for each axis of the tensor; those of the batch and of the channels do
    not count.

    Raises:
        InvalidArgumentError: there is no such padding.
        DTypeError: it is neither text nor a list.
    """
    if padding == "VALID":
        return ((0, 0),) * len(spatial)
    if padding == "SAME":
        return tuple(
            _same(size, extent(width, dilation), stride)
            for size, width, stride, dilation in zip(
                spatial, window, strides, dilations, strict=True
            )
        )
    if isinstance(padding, list | tuple) and len(padding) == len(spatial) + 2:
        pairs = [integers_argument(op, "padding", pair) for pair in padding]
        if all(len(pair) == 2 and min(pair) >= 0 for pair in pairs):
            chosen = pairs[2:] if channels_first else pairs[1:-1]
            return tuple((before, after) for before, after in chosen)
    advice = f" Write {padding.upper()!r}." if str(padding).upper() in ("SAME", "VALID") else ""
    kind = InvalidArgumentError if isinstance(padding, str | list | tuple) else DTypeError
    raise kind(
        f'{op}: padding has to be "SAME", "VALID", or a list of [before, after] for each of the '
        f"{len(spatial) + 2} axes, got {padding!r}.{advice}"
    )


def _same(size: int, span: int, stride: int) -> tuple[int, int]:
    total = max((math.ceil(size / stride) - 1) * stride + span - size, 0)
    return total // 2, total - total // 2


def require_fit(
    op: str,
    spatial: Sequence[int],
    window: Sequence[int],
    dilations: Sequence[int],
    paddings: Paddings,
) -> None:
    """Raise a `ShapeError` unless a window fits into each padded axis, or nearly does."""
    for size, width, dilation, pair in zip(spatial, window, dilations, paddings, strict=True):
        if size + sum(pair) < extent(width, dilation) - 1:
            raise ShapeError(
                f"{op}: a window of {list(window)} with dilations {list(dilations)} does not fit "
                f"into axes of sizes {list(spatial)} with paddings {[list(p) for p in paddings]}: "
                f"the output size would be negative. Use a smaller window, or padding='SAME'."
            )


def channels_last(x: Node, channels_first: bool) -> Node:
    """The tensor with its channels as the last axis."""
    return build.transpose(x, (0, *range(2, x.rank), 1)) if channels_first else x


def restored(x: Node, channels_first: bool) -> Node:
    """The tensor with its channels, now last, as the second axis again if they were that."""
    return build.transpose(x, (0, x.rank - 1, *range(1, x.rank - 1))) if channels_first else x


def merged_batch(
    op: str, x: Node, count: int, function: Callable[[Node], Node], strict: bool = False
) -> Node:
    """`function` of a tensor whose leading axes, all but the last 1 + count, are one batch.

    Raises:
        ShapeError: there are fewer axes than a batch, `count` and the channels; or more, if
            `strict`.
    """
    if x.rank < count + 2 or (strict and x.rank > count + 2):
        raise ShapeError(
            f"{op}: expected a tensor with {count + 2} axes (batch, {count} to slide over, and "
            f"channels), got one of shape {list(x.shape)}. tf.expand_dims adds an axis."
        )
    if x.rank == count + 2:
        return function(x)
    leading = x.shape[: x.rank - count - 1]
    result = function(build.reshape(x, (math.prod(leading), *x.shape[len(leading) :])))
    return build.reshape(result, (*leading, *result.shape[1:]))
