"""The worker threads that compiled programs share their work with.

There is one pool per process, at one address for the process's life. Its code is generated, so
that no worker ever touches Python. A program hands out work with `parallel`: the caller and the
workers claim parts one by one, so a worker that the system has put aside delays nothing. A program
that finds the pool at work for another thread runs all parts itself. Results never depend on who
ran a part.

A worker without work looks out for it for a short while, then sleeps until it is woken.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import platform
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

from glassbrook import config
from glassbrook.engine.compiler import llvm, store
from glassbrook.engine.compiler.llvm import ir
from glassbrook.errors import InvalidArgumentError

__all__ = ["MOST_PARTS", "parallel", "pool_address", "runtime_module", "thread_count"]

MOST_PARTS = 65_536
"""The largest number of parts of one `parallel`."""

spin_seconds = 500e-6
"""How long a worker looks out for work before it sleeps. Waking it takes some 50 µs."""

_I64 = ir.IntType(64)
_POINTER = ir.PointerType()
_PART_FUNCTION = ir.FunctionType(ir.VoidType(), [_POINTER, _I64])
_FORK_JOIN = ir.FunctionType(ir.VoidType(), [_POINTER, _POINTER, _POINTER, _I64])

# Where things are in the pool, in bytes. What different threads write stands 128 bytes apart:
# processors fetch lines of 64 bytes in pairs. Generated programs know the first entry only.
_CODE = 0  # fork_join
_WORKERS, _SPIN = 8, 16
_LOCK_MUTEX, _UNLOCK_MUTEX, _WAIT, _SIGNAL, _YIELD = range(24, 64, 8)
_OWNED = 128  # 1 while a thread runs a program with this pool
_TICKET, _FUNCTION, _CONTEXT = 256, 264, 272
_PENDING = 384  # parts that are not finished
_SLEEPERS, _STOP = 512, 520
_MUTEX, _CONDITION = 640, 768
_SIZE = 896

# A ticket is the serial number of a job, and below it how many parts nobody has claimed. A claim
# is one compare-and-swap, which fails when the job is not the one whose function was read.
_UNCLAIMED_BITS = 16
_UNCLAIMED = (1 << _UNCLAIMED_BITS) - 1

_JOIN_SPINS = 2_000


def parallel(
    builder: ir.IRBuilder, pool: ir.Value, function: ir.Value, context: ir.Value, parts: ir.Value
) -> None:
    """Emit a call of ``function(context, part)`` for every part, on all cores.

    It returns when all parts are done; what they wrote is then visible. The caller runs part 0, and
    a worker usually runs part 1, so the same rows tend to stay in the same core's cache.

    Args:
        builder: where to emit.
        pool: what `pool_address` gave, as a pointer.
        function: ``void(ptr context, i64 part)``.
        context: handed to every part.
        parts: an i64 from 1 to `MOST_PARTS`.
    """
    fork_join = builder.load(pool, typ=_I64, name="fork_join")
    _call(builder, fork_join, _FORK_JOIN, [pool, function, context, parts])


# -------------------------------------------------------------------------------------------------
# The code of the pool


def runtime_module() -> ir.Module:
    """The code that every pool runs: ``fork_join``, ``work`` (a worker's life), ``idle``."""
    module = ir.Module(name="glassbrook_threads")
    claim = _emit_claim(module)
    _emit_fork_join(module, claim)
    _emit_work(module, claim)
    _emit_idle(module)
    return module


def _call(
    builder: ir.IRBuilder, address: ir.Value, signature: ir.FunctionType, arguments: list[ir.Value]
) -> ir.Value:
    """Call the function whose address is in an i64."""
    return builder.call(builder.inttoptr(address, signature.as_pointer()), arguments)


class _Pool:
    """The fields of a pool, in code that is being emitted."""

    def __init__(self, builder: ir.IRBuilder, pool: ir.Value) -> None:
        self.builder = builder
        self.pool = pool

    def address(self, offset: int) -> ir.Value:
        return self.builder.gep(self.pool, [_I64(offset)], source_etype=ir.IntType(8))

    def load(self, offset: int) -> ir.Value:
        """A word that changes only while nobody looks."""
        return self.builder.load(self.address(offset), typ=_I64, align=8)

    def look(self, offset: int, ordering: str = "acquire") -> ir.Value:
        """A word that other threads change."""
        return self.builder.load_atomic(self.address(offset), ordering, 8, typ=_I64)

    def put(self, offset: int, value: ir.Value, ordering: str = "seq_cst") -> None:
        self.builder.atomic_rmw("xchg", self.address(offset), value, ordering)

    def add(self, offset: int, value: int, ordering: str = "seq_cst") -> None:
        self.builder.atomic_rmw("add", self.address(offset), _I64(value), ordering)

    def swap(self, offset: int, old: ir.Value, new: ir.Value) -> ir.Value:
        """Put `new` where `old` is; whether it was."""
        pair = self.builder.cmpxchg(self.address(offset), old, new, "acq_rel", "acquire")
        return self.builder.extract_value(pair, 1)

    def unclaimed(self, ticket: ir.Value) -> ir.Value:
        return self.builder.and_(ticket, _I64(_UNCLAIMED))

    def system(self, entry: int, *offsets: int) -> None:
        """Call a function of the system with addresses in the pool."""
        signature = ir.FunctionType(ir.IntType(32), [_POINTER] * len(offsets))
        _call(self.builder, self.load(entry), signature, [self.address(at) for at in offsets])


def _pause(builder: ir.IRBuilder) -> None:
    """Tell the processor that this is a waiting loop, where there is a way to."""
    machine = platform.machine().lower()
    none = ir.VoidType()
    if machine in ("x86_64", "amd64"):
        builder.call(_declared(builder.module, "llvm.x86.sse2.pause", none, []), [])
    elif machine in ("arm64", "aarch64"):
        isb = 15
        kind = ir.IntType(32)
        builder.call(_declared(builder.module, "llvm.aarch64.isb", none, [kind]), [kind(isb)])


def _declared(
    module: ir.Module, name: str, result: ir.Type, arguments: list[ir.Type]
) -> ir.Function:
    known = module.globals.get(name)
    return known or ir.Function(module, ir.FunctionType(result, arguments), name=name)


def _emit_claim(module: ir.Module) -> ir.Function:
    """``i64 claim(pool)``: run one unclaimed part; 0 if there is none."""
    function = ir.Function(module, ir.FunctionType(_I64, [_POINTER]), name="claim")
    function.linkage = "internal"
    names = ("entry", "look", "take", "run", "nothing")
    entry, look, take, run, nothing = (function.append_basic_block(name) for name in names)
    builder = ir.IRBuilder(entry)
    builder.branch(look)

    builder.position_at_end(look)
    pool = _Pool(builder, function.args[0])
    ticket = pool.look(_TICKET)
    part = pool.unclaimed(ticket)
    builder.cbranch(builder.icmp_unsigned("==", part, _I64(0)), nothing, take)

    builder.position_at_end(take)
    # These may belong to a later job already; then the swap fails, for its ticket is another one.
    work = pool.look(_FUNCTION)
    context = builder.inttoptr(pool.look(_CONTEXT), _POINTER)
    builder.cbranch(pool.swap(_TICKET, ticket, builder.sub(ticket, _I64(1))), run, look)

    builder.position_at_end(run)
    _call(builder, work, _PART_FUNCTION, [context, part])
    pool.add(_PENDING, -1, "release")
    builder.ret(_I64(1))

    builder.position_at_end(nothing)
    builder.ret(_I64(0))
    return function


def _emit_fork_join(module: ir.Module, claim: ir.Function) -> None:
    function = ir.Function(module, _FORK_JOIN, name="fork_join")
    address, function_pointer, context, parts = function.args
    names = ("entry", "try", "shared", "awake", "help", "join", "pause", "yield", "done", "alone")
    block = {name: function.append_basic_block(name) for name in names}
    builder = ir.IRBuilder(block["entry"])
    pool = _Pool(builder, address)
    work = builder.ptrtoint(function_pointer, _I64)
    workers = pool.look(_WORKERS, "monotonic")
    useless = builder.or_(
        builder.icmp_unsigned("<=", parts, _I64(1)), builder.icmp_unsigned("==", workers, _I64(0))
    )
    builder.cbranch(useless, block["alone"], block["try"])

    builder.position_at_end(block["try"])
    builder.cbranch(pool.swap(_OWNED, _I64(0), _I64(1)), block["shared"], block["alone"])

    builder.position_at_end(block["shared"])
    others = builder.sub(parts, _I64(1))
    pool.put(_FUNCTION, work, "monotonic")
    pool.put(_CONTEXT, builder.ptrtoint(context, _I64), "monotonic")
    pool.put(_PENDING, others, "monotonic")
    serial = builder.lshr(pool.look(_TICKET, "monotonic"), _I64(_UNCLAIMED_BITS))
    serial = builder.shl(builder.add(serial, _I64(1)), _I64(_UNCLAIMED_BITS))
    pool.put(_TICKET, builder.or_(serial, others))
    _emit_wake(pool, workers, others)
    builder.branch(block["awake"])

    builder.position_at_end(block["awake"])
    _call(builder, work, _PART_FUNCTION, [context, _I64(0)])
    builder.branch(block["help"])

    builder.position_at_end(block["help"])
    claimed = builder.call(claim, [address])
    builder.cbranch(builder.icmp_unsigned("!=", claimed, _I64(0)), block["help"], block["join"])

    builder.position_at_end(block["join"])
    spins = builder.phi(_I64)
    spins.add_incoming(_I64(0), block["help"])
    pending = pool.look(_PENDING)
    builder.cbranch(builder.icmp_unsigned("==", pending, _I64(0)), block["done"], block["pause"])

    builder.position_at_end(block["pause"])
    _pause(builder)
    more = builder.add(spins, _I64(1))
    spins.add_incoming(more, block["pause"])
    builder.cbranch(
        builder.icmp_unsigned("<", more, _I64(_JOIN_SPINS)), block["join"], block["yield"]
    )

    builder.position_at_end(block["yield"])
    # The worker may have been put aside: give it this core.
    pool.system(_YIELD)
    spins.add_incoming(_I64(0), block["yield"])
    builder.branch(block["join"])

    builder.position_at_end(block["done"])
    pool.put(_OWNED, _I64(0), "release")
    builder.ret_void()

    builder.position_at_end(block["alone"])
    _emit_all_parts(builder, work, context, parts)


def _emit_wake(pool: _Pool, workers: ir.Value, others: ir.Value) -> None:
    """Wake as many workers as there are parts without anyone awake to run them."""
    builder = pool.builder
    sleepers = pool.look(_SLEEPERS, "seq_cst")
    missing = builder.sub(others, builder.sub(workers, sleepers))
    fewer = builder.icmp_signed("<", missing, sleepers)
    count = builder.select(fewer, missing, sleepers)
    with builder.if_then(builder.icmp_signed(">", count, _I64(0)), likely=False):
        before = builder.block
        pool.system(_LOCK_MUTEX, _MUTEX)
        again = builder.append_basic_block("wake")
        after = builder.append_basic_block("woken")
        builder.branch(again)
        builder.position_at_end(again)
        left = builder.phi(_I64)
        left.add_incoming(count, before)
        pool.system(_SIGNAL, _CONDITION)
        fewer_left = builder.sub(left, _I64(1))
        left.add_incoming(fewer_left, again)
        builder.cbranch(builder.icmp_signed(">", fewer_left, _I64(0)), again, after)
        builder.position_at_end(after)
        pool.system(_UNLOCK_MUTEX, _MUTEX)


def _emit_all_parts(
    builder: ir.IRBuilder, work: ir.Value, context: ir.Value, parts: ir.Value
) -> None:
    before = builder.block
    again = builder.append_basic_block("part")
    after = builder.append_basic_block("parts_done")
    builder.cbranch(builder.icmp_signed(">", parts, _I64(0)), again, after)
    builder.position_at_end(again)
    part = builder.phi(_I64)
    part.add_incoming(_I64(0), before)
    _call(builder, work, _PART_FUNCTION, [context, part])
    following = builder.add(part, _I64(1))
    part.add_incoming(following, again)
    builder.cbranch(builder.icmp_signed("<", following, parts), again, after)
    builder.position_at_end(after)
    builder.ret_void()


def _emit_work(module: ir.Module, claim: ir.Function) -> None:
    """``ptr work(pool)``: what a worker does until it is told to stop."""
    function = ir.Function(module, ir.FunctionType(_POINTER, [_POINTER]), name="work")
    names = ("entry", "fresh", "look", "claim", "idle", "sleep", "check", "wait", "woken", "end")
    block = {name: function.append_basic_block(name) for name in names}
    builder = ir.IRBuilder(block["entry"])
    pool = _Pool(builder, function.args[0])
    builder.branch(block["fresh"])

    builder.position_at_end(block["fresh"])
    limit = pool.load(_SPIN)
    builder.branch(block["look"])

    builder.position_at_end(block["look"])
    spins = builder.phi(_I64)
    spins.add_incoming(_I64(0), block["fresh"])
    stopped = builder.icmp_unsigned("!=", pool.look(_STOP), _I64(0))
    builder.cbranch(stopped, block["end"], block["claim"])

    builder.position_at_end(block["claim"])
    claimed = builder.call(claim, [pool.pool])
    builder.cbranch(builder.icmp_unsigned("!=", claimed, _I64(0)), block["fresh"], block["idle"])

    builder.position_at_end(block["idle"])
    _pause(builder)
    more = builder.add(spins, _I64(1))
    spins.add_incoming(more, block["idle"])
    builder.cbranch(builder.icmp_unsigned("<", more, limit), block["look"], block["sleep"])

    builder.position_at_end(block["sleep"])
    pool.system(_LOCK_MUTEX, _MUTEX)
    # Before it looks for the last time: whoever brings work after that sees a sleeper.
    pool.add(_SLEEPERS, 1)
    builder.branch(block["check"])

    builder.position_at_end(block["check"])
    nothing = builder.icmp_unsigned("==", pool.unclaimed(pool.look(_TICKET, "seq_cst")), _I64(0))
    running = builder.icmp_unsigned("==", pool.look(_STOP, "seq_cst"), _I64(0))
    builder.cbranch(builder.and_(nothing, running), block["wait"], block["woken"])

    builder.position_at_end(block["wait"])
    pool.system(_WAIT, _CONDITION, _MUTEX)
    builder.branch(block["check"])

    builder.position_at_end(block["woken"])
    pool.add(_SLEEPERS, -1)
    pool.system(_UNLOCK_MUTEX, _MUTEX)
    builder.branch(block["fresh"])

    builder.position_at_end(block["end"])
    builder.ret(_POINTER(None))


def _emit_idle(module: ir.Module) -> None:
    """``void idle(i64 pauses)``: to find out how long a pause takes."""
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [_I64]), name="idle")
    entry = function.append_basic_block("entry")
    again = function.append_basic_block("again")
    after = function.append_basic_block("after")
    builder = ir.IRBuilder(entry)
    builder.branch(again)
    builder.position_at_end(again)
    left = builder.phi(_I64)
    left.add_incoming(function.args[0], entry)
    _pause(builder)
    fewer = builder.sub(left, _I64(1))
    left.add_incoming(fewer, again)
    builder.cbranch(builder.icmp_signed(">", fewer, _I64(0)), again, after)
    builder.position_at_end(after)
    builder.ret_void()


# -------------------------------------------------------------------------------------------------
# The pool of this process


def _runtime() -> llvm.Library:
    """The loaded code of all pools, from the disk if it is there."""
    module = runtime_module()
    symbols = ("fork_join", "work", "idle")
    name = store.name_of(str(module))
    code = store.load(name)
    if code is not None:
        with contextlib.suppress(RuntimeError):
            return llvm.load_object(code, symbols)
    code = llvm.to_object(module)
    store.save(name, code)
    return llvm.load_object(code, symbols)


class _Workers:
    """The pool's memory and its threads. Only one thread at a time may call its methods."""

    def __init__(self) -> None:
        self.wanted = 0
        self.closed = False
        self._handles: list[ctypes.c_void_p] = []
        self._library: llvm.Library | None = None
        self._system = ctypes.CDLL(None)
        self._idle_limit = 0
        # Never freed: a thread of a program may still look at it when the interpreter is gone.
        self._system.calloc.restype = ctypes.c_void_p
        memory = self._system.calloc(ctypes.c_size_t(1), ctypes.c_size_t(_SIZE + 128))
        if not memory:
            raise MemoryError("No memory for the pool of worker threads.")
        self.address: int = (memory + 127) // 128 * 128

    def _word(self, offset: int) -> ctypes.c_int64:
        return ctypes.c_int64.from_address(self.address + offset)

    def prepare(self) -> None:
        """Make the code and fill in the pool, with no workers yet."""
        if self._library is None:
            self._library = _runtime()
            self._idle_limit = _pauses(self._library.addresses["idle"], spin_seconds)
        self._fill_in()

    def _fill_in(self) -> None:
        assert self._library is not None
        serial = self._word(_TICKET).value >> _UNCLAIMED_BITS
        ctypes.memset(self.address, 0, _SIZE)
        self._word(_TICKET).value = (serial + 1) << _UNCLAIMED_BITS
        self._word(_CODE).value = self._library.addresses["fork_join"]
        self._word(_SPIN).value = self._idle_limit
        functions = {
            _LOCK_MUTEX: "pthread_mutex_lock",
            _UNLOCK_MUTEX: "pthread_mutex_unlock",
            _WAIT: "pthread_cond_wait",
            _SIGNAL: "pthread_cond_signal",
            _YIELD: "sched_yield",
        }
        for offset, name in functions.items():
            function = ctypes.cast(getattr(self._system, name), ctypes.c_void_p)
            self._word(offset).value = function.value or 0
        self._system.pthread_mutex_init(ctypes.c_void_p(self.address + _MUTEX), None)
        self._system.pthread_cond_init(ctypes.c_void_p(self.address + _CONDITION), None)

    def forget(self) -> None:
        """In the child of a fork: the workers are not there, and their state means nothing."""
        self._handles = []
        self.wanted = 0
        if self._library is not None:
            self._fill_in()

    def resize(self, count: int) -> None:
        """Have `count` workers, or as many as the system gives."""
        self.stop()
        if self._library is None:
            self.prepare()
        assert self._library is not None
        work = ctypes.c_void_p(self._library.addresses["work"])
        with _no_signals():
            for _ in range(count):
                handle = ctypes.c_void_p()
                failed = self._system.pthread_create(
                    ctypes.byref(handle), None, work, ctypes.c_void_p(self.address)
                )
                if failed:  # a limit on threads: whoever calls does the work
                    break
                self._handles.append(handle)
        self._word(_WORKERS).value = len(self._handles)
        self.wanted = count

    def stop(self) -> None:
        """End the workers. A job that runs goes on: its caller takes what they leave."""
        self.wanted = 0
        if not self._handles:
            return
        self._word(_WORKERS).value = 0
        mutex = ctypes.c_void_p(self.address + _MUTEX)
        self._system.pthread_mutex_lock(mutex)
        self._word(_STOP).value = 1
        self._system.pthread_cond_broadcast(ctypes.c_void_p(self.address + _CONDITION))
        self._system.pthread_mutex_unlock(mutex)
        while self._handles:
            self._system.pthread_join(self._handles.pop(), None)
        self._word(_STOP).value = 0


def _pauses(idle: int, seconds: float) -> int:
    """How many pauses take so long."""
    run = ctypes.CFUNCTYPE(None, ctypes.c_int64)(idle)
    sample = 2_000
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run(sample)
        times.append(time.perf_counter() - start)
    return max(1, round(seconds / max(min(times), 1e-9) * sample))


@contextlib.contextmanager
def _no_signals() -> Iterator[None]:
    """Threads made here get no signals: Ctrl-C must reach a thread that Python knows."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_lock = threading.Lock()
_workers: _Workers | None = None


def thread_count() -> int:
    """How many threads share the work of a program: the setting `config.threads`.

    Raises:
        InvalidArgumentError: the setting is no positive whole number.
    """
    count: Any = config.threads
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise InvalidArgumentError(
            f"config.threads is {count!r}; it must be a whole number of threads, 1 or more. "
            "1 runs programs without any workers."
        )
    return count


def pool_address() -> int:
    """Where the pool is, with the workers that `config.threads` asks for.

    The address never changes; the workers start when they are first wanted, and again in the child
    of a fork. Ask before each run of a program, so that it has its workers.
    """
    wanted = thread_count() - 1
    workers = _workers
    if workers is not None and workers.wanted == wanted:
        return workers.address
    return _start(wanted)


def _start(wanted: int) -> int:
    global _workers
    with _lock:
        if _workers is None:
            workers = _Workers()
            workers.prepare()
            atexit.register(_close)
            _workers = workers
        if _workers.wanted != wanted and not _workers.closed:
            _workers.resize(wanted)
        return _workers.address


def _close() -> None:
    """Before the interpreter takes the pool's code away."""
    with _lock:
        if _workers is not None:
            _workers.closed = True
            _workers.stop()


def _after_fork() -> None:
    if _workers is not None:
        _workers.forget()
    _lock.release()


# A fork waits for a pool that is about to change: its child could never finish the change.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_after_fork
    )
