import numpy as np
import tensorflow as tf


def draw():
    return [
        tf.random.normal((3,)).numpy(),
        tf.random.uniform((3,), maxval=10, dtype=tf.int32).numpy(),
        tf.random.truncated_normal((3,)).numpy(),
        tf.random.shuffle(tf.range(10)).numpy(),
    ]


tf.random.set_seed(5)
a = draw()
tf.random.set_seed(5)
b = draw()
c = draw()
print(
    all(np.array_equal(p, q) for p, q in zip(a, b)),
    any(np.array_equal(p, q) for p, q in zip(a[:1], c[:1])),
)
g = tf.random.Generator.from_seed(1)
u = g.normal((2, 2))
g2 = tf.random.Generator.from_seed(1)
print(
    np.array_equal(u, g2.normal((2, 2))),
    u.shape,
    g.uniform((2,), minval=0, maxval=5, dtype=tf.int32).dtype,
)
print(
    np.array_equal(
        tf.random.stateless_normal((2,), seed=(1, 2)), tf.random.stateless_normal((2,), seed=[1, 2])
    )
)


def train():
    tf.keras.utils.set_random_seed(3)
    x = np.random.randn(50, 4).astype("float32")
    y = x.sum(1)
    m = tf.keras.Sequential(
        [
            tf.keras.layers.Dense(8, activation="relu"),
            tf.keras.layers.Dropout(0.3),
            tf.keras.layers.Dense(1),
        ]
    )
    m.compile("adam", "mse")
    return m.fit(x, y, epochs=3, batch_size=16, verbose=0).history["loss"]


print(train() == train())
tf.random.set_seed(9)
l1 = tf.keras.layers.Dense(3)
l1.build((None, 2))
tf.random.set_seed(9)
l2 = tf.keras.layers.Dense(3)
l2.build((None, 2))
i = tf.keras.initializers.GlorotUniform(seed=1)
j = tf.keras.initializers.GlorotUniform(seed=1)
print(np.array_equal(i((3, 3)), j((3, 3))))
n = tf.random.normal((20000,), 3.0, 2.0)
print(abs(float(tf.reduce_mean(n)) - 3) < 0.1, abs(float(tf.math.reduce_std(n)) - 2) < 0.1)
print(
    tf.reduce_max(tf.abs(tf.random.truncated_normal((5000,)))).numpy() <= 2.0,
    tf.random.uniform(()).shape,
    tf.random.normal([2], seed=4).shape,
    tf.random.categorical(tf.math.log([[0.5, 0.5]]), 5).shape,
)
s = [int(v) for v in tf.data.Dataset.range(20).shuffle(20, seed=2, reshuffle_each_iteration=False)]
ds = tf.data.Dataset.range(20).shuffle(20, seed=2, reshuffle_each_iteration=False)
print([int(v) for v in ds] == [int(v) for v in ds], s == [int(v) for v in ds])
r = tf.data.Dataset.range(20).shuffle(20, seed=2)
print([int(v) for v in r] != [int(v) for v in r])
