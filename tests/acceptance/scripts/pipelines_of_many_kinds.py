"""tf.data: buckets, groups, tables, caches, saved data sets, choices."""

import os
import tempfile

import numpy as np
import tensorflow as tf

tf.random.set_seed(7)
Dataset = tf.data.Dataset
folder = tempfile.mkdtemp()


def show(dataset):
    for element in dataset.as_numpy_iterator():
        print(element)


rows = Dataset.range(1, 8).map(lambda n: tf.range(n))
show(rows.padded_batch(3, padding_values=tf.constant(-1, tf.int64)))
show(rows.bucket_by_sequence_length(lambda row: tf.size(row), [3, 5], [2, 2, 2]))
show(Dataset.range(9).group_by_window(lambda x: x % 3, lambda k, w: w.batch(4), window_size=2))
show(Dataset.range(7).window(3, shift=2, drop_remainder=True).flat_map(lambda w: w.batch(3)))
show(
    Dataset.range(3).interleave(
        lambda x: Dataset.from_tensors(x).repeat(3), cycle_length=2, block_length=2
    )
)
show(Dataset.range(5).scan(tf.constant(0, tf.int64), lambda s, x: (s + x, s + x)))
print(Dataset.range(5).reduce(np.int64(0), lambda s, x: s + x).numpy())
show(
    Dataset.choose_from_datasets(
        [Dataset.range(3), Dataset.range(10, 13)],
        Dataset.from_tensor_slices(np.array([0, 1, 1, 0])),
    )
)
show(Dataset.from_tensor_slices([1, 1, 2, 3, 3]).unique())
show(Dataset.range(6).apply(tf.data.experimental.take_while(lambda x: x < 2)))

with open(os.path.join(folder, "people.csv"), "w") as file:
    file.write('name,age,height\n"Ada, L.",36,1.6\nAlan,41,1.8\nGrace,85,1.7\n')
show(
    tf.data.experimental.CsvDataset(
        os.path.join(folder, "people.csv"), [tf.string, tf.int32, tf.float32], header=True
    )
)
table = tf.data.experimental.make_csv_dataset(
    os.path.join(folder, "*.csv"), batch_size=2, label_name="age", num_epochs=1, shuffle=False
)
for features, label in table:
    print({name: column.numpy() for name, column in features.items()}, label.numpy())
show(tf.data.TextLineDataset(os.path.join(folder, "people.csv")).skip(1))

calls = []


def costly(x):
    return tf.py_function(lambda v: (calls.append(1), v * v)[1], [x], tf.int64)


squares = Dataset.range(4).map(costly).cache(os.path.join(folder, "squares"))
for _ in range(3):
    print([int(x) for x in squares])
print(len(calls) < 8)
Dataset.range(5).batch(2).save(os.path.join(folder, "saved"))
show(Dataset.load(os.path.join(folder, "saved")))
show(Dataset.range(10).shuffle(4, seed=1).batch(5))
options = tf.data.Options()
options.threading.private_threadpool_size = 2
print(Dataset.range(3).with_options(options).options().threading.private_threadpool_size)
