import numpy as np
import tensorflow as tf

x = tf.constant([-2.0, -0.5, 0.0, 0.5, 200.0, -200.0])
for n in "relu leaky_relu sigmoid tanh elu selu gelu softplus silu swish relu6 softsign".split():
    print(n, getattr(tf.nn, n)(x).numpy().round(4))
print(
    tf.nn.softmax([[1.0, 2.0], [1000.0, 0.0]]).numpy(), tf.nn.log_softmax([[1000.0, 0.0]]).numpy()
)
print(
    tf.nn.sigmoid_cross_entropy_with_logits(
        labels=[1.0, 0.0, 1.0], logits=[10.0, 10.0, -10.0]
    ).numpy(),
    tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=[1, 0], logits=[[1.0, 2.0], [3.0, 1000.0]]
    ).numpy(),
    tf.nn.l2_loss([3.0, 4.0]).numpy(),
    tf.nn.moments(tf.constant([[1.0, 2.0], [3.0, 4.0]]), [0])[1].numpy(),
    tf.nn.dropout(tf.ones(4), 0.0).numpy(),
    tf.nn.l2_normalize([3.0, 4.0]).numpy(),
    tf.nn.bias_add(tf.ones((2, 2)), [1.0, 2.0]).numpy().tolist(),
)
print(
    tf.math.divide_no_nan(1.0, 0.0).numpy(),
    tf.constant(1.0) / 0.0,
    tf.math.log(-1.0).numpy(),
    tf.sqrt(-1.0).numpy(),
    tf.constant(5) // tf.constant(-2),
    tf.constant(5) % tf.constant(-3),
    tf.math.floormod(-5, 3).numpy(),
    tf.truediv(5, 2),
    tf.pow(2, 10),
    tf.reduce_mean(tf.constant([1, 2])).numpy(),
)
print(
    tf.reduce_sum(tf.zeros((0, 3)), 0).numpy(),
    tf.reduce_mean(tf.zeros((0,))).numpy(),
    tf.reduce_max(tf.zeros((0,))).numpy(),
    tf.reduce_prod(tf.zeros((0,))).numpy(),
    tf.argmax([[1, 5, 5], [7, 0, 0]], 1).numpy(),
    tf.reduce_all([]).numpy(),
    tf.zeros((0, 3)) @ tf.zeros((3, 2)),
    tf.concat([tf.zeros((0, 2)), tf.ones((1, 2))], 0).numpy(),
)
n = float("nan")
i = float("inf")
print(
    tf.reduce_max([1.0, n]).numpy(),
    tf.maximum(n, 1.0).numpy(),
    tf.argmax([1.0, n, 3.0]).numpy(),
    tf.math.is_nan([n, 1.0]).numpy(),
    tf.nn.relu(n).numpy(),
    tf.clip_by_value([n, i], 0.0, 1.0).numpy(),
    tf.sign(n).numpy(),
    tf.round([0.5, 1.5, 2.5, -0.5]).numpy(),
    tf.cast([1.9, -1.9], tf.int32).numpy(),
    tf.cast(300, tf.uint8).numpy(),
    tf.reduce_logsumexp([i, 1.0]).numpy(),
    tf.reduce_logsumexp([-i, -i]).numpy(),
    tf.equal(n, n).numpy(),
    tf.sort([3.0, n, 1.0]).numpy(),
)
print(
    tf.linspace(0.0, 1.0, 5).numpy(),
    tf.range(3, 0, -1).numpy(),
    tf.range(0.0, 1.0, 0.25).numpy(),
    tf.eye(2, 3).numpy().tolist(),
    tf.fill([2], 7),
    tf.one_hot([0, 5, -1], 3).numpy().tolist(),
    tf.zeros_like([1, 2]),
    tf.linspace([0.0, 1.0], [1.0, 2.0], 3).shape,
)
print(
    tf.clip_by_norm([3.0, 4.0], 1.0).numpy(),
    [
        t.numpy().tolist()
        for t in tf.clip_by_global_norm([tf.constant([3.0]), tf.constant([4.0])], 1.0)[0]
    ],
    tf.norm([[3.0, 4.0]], axis=1).numpy(),
    tf.norm([1.0, -2.0], ord=1).numpy(),
    tf.norm([1.0, -2.0], ord=np.inf).numpy(),
    tf.math.cumsum([1, 2, 3], exclusive=True).numpy(),
    tf.math.squared_difference(3.0, 1.0).numpy(),
    tf.add_n([1.0, 2.0]).numpy(),
    tf.math.reduce_euclidean_norm([3.0, 4.0]).numpy(),
)
try:
    tf.constant(1) + tf.constant(1.0)
except Exception:
    print("mixed error")
try:
    tf.ones((2, 3)) @ tf.ones((2, 3))
except Exception:
    print("shape error")
print(
    tf.constant(3) + 1,
    1.5 + tf.constant(1.0),
    tf.constant([1, 2]) * np.int32(2),
    tf.constant(1.0) * np.ones(2, np.float32),
    np.ones(2, np.float32) * tf.constant(2.0),
    tf.constant(2) ** 3,
)
print(tf.math.erf(0.5).numpy(), tf.math.polyval([1.0, 2.0, 3.0], 2.0).numpy())
