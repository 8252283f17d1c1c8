"""One side of a comparison, in a process of its own: it works when it is told to.

``python -m benchmarks.serve TOPIC SIDE ARGUMENTS`` reads commands, one a line, from standard input
and answers each with a line of JSON. `sides.Server` is the other end.

| command | answer |
|---|---|
| ``run N`` | the seconds that N calls took, the last result included |
| ``losses N`` | the results of N calls |
| ``memory 0`` | megabytes held now, and at most so far |
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.sides import Side, Unavailable, Work
from benchmarks.timing import held_megabytes, own_peak_megabytes


def number(result: Any) -> float:
    """The last number of a result. Reading it waits until everything is computed."""
    return float(np.asarray(result).reshape(-1)[-1])


def run(work: Work, calls: int) -> float:
    call = work.call
    started = perf_counter()
    for _ in range(calls - 1):
        call()
    number(call())
    return perf_counter() - started


def losses(work: Work, calls: int) -> list[float]:
    return [number(work.call()) for _ in range(calls)]


def memory(work: Work, calls: int) -> tuple[float, float]:
    return held_megabytes(), own_peak_megabytes()


COMMANDS: dict[str, Callable[[Work, int], Any]] = {
    "run": run,
    "losses": losses,
    "memory": memory,
}


def main() -> None:
    """Build the work, say so, and obey until the input ends."""
    topic, title, arguments = sys.argv[1:]
    # Frameworks print as they please: the answers keep the real output for themselves.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    sides: tuple[Side, ...] = importlib.import_module(f"benchmarks.{topic}").SIDES
    (side,) = (each for each in sides if each.title == title)
    try:
        work = side.build(**json.loads(arguments))
    except Unavailable as reason:
        sys.exit(str(reason))
    print(json.dumps(work.steps), file=answers)
    for line in sys.stdin:
        command, count = line.split()
        print(json.dumps(COMMANDS[command](work, int(count))), file=answers)


if __name__ == "__main__":
    main()
