"""One epoch of batches out of arrays in memory: shuffled, and cast to floating point.

The images are of MNIST's size; a side gives the number of images that it has seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.network import Wrap, glassbrook, tensorflow
from benchmarks.sides import DEFAULT, Plan, Side, Work, chosen, compare

IMAGES = 60_000
BATCH = 128


def arrays(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels, as random as it takes."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return images, random.integers(0, 10, count, dtype=np.uint8)


def numpy_epoch(cast: bool, count: int = IMAGES) -> Work:
    """By hand: a permutation, and its rows."""
    images, labels = arrays(count)
    random = np.random.default_rng(1)

    def call() -> np.ndarray:
        order, seen = random.permutation(count), 0
        for start in range(0, count, BATCH):
            rows = order[start : start + BATCH]
            batch, numbers = images[rows], labels[rows]
            if cast:
                batch = batch.astype(np.float32) / np.float32(255)
            assert len(numbers) == len(batch)
            seen += len(batch)
        return np.float64([seen])

    return Work(call)


def dataset_epoch(tf: Any, wrap: Wrap, cast: bool, count: int = IMAGES) -> Work:
    """``from_tensor_slices(…).shuffle(…).batch(…)``, with or without ``map``."""
    del wrap
    dataset = tf.data.Dataset.from_tensor_slices(arrays(count)).shuffle(count).batch(BATCH)
    if cast:
        dataset = dataset.map(lambda x, y: (tf.cast(x, tf.float32) / 255.0, y))

    def call() -> np.ndarray:
        return np.float64([sum(images.shape[0] for images, _ in dataset)])

    return Work(call)


def sides(cast: bool) -> tuple[Side, ...]:
    """All sides, with the cast or without."""
    what = "shuffle, batch, map" if cast else "shuffle, batch"
    return (
        Side(f"NumPy by hand, {what}", "numpy", partial(numpy_epoch, cast)),
        Side(
            f"Glassbrook, {what}",
            "glassbrook",
            partial(glassbrook, "auto", dataset_epoch, cast=cast),
        ),
        Side(
            f"TensorFlow, {what}",
            "tensorflow",
            partial(tensorflow, False, dataset_epoch, cast=cast),
        ),
    )


SIDES = (*sides(False), *sides(True))


def table(peers: bool, plan: Plan = DEFAULT) -> Iterator[str]:
    """The time of an epoch, per side."""
    yield f"## One epoch of {IMAGES:,} images out of memory, batches of {BATCH}, ms"
    yield ""
    yield "| | ms | ratio |"
    yield "|---|---|---|"
    reasons: list[str] = []
    for cast in (False, True):
        compared = chosen(sides(cast), peers)
        found = compare("pipelines", compared, {}, plan)
        reference = found.steps[compared[0].title].median
        for side in compared:
            timing = found.steps.get(side.title)
            if timing is not None:
                median = timing.median
                yield f"| {side.title} | {median * 1e3:.1f} | {median / reference:.2f} |"
        reasons += found.reasons()
    yield ""
    yield from reasons
    yield ""
