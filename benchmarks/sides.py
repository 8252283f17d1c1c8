"""Sides of a comparison: each in a process of its own, timed in turns.

Thread pools of several frameworks in one process disturb each other, and one after the other would
be measured in different weather. So every side gets a process, and the rounds go round.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import Timing

ROOT = Path(__file__).parents[1]

# Worker threads of a BLAS spin for up to 100 ms before they sleep: the next side waits for that.
REST_SECONDS = 0.15

# A side that hangs must not hang the others.
LIMIT_SECONDS = 300


class Unavailable(Exception):  # noqa: N818
    """A side cannot be measured here; the message says why."""


@dataclass(frozen=True)
class Work:
    """What is timed: a call, and how many steps one call is.

    The call's result holds, as its last number, what all sides must agree on: the loss before the
    last step's update.
    """

    call: Callable[[], Any]
    steps: int = 1


@dataclass(frozen=True)
class Side:
    """One way to do the work: its title, the package it needs, and what builds it."""

    title: str
    package: str
    build: Callable[..., Work]

    @property
    def is_peer(self) -> bool:
        """Whether it is neither Glassbrook nor NumPy by hand."""
        return self.package not in ("glassbrook", "numpy")


class Server:
    """A process that does one side's work on request: see `serve`.

    Raises:
        Unavailable: the process ended instead of answering; the message is its last words.
    """

    def __init__(
        self,
        topic: str,
        side: Side,
        arguments: Mapping[str, Any],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        if find_spec(side.package) is None:
            raise Unavailable(f"{side.package} is not installed")
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.serve", topic, side.title, json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=ROOT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **(environment or {})},
        )
        self.steps = 1

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
        self._errors.close()

    def wait(self) -> None:
        """Until the work is built."""
        self.steps = self._answer()

    def ask(self, command: str, count: int = 0) -> Any:
        """Send a command, wait for its answer."""
        try:
            self._process.stdin.write(f"{command} {count}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # the answer will say why
        return self._answer()

    def _answer(self) -> Any:
        if not select.select([self._process.stdout], [], [], LIMIT_SECONDS)[0]:
            raise Unavailable(f"no answer within {LIMIT_SECONDS} seconds")
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        self._process.wait()
        self._errors.seek(0)
        words = [each for each in self._errors.read().splitlines() if each.strip()]
        raise Unavailable(words[-1][:200] if words else "the process ended without a word")


@dataclass
class Comparison:
    """Seconds per step of every side that could be measured, and why the others could not."""

    steps: dict[str, Timing] = field(default_factory=dict)
    first_calls: dict[str, float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def reasons(self) -> Iterator[str]:
        """A line for each side that is not in the table."""
        for title, reason in self.missing.items():
            yield f"Not measured: {title}: {reason}."


@dataclass(frozen=True)
class Plan:
    """How long and how exactly to compare."""

    rounds: int = 15
    seconds: float = 0.05
    checked_steps: int = 20
    tolerance: float = 1e-4


DEFAULT = Plan()


def compare(
    topic: str,
    sides: Sequence[Side],
    arguments: Mapping[str, Any],
    plan: Plan,
    beside: Sequence[Side] = (),
) -> Comparison:
    """Check that the sides agree with the first, then time their steps in turns.

    Args:
        topic: the module whose `SIDES` they are.
        sides: what to compare.
        arguments: what each side's `build` is called with.
        plan: how long to measure.
        beside: sides that are timed in the same rounds and compute something else.

    Raises:
        AssertionError: two sides compute different losses.
    """
    found = Comparison()
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for side in (*sides, *beside):
            try:
                servers[side.title] = stack.enter_context(Server(topic, side, arguments))
            except Unavailable as reason:
                found.missing[side.title] = str(reason)
        _each(servers, found, lambda server: server.wait())
        found.first_calls = _each(servers, found, lambda server: server.ask("run", 1))
        other = {side.title: servers.pop(side.title) for side in beside if side.title in servers}
        _check_agreement(servers, found, plan)
        servers |= other
        counts = _each(servers, found, lambda server: _calls(server, plan.seconds))
        samples: dict[str, list[float]] = {title: [] for title in servers}
        for _ in range(plan.rounds):
            for title, server in servers.items():
                time.sleep(REST_SECONDS)
                seconds = server.ask("run", counts[title])
                samples[title].append(seconds / counts[title] / server.steps)
    found.steps = {title: Timing.of(each) for title, each in samples.items()}
    return found


def _each(
    servers: dict[str, Server], found: Comparison, ask: Callable[[Server], Any]
) -> dict[str, Any]:
    """One question to every server; those that fail are dropped, with their reason."""
    answers: dict[str, Any] = {}
    for title, server in tuple(servers.items()):
        try:
            answers[title] = ask(server)
        except Unavailable as reason:
            found.missing[title] = str(reason)
            del servers[title]
    return answers


def _check_agreement(servers: dict[str, Server], found: Comparison, plan: Plan) -> None:
    """Every side's losses against the first side's, from the second call on."""
    longest = max((server.steps for server in servers.values()), default=1)
    checked = max(plan.checked_steps, 3 * longest)

    def losses(server: Server) -> list[float]:
        return server.ask("losses", max(1, checked // server.steps - 1))

    answers = _each(servers, found, losses)
    reference = next(iter(servers), None)
    for title, server in servers.items():
        last_of_call = slice(2 * server.steps - 2, checked - 1, server.steps)
        np.testing.assert_allclose(
            answers[title],
            answers[reference][last_of_call],
            rtol=plan.tolerance,
            err_msg=f"{title} computes other losses than {reference}.",
        )


def _calls(server: Server, seconds: float) -> int:
    """How many calls fill a round. Asking warms up: programs that are compiled late are by now."""
    calls = 1
    while (taken := server.ask("run", calls)) < seconds / 4 and calls < 1_000_000:
        calls *= 4
    return max(1, round(calls * seconds / taken))


def chosen(sides: Sequence[Side], peers: bool) -> list[Side]:
    """All sides, or those that are not peers."""
    return [side for side in sides if peers or not side.is_peer]
