"""Archives of arrays: read as NumPy writes them; damaged and hostile ones are refused."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from glassbrook.datasets.npz import read_npz
from glassbrook.errors import DataError


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_reads_what_numpy_writes(tmp_path: Path, save):
    x = np.random.default_rng(0).integers(0, 256, (5, 28, 28)).astype(np.uint8)
    y = np.asfortranarray(np.arange(12, dtype=np.uint8).reshape(3, 4))
    save(tmp_path / "file.npz", x=x, y=y, empty=np.zeros((0, 3), np.uint8))
    found = read_npz(tmp_path / "file.npz", ["x", "y", "empty"])
    np.testing.assert_array_equal(found["x"], x)
    np.testing.assert_array_equal(found["y"], y)
    assert found["empty"].shape == (0, 3)
    assert found["x"].flags.writeable


def npy(shape: tuple[int, ...], body: bytes, descr: str = "|u1") -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return file.getvalue() + body


def write(path: Path, content: bytes, name: str = "x.npy") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    return path


DAMAGED = [
    ("lacks it", b"", "other.npy", "lacks the array 'x'; it holds other.npy"),
    ("no header", b"rubbish", "x.npy", "no sound header"),
    ("header cut", npy((3,), b"")[:40], "x.npy", "no sound header"),
    ("body cut", npy((3,), b"ab"), "x.npy", "not as long as its header says"),
    ("too long", npy((3,), b"abcd"), "x.npy", "not as long as its header says"),
    ("floats", npy((1,), bytes(4), "<f4"), "x.npy", "is float32 of shape (1,), expected unsigned"),
    ("objects", npy((1,), b"cos\nsystem\n.", "|O"), "x.npy", "is object of shape (1,)"),
    ("huge", npy((2**40,), b"abc"), "x.npy", "claims shape (1099511627776,)"),
    ("negative", npy((-1, -3), b"abc"), "x.npy", "of shape (-1, -3), expected unsigned"),
]


@pytest.mark.parametrize("title, content, name, words", DAMAGED, ids=[row[0] for row in DAMAGED])
def test_damaged_arrays(tmp_path: Path, title: str, content: bytes, name: str, words: str):
    file = write(tmp_path / "file.npz", content, name)
    tracemalloc.start()
    try:
        with pytest.raises(DataError) as caught:
            read_npz(file, ["x"])
        assert tracemalloc.get_traced_memory()[1] < 5 * 2**20
    finally:
        tracemalloc.stop()
    assert str(file) in str(caught.value)
    assert words in str(caught.value)


def test_damaged_archives(tmp_path: Path):
    file = write(tmp_path / "file.npz", npy((300,), bytes(range(150)) * 2))
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[200] ^= 1
    for content in (b"", b"not a zip", whole[:-30], bytes(flipped)):
        file.write_bytes(content)
        with pytest.raises(DataError, match=r"file\.npz: not a sound \.npz archive"):
            read_npz(file, ["x"])
    with pytest.raises(DataError, match="cannot be read"):
        read_npz(tmp_path, ["x"])
