"""The examples run on TensorFlow as they stand, and come to the same result."""

from __future__ import annotations

import pathlib

import pytest

from tests.examples.running import RUNS, Run, run, write_digits
from tests.parity.support import glassbrook, tensorflow


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    write_digits(path)
    return path


@pytest.mark.parametrize("example", RUNS, ids=str)
def test_examples(example: Run, digits: pathlib.Path, tmp_path: pathlib.Path) -> None:
    theirs = run(example, tensorflow, digits, tmp_path / "tensorflow")
    ours = run(example, glassbrook, digits, tmp_path / "glassbrook")
    assert example.low <= theirs <= example.high
    assert abs(ours - theirs) <= example.near
