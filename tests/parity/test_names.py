"""The names that scripts use, most used first, exist on both sides."""

from __future__ import annotations

import functools
import pathlib
import subprocess
import sys

import pytest

from tests.course_names import NAMES, paths
from tests.parity import names
from tests.parity.support import glassbrook, tensorflow

ROOT = pathlib.Path(__file__).parents[2]


def found(framework, path: str) -> bool:
    try:
        functools.reduce(getattr, path.split("."), framework)
    except AttributeError:
        return False
    return True


def test_page():
    # In a process of its own: what other tests import changes what TensorFlow's modules hold.
    command = [sys.executable, "-m", "tests.parity.names", "--print"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    text = finished.stdout
    assert names.PAGE.read_text(encoding="utf-8") == text, "docs/names.md is old: make names"


@pytest.mark.parametrize("path", paths(NAMES))
def test_names(path):
    assert found(tensorflow, path), "the row is wrong: TensorFlow has no such name"
    assert found(glassbrook, path)
