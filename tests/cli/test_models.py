"""``predict``, ``evaluate``, ``summary`` and ``doctor`` on what they should not be given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import glassbrook as tf
from tests.cli.support import documents, glassbrook


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained digit model."""
    layers = tf.keras.layers
    network = tf.keras.Sequential([tf.keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
    network.compile("sgd", "mse")
    path = tmp_path_factory.mktemp("model") / "model.gbk"
    network.save(path)
    return path


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "digit.png"
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 12:16] = 255
    Image.fromarray(pixels).save(path)
    return path


def test_a_file_that_is_no_image(model: Path, image: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("not a picture")
    done = glassbrook("predict", model, text)
    assert done.returncode == 4
    assert "text.png" in done.stderr
    assert "Traceback" not in done.stderr
    done = glassbrook("predict", model, text, image)
    assert done.returncode == 4
    assert done.stdout.startswith(str(image))


def test_an_image_that_is_not_there(model: Path, tmp_path: Path) -> None:
    done = glassbrook("predict", model, tmp_path / "missing.png")
    assert done.returncode == 4
    assert "missing.png" in done.stderr


@pytest.mark.parametrize("command", ["evaluate", "summary", "predict"])
def test_models_that_cannot_be_read(command: str, model: Path, image: Path, tmp_path: Path) -> None:
    arguments = [image] if command == "predict" else []
    truncated = tmp_path / "truncated.gbk"
    truncated.write_bytes(model.read_bytes()[:200])
    for path in (truncated, image, tmp_path / "missing.gbk"):
        done = glassbrook(command, path, *arguments)
        assert done.returncode == 4, done.stderr
        assert path.name in done.stderr
        assert "Traceback" not in done.stderr


def test_a_model_for_something_else(image: Path, tmp_path: Path) -> None:
    network = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
    network.save(tmp_path / "other.gbk")
    done = glassbrook("predict", tmp_path / "other.gbk", image)
    assert done.returncode == 4
    assert "28" in done.stderr


def test_doctor() -> None:
    (found,) = documents(glassbrook("doctor", "--json"))
    assert found["glassbrook"] == tf.__version__
    assert {"python", "numpy", "blas", "cores", "engine", "cache_folder", "mnist"} <= found.keys()
    done = glassbrook("doctor")
    assert done.returncode == 0
    assert "cache folder" in done.stdout


def test_a_reader_that_has_enough_is_no_error(model: Path) -> None:
    import subprocess
    import sys

    code = f"from glassbrook.cli import main; main(['summary', {str(model)!r}])"
    command = f'"{sys.executable}" -c "{code}" | head -c 1'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
