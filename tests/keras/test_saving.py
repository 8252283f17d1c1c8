"""Models on disk: what comes back, what is refused, and that nothing is ever lost or run."""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import textwrap
import zipfile

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ModelFileError, NotFoundError
from glassbrook.keras import layers
from glassbrook.keras.saving.tensors import pack_tensors, unpack_tensors

X = np.random.default_rng(6).normal(size=(32, 2, 3)).astype("float32")
Y = np.random.default_rng(6).integers(0, 3, 32)
FORMS = ["model.gbk", "model"]


def digits_model(**options):
    model = tf.keras.Sequential(
        [
            layers.Flatten(input_shape=(2, 3)),
            layers.Dense(5, activation=tf.nn.relu, kernel_regularizer="l2"),
            layers.Dropout(0.3),
            layers.Dense(3, activation="softmax", **options),
        ]
    )
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.05, 10, 0.9)
    model.compile(
        tf.keras.optimizers.Adam(schedule),
        "sparse_categorical_crossentropy",
        metrics=["accuracy", tf.keras.metrics.SparseCategoricalAccuracy(name="same")],
    )
    return model


@tf.keras.saving.register_keras_serializable(package="tests")
class Doubling(layers.Layer):
    """A registered layer of one's own."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.shift = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="shift")

    def call(self, inputs):
        return inputs * self.factor + self.shift


class Network(tf.keras.Model):
    """A model of one's own that is not registered."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.flat = layers.Flatten()
        self.blocks = [Doubling(3.0), layers.Dense(units)]
        self.heads = {"out": layers.Dense(3)}

    def call(self, inputs):
        x = self.flat(inputs)
        for block in self.blocks:
            x = block(x)
        return self.heads["out"](x)


class TestGoingRound:
    @pytest.mark.parametrize("form", FORMS)
    def test_training_goes_on_as_if_never_interrupted(self, tmp_path, form):
        model = digits_model()
        model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
        model.save(tmp_path / form)
        twin = tf.keras.models.load_model(tmp_path / form)
        np.testing.assert_array_equal(twin.predict(X), model.predict(X))
        assert twin.name == model.name
        assert [each.name for each in twin.layers] == [each.name for each in model.layers]
        assert [w.path for w in twin.weights] == [w.path for w in model.weights]
        # The same dropout, the same moments, the same step of the schedule.
        histories = [m.fit(X, Y, epochs=2, shuffle=False, verbose=0).history for m in (model, twin)]
        assert histories[0] == histories[1]
        for one, other in zip(model.get_weights(), twin.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_own_model_and_layers(self, tmp_path):
        model = Network(4)
        model.compile("sgd", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        model.fit(X, Y, verbose=0)
        model.save(tmp_path / "m.gbk")
        twin = tf.keras.models.load_model(tmp_path / "m.gbk", custom_objects={"Network": Network})
        np.testing.assert_array_equal(twin.predict(X), model.predict(X))
        assert twin.blocks[0].factor == 3.0
        assert twin.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
        with tf.keras.saving.custom_object_scope({"Network": Network}):
            tf.keras.models.load_model(tmp_path / "m.gbk")

    def test_without_training(self, tmp_path):
        model = digits_model()
        model.fit(X, Y, verbose=0)
        model.save(tmp_path / "m.gbk", include_optimizer=False)
        assert not tf.keras.models.load_model(tmp_path / "m.gbk").compiled
        model.save(tmp_path / "m.gbk")
        assert not tf.keras.models.load_model(tmp_path / "m.gbk", compile=False).compiled

    def test_models_without_compile_nested_frozen_and_of_other_dtypes(self, tmp_path):
        inner = tf.keras.Sequential([layers.Dense(4, dtype="float64")], name="inner")
        inner.trainable = False
        model = tf.keras.Sequential([tf.keras.Input((3,)), inner, layers.Dense(2)])
        inner.layers[0].trainable = False
        model.save(tmp_path / "m.gbk")
        twin = tf.keras.models.load_model(tmp_path / "m.gbk")
        assert len(twin.trainable_weights) == 2
        assert twin.weights[0].dtype == tf.float64
        np.testing.assert_array_equal(twin.predict(X[:, 0]), model.predict(X[:, 0]))

    def test_not_built_yet(self, tmp_path):
        tf.keras.Sequential([layers.Dense(2)]).save(tmp_path / "m.gbk")
        assert not tf.keras.models.load_model(tmp_path / "m.gbk").built

    def test_custom_loss_is_found_by_name(self, tmp_path):
        @tf.keras.saving.register_keras_serializable(package="tests")
        def cubic(y_true, y_pred):
            return tf.reduce_mean(tf.abs(y_pred) ** 3, axis=-1)

        model = digits_model()
        model.compile("sgd", cubic)
        model.save(tmp_path / "m.gbk")
        twin = tf.keras.models.load_model(tmp_path / "m.gbk")
        assert twin.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)

    @pytest.mark.parametrize("name", ["w.weights.gbk", "w.safetensors"])
    def test_weights_alone(self, tmp_path, name):
        model, twin = digits_model(), digits_model()
        model.save_weights(tmp_path / name)
        twin.load_weights(tmp_path / name)
        np.testing.assert_array_equal(twin.predict(X), model.predict(X))

    @pytest.mark.parametrize("form", FORMS)
    def test_weights_out_of_a_whole_model(self, tmp_path, form):
        model, twin = digits_model(), digits_model()
        model.save(tmp_path / form)
        twin.load_weights(tmp_path / form)
        np.testing.assert_array_equal(twin.predict(X), model.predict(X))

    def test_equal_models_give_equal_files(self, tmp_path):
        model = digits_model()
        for name in ("a.gbk", "b.gbk"):
            model.save(tmp_path / name)
        assert (tmp_path / "a.gbk").read_bytes() == (tmp_path / "b.gbk").read_bytes()

    def test_others_can_read_the_weights(self, tmp_path):
        from safetensors.numpy import load_file

        model = digits_model()
        model.save_weights(tmp_path / "w.safetensors")
        found = load_file(tmp_path / "w.safetensors")
        assert set(found) == {
            "model/layers.1.kernel",
            "model/layers.1.bias",
            "model/layers.3.kernel",
            "model/layers.3.bias",
        }
        np.testing.assert_array_equal(found["model/layers.1.kernel"], model.get_weights()[0])


def _tripled(x):
    return 3.0 * x


def _sum_of_sizes(weights):
    return 0.01 * tf.reduce_sum(tf.abs(weights))


def _squared(y_true, y_pred):
    return tf.reduce_mean((y_true - y_pred) ** 2, axis=-1)


def _furthest(y_true, y_pred):
    return tf.reduce_max(tf.abs(y_true - y_pred))


_MEANT = {each.__name__: each for each in (_tripled, _sum_of_sizes, _squared, _furthest)}


class TestFunctionsOfTheCaller:
    """Functions that nobody registered are saved by name; the reader says what it stands for."""

    @pytest.fixture(params=["m.keras", "m.h5", "m.gbk"])
    def saved(self, request, tmp_path):
        layer = layers.Dense(2, _tripled, kernel_regularizer=_sum_of_sizes)
        model = tf.keras.Sequential([tf.keras.Input((3,)), layer])
        model.compile("sgd", _squared, metrics=[_furthest])
        model.save(tmp_path / request.param)
        return model, tmp_path / request.param

    def test_custom_objects_give_them_back(self, saved):
        model, path = saved
        loaded = tf.keras.models.load_model(path, custom_objects=_MEANT)
        x, y = np.ones((4, 3), "float32"), np.zeros((4, 2), "float32")
        assert loaded.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
        assert loaded.layers[-1].activation is _tripled

    def test_unknown_names(self, saved):
        with pytest.raises(ModelFileError, match="'_tripled'"):
            tf.keras.models.load_model(saved[1])
        without_loss = {name: each for name, each in _MEANT.items() if name != "_squared"}
        refused = (
            pytest.raises(ModelFileError, match="'_squared'")
            if saved[1].suffix == ".gbk"
            else pytest.warns(UserWarning, match="'_squared'")
        )
        with refused:
            assert not tf.keras.models.load_model(saved[1], without_loss).compiled
        assert not tf.keras.models.load_model(saved[1], without_loss, compile=False).compiled

    def test_names_of_others_are_refused(self):
        def relu(x):
            return 2.0 * x

        with pytest.raises(InvalidArgumentError, match="nothing knows its name"):
            tf.keras.activations.serialize(relu)


class TestRefusals:
    @pytest.mark.parametrize(
        "name, message",
        [
            ("m.weights.gbk", "use save_weights"),
            ("m.pkl", "runs code"),
            ("m.bar", "no known format"),
        ],
    )
    def test_suffixes_of_models(self, tmp_path, name, message):
        with pytest.raises(InvalidArgumentError, match=message):
            digits_model().save(tmp_path / name)
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize("name", ["w.gbk", "w.keras", "w.pkl", "w.onnx"])
    def test_suffixes_of_weights(self, tmp_path, name):
        with pytest.raises(InvalidArgumentError, match=r"name\.safetensors"):
            digits_model().save_weights(tmp_path / name)

    def test_what_is_there_already(self, tmp_path):
        model = digits_model()
        model.save(tmp_path / "m.gbk")
        with pytest.raises(InvalidArgumentError, match="there already"):
            model.save(tmp_path / "m.gbk", overwrite=False)
        (tmp_path / "file").write_text("x")
        with pytest.raises(InvalidArgumentError, match="is a file"):
            model.save(tmp_path / "file")
        (tmp_path / "folder.gbk").mkdir()
        with pytest.raises(InvalidArgumentError, match="is a folder"):
            model.save(tmp_path / "folder.gbk")
        with pytest.raises(NotFoundError, match="Make it first"):
            model.save(tmp_path / "none" / "m.gbk")

    def test_code(self, tmp_path):
        model = tf.keras.Sequential([tf.keras.Input((3,)), layers.Lambda(lambda x: x)])
        with pytest.raises(InvalidArgumentError, match="model files hold no code"):
            model.save(tmp_path / "m.gbk")
        model = tf.keras.Sequential([tf.keras.Input((3,)), layers.Dense(2, lambda x: x)])
        with pytest.raises(InvalidArgumentError, match="register_keras_serializable"):
            model.save(tmp_path / "m.gbk")
        assert os.listdir(tmp_path) == []

    def test_a_class_that_takes_the_name_of_another(self, tmp_path):
        class Dense(layers.Dense):
            pass

        model = tf.keras.Sequential([tf.keras.Input((3,)), Dense(2)])
        with pytest.raises(InvalidArgumentError, match="has the name of another"):
            model.save(tmp_path / "m.gbk")

    def test_unknown_class_is_named_with_the_way_out(self, tmp_path):
        model = Network(4)
        model(X)
        model.save(tmp_path / "m.gbk")
        with pytest.raises(
            ModelFileError, match="no layer named 'Network'.*register.*custom_objects={'Network'"
        ):
            tf.keras.models.load_model(tmp_path / "m.gbk")

    def test_weights_of_another_architecture(self, tmp_path):
        digits_model().save_weights(tmp_path / "w.weights.gbk")
        other = tf.keras.Sequential(
            [layers.Flatten(input_shape=(2, 3)), layers.Dense(7), layers.Flatten(), layers.Dense(3)]
        )
        before = other.get_weights()
        with pytest.raises(
            ModelFileError,
            match=r"'layers.1.kernel' .*has shape \(6, 5\) in the file, but \(6, 7\)",
        ):
            other.load_weights(tmp_path / "w.weights.gbk")
        np.testing.assert_array_equal(other.get_weights()[0], before[0])
        other.load_weights(tmp_path / "w.weights.gbk", skip_mismatch=True)
        more = tf.keras.Sequential([layers.Dense(3, input_shape=(6,))])
        with pytest.raises(ModelFileError, match="is missing in the file.*4 weights, the model 2"):
            more.load_weights(tmp_path / "w.weights.gbk")
        with pytest.raises(InvalidArgumentError, match="is not built"):
            tf.keras.Sequential([layers.Dense(3)]).load_weights(tmp_path / "w.weights.gbk")

    @pytest.mark.parametrize("load", ["load_model", "load_weights"])
    def test_nothing_there(self, tmp_path, load):
        path = tmp_path / "nothing.gbk"
        read = {
            "load_model": tf.keras.models.load_model,
            "load_weights": digits_model().load_weights,
        }[load]
        with pytest.raises(NotFoundError, match="no model at"):
            read(path)

    def test_weights_are_no_model(self, tmp_path):
        for name in ("w.weights.gbk", "w.safetensors"):
            digits_model().save_weights(tmp_path / name)
            with pytest.raises(ModelFileError, match="holds weights alone.*load_weights"):
                tf.keras.models.load_model(tmp_path / name)

    @pytest.mark.parametrize(
        "content, message",
        [
            (b"", "is no model file"),
            (b"PK", "cannot be read"),
            (b"PK\x03\x04" + bytes(100), "cannot be read"),
            (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5 file cannot be read"),
            (b"not a model at all", "is no model file"),
            (b"\x80\x04\x95" + bytes(50), "is no model file"),
        ],
    )
    def test_other_files(self, tmp_path, content, message):
        path = tmp_path / "m.gbk"
        path.write_bytes(content)
        with pytest.raises(ModelFileError, match=message):
            tf.keras.models.load_model(path)

    def test_saved_model(self, tmp_path):
        (tmp_path / "saved_model.pb").write_bytes(b"")
        with pytest.raises(ModelFileError, match="SavedModel"):
            tf.keras.models.load_model(tmp_path)

    def test_empty_folder(self, tmp_path):
        with pytest.raises(ModelFileError, match="holds no model"):
            tf.keras.models.load_model(tmp_path)

    def test_keras_file_without_weights(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
            archive.writestr("metadata.json", "{}")
            archive.writestr("config.json", "{}")
        with pytest.raises(ModelFileError, match=r"model\.weights\.h5 is missing"):
            tf.keras.models.load_model(tmp_path / "m.keras")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The bytes of a small model's file."""
    path = tmp_path_factory.mktemp("saved") / "m.gbk"
    model = tf.keras.Sequential([tf.keras.Input((3,)), layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(X[:, 0], X[:, 0, :2], verbose=0)
    model.save(path)
    return path.read_bytes()


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return json.loads(archive.read("model.json")), archive.read("weights.safetensors")


def rebuilt(path, description, weights, mark=True, **more):
    """A file with other parts, whose checksums are right again."""
    if mark:
        description["weights"] = {"sha256": hashlib.sha256(weights).hexdigest()}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.json", json.dumps(description))
        archive.writestr("weights.safetensors", weights)
        for name, content in more.items():
            archive.writestr(name, content)
    return path


class TestDamage:
    def test_cut_off_anywhere(self, tmp_path, saved):
        path = tmp_path / "m.gbk"
        for length in [*range(60), *range(60, len(saved), 97), len(saved) - 1]:
            path.write_bytes(saved[:length])
            with pytest.raises(ModelFileError):
                tf.keras.models.load_model(path)

    def test_flipped_bits(self, tmp_path, saved):
        path = tmp_path / "m.gbk"
        model = None
        generator = np.random.default_rng(0)
        for position in generator.choice(len(saved) * 8, 400, replace=False):
            data = bytearray(saved)
            data[position // 8] ^= 1 << (position % 8)
            path.write_bytes(data)
            try:
                model = tf.keras.models.load_model(path)
            except ModelFileError:
                continue
            # A bit that means nothing, such as one of the date: the model is the same.
            original, _ = parts(saved)
            assert (
                model.get_config()
                == tf.keras.Sequential.from_config(original["model"]["config"]).get_config()
            )
            np.testing.assert_array_equal(
                model.get_weights()[0],
                unpack_tensors(parts(saved)[1], "")[0]["model/layers.0.kernel"],
            )

    def test_folder_with_other_weights(self, tmp_path):
        digits_model().save(tmp_path / "m")
        weights = next((tmp_path / "m").glob("weights-*"))
        data = bytearray(weights.read_bytes())
        data[-1] ^= 1
        weights.write_bytes(data)
        with pytest.raises(ModelFileError, match="SHA-256 differs"):
            tf.keras.models.load_model(tmp_path / "m")
        weights.unlink()
        with pytest.raises(ModelFileError, match="are missing"):
            tf.keras.models.load_model(tmp_path / "m")


def set_units(description, units):
    description["model"]["config"]["layers"][1]["config"]["units"] = units


HOSTILE = {
    "another format": lambda d: d.update(format="zzz"),
    "a later version": lambda d: d.update(version=2),
    "a version that is none": lambda d: d.update(version="1"),
    "no model": lambda d: d.update(model=[]),
    "an unknown class": lambda d: d["model"].update({"class": "Popen"}),
    "a class by its path": lambda d: d["model"].update({"class": "os.system"}),
    "a module beside the class": lambda d: d["model"].update(
        {"class": "system", "module": "os", "config": {"command": "echo"}}
    ),
    "a class that is no text": lambda d: d["model"].update({"class": ["Sequential"]}),
    "a layer instead of a model": lambda d: d["model"].update(
        {"class": "Dense", "config": {"units": 2}}
    ),
    "a lambda": lambda d: d["model"]["config"]["layers"].append(
        {"class": "Lambda", "config": {"function": "lambda x: x"}}
    ),
    "arguments that fit no class": lambda d: d["model"]["config"]["layers"][1]["config"].update(
        {"__class__": 1}
    ),
    "layers that are none": lambda d: d["model"]["config"].update(layers=7),
    "units below one": lambda d: set_units(d, -5),
    "units that are no number": lambda d: set_units(d, "many"),
    "units without end": lambda d: set_units(d, 10**12),
    "more units than weights": lambda d: set_units(d, 3),
    "an input without end": lambda d: d["model"]["config"]["layers"][0]["config"].update(
        batch_shape=[None, 10**15]
    ),
    "an unknown activation": lambda d: d["model"]["config"]["layers"][1]["config"].update(
        activation="os.system"
    ),
    "an unknown optimizer": lambda d: d["compile"]["optimizer"].update({"class": "Evil"}),
    "an unknown loss": lambda d: d["compile"].update(loss="evil"),
    "compile that is none": lambda d: d.update(compile=[1]),
    "another optimizer than its weights": lambda d: d["compile"]["optimizer"].update(
        {"class": "SGD", "config": {"learning_rate": 0.1}}
    ),
}


class TestHostileFiles:
    @pytest.mark.parametrize("change", HOSTILE, ids=str)
    def test_description(self, tmp_path, saved, change):
        description, weights = parts(saved)
        HOSTILE[change](description)
        with pytest.raises(ModelFileError) as caught:
            tf.keras.models.load_model(rebuilt(tmp_path / "m.gbk", description, weights))
        assert "m.gbk" in str(caught.value)

    @pytest.mark.parametrize(
        "text",
        ["[" * 100_000, '{"format": NaN}', "1" * 10_000, "[1]", '"text"', "{", "\ud800"],
        ids=["deep", "nan", "long number", "list", "text", "open", "surrogate"],
    )
    def test_json(self, tmp_path, text):
        with zipfile.ZipFile(tmp_path / "m.gbk", "w") as archive:
            archive.writestr("model.json", text.encode("utf-8", "surrogatepass"))
            archive.writestr("weights.safetensors", pack_tensors({}))
        with pytest.raises(ModelFileError):
            tf.keras.models.load_model(tmp_path / "m.gbk")

    @pytest.mark.parametrize("name", ["../evil", "/etc/evil", "evil.py", "model.json/x"])
    def test_further_entries(self, tmp_path, saved, name):
        path = rebuilt(tmp_path / "m.gbk", *parts(saved), **{name: b"x"})
        with pytest.raises(ModelFileError, match="does not belong there"):
            tf.keras.models.load_model(path)
        assert os.listdir(tmp_path) == ["m.gbk"]

    def test_entries_that_stand_twice(self, tmp_path, saved):
        path = tmp_path / "m.gbk"
        path.write_bytes(saved)
        with (
            pytest.warns(UserWarning, match="Duplicate name"),
            zipfile.ZipFile(path, "a") as archive,
        ):
            archive.writestr("model.json", "{}")
        with pytest.raises(ModelFileError, match="'model.json' twice"):
            tf.keras.models.load_model(path)

    def test_zip_bomb(self, tmp_path, saved):
        description, _ = parts(saved)
        path = tmp_path / "m.gbk"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("model.json", json.dumps(description))
            archive.writestr("weights.safetensors", bytes(50_000_000))
        with pytest.raises(ModelFileError, match="are compressed"):
            tf.keras.models.load_model(path)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("model.json", bytes(70_000_000))
            archive.writestr("weights.safetensors", b"")
        with pytest.raises(ModelFileError, match="claims 70,000,000 bytes|are compressed"):
            tf.keras.models.load_model(path)

    def test_folder_that_points_elsewhere(self, tmp_path):
        digits_model().save(tmp_path / "m")
        place = tmp_path / "m" / "model.json"
        description = json.loads(place.read_text())
        for name in ("../../secret", "/etc/passwd", "model.json", None):
            description["weights"]["file"] = name
            place.write_text(json.dumps(description))
            with pytest.raises(ModelFileError, match="is no name of a file of weights"):
                tf.keras.models.load_model(tmp_path / "m")

    def test_no_module_is_imported(self, saved, tmp_path):
        description, weights = parts(saved)
        description["model"]["class"] = "this.Evil"
        description["model"]["module"] = "this"
        path = rebuilt(tmp_path / "m.gbk", description, weights)
        with pytest.raises(ModelFileError):
            tf.keras.models.load_model(path)
        assert "this" not in sys.modules


def tensors(header, payload=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + payload


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"a": {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}}


class TestTensors:
    @pytest.mark.parametrize(
        "data, message",
        [
            (b"", "too few"),
            (b"1234567", "too few"),
            (tensors({}, length=2**62), "claims"),
            (tensors({}, length=100), "claims"),
            (tensors(b"{"), "cannot be read"),
            (tensors(b"[1]"), "no table"),
            (tensors(b"[" * 5000), "cannot be read|no table"),
            (tensors(b'{"a":1,"a":2}'), "stands twice"),
            (tensors({"a": 1}), "incomplete"),
            (tensors(entry("F999"), bytes(8)), "unknown dtype"),
            (tensors(entry("BF16"), bytes(8)), "unknown dtype"),
            (tensors(entry(shape=(-2,)), bytes(8)), "no proper shape"),
            (tensors(entry(shape=(2.0,)), bytes(8)), "no proper shape"),
            (tensors(entry(shape=(1,) * 70 + (2,)), bytes(8)), "no proper shape"),
            (tensors(entry(offsets=(0, 9)), bytes(8)), "outside of the file"),
            (tensors(entry(offsets=(8, 0)), bytes(8)), "outside of the file"),
            (tensors(entry(shape=(3,)), bytes(8)), "does not have 8 bytes"),
            (tensors(entry(shape=(2**40, 2**40)), bytes(8)), "does not have 8 bytes"),
            (tensors(entry(offsets=(4, 12)), bytes(12)), "does not follow"),
            (tensors(entry(), bytes(9)), "belong to no array"),
            (tensors({"__metadata__": {"a": 1}}), "metadata"),
        ],
    )
    def test_refuses(self, data, message):
        with pytest.raises(ModelFileError, match=message):
            unpack_tensors(data, "file")

    @pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
    @pytest.mark.parametrize(
        "dtype",
        "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64".split(),
    )
    def test_goes_round(self, dtype, shape):
        array = (np.arange(np.prod(shape)) % 2).astype(dtype).reshape(shape)
        found, metadata = unpack_tensors(pack_tensors({"a": array, "b": array}, {"k": "v"}), "file")
        assert metadata == {"k": "v"}
        for name in ("a", "b"):
            assert found[name].dtype == array.dtype
            np.testing.assert_array_equal(found[name], array)


KILLED = """
import os, sys
import glassbrook as tf
from glassbrook.keras.saving import atomic
model = tf.keras.models.load_model(sys.argv[1])
model.set_weights([w + 1 for w in model.get_weights()])
count = 0
fsync = os.fsync
def killed(descriptor):
    global count
    count += 1
    if count == int(sys.argv[2]):
        os._exit(9)
    fsync(descriptor)
os.fsync = killed
model.save(sys.argv[1])
os._exit(0)
"""


class TestAtomicity:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("sync", [1, 3])
    def test_a_killed_save_loses_nothing(self, tmp_path, form, sync):
        path = tmp_path / form
        model = tf.keras.Sequential([tf.keras.Input((3,)), layers.Dense(2)])
        model.save(path)
        finished = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(KILLED), str(path), str(sync)], check=False
        )
        twin = tf.keras.models.load_model(path)
        added = twin.get_weights()[0] - model.get_weights()[0]
        assert finished.returncode in (0, 9)
        # Either all of the old model or all of the new one.
        assert np.allclose(added, 0) or np.allclose(added, 1)
        assert finished.returncode == 0 or np.allclose(added, 0)

    def test_a_failed_save_leaves_no_trace(self, tmp_path, monkeypatch):
        model = digits_model()
        model.save(tmp_path / "m.gbk")
        before = (tmp_path / "m.gbk").read_bytes()

        def fail(*arguments):
            raise OSError("disk full")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="disk full"):
            model.save(tmp_path / "m.gbk")
        assert os.listdir(tmp_path) == ["m.gbk"]
        assert (tmp_path / "m.gbk").read_bytes() == before

    def test_a_folder_holds_one_model(self, tmp_path):
        for _ in range(3):
            digits_model().save(tmp_path / "m")
        assert len(os.listdir(tmp_path / "m")) == 2
