"""Recurrent layers against their formulas in NumPy, in both engines; states, files, errors."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import config
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import layers

BATCH, TIME, FEATURES, UNITS = 3, 5, 4, 2
X = np.random.default_rng(3).normal(size=(BATCH, TIME, FEATURES)).astype(np.float32)
MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 0, 1], [1, 1, 1, 1, 1]], bool)


@pytest.fixture(autouse=True)
def engine(request, monkeypatch):
    """The interpreter, unless a test asks for machine code, which takes longer to make."""
    monkeypatch.setenv("GLASSBROOK_CACHE_DIR", "off")
    monkeypatch.setattr(config, "engine", getattr(request, "param", "interpreter"))


def runs(*rows, compiled):
    """Rows with the engine in front: all on the interpreter, some compiled as well."""
    return [("interpreter", *row) for row in rows] + [("compiler", *row) for row in compiled]


def filled(layer, seed=1):
    """Weights of any size, the same at every call."""
    random = np.random.default_rng(seed)
    layer(X)
    layer.set_weights(
        [random.normal(0, 0.5, each.shape).astype(np.float32) for each in layer.get_weights()]
    )
    return layer


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# One step each, in NumPy: from inputs, states and weights to the output and the next states.


def simple_step(x, states, kernel, recurrent, bias=0.0):
    h = np.tanh(x @ kernel + states[0] @ recurrent + bias)
    return h, [h]


def lstm_step(x, states, kernel, recurrent, bias=0.0):
    i, f, g, o = np.split(x @ kernel + states[0] @ recurrent + bias, 4, axis=1)
    c = sigmoid(f) * states[1] + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return h, [h, c]


def gru_step(x, states, kernel, recurrent, bias=((0.0,), (0.0,))):
    h = states[0]
    x_z, x_r, x_h = np.split(x @ kernel + np.asarray(bias[0]), 3, axis=1)
    h_z, h_r, h_h = np.split(h @ recurrent + np.asarray(bias[1]), 3, axis=1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    h = z * h + (1 - z) * np.tanh(x_h + r * h_h)
    return h, [h]


def gru_before_step(x, states, kernel, recurrent, bias=0.0):
    h = states[0]
    x_z, x_r, x_h = np.split(x @ kernel + bias, 3, axis=1)
    u_z, u_r, u_h = np.split(recurrent, 3, axis=1)
    z, r = sigmoid(x_z + h @ u_z), sigmoid(x_r + h @ u_r)
    h = z * h + (1 - z) * np.tanh(x_h + (r * h) @ u_h)
    return h, [h]


KINDS = {
    "simple": (layers.SimpleRNN, {}, simple_step, 1),
    "lstm": (layers.LSTM, {}, lstm_step, 2),
    "gru": (layers.GRU, {}, gru_step, 1),
    "gru, reset before": (layers.GRU, {"reset_after": False}, gru_before_step, 1),
}


def in_numpy(step, states, weights, mask=None, backwards=False, zero=False):
    """All outputs, in the order of time steps, and the last states."""
    outputs, before = [], np.zeros((BATCH, UNITS), np.float32)
    states = [np.zeros((BATCH, UNITS), np.float32) for _ in range(states)]
    for time in reversed(range(TIME)) if backwards else range(TIME):
        output, new = step(X[:, time], states, *weights)
        if mask is not None:
            counts = mask[:, time, None]
            output = np.where(counts, output, 0 if zero else before)
            new = [np.where(counts, *pair) for pair in zip(new, states)]
        states, before = new, output
        outputs.append(output)
    return np.stack(outputs, 1), states


OPTIONS = ({}, {"go_backwards": True}, {"use_bias": False})
FORMULAS = runs(
    *((kind, options) for kind in KINDS for options in OPTIONS),
    compiled=[("lstm", {"go_backwards": True}), ("gru, reset before", {})],
)


@pytest.mark.parametrize("engine, kind, options", FORMULAS, indirect=["engine"])
def test_outputs_and_states_are_those_of_the_formula(engine, kind, options):
    make, own, step, count = KINDS[kind]
    layer = filled(make(UNITS, return_sequences=True, return_state=True, **own, **options))
    outputs, *states = layer(X)
    backwards = options.get("go_backwards", False)
    expected, last = in_numpy(step, count, layer.get_weights(), backwards=backwards)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)
    for state, value in zip(states, last, strict=True):
        np.testing.assert_allclose(state, value, rtol=1e-5, atol=1e-6)


MASKED = runs(*((k, zero) for k in KINDS for zero in (False, True)), compiled=[("lstm", False)])


@pytest.mark.parametrize("engine, kind, zero", MASKED, indirect=["engine"])
def test_masked_steps_keep_the_state(engine, kind, zero):
    make, own, step, count = KINDS[kind]
    layer = filled(
        make(UNITS, return_sequences=True, return_state=True, zero_output_for_mask=zero, **own)
    )
    outputs, *states = layer(X, mask=tf.constant(MASK))
    expected, last = in_numpy(step, count, layer.get_weights(), MASK, zero=zero)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)
    for state, value in zip(states, last, strict=True):
        np.testing.assert_allclose(state, value, rtol=1e-5, atol=1e-6)


SLOPES = runs(*((kind,) for kind in KINDS), compiled=[("lstm",)])


@pytest.mark.parametrize("engine, kind", SLOPES, indirect=["engine"])
def test_gradients_agree_with_a_loop_in_python(engine, kind):
    make, own, _, count = KINDS[kind]
    layer = filled(make(UNITS, return_sequences=True, **own))
    x = tf.constant(X)
    variables = layer.trainable_variables
    found = []
    for whole in (True, False):
        with tf.GradientTape() as tape:
            tape.watch(x)
            if whole:
                outputs = layer(x)
            else:
                states = [tf.zeros([BATCH, UNITS])] * count
                steps = []
                for time in range(TIME):
                    output, states = layer.cell(x[:, time], states)
                    steps.append(output)
                outputs = tf.stack(steps, 1)
            total = tf.reduce_sum(outputs * outputs * tf.cos(outputs))
        found.append(tape.gradient(total, [x, *variables]))
        tf.nest.map_structure(np.asarray, found[-1])
        config.engine = "interpreter"
    for ours, expected in zip(*found, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)


# Cells of one's own.


class Sums(layers.Layer):
    """Two states, of which neither is the output."""

    state_size = (FEATURES, 1)
    output_size = FEATURES + 1

    def call(self, inputs, states):
        total, count = states[0] + inputs, states[1] + 1.0
        return tf.concat([total, count], 1), [total, count]


def test_a_cell_of_ones_own():
    outputs, total, count = layers.RNN(Sums(), return_sequences=True, return_state=True)(X)
    np.testing.assert_allclose(outputs[..., :-1], np.cumsum(X, 1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(total, X.sum(1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(count, np.full((BATCH, 1), TIME))
    np.testing.assert_allclose(layers.RNN(Sums())(X), outputs[:, -1])
    backwards = layers.RNN(Sums(), go_backwards=True)(X)
    np.testing.assert_allclose(backwards, outputs[:, -1], rtol=1e-5, atol=1e-6)


def test_a_cell_that_is_no_layer():
    class Plain:
        state_size = FEATURES

        def call(self, inputs, states):
            return states[0] + inputs, [states[0] + inputs]

    np.testing.assert_allclose(layers.RNN(Plain())(X), X.sum(1), rtol=1e-5, atol=1e-6)


def test_a_cell_in_which_python_looks_at_values():
    class Looking(layers.Layer):
        state_size = FEATURES

        def call(self, inputs, states):
            if float(tf.reduce_sum(inputs)) > 0:
                return states[0] + inputs, [states[0] + inputs]
            return states[0], [states[0]]

    expected = sum(X[:, time] for time in range(TIME) if X[:, time].sum() > 0)
    np.testing.assert_allclose(layers.RNN(Looking())(X), expected, rtol=1e-5, atol=1e-6)


def test_a_cell_with_a_layer_that_it_does_not_build():
    class Lazy(layers.Layer):
        def __init__(self):
            super().__init__()
            self.state_size = UNITS
            self.dense = layers.Dense(UNITS, activation="tanh")

        def call(self, inputs, states):
            output = self.dense(tf.concat([inputs, states[0]], 1))
            return output, [output]

    layer = layers.RNN(Lazy())
    first = layer(X)
    assert [each.shape for each in layer.get_weights()] == [(FEATURES + UNITS, UNITS), (UNITS,)]
    np.testing.assert_allclose(layer(X), first, rtol=1e-5)


def test_a_cell_with_dropout_of_its_own_draws_at_every_step():
    class Dropping(layers.Layer):
        def __init__(self):
            super().__init__()
            self.state_size = FEATURES
            self.drop = layers.Dropout(0.5)

        def call(self, inputs, states, training=False):
            return self.drop(inputs, training=training), states

    layer = layers.RNN(Dropping(), return_sequences=True)
    ones = tf.ones([4, 6, FEATURES])
    for call in (layer, tf.function(lambda x, training: layer(x, training=training))):
        dropped = call(ones, training=True).numpy()
        assert set(dropped.ravel().tolist()) == {0.0, 2.0}
        assert any(not np.array_equal(dropped[:, 0], dropped[:, time]) for time in range(1, 6))


def test_a_cell_that_adds_to_the_loss_at_every_step():
    class Penalized(layers.Layer):
        def __init__(self):
            super().__init__()
            self.state_size = FEATURES

        def call(self, inputs, states):
            self.add_loss(tf.reduce_sum(inputs))
            return inputs, states

    layer = layers.RNN(Penalized())
    for call in (layer, tf.function(layer)):
        total = call(X)
        assert total.shape == (BATCH, FEATURES)
    layer(X)
    np.testing.assert_allclose(tf.add_n(layer.losses), X.sum(), rtol=1e-4)


def test_stacked_cells_feed_each_other():
    cells = [layers.LSTMCell(3), layers.GRUCell(UNITS)]
    layer = filled(layers.RNN(cells, return_sequences=True))
    first = layers.RNN(cells[0], return_sequences=True)
    second = layers.RNN(cells[1], return_sequences=True)
    np.testing.assert_allclose(layer(X), second(first(X)), rtol=1e-5, atol=1e-6)


# States.


def test_a_batch_goes_on_where_the_one_before_ended():
    layer = filled(layers.LSTM(UNITS, stateful=True, return_sequences=True))
    layer.reset_state()
    parts = [layer(X[:, :2]), layer(X[:, 2:])]
    layer.reset_states()
    np.testing.assert_allclose(tf.concat(parts, 1), layer(X), rtol=1e-5, atol=1e-6)
    assert len(layer.weights) == 3
    assert not layer.non_trainable_weights


def test_a_model_resets_its_layers():
    model = tf.keras.Sequential(
        [
            layers.LSTM(UNITS, stateful=True, return_sequences=True, batch_input_shape=X.shape),
            layers.Bidirectional(layers.GRU(UNITS, stateful=True)),
        ]
    )
    first = model(X, training=False).numpy()
    assert not np.allclose(model(X, training=False), first)
    model.reset_states()
    np.testing.assert_allclose(model(X, training=False), first, rtol=1e-6)


def test_states_can_be_set():
    layer = filled(layers.GRU(UNITS, stateful=True))
    state = np.full((BATCH, UNITS), 0.5, np.float32)
    layer.reset_states(states=[state])
    expected = layer(X)
    np.testing.assert_allclose(
        filled(layers.GRU(UNITS))(X, initial_state=tf.constant(state)), expected, rtol=1e-5
    )
    with pytest.raises(InvalidArgumentError, match="stateful=True"):
        filled(layers.GRU(UNITS)).reset_states(states=[state])


def test_a_stateful_layer_takes_batches_of_one_size():
    layer = filled(layers.GRU(UNITS, stateful=True))
    with pytest.raises(ShapeError, match="built for 3 sequences, but got 2"):
        layer(X[:2])


@pytest.mark.parametrize("as_list", [False, True])
def test_first_states_may_be_given(as_list):
    layer = filled(layers.LSTM(UNITS))
    h, c = tf.ones([BATCH, UNITS]), tf.zeros([BATCH, UNITS])
    found = layer([X, h, c]) if as_list else layer(X, initial_state=[h, c])
    output, states = np.zeros(0), [np.ones((BATCH, UNITS)), np.zeros((BATCH, UNITS))]
    for time in range(TIME):
        output, states = lstm_step(X[:, time], states, *layer.get_weights())
    np.testing.assert_allclose(found, output, rtol=1e-5, atol=1e-6)


def test_the_number_of_states_is_checked():
    with pytest.raises(InvalidArgumentError, match="has 2 states, but initial_state has 1"):
        layers.LSTM(UNITS)(X, initial_state=[tf.zeros([BATCH, UNITS])])


# Dropout.


def test_cells_that_are_called_in_a_loop_of_ones_own_can_be_trained():
    class Sequences(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.state = [tf.zeros([BATCH, UNITS])]
            self.cell = layers.SimpleRNNCell(UNITS, dropout=0.5)
            self.last = layers.Dense(1)

        def call(self, inputs, training=None):
            state = self.state
            for step in tf.unstack(inputs, axis=1):
                output, state = self.cell(step, state, training)
            return self.last(output)

    model = Sequences()
    model.compile("sgd", "mse")
    x = np.concatenate([X, X])
    history = model.fit(x, np.zeros((6, 1)), batch_size=BATCH, epochs=2, verbose=0).history
    assert np.all(np.isfinite(history["loss"]))
    assert model.predict(x, batch_size=BATCH, verbose=0).shape == (6, 1)


@pytest.mark.parametrize("make", [layers.SimpleRNN, layers.LSTM, layers.GRU])
def test_dropout_is_drawn_anew_for_every_batch(make):
    layer = filled(make(UNITS, dropout=0.5, recurrent_dropout=0.5, seed=7))
    plain = layer(X).numpy()
    first, second = (layer(X, training=True).numpy() for _ in range(2))
    np.testing.assert_array_equal(layer(X), plain)
    assert not np.allclose(first, second)
    assert not np.allclose(first, plain)


def test_everything_dropped_leaves_the_bias():
    cell = layers.SimpleRNNCell(UNITS, dropout=0.999, seed=3, recurrent_initializer="zeros")
    output, _ = cell(tf.ones([1, 2]), [tf.zeros([1, UNITS])], training=True)
    np.testing.assert_allclose(output, np.zeros((1, UNITS)))


# Wrappers.


def test_both_directions_are_merged():
    forward = filled(layers.GRU(UNITS, return_sequences=True))
    backward = filled(layers.GRU(UNITS, return_sequences=True, go_backwards=True), seed=2)
    y, y_rev = forward(X).numpy(), backward(X).numpy()[:, ::-1]
    modes = {
        "concat": np.concatenate([y, y_rev], -1),
        "sum": y + y_rev,
        "mul": y * y_rev,
        "ave": (y + y_rev) / 2,
    }
    for mode, expected in modes.items():
        layer = layers.Bidirectional(layers.GRU(UNITS, return_sequences=True), merge_mode=mode)
        layer(X)
        layer.set_weights([*forward.get_weights(), *backward.get_weights()])
        np.testing.assert_allclose(layer(X), expected, rtol=1e-5, atol=1e-6)


def test_weights_of_both_directions_may_be_given():
    known = filled(layers.Bidirectional(layers.LSTM(UNITS)))
    layer = layers.Bidirectional(layers.LSTM(UNITS), weights=known.get_weights())
    np.testing.assert_allclose(layer(X), known(X), rtol=1e-6)


def test_time_steps_are_treated_alike():
    dense = layers.Dense(3, activation="tanh")
    expected = np.stack([dense(X[:, time]).numpy() for time in range(TIME)], 1)
    np.testing.assert_allclose(layers.TimeDistributed(dense)(X), expected, rtol=1e-5, atol=1e-6)

    class Centred(layers.Layer):
        def call(self, inputs):
            return inputs - tf.reduce_mean(inputs, 0)

    found = layers.TimeDistributed(Centred())(X)
    np.testing.assert_allclose(found, X - X.mean(0), rtol=1e-4, atol=1e-6)


def test_a_model_is_applied_to_every_time_step():
    inner = tf.keras.Sequential([layers.Dense(3), layers.Dropout(0.5), layers.LSTM(2)])
    x = np.random.default_rng(0).normal(size=(2, 3, 5, 4)).astype(np.float32)
    layer = layers.TimeDistributed(inner)
    expected = np.stack([inner(x[:, time], training=False).numpy() for time in range(3)], 1)
    np.testing.assert_allclose(layer(x, training=False), expected, rtol=1e-5, atol=1e-6)
    assert layer(x, training=True).shape == (2, 3, 2)
    stateful = layers.TimeDistributed(layers.GRU(2, stateful=True))
    assert stateful(x).shape == (2, 3, 2)


# Configuration, Keras 2's spellings, training.

EVERY = [
    layers.SimpleRNN(UNITS, activation="relu", dropout=0.1),
    layers.LSTM(UNITS, return_sequences=True, unit_forget_bias=False, kernel_regularizer="l2"),
    layers.GRU(UNITS, reset_after=False, go_backwards=True),
    layers.RNN(layers.LSTMCell(UNITS), return_sequences=True),
    layers.RNN([layers.GRUCell(3), layers.SimpleRNNCell(UNITS)]),
    layers.Bidirectional(layers.LSTM(UNITS), merge_mode="sum"),
    layers.TimeDistributed(layers.Dense(3)),
    layers.Masking(2.0),
]


@pytest.mark.parametrize("layer", EVERY, ids=lambda layer: type(layer).__name__)
def test_a_layer_comes_back_from_its_configuration(layer):
    filled(layer)
    again = type(layer).from_config(layer.get_config())
    again(X)
    again.set_weights(layer.get_weights())
    assert again.get_config() == layer.get_config()
    np.testing.assert_allclose(again(X), layer(X), rtol=1e-6)


def test_a_model_comes_back_from_a_file(tmp_path):
    model = tf.keras.Sequential(
        [
            layers.Bidirectional(layers.LSTM(3, return_sequences=True), input_shape=(TIME, 4)),
            layers.TimeDistributed(layers.Dense(4)),
            layers.RNN([layers.GRUCell(3), layers.LSTMCell(2)]),
        ]
    )
    model.save(tmp_path / "model.gbk")
    again = tf.keras.models.load_model(tmp_path / "model.gbk")
    np.testing.assert_allclose(again(X), model(X), rtol=1e-6)


def test_spellings_of_keras_2():
    assert layers.LSTM(UNITS, input_dim=4, input_length=5)(X).shape == (BATCH, UNITS)
    model = tf.keras.Sequential([layers.GRU(UNITS, input_shape=(None, 4))])
    assert model.output_shape == (None, UNITS)
    by_time = filled(layers.LSTM(UNITS, time_major=True, return_sequences=True))
    by_batch = filled(layers.LSTM(UNITS, return_sequences=True))
    expected = by_batch(X).numpy().transpose(1, 0, 2)
    np.testing.assert_allclose(by_time(X.transpose(1, 0, 2)), expected, rtol=1e-5, atol=1e-6)
    cell = layers.LSTMCell(UNITS)
    h, c = cell.get_initial_state(inputs=None, batch_size=2, dtype=tf.float32)
    assert (h.shape, c.dtype) == ((2, UNITS), tf.float32)


def test_fit_learns_which_half_is_larger():
    random = np.random.default_rng(0)
    x = random.normal(size=(256, 6, 1)).astype(np.float32)
    y = (x[:, :3].sum((1, 2)) > x[:, 3:].sum((1, 2))).astype(np.float32)
    tf.keras.utils.set_random_seed(1)
    model = tf.keras.Sequential([layers.LSTM(8), layers.Dense(1, activation="sigmoid")])
    model.compile(tf.keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=10, batch_size=32, verbose=0).history
    assert history["accuracy"][-1] > 0.9 > history["accuracy"][0]


# Errors.


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: layers.LSTM(0), "positive integer for units"),
        (lambda: layers.GRU(2, use_cudnn="yes"), "use_cudnn"),
        (lambda: layers.LSTM(2)(X[0]), "3 axes, but got an input of shape"),
        (lambda: layers.LSTMCell(2)(X, [0, 0]), "one time step"),
        (lambda: layers.RNN(3), "has no call"),
        (lambda: layers.RNN(layers.Dense(2)), "has no state_size"),
        (lambda: layers.StackedRNNCells([layers.Dense(2)]), "is no cell"),
        (lambda: layers.Bidirectional(layers.LSTM), "Pass an instance"),
        (lambda: layers.Bidirectional(layers.Dense(2)), "cannot begin at the end"),
        (lambda: layers.Bidirectional(layers.LSTM(2), merge_mode="min"), "Invalid merge mode"),
        (
            lambda: layers.Bidirectional(layers.LSTM(2), backward_layer=layers.LSTM(2)),
            "different `go_backwards`",
        ),
        (
            lambda: layers.Bidirectional(
                layers.LSTM(2),
                backward_layer=layers.LSTM(2, go_backwards=True, return_state=True),
            ),
            "the same return_state",
        ),
        (lambda: layers.TimeDistributed(layers.Dense(2))(X[0]), "at least 3 axes"),
    ],
)
def test_errors_say_what_is_wrong(make, message):
    with pytest.raises((InvalidArgumentError, ShapeError), match=message):
        make()


def test_a_cell_that_loses_a_state_is_an_error():
    class Losing(layers.Layer):
        state_size = (FEATURES, FEATURES)

        def call(self, inputs, states):
            return inputs, [states[0]]

    with pytest.raises(InvalidArgumentError, match="given 2 states, but it returned 1"):
        layers.RNN(Losing())(X)


@pytest.mark.parametrize("shape", [(2, 1, 4), (1, 5, 4), (0, 5, 4)])
@pytest.mark.parametrize("engine", ["interpreter", "compiler"], indirect=True)
def test_batches_and_sequences_of_any_length(engine, shape):
    layer = layers.LSTM(UNITS, return_sequences=True, dtype="float64")
    layer.build((None, None, 4))

    @tf.function
    def slopes(x):
        with tf.GradientTape() as tape:
            outputs = layer(x)
            total = tf.reduce_sum(outputs * outputs)
        return outputs, tape.gradient(total, layer.trainable_variables)

    outputs, found = slopes(tf.ones(shape, tf.float64))
    assert outputs.shape == (*shape[:2], UNITS)
    assert outputs.dtype == tf.float64
    assert all(np.all(np.isfinite(each)) for each in found)
    assert all(each.shape == w.shape for each, w in zip(found, layer.weights, strict=True))


@pytest.mark.parametrize("size", [3, tf.constant(3), tf.shape(X)[0], X])
def test_initial_states_for_a_number_a_scalar_or_a_batch(size):
    (state,) = layers.GRU(UNITS).get_initial_state(size)
    assert np.array_equal(state.numpy(), np.zeros((BATCH, UNITS)))
