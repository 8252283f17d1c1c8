"""The textbook's story of a dense network: its δ are those of a calculation by hand."""

from __future__ import annotations

import re

import numpy as np
import pytest

import glassbrook as tf
from tests.derivations.test_derivation import line_of, numbers

x_values, t_values = np.array([[0.6, 0.2]]), np.array([[1.0]])
w_values, b_values = np.array([[0.5, -0.4], [0.3, 0.8]]), np.array([0.1, -0.2])
v_values, c_values = np.array([[0.7], [-0.6]]), np.array([0.05])


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


class Network:
    def __init__(self, x: np.ndarray = x_values, t: np.ndarray = t_values) -> None:
        self.x, self.t = tf.constant(x), tf.constant(t)
        self.w, self.b = tf.Variable(w_values), tf.Variable(b_values)
        self.v, self.c = tf.Variable(v_values), tf.Variable(c_values)

    def loss(self) -> tf.Tensor:
        h = tf.sigmoid(self.x @ self.w + self.b)
        o = tf.sigmoid(h @ self.v + self.c)
        return 0.5 * tf.reduce_sum((o - self.t) ** 2)


def by_hand(x: np.ndarray = x_values, t: np.ndarray = t_values) -> dict[str, np.ndarray]:
    h = sigmoid(x @ w_values + b_values)
    o = sigmoid(h @ v_values + c_values)
    delta_k = (o - t) * o * (1 - o)
    delta_j = h * (1 - h) * (delta_k @ v_values.T)
    return {
        "delta_k": delta_k,
        "delta_j": delta_j,
        "of_v": h.T @ delta_k,
        "of_w": x.T @ delta_j,
        "of_b": delta_j.sum(axis=0),
    }


def test_the_deltas_and_gradients_are_those_by_hand() -> None:
    network = Network()
    told = tf.explain(network.loss, network.w).textbook()
    want = by_hand()
    for start, name in (
        ("δₖ =", "delta_k"),
        ("δⱼ =", "delta_j"),
        ("∂L/∂wⱼₖ =", "of_v"),
        ("∂L/∂wᵢⱼ =", "of_w"),
    ):
        np.testing.assert_allclose(numbers(line_of(told, start)), want[name], rtol=1e-4)
    text = str(told)
    assert "δₖ = oₖ · (1 - oₖ) · (oₖ - tₖ)" in text
    assert "δⱼ = oⱼ · (1 - oⱼ) · Σₖ(δₖ · wⱼₖ)" in text
    assert "∂L/∂wᵢⱼ = δⱼ · xᵢ" in text


def test_single_weights_are_told_with_their_numbers() -> None:
    network = Network()
    told = str(tf.explain(network.loss, network.w).textbook())
    want = by_hand()
    for i, j in np.ndindex(2, 2):
        index = "₁₂"[i] + "₁₂"[j]
        (found,) = re.findall(rf"∂L/∂w{index} = δ{'₁₂'[j]} · x{'₁₂'[i]} = (.*)", told)
        product, value = found.split(" = ")
        assert float(value) == pytest.approx(want["of_w"][i, j], rel=1e-4)
        first, second = (float(each.strip("()")) for each in product.split(" · "))
        assert first * second == pytest.approx(want["of_w"][i, j], rel=1e-4)
    one = str(tf.explain(network.loss, network.w, index=(1, 0)).textbook())
    assert "∂L/∂w₂₁" in one
    assert "∂L/∂w₁₂" not in one


def test_the_other_sign_is_the_error_that_descent_adds() -> None:
    network = Network()
    told = tf.explain(network.loss, network.w).textbook(sign=-1)
    want = by_hand()
    np.testing.assert_allclose(numbers(line_of(told, "δₖ =")), -want["delta_k"], rtol=1e-4)
    np.testing.assert_allclose(numbers(line_of(told, "δⱼ =")), -want["delta_j"], rtol=1e-4)
    np.testing.assert_allclose(numbers(line_of(told, "∂L/∂wᵢⱼ =")), want["of_w"], rtol=1e-4)
    assert "(tₖ - oₖ)" in str(told)
    assert "∂L/∂wᵢⱼ = -δⱼ · xᵢ" in str(told)


def test_biases_and_several_samples() -> None:
    x, t = np.array([[0.6, 0.2], [-1.0, 0.5], [0.3, 0.9]]), np.array([[1.0], [0.0], [0.5]])
    network = Network(x, t)
    want = by_hand(x, t)
    of_b = tf.explain(network.loss, network.b).textbook()
    np.testing.assert_allclose(numbers(line_of(of_b, "∂L/∂bⱼ =")), want["of_b"], rtol=1e-4)
    of_w = tf.explain(network.loss, network.w, index=(0, 1)).textbook()
    assert "3 samples" in str(of_w)
    assert "summed over the samples" in str(of_w)
    np.testing.assert_allclose(numbers(line_of(of_w, "∂L/∂wᵢⱼ =")), want["of_w"], rtol=1e-4)
    assert numbers(line_of(of_w, "∂L/∂w₁₂ =")) == pytest.approx(want["of_w"][0, 1], rel=1e-4)


@pytest.mark.parametrize("depth", [1, 3, 5])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", None])
def test_any_dense_network_of_keras(depth: int, activation: str | None) -> None:
    tf.keras.utils.set_random_seed(depth)
    layers = tf.keras.layers
    hidden = [layers.Dense(3, activation=activation, dtype="float64") for _ in range(depth)]
    model = tf.keras.Sequential([tf.keras.Input((2,)), *hidden, layers.Dense(2, dtype="float64")])
    x, t = tf.constant([[0.5, -1.0]], tf.float64), tf.constant([[1.0, 0.0]], tf.float64)
    kernel = model.layers[0].kernel
    with tf.GradientTape(persistent=True) as tape:
        loss = tf.reduce_mean(tf.keras.losses.mse(t, model(x)))
    told = tape.explain(loss, kernel).textbook()
    gradient = tape.gradient(loss, kernel).numpy()
    letters = "kjinml"
    weight = "".join("ₖⱼᵢₙₘₗ"[depth - at] for at in (-1, 0)) if depth < 5 else "ₗₘ"
    assert letters[depth]
    if depth < 5:
        found = numbers(line_of(told, f"∂loss/∂w{weight} ="))
        np.testing.assert_allclose(found, gradient, rtol=1e-3, atol=1e-12)
    # Of every layer the gradient is told, too.
    assert str(told).count("where w is") == depth + 1
    for form in (told.latex(), told.markdown(), told.html()):
        assert "δ" in form or r"\delta" in form


def test_softmax_with_cross_entropy() -> None:
    model = tf.keras.Sequential(
        [
            tf.keras.Input((3,)),
            tf.keras.layers.Dense(4, activation="relu", dtype="float64"),
            tf.keras.layers.Dense(3, activation="softmax", dtype="float64"),
        ]
    )
    x, y = tf.constant([[0.5, -1.0, 2.0]], tf.float64), tf.constant([[0.0, 1.0, 0.0]], tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        p = model(x)
        loss = -tf.reduce_sum(y * tf.math.log(p))
    told = tape.explain(loss, model.layers[0].kernel).textbook()
    np.testing.assert_allclose(
        numbers(line_of(told, "δₖ =")), p.numpy() - y.numpy(), rtol=1e-3, atol=1e-12
    )


def test_what_textbooks_do_not_tell() -> None:
    x = tf.Variable(2.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="not a weight or bias of a dense"):
        tf.explain(lambda: x**2, x).textbook()
    network = Network()
    derivation = tf.explain(network.loss, network.w)
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected 1 .* or -1"):
        derivation.textbook(sign=2)
    shared = tf.Variable(w_values)
    both = tf.explain(lambda: tf.reduce_sum(tf.sigmoid(network.x @ shared) @ shared), shared)
    with pytest.raises(tf.errors.InvalidArgumentError, match="goes on to the target alone"):
        both.textbook()
