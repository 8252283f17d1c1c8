"""Callbacks: when they are called, what they are told, and what each one does."""

from __future__ import annotations

import csv
import io
import os
import re

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError
from glassbrook.keras import callbacks, layers
from glassbrook.keras.callbacks.monitor import direction_of

X = np.random.default_rng(4).normal(size=(8, 2)).astype("float32")
Y = X.sum(1, keepdims=True)


def linear(rate=0.1, metrics=None):
    model = tf.keras.Sequential([layers.Dense(1, kernel_initializer="zeros")])
    model.compile(tf.keras.optimizers.SGD(rate), "mse", metrics=metrics)
    return model


class Noting(callbacks.Callback):
    """Notes every hook that is called, with its logs."""

    def __init__(self):
        super().__init__()
        self.calls = []


def _noting(name):
    def hook(self, *arguments, logs=None):
        position, logs = (arguments, logs) if len(arguments) < 2 else (arguments[:1], arguments[1])
        if name in ("on_train_begin", "on_train_end", "on_test_begin", "on_test_end"):
            position, logs = (), arguments[0] if arguments else logs
        if name in ("on_predict_begin", "on_predict_end"):
            position, logs = (), arguments[0] if arguments else logs
        self.calls.append((name.removeprefix("on_"), *position, sorted(logs or {})))

    return hook


for _name in [name for name in dir(callbacks.Callback) if name.startswith("on_")]:
    if _name not in ("on_batch_begin", "on_batch_end"):
        setattr(Noting, _name, _noting(_name))

TWO = ["loss", "mae"]
FIT = [
    ("train_begin", []),
    ("epoch_begin", 0, []),
    ("train_batch_begin", 0, []),
    ("train_batch_end", 0, TWO),
    ("train_batch_begin", 1, []),
    ("train_batch_end", 1, TWO),
    ("test_begin", []),
    ("test_batch_begin", 0, []),
    ("test_batch_end", 0, TWO),
    ("test_end", TWO),
    ("epoch_end", 0, [*TWO, "val_loss", "val_mae"]),
    ("train_end", [*TWO, "val_loss", "val_mae"]),
]


class TestHooks:
    def test_fit(self):
        noting = Noting()
        linear(metrics=["mae"]).fit(
            X, Y, batch_size=4, verbose=0, callbacks=[noting], validation_data=(X[:2], Y[:2])
        )
        assert noting.calls == FIT
        assert noting.params == {"verbose": 0, "epochs": 1, "steps": 2}
        assert isinstance(noting.model, tf.keras.Model)

    def test_evaluate_and_predict(self):
        noting = Noting()
        model = linear(metrics=["mae"])
        model.evaluate(X, Y, verbose=0, callbacks=[noting])
        model.predict(X, verbose=0, callbacks=[noting])
        assert noting.calls == [
            ("test_begin", []),
            ("test_batch_begin", 0, []),
            ("test_batch_end", 0, TWO),
            ("test_end", TWO),
            ("predict_begin", []),
            ("predict_batch_begin", 0, []),
            ("predict_batch_end", 0, ["outputs"]),
            ("predict_end", []),
        ]

    def test_old_names_of_batch_hooks(self):
        class Old(callbacks.Callback):
            seen: list

            def on_batch_begin(self, batch, logs=None):
                self.seen.append(("begin", batch))

            def on_batch_end(self, batch, logs=None):
                self.seen.append(("end", batch, logs["loss"]))

        old = Old()
        old.seen = []
        history = linear().fit(X, Y, batch_size=4, verbose=0, callbacks=[old])
        assert [each[:2] for each in old.seen] == [
            ("begin", 0),
            ("end", 0),
            ("begin", 1),
            ("end", 1),
        ]
        assert old.seen[-1][2] == history.history["loss"][0]

    def test_batch_logs_are_a_dictionary_of_numbers(self):
        found = []

        def look(batch, logs):
            found.append((dict(logs), {**logs}, logs.copy(), len(logs), "loss" in logs, repr(logs)))
            assert logs == dict(logs)
            assert logs.get("nothing", 3) == 3
            assert list(logs.items()) == list(zip(logs.keys(), logs.values(), strict=True))

        linear().fit(X, Y, verbose=0, callbacks=callbacks.LambdaCallback(on_train_batch_end=look))
        same, also, copied, count, there, text = found[0]
        assert same == also == copied
        assert type(same["loss"]) is float
        assert (count, there) == (1, True)
        assert text.startswith("{'loss': ")

    @pytest.mark.parametrize("hook", ["on_epoch_end", "on_train_batch_end"])
    def test_stop_training(self, hook):
        model = linear()

        def stop(number, logs):
            model.stop_training = True

        history = model.fit(
            X,
            Y,
            batch_size=4,
            epochs=9,
            verbose=0,
            callbacks=[callbacks.LambdaCallback(**{hook: stop})],
        )
        assert len(history.epoch) == 1
        steps = int(model.optimizer.iterations)
        assert steps == (2 if hook == "on_epoch_end" else 1)
        assert len(model.fit(X, Y, epochs=2, verbose=0).epoch) == 2

    def test_lambda_callback_refuses_unknown_hooks(self):
        with pytest.raises(InvalidArgumentError, match="no hook 'on_epoch'"):
            callbacks.LambdaCallback(on_epoch=print)

    def test_a_list_of_ones_own(self):
        noting = Noting()
        history = linear().fit(X, Y, verbose=0, callbacks=callbacks.CallbackList([noting]))
        assert len(history.epoch) == 1
        assert noting.calls[0] == ("train_begin", [])

    def test_classes_instead_of_objects(self):
        with pytest.raises(InvalidArgumentError, match=r"Make one: EarlyStopping\(\)"):
            linear().fit(X, Y, verbose=0, callbacks=[callbacks.EarlyStopping])


class Scripted(callbacks.Callback):
    """Puts given values of a metric into the logs."""

    def __init__(self, name, values):
        super().__init__()
        self.name, self.values = name, values

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]


def epochs_until_stop(values, name="val_loss", **options):
    stop = callbacks.EarlyStopping(name, **options)
    history = linear().fit(
        X, Y, epochs=len(values), verbose=0, callbacks=[Scripted(name, values), stop]
    )
    return len(history.epoch)


class TestEarlyStopping:
    @pytest.mark.parametrize(
        "values, options, expected",
        [
            ([5, 4, 3, 2], {}, 4),
            ([5, 6, 1, 1], {}, 2),
            ([5, 5, 1, 1], {}, 2),
            ([5, 6, 6, 1, 1, 1, 1], {"patience": 2}, 3),
            ([5, 6, 4, 6, 6, 1], {"patience": 2}, 5),
            ([5, 4.95, 4.9, 1], {"min_delta": 0.1}, 2),
            ([5, 4.8, 4.6, 4.4], {"min_delta": 0.1}, 4),
            ([1, 2, 3, 3], {"mode": "max"}, 4),
            ([5, 4, 3, 2, 1], {"baseline": 1.5, "patience": 3}, 5),
            ([5, 6, 7, 8, 9], {"start_from_epoch": 2}, 4),
            ([5, float("nan"), 1], {}, 2),
        ],
    )
    def test_stops_when_nothing_improves(self, values, options, expected):
        assert epochs_until_stop(values, **options) == expected

    def test_baseline_has_to_be_reached(self):
        # Epochs 2 and 3 improve, but not to the baseline: they do not end the waiting.
        assert epochs_until_stop([5, 4, 3, 2], baseline=1.0, patience=2) >= 3

    @pytest.mark.parametrize(
        "name, expected", [("val_accuracy", 3), ("val_auc", 3), ("val_mae", 2)]
    )
    def test_direction_by_the_name(self, name, expected):
        assert epochs_until_stop([1, 2, 2, 2], name) == expected

    @pytest.mark.parametrize("values, best", [([3, 1, 2, 2], 1), ([1, 2, 2, 2], 0)])
    def test_best_weights_come_back(self, values, best, capsys):
        weights = []
        keep = callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: weights.append(keep.model.get_weights())
        )
        stop = callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True, verbose=1)
        model = linear()
        scripted = Scripted("val_loss", values)
        model.fit(X, Y, epochs=4, verbose=0, callbacks=[keep, scripted, stop])
        np.testing.assert_array_equal(model.get_weights()[0], weights[best][0])
        assert not np.array_equal(weights[best][0], weights[-1][0])
        said = capsys.readouterr().out
        assert f"Restoring model weights from the end of the best epoch: {best + 1}." in said
        assert ("early stopping" in said) == (stop.stopped_epoch > 0)

    def test_missing_metric_is_a_warning_that_names_what_there_is(self):
        with pytest.warns(UserWarning, match="'val_loss'.*Available metrics are: loss.*validation"):
            linear().fit(X, Y, verbose=0, callbacks=[callbacks.EarlyStopping()])

    def test_unknown_direction_is_an_error(self):
        with pytest.raises(InvalidArgumentError, match="'zzz' does not tell.*mode='max'"):
            epochs_until_stop([1, 2], "zzz")
        with pytest.raises(InvalidArgumentError, match="mode is 'up'"):
            callbacks.EarlyStopping(mode="up")

    @pytest.mark.parametrize(
        "name, expected",
        [
            ("loss", "min"),
            ("sparse_categorical_accuracy", "max"),
            ("mean_squared_error", "min"),
            ("precision_1", "max"),
            ("kl_divergence", "min"),
            ("mystery", None),
        ],
    )
    def test_directions(self, name, expected):
        assert direction_of(name) == expected


class TestModelCheckpoint:
    def test_every_epoch_under_its_own_name(self, tmp_path):
        path = tmp_path / "deep" / "m{epoch:02d}-{loss:.3f}.gbk"
        model = linear()
        history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[callbacks.ModelCheckpoint(path)])
        expected = [f"m0{i + 1}-{loss:.3f}.gbk" for i, loss in enumerate(history.history["loss"])]
        assert sorted(os.listdir(tmp_path / "deep")) == expected
        twin = tf.keras.models.load_model(tmp_path / "deep" / expected[1])
        np.testing.assert_array_equal(twin.predict(X), model.predict(X))
        assert int(twin.optimizer.iterations) == 2

    def test_only_the_best(self, tmp_path, capsys):
        path = tmp_path / "best.weights.gbk"
        weights = []
        keep = callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: weights.append(keep.model.get_weights())
        )
        save = callbacks.ModelCheckpoint(
            path, save_best_only=True, save_weights_only=True, verbose=1
        )
        model = linear()
        scripted = Scripted("val_loss", [3, 1, 2])
        model.fit(X, Y, epochs=3, verbose=0, callbacks=[keep, scripted, save])
        model.load_weights(path)
        np.testing.assert_array_equal(model.get_weights()[0], weights[1][0])
        said = capsys.readouterr().out
        assert "Epoch 1: val_loss improved from None to 3.00000, saving model to" in said
        assert "\nEpoch 1: finished saving model to" in said
        assert "Epoch 3: val_loss did not improve from 1.00000" in said

    def test_threshold(self, tmp_path):
        save = callbacks.ModelCheckpoint(
            tmp_path / "m.gbk", "loss", save_best_only=True, initial_value_threshold=0.0
        )
        linear().fit(X, Y, verbose=0, callbacks=[save])
        assert os.listdir(tmp_path) == []

    def test_after_steps(self, tmp_path):
        path = tmp_path / "m{epoch}-{batch}.gbk"
        save = callbacks.ModelCheckpoint(path, save_freq=3)
        linear().fit(X, Y, batch_size=2, epochs=2, verbose=0, callbacks=[save])
        assert sorted(os.listdir(tmp_path)) == ["m1-3.gbk", "m2-2.gbk"]

    def test_period_of_keras_2(self, tmp_path):
        save = callbacks.ModelCheckpoint(tmp_path / "m{epoch}.gbk", period=2)
        linear().fit(X, Y, epochs=5, verbose=0, callbacks=[save])
        assert sorted(os.listdir(tmp_path)) == ["m2.gbk", "m4.gbk"]

    def test_loss_that_no_file_can_name(self, tmp_path):
        model = linear()
        model.compile("sgd", lambda labels, outputs: tf.reduce_mean((labels - outputs) ** 2))
        save = callbacks.ModelCheckpoint(tmp_path / "m.gbk")
        with pytest.warns(UserWarning, match="saved without what it was compiled with"):
            model.fit(X, Y, epochs=2, verbose=0, callbacks=[save])
        loaded = tf.keras.models.load_model(tmp_path / "m.gbk")
        np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])
        assert not loaded.compiled

    @pytest.mark.parametrize(
        "path, options, message",
        [
            ("m.pkl", {}, "runs code"),
            ("m.gbk", {"period": 0}, "period is 0"),
            ("m.weights.gbk", {}, "use save_weights"),
            ("m.gbk", {"save_weights_only": True}, "use save"),
            ("m.gbk", {"save_freq": 0}, "save_freq is 0"),
            ("m.gbk", {"mode": "up"}, "mode is 'up'"),
            ("m.gbk", {"foo": 1}, "unknown arguments"),
        ],
    )
    def test_refuses(self, path, options, message):
        with pytest.raises(InvalidArgumentError, match=message):
            callbacks.ModelCheckpoint(path, **options)

    def test_path_that_cannot_be_filled_in(self, tmp_path):
        save = callbacks.ModelCheckpoint(tmp_path / "{accuracy:.2f}.gbk")
        with pytest.raises(
            InvalidArgumentError, match="cannot be filled in.*There are: epoch, loss"
        ):
            linear().fit(X, Y, verbose=0, callbacks=[save])


class TestCSVLogger:
    def test_one_line_per_epoch(self, tmp_path):
        path = tmp_path / "log.csv"
        log = callbacks.CSVLogger(path, separator=";")
        history = linear(metrics=["mae"]).fit(X, Y, epochs=3, verbose=0, callbacks=[log])
        with path.open() as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        assert [int(row["epoch"]) for row in rows] == [0, 1, 2]
        for name in ("loss", "mae"):
            assert [float(row[name]) for row in rows] == history.history[name]

    @pytest.mark.parametrize("append, epochs", [(False, ["0"]), (True, ["0", "1", "0"])])
    def test_going_on(self, tmp_path, append, epochs):
        path = tmp_path / "log.csv"
        linear().fit(X, Y, epochs=2, verbose=0, callbacks=[callbacks.CSVLogger(path)])
        log = callbacks.CSVLogger(path, append=append)
        linear().fit(X, Y, verbose=0, callbacks=[log])
        lines = path.read_text().splitlines()
        assert lines[0] == "epoch,loss"
        assert [line.split(",")[0] for line in lines[1:]] == epochs

    def test_metrics_of_some_epochs_only(self, tmp_path):
        path = tmp_path / "log.csv"
        linear().fit(
            X,
            Y,
            epochs=2,
            verbose=0,
            callbacks=[callbacks.CSVLogger(path)],
            validation_data=(X, Y),
            validation_freq=2,
        )
        lines = path.read_text().splitlines()
        assert lines[0] == "epoch,loss,val_loss"
        assert lines[1].endswith(",NA")
        assert float(lines[2].split(",")[2]) > 0


class TestLearningRates:
    def test_scheduler(self, capsys):
        rates = []
        keep = callbacks.LambdaCallback(
            on_epoch_end=lambda e, logs: rates.append(logs["learning_rate"])
        )
        schedule = callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1), verbose=1)
        history = linear().fit(X, Y, epochs=3, verbose=0, callbacks=[schedule, keep])
        np.testing.assert_allclose(rates, [0.1, 0.05, 0.1 / 3], rtol=1e-6)
        assert history.history["learning_rate"] == rates
        assert (
            "Epoch 2: LearningRateScheduler setting learning rate to 0.05"
            in capsys.readouterr().out
        )

    def test_scheduler_refuses(self):
        with pytest.raises(InvalidArgumentError, match="gave 'a', expected a number"):
            linear().fit(
                X, Y, verbose=0, callbacks=[callbacks.LearningRateScheduler(lambda epoch: "a")]
            )

    @pytest.mark.parametrize(
        "values, options, expected",
        [
            ([3, 3, 3, 3, 3], {"patience": 2}, [1, 1, 0.5, 0.5, 0.25]),
            ([3, 2, 1, 1, 1], {"patience": 1}, [1, 1, 1, 0.5, 0.25]),
            ([3, 3, 3, 3, 3], {"patience": 1, "cooldown": 2}, [1, 0.5, 0.5, 0.25, 0.25]),
            ([3, 3, 3, 3, 3], {"patience": 1, "min_lr": 0.4}, [1, 0.5, 0.4, 0.4, 0.4]),
            ([3, 3, 3], {"patience": 1, "mode": "max"}, [1, 0.5, 0.25]),
        ],
    )
    def test_plateau(self, values, options, expected):
        rates = []
        keep = callbacks.LambdaCallback(
            on_epoch_end=lambda e, logs: rates.append(float(keep.model.optimizer.learning_rate))
        )
        reduce = callbacks.ReduceLROnPlateau("val_x", factor=0.5, **{"mode": "min", **options})
        model = linear(rate=1.0)
        model.compile(tf.keras.optimizers.SGD(1.0), lambda y, p: tf.reduce_sum(p) * 0)
        model.fit(
            X,
            Y,
            epochs=len(values),
            verbose=0,
            callbacks=[Scripted("val_x", values), reduce, keep],
        )
        np.testing.assert_allclose(rates, expected, rtol=1e-6)

    def test_plateau_refuses(self):
        with pytest.raises(InvalidArgumentError, match="factor is 1.0"):
            callbacks.ReduceLROnPlateau(factor=1.0)


LINE = r"\d+/\d+ - \d+s - \d+(us|ms|s)/step( - [a-z_]+: [-\d.e+]+)*\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


class TestProgress:
    def test_lines_where_there_is_no_terminal(self, capsys):
        model = linear(metrics=["mae"])
        model.fit(X, Y, epochs=2, batch_size=4, validation_data=(X, Y))
        lines = capsys.readouterr().out
        assert re.fullmatch(f"Epoch 1/2\n{LINE}Epoch 2/2\n{LINE}", lines)
        assert re.search(r"^2/2 .*loss: .* - mae: .* - val_loss: .* - val_mae: ", lines, re.M)
        model.evaluate(X, Y)
        assert re.fullmatch(LINE, capsys.readouterr().out)
        model.fit(X, Y)
        assert re.fullmatch(LINE, capsys.readouterr().out)
        model.predict(X, verbose=2)
        assert re.fullmatch(LINE, capsys.readouterr().out)

    def test_silence(self, capsys):
        model = linear()
        model.fit(X, Y, verbose=0)
        model.evaluate(X, Y, verbose=0)
        model.predict(X, verbose=0)
        model.predict(X, batch_size=2)
        assert capsys.readouterr().out == ""

    @pytest.mark.parametrize("verbose", ["auto", 1])
    def test_a_bar_on_a_terminal(self, monkeypatch, capsys, verbose):
        monkeypatch.setattr(callbacks.progress, "_REDRAW", 0.0)
        stream = Terminal()
        bar = callbacks.ProgbarLogger(stream)
        linear().fit(X, Y, batch_size=2, epochs=2, verbose=verbose, callbacks=[bar])
        text = stream.getvalue()
        assert "samples/s" in text
        assert "1/4" in text
        assert "loss:" in text
        assert "left" in text
        assert len(re.findall(LINE, text)) == 2
        assert capsys.readouterr().out == ""

    def test_no_color(self, monkeypatch):
        monkeypatch.setattr(callbacks.progress, "_REDRAW", 0.0)
        monkeypatch.setenv("TERM", "xterm-256color")
        found = {}
        for color in (True, False):
            if not color:
                monkeypatch.setenv("NO_COLOR", "1")
            stream = Terminal()
            linear().fit(X, Y, batch_size=2, callbacks=[callbacks.ProgbarLogger(stream)])
            found[color] = bool(re.search(r"\x1b\[[\d;]*3\d", stream.getvalue()))
        assert found == {True: True, False: False}

    def test_lines_when_asked_for_on_a_terminal(self):
        stream = Terminal()
        linear().fit(X, Y, verbose=2, callbacks=[callbacks.ProgbarLogger(stream)])
        assert re.fullmatch(LINE, stream.getvalue())

    def test_small_numbers(self):
        from glassbrook.keras.callbacks.progress import _line

        line = _line(3, 3, 0.0003, {"loss": 1e-5, "accuracy": 0.5, "negative": -2.0})
        assert (
            line
            == "3/3 - 0s - 100us/step - loss: 1.0000e-05 - accuracy: 0.5000 - negative: -2.0000"
        )
        assert _line(2, 2, 5.0, {}) == "2/2 - 5s - 2s/step"
