"""What `print`, `str`, `repr` and `format` say of tensors, variables, shapes and dtypes."""

from __future__ import annotations

from tests.parity.support import Case, Fails, failures, rows, values

VALUES = (
    "c(1.2)",
    "c(1.0, dtype=tf.float64)",
    "c(np.pi, dtype=tf.float64)",
    "c(0.1, dtype=tf.float16)",
    "c(3, dtype=tf.int8)",
    "c(3, dtype=tf.uint8)",
    "c(3, dtype=tf.int64)",
    "c(3, dtype=tf.uint16)",
    "c(True)",
    "c('hello')",
    "c('')",
    "c('é中')",
    r"c(b'\xff\x00\n')",
    'c("it\'s")',
    "c([1.0, 2.5])",
    "c([1, 2])",
    "c([1, -2])",
    "c([True, False])",
    "c(['a', 'bc'])",
    "c(['é'])",
    "c([['a', 'b'], ['c', 'd']])",
    "c([[1.0, 2.0], [3.0, 4.0]])",
    "c([[1, 2], [3, 4]])",
    "c([[True], [False]])",
    "c([[1.0, 2.0]], dtype=tf.float64)",
    "c([[1.0, 2.0]], dtype=tf.float16)",
    "c(np.arange(8).reshape(2, 2, 2))",
    "c(np.arange(8.0, dtype='float32').reshape(2, 2, 2))",
    "c(np.arange(4).reshape(1, 2, 1, 2))",
    "tf.zeros([0])",
    "tf.zeros([0, 3])",
    "tf.zeros([2, 0, 3], tf.int32)",
    "tf.zeros([0], tf.string)",
    "tf.zeros([1, 1])",
    "tf.range(30)",
    "tf.range(100)",
    "tf.range(1000)",
    "tf.range(2000)",
    "tf.reshape(tf.range(4000), [2000, 2])",
    "tf.reshape(tf.range(4000), [2, 2000])",
    "tf.reshape(tf.range(2000), [2, 10, 100])",
    "tf.linspace(-6.0, 6.0, 10)",
    "tf.linspace(0.0, 1.0, 7)",
    "c([1e10, 1.0, 1e-5])",
    "c([1e-10, 1.0])",
    "c([123456.789, 1.0])",
    "c([1234567.0, 0.001])",
    "c([16777216.0])",
    "c(1e10)",
    "c(1e16)",
    "c(1e20)",
    "c(1e-7)",
    "c(1e-5)",
    "c(0.0001)",
    "c(100000.0)",
    "c(123456789.0)",
    "c(-0.0)",
    "c(float('nan'))",
    "c(float('inf'))",
    "c([float('nan'), -float('inf'), 1.0])",
    "c(1 / 3)",
    "c([1 / 3, 2 / 3])",
    "c(1 / 3, dtype=tf.float64)",
    "c([1 / 3, 2 / 3], dtype=tf.float64)",
    "v(1.0)",
    "v(3)",
    "v(True)",
    "v('text')",
    "v([1, 2], name='w')",
    "v([1.5, 2.5])",
    "v([['a'], ['b']])",
    "v([[1.0, 2.0], [3.0, 4.0]], name='kernel')",
    "v(np.zeros(2000))",
    "v(tf.zeros([0, 3]))",
    "v(1.0, trainable=False)",
    "v([1, 2]).assign([3, 4])",
    "v([1.0]).assign_add([1.0])",
    "c([1, 2]).shape",
    "c(1).shape",
    "tf.zeros([2, 3]).shape",
    "tf.TensorShape([2, None])",
    "tf.TensorShape(None)",
    "tf.TensorShape(5)",
    "tf.TensorShape((1,))",
    "tf.TensorShape([2, 3])[1:]",
    "tf.float32",
    "tf.bool",
    "tf.string",
    "tf.half",
    "tf.double",
    "tf.uint64",
    "tf.TensorSpec([2], tf.float32)",
    "tf.TensorSpec([None, 3], tf.int32, name='x')",
    "tf.TensorSpec(None)",
    "[c(1.5), c(2)]",
    "{'a': c([1, 2])}",
    "(v(1.0), c('s'))",
)

FORMATS = """
f"{c(1.5)}"
f"{c(1.5):.2f}"
f"{c(7):5d}"
f"{c([1, 2])}"
f"{c([[1.5, 2.5], [3.5, 4.5]])}"
f"{c('text')}"
f"{c(True)}"
f"{c(1.2)!r}"
f"{c(1.2)!s}"
f"{c([1.0]).shape}"
f"{c([1.0]).dtype}"
f"{c([1.0]).dtype.name}"
"{}".format(c([1, 2]))
"{:.3f}".format(c(3.14159))
"%.3f" % c(1.5)
"%d" % c(7)
"%s" % c(7)
format(c(2.5), ".1f")
str(c([1.5]).numpy())
repr(c([1.5]).numpy())
repr(c(1.5).numpy())
str(c(1.5).numpy())
repr(c('a').numpy())
str(tf.constant([1.0, 2.0]) > 1.5)
"""

CASES = [
    *values("\n".join(f"{function}({line})" for line in VALUES for function in ("str", "repr"))),
    *values(FORMATS),
    *failures(
        """
        f"{c([1.0, 2.0]):.2f}"
        "%.3f" % c([1.0, 2.0])
        f"{c('text'):.2f}"
        """
    ),
]


@rows("printing", CASES)
def test_printing(case: Case | Fails) -> None:
    case.check()
