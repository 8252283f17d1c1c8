"""Calls of a model that were made before are replayed: a row through a program, hardly any Python.

A model of the package's own layers does the same at every call, as long as nobody changes a layer.
After some calls with inputs of one shape it is traced, and from then on its program is run. Models
with code of the user's own always run that code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glassbrook import config
from glassbrook.engine.tracing import active
from glassbrook.graph.node import Node
from glassbrook.keras.layers import tracking
from glassbrook.keras.layers.state import calls
from glassbrook.tensor import Tensor, recording
from glassbrook.tensor.function import Function
from glassbrook.tensor.replay import Replay

if TYPE_CHECKING:
    from glassbrook.keras.models.model import Model

__all__ = ["REPLAY_AT", "Inference"]

REPLAY_AT = 8
"""At which call with inputs of one shape a program takes over."""

_MOST_SHAPES = 32
_OWN = "glassbrook."


class Inference:
    """The replayed calls of one model.

    Args:
        model: the model.
        run: what a call does.
    """

    def __init__(self, model: Model, run: Callable[[Any], Any]) -> None:
        self._model = model
        self._run = run
        self._version: tuple[int, int] | None = None
        self._function: Function | None = None
        self._counts: dict[Any, int] = {}
        self._replays: dict[Any, Replay | None] = {}

    def replay_for(self, node: Node) -> Replay | None:
        """The program for such inputs; `None` if this call is to run as it is written."""
        version = (tracking.version(), tracking.changes())
        if version != self._version:
            self._forget(version)
        function = self._function
        if (
            function is None
            or recording.thread.active
            or active.trace is not None
            or calls.training
            or calls.outermost is not None
        ):
            return None
        key = (node.shape, node.dtype)
        found = self._replays.get(key)
        return found if found is not None else self._count(key, node, function)

    def _forget(self, version: tuple[int, int]) -> None:
        """Begin anew, as some layer has changed."""
        self._counts, self._replays, self._function = {}, {}, None
        if config.engine != "interpreter" and _is_plain(self._model):
            self._function = Function(self._run)
        self._version = version

    def _count(self, key: Any, node: Node, function: Function) -> Replay | None:
        # Another thread may begin anew meanwhile: what is found here then goes with the old ones.
        counts, replays, version = self._counts, self._replays, self._version
        count = counts[key] = counts.get(key, 0) + 1
        if count < REPLAY_AT or key in replays or config.eager_functions:
            return None
        if len(replays) >= _MOST_SHAPES:
            replays.clear()
        replay = replays[key] = function.replay_for(Tensor(node))
        # Tracing may have touched the layers.
        if version != (tracking.version(), tracking.changes()) and replays is self._replays:
            self._version = (tracking.version(), tracking.changes())
        return replay

    def __deepcopy__(self, memo: dict[int, Any]) -> Inference:
        model = memo.get(id(self._model), self._model)
        return Inference(model, getattr(model, self._run.__name__))


def _is_plain(model: Model) -> bool:
    """Whether a model and all that is in it is the package's own."""
    if model._has_losses():
        return False
    for layer in model._flatten_layers():
        if not type(layer).__module__.startswith(_OWN):
            return False
        for value in list(vars(layer).values()):  # another thread may be setting some
            if callable(value) and not _is_own(value):
                return False
    return True


def _is_own(value: Any) -> bool:
    module = getattr(value, "__module__", None) or type(value).__module__
    return str(module).startswith(_OWN)
