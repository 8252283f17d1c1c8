"""``glassbrook doctor``: what this machine has, and what Glassbrook finds on it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import numpy as np

from glassbrook import config
from glassbrook.cli.console import json_option, report
from glassbrook.cli.run import run_script
from glassbrook.engine.statistics import statistics
from glassbrook.errors import GlassbrookError

__all__ = ["doctor"]

_PACKAGES = ("numpy", "safetensors", "click", "rich", "pooch", "platformdirs", "matplotlib")


# Of the processor's features, those that decide how wide the vectors are.
_FEATURES = ("avx512f", "avx512bf16", "avx2", "fma", "f16c", "sse4.2", "neon", "sve", "sve2")


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@json_option
@click.argument("script", type=click.Path(), required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def doctor(as_json: bool, script: str | None, arguments: tuple[str, ...]) -> int:
    """Show versions, the processor, the engine, and where data and caches are.

    With SCRIPT, run it as `glassbrook run` does, and then show what was compiled, and which
    operations ran in the interpreter as the compiler does not know them.
    """
    if script is None:
        report(dict(_findings()), as_json)
        return 0
    statistics.is_watching = True
    try:
        # With --json, standard output is for the document.
        with redirect_stdout(sys.stderr) if as_json else nullcontext():
            code = run_script(script, arguments)
    except click.UsageError:
        raise
    except BaseException:
        _show(_after(script), as_json)
        raise
    _show(_after(script), as_json)
    return code


# After a script.


def _after(script: str) -> dict[str, Any]:
    """What the engines did while the script ran."""
    from glassbrook.engine import tiers

    graphs = tiers.statistics()
    gaps = sorted(statistics.gaps.items(), key=lambda each: -each[1].seconds)
    return {
        "script": script,
        "eager_graphs_remembered": graphs["graphs"],
        "eager_graphs_compiled": graphs["compiled"],
        "parts_compiled_anew": statistics.compiled,
        "parts_from_the_cache": statistics.loaded,
        "parts_failed": statistics.failed,
        "seconds_compiling": round(statistics.seconds, 4),
        "interpreted": [
            {"operation": op, "dtype": dtype, "runs": gap.runs, "seconds": round(gap.seconds, 6)}
            for (op, dtype), gap in gaps
        ],
    }


def _show(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        report(found, as_json)
        return
    gaps = found.pop("interpreted")
    sys.stdout.flush()
    click.echo()
    report(found, as_json)
    if not gaps:
        click.echo("Within compiled programs, no operation ran in the interpreter.")
        return
    click.echo("Within compiled programs, these operations ran in the interpreter:")
    for gap in gaps:
        click.echo(
            f"  {gap['operation']:<24}  {gap['dtype']:<8}  {gap['runs']:>8} times"
            f"  {gap['seconds']:>9.4f} s"
        )


# Without one.


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
    yield "threads", config.threads
    yield "engine", config.engine
    yield from _compiler()
    yield "numpy_blas", _numpy_blas()
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


def _compiler() -> Iterator[tuple[str, Any]]:
    """What native code is made with, and where it is kept."""
    try:
        from glassbrook.engine.compiler import blas, llvm, store

        cpu, features = llvm.host()
    except (ImportError, OSError) as error:
        yield "compiler", f"MISSING: {error}"
        return
    present = {each[1:] for each in features.split(",") if each.startswith("+")}
    yield "compiler", llvm.versions()
    yield "compiles_for", " ".join((cpu, *(each for each in _FEATURES if each in present)))
    try:
        yield "blas", blas.blas_name()
    except GlassbrookError as error:
        yield "blas", f"MISSING: {error.args[0]}"
    folder = store.folder()
    yield "program_cache", "off" if folder is None else str(folder)
    if folder is not None:
        yield "programs_cached", _contents(folder)


def _contents(folder: Path) -> str:
    """How many programs a folder holds, and how much room they take."""
    sizes = [path.stat().st_size for path in folder.rglob("*.code")]
    return f"{len(sizes)} ({sum(sizes) / 1e6:.1f} MB)"


def _numpy_blas() -> str:
    build: Any = np.show_config(mode="dicts")
    found = build.get("Build Dependencies", {}).get("blas", {})
    return f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()
