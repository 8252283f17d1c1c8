"""Names of a model's variables in a file: where they are in its structure."""

from __future__ import annotations

from typing import Any

from glassbrook.keras.layers.base import Layer
from glassbrook.keras.seeds import SeedGenerator
from glassbrook.tensor import Variable

__all__ = ["named_seeds", "named_weights"]


def named_weights(layer: Layer) -> dict[str, Variable]:
    """Every variable of a layer by its path in the structure, such as ``"layers.0.kernel"``.

    Names of layers count for nothing there, as they depend on what else was made before.
    """
    names: dict[int, tuple[str, Variable]] = {}
    for prefix, each in _walk(layer):
        for path, part in each._named_parts():
            if isinstance(part, Variable):
                names.setdefault(id(part), (prefix + path, part))
        for number, variable in enumerate(each._added_weights):
            names.setdefault(id(variable), (f"{prefix}weight_{number}", variable))
    return dict(names.values())


def named_seeds(layer: Layer) -> dict[str, SeedGenerator]:
    """Every sequence of seeds of a layer by its path in the structure."""
    return {
        f"{prefix}{name}": value
        for prefix, each in _walk(layer)
        for name, value in vars(each).items()
        if isinstance(value, SeedGenerator)
    }


def _walk(layer: Layer) -> list[tuple[str, Any]]:
    """A layer and all below it, each once, with the prefix of its variables."""
    found: list[tuple[str, Any]] = []
    seen: set[int] = set()

    def visit(prefix: str, each: Any) -> None:
        if id(each) in seen:
            return
        seen.add(id(each))
        found.append((prefix, each))
        for path, part in each._named_parts():
            if isinstance(part, Layer):
                visit(f"{prefix}{path}.", part)

    visit("", layer)
    return found
