"""Python's operators and built-in functions on tensors: promotion, comparison, what is refused."""

from __future__ import annotations

from tests.parity.support import Case, Fails, failures, rows, values

SHARED = {
    "f": lambda tf: tf.constant([1.0, 2.0, 3.0]),
    "i": lambda tf: tf.constant([1, 2, 3]),
    "d": lambda tf: tf.constant([1.0, 2.0, 3.0], dtype=tf.float64),
    "b": lambda tf: tf.constant([True, False, True]),
    "w": lambda tf: tf.Variable([1.0, 2.0, 3.0]),
}

MIXED = """
f + 1
f + 1.5
f + True
f + np.float64(1.5)
f + np.float32(1.5)
f + np.int64(2)
f + np.array([1.0, 2.0, 3.0])
f + np.array([1.5, 2.0, 3.0], dtype=np.float32)
f + np.array([1, 2, 3])
f + [1, 2, 3]
f + [1.5, 2, 3]
f + (1, 2, 3)
[1, 2, 3] + f
1 + f
1.5 - f
np.float64(1.5) * f
np.float32(1.5) * f
np.array([1.0, 2.0, 3.0]) * f
np.array([1.0, 2.0, 3.0], dtype=np.float32) - f
np.array([[1.0, 2.0, 3.0]], dtype=np.float32) / f
f + w
w + f
w * 2
2 / w
w ** 2
-w
abs(w)
w > 1.5
w + np.array([1.0, 2.0, 3.0])
i + np.int64(5)
i + np.array([1, 2, 3])
i + np.array([1.5, 2, 3])
i * np.float64(1.5)
i + True
i + 2**31
i + 2**40
c(1, tf.uint8) + 300
c(1, tf.int64) + 1
c(1, tf.uint8) + 1
c(1, tf.float16) + 0.1
d + 1
d * 1.1
d + np.float32(1.1)
b * True
c("a") + "b"
"a" + c("b")
c(["a", "b"]) + c("x")
tf.add(1, 2)
tf.add(1.0, 2)
tf.add([1, 2], [3, 4])
tf.add(np.array([1, 2]), 1)
tf.add(v(1.0), v(2.0))
tf.maximum(f, 2)
tf.minimum(i, 2)
tf.subtract(f, 1)
tf.multiply(2, f)
tf.divide(3, 2)
tf.divide(c(3), c(2))
tf.math.divide(7.0, 2)
tf.truediv(3, 2)
tf.math.divide_no_nan(c(1.0), c(0.0))
tf.pow(2, 3)
tf.pow(2.0, 3)
"""

DIVISION = """
i / i
i / 2
1 / i
c(1, tf.int8) / c(2, tf.int8)
c(1, tf.int16) / c(2, tf.int16)
c(1, tf.uint8) / c(2, tf.uint8)
c(1, tf.int64) / c(2, tf.int64)
f / 2
f / 0
-f / 0
c(0.0) / 0
1 / c(0.0)
i / 0
c([7, -7, 7, -7]) // c([2, 2, -2, -2])
c([7, -7, 7, -7]) % c([3, 3, -3, -3])
c([7.5, -7.5, 7.5, -7.5]) // c([2.0, 2.0, -2.0, -2.0])
c([7.5, -7.5, 7.5, -7.5]) % c([2.0, 2.0, -2.0, -2.0])
c([1.0, -1.0]) // 0.0
c([1.0, -1.0]) % 0.0
c([1.0]) % float("inf")
c([-1.0]) % float("inf")
c(-(2**31)) // -1
c(7) // 2
7 // c(2)
7 % c(4)
-7 % c(4)
c([5, 250], tf.uint8) // c([2, 7], tf.uint8)
tf.math.floordiv(7, -2)
tf.math.mod(-7, 3)
tf.math.floormod(-7, 3)
tf.math.mod(-7.5, 2.0)
tf.truncatediv(-7, 2)
tf.truncatemod(-7, 3)
"""

POWERS = """
i ** 2
i ** 0
2 ** i
f ** 2
f ** 0.5
f ** -1
f ** 3
2 ** f
2.5 ** f
f ** f
c([-2.0]) ** 0.5
c([-2.0]) ** 2
c([-2.0]) ** 3
c([0.0]) ** 0
c([0.0]) ** -1
c([-8.0]) ** (1 / 3)
c(2) ** 31
c(3) ** 40
d ** 2
d ** 0.5
"""

COMPARISONS = """
f < 2
f <= 2
f > c([2.0, 2.0, 2.0])
2 < f
i >= 2
i != 2
i == [1, 2, 3]
i == np.array([1, 2, 3])
i == (1, 5, 3)
i == np.array([1.0, 2.0, 3.0])
f == 1
f == f
f != f
f == None
f != None
None == f
f == [1, 2]
f != [1, 2]
f == c([1.0, 2.0])
f != c([1.0, 2.0])
f == c([[1.0], [2.0]])
f == np.array([1.0, 2.0, 3.0])
c(1.0) == c(1.0)
c(1.0) == 1
c(1) == True
c(float("nan")) == c(float("nan"))
c("a") == "a"
c(["a", "b"]) == "a"
c(["a", "b"]) != c(["a", "c"])
v(1.0) == v(1.0)
v(1.0) == 1.0
v([1, 2]) == [1, 2]
v([1, 2]) == [1, 2, 3]
b == True
b == b
i > np.array([0, 5, 1])
tf.equal([1, 2], [1, 3])
tf.not_equal([1], [2])
tf.greater(1, 2)
tf.less_equal(1.0, 1)
tf.equal("a", ["a", "b"])
tf.equal(f, 2.0)
"""

LOGIC = """
b & b
b | ~b
b ^ b
~b
b & True
True | b
i & i
i | 1
i ^ 3
~i
-i
abs(c([-1, 2]))
abs(c([-1.5]))
abs(c(-128, dtype=tf.int8))
tf.logical_and(True, [True, False])
tf.logical_or(True, False)
tf.logical_not([True])
tf.math.logical_xor(True, [True, False])
tf.bitwise.bitwise_and(5, 3)
tf.bitwise.bitwise_or(5, 3)
tf.bitwise.bitwise_xor(5, 3)
tf.bitwise.left_shift(1, 3)
tf.bitwise.right_shift(-8, 1)
tf.bitwise.invert(5)
"""

MATMUL = """
c([[1, 2], [3, 4]]) @ c([[1, 2], [3, 4]])
c([[1.0, 2.0]]) @ c([[1.0], [2.0]])
c([[1.0, 2.0]]) @ np.array([[1.0], [2.0]])
c([[1.0, 2.0]]) @ np.array([[1.0], [2.0]], dtype=np.float32)
np.array([[1.0, 2.0]], dtype=np.float32) @ c([[1.0], [2.0]])
c([[1.0, 2.0]]) @ [[1.0], [2.0]]
c([[1.0, 2.0]]) @ v([[1.0], [2.0]])
v([[1.0, 2.0]]) @ c([[1.0], [2.0]])
tf.matmul([[1.0, 2.0]], [[1], [2]])
tf.matmul([[1.0, 2.0]], [[1.0, 2.0]], transpose_b=True)
tf.matmul([[1.0], [2.0]], [[1.0], [2.0]], transpose_a=True)
tf.matmul(tf.zeros([2, 1, 3, 4]), tf.zeros([5, 4, 6])).shape
tf.matmul(tf.zeros([0, 3]), tf.zeros([3, 2]))
tf.matmul(tf.zeros([2, 0]), tf.zeros([0, 2]))
tf.matmul(c([[1, 2]], tf.int64), c([[1], [2]], tf.int64))
tf.matmul(c([[1.0]], tf.float16), c([[2.0]], tf.float16))
"""

BUILT_INS = """
bool(c([1]))
bool(c(0))
bool(c(0.5))
bool(c([[1]]))
bool(c(True))
bool(tf.zeros([0]))
not c(1)
1 if c(2.0) > 1.0 else 0
int(c(3.7))
float(c(3))
complex(c(1.0))
int(c("3"))
len(f)
len(tf.zeros([2, 3]))
[x for x in c([1, 2])]
[x.shape for x in tf.zeros([2, 3])]
list(tf.zeros([0, 2]))
[*c([1.0, 2.0])]
[10, 20, 30][c(1)]
list(range(c(3)))
[0] * c(2)
round(float(c(2.567)), 1)
max(c([1.0, 3.0, 2.0]))
sorted(c([3.0, 1.0]))
sum(c([1.0, 2.0]))
sum([c(1.0), c(2.0)])
__import__("math").sqrt(c(4.0))
__import__("copy").copy(f)
__import__("copy").deepcopy(f)
isinstance(hash(f.ref()), int)
f.ref().deref() is f
c(1.0) in [c(2.0), c(1.0)]
dict(zip("ab", c([1, 2])))
"a" if b[0] else "b"
"""

ERRORS = """
f + i
i + f
f + d
f + None
f + "a"
f + b
b + b
b + 1
i + 1.5
i + 1.0
1.5 + i
i * 1.5
i - 1.5
c("a") + 1
c("a") * 2
c("a") - "b"
i / 2.0
i // 0
i % 0
i ** -1
c([2, 3]) ** c([-1, -2])
c([1, -1, 2]) ** c([-1, -1, -1])
i ** 0.5
i ** 2.0
i ** f
i < 2.5
f < i
f == i
i == 1.5
i == 1.0
i == "a"
i != "a"
f == object()
f == d
b and b
f & f
~f
b & i
i << 1
-b
-c("a")
abs(b)
c([1.0, 2.0]) @ c([1.0, 2.0])
c([[1.0, 2.0]]) @ c([1.0, 2.0])
c([[1.0, 2.0]]) @ c([[1.0, 2.0]])
f @ 2
tf.matmul(c([[True]]), c([[True]]))
tf.matmul(c(1.0), c(2.0))
tf.matmul(tf.zeros([2, 3, 4]), tf.zeros([5, 4, 6]))
tf.matmul(tf.zeros([2, 3]), tf.zeros([4, 5]))
tf.matmul(c([[1.0]]), c([[1]]))
f + c([1.0, 2.0])
tf.zeros([2, 3]) + tf.zeros([4, 3])
tf.add(f, c([1.0, 2.0]))
tf.add(f, i)
tf.add(1, 2.5)
tf.maximum(f, i)
tf.maximum(1, 2.5)
tf.logical_and(1, 0)
tf.logical_and(c([1]), c([0]))
tf.logical_not(1)
tf.equal([1, 2, 3], [1, 2])
tf.equal(c(1), c(1.0))
tf.equal(1, 1.0)
tf.greater("a", "b")
tf.greater(True, False)
bool(c([1, 2]))
1 if c([True, False]) else 0
int(c([1, 2]))
float(c([1.0, 2.0]))
float(c("a"))
hash(f)
{f: 1}
len(c(1))
[x for x in c(3)]
(lambda a, b: 0)(*c([1, 2, 3]))
[10, 20, 30][c(1.0)]
[10, 20, 30][c([1])]
divmod(c(7), 2)
round(c(2.5))
f in [i]
"""

CASES = [
    *values("\n".join((MIXED, DIVISION, POWERS, COMPARISONS, LOGIC, MATMUL, BUILT_INS)), **SHARED),
    *failures(ERRORS, **SHARED),
]


@rows("operators", CASES)
def test_operators(case: Case | Fails) -> None:
    case.check()
