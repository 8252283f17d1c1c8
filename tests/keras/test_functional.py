"""Functional models: what they compute, how they are taken apart, saved and refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ModelFileError, ShapeError

keras, layers = tf.keras, tf.keras.layers


def arrays(*shapes, seed=0):
    random = np.random.default_rng(seed)
    found = [random.normal(size=shape).astype(np.float32) for shape in shapes]
    return found[0] if len(found) == 1 else found


def two_inputs():
    """(x·2 - 1 + onehot(t)) twice through one layer, and the sum of what came first."""
    x, t = keras.Input((4,), name="x"), keras.Input((), dtype="int32", name="t")
    shared = layers.Dense(4, activation="tanh", name="shared")
    hidden = shared(x * 2.0 - 1.0 + tf.one_hot(t, 4))
    outputs = {"twice": shared(hidden), "sum": tf.reduce_sum(hidden, axis=1, keepdims=True)}
    return keras.Model({"x": x, "t": t}, outputs, name="two")


def expected_of_two_inputs(model, x, t):
    kernel, bias = model.get_layer("shared").get_weights()
    hidden = np.tanh((x * 2 - 1 + np.eye(4, dtype=np.float32)[t]) @ kernel + bias)
    return {"twice": np.tanh(hidden @ kernel + bias), "sum": hidden.sum(1, keepdims=True)}


class TestPlaceholders:
    def test_attributes(self):
        x = keras.Input((3, None), batch_size=2, dtype="int32", name="x")
        assert x.shape == (2, 3, None)
        assert x.shape.as_list() == [2, 3, None]
        assert x.ndim == 3
        assert x.dtype == "int32"
        assert x.name == "x"
        assert x.get_shape().rank == 3
        assert keras.backend.is_keras_tensor(x)
        assert not keras.backend.is_keras_tensor(1)

    @pytest.mark.parametrize(
        ("function", "shape"),
        [
            (lambda x: x + 1, (None, 2, 3)),
            (lambda x: 1 - x, (None, 2, 3)),
            (lambda x: x * x / 2 // 3 % 5, (None, 2, 3)),
            (lambda x: -(abs(x) ** 2), (None, 2, 3)),
            (lambda x: 2**x, (None, 2, 3)),
            (lambda x: x @ np.ones((3, 5), np.float32), (None, 2, 5)),
            (lambda x: np.ones((4, 2), np.float32) @ x, (None, 4, 3)),
            (lambda x: tf.ones([3]) * x, (None, 2, 3)),
            (lambda x: np.ones(3, np.float32) - x, (None, 2, 3)),
            (lambda x: tf.Variable(tf.ones([2, 1])) / x, (None, 2, 3)),
            (lambda x: x[:, 0], (None, 3)),
            (lambda x: x[..., None, 1:], (None, 2, 1, 2)),
            (lambda x: x[:, tf.newaxis], (None, 1, 2, 3)),
            (lambda x: x[0], (2, 3)),
            (lambda x: tf.shape(x), (3,)),
            (lambda x: tf.reshape(x, [tf.shape(x)[0], 6]), (None, 6)),
            (lambda x: tf.reshape(x, (-1, 3)), (None, 3)),
            (lambda x: tf.concat([x, x], axis=0), (None, 2, 3)),
            (lambda x: tf.unstack(x, axis=1)[0], (None, 3)),
            (lambda x: tf.map_fn(tf.reduce_sum, x), (None,)),
            (lambda x: keras.activations.relu(x), (None, 2, 3)),
            (lambda x: keras.losses.mean_squared_error(x, x), (None, 2)),
            (lambda x: keras.backend.mean(x, axis=-1), (None, 2)),
        ],
    )
    def test_operation(self, function, shape):
        x = keras.Input((2, 3))
        y = function(x)
        assert y.shape == shape
        array = arrays((5, 2, 3))
        found = keras.Model(x, y)(array)
        np.testing.assert_allclose(found, function(tf.constant(array)), rtol=1e-5, atol=1e-6)

    @pytest.mark.parametrize(
        ("compare", "dtype"),
        [
            (lambda x: x > 0, "bool"),
            (lambda x: x >= 0, "bool"),
            (lambda x: (x > 0) & (x < 1), "bool"),
            (lambda x: ~(x > 0) | (x != 0), "bool"),
            (lambda x: tf.cast(x, tf.int32), "int32"),
            (lambda x: tf.argmax(x, axis=1), "int64"),
        ],
    )
    def test_dtype(self, compare, dtype):
        x = keras.Input((3,))
        assert compare(x).dtype == dtype
        found = keras.Model(x, compare(x))(arrays((4, 3)))
        assert found.dtype.name == dtype

    def test_equality_is_identity(self):
        x, y = keras.Input((3,)), keras.Input((3,))
        assert x == x
        assert (x == y) is False
        assert x in [y, x]

    @pytest.mark.parametrize("ask", [bool, float, int, list, np.asarray, len, np.sqrt])
    def test_no_value(self, ask):
        with pytest.raises((TypeError, ValueError), match="KerasTensor"):
            ask(keras.Input((3,)))

    def test_no_numpy(self):
        assert not hasattr(keras.Input((3,)), "numpy")
        with pytest.raises(AttributeError, match="placeholder without values"):
            keras.Input((3,)).numpy()

    def test_bad_operation_says_where(self):
        with pytest.raises(ShapeError) as caught:
            keras.Input((3,)) @ keras.Input((4,))
        assert any("on placeholders of shape" in note for note in caught.value.__notes__)

    def test_placeholder_out_of_reach(self):
        x = keras.Input((3,))
        with pytest.raises(ValueError, match="placeholder"):
            tf.map_fn(lambda row: row + x, tf.ones([2, 3]))


class TestCalls:
    def test_what_it_computes(self):
        model = two_inputs()
        x, t = arrays((5, 4)), np.arange(5) % 4
        expected = expected_of_two_inputs(model, x, t)
        for found in (model({"x": x, "t": t}), model.predict({"x": x, "t": t}, verbose=0)):
            for key, value in expected.items():
                np.testing.assert_allclose(found[key], value, rtol=2e-5, atol=1e-6)

    def test_repeated_calls_are_replayed(self):
        model = two_inputs()
        x, t = tf.constant(arrays((5, 4))), tf.constant(np.arange(5, dtype=np.int32) % 4)
        results = [model({"x": x, "t": t})["twice"].numpy() for _ in range(12)]
        replays = model._inference._replays
        assert len(replays) == 1
        assert next(iter(replays.values())) is not None
        for each in results:
            np.testing.assert_allclose(each, results[0], rtol=1e-5, atol=1e-6)
        model.get_layer("shared").bias.assign_add(tf.ones([4]))
        assert np.abs(model({"x": x, "t": t})["twice"].numpy() - results[0]).max() > 0.01

    @pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
    def test_inputs_by_name(self, order):
        a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
        model = keras.Model([a, b], a - b)
        values = {"a": np.full((1, 2), 3.0), "b": np.ones((1, 2)), "unused": np.ones(1)}
        found = model({key: values[key] for key in [*order, "unused"]})
        np.testing.assert_array_equal(found, [[2, 2]])
        np.testing.assert_array_equal(model([values["a"], values["b"]]), [[2, 2]])

    def test_numbers_get_the_declared_dtype(self):
        x = keras.Input((2,), dtype="float32")
        assert keras.Model(x, x + 0)(np.array([[1, 2]])).dtype == tf.float32

    def test_a_last_axis_of_size_one_may_be_missing(self):
        x = keras.Input((1,))
        np.testing.assert_array_equal(keras.Model(x, x * 2.0)(np.ones(3)), [[2], [2], [2]])

    def test_training_reaches_layers(self):
        x = keras.Input((100,))
        model = keras.Model(x, layers.Dropout(0.5)(x))
        ones = np.ones((1, 100), np.float32)
        assert not (model(ones).numpy() == 0).any()
        assert (model(ones, training=True).numpy() == 0).any()

    def test_what_was_said_of_training_stays(self):
        x = keras.Input((100,))
        ones = np.ones((1, 100), np.float32)
        always = keras.Model(x, layers.Dropout(0.5)(x, training=True))
        never = keras.Model(x, layers.Dropout(0.5)(x, training=False))
        assert (always.predict(ones, verbose=0) == 0).any()
        assert not (never(ones, training=True).numpy() == 0).any()

    def test_making_a_model_uses_up_nothing(self):
        layer = layers.Dropout(0.5, seed=3)
        other = layers.Dropout(0.5, seed=3)
        x = keras.Input((100,))
        layer(x, training=True)
        ones = tf.ones([1, 100])
        np.testing.assert_array_equal(layer(ones, training=True), other(ones, training=True))

    def test_nested_arguments_and_outputs(self):
        class Mix(layers.Layer):
            def call(self, pair, scale=1.0, more=None):
                a, b = pair["a"], pair["b"]
                return [a * scale + b, {"more": more[0] - a}]

        x, y = keras.Input((2,)), keras.Input((2,))
        first, second = Mix()({"a": x, "b": y}, scale=3.0, more=[y])
        model = keras.Model([x, y], (first, second["more"]))
        a, b = arrays((3, 2), (3, 2))
        found = model([a, b])
        assert isinstance(found, tuple)
        np.testing.assert_allclose(found[0], a * 3 + b, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(found[1], b - a, rtol=1e-5, atol=1e-6)

    def test_model_of_models(self):
        inner_in = keras.Input((3,))
        inner = keras.Model(inner_in, layers.Dense(3)(inner_in), name="inner")
        x = keras.Input((3,))
        model = keras.Model(x, inner(inner(x)) + x)
        array = arrays((2, 3))
        kernel, bias = inner.get_weights()
        expected = (array @ kernel + bias) @ kernel + bias + array
        np.testing.assert_allclose(model(array), expected, rtol=1e-5, atol=1e-6)
        assert model.count_params() == 12
        assert len(model.weights) == 2

    def test_unknown_sizes_other_than_the_batch(self):
        x = keras.Input((None, 3))
        y = layers.Dense(2)(tf.concat([x, x], axis=1))
        assert y.shape == (None, None, 2)
        assert keras.Model(x, y)(arrays((2, 5, 3))).shape == (2, 10, 2)


class TestStructure:
    def test_names_and_parts(self):
        model = two_inputs()
        assert model.input_names == ["t", "x"]  # a dictionary is walked in the order of its keys
        assert set(model.input) == {"x", "t"}
        assert set(model.output) == {"twice", "sum"}
        assert model.output_names == ["sum", "shared"]
        assert [layer.name for layer in model.layers if layer.weights] == ["shared"]
        assert model.get_layer("shared") is model.get_layer(
            index=model.layers.index(model.get_layer("shared"))
        )
        with pytest.raises(ValueError, match="no layer is named"):
            model.get_layer("other")

    def test_features(self):
        x = keras.Input((3,))
        y = layers.Dense(2, name="out")(layers.Dense(4, activation="relu", name="hidden")(x))
        model = keras.Model(x, y)
        features = keras.Model(model.input, [layer.output for layer in model.layers])
        array = arrays((2, 3))
        kernel, bias = model.get_layer("hidden").get_weights()
        found = features(array)
        assert len(found) == 3
        np.testing.assert_allclose(found[1], np.maximum(array @ kernel + bias, 0), rtol=1e-5)
        assert model.get_layer("out").input is model.get_layer("hidden").output

    @pytest.mark.parametrize("declared", [True, False])
    def test_features_of_sequential(self, declared):
        first = [keras.Input((3,))] if declared else []
        model = keras.Sequential([*first, layers.Dense(4), layers.Dense(2)])
        array = arrays((2, 3))
        expected = model(array)
        if not declared:
            model.build((None, 3))
        head = keras.Model(model.inputs, model.layers[0].output)
        tail = keras.Model(model.layers[0].output, model.output)
        np.testing.assert_allclose(tail(head(array)), expected, rtol=1e-5, atol=1e-6)
        assert model.layers[1].input is model.layers[0].output

    def test_sequential_grows(self):
        model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(2)])
        before = model.layers[0].output
        model.pop()
        model.add(layers.Dense(7))
        assert model.output.shape == (None, 7)
        assert model.layers[0].output is before

    def test_between_layers(self):
        x = keras.Input((3,))
        hidden = layers.Dense(4)(x)
        y = layers.Dense(2)(hidden) * 2.0
        tail = keras.Model(hidden, y)
        array = arrays((2, 4))
        kernel, bias = tail.layers[-1].get_weights()
        np.testing.assert_allclose(tail(array), (array @ kernel + bias) * 2, rtol=1e-5, atol=1e-6)

    def test_subclass_made_of_placeholders(self):
        class Both(keras.Model):
            def __init__(self, units):
                x = keras.Input((3,))
                super().__init__(inputs=x, outputs=layers.Dense(units)(x), name="both")
                self.extra = layers.Dense(1)

        model = Both(2)
        assert model(np.ones((1, 3))).shape == (1, 2)
        assert model.name == "both"
        assert [type(each).__name__ for each in model.layers] == ["InputLayer", "Dense"]

    def test_names_must_differ(self):
        x = keras.Input((3,))
        y = layers.Dense(2, name="same")(layers.Dense(2, name="same")(x))
        with pytest.raises(ValueError, match='The name "same" is used 2 times'):
            keras.Model(x, y)

    def test_input_missing(self):
        x, other = keras.Input((3,)), keras.Input((3,))
        with pytest.raises(ValueError, match="Graph disconnected"):
            keras.Model(x, layers.Add()([x, other]))

    @pytest.mark.parametrize("bad", [np.ones(3), None, "x"])
    def test_what_is_no_placeholder(self, bad):
        with pytest.raises(ValueError, match="must be KerasTensors"):
            keras.Model(keras.Input((3,)), bad)

    def test_wrong_shape(self):
        x = keras.Input((3,), name="x")
        model = keras.Model(x, layers.Dense(2)(x))
        with pytest.raises(ShapeError, match="was declared with shape"):
            model(np.ones((2, 4)))
        with pytest.raises(ShapeError, match="batch axis"):
            model(np.ones(3))
        with pytest.raises(InvalidArgumentError, match="there is no 'x'"):
            model({"y": np.ones((2, 3))})

    def test_summary(self, capsys):
        keras.backend.clear_session()
        x = keras.Input((4,), name="x")
        model = keras.Model(x, layers.Dense(4)(x) + x)
        model.summary()
        text = capsys.readouterr().out
        assert "Connected to" in text
        assert "add (Add)" in text
        assert "│ dense[0][0],      │" in text
        assert "│ x[0][0]           │" in text

    def test_freezing(self):
        model = two_inputs()
        model.trainable = False
        assert not model.trainable_weights
        assert len(model.non_trainable_weights) == 2


class TablesOfPositions(tf.keras.layers.Layer):
    """Adds the first rows of a table of ten: longer inputs do not fit."""

    def call(self, inputs):
        return inputs + tf.ones((1, 10, 4))[:, : tf.shape(inputs)[1]]


class TestShortInputs:
    def test_layer_that_refuses_large_sizes(self):
        numbers = tf.keras.Input((None,), dtype="int32")
        rows = TablesOfPositions()(tf.keras.layers.Embedding(5, 4)(numbers))
        assert rows.shape == (None, None, 4)
        means = tf.keras.layers.GlobalAveragePooling1D()(rows)
        model = tf.keras.Model(numbers, [rows, means])
        for length in (3, 10):
            found = model(np.zeros((2, length), "int32"))
            row = model.layers[1].embeddings.numpy()[0] + 1
            np.testing.assert_allclose(found[0], np.broadcast_to(row, (2, length, 4)), rtol=1e-6)
            np.testing.assert_allclose(found[1], np.broadcast_to(row, (2, 4)), rtol=1e-6)

    def test_what_fits_no_size_is_refused_as_ever(self):
        with pytest.raises(ShapeError, match="cannot be broadcast"):
            TablesOfPositions()(tf.keras.Input((None, 3)))


class TestTraining:
    def compiled(self, **options):
        x = keras.Input((3,))
        model = keras.Model(x, [layers.Dense(1, name="a")(x), layers.Dense(2, name="b")(x)])
        model.compile(optimizer=keras.optimizers.SGD(0.0), **options)
        return model

    def losses(self, model, x, a, b):
        first, second = model.predict(x, verbose=0)
        return np.mean((first - a) ** 2), np.mean(np.abs(second - b))

    @pytest.mark.parametrize(
        ("loss", "weights"),
        [
            (["mse", "mae"], [2.0, 0.5]),
            ({"a": "mse", "b": "mae"}, {"a": 2.0, "b": 0.5}),
            ({"b": "mae", "a": "mse"}, {"a": 2.0, "b": 0.5}),
        ],
    )
    @pytest.mark.parametrize("by_name", [True, False])
    def test_losses_by_output(self, loss, weights, by_name):
        model = self.compiled(loss=loss, loss_weights=weights, metrics={"b": ["mse"]})
        x, a, b = arrays((64, 3), (64, 1), (64, 2))
        labels = {"a": a, "b": b} if by_name else [a, b]
        logs = model.evaluate(x, labels, verbose=0, return_dict=True)
        first, second = self.losses(model, x, a, b)
        assert logs["a_loss"] == pytest.approx(first, rel=1e-5)
        assert logs["b_loss"] == pytest.approx(second, rel=1e-5)
        assert logs["loss"] == pytest.approx(2 * first + 0.5 * second, rel=1e-5)
        assert set(logs) == {"loss", "a_loss", "b_loss", "b_mse"}
        history = model.fit(x, labels, epochs=2, verbose=0).history
        assert history["loss"] == pytest.approx([logs["loss"]] * 2, rel=1e-5)

    def test_loss_for_one_output_alone(self):
        model = self.compiled(loss={"b": "mae"}, metrics={"b": "mae"})
        x, b = arrays((8, 3), (8, 2))
        logs = model.evaluate(x, {"b": b}, verbose=0, return_dict=True)
        assert logs["loss"] == pytest.approx(logs["b_mae"])

    def test_loss_for_what_is_no_output(self):
        model = self.compiled(loss={"a": "mse", "c": "mae"})
        x, a, b = arrays((8, 3), (8, 1), (8, 2))
        with pytest.raises(InvalidArgumentError, match="'c', but the outputs are"):
            model.fit(x, [a, b], verbose=0)

    def test_labels_missing(self):
        model = self.compiled(loss="mse")
        x, a = arrays((8, 3), (8, 1))
        with pytest.raises(InvalidArgumentError, match="labels"):
            model.fit(x, a, verbose=0)

    def test_learns_like_sequential(self):
        x, y = arrays((128, 3), (128, 2))
        models = []
        for _ in range(2):
            keras.utils.set_random_seed(5)
            inputs = keras.Input((3,))
            hidden = layers.Dense(8, activation="relu", name="h")
            out = layers.Dense(2, name="o")
            if models:
                models.append(keras.Model(inputs, out(hidden(inputs))))
            else:
                models.append(keras.Sequential([inputs, hidden, out]))
        models[1].set_weights(models[0].get_weights())
        for model in models:
            model.compile("sgd", "mse")
            model.fit(x, y, epochs=3, shuffle=False, verbose=0)
        for one, other in zip(*(model.get_weights() for model in models), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)

    def test_added_loss_of_a_placeholder(self):
        x = keras.Input((3,))
        hidden = layers.Dense(2, kernel_initializer="ones", use_bias=False)(x)
        model = keras.Model(x, hidden)
        model.add_loss(tf.reduce_mean(hidden) * 0.5)
        model.compile("sgd")
        assert model.train_on_batch(np.ones((4, 3), np.float32)) == pytest.approx(1.5)
        assert (model.get_weights()[0] < 1).all()

    def test_gradient(self):
        x = keras.Input((3,))
        model = keras.Model(x, tf.reduce_sum(layers.Dense(1, use_bias=False)(x) ** 2))
        array = arrays((4, 3))
        with tf.GradientTape() as tape:
            loss = model(array)
        kernel = model.get_weights()[0]
        found = tape.gradient(loss, model.trainable_variables)[0]
        np.testing.assert_allclose(found, 2 * array.T @ (array @ kernel), rtol=1e-4, atol=1e-5)


class TestFiles:
    def renewed(self, model, how, tmp_path):
        if how == "json":
            twin = keras.models.model_from_json(model.to_json())
        elif how == "config":
            config = json.loads(json.dumps(model.get_config()))
            twin = keras.Model.from_config(config)
        elif how == "clone":
            twin = keras.models.clone_model(model)
        else:
            place = tmp_path / ("model.gbk" if how == "file" else "model")
            model.save(place)
            return keras.models.load_model(place)
        twin.set_weights(model.get_weights())
        return twin

    @pytest.mark.parametrize("how", ["json", "config", "clone", "file", "folder"])
    def test_comes_back(self, how, tmp_path):
        model = two_inputs()
        twin = self.renewed(model, how, tmp_path)
        data = {"x": arrays((5, 4)), "t": np.arange(5) % 4}
        for key, value in model(data).items():
            np.testing.assert_allclose(twin(data)[key], value, rtol=1e-5, atol=1e-6)
        assert twin.weights[0] is not model.weights[0]
        assert twin.name == "two"
        assert [each.name for each in twin.operations] == [each.name for each in model.operations]

    @pytest.mark.parametrize("how", ["json", "clone", "file"])
    def test_models_within_and_odd_arguments(self, how, tmp_path):
        inner_in = keras.Input((4,))
        inner = keras.Model(inner_in, layers.Dense(4)(inner_in), name="inner")
        x = keras.Input((4,))
        y = layers.Concatenate(axis=1)([inner(x)[:, ::2], inner(inner(x))[..., None, 0]])
        y = tf.clip_by_value(y, -1.0, 1.0) * np.arange(3, dtype=np.float32) + tf.ones([3])
        y = tf.cast(y, tf.float64)
        model = keras.Model(x, tf.reshape(y, [tf.shape(x)[0], 3]))
        twin = self.renewed(model, how, tmp_path)
        array = arrays((2, 4))
        np.testing.assert_allclose(twin(array), model(array), rtol=1e-5, atol=1e-6)

    def test_training_goes_on(self, tmp_path):
        x = keras.Input((3,))
        model = keras.Model(
            x, {"a": layers.Dense(1, name="a")(x), "b": layers.Dense(1, name="b")(x)}
        )
        model.compile("adam", {"a": "mse", "b": "mae"}, loss_weights={"a": 1.0, "b": 0.5})
        inputs, labels = arrays((8, 3)), {"a": np.ones((8, 1)), "b": np.ones((8, 1))}
        model.fit(inputs, labels, verbose=0)
        model.save(tmp_path / "m.gbk")
        twin = keras.models.load_model(tmp_path / "m.gbk")
        for each in (model, twin):
            each.fit(inputs, labels, shuffle=False, verbose=0)
        for one, other in zip(model.get_weights(), twin.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)

    def test_functions_are_refused(self, tmp_path):
        x = keras.Input((3,))
        for y in (layers.Lambda(lambda v: v * 2)(x), tf.map_fn(lambda v: v * 2, x)):
            with pytest.raises(InvalidArgumentError, match=r"code|Python function"):
                keras.Model(x, y).save(tmp_path / "m.gbk")

    def test_variables_are_refused(self, tmp_path):
        x = keras.Input((3,))
        with pytest.raises(InvalidArgumentError, match="variable belongs into a layer"):
            keras.Model(x, x * tf.Variable(2.0)).save(tmp_path / "m.gbk")

    @pytest.mark.parametrize(
        "change",
        [
            {"class_name": "Operation", "config": {"name": "o", "function": "os.system"}},
            {"class_name": "Operation", "config": {"name": "o", "function": "operator.eval"}},
            {"module": "keras.src.ops.numpy", "class_name": "Exec", "config": {"name": "o"}},
            {"module": "os", "class_name": "system", "registered_name": None, "config": {}},
        ],
    )
    def test_unknown_operation_in_a_file(self, change):
        x = keras.Input((3,))
        config = keras.Model(x, x + 1).get_config()
        config["layers"][1] |= change
        with pytest.raises(ModelFileError):
            keras.Model.from_config(config)

    @pytest.mark.parametrize(
        "history", [["nobody", 0, 0], ["input_layer", 5, 0], ["input_layer", 0, 7], "x", None]
    )
    def test_broken_reference(self, history):
        keras.backend.clear_session()
        x = keras.Input((3,))
        config = keras.Model(x, x + 1).get_config()
        config["layers"][1]["inbound_nodes"][0]["args"][0]["config"]["keras_history"] = history
        with pytest.raises(ModelFileError):
            keras.Model.from_config(config)

    def test_description_in_the_words_of_keras_2(self):
        def layer(kind, name, inbound, **config):
            return {
                "class_name": kind,
                "name": name,
                "config": {"name": name, **config},
                "inbound_nodes": inbound,
            }

        config = {
            "name": "old",
            "layers": [
                layer("InputLayer", "i", [], batch_input_shape=[None, 3], dtype="float32"),
                layer("Dense", "d", [[["i", 0, 0, {}]]], units=2),
                layer("Dense", "e", [[["i", 0, 0, {}]]], units=2),
                layer("Add", "a", [[["d", 0, 0, {}], ["e", 0, 0, {}]]]),
            ],
            "input_layers": [["i", 0, 0]],
            "output_layers": [["a", 0, 0]],
        }
        model = keras.Model.from_config(config)
        assert model.name == "old"
        assert model(np.ones((1, 3))).shape == (1, 2)


class TestCloning:
    def test_functions(self):
        model = two_inputs()
        made = []

        def clone(layer):
            made.append(layer.name)
            config = layer.get_config()
            return type(layer).from_config(config | {"activation": "relu"})

        twin = keras.models.clone_model(model, clone_function=clone)
        assert made == ["shared"]
        assert twin.get_layer("shared").activation is keras.activations.relu

    def test_on_other_inputs(self):
        x = keras.Input((3,))
        model = keras.Model(x, layers.Dense(2)(x))
        fresh = keras.Input((3,), name="fresh")
        twin = keras.models.clone_model(model, input_tensors=fresh)
        assert twin.input is fresh
        assert twin.weights[0] is not model.weights[0]

    def test_bad_arguments(self):
        model = two_inputs()
        with pytest.raises(ValueError, match="2 placeholders"):
            keras.models.clone_model(model, input_tensors=[keras.Input((4,))])
        with pytest.raises(ValueError, match="expected a layer"):
            keras.models.clone_model(model, clone_function=lambda layer: 3)
