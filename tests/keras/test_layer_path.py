"""Errors within layers say where in the model they came up."""

from __future__ import annotations

import copy
import functools

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import layers

KIND = layers.Layer


class Product(layers.Layer):
    """A layer that fits 4 features only."""

    def call(self, inputs):
        return inputs @ tf.ones([4, 4])


class Broken(layers.Layer):
    """A layer with a mistake of its author's."""

    def call(self, inputs):
        return {}["missing"]


class Unbuildable(layers.Layer):
    def build(self, input_shape):
        raise RuntimeError("no")


class Model(tf.keras.Model):
    """A model as a class, which calls its parts by itself."""

    def __init__(self, part):
        super().__init__(name="model")
        self.part = part

    def call(self, inputs):
        return self.part(inputs)


def path_of(caught: pytest.ExceptionInfo[BaseException]) -> str:
    """The only note about a layer."""
    found = [note for note in caught.value.__notes__ if note.startswith("in layer ")]
    assert len(found) == 1, caught.value.__notes__
    return found[0]


def quiet(method):
    return functools.partial(method, verbose=0)


def nested(part: layers.Layer) -> tf.keras.Model:
    block = tf.keras.Sequential([layers.ReLU(), part], name="block")
    return tf.keras.Sequential([layers.ReLU(), block], name="network")


class TestThePath:
    def test_of_a_layer_alone(self):
        with pytest.raises(ShapeError) as caught:
            Product(name="product")(tf.ones([2, 3]))
        assert path_of(caught) == "in layer product (Product), called with float32[2, 3]"

    @pytest.mark.parametrize("way", ["call", "predict", "function"])
    @pytest.mark.parametrize("was_called", [False, True])
    def test_of_nested_models_is_complete(self, way, was_called):
        model = nested(Product(name="product"))
        model.build((None, 4))
        if was_called:
            model(np.ones([2, 4], np.float32))
        call = {"call": model, "predict": quiet(model.predict), "function": tf.function(model)}[way]
        with pytest.raises(ShapeError) as caught:
            call(np.ones([2, 3], np.float32))
        expected = "in layer network/block/product (Product), called with float32[2, 3]"
        assert path_of(caught) == expected

    def test_while_a_model_is_fitted(self):
        model = nested(layers.Dense(1, name="output"))
        model.build((None, 4))
        model.compile("sgd", "mse")
        with pytest.raises(ShapeError) as caught:
            model.fit(np.ones([8, 3]), np.ones([8, 1]), verbose=0)
        assert path_of(caught) == (
            "in layer network/block/output (Dense), called with float32[8, 3] (batch 8, features 3)"
        )

    def test_of_a_model_as_a_class(self):
        with pytest.raises(ShapeError) as caught:
            Model(nested(Product(name="product")))(tf.ones([2, 3]))
        assert path_of(caught).startswith("in layer model/network/block/product (Product)")

    def test_of_a_functional_model(self):
        inputs = tf.keras.Input((4,))
        model = tf.keras.Model(inputs, Product(name="product")(inputs), name="graph")
        with pytest.raises(ShapeError) as caught:
            tf.keras.Sequential([layers.Dense(3), model], name="outer")(tf.ones([2, 3]))
        assert path_of(caught).startswith("in layer outer/graph")

    def test_on_placeholders_says_what_is_not_known(self):
        with pytest.raises(ShapeError) as caught:
            Model(Product(name="product"))(tf.keras.Input((3,)))
        assert path_of(caught) == (
            "in layer model/product (Product), called with float32[None, 3], tried with a batch "
            "of 3"
        )
        assert not any("placeholders" in note for note in caught.value.__notes__)

    @pytest.mark.parametrize("shape", [(None, 28, 28), (3, 28, 28)])
    def test_while_a_layer_is_built(self, shape):
        part = layers.Conv2D(4, 3, name="filters")
        model = tf.keras.Sequential([layers.ReLU(), part], name="network")
        with pytest.raises(ShapeError, match=r"\[batch, height, width, channels\]") as caught:
            model.build(shape)
        sizes = ", ".join(map(str, shape))
        assert path_of(caught) == (
            f"in layer network/filters (Conv2D), built for inputs of [{sizes}]"
        )

    def test_while_shapes_are_found_out(self):
        with pytest.raises(ShapeError, match="784") as caught:
            tf.keras.Sequential(
                [tf.keras.Input((28, 28)), layers.Reshape((5, 5), name="square")], name="network"
            )
        assert path_of(caught).startswith("in layer network/square (Reshape)")

    def test_of_what_is_no_tensor(self):
        class Empty(Model):
            def call(self, inputs):
                return self.part(None)

        with pytest.raises(InvalidArgumentError) as caught:
            Empty(layers.Dense(2, name="dense"))(tf.ones([1, 2]))
        assert path_of(caught) == "in layer model/dense (Dense), called with None"


class TestErrorsOfTheUsers:
    def test_keep_their_kind_and_text(self):
        with pytest.raises(KeyError) as caught:
            nested(Broken(name="broken"))(tf.ones([2, 3]))
        assert caught.value.args == ("missing",)
        assert path_of(caught).startswith("in layer network/block/broken (Broken), called with")

    def test_in_build(self):
        with pytest.raises(RuntimeError, match="^no") as caught:
            nested(Unbuildable(name="never"))(tf.ones([2, 3]))
        assert (
            path_of(caught)
            == "in layer network/block/never (Unbuildable), built for inputs of [2, 3]"
        )

    def test_in_a_subclass_of_a_layer_that_knows_better(self):
        class Own(layers.Dense):
            def call(self, inputs):
                raise RuntimeError("mine")

        layer = Own(2)
        layer.build((None, 4))
        with pytest.raises(RuntimeError, match="mine"):
            layer(tf.ones([2, 3]))

    def test_an_error_that_is_kept_and_raised_again_does_not_grow(self):
        error = ValueError("kept")

        class Kept(layers.Layer):
            def call(self, inputs):
                raise error

        for _ in range(200):
            with pytest.raises(ValueError, match="kept"):
                nested(Kept())(tf.ones([2, 3]))
        assert len(error.__notes__) == 1
        assert len(error.__notes__[0]) < 2000

    def test_can_be_copied(self):
        with pytest.raises(ZeroDivisionError) as caught:
            layers.Lambda(lambda x: 1 / 0)(tf.ones([2]))
        assert copy.deepcopy(caught.value).__notes__ == caught.value.__notes__


class TestInputs:
    @pytest.mark.parametrize(
        ("layer", "shape", "meaning"),
        [
            (layers.Dense(2), (2, 3), "(batch 2, features 3)"),
            (layers.Dense(2), (2, 5, 3), "(batch 2, features 3)"),
            (layers.Conv1D(2, 3), (2, 9, 1), "(batch 2, steps 9, channels 1)"),
            (layers.Conv2D(2, 3), (2, 9, 8, 1), "(batch 2, height 9, width 8, channels 1)"),
            (
                layers.Conv2D(2, 3, data_format="channels_first"),
                (2, 1, 9, 8),
                "(batch 2, channels 1, height 9, width 8)",
            ),
            (layers.LSTM(2), (2, 7, 3), "(batch 2, time steps 7, features 3)"),
            (layers.Embedding(5, 2), (2, 7), "(batch 2, positions 7)"),
        ],
        ids=lambda each: type(each).__name__ if isinstance(each, KIND) else None,
    )
    def test_have_axes_with_a_meaning(self, layer, shape, meaning, monkeypatch):
        def fail(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr(type(layer), "call", fail)
        with pytest.raises(RuntimeError) as caught:
            layer(tf.zeros(shape))
        assert path_of(caught).endswith(meaning)

    def test_in_structures_are_described(self):
        with pytest.raises(KeyError) as caught:
            Broken(name="broken")({"a": tf.ones([2]), "b": [tf.ones([3], tf.int32)] * 9})
        assert path_of(caught) == (
            "in layer broken (Broken), called with {'a': float32[2], 'b': [int32[3], int32[3], "
            "int32[3], int32[3], … 5 more]}"
        )

    def test_that_fail_when_they_are_described_hide_no_error(self):
        class Odd:
            @property
            def shape(self):
                raise RuntimeError("no shape")

        with pytest.raises(InvalidArgumentError) as caught:
            Model(layers.Dense(2, name="dense"))(Odd())
        assert path_of(caught) == "in layer model (Model), called with what cannot be described"

    def test_and_names_never_make_endless_notes(self):
        block = tf.keras.Sequential([Broken()], name="n" * 10_000)
        with pytest.raises(KeyError) as caught:
            block({"k" * 10_000: tf.ones([2])})
        assert len(path_of(caught)) < 500


def test_a_layer_that_returns_nothing_is_named():
    class Silent(layers.Layer):
        def call(self, inputs):
            inputs + 1.0

    model = tf.keras.Sequential([Silent(name="silent"), layers.Dense(1)])
    with pytest.raises(InvalidArgumentError, match="'silent' .* returned None.* `return`"):
        model(tf.ones([2, 3]))
