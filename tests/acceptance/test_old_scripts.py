"""Scripts in the spelling of Keras 2, most of which newer TensorFlow refuses, run as they stand.

They check their own results: there is no TensorFlow that records what they print.
"""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from glassbrook import compat, keras

SCRIPTS = Path(__file__).parent / "old_scripts"


@pytest.fixture
def as_tensorflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    keras.backend.clear_session()
    compat.install()
    yield
    compat.uninstall()


# One of them has one label for several outputs, and means it.
@pytest.mark.filterwarnings("ignore:.*is stretched to meet:glassbrook.errors.MistakeWarning")
@pytest.mark.usefixtures("as_tensorflow")
@pytest.mark.parametrize(
    "name",
    [
        # Recurrent layers take long to compile for the first time.
        pytest.param(path.stem, marks=[pytest.mark.slow] * ("recurrent" in path.stem))
        for path in sorted(SCRIPTS.glob("*.py"))
    ],
)
def test_old_script(name: str) -> None:
    runpy.run_path(str(SCRIPTS / f"{name}.py"), run_name="__main__")
