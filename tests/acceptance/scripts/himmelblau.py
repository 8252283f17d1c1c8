import tensorflow as tf


def himmelblau(x):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


for init in ([4.0, 0.0], [1.0, 0.0], [-4.0, 0.0], [4.0, -2.0]):
    x = tf.constant(init)
    for step in range(200):
        with tf.GradientTape() as tape:
            tape.watch([x])
            y = himmelblau(x)
        grads = tape.gradient(y, [x])[0]
        x -= 0.01 * grads
    print("x = {}, f(x) = {:.4f}".format(x.numpy().round(3), y.numpy()))
v = tf.Variable([4.0, 0.0])
opt = tf.keras.optimizers.Adam(0.1)
for _ in range(50):
    with tf.GradientTape() as t:
        l = himmelblau(v)
    opt.apply_gradients(zip(t.gradient(l, [v]), [v]))
print(v.numpy(), float(l))
