"""``glassbrook doctor``: what this machine has, and what Glassbrook finds on it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import click
import numpy as np

from glassbrook.cli.console import json_option, report

__all__ = ["doctor"]

_PACKAGES = ("numpy", "safetensors", "click", "rich", "pooch", "platformdirs", "matplotlib")


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Show versions, the processor, the numeric library, and where data and caches are."""
    report(dict(_findings()), as_json)


def _findings() -> Iterator[tuple[str, Any]]:
    from glassbrook.datasets import fashion_mnist, mnist
    from glassbrook.datasets.places import cache_folder, data_folder

    yield "glassbrook", metadata.version("glassbrook")
    yield "python", f"{platform.python_version()} ({sys.executable})"
    yield "system", platform.platform()
    yield "processor", _processor()
    yield (
        "cores",
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    )
    yield "engine", "interpreter (NumPy)"
    yield "blas", _blas()
    for package in _PACKAGES:
        yield package, _version(package)
    yield "data_folder", str(data_folder() or "GLASSBROOK_DATA is not set")
    yield "cache_folder", str(cache_folder())
    yield "mnist", "found" if mnist.available() else "not on this machine"
    yield "fashion_mnist", "found" if fashion_mnist.available() else "not on this machine"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "MISSING: reinstall with `pip install --force-reinstall glassbrook`"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _blas() -> str:
    build: Any = np.show_config(mode="dicts")
    found = build.get("Build Dependencies", {}).get("blas", {})
    return f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()
