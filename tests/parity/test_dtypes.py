"""Every operation with every dtype: the same values, result dtypes and refusals."""

from __future__ import annotations

import numpy as np

from tests.parity.support import Either, either, rows

FLOATS = "float16 float32 float64"
INTEGERS = "int8 int16 int32 int64 uint8 uint16 uint32 uint64"
DTYPES = f"{FLOATS} {INTEGERS} bool string".split()

# x and y are filled with values of the row's dtype.
BINARY = """
x + y
x - y
x * y
x / y
x // y
x % y
x ** y
x == y
x != y
x < y
x >= y
x & y
x | y
x ^ y
tf.maximum(x, y)
tf.minimum(x, y)
tf.math.squared_difference(x, y)
tf.math.floormod(x, y)
tf.truncatediv(x, y)
tf.math.atan2(x, y)
tf.where([True, False, True, False], x, y)
tf.concat([x, y], 0)
tf.stack([x, y])
tf.matmul([x], [y], transpose_b=True)
"""

UNARY = """
-x
~x
abs(x)
tf.sign(x)
tf.square(x)
tf.sqrt(x)
tf.exp(x)
tf.math.log(x)
tf.sin(x)
tf.tanh(x)
tf.floor(x)
tf.round(x)
tf.math.is_nan(x)
tf.math.is_finite(x)
tf.sigmoid(x)
tf.nn.relu(x)
tf.nn.relu6(x)
tf.nn.leaky_relu(x)
tf.nn.elu(x)
tf.nn.softplus(x)
tf.nn.softmax(x)
tf.clip_by_value(x, 1, 2)
tf.logical_not(x)
tf.zeros_like(x)
tf.ones_like(x)
tf.identity(x)
tf.reshape(x, [2, 2])
tf.transpose(tf.reshape(x, [2, 2]))
tf.gather(x, [1, 0])
tf.one_hot(x, 4)
tf.tile(x, [2])
tf.pad(x, [[1, 1]])
tf.reverse(x, [0])
tf.broadcast_to(x, [2, 4])
tf.expand_dims(x, 0)
tf.split(x, 2)
tf.sort(x)
tf.argsort(x)
tf.unique(x)
tf.boolean_mask(x, [True, False, True, False])
x[1]
x[::-2]
x[x == x[0]]
list(x)
x.numpy()
str(x)
repr(x)
repr(tf.Variable(x))
"""

REDUCTIONS = """
tf.reduce_sum(x)
tf.reduce_mean(x)
tf.reduce_max(x)
tf.reduce_min(x)
tf.reduce_prod(x)
tf.reduce_all(x)
tf.reduce_any(x)
tf.argmax(x)
tf.argmin(x)
tf.cumsum(x)
tf.math.cumprod(x)
tf.reduce_logsumexp(x)
tf.math.reduce_std(x)
tf.math.reduce_variance(x)
tf.norm(x)
tf.math.count_nonzero(x)
tf.math.top_k(x, 2)
tf.add_n([x, x])
tf.tensordot(x, x, 1)
tf.einsum("i,i->", x, x)
"""

WITH_SCALARS = """
x + 1
1 + x
x + 1.5
1.5 * x
x / 2
x // 2
x ** 2
x == 1
x < 2
x + True
x + np.float64(1.0)
x + [1, 2, 3, 4]
x - np.ones(4)
x == None
"""


def samples(tf, dtype):
    if dtype == "bool":
        return [tf.constant([True, False, True, False]), tf.constant([True, True, False, False])]
    if dtype == "string":
        return [tf.constant(["b", "a", "b", ""]), tf.constant(["b", "c", "a", "d"])]
    first, second = [3, 0, 2, 1], [2, 1, 3, 1]
    if not dtype.startswith("u"):
        first = [-3, 0, 2, 1]
    if dtype.startswith("float"):
        first = [-2.5, 0.0, 2.25, 1.0]
    numbers = (np.array(values, dtype) for values in (first, second))
    return [tf.constant(array) for array in numbers]


def table(dtype: str) -> list[Either]:
    shared = {
        "x": lambda tf: samples(tf, dtype)[0],
        "y": lambda tf: samples(tf, dtype)[1],
    }
    text = BINARY + UNARY + REDUCTIONS + WITH_SCALARS
    return [Either(f"{dtype}: {row.name}", row.run, 3e-6) for row in either(text, **shared)]


def casts(source: str) -> list[Either]:
    def numbers(tf):
        is_other = source.startswith("float") or source in ("bool", "string")
        return samples(tf, source)[0] if is_other else tf.constant([0, 1, 100], source)

    made = either("\n".join(f"tf.cast(x, tf.{target})" for target in DTYPES), x=numbers)
    return [Either(f"{source}: {row.name}", row.run) for row in made]


CASES = [row for dtype in DTYPES for row in (*table(dtype), *casts(dtype))]


@rows("dtypes", CASES)
def test_dtypes(case: Either) -> None:
    case.check()
