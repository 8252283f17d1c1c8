"""What computes values: `realize` decides what runs, the interpreter runs it."""

from glassbrook.engine import interpreter
from glassbrook.engine.realize import await_value, pin_history, realize, unpin_history

__all__ = ["await_value", "interpreter", "pin_history", "realize", "unpin_history"]
