"""Where collections are looked for, how they are checked, what is said when they are nowhere."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from glassbrook import datasets
from glassbrook.datasets import library, mnist
from glassbrook.datasets.collection import FASHION_MNIST, MNIST
from glassbrook.datasets.idx import write_idx
from glassbrook.errors import DataError, DataUnavailableError

from .conftest import Machine, Small, make_small


def check(small: Small, copy: library.LocalCopy | None) -> None:
    assert copy is not None
    (x_train, y_train), (x_test, y_test) = copy.load()
    for key, array in (("x_train", x_train), ("y_train", y_train),
                       ("x_test", x_test), ("y_test", y_test)):  # fmt: skip
        np.testing.assert_array_equal(array, small.arrays[key])


@pytest.fixture
def data(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Path:
    machine.data.mkdir()
    monkeypatch.setenv("GLASSBROOK_DATA", str(machine.data))
    return machine.data


# ---------------------------------------------------------------------------------------------
# Places


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("place", [
    "data", "data/small", "keras/datasets", "keras/datasets/small", "cache/small"
])  # fmt: skip
def test_every_place(tmp_path: Path, data: Path, small: Small, place: str, suffix: str):
    small.write(tmp_path / place, suffix)
    copy = library.search(small.collection).copy
    check(small, copy)
    assert str(copy) == f"Small in {tmp_path / place}"


@pytest.mark.parametrize("place", ["data", "data/small", "keras/datasets"])
def test_archives(tmp_path: Path, data: Path, small: Small, place: str):
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    np.savez_compressed(tmp_path / place / "small.npz", **small.arrays)
    check(small, library.search(small.collection).copy)


def test_the_order_of_places(tmp_path: Path, data: Path, small: Small):
    places = ["data/small", "data", "keras/datasets/small", "cache/small"]
    for place in places:
        small.write(tmp_path / place)
    for place in places:
        copy = library.search(small.collection).copy
        assert copy is not None
        assert copy.folder == tmp_path / place
        for part in small.collection.parts:
            (tmp_path / place / f"{part.file}.gz").unlink()
    assert library.search(small.collection).copy is None


def test_compressed_and_plain_files_may_be_mixed(data: Path, small: Small):
    small.write(data)
    file = data / "t10k-labels-idx1-ubyte.gz"
    file.unlink()
    write_idx(file.with_suffix(""), small.arrays["y_test"])
    check(small, library.search(small.collection).copy)


def test_a_set_with_a_file_missing_is_passed_over(data: Path, machine: Machine, small: Small):
    small.write(data)
    (data / "t10k-labels-idx1-ubyte.gz").unlink()
    small.write(machine.cache / "small")
    found = library.search(small.collection)
    check(small, found.copy)
    assert found.notes[1] == f"$GLASSBROOK_DATA: {data} lacks t10k-labels-idx1-ubyte"


def test_a_home_folder_may_be_meant(tmp_path: Path, small: Small, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("GLASSBROOK_DATA", "~/sets")
    small.write(tmp_path / "sets" / "small")
    check(small, library.search(small.collection).copy)


def test_one_collection_is_not_taken_for_another(
    data: Path, small: Small, monkeypatch: pytest.MonkeyPatch
):
    other = make_small("Other", "other", seed=1)
    monkeypatch.setattr(library, "ALL", (small.collection, other.collection))
    small.write(data)
    check(small, library.search(small.collection).copy)
    found = library.search(other.collection)
    assert found.copy is None
    assert "holds files of these names, but not of Other" in found.notes[1]
    # Both, each in its folder, and one of them beside.
    other.write(data / "other")
    check(other, library.search(other.collection).copy)
    check(small, library.search(small.collection).copy)


def test_a_damaged_file_is_an_error_of_the_one_who_reads_it(
    data: Path, small: Small, monkeypatch: pytest.MonkeyPatch
):
    small.write(data)
    (data / "t10k-labels-idx1-ubyte.gz").write_bytes(b"rubbish")
    assert not datasets.fashion_mnist.available()
    assert mnist.available()
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte\.gz: not an IDX file"):
        mnist.load_data()


def test_a_folder_named_after_another_collection_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = make_small().write(tmp_path / "fashion-mnist")
    monkeypatch.setenv("GLASSBROOK_DATA", str(folder))
    assert not any(f": {folder} " in note for note in library.search(MNIST).notes)
    copy = library.search(FASHION_MNIST).copy
    assert copy is not None
    assert copy.folder == folder


# ---------------------------------------------------------------------------------------------
# Content


def test_a_wrong_file(data: Path, small: Small):
    small.write(data / "small")
    wrong = data / "small" / "t10k-labels-idx1-ubyte.gz"
    write_idx(wrong, np.zeros(10, np.uint8))
    with pytest.raises(DataError) as caught:
        library.find_or_download(small.collection, 1.0).load()
    text = str(caught.value)
    assert str(wrong) in text
    assert small.collection.parts[3].sha256 in text
    assert text.count("expected") == 1
    assert "GLASSBROOK_VERIFY=0" in text


def test_a_wrong_array_in_an_archive(data: Path, small: Small):
    np.savez(data / "small.npz", **{**small.arrays, "y_test": np.zeros(10, np.uint8)})
    with pytest.raises(DataError, match=r"small\.npz, array 'y_test': SHA-256 of"):
        library.find_or_download(small.collection, 1.0).load()


@pytest.mark.parametrize("off", ["0", "false", " NO "])
def test_a_subset_of_ones_own(data: Path, small: Small, off: str, monkeypatch: pytest.MonkeyPatch):
    subset = Small(small.collection, {key: array[:7] for key, array in small.arrays.items()})
    subset.write(data / "small")
    copy = library.find_or_download(small.collection, 1.0)
    with pytest.raises(DataError, match="Not Small as it was published"):
        copy.load()
    monkeypatch.setenv("GLASSBROOK_VERIFY", off)
    with pytest.warns(UserWarning, match="Used all the same, because GLASSBROOK_VERIFY=0") as seen:
        check(subset, copy)
    assert len(seen) == 1
    assert seen[0].filename == __file__


MISSHAPEN = [
    ("x_train", (30, 32, 32), "has shape (30, 32, 32), expected (count, 28, 28)"),
    ("y_train", (30, 1), "has shape (30, 1), expected (count)"),
    ("x_test", (784,), "has shape (784,), expected (count, 28, 28)"),
    ("y_test", (9,), "10 images, but 9 labels"),
]


@pytest.mark.parametrize("archive", [False, True])
@pytest.mark.parametrize("key, shape, words", MISSHAPEN, ids=[row[0] for row in MISSHAPEN])
def test_shapes_are_checked_even_so(
    data: Path, small: Small, key: str, shape: tuple[int, ...], words: str, archive: bool,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setenv("GLASSBROOK_VERIFY", "0")
    small.arrays[key] = np.zeros(shape, np.uint8)
    if archive:
        np.savez(data / "small.npz", **small.arrays)
    else:
        small.write(data / "small")
    with pytest.raises(DataError) as caught:
        library.find_or_download(small.collection, 1.0).load()
    assert words in str(caught.value)
    assert str(data) in str(caught.value)


# ---------------------------------------------------------------------------------------------
# Nowhere


def test_downloads_can_be_switched_off(machine: Machine):
    with pytest.raises(DataUnavailableError) as caught:
        mnist.load_data()
    lines = str(caught.value).splitlines()
    assert lines[0] == (
        "MNIST is not on this machine, and downloads are switched off (GLASSBROOK_MIRRORS is "
        "empty)."
    )
    text = str(caught.value)
    for part in MNIST.parts:
        assert f"{part.file}.gz  {part.sha256}" in text
    assert f"mnist.npz  {MNIST.archive_sha256}" in text
    for place in (machine.cache / "mnist", machine.keras, "GLASSBROOK_DATA"):
        assert str(place) in text
    assert "strokes.load_data()" in text


def test_without_a_network(machine: Machine, monkeypatch: pytest.MonkeyPatch):
    def fail(*arguments: object, **options: object) -> None:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.delenv("GLASSBROOK_MIRRORS")
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    started = time.monotonic()
    with pytest.raises(DataUnavailableError) as caught:
        datasets.fashion_mnist.load_data()
    assert time.monotonic() - started < 5
    text = str(caught.value)
    assert text.startswith(
        "Fashion-MNIST is not on this machine, and no mirror could be reached.\n"
    )
    for mirror in FASHION_MNIST.mirrors:
        assert f"{mirror.url}: its name cannot be looked up (no network?)" in text


# ---------------------------------------------------------------------------------------------
# The real MNIST


def test_mnist(mnist_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GLASSBROOK_DATA", str(mnist_folder))
    assert mnist.available()
    assert str(mnist.find_or_download()) == f"MNIST in {mnist_folder}"
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert x_train.shape == (60_000, 28, 28)
    assert x_test.shape == (10_000, 28, 28)
    assert y_train.shape == (60_000,)
    assert y_test.shape == (10_000,)
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert (x_train.min(), x_train.max()) == (0, 255)
    assert round(float(x_train.mean()), 4) == 33.3184


def test_mnist_is_not_fashion_mnist(mnist_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GLASSBROOK_DATA", str(mnist_folder))
    assert not datasets.fashion_mnist.available()


def test_mnist_in_the_wrong_folder(
    tmp_path: Path, mnist_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copytree(mnist_folder, tmp_path / "fashion-mnist")
    monkeypatch.setenv("GLASSBROOK_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"ba891046\w+ \(MNIST's\), expected c59f468a"):
        datasets.fashion_mnist.load_data()


def test_an_archive_that_is_named(
    tmp_path: Path, mnist_folder: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GLASSBROOK_DATA", str(mnist_folder))
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    monkeypatch.delenv("GLASSBROOK_DATA")
    arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    named = tmp_path / "my.npz"
    np.savez(named, **arrays)
    np.testing.assert_array_equal(mnist.load_data(str(named))[0][0], x_train)
    np.testing.assert_array_equal(mnist.load_data(path=named)[1][1], y_test)
    machine.keras.mkdir(parents=True)
    named.rename(machine.keras / "mnist.npz")
    np.testing.assert_array_equal(mnist.load_data()[0][1], y_train)
    np.testing.assert_array_equal(mnist.load_data("mnist.npz")[0][1], y_train)
    with np.load(machine.keras / "mnist.npz") as archive:
        assert archive["x_train"].shape == (60_000, 28, 28)


def test_the_package_imports_little():
    code = (
        "import sys; import glassbrook.datasets; "
        "print([name for name in ('pooch', 'PIL', 'platformdirs', 'requests') "
        "if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "[]\n", result.stderr
