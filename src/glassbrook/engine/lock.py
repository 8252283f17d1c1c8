"""The lock under which variables get new values.

Who computes a new value in the place of the old one holds it from before the variable's node
changes until the value is there. Who finds a variable's version without a value and without a way
to compute it waits for the lock: then the value is there.
"""

from __future__ import annotations

import threading

__all__ = ["lock"]

lock = threading.RLock()
