"""Data sets of Keras in small: found, downloaded, checked, parsed."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import pickle  # noqa: TID251 (what is read here is written here)
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassbrook.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    imdb,
    places,
    publication,
    reuters,
)
from glassbrook.datasets.publication import Publication, find_or_download
from glassbrook.errors import DataError, DataUnavailableError, InvalidArgumentError

from .conftest import Machine, Server, send


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def published(machine: Machine) -> Publication:
    del machine
    return Publication("A thing", "thing.txt", sha256(b"content"), ())


class TestPublication:
    @pytest.mark.parametrize("place", ["data", "keras", "cache"])
    def test_found(self, machine: Machine, published: Publication, place: str, monkeypatch) -> None:
        folder = getattr(machine, place)
        folder.mkdir(parents=True)
        (folder / "thing.txt").write_bytes(b"content")
        monkeypatch.setenv("GLASSBROOK_DATA", str(machine.data))
        assert find_or_download(published) == folder / "thing.txt"

    def test_order(self, machine: Machine, published: Publication, monkeypatch) -> None:
        monkeypatch.setenv("GLASSBROOK_DATA", str(machine.data))
        for folder in (machine.cache, machine.keras, machine.data):
            folder.mkdir(parents=True)
            (folder / "thing.txt").write_bytes(b"content")
            assert find_or_download(published).parent == folder

    def test_another_name(self, machine: Machine, published: Publication, tmp_path: Path) -> None:
        machine.keras.mkdir(parents=True)
        for path in (machine.keras / "mine.txt", tmp_path / "full.txt"):
            path.write_bytes(b"content")
        assert find_or_download(published, "mine.txt") == machine.keras / "mine.txt"
        assert find_or_download(published, tmp_path / "full.txt") == tmp_path / "full.txt"

    def test_missing(self, machine: Machine, published: Publication) -> None:
        with pytest.raises(DataUnavailableError) as caught:
            find_or_download(published)
        text = str(caught.value)
        assert text.startswith("A thing is not on this machine, and downloads are switched off")
        for part in ("thing.txt", published.digest, str(machine.cache), str(machine.keras)):
            assert part in text

    def test_wrong_content(self, machine: Machine, published: Publication, monkeypatch) -> None:
        machine.cache.mkdir(parents=True)
        (machine.cache / "thing.txt").write_bytes(b"conten")
        with pytest.raises(DataError, match="not A thing as it was published"):
            find_or_download(published)
        monkeypatch.setenv("GLASSBROOK_VERIFY", "0")
        with pytest.warns(UserWarning, match="Used all the same"):
            find_or_download(published)

    def test_download(self, machine: Machine, published: Publication, server: Server, monkeypatch):
        folder = machine.cache.parent / "served"
        folder.mkdir()
        (folder / "thing.txt").write_bytes(b"content")
        monkeypatch.delenv("GLASSBROOK_MIRRORS")
        nowhere, url = f"{server.address}/nowhere", server.serve(folder, "good")
        found = find_or_download(dataclasses.replace(published, urls=(nowhere, url)))
        assert found == machine.cache / "thing.txt"
        assert found.read_bytes() == b"content"
        assert [path.name for path in machine.cache.iterdir()] == ["thing.txt"]

    @pytest.mark.parametrize("content", [b"conten", b"other", b"", b"content" * 20])
    def test_wrong_download(self, machine, published, server: Server, monkeypatch, content):
        server.answers["/bad/thing.txt"] = content
        monkeypatch.setenv("GLASSBROOK_MIRRORS", f"{server.address}/bad")
        with pytest.raises(DataUnavailableError, match="it sends"):
            find_or_download(dataclasses.replace(published, most_bytes=100))
        assert list(machine.cache.iterdir()) == []

    def test_broken_off_download(self, machine, published, server: Server, monkeypatch):
        server.answers["/bad/thing.txt"] = lambda handler: send(handler, b"cont", length=7)
        monkeypatch.setenv("GLASSBROOK_MIRRORS", f"{server.address}/bad")
        with pytest.raises(DataUnavailableError, match="/bad/thing.txt: "):
            find_or_download(published)
        assert list(machine.cache.iterdir()) == []


@pytest.fixture
def put(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts a file into Keras's cache, and makes it the published one."""

    def write(module: Any, attribute: str, content: bytes) -> Path:
        file = getattr(module, attribute)
        machine.keras.mkdir(parents=True, exist_ok=True)
        path = machine.keras / file.name
        path.write_bytes(content)
        monkeypatch.setattr(module, attribute, dataclasses.replace(file, digest=sha256(content)))
        return path

    return write


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def lists(*rows: list[int]) -> np.ndarray:
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


class TestHousing:
    def test_boston(self, put) -> None:
        x, y = np.arange(130.0).reshape(10, 13), np.arange(10.0)
        put(boston_housing, "FILE", npz(x=x, y=y))
        (x_train, y_train), (_, y_test) = boston_housing.load_data()
        assert x_train.shape == (8, 13)
        assert y_test.shape == (2,)
        np.testing.assert_array_equal(np.sort(np.concatenate([y_train, y_test])), y)
        np.testing.assert_array_equal(x_train[:, 0] / 13, y_train)
        again = boston_housing.load_data(test_split=0, seed=1)
        assert len(again[0][0]) == 10
        assert again[0][1].tolist() != y_train.tolist()

    def test_california(self, put) -> None:
        put(california_housing, "FILE", npz(x=np.ones((700, 8)), y=np.ones(700)))
        assert len(california_housing.load_data()[0][0]) == 560
        assert len(california_housing.load_data("small")[0][0]) == 480
        with pytest.raises(InvalidArgumentError, match="'small' or 'large'"):
            california_housing.load_data("medium")
        with pytest.raises(InvalidArgumentError, match="test_split is 1"):
            california_housing.load_data(test_split=1)

    @pytest.mark.parametrize(
        "arrays",
        [
            {"x": np.ones((3, 13))},
            {"x": np.ones(3), "y": np.ones(3)},
            {"x": np.ones((3, 13)), "y": np.ones(4)},
            {"x": lists([1], [2, 3]), "y": np.ones(2)},
        ],
    )
    def test_damaged(self, put, arrays) -> None:
        put(boston_housing, "FILE", npz(**arrays))
        with pytest.raises(DataError):
            boston_housing.load_data()

    def test_truncated(self, put, monkeypatch) -> None:
        path = put(boston_housing, "FILE", npz(x=np.ones((3, 13)), y=np.ones(3)))
        path.write_bytes(path.read_bytes()[:-30])
        with pytest.raises(DataError, match="incomplete"):
            boston_housing.load_data()
        monkeypatch.setenv("GLASSBROOK_VERIFY", "0")
        with (
            pytest.warns(UserWarning, match="all the same"),
            pytest.raises(DataError, match="not a sound"),
        ):
            boston_housing.load_data()


class TestTexts:
    def test_imdb(self, put) -> None:
        put(
            imdb,
            "FILE",
            npz(
                x_train=lists([1, 5], [2, 9, 4]),
                y_train=np.array([0, 1]),
                x_test=lists([7], [1, 1]),
                y_test=np.array([1, 0]),
            ),
        )
        (x_train, y_train), (x_test, _) = imdb.load_data(num_words=10)
        found = dict(zip(y_train.tolist(), x_train.tolist(), strict=True))
        assert found == {0: [1, 4, 8], 1: [1, 5, 2, 7]}
        assert sorted(map(len, x_test)) == [2, 3]
        (x_train, y_train), _ = imdb.load_data(maxlen=4, start_char=None, index_from=0)
        assert sorted(x_train.tolist()) == [[1, 5], [2, 2, 4]]
        with pytest.raises(InvalidArgumentError, match="shorter than maxlen=2"):
            imdb.load_data(maxlen=2)
        with pytest.raises(TypeError, match="other"):
            imdb.load_data(other=1)

    def test_reuters(self, put) -> None:
        put(reuters, "FILE", npz(x=lists([1], [2, 3], [4], [5, 6], [7]), y=np.arange(5)))
        (x_train, y_train), (x_test, y_test) = reuters.load_data()
        assert (len(x_train), len(x_test)) == (4, 1)
        assert sorted([*y_train, *y_test]) == list(range(5))
        assert len(reuters.get_label_names()) == 46

    def test_words(self, put) -> None:
        put(imdb, "WORDS", json.dumps({"the": 1, "of": 2}).encode())
        assert imdb.get_word_index() == {"the": 1, "of": 2}
        for content in (b"[1]", b'{"a": "b"}', b"{", b"\xff"):
            put(reuters, "WORDS", content)
            with pytest.raises(DataError, match="no list of words"):
                reuters.get_word_index()


def batch(count: int, start: int, key: bytes = b"labels") -> bytes:
    data = np.arange(count * 3072).reshape(count, 3072).astype(np.uint8)
    labels = [(start + n) % 10 for n in range(count)]
    return pickle.dumps({b"data": data, key: labels, b"filenames": [b"a.png"] * count}, 2)


@pytest.fixture
def small_cifar(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    machine.keras.mkdir(parents=True)
    contents = {name: batch(2, n) for n, name in enumerate(cifar10.FILES.batches)}
    digests = {name: hashlib.md5(each).hexdigest() for name, each in contents.items()}
    monkeypatch.setattr(cifar10, "FILES", dataclasses.replace(cifar10.FILES, batches=digests))
    return contents


def packed(contents: dict[str, bytes], folder: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def use_archive(monkeypatch, content: bytes) -> Path:
    path = places.keras_folder() / "cifar-10-python.tar.gz"
    path.write_bytes(content)
    file = dataclasses.replace(cifar10.FILES.archive, digest=sha256(content))
    monkeypatch.setattr(cifar10, "FILES", dataclasses.replace(cifar10.FILES, archive=file))
    return path


class TestCifar:
    def check(self) -> None:
        (x_train, y_train), (x_test, y_test) = cifar10.load_data()
        assert x_train.shape == (10, 32, 32, 3)
        assert (x_train.dtype, y_train.dtype) == (np.uint8, np.uint8)
        assert y_train.ravel().tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]
        assert (x_test.shape, y_test.shape) == ((2, 32, 32, 3), (2, 1))
        expected = np.arange(3072).astype(np.uint8).reshape(3, 32, 32).transpose(1, 2, 0)
        np.testing.assert_array_equal(x_train[0], expected)

    def test_archive(self, small_cifar, monkeypatch) -> None:
        use_archive(monkeypatch, packed(small_cifar, "cifar-10-batches-py"))
        self.check()

    @pytest.mark.parametrize("folder", ["", "cifar-10-batches-py-target_extracted"])
    def test_unpacked(self, small_cifar, folder) -> None:
        place = places.keras_folder() / folder / "cifar-10-batches-py"
        place.mkdir(parents=True)
        for name, content in small_cifar.items():
            (place / name).write_bytes(content)
        self.check()
        (place / "data_batch_3").write_bytes(small_cifar["data_batch_2"])
        with pytest.raises(DataError, match="data_batch_3.*not CIFAR-10 as it was published"):
            cifar10.load_data()

    def test_wrong_archives(self, small_cifar, monkeypatch) -> None:
        lacking = dict(list(small_cifar.items())[1:])
        use_archive(monkeypatch, packed(lacking, "cifar-10-batches-py"))
        with pytest.raises(DataError, match="the archive lacks"):
            cifar10.load_data()
        changed = small_cifar | {"data_batch_1": batch(3, 0)}
        use_archive(monkeypatch, packed(changed, "cifar-10-batches-py"))
        with pytest.raises(DataError, match="has the MD5"):
            cifar10.load_data()
        use_archive(monkeypatch, packed(small_cifar, "cifar-10-batches-py")[:-200])
        with pytest.raises(DataError, match="no sound archive"):
            cifar10.load_data()

    def test_hostile_batch(self, small_cifar, monkeypatch, tmp_path) -> None:
        monkeypatch.setenv("GLASSBROOK_VERIFY", "0")
        target = tmp_path / "touched"
        content = f"cos\nmkdir\n(V{target}\ntR.".encode()
        changed = dict.fromkeys(small_cifar, content)
        use_archive(monkeypatch, packed(changed, "cifar-10-batches-py"))
        with pytest.raises(DataError, match="attack"):
            cifar10.load_data()
        assert not target.exists()

    @pytest.mark.parametrize(
        "value",
        [[1], {}, {b"data": np.zeros((2, 9), np.uint8), b"labels": [1, 2]}, {b"labels": [1]}],
    )
    def test_no_batch(self, small_cifar, monkeypatch, value) -> None:
        monkeypatch.setenv("GLASSBROOK_VERIFY", "0")
        changed = dict.fromkeys(small_cifar, pickle.dumps(value, 2))
        use_archive(monkeypatch, packed(changed, "cifar-10-batches-py"))
        with pytest.raises(DataError, match="no batch of CIFAR"):
            cifar10.load_data()

    def test_cifar100(self, machine: Machine, monkeypatch) -> None:
        place = machine.keras / "cifar-100-python"
        place.mkdir(parents=True)
        digests = {}
        for name in ("train", "test"):
            content = batch(2, 3, b"fine_labels")
            (place / name).write_bytes(content)
            digests[name] = hashlib.md5(content).hexdigest()
        files = dataclasses.replace(cifar100.FILES, batches=digests)
        monkeypatch.setattr(cifar100, "FILES", files)
        assert cifar100.load_data()[0][1].ravel().tolist() == [3, 4]
        with pytest.raises(DataError, match="coarse_labels"):
            cifar100.load_data("coarse")
        with pytest.raises(InvalidArgumentError, match="'fine' or 'coarse'"):
            cifar100.load_data("finest")


@pytest.mark.parametrize(
    "module", [boston_housing, california_housing, cifar10, cifar100, imdb, reuters]
)
def test_unavailable(module: Any) -> None:
    with pytest.raises(DataUnavailableError, match="is not on this machine"):
        module.load_data()
    assert publication.KERAS.startswith("https://")
