"""Intersection over union of predicted and true areas, from a matrix of confusions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.losses.targets import EPSILON, convert
from glassbrook.keras.metrics.base import Metric, add_to
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = ["BinaryIoU", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"]


@register("metric")
class IoU(Metric):
    """``true positives / (true positives + false positives + false negatives)``, averaged.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes to average over.
        name: what the metric is called.
        dtype: the type of the counts; int32 by default, a floating-point one for weights that are
            no whole numbers.
        ignore_class: a label that stands for "no label", such as 255.
        sparse_y_true: whether labels are class numbers, not one-hot.
        sparse_y_pred: whether predictions are class numbers, not scores.
        axis: the axis of the classes, of what is not class numbers.

    Raises:
        InvalidArgumentError: a class lies outside of [0, num_classes).

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.IoU(num_classes=2, target_class_ids=[0])
        >>> metric([0, 0, 1, 1], [0, 1, 0, 1]).numpy().round(4)
        np.float32(0.3333)
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        kind = dtypes.int32 if dtype in (None, "int") else as_dtype(dtype)
        super().__init__(name, kind)
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        if any(not 0 <= each < num_classes for each in self.target_class_ids):
            raise InvalidArgumentError(
                f"{type(self).__name__}: target_class_ids={self.target_class_ids} has to lie "
                f"within [0, {num_classes})."
            )
        self.ignore_class = ignore_class
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes), name="total_confusion_matrix", dtype=kind
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count the confusions of a batch; what names no class is left out.

        Args:
            y_true: labels.
            y_pred: predictions.
            sample_weight: one weight per label.
        """
        true = self._classes(y_true, self.sparse_y_true)
        pred = self._classes(y_pred, self.sparse_y_pred)
        counts = build.logical_and(self._valid(true), self._valid(pred))
        if self.ignore_class is not None:
            ignored = build.constant(self.ignore_class, true.dtype)
            counts = build.logical_and(counts, build.not_equal(true, ignored))
        weight = build.cast(counts, dtypes.float32)
        if sample_weight is not None:
            given = convert(sample_weight, self._dtype)
            flat = build.cast(build.reshape(given, (given.size,)), dtypes.float32)
            weight = build.mul(weight, flat)
        rows = build.one_hot(true, self.num_classes, dtypes.float32)
        rows = build.mul(rows, build.expand_dims(weight, 1))
        columns = build.one_hot(pred, self.num_classes, dtypes.float32)
        add_to(self.total_cm, build.matmul(build.transpose(rows, (1, 0)), columns))

    def _classes(self, value: Any, sparse: bool) -> Node:
        node = as_node(value)
        if not sparse:
            node = build.argmax(node, self.axis % node.rank)
        node = build.reshape(node, (node.size,))
        return node if node.dtype is dtypes.int64 else build.cast(node, dtypes.int64)

    def _valid(self, classes: Node) -> Node:
        low = build.greater_equal(classes, build.constant(0, classes.dtype))
        return build.logical_and(
            low, build.less(classes, build.constant(self.num_classes, classes.dtype))
        )

    def result(self) -> Tensor:
        """The mean over the classes that occur."""
        counts = build.cast(self.total_cm.node, dtypes.float32)
        right = build.sum(
            build.mul(counts, build.data(_unit_matrix(self.num_classes), dtypes.float32)), (1,)
        )
        union = build.sub(build.add(build.sum(counts, (0,)), build.sum(counts, (1,))), right)
        wanted = build.data([float(n in self.target_class_ids) for n in range(self.num_classes)])
        wanted = build.cast(wanted, dtypes.float32)
        occurs = build.greater(union, build.constant(0.0, union.dtype))
        wanted = build.mul(wanted, build.cast(occurs, dtypes.float32))
        epsilon = build.constant(EPSILON, union.dtype)
        ratios = build.mul(build.div(right, build.add(union, epsilon)), wanted)
        return Tensor(build.div(build.sum(ratios), build.add(build.sum(wanted), epsilon)))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }


def _unit_matrix(size: int) -> list[list[float]]:
    return [[float(row == column) for column in range(size)] for row in range(size)]


def _without(config: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key not in names}


@register("metric")
class MeanIoU(IoU):
    """`IoU` averaged over all classes that occur.

    Args are those of `IoU`, without `target_class_ids`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.metrics.MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1]).numpy().round(4)
        np.float32(0.3333)
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        return _without(super().get_config(), "target_class_ids")


@register("metric")
class OneHotIoU(IoU):
    """`IoU` for one-hot labels.

    Args are those of `IoU`, without `sparse_y_true`; predictions are scores by default.
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        return _without(super().get_config(), "sparse_y_true")


@register("metric")
class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` for one-hot labels.

    Args are those of `MeanIoU`, without `sparse_y_true`; predictions are scores by default.
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        return _without(super().get_config(), "sparse_y_true")


@register("metric")
class BinaryIoU(IoU):
    """`IoU` of two classes, told apart by a threshold.

    Args:
        target_class_ids: the classes to average over.
        threshold: from which on a probability means class 1.
        name: what the metric is called.
        dtype: the type of the counts; int32 by default.

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.BinaryIoU([0, 1], threshold=0.3)
        >>> metric([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7]).numpy().round(4)
        np.float32(0.3333)
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count the confusions of a batch; see `IoU`."""
        scores = convert(y_pred, dtypes.float32)
        limit = build.constant(self.threshold, scores.dtype)
        decided = Tensor(build.cast(build.greater_equal(scores, limit), dtypes.int64))
        super().update_state(y_true, decided, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        config = {**Metric.get_config(self), "target_class_ids": self.target_class_ids}
        return {**config, "threshold": self.threshold}
