"""What text becomes before a model sees it: n-grams, hash buckets, other encodings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.ops.arguments import integer_argument, integers_argument, node_value
from glassbrook.ops.hashing import farm_fingerprint, murmur, sip_hash
from glassbrook.ops.ragged.rows import splits_of_lengths
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.ops.string_parts import strings_argument, text_tensor
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "fingerprint",
    "ngrams",
    "to_hash_bucket",
    "to_hash_bucket_fast",
    "to_hash_bucket_strong",
    "unicode_transcode",
    "unsorted_segment_join",
]


def _each(op: str, input: Any, function: Callable[[bytes], Any], dtype: dtypes.DType) -> Tensor:
    node = strings_argument(op, input)
    texts = node_value(node)
    result = np.empty(node.shape, dtype.numpy)
    result.reshape(-1)[:] = [function(text) for text in texts.ravel()]
    return Tensor(build.data(result, dtype))


def _buckets(op: str, input: Any, count: Any, hashed: Callable[[bytes], int]) -> Tensor:
    buckets = integer_argument(f"strings.{op}", "num_buckets", count)
    if buckets < 1:
        raise InvalidArgumentError(f"strings.{op}: num_buckets must be at least 1, got {buckets}.")
    return _each(op, input, lambda text: hashed(text) % buckets, dtypes.int64)


@operation
def to_hash_bucket(input: Any, num_buckets: Any, name: str | None = None) -> Tensor:
    """A number below `num_buckets` for each string, equal for equal strings (MurmurHash2).

    Args:
        input: strings, which are computed for it.
        num_buckets: how many numbers there are.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is not at least one bucket.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.to_hash_bucket(["a", "b"], 10).numpy()
        array([8, 0])
    """
    return _buckets("to_hash_bucket", input, num_buckets, murmur)


@operation
def to_hash_bucket_fast(input: Any, num_buckets: Any, name: str | None = None) -> Tensor:
    """A number below `num_buckets` for each string, equal for equal strings (FarmHash).

    Args:
        input: strings, which are computed for it.
        num_buckets: how many numbers there are.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is not at least one bucket.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.to_hash_bucket_fast(["a", "b"], 10).numpy()
        array([9, 2])
    """
    return _buckets("to_hash_bucket_fast", input, num_buckets, farm_fingerprint)


@operation
def to_hash_bucket_strong(
    input: Any, num_buckets: Any, key: Sequence[int], name: str | None = None
) -> Tensor:
    """A number below `num_buckets` for each string, hard to foresee without the key (SipHash).

    Args:
        input: strings, which are computed for it.
        num_buckets: how many numbers there are.
        key: two secret integers.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is not at least one bucket, or the key has not two numbers.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.to_hash_bucket_strong(["a", "b"], 10, key=[1, 2]).numpy()
        array([6, 4])
    """
    secret = integers_argument("strings.to_hash_bucket_strong", "key", key)
    if len(secret) != 2:
        raise InvalidArgumentError(
            f"strings.to_hash_bucket_strong: key must be two integers, got {len(secret)}."
        )
    return _buckets(
        "to_hash_bucket_strong", input, num_buckets, lambda text: sip_hash(text, secret)
    )


@operation
def fingerprint(data: Any, method: str = "farmhash64", name: str | None = None) -> Tensor:
    """Eight bytes for each row that tell different rows apart.

    Args:
        data: a tensor with at least one axis, which is computed for it.
        method: ``"farmhash64"``.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        uint8 of shape ``[rows, 8]``.

    Raises:
        InvalidArgumentError: there is no such method.
        ShapeError: `data` is a scalar.

    Example:
        >>> import glassbrook as tf
        >>> tf.fingerprint(["abc"]).numpy()
        array([[105, 243, 231, 116, 160, 179, 165,  36]], dtype=uint8)
    """
    node = as_node(data)
    if method != "farmhash64":
        raise InvalidArgumentError(f'fingerprint: method must be "farmhash64", not {method!r}.')
    if not node.shape:
        raise ShapeError("fingerprint: expected at least one axis, got a scalar.")
    rows = [_row_bytes(row) for row in node_value(node)]
    words = [farm_fingerprint(row).to_bytes(8, "little") for row in rows]
    flat = np.frombuffer(b"".join(words), np.uint8).reshape(-1, 8)
    return Tensor(build.data(flat.copy(), dtypes.uint8))


def _row_bytes(row: Any) -> bytes:
    if isinstance(row, bytes):
        return row
    array = np.asarray(row)
    if array.dtype != object:
        return array.tobytes()
    # Of several strings, the fingerprints stand for the strings.
    return b"".join(farm_fingerprint(each).to_bytes(8, "little") for each in array.ravel())


@operation
def ngrams(
    data: Any,
    ngram_width: Any,
    separator: str = " ",
    pad_values: Any = None,
    padding_width: int | None = None,
    preserve_short_sequences: bool = False,
    name: str | None = None,
) -> Any:
    """Strings that stand next to each other, joined.

    Args:
        data: strings with at least one axis, which are computed for it; n-grams run along the
            last one.
        ngram_width: how many strings make an n-gram; several numbers for several kinds.
        separator: what stands between the strings.
        pad_values: a string that is put before and behind each row, or a pair of two.
        padding_width: how often; at most, and by default, one less than the width.
        preserve_short_sequences: make a row that has no n-gram to one.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor, or a ragged tensor for one.

    Raises:
        InvalidArgumentError: a width is not positive.
        ShapeError: `data` is a scalar.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.ngrams(["a", "b", "c"], 2).numpy()
        array([b'a b', b'b c'], dtype=object)
    """
    widths = integers_argument("strings.ngrams", "ngram_width", ngram_width)
    if any(width < 1 for width in widths):
        raise InvalidArgumentError(
            f"strings.ngrams: All ngram_widths must be greater than 0. Got {list(widths)}."
        )
    ends = _pad_ends(pad_values)
    between = separator.encode()

    def grams(row: Sequence[bytes]) -> list[bytes]:
        found: list[bytes] = []
        for width in widths:
            found += _grams(row, width, ends, padding_width, between)
        if not found and preserve_short_sequences and row:
            found = [between.join(_padded(row, ends, padding_width or 0))]
        return found

    if isinstance(data, RaggedTensor):
        return _ragged_grams(data, grams)
    node = strings_argument("ngrams", data)
    if not node.shape:
        raise ShapeError("strings.ngrams: Data must have rank>0, got a scalar.")
    rows = [grams(row) for row in node_value(node).reshape(-1, node.shape[-1]).tolist()]
    flat = text_tensor([each for row in rows for each in row])
    shape = (*node.shape[:-1], len(rows[0]) if rows else 0)
    return Tensor(build.reshape(as_node(flat), shape))


def _pad_ends(pad_values: Any) -> tuple[bytes, bytes] | None:
    if pad_values is None:
        return None
    if isinstance(pad_values, str | bytes):
        pad_values = (pad_values, pad_values)
    left, right = (each.encode() if isinstance(each, str) else each for each in pad_values)
    return left, right


def _padded(row: Sequence[bytes], ends: tuple[bytes, bytes] | None, count: int) -> Sequence[bytes]:
    if ends is None or not count:
        return row
    return [*[ends[0]] * count, *row, *[ends[1]] * count]


def _grams(
    row: Sequence[bytes],
    width: int,
    ends: tuple[bytes, bytes] | None,
    padding_width: int | None,
    separator: bytes,
) -> list[bytes]:
    count = width - 1 if padding_width is None else min(width - 1, padding_width)
    padded = _padded(row, ends, count)
    return [
        separator.join(padded[begin : begin + width]) for begin in range(len(padded) - width + 1)
    ]


def _ragged_grams(data: RaggedTensor, grams: Callable[[Sequence[bytes]], list[bytes]]) -> Any:
    if isinstance(data.values, RaggedTensor):
        return data.with_values(_ragged_grams(data.values, grams))
    rows = [grams(row) for row in data.to_list()]
    lengths = np.asarray([len(row) for row in rows], np.int64)
    flat = text_tensor([each for row in rows for each in row])
    return RaggedTensor(flat, splits_of_lengths(lengths), None, data.index)


_ENCODINGS = ("UTF-8", "UTF-16-BE", "UTF-32-BE")


@operation
def unicode_transcode(
    input: Any,
    input_encoding: str,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Tensor:
    r"""Strings in another encoding.

    Args:
        input: strings, which are computed for it.
        input_encoding: any encoding that Python knows, such as ``"ISO-8859-1"``.
        output_encoding: ``"UTF-8"``, ``"UTF-16-BE"`` or ``"UTF-32-BE"``.
        errors: what to do with bytes that are no characters: "replace", "ignore" or "strict".
        replacement_char: the code point that stands for them.
        replace_control_characters: replace code points below 32 as well.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no such encoding, or `errors` is "strict" and there are some.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.unicode_transcode("é", "UTF-8", "UTF-16-BE").numpy()
        b'\x00\xe9'
    """
    if output_encoding not in _ENCODINGS:
        raise InvalidArgumentError(
            f"strings.unicode_transcode: output_encoding must be one of {_ENCODINGS}, not "
            f"{output_encoding!r}."
        )
    replacement = chr(replacement_char)

    def transcoded(text: bytes) -> bytes:
        try:
            decoded = text.decode(input_encoding, errors)
        except (UnicodeDecodeError, LookupError) as error:
            raise InvalidArgumentError(f"strings.unicode_transcode: {text!r}: {error}.") from None
        decoded = decoded.replace("\ufffd", replacement)
        if replace_control_characters:
            decoded = "".join(replacement if ord(char) < 32 else char for char in decoded)
        return decoded.encode(output_encoding)

    return _each("unicode_transcode", input, transcoded, dtypes.string)


@operation
def unsorted_segment_join(
    inputs: Any,
    segment_ids: Any,
    num_segments: Any,
    separator: str = "",
    name: str | None = None,
) -> Tensor:
    """The strings of each segment joined; an empty string for one without any.

    Args:
        inputs: strings, which are computed for it.
        segment_ids: the segment of each string or row.
        num_segments: how many segments there are.
        separator: what stands between the strings.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: `inputs` does not begin with the shape of `segment_ids`.
        InvalidArgumentError: a segment number is negative, or not below `num_segments`.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.unsorted_segment_join(["a", "b", "c"], [0, 1, 0], 2, separator="-").numpy()
        array([b'a-c', b'b'], dtype=object)
    """
    texts = node_value(strings_argument("unsorted_segment_join", inputs))
    numbers = node_value(as_node(segment_ids))
    count = integer_argument("strings.unsorted_segment_join", "num_segments", num_segments)
    if texts.shape[: numbers.ndim] != numbers.shape:
        raise ShapeError(
            f"strings.unsorted_segment_join: inputs of shape {list(texts.shape)} must begin with "
            f"the shape of segment_ids, {list(numbers.shape)}."
        )
    if np.any((numbers >= count) | (numbers < 0)):
        raise InvalidArgumentError(
            f"strings.unsorted_segment_join: segment_ids must lie in [0, {count}), got {numbers}."
        )
    rest = texts.shape[numbers.ndim :]
    rows = texts.reshape(numbers.size, -1)
    result = np.empty((count, rows.shape[1] if rows.size else int(np.prod(rest))), object)
    between = separator.encode()
    for segment in range(count):
        members = rows[numbers.ravel() == segment]
        result[segment] = [between.join(column) for column in members.T] or b""
    return Tensor(build.data(result.reshape(count, *rest), dtypes.string))
