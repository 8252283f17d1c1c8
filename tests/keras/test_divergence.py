"""A loss that is no number any more: where training stops, and what it says."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import DivergedError
from glassbrook.keras import layers

RANDOM = np.random.default_rng(1)
X = RANDOM.normal(size=(64, 4)).astype("float32")
Y = RANDOM.normal(size=(64, 1)).astype("float32")


def diverging(*stack, x=X, y=Y, loss="mse", rate=0.01, epochs=50, **options):
    model = tf.keras.Sequential(list(stack))
    model.compile(tf.keras.optimizers.SGD(rate), loss)
    with pytest.raises(DivergedError) as caught:
        model.fit(x, y, epochs=epochs, batch_size=16, verbose=0, shuffle=False, **options)
    return model, str(caught.value)


class Log(layers.Layer):
    def call(self, inputs):
        return tf.math.log(inputs)


class Root(layers.Layer):
    def call(self, inputs):
        return tf.sqrt(inputs)


def test_too_high_a_learning_rate():
    model, message = diverging(layers.Dense(8), layers.Dense(1, name="last"), rate=1e4)
    assert "a lower learning rate" in message
    assert "step" in message
    assert "epoch" in message
    assert "begin anew" in message
    assert all(np.isfinite(each).all() for each in model.get_weights())


def test_the_last_good_epoch_is_named():
    _, message = diverging(layers.Dense(1), rate=5.0)
    epoch = int(message.split("of epoch ")[1].split(":")[0])
    assert epoch > 1
    assert f"The last epoch with a finite loss was epoch {epoch - 1}." in message


def test_first_layer_with_a_bad_output():
    _, message = diverging(layers.Dense(8), Log(name="logarithm"), layers.Dense(1))
    assert "step 1 of epoch 1" in message
    assert "first output that is not finite is that of layer 'logarithm' (Log)" in message
    assert "No epoch had a finite loss." in message


def line_of(kind):
    """The line of the one statement of a layer's `call`, and its text, as messages show it."""
    lines, first = inspect.getsourcelines(kind)
    return f"{__file__}:{first + len(lines) - 1}: {lines[-1].strip()}"


def test_a_bad_output_is_traced_to_its_operation_line_and_inputs():
    x = X.copy()
    x[5, 2] = 0.0
    model, message = diverging(
        layers.Lambda(tf.abs), Log(name="logarithm"), layers.Dense(1), x=x, epochs=1
    )
    path = f"{model.name}/logarithm"
    assert f"log gave -inf at [5, 2] of float32[16, 4], in layer '{path}' (Log)" in message
    assert f"at {line_of(Log)}. What went in: 0 at [5, 2] of float32[16, 4]" in message
    assert "Try: tf.math.log(tf.maximum(x, 1e-7))" in message
    assert len(message) < 1500


def test_a_bad_gradient_is_traced_to_its_rule_and_the_line_of_the_forward_pass():
    first = layers.Dense(8, kernel_initializer="zeros", name="first")
    model, message = diverging(first, Root(name="root"), layers.Dense(1))
    assert "it began where div, in the gradient rule of sqrt, gave" in message
    assert f"in layer '{model.name}/root' (Root), at {line_of(Root)}" in message
    assert "; 0 at [0, 0] of float32[16, 8] (0 to 0)" in message
    assert "as the slope of the root at 0 is infinite" in message


def test_a_layer_in_a_model_in_a_model_is_named_by_its_path():
    inner = tf.keras.Sequential([layers.Dense(3), Log(name="logarithm")], name="inner")
    model = tf.keras.Sequential([inner, layers.Dense(1)], name="outer")
    model.compile("sgd", "mse")
    with pytest.raises(DivergedError, match=r"in layer 'outer/inner/logarithm' \(Log\)"):
        model.fit(X, Y, verbose=0)


def test_a_loss_of_the_users_own_is_traced_to_its_line():
    def unstable(y_true, y_pred):
        safe = tf.abs(y_pred) - tf.abs(y_pred)
        return tf.reduce_mean(y_true / safe)

    model = tf.keras.Sequential([layers.Dense(1)])
    model.compile("sgd", unstable)
    with pytest.raises(DivergedError) as caught:
        model.fit(X, Y, verbose=0, shuffle=False)
    message = str(caught.value)
    first = inspect.getsourcelines(unstable)[1]
    assert f"at {__file__}:{first + 2}: return tf.reduce_mean(y_true / safe). " in message
    assert f"What went in: {Y[0, 0]:g} at [0, 0] of float32[32, 1]" in message
    assert "tf.math.divide_no_nan(x, y)" in message


def test_what_only_overflows_names_no_line_of_the_users():
    _, message = diverging(layers.Dense(8), layers.Dense(1), rate=1e4)
    assert "it began where" in message
    assert __file__ not in message


def test_a_dataset_and_a_subclass_are_traced_too():
    class Own(tf.keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.first, self.log = layers.Dense(2), Log(name="log")

        def call(self, inputs):
            return tf.reduce_sum(self.log(self.first(inputs)), -1, keepdims=True)

    model = Own()
    model.compile("sgd", "mse")
    with pytest.raises(DivergedError, match=r"log gave .* in layer 'own/log' \(Log\)"):
        model.fit(tf.data.Dataset.from_tensor_slices((X, Y)).batch(16), verbose=0)


def test_first_bad_gradient():
    first = layers.Dense(8, kernel_initializer="zeros", name="first")
    model, message = diverging(first, Root(), layers.Dense(1))
    # √0 is 0, but its slope is infinite: the loss shows it one step later.
    assert "step 2 of epoch 1" in message
    assert "in the step before, the first gradient that is not finite is that of" in message
    assert "first/" in message
    assert all(np.isfinite(each).all() for each in model.get_weights())


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("part", ["inputs", "labels"])
def test_bad_data_are_named_by_their_row(value, part):
    x, y = X.copy(), Y.copy()
    (x if part == "inputs" else y)[37, 0] = value
    _, message = diverging(layers.Dense(1), x=x, y=y)
    assert f"the {part} themselves hold {value}, first in row 37 of the data" in message
    assert "step 3 of epoch 1" in message


def test_bad_data_of_a_dataset_are_named_by_their_row_in_the_batch():
    x = X.copy()
    x[37, 2] = np.nan
    model = tf.keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(DivergedError, match="first in row 5 of the batch"):
        model.fit(tf.data.Dataset.from_tensor_slices((x, Y)).batch(16), verbose=0)


def test_large_inputs_are_pointed_out():
    _, message = diverging(layers.Dense(8), layers.Dense(1), x=255 * np.abs(X), rate=0.5)
    assert "scaling the inputs, whose largest value is" in message


def test_outputs_that_are_no_probabilities_are_pointed_out():
    def unstable(y_true, y_pred):
        return -tf.reduce_mean(y_true * tf.math.log(y_pred), axis=-1)

    labels = (Y > 0).astype("float32")
    model = tf.keras.Sequential([layers.Dense(1)])
    model.compile("sgd", unstable)
    with pytest.raises(DivergedError, match="loss of them is not finite"):
        model.fit(X, labels, verbose=0)
    _, message = diverging(layers.Dense(1), Log(), y=labels, loss="binary_crossentropy")
    assert "from_logits=True" in message


def test_own_train_step_is_watched_at_the_end_of_an_epoch():
    class Own(tf.keras.Sequential):
        def train_step(self, data):
            return {"loss": tf.constant(float("nan"))}

    model = Own([layers.Dense(1)])
    model.compile("sgd")
    with pytest.raises(DivergedError, match="became nan in epoch 1"):
        model.fit(X, Y, verbose=0)


def test_terminate_on_nan_ends_without_an_error(capsys):
    model = tf.keras.Sequential([layers.Dense(1)])
    model.compile(tf.keras.optimizers.SGD(1e30), "mse")
    history = model.fit(X, Y, epochs=5, verbose=0, callbacks=[tf.keras.callbacks.TerminateOnNaN()])
    assert len(history.epoch) == 1
    assert not np.isfinite(history.history["loss"][0])
    assert "Invalid loss, terminating training" in capsys.readouterr().out


def test_ordinary_training_is_left_alone():
    model = tf.keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    assert len(model.fit(X, Y, epochs=3, verbose=0).epoch) == 3
    assert "call" not in vars(model.layers[0])
