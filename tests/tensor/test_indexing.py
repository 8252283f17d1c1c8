"""Indexing against NumPy, on random keys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassbrook.errors import DTypeError, OutOfRangeError, ShapeError
from glassbrook.tensor import GradientTape, constant

_slices = st.builds(
    slice,
    st.none() | st.integers(-7, 7),
    st.none() | st.integers(-7, 7),
    st.none() | st.integers(-3, 3).filter(bool),
)


@st.composite
def shapes_and_keys(draw: st.DrawFn):
    shape = tuple(draw(st.lists(st.integers(0, 5), max_size=4)))
    used = draw(st.integers(0, len(shape)))
    key: list[object] = []
    for size in shape[:used]:
        positions = [st.integers(-size, size - 1)] if size else []
        key.append(draw(st.one_of(_slices, *positions)))
    if draw(st.booleans()):
        key.insert(draw(st.integers(0, len(key))), Ellipsis)
    for _ in range(draw(st.integers(0, 2))):
        key.insert(draw(st.integers(0, len(key))), None)
    return shape, tuple(key)


@settings(max_examples=400)
@given(shapes_and_keys())
def test_indexing_is_numpys(example) -> None:
    shape, key = example
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    if Ellipsis in key:
        # NumPy puts the ellipsis where it stands; the axes before it are counted from the front.
        after = [each for each in key[key.index(Ellipsis) + 1 :] if each is not None]
        for offset, each in enumerate(reversed(after)):
            size = shape[len(shape) - 1 - offset]
            if isinstance(each, int) and not -size <= each < size:
                return
    found = constant(array)[key]
    expected = array[key]
    assert found.shape == expected.shape
    assert np.array_equal(found.numpy(), expected)


@settings(max_examples=100)
@given(shapes_and_keys())
def test_the_gradient_goes_back_where_it_came_from(example) -> None:
    shape, key = example
    array = np.zeros(shape)
    x = constant(array)
    try:
        expected = np.zeros(shape)
        expected[key] = 1
    except IndexError:
        return
    with GradientTape() as tape:
        tape.watch(x)
        y = x[key]
    assert np.array_equal(tape.gradient(y, x).numpy(), expected)


def test_tensors_as_positions() -> None:
    x = constant([[1, 2], [3, 4]])
    assert int(x[constant(1), constant(0)]) == 3
    assert x[constant(1) :].numpy().tolist() == [[3, 4]]
    assert x[np.int64(0)].numpy().tolist() == [1, 2]
    assert int(x[[0, 1]]) == 2


def test_masks() -> None:
    x = constant([[1.0, 2.0], [3.0, 4.0]])
    assert x[x > 1.5].numpy().tolist() == [2.0, 3.0, 4.0]
    assert x[np.array([False, True])].numpy().tolist() == [[3.0, 4.0]]
    with pytest.raises(ShapeError, match="mask"):
        x[constant([True, False, True])]
    with GradientTape() as tape:
        tape.watch(x)
        y = x[x > 1.5] * 2.0
    assert tape.gradient(y, x).numpy().tolist() == [[0.0, 2.0], [2.0, 2.0]]


@pytest.mark.parametrize(
    ("key", "kind", "message"),
    [
        (2, OutOfRangeError, "slice index 2 of dimension 0"),
        ((0, 0, 0), OutOfRangeError, "rank 2"),
        (0.5, DTypeError, "Only integers"),
        (True, DTypeError, "Only integers"),
        ("a", DTypeError, "Only integers"),
        (slice(None, None, 0), OutOfRangeError, "step"),
        ((..., ...), DTypeError, "one ellipsis"),
    ],
)
def test_bad_keys(key: object, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        constant([[1, 2], [3, 4]])[key]


def test_tensors_cannot_be_assigned_to() -> None:
    with pytest.raises(TypeError, match="item assignment"):
        constant([1, 2])[0] = 3
