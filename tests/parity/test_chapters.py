"""The source tutorial's chapters: each script prints the same on both sides."""

from __future__ import annotations

import contextlib
import io
import os
import re
import runpy
import sys
from pathlib import Path

import pytest
import tensorflow

from tests.parity.support import fresh_names, glassbrook

CHAPTERS = Path(__file__).parents[3] / "shared" / "seed" / "chapters"
DATA = Path(__file__).parents[3] / "shared" / "mnist"

# Chapter 2 needs the digits and draws its first weights at random: only its result is compared.
SAME_OUTPUT = ("ch1_linear_regression", "ch3_basics", "ch4_networks", "ch5_backprop")

pytestmark = pytest.mark.skipif(not CHAPTERS.is_dir(), reason=f"no chapters in {CHAPTERS}")


def run(script: str, framework) -> list[str]:
    """What the script prints when `import tensorflow` finds `framework`."""
    fresh_names()
    framework.random.set_seed(0)
    names = {
        "tensorflow": framework,
        "tensorflow.keras": framework.keras,
        "tensorflow.keras.layers": framework.keras.layers,
    }
    before = {name: sys.modules.get(name) for name in names}
    stream = io.StringIO()
    try:
        sys.modules.update(names)
        with contextlib.redirect_stdout(stream):
            runpy.run_path(str(CHAPTERS / f"{script}.py"))
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("script", SAME_OUTPUT)
def test_chapters_print_the_same(script):
    expected, found = run(script, tensorflow), run(script, glassbrook)
    for one, other in zip(expected, found):
        assert rounded(other) == rounded(one)
    assert len(found) == len(expected)


def rounded(line: str) -> str:
    """The line with its decimals cut to what float32 and a different order of sums agree on."""
    number = re.compile(r"-?\d+\.\d+(e[-+]\d+)?")
    text = number.sub(lambda found: f"{float(found[0]):.5g}", line)
    return re.sub(r" +(?=[ \]])", "", text)


def test_chapter_3_prints_what_is_written_beside_it():
    expected = (CHAPTERS / "ch3_basics.expected.txt").read_text().splitlines()
    assert run("ch3_basics", glassbrook) == expected


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no digits in {DATA}")
def test_chapter_2_learns(monkeypatch):
    monkeypatch.setenv("GLASSBROOK_DATA", str(DATA))
    monkeypatch.setenv("EPOCHS", os.environ.get("EPOCHS", "10"))
    *_, last = run("ch2_digits", glassbrook)
    assert float(last.rpartition(" ")[2]) > 0.82
