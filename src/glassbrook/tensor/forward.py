"""Products with Jacobians in forward direction: how results change along a direction of inputs."""

from __future__ import annotations

from typing import Any, Self

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.tensor import nest
from glassbrook.tensor.convert import as_node
from glassbrook.tensor.tape import GradientTape, UnconnectedGradients
from glassbrook.tensor.tensor import Tensor

__all__ = ["ForwardAccumulator"]


class ForwardAccumulator:
    """Records operations, to tell how results change when inputs move in a direction.

    The product J t with the Jacobian J is computed by reverse mode twice: uᵀ J is linear in u, and
    the gradient of (uᵀ J) t with respect to u is J t.

    Args:
        primals: a tensor or variable, or a nested structure of them: the inputs.
        tangents: as many tensors of the same shapes: the direction.

    Raises:
        ShapeError: a tangent has another shape than its primal.
        InvalidArgumentError: there are not as many tangents as primals.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant([2.0, 3.0])
        >>> with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as forward:
        ...     y = tf.reduce_sum(x**2)
        >>> print(forward.jvp(y))
        tf.Tensor(4.0, shape=(), dtype=float32)
    """

    def __init__(self, primals: Any, tangents: Any) -> None:
        self._primals = nest.flatten(primals)
        given = nest.flatten(tangents)
        if len(given) != len(self._primals):
            raise InvalidArgumentError(
                f"ForwardAccumulator: {len(self._primals)} primals need as many tangents, "
                f"got {len(given)}."
            )
        self._tangents = []
        for primal, tangent in zip(self._primals, given):
            node = as_node(primal)
            direction = as_node(tangent, node.dtype)
            if direction.shape != node.shape:
                raise ShapeError(
                    f"ForwardAccumulator: a tangent of shape {list(direction.shape)} does not fit "
                    f"a primal of shape {list(node.shape)}: they must be equal."
                )
            self._tangents.append(direction)
        self._tape = GradientTape(persistent=True, watch_accessed_variables=False)

    def __enter__(self) -> Self:
        self._tape.__enter__()
        self._tape.watch(self._primals)
        return self

    def __exit__(self, *exception: object) -> None:
        self._tape.__exit__(None, None, None)

    def jvp(
        self,
        primals: Any,
        unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
    ) -> Any:
        """How results change along the tangents.

        Args:
            primals: a tensor that was computed while this recorded, or a nested structure of them.
            unconnected_gradients: ``"none"`` or ``"zero"``, what to give for a result that does
                not depend on the inputs.

        Returns:
            For each result a tensor of its shape, or `None`.
        """
        wanted = UnconnectedGradients(unconnected_gradients)
        return nest.map_structure(lambda each: self._directional(each, wanted), primals)

    def _directional(self, target: Any, wanted: UnconnectedGradients) -> Tensor | None:
        for primal, tangent in zip(self._primals, self._tangents):
            if target is primal:
                return Tensor(tangent)
        node = as_node(target)
        with GradientTape(watch_accessed_variables=False) as outer:
            weights = Tensor(build.distinct(build.zeros(node.shape, node.dtype)))
            outer.watch(weights)
            gradients = self._tape.gradient(target, self._primals, output_gradients=weights)
            parts = [
                build.sum(build.mul(as_node(gradient), tangent))
                for gradient, tangent in zip(gradients, self._tangents)
                if gradient is not None
            ]
            if parts:
                total = parts[0]
                for part in parts[1:]:
                    total = build.add(total, part)
                product = Tensor(total)
        change: Tensor | None = outer.gradient(product, weights) if parts else None
        if change is None and wanted is UnconnectedGradients.ZERO:
            return Tensor(build.zeros(node.shape, node.dtype))
        return change
