"""Normally distributed numbers from random words, two from each pair of uniform ones.

From uniform u and v come sqrt(-2 log u) sin 2πv and sqrt(-2 log u) cos 2πv. The C library's
logarithm, sine and cosine of float32 are not rounded correctly everywhere, and TensorFlow's numbers
are made with them. So that every bit agrees, this module evaluates the polynomials that the library
does, in float64, and rounds the result.

Source: Box and Muller, "A note on the generation of random normal deviates", 1958. The polynomials
and the table of the logarithm are those of Arm's "Optimized Routines", which glibc uses since 2.28.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "COSINE",
    "FIRST_BITS",
    "LEAST_UNIFORM",
    "LOGARITHM",
    "LOGARITHM_OF_2",
    "LOGARITHM_TABLE",
    "SINE",
    "TABLE_SHIFT",
    "normal_pairs",
    "uniform_float32",
    "uniform_float64",
]

Array = npt.NDArray[Any]

LEAST_UNIFORM = 1e-7
"""In place of smaller numbers, whose logarithm would be too large or infinite."""

SINE = (
    float.fromhex("-0x1.555545995a603p-3"),
    float.fromhex("0x1.1107605230bc4p-7"),
    float.fromhex("-0x1.994eb3774cf24p-13"),
)
"""Of x³, x⁵ and x⁷ between -π/4 and π/4."""

COSINE = (
    float.fromhex("-0x1.ffffffd0c621cp-2"),
    float.fromhex("0x1.55553e1068f19p-5"),
    float.fromhex("-0x1.6c087e89a359dp-10"),
    float.fromhex("0x1.99343027bf8c3p-16"),
)
"""Of x², x⁴, x⁶ and x⁸, after 1."""

LOGARITHM = (
    float.fromhex("-0x1.00ea348b88334p-2"),
    float.fromhex("0x1.5575b0be00b6ap-2"),
    float.fromhex("-0x1.ffffef20a4123p-2"),
)
"""Of r⁴, r³ and r², after r, for log(1 + r)."""

LOGARITHM_OF_2 = float.fromhex("0x1.62e42fefa39efp-1")

LOGARITHM_TABLE = tuple(
    (float.fromhex(inverse), float.fromhex(logarithm))
    for inverse, logarithm in (
        ("0x1.661ec79f8f3bep+0", "-0x1.57bf7808caadep-2"),
        ("0x1.571ed4aaf883dp+0", "-0x1.2bef0a7c06ddbp-2"),
        ("0x1.49539f0f010bp+0", "-0x1.01eae7f513a67p-2"),
        ("0x1.3c995b0b80385p+0", "-0x1.b31d8a68224e9p-3"),
        ("0x1.30d190c8864a5p+0", "-0x1.6574f0ac07758p-3"),
        ("0x1.25e227b0b8eap+0", "-0x1.1aa2bc79c81p-3"),
        ("0x1.1bb4a4a1a343fp+0", "-0x1.a4e76ce8c0e5ep-4"),
        ("0x1.12358f08ae5bap+0", "-0x1.1973c5a611cccp-4"),
        ("0x1.0953f419900a7p+0", "-0x1.252f438e10c1ep-5"),
        ("0x1p+0", "0x0p+0"),
        ("0x1.e608cfd9a47acp-1", "0x1.aa5aa5df25984p-5"),
        ("0x1.ca4b31f026aap-1", "0x1.c5e53aa362eb4p-4"),
        ("0x1.b2036576afce6p-1", "0x1.526e57720db08p-3"),
        ("0x1.9c2d163a1aa2dp-1", "0x1.bc2860d22477p-3"),
        ("0x1.886e6037841edp-1", "0x1.1058bc8a07ee1p-2"),
        ("0x1.767dcf5534862p-1", "0x1.4043057b6ee09p-2"),
    )
)
"""For each sixteenth of an octave, 1 / c and log c of a number c in it."""

_INVERSES, _LOGARITHMS = (np.array(column) for column in zip(*LOGARITHM_TABLE, strict=True))
FIRST_BITS = 0x3F330000
TABLE_SHIFT = 19

_NUMBERS_AT_ONCE = 8192


def uniform_float32(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.float32]:
    """Numbers in [0, 1): 23 bits of each word."""
    bits = words & np.uint32(0x7FFFFF)
    bits |= np.uint32(0x3F800000)
    found = bits.view(np.float32)
    found -= np.float32(1)
    return found


def uniform_float64(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
    """Numbers in [0, 1): 52 bits of each pair of words, of which the first one is the upper."""
    bits = words[0::2].astype(np.uint64) & np.uint64(0xFFFFF)
    bits <<= np.uint64(32)
    bits |= words[1::2]
    bits |= np.uint64(0x3FF0000000000000)
    found = bits.view(np.float64)
    found -= 1.0
    return found


def normal_pairs(words: npt.NDArray[np.uint32], dtype: Any) -> Array:
    """Normally distributed numbers: two of float32 from two words, or two of float64 from four.

    Args:
        words: an even number of them, or one that four divides.
        dtype: float32 or float64.
    """
    if dtype == np.float64:
        uniform = uniform_float64(words)
        radius = np.sqrt(-2.0 * np.log(np.maximum(uniform[0::2], LEAST_UNIFORM)))
        angle = 2 * math.pi * uniform[1::2]
        return np.stack([np.sin(angle) * radius, np.cos(angle) * radius], 1).reshape(-1)
    found = np.empty((len(words) // 2, 2), np.float32)
    for start in range(0, len(found), _NUMBERS_AT_ONCE):
        stop = start + _NUMBERS_AT_ONCE
        _normal_float32(found[start:stop], uniform_float32(words[2 * start : 2 * stop]))
    return found.reshape(-1)


def _normal_float32(target: Array, uniform: npt.NDArray[np.float32]) -> None:
    radius = _logarithm(np.maximum(uniform[0::2], np.float32(LEAST_UNIFORM)))
    radius *= np.float32(-2)
    np.sqrt(radius, out=radius)
    angle = uniform[1::2] * (2 * np.float64(math.pi))
    sine, cosine = _sine_and_cosine(angle.astype(np.float32).astype(np.float64))
    np.multiply(sine, radius, out=target[:, 0])
    np.multiply(cosine, radius, out=target[:, 1])


def _logarithm(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The logarithm of positive numbers, as the C library's logf rounds it."""
    bits = x.view(np.int32)
    above = bits - np.int32(FIRST_BITS)
    place = (above >> np.int32(TABLE_SHIFT)) & np.int32(15)
    exponent = above >> np.int32(23)
    mantissa = (bits - (exponent << np.int32(23))).view(np.float32).astype(np.float64)
    r = mantissa * _INVERSES[place]
    r -= 1.0
    base = exponent * LOGARITHM_OF_2
    base += _LOGARITHMS[place]
    square = r * r
    tail = LOGARITHM[1] * r
    tail += LOGARITHM[2]
    tail += LOGARITHM[0] * square
    tail *= square
    base += r
    tail += base
    return np.asarray(tail, np.float32)


def _sine_and_cosine(x: npt.NDArray[np.float64]) -> tuple[Array, Array]:
    """Sine and cosine of float32 numbers from 0 to 2π, as the C library's sincosf rounds them."""
    quarter = np.floor(x * (2 / math.pi) + 0.5)
    x = x - quarter * (math.pi / 2)
    square = x * x
    cube = square * x
    fourth = square * square
    sine = cube * SINE[0]
    sine += x
    sine += cube * square * (SINE[1] + square * SINE[2])
    cosine = COSINE[0] * square
    cosine += 1.0
    cosine += fourth * COSINE[1]
    cosine += fourth * square * (COSINE[2] + square * COSINE[3])
    turns = quarter.astype(np.int64)
    swapped = (turns & 1).astype(np.bool_)
    first, second = np.where(swapped, cosine, sine), np.where(swapped, sine, cosine)
    # Quarter turns 2 and 3 change the sign of the sine, 1 and 2 that of the cosine.
    first *= 1 - (turns & 2)
    second *= 1 - ((turns + 1) & 2)
    return first.astype(np.float32), second.astype(np.float32)
