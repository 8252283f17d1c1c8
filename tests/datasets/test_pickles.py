"""Pickled arrays of old data sets: read as NumPy reads them, and nothing in them runs."""

from __future__ import annotations

import io
import os
import pickle  # noqa: TID251 (what is read here is written here)
import pickletools
import subprocess
from pathlib import Path

import numpy as np
import pytest

from glassbrook.datasets.npz import read_npz
from glassbrook.datasets.pickles import read_pickle
from glassbrook.errors import DataError


@pytest.mark.parametrize("protocol", [0, 2, 3, 4])
@pytest.mark.parametrize(
    "value",
    [
        np.arange(6, dtype=np.uint8).reshape(2, 3),
        np.arange(6.0).reshape(2, 3).T,
        np.arange(3, dtype=">i4"),
        np.zeros((0, 4), np.int64),
        np.array([True, False]),
    ],
)
def test_arrays(value: np.ndarray, protocol: int) -> None:
    found = read_pickle(pickle.dumps(value, protocol), "x")
    assert found.dtype == value.dtype
    np.testing.assert_array_equal(found, value)


def test_lists_of_different_lengths() -> None:
    value = np.empty(3, object)
    value[:] = [[1, 2], [3], []]
    found = read_pickle(pickle.dumps(value, 2), "x")
    assert found.dtype == object
    assert found.tolist() == [[1, 2], [3], []]


def test_a_dictionary_of_a_batch() -> None:
    batch = {b"data": np.ones((2, 3), np.uint8), b"labels": [1, 0], b"batch_label": b"one"}
    found = read_pickle(pickle.dumps(batch, 2), "x")
    np.testing.assert_array_equal(found.pop(b"data"), np.ones((2, 3)))
    assert found == {b"labels": [1, 0], b"batch_label": b"one"}


class Runs:
    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call  # type: ignore[return-value]


def hostile(tmp_path: Path) -> list[object]:
    target = str(tmp_path / "touched")
    return [
        Runs(os.system, f"touch {target}"),
        Runs(subprocess.check_output, ["touch", target]),
        Runs(eval, f"open({target!r}, 'w').close()"),
        Runs(exec, f"open({target!r}, 'w').close()"),
        Runs(open, target, "w"),
        Runs(getattr, "a", "upper"),
        Runs(np.fromfile, target),
        Runs(np.load, target, None, True),
        Runs(np.memmap, target, "uint8", "w+", 0, (10,)),
        [np.zeros(2), Runs(os.mkdir, target)],
        {b"data": Runs(os.mkdir, target)},
    ]


@pytest.mark.parametrize("number", range(11))
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_nothing_runs(number: int, protocol: int, tmp_path: Path) -> None:
    content = pickle.dumps(hostile(tmp_path)[number], protocol)
    with pytest.raises(DataError, match="refused.*Nothing of it was run"):
        read_pickle(content, "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        # An array of another size than its data, of objects, without content, of a wild dtype.
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I9\ntcnumpy\n"
        "dtype\n(S'u1'\nI0\nI1\ntRI00\nS'abc'\ntb.",
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR.",
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\n(I0\ntS'b'\ntR.",
        "cnumpy\ndtype\n(S'V9'\nI0\nI1\ntR.",
        "cnumpy\nndarray\n(I99999999999999\ntR.",
        "cnumpy\nndarray\n.",
        "N",
        "",
        "(lp0\n",
    ],
)
def test_damaged(text: str) -> None:
    with pytest.raises(DataError, match="refused"):
        read_pickle(text.encode(), "x")


def test_every_cut_of_a_pickle_is_refused() -> None:
    content = pickle.dumps([np.arange(3), b"abc"], 2)
    assert pickletools.optimize(content)
    for length in range(len(content)):
        with pytest.raises(DataError):
            read_pickle(io.BytesIO(content[:length]), "x")


def archive(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def test_npz_of_lists(tmp_path: Path) -> None:
    lists = np.empty(2, object)
    lists[:] = [[1], [2, 3]]
    path = archive(tmp_path / "a.npz", x=lists, y=np.arange(2.0))
    found = read_npz(path, ("x", "y"), kinds="Of")
    assert found["x"].tolist() == [[1], [2, 3]]
    np.testing.assert_array_equal(found["y"], [0.0, 1.0])
    with pytest.raises(DataError, match="expected one of the kinds"):
        read_npz(path, ("x",), kinds="f")
    with pytest.raises(DataError, match="more than 5 bytes"):
        read_npz(path, ("x",), kinds="O", max_bytes=5)


def test_npz_that_runs_something(tmp_path: Path) -> None:
    target = tmp_path / "touched"
    evil = np.empty(1, object)
    evil[0] = Runs(os.mkdir, str(target))
    path = archive(tmp_path / "a.npz", x=evil)
    with pytest.raises(DataError, match=r"names \w+.mkdir.*attack"):
        read_npz(path, ("x",), kinds="O")
    assert not target.exists()
