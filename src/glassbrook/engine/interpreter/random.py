"""Random numbers, which depend on nothing but the state of the generator that they begin with."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.engine.box_muller import normal_pairs, uniform_float32, uniform_float64
from glassbrook.engine.interpreter.table import Array, evaluates
from glassbrook.engine.philox import WORDS_PER_BLOCK, blocks_at, permutation, words
from glassbrook.graph.node import Node

_BLOCKS_PER_NUMBER = 256
"""How far apart groups of numbers begin that may take any number of words."""

_LIMIT = 2.0
"""Where a normal distribution is cut off, in standard deviations."""


@evaluates("random_uniform")
def _random_uniform(node: Node, state: Array) -> Any:
    kind = node.dtype.numpy
    if kind == np.float16:
        bits = words(state, node.size) & np.uint32(0x3FF)
        return (bits.astype(np.float32) / np.float32(1024)).astype(kind).reshape(node.shape)
    if kind == np.float32:
        return uniform_float32(words(state, node.size)).reshape(node.shape)
    if kind == np.float64:
        return uniform_float64(words(state, 2 * node.size)).reshape(node.shape)
    if node.dtype.size == 4:
        return words(state, node.size).view(kind).reshape(node.shape)
    pairs = words(state, 2 * node.size).astype(np.uint64)
    return (pairs[0::2] | pairs[1::2] << np.uint64(32)).view(kind).reshape(node.shape)


@evaluates("random_normal")
def _random_normal(node: Node, state: Array) -> Any:
    wide = np.float64 if node.dtype.numpy == np.float64 else np.float32
    even = node.size + node.size % 2
    found = normal_pairs(words(state, even * (2 if wide == np.float64 else 1)), wide)
    return found[: node.size].astype(node.dtype.numpy, copy=False).reshape(node.shape)


@evaluates("random_truncated_normal")
def _random_truncated_normal(node: Node, state: Array) -> Any:
    """Groups of as many numbers as a block gives; what lies outside is drawn again."""
    wide: Any = np.float64 if node.dtype.numpy == np.float64 else np.float32
    width = WORDS_PER_BLOCK // (2 if wide == np.float64 else 1)
    step = np.uint64(width * _BLOCKS_PER_NUMBER // WORDS_PER_BLOCK)
    starts = np.arange(-(-node.size // width), dtype=np.uint64) * step
    drawn = normal_pairs(blocks_at(state, starts).reshape(-1), wide).reshape(-1, width)
    bad = np.flatnonzero((np.abs(drawn) >= _LIMIT).any(1))
    found = drawn
    candidates = drawn[bad]
    turn = np.uint64(0)
    while len(bad):
        turn += np.uint64(1)
        more = normal_pairs(blocks_at(state, starts[bad] + turn).reshape(-1), wide)
        candidates = np.concatenate([candidates, more.reshape(-1, width)], 1)
        inside = np.abs(candidates) < _LIMIT
        enough = inside.sum(1) >= width
        rows, taken = candidates[enough], inside[enough]
        taken &= taken.cumsum(1) <= width
        found[bad[enough]] = rows[taken].reshape(-1, width)
        bad, candidates = bad[~enough], candidates[~enough]
    return found.reshape(-1)[: node.size].astype(node.dtype.numpy, copy=False).reshape(node.shape)


@evaluates("random_permutation")
def _random_permutation(node: Node, state: Array) -> Any:
    return permutation(state, node.size)
