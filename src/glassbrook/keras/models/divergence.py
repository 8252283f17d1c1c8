"""When the loss is no longer a number: stop, say where it began, and what to try."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from glassbrook.errors import DivergedError, user_line
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import losses
from glassbrook.keras.models.batches import Batches, unpack
from glassbrook.ops.nonfinite_search import NonFinite, watching
from glassbrook.tensor import GradientTape, Tensor, Variable, nest, recording

if TYPE_CHECKING:
    from glassbrook.keras.models.loops import Loops

__all__ = ["Watch", "first_rows"]

_LARGE_INPUT = 20.0


class _Stretch(NamedTuple):
    """Some steps that were done in one run, and what the variables were before."""

    snapshot: list[tuple[Variable, Any]]
    epoch: int
    step: int
    batches: Callable[[], Iterable[Any]]


class Watch:
    """Looks at the loss of every step, and keeps what is needed to explain a bad one.

    Values of variables are immutable once computed, so keeping those of the two steps before
    costs no time, and only the memory of what changed.

    Args:
        model: the model that is trained.
        source: where its batches come from.
        raises: whether a loss that is not finite stops training with an error.
    """

    def __init__(self, model: Loops, source: Batches, raises: bool = True) -> None:
        self._model = model
        self._source = source
        self._raises = raises
        self._batch: Any = None
        self._before: list[Node] = []
        self._previous_batch: Any = None
        self._previous_before: list[Node] = []
        self._good_epochs = 0
        self._snapshot: list[tuple[Variable, Any]] = []
        self._stretch: _Stretch | None = None

    def sample(self, count: int) -> Any:
        """Some of the data that is trained on: a batch, which nobody draws or uses up for it.

        Args:
            count: how many samples: of arrays as many, from all over them; of other data at most as
                many, from the last batch.

        Returns:
            `None` if there is no batch yet.
        """
        found = self._source.sample(count)
        return first_rows(self._batch, count) if found is None else found

    def before_stretch(self) -> None:
        """Keep copies of all variables: a stretch of steps changes them in place."""
        if self._raises:
            self._snapshot = [
                (variable, variable._value().copy()) for variable in _all_variables(self._model)
            ]

    def after_stretch(
        self, epoch: int, step: int, loss: Any, batches: Callable[[], Iterable[Any]]
    ) -> None:
        """Look at the loss after a stretch; if it is bad, do the steps again one by one.

        Args:
            epoch: the number of the epoch.
            step: the number of the stretch's first step.
            loss: the loss of its last step, if that is known.
            batches: gives its batches.

        Raises:
            DivergedError: a loss was not finite.
        """
        if not self._raises or loss is None:
            return
        stretch = _Stretch(self._snapshot, epoch, step, batches)
        tracked = self._model._loss_tracker.total
        for each in (loss, tracked):
            value = each._value()
            if value.ndim == 0 and not math.isfinite(value):
                # What is wrong may have begun in the step before.
                self._do_again([*filter(None, [self._stretch]), stretch], float(value))
        self._stretch = stretch

    def _do_again(self, stretches: Sequence[_Stretch], value: float) -> None:
        for variable, before in stretches[0].snapshot:
            variable.assign(before)
        epoch = number = 0
        for stretch in stretches:
            epoch = stretch.epoch
            for number, batch in enumerate(stretch.batches(), stretch.step):
                self.before(batch)
                self._model._last_loss = None
                self._model.train_step(batch)
                self.after(epoch, number)
        self._stop(value, epoch, number)

    def before(self, batch: Any) -> None:
        """Note the batch of the coming step and what the variables are before it."""
        self._previous_batch, self._batch = self._batch, batch
        self._previous_before, self._before = (
            self._before,
            [variable._node for variable in self._model.trainable_variables],
        )

    @contextmanager
    def building(self) -> Iterator[None]:
        """The step that makes the variables: note what they are before it changes them."""
        versions = _FirstVersions()
        recording.start(versions)
        try:
            yield
        finally:
            recording.stop(versions)
        self._before = [
            versions.nodes.get(id(variable), variable._node)
            for variable in self._model.trainable_variables
        ]

    def after(self, epoch: int, step: int) -> None:
        """Look at the loss of the step.

        Raises:
            DivergedError: it is not finite.
        """
        loss = self._model._last_loss
        if loss is None:
            return
        value = loss._value()
        if value.ndim == 0 and not math.isfinite(value) and self._raises:
            self._stop(float(value), epoch, step)

    def end_of_epoch(self, epoch: int, logs: dict[str, Any]) -> None:
        """Look at the loss of the epoch, for steps of the user's own.

        Raises:
            DivergedError: it is not finite.
        """
        value = logs.get("loss")
        if isinstance(value, float) and not math.isfinite(value) and self._raises:
            self._stop(value, epoch, None)
        self._good_epochs = epoch + 1

    def _stop(self, value: float, epoch: int, step: int | None) -> None:
        model = self._model
        where = f"epoch {epoch + 1}" if step is None else f"step {step + 1} of epoch {epoch + 1}"
        finding = _Finding(model, _with_values(self._before), self._batch, self._source)
        cause, advice = finding.explain()
        if cause is None and self._previous_before:
            # The weights were bad before this step: the step before made them so.
            weights = _with_values(self._previous_before)
            earlier = _Finding(model, weights, self._previous_batch, self._source)
            cause, advice = earlier.explain()
            cause = f"in the step before, {cause}" if cause else None
        if cause is None:
            cause = finding.bad_weight() or "a loss of the model's own is not finite"
        raise DivergedError(
            f"The loss became {value} in {where}: {cause}. "
            f"Try: {'; '.join([*advice, *_GENERAL_ADVICE])}. {self._restore()}"
        )

    def _restore(self) -> str:
        """Give the weights back what they were when all of them were finite; say so."""
        good = self._good_epochs
        last_good = (
            f"The last epoch with a finite loss was epoch {good}."
            if good
            else "No epoch had a finite loss."
        )
        variables = self._model.trainable_variables
        for nodes in (self._before, self._previous_before):
            values = _with_values(nodes)
            if len(values) == len(variables) and all(map(_finite, values)):
                for variable, value in zip(variables, values, strict=True):
                    variable.assign(value)
                return (
                    f"{last_good} The model has its last finite weights again, but training led "
                    "it astray before: begin anew, or load a checkpoint."
                )
        return f"{last_good} The weights of the model are not finite: begin anew."


class _FirstVersions:
    """Listens for what variables are when they are read first."""

    def __init__(self) -> None:
        self.nodes: dict[int, Node] = {}

    def variable_read(self, variable: Variable, node: Node) -> None:
        """Note the variable, unless it is known."""
        self.nodes.setdefault(id(variable), node)

    def left_graph(self, node: Node) -> None:
        """Nothing is noted: a value that is looked at does not change."""


_GENERAL_ADVICE = ("a lower learning rate", "clipnorm=1.0 in the optimizer")


class _Finding:
    """One step done again, layer by layer, to see where the first bad number comes from."""

    def __init__(self, model: Loops, weights: Sequence[Any], batch: Any, source: Batches) -> None:
        self._model = model
        self._weights = list(weights)
        self._batch = batch
        self._source = source
        self._advice: list[str] = []

    def explain(self) -> tuple[str | None, list[str]]:
        """What went wrong first, and what to try; `None` if the weights were bad before."""
        variables = self._model.trainable_variables
        if len(variables) != len(self._weights) or self.bad_weight() is not None:
            return None, []
        present = [variable._node for variable in variables]
        try:
            for variable, value in zip(variables, self._weights, strict=True):
                variable.assign(value)
            return self._replay(variables), self._advice
        except Exception as error:
            return f"and doing the step again failed: {error}", []
        finally:
            for variable, node in zip(variables, present, strict=True):
                variable._node = node

    def bad_weight(self) -> str | None:
        """The first weight that was not finite before the step."""
        for variable, value in zip(self._model.trainable_variables, self._weights, strict=False):
            if not _finite(value):
                return f"the weight {variable.path!r} was not finite any more before this step"
        return None

    def _replay(self, variables: Sequence[Variable]) -> str | None:
        model = self._model
        x, y, sample_weight = unpack(self._batch)
        problem = _bad_data((x, y, sample_weight), "the batch")
        if problem is not None:
            self._advice.append("cleaning the data: tf.math.is_finite finds the rows")
            arrays = self._source.arrays()
            return problem if arrays is None else _bad_data(arrays, "the data") or problem
        with watching() as watched:
            with _outputs_of(model) as outputs, GradientTape() as tape:
                y_pred = model(x, training=True)
                loss = model.compute_loss(x, y, y_pred, sample_weight)
            gradients = tape.gradient(loss, list(variables))
            self._suggest(x, y_pred)
            for layer, output in outputs:
                if not _finite(output):
                    what = f"the first output that is not finite is that of layer {layer._title()}"
                    return self._told(what, watched.first(output))
            if not _finite(loss):
                what = "all layers give finite outputs, but the loss of them is not finite"
                return self._told(what, watched.first(loss))
            for variable, gradient in reversed(list(zip(variables, gradients, strict=True))):
                if gradient is not None and not _finite(gradient):
                    what = f"the first gradient that is not finite is that of {variable.path!r}"
                    return self._told(what, watched.first(gradient))
        return "every output and gradient of it is finite when the step is done again"

    def _told(self, what: str, found: NonFinite | None) -> str:
        """What is not finite, and where that began, if anything made it so."""
        if found is None or not found.operands:
            return what
        if found.advice:
            self._advice.append(found.advice)
        # The line of `fit` is part of the error anyhow.
        return f"{what}; it began where {found}".replace(f", at {user_line()}", "")

    def _suggest(self, x: Any, y_pred: Any) -> None:
        """Advice that fits this model and these data."""
        largest = max((_largest(each) for each in nest.flatten(x)), default=0.0)
        if largest > _LARGE_INPUT:
            self._advice.append(
                f"scaling the inputs, whose largest value is {largest:g}, to about [-1, 1] "
                "(x / 255 for pixels)"
            )
        loss = getattr(self._model._compiled_loss, "single", None)
        if _takes_probabilities(loss) and isinstance(y_pred, Tensor):
            values = np.asarray(y_pred)
            if values.size and not (np.nanmin(values) >= 0 and np.nanmax(values) <= 1):
                self._advice.append(
                    "from_logits=True in the loss, as the outputs are not probabilities, or a "
                    "softmax or sigmoid activation in the last layer"
                )


def _takes_probabilities(loss: Any) -> bool:
    kinds = (
        losses.BinaryCrossentropy,
        losses.CategoricalCrossentropy,
        losses.SparseCategoricalCrossentropy,
    )
    functions = (
        losses.binary_crossentropy,
        losses.categorical_crossentropy,
        losses.sparse_categorical_crossentropy,
    )
    if getattr(loss, "_kwargs", {}).get("from_logits"):
        return False
    return isinstance(loss, kinds) or getattr(loss, "fn", None) in functions


def _all_variables(model: Any) -> list[Variable]:
    """The variables that a step of training may change."""
    metrics = [variable for metric in model.metrics for variable in metric.variables]
    return [*model.variables, *model.optimizer.variables, *metrics]


def first_rows(batch: Any, count: int) -> Any:
    """The first rows of all tensors of a batch; what is no tensor stays as it is."""

    def cut(part: Any) -> Any:
        if not isinstance(part, Tensor) or not part.ndim:
            return part
        return Tensor(build.data(part._value()[:count]))

    return nest.map_structure(cut, batch)


def _with_values(nodes: Sequence[Node]) -> list[Any]:
    return [node.value for node in nodes if node.value is not None]


def _finite(value: Any) -> bool:
    array = np.asarray(value)
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _largest(value: Any) -> float:
    array = np.asarray(value)
    if array.dtype.kind not in "iuf" or not array.size:
        return 0.0
    return float(np.nanmax(np.abs(array.astype(np.float64))))


def _bad_data(parts: tuple[Any, Any, Any], where: str) -> str | None:
    """The first number among inputs, labels and weights that is not finite, and its row."""
    for name, part in zip(("inputs", "labels", "sample weights"), parts, strict=True):
        for each in nest.flatten(part):
            if each is None or _finite(each):
                continue
            bad = np.argwhere(~np.isfinite(np.asarray(each)))[0]
            value = np.asarray(each)[tuple(bad)]
            row = int(bad[0]) if bad.size else 0
            return f"the {name} themselves hold {value}, first in row {row} of {where}"
    return None


@contextmanager
def _outputs_of(model: Any) -> Iterator[list[tuple[Any, Tensor]]]:
    """The outputs of all layers that have no sublayers, in the order in which they are called."""
    found: list[tuple[Any, Tensor]] = []
    listened: list[Any] = []

    def listen(layer: Any) -> None:
        call = layer.call

        def noting(*args: Any, **kwargs: Any) -> Any:
            outputs = call(*args, **kwargs)
            found.extend(
                (layer, each) for each in nest.flatten(outputs) if isinstance(each, Tensor)
            )
            return outputs

        vars(layer)["call"] = noting
        listened.append(layer)

    for layer in model._flatten_layers():
        if layer is not model and len(layer._flatten_layers()) == 1:
            listen(layer)
    try:
        yield found
    finally:
        for layer in listened:
            del vars(layer)["call"]
