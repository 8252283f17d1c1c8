"""Texts as lists of numbers: `Tokenizer` and the functions around it."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, UsageError, shortened

__all__ = [
    "Tokenizer",
    "hashing_trick",
    "one_hot",
    "text_to_word_sequence",
    "tokenizer_from_json",
]

Analyzer = Callable[[str], Sequence[str]]

_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_MODES = ("binary", "count", "freq", "tfidf")


def text_to_word_sequence(
    input_text: str, filters: str = _FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text.

    Args:
        input_text: the text.
        filters: the characters that count as `split`: punctuation, tabs and line ends.
        lower: whether to make all letters small.
        split: what stands between words.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.preprocessing.text.text_to_word_sequence("Less is more. Isn't it?")
        ['less', 'is', 'more', "isn't", 'it']
    """
    text = input_text.lower() if lower else input_text
    text = text.translate({ord(character): split for character in filters})
    return [word for word in text.split(split) if word]


def one_hot(
    input_text: str,
    n: int,
    filters: str = _FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Analyzer | None = None,
) -> list[int]:
    """Each word of a text as a number from 1 to n - 1, by Python's `hash`.

    Python hashes text differently in each process; `hashing_trick` with ``"md5"`` does not.
    Different words may get the same number.

    Args:
        input_text: the text.
        n: one more than the highest number.
        filters: see `text_to_word_sequence`.
        lower: whether to make all letters small.
        split: what stands between words.
        analyzer: a function that gives the words of a text, instead of these three.

    Example:
        >>> import glassbrook as tf
        >>> numbers = tf.keras.preprocessing.text.one_hot("the more the better", 50)
        >>> len(numbers), numbers[0] == numbers[2]
        (4, True)
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


def hashing_trick(
    text: str,
    n: int,
    hash_function: str | Callable[[str], int] | None = None,
    filters: str = _FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Analyzer | None = None,
) -> list[int]:
    """Each word of a text as a number from 1 to n - 1, by a hash function.

    Args:
        text: the text.
        n: one more than the highest number.
        hash_function: a function from words to integers, Python's `hash` by default; or ``"md5"``,
            which gives the same numbers in each process.
        filters: see `text_to_word_sequence`.
        lower: whether to make all letters small.
        split: what stands between words.
        analyzer: a function that gives the words of a text, instead of these three.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.preprocessing.text.hashing_trick("the more the better", 50, "md5")
        [43, 43, 43, 20]
    """
    if hash_function == "md5":
        function: Any = _md5
    else:
        function = hash if hash_function is None else hash_function
    words = _words(text, filters, lower, split, analyzer)
    return [function(word) % (n - 1) + 1 for word in words]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


def _words(
    text: str, filters: str, lower: bool, split: str, analyzer: Analyzer | None
) -> Sequence[str]:
    if analyzer is not None:
        return analyzer(text)
    return text_to_word_sequence(text, filters, lower, split)


class Tokenizer:
    """Texts as lists of numbers, one for each word; frequent words have small numbers.

    0 stands for no word: it is left for padding.

    Args:
        num_words: how many numbers to use: words from that number on are left out.
        filters: see `text_to_word_sequence`.
        lower: whether to make all letters small.
        split: what stands between words.
        char_level: whether every character is a word.
        oov_token: a word that stands for those that are unknown or left out; it has number 1.
        analyzer: a function that gives the words of a text.
        kwargs: `document_count`, the number of texts seen so far; `nb_words`, the old name of
            `num_words`.

    Attributes:
        word_index: the number of each word.
        index_word: the word of each number.
        word_counts: how often each word occurred.
        word_docs: in how many texts each word occurred.
        index_docs: in how many texts each number occurred.
        document_count: how many texts were seen.

    Example:
        >>> import glassbrook as tf
        >>> tokenizer = tf.keras.preprocessing.text.Tokenizer(oov_token="<unknown>")
        >>> tokenizer.fit_on_texts(["The cat sat.", "The cat ran."])
        >>> tokenizer.word_index
        {'<unknown>': 1, 'the': 2, 'cat': 3, 'sat': 4, 'ran': 5}
        >>> tokenizer.texts_to_sequences(["The dog ran!"])
        [[2, 1, 5]]
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = _FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Analyzer | None = None,
        **kwargs: Any,
    ) -> None:
        if "nb_words" in kwargs:
            warnings.warn("Tokenizer: nb_words is now called num_words.", stacklevel=2)
            num_words = kwargs.pop("nb_words")
        self.document_count: int = kwargs.pop("document_count", 0)
        if kwargs:
            raise UsageError(f"Tokenizer: unknown arguments {sorted(kwargs)}.")
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.word_counts: dict[str, int] = OrderedDict()
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of texts, and number them: the most frequent first.

        Args:
            texts: strings; or lists of words, which are taken as they are.
        """
        for text in texts:
            self.document_count += 1
            words = self._words_of(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        ordered = sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        first = [] if self.oov_token is None else [self.oov_token]
        # A word that is also the token gets its later number, as in Keras.
        self.word_index = {word: number for number, word in enumerate([*first, *ordered], 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Sequence[Iterable[int]]) -> None:
        """Count in how many lists of numbers each number occurs, for ``mode="tfidf"``."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """The numbers of the words of each text; unknown words are left out, or are `oov_token`."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """`texts_to_sequences`, one text at a time."""
        if not isinstance(texts, Iterable):
            raise UsageError(
                f'Tokenizer: expected a list of texts, got {shortened(texts)}: ["a text"].'
            )
        unknown = self._unknown()
        for text in texts:
            numbers = [self.word_index.get(word) for word in self._words_of(text)]
            known = (number if self._is_kept(number) else unknown for number in numbers)
            yield [number for number in known if number is not None]

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """The words that lists of numbers stand for, joined with spaces."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        """`sequences_to_texts`, one list at a time."""
        unknown = self._unknown()
        for sequence in sequences:
            numbers = [number if number in self.index_word else None for number in sequence]
            known = (number if self._is_kept(number) else unknown for number in numbers)
            yield " ".join(self.index_word[number] for number in known if number is not None)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> npt.NDArray[Any]:
        """One row for each text, one column for each number; see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode=mode)

    def sequences_to_matrix(
        self, sequences: Sequence[Sequence[int]], mode: str = "binary"
    ) -> npt.NDArray[Any]:
        """One row for each list of numbers, one column for each number.

        Args:
            sequences: lists of numbers.
            mode: what stands in the columns: ``"binary"``, whether the number occurs;
                ``"count"``, how often; ``"freq"``, its share of the list; ``"tfidf"``,
                ``(1 + log(count)) · log(1 + texts / (1 + texts with it))``.

        Returns:
            An array of dtype float64 and shape [lists, num_words].

        Raises:
            InvalidArgumentError: there is no such mode, or no text has been seen yet.
        """
        if mode not in _MODES:
            raise InvalidArgumentError(
                f"Tokenizer.sequences_to_matrix: unknown mode {mode!r}, expected one of {_MODES}."
            )
        if not self.num_words and not self.word_index:
            raise InvalidArgumentError(
                "Tokenizer.sequences_to_matrix: it is not known how many words there are. Give "
                "Tokenizer(num_words=…), or call fit_on_texts(texts) first."
            )
        if mode == "tfidf" and not self.document_count:
            raise InvalidArgumentError(
                "Tokenizer.sequences_to_matrix: mode='tfidf' compares with texts seen before: call "
                "fit_on_texts(texts) first."
            )
        width = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), width))
        for row, sequence in zip(matrix, sequences, strict=True):
            for number, count in Counter(n for n in sequence if n < width).items():
                row[number] = self._weight(mode, number, count, len(sequence))
        return matrix

    def _weight(self, mode: str, number: int, count: int, length: int) -> float:
        if mode == "binary":
            return 1.0
        if mode == "count":
            return float(count)
        if mode == "freq":
            return count / length
        rarity = np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))
        return float((1 + np.log(count)) * rarity)

    def _words_of(self, text: Any) -> Sequence[str]:
        if isinstance(text, list):
            return [word.lower() for word in text] if self.lower else text
        if self.char_level:
            characters: str = text.lower() if self.lower else text
            return characters
        return _words(text, self.filters, self.lower, self.split, self.analyzer)

    def _is_kept(self, number: int | None) -> bool:
        return number is not None and not (self.num_words and number >= self.num_words)

    def _unknown(self) -> int | None:
        """The number of `oov_token`, if there is one."""
        return None if self.oov_token is None else self.word_index.get(self.oov_token)

    def get_config(self) -> dict[str, Any]:
        """What `tokenizer_from_json` reads; counts and numbers are JSON texts in it."""
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": self.lower,
            "split": self.split,
            "char_level": self.char_level,
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            "word_counts": json.dumps(self.word_counts),
            "word_docs": json.dumps(self.word_docs),
            "index_docs": json.dumps(self.index_docs),
            "index_word": json.dumps(self.index_word),
            "word_index": json.dumps(self.word_index),
        }

    def to_json(self, **kwargs: Any) -> str:
        """The tokenizer as JSON text.

        Args:
            kwargs: what `json.dumps` takes.
        """
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer that `Tokenizer.to_json` described.

    Raises:
        InvalidArgumentError: the text describes none.

    Example:
        >>> import glassbrook as tf
        >>> tokenizer = tf.keras.preprocessing.text.Tokenizer()
        >>> tokenizer.fit_on_texts(["one two"])
        >>> text = tokenizer.to_json()
        >>> tf.keras.preprocessing.text.tokenizer_from_json(text).word_index
        {'one': 1, 'two': 2}
    """
    try:
        config = dict(json.loads(json_string)["config"])
        parts = {name: json.loads(config.pop(name)) for name in _STATE}
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidArgumentError(
            f"tokenizer_from_json: this is not what Tokenizer.to_json() writes ({error!r})."
        ) from error
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = parts["word_counts"]
    tokenizer.word_docs = parts["word_docs"]
    tokenizer.word_index = parts["word_index"]
    tokenizer.index_docs = _by_number(parts["index_docs"])
    tokenizer.index_word = _by_number(parts["index_word"])
    return tokenizer


_STATE = ("word_counts", "word_docs", "word_index", "index_docs", "index_word")


def _by_number(mapping: Mapping[str, Any]) -> dict[int, Any]:
    """JSON has texts as keys only."""
    return {int(number): value for number, value in mapping.items()}
