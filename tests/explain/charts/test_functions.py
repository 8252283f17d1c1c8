"""`draw_function`: values, derivatives and tangents against formulas."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.explain.charts.functions import draw_function
from tests.explain.charts.support import checked


def test_a_function_its_derivative_and_tangents():
    picture = draw_function(tf.nn.sigmoid, -4, 4, tangents=[0, 1.5])
    texts = checked(picture)
    assert {"f(x)", "f′(x)", "tangent", "sigmoid and its derivative"} <= set(texts)
    x, values, slopes = np.array(picture.tables[0].rows).T
    np.testing.assert_allclose(x, np.linspace(-4, 4, 41), atol=1e-12)
    sigmoid = 1 / (1 + np.exp(-x))
    np.testing.assert_allclose(values, sigmoid, rtol=1e-5)
    np.testing.assert_allclose(slopes, sigmoid * (1 - sigmoid), rtol=1e-5)
    at = 1 / (1 + np.exp(-1.5))
    assert picture.tables[1].rows[1] == [
        "sigmoid", 1.5, pytest.approx(at, rel=1e-6), pytest.approx(at * (1 - at), rel=1e-5),
    ]  # fmt: skip
    assert "The tangent at x = 0 has slope 0.25, from 0.5." in picture.description


def test_several_functions():
    picture = draw_function([tf.nn.relu, tf.nn.leaky_relu, "tanh", lambda x: x * x], -2, 2)
    texts = checked(picture)
    assert {"relu", "leaky_relu", "tanh", "f"} <= set(texts)
    columns = dict(zip(picture.tables[0].columns, np.array(picture.tables[0].rows).T))
    x = columns["x"]
    away = abs(x) > 1e-9  # at 0, ReLU has no derivative
    np.testing.assert_allclose(columns["derivative of relu"][away], x[away] > 0)
    np.testing.assert_allclose(
        columns["derivative of leaky_relu"][away], np.where(x > 0, 1, 0.2)[away]
    )
    np.testing.assert_allclose(columns["tanh"], np.tanh(x), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(columns["derivative of tanh"], 1 - np.tanh(x) ** 2, rtol=1e-4)
    np.testing.assert_allclose(columns["derivative of f"], 2 * x, atol=1e-6)


def test_names():
    picture = draw_function({"a": tf.exp, "b": tf.sin}, derivative=False)
    texts = checked(picture)
    assert "f′(x)" not in texts
    assert "Functions" in texts
    picture = draw_function([lambda x: x, lambda x: -x], title="Mine")
    assert picture.title == "Mine and their derivatives"
    assert [each for each in picture.tables[0].columns if "deriv" not in each] == ["x", "f", "f 2"]


def test_no_derivative_and_nothing_finite():
    assert "derivative is between 0 and 0" in draw_function(tf.round).description
    checked(draw_function(tf.math.log, -1, 1))


@pytest.mark.parametrize(
    ("fn", "options", "error", "message"),
    [
        (3, {}, InvalidArgumentError, "got int"),
        ([], {}, InvalidArgumentError, "1 to 12 functions, got 0"),
        (tf.exp, {"low": 2, "high": 1}, InvalidArgumentError, "low < high"),
        (tf.exp, {"high": np.inf}, InvalidArgumentError, "low < high"),
        (tf.exp, {"points": 1}, InvalidArgumentError, "at least 2 points"),
        (tf.reduce_sum, {}, ShapeError, r"as many numbers as it gets, 401; it gave shape \[\]"),
        (tf.nn.softmax, {}, ShapeError, "depends on the other points"),
        ("relux", {}, ValueError, "relux"),
    ],
)
def test_bad_arguments(fn, options, error, message):
    with pytest.raises(error, match=message):
        draw_function(fn, **options)
