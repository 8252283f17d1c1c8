"""`TextVectorization`: texts as numbers of their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.keras import registry
from glassbrook.keras.layers.preprocessing.data import DataLayer, batches_of
from glassbrook.keras.layers.preprocessing.lookup import StringLookup
from glassbrook.keras.layers.preprocessing.vocabulary import check_mode
from glassbrook.keras.layers.spec import as_sizes
from glassbrook.ops.arguments import node_value
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.ops.string_features import ngrams as ngrams_of
from glassbrook.ops.string_parts import split as split_words
from glassbrook.ops.string_parts import unicode_split
from glassbrook.tensor import Tensor, convert_to_tensor

__all__ = ["TextVectorization"]

_STANDARDS = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
_SPLITS = ("whitespace", "character")
_PUNCTUATION = re.compile(rb"[!\"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']")


@registry.register("layer")
class TextVectorization(DataLayer):
    """Each text as the numbers of its words, in the vocabulary that `adapt` learned.

    A text is put into a standard form, split into words, and each word looked up: 0 stands for
    padding, 1 for words that are not in the vocabulary.

    Args:
        max_tokens: the largest size of the vocabulary, with those two; no limit by default.
        standardize: ``"lower_and_strip_punctuation"``, ``"lower"``, ``"strip_punctuation"``,
            `None`, or a function of a tensor of texts.
        split: ``"whitespace"``, ``"character"``, `None`, or a function of a tensor of texts.
        ngrams: with a number n, sequences of 1 to n words are taken as words too; with a tuple,
            sequences of these lengths.
        output_mode: ``"int"`` for the numbers of the words in order, ``"multi_hot"``, ``"count"``
            or ``"tf_idf"`` for one vector per text, as in `StringLookup`.
        output_sequence_length: with ``"int"``, how many words are kept; shorter texts are filled up
            with 0. By default as many as the longest text has.
        pad_to_max_tokens: whether vectors have `max_tokens` places.
        vocabulary: the words in order, or the path of a file with one on each line.
        idf_weights: for ``"tf_idf"``, a weight for each word.
        sparse: whether vectors come as sparse tensors.
        ragged: whether numbers come as a ragged tensor, without padding.
        encoding: that of the texts.

    Raises:
        InvalidArgumentError: an argument is unknown, or does not go with another.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.TextVectorization(output_sequence_length=4)
        >>> layer.adapt(["The cat, the dog.", "A cat!"])
        >>> layer.get_vocabulary()
        ['', '[UNK]', 'the', 'cat', 'dog', 'a']
        >>> layer(["the old cat"]).numpy()
        array([[2, 1, 3, 0]])
    """

    _looks_at_values = True

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: int | tuple[int, ...] | None = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("vocabulary_size", None)
        static = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        kwargs.pop("dtype", None)
        super().__init__(name=name, **kwargs)
        self._standardize = _choice("standardize", standardize, _STANDARDS)
        self._split = _choice("split", split, _SPLITS)
        self._output_mode = check_mode("TextVectorization", output_mode)
        self._ngrams_argument = ngrams
        self._ngrams = _widths(ngrams)
        self._length = _length(output_sequence_length, self._output_mode)
        self._ragged = bool(ragged)
        self._encoding = encoding
        if ragged and self._output_mode != "int":
            raise InvalidArgumentError(
                "TextVectorization: ragged=True goes with output_mode='int', not with "
                f"{self._output_mode!r}."
            )
        self._lookup = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=self._output_mode,
            sparse=sparse,
            encoding=encoding,
            has_input_vocabulary=static,
        )

    # The vocabulary.

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary: all words of the texts, the most frequent first.

        Args:
            data: an array or list of texts, or a dataset or generator of batches of them.
            batch_size: accepted for Keras 2's sake, without effect.
            steps: how many batches of a dataset to look at; all by default.

        Raises:
            InvalidArgumentError: the layer was given a vocabulary.
        """
        self.reset_state()
        for batch in batches_of(data, steps):
            texts = self._converted(batch)
            if batch is data and not isinstance(texts, RaggedTensor) and texts.ndim == 1:
                texts = Tensor(build.expand_dims(texts.used_node(), 1))
            self.update_state(texts)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._lookup.reset_state()

    def update_state(self, data: Any) -> None:
        """Count the words of a batch of texts."""
        self._lookup.update_state(self._words(self._converted(data)))

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        self._lookup.finalize_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The words in order.

        Args:
            include_special_tokens: whether those for padding and for unknown words are in it.
        """
        return self._lookup.get_vocabulary(include_special_tokens)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Set the vocabulary, without looking at texts.

        Args:
            vocabulary: the words in order, or the path of a file with one on each line.
            idf_weights: for ``"tf_idf"``, the weight of each.

        Raises:
            InvalidArgumentError: it is empty, too long, or has a word twice.
        """
        self._lookup.set_vocabulary(vocabulary, idf_weights)

    def vocabulary_size(self) -> int:
        """How many words there are, with those for padding and for unknown ones."""
        return self._lookup.vocabulary_size()

    # Texts to numbers.

    def call(self, inputs: Any) -> Any:
        """The numbers of the words, or the vectors of the texts."""
        found = self._lookup.call(self._words(inputs))
        if self._output_mode != "int" or (self._ragged and isinstance(found, RaggedTensor)):
            return found
        if isinstance(found, RaggedTensor):
            sizes = found.shape.as_list()
            return found.to_tensor(default_value=0, shape=[*sizes[:-1], self._length])
        return found if self._length is None else self._fitted(found)

    def _fitted(self, places: Tensor) -> Tensor:
        """Places cut to the length, or filled up with 0."""
        assert self._length is not None
        node = places.used_node()
        size = node.shape[-1]
        if size > self._length:
            return Tensor(build.slice(node, (0,) * node.rank, (*node.shape[:-1], self._length)))
        room = ((0, 0),) * (node.rank - 1) + ((0, self._length - size),)
        return Tensor(build.pad(node, room))

    def _words(self, inputs: Any) -> Any:
        texts = self._standardized(inputs)
        if self._split is not None:
            if not isinstance(texts, RaggedTensor) and texts.ndim > 1:
                texts = self._squeezed(texts)
            if self._split == "whitespace":
                texts = split_words(texts)
            elif self._split == "character":
                texts = unicode_split(texts, "UTF-8")
            else:
                texts = self._split(texts)
        if self._ngrams is None:
            return texts
        return ngrams_of(texts, ngram_width=self._ngrams, separator=" ")

    def _squeezed(self, texts: Tensor) -> Tensor:
        node = texts.used_node()
        if node.shape[-1] != 1:
            raise ShapeError(
                f"Layer {self._title()} splits texts, so it expects a vector of them, or an input "
                f"whose last axis has size 1; got an input of shape {node.shape}."
            )
        return Tensor(build.reshape(node, node.shape[:-1]))

    def _standardized(self, inputs: Any) -> Any:
        if isinstance(inputs, RaggedTensor):
            if callable(self._standardize):
                return self._standardize(inputs)
            return inputs.with_flat_values(self._standardized(inputs.flat_values))
        texts = convert_to_tensor(inputs)
        if texts.dtype is not dtypes.string:
            raise DTypeError(
                f"Layer {self._title()} expects text, got an input of dtype {texts.dtype.name}."
            )
        if self._standardize is None:
            return texts
        if callable(self._standardize):
            return self._standardize(texts)
        array = node_value(texts.used_node())
        result = np.empty(array.shape, object)
        flat = [_standard(text, self._standardize) for text in array.ravel()]
        result.reshape(-1)[:] = flat
        return Tensor(build.data(result, dtypes.string))

    # What it looks like.

    def _output_dtype(self) -> DType:
        return self._lookup._output_dtype()

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, output_sequence_length]``, or a vector for each text."""
        sizes = as_sizes(input_shape)
        if self._output_mode == "int":
            return (sizes[0] if sizes else None, self._length)
        if self._split is None:
            sizes = (*sizes, 1) if len(sizes) <= 1 else sizes
        else:
            sizes = (*(sizes[:-1] if len(sizes) > 1 and sizes[-1] == 1 else sizes), None)
        return self._lookup.compute_output_shape(sizes)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`, with the vocabulary if there is one."""
        lookup = self._lookup.get_config()
        return super().get_config() | {
            "max_tokens": lookup["max_tokens"],
            "standardize": _described(self._standardize),
            "split": _described(self._split),
            "ngrams": self._ngrams_argument,
            "output_mode": self._output_mode,
            "output_sequence_length": self._length,
            "pad_to_max_tokens": lookup["pad_to_max_tokens"],
            "sparse": lookup["sparse"],
            "ragged": self._ragged,
            "vocabulary": lookup["vocabulary"],
            "idf_weights": lookup["idf_weights"],
            "encoding": self._encoding,
            "vocabulary_size": self.vocabulary_size(),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A new layer from what `get_config` gave."""
        given = dict(config)
        for key in ("standardize", "split"):
            found = registry.get_registered_object(given[key]) if given.get(key) else None
            given[key] = given.get(key) if found is None else found
        if isinstance(given.get("ngrams"), list):
            given["ngrams"] = tuple(given["ngrams"])
        return cls(**given)


def _standard(text: bytes, how: str) -> bytes:
    if how != "strip_punctuation":
        text = text.lower()
    return text if how == "lower" else _PUNCTUATION.sub(b"", text)


def _choice(what: str, value: Any, known: tuple[str, ...]) -> Any:
    if value is None or callable(value) or value in known:
        return value
    raise InvalidArgumentError(
        f"TextVectorization: {what} is {value!r}, expected one of {', '.join(map(repr, known))}, "
        "None, or a function."
    )


def _widths(ngrams: Any) -> Any:
    if ngrams is None:
        return None
    if isinstance(ngrams, int):
        return tuple(range(1, ngrams + 1))
    if isinstance(ngrams, tuple) and all(isinstance(each, int) for each in ngrams):
        return ngrams
    raise InvalidArgumentError(
        f"TextVectorization: ngrams is {ngrams!r}, expected a whole number or a tuple of them."
    )


def _length(length: Any, mode: str) -> int | None:
    if length is None:
        return None
    if mode != "int":
        raise InvalidArgumentError(
            "TextVectorization: output_sequence_length goes with output_mode='int', not with "
            f"{mode!r}."
        )
    if isinstance(length, bool) or not isinstance(length, int) or length < 1:
        raise InvalidArgumentError(
            f"TextVectorization: output_sequence_length is {length!r}, expected a positive whole "
            "number."
        )
    return length


def _described(value: str | Callable[..., Any] | None) -> Any:
    return registry.get_registered_name(value) if callable(value) else value
