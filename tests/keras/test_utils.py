"""Helpers around models and data."""

from __future__ import annotations

import hashlib
import http.server
import io
import os
import random
import tarfile
import threading
import zipfile

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import DataError, DataUnavailableError, InvalidArgumentError

utils = tf.keras.utils


class TestArrays:
    @pytest.mark.parametrize(
        "labels, classes",
        [
            ([0, 2, 1], None),
            ([0, 2], 4),
            ([[1], [0]], 2),
            ([[0, 1], [2, 0]], 3),
            (np.uint8([3]), 5),
        ],
    )
    def test_to_categorical(self, labels, classes):
        numbers = np.asarray(labels)
        shape = numbers.shape[:-1] if numbers.ndim > 1 and numbers.shape[-1] == 1 else numbers.shape
        expected = np.eye(classes or numbers.max() + 1)[numbers.reshape(shape)]
        np.testing.assert_array_equal(utils.to_categorical(labels, classes), expected)

    def test_to_categorical_of_a_tensor(self):
        found = utils.to_categorical(tf.constant([1, 0]), 2)
        assert isinstance(found, tf.Tensor)
        np.testing.assert_array_equal(found, [[0, 1], [1, 0]])

    @pytest.mark.parametrize("labels", [[0, 3], [0, -1], [0.5]])
    def test_to_categorical_refuses(self, labels):
        with pytest.raises(InvalidArgumentError, match="row 1 lies outside|fractions"):
            utils.to_categorical(labels, 3)

    @pytest.mark.parametrize("axis, order", [(-1, 2), (0, 2), (1, 1)])
    def test_normalize(self, axis, order):
        x = np.array([[3.0, 4.0], [0.0, 5.0]])
        found = utils.normalize(x, axis, order)
        np.testing.assert_allclose(np.linalg.norm(found, order, axis), 1)
        np.testing.assert_array_equal(utils.normalize([[0.0, 0.0]]), [[0, 0]])

    @pytest.mark.parametrize(
        "options, expected",
        [
            ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6], [0, 0, 0]]),
            ({"padding": "post"}, [[1, 0, 0], [2, 3, 0], [4, 5, 6], [0, 0, 0]]),
            ({"maxlen": 2}, [[0, 1], [2, 3], [5, 6], [0, 0]]),
            ({"maxlen": 2, "truncating": "post"}, [[0, 1], [2, 3], [4, 5], [0, 0]]),
            ({"maxlen": 4, "value": 9}, [[9, 9, 9, 1], [9, 9, 2, 3], [9, 4, 5, 6], [9] * 4]),
        ],
    )
    def test_pad_sequences(self, options, expected):
        found = utils.pad_sequences([[1], [2, 3], [4, 5, 6], []], **options)
        assert found.dtype == np.int32
        np.testing.assert_array_equal(found, expected)

    def test_pad_sequences_refuses(self):
        with pytest.raises(InvalidArgumentError, match="padding is 'left'"):
            utils.pad_sequences([[1]], padding="left")


class TestSeed:
    def test_all_generators_are_seeded(self):
        drawn = []
        for _ in range(2):
            utils.set_random_seed(11)
            # Scripts draw from NumPy's global generator.
            drawn.append((random.random(), np.random.rand(), float(tf.random.uniform([]))))  # noqa: NPY002
        assert drawn[0] == drawn[1]

    @pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "a", True])
    def test_refuses(self, seed):
        with pytest.raises(InvalidArgumentError, match="from 0 to"):
            utils.set_random_seed(seed)


def archive(kind, names=("inner/a.txt",)):
    data = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(data, "w") as file:
            for name in names:
                file.writestr(name, "hello")
    else:
        with tarfile.open(fileobj=data, mode="w:gz") as tar:
            for name in names:
                entry = tarfile.TarInfo(name)
                entry.size = 5
                tar.addfile(entry, io.BytesIO(b"hello"))
    return data.getvalue()


@pytest.fixture
def place(tmp_path):
    """A function that puts a file somewhere and gives its address."""
    folder = tmp_path / "origin"
    folder.mkdir()

    def put(name, content):
        (folder / name).write_bytes(content)
        return (folder / name).as_uri()

    return put


class TestGetFile:
    def test_downloads_once(self, place, tmp_path):
        address = place("a.txt", b"one")
        path = utils.get_file(origin=address, cache_dir=tmp_path)
        assert path == str(tmp_path / "datasets" / "a.txt")
        place("a.txt", b"two")
        for force, expected in ((False, b"one"), (True, b"two")):
            again = utils.get_file("a.txt", address, cache_dir=tmp_path, force_download=force)
            with open(again, "rb") as file:
                assert file.read() == expected

    @pytest.mark.parametrize("algorithm", ["md5", "sha256"])
    def test_hashes(self, place, tmp_path, algorithm):
        address = place("a.txt", b"one")
        good = hashlib.new(algorithm, b"one").hexdigest()
        assert utils.get_file(origin=address, file_hash=good.upper(), cache_dir=tmp_path)
        with pytest.raises(DataError, match=f"{algorithm} {good}, expected"):
            utils.get_file("b.txt", address, file_hash="0" * len(good), cache_dir=tmp_path)
        assert os.listdir(tmp_path / "datasets") == ["a.txt"]
        # What is in the cache but is not the right file is fetched again.
        (tmp_path / "datasets" / "a.txt").write_bytes(b"wrong")
        with open(utils.get_file(origin=address, file_hash=good, cache_dir=tmp_path), "rb") as file:
            assert file.read() == b"one"

    @pytest.mark.parametrize("kind, name", [("zip", "data.zip"), ("tar", "data.tar.gz")])
    def test_archives(self, place, tmp_path, kind, name):
        address = place(name, archive(kind))
        found = utils.get_file(name, address, extract=True, cache_dir=tmp_path, cache_subdir="x")
        assert found == str(tmp_path / "x" / "data_extracted")
        with open(os.path.join(found, "inner", "a.txt")) as file:
            assert file.read() == "hello"
        assert found == utils.get_file(
            name, address, extract=True, cache_dir=tmp_path, cache_subdir="x"
        )
        untarred = utils.get_file("data", address, untar=True, cache_dir=tmp_path)
        assert untarred == str(tmp_path / "datasets" / "data")

    @pytest.mark.parametrize("kind", ["zip", "tar"])
    def test_archives_that_lead_out(self, place, tmp_path, kind):
        address = place("evil", archive(kind, ["../../evil.txt"]))
        with pytest.raises(DataError, match="evil"):
            utils.get_file("evil", address, extract=True, cache_dir=tmp_path)
        assert not (tmp_path / "evil.txt").exists()
        assert sorted(os.listdir(tmp_path / "datasets")) == ["evil_archive"]

    @pytest.mark.parametrize("kind", ["zip", "tar"])
    def test_absolute_names(self, place, tmp_path, kind):
        address = place("evil", archive(kind, [str(tmp_path / "evil.txt")]))
        with pytest.raises(DataError, match="leads out of it"):
            utils.get_file("evil", address, untar=True, cache_dir=tmp_path)
        assert not (tmp_path / "evil.txt").exists()

    @pytest.mark.parametrize("target", ["/etc", "../..", "../../evil"])
    @pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
    def test_links_that_lead_out(self, place, tmp_path, target, kind):
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as tar:
            link = tarfile.TarInfo("link")
            link.type, link.linkname = kind, target
            tar.addfile(link)
            inside = tarfile.TarInfo("link/evil.txt")
            inside.size = 3
            tar.addfile(inside, io.BytesIO(b"abc"))
        address = place("evil", content.getvalue())
        with pytest.raises(DataError, match="cannot be unpacked"):
            utils.get_file("evil", address, extract=True, cache_dir=tmp_path)
        assert sorted(os.listdir(tmp_path / "datasets")) == ["evil_archive"]

    def test_folders_can_be_reached_beside_the_archive(self, place, tmp_path):
        address = place("data.zip", archive("zip"))
        path = utils.get_file("data.zip", address, extract=True, cache_dir=tmp_path)
        beside = os.path.join(os.path.dirname(path), "inner", "a.txt")
        with open(beside) as file:
            assert file.read() == "hello"
        named = utils.get_file(origin=address, extract=True, cache_dir=tmp_path / "other")
        assert os.path.basename(named) == "data.zip"
        assert sorted(os.listdir(tmp_path / "other" / "datasets")) == [
            "data.zip",
            "data.zip_archive",
            "inner",
        ]

    def test_a_new_archive_replaces_what_was_unpacked(self, place, tmp_path):
        place("data.zip", archive("zip"))
        address = place("data.zip", archive("zip"))
        path = utils.get_file("data.zip", address, extract=True, cache_dir=tmp_path)
        address = place("data.zip", archive("zip", ["other.txt"]))
        utils.get_file("data.zip", address, extract=True, cache_dir=tmp_path, force_download=True)
        assert "other.txt" in os.listdir(path)

    def test_what_is_no_archive(self, place, tmp_path):
        address = place("a.zip", b"no archive")
        with pytest.raises(DataError, match="no archive of a known kind"):
            utils.get_file(origin=address, extract=True, cache_dir=tmp_path)

    def test_http(self, place, tmp_path, monkeypatch):
        place("a.txt", b"over the wire")

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=str(tmp_path / "origin"))

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            base = f"http://127.0.0.1:{server.server_address[1]}"
            with open(utils.get_file(origin=f"{base}/a.txt", cache_dir=tmp_path), "rb") as file:
                assert file.read() == b"over the wire"
            with pytest.raises(DataUnavailableError, match="by hand"):
                utils.get_file(origin=f"{base}/none.txt", cache_dir=tmp_path)
        finally:
            server.shutdown()
            server.server_close()
        with pytest.raises(DataUnavailableError, match="cannot be downloaded"):
            utils.get_file(origin=f"{base}/b.txt", cache_dir=tmp_path)

    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({}, "address of the file is missing"),
            ({"origin": "file:///x/a", "fname": "../a"}, "no name of a file"),
            ({"origin": "https://example.org/"}, "no name of a file"),
            ({"origin": "ftp://example.org/a"}, "no address"),
            ({"origin": "a.txt"}, "no address"),
        ],
    )
    def test_refuses(self, tmp_path, arguments, message):
        with pytest.raises(InvalidArgumentError, match=message):
            utils.get_file(cache_dir=tmp_path, **arguments)
