"""When a graph is compiled: how often it has been seen decides, never how fast the machine is.

A graph that is seen for the first time runs in the interpreter: at a prompt nobody waits for a
compiler. Seen again, it is compiled by a thread in the background while the interpreter goes on. At
a fixed number of sightings the program takes over, waiting for the compiler if it must.
"""

from __future__ import annotations

import atexit
import os
import queue
import threading
from collections import OrderedDict
from collections.abc import Hashable

from glassbrook import config
from glassbrook.engine import programs
from glassbrook.engine.capture import Capture
from glassbrook.engine.lock import lock
from glassbrook.engine.recipe import Recipe
from glassbrook.graph.closed import Program

__all__ = ["COMPILE_AT", "MOST_PROGRAMS", "RUN_AT", "Tier", "clear", "sighting", "statistics"]

COMPILE_AT = 2
"""At which sighting a graph is given to the compiler."""

RUN_AT = 8
"""From which sighting on the compiled program runs."""

MOST_PROGRAMS = 512
"""How many graphs are remembered; the one that was seen longest ago goes first."""

MOST_NODES = 100_000
"""How many nodes the graphs that are remembered may have in all."""

_TINY_NODES, _TINY_ELEMENTS = 3, 4096
# Compiling more than this would take longer than it is ever likely to save.
_HUGE_NODES = 2_000


class Tier:
    """What is known of the graphs of one key.

    Attributes:
        sightings: how often one was seen.
        nodes: how many nodes one has.
        recipe: what they have in common, once one is to be compiled.
        program: the compiled program, once it is there.
        error: why there will be none.
        stays: whether the interpreter is as quick, or quicker than compiling.
        is_empty: whether the compiler knows none of its operations.
        is_taken: whether a thread has begun to compile it.
        is_forgotten: whether it need not be compiled any more, unless a thread waits for it.
    """

    def __init__(self, found: Capture) -> None:
        self.sightings = 0
        self.nodes = len(found.order)
        self.recipe: Recipe | None = None
        self.program: Program | None = None
        self.error: Exception | None = None
        self.stays = self.nodes > _HUGE_NODES or (
            self.nodes <= _TINY_NODES
            and sum(node.size for node in (*found.order, *found.leaves)) <= _TINY_ELEMENTS
        )
        self.is_empty = False
        self.is_taken = False
        self.is_forgotten = False
        self._done = threading.Event()

    @property
    def is_done(self) -> bool:
        """Whether there is a program, or an error instead."""
        return self._done.is_set()

    def prepare(self, found: Capture) -> None:
        """Note what is needed to compile graphs such as this one."""
        if self.recipe is None:
            self.recipe = Recipe(found)

    def finish(self) -> None:
        """Return when the program, or an error, is there; compile here if nobody does yet.

        Not to be called under the engine's lock, or everybody waits.
        """
        if _take(self):
            self.compile()
        self._done.wait()

    def compile(self) -> None:
        """Compile the graph; errors are kept."""
        assert self.recipe is not None
        try:
            program = programs.compiled(self.recipe.graph)
            self.is_empty = not getattr(program, "units", (program,))
            self.program = program
        except Exception as error:  # the interpreter goes on; in debug mode it is raised
            self.error = error
        finally:
            if self.program is None and self.error is None:
                self.error = RuntimeError("The compiler was interrupted.")
            self._done.set()


_tiers: OrderedDict[Hashable, Tier] = OrderedDict()
_nodes = 0
_taking = threading.Lock()


def _take(tier: Tier) -> bool:
    """Whether the caller is the one who compiles a tier's graph."""
    with _taking:
        is_first = not tier.is_taken
        tier.is_taken = True
        return is_first


def sighting(found: Capture, is_new: bool = True) -> Tier | None:
    """The tier of a graph if it is to run compiled now, whether or not it is compiled yet.

    To be called under the engine's lock.

    Args:
        found: the graph.
        is_new: whether it counts as seen once more.

    Raises:
        RuntimeError: the graph could not be compiled, in debug mode.
    """
    engine = config.engine
    if engine == "interpreter" or not found.order:
        return None
    tier = _tiers.get(found.key)
    if tier is None:
        tier = _remember(found)
    elif is_new:
        _tiers.move_to_end(found.key)
    tier.sightings += is_new
    if tier.error is not None:
        if config.debug:
            raise RuntimeError("A graph could not be compiled.") from tier.error
        return None
    if tier.is_empty:
        return None
    # What is in a loop is seen again and again at once.
    if engine != "compiler" and not found.has_loops:
        if tier.stays or tier.sightings < COMPILE_AT:
            return None
        if tier.sightings < RUN_AT:
            if tier.recipe is None:
                tier.prepare(found)
                _background.submit(tier)
            return None
    tier.prepare(found)
    return tier


def _remember(found: Capture) -> Tier:
    global _nodes
    tier = _tiers[found.key] = Tier(found)
    _nodes += tier.nodes
    while len(_tiers) > MOST_PROGRAMS or (_nodes > MOST_NODES and len(_tiers) > 1):
        _, oldest = _tiers.popitem(last=False)
        _nodes -= oldest.nodes
        oldest.is_forgotten = True
    return tier


def clear() -> None:
    """Forget all graphs and their programs."""
    global _nodes
    with lock:
        for tier in _tiers.values():
            tier.is_forgotten = True
        _tiers.clear()
        _nodes = 0


def statistics() -> dict[str, int]:
    """How many graphs are remembered, and how many of them are compiled."""
    with lock:
        found = list(_tiers.values())
    return {"graphs": len(found), "compiled": sum(tier.program is not None for tier in found)}


class _Background:
    """One thread that compiles what it is given, in order."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Tier | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._ended = False

    def submit(self, tier: Tier) -> None:
        """Compile a tier's graph when its turn comes. To be called under the engine's lock."""
        if self._ended:
            return
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, name="glassbrook-compiler", daemon=True
            )
            self._thread.start()
        self._waiting.put(tier)

    def _work(self) -> None:
        while (tier := self._waiting.get()) is not None:
            if not (self._ended or tier.is_forgotten) and _take(tier):
                tier.compile()
            del tier  # one that is forgotten meanwhile must not stay because of the last one

    def end(self) -> None:
        """Let the thread finish what it has in hand: LLVM must not be at work when Python ends."""
        self._ended = True
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()


_background = _Background()
atexit.register(lambda: _background.end())


def _before_fork() -> None:
    """Let the child see neither a half-finished compilation nor a half-updated variable."""
    lock.acquire()
    programs.compiling.acquire()


def _after_fork() -> None:
    programs.compiling.release()
    lock.release()


def _after_fork_in_child() -> None:
    """A child has none of its parent's threads: what they were to compile is begun anew."""
    global _background, _taking
    _background = _Background()
    _taking = threading.Lock()
    _after_fork()
    for key, tier in list(_tiers.items()):
        if not tier.is_done:
            _tiers[key] = renewed = Tier.__new__(Tier)
            renewed.__dict__ |= tier.__dict__
            renewed.is_taken = False
            renewed._done = threading.Event()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork,
        after_in_child=_after_fork_in_child,
    )
