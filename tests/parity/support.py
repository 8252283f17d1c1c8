"""Rows that run on TensorFlow and on Glassbrook, and what it means that both agree.

A row is a function of the framework. `Case` rows yield a value on TensorFlow, `Fails` rows
raise there; a typo in a row that raised on both sides would otherwise look like agreement.

``GLASSBROOK_PARITY=tensorflow`` compares TensorFlow with itself: what fails then is the row.
"""

from __future__ import annotations

import contextlib
import functools
import io
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import tensorflow
from keras.src.backend.common import global_state

from tests.parity.differences import DIFFERENCES

if os.environ.get("GLASSBROOK_PARITY") == "tensorflow":
    glassbrook: Any = tensorflow
else:
    import glassbrook  # type: ignore[no-redef]

Shared = Callable[[Any], Any]

# Of two errors, these kinds are told apart, because programs catch them.
KINDS = (
    AttributeError,
    IndexError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Case:
    """A row that yields a value: any nest of tensors, arrays, text, numbers."""

    name: str
    run: Callable[[Any], Any]
    rtol: float = 1e-6
    atol: float = 1e-7

    def check(self) -> None:
        expected = describe(self.run(tensorflow))
        if glassbrook is tensorflow:
            fresh_names()
        try:
            found = describe(self.run(glassbrook))
        except AttributeError as error:
            skip_missing(error)
            raise
        problem = first_difference(expected, found, self.rtol, self.atol)
        assert problem is None, problem


@dataclass(frozen=True)
class Fails:
    """A row that raises: the same kind of error on both sides, whatever its text."""

    name: str
    run: Callable[[Any], Any]

    def check(self) -> None:
        expected = self.error_of(tensorflow)
        assert expected is not None, f"the row is wrong: TensorFlow does not fail at {self.name!r}"
        found = self.error_of(glassbrook)
        assert found is not None, f"no error, where TensorFlow raises {shown(expected)}"
        if not isinstance(expected, AttributeError):
            skip_missing(found)
        kind = error_kind(expected)
        if kind is not None:
            assert isinstance(found, kind), f"{shown(found)} where TensorFlow: {shown(expected)}"
        assert str(found), f"{type(found).__name__} without a message"

    def error_of(self, framework: Any) -> Exception | None:
        try:
            # Describing computes what is still pending, and may raise in its turn.
            describe(self.run(framework))
        except Exception as error:
            return error
        return None


@dataclass(frozen=True)
class Either:
    """A row of a generated table: whatever TensorFlow does with it, a value or an error."""

    name: str
    run: Callable[[Any], Any]
    rtol: float = 1e-6

    def check(self) -> None:
        kind = Case(self.name, self.run, self.rtol)
        if Fails(self.name, self.run).error_of(tensorflow) is not None:
            kind = Fails(self.name, self.run)
        kind.check()


def values(text: str, rtol: float = 1e-6, atol: float = 1e-7, **shared: Shared) -> list[Case]:
    """One `Case` per line of `text`, each line an expression that is also the row's name.

    A line sees `tf`, `np`, `c` (`tf.constant`), `v` (`tf.Variable`), `grad(function, *inputs)`,
    and what `shared` makes, anew for each row, from the framework.
    """
    return [Case(line, expression(line, shared), rtol, atol) for line in lines(text)]


def failures(text: str, **shared: Shared) -> list[Fails]:
    """One `Fails` per line of `text`, as `values` reads it."""
    return [Fails(line, expression(line, shared)) for line in lines(text)]


def add_to(cases: list[Case | Fails], kind: Callable[..., Case | Fails] = Case) -> Any:
    """A decorator that makes a row of a function of the framework; its name is the row's."""

    def decorate(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
        cases.append(kind(run.__name__, run))
        return run

    return decorate


def printed(run: Callable[[], Any]) -> list[str]:
    """The lines that `run` prints, without times, colours and space at their ends."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        run()
    text = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    text = re.sub(r"\b\d+(\.\d+)?(s|ms|us)(/\w+)?\b", "<time>", text)
    return [line.rstrip() for line in text.splitlines()]


def fresh_names() -> None:
    """Let both frameworks count layers from the start: `dense`, not `dense_7`."""
    # What clear_session does, without its collection of garbage: 0.2 s, a thousand times.
    global_state.set_global_attribute("object_name_uids", None)
    if glassbrook is not tensorflow:
        glassbrook.keras.backend.clear_session()


def either(text: str, rtol: float = 1e-6, **shared: Shared) -> list[Either]:
    """One `Either` per line of `text`, as `values` reads it."""
    return [Either(line, expression(line, shared), rtol) for line in lines(text)]


def lines(text: str) -> list[str]:
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def expression(line: str, shared: Mapping[str, Shared]) -> Callable[[Any], Any]:
    code = compile(line, line, "eval")

    def run(tf: Any) -> Any:
        names = {"tf": tf, "np": np, "c": tf.constant, "v": tf.Variable}
        names["grad"] = functools.partial(gradient, tf)
        names |= {name: make(tf) for name, make in shared.items()}
        return eval(code, names)

    return run


def gradient(tf: Any, function: Callable[..., Any], *inputs: Any) -> Any:
    """The gradients of `function` at `inputs`, one per input; of one input, without the list."""
    inputs = tuple(tf.constant(x) for x in inputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = function(*inputs)
    gradients = tape.gradient(output, list(inputs))
    return gradients if len(gradients) > 1 else gradients[0]


def rows(table: str, cases: Iterable[Case | Fails | Either]) -> pytest.MarkDecorator:
    """Parametrize a test with the rows of a table; known differences are expected failures."""
    parameters, names = [], set()
    for case in cases:
        key = f"{table}/{case.name}"
        assert key not in names, f"two rows are called {key!r}"
        names.add(key)
        reason = DIFFERENCES.get(key) if glassbrook is not tensorflow else None
        marks = () if reason is None else pytest.mark.xfail(strict=True, reason=reason)
        parameters.append(pytest.param(case, id=case.name, marks=marks))
    known = {key for key in DIFFERENCES if key.startswith(f"{table}/")}
    assert known <= names, f"differences that name no row: {sorted(known - names)}"
    return pytest.mark.parametrize("case", parameters)


def skip_missing(error: Exception) -> None:
    """Skip a row whose name does not exist yet; test_names.py lists those that must."""
    if re.search(r"module 'glassbrook[\w.]*' has no attribute", str(error)):
        pytest.skip(f"{error}")


def shown(error: Exception) -> str:
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first[:160]}"


def error_kind(error: Exception) -> type[Exception] | None:
    """The class that a program would catch on Glassbrook's side; None if any class will do."""
    if isinstance(error, tensorflow.errors.NotFoundError):
        # Also raised for a kernel that does not exist, which is an invalid argument to us.
        is_file = "No such file" in str(error)
        return glassbrook.errors.NotFoundError if is_file else None
    if isinstance(error, tensorflow.errors.OpError):
        own = glassbrook is not tensorflow
        return glassbrook.errors.InvalidArgumentError if own else tensorflow.errors.OpError
    for kind in KINDS:
        if isinstance(error, kind):
            return kind
    return None


@dataclass(frozen=True)
class Array:
    """A tensor or an array, apart from the framework that it comes from."""

    kind: str
    dtype: str
    values: np.ndarray


def describe(value: Any) -> Any:
    """The same value as plain Python and NumPy, comparable across frameworks."""
    name = type(value).__name__
    if name == "IndexedSlices":
        return describe(tensorflow.convert_to_tensor(value))
    if name == "RaggedTensor":
        return ("RaggedTensor", value.to_list())
    if name == "DType":
        return ("DType", value.name)
    if name == "TensorShape":
        return ("TensorShape", value.as_list() if value.rank is not None else None)
    if name == "TensorSpec":
        return ("TensorSpec", repr(value))
    if isinstance(value, np.ndarray | np.generic):
        return Array("array", value.dtype.name, np.asarray(value))
    if hasattr(value, "numpy") and hasattr(value, "dtype"):
        is_tensor = isinstance(value, tensorflow.Tensor | glassbrook.Tensor)
        kind = "tensor" if is_tensor else "variable"
        dtype = value.dtype if isinstance(value.dtype, str) else value.dtype.name
        return Array(kind, dtype, np.asarray(value.numpy()))
    if isinstance(value, Mapping):
        return {key: describe(item) for key, item in value.items()}
    if isinstance(value, list):
        return [describe(item) for item in value]
    if isinstance(value, tuple):
        return tuple(describe(item) for item in value)
    if isinstance(value, type):
        return ("type", value.__name__)
    return value


def first_difference(
    expected: Any, found: Any, rtol: float, atol: float, at: str = ""
) -> str | None:
    """Where and how two described values differ; None where they agree."""
    place = f" at {at}" if at else ""
    if isinstance(expected, Array) and isinstance(found, Array):
        problem = array_difference(expected, found, rtol, atol)
        return f"{problem}{place}" if problem else None
    if type(expected) is not type(found):
        return f"expected {expected!r}, found {found!r}{place}"
    if isinstance(expected, dict):
        if list(expected) != list(found):
            return f"expected the keys {list(expected)}, found {list(found)}{place}"
        pairs = [(key, expected[key], found[key]) for key in expected]
    elif isinstance(expected, list | tuple):
        if len(expected) != len(found):
            return f"expected {len(expected)} items, found {len(found)}{place}"
        pairs = list(zip(range(len(expected)), expected, found, strict=True))
    elif isinstance(expected, float):
        same = math.isclose(expected, found, rel_tol=rtol, abs_tol=atol)
        both_nan = math.isnan(expected) and math.isnan(found)
        return None if same or both_nan else f"expected {expected!r}, found {found!r}{place}"
    else:
        return None if expected == found else f"expected {expected!r}\nfound    {found!r}{place}"
    for key, one, other in pairs:
        problem = first_difference(one, other, rtol, atol, f"{at}[{key!r}]")
        if problem is not None:
            return problem
    return None


def array_difference(expected: Array, found: Array, rtol: float, atol: float) -> str | None:
    for what in ("kind", "dtype"):
        if getattr(expected, what) != getattr(found, what):
            return f"expected the {what} {getattr(expected, what)}, found {getattr(found, what)}"
    if expected.values.shape != found.values.shape:
        return f"expected the shape {expected.values.shape}, found {found.values.shape}"
    if expected.values.dtype.kind == "f":
        if expected.dtype == "float16":
            rtol, atol = max(rtol, 1e-3), max(atol, 1e-3)
        same = np.allclose(expected.values, found.values, rtol=rtol, atol=atol, equal_nan=True)
    else:
        same = bool(np.array_equal(expected.values, found.values))
    if same:
        return None
    if expected.values.size <= 12 or expected.values.dtype.kind != "f":
        return f"expected {expected.values.tolist()}, found {found.values.tolist()}"
    apart = np.abs(expected.values - found.values)
    place = np.unravel_index(np.argmax(apart), apart.shape)
    return f"largest difference: expected {expected.values[place]}, found {found.values[place]}"
