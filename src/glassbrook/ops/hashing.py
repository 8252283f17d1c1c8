"""Hashes of strings, equal to those that TensorFlow computes: each is of 64 bits.

Sources:
    FarmHash's 64-bit fingerprint (Pike and Alakuijala, 2014); MurmurHash2, 64A (Appleby, 2008);
    SipHash-2-4 (Aumasson and Bernstein, 2012).
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["farm_fingerprint", "murmur", "sip_hash"]

_MASK = (1 << 64) - 1

# FarmHash's constants: primes between 2⁶³ and 2⁶⁴.
_K0 = 0xC3A5C85C97CB3127
_K1 = 0xB492B66FBE98F273
_K2 = 0x9AE16A3B2F90404F


def _word(text: bytes, place: int, size: int = 8) -> int:
    return int.from_bytes(text[place : place + size], "little")


def _turned(value: int, places: int) -> int:
    """The bits of a word moved to the right, in a circle."""
    return ((value >> places) | (value << (64 - places))) & _MASK


def _folded(value: int) -> int:
    return value ^ (value >> 47)


def _pair(low: int, high: int, factor: int) -> int:
    a = ((low ^ high) * factor) & _MASK
    a ^= a >> 47
    b = ((high ^ a) * factor) & _MASK
    return (_folded(b) * factor) & _MASK


def farm_fingerprint(text: bytes) -> int:
    """FarmHash's fingerprint, which is the same on every machine."""
    size = len(text)
    if size <= 16:
        return _farm_to_16(text)
    if size <= 32:
        return _farm_to_32(text)
    if size <= 64:
        return _farm_to_64(text)
    return _farm_long(text)


def _farm_to_16(text: bytes) -> int:
    size = len(text)
    factor = _K2 + size * 2
    if size >= 8:
        a = (_word(text, 0) + _K2) & _MASK
        b = _word(text, size - 8)
        c = (_turned(b, 37) * factor + a) & _MASK
        d = ((_turned(a, 25) + b) * factor) & _MASK
        return _pair(c, d, factor)
    if size >= 4:
        first = _word(text, 0, 4)
        return _pair((size + (first << 3)) & _MASK, _word(text, size - 4, 4), factor)
    if size:
        low = text[0] + (text[size >> 1] << 8)
        high = size + (text[-1] << 2)
        mixed = (low * _K2 & _MASK) ^ (high * _K0 & _MASK)
        return (_folded(mixed) * _K2) & _MASK
    return _K2


def _farm_to_32(text: bytes) -> int:
    size = len(text)
    factor = _K2 + size * 2
    a = (_word(text, 0) * _K1) & _MASK
    b = _word(text, 8)
    c = (_word(text, size - 8) * factor) & _MASK
    d = (_word(text, size - 16) * _K2) & _MASK
    low = (_turned((a + b) & _MASK, 43) + _turned(c, 30) + d) & _MASK
    high = (a + _turned((b + _K2) & _MASK, 18) + c) & _MASK
    return _pair(low, high, factor)


def _farm_to_64(text: bytes) -> int:
    size = len(text)
    factor = _K2 + size * 2
    a = (_word(text, 0) * _K2) & _MASK
    b = _word(text, 8)
    c = (_word(text, size - 8) * factor) & _MASK
    d = (_word(text, size - 16) * _K2) & _MASK
    y = (_turned((a + b) & _MASK, 43) + _turned(c, 30) + d) & _MASK
    z = _pair(y, (a + _turned((b + _K2) & _MASK, 18) + c) & _MASK, factor)
    e = (_word(text, 16) * factor) & _MASK
    f = _word(text, 24)
    g = ((y + _word(text, size - 32)) * factor) & _MASK
    h = ((z + _word(text, size - 24)) * factor) & _MASK
    low = (_turned((e + f) & _MASK, 43) + _turned(g, 30) + h) & _MASK
    high = (e + _turned((f + a) & _MASK, 18) + g) & _MASK
    return _pair(low, high, factor)


def _weak(text: bytes, place: int, a: int, b: int) -> tuple[int, int]:
    """32 bytes of text mixed into two words."""
    w, x, y, z = (_word(text, place + step) for step in (0, 8, 16, 24))
    a = (a + w) & _MASK
    b = _turned((b + a + z) & _MASK, 21)
    c = a
    a = (a + x + y) & _MASK
    b = (b + _turned(a, 44)) & _MASK
    return (a + z) & _MASK, (b + c) & _MASK


def _farm_long(text: bytes) -> int:
    seed = 81
    x = (seed * _K2 + _word(text, 0)) & _MASK
    y = (seed * _K1 + 113) & _MASK
    z = (_folded((y * _K2 + 113) & _MASK) * _K2) & _MASK
    v, w = (0, 0), (0, 0)
    end = ((len(text) - 1) // 64) * 64
    for place in range(0, end, 64):
        x = (_turned((x + y + v[0] + _word(text, place + 8)) & _MASK, 37) * _K1) & _MASK
        y = (_turned((y + v[1] + _word(text, place + 48)) & _MASK, 42) * _K1) & _MASK
        x ^= w[1]
        y = (y + v[0] + _word(text, place + 40)) & _MASK
        z = (_turned((z + w[0]) & _MASK, 33) * _K1) & _MASK
        v = _weak(text, place, (v[1] * _K1) & _MASK, (x + w[0]) & _MASK)
        w = _weak(text, place + 32, (z + w[1]) & _MASK, (y + _word(text, place + 16)) & _MASK)
        z, x = x, z
    factor = (_K1 + ((z & 0xFF) << 1)) & _MASK
    place = len(text) - 64
    w = ((w[0] + ((len(text) - 1) & 63)) & _MASK, w[1])
    v = ((v[0] + w[0]) & _MASK, v[1])
    w = ((w[0] + v[0]) & _MASK, w[1])
    x = (_turned((x + y + v[0] + _word(text, place + 8)) & _MASK, 37) * factor) & _MASK
    y = (_turned((y + v[1] + _word(text, place + 48)) & _MASK, 42) * factor) & _MASK
    x ^= (w[1] * 9) & _MASK
    y = (y + v[0] * 9 + _word(text, place + 40)) & _MASK
    z = (_turned((z + w[0]) & _MASK, 33) * factor) & _MASK
    v = _weak(text, place, (v[1] * factor) & _MASK, (x + w[0]) & _MASK)
    w = _weak(text, place + 32, (z + w[1]) & _MASK, (y + _word(text, place + 16)) & _MASK)
    z, x = x, z
    low = (_pair(v[0], w[0], factor) + _folded(y) * _K0 + z) & _MASK
    return _pair(low, (_pair(v[1], w[1], factor) + x) & _MASK, factor)


def murmur(text: bytes, seed: int = 0xDECAFCAFFE) -> int:
    """MurmurHash2 in its 64-bit form."""
    factor = 0xC6A4A7935BD1E995
    state = seed ^ (len(text) * factor & _MASK)
    whole = len(text) // 8 * 8
    for place in range(0, whole, 8):
        word = (_word(text, place) * factor) & _MASK
        word = (_folded(word) * factor) & _MASK
        state = ((state ^ word) * factor) & _MASK
    if whole < len(text):
        state = ((state ^ _word(text, whole)) * factor) & _MASK
    state = (_folded(state) * factor) & _MASK
    return _folded(state)


def sip_hash(text: bytes, key: Sequence[int]) -> int:
    """SipHash-2-4 with a secret key of two words."""
    first, second = (each & _MASK for each in key)
    state = [
        first ^ 0x736F6D6570736575,
        second ^ 0x646F72616E646F6D,
        first ^ 0x6C7967656E657261,
        second ^ 0x7465646279746573,
    ]
    padded = text + bytes(7 - len(text) % 8) + bytes([len(text) & 0xFF])
    for place in range(0, len(padded), 8):
        word = _word(padded, place)
        state[3] ^= word
        for _ in range(2):
            _sip_round(state)
        state[0] ^= word
    state[2] ^= 0xFF
    for _ in range(4):
        _sip_round(state)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _left(value: int, places: int) -> int:
    return _turned(value, 64 - places)


def _sip_round(state: list[int]) -> None:
    a, b, c, d = state
    a = (a + b) & _MASK
    b = _left(b, 13) ^ a
    a = _left(a, 32)
    c = (c + d) & _MASK
    d = _left(d, 16) ^ c
    a = (a + d) & _MASK
    d = _left(d, 21) ^ a
    c = (c + b) & _MASK
    b = _left(b, 17) ^ c
    state[:] = [a, b, _left(c, 32), d]
