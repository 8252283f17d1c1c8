"""Functions of single elements: rounding, special values, clipping, dtypes."""

from __future__ import annotations

from tests.parity.support import Case, Fails, failures, rows, values

SHARED = {
    "x": lambda tf: tf.constant([-2.5, -1.0, -0.0, 0.3, 1.0, 2.5]),
    "p": lambda tf: tf.constant([0.1, 0.5, 1.0, 2.0, 10.0]),
    "u": lambda tf: tf.constant([-0.9, -0.5, 0.0, 0.5, 0.9]),
    "odd": lambda tf: tf.constant([float("nan"), float("inf"), -float("inf"), 0.0, -0.0]),
    "i": lambda tf: tf.constant([-3, 0, 2]),
}

# Each is applied to the inputs named after it, in float32 and float64.
FUNCTIONS = {
    "exp expm1 sigmoid tanh square abs sign negative": "x odd",
    "sin cos sinh cosh atan asinh erf softplus floor ceil round rint": "x",
    "tan": "u",
    "log log1p sqrt rsqrt reciprocal": "p odd",
    "asin acos atanh erfinv": "u",
    "acosh": "p",
    "is_nan is_inf is_finite": "odd",
    "floor ceil round tan erf softplus atan": "odd",
}

VALUES = """
tf.round([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999])
tf.round([1, 2])
tf.sign([-2, 0])
tf.abs(-3)
tf.abs(i)
tf.negative(i)
tf.square(i)
tf.square([2])
tf.math.reciprocal([2.0])
tf.math.squared_difference(3, 1)
tf.math.squared_difference(3.0, c([1.0, 2.0]))
tf.atan2(1.0, -1.0)
tf.math.atan2([0.0, -0.0], [-1.0, -1.0])
tf.math.multiply_no_nan(c(np.nan), c(0.0))
tf.math.xlogy(0.0, 0.0)
tf.math.xlogy(2.0, 3.0)
tf.exp(c([1.0], tf.float16))
tf.maximum([1.0, float("nan")], [float("nan"), 1.0])
tf.minimum([1.0, float("nan")], [float("nan"), 1.0])
tf.maximum(x, 0.0)
tf.minimum(i, 1)
tf.clip_by_value([1, 5, 10], 2, 6)
tf.clip_by_value([1.0, 5.0, float("nan")], 2, 6)
tf.clip_by_value([1.0, 5.0], c([0.0, 6.0]), 8.0)
tf.clip_by_value([5.0], 6, 2)
tf.clip_by_value(x, -1.0, clip_value_max=1.0)
tf.clip_by_norm([3.0, 4.0], 1.0)
tf.clip_by_norm([0.0, 0.0], 1.0)
tf.clip_by_norm([3.0, 4.0], 10.0)
tf.clip_by_norm([[3.0, 4.0], [6.0, 8.0]], 1.0, axes=[1])
tf.clip_by_global_norm([c([3.0]), c([4.0])], 1.0)
tf.clip_by_global_norm([c([3.0]), None], 1.0)
tf.linalg.global_norm([c([3.0]), c([4.0])])
tf.add_n([c([1.0]), c([2.0])])
tf.add_n([1, 2])
tf.math.add_n([c([1.0]), c([2.0]), c([3.0])])
tf.math.mod(-5, 3)
tf.math.pow(c([2.0, 3.0]), 2)
tf.pow([2, 3], [3, 2])
tf.math.add(1, 2)
tf.math.subtract(1, 2)
tf.math.multiply(2.0, 3)
tf.math.log_sigmoid(x)
tf.math.sigmoid(x)
tf.math.exp(0.0)
tf.exp(v(0.0))
tf.sin(np.array([1.0]))
tf.exp([1000.0, -1000.0])
tf.sigmoid([1000.0, -1000.0])
tf.tanh([1000.0, -1000.0])
tf.math.softplus([0.0, 100.0, -100.0])
tf.math.log1p([1e-10])
tf.math.expm1([1e-10])
tf.zeros([0]) + 1.0
tf.exp(tf.zeros([0, 2]))
tf.math.bincount([1, 1, 3])
tf.math.confusion_matrix([0, 1, 1], [0, 1, 0])
tf.stop_gradient(c([1.0]))
tf.grad_pass_through(tf.round)(c([1.5]))
"""

ERRORS = """
tf.sign([True])
tf.floor([1])
tf.math.ceil([1])
tf.sqrt(4)
tf.sqrt([4])
tf.exp(1)
tf.exp([1])
tf.math.log([1, 2])
tf.sin([1])
tf.tanh([1])
tf.sigmoid([1])
tf.square([True])
tf.abs([True])
tf.exp("a")
tf.exp([True])
tf.clip_by_value([1, 2], 0.5, 1.5)
tf.clip_by_value(x, c([1.0, 2.0]), 3.0)
tf.add_n([c([1.0]), c([2.0, 3.0])])
tf.add_n([])
tf.exp(None)
tf.maximum("a", "b")
"""


def functions() -> list[str]:
    exported = "abs exp floor negative round sigmoid sign sin sqrt square tanh cos".split()
    lines = []
    for names, inputs in FUNCTIONS.items():
        for name in names.split():
            path = f"tf.{name}" if name in exported else f"tf.math.{name}"
            for given in inputs.split():
                lines += [f"{path}({given})", f"{path}(tf.cast({given}, tf.float64))"]
    return lines


CASES = [
    # Libraries differ in the last bits of exp, tan and their kin.
    *values("\n".join(functions()), rtol=3e-6, atol=1e-7, **SHARED),
    *values(VALUES, rtol=3e-6, **SHARED),
    *failures(ERRORS, **SHARED),
]


@rows("elementwise", CASES)
def test_elementwise(case: Case | Fails) -> None:
    case.check()
