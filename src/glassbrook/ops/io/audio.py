"""Sounds in WAV files of 16 bits."""

from __future__ import annotations

import io
import struct
import wave
from typing import Any, NamedTuple

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.ops.arguments import integer_argument, node_value
from glassbrook.ops.io.files import string_tensor
from glassbrook.ops.io.strings import string_array
from glassbrook.tensor import Tensor, as_node

__all__ = ["DecodeWav", "decode_wav", "encode_wav", "wav_bytes"]


class DecodeWav(NamedTuple):
    """A sound: float32 samples [samples, channels], and how many there are in a second."""

    audio: Tensor
    sample_rate: Tensor


def decode_wav(
    contents: Any, desired_channels: int = -1, desired_samples: int = -1, name: str | None = None
) -> DecodeWav:
    """The sound in a WAV file of 16 bits, from -1 to 1.

    Args:
        contents: the bytes of the file, a string.
        desired_channels: how many channels to give; a missing one repeats the first.
        desired_samples: how many samples to give; missing ones are 0.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the bytes are no such file.

    Example:
        >>> import glassbrook as tf
        >>> data = tf.audio.encode_wav([[0.0], [0.5]], 8000)
        >>> sound, rate = tf.audio.decode_wav(data)
        >>> sound.numpy().round(3).tolist(), int(rate)
        ([[0.0], [0.5]], 8000)
    """
    strings = string_array("decode_wav", contents)
    if strings.ndim:
        raise InvalidArgumentError(f"audio.decode_wav: one string, not {list(strings.shape)}.")
    try:
        with wave.open(io.BytesIO(bytes(strings[()]))) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            raw = file.readframes(file.getnframes())
    except (wave.Error, EOFError, struct.error, RuntimeError) as error:
        raise InvalidArgumentError(
            f"audio.decode_wav: the bytes are no WAV file that is known, or cut off: {error}."
        ) from None
    if width != 2:
        raise InvalidArgumentError(
            f"audio.decode_wav: can only read 16-bit WAV files, but received {8 * width}"
        )
    samples = np.frombuffer(raw[: len(raw) // (2 * channels) * 2 * channels], "<i2")
    sound = samples.reshape(-1, channels).astype(np.float32) / np.float32(32768.0)
    sound = _fitted(sound, desired_samples, desired_channels)
    return DecodeWav(Tensor(build.data(sound)), Tensor(build.data(np.array(rate, np.int32))))


def _fitted(sound: Any, samples: int, channels: int) -> Any:
    if samples >= 0:
        missing = max(0, samples - len(sound))
        sound = np.pad(sound[:samples], ((0, missing), (0, 0)))
    if channels > 0:
        missing = max(0, channels - sound.shape[1])
        sound = np.concatenate([sound[:, :channels], *[sound[:, :1]] * missing], 1)
    return np.ascontiguousarray(sound)


def wav_bytes(samples: Any, rate: int) -> bytes:
    """The bytes of a WAV file with float samples [samples, channels]."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        scaled = np.clip(np.rint(samples.astype(np.float64) * 32768.0), -32768, 32767)
        file.writeframes(scaled.astype("<i2").tobytes())
    return stream.getvalue()


def encode_wav(audio: Any, sample_rate: Any, name: str | None = None) -> Tensor:
    """A sound as a WAV file of 16 bits.

    Args:
        audio: float32 samples [samples, channels] from -1 to 1.
        sample_rate: how many there are in a second.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: there are not two axes.

    Example:
        >>> import glassbrook as tf
        >>> len(tf.audio.encode_wav(tf.zeros([4, 1]), 8000).numpy())
        52
    """
    node = as_node(audio, None if hasattr(audio, "used_node") else dtypes.float32)
    if node.rank != 2 or not node.size:
        raise ShapeError(f"audio.encode_wav: expected [samples, channels], got {list(node.shape)}.")
    rate = integer_argument("audio.encode_wav", "sample_rate", sample_rate)
    return string_tensor(wav_bytes(node_value(node), rate))
