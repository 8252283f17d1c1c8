"""`confusion_matrix`: counts against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest

from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.explain.charts.confusion import confusion_matrix
from tests.explain.charts.support import checked
from tests.explain.charts.test_charts import contrast


def samples(count=200, classes=4):
    random = np.random.default_rng(1)
    labels = random.integers(0, classes, count)
    return labels, np.where(random.random(count) < 0.6, labels, random.integers(0, classes, count))


def test_counts_precision_and_recall():
    labels, predictions = samples()
    picture = confusion_matrix(labels, predictions)
    texts = checked(picture)
    counts = [[int(((labels == a) & (predictions == b)).sum()) for b in range(4)] for a in range(4)]
    assert [row[1:] for row in picture.tables[0].rows] == counts
    assert {str(each) for row in counts for each in row if each} <= set(texts)
    for number, (_, there, right, precision, recall) in enumerate(picture.tables[1].rows):
        assert there == (labels == number).sum()
        assert right == counts[number][number]
        assert precision == pytest.approx(np.mean(labels[predictions == number] == number))
        assert recall == pytest.approx(np.mean(predictions[labels == number] == number))
    right = int((labels == predictions).sum())
    assert picture.title == f"{right} of 200 right: {right / 2:.2f} %"
    wrong = np.array(counts) - np.diag(np.diag(counts))
    assert f"({wrong.max()})" in picture.description


@pytest.mark.parametrize(
    "form",
    [
        lambda labels: np.eye(4)[labels],
        lambda labels: labels[:, None],
        lambda labels: labels.astype(np.float32),
        list,
    ],
)
def test_forms_of_labels_and_predictions(form):
    labels, predictions = samples()
    expected = confusion_matrix(labels, predictions).tables[0].rows
    assert confusion_matrix(form(labels), predictions).tables[0].rows == expected
    if form(labels).__class__ is list or form(labels).ndim == 2:
        assert confusion_matrix(labels, form(predictions)).tables[0].rows == expected


def test_probabilities_of_one_class():
    picture = confusion_matrix([0, 1, 1], [[0.4], [0.6], [0.2]], classes=["no", "yes"])
    assert picture.tables[0].rows == [["no", 1, 0], ["yes", 1, 1]]
    assert {"no", "yes"} <= set(checked(picture))
    assert "yes for no (1)" in picture.description


def test_classes_that_do_not_occur():
    picture = confusion_matrix([0, 0], [0, 0], classes=3)
    assert picture.tables[1].rows[2] == ["2", 0, 0, None, None]
    checked(picture)


def test_many_classes():
    """Their counts are in the table, but do not fit into the picture."""
    labels = np.repeat(np.arange(60), 777)
    picture = confusion_matrix(labels, labels)
    assert "777" not in checked(picture)
    assert [row[1 + number] for number, row in enumerate(picture.tables[0].rows)] == [777] * 60


@pytest.mark.parametrize(
    ("labels", "predictions", "options", "error", "message"),
    [
        ([0, 1], [0], {}, ShapeError, "2 labels and 1 predictions"),
        ([], [], {}, InvalidArgumentError, "no sample"),
        ([0, -1], [0, 0], {}, OutOfRangeError, "labels must not be negative"),
        ([0, 1], [0.5, 0.7], {}, InvalidArgumentError, r"predictions must be whole .* > 0\.5"),
        ([0, 1], [0, np.nan], {}, InvalidArgumentError, "whole numbers"),
        (["a", "b"], [0, 1], {}, InvalidArgumentError, "labels must be whole numbers"),
        (3, [0], {}, ShapeError, r"class numbers \[n\] or rows"),
        ([0, 5], [0, 1], {"classes": 3}, OutOfRangeError, "prediction is 5; .*classes=6"),
        ([0, 2], [0, 1], {"classes": ["a", "b"]}, OutOfRangeError, "There are 2 classes"),
    ],
)
def test_bad_arguments(labels, predictions, options, error, message):
    with pytest.raises(error, match=message):
        confusion_matrix(labels, predictions, **options)


def test_numbers_can_be_read_on_their_cells():
    """Over every colour that a cell can have, on light and on dark paper."""
    from glassbrook.explain.charts import confusion, landscape
    from glassbrook.keras.utils.plotting.charts import DARK, INK, PAPER, SIGNED, rgb

    def mixed(over, under, share):
        values = share * np.array(rgb(over)) + (1 - share) * np.array(rgb(under))
        return "#" + "".join(f"{round(255 * each):02x}" for each in values)

    deepest = [(color, confusion._DEEPEST) for color in SIGNED]
    deepest.append((SIGNED[0], landscape._DEEPEST))
    for color, share in deepest:
        for part in np.linspace(0, share, 9):
            assert contrast(INK, mixed(color, PAPER, part)) >= 4.5
            assert contrast(DARK[INK], mixed(color, DARK[PAPER], part)) >= 4.5
