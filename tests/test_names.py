"""The names that course scripts call exist."""

from __future__ import annotations

import functools

import pytest

import glassbrook
from tests.course_names import NAMES, OLD_NAMES, paths


@pytest.mark.parametrize("path", paths(NAMES) + paths(OLD_NAMES))
def test_course_names(path: str) -> None:
    # Raises AttributeError if there is no such name; tf.newaxis is None.
    found = functools.reduce(getattr, path.split("."), glassbrook)
    assert found is not None or path == "newaxis"
