"""Sequences made ready for training: padding, windows over time, pairs of words."""

# ruff: noqa: NPY002 -- Keras draws from NumPy's global random numbers, which programs seed.

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, ShapeError, UsageError
from glassbrook.keras.utils.sequences import PyDataset, pad_sequences

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]

_EULER_MASCHERONI = 0.577  # to the digits that Keras has: tables are then equal


class TimeseriesGenerator(PyDataset):
    """Batches of windows over a sequence, each with the target that follows it.

    Sample number i is ``data[i - length : i : sampling_rate]`` with ``targets[i]``.

    Args:
        data: values in the order of time, the first axis.
        targets: as many targets.
        length: how far a window reaches back.
        sampling_rate: take every so many values of a window.
        stride: by how much a window begins after the one before.
        start_index: leave out what comes before.
        end_index: leave out what comes after; the last value by default.
        shuffle: whether to take windows at random, with NumPy's global random numbers.
        reverse: whether windows run backward in time.
        batch_size: windows per batch.
        kwargs: what `PyDataset` takes.

    Raises:
        ShapeError: there are more or fewer targets than values.
        InvalidArgumentError: no window fits.

    Example:
        >>> import numpy as np
        >>> import glassbrook as tf
        >>> series = np.arange(6)
        >>> windows = tf.keras.preprocessing.sequence.TimeseriesGenerator(
        ...     series, series, length=3, batch_size=2
        ... )
        >>> x, y = windows[0]
        >>> x.tolist(), y.tolist()
        ([[0, 1, 2], [1, 2, 3]], [3, 4])
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ShapeError(
                f"TimeseriesGenerator: there are {len(data)} values, but {len(targets)} targets. "
                "Each value needs its target."
            )
        self.data = data
        self.targets = targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise InvalidArgumentError(
                f"TimeseriesGenerator: the first window would end at {self.start_index}, after "
                f"end_index={self.end_index}. Take a shorter length, or more data."
            )

    def __len__(self) -> int:
        step = self.batch_size * self.stride
        return (self.end_index - self.start_index + step) // step

    def __getitem__(self, index: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The batch of a number: windows, and their targets."""
        if self.shuffle:
            ends = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            start = self.start_index + self.batch_size * self.stride * index
            stop = min(start + self.batch_size * self.stride, self.end_index + 1)
            ends = np.arange(start, stop, self.stride)
        windows = np.array([self.data[i - self.length : i : self.sampling_rate] for i in ends])
        targets = np.array([self.targets[i] for i in ends])
        return windows[:, ::-1, ...] if self.reverse else windows, targets

    def get_config(self) -> dict[str, Any]:
        """The arguments; data and targets are JSON texts in it.

        Raises:
            TypeError: data or targets cannot be written as JSON.
        """
        return {
            "data": _as_json("data", self.data),
            "targets": _as_json("targets", self.targets),
            "length": self.length,
            "sampling_rate": self.sampling_rate,
            "stride": self.stride,
            "start_index": self.start_index,
            "end_index": self.end_index,
            "shuffle": self.shuffle,
            "reverse": self.reverse,
            "batch_size": self.batch_size,
        }

    def to_json(self, **kwargs: Any) -> str:
        """The generator as JSON text.

        Args:
            kwargs: what `json.dumps` takes.
        """
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def _as_json(name: str, values: Any) -> str:
    try:
        return json.dumps(values.tolist() if hasattr(values, "tolist") else values)
    except TypeError as error:
        raise UsageError(
            f"TimeseriesGenerator: {name} cannot be written as JSON: {error}. Use lists or arrays "
            "of numbers."
        ) from None


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> npt.NDArray[Any]:
    """How likely a word of each rank is to be kept, for `skipgrams`.

    By Zipf's law a word of rank r has about the frequency ``1 / (r · (log r + γ) + 1/2 - 1/12r)``;
    it is kept with the probability ``min(1, sqrt(sampling_factor / frequency))``.

    Args:
        size: how many ranks.
        sampling_factor: the larger, the more frequent words are kept.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.preprocessing.sequence.make_sampling_table(3).round(5).tolist()
        [0.00315, 0.00315, 0.00548]
    """
    rank = np.arange(size)
    rank[0] = 1
    rarity = rank * (np.log(rank) + _EULER_MASCHERONI) + 0.5 - 1.0 / (12.0 * rank)
    scaled = sampling_factor * rarity
    return np.minimum(1.0, scaled / np.sqrt(scaled))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of words that stand near each other, labelled 1, and random pairs, labelled 0.

    Python's global random numbers are used, and seeded if the pairs are shuffled, as in Keras.

    Args:
        sequence: the numbers of words; 0 stands for none.
        vocabulary_size: one more than the highest number.
        window_size: how far apart the words of a pair may be.
        negative_samples: how many random pairs for each real one.
        shuffle: whether to shuffle the pairs.
        categorical: whether labels are ``[0, 1]`` and ``[1, 0]`` instead of 1 and 0.
        sampling_table: how likely each number is to be kept; see `make_sampling_table`.
        seed: the seed of the shuffle.

    Returns:
        The pairs, and their labels.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.preprocessing.sequence.skipgrams(
        ...     [1, 2, 0, 3], 4, window_size=1, negative_samples=0, shuffle=False
        ... )
        ([[1, 2], [2, 1]], [1, 1])
    """
    pairs = _neighbours(sequence, window_size, sampling_table)
    is_near: Any = [0, 1] if categorical else 1
    is_random: Any = [1, 0] if categorical else 0
    labels = [is_near] * len(pairs)
    if negative_samples > 0 and pairs:
        count = int(len(pairs) * negative_samples)
        words = [pair[0] for pair in pairs]
        random.shuffle(words)
        pairs += [
            [words[number % len(words)], random.randint(1, vocabulary_size - 1)]
            for number in range(count)
        ]
        labels += [is_random] * count
    if shuffle:
        seed = random.randint(0, 10_000_000) if seed is None else seed
        for values in (pairs, labels):
            # The same seed for both: labels stay with their pairs.
            random.seed(seed)
            random.shuffle(values)
    return pairs, labels


def _neighbours(sequence: Sequence[int], window: int, table: Any) -> list[list[int]]:
    pairs = []
    for place, word in enumerate(sequence):
        if not word or (table is not None and table[word] < random.random()):
            continue
        for other in range(max(0, place - window), min(len(sequence), place + window + 1)):
            if other != place and sequence[other]:
                pairs.append([word, sequence[other]])
    return pairs
