"""Modules: which variables they own, in which order, and under which names."""

from __future__ import annotations

import pytest

import glassbrook as tf


def variable(value: float, name: str, trainable: bool = True) -> tf.Variable:
    return tf.Variable(value, name=name, trainable=trainable)


class Inner(tf.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = variable(1.0, "weight")


class Outer(tf.Module):
    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name)
        self.z = variable(1.0, "z")
        self.parts = [Inner(), {"b": variable(2.0, "b"), "a": variable(3.0, "a", False)}]
        self.again = self.z
        self.inner = Inner()
        self.number = 5


def names(variables) -> list[str]:
    return [each.name for each in variables]


def test_variables_stand_in_order_of_attributes_then_of_modules():
    module = Outer()
    assert names(module.variables) == ["z:0", "a:0", "b:0", "weight:0", "weight:0"]
    assert names(module.trainable_variables) == ["z:0", "b:0", "weight:0", "weight:0"]
    assert names(module.non_trainable_variables) == ["a:0"]
    assert module.variables[3] is module.inner.weight
    assert module.variables[4] is module.parts[0].weight
    assert module.submodules == (module.inner, module.parts[0])


def test_modules_that_hold_each_other_are_listed_once():
    first, second = tf.Module(name="first"), tf.Module(name="second")
    first.other, second.other = second, first
    second.v = variable(1.0, "v")
    assert first.variables == (second.v,)
    assert first.submodules == (second,)


def test_layers_count_as_modules():
    module = tf.Module()
    module.dense = tf.keras.layers.Dense(2)
    module.dense.build((None, 3))
    module.model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    module.model.build((None, 2))
    assert [v.shape for v in module.trainable_variables] == [(3, 2), (2,), (2, 1), (1,)]
    assert module.dense in module.submodules


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("Dense", "dense"), ("MyLayer2", "my_layer2"), ("RNNCell", "rnn_cell"), ("X", "x")],
)
def test_names_follow_from_the_class(kind, expected):
    assert type(kind, (tf.Module,), {})().name == expected


@pytest.mark.parametrize("name", ["a b", "1st", "a/b", ""])
def test_a_name_that_is_no_identifier(name):
    with pytest.raises(ValueError, match="not a valid module name"):
        tf.Module(name=name)


class Scoped(tf.Module):
    @tf.Module.with_name_scope
    def __call__(self) -> str:
        return tf.Variable(1.0, name="w").name


def test_name_scopes():
    with tf.name_scope("outer"):
        inside = Scoped()
        assert tf.Variable(1.0, name="v").name == "outer/v:0"
        assert tf.get_current_name_scope() == "outer"
    assert inside() == "outer/scoped/w:0"
    assert Scoped(name="other")() == "other/w:0"
    with tf.name_scope("a"), tf.name_scope("/"), tf.name_scope("b") as scope:
        assert scope == "/b/"
    with tf.name_scope("a"), tf.name_scope(""):
        assert tf.Variable(1.0, name="v").name == "v:0"
    assert tf.get_current_name_scope() == ""
    with pytest.raises(ValueError, match="string"):
        tf.name_scope(3)


def test_a_module_trains():
    class Linear(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = tf.Variable([[0.0]])
            self.b = tf.Variable([0.0])

        @tf.function
        def __call__(self, x):
            return x @ self.w + self.b

    linear = Linear()
    x = tf.constant([[0.0], [1.0], [2.0]])
    for _ in range(200):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((linear(x) - (3.0 * x + 1.0)) ** 2)
        grads = tape.gradient(loss, linear.trainable_variables)
        for each, grad in zip(linear.trainable_variables, grads):
            each.assign_sub(0.3 * grad)
    assert abs(float(linear.w[0, 0]) - 3) < 1e-3
    assert abs(float(linear.b[0]) - 1) < 1e-3
