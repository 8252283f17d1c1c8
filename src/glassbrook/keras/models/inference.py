"""Calls of a model that were made before are replayed: a row through a program, hardly any Python.

A model of the package's own layers does the same at every call, as long as nobody changes a layer.
After some calls with inputs of one shape it is traced, and from then on its program is run. Models
with code of the user's own always run that code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from glassbrook import config
from glassbrook.dtypes import float32
from glassbrook.engine.tracing import active
from glassbrook.graph.node import Node, leaf
from glassbrook.keras.layers import tracking
from glassbrook.keras.layers.state import calls
from glassbrook.keras.masks import mask_of
from glassbrook.tensor import Tensor, nest, recording
from glassbrook.tensor.function import Function
from glassbrook.tensor.replay import Replay

if TYPE_CHECKING:
    from glassbrook.keras.models.model import Model

__all__ = ["REPLAY_AT", "Inference", "known_node", "known_nodes", "looks_at_values"]

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
        self._gives_masks = False

    def replay_for(self, node: Node) -> Replay | None:
        """The program for such an input; `None` if this call is to run as it is written."""
        function = self._function_now()
        if function is None:
            return None
        key = (node.shape, node.dtype)
        found = self._replays.get(key)
        return found if found is not None else self._count(key, Tensor(node), function)

    def replay_for_several(self, inputs: Any, nodes: list[Node]) -> Replay | None:
        """The same for a structure of inputs, whose nodes are given."""
        function = self._function_now()
        if function is None:
            return None
        key = (_form(inputs), tuple([(node.shape, node.dtype) for node in nodes]))
        found = self._replays.get(key)
        if found is not None:
            return found
        tensors = nest.pack_like(inputs, [Tensor(node) for node in nodes])
        return self._count(key, tensors, function)

    def _function_now(self) -> Function | None:
        """What is traced and replayed, if this call may be."""
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
        return function

    def _forget(self, version: tuple[int, int]) -> None:
        """Begin anew, as some layer has changed."""
        self._counts, self._replays, self._function = {}, {}, None
        if config.engine != "interpreter" and _is_plain(self._model):
            self._function = Function(self._run_noting_masks)
        self._version = version

    def _run_noting_masks(self, inputs: Any) -> Any:
        outputs = self._run(inputs)
        self._gives_masks = any(mask_of(each) is not None for each in nest.flatten(outputs))
        return outputs

    def _count(self, key: Any, inputs: Any, function: Function) -> Replay | None:
        # Another thread may begin anew meanwhile: what is found here then goes with the old ones.
        counts, replays, version = self._counts, self._replays, self._version
        count = counts[key] = counts.get(key, 0) + 1
        if count < REPLAY_AT or key in replays or config.eager_functions:
            return None
        if len(replays) >= _MOST_SHAPES:
            replays.clear()
        replay = function.replay_for(inputs)
        if self._gives_masks:
            replay = None  # a program gives numbers alone
        replays[key] = replay
        # Tracing may have touched the layers.
        if version != (tracking.version(), tracking.changes()) and replays is self._replays:
            self._version = (tracking.version(), tracking.changes())
        return replay

    def __deepcopy__(self, memo: dict[int, Any]) -> Inference:
        model = memo.get(id(self._model), self._model)
        return Inference(model, getattr(model, self._run.__name__))


def known_node(value: Any) -> Node | None:
    """The node of a tensor or an array of floats, if its value is known."""
    if type(value) is Tensor:
        return value._node if value._node.value is not None and mask_of(value) is None else None
    if type(value) is np.ndarray and value.dtype == np.float32:
        # Nobody can change it while the call lasts.
        return leaf(value, float32)
    return None


def known_nodes(inputs: Any) -> list[Node] | None:
    """The nodes of a structure of inputs, if all their values are known."""
    found = [known_node(each) for each in nest.flatten(inputs)]
    known = [each for each in found if each is not None]
    return known if known and len(known) == len(found) else None


def _form(structure: Any) -> Any:
    """The form of a structure, as a key."""
    if isinstance(structure, dict):
        return tuple((key, _form(each)) for key, each in structure.items())
    if isinstance(structure, list | tuple):
        return (type(structure), *map(_form, structure))
    return None


def _is_plain(model: Model) -> bool:
    """Whether a model and all that is in it is the package's own."""
    if model._has_losses():
        return False
    for operation in model.operations if model._network is not None else ():
        if not _is_own(getattr(operation, "function", operation)) or _takes_functions(operation):
            return False
    for layer in model._flatten_layers():
        if not type(layer).__module__.startswith(_OWN) or looks_at_values(layer):
            return False
        for value in list(vars(layer).values()):  # another thread may be setting some
            if callable(value) and not _is_own(value):
                return False
    return True


def looks_at_values(layer: Any) -> bool:
    """Whether a layer needs the values of its inputs, as those of text do: no program does it."""
    return bool(getattr(layer, "_looks_at_values", False))


def _takes_functions(operation: Any) -> bool:
    """Whether an operation was called with a function of the user's."""
    for call in operation._inbound_nodes:
        for each in nest.flatten([list(call.arguments.args), call.arguments.kwargs]):
            if callable(each) and not _is_own(each):
                return True
    return False


def _is_own(value: Any) -> bool:
    module = str(getattr(value, "__module__", None) or type(value).__module__)
    return module.startswith(_OWN)
