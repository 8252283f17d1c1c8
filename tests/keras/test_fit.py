"""compile, fit, evaluate, predict: against the same training written out in NumPy."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import DTypeError, InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.keras import layers

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(10, 3)).astype("float32")
Y = (X @ [[1.0], [-2.0], [0.5]] + 0.3).astype("float32")
CLASSES = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
WEIGHTS = RANDOM.random(10).astype("float32")


def linear(metrics=None, rate=0.1, **options):
    """A linear model with known first weights."""
    model = tf.keras.Sequential([layers.Dense(1, kernel_initializer="ones")])
    model.compile(tf.keras.optimizers.SGD(rate), "mse", metrics=metrics, **options)
    return model


def classifier(loss=None, metrics=("accuracy",)):
    model = tf.keras.Sequential([layers.Dense(3, kernel_initializer="ones")])
    loss = loss or tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf.keras.optimizers.SGD(0.5), loss, metrics=list(metrics))
    return model


class ByHand:
    """Gradient descent on the mean squared error of a linear model, in float64."""

    def __init__(self, rate=0.1):
        self.w, self.b, self.rate = np.ones((3, 1)), np.zeros(1), rate

    def errors(self, x, y):
        return x @ self.w + self.b - y

    def epoch(self, x, y, batch, weights=None):
        """The mean loss over all samples, as they were met."""
        weights = np.ones(len(x)) if weights is None else weights
        total = 0.0
        for start in range(0, len(x), batch):
            rows = slice(start, start + batch)
            error, weight = self.errors(x[rows], y[rows]), weights[rows, None]
            total += (weight * error**2).sum()
            step = 2 * weight * error / len(error)
            self.w, self.b = self.w - self.rate * x[rows].T @ step, self.b - self.rate * step.sum(0)
        return total / len(x)


def known(logs, name="loss"):
    return np.array(logs.history[name])


class TestFit:
    @pytest.mark.parametrize("batch", [1, 4, 10, 32])
    def test_is_gradient_descent(self, batch):
        model, hand = linear(), ByHand()
        history = model.fit(X, Y, batch_size=batch, epochs=3, shuffle=False, verbose=0)
        losses = [hand.epoch(X, Y, batch) for _ in range(3)]
        np.testing.assert_allclose(known(history), losses, rtol=1e-5)
        np.testing.assert_allclose(model.get_weights()[0], hand.w, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(model.get_weights()[1], hand.b, rtol=1e-4, atol=1e-6)
        assert model.history is history
        assert history.epoch == [0, 1, 2]
        assert type(history.history["loss"][0]) is float

    def test_sample_weights(self):
        model, hand = linear(["mae"], weighted_metrics=["mse"]), ByHand()
        history = model.fit(
            X, Y, batch_size=4, epochs=1, shuffle=False, verbose=0, sample_weight=WEIGHTS
        )
        first = ByHand()
        np.testing.assert_allclose(known(history), hand.epoch(X, Y, 4, WEIGHTS), rtol=1e-5)
        np.testing.assert_allclose(model.get_weights()[0], hand.w, rtol=1e-4)
        # The weighted metric divides by the weights, the loss by the number of samples.
        ratio = known(history, "mse")[0] / known(history)[0]
        np.testing.assert_allclose(ratio, len(X) / WEIGHTS.sum(), rtol=1e-5)
        assert known(history, "mae")[0] < np.abs(first.errors(X, Y)).max()

    def test_class_weights_are_sample_weights(self):
        one, other = classifier(), classifier()
        weights = {0: 1.0, 1: 3.0}
        history = one.fit(X, CLASSES, shuffle=False, verbose=0, class_weight=weights)
        factors = np.where(CLASSES == 1, 3.0, 1.0)
        expected = other.fit(X, CLASSES, shuffle=False, verbose=0, sample_weight=factors)
        assert history.history == expected.history
        one_hot = classifier("mse")
        one_hot.fit(X, np.eye(3)[CLASSES], verbose=0, class_weight=weights)

    def test_shuffling_visits_every_sample_once(self):
        class Collecting(tf.keras.Model):
            seen: list

            def train_step(self, data):
                self.seen.append(data.numpy())
                return {}

        tf.random.set_seed(None)  # with a seed, every epoch has the same order, as in Keras
        model = Collecting()
        vars(model)["seen"] = []
        model.compile()
        rows = np.arange(10.0)[:, None]
        model.fit(rows, batch_size=4, epochs=2, verbose=0)
        epochs = [np.concatenate(model.seen[i : i + 3])[:, 0] for i in (0, 3)]
        assert [len(batch) for batch in model.seen] == [4, 4, 2] * 2
        for epoch in epochs:
            assert sorted(epoch) == list(range(10))
        assert list(epochs[0]) != list(epochs[1])

    def test_seed_makes_runs_equal(self):
        runs = []
        for _ in range(2):
            tf.keras.utils.set_random_seed(3)
            model = tf.keras.Sequential([layers.Dense(4), layers.Dropout(0.5), layers.Dense(1)])
            model.compile("adam", "mse")
            runs.append(model.fit(X, Y, batch_size=2, epochs=3, verbose=0).history)
        assert runs[0] == runs[1]

    def test_validation(self):
        model = linear(["mae"])
        history = model.fit(
            X, Y, epochs=3, verbose=0, validation_data=(X, Y), validation_freq=2, shuffle=False
        )
        assert {name: len(values) for name, values in history.history.items()} == {
            "loss": 3,
            "mae": 3,
            "val_loss": 1,
            "val_mae": 1,
        }
        loss, mae = model.evaluate(X, Y, verbose=0)
        error = np.asarray(model.predict(X)) - Y
        np.testing.assert_allclose([loss, mae], [(error**2).mean(), np.abs(error).mean()], 1e-5)

    def test_validation_split_takes_the_end(self):
        model, hand = linear(), ByHand()
        history = model.fit(X, Y, batch_size=3, verbose=0, shuffle=False, validation_split=0.25)
        expected = hand.epoch(X[:7], Y[:7], 3)
        np.testing.assert_allclose(known(history), expected, rtol=1e-5)
        np.testing.assert_allclose(
            known(history, "val_loss"), (hand.errors(X[7:], Y[7:]) ** 2).mean(), rtol=1e-4
        )

    def test_epochs_go_on(self):
        history = linear().fit(X, Y, epochs=5, initial_epoch=3, verbose=0)
        assert history.epoch == [3, 4]
        assert linear().fit(X, Y, epochs=0, verbose=0).history == {}

    def test_penalties_count(self):
        model = tf.keras.Sequential(
            [layers.Dense(1, kernel_initializer="ones", kernel_regularizer="l2")]
        )
        model.compile(tf.keras.optimizers.SGD(0.0), "mse")
        loss = model.evaluate(X, Y, verbose=0)
        np.testing.assert_allclose(loss, (ByHand().errors(X, Y) ** 2).mean() + 0.03, rtol=1e-5)
        history = model.fit(X, Y, verbose=0)
        np.testing.assert_allclose(known(history)[0], loss, rtol=1e-6)

    def test_model_is_built_for_any_batch_size(self):
        model = linear()
        model.fit(X, Y, batch_size=4, verbose=0)
        assert model.output_shape == (None, 1)
        generated = linear()
        generated.fit(((X, Y) for _ in range(1)), verbose=0)
        assert generated.output_shape == (None, 1)

    def test_one_step_is_one_run(self, monkeypatch):
        from glassbrook.engine.binding import Run

        model = classifier()
        model.fit(X, CLASSES, verbose=0)
        runs = []

        def counting(*arguments):
            runs.append(1)
            return Run(*arguments)

        # `glassbrook.engine.realize` is the function, too.
        monkeypatch.setattr(sys.modules["glassbrook.engine.realize"], "Run", counting)
        model.fit(X, CLASSES, batch_size=2, epochs=4, verbose=0)
        # 20 steps; and the results of two metrics, once per epoch.
        assert len(runs) <= 20 + 4 * 2

    def test_memory_stays_flat(self):
        from glassbrook.graph.node import interned_count

        model = classifier()
        model.fit(X, CLASSES, batch_size=2, epochs=2, verbose=0)
        before = interned_count()
        model.fit(X, CLASSES, batch_size=2, epochs=40, verbose=0)
        assert interned_count() <= before + 20


def dataset():
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(4)


class Batches:
    """What Keras calls a Sequence."""

    ended = 0

    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index >= 3:
            raise IndexError
        return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]

    def on_epoch_end(self):
        self.ended += 1


def generator():
    while True:
        for index in range(3):
            yield Batches()[index]


class TestSources:
    @pytest.mark.parametrize(
        "source, options",
        [
            (lambda: (X, Y), {}),
            (lambda: (X.tolist(), Y.tolist()), {}),
            (lambda: (tf.constant(X), tf.constant(Y)), {}),
            (lambda: (tf.Variable(X), Y.astype("float64")), {}),
            (lambda: (dataset(),), {}),
            (lambda: (dataset().repeat(),), {"steps_per_epoch": 3}),
            (lambda: (generator(),), {"steps_per_epoch": 3}),
            (lambda: (Batches(),), {}),
            (lambda: ([Batches()[i] for i in range(3)].__iter__(),), {"epochs": 1}),
        ],
        ids="arrays lists tensors variable dataset endless generator sequence iterator".split(),
    )
    def test_all_sources_are_the_same_data(self, source, options):
        model, hand = linear(), ByHand()
        options = {"epochs": 2, **options}
        if isinstance(source()[0], np.ndarray | list | tf.Tensor | tf.Variable):
            options["batch_size"] = 4
        history = model.fit(*source(), shuffle=False, verbose=0, **options)
        losses = [hand.epoch(X, Y, 4) for _ in range(options["epochs"])]
        np.testing.assert_allclose(known(history), losses, rtol=1e-4)

    def test_sequence_hears_of_the_end_of_epochs(self):
        source = Batches()
        linear().fit(source, epochs=2, verbose=0)
        assert source.ended == 2

    def test_steps_go_on_where_they_stopped(self):
        model, hand = linear(), ByHand()
        with pytest.warns(UserWarning, match="ran out after 1 of 2 steps of epoch"):
            model.fit(X, Y, batch_size=2, steps_per_epoch=2, epochs=6, shuffle=False, verbose=0)
        hand.epoch(X, Y, 2), hand.epoch(X, Y, 2)
        np.testing.assert_allclose(model.get_weights()[0], hand.w, rtol=1e-4)

    def test_steps_that_are_a_whole_pass(self):
        model, other = linear(), linear()
        model.fit(dataset(), steps_per_epoch=len(dataset()), epochs=3, verbose=0)
        other.fit(dataset(), epochs=3, verbose=0)
        np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])

    def test_evaluate_and_predict_of_a_dataset(self):
        model = linear(["mae"])
        expected = (X @ np.ones((3, 1))).astype("float32")
        np.testing.assert_allclose(model.predict(dataset()), expected, rtol=1e-5)
        found = model.evaluate(dataset(), return_dict=True, verbose=0)
        np.testing.assert_allclose(found["loss"], ((expected - Y) ** 2).mean(), rtol=1e-5)
        assert list(found) == ["loss", "mae"]
        assert model.predict(dataset(), steps=1).shape == (4, 1)
        assert len(model.evaluate(X, Y, steps=2, batch_size=2, verbose=0)) == 2

    def test_several_inputs_and_outputs(self):
        class Crossing(tf.keras.Model):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(1, kernel_initializer="ones")

            def call(self, inputs):
                return {"sum": self.dense(inputs["a"] + inputs["b"]), "difference": inputs["a"]}

        model = Crossing()
        model.compile(
            "sgd",
            {"sum": "mse", "difference": "mae"},
            loss_weights={"sum": 1.0, "difference": 2.0},
            metrics={"sum": ["mae"]},
        )
        inputs = {"a": X, "b": 2 * X}
        labels = {"sum": Y, "difference": X + 1}
        found = model.evaluate(inputs, labels, verbose=0, return_dict=True)
        error = 3 * X.sum(1, keepdims=True) - Y
        np.testing.assert_allclose(found["loss"], (error**2).mean() + 2.0, rtol=1e-5)
        np.testing.assert_allclose(found["sum_mae"], np.abs(error).mean(), rtol=1e-5)
        model.fit(inputs, labels, verbose=0)
        assert model.predict(inputs)["sum"].shape == (10, 1)
        with pytest.raises(ShapeError, match="x has 10, x has 4"):
            model.predict({"a": X, "b": X[:4]})

    def test_data_that_run_out(self):
        with pytest.warns(UserWarning, match="ran out after 3 of 5 steps of epoch 1"):
            linear().fit(iter([(X, Y)] * 3), steps_per_epoch=5, verbose=0)
        model = linear()
        with pytest.warns(UserWarning, match="ran out after 0 steps of epoch 2"):
            history = model.fit(iter([(X, Y)]), epochs=3, verbose=0)
        assert (history.epoch, len(history.history["loss"])) == ([0], 1)
        with pytest.raises(InvalidArgumentError, match="no batches in the first epoch"):
            linear().fit(iter([]), verbose=0)

    def test_older_names(self):
        def batches():
            while True:
                yield X, Y

        model, other = linear(["mae"]), linear(["mae"])
        history = model.fit_generator(batches(), 3, 2, verbose=0, workers=2)
        other.fit(batches(), steps_per_epoch=3, epochs=2, verbose=0)
        assert len(history.history["loss"]) == 2
        np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])
        assert model.evaluate_generator(batches(), 2) == model.evaluate(X, Y, verbose=0)
        assert model.predict_generator(batches(), steps=2).shape == (20, 1)
        with pytest.raises(TypeError, match="takes 2 arguments by position"):
            model.predict_generator(batches(), 1, None, 3)

    def test_arguments_of_older_compile(self):
        model = linear()
        model.compile("sgd", "mse", experimental_run_tf_function=False, sample_weight_mode=None)
        with pytest.raises(TypeError, match="unexpected keyword argument 'losses'"):
            model.compile("sgd", losses="mse")

    def test_a_sequence_hears_of_its_epochs(self):
        class Batches(tf.keras.utils.Sequence):
            heard = ""

            def __len__(self):
                return 2

            def __getitem__(self, index):
                self.heard += "."
                return X, Y

            def on_epoch_begin(self):
                self.heard += "["

            def on_epoch_end(self):
                self.heard += "]"

        batches = Batches(workers=2, use_multiprocessing=True, max_queue_size=3)
        linear().fit(batches, epochs=2, verbose=0)
        assert batches.heard == "[..][..]"
        with pytest.raises(InvalidArgumentError, match="goes on for ever.*steps_per_epoch"):
            linear().fit(dataset().repeat(), verbose=0)


class TestMetrics:
    @pytest.mark.parametrize(
        "units, labels, loss",
        [
            (1, (CLASSES > 0).astype("float32")[:, None], "binary_crossentropy"),
            (3, CLASSES, "sparse_categorical_crossentropy"),
            (3, CLASSES[:, None], "sparse_categorical_crossentropy"),
            (3, np.eye(3)[CLASSES], "categorical_crossentropy"),
            (3, np.eye(3)[CLASSES], "mse"),
        ],
    )
    @pytest.mark.parametrize("name", ["accuracy", "acc"])
    def test_accuracy_means_the_one_that_fits(self, units, labels, loss, name):
        model = tf.keras.Sequential(
            [layers.Dense(units, activation="sigmoid" if units == 1 else "softmax")]
        )
        model.compile("sgd", loss, metrics=[name])
        found = model.evaluate(X, labels, verbose=0, return_dict=True)
        scores = model.predict(X)
        if units == 1:
            expected = ((scores > 0.5) == labels).mean()
        else:
            expected = (scores.argmax(1) == CLASSES).mean()
        assert found[name] == pytest.approx(expected)

    def test_names_and_order(self):
        def mean_error(y_true, y_pred):
            return tf.reduce_mean(y_pred - y_true, axis=-1)

        model = linear(["mse", mean_error, tf.keras.metrics.MeanAbsoluteError(name="a"), "mae"])
        values = model.evaluate(X, Y, verbose=0)
        assert model.metrics_names == ["loss", "mse", "mean_error", "a", "mae"]
        error = X.sum(1, keepdims=True) - Y
        expected = [(error**2).mean()] * 2 + [error.mean()] + [np.abs(error).mean()] * 2
        np.testing.assert_allclose(values, expected, rtol=1e-4)
        assert list(model.evaluate(X, Y, verbose=0, return_dict=True)) == sorted(
            model.metrics_names
        )
        assert isinstance(linear().evaluate(X, Y, verbose=0), float)

    def test_single_batches(self):
        model, hand = linear(["mae"]), ByHand()
        before = hand.errors(X, Y)
        found = model.train_on_batch(X, Y)
        np.testing.assert_allclose(found, [(before**2).mean(), np.abs(before).mean()], rtol=1e-5)
        hand.epoch(X, Y, 10)
        after = hand.errors(X, Y)
        found = model.test_on_batch(X, Y, return_dict=True)
        np.testing.assert_allclose(found["loss"], (after**2).mean(), rtol=1e-5)
        np.testing.assert_allclose(model.predict_on_batch(X), after + Y, rtol=1e-4)
        assert type(model.predict_on_batch(X)) is np.ndarray

    def test_custom_loss_function_and_object(self):
        def cubic(y_true, y_pred):
            return tf.reduce_mean(tf.abs(y_true - y_pred) ** 3, axis=-1)

        class Cubic(tf.keras.losses.Loss):
            def call(self, y_true, y_pred):
                return cubic(y_true, y_pred)

        expected = (np.abs(ByHand().errors(X, Y)) ** 3).mean()
        for loss in (cubic, Cubic(), lambda y, p: tf.reduce_mean(tf.abs(y - p) ** 3)):
            model = linear()
            model.compile("sgd", loss)
            assert model.evaluate(X, Y, verbose=0) == pytest.approx(expected, rel=1e-5)


class TestNamesInLogs:
    def test_metrics(self):
        def firstValue(y_true, y_pred):  # noqa: N802  # the name is what is tested
            return y_pred[:, 0]

        class LastValue:
            def __call__(self, y_true, y_pred):
                return y_pred[:, -1]

        model = tf.keras.Sequential([layers.Dense(2)])
        model.compile("sgd", "mse", metrics=[firstValue, LastValue(), lambda y, z: z])
        logs = model.fit(X, X[:, :2], verbose=0).history
        assert sorted(logs) == ["first_value", "lambda", "last_value", "loss"]

    @pytest.mark.parametrize(
        "loss, names",
        [
            (["mse", "mae"], ["loss", "mae_loss", "mse_loss"]),
            ([tf.keras.losses.Huber(name="near"), "mse"], ["loss", "mse_loss", "near_loss"]),
            ([lambda y, z: (y - z) ** 2, "mse"], ["lambda_loss", "loss", "mse_loss"]),
        ],
        ids=["by name", "object", "function"],
    )
    def test_losses_of_outputs_without_names(self, loss, names):
        class Pair(tf.keras.Model):
            def __init__(self):
                super().__init__()
                self.one, self.other = layers.Dense(1), layers.Dense(1)

            def call(self, inputs):
                return self.one(inputs), self.other(inputs)

        model = Pair()
        model.compile("sgd", loss)
        assert sorted(model.fit(X, (X[:, :1], X[:, 1:2]), verbose=0).history) == names


class TestOwnSteps:
    def test_train_step_of_ones_own(self):
        class Own(tf.keras.Model):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(1, kernel_initializer="ones")
                self.tracker = tf.keras.metrics.Mean(name="loss")

            def call(self, inputs):
                return self.dense(inputs)

            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
                self.tracker.update_state(loss)
                return {"loss": self.tracker.result(), "half": self.tracker.result() / 2}

            @property
            def metrics(self):
                return [self.tracker]

        model, hand = Own(), ByHand()
        model.compile(tf.keras.optimizers.SGD(0.1))
        history = model.fit(X, Y, batch_size=5, epochs=2, shuffle=False, verbose=0)
        losses = np.array([hand.epoch(X, Y, 5) for _ in range(2)])
        np.testing.assert_allclose(known(history), losses, rtol=1e-5)
        np.testing.assert_allclose(known(history, "half"), losses / 2, rtol=1e-5)

    @pytest.mark.parametrize("style", ["compute_loss", "compiled_loss"])
    def test_train_step_with_the_compiled_loss(self, style):
        class Own(tf.keras.Sequential):
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    predicted = self(x, training=True)
                    if style == "compute_loss":
                        loss = self.compute_loss(x=x, y=y, y_pred=predicted)
                    else:
                        loss = self.compiled_loss(y, predicted, regularization_losses=self.losses)
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
                for metric in self.metrics:
                    if metric.name != "loss":
                        metric.update_state(y, predicted)
                    elif style == "compute_loss":
                        metric.update_state(loss)
                return {metric.name: metric.result() for metric in self.metrics}

        model = Own([layers.Dense(1, kernel_initializer="ones")])
        model.compile(tf.keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
        history = model.fit(X, Y, batch_size=5, shuffle=False, verbose=0)
        np.testing.assert_allclose(known(history), ByHand().epoch(X, Y, 5), rtol=1e-5)
        assert set(history.history) == {"loss", "mae"}

    def test_test_step_and_predict_step(self):
        class Own(tf.keras.Sequential):
            def test_step(self, data):
                return {"rows": tf.constant(float(len(data[0])))}

            def predict_step(self, data):
                return self(data) * 0 + 7

        model = Own([layers.Dense(1)])
        model.compile("sgd", "mse")
        assert model.evaluate(X, Y, verbose=0) == 10.0
        np.testing.assert_array_equal(model.predict(X), np.full((10, 1), 7.0))

    @pytest.mark.parametrize("returned, fine", [(None, True), ({}, True), (3.0, False)])
    def test_what_a_step_may_return(self, returned, fine):
        class Own(tf.keras.Sequential):
            def train_step(self, data):
                return returned

        model = Own([layers.Dense(1)])
        model.compile("sgd")
        if fine:
            assert model.fit(X, Y, verbose=0).history == {}
        else:
            with pytest.raises(InvalidArgumentError, match="returned float, expected a dictionary"):
                model.fit(X, Y, verbose=0)

    def test_compute_loss_of_ones_own(self):
        class Own(tf.keras.Sequential):
            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                return tf.reduce_sum(y_pred)

        model = Own([layers.Dense(1, kernel_initializer="ones")])
        model.compile(tf.keras.optimizers.SGD(0.1))
        history = model.fit(X, shuffle=False, verbose=0)
        assert known(history)[0] == pytest.approx(X.sum(), rel=1e-4)


class TestPredict:
    @pytest.mark.parametrize("rows", [1, 4, 5, 32, 33])
    def test_all_rows_in_order(self, rows):
        model = linear()
        x = RANDOM.normal(size=(rows, 3)).astype("float32")
        found = model.predict(x, batch_size=4, verbose=0)
        assert type(found) is np.ndarray
        np.testing.assert_allclose(found, x.sum(1, keepdims=True), rtol=1e-4, atol=1e-5)

    def test_several_outputs(self):
        class Both(tf.keras.Model):
            def call(self, x):
                return x, x * 2

        found = Both().predict(X, batch_size=3, verbose=0)
        assert type(found) is tuple
        np.testing.assert_allclose(found[1], 2 * X)

    def test_training_is_off(self):
        model = tf.keras.Sequential([layers.Dropout(0.9)])
        np.testing.assert_array_equal(model.predict(X), X)
        assert not np.array_equal(model(X, training=True), X)


class TestBadInput:
    def test_not_compiled(self):
        model = tf.keras.Sequential([layers.Dense(1)])
        for method in (model.fit, model.evaluate, model.train_on_batch, model.test_on_batch):
            with pytest.raises(InvalidArgumentError, match=r"must call compile\(\)"):
                method(X, Y)

    @pytest.mark.parametrize(
        "arguments, options, error, message",
        [
            ((X, Y[:5]), {}, ShapeError, "x has 10, y has 5"),
            ((X, Y), {"sample_weight": WEIGHTS[:3]}, ShapeError, "sample_weight has 3"),
            ((X[:0], Y[:0]), {}, ShapeError, "no samples"),
            (([], []), {}, ShapeError, "no samples"),
            ((3.0, 4.0), {}, ShapeError, "one row per sample"),
            ((None,), {}, InvalidArgumentError, "no data"),
            ((X,), {}, InvalidArgumentError, "no labels"),
            ((X, Y), {"batch_size": 0}, InvalidArgumentError, "batch_size is 0"),
            ((X, Y), {"batch_size": 2.5}, InvalidArgumentError, "batch_size is 2.5"),
            ((X, Y), {"validation_split": 1.5}, InvalidArgumentError, "between 0 and 1"),
            ((X, Y), {"validation_split": 0.99}, InvalidArgumentError, "leaves 0 for training"),
            ((X, Y), {"steps_per_epoch": 0}, InvalidArgumentError, "number of steps is 0"),
            ((X, Y), {"foo": 1}, TypeError, "unexpected keyword argument 'foo'"),
            ((X, Y), {"callbacks": [1]}, InvalidArgumentError, "1 is no callback"),
            (([["a"], ["b"]], Y[:2]), {}, DTypeError, "strings and numbers"),
            ((dataset(), Y), {}, InvalidArgumentError, "y cannot be given beside"),
            ((dataset(),), {"validation_split": 0.1}, InvalidArgumentError, "needs arrays"),
            ((iter([(X, Y, None, 1)]),), {}, InvalidArgumentError, "has 4 parts"),
        ],
    )
    def test_fit_refuses(self, arguments, options, error, message):
        with pytest.raises(error, match=message):
            linear().fit(*arguments, verbose=0, **options)

    @pytest.mark.parametrize(
        "options, message",
        [
            ({"optimizer": "foo"}, "optimizer identifier: 'foo'"),
            ({"loss": "foo"}, "loss identifier: 'foo'"),
            ({"metrics": ["foo"]}, "metric identifier: 'foo'"),
            ({"loss": "mean_sqared_error"}, "Did you mean 'mean_squared_error'"),
            ({"metrics": ["acuracy"]}, "Did you mean 'accuracy'"),
        ],
    )
    def test_compile_refuses(self, options, message):
        with pytest.raises(InvalidArgumentError, match=message):
            tf.keras.Sequential([layers.Dense(1)]).compile(**options)

    def test_nothing_to_minimize_or_to_learn(self):
        model = tf.keras.Sequential([layers.Dense(1)])
        model.compile("sgd")
        with pytest.raises(InvalidArgumentError, match="has no loss to compute"):
            model.fit(X, Y, verbose=0)
        frozen = linear()
        frozen.trainable = False
        with pytest.raises(InvalidArgumentError, match="no trainable variables"):
            frozen.fit(X, Y, verbose=0)

    @pytest.mark.parametrize("shuffle", [True, False])
    def test_label_out_of_range_is_named_by_its_row_in_the_data(self, shuffle):
        labels = np.tile(CLASSES, 10)
        labels[77] = 3
        with pytest.raises(OutOfRangeError, match=r"label 3 in row 77 lies outside \[0, 3\)"):
            classifier().fit(np.tile(X, (10, 1)), labels, verbose=0, shuffle=shuffle)
        labels[77] = -1
        with pytest.raises(OutOfRangeError, match="label -1 in row 77"):
            classifier().fit(np.tile(X, (10, 1)), labels, verbose=0, shuffle=shuffle)

    def test_label_out_of_range_in_a_dataset(self):
        source = tf.data.Dataset.from_tensor_slices((X, CLASSES + 1)).batch(4)
        with pytest.raises(OutOfRangeError, match="label 3 in row"):
            classifier().fit(source, verbose=0)

    @pytest.mark.parametrize(
        "loss, labels, message",
        [
            ("categorical_crossentropy", CLASSES, "sparse_categorical_crossentropy.*one_hot"),
            ("sparse_categorical_crossentropy", np.eye(3)[CLASSES], "'categorical_crossentropy'"),
            ("mse", CLASSES, "class numbers"),
            ("categorical_crossentropy", np.eye(4)[CLASSES], r"\[10, 4\].*\[10, 3\]"),
        ],
    )
    def test_labels_that_do_not_fit_the_loss(self, loss, labels, message):
        with pytest.raises(ShapeError, match=message):
            classifier(loss).fit(X, labels, verbose=0)

    def test_inputs_that_do_not_fit_the_model(self):
        model = linear()
        model.fit(X, Y, verbose=0)
        with pytest.raises(ShapeError, match="expects last axis of size 3"):
            model.fit(X[:, :2], Y, verbose=0)
        with pytest.raises(ShapeError, match=r"dataset\.batch"):
            model.fit(tf.data.Dataset.from_tensor_slices((X, Y)), verbose=0)

    def test_missing_gradients_are_said_once(self):
        class Half(tf.keras.Model):
            def __init__(self):
                super().__init__()
                self.used, self.unused = layers.Dense(1), tf.Variable(1.0)

            def call(self, x):
                return self.used(x)

        model = Half()
        model.compile("sgd", "mse")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.fit(X, Y, batch_size=2, verbose=0)
        assert len(caught) == 1
        assert "no gradients" in str(caught[0].message)

    def test_a_compiled_model_within_adds_no_metrics(self):
        inner = linear(metrics=["mae"])
        inner.fit(X, Y, verbose=0)
        outer = tf.keras.Sequential([inner, layers.Rescaling(2.0)])
        outer.compile("sgd", "mse", metrics=["mae"])
        errors = 2.0 * inner.predict(X, verbose=0) - Y
        found = outer.evaluate(X, Y, verbose=0)
        assert outer.metrics_names == ["loss", "mae"]
        assert found == pytest.approx([np.mean(errors**2), np.mean(np.abs(errors))], rel=1e-5)
