"""Convolutions, transposed and depthwise ones, and pooling, with their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.parity.support import Case, Fails, failures, rows, values

rng = np.random.default_rng(5)
ARRAYS = {
    "series": rng.normal(size=(2, 7, 3)),
    "image": rng.normal(size=(2, 6, 5, 4)),
    "small": rng.normal(size=(2, 3, 3, 6)),
    "volume": rng.normal(size=(2, 4, 5, 4, 2)),
    "k1": rng.normal(size=(3, 3, 4)),
    "k2": rng.normal(size=(3, 2, 4, 6)),
    "grouped": rng.normal(size=(3, 2, 2, 6)),
    "k3": rng.normal(size=(2, 3, 2, 2, 3)),
    "depth": rng.normal(size=(3, 2, 4, 2)),
    "point": rng.normal(size=(1, 1, 8, 5)),
    # Equal elements within a window.
    "ties": rng.integers(0, 2, size=(2, 6, 5, 3)).astype(float),
}


def _shared(name: str) -> Any:
    return lambda tf: tf.constant(ARRAYS[name], tf.float32)


SHARED = {name: _shared(name) for name in ARRAYS}

CONVOLUTIONS = """
lambda x, k: tf.nn.conv1d(x, k, 1, "VALID") | series, k1
lambda x, k: tf.nn.conv1d(x, k, 2, "SAME") | series, k1
lambda x, k: tf.nn.conv1d(x, k, stride=1, padding="SAME", dilations=2) | series, k1
lambda x, k: tf.nn.conv1d(x, k, [1, 2, 1], "SAME") | series, k1
lambda x, k: tf.nn.conv2d(x, k, 1, "VALID") | image, k2
lambda x, k: tf.nn.conv2d(x, k, strides=[1, 1, 1, 1], padding="SAME") | image, k2
lambda x, k: tf.nn.conv2d(x, k, [1, 2, 2, 1], "SAME") | image, k2
lambda x, k: tf.nn.conv2d(x, k, [2, 1], "VALID") | image, k2
lambda x, k: tf.nn.conv2d(x, k, [3], "SAME") | image, k2
lambda x, k: tf.nn.conv2d(x, k, 1, "SAME", dilations=2) | image, k2
lambda x, k: tf.nn.conv2d(x, k, 1, "VALID", dilations=[1, 2, 1, 1]) | image, k2
lambda x, k: tf.nn.conv2d(x, k, 2, [[0, 0], [1, 2], [0, 3], [0, 0]]) | image, k2
lambda x, k: tf.nn.conv2d(x, k, 1, "VALID") | image, grouped
lambda x, k: tf.nn.conv2d(x, k[:1, :1], 1, "SAME") | image, k2
lambda x, k: tf.nn.conv2d(x, k[:1, :1], 2, "SAME") | image, k2
lambda x, k: tf.nn.conv2d(x[None], k, 1, "SAME") | image, k2
lambda x, k: tf.nn.conv3d(x, k, [1, 1, 1, 1, 1], "VALID") | volume, k3
lambda x, k: tf.nn.conv3d(x, k, [1, 2, 2, 1, 1], "SAME") | volume, k3
lambda x, k: tf.nn.convolution(x, k) | image, k2
lambda x, k: tf.nn.convolution(x, k, strides=[2, 2], padding="SAME") | image, k2
lambda x, k: tf.nn.convolution(x, k, padding="SAME", dilations=[2, 1]) | image, k2
lambda x, k: tf.nn.convolution(x, k, padding="SAME", data_format="NWC") | series, k1
lambda x, k: tf.nn.atrous_conv2d(x, k, 2, "SAME") | image, k2
lambda x, k: tf.nn.atrous_conv2d(x, k, 2, "VALID") | image, k2
lambda x, k: tf.nn.conv2d_transpose(x, k, [2, 3, 3, 4], 1) | small, k2
lambda x, k: tf.nn.conv2d_transpose(x, k, [2, 6, 6, 4], [1, 2, 2, 1], "SAME") | small, k2
lambda x, k: tf.nn.conv2d_transpose(x, k, [2, 5, 6, 4], 2, "SAME") | small, k2
lambda x, k: tf.nn.conv2d_transpose(x, k, [2, 7, 6, 4], 2, padding="VALID") | small, k2
lambda x, k: tf.nn.conv2d_transpose(x, k, [2, 8, 7, 4], 2, padding="VALID") | small, k2
lambda x, k: tf.nn.conv2d_transpose(x, k, [2, 5, 4, 4], 2, [[0, 0], [1, 1], [1, 1], [0, 0]]) | small, k2
lambda x, k: tf.nn.conv1d_transpose(x[:, :, 0], k[:, 0], [2, 6, 4], 2) | small, k2
lambda x, k: tf.nn.conv1d_transpose(x[:, :, 0], k[:, 0], tf.constant([2, 7, 4]), 2, "VALID") | small, k2
lambda x, k: tf.nn.conv3d_transpose(x[:, None], k[None], [2, 2, 6, 6, 4], 2) | small, k2
lambda x, k: tf.nn.conv_transpose(x, k, [2, 6, 6, 4], 2) | small, k2
lambda x, k: tf.nn.atrous_conv2d_transpose(x, k, [2, 7, 5, 4], 2, "VALID") | small, k2
lambda x, k: tf.nn.depthwise_conv2d(x, k, [1, 1, 1, 1], "SAME") | image, depth
lambda x, k: tf.nn.depthwise_conv2d(x, k, [1, 2, 2, 1], "VALID") | image, depth
lambda x, k: tf.nn.depthwise_conv2d(x, k, [1, 1, 1, 1], "SAME", dilations=[2, 2]) | image, depth
lambda x, k: tf.nn.separable_conv2d(x, k, tf.ones([1, 1, 8, 3]), [1, 1, 1, 1], "SAME") | image, depth
"""  # noqa: E501

POOLS = """
tf.nn.max_pool2d(x, 2, 2, "VALID")
tf.nn.max_pool2d(x, 2, 2, "SAME")
tf.nn.max_pool2d(x, [1, 3, 2, 1], [1, 1, 2, 1], "SAME")
tf.nn.max_pool2d(x, ksize=3, strides=2, padding="VALID")
tf.nn.max_pool2d(x, 2, 1, [[0, 0], [1, 0], [1, 1], [0, 0]])
tf.nn.max_pool(x, 2, 2, "VALID")
tf.nn.max_pool(x[:, 0], 2, 2, "SAME")
tf.nn.max_pool3d(x[None, :, :4], 2, 1, "VALID")
tf.nn.max_pool1d(x[0], 3, 2, "SAME")
tf.nn.max_pool3d(x[None], 2, 2, "SAME")
tf.nn.avg_pool2d(x, 2, 2, "VALID")
tf.nn.avg_pool2d(x, 2, 2, "SAME")
tf.nn.avg_pool2d(x, [1, 3, 2, 1], [1, 1, 2, 1], "SAME")
tf.nn.avg_pool2d(x, 3, 2, "SAME")
tf.nn.avg_pool(x, 2, [1, 2, 2, 1], "SAME")
tf.nn.avg_pool1d(x[0], 3, 2, "SAME")
tf.nn.avg_pool3d(x[None], 2, 2, "SAME")
tf.nn.pool(x, [2, 2], "MAX")
tf.nn.pool(x, [2, 2], "AVG", strides=[2, 2], padding="SAME")
tf.nn.pool(x, [2, 2], "MAX", dilations=[2, 2])
tf.nn.pool(x, [2, 2], "AVG", dilations=[2, 2])
tf.nn.pool(x, window_shape=[2, 3], pooling_type="MAX", padding="SAME", strides=(1, 2))
tf.nn.max_pool_with_argmax(x, 2, 2, "VALID")[0]
"""

OTHER = """
tf.nn.max_pool_with_argmax(image, 2, 2, "VALID")
tf.nn.max_pool_with_argmax(image, 3, [1, 2, 1, 1], "SAME", include_batch_in_index=True)
tf.nn.max_pool_with_argmax(ties, 2, 2, "SAME", output_dtype=tf.int64)
tf.nn.max_pool2d(tf.constant(ARRAYS["image"]), 2, 2, "SAME")
tf.nn.avg_pool2d(tf.constant(ARRAYS["image"]), 2, 2, "SAME")
tf.nn.conv2d(tf.constant(ARRAYS["image"]), tf.constant(ARRAYS["k2"]), 1, "SAME")
tf.nn.conv2d(tf.cast(image, tf.float16), tf.cast(k2, tf.float16), 1, "SAME").dtype
tf.nn.max_pool2d(tf.cast(image * 9, tf.int32), 2, 2, "VALID")
tf.nn.conv2d(ARRAYS["image"], ARRAYS["k2"], 1, "SAME")
tf.nn.space_to_depth(tf.reshape(tf.range(48), [1, 4, 6, 2]), 2)
tf.nn.depth_to_space(tf.reshape(tf.range(48), [1, 2, 3, 8]), block_size=2)
grad(lambda x: tf.nn.depth_to_space(x, 2) ** 2, image)
tf.nn.local_response_normalization(image)
tf.nn.lrn(image, depth_radius=1, bias=2.0, alpha=0.5, beta=0.75)
grad(lambda x: tf.nn.lrn(x, 2) * image, image)
tf.nn.conv2d(image, k2, 1, "VALID", data_format=None)
tf.nn.dilation2d(image, depth[:, :, :, 0], [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])
tf.nn.dilation2d(image, depth[:, :, :, 0], [1, 2, 1, 1], "VALID", "NHWC", [1, 1, 2, 1])
tf.nn.erosion2d(image, depth[:, :, :, 0], [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])
grad(lambda x, k: tf.sin(tf.nn.dilation2d(x, k, [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])), image, depth[:, :, :, 0])
grad(lambda x, k: tf.sin(tf.nn.erosion2d(x, k, [1, 2, 1, 1], "VALID", "NHWC", [1, 1, 1, 1])), image, depth[:, :, :, 0])
"""  # noqa: E501

ERRORS = """
tf.nn.conv2d(image, k2, 1, "same")
tf.nn.conv2d(image, k2, 1, "FULL")
tf.nn.conv2d(image, k2, 1, None)
tf.nn.conv2d(image, k2, 1, [[1, 1], [1, 1]])
tf.nn.conv2d(image, k2, 0, "SAME")
tf.nn.conv2d(image, k2, -1, "SAME")
tf.nn.conv2d(image, k2, [1, 2, 2], "SAME")
tf.nn.conv2d(image, k2, [2, 1, 1, 1], "SAME")
tf.nn.conv2d(image, k2, 1, "SAME", data_format="NWC")
tf.nn.conv2d(image, k2[:, :, :3], 1, "SAME")
tf.nn.conv2d(image, tf.ones([3, 3, 2, 5]), 1, "SAME")
tf.nn.conv2d(image, tf.ones([8, 8, 4, 1]), 1, "VALID")
tf.nn.conv2d(image, tf.cast(k2, tf.float64), 1, "SAME")
tf.nn.conv2d(image, k2[0], 1, "SAME")
tf.nn.conv1d(series, k1, 1, "CAUSAL")
tf.nn.convolution(image, k2, strides=[2, 2], dilations=[2, 2])
tf.nn.convolution(image, k2, padding="same")
tf.nn.conv2d_transpose(small, k2, [2, 6, 6, 3], 2)
tf.nn.depthwise_conv2d(image, depth[:, :, :3], [1, 1, 1, 1], "SAME")
tf.nn.separable_conv2d(image, depth, point[:, :, :7], [1, 1, 1, 1], "SAME")
tf.nn.max_pool2d(image, 7, 1, "VALID")
tf.nn.max_pool2d(image, 2, 2, "same")
tf.nn.max_pool(image[0, 0], 2, 2, "SAME")
tf.nn.avg_pool2d(tf.cast(image, tf.int32), 2, 2, "SAME")
tf.nn.avg_pool2d(image, 0, 2, "SAME")
tf.nn.pool(image, [2, 2], "SUM")
tf.nn.pool(image, [2, 2], "MAX", strides=[2, 2], dilations=[2, 2])
tf.nn.depth_to_space(image, 3)
tf.nn.depth_to_space(image, 1)
tf.nn.space_to_depth(image, 2)
tf.nn.lrn(series)
tf.nn.dilation2d(image, depth[:, :, :3, 0], [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])
tf.nn.dilation2d(image, depth[:, :, :, 0], [1, 1, 1, 1], "SAME", "NCHW", [1, 1, 1, 1])
tf.nn.erosion2d(image, tf.ones([8, 8, 4]), [1, 1, 1, 1], "VALID", "NHWC", [1, 1, 1, 1])
"""


def _row(line: str) -> list[Case]:
    """The value of a convolution, and the gradients of the sum of its sines."""
    function, _, inputs = line.partition(" | ")
    text = f"({function})({inputs})"
    # TensorFlow has no gradients on CPU for kernels with gaps, and for groups.
    if "dilations" not in line and "grouped" not in line:
        text += f"\ngrad(lambda *a: tf.sin(({function})(*a)), {inputs})"
    return values(text, 2e-5, 2e-5, **SHARED)


def _pool_row(line: str) -> list[Case]:
    """The value of a pool, and its gradient, with and without elements that are equal."""
    function = f"lambda x: {line}"
    weighted = f"lambda x: tf.sin({line}) + {line} ** 2"
    lines = [f"({function})(image)", f"grad({weighted}, image)"]
    if "3d" not in line and "None" not in line:
        lines.append(f"grad({weighted}, ties)")  # a volume's go to all that are equal
    return values("\n".join(lines), 1e-5, 1e-5, **SHARED)


def _lines(text: str) -> list[str]:
    return [line for line in text.strip().splitlines() if line]


CASES: list[Case | Fails] = [
    *(case for line in _lines(CONVOLUTIONS) for case in _row(line)),
    *(case for line in _lines(POOLS) for case in _pool_row(line)),
    *values(OTHER, 1e-5, 1e-6, **SHARED, ARRAYS=lambda tf: ARRAYS),
    *failures(ERRORS, **SHARED),
]


@rows("convolution", CASES)
def test_convolution(case: Case | Fails) -> None:
    case.check()
