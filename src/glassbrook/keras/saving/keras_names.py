"""Where Keras 3 puts the variables of each layer in a file of weights.

The path of a layer follows the structure: ``layers/dense_1`` for the second Dense of a Sequential
or functional model, and the names of attributes elsewhere. A layer's own variables are numbered
within ``vars``, trainable ones first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from glassbrook.keras.layers.base import Layer
from glassbrook.keras.naming import snake_case
from glassbrook.tensor import Variable

__all__ = ["layer_paths", "own_variables"]


def own_variables(layer: Layer) -> list[Variable]:
    """The variables of a layer itself, without those of its sublayers, trainable ones first."""
    own = layer._found_parts()[1]
    fixed = {id(variable) for variable in layer._untrainable}
    return sorted(own, key=lambda variable: id(variable) in fixed)


def layer_paths(model: Layer) -> list[tuple[str, Layer]]:
    """A model and all layers below it, each once, with its path."""
    found: list[tuple[str, Layer]] = []
    seen: set[int] = set()

    def visit(path: str, layer: Layer) -> None:
        if id(layer) in seen:
            return
        seen.add(id(layer))
        found.append((path, layer))
        for name, value in _children(layer):
            inner = f"{path}/{name}" if path else name
            if isinstance(value, Layer):
                visit(inner, value)
            else:
                for part, each in _within(value):
                    visit(f"{inner}/{part}", each)

    visit("", model)
    return found


def _children(layer: Any) -> list[tuple[str, Any]]:
    """Attributes that hold layers, in Keras's order: private ones last."""
    attributes: dict[str, Any] = {}
    for path, part in layer._named_parts():
        if isinstance(part, Layer):
            name, _, rest = path.partition(".")
            if rest:
                attributes.setdefault(name, _Parts()).append(rest, part)
            else:
                attributes[name] = part
    children = sorted(
        attributes.items(), key=lambda item: f"~{item[0]}" if item[0][0] == "_" else item[0]
    )
    if _is_chain_or_graph(layer):
        return [("layers", list(layer.layers)), *(each for each in children if each[0] != "layers")]
    return children


def _is_chain_or_graph(layer: Any) -> bool:
    if getattr(layer, "_chain", None) is not None:
        return True
    return getattr(layer, "_network", None) is not None


class _Parts:
    """The layers within a list or dictionary, by what follows the name of the attribute."""

    def __init__(self) -> None:
        self.items: list[tuple[list[str], Layer]] = []

    def append(self, path: str, layer: Layer) -> None:
        self.items.append((path.split("."), layer))


def _within(value: Any) -> Iterator[tuple[str, Layer]]:
    if isinstance(value, _Parts):
        yield from _numbered(value.items)
    else:
        yield from _named_apart(value)


def _numbered(items: Iterable[tuple[list[str], Layer]]) -> Iterator[tuple[str, Layer]]:
    """Names of the members of a container: of their classes, and ``container`` for inner ones."""
    used: dict[str, int] = {}
    inner: dict[str, list[tuple[list[str], Layer]]] = {}
    names: dict[str, str] = {}
    for keys, layer in items:
        if len(keys) == 1:
            yield _apart(snake_case(type(layer).__name__), used), layer
        else:
            if keys[0] not in inner:
                names[keys[0]] = _apart("container", used)
            inner.setdefault(keys[0], []).append((keys[1:], layer))
    for key, members in inner.items():
        for name, layer in _numbered(members):
            yield f"{names[key]}/{name}", layer


def _named_apart(layers: Iterable[Layer]) -> Iterator[tuple[str, Layer]]:
    used: dict[str, int] = {}
    for layer in layers:
        yield _apart(snake_case(type(layer).__name__), used), layer


def _apart(name: str, used: dict[str, int]) -> str:
    if name in used:
        used[name] += 1
        return f"{name}_{used[name]}"
    used[name] = 0
    return name
