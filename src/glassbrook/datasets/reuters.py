"""Reuters: 11,228 news items, as lists of words' numbers, in 46 topics; see `imdb`.

Example:
    >>> from glassbrook.datasets import reuters
    >>> (x_train, y_train), (x_test, y_test) = reuters.load_data(num_words=1000)  # doctest: +SKIP
    >>> reuters.get_label_names()[25]
    'gold'
"""

from __future__ import annotations

import os

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

__all__ = ["get_label_names", "get_word_index", "load_data"]

FILE = Publication(
    "Reuters news",
    "reuters.npz",
    "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
)
WORDS = Publication("Reuters' words", "reuters_word_index.json", "4d44cc38712099c9e383dc6e5f11a921")

_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves "
    "ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin "
    "strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange "
    "pet-chem dlr gas silver wpi hog lead"
)


def load_data(
    path: str | os.PathLike[str] = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> tuple[Texts, Texts]:
    """Loads the news, downloading them if they are not on this machine.

    Args:
        path: their name in Keras's cache, or a full path.
        num_words: numbers from that one on become `oov_char`.
        skip_top: numbers below that one become `oov_char`.
        maxlen: items of that length and more are left out.
        test_split: the share of items to test with.
        seed: of the shuffle before the split.
        start_char: the number before each item; `None` for none.
        oov_char: the number in place of words that are left out; `None` for none.
        index_from: what is added to all numbers, if there is a `start_char`.

    Returns:
        ``((x_train, y_train), (x_test, y_test))``: arrays of lists of numbers, and topics, 0 to
        45.

    Raises:
        DataUnavailableError: they are not on this machine and cannot be downloaded.
        DataError: the file is damaged or does not hold what was published.
    """
    options = WordOptions(num_words, skip_top, maxlen, start_char, oov_char, index_from)
    arrays = read_npz(find_or_download(FILE, path), ("x", "y"), kinds="Oiu")
    texts, labels = shuffled(arrays["x"], arrays["y"], np.random.RandomState(seed))
    kept, labels = shortened(marked(texts, options), labels, options)
    rows = as_rows(kept, options)
    split = int(len(rows) * (1 - test_split))
    return (
        (as_array(rows[:split]), np.array(labels[:split])),
        (as_array(rows[split:]), np.array(labels[split:])),
    )


def get_word_index(path: str | os.PathLike[str] = "reuters_word_index.json") -> dict[str, int]:
    """The number of each word, before `load_data` adds `index_from`.

    Args:
        path: the list's name in Keras's cache, or a full path.

    Raises:
        DataUnavailableError: the list is not on this machine and cannot be downloaded.
        DataError: it is damaged or not what was published.
    """
    return read_words(WORDS, path)


def get_label_names() -> tuple[str, ...]:
    """The names of the topics 0 to 45."""
    return tuple(_TOPICS.split())
