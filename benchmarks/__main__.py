"""``python -m benchmarks``: print the tables."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import (
    building,
    convolution,
    explaining,
    growth,
    job,
    machine,
    memory,
    network,
    pipelines,
    recurrent,
    regression,
    row,
    size,
    startup,
    tracing,
)

RESULTS = Path(__file__).with_name("results.md")

Topic = Callable[[argparse.Namespace], Iterator[str]]
TOPICS: dict[str, Topic] = {
    "step": lambda options: network.table(options.peers),
    "recurrent": lambda options: recurrent.table(options.peers),
    "regression": lambda options: regression.table(options.peers),
    "row": lambda options: row.table(options.peers),
    "pipelines": lambda options: pipelines.table(options.peers),
    "convolution": lambda options: convolution.table(options.peers),
    "startup": lambda options: startup.table(options.peers),
    "job": lambda options: job.table(options.peers),
    "size": lambda options: size.table(options.peers),
    "building": lambda options: building.table(),
    "tracing": lambda options: tracing.table(),
    "explain": lambda options: explaining.table(),
    "growth": lambda options: growth.table(),
    "compile": lambda options: growth.compile_table(),
    "program": lambda options: memory.program_text(),
    "memory": lambda options: memory.table(),
}
LONG = ("memory",)


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "topics", nargs="*", choices=[*TOPICS, []], help="what to measure (default: everything)"
    )
    parser.add_argument("--peers", action="store_true", help="beside PyTorch, TensorFlow and JAX")
    parser.add_argument("--long", action="store_true", help="also what takes many minutes")
    parser.add_argument("--write", action="store_true", help=f"also write {RESULTS.name}")
    options = parser.parse_args()
    lines = []
    for line in report(options):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        RESULTS.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def report(options: argparse.Namespace) -> Iterator[str]:
    """The report, line by line, as it is measured."""
    yield "# Measurements"
    yield ""
    yield from machine.description()
    yield ""
    yield "Medians of several rounds (at least 15 for the steps, 7 for start-up, 3 for whole jobs),"
    yield "the middle half of the rounds in brackets. Each side runs in a process of its own; their"
    yield "rounds alternate. Sides are timed only after their losses have been found to agree."
    yield ""
    everything = [topic for topic in TOPICS if options.long or topic not in LONG]
    for topic in options.topics or everything:
        yield from TOPICS[topic](options)


if __name__ == "__main__":
    main()
