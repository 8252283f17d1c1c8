"""``glassbrook draw``: pictures of models, graphs, programs, training and data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import numpy.typing as npt

from glassbrook.cli.console import json_option, report
from glassbrook.cli.models import check_digit_model
from glassbrook.errors import DataError, GlassbrookError, InvalidArgumentError, ModelFileError

if TYPE_CHECKING:
    from glassbrook.cli.digits import DigitData
    from glassbrook.keras.utils.plotting.picture import Picture

__all__ = ["draw"]

Array = npt.NDArray[Any]

_SURFACE_SAMPLES, _SURFACE_BATCH = 256, 32

_MODEL = click.argument("model", type=click.Path(path_type=Path))
_DATA = ("auto", "mnist", "fashion_mnist", "strokes")


def _checked(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Find out before any work whether a picture can be written there."""
    from glassbrook.keras.utils.plotting.picture import picture_path

    try:
        return None if value is None else picture_path(value)
    except InvalidArgumentError as error:
        raise click.BadParameter(str(error.args[0]), ctx, param) from error


def _drawn(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--out`` and ``--json``."""
    out = click.option(
        "--out",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=_checked,
        help="The picture, .svg, .html (with its numbers) or .png; replaced if it is there.  "
        "[default: a new .svg here, named after what is drawn]",
    )
    return out(json_option(command))


def _data_option(default: str | None = "auto") -> Callable[..., Any]:
    return click.option(
        "--data",
        type=click.Choice(_DATA),
        default=default,
        show_default=default is not None,
        help="Digits; auto: MNIST if it is here or can be downloaded, else strokes.",
    )


_BATCH = click.option("--batch", type=click.IntRange(1, 1_000_000), default=32, show_default=True)
_BOXES = click.option(
    "--boxes",
    type=click.IntRange(4, 2_000),
    default=60,
    show_default=True,
    help="Of more boxes, those in the middle are left out.",
)


@click.group()
def draw() -> None:
    """Draw a model, its graph, its program, its training, or what it does.

    Pictures need nothing beside them: no Graphviz, no server. They are for light and dark
    surroundings, and .html holds the numbers behind them too.
    """


def _place(out: Path | None, name: str) -> Path:
    """Where a picture goes: the file that was named, or a new one in this folder."""
    if out is not None:
        return out
    path, number = Path(f"{name}.svg"), 2
    while path.exists():
        path, number = Path(f"{name}-{number}.svg"), number + 1
    return path


def _save(
    picture: Picture, out: Path | None, name: str, as_json: bool, facts: Mapping[str, Any]
) -> None:
    path = _place(out, name)
    try:
        picture.save(path)
    except GlassbrookError:
        raise
    except OSError as error:
        raise DataError(
            f"--out: cannot write {str(path)!r}: {error.strerror}. Name another file."
        ) from error
    found = {"picture": str(path), **facts}
    if as_json:
        found |= {"title": picture.title, "description": picture.description}
    report(found, as_json)


def _loaded(path: Path) -> Any:
    from glassbrook import keras

    return keras.models.load_model(path)


def _loaded_digits(path: Path, *, compiled: bool = False) -> Any:
    network = _loaded(path)
    check_digit_model(network, path)
    if compiled:
        _check_compiled(network, path)
    return network


def _check_compiled(network: Any, path: Path) -> None:
    if getattr(network, "loss", None) is None or getattr(network, "optimizer", None) is None:
        raise ModelFileError(
            f"{path}: the model was saved without its loss and optimizer. "
            "Call model.compile(...) before model.save(...)."
        )


def _digits(name: str) -> DigitData:
    from glassbrook.cli import digits

    return digits.load(name)


def _targets(network: Any, labels: Array) -> Array:
    from glassbrook.cli import digits

    return digits.targets(labels, "crossentropy" if _takes_class_numbers(network) else "mse")


def _takes_class_numbers(network: Any) -> bool:
    """Whether the model's loss takes class numbers, not rows like the outputs."""
    from glassbrook.keras import losses

    # A loss that was named in compile() is a function, others are objects.
    loss = losses.get(network.loss)
    return loss is losses.sparse_categorical_crossentropy or isinstance(
        loss, losses.SparseCategoricalCrossentropy
    )


def _example(network: Any, path: Path, batch: int) -> Array:
    """Inputs for a model of which nothing matters but shape and dtype."""
    shape = getattr(network, "input_shape", None)
    if not isinstance(shape, tuple) or not all(isinstance(n, int) for n in shape[1:]):
        raise ModelFileError(
            f"{path}: the model takes {shape}, expected one input whose sizes are all known, "
            "but for the batch. Draw it from Python: tf.explain.draw_program(model, inputs)."
        )
    dtype = network.inputs[0].dtype if getattr(network, "inputs", None) else "float32"
    return np.zeros((batch, *shape[1:]), str(getattr(dtype, "name", dtype)))


@draw.command()
@_MODEL
@click.option(
    "--edges/--no-edges", default=True, show_default=True, help="Write what flows on the arrows."
)
@click.option("--nested", is_flag=True, help="Show the layers of models within.")
@click.option("--across", is_flag=True, help="From left to right.")
@_drawn
def model(
    model: Path, edges: bool, nested: bool, across: bool, out: Path | None, as_json: bool
) -> None:
    """Draw the layers of MODEL: shapes, parameters, and what flows from one to another."""
    from glassbrook.keras.utils.plotting import plot_model

    network = _loaded(model)
    picture = plot_model(
        network,
        None,
        show_layer_names=True,
        show_layer_activations=True,
        show_shapes=not edges,
        show_dtype=not edges,
        expand_nested=nested,
        rankdir="LR" if across else "TB",
        show_edges=edges,
    )
    facts = {"layers": len(picture.tables[0].rows), "parameters": network.count_params()}
    _save(picture, out, "model", as_json, facts)


@draw.command()
@_MODEL
@_data_option(default=None)
@_BATCH
@click.option("--gradients/--no-gradients", default=True, show_default=True)
@_BOXES
@_drawn
def graph(
    model: Path,
    data: str | None,
    batch: int,
    gradients: bool,
    boxes: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Draw the operations of MODEL, and beside them those of the gradient.

    With --data the graph ends in the loss on these digits, without in the model's outputs.
    """
    from glassbrook.explain.diagrams.graph import draw_graph

    if data is None:
        network = _loaded(model)
        target: Any = network
        arguments = [_example(network, model, batch)]
    else:
        network = _loaded_digits(model, compiled=True)
        digits = _digits(data)

        def loss(images: Any, labels: Any) -> Any:
            return network.compute_loss(x=images, y=labels, y_pred=network(images, training=True))

        target = loss
        arguments = [digits.x_train[:batch], _targets(network, digits.y_train[:batch])]
    picture = draw_graph(target, *_tensors(arguments), gradients=gradients, most_boxes=boxes)
    _save(picture, out, "graph", as_json, {"operations": len(picture.tables[0].rows)})


def _tensors(arrays: list[Array]) -> list[Any]:
    from glassbrook.tensor import convert_to_tensor

    return [convert_to_tensor(each) for each in arrays]


@draw.command()
@_MODEL
@_BATCH
@click.option("--step", is_flag=True, help="The program of a training step, not of predict.")
@click.option("--times", is_flag=True, help="Measure how long each kernel takes.")
@_BOXES
@_drawn
def program(
    model: Path, batch: int, step: bool, times: bool, boxes: int, out: Path | None, as_json: bool
) -> None:
    """Draw the machine code of MODEL: fused kernels, phases, and memory over time."""
    from glassbrook.explain.diagrams.program import draw_program

    network = _loaded(model)
    inputs = _example(network, model, batch)
    function: Any = network
    argument: Any = inputs
    if step:
        _check_compiled(network, model)
        function, argument = network.train_step, (inputs, _some_labels(network, inputs))
    picture = draw_program(function, argument, times=times, most_boxes=boxes)
    kernels, temporaries = picture.tables
    facts = {"kernels": len(kernels.rows), "temporaries": len(temporaries.rows)}
    _save(picture, out, "step" if step else "program", as_json, facts)


def _some_labels(network: Any, inputs: Array) -> Array:
    """Labels as the model's loss takes them."""
    if _takes_class_numbers(network):
        return np.zeros(len(inputs), np.int32)
    return np.zeros((len(inputs), *network.output_shape[1:]), np.float32)


@draw.command()
@_MODEL
@_data_option()
@click.option("--samples", type=click.IntRange(1, 100_000), default=128, show_default=True)
@_drawn
def gradients(model: Path, data: str, samples: int, out: Path | None, as_json: bool) -> None:
    """Draw how long the gradient of each layer of MODEL is, for training images."""
    from glassbrook.explain.diagrams.gradients import draw_gradients

    network = _loaded_digits(model, compiled=True)
    digits = _digits(data)
    labels = _targets(network, digits.y_train)
    picture = draw_gradients(network, digits.x_train, labels, samples=samples)
    norms = {row[0]: row[2] for row in picture.tables[0].rows if row[2] is not None}
    facts: dict[str, Any] = {"data": digits.name, "layers": len(norms)}
    _save(picture, out, "gradients", as_json, facts | ({"norms": norms} if as_json else {}))


@draw.command()
@click.argument("history", type=click.Path(path_type=Path))
@click.option("--log", "log_scale", is_flag=True, help="Losses on a logarithmic scale.")
@_drawn
def curves(history: Path, log_scale: bool, out: Path | None, as_json: bool) -> None:
    """Draw loss and metrics per epoch of HISTORY, a file such as runs/digits/history.csv."""
    from glassbrook.explain.charts.curves import draw_curves

    try:
        picture = draw_curves(history, log_scale=log_scale)
    except UnicodeDecodeError as error:
        raise DataError(f"{history}: this is no text, so no history of a training.") from error
    except InvalidArgumentError as error:
        raise DataError(f"{history}: {error.args[0]}") from error
    _save(picture, out, "curves", as_json, {"epochs": len(picture.tables[0].rows)})


@draw.command()
@_MODEL
@click.option("--layer", metavar="NAME", help="[default: the first with weights]")
@click.option("--most", type=click.IntRange(1, 4_096), default=64, show_default=True)
@_drawn
def weights(model: Path, layer: str | None, most: int, out: Path | None, as_json: bool) -> None:
    """Draw the weights of a layer of MODEL as images."""
    from glassbrook.explain.charts.weights import draw_weights

    network = _loaded(model)
    target = network if layer is None else _layer(network, layer)
    try:
        picture = draw_weights(target, most=most)
    except InvalidArgumentError as error:
        raise ModelFileError(f"{model}: {error.args[0]}") from error
    _save(picture, out, "weights", as_json, {"shows": picture.title})


def _layer(network: Any, name: str) -> Any:
    for each in network.layers:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in network.layers if each.weights) or "none"
    raise click.BadParameter(
        f"the model has no layer {name!r}. Layers with weights: {known}.", param_hint="--layer"
    )


@draw.command()
@_MODEL
@_data_option()
@click.option(
    "--steps",
    type=click.IntRange(0, 10_000),
    default=50,
    show_default=True,
    help="Train a copy for so many steps, and draw the way that its weights took; 0 for none.",
)
@click.option("--resolution", type=click.IntRange(3, 200), default=25, show_default=True)
@_drawn
def surface(
    model: Path, data: str, steps: int, resolution: int, out: Path | None, as_json: bool
) -> None:
    """Draw the loss around the weights of MODEL, on a plane through them."""
    from glassbrook.explain.charts.landscape import landscape
    from glassbrook.explain.charts.recorder import PathRecorder

    network = _loaded_digits(model, compiled=True)
    digits = _digits(data)
    recorder = None
    if steps:
        # What was loaded is a copy already: the file stays as it is.
        recorder = PathRecorder("batch")
        count = min(len(digits.x_train), steps * _SURFACE_BATCH)
        network.fit(
            digits.x_train[:count],
            _targets(network, digits.y_train[:count]),
            batch_size=_SURFACE_BATCH,
            epochs=-(-steps * _SURFACE_BATCH // count),
            verbose=0,
            callbacks=[recorder],
        )
    images, labels = digits.x_test[:_SURFACE_SAMPLES], digits.y_test[:_SURFACE_SAMPLES]
    picture = landscape(
        network, images, _targets(network, labels), path=recorder, resolution=resolution
    )
    facts = {"data": digits.name, "steps": steps, "images": len(images)}
    _save(picture, out, "surface", as_json, facts)


@draw.command()
@_MODEL
@click.option(
    "--points",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="CSV: x1, x2, label.  [default: two moons of 100 points each]",
)
@_drawn
def boundary(model: Path, points: Path | None, out: Path | None, as_json: bool) -> None:
    """Draw where MODEL, which takes two numbers, decides for which class."""
    from glassbrook.cli.points import moons, read_points
    from glassbrook.explain.charts.boundary import decision_boundary

    places, labels = moons() if points is None else read_points(points)
    network = _loaded(model)
    shape = getattr(network, "input_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 2 or shape[1] not in (2, None):
        raise ModelFileError(
            f"{model}: the model takes {shape}, expected (None, 2): points of a plane."
        )
    try:
        picture = decision_boundary(network, places, labels, names=("x1", "x2"))
    except (InvalidArgumentError, ValueError) as error:
        raise DataError(f"{model}: {error.args[0]}") from error
    _save(picture, out, "boundary", as_json, {"points": len(labels), "says": picture.title})


@draw.command()
@_MODEL
@_data_option()
@_drawn
def confusion(model: Path, data: str, out: Path | None, as_json: bool) -> None:
    """Draw how often MODEL takes test images of each class for each class."""
    from glassbrook.cli.digits import CLASSES, probabilities
    from glassbrook.explain.charts.confusion import confusion_matrix

    network = _loaded_digits(model)
    digits = _digits(data)
    outputs = network.predict(digits.x_test, batch_size=1024, verbose=0)
    confidence = probabilities(network, outputs)
    picture = confusion_matrix(digits.y_test, confidence, classes=CLASSES)
    accuracy = float(np.mean(confidence.argmax(axis=1) == digits.y_test))
    facts = {"data": digits.name, "images": len(digits.y_test), "accuracy": accuracy}
    _save(picture, out, "confusion", as_json, facts)
