"""Start-up: a process that imports the framework and adds two numbers."""

from __future__ import annotations

from benchmarks.timing import Process, process

PROGRAMS = {
    "glassbrook": "import glassbrook as tf; tf.constant(1.0) + 1",
    "numpy": "import numpy; numpy.float32(1.0) + 1",
    "torch": "import torch; torch.tensor(1.0) + 1",
    "tensorflow": "import tensorflow as tf; tf.constant(1.0) + 1",
}


def startup(python: str, framework: str, rounds: int = 7) -> Process:
    """Time and memory of the whole process."""
    return process([python, "-c", PROGRAMS[framework]], rounds)
