import numpy as np
import tensorflow as tf

x = tf.Variable(2.0)
c = tf.constant(3.0)
with tf.GradientTape() as t:
    y = x * x
    with t.stop_recording():
        z = x * 100.0
    w = y * z
print(t.gradient(w, x).numpy())
with tf.GradientTape(watch_accessed_variables=False) as t:
    t.watch(c)
    y = x * c
print(t.gradient(y, [x, c]))
with tf.GradientTape() as t:
    y = {"a": x * 2, "b": [x**2]}
print(t.gradient(y, {"x": x, "n": (c, x)}))
with tf.GradientTape() as t:
    t.watch(c)
    y = tf.stack([x * c, x + c])
print([g.numpy() for g in t.gradient(y, [x, c], output_gradients=tf.constant([1.0, 10.0]))])
with tf.GradientTape() as t:
    y = x * 2
print(t.gradient(y, c, unconnected_gradients="zero"), t.watched_variables()[0].numpy())
with tf.GradientTape() as t:
    y = x * x
    t.reset()
    y = x * 3
print(t.gradient(y, x).numpy())
try:
    t.gradient(y, x)
    print("no")
except RuntimeError:
    print("RuntimeError")
with tf.GradientTape(persistent=True) as t:
    t.watch(c)
    for i in range(3):
        c2 = c * c if i == 0 else c2 * c  # noqa: F821
print(t.gradient(c2, c).numpy(), t.jacobian(c2, c).numpy())
with tf.GradientTape() as t:
    v = tf.Variable(1.0)
    v.assign(x * 2)
    y = v * 3
print(t.gradient(y, x))
with tf.GradientTape() as t:
    a = x * x
    x.assign(5.0)
    b = x * x
    y = a + b
print(t.gradient(y, x).numpy())
with tf.GradientTape() as t:
    y = x * tf.constant(np.float32(2.0)) * x.numpy()
print(t.gradient(y, x).numpy())
with tf.GradientTape() as t:
    y = tf.where(x > 0, tf.sqrt(x), tf.zeros([]))
    z = tf.minimum(x, 5.0) + tf.maximum(x, 5.0) + tf.abs(x - 5.0) + tf.nn.relu(x - 5.0)
print(t.gradient([y, z], x).numpy())
e = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
with tf.GradientTape(persistent=True) as t:
    m = tf.reduce_max(e)
    tied = tf.reduce_max(tf.ones_like(e) * tf.reduce_mean(e))
    p = tf.reduce_prod(e * [0.0, 1.0])
    n = tf.norm(e * 0.0)
    s = tf.sqrt(tf.reduce_sum(e * 0.0))
    l = tf.math.divide_no_nan(e, [[0.0, 1.0], [1.0, 0.0]])
    q = tf.clip_by_value(e, 2.0, 3.0)
    sg = tf.sign(e)
    fl = tf.floor(e)
    dv = tf.math.floordiv(e, 2.0)
    md = tf.math.floormod(e, 1.5)
    po = tf.pow(e - 1.0, 2.0)
    po2 = tf.pow(2.0, e)
    po3 = (e * 0.0) ** e
for name, out in dict(
    m=m, tied=tied, p=p, n=n, s=s, l=l, q=q, sg=sg, fl=fl, dv=dv, md=md, po=po, po2=po2, po3=po3
).items():
    g = t.gradient(out, e)
    print(name, None if g is None else g.numpy().round(4).tolist())
