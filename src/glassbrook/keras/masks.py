"""Masks: which time steps of a tensor count. They travel with tensors from layer to layer.

A mask is a tensor of truth values, an attribute `_keras_mask` of the tensor that it belongs to. As
long as no layer exists that makes masks, nobody looks for them.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.tensor import Tensor, nest

if TYPE_CHECKING:
    from glassbrook.keras.layers.base import Layer

__all__ = ["call_with_masks", "joint_mask", "keep_masks", "mask_of", "masks", "set_mask"]


class _Masks:
    """Whether there may be masks anywhere: set for good by the first layer that makes some."""

    in_use = False


masks = _Masks()


def mask_of(x: Any) -> Any:
    """The mask of a tensor, or `None`."""
    return getattr(x, "_keras_mask", None)


def set_mask(x: Tensor, mask: Any) -> None:
    """Let a mask travel with a tensor."""
    masks.in_use = True
    x._keras_mask = mask


def joint_mask(x: Any, other: Node | None) -> Node | None:
    """The mask of a tensor, and true where `other` is true, too; either may be missing."""
    mask = mask_of(x)
    if mask is None:
        return other
    node: Node = mask.used_node()
    return node if other is None else build.logical_and(node, other)


def call_with_masks(
    layer: Layer, given: Any, inputs: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call a layer with the masks of its inputs, and give its outputs theirs.

    Args:
        layer: the layer.
        given: the inputs as they came, with their masks.
        inputs: the inputs, converted.
        args, kwargs: further arguments.
    """
    previous = kwargs.get("mask")
    if previous is None:
        previous = mask_of(given) if type(inputs) is Tensor else nest.map_structure(mask_of, given)
        position = layer._mask_position
        is_given = position is not None and len(args) >= position
        if layer._takes_mask and not is_given and _any(previous):
            kwargs["mask"] = previous
    if given is not inputs:
        keep_masks(given, inputs)
    outputs = layer.call(inputs, *args, **kwargs)
    if layer.supports_masking:
        _set_masks(layer, inputs, outputs, previous)
    elif _any(previous) and not layer._passes_masks:
        warnings.warn(
            f"Layer {layer.name!r} ({type(layer).__name__}) was called on an input with a mask. It "
            "does not support masking, so the mask ends here: later layers will not see it. Set "
            "self.supports_masking = True in its __init__ to pass the mask on.",
            stacklevel=2,
        )
    return outputs


def _any(previous: Any) -> bool:
    if previous is None or isinstance(previous, Tensor):
        return previous is not None
    return any(each is not None for each in nest.flatten(previous))


def keep_masks(given: Any, converted: Any) -> None:
    """Let inputs keep their masks when they were converted to other tensors."""
    if type(converted) is Tensor and type(given) is not Tensor:
        return  # numbers, an array or a variable
    for old, new in zip(nest.flatten(given), nest.flatten(converted), strict=False):
        mask = mask_of(old)
        if mask is not None and new is not old and type(new) is Tensor:
            new._keras_mask = mask


def _set_masks(layer: Layer, inputs: Any, outputs: Any, previous: Any) -> None:
    flat = nest.flatten(outputs)
    if all(mask_of(each) is not None for each in flat):
        return
    found = layer.compute_mask(inputs, previous)
    if found is None:
        return
    for tensor, mask in zip(flat, nest.flatten(found), strict=False):
        if mask is not None and type(tensor) is Tensor and mask_of(tensor) is None:
            set_mask(tensor, mask)
