"""Files, records, examples and serialized tensors: known bytes, round trips, damage."""

from __future__ import annotations

import gzip
import os
import zlib

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import (
    AlreadyExistsError,
    DataLossError,
    DTypeError,
    InvalidArgumentError,
    NotFoundError,
    ShapeError,
)
from glassbrook.ops.io import checksum, wire
from glassbrook.ops.io.bundles import BundleReader, data_path, index_path, pack_bundle
from glassbrook.ops.io.checksum import crc32c, extended, masked_crc32c
from glassbrook.ops.io.tables import read_table, write_table

RANDOM = np.random.default_rng(0)


def crc32c_by_bit(data):
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


class TestChecksum:
    def test_known_values(self):
        # RFC 3720, B.4.
        assert crc32c(b"123456789") == 0xE3069283
        assert crc32c(bytes(32)) == 0x8A9136AA
        assert crc32c(b"\xff" * 32) == 0x62A8AB43
        assert crc32c(bytes(range(32))) == 0x46DD794E

    @pytest.mark.parametrize("length", [0, 1, 1023, 4095, 4096, 4097, 9999, 20_011])
    def test_both_ways_agree_with_the_definition(self, length):
        data = RANDOM.bytes(length)
        expected = crc32c_by_bit(data)
        for way in (checksum._in_python, checksum._native()):
            assert way(0xFFFFFFFF, data) ^ 0xFFFFFFFF == expected
        assert crc32c(data) == expected
        assert extended(crc32c(data[:37]), data[37:]) == crc32c(data)


class TestWire:
    def test_numbers(self):
        for number in (0, 1, 127, 128, 300, 2**32, 2**63 - 1):
            message = wire.varint_field(1, number)
            assert list(wire.fields(message)) == [(1, 0, number)]
        (_, _, value) = next(iter(wire.fields(wire.varint_field(1, -5))))
        assert wire.signed(value) == -5

    @pytest.mark.parametrize(
        "data", [b"\x08", b"\x0a\x05ab", b"\x0d\x01", b"\x0f", b"\x00\x01", b"\x80" * 11]
    )
    def test_damage(self, data):
        with pytest.raises(wire.WireError):
            list(wire.fields(data))


class TestTables:
    def test_round_trip(self):
        entries = {f"key{n:05d}".encode(): RANDOM.bytes(n % 50) for n in range(3000)}
        entries[b""] = b"head"
        assert read_table(write_table(entries)) == entries

    def test_flipped_bits_are_found(self):
        data = write_table({b"": b"x", b"a": b"one", b"ab": b"two"})
        for position in range(len(data) * 8):
            damaged = bytearray(data)
            damaged[position // 8] ^= 1 << position % 8
            try:
                found = read_table(bytes(damaged))
            except wire.WireError:
                continue
            assert found == read_table(data)  # a bit that fills up


class TestBundles:
    @pytest.fixture
    def prefix(self, tmp_path):
        text = np.empty(2, object)
        text[:] = [b"hello", b"x" * 300]
        arrays = {"a/b": np.float32([[1, 2]]), "n": np.int64(5), "s": text, "e": np.zeros((0, 3))}
        prefix = str(tmp_path / "ckpt")
        index, data = pack_bundle(arrays)
        for path, content in ((index_path(prefix), index), (data_path(prefix), data)):
            with open(path, "wb") as file:
                file.write(content)
        return prefix

    def test_round_trip(self, prefix):
        reader = BundleReader(prefix)
        assert reader.names() == ["a/b", "e", "n", "s"]
        assert reader.get_tensor("a/b").tolist() == [[1, 2]]
        assert reader.get_tensor("n") == 5
        assert reader.get_tensor("s")[0] == b"hello"
        assert reader.get_tensor("e").shape == (0, 3)
        assert reader.shape("a/b") == (1, 2)
        assert reader.dtype("n") is tf.int64
        with pytest.raises(NotFoundError, match="Key q not found"):
            reader.get_tensor("q")

    def test_damage(self, prefix):
        path = data_path(prefix)
        with open(path, "rb") as file:
            good = file.read()
        for position in range(0, len(good), 7):
            damaged = bytearray(good)
            damaged[position] ^= 1
            with open(path, "wb") as file:
                file.write(damaged)
            reader = BundleReader(prefix)
            with pytest.raises(DataLossError):
                [reader.get_tensor(name) for name in reader.names()]
        os.remove(path)
        with pytest.raises(NotFoundError, match="not its numbers"):
            BundleReader(prefix).get_tensor("n")


class TestRecords:
    @pytest.mark.parametrize("compression", [None, "", "GZIP", "ZLIB"])
    def test_round_trip(self, tmp_path, compression):
        records = [RANDOM.bytes(n * 700) for n in range(8)]
        path = tmp_path / "data"
        with tf.io.TFRecordWriter(path, compression) as writer:
            for record in records:
                writer.write(record)
        dataset = tf.data.TFRecordDataset([path], compression)
        assert list(dataset.as_numpy_iterator()) == records
        assert dataset.element_spec == tf.TensorSpec((), tf.string)

    def test_bytes_of_a_record(self, tmp_path):
        with tf.io.TFRecordWriter(tmp_path / "data") as writer:
            writer.write(b"abc")
        data = (tmp_path / "data").read_bytes()
        assert data[:8] == (3).to_bytes(8, "little")
        assert data[8:12] == masked_crc32c(data[:8]).to_bytes(4, "little")
        assert data[12:15] == b"abc"
        assert data[15:] == masked_crc32c(b"abc").to_bytes(4, "little")

    def test_every_damage_is_found(self, tmp_path):
        path = tmp_path / "data"
        with tf.io.TFRecordWriter(path) as writer:
            writer.write(b"hello")
            writer.write(b"world")
        good = path.read_bytes()
        for position in range(len(good)):
            damaged = bytearray(good)
            damaged[position] ^= 4
            path.write_bytes(damaged)
            with pytest.raises(DataLossError, match="corrupted record"):
                list(tf.data.TFRecordDataset(str(path)))
        for length in set(range(1, len(good))) - {21}:
            path.write_bytes(good[:length])
            with pytest.raises(DataLossError, match="cut off"):
                list(tf.data.TFRecordDataset(str(path)))

    def test_refuses(self, tmp_path):
        with pytest.raises(InvalidArgumentError, match="BZIP"):
            tf.io.TFRecordWriter(tmp_path / "x", "BZIP")
        with pytest.raises(NotFoundError):
            list(tf.data.TFRecordDataset(str(tmp_path / "none")))
        with pytest.raises(NotFoundError):
            tf.io.TFRecordWriter(tmp_path / "none" / "x")
        writer = tf.io.TFRecordWriter(tmp_path / "x")
        with pytest.raises(TypeError, match="SerializeToString"):
            writer.write(tf.train.Example())
        writer.close()
        with pytest.raises(InvalidArgumentError, match="closed"):
            writer.write(b"a")
        (tmp_path / "x").write_bytes(gzip.compress(b"junk")[:-4])
        with pytest.raises(DataLossError):
            list(tf.data.TFRecordDataset(str(tmp_path / "x"), "GZIP"))


def example(**lists):
    kinds = {int: ("int64_list", tf.train.Int64List), float: ("float_list", tf.train.FloatList)}
    features = {}
    for name, values in lists.items():
        kind, cls = kinds.get(type(values[0]), ("bytes_list", tf.train.BytesList))
        features[name] = tf.train.Feature(**{kind: cls(value=values)})
    return tf.train.Example(features=tf.train.Features(feature=features))


class TestExamples:
    def test_known_bytes(self):
        data = example(a=[1, -2]).SerializeToString()
        assert data == (
            b"\n\x16\n\x14\n\x01a\x12\x0f\x1a\r\n\x0b\x01\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"
        )
        floats = example(c=[1.0, 2.0]).SerializeToString()
        assert floats.endswith(b"\x12\n\n\x08\x00\x00\x80?\x00\x00\x00@")

    def test_round_trip_and_text(self):
        message = example(a=[1, -2], b=[b"x\n\xff"], c=[1.5])
        again = tf.train.Example.FromString(message.SerializeToString())
        assert again == message
        assert again.features.feature["a"].int64_list.value == [1, -2]
        assert again.features.feature["c"].WhichOneof("kind") == "float_list"
        assert not again.features.feature["c"].HasField("int64_list")
        assert 'value: "x\\n\\377"' in str(message)
        assert message.ByteSize() == len(message.SerializeToString())

    def test_built_step_by_step(self):
        message = tf.train.Example()
        message.features.feature["q"].float_list.value.append(1.5)
        message.features.feature["q"].float_list.value.extend([2, 3])
        assert message == example(q=[1.5, 2.0, 3.0])

    def test_refuses(self):
        with pytest.raises(TypeError, match="bytes"):
            tf.train.BytesList(value=["text"])
        with pytest.raises(TypeError, match="list of values"):
            tf.train.BytesList(value=b"text")
        with pytest.raises(TypeError, match="int"):
            tf.train.Int64List(value=[1.5])
        with pytest.raises(ValueError, match="out of range"):
            tf.train.Int64List(value=[2**63])
        with pytest.raises(TypeError, match="FloatList"):
            tf.train.Feature(float_list=tf.train.Int64List(value=[1]))
        with pytest.raises(InvalidArgumentError, match="Example"):
            tf.train.Example.FromString(b"junk")

    def test_parsing(self):
        data = [example(a=[1, 2], b=[b"x"]), example(a=[3, 4])]
        features = {
            "a": tf.io.FixedLenFeature([2], tf.int64),
            "b": tf.io.FixedLenFeature([], tf.string, default_value="none"),
            "z": tf.io.FixedLenSequenceFeature([], tf.float32, allow_missing=True),
        }
        found = tf.io.parse_example([each.SerializeToString() for each in data], features)
        assert found["a"].numpy().tolist() == [[1, 2], [3, 4]]
        assert found["b"].numpy().tolist() == [b"x", b"none"]
        assert found["z"].shape == (2, 0)
        one = tf.io.parse_single_example(data[0].SerializeToString(), features)
        assert one["a"].numpy().tolist() == [1, 2]

    def test_sequences_of_other_lengths(self):
        data = [example(a=values).SerializeToString() for values in ([1], [1, 2, 3])]
        spec = tf.io.FixedLenSequenceFeature([], tf.int64, allow_missing=True, default_value=-1)
        found = tf.io.parse_example(data, {"a": spec})["a"].numpy()
        assert found.tolist() == [[1, -1, -1], [1, 2, 3]]
        sparse = tf.io.parse_example(data, {"a": tf.io.VarLenFeature(tf.int64)})["a"]
        assert sparse.indices.numpy().tolist() == [[0, 0], [1, 0], [1, 1], [1, 2]]
        assert sparse.dense_shape.numpy().tolist() == [2, 3]

    @pytest.mark.parametrize(
        "features, error, message",
        [
            ({"a": tf.io.FixedLenFeature([3], tf.int64)}, InvalidArgumentError, "shape"),
            ({"z": tf.io.FixedLenFeature([], tf.int64)}, InvalidArgumentError, "required"),
            ({"a": tf.io.FixedLenFeature([2], tf.float32)}, InvalidArgumentError, "types"),
            ({"a": tf.io.FixedLenFeature([2], tf.int32)}, DTypeError, "int64"),
            ({"a": tf.io.FixedLenFeature([None], tf.int64)}, InvalidArgumentError, "not known"),
            ({"a": tf.int64}, InvalidArgumentError, "FixedLenFeature"),
            ({}, InvalidArgumentError, "Missing"),
        ],
    )
    def test_parsing_refuses(self, features, error, message):
        with pytest.raises(error, match=message):
            tf.io.parse_single_example(example(a=[1, 2]).SerializeToString(), features)

    def test_pipeline(self, tmp_path):
        path = str(tmp_path / "data")
        with tf.io.TFRecordWriter(path) as writer:
            for number in range(5):
                writer.write(example(x=[float(number)] * 3, y=[number]).SerializeToString())
        spec = {
            "x": tf.io.FixedLenFeature([3], tf.float32),
            "y": tf.io.FixedLenFeature([], tf.int64),
        }
        dataset = tf.data.TFRecordDataset(path).map(lambda s: tf.io.parse_single_example(s, spec))
        batch = next(iter(dataset.batch(5)))
        assert batch["y"].numpy().tolist() == [0, 1, 2, 3, 4]
        assert batch["x"].numpy()[4].tolist() == [4, 4, 4]


class TestTensors:
    @pytest.mark.parametrize(
        "value",
        [
            np.float32([1.5, -2]),
            np.array([[1, 2], [3, 4]]),
            np.array([True, False]),
            np.uint8([1, 200]),
            np.float16([0.5]),
            np.uint64([2**63]),
            np.zeros((0, 3), np.int32),
            np.float64(3),
        ],
    )
    def test_round_trip(self, value):
        found = tf.io.parse_tensor(tf.io.serialize_tensor(value), value.dtype)
        assert found.shape == value.shape
        np.testing.assert_array_equal(found, value)

    def test_strings(self):
        found = tf.io.parse_tensor(tf.io.serialize_tensor([[b"a", b"\xff"]]), tf.string)
        assert found.numpy().tolist() == [[b"a", b"\xff"]]

    def test_known_bytes(self):
        data = tf.io.serialize_tensor([1.5, 2.0]).numpy()
        assert data == b'\x08\x01\x12\x04\x12\x02\x08\x02"\x08\x00\x00\xc0?\x00\x00\x00@'

    def test_a_value_that_repeats(self):
        # What `tf.make_tensor_proto(3, shape=[2])` gives.
        assert tf.io.parse_tensor(
            b"\x08\x03\x12\x04\x12\x02\x08\x02:\x01\x03", tf.int32
        ).numpy().tolist() == [3, 3]

    @pytest.mark.parametrize(
        "data, dtype, message",
        [
            (b"junk", tf.float32, "could not parse"),
            (b"", tf.float32, "could not parse"),
            (
                b"\x08\x01\x12\x04\x12\x02\x08\x03\x22\x04\x00\x00\x80?",
                tf.float32,
                "do not make",
            ),
            (b"\x08\x63", tf.float32, "unknown"),
            (b"\x08\x01", tf.int32, "Type mismatch"),
            # 2⁴⁰ elements in a few bytes.
            (b"\x08\x01\x12\x09\x12\x07\x08\x80\x80\x80\x80\x80\x20", tf.float32, "too many"),
        ],
    )
    def test_refuses(self, data, dtype, message):
        with pytest.raises(InvalidArgumentError, match=message):
            tf.io.parse_tensor(data, dtype)


class TestStrings:
    def test_base64(self):
        texts = [b"", b"a", b"ab?>", bytes(range(256))]
        encoded = tf.io.encode_base64(texts)
        assert encoded.numpy()[2] == b"YWI_Pg"
        assert tf.io.decode_base64(encoded).numpy().tolist() == texts
        for bad in (b"a+b", b"a!b", b"a"):
            with pytest.raises(InvalidArgumentError, match="base 64"):
                tf.io.decode_base64(bad)

    def test_raw(self):
        assert tf.io.decode_raw(
            [b"\x01\x02", b"\x03"], tf.uint8, fixed_length=3
        ).numpy().tolist() == [
            [1, 2, 0],
            [3, 0, 0],
        ]
        big = tf.io.decode_raw(b"\x01\x00", tf.int16, little_endian=False)
        assert big.numpy().tolist() == [256]
        with pytest.raises(InvalidArgumentError, match="same size"):
            tf.io.decode_raw([b"ab", b"c"], tf.uint8)
        with pytest.raises(InvalidArgumentError, match="whole number"):
            tf.io.decode_raw(b"abc", tf.int16)

    def test_csv(self):
        columns = tf.io.decode_csv(['1,"a,""b""",2.5', ",c,"], [[7], [""], [0.5]])
        assert [column.numpy().tolist() for column in columns] == [
            [1, 7],
            [b'a,"b"', b"c"],
            [2.5, 0.5],
        ]
        picked = tf.io.decode_csv(["1;2;3"], [[0], [0]], field_delim=";", select_cols=[0, 2])
        assert [int(column[0]) for column in picked] == [1, 3]

    @pytest.mark.parametrize(
        "line, defaults, message",
        [
            ("1,2", [[0]], "Expect 1 fields but have 2"),
            ("x", [[0]], "not a valid int32"),
            ("99999999999", [[0]], "not a valid int32"),
            (",1", [tf.constant([], tf.int32), [0]], "required but missing"),
        ],
    )
    def test_csv_refuses(self, line, defaults, message):
        with pytest.raises(InvalidArgumentError, match=message):
            tf.io.decode_csv([line], defaults)

    def test_compressed(self):
        assert tf.io.decode_compressed(gzip.compress(b"hi"), "GZIP").numpy() == b"hi"
        with pytest.raises(InvalidArgumentError, match="cut off"):
            tf.io.decode_compressed(zlib.compress(b"hello")[:-3], "ZLIB")


class TestFiles:
    def test_read_and_write(self, tmp_path):
        path = str(tmp_path / "deep" / "a.bin")
        tf.io.write_file(path, b"\x00\xff")
        assert tf.io.read_file(tf.constant(path)).numpy() == b"\x00\xff"
        assert tf.io.matching_files(str(tmp_path / "*" / "[a-b]*")).numpy().tolist() == [
            path.encode()
        ]
        with pytest.raises(NotFoundError, match="No such file"):
            tf.io.read_file(str(tmp_path / "none"))
        with pytest.raises(InvalidArgumentError):
            tf.io.read_file(str(tmp_path))
        with pytest.raises(DTypeError, match="serialize_tensor"):
            tf.io.write_file(path, [1.0])

    def test_a_function_reads_anew_each_time(self, tmp_path):
        path = str(tmp_path / "a.txt")

        @tf.function
        def read():
            return tf.io.read_file(path)

        tf.io.write_file(path, b"one")
        with pytest.warns(UserWarning, match="a file"):
            assert read().numpy() == b"one"
        tf.io.write_file(path, b"two")
        assert read().numpy() == b"two"

    def test_gfile(self, tmp_path):
        gfile = tf.io.gfile
        folder = gfile.join(str(tmp_path), "a", "b")
        gfile.makedirs(folder)
        gfile.makedirs(folder)
        with pytest.raises(AlreadyExistsError):
            gfile.mkdir(folder)
        path = gfile.join(folder, "t.txt")
        with gfile.GFile(path, "w") as file:
            file.write("one\ntwo\n")
        with gfile.GFile(path) as file:
            assert list(file) == ["one\n", "two\n"]
        with gfile.GFile(path, "rb") as file:
            assert file.size() == 8
            assert file.read(3) == b"one"
            file.seek(4)
            assert file.readline() == b"two\n"
            assert file.tell() == 8
        gfile.copy(path, path + "2")
        with pytest.raises(AlreadyExistsError):
            gfile.copy(path, path + "2")
        gfile.rename(path, path + "2", overwrite=True)
        assert gfile.listdir(folder) == ["t.txt2"]
        assert gfile.glob(gfile.join(folder, "*")) == [path + "2"]
        assert gfile.stat(path + "2").length == 8
        assert [names for _, _, names in gfile.walk(str(tmp_path))] == [[], [], ["t.txt2"]]
        gfile.remove(path + "2")
        assert not gfile.exists(path + "2")
        assert gfile.isdir(folder)
        gfile.rmtree(gfile.join(str(tmp_path), "a"))
        assert gfile.listdir(str(tmp_path)) == []
        for call in (gfile.remove, gfile.stat, gfile.listdir, gfile.rmtree):
            with pytest.raises(NotFoundError):
                call(path)
        with pytest.raises(NotFoundError):
            gfile.GFile(path).read()


class TestAudio:
    def test_round_trip(self):
        sound = (RANDOM.random((50, 2)) * 2 - 1).astype(np.float32)
        found, rate = tf.audio.decode_wav(tf.audio.encode_wav(sound, 8000))
        assert int(rate) == 8000
        np.testing.assert_allclose(found, sound, atol=1 / 32768)
        shorter, _ = tf.audio.decode_wav(tf.audio.encode_wav(sound, 8000), 1, 60)
        assert shorter.shape == (60, 1)
        assert np.abs(shorter[50:]).max() == 0

    def test_refuses(self):
        with pytest.raises(InvalidArgumentError, match="no WAV file"):
            tf.audio.decode_wav(b"junk")
        with pytest.raises(ShapeError):
            tf.audio.encode_wav([0.0], 8000)
