"""Blocks of an image moved into its channels and back, and what else works across channels."""

from __future__ import annotations

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import TensorLike, floating_node
from glassbrook.ops.windows import channels_last, is_channels_first, restored
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = ["depth_to_space", "local_response_normalization", "lrn", "space_to_depth"]


@operation
def space_to_depth(
    input: TensorLike, block_size: int, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """Square blocks of an image as channels: a smaller image with more channels.

    Args:
        input: a tensor of shape ``[batch, height, width, channels]``.
        block_size: the side of a block, at least 2; height and width are multiples of it.
        data_format: ``"NHWC"``, or ``"NCHW"`` if the channels come second.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor of shape ``[batch, height / b, width / b, b · b · channels]``.

    Raises:
        ShapeError: the shapes do not fit.
        InvalidArgumentError: the block size is below 2, or there is no such data format.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.space_to_depth([[[[1], [2]], [[3], [4]]]], 2))
        tf.Tensor([[[[1 2 3 4]]]], shape=(1, 1, 1, 4), dtype=int32)
    """
    x, first = _image("space_to_depth", input, block_size, data_format)
    batch, height, width, channels = x.shape
    if height % block_size or width % block_size:
        raise ShapeError(
            f"space_to_depth: height and width have to be multiples of the block size "
            f"{block_size}, got {height} and {width}."
        )
    down, across = height // block_size, width // block_size
    blocks = build.reshape(x, (batch, down, block_size, across, block_size, channels))
    moved = build.transpose(blocks, (0, 1, 3, 2, 4, 5))
    depth = block_size * block_size * channels
    return Tensor(restored(build.reshape(moved, (batch, down, across, depth)), first))


@operation
def depth_to_space(
    input: TensorLike, block_size: int, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """Channels as square blocks of an image: the inverse of `space_to_depth`.

    Args:
        input: a tensor of shape ``[batch, height, width, channels]``.
        block_size: the side b of a block, at least 2; the channels are a multiple of b².
        data_format: ``"NHWC"``, or ``"NCHW"`` if the channels come second.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor of shape ``[batch, height · b, width · b, channels / b²]``.

    Raises:
        ShapeError: the shapes do not fit.
        InvalidArgumentError: the block size is below 2, or there is no such data format.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.depth_to_space([[[[1, 2, 3, 4]]]], 2)[0, :, :, 0])
        tf.Tensor(
        [[1 2]
         [3 4]], shape=(2, 2), dtype=int32)
    """
    x, first = _image("depth_to_space", input, block_size, data_format)
    batch, height, width, channels = x.shape
    depth, rest = divmod(channels, block_size * block_size)
    if rest:
        raise ShapeError(
            f"depth_to_space: the number of channels has to be a multiple of the square of the "
            f"block size {block_size}, got {channels}."
        )
    blocks = build.reshape(x, (batch, height, width, block_size, block_size, depth))
    moved = build.transpose(blocks, (0, 1, 3, 2, 4, 5))
    shape = (batch, height * block_size, width * block_size, depth)
    return Tensor(restored(build.reshape(moved, shape), first))


def _image(op: str, input: TensorLike, block_size: int, data_format: str) -> tuple[Node, bool]:
    x = as_node(input)
    if x.rank != 4:
        raise ShapeError(
            f"{op}: expected images of shape [batch, height, width, channels], got a tensor of "
            f"shape {list(x.shape)}."
        )
    if block_size < 2:
        raise InvalidArgumentError(f"{op}: block_size has to be at least 2, got {block_size}.")
    first = is_channels_first(op, data_format, 2)
    return channels_last(x, first), first


@operation
def local_response_normalization(
    input: TensorLike,
    depth_radius: int = 5,
    bias: float = 1,
    alpha: float = 1,
    beta: float = 0.5,
    name: str | None = None,
) -> Tensor:
    """input / (bias + alpha · Σ input²)^beta, summed over neighbouring channels.

    Source: Krizhevsky et al., "ImageNet classification with deep convolutional neural networks"
    (2012).

    Args:
        input: floating-point numbers of shape ``[batch, height, width, channels]``.
        depth_radius: how many channels to each side count.
        bias: what is added, against division by zero.
        alpha: the weight of the sum.
        beta: the exponent.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the input does not have four axes.
        DTypeError: it is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant([[[[1.0, 2.0, 3.0]]]])
        >>> print(tf.nn.local_response_normalization(x, depth_radius=1, bias=0.0)[0, 0, 0, 0])
        tf.Tensor(0.4472136, shape=(), dtype=float32)
    """
    op = "local_response_normalization"
    x = floating_node(op, input)
    if x.rank != 4:
        raise ShapeError(
            f"{op}: expected a tensor with 4 axes (batch, height, width, channels), got one of "
            f"shape {list(x.shape)}."
        )
    pixels, channels = x.size // max(x.shape[-1], 1), x.shape[-1]
    width = 2 * depth_radius + 1
    squares = build.reshape(build.square(x), (pixels, channels, 1))
    around = build.pad(squares, ((0, 0), (depth_radius, depth_radius), (0, 0)))
    windows = build.patches(around, (width,), (1,), (1,))
    total = build.reshape(build.sum(windows, (2,)), x.shape)
    scaled = build.mul(build.constant_like(float(alpha), x), total)
    base = build.add(build.constant_like(float(bias), x), scaled)
    return Tensor(build.mul(x, build.pow(base, build.constant_like(-float(beta), x))))


lrn = local_response_normalization
