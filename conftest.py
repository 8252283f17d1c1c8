"""What holds for every test, and for every example in a docstring."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest
from hypothesis import settings

from glassbrook.keras.naming import reset_names

# Pictures are written to files: never open a window.
os.environ["MPLBACKEND"] = "Agg"

# The same examples on every run, on machines of any speed.
settings.register_profile("glassbrook", deadline=None, derandomize=True)
settings.load_profile("glassbrook")

# tests/parity compares with TensorFlow, which `make parity` installs in an environment of its own.
collect_ignore = [] if find_spec("tensorflow") else ["tests/parity"]


@pytest.fixture(autouse=True)
def _names_start_anew() -> None:
    """A layer without a name is `dense`, as in a program of its own, whatever ran before."""
    reset_names()
