"""Run the examples' `main` on small data, on Glassbrook or on TensorFlow."""

from __future__ import annotations

import contextlib
import io
import pathlib
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import glassbrook

FOLDER = pathlib.Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Run:
    """An example, the arguments of its `main`, and within which bounds the result has to lie.

    Attributes:
        digits: whether it takes the path of a file with digits.
        folder: whether it takes a folder to write to.
        near: how far the result may be from TensorFlow's.
    """

    name: str
    arguments: dict[str, Any]
    low: float
    high: float
    digits: bool = False
    folder: bool = False
    near: float = 1e-3
    label: str = field(default="")

    def __str__(self) -> str:
        return f"{self.name}{'-' + self.label if self.label else ''}"


RUNS = [
    Run("table_regression", {"synthetic": True, "epochs": 40}, 0.0, 4.0),
    Run("mnist_by_tape", {"epochs": 3}, 0.5, 1.0, digits=True),
    Run("mnist_by_fit", {"epochs": 3}, 0.5, 1.0, digits=True),
    Run("mnist_convolution", {"epochs": 3}, 0.5, 1.0, digits=True),
    Run("autoencoder", {"epochs": 1}, 0.0, 0.25, digits=True),
    Run("variational_autoencoder", {"epochs": 1}, 100.0, 545.0, digits=True, near=2.0),
    Run("sentiment", {"synthetic": True, "count": 400, "epochs": 1}, 0.3, 1.0, near=0.1),
    Run(
        "sentiment",
        {"synthetic": True, "count": 400, "epochs": 1, "cell": "gru"},
        0.3,
        1.0,
        label="gru",
    ),
    Run("custom_layer_and_loop", {"count": 600, "epochs": 20}, 0.8, 1.0),
    Run("callbacks_and_checkpoints", {"count": 300, "epochs": 8}, 0.6, 1.0, folder=True),
    Run("save_and_load", {}, 0.0, 1e-5, folder=True),
]


def write_digits(path: pathlib.Path, train: int = 512, test: int = 128) -> None:
    """A file of drawn digits in the form of MNIST's."""
    (x_train, y_train), (x_test, y_test) = glassbrook.datasets.strokes.load_data(train, test, 0)
    np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


def run(example: Run, framework: Any, digits: pathlib.Path, folder: pathlib.Path) -> float:
    """What `main` returns, first of several numbers; the example's module is made anew."""
    source = (FOLDER / f"{example.name}.py").read_text(encoding="utf-8")
    arguments = dict(example.arguments)
    if example.digits:
        arguments["data"] = str(digits)
    if example.folder:
        arguments["folder"] = str(folder)
    namespace: dict[str, Any] = {"__name__": f"examples.{example.name}"}
    names = {"glassbrook": framework, "glassbrook.keras": framework.keras}
    saved = {name: sys.modules.get(name) for name in names}
    with contextlib.redirect_stdout(io.StringIO()):
        sys.modules.update(names)
        try:
            exec(compile(source, str(FOLDER / f"{example.name}.py"), "exec"), namespace)
        finally:
            for name, module in saved.items():
                if module is None:
                    del sys.modules[name]
                else:
                    sys.modules[name] = module
        result = namespace["main"](**arguments)
    return float(result[0] if isinstance(result, tuple) else result)
