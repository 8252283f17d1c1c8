"""Keras's files: those that Keras wrote by hand here, round trips, and files made to do harm."""

from __future__ import annotations

import builtins
import io
import json
import os
import zipfile

import h5py
import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, MissingExtraError, ModelFileError
from glassbrook.keras.saving.hdf5 import Hierarchy, read_hdf5, write_hdf5

layers = tf.keras.layers
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(5, 4)).astype(np.float32)
KERNEL, BIAS = RANDOM.normal(size=(4, 3)), RANDOM.normal(size=3)
KERNEL, BIAS = KERNEL.astype(np.float32), BIAS.astype(np.float32)


def chain():
    model = tf.keras.Sequential(
        [
            tf.keras.Input((4,)),
            layers.Dense(3, activation="relu", kernel_regularizer="l2"),
            layers.Dropout(0.1),
            tf.keras.Sequential([layers.Dense(3, activation="tanh")], name="inner"),
            layers.Dense(2, name="out"),
        ]
    )
    model.compile(tf.keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    # Two steps by hand: compiling a program for them would take longer.
    for step in (1.0, 2.0):
        gradients = [step * tf.ones(weight.shape) for weight in model.trainable_variables]
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return model


def graph():
    a, b = tf.keras.Input((4,), name="a"), tf.keras.Input((3,), name="b")
    shared = layers.Dense(3, name="shared")
    joined = layers.Concatenate()([b, layers.Dense(1)(a)])
    total = layers.Add()([shared(a), shared(joined)])
    return tf.keras.Model([a, b], layers.Dense(2)(total))


class Sub(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(2), [layers.Dense(2)]]
        self.scale = self.add_weight(shape=(), name="scale", initializer="ones")

    def call(self, inputs):
        return self.blocks[1][0](self.blocks[0](inputs)) * self.scale


def outputs(model):
    is_graph = len(getattr(model, "inputs", None) or [0]) == 2
    return model([X, X[:, :3]] if is_graph else X).numpy()


class TestRoundTrips:
    @pytest.mark.parametrize("make", [chain, graph])
    @pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.hdf5"])
    def test_models(self, tmp_path, make, name):
        model = make()
        model.save(tmp_path / name)
        loaded = tf.keras.models.load_model(tmp_path / name)
        np.testing.assert_allclose(outputs(loaded), outputs(model), rtol=1e-5, atol=1e-6)
        assert loaded.get_config().keys() == model.get_config().keys()

    @pytest.mark.parametrize("name", ["m.keras", "m.h5"])
    def test_state_of_training(self, tmp_path, name):
        model = chain()
        model.save(tmp_path / name)
        loaded = tf.keras.models.load_model(tmp_path / name)
        for one, two in zip(model.optimizer.variables, loaded.optimizer.variables):
            np.testing.assert_array_equal(one.numpy(), two.numpy())
        assert loaded.evaluate(X, np.ones((5, 2)), verbose=0, return_dict=True).keys() == {
            "loss",
            "mae",
        }
        bare = tf.keras.models.load_model(tmp_path / name, compile=False)
        assert not bare.compiled

    @pytest.mark.parametrize("make", [chain, graph, Sub])
    @pytest.mark.parametrize("name", ["w.weights.h5", "w.h5"])
    def test_weights(self, tmp_path, make, name):
        model, other = make(), make()
        for each in (model, other):
            if not each.built:
                each(X)
        model.save_weights(tmp_path / name)
        other.load_weights(tmp_path / name)
        np.testing.assert_allclose(outputs(other), outputs(model), rtol=1e-5, atol=1e-6)

    def test_weights_of_a_whole_model(self, tmp_path):
        model = chain()
        for name in ("m.keras", "m.h5"):
            model.save(tmp_path / name)
            other = chain()
            other.load_weights(tmp_path / name)
            np.testing.assert_allclose(outputs(other), outputs(model), rtol=1e-5, atol=1e-6)

    def test_json(self):
        model = chain()
        twin = tf.keras.models.model_from_json(model.to_json())
        twin.set_weights(model.get_weights())
        np.testing.assert_allclose(outputs(twin), outputs(model), rtol=1e-5, atol=1e-6)

    def test_layers_of_the_users_own(self, tmp_path):
        class Doubling(layers.Layer):
            def call(self, inputs):
                return 2 * inputs

        model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(3), Doubling()])
        for name in ("m.keras", "m.h5"):
            model.save(tmp_path / name)
            with pytest.raises(ModelFileError, match="no layer named 'Doubling'"):
                tf.keras.models.load_model(tmp_path / name)
            loaded = tf.keras.models.load_model(tmp_path / name, {"Doubling": Doubling})
            np.testing.assert_allclose(outputs(loaded), outputs(model), rtol=1e-5, atol=1e-6)

    def test_registered_functions(self, tmp_path):
        @tf.keras.utils.register_keras_serializable("hdf5 tests")
        def cube(x):
            return x**3

        model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(3, activation=cube)])
        model.save(tmp_path / "m.keras")
        loaded = tf.keras.models.load_model(tmp_path / "m.keras")
        np.testing.assert_allclose(outputs(loaded), outputs(model), rtol=1e-5, atol=1e-6)

    def test_loss_that_no_file_can_name(self, tmp_path):
        model = chain()
        model.compile("sgd", lambda y, z: tf.reduce_mean((y - z) ** 2))
        with pytest.warns(UserWarning, match="without what it was compiled with"):
            model.save(tmp_path / "m.keras")
        assert not tf.keras.models.load_model(tmp_path / "m.keras").compiled


class TestKeras3Layout:
    def test_paths(self, tmp_path):
        model = chain()
        model.save_weights(tmp_path / "w.weights.h5")
        with h5py.File(tmp_path / "w.weights.h5") as file:
            np.testing.assert_array_equal(file["layers/dense/vars/0"], model.get_weights()[0])
            assert file["layers/dense_1/vars"].attrs["name"] == "out"
            assert "layers/sequential/layers/dense/vars/1" in file
            assert "layers/dropout/vars" in file
            assert file["optimizer/vars/0"][()] == 2
            assert len(file["optimizer/vars"]) == 14

    def test_paths_of_attributes(self, tmp_path):
        model = Sub()
        model(X)
        model.save_weights(tmp_path / "w.weights.h5")
        with h5py.File(tmp_path / "w.weights.h5") as file:
            assert "vars/0" in file
            assert "blocks/dense/vars/0" in file
            assert "blocks/container/dense/vars/1" in file

    def test_config(self, tmp_path):
        chain().save(tmp_path / "m.keras")
        with zipfile.ZipFile(tmp_path / "m.keras") as archive:
            assert set(archive.namelist()) == {"metadata.json", "config.json", "model.weights.h5"}
            config = json.loads(archive.read("config.json"))
        assert config["module"] == "keras"
        assert config["class_name"] == "Sequential"
        dense = config["config"]["layers"][1]
        assert dense["module"] == "keras.layers"
        assert dense["config"]["kernel_initializer"]["module"] == "keras.initializers"
        assert config["compile_config"]["optimizer"]["module"] == "keras.optimizers"

    def test_skips_what_does_not_fit(self, tmp_path):
        chain().save_weights(tmp_path / "w.weights.h5")
        other = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(3), layers.Dense(7)])
        before = other.get_weights()
        with pytest.raises(ModelFileError, match=r"layer 'dense.*shape \(3, 7\).*\(3, 2\)"):
            other.load_weights(tmp_path / "w.weights.h5")
        np.testing.assert_array_equal(other.get_weights()[0], before[0])
        with pytest.warns(UserWarning, match="Skipping loading"):
            other.load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)
        assert not np.array_equal(other.get_weights()[0], before[0])
        np.testing.assert_array_equal(other.get_weights()[2], before[2])


def keras_2_file(path, config, weights, training=None, whole=True):
    """A file as Keras 2 wrote it."""
    with h5py.File(path, "w") as file:
        group = file
        if whole:
            file.attrs["model_config"] = json.dumps(config).encode()
            file.attrs["keras_version"] = b"2.10.0"
            if training is not None:
                file.attrs["training_config"] = json.dumps(training).encode()
            group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in weights]
        group.attrs["backend"] = b"tensorflow"
        for name, arrays in weights.items():
            inner = group.create_group(name)
            inner.attrs["weight_names"] = [f"{name}/{key}:0".encode() for key in arrays]
            for key, array in arrays.items():
                inner.create_dataset(f"{name}/{key}:0", data=array)


def keras_2_dense(name, **options):
    return {
        "class_name": "Dense",
        "config": {
            "name": name,
            "trainable": True,
            "dtype": {"class_name": "Policy", "config": {"name": "float32"}},
            "units": 3,
            "activation": "linear",
            "use_bias": True,
            "kernel_initializer": {
                "class_name": "GlorotUniform",
                "config": {"seed": None},
                "shared_object_id": 1,
            },
            "bias_initializer": {"class_name": "Zeros", "config": {}},
            "kernel_regularizer": None,
            **options,
        },
    }


WEIGHTS = {"dense": {"kernel": KERNEL, "bias": BIAS}}
KERAS_2_INPUT = {
    "class_name": "InputLayer",
    "config": {
        "batch_input_shape": [None, 4],
        "dtype": "float32",
        "sparse": False,
        "ragged": False,
        "name": "input_1",
    },
}


class TestKeras2Files:
    @pytest.mark.parametrize(
        "chain_of_layers",
        [
            [KERAS_2_INPUT, keras_2_dense("dense")],
            [keras_2_dense("dense", batch_input_shape=[None, 4])],
        ],
    )
    def test_chain(self, tmp_path, chain_of_layers):
        config = {"class_name": "Sequential", "config": {"name": "s", "layers": chain_of_layers}}
        training = {
            "loss": "mse",
            "metrics": [["mae"]],
            "loss_weights": None,
            "optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.5}},
        }
        keras_2_file(tmp_path / "m.h5", config, WEIGHTS, training)
        model = tf.keras.models.load_model(tmp_path / "m.h5")
        np.testing.assert_allclose(model(X), X @ KERNEL + BIAS, rtol=1e-4)
        assert float(model.optimizer.learning_rate) == 0.5

    def test_graph(self, tmp_path):
        config = {
            "class_name": "Functional",
            "config": {
                "name": "model",
                "layers": [
                    {**KERAS_2_INPUT, "name": "input_1", "inbound_nodes": []},
                    {
                        **keras_2_dense("dense"),
                        "name": "dense",
                        "inbound_nodes": [[["input_1", 0, 0, {}]]],
                    },
                    {
                        "class_name": "Add",
                        "config": {"name": "add", "trainable": True, "dtype": "float32"},
                        "name": "add",
                        "inbound_nodes": [[["dense", 0, 0, {}], ["dense", 0, 0, {}]]],
                    },
                ],
                "input_layers": [["input_1", 0, 0]],
                "output_layers": [["add", 0, 0]],
            },
        }
        keras_2_file(tmp_path / "m.h5", config, {"input_1": {}, **WEIGHTS, "add": {}})
        model = tf.keras.models.load_model(tmp_path / "m.h5")
        np.testing.assert_allclose(model(X), 2 * (X @ KERNEL + BIAS), rtol=1e-4, atol=1e-5)

    @pytest.mark.parametrize("outer", [True, False])
    def test_model_within_a_graph(self, tmp_path, outer):
        inner = {
            "class_name": "Sequential",
            "config": {
                "name": "inner",
                "layers": [{**KERAS_2_INPUT}, keras_2_dense("dense")],
            },
            "name": "inner",
            "inbound_nodes": [[["input_1", 0, 0, {}]]],
        }
        flat = {
            "class_name": "Flatten",
            "config": {"name": "flat", "trainable": True, "dtype": "float32"},
            "name": "flat",
            "inbound_nodes": [[["inner", 1, 0, {}]]],
        }
        config = {
            "class_name": "Functional",
            "config": {
                "name": "model",
                "layers": [
                    {**KERAS_2_INPUT, "name": "input_1", "inbound_nodes": []},
                    inner,
                    *([flat] if outer else []),
                ],
                "input_layers": [["input_1", 0, 0]],
                "output_layers": [["flat", 0, 0] if outer else ["inner", 1, 0]],
            },
        }
        keras_2_file(tmp_path / "m.h5", config, {"input_1": {}, "inner": WEIGHTS["dense"]})
        model = tf.keras.models.load_model(tmp_path / "m.h5")
        np.testing.assert_allclose(model(X), X @ KERNEL + BIAS, rtol=1e-4, atol=1e-5)

    def test_weights_by_order_and_by_name(self, tmp_path):
        keras_2_file(tmp_path / "w.h5", {}, {"dense": WEIGHTS["dense"], "flat": {}}, whole=False)
        model = tf.keras.Sequential(
            [tf.keras.Input((4,)), layers.Flatten(), layers.Dense(3, name="other")]
        )
        model.load_weights(tmp_path / "w.h5")
        np.testing.assert_array_equal(model.get_weights()[0], KERNEL)
        more = tf.keras.Sequential(
            [tf.keras.Input((4,)), layers.Dense(3, name="dense"), layers.Dense(2, name="head")]
        )
        with pytest.raises(ModelFileError, match="expected 2 layers, found 1"):
            more.load_weights(tmp_path / "w.h5")
        head = more.get_weights()[2]
        more.load_weights(tmp_path / "w.h5", by_name=True)
        np.testing.assert_array_equal(more.get_weights()[0], KERNEL)
        np.testing.assert_array_equal(more.get_weights()[2], head)

    def test_by_name_with_another_shape(self, tmp_path):
        keras_2_file(tmp_path / "w.h5", {}, WEIGHTS, whole=False)
        model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(5, name="dense")])
        with pytest.raises(ModelFileError, match="skip_mismatch"):
            model.load_weights(tmp_path / "w.h5", by_name=True)
        with pytest.warns(UserWarning, match="Skipping"):
            model.load_weights(tmp_path / "w.h5", by_name=True, skip_mismatch=True)

    def test_names_in_parts(self, tmp_path):
        names = [f"{'long_name_' * 10}{number:05d}" for number in range(1000)]
        data = write_hdf5(Hierarchy({}, {"": {"layer_names": names}}))
        found = read_hdf5(data, "x").attributes[""]
        assert "layer_names" not in found
        parts = [found[f"layer_names{number}"] for number in range(len(found))]
        assert [name for part in parts for name in part] == names

    def test_weights_alone_are_no_model(self, tmp_path):
        keras_2_file(tmp_path / "w.h5", {}, WEIGHTS, whole=False)
        with pytest.raises(ModelFileError, match="weights alone"):
            tf.keras.models.load_model(tmp_path / "w.h5")


class TestSerialization:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: layers.Dense(3, kernel_regularizer="l2"),
            lambda: tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(0.1, 10)),
            lambda: tf.keras.losses.MeanSquaredError(),
            lambda: tf.keras.metrics.MeanSquaredError(),
            lambda: tf.keras.initializers.HeNormal(seed=3),
            lambda: [1, "a", None, {"x": layers.Flatten()}],
        ],
    )
    def test_round_trip(self, make):
        config = tf.keras.saving.serialize_keras_object(make())
        again = tf.keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
        assert tf.keras.saving.serialize_keras_object(again) == config
        assert type(again) is type(make())

    def test_functions(self):
        config = tf.keras.saving.serialize_keras_object(tf.keras.losses.mean_squared_error)
        assert config["config"] == "mean_squared_error"
        found = tf.keras.saving.deserialize_keras_object(config)
        assert found is tf.keras.losses.mean_squared_error
        with pytest.raises(InvalidArgumentError, match="nothing knows it"):
            tf.keras.saving.serialize_keras_object(lambda x: x)
        with pytest.raises(ModelFileError, match="no function named 'f'"):
            tf.keras.saving.deserialize_keras_object({"class_name": "function", "config": "f"})

    def test_built_layers_are_built_again(self):
        layer = layers.Dense(3)
        layer(X)
        again = tf.keras.saving.deserialize_keras_object(
            tf.keras.saving.serialize_keras_object(layer)
        )
        assert [tuple(weight.shape) for weight in again.weights] == [(4, 3), (3,)]


class TestHarm:
    def refused(self, path, message):
        with pytest.raises(ModelFileError, match=message):
            read_hdf5(str(path), "x")
        model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(3)])
        with pytest.raises(ModelFileError):
            model.load_weights(path)

    def test_external_link(self, tmp_path):
        with h5py.File(tmp_path / "secret.h5", "w") as file:
            file["x"] = KERNEL
        with h5py.File(tmp_path / "w.weights.h5", "w") as file:
            file["layers/dense/vars/1"] = BIAS
            file["layers/dense/vars/0"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "x")
        self.refused(tmp_path / "w.weights.h5", "link into another file")

    def test_soft_link(self, tmp_path):
        with h5py.File(tmp_path / "w.weights.h5", "w") as file:
            file["x"] = KERNEL
            file["layers/dense/vars/0"] = h5py.SoftLink("/x")
        self.refused(tmp_path / "w.weights.h5", "link to another place")

    def test_numbers_in_other_files(self, tmp_path):
        (tmp_path / "raw").write_bytes(KERNEL.tobytes())
        with h5py.File(tmp_path / "w.weights.h5", "w") as file:
            file.create_dataset(
                "x", (4, 3), "f4", external=[(str(tmp_path / "raw"), 0, KERNEL.nbytes)]
            )
        self.refused(tmp_path / "w.weights.h5", "in another file")

    def test_virtual_array(self, tmp_path):
        with h5py.File(tmp_path / "secret.h5", "w") as file:
            file["x"] = KERNEL
        layout = h5py.VirtualLayout((4, 3), "f4")
        layout[...] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "x", (4, 3))
        with h5py.File(tmp_path / "w.weights.h5", "w") as file:
            file.create_virtual_dataset("x", layout)
        self.refused(tmp_path / "w.weights.h5", "in other files")

    def test_groups_in_a_circle(self, tmp_path):
        with h5py.File(tmp_path / "w.weights.h5", "w") as file:
            file["a"] = file.create_group("b")
            file["b/c"] = file["b"]
        self.refused(tmp_path / "w.weights.h5", "too deeply")

    def test_an_array_that_unpacks_to_much(self, tmp_path):
        with h5py.File(tmp_path / "w.weights.h5", "w") as file:
            file.create_dataset(
                "x", (20_000, 10_000), "f4", chunks=(1000, 1000), compression="gzip"
            )
        self.refused(tmp_path / "w.weights.h5", "claims more")

    def test_texts_as_arrays(self, tmp_path):
        with h5py.File(tmp_path / "w.weights.h5", "w") as file:
            file.create_dataset("x", data=["a", "b"], dtype=h5py.string_dtype())
        self.refused(tmp_path / "w.weights.h5", "no numbers")

    def test_more_weights_than_the_file_holds(self, tmp_path):
        config = {
            "class_name": "Sequential",
            "config": {
                "name": "s",
                "layers": [keras_2_dense("dense", batch_input_shape=[None, 4])],
            },
        }
        config["config"]["layers"][0]["config"]["units"] = 10**9
        keras_2_file(tmp_path / "m.h5", config, WEIGHTS)
        with pytest.raises(ModelFileError, match="more weights than it holds"):
            tf.keras.models.load_model(tmp_path / "m.h5")

    @pytest.mark.parametrize(
        "activation",
        [
            {"class_name": "__lambda__", "config": {"value": "Y29kZQ=="}},
            {"class_name": "function", "config": "os.system", "module": "os"},
            {"module": "subprocess", "class_name": "Popen", "config": {"args": "ls"}},
        ],
    )
    def test_code(self, tmp_path, activation):
        dense = keras_2_dense("dense", batch_input_shape=[None, 4], activation=activation)
        config = {"class_name": "Sequential", "config": {"name": "s", "layers": [dense]}}
        keras_2_file(tmp_path / "m.h5", config, WEIGHTS)
        for options in ({}, {"safe_mode": False}):
            with pytest.raises(ModelFileError):
                tf.keras.models.load_model(tmp_path / "m.h5", **options)

    def test_lambda_layer(self, tmp_path):
        layer = {
            "class_name": "Lambda",
            "config": {
                "name": "l",
                "function": ["4wEAAAA=", None, None],
                "function_type": "lambda",
            },
        }
        config = {"class_name": "Sequential", "config": {"name": "s", "layers": [layer]}}
        keras_2_file(tmp_path / "m.h5", config, {})
        with pytest.raises(ModelFileError):
            tf.keras.models.load_model(tmp_path / "m.h5", safe_mode=False)

    @pytest.mark.parametrize("name", ["m.keras", "m.h5"])
    def test_damage(self, tmp_path, name):
        model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(3)])
        model.save(tmp_path / name)
        good = (tmp_path / name).read_bytes()
        path = tmp_path / f"damaged-{name}"
        for length in (0, 7, 100, len(good) // 2, len(good) - 20):
            path.write_bytes(good[:length])
            with pytest.raises(ModelFileError):
                tf.keras.models.load_model(path)
        for position in RANDOM.choice(len(good), 60, replace=False):
            damaged = bytearray(good)
            damaged[position] ^= 1 << int(RANDOM.integers(8))
            path.write_bytes(damaged)
            try:
                tf.keras.models.load_model(path)
            except ModelFileError:
                continue

    def test_archive_that_unpacks_to_much(self, tmp_path):
        path = tmp_path / "m.keras"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("config.json", "{}")
            archive.writestr("model.weights.h5", bytes(40_000_000))
        with pytest.raises(ModelFileError, match="claims"):
            tf.keras.models.load_model(path)


class TestWithoutH5py:
    def test_message(self, tmp_path, monkeypatch):
        real = builtins.__import__

        def without(name, *arguments, **options):
            if name == "h5py":
                raise ImportError(name)
            return real(name, *arguments, **options)

        model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(3)])
        model.save(tmp_path / "there.h5")
        monkeypatch.setattr(builtins, "__import__", without)
        message = r'pip install "glassbrook\[h5\]"'
        for call in (
            lambda: model.save(tmp_path / "m.keras"),
            lambda: model.save_weights(tmp_path / "w.weights.h5"),
            lambda: tf.keras.callbacks.ModelCheckpoint(str(tmp_path / "m.h5")),
        ):
            with pytest.raises(MissingExtraError, match=message):
                call()
        assert os.listdir(tmp_path) == ["there.h5"]
        # Reading needs nothing but the file.
        loaded = tf.keras.models.load_model(tmp_path / "there.h5")
        np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])
        model.save(tmp_path / "m.gbk")


class TestParser:
    """Our reader against h5py, on files of forms that h5py offers."""

    @pytest.mark.parametrize("libver", ["earliest", "latest"])
    def test_arrays(self, tmp_path, libver):
        arrays = {
            **{f"d/{t}": RANDOM.integers(0, 100, (3, 2)).astype(t) for t in "bhilBHILefd"},
            "truth": np.array([True, False]),
            "scalar": np.float32(2.5),
            "empty": np.zeros((0, 3), np.float32),
            "big end": np.arange(5, dtype=">f4"),
            **{f"many/{number:04d}": np.float32(number) for number in range(300)},
        }
        packed = RANDOM.integers(0, 5, (70, 33)).astype(np.int32)
        with h5py.File(tmp_path / "x", "w", libver=libver) as file:
            for name, array in arrays.items():
                file[name] = array
            options = {"chunks": (16, 10), "maxshape": (None, 33)}
            file.create_dataset("packed", data=packed, compression="gzip", shuffle=True, **options)
            file.create_dataset("plain chunks", data=packed, fletcher32=True, **options)
            file.create_dataset("never written", (4, 4), "f4")
            file["d"].attrs.update(
                {
                    "text": "ü",
                    "bytes": b"abc",
                    "number": 3,
                    "list": [1.5, 2.5],
                    "texts": ["a", "bb"],
                }
            )
            file["d"].attrs["fixed"] = np.array([b"one", b"three"])
        found = read_hdf5(str(tmp_path / "x"), "x")
        for name, array in {**arrays, "packed": packed, "plain chunks": packed}.items():
            np.testing.assert_array_equal(found.arrays[name], array)
            assert found.arrays[name].dtype == np.asarray(array).dtype.newbyteorder("=")
        assert found.arrays["never written"].tolist() == np.zeros((4, 4)).tolist()
        assert found.attributes["d"] == {
            "text": "ü",
            "bytes": "abc",
            "number": 3,
            "list": [1.5, 2.5],
            "texts": ["a", "bb"],
            "fixed": ["one", "three"],
        }

    def test_newer_parts_of_a_file_of_the_older_form(self, tmp_path):
        with h5py.File(tmp_path / "x", "w", track_order=True) as file:
            file["a/b"] = KERNEL
        with pytest.raises(ModelFileError, match="newer form"):
            read_hdf5(str(tmp_path / "x"), "x")


def test_unknown_arguments(tmp_path):
    model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(3)])
    with pytest.raises(InvalidArgumentError, match="unknown arguments"):
        model.save(tmp_path / "m.keras", foo=1)
    model.save(tmp_path / "m.h5", save_format="h5")
    model.save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(InvalidArgumentError, match="by_name"):
        model.load_weights(tmp_path / "w.weights.h5", by_name=True)


def test_bytes_are_the_same_for_the_same_model(tmp_path):
    model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(3)])
    found = []
    for name in ("a.keras", "b.keras"):
        model.save(tmp_path / name)
        with zipfile.ZipFile(io.BytesIO((tmp_path / name).read_bytes())) as archive:
            found.append(archive.read("config.json"))
    assert found[0] == found[1]
