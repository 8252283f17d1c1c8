"""Convolutions, pooling and edges against loops over windows in NumPy."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError

layers = tf.keras.layers


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def padded_for(x, window, strides, gaps, padding):
    if padding == "valid":
        return x
    pairs = []
    for size, width, step, gap in zip(x.shape[1:-1], window, strides, gaps, strict=True):
        span = (width - 1) * gap + 1
        if padding == "causal":
            pairs.append((span - 1, 0))
            continue
        total = max((-(-size // step) - 1) * step + span - size, 0)
        pairs.append((total // 2, total - total // 2))
    return np.pad(x, [(0, 0), *pairs, (0, 0)])


def convolution(x, kernel, strides, gaps, padding, groups=1):
    """The definition, one output place at a time."""
    window = kernel.shape[:-2]
    x = padded_for(x.astype(np.float64), window, strides, gaps, padding)
    spans = [(width - 1) * gap + 1 for width, gap in zip(window, gaps, strict=True)]
    counts = [
        (size - span) // step + 1
        for size, span, step in zip(x.shape[1:-1], spans, strides, strict=True)
    ]
    outputs = np.zeros((len(x), *counts, kernel.shape[-1]))
    inputs, share = kernel.shape[-2], kernel.shape[-1] // groups
    for place in itertools.product(*map(range, counts)):
        cut = tuple(
            slice(at * step, at * step + span, gap)
            for at, step, span, gap in zip(place, strides, spans, gaps, strict=True)
        )
        part = x[(slice(None), *cut)]
        for group in range(groups):
            chosen = kernel[..., group * share : (group + 1) * share]
            channels = part[..., group * inputs : (group + 1) * inputs]
            axes = tuple(range(1, channels.ndim)), tuple(range(channels.ndim - 1))
            result = np.tensordot(channels, chosen, axes)
            outputs[(slice(None), *place, slice(group * share, (group + 1) * share))] = result
    return outputs


CONVOLUTIONS = [
    (layers.Conv1D, (2, 9, 4), {"kernel_size": 3}),
    (layers.Conv1D, (2, 9, 4), {"kernel_size": 3, "padding": "causal", "dilation_rate": 2}),
    (layers.Conv1D, (2, 9, 4), {"kernel_size": 2, "strides": 3, "padding": "same"}),
    (layers.Conv2D, (2, 6, 7, 4), {"kernel_size": (3, 2)}),
    (layers.Conv2D, (2, 6, 7, 4), {"kernel_size": 3, "strides": 2, "padding": "same"}),
    (layers.Conv2D, (2, 6, 7, 4), {"kernel_size": 2, "groups": 2}),
    (layers.Conv2D, (2, 6, 7, 4), {"kernel_size": 2, "dilation_rate": 2, "groups": 4}),
    (layers.Conv3D, (1, 4, 5, 6, 2), {"kernel_size": 2, "strides": (1, 2, 1)}),
]


@pytest.mark.parametrize(("kind", "shape", "options"), CONVOLUTIONS)
def test_convolution_follows_its_definition(kind, shape, options):
    layer = kind(4, activation="relu", bias_initializer="ones", **options)
    x = drawn(*shape)
    found = layer(x)
    expected = convolution(
        x,
        layer.kernel.numpy(),
        layer.strides,
        layer.dilation_rate,
        layer.padding,
        options.get("groups", 1),
    )
    np.testing.assert_allclose(found.numpy(), np.maximum(expected + 1, 0), rtol=1e-4, atol=1e-5)
    assert found.shape == layer.compute_output_shape(shape)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (layers.Conv2D(3, 2, data_format="channels_first"), layers.Conv2D(3, 2)),
        (layers.Conv2DTranspose(3, 2, data_format="channels_first"), layers.Conv2DTranspose(3, 2)),
        (layers.SeparableConv2D(3, 2, data_format="channels_first"), layers.SeparableConv2D(3, 2)),
        (layers.DepthwiseConv2D(2, data_format="channels_first"), layers.DepthwiseConv2D(2)),
        (layers.MaxPooling2D(2, data_format="channels_first"), layers.MaxPooling2D(2)),
        (
            layers.AveragePooling2D(3, 1, data_format="channels_first"),
            layers.AveragePooling2D(3, 1),
        ),
        (layers.UpSampling2D(2, data_format="channels_first"), layers.UpSampling2D(2)),
    ],
)
def test_channels_first_is_the_same_transposed(first, last):
    x = drawn(2, 5, 6, 4)
    last(x)
    first(x.transpose(0, 3, 1, 2))
    first.set_weights(last.get_weights())
    found = first(x.transpose(0, 3, 1, 2)).numpy()
    np.testing.assert_allclose(found.transpose(0, 2, 3, 1), last(x).numpy(), rtol=1e-5, atol=1e-6)
    shape = first.compute_output_shape((None, 4, 5, 6))
    batch, channels, *sizes = shape
    assert (batch, *sizes, channels) == last.compute_output_shape((None, 5, 6, 4))


@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_transposed_is_the_gradient_of_a_convolution(strides, padding):
    """<conv(a), b> = <a, transposed(b)> for any a and b."""
    layer = layers.Conv2DTranspose(2, 3, strides, padding, use_bias=False)
    b = drawn(1, 4, 5, 3)
    spread = layer(b).numpy()
    a = drawn(*spread.shape, seed=1)
    kernel = layer.kernel.numpy()
    folded = convolution(a, kernel, (strides, strides), (1, 1), padding)
    assert np.sum(folded * b) == pytest.approx(np.sum(a * spread.astype(np.float64)), rel=1e-4)


def test_separable_is_depthwise_and_pointwise():
    layer = layers.SeparableConv2D(5, 3, depth_multiplier=2, use_bias=False)
    x = drawn(2, 6, 6, 3)
    found = layer(x).numpy()
    depthwise, pointwise = (weight.numpy() for weight in layer.weights)
    parts = [
        convolution(x[..., c : c + 1], depthwise[:, :, c : c + 1], (1, 1), (1, 1), "valid")
        for c in range(3)
    ]
    np.testing.assert_allclose(found, np.concatenate(parts, -1) @ pointwise[0, 0], 1e-4, 1e-5)


def test_pooling_of_edges():
    x = drawn(1, 5, 1)
    largest = layers.MaxPooling1D(2, padding="same")(x).numpy().ravel()
    mean = layers.AveragePooling1D(2, padding="same")(x).numpy().ravel()
    pairs = [x[0, 0:2, 0], x[0, 2:4, 0], x[0, 4:5, 0]]
    np.testing.assert_allclose(largest, [pair.max() for pair in pairs])
    np.testing.assert_allclose(mean, [pair.mean() for pair in pairs], rtol=1e-6)


def test_global_and_adaptive_pooling():
    x = drawn(2, 5, 6, 3)
    np.testing.assert_allclose(
        layers.GlobalAveragePooling2D()(x).numpy(), x.mean((1, 2)), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(layers.GlobalMaxPool2D()(x).numpy(), x.max((1, 2)))
    found = layers.AdaptiveMaxPooling2D((2, 3))(x).numpy()
    np.testing.assert_allclose(found[:, 0, 1], x[:, 0:3, 2:4].max((1, 2)))
    found = layers.AdaptiveAveragePooling2D((2, 3))(x).numpy()
    np.testing.assert_allclose(found[:, 1, 0], x[:, 2:5, 0:2].mean((1, 2)), rtol=1e-5, atol=1e-6)


def test_mean_of_the_steps_that_count():
    x = drawn(2, 3, 2)
    mask = np.array([[True, True, False], [True, False, False]])
    found = layers.GlobalAveragePooling1D()(x, mask=mask).numpy()
    np.testing.assert_allclose(found, [x[0, :2].mean(0), x[1, :1].mean(0)], rtol=1e-6)


def test_edges():
    x = drawn(1, 3, 4, 2)
    padded = layers.ZeroPadding2D(((1, 2), (0, 3)))(x).numpy()
    np.testing.assert_array_equal(padded, np.pad(x, ((0, 0), (1, 2), (0, 3), (0, 0))))
    cropped = layers.Cropping2D(((1, 2), (0, 3)))(padded).numpy()
    np.testing.assert_array_equal(cropped, x)
    enlarged = layers.UpSampling2D((2, 3))(x).numpy()
    np.testing.assert_array_equal(enlarged, x.repeat(2, 1).repeat(3, 2))


@pytest.mark.parametrize("kind", [layers.Conv2D, layers.Conv2DTranspose, layers.SeparableConv2D])
def test_a_kernel_is_punished_limited_and_described(kind):
    prefix = "depthwise" if kind is layers.SeparableConv2D else "kernel"
    options = {f"{prefix}_regularizer": "l2", f"{prefix}_constraint": "max_norm"}
    layer = kind(2, 3, name="c", **options)
    layer.build((None, 5, 5, 1))
    assert len(layer.losses) == 1
    assert layer.weights[0].constraint is not None
    again = kind.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again.name == "c"


MISTAKES = [
    (lambda: layers.Conv2D(3, 3)(drawn(28, 28, 1)), ShapeError, "expand_dims"),
    (lambda: layers.Conv2D(3, 3)(drawn(1, 2, 2, 1)), ShapeError, "does not fit"),
    (lambda: layers.Conv2D(3, 3).build((None, 9, 9, None)), ShapeError, "number of channels"),
    (lambda: layers.Conv2D(3, 3, padding="causal"), InvalidArgumentError, "Conv1D"),
    (lambda: layers.Conv2D(3, (1, 2, 3)), InvalidArgumentError, "tuple of 2"),
    (lambda: layers.Conv2D(3, 3, strides=2, dilation_rate=2), InvalidArgumentError, "both above 1"),
    (lambda: layers.Conv2D(4, 3, groups=3), InvalidArgumentError, "multiple of groups"),
    (lambda: layers.MaxPooling2D(2)(drawn(4, 4)), ShapeError, "expects inputs of 4 axes"),
    (lambda: layers.Cropping1D(2)(drawn(1, 4, 1)), ShapeError, "nothing would be left"),
    (lambda: layers.ZeroPadding2D((1, 2, 3)), InvalidArgumentError, "padding"),
    (lambda: layers.UpSampling2D(2, interpolation="x"), InvalidArgumentError, "interpolation"),
]


@pytest.mark.parametrize(("mistake", "kind", "words"), MISTAKES)
def test_mistakes_are_explained(mistake, kind, words):
    with pytest.raises(kind, match=words):
        mistake()


def test_other_channels_than_before():
    layer = layers.Conv2D(3, 3)
    layer(drawn(1, 5, 5, 2))
    with pytest.raises(ShapeError, match="built for 2 channels"):
        layer(drawn(1, 5, 5, 3))


def test_a_network_of_images_learns_to_tell_bright_from_dark():
    tf.keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).uniform(0, 1, (64, 8, 8, 1)).astype(np.float32)
    y = (x.mean((1, 2, 3)) > 0.5).astype(np.float32)
    x += y[:, None, None, None]
    model = tf.keras.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 1)),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(tf.keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=16, epochs=15, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.95
