"""Lookup tables, lists of tensors, queues, hashes and n-grams."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import glassbrook as tf

lookup = tf.lookup


def pairs(keys=("a", "b"), values=(1, 2), **types):
    return lookup.KeyValueTensorInitializer(list(keys), list(values), **types)


def test_static_tables():
    table = lookup.StaticHashTable(pairs(), default_value=-1)
    assert table.lookup(tf.constant([["b", "?"], ["a", "a"]])).numpy().tolist() == [[2, -1], [1, 1]]
    assert int(table[tf.constant("a")]) == 1
    assert (table.key_dtype, table.value_dtype, int(table.size())) == (tf.string, tf.int32, 2)
    ragged = table.lookup(tf.ragged.constant([["a"], [], ["b", "z"]]))
    assert ragged.to_list() == [[1], [], [2, -1]]
    sparse = table.lookup(tf.sparse.from_dense([["", "b"]]))
    assert sparse.values.numpy().tolist() == [2]
    keys, values = table.export()
    assert dict(zip(keys.numpy().tolist(), values.numpy().tolist())) == {b"a": 1, b"b": 2}
    assert table.lookup(tf.constant([], tf.string)).shape == [0]
    words = lookup.StaticHashTable(pairs([3, 4], ["x", "y"], key_dtype=tf.int64), "?")
    assert words.lookup(tf.constant([4, 5], tf.int64)).numpy().tolist() == [b"y", b"?"]


def test_tables_in_pipelines_and_functions():
    table = lookup.StaticHashTable(pairs(), default_value=0)
    found = tf.data.Dataset.from_tensor_slices(["b", "a", "c"]).map(table.lookup)
    assert [int(x) for x in found] == [2, 1, 0]
    traced = tf.function(lambda x: table.lookup(x) * 10)
    with pytest.warns(UserWarning, match="ordinary code"):
        assert traced(tf.constant(["b"])).numpy().tolist() == [20]


def test_vocabularies(tmp_path):
    numbers = pairs(values=(0, 1), value_dtype=tf.int64)
    table = lookup.StaticVocabularyTable(numbers, num_oov_buckets=3)
    found = table.lookup(tf.constant(["a", "b", "zz", "q", "zz"])).numpy().tolist()
    assert found == [0, 1, 3, 4, 3]
    assert int(table.size()) == 5
    path = tmp_path / "words.txt"
    path.write_text("x\t10\ny\t20\n")
    whole, number = lookup.TextFileIndex.WHOLE_LINE, lookup.TextFileIndex.LINE_NUMBER
    lines = lookup.TextFileInitializer(str(path), tf.string, 0, tf.int64, number)
    assert lookup.StaticHashTable(lines, -1).lookup(tf.constant(["y"])).numpy().tolist() == [1]
    columns = lookup.TextFileInitializer(str(path), tf.string, 0, tf.float32, 1)
    assert lookup.StaticHashTable(columns, 0.0).lookup(tf.constant(["y"])).numpy().tolist() == [20]
    reverse = lookup.TextFileInitializer(str(path), tf.int64, number, tf.string, whole)
    table = lookup.StaticHashTable(reverse, "?")
    assert table.lookup(tf.constant([0], tf.int64)).numpy().tolist() == [b"x\t10"]


def test_tables_that_change():
    table = lookup.experimental.MutableHashTable(tf.string, tf.float32, [0.0, 0.0])
    table.insert(["a", "b"], [[1.0, 2.0], [3.0, 4.0]])
    table.insert(["a"], [[5.0, 6.0]])
    assert table.lookup(["b", "a", "c"]).numpy().tolist() == [[3, 4], [5, 6], [0, 0]]
    table.remove(["b", "zz"])
    assert int(table.size()) == 1
    keys, values = table.export()
    assert (keys.numpy().tolist(), values.numpy().tolist()) == ([b"a"], [[5, 6]])
    numbers = lookup.experimental.DenseHashTable(
        tf.int64, tf.int64, default_value=-1, empty_key=0, deleted_key=-2
    )
    numbers.insert(tf.constant([7], tf.int64), tf.constant([70], tf.int64))
    found = numbers.lookup(tf.constant([7, 8], tf.int64), dynamic_default_values=[1, 2])
    assert found.numpy().tolist() == [70, 2]


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: lookup.StaticHashTable(pairs(("a", "a")), -1), tf.errors.FailedPreconditionError),
        (lambda: pairs(("a",), (1, 2)), ValueError),
        (lambda: lookup.StaticHashTable(pairs(), -1).lookup(tf.constant([1])), TypeError),
        (lambda: lookup.StaticHashTable(pairs(), "x"), TypeError),
        (lambda: lookup.StaticVocabularyTable(pairs(), 1), TypeError),
        (lambda: lookup.StaticVocabularyTable(pairs(value_dtype=tf.int64), 0), ValueError),
        (
            lambda: lookup.TextFileInitializer("/nowhere", tf.string, 0, tf.int64, -1),
            FileNotFoundError,
        ),
        (lambda: lookup.TextFileInitializer(__file__, tf.string, 99, tf.int64, -1), ValueError),
        (lambda: lookup.TextFileInitializer(__file__, tf.string, -2, tf.int64, -1, 1), ValueError),
    ],
)
def test_tables_that_cannot_be(call, kind):
    with pytest.raises(kind, match=r".+"):
        call()


# Lists of tensors.


def test_lists_of_tensors():
    array = tf.TensorArray(tf.float32, size=3)
    array = array.write(0, [1.0, 2.0]).write(2, [5.0, 6.0])
    assert array.stack().numpy().tolist() == [[1, 2], [0, 0], [5, 6]]
    assert array.gather([2, 0]).numpy().tolist() == [[5, 6], [1, 2]]
    assert array.concat().numpy().tolist() == [1, 2, 0, 0, 5, 6]
    assert array.element_shape == [2]
    assert int(array.size()) == 3
    grown = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
    for i in range(3):
        grown = grown.write(i, i * i)
    assert grown.stack().numpy().tolist() == [0, 1, 4]
    parts = tf.TensorArray(tf.float32, 2).split([1.0, 2.0, 3.0], [1, 2])
    assert parts.read(1).numpy().tolist() == [2, 3]
    rows = tf.TensorArray(tf.float32, 2, clear_after_read=False).unstack([[1.0], [2.0]])
    assert [rows.read(1).numpy().tolist() for _ in range(2)] == [[2], [2]]
    placed = tf.TensorArray(tf.float32, 3).scatter([2, 0, 1], [1.0, 2.0, 3.0])
    assert placed.stack().numpy().tolist() == [2, 3, 1]
    assert tf.TensorArray(tf.float32, 0).stack().shape == [0]


def test_gradients_through_lists():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        array = tf.TensorArray(tf.float32, 2).write(0, x).write(1, x * x)
        y = tf.reduce_sum(array.stack() * [[1.0], [10.0]])
    assert tape.gradient(y, x).numpy().tolist() == [21, 41]


def test_lists_in_loops():
    _, array = tf.while_loop(
        lambda i, a: i < 4,
        lambda i, a: (i + 1, a.write(i, 2 * i)),
        [tf.constant(0), tf.TensorArray(tf.int32, 4)],
    )
    assert array.stack().numpy().tolist() == [0, 2, 4, 6]

    @tf.function
    def powers(x):
        array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(3):
            array = array.write(i, x ** tf.cast(i, tf.float32))
        return array.stack()

    assert powers(tf.constant(3.0)).numpy().tolist() == [1, 3, 9]


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: tf.TensorArray(tf.float32), ValueError),
        (lambda: tf.TensorArray(tf.float32, 2).write(2, 1.0), tf.errors.OutOfRangeError),
        (lambda: tf.TensorArray(tf.float32, 2).read(2), tf.errors.OutOfRangeError),
        (lambda: tf.TensorArray(tf.float32, 2).read(0), ValueError),
        (lambda: tf.TensorArray(tf.float32, 2).write(0, tf.constant(1)), TypeError),
        (lambda: tf.TensorArray(tf.float32, 2).write(0, 1.0).write(1, [1.0]), ValueError),
        (lambda: tf.TensorArray(tf.float32, 2).unstack([1.0, 2.0, 3.0]), ValueError),
        (lambda: tf.TensorArray(tf.float32, 2).split([1.0, 2.0], [1, 2]), ValueError),
    ],
)
def test_lists_that_are_misused(call, kind):
    with pytest.raises(kind, match=r".+"):
        call()
    array = tf.TensorArray(tf.float32, 1).write(0, 1.0)
    array.read(0)
    with pytest.raises(ValueError, match="twice"):
        array.read(0)


# Queues.


def test_queues():
    queue = tf.queue.FIFOQueue(5, [tf.int32, tf.string], shapes=[[], []])
    queue.enqueue((1, "a"))
    queue.enqueue_many(([2, 3], ["b", "c"]))
    number, word = queue.dequeue()
    assert (int(number), word.numpy()) == (1, b"a")
    numbers, words = queue.dequeue_many(2)
    assert (numbers.numpy().tolist(), words.numpy().tolist()) == ([2, 3], [b"b", b"c"])
    assert int(queue.size()) == 0
    named = tf.queue.FIFOQueue(2, [tf.int32], names=["n"])
    named.enqueue({"n": 4})
    assert int(named.dequeue()["n"]) == 4


def test_queues_between_threads():
    queue = tf.queue.FIFOQueue(1, [tf.int32])

    def produce():
        for i in range(5):
            queue.enqueue(i)
        queue.close()

    thread = threading.Thread(target=produce)
    thread.start()
    found = [int(queue.dequeue()) for _ in range(5)]
    thread.join()
    assert found == [0, 1, 2, 3, 4]
    assert bool(queue.is_closed())
    with pytest.raises(tf.errors.OutOfRangeError, match="closed"):
        queue.dequeue()
    with pytest.raises(tf.errors.CancelledError, match="closed"):
        queue.enqueue(1)


def test_queues_nobody_serves(monkeypatch):
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    queue = tf.queue.FIFOQueue(1, [tf.int32], shapes=[[]])
    with pytest.raises(tf.errors.OutOfRangeError, match="empty"):
        queue.dequeue()
    queue.enqueue(1)
    with pytest.raises(tf.errors.OutOfRangeError, match="full"):
        queue.enqueue(2)
    with pytest.raises(ValueError, match="shape"):
        queue.enqueue(tf.constant([1]))


# Hashes: numbers that TensorFlow gives, for text of every length that has its own way.


FAST = [377723, 291400, 497363, 522207, 108539, 199610, 57154, 895147, 952559, 779144, 8388]
MURMUR = [598820, 789371, 546981, 356331, 862801, 539235, 542725, 646646, 579911, 624537]
STRONG = [383377, 332029, 430577, 795589, 889846, 966129, 584178, 141961, 533280, 408077]
TEXTS = ["", "a", "hello", *(c * n for c, n in zip("abcdefgh", (16, 17, 32, 33, 64, 65, 200, 128)))]


def test_hashes():
    s = tf.strings
    assert s.to_hash_bucket_fast(TEXTS, 1000003).numpy().tolist() == FAST
    assert s.to_hash_bucket(TEXTS[:-1], 1000003).numpy().tolist() == MURMUR
    assert s.to_hash_bucket_strong(TEXTS[:-1], 1000003, [1, 2]).numpy().tolist() == STRONG
    assert s.to_hash_bucket_fast("a", 2**62).numpy() == 3694432073954588131
    assert tf.fingerprint(["abc"]).numpy().tolist() == [[105, 243, 231, 116, 160, 179, 165, 36]]
    with pytest.raises(ValueError, match="num_buckets"):
        s.to_hash_bucket("a", 0)
    with pytest.raises(ValueError, match="two integers"):
        s.to_hash_bucket_strong("a", 5, [1])


def test_hashes_spread_evenly():
    words = [f"word {i}" for i in range(3000)]
    for name in ("to_hash_bucket", "to_hash_bucket_fast"):
        counts = np.bincount(getattr(tf.strings, name)(words, 10).numpy(), minlength=10)
        assert counts.min() > 240
        assert counts.max() < 360


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [
        ((["a", "b", "c"], 2), {}, ["a b", "b c"]),
        ((["a", "b", "c"], [1, 3]), {"separator": "_"}, ["a", "b", "c", "a_b_c"]),
        ((["a", "b"], 3), {}, []),
        ((["a", "b"], 3), {"preserve_short_sequences": True}, ["a b"]),
        ((["a", "b"], 2), {"pad_values": ("<", ">")}, ["< a", "a b", "b >"]),
        ((["a"], 3), {"pad_values": "#", "padding_width": 1}, ["# a #"]),
        (([["a", "b"], ["c", "d"]], 2), {}, [["a b"], ["c d"]]),
    ],
)
def test_ngrams(arguments, options, expected):
    found = tf.strings.ngrams(*arguments, **options).numpy()
    assert np.char.decode(found.astype(bytes)).tolist() == expected if found.size else not expected


def test_ngrams_of_rows():
    rows = tf.ragged.constant([["a", "b", "c"], ["d"], []])
    assert tf.strings.ngrams(rows, 2).to_list() == [[b"a b", b"b c"], [], []]
    deep = tf.ragged.constant([[["a", "b"]], []])
    assert tf.strings.ngrams(deep, 2).to_list() == [[[b"a b"]], []]
    for bad in (lambda: tf.strings.ngrams("a", 2), lambda: tf.strings.ngrams(["a"], 0)):
        with pytest.raises(ValueError, match="ngrams"):
            bad()


def test_text_in_parts():
    s = tf.strings
    characters, places = s.unicode_split_with_offsets(["aé", "中"], "UTF-8")
    assert characters.to_list() == [[b"a", "é".encode()], ["中".encode()]]
    assert places.to_list() == [[0, 1], [0]]
    points, places = s.unicode_decode_with_offsets("é中a", "UTF-8")
    assert (points.numpy().tolist(), places.numpy().tolist()) == ([233, 0x4E2D, 97], [0, 2, 5])
    assert s.unicode_encode(tf.ragged.constant([[97], [233, 98]]), "UTF-8").numpy().tolist() == [
        b"a",
        "éb".encode(),
    ]
    assert s.unicode_transcode(b"\xe9", "ISO-8859-1", "UTF-8").numpy() == "é".encode()
    assert s.unicode_transcode(
        "a\n", "UTF-8", "UTF-16-BE", replace_control_characters=True
    ).numpy() == (b"\x00a\xff\xfd")
    assert s.unsorted_segment_join([["a", "b"], ["c", "d"]], [1, 1], 2, "-").numpy().tolist() == [
        [b"", b""],
        [b"a-c", b"b-d"],
    ]
    rows = tf.ragged.constant([["a", "b"], [], ["c"]])
    assert s.reduce_join(rows, axis=-1, separator=" ").numpy().tolist() == [b"a b", b"", b"c"]
    assert s.split(tf.ragged.constant([["a b"], ["c", "d e"]])).to_list() == [
        [[b"a", b"b"]],
        [[b"c"], [b"d", b"e"]],
    ]
    for bad in (
        lambda: s.unicode_transcode("a", "UTF-8", "LATIN"),
        lambda: s.unicode_transcode(b"\xff", "UTF-8", "UTF-8", errors="strict"),
        lambda: s.unsorted_segment_join(["a"], [2], 1),
        lambda: s.unsorted_segment_join(["a"], [0, 0], 1),
        lambda: s.unicode_encode([1], "LATIN"),
    ):
        with pytest.raises(ValueError, match=r".+"):
            bad()
