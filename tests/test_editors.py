"""Editors resolve and complete names: what pyright makes of a sample script."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import glassbrook as tf

ROOT = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent

pytest.importorskip("basedpyright", reason="the dev extra installs pyright")

RESOLVED = """
    tf.keras.layers.Dense = type[Dense]
    tf.keras.Sequential = type[Sequential]
    tf.keras.optimizers.Adam = type[Adam]
    tf.keras.losses.SparseCategoricalCrossentropy = type[SparseCategoricalCrossentropy]
    tf.losses.MeanSquaredError = type[MeanSquaredError]
    tf.zeros_initializer = type[Zeros]
    tf.constant(1.0) = Tensor
    tf.nn.relu([1.0]) = Tensor
    tf.data.Dataset.from_tensor_slices([1]) = Dataset
    tf.RaggedTensor.from_row_lengths([1], [1]) = RaggedTensor
    tf.linalg.matmul = Tensor
    tf.Module().variables = tuple[Variable, ...]
    tf.GradientTape = type[GradientTape]
    keras.layers.Dense(2).units = int
    layers.Dropout = type[Dropout]
    tf.config.list_physical_devices() = list[PhysicalDevice]
    tf.explain([1.0], [1.0]) = Derivation
    tf.explain([1.0], [1.0]).textbook() = Told
    tf.explain.draw_graph([1.0]) = Picture
    tf.explain.ProgramReport = type[ProgramReport]
"""
UNKNOWN = "tf.kerass tf.keras.layers.Dens tf.nn.rellu tf.linalg.eighh tf.explain.draw_grap".split()

HEADER = """import glassbrook as tf
from glassbrook import keras
from glassbrook.keras import layers
"""


def rows() -> list[tuple[str, str]]:
    lines = [line.strip() for line in RESOLVED.strip().splitlines()]
    pairs = [line.rsplit(" = ", 1) for line in lines]
    return [(expression, found) for expression, found in pairs]


@pytest.fixture(scope="module")
def diagnostics(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What pyright says about a script that asks for the type of every name."""
    script = tmp_path_factory.mktemp("editor") / "sample.py"
    asked = [f"reveal_type({expression})" for expression, _ in rows()]
    script.write_text(HEADER + "\n".join([*asked, *UNKNOWN]) + "\n")
    finished = subprocess.run(
        [TOOLS / "basedpyright", "--pythonpath", sys.executable, "--outputjson", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=script.parent,
    )
    return json.loads(finished.stdout)["generalDiagnostics"]


def messages_at(diagnostics: list[dict[str, Any]], line: int, severity: str) -> list[str]:
    return [
        each["message"]
        for each in diagnostics
        if each["range"]["start"]["line"] == line and each["severity"] == severity
    ]


@pytest.mark.parametrize(("number", "row"), list(enumerate(rows())), ids=lambda each: str(each))
def test_names_resolve(diagnostics, number, row) -> None:
    (said,) = messages_at(diagnostics, HEADER.count("\n") + number, "information")
    assert said.endswith((f'"{row[1]}"', f'-> {row[1]}"')), said


@pytest.mark.parametrize(("number", "name"), list(enumerate(UNKNOWN)))
def test_misspelt_names_are_errors(diagnostics, number, name) -> None:
    line = HEADER.count("\n") + len(rows()) + number
    (said,) = messages_at(diagnostics, line, "error")
    assert name.rpartition(".")[2] in said


def test_explain_declares_all_names_it_has() -> None:
    source = ast.parse((ROOT / "src/glassbrook/explain/calling.py").read_text())
    declared = {
        node.targets[0].id
        for node in ast.walk(next(each for each in source.body if isinstance(each, ast.ClassDef)))
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert declared == set(dir(tf.explain))


class Server:
    """Pyright as an editor runs it: requests and answers as JSON, over pipes."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [TOOLS / "basedpyright-langserver", "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
        )
        self._count = 0
        self._watchdog = threading.Timer(60, self._process.kill)
        self._watchdog.start()

    def send(self, method: str, parameters: Any, **more: Any) -> None:
        body = {"jsonrpc": "2.0", "method": method, "params": parameters, **more}
        self._write(body)

    def _write(self, body: Any) -> None:
        data = json.dumps(body).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._process.stdin.flush()

    def ask(self, method: str, parameters: Any) -> Any:
        self._count += 1
        self.send(method, parameters, id=self._count)
        while True:
            message = self._read()
            if message.get("id") == self._count and "method" not in message:
                return message["result"]
            if message.get("method") == "workspace/configuration":
                settings = [{"pythonPath": sys.executable} for _ in message["params"]["items"]]
                self._write({"jsonrpc": "2.0", "id": message["id"], "result": settings})
            elif "id" in message:
                self._write({"jsonrpc": "2.0", "id": message["id"], "result": None})

    def _read(self) -> Any:
        output = self._process.stdout
        assert output is not None
        length = 0
        while (line := output.readline().strip()) or not length:
            assert line, "pyright ended"
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(output.read(length))

    def close(self) -> None:
        self._watchdog.cancel()
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("server")
    server = Server(folder)
    settings = {"workspace": {"configuration": True, "workspaceFolders": True}}
    folders = [{"uri": folder.as_uri(), "name": "sample"}]
    server.ask(
        "initialize",
        {
            "processId": None,
            "rootUri": folder.as_uri(),
            "capabilities": settings,
            "workspaceFolders": folders,
        },
    )
    server.send("initialized", {})
    yield server
    server.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tf.", "keras data nn linalg constant GradientTape Module RaggedTensor summary"),
        ("tf.keras.", "Sequential Model layers optimizers"),
        ("tf.keras.layers.", "Dense Flatten Dropout"),
        ("tf.data.Dataset.", "from_tensor_slices range"),
        ("tf.nn.", "relu softmax ctc_loss"),
        ("layers.Dense(1).", "units kernel get_config"),
        ("tf.explain.", "explain program draw_graph landscape"),
    ],
)
def test_names_are_completed(server, tmp_path, typed, offered) -> None:
    document = {"uri": (tmp_path / "sample.py").as_uri()}
    text = HEADER + typed + "\n"
    server.send(
        "textDocument/didOpen",
        {"textDocument": {**document, "languageId": "python", "version": 1, "text": text}},
    )
    position = {"line": HEADER.count("\n"), "character": len(typed)}
    found = server.ask("textDocument/completion", {"textDocument": document, "position": position})
    labels = {item["label"] for item in found["items"]}
    assert set(offered.split()) <= labels
