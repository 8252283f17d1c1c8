"""What IMDB and Reuters have in common: texts as lists of words' numbers, and a list of words."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassbrook.datasets.publication import Publication, find_or_download
from glassbrook.errors import DataError

__all__ = [
    "Texts",
    "WordOptions",
    "as_array",
    "as_rows",
    "marked",
    "read_words",
    "shortened",
    "shuffled",
]

Texts = tuple[NDArray[Any], NDArray[Any]]
"""An array of lists of numbers, and labels."""


@dataclass(frozen=True)
class WordOptions:
    """What becomes of the words' numbers.

    Attributes:
        num_words: words from that number on are replaced; none by default.
        skip_top: words below that number are replaced.
        maxlen: texts of that length and more are left out.
        start_char: the number before each text.
        oov_char: the number in place of a replaced word; `None` to leave it out.
        index_from: what is added to all numbers.
    """

    num_words: int | None
    skip_top: int
    maxlen: int | None
    start_char: int | None
    oov_char: int | None
    index_from: int


def shuffled(texts: NDArray[Any], labels: NDArray[Any], random: Any) -> Texts:
    """Texts and labels in another order."""
    order = np.arange(len(texts))
    random.shuffle(order)
    return texts[order], labels[order]


def marked(texts: Iterable[Any], options: WordOptions) -> list[list[int]]:
    """Each text with its start mark, its numbers moved up."""
    start = [] if options.start_char is None else [options.start_char]
    by = options.index_from
    return [start + [word + by for word in text] for text in texts]


def shortened(
    texts: list[list[int]], labels: Any, options: WordOptions
) -> tuple[list[list[int]], Any]:
    """Only the texts that are short enough, if there is a limit."""
    if not options.maxlen:
        return texts, labels
    pairs = zip(texts, labels, strict=True)
    kept = [(text, label) for text, label in pairs if len(text) < options.maxlen]
    return [text for text, _ in kept], [label for _, label in kept]


def as_rows(texts: list[list[int]], options: WordOptions) -> list[list[int]]:
    """The texts without the words that are not wanted."""
    limit = options.num_words or max((max(text) for text in texts if text), default=0)
    lowest, other = options.skip_top, options.oov_char
    if other is None:
        return [[word for word in text if lowest <= word < limit] for text in texts]
    return [[word if lowest <= word < limit else other for word in text] for text in texts]


def as_array(texts: list[list[int]]) -> NDArray[Any]:
    """An array of lists; of as many axes as NumPy gives it, when all have one length."""
    if len({len(text) for text in texts}) == 1:
        return np.array(texts, dtype=object)
    array = np.empty(len(texts), object)
    array[:] = texts
    return array


def read_words(file: Publication, path: str | os.PathLike[str]) -> dict[str, int]:
    """The number of each word.

    Raises:
        DataUnavailableError: the list is not on this machine and cannot be downloaded.
        DataError: it is damaged or not what was published.
    """
    where = find_or_download(file, path)
    try:
        with open(where, encoding="utf-8") as stream:
            words = json.load(stream)
    except ValueError as error:
        raise DataError(f"{where}: no list of words ({error}).") from error
    if not isinstance(words, dict) or not all(isinstance(n, int) for n in words.values()):
        raise DataError(f"{where}: no list of words with their numbers.")
    return words
