"""`SymbolicCalls`: what layers do with placeholders instead of tensors."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.layers.spec import shape_of
from glassbrook.keras.layers.state import scope
from glassbrook.keras.layers.weights import WeightOwner
from glassbrook.keras.symbolic.calls import Call
from glassbrook.keras.symbolic.masks import note_masks, previous_masks, with_mask
from glassbrook.keras.symbolic.operation import symbolic_outputs
from glassbrook.keras.symbolic.probing import without_effects
from glassbrook.keras.symbolic.tensor import is_symbolic

__all__ = ["SymbolicCalls", "building"]

building = threading.RLock()
"""Held while a layer makes its variables: two threads may call it first at once."""


class SymbolicCalls(WeightOwner):
    """The part of `Layer` that notes calls on placeholders, for functional models."""

    if TYPE_CHECKING:
        _inbound_nodes: list[Call]
        # The Sequential model that the layer is in, until its calls are noted.
        _chain_of: Any

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            """Compute the outputs."""

        def _build_within(self, shape: Any) -> None: ...

    def _call_symbolically(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Placeholders for the outputs; the call is remembered."""
        self._note_chain()
        previous = previous_masks(args)
        kwargs = with_mask(self, args, kwargs, previous)
        outputs = self.compute_output_spec(*args, **kwargs)
        Call(self, args, kwargs, outputs)
        note_masks(self, args, outputs, previous)
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Placeholders of the shapes and dtypes that a call on placeholders gives.

        The layer is built, and called on zeros of which nothing is computed but the shape.
        """
        if not self.built and is_symbolic(args[:1]):
            with building, scope(self.name):
                if not self.built:
                    self._build_within(shape_of(args[0]))
        with without_effects(self):
            return symbolic_outputs(self.__call__, args, kwargs, self.name)

    @property
    def input(self) -> Any:
        """The placeholders that the layer was called on first.

        Raises:
            AttributeError: it was never called on placeholders.
        """
        found = self._first_node("input").input_tensors
        return found[0] if len(found) == 1 else found

    @property
    def output(self) -> Any:
        """The placeholders that its first call on placeholders gave.

        Raises:
            AttributeError: it was never called on placeholders.
        """
        return self._first_node("output").outputs

    def get_input_at(self, node_index: int) -> Any:
        """The placeholders of one of its calls on placeholders, as Keras 2 counts them."""
        found = self._node_at(node_index, "input").input_tensors
        return found[0] if len(found) == 1 else found

    def get_output_at(self, node_index: int) -> Any:
        """The placeholders that one of its calls on placeholders gave."""
        return self._node_at(node_index, "output").outputs

    def _node_at(self, node_index: int, what: str) -> Call:
        self._first_node(what)
        if not 0 <= node_index < len(self._inbound_nodes):
            raise InvalidArgumentError(
                f"Layer {self.name!r} was called {len(self._inbound_nodes)} times on placeholders: "
                f"there is no call {node_index}."
            )
        return self._inbound_nodes[node_index]

    def _note_chain(self) -> None:
        """Let the Sequential model that the layer is in note its calls first."""
        chain, self._chain_of = self._chain_of, None
        if chain is not None:
            chain._note_calls()

    def _first_node(self, what: str) -> Call:
        self._note_chain()
        if not self._inbound_nodes:
            raise AttributeError(
                f"The layer {self.name} has never been called and thus has no defined {what}: "
                "call it on keras.Input(...), or make it part of a model that knows its inputs."
            )
        return self._inbound_nodes[0]
