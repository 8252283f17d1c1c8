"""Seeded faults: scripts as learners write them, each with one mistake, are told what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassbrook import config
from glassbrook.errors import MistakeWarning
from tests.faults.running import Outcome, faulty_lines, mended, run
from tests.faults.table import GRADIENTS, HEALTH, MISTAKES

FOLDER = Path(__file__).parent


def scripts(folder: str) -> list[str]:
    return sorted(path.stem for path in (FOLDER / folder).glob("*.py"))


def run_both(folder: str, name: str) -> tuple[Outcome, Outcome]:
    path = FOLDER / folder / f"{name}.py"
    source = path.read_text(encoding="utf-8")
    assert faulty_lines(source)
    return run(path, source), run(path, mended(source))


def is_complaint(outcome: Outcome) -> bool:
    words = ("Warning", "Error", "GradientHealth", " gave nan", " gave inf")
    return outcome.warned > 0 or any(word in outcome.said for word in words)


def test_every_script_is_in_the_table() -> None:
    assert scripts("mistakes") == sorted(MISTAKES)
    assert scripts("gradients") == sorted(GRADIENTS)
    assert scripts("health") == sorted(HEALTH)


@pytest.fixture(params=["interpreter", pytest.param("auto", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Steps as they are written, and as programs, which take their time to compile."""
    monkeypatch.setattr(config, "engine", request.param)
    return request.param


def not_said(phrases: tuple[str, ...], said: str) -> list[str]:
    return [phrase for phrase in phrases if phrase not in said]


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("name", scripts("mistakes"))
def test_mistakes_are_named(name: str) -> None:
    faulty, healthy = run_both("mistakes", name)
    assert not_said(MISTAKES[name], faulty.said) == [], faulty.said
    assert len(faulty.lines) <= 1, faulty.said  # once, though the script goes on for some steps
    assert not is_complaint(healthy), healthy.said


@pytest.mark.parametrize("name", scripts("gradients"))
def test_reasons_for_no_gradient_are_named(name: str) -> None:
    faulty, healthy = run_both("gradients", name)
    assert not_said(GRADIENTS[name], faulty.said) == [], faulty.said
    assert faulty.names.get("gradient") is None
    assert not is_complaint(healthy), healthy.said
    assert healthy.names.get("gradient") is not None, healthy.said


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("name", scripts("health"))
def test_ill_gradients_and_numbers_are_named(name: str) -> None:
    faulty, healthy = run_both("health", name)
    assert not_said(HEALTH[name], faulty.said) == [], faulty.said
    assert not is_complaint(healthy), healthy.said


def test_warnings_are_of_their_own_class() -> None:
    assert issubclass(MistakeWarning, UserWarning)
