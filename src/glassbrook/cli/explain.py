"""``glassbrook explain``: how the gradient of a weight comes about, with its own numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import numpy.typing as npt

from glassbrook.errors import DataError, ModelFileError

if TYPE_CHECKING:
    from glassbrook.derivations import Derivation, Told
    from glassbrook.tensor import Variable

__all__ = ["explain"]

Array = npt.NDArray[Any]

_FORMATS = {".txt": "text", ".md": "markdown", ".tex": "latex", ".html": "html"}
# The network of every textbook: two inputs, two hidden units, one output.
_INPUT, _TARGET = (0.6, 0.2), (1.0,)
_WEIGHTS = (
    np.array([[0.5, -0.4], [0.3, 0.8]]),
    np.array([0.1, -0.2]),
    np.array([[0.7], [-0.6]]),
    np.array([0.05]),
)
_CHECKED_ELEMENTS = 8


def _numbers(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[float, ...] | None:
    """``0.05,0.1``: numbers apart by commas."""
    if value is None:
        return None
    try:
        return tuple(float(each) for each in value.split(","))
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not a list of numbers such as 0.05,0.1.", ctx, param
        ) from None


def _places(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[int, ...] | None:
    """``3,7``: the position of one element."""
    if value is None:
        return None
    try:
        return tuple(int(each) for each in value.split(","))
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not the position of an element, such as 3,7.", ctx, param
        ) from None


@click.command()
@click.argument("model", type=click.Path(path_type=Path), required=False)
@click.option("--input", "given", callback=_numbers, help="What the network takes: 0.05,0.1")
@click.option("--target", "wanted", callback=_numbers, help="What it should give: 0.01")
@click.option(
    "--data",
    type=click.Choice(("auto", "mnist", "fashion_mnist", "strokes")),
    help="Take a test image and its label instead.",
)
@click.option("--sample", type=click.IntRange(min=0), default=0, help="Which image.")
@click.option("--weight", help="Which weight, such as dense/kernel; the first by default.")
@click.option("--index", callback=_places, help="Follow one element of it: 3,7")
@click.option(
    "--story",
    type=click.Choice(("textbook", "chain", "both")),
    help="By the δ of every layer, by the chain rule of every operation, or both.",
)
@click.option(
    "--sign",
    type=click.Choice(("+", "-")),
    default="+",
    show_default=True,
    help="Whether δ is +∂L/∂z or -∂L/∂z.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(_FORMATS.values())),
    help="How to write it; by default as the name of --out says, else as text.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it there.")
@click.option("--check/--no-check", default=True, help="Compare with finite differences.")
def explain(
    model: Path | None,
    given: tuple[float, ...] | None,
    wanted: tuple[float, ...] | None,
    data: str | None,
    sample: int,
    weight: str | None,
    index: tuple[int, ...] | None,
    story: str | None,
    sign: str,
    form: str | None,
    out: Path | None,
    check: bool,
) -> None:
    """Tell how the gradient of a weight of MODEL comes about, step by step, with its numbers.

    Without MODEL, the network is that of textbooks: two inputs, two hidden sigmoid units, one
    sigmoid output. The loss is the one the model was compiled with, else half the squared error.
    """
    network = _textbook_network() if model is None else _load(model)
    if model is None:
        given, wanted = given or _INPUT, wanted or _TARGET
    x, t = _sample_of(network, data, sample) if data else _given(network, given, wanted)
    variable = _variable(network, weight)
    derivation, loss = _derive(network, x, t, variable, index)
    told = _told(derivation, story, 1 if sign == "+" else -1)
    form = form or (_FORMATS.get(out.suffix.lower(), "text") if out else "text")
    text = "\n".join(_written(each, form) for each in told)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(str(out))
    if check:
        _check(loss, variable, to_stderr=form != "text" or out is not None)


def _textbook_network() -> Any:
    from glassbrook import keras

    layers = [
        keras.Input((2,)),
        keras.layers.Dense(2, activation="sigmoid", name="hidden", dtype="float64"),
        keras.layers.Dense(1, activation="sigmoid", name="output", dtype="float64"),
    ]
    network = keras.Sequential(layers, name="network")
    network.set_weights(list(_WEIGHTS))
    return network


def _load(path: Path) -> Any:
    from glassbrook import keras

    return keras.models.load_model(path)


def _given(
    network: Any, given: tuple[float, ...] | None, wanted: tuple[float, ...] | None
) -> tuple[Array, Array]:
    """One row for the network, and one of targets, if they fit it."""
    if given is None or wanted is None:
        raise click.UsageError(
            "a model needs numbers to compute with: --input 0.05,0.1 --target 0.01, or for a model "
            "of digits --data strokes."
        )
    shape = tuple(network.input_shape[1:])
    if len(given) != int(np.prod(shape)):
        raise DataError(
            f"--input has {len(given)} numbers, but the model takes {int(np.prod(shape))}, of "
            f"shape {list(shape)}."
        )
    dtype = network.variables[0].dtype.name
    return np.reshape(given, (1, *shape)).astype(dtype), np.array([wanted], dtype)


def _sample_of(network: Any, data: str, sample: int) -> tuple[Array, Array]:
    from glassbrook.cli import digits
    from glassbrook.cli.models import check_digit_model

    check_digit_model(network, Path(network.name))
    images = digits.load(data)
    if sample >= len(images.x_test):
        raise DataError(
            f"--sample {sample}: there are {len(images.x_test)} test images, 0 to "
            f"{len(images.x_test) - 1}."
        )
    label = images.y_test[sample : sample + 1]
    return images.x_test[sample : sample + 1], digits.targets(label, digits.loss_name(network))


def _variable(network: Any, wanted: str | None) -> Variable:
    found: list[Variable] = network.trainable_variables
    if not found:
        raise ModelFileError(f"{network.name}: the model has no weights that could be trained.")
    for variable in found:
        if wanted is None or variable.path == wanted or variable.path.endswith(f"/{wanted}"):
            return variable
    names = ", ".join(variable.path for variable in found)
    raise click.UsageError(f"--weight {wanted!r} is none of the model's weights: {names}.")


def _derive(
    network: Any, x: Array, t: Array, variable: Variable, index: tuple[int, ...] | None
) -> tuple[Derivation, Any]:
    from glassbrook.derivations import derive
    from glassbrook.ops.reduce import reduce_sum
    from glassbrook.tensor import GradientTape, constant
    from glassbrook.tensor.naming import variable_name

    inputs, target = constant(x), constant(t)
    output: Any = None

    def loss() -> Any:
        nonlocal output
        output = network(inputs)
        if network.loss is None:
            if output.shape != target.shape:
                raise DataError(
                    f"--target has {target.shape[-1]} numbers, but the model gives "
                    f"{output.shape[-1]}."
                )
            return 0.5 * reduce_sum((output - target) ** 2)
        return network.compute_loss(inputs, target, output)

    with GradientTape(persistent=True) as tape:
        value = loss()
    names = {inputs.node: "x", target.node: "t", output.node: "o", value.node: "L"}
    names |= {each.node: variable_name(each) for each in network.variables}
    derivation = derive(
        value.node,
        variable.node,
        lambda node: True,
        names,
        index=index,
        why_none=lambda: tape.why_none(value, variable),
    )
    return derivation, loss


def _told(derivation: Derivation, story: str | None, sign: int) -> list[Told]:
    """What was asked for; by default the textbook's story, if all layers are dense."""
    from glassbrook.errors import InvalidArgumentError

    if story == "chain":
        return [derivation]
    try:
        textbook = derivation.textbook(sign)
    except InvalidArgumentError:
        if story is not None:
            raise
        return [derivation]
    return [textbook, derivation] if story == "both" else [textbook]


def _written(told: Told, form: str) -> str:
    return str(told) if form == "text" else str(getattr(told, form)())


def _check(loss: Any, variable: Variable, to_stderr: bool) -> None:
    from glassbrook.ops.gradient_checks import check_gradients

    report = check_gradients(loss, [], variables=[variable], max_elements=_CHECKED_ELEMENTS)
    click.echo(f"\n{str(report).rstrip()}", err=to_stderr)
