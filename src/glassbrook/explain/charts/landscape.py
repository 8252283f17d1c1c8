"""`landscape`: a loss as hills and valleys, and the way that an optimizer took through them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError
from glassbrook.explain.charts.planes import weights_surface
from glassbrook.explain.charts.recorder import PathRecorder
from glassbrook.explain.charts.surfaces import Box, Surface, function_surface
from glassbrook.keras import Model
from glassbrook.keras.utils.plotting.charts import (
    GREY,
    INK,
    ORANGE,
    PAPER,
    SIGNED,
    drawing,
    new_figure,
    picture_of,
    rgb,
)
from glassbrook.keras.utils.plotting.picture import Picture, Table, picture_path
from glassbrook.tensor import constant

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["landscape"]

Array = npt.NDArray[Any]
Pair = float | Sequence[float] | None

_LEVELS = 18
_DEEPEST = 0.8


def landscape(
    target: Any,
    x: Any = None,
    y: Any = None,
    *,
    variables: Sequence[Any] | None = None,
    path: Any = None,
    directions: str | None = None,
    low: Pair = None,
    high: Pair = None,
    resolution: int | None = None,
    seed: int = 0,
    gradients: bool = False,
    log_scale: bool = False,
    surface: bool = False,
    title: str | None = None,
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """The loss over a plane, and the path of an optimizer on it.

    There are three kinds of `target`:

    - a function of two numbers, or of one vector of two, such as `lambda x, y: x**2 + y**2`;
    - a model that is compiled, with the data `x` and `y`: the loss as `evaluate` gives it, while
      all weights move along two directions d₁ and d₂: L(w + a d₁ + b d₂). If the model has just
      two numbers to train, they are the plane;
    - a function without arguments that computes a loss from `variables`.

    Weights end as they were, bit for bit. What is not trained, such as the moving means of
    `BatchNormalization`, is the same everywhere on the plane.

    Args:
        target: the function or the model.
        x: the inputs of a model; all are one batch.
        y: the labels of a model.
        variables: what a function without arguments depends on.
        path: the way of an optimizer: points [n, 2] for a function of two numbers, else a
            `PathRecorder`, or a list of lists of arrays, one per (trainable) variable.
        directions: ``"random"``, or ``"path"`` for the two principal components of the path, which
            is usual if there is one. Random directions have the norm of the weights, unit by unit.
        low: where the plane begins: one number, or one for each axis. By default it holds the
            path; without one it goes from -5 to 5, or from -1 to 1 around a model's weights.
        high: where it ends.
        resolution: how many points there are each way: 51 for a function of two numbers, else 25.
        seed: the seed of random directions.
        gradients: whether to show, for a function of two numbers, where it falls fastest.
        log_scale: whether lines stand for equal ratios of the loss.
        surface: whether to show the loss as a surface in space too.
        title: what it says above.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture. Its tables hold the loss at every point of the grid, and at the path's points
        as they are, not as they are seen on the plane.

    Raises:
        InvalidArgumentError: the target is none of these, or an argument does not fit it.
        ShapeError: the path has another shape, or the loss is not one number.

    Example:
        >>> import glassbrook as tf
        >>> def bowl(x, y):
        ...     return x**2 + 3 * y**2
        >>> picture = tf.explain.landscape(bowl, path=[(2, 1), (1, 0.5), (0, 0)], resolution=5)
        >>> picture.tables[1].rows
        [[0, 2.0, 1.0, 7.0], [1, 1.0, 0.5, 1.75], [2, 0.0, 0.0, 0.0]]
    """
    if to_file is not None:
        picture_path(to_file)
    _check_arguments(resolution, directions, path)
    of_weights = isinstance(target, Model) or variables is not None
    box = Box(_pair("low", low), _pair("high", high), resolution or (25 if of_weights else 51))
    points, steps = path, None
    if isinstance(path, PathRecorder):
        points, steps = path.path, path.steps
    if of_weights:
        loss, trained, name = _loss_of(target, x, y, variables)
        if gradients:
            raise InvalidArgumentError(
                "landscape: gradients=True is for functions of two numbers. On a plane through "
                "weights, look at the contour lines: it falls fastest square to them."
            )
        found = weights_surface(loss, trained, box, points, steps, directions, seed)
    elif callable(target):
        name = getattr(target, "__name__", "")
        found = function_surface(target, box, points, steps, gradients)
    else:
        raise InvalidArgumentError(
            f"landscape: expected a model or a function, got {type(target).__name__}."
        )
    title = title or ("Landscape" if name in ("", "<lambda>") else f"Landscape of {name}")
    levels = _levels(found, log_scale)
    with drawing():
        figure = new_figure(13 if surface else 7, 5.6)
        figure.suptitle(title)
        flat = figure.add_subplot(1, 2 if surface else 1, 1)
        _draw(flat, found, levels)
        if surface:
            _draw_in_space(figure.add_subplot(1, 2, 2, projection="3d"), found, levels)
        return picture_of(figure, title, _in_words(found), _tables(found), to_file)


def _check_arguments(resolution: int | None, directions: str | None, path: Any) -> None:
    if resolution is not None and resolution < 2:
        raise InvalidArgumentError(f"landscape: resolution must be at least 2, got {resolution}.")
    if directions not in (None, "random", "path") or (directions == "path" and path is None):
        raise InvalidArgumentError(
            f"landscape: directions must be 'random', or 'path' if there is one; got "
            f"{directions!r} {'without a path' if path is None else ''}."
        )


def _pair(name: str, value: Pair) -> tuple[float | None, float | None]:
    if value is None:
        return None, None
    found = np.asarray(value, np.float64)
    if found.shape not in ((), (2,)):
        raise InvalidArgumentError(
            f"landscape: {name} must be a number, or two, one for each axis; got {value!r}."
        )
    first, second = np.broadcast_to(found, 2)
    return float(first), float(second)


def _loss_of(
    target: Any, x: Any, y: Any, variables: Sequence[Any] | None
) -> tuple[Callable[[], Any], Sequence[Any], str]:
    """What computes the loss, the variables it depends on, and a name."""
    if not isinstance(target, Model):
        if not callable(target) or not variables:
            raise InvalidArgumentError(
                "landscape: with variables, target must be a function without arguments that "
                "computes the loss from them: landscape(lambda: …, variables=[w, b])."
            )
        return target, list(variables), getattr(target, "__name__", "")
    if x is None or not target.compiled:
        raise InvalidArgumentError(
            f"landscape: model {target.name!r} needs a loss and data to compute it with: "
            "model.compile(…), then landscape(model, x, y)."
        )
    inputs = _tensors(x)
    labels = None if y is None else _tensors(y)
    target(inputs)  # makes its weights, if it has none yet

    def loss() -> Any:
        outputs = target(inputs, training=False)
        return target.compute_loss(inputs, labels, outputs, training=False)

    trained = target.trainable_variables if variables is None else variables
    if not trained:
        raise InvalidArgumentError(f"landscape: model {target.name!r} has nothing to train.")
    return loss, list(trained), target.name


def _tensors(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _tensors(each) for name, each in data.items()}
    if isinstance(data, tuple | list) and any(hasattr(each, "shape") for each in data):
        return type(data)(_tensors(each) for each in data)
    return constant(data)


def _levels(found: Surface, log_scale: bool) -> Array:
    """The losses at which lines are drawn."""
    finite = found.losses[np.isfinite(found.losses)]
    if not finite.size:
        raise InvalidArgumentError(
            "landscape: the loss is NaN or infinite everywhere on the plane. Choose low and high "
            "so that the plane is where the loss can be computed."
        )
    least, most = float(finite.min()), float(finite.max())
    if log_scale:
        if least < 0 or most <= 0:
            raise InvalidArgumentError(
                f"landscape: log_scale needs positive losses, the lowest is {least:g}. "
                "Leave log_scale out."
            )
        positive = float(finite[finite > 0].min())
        return np.geomspace(positive, most, _LEVELS) if most > positive else np.array([most])
    if most - least <= 1e-12 * max(abs(most), abs(least)):
        return np.array([least])
    # Closer together near the bottom: over a bowl, lines are then equally far from each other.
    return np.asarray(least + (most - least) * np.linspace(0, 1, _LEVELS) ** 2)


def _draw(axes: Axes, found: Surface, levels: Array) -> None:
    losses = np.ma.masked_invalid(found.losses)
    axes.grid(False)
    if len(levels) > 1:
        depths = np.linspace(_DEEPEST, 0, len(levels) - 1)
        fills = [(*rgb(SIGNED[0]), depth) for depth in depths]
        axes.contourf(found.x, found.y, losses, levels=levels, colors=fills, extend="min")
        lines = axes.contour(
            found.x,
            found.y,
            losses,
            levels=levels[1:-1],
            colors=GREY,
            linewidths=0.6,
            linestyles="solid",
        )
        axes.clabel(lines, levels=levels[2:-1:3], fontsize=7, colors=INK, fmt="%.3g")
    if found.arrows is not None:
        _draw_arrows(axes, *found.arrows)
    if found.path is not None:
        points = found.path.points
        mark = "o" if len(points) <= 60 else None
        axes.plot(*points.T, color=PAPER, linewidth=4)
        axes.plot(*points.T, color=ORANGE, linewidth=1.8, marker=mark, markersize=3.5)
        for label, symbol, size, (a, b) in (
            ("start", "s", 8, points[0]),
            ("end", "*", 14, points[-1]),
        ):
            axes.plot(
                a,
                b,
                symbol,
                color=ORANGE,
                markeredgecolor=PAPER,
                markersize=size,
                label=label,
                zorder=4,
            )
        axes.legend()
    axes.set(
        xlabel=found.names[0],
        ylabel=found.names[1],
        xlim=(found.x[0], found.x[-1]),
        ylim=(found.y[0], found.y[-1]),
    )


def _draw_arrows(axes: Axes, points: Array, gradients: Array) -> None:
    """Where it falls fastest, all arrows of one length."""
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    seen = np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)
    down = -gradients[seen] / lengths[seen]
    axes.quiver(
        *points[seen].T,
        *down.T,
        angles="xy",
        color=INK,
        alpha=0.75,
        width=0.003,
        scale=28,
        pivot="middle",
    )


def _draw_in_space(axes: Any, found: Surface, levels: Array) -> None:
    x, y = np.meshgrid(found.x, found.y)
    shade = np.interp(found.losses, levels, np.linspace(_DEEPEST, 0.15, len(levels)))
    colors = np.empty((*found.losses.shape, 4))
    colors[..., :3] = rgb(SIGNED[0])
    colors[..., 3] = shade
    axes.plot_surface(
        x,
        y,
        found.losses,
        facecolors=colors,
        edgecolor=GREY,
        linewidth=0.15,
        shade=False,
        rcount=31,
        ccount=31,
    )
    if found.path is not None:
        points, losses = found.path.points, found.path.losses
        axes.plot(*points.T, losses, color=ORANGE, linewidth=2, zorder=10)
        axes.plot(*points[-1:].T, losses[-1:], "*", color=ORANGE, markersize=11, zorder=11)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color((0, 0, 0, 0))
        axis.line.set_color(GREY)
    axes.set(xlabel=found.names[0], ylabel=found.names[1], zlabel="loss")


def _in_words(found: Surface) -> str:
    finite = np.isfinite(found.losses)
    least = np.unravel_index(np.where(finite, found.losses, np.inf).argmin(), finite.shape)
    first, second = found.names
    x, y = found.x[least[1]], found.y[least[0]]
    lost = int((~finite).sum())
    parts = [
        f"Contour lines over {first} from {found.x[0]:.4g} to {found.x[-1]:.4g} and {second} from "
        f"{found.y[0]:.4g} to {found.y[-1]:.4g}; the deeper the colour, the lower.",
        f"The lowest of {finite.size} points has {found.losses[least]:.4g}, at ({x:.4g}, {y:.4g}).",
    ]
    if lost:
        parts.append(f"{lost} points are NaN or infinite and left blank.")
    if found.path is not None:
        losses, points = found.path.losses, found.path.points
        parts.append(
            f"The path has {len(losses)} points, from ({points[0, 0]:.4g}, {points[0, 1]:.4g}) "
            f"with {losses[0]:.4g} to ({points[-1, 0]:.4g}, {points[-1, 1]:.4g}) with "
            f"{losses[-1]:.4g}."
        )
    return " ".join([*parts, found.words])


def _tables(found: Surface) -> list[Table]:
    first, second = found.names
    columns = [f"{second} \\ {first}", *(f"{each:.6g}" for each in found.x)]
    rows = [
        [float(y), *map(float, losses)] for y, losses in zip(found.y, found.losses, strict=True)
    ]
    tables = [Table(f"Values: a row for each {second}, a column for each {first}", columns, rows)]
    if found.path is not None:
        rows = [
            [int(step), float(a), float(b), float(loss)]
            for step, (a, b), loss in zip(
                found.path.steps, found.path.points, found.path.losses, strict=True
            )
        ]
        tables.append(Table("The path", ["step", first, second, "value"], rows))
    return tables
