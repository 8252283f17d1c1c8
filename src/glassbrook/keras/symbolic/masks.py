"""Masks of placeholders: computed by operations of the model, as Keras notes them."""

from __future__ import annotations

from typing import Any

from glassbrook.keras.masks import mask_of, masks
from glassbrook.keras.symbolic.tensor import KerasTensor, is_symbolic
from glassbrook.tensor import nest
from glassbrook.tensor.symbolic import SymbolicArgument

__all__ = ["note_masks", "previous_masks", "with_mask"]


def previous_masks(args: tuple[Any, ...]) -> Any:
    """The masks of what a layer is called on, in its structure; `None` if there are none."""
    if not masks.in_use or not args:
        return None
    found = nest.map_structure(mask_of, args[0])
    return found if is_symbolic(found) else None


def with_mask(
    layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], previous: Any
) -> dict[str, Any]:
    """The arguments by name, with the masks of the inputs if the layer takes them."""
    position = layer._mask_position
    given = kwargs.get("mask") is not None or (position is not None and len(args) > position)
    if previous is None or given or not layer._takes_mask:
        return kwargs
    return kwargs | {"mask": previous}


def note_masks(layer: Any, args: tuple[Any, ...], outputs: Any, previous: Any) -> None:
    """Let the outputs have the masks that the layer computes for them.

    Where the layer cannot say it of placeholders, masks travel with tensors alone.
    """
    if not masks.in_use or not layer.supports_masking or layer._passes_masks or not args:
        return
    try:
        found = layer.compute_mask(args[0], previous)
    except SymbolicArgument:
        return
    for tensor, mask in zip(nest.flatten(outputs), nest.flatten(found), strict=False):
        if isinstance(mask, KerasTensor):
            tensor._keras_mask = mask
