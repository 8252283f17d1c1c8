import tensorflow as tf


@tf.custom_gradient
def clip_grad(x):
    y = tf.identity(x)

    def backward(dy):
        return tf.clip_by_norm(dy, 0.5)

    return y, backward


v = tf.Variable(2.0)
with tf.GradientTape() as t:
    out = clip_grad(v * v)
print(t.gradient(out, v).numpy())


@tf.custom_gradient
def sign_ste(x):
    return tf.sign(x), lambda dy: dy


x = tf.constant([0.3, -2.0])
with tf.GradientTape() as t:
    t.watch(x)
    y = tf.reduce_sum(sign_ste(x) * [1.0, 2.0])
print(t.gradient(y, x).numpy())


@tf.custom_gradient
def two(a, b):
    def g(da):
        return da * b, da * a * 10

    return a * b, g


a, b = tf.constant(3.0), tf.constant(4.0)
with tf.GradientTape() as t:
    t.watch([a, b])
    y = two(a, b)
print([float(v) for v in t.gradient(y, [a, b])])
with tf.GradientTape() as t2:
    t2.watch(x)
    with tf.GradientTape() as t1:
        t1.watch(x)
        y = tf.reduce_sum(sign_ste(x * x) * x)
    g = t1.gradient(y, x)
print(g.numpy(), t2.gradient(g, x).numpy())
print(tf.stop_gradient(x).numpy(), tf.round(x).numpy())


@tf.custom_gradient
def multi(x):
    def g(d1, d2):
        return d1 * 2 + d2 * 3

    return (x, x * x), g


with tf.GradientTape() as t:
    t.watch(x)
    p, q = multi(x)
    l = tf.reduce_sum(p) + tf.reduce_sum(q * 5)
print(t.gradient(l, x).numpy())
