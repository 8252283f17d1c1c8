import numpy as np
import tensorflow as tf

a = tf.Variable(3)
b = tf.Variable([1.5, 2.5], name="b")
c = tf.Variable([[1, 2], [3, 4]], dtype=tf.float64, trainable=False)
s = tf.Variable("hello")
k = tf.Variable([True, False])
d = tf.Variable(lambda: tf.ones((2, 2)))
for v in (a, b, c, s, k, d):
    print(v)
    print(v.name, v.shape, v.dtype, v.trainable)
print(a + 1, b * 2, c @ c, k & True, s.numpy())
old = b.read_value()
b.assign([5, 6])
print(old.numpy(), b.numpy(), b.value().numpy())
print(b.assign_add([1, 1]).numpy(), b.assign_sub([2.0, 2.0]).numpy())
b[0].assign(9.0)
print(b.numpy())
c[1, :].assign([7.0, 8.0])
print(c.numpy().tolist())
for bad in [
    lambda: b.assign([1.0, 2.0, 3.0]),
    lambda: a.assign(1.5),
    lambda: tf.Variable(),
    lambda: b.assign("x"),
]:
    try:
        bad()
        print("no error")
    except Exception:
        print("error")
print(
    [float(v) for v in b],
    b[0] > 1,
    -b,
    abs(tf.Variable(-1.0)),
    2 ** tf.Variable(3.0),
    tf.Variable(7) // 2,
    tf.Variable(7) % 4,
    1 / tf.Variable(4.0),
)
print(
    tf.reduce_sum(b).numpy(),
    np.array(b),
    b.numpy().dtype,
    tf.is_tensor(b),
    isinstance(b, tf.Variable),
)
x = tf.Variable(5.0)
try:
    x += 1.0
    print("iadd ok")
except Exception as e:
    print(isinstance(e, RuntimeError))
v = tf.Variable(np.arange(6).reshape(2, 3))
print(v.dtype, v.shape.as_list(), v.get_shape(), v.shape.rank)
import copy

w = copy.deepcopy(v)
w.assign(w * 0)
print(v.numpy().sum())
print(tf.Variable(1.0) == tf.Variable(1.0), bool(tf.Variable(2.0) > 1.0), {v.ref(): 1}[v.ref()])
z = tf.Variable(tf.zeros([2]), constraint=lambda t: tf.clip_by_value(t, 0, 1))
print(z.constraint is not None)
print(
    tf.convert_to_tensor(v).dtype,
    tf.cast(v, tf.float32).numpy().tolist(),
    tf.Variable(1, dtype="float32").dtype,
    tf.Variable(0.0, shape=()).shape,
)
