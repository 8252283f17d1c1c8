"""Where in a model an error came up: one note, with the path from the model to the layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from glassbrook.errors import shortened
from glassbrook.keras import axes
from glassbrook.keras.layers.spec import is_shape
from glassbrook.keras.layers.state import PROBE_BATCH, calls

if TYPE_CHECKING:
    from glassbrook.keras.layers.base import Layer

__all__ = ["is_unexpected_structure", "named_layer", "note_build", "note_call"]

_MOST_LAYERS = 64
_MOST_INPUTS = 4
_LONGEST_NAME = 60
# Batch sizes that stand for an unknown one while shapes are found out.
_PROBES = (PROBE_BATCH, PROBE_BATCH + 2)


class _LayerNote(str):
    """The note of an error in a layer: ``in layer model/block/dense (Dense), called with …``.

    Attributes:
        names: the names of the layers, the outermost first.
        outermost: the first of them.
        rest: what is said behind the path.
    """

    __slots__ = ("names", "outermost", "rest")

    def __new__(cls, layer: Layer, names: tuple[str, ...], rest: str) -> Self:
        path = "/".join(
            name if len(name) <= _LONGEST_NAME else shortened(name, _LONGEST_NAME) for name in names
        )
        note = super().__new__(cls, f"in layer {path} {rest}")
        note.names, note.outermost, note.rest = names, id(layer), rest
        return note

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)

    names: tuple[str, ...]
    outermost: int
    rest: str

    def within(self, layer: Layer) -> _LayerNote:
        """The same, seen from a layer around those that it names."""
        if self.outermost == id(layer) or len(self.names) >= _MOST_LAYERS:
            return self
        return _LayerNote(layer, (layer.name, *self.names), self.rest)


def named_layer(error: BaseException) -> bool:
    """Whether an error says already in which layer it came up."""
    return any(isinstance(note, _LayerNote) for note in getattr(error, "__notes__", ()))


def is_unexpected_structure(layer: Layer, inputs: Any) -> bool:
    """Whether a layer of this package was called on a structure that it has no use for."""
    # Only they are sure to fail because of it: an error in a layer of the user's is the user's.
    return isinstance(inputs, Mapping | list | tuple) and type(layer).call.__module__.startswith(
        "glassbrook."
    )


def note_call(error: BaseException, layer: Layer, inputs: Any) -> None:
    """Say that an error came up while a layer was called; layers around it lengthen the path."""
    _note(error, layer, "called with", lambda: _described(inputs, layer._input_axes()))


def note_build(error: BaseException, layer: Layer, shape: Any) -> None:
    """Say that an error came up while a layer was built for inputs of a shape."""
    _note(error, layer, "built for inputs of", lambda: _shape(shape, layer._input_axes()))


def _note(error: BaseException, layer: Layer, what: str, described: Any) -> None:
    notes = getattr(error, "__notes__", [])
    for position, note in enumerate(notes):
        if isinstance(note, _LayerNote):
            notes[position] = note.within(layer)
            return
    try:
        inputs = described()
    except Exception:  # of a class of the user's, whose shape or dtype fails
        inputs = "what cannot be described"
    rest = f"({type(layer).__name__}), {what} {inputs}"
    error.add_note(_LayerNote(layer, (layer.name,), rest))


def _described(inputs: Any, names: Sequence[str]) -> str:
    """The dtype and shape of a tensor, or of each in a structure; otherwise the type."""
    if isinstance(inputs, Mapping):
        entries = [
            f"{shortened(key, _LONGEST_NAME)}: {_described(each, names)}"
            for key, each in _first(inputs.items())
        ]
        return f"{{{', '.join(entries)}{_more(inputs)}}}"
    if isinstance(inputs, list | tuple):
        items = [_described(each, names) for each in _first(inputs)]
        return f"[{', '.join(items)}{_more(inputs)}]"
    if inputs is None:
        return "None"
    shape, dtype = getattr(inputs, "shape", None), getattr(inputs, "dtype", None)
    if shape is None or dtype is None:
        return f"a value of type {type(inputs).__name__}"
    try:
        sizes = tuple(shape)
    except (TypeError, ValueError):
        return f"{getattr(dtype, 'name', dtype)} of unknown shape"
    return f"{getattr(dtype, 'name', dtype)}{_shape(sizes, names)}"


def _shape(shape: Any, names: Sequence[str]) -> str:
    """A shape and what its sizes count; a batch that stands for an unknown one is not known."""
    if not is_shape(shape):
        return str(shape)
    sizes = list(shape)
    note = ""
    if calls.unknown_batch in _PROBES and sizes[:1] == [calls.unknown_batch]:
        note = f", tried with a batch of {sizes[0]}"
        sizes[0] = None
    counted = axes.meaning(sizes, names)
    return f"[{', '.join(map(str, sizes))}]{f' ({counted})' if counted else ''}{note}"


def _first(items: Any) -> list[Any]:
    return list(items)[:_MOST_INPUTS]


def _more(items: Any) -> str:
    return f", … {len(items) - _MOST_INPUTS} more" if len(items) > _MOST_INPUTS else ""
