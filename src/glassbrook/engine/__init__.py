"""What computes values: `realize` decides what runs, the interpreter runs it."""

from __future__ import annotations

from glassbrook.engine import interpreter
from glassbrook.engine.history import pin_history, unpin_history
from glassbrook.engine.realize import apart, await_value, realize

__all__ = ["apart", "await_value", "interpreter", "pin_history", "realize", "unpin_history"]
