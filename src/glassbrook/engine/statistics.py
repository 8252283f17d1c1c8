"""What the engines have done so far in this process, counted for people who ask.

Counting what is compiled costs nothing worth mentioning, so it is always done. What the interpreter
computes within compiled programs is only noted from the time on when somebody wants to know.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from glassbrook.graph.node import Array, Node

__all__ = ["Gap", "Statistics", "statistics"]

Evaluate = Callable[[Node, list[Array]], Array]

# They are no gaps: constants are made where they are needed, and items of a bundle taken from it.
_NO_GAPS = frozenset({"constant", "iota", "item"})


@dataclass
class Gap:
    """An operation that the interpreter computed within compiled programs.

    Attributes:
        runs: how often.
        seconds: how long it took in all.
    """

    runs: int = 0
    seconds: float = 0.0


class Statistics:
    """Counts of what was compiled, and of what could not be.

    Attributes:
        compiled: how many compiled parts were made anew.
        loaded: how many came from the cache on disk.
        failed: how many could not be made, for an error.
        seconds: the time spent on all of them.
        gaps: by operation and dtype, what ran in the interpreter while somebody watched.
        is_watching: whether gaps are noted in programs that are made from now on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.is_watching = False
        self.clear()

    def clear(self) -> None:
        """Begin to count anew."""
        self.compiled = 0
        self.loaded = 0
        self.failed = 0
        self.seconds = 0.0
        self.gaps: dict[tuple[str, str], Gap] = {}

    @contextmanager
    def making(self) -> Iterator[None]:
        """Count the time that it takes to make a compiled part, and whether that fails."""
        started = time.perf_counter()
        is_made = False
        try:
            yield
            is_made = True
        finally:
            with self._lock:
                self.failed += not is_made
                self.seconds += time.perf_counter() - started

    def note(self, *, is_new: bool) -> None:
        """Count a compiled part."""
        with self._lock:
            self.compiled += is_new
            self.loaded += not is_new

    def watched(self, evaluate: Evaluate) -> Evaluate:
        """The interpreter for a compiled program's gaps; one that takes notes if it should."""
        return self._noting(evaluate) if self.is_watching else evaluate

    def _noting(self, evaluate: Evaluate) -> Evaluate:
        def evaluate_and_note(node: Node, inputs: list[Array]) -> Array:
            started = time.perf_counter()
            result = evaluate(node, inputs)
            seconds = time.perf_counter() - started
            if node.op not in _NO_GAPS:
                with self._lock:
                    gap = self.gaps.setdefault((node.op, node.dtype.name), Gap())
                    gap.runs += 1
                    gap.seconds += seconds
            return result

        return evaluate_and_note


statistics = Statistics()
"""Those of this process."""
