"""How derivations read: narrow lines, and equations that are true of the parts they speak of."""

from __future__ import annotations

import re

import numpy as np
import pytest

import glassbrook as tf

rng = np.random.default_rng(5)
layers, losses = tf.keras.layers, tf.keras.losses


def numbers_after(text: str, start: str) -> np.ndarray:
    """The numbers that an equation ends with, which may go on over several lines."""
    place = text.index(start)
    rest = re.split(r"\n    (?! )|\n  \d|\n\n", text[place:])[0]
    value = re.sub(r"\s+\([^()=]*\)\s*$", "", rest).rpartition("= ")[2]
    return np.array(eval(value))


MODELS = {
    "dense": lambda: [layers.Dense(5, activation="relu"), layers.Dense(2)],
    "normalised": lambda: [layers.Dense(5), layers.BatchNormalization(), layers.Dense(2)],
    "windows": lambda: [
        layers.Reshape((2, 4, 1)),
        layers.Conv2D(3, 2, padding="same", activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Flatten(),
        layers.Dense(2),
    ],
    "attention": lambda: [layers.Reshape((4, 2)), Attention(), layers.Flatten(), layers.Dense(2)],
    "recurrent": lambda: [layers.Reshape((4, 2)), layers.GRU(3), layers.Dense(2)],
}


class Attention(layers.Layer):
    def build(self, shape):
        self.inner = layers.MultiHeadAttention(2, 3)

    def call(self, inputs):
        return self.inner(inputs, inputs)


@pytest.mark.parametrize("name", MODELS)
def test_lines_fit_a_terminal_and_all_forms_are_written(name: str) -> None:
    model = tf.keras.Sequential(MODELS[name]())
    x, y = rng.normal(size=(6, 8)).astype("float32"), rng.integers(0, 2, 6)
    loss_fn = losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape(persistent=True) as tape:
        loss = loss_fn(y, model(x, training=True))
    for source in model.trainable_variables:
        expected = tape.gradient(loss, source)
        for index in (None, (0,) * len(source.shape)):
            derivation = tape.explain(loss, source, index=index)
            np.testing.assert_array_equal(derivation.gradient, np.asarray(expected))
            assert max(map(len, str(derivation).splitlines())) <= 100
            assert "-0," not in str(derivation)
            for form in (derivation.html(), derivation.markdown(), derivation.latex()):
                assert len(form) < 200_000


def test_a_weight_that_is_used_twice_is_followed_through_whole_factors() -> None:
    weights, inputs = rng.normal(size=(3, 3)), rng.normal(size=(2, 3))
    w, x = tf.Variable(weights), tf.constant(inputs)
    with tf.GradientTape(persistent=True) as tape:
        h = tf.tanh(x @ w)
        y = tf.reduce_sum(h @ w)
    derivation = tape.explain(y, w, index=(1, 1))
    text = str(derivation)
    assert "w[1, 1]ᵀ" not in text  # the other factor is more than the element that is followed
    hidden = np.tanh(inputs @ weights)
    of_hidden = np.ones((2, 3)) @ weights.T
    assert "∂y/∂h[:, 1] = ∂y/∂z₂ w[1, :]ᵀ" in text
    np.testing.assert_allclose(numbers_after(text, "∂y/∂h[:, 1] ="), of_hidden[:, 1], rtol=1e-4)
    assert "= h[:, 1]ᵀ ∂y/∂z₂[:, 1] =" in text
    np.testing.assert_allclose(numbers_after(text, "    h[:, 1] ="), hidden[:, 1], rtol=1e-4)
    parts = [hidden[:, 1].sum(), inputs[:, 1] @ (of_hidden * (1 - hidden**2))[:, 1]]
    for part in parts:
        assert f"{part:.5g}" in text
    assert derivation.value == pytest.approx(sum(parts))


def test_numbers_of_a_part_stand_beside_the_name_of_the_part() -> None:
    w = tf.Variable(rng.normal(size=(3, 4)))
    with tf.GradientTape(persistent=True) as tape:
        z = tf.constant(rng.normal(size=(2, 3))) @ w
        p = tf.nn.softmax(z)
        y = tf.reduce_sum(p * p)
    text = str(tape.explain(y, w, index=(1, 2)))
    assert re.search(r"^    z = x₁ w   \(float64\[2, 4\]\)$", text, re.MULTILINE)
    found = numbers_after(text, "    z[:, 2] =")
    np.testing.assert_allclose(found, z.numpy()[:, 2], rtol=1e-4)
    # A softmax takes whole rows, so its rule speaks of whole tensors.
    assert "softmax(z[:, 2])" not in text
    assert "row_sum" in text


def test_an_element_that_meets_others_has_slopes_of_its_own_place_alone() -> None:
    a = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        s = tf.reduce_sum(a)
        u = a * s
        y = tf.reduce_sum(u)
    text = str(tape.explain(y, a, index=(1,)))
    assert "∂u[1]/∂a[1] = s = 6" in text
    np.testing.assert_allclose(numbers_after(text, "∂u/∂s ="), [1, 2, 3])


def test_without_an_index_nothing_speaks_of_parts() -> None:
    w = tf.Variable([[1.0], [2.0]])
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum((tf.ones((3, 2)) @ w) ** 2)
    assert "[:" not in str(tape.explain(y, w))


def test_sums_of_one_element_are_not_expanded() -> None:
    w = tf.Variable([[1.0], [2.0]])
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(tf.reduce_sum(w**2, axis=1))
    text = str(tape.explain(y, w))
    assert text.count("= expand(") == 1
    assert text.count("= reshape(") == 1


def test_a_product_that_is_summed_shows_its_own_shape() -> None:
    a, b = tf.constant(np.ones((2, 3, 4))), tf.Variable(np.ones((4, 5)))
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(a @ b)
    text = " ".join(str(tape.explain(y, b)).split())
    assert "[2, 4, 3] · [2, 3, 5] gives [2, 4, 5]; summed over axis 0" in text


def test_truths_and_numbers_that_are_not_finite_are_written_in_latex() -> None:
    w = tf.Variable([0.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(tf.where(w > 1, w, tf.math.log(w)))
    latex = tape.explain(y, w).latex()
    assert r"\text{False} & \text{True}" in latex
    assert r"\infty" in latex


def test_names_that_are_long_or_missing_are_replaced() -> None:
    sources = [tf.Variable([1.0], name="n" * 400), tf.Variable([2.0])]
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(sources[0] * sources[1])
    text = str(tape.explain(y, sources[1]))
    assert "∂y/∂w = " in text
    assert max(map(len, text.splitlines())) <= 100
    assert "Variable" not in text


def test_negative_terms_of_a_sum_stand_in_brackets() -> None:
    a = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = a * a - 3.0 * a
    derivation = tape.explain(y, a)
    assert " + (-3)" in str(derivation) or "-3 + " in str(derivation)
    assert "+ -" not in str(derivation) + derivation.latex()


@pytest.mark.parametrize("samples", [1, 3])
def test_textbooks_write_out_sums_over_a_few_samples(samples: int) -> None:
    inputs, weights = rng.normal(size=(samples, 2)), rng.normal(size=(2, 2))
    w = tf.Variable(weights)
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(tf.constant(inputs) @ w * tf.constant(weights[:1]))
    text = str(tape.explain(y, w).textbook())
    (line,) = [each for each in text.splitlines() if each.strip().startswith("∂y/∂w₁₂")]
    *_, products, value = line.split(" = ")
    assert eval(products.replace("·", "*")) == pytest.approx(float(value), rel=1e-3)
    assert products.count("·") == samples


def test_pages_show_large_fractions_and_letters_apart() -> None:
    w = tf.Variable(rng.normal(size=(2, 2)))
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(tf.sigmoid(tf.ones((1, 2), tf.float64) @ w))
    html = tape.explain(y, w).textbook().html()
    assert '<math displaystyle="true">' in html
    assert "overflow-y:hidden" in html
    assert "<mrow><mi>j</mi><mi>k</mi></mrow>" in html
