"""Data sets of texts and prices, as Keras shuffles, splits and marks them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras.src.datasets import boston_housing, california_housing, imdb, reuters

from tests.parity.support import describe, first_difference, glassbrook

KERAS = {
    "imdb": imdb,
    "reuters": reuters,
    "boston_housing": boston_housing,
    "california_housing": california_housing,
}


def lists(count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    array = np.empty(count, object)
    array[:] = [random.integers(1, 30, random.integers(1, 9)).tolist() for _ in range(count)]
    return array


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("datasets")
    random = np.random.default_rng(0)
    labels = {f"y_{part}": random.integers(0, 2, 12) for part in ("train", "test")}
    np.savez(path / "imdb.npz", x_train=lists(12, 1), x_test=lists(12, 2), **labels)
    np.savez(path / "reuters.npz", x=lists(20, 3), y=random.integers(0, 46, 20))
    for name, width in (("boston", 13), ("california", 8)):
        table = {"x": random.normal(size=(700, width)), "y": random.normal(size=700)}
        np.savez(path / f"{name}_housing.npz", **table)
    return path


ROWS: list[tuple[str, dict[str, Any]]] = [
    ("imdb", {}),
    ("imdb", {"num_words": 20}),
    ("imdb", {"num_words": 20, "skip_top": 6, "oov_char": None}),
    ("imdb", {"maxlen": 7, "seed": 3}),
    ("imdb", {"start_char": None}),
    ("imdb", {"start_char": None, "index_from": 0, "skip_top": 2}),
    ("imdb", {"start_char": 9, "oov_char": 8, "index_from": 10}),
    ("reuters", {}),
    ("reuters", {"test_split": 0.4, "maxlen": 6, "num_words": 15}),
    ("reuters", {"start_char": None, "oov_char": None}),
    ("boston_housing", {}),
    ("boston_housing", {"test_split": 0.3, "seed": 4}),
    ("boston_housing", {"test_split": 0}),
    ("california_housing", {"version": "small"}),
    ("california_housing", {"seed": 1}),
]


@pytest.mark.filterwarnings("ignore:.*Used all the same")
@pytest.mark.parametrize(("name", "options"), ROWS, ids=str)
def test_load_data(
    name: str, options: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(folder / f"{name}.npz")
    monkeypatch.setattr(KERAS[name], "get_file", lambda *_, **__: path)
    monkeypatch.setenv("GLASSBROOK_VERIFY", "0")
    expected = KERAS[name].load_data(**options)
    found = getattr(glassbrook.keras.datasets, name).load_data(path=path, **options)
    assert first_difference(plain(expected), plain(found), 0, 0) is None


def test_topics() -> None:
    assert glassbrook.keras.datasets.reuters.get_label_names() == reuters.get_label_names()


def plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    return (value.dtype.name, value.tolist()) if value.dtype == object else describe(value)
