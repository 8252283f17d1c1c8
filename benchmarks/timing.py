"""Timing: medians of several rounds, with their spread; whole processes by time and memory."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timing:
    """Seconds: the median, the quarter points around it, and the least."""

    median: float
    low: float
    high: float
    least: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> Timing:
        low, _, high = statistics.quantiles(samples, n=4)
        return cls(statistics.median(samples), low, high, min(samples))

    def microseconds(self) -> str:
        median, low, high = (seconds * 1e6 for seconds in (self.median, self.low, self.high))
        digits = 0 if median >= 100 else 1 if median >= 1 else 3
        return f"{median:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"

    def seconds(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


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


def process(
    command: Sequence[str],
    rounds: int = 7,
    environment: Mapping[str, str] | None = None,
    emptied: Path | None = None,
) -> Process:
    """Run a command several times, after one run that warms the disk cache.

    Args:
        environment: variables to add.
        emptied: a folder to empty before each run.

    Raises:
        RuntimeError: the command failed.
    """
    samples: list[float] = []
    peak = 0.0
    for number in range(rounds + 1):
        if emptied is not None:
            shutil.rmtree(emptied, ignore_errors=True)
            emptied.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", _MEASURE, *command],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **(environment or {})},
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


def held_megabytes() -> float:
    """The memory this process holds now; the most it has held, where the system does not say."""
    pages = Path("/proc/self/statm")
    if not pages.exists():
        return own_peak_megabytes()
    return int(pages.read_text().split()[1]) * resource.getpagesize() / 2**20
