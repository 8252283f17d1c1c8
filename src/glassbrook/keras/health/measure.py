"""What is measured of each layer: its gradient, its weights, an update, and its units."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.engine import realize
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Node
from glassbrook.graph.provenance import noting, place_of
from glassbrook.keras.health.undisturbed import undisturbed
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.models.batches import unpack
from glassbrook.tensor import GradientTape, Tensor, Variable

__all__ = ["MEASURES", "LayerHealth", "examine"]

MEASURES = (
    "gradient_norm",
    "weight_norm",
    "update_ratio",
    "dead",
    "saturated",
    "zero_gradients",
)
"""What is measured, by the names of attributes."""

SATURATED_WITHIN = 0.01
"""How close to a limit of its range an output is saturated: at most 4 % of the slope are left."""

Array = npt.NDArray[Any]
# The limits of the ranges of functions that flatten out.
_RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
_UNITS = frozenset({"relu", *_RANGES})
# Functions of ours that are made of these operations, but die or saturate in another way.
_AS_THEY_ARE = frozenset({"linear", "relu", "relu6", "sigmoid", "tanh"})


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """What was measured of one layer; `None` where there is nothing to measure.

    Attributes:
        layer: its path within the model, as in ``"block/dense"``.
        layer_class: its class.
        gradient_norm: the length of the gradient of all its trained weights together.
        weight_norm: the length of these weights together.
        update_ratio: how far one step of the optimizer moves them, by their own length.
        dead: the share of its ReLU units that give 0 for all samples.
        saturated: the share of the outputs of its sigmoids and hyperbolic tangents that are within
            0.01 of a limit of their range.
        zero_gradients: the share of the elements of the gradient that are exactly 0.
        is_connected: whether the loss depends on its trained weights; true if it has none.
        is_last: whether no later layer has trained weights.
    """

    layer: str
    layer_class: str
    gradient_norm: float | None = None
    weight_norm: float | None = None
    update_ratio: float | None = None
    dead: float | None = None
    saturated: float | None = None
    zero_gradients: float | None = None
    is_connected: bool = True
    is_last: bool = False


def examine(model: Any, batch: Any) -> list[LayerHealth]:
    """Measure each layer of a model on a batch, which leaves the model as it is.

    The pass is one of training (dropout drops, batch normalization uses the batch), and so is its
    gradient. The update is the one that the optimizer would do with it next, taken back.

    Args:
        model: a model that is built; without a loss, there are no gradients.
        batch: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``.

    Returns:
        The layers that have weights to train, or units to look at, in the order of their calls.

    Raises:
        InvalidArgumentError: the model is not built.

    Example:
        >>> import glassbrook as tf
        >>> layers = [tf.keras.layers.Dense(2, "relu", kernel_initializer="ones", name="first")]
        >>> model = tf.keras.Sequential([*layers, tf.keras.layers.Dense(1, name="last")])
        >>> model.compile("sgd", "mse")
        >>> x = tf.constant([[-1.0, -2.0], [-3.0, 1.0]])
        >>> y = model(x)
        >>> for each in examine(model, (x, tf.ones([2, 1]))):
        ...     print(each.layer, each.dead, each.gradient_norm)
        first 1.0 0.0
        last None 2.0
    """
    if not model.built:
        raise InvalidArgumentError(
            f"examine: model {model.name!r} has no weights yet. Call it once: model(x[:1])."
        )
    with undisturbed(model):
        return _Examination(model, batch).layers()


class _Examination:
    """One look at a model.

    Attributes:
        paths: its layers, by their paths.
        units: nodes whose elements can die or saturate, by the path of the layer.
        order: the paths of layers, in the order in which they were called.
        gradients: for trained variables, by their `id`.
        updated: what one step makes of them.
    """

    def __init__(self, model: Any, batch: Any) -> None:
        self.model = model
        self.paths = _paths(model)
        self.variables: list[Variable] = list(model.trainable_variables)
        x, y, sample_weight = unpack(batch)
        with noting() as nodes, GradientTape() as tape:
            y_pred = model(x, training=True)
            self.units, self.order = _units_of(nodes, self.paths)
            loss = self._loss(x, y, y_pred, sample_weight)
        self.has_loss = loss is not None
        found = tape.gradient(loss, self.variables) if self.has_loss and self.variables else []
        pairs = [
            (variable, gradient)
            for variable, gradient in zip(self.variables, found, strict=False)
            if isinstance(gradient, Tensor)
        ]
        realize([gradient.node for _, gradient in pairs] + [*itertools.chain(*self.units.values())])
        self.gradients = {id(variable): gradient._value() for variable, gradient in pairs}
        self.before = {id(variable): variable._value() for variable in self.variables}
        self.after = self._step(pairs)

    def _loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> Tensor | None:
        model = self.model
        if not model.compiled or (model._compiled_loss is not None and y is None):
            return None
        if model._compiled_loss is None and not model._has_losses():
            return None
        found: Tensor = model.compute_loss(x, y, y_pred, sample_weight)
        return found

    def _step(self, pairs: Sequence[tuple[Variable, Tensor]]) -> dict[int, Array]:
        """What the variables are after one step; the caller takes it back."""
        optimizer: Any = getattr(self.model, "optimizer", None)
        slots = getattr(optimizer, "_parameters", {})
        if not pairs or any(id(variable) not in slots for variable, _ in pairs):
            return {}  # it has not begun: a step would make its slots
        optimizer.apply_gradients([(gradient, variable) for variable, gradient in pairs])
        return {id(variable): variable._value() for variable, _ in pairs}

    def layers(self) -> list[LayerHealth]:
        """What was measured, layer by layer."""
        trained = {path: self._trained(layer) for path, layer in self.paths.items()}
        order = dict.fromkeys([*self.order, *trained])
        wanted = [path for path in order if trained.get(path) or path in self.units]
        last = [path for path in wanted if trained.get(path)][-1:]
        return [self._layer(path, trained.get(path, []), [path] == last) for path in wanted]

    def _trained(self, layer: Layer) -> list[int]:
        """The `id` of each variable that is the layer's own, and trained."""
        return [id(each) for each in layer._found_parts()[1] if id(each) in self.before]

    def _layer(self, path: str, variables: list[int], is_last: bool) -> LayerHealth:
        layer = self.paths.get(path, self.model)
        gradients = [self.gradients[each] for each in variables if each in self.gradients]
        units = self.units.get(path, [])
        return LayerHealth(
            layer=path or self.model.name,
            layer_class=type(layer).__name__,
            gradient_norm=_norm(gradients),
            weight_norm=_norm([self.before[each] for each in variables]),
            update_ratio=self._update_ratio(variables),
            dead=_dead([node for node in units if node.op == "relu"]),
            saturated=_saturated([node for node in units if node.op in _RANGES]),
            zero_gradients=_share([each == 0 for each in gradients]),
            is_connected=bool(gradients) or not variables or not self.has_loss,
            is_last=is_last,
        )

    def _update_ratio(self, variables: list[int]) -> float | None:
        moved = [each for each in variables if each in self.after]
        length = _norm([self.before[each] for each in moved])
        if not length:
            return None
        step = _norm([self.after[each] - self.before[each] for each in moved])
        return None if step is None else step / length


def _paths(model: Any) -> dict[str, Layer]:
    """The layers of a model, by the names on the way to them; the model itself is ``""``."""
    found: dict[str, Layer] = {}
    seen: set[int] = set()
    waiting: list[tuple[str, Layer]] = [("", model)]
    for path, layer in waiting:  # grows while it is read
        if id(layer) not in seen:
            seen.add(id(layer))
            found[path] = layer
            parts = layer._found_parts()[2]
            waiting.extend((f"{path}/{each.name}" if path else each.name, each) for each in parts)
    return found


def _units_of(
    nodes: Sequence[Node], paths: Mapping[str, Layer]
) -> tuple[dict[str, list[Node]], list[str]]:
    """Nodes whose elements can die or saturate, by layer; and the layers in order of calls."""
    uses: dict[Node, int] = {}
    in_loops: set[Node] = set()  # the body of a loop stands for all its turns, and has no values
    for node in nodes:
        if any(each.op == "input" or each in in_loops for each in node.inputs):
            in_loops.add(node)
        for each in node.inputs:
            uses[each] = uses.get(each, 0) + 1
    units: dict[str, list[Node]] = {}
    order: dict[str, None] = {}
    for node in nodes:
        place = place_of(node)
        if place is None or not place.layer:
            continue
        path = _path_of(place.layer, paths)
        order[path] = None
        # Where the input has other uses, the function is another one, such as x · sigmoid(x).
        if node in in_loops or node.op not in _UNITS:
            continue
        if uses[node.inputs[0]] == 1 and _is_activation(paths.get(path)):
            units.setdefault(path, []).append(node)
    return units, list(order)


def _path_of(called: str, paths: Mapping[str, Layer]) -> str:
    """The path of a layer within the model, for the names of the calls around it."""
    own = called.partition("/")[2]
    if own in paths:
        return own
    name = own.rpartition("/")[2]
    same = [path for path in paths if path.rpartition("/")[2] == name]
    return same[0] if len(same) == 1 else own


def _is_activation(layer: Layer | None) -> bool:
    """Whether a sigmoid or ReLU in a layer is its activation, and not a part of another one."""
    if hasattr(layer, "recurrent_activation"):
        return False  # gates are meant to open and close
    function = getattr(layer, "activation", None)
    is_ours = str(getattr(function, "__module__", "")).startswith("glassbrook.")
    return not is_ours or getattr(function, "__name__", "") in _AS_THEY_ARE


def _norm(arrays: Sequence[Array]) -> float | None:
    """The length of all numbers of some arrays together; `None` if there are none."""
    if not arrays:
        return None
    # In float64, and scaled: squares of what float32 can hold just so would be 0 or infinite.
    most = max(float(np.abs(each).max(initial=0.0)) for each in arrays)
    if most == 0 or not np.isfinite(most):
        return most
    total = sum(float(np.square(each.astype(np.float64) / most).sum()) for each in arrays)
    return most * float(np.sqrt(total))


def _dead(nodes: Sequence[Node]) -> float | None:
    """The share of units that are 0 for all samples; of an image, a channel is a unit."""
    values = [_value(node) for node in nodes]
    rows = [each.reshape(-1, each.shape[-1]) for each in values if each.ndim > 1]
    return _share([np.all(each == 0, axis=0) for each in rows])


def _saturated(nodes: Sequence[Node]) -> float | None:
    """The share of elements that are next to a limit of their function's range."""
    found = []
    for node in nodes:
        low, high = _RANGES[node.op]
        value = _value(node)
        found.append((value < low + SATURATED_WITHIN) | (value > high - SATURATED_WITHIN))
    return _share(found)


def _value(node: Node) -> Array:
    assert node.value is not None
    return node.value


def _share(tests: Sequence[Array]) -> float | None:
    """The share of what is true in some arrays together; `None` if they are empty."""
    count = sum(each.size for each in tests)
    return sum(int(each.sum()) for each in tests) / count if count else None
