"""Whole scripts as courses write them: the numbers that they print are the same."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import tensorflow

from tests.parity.support import Case, Fails, add_to, fresh_names, rows

CASES: list[Case | Fails] = []
# Whole runs add up what libraries round differently.
yields = add_to(CASES, functools.partial(Case, rtol=2e-5, atol=2e-6))


@pytest.fixture(autouse=True)
def _eager_names():
    fresh_names()
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


def blobs(count=60, size=4, classes=3):
    random = np.random.default_rng(11)
    centres = random.normal(size=(classes, size)) * 2.0
    labels = np.arange(count) % classes
    return (centres[labels] + random.normal(size=(count, size))).astype(np.float32), labels


def start(*shape):
    return (np.random.default_rng(5).normal(size=shape) * 0.3).astype(np.float32)


@yields
def polynomial_fit(tf):
    x = tf.linspace(-1.0, 1.0, 21)
    y = 0.5 * x**3 - x + 0.25
    coefficients = tf.Variable(tf.zeros([4]))
    powers = tf.stack([x**k for k in range(4)], axis=1)
    for _ in range(50):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((tf.linalg.matvec(powers, coefficients) - y) ** 2)
        coefficients.assign_sub(0.3 * tape.gradient(loss, coefficients))
    return [coefficients, loss]


@yields
def logistic_regression(tf):
    x, labels = blobs(classes=2)
    y = tf.cast(labels[:, None], tf.float32)
    w, b = tf.Variable(start(4, 1)), tf.Variable(tf.zeros([1]))
    for _ in range(20):
        with tf.GradientTape() as tape:
            logits = tf.matmul(x, w) + b
            each = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits)
            loss = tf.reduce_mean(each)
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(0.1 * dw)
        b.assign_sub(0.1 * db)
    right = tf.equal(tf.cast(logits > 0, tf.float32), y)
    return [w, b, loss, tf.reduce_mean(tf.cast(right, tf.float32))]


@yields
def softmax_regression_by_hand(tf):
    x, labels = blobs()
    one_hot = tf.one_hot(labels, 3)
    w, b = tf.Variable(start(4, 3)), tf.Variable(tf.zeros([3]))
    history = []
    for _ in range(15):
        probabilities = tf.nn.softmax(x @ w + b)
        delta = (probabilities - one_hot) / x.shape[0]
        loss = -tf.reduce_mean(tf.reduce_sum(one_hot * tf.math.log(probabilities), axis=1))
        w.assign_sub(0.2 * tf.matmul(x, delta, transpose_a=True))
        b.assign_sub(0.2 * tf.reduce_sum(delta, axis=0))
        history.append(float(loss))
    predicted = tf.argmax(x @ w + b, axis=1)
    return [history, w, predicted, int(tf.reduce_sum(tf.cast(predicted == labels, tf.int32)))]


@yields
def three_layers_of_tensors(tf):
    x, labels = blobs()
    sizes = [(4, 8), (8,), (8, 6), (6,), (6, 3), (3,)]
    w1, b1, w2, b2, w3, b3 = weights = [tf.Variable(start(*size)) for size in sizes]
    losses = []
    data = tf.data.Dataset.from_tensor_slices((x, labels)).batch(16).repeat(3)
    for step, (batch, y) in enumerate(data):
        with tf.GradientTape() as tape:
            h1 = tf.nn.relu(batch @ w1 + b1)
            h2 = tf.nn.tanh(h1 @ w2 + b2)
            out = h2 @ w3 + b3
            loss = tf.reduce_sum(tf.square(out - tf.one_hot(y, depth=3))) / batch.shape[0]
        gradients = tape.gradient(loss, weights)
        for variable, gradient in zip(weights, gradients):
            variable.assign_sub(0.05 * gradient)
        if step % 3 == 0:
            losses.append(float(loss))
    return [losses, weights]


@yields
def loop_with_metrics(tf):
    x, labels = blobs()
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(3)]
    )
    model.build((None, 4))
    model.set_weights([start(4, 8), start(8), start(8, 3), start(3)])
    loss_function = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
    mean_loss = tf.keras.metrics.Mean(name="train_loss")
    accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="train_accuracy")
    data = tf.data.Dataset.from_tensor_slices((x, labels)).batch(16)

    @tf.function
    def train_step(images, targets):
        with tf.GradientTape() as tape:
            predictions = model(images, training=True)
            loss = loss_function(targets, predictions)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        mean_loss(loss)
        accuracy(targets, predictions)

    report = []
    for _ in range(3):
        mean_loss.reset_state()
        accuracy.reset_state()
        for images, targets in data:
            train_step(images, targets)
        report.append([float(mean_loss.result()), float(accuracy.result())])
    return report


@yields
def regression_with_fit(tf):
    random = np.random.default_rng(2)
    x = random.normal(size=(50, 3)).astype(np.float32)
    y = (x @ [1.0, -2.0, 0.5] + 0.1).astype(np.float32)
    model = tf.keras.models.Sequential()
    model.add(tf.keras.layers.Dense(6, activation="tanh", input_shape=(3,)))
    model.add(tf.keras.layers.Dense(1))
    model.set_weights([start(3, 6), start(6), start(6, 1), start(1)])
    model.compile(optimizer=tf.keras.optimizers.RMSprop(0.01), loss="mse", metrics=["mae"])
    history = model.fit(
        x, y, epochs=3, batch_size=10, validation_split=0.2, shuffle=False, verbose=0
    )
    return [history.history, model.evaluate(x, y, verbose=0), model.predict(x[:3], verbose=0)]


@yields
def weight_decay_by_hand(tf):
    x, labels = blobs()
    w = tf.Variable(start(4, 3))
    optimizer = tf.keras.optimizers.SGD(0.1)
    for _ in range(5):
        with tf.GradientTape() as tape:
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x @ w)
            loss = tf.reduce_mean(each) + 0.01 * tf.nn.l2_loss(w)
        gradients, norm = tf.clip_by_global_norm(tape.gradient(loss, [w]), 0.5)
        optimizer.apply_gradients(zip(gradients, [w]))
    return [w, loss, norm]


@yields
def gradient_of_an_input(tf):
    w = tf.constant(start(4, 3))
    x = tf.Variable(start(1, 4))
    for _ in range(5):
        with tf.GradientTape() as tape:
            score = tf.nn.softmax(x @ w)[0, 1]
        x.assign_add(0.5 * tf.sign(tape.gradient(score, x)))
        x.assign(tf.clip_by_value(x, -2.0, 2.0))
    return [x, score]


@yields
def newton_by_nested_tapes(tf):
    x = tf.Variable(3.0)
    steps = []
    for _ in range(5):
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                y = x**4 - 3.0 * x**2 + x
            slope = inner.gradient(y, x)
        x.assign_sub(slope / outer.gradient(slope, x))
        steps.append(float(x))
    return steps


@yields
def images_to_one_hot_batches(tf):
    pixels = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    x = 2 * tf.convert_to_tensor(pixels, dtype=tf.float32) / 255.0 - 1
    y = tf.one_hot(tf.convert_to_tensor([3, 7], dtype=tf.int32), depth=10)
    flat = tf.reshape(x, (-1, 28 * 28))
    return [flat, y, x.shape, flat.shape, x[0, ::7, ::7], tf.reduce_mean(flat, axis=1)]


@yields
def batch_normalised_by_hand(tf):
    x, _ = blobs()
    mean, variance = tf.nn.moments(tf.constant(x), axes=[0])
    scaled = (x - mean) / tf.sqrt(variance + 1e-3)
    return [mean, variance, scaled, tf.math.reduce_std(scaled, axis=0)]


@yields
def own_training_class(tf):
    class Regression(tf.Module):
        def __init__(self):
            super().__init__()
            self.w, self.b = tf.Variable(start(4, 1)), tf.Variable([0.0])

        def __call__(self, x):
            return tf.squeeze(x @ self.w + self.b, axis=-1)

    x, labels = blobs()
    y = tf.cast(labels, tf.float32)
    model = Regression()
    for _ in range(4):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.abs(model(x) - y))
        for variable, gradient in zip(
            model.trainable_variables, tape.gradient(loss, model.trainable_variables)
        ):
            variable.assign_sub(0.05 * gradient)
    return [loss, model.w, model.b]


@yields
def softmax_temperature_table(tf):
    logits = tf.constant([2.0, 1.0, 0.1])
    return {
        str(t): [tf.nn.softmax(logits / t), float(tf.reduce_sum(tf.nn.softmax(logits / t)))]
        for t in (0.5, 1.0, 2.0)
    }


@rows("scripts", CASES)
def test_scripts(case: Case | Fails) -> None:
    case.check()
