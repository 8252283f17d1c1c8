"""Images as arguments: one, or a batch of them, with the channels last."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import ShapeError
from glassbrook.graph.node import Node
from glassbrook.ops.shape import expand_dims, squeeze
from glassbrook.tensor import Tensor, as_node

__all__ = ["as_batch", "image_argument", "like_given"]


def image_argument(op: str, image: Any, ranks: tuple[int, ...] = (3, 4)) -> Node:
    """The node of an image [height, width, channels] or a batch of them.

    Raises:
        ShapeError: it has another number of axes.
    """
    node = as_node(image)
    if ranks and node.rank not in ranks:
        raise ShapeError(
            f"image.{op}: expected an image of shape [height, width, channels], or a batch of "
            f"shape [batch, height, width, channels], got shape {list(node.shape)}. "
            "A grey image gets its channel with tf.expand_dims(image, -1)."
        )
    return node


def as_batch(op: str, image: Any) -> tuple[Tensor, bool]:
    """An image as a batch of one, or a batch as it is; and whether it was a single image."""
    node = image_argument(op, image)
    tensor = Tensor(node)
    return (expand_dims(tensor, 0), True) if node.rank == 3 else (tensor, False)


def like_given(batch: Tensor, single: bool) -> Tensor:
    """The batch, or its only image if a single one was given."""
    return squeeze(batch, [0]) if single else batch
