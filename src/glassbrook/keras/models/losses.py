"""The loss that a model was compiled with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Node
from glassbrook.keras import losses
from glassbrook.keras.losses.targets import check_class_numbers
from glassbrook.tensor import Tensor, convert_to_tensor

__all__ = ["CompiledLoss", "as_scalar", "check_labels", "is_sparse"]


class CompiledLoss:
    """The weighted sum of the losses of a model's outputs.

    Args:
        loss: what `compile` was given: a name, a loss, a function, or a list or dictionary of
            these, one for each output.
        weights: a factor for each output, in the same form.

    Raises:
        InvalidArgumentError: there is no such loss.
    """

    def __init__(self, loss: Any, weights: Any = None) -> None:
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

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The loss of a batch, one number."""
        if self.single is not None and not isinstance(y_pred, list | tuple | Mapping):
            if type(y_true) in (list, tuple) and len(y_true) == 1:
                y_true = y_true[0]
            result = as_scalar(self.single(y_true, y_pred, sample_weight))
            if self.weights:
                result = result * float(_values(self.weights)[0])
            return result
        return self._sum_over_outputs(y_true, y_pred, sample_weight)

    def _sum_over_outputs(self, y_true: Any, y_pred: Any, sample_weight: Any) -> Tensor:
        keys = list(y_pred) if isinstance(y_pred, Mapping) else list(range(len(y_pred)))
        parts = self._per_output(keys, self.single if self.single is not None else self.parts)
        trues, preds = self._per_output(keys, y_true), self._per_output(keys, y_pred)
        weights = self._per_output(keys, 1.0 if self.weights is None else self.weights)
        sample_weights = self._per_output(keys, sample_weight)
        total: Tensor | None = None
        for key in keys:
            if parts[key] is None:
                continue
            term = parts[key](trues[key], preds[key], sample_weights[key])
            if weights[key] not in (None, 1.0):
                term = term * float(weights[key])
            total = term if total is None else total + term
        if total is None:
            raise InvalidArgumentError("compile: every output has loss None, so there is no loss.")
        return total

    def _per_output(self, keys: list[Any], value: Any) -> dict[Any, Any]:
        if isinstance(value, Mapping):
            return {key: value.get(key) for key in keys}
        if isinstance(value, list | tuple):
            if len(value) != len(keys):
                raise InvalidArgumentError(
                    f"The model has {len(keys)} outputs, but {len(value)} losses, labels or "
                    "weights came with them. Give one for each output, in order."
                )
            return dict(zip(keys, value, strict=True))
        return dict.fromkeys(keys, value)

    def get_config(self) -> dict[str, Any]:
        """What `compile` was given, as JSON can hold it."""
        return {"loss": _serialized(self.given), "loss_weights": self.given_weights}


def _as_loss(loss: Any) -> Any:
    """A loss object for whatever stands for one."""
    found = losses.get(loss)
    if found is None or isinstance(found, losses.Loss):
        return found
    return losses.LossFunctionWrapper(found)


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
