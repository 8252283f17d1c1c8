"""The digits that are drawn here: of MNIST's form, reproducible, varied, and learnable."""

from __future__ import annotations

import numpy as np
import pytest

from glassbrook.datasets import strokes
from glassbrook.datasets.glyphs import GLYPHS, SEGMENTS, path_matrix
from glassbrook.errors import InvalidArgumentError

ALL_GLYPHS = [glyph for variants in GLYPHS for glyph in variants]


def test_form():
    (x_train, y_train), (x_test, y_test) = strokes.load_data(train=600, test=70)
    assert x_train.shape == (600, 28, 28)
    assert y_train.shape == (600,)
    assert x_test.shape == (70, 28, 28)
    assert y_test.shape == (70,)
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    assert sorted(set(y_train)) == list(range(10))


def test_white_on_black_and_centred():
    images, _ = strokes.generate(2000, seed=3)
    assert np.median(images) < 5
    assert images.reshape(2000, -1).max(axis=1).min() > 120
    for axis in (1, 2):
        mass = images.sum(axis=axis, dtype=np.float64)
        middle = (mass * np.arange(28)).sum(axis=1) / mass.sum(axis=1)
        assert abs(middle.mean() - 14) < 0.1
        assert 0.3 < middle.std() < 1.0


def test_the_seed_decides():
    images, labels = strokes.generate(50, seed=7)
    again, labels_again = strokes.generate(50, seed=7)
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, labels_again)
    other, _ = strokes.generate(50, seed=8)
    assert (images != other).any(axis=(1, 2)).all()


def test_a_longer_set_begins_with_the_shorter_one():
    images, labels = strokes.generate(40, seed=1)
    longer, longer_labels = strokes.generate(1100, seed=1)
    np.testing.assert_array_equal(labels, longer_labels[:40])
    assert np.abs(images.astype(int) - longer[:40]).max() <= 1


def test_the_splits_have_nothing_in_common():
    (x_train, _), (x_test, _) = strokes.load_data(train=500, test=500)
    drawn, _ = strokes.generate(500)
    known = {image.tobytes() for image in x_train}
    assert len(known) == 500
    assert not any(image.tobytes() in known for image in (*x_test, *drawn))


def test_the_same_digits_everywhere():
    """On every platform and with every NumPy, but for the last bit of a pixel."""
    images, labels = strokes.generate(8, seed=42)
    assert labels.tolist() == LABELS
    np.testing.assert_allclose(images.mean(axis=(1, 2)), MEANS, atol=0.05)


def test_labels_can_be_asked_for():
    wanted = np.arange(100) % 10
    images, labels = strokes.generate(100, seed=5, labels=wanted)
    np.testing.assert_array_equal(labels, wanted)
    assert labels.dtype == np.uint8
    assert images.shape == (100, 28, 28)


def test_clean_ink_and_a_steady_hand():
    images, _ = strokes.generate(200, wobble=0, noise=0, labels=[1] * 200)
    assert (images == 0).mean() > 0.8
    noisy, _ = strokes.generate(200, wobble=0, labels=[1] * 200)
    assert (noisy == 0).mean() < (images == 0).mean()


def test_every_way_to_write_a_digit_is_used(monkeypatch: pytest.MonkeyPatch):
    used = set()
    monkeypatch.setattr(
        strokes, "path_matrix", lambda glyph: (used.add(glyph), path_matrix(glyph))[1]
    )
    strokes.generate(500)
    assert used == set(ALL_GLYPHS)


@pytest.mark.parametrize("glyph", ALL_GLYPHS)
def test_paths_pass_through_their_points(glyph):
    starts, ends = path_matrix(glyph)
    assert starts.shape == ends.shape == (SEGMENTS, len(glyph.points))
    np.testing.assert_allclose(starts.sum(axis=1), 1)
    points = np.array(glyph.points)
    path = np.concatenate([starts @ points, ends @ points])
    for stroke in glyph.strokes:
        for point in (points[stroke[0]], points[stroke[-1]]):
            assert np.hypot(*(path - point).T).min() < 1e-12
    # Segments of one pixel of twenty are short enough to look round.
    nearest = [np.hypot(*(path - point).T).min() for point in points]
    assert max(nearest) < 0.05
    assert np.hypot(*((ends - starts) @ points).T).max() < 0.1
    assert -0.1 < path.min() <= path.max() < 1.1


def test_no_image_and_one():
    images, labels = strokes.generate(0)
    assert images.shape == (0, 28, 28)
    assert labels.shape == (0,)
    assert strokes.generate(1, labels=[8])[1].tolist() == [8]
    assert strokes.generate(0, labels=[])[0].shape == (0, 28, 28)


BAD = [
    ({"count": -1}, "count is -1, expected a whole number"),
    ({"count": 2.5}, "count is 2.5, expected a whole number"),
    ({"count": 3, "seed": -2}, "seed is -2, expected a whole number"),
    ({"count": 3, "labels": [1, 2]}, "labels have shape (2,)"),
    ({"count": 2, "labels": [0.5, 1.0]}, "dtype float64, expected 2 whole numbers"),
    ({"count": 2, "labels": [3, 10]}, "there is no digit 10"),
    ({"count": 2, "wobble": float("nan")}, "wobble is nan, expected 0 to 3"),
    ({"count": 2, "noise": -1}, "noise is -1, expected 0 to 3"),
]


@pytest.mark.parametrize("arguments, words", BAD, ids=[row[1] for row in BAD])
def test_arguments_that_make_no_sense(arguments: dict[str, object], words: str):
    with pytest.raises(InvalidArgumentError) as caught:
        strokes.generate(**arguments)
    assert words in str(caught.value)


def test_a_small_network_learns_them():
    """784-256-128-10, Adam: 0.978 to 0.986 after 3 epochs, 0.984 to 0.986 after 5."""
    (x_train, y_train), (x_test, y_test) = strokes.load_data()
    weights = train(x_train, y_train)
    logits = forward(weights, flatten(x_test))[-1]
    accuracy = (logits.argmax(axis=1) == y_test).mean()
    assert 0.96 <= accuracy <= 0.998


def flatten(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / 255


def forward(weights: list[np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    outputs = [x]
    for layer in range(3):
        x = x @ weights[2 * layer] + weights[2 * layer + 1]
        x = np.maximum(x, 0) if layer < 2 else x
        outputs.append(x)
    return outputs


def train(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    weights = []
    for rows, columns in ((784, 256), (256, 128), (128, 10)):
        limit = (6 / (rows + columns)) ** 0.5
        weights.append(random.uniform(-limit, limit, (rows, columns)).astype(np.float32))
        weights.append(np.zeros(columns, np.float32))
    means = [np.zeros_like(weight) for weight in weights]
    squares = [np.zeros_like(weight) for weight in weights]
    x, step = flatten(images), 0
    for _ in range(3):
        order = random.permutation(len(x))
        for start in range(0, len(x), 128):
            chosen = order[start : start + 128]
            outputs = forward(weights, x[chosen])
            exp = np.exp(outputs[-1] - outputs[-1].max(axis=1, keepdims=True))
            delta = exp / exp.sum(axis=1, keepdims=True)
            delta[np.arange(len(chosen)), labels[chosen]] -= 1
            delta /= len(chosen)
            step += 1
            for layer in (2, 1, 0):
                gradients = (outputs[layer].T @ delta, delta.sum(axis=0))
                delta = (delta @ weights[2 * layer].T) * (outputs[layer] > 0)
                for index, gradient in zip((2 * layer, 2 * layer + 1), gradients):
                    means[index] += 0.1 * (gradient - means[index])
                    squares[index] += 0.001 * (gradient**2 - squares[index])
                    size = np.sqrt(squares[index] / (1 - 0.999**step)) + 1e-7
                    weights[index] -= 0.001 * means[index] / (1 - 0.9**step) / size
    return weights


LABELS = [2, 2, 0, 3, 2, 7, 4, 6]
MEANS = [31.48, 16.70, 27.44, 31.36, 42.17, 16.48, 28.38, 26.69]
