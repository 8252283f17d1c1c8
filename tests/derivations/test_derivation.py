"""The chain rule as it is told: right numbers, right formulas, bounded, whatever comes in."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest

import glassbrook as tf


def numbers(text: str) -> np.ndarray:
    """The array that a line ends with, before its note."""
    value = re.sub(r"\s+\([^()]*\)$", "", text).rpartition("= ")[2]
    return np.array(eval(value, {"inf": np.inf}))


def line_of(derivation: object, start: str) -> str:
    """The first line that begins with `start`, with those that it goes on in."""
    lines = str(derivation).splitlines()
    place = next(i for i, line in enumerate(lines) if line.strip().startswith(start))
    found = [lines[place].strip()]
    while place + 1 < len(lines) and lines[place + 1].lstrip().startswith("= "):
        place += 1
        found.append(lines[place].strip())
    return " ".join(found)


x_values = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]])
w_values = np.array([[0.3, -0.2], [0.1, 0.4], [-0.5, 0.6]])
b_values = np.array([0.1, -0.3])


def network() -> tuple[tf.Variable, tf.Variable, tf.GradientTape, tf.Tensor]:
    x, w, b = tf.constant(x_values), tf.Variable(w_values), tf.Variable(b_values)
    with tf.GradientTape(persistent=True) as tape:
        h = tf.tanh(x @ w + b)
        loss = tf.reduce_sum(h**2)
    return w, b, tape, loss


def expected() -> dict[str, np.ndarray]:
    h = np.tanh(x_values @ w_values + b_values)
    of_h = 2 * h
    of_z = of_h * (1 - h**2)
    return {"h": h, "of_h": of_h, "slope": 1 - h**2, "of_z": of_z, "of_w": x_values.T @ of_z}


def test_every_number_is_that_of_an_independent_calculation() -> None:
    w, _, tape, loss = network()
    derivation = tape.explain(loss, w)
    want = expected()
    for start, name in (
        ("h₁ = tanh(z₂)", "h"),
        ("∂loss/∂h₁ =", "of_h"),
        ("∂h₁/∂z₂ =", "slope"),
        ("∂loss/∂z₂ =", "of_z"),
        ("∂loss/∂w =", "of_w"),
    ):
        np.testing.assert_allclose(numbers(line_of(derivation, start)), want[name], rtol=1e-4)
    np.testing.assert_allclose(derivation.gradient, want["of_w"], rtol=1e-12)
    np.testing.assert_array_equal(derivation.gradient, tape.gradient(loss, w).numpy())


def test_rules_are_written_with_the_users_names() -> None:
    w, b, tape, loss = network()
    text = str(tape.explain(loss, w))
    assert "∂h₁/∂z₂ = 1 - h₁²" in text
    assert "∂loss/∂w = xᵀ ∂loss/∂z₁" not in text  # x is not a name of this function
    assert re.search(r"∂loss/∂w = x₁ᵀ ∂loss/∂z₁", text)
    assert "[3, 2] · [2, 2] gives [3, 2]" in text
    assert "summed over axis 0, along which it was repeated" in str(tape.explain(loss, b))


def test_paths_that_meet_add_up() -> None:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x + 2.0 * x + tf.sin(x)
    derivation = tape.explain(y, x)
    text = str(derivation)
    assert "on 4 paths" in text
    assert "4 paths meet and add up" in text
    meeting = line_of(derivation, "∂y/∂x = ∂y/")
    parts = [float(each) for each in meeting.split(" = ")[2].split(" + ")]
    assert sorted(parts) == pytest.approx(sorted([3.0, 3.0, 2.0, np.cos(3.0)]), rel=1e-4)
    assert derivation.gradient == pytest.approx(8 + np.cos(3.0), rel=1e-6)


def test_one_element_is_followed() -> None:
    w, _, tape, loss = network()
    derivation = tape.explain(loss, w, index=(2, 1))
    want = expected()
    assert derivation.value == pytest.approx(want["of_w"][2, 1])
    # What it acts on is the second column of the layer; the third column of x meets it.
    of_z = numbers(line_of(derivation, "∂loss/∂z₂[:, 1] ="))
    np.testing.assert_allclose(of_z, want["of_z"][:, 1], rtol=1e-4)
    np.testing.assert_allclose(numbers(line_of(derivation, "x₁[:, 2] =")), x_values[:, 2])
    assert "∂loss/∂w[2, 1] = x₁[:, 2]ᵀ ∂loss/∂z₁[:, 1]" in str(derivation)
    assert tape.explain(loss, w, index=(-1, -1)).value == derivation.value


def test_numbers_are_the_same_with_and_without_a_tape() -> None:
    w = tf.Variable(w_values)
    loss = tf.reduce_sum(tf.tanh(tf.constant(x_values) @ w))
    first = tf.explain(loss, w)
    second = tf.explain(loss, w, index=(0, 0))  # the way is still known
    h = np.tanh(x_values @ w_values)
    np.testing.assert_allclose(first.gradient, x_values.T @ (1 - h**2), rtol=1e-12)
    assert second.value == first.gradient[0, 0]
    third = tf.explain(lambda: tf.reduce_sum(tf.tanh(tf.constant(x_values) @ w)), w)
    np.testing.assert_array_equal(third.gradient, first.gradient)


def test_the_lines_and_layers_of_a_function_are_named() -> None:
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2, name="first")])

    def loss() -> tf.Tensor:
        h = model(tf.constant(x_values, tf.float32))
        return tf.reduce_sum(h**2)

    first = loss.__code__.co_firstlineno
    text = str(tf.explain(loss, model.layers[0].kernel))
    (line,) = [each for each in text.splitlines() if "= sum(" in each and "Through" in each]
    assert line.endswith(f"(test_derivation.py:{first + 2})")
    (line,) = [each for each in text.splitlines() if "Through z₁" in each]
    assert re.search(rf"\(test_derivation.py:{first + 1}, layer sequential\w*/first\)$", line)


def test_explaining_uses_nothing_up() -> None:
    w, _, tape, loss = network()
    before = tape.gradient(loss, w).numpy()
    tape.explain(loss, w)
    np.testing.assert_array_equal(tape.gradient(loss, w).numpy(), before)
    x = tf.Variable(2.0)
    with tf.GradientTape() as once:
        y = x**3
    once.explain(y, x)
    assert once.gradient(y, x).numpy() == 12.0
    with pytest.raises(RuntimeError, match="persistent=True"):
        once.explain(y, x)


def test_a_target_that_shares_its_node_with_an_earlier_one() -> None:
    w, b = tf.Variable([1.0, 2.0]), tf.Variable(1.0)

    def compute() -> tf.Tensor:
        return tf.reduce_sum(w * w) + b

    loss = compute()
    assert tf.explain(loss, w).gradient is not None
    loss = compute()
    assert tf.explain(loss, b).gradient == 1.0


def test_a_variable_with_several_values_is_refused_as_their_gradients_add_up() -> None:
    w = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = w * 3.0
        w.assign(5.0)
        y = y + w * w
    with pytest.raises(tf.errors.InvalidArgumentError, match="2 of its values were read"):
        tape.explain(y, w)
    assert tape.gradient(y, w).numpy() == 13.0


def test_second_derivatives_can_be_told() -> None:
    x = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x**3
        slope = inner.gradient(y, x)
    assert outer.explain(slope, x).gradient == pytest.approx(12.0)


def test_no_gradient_is_told_with_its_reason() -> None:
    _, _, tape, loss = network()
    other = tf.Variable(1.0)
    for derivation in (tape.explain(loss, other), tf.explain(loss, other)):
        assert derivation.gradient is None
        assert derivation.value is None
        assert "There is no ∂loss/∂other" in str(derivation)
        assert "isconnected: " in str(derivation)
        with pytest.raises(tf.errors.InvalidArgumentError, match="no gradient to tell"):
            derivation.textbook()
    integers = tf.constant([1, 2])
    assert "nteger: the source" in str(tape.explain(loss, integers))
    assert "not watched" in str(tape.explain(loss, tf.constant(1.0))).lower()


def test_a_target_with_several_elements_is_summed_up() -> None:
    x = tf.Variable([1.0, 2.0, 3.0])
    derivation = tf.explain(x**2, x)
    assert "has 3 elements: their sum is differentiated" in str(derivation)
    np.testing.assert_array_equal(derivation.gradient, [2.0, 4.0, 6.0])


def test_a_source_is_its_own_derivative() -> None:
    x = tf.Variable([1.0, 2.0])
    derivation = tf.explain(lambda: x, x)
    np.testing.assert_array_equal(derivation.gradient, [1.0, 1.0])


@pytest.mark.parametrize(
    "index, kind, said",
    [
        ((0, 2), tf.errors.OutOfRangeError, "axis 1 has the places 0 to 1, not 2"),
        ((-4, 0), tf.errors.OutOfRangeError, "axis 0 has the places 0 to 2, not -4"),
        (1, tf.errors.InvalidArgumentError, "expected 2 integers"),
        ((0.5, 1), tf.errors.InvalidArgumentError, "expected 2 integers"),
        ("ab", tf.errors.InvalidArgumentError, "expected 2 integers"),
        (slice(2), tf.errors.InvalidArgumentError, "expected 2 integers"),
    ],
)
def test_an_index_that_names_no_element(index, kind, said) -> None:
    w, _, tape, loss = network()
    with pytest.raises(kind, match=re.escape(said)):
        tape.explain(loss, w, index=index)


def test_bad_targets_and_sources() -> None:
    w, _, tape, loss = network()
    with pytest.raises(tf.errors.InvalidArgumentError, match="source is list"):
        tf.explain(loss, [w])
    with pytest.raises(tf.errors.InvalidArgumentError, match="target is float"):
        tf.explain(1.0, w)
    with pytest.raises(tf.errors.InvalidArgumentError, match="function returned NoneType"):
        tf.explain(lambda: None, w)
    with pytest.raises(tf.errors.InvalidArgumentError, match="shown is 0"):
        tape.explain(loss, w, shown=0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="shown is 'all'"):
        tape.explain(loss, w, shown="all")
    with pytest.raises(tf.errors.InvalidArgumentError, match="the source is list"):
        tape.explain(loss, [w])
    with pytest.raises(tf.errors.InvalidArgumentError, match="the target is list"):
        tape.explain([loss], w)
    seen = tf.reduce_sum(w * 2.0)
    seen.numpy()
    with pytest.raises(tf.errors.InvalidArgumentError, match="not known any more"):
        tf.explain(seen, w)

    @tf.function
    def traced() -> tf.Tensor:
        tf.explain(w * 2.0, w)
        return w * 2.0

    with pytest.raises(tf.errors.InvalidArgumentError, match=r"inside of a tf\.function"):
        traced()


def test_a_long_way_is_told_in_bounds() -> None:
    x = tf.Variable(1.0, dtype=tf.float64)
    with tf.GradientTape() as tape:
        y = x
        for _ in range(10_000):
            y = y * 1.0001
    start = time.perf_counter()
    derivation = tape.explain(y, x)
    text = str(derivation)
    assert time.perf_counter() - start < 20
    assert "its history was let go" in str(tf.explain(_computed_in_parts(x), x))
    assert len(text.splitlines()) < 200
    assert "9,960 steps left out" in text
    assert derivation.gradient == pytest.approx(1.0001**10_000)


def _computed_in_parts(x: tf.Variable) -> tf.Tensor:
    half = x * 0.5
    half.numpy()
    return half + 1.0


def test_ways_that_double_at_every_step_are_counted_not_walked() -> None:
    x = tf.Variable(1.0, dtype=tf.float64)
    y = x
    for _ in range(2000):
        y = (y + y) * 0.5
    derivation = tf.explain(y, x)
    assert derivation.gradient == pytest.approx(1.0)
    assert len(str(derivation)) < 20_000


def test_a_weight_of_the_digit_network_is_told_in_bounds() -> None:
    tf.keras.utils.set_random_seed(1)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((784,)),
            layers.Dense(256, activation="relu"),
            layers.Dense(128, activation="relu"),
            layers.Dense(10),
        ]
    )
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    x, y = tf.random.uniform((32, 784)), tf.range(32) % 10
    with tf.GradientTape(persistent=True) as tape:
        loss = loss_fn(y, model(x))
    kernel = model.layers[0].kernel
    derivation = tape.explain(loss, kernel, index=(3, 7))
    assert len(str(derivation).splitlines()) < 200
    assert max(map(len, str(derivation).splitlines())) < 250
    assert derivation.value == tape.gradient(loss, kernel).numpy()[3, 7]
    assert "is the variable sequential" in str(derivation)
    assert len(derivation.html()) < 100_000


def test_all_forms_tell_the_same() -> None:
    w, _, tape, loss = network()
    derivation = tape.explain(loss, w)
    for text in (derivation.markdown(), derivation.latex(), derivation.html()):
        assert "tanh" in text
        for number in re.findall(r"\d\.\d{3,}", str(derivation)):
            assert number in text


def test_html_is_well_formed_and_escaped() -> None:
    from xml.etree import ElementTree

    v = tf.Variable(2.0, name="<b>&amp;")
    derivation = tf.explain(lambda: v**2, tf.Variable(1.0))
    for told in (derivation, tf.explain(lambda: v**2, v)):
        ElementTree.fromstring(told.html())
        assert told._repr_html_() == told.html()
        assert "<b>" not in told.html()


def test_unusual_computations_are_told() -> None:
    w = tf.Variable(np.linspace(-1.0, 1.0, 6).reshape(1, 3, 2))

    @tf.custom_gradient
    def twice(x):
        return x * 2.0, lambda upstream: upstream * 2.0

    lstm = tf.keras.layers.SimpleRNN(3, dtype="float64")
    convolved = tf.keras.layers.Conv1D(2, 2, dtype="float64")
    computations = {
        "custom": lambda: tf.reduce_sum(twice(w)),
        "loop": lambda: tf.reduce_sum(lstm(w)),
        "windows": lambda: tf.reduce_sum(convolved(w) ** 2),
        "branch": lambda: tf.cond(tf.reduce_sum(w) > 5.0, lambda: w * 2.0, lambda: w * w),
        "positions": lambda: tf.reduce_max(tf.gather(w, [0, 2], axis=1)),
        "joined": lambda: tf.reduce_prod(tf.concat([w, w[:, :1]], 1)),
    }
    for name, compute in computations.items():
        derivation = tf.explain(compute, w, index=(0, 2, 1))
        with tf.GradientTape() as tape:
            target = compute()
        want = tape.gradient(target, w)
        np.testing.assert_array_equal(derivation.gradient, want.numpy(), name)
        for text in (str(derivation), derivation.latex(), derivation.html()):
            assert len(text) < 60_000
