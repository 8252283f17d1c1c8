"""`SpectralNormalization`: a layer whose kernel stretches nothing by more than 1."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import initializers
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.wrapper import Wrapper
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, Variable

__all__ = ["SpectralNormalization"]


@register("layer")
class SpectralNormalization(Wrapper):
    """A layer whose kernel is divided by its largest singular value at every step of training.

    That value is found by power iteration, which goes on from step to step: the weight `vector_u`
    keeps where it was.

    Args:
        layer: a layer with a `kernel` or `embeddings`, such as `Dense` or `Conv2D`.
        power_iterations: how many iterations each step makes.

    Raises:
        InvalidArgumentError: the layer has no kernel, or `power_iterations` is no positive number.

    Example:
        >>> import glassbrook as tf
        >>> dense = tf.keras.layers.Dense(2, kernel_initializer="ones")
        >>> layer = tf.keras.layers.SpectralNormalization(dense)
        >>> outputs = layer(tf.ones([1, 3]), training=True)
        >>> round(float(tf.norm(dense.kernel, ord=2)), 2)
        1.0

    Source: T. Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018.
    """

    vector_u: Variable
    kernel: Variable

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.power_iterations = check_count(
            "SpectralNormalization", "power_iterations", power_iterations
        )

    def build(self, input_shape: Any = None) -> None:
        """Build the layer within, and make the vector."""
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", getattr(self.layer, "embeddings", None))
        if kernel is None:
            raise InvalidArgumentError(
                f"Layer {self._title()}: the layer within, a {type(self.layer).__name__}, has "
                "neither a kernel nor embeddings."
            )
        self.kernel = kernel
        self.vector_u = self.add_weight(
            shape=(1, kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            name="vector_u",
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The outputs of the layer within; in training, its kernel is divided first."""
        if training:
            self._divide()
        return self.layer(inputs)

    def _divide(self) -> None:
        kernel = self.kernel.used_node()
        size = kernel.shape[-1]
        matrix = build.reshape(kernel, (kernel.size // max(size, 1), size))
        u = self.vector_u.used_node()
        for _ in range(self.power_iterations):
            v = _unit(build.matmul(u, matrix, False, True))
            u = _unit(build.matmul(v, matrix))
        u, v = build.stop_gradient(u), build.stop_gradient(v)
        largest = build.matmul(build.matmul(v, matrix), u, False, True)
        divided = build.reshape(build.div(matrix, largest), kernel.shape)
        # A kernel of zeros has no direction to follow: it stays as it is.
        zero = build.constant_like(0, kernel)
        known = build.any(build.not_equal(kernel, zero))
        self.vector_u.assign(Tensor(build.select(known, u, self.vector_u.used_node())))
        self.kernel.assign(Tensor(build.select(known, divided, kernel)))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """What the layer within says."""
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"power_iterations": self.power_iterations}


def _unit(x: Node) -> Node:
    square = build.sum(build.mul(x, x), (0, 1), True)
    return build.mul(x, build.rsqrt(build.maximum(square, build.constant_like(1e-24, square))))
