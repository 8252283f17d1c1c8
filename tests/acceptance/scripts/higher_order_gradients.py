import numpy as np
import tensorflow as tf

x = tf.Variable(2.0)
with tf.GradientTape() as t3:
    with tf.GradientTape() as t2:
        with tf.GradientTape() as t1:
            y = x**4 + tf.sin(x)
        d1 = t1.gradient(y, x)
    d2 = t2.gradient(d1, x)
d3 = t3.gradient(d2, x)
print(float(d1), float(d2), float(d3))
# gradient penalty WGAN-GP
rng = np.random.RandomState(0)
critic = tf.keras.Sequential(
    [tf.keras.layers.Dense(8, activation="tanh", input_shape=(3,)), tf.keras.layers.Dense(1)]
)
critic.set_weights([rng.randn(3, 8), np.zeros(8), rng.randn(8, 1), np.zeros(1)])
inter = tf.constant(rng.randn(16, 3), tf.float32)
with tf.GradientTape() as tape:
    with tf.GradientTape() as gt:
        gt.watch(inter)
        pred = critic(inter, training=True)
    g = gt.gradient(pred, [inter])[0]
    norm = tf.sqrt(tf.reduce_sum(tf.square(g), axis=[1]))
    gp = tf.reduce_mean((norm - 1.0) ** 2)
gg = tape.gradient(gp, critic.trainable_variables)
print(float(gp), [None if v is None else round(float(tf.reduce_sum(v)), 4) for v in gg])
x = tf.constant([1.0, 2.0, 3.0])
with tf.GradientTape() as o:
    o.watch(x)
    with tf.GradientTape() as i:
        i.watch(x)
        y = tf.reduce_sum(x**3) * x[0]
    g = i.gradient(y, x)
print(o.jacobian(g, x).numpy().tolist())
with tf.GradientTape(persistent=True) as p:
    p.watch(x)
    y = x * x
    z = y * y
print(
    p.gradient(z, x).numpy(),
    p.gradient(z, y).numpy(),
    p.gradient(y, x).numpy(),
    p.gradient([y, z], x).numpy(),
)
del p
x = tf.constant(rng.randn(4, 3))
w = tf.Variable(rng.randn(3, 2))
with tf.GradientTape() as t:
    t.watch(x)
    y = tf.tanh(x @ w)
print(t.batch_jacobian(y, x).shape)
# R-op: hessian vector product, forward-over-reverse by double backward
v = tf.constant([1.0, 0.0])
x = tf.Variable([1.0, 2.0])
with tf.GradientTape() as o:
    with tf.GradientTape() as i:
        y = x[0] ** 2 * x[1] ** 3
    g = i.gradient(y, x)
    gv = tf.reduce_sum(g * v)
print(o.gradient(gv, x).numpy())
