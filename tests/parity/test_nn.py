"""tf.nn: activations, softmax, cross-entropies from logits."""

from __future__ import annotations

from tests.parity.support import Case, Fails, failures, rows, values

SHARED = {
    "x": lambda tf: tf.constant([-3.0, -1.0, -0.1, 0.0, 0.1, 1.0, 3.0]),
    "z": lambda tf: tf.constant([[1.0, 2.0, -1.0], [0.5, -0.5, 3.0]]),
    "y": lambda tf: tf.constant([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
    "big": lambda tf: tf.constant([[1000.0, 0.0, -1000.0]]),
}

ACTIVATIONS = "relu relu6 elu selu gelu swish silu softplus softsign sigmoid tanh leaky_relu crelu"

VALUES = """
tf.nn.relu([-1, 1])
tf.nn.relu(c([-1.0, float("nan")]))
tf.nn.leaky_relu(x, alpha=0.1)
tf.nn.leaky_relu([-1, 2])
tf.nn.gelu(x, approximate=True)
tf.nn.softmax(z)
tf.nn.softmax(z, axis=0)
tf.nn.softmax(big)
tf.nn.softmax([1000.0, 0.0, -np.inf])
tf.nn.softmax(logits=z, axis=-1)
tf.nn.softmax(tf.zeros([0, 3]))
tf.nn.softmax(tf.ones([2, 3, 4]), axis=1)
tf.nn.log_softmax(z)
tf.nn.log_softmax(big)
tf.nn.log_softmax(z, axis=0)
tf.nn.elu([-1000.0])
tf.nn.l2_loss([3.0, 4.0])
tf.nn.l2_normalize([3.0, 4.0])
tf.nn.bias_add([[1.0, 2.0]], [1.0, 1.0])
tf.nn.zero_fraction([0.0, 1.0])
tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0, 0.0], logits=[1000.0, 1000.0])
tf.nn.sigmoid_cross_entropy_with_logits(y, z)
tf.nn.softmax_cross_entropy_with_logits(y, z)
tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=z * 500.0)
tf.nn.softmax_cross_entropy_with_logits(labels=[[0, 1]], logits=[[1.0, 2.0]])
tf.nn.softmax_cross_entropy_with_logits(labels=[1, 0], logits=[1.0, 2.0])
tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=z, axis=0)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1, 0], logits=z)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=c([1, 2], tf.int64), logits=z)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=c(1), logits=c([1.0, 2.0]))
tf.nn.weighted_cross_entropy_with_logits([1.0, 0.0], [1.0, 1.0], 2.0)
tf.nn.dropout(c([1.0, 2.0]), 0.0)
tf.nn.dropout(tf.ones([1000]), 0.5).numpy().max()
tf.nn.dropout(tf.ones([4, 4]), rate=0.3).shape
tf.nn.embedding_lookup(c([[1.0], [2.0]]), [1, 0])
tf.nn.in_top_k([1], [[0.1, 0.9]], 1)
tf.nn.moments(z, [0])
tf.sigmoid(0.5)
tf.tanh(0.5)
tf.nn.relu(v([-1.0, 1.0]))
tf.nn.tanh(c([0.5], tf.float64))
"""

ERRORS = """
tf.nn.relu([True])
tf.nn.relu("a")
tf.nn.softmax([1, 2])
tf.nn.softmax(1.0)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2, 3], logits=z)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[-1, 0], logits=z)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1.0, 0.0], logits=z)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1, 0, 0], logits=z)
tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0], logits=[1.0, 2.0])
tf.nn.dropout(tf.ones([4]), 1.5)
tf.nn.dropout(tf.ones([4]), 1.0)
tf.nn.dropout(tf.ones([4]), -0.1)
"""

CASES = [
    *values("\n".join(f"tf.nn.{name}(x)" for name in ACTIVATIONS.split()), rtol=3e-6, **SHARED),
    *values(VALUES, rtol=3e-6, **SHARED),
    *failures(ERRORS, **SHARED),
]


@rows("nn", CASES)
def test_nn(case: Case | Fails) -> None:
    case.check()
