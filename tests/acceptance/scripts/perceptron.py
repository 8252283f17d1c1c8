import tensorflow as tf


def train(data, epochs=20):
    w = tf.Variable(tf.zeros([2]), dtype=tf.float32)
    b = tf.Variable(0.0)
    for e in range(epochs):
        errors = 0
        for xi, t in data:
            xi = tf.constant(xi, tf.float32)
            o = 1 if tf.tensordot(w, xi, 1) + b > 0 else 0
            if o != t:
                errors += 1
                w.assign_add((t - o) * xi)
                b.assign_add(float(t - o))
        if not errors:
            return e, w.numpy().tolist(), float(b)
    return None


X = [(0, 0), (0, 1), (1, 0), (1, 1)]
print("AND", train(list(zip(X, [0, 0, 0, 1]))))
print("OR", train(list(zip(X, [0, 1, 1, 1]))))
print("XOR", train(list(zip(X, [0, 1, 1, 0]))))
step = tf.cast(tf.constant([-1.0, 0.0, 2.0]) >= 0, tf.int32)
print(step, tf.sign([-2.0, 0.0, 3.0]).numpy())
