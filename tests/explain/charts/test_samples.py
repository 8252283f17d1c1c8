"""`draw_samples` and `draw_line_fit`."""

from __future__ import annotations

import numpy as np
import pytest

from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.explain.charts.line_fit import draw_line_fit
from glassbrook.explain.charts.samples import _order, _pixels, draw_samples
from tests.explain.charts.support import checked

RANDOM = np.random.default_rng(8)


def test_the_surest_mistakes_come_first():
    scores = RANDOM.dirichlet(np.ones(4), 100)
    labels = RANDOM.integers(0, 4, 100)
    picture = draw_samples(RANDOM.random((100, 8, 8)), labels, scores, most=12, columns=4)
    texts = checked(picture)
    wrong = scores.argmax(1) != labels
    assert picture.title == f"{wrong.sum()} of 100 wrong, the surest mistakes first"
    shown = [row[0] for row in picture.tables[0].rows]
    assert wrong[shown].tolist() == [True] * 8 + [False] * 4
    expected = sorted(np.flatnonzero(wrong), key=lambda index: -scores[index].max())[:8]
    assert shown[:8] == expected
    first = shown[0]
    written = f"{scores[first].argmax()} ({scores[first].max():.0%}), is {labels[first]}"
    assert written in texts
    assert written in picture.description


def test_few_images_fill_what_there_is():
    truth, scores = np.array([0, 0, 1]), np.eye(2)[[0, 1, 1]]
    assert _order(truth, scores, 40, 8, 3).tolist() == [1, 0, 2]
    assert _order(np.array([1, 1]), np.eye(2)[[0, 0]], 40, 8, 2).tolist() == [0, 1]
    assert _order(None, None, 2, 8, 5).tolist() == [0, 1]


def test_images_of_all_kinds():
    gray = RANDOM.integers(0, 256, (3, 5, 4), dtype=np.uint8)
    np.testing.assert_allclose(_pixels(gray)[..., 0], gray / 255)
    np.testing.assert_allclose(_pixels(RANDOM.random((2, 5, 4, 3))).shape, (2, 5, 4, 3))
    np.testing.assert_allclose(_pixels(gray / 127.5 - 1)[..., 0], gray / 255, atol=1e-12)
    np.testing.assert_allclose(_pixels([[[-4.0, 4.0]]])[0, 0, :, 0], [0, 1])
    checked(draw_samples(gray))
    checked(draw_samples(gray[..., None], labels=[0, 1, 0], classes=["cat", "$dog"]))
    checked(draw_samples(RANDOM.random((3, 5, 4, 3)), scores=np.eye(3)))


def test_long_names_take_two_lines():
    picture = draw_samples(
        np.zeros((1, 9, 9)), [1], [[0.8, 0.2]], classes=["aeroplane", "automobile"]
    )
    assert {"aeroplane (80%),", "is automobile"} <= set(checked(picture))
    assert "aeroplane (80%), is automobile" in picture.description


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((np.zeros((3, 784)),), {}, ShapeError, r"got shape \[3, 784\]. Reshape flat ones"),
        ((np.zeros((0, 4, 4)),), {}, InvalidArgumentError, "no image"),
        ((np.zeros((3, 4, 4)), [0]), {}, ShapeError, "3 images and 1 labels"),
        ((np.zeros((3, 4, 4)), None, np.zeros((2, 2))), {}, ShapeError, "2 scores"),
        ((np.zeros((3, 4, 4)), None, np.zeros(3)), {}, ShapeError, r"rows \[n, classes\]"),
        ((np.zeros((1, 4, 4)),), {"most": 0}, InvalidArgumentError, "at least 1"),
        ((np.zeros((1, 4, 4)), [5]), {"classes": ["a"]}, OutOfRangeError, "is 5"),
    ],
)
def test_bad_samples(arguments, options, error, message):
    with pytest.raises(error, match=message):
        draw_samples(*arguments, **options)


def test_a_line():
    x = RANDOM.normal(size=20)
    picture = draw_line_fit(x, 2 * x, 1.5, -0.25, losses=[4.0, 2.0, float("nan"), 1.0])
    assert {"y = 1.5 x - 0.25", "points", "step"} <= set(checked(picture))
    points = np.array(picture.tables[0].rows)
    np.testing.assert_allclose(points, np.stack([x, 2 * x, 1.5 * x - 0.25], axis=1))
    assert [row[0] for row in picture.tables[1].rows] == [0, 1, 2, 3]
    checked(draw_line_fit(x, x, 1, 0))
    checked(draw_line_fit([1], [1], 1, 0, [0.0]))
    assert len(draw_line_fit(x, x, 1, 0, np.ones(5000)).tables[1].rows) == 500
    with pytest.raises(ShapeError, match="got 2 x and 1 y"):
        draw_line_fit([1, 2], [1], 1, 0)
    with pytest.raises(ShapeError, match="at least one"):
        draw_line_fit([], [], 1, 0)
