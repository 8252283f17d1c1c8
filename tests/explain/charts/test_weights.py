"""`draw_weights`: which images are drawn, and the numbers behind them."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.explain.charts.weights import _tiles, draw_weights
from glassbrook.keras.utils.plotting.charts import signed_image
from tests.explain.charts.support import checked

layers = tf.keras.layers
RANDOM = np.random.default_rng(5)


def images(picture):
    """The images within a picture, their pixels between 0 and 1."""
    found = re.findall(r"data:image/png;base64,\s*([^\"]+)", picture.svg)
    opened = (Image.open(io.BytesIO(base64.b64decode(data))) for data in found)
    return [np.asarray(each.convert("RGBA")) / 255 for each in opened]


def test_units_of_square_inputs():
    kernel = RANDOM.normal(size=(784, 10))
    picture = draw_weights(kernel, most=6)
    texts = checked(picture)
    assert picture.title == "6 of 10 units, 28 × 28"
    assert {"0", "5"} <= set(texts)
    rows = np.array(picture.tables[0].rows)
    assert len(rows) == 10  # the table leaves nobody out
    np.testing.assert_allclose(rows[:, 1], kernel.min(axis=0))
    np.testing.assert_allclose(rows[:, 2], kernel.mean(axis=0))
    np.testing.assert_allclose(rows[:, 3], kernel.max(axis=0))
    np.testing.assert_allclose(rows[:, 4], np.linalg.norm(kernel, axis=0))
    tiles, _ = _tiles(kernel, None, 6)
    np.testing.assert_array_equal(tiles[3, 0], kernel[:, 3].reshape(28, 28))


def test_pixels_have_the_colours_of_weights():
    matrix = np.array([[-2.0, 0.0, 1.0], [0.5, 2.0, -1.0]])
    picture = draw_weights(matrix)
    checked(picture)
    (image,) = [each for each in images(picture) if each.shape == (2, 3, 4)]
    np.testing.assert_allclose(image[..., 3], [[1, 0, 0.5], [0.25, 1, 0.5]], atol=0.003)
    seen = image[..., 3] > 0
    np.testing.assert_allclose(image[seen], signed_image(matrix, 2.0)[seen], atol=0.006)
    assert picture.tables[1].rows == [[0, -2.0, 0.0, 1.0], [1, 0.5, 2.0, -1.0]]


def test_kernels_of_convolutions():
    layer = layers.Conv2D(8, (3, 5), name="conv")
    layer.build((None, 28, 28, 12))
    picture = draw_weights(layer, most=4)
    checked(picture)
    assert picture.title == "conv: 4 of 8 filters, 3 × 5, 8 of 12 channels each"
    tiles, _ = _tiles(layer.kernel.numpy(), None, 4)
    np.testing.assert_array_equal(tiles[2, 7], layer.kernel.numpy()[:, :, 7, 2])
    layer = layers.Conv1D(4, 7)
    layer.build((None, 28, 1))
    assert draw_weights(layer, title="Mine").title == "Mine"
    assert draw_weights(layer).title.endswith("4 filters, 1 × 7")


def test_layers_models_and_variables():
    model = tf.keras.Sequential(
        [tf.keras.Input((4, 4)), layers.Flatten(), layers.Dense(3, name="first"), layers.Dense(2)]
    )
    assert draw_weights(model).title == "first: 3 units, 4 × 4"
    assert draw_weights(model.layers[-1]).title.endswith("weights 3 × 2")
    assert draw_weights(model.layers[-1].bias).title == "weights 2"
    embedding = layers.Embedding(7, 3, name="words")
    embedding.build((None, 5))
    assert draw_weights(embedding).title == "words: weights 7 × 3"
    checked(draw_weights(tf.Variable(2.0)))


def test_shapes_and_columns():
    kernel = RANDOM.normal(size=(12, 5))
    assert draw_weights(kernel, shape=(3, 4), columns=2).title == "5 units, 3 × 4"
    assert draw_weights(kernel).title == "weights 12 × 5"
    checked(draw_weights(kernel, shape=(3, 4), columns=2))
    checked(draw_weights(RANDOM.normal(size=(300, 2))))


def test_zeros_and_no_numbers():
    checked(draw_weights(np.zeros((16, 2))))
    picture = draw_weights(np.array([[1.0, np.nan], [np.inf, -2.0]]))
    assert "2 are NaN or infinite" in picture.description
    assert "colours from -2 to 2" in picture.description
    checked(picture)


@pytest.mark.parametrize(
    ("target", "options", "error", "message"),
    [
        (layers.Dense(3, name="new"), {}, InvalidArgumentError, "'new' has no weights"),
        (layers.Flatten(), {}, InvalidArgumentError, "has no weights"),
        ("kernel", {}, InvalidArgumentError, "array of numbers; got str"),
        (np.zeros((0, 3)), {}, InvalidArgumentError, r"shape \[0, 3\]"),
        (np.zeros((1,) * 5), {}, ShapeError, "at most four axes"),
        (np.zeros((10, 3)), {"shape": (3, 3)}, ShapeError, "height times width must be 10"),
        (np.zeros((3, 3, 1, 2)), {"shape": (9, 1)}, ShapeError, "Leave shape out"),
        (np.zeros((9, 1)), {"most": 0}, InvalidArgumentError, "at least 1"),
        (np.zeros((3000, 3)), {}, ShapeError, "too large to draw"),
    ],
)
def test_bad_arguments(target, options, error, message):
    with pytest.raises(error, match=message):
        draw_weights(target, **options)
