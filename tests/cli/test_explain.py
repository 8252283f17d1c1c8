"""``glassbrook explain``: the chapter on backpropagation, with the numbers of a network."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.cli import main
from tests.cli.support import glassbrook

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run ``glassbrook explain arguments…`` in this process: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["explain", *arguments])
        assert isinstance(ended.value.code, int)
        return ended.value.code, *capsys.readouterr()

    return run


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def last_number(text: str, start: str) -> np.ndarray:
    line = next(each for each in text.splitlines() if each.strip().startswith(start))
    return np.array(eval(re.sub(r"\s+\([^()]*\)$", "", line).rpartition("= ")[2]))


def test_the_network_of_textbooks_is_told_with_its_numbers() -> None:
    done = glassbrook("explain")
    assert done.returncode == 0, done.stderr
    x, w, b = np.array([[0.6, 0.2]]), np.array([[0.5, -0.4], [0.3, 0.8]]), np.array([0.1, -0.2])
    v, c = np.array([[0.7], [-0.6]]), np.array([0.05])
    h = sigmoid(x @ w + b)
    o = sigmoid(h @ v + c)
    delta_k = (o - 1) * o * (1 - o)
    delta_j = h * (1 - h) * (delta_k @ v.T)
    text = done.stdout
    np.testing.assert_allclose(last_number(text, "δₖ ="), delta_k, rtol=1e-4)
    np.testing.assert_allclose(last_number(text, "δⱼ ="), delta_j, rtol=1e-4)
    np.testing.assert_allclose(last_number(text, "∂L/∂wᵢⱼ ="), x.T @ delta_j, rtol=1e-4)
    assert "1 of 1 are right" in text  # finite differences agree


def test_a_saved_network_one_weight_and_other_forms(explain: Run, tmp_path: Path) -> None:
    tf.keras.utils.set_random_seed(3)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((2,)),
            tf.keras.layers.Dense(2, activation="sigmoid", name="hidden"),
            tf.keras.layers.Dense(1, activation="sigmoid", name="output"),
        ]
    )
    model.save(tmp_path / "net.gbk")
    x, t = tf.constant([[0.3, -0.7]]), tf.constant([[0.5]])
    with tf.GradientTape() as tape:
        loss = 0.5 * tf.reduce_sum((model(x) - t) ** 2)
    want = tape.gradient(loss, model.layers[0].kernel).numpy()[1, 0]
    common = ("net.gbk", "--input", "0.3,-0.7", "--target", "0.5", "--no-check")
    chosen = ("--weight", "hidden/kernel", "--index", "1,0")
    code, told, _ = explain(*common, *chosen)
    assert code == 0
    np.testing.assert_allclose(last_number(told, "∂L/∂w₂₁ ="), want, rtol=1e-4)
    _, chain, _ = explain(*common, *chosen, "--story", "chain")
    np.testing.assert_allclose(last_number(chain, "∂L/∂W₁[1, 0] ="), want, rtol=1e-4)
    for name, sign in (("a.html", "<math>"), ("a.tex", r"\begin{aligned}"), ("a.md", "$$")):
        _, written, _ = explain(*common, *chosen, "--out", name)
        assert written.strip() == name
        assert sign in (tmp_path / name).read_text(encoding="utf-8")


def test_a_digit_network_is_told_in_bounds(explain: Run, tmp_path: Path) -> None:
    model = tf.keras.Sequential(
        [
            tf.keras.Input((28, 28)),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Rescaling(1 / 255),
            tf.keras.layers.Dense(16, activation="relu"),
            tf.keras.layers.Dense(10),
        ]
    )
    model.compile("sgd", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.save(tmp_path / "digits.gbk")
    options = ("--data", "strokes", "--sample", "2", "--index", "300,5", "--story", "both")
    code, told, _ = explain("digits.gbk", *options)
    assert code == 0
    assert len(told.splitlines()) < 250


def test_bad_calls_are_told_what_is_wrong(explain: Run) -> None:
    for arguments, code, said in (
        (("missing.gbk",), 4, "missing.gbk"),
        (("--input", "a,b"), 2, "not a list of numbers"),
        (("--index", "0,9"), 1, "axis 1 has the places 0 to 1"),
        (("--index", "x"), 2, "not the position"),
        (("--weight", "nothing"), 2, "network/hidden/kernel"),
        (("--input", "1,2,3"), 4, "the model takes 2"),
        (("--target", "1,2"), 4, "gives 1"),
    ):
        found, _, told = explain(*arguments)
        assert found == code, (arguments, told)
        assert said in told
