"""`draw_gradients`: a bar per layer, as long as its gradient says."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import glassbrook as tf

SVG = "{http://www.w3.org/2000/svg}"


def network(depth):
    layers = [tf.keras.layers.Dense(6, "sigmoid", name=f"d{n}") for n in range(depth)]
    model = tf.keras.Sequential([*layers, tf.keras.layers.Dense(1, name="last")])
    model.compile("sgd", "mse")
    return model


def data():
    generator = np.random.default_rng(0)
    return generator.normal(size=(32, 4)).astype(np.float32), np.ones((32, 1), np.float32)


def test_bars_are_the_norms_of_a_tapes_gradients():
    model, (x, y) = network(4), data()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x) - y) ** 2)
    grads = tape.gradient(loss, model.trainable_variables)
    squares = [float(tf.reduce_sum(each**2)) for each in grads]
    norms = [(squares[2 * n] + squares[2 * n + 1]) ** 0.5 for n in range(5)]
    picture = tf.explain.draw_gradients(model, x, y)
    rows = {row[0]: row[2] for row in picture.tables[0].rows}
    np.testing.assert_allclose(list(rows.values()), norms, rtol=1e-4)
    root = ElementTree.fromstring(picture.svg)
    bars = [
        float(each.get("width"))
        for each in root.iter(f"{SVG}rect")
        if each.get("class") == "frame memory"
    ]
    # On a logarithmic scale, widths and logarithms go together.
    slope, _ = np.polyfit(np.log10(norms), bars, 1)
    np.testing.assert_allclose(np.diff(bars), slope * np.diff(np.log10(norms)), atol=0.5)


def test_advice_is_told():
    model = network(1)
    model.layers[-1].trainable = True
    x, y = data()
    model(x)
    model.layers[0].kernel.assign(tf.zeros_like(model.layers[0].kernel))
    model.layers[-1].kernel.assign(tf.zeros_like(model.layers[-1].kernel))
    picture = tf.explain.draw_gradients(model, x, y)
    assert picture.tables[0].rows[0][2] == 0
    assert picture.png(30)[:4] == b"\x89PNG"


def test_bad_input():
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    with pytest.raises(tf.errors.InvalidArgumentError, match="not compiled"):
        tf.explain.draw_gradients(model, *data())
    with pytest.raises(tf.errors.InvalidArgumentError, match="written as"):
        tf.explain.draw_gradients(network(1), *data(), to_file="g.txt")
