"""Settings that a program may change while it runs.

Example:
    >>> import glassbrook as tf
    >>> tf.config.debug
    False
"""

from __future__ import annotations

import os

__all__ = ["debug", "max_pending_nodes"]

debug: bool = os.environ.get("GLASSBROOK_DEBUG", "0") not in ("", "0")
"""Check every graph before it runs and every result against its inferred shape and dtype."""

max_pending_nodes: int = 5_000
"""How many operations may wait for a value before those in use are computed, unasked."""
