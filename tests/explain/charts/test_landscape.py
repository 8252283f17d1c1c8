"""`landscape`: losses over planes, and the paths on them."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, NotFoundError, ShapeError
from glassbrook.explain.charts.landscape import landscape
from glassbrook.explain.charts.recorder import PathRecorder
from tests.explain.charts.support import checked

keras, layers = tf.keras, tf.keras.layers


def himmelblau(x, y):
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def grid_of(picture):
    """x, y and the losses [y, x] of the first table."""
    table = picture.tables[0]
    rows = np.array(table.rows, np.float64)
    return np.array(table.columns[1:], np.float64), rows[:, 0], rows[:, 1:]


def data(count=64, inputs=6, classes=3, seed=0):
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, inputs)).astype(np.float32)
    return x, x[:, :classes].argmax(axis=1)


def classifier(*more):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(5, activation="relu"), *more, layers.Dense(3)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.2), loss, metrics=["accuracy"])
    return model


def bits(model):
    return [each.tobytes() for each in model.get_weights()]


def loss_with(model, weights, x, y):
    """By a second model with these weights."""
    twin = keras.models.clone_model(model)
    twin.compile(loss=model.loss)
    twin.set_weights(weights)
    return twin.evaluate(x, y, batch_size=len(x), verbose=0)


# Functions of two numbers.


def test_a_function_and_a_path():
    path = [(0.0, -1.0), (2.0, -1.0), (3.5, -1.8)]
    picture = landscape(himmelblau, path=path, low=-5, high=(5, 4), resolution=11, gradients=True)
    texts = checked(picture)
    assert {"x", "y", "start", "end", "Landscape of himmelblau"} <= set(texts)
    x, y, losses = grid_of(picture)
    np.testing.assert_allclose(x, np.linspace(-5, 5, 11))
    np.testing.assert_allclose(y, np.linspace(-5, 4, 11))
    np.testing.assert_allclose(losses, himmelblau(x[None], y[:, None]), rtol=1e-5)
    found = np.array(picture.tables[1].rows)
    np.testing.assert_array_equal(found[:, 0], [0, 1, 2])
    np.testing.assert_allclose(found[:, 1:3], path)
    np.testing.assert_allclose(found[:, 3], himmelblau(*np.array(path).T), rtol=1e-5)
    assert "from (0, -1) with 180 to (3.5, -1.8) with" in picture.description


def test_functions_of_a_vector_and_of_numbers_agree():
    def of_vector(v):
        return -(tf.reduce_sum(tf.cos(v) ** 2) ** 2)

    def of_numbers(a, b, scale=1.0):
        return -scale * (tf.cos(a) ** 2 + tf.cos(b) ** 2) ** 2

    first, second = (landscape(fn, resolution=7) for fn in (of_vector, of_numbers))
    np.testing.assert_allclose(grid_of(first)[2], grid_of(second)[2], rtol=1e-6)
    x = y = np.linspace(-5, 5, 7)
    losses = grid_of(first)[2]
    expected = -((np.cos(x)[None] ** 2 + np.cos(y)[:, None] ** 2) ** 2)
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    assert {"v[0]", "v[1]"} <= set(checked(first))
    assert {"a", "b"} <= set(checked(second))


def test_arrows_point_downhill():
    from glassbrook.explain.charts.surfaces import Box, function_surface

    box = Box((-1.0, -1.0), (1.0, 1.0), 5)
    points, gradients = function_surface(himmelblau, box, None, None, True).arrows
    x, y = points.T
    expected = np.stack(
        [
            4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7),
            2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7),
        ],
        axis=1,
    )
    np.testing.assert_allclose(gradients, expected, rtol=1e-4)


def test_the_plane_holds_the_path():
    x, y, _ = grid_of(landscape(himmelblau, path=[(2, 3), (4, 3.1)], resolution=3))
    assert x[0] < 2 < 4 < x[-1]
    assert y[0] < 3 < 3.1 < y[-1]
    checked(landscape(himmelblau, path=[(1, 1)], resolution=3))


def test_levels_and_holes():
    picture = landscape(lambda x, y: tf.math.log(x) + y, resolution=5)
    assert "NaN or infinite and left blank" in picture.description
    checked(picture)
    checked(landscape(lambda x, y: x * 0 + 3.0, resolution=4))
    checked(landscape(lambda x, y: x**2 + y**2, resolution=5, log_scale=True))
    with pytest.raises(InvalidArgumentError, match="log_scale needs positive losses"):
        landscape(lambda x, y: x, resolution=5, log_scale=True)
    with pytest.raises(InvalidArgumentError, match="NaN or infinite everywhere"):
        landscape(lambda x, y: tf.math.log(x * 0 - 1), resolution=5)


def test_a_surface_in_space():
    texts = checked(landscape(himmelblau, path=[(1, 1), (3, 2)], resolution=7, surface=True))
    assert "loss" in texts


# Models.


def test_random_directions():
    model, (x, y) = classifier(), data()
    before, weights = bits(model), model.get_weights()
    picture = landscape(model, x, y, resolution=5, seed=4)
    assert bits(model) == before
    checked(picture)
    a, _, losses = grid_of(picture)
    np.testing.assert_allclose(a, np.linspace(-1, 1, 5))
    # The middle is where the model is.
    expected = model.evaluate(x, y, batch_size=64, verbose=0, return_dict=True)["loss"]
    np.testing.assert_allclose(losses[2, 2], expected, rtol=1e-6)
    assert grid_of(landscape(model, x, y, resolution=5, seed=4))[2].tolist() == losses.tolist()
    assert grid_of(landscape(model, x, y, resolution=5, seed=5))[2].tolist() != losses.tolist()
    assert all(np.array_equal(*pair) for pair in zip(weights, model.get_weights()))


def test_random_directions_have_the_norm_of_units():
    from glassbrook.explain.charts.planes import _random_plane

    random = np.random.default_rng(0)
    origin = [random.normal(size=(3, 3, 2, 4)), random.normal(size=(7, 5)), random.normal(size=5)]
    plane = _random_plane(origin, random)
    for direction in (plane.first, plane.second):
        for number in (0, 1):
            np.testing.assert_allclose(
                np.linalg.norm(direction[number].reshape(-1, origin[number].shape[-1]), axis=0),
                np.linalg.norm(origin[number].reshape(-1, origin[number].shape[-1]), axis=0),
            )
            assert direction[number].shape == origin[number].shape
        assert not direction[2].any()
    assert not np.allclose(plane.first[0], plane.second[0])


def test_losses_on_a_path_are_those_of_evaluate():
    model, (x, y) = classifier(layers.BatchNormalization(), layers.Dropout(0.5)), data()
    recorder = PathRecorder()
    model.fit(x, y, epochs=4, batch_size=16, verbose=0, callbacks=[recorder])
    before = bits(model)
    picture = landscape(model, x, y, path=recorder, resolution=4)
    assert bits(model) == before
    checked(picture)
    rows = np.array(picture.tables[1].rows)
    np.testing.assert_array_equal(rows[:, 0], [0, 1, 2, 3, 4])
    np.testing.assert_allclose(rows[-1, 1:3], [0, 0], atol=1e-6)
    fixed = [each.numpy() for each in model.non_trainable_variables[:2]]
    for point, loss in zip(recorder.path, rows[:, 3], strict=True):
        weights = [*point[:4], *fixed, *point[4:]]  # as get_weights has them: layer by layer
        np.testing.assert_allclose(loss, loss_with(model, weights, x, y), rtol=1e-5)


def test_the_plane_of_three_points_goes_through_them():
    model, (x, y) = classifier(), data()
    recorder = PathRecorder()
    model.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[recorder])
    start, middle, end = (
        np.concatenate([each.ravel() for each in weights]).astype(np.float64)
        for weights in recorder.path
    )
    picture = landscape(model, x, y, path=recorder, resolution=3)
    assert "100% of the path's squared length lies in the plane" in picture.description
    points = np.array(picture.tables[1].rows)[:, 1:3]
    # Distances on the plane are those between weights.
    for first, second, a, b in ((start, end, 0, 2), (middle, end, 1, 2), (start, middle, 0, 1)):
        distance = np.linalg.norm(points[a] - points[b])
        np.testing.assert_allclose(distance, np.linalg.norm(first - second), rtol=1e-5)
    # A plane whose corner is the start has the start's loss there.
    low, high = points.min(axis=0), points.max(axis=0)
    corner = landscape(model, x, y, path=recorder, low=points[0], high=high + 1, resolution=2)
    expected = np.array(picture.tables[1].rows)[0, 3]
    np.testing.assert_allclose(grid_of(corner)[2][0, 0], expected, rtol=1e-4)
    assert (low <= points[0]).all()


def test_penalties_count():
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.1))]
    )
    model.compile("sgd", "mse")
    x, _ = data()
    y = np.ones((64, 3), np.float32)
    losses = grid_of(landscape(model, x, y, resolution=3))[2]
    expected = model.evaluate(x, y, batch_size=64, verbose=0)
    np.testing.assert_allclose(losses[1, 1], expected, rtol=1e-6)


def test_a_straight_path_and_random_directions_for_a_path():
    model, (x, y) = classifier(), data()
    weights = [each.numpy() for each in model.trainable_variables]
    path = [[each + step for each in weights] for step in (0.5, 0.25, 0.0)]
    picture = landscape(model, x, y, path=path, resolution=3)
    assert "The path is straight" in picture.description
    np.testing.assert_allclose(np.array(picture.tables[1].rows)[:, 2], 0, atol=1e-5)
    picture = landscape(model, x, y, path=path, resolution=3, directions="random")
    assert "Both directions are random" in picture.description


def test_a_model_of_two_numbers_is_its_own_plane():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.linspace(-1, 1, 9, dtype=np.float32)[:, None]
    y = 3 * x + 1
    picture = landscape(model, x, y, low=(1, 0), high=(5, 2), resolution=3)
    w, b, losses = grid_of(picture)
    expected = [[np.mean((k * x + c - y) ** 2) for k in w] for c in b]
    np.testing.assert_allclose(losses, expected, atol=1e-6)
    assert {"kernel", "bias"} <= set(checked(picture))


def test_a_loss_of_variables_with_two_dtypes():
    w = tf.Variable(1.0, name="w")
    b = tf.Variable(np.float64(2.0), name="b")
    picture = landscape(
        lambda: tf.cast(w, tf.float64) ** 2 + b**2, variables=[w, b], low=0, high=2, resolution=3
    )
    np.testing.assert_allclose(grid_of(picture)[2], [[0, 1, 4], [1, 2, 5], [4, 5, 8]])
    assert float(w) == 1.0
    assert float(b) == 2.0
    # Without low and high, the plane is around where the variables are.
    a, c, _ = grid_of(landscape(lambda: tf.cast(w, tf.float64) + b, variables=[w, b], resolution=3))
    assert (a[1], c[1]) == (1.0, 2.0)


def test_weights_come_back_if_the_loss_fails():
    v = tf.Variable([1.0, 2.0, 3.0])
    calls = []

    def loss():
        calls.append(1)
        raise RuntimeError("no loss")

    with pytest.raises(RuntimeError, match="no loss"):
        landscape(loss, variables=[v], resolution=3)
    assert calls
    assert v.numpy().tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((3,), {}, InvalidArgumentError, "expected a model or a function, got int"),
        ((lambda a, b, c: a,), {}, InvalidArgumentError, "this one takes 3: a, b, c"),
        ((himmelblau,), {"resolution": 1}, InvalidArgumentError, "at least 2"),
        ((himmelblau,), {"low": 3, "high": 3}, InvalidArgumentError, "low must be less than high"),
        ((himmelblau,), {"low": (1, 2, 3)}, InvalidArgumentError, "two, one for each axis"),
        ((himmelblau,), {"path": [(1, 2, 3)]}, ShapeError, r"shape \[n, 2\]; got \[1, 3\]"),
        ((himmelblau,), {"path": []}, ShapeError, "points of two numbers"),
        ((himmelblau,), {"path": [(0, 0), (np.nan, 1)]}, InvalidArgumentError, "point 1 is NaN"),
        ((himmelblau,), {"directions": "path"}, InvalidArgumentError, "without a path"),
        ((himmelblau,), {"directions": "up"}, InvalidArgumentError, "got 'up'"),
        ((lambda v: v,), {}, ShapeError, "expected one number for a point"),
        ((himmelblau,), {"variables": []}, InvalidArgumentError, "function without arguments"),
        ((himmelblau,), {"to_file": "a.gif"}, InvalidArgumentError, "written as"),
        ((himmelblau,), {"to_file": "absent/a.png"}, NotFoundError, "no folder"),
    ],
)
def test_bad_arguments(arguments, options, error, message):
    with pytest.raises(error, match=message):
        landscape(*arguments, **options)


def test_bad_models():
    model, (x, y) = classifier(), data()
    with pytest.raises(InvalidArgumentError, match=r"needs a loss and data"):
        landscape(model)
    with pytest.raises(InvalidArgumentError, match=r"needs a loss and data"):
        landscape(keras.Sequential([layers.Dense(1)]), x, y)
    with pytest.raises(InvalidArgumentError, match="for functions of two numbers"):
        landscape(model, x, y, gradients=True)
    with pytest.raises(InvalidArgumentError, match="the path is empty"):
        landscape(model, x, y, path=PathRecorder())
    with pytest.raises(ShapeError, match=r"point 0 of the path has arrays of shapes"):
        landscape(model, x, y, path=[[np.zeros(3)]])
    same = [each.numpy() for each in model.trainable_variables]
    with pytest.raises(InvalidArgumentError, match="the same at all points"):
        landscape(model, x, y, path=[same, same])
    lost = [np.full_like(each, np.nan) for each in same]
    with pytest.raises(InvalidArgumentError, match="NaN or infinite from point 1"):
        landscape(model, x, y, path=[same, lost])
    v = tf.Variable([1.0, 2.0, 3.0])
    with pytest.raises(ShapeError, match=r"expected one number as the loss, got shape \[3\]"):
        landscape(lambda: v * 2, variables=[v])


# Recording.


@pytest.mark.parametrize(
    ("every", "most", "epochs"), [("batch", 9, 7), ("batch", 10, 7), ("epoch", 5, 23)]
)
def test_a_recorder_keeps_few_points(every, most, epochs):
    model, (x, y) = classifier(), data()
    recorder = PathRecorder(every, most)
    start = [each.numpy() for each in model.trainable_variables]
    model.fit(x, y, epochs=epochs, batch_size=16, verbose=0, callbacks=[recorder])
    steps = recorder.steps
    assert len(recorder.path) == len(steps) <= most
    assert len(steps) > most // 2
    assert (steps[0], steps[-1]) == (0, epochs * (4 if every == "batch" else 1))
    assert len(set(np.diff(steps[:-1]))) == 1
    for kept, expected in (
        (recorder.path[0], start),
        (recorder.path[-1], model.trainable_variables),
    ):
        for one, other in zip(kept, expected, strict=True):
            np.testing.assert_array_equal(one, other)


def test_recording_goes_on():
    model, (x, y) = classifier(), data()
    recorder = PathRecorder()
    for _ in range(2):
        model.fit(x, y, epochs=2, verbose=0, callbacks=[recorder])
    assert recorder.steps == [0, 1, 2, 3, 4]


def test_bad_recorders():
    with pytest.raises(InvalidArgumentError, match="'epoch' or 'batch', got 'step'"):
        PathRecorder("step")
    with pytest.raises(InvalidArgumentError, match="at least 3, got 2"):
        PathRecorder(most=2)
