"""Common mistakes in what models, losses and data are to each other: named once, with the mend.

What activation the outputs went through, their graph tells at no cost, in eager code as in a trace.
What labels and inputs hold, a few rows tell, looked at once: at the beginning of `fit` and
`evaluate`, or when a loss is called on a line for the first time.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from glassbrook.engine.tracing import active
from glassbrook.graph.node import Array, Node
from glassbrook.graph.shapes import element_count
from glassbrook.mistakes import is_new_place, warn_of_mistake
from glassbrook.ops.mistakes import is_variable, without_layout
from glassbrook.tensor import Tensor, nest

if TYPE_CHECKING:
    from glassbrook.keras.models.training import Trainer

__all__ = ["check_batch", "check_first_batch", "check_loss", "check_outputs"]

_MOST_ROWS, _MOST_NUMBERS, _MOST_NODES = 256, 1 << 15, 4096
_FEW_PROBABILITIES, _FIRST_CALLS = 64, 16
_DARK, _LEAST_BRIGHT, _MANY = 32, 0.3, 0.1
_SQUASHING = frozenset({"sigmoid", "softmax"})
_LINEAR = frozenset({"add", "matmul", "relu", "tanh"})
_BEFORE_WEIGHTS = frozenset(
    {"cast", "concat", "gather", "identity", "max_patches", "pad", "patches", "reshape", "select"}
    | {"slice", "transpose"}
)
_REACH = {
    "relu": (0.0, np.inf),
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
}
_OF_NUMBERS = frozenset({"huber", "log_cosh", "mean_absolute_error", "mean_squared_error"})
_MADE_BY = {
    "add": "weights and a bias, without an activation",
    "matmul": "a matrix product, without an activation",
    "relu": "a relu, which may be above 1",
    "tanh": "a tanh, which may be below 0",
}
_ONE_CLASS = (
    "it learns nothing. For two classes use Dense(1, activation='sigmoid') and "
    "'binary_crossentropy'; for more, one output per class."
)


# What a loss and the outputs are to each other.


def check_loss(what: str, true: Node, pred: Node, from_logits: bool, op: str) -> None:
    """Look at labels and predictions for mistakes.

    Args:
        what: the loss.
        true: the labels, as they came.
        pred: the predictions, classes last.
        from_logits: whether the loss takes them for logits.
        op: the activation that goes with the loss: ``"softmax"`` or ``"sigmoid"``.
    """
    last = without_layout(pred)
    if last.op in _SQUASHING:
        _check_activation(what, last, pred, from_logits, op)
    elif not from_logits and last.op in _LINEAR and _is_linear(last):
        _warn_of_raw_scores(what, f"the result of {_MADE_BY[last.op]}", op)
    if op == "softmax" and pred.shape[-1:] == (1,):
        warn_of_mistake(
            "one class",
            f"{what} got one output per sample: the loss over one class is always 0, so "
            f"{_ONE_CLASS}",
        )
    form = what, true.shape, pred.shape
    at_hand = active.trace is not None or last.value is not None
    if (at_hand or _is_due(form)) and is_new_place(form):
        _check_values(what, true, pred, from_logits, op)


def _is_due(form: Hashable) -> bool:
    """Whether to ask for the user's line at this call of a loss.

    To walk up the stack costs a loop of one's own some percent of a small step. A new line is seen
    within a few steps of it all the same.
    """
    if len(_calls) >= _MOST_FORMS:
        _calls.clear()
    count = _calls[form] = _calls.get(form, 0) + 1
    return count <= _FIRST_CALLS or count % _FIRST_CALLS == 0


_MOST_FORMS = 1 << 12
_calls: dict[Hashable, int] = {}


def _check_activation(what: str, last: Node, pred: Node, from_logits: bool, op: str) -> None:
    inner = without_layout(last.inputs[0]).op if last.inputs else ""
    if last.op == "softmax" and last.shape[-1] == 1:
        warn_of_mistake(
            "softmax over one",
            f"{what}: y_pred is a softmax over one unit, which is always 1: {_ONE_CLASS}",
        )
    elif from_logits:
        warn_of_mistake(
            "applied twice",
            f"{what}: got from_logits=True, but y_pred is the result of a {last.op}: these are "
            f"probabilities, no logits, and {op} would be applied twice. Leave out the activation "
            "of the last layer, or from_logits=True.",
        )
    elif inner in _SQUASHING:
        warn_of_mistake(
            "applied twice",
            f"{what}: y_pred went through {inner} and then {last.op}: the activation is applied "
            "twice, which flattens the probabilities. Leave out one of the two.",
        )
    elif last.op == "sigmoid" and op == "softmax" and pred.shape[-1] > 1:
        warn_of_mistake(
            "sigmoid with categorical",
            f"{what} got the result of a sigmoid, whose {pred.shape[-1]} outputs do not sum to 1. "
            "If a sample has one class, use activation='softmax'; if it may have several, use "
            "'binary_crossentropy'.",
        )


def _is_linear(last: Node) -> bool:
    """Whether an output is surely no probability, as its layer has no squashing activation."""
    if not last.inputs:
        return False
    if last.op == "add":
        return any(_meets_weights(without_layout(each)) for each in last.inputs)
    return last.op != "matmul" or _meets_weights(last)


def _meets_weights(node: Node) -> bool:
    """Whether a node is a product with weights; a mixture of probabilities is one again."""
    if node.op != "matmul":
        return False
    factors = [without_layout(each) for each in node.inputs]
    return any(map(is_variable, factors)) and all(each.op not in _SQUASHING for each in factors)


def _warn_of_raw_scores(what: str, seen: str, op: str) -> None:
    warn_of_mistake(
        "raw scores",
        f"{what}: y_pred are raw scores ({seen}), but from_logits=False takes them for "
        f"probabilities. Use from_logits=True in the loss, or activation={op!r} in the last layer.",
    )


# What values show.


def _check_values(what: str, true: Node, pred: Node, from_logits: bool, op: str) -> None:
    labels = _known_value(true)
    if labels is not None and op == "sigmoid":
        _check_binary_labels(what, _some_rows(labels))
        if without_layout(pred).op == "softmax":
            _check_rows(what, _some_rows(labels), pred.shape[-1])
    values = _known_value(pred)
    if values is None:
        _check_scaling(pred, None)
    elif values.ndim and values.size and without_layout(pred).op not in _SQUASHING:
        _check_score_values(what, values[:_MOST_ROWS], from_logits, op)


def _known_value(node: Node) -> Array | None:
    """The value of a node if it is at hand, or only converted or reshaped."""
    source = node
    while source.op in ("cast", "identity", "reshape") and source.inputs:
        source = source.inputs[0]
    value = _value(source)
    return None if value is None or value.size != node.size else value.reshape(node.shape)


def _value(node: Node) -> Array | None:
    """The value of a node, or in a trace, of an argument in the call at hand."""
    trace = active.trace
    return node.value if trace is None or node.value is not None else trace.argument_value(node)


def _check_score_values(what: str, values: Array, from_logits: bool, op: str) -> None:
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(low + high):
        return
    inside = low >= -1e-3 and high <= 1.001
    if not from_logits and not inside:
        _warn_of_raw_scores(what, f"from {low:.3g} to {high:.3g}", op)
    if not inside or not _vary(values):
        return
    sums = values.sum(axis=-1)
    if op == "softmax" and values.shape[-1] > 1:
        normalized = bool((np.abs(sums - 1.0) < 1e-3).all())
        if from_logits and normalized and sums.size > 1:
            _warn_of_probabilities(what, "rows of numbers from 0 to 1 that sum to 1", op)
        elif not from_logits and (np.abs(sums - 1.0) > 0.05).any():
            worst = float(sums.reshape(-1)[np.abs(sums - 1.0).argmax()])
            warn_of_mistake(
                "rows do not sum to 1",
                f"{what}: y_pred has rows that do not sum to 1 (one sums to {worst:.3g}), so they "
                "are no probabilities of classes that exclude each other. Use "
                "activation='softmax' in the last layer, or from_logits=True for raw scores.",
            )
    elif (
        op == "sigmoid"
        and from_logits
        and values.size >= _FEW_PROBABILITIES
        and high >= 0.5  # a model that has not learned yet gives logits next to 0, of one sign
    ):
        _warn_of_probabilities(what, f"all from {low:.3g} to {high:.3g}", op)


def _vary(values: Array) -> bool:
    """Whether there are other numbers than 0 and 1, and not the same everywhere."""
    return bool(((values != 0) & (values != 1)).any()) and bool((values != values.flat[0]).any())


def _warn_of_probabilities(what: str, seen: str, op: str) -> None:
    warn_of_mistake(
        "applied twice",
        f"{what}: got from_logits=True, but y_pred look like probabilities ({seen}): {op} would be "
        "applied twice. Leave out from_logits=True, or the activation of the last layer.",
    )


def _check_binary_labels(what: str, labels: Array) -> None:
    """Look at labels that should be 0 or 1, or between."""
    if labels.dtype.kind not in "iuf" or not labels.size:
        return
    low, high = labels.min(), labels.max()
    if low < 0 or high > 1:
        mend = (
            "Turn -1 and 1 into 0 and 1: (y + 1) / 2; or use 'hinge'."
            if low == -1 and high <= 1
            else "For images use y / 255.0; for class"
            " numbers 'sparse_categorical_crossentropy' and a softmax with one output per class."
            if low >= 0 and 100 <= high <= 255
            else "For class numbers use 'sparse_categorical_crossentropy' and a softmax with one "
            "output per class; for other numbers 'mse'."
        )
        warn_of_mistake(
            "labels outside of 0 and 1",
            f"{what}: the labels go from {low:g} to {high:g}, expected 0 and 1. {mend}",
        )


def _check_rows(what: str, labels: Array, classes: int) -> None:
    """Look at labels that should be one-hot rows."""
    if labels.dtype.kind not in "iuf" or labels.shape[1:] != (classes,) or classes < 2:
        return
    sums = labels.sum(axis=-1)
    if labels.min() == 0 and labels.max() == 1 and sums.max() > 1 and not (labels % 1).any():
        warn_of_mistake(
            "several classes",
            f"{what}: a label has {sums.max():g} classes at once, expected one-hot rows that "
            "sum to 1. If a sample may have several classes, use activation='sigmoid' and "
            "'binary_crossentropy'.",
        )


# Inputs.


def _check_scaling(pred: Node, inputs: set[Node] | None) -> None:
    """Warn if pixels from 0 to 255 meet weights as they are, on the way to `pred`.

    Args:
        pred: the outputs.
        inputs: the inputs that are known to hold such pixels; or `None` to look at all data that
            the outputs are computed from.
    """
    seen, stack, known = {pred}, [pred], dict[Node, bool]()
    while stack and len(seen) < _MOST_NODES:
        node = stack.pop()
        if node.op == "matmul" and is_variable(without_layout(node.inputs[1])):
            source = _before_weights(node.inputs[0], inputs)
            if source not in known:
                known[source] = _are_pixels(_value(source)) if inputs is None else source in inputs
            if known[source]:
                _warn_of_pixels()
                return
        for each in node.inputs:
            if each not in seen:
                seen.add(each)
                stack.append(each)


def _before_weights(node: Node, inputs: set[Node] | None) -> Node:
    while node.op in _BEFORE_WEIGHTS and node.inputs and not (inputs and node in inputs):
        node = node.inputs[-1 if node.op == "select" else 0]
    return node


def _warn_of_pixels() -> None:
    warn_of_mistake(
        "unscaled pixels",
        "The inputs hold numbers from 0 to 255, as images do, and meet the weights as they are: "
        "sums become large, units saturate, and training is slow or diverges. Scale them: "
        "x / 255.0, or "
        "tf.keras.layers.Rescaling(1 / 255) as the first layer.",
    )


def _are_pixels(values: Array | None) -> bool:
    """Whether some rows look like images, or flattened ones, of whole numbers from 0 to 255."""
    if values is None or values.dtype.kind not in "iuf" or not values.size:
        return False
    shape = values.shape
    if len(shape) < 2 or len(shape) > 5 or (len(shape) == 2 and shape[1] < 64):
        return False
    if len(shape) == 3 and min(shape[1:]) < 8:
        return False
    some = values[: max(1, _MOST_NUMBERS * shape[0] // values.size)].reshape(-1)[:_MOST_NUMBERS]
    if not (100 <= some.max() <= 255 and 0 <= some.min() < _DARK):
        return False
    # Counts of words are mostly small; heart rates are never 0.
    if np.count_nonzero(some >= _DARK) < _LEAST_BRIGHT * np.count_nonzero(some):
        return False
    is_resized = len(shape) == 4 and shape[-1] == 3
    return is_resized or some.dtype.kind != "f" or bool((some == np.rint(some)).all())


# Batches of `fit` and `evaluate`.


def check_batch(model: Trainer, x: Any, y: Any) -> None:
    """Look at inputs and labels before, or at, the first step.

    Whether pixels meet weights unscaled, and whether the outputs can be what the labels are, is
    seen when the loss is computed: see `check_outputs`.

    Args:
        model: the model.
        x: inputs: tensors or arrays.
        y: labels, or `None`.
    """
    model._holds_pixels = any(_are_pixels(_array(each)) for each in nest.flatten(x))
    loss, function = _loss_of(model)
    op = _OPS.get(function)
    labels = _array(y)
    if labels is not None and (op == "sigmoid" or function in _OF_NUMBERS):
        model._labels = _some_rows(labels).copy()  # may be kept until a step is traced again
    if labels is None or op is None:
        return
    if op == "sigmoid":
        _check_binary_labels(loss.name, _some_rows(labels))
    elif loss._kwargs.get("axis", -1) == -1 and labels.ndim:
        _check_rows(loss.name, _some_rows(labels), labels.shape[-1])


def _loss_of(model: Trainer) -> tuple[Any, str]:
    """The loss of a model, if it has one for all its outputs, and the name of its function."""
    loss: Any = None if model._compiled_loss is None else model._compiled_loss.single
    return loss, getattr(getattr(loss, "fn", None), "__name__", "")


def check_first_batch(model: Trainer, x: Any, y: Any) -> None:
    """Look at a batch if it is the first one that a model gets on the user's line."""
    if is_new_place(("batch", model.name)):
        check_batch(model, x, y)


def _array(value: Any) -> Array | None:
    if isinstance(value, Tensor):
        return value.node.value
    return value if isinstance(value, np.ndarray) else None


def _some_rows(array: Array) -> Array:
    """Rows from all over, as data may be sorted by class."""
    return array[:: max(1, len(array) // _MOST_ROWS)] if array.ndim else array


def check_outputs(model: Trainer, x: Any, y_pred: Any) -> None:
    """Look, the first time, at how outputs are computed, given what is known of the data.

    Args:
        model: the model.
        x: inputs: tensors.
        y_pred: the outputs.
    """
    labels, model._labels = model._labels, None
    if model._holds_pixels:
        model._holds_pixels = False
        inputs = {each.node for each in nest.flatten(x) if isinstance(each, Tensor)}
        for each in nest.flatten(y_pred):
            if isinstance(each, Tensor):
                _check_scaling(each.node, inputs)
    if labels is None or not isinstance(y_pred, Tensor):
        return
    loss, function = _loss_of(model)
    last = without_layout(y_pred.node).op
    if element_count(labels.shape[1:]) != element_count(y_pred.node.shape[1:]):
        return
    if function in _OF_NUMBERS:
        _check_reach(last, labels)
    elif last == "softmax" and _OPS.get(function) == "sigmoid":
        _check_rows(loss.name, labels, labels.shape[-1])


def _check_reach(op: str, labels: Array) -> None:
    """Warn if many labels are out of the range of an activation."""
    if op not in _REACH or labels.dtype.kind not in "iuf" or not labels.size:
        return
    low, high = _REACH[op]
    if np.mean((labels < low - 0.01) | (labels > high + 0.01)) > _MANY:
        limits = f"from {low:g} to {high:g}" if high < np.inf else "never below 0"
        warn_of_mistake(
            "out of reach",
            f"The labels go from {labels.min():.3g} to {labels.max():.3g}, but the outputs are the "
            f"result of a {op}, which is {limits}: they cannot get there. Leave out the activation "
            "of the last layer, or scale the labels.",
        )


_OPS = {
    "binary_crossentropy": "sigmoid",
    "binary_focal_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
    "categorical_focal_crossentropy": "softmax",
}
