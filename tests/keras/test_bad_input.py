"""What goes wrong at the door of a model: clear errors in place of Python's own, or of a hang."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import layers

X = np.ones((2, 5, 3), np.float32)


class Cell(layers.Layer):
    """A cell that gives whatever a function makes of its inputs and states."""

    state_size = output_size = 3

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, inputs, states):
        return self.function(inputs, states)


@pytest.mark.parametrize("kind", [layers.LSTM, layers.GRU, layers.SimpleRNN])
def test_a_recurrent_layer_says_which_axes_it_expects(kind):
    layer = kind(4, name="memory")
    for _ in range(2):  # not built, and built
        with pytest.raises(
            ShapeError, match=r"'memory'.*\[batch, time steps, features\].*\(2, 5\)"
        ):
            layer(X[:, :, 0])
        layer(X)
    with pytest.raises(ShapeError, match=r"'memory'.*built for 3 features.*\(2, 5, 7\)"):
        layer(np.ones((2, 5, 7), np.float32))


@pytest.mark.parametrize("shape", [(2, 4), (2,), (3, 5)])
def test_a_mask_that_does_not_fit(shape):
    with pytest.raises(ShapeError, match=r"'memory'.*mask.*expected \(2, 5\)"):
        layers.LSTM(4, name="memory")(X, mask=np.ones(shape, bool))


@pytest.mark.parametrize("shape", [(2, 5), (3, 4), (1, 4)])
def test_a_first_state_of_another_size(shape):
    states = [np.zeros((2, 4), np.float32), np.zeros(shape, np.float32)]
    with pytest.raises(ShapeError, match=r"'memory'.*initial_state\[1\].*expected \(2, 4\)"):
        layers.LSTM(4, name="memory")(X, initial_state=states)


@pytest.mark.parametrize(
    ("function", "came"),
    [
        (lambda inputs, states: None, "NoneType"),
        (lambda inputs, states: inputs, "Tensor"),  # its two rows are no output and states
        (lambda inputs, states: (inputs, inputs, inputs), "3 values"),
    ],
)
def test_a_cell_that_does_not_return_output_and_states(function, came):
    with pytest.raises(InvalidArgumentError, match=f"cell Cell returned {came}"):
        layers.RNN(Cell(function))(X)


@pytest.mark.parametrize("weights", ["balanced", [1.0, 2.0]])
@pytest.mark.parametrize("as_dataset", [False, True])
def test_class_weight_is_a_dictionary(weights, as_dataset):
    model = tf.keras.Sequential([layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    data = (X, np.array([0, 1]))
    if as_dataset:
        data = (tf.data.Dataset.from_tensor_slices(data).batch(1),)
    with pytest.raises(InvalidArgumentError, match="class_weight is .* expected a dictionary"):
        model.fit(*data, class_weight=weights, verbose=0)


def test_a_model_cannot_hold_itself():
    inner = tf.keras.Sequential([layers.Dense(2)])
    outer = tf.keras.Sequential([inner])
    for model in (inner, outer):
        with pytest.raises(InvalidArgumentError, match="part of itself"):
            inner.add(model)
    assert len(inner.layers) == 1


def test_a_learning_rate_is_no_text():
    with pytest.raises(InvalidArgumentError, match="learning_rate is '0.1', expected a number"):
        tf.keras.optimizers.Adam("0.1")
