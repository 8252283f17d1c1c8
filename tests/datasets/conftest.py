"""A machine without data sets, small collections to put on it, and a server to fetch them from."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from glassbrook.datasets import places
from glassbrook.datasets.collection import Collection, Mirror, Part
from glassbrook.datasets.idx import idx_sha256, write_idx


@dataclass
class Machine:
    """The folders of a machine on which nothing is installed."""

    data: Path
    keras: Path
    cache: Path


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Hides the data sets and the network of the machine that runs the tests."""
    for name in ("GLASSBROOK_DATA", "GLASSBROOK_VERIFY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("GLASSBROOK_MIRRORS", "")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(places, "cache_folder", lambda: tmp_path / "cache")
    return Machine(tmp_path / "data", tmp_path / "keras" / "datasets", tmp_path / "cache")


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder of the real MNIST: $GLASSBROOK_TEST_MNIST, or shared/mnist beside this project."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "mnist"
    folder = Path(os.environ.get("GLASSBROOK_TEST_MNIST", beside))
    if not (folder / "train-images-idx3-ubyte.gz").is_file():
        pytest.skip(f"needs MNIST's IDX files in {folder}, or in $GLASSBROOK_TEST_MNIST")
    return folder


@dataclass
class Small:
    """A collection of a few images, and their arrays."""

    collection: Collection
    arrays: dict[str, np.ndarray]

    def write(self, folder: Path, suffix: str = ".gz") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for part in self.collection.parts:
            write_idx(folder / f"{part.file}{suffix}", self.arrays[part.key])
        return folder


def make_small(title: str = "Small", folder: str = "small", seed: int = 0) -> Small:
    random = np.random.default_rng(seed)
    arrays = {
        "x_train": random.integers(0, 256, (30, 28, 28)).astype(np.uint8),
        "y_train": random.integers(0, 10, 30).astype(np.uint8),
        "x_test": random.integers(0, 256, (10, 28, 28)).astype(np.uint8),
        "y_test": random.integers(0, 10, 10).astype(np.uint8),
    }
    files = {"x_train": "train-images-idx3-ubyte", "y_train": "train-labels-idx1-ubyte",
             "x_test": "t10k-images-idx3-ubyte", "y_test": "t10k-labels-idx1-ubyte"}  # fmt: skip
    train_x, train_y, test_x, test_y = (
        Part(key, files[key], array.shape, idx_sha256(array)) for key, array in arrays.items()
    )
    mirrors = (Mirror("http://127.0.0.1:9/nowhere"),)
    parts = (train_x, train_y, test_x, test_y)
    return Small(Collection(title, (folder,), parts, mirrors, f"{folder}.npz"), arrays)


@pytest.fixture
def small() -> Small:
    return make_small()


Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A web server; what it does for each path is set by the test."""

    address: str
    answers: dict[str, bytes | Behaviour] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def serve(self, folder: Path, under: str) -> str:
        """Serves the files of a folder; returns their address."""
        for file in folder.iterdir():
            self.answers[f"/{under}/{file.name}"] = file.read_bytes()
        return f"{self.address}/{under}"

    def replace(self, under: str, behaviour: bytes | Behaviour, *, only: str = "") -> None:
        """Has the files whose name contains ``only`` answered in another way."""
        for path in self.answers:
            if path.startswith(f"/{under}/") and only in path:
                self.answers[path] = behaviour


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.requests.append(f"{self.command} {self.path}")
            answer = found.answers.get(self.path)
            if answer is None:
                self.send_error(404)
            elif callable(answer):
                answer(self)
            else:
                send(self, answer)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *arguments: object) -> None:
            pass

    class Threaded(ThreadingHTTPServer):
        # Closing the server waits for its threads.
        daemon_threads = False
        request_queue_size = 64

    with Threaded(("127.0.0.1", 0), Handler) as running:
        found = Server(f"http://127.0.0.1:{running.server_address[1]}")
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield found
        found.released.set()
        running.shutdown()
        thread.join()


def send(handler: BaseHTTPRequestHandler, content: bytes, *, length: int | None = None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content) if length is None else length))
    handler.end_headers()
    if handler.command == "GET":
        handler.wfile.write(content)
