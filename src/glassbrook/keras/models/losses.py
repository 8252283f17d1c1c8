"""The loss that a model was compiled with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Node
from glassbrook.keras import losses, metrics
from glassbrook.keras.losses.targets import check_class_numbers
from glassbrook.keras.naming import object_name
from glassbrook.tensor import Tensor, convert_to_tensor

__all__ = ["CompiledLoss", "OutputKeys", "as_scalar", "check_labels", "is_sparse"]


class CompiledLoss:
    """The weighted sum of the losses of a model's outputs.

    Args:
        loss: what `compile` was given: a name, a loss, a function, or a list or dictionary of
            these, one for each output.
        weights: a factor for each output, in the same form.
        output_names: the names of the outputs, if the model knows them.

    Raises:
        InvalidArgumentError: there is no such loss.
    """

    def __init__(
        self, loss: Any, weights: Any = None, output_names: Sequence[str] | None = None
    ) -> None:
        self.given = loss
        self.given_weights = weights
        self.single = None if isinstance(loss, list | tuple | Mapping) else _as_loss(loss)
        if isinstance(loss, Mapping):
            self.parts: Any = {key: _as_loss(each) for key, each in loss.items()}
        elif isinstance(loss, list | tuple):
            self.parts = [_as_loss(each) for each in loss]
            if len(self.parts) == 1:
                self.single = self.parts[0]
        if isinstance(weights, int | float) and not isinstance(weights, bool):
            weights = [weights]
        self.weights = weights
        self.output_names = output_names
        # The unweighted loss of each output, once it is known that there are several.
        self.trackers: dict[Any, Any] = {}

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The loss of a batch, one number."""
        if not isinstance(y_pred, list | tuple | Mapping):
            return self._of_one_output(y_true, y_pred, sample_weight)
        return self._sum_over_outputs(y_true, y_pred, sample_weight)

    def _of_one_output(self, y_true: Any, y_pred: Any, sample_weight: Any) -> Tensor:
        loss = self.single
        if loss is None:
            if len(self.parts) != 1:
                raise InvalidArgumentError(
                    f"compile: there are losses for {len(self.parts)} outputs, but the model has "
                    "one."
                )
            loss = next(iter(self.parts.values()))
        if isinstance(y_true, Mapping) and len(y_true) == 1:
            y_true = next(iter(y_true.values()))
        elif type(y_true) in (list, tuple) and len(y_true) == 1:
            y_true = y_true[0]
        result = as_scalar(loss(y_true, y_pred, sample_weight))
        if self.weights:
            result = result * float(_values(self.weights)[0])
        return result

    def _sum_over_outputs(self, y_true: Any, y_pred: Any, sample_weight: Any) -> Tensor:
        outputs = OutputKeys(y_pred, self.output_names)
        parts = outputs.each(self.single if self.single is not None else self.parts, "loss")
        keys = [key for key in outputs.in_order_of(self.given) if parts[key] is not None]
        if not keys:
            raise InvalidArgumentError("compile: every output has loss None, so there is no loss.")
        trues = outputs.labels(y_true, keys)
        preds = outputs.each(y_pred, "output")
        weights = outputs.each(1.0 if self.weights is None else self.weights, "loss weight")
        sample_weights = outputs.each(sample_weight, "sample weight", ignore=True)
        if len(keys) > 1 and not self.trackers:
            self.trackers = {
                key: metrics.Mean(name=f"{outputs.name(key) or parts[key].name}_loss")
                for key in keys
            }
        total: Tensor | None = None
        for key in keys:
            term = as_scalar(parts[key](trues[key], preds[key], sample_weights[key]))
            if key in self.trackers:
                self.trackers[key].update_state(term, sample_weight=_rows(preds[key]))
            if weights[key] not in (None, 1.0):
                term = term * float(weights[key])
            total = term if total is None else total + term
        assert total is not None
        return total

    def get_config(self) -> dict[str, Any]:
        """What `compile` was given, as JSON can hold it."""
        return {"loss": _serialized(self.given), "loss_weights": self.given_weights}


class OutputKeys:
    """The outputs of a model that has several: their keys, and their names.

    Args:
        y_pred: the outputs.
        names: the names of the model's outputs in order, if it knows them.
    """

    def __init__(self, y_pred: Any, names: Sequence[str] | None) -> None:
        self.by_key = isinstance(y_pred, Mapping)
        if self.by_key:
            self.keys: list[Any] = list(y_pred)
            self.names: dict[Any, Any] = {key: key for key in self.keys}
        else:
            self.keys = list(range(len(y_pred)))
            known = names is not None and len(names) == len(self.keys)
            self.names = {
                key: names[key] if known and names is not None else None for key in self.keys
            }

    def name(self, key: Any) -> str | None:
        """The name of an output, if it has one."""
        found = self.names[key]
        return None if found is None else str(found)

    def in_order_of(self, given: Any) -> list[Any]:
        """The keys; if they are names, in the order of a dictionary that has them."""
        if not isinstance(given, Mapping) or not self.by_key:
            return self.keys
        order = {key: place for place, key in enumerate(given)}
        return sorted(self.keys, key=lambda key: order.get(self._key_in(given, key), len(order)))

    def _key_in(self, given: Mapping[Any, Any], key: Any) -> Any:
        return key if key in given else self.names[key]

    def each(self, given: Any, what: str, ignore: bool = False) -> dict[Any, Any]:
        """For each output, what was given for it.

        Args:
            given: one thing for all, a list in order, or a dictionary by key or name.
            what: what it is, for errors.
            ignore: whether a dictionary may name more than there is.

        Raises:
            InvalidArgumentError: it does not fit the outputs.
        """
        if isinstance(given, Mapping):
            found = {key: given.get(self._key_in(given, key)) for key in self.keys}
            unknown = [key for key in given if key not in self.keys]
            unknown = [key for key in unknown if key not in self.names.values()]
            if unknown and not ignore:
                known = [self.name(key) or key for key in self.keys]
                raise InvalidArgumentError(
                    f"There is a {what} for {unknown[0]!r}, but the outputs are {known}."
                )
            return found
        if isinstance(given, list | tuple):
            if len(given) != len(self.keys):
                raise InvalidArgumentError(
                    f"The model has {len(self.keys)} outputs, but {len(given)} came as {what}. "
                    "Give one for each output, in order."
                )
            return dict(zip(self.keys, given, strict=True))
        return dict.fromkeys(self.keys, given)

    def labels(self, y_true: Any, wanted: list[Any]) -> dict[Any, Any]:
        """The labels of each output; those without a loss need none.

        Raises:
            InvalidArgumentError: there are none for an output that has a loss.
        """
        if isinstance(y_true, list | tuple) and len(y_true) == len(wanted) < len(self.keys):
            found = dict(zip([key for key in self.keys if key in wanted], y_true, strict=True))
        elif not isinstance(y_true, Mapping | list | tuple) and len(wanted) == 1:
            found = {wanted[0]: y_true}
        elif not isinstance(y_true, Mapping | list | tuple):
            raise InvalidArgumentError(
                f"The model has {len(self.keys)} outputs, but there is one array of labels. Give "
                "a list of labels, or a dictionary by the outputs' names."
            )
        else:
            found = self.each(y_true, "labels", ignore=True)
        for key in wanted:
            if found.get(key) is None:
                raise InvalidArgumentError(
                    f"There are no labels for output {self.name(key) or key!r}, but it has a loss."
                )
        return found


def _rows(tensor: Any) -> Tensor:
    """How many samples a batch has: with so much weight its loss counts in the mean."""
    shape = tensor.node.shape
    return convert_to_tensor(float(shape[0] if shape else 1))


def _as_loss(loss: Any) -> Any:
    """A loss object for whatever stands for one."""
    found = losses.get(loss)
    if found is None or (isinstance(found, losses.Loss) and not isinstance(loss, str)):
        return found
    if isinstance(found, losses.Loss):
        found.name = loss
        return found
    name = loss if isinstance(loss, str) else object_name(found)
    return losses.LossFunctionWrapper(found, name=name)


def _serialized(loss: Any) -> Any:
    if isinstance(loss, Mapping):
        return {key: _serialized(each) for key, each in loss.items()}
    if isinstance(loss, list | tuple):
        return [_serialized(each) for each in loss]
    return loss if loss is None or isinstance(loss, str) else losses.serialize(losses.get(loss))


def _values(weights: Any) -> list[Any]:
    return list(weights.values() if isinstance(weights, Mapping) else weights)


def is_sparse(loss: CompiledLoss | None) -> bool:
    """Whether the labels are class numbers."""
    single = None if loss is None else loss.single
    if isinstance(single, losses.SparseCategoricalCrossentropy):
        return single._kwargs.get("ignore_class") is None
    function = getattr(single, "fn", None)
    return function is losses.sparse_categorical_crossentropy


def check_labels(loss: CompiledLoss | None, labels: Any, output: Node) -> None:
    """Check all labels of a data set at once, before training begins.

    Raises:
        OutOfRangeError: a label lies outside [0, classes); the message names its row.
    """
    if not is_sparse(loss) or not isinstance(labels, np.ndarray) or not output.shape:
        return
    if labels.dtype.kind in "iuf":
        check_class_numbers("fit", labels, output.shape[-1])


def as_scalar(loss: Any) -> Tensor:
    """A loss as a scalar tensor; a custom loss may be a Python number."""
    return loss if isinstance(loss, Tensor) else convert_to_tensor(loss)
