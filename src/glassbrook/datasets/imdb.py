"""IMDB: 50,000 reviews of films, as lists of words' numbers, with whether they are good.

A word's number tells how frequent it is: 1 is the most frequent one. `load_data` adds 3 to all, so
that 0 can pad, 1 can mark the start, and 2 can stand for words that are left out.

Example:
    >>> from glassbrook.datasets import imdb
    >>> (x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=10000)  # doctest: +SKIP
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from glassbrook.datasets.npz import read_npz
from glassbrook.datasets.publication import Publication, find_or_download
from glassbrook.datasets.words import (
    Texts,
    WordOptions,
    as_array,
    as_rows,
    marked,
    read_words,
    shortened,
    shuffled,
)
from glassbrook.errors import InvalidArgumentError, UsageError

__all__ = ["get_word_index", "load_data"]

FILE = Publication(
    "IMDB reviews",
    "imdb.npz",
    "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
)
WORDS = Publication("IMDB's words", "imdb_word_index.json", "bfafd718b763782e994055a2d397834f")


def load_data(
    path: str | os.PathLike[str] = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> tuple[Texts, Texts]:
    """Loads the reviews, downloading them if they are not on this machine.

    Args:
        path: their name in Keras's cache, or a full path.
        num_words: numbers from that one on become `oov_char`.
        skip_top: numbers below that one become `oov_char`.
        maxlen: reviews of that length and more are left out.
        seed: of the shuffle.
        start_char: the number before each review; `None` for none.
        oov_char: the number in place of words that are left out; `None` for none.
        index_from: what is added to all numbers.
        kwargs: `nb_words`, the old name of `num_words`.

    Returns:
        ``((x_train, y_train), (x_test, y_test))``: 25,000 reviews each, arrays of lists of
        numbers, and labels, 1 for good ones and 0 for bad ones.

    Raises:
        InvalidArgumentError: no review is short enough.
        DataUnavailableError: they are not on this machine and cannot be downloaded.
        DataError: the file is damaged or does not hold what was published.
    """
    num_words = kwargs.pop("nb_words", num_words)
    if kwargs:
        raise UsageError(f"imdb.load_data: unknown arguments {sorted(kwargs)}.")
    options = WordOptions(num_words, skip_top, maxlen, start_char, oov_char, index_from)
    where = find_or_download(FILE, path)
    arrays = read_npz(where, ("x_train", "y_train", "x_test", "y_test"), kinds="Oiu")
    random = np.random.RandomState(seed)
    parts: list[tuple[list[list[int]], Any]] = []
    for name in ("train", "test"):
        texts, labels = shuffled(arrays[f"x_{name}"], arrays[f"y_{name}"], random)
        parts.append(shortened(marked(texts, options), labels, options))
    if not parts[0][0] or not parts[1][0]:
        raise InvalidArgumentError(
            f"imdb.load_data: no review is shorter than maxlen={maxlen}. Take a larger one."
        )
    rows = as_rows(parts[0][0] + parts[1][0], options)
    labels = np.concatenate([parts[0][1], parts[1][1]])
    split = len(parts[0][0])
    return (
        (as_array(rows[:split]), labels[:split]),
        (as_array(rows[split:]), labels[split:]),
    )


def get_word_index(path: str | os.PathLike[str] = "imdb_word_index.json") -> dict[str, int]:
    """The number of each word, before `load_data` adds `index_from`.

    Args:
        path: the list's name in Keras's cache, or a full path.

    Raises:
        DataUnavailableError: the list is not on this machine and cannot be downloaded.
        DataError: it is damaged or not what was published.
    """
    return read_words(WORDS, path)
