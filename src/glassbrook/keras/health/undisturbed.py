"""Work on a model that leaves no trace: variables, random numbers and losses are as before."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from glassbrook.engine import apart
from glassbrook.keras.symbolic.probing import without_effects
from glassbrook.ops.seeds import get_state, own_sequence, set_state
from glassbrook.tensor import Variable

__all__ = ["undisturbed"]

_SEED = 20140701, 0


@contextmanager
def undisturbed(model: Any) -> Iterator[None]:
    """While this is entered, the model may be called, and a step may be done: nothing stays of it.

    Weights, moving averages, slots of the optimizer and metrics get back the very values they had,
    and everybody goes on drawing random numbers where they stopped. What is computed does not
    count for what is compiled when.

    Args:
        model: a model that is built.
    """
    variables = _variables_beside(model)
    for variable in (*model.variables, *variables):
        variable._value()  # what waits is computed as it would be without us
    nodes = [(variable, variable.stored_node()) for variable in variables]
    losses = [(layer, list(layer._call_losses)) for layer in model._flatten_layers()]
    streams = get_state(), random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with without_effects(model), own_sequence(_SEED), apart():
            yield
    finally:
        set_state(streams[0])
        random.setstate(streams[1])
        np.random.set_state(streams[2])  # noqa: NPY002
        for variable, node in nodes:
            variable.store_node(node)
        for layer, terms in losses:
            layer._call_losses[:] = terms


def _variables_beside(model: Any) -> list[Variable]:
    """The variables of the optimizer and of metrics."""
    if not getattr(model, "compiled", False):
        return []
    found = [variable for metric in model.metrics for variable in metric.variables]
    return [*found, *model.optimizer.variables]
