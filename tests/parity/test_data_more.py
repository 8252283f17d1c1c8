"""tf.data: groups, buckets, files, tables, caches, and the older names of tf.data.experimental."""

# ruff: noqa: E501 -- a row is one line

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.parity.support import Case, Fails, failures, rows, values

SHARED = {
    "D": lambda tf: tf.data.Dataset,
    "E": lambda tf: tf.data.experimental,
    "items": lambda _: lambda dataset: list(dataset.as_numpy_iterator()),
    "rows": lambda tf: tf.data.Dataset.range(1, 9).map(lambda n: tf.range(n)),
    "pairs": lambda tf: tf.data.Dataset.range(1, 7).map(lambda n: (tf.range(n), n)),
    "r": lambda tf: tf.data.Dataset.range(8),
}

ELEMENTS = """
items(r.group_by_window(lambda x: x % 2, lambda k, w: w.batch(3), window_size=3))
items(r.group_by_window(lambda x: x % 3, lambda k, w: w.batch(10), window_size=10))
items(r.group_by_window(lambda x: x % 2, lambda k, w: w.batch(9), window_size_func=lambda k: k + 1))
items(r.group_by_window(lambda x: x % 2, lambda k, w: w.map(lambda x: (k, x)), window_size=2))
items(pairs.group_by_window(lambda x, n: n % 2, lambda k, w: w.padded_batch(3), window_size=3))
items(D.range(0).group_by_window(lambda x: x, lambda k, w: w.batch(3), window_size=3))
items(r.map(lambda x: {"a": x}).group_by_window(lambda e: e["a"] % 2, lambda k, w: w.batch(2), window_size=2))
items(rows.bucket_by_sequence_length(lambda x: tf.size(x), [3, 5], [2, 2, 2]))
items(rows.bucket_by_sequence_length(lambda x: tf.shape(x)[0], [3, 5], [2, 2, 3], drop_remainder=True))
items(rows.bucket_by_sequence_length(lambda x: tf.size(x), [3, 5, 10], [2, 2, 2, 1], pad_to_bucket_boundary=True))
items(pairs.bucket_by_sequence_length(lambda x, n: tf.size(x), [4], [2, 2]))
items(pairs.bucket_by_sequence_length(lambda x, n: tf.size(x), [4], [2, 2], padding_values=(c(-1, tf.int64), c(0, tf.int64))))
items(rows.bucket_by_sequence_length(lambda x: tf.size(x), list(range(1, 10)), [1] * 10, no_padding=True))
r.group_by_window(lambda x: x % 2, lambda k, w: w.batch(3), window_size=3).element_spec
rows.bucket_by_sequence_length(lambda x: tf.size(x), [3, 5], [2, 2, 2]).element_spec
[(list(a.to_list()), b) for a, b in pairs.ragged_batch(4)]
repr(pairs.ragged_batch(4).element_spec)
repr(pairs.ragged_batch(4, drop_remainder=True, row_splits_dtype=tf.int32).element_spec)
list(r.batch(3).ragged_batch(2))
list(r.ragged_batch(3))
list(r.map(lambda n: tf.fill([2, n], 1)).ragged_batch(3))[1].to_list()
[x.to_list() for x in rows.apply(E.dense_to_ragged_batch(3))]
[x.numpy() for x in rows.ragged_batch(3).map(lambda x: tf.reduce_sum(x, axis=1))]
items(D.random(seed=3).take(4))
items(D.random(seed=3, rerandomize_each_iteration=True).take(4))
D.random(seed=1).cardinality()
items(D.from_tensor_slices([1.0, 0.0, 2.0]).map(lambda x: tf.debugging.check_numerics(1.0 / x, "bad")).ignore_errors())
items(D.from_tensor_slices([1.0, 2.0]).ignore_errors())
items(r.apply(E.unbatch()) if False else r.batch(2).apply(E.unbatch()))
items(D.from_tensor_slices([1, 1, 2]).apply(E.unique()))
items(r.apply(E.enumerate_dataset(3)))
items(r.apply(E.take_while(lambda x: x < 3)))
items(r.apply(E.scan(c(0, tf.int64), lambda s, x: (s + x, s + x))))
items(r.apply(E.map_and_batch(lambda x: x * 2, 3)))
items(r.apply(E.group_by_window(lambda x: x % 2, lambda k, w: w.batch(3), 3)))
items(r.apply(E.parallel_interleave(lambda x: D.range(x), cycle_length=2)))
sorted(items(r.apply(E.shuffle_and_repeat(8, 2, seed=1))))
items(rows.apply(E.bucket_by_sequence_length(lambda x: tf.size(x), [3], [2, 2])))
items(r.apply(E.copy_to_device("/cpu:0")))
items(E.choose_from_datasets([D.range(2), D.range(5, 9)], D.from_tensor_slices(c([0, 1, 0, 0, 1], tf.int64))))
items(E.Counter(2, 3).take(3))
items(E.from_list([(1, "a"), (2, "b")]))
E.at(D.range(5, 9), 2)
E.get_single_element(D.range(1))
E.get_structure(r)
items(r.interleave(lambda x: D.range(x), cycle_length=3, block_length=2))
items(r.interleave(lambda x: D.range(x), cycle_length=2, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True))
items(r.window(3, shift=2, stride=2).flat_map(lambda w: w.batch(3)))
int(tf.data.experimental.AutoShardPolicy.DATA)
tf.data.experimental.AUTOTUNE
"""

WRONG = """
r.group_by_window(lambda x: x % 2, lambda k, w: w.batch(3))
r.group_by_window(lambda x: x % 2, lambda k, w: w.batch(3), window_size=2, window_size_func=lambda k: 2)
items(r.group_by_window(lambda x: x % 2, lambda k, w: k, window_size=2))
rows.bucket_by_sequence_length(lambda x: tf.size(x), [3, 5], [2, 2])
items(rows.bucket_by_sequence_length(lambda x: tf.size(x), [3], [2, 2], pad_to_bucket_boundary=True))
E.at(D.range(3), 7)
D.load("/there/is/no/such/folder")
"""

CASES: list[Case | Fails] = [*values(ELEMENTS, **SHARED), *failures(WRONG, **SHARED)]


@pytest.mark.filterwarnings("ignore")
@rows("data_more", CASES)
def test_data(case: Case | Fails) -> None:
    case.check()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables")
    table = 'age,name,size\n3,"a, b",1.5\n4,c,2\n5,,0.25\n'
    (path / "a.csv").write_text(table)
    (path / "b.csv").write_text("age,name,size\n6,d,3\n")
    (path / "n.csv").write_text("x,y\n1,2\n3000000000,2.5\n5,1e300\n")
    (path / "a.csv.gz").write_bytes(gzip.compress(table.encode()))
    (path / "bad.csv").write_text("1,2\nx,3\n")
    (path / "records").write_bytes(b"HHabcdefghF")
    (path / "lines").write_bytes(b"one\r\ntwo\n\nthree")
    return path


FILES = """
items(csv(F + "a.csv", [tf.int32, "none", tf.float32], header=True))
items(csv([F + "a.csv", F + "b.csv"], [tf.int64, c(["?"]), 0.0], header=True))
items(csv(F + "a.csv", [tf.string, 0.0], header=True, select_cols=[0, 2]))
items(csv(F + "a.csv", [tf.string, 0.0], header=True, exclude_cols=[1]))
items(csv(F + "a.csv", [-1, "none", 0.0], header=True, na_value="c"))
items(csv(F + "a.csv.gz", [tf.int32, "none", tf.float64], header=True, compression_type="GZIP"))
csv(F + "a.csv", [tf.int32, "none", tf.float32], header=True).element_spec
items(made(F + "b.csv", 1, num_epochs=2, shuffle=False))
items(made([F + "a.csv"], 2, num_epochs=1, shuffle=False, column_defaults=[0, "", 0.0]))
items(made(F + "n.csv", 3, num_epochs=1, shuffle=False))
items(made(F + "b.csv", 2, label_name="size", num_epochs=1, shuffle=False))
items(made(F + "b.csv", 2, select_columns=["size", "age"], num_epochs=1, shuffle=False))
items(made(F + "b.csv", 2, select_columns=["age"], column_defaults=[0.0], num_epochs=1, shuffle=False))
items(made(F + "b.csv", 2, column_names=["a", "b", "c"], num_epochs=1, shuffle=False))
items(made(F + "b.csv", 2, shuffle=False).take(2))
made(F + "n.csv", 3).element_spec
items(fixed(F + "records", 4, header_bytes=2, footer_bytes=1))
items(fixed([F + "records"] * 2, 8, 2, 1))
items(lines(F + "lines"))
items(lines(F + "a.csv.gz", compression_type="GZIP"))
items(lines([F + "lines", F + "b.csv"]).skip(1))
sorted(items(D.list_files(F + "*.csv")))
items(D.list_files([F + "b.*", F + "a.csv"], shuffle=False))
items(D.list_files(F + "?.csv", shuffle=False).interleave(lines, cycle_length=3))
cached(D.range(3).map(lambda x: (x, tf.strings.as_string(x))))
cached(D.range(4).map(lambda n: {"a": tf.range(n)}))
cached(D.range(5).batch(2))
saved(D.range(3).map(lambda x: (x, tf.strings.as_string(x))))
saved(D.range(5).batch(2))
saved(D.range(5).batch(2).map(lambda x: ({"a": (x, 2.5)}, {"b": x})))
"""

WRONG_FILES = """
items(csv(F + "bad.csv", [tf.int32, tf.int32]))
items(csv(F + "a.csv", [tf.int32, tf.string, tf.float32], header=True))
items(csv(F + "a.csv", [tf.int32, tf.string], header=True))
items(csv(F + "nowhere.csv", [tf.int32]))
csv(F + "a.csv", [tf.int32], select_cols=[0, 1])
csv(F + "a.csv", [tf.int32, tf.int32], select_cols=[1, 0])
csv(F + "a.csv", [tf.bool])
made(F + "a.csv", 2, label_name="x")
made(F + "a.csv", 2, select_columns=["x"])
made(F + "*.nothing", 2)
items(fixed(F + "records", 4))
items(fixed(F + "nowhere", 4))
D.list_files(F + "*.nothing")
"""


def shared_of(path: Path, tmp_path: Path) -> dict[str, Any]:
    count = iter(range(100))

    def cached(_: Any) -> Any:
        def run(dataset: Any) -> Any:
            kept = dataset.cache(str(tmp_path / f"cache{next(count)}"))
            return [list(kept.as_numpy_iterator()) for _ in range(2)], kept.element_spec

        return run

    def saved(tf: Any) -> Any:
        def run(dataset: Any) -> Any:
            folder = str(tmp_path / f"saved{next(count)}")
            dataset.save(folder)
            loaded = tf.data.Dataset.load(folder)
            return list(loaded.as_numpy_iterator()), loaded.element_spec

        return run

    return {
        **SHARED,
        "F": lambda _: f"{path}/",
        "csv": lambda tf: tf.data.experimental.CsvDataset,
        "made": lambda tf: tf.data.experimental.make_csv_dataset,
        "fixed": lambda tf: tf.data.FixedLengthRecordDataset,
        "lines": lambda tf: tf.data.TextLineDataset,
        "cached": cached,
        "saved": saved,
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("line", FILES.strip().splitlines())
def test_files(line: str, folder: Path, tmp_path: Path) -> None:
    for case in values(line, **shared_of(folder, tmp_path)):
        case.check()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("line", WRONG_FILES.strip().splitlines())
def test_wrong_files(line: str, folder: Path, tmp_path: Path) -> None:
    for case in failures(line, **shared_of(folder, tmp_path)):
        case.check()


@pytest.mark.parametrize("size", [1, 5, 100, 5000])
def test_long_shuffles(size: int) -> None:
    import tensorflow

    from tests.parity.support import glassbrook

    found = [
        list(tf.data.Dataset.range(3000).shuffle(size, seed=5).as_numpy_iterator())
        for tf in (tensorflow, glassbrook)
    ]
    np.testing.assert_array_equal(*found)
