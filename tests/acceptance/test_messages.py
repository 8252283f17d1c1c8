"""Bad input: every message says where, what came, what was expected, and how to mend it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import keras

layers, losses, optimizers = keras.layers, keras.losses, keras.optimizers
Dataset = tf.data.Dataset

X = np.random.default_rng(0).normal(size=(10, 4)).astype(np.float32)
Y = np.arange(10) % 3


def net(loss: Any = "sparse_categorical_crossentropy", **options: Any) -> keras.Sequential:
    model = keras.Sequential(
        [layers.Dense(5, name="hidden"), layers.Dense(3, activation="softmax", name="out")]
    )
    model.compile(options.pop("optimizer", "adam"), loss, **options)
    return model


def fit(*data: Any, loss: Any = "sparse_categorical_crossentropy", **options: Any) -> Any:
    return net(loss).fit(*data, **{"verbose": 0, **options})


def nan_in_a_layer() -> None:
    log = layers.Activation(tf.math.log, name="logarithm")
    model = keras.Sequential([layers.Dense(5), log, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)


def truncated_model() -> None:
    path = Path(tempfile.mkdtemp()) / "model.gbk"
    model = net()
    model.build((None, 4))
    model.save(str(path))
    path.write_bytes(path.read_bytes()[:-40])
    keras.models.load_model(str(path))


def second_gradient() -> None:
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    tape.gradient(y, x)


def custom_layer() -> None:
    class Custom(layers.Layer):
        def call(self, inputs: Any) -> Any:
            return inputs @ tf.ones([7, 2])

    Custom(name="mine")(X)


# What is done, and what its message has to hold: each part between "|".
CASES: dict[str, tuple[Callable[[], Any], str]] = {
    "matmul": (lambda: tf.ones([2, 3]) @ tf.ones([2, 3]), "matmul|[2, 3]|3 against 2|Transpose"),
    "int + float": (
        lambda: tf.constant(1) + tf.constant(1.0),
        "add|int32|float32|same dtype|tf.cast",
    ),
    "text + number": (lambda: tf.constant("a") + 1, "1|string"),
    "reshape": (lambda: tf.reshape(tf.range(6), [4, 2]), "reshape|6 values|[4, 2]|8"),
    "concat": (lambda: tf.concat([tf.ones([2, 3]), tf.ones([3, 2])], 0), "concat|[3, 2]|axis 0"),
    "stack": (lambda: tf.stack([tf.ones(2), tf.ones(3)]), "stack|[2]|[3]|same shape"),
    "axis": (lambda: tf.reduce_sum(tf.ones([2, 3]), axis=2), "reduce_sum|axis 2|rank 2|[-2, 2)"),
    "gather": (lambda: tf.gather([1, 2, 3], [5]).numpy(), "gather|indices[0] = 5|[0, 3)"),
    "index": (lambda: tf.constant([1, 2, 3])[7], "7|out of bounds|[-3, 3)"),
    "split": (lambda: tf.split(tf.ones(5), 2), "split|5|2 equal parts|list of sizes"),
    "einsum": (
        lambda: tf.einsum("ij,jk->ik", tf.ones([2, 3]), tf.ones([2, 3])),
        "einsum|'j'|3 and 2",
    ),
    "uneven rows": (lambda: tf.constant([[1], [2, 3]]), "non-rectangular|[[1], [2, 3]]|same"),
    "None": (lambda: tf.constant(None), "None|NoneType|expected"),
    "variable += 1": (lambda: tf.Variable(1.0).__iadd__(1.0), "+=|assign_add"),
    "assign": (lambda: tf.Variable([1.0]).assign([1.0, 2.0]), "assign|[1]|[2]"),
    "if of many": (lambda: bool(tf.constant([1, 2])), "[2]|ambiguous|reduce_any"),
    "second gradient": (second_gradient, "non-persistent|second|persistent=True"),
    "layer": (lambda: layers.Dense(2, name="one")(tf.ones([4])), "'one'|(4,)|at least 2|expand"),
    "built layer": (
        lambda: [model := net(), model(X), model(X[:, :3])],
        "'hidden' (Dense)|size 4|(10, 3)|Check the data",
    ),
    "layer of one's own": (custom_layer, "matmul|[10, 4]|[7, 2]|mine (Custom)"),
    "units": (lambda: layers.Dense(0), "Dense|positive integer|units=0"),
    "typing error": (lambda: layers.Dense(3, activaton="relu"), "Dense|activaton|dtype"),
    "activation": (lambda: layers.Dense(3, activation="rellu"), "rellu|relu, "),
    "initializer": (lambda: layers.Dense(3, kernel_initializer="glorot"), "'glorot'|glorot_normal"),
    "optimizer": (lambda: net(optimizer="adm"), "'adm'|adam"),
    "optimizer's argument": (lambda: optimizers.Adam(learn_rate=1), "learn_rate|learning_rate"),
    "loss": (lambda: net("cross"), "'cross'|binary_crossentropy"),
    "label": (lambda: fit(X, Y + 1), "label 3 in row 2|[0, 3)|y - 1"),
    "label of a data set": (
        lambda: fit(Dataset.from_tensor_slices((X, Y + 1)).batch(5)),
        "label 3 in row 2|[0, 3)|y - 1",
    ),
    "negative label": (lambda: fit(X, Y - 1), "label -1 in row 0|[0, 3)"),
    "one-hot forgotten": (
        lambda: fit(X, Y, loss="categorical_crossentropy"),
        "class numbers|[10]|[10, 3]|sparse_categorical_crossentropy|tf.one_hot",
    ),
    "one-hot too much": (
        lambda: fit(X, np.eye(3)[Y]),
        "one-hot|[10, 3]|categorical_crossentropy|tf.argmax",
    ),
    "labels of another shape": (
        lambda: fit(X, np.ones([10, 2]), loss="mse"),
        "mean_squared_error|[10, 2]|[10, 3]|last layer",
    ),
    "rows": (lambda: fit(X, Y[:9]), "x has 10|y has 9|same number"),
    "no rows": (lambda: fit(X[:0], Y[:0]), "no samples|empty"),
    "batch_size": (lambda: fit(X, Y, batch_size=0), "fit|batch_size is 0|1 or more"),
    "validation_split": (
        lambda: fit(X, Y, validation_split=1.0),
        "fit|validation_split is 1.0|between 0 and 1",
    ),
    "too small a share": (
        lambda: fit(X, Y, validation_split=0.99),
        "0.99|10 samples|0 for training",
    ),
    "a split data set": (
        lambda: fit(Dataset.from_tensor_slices((X, Y)).batch(2), validation_split=0.5),
        "validation_split|Dataset|validation_data",
    ),
    "no batch axis": (
        lambda: fit(Dataset.from_tensor_slices((X, Y))),
        "'hidden'|batch(32)",
    ),
    "not compiled": (
        lambda: keras.Sequential([layers.Dense(1)]).fit(X, Y),
        "fit|not compiled|compile(",
    ),
    "nan in the data": (
        lambda: fit(np.where(X[3, 2] == X, np.nan, X), Y),
        "step 1 of epoch 1|inputs|nan|row 3",
    ),
    "nan in a layer": (nan_in_a_layer, "step 1 of epoch 1|'logarithm'|lower learning rate"),
    "truncated model": (truncated_model, "model.gbk"),
    "no model": (lambda: keras.models.load_model("/nowhere/x.gbk"), "/nowhere/x.gbk|no model"),
    "set_weights": (
        lambda: [model := net(), model(X), model.set_weights([X])],
        "set_weights|4 weights|1 arrays",
    ),
    "no gradients": (
        lambda: optimizers.SGD().apply_gradients([(None, tf.Variable(1.0))]),
        "no gradients|why_none",
    ),
    "swapped pairs": (
        lambda: optimizers.SGD().apply_gradients([(tf.Variable(1.0), tf.constant(1.0))]),
        "gradient, variable|zip(gradients, variables)",
    ),
    "slices": (
        lambda: Dataset.from_tensor_slices((X, Y[:3])),
        "from_tensor_slices|10 rows|3 rows|same number",
    ),
    "batch of nothing": (lambda: Dataset.range(3).batch(0), "batch|greater than zero|0"),
    "monitor": (
        lambda: fit(X, Y, callbacks=[keras.callbacks.EarlyStopping]),
        "EarlyStopping|callback|Make one",
    ),
    "a sum of truth values": (
        lambda: tf.reduce_sum(tf.constant([True])),
        "reduce_sum|bool|tf.cast",
    ),
    "a tensor that is too large": (
        lambda: tf.zeros([10**6, 10**7]).numpy(),
        "[1000000, 10000000]|float32|bytes|memory",
    ),
    "data of another width": (
        lambda: [
            model := keras.Sequential([layers.Input((4,)), layers.Dense(3, name="one")]),
            model.compile("sgd", "mse"),
            model.fit(np.ones([10, 5]), Y, verbose=0),
        ],
        "(10, 5)",
    ),
}

MENDS: dict[str, tuple[Callable[[], Any], str, str]] = {
    "a size beyond all bounds": (
        lambda: tf.zeros([10**10, 10**10]),
        "[10000000000, 10000000000]|memory",
        "NumPy's own message comes through",
    ),
    "no batch axis": (
        lambda: fit(Dataset.from_tensor_slices((X, Y))),
        "'hidden'|(4,)",
        "the message shows the shape (None,) instead of what came",
    ),
    "text as data": (
        lambda: fit(np.array([["a"] * 4] * 10), Y),
        "fit: ",
        "the message is that of a cast deep within, and does not say that x is meant",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_message(name: str) -> None:
    function, parts = CASES[name]
    check(function, parts)


@pytest.mark.parametrize("name", MENDS)
def test_message_to_be_mended(name: str, request: pytest.FixtureRequest) -> None:
    function, parts, reason = MENDS[name]
    request.applymarker(pytest.mark.xfail(reason=reason))
    check(function, parts)


def check(function: Callable[[], Any], parts: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        function()
    notes = getattr(caught.value, "__notes__", [])
    message = "\n".join([str(caught.value), *notes])
    missing = [part for part in parts.split("|") if part not in message]
    assert not missing, f"{missing} not in: {message}"
    assert f"{Path(__file__).name}:" in message or not isinstance(
        caught.value, tf.errors.GlassbrookError
    )
