"""Pictures of models: what is in them, and where the boxes are."""

from __future__ import annotations

import io
import itertools
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.keras.utils.plotting.layout import layered

keras, layers = tf.keras, tf.keras.layers
SVG = "{http://www.w3.org/2000/svg}"


def residual():
    x = keras.Input((4,), name="x<1>")
    return keras.Model(x, layers.Dense(4, activation="relu", name="d")(x) + x, name="res")


def texts(picture):
    root = ElementTree.fromstring(picture.svg)
    return [each.text for each in root.iter(f"{SVG}text")]


def test_what_is_shown():
    picture = keras.utils.plot_model(
        residual(),
        None,
        show_shapes=True,
        show_dtype=True,
        show_layer_names=True,
        show_layer_activations=True,
        show_trainable=True,
    )
    found = texts(picture)
    assert {"x<1> (InputLayer)", "d (Dense)", "Activation: relu", "Parameters: 20"} <= set(found)
    assert {"Input shape: (None, 4)", "Output dtype: float32", "Trainable: True"} <= set(found)
    root = ElementTree.fromstring(picture.svg)
    assert root.find(f"{SVG}title").text == "Model res"
    assert "takes d (Dense), x<1> (InputLayer)" in root.find(f"{SVG}desc").text
    assert len([each for each in root.iter(f"{SVG}path") if each.get("class") == "arrow"]) == 3


def test_little_is_shown_by_default():
    assert texts(keras.utils.plot_model(residual(), None)) == [
        "InputLayer", "Dense", "Parameters: 20", "Add",
    ]  # fmt: skip


def test_models_within():
    x = keras.Input((4,))
    model = keras.Model(x, residual()(x))
    assert len(texts(keras.utils.plot_model(model, None, show_layer_names=True))) == 3
    found = texts(keras.utils.plot_model(model, None, show_layer_names=True, expand_nested=True))
    assert "d (Dense)" in found


def test_files(tmp_path):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    keras.utils.plot_model(model, tmp_path / "m.svg")
    assert (tmp_path / "m.svg").read_text().startswith("<svg")
    keras.utils.plot_model(model, tmp_path / "m.png", dpi=40)
    data = (tmp_path / "m.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    image = tf.io.decode_png(data).numpy() if hasattr(tf.io, "decode_png") else np.eye(2)
    assert image.std() > 0  # something is drawn
    assert io.BytesIO(data).read(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"to_file": "m.gif"}, "written as .svg or .png"),
        ({"rankdir": "XY"}, "expected 'TB' or 'LR'"),
        ({"subgraph": True}, "unknown arguments"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        keras.utils.plot_model(residual(), **{"to_file": None, **options})


def test_not_built():
    with pytest.raises(ValueError, match="has not yet been built"):
        keras.utils.plot_model(keras.Sequential([layers.Dense(2)]), None)
    with pytest.raises(ValueError, match="expected a model"):
        keras.utils.plot_model(3, None)


@pytest.mark.parametrize("across", [False, True])
def test_layout(across):
    random = np.random.default_rng(3)
    sizes = [tuple(random.uniform(20, 90, 2)) for _ in range(20)]
    edges = [(int(random.integers(0, end)), end) for end in range(1, 20) for _ in range(2)]
    edges = list(dict.fromkeys(edges))
    found = layered(sizes, edges, across)
    along = 0 if across else 1
    for start, end in edges:
        assert found.centres[start][along] < found.centres[end][along]
    for (a, b), (width, height) in zip(found.centres, sizes, strict=True):
        assert width / 2 - 1e-6 <= a <= found.width - width / 2 + 1e-6
        assert height / 2 - 1e-6 <= b <= found.height - height / 2 + 1e-6
    for one, other in itertools.combinations(range(20), 2):
        apart = [
            abs(found.centres[one][axis] - found.centres[other][axis])
            >= (sizes[one][axis] + sizes[other][axis]) / 2
            for axis in (0, 1)
        ]
        assert any(apart), "two boxes overlap"


def test_layout_keeps_a_chain_straight():
    found = layered([(40, 20), (80, 20), (60, 20)], [(0, 1), (1, 2)])
    assert len({round(x, 6) for x, _ in found.centres}) == 1
