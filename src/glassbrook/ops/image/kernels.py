"""How much each old row or column counts for a new one: weights of the resizing methods.

All of them put the centres of pixels at half numbers: pixel i covers [i, i + 1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["area_weights", "bicubic_weights", "kernel_weights", "linear_positions"]
__all__ += ["KERNELS", "nearest_positions"]

Array = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]

# TensorFlow looks cubic weights up in a table of this many steps per pixel.
_CUBIC_STEPS = 1024
_SMALLEST = float(np.finfo(np.float32).tiny)


def _source(size: int, target: int) -> Array:
    """Where the centres of the new pixels lie among the old centres."""
    scale = np.float32(size) / np.float32(target)
    centres = np.arange(target, dtype=np.float32) + np.float32(0.5)
    return np.asarray(centres * scale - np.float32(0.5), np.float32)


def linear_positions(size: int, target: int) -> tuple[Positions, Positions, Array]:
    """For each new pixel the two old ones beside it, and the share of the second."""
    source = _source(size, target)
    floor = np.floor(source)
    lower = np.clip(floor, 0, size - 1).astype(np.int64)
    upper = np.clip(np.ceil(source), 0, size - 1).astype(np.int64)
    return lower, upper, np.asarray(source - floor, np.float32)


def nearest_positions(size: int, target: int) -> Positions:
    """For each new pixel the old one that its centre falls into."""
    scale = np.float32(size) / np.float32(target)
    centres = (np.arange(target, dtype=np.float32) + np.float32(0.5)) * scale
    return np.asarray(np.clip(np.floor(centres), 0, size - 1), np.int64)


def area_weights(size: int, target: int) -> Array:
    """A [target, size] matrix of means over the old pixels that a new one covers."""
    scale = np.float32(size) / np.float32(target)
    start = (np.arange(target, dtype=np.float32) * scale).astype(np.float64)[:, None]
    end = ((np.arange(target, dtype=np.float32) + 1) * scale).astype(np.float64)[:, None]
    old = np.arange(size)[None, :]
    covered = np.clip(np.minimum(end, old + 1) - np.maximum(start, old), 0.0, None)
    return np.asarray(covered / scale, np.float32)


def bicubic_weights(size: int, target: int) -> Array:
    """A [target, size] matrix of cubic interpolation (Keys, a = -1/2) over four old pixels."""
    source = _source(size, target)
    floor = np.floor(source)
    step = np.rint((source - floor) * _CUBIC_STEPS) / _CUBIC_STEPS
    weights = np.zeros((target, size), np.float64)
    rows = np.arange(target)
    for offset in (-1, 0, 1, 2):
        position = floor.astype(np.int64) + offset
        inside = (position >= 0) & (position < size)
        share = _keys_cubic(np.abs(step - offset))
        np.add.at(weights, (rows[inside], position[inside]), share[inside])
    total = weights.sum(1, keepdims=True)
    usable = np.abs(total) >= 1000 * _SMALLEST
    return np.asarray(np.where(usable, weights / np.where(usable, total, 1.0), weights), np.float32)


def kernel_weights(size: int, target: int, kernel: str, antialias: bool) -> Array:
    """A [target, size] matrix of interpolation with a kernel of `KERNELS`.

    With `antialias`, the kernel is as wide as a new pixel if that is larger than an old one.
    """
    radius, function = KERNELS[kernel]
    scale = np.float32(target) / np.float32(size)
    step = float(np.float32(1.0) / scale)
    width = max(step, 1.0) if antialias else 1.0
    centres = (np.arange(target) + 0.5) * step
    first = np.ceil(centres - radius * width - 0.5)[:, None]
    last = np.floor(centres + radius * width - 0.5)[:, None]
    old = np.arange(size)[None, :]
    distance = np.abs(old + 0.5 - centres[:, None]) / width
    weights = np.where((old >= first) & (old <= last), function(distance), 0.0)
    total = weights.sum(1, keepdims=True)
    usable = np.abs(total) >= 1000 * _SMALLEST
    weights = np.where(usable, weights / np.where(usable, total, 1.0), 0.0)
    return np.asarray(weights, np.float32)


Values = npt.NDArray[np.floating]


def _triangle(x: Values) -> Values:
    return np.asarray(np.clip(1.0 - x, 0.0, None))


def _keys_cubic(x: Values) -> Values:
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _mitchell(x: Values) -> Values:
    near = ((7.0 / 6.0 * x - 2.0) * x) * x + 8.0 / 9.0
    far = ((-7.0 / 18.0 * x + 2.0) * x - 10.0 / 3.0) * x + 16.0 / 9.0
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _gaussian(x: Values) -> Values:
    deviation = 0.5
    return np.where(x < 1.5, np.exp(-(x**2) / (2.0 * deviation**2)), 0.0)


def _lanczos(radius: float) -> Callable[[Values], Values]:
    def weight(x: Values) -> Values:
        safe = np.where(x <= 1e-3, 1.0, x)
        waves = np.sin(np.pi * safe) * np.sin(np.pi * safe / radius)
        value = radius * waves / (np.pi * safe) ** 2
        return np.where(x > radius, 0.0, np.where(x <= 1e-3, 1.0, value))

    return weight


KERNELS: Final[dict[str, tuple[float, Callable[[Values], Values]]]] = {
    "triangle": (1.0, _triangle),
    "keyscubic": (2.0, _keys_cubic),
    "mitchellcubic": (2.0, _mitchell),
    "gaussian": (1.5, _gaussian),
    "lanczos3": (3.0, _lanczos(3.0)),
    "lanczos5": (5.0, _lanczos(5.0)),
}
"""The kernels by name: how far each reaches, and its value at a distance."""
