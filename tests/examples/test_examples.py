"""The examples run and learn, on small data."""

from __future__ import annotations

import pathlib

import pytest

import glassbrook
from tests.examples.running import FOLDER, RUNS, Run, run, write_digits


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    write_digits(path)
    return path


def test_every_example_is_tested() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == {each.name for each in RUNS}


@pytest.mark.parametrize(
    "example",
    [
        # Recurrent layers take long to compile for the first time.
        pytest.param(each, id=str(each), marks=[pytest.mark.slow] * ("sentiment" in str(each)))
        for each in RUNS
    ],
)
def test_examples(example: Run, digits: pathlib.Path, tmp_path: pathlib.Path) -> None:
    assert example.low <= run(example, glassbrook, digits, tmp_path) <= example.high
