"""The chapters of a TensorFlow course run unchanged, with the output they have on TensorFlow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import SHARED, glassbrook

CHAPTERS = SHARED / "seed" / "chapters"
pytestmark = pytest.mark.skipif(
    not CHAPTERS.is_dir(), reason=f"the chapters are not beside the project, in {CHAPTERS}"
)


@pytest.mark.parametrize(
    "name", ["ch1_linear_regression.py", "ch3_basics.py", "ch4_networks.py", "ch5_backprop.py"]
)
def test_chapter(name: str, tmp_path: Path) -> None:
    check(name, tmp_path, "auto")


@pytest.mark.parametrize("name", ["ch1_linear_regression.py", "ch3_basics.py", "ch4_networks.py"])
def test_chapter_with_everything_compiled(name: str, tmp_path: Path) -> None:
    check(name, tmp_path, "compiler")


def check(name: str, folder: Path, engine: str) -> None:
    done = glassbrook("run", CHAPTERS / name, folder=folder, GLASSBROOK_ENGINE=engine)
    assert done.returncode == 0, done.stderr
    expected = CHAPTERS / name.replace(".py", ".expected.txt")
    if expected.exists():
        assert done.stdout == expected.read_text(encoding="utf-8")


@pytest.mark.slow
def test_digits_chapter(tmp_path: Path) -> None:
    done = glassbrook(
        "run", CHAPTERS / "ch2_digits.py", folder=tmp_path, GLASSBROOK_DATA=str(SHARED / "mnist")
    )
    assert done.returncode == 0, done.stderr
    assert "test accuracy: 0.8" in done.stdout or "test accuracy: 0.9" in done.stdout
