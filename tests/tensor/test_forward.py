"""Products with Jacobians in forward direction, against differences."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf

Forward = tf.autodiff.ForwardAccumulator
X = np.array([[0.3, -0.7], [1.2, 0.4]])
T = np.array([[1.0, 0.5], [-2.0, 0.25]])

FUNCTIONS = {
    "matrix": lambda x: tf.matmul(x, x) + tf.sin(x),
    "sum": lambda x: tf.reduce_sum(x**3),
    "softmax": tf.nn.softmax,
    "shape": lambda x: tf.reshape(tf.transpose(x), [-1])[1:],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_direction(name):
    function = FUNCTIONS[name]
    x = tf.constant(X)
    with Forward(x, tf.constant(T)) as forward:
        y = function(x)
    step = 1e-6
    ends = [function(tf.constant(X + sign * step * T)).numpy() for sign in (1, -1)]
    np.testing.assert_allclose(forward.jvp(y).numpy(), (ends[0] - ends[1]) / (2 * step), 1e-7)


def test_forward_over_reverse_is_a_product_with_the_hessian():
    x = tf.constant([1.0, 2.0, 3.0], tf.float64)
    direction = tf.constant([1.0, 0.0, -1.0], tf.float64)
    with Forward(x, direction) as forward:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_prod(x)
        gradient = tape.gradient(y, x)
    hessian = np.array([[0, 3, 2], [3, 0, 1], [2, 1, 0]])
    np.testing.assert_allclose(forward.jvp(gradient).numpy(), hessian @ direction.numpy())


def test_variables_and_structures():
    v, w = tf.Variable(2.0), tf.Variable(3.0)
    with Forward([v, w], [tf.constant(1.0), tf.constant(10.0)]) as forward:
        results = {"product": v * w, "sum": v + w}
    found = forward.jvp(results)
    assert (float(found["product"]), float(found["sum"])) == (23.0, 11.0)


def test_what_does_not_depend_on_the_inputs():
    x = tf.constant(1.0)
    with Forward(x, tf.constant(1.0)) as forward:
        y = tf.constant([1.0, 2.0]) * 2
    assert forward.jvp(y) is None
    np.testing.assert_array_equal(forward.jvp(y, unconnected_gradients="zero").numpy(), [0, 0])


def test_bad_arguments():
    x = tf.constant([1.0, 2.0])
    with pytest.raises(ValueError, match="shape"):
        Forward(x, tf.constant(1.0))
    with pytest.raises(ValueError, match="as many"):
        Forward([x], [x, x])
