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
    assert len([each for each in root.iter(f"{SVG}path") if "arrow" in each.get("class")]) == 3


def test_several_drawings_in_one_page_are_named_apart():
    found = [
        ElementTree.fromstring(keras.utils.plot_model(residual(), None, show_shapes=shapes).svg)
        for shapes in (False, True)
    ]
    names = [each.get("aria-labelledby").split() for each in found]
    assert len({each for pair in names for each in pair}) == 4
    for root, (title, words) in zip(found, names, strict=True):
        assert root.find(f"{SVG}title").get("id") == title
        assert root.find(f"{SVG}desc").get("id") == words


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


def test_what_flows_is_written_on_every_edge():
    picture = keras.utils.plot_model(residual(), None, show_edges=True)
    assert texts(picture).count("float32[None, 4]") == 3
    chain = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    found = texts(keras.utils.plot_model(chain, None, show_edges=True, rankdir="LR"))
    assert [each for each in found if "[" in each] == ["float32[None, 4]", "float32[None, 3]"]


@pytest.mark.parametrize("across", [False, True])
def test_labels_lie_on_their_lines_and_overlap_no_box(across):
    sizes, label = [(60, 30)] * 5, (90, 14)
    edges = [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4), (0, 4)]
    found = layered(sizes, edges, across, [label] * len(edges))
    things = [(place, size) for place, size in zip(found.centres, sizes, strict=True)]
    for place, line in zip(found.labels, found.lines, strict=True):
        things.append((place, label))
        level = 1 if across else 0
        assert any(point[1 - level] == pytest.approx(place[1 - level], abs=60) for point in line)
        assert any(point[level] == pytest.approx(place[level]) for point in line)
    for ((x, y), one), ((a, b), other) in itertools.combinations(things, 2):
        apart = abs(x - a) >= (one[0] + other[0]) / 2, abs(y - b) >= (one[1] + other[1]) / 2
        assert any(apart), "two things overlap"


def test_the_table_has_a_row_per_layer():
    x = keras.Input((4,), name="outer")
    model = keras.Model(x, residual()(x))
    (table,) = keras.utils.plot_model(model, None, expand_nested=True).tables
    rows = {row[0]: row[1:] for row in table.rows}
    assert len(rows) == 5
    assert rows["res"] == ("Functional", "(None, 4)", "float32", 20, "outer")
    assert rows["res/d"] == ("Dense", "(None, 4)", "float32", 20, "x<1>")
    assert rows["res/add"][-1] == "d, x<1>" or rows["res/add"][-1] == "x<1>, d"


def test_files(tmp_path):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    keras.utils.plot_model(model, tmp_path / "m.svg")
    assert (tmp_path / "m.svg").read_text().startswith("<svg")
    keras.utils.plot_model(model, tmp_path / "m.html")
    assert "<table>" in (tmp_path / "m.html").read_text()
    keras.utils.plot_model(model, tmp_path / "m.png", dpi=40)
    data = (tmp_path / "m.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    image = tf.io.decode_png(data).numpy() if hasattr(tf.io, "decode_png") else np.eye(2)
    assert image.std() > 0  # something is drawn
    assert io.BytesIO(data).read(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"to_file": "m.gif"}, "written as .svg, .html, .png"),
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
