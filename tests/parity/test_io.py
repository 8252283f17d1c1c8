"""`tf.io`, `tf.audio` and records: the same bytes, the same values out of them."""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib

import numpy as np
import tensorflow

from tests.parity.support import Case, failures, glassbrook, rows, values

FOLDER = tempfile.mkdtemp()
for _name in ("a1.txt", "b.png", ".hidden"):
    with open(os.path.join(FOLDER, _name), "w") as _file:
        _file.write("x")
SOUND = (np.random.default_rng(0).random((50, 2)) * 2 - 1).astype(np.float32)
WAV = tensorflow.audio.encode_wav(SOUND, 8000).numpy()


def packed(value, **options):
    return tensorflow.make_tensor_proto(value, **options).SerializeToString()


def example(tf, **lists):
    kinds = {int: ("int64_list", "Int64List"), float: ("float_list", "FloatList")}
    features = {}
    for name, items in lists.items():
        kind, cls = kinds.get(type(items[0]), ("bytes_list", "BytesList"))
        features[name] = tf.train.Feature(**{kind: getattr(tf.train, cls)(value=items)})
    return tf.train.Example(features=tf.train.Features(feature=features))


ONE = example(tensorflow, a=[1, -2], b=[b"x", b"y"], c=[1.0, 2.0]).SerializeToString()
TWO = example(tensorflow, a=[5], c=[1.0, 2.0]).SerializeToString()
SHARED = {
    "io": lambda tf: tf.io,
    "folder": lambda tf: FOLDER,
    "packed": lambda tf: packed,
    "gzip": lambda tf: gzip,
    "zlib": lambda tf: zlib,
    "os": lambda tf: os,
    "wav": lambda tf: WAV,
    "sound": lambda tf: SOUND,
    "one": lambda tf: ONE,
    "two": lambda tf: TWO,
    "F": lambda tf: tf.io.FixedLenFeature,
    "S": lambda tf: tf.io.FixedLenSequenceFeature,
    "V": lambda tf: tf.io.VarLenFeature,
    "example": lambda tf: lambda **lists: example(tf, **lists),
}

VALUES = """
io.serialize_tensor(c([1.5, 2.0]))
io.serialize_tensor(c([[1, 2], [3, 4]]))
io.serialize_tensor(c([b"a", b"bcd"]))
io.serialize_tensor(c([True]))
io.serialize_tensor(c(5))
io.serialize_tensor(c([1, 2], tf.uint8))
io.serialize_tensor(c([1.0], tf.float16))
io.serialize_tensor(tf.zeros([0, 2]))
io.serialize_tensor(c(-5, tf.int64))
io.serialize_tensor(c(b""))
io.parse_tensor(packed([1.5, 1.5, 1.5]), tf.float32)
io.parse_tensor(packed(3, shape=[2]), tf.int32)
io.parse_tensor(packed(2.5, shape=[2, 2]), tf.float32)
io.parse_tensor(packed([1, -2], dtype="int64"), tf.int64)
io.parse_tensor(packed([1, 2], dtype="uint16"), tf.uint16)
io.parse_tensor(packed([True, False]), tf.bool)
io.parse_tensor(packed([1.0, 2.0], dtype="float64"), tf.float64)
io.parse_tensor(packed([1.0, 2.0], dtype="float16"), tf.float16)
io.parse_tensor(packed([b"a", b""]), tf.string)
io.encode_base64([b"a", b"ab?>", b""])
io.encode_base64([b"a", b"ab?>", b""], pad=True)
io.decode_base64(["YQ", "YWI_Pg==", ""])
io.decode_raw([b"abcdefgh", b"12345678"], tf.int16)
io.decode_raw(b"abcdefgh", tf.int32, little_endian=False)
io.decode_raw([b"abc", b"d"], tf.uint8, fixed_length=4)
io.decode_raw(b"\\x01\\x00", tf.bool)
io.decode_csv(["1,2.5,a", '3,,"x,y"'], [[0], [1.0], [""]])
io.decode_csv("1,2", [[0], [0]])
io.decode_csv(['"a""b",c'], [[""], [""]])
io.decode_csv(["NA,1"], [[7], [0]], na_value="NA")
io.decode_csv(["1,2,3"], [[0], [0]], select_cols=[0, 2])
io.decode_csv(['1;"2'], [[0], [""]], field_delim=";", use_quote_delim=False)
io.decode_compressed([gzip.compress(b"hello")], "GZIP")
io.decode_compressed([zlib.compress(b"hello")], "ZLIB")
io.decode_compressed([b"hello"])
io.matching_files(folder + "/*")
io.matching_files(folder + "/*.txt")
io.matching_files([folder + "/[ab]*", folder + "/nothing"])
io.matching_files(folder + "/[^a]*")
io.matching_files(folder + "/?1*")
sorted(io.gfile.glob(folder + "/*.txt"))
sorted(io.gfile.listdir(folder))
io.gfile.exists(folder), io.gfile.isdir(folder), io.gfile.exists(folder + "/none")
io.gfile.stat(folder + "/a1.txt").length
io.gfile.GFile(folder + "/a1.txt").read()
io.read_file(folder + "/a1.txt")
tf.audio.encode_wav(sound, 8000)
tuple(tf.audio.decode_wav(wav))
tuple(tf.audio.decode_wav(wav, 1, 70))
tuple(tf.audio.decode_wav(wav, 2, 20))
io.parse_single_example(one, {"a": F([2], tf.int64), "c": F([2], tf.float32)})
io.parse_single_example(one, {"b": F([2, 1], tf.string)})
io.parse_single_example(one, {"z": F([], tf.int64, 7)})
io.parse_single_example(one, {"a": S([], tf.int64, True), "z": S([], tf.float32, True)})
io.parse_example([one, one], {"a": F([2], tf.int64), "c": F([2], tf.float32)})
io.parse_example([one, two], {"a": S([], tf.int64, True), "z": S([], tf.float32, True)})
io.parse_example([one, two], {"b": F([2], tf.string, [b"n", b"m"])})
[io.parse_example([one, two], {"a": V(tf.int64)})["a"].indices]
[io.parse_single_example(one, {"b": V(tf.string)})["b"].values]
str(example(a=[1, -2]))
str(example(b=[b'x"\\xff\\n']))
str(example(c=[1.0, 2.5, 1e20]))
example(a=[1, -2]).SerializeToString()
example(c=[1.0, 2.5]).SerializeToString()
example(b=[b"x"]).ByteSize()
example(a=[3]).features.feature["a"].int64_list.value[0]
example(a=[3]).features.feature["a"].WhichOneof("kind")
tf.train.Example.FromString(one) == tf.train.Example.FromString(one)
sorted(tf.train.Example.FromString(one).features.feature)
"""

FAILURES = """
io.parse_tensor(b"junk", tf.float32)
io.parse_tensor(packed([1.0]), tf.int32)
io.decode_base64("a!b")
io.decode_base64("a+b")
io.decode_raw([b"abc", b"d"], tf.uint8)
io.decode_raw(b"abc", tf.int16)
io.decode_csv(["1,2"], [[0]])
io.decode_csv(["x"], [[0]])
io.decode_csv([",1"], [c([], tf.int32), [0]])
io.decode_compressed([b"junk"], "GZIP")
io.decode_compressed([b"junk"], "LZMA")
io.read_file(folder + "/none")
io.read_file(folder)
io.gfile.GFile(folder + "/none").read()
io.gfile.remove(folder + "/none")
tf.audio.decode_wav(b"junk")
io.parse_single_example(b"junk", {"a": F([2], tf.int64)})
io.parse_single_example(one, {"a": F([3], tf.int64)})
io.parse_single_example(one, {"z": F([], tf.int64)})
io.parse_single_example(one, {"a": F([2], tf.float32)})
io.parse_single_example(one, {"a": F([2], tf.int32)})
tf.train.BytesList(value=["text"])
tf.train.Int64List(value=[1.5])
tf.train.Int64List(value=[2**63])
tf.train.Feature(float_list=tf.train.Int64List(value=[1]))
list(tf.data.TFRecordDataset(folder + "/none"))
io.TFRecordWriter(folder + "/x", "BZIP")
"""


@rows("io", values(VALUES, **SHARED))
def test_values(case):
    case.check()


@rows("io failures", failures(FAILURES, **SHARED))
def test_failures(case):
    case.check()


def records(compression, writer, reader):
    """Records that one framework writes and the other reads."""
    path = os.path.join(tempfile.mkdtemp(), "data")
    with writer.io.TFRecordWriter(path, compression) as file:
        for number in range(30):
            file.write(bytes([number]) * number * 37)
    return [each.numpy() for each in reader.data.TFRecordDataset(path, compression)]


RECORDS = [
    Case(f"{kind or 'plain'}{there}", lambda tf, kind=kind, pick=pick: records(kind, *pick(tf)))
    for kind in ("", "GZIP", "ZLIB")
    for there, pick in (
        (", written by the other", lambda tf: (other(tf), tf)),
        (", read by the other", lambda tf: (tf, other(tf))),
    )
]


def other(tf):
    return glassbrook if tf is tensorflow else tensorflow


@rows("records", RECORDS)
def test_records(case):
    case.check()
