"""Training: five steps on both sides from the same weights and data, `fit` and its callbacks."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tensorflow

from tests.parity.support import Case, Fails, add_to, fresh_names, printed, rows


@pytest.fixture(autouse=True)
def _fresh_names() -> Iterator[None]:
    fresh_names()
    # Without this, TensorFlow traces and compiles a graph for every model: minutes, not seconds.
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


RANDOM = np.random.default_rng(7)
FEATURES = RANDOM.normal(size=(24, 4)).astype(np.float32)
CLASSES = RANDOM.integers(0, 3, 24)
ONE_HOT = np.eye(3, dtype=np.float32)[CLASSES]
TARGETS = RANDOM.normal(size=(24, 3)).astype(np.float32)
BITS = (RANDOM.random((24, 3)) > 0.5).astype(np.float32)

# What a step multiplies and divides differs in the last bits; five steps may add them up.
FIVE_STEPS = 5e-6
TEN_STEPS = 2e-4
# Keras computes 1 - beta_2 ** step in float32 and loses five digits of it; Glassbrook does not.
WITH_ADAM = 5e-5

OPTIMIZERS = {
    "SGD": {},
    "SGD, momentum": {"momentum": 0.9},
    "SGD, nesterov": {"momentum": 0.9, "nesterov": True},
    "SGD, weight_decay": {"weight_decay": 0.1},
    "SGD, clipnorm": {"clipnorm": 0.5},
    "SGD, clipvalue": {"clipvalue": 0.5},
    "SGD, global_clipnorm": {"global_clipnorm": 0.5},
    "Adam": {},
    "Adam, betas": {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3},
    "Adam, amsgrad": {"amsgrad": True},
    "RMSprop": {},
    "RMSprop, momentum": {"momentum": 0.9, "rho": 0.8},
    "RMSprop, centered": {"centered": True},
    "Adagrad": {},
    "Adadelta": {},
    "Adamax": {},
    "Nadam": {},
    "AdamW": {"weight_decay": 0.1},
    "Lion": {},
    "Lion, betas": {"beta_1": 0.7, "beta_2": 0.8},
    "Lamb": {},
    "Lamb, weight_decay": {"weight_decay": 0.1},
    "Adafactor": {},
    "Adafactor, threshold": {"clip_threshold": 0.5, "beta_2_decay": -0.5},
    "Ftrl": {},
    "Ftrl, penalties": {
        "l1_regularization_strength": 0.01,
        "l2_regularization_strength": 0.02,
        "l2_shrinkage_regularization_strength": 0.03,
        "beta": 0.1,
    },
    "SGD, ema": {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 3},
}

LOSSES = {
    "mse": TARGETS,
    "mae": TARGETS,
    "huber": TARGETS,
    "hinge": BITS,
    "CategoricalCrossentropy": ONE_HOT,
    "SparseCategoricalCrossentropy": CLASSES,
    "BinaryCrossentropy": BITS,
}

CASES: list[Case | Fails] = []
yields, fails = add_to(CASES), add_to(CASES, Fails)


def network(tf, activation="relu", last=None, sizes=(4, 8, 3)):
    layers = [tf.keras.layers.Dense(size, activation=activation) for size in sizes[1:-1]]
    model = tf.keras.Sequential([*layers, tf.keras.layers.Dense(sizes[-1], activation=last)])
    model.build((None, sizes[0]))
    random = np.random.default_rng(3)
    model.set_weights(
        [random.normal(0.0, 0.5, w.shape).astype(np.float32) for w in model.get_weights()]
    )
    return model


def loss_of(tf, name):
    logits = {"from_logits": True} if name.endswith("Crossentropy") else {}
    return getattr(tf.keras.losses, name)(**logits) if logits else tf.keras.losses.get(name)


def optimizer_of(tf, name, learning_rate=0.05):
    kind, options = name.partition(",")[0], OPTIMIZERS[name]
    return getattr(tf.keras.optimizers, kind)(learning_rate=learning_rate, **options)


def steps_of_an_optimizer(name):
    def run(tf):
        optimizer = optimizer_of(tf, name, 0.1)
        w, b = tf.Variable([[1.0, -2.0], [0.5, 3.0]]), tf.Variable([0.1, 0.2])
        for step in range(10):
            scale = 1.0 + step
            gradients = [tf.constant([[1.0, -1e-4], [0.0, 30.0]]) * scale, tf.constant([1.0, 2.0])]
            optimizer.apply_gradients(zip(gradients, [w, b]))
        return [w, b, int(optimizer.iterations)]

    return run


def loop_over_batches(loss_name, optimizer_name):
    def run(tf):
        model, optimizer = network(tf), optimizer_of(tf, optimizer_name)
        loss_function, losses = loss_of(tf, loss_name), []
        data = tf.data.Dataset.from_tensor_slices((FEATURES, LOSSES[loss_name])).batch(5)
        for x, y in data:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(loss_function(y, model(x, training=True)))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            losses.append(float(loss))
        return [losses, model.get_weights()]

    return run


def fitted(loss_name, optimizer_name):
    def run(tf):
        model = network(tf)
        model.compile(optimizer_of(tf, optimizer_name), loss_of(tf, loss_name))
        y = LOSSES[loss_name]
        history = model.fit(FEATURES, y, batch_size=5, epochs=2, shuffle=False, verbose=0)
        return [history.history, history.epoch, model.get_weights()]

    return run


def tolerance(optimizer: str) -> float:
    return WITH_ADAM if optimizer.startswith("Adam") else FIVE_STEPS


for key in OPTIMIZERS:
    CASES.append(Case(f"ten steps, {key}", steps_of_an_optimizer(key), TEN_STEPS, 1e-5))
for loss, key in itertools.product(LOSSES, ("SGD, momentum", "Adam", "RMSprop")):
    exactness = (tolerance(key), tolerance(key) / 5)
    CASES.append(Case(f"a loop, {loss}, {key}", loop_over_batches(loss, key), *exactness))
    CASES.append(Case(f"fit, {loss}, {key}", fitted(loss, key), *exactness))


def activated(name):
    def run(tf):
        model = network(tf, activation=name)
        model.compile(tf.keras.optimizers.SGD(0.05), "mse")
        losses = [float(model.train_on_batch(FEATURES, TARGETS)) for _ in range(5)]
        return [losses, model.get_weights()]

    return run


for key in "relu sigmoid tanh elu selu gelu softplus softsign leaky_relu swish softmax".split():
    CASES.append(Case(f"ten steps, activation {key}", activated(key), rtol=FIVE_STEPS, atol=1e-6))


def compiled(tf, **options):
    model = network(tf)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(**{"optimizer": "sgd", "loss": loss, "metrics": ["accuracy"], **options})
    return model


@yields
def history_of_a_fit(tf):
    history = compiled(tf).fit(FEATURES, CLASSES, epochs=3, batch_size=8, shuffle=False, verbose=0)
    return [history.history, history.epoch, history.params["epochs"], history.params["steps"]]


@yields
def history_with_validation_data(tf):
    model = compiled(tf)
    held = (FEATURES[:6], CLASSES[:6])
    options = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}
    return model.fit(FEATURES, CLASSES, validation_data=held, **options).history


@yields
def history_with_validation_split(tf):
    options = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}
    return compiled(tf).fit(FEATURES, CLASSES, validation_split=0.25, **options).history


@yields
def fit_on_a_dataset(tf):
    data = tf.data.Dataset.from_tensor_slices((FEATURES, CLASSES)).batch(5)
    return compiled(tf).fit(data, epochs=2, verbose=0, validation_data=data.take(2)).history


@yields
def fit_on_an_endless_dataset(tf):
    data = tf.data.Dataset.from_tensor_slices((FEATURES, CLASSES)).batch(5).repeat()
    return compiled(tf).fit(data, epochs=2, steps_per_epoch=3, verbose=0).history


@yields
def fit_on_tensors(tf):
    x, y = tf.constant(FEATURES), tf.constant(CLASSES)
    return compiled(tf).fit(x, y, epochs=1, shuffle=False, verbose=0).history


@yields
def fit_with_sample_weights(tf):
    weights = np.linspace(0.0, 1.0, 24).astype(np.float32)
    options = {"batch_size": 8, "shuffle": False, "verbose": 0}
    return compiled(tf).fit(FEATURES, CLASSES, sample_weight=weights, **options).history


@yields
def fit_with_class_weights(tf):
    weights = {0: 1.0, 1: 2.0, 2: 0.5}
    options = {"batch_size": 8, "shuffle": False, "verbose": 0}
    return compiled(tf).fit(FEATURES, CLASSES, class_weight=weights, **options).history


@yields
def fit_from_a_later_epoch(tf):
    options = {"epochs": 4, "initial_epoch": 2, "shuffle": False, "verbose": 0}
    history = compiled(tf).fit(FEATURES, CLASSES, **options)
    return [history.history, history.epoch]


@yields
def fit_for_no_epochs(tf):
    return compiled(tf).fit(FEATURES, CLASSES, epochs=0, verbose=0).history


@yields
def evaluated(tf):
    model = compiled(tf)
    return [
        model.evaluate(FEATURES, CLASSES, verbose=0),
        model.evaluate(FEATURES, CLASSES, batch_size=7, verbose=0),
        model.evaluate(FEATURES, CLASSES, verbose=0, return_dict=True),
        type(model.evaluate(FEATURES, CLASSES, verbose=0)[0]),
    ]


@yields
def evaluated_without_metrics(tf):
    model = compiled(tf, metrics=None)
    return [
        model.evaluate(FEATURES, CLASSES, verbose=0),
        model.evaluate(FEATURES, CLASSES, verbose=0, return_dict=True),
    ]


@yields
def one_batch(tf):
    model = compiled(tf)
    return [
        model.train_on_batch(FEATURES, CLASSES),
        model.train_on_batch(FEATURES, CLASSES, return_dict=True),
        model.test_on_batch(FEATURES, CLASSES),
        model.predict_on_batch(FEATURES[:2]),
    ]


@yields
def metrics_by_name(tf):
    model = network(tf)
    own = tf.keras.metrics.MeanSquaredError(name="own")
    model.compile("sgd", "mse", metrics=["mae", "mse", own])
    return model.evaluate(FEATURES, TARGETS, verbose=0, return_dict=True)


@yields
def accuracy_finds_its_kind(tf):
    kinds = {
        "sparse_categorical_crossentropy": (CLASSES, "softmax"),
        "categorical_crossentropy": (ONE_HOT, "softmax"),
        "binary_crossentropy": (BITS, "sigmoid"),
    }
    results = {}
    for name, (y, last) in kinds.items():
        for metric in ("accuracy", "acc"):
            model = network(tf, last=last)
            model.compile("sgd", name, metrics=[metric])
            results[f"{name} {metric}"] = model.evaluate(FEATURES, y, verbose=0, return_dict=True)
    return results


@yields
def losses_and_optimizers_by_name(tf):
    results = {}
    for optimizer in ("sgd", "adam", "rmsprop", "SGD", "Adam", "RMSprop"):
        model = network(tf)
        model.compile(optimizer, "mse")
        history = model.fit(FEATURES, TARGETS, epochs=2, shuffle=False, verbose=0)
        results[optimizer] = [history.history["loss"], model.optimizer.name]
    return results


@yields
def default_learning_rates(tf):
    optimizers = tf.keras.optimizers
    made = (optimizers.SGD(), optimizers.Adam(), optimizers.RMSprop())
    return [[float(one.learning_rate) for one in made], [one.name for one in made]]


@yields
def learning_rate_that_changes(tf):
    optimizer, w = tf.keras.optimizers.SGD(0.1), tf.Variable([1.0])
    optimizer.apply_gradients([(tf.constant([1.0]), w)])
    optimizer.learning_rate = 0.5
    optimizer.apply_gradients([(tf.constant([1.0]), w)])
    optimizer.learning_rate.assign(0.25)
    optimizer.apply_gradients([(tf.constant([1.0]), w)])
    return [w, float(optimizer.learning_rate)]


@yields
def a_gradient_that_is_none(tf):
    w, b = tf.Variable([1.0]), tf.Variable([2.0])
    tf.keras.optimizers.SGD(0.1).apply_gradients([(None, b), (tf.constant([1.0]), w)])
    return [w, b]


@fails
def every_gradient_is_none(tf):
    tf.keras.optimizers.SGD(0.1).apply_gradients([(None, tf.Variable([1.0]))])


@fails
def no_gradients(tf):
    tf.keras.optimizers.SGD(0.1).apply_gradients([])


@fails
def a_gradient_of_another_shape(tf):
    w = tf.Variable([1.0, 2.0])
    tf.keras.optimizers.SGD(0.1).apply_gradients([(tf.constant([1.0]), w)])


@fails
def an_unknown_argument_of_an_optimizer(tf):
    tf.keras.optimizers.SGD(foo=1.0)


@fails
def a_learning_rate_that_is_text(tf):
    tf.keras.optimizers.SGD(learning_rate="fast")


@fails
def a_momentum_above_one(tf):
    tf.keras.optimizers.SGD(momentum=2.0)


@yields
def lines_of_fit(tf):
    model = compiled(tf)
    options = {"batch_size": 8, "shuffle": False, "verbose": 2}
    return printed(lambda: model.fit(FEATURES, CLASSES, epochs=2, **options))


@yields
def lines_of_fit_with_validation(tf):
    model = compiled(tf)
    options = {"batch_size": 8, "shuffle": False, "verbose": 2, "validation_split": 0.25}
    return printed(lambda: model.fit(FEATURES, CLASSES, **options))


@yields
def lines_of_evaluate(tf):
    return printed(lambda: compiled(tf).evaluate(FEATURES, CLASSES, verbose=2))


@yields
def silence(tf):
    model = compiled(tf)
    return [
        printed(lambda: model.fit(FEATURES, CLASSES, verbose=0)),
        printed(lambda: model.evaluate(FEATURES, CLASSES, verbose=0)),
        printed(lambda: model.predict(FEATURES, verbose=0)),
    ]


@yields
def calls_of_callbacks(tf):
    calls = []

    class Recorder(tf.keras.callbacks.Callback):
        pass

    def recorder(name):
        def called(self, *arguments, logs=None):
            *place, given = arguments if logs is None else (*arguments, logs)
            calls.append((name, place, sorted(given or {})))

        return called

    for stage in ("train", "test", "predict"):
        for when in ("begin", "end"):
            for hook in (f"on_{stage}_{when}", f"on_{stage}_batch_{when}"):
                setattr(Recorder, hook, recorder(hook))
    for hook in ("on_epoch_begin", "on_epoch_end"):
        setattr(Recorder, hook, recorder(hook))
    model, held = compiled(tf), (FEATURES[:8], CLASSES[:8])
    options = {"verbose": 0, "callbacks": [Recorder()]}
    model.fit(FEATURES, CLASSES, batch_size=12, epochs=2, validation_data=held, **options)
    model.evaluate(FEATURES, CLASSES, batch_size=12, **options)
    model.predict(FEATURES, batch_size=12, **options)
    return calls


@yields
def early_stopping(tf):
    model = compiled(tf, optimizer=tf.keras.optimizers.SGD(0.1))
    stop = tf.keras.callbacks.EarlyStopping(monitor="loss", patience=1, mode="max")
    stop.monitor = "loss"
    history = model.fit(FEATURES, CLASSES, epochs=10, shuffle=False, verbose=0, callbacks=[stop])
    return [history.epoch, stop.stopped_epoch, history.history]


@yields
def early_stopping_restores_the_best(tf):
    model = compiled(tf, optimizer=tf.keras.optimizers.SGD(0.1))
    stop = tf.keras.callbacks.EarlyStopping(
        monitor="loss", patience=2, mode="max", restore_best_weights=True, verbose=1
    )
    options = {"epochs": 10, "shuffle": False, "verbose": 0, "callbacks": [stop]}
    text = printed(lambda: model.fit(FEATURES, CLASSES, **options))
    return [text, model.get_weights(), stop.best_epoch]


@yields
def log_as_csv(tf):
    model = compiled(tf)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.csv")
        log = tf.keras.callbacks.CSVLogger(str(path))
        options = {"epochs": 2, "shuffle": False, "verbose": 0, "callbacks": [log]}
        model.fit(FEATURES, CLASSES, validation_split=0.25, **options)
        lines = path.read_text().splitlines()
    numbers = [[float(cell) for cell in line.split(",")] for line in lines[1:]]
    return [lines[0], numbers]


@yields
def stopped_by_a_callback(tf):
    class Stop(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                self.model.stop_training = True

    history = compiled(tf).fit(FEATURES, CLASSES, epochs=9, verbose=0, callbacks=[Stop()])
    return history.epoch


@yields
def lambda_callback(tf):
    seen = []
    note = tf.keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append((epoch, sorted(logs)))
    )
    compiled(tf).fit(FEATURES, CLASSES, epochs=2, verbose=0, callbacks=[note])
    return seen


@yields
def frozen_layer_keeps_its_weights(tf):
    model = network(tf)
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    before = model.layers[0].get_weights()
    model.fit(FEATURES, TARGETS, verbose=0, shuffle=False)
    after = model.layers[0].get_weights()
    return [all(np.array_equal(a, b) for a, b in zip(before, after)), model.get_weights()]


@fails
def fit_before_compile(tf):
    network(tf).fit(FEATURES, TARGETS, verbose=0)


@fails
def arrays_of_unequal_length(tf):
    compiled(tf).fit(FEATURES, CLASSES[:9], verbose=0)


@fails
def features_of_another_width(tf):
    compiled(tf).fit(FEATURES[:, :2], CLASSES, verbose=0)


@fails
def targets_of_another_width(tf):
    model = network(tf)
    model.compile("sgd", "mse")
    model.fit(FEATURES, TARGETS[:, :2], verbose=0)


@fails
def a_label_out_of_range(tf):
    compiled(tf).fit(FEATURES, CLASSES + 2, verbose=0)


@fails
def a_metric_of_no_name(tf):
    compiled(tf, metrics=["foo"]).fit(FEATURES, CLASSES, verbose=0)


@fails
def an_argument_of_fit_of_no_name(tf):
    compiled(tf).fit(FEATURES, CLASSES, foo=1)


@rows("training", CASES)
def test_training(case: Case | Fails) -> None:
    case.check()
