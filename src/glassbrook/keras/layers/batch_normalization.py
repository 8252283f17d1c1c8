"""`BatchNormalization`: each channel with mean 0 and variance 1, over the batch or over time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.build import Axes
from glassbrook.graph.node import Node
from glassbrook.keras import backend, constraints, initializers, regularizers
from glassbrook.keras.layers.checks import check_number
from glassbrook.keras.layers.normalization import NormalizingLayer
from glassbrook.keras.layers.spec import InputSpec, as_sizes
from glassbrook.keras.layers.statistics import mean_of
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, Variable

__all__ = ["BatchNormalization"]

_LIMITS = ("rmax", "rmin", "dmax")


@register("layer")
class BatchNormalization(NormalizingLayer):
    """Each channel with mean 0 and variance 1, then scaled by `gamma` and shifted by `beta`.

    ``(x - mean) / sqrt(variance + epsilon) * gamma + beta``. In training, mean and variance are
    those of the batch, and moving averages of them are kept in the weights `moving_mean` and
    `moving_variance`, which are not trained: ``moving * momentum + batch * (1 - momentum)``.
    Otherwise, these averages are used. A layer with ``trainable = False`` always uses them.

    Args:
        axis: the axis of the channels.
        momentum: how much of a moving average stays at every step.
        epsilon: what is added to the variance, so that nothing is divided by 0.
        center: whether there is a weight `beta` to shift by.
        scale: whether there is a weight `gamma` to scale by.
        beta_initializer, gamma_initializer: how the weights are set at first.
        moving_mean_initializer, moving_variance_initializer: how the moving averages begin.
        beta_regularizer, gamma_regularizer: penalties on the weights.
        beta_constraint, gamma_constraint: functions applied to the weights after every update.
        renorm: whether training corrects the batch's statistics towards the moving ones.
        renorm_clipping: limits of that correction: a dictionary with `rmin`, `rmax` and `dmax`.
        renorm_momentum: how much of the averages for the correction stays at every step.
        synchronized: accepted; there is one device.

    The argument `mask` of a call says which steps count: those that do not, leave the statistics
    alone.

    Raises:
        InvalidArgumentError: an argument is out of its range.
        ShapeError: the input has no such axis, or another number of channels than before.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.BatchNormalization(epsilon=0.0)
        >>> layer(tf.constant([[1.0], [3.0]]), training=True).numpy().ravel()
        array([-1.,  1.], dtype=float32)
        >>> layer.moving_mean.numpy()
        array([0.02], dtype=float32)
    """

    gamma: Variable | None
    beta: Variable | None
    moving_mean: Variable
    moving_variance: Variable

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Mapping[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        _drop_keras_2_arguments(kwargs)
        super().__init__(**kwargs)
        self.axis = _single_axis(axis)
        self.momentum = check_number(
            "BatchNormalization", "momentum", momentum, "the share of the old mean that stays", 1
        )
        self.epsilon = check_number(
            "BatchNormalization", "epsilon", epsilon, "what is added to the variance", math.inf
        )
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer: Any = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.renorm = bool(renorm)
        self.renorm_clipping = _clipping(renorm_clipping, self.renorm)
        self.renorm_momentum = float(renorm_momentum)
        self.synchronized = synchronized
        self.gamma = self.beta = None

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs whose number of channels is known."""
        shape = self._axis_sizes(input_shape)
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )

        def average(name: str, initializer: Any) -> Variable:
            return self.add_weight(shape=shape, initializer=initializer, trainable=False, name=name)

        self.moving_mean = average("moving_mean", self.moving_mean_initializer)
        self.moving_variance = average("moving_variance", self.moving_variance_initializer)
        if self.renorm:

            def root(shape: Any, dtype: Any = None) -> Tensor:
                value = self.moving_variance_initializer(shape, dtype=dtype)
                return Tensor(build.sqrt(value.node))

            self.moving_stddev = average("moving_stddev", root)
            self.renorm_mean = average("renorm_mean", self.moving_mean_initializer)
            self.renorm_stddev = average("renorm_stddev", root)
        self.input_spec = InputSpec(ndim=len(as_sizes(input_shape)), axes={self.axis: shape[0]})

    def call(self, inputs: Tensor, training: bool = False, mask: Any = None) -> Tensor:
        """The normalized inputs; in training, the moving averages move."""
        if mask is not None and len(mask.shape) != inputs.ndim - 1:
            raise ShapeError(
                f"Layer {self._title()}: a mask of shape {tuple(mask.shape)} for an input of shape "
                f"{tuple(inputs.shape)}; expected one axis less."
            )
        x = self._wide(inputs)
        (axis,) = self._axes(x.rank, x.shape)
        gamma, beta = self._weight(self.gamma, x), self._weight(self.beta, x)
        if training and self._trainable:
            axes = tuple(each for each in range(x.rank) if each != axis)
            mean, variance = _statistics(x, axes, None if mask is None else mask.used_node())
            if self.renorm:
                gamma, beta = self._corrected(mean, variance, gamma, beta)
                self._move_with_correction(mean, variance)
            else:
                _move(self.moving_mean, mean, self.momentum)
                _move(self.moving_variance, variance, self.momentum)
        else:
            mean = _as(self.moving_mean, x)
            variance = _as(self.moving_variance, x)
        factor = build.rsqrt(_plus(variance, self.epsilon))
        if gamma is not None:
            factor = build.mul(factor, gamma)
        shift = build.neg(build.mul(mean, factor))
        if beta is not None:
            shift = build.add(shift, beta)
        if axis != x.rank - 1:
            shape = tuple(size if each == axis else 1 for each, size in enumerate(x.shape))
            factor, shift = build.reshape(factor, shape), build.reshape(shift, shape)
        return self._narrow(build.add(build.mul(x, factor), shift))

    def _weight(self, variable: Variable | None, x: Node) -> Node | None:
        return None if variable is None else _as(variable, x)

    def _corrected(
        self, mean: Node, variance: Node, gamma: Node | None, beta: Node | None
    ) -> tuple[Node, Node]:
        """Scale and shift that also correct the batch's statistics towards the moving ones."""
        least = build.sqrt(build.constant_like(self.epsilon, mean))
        moving = build.maximum(_as(self.renorm_stddev, mean), least)
        ratio = build.div(build.sqrt(_plus(variance, self.epsilon)), moving)
        offset = build.div(build.sub(mean, _as(self.renorm_mean, mean)), moving)
        rmin, rmax, dmax = (self.renorm_clipping.get(key) for key in ("rmin", "rmax", "dmax"))
        if rmin is not None:
            ratio = build.maximum(ratio, build.constant_like(rmin, ratio))
        if rmax is not None:
            ratio = build.minimum(ratio, build.constant_like(rmax, ratio))
        if dmax is not None:
            limit = build.constant_like(dmax, offset)
            offset = build.minimum(build.maximum(offset, build.neg(limit)), limit)
        ratio, offset = build.stop_gradient(ratio), build.stop_gradient(offset)
        if gamma is not None:
            ratio, offset = build.mul(ratio, gamma), build.mul(offset, gamma)
        return ratio, offset if beta is None else build.add(offset, beta)

    def _move_with_correction(self, mean: Node, variance: Node) -> None:
        stddev = build.sqrt(_plus(variance, self.epsilon))
        _move(self.renorm_mean, mean, self.renorm_momentum)
        _move(self.renorm_stddev, stddev, self.renorm_momentum)
        _move(self.moving_mean, mean, self.momentum)
        moved = _move(self.moving_stddev, stddev, self.momentum)
        square = build.sub(build.mul(moved, moved), build.constant_like(self.epsilon, moved))
        self.moving_variance.assign(Tensor(build.cast(build.relu(square), self._variable_dtype)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
            "synchronized": self.synchronized,
            "renorm": self.renorm,
            "renorm_clipping": self.renorm_clipping if self.renorm else None,
            "renorm_momentum": self.renorm_momentum,
        }


def _drop_keras_2_arguments(kwargs: dict[str, Any]) -> None:
    """Take out what Keras 2 knew and what has no effect."""
    kwargs.pop("fused", None)
    kwargs.pop("adjustment", None)
    if kwargs.pop("virtual_batch_size", None) is not None:
        raise InvalidArgumentError(
            "BatchNormalization: virtual_batch_size is not supported: statistics are those of the "
            "whole batch. Leave it out, or give fit a smaller batch_size."
        )


def _single_axis(axis: Any) -> int:
    if isinstance(axis, list | tuple) and len(axis) == 1:
        axis = axis[0]
    if isinstance(axis, list | tuple | bool):
        raise InvalidArgumentError(
            f"BatchNormalization: axis is {axis!r}, expected one whole number, the axis of the "
            "channels."
        )
    return int(axis)


def _clipping(limits: Mapping[str, float] | None, renorm: bool) -> dict[str, float]:
    found = dict(limits or {})
    if not renorm:
        return found
    if set(found) - set(_LIMITS):
        raise InvalidArgumentError(
            f"BatchNormalization: renorm_clipping {found} has unknown entries. Known: "
            f"{', '.join(_LIMITS)}."
        )
    if found.get("rmax", float("inf")) < found.get("rmin", 0) or found.get("dmax", 0) < 0:
        raise InvalidArgumentError(
            f"BatchNormalization: renorm_clipping {found}: rmax has to be at least rmin, and dmax "
            "at least 0."
        )
    return found


def _statistics(x: Node, axes: Axes, mask: Node | None) -> tuple[Node, Node]:
    """The mean and the variance of each channel, of what counts."""
    if mask is None:
        mean = mean_of(x, axes, True)
        difference = build.sub(x, mean)
        variance = mean_of(build.mul(difference, difference), axes)
        return build.reshape(mean, variance.shape), variance
    counts = build.broadcast_to(
        build.expand_dims(build.cast(mask, dtypes.bool), mask.rank), x.shape
    )
    nothing = build.constant_like(0, x)
    share = build.sum(build.cast(counts, x.dtype), axes, True)
    # Keras's small number, so that a batch in which nothing counts has a mean of 0.
    share = _plus(share, backend.epsilon())
    mean = build.div(build.sum(build.select(counts, x, nothing), axes, True), share)
    difference = build.select(counts, build.sub(x, mean), nothing)
    variance = build.div(build.sum(build.mul(difference, difference), axes, True), share)
    shape = tuple(size for axis, size in enumerate(x.shape) if axis not in axes)
    return build.reshape(mean, shape), build.reshape(variance, shape)


def _plus(x: Node, number: float) -> Node:
    return build.add(x, build.constant_like(number, x))


def _as(variable: Variable, x: Node) -> Node:
    node = variable.used_node()
    return node if node.dtype is x.dtype else build.cast(node, x.dtype)


def _move(variable: Variable, value: Node, momentum: float) -> Node:
    """Let a moving average move towards a value, and return it."""
    old = _as(variable, value)
    stays = build.mul(old, build.constant_like(momentum, old))
    moved = build.add(stays, build.mul(value, build.constant_like(1.0 - momentum, value)))
    node = variable.node
    variable.assign(Tensor(moved if moved.dtype is node.dtype else build.cast(moved, node.dtype)))
    return moved
