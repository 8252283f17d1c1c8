"""Start-up: a process that imports the framework and adds two numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec

from benchmarks.timing import process

PROGRAMS = {
    "NumPy": ("numpy", "import numpy; numpy.float32(1.0) + 1"),
    "Glassbrook": ("glassbrook", "import glassbrook as tf; float(tf.constant(1.0) + 1)"),
    "PyTorch": ("torch", "import torch; float(torch.tensor(1.0) + 1)"),
    "TensorFlow": ("tensorflow", "import tensorflow as tf; float(tf.constant(1.0) + 1)"),
    "JAX": ("jax", "import jax; float(jax.numpy.float32(1.0) + 1)"),
}


def table(peers: bool, rounds: int = 7) -> Iterator[str]:
    """Time and memory of the whole process."""
    yield "## Import and one addition, whole process"
    yield ""
    yield "| | seconds | MB |"
    yield "|---|---|---|"
    for title, (package, program) in PROGRAMS.items():
        if find_spec(package) and (peers or package in ("numpy", "glassbrook")):
            found = process([sys.executable, "-c", program], rounds)
            yield f"| {title} | {found.time.seconds()} | {found.megabytes:.0f} |"
    yield ""
