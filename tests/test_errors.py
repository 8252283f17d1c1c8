"""Errors say where, what came, what was expected and how to mend it; the catalogue shows them."""

from __future__ import annotations

import copy
import inspect
import linecache
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError, shortened
from tests import error_catalogue
from tests.bad_calls import BAD_TENSORS, Bad, recorded, set_item, twice
from tests.common_mistakes import MISTAKES, Mistake
from tests.keras.bad_calls import BAD_MODELS

A = np.ones((2, 3), np.float32)
BAD = (*BAD_TENSORS, *BAD_MODELS)
LONGEST = 1600


class TestTheCatalogue:
    def test_is_what_the_classes_and_programs_say(self):
        written = error_catalogue.PAGE.read_text(encoding="utf-8")
        assert written == error_catalogue.page(), "docs/errors.md is old: make errors"

    @pytest.mark.parametrize("kind", error_catalogue.classes(), ids=lambda kind: kind.__name__)
    def test_every_class_explains_itself(self, kind):
        for name in ("causes", "mend", "example"):
            assert vars(kind)[name].strip(), f"{kind.__name__} has no {name} of its own"
        error = error_catalogue.error_of(error_catalogue.example_of(kind))
        assert isinstance(error, kind)

    def test_every_public_class_is_in_it(self):
        listed = {kind.__name__ for kind in error_catalogue.classes()}
        assert listed == {name for name in tf.errors.__all__ if name.endswith("Error")}

    @pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.title)
    def test_the_commonest_mistakes_give_their_error(self, mistake: Mistake):
        error = error_catalogue.error_of(mistake.source)
        assert isinstance(error, mistake.kind)
        lines = mistake.source.splitlines()
        places = [note for note in error.__notes__ if note.startswith("at program.py:")]
        assert places
        number = int(places[0].split(":")[1])
        assert lines[number - 1].strip() == places[0].split(":", 2)[2].strip()


def lines_of(call: Callable[[], Any]) -> set[int]:
    return {line for _, _, line in call.__code__.co_lines() if line is not None}


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_call_is_explained(bad: Bad):
    with pytest.raises(bad.kind) as caught:
        bad.call()
    error, message = caught.value, str(caught.value)
    for words in bad.says:
        assert words in message
    assert len(message) <= LONGEST
    places = [note for note in error.__notes__ if note.startswith("at ")]
    assert len(places) == 1
    file = inspect.getfile(bad.call)
    assert places[0].startswith(f"at {file}:")
    number = int(places[0].removeprefix(f"at {file}:").split(":")[0])
    assert any(number in lines_of(each) for each in (bad.call, twice, set_item, recorded))
    assert len(places[0]) < 600


def test_the_table_is_a_sweep():
    assert len(BAD) >= 100
    assert len({bad.name for bad in BAD}) == len(BAD)


class TestBounds:
    def test_a_message_is_never_endless(self):
        error = InvalidArgumentError("x" * 10**6 + "mend")
        assert len(str(error)) <= 2000
        assert str(error).endswith("mend")
        assert error.message == str(error)

    @pytest.mark.parametrize("length", [0, 1, 18, 19, 20, 1000])
    def test_a_value_is_shortened(self, length):
        text = shortened("a" * length, 20)
        assert len(text) <= 20
        assert (text == repr("a" * length)) == (length <= 18)
        assert text[0] == text[-1] == "'"

    def test_a_value_whose_repr_fails_is_named_by_its_class(self):
        class Broken:
            def __repr__(self) -> str:
                raise RuntimeError

        assert shortened(Broken()) == "<Broken>"

    def test_an_error_can_be_copied(self):
        with pytest.raises(ShapeError) as caught:
            tf.reshape(A, [7])
        other = copy.deepcopy(caught.value)
        assert (type(other), str(other)) == (ShapeError, str(caught.value))


def test_the_line_is_that_of_the_innermost_users_code():
    def own(x):
        return tf.reshape(x, [7])

    with pytest.raises(ShapeError) as caught:
        own(A)
    assert any("return tf.reshape(x, [7])" in note for note in caught.value.__notes__)
    assert os.path.basename(__file__) in caught.value.__notes__[0]


def test_an_endless_line_is_cut():
    program = f"tf.reshape(x, [7])  # {'and so on ' * 10_000}\n"
    names = {"tf": tf, "x": A}
    linecache.cache["endless.py"] = (len(program), None, [program], "endless.py")
    with pytest.raises(ShapeError) as caught:
        exec(compile(program, "endless.py", "exec"), names)
    (place,) = caught.value.__notes__
    assert place.startswith("at endless.py:1: tf.reshape(x, [7])")
    assert len(place) < 300
