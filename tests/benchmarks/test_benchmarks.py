"""That the benchmarks run and that their sides agree; never how long anything takes."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from benchmarks import (
    building,
    convolution,
    explaining,
    growth,
    machine,
    memory,
    network,
    pipelines,
    recurrent,
    regression,
    row,
    size,
)
from benchmarks.sides import Plan, Server, Side, Unavailable, compare
from benchmarks.timing import Timing, process

QUICK = Plan(rounds=2, seconds=0.0, checked_steps=4, tolerance=1e-3)


def ours(sides):
    return [side for side in sides if not side.is_peer]


def test_all_sides_of_a_small_network_agree_in_one_process():
    arguments = {"batch": 3, "sizes": (5, 4, 4, 2)}
    losses = [
        [float(work.call()) for _ in range(5)]
        for work in (side.build(**arguments) for side in ours(network.STEPS))
    ]
    for each in losses[1:]:
        assert each == pytest.approx(losses[0], rel=1e-5)


def test_sides_are_compared_in_processes_of_their_own():
    sides = [network.BY_HAND, network.REPLAYED]
    found = compare("growth", sides, {"batch": 3, "sizes": (5, 4, 2)}, QUICK)
    assert not found.missing
    assert list(found.steps) == [side.title for side in sides]
    assert all(timing.low <= timing.median <= timing.high for timing in found.steps.values())


def test_loops_are_compared_by_the_loss_of_their_last_step():
    sides = [side for side in regression.SIDES if side.title in ("NumPy by hand", LOOP)]
    found = compare("regression", sides, {}, QUICK)
    assert set(found.steps) == {"NumPy by hand", LOOP}


LOOP = "Glassbrook, tf.while_loop"


def test_all_sides_of_a_recurrent_network_agree_in_one_process():
    losses = [
        [float(np.ravel(work.call())[-1]) for _ in range(3)]
        for work in (side.build(batch=3, time=4) for side in ours(recurrent.STEPS))
    ]
    for each in losses[1:]:
        assert each == pytest.approx(losses[0], rel=1e-4)


def test_all_sides_of_a_convolutional_network_agree_in_one_process():
    last = [
        [float(work.call()) for _ in range(4 // work.steps)][-1]
        for work in (side.build(batch=3, network="tiny") for side in ours(convolution.SIDES))
    ]
    for each in last[1:]:
        assert each == pytest.approx(last[0], rel=1e-4)


def test_rows_agree():
    answers = [side.build().call() for side in ours(row.SIDES)]
    for answer in answers[1:]:
        assert answer == pytest.approx(answers[0], rel=1e-4, abs=1e-5)


def test_servers_keep_state_of_their_own():
    fast, slow = (Side("NumPy by hand", "numpy", network.numpy_step) for _ in range(2))
    with (
        Server("network", fast, {"batch": 2, "rate": 0.01}) as one,
        Server("network", slow, {"batch": 2, "rate": 0.02}) as two,
    ):
        one.wait()
        two.wait()
        assert one.ask("losses", 3) != two.ask("losses", 3)


def test_a_server_that_fails_says_why():
    side = Side("NumPy by hand", "numpy", network.numpy_step)
    with Server("network", side, {"batch": -1}) as server, pytest.raises(Unavailable, match="neg"):
        server.wait()


def test_a_package_that_is_not_here_is_a_reason():
    side = Side("nobody", "no_such_package", network.numpy_step)
    with pytest.raises(Unavailable, match="no_such_package is not installed"):
        Server("network", side, {})


def test_matmul_flops_are_those_of_five_products():
    batch, sizes = 32, (784, 256, 128, 10)
    forward = [784 * 256, 256 * 128, 128 * 10]
    assert network.matmul_flops(batch, sizes) == 2 * batch * (
        sum(forward) + sum(forward) + sum(forward[1:])
    )


def test_installed_size_holds_what_is_required_and_nothing_of_the_tools():
    found = size.closure("glassbrook")
    assert {"glassbrook", "numpy", "matplotlib", "pillow"} <= found.keys()
    assert "pytest" not in found
    assert all(size.megabytes(package) > 0 for package in found.values())
    assert size.closure("no-such-package") == {}


def test_tables_print():
    assert any("cores" in line for line in machine.description())
    assert building.graph_building("SGD", rounds=3).median > 0
    assert any("hidden layers of 64: 1 |" in line for line in growth.compile_table(depths=[1]))
    assert any("| linear regression |" in line for line in memory.table(steps=1_010))


def test_timings_are_written_with_the_digits_that_matter():
    timing = Timing.of([2e-7, 2e-7, 3e-7])
    assert timing.microseconds() == "0.200 (0.200 to 0.300)"


def test_a_process_that_fails_is_an_error():
    with pytest.raises(RuntimeError, match="exit code 3"):
        process([sys.executable, "-c", "raise SystemExit(3)"], rounds=2)


def test_all_sides_of_an_epoch_see_the_same_number_of_images():
    for cast in (False, True):
        for side in ours(pipelines.sides(cast)):
            assert side.build(count=300).call().tolist() == [300.0]


def test_the_explained_weight_is_told_within_bounds():
    seconds, text = explaining.Subject(4).explain(explaining.INDEX)
    assert seconds > 0
    assert "[300, 77]" in text
    assert text.count("\n") < 200
    assert max(map(len, text.splitlines())) <= 100
