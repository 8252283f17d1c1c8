"""What each pass makes of small graphs, as text; and what the verifiers find."""

# ruff: noqa: E501  (a printed call is wide)

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from textwrap import dedent

import pytest

from glassbrook import dtypes
from glassbrook.engine.compiler.fuse import fuse
from glassbrook.engine.compiler.kernels import (
    Affine,
    Buffer,
    Call,
    Loops,
    Product,
    Step,
    Store,
    Use,
)
from glassbrook.engine.compiler.lower.program import lower
from glassbrook.engine.compiler.memory import Plan, plan_memory
from glassbrook.engine.compiler.printer import format_calls, format_phases, format_plan
from glassbrook.engine.compiler.schedule import Phase, schedule
from glassbrook.engine.compiler.simplify import simplify
from glassbrook.engine.compiler.unit import layout
from glassbrook.engine.compiler.verify import verify_calls, verify_memory, verify_phases
from glassbrook.gradients import gradients
from glassbrook.graph import Node, build
from glassbrook.graph.closed import ClosedGraph, input_node

FLOAT = dtypes.float32


def number(value: float) -> Node:
    return build.constant(value, FLOAT)


def graph_of(
    make: Callable[..., Sequence[Node]], *shapes: tuple[int, ...], whole: int = -1
) -> ClosedGraph:
    """A graph of float32 inputs of these shapes, number `whole` of int32."""
    inputs = tuple(
        input_node(index, shape, dtypes.int32 if index == whole else FLOAT)
        for index, shape in enumerate(shapes)
    )
    return ClosedGraph(inputs, tuple(make(*inputs)))


def dense_step() -> ClosedGraph:
    """A dense ReLU layer, its squared error, and a step of gradient descent."""
    shapes = [(32, 6), (6, 4), (4,), (32, 4)]
    x, kernel, bias, target = (input_node(i, shape, FLOAT) for i, shape in enumerate(shapes))
    outputs = build.relu(build.add(build.matmul(x, kernel), bias))
    loss = build.mul(build.sum(build.square(build.sub(outputs, target))), number(1 / 32))
    grads = gradients([loss], [number(1)], [kernel, bias], lambda node: True)
    updates = tuple(
        (index, build.sub(node, build.mul(number(0.1), grad)))
        for index, node, grad in zip((1, 2), (kernel, bias), grads, strict=True)
        if grad is not None
    )
    return ClosedGraph((x, kernel, bias, target), (loss,), updates)


def assert_text(found: object, expected: str) -> None:
    assert str(found) == dedent(expected).strip("\n")


# Simplify.


def test_what_changes_nothing_goes() -> None:
    graph = graph_of(
        lambda x: [
            build.mul(build.div(build.sub(x, number(0)), number(1)), number(1)),
            build.neg(build.neg(x)),
            build.add(x, build.neg(build.square(x))),
            build.pow(x, number(2)),
            build.identity(build.stop_gradient(x)),
        ],
        (2, 3),
    )
    assert_text(
        simplify(graph),
        """
        %0 = input(index=0)  float32[2, 3]
        %1 = square(%0)      float32[2, 3]
        %2 = sub(%0, %1)     float32[2, 3]
        """,
    )


def test_adding_zero_stays() -> None:
    # -0.0 + 0.0 is 0.0, so it does change something.
    graph = graph_of(lambda x: [build.add(x, number(0))], (2, 3))
    assert_text(
        simplify(graph),
        """
        %0 = input(index=0)       float32[2, 3]
        %1 = constant(value=0.0)  float32[]
        %2 = add(%0, %1)          float32[2, 3]
        """,
    )


def test_numbers_are_folded() -> None:
    graph = graph_of(
        lambda x: [
            build.mul(x, build.mul(build.sqrt(number(4)), build.add(number(1), number(2)))),
            build.add(x, build.cast(build.constant(2, dtypes.int32), FLOAT)),
        ],
        (2, 3),
    )
    assert_text(
        simplify(graph),
        """
        %0 = input(index=0)       float32[2, 3]
        %1 = constant(value=6.0)  float32[]
        %2 = mul(%0, %1)          float32[2, 3]
        %3 = constant(value=2.0)  float32[]
        %4 = add(%0, %3)          float32[2, 3]
        """,
    )


def test_moves_are_joined() -> None:
    graph = graph_of(
        lambda x: [
            build.transpose(build.transpose(x, (1, 2, 0)), (2, 0, 1)),
            build.reshape(build.reshape(x, (6, 4)), (24,)),
            build.broadcast_to(build.broadcast_to(number(1), (3,)), (2, 3)),
        ],
        (2, 3, 4),
    )
    assert_text(
        simplify(graph),
        """
        %0 = input(index=0)       float32[2, 3, 4]
        %1 = reshape(%0)          float32[24]
        %2 = constant(value=1.0)  float32[]
        %3 = broadcast_to(%2)     float32[2, 3]
        """,
    )


def test_transposes_become_flags_and_batches_rows() -> None:
    graph = graph_of(
        lambda x, y, z: [
            build.matmul(build.transpose(x), y),
            build.matmul(y, build.transpose(y)),
            build.matmul(z, x, False, True),
        ],
        (2, 3),
        (2, 4),
        (5, 6, 3),
    )
    assert_text(
        simplify(graph),
        """
        %0 = input(index=0)                                       float32[2, 3]
        %1 = input(index=1)                                       float32[2, 4]
        %2 = matmul(%0, %1, transpose_x=True, transpose_y=False)  float32[3, 4]
        %3 = matmul(%1, %1, transpose_x=False, transpose_y=True)  float32[2, 2]
        %4 = input(index=2)                                       float32[5, 6, 3]
        %5 = reshape(%4)                                          float32[30, 3]
        %6 = matmul(%5, %0, transpose_x=False, transpose_y=True)  float32[30, 2]
        %7 = reshape(%6)                                          float32[5, 6, 2]
        """,
    )


def test_softmax_is_written_out() -> None:
    graph = graph_of(lambda x: [build.softmax(x)], (8, 5))
    assert_text(
        simplify(graph),
        """
        %0 = input(index=0)                     float32[8, 5]
        %1 = max(%0, axes=(1,), keepdims=True)  float32[8, 1]
        %2 = sub(%0, %1)                        float32[8, 5]
        %3 = exp(%2)                            float32[8, 5]
        %4 = sum(%3, axes=(1,), keepdims=True)  float32[8, 1]
        %5 = div(%3, %4)                        float32[8, 5]
        """,
    )


def test_whole_sums_are_taken_in_two_steps() -> None:
    graph = graph_of(lambda x, y: [build.sum(x), build.max(y)], (8, 5), (8192,))
    assert_text(
        simplify(graph),
        """
        %0 = input(index=0)                      float32[8, 5]
        %1 = sum(%0, axes=(1,), keepdims=False)  float32[8]
        %2 = sum(%1, axes=(0,), keepdims=False)  float32[]
        %3 = input(index=1)                      float32[8192]
        %4 = reshape(%3)                         float32[8, 1024]
        %5 = max(%4, axes=(1,), keepdims=False)  float32[8]
        %6 = max(%5, axes=(0,), keepdims=False)  float32[]
        """,
    )


# Fuse.


def test_a_dense_layer_and_its_step() -> None:
    graph = simplify(dense_step())
    assert_text(
        format_calls(fuse(graph)),
        """
        product  matmul                                                  32x4x6 NN             input0', input1 -> t0'
        loops    add, relu, greater, sub, mul, mul, select, square, sum  32x[4]                t0', input2, input3' -> t1', t2'
        loops    sum                                                     [32]                  t2' -> t3'
        loops    mul                                                     once                  t3' -> output0'
        loops    copy                                                    once                  -> t4'
        loops    sum                                                     [32]x4                t1 -> t5'
        product  matmul, added in place                                  6x4x32 TN += -scalar  input0, t1, t4, input1' -> input1'
        loops    mul, sub                                                4                     input2', t4, t5' -> input2'
        """,
    )


def test_normalizing_rows_is_three_loops() -> None:
    graph = graph_of(
        lambda x: [
            build.div(
                build.sub(x, build.mul(build.sum(x, (1,), True), number(0.125))),
                build.sqrt(build.sum(build.square(x), (1,), True)),
            )
        ],
        (16, 8),
    )
    assert_text(
        format_calls(fuse(simplify(graph))),
        """
        loops  sum, square, sum  16x[8]  input0' -> t0', t1'
        loops  sqrt              16      t1' -> t2'
        loops  mul, sub, div     16x8    input0', t0', t2' -> output0'
        """,
    )


def test_parts_are_written_to_their_places() -> None:
    graph = graph_of(
        lambda x, y: [
            build.concat([build.exp(x), y], 1),
            build.pad(x, ((1, 1), (0, 0))),
        ],
        (2, 3),
        (2, 1),
    )
    assert_text(
        format_calls(fuse(simplify(graph))),
        """
        loops  concat     2x3  input0' -> output0'
        loops  concat     2    input1' -> output0'
        loops  pad: fill  12   -> output1'
        loops  pad        6    input0' -> output1
        """,
    )


def test_indices_are_checked_once_and_first() -> None:
    graph = graph_of(
        lambda x, i: [build.gather(x, i), build.scatter_add(i, build.gather(x, i), (9, 4))],
        (9, 4),
        (16,),
        whole=1,
    )
    assert_text(
        format_calls(fuse(simplify(graph))),
        """
        check    check gather  16 < 9    input1
        loops    gather        16x4      input1', input0 -> output0'
        scatter  scatter_add   1x1x16x4  output0, input1 -> output1
        """,
    )


def test_swapped_inputs_take_a_copy() -> None:
    x, y = (input_node(index, (3,), FLOAT) for index in range(2))
    graph = ClosedGraph((x, y), (), ((0, y), (1, build.tanh(x))))
    assert_text(
        format_calls(fuse(simplify(graph))),
        """
        loops  copy  3  input1' -> t0'
        loops  tanh  3  input0' -> input1'
        loops  copy  3  t0' -> input0'
        """,
    )


def test_a_product_of_the_target_is_not_added_in_place() -> None:
    x, y = (input_node(index, (3, 3), FLOAT) for index in range(2))
    graph = ClosedGraph((x, y), (), ((0, build.add(x, build.matmul(y, x))),))
    assert_text(
        format_calls(fuse(simplify(graph))),
        """
        product  matmul  3x3x3 NN  input1', input0 -> t0'
        loops    add     9         input0', t0' -> input0'
        """,
    )


# Schedule.


def test_phases_of_a_dense_step() -> None:
    phases = schedule(fuse(simplify(dense_step())))
    assert_text(
        format_phases(phases),
        """
        phase 0
          chain of 32
            product  matmul                                                  32x4x6 NN             input0', input1 -> t0'
            loops    add, relu, greater, sub, mul, mul, select, square, sum  32x[4]                t0', input2, input3' -> t1', t2'
          chain of 1
            loops    copy                                                    once                  -> t3'
        phase 1
          chain of 1
            loops    sum                                                     [32]                  t2' -> t4'
            loops    mul                                                     once                  t4' -> output0'
          chain of 4
            loops    sum                                                     [32]x4                t1 -> t5'
            loops    mul, sub                                                4                     input2', t3, t5' -> input2'
          chain of 6
            product  matmul, added in place                                  6x4x32 TN += -scalar  input0, t1, t3, input1' -> input1'
        """,
    )


def test_rows_of_a_softmax_are_one_chain() -> None:
    graph = graph_of(lambda x: [build.softmax(x)], (8, 5))
    phases = schedule(fuse(simplify(graph)))
    assert_text(
        format_phases(phases),
        """
        phase 0
          chain of 8
            loops  max            8x[5]  input0' -> t0'
            loops  sub, exp, sum  8x[5]  input0', t0' -> t1', t2'
            loops  div            8x5    t1', t2' -> output0'
        """,
    )


def test_inputs_are_written_after_all_checks() -> None:
    x, i = input_node(0, (9, 4), FLOAT), input_node(1, (16,), dtypes.int32)
    graph = ClosedGraph((x, i), (build.gather(x, i),), ((0, build.mul(x, x)),))
    phases = schedule(fuse(simplify(graph)))
    assert_text(
        format_phases(phases),
        """
        phase 0
          chain of 1
            check  check gather  16 < 9  input1
          chain of 16
            loops  gather        16x4    input1', input0 -> output0'
        phase 1
          chain of 36
            loops  mul           36      input0' -> input0'
        """,
    )


# Plan memory.


def test_memory_of_a_dense_step() -> None:
    phases = schedule(fuse(simplify(dense_step())))
    assert_text(
        format_plan(phases, plan_memory(phases)),
        """
        t0: 0 to 512, float32[32, 4]
        t1: 512 to 1024, float32[32, 4]
        t2: 1024 to 1152, float32[32]
        t3: 1152 to 1156, float32[]
        t4: 64 to 68, float32[]
        t5: 0 to 16, float32[4]
        1216
        """,
    )


def test_a_long_chain_needs_the_memory_of_two() -> None:
    def powers(x: Node) -> list[Node]:
        for _ in range(6):
            x = build.matmul(x, x)
        return [x]

    phases = schedule(fuse(simplify(graph_of(powers, (4, 4)))))
    assert_text(
        format_plan(phases, plan_memory(phases)),
        """
        t0: 0 to 64, float32[4, 4]
        t1: 64 to 128, float32[4, 4]
        t2: 0 to 64, float32[4, 4]
        t3: 64 to 128, float32[4, 4]
        t4: 0 to 64, float32[4, 4]
        128
        """,
    )


# Lower.


def lowered(graph: ClosedGraph) -> str:
    phases = schedule(fuse(simplify(graph)))
    plan = plan_memory(phases)
    module, _ = lower(phases, plan, len(graph.inputs), len(graph.outputs), layout())
    return str(module)


def test_equal_kernels_are_one_function() -> None:
    def layers(x: Node, *kernels: Node) -> list[Node]:
        for kernel in kernels:
            x = build.tanh(build.matmul(x, kernel))
        return [x]

    text = lowered(graph_of(layers, (16, 9), (9, 9), (9, 9), (9, 9)))
    assert len(re.findall(r"define private void @\"?kernel_", text)) == 1


def test_nothing_outside_of_the_module_is_named() -> None:
    text = lowered(dense_step())
    declared = re.findall(r"declare .*@\"?([\w.]+)\"?\(", text)
    assert all(name.startswith("llvm.") for name in declared)


# The verifiers.


def loops(
    source: Buffer, target: Buffer, size: int, shared: int = 0, own: bool = True, start: int = 0
) -> Call:
    """A copy of `size` elements."""
    place = Affine(start, (1,))
    kernel = Loops(
        (size,),
        (Step("load", FLOAT, slot=0, place=place),),
        (Store(1, 0, Affine(0, (1,))),),
        (),
        (False,),
        shared,
    )
    return Call(kernel, (source, target), (Use(source, own),), (target,), "copy")


def buffers(count: int, size: int = 8) -> list[Buffer]:
    return [Buffer((size,), FLOAT, "arena") for _ in range(count)]


def test_what_nobody_has_written_may_not_be_read() -> None:
    x, y = buffers(2)
    with pytest.raises(RuntimeError, match="nobody has written"):
        verify_calls([loops(x, y, 8)])


def test_loops_stay_within_their_buffers() -> None:
    x = Buffer((8,), FLOAT, "input", 0)
    (y,) = buffers(1)
    verify_calls([loops(x, y, 8)])
    with pytest.raises(RuntimeError, match="elements 1 to 8 of a buffer of 8"):
        verify_calls([loops(x, y, 8, start=1)])


def test_products_stay_within_their_buffers() -> None:
    x, y = (Buffer((size,), FLOAT, "input", index) for index, size in enumerate((6, 12)))
    target = Buffer((8,), FLOAT, "output", 0)
    for kernel, side in (
        (Product(FLOAT, 2, 4, 4), "left"),
        (Product(FLOAT, 2, 5, 3), "right"),
        (Product(FLOAT, 2, 4, 3, batch=2, a_stride=6), "left"),
        (Product(FLOAT, 2, 4, 3, batch=2), "result"),
    ):
        call = Call(kernel, (x, y, target), (), (target,), "matmul")
        with pytest.raises(RuntimeError, match=f"{side} side goes beyond"):
            verify_calls([call])


def test_a_product_does_not_read_what_it_writes() -> None:
    x, y = (Buffer((2, 2), FLOAT, "input", index) for index in range(2))
    call = Call(Product(FLOAT, 2, 2, 2, accumulate=True), (x, y, y), (), (y,), "matmul")
    with pytest.raises(RuntimeError, match="reads what it writes"):
        verify_calls([call])


def test_cores_wait_for_what_others_make() -> None:
    first, second, third = buffers(3)
    writer, reader = loops(first, second, 8), loops(second, third, 8, own=False)
    phases = schedule([writer, reader])
    assert len(phases) == 2
    verify_phases([writer, reader], phases)
    together = Phase([phases[0].chains[0], phases[1].chains[0]])
    with pytest.raises(RuntimeError, match="does not wait"):
        verify_phases([writer, reader], [together])
    with pytest.raises(RuntimeError, match="do not hold"):
        verify_phases([writer, reader], phases[:1])


def test_cores_wait_before_they_write_over_what_others_read() -> None:
    first, second, third = buffers(3)
    reader, writer = loops(first, second, 8, own=False), loops(third, first, 8)
    phases = schedule([reader, writer])
    assert len(phases) == 2
    together = Phase([phases[0].chains[0], phases[1].chains[0]])
    with pytest.raises(RuntimeError, match="does not wait"):
        verify_phases([reader, writer], [together])


def test_chains_fit_their_calls() -> None:
    first, second = buffers(2)
    call = loops(first, second, 8)
    phases = schedule([call])
    phases[0].chains[0].shares = 3
    with pytest.raises(RuntimeError, match="cannot be cut into 3 shares"):
        verify_phases([call], phases)


def test_temporaries_lie_apart() -> None:
    first, second = buffers(2)
    phases = schedule([loops(first, second, 8)])
    verify_memory(phases, Plan({first: 0, second: 64}, 128))
    for plan, message in (
        (Plan({first: 0, second: 0}, 128), "overlap"),
        (Plan({first: 0, second: 32}, 128), "lies badly"),
        (Plan({first: 0, second: 64}, 64), "lies badly"),
    ):
        with pytest.raises(RuntimeError, match=message):
            verify_memory(phases, plan)


def test_temporaries_of_chains_that_run_side_by_side_lie_apart() -> None:
    a, b, c, d = buffers(4)
    phases = schedule([loops(a, b, 8), loops(c, d, 4)])
    with pytest.raises(RuntimeError, match="overlap"):
        verify_memory(phases, Plan({a: 0, b: 64, c: 128, d: 64}, 192))


def test_temporaries_live_until_they_are_read() -> None:
    a, b, c, d = buffers(4)
    phases = schedule([loops(a, b, 8), loops(b, c, 8, own=False), loops(b, d, 8, own=False)])
    plan = plan_memory(phases)
    verify_memory(phases, plan)
    with pytest.raises(RuntimeError, match="overlap"):
        verify_memory(phases, Plan({a: 0, b: 64, c: 64, d: 128}, 192))
