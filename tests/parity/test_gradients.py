"""Gradients of every operation, inside, at the edges, and of second order."""

from __future__ import annotations

from tests.parity.support import Case, Fails, rows, values

SMOOTH = """
exp expm1 sin cos sinh cosh tanh sigmoid square softplus erf atan asinh negative abs
log1p
"""
POSITIVE = "log sqrt rsqrt reciprocal"
UNIT = "asin acos atanh erfinv tan"
BINARY = "add subtract multiply divide pow squared_difference atan2 maximum minimum xlogy mod"

EDGES = """
grad(tf.nn.relu, [-1.0, 0.0, 1.0])
grad(tf.abs, [-1.0, 0.0, 1.0])
grad(tf.sign, [2.0])
grad(tf.maximum, 1.0, 1.0)
grad(tf.minimum, 1.0, 1.0)
grad(lambda x: tf.maximum(x, 0.0), [0.0])
grad(lambda x: tf.maximum(0.0, x), [0.0])
grad(lambda x: tf.minimum(x, 0.0), [0.0])
grad(tf.reduce_max, [1.0, 2.0, 2.0])
grad(tf.reduce_min, [1.0, 1.0, 2.0])
grad(tf.reduce_max, [float("nan"), 1.0])
grad(lambda x: tf.reduce_max(x, axis=1), [[1.0, 1.0], [2.0, 3.0]])
grad(tf.sqrt, [0.0])
grad(lambda x: x**2, [0.0])
grad(lambda x: x**0.5, [0.0])
grad(lambda x: x**3, [0.0])
grad(lambda x: x**1, [0.0])
grad(lambda x: x**0, [0.0])
grad(lambda x: x**-1, [0.0])
grad(lambda x: x**0, [2.0])
grad(lambda x: 2**x, [3.0])
grad(tf.pow, 0.0, 2.0)
grad(tf.pow, 0.0, 0.0)
grad(tf.pow, -2.0, 2.0)
grad(tf.pow, 0.0, -1.0)
grad(tf.pow, -2.0, 3.0)
grad(tf.pow, 2.0, 0.0)
grad(tf.norm, [0.0, 0.0])
grad(tf.norm, [3.0, 4.0])
grad(lambda x: tf.norm(x, ord=1), [0.0, 1.0])
grad(tf.math.l2_normalize, [3.0, 4.0])
grad(lambda x: tf.clip_by_value(x, 0.0, 1.0), [-1.0, 0.0, 0.5, 1.0, 2.0])
grad(tf.clip_by_value, [-1.0, 0.5, 2.0], 0.0, 1.0)
grad(lambda x, y: tf.where([True, False], x, y), [1.0, 2.0], [3.0, 4.0])
grad(lambda x: tf.where(x > 0, x, 0.0), [-1.0, 0.0, 1.0])
grad(lambda x: tf.where(x > 0, tf.math.log(x), 0.0), [0.0, 1.0])
grad(lambda x, y: x / y, 1.0, 0.0)
grad(lambda x, y: x / y, 0.0, 0.0)
grad(tf.math.divide_no_nan, 1.0, 0.0)
grad(lambda x: 1 / x, 0.0)
grad(tf.math.log, [0.0])
grad(tf.math.rsqrt, [0.0])
grad(tf.math.reciprocal, [0.0])
grad(tf.floor, [1.5])
grad(tf.round, [1.5])
grad(tf.math.ceil, [1.5])
grad(lambda x: x // 2, [3.0])
grad(lambda x: x % 2, [3.0])
grad(lambda x, y: x % y, [7.5, -7.5], [2.0, 2.0])
grad(lambda x: tf.cast(x, tf.int32), [1.0])
grad(lambda x: tf.cast(x, tf.float64), [1.0])
grad(lambda x: tf.cast(tf.cast(x, tf.int32), tf.float32), [1.0])
grad(tf.stop_gradient, [1.0])
grad(lambda x: x * tf.stop_gradient(x), [3.0])
grad(lambda x: x > 0, [1.0])
grad(tf.argmax, [1.0])
grad(tf.identity, [1.0])
grad(lambda x: x + 0.0, 1.0)
grad(tf.asin, [1.0])
grad(tf.atan2, 0.0, 0.0)
grad(tf.math.acosh, [1.0])
grad(tf.math.xlogy, 0.0, 0.0)
grad(tf.math.multiply_no_nan, 1.0, 0.0)
"""

REDUCTIONS = """
grad(tf.reduce_sum, [[1.0, 2.0]])
grad(lambda x: tf.reduce_sum(x, 0), [[1.0, 2.0], [3.0, 4.0]])
grad(tf.reduce_mean, [1.0, 2.0])
grad(lambda x: tf.reduce_mean(x, axis=1, keepdims=True) * x, [[1.0, 2.0], [3.0, 4.0]])
grad(tf.reduce_mean, tf.zeros([0]))
grad(tf.reduce_prod, [1.0, 2.0, 3.0])
grad(tf.reduce_prod, [0.0, 2.0, 3.0])
grad(tf.reduce_prod, [0.0, 0.0, 3.0])
grad(lambda x: tf.reduce_prod(x, axis=1), [[1.0, 2.0], [0.0, 4.0]])
grad(tf.math.cumprod, [1.0, 2.0, 3.0])
grad(tf.cumsum, [1.0, 2.0, 3.0])
grad(lambda x: tf.cumsum(x, exclusive=True, reverse=True), [1.0, 2.0, 3.0])
grad(tf.math.reduce_std, [1.0, 3.0])
grad(tf.math.reduce_std, [1.0, 1.0])
grad(tf.math.reduce_variance, [1.0, 3.0])
grad(tf.reduce_logsumexp, [1.0, 1.0])
grad(tf.reduce_logsumexp, [-np.inf, 1.0])
grad(tf.reduce_logsumexp, [-np.inf, -np.inf])
grad(tf.reduce_logsumexp, [1000.0, 999.0])
grad(lambda x: tf.sort(x) * [1.0, 2.0, 3.0], [3.0, 1.0, 2.0])
grad(lambda x: tf.math.top_k(x, 2).values, [3.0, 1.0, 2.0])
grad(lambda x: tf.clip_by_norm(x, 1.0), [3.0, 4.0])
grad(lambda x: tf.clip_by_norm(x, 10.0), [3.0, 4.0])
grad(lambda x: tf.clip_by_global_norm([x], 1.0)[0], [3.0, 4.0])
"""

NETWORKS = """
grad(lambda x: tf.nn.softmax(x) * [1.0, 2.0], [1.0, 2.0])
grad(tf.nn.log_softmax, [1.0, 2.0])
grad(tf.nn.leaky_relu, [-1.0, 0.0, 1.0])
grad(lambda x: tf.nn.leaky_relu(x, alpha=0.1), [-1.0, 0.0, 1.0])
grad(tf.nn.elu, [-1.0, 0.0, 1.0])
grad(tf.nn.selu, [-1.0, 0.0, 1.0])
grad(tf.nn.relu6, [-1.0, 0.0, 3.0, 6.0, 7.0])
grad(tf.nn.gelu, [-1.0, 0.0, 1.0])
grad(lambda x: tf.nn.gelu(x, approximate=True), [-1.0, 0.0, 1.0])
grad(tf.nn.softplus, [0.0, 100.0, -100.0])
grad(tf.nn.swish, [-1.0, 0.0, 1.0])
grad(tf.nn.softsign, [-1.0, 0.0, 1.0])
grad(tf.nn.sigmoid, [1000.0, -1000.0, 0.0])
grad(tf.nn.sigmoid_cross_entropy_with_logits, [1.0, 0.0], [0.0, 1.0])
grad(lambda z: tf.nn.sigmoid_cross_entropy_with_logits([1.0, 0.0], z), [1000.0, 1000.0])
grad(tf.nn.softmax_cross_entropy_with_logits, [[0.0, 1.0]], [[1.0, 2.0]])
grad(lambda z: tf.nn.sparse_softmax_cross_entropy_with_logits([1], z), [[1.0, 2.0]])
grad(lambda z: tf.nn.softmax_cross_entropy_with_logits([[0.0, 1.0]], z), [[900.0, -900.0]])
grad(tf.nn.l2_loss, [3.0, 4.0])
grad(lambda x, y: tf.matmul(x, y), [[1.0, 2.0]], [[3.0], [4.0]])
grad(lambda x, y: tf.matmul(x, y, transpose_b=True), [[1.0, 2.0]], [[3.0, 4.0]])
grad(lambda x, y: tf.matmul(x, y, transpose_a=True), [[1.0], [2.0]], [[3.0], [4.0]])
grad(lambda x, y: x @ y, np.ones((2, 3, 4), "float32"), np.ones((4, 5), "float32"))
grad(lambda x, y: tf.tensordot(x, y, 1), [1.0, 2.0], [3.0, 4.0])
grad(lambda x, y: tf.einsum("ij,jk->ik", x, y), [[1.0, 2.0]], [[3.0], [4.0]])
grad(lambda x: tf.einsum("ii", x), [[1.0, 2.0], [3.0, 4.0]])
grad(tf.linalg.trace, [[1.0, 2.0], [3.0, 4.0]])
grad(lambda x, y: x * y, [[1.0], [2.0]], [3.0, 4.0])
grad(lambda x, y: x + y, [[1.0], [2.0]], [[3.0, 4.0]])
grad(lambda x, y: x / y, [[1.0], [2.0]], 4.0)
"""

SHAPES = """
grad(lambda x: tf.reshape(x, [2, 1]) * [[1.0], [2.0]], [3.0, 4.0])
grad(lambda x: tf.transpose(x) * [[1.0], [2.0]], [[3.0, 4.0]])
grad(lambda x: tf.expand_dims(x, 0) * [[1.0, 2.0]], [3.0, 4.0])
grad(lambda x: tf.squeeze(x) * [1.0, 2.0], [[3.0, 4.0]])
grad(lambda x, y: tf.concat([x, y], 0) * [1.0, 2.0, 3.0], [1.0], [2.0, 3.0])
grad(lambda x, y: tf.stack([x, y], 1) * [[1.0, 2.0]], [1.0], [2.0])
grad(lambda x: tf.unstack(x)[1], [1.0, 2.0])
grad(lambda x: tf.split(x, 2)[0] * 2.0, [1.0, 2.0])
grad(lambda x: tf.tile(x, [3]), [1.0, 2.0])
grad(lambda x: tf.pad(x, [[1, 1]]), [1.0, 2.0])
grad(lambda x: tf.pad(x, [[1, 1]], "REFLECT"), [1.0, 2.0, 3.0])
grad(lambda x: tf.broadcast_to(x, [3, 2]), [1.0, 2.0])
grad(lambda x: tf.repeat(x, 2), [1.0, 2.0])
grad(lambda x: tf.gather(x, [0, 0]), [1.0, 2.0])
grad(lambda x: tf.gather(x, [[1], [0]], axis=1), [[1.0, 2.0]])
grad(lambda x: tf.gather_nd(x, [[0], [0]]), [1.0, 2.0])
grad(lambda x: tf.boolean_mask(x, [True, False]), [1.0, 2.0])
grad(lambda x: x[0], [1.0, 2.0])
grad(lambda x: x[::-2], [1.0, 2.0, 3.0])
grad(lambda x: x[..., 0, tf.newaxis], [[1.0, 2.0], [3.0, 4.0]])
grad(lambda x: x[x > 1.5], [1.0, 2.0, 3.0])
grad(lambda x: tf.reverse(x, [0]) * [1.0, 2.0], [1.0, 2.0])
grad(lambda x: tf.roll(x, 1, 0) * [1.0, 2.0], [1.0, 2.0])
grad(lambda x: tf.scatter_nd([[1], [0]], x, [3]) * [1.0, 2.0, 3.0], [1.0, 2.0])
grad(lambda x: tf.linalg.diag(x) * 2.0, [1.0, 2.0])
grad(lambda x: sum(list(x)), [1.0, 2.0])
grad(lambda x: tf.add_n([x, x, x]), [1.0])
grad(lambda x: tf.linspace(x, 1.0, 3), 0.0)
grad(lambda x: tf.zeros_like(x) + tf.ones_like(x), [1.0])
grad(lambda x: tf.meshgrid(x, x)[0] * 2.0, [1.0, 2.0])
"""

CURVATURE = """
hess(lambda x: x**3, [2.0, -1.0])
hess(tf.exp, [0.5])
hess(tf.math.log, [0.5])
hess(tf.sin, [0.5])
hess(tf.tanh, [0.5])
hess(tf.sigmoid, [0.5])
hess(tf.nn.softplus, [0.5])
hess(tf.sqrt, [0.5])
hess(lambda x: 1 / x, [0.5])
hess(lambda x: tf.reduce_prod(x), [2.0, 3.0])
hess(lambda x: tf.nn.softmax(x) * [1.0, 2.0], [1.0, 2.0])
hess(lambda x: tf.nn.softmax_cross_entropy_with_logits([0.0, 1.0], x), [1.0, 2.0])
hess(lambda x: tf.nn.sparse_softmax_cross_entropy_with_logits([1], x), [[1.0, 2.0]])
hess(lambda x: tf.matmul(x, x), [[1.0, 2.0], [3.0, 4.0]])
hess(tf.nn.relu, [1.0])
hess(lambda x: tf.nn.elu(x), [-1.0])
hess(tf.norm, [3.0, 4.0])
hess(lambda x: tf.reduce_logsumexp(x), [1.0, 2.0])
hess(lambda x: tf.reduce_max(x) ** 2, [1.0, 2.0])
hess(tf.math.reduce_variance, [1.0, 2.0])
hess(lambda x: x[::2] ** 3, [1.0, 2.0, 3.0])
hess(lambda x: tf.maximum(x, 1.0) ** 2, [2.0])
hess(lambda x: tf.abs(x) ** 3, [-2.0])
hess(tf.nn.gelu, [0.5])
hess(tf.nn.swish, [0.5])
hess(tf.math.erf, [0.5])
"""


def second_order(tf):
    """The sum over the rows of the Hessian, by a tape within a tape."""

    def hess(function, start):
        x = tf.constant(start)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = function(x)
            first = inner.gradient(y, x)
        second = outer.gradient(first, x, unconnected_gradients="zero")
        return [first, second]

    return hess


def of_functions() -> list[str]:
    top = "abs add atan2 cos divide exp maximum minimum multiply negative pow sigmoid sin sqrt"
    top += " square subtract tan tanh asin acos atan sinh cosh"
    inputs = {
        SMOOTH: "[-0.7, 0.2, 1.3]",
        POSITIVE: "[0.2, 1.0, 3.0]",
        UNIT: "[-0.7, 0.2, 0.9]",
        BINARY: "[0.7, 2.0, 1.3], [1.5, 0.5, 2.0]",
    }
    lines = []
    for names, given in inputs.items():
        for name in names.split():
            path = f"tf.{name}" if name in top.split() else f"tf.math.{name}"
            lines.append(f"grad({path}, {given})")
    return lines


CASES = [
    *values("\n".join(of_functions()), rtol=3e-6),
    *values(EDGES, rtol=3e-6),
    *values(REDUCTIONS, rtol=3e-6),
    *values(NETWORKS, rtol=3e-6),
    *values(SHAPES),
    *values(CURVATURE, rtol=2e-5, atol=1e-6, hess=second_order),
]


@rows("gradients", CASES)
def test_gradients(case: Case | Fails) -> None:
    case.check()
