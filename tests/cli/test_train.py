"""``glassbrook train``, and what can be done with the model it writes."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.support import SHARED, documents, glassbrook

MNIST = SHARED / "mnist"
needs_mnist = pytest.mark.skipif(not MNIST.is_dir(), reason=f"MNIST is not in {MNIST}")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict], str]:
    """A short run on strokes: its folder, its JSON documents, and its stderr."""
    folder = tmp_path_factory.mktemp("run") / "digits"
    done = glassbrook(
        "train",
        "digits",
        "--data",
        "strokes",
        "--epochs",
        "2",
        "--hidden",
        "64",
        "--out",
        folder,
        "--json",
    )
    return folder, documents(done), done.stderr


def test_results(trained: tuple[Path, list[dict], str]) -> None:
    folder, found, progress = trained
    *epochs, result = found
    assert [each["epoch"] for each in epochs] == [1, 2]
    assert result["data"] == "strokes"
    assert result["epochs"] == 2
    assert result["test_accuracy"] > 0.85
    assert result["test_loss"] < 0.6
    assert result["seconds"] > 0
    assert Path(result["model"]) == folder / "model.gbk"
    assert "data: strokes, 12000 images" in progress


def test_files(trained: tuple[Path, list[dict], str]) -> None:
    folder, _, _ = trained
    with open(folder / "history.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    assert {"epoch", "loss", "accuracy", "val_loss", "val_accuracy"} <= rows[0].keys()
    for name in ("curves.png", "confusion.png", "samples.png"):
        with Image.open(folder / name) as image:
            pixels = np.asarray(image.convert("L"))
        assert pixels.size > 50_000
        assert pixels.std() > 10


def test_predict(trained: tuple[Path, list[dict], str], tmp_path: Path) -> None:
    from glassbrook.datasets import strokes

    images, labels = strokes.generate(20, seed=99)
    paths = []
    for number, image in enumerate(images):
        # Dark ink on light paper, larger: what a phone gives.
        path = tmp_path / f"{number}.png"
        Image.fromarray(255 - image).resize((140, 140)).save(path)
        paths.append(path)
    rows = documents(glassbrook("predict", trained[0] / "model.gbk", *paths, "--json"))
    right = sum(row["digit"] == label for row, label in zip(rows, labels, strict=True))
    assert right >= 14
    assert all(0 < row["confidence"] <= 1 for row in rows)
    assert all(abs(sum(row["probabilities"]) - 1) < 1e-3 for row in rows)
    done = glassbrook("predict", trained[0] / "model.gbk", paths[0])
    path, digit, confidence = done.stdout.strip().split("\t")
    assert (path, int(digit)) == (str(paths[0]), rows[0]["digit"])
    assert confidence.endswith("%")


def test_evaluate_and_summary(trained: tuple[Path, list[dict], str]) -> None:
    folder, found, _ = trained
    model = folder / "model.gbk"
    (result,) = documents(glassbrook("evaluate", model, "--data", "strokes", "--json"))
    assert result["test_accuracy"] == pytest.approx(found[-1]["test_accuracy"])
    assert result["test_loss"] == pytest.approx(found[-1]["test_loss"], rel=1e-4)
    done = glassbrook("summary", model)
    assert done.returncode == 0
    assert "Trainable params: 50,890" in done.stdout
    (described,) = documents(glassbrook("summary", model, "--json"))
    assert described["parameters"] == 784 * 64 + 64 + 64 * 10 + 10


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model(tmp_path: Path) -> None:
    results = [
        documents(
            glassbrook(
                "train",
                "digits",
                "--data",
                "strokes",
                "--epochs",
                "1",
                "--hidden",
                "16",
                "--seed",
                "5",
                "--out",
                tmp_path / name,
                "--json",
            )
        )[-1]
        for name in ("a", "b")
    ]
    assert results[0]["test_loss"] == results[1]["test_loss"]


@pytest.mark.slow
def test_mean_squared_error_and_other_choices(tmp_path: Path) -> None:
    result = documents(
        glassbrook(
            "train",
            "digits",
            "--data",
            "strokes",
            "--epochs",
            "1",
            "--hidden",
            "32,16",
            "--loss",
            "mse",
            "--optimizer",
            "sgd",
            "--learning-rate",
            "0.1",
            "--activation",
            "tanh",
            "--batch-size",
            "64",
            "--out",
            tmp_path,
            "--json",
        )
    )[-1]
    assert 0.1 < result["test_accuracy"] <= 1
    assert result["test_loss"] < 0.1
    (again,) = documents(
        glassbrook("evaluate", tmp_path / "model.gbk", "--data", "strokes", "--json")
    )
    assert again["test_accuracy"] == pytest.approx(result["test_accuracy"])


def test_without_network_strokes_stand_in_and_it_says_so(tmp_path: Path) -> None:
    started = time.perf_counter()
    done = glassbrook(
        "train",
        "digits",
        "--epochs",
        "1",
        "--hidden",
        "8",
        "--out",
        tmp_path / "run",
        "--json",
        KERAS_HOME=str(tmp_path),
        XDG_CACHE_HOME=str(tmp_path),
        GLASSBROOK_DATA=str(tmp_path),
    )
    assert documents(done)[-1]["data"] == "strokes"
    assert "Training on strokes instead" in done.stderr.splitlines()[0]
    assert time.perf_counter() - started < 60


def test_asked_for_data_is_never_replaced(tmp_path: Path) -> None:
    done = glassbrook(
        "train",
        "digits",
        "--data",
        "mnist",
        "--out",
        tmp_path / "run",
        KERAS_HOME=str(tmp_path),
        XDG_CACHE_HOME=str(tmp_path),
        GLASSBROOK_DATA=str(tmp_path),
    )
    assert done.returncode == 4
    assert "GLASSBROOK_DATA" in done.stderr


@pytest.mark.slow
@needs_mnist
def test_mnist_reaches_its_accuracy(tmp_path: Path) -> None:
    done = glassbrook("train", "digits", "--out", tmp_path, "--json", GLASSBROOK_DATA=str(MNIST))
    result = documents(done)[-1]
    assert result["data"] == "mnist"
    assert result["epochs"] == 5
    assert result["test_accuracy"] >= 0.975


@pytest.mark.slow
def test_strokes_reach_their_accuracy(tmp_path: Path) -> None:
    done = glassbrook("train", "digits", "--data", "strokes", "--out", tmp_path, "--json")
    assert documents(done)[-1]["test_accuracy"] >= 0.95


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hidden", "0"], "whole numbers from 1"),
        (["--hidden", "256,x"], "256,128"),
        (["--learning-rate", "0"], "above 0"),
        (["--learning-rate", "nan"], "above 0"),
        (["--epochs", "0"], "epochs"),
        (["--batch-size", "-1"], "batch-size"),
        (["--optimizer", "magic"], "adam"),
        (["--loss", "magic"], "mse"),
        (["--data", "magic"], "strokes"),
    ],
)
def test_bad_options_are_usage_errors(arguments: list[str], message: str) -> None:
    done = glassbrook("train", "digits", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = glassbrook("train", "digits", "--data", "strokes", "--out", tmp_path / "file" / "run")
    assert done.returncode == 4
    assert "--out" in done.stderr


def test_divergence_has_its_exit_code(tmp_path: Path) -> None:
    done = glassbrook(
        "train",
        "digits",
        "--data",
        "strokes",
        "--optimizer",
        "sgd",
        "--learning-rate",
        "1e30",
        "--loss",
        "mse",
        "--out",
        tmp_path,
    )
    assert done.returncode == 5
    assert "learning" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupt_saves_the_model_so_far(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from glassbrook.cli import main; main()",
            "train",
            "digits",
            "--data",
            "strokes",
            "--epochs",
            "1000",
            "--out",
            str(tmp_path),
            "--json",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert first["epoch"] == 1
    process.send_signal(signal.SIGINT)
    _, progress = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted.gbk" in progress
    (result,) = documents(
        glassbrook("evaluate", tmp_path / "interrupted.gbk", "--data", "strokes", "--json")
    )
    assert result["test_accuracy"] > 0.5


def test_a_line(tmp_path: Path) -> None:
    (result,) = documents(glassbrook("train", "line", "--out", tmp_path, "--json"))
    assert abs(result["slope"] - 1.477) < 1e-3
    assert abs(result["intercept"] - 0.089) < 5e-3
    assert result["loss"] < 2e-4
    with Image.open(tmp_path / "fit.png") as image:
        assert np.asarray(image.convert("L")).std() > 10


def test_a_line_that_diverges(tmp_path: Path) -> None:
    done = glassbrook("train", "line", "--learning-rate", "10", "--out", tmp_path)
    assert done.returncode == 5
    assert "--learning-rate 1" in done.stderr
