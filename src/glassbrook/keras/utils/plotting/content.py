"""What is shown of a model: a box for each layer with some lines of text, and who takes what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from glassbrook.keras.symbolic.calls import Call
from glassbrook.tensor import nest

__all__ = ["Box", "Graph", "Options", "graph_of"]


@dataclass(frozen=True)
class Options:
    """What is to be shown of every layer."""

    shapes: bool = False
    dtypes: bool = False
    names: bool = False
    activations: bool = False
    trainable: bool = False
    nested: bool = False
    edges: bool = False


@dataclass(frozen=True)
class Facts:
    """What a layer is, shown or not."""

    name: str
    kind: str
    shape: str
    dtype: str
    parameters: int


@dataclass
class Box:
    """A layer: a title, lines below it, what is within, and what is known of it besides."""

    title: str
    lines: list[str] = field(default_factory=list)
    inner: Graph | None = None
    facts: Facts | None = None


@dataclass
class Graph:
    """Boxes, and pairs of their numbers where one takes what the other gives.

    Attributes:
        labels: what is written on each edge; empty for nothing.
    """

    boxes: list[Box] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


def graph_of(model: Any, options: Options) -> Graph:
    """What is shown of a model: its layers, or the model alone if nobody knows how they connect."""
    network = getattr(model, "_network", None)
    if network is not None:
        return _of_network(network, options)
    chain = getattr(model, "_chain", None)
    if chain is None:
        return Graph([_box(model, options, None)])
    given = model._input
    layers = [given, *chain] if given is not None else list(chain)
    boxes = [_box(layer, options, None) for layer in layers]
    edges = [(number, number + 1) for number in range(len(boxes) - 1)]
    labels = [_chain_label(layer) for layer in layers[:-1]] if options.edges else []
    return Graph(boxes, edges, labels)


def _chain_label(layer: Any) -> str:
    """What a layer of a chain gives."""
    _, given = _shapes(layer, layer._inbound_nodes)
    return f"{_dtypes(layer, layer._inbound_nodes)}{_in_brackets(given)}"


def _in_brackets(shape: str) -> str:
    """``(None, 4)`` as ``[None, 4]``, as types are written elsewhere."""
    return f"[{shape[1:-1].rstrip(',')}]" if shape.startswith("(") else f" {shape}"


def _of_network(network: Any, options: Options) -> Graph:
    within = {id(call) for call in network.calls}
    numbers = {id(operation): number for number, operation in enumerate(network.operations)}
    boxes = [_box(operation, options, within) for operation in network.operations]
    edges: dict[tuple[int, int], dict[str, None]] = {}
    for call in network.calls:
        for tensor in call.input_tensors:
            start, end = numbers[id(tensor._call.operation)], numbers[id(call.operation)]
            if start < end:
                label = f"{tensor.dtype}{_in_brackets(str(tensor.keras_shape))}"
                edges.setdefault((start, end), {})[label] = None
    labels = [", ".join(each) for each in edges.values()] if options.edges else []
    return Graph(boxes, list(edges), labels)


def _box(layer: Any, options: Options, within: set[int] | None) -> Box:
    kind = getattr(layer, "class_name", type(layer).__name__)
    lines: list[str] = []
    calls = [call for call in layer._inbound_nodes if within is None or id(call) in within]
    if options.activations:
        activation = getattr(getattr(layer, "activation", None), "__name__", None)
        lines += [f"Activation: {activation}"] if activation else []
    if options.shapes:
        taken, given = _shapes(layer, calls)
        lines += [f"Input shape: {taken}"] if taken is not None else []
        lines.append(f"Output shape: {given}")
    if options.dtypes:
        lines.append(f"Output dtype: {_dtypes(layer, calls)}")
    if options.trainable and layer.weights:
        lines.append(f"Trainable: {layer.trainable}")
    count = layer.count_params() if layer.built else 0
    lines += [f"Parameters: {count:,}"] if count else []
    inner = None
    if options.nested and hasattr(layer, "layers"):
        inner = graph_of(layer, options)
    title = f"{layer.name} ({kind})" if options.names else kind
    facts = Facts(str(layer.name), kind, _shapes(layer, calls)[1], _dtypes(layer, calls), count)
    return Box(title, lines, inner, facts)


def _shapes(layer: Any, calls: list[Call]) -> tuple[str | None, str]:
    """The shapes that a layer takes and gives."""
    if calls:
        taken = [each.keras_shape for each in calls[0].input_tensors]
        given = [each.keras_shape for each in calls[0].output_tensors]
        return _joined(taken) if taken else None, _joined(given)
    shapes: list[str] = []
    for name in ("input_shape", "output_shape"):
        try:
            shapes.append(str(getattr(layer, name)).replace("'", ""))
        except Exception:
            shapes.append("?")
    return shapes[0], shapes[1]


def _joined(shapes: list[Any]) -> str:
    return str(shapes[0]) if len(shapes) == 1 else f"[{', '.join(map(str, shapes))}]"


def _dtypes(layer: Any, calls: list[Call]) -> str:
    if calls:
        found = [each.dtype for each in nest.flatten(calls[0].outputs)]
        return ", ".join(dict.fromkeys(found))
    return str(getattr(layer, "compute_dtype", "?"))
