"""`tf.function`: what is traced when, what a replay does, and where it gives way to Python.

How often TensorFlow traces, what it converts, and its errors were read off TensorFlow 2.21.
"""

from __future__ import annotations

import gc
import inspect
import sys
import threading
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.graph.node import Node


def counted(function):
    """The function decorated, and a list that grows by one each time Python runs it."""
    runs = []

    def wrapped(*args, **kwargs):
        runs.append(1)
        return function(*args, **kwargs)

    wrapped.__signature__ = inspect.signature(function)
    return tf.function(wrapped), runs


def numbers(structure):
    return tf.nest.map_structure(
        lambda x: None if x is None else np.asarray(x.numpy()).tolist(), structure
    )


# What counts as the same signature.

ONE, TWO = tf.constant(1.0), tf.constant([1.0, 2.0])
SOMETHING, OTHER = SimpleNamespace(), SimpleNamespace()

SIGNATURES = {
    "equal numbers": ([(1,), (1,), (2,)], 2),
    "kinds of numbers": ([(1,), (1.0,), (True,)], 3),
    "nan": ([(float("nan"),), (float("nan"),)], 1),
    "text and nothing": ([("a",), ("a",), (b"a",), (None,)], 3),
    "shapes": ([(tf.ones([n]),) for n in (1, 2, 1, 2)], 2),
    "dtypes": ([(tf.constant(1),), (ONE,), (tf.constant(2.0),)], 2),
    "arrays count as tensors": ([(np.ones(2),), (np.zeros(2),), (np.float64(3.0),)], 2),
    "structures": ([([1, 2],), ((1, 2),), ([1, 2],), ([ONE, 2],), ([TWO, 2],)], 4),
    "dictionaries": ([({"a": ONE},), ({"a": ONE},), ({"b": ONE},)], 2),
    "objects by identity": ([(SOMETHING,), (SOMETHING,), (OTHER,)], 2),
    "types": ([(tf.float32,), (tf.float32,), (int,), (tf.int32,)], 3),
    "default written out": ([(1,), (1, 5), (1, 6)], 2),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_traces_once_per_signature(name):
    calls, expected = SIGNATURES[name]
    function, runs = counted(lambda x, y=5: None)
    for _ in range(2):
        for arguments in calls:
            function(*arguments)
    assert len(runs) == expected
    assert function.experimental_get_tracing_count() == expected


def test_named_arguments_are_the_same_signature():
    function, runs = counted(lambda x, y=2.0, *, z=1.0: x - y * z)
    results = [
        function(ONE),
        function(x=ONE),
        function(ONE, 2.0),
        function(ONE, z=1.0),
        function(y=2.0, x=ONE),
    ]
    assert numbers(results) == [-1.0] * 5
    assert len(runs) == 1
    a, b = tf.constant(10.0), tf.constant(3.0)
    assert numbers([function(a, b), function(y=b, x=a), function(x=a, y=b)]) == [7.0] * 3
    assert len(runs) == 2


def test_signatures_are_bounded_and_forgotten_with_their_objects():
    function, runs = counted(lambda x: None)
    for number in range(100):
        function(number)
    assert len(function._replays) <= 64
    function(99)
    assert len(runs) == 100
    thing = Adder(1)
    function(thing)
    before = len(function._replays)
    del thing
    gc.collect()
    assert len(function._replays) == before - 1


def test_variables_are_told_apart():
    v, w = tf.Variable(1.0), tf.Variable(10.0)
    double = tf.function(lambda variable: variable.assign(variable * 2.0))
    assert numbers([double(v), double(w), double(v)]) == [2.0, 20.0, 4.0]


# What goes in and comes out.

RESULTS = {
    "number": (lambda: 1, 1),
    "text": (lambda: "a", b"a"),
    "nothing": (lambda: None, None),
    "list": (lambda: [1, (2.5, None)], [1, (2.5, None)]),
    "dictionary": (lambda: {"b": ONE + 1, "a": []}, {"b": 2.0, "a": []}),
    "array": (lambda: np.ones(2), [1.0, 1.0]),
    "constant": (lambda: tf.zeros([2]), [0.0, 0.0]),
    "twice the same": (lambda: (ONE, ONE), (1.0, 1.0)),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results(name):
    make, expected = RESULTS[name]
    function = tf.function(make)
    for _ in range(2):
        assert numbers(function()) == expected


def test_results_are_new_tensors():
    same = tf.function(lambda x: x)
    assert same(ONE) is not ONE
    v = tf.Variable(1.0)
    read = tf.function(lambda: v)
    before = read()
    v.assign(2.0)
    assert type(before) is tf.Tensor
    assert numbers([before, read()]) == [1.0, 2.0]


def test_named_tuples_and_nested_arguments():
    function, runs = counted(lambda d: d["a"] + d["b"][0] * d["c"])
    for a in (1, 2):
        result = function({"c": 3, "a": tf.constant(a), "b": [tf.constant(2)]})
        assert int(result) == a + 6
    assert len(runs) == 1


def test_captured_tensors_and_variables():
    x, v = tf.constant([1.0, 2.0]), tf.Variable(3.0)
    pending = x * 2.0
    function = tf.function(lambda: tf.reduce_sum(pending) * v)
    assert float(function()) == 18.0
    v.assign(1.0)
    assert float(function()) == 6.0
    concrete = function.get_concrete_function()
    assert concrete.variables == (v,)
    assert len(concrete.captured_inputs) == 2


# Variables.


def test_assignments_chain_and_are_seen_in_order():
    v = tf.Variable(1.0)

    @tf.function
    def step(x):
        first = v + 0.0
        v.assign_add(x)
        second = v * 10.0
        v.assign(v * 2.0)
        return first, second, v

    assert numbers(step(tf.constant(1.0))) == (1.0, 20.0, 4.0)
    assert float(v) == 4.0
    assert numbers(step(tf.constant(1.0))) == (4.0, 50.0, 10.0)
    assert float(v) == 10.0


def test_variables_stay_untouched_while_tracing():
    v = tf.Variable(1.0)
    seen = []

    @tf.function
    def step():
        v.assign(5.0)
        with tf.init_scope():
            seen.append(float(v))
        raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        step()
    assert seen == [1.0]
    assert float(v) == 1.0


ALIASES = {
    "value": lambda v: v.value(),
    "pending": lambda v: v * 1.0,
    "array": lambda v: v.numpy(),
    "node": lambda v: v.node,
    "slice": lambda v: v[:1],
    "view": lambda v: v.node.value[:1],
}


@pytest.mark.parametrize("name", ALIASES)
def test_what_was_read_before_an_update_keeps_its_value(name):
    v = tf.Variable([1.0, 2.0])
    step = tf.function(lambda: v.assign_add([1.0, 1.0], read_value=False))
    step()
    held = ALIASES[name](v)
    step()
    step()
    value = held.value if name == "node" else held
    np.testing.assert_array_equal(np.asarray(value)[:1], [2.0])
    np.testing.assert_array_equal(v.numpy(), [4.0, 5.0])


def test_updates_are_in_place_when_nobody_holds_the_value():
    v = tf.Variable(tf.zeros([1000]))
    step = tf.function(lambda: v.assign_add(tf.ones([1000]), read_value=False))
    step()
    step()
    buffer = v.node.value.ctypes.data
    for _ in range(5):
        step()
        assert v.node.value.ctypes.data == buffer
    assert float(v[0]) == 7.0


def test_two_variables_swap():
    v, w = tf.Variable(1.0), tf.Variable(2.0)

    @tf.function
    def swap():
        old = v.value()
        v.assign(w)
        w.assign(old)

    swap()
    assert (float(v), float(w)) == (2.0, 1.0)
    swap()
    assert (float(v), float(w)) == (1.0, 2.0)


def test_results_of_an_update_keep_their_value():
    v = tf.Variable([1.0])

    @tf.function
    def step():
        old = v.value()
        v.assign_add([1.0])
        return old, v.value()

    first = step()
    second = step()
    assert numbers(first) == ([1.0], [2.0])
    assert numbers(second) == ([2.0], [3.0])


def test_eager_and_replayed_assignments_mix():
    v = tf.Variable(1.0)
    double = tf.function(lambda: v.assign(v * 2.0))
    for expected in (4.0, 10.0, 22.0):
        v.assign_add(1.0)
        double()
        assert float(v) == expected
        if expected == 4.0:
            v.assign_sub(0.0)


def test_variable_made_on_the_first_call():
    class Scale:
        weight = None
        runs = 0

        @tf.function
        def __call__(self, x):
            self.runs += 1
            if self.weight is None:
                self.weight = tf.Variable(x * 3.0)
            return self.weight * x

    scale = Scale()
    assert numbers([scale(ONE), scale(tf.constant(2.0))]) == [3.0, 6.0]
    assert scale.runs == 2  # once to make the variable, once to trace


def test_variables_made_at_each_call_are_an_error():
    @tf.function
    def makes():
        return tf.Variable(1.0) + 1.0

    with pytest.raises(ValueError, match="singleton tf.Variables created on the first call"):
        makes()


def test_layers_and_optimizers_are_built_on_the_first_call():
    tf.keras.utils.set_random_seed(1)
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    optimizer = tf.keras.optimizers.Adam(0.01)
    runs = []

    @tf.function
    def step(x):
        runs.append(1)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(x) ** 2)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    losses = [float(step(tf.ones([4, 2]))) for _ in range(5)]
    assert len(runs) == 2
    assert int(optimizer.iterations) == 5
    assert losses[-1] < losses[0]


# Methods.


class Counter:
    def __init__(self):
        self.total = tf.Variable(0)
        self.runs = 0

    @tf.function
    def add(self, amount, times=1):
        """Add an amount."""
        self.runs += 1
        return self.total.assign_add(amount * times)


def test_methods_are_traced_per_instance():
    one, other = Counter(), Counter()
    for _ in range(3):
        one.add(tf.constant(2))
        other.add(tf.constant(1), times=3)
    assert (int(one.total), int(other.total)) == (6, 9)
    assert (one.runs, other.runs) == (1, 1)
    assert one.add.experimental_get_tracing_count() == 1
    assert one.add.__name__ == "add"
    assert str(inspect.signature(one.add)) == "(amount, times=1)"
    assert int(Counter().add(tf.constant(7))) == 7


def test_methods_do_not_keep_their_instance():
    counter = Counter()
    counter.add(tf.constant(1))
    total, reference = weakref.ref(counter.total), weakref.ref(counter)
    del counter
    gc.collect()
    assert reference() is None
    assert total() is None


# Python in the function.


def test_side_effects_happen_while_tracing_only(capsys):
    @tf.function
    def noisy(x):
        print("tracing", x)
        tf.print("x =", x, output_stream=sys.stdout)
        return x + 1

    for number in (1, 2):
        assert int(noisy(tf.constant(number))) == number + 1
    printed = capsys.readouterr().out.splitlines()
    assert printed == ['tracing Tensor("input:0", shape=(), dtype=int32)', "x = 1", "x = 2"]


def test_python_that_needs_a_value_runs_the_function_as_it_is():
    @tf.function
    def magnitude(x):
        if x > 0:
            return x
        return -x

    with pytest.warns(UserWarning, match=r"'magnitude' runs as ordinary code.*if x > 0") as caught:
        assert float(magnitude(tf.constant(-3.0))) == 3.0
    assert caught[0].filename == __file__
    assert numbers([magnitude(tf.constant(-2.0)), magnitude(tf.constant(2.0))]) == [2.0, 2.0]


NEEDS = {
    "numpy": lambda x: x.numpy() + 1,
    "float": lambda x: float(x),
    "shape": lambda x: tf.zeros([tf.cast(x, tf.int32)]),
    "iteration over data": lambda x: next(iter(tf.data.Dataset.from_tensors(x))),
    "py_function": lambda x: tf.py_function(lambda y: y + 1, [x], tf.float32),
    "mask": lambda x: tf.boolean_mask([1.0, 2.0], [True, True] & (x > 0)),
    "try": lambda x: swallow(lambda: float(x)),
}


def swallow(function):
    try:
        return function()
    except Exception:
        return None


@pytest.mark.parametrize("name", NEEDS)
def test_needed_values(name):
    function = tf.function(NEEDS[name])
    with pytest.warns(UserWarning, match="runs as ordinary code"):
        first = function(tf.constant(1.0))
    expected = tf.nest.map_structure(tf.convert_to_tensor, NEEDS[name](tf.constant(1.0)))
    for result in (first, function(tf.constant(1.0))):
        np.testing.assert_array_equal(result, expected)


def test_known_values_do_not_stop_a_trace():
    function, runs = counted(
        lambda x: x * float(tf.constant(2.0)) if tf.constant(1) > 0 else x.numpy()
    )
    assert numbers([function(ONE), function(ONE)]) == [2.0, 2.0]
    assert len(runs) == 1


def test_errors_pass_through():
    def fails(x):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        tf.function(fails)(ONE)
    with pytest.raises(tf.errors.ShapeError):
        tf.function(lambda x: x @ x)(tf.ones([2, 3]))
    gather = tf.function(lambda x, i: tf.gather(x, i))
    assert float(gather([1.0, 2.0], tf.constant(1))) == 2.0
    with pytest.raises(tf.errors.OutOfRangeError):
        gather([1.0, 2.0], tf.constant(5))


def test_failing_runs_leave_variables_as_they_were():
    v = tf.Variable([1.0, 2.0])

    @tf.function
    def step(i):
        v.assign_add([1.0, 1.0])
        return tf.gather(v, i)

    step(tf.constant(0))
    for _ in range(2):
        with pytest.raises(tf.errors.OutOfRangeError):
            step(tf.constant(9))
    assert v.numpy().tolist() == [2.0, 3.0]
    step(tf.constant(0))
    assert v.numpy().tolist() == [3.0, 4.0]


def test_traced_tensors_are_out_of_scope_outside():
    leaked = []
    function = tf.function(lambda x: (leaked.append(x + 1), x)[1])
    function(ONE)
    with pytest.raises(TypeError, match="out of scope"):
        leaked[0].numpy()
    assert float(ONE + 1) == 2.0


def test_executing_eagerly():
    seen = []
    function = tf.function(lambda: seen.append(tf.executing_eagerly()))
    function()
    assert seen == [False]
    assert tf.executing_eagerly()


def test_run_functions_eagerly():
    function, runs = counted(lambda x: x + 1)
    tf.config.run_functions_eagerly(True)
    try:
        assert tf.config.functions_run_eagerly()
        function(ONE)
        function(ONE)
        assert len(runs) == 2
    finally:
        tf.config.run_functions_eagerly(False)


# Tapes and nesting.


def test_gradient_within_a_function():
    w = tf.Variable([[0.5], [-0.5]])

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ w - y))
        w.assign_sub(0.1 * tape.gradient(loss, w))
        return loss

    def eager(x, y, w):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ w - y))
        w.assign_sub(0.1 * tape.gradient(loss, w))
        return loss

    x, y = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[1.0], [2.0]])
    other = tf.Variable([[0.5], [-0.5]])
    for _ in range(5):
        np.testing.assert_allclose(step(x, y), eager(x, y, other), rtol=1e-5)
    np.testing.assert_allclose(w, other, rtol=1e-5)


def test_gradient_from_outside():
    v = tf.Variable(3.0)
    cube = tf.function(lambda x: x**3 * v)
    x = tf.constant(2.0)
    cube(x)
    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = cube(x)
        assert numbers(tape.gradient(y, [x, v])) == [36.0, 8.0]


def test_second_gradient_within_a_function():
    @tf.function
    def second(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = x**4
            slope = inner.gradient(y, x)
        return outer.gradient(slope, x)

    assert numbers([second(tf.constant(2.0)), second(tf.constant(1.0))]) == [48.0, 12.0]


def test_nested_functions():
    inner, runs = counted(lambda x: x * 2.0)
    v = tf.Variable(0.0)

    @tf.function
    def outer(x):
        v.assign(inner(x) + inner(x + 1.0))
        return inner(v)

    assert numbers([outer(ONE), outer(ONE)]) == [12.0, 12.0]
    count = len(runs)
    outer(ONE)
    assert len(runs) == count


def test_custom_gradients_within_a_function():
    @tf.custom_gradient
    def clipped(x):
        return x, lambda upstream: tf.clip_by_value(upstream, -1.0, 1.0)

    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = clipped(x) * 5.0
        return tape.gradient(y, x)

    assert numbers([slope(ONE), slope(TWO)]) == [1.0, [1.0, 1.0]]


# Random numbers and optimizers: what is supplied to each call.


def test_random_numbers_are_new_at_each_call():
    draw = tf.function(lambda: (tf.random.uniform([2]), tf.random.normal([2], seed=3)))
    sequences = []
    for _ in range(2):
        tf.random.set_seed(5)
        sequences.append([numbers(draw()) for _ in range(3)])
    assert sequences[0] == sequences[1]
    assert len({str(each) for each in sequences[0]}) == 3
    tf.random.set_seed(5)
    eager = tf.random.normal([2], seed=3)
    np.testing.assert_array_equal(eager, sequences[0][0][1])


def test_dropout_is_new_at_each_call():
    layer = tf.keras.layers.Dropout(0.5)
    call = tf.function(lambda x: layer(x, training=True))
    x = tf.ones([100])
    assert numbers(call(x)) != numbers(call(x))


OPTIMIZERS = {
    "sgd": lambda: tf.keras.optimizers.SGD(0.1),
    "momentum": lambda: tf.keras.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.1),
    "adam": lambda: tf.keras.optimizers.Adam(0.1),
    "nadam": lambda: tf.keras.optimizers.Nadam(0.1),
    "decay": lambda: tf.keras.optimizers.Adam(0.1, decay=0.5),
    "schedule": lambda: tf.keras.optimizers.RMSprop(
        tf.keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    ),
    "average": lambda: tf.keras.optimizers.SGD(
        0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2
    ),
    "clipping": lambda: tf.keras.optimizers.SGD(0.1, global_clipnorm=0.5),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("times", [1, 2])
def test_optimizers_count_their_steps(name, times):
    results = []
    for decorate in (lambda function: function, tf.function):
        v, optimizer = tf.Variable([1.0, -2.0]), OPTIMIZERS[name]()

        @decorate
        def step(v=v, optimizer=optimizer):
            for _ in range(times):
                optimizer.apply_gradients([(v * 2.0, v)])

        values = []
        for _ in range(5):
            step()
            values.append(v.numpy().tolist())
        assert int(optimizer.iterations) == 5 * times
        results.append(values)
    np.testing.assert_allclose(results[0], results[1], rtol=1e-5)


def test_learning_rate_can_be_changed_between_calls():
    v, optimizer = tf.Variable(0.0), tf.keras.optimizers.SGD(1.0)
    step = tf.function(lambda: optimizer.apply_gradients([(tf.constant(1.0), v)]))
    step()
    optimizer.learning_rate = 0.5
    step()
    optimizer.learning_rate.assign(0.25)
    step()
    assert float(v) == -1.75


def test_schedules_are_read_at_each_call():
    schedule = tf.keras.optimizers.schedules.PiecewiseConstantDecay([0, 1], [1.0, 0.5, 0.25])
    v, optimizer = tf.Variable(0.0), tf.keras.optimizers.SGD(schedule)

    @tf.function
    def step():
        rate = optimizer.learning_rate
        optimizer.apply_gradients([(tf.constant(1.0), v)])
        return rate

    assert numbers([step(), step(), step()]) == [1.0, 0.5, 0.25]
    assert float(v) == -1.75


# Signatures given by hand.


def test_input_signature_converts_and_checks():
    function = tf.function(
        lambda x: tf.reduce_sum(x), input_signature=[tf.TensorSpec([None], tf.float32)]
    )
    assert numbers([function([1, 2]), function(np.ones(3)), function(x=tf.ones(4))]) == [3, 3, 4]
    wrong = {
        r"Can not cast TensorSpec\(shape=\(2,\), dtype=tf.int32": (tf.constant([1, 2]),),
        r"Can not cast TensorSpec\(shape=\(2, 2\)": (tf.ones([2, 2]),),
        "missing a required argument: 'x'": (),
        "too many positional arguments": (TWO, TWO),
    }
    for message, arguments in wrong.items():
        with pytest.raises(TypeError, match=f"Binding inputs to tf.function failed.*{message}"):
            function(*arguments)


def test_concrete_functions():
    function, runs = counted(lambda x, y=2.0: {"a": x * y, "b": None})
    concrete = function.get_concrete_function(tf.TensorSpec([2], tf.float32))
    spec = tf.TensorSpec([2], tf.float32)
    assert concrete.structured_outputs == {"a": spec, "b": None}
    assert (concrete.inputs, concrete.outputs) == ([spec], [spec])
    assert concrete.output_shapes == {"a": tf.TensorShape([2]), "b": None}
    assert concrete.output_dtypes == {"a": tf.float32, "b": None}
    assert concrete.captured_inputs[:1] == [np.float32(2.0)]
    assert (
        numbers([concrete(TWO), concrete(x=TWO), function(TWO)])
        == [{"a": [2.0, 4.0], "b": None}] * 3
    )
    assert len(runs) == 1
    bound = Counter().add.get_concrete_function(tf.TensorSpec([], tf.int32))
    assert bound.inputs == [tf.TensorSpec([], tf.int32)]


def test_decorator_forms():
    @tf.function(jit_compile=True, reduce_retracing=True, autograph=False)
    def documented(x: int) -> int:
        """What it does."""
        return x

    assert documented.__name__ == "documented"
    assert documented.__doc__ == "What it does."
    assert documented.python_function(3) == 3
    assert repr(documented) == "<tf.function documented>"
    with pytest.raises(ValueError, match="expected a function"):
        tf.function(3)
    assert int(tf.function(Adder(4))(1)) == 5


class Adder:
    def __init__(self, amount):
        self.amount = amount

    def __call__(self, x):
        return x + self.amount


# Threads.


def test_threads_share_a_function():
    weights = tf.Variable(tf.ones([50]))
    function, runs = counted(lambda x: tf.reduce_sum(weights * x))
    found: dict[int, list[float]] = {}

    def work(number):
        x = tf.fill([50], float(number))
        found[number] = [float(function(x)) for _ in range(50)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [50.0 * number] * 50 for number in range(8)}
    assert len(runs) == 1


def test_readers_never_see_half_an_update():
    size = 200_000
    v = tf.Variable(tf.zeros([size]))
    step = tf.function(lambda: v.assign_add(tf.ones([size]), read_value=False))
    step()
    stop = threading.Event()
    torn = []

    def read():
        while not stop.is_set():
            for value in (v.numpy(), (v * 1.0).numpy(), v.value().numpy()):
                if value[0] != value[-1] or value.min() != value.max():
                    torn.append(value)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(200):
        step()
    stop.set()
    for thread in threads:
        thread.join()
    assert not torn
    assert float(v[0]) == 201.0


def test_two_threads_may_update_one_variable():
    v = tf.Variable(0.0)
    step = tf.function(lambda: v.assign_add(1.0, read_value=False))
    step()
    threads = [threading.Thread(target=lambda: [step() for _ in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert float(v) == 2001.0


def test_memory_stays_flat():
    v = tf.Variable(tf.zeros([100]))

    @tf.function
    def step(x):
        v.assign_add(x)
        return tf.reduce_sum(v)

    x = tf.ones([100])
    for _ in range(10):
        step(x)
    gc.collect()
    before = sum(isinstance(each, Node | tf.Tensor) for each in gc.get_objects())
    for _ in range(2000):
        step(x)
    gc.collect()
    after = sum(isinstance(each, Node | tf.Tensor) for each in gc.get_objects())
    assert after - before < 10


# Many calls in one run.


def test_repeat_runs_many_steps():
    x = np.arange(12.0, dtype=np.float32).reshape(6, 2)
    results = []
    for at_once in (False, True):
        tf.random.set_seed(2)
        v, optimizer = tf.Variable([1.0, 1.0]), tf.keras.optimizers.Adam(0.1, decay=0.1)

        @tf.function
        def step(row, v=v, optimizer=optimizer):
            optimizer.apply_gradients([(row * v + tf.random.uniform([2]), v)])
            return tf.reduce_sum(v)

        step(tf.constant(x[0]))
        if at_once:
            (replay,) = step._replays.values()
            last = replay.repeat([x[1:]], [x.strides[0]], 5)
        else:
            last = [step(tf.constant(row)) for row in x[1:]][-1]
        results.append([float(last), *v.numpy(), int(optimizer.iterations)])
    np.testing.assert_allclose(results[0], results[1], rtol=1e-5)
