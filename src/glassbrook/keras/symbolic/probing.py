"""What comes out for placeholders: found by calling on zeros, twice, with other unknown sizes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, leaf
from glassbrook.keras.layers.spec import Shape
from glassbrook.keras.layers.state import PROBE_BATCH, unknown_batch
from glassbrook.keras.seeds import SeedGenerator
from glassbrook.keras.symbolic.calls import map_leaves
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.tensor import Tensor, Variable, convert_to_tensor, nest

__all__ = ["example_shapes", "outputs_of", "without_effects"]

_Example = Callable[[KerasTensor, int], Tensor]
_BATCHES = (PROBE_BATCH, PROBE_BATCH + 2)
# Sizes of other axes. Models of images halve them and double them again, which must come out even.
_SIZES = (1920, 2688)
# Those that are tried if these do not fit: a table of positions may have fewer rows.
_SMALL_SIZES = (4, 6)
_MOST_NUMBERS = 64


def example_shapes(
    shape: Shape, sizes: tuple[int, int] = _SIZES
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes that a shape may stand for: every unknown size differs between them."""

    def filled(which: int) -> tuple[int, ...]:
        return tuple(
            size if size is not None else (_BATCHES if not axis else sizes)[which]
            for axis, size in enumerate(shape)
        )

    return filled(0), filled(1)


def outputs_of(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Placeholders for what a function returns for placeholders.

    Args:
        function: a layer, or a function of tensors. It is called twice; again
            with small sizes if it refuses large ones.
        args: its arguments, in which placeholders stand for tensors.
        kwargs: those by name.

    Raises:
        InvalidArgumentError: it returns something else than tensors.
    """
    try:
        return _placeholders(function, args, kwargs, _example)
    except ShapeError:
        with contextlib.suppress(ShapeError):
            outputs = _placeholders(function, args, kwargs, _small_example)
            return nest.map_structure(_without_examples, outputs)
        raise


def _placeholders(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], example: _Example
) -> Any:
    found = [_outputs_for(which, function, args, kwargs, example) for which in (0, 1)]
    if not nest.same_form(*found):
        raise InvalidArgumentError(
            "The structure of what the call returns depends on the batch size, so that it cannot "
            "be part of a functional model."
        )

    return nest.map_structure(_placeholder, *found)


def _outputs_for(
    which: int,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    example: _Example,
) -> Any:
    def filled(leaf: Any) -> Any:
        return example(leaf, which) if isinstance(leaf, KerasTensor) else leaf

    with unknown_batch(_BATCHES[which]):
        outputs = function(*map_leaves(filled, args), **map_leaves(filled, kwargs))
    return nest.map_structure(_as_tensor, outputs)


def _as_tensor(value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if value is None or isinstance(value, KerasTensor):
        raise InvalidArgumentError(
            f"A call in a functional model returned {value!r}, expected tensors."
        )
    return convert_to_tensor(value)


def _example(placeholder: KerasTensor, which: int) -> Tensor:
    """A tensor of zeros in the place of a placeholder; of its numbers if these are known."""
    if placeholder._numbers is not None:
        return Tensor(build.data(placeholder._numbers[which]))
    return _zeros(placeholder, _examples_of(placeholder)[which])


def _small_example(placeholder: KerasTensor, which: int) -> Tensor:
    """The same where unknown sizes are small ones, and numbers that hang on sizes unknown."""
    return _zeros(placeholder, example_shapes(placeholder.keras_shape, _SMALL_SIZES)[which])


def _without_examples(placeholder: KerasTensor) -> KerasTensor:
    """The placeholder, without what small sizes made of it: later layers begin with large ones."""
    placeholder._examples = placeholder._numbers = None
    return placeholder


def _zeros(placeholder: KerasTensor, shape: tuple[int, ...]) -> Tensor:
    dtype = as_dtype(placeholder.dtype)
    if dtype is dtypes.string:
        return Tensor(leaf(np.full(shape, b"", object), dtype))
    return Tensor(build.zeros(shape, dtype))


def _examples_of(placeholder: KerasTensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    known = placeholder._examples
    if known is None or len(known[0]) != len(placeholder.keras_shape):
        known = placeholder._examples = example_shapes(placeholder.keras_shape)
    return known


def _placeholder(one: Tensor, other: Tensor) -> KerasTensor:
    first, second = one.node, other.node
    if first.rank != second.rank:
        shape: Shape = first.shape
    else:
        shape = tuple(x if x == y else None for x, y in zip(first.shape, second.shape, strict=True))
    found = KerasTensor(shape, first.dtype)
    found._examples = first.shape, second.shape
    if first.dtype.is_integer and max(first.size, second.size) <= _MOST_NUMBERS:
        found._numbers = _value(first), _value(second)
    return found


def _value(node: Node) -> Any:
    return np.asarray(Tensor(node).numpy())


@contextlib.contextmanager
def without_effects(layer: Any) -> Iterator[None]:
    """While this is entered, a call of the layer changes no variable and uses up no seed."""
    variables: list[tuple[Variable, Node]] = []
    seeds: list[tuple[SeedGenerator, tuple[int, int]]] = []
    for each in layer._flatten_layers():
        variables += [(every, every.stored_node()) for every in each._found_parts()[1]]
        seeds += [(every, every.state) for every in vars(each).values() if _is_seeds(every)]
    try:
        yield
    finally:
        for variable, node in variables:
            if variable.stored_node() is not node:
                variable.store_node(node)
        for generator, state in seeds:
            generator.state = state
        layer._clear_losses()


def _is_seeds(value: Any) -> bool:
    return isinstance(value, SeedGenerator)
