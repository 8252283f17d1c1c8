"""What objects hold, by the names under which checkpoints keep it.

A checkpoint describes a graph of objects: from one to the next lead names, such as attributes and
positions in lists. The same object may have several names, as different versions of Keras call
the parts of a model differently: all of them are written, and any of them is found when reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from glassbrook.keras.layers.base import Layer
from glassbrook.keras.metrics.base import Metric
from glassbrook.keras.optimizers.base import Optimizer
from glassbrook.tensor import Module, Variable

__all__ = ["Child", "ObjectGraph", "children", "is_trackable"]

Path = tuple[str, ...]


class Child(NamedTuple):
    """Something that an object holds.

    Attributes:
        names: ways to it, the preferred one first.
        value: what is there.
        weak: whether it belongs to another object, which should give it its name.
    """

    names: tuple[Path, ...]
    value: Any
    weak: bool = False


def is_trackable(value: Any) -> bool:
    """Whether a value has a state that checkpoints keep, or may hold something that has."""
    known = (Variable, Layer, Metric, Optimizer, Module, list, tuple, dict)
    return isinstance(value, known) or hasattr(value, "checkpoint_children")


def children(value: Any) -> Iterator[Child]:
    """What an object holds."""
    if isinstance(value, Variable):
        return
    if hasattr(value, "checkpoint_children"):
        yield from value.checkpoint_children()
    elif isinstance(value, Layer):
        yield from _of_layer(value)
    elif isinstance(value, Optimizer):
        yield from _of_optimizer(value)
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield Child(((str(number),),), each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield Child(((str(key),),), each)
    else:
        for key, each in list(vars(value).items()):
            if is_trackable(each) and not key.startswith("_inbound"):
                yield Child(((key,),), each)


def _of_layer(layer: Layer) -> Iterator[Child]:
    chained = getattr(layer, "_chain", None) is not None
    network = getattr(layer, "_network", None)
    if chained or network is not None:
        yield from _of_chain_or_graph(layer, chained, network)
    seen: set[int] = set()
    for path, part in layer._named_parts():
        seen.add(id(part))
        if chained and path.startswith("layers."):
            continue
        names = tuple(path.split("."))
        if isinstance(part, Variable):
            yield Child((names, (*names[:-1], f"_{names[-1]}")), part)
        else:
            yield Child((names,), part)
    for number, variable in enumerate(layer._added_weights):
        if id(variable) not in seen:
            name = variable.path.rpartition("/")[2]
            yield Child(((name,), (f"_{name}",), ("_variables", str(number))), variable)
    optimizer = getattr(layer, "optimizer", None)
    if isinstance(optimizer, Optimizer):
        yield Child((("optimizer",),), optimizer)


def _of_chain_or_graph(layer: Any, chained: bool, network: Any) -> Iterator[Child]:
    """Layers by their numbers: Keras 2 counted those with weights apart."""
    operations = [] if network is None else [id(each) for each in network.operations]
    with_weights = 0
    for number, each in enumerate(layer.layers):
        names: list[Path] = [(f"layer-{number}",)]
        if each.weights:
            names.insert(0, (f"layer_with_weights-{with_weights}",))
            with_weights += 1
        if chained:
            # Keras 3 counts the input as well.
            names += [("_functional", "_operations", str(number + 1)), ("_layers", str(number))]
        elif id(each) in operations:
            names.append(("_operations", str(operations.index(id(each)))))
        yield Child(tuple(names), each)


_KNOWN = {"_iterations": "iter", "_learning_rate": "learning_rate"}


def _of_optimizer(optimizer: Any) -> Iterator[Child]:
    known = {id(getattr(optimizer, name, None)): name for name in _KNOWN}
    slots = {
        id(slot): (name, str(number))
        for number, parameter in enumerate(optimizer._parameters.values())
        for name, slot in zip(optimizer.slots, parameter.slots)
    }
    for number, variable in enumerate(optimizer.variables):
        names: list[Path] = [("_variables", str(number))]
        attribute = known.get(id(variable))
        if id(variable) in slots:
            name, place = slots[id(variable)]
            plural = f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
            names += [(f"_{plural}", place), (plural, place)]
        if attribute is not None:
            names = [(attribute,), *names, (_KNOWN[attribute],)]
        yield Child(tuple(names), variable)
    for number, each in enumerate(optimizer._parameters.values()):
        yield Child((("_trainable_variables", str(number)),), each.variable, weak=True)


class ObjectGraph:
    """All objects that can be reached from one.

    Attributes:
        children: for each object its names and where they lead.
        variables: the variables, by the numbers of their nodes.
        keys: for each variable's node, its path.
    """

    def __init__(self, root: Any) -> None:
        self.children: list[dict[str, int]] = [{}]
        self.variables: dict[int, Variable] = {}
        self.keys: dict[int, str] = {}
        self._numbers: dict[int, int] = {id(root): 0}
        # Held, so that no other object gets the identity of one that was made for the walk.
        self._held: list[Any] = [root]
        self._paths: list[Path] = [()]
        weak: list[tuple[int, Child]] = []
        queue: list[tuple[int, Any]] = [(0, root)]
        for node, value in queue:
            for child in children(value):
                if not is_trackable(child.value):
                    continue
                if child.weak:
                    weak.append((node, child))
                else:
                    self._connect(node, child, queue)
        for node, child in weak:
            self._connect(node, child, [])

    def _connect(self, node: int, child: Child, queue: list[tuple[int, Any]]) -> None:
        number = self._numbers.get(id(child.value))
        for names in child.names:
            place = node
            for name in names[:-1]:
                place = self._step(place, name)
            if number is None:
                number = self._new(place, names[-1])
                self._numbers[id(child.value)] = number
                self._held.append(child.value)
                if isinstance(child.value, Variable):
                    self.variables[number] = child.value
                    self.keys[number] = "/".join(map(_escaped, self._paths[number]))
                queue.append((number, child.value))
            self.children[place].setdefault(names[-1], number)

    def _step(self, node: int, name: str) -> int:
        found = self.children[node].get(name)
        if found is None:
            found = self.children[node][name] = self._new(node, name)
        return found

    def _new(self, parent: int, name: str) -> int:
        self.children.append({})
        self._paths.append((*self._paths[parent], name))
        return len(self.children) - 1


def _escaped(name: str) -> str:
    """A name within a path; a slash would make two of it."""
    return name.replace(".", "..").replace("/", ".S")
