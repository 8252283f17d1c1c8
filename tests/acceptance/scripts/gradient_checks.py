import numpy as np
import tensorflow as tf

fs = [
    lambda x: tf.reduce_sum(tf.sin(x) * tf.exp(-x)),
    lambda x: tf.reduce_logsumexp(x),
    lambda x: tf.reduce_prod(x + 2),
    lambda x: tf.norm(x),
    lambda x: tf.reduce_max(x),
    lambda x: tf.math.reduce_std(x),
    lambda x: tf.reduce_sum(tf.nn.softmax(x) ** 2),
    lambda x: tf.reduce_sum(tf.cumsum(x) ** 2),
    lambda x: tf.reduce_sum(tf.nn.selu(x) + tf.nn.gelu(x) + tf.nn.elu(x)),
    lambda x: tf.reduce_sum(tf.math.atan2(x, 2.0 + x * x)),
    lambda x: tf.reduce_sum(tf.sort(x) * [1.0, 2.0, 3.0, 4.0]),
    lambda x: tf.math.reduce_variance(x),
    lambda x: tf.reduce_sum(tf.gather(x, [0, 0, 3]) ** 2),
    lambda x: tf.reduce_sum(tf.pad(x[1:3], [[1, 1]]) ** 3),
    lambda x: tf.reduce_sum(tf.where(x > 0, x**2, x**3)),
    lambda x: tf.einsum("i,i->", x, x),
    lambda x: tf.reduce_sum(tf.linalg.diag(x) @ tf.ones((4, 1), tf.float64)),
    lambda x: tf.reduce_sum(x**3.0),
]
x0 = np.array([0.3, -1.2, 2.1, 0.7])
for i, f in enumerate(fs):
    x = tf.Variable(x0)
    with tf.GradientTape() as t:
        y = f(x)
    g = tf.convert_to_tensor(t.gradient(y, x)).numpy()
    n = np.array(
        [
            (float(f(tf.constant(x0 + 1e-6 * e))) - float(f(tf.constant(x0 - 1e-6 * e)))) / 2e-6
            for e in np.eye(4)
        ]
    )
    print(i, np.allclose(g, n, atol=1e-5), g.round(5).tolist())
