"""Tapes: what is recorded, what is watched, and gradients against finite differences."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from glassbrook.engine import realize
from glassbrook.graph import build
from glassbrook.tensor import (
    GradientTape,
    Tensor,
    UnconnectedGradients,
    Variable,
    as_node,
    constant,
    custom_gradient,
    stop_gradient,
)


def total(x: Tensor) -> Tensor:
    return Tensor(build.sum(as_node(x)))


def exp(x: Tensor) -> Tensor:
    return Tensor(build.exp(as_node(x)))


def test_gradient_of_a_variable() -> None:
    x = Variable(3.0)
    with GradientTape() as tape:
        y = x * x
    assert float(tape.gradient(y, x)) == 6.0


def test_a_tensor_has_to_be_watched() -> None:
    x = constant(3.0)
    with GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x) is None
    with GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert float(tape.gradient(y, x)) == 6.0


def test_equal_constants_have_gradients_of_their_own() -> None:
    a, b = constant(2.0), constant(2.0)
    zeros = [Tensor(build.zeros((2,), a.dtype)) for _ in range(2)]
    with GradientTape(persistent=True) as tape:
        tape.watch([a, b, zeros])
        y = 3.0 * a + 5.0 * b
        z = total(3.0 * zeros[0] + 5.0 * zeros[1])
    assert [float(g) for g in tape.gradient(y, [a, b])] == [3.0, 5.0]
    assert [g.numpy().tolist() for g in tape.gradient(z, zeros)] == [[3.0, 3.0], [5.0, 5.0]]


def test_tensors_that_changed_nothing_have_gradients_of_their_own() -> None:
    a = constant([1.0, 2.0])
    for same in (
        Tensor(build.reshape(as_node(a), (2,))),
        Tensor(build.broadcast_to(as_node(a), (2,))),
        Tensor(build.cast(as_node(a), a.dtype)),
        a[:],
        +a,
    ):
        with GradientTape() as tape:
            tape.watch(same)
            y = 3.0 * a + 2.0 * same
        assert tape.gradient(y, same).numpy().tolist() == [2.0, 2.0]
    x, z = constant(2.0, shape=()), constant(2.0, shape=())
    with GradientTape() as tape:
        tape.watch([x, z])
        y = 3.0 * x + 5.0 * z + 2.0 * x
    assert [float(g) for g in tape.gradient(y, [x, z])] == [5.0, 5.0]


def test_equal_intermediate_results_have_gradients_of_their_own() -> None:
    x = Variable(2.0)
    with GradientTape(persistent=True) as tape:
        first, second = x * x, x * x
        y = 3.0 * first + 5.0 * second
    assert float(tape.gradient(y, first)) == 3.0
    assert float(tape.gradient(y, second)) == 5.0
    assert float(tape.gradient(y, x)) == 32.0


def test_watching_begins_when_it_is_asked_for() -> None:
    x = constant(3.0)
    with GradientTape() as tape:
        before = x * x
        tape.watch(x)
        after = x * 2.0
        y = before + after
    assert float(tape.gradient(y, x)) == 2.0


def test_a_second_gradient_is_an_error_unless_persistent() -> None:
    x = Variable(3.0)
    with GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(RuntimeError, match=r"one set of gradients.*persistent=True"):
        tape.gradient(y, x)
    with GradientTape(persistent=True) as tape:
        y = x * x
    assert [float(tape.gradient(y, x)) for _ in range(2)] == [6.0, 6.0]


def test_the_chain_rule_by_parts() -> None:
    w, b = constant(2.0), constant(1.0)
    with GradientTape(persistent=True) as tape:
        tape.watch([w, b])
        y1 = 5.0 * w + b
        y2 = y1 * y1
    outer, inner = tape.gradient(y2, [y1])[0], tape.gradient(y1, [w])[0]
    assert float(outer) * float(inner) == float(tape.gradient(y2, [w])[0]) == 110.0


def test_higher_orders_by_nested_tapes() -> None:
    x = Variable(2.0)
    with GradientTape() as third, GradientTape() as second:
        with GradientTape() as first:
            y = x**4
        dy = first.gradient(y, x)
        d2y = second.gradient(dy, x)
    assert float(dy) == 32.0
    assert float(d2y) == 48.0
    assert float(third.gradient(d2y, x)) == 48.0


def test_third_order() -> None:
    x = Variable(2.0)
    with GradientTape() as third:
        with GradientTape() as second:
            with GradientTape() as first:
                y = x**4
            dy = first.gradient(y, x)
        d2y = second.gradient(dy, x)
    assert float(third.gradient(d2y, x)) == 48.0


def test_gradients_keep_the_form_of_the_sources() -> None:
    x, y = Variable(1.0), Variable([1.0, 2.0])
    with GradientTape() as tape:
        z = x * total(y)
    grads = tape.gradient(z, {"y": [y], "x": (x,)})
    assert float(grads["x"][0]) == 3.0
    assert grads["y"][0].numpy().tolist() == [1.0, 1.0]


def test_several_targets_add_up_and_weights_apply() -> None:
    x = Variable([1.0, 2.0])
    with GradientTape(persistent=True) as tape:
        targets = [x * x, 3.0 * x]
    assert tape.gradient(targets, x).numpy().tolist() == [5.0, 7.0]
    weights = [constant([1.0, 0.0]), constant([0.0, 1.0])]
    assert tape.gradient(targets, x, output_gradients=weights).numpy().tolist() == [2.0, 3.0]


def test_unconnected_gradients_can_be_zeros() -> None:
    x, y = Variable([1.0, 2.0]), Variable(1.0)
    for zero in ("zero", UnconnectedGradients.ZERO):
        with GradientTape() as tape:
            z = y * y
        dx, dy = tape.gradient(z, [x, y], unconnected_gradients=zero)
        assert dx.numpy().tolist() == [0.0, 0.0]
        assert float(dy) == 2.0


def test_what_is_computed_outside_is_not_recorded() -> None:
    x = Variable(3.0)
    with GradientTape(persistent=True) as tape:
        y = x * x
        with tape.stop_recording():
            hidden = y * 2.0
        z = y + hidden
    outside = z * 10.0
    assert float(tape.gradient(z, x)) == 6.0
    assert tape.gradient(outside, x) is None


def test_reset_forgets() -> None:
    x = Variable(3.0)
    with GradientTape() as tape:
        y = x * x
        tape.reset()
        z = x * 2.0
    assert tape.gradient([y, z], x).numpy() == 2.0


def test_variables_need_not_be_watched() -> None:
    x, frozen = Variable(3.0), Variable(3.0, trainable=False)
    with GradientTape(watch_accessed_variables=False, persistent=True) as tape:
        tape.watch(frozen)
        y = x * frozen
    assert tape.gradient(y, x) is None
    assert float(tape.gradient(y, frozen)) == 3.0
    with GradientTape() as tape:
        y = x * frozen
    assert [variable.ref() for variable in tape.watched_variables()] == [x.ref()]
    assert tape.gradient(y, frozen) is None


def test_values_may_be_looked_at_while_recording() -> None:
    x = Variable([1.0, 2.0])
    with GradientTape() as tape:
        h = exp(x)
        assert h.numpy().shape == (2,)
        y = total(h * h)
        assert float(y) > 0
    np.testing.assert_allclose(tape.gradient(y, x), 2 * np.exp([2.0, 4.0]), rtol=1e-6)


def test_a_variable_assigned_while_recording() -> None:
    x = Variable(3.0)
    with GradientTape() as tape:
        y = x * x
        x.assign(10.0)
        z = x * x
        loss = y + z
    # Each reading counts with the value it saw.
    assert float(tape.gradient(loss, x)) == 6.0 + 20.0


def test_jacobian_and_batch_jacobian() -> None:
    a = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    x = constant(np.array([[1.0, 2.0], [3.0, 4.0]]))
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = (x * x) @ a
    full = tape.jacobian(y, x).numpy()
    expected = np.einsum("ki,nk,nm->nimk", a, 2 * x.numpy(), np.eye(2))
    np.testing.assert_allclose(full, expected)
    per_row = tape.batch_jacobian(y, x).numpy()
    np.testing.assert_allclose(per_row, np.einsum("ninj->nij", expected))


def test_stop_gradient() -> None:
    x = Variable(3.0)
    with GradientTape() as tape:
        y = x * stop_gradient(x)
    assert float(tape.gradient(y, x)) == 3.0


def test_custom_gradient_replaces_the_rule() -> None:
    w = Variable(2.0)

    @custom_gradient
    def clipped(x):
        def grad(upstream, variables=None):
            return upstream * 0.5, [upstream * 7.0]

        return x * w, grad

    x = Variable(5.0)
    with GradientTape() as tape:
        y = clipped(x) * 2.0
    assert float(y) == 20.0
    dx, dw = tape.gradient(y, [x, w])
    assert (float(dx), float(dw)) == (1.0, 14.0)


def test_custom_gradient_with_several_results() -> None:
    @custom_gradient
    def both(x, y):
        return (x + y, x * y), lambda da, db: (da + 10.0 * db, 100.0 * db)

    x, y = Variable(2.0), Variable(3.0)
    with GradientTape() as tape:
        a, b = both(x, y)
        z = a + 2.0 * b
    assert [float(g) for g in tape.gradient(z, [x, y])] == [21.0, 200.0]


def test_custom_gradient_counts_what_the_rule_returns() -> None:
    @custom_gradient
    def wrong(x, y):
        return x + y, lambda upstream: upstream

    x, y = Variable(2.0), Variable(3.0)
    with GradientTape() as tape:
        z = wrong(x, y)
    with pytest.raises(ValueError, match="returned 1 gradients, expected 2"):
        tape.gradient(z, [x, y])


def test_custom_gradient_wants_a_rule() -> None:
    for returned in (lambda x: x, lambda x: (x, x), lambda x: constant([1.0, 2.0])):
        with pytest.raises(ValueError, match=r"expected a pair \(result, grad\)"):
            custom_gradient(returned)(constant(2.0))


def test_custom_gradient_wants_gradients_of_the_shape_of_the_arguments() -> None:
    @custom_gradient
    def wrong(x, y):
        return total(x) + y, lambda upstream: (upstream, upstream)

    x, y = Variable([2.0, 3.0]), Variable(3.0)
    with GradientTape() as tape:
        z = wrong(x, y)
    with pytest.raises(ValueError, match=r"gradient 0 .* has shape \[\], expected \[2\]"):
        tape.gradient(z, [x, y])


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("tensor", "not watched"),
        ("frozen", "not watched: the variable"),
        ("unread", "disconnected: the variable"),
        ("integer", "integer: the source"),
        ("integer target", "integer: the target"),
        ("numpy", "left the graph"),
        ("outside", "outside: mul"),
        ("assigned", "assigned"),
        ("rounded", "no gradient: round"),
        ("stopped", "no gradient: stop_gradient"),
        ("cast", "integer: cast"),
        ("other", "disconnected: the target"),
    ],
)
def test_why_none(case: str, reason: str) -> None:
    source: Tensor | Variable = Variable(3.0, trainable=case != "frozen")
    other = Variable(1.0)
    early = source * 2.0
    if case == "tensor":
        source = constant(3.0)
    if case == "integer":
        source = Variable(3)
    with GradientTape() as tape:
        match case:
            case "unread":
                y = other * 2.0
            case "numpy":
                y = other * float(source)
            case "outside":
                y = other * 1.0 + early
                source.value()
            case "assigned":
                other.assign(source * 2.0)
                y = other * 3.0
            case "rounded":
                y = Tensor(build.round(as_node(source)))
            case "stopped":
                y = stop_gradient(source) * 2.0
            case "cast":
                y = Tensor(build.cast(build.cast(as_node(source), constant(1).dtype), other.dtype))
            case "integer target":
                y = Tensor(build.cast(as_node(source), constant(1).dtype))
            case "other":
                y = other * 2.0
                source.value()
            case _:
                y = source * 2 if case == "integer" else source * 2.0
    assert tape.gradient(y, source) is None
    assert tape.why_none(y, source).startswith(reason)


def test_why_none_of_a_gradient_that_exists() -> None:
    x = Variable(3.0)
    with GradientTape(persistent=True) as tape:
        y = x * 2.0
    assert tape.why_none(y, x).startswith("There is a gradient")
    with GradientTape() as tape:
        y = x * 2.0
    assert tape.gradient(y, x) is not None
    assert "either there was a gradient" in tape.why_none(y, x)


def test_why_none_on_a_persistent_tape_without_asking_for_the_gradient() -> None:
    x = constant(3.0)
    with GradientTape(persistent=True) as tape:
        y = x * 2.0
    assert tape.why_none(y, x).startswith("not watched")


def test_history_is_let_go_after_the_gradient() -> None:
    x = Variable(np.ones(4, np.float32))
    with GradientTape() as tape:
        hidden = exp(x)
        y = total(hidden)
    reference = weakref.ref(hidden.node)
    grad = tape.gradient(y, x)
    del hidden
    realize([y.node, grad.node])
    gc.collect()
    assert reference() is None


def test_a_loop_does_not_keep_its_past() -> None:
    x = constant(1.0)
    first = weakref.ref(x.node)
    for _ in range(5):
        with GradientTape() as tape:
            tape.watch(x)
            y = x * x
            assert float(y) >= 0
        x = x - 0.1 * tape.gradient(y, x)
    assert float(x) > 0
    del y, tape
    gc.collect()
    assert first() is None
    assert x.node.inputs == ()


def test_an_exception_inside_leaves_no_tape_recording() -> None:
    x = Variable(1.0)
    with pytest.raises(KeyError), GradientTape() as tape:
        raise KeyError("mine")
    with pytest.raises(ValueError, match="not recording"):
        tape.stop_recording()
    assert build.exp(x.node) is build.exp(x.node)


def test_watch_takes_tensors_only() -> None:
    with GradientTape() as tape, pytest.raises(ValueError, match=r"tf\.constant"):
        tape.watch(3.0)


def test_values_looked_at_while_recording_forget_after_the_gradient() -> None:
    x = Variable([1.0, 2.0])
    losses = []
    for _ in range(5):
        with GradientTape() as tape:
            loss = total(exp(x))
            losses.append(loss)
            assert float(loss) > 0
            assert loss.node.inputs
        x.assign_sub(0.1 * tape.gradient(loss, x))
    assert [loss.node.inputs for loss in losses] == [()] * 5


def test_a_tape_that_lives_on_pins_only_what_it_recorded() -> None:
    x = Variable(1.0)
    with GradientTape(persistent=True) as kept:
        recorded = x * x
        assert float(recorded) == 1.0
    later = x * 3.0
    assert float(later) == 3.0
    assert later.node.inputs == ()
    assert float(kept.gradient(recorded, x)) == 2.0
