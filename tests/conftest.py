"""What holds for every test."""

from __future__ import annotations

import os
from importlib.util import find_spec

from hypothesis import settings

# Pictures are written to files: never open a window.
os.environ["MPLBACKEND"] = "Agg"

# The same examples on every run, on machines of any speed.
settings.register_profile("glassbrook", deadline=None, derandomize=True)
settings.load_profile("glassbrook")

# tests/parity compares with TensorFlow, which `make parity` installs in an environment of its own.
collect_ignore = [] if find_spec("tensorflow") else ["parity"]
