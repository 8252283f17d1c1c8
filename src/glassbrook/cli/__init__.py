"""The `glassbrook` command.

Data goes to stdout, progress to stderr. Exit codes: 0 done, 1 failure, 2 usage, 3 a missing extra,
4 bad data or model, 5 diverged, 130 interrupted.
"""

from __future__ import annotations

from glassbrook.cli.app import main

__all__ = ["main"]
