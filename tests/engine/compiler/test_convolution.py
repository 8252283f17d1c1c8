"""Kernels of convolutions and pools against the interpreter, and the rules that lead to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from glassbrook import config, dtypes
from glassbrook.engine.compiler.fuse import fuse
from glassbrook.engine.compiler.kernels import Call, Convolution, Loops, Product
from glassbrook.engine.compiler.schedule import schedule
from glassbrook.engine.compiler.simplify import simplify
from glassbrook.gradients import gradients
from glassbrook.graph import Node, build
from glassbrook.graph.closed import ClosedGraph
from glassbrook.ops.convolution import convolved
from glassbrook.ops.transposed_convolution import spread
from tests.engine.compiler.comparing import Array, assert_agrees, closed, compiled, copies

rng = np.random.default_rng(3)


@pytest.fixture(autouse=True)
def _checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept on disk, and every pass is verified."""
    monkeypatch.setenv("GLASSBROOK_CACHE_DIR", "off")
    monkeypatch.setattr(config, "debug", True)


@dataclass(frozen=True)
class Sizes:
    """A convolution: the input, padded; the kernel; strides and dilations."""

    x: tuple[int, ...]
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]

    def arrays(self, dtype: type = np.float32) -> list[Array]:
        return [rng.normal(size=shape).astype(dtype) for shape in (self.x, self.kernel)]

    def convolve(self, x: Node, kernel: Node) -> Node:
        return convolved("test", x, kernel, self.strides, self.dilations)

    def with_gradients(self, x: Node, kernel: Node) -> list[Node]:
        """The output, and the gradients of the sum of its squares."""
        output = self.convolve(x, kernel)
        grads = gradients([output], [output], [x, kernel], lambda node: True)
        return [output, *(grad for grad in grads if grad is not None)]


ROWS = {
    "1-D": Sizes((8, 20, 3), (4, 3, 5), (1,), (1,)),
    "1-D, strides": Sizes((8, 21, 3), (4, 3, 17), (3,), (1,)),
    "1-D, gaps": Sizes((4, 21, 18), (3, 18, 16), (1,), (2,)),
    "2-D, one channel": Sizes((16, 12, 12, 1), (5, 5, 1, 6), (1, 1), (1, 1)),
    "2-D, few channels": Sizes((16, 9, 8, 6), (5, 5, 6, 16), (1, 1), (1, 1)),
    "2-D, whole vectors": Sizes((8, 7, 6, 32), (3, 3, 32, 64), (1, 1), (1, 1)),
    "2-D, ragged": Sizes((8, 6, 7, 13), (2, 3, 13, 37), (1, 1), (1, 1)),
    "2-D, many features": Sizes((8, 5, 5, 4), (3, 3, 4, 150), (1, 1), (1, 1)),
    "2-D, strides": Sizes((8, 9, 12, 5), (3, 3, 5, 20), (2, 3), (1, 1)),
    "2-D, gaps": Sizes((8, 9, 8, 14), (3, 2, 14, 20), (1, 2), (2, 3)),
    "2-D, gaps, few channels": Sizes((8, 9, 8, 2), (3, 2, 2, 20), (1, 1), (2, 3)),
    "2-D, strides beyond the window": Sizes((8, 9, 11, 14), (2, 2, 14, 20), (3, 4), (1, 1)),
    "2-D, one place": Sizes((8, 3, 3, 16), (3, 3, 16, 10), (1, 1), (1, 1)),
    "2-D, one by one with strides": Sizes((8, 6, 6, 16), (1, 1, 16, 24), (2, 2), (1, 1)),
    "2-D, wide": Sizes((4, 3, 40, 3), (3, 3, 3, 8), (1, 1), (1, 1)),
    "2-D, one sample": Sizes((1, 12, 9, 3), (3, 3, 3, 8), (1, 1), (1, 1)),
    "2-D, three samples": Sizes((3, 8, 9, 3), (3, 3, 3, 8), (1, 1), (1, 1)),
    "2-D, seventeen samples": Sizes((17, 6, 6, 3), (3, 3, 3, 8), (1, 1), (1, 1)),
    "3-D": Sizes((6, 5, 6, 5, 3), (2, 3, 2, 3, 18), (1, 2, 1), (1, 1, 1)),
    "3-D, gaps": Sizes((2, 5, 6, 5, 13), (2, 2, 2, 13, 8), (1, 1, 1), (2, 1, 3)),
    "groups": Sizes((8, 6, 6, 8), (3, 3, 2, 12), (1, 1), (1, 1)),
}


@pytest.mark.parametrize("part", range(3))
def test_convolutions_agree_with_the_interpreter(part: int) -> None:
    """Many of them in one program, which is quicker to compile."""
    rows = list(ROWS.values())[part::3]
    arrays = [
        array
        for number, row in enumerate(rows)
        for array in row.arrays(np.float64 if number % 3 == 2 else np.float32)
    ]

    def make(*inputs: Node) -> list[Node]:
        pairs = zip(rows, inputs[::2], inputs[1::2], strict=True)
        return [node for row, x, kernel in pairs for node in row.with_gradients(x, kernel)]

    assert_agrees(closed(make, arrays), arrays, ulps=64)


TRANSPOSED = {
    "strides": ((8, 5, 5, 12), (3, 3, 14, 12), (10, 10), (2, 2), ((0, 1), (0, 1))),
    "few channels": ((8, 5, 4, 12), (4, 4, 1, 12), (10, 8), (2, 2), ((1, 1), (1, 1))),
    "apart": ((8, 5, 4, 12), (2, 2, 3, 12), (15, 12), (3, 3), ((0, 0), (0, 0))),
}


def test_transposed_convolutions_agree_with_the_interpreter() -> None:
    shapes = [shape for row in TRANSPOSED.values() for shape in row[:2]]
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes]

    def make(*inputs: Node) -> list[Node]:
        outputs = []
        for number, (_, _, spatial, strides, paddings) in enumerate(TRANSPOSED.values()):
            x, kernel = inputs[2 * number : 2 * number + 2]
            output = spread(x, kernel, spatial, strides, (1, 1), paddings)
            grads = gradients([output], [output], [x, kernel], lambda node: True)
            outputs += [output, *(grad for grad in grads if grad is not None)]
        return outputs

    program = assert_agrees(closed(make, arrays), arrays, ulps=64)
    assert _labels(program.graph).count("convolve_inputs") == len(TRANSPOSED)


def _calls(graph: ClosedGraph) -> list[Call]:
    return fuse(simplify(graph))


def _labels(graph: ClosedGraph) -> list[str]:
    return [call.label for call in _calls(graph)]


def _network(images: Node, kernel: Node, bias: Node, weights: Node) -> list[Node]:
    """A convolution, relu, pool and product; its value and the gradients of its sum of squares."""
    features = convolved("test", images, kernel, (1, 1), (1, 1))
    active = build.relu(build.add(features, bias))
    pooled = build.max_patches(active, (2, 2), (2, 2), (1, 1))
    flat = build.reshape(pooled, (images.shape[0], weights.shape[0]))
    output = build.matmul(flat, weights)
    sources = [images, kernel, bias, weights]
    return [output, *gradients([output], [output], sources, lambda node: True)]


NETWORK = [(16, 8, 8, 3), (3, 3, 3, 20), (20,), (180, 5)]


def _network_arrays() -> list[Array]:
    return [rng.normal(size=shape).astype(np.float32) for shape in NETWORK]


def test_a_network_agrees_with_the_interpreter() -> None:
    arrays = _network_arrays()
    assert_agrees(closed(_network, arrays), arrays, ulps=64)


def test_windows_are_not_copied() -> None:
    graph = closed(_network, _network_arrays())
    calls = _calls(graph)
    kinds = {call.kernel.part for call in calls if isinstance(call.kernel, Convolution)}
    assert kinds == {"forward", "inputs", "weights"}
    largest = max(call.buffers[-1].size for call in calls if isinstance(call.kernel, Convolution))
    windows = 16 * 6 * 6 * 27
    assert all(buffer.size < windows for call in calls for buffer in call.writes)
    assert largest >= 16 * 6 * 6 * 20


def test_a_forward_and_backward_pass_is_one_chain() -> None:
    """All but the sums over samples, which wait for all cores."""
    phases = schedule(_calls(closed(_network, _network_arrays())))
    (chain,) = phases[0].chains
    assert chain.shares >= 8
    first = {call.label for call in chain.calls}
    assert {"convolve", "convolve_inputs", "convolve_weights", "unpatches"} <= first
    assert len(phases) == 2


def test_a_pool_and_its_place_share_a_loop_with_what_comes_before() -> None:
    labels = _labels(closed(_network, _network_arrays()))
    assert "add, relu, max_patches, argmax_patches" in labels


def test_the_slope_of_relu_is_taken_after_the_pool() -> None:
    """Nothing but gradients is written at the size before the pool, and only once."""
    calls = _calls(closed(_network, _network_arrays()))
    size = 16 * 6 * 6 * 20
    written = [call.label for call in calls if any(b.size == size for b in call.writes)]
    assert written == ["convolve", "unpatches"]


def test_results_do_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = _network_arrays()
    program = compiled(closed(_network, arrays))
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(config, "threads", threads)
        found.append([each.copy() for each in program.run(copies(arrays))])
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("window", "strides"),
    [((2, 2), (2, 2)), ((3, 3), (1, 1)), ((3, 3), (2, 2)), ((2, 2), (3, 3)), ((5, 4), (3, 3))],
)
def test_pools_agree_with_the_interpreter(window: Sequence[int], strides: Sequence[int]) -> None:
    # Small whole numbers: windows hold the same number more than once.
    arrays = [rng.integers(0, 4, size=(4, 11, 9, 5)).astype(np.float32)]

    def make(x: Node) -> list[Node]:
        active = build.relu(build.sub(x, build.constant(1, x.dtype)))
        largest = build.max_patches(active, window, strides, (1, 1))
        mean = build.sum(build.patches(x, window, strides, (1, 1)), (3, 4))
        outputs = [largest, mean]
        (grad,) = gradients(outputs, outputs, [x], lambda node: True)
        return [*outputs, grad, build.sum(grad, (0, 1, 2)), build.sum(grad)]

    assert_agrees(closed(make, arrays), arrays)


def test_a_mean_of_a_small_window_is_added_up_in_place() -> None:
    shape = (4, 8, 8, 5)
    graph = closed(
        lambda x: build.sum(build.patches(x, (2, 2), (2, 2), (1, 1)), (3, 4)),
        [np.zeros(shape, np.float32)],
    )
    (call,) = _calls(graph)
    assert isinstance(call.kernel, Loops)
    assert not call.kernel.folds


def test_whole_numbers_take_the_longer_way() -> None:
    """There is no kernel for them, but products of copied windows."""
    shapes = [(8, 6, 6, 3), (3, 3, 3, 4)]
    whole = [np.ones(shape, np.int32) for shape in shapes]
    row = ROWS["2-D, whole vectors"]

    def make(x: Node, kernel: Node) -> Node:
        return row.convolve(x, kernel)

    program = assert_agrees(closed(make, whole), whole)
    assert any(isinstance(call.kernel, Product) for call in _calls(program.graph))


def test_large_kernels_do_not_take_much_memory() -> None:
    """The sums of blocks, and the turned kernel, would take more than the windows."""
    x, kernel = (
        Node("input", (), {"index": index}, shape, dtypes.float32)
        for index, shape in enumerate([(8, 4, 4, 512), (3, 3, 512, 600)])
    )
    row = Sizes(x.shape, kernel.shape, (1, 1), (1, 1))
    graph = ClosedGraph((x, kernel), tuple(row.with_gradients(x, kernel)))
    for call in _calls(graph):
        for buffer in call.writes:
            assert buffer.bytes <= 4 * math.prod(kernel.shape)
