"""Programs written for TensorFlow find Glassbrook, in the process that asks for it only."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import glassbrook
from glassbrook import compat
from glassbrook.compat import imports
from glassbrook.errors import NotFoundError


@pytest.fixture
def installed() -> Iterator[None]:
    hidden = {name: sys.modules[name] for name in list(sys.modules) if _is_peer(name)}
    compat.install()
    yield
    compat.uninstall()
    sys.modules.update(hidden)


def _is_peer(name: str) -> bool:
    return name.partition(".")[0] in ("tensorflow", "keras")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("tensorflow", "glassbrook"),
        ("keras", "glassbrook.keras"),
        ("tensorflow.keras", "glassbrook.keras"),
        ("tensorflow.keras.layers", "glassbrook.keras.layers"),
        ("keras.layers", "glassbrook.keras.layers"),
        ("tensorflow.compat.v1", "glassbrook.compat.v1"),
        ("tensorflow.compat.v2", "glassbrook"),
        ("tensorflow.linalg", "glassbrook.linalg"),
        ("tensorflow.ragged", "glassbrook.ragged"),
        ("tensorflow.python.keras.losses", "glassbrook.keras.losses"),
        ("keras.src.layers", "glassbrook.keras.layers"),
        ("tensorflow.data", "glassbrook.data"),
        ("tensorflow.math", "glassbrook.math"),
        ("tensorflow.keras.datasets", "glassbrook.datasets"),
        ("tensorflow.keras.datasets.mnist", "glassbrook.datasets.mnist"),
    ],
)
def test_names_are_translated(name: str, ours: str) -> None:
    assert importlib.import_module(name) is importlib.import_module(ours)
    assert importlib.import_module(ours).__name__ == ours


@pytest.mark.usefixtures("installed")
def test_import_forms() -> None:
    namespace: dict[str, object] = {}
    exec(
        "import tensorflow as tf\n"
        "from tensorflow import keras\n"
        "from tensorflow.keras import layers, optimizers, datasets\n"
        "from tensorflow.keras.layers import Dense\n"
        "from keras.models import Sequential\n",
        namespace,
    )
    assert namespace["tf"] is glassbrook
    assert namespace["keras"] is glassbrook.keras
    assert namespace["Dense"] is glassbrook.keras.layers.Dense
    assert namespace["Sequential"] is glassbrook.keras.Sequential


@pytest.mark.usefixtures("installed")
def test_a_missing_module_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"tensorflow\.lite.*Glassbrook"):
        importlib.import_module("tensorflow.lite")


def test_uninstalling_restores_imports() -> None:
    compat.install()
    compat.uninstall()
    assert not any(isinstance(each, imports._Finder) for each in sys.meta_path)
    assert "tensorflow" not in sys.modules or sys.modules["tensorflow"] is not glassbrook


def test_a_script_gets_its_arguments_and_its_folder(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("VALUE = 7\n")
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, beside\n"
        "import tensorflow as tf\n"
        "assert __name__ == '__main__'\n"
        "print(sys.argv[1:], beside.VALUE, tf.__name__, int(tf.constant(1) + 1))\n"
    )
    code = f"from glassbrook.compat import run_script; run_script({str(script)!r}, ['a', '--b'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['a', '--b'] 7 glassbrook 2\n"


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="does not exist"):
        compat.run_script(str(tmp_path / "missing.py"))
    with pytest.raises(NotFoundError, match="is a folder"):
        compat.run_script(str(tmp_path))
