"""``python -m benchmarks``: print the tables."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import network, startup
from benchmarks.timing import process

RESULTS = Path(__file__).with_name("results.md")
JOB = Path(__file__).with_name("job.py")


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"also write {RESULTS.name}")
    parser.add_argument(
        "--peers",
        metavar="PYTHON",
        help="a Python with TensorFlow or PyTorch, to start them up beside",
    )
    options = parser.parse_args()
    lines = []
    for line in report(options.peers):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def report(peers: str | None) -> Iterator[str]:
    """The report, line by line, as it is measured."""
    yield "# Measurements"
    yield ""
    yield from machine()
    yield "Medians of several rounds, the middle half of the rounds in brackets."
    yield ""
    yield from graph_table()
    yield from step_table()
    yield from startup_table(peers)
    yield from job_table(peers)


def machine() -> Iterator[str]:
    """What this was measured on."""
    yield (
        f"{processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, NumPy {np.__version__}."
    )


def processor() -> str:
    """The name of the processor."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def graph_table() -> Iterator[str]:
    """Building the graph of one training step."""
    yield "## Building the graph of one training step of 784-256-128-10"
    yield ""
    yield "Forward, gradients and update, through `Sequential`, a tape and an optimizer; not run."
    yield ""
    yield "| optimizer | µs |"
    yield "|---|---|"
    for optimizer in ("sgd", "adam"):
        yield f"| {optimizer} | {network.graph_building(optimizer).microseconds()} |"
    yield ""


def step_table() -> Iterator[str]:
    """A training step against NumPy by hand."""
    yield "## One training step of 784-256-128-10 with SGD, µs"
    yield ""
    yield "The tutorial's eager loop on the interpreter, against the same arithmetic written with"
    yield "NumPy by hand; in one run, in turns; the losses agree."
    yield ""
    yield "| batch | NumPy by hand | Glassbrook | ratio |"
    yield "|---|---|---|---|"
    for batch in (32, 128, 512):
        found = network.compare_steps(batch)
        ratio = found["glassbrook"].median / found["numpy"].median
        yield (
            f"| {batch} | {found['numpy'].microseconds()} | "
            f"{found['glassbrook'].microseconds()} | {ratio:.2f} |"
        )
    yield ""


def startup_table(peers: str | None) -> Iterator[str]:
    """Import and one addition, as a whole process."""
    yield "## Import and one addition, whole process"
    yield ""
    yield "| | seconds | MB |"
    yield "|---|---|---|"
    programs = [("NumPy", sys.executable, "numpy"), ("Glassbrook", sys.executable, "glassbrook")]
    if peers is not None:
        programs += [("PyTorch", peers, "torch"), ("TensorFlow", peers, "tensorflow")]
    for title, python, framework in programs:
        found = startup.startup(python, framework)
        yield f"| {title} | {found.time.seconds()} | {found.megabytes:.0f} |"
    yield ""


def job_table(peers: str | None) -> Iterator[str]:
    """The whole MNIST job, if MNIST is at hand."""
    folder = os.environ.get("GLASSBROOK_DATA")
    if folder is None:
        yield "The MNIST job is not measured: GLASSBROOK_DATA does not name the folder of MNIST."
        return
    yield "## The MNIST job, whole process"
    yield ""
    yield "Read MNIST, train 784-256-128-10 with Adam for 5 epochs at batch 128, test: `job.py`."
    yield ""
    yield "| | seconds | MB |"
    yield "|---|---|---|"
    programs = [("Glassbrook", sys.executable, "glassbrook")]
    if peers is not None:
        programs += [("PyTorch", peers, "torch"), ("TensorFlow, Keras", peers, "tensorflow")]
    for title, python, framework in programs:
        found = process([python, str(JOB), framework, folder], rounds=2)
        yield f"| {title} | {found.time.seconds()} | {found.megabytes:.0f} |"
    yield ""


if __name__ == "__main__":
    main()
