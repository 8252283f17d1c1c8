"""Signals: windows, frames, and cosine transforms, which need no complex numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import axes_argument, axis_argument, floating_node, integer_argument
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "dct",
    "fftshift",
    "frame",
    "hamming_window",
    "hann_window",
    "idct",
    "ifftshift",
    "inverse_mdct",
    "kaiser_bessel_derived_window",
    "kaiser_window",
    "linear_to_mel_weight_matrix",
    "mdct",
    "mfccs_from_log_mel_spectrograms",
    "overlap_and_add",
    "vorbis_window",
]

_Array = npt.NDArray[np.float64]


def _window(values: _Array, dtype: Any) -> Tensor:
    wanted = as_dtype(dtype)
    return Tensor(build.data(values.astype(wanted.numpy), wanted))


def _raised_cosine(length: Any, periodic: bool, dtype: Any, a: float, b: float) -> Tensor:
    count = integer_argument("signal.window", "window_length", length)
    if count == 1:
        return _window(np.ones(1), dtype)
    # A periodic window of even length leaves out the point that begins the next period.
    period = count - 1 + (1 if periodic and count % 2 == 0 else 0)
    return _window(a - b * np.cos(2.0 * np.pi * np.arange(count) / period), dtype)


def hann_window(
    window_length: Any, periodic: bool = True, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """0.5 - 0.5 cos(2π n / N).

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.hann_window(4).numpy()
        array([0. , 0.5, 1. , 0.5], dtype=float32)
    """
    return _raised_cosine(window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(
    window_length: Any, periodic: bool = True, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """0.54 - 0.46 cos(2π n / N).

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.hamming_window(4).numpy().round(2)
        array([0.08, 0.54, 1.  , 0.54], dtype=float32)
    """
    return _raised_cosine(window_length, periodic, dtype, 0.54, 0.46)


def _kaiser(count: int, beta: float) -> _Array:
    if count == 1:
        return np.ones(1)
    places = np.arange(count) / (count - 1) * 2.0 - 1.0
    return np.i0(beta * np.sqrt(np.maximum(1.0 - places**2, 0.0))) / np.i0(beta)


def kaiser_window(
    window_length: Any, beta: float = 12.0, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """I₀(β √(1 - x²)) / I₀(β) for x from -1 to 1, with the modified Bessel function of order 0.

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.kaiser_window(3).numpy().round(4)
        array([1.e-04, 1.e+00, 1.e-04], dtype=float32)
    """
    count = integer_argument("signal.kaiser_window", "window_length", window_length)
    return _window(_kaiser(count, float(beta)), dtype)


def kaiser_bessel_derived_window(
    window_length: Any, beta: float = 12.0, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """The window for a modified cosine transform that is made of a Kaiser window.

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.kaiser_bessel_derived_window(4).numpy().round(4)
        array([0.0073, 1.    , 1.    , 0.0073], dtype=float32)
    """
    count = integer_argument("signal.kaiser_bessel_derived_window", "window_length", window_length)
    sums = np.cumsum(_kaiser(count // 2 + 1, float(beta)))
    half = np.sqrt(sums[:-1] / sums[-1])
    return _window(np.concatenate([half, half[::-1]]), dtype)


def vorbis_window(
    window_length: Any, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """sin(π/2 sin²(π (n + 1/2) / N)).

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.vorbis_window(2).numpy().round(4)
        array([0.7071, 0.7071], dtype=float32)
    """
    count = integer_argument("signal.vorbis_window", "window_length", window_length)
    inner = np.sin(np.pi / count * (np.arange(count) + 0.5)) ** 2
    return _window(np.sin(np.pi / 2.0 * inner), dtype)


@operation
def frame(
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: Any = -1,
    name: str | None = None,
) -> Tensor:
    """Overlapping parts of a signal.

    Args:
        signal: a tensor.
        frame_length: how many samples a part has.
        frame_step: how many samples further the next one begins.
        pad_end: also give parts that reach over the end, filled up with `pad_value`.
        pad_value: what to fill up with.
        axis: the axis that is cut; two take its place, the parts and their samples.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a length or step is not positive.

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.frame([1, 2, 3, 4, 5], frame_length=3, frame_step=2).numpy()
        array([[1, 2, 3],
               [3, 4, 5]], dtype=int32)
    """
    node = as_node(signal)
    along = axis_argument("signal.frame", axis, node.rank)
    length = integer_argument("signal.frame", "frame_length", frame_length)
    step = integer_argument("signal.frame", "frame_step", frame_step)
    if length < 1 or step < 1:
        raise InvalidArgumentError(
            f"signal.frame: frame_length and frame_step must be at least 1, got {length}, {step}."
        )
    size = node.shape[along]
    count = -(-size // step) if pad_end else max(0, 1 + (size - length) // step)
    missing = max(0, (count - 1) * step + length - size) if count else 0
    if missing:
        filler = as_node(pad_value, node.dtype)
        shape = (*node.shape[:along], missing, *node.shape[along + 1 :])
        node = build.concat([node, build.broadcast_to(filler, shape)], along)
    places = np.arange(count)[:, None] * step + np.arange(length)
    return Tensor(build.gather(node, build.data(places, dtypes.int64), along))


@operation
def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Tensor:
    """Overlapping parts put together to a signal; where they overlap, they add up.

    Args:
        signal: a tensor of shape ``[…, frames, samples]``.
        frame_step: how many samples further the next part begins.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there are less than two axes.

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.overlap_and_add([[1.0, 2.0], [3.0, 4.0]], 1).numpy()
        array([1., 5., 4.], dtype=float32)
    """
    node = as_node(signal)
    if node.rank < 2:
        raise ShapeError(
            f"signal.overlap_and_add: expected [..., frames, samples], got {list(node.shape)}."
        )
    step = integer_argument("signal.overlap_and_add", "frame_step", frame_step)
    count, length = node.shape[-2:]
    places = (np.arange(count)[:, None] * step + np.arange(length)).ravel()
    size = (count - 1) * step + length if count else 0
    batch = node.shape[:-2]
    flat = build.reshape(node, (*batch, count * length))
    at = build.data(places, dtypes.int64)
    return Tensor(build.scatter_add(at, flat, (*batch, size), len(batch)))


def _cosines(type: int, size: int, norm: str | None) -> _Array:
    """The matrix of a cosine transform: one column per result."""
    n, k = np.arange(size)[:, None], np.arange(size)
    ortho = norm == "ortho"
    if type == 1:
        if size < 2:
            raise InvalidArgumentError("signal.dct: type 1 needs at least two samples.")
        matrix = 2.0 * np.cos(np.pi * n * k / (size - 1))
        matrix[0] /= 2.0
        matrix[-1] /= 2.0
        return matrix
    if type == 2:
        matrix = 2.0 * np.cos(np.pi * k * (2 * n + 1) / (2 * size))
        if ortho:
            matrix *= math.sqrt(1.0 / (2 * size))
            matrix[:, 0] *= math.sqrt(0.5)
        return matrix
    if type == 3:
        matrix = 2.0 * np.cos(np.pi * n * (2 * k + 1) / (2 * size))
        if ortho:
            matrix *= math.sqrt(1.0 / (2 * size))
            matrix[0] *= math.sqrt(0.5)
        else:
            matrix[0] /= 2.0
        return matrix
    matrix = 2.0 * np.cos(np.pi * (2 * n + 1) * (2 * k + 1) / (4 * size))
    return matrix * math.sqrt(1.0 / (2 * size)) if ortho else matrix


@operation
def dct(
    input: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The discrete cosine transform of types 1 to 4 along the last axis, as a matrix product.

    Type 2 is ``2 Σ xₙ cos(π k (2n + 1) / 2N)``.

    Args:
        input: floating-point numbers.
        type: 1, 2, 3 or 4.
        n: cut, or fill up with zeros, to this length first.
        axis: -1.
        norm: ``"ortho"`` for an orthogonal matrix (not of type 1), or `None`.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no such type, axis or norm.

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.dct(tf.constant([1.0, 1.0]), norm="ortho").numpy().round(4)
        array([1.4142, 0.    ], dtype=float32)
    """
    if type not in (1, 2, 3, 4) or axis != -1 or norm not in (None, "ortho"):
        raise InvalidArgumentError(
            'signal.dct: type must be 1 to 4, axis -1 and norm None or "ortho", got '
            f"{type!r}, {axis!r} and {norm!r}."
        )
    if type == 1 and norm == "ortho":
        raise InvalidArgumentError("signal.dct: type 1 has no orthogonal form: norm=None.")
    node = _of_length(floating_node("signal.dct", input), n)
    size = node.shape[-1]
    matrix = build.data(_cosines(type, size, norm), node.dtype)
    rows = build.reshape(node, (-1, size)) if node.size else node
    return Tensor(build.reshape(build.matmul(rows, matrix), node.shape))


def _of_length(node: Node, n: Any) -> Node:
    if n is None:
        return node
    size = integer_argument("signal.dct", "n", n)
    have = node.shape[-1]
    if size > have:
        return build.pad(node, (*[(0, 0)] * (node.rank - 1), (0, size - have)))
    return build.slice(node, (0,) * node.rank, (*node.shape[:-1], size))


@operation
def idct(
    input: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The inverse of `tf.signal.dct`, up to a factor unless ``norm="ortho"``.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant([1.0, 2.0, 4.0])
        >>> tf.signal.idct(tf.signal.dct(x, norm="ortho"), norm="ortho").numpy().round(4)
        array([1., 2., 4.], dtype=float32)
    """
    return dct(input, {2: 3, 3: 2}.get(type, type), n, axis, norm)


@operation
def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any, name: str | None = None) -> Tensor:
    """Cepstral coefficients of logarithmic mel spectrograms: a scaled cosine transform of type 2.

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.mfccs_from_log_mel_spectrograms(tf.ones([1, 2])).numpy().round(4)
        array([[2., 0.]], dtype=float32)
    """
    node = floating_node("signal.mfccs_from_log_mel_spectrograms", log_mel_spectrograms)
    return dct(Tensor(node), type=2) * (1.0 / math.sqrt(2.0 * node.shape[-1]))


def _mel(frequency: Any) -> Any:
    return 1127.0 * np.log1p(np.asarray(frequency) / 700.0)


def linear_to_mel_weight_matrix(
    num_mel_bins: Any = 20,
    num_spectrogram_bins: Any = 129,
    sample_rate: Any = 8000,
    lower_edge_hertz: float = 125.0,
    upper_edge_hertz: float = 3800.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """Triangular weights that turn a spectrogram into one on the mel scale, 1127 log(1 + f / 700).

    Args:
        num_mel_bins: how many bands the result has.
        num_spectrogram_bins: how many bands the spectrogram has.
        sample_rate: samples per second of the signal.
        lower_edge_hertz: where the lowest band begins.
        upper_edge_hertz: where the highest band ends.
        dtype: a floating-point dtype.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A matrix of shape ``[num_spectrogram_bins, num_mel_bins]``.

    Raises:
        InvalidArgumentError: the edges do not fit the sample rate.

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.linear_to_mel_weight_matrix(20, 129).shape
        TensorShape([129, 20])
    """
    rate = float(sample_rate)
    if not 0.0 <= lower_edge_hertz < upper_edge_hertz <= rate / 2.0:
        raise InvalidArgumentError(
            "linear_to_mel_weight_matrix: expected 0 <= lower_edge_hertz < upper_edge_hertz <= "
            f"sample_rate / 2, got {lower_edge_hertz}, {upper_edge_hertz} and {rate / 2.0}."
        )
    bins = integer_argument("linear_to_mel", "num_spectrogram_bins", num_spectrogram_bins)
    bands = integer_argument("linear_to_mel", "num_mel_bins", num_mel_bins)
    # The lowest bin, of frequency 0, counts for nothing.
    spectrum = _mel(np.linspace(0.0, rate / 2.0, bins)[1:])[:, None]
    edges = np.linspace(_mel(lower_edge_hertz), _mel(upper_edge_hertz), bands + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (spectrum - low) / (centre - low)
    falling = (high - spectrum) / (high - centre)
    weights = np.maximum(0.0, np.minimum(rising, falling))
    return _window(np.pad(weights, [[1, 0], [0, 0]]), dtype)


def _half(op: str, length: Any) -> int:
    size = integer_argument(op, "frame_length", length)
    if size < 4 or size % 4:
        raise InvalidArgumentError(f"{op}: frame_length must be a multiple of 4, got {size}.")
    return size // 2


def _reversed(x: Tensor) -> Tensor:
    return x[..., ::-1]


def _joined(*parts: Tensor) -> Tensor:
    nodes = [as_node(each) for each in parts]
    return Tensor(build.concat(nodes, nodes[0].rank - 1))


@operation
def mdct(
    signals: Any,
    frame_length: Any,
    window_fn: Callable[..., Any] | None = vorbis_window,
    pad_end: bool = False,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The modified discrete cosine transform of overlapping parts of a signal.

    Args:
        signals: floating-point numbers of shape ``[…, samples]``.
        frame_length: how many samples a part has, a multiple of 4; the next begins half of it
            further.
        window_fn: a function of a length and ``dtype=`` that gives a window, or `None`.
        pad_end: also give a part that reaches over the end.
        norm: ``"ortho"`` or `None`.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor of shape ``[…, frames, frame_length / 2]``.

    Raises:
        InvalidArgumentError: the length is not a multiple of 4.

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.mdct(tf.ones([16]), frame_length=8).shape
        TensorShape([3, 4])
    """
    half = _half("signal.mdct", frame_length)
    node = floating_node("signal.mdct", signals)
    frames = frame(Tensor(node), 2 * half, half, pad_end)
    if window_fn is not None:
        frames = frames * window_fn(2 * half, dtype=node.dtype)
    else:
        frames = frames * math.sqrt(0.5)
    quarter = half // 2
    a, b, c, d = (frames[..., i * quarter : (i + 1) * quarter] for i in range(4))
    return dct(_joined(-_reversed(c) - d, a - _reversed(b)), type=4, norm=norm)


@operation
def inverse_mdct(
    mdcts: Any,
    window_fn: Callable[..., Any] | None = vorbis_window,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """What `tf.signal.mdct` undoes, except for the first and last half of a part.

    Args:
        mdcts: floating-point numbers of shape ``[…, frames, frame_length / 2]``.
        window_fn: the window that was used.
        norm: ``"ortho"`` or `None`.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.range(16.0)
        >>> back = tf.signal.inverse_mdct(tf.signal.mdct(x, 8))
        >>> bool(tf.reduce_all(abs(back[4:12] - x[4:12]) < 1e-4))
        True
    """
    node = floating_node("signal.inverse_mdct", mdcts)
    half = node.shape[-1]
    spectrum = dct(Tensor(node), type=4, norm=norm)
    first, second = spectrum[..., : half // 2], spectrum[..., half // 2 :]
    frames = _joined(second, -_reversed(second), -_reversed(first), -first)
    if norm is None:
        frames = frames * (0.5 / half)
    if window_fn is not None:
        frames = frames * window_fn(2 * half, dtype=node.dtype)
    else:
        frames = frames * math.sqrt(0.5)
    return overlap_and_add(frames, half)


def _rolled(op: str, x: Any, axes: Any, forward: bool) -> Tensor:
    node = as_node(x)
    along = axes_argument(op, axes, node.rank)
    for axis in along:
        size = node.shape[axis]
        places = (np.arange(size) - (size // 2 if forward else (size + 1) // 2)) % max(size, 1)
        node = build.gather(node, build.data(places, dtypes.int64), axis)
    return Tensor(node)


@operation
def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """The halves of axes exchanged: what stands at place 0 comes to the middle.

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.fftshift([0, 1, 2, 3, 4]).numpy()
        array([3, 4, 0, 1, 2], dtype=int32)
    """
    return _rolled("signal.fftshift", x, axes, forward=True)


@operation
def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """What `tf.signal.fftshift` undoes.

    Example:
        >>> import glassbrook as tf
        >>> tf.signal.ifftshift([3, 4, 0, 1, 2]).numpy()
        array([0, 1, 2, 3, 4], dtype=int32)
    """
    return _rolled("signal.ifftshift", x, axes, forward=False)
