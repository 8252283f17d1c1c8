"""IDX files: what is written is read back; damaged and hostile ones are refused."""

from __future__ import annotations

import gzip
import hashlib
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from glassbrook.datasets.idx import encode_header, idx_sha256, read_idx, write_idx
from glassbrook.errors import DataError


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("shape", [(3,), (0,), (2, 28, 28), (0, 28, 28), (2, 3, 4, 5)])
def test_round_trip(tmp_path: Path, shape: tuple[int, ...], suffix: str):
    array = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    file = tmp_path / f"array{suffix}"
    write_idx(file, array)
    found = read_idx(file)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == np.uint8
    assert found.flags.writeable
    content = gzip.decompress(file.read_bytes()) if suffix else file.read_bytes()
    assert idx_sha256(array) == hashlib.sha256(content).hexdigest()


def test_the_hash_does_not_depend_on_the_memory_layout():
    array = np.arange(24, dtype=np.uint8).reshape(4, 6)
    assert idx_sha256(np.asfortranarray(array)) == idx_sha256(array)
    assert idx_sha256(array[:, ::2]) == idx_sha256(array[:, ::2].copy())


def test_the_content_tells_whether_it_is_compressed(tmp_path: Path):
    array = np.arange(5, dtype=np.uint8)
    write_idx(tmp_path / "plain", array)
    (tmp_path / "plain").rename(tmp_path / "plain.gz")
    np.testing.assert_array_equal(read_idx(tmp_path / "plain.gz"), array)


WHOLE = encode_header((2, 3)) + bytes(6)
DAMAGED = [
    ("empty", b"", "not an IDX file"),
    ("short", b"\0\0", "not an IDX file"),
    ("web page", b"<!DOCTYPE html><html>", "not an IDX file: it starts with 3c 21 44 4f"),
    ("floats", b"\0\0\x0d\x01" + struct.pack(">I", 1) + bytes(4), "holds float32 elements"),
    ("unknown type", b"\0\0\x07\x01" + bytes(5), "unknown type 0x07"),
    ("no axes", b"\0\0\x08\0", "IDX header with 0 axes"),
    ("header cut", WHOLE[:9], "IDX header of 2 axes that ends after 9 bytes"),
    ("255 axes", b"\0\0\x08\xff" + bytes(20), "IDX header with 255 axes"),
    ("body cut", WHOLE[:-1], "promises 6 bytes for shape (2, 3), and only 5 follow"),
    ("too long", WHOLE + b"\0", "promises 6 bytes for shape (2, 3), and more follow"),
    ("huge", encode_header((60_000, 28, 28, 1000)) + bytes(10), "at most"),
    ("overflow", encode_header((2**32 - 1,) * 8), "at most"),
]


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("name, content, words", DAMAGED, ids=[row[0] for row in DAMAGED])
def test_damaged_files(tmp_path: Path, name: str, content: bytes, words: str, compressed: bool):
    file = tmp_path / "file"
    file.write_bytes(gzip.compress(content) if compressed else content)
    with pytest.raises(DataError) as caught:
        read_idx(file)
    assert str(file) in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("where", ["end", "middle", "checksum", "appended"])
def test_damaged_gzip(tmp_path: Path, where: str):
    body = np.random.default_rng(0).integers(0, 256, 3000).astype(np.uint8)
    content = bytearray(gzip.compress(encode_header((3000,)) + body.tobytes()))
    if where == "end":
        del content[-20:]
    elif where == "middle":
        content[1500] ^= 0xFF
    elif where == "checksum":
        content[-6] ^= 0xFF
    else:
        content += b"rubbish"
    (tmp_path / "file.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"file\.gz: .*(damaged|truncated)"):
        read_idx(tmp_path / "file.gz")


@pytest.mark.parametrize("compressed", [False, True])
def test_a_claim_takes_no_memory(tmp_path: Path, compressed: bool):
    content = encode_header((120 * 2**20,)) + bytes(1000)
    (tmp_path / "file").write_bytes(gzip.compress(content) if compressed else content)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="only 1,000 follow"):
            read_idx(tmp_path / "file")
        assert tracemalloc.get_traced_memory()[1] < 5 * 2**20
    finally:
        tracemalloc.stop()


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path):
    bomb = gzip.compress(encode_header((1000,)) + bytes(100 * 2**20), compresslevel=1)
    (tmp_path / "bomb.gz").write_bytes(bomb)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="more follow"):
            read_idx(tmp_path / "bomb.gz")
        assert tracemalloc.get_traced_memory()[1] < 5 * 2**20
    finally:
        tracemalloc.stop()


def test_unreadable_paths(tmp_path: Path):
    with pytest.raises(DataError, match="cannot be read"):
        read_idx(tmp_path)
    with pytest.raises(DataError, match="No such file"):
        read_idx(tmp_path / "nothing")
