"""The training step of a 784-256-128-10 network: what it is made of, and that its bits are sure."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from glassbrook import config, dtypes
from glassbrook.engine.compiler import llvm, schedule
from glassbrook.engine.compiler.fuse import fuse
from glassbrook.engine.compiler.memory import plan_memory
from glassbrook.engine.compiler.pipeline import planned
from glassbrook.engine.compiler.printer import kind_of
from glassbrook.engine.compiler.simplify import simplify
from glassbrook.engine.programs import _Interpreted
from glassbrook.gradients import gradients
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph, Program, input_node
from tests.engine.compiler.comparing import Array, compiled, copies

SIZES = (784, 256, 128, 10)
BATCH = 128
# So small that rounding does not carry a ReLU over its kink in one engine and not in the other.
RATE = np.full((), 0.002, np.float32)


def training_step(batch: int = BATCH, sizes: tuple[int, ...] = SIZES) -> ClosedGraph:
    """From images, labels and learning rate to the loss; it updates kernels and biases."""
    pairs = list(itertools.pairwise(sizes))
    shapes: list[tuple[int, ...]] = [(batch, sizes[0]), (batch, sizes[-1]), ()]
    shapes += [shape for inputs, outputs in pairs for shape in ((inputs, outputs), (outputs,))]
    nodes = [input_node(index, shape, dtypes.float32) for index, shape in enumerate(shapes)]
    layer, labels, rate, *weights = nodes
    for number, (kernel, bias) in enumerate(zip(weights[::2], weights[1::2], strict=True)):
        layer = build.add(build.matmul(layer, kernel), bias)
        if number < len(pairs) - 1:
            layer = build.relu(layer)
    total = build.sum(build.square(build.sub(layer, labels)))
    loss = build.div(total, build.constant(batch, dtypes.float32))
    one = build.constant(1, dtypes.float32)
    updates = [
        (weight.attrs["index"], build.sub(weight, build.mul(rate, grad)))
        for weight, grad in zip(
            weights, gradients([loss], [one], weights, lambda node: True), strict=True
        )
        if grad is not None
    ]
    return ClosedGraph(tuple(nodes), (loss,), tuple(updates))


def arrays_of(graph: ClosedGraph) -> list[Array]:
    """Images, labels that follow from them, and weights to begin with."""
    numbers = np.random.default_rng(0)
    images, labels, _, *weights = (node.shape for node in graph.inputs)
    pixels = numbers.random(images, np.float32) - np.float32(0.5)
    classes = np.argmax(pixels @ numbers.normal(size=(images[1], labels[1])), 1)
    hot = np.eye(labels[1], dtype=np.float32)[classes]
    found = [
        (numbers.normal(size=shape) * np.sqrt(2 / shape[0])).astype(np.float32)
        if len(shape) == 2
        else np.zeros(shape, np.float32)
        for shape in weights
    ]
    return [pixels, hot, RATE, *found]


def losses(program: Program, arrays: list[Array], steps: int) -> list[float]:
    """The loss of each step."""
    return [float(program.run(arrays)[0]) for _ in range(steps)]


# What it is made of.


@pytest.fixture(scope="module")
def graph() -> ClosedGraph:
    return training_step()


def test_calls(graph: ClosedGraph) -> None:
    calls = fuse(simplify(graph))
    assert Counter(kind_of(call.kernel) for call in calls) == {"product": 8, "loops": 13}
    in_place = [call for call in calls if call.label == "matmul, added in place"]
    assert [call.buffers[2].index for call in in_place] == [3, 5, 7]
    assert not any(call.label == "copy" for call in calls)


def test_phases(graph: ClosedGraph) -> None:
    phases = schedule.schedule(fuse(simplify(graph)))
    assert [len(phase.calls) for phase in phases] == [10, 11]
    assert [chain.shares for chain in phases[0].chains] == [BATCH]
    assert all(phase.is_shared for phase in phases)


def test_memory(graph: ClosedGraph) -> None:
    phases, plan = planned(graph)
    assert plan.size == 600_576
    apart = sum(buffer.bytes for buffer in plan.offsets)
    assert plan.size < 0.8 * apart
    assert plan == plan_memory(phases)


def test_small_batches_stay_on_one_core() -> None:
    phases, plan = planned(training_step(1, (8, 4, 2)))
    assert not any(phase.is_shared for phase in phases)
    assert plan.size < 1000


def test_one_module_is_compiled(graph: ClosedGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBROOK_CACHE_DIR", "off")
    compiled(training_step(2, (4, 2)))  # the pool of threads is one, too
    modules = []
    original = llvm.to_object
    monkeypatch.setattr(llvm, "to_object", lambda module: modules.append(1) or original(module))
    program = compiled(graph)
    assert len(modules) == len(program.units) == 1
    assert not program.interpreted
    assert program.single is not None
    assert len(program.kernels) == 21
    products = [kernel for kernel in program.kernels if kernel.kind == "product"]
    layers = [2 * BATCH * a * b for a, b in itertools.pairwise(SIZES)]
    assert sum(kernel.flops for kernel in products) == 3 * sum(layers) - layers[0]


def test_the_calls_grow_with_the_layers() -> None:
    counts = [
        len(fuse(simplify(training_step(16, tuple(range(8, 8 + depth)))))) for depth in (3, 4, 5, 9)
    ]
    assert counts[2] - counts[1] == counts[1] - counts[0]
    assert counts[3] - counts[2] == 4 * (counts[1] - counts[0])


# What it computes.


@pytest.fixture(scope="module")
def expected_losses(graph: ClosedGraph) -> list[float]:
    """What the interpreter says."""
    return losses(_Interpreted(graph), arrays_of(graph), 200)


@pytest.mark.parametrize("threads", [1, 2])
def test_losses_are_the_interpreters(
    graph: ClosedGraph,
    expected_losses: list[float],
    threads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(config, "threads", threads)
    assert expected_losses[-1] < 0.5 * expected_losses[0]
    found = losses(compiled(graph), arrays_of(graph), 200)
    np.testing.assert_allclose(found, expected_losses, rtol=1e-5)


def test_one_core_and_two_agree(graph: ClosedGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = arrays_of(graph)
    program = compiled(graph)
    found = []
    for threads in (1, 2):
        monkeypatch.setattr(config, "threads", threads)
        found.append(losses(program, copies(arrays), 200))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)


@pytest.mark.parametrize("threads", [1, 2])
def test_repeated_steps_have_the_same_bits(
    graph: ClosedGraph, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "threads", threads)
    program = compiled(graph)
    one, other = arrays_of(graph), arrays_of(graph)
    for _ in range(20):
        expected = program.run(one)
    found = program.repeat(other, [0] * len(other), 20)
    assert [each.tobytes() for each in (*found, *other)] == [
        each.tobytes() for each in (*expected, *one)
    ]


def digest(steps: int = 50) -> str:
    """What is left of the weights after some steps, to the bit."""
    graph = training_step()
    arrays = arrays_of(graph)
    program = compiled(graph)
    text = repr(losses(program, arrays, steps)).encode()
    return hashlib.sha256(text + b"".join(array.tobytes() for array in arrays)).hexdigest()


@pytest.mark.parametrize("threads", [1, 2])
def test_every_process_computes_the_same_bits(threads: int, tmp_path: Path) -> None:
    """Cold, then hot from the cache on disk."""
    root = Path(__file__).parents[3]
    environment = {
        **os.environ,
        "GLASSBROOK_CACHE_DIR": str(tmp_path),
        "GLASSBROOK_THREADS": str(threads),
        "PYTHONPATH": str(root),
    }
    command = [
        sys.executable,
        "-c",
        "from tests.engine.compiler.test_counts import digest; print(digest())",
    ]
    found = [
        subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=120
        ).stdout
        for _ in range(2)
    ]
    assert found[0] == found[1]
    assert len(found[0]) == 65
