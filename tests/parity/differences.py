"""Where Glassbrook differs from TensorFlow on purpose: row → the reason.

Each row here is an expected failure: one that starts to agree is reported too.
"""

from __future__ import annotations

RETURNS_ITSELF = (
    "assign returns the variable itself, so that calls can be chained; "
    "TensorFlow returns a read-only stand-in called UnreadVariable"
)
MORE_TYPES = "Python's int and str name a dtype too, where TensorFlow knows only float and bool"
SIGN_OF_ZERO = (
    "TensorFlow's cache of scalar constants takes -0.0 for the 0.0 that it has already seen"
)

MORE_KERNELS = (
    "every number dtype has this operation; TensorFlow has no kernel for the small or unsigned ones"
)
# What TensorFlow's CPU build refuses, by expression: the dtypes.
WITHOUT_KERNEL = {
    "x ** y": "uint8 uint16 uint32 uint64",
    "x ** 2": "uint8 uint16 uint32 uint64",
    "-x": "uint8 uint16 uint32 uint64",
    "abs(x)": "uint8 uint16 uint32 uint64",
    "tf.sign(x)": "uint8 uint16 uint32 uint64",
    "tf.math.squared_difference(x, y)": "int8 int16 uint8 uint16 uint32 uint64",
    "tf.matmul([x], [y], transpose_b=True)": "int8 int16 uint8 uint16 uint32 uint64",
    "tf.tensordot(x, x, 1)": "int8 int16 uint8 uint16 uint32 uint64",
    'tf.einsum("i,i->", x, x)': "int8 int16 uint8 uint16 uint32 uint64",
    "tf.one_hot(x, 4)": "int16 uint16 uint32 uint64",
    "tf.tile(x, [2])": "uint16",
    "x + True": "int8 int16 uint8 uint16 uint32",
}

NAN_ALONE = "NaN is left out, infinities stay, as in NumPy"

DIFFERENCES: dict[str, str] = {
    "summary/TensorBoard {'update_freq': 5, 'histogram_freq': 1}": (
        "metrics of epochs and evaluations are always written; Keras leaves them out unless the "
        "last step is one that update_freq names"
    ),
    "printing/str(c(-0.0))": SIGN_OF_ZERO,
    "printing/repr(c(-0.0))": SIGN_OF_ZERO,
    "printing/str(v([1, 2]).assign([3, 4]))": RETURNS_ITSELF,
    "printing/repr(v([1, 2]).assign([3, 4]))": RETURNS_ITSELF,
    "printing/str(v([1.0]).assign_add([1.0]))": RETURNS_ITSELF,
    "printing/repr(v([1.0]).assign_add([1.0]))": RETURNS_ITSELF,
    'conversion/tf.as_dtype("int")': MORE_TYPES,
    "conversion/tf.as_dtype(int)": MORE_TYPES,
    "conversion/tf.as_dtype(str)": MORE_TYPES,
    "conversion/tf.bool.max": "truth values have an order here: False before True",
    "conversion/tf.string.as_numpy_dtype": "NumPy's scalar type, as of every other dtype",
    "operators/bool(tf.zeros([0]))": (
        "the truth of an empty tensor is an error, as in NumPy from 2.2 on for empty arrays"
    ),
    "operators/f == object()": "comparison with what is no tensor is False, as elsewhere in Python",
    "operators/[10, 20, 30][c(1.0)]": "TypeError, which is what Python's own indexing raises",
    "operators/round(c(2.5))": "round() works",
    "elementwise/tf.math.erf(tf.cast(odd, tf.float64))": (
        "erf(inf) is 1; TensorFlow's float64 kernel gives NaN, its float32 kernel gives 1"
    ),
    "data/r.filter(lambda x: x)": "the predicate runs as Python, so its type shows while iterating",
    "keras_ops/elements/o.sparsemax(u)": "rows sum up to 1, as they are defined to",
    "keras_ops/elements/o.nancumsum(n)": NAN_ALONE,
    "keras_ops/elements/o.nancumsum(n, axis=1)": NAN_ALONE,
    "keras_ops/elements/o.nancumprod(n, axis=1)": NAN_ALONE,
    "keras_ops/more/o.vstack([w, w])": "vectors become rows, as in NumPy",
    "keras_ops/more/o.isclose(n, n, equal_nan=True)": "equal infinities are close, as in NumPy",
    "linalg_more/grad(m.bessel_i1, c([0.0]))": "the slope of I1 at 0 is 1/2; TensorFlow gives 1",
    "namespace/tf.constant_initializer([1, 2])([2])": (
        "it is Keras's Constant, whose dtype is float32 unless another is asked for"
    ),
    "training_parts/A.sparsemax(x)": "rows sum up to 1, as they are defined to",
    "variable/len(w)": "len() of a variable works, as that of a tensor does",
}

DIFFERENCES |= {
    f"dtypes/{dtype}: {expression}": MORE_KERNELS
    for expression, dtypes in WITHOUT_KERNEL.items()
    for dtype in dtypes.split()
}
