"""Linear regression on 100 points: what frameworks cost where there is little to compute.

A step predicts, takes the mean squared error, its gradients, and updates weight and bias.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.network import (
    Wrap,
    cells_of,
    glassbrook,
    glassbrook_function,
    tensorflow,
)
from benchmarks.sides import Plan, Side, Work, chosen, compare

POINTS = 100
RATE = 0.001
LOOP_STEPS = 1000
PLAN = Plan(tolerance=1e-3)


def points() -> tuple[np.ndarray, np.ndarray]:
    """Noisy points of the tutorial's line y = 1.477 x + 0.089."""
    generator = np.random.default_rng(0)
    x = generator.uniform(-10, 10, POINTS).astype(np.float32)
    noise = generator.normal(scale=1, size=POINTS).astype(np.float32)
    return x, np.float32(1.477) * x + np.float32(0.089) + noise


def numpy_step() -> Work:
    """By hand."""
    x, y = points()
    weight = bias = np.float32(0)

    def step() -> float:
        nonlocal weight, bias
        error = weight * x + bias - y
        loss = (error * error).mean()
        weight -= np.float32(2 * RATE) * (error * x).mean()
        bias -= np.float32(2 * RATE) * error.mean()
        return loss

    return Work(step)


def tensorflow_step(tf: Any, wrap: Wrap) -> Work:
    """A tape and `assign_sub`."""
    x, y = (tf.constant(each) for each in points())
    weight, bias = tf.Variable(0.0), tf.Variable(0.0)

    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(weight * x + bias - y))
        weight_grad, bias_grad = tape.gradient(loss, [weight, bias])
        weight.assign_sub(RATE * weight_grad)
        bias.assign_sub(RATE * bias_grad)
        return loss

    return Work(partial(wrap(step), x, y))


def tensorflow_loop(tf: Any, wrap: Wrap) -> Work:
    """Many steps in one `tf.while_loop`."""
    x, y = (tf.constant(each) for each in points())
    weight, bias = tf.Variable(0.0), tf.Variable(0.0)

    def steps(x: Any, y: Any) -> Any:
        def step(number: Any, w: Any, b: Any, _: Any) -> tuple[Any, ...]:
            with tf.GradientTape() as tape:
                tape.watch([w, b])
                loss = tf.reduce_mean(tf.square(w * x + b - y))
            w_grad, b_grad = tape.gradient(loss, [w, b])
            return number + 1, w - RATE * w_grad, b - RATE * b_grad, loss

        start = (tf.constant(0), tf.identity(weight), tf.identity(bias), tf.constant(0.0))
        _, w, b, loss = tf.while_loop(lambda number, *_: number < LOOP_STEPS, step, start)
        weight.assign(w)
        bias.assign(b)
        return loss

    return Work(partial(wrap(steps), x, y), LOOP_STEPS)


def torch_step() -> Work:
    """Autograd and SGD."""
    import torch

    x, y = (torch.from_numpy(each) for each in points())
    weight, bias = (torch.zeros((), requires_grad=True) for _ in range(2))
    optimizer = torch.optim.SGD([weight, bias], lr=RATE)

    def step() -> Any:
        optimizer.zero_grad()
        loss = torch.mean(torch.square(weight * x + bias - y))
        loss.backward()
        optimizer.step()
        return loss.detach()

    return Work(step)


def jax_work(loop: bool) -> Work:
    """One step under `jit`, or many in a `fori_loop`."""
    import jax

    x, y = (jax.numpy.asarray(each) for each in points())
    state = (jax.numpy.float32(0), jax.numpy.float32(0)), jax.numpy.float32(0)

    def loss_of(weights: Any) -> Any:
        weight, bias = weights
        return jax.numpy.mean((weight * x + bias - y) ** 2)

    def step(_: Any, state: Any) -> Any:
        (weight, bias), _ = state
        loss, (weight_grad, bias_grad) = jax.value_and_grad(loss_of)((weight, bias))
        return (weight - RATE * weight_grad, bias - RATE * bias_grad), loss

    @jax.jit
    def update(state: Any) -> Any:
        return jax.lax.fori_loop(0, LOOP_STEPS, step, state) if loop else step(0, state)

    def call() -> Any:
        nonlocal state
        state = update(state)
        return state[1]

    return Work(call, LOOP_STEPS if loop else 1)


def glassbrook_loop() -> Work:
    """The loop, if this version runs it natively."""
    return glassbrook_function(build=tensorflow_loop)


BY_HAND = Side("NumPy by hand", "numpy", numpy_step)
SIDES = (
    BY_HAND,
    Side("Glassbrook, eager", "glassbrook", partial(glassbrook, "auto", tensorflow_step)),
    Side("Glassbrook, tf.function", "glassbrook", partial(glassbrook_function, tensorflow_step)),
    Side("Glassbrook, tf.while_loop", "glassbrook", glassbrook_loop),
    Side("PyTorch, eager", "torch", torch_step),
    Side("TensorFlow, eager", "tensorflow", partial(tensorflow, False, tensorflow_step)),
    Side("TensorFlow, tf.function", "tensorflow", partial(tensorflow, True, tensorflow_step)),
    Side("TensorFlow, tf.while_loop", "tensorflow", partial(tensorflow, True, tensorflow_loop)),
    Side("JAX, jit", "jax", partial(jax_work, loop=False)),
    Side("JAX, fori_loop", "jax", partial(jax_work, loop=True)),
)


def table(peers: bool, plan: Plan = PLAN) -> Iterator[str]:
    """The time of one step, per side."""
    yield "## One step of linear regression on 100 points, µs"
    yield ""
    yield f"Loops do {LOOP_STEPS} steps in one call; their time is divided by that."
    yield ""
    sides = chosen(SIDES, peers)
    found = compare("regression", sides, {}, plan)
    yield "| | µs | ratio |"
    yield "|---|---|---|"
    for side in sides:
        if side.title in found.steps:
            yield f"| {side.title} | {' | '.join(cells_of(found, side, BY_HAND))} |"
    yield ""
    yield from found.reasons()
    yield ""
