"""Dropout within cells: what is dropped is drawn once, and the same at every time step."""

from __future__ import annotations

import weakref
from typing import Any

from glassbrook.engine.tracing import active
from glassbrook.graph import build
from glassbrook.keras.random import dropout_node
from glassbrook.keras.seeds import SeedGenerator
from glassbrook.tensor import Tensor

__all__ = ["DropoutRNNCell"]


class DropoutRNNCell:
    """The part of a cell that draws masks of what is dropped, and keeps them for all time steps.

    A layer draws them before the first step of a batch, and resets them after the last. Who calls
    a cell in a loop of their own calls `reset_dropout_mask` and `reset_recurrent_dropout_mask`
    before each batch.
    """

    dropout: float
    recurrent_dropout: float
    seed_generator: SeedGenerator
    # How many masks there are for different gates; `None` if all gates share one.
    dropout_mask_count: int | None = None

    _MASK, _RECURRENT_MASK = "_dropout_mask", "_recurrent_dropout_mask"

    def get_dropout_mask(self, step_input: Any) -> Any:
        """Factors for the inputs of a step, or a list of some for each gate; `None` without any."""
        return self._mask_for(self._MASK, step_input, self.dropout)

    def get_recurrent_dropout_mask(self, step_input: Any) -> Any:
        """Factors for the state, or a list of some for each gate; `None` without any."""
        return self._mask_for(self._RECURRENT_MASK, step_input, self.recurrent_dropout)

    def reset_dropout_mask(self) -> None:
        """Forget the factors for inputs: new ones are drawn for the next batch."""
        vars(self).pop(self._MASK, None)

    def reset_recurrent_dropout_mask(self) -> None:
        """Forget the factors for states: new ones are drawn for the next batch."""
        vars(self).pop(self._RECURRENT_MASK, None)

    def _mask_for(self, name: str, like: Any, rate: float) -> Any:
        # Not set as an attribute of a layer, which would count as a change of the model. What was
        # drawn for another trace, or another batch size, is of no use.
        key = (_context(), tuple(like.shape), like.dtype)
        known = vars(self).get(name)
        if known is not None and known[0] == key:
            return known[1]
        if rate <= 0:
            return None
        ones = build.ones(tuple(like.shape), like.dtype)
        masks = [
            Tensor(dropout_node(ones, rate, ones.shape, self.seed_generator))
            for _ in range(self.dropout_mask_count or 1)
        ]
        found = masks if self.dropout_mask_count is not None else masks[0]
        vars(self)[name] = key, found
        return found


def _context() -> Any:
    """The traced function that is being run, if one is; loops and branches are parts of it."""
    trace = active.trace
    while trace is not None and trace.is_part:
        trace = trace.outer
    return None if trace is None else weakref.ref(trace)
