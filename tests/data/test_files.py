"""Elements in files: caches, saved datasets, tables, records."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.data.plans.permuting import permuted
from glassbrook.errors import DataError, DTypeError, InvalidArgumentError, NotFoundError

Dataset = tf.data.Dataset


def counted(calls: list[int]) -> Dataset:
    def element(x: tf.Tensor) -> object:
        calls.append(int(x))
        return {"row": tf.range(x), "text": tf.strings.as_string(x)}

    return Dataset.range(4).map(element)


def plain(dataset: Dataset) -> list[object]:
    return [(e["row"].tolist(), e["text"]) for e in dataset.as_numpy_iterator()]


EXPECTED = [(list(range(n)), str(n).encode()) for n in range(4)]


class TestCache:
    def test_written_once(self, tmp_path: Path) -> None:
        calls: list[int] = []
        assert plain(counted(calls).cache(str(tmp_path / "a"))) == EXPECTED
        made = len(calls)
        assert made >= 4
        # Another dataset, as in another run of the program.
        assert plain(counted(calls).cache(str(tmp_path / "a"))) == EXPECTED
        assert len(calls) == made
        assert [path.name for path in tmp_path.iterdir()] == ["a.cache"]

    def test_an_iteration_that_stops_early_leaves_nothing(self, tmp_path: Path) -> None:
        cached = Dataset.range(5).cache(str(tmp_path / "a"))
        iterator = iter(cached)
        next(iterator)
        del iterator
        assert list(tmp_path.iterdir()) == []
        assert [int(x) for x in cached.take(2)] == [0, 1]

    @pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other", "longer"])
    def test_damaged(self, tmp_path: Path, damage: str) -> None:
        path = tmp_path / "a.cache"
        plain(counted([]).cache(str(tmp_path / "a")))
        content = path.read_bytes()
        changed = {
            "cut": content[:-20],
            "flipped": content[:-60] + bytes([content[-60] ^ 1]) + content[-59:],
            "empty": b"",
            "other": b"something else",
            "longer": content.replace(b"glassbrook", b"glassbroom"),
        }
        path.write_bytes(changed[damage])
        calls: list[int] = []
        assert plain(counted(calls).cache(str(tmp_path / "a"))) == EXPECTED
        assert calls
        assert path.read_bytes() == content

    def test_every_cut_is_noticed(self, tmp_path: Path) -> None:
        Dataset.range(3).save(tmp_path)
        path = tmp_path / "elements.gbd"
        content = path.read_bytes()
        for length in range(len(content)):
            path.write_bytes(content[:length])
            with pytest.raises(DataError, match="cut off|no file of elements"):
                Dataset.load(tmp_path)

    def test_two_at_once(self, tmp_path: Path) -> None:
        cached = Dataset.range(3).cache(str(tmp_path / "a"))
        pairs = list(zip(cached, cached, strict=True))
        assert [(int(a), int(b)) for a, b in pairs] == [(0, 0), (1, 1), (2, 2)]

    def test_errors(self, tmp_path: Path) -> None:
        windows = Dataset.range(4).window(2)
        with pytest.raises(InvalidArgumentError, match="cannot be written"):
            list(windows.cache(str(tmp_path / "a")))
        assert list(tmp_path.iterdir()) == []

        def fails(x: tf.Tensor) -> tf.Tensor:
            if int(x) == 2:
                raise ZeroDivisionError
            return x

        with pytest.raises(ZeroDivisionError):
            list(Dataset.range(4).map(fails).cache(str(tmp_path / "a")))
        assert not (tmp_path / "a.cache").exists()


class TestSave:
    @pytest.mark.parametrize("compression", [None, "GZIP"])
    def test_round_trip(self, tmp_path: Path, compression: str | None) -> None:
        images = np.random.default_rng(0).normal(size=(700, 3, 2)).astype(np.float32)
        dataset = Dataset.from_tensor_slices((images, {"a": np.arange(700) % 2 == 0}))
        dataset.save(tmp_path, compression)
        loaded = Dataset.load(tmp_path, dataset.element_spec)
        assert loaded.element_spec == dataset.element_spec
        found = list(loaded.batch(1000))
        np.testing.assert_array_equal(found[0][0], images)
        np.testing.assert_array_equal(found[0][1]["a"], np.arange(700) % 2 == 0)

    def test_snapshot(self, tmp_path: Path) -> None:
        calls: list[int] = []
        for _ in range(2):
            kept = counted(calls).snapshot(tmp_path / "s", compression="GZIP")
            assert plain(kept) == EXPECTED
        assert len(calls) < 8 + 4

    def test_errors(self, tmp_path: Path) -> None:
        with pytest.raises(NotFoundError, match="No such file"):
            Dataset.load(tmp_path / "nowhere")
        with pytest.raises(InvalidArgumentError, match="compression"):
            Dataset.range(3).save(tmp_path, "zip")
        with pytest.raises(InvalidArgumentError, match="expected a path"):
            Dataset.range(3).save(3)
        Dataset.range(3).save(tmp_path)
        with pytest.raises(DTypeError, match="element_spec"):
            Dataset.load(tmp_path, tf.TensorSpec((), tf.int32))


class TestTables:
    def test_quotes_and_defaults(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text('n;t\n1;"a;b"\n;"say ""x"""\n')
        rows = tf.data.experimental.CsvDataset(
            str(path), [-1, tf.string], header=True, field_delim=";"
        )
        assert [(int(n), t.numpy()) for n, t in rows] == [(1, b"a;b"), (-1, b'say "x"')]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("1,2\nx,3\n", "row 2: Field 0 in record is not a valid int32: x"),
            ("1,2,3\n", "Expect 2 fields but have 3"),
            (",2\n", "Field 0 is required"),
            ('1,"2', "no table"),
            ("99999999999,1", "not a valid int32"),
        ],
    )
    def test_wrong_rows(self, tmp_path: Path, text: str, message: str) -> None:
        path = tmp_path / "a.csv"
        path.write_text(text)
        rows = tf.data.experimental.CsvDataset(str(path), [tf.int32, tf.int32])
        with pytest.raises(InvalidArgumentError, match=message):
            list(rows)

    def test_dtypes_are_found_out(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("a,b,c,d,e\n1,1,1,1,x\n2,3000000000,1.5,1e99,2\n")
        dataset = tf.data.experimental.make_csv_dataset(
            str(tmp_path / "*.csv"), 2, num_epochs=1, shuffle=False
        )
        assert [each.dtype.name for each in dataset.element_spec.values()] == [
            "int32",
            "int64",
            "float32",
            "float64",
            "string",
        ]
        (tmp_path / "b.csv").write_text("a,a\n1,2\n")
        with pytest.raises(InvalidArgumentError, match="duplicate"):
            tf.data.experimental.make_csv_dataset(str(tmp_path / "b.csv"), 2)

    def test_training_on_a_table(self, tmp_path: Path) -> None:
        lines = [f"{x / 10},{3 * x / 10 + 1}" for x in range(10)]
        (tmp_path / "a.csv").write_text("\n".join(["x,y", *lines]))
        dataset = tf.data.experimental.make_csv_dataset(
            str(tmp_path / "a.csv"), 5, label_name="y", shuffle=False
        )
        dataset = dataset.map(lambda features, y: (features["x"][:, None], y))
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.compile(tf.keras.optimizers.SGD(0.5), "mse")
        model.fit(dataset, steps_per_epoch=200, epochs=2, verbose=0)
        np.testing.assert_allclose(model.get_weights()[0], [[3.0]], atol=0.01)


def test_fixed_length_records(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(zlib.compress(b"xxaabbcc-"))
    records = tf.data.FixedLengthRecordDataset(str(path), 2, 2, 1, compression_type="ZLIB")
    assert list(records.as_numpy_iterator()) == [b"aa", b"bb", b"cc"]
    path.write_bytes(b"abc")
    with pytest.raises(InvalidArgumentError, match="Excess bytes of 1"):
        list(tf.data.FixedLengthRecordDataset(str(path), 2))
    with pytest.raises(InvalidArgumentError, match="not a complete GZIP"):
        list(tf.data.FixedLengthRecordDataset(str(path), 2, compression_type="GZIP"))
    with pytest.raises(InvalidArgumentError, match="unknown"):
        tf.data.FixedLengthRecordDataset(str(path), 2, compression_type="zip")
    with pytest.raises(NotFoundError):
        list(tf.data.FixedLengthRecordDataset(str(tmp_path / "b"), 2))


def test_errors_are_left_out() -> None:
    def inverse(x: tf.Tensor) -> float:
        return 1 / int(x)

    dataset = Dataset.from_tensor_slices([1, 0, 2, 0]).map(inverse)
    assert [float(x) for x in dataset.ignore_errors()] == [1.0, 0.5]
    with pytest.warns(UserWarning, match="division by zero"):
        list(dataset.ignore_errors(log_warning=True))


@pytest.mark.parametrize("count", [0, 1, 2, 5, 300, 70_000])
def test_permutations(count: int) -> None:
    random = np.random.default_rng(count)
    steps = (random.integers(0, 2**32, count) % np.arange(count, 0, -1)).astype(np.int64)
    expected = list(range(count))
    for place, step in enumerate(steps.tolist()):
        other = place + step
        expected[place], expected[other] = expected[other], expected[place]
    assert permuted(steps).tolist() == expected
