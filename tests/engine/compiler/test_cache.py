"""Code on disk: found again, never trusted when damaged, shared by processes, bounded."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassbrook import dtypes
from glassbrook.engine.compiler import cache, pipeline, store
from glassbrook.graph import Node, build
from glassbrook.graph.closed import ClosedGraph
from tests.engine.compiler.comparing import closed, compiled

X = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)

PROGRAM = """
    import sys
    import numpy as np
    from glassbrook.engine.compiler import compile_graph, pipeline
    from glassbrook.engine.interpreter.run import evaluate
    from glassbrook import dtypes
    from glassbrook.graph import build
    from glassbrook.graph.closed import ClosedGraph, input_node

    if "cold" not in sys.argv:
        def refuse(graph, **options):
            raise AssertionError("it was compiled again")
        pipeline._compiled = refuse
    x = input_node(0, (2, 3), dtypes.float32)
    rule = lambda grad: [grad]
    product = build.matmul(build.tanh(x), x, False, True)
    graph = ClosedGraph((x,), (build.custom_gradient(product, [x], rule),))
    array = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    print(compile_graph(graph, evaluate).run([array])[0].tobytes().hex())
"""


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder for code."""
    monkeypatch.setenv("GLASSBROOK_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "programs"


def process(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )


def output_of(started: subprocess.Popen[str]) -> str:
    output, errors = started.communicate(timeout=120)
    assert started.returncode == 0, errors
    return output


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*"))


def graph() -> ClosedGraph:
    return closed(lambda x: build.exp(build.tanh(x)), [X])


# Found again.


def test_the_next_process_compiles_nothing(folder: Path) -> None:
    first = output_of(process("cold"))
    written = [(path, path.stat().st_ino) for path in entries(folder)]
    assert written
    assert output_of(process()) == first
    assert [(path, path.stat().st_ino) for path in entries(folder)] == written


def test_two_processes_may_compile_the_same_at_once(folder: Path) -> None:
    started = [process("cold") for _ in range(3)]
    outputs = {output_of(each) for each in started}
    assert len(outputs) == 1
    assert {path.suffix for path in entries(folder)} == {".code"}
    assert output_of(process()) in outputs


def test_within_a_process_what_was_kept_is_loaded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (expected,) = compiled(graph()).run([X])
    monkeypatch.setattr(pipeline, "_compiled", None)
    (found,) = compiled(graph()).run([X])
    assert found.tobytes() == expected.tobytes()
    assert compiled(graph()).kernels == compiled(graph()).kernels


def test_a_loaded_entry_counts_as_used(folder: Path) -> None:
    compiled(graph())
    (path,) = entries(folder)
    os.utime(path, (1, 1))
    compiled(graph())
    assert path.stat().st_mtime > 1


# Damage.


def _truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _without_checksum(content: bytes) -> bytes:
    return content[:20]


def _flipped_at(position: float) -> Callable[[bytes], bytes]:
    def flipped(content: bytes) -> bytes:
        place = int(position * (len(content) - 1))
        return content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]

    return flipped


DAMAGE = {
    "empty": lambda content: b"",
    "truncated": _truncated,
    "without checksum": _without_checksum,
    "longer": lambda content: content + b"\0",
    "something else": lambda content: b"hello\n" * 100,
    **{f"bit flipped at {part}": _flipped_at(part) for part in (0, 0.01, 0.1, 0.5, 0.9, 1)},
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_entry_is_written_anew(kind: str, folder: Path) -> None:
    (expected,) = compiled(graph()).run([X])
    (path,) = entries(folder)
    whole = path.read_bytes()
    path.write_bytes(DAMAGE[kind](whole))
    (found,) = compiled(graph()).run([X])
    assert found.tobytes() == expected.tobytes()
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "content",
    [b"", b"{}\n", b"[]\nx", b"null\nx", b"\xff\xfe\nx", b'{"arena_bytes": 0}\n', b"not json\nx"],
)
def test_an_entry_that_says_nothing_sensible_is_discarded(content: bytes, folder: Path) -> None:
    key = cache.key_of(graph())
    store.save(key, content)
    assert cache.load(key) is None
    assert not entries(folder)


def test_an_entry_whose_code_cannot_be_loaded_is_written_anew(folder: Path) -> None:
    (expected,) = compiled(graph()).run([X])
    (path,) = entries(folder)
    whole = path.read_bytes()
    key = cache.key_of(graph())
    content = store.load(key)
    assert content is not None
    header, _, _ = content.partition(b"\n")
    store.save(key, header + b"\n" + b"no object code")
    (found,) = compiled(graph()).run([X])
    assert found.tobytes() == expected.tobytes()
    assert path.read_bytes() == whole


# A folder that is not as one would wish.


def test_off_keeps_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("GLASSBROOK_CACHE_DIR", "off")
    assert store.folder() is None
    compiled(graph()).run([X])
    assert not folder.exists()


def test_a_file_in_place_of_the_folder_is_no_error(folder: Path) -> None:
    folder.parent.write_text("in the way")
    compiled(graph()).run([X])
    assert folder.parent.read_text() == "in the way"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_no_error(folder: Path) -> None:
    folder.parent.mkdir()
    folder.parent.chmod(0o500)
    compiled(graph()).run([X])
    assert not folder.exists()


def test_a_full_disk_is_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "replace", full)
    compiled(graph()).run([X])
    assert not entries(folder)


def test_the_oldest_entries_go_when_the_folder_grows_too_large(folder: Path) -> None:
    for number in range(10):
        store.save(f"{number:064x}", b"x" * 1000)
    paths = [folder / "00" / f"{number:064x}.code" for number in range(10)]
    for number, path in enumerate(paths):
        os.utime(path, (number, number))
    used = time.time()
    os.utime(paths[0], (used, used))
    size = paths[0].stat().st_size
    store._clean(folder, 4 * size + 1)
    kept = [number for number, path in enumerate(paths) if path.exists()]
    assert kept == [0, 7, 8, 9]


# Names.


def _add(value: float) -> Callable[[Node], Node]:
    attrs = {"value": value, "dtype": dtypes.float32, "shape": ()}
    return lambda x: build.add(x, Node("constant", (), attrs, (), dtypes.float32))


MAKES: dict[str, tuple[Callable[..., Node], list[np.ndarray]]] = {
    "exp": (build.exp, [X]),
    "tanh": (build.tanh, [X]),
    "another shape": (build.exp, [X.T]),
    "another type": (build.exp, [X.astype(np.float64)]),
    "zero": (_add(0.0), [X]),
    "minus zero": (_add(-0.0), [X]),
    "a whole zero": (_add(0), [X]),
    "one": (_add(1.0), [X]),
    "a whole one": (_add(1), [X]),
    "true": (_add(True), [X]),
    "nan": (_add(float("nan")), [X]),
    "rows": (lambda x: build.sum(x, (1,)), [X]),
    "rows kept": (lambda x: build.sum(x, (1,), True), [X]),
    "columns": (lambda x: build.sum(x, (0,)), [X]),
    "left first": (build.sub, [X, X]),
    "right first": (lambda x, y: build.sub(y, x), [X, X]),
    "one twice": (lambda x, y: build.sub(x, x), [X, X]),
}


def test_names_tell_graphs_apart() -> None:
    names = {cache.key_of(closed(make, arrays)) for make, arrays in MAKES.values()}
    assert len(names) == len(MAKES)
    again = {cache.key_of(closed(make, arrays)) for make, arrays in MAKES.values()}
    assert again == names


def test_names_tell_outputs_and_updates_apart() -> None:
    base = closed(lambda x, y: [build.exp(x), build.tanh(y)], [X, X])
    one, other = base.outputs
    graphs = [
        base,
        ClosedGraph(base.inputs, (other, one)),
        ClosedGraph(base.inputs, (one,)),
        ClosedGraph(base.inputs, (one, one)),
        ClosedGraph(base.inputs, (one,), ((0, other),)),
        ClosedGraph(base.inputs, (one,), ((1, other),)),
        ClosedGraph(base.inputs, (), ((0, one), (1, other))),
        ClosedGraph(base.inputs, (), ((1, one), (0, other))),
    ]
    assert len({cache.key_of(graph) for graph in graphs}) == len(graphs)


def test_names_do_not_depend_on_the_rule_of_a_custom_gradient() -> None:
    graphs = [
        closed(lambda x: build.custom_gradient(build.exp(x), [x], lambda grad: [grad]), [X])
        for _ in range(2)
    ]
    assert cache.key_of(graphs[0]) == cache.key_of(graphs[1])


def test_names_depend_on_the_compiler_and_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.key_of(graph())
    for name, value in (("_compiler", lambda: "another"), ("_surroundings", lambda: "elsewhere")):
        store._surroundings.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(store, name, value)
            assert cache.key_of(graph()) != before
        store._surroundings.cache_clear()
    assert cache.key_of(graph()) == before
