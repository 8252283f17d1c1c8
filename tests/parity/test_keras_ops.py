"""`tf.keras.ops` against Keras's own: values, dtypes, promotion, and what fails."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.parity.support import failures, rows, values

_random = np.random.default_rng(7)
X = _random.normal(size=(3, 4)).astype(np.float32)
SHARED: dict[str, Any] = {
    "o": lambda tf: tf.keras.ops,
    "x": lambda tf: tf.constant(X),
    "p": lambda tf: tf.constant(np.abs(X) + 0.1),
    "u": lambda tf: tf.constant(np.tanh(X)),
    "i": lambda tf: tf.constant([[3, -2, 7, 0], [1, 5, -4, 2], [6, 0, 2, -1]]),
    "b": lambda tf: tf.constant([[True, False, True, True], [False] * 4, [True] * 4]),
    "s": lambda tf: tf.constant(X[:, :3] @ X[:, :3].T + 3 * np.eye(3, dtype=np.float32)),
    "n": lambda tf: tf.constant([[1.0, np.nan, 3.0], [np.nan, np.nan, 2.0], [np.inf, -1, -np.inf]]),
    "w": lambda tf: tf.constant(X[0]),
    "f": lambda tf: tf.constant([[1.0, np.nan, 3.0, 2.0], [np.nan, 5.0, 2.0, -1.0]]),
}

UNARY = """
abs absolute negative sign square floor ceil trunc round sqrt rsqrt exp expm1 log log1p log2 log10
exp2 sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh arctanh erf erfc erfinv reciprocal
deg2rad rad2deg fabs cbrt sinc conj conjugate real isnan isinf isfinite isposinf isneginf signbit
logical_not relu relu6 sigmoid softplus softsign silu swish log_sigmoid selu hard_sigmoid hard_silu
hard_swish hard_tanh tanh_shrink sparse_sigmoid sparse_plus leaky_relu elu celu gelu glu
hard_shrink soft_shrink squareplus softmax log_softmax sparsemax
sum mean std var max min prod all any amax amin ptp argmax argmin cumsum cumprod count_nonzero
median logsumexp ravel transpose flip fliplr flipud rot90 sort argsort diff size shape ndim
zeros_like ones_like copy average nan_to_num
""".split()
BINARY = """
add subtract multiply divide true_divide floor_divide mod fmod maximum minimum fmax fmin
arctan2 hypot logaddexp logaddexp2 heaviside equal not_equal greater greater_equal less less_equal
logical_and logical_or logical_xor isclose divide_no_nan
""".split()
NAN = "nansum nanprod nanmean nanvar nanstd nanmax nanmin nancumsum nancumprod nan_to_num".split()
REDUCE = "sum mean std var max min prod all any argmax argmin median logsumexp cumsum".split()

ELEMENTS = [
    *(f"o.{name}(u)" for name in UNARY if name != "arccosh"),
    "o.arccosh(p + 1)",
    *(f"o.{name}(p)" for name in ("log", "sqrt", "log2", "rsqrt", "cbrt")),
    *(f"o.{name}(i)" for name in ("exp", "mean", "sqrt", "sum", "abs", "square", "floor", "relu")),
    *(f"o.{name}(b)" for name in ("sum", "mean", "any", "all", "argmax", "cumsum", "square")),
    *(f"o.{name}(x, p)" for name in BINARY),
    *(f"o.{name}(i, 2)" for name in BINARY),
    *(f"o.{name}(i, 2.5)" for name in BINARY),
    *(f"o.{name}(x, 1)" for name in BINARY),
    "o.power(p, 2.5)",
    "o.power(i, 2)",
    "o.add(tf.constant([1], tf.int8), tf.constant([2], tf.uint8))",
    "o.add(tf.constant([1], tf.int64), tf.constant([2.0], tf.float16))",
    "o.add(b, 1)",
    "o.add(1, 2)",
    "o.add(1, 2.5)",
    "o.multiply([1, 2], [1.5, 2.5])",
    *(f"o.bitwise_{name}(i, 3)" for name in ("and", "or", "xor")),
    "o.left_shift(i, 2)",
    "o.bitwise_not(i)",
    *(f"o.{name}(n)" for name in NAN),
    *(f"o.{name}(n, axis=1)" for name in NAN if name != "nan_to_num"),
]
SHAPES = [
    *(f"o.{name}(x, axis=1)" for name in REDUCE),
    *(f"o.{name}(x, axis=-1, keepdims=True)" for name in REDUCE if name != "cumsum"),
    *(f"o.{name}(x, axis=(0, 1))" for name in ("sum", "mean", "max", "var", "logsumexp")),
]
MORE = """
o.clip(x, -0.5, 0.5)
o.clip(i, 0, 3)
o.where(b, x, 0.0)
o.where(b, i, x)
o.where(b)
o.select([x > 0.5, x > 0.0], [x, x * 2.0], -1.0)
o.cast(x, "int32")
o.cast(i, "float16")
o.round(x, 2)
o.ldexp(x, i)
o.allclose(x, x + 1e-9)
o.isclose(n, n, equal_nan=True)
o.max(x, initial=5.0)
o.average(x, axis=1, weights=w)
o.average(x, axis=0)
o.quantile(x, 0.3)
o.quantile(x, [0.25, 0.5], axis=1)
o.quantile(x, 0.3, axis=0, method="lower", keepdims=True)
o.percentile(x, 40, axis=1) if hasattr(o, "percentile") else 0
o.median(x, axis=1, keepdims=True)
o.bincount(tf.constant([1, 2, 2, 5]))
o.bincount(tf.constant([1, 2, 2, 5]), minlength=8)
o.reshape(x, (2, -1))
o.transpose(x, (1, 0))
o.swapaxes(o.reshape(x, (3, 2, 2)), 0, 2)
o.moveaxis(o.reshape(x, (3, 2, 2)), 0, -1)
o.moveaxis(o.reshape(x, (3, 2, 2)), (0, 1), (2, 0))
o.expand_dims(x, 1)
o.expand_dims(x, (0, 2))
o.squeeze(o.expand_dims(x, 1), 1)
o.broadcast_to(w, (2, 4))
o.flip(x, 0)
o.rot90(x, 3)
o.roll(x, 1)
o.roll(x, 2, axis=1)
o.concatenate([x, i], axis=1)
o.concatenate([x, x])
o.stack([x, x], axis=1)
o.unstack(x, axis=1)
o.append(x, x, axis=0)
o.append(x, 1.0) if False else 0
o.hstack([w, w])
o.hstack([x, x])
o.vstack([w, w])
o.dstack([x, x])
o.split(x, 2, axis=1)
o.split(x, [1, 3], axis=1)
o.array_split(x, 3, axis=1)
o.vsplit(x, 3)
o.hsplit(x, 2)
o.repeat(x, 2, axis=1)
o.repeat(x, 2)
o.tile(x, (2, 1))
o.tile(w, 2)
o.meshgrid(w, w[:2])
o.meshgrid(w, w[:2], indexing="ij")
o.pad(x, ((1, 0), (0, 2)), constant_values=5.0)
o.pad(x, ((1, 0), (0, 2)), mode="reflect")
o.pad(x, ((1, 0), (0, 2)), mode="symmetric")
o.take(x, [0, -1], axis=1)
o.take(x, [[0, 5], [1, 2]])
o.take_along_axis(x, tf.constant([[0, 1], [2, 3], [-1, 0]]), axis=1)
o.get_item(x, (slice(None), 1))
o.slice(x, (0, 1), (2, 2))
o.slice_update(x, (1, 1), o.ones((2, 2)))
o.scatter(tf.constant([[0], [2]]), tf.constant([[1.0, 2.0], [3.0, 4.0]]), (4, 2))
o.scatter_update(x, tf.constant([[0, 1], [2, 2]]), tf.constant([9.0, 8.0]))
o.nonzero(b)
o.unravel_index(tf.constant([5, 7]), (3, 4))
o.sort(x, axis=0)
o.argsort(x, axis=0)
o.top_k(x, 2)
o.searchsorted(tf.constant([1.0, 2.0, 3.0]), tf.constant([0.5, 2.0, 9.0]))
o.searchsorted(tf.constant([1.0, 2.0, 3.0]), tf.constant([0.5, 2.0, 9.0]), side="right")
o.digitize(tf.constant([0.5, 2.0, 9.0]), tf.constant([1.0, 2.0, 3.0]))
o.isin(i, tf.constant([2, 5]))
o.isin(i, tf.constant([2, 5]), invert=True)
o.diff(x, 2, axis=0)
o.shape(x)
o.dtype(x)
o.dtype(i)
o.convert_to_tensor([1.0, 2.0])
o.convert_to_tensor([1, 2], dtype="float32")
o.convert_to_tensor(np.arange(3.0))
o.convert_to_numpy(x)
o.is_tensor(x), o.is_tensor(1)
o.zeros((2, 3))
o.ones((2,), "int32")
o.full((2, 2), 7)
o.full((2, 2), 7.5, "float64")
o.full_like(i, 3)
o.full_like(x, 3)
o.arange(5)
o.arange(1, 7, 2)
o.arange(0.0, 1.0, 0.25)
o.arange(3, dtype="float32")
o.eye(3)
o.eye(2, 3, k=1, dtype="int32")
o.identity(2)
o.tri(3, 4, 1)
o.linspace(0.0, 1.0, 5)
o.linspace(0, 10, 5, endpoint=False)
o.linspace(0, 10, 6, retstep=True)
o.logspace(0.0, 2.0, 3)
o.geomspace(1.0, 8.0, 4)
o.hanning(5)
o.hamming(5)
o.blackman(6)
o.bartlett(5)
o.kaiser(5, 2.0)
o.diag(w)
o.diag(w, k=1)
o.diag(x, k=-1)
o.diagflat(w)
o.diagonal(x)
o.diagonal(x, offset=1)
o.trace(x)
o.tril(x)
o.triu(x, k=1)
o.one_hot(tf.constant([0, 2]), 3)
o.one_hot(tf.constant([0, 2]), 3, axis=0)
o.multi_hot(tf.constant([0, 2]), 4)
o.multi_hot(tf.constant([[0, 2], [1, 1]]), 4)
o.matmul(x, o.transpose(x))
o.matmul(x, w)
o.matmul(i, o.transpose(i))
o.dot(x, w)
o.dot(w, w)
o.dot(x, 2.0)
o.inner(x, x)
o.vdot(x, x)
o.outer(w, w)
o.tensordot(x, x, axes=[[0], [0]])
o.tensordot(x, o.transpose(x), axes=1)
o.einsum("ij,kj->ik", x, x)
o.cross(x[:, :3], x[:, 1:])
o.kron(x[:2, :2], s)
o.norm(x)
o.norm(x, axis=1)
o.norm(x, ord=1, axis=1)
o.norm(x, ord=np.inf, axis=0)
o.norm(x, ord="fro", axis=(0, 1))
o.norm(w, ord=0)
o.normalize(x)
o.normalize(x, axis=0, order=1)
o.vander(w)
o.vander(w, 3, increasing=True)
o.corrcoef(x)
o.trapezoid(x)
o.trapezoid(x, dx=0.5, axis=0)
o.inv(s)
o.det(s)
o.solve(s, s[:, 0])
o.solve(s, s[:, :2])
o.cholesky(s)
o.solve_triangular(o.cholesky(s), s, lower=True)
o.pinv(x)
o.svd(x, compute_uv=False)
o.logdet(s)
o.slogdet(s)
o.softmax(x, axis=0)
o.softmax(x, axis=None)
o.log_softmax(x, axis=(0, 1))
o.leaky_relu(x, 0.3)
o.gelu(x, approximate=False)
o.threshold(x, 0.1, -7.0)
o.moments(x, axes=[0])
o.moments(x, axes=[1], keepdims=True)
o.batch_normalization(x, w, o.abs(w), axis=1)
o.batch_normalization(x, w, o.abs(w), axis=1, offset=w, scale=w)
o.layer_normalization(x)
o.rms_normalization(x, scale=w)
o.dot_product_attention(*[o.reshape(o.concatenate([x, x]), (1, 3, 2, 4))] * 3)
o.dot_product_attention(*[o.reshape(o.concatenate([x, x]), (1, 3, 2, 4))] * 3, is_causal=True)
o.categorical_crossentropy(o.one_hot(tf.constant([0, 2, 1]), 4), o.softmax(x))
o.categorical_crossentropy(o.one_hot(tf.constant([0, 2, 1]), 4), x, from_logits=True)
o.sparse_categorical_crossentropy(tf.constant([0, 2, 1]), x, from_logits=True)
o.binary_crossentropy(o.cast(b, "float32"), o.sigmoid(x))
o.binary_crossentropy(o.cast(b, "float32"), x, from_logits=True)
o.in_top_k(tf.constant([0, 2, 1]), x, 2)
o.psnr(x, x + 0.1, 1.0)
o.stop_gradient(x)
o.cond(tf.constant(True), lambda: x, lambda: -x)
o.switch(1, [lambda a: a, lambda a: -a], x)
o.while_loop(lambda k: k < 5, lambda k: (k + 2,), [0])
o.while_loop(lambda k, a: k < 5, lambda k, a: (k + 2, a * 2), (0, 1.0))
o.fori_loop(0, 4, lambda k, a: a + k, 1)
o.map(lambda r: o.sum(r), x)
o.vectorized_map(lambda r: r * 2, x)
o.scan(lambda c, r: (c + r, c * r), o.zeros(4), x)
o.segment_sum(w, tf.constant([0, 0, 1, 2]))
o.segment_max(w, tf.constant([0, 0, 1, 2]), num_segments=4)
o.i0(u)
o.nanargmax(f)
o.nanargmax(f, axis=1)
o.nanargmin(f, axis=0, keepdims=True)
o.nanmedian(f)
o.nanmedian(f, axis=1)
o.nanquantile(f, [0.2, 0.7], axis=0)
o.nanquantile(f, 0.3, method="nearest")
o.nanpercentile(f, 25.0, axis=1, keepdims=True)
o.gcd(tf.constant([12, 18, 0, -4]), tf.constant([8, 27, 5, 6]))
o.lcm(tf.constant([12, 18, 0, -4]), tf.constant([8, 27, 5, 6]))
o.histogram(w, bins=4)
o.histogram(w, bins=3, range=(-1.0, 1.0))
o.unique(i)
o.unique(i, return_inverse=True, return_counts=True)
o.unique(i, size=4)
o.unique(i, size=14, fill_value=-9)
o.correlate(w, w[:3])
o.correlate(w, w[:3], mode="same")
o.correlate(w, w[:2], mode="same")
o.correlate(w, w[:3], mode="full")
o.extract_sequences(x, 3, 1)
o.associative_scan(lambda a, b: a + b, x)
o.associative_scan(lambda a, b: a * b, x, axis=1)
o.associative_scan(lambda a, b: a + b, x, reverse=True)
o.view(x, "int32")
o.rearrange(x, "a (b c) -> c (a b)", c=2)
o.conv(o.reshape(x, (1, 3, 4)), tf.ones((2, 4, 3)))
o.conv(o.reshape(x, (1, 3, 4)), tf.ones((2, 4, 3)), strides=2, padding="same")
o.conv_transpose(o.reshape(x, (1, 3, 4)), tf.ones((2, 5, 4)), strides=2)
o.conv_transpose(o.reshape(x, (1, 3, 4)), tf.ones((3, 5, 4)), strides=2, padding="same")
o.depthwise_conv(o.reshape(x, (1, 3, 4)), tf.ones((2, 4, 2)))
o.separable_conv(o.reshape(x, (1, 3, 4)), tf.ones((2, 4, 1)), tf.ones((1, 4, 2)))
o.max_pool(o.reshape(x, (1, 3, 4)), 2)
o.average_pool(o.reshape(x, (1, 3, 4, 1)), 2, strides=1, padding="same")
o.nan_to_num(n, nan=1.0, posinf=2.0, neginf=-2.0)
o.saturate_cast(o.array([300.0, -5.0]), "uint8")
o.mean(tf.keras.Input((3, 4)), axis=1).shape
o.add(tf.keras.Input((3,)), 1).dtype
o.reshape(tf.keras.Input((3, 4)), (-1, 12)).shape
o.concatenate([tf.keras.Input((3,)), tf.keras.Input((2,))], axis=-1).shape
o.matmul(tf.keras.Input((3, 4)), tf.keras.Input((4, 5))).shape
"""
BAD = """
o.split(x, 3, axis=1)
o.where(b, x)
o.matmul(x, x)
o.concatenate([x, w])
o.qr(s, mode="r")
o.reshape(x, (5, -1))
o.correlate(w, w, mode="some")
o.histogram(x, bins=0)
o.rearrange(x, "a b -> a c")
"""


@rows("keras_ops/elements", values("\n".join(dict.fromkeys(ELEMENTS)), 3e-5, 3e-6, **SHARED))
def test_elements(case):
    case.check()


@rows("keras_ops/shapes", values("\n".join(SHAPES), 1e-5, 1e-6, **SHARED))
def test_shapes(case):
    case.check()


@rows("keras_ops/more", values(MORE, 1e-5, 3e-6, **SHARED))
def test_more(case):
    case.check()


@rows("keras_ops/failures", failures(BAD, **SHARED))
def test_failures(case):
    case.check()
