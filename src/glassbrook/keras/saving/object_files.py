"""Graphs of objects on disk: TensorFlow's checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from glassbrook.errors import DataLossError, InvalidArgumentError, NotFoundError
from glassbrook.keras.saving.atomic import replacing
from glassbrook.keras.saving.objects import ObjectGraph
from glassbrook.ops.io import wire
from glassbrook.ops.io.bundles import BundleReader, data_path, index_path, pack_bundle

__all__ = ["SavedGraph", "read_graph", "write_graph"]

GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
_VALUE = "VARIABLE_VALUE"


def _packed_graph(graph: ObjectGraph) -> bytes:
    nodes = []
    for number, names in enumerate(graph.children):
        parts = [
            wire.length_field(1, wire.varint_field(1, child) + wire.length_field(2, name.encode()))
            for name, child in names.items()
        ]
        variable = graph.variables.get(number)
        if variable is not None:
            parts.append(
                wire.length_field(
                    2,
                    wire.length_field(1, _VALUE.encode())
                    + wire.length_field(2, variable.path.encode())
                    + wire.length_field(3, f"{graph.keys[number]}{SUFFIX}".encode()),
                )
            )
        # Whether the object has values to restore.
        parts.append(wire.length_field(5, wire.varint_field(1, 1)))
        nodes.append(wire.length_field(1, b"".join(parts)))
    return b"".join(nodes)


def write_graph(root: Any, prefix: str) -> None:
    """Write the variables that an object holds.

    Raises:
        NotFoundError: the folder cannot be made.
    """
    graph = ObjectGraph(root)
    text = np.empty((), object)
    text[()] = _packed_graph(graph)
    arrays: dict[str, Any] = {GRAPH_KEY: text}
    for number, variable in graph.variables.items():
        arrays[f"{graph.keys[number]}{SUFFIX}"] = np.asarray(variable.numpy())
    index, data = pack_bundle(arrays)
    folder = Path(prefix).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotFoundError(f"The folder {str(folder)!r} cannot be made: {error}.") from None
    # The index comes last: without it, there is no checkpoint.
    for path, content in ((data_path(prefix), data), (index_path(prefix), index)):
        with replacing(Path(path)) as file:
            file.write(content)


class SavedNode(NamedTuple):
    """An object in a checkpoint: where its names lead, and the key of its value."""

    children: dict[str, int]
    key: str | None


class SavedGraph(NamedTuple):
    """The objects in a checkpoint, and their values."""

    nodes: list[SavedNode]
    reader: BundleReader

    def follow(self, node: int, names: tuple[str, ...]) -> int | None:
        """Where names lead from an object."""
        for name in names:
            found = self.nodes[node].children.get(name)
            if found is None:
                return None
            node = found
        return node


def _saved_node(data: Any) -> SavedNode:
    names: dict[str, int] = {}
    key: str | None = None
    for number, kind, value in wire.fields(data):
        if kind != 2 or number not in (1, 2):
            continue
        texts: dict[int, Any] = {1: 0, 2: b"", 3: b""}
        for inner, _, item in wire.fields(value):
            texts[inner] = item
        if number == 1:
            names[bytes(texts[2]).decode("utf-8", "replace")] = int(texts[1])
        elif bytes(texts[1]) == _VALUE.encode():
            key = bytes(texts[3]).decode("utf-8", "replace")
    return SavedNode(names, key)


def read_graph(prefix: str) -> SavedGraph:
    """The objects in a checkpoint.

    Raises:
        NotFoundError: there is none.
        DataLossError: it is damaged.
        InvalidArgumentError: it is of an older kind, which knows nothing of objects.
    """
    reader = BundleReader(prefix)
    if not reader.has_tensor(GRAPH_KEY):
        raise InvalidArgumentError(
            f"{prefix}: this checkpoint names variables, but not the objects that hold them: it "
            "is of TensorFlow 1's kind. tf.train.load_checkpoint(prefix).get_tensor(name) reads "
            "its values one by one."
        )
    try:
        data = reader.get_tensor(GRAPH_KEY)[()]
        nodes = [_saved_node(value) for number, _, value in wire.fields(data) if number == 1]
    except (wire.WireError, TypeError, ValueError) as error:
        raise DataLossError(f"{prefix}: its table of objects cannot be read: {error}.") from None
    for node in nodes:
        if any(not 0 <= child < len(nodes) for child in node.children.values()):
            raise DataLossError(f"{prefix}: its table of objects leads out of itself.")
    if not nodes:
        raise DataLossError(f"{prefix}: its table of objects is empty.")
    return SavedGraph(nodes, reader)
