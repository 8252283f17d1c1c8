"""What the measurements were taken on, and with which versions and settings."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import glassbrook

PACKAGES = "numpy llvmlite scipy-openblas32 torch tensorflow-cpu tensorflow keras jax".split()
SETTINGS = ("engine", "threads", "blas")


def description() -> Iterator[str]:
    """Processor, system, versions, settings; and whether others were at work on it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield f"{processor()}, {cores} cores, {platform.system()}, Python {platform.python_version()};"
    yield f"Glassbrook {glassbrook.__version__}, {', '.join(_versions())}."
    settings = [
        f"{name} {getattr(glassbrook.config, name)}"
        for name in SETTINGS
        if hasattr(glassbrook.config, name)
    ]
    yield f"Glassbrook's settings: {', '.join(settings)}. All others choose their own threads."
    busy = os.getloadavg()[0]
    if busy > 0.5:
        yield f"The machine was not idle (load {busy:.1f}): these times are not to be relied on."


def processor() -> str:
    """The name of the processor."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
