"""`draw_program`: the kernels and the memory plan of the program, as they are."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.engine.compiler.memory import ALIGNMENT
from glassbrook.engine.compiler.pipeline import planned
from glassbrook.engine.compiler.unit import Code
from glassbrook.explain.program import CompiledPart

SVG = "{http://www.w3.org/2000/svg}"
ROWS, INPUTS, UNITS = 16, 12, 8


def model():
    network = tf.keras.Sequential(
        [
            tf.keras.layers.Dense(UNITS, activation="relu"),
            tf.keras.layers.Dense(UNITS, activation="tanh"),
            tf.keras.layers.Dense(1),
        ]
    )
    network.compile(optimizer="adam", loss="mse")
    return network


def batch():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(ROWS, INPUTS)).astype(np.float32)
    return x, generator.normal(size=(ROWS, 1)).astype(np.float32)


@pytest.fixture(scope="module")
def report():
    return tf.program(model().train_step, batch(), print_fn=None)


def frames(picture, tone):
    root = ElementTree.fromstring(picture.svg)
    return [
        each
        for each in root.iter(f"{SVG}rect")
        if each.get("class") in {f"frame {t}" for t in tone}
    ]


def test_temporaries_lie_apart_whenever_they_live_together(report):
    (part,) = report.compiled
    assert len(part.temporaries) > 5
    for one, other in itertools.combinations(part.temporaries, 2):
        together = one.first <= other.last and other.first <= one.last
        apart = one.offset + one.bytes <= other.offset or other.offset + other.bytes <= one.offset
        assert apart or not together, f"{one} and {other} overlap"


def test_the_peak_is_the_size_of_the_plan(report):
    (part,) = report.compiled
    ends = [each.offset + -(-each.bytes // ALIGNMENT) * ALIGNMENT for each in part.temporaries]
    assert max(ends) == part.arena_bytes
    assert part.unshared_bytes == sum(
        -(-each.bytes // ALIGNMENT) * ALIGNMENT for each in part.temporaries
    )
    assert part.arena_bytes < part.unshared_bytes


def test_the_reports_are_those_of_the_plan_that_was_compiled():
    weights = tf.Variable(tf.ones([INPUTS, UNITS]))

    def layer(x):
        return tf.reduce_sum(tf.nn.softmax(tf.tanh(x @ weights) @ tf.transpose(weights)))

    function = tf.function(layer)
    x = tf.ones([ROWS, INPUTS])
    (part,) = tf.program(function, x, print_fn=None).compiled
    phases, plan = planned(function.replay_for(x).graph)
    calls = [call for phase in phases for call in phase.calls]
    assert len(part.kernels) == len(calls)
    assert plan.size == part.arena_bytes
    found = sorted((each.offset, each.bytes) for each in part.temporaries)
    assert found == sorted((offset, buffer.bytes) for buffer, offset in plan.offsets.items())
    for each in part.temporaries:
        users = [
            number
            for number, kernel in enumerate(part.kernels)
            if each.name in (*kernel.reads, *kernel.writes)
        ]
        assert (min(users), max(users)) == (each.first, each.last)
        assert each.name in part.kernels[each.first].writes


def test_reports_come_back_from_disk(report):
    (part,) = report.compiled
    code = Code(b"machine code", part.arena_bytes, 0, part.kernels, part.temporaries)
    assert Code.from_header(code.header(), b"machine code") == code


def test_boxes_and_rectangles(report):
    picture = report.picture()
    (part,) = report.compiled
    assert len(frames(picture, ["layer", "library"])) == len(report.kernels)
    assert len(frames(picture, ["group"])) == len(report.phases)
    chains = {(kernel.phase, kernel.chain) for kernel in report.kernels}
    assert len(frames(picture, ["chain"])) == len(chains)
    rectangles = frames(picture, ["memory", "memory-other"])
    # One more is the bar of the arena, beside the one without sharing.
    assert len(rectangles) == len(part.temporaries) + 1
    assert len(frames(picture, ["unshared"])) == 1
    kernels, temporaries = picture.tables
    assert len(kernels.rows) == len(report.kernels)
    assert [row[3:5] for row in temporaries.rows] == [
        (each.offset, each.bytes) for each in part.temporaries
    ]


def test_rectangles_are_where_the_plan_says(report):
    (part,) = report.compiled
    root = ElementTree.fromstring(report.picture().svg)
    boxes = {}
    for frame in root.iter(f"{SVG}rect"):
        note = frame.find(f"{SVG}title")
        if note is not None and "at byte" in note.text:
            name = note.text.split(":")[0]
            boxes[name] = [float(frame.get(each)) for each in ("x", "y", "width", "height")]
    biggest = max(part.temporaries, key=lambda each: each.bytes)
    scale = boxes[biggest.name][3] / biggest.bytes
    step = boxes[biggest.name][2] / (biggest.last - biggest.first + 1)
    origin = boxes[biggest.name][0] - step * biggest.first
    floor = boxes[biggest.name][1] + boxes[biggest.name][3] + scale * biggest.offset
    for each in part.temporaries:
        x, y, width, height = boxes[each.name]
        assert x == pytest.approx(origin + step * each.first, abs=0.3)
        assert width == pytest.approx(step * (each.last - each.first + 1), abs=0.3)
        assert height == pytest.approx(scale * each.bytes, abs=0.3)
        assert y + height == pytest.approx(floor - scale * each.offset, abs=0.3)


def test_what_the_interpreter_runs_and_what_loops():
    def ordered(x):
        _, y = tf.while_loop(
            lambda i, _: i < 10, lambda i, y: (i + 1, tf.sin(y)), [tf.constant(0), x]
        )
        return tf.sin(tf.sort(y))

    picture = tf.explain.draw_program(ordered, tf.ones([3, 4]))
    assert len(frames(picture, ["interpreted"])) == 1
    texts = [each.text for each in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]
    assert "while: each turn" in texts
    assert "argsort int32[3, 4]" in texts
    assert "in the interpreter" in picture.description


def test_what_the_library_does_has_a_frame_of_its_own():
    # A matrix by a vector is always the library's.
    picture = tf.explain.draw_program(lambda a, b: a @ b, tf.ones([64, 64]), tf.ones([64, 1]))
    assert len(frames(picture, ["library"])) == 1
    assert picture.tables[0].rows[0][4] == "product, BLAS"
    assert "does 1 of them" in picture.description


def test_a_large_program_is_bounded():
    def chain(x):
        for _ in range(150):
            x = tf.nn.softmax(x @ x)
        return x

    picture = tf.explain.draw_program(chain, tf.eye(4), most_boxes=20)
    assert len(frames(picture, ["layer", "library"])) == 20
    assert len(frames(picture, ["omitted"])) >= 1
    assert len(frames(picture, ["memory", "memory-other"])) <= 301
    assert len(picture.svg) < 300_000


def test_nothing_changes_and_notebooks_show_it(tmp_path):
    network, (x, y) = model(), batch()
    network(x)
    before = [each.numpy() for each in network.weights]
    picture = tf.explain.draw_program(network.train_step, (x, y), to_file=tmp_path / "p.svg")
    assert (tmp_path / "p.svg").read_text() == picture.svg
    for old, new in zip(before, network.weights, strict=True):
        np.testing.assert_array_equal(old, new.numpy())
    assert "<img" in tf.program(network, x, print_fn=None)._repr_html_()


@pytest.mark.parametrize("options", [{"most_boxes": 3}, {"most_boxes": 2.5}, {"to_file": "p.bmp"}])
def test_bad_options(options):
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.explain.draw_program(tf.sin, tf.ones([3]), **options)


def test_no_program():
    with (
        pytest.warns(UserWarning, match="runs as ordinary code"),
        pytest.raises(tf.errors.InvalidArgumentError, match="is no program"),
    ):
        tf.explain.draw_program(lambda x: x if float(x) > 0 else -x, tf.constant(1.0))


def test_a_part_without_temporaries():
    picture = tf.explain.draw_program(tf.sin, tf.ones([3]))
    assert picture.tables[1].rows == []
    assert isinstance(tf.program(tf.sin, tf.ones([3]), print_fn=None).compiled[0], CompiledPart)
