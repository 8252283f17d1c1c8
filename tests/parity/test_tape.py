"""GradientTape: what is watched, what is `None`, nesting, Jacobians, custom gradients."""

from __future__ import annotations

import numpy as np

from tests.parity.support import Case, Fails, add_to, rows

CASES: list[Case | Fails] = []
yields, fails = add_to(CASES), add_to(CASES, Fails)


def squared(tf, persistent=False):
    """A variable, a variable beside it, and a tape that has seen the square of the first."""
    x, other = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape(persistent=persistent) as tape:
        y = x * x
    return tape, y, x, other


def error_text(run):
    try:
        run()
    except Exception as error:
        return str(error).partition("\n")[0]
    return "no error"


@yields
def structures_of_sources(tf):
    tape, y, x, other = squared(tf, persistent=True)
    return [
        tape.gradient(y, x),
        tape.gradient(y, other),
        tape.gradient(y, [x, other]),
        tape.gradient(y, (x, other)),
        tape.gradient(y, {"b": x, "a": other}),
        tape.gradient(y, {"x": [x, (other,)]}),
    ]


@yields
def empty_list_of_sources(tf):
    tape, y, *_ = squared(tf)
    return tape.gradient(y, [])


@yields
def unconnected_as_zero(tf):
    tape, y, x, other = squared(tf, persistent=True)
    zero = tf.UnconnectedGradients.ZERO
    return [
        tape.gradient(y, other, unconnected_gradients="zero"),
        tape.gradient(y, [x, other], unconnected_gradients=zero),
        tape.gradient(y, other, unconnected_gradients="none"),
    ]


@fails
def unconnected_as_something_else(tf):
    tape, y, x, _ = squared(tf)
    tape.gradient(y, x, unconnected_gradients="foo")


@yields
def structures_of_targets(tf):
    tape, y, x, _ = squared(tf, persistent=True)
    return [
        tape.gradient([y, y], x),
        tape.gradient({"a": y}, x),
        tape.gradient(y, x, output_gradients=tf.constant(2.0)),
        tape.gradient([y, y], x, output_gradients=[tf.constant(2.0), tf.constant(3.0)]),
        tape.gradient(y, y),
        tape.gradient(x, x),
    ]


@fails
def second_call(tf):
    tape, y, x, _ = squared(tf)
    tape.gradient(y, x)
    tape.gradient(y, x)


@yields
def text_of_second_call(tf):
    tape, y, x, _ = squared(tf)
    tape.gradient(y, x)
    text = error_text(lambda: tape.gradient(y, x))
    return "non-persistent GradientTape" in text and "one set of gradients" in text


@yields
def nothing_recorded(tf):
    with tf.GradientTape() as tape:
        pass
    return tape.gradient(tf.constant(1.0), tf.constant(1.0))


@yields
def not_watched(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


@yields
def watched_integer(tf):
    x = tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


@yields
def integer_variable(tf):
    x = tf.Variable(3)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


@yields
def watched_nest(tf):
    a, b = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([a, (b,)])
        y = a * b
    return tape.gradient(y, [a, b])


@fails
def watched_float(tf):
    with tf.GradientTape() as tape:
        tape.watch(5.0)


@fails
def watched_array(tf):
    with tf.GradientTape() as tape:
        tape.watch(np.array(1.0))


@yields
def asked_inside(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        return tape.gradient(y, x)


@yields
def persistent_asked_inside(tf):
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        first = tape.gradient(y, x)
        z = y * x
    return [first, tape.gradient(z, x)]


@yields
def persistent_second_order(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x**3
        first = tape.gradient(y, x)
    return [first, tape.gradient(first, x)]


@yields
def nested_to_third_order(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as third:
        with tf.GradientTape() as second:
            with tf.GradientTape() as first:
                y = x**4
            dy = first.gradient(y, x)
        d2y = second.gradient(dy, x)
    return [dy, d2y, third.gradient(d2y, x)]


@yields
def mixed_partials(tf):
    x, y = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            z = x**2 * y**3
        dz = inner.gradient(z, [x, y])
        total = dz[0] + 2.0 * dz[1]
    return outer.gradient(total, [x, y])


@yields
def computed_before(tf):
    x = tf.constant(3.0)
    z = x * x
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = z * x
    return tape.gradient(y, x)


@yields
def computed_after(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y * 2.0, x)


@yields
def intermediate(tf):
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    return [tape.gradient(z, y), tape.gradient(z, x), tape.gradient(y, x)]


@yields
def stopped_recording(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tape.stop_recording():
            y = x * x
        z = y * x
    return tape.gradient(z, x)


@yields
def reset(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        tape.reset()
        tape.watch(x)
        z = x * x * x
    return tape.gradient(z, x)


@yields
def forgotten_by_reset(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.reset()
    return tape.gradient(y, x)


@yields
def entered_twice(tf):
    x = tf.constant(2.0)
    tape = tf.GradientTape()
    with tape:
        tape.watch(x)
        y = x * x
    with tape:
        z = x * y
    return tape.gradient(z, x)


@fails
def entered_within_itself(tf):
    with tf.GradientTape() as tape, tape:
        pass


@yields
def assigned_within(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        x.assign(5.0)
        z = x * x
    return [tape.gradient(y, x), tape.gradient(z, x)]


@yields
def assigned_from_another(tf):
    x, source = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        x.assign(source * source)
        y = x * x
    return tape.gradient(y, [x, source])


@yields
def assigned_after(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
    x.assign(100.0)
    return [y, tape.gradient(y, x)]


@yields
def not_trainable(tf):
    x = tf.Variable(2.0, trainable=False)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        count = len(tape.watched_variables())
    return [tape.gradient(y, x), count]


@yields
def not_trainable_but_watched(tf):
    x = tf.Variable(2.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return [tape.gradient(y, x), len(tape.watched_variables())]


@yields
def accessed_not_watched(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = x * x
    return [tape.gradient(y, x), len(tape.watched_variables())]


@yields
def watched_variables(tf):
    x, other = tf.Variable(2.0, name="x"), tf.Variable(1.0, name="other")
    with tf.GradientTape() as tape:
        _ = x * x
    return [[variable.name for variable in tape.watched_variables()], other.name]


@yields
def through_numpy(tf):
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x.numpy() * 2)
    return tape.gradient(y, x)


@yields
def rows_of_a_table(tf):
    table = tf.Variable(tf.ones([3, 2]))
    with tf.GradientTape() as tape:
        y = tf.gather(table, [0, 0])
    return tf.convert_to_tensor(tape.gradient(y, table))


@yields
def same_input_twice(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x * x + x)
    return tape.gradient(y, [x, x])


@yields
def float64_and_cast(tf):
    x = tf.Variable([1.0, 2.0], dtype=tf.float64)
    with tf.GradientTape() as tape:
        y = tf.cast(x * x, tf.float32)
    return tape.gradient(y, x)


@yields
def jacobian_of_a_vector(tf):
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        total = tf.reduce_sum(y)
    return [tape.jacobian(y, x), tape.jacobian(total, x)]


@yields
def jacobian_of_a_matrix(tf):
    x, weight = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.Variable([[2.0], [1.0]])
    with tf.GradientTape() as tape:
        y = x @ weight
    return tape.jacobian(y, weight)


@yields
def jacobian_of_several(tf):
    weight, other = tf.Variable([1.0, 2.0]), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = weight * 3.0
    return tape.jacobian(y, [weight, other])


@yields
def batch_jacobian(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.stack([x[:, 0] * x[:, 1], x[:, 0] ** 2, x[:, 1]], axis=1)
    return [tape.batch_jacobian(y, x), tape.jacobian(y, x).shape]


@yields
def hessian_by_jacobian(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(x**3) + x[0] * x[1]
        first = inner.gradient(y, x)
    return outer.jacobian(first, x)


@yields
def custom_gradient(tf):
    @tf.custom_gradient
    def square(x):
        def grad(upstream):
            return upstream * 10.0

        return x * x, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = square(x)
    return [y, tape.gradient(y, x)]


@yields
def custom_gradient_of_two(tf):
    @tf.custom_gradient
    def product(x, y):
        def grad(upstream):
            return upstream * 10.0, None

        return x * y, grad

    x, y = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = product(x, y)
    return tape.gradient(z, [x, y])


@yields
def custom_gradient_with_two_outputs(tf):
    @tf.custom_gradient
    def both(x):
        def grad(first, second):
            return first * 10.0 + second

        return (x * x, x + 1.0), grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        a, b = both(x)
        y = a + 2.0 * b
    return tape.gradient(y, x)


@yields
def custom_gradient_over_a_variable(tf):
    weight = tf.Variable(2.0)

    @tf.custom_gradient
    def scaled(x):
        def grad(upstream, variables=None):
            return upstream * weight, [upstream * 7.0 for _ in variables]

        return x * weight, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = scaled(x)
    return tape.gradient(y, [x, weight])


@fails
def custom_gradient_of_the_wrong_count(tf):
    @tf.custom_gradient
    def square(x):
        def grad(upstream):
            return upstream, upstream

        return x * x, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = square(x)
    tape.gradient(y, x)


@yields
def stop_gradient(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(x * x) * x
    return tape.gradient(y, x)


@yields
def loop_over_steps(tf):
    w, b = tf.Variable(0.0), tf.Variable(0.0)
    x = tf.constant([1.0, 2.0, 3.0])
    losses = []
    for _ in range(10):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(w * x + b - (2.0 * x + 1.0)))
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(0.05 * dw)
        b.assign_sub(0.05 * db)
        losses.append(float(loss))
    return [losses, w, b]


@rows("tape", CASES)
def test_tape(case: Case | Fails) -> None:
    case.check()
