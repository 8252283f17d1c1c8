"""The code in the documents runs as it stands, and what they point to is there."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.support import ROOT, SHARED, glassbrook

DOCUMENTS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted(ROOT.glob("docs/*.md"))]
CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")


def programs(path: Path) -> list[str]:
    """The blocks that are whole programs: those that begin with an import."""
    found = CODE.findall(path.read_text(encoding="utf-8"))
    return [text for text in found if text.startswith(("import", "from"))]


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "mnist").is_dir(), reason=f"MNIST is not in {SHARED / 'mnist'}")
def test_the_readmes_example_runs(tmp_path: Path) -> None:
    (program,) = programs(ROOT / "README.md")
    assert len(program.strip().splitlines()) <= 15
    environment = {**os.environ, "GLASSBROOK_DATA": str(SHARED / "mnist")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "accuracy" in done.stdout
    assert (tmp_path / "digits.gbk").stat().st_size > 500_000


@pytest.mark.parametrize("number", range(5))
def test_the_examples_of_explain_run(tmp_path: Path, number: int) -> None:
    page = (ROOT / "docs/explain.md").read_text(encoding="utf-8")
    found = programs(ROOT / "docs/explain.md")
    assert len(found) == len(CODE.findall(page)) == 5
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", found[number]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # What the page quotes of each output is there.
    quoted = {
        0: ("∂h/∂z₁ = h · (1 - h) = [[0.2425], [0.24984]]", "[2, 2] · [2, 1] gives [2, 1]"),
        2: ("∂L/∂kernel[300, 77] = images[:, 300]ᵀ ∂L/∂z₁[:, 77]",),
        3: ("Σₖ(δₖ · wⱼₖ)",),
    }
    for line in quoted.get(number, ()):
        assert line in page
        assert line in done.stdout


@pytest.mark.parametrize("number", range(3))
def test_the_examples_of_the_compiler_run(tmp_path: Path, number: int) -> None:
    found = programs(ROOT / "docs/compiler.md")
    assert len(found) == 3
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", found[number]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_both_readmes_say_the_same() -> None:
    english, chinese = (path.read_text(encoding="utf-8") for path in DOCUMENTS[:2])
    assert programs(DOCUMENTS[0]) == programs(DOCUMENTS[1])
    for pattern in (r"^#+ ", r"^\|", r"^```", r"^!\["):
        count = [len(re.findall(pattern, text, re.MULTILINE)) for text in (english, chinese)]
        assert count[0] == count[1], pattern
    numbers = [sorted(re.findall(r"\d+(?:\.\d+)?", text)) for text in (english, chinese)]
    assert numbers[0] == numbers[1]


def test_the_readmes_derivation_is_what_the_command_prints() -> None:
    printed = glassbrook("explain", "--no-check").stdout.splitlines()
    shown = re.findall(r"^    [∂δ].*$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert len(shown) == 5
    assert set(shown) <= set(printed)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_names_that_share_a_text_get_rows_of_their_own(monkeypatch):
    # The reader of docstrings is installed only where the site is built.
    reader = SimpleNamespace(Extension=object, GriffeLoader=object, Object=object)
    monkeypatch.setitem(sys.modules, "griffe", reader)
    markdown = importlib.import_module("docs.hooks.docstrings").markdown
    found = markdown("Args:\n    x, y: sizes\n        in pixels.\n    z: 1, 2: both.\n")
    text = "sizes\n        in pixels.\n"
    assert found == f"Args:\n    x: {text}    y: {text}    z: 1, 2: both.\n"
