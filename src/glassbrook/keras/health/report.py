"""A look at the health of a model as a table, with what to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.health.advice import Advice, Thresholds, advise
from glassbrook.keras.health.measure import LayerHealth, examine
from glassbrook.keras.models.batches import batches_of
from glassbrook.keras.models.divergence import first_rows

__all__ = ["HealthReport", "health", "table_text"]

_HEADINGS = ("layer", "gradient", "weights", "update", "dead", "saturated", "zero gradients")
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What was measured, and what to try.

    Attributes:
        layers: what was measured of each layer, in the order of their calls.
        advice: what to try; empty if nothing is out of bounds.
    """

    layers: tuple[LayerHealth, ...]
    advice: tuple[Advice, ...]

    @property
    def table(self) -> str:
        """The measures as lines of text."""
        return table_text(self.layers)

    def __str__(self) -> str:
        return "\n".join([self.table, *(each.text for each in self.advice)])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from glassbrook.keras.utils.plotting.picture import Table

        table = Table("Health of the layers", _HEADINGS, _rows(self.layers)).html()
        advice = "".join(f"<li>{escape(each.text)}</li>" for each in self.advice)
        return f"{table}\n<ul>{advice}</ul>" if advice else table


def table_text(layers: Sequence[LayerHealth]) -> str:
    """A line for each layer: lengths of gradient and weights, the update, and shares.

    Example:
        >>> print(table_text([LayerHealth("first", "Dense", 0.5, 2.0, 1e-3, 0.25)]))
        layer | gradient | weights | update | dead | saturated | zero gradients
        first |      0.5 |       2 |  0.001 |  25% |         – |              –
    """
    rows = _rows(layers)
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    lines = []
    for row in (_HEADINGS, *rows):
        name, *cells = row
        aligned = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        lines.append(" | ".join([name.ljust(widths[0]), *aligned]))
    return "\n".join(lines)


def _rows(layers: Sequence[LayerHealth]) -> list[tuple[str, ...]]:
    return [
        (
            _name(each.layer),
            _number(each.gradient_norm),
            _number(each.weight_norm),
            _number(each.update_ratio),
            _percent(each.dead),
            _percent(each.saturated),
            _percent(each.zero_gradients),
        )
        for each in layers
    ]


def _name(path: str) -> str:
    return path if len(path) <= _LONGEST_NAME else f"…{path[1 - _LONGEST_NAME :]}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def health(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    samples: int = 128,
    thresholds: Thresholds | None = None,
) -> HealthReport:
    """How the layers of a model are doing, right now: gradients, updates, dead and saturated units.

    The model stays as it is. `tf.keras.callbacks.GradientHealth` does the same during `fit`.

    Args:
        model: a compiled model that has its weights.
        x: inputs, as `fit` takes them; or a data set of pairs.
        y: labels.
        sample_weight: weights of samples.
        samples: how many samples to look at: of arrays, from all over them; of a data set, at most
            as many of its first batch.
        thresholds: from where on there is advice.

    Returns:
        A report that prints as a table, followed by a sentence for each thing that is out of
        bounds. Updates are known once the model has been trained a step.

    Raises:
        InvalidArgumentError: the model is not compiled or has no weights yet, or there are no data.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([
        ...     tf.keras.layers.Dense(4, "relu", bias_initializer=tf.constant_initializer(-99.0)),
        ...     tf.keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> x = tf.ones([8, 3])
        >>> y = model(x)
        >>> report = tf.explain.health(model, x, tf.ones([8, 1]))
        >>> report.layers[0].dead, report.advice[0].kind
        (1.0, 'dead')
    """
    if not getattr(model, "compiled", False):
        raise InvalidArgumentError(
            "health: the model is not compiled, so that there is no loss to take gradients of. "
            "Call model.compile(optimizer='adam', loss='mse') first."
        )
    check_samples("health", samples)
    # A model may hold states for just as many samples.
    samples = model._declared_batch() or samples
    source = batches_of(x, y, sample_weight, batch_size=None, what="health")
    batch = source.sample(samples)
    if batch is None:
        batch = first_rows(next(iter(source.epoch()), None), samples)
    if batch is None:
        raise InvalidArgumentError("health: there are no data. Is the data set empty?")
    layers = tuple(examine(model, batch))
    return HealthReport(layers, tuple(advise(layers, thresholds or Thresholds())))


def check_samples(where: str, samples: Any) -> None:
    """Raise an error unless a number of samples can be looked at."""
    if isinstance(samples, bool) or not isinstance(samples, int) or samples < 1:
        raise InvalidArgumentError(
            f"{where}: samples is {samples!r}, expected how many samples to look at, 1 or more."
        )
