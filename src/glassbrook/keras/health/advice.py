"""What to try when a measure is out of bounds: one sentence, about the layer where it is worst."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.health.measure import LayerHealth

__all__ = ["Advice", "Thresholds", "advise"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong with a layer, and what to try.

    Attributes:
        kind: ``"vanishing"``, ``"exploding"``, ``"dead"``, ``"saturated"``, ``"update too large"``,
            ``"update too small"`` or ``"unconnected"``.
        layer: the path of the layer.
        text: a sentence for people.
    """

    kind: str
    layer: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on there is advice.

    Attributes:
        vanishing: the gradient of a layer, by the greatest of a later one. Layers of very different
            sizes are a factor of 100 apart in networks that learn well; below 1e-3, early layers
            stand still while late ones learn.
        exploding: the length of a gradient. With a loss that is a mean, it is 0.01 to 10 in
            networks that learn well.
        dead: the share of ReLU units that give 0 for all samples. Some die in almost any network.
        saturated: the share of outputs of sigmoids and hyperbolic tangents at a limit, except in
            the last layer, which is meant to be sure.
        small_update: how far a step moves weights, by their own length. About 1e-3 is usual; a
            step of 1e-6 needs a million to get anywhere.
        large_update: the same, upwards: after ten steps of 0.1, nothing is left of what was
            learned before.

    Raises:
        InvalidArgumentError: one of them is no positive number.
    """

    vanishing: float = 1e-3
    exploding: float = 1e3
    dead: float = 0.5
    saturated: float = 0.5
    small_update: float = 1e-6
    large_update: float = 0.1

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise InvalidArgumentError(
                    f"GradientHealth: the threshold {each.name} is {value!r}, expected a number "
                    "above 0; float('inf') for dead, say, means that there is no such advice."
                )


def advise(layers: Sequence[LayerHealth], limits: Thresholds) -> list[Advice]:
    """What to try, given what was measured of each layer in the order of their calls."""
    return [each for rule in _RULES for each in rule(layers, limits)]


# Below such a length, with a loss that is a mean, there is little left to learn.
_LEARNED = 1e-4

_Rule = Callable[[Sequence[LayerHealth], Thresholds], Iterator[Advice]]


def _unconnected(layers: Sequence[LayerHealth], limits: Thresholds) -> Iterator[Advice]:
    for each in layers:
        if not each.is_connected:
            yield Advice(
                "unconnected",
                each.layer,
                f"No gradient reaches layer {each.layer!r}: the loss does not depend on its "
                "weights. Use its output, or leave the layer out.",
            )


def _exploding(layers: Sequence[LayerHealth], limits: Thresholds) -> Iterator[Advice]:
    found = [each for each in layers if not (each.gradient_norm or 0.0) <= limits.exploding]
    if found:
        worst = max(found, key=lambda each: _size(each.gradient_norm))
        yield Advice(
            "exploding",
            worst.layer,
            f"Gradients explode: that of layer {worst.layer!r} has the length "
            f"{worst.gradient_norm:.2g}. Try inputs and labels scaled to about [-1, 1], "
            "kernel_initializer='glorot_uniform' (or 'he_normal' for relu), a lower learning rate, "
            "or clipnorm=1.0 in the optimizer.",
        )


def _vanishing(layers: Sequence[LayerHealth], limits: Thresholds) -> Iterator[Advice]:
    greatest, later = 0.0, ""
    worst: tuple[float, LayerHealth, str] | None = None
    for place, each in reversed(list(enumerate(layers))):
        norm = each.gradient_norm
        # What is exactly 0 behind dead units is told of these.
        if norm is None or (norm == 0 and any((one.dead or 0) >= limits.dead for one in layers)):
            continue
        share = norm / greatest if greatest else 1.0
        if share < limits.vanishing and (worst is None or share <= worst[0]):
            # Where the gradient comes through to earlier layers, such as past the keys of an
            # attention, it does not vanish on its way.
            before = [one.gradient_norm or 0.0 for one in layers[:place]]
            if max(before, default=0.0) < limits.vanishing * greatest:
                worst = share, each, later
        if norm > greatest:
            greatest, later = norm, each.layer
    if worst is not None:
        share, layer, other = worst
        yield Advice(
            "vanishing",
            layer.layer,
            f"Gradients vanish on their way back: that of layer {layer.layer!r} has the length "
            f"{layer.gradient_norm:.2g}, {share:.1g} of that of {other!r}. Try relu in place of "
            "sigmoid or tanh, kernel_initializer='he_normal', BatchNormalization between layers, "
            "or connections that skip layers.",
        )


def _dead(layers: Sequence[LayerHealth], limits: Thresholds) -> Iterator[Advice]:
    for each in layers:
        if each.dead is not None and each.dead >= limits.dead:
            yield Advice(
                "dead",
                each.layer,
                f"{each.dead:.0%} of the ReLU units of layer {each.layer!r} are dead: they give 0 "
                "for every sample, and so they learn nothing. Try a lower learning rate, "
                "LeakyReLU in place of relu, or biases that begin at 0.",
            )


def _saturated(layers: Sequence[LayerHealth], limits: Thresholds) -> Iterator[Advice]:
    last = max((place for place, each in enumerate(layers) if each.is_last), default=len(layers))
    for each in layers[:last]:
        if each.saturated is not None and each.saturated >= limits.saturated:
            yield Advice(
                "saturated",
                each.layer,
                f"{each.saturated:.0%} of the outputs of layer {each.layer!r} are at a limit of "
                "their range, where the slope is almost 0. Try inputs scaled to about [-1, 1], "
                "kernel_initializer='glorot_uniform', BatchNormalization before the activation, "
                "or relu.",
            )


def _updates(layers: Sequence[LayerHealth], limits: Thresholds) -> Iterator[Advice]:
    ratios = [each for each in layers if each.update_ratio is not None and each.gradient_norm]
    if not ratios:
        return
    most = max(ratios, key=lambda each: _size(each.update_ratio))
    least = min(ratios, key=lambda each: _size(each.update_ratio))
    if _size(most.update_ratio) > limits.large_update:
        yield Advice(
            "update too large",
            most.layer,
            f"One step changes the weights of layer {most.layer!r} by {most.update_ratio:.2g} of "
            "their length; about 0.001 is usual. Try a lower learning rate.",
        )
    is_learned = all(_size(each.gradient_norm) <= _LEARNED for each in ratios)
    if _size(least.update_ratio) < limits.small_update and not is_learned:
        vanishes = any(each.layer == least.layer for each in _vanishing(layers, limits))
        if not vanishes:
            yield Advice(
                "update too small",
                least.layer,
                f"One step changes the weights of layer {least.layer!r} by only "
                f"{least.update_ratio:.2g} of their length; about 0.001 is usual. If the loss is "
                "still high, try a higher learning rate.",
            )


def _size(number: float | None) -> float:
    """A number for comparisons: what is no number counts as the greatest."""
    return math.inf if number is None or math.isnan(number) else number


_RULES: tuple[_Rule, ...] = (_unconnected, _exploding, _vanishing, _dead, _saturated, _updates)
