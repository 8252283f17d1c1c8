"""Layers one by one: outputs, gradients, three steps of training, shapes, configurations, errors.

Each row is an expression that makes a layer, and the shapes of its inputs. Both sides start from
the same weights.
"""

# Rows are expressions, one on each line.
# ruff: noqa: E501

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


def made(tf, expression):
    return eval(expression, {"tf": tf, "np": np, "L": tf.keras.layers, "K": tf.keras})


def drawn(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def weighted(layer):
    """The layer with the same weights on both sides; those that are not trained stay positive."""
    fixed = len(layer.non_trainable_weights)
    values = []
    for number, weight in enumerate(layer.get_weights()):
        value = 0.5 * drawn(weight.shape, number + 10)
        last = number >= len(layer.get_weights()) - fixed
        values.append((np.abs(value) if last else value).astype(weight.dtype))
    layer.set_weights(values)
    return layer


def everything(expression, shape, call=None):
    def run(tf):
        layer = made(tf, expression)
        layer.build((None, *shape[1:]))
        weighted(layer)
        x = tf.constant(drawn(shape))
        found = {"name": layer.name, "names": [weight.path for weight in layer.weights]}
        options = call or {}
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, **options)
            loss = tf.reduce_sum(tf.sin(y))
        sources = [x, *layer.trainable_variables]
        found["output"] = y
        found["gradients"] = tape.gradient(loss, sources)
        found["shapes"] = [
            tuple(layer.compute_output_shape(shape)),
            tuple(layer.compute_output_shape((None, *shape[1:]))),
        ]
        found["trained"] = trained(tf, layer, x, options)
        found["again"] = again(tf, layer, x, options)
        found["config"] = plain(layer.get_config())
        return found

    name = expression if call is None else f"{expression} {call}"
    return Case(name, run, rtol=2e-4, atol=2e-5)


def trained(tf, layer, x, options):
    optimizer = tf.keras.optimizers.SGD(0.01)
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(layer(x, **options) - 0.5))
        variables = layer.trainable_variables
        if variables:
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return [loss, layer.get_weights()]


def again(tf, layer, x, options):
    """The output of a layer made from the configuration, with the same weights."""
    other = type(layer).from_config(layer.get_config())
    other.build((None, *x.shape[1:]))
    other.set_weights(layer.get_weights())
    return other(x)


# Precision of other kinds than floats is not supported.
UNKNOWN = ("dtype", "quantization_config")


def plain(config):
    """The entries of a configuration that are not objects of their own, sorted."""
    config = {key: value for key, value in config.items() if key not in UNKNOWN}
    return {
        key: value if not isinstance(value, dict) else "object"
        for key, value in sorted(config.items())
    }


SERIES, IMAGES, VOLUMES = (2, 7, 4), (2, 6, 7, 4), (2, 5, 4, 6, 2)

LAYERS = [
    ("L.Conv1D(3, 2)", SERIES),
    ("L.Conv1D(3, 3, strides=2, padding='same', activation='tanh')", SERIES),
    ("L.Conv1D(3, 2, padding='causal', dilation_rate=2)", SERIES),
    ("L.Conv2D(3, 3)", IMAGES),
    ("L.Conv2D(3, (3, 2), strides=(2, 2), padding='same', activation='relu')", IMAGES),
    ("L.Conv2D(3, 2, dilation_rate=2)", IMAGES),
    ("L.Conv2D(3, 1, strides=2)", IMAGES),
    ("L.Conv3D(3, 2)", VOLUMES),
    ("L.Conv3D(3, (1, 2, 3), strides=2, padding='same')", VOLUMES),
    ("L.Conv1DTranspose(3, 3)", SERIES),
    ("L.Conv1DTranspose(3, 2, strides=3, padding='same')", SERIES),
    ("L.Conv2DTranspose(3, 3, strides=2, padding='same', activation='tanh')", IMAGES),
    ("L.Conv2DTranspose(3, 3, strides=2)", IMAGES),
    ("L.Conv2DTranspose(3, (2, 4), strides=3, output_padding=1)", IMAGES),
    ("L.Conv2DTranspose(3, 5, strides=2, padding='same', output_padding=1)", IMAGES),
    ("L.Conv3DTranspose(2, 3, strides=2, use_bias=False)", VOLUMES),
    ("L.DepthwiseConv1D(3, padding='same', depth_multiplier=2)", SERIES),
    ("L.DepthwiseConv2D(3)", IMAGES),
    ("L.DepthwiseConv2D((3, 2), strides=2, padding='same', depth_multiplier=2)", IMAGES),
    ("L.DepthwiseConv2D(2, dilation_rate=2, use_bias=False)", IMAGES),
    ("L.SeparableConv1D(3, 3, activation='relu')", SERIES),
    ("L.SeparableConv2D(3, 3, strides=2, depth_multiplier=2)", IMAGES),
    ("L.MaxPooling1D(2)", SERIES),
    ("L.MaxPooling1D(3, strides=2, padding='same')", SERIES),
    ("L.MaxPooling2D((2, 2))", IMAGES),
    ("L.MaxPool2D(3, 1, 'same')", IMAGES),
    ("L.MaxPooling2D(2, data_format='channels_first')", IMAGES),
    ("L.MaxPooling3D((2, 2, 2))", VOLUMES),
    ("L.AveragePooling1D(2)", SERIES),
    ("L.AveragePooling2D((2, 3), padding='same')", IMAGES),
    ("L.AvgPool2D((3, 3), strides=1)", IMAGES),
    ("L.AveragePooling3D((2, 2, 2))", VOLUMES),
    ("L.GlobalAveragePooling1D()", SERIES),
    ("L.GlobalAveragePooling1D(data_format='channels_first', keepdims=True)", SERIES),
    ("L.GlobalAveragePooling2D()", IMAGES),
    ("L.GlobalAveragePooling3D(keepdims=True)", VOLUMES),
    ("L.GlobalMaxPooling1D()", SERIES),
    ("L.GlobalMaxPooling2D(keepdims=True)", IMAGES),
    ("L.GlobalMaxPool3D(data_format='channels_first')", VOLUMES),
    ("L.AdaptiveAveragePooling1D(3)", SERIES),
    ("L.AdaptiveAveragePooling2D((2, 3))", IMAGES),
    ("L.AdaptiveMaxPooling2D(4)", IMAGES),
    ("L.AdaptiveMaxPooling3D(2)", VOLUMES),
    ("L.UpSampling1D(3)", SERIES),
    ("L.UpSampling2D((2, 3))", IMAGES),
    ("L.UpSampling2D(2, data_format='channels_first')", IMAGES),
    ("L.UpSampling2D(2, interpolation='bilinear')", IMAGES),
    ("L.UpSampling2D((2, 3), interpolation='bicubic')", IMAGES),
    ("L.UpSampling3D((1, 2, 3))", VOLUMES),
    ("L.ZeroPadding1D((1, 2))", SERIES),
    ("L.ZeroPadding2D()", IMAGES),
    ("L.ZeroPadding2D(((1, 2), (0, 3)))", IMAGES),
    ("L.ZeroPadding2D((1, 2), data_format='channels_first')", IMAGES),
    ("L.ZeroPadding3D(2)", VOLUMES),
    ("L.Cropping1D((1, 2))", SERIES),
    ("L.Cropping2D(((1, 2), (0, 3)))", IMAGES),
    ("L.Cropping2D(1, data_format='channels_first')", (2, 3, 5, 6)),
    ("L.Cropping3D()", VOLUMES),
]

OTHERS = [
    ("L.EinsumDense('abc,cd->abd', (None, 3), bias_axes='d')", SERIES),
    ("L.EinsumDense('...x,xy->...y', 3, activation='relu', bias_axes='y')", SERIES),
    ("L.EinsumDense('ab,bc->ac', output_shape=3)", (5, 4)),
    ("L.EinsumDense('abc,cde->abde', (None, 2, 3), bias_axes='de')", SERIES),
    ("L.EinsumDense('abc,bd->adc', (3, None), bias_axes='d')", SERIES),
    ("L.PReLU()", SERIES),
    ("L.PReLU(shared_axes=[1, 2])", IMAGES),
    ("L.Softmax(axis=1)", SERIES),
    ("L.Softmax(axis=(1, 2))", SERIES),
]
CONVOLUTIONAL_LSTMS = [
    ("L.ConvLSTM1D(3, 2)", (2, 3, 5, 2)),
    ("L.ConvLSTM2D(3, (3, 2), padding='same', return_sequences=True)", (2, 3, 5, 4, 2)),
    ("L.ConvLSTM2D(2, 2, strides=2, go_backwards=True, unit_forget_bias=False)", (2, 3, 5, 4, 2)),
    ("L.ConvLSTM2D(2, 2, use_bias=False, data_format='channels_last')", (2, 3, 5, 4, 2)),
]
NORMALIZATION = [
    ("L.BatchNormalization()", (5, 3)),
    ("L.BatchNormalization(axis=1, momentum=0.9, epsilon=1e-5)", IMAGES),
    ("L.BatchNormalization(center=False, scale=False)", IMAGES),
    ("L.BatchNormalization(renorm=True)", IMAGES),
    (
        "L.BatchNormalization(renorm=True, momentum=0.5, "
        "renorm_clipping={'rmax': 1.1, 'rmin': 0.5, 'dmax': 0.1})",
        (6, 3),
    ),
]
NORMALIZED = [
    ("L.LayerNormalization()", (5, 6)),
    ("L.LayerNormalization(axis=[1, 2], epsilon=1e-5)", IMAGES),
    ("L.LayerNormalization(axis=1, center=False)", SERIES),
    ("L.LayerNormalization(scale=False)", SERIES),
    ("L.GroupNormalization(2)", IMAGES),
    ("L.GroupNormalization(-1)", IMAGES),
    ("L.GroupNormalization(groups=3, axis=1, center=False)", (2, 6, 5)),
    ("L.RMSNormalization()", SERIES),
    ("L.RMSNormalization(axis=[1, 2])", SERIES),
    ("L.UnitNormalization()", SERIES),
    ("L.UnitNormalization(axis=[1, 2])", SERIES),
]

ERRORS = """
L.Embedding(0, 3)
L.Embedding(3, 2.5)
L.Embedding(3, 2)(c([3]))
L.Embedding(3, 2)(c(["a"]))
L.EinsumDense("ab,bc", 3)(tf.zeros([5, 3]))
L.EinsumDense("ab,bc->ac", 3)(tf.zeros([5, 3, 4]))
L.EinsumDense("ab,bc->ac", 3, bias_axes="z")(tf.zeros([5, 3]))
L.EinsumDense("ab,bc->acd", (3, 4))(tf.zeros([5, 3]))
L.Attention()(tf.zeros([5, 3]))
L.Attention()([tf.zeros([5, 3, 2])])
L.Attention(score_mode="foo")
L.MultiHeadAttention(0, 2)
L.MultiHeadAttention(2, 0)
L.MultiHeadAttention(2, 2, sliding_window=0)
L.MultiHeadAttention(2, 2, attention_axes="a")
L.MultiHeadAttention(2, 2)(tf.zeros([2, 3, 4]))
L.MultiHeadAttention(2, 2)(tf.zeros([2, 3, 4]), tf.zeros([2, 3, 4]), tf.zeros([2, 4, 4]))
L.Softmax()(tf.zeros([2, 3]), mask=c([True, False]))
L.BatchNormalization()(tf.zeros([1, 5, 3]), mask=tf.constant([True]), training=True)
L.BatchNormalization(renorm=True, renorm_clipping={"a": 1})
L.LayerNormalization(axis="a")
L.GroupNormalization(0)
L.GroupNormalization(2)(tf.zeros([5, 3]))
L.GroupNormalization(32)(tf.zeros([5, 3]))
L.Conv2D(0, 3)
L.Conv2D(3, 0)
L.Conv2D(3, (3, 3, 3))
L.Conv2D(3, 3, strides=0)
L.Conv2D(3, 3, padding="full")
L.Conv2D(3, 3, padding="causal")
L.Conv2D(3, 3, strides=2, dilation_rate=2)
L.Conv2D(3, 3, groups=2)
L.Conv2D(4, 3, groups=2)(tf.zeros([1, 5, 5, 3]))
L.Conv2D(3, 3, data_format="last")
L.Conv2D(3, 3)(tf.zeros([5, 5, 3]))
L.Conv2D(3, 3)(tf.zeros([1, 2, 5, 3]))
L.Conv1D(3, 3)(tf.zeros([5, 5]))
L.Conv3D(3, 3)(tf.zeros([1, 5, 5, 3]))
L.Conv2DTranspose(3, 3)(tf.zeros([5, 5, 3]))
L.Conv2DTranspose(3, 3, strides=2, output_padding=2)
L.DepthwiseConv2D(3)(tf.zeros([5, 5, 3]))
L.DepthwiseConv2D(3, depth_multiplier=0)
L.SeparableConv2D(3, 3)(tf.zeros([5, 5, 3]))
L.MaxPooling2D((2, 2))(tf.zeros([5, 5, 3]))
L.MaxPooling2D((2, 2, 2))
L.MaxPooling1D(2)(tf.zeros([5, 5]))
L.AveragePooling2D(3).compute_output_shape((None, 2, 2, 1))
L.GlobalAveragePooling2D()(tf.zeros([5, 5]))
L.UpSampling2D(2)(tf.zeros([5, 5]))
L.UpSampling2D(2, interpolation="foo")(tf.zeros([1, 5, 5, 1]))
L.ZeroPadding2D((1, 2, 3))
L.ZeroPadding2D(1)(tf.zeros([5, 5]))
L.Cropping2D(3)(tf.zeros([1, 5, 5, 1]))
L.Cropping2D(-1)
"""

SHARED = {
    "L": lambda tf: tf.keras.layers,
    "x": lambda tf: tf.constant(drawn((2, 6, 4))),
    "K": lambda tf: tf.keras,
    "plain": lambda tf: plain,
    "y": lambda tf: tf.constant(drawn((2, 5, 4), 3)),
    "images": lambda tf: tf.constant(drawn((2, 6, 7, 4))),
    "set": lambda tf: weights_set,
}


def weights_set(layer, *inputs):
    """The layer, built by a call, with the same weights on both sides."""
    layer(*inputs)
    return weighted(layer)


VALUES = """
L.Embedding(5, 3, weights=np.arange(15.0).reshape(5, 3))(c([[1, 4], [0, 2]]))
L.Embedding(5, 3, weights=np.arange(15.0).reshape(5, 3))(c([[1.0, 4.9]]))
L.Embedding(5, 3, weights=np.arange(15.0).reshape(5, 3))(np.array([1, 2]))
L.Embedding(5, 3).compute_output_shape((None, 7))
L.Embedding(5, 3, mask_zero=True).compute_mask(c([[1, 0]]))
L.Embedding(5, 3).compute_mask(c([[1, 0]]))
L.Embedding(5, 3, mask_zero=True)(c([[1, 0]]))._keras_mask
L.Embedding(5, 3, input_length=4).name
plain(L.Embedding(5, 3, mask_zero=True).get_config())
L.Attention()([x, y])
L.Attention(use_scale=True)([x, y])
L.Attention(score_mode="concat", use_scale=True)([x, y, y * 2.0])
L.Attention()([x, y], return_attention_scores=True)
L.Attention()([x, y], use_causal_mask=True)
L.Attention()([x, y], mask=[None, c([[True] * 3 + [False] * 2, [False] * 5])])
L.Attention()([x, y], mask=[c([[True] * 3 + [False] * 3, [False] * 6]), None])
L.Attention().compute_output_shape([(2, 3, 4), (2, 5, 6)])
set(L.AdditiveAttention(), [x, y])([x, y])
L.AdditiveAttention(use_scale=False)([x, y])
plain(L.Attention(dropout=0.1).get_config())
plain(L.AdditiveAttention().get_config())
set(L.MultiHeadAttention(2, 3), x, y)(x, y)
set(L.MultiHeadAttention(2, 3), x, x)(x, x, use_causal_mask=True)
set(L.MultiHeadAttention(2, 3, value_dim=5, output_shape=7), x, y)(x, y, y * 2.0)
set(L.MultiHeadAttention(2, 3, use_bias=False), x, y)(x, y, return_attention_scores=True)
set(L.MultiHeadAttention(2, 3), x, y)(x, y, attention_mask=np.tri(6, 5)[None] > 0)
set(L.MultiHeadAttention(2, 3), x, y)(x, y, value_mask=c([[True] * 3 + [False] * 2, [False] * 5]))
set(L.MultiHeadAttention(2, 3, dropout=0.3), x, y)(x, y, value_mask=c([[True] * 3 + [False] * 2, [False] * 5]))
set(L.MultiHeadAttention(2, 3, sliding_window=2), x, y)(x, y)
set(L.MultiHeadAttention(2, 3, use_gate=True), x, y)(x, y)
set(L.MultiHeadAttention(2, 3, attention_axes=(1, 2)), images, images)(images, images)
set(L.MultiHeadAttention(2, 3, attention_axes=2), images, images)(images, images)
[w.path for w in set(L.MultiHeadAttention(2, 3), x, y).weights]
[tuple(w.shape) for w in set(L.MultiHeadAttention(2, 3, output_shape=7), x, y).weights]
L.MultiHeadAttention(2, 3).compute_output_shape((None, 5, 8), (None, 6, 8))
plain(L.MultiHeadAttention(2, 3).get_config())
L.Softmax()(x, mask=c(np.arange(24).reshape(6, 4) % 3 > 0))
L.Softmax()(x, mask=c([[False] * 4] * 6))
K.Sequential([K.Input((6,)), L.Embedding(9, 4, mask_zero=True), L.GlobalAveragePooling1D()]).output_shape
set(L.Conv1D(4, 2, groups=2, use_bias=False), x)(x)
set(L.Conv2D(4, 2, groups=4, padding="same"), images)(images)
L.GlobalAveragePooling1D()(x, mask=c([[True] * 2 + [False] * 4, [True] * 6]))
set(L.BatchNormalization(), x)(x, training=True, mask=c([[True] * 2 + [False] * 4, [True] * 6]))
L.BatchNormalization().compute_output_shape((None, None, 3))
L.BatchNormalization(trainable=False)(x, training=True)
"""

CASES: list[Case | Fails] = [
    *(everything(*row) for row in [*LAYERS, *NORMALIZED, *OTHERS, *CONVOLUTIONAL_LSTMS]),
    *(everything(*row, {"training": False}) for row in NORMALIZATION),
    *(everything(*row, {"training": True}) for row in NORMALIZATION),
    *values(VALUES, rtol=1e-5, atol=1e-6, **SHARED),
    *failures(ERRORS, **SHARED),
]
yields = add_to(CASES)
yields_nearly = add_to(CASES, lambda name, run: Case(name, run, rtol=1e-4, atol=1e-5))


@yields
def moving_averages_with_a_mask(tf):
    layer = tf.keras.layers.BatchNormalization(momentum=0.5)
    x = tf.constant(drawn((2, 6, 4)))
    mask = tf.constant([[True] * 2 + [False] * 4, [True] * 6])
    outputs = [layer(x, training=True, mask=mask) for _ in range(3)]
    return [outputs, layer.get_weights()]


@yields
def spectral_normalization(tf):
    layers = tf.keras.layers
    found = []
    for inner in (
        layers.Dense(3),
        layers.Conv2D(2, 2),
        layers.Dense(3, kernel_initializer="zeros"),
    ):
        layer = layers.SpectralNormalization(inner, power_iterations=2)
        x = tf.constant(drawn((2, 3, 4) if isinstance(inner, layers.Dense) else (2, 5, 5, 3)))
        layer(x)
        if np.any(inner.get_weights()[0]):
            weighted(layer)
        outputs = [layer(x, training=True), layer(x, training=True), layer(x)]
        names = [weight.path.rpartition("/")[2] for weight in layer.weights]
        found.append([outputs, names, [weight.shape for weight in layer.get_weights()]])
    return found


@yields
def batch_normalization_in_fit(tf):
    model = tf.keras.Sequential(
        [
            tf.keras.Input((4,)),
            tf.keras.layers.Dense(3, use_bias=False),
            tf.keras.layers.BatchNormalization(momentum=0.8),
            tf.keras.layers.Dense(1),
        ]
    )
    weighted(model)
    model.compile(tf.keras.optimizers.SGD(0.05), "mse")
    x, y = drawn((64, 4)), drawn((64, 1), 1)
    history = model.fit(x, y, batch_size=16, epochs=6, shuffle=False, verbose=0)
    return [history.history["loss"], model.get_weights(), model.predict(x, verbose=0)]


@yields
def batch_normalization_in_a_function(tf):
    layer = tf.keras.layers.BatchNormalization(momentum=0.5)
    x = tf.constant(drawn((6, 4)))
    layer.build((None, 4))

    @tf.function
    def step(x):
        return layer(x, training=True)

    outputs = [step(x + float(number)) for number in range(3)]
    return [outputs, layer.get_weights()]


@yields
def a_frozen_batch_normalization_learns_nothing(tf):
    layer = tf.keras.layers.BatchNormalization()
    layer.build((None, 4))
    layer.trainable = False
    layer(tf.constant(drawn((6, 4))), training=True)
    return [layer.get_weights(), len(layer.trainable_weights), len(layer.non_trainable_weights)]


@yields_nearly
def a_network_for_images_of_any_size(tf):
    layers = tf.keras.layers
    inputs = tf.keras.Input((None, None, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    x = layers.BatchNormalization()(x)
    skip = layers.Conv2D(4, 1)(x)
    x = layers.SeparableConv2D(4, 3, padding="same")(layers.MaxPooling2D(2)(x))
    x = layers.UpSampling2D(2)(x)
    x = layers.Conv2DTranspose(2, 2, strides=2)(layers.Add()([x, skip]))
    model = tf.keras.Model(inputs, [x, layers.GlobalAveragePooling2D()(x)])
    weighted(model)
    shapes = [tuple(each.shape) for each in model.outputs]
    return [shapes, model(drawn((2, 6, 8, 3))), model.count_params()]


@yields
def convolutions_of_every_step(tf):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((4, 6, 6, 2)),
            layers.TimeDistributed(layers.Conv2D(3, 3, activation="relu")),
            layers.TimeDistributed(layers.Flatten()),
            layers.LSTM(5),
        ]
    )
    weighted(model)
    return [model.output_shape, model(drawn((2, 4, 6, 6, 2)))]


@yields_nearly
def a_transformer_block(tf):
    layers = tf.keras.layers
    inputs = tf.keras.Input((6,), dtype="int32")
    embedded = layers.Embedding(9, 8, mask_zero=True)(inputs)
    attended = layers.MultiHeadAttention(2, 4)(embedded, embedded, use_causal_mask=True)
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([embedded, attended]))
    x = layers.Dense(3)(layers.GlobalAveragePooling1D()(x))
    model = tf.keras.Model(inputs, x)
    weighted(model)
    model.compile(tf.keras.optimizers.SGD(0.1), "mse")
    data = np.array([[1, 2, 3, 0, 0, 0], [4, 5, 6, 7, 8, 0], [8, 8, 1, 2, 0, 0]])
    losses = [model.train_on_batch(data, drawn((3, 3), 5)) for _ in range(3)]
    return [losses, model.predict(data, verbose=0), [w.path for w in model.weights][:4]]


@yields
def a_series_by_dilated_convolutions(tf):
    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input((None, 2))])
    for rate in (1, 2, 4):
        model.add(layers.Conv1D(3, 2, padding="causal", activation="relu", dilation_rate=rate))
    model.add(layers.Conv1D(1, 1))
    weighted(model)
    return [model.output_shape, model(drawn((2, 9, 2)))]


@rows("layers_more", CASES)
def test_layers(case: Case | Fails) -> None:
    case.check()
