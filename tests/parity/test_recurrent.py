"""Recurrent layers: outputs, gradients and training with the same weights; masks, states."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow

from tests.parity.support import Case, Fails, add_to, failures, fresh_names, rows, values


@pytest.fixture(autouse=True)
def _fresh_names() -> Iterator[None]:
    fresh_names()
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


def sequences(shape=(3, 5, 4), seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 0, 1], [1, 1, 1, 1, 1]], bool)


def filled(layer, seed=1):
    """The same weights in the same order on both sides."""
    random = np.random.default_rng(seed)
    layer.set_weights(
        [random.normal(0.0, 0.4, each.shape).astype(np.float32) for each in layer.get_weights()]
    )
    return layer


def outputs(tf, layer, shape=(3, 5, 4), **options):
    """What a layer gives; its gradients with respect to inputs and weights; and its weights."""
    x = tf.constant(sequences(shape))
    layer(x)
    filled(layer)
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = layer(x, **options)
        flat = list(found) if isinstance(found, list | tuple) else [found]
        total = sum(tf.reduce_sum(each * each * tf.cos(each)) for each in flat)
    weights = list(layer.trainable_variables)
    return [flat, tape.gradient(total, [x, *weights]), [each.shape for each in layer.get_weights()]]


def steps(tf, layer, seed=3):
    """The weights after three steps of training."""
    x = sequences((6, 5, 4))
    random = np.random.default_rng(seed)
    model = tf.keras.Sequential([layer, tf.keras.layers.Dense(2)])
    shape = model(x).shape
    filled(model)
    model.compile(tf.keras.optimizers.SGD(0.1), "mse")
    y = random.normal(size=tuple(shape)).astype(np.float32)
    losses = [float(model.train_on_batch(x, y)) for _ in range(3)]
    return [np.array(losses, np.float32), model.get_weights()]


SHARED = {
    "L": lambda tf: tf.keras.layers,
    "K": lambda tf: tf.keras,
    "out": lambda tf: lambda layer, **options: outputs(tf, layer, **options),
    "steps": lambda tf: lambda layer: steps(tf, layer),
    "mask": lambda tf: tf.constant(MASK),
    "x": lambda tf: tf.constant(sequences()),
    "state": lambda tf: lambda seed: tf.constant(sequences((3, 2), seed)),
}

VALUES = """
out(L.SimpleRNN(2))
out(L.SimpleRNN(2, return_sequences=True))
out(L.SimpleRNN(2, activation="relu", use_bias=False))
out(L.SimpleRNN(2, return_sequences=True, return_state=True, go_backwards=True))
out(L.SimpleRNN(2, return_sequences=True), mask=mask)
out(L.LSTM(2))
out(L.LSTM(2, return_sequences=True))
out(L.LSTM(2, return_state=True))
out(L.LSTM(2, return_sequences=True, return_state=True))
out(L.LSTM(2, go_backwards=True))
out(L.LSTM(2, return_sequences=True, go_backwards=True))
out(L.LSTM(2, use_bias=False))
out(L.LSTM(2, unit_forget_bias=False))
out(L.LSTM(2, activation="relu", recurrent_activation="hard_sigmoid"))
out(L.LSTM(2, unroll=True))
out(L.LSTM(2, implementation=1))
out(L.LSTM(2, use_cudnn=False))
out(L.LSTM(2), mask=mask)
out(L.LSTM(2, return_sequences=True), mask=mask)
out(L.LSTM(2, return_sequences=True, return_state=True, go_backwards=True), mask=mask)
out(L.LSTM(2, return_sequences=True, zero_output_for_mask=True), mask=mask)
out(L.LSTM(2), initial_state=[state(5), state(6)])
out(L.LSTM(2, return_sequences=True), initial_state=[state(5), state(6)], mask=mask)
out(L.LSTM(2, dropout=0.5, recurrent_dropout=0.5))
out(L.LSTM(2, kernel_initializer="ones", recurrent_initializer="zeros"))
out(L.GRU(2))
out(L.GRU(2, return_sequences=True, return_state=True))
out(L.GRU(2, reset_after=False))
out(L.GRU(2, reset_after=False, return_sequences=True), mask=mask)
out(L.GRU(2, use_bias=False))
out(L.GRU(2, reset_after=False, use_bias=False))
out(L.GRU(2, go_backwards=True, return_sequences=True))
out(L.GRU(2, implementation=1))
out(L.GRU(2), mask=mask)
out(L.GRU(2), initial_state=[state(5)])
out(L.GRU(2), initial_state=state(5))
out(L.RNN(L.LSTMCell(2)))
out(L.RNN(L.GRUCell(2), return_sequences=True, return_state=True))
out(L.RNN(L.SimpleRNNCell(2), return_sequences=True, zero_output_for_mask=True), mask=mask)
out(L.RNN([L.LSTMCell(3), L.GRUCell(2)]))
out(L.RNN([L.LSTMCell(3), L.LSTMCell(2)], return_sequences=True))
out(L.RNN(L.StackedRNNCells([L.SimpleRNNCell(3), L.GRUCell(2)]), return_sequences=True), mask=mask)
out(L.Bidirectional(L.LSTM(2)))
out(L.Bidirectional(L.LSTM(2, return_sequences=True)))
out(L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="sum"))
out(L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="mul"))
out(L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="ave"))
out(L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode=None))
out(L.Bidirectional(L.LSTM(2, return_sequences=True, return_state=True)))
out(L.Bidirectional(L.LSTM(2, return_state=True), merge_mode=None))
out(L.Bidirectional(L.LSTM(2, return_sequences=True)), mask=mask)
out(L.Bidirectional(L.LSTM(2)), mask=mask)
out(L.Bidirectional(L.LSTM(2)), initial_state=[state(5), state(6), state(7), state(8)])
out(L.Bidirectional(L.LSTM(2), backward_layer=L.LSTM(3, activation="relu", go_backwards=True)))
out(L.TimeDistributed(L.Dense(3)))
out(L.TimeDistributed(L.Dense(3, "tanh")), shape=(2, 3, 4, 5))
out(L.TimeDistributed(L.Flatten()), shape=(2, 3, 4, 5))
out(L.TimeDistributed(L.Dropout(0.5)))
out(L.TimeDistributed(L.LSTM(2)), shape=(2, 3, 4, 5))
out(L.Masking())
out(L.Masking(mask_value=1.0))
steps(L.SimpleRNN(3))
steps(L.LSTM(3))
steps(L.LSTM(3, return_sequences=True))
steps(L.LSTM(3, return_sequences=True, go_backwards=True))
steps(L.LSTM(3, kernel_regularizer="l2", recurrent_regularizer="l1", bias_regularizer="l2"))
steps(L.LSTM(3, activity_regularizer="l2", kernel_constraint="max_norm"))
steps(L.GRU(3))
steps(L.GRU(3, reset_after=False))
steps(L.RNN([L.LSTMCell(3), L.GRUCell(2)]))
steps(L.Bidirectional(L.GRU(3)))
steps(L.Bidirectional(L.LSTM(3, return_sequences=True)))
steps(L.TimeDistributed(L.Dense(3)))
L.LSTMCell(2).state_size
L.LSTMCell(2).output_size
L.GRUCell(2).state_size
L.RNN(L.GRUCell(2)).state_size
L.LSTM(2).state_size
L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(2)]).state_size
L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(2)]).output_size
L.LSTMCell(2).get_initial_state(batch_size=3)
L.GRUCell(2).get_initial_state(batch_size=3)
L.LSTM(2).get_initial_state(3)
L.LSTM(2).compute_output_shape((None, 5, 3))
L.LSTM(2, return_sequences=True).compute_output_shape((None, 5, 3))
L.LSTM(2, return_sequences=True, return_state=True).compute_output_shape((None, 5, 3))
L.Bidirectional(L.GRU(2, return_sequences=True)).compute_output_shape((None, None, 3))
L.Bidirectional(L.GRU(2), merge_mode="sum").compute_output_shape((None, None, 3))
L.TimeDistributed(L.Dense(2)).compute_output_shape((None, 5, 3))
L.LSTM(2).name
L.SimpleRNN(2).name
L.Bidirectional(L.LSTM(2)).name
L.Bidirectional(L.LSTM(2)).forward_layer.name
L.Bidirectional(L.LSTM(2)).backward_layer.name
L.LSTM(2).cell.name
L.GRU(2).cell.name
L.SimpleRNN(2).cell.name
L.TimeDistributed(L.Dense(2)).name
L.Masking().compute_mask(c([[[0.0, 1.0], [0.0, 0.0]]]))
L.Masking()(c([[[0.0, 1.0], [0.0, 0.0]]]))._keras_mask
L.Dense(2)(L.Masking()(x))._keras_mask
L.LSTM(2, return_sequences=True)(L.Masking()(x))._keras_mask
hasattr(L.LSTM(2)(L.Masking()(x)), "_keras_mask")
L.LSTM(2).supports_masking
L.Dense(2).supports_masking
L.Flatten().supports_masking
L.LSTM(2).units
L.LSTM(2, recurrent_dropout=0.2).cell.implementation
sorted(L.LSTM(2).get_config())
sorted(L.GRU(2).get_config())
sorted({"seed", *L.SimpleRNN(2).get_config()})
sorted(L.LSTMCell(2).get_config())
sorted(L.GRUCell(2).get_config())
sorted(L.SimpleRNNCell(2).get_config())
sorted(L.RNN(L.GRUCell(2)).get_config())
sorted(L.Bidirectional(L.GRU(2)).get_config())
sorted(L.TimeDistributed(L.Dense(2)).get_config())
sorted(L.Masking().get_config())
L.LSTM(2, dropout=2.0).dropout
L.LSTM(2, dropout=2.0).get_config()["dropout"]
L.LSTM(2, input_shape=(5, 4))(x).shape
"""

ERRORS = """
L.LSTM(0)
L.LSTM(-1)
L.LSTM(2)(tf.zeros([2, 3]))
L.LSTM(2)(tf.zeros([2, 3, 4, 5]))
L.LSTM(2, use_cudnn="yes")
L.RNN(1)
L.RNN(L.Dense(2))
L.StackedRNNCells([1])
L.Bidirectional(1)
L.Bidirectional(L.LSTM(2), merge_mode="foo")
L.Bidirectional(L.LSTM(2), backward_layer=L.LSTM(2))
L.Bidirectional(L.LSTM(2), backward_layer=L.LSTM(2, return_sequences=True, go_backwards=True))
L.TimeDistributed(1)
L.TimeDistributed(L.Dense(2))(tf.zeros([2, 3]))
L.TimeDistributed(L.Dense(2))(x, mask=tf.ones([3, 4], tf.bool))
L.LSTM(2, activation="foo")
L.LSTM(2, foo=1)
"""

CASES: list[Case | Fails] = [
    *values(VALUES, rtol=1e-4, atol=2e-6, **SHARED),
    *failures(ERRORS, **SHARED),
]
yields, fails = add_to(CASES), add_to(CASES, Fails)


def approximately(run):
    CASES.append(Case(run.__name__, run, rtol=1e-4, atol=2e-6))
    return run


@approximately
def cell_step_by_step(tf):
    cell = tf.keras.layers.LSTMCell(2)
    x = sequences()
    state = cell.get_initial_state(batch_size=3)
    cell(x[:, 0], state)
    filled(cell)
    found = []
    for time in range(5):
        output, state = cell(x[:, time], state)
        found.append(output)
    return [found, state]


@approximately
def stacked_cells_step_by_step(tf):
    layers = tf.keras.layers
    cell = layers.StackedRNNCells([layers.GRUCell(3), layers.LSTMCell(2)])
    state = cell.get_initial_state(batch_size=3)
    cell.build((3, 4))
    filled(cell)
    output, state = cell(tf.constant(sequences()[:, 0]), state)
    return [output, state]


def minimal_cell(tf):
    class Minimal(tf.keras.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.state_size = units

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
            self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent")

        def call(self, inputs, states):
            h = tf.matmul(inputs, self.kernel)
            output = h + tf.matmul(states[0], self.recurrent)
            return output, [output]

    return Minimal


@approximately
def custom_cell(tf):
    return outputs(tf, tf.keras.layers.RNN(minimal_cell(tf)(3), return_sequences=True))


@approximately
def custom_cell_with_two_states_and_another_output(tf):
    class Counter(tf.keras.layers.Layer):
        state_size = (4, 1)
        output_size = 5

        def call(self, inputs, states):
            total, count = states
            total, count = total + tf.tanh(inputs), count + 1.0
            return tf.concat([total, count], 1), [total, count]

    layer = tf.keras.layers.RNN(Counter(), return_state=True)
    x = tf.constant(sequences())
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = layer(x)
        total = tf.reduce_sum(found[0] * found[0])
    return [list(found), tape.gradient(total, x), list(layer(x, mask=tf.constant(MASK)))]


@approximately
def stateful_batches(tf):
    layer = tf.keras.layers.LSTM(2, stateful=True)
    x = tf.constant(sequences())
    layer(x)
    filled(layer)
    layer.reset_state()
    found = [layer(x), layer(x), [tf.identity(each) for each in layer.states]]
    layer.reset_states()
    return [*found, layer(x), len(layer.weights), len(layer.non_trainable_weights)]


@approximately
def stateful_training(tf):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [tf.keras.Input(batch_shape=(3, 5, 4)), layers.GRU(2, stateful=True), layers.Dense(1)]
    )
    filled(model)
    model.compile(tf.keras.optimizers.SGD(0.1), "mse")
    x, y = sequences((6, 5, 4)), sequences((6, 1), 5)
    history = model.fit(x, y, batch_size=3, epochs=2, shuffle=False, verbose=0)
    return [np.array(history.history["loss"], np.float32), model.get_weights()]


@approximately
def masked_training(tf):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((5, 4)),
            layers.Masking(),
            layers.LSTM(3, return_sequences=True),
            layers.Dropout(0.0),
            layers.Dense(2, activation="tanh"),
        ]
    )
    filled(model)
    model.compile(tf.keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    x = sequences((6, 5, 4)) * np.concatenate([MASK, MASK])[..., None]
    y = sequences((6, 5, 2), 5)
    history = model.fit(x, y, batch_size=3, epochs=3, shuffle=False, verbose=0).history
    tested = model.evaluate(x, y, verbose=0)
    return [
        {key: np.array(history[key], np.float32) for key in sorted(history)},
        np.array(tested, np.float32),
        model.get_weights(),
    ]


@approximately
def masked_words(tf):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((6,)),
            layers.Embedding(10, 4, mask_zero=True),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.GRU(3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    filled(model)
    model.compile(tf.keras.optimizers.SGD(0.5), "binary_crossentropy", metrics=["accuracy"])
    words = np.random.default_rng(2).integers(0, 10, (8, 6)) * (np.arange(6) < 4)
    y = (words.sum(1) > 18).astype(np.float32)
    history = model.fit(words, y, batch_size=4, epochs=3, shuffle=False, verbose=0).history
    return [np.array(history["loss"], np.float32), model.predict(words, verbose=0)]


@approximately
def masked_loss(tf):
    y = tf.constant(sequences((3, 5, 2)))
    layer = tf.keras.layers.Masking()
    x = layer(sequences() * MASK[..., None])
    dense = filled(built(tf.keras.layers.Dense(2), x))
    loss = tf.keras.losses.MeanSquaredError()
    total = tf.keras.losses.MeanAbsoluteError(reduction="sum")
    weights = tf.constant([[1.0], [2.0], [0.5]])
    return [loss(y, dense(x)), total(y, dense(x)), loss(y, dense(x), sample_weight=weights)]


def built(layer, x):
    layer(x)
    return layer


@approximately
def functional_model_with_states(tf):
    layers = tf.keras.layers
    inputs = tf.keras.Input((5, 4))
    sequence, h, c = layers.LSTM(3, return_sequences=True, return_state=True)(inputs)
    decoded = layers.LSTM(3)(sequence, initial_state=[h, c])
    outputs = layers.Dense(2)(decoded)
    model = tf.keras.Model(inputs, outputs)
    filled(model)
    model.compile(tf.keras.optimizers.SGD(0.1), "mse")
    x, y = sequences((6, 5, 4)), sequences((6, 2), 5)
    losses = [float(model.train_on_batch(x, y)) for _ in range(3)]
    return [np.array(losses, np.float32), model.predict(x, verbose=0)]


@approximately
def functional_model_with_masks(tf):
    layers = tf.keras.layers
    inputs = tf.keras.Input((None, 4))
    hidden = layers.Bidirectional(layers.GRU(3, return_sequences=True))(layers.Masking()(inputs))
    model = tf.keras.Model(inputs, layers.Dense(2)(hidden))
    filled(model)
    model.compile(tf.keras.optimizers.SGD(0.1), "mse")
    x = sequences((6, 5, 4)) * np.concatenate([MASK, MASK])[..., None]
    y = sequences((6, 5, 2), 5)
    losses = [float(model.train_on_batch(x, y)) for _ in range(3)]
    return [np.array(losses, np.float32), model.get_weights()]


@approximately
def weights_come_back(tf):
    layer = tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(2))
    layer(sequences())
    filled(layer)
    again = type(layer).from_config(layer.get_config())
    again(sequences())
    again.set_weights(layer.get_weights())
    return again(sequences())


@approximately
def mask_of_a_layer_of_ones_own(tf):
    class Halves(tf.keras.layers.Layer):
        def call(self, inputs, mask=None):
            return inputs * tf.cast(mask, tf.float32)[..., None] / 2.0

        def compute_mask(self, inputs, mask=None):
            return tf.logical_not(mask)

    x = tf.keras.layers.Masking()(sequences() * MASK[..., None])
    y = Halves()(x)
    return [y, y._keras_mask]


@approximately
def dropout_with_a_seed(tf):
    layers = tf.keras.layers
    found = []
    for layer in (
        layers.SimpleRNN(2, dropout=0.4, recurrent_dropout=0.3, seed=5),
        layers.LSTM(2, dropout=0.4, seed=5),
        layers.LSTM(2, dropout=0.4, recurrent_dropout=0.3, seed=6),
        layers.GRU(2, dropout=0.4, seed=5),
        layers.GRU(2, dropout=0.4, recurrent_dropout=0.3, reset_after=False, seed=6),
    ):
        x = tf.constant(sequences())
        layer.build(x.shape)
        filled(layer)
        found.append([layer(x, training=True) for _ in range(2)])
    return found


@approximately
def initial_weights_with_a_seed(tf):
    tf.keras.utils.set_random_seed(3)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((5, 4)),
            layers.LSTM(3, return_sequences=True),
            layers.Bidirectional(layers.GRU(2, return_sequences=True)),
            layers.SimpleRNN(2),
            layers.Dense(1),
        ]
    )
    return model.get_weights()


@approximately
def dropout_is_the_same_at_every_step(tf):
    layer = tf.keras.layers.SimpleRNN(
        2, dropout=0.5, recurrent_initializer="zeros", use_bias=False, return_sequences=True
    )
    found = layer(tf.ones([8, 5, 4]), training=True).numpy()
    return [bool(np.allclose(found, found[:, :1])), bool(np.allclose(found, found[:1]))]


@rows("recurrent", CASES)
def test_recurrent(case: Case | Fails) -> None:
    case.check()
