"""Downloads, from a server on this machine: what is sent is checked, and nobody waits for ever."""

from __future__ import annotations

import dataclasses
import os
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest

from glassbrook.datasets import library
from glassbrook.datasets.collection import Collection, Mirror
from glassbrook.datasets.download import DownloadError, Limits, download, mirrors_of
from glassbrook.datasets.idx import write_idx
from glassbrook.errors import DataUnavailableError

from .conftest import Behaviour, Machine, Server, Small, make_small, send

SHORT = Limits(first_byte=3.0, stall=1.0, file=4.0)


@pytest.fixture(autouse=True)
def _own_mirrors(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GLASSBROOK_MIRRORS")


@pytest.fixture
def published(tmp_path: Path, small: Small) -> Path:
    return small.write(tmp_path / "published")


def at(small: Small, *mirrors: str | Mirror) -> Collection:
    found = tuple(Mirror(each) if isinstance(each, str) else each for each in mirrors)
    return dataclasses.replace(small.collection, mirrors=found)


def check(small: Small, files: tuple[Path, ...]) -> None:
    train, test = library.LocalCopy(small.collection, files).load()
    np.testing.assert_array_equal(train[0], small.arrays["x_train"])
    np.testing.assert_array_equal(test[1], small.arrays["y_test"])


def contents(folder: Path) -> list[str]:
    """The names of all files; a partial one has a name that starts with a dot."""
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


# ---------------------------------------------------------------------------------------------
# It works


def test_download(
    tmp_path: Path, small: Small, server: Server, published: Path, capfd: pytest.CaptureFixture[str]
):
    address = server.serve(published, "good")
    files = download(at(small, address), tmp_path / "new" / "folder", SHORT)
    check(small, files)
    assert contents(tmp_path / "new") == contents(published)
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Downloading Small from 127.0.0.1:")
    assert printed.err.count("\n") == 1


def test_a_second_time_nothing_is_downloaded(
    machine: Machine, small: Small, server: Server, published: Path
):
    collection = at(small, server.serve(published, "good"))
    library.find_or_download(collection, 2.0).load()
    assert len(server.requests) == 5
    copy = library.find_or_download(collection, 2.0)
    assert copy.folder == machine.cache / "small"
    check(small, copy.files)
    assert len(server.requests) == 5


def test_only_what_is_missing_is_downloaded(
    tmp_path: Path, small: Small, server: Server, published: Path
):
    folder = small.write(tmp_path / "folder")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    check(small, download(at(small, server.serve(published, "good")), folder, SHORT))
    assert [each for each in server.requests if each.startswith("GET")] == [
        "GET /good/t10k-labels-idx1-ubyte.gz"
    ]


def test_an_archive(tmp_path: Path, small: Small, server: Server):
    (tmp_path / "archive").mkdir()
    np.savez_compressed(tmp_path / "archive" / "small.npz", **small.arrays)
    mirror = Mirror(server.serve(tmp_path / "archive", "keras"), "npz")
    check(small, download(at(small, mirror), tmp_path / "folder", SHORT))
    assert contents(tmp_path / "folder") == ["small.npz"]


def test_mirrors_of_ones_own(
    machine: Machine, small: Small, server: Server, published: Path, monkeypatch: pytest.MonkeyPatch
):
    server.serve(published, "deep/small")
    monkeypatch.setenv("GLASSBROOK_MIRRORS", f"http://127.0.0.1:9, {server.address}/deep/")
    assert [mirror.url for mirror in mirrors_of(small.collection)] == [
        "http://127.0.0.1:9/small",
        f"{server.address}/deep/small",
    ]
    check(small, library.find_or_download(small.collection, 2.0).files)
    assert contents(machine.cache) == contents(published)


def test_what_a_killed_process_left_is_removed(
    tmp_path: Path, small: Small, server: Server, published: Path
):
    old, new = tmp_path / ".old.part", tmp_path / ".new.part"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    check(small, download(at(small, server.serve(published, "good")), tmp_path, SHORT))
    assert not old.exists()
    assert new.exists()


# ---------------------------------------------------------------------------------------------
# The first mirror fails, the second does not


def truncated(handler: BaseHTTPRequestHandler) -> None:
    send(handler, bytes(1000), length=20_000)


def cut_between_chunks(handler: BaseHTTPRequestHandler) -> None:
    """Without a length, the client cannot know that more should follow."""
    handler.send_response(200)
    handler.end_headers()
    if handler.command == "GET":
        handler.wfile.write(bytes(1000))


def web_page(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"<html>Please accept our conditions</html>")


def missing(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(404)


def refused_later(handler: BaseHTTPRequestHandler) -> None:
    if handler.command == "HEAD":
        send(handler, b"")
    else:
        handler.send_error(503)


def other_data(handler: BaseHTTPRequestHandler) -> None:
    import gzip

    send(handler, gzip.compress(b"\0\0\x08\x01\0\0\0\x01x"))


def silent(server: Server) -> Behaviour:
    return lambda handler: (server.released.wait(30), None)[1]


def silent_after_the_first_answer(server: Server) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "HEAD":
            send(handler, b"")
        else:
            server.released.wait(30)

    return behave


def stalling(server: Server) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        send(handler, bytes(100), length=1_000_000)
        if handler.command == "GET":
            handler.wfile.flush()
            server.released.wait(30)

    return behave


def dripping(server: Server) -> Behaviour:
    """Sends, but so slowly that it would take days."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        send(handler, b"", length=1_000_000)
        while handler.command == "GET" and not server.released.wait(0.05):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return

    return behave


FAILURES = [
    ("truncated", truncated, "it broke off in the middle"),
    ("cut", cut_between_chunks, "it sent something else (holds unknown type 0x00"),
    ("web page", web_page, "it sent something else (not an IDX file"),
    ("missing", missing, "it does not have the files"),
    ("refused later", refused_later, "it answers 503 Service Unavailable"),
    ("other data", other_data, "it sent a wrong "),
]
HANGING = [silent, silent_after_the_first_answer, stalling, dripping]


@pytest.mark.parametrize("only", ["", "train-labels"], ids=["all files", "a later file"])
@pytest.mark.parametrize("name, behaviour, words", FAILURES, ids=[row[0] for row in FAILURES])
def test_the_next_mirror_is_tried(
    tmp_path: Path, small: Small, server: Server, published: Path,
    name: str, behaviour: Behaviour, words: str, only: str,
):  # fmt: skip
    bad, good = server.serve(published, "bad"), server.serve(published, "good")
    server.replace("bad", behaviour, only=only)
    folder = tmp_path / "folder"
    check(small, download(at(small, bad, good), folder, SHORT))
    assert contents(folder) == contents(published)
    # And if there is no other:
    with pytest.raises(DownloadError, match="no mirror") as caught:
        download(at(small, bad), tmp_path / "second", SHORT)
    (line,) = caught.value.attempts
    if not (name == "missing" and only):
        assert line.startswith(f"{bad}: {words}")
    assert not any(name.startswith(".") for name in contents(tmp_path / "second"))


@pytest.mark.parametrize("make", HANGING)
def test_nobody_waits_for_a_mirror_that_hangs(
    tmp_path: Path, small: Small, server: Server, published: Path, make
):
    bad, good = server.serve(published, "bad"), server.serve(published, "good")
    server.replace("bad", make(server))
    started = time.monotonic()
    check(small, download(at(small, bad, good), tmp_path / "folder", SHORT))
    assert time.monotonic() - started < 8
    started = time.monotonic()
    with pytest.raises(DownloadError) as caught:
        download(at(small, bad), tmp_path / "second", SHORT)
    assert time.monotonic() - started < 8
    assert caught.value.attempts == (f"{bad}: no answer in time",)
    assert contents(tmp_path / "second") == []
    server.released.set()


def test_a_server_that_sends_without_end(
    tmp_path: Path, small: Small, server: Server, published: Path
):
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while handler.command == "GET" and not server.released.is_set():
            try:
                handler.wfile.write(bytes(2**20))
            except OSError:
                return

    bad = server.serve(published, "bad")
    server.replace("bad", endless)
    with pytest.raises(DownloadError) as caught:
        download(at(small, bad), tmp_path / "folder", Limits(2.0, 5.0, 30.0))
    assert "it sends more than 67,108,864 bytes" in caught.value.attempts[0]
    assert contents(tmp_path / "folder") == []


def test_verification_of_downloads_cannot_be_switched_off(
    small: Small, server: Server, published: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GLASSBROOK_VERIFY", "0")
    write_idx(published / "t10k-labels-idx1-ubyte.gz", np.zeros(10, np.uint8))
    with pytest.raises(DataUnavailableError, match="and no mirror sent it") as caught:
        library.find_or_download(at(small, server.serve(published, "bad")), 2.0)
    expected = small.collection.parts[3].sha256
    assert "it sent a wrong t10k-labels-idx1-ubyte: SHA-256 " in str(caught.value)
    assert f"expected {expected}" in str(caught.value)


# ---------------------------------------------------------------------------------------------
# Nobody is there


@pytest.mark.parametrize("what", ["name", "connection", "proxy"])
def test_the_decision_takes_no_longer_than_it_may(
    tmp_path: Path, small: Small, monkeypatch: pytest.MonkeyPatch, what: str
):
    released = threading.Event()
    mirror = "https://mirror.invalid/small"
    with socket.create_server(("127.0.0.1", 0), backlog=1) as mute:
        host = f"127.0.0.1:{mute.getsockname()[1]}"
        if what == "name":

            def hang(*arguments: object, **options: object) -> None:
                released.wait(30)
                raise socket.gaierror(-3, "Temporary failure in name resolution")

            monkeypatch.setattr(socket, "getaddrinfo", hang)
        elif what == "proxy":
            monkeypatch.setenv("https_proxy", f"http://{host}")
        else:
            mirror = f"http://{host}/small"
        started = time.monotonic()
        with pytest.raises(DownloadError, match="could be reached within 1 seconds") as caught:
            download(at(small, mirror, mirror), tmp_path, Limits(first_byte=1.0))
        # It would be 30 seconds.
        assert time.monotonic() - started < 5
        assert caught.value.attempts == (f"{mirror}: no answer in time",) * 2
        released.set()


def test_a_folder_that_cannot_be_written_to(tmp_path: Path, small: Small):
    (tmp_path / "cache").write_text("")
    with pytest.raises(DataUnavailableError) as caught:
        library.find_or_download(small.collection, 2.0)
    folder = tmp_path / "cache" / "small"
    assert str(caught.value).splitlines()[0] == (
        f"Small is not on this machine, and a download cannot be stored in {folder} (Not a "
        "directory)."
    )


def test_a_disk_that_is_full(
    tmp_path: Path, small: Small, server: Server, published: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(DownloadError, match=r"cannot be stored in .* \(No space left on device\)"):
        download(at(small, server.serve(published, "good")), tmp_path / "folder", SHORT)
    assert contents(tmp_path / "folder") == []


# ---------------------------------------------------------------------------------------------
# Many at once

SCRIPT = """
import sys
from pathlib import Path
from glassbrook.datasets.collection import Collection, Mirror, Part
from glassbrook.datasets.download import Limits, download
address, folder, *pairs = sys.argv[1:]
named = [pair.split() for pair in pairs]
parts = tuple(Part("", name, (), sha256) for name, sha256 in named)
download(Collection("Small", ("small",), parts, (Mirror(address),)), Path(folder), Limits())
"""


def test_processes_do_not_disturb_each_other(
    tmp_path: Path, small: Small, server: Server, published: Path
):
    address = server.serve(published, "good")
    pairs = [f"{part.file} {part.sha256}" for part in small.collection.parts]
    command = [sys.executable, "-c", SCRIPT, address, str(tmp_path / "folder"), *pairs]
    running = [
        subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(4)
    ]
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    folder = tmp_path / "folder"
    assert contents(folder) == contents(published)
    check(small, tuple(folder / f"{part.file}.gz" for part in small.collection.parts))


def test_threads_do_not_disturb_each_other(
    tmp_path: Path, small: Small, server: Server, published: Path
):
    collection = at(small, server.serve(published, "good"))
    failures: list[Exception] = []

    def work() -> None:
        try:
            check(small, download(collection, tmp_path / "folder", Limits()))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert contents(tmp_path / "folder") == contents(published)


def test_other_seeds_are_other_data():
    assert make_small(seed=1).collection.parts[0].sha256 != make_small().collection.parts[0].sha256
