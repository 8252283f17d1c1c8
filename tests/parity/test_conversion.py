"""What becomes of Python and NumPy values: dtypes, shapes, wrapping, and what is refused."""

from __future__ import annotations

import numpy as np

from tests.parity.support import Case, Fails, failures, rows, values

CONSTANTS = """
c(1)
c(1.0)
c(True)
c("a")
c(b"a")
c([1, 2.0])
c([])
c([[]])
c([[], []])
c([], dtype=tf.int32)
c((1, 2))
c([(1, 2), (3, 4)])
c(range(3))
c(np.float64(1))
c(np.float32(2))
c(np.float16(2))
c(np.int64(1))
c(np.uint32(1))
c(np.bool_(True))
c(np.str_("a"))
c(np.arange(2))
c(np.array([True]))
c(np.array(["a", "bc"]))
c(np.array([b"a"]))
c(np.array([b"a", "b"], dtype=object))
c(np.array(5))
c(np.zeros((0, 3)))
c([np.int64(1)])
c([np.float64(1)])
c([np.float32(1)])
c([np.int64(1), 2])
c([1, np.int64(2)])
c([1.0, np.float64(2)])
c([np.float32(1.5), 2])
c([1.5, np.int64(2)])
c([np.int64(2), 1.5])
c([np.array(1.0), 2.0])
c([np.array([1, 2]), np.array([3, 4])])
c([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
c([1, True])
c([1.0, True])
c(2**31)
c(-(2**31))
c([2**31])
c([1, 2**40])
c(2**31, dtype=tf.int64)
c(2**63, dtype=tf.uint64)
c(2**40, dtype=tf.int32)
c(2**40, dtype=tf.int16)
c(300, dtype=tf.uint8)
c(-1, dtype=tf.uint8)
c([300, -1], dtype=tf.uint8)
c(123456789, dtype=tf.int16)
c([123456789], dtype=tf.int16)
c(123456789, dtype=tf.int8)
c(np.array([300]), dtype=tf.uint8)
c(np.int64(123456789), dtype=tf.int16)
c(True, dtype=tf.float32)
c(True, dtype=tf.int32)
c([True, False], dtype=tf.int32)
c(np.array([1, 0]), dtype=tf.bool)
c(np.array([1.7, -1.7]), dtype=tf.int32)
c(np.float64(1.5), dtype=tf.int32)
c(np.array([1.5]), dtype=tf.float16)
c(1e40, dtype=tf.float32)
c(70000.0, dtype=tf.float16)
c(16777217)
c(16777217, dtype=tf.float32)
c(1, dtype=tf.float32)
c([1, 2], dtype="float64")
c(1, "float16")
c(1, float)
c(1.0, dtype=np.float64)
c(c([1.0, 2.0]))
c(v([1.0, 2.0]))
c(c([1.0, 2.0]), shape=[2, 1])
c(0, shape=[2, 3])
c([1, 2, 3, 4], shape=[2, 2])
c([5], shape=[2, 2])
c(1.0, shape=())
c([1.0], shape=())
c(1.0, shape=3)
c(np.ones((2, 3)), shape=(3, 2))
c(tf.TensorShape([1, 2]))
c("é")
c([["a"], ["b"]])
c(1, name="x")
"""

CONVERSIONS = """
tf.convert_to_tensor([1, 2.5])
tf.convert_to_tensor("a")
tf.convert_to_tensor(v(1.0))
tf.convert_to_tensor([c(1.0), 2.0])
tf.convert_to_tensor([c(1), c(2)])
tf.convert_to_tensor([c([1.0]), c([2.0])])
tf.convert_to_tensor([v(1.0), 2.0])
tf.convert_to_tensor([1, 2], dtype_hint=tf.float32)
tf.convert_to_tensor([1.5], dtype_hint=tf.int32)
tf.convert_to_tensor(np.array([1.0, 2.0]), dtype=tf.float32)
tf.convert_to_tensor(np.array([1.5, 2.0]), dtype=tf.int32)
tf.convert_to_tensor([1, 2], dtype=tf.float64)
tf.convert_to_tensor([[1, 2], [3, 4]], tf.uint8)
tf.convert_to_tensor(c([1.0]), dtype=tf.float32)
tf.cast(c([1.9, -1.9, 2.5]), tf.int32)
tf.cast(c([0, 1, -3]), tf.bool)
tf.cast(c([0.5, 0.0]), tf.bool)
tf.cast(True, tf.float32)
tf.cast([True, False], "int64")
tf.cast([1, 2], tf.float64)
tf.cast(c([300, -1]), tf.uint8)
tf.cast(c([1.5]), tf.float16)
tf.cast(c(1e30), tf.float16)
tf.cast(c(1.0), "float64")
tf.cast(c(1.0), float)
tf.cast(v(3), tf.float32)
tf.cast(c(-1), tf.uint32)
tf.cast(c(2**40), tf.int32)
tf.dtypes.cast(1.7, tf.int32)
tf.cast(x := c([1.0]), tf.float32) is x
tf.convert_to_tensor(x := c([1.0])) is x
tf.is_tensor(c(1))
tf.is_tensor(v(1))
tf.is_tensor(np.array(1))
tf.is_tensor(1)
isinstance(c(1), tf.Tensor)
isinstance(v(1.0), tf.Variable)
isinstance(v(1.0), tf.Tensor)
c(1.0).numpy()
c([1, 2]).numpy()
c("a").numpy()
c(["a", "b"]).numpy()
c(True).numpy()
type(c(1.0).numpy())
type(c(1).numpy())
type(c("a").numpy())
type(c([1]).numpy())
np.array(c([1, 2]))
np.asarray(c([1.0]))
np.array(c(1))
np.array([c(1), c(2)])
np.array([c([1.0]), c([2.0])])
np.float32(c(1.0))
np.array(c([1, 2]), dtype=np.float64)
np.array(v([1.0, 2.0]))
c([1.0]).__array__()
np.sin(c([1.0, 2.0]))
np.add(c([1.0, 2.0]), 1)
np.sum(c([1.0, 2.0]))
np.mean(c([1.0, 2.0]))
np.argmax(c([1.0, 2.0]))
np.concatenate([c([1.0]), c([2.0])])
np.allclose(c([1.0]), [1.0])
"""

DTYPES = """
str(tf.float32)
repr(tf.float32)
tf.float32 == "float32"
tf.float32 == np.float32
tf.float32 == np.dtype("float32")
tf.float32 == "foo"
tf.float32 == None
tf.float32 != "float32"
tf.float32 != tf.float64
tf.float32 == float
hash(tf.float32) == hash(tf.float32)
tf.double is tf.float64
tf.half is tf.float16
tf.as_dtype("float32")
tf.as_dtype(float)
tf.as_dtype(bool)
tf.as_dtype(np.int16)
tf.as_dtype(np.dtype("f8"))
tf.as_dtype("half")
tf.as_dtype("double")
tf.as_dtype("string")
tf.as_dtype("bool")
tf.as_dtype("float")
tf.as_dtype(tf.int8)
tf.dtypes.as_dtype("int8")
tf.float32.name
tf.string.name
tf.float32.min
tf.float32.max
tf.float16.max
tf.float64.max
tf.int8.min
tf.int8.max
tf.uint8.max
tf.int64.max
tf.float32.size
tf.bool.size
tf.int64.size
tf.float32.as_numpy_dtype
tf.int32.as_numpy_dtype
tf.bool.as_numpy_dtype
tf.string.as_numpy_dtype
tf.float32.is_floating
tf.int32.is_floating
tf.int32.is_integer
tf.bool.is_integer
tf.uint8.is_unsigned
tf.int8.is_unsigned
tf.bool.is_bool
tf.float32.is_complex
tf.float32.base_dtype
tf.int32.is_compatible_with(tf.int32)
tf.int32.is_compatible_with("int32")
tf.int32.is_compatible_with(tf.int64)
isinstance(tf.float32, tf.DType)
isinstance(tf.float32, tf.dtypes.DType)
c(1).dtype == tf.int32
c(1).dtype == "int32"
c(1.0).dtype in (tf.float32, tf.float64)
c(1.0).dtype is tf.float32
np.zeros(2, tf.float32.as_numpy_dtype)
"""

SHAPES = """
str(s)
repr(s)
s[0]
s[-1]
s[1:]
s[:1]
s[:]
len(s)
bool(s)
bool(tf.TensorShape([]))
list(s)
tuple(s)
s.as_list()
s.rank
s.ndims
s.num_elements()
s == (2, 3, 4)
s == [2, 3, 4]
s != (2, 3)
s == tf.TensorShape([2, 3, 4])
s == None
(2, 3, 4) == s
tf.TensorShape([]) == ()
s + [5]
s + (5,)
(1,) + s
[1] + s
s.concatenate([7])
hash(s) == hash(tf.TensorShape([2, 3, 4]))
s.is_fully_defined()
tf.TensorShape([None, 3]).is_fully_defined()
tf.TensorShape([None, 3]).is_compatible_with([5, 3])
tf.TensorShape([None, 3]).is_compatible_with([5, 4])
tf.TensorShape([None, 3]).as_list()
tf.TensorShape([None, 3]) == tf.TensorShape([None, 3])
tf.TensorShape(None).rank
tf.TensorShape(s)
tf.TensorShape(c([2, 3]).shape)
isinstance(s, tuple)
isinstance(c([1]).shape, tf.TensorShape)
type(s[0])
tf.zeros(s).shape
tf.zeros(s[1:]).shape
tf.zeros([s[0], 5]).shape
tf.reshape(tf.range(24), s).shape
np.zeros(s).shape
2 in s
a * b if (a := s[0]) and (b := s[1]) else None
[size for size in s]
c([[1, 2]]).shape
c([[1, 2]]).shape[1]
c([[1, 2]]).shape.rank
c([[1, 2]]).get_shape()
c([[1, 2]]).ndim
c(1).shape.as_list()
"""

ERRORS = """
c([True, 1])
c([True, 1.0])
c([1, "a"])
c(["a", 1])
c(2**63)
c(2**64)
c(2**63, dtype=tf.int64)
c(None)
c([None])
c([1, None])
c([[1, 2], [3]])
c([[1, 2], 3])
c([1, [2]])
c(c([1.0, 2.0]), dtype=tf.float64)
c(c([1, 2]), dtype=tf.float32)
c(1.5, dtype=tf.int32)
c([1.5, 2], dtype=tf.int32)
c(1.0, dtype=tf.int32)
c(1, dtype=tf.bool)
c(0.0, dtype=tf.bool)
c("a", dtype=tf.float32)
c(1, dtype=tf.string)
c("1", dtype=tf.int32)
c(float("nan"), dtype=tf.int32)
c(np.array([1, "b"], dtype=object))
c(np.array([1, 2], dtype=object))
c(np.datetime64("2020-01-01"))
c(1e40)
c([1, 2, 3], shape=[2, 2])
c([[5]], shape=[2, 2])
c([1, 2, 3, 4, 5], shape=[2, 2])
c({1, 2})
c({"a": 1})
c(object())
c(lambda: 1)
c(iter([1, 2]))
c(1, dtype="foo")
tf.convert_to_tensor(c(1.0), dtype=tf.float64)
tf.convert_to_tensor(c([1]), dtype=tf.float32)
tf.convert_to_tensor(v(1.0), dtype=tf.float64)
tf.convert_to_tensor(None)
tf.convert_to_tensor([c(1), c(2.0)])
tf.convert_to_tensor([c([1.0]), c([1.0, 2.0])])
tf.cast(c("1"), tf.int32)
tf.cast(c(1), tf.string)
tf.as_dtype("foo")
tf.as_dtype("int")
tf.as_dtype(None)
tf.as_dtype(list)
tf.as_dtype(int)
tf.as_dtype(str)
tf.string.min
tf.bool.max
len(tf.TensorShape(None))
tf.TensorShape(None).as_list()
tf.TensorShape([2, 3])[5]
tf.TensorShape([-1])
tf.TensorShape([2.5])
tf.TensorShape(["a"])
c([1]).name
c([1.0]).tolist()
c([1.0]).T
c([1.0]).reshape(1)
c([1.0]).mean()
c([1.0]).astype("int32")
c([1.0]).item()
c([1.0]).foo
c([1.0]).set_shape([2])
"""

CASES = [
    *values(CONSTANTS),
    *values(CONVERSIONS),
    *values(DTYPES),
    *values(SHAPES, s=lambda tf: tf.TensorShape([2, 3, 4])),
    *failures(ERRORS),
]


def later_write_to_the_array(tf):
    array = np.array([1.0, 2.0])
    tensor = tf.convert_to_tensor(array)
    array[0] = 9.0
    return tensor


def write_to_what_numpy_returned(tf):
    tensor = tf.constant([1.0, 2.0])
    array = tensor.numpy()
    array[0] = 9.0
    return tensor


COPIES = (later_write_to_the_array, write_to_what_numpy_returned)
CASES += [Case(run.__name__, run) for run in COPIES]


@rows("conversion", CASES)
def test_conversion(case: Case | Fails) -> None:
    case.check()
