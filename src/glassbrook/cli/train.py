"""``glassbrook train digits`` and ``glassbrook train line``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from glassbrook.cli.console import json_option, report
from glassbrook.cli.options import layer_sizes, positive

__all__ = ["train"]

OPTIMIZERS = ("adam", "sgd", "rmsprop")
ACTIVATIONS = ("relu", "sigmoid", "tanh", "leaky_relu", "elu", "selu", "gelu", "silu")


@click.group()
def train() -> None:
    """Train a network that comes with Glassbrook."""


def _out_option(command: Any) -> Any:
    return click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder for the results.  [default: runs/<name>]",
    )(command)


def _run_folder(name: str) -> Path:
    """A new folder under ``runs``, named after what is trained and when."""
    base = Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
    folder, number = base, 2
    while folder.exists():
        folder, number = base.with_name(f"{base.name}-{number}"), number + 1
    return folder


@train.command()
@click.option(
    "--data",
    type=click.Choice(("auto", "mnist", "fashion_mnist", "strokes")),
    default="auto",
    show_default=True,
    help="auto: MNIST if it is here or can be downloaded, else strokes.",
)
@click.option("--epochs", type=click.IntRange(1, 100_000), default=5, show_default=True)
@click.option("--batch-size", type=click.IntRange(1, 1_000_000), default=128, show_default=True)
@click.option("--optimizer", type=click.Choice(OPTIMIZERS), default="adam", show_default=True)
@click.option(
    "--learning-rate", metavar="NUMBER", callback=positive, help="[default: the optimizer's own]"
)
@click.option(
    "--hidden",
    metavar="SIZES",
    callback=layer_sizes,
    default="256,128",
    show_default=True,
    help="Sizes of the hidden layers.",
)
@click.option("--activation", type=click.Choice(ACTIVATIONS), default="relu", show_default=True)
@click.option(
    "--loss", type=click.Choice(("crossentropy", "mse")), default="crossentropy", show_default=True
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@_out_option
@json_option
def digits(out: Path | None, as_json: bool, **settings: Any) -> None:
    """Train a network on handwritten digits and test it.

    Writes model.gbk, history.csv, curves.png, confusion.png and samples.png.
    """
    from glassbrook.cli.digits import DigitsJob
    from glassbrook.keras.callbacks import ProgbarLogger

    job = DigitsJob(folder=out or _run_folder("digits"), **settings)
    epochs = (lambda numbers: report(numbers, as_json)) if as_json else (lambda numbers: None)
    report(job.run(ProgbarLogger(stream=sys.stderr), epochs), as_json)


@train.command()
@click.option("--points", type=click.IntRange(2, 10_000_000), default=100, show_default=True)
@click.option("--noise", type=float, default=0.01, show_default=True, help="Standard deviation.")
@click.option("--slope", type=float, default=1.477, show_default=True)
@click.option("--intercept", type=float, default=0.089, show_default=True)
@click.option(
    "--learning-rate", metavar="NUMBER", callback=positive, default="0.01", show_default=True
)
@click.option("--steps", type=click.IntRange(1, 10_000_000), default=1000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@_out_option
@json_option
def line(out: Path | None, as_json: bool, **settings: Any) -> None:
    """Fit a line to noisy points by gradient descent.

    Writes fit.png: the points, the fitted line, and the loss as it fell.
    """
    from glassbrook.cli.line import LineJob

    if settings["noise"] < 0:
        raise click.BadParameter("a standard deviation is at least 0.", param_hint="--noise")
    report(LineJob(folder=out or _run_folder("line"), **settings).run(), as_json)
