"""The closed registry: what a file may name, and how one's own classes become known."""

from __future__ import annotations

import json

import pytest

from glassbrook.errors import InvalidArgumentError, ModelFileError
from glassbrook.keras import constraints, layers, losses, registry


class Halving:
    def __init__(self, factor=0.5):
        self.factor = factor

    def get_config(self):
        return {"factor": self.factor}


@pytest.fixture
def custom_objects():
    before = dict(registry.get_custom_objects())
    yield registry.get_custom_objects()
    registry.get_custom_objects().clear()
    registry.get_custom_objects().update(before)


def test_round_trip_through_json():
    config = json.loads(json.dumps(registry.serialize(constraints.MaxNorm(3.0, axis=1))))
    assert config == {"class": "MaxNorm", "config": {"max_value": 3.0, "axis": 1}}
    again = registry.deserialize("constraint", config)
    assert (type(again), again.max_value, again.axis) == (constraints.MaxNorm, 3.0, 1)


def test_spelling_of_keras_is_understood():
    config = {
        "module": "keras.losses",
        "class_name": "Huber",
        "config": {"delta": 2.0},
        "registered_name": None,
    }
    assert losses.deserialize(config).get_config()["delta"] == 2.0


@pytest.mark.parametrize(
    "config",
    [
        {"class": "Halving", "config": {}},
        {"class": "os.system", "config": {"command": "true"}},
        {"class": "builtins.eval", "config": {}},
        {"class_name": "Lambda", "config": {}, "module": "os"},
        {"class": "Dense", "config": {"units": 3}},  # a layer, not a loss
        {"class": None, "config": {}},
        {"class": ["Huber"], "config": {}},
        {},
    ],
)
def test_unknown_class(config):
    with pytest.raises(ModelFileError, match="There is no loss named"):
        registry.deserialize("loss", config)


@pytest.mark.parametrize("arguments", [{"delta": 1.0, "unknown": 2}, ["a"], 3, None])
def test_configuration_that_does_not_fit(arguments):
    with pytest.raises(ModelFileError, match=r"[Tt]he configuration of loss 'Huber'"):
        registry.deserialize("loss", {"class": "Huber", "config": arguments})


def test_ones_own_class(custom_objects):
    config = registry.serialize(Halving(0.25))
    for objects in ({"Halving": Halving}, None):
        if objects is None:
            with registry.custom_object_scope({"Halving": Halving}):
                again = registry.deserialize("thing", config)
        else:
            again = registry.deserialize("thing", config, objects)
        assert again.factor == 0.25
    with pytest.raises(ModelFileError, match=r"custom_objects=\{'Halving': YourClass\}"):
        registry.deserialize("thing", config)


def test_registered_class(custom_objects):
    @registry.register_keras_serializable(package="test", name="Third")
    class Thirding(Halving):
        pass

    config = registry.serialize(Thirding())
    assert config["class"] == "test>Third"
    assert type(registry.deserialize("thing", config)) is Thirding
    assert registry.get_registered_object("test>Third") is Thirding


def test_registered_function(custom_objects):
    @registry.register_keras_serializable(package="test")
    def my_loss(y_true, y_pred):
        return y_pred

    assert losses.serialize(my_loss) == "test>my_loss"
    assert losses.get("test>my_loss") is my_loss


def test_two_of_one_name():
    with pytest.raises(ValueError, match="two of kind 'layer' named 'Dense'"):
        registry.register("layer")(type("Dense", (), {}))
    assert registry.find("layer", "Dense") is layers.Dense


def test_without_configuration():
    with pytest.raises(InvalidArgumentError, match=r"object cannot be saved.*get_config"):
        registry.serialize(object())
