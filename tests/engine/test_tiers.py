"""How often a graph was seen decides which engine runs it."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import textwrap
import time
import weakref

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.engine import history, programs, realize, tiers
from glassbrook.engine.capture import capture
from glassbrook.engine.recipe import Recipe
from glassbrook.errors import OutOfRangeError
from glassbrook.graph import build
from glassbrook.graph.node import unique_nodes
from tests.cases import CASES


@pytest.fixture(autouse=True)
def _fresh(monkeypatch) -> None:
    # What other tests left pending would join in the first run.
    float(tf.exp(1.0))
    tiers.clear()
    monkeypatch.setattr(tf.config, "engine", "auto")


class Spy:
    """Counts what is compiled and what programs run."""

    def __init__(self, monkeypatch) -> None:
        self.compiled = 0
        self.runs = 0
        original = programs.compiled

        def compiled(graph):
            self.compiled += 1
            program = original(graph)
            run = program.run

            def counted(arrays):
                self.runs += 1
                return run(arrays)

            program.run = counted
            return program

        monkeypatch.setattr(programs, "compiled", compiled)


@pytest.fixture
def spy(monkeypatch) -> Spy:
    return Spy(monkeypatch)


X = np.linspace(-1, 1, 4096, dtype=np.float32)


def look(x: np.ndarray = X, factor: float = 2.0, offset: float = 1.0) -> np.ndarray:
    x = tf.constant(x)
    return tf.tanh(x * factor + offset + tf.sin(x)).numpy()


def expected(x: np.ndarray = X, factor: float = 2.0, offset: float = 1.0) -> np.ndarray:
    return np.tanh(x * np.float32(factor) + np.float32(offset) + np.sin(x))


class TestSightings:
    def test_a_graph_is_compiled_when_it_is_seen_again_and_then_takes_over(self, spy) -> None:
        for sighting in range(1, 12):
            np.testing.assert_allclose(look(), expected(), rtol=1e-5)
            assert spy.runs == max(0, sighting - tiers.RUN_AT + 1)
        assert spy.compiled == 1

    def test_a_single_look_compiles_nothing(self, spy) -> None:
        look()
        look(X[:5000].astype(np.float64))
        assert tiers.statistics() == {"graphs": 2, "compiled": 0}
        assert spy.compiled == 0

    def test_numbers_are_no_part_of_the_key(self, spy) -> None:
        for turn in range(20):
            found = look(factor=0.1 * turn, offset=-turn)
            np.testing.assert_allclose(found, expected(X, 0.1 * turn, -turn), rtol=1e-5, atol=1e-6)
        assert tiers.statistics()["graphs"] == 1
        assert spy.compiled == 1

    def test_shapes_types_and_sharing_are(self) -> None:
        look()
        look(X[:4095])
        look(X.astype(np.float64))
        x, y = tf.constant(X), tf.constant(X)
        _ = tf.exp(x + x).numpy()
        _ = tf.exp(x + y).numpy()
        assert tiers.statistics()["graphs"] == 5

    def test_tiny_graphs_stay_in_the_interpreter(self, spy) -> None:
        for _ in range(20):
            _ = (tf.constant([1.0, 2.0]) + 1.0).numpy()
        assert spy.compiled == 0

    def test_the_interpreter_by_choice(self, spy, monkeypatch) -> None:
        monkeypatch.setattr(tf.config, "engine", "interpreter")
        for _ in range(20):
            look()
        assert spy.compiled == 0
        assert tiers.statistics()["graphs"] == 0

    def test_the_compiler_by_choice(self, spy, monkeypatch) -> None:
        monkeypatch.setattr(tf.config, "engine", "compiler")
        for turn in range(1, 4):
            np.testing.assert_allclose(look(), expected(), rtol=1e-5)
            assert spy.runs == turn
        assert spy.compiled == 1

    def test_a_schedule_compiles_nothing_new(self, spy, monkeypatch) -> None:
        monkeypatch.setattr(tf.config, "engine", "compiler")
        v = tf.Variable(X)
        optimizer = tf.keras.optimizers.SGD(0.1)

        def step() -> None:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(v - 1.0))
            optimizer.apply_gradients([(tape.gradient(loss, v), v)])

        for _ in range(3):
            step()
        compiled = spy.compiled
        for turn in range(10):
            optimizer.learning_rate = 0.1 / (1 + turn // 2)
            step()
        # Assigning the rate is a graph too, and a tiny one.
        assert spy.compiled <= compiled + 1

    def test_results_do_not_depend_on_how_long_compiling_takes(self, monkeypatch) -> None:
        original = programs.compiled
        found = []
        for delay in (0.0, 0.3):

            def slow(graph, delay=delay):
                time.sleep(delay)
                return original(graph)

            monkeypatch.setattr(programs, "compiled", slow)
            tiers.clear()
            found.append([look(X * turn) for turn in range(12)])
        assert all(np.array_equal(one, other) for one, other in zip(*found, strict=True))


class TestKeys:
    def key(self, node) -> object:
        return capture([node], 1).key

    def test_equal_numbers_of_different_types_are_told_apart(self) -> None:
        x = build.data(np.ones((2, 2), np.float32))
        values = [0, 0.0, -0.0, False, 1, 1.0, True]
        with unique_nodes():
            keys = {
                self.key(build.pad(x, ((1, 1), (1, 1)), value)): repr(value) for value in values
            }
            assert list(keys.values()) == list(map(repr, values))
            keys = {
                self.key(
                    build.neg(
                        build.emit("constant", (), {"value": v, "dtype": tf.float32, "shape": ()})
                    )
                )
                for v in values
            }
        assert len(keys) == len(values)

    def test_no_attribute_but_value_is_a_float(self) -> None:
        # Their zeros and ones would have to be told apart from others.
        for case in CASES:
            node = case.make(*(build.data(array) for array in case.inputs))
            for name, value in node.attrs.items():
                assert name == "value" or not isinstance(value, float)

    def test_constants_with_and_without_a_value_are_the_same_program(self) -> None:
        x = build.data(X)

        def make():
            return build.exp(build.add(x, build.constant(1.0, tf.float32)))

        with unique_nodes():
            before = self.key(make())
            node = make()
            realize([node.inputs[0].inputs[1]])
            assert node.inputs[0].inputs[1].value is not None
            assert self.key(node) == before

    def test_the_order_in_which_leaves_were_made_does_not_matter(self) -> None:
        one, two = build.data(X), build.data(X)
        with unique_nodes():
            assert self.key(build.sub(one, two)) == self.key(build.sub(two, one))
            assert self.key(build.sub(one, two)) != self.key(build.sub(one, one))

    def test_a_rule_is_no_part_of_the_key_and_is_not_kept(self) -> None:
        @tf.custom_gradient
        def double(x):
            return x * 2.0, lambda upstream: upstream * 2.0

        x = tf.constant(X)
        node = double(x).node
        rule = weakref.ref(node.attrs["rule"])
        realize([node])
        _ = double(x).numpy()
        assert tiers.statistics()["graphs"] == 1
        del node
        gc.collect()
        assert rule() is None


class TestBounds:
    def test_the_number_of_programs(self, monkeypatch) -> None:
        monkeypatch.setattr(tiers, "MOST_PROGRAMS", 5)
        for size in range(1, 20):
            look(X[:size])
        assert tiers.statistics()["graphs"] == 5
        look(X[:19])
        assert tiers.statistics()["graphs"] == 5

    def test_the_number_of_nodes(self, monkeypatch) -> None:
        monkeypatch.setattr(tiers, "MOST_NODES", 20)
        for size in range(1, 20):
            look(X[:size])
        assert tiers.statistics()["graphs"] == 4

    def test_the_one_that_is_in_use_stays(self, monkeypatch, spy) -> None:
        monkeypatch.setattr(tiers, "MOST_PROGRAMS", 3)
        for size in range(1, 20):
            look()
            look(X[:size])
        assert spy.compiled == 1
        assert spy.runs == 19 - tiers.RUN_AT + 1

    def test_arrays_are_not_kept(self) -> None:
        x = tf.constant(X.copy())
        array = weakref.ref(x.node.value)
        for _ in range(10):
            _ = tf.tanh(tf.exp(x) + tf.sin(x) + 1.0).numpy()
        del x
        gc.collect()
        assert array() is None


class TestFailures:
    def test_errors_are_those_of_the_interpreter(self, monkeypatch) -> None:
        def bad() -> None:
            x = tf.constant(X)
            tf.tanh(tf.gather(x, [5000]) + tf.reduce_sum(tf.sin(x))).numpy()

        messages = []
        for engine in ("interpreter", "compiler"):
            monkeypatch.setattr(tf.config, "engine", engine)
            with pytest.raises(OutOfRangeError) as error:
                bad()
            messages.append(str(error.value))
        assert messages[0] == messages[1]

    def test_a_graph_that_cannot_be_compiled_stays_in_the_interpreter(self, monkeypatch) -> None:
        calls = []

        def failing(graph):
            calls.append(graph)
            raise ValueError("no such luck")

        monkeypatch.setattr(programs, "compiled", failing)
        for _ in range(12):
            np.testing.assert_allclose(look(), expected(), rtol=1e-5)
        assert len(calls) == 1

    def test_in_debug_mode_it_is_an_error(self, monkeypatch) -> None:
        def failing(graph):
            raise ValueError("no such luck")

        monkeypatch.setattr(programs, "compiled", failing)
        monkeypatch.setattr(tf.config, "engine", "compiler")
        monkeypatch.setattr(tf.config, "debug", True)
        with pytest.raises(RuntimeError, match="could not be compiled"):
            look()

    def test_a_program_that_fails_is_replaced_by_the_interpreter(self, monkeypatch) -> None:
        monkeypatch.setattr(tf.config, "engine", "compiler")
        v = tf.Variable(X)
        original = programs.compiled

        def compiled(graph):
            program = original(graph)

            def run(arrays):
                raise MemoryError

            program.run = run
            return program

        monkeypatch.setattr(programs, "compiled", compiled)
        for turn in range(1, 4):
            v.assign_add(tf.sin(v) * 0.0 + 1.0)
            np.testing.assert_allclose(v.numpy(), X + turn, rtol=1e-6)

    @pytest.mark.parametrize("done", [False, True])
    def test_an_interrupt_leaves_variables_as_they_were_or_as_they_are_to_be(
        self, monkeypatch, done
    ) -> None:
        monkeypatch.setattr(tf.config, "engine", "compiler")
        v = tf.Variable(X)
        original = programs.compiled
        interrupts = []

        def compiled(graph):
            program = original(graph)
            real = program.run

            def run(arrays):
                if not interrupts:
                    return real(arrays)
                error = interrupts.pop()
                if done:
                    error.results = real(arrays)
                raise error

            program.run = run
            return program

        monkeypatch.setattr(programs, "compiled", compiled)
        for _ in range(2):
            v.assign_add(tf.ones_like(v) + tf.zeros_like(v))
            v.numpy()
        interrupts.append(KeyboardInterrupt())
        v.assign_add(tf.ones_like(v) + tf.zeros_like(v))
        with pytest.raises(KeyboardInterrupt):
            v.numpy()
        np.testing.assert_allclose(v.numpy(), X + 3, rtol=1e-6)

    def test_another_holders_failure_hides_nothing(self, monkeypatch) -> None:
        monkeypatch.setattr(tf.config, "engine", "compiler")
        for _ in range(3):
            x = tf.constant(X)
            bad = tf.gather(x, [-1])
            np.testing.assert_allclose(tf.tanh(x * 2.0).numpy(), np.tanh(X * 2), rtol=1e-5)
            with pytest.raises(OutOfRangeError):
                bad.numpy()


class TestHistory:
    def test_pinned_nodes_keep_their_inputs_until_the_tape_is_gone(self, monkeypatch) -> None:
        monkeypatch.setattr(tf.config, "engine", "compiler")
        x = tf.Variable(X)
        with tf.GradientTape(persistent=True) as tape:
            y = x * x + tf.sin(x)
        y.numpy()
        assert y.node.inputs
        np.testing.assert_allclose(tape.gradient(y, x), 2 * X + np.cos(X), rtol=1e-5)
        del tape
        history._remembering.sweep()
        assert not y.node.inputs

    def test_a_long_loop_keeps_nothing(self) -> None:
        v = tf.Variable(X)
        nodes = []
        for _ in range(40):
            loss = tf.reduce_mean(tf.square(v * 2.0 - 1.0))
            v.assign_sub(0.01 * v + loss * 0.0)
            nodes.append(weakref.ref(loss.node))
            nodes.append(weakref.ref(v.node))
        v.numpy()
        del loss
        gc.collect()
        assert sum(node() is not None for node in nodes) <= 3


def test_a_recipe_counts_what_reads_an_updated_variable() -> None:
    v, w = tf.Variable(X), tf.Variable(X)
    kept = tf.exp(v)  # reads it, and has a value afterwards
    inner = kept * w + v  # `kept * w` reads nothing but what has a value
    v.assign(inner)
    found = capture([v.node, kept.node], 1)
    recipe = Recipe(found)
    assert len(recipe.updates) == 1
    assert [found.order[place].op for place in recipe.private] == ["add"]


def run_script(text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("looks", [0, 2, 3, 20])
def test_a_child_process_works(looks: int) -> None:
    result = run_script(
        f"""
        import os
        import numpy as np
        import glassbrook as tf

        v = tf.Variable(np.ones(5000, np.float32))
        def step():
            v.assign(tf.tanh(v * 2.0) + tf.sin(v) * 0.0)
            return float(tf.reduce_mean(v))
        for _ in range({looks}):
            step()
        child = os.fork()
        values = [step() for _ in range(20)]
        if child:
            assert os.waitpid(child, 0)[1] == 0
        print(*values, flush=True)
        """
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == 2
    np.testing.assert_allclose(*[list(map(float, line.split())) for line in lines], rtol=1e-6)


def test_a_process_ends_cleanly_while_something_is_compiled() -> None:
    result = run_script(
        """
        import glassbrook as tf
        x = tf.random.normal([50, 50])
        for _ in range(2):
            y = x
            for _ in range(60):
                y = tf.tanh(y @ x) + tf.sin(y)
            y.numpy()
        print("done")
        """
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")


def test_an_unknown_engine_is_refused() -> None:
    result = run_script("import glassbrook", GLASSBROOK_ENGINE="turbo")
    assert result.returncode == 1
    assert "GLASSBROOK_ENGINE is 'turbo'" in result.stderr
