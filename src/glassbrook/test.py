"""``tf.test``: what the build can do, and checks for unit tests."""

from __future__ import annotations

import shutil
import tempfile
import unittest
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, OpError
from glassbrook.tensor import GradientTape, constant, convert_to_tensor

__all__ = [
    "TestCase",
    "compute_gradient",
    "gpu_device_name",
    "is_built_with_cuda",
    "is_built_with_gpu_support",
    "is_built_with_rocm",
    "is_built_with_xla",
    "is_cpu_target_available",
    "is_gpu_available",
    "main",
]

Array = npt.NDArray[Any]

main = unittest.main


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Whether there is a GPU to compute on: never.

    Example:
        >>> import glassbrook as tf
        >>> tf.test.is_gpu_available()
        False
    """
    return False


def gpu_device_name() -> str:
    """The name of a GPU: none."""
    return ""


def is_built_with_cuda() -> bool:
    """Whether there is support for NVIDIA's GPUs: no."""
    return False


def is_built_with_rocm() -> bool:
    """Whether there is support for AMD's GPUs: no."""
    return False


def is_built_with_gpu_support() -> bool:
    """Whether there is support for GPUs: no."""
    return False


def is_built_with_xla() -> bool:
    """Whether there is XLA: no, there is a compiler of its own."""
    return False


def is_cpu_target_available(target: str) -> bool:
    """Whether programs can be compiled for a kind of processor: for this machine's."""
    import platform

    machine = platform.machine().lower()
    return target == ("aarch64" if machine in ("aarch64", "arm64") else "x86")


def compute_gradient(
    f: Callable[..., Any], x: Sequence[Any], delta: float | None = None
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Jacobians of a function by its gradient rules, and by central differences.

    Args:
        f: a function of tensors that returns one tensor.
        x: where: a list with the value of each argument.
        delta: the step of the differences; by default fit for the dtype.

    Returns:
        For each argument a matrix of shape ``[elements of x, elements of f(x)]`` transposed: one
        row per element of the result. First those by rules, then those by differences.

    Raises:
        ValueError: `x` is no list.

    Example:
        >>> import glassbrook as tf
        >>> by_rule, by_difference = tf.test.compute_gradient(lambda x: x * x, [tf.constant([3.0])])
        >>> float(by_rule[0][0, 0]), round(float(by_difference[0][0, 0]), 2)
        (6.0, 6.0)
    """
    if not isinstance(x, list | tuple):
        raise InvalidArgumentError(
            f"`x` must be a list or tuple of values, got {type(x).__name__}: use [x]."
        )
    arguments = [convert_to_tensor(each) for each in x]
    by_rules = tuple(_by_rules(f, arguments, place) for place in range(len(arguments)))
    numbers = tuple(_by_differences(f, arguments, place, delta) for place in range(len(arguments)))
    return by_rules, numbers


def _by_rules(f: Callable[..., Any], arguments: list[Any], place: int) -> Array:
    with GradientTape() as tape:
        tape.watch(arguments)
        result = f(*arguments)
    jacobian = tape.jacobian(result, arguments[place], unconnected_gradients="zero")
    count = arguments[place].numpy().size
    return np.asarray(jacobian.numpy()).reshape(-1, count)


def _by_differences(
    f: Callable[..., Any], arguments: list[Any], place: int, delta: float | None
) -> Array:
    start = np.asarray(arguments[place].numpy())
    step = delta or (1.0 / 1024 if start.dtype == np.float32 else 1e-6)
    columns = []
    for index in range(start.size):
        ends = []
        for sign in (1, -1):
            moved = start.copy().reshape(-1)
            moved[index] += sign * step
            values = list(arguments)
            values[place] = constant(moved.reshape(start.shape))
            ends.append(np.asarray(f(*values).numpy(), np.float64).reshape(-1))
        columns.append((ends[0] - ends[1]) / (2 * step))
    return np.stack(columns, axis=1).astype(start.dtype) if columns else np.zeros((0, 0))


def _array(value: Any) -> Array:
    return np.asarray(value.numpy() if hasattr(value, "numpy") else value)


def _parts(value: Any) -> list[tuple[Any, Any]] | None:
    """Keys and values of a structure whose parts are compared one by one."""
    if isinstance(value, Mapping):
        return sorted(value.items())
    if isinstance(value, list | tuple) and any(
        isinstance(each, Mapping | list | tuple) or hasattr(each, "numpy") for each in value
    ):
        return list(enumerate(value))
    return None


class TestCase(unittest.TestCase):
    """A `unittest.TestCase` with checks of arrays and tensors.

    Tensors, arrays, numbers and lists may stand on either side; lists and dictionaries of tensors
    are compared part by part.

    Example:
        >>> import glassbrook as tf
        >>> tf.test.TestCase().assertAllClose(tf.constant([1.0, 2.0]), [1.0, 2.0])
    """

    # pytest takes a class of this name for tests otherwise, wherever it is imported.
    __test__ = True

    def evaluate(self, tensors: Any) -> Any:
        """Tensors as arrays, in the same structure."""
        if isinstance(tensors, Mapping):
            return {key: self.evaluate(each) for key, each in tensors.items()}
        if isinstance(tensors, list | tuple):
            return type(tensors)(self.evaluate(each) for each in tensors)
        return tensors.numpy() if hasattr(tensors, "numpy") else tensors

    def get_temp_dir(self) -> str:
        """A folder that is removed after the test."""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def assertAllClose(  # noqa: N802
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str | None = None
    ) -> None:
        """Check that shapes agree and ``|a - b| <= atol + rtol |b|``."""
        pairs = self._paired(a, b, msg)
        if pairs is not None:
            for x, y in pairs:
                self.assertAllClose(x, y, rtol, atol, msg)
            return
        x, y = self._same_shape(a, b, msg)
        if x.dtype == np.float16 or y.dtype == np.float16:
            rtol, atol = max(rtol, 1e-2), max(atol, 1e-2)
        self._compare(x, y, np.isclose(x, y, rtol, atol, equal_nan=True), "close", msg)

    def assertAllCloseAccordingToType(  # noqa: N802
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, **unused: Any
    ) -> None:
        """Check closeness, more loosely for narrow types."""
        self.assertAllClose(a, b, rtol, atol)

    def assertNotAllClose(  # noqa: N802
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str | None = None
    ) -> None:
        """Check that some elements differ."""
        try:
            self.assertAllClose(a, b, rtol, atol)
        except AssertionError:
            return
        self.fail(msg or f"The two values are close at all elements: {a!r} and {b!r}")

    def assertAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:  # noqa: N802
        """Check that shapes and all elements agree; NaN equals NaN."""
        pairs = self._paired(a, b, msg)
        if pairs is not None:
            for x, y in pairs:
                self.assertAllEqual(x, y, msg)
            return
        x, y = self._same_shape(_as_bytes(_array(a)), _as_bytes(_array(b)), msg)
        same = x == y
        if x.dtype.kind == "f" and y.dtype.kind == "f":
            same = same | (np.isnan(x) & np.isnan(y))
        self._compare(x, y, np.asarray(same), "equal", msg)

    def assertNotAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:  # noqa: N802
        """Check that some elements differ."""
        try:
            self.assertAllEqual(a, b)
        except AssertionError:
            return
        self.fail(msg or f"The two values are equal at all elements: {a!r}")

    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:  # noqa: N802
        """Check that every element is above a number."""
        self._each(a, _array(a) > comparison_target, f"> {comparison_target}")

    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:  # noqa: N802
        """Check that no element is below a number."""
        self._each(a, _array(a) >= comparison_target, f">= {comparison_target}")

    def assertAllLess(self, a: Any, comparison_target: Any) -> None:  # noqa: N802
        """Check that every element is below a number."""
        self._each(a, _array(a) < comparison_target, f"< {comparison_target}")

    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:  # noqa: N802
        """Check that no element is above a number."""
        self._each(a, _array(a) <= comparison_target, f"<= {comparison_target}")

    def assertAllInRange(  # noqa: N802
        self,
        target: Any,
        lower_bound: Any,
        upper_bound: Any,
        open_lower_bound: bool = False,
        open_upper_bound: bool = False,
    ) -> None:
        """Check that every element lies between two numbers."""
        values = _array(target)
        above = values > lower_bound if open_lower_bound else values >= lower_bound
        below = values < upper_bound if open_upper_bound else values <= upper_bound
        self._each(target, above & below, f"in range {lower_bound} to {upper_bound}")

    def assertAllInSet(self, target: Any, expected_set: Iterable[Any]) -> None:  # noqa: N802
        """Check that every element is one of some values."""
        allowed = list(expected_set)
        self._each(target, np.isin(_array(target), allowed), f"in {allowed}")

    def assertShapeEqual(self, input_a: Any, input_b: Any, msg: str | None = None) -> None:  # noqa: N802
        """Check that the shapes agree."""
        self.assertEqual(tuple(_array(input_a).shape), tuple(_array(input_b).shape), msg)

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:  # noqa: N802
        """Check the dtype."""
        self.assertEqual(target.dtype, expected_dtype)

    def assertNear(self, f1: Any, f2: Any, err: float, msg: str | None = None) -> None:  # noqa: N802
        """Check that two numbers differ by no more than `err`."""
        if not (f1 == f2 or abs(f1 - f2) <= err):
            self.fail(f"{f1!r} != {f2!r} +/- {err!r}{f' ({msg})' if msg else ''}")

    def assertArrayNear(  # noqa: N802
        self, farray1: Sequence[Any], farray2: Sequence[Any], err: float, msg: str | None = None
    ) -> None:
        """Check that numbers differ by no more than `err`, one by one."""
        self.assertEqual(len(farray1), len(farray2), msg)
        for first, second in zip(farray1, farray2):
            self.assertNear(float(first), float(second), err, msg)

    def assertLen(self, container: Any, expected_len: int, msg: str | None = None) -> None:  # noqa: N802
        """Check the number of items."""
        self.assertEqual(len(container), expected_len, msg)

    def assertEmpty(self, container: Any, msg: str | None = None) -> None:  # noqa: N802
        """Check that there are no items."""
        self.assertEqual(len(container), 0, msg)

    def assertNotEmpty(self, container: Any, msg: str | None = None) -> None:  # noqa: N802
        """Check that there are items."""
        self.assertNotEqual(len(container), 0, msg)

    def assertRaisesOpError(self, expected_err_re_or_predicate: Any) -> Any:  # noqa: N802
        """A context that checks for one of the errors of `tf.errors`, by its text."""
        return self.assertRaisesRegex((OpError,), expected_err_re_or_predicate)

    def _paired(self, a: Any, b: Any, msg: str | None) -> list[tuple[Any, Any]] | None:
        first, second = _parts(a), _parts(b)
        if first is None or second is None:
            return None
        self.assertEqual([key for key, _ in first], [key for key, _ in second], msg)
        return [(x, y) for (_, x), (_, y) in zip(first, second)]

    def _same_shape(self, a: Any, b: Any, msg: str | None) -> tuple[Array, Array]:
        x, y = _array(a), _array(b)
        if x.shape != y.shape:
            self.fail(
                f"Shape mismatch: expected {y.shape}, got {x.shape}.{f' {msg}' if msg else ''}"
            )
        return x, y

    def _compare(self, x: Array, y: Array, same: Array, what: str, msg: str | None) -> None:
        if not np.all(same):
            places = np.argwhere(~same)
            shown = [(tuple(map(int, each)), x[tuple(each)], y[tuple(each)]) for each in places[:5]]
            self.fail(
                f"{msg + '. ' if msg else ''}{len(places)} of {same.size} elements are not {what}; "
                f"the first, as (place, found, expected): {shown}"
            )

    def _each(self, target: Any, holds: Array, what: str) -> None:
        if not np.all(holds):
            wrong = _array(target)[~holds].ravel()[:5]
            self.fail(f"Not all elements are {what}: {wrong}")


def _as_bytes(array: Array) -> Array:
    """Text as bytes, which is how tensors hold it."""
    if array.dtype.kind not in "UO":
        return array
    encoded = [each.encode() if isinstance(each, str) else each for each in array.ravel()]
    result = np.empty(array.shape, object)
    result.reshape(-1)[:] = encoded
    return result
