"""``glassbrook predict``, ``evaluate`` and ``summary``: use a model that was saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from glassbrook.cli.console import json_option, report
from glassbrook.errors import DataError, ModelFileError

__all__ = ["check_digit_model", "evaluate", "predict", "summary"]

_MODEL = click.argument("model", type=click.Path(path_type=Path))


def _load(path: Path) -> Any:
    from glassbrook import keras

    return keras.models.load_model(path)


def check_digit_model(model: Any, path: Path) -> None:
    """Raise unless the model takes 28×28 images and gives one output per digit."""
    try:
        outputs = model.predict(np.zeros((1, 28, 28), np.uint8), verbose=0)
    except (ValueError, TypeError) as error:
        raise ModelFileError(
            f"{path}: this model does not take images of 28×28 pixels, as models of "
            f"`glassbrook train digits` do: {str(error).splitlines()[0]}"
        ) from error
    if outputs.shape != (1, 10):
        raise ModelFileError(
            f"{path}: this model gives outputs of shape {outputs.shape[1:]}, expected 10 numbers, "
            "one per digit."
        )


@click.command()
@_MODEL
@click.argument("images", type=click.Path(path_type=Path), nargs=-1, required=True)
@json_option
def predict(model: Path, images: tuple[Path, ...], as_json: bool) -> None:
    """Say which digit each of IMAGES shows, and how sure MODEL is.

    PNG or JPEG of any size; light or dark ink. Images that cannot be read are named on stderr.
    """
    from glassbrook.cli.digits import probabilities
    from glassbrook.datasets.images import load_digit
    from glassbrook.errors import NotFoundError

    network = _load(model)
    check_digit_model(network, model)
    failure: Exception | None = None
    for path in images:
        try:
            digit = load_digit(path)
        except (DataError, NotFoundError) as error:
            if len(images) == 1:
                raise
            click.echo(f"Error: {error.args[0]}", err=True)
            failure = error
            continue
        confidence = probabilities(network, network.predict(digit[np.newaxis], verbose=0))[0]
        prediction = int(confidence.argmax())
        if as_json:
            row = {
                "image": str(path),
                "digit": prediction,
                "confidence": float(confidence[prediction]),
                "probabilities": [float(value) for value in confidence],
            }
            report(row, as_json)
        else:
            click.echo(f"{path}\t{prediction}\t{confidence[prediction]:.1%}")
    if failure is not None:
        raise DataError("Some images could not be read.") from failure


@click.command()
@_MODEL
@click.option(
    "--data",
    type=click.Choice(("auto", "mnist", "fashion_mnist", "strokes")),
    default="auto",
    show_default=True,
)
@json_option
def evaluate(model: Path, data: str, as_json: bool) -> None:
    """Test MODEL on the test images of a data set."""
    from glassbrook.cli import digits

    network = _load(model)
    check_digit_model(network, model)
    if network.loss is None:
        raise ModelFileError(
            f"{model}: the model was saved without its loss, so it cannot be evaluated. "
            "Call model.compile(...) before model.save(...)."
        )
    images = digits.load(data)
    labels = digits.targets(images.y_test, digits.loss_name(network))
    found = network.evaluate(images.x_test, labels, batch_size=1024, verbose=0, return_dict=True)
    result = {"data": images.name, "images": len(labels)}
    report({**result, **{f"test_{name}": float(value) for name, value in found.items()}}, as_json)


@click.command()
@_MODEL
@json_option
def summary(model: Path, as_json: bool) -> None:
    """Show the layers of MODEL, their shapes and how many parameters they have."""
    network = _load(model)
    if not as_json:
        network.summary()
        return
    layers = [
        {"name": layer.name, "class": type(layer).__name__, "parameters": layer.count_params()}
        for layer in network.layers
    ]
    report({"name": network.name, "parameters": network.count_params(), "layers": layers}, as_json)
