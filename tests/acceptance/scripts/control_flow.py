import numpy as np
import tensorflow as tf

print(
    tf.cond(tf.constant(True), lambda: tf.constant(1), lambda: tf.constant(2)),
    tf.while_loop(lambda i: i < 5, lambda i: [i + 1], [tf.constant(0)])[0].numpy(),
    tf.map_fn(lambda v: v * 2, tf.constant([1, 2])).numpy(),
    tf.py_function(lambda a: a.numpy() + 1, [tf.constant(2.0)], tf.float32).numpy(),
)
x = tf.Variable(3.0)
with tf.GradientTape() as t:
    y = tf.cond(x > 2, lambda: x * x, lambda: x)
    i, z = tf.while_loop(
        lambda i, z: i < 3, lambda i, z: (i + 1, z * x), (tf.constant(0), tf.constant(1.0))
    )
print(t.gradient([y, z], x).numpy())
with tf.GradientTape() as t:
    f = tf.constant(1.0)
    for k in tf.range(1, 4):
        f = f * x * tf.cast(k, tf.float32)
print(t.gradient(f, x).numpy(), float(f))
tf.debugging.assert_equal(tf.constant(1), 1)
try:
    tf.debugging.assert_less(tf.constant([1, 5]), 3)
except tf.errors.InvalidArgumentError:
    print("InvalidArgumentError")
try:
    tf.debugging.check_numerics(tf.constant([1.0, float("nan")]), "msg").numpy()
except Exception as e:
    print("check_numerics", "msg" in str(e))
try:
    tf.reshape(tf.range(6), (4, 2))
except tf.errors.InvalidArgumentError:
    print("reshape")
try:
    tf.gather([1, 2], 5).numpy()
except tf.errors.InvalidArgumentError:
    print("gather")
print(
    tf.math.top_k([1.0, 5.0, 3.0], 2).values.numpy(),
    tf.nn.top_k([1.0, 5.0], 1)[1].numpy(),
    tf.math.count_nonzero([0, 1, 2]).numpy(),
    tf.math.reduce_mean([[1.0, 2.0]], axis=[0, 1]).numpy(),
    tf.math.add_n([[1.0], [2.0]]).numpy(),
)
print(
    tf.TensorShape([None, 2]).as_list(),
    tf.TensorShape([2]).concatenate([3]),
    tf.TensorSpec([2], tf.float32),
    tf.ones(3).shape.is_fully_defined(),
)
g = tf.random.Generator.from_seed(3)
print(g.normal([2]).shape, g.uniform([2], 0, 10, tf.int64).dtype)
a = np.array([[1, 2], [3, 4]], np.float32)
print(
    (tf.constant(a) @ a).numpy().tolist(),
    (a @ tf.constant(a)).numpy().tolist(),
    (a * tf.constant(2.0)).numpy().tolist(),
    (tf.constant(a) > 2).numpy().tolist(),
    np.add(tf.constant(a), 1).tolist(),
)
