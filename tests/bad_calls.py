"""Calls with bad input, and what their errors say: tensors, files, gradients, data sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import glassbrook as tf
from glassbrook.errors import (
    DTypeError,
    GlassbrookError,
    InvalidArgumentError,
    NotFoundError,
    OutOfRangeError,
    ResourceExhaustedError,
    ShapeError,
    StateError,
    UsageError,
)

A = np.ones((2, 3), np.float32)
IMAGE = np.ones((1, 5, 5, 2), np.float32)


@dataclass(frozen=True)
class Bad:
    """A call that fails.

    Attributes:
        name: what the row is called.
        kind: the class of the error.
        says: what its message holds: what came, and what was expected or how to mend it.
        call: the call.
    """

    name: str
    kind: type[GlassbrookError]
    says: tuple[str, ...]
    call: Callable[[], Any]


def recorded() -> tuple[Any, Any, Any]:
    """A tape, what it recorded, and what that depends on."""
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape, y, x


def twice(tape: Any, y: Any, x: Any) -> None:
    tape.gradient(y, x)
    tape.gradient(y, x)


def set_item(x: Any) -> None:
    x[0] = 1.0


BAD_TENSORS = (
    # Making tensors.
    Bad(
        "ragged rows",
        InvalidArgumentError,
        ("[3]", "rectangular"),
        lambda: tf.constant([[1, 2], [3]]),
    ),
    Bad(
        "text as number",
        DTypeError,
        ("'a'", "float32", "tf.cast"),
        lambda: tf.constant("a", tf.float32),
    ),
    Bad("unknown dtype", DTypeError, ("'float31'", "float32"), lambda: tf.zeros([2], "float31")),
    Bad("no dtype", DTypeError, ("object", "float32"), lambda: tf.as_dtype(object())),
    Bad("None", InvalidArgumentError, ("None", "expected"), lambda: tf.convert_to_tensor(None)),
    Bad("negative size", InvalidArgumentError, ("-1", ">= 0"), lambda: tf.zeros([-1])),
    Bad("size of text", DTypeError, ("'a'", "integers", "[2, 3]"), lambda: tf.zeros("a")),
    Bad("size beyond 64 bits", InvalidArgumentError, ("64 bits",), lambda: tf.zeros([2**70])),
    Bad(
        "sizes beyond 64 bits", InvalidArgumentError, ("64 bits",), lambda: tf.zeros([2**40, 2**40])
    ),
    Bad(
        "huge zeros", ResourceExhaustedError, ("bytes", "memory"), lambda: tf.ones([10**12]).numpy()
    ),
    Bad(
        "huge fill",
        ResourceExhaustedError,
        ("bytes", "memory"),
        lambda: tf.fill([10**12], 1.0).numpy(),
    ),
    Bad("huge count", ResourceExhaustedError, ("maxlength",), lambda: tf.math.bincount([10**12])),
    Bad(
        "huge copy",
        ResourceExhaustedError,
        ("[10000000000000]", "memory"),
        lambda: np.asarray(tf.broadcast_to(1.0, [10**13])),
    ),
    Bad(
        "huge repetition",
        ResourceExhaustedError,
        ("repeat", "memory", "smaller"),
        lambda: tf.repeat(A, [10**13, 1], axis=0),
    ),
    Bad(
        "huge window",
        ResourceExhaustedError,
        ("bytes", "memory"),
        lambda: tf.nn.max_pool2d(IMAGE, 10**12, 1, "SAME").numpy(),
    ),
    Bad(
        "huge table",
        ResourceExhaustedError,
        ("to_dense", "memory"),
        lambda: tf.sparse.to_dense(tf.sparse.SparseTensor([[0, 0]], [1.0], [10**8, 10**8])),
    ),
    Bad("a range without end", InvalidArgumentError, ("delta",), lambda: tf.range(0, 10, 0)),
    # Shapes.
    Bad("matmul", ShapeError, ("[2, 3]", "Transpose"), lambda: tf.matmul(A, A)),
    Bad(
        "broadcasting",
        ShapeError,
        ("[2, 3]", "[7]", "equal or 1"),
        lambda: tf.add(A, np.ones(7, "f")),
    ),
    Bad(
        "mixed dtypes",
        DTypeError,
        ("int32", "float32", "tf.cast"),
        lambda: tf.constant(1) + tf.constant(1.0),
    ),
    Bad("reshape", ShapeError, ("[2, 3]", "[7]"), lambda: tf.reshape(A, [7])),
    Bad(
        "concat of nothing",
        InvalidArgumentError,
        ("empty", "at least one"),
        lambda: tf.concat([], 0),
    ),
    Bad(
        "an axis too many", OutOfRangeError, ("axis 5", "[-2, 2)"), lambda: tf.reduce_sum(A, axis=5)
    ),
    Bad("split", ShapeError, ("3", "2 equal", "list of sizes"), lambda: tf.split(A, 2, axis=1)),
    Bad("index", OutOfRangeError, ("5", "[-2, 2)"), lambda: tf.constant(A)[5]),
    Bad("index of text", DTypeError, ("'a'", "integers", "tf.gather"), lambda: tf.constant(A)["a"]),
    Bad(
        "gather", OutOfRangeError, ("= 5", "[0, 2)"), lambda: tf.gather(tf.constant(A), [5]).numpy()
    ),
    Bad("einsum", ShapeError, ("3 and 2", "equal"), lambda: tf.einsum("ij,jk->ik", A, A)),
    Bad(
        "convolution",
        ShapeError,
        ("2 channels", "in_channels"),
        lambda: tf.nn.conv2d(IMAGE, np.ones((3, 3, 4, 1), "f"), 1, "SAME"),
    ),
    Bad(
        "padding",
        InvalidArgumentError,
        ("'FOO'", "SAME"),
        lambda: tf.nn.conv2d(IMAGE, np.ones((3, 3, 2, 1), "f"), 1, "FOO"),
    ),
    Bad("dropout", InvalidArgumentError, ("1.5", "[0, 1)"), lambda: tf.nn.dropout(A, 1.5)),
    Bad(
        "dropout of text", InvalidArgumentError, ("got a", "[0, 1)"), lambda: tf.nn.dropout(A, "a")
    ),
    Bad(
        "singular",
        InvalidArgumentError,
        ("ingular", "[2, 2]"),
        lambda: tf.linalg.inv(np.zeros((2, 2))).numpy(),
    ),
    # Tensors as Python values.
    Bad("truth", InvalidArgumentError, ("[2]", "tf.reduce_any"), lambda: bool(tf.constant([1, 2]))),
    Bad("float", UsageError, ("[2]", "x[0]"), lambda: float(tf.constant([1.0, 2.0]))),
    Bad(
        "int of text",
        InvalidArgumentError,
        ("string", "invalid literal"),
        lambda: int(tf.constant("a")),
    ),
    Bad("len", UsageError, ("[]", "tf.size"), lambda: len(tf.constant(1))),
    Bad("iteration", UsageError, ("scalar", "tf.range"), lambda: list(tf.constant(1))),
    Bad("hash", UsageError, ("unhashable", "x.ref()"), lambda: hash(tf.constant(1))),
    Bad(
        "item of a tensor",
        UsageError,
        ("item assignment", "tensor_scatter_nd_update"),
        lambda: set_item(tf.zeros([2])),
    ),
    Bad(
        "item of a variable",
        UsageError,
        ("item assignment", "assign"),
        lambda: set_item(tf.Variable([1.0])),
    ),
    Bad(
        "variable without value",
        InvalidArgumentError,
        ("initial value",),
        lambda: tf.Variable(None),
    ),
    Bad("assign", ShapeError, ("[1]", "[2]"), lambda: tf.Variable([1.0]).assign([1.0, 2.0])),
    Bad("shape", DTypeError, ("'a'", "(None, 784)"), lambda: tf.TensorShape("ab")),
    # Strings, tables, files.
    Bad(
        "number of text",
        InvalidArgumentError,
        ("b'abc'", "float32"),
        lambda: tf.strings.to_number("abc").numpy(),
    ),
    Bad(
        "pattern",
        InvalidArgumentError,
        ("'('", "missing )"),
        lambda: tf.strings.regex_replace("a", "(", "b"),
    ),
    Bad(
        "table",
        UsageError,
        ("5", "KeyValueTensorInitializer"),
        lambda: tf.lookup.StaticHashTable(5, 1),
    ),
    Bad(
        "missing file",
        NotFoundError,
        ("/nowhere/x", "No such file"),
        lambda: tf.io.read_file("/nowhere/x"),
    ),
    Bad(
        "missing image",
        NotFoundError,
        ("/nowhere/x.png", "No such file"),
        lambda: tf.keras.utils.load_img("/nowhere/x.png"),
    ),
    Bad(
        "no image",
        InvalidArgumentError,
        ("3 bytes", "PNG"),
        lambda: tf.io.decode_png(b"foo").numpy(),
    ),
    Bad(
        "image of text",
        DTypeError,
        ("string", "decode_image"),
        lambda: tf.image.adjust_brightness("a", 1),
    ),
    # Gradients and functions.
    Bad("tape twice", StateError, ("second", "persistent=True"), lambda: twice(*recorded())),
    Bad(
        "source",
        InvalidArgumentError,
        ("5", "tf.constant"),
        lambda: tf.GradientTape().gradient(tf.constant(1.0), 5),
    ),
    Bad("watch", InvalidArgumentError, ("5", "tf.constant"), lambda: tf.GradientTape().watch(5)),
    Bad(
        "unconnected",
        InvalidArgumentError,
        ("'foo'", "'zero'"),
        lambda: recorded()[0].gradient(
            tf.constant(1.0), tf.Variable(1.0), unconnected_gradients="foo"
        ),
    ),
    Bad("function of a number", InvalidArgumentError, ("5", "function"), lambda: tf.function(5)),
    Bad(
        "signature",
        UsageError,
        ("5", "tf.TensorSpec"),
        lambda: tf.function(lambda x: x, input_signature=5),
    ),
    Bad("py_function", UsageError, ("5", "lambda"), lambda: tf.py_function(5, [1], tf.float32)),
    Bad(
        "cond",
        InvalidArgumentError,
        ("[2]", "tf.reduce_any"),
        lambda: tf.cond(tf.constant([True, False]), lambda: 1.0, lambda: 2.0),
    ),
    # Datasets.
    Bad(
        "rows of a scalar",
        ShapeError,
        ("scalar", "from_tensors"),
        lambda: tf.data.Dataset.from_tensor_slices(5),
    ),
    Bad(
        "unequal rows",
        ShapeError,
        ("2 rows", "3 rows"),
        lambda: tf.data.Dataset.from_tensor_slices(([1, 2], [1, 2, 3])),
    ),
    Bad(
        "batch of none",
        InvalidArgumentError,
        ("0", "greater than zero"),
        lambda: tf.data.Dataset.range(3).batch(0),
    ),
    Bad(
        "map of a number",
        InvalidArgumentError,
        ("5", "lambda"),
        lambda: tf.data.Dataset.range(3).map(5),
    ),
    Bad(
        "map of two",
        UsageError,
        ("(x, y)", "one argument"),
        lambda: tf.data.Dataset.range(3).map(lambda x, y: x),
    ),
    Bad(
        "filter",
        DTypeError,
        ("'a'", "tf.bool"),
        lambda: list(tf.data.Dataset.range(3).filter(lambda x: "a")),
    ),
    Bad(
        "flat_map",
        UsageError,
        ("Tensor", "Dataset.map"),
        lambda: list(tf.data.Dataset.range(3).flat_map(lambda x: x)),
    ),
    Bad(
        "length",
        UsageError,
        ("unknown", "reduce"),
        lambda: len(tf.data.Dataset.range(3).filter(lambda x: x > 1)),
    ),
    Bad("generator", UsageError, ("int", "callable"), lambda: tf.data.Dataset.from_generator(5)),
)
