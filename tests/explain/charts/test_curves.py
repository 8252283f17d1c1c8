"""`draw_curves`: what is drawn of a history, and what is said about it."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, NotFoundError
from glassbrook.explain.charts.curves import draw_curves
from tests.explain.charts.support import checked

HISTORY = {
    "loss": [2.0, 1.0, float("nan"), 0.5],
    "val_loss": [2.5, 1.5, 1.25, 1.75],
    "accuracy": [0.1, 0.5, 0.6, 0.7],
    "val_accuracy": [0.1, 0.4, 0.5, 0.45],
    "learning_rate": [0.1, 0.1, 0.01, 0.01],
}


def trained(path, **options):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    x = np.random.default_rng(0).normal(size=(32, 3)).astype(np.float32)
    y = x.sum(1, keepdims=True)
    log = tf.keras.callbacks.CSVLogger(path)
    return model.fit(x, y, epochs=4, verbose=0, validation_data=(x, y), callbacks=[log], **options)


def test_what_is_shown():
    picture = draw_curves(HISTORY)
    texts = checked(picture)
    assert [each for each in texts if each in HISTORY] == ["loss", "accuracy", "learning_rate"]
    assert texts.count("validation") == 2
    assert "Training" in texts
    (table,) = picture.tables
    assert list(table.columns) == ["epoch", *HISTORY]
    np.testing.assert_array_equal(np.array(table.rows)[:, 0], [1, 2, 3, 4])
    np.testing.assert_array_equal(np.array(table.rows)[:, 1:].T, list(HISTORY.values()))
    assert picture.description == (
        "loss went from 2 to 0.5 in 4 epochs, no finite number in 1 epoch, first in epoch 3; "
        "validation: 2.5 to 1.75, lowest in epoch 3. "
        "accuracy went from 0.1 to 0.7 in 4 epochs; validation: 0.1 to 0.45. "
        "learning_rate went from 0.1 to 0.01 in 4 epochs."
    )


def test_what_fit_returns_and_the_file_of_it_give_the_same(tmp_path):
    history = trained(tmp_path / "history.csv")
    ours, file = draw_curves(history), draw_curves(str(tmp_path / "history.csv"))
    columns = dict(zip(ours.tables[0].columns, np.array(ours.tables[0].rows).T))
    from_file = dict(zip(file.tables[0].columns, np.array(file.tables[0].rows).T))
    assert columns.keys() == from_file.keys() == {"epoch", *history.history}
    for name, values in history.history.items():
        np.testing.assert_array_equal(columns[name], values)
        np.testing.assert_array_equal(from_file[name], values)
    np.testing.assert_array_equal(columns["epoch"], [1, 2, 3, 4])


@pytest.mark.parametrize("form", ["history", "file"])
def test_a_validation_every_other_epoch(tmp_path, form):
    history = trained(tmp_path / "history.csv", validation_freq=2)
    picture = draw_curves(history if form == "history" else tmp_path / "history.csv")
    columns = list(picture.tables[0].columns)
    found = [row[columns.index("val_loss")] for row in picture.tables[0].rows]
    assert found[0] is None
    assert found[2] is None
    assert [found[1], found[3]] == history.history["val_loss"]


def test_epochs_go_on_where_training_went_on(tmp_path):
    history = trained(tmp_path / "a.csv", initial_epoch=2)
    assert [row[0] for row in draw_curves(history).tables[0].rows] == [3, 4]
    assert [row[0] for row in draw_curves(tmp_path / "a.csv").tables[0].rows] == [3, 4]


def test_one_epoch_and_nothing_finite():
    picture = draw_curves({"loss": [0.5]})
    assert picture.description == "loss was 0.5."
    ticks = [each for each in checked(picture) if each.startswith("1")]
    assert ticks == ["1"]  # there is no epoch 1.04
    assert "no finite value" in checked(draw_curves({"loss": [np.nan, np.inf]}, log_scale=True))


def test_logarithmic_losses():
    texts = checked(
        draw_curves({"loss": [100.0, 1.0, 0.0, 0.01], "accuracy": [0.1, 1, 1, 1]}, log_scale=True)
    )
    assert {"100", "1", "0.01"} <= set(texts)
    assert not any("$" in each for each in texts)
    checked(draw_curves({"loss": [0.31, 0.3]}, log_scale=True))


def test_many_metrics():
    picture = draw_curves({f"metric{number}": [1.0, 2.0] for number in range(15)})
    texts = checked(picture)
    assert "metric11" in texts
    assert "metric12" not in texts
    assert len(picture.tables[0].columns) == 16
    assert "not of the table: metric12, metric13, metric14." in picture.description


def test_files(tmp_path):
    draw_curves(HISTORY, title="Mine", to_file=tmp_path / "curves.html")
    assert "<h1>Mine</h1>" in (tmp_path / "curves.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({}, "there is no epoch"),
        ({"loss": []}, "there is no epoch"),
        (3, "expected what fit returned, .* got int"),
        ({"loss": ["high"]}, "'loss' must be a list of numbers"),
        ({"f1": [[0.1, 0.2]]}, "Leave out what has several numbers per epoch"),
        ({"loss": 0.5}, "'loss' must be a list of numbers"),
    ],
)
def test_bad_histories(history, message):
    with pytest.raises(InvalidArgumentError, match=message):
        draw_curves(history)


def test_bad_files(tmp_path):
    with pytest.raises(NotFoundError, match=r"no file .*CSVLogger\(path\) writes one"):
        draw_curves(tmp_path / "absent.csv")
    for content in ("", "a,b\n1,2\n", "epoch,loss\n1\n", "epoch;loss\n0;1\n"):
        (tmp_path / "bad.csv").write_text(content)
        with pytest.raises(InvalidArgumentError, match="no table with a column 'epoch'"):
            draw_curves(tmp_path / "bad.csv")
