"""Digits that this package draws itself: any number of them, without a network.

A digit is a path of pen strokes (see :mod:`glassbrook.datasets.glyphs`) whose points are shifted at
random, and which is then slanted, turned, stretched, moved, drawn by a trembling pen of some
thickness, and photographed with some noise. The images look like MNIST's and have its form, but
they are **not** MNIST: a figure measured on them says nothing about handwriting.

The distance from a pixel p to the path is not searched for segment by segment. With s running
along the path,

    d(p)² ≈ -log( ∫ exp(-|p - s|²) ds / √π ),

which is exact for a straight line, and the Gaussian falls into a factor for the row and one for
the column: an image is one product of two small matrices.

Example:
    >>> from glassbrook.datasets import strokes
    >>> images, labels = strokes.generate(1000, seed=1)
    >>> images.shape, images.dtype, labels.dtype
    ((1000, 28, 28), dtype('uint8'), dtype('uint8'))
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from glassbrook.datasets.collection import Split, Splits
from glassbrook.datasets.glyphs import GLYPHS, SEGMENTS, path_matrix
from glassbrook.errors import InvalidArgumentError

__all__ = ["generate", "load_data"]

SIZE = 28
# Images that are drawn at once; a matter of memory only.
_CHUNK = 500
_MAX_POINTS = max(len(glyph.points) for variants in GLYPHS for glyph in variants)
# Random numbers for each image: for its shape, for the points of its glyph, for its pixels.
_SHAPE_DRAWS = 20
_DRAWS = _SHAPE_DRAWS + 4 * _MAX_POINTS + SIZE * SIZE

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def load_data(train: int = 12_000, test: int = 2_000, seed: int = 0) -> Splits:
    """Draws a training and a test split.

    Args:
        train: how many images to train on.
        test: how many to test on.
        seed: the same seed gives the same digits; a longer split begins with the shorter one.

    Returns:
        ``((x_train, y_train), (x_test, y_test))`` as ``mnist.load_data`` returns them.

    Raises:
        InvalidArgumentError: a count or the seed is negative or not a whole number.

    >>> (x_train, y_train), (x_test, y_test) = load_data(train=50, test=10)
    >>> x_train.shape, y_test.shape
    ((50, 28, 28), (10,))
    """
    return _draw(train, seed, 0), _draw(test, seed, 1)


def generate(
    count: int,
    seed: int = 0,
    *,
    labels: Sequence[int] | NDArray[np.integer] | None = None,
    wobble: float = 1.0,
    noise: float = 1.0,
) -> Split:
    """Draws digits.

    Args:
        count: how many.
        seed: the same seed gives the same digits.
        labels: which digits to draw, instead of random ones; ``count`` of them.
        wobble: how unsteady the hand is; 0 bends, slants and turns nothing.
        noise: how grainy the picture is; 0 gives clean ink.

    Returns:
        Images (count, 28, 28), white (255) on black (0), and their labels; unsigned bytes.

    Raises:
        InvalidArgumentError: an argument that makes no sense.

    >>> images, labels = generate(3, labels=[4, 0, 4])
    >>> labels
    array([4, 0, 4], dtype=uint8)
    """
    return _draw(count, seed, 2, labels=labels, wobble=wobble, noise=noise)


def _draw(
    count: int,
    seed: int,
    stream: int,
    *,
    labels: Sequence[int] | NDArray[np.integer] | None = None,
    wobble: float = 1.0,
    noise: float = 1.0,
) -> Split:
    count, seed = _whole("count", count), _whole("seed", seed)
    for name, amount in (("wobble", wobble), ("noise", noise)):
        if not 0 <= amount <= 3:
            raise InvalidArgumentError(f"strokes: {name} is {amount!r}, expected 0 to 3.")
    wanted = None if labels is None else _check_labels(labels, count)
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, stream])))
    images = np.empty((count, SIZE, SIZE), np.uint8)
    drawn = np.empty(count, np.uint8)
    for start in range(0, count, _CHUNK):
        chunk = slice(start, min(start + _CHUNK, count))
        # One row for each image: the first images do not depend on how many follow.
        draws = random.random((chunk.stop - start, _DRAWS))
        digits = (10 * draws[:, 0]).astype(np.uint8) if wanted is None else wanted[chunk]
        drawn[chunk] = digits
        images[chunk] = _render(digits, draws, wobble, noise)
    return images, drawn


def _whole(name: str, value: object) -> int:
    if isinstance(value, (int, np.integer)) and value >= 0:
        return int(value)
    raise InvalidArgumentError(f"strokes: {name} is {value!r}, expected a whole number, 0 or more.")


def _check_labels(labels: Sequence[int] | NDArray[np.integer], count: int) -> NDArray[np.uint8]:
    given = np.asarray(labels)
    if given.shape != (count,) or (count and not np.issubdtype(given.dtype, np.integer)):
        raise InvalidArgumentError(
            f"strokes: labels have shape {given.shape} and dtype {given.dtype}, expected {count} "
            "whole numbers, one for each image."
        )
    if count and not 0 <= given.min() <= given.max() <= 9:
        bad = given[(given < 0) | (given > 9)][0]
        raise InvalidArgumentError(f"strokes: there is no digit {bad}; labels are 0 to 9.")
    return given.astype(np.uint8)


def _spread(draw: Doubles, low: float, high: float) -> Doubles:
    return low + (high - low) * draw


def _around(first: Doubles, second: Doubles, reach: float) -> Doubles:
    """Numbers around 0, rarely as far as ``reach``: the sum of two dice.

    Only uniform draws are used: their sequence is the same in every version of NumPy.
    """
    return reach * (first + second - 1)


def _render(
    digits: NDArray[np.uint8], draws: Doubles, wobble: float, noise: float
) -> NDArray[np.uint8]:
    shape, points = draws[:, :_SHAPE_DRAWS], draws[:, _SHAPE_DRAWS : -SIZE * SIZE]
    path = _tremble(_path(digits, shape, points, wobble), shape, wobble)
    distance = _distance(path.astype(np.float32))
    radius = _spread(shape[:, 12] ** 1.5, 0.75, 1.75).astype(np.float32)[:, None, None]
    softness = _spread(shape[:, 13], 0.45, 0.8).astype(np.float32)[:, None, None]
    ink = np.clip((radius + softness - distance) / (2 * softness), 0, 1)
    ink *= ink * (3 - 2 * ink)
    ink = _photograph(ink, shape, draws[:, -SIZE * SIZE :], noise)
    return np.rint(255 * ink).astype(np.uint8)


def _path(digits: NDArray[np.uint8], shape: Doubles, points: Doubles, wobble: float) -> Doubles:
    """Where each image's segments start and end, in pixels: (2, count, SEGMENTS, 2)."""
    variants = np.array([len(glyphs) for glyphs in GLYPHS])[digits]
    variant = np.minimum((shape[:, 1] * variants).astype(int), variants - 1)
    path: Doubles = np.empty((2, len(digits), SEGMENTS, 2))
    jitter = _around(points[:, 0::2], points[:, 1::2], 0.11 * wobble)
    jitter = jitter.reshape(len(digits), _MAX_POINTS, 2)
    for digit, glyphs in enumerate(GLYPHS):
        for number, glyph in enumerate(glyphs):
            chosen = np.flatnonzero((digits == digit) & (variant == number))
            if chosen.size == 0:
                continue
            base = (np.array(glyph.points) - 0.5) * (glyph.width, 1.0)
            moved = base + jitter[chosen, : len(base)]
            for side, matrix in zip(path, path_matrix(glyph)):
                side[chosen] = np.einsum("sp,npk->nsk", matrix, moved)
    path = np.einsum("nij,ensj->ensi", _affine(shape, wobble), path)
    # MNIST centres the mass of the ink; nobody centres quite so well.
    lengths = np.hypot(*np.moveaxis(path[1] - path[0], -1, 0))[..., None]
    mass = (path.mean(axis=0) * lengths).sum(axis=1) / lengths.sum(axis=1)
    path += (SIZE / 2 - mass + _around(shape[:, 2:4], shape[:, 4:6], 1.5))[None, :, None, :]
    return path


def _affine(shape: Doubles, wobble: float) -> Doubles:
    """The matrices that scale, slant and turn each image: (count, 2, 2)."""
    height = _spread(shape[:, 6], 16.0, 20.5)
    width = height * np.exp(_around(shape[:, 7], shape[:, 8], 0.3))
    # Most hands lean to the right.
    slant = _around(shape[:, 9], shape[:, 10], 0.45 * wobble) - 0.12 * wobble
    angle = _around(shape[:, 11], shape[:, 14], 0.2 * wobble)
    cosine, sine = np.cos(angle), np.sin(angle)
    turned = np.stack([np.stack([cosine, -sine], -1), np.stack([sine, cosine], -1)], -2)
    zero = np.zeros_like(height)
    stretched = np.stack([np.stack([width, slant * height], -1), np.stack([zero, height], -1)], -2)
    matrices: Doubles = np.matmul(turned, stretched)
    return matrices


def _tremble(path: Doubles, shape: Doubles, wobble: float) -> Doubles:
    """Bends the plane a little, so that what touches still touches."""
    reach = _spread(shape[:, 15], 0.0, 0.8 * wobble)[:, None, None]
    waves = _spread(shape[:, 16], 0.15, 0.45)[:, None, None]
    phases = 2 * np.pi * shape[:, None, 17:19]
    bent: Doubles = path + reach * np.sin(waves * path[..., ::-1] + phases)
    return bent


def _distance(path: Floats) -> Floats:
    """The distance of every pixel from each image's path: (count, SIZE, SIZE)."""
    grid = np.arange(SIZE, dtype=np.float32)
    starts, ends = path
    middles = (starts + ends) / 2
    lengths = np.hypot(*np.moveaxis(ends - starts, -1, 0))
    near = np.exp(-np.square(middles[..., None] - grid))
    columns, rows = near[:, :, 0, :], near[:, :, 1, :]
    rows = rows * (lengths * np.float32(np.pi**-0.5))[..., None]
    field = np.matmul(rows.transpose(0, 2, 1), columns)
    squared = -np.log(np.maximum(field, np.float32(1e-30)))
    distance: Floats = np.sqrt(np.maximum(squared, np.float32(0)))
    return distance


def _photograph(ink: Floats, shape: Doubles, pixels: Doubles, noise: float) -> Floats:
    """Makes ink uneven and paper grainy."""
    grain = pixels.reshape(ink.shape).astype(np.float32)
    brightness = _spread(shape[:, 19], 0.85, 1.0).astype(np.float32)[:, None, None]
    uneven = np.float32(0.25 * noise) * grain
    # The same draws, so that a pixel is either a grain of paper or a gap in the ink.
    paper = np.float32(0.15 * noise) * np.maximum(grain - np.float32(0.97), 0) / np.float32(0.03)
    picture: Floats = np.clip(ink * brightness * (1 - uneven) + paper * (1 - ink), 0, 1)
    return picture
