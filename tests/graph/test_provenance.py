"""Where a node was made: lines, layers, and operations whose gradients it is part of."""

from __future__ import annotations

import gc
import inspect
import threading

import pytest

import glassbrook as tf
from glassbrook.graph import provenance
from glassbrook.graph.node import _mode, is_shared
from glassbrook.graph.provenance import noting, place_of


def here() -> int:
    """The line that calls this."""
    return inspect.currentframe().f_back.f_lineno


class Root(tf.keras.layers.Layer):
    def call(self, inputs):
        return tf.sqrt(inputs)


LINE_OF_ROOT = inspect.getsourcelines(Root)[1] + 2


def test_nothing_is_known_unless_places_are_noted():
    x = tf.exp(tf.constant(2.0))
    assert place_of(x.node) is None
    with tf.GradientTape():
        assert place_of(tf.exp(x).node) is None


def test_the_line_is_known():
    x = tf.constant(2.0)
    with noting() as nodes:
        y, line = tf.exp(x) + 1.0, here()
    place = place_of(y.node)
    assert (place.file, place.line) == (__file__, line)
    assert place.text == "y, line = tf.exp(x) + 1.0, here()"
    assert str(place) == f"{__file__}:{line}: {place.text}"
    assert (place.layer, place.gradient_of) == ("", "")
    assert [node.op for node in nodes] == ["exp", "add"]
    assert place_of((y + 1).node) is None


def test_a_node_that_is_noted_is_its_own():
    x = tf.constant(2.0)
    shared = tf.exp(x)
    with noting():
        first, second = tf.exp(x), tf.exp(x)
    assert len({shared.node, first.node, second.node}) == 3
    assert place_of(shared.node) is None
    assert is_shared(shared.node)
    assert _mode.unique_depth == 0


def test_layers_are_known_by_their_path():
    inner = tf.keras.Sequential([tf.keras.layers.Dense(2, name="dense"), Root(name="root")])
    inner.name = "block"
    model = tf.keras.Sequential([inner], name="net")
    x = tf.ones([1, 3])
    model(x)
    with noting() as nodes:
        line = here() + 1
        model(x)
    found = {node.op: place_of(node) for node in nodes}
    assert (found["matmul"].layer, found["matmul"].layer_class) == ("net/block/dense", "Dense")
    assert found["matmul"].line == line
    assert (found["sqrt"].layer, found["sqrt"].layer_class) == ("net/block/root", "Root")
    assert (found["sqrt"].line, found["sqrt"].text) == (LINE_OF_ROOT, "return tf.sqrt(inputs)")


def test_the_first_call_names_no_layer_twice():
    layer = tf.keras.layers.Dense(2, name="dense")
    with noting() as nodes:
        layer(tf.ones([1, 3]))
    assert {place_of(node).layer for node in nodes if node.op == "matmul"} == {"dense"}


def test_functional_models_name_their_layers():
    given = tf.keras.Input((3,))
    outputs = tf.keras.layers.Dense(1, name="last")(Root(name="root")(given))
    model = tf.keras.Model(given, outputs, name="net")
    with noting() as nodes:
        model(tf.ones([2, 3]))
    assert {place_of(node).layer for node in nodes if node.op == "sqrt"} == {"net/root"}


def test_gradients_know_whose_rule_made_them():
    layer = Root(name="root")
    x = tf.Variable([4.0])
    with noting() as nodes:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(layer(x) * 3.0)
        tape.gradient(y, x)
    rules = [place_of(node).gradient_of for node in nodes]
    assert [node.op for node in nodes if place_of(node).gradient_of == "sqrt"][-1] == "div"
    assert {"", "sum", "mul", "sqrt"} == set(rules)
    div = next(node for node in nodes if node.op == "div")
    assert place_of(div).forward.layer == "root"
    assert place_of(div).forward.line == LINE_OF_ROOT


def test_sums_of_paths_belong_to_the_rule_that_gave_the_last_part():
    x = tf.Variable(3.0)
    with noting() as nodes:
        with tf.GradientTape() as tape:
            y = x * x
        tape.gradient(y, x)
    added = [place_of(node) for node in nodes if node.op == "add"]
    assert [place.gradient_of for place in added] == ["mul"]


def test_places_do_not_keep_nodes_alive():
    x = tf.constant(2.0)
    gc.collect()
    before = len(provenance._places)
    with noting() as nodes:
        tf.exp(x)
    assert len(provenance._places) == before + 1
    del nodes
    gc.collect()
    assert len(provenance._places) == before


def test_other_threads_are_left_alone():
    x = tf.constant(2.0)
    found = []
    with noting() as nodes:
        thread = threading.Thread(target=lambda: found.append(tf.exp(x)))
        thread.start()
        thread.join()
        mine = tf.exp(x)
    assert place_of(found[0].node) is None
    assert nodes == [mine.node]


def test_the_innermost_list_is_told_and_an_error_ends_the_stretch():
    x = tf.constant(2.0)
    with noting() as outer:
        with noting() as inner:
            tf.exp(x)
        with pytest.raises(tf.errors.InvalidArgumentError), noting():
            tf.matmul(x, x)
        tf.square(x)
    assert [node.op for node in inner] == ["exp"]
    assert [node.op for node in outer] == ["square"]
    assert _mode.unique_depth == 0
    assert not _mode.listeners


def test_the_public_switch():
    x = tf.constant(2.0)
    tf.debugging.enable_tracing()
    tf.debugging.enable_tracing()
    y, line = tf.exp(x), here()
    tf.debugging.disable_tracing()
    z = tf.exp(x)
    tf.debugging.disable_tracing()
    assert place_of(y.node).line == line
    assert place_of(z.node) is None
    assert _mode.unique_depth == 0


def test_noting_that_is_switched_on_within_a_stretch_outlives_it():
    x = tf.constant(2.0)
    with noting() as nodes:
        tf.debugging.enable_tracing()
    y, line = tf.exp(x), here()
    tf.debugging.disable_tracing()
    assert place_of(y.node).line == line
    assert place_of(tf.square(x).node) is None
    assert nodes == []
    assert not _mode.listeners


def test_the_check_of_numbers_and_the_switch_do_not_disturb_each_other():
    x = tf.constant(2.0)
    tf.debugging.enable_tracing()
    tf.debugging.enable_check_numerics()
    tf.debugging.disable_check_numerics()
    y = tf.exp(x)
    tf.debugging.disable_tracing()
    assert place_of(y.node) is not None
    assert place_of(tf.exp(x).node) is None


def test_long_lines_are_cut():
    text = f"y = tf.exp(x)  # {'long ' * 500}"
    names = {"tf": tf, "x": tf.constant(1.0)}
    import linecache

    linecache.cache["<made up>"] = (len(text), None, [text], "<made up>")
    with noting():
        exec(compile(text, "<made up>", "exec"), names)
    del linecache.cache["<made up>"]
    assert len(place_of(names["y"].node).text) == 200
