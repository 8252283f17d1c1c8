"""tf.data: elements, order, element_spec, cardinality, printing, errors."""

from __future__ import annotations

import numpy as np

from tests.parity.support import Case, Fails, add_to, failures, rows, values

SHARED = {
    "D": lambda tf: tf.data.Dataset,
    "items": lambda _: lambda dataset: list(dataset.as_numpy_iterator()),
    "xy": lambda tf: tf.data.Dataset.from_tensor_slices(
        (np.arange(14.0).reshape(7, 2), np.arange(7))
    ),
    "r": lambda tf: tf.data.Dataset.range(5),
}

ELEMENTS = """
items(D.from_tensor_slices([1, 2, 3]))
list(D.from_tensor_slices([1.0, 2.0]))
items(D.from_tensor_slices({"a": [1, 2], "b": [[1.0], [2.0]]}))
items(D.from_tensor_slices(([1, 2], {"x": [3, 4]})))
items(D.from_tensor_slices((c([1, 2]), c(["a", "b"]))))
items(D.from_tensor_slices(["a", "b"]))
items(D.from_tensor_slices([[1, 2], [3, 4]]))
items(D.from_tensor_slices(np.arange(3)))
items(D.from_tensor_slices([]))
items(D.from_tensors([1, 2]))
items(D.from_tensors((1, [2.0])))
items(r)
items(D.range(2, 8, 2))
items(D.range(5, 0, -2))
items(D.range(0))
items(D.range(3, output_type=tf.int32))
items(xy)
items(xy.batch(3))
items(xy.batch(3, drop_remainder=True))
items(xy.batch(10))
items(r.batch(2).batch(2))
items(r.batch(2).unbatch())
items(xy.batch(4).unbatch())
items(r.map(lambda x: x * 2))
items(r.map(lambda x: (x, x * 2)))
items(r.map(lambda x: {"a": x}))
items(r.map(lambda x: x + 1, num_parallel_calls=tf.data.AUTOTUNE))
items(xy.map(lambda x, y: (x / 2.0, tf.one_hot(y, 3))))
items(xy.map(lambda x, y: y))
items(xy.batch(3).map(lambda x, y: (tf.reduce_sum(x), y[0])))
items(r.map(lambda x: tf.cast(x, tf.float32) / 255.0))
items(r.map(lambda x: 1))
items(r.filter(lambda x: x % 2 == 0))
items(xy.filter(lambda x, y: y > 3))
items(r.repeat(2))
len(r.repeat(3).batch(4))
items(r.repeat().take(7))
items(r.batch(2).repeat(2))
items(r.repeat(2).batch(4))
items(r.repeat(0))
items(r.take(2))
items(r.take(-1))
items(r.take(0))
items(r.take(100))
items(r.skip(2))
items(r.skip(-1))
items(r.skip(100))
items(r.concatenate(D.range(2)))
items(r.enumerate())
items(r.enumerate(start=5))
items(xy.enumerate())
items(D.zip((D.range(2), D.range(2, 4))))
items(D.zip(D.range(3), D.range(5)))
items(D.zip({"a": D.range(2), "b": D.range(2)}))
items(D.zip((D.range(2), (D.range(2), D.range(3)))))
items(r.prefetch(2))
items(r.prefetch(tf.data.AUTOTUNE))
items(r.cache())
items(r.shuffle(1))
sorted(items(r.shuffle(5, seed=1)))
sorted(items(xy.shuffle(100).map(lambda x, y: y)))
len(items(r.shuffle(3).repeat(2)))
items(r.apply(lambda d: d.batch(2)))
items(r.shard(2, 0))
items(r.shard(2, 1))
items(r.take_while(lambda x: x < 2))
items(r.flat_map(lambda x: D.from_tensors(x).repeat(2)))
items(r.interleave(lambda x: D.from_tensors(x).repeat(2), cycle_length=2))
items(D.from_tensor_slices([1, 2, 3]).padded_batch(2))
r.reduce(np.int64(0), lambda state, x: state + x)
D.from_tensors(5).get_single_element()
list(r.batch(3))
[int(x) for x in r]
next(iter(r))
next(iter(xy))
[y for x, y in xy.take(2)]
[(i, int(x)) for i, x in enumerate(r)]
items(xy.skip(2).take(3).batch(2).map(lambda x, y: (x + 1.0, y)))
items(xy.take(4).cache().repeat(2).batch(3))
max(x - i for i, x in enumerate(items(D.range(100).shuffle(10)))) <= 9
sorted(items(D.range(100).shuffle(10))) == list(range(100))
"""

SPECS = """
r.element_spec
xy.element_spec
xy.batch(3).element_spec
xy.batch(3, drop_remainder=True).element_spec
xy.batch(3).unbatch().element_spec
D.from_tensor_slices({"a": [1, 2], "b": [[1.0], [2.0]]}).element_spec
D.from_tensors([1, 2]).element_spec
D.from_tensor_slices(range(3)).element_spec
D.from_tensor_slices(["a"]).element_spec
r.map(lambda x: {"a": x}).element_spec
r.map(lambda x: (x, tf.cast(x, tf.float32))).element_spec
r.map(lambda x: 1).element_spec
r.batch(2).map(lambda x: tf.reduce_sum(x)).element_spec
r.enumerate().element_spec
D.zip((D.range(2), D.range(3))).element_spec
r.filter(lambda x: x > 1).element_spec
xy.shuffle(3).batch(2).repeat().prefetch(1).element_spec
r.cardinality()
len(r)
r.batch(2).cardinality()
len(r.batch(2, drop_remainder=True))
r.repeat().cardinality()
r.repeat(2).cardinality()
r.filter(lambda x: x > 1).cardinality()
r.take(-1).cardinality()
r.take(10).cardinality()
r.skip(2).cardinality()
r.skip(10).cardinality()
r.repeat().take(3).cardinality()
r.concatenate(D.range(2)).cardinality()
D.zip((D.range(3), D.range(5))).cardinality()
r.map(lambda x: x).cardinality()
r.shuffle(2).cardinality()
r.enumerate().cardinality()
r.cache().cardinality()
r.prefetch(1).cardinality()
r.repeat(0).cardinality()
r.shard(2, 0).cardinality()
tf.data.INFINITE_CARDINALITY
tf.data.UNKNOWN_CARDINALITY
tf.data.AUTOTUNE
tf.data.experimental.AUTOTUNE
tf.data.experimental.cardinality(r)
bool(r)
isinstance(r, tf.data.Dataset)
isinstance(xy.batch(2).prefetch(1), tf.data.Dataset)
"""

PRINTED = """
repr(r)
str(r)
repr(xy)
repr(xy.batch(2))
repr(r.map(lambda x: x))
repr(r.map(lambda x: x, num_parallel_calls=2))
repr(r.filter(lambda x: x > 0))
repr(r.shuffle(2))
repr(r.repeat())
repr(r.take(1))
repr(r.skip(1))
repr(r.cache())
repr(r.prefetch(2))
repr(r.concatenate(r))
repr(r.enumerate())
repr(D.zip((r, r)))
repr(D.from_tensors(1))
repr(D.from_tensor_slices({"a": [1]}))
repr(r.batch(1).unbatch())
repr(next(iter(r)))
"""

ERRORS = """
len(r.repeat())
len(r.filter(lambda x: x > 1))
r.shuffle(0)
r.shuffle()
r.batch(0)
r.batch(-1)
r.filter(lambda x: x)
D.from_tensor_slices(5)
D.from_tensor_slices("abc")
D.from_tensor_slices(([1, 2], [1, 2, 3]))
D.from_tensor_slices([[1, 2], [3]])
D.from_tensor_slices(None)
D.range(1.5)
D.zip(5)
r.unbatch()
r.map(lambda x, y: x)
r[0]
r.random_thing
r.take("a")
r.concatenate(D.from_tensor_slices(["a"]))
list(r.map(lambda x: x + 1.5))
D.from_generator([1], output_types=tf.int32)
D.from_generator(lambda: iter([1]))
D.from_tensors([1, 2]).concatenate(D.from_tensors([1])).batch(2).as_numpy_iterator().next()
"""

CASES: list[Case | Fails] = [
    *values(ELEMENTS + SPECS + PRINTED, **SHARED),
    *failures(ERRORS, **SHARED),
]
yields, fails = add_to(CASES), add_to(CASES, Fails)


def pairs():
    for number in range(3):
        yield number, [float(number)] * 2


@yields
def generator_with_a_signature(tf):
    signature = (tf.TensorSpec((), tf.int32), tf.TensorSpec((2,), tf.float32))
    dataset = tf.data.Dataset.from_generator(pairs, output_signature=signature)
    twice = [list(dataset.as_numpy_iterator()) for _ in range(2)]
    return [twice, dataset.element_spec, dataset.cardinality(), repr(dataset)]


@yields
def generator_with_types(tf):
    dataset = tf.data.Dataset.from_generator(pairs, output_types=(tf.int32, tf.float32))
    return [list(dataset.as_numpy_iterator()), dataset.element_spec]


@yields
def generator_with_types_and_shapes(tf):
    dataset = tf.data.Dataset.from_generator(pairs, (tf.int32, tf.float32), ((), (2,)))
    return [list(dataset.batch(2).as_numpy_iterator()), dataset.element_spec]


@yields
def generator_with_arguments(tf):
    def count(limit):
        yield from range(limit)

    spec = tf.TensorSpec((), tf.int64)
    dataset = tf.data.Dataset.from_generator(count, args=(3,), output_signature=spec)
    return list(dataset.as_numpy_iterator())


@fails
def generator_of_the_wrong_shape(tf):
    spec = tf.TensorSpec((), tf.int32)
    return list(tf.data.Dataset.from_generator(lambda: iter([[1, 2]]), output_signature=spec))


@fails
def batch_of_unequal_shapes(tf):
    spec = tf.TensorSpec((None,), tf.int32)
    ragged = tf.data.Dataset.from_generator(lambda: iter([[1], [1, 2]]), output_signature=spec)
    return list(ragged.batch(2))


@yields
def shuffled_again_on_each_pass(tf):
    dataset = tf.data.Dataset.range(50).shuffle(50, seed=1)
    return list(dataset.as_numpy_iterator()) == list(dataset.as_numpy_iterator())


@yields
def shuffled_once(tf):
    dataset = tf.data.Dataset.range(50).shuffle(50, seed=1, reshuffle_each_iteration=False)
    return list(dataset.as_numpy_iterator()) == list(dataset.as_numpy_iterator())


@yields
def each_pass_of_a_shuffled_repeat_is_complete(tf):
    order = list(tf.data.Dataset.range(20).shuffle(20).repeat(2).as_numpy_iterator())
    return [sorted(order[:20]), sorted(order[20:]), order[:20] != order[20:]]


@yields
def shuffle_follows_set_seed(tf):
    orders = []
    for _ in range(2):
        tf.random.set_seed(5)
        orders.append(list(tf.data.Dataset.range(30).shuffle(30).as_numpy_iterator()))
    return orders[0] == orders[1]


@yields
def exhausted(tf):
    iterator = iter(tf.data.Dataset.range(1))
    first = next(iterator)
    return [first, next(iterator, "end")]


@yields
def map_sees_tensors(tf):
    seen = []

    def look(x, y):
        seen.append((x.dtype.name, x.shape.as_list(), y.dtype.name))
        return x, y

    data = (np.zeros((4, 3), np.float32), np.zeros(4, np.int64))
    dataset = tf.data.Dataset.from_tensor_slices(data).map(look)
    list(dataset)
    return seen[0]


@yields
def training_pipeline(tf):
    x, y = np.arange(40, dtype=np.uint8).reshape(10, 2, 2), np.arange(10) % 3

    def prepare(image, label):
        image = tf.reshape(2.0 * tf.cast(image, tf.float32) / 255.0 - 1.0, [-1])
        return image, tf.one_hot(tf.cast(label, tf.int32), depth=3)

    dataset = tf.data.Dataset.from_tensor_slices((x, y)).map(prepare).batch(4)
    return [list(dataset.as_numpy_iterator()), dataset.element_spec, len(dataset)]


@rows("data", CASES)
def test_data(case: Case | Fails) -> None:
    case.check()
