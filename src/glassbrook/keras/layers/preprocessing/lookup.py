"""Positions of words and of numbers in a vocabulary: `StringLookup` and `IntegerLookup`."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import (
    DTypeError,
    FailedPreconditionError,
    InvalidArgumentError,
)
from glassbrook.graph import build
from glassbrook.keras import backend
from glassbrook.keras.layers.preprocessing.data import DataLayer, batches_of, encoded, integers
from glassbrook.keras.layers.preprocessing.vocabulary import (
    Seen,
    Words,
    check_mode,
    listed,
    salt_argument,
)
from glassbrook.keras.layers.spec import as_sizes
from glassbrook.keras.registry import register
from glassbrook.ops.arguments import node_value
from glassbrook.ops.hashing import farm_fingerprint, sip_hash
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.tensor import Tensor, convert_to_tensor

__all__ = ["IntegerLookup", "StringLookup"]


class _Lookup(DataLayer):
    """A layer that knows a vocabulary: special tokens first, then the others."""

    _looks_at_values = True
    _kind: DType = dtypes.string
    oov_token: Any

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any,
        idf_weights: Any,
        invert: bool,
        output_mode: str,
        sparse: bool,
        pad_to_max_tokens: bool,
        salt: Any,
        **kwargs: Any,
    ) -> None:
        self.vocabulary_size_hint = kwargs.pop("vocabulary_size", None)
        static = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        kwargs.pop("dtype", None)
        super().__init__(**kwargs)
        title = type(self).__name__
        self.output_mode = check_mode(title, output_mode)
        self.max_tokens = max_tokens
        self.num_oov_indices = int(num_oov_indices)
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.invert = bool(invert)
        self.sparse = bool(sparse)
        self.pad_to_max_tokens = bool(pad_to_max_tokens)
        self.salt = salt_argument(title, salt)
        self._check_arguments(title, idf_weights)
        self._words = Words([], 0)
        self._idf: Any = None
        self._is_static = bool(static)
        self._is_known = False
        self.reset_state()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
            self._is_static = True

    def _check_arguments(self, title: str, idf_weights: Any) -> None:
        if self.max_tokens is not None and self.max_tokens <= self._start:
            raise InvalidArgumentError(
                f"{title}: max_tokens is {self.max_tokens}, expected more than {self._start}, the "
                "number of tokens for what is not in the vocabulary, and for padding."
            )
        if self.num_oov_indices < 0:
            raise InvalidArgumentError(
                f"{title}: num_oov_indices is {self.num_oov_indices}, expected at least 0."
            )
        if self.invert and self.output_mode != "int":
            raise InvalidArgumentError(
                f"{title}: with invert=True, output_mode has to be 'int', not {self.output_mode!r}."
            )
        if self.sparse and self.output_mode == "int":
            raise InvalidArgumentError(f"{title}: with sparse=True, output_mode cannot be 'int'.")
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise InvalidArgumentError(f"{title}: pad_to_max_tokens needs max_tokens.")
        if idf_weights is not None and self.output_mode != "tf_idf":
            raise InvalidArgumentError(
                f"{title}: idf_weights go with output_mode='tf_idf', not with {self.output_mode!r}."
            )

    # The vocabulary.

    @property
    def _oov_start(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def _start(self) -> int:
        """Where the tokens begin that are not special."""
        return self._oov_start + self.num_oov_indices

    def _key(self, token: Any) -> Any:
        return token

    def _shown(self, key: Any) -> Any:
        return key

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Set the vocabulary, without looking at data.

        Args:
            vocabulary: the tokens in order, with the special ones in front or without them; or the
                path of a file with one on each line.
            idf_weights: for ``"tf_idf"``, the weight of each.

        Raises:
            InvalidArgumentError: it is empty, too long, or has a token twice.
        """
        title = self._title()
        if (self.output_mode == "tf_idf") != (idf_weights is not None):
            verb = "needs" if idf_weights is None else "does not take"
            raise InvalidArgumentError(
                f"Layer {title}: output_mode={self.output_mode!r} {verb} idf_weights."
            )
        given = [self._key(each) for each in listed(vocabulary)]
        special = [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices
        special = [None if each is None else self._key(each) for each in special]
        has_special = bool(special) and given[: len(special)] == special
        tokens = given[len(special) :] if has_special else given
        self._check_tokens(given, tokens)
        self._set_tokens(tokens)
        self._is_static = True
        if idf_weights is not None:
            weights = np.asarray(listed(idf_weights), np.float64)
            if len(weights) != len(given):
                raise InvalidArgumentError(
                    f"Layer {title}: {len(weights)} idf_weights for {len(given)} tokens."
                )
            front = 0 if has_special else self._start
            self._set_idf(np.pad(weights, (front, 0), constant_values=weights.mean()))

    def _check_tokens(self, given: list[Any], tokens: list[Any]) -> None:
        title = self._title()
        if not given:
            raise InvalidArgumentError(f"Layer {title}: the vocabulary is empty.")
        repeated = [self._shown(key) for key, count in Counter(tokens).items() if count > 1]
        if repeated:
            raise InvalidArgumentError(
                f"Layer {title}: the vocabulary has tokens more than once: {repeated[:5]}."
            )
        reserved = [self.mask_token, self.oov_token if self.invert else None]
        for each in reserved:
            if each is not None and self._key(each) in tokens:
                raise InvalidArgumentError(
                    f"Layer {title}: the token {each!r} is reserved. Leave all special tokens out "
                    "of the vocabulary, or begin it with them."
                )
        size = self._start + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise InvalidArgumentError(
                f"Layer {title}: the vocabulary has {size} tokens, with special ones, but "
                f"max_tokens is {self.max_tokens}."
            )

    def _set_tokens(self, tokens: list[Any]) -> None:
        size = self._start + len(tokens)
        fixed = self._is_known and self.output_mode != "int" and not self.pad_to_max_tokens
        if fixed and size != self.vocabulary_size():
            raise FailedPreconditionError(
                f"Layer {self._title()}: with output_mode={self.output_mode!r}, the size of the "
                f"vocabulary is that of the outputs: it cannot change from "
                f"{self.vocabulary_size()} to {size}. pad_to_max_tokens=True keeps the outputs' "
                "size, whatever the vocabulary."
            )
        self._words = Words(tokens, self._start)
        self._is_known = True

    def _set_idf(self, weights: Any) -> None:
        if self.pad_to_max_tokens and self.max_tokens is not None:
            weights = np.pad(weights, (0, self.max_tokens - len(weights)))
        self._idf = np.asarray(weights, as_dtype(backend.floatx()).numpy)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in order: the one at a place is what the layer makes that number of.

        Args:
            include_special_tokens: whether those for padding and for unknown ones are in it.
        """
        tokens = [self._shown(token) for token in self._words.tokens]
        if not include_special_tokens:
            return tokens
        mask = [self.mask_token] * self._oov_start
        return [*mask, *[self.oov_token] * self.num_oov_indices, *tokens]

    def vocabulary_size(self) -> int:
        """How many tokens there are, with special ones."""
        return self._start + len(self._words.tokens)

    # Learning it.

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary: all tokens of the data, the most frequent first.

        Args:
            data: an array, a list, or a dataset or generator of batches.
            batch_size: accepted for Keras 2's sake, without effect.
            steps: how many batches of a dataset to look at; all by default.

        Raises:
            InvalidArgumentError: the layer was given a vocabulary.
        """
        self.reset_state()
        for batch in batches_of(data, steps):
            whole = batch is data
            self.update_state(self._in_rows(batch) if whole else batch)
        self.finalize_state()

    def _in_rows(self, data: Any) -> Any:
        value = self._converted(data)
        if isinstance(value, RaggedTensor) or value.ndim != 1:
            return value
        return Tensor(build.expand_dims(value.used_node(), 1))

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._seen = Seen()

    def update_state(self, data: Any) -> None:
        """Count the tokens of a batch.

        Raises:
            InvalidArgumentError: the layer was given a vocabulary.
        """
        if self._is_static:
            raise InvalidArgumentError(
                f"Layer {self._title()} was given a vocabulary, so it cannot adapt to data."
            )
        for row in self._rows(data):
            self._seen.tokens.update(row)
            self._seen.documents.update(set(row))
            self._seen.total += 1

    def _rows(self, data: Any) -> list[list[Any]]:
        """The keys of each sample of a batch."""
        value = self._converted(data)
        if isinstance(value, RaggedTensor):
            keys = self._keys(value.flat_values).tolist()
            splits = value.row_splits.numpy()
            return [keys[a:b] for a, b in itertools.pairwise(splits)]
        keys = self._keys(value)
        rows: list[list[Any]] = keys.reshape(1 if keys.ndim < 2 else len(keys), -1).tolist()
        return rows

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        if self._is_static or not self._seen.tokens:
            return
        for each in (self.mask_token, self.oov_token):
            if each is not None:
                self._seen.tokens.pop(self._key(each), None)
        order = sorted(
            self._seen.tokens, key=lambda token: (self._seen.tokens[token], token), reverse=True
        )
        if self.max_tokens is not None:
            order = order[: self.max_tokens - self._start]
        self._set_tokens(order)
        if self.output_mode == "tf_idf":
            seen = np.array([self._seen.documents[token] for token in order], np.float64)
            weights = np.log(1 + self._seen.total / (1 + seen)).astype(np.float32)
            self._set_idf(np.pad(weights, (self._start, 0), constant_values=weights.mean()))
        self.reset_state()

    # Looking up.

    def call(self, inputs: Any) -> Any:
        """The places of the inputs' tokens, as `output_mode` says."""
        self._check_known()
        if isinstance(inputs, RaggedTensor):
            found = self._found(self._keys(inputs.flat_values))
            places: Any = inputs.with_flat_values(found)
            if self.output_mode == "int":
                return places
            return self._encoded(places.to_tensor(default_value=-1))
        found = self._found(self._keys(inputs))
        return found if self.output_mode == "int" else self._encoded(found)

    def _check_known(self) -> None:
        if not self._is_known and self.output_mode != "int" and not self.pad_to_max_tokens:
            raise FailedPreconditionError(
                f"Layer {self._title()} has no vocabulary yet: pass vocabulary=, or call "
                "adapt(data) first."
            )

    def _keys(self, value: Any) -> Any:
        """The values to look up: text as bytes, numbers as int64."""
        node = convert_to_tensor(value).used_node()
        text = self._kind is dtypes.string and not self.invert
        if text != (node.dtype is dtypes.string):
            expected = "text" if text else "whole numbers"
            raise DTypeError(
                f"Layer {self._title()} expects {expected}, got an input of dtype "
                f"{node.dtype.name}."
            )
        array = node_value(node)
        return array if text else array.astype(np.int64)

    def _found(self, keys: Any) -> Tensor:
        flat = keys.ravel().tolist()
        if self.invert:
            return self._inverted(flat, keys.shape)
        places, lowest = self._words.places, self._oov_start
        mask = None if self.mask_token is None else self._key(self.mask_token)
        # Outside of "int", what fills up rows has no place.
        padding = 0 if self.output_mode == "int" else -1
        found = [
            padding
            if mask is not None and key == mask
            else place
            if (place := places.get(key)) is not None
            else lowest + self._bucket(key)
            for key in flat
        ]
        return integers(np.array(found, np.int64).reshape(keys.shape))

    def _bucket(self, key: Any) -> int:
        """Which of the places for unknown tokens one has."""
        count = self.num_oov_indices
        if count == 1:
            return 0
        if not count:
            raise InvalidArgumentError(
                f"Layer {self._title()}: {self._shown(key)!r} is not in the vocabulary, and "
                "num_oov_indices=0 leaves no place for what is not. Use num_oov_indices=1."
            )
        if isinstance(key, int):
            return key % count
        hashed = farm_fingerprint(key) if self.salt is None else sip_hash(key, self.salt)
        return int(hashed % count)

    def _inverted(self, places: list[int], shape: Any) -> Tensor:
        vocabulary = [self._key(each) for each in self.get_vocabulary() if each is not None]
        shift = self.vocabulary_size() - len(vocabulary)
        unknown = self._key(self.oov_token)
        found = [
            vocabulary[place - shift] if 0 <= place - shift < len(vocabulary) else unknown
            for place in places
        ]
        array = np.empty(len(found), self._kind.numpy)
        array[:] = found
        return Tensor(build.data(array.reshape(shape), self._kind))

    def _encoded(self, places: Tensor) -> Any:
        depth = self._depth()
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        result = encoded(places.used_node(), mode, depth, dtypes.int64)
        if self.output_mode == "tf_idf":
            weights = build.data(self._idf, as_dtype(self._idf.dtype))
            result = Tensor(build.mul(build.cast(result.node, weights.dtype), weights))
        if self.sparse:
            from glassbrook.sparse import from_dense

            return from_dense(result)
        return result

    def _depth(self) -> int:
        if self.pad_to_max_tokens and self.max_tokens is not None:
            return self.max_tokens
        return self.vocabulary_size()

    def _output_dtype(self) -> DType:
        if self.invert:
            return self._kind
        return dtypes.int64 if self.output_mode == "int" else as_dtype(backend.floatx())

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input, or with a vector in the place of the last axis or behind it."""
        sizes = as_sizes(input_shape)
        if self.output_mode == "int":
            return sizes
        if self.output_mode == "one_hot" and not (len(sizes) > 1 and sizes[-1] == 1):
            return (*sizes, self._depth())
        return (*sizes[:-1], self._depth())

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`, with the vocabulary if there is one."""
        tokens = self.get_vocabulary(include_special_tokens=False) if self._is_known else None
        weights = None
        if tokens is not None and self._idf is not None:
            weights = self._idf[self._start : self._start + len(tokens)].tolist()
        return super().get_config() | {
            "invert": self.invert,
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "oov_token": self.oov_token,
            "mask_token": self.mask_token,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "idf_weights": weights,
            "vocabulary": tokens,
            "salt": self.salt,
        }


@register("layer")
class StringLookup(_Lookup):
    """The place of each word in a vocabulary; words that are not in it share the first places.

    The vocabulary is given, or learned by `adapt`: the most frequent word first.

    Args:
        max_tokens: the largest size of the vocabulary, with special tokens; no limit by default.
        num_oov_indices: how many places there are for words that are not in it.
        mask_token: a word that stands for padding and has place 0; none by default.
        oov_token: what stands for words that are not in the vocabulary.
        vocabulary: the words in order, or the path of a file with one on each line.
        idf_weights: for ``"tf_idf"``, a weight for each word.
        invert: whether places come in and words go out.
        output_mode: ``"int"`` for places, ``"one_hot"`` for a vector per word with a 1 at its
            place, ``"multi_hot"`` for a vector per sample with a 1 for each of its words,
            ``"count"`` for how often each occurs, ``"tf_idf"`` for that times the weights.
        pad_to_max_tokens: whether vectors have `max_tokens` places even if fewer words are known.
        sparse: whether vectors come as sparse tensors.
        encoding: that of the words.
        salt: numbers that decide which place a word has that is not in the vocabulary.

    Raises:
        InvalidArgumentError: an argument is out of its range, or a word is unknown and
            `num_oov_indices` is 0.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.StringLookup(vocabulary=["a", "b"])
        >>> layer(tf.constant([["b", "z"]])).numpy()
        array([[2, 0]])
        >>> layer.get_vocabulary()
        ['[UNK]', 'a', 'b']
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        self.encoding = encoding
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary,
            idf_weights,
            invert,
            output_mode,
            sparse,
            pad_to_max_tokens,
            salt,
            name=name,
            **kwargs,
        )

    def _key(self, token: Any) -> Any:
        return token if isinstance(token, bytes) else str(token).encode(self.encoding)

    def _shown(self, key: Any) -> Any:
        return key.decode(self.encoding, "replace")

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`, with the vocabulary if there is one."""
        return super().get_config() | {"encoding": self.encoding}


@register("layer")
class IntegerLookup(_Lookup):
    """The place of each whole number in a vocabulary; others share the first places.

    Args:
        max_tokens: the largest size of the vocabulary, with special tokens; no limit by default.
        num_oov_indices: how many places there are for numbers that are not in it.
        mask_token: a number that stands for padding and has place 0; none by default.
        oov_token: what stands for numbers that are not in the vocabulary.
        vocabulary: the numbers in order.
        vocabulary_dtype: their dtype, int64 or int32.
        idf_weights: for ``"tf_idf"``, a weight for each number.
        invert: whether places come in and numbers go out.
        output_mode: as in `StringLookup`.
        sparse: whether vectors come as sparse tensors.
        pad_to_max_tokens: whether vectors have `max_tokens` places.
        oov_method: ``"floormod"`` or ``"farmhash"``: how a number that is not in the vocabulary
            gets one of several places.
        salt: numbers that decide about that with ``"farmhash"``.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.IntegerLookup(vocabulary=[12, 36])
        >>> layer(tf.constant([36, 7])).numpy()
        array([2, 0])
    """

    _kind = dtypes.int64

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if oov_method not in ("floormod", "farmhash"):
            raise InvalidArgumentError(
                f"IntegerLookup: oov_method is {oov_method!r}, expected 'floormod' or 'farmhash'."
            )
        self.oov_method = oov_method
        self.vocabulary_dtype = as_dtype(vocabulary_dtype).name
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary,
            idf_weights,
            invert,
            output_mode,
            sparse,
            pad_to_max_tokens,
            salt,
            name=name,
            **kwargs,
        )

    def _key(self, token: Any) -> Any:
        return int(token)

    def _bucket(self, key: Any) -> int:
        if self.oov_method == "floormod" or self.num_oov_indices < 2:
            return super()._bucket(key)
        return super()._bucket(str(key).encode())

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`, with the vocabulary if there is one."""
        return super().get_config() | {
            "vocabulary_dtype": self.vocabulary_dtype,
            "oov_method": self.oov_method,
        }
