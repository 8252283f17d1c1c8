import numpy as np
import tensorflow as tf

x = np.random.RandomState(0).rand(50, 4).astype("float32")
y = (x.sum(1) > 2).astype("int64")
ds = tf.data.Dataset.from_tensor_slices((x, y))
train = ds.take(40).shuffle(100).batch(8).repeat()
val = ds.skip(40).batch(5)
m = tf.keras.Sequential([tf.keras.layers.Dense(2, activation="softmax")])
m.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
h = m.fit(train, epochs=2, steps_per_epoch=5, validation_data=val, verbose=0)
print(sorted(h.history), m.predict(val, verbose=0).shape, len(m.evaluate(val, verbose=0)))
print(m.predict(ds.batch(7).map(lambda a, b: a), verbose=0).shape)
w = ds.map(lambda a, b: (a, b, tf.where(b == 1, 2.0, 1.0))).batch(10)
print(len(m.fit(w, verbose=0).history["loss"]))
b = ds.batch(20)
print([int(tf.reduce_sum(l)) for _, l in b])
print(tf.data.experimental.cardinality(b).numpy(), b.element_spec[0].shape)
s = tf.data.Dataset.from_tensor_slices([1, 2, 3, 4]).shuffle(4).repeat(2).batch(3)
print(sorted(int(v) for q in s for v in q), [len(q) for q in s])
print(
    [
        v.numpy().tolist()
        for v in tf.data.Dataset.range(7)
        .window(3, drop_remainder=True)
        .flat_map(lambda w: w.batch(3))
    ]
)
print(
    [
        v.numpy().tolist()
        for v in tf.data.Dataset.from_tensor_slices([[1, 2], [3, 4]]).interleave(
            lambda r: tf.data.Dataset.from_tensor_slices(r)
        )
    ]
)
it = iter(tf.data.Dataset.range(2))
print(next(it).numpy(), next(it).numpy(), next(it, "end"))
d = tf.data.Dataset.from_generator(
    lambda: ((i, float(i)) for i in range(3)),
    output_types=(tf.int32, tf.float32),
    output_shapes=((), ()),
)
print([(int(a), float(b)) for a, b in d], d.element_spec)
calls = []


def load(v):
    calls.append(1)
    return v


p = tf.data.Dataset.range(3).map(lambda v: tf.py_function(lambda z: load(z), [v], tf.int64)).cache()
list(p)
list(p)
print(len(calls))
