"""tf.Variable: its value over time, its operators, what cannot be assigned."""

from __future__ import annotations

import contextlib

import numpy as np

from tests.parity.support import Case, Fails, add_to, failures, rows, values

SHARED = {
    "w": lambda tf: tf.Variable([1.0, 2.0]),
    "n": lambda tf: tf.Variable(3),
}

VALUES = """
v([1, 2]).dtype
v(1.0).dtype
v(np.zeros(2)).dtype
v(1, dtype=tf.float32)
v([1.0, 2.0], dtype="float64")
v(lambda: tf.ones([2]))
v(c([1.0])).shape
v(True).dtype
v("a").dtype
v(v(2.0))
v(1.0).name
v(1.0, name="alpha").name
v(1.0, name="a:0").name
v(1.0).trainable
v(1.0, trainable=False).trainable
w.numpy()
type(w.numpy())
w.value()
w.read_value()
w.shape
w.get_shape()
w.shape.rank
w.device == c(1.0).device
[x for x in w]
w[0]
float(v(2.0))
int(v(3))
bool(v(0))
bool(v(2.0) > 1.0)
w.ref() == w.ref()
w.ref().deref() is w
w + 1
w * w
2 * w
-w
w > 1
w == w
w == [1.0, 2.0]
abs(w)
w ** 2
1 / w
w // 2
w % 2
tf.reshape(w, [1, 2]) @ c([[1.0], [2.0]])
n + 1
n / 2
np.array(w)
np.asarray(n)
np.sum(w)
tf.identity(w)
tf.cast(n, tf.float32)
tf.reduce_sum(w)
tf.convert_to_tensor(w)
tf.zeros_like(w)
tf.stack([v(1.0), v(2.0)])
tf.concat([w, w], 0)
tf.matmul([w], [[1.0], [2.0]])
w.assign([3, 4])
w.assign([3.0, 4.0]).numpy()
w.assign(c([3.0, 4.0]))
w.assign(np.array([3.0, 4.0]))
w.assign(w * 2.0)
w.assign_add([1, 1])
w.assign_sub([1.0, 1.0])
w.assign_add(w)
w.assign([3.0, 4.0], read_value=False)
n.assign_add(1)
w.scatter_nd_update([[0]], [9.0])
w.sparse_read([0])
w.gather_nd([[0]])
__import__("copy").deepcopy(w)
isinstance(w, tf.Variable)
tf.is_tensor(w)
tf.Module(name="m").name
"""

ERRORS = """
v()
v(None)
v([1, "a"])
v(c([1]), dtype=tf.float32)
v(1.0, shape=[2])
w.assign([1.0, 2.0, 3.0])
w.assign([[1.0, 2.0]])
w.assign(c([1, 2]))
w.assign("a")
w.assign(5.0)
w.assign(None)
w.assign_add(1)
w.assign_sub(1.0)
w.assign_add([1.0, 2.0, 3.0])
w.assign_add(c([1, 1]))
n.assign_add(1.5)
n.assign(1.0)
len(w)
hash(w)
{w: 1}
w.foo
w[5].assign(1.0)
w[0:2].assign([1.0, 2.0, 3.0])
"""

CASES: list[Case | Fails] = [*values(VALUES, **SHARED), *failures(ERRORS, **SHARED)]
yields, fails = add_to(CASES), add_to(CASES, Fails)


@yields
def a_tensor_read_before_keeps_its_value(tf):
    x = tf.Variable([1.0, 2.0])
    before, derived, array = x.value(), x + 0.0, x.numpy()
    x.assign([8.0, 9.0])
    x.assign_add([1.0, 1.0])
    return [before, derived, array, x]


@yields
def assigned_from_itself_in_turn(tf):
    x = tf.Variable([1.0, 2.0])
    for _ in range(5):
        x.assign(x * 2.0 + 1.0)
    return x


@yields
def swapped(tf):
    a, b = tf.Variable(1.0), tf.Variable(2.0)
    old = a.value()
    a.assign(b)
    b.assign(old)
    return [a, b]


@yields
def assigned_array_is_copied(tf):
    x, array = tf.Variable([0.0, 0.0]), np.array([1.0, 2.0], np.float32)
    x.assign(array)
    array[0] = 9.0
    return x


@yields
def initial_array_is_copied(tf):
    array = np.array([1.0, 2.0], np.float32)
    x = tf.Variable(array)
    array[0] = 9.0
    return x


@yields
def sliced_assignment(tf):
    x = tf.Variable([[1, 2], [3, 4]])
    x[0, 1].assign(9)
    x[:, 0].assign([7, 8])
    return x


@yields
def sliced_assignment_of_a_row(tf):
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    x[1].assign([8.0, 9.0])
    x[::-1, 0].assign([5.0, 6.0])
    return x


@yields
def initial_tensor_is_not_shared(tf):
    start = tf.ones([2])
    a, b = tf.Variable(start), tf.Variable(start)
    a.assign_add([1.0, 1.0])
    return [a, b, start]


@yields
def a_failed_assignment_leaves_the_old_value(tf):
    x = tf.Variable([1.0, 2.0])
    with contextlib.suppress(Exception):
        x.assign(tf.gather(x, [0, 9]))
        x.numpy()
    x.assign_add([1.0, 1.0])
    return x


@yields
def a_failed_step_leaves_the_old_weights(tf):
    weights, optimizer = tf.Variable([[1.0, 0.0]]), tf.keras.optimizers.SGD(0.1)
    for label in (0, 7, 1):
        with contextlib.suppress(Exception):
            with tf.GradientTape() as tape:
                loss = tf.nn.sparse_softmax_cross_entropy_with_logits([label], weights)
            optimizer.apply_gradients([(tape.gradient(loss, weights), weights)])
            weights.numpy()
    return weights


@yields
def a_failed_tensor_does_not_spoil_others(tf):
    x = tf.constant([1.0, 2.0])
    kept = []
    with contextlib.suppress(Exception):
        kept.append(tf.gather(x, [9]))
    return [x + 1.0, tf.reduce_sum(x * 2.0)]


@fails
def added_in_place(tf):
    x = tf.Variable([1.0])
    x += 1.0
    return x


@fails
def item_assigned(tf):
    x = tf.Variable([1.0])
    x[0] = 2.0


@yields
def variables_of_a_module(tf):
    class Dense(tf.Module):
        def __init__(self):
            super().__init__(name="dense")
            self.w = tf.Variable([[1.0]], name="w")
            self.b = tf.Variable([0.0], name="b")
            self.frozen = tf.Variable(1.0, trainable=False, name="frozen")

    module = Dense()
    return [
        module.name,
        [variable.name for variable in module.variables],
        [variable.name for variable in module.trainable_variables],
    ]


@yields
def variables_of_nested_modules(tf):
    class Part(tf.Module):
        def __init__(self, start):
            super().__init__()
            self.w = tf.Variable(start)

    class Whole(tf.Module):
        def __init__(self):
            super().__init__()
            self.parts = [Part(1.0), Part(2.0)]
            self.named = {"x": Part(3.0)}

    whole = Whole()
    return [sorted(float(x) for x in whole.trainable_variables), len(whole.submodules)]


@rows("variable", CASES)
def test_variable(case: Case | Fails) -> None:
    case.check()
