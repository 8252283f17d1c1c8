"""Timing: medians of several rounds, with their spread; whole processes by time and memory."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds: the median, and the quarter points around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> Timing:
        low, _, high = statistics.quantiles(samples, n=4)
        return cls(statistics.median(samples), low, high)

    def microseconds(self) -> str:
        return f"{self.median * 1e6:.0f} ({self.low * 1e6:.0f} to {self.high * 1e6:.0f})"

    def seconds(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def interleaved(
    functions: dict[str, Callable[[], object]], rounds: int = 15, seconds: float = 0.05
) -> dict[str, Timing]:
    """Time several functions in turns, so that whatever else the machine does hits them alike."""
    counts: dict[str, int] = {}
    for name, function in functions.items():
        function()
        started = time.perf_counter()
        function()
        counts[name] = max(1, int(seconds / max(time.perf_counter() - started, 1e-7)))
    samples: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            started = time.perf_counter()
            for _ in range(counts[name]):
                function()
            samples[name].append((time.perf_counter() - started) / counts[name])
    return {name: Timing.of(each) for name, each in samples.items()}


@dataclass(frozen=True)
class Process:
    """What a whole process took: seconds, and the most memory it held, in MB."""

    time: Timing
    megabytes: float


# A child of its own, so that the memory of one program is not taken for another's.
_MEASURE = """
import resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(code, time.perf_counter() - started,
      resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def process(command: Sequence[str], rounds: int = 7) -> Process:
    """Run a command several times, after one run that warms the disk cache.

    Raises:
        RuntimeError: the command failed.
    """
    samples: list[float] = []
    peak = 0.0
    for number in range(rounds + 1):
        done = subprocess.run(
            [sys.executable, "-c", _MEASURE, *command], capture_output=True, text=True, check=True
        )
        code, seconds, kilobytes = done.stdout.split()
        if code != "0":
            raise RuntimeError(f"{' '.join(command)} ended with exit code {code}.")
        if number:
            samples.append(float(seconds))
            peak = max(peak, float(kilobytes) / 1024)
    return Process(Timing.of(samples), peak)


def own_peak_megabytes() -> float:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
