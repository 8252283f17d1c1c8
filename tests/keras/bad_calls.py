"""Calls with bad input, and what their errors say: layers, models, files of models."""

from __future__ import annotations

from typing import Any

import numpy as np

import glassbrook as tf
from glassbrook.errors import (
    DTypeError,
    GlassbrookError,
    InvalidArgumentError,
    ModelFileError,
    NotFoundError,
    OutOfRangeError,
    ResourceExhaustedError,
    ShapeError,
    UnimplementedError,
    UsageError,
)
from tests.bad_calls import Bad

keras, layers = tf.keras, tf.keras.layers
A = np.ones((2, 3), np.float32)
X, Y = np.ones((8, 4), np.float32), np.zeros(8, int)
SEQUENCES = np.ones((2, 3, 4), np.float32)


def model(**options: Any) -> Any:
    made = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], **options)
    return made


BAD_MODELS = (
    # Layers.
    Bad("units", InvalidArgumentError, ("units=0", "positive"), lambda: layers.Dense(0)),
    Bad(
        "activation",
        InvalidArgumentError,
        ("'reul'", "'relu'"),
        lambda: layers.Dense(3, activation="reul"),
    ),
    Bad(
        "initializer",
        InvalidArgumentError,
        ("'foo'", "glorot_uniform"),
        lambda: layers.Dense(3, kernel_initializer="foo"),
    ),
    Bad("option", InvalidArgumentError, ("foo=1", "name"), lambda: layers.Dense(3, foo=1)),
    Bad(
        "no batch",
        ShapeError,
        ("(3,)", "[batch, features]", "expand_dims"),
        lambda: layers.Dense(3)(A[0]),
    ),
    Bad(
        "no channels",
        ShapeError,
        ("(2, 3, 4)", "[batch, height, width, channels]"),
        lambda: layers.Conv2D(1, 3)(SEQUENCES),
    ),
    Bad(
        "no features",
        ShapeError,
        ("(2, 3)", "[batch, time steps, features]"),
        lambda: layers.LSTM(3)(A),
    ),
    Bad(
        "mask of a sequence",
        ShapeError,
        ("(3, 3)", "(2, 3)", "[batch, time steps]"),
        lambda: layers.LSTM(3)(SEQUENCES, mask=np.ones((3, 3), bool)),
    ),
    Bad(
        "attention_mask",
        ShapeError,
        ("[2, 7, 7]", "[2, 3, 3]", "[batch, targets, sources]"),
        lambda: layers.MultiHeadAttention(2, 3)(
            SEQUENCES, SEQUENCES, attention_mask=np.ones((2, 7, 7))
        ),
    ),
    Bad(
        "mask of heads",
        ShapeError,
        ("[2, 5, 3, 3]", "[2, 2, 3, 3]", "heads"),
        lambda: layers.MultiHeadAttention(2, 3)(
            SEQUENCES, SEQUENCES, attention_mask=np.ones((2, 5, 3, 3))
        ),
    ),
    Bad(
        "value_mask",
        ShapeError,
        ("[2, 7]", "[2, 3]", "[batch, sources]"),
        lambda: layers.MultiHeadAttention(2, 3)(SEQUENCES, SEQUENCES, value_mask=np.ones((2, 7))),
    ),
    Bad(
        "query_mask",
        ShapeError,
        ("[7]", "[2, 3]", "[batch, targets]"),
        lambda: layers.MultiHeadAttention(2, 3)(SEQUENCES, SEQUENCES, query_mask=np.ones(7)),
    ),
    Bad(
        "batches of attention",
        ShapeError,
        ("(2, 3, 4)", "(1, 3, 4)", "same batch"),
        lambda: layers.MultiHeadAttention(2, 3)(SEQUENCES, SEQUENCES[:1]),
    ),
    Bad(
        "sizes of attention",
        ShapeError,
        ("(2, 3, 4)", "(2, 3, 2)", "one size"),
        lambda: layers.Attention()([SEQUENCES, SEQUENCES[..., :2]]),
    ),
    Bad(
        "masks of attention",
        ShapeError,
        ("[2, 7]", "[2, 3]"),
        lambda: layers.Attention()([SEQUENCES, SEQUENCES], mask=[None, np.ones((2, 7))]),
    ),
    Bad(
        "a dictionary",
        InvalidArgumentError,
        ("dict", "Concatenate"),
        lambda: layers.Dense(3)({"a": A}),
    ),
    Bad("called on None", InvalidArgumentError, ("None", "tensor"), lambda: layers.Dense(3)(None)),
    Bad(
        "merging", ShapeError, ("(2, 3)", "(2, 4)"), lambda: layers.Add()([A, np.ones((2, 4), "f")])
    ),
    Bad(
        "momentum",
        InvalidArgumentError,
        ("'a'", "between 0 and 1"),
        lambda: layers.BatchNormalization(momentum="a"),
    ),
    Bad(
        "adapting to text",
        DTypeError,
        ("'a'", "numbers"),
        lambda: layers.Normalization().adapt(["a"]),
    ),
    Bad("no call", UnimplementedError, ("call()", "define"), lambda: layers.Layer()(A)),
    Bad("weights", UsageError, ("5", "get_weights()"), lambda: model().layers[0].set_weights(5)),
    # Models.
    Bad(
        "not compiled",
        InvalidArgumentError,
        ("compile", "loss="),
        lambda: keras.Sequential([layers.Dense(1)]).fit(X, Y),
    ),
    Bad(
        "loss",
        InvalidArgumentError,
        ("'sparse_crossentropy'", "'sparse_categorical_crossentropy'"),
        lambda: model().compile("sgd", "sparse_crossentropy"),
    ),
    Bad(
        "metric",
        InvalidArgumentError,
        ("'acuracy'", "'accuracy'"),
        lambda: model().compile("sgd", "mse", metrics=["acuracy"]),
    ),
    Bad(
        "optimizer",
        InvalidArgumentError,
        ("'adm'", "'adam'"),
        lambda: model().compile("adm", "mse"),
    ),
    Bad("fewer labels", ShapeError, ("8", "3"), lambda: model().fit(X, Y[:3], verbose=0)),
    Bad(
        "wrong class",
        OutOfRangeError,
        ("label 7", "[0, 3)"),
        lambda: model().fit(X, Y + 7, verbose=0),
    ),
    Bad(
        "labels of text",
        DTypeError,
        ("text", "StringLookup"),
        lambda: model().fit(X, ["a"] * 8, verbose=0),
    ),
    Bad(
        "no flattening",
        ShapeError,
        ("[8, 5, 3]", "[batch, classes]", "Flatten"),
        lambda: keras.losses.SparseCategoricalCrossentropy()(Y, np.ones((8, 5, 3), "f")),
    ),
    Bad(
        "epochs",
        UsageError,
        ("'a'", "whole number"),
        lambda: model().fit(X, Y, epochs="a", verbose=0),
    ),
    Bad("unknown argument", UsageError, ("'foo'",), lambda: model().fit(X, Y, foo=1)),
    Bad(
        "class_weight",
        InvalidArgumentError,
        ("'a'", "number"),
        lambda: model().fit(X, Y, class_weight={0: "a"}, verbose=0),
    ),
    Bad(
        "inputs of a dictionary",
        InvalidArgumentError,
        ("dict", "one tensor"),
        lambda: model().fit({"a": X}, Y, verbose=0),
    ),
    Bad(
        "narrow inputs",
        ShapeError,
        ("(None, 4)", "(8, 2)"),
        lambda: model().predict(X[:, :2], verbose=0),
    ),
    Bad(
        "no batch for a model",
        ShapeError,
        ("(None, 4)", "(4,)", "expand_dims"),
        lambda: model()(X[0]),
    ),
    Bad(
        "schedule", UsageError, ("5", "function"), lambda: keras.callbacks.LearningRateScheduler(5)
    ),
    Bad(
        "patience",
        InvalidArgumentError,
        ("'a'", "epochs"),
        lambda: keras.callbacks.EarlyStopping(patience="a"),
    ),
    Bad("pairs", UsageError, ("5", "zip"), lambda: keras.optimizers.SGD().apply_gradients(5)),
    Bad(
        "no pairs",
        UsageError,
        ("Variable", "zip"),
        lambda: keras.optimizers.SGD().apply_gradients([tf.Variable(1.0)]),
    ),
    Bad(
        "learning rate", InvalidArgumentError, ("'a'", "number"), lambda: keras.optimizers.SGD("a")
    ),
    Bad(
        "inputs alone",
        InvalidArgumentError,
        ("inputs", "outputs"),
        lambda: keras.Model(inputs=keras.Input((3,))),
    ),
    Bad(
        "samples one by one",
        ShapeError,
        ("(None, 4)", "(4,)", "dataset.batch(32)"),
        lambda: model().fit(tf.data.Dataset.from_tensor_slices((X, Y)), verbose=0),
    ),
    Bad(
        "missing folder",
        NotFoundError,
        ("/nowhere", "No such directory"),
        lambda: keras.utils.image_dataset_from_directory("/nowhere"),
    ),
    # Files of models.
    Bad("saving to a number", UsageError, ("5", "'model.keras'"), lambda: model().save(5)),
    Bad("loading a number", UsageError, ("5", "'model.keras'"), lambda: keras.models.load_model(5)),
    Bad(
        "missing model",
        NotFoundError,
        ("/nowhere.keras", "path"),
        lambda: keras.models.load_model("/nowhere.keras"),
    ),
    Bad(
        "no model",
        ModelFileError,
        ("no model file", "damaged"),
        lambda: keras.models.load_model(__file__),
    ),
    Bad("format", InvalidArgumentError, (".foo", ".keras"), lambda: model().save("model.foo")),
    # The rest of Keras.
    Bad(
        "ops.concatenate",
        InvalidArgumentError,
        ("empty", "at least one"),
        lambda: keras.ops.concatenate([]),
    ),
    Bad("ops.stack", InvalidArgumentError, ("empty", "at least one"), lambda: keras.ops.stack([])),
    Bad(
        "ops.swapaxes", OutOfRangeError, ("axis 5", "[-2, 2)"), lambda: keras.ops.swapaxes(A, 0, 5)
    ),
    Bad(
        "ops.moveaxis", OutOfRangeError, ("axis 5", "[-2, 2)"), lambda: keras.ops.moveaxis(A, 0, 5)
    ),
    Bad(
        "to_categorical",
        InvalidArgumentError,
        ("'a'", "numbers"),
        lambda: keras.utils.to_categorical(["a"]),
    ),
    Bad(
        "huge classes",
        ResourceExhaustedError,
        ("to_categorical", "memory"),
        lambda: keras.utils.to_categorical([10**13]),
    ),
    Bad(
        "huge padding",
        ResourceExhaustedError,
        ("pad_sequences", "memory"),
        lambda: keras.utils.pad_sequences([[1]], maxlen=10**13),
    ),
    Bad(
        "pad_sequences",
        UsageError,
        ("[5]", "[[1], [2, 3]]"),
        lambda: keras.utils.pad_sequences([5]),
    ),
    Bad(
        "placeholder",
        GlassbrookError,
        ("placeholder", "tf.where"),
        lambda: bool(keras.Input((3,)) > 0),
    ),
    Bad(
        "structures",
        InvalidArgumentError,
        ("[1]", "[1, 2]"),
        lambda: tf.nest.map_structure(lambda x, y: x, [1], [1, 2]),
    ),
    Bad(
        "a long value",
        UsageError,
        ("…", "[[1], [2, 3]]"),
        lambda: keras.utils.pad_sequences(list(range(10**5))),
    ),
)
