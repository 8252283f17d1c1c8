"""`decision_boundary`: what models say, against the same by hand."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.explain.charts.boundary import decision_boundary
from tests.explain.charts.support import checked

POINTS = np.random.default_rng(2).normal(size=(60, 2))


def slope(points):
    return 3 * points[:, 0] - points[:, 1]


def probability(points):
    return 1 / (1 + np.exp(-(3 * points[:, 0] - points[:, 1])))


LABELS = (probability(POINTS) > 0.5).astype(int)


@pytest.mark.parametrize(
    "model",
    [
        lambda points: tf.sigmoid(slope(points)),
        lambda points: tf.sigmoid(slope(points))[:, None],
        slope,
        lambda points: tf.stack([0 * slope(points), slope(points)], axis=1),
        lambda points: tf.nn.softmax(tf.stack([0 * slope(points), slope(points)], axis=1)),
    ],
)
def test_two_classes(model):
    wrong = LABELS.copy()
    wrong[:3] = 1 - wrong[:3]
    picture = decision_boundary(model, POINTS, wrong, classes=["left", "right"], resolution=41)
    texts = checked(picture)
    assert {"left", "right", "wrong", "57 of 60 points right"} <= set(texts)
    names = ["left", "right"]
    for place, label, row in zip(POINTS, wrong, picture.tables[0].rows, strict=True):
        one = probability(place[None])[0]
        assert row[1:3] == pytest.approx(place)
        assert row[3:5] == [names[label], names[int(one > 0.5)]]
        assert row[5] == pytest.approx(max(one, 1 - one), rel=1e-4)
    table = picture.tables[1]
    x = np.array(table.columns[1:], np.float64)
    for y, *cells in table.rows:
        for place, name in zip(x, cells, strict=True):
            height = 3 * place - y
            if abs(height) > 0.01:
                assert name == names[int(height > 0)]


def test_several_classes_of_a_model():
    tf.keras.utils.set_random_seed(0)
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(3)])
    labels = np.arange(60) % 3
    picture = decision_boundary(model, POINTS, np.eye(3)[labels], resolution=31, names=("a", "b"))
    assert {"a", "b", "0", "1", "2"} <= set(checked(picture))
    logits = model.predict(POINTS.astype(np.float32), verbose=0)
    assert [row[4] for row in picture.tables[0].rows] == [str(each) for each in logits.argmax(1)]
    right = int((logits.argmax(1) == labels).sum())
    assert picture.title == f"{right} of 60 points right"
    powers = np.exp(logits)
    shares = (powers / powers.sum(1, keepdims=True)).max(1)
    np.testing.assert_allclose([row[5] for row in picture.tables[0].rows], shares, rtol=1e-4)


def test_logits_that_look_like_probabilities():
    picture = decision_boundary(
        lambda points: 0 * points[:, 0] + 0.25, POINTS, LABELS, resolution=5, from_logits=True
    )
    assert picture.tables[0].rows[0][5] == pytest.approx(1 / (1 + np.exp(-0.25)))
    checked(picture)


def test_many_points_and_one_point():
    picture = decision_boundary(slope, np.tile(POINTS, (10, 1)), np.tile(LABELS, 10), resolution=5)
    assert picture.tables[0].caption == "The first 500 of 600 points"
    assert len(picture.tables[0].rows) == 500
    checked(decision_boundary(slope, [[1.0, 1.0]], [1], resolution=5))


@pytest.mark.parametrize(
    ("model", "points", "labels", "options", "error", "message"),
    [
        (slope, np.zeros((4, 3)), [0] * 4, {}, ShapeError, "choose two of them"),
        (slope, np.zeros((0, 2)), [], {}, InvalidArgumentError, "at least one point"),
        (slope, [[0, np.nan]], [0], {}, InvalidArgumentError, "of 1, 1 are NaN"),
        (slope, POINTS, [0], {}, ShapeError, "60 points and 1 labels"),
        (3, POINTS, LABELS, {}, InvalidArgumentError, "got int"),
        (tf.reduce_sum, POINTS, LABELS, {}, ShapeError, "one row of outputs per point"),
        (slope, POINTS, LABELS, {"classes": ["a"]}, OutOfRangeError, "There are 1 classes"),
        (slope, POINTS, LABELS, {"resolution": 1}, InvalidArgumentError, "at least 2"),
        (slope, POINTS, LABELS, {"names": ["x"]}, InvalidArgumentError, "two names"),
        (slope, POINTS, LABELS - 1, {}, OutOfRangeError, "must not be negative"),
    ],
)
def test_bad_arguments(model, points, labels, options, error, message):
    with pytest.raises(error, match=message):
        decision_boundary(model, points, labels, **options)
