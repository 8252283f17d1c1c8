import numpy as np
import tensorflow as tf

x = np.arange(20, dtype="float32").reshape(10, 2)
y = np.arange(10) % 3


def prep(a, b):
    return tf.cast(a, tf.float32) / 255.0, tf.one_hot(b, depth=3)


ds = (
    tf.data.Dataset.from_tensor_slices((x, y))
    .map(prep, num_parallel_calls=tf.data.AUTOTUNE)
    .batch(4)
    .prefetch(tf.data.experimental.AUTOTUNE)
)
print(ds.element_spec)
print(len(ds), ds.cardinality().numpy())
for step, (a, b) in enumerate(ds):
    print(step, a.shape, b.shape, float(tf.reduce_sum(a)))
it = iter(ds)
a, b = next(it)
print(a.numpy().tolist(), b.numpy().tolist())
sh = tf.data.Dataset.range(10).shuffle(10, seed=1).batch(3, drop_remainder=True)
seen = sorted(int(v) for bt in sh for v in bt)
print(len(seen), len(set(seen)))


def sq(v):
    return v * v


def even(u):
    return u % 2 == 0


print([int(v) for v in tf.data.Dataset.range(5).map(sq).filter(even).as_numpy_iterator()])


def gen():
    for i in range(3):
        yield i, [i] * i


d = tf.data.Dataset.from_generator(
    gen, output_signature=(tf.TensorSpec((), tf.int32), tf.TensorSpec((None,), tf.int32))
)
for i, l in d:
    print(i.numpy(), l.numpy())
z = tf.data.Dataset.zip((tf.data.Dataset.range(3), tf.data.Dataset.range(10, 13)))
print([(int(a), int(b)) for a, b in z])
print([(int(i), int(v)) for i, v in tf.data.Dataset.range(5, 8).enumerate()])
print(
    list(tf.data.Dataset.range(6).batch(2).unbatch().skip(1).take(3).repeat(2).as_numpy_iterator())
)
d = tf.data.Dataset.from_tensor_slices({"a": [1, 2], "b": [[1.0], [2.0]]})
for e in d:
    print(e["a"].numpy(), e["b"].numpy())
print(d.element_spec)
c = tf.data.Dataset.range(3).concatenate(tf.data.Dataset.range(7, 9)).cache()
print(list(c.as_numpy_iterator()), list(c.as_numpy_iterator()))
print(tf.data.Dataset.range(3).repeat().cardinality().numpy(), tf.data.INFINITE_CARDINALITY)
print(tf.data.Dataset.range(10).reduce(np.int64(0), lambda s, v: s + v).numpy())
w = tf.data.Dataset.from_tensors([1, 2, 3])
print(next(iter(w)))
try:
    for a, b in tf.data.Dataset.from_tensor_slices((np.zeros((3, 2)), np.zeros((4,)))):
        pass
except Exception as e:
    print(type(e).__name__ in ("ValueError", "InvalidArgumentError", "ShapeError"))
