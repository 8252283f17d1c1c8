"""What importing the package costs, and who may import whom."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Imported where they are used: a program that needs none of them never waits for them.
LAZY = (
    "PIL",
    "click",
    "llvmlite",
    "matplotlib",
    "platformdirs",
    "pooch",
    "rich",
    "safetensors",
    "glassbrook.cli",
    "glassbrook.compat",
    "glassbrook.data",
    "glassbrook.datasets",
    "glassbrook.engine.compiler",
    "glassbrook.explain",
    "glassbrook.keras",
)

ADDITION = """
import sys
import glassbrook as tf
assert float(tf.constant(1.0) + 1) == 2.0
import json
print(json.dumps(sorted(sys.modules)))
"""


def modules_after(program: str) -> list[str]:
    """Runs `program` in a Python of its own; the names of the modules it had imported."""
    finished = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@pytest.fixture(scope="module")
def modules() -> list[str]:
    return modules_after(ADDITION)


@pytest.mark.parametrize("name", LAZY)
def test_addition_does_not_import(modules, name):
    assert name not in modules


def test_addition_imports_few_modules(modules):
    numpy_alone = modules_after("import numpy, sys, json; print(json.dumps(sorted(sys.modules)))")
    ours = [name for name in modules if name.split(".")[0] == "glassbrook"]
    others = set(modules) - set(numpy_alone) - set(ours)

    # Counts of today with a little room. Before raising one, see what came in, and why at import.
    assert len(ours) <= 145, ours
    assert len(others) <= 26, sorted(others)


def test_import_contracts_hold():
    """The layers of the design, as import-linter reads them from pyproject.toml."""
    finished = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
