"""``glassbrook draw``: files, facts, exit codes, and what is said of what cannot be drawn."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.cli import digits, main
from glassbrook.cli.points import moons, read_points
from tests.cli.support import documents, glassbrook

layers = tf.keras.layers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models and a history, as `glassbrook train` leaves them."""
    place = tmp_path_factory.mktemp("runs")
    tf.keras.utils.set_random_seed(0)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((28, 28)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(16, activation="relu", name="hidden"),
            layers.Dense(10),
        ]
    )
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    data = small_data()
    logger = tf.keras.callbacks.CSVLogger(place / "history.csv")
    model.fit(data.x_train, data.y_train, epochs=2, verbose=0, callbacks=[logger])
    model.save(place / "model.gbk")
    plane = tf.keras.Sequential([tf.keras.Input((2,)), layers.Dense(2)])
    plane.save(place / "plane.gbk")
    (place / "damaged.gbk").write_bytes((place / "model.gbk").read_bytes()[:100])
    return place


def small_data() -> digits.DigitData:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (96, 28, 28)).astype(np.uint8)
    labels = generator.integers(0, 10, 96).astype(np.uint8)
    return digits.DigitData("small", images[:64], labels[:64], images[64:], labels[64:])


@pytest.fixture
def draw(folder, tmp_path, monkeypatch, capsys):
    """Run ``glassbrook draw arguments…`` within an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(digits, "load", lambda name: small_data())

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["draw", *(str(each) for each in arguments)])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


CASES: list[tuple[list[str], str, dict[str, Any]]] = [
    (["model", "model.gbk"], "model", {"layers": 5, "parameters": 784 * 16 + 16 + 170}),
    (["model", "model.gbk", "--no-edges", "--across"], "model", {"layers": 5}),
    (["graph", "model.gbk"], "graph", {}),
    (["graph", "model.gbk", "--data", "strokes", "--boxes", "12"], "graph", {}),
    (["program", "model.gbk", "--batch", "4"], "program", {}),
    (["program", "model.gbk", "--step"], "step", {}),
    (["gradients", "model.gbk"], "gradients", {"data": "small", "layers": 2}),
    (["curves", "history.csv"], "curves", {"epochs": 2}),
    (["weights", "model.gbk", "--layer", "hidden"], "weights", {}),
    (["surface", "model.gbk", "--steps", "3", "--resolution", "3"], "surface", {"steps": 3}),
    (["boundary", "plane.gbk"], "boundary", {"points": 200}),
    (["confusion", "model.gbk"], "confusion", {"images": 32}),
]


@pytest.mark.parametrize(("arguments", "name", "facts"), CASES, ids=lambda each: str(each)[:30])
def test_every_picture(draw, folder, arguments, name, facts):
    command, file, *options = arguments
    before = (folder / file).read_bytes()
    code, out, err = draw(command, folder / file, *options, "--json")
    assert (code, err) == (0, "")
    assert (folder / file).read_bytes() == before
    found = json.loads(out)
    assert found["picture"] == f"{name}.svg"
    assert {key: found[key] for key in facts} == facts
    root = ElementTree.parse(f"{name}.svg").getroot()
    assert root.get("role") == "img"
    assert root.find("{http://www.w3.org/2000/svg}title").text
    assert "prefers-color-scheme" in Path(f"{name}.svg").read_text()


@pytest.mark.parametrize(
    "loss",
    [
        "mse",
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        tf.keras.losses.CategoricalCrossentropy(),
    ],
    ids=str,
)
def test_labels_are_as_the_loss_takes_them(draw, tmp_path, loss):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((28, 28)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("sgd", loss)
    model.save(tmp_path / "model.gbk")
    for command in (
        ["graph", "model.gbk", "--data", "strokes"],
        ["program", "model.gbk", "--step"],
        ["gradients", "model.gbk"],
    ):
        code, _, err = draw(*command)
        assert (code, err) == (0, "")


def test_a_picture_that_is_there_is_kept_unless_it_is_named(draw, folder):
    for name in ("model.svg", "model-2.svg", "model-3.svg"):
        code, out, _ = draw("model", folder / "model.gbk")
        assert code == 0
        assert out.split()[:2] == ["picture", name]
    Path("mine.html").write_text("old")
    assert draw("model", folder / "model.gbk", "--out", "mine.html")[0] == 0
    text = Path("mine.html").read_text()
    assert text.startswith("<!DOCTYPE html>")
    assert "<table>" in text
    assert draw("model", folder / "model.gbk", "--out", "mine.png")[0] == 0
    assert Path("mine.png").read_bytes()[:4] == b"\x89PNG"


def test_the_norms_of_gradients(draw, folder):
    _, out, _ = draw("gradients", folder / "model.gbk", "--json")
    norms = json.loads(out)["norms"]
    assert set(norms) == {"hidden", "dense"}
    assert min(norms.values()) > 0


def test_points_from_a_file(draw, folder, tmp_path):
    (tmp_path / "p.csv").write_text("x1,x2,label\n0.5,1,0\n-1,2.5,1\n\n0,0,1\n")
    places, labels = read_points(tmp_path / "p.csv")
    np.testing.assert_array_equal(places, np.float32([[0.5, 1], [-1, 2.5], [0, 0]]))
    np.testing.assert_array_equal(labels, [0, 1, 1])
    code, out, _ = draw("boundary", folder / "plane.gbk", "--points", "p.csv", "--json")
    assert code == 0
    assert json.loads(out)["points"] == 3


def test_moons_are_always_the_same_and_apart():
    places, labels = moons()
    again, _ = moons()
    np.testing.assert_array_equal(places, again)
    np.testing.assert_array_equal(np.bincount(labels), [100, 100])
    assert places[labels == 0, 1].mean() > places[labels == 1, 1].mean() + 0.5


MISTAKES = [
    (["model", "missing.gbk"], 4, "no model at"),
    (["model", "damaged.gbk"], 4, "damaged.gbk"),
    (["curves", "missing.csv"], 4, "missing.csv"),
    (["curves", "model.gbk"], 4, "no history"),
    (["boundary", "model.gbk"], 4, "expected (None, 2)"),
    (["confusion", "plane.gbk"], 4, "does not take images"),
    (["gradients", "plane.gbk"], 4, "does not take images"),
    (["program", "plane.gbk", "--step"], 4, "without its loss"),
    (["weights", "model.gbk", "--layer", "no"], 2, "Layers with weights: hidden, dense"),
    (["model", "model.gbk", "--out", "m.gif"], 2, "m.gif"),
    (["model", "model.gbk", "--out", "nowhere/m.svg"], 4, "no folder 'nowhere'"),
    (["graph", "model.gbk", "--boxes", "2"], 2, "--boxes"),
    (["surface", "model.gbk", "--steps", "-1"], 2, "--steps"),
    (["boundary", "plane.gbk", "--points", "none.csv"], 4, "there is no file 'none.csv'"),
    (["nothing", "model.gbk"], 2, "No such command"),
]


@pytest.mark.parametrize(
    ("arguments", "code", "message"), MISTAKES, ids=lambda each: str(each)[:40]
)
def test_mistakes(draw, folder, tmp_path, arguments, code, message):
    command, file, *options = arguments
    found, out, err = draw(command, folder / file, *options)
    assert found == code, err
    assert message in " ".join(err.split())
    assert "Traceback" not in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no point"),
        ("x1,x2,label\n", "holds no point"),
        ("1,2,0\n1,2\n", "line 2"),
        ("1,2,0\n1,nan,0\n", "line 2"),
        ("1,2,0.5\n", "line 1"),
        ("1,2,-1\n", "line 1"),
        ("1,2,0\na,b,c\n", "line 2"),
    ],
)
def test_points_that_are_none(tmp_path, text, message):
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(tf.errors.DataError, match=message):
        read_points(tmp_path / "p.csv")
    (tmp_path / "p.csv").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(tf.errors.DataError, match="cannot be read"):
        read_points(tmp_path / "p.csv")


def test_as_a_command_of_its_own(folder, tmp_path):
    done = glassbrook("draw", "model", folder / "model.gbk", "--json", folder=tmp_path)
    (found,) = documents(done)
    assert (tmp_path / found["picture"]).is_file()
