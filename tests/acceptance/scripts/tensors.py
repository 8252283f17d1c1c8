import numpy as np
import tensorflow as tf

print(tf.executing_eagerly(), tf.__version__ > "", tf.constant([[1.0, 2.0], [3.0, 4.0]]))
x = tf.constant([[1, 2], [3, 4]])
for row in x:
    print(row.numpy())
a, b = x
print(a, b)
print(
    len(x),
    x.shape[0],
    x.shape[-1],
    x.shape.as_list(),
    tuple(x.shape),
    x.ndim,
    x.dtype.name,
    x.dtype == tf.int32,
    x.dtype == "int32",
    x.device != "",
    x.shape == (2, 2),
    x.shape == [2, 2],
    x.shape.num_elements(),
)
print(
    int(tf.constant(3)),
    float(tf.constant(2.5)),
    bool(tf.constant(True)),
    tf.constant(3).__index__(),
    [1, 2, 3][tf.constant(1)],
    "%d %s %.2f" % (tf.constant(3), tf.constant(4), tf.constant(1.5)),
    f"{tf.constant(2.5):.1f}",
    round(float(tf.constant(2.567)), 1),
)
print(
    np.sum(x),
    np.asarray(x),
    x.numpy().T.tolist(),
    np.mean(tf.constant([1.0, 2.0])),
    np.dot(x, x).tolist(),
    np.concatenate([x, x]).shape,
    tf.constant(np.float64(3)).dtype,
    tf.constant(np.arange(3)).dtype,
    tf.constant(3.0, tf.float64) * 2,
)
try:
    if tf.constant([1, 2]) > 0:
        pass
except ValueError:
    print("ambiguous")
try:
    hash(x)
except TypeError:
    print("unhashable")
print(
    tf.constant(1) == 1,
    tf.constant([1, 2]) == tf.constant([1, 3]),
    tf.constant(1) != 2,
    tf.constant([1]) == None,
    x is x,
)
print(
    tf.shape(x),
    tf.shape(x)[0],
    tf.size(x),
    tf.rank(x),
    tf.reshape(x, [-1]),
    tf.transpose(x),
    tf.cast(x, "float32") / 2,
    tf.expand_dims(x, -1).shape,
    tf.squeeze(tf.ones((1, 2, 1))).shape,
    tf.broadcast_to([1, 2], [2, 2]),
)
with tf.device("/CPU:0"):
    y = tf.ones(2)
print(
    tf.constant(123456789, dtype=tf.int16),
    tf.float32.max > 1e38,
    tf.int8.min,
    tf.as_dtype("float64"),
    tf.double,
    tf.constant(1, tf.half),
)
print(
    tf.constant([1.0, 1e-8, 1e10]),
    tf.constant([[[0.1]]]),
    tf.constant([]),
    tf.constant(float("nan")),
    tf.constant([True]),
    tf.range(1000)[:3],
    tf.ones((1000,)),
)
print(
    tf.convert_to_tensor([tf.constant(1.0), 2.0]),
    tf.stack([1, tf.constant(2)]),
    tf.constant([[1], [2]]) + [10, 20],
)
try:
    x[0] = 1
except TypeError:
    print("TypeError")
try:
    tf.constant([1, [2, 3]])
except ValueError:
    print("ValueError")
