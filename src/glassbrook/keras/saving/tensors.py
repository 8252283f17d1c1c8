"""Named arrays in the safetensors format: a length, a header in JSON, then the numbers.

Reading trusts nothing: the header has a greatest length, every array has to lie where its dtype
and shape say, and all of them together have to fill the file exactly.

Source:
    The format is described at https://github.com/huggingface/safetensors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import ModelFileError

__all__ = ["pack_tensors", "unpack_tensors"]

Array = npt.NDArray[Any]

_MOST_HEADER = 64 * 2**20
_MOST_AXES = 64
_DTYPES = {
    "BOOL": np.bool_,
    "U8": np.uint8,
    "I8": np.int8,
    "U16": np.uint16,
    "I16": np.int16,
    "U32": np.uint32,
    "I32": np.int32,
    "U64": np.uint64,
    "I64": np.int64,
    "F16": np.float16,
    "F32": np.float32,
    "F64": np.float64,
}


def pack_tensors(arrays: Mapping[str, Array], metadata: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a safetensors file with these arrays."""
    from safetensors.numpy import save

    rows = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    # ascontiguousarray gives scalars an axis.
    rows = {name: row.reshape(arrays[name].shape) for name, row in rows.items()}
    # An empty table of metadata would make a header that no reader takes.
    return bytes(save(rows, dict(metadata) if metadata else None))


def unpack_tensors(data: bytes | memoryview, where: str) -> tuple[dict[str, Array], dict[str, str]]:
    """The arrays and the metadata in the bytes of a safetensors file.

    Args:
        data: the bytes.
        where: the name of the file, for messages.

    Raises:
        ModelFileError: the bytes are no such file, or damaged.
    """
    view = memoryview(data)
    header, start = _header(view, where)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(
        isinstance(each, str) for pair in metadata.items() for each in pair
    ):
        raise _damaged(where, "its metadata are no table of texts")
    payload = view[start:]
    arrays: dict[str, Array] = {}
    ranges: list[tuple[int, int, str]] = []
    for name, entry in header.items():
        dtype, shape, begin, end = _entry(name, entry, len(payload), where)
        ranges.append((begin, end, name))
        arrays[name] = np.frombuffer(payload[begin:end], dtype).reshape(shape)
    _check_ranges(ranges, len(payload), where)
    return arrays, metadata


def _header(view: memoryview, where: str) -> tuple[dict[str, Any], int]:
    if len(view) < 8:
        raise _damaged(where, f"it has {len(view)} bytes, too few for a header")
    length = int.from_bytes(view[:8], "little")
    if length > _MOST_HEADER or length > len(view) - 8:
        raise _damaged(where, f"its header claims {length:,} bytes, but the file has {len(view):,}")
    try:
        header = json.loads(bytes(view[8 : 8 + length]).decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise _damaged(where, f"its header cannot be read ({error})") from None
    if not isinstance(header, dict):
        raise _damaged(where, "its header is no table")
    return header, 8 + length


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _entry(name: str, entry: Any, size: int, where: str) -> tuple[Any, tuple[int, ...], int, int]:
    """Dtype, shape, begin and end of one array, checked against each other."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _damaged(where, f"the entry of {name!r} is incomplete")
    dtype = _DTYPES.get(entry["dtype"]) if isinstance(entry["dtype"], str) else None
    if dtype is None:
        raise _damaged(where, f"{name!r} has the unknown dtype {entry['dtype']!r:.40}")
    shape, offsets = entry["shape"], entry["data_offsets"]
    if not _are_sizes(shape) or len(shape) > _MOST_AXES or not _are_sizes(offsets):
        raise _damaged(where, f"{name!r} has no proper shape or place")
    if len(offsets) != 2 or not offsets[0] <= offsets[1] <= size:
        raise _damaged(where, f"{name!r} lies outside of the file, which may be cut off")
    count = 1
    for each in shape:
        count *= each
    if count * np.dtype(dtype).itemsize != offsets[1] - offsets[0]:
        raise _damaged(
            where,
            f"{name!r} of shape {shape} and dtype {entry['dtype']} does not have "
            f"{offsets[1] - offsets[0]:,} bytes",
        )
    return dtype, tuple(shape), offsets[0], offsets[1]


def _are_sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(each) is int and each >= 0 for each in value)


def _check_ranges(ranges: list[tuple[int, int, str]], size: int, where: str) -> None:
    """Check that arrays neither overlap nor leave bytes that belong to none."""
    reached = 0
    for begin, end, name in sorted(ranges):
        if begin != reached:
            raise _damaged(where, f"{name!r} does not follow the array before it")
        reached = end
    if reached != size:
        raise _damaged(where, f"{size - reached:,} bytes at its end belong to no array")


def _damaged(where: str, problem: str) -> ModelFileError:
    return ModelFileError(
        f"{where}: the weights cannot be read: {problem}. The file is damaged or no safetensors "
        "file; take it from its source again."
    )
