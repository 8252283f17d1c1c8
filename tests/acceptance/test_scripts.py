"""Scripts as course authors write them print what they print under TensorFlow.

``scripts/NAME.expected.txt`` was recorded by `record.py` with TensorFlow 2.21. Numbers may differ
in the last digits, and spaces with them; everything else has to be equal.
"""

from __future__ import annotations

import math
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from glassbrook import compat, keras

pytestmark = pytest.mark.slow
SCRIPTS = Path(__file__).parent / "scripts"
NAMES = sorted(path.stem for path in SCRIPTS.glob("*.py"))
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+|nan|inf)(?![a-z])", re.IGNORECASE)


WRONG: dict[str, str] = {}


def scripts() -> list[Any]:
    """The names of all scripts, those that are known to differ as expected failures."""
    marks = {name: [pytest.mark.xfail(reason=reason)] for name, reason in WRONG.items()}
    return [pytest.param(name, marks=marks.get(name, [])) for name in NAMES]


@pytest.fixture
def as_tensorflow() -> Iterator[None]:
    keras.backend.clear_session()
    compat.install()
    yield
    compat.uninstall()


def is_same(line: str, expected: str) -> bool:
    """Whether two lines differ in nothing but the last digits of numbers and in spaces."""
    if "".join(NUMBER.sub("#", line).split()) != "".join(NUMBER.sub("#", expected).split()):
        return False
    pairs = zip(NUMBER.findall(line), NUMBER.findall(expected), strict=True)
    return all(
        ours == theirs or math.isclose(float(ours), float(theirs), rel_tol=1e-3, abs_tol=1e-4)
        for ours, theirs in pairs
    )


@pytest.mark.parametrize(
    ("line", "expected", "same"),
    [
        ("loss 0.12345 in [1. 2.]", "loss 0.12346 in [1.  2. ]", True),
        ("loss 0.12", "loss 0.13", False),
        ("shape=(2,)", "shape=(2, 1)", False),
        ("nan", "1.0", False),
        ("tf.float32", "tf.float64", False),
    ],
)
def test_the_comparison(line: str, expected: str, same: bool) -> None:
    assert is_same(line, expected) is same


@pytest.mark.usefixtures("as_tensorflow")
# Scripts leave files open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
# As TensorFlow warns there, too.
@pytest.mark.filterwarnings("ignore:fit. the data ran out")
@pytest.mark.parametrize("name", scripts())
def test_script(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(SCRIPTS / f"{name}.py"), run_name="__main__")
    printed = capsys.readouterr().out.splitlines()
    expected = (SCRIPTS / f"{name}.expected.txt").read_text().splitlines()
    different = [
        f"printed:  {ours}\nexpected: {theirs}"
        for ours, theirs in zip(printed, expected, strict=False)
        if not is_same(ours, theirs)
    ]
    assert not different, "\n".join(different)
    assert len(printed) == len(expected)
