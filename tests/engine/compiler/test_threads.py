"""The worker pool: right sums from many threads at once, after forks, and clean exits."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from functools import cache

import numpy as np
import pytest

from glassbrook import config
from glassbrook.engine.compiler import llvm, threads
from glassbrook.engine.compiler.llvm import ir
from glassbrook.errors import InvalidArgumentError

I64 = ir.IntType(64)
POINTER = ir.PointerType()
CHUNK = 1_000


def sums_module() -> ir.Module:
    """``sums(pool, context, parts)``: context[1][part] = sum of chunk `part` of context[0]."""
    module = ir.Module("sums")
    kind = ir.FunctionType(ir.VoidType(), [POINTER, I64])
    part = ir.Function(module, kind, "part")
    entry, again, after = (part.append_basic_block(name) for name in ("entry", "again", "after"))
    builder = ir.IRBuilder(entry)
    source = builder.load(part.args[0], typ=POINTER)
    target = builder.load(builder.gep(part.args[0], [I64(1)], source_etype=POINTER), typ=POINTER)
    start = builder.mul(part.args[1], I64(CHUNK))
    builder.branch(again)
    builder.position_at_end(again)
    index, total = builder.phi(I64), builder.phi(I64)
    at = builder.gep(source, [builder.add(start, index)], source_etype=I64)
    more = builder.add(total, builder.load(at, typ=I64))
    following = builder.add(index, I64(1))
    for phi, first, later in ((index, I64(0), following), (total, I64(0), more)):
        phi.add_incoming(first, entry)
        phi.add_incoming(later, again)
    builder.cbranch(builder.icmp_unsigned("<", following, I64(CHUNK)), again, after)
    builder.position_at_end(after)
    builder.store(more, builder.gep(target, [part.args[1]], source_etype=I64))
    builder.ret_void()

    kind = ir.FunctionType(ir.VoidType(), [POINTER, POINTER, I64])
    run = ir.Function(module, kind, "sums")
    builder = ir.IRBuilder(run.append_basic_block())
    pool, context, parts = run.args
    threads.parallel(builder, pool, part, context, parts)
    builder.ret_void()
    return module


@cache
def sums_library() -> llvm.Library:
    return llvm.load_object(llvm.to_object(sums_module()), ("sums",))


def run_sums(data: np.ndarray, repeats: int = 1) -> np.ndarray:
    parts = len(data) // CHUNK
    results = np.zeros(parts, np.int64)
    context = np.array([data.ctypes.data, results.ctypes.data], np.uint64)
    arguments = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64
    function = ctypes.CFUNCTYPE(None, *arguments)(sums_library().addresses["sums"])
    for _ in range(repeats):
        results[...] = -1
        function(threads.pool_address(), context.ctypes.data, parts)
    return results


def assert_right(parts: int, repeats: int = 1, seed: int = 0) -> None:
    data = np.random.default_rng(seed).integers(-100, 100, parts * CHUNK)
    np.testing.assert_array_equal(run_sums(data, repeats), data.reshape(parts, CHUNK).sum(axis=1))


@pytest.fixture
def thread_setting(monkeypatch):
    yield lambda count: monkeypatch.setattr(config, "threads", count)
    monkeypatch.undo()
    threads.pool_address()


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("parts", [1, 2, 3, 64, 1_000])
def test_every_part_runs_once(thread_setting, count, parts):
    thread_setting(count)
    assert threads.thread_count() == count

    assert_right(parts, repeats=20)


def test_address_stays_the_same_while_the_number_of_threads_changes(thread_setting):
    addresses = set()
    for count in (2, 1, 4, 2):
        thread_setting(count)
        addresses.add(threads.pool_address())
        assert_right(5)

    assert len(addresses) == 1


def test_sleeping_workers_wake_up(thread_setting):
    thread_setting(3)
    for _ in range(5):
        assert_right(8)
        time.sleep(0.02)  # far longer than a worker looks out for work


@pytest.mark.parametrize("count", [0, -1, 1.5, "2", True, None])
def test_bad_number_of_threads_is_an_error(thread_setting, monkeypatch, count):
    monkeypatch.setattr(config, "threads", count)

    with pytest.raises(InvalidArgumentError, match=r"config\.threads .* 1 or more"):
        threads.pool_address()


def test_eight_threads_at_once(thread_setting):
    thread_setting(3)
    end = time.monotonic() + 2
    errors = []

    def work(seed):
        try:
            while time.monotonic() < end:
                assert_right(1 + seed * 3, repeats=50, seed=seed)
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):  # the pool changes below their feet
        config.threads = 1 + config.threads % 4
        time.sleep(0.05)
    for worker in workers:
        worker.join()

    assert not errors


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_child_of_a_fork_has_workers_of_its_own():
    # In a process without other Python threads: fork warns where there are any.
    run_program(
        """
        config.threads = 3
        test_threads.assert_right(8)
        for _ in range(5):
            child = os.fork()
            if not child:
                test_threads.assert_right(8, repeats=200)
                grandchild = os.fork()
                if not grandchild:
                    test_threads.assert_right(8, repeats=200)
                    os._exit(0)
                os._exit(os.waitpid(grandchild, 0)[1] != 0)
            assert os.waitpid(child, 0)[1] == 0
            test_threads.assert_right(8, repeats=200)
        """
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_fork_while_another_thread_runs_a_program():
    run_program(
        """
        config.threads = 2
        test_threads.assert_right(8)
        stop = threading.Event()
        def work():
            while not stop.is_set():
                test_threads.assert_right(8, repeats=100)
        worker = threading.Thread(target=work)
        worker.start()
        for _ in range(30):
            child = os.fork()
            if not child:
                test_threads.assert_right(8, repeats=20)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        stop.set()
        worker.join()
        """
    )


@pytest.mark.parametrize("ending", ["", "time.sleep(0.1)", "raise SystemExit(0)"])
def test_process_exits_with_workers_awake_or_asleep(ending):
    run_program(f"config.threads = 4\ntest_threads.assert_right(8)\n{ending}")


def test_programs_still_run_while_the_process_exits():
    run_program(
        """
        import atexit
        atexit.register(lambda: (test_threads.assert_right(8), print("last words")))
        config.threads = 4
        test_threads.assert_right(8)
        """,
        expect="last words",
    )


def test_process_exits_under_a_daemon_thread_that_computes():
    run_program(
        """
        config.threads = 3
        def work():
            while True:
                test_threads.assert_right(8, repeats=100)
        threading.Thread(target=work, daemon=True).start()
        time.sleep(0.2)
        """
    )


def test_workers_leave_signals_to_python():
    run_program(
        """
        import signal
        config.threads = 4
        test_threads.assert_right(8)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            signal.signal(signal.SIGALRM, signal.default_int_handler)
            time.sleep(10)
        except KeyboardInterrupt:
            print("interrupted")
        """,
        expect="interrupted",
    )


def run_program(text: str, expect: str = "") -> None:
    """Runs `text` in a Python of its own, which must end well and soon."""
    before = (
        "import importlib.util, os, sys, threading, time, warnings\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"
        "from glassbrook import config\n"
        f"spec = importlib.util.spec_from_file_location('test_threads', {__file__!r})\n"
        "test_threads = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(test_threads)\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", before + textwrap.dedent(text)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert finished.returncode == 0, (signal.strsignal(abs(finished.returncode)), finished.stderr)
    assert expect in finished.stdout


def test_threads_variable_is_checked():
    finished = subprocess.run(
        [sys.executable, "-c", "import glassbrook"],
        env={**os.environ, "GLASSBROOK_THREADS": "many"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "GLASSBROOK_THREADS is 'many'; it must be a number of threads" in finished.stderr
