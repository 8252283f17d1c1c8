"""`plot_model`, and the picture that it gives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.utils.plotting.content import Graph, Options, graph_of
from glassbrook.keras.utils.plotting.drawing import drawing_of
from glassbrook.keras.utils.plotting.picture import Picture, Table
from glassbrook.keras.utils.plotting.svg import svg_of

__all__ = ["ModelPicture", "model_to_dot", "plot_model"]

_DIRECTIONS = {"TB": False, "LR": True}


class ModelPicture(Picture):
    """The picture of a model, which notebooks show by themselves.

    Args:
        graph: what it shows.
        name: the model's name.
        across: whether it goes from left to right.
        dpi: how fine a PNG picture is.

    Attributes:
        svg, title, description, tables: see `Picture`. The table has a row per layer.
    """

    def __init__(self, graph: Graph, name: str, across: bool, dpi: float) -> None:
        self._drawing = drawing_of(graph, across)
        title, description = f"Model {name}", _in_words(graph)
        svg = svg_of(self._drawing, title, description)
        super().__init__(svg, title, description, [_table(graph)], self._png, dpi)

    def _png(self, dpi: float) -> bytes:
        from glassbrook.keras.utils.plotting.raster import png_of

        return png_of(self._drawing, dpi)

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<ModelPicture {self._drawing.width:.0f} x {self._drawing.height:.0f}>"


def plot_model(
    model: Any,
    to_file: str | os.PathLike[str] | None = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    *,
    show_edges: bool = False,
    **kwargs: Any,
) -> ModelPicture:
    """Draw a model's layers, and arrows from those that give to those that take.

    Nothing but Glassbrook is needed for SVG; no Graphviz.

    Args:
        model: a model that is built.
        to_file: the file to write, which ends in ``.png``, ``.svg`` or ``.html``; `None` for none.
        show_shapes: whether to show the shapes of what layers take and give.
        show_dtype: whether to show the dtypes of what they give.
        show_layer_names: whether to show their names, beside their classes.
        rankdir: ``"TB"`` from top to bottom, ``"LR"`` from left to right.
        expand_nested: whether to show the layers of models within.
        dpi: dots per inch of a PNG picture.
        show_layer_activations: whether to show the names of activations.
        show_trainable: whether to show what is trained.
        show_edges: whether to write on every arrow what flows there: ``float32[None, 256]``.
        kwargs: `layer_range` and `subgraph` of Keras 2 are refused.

    Returns:
        The picture, which notebooks show; its table has a row per layer.

    Raises:
        InvalidArgumentError: the model is not built, an argument is unknown, or the file ends in
            something else.
        NotFoundError: the folder of the file does not exist.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2)])
        >>> picture = tf.keras.utils.plot_model(model, to_file=None, show_shapes=True)
        >>> "Output shape: (None, 2)" in picture.svg
        True
    """
    if kwargs:
        raise InvalidArgumentError(f"plot_model: unknown arguments {sorted(kwargs)}.")
    if not isinstance(model, Layer):
        raise InvalidArgumentError(f"plot_model: expected a model, got {model!r}.")
    if not model.built:
        raise InvalidArgumentError(
            "This model has not yet been built. Build the model first by calling `build()` or by "
            f"calling the model on a batch of data; {model.name!r} has no layers to show yet."
        )
    if rankdir not in _DIRECTIONS:
        raise InvalidArgumentError(f"plot_model: rankdir is {rankdir!r}, expected 'TB' or 'LR'.")
    options = Options(
        show_shapes,
        show_dtype,
        show_layer_names,
        show_layer_activations,
        show_trainable,
        expand_nested,
        show_edges,
    )
    picture = ModelPicture(graph_of(model, options), model.name, _DIRECTIONS[rankdir], dpi)
    if to_file is not None:
        picture.save(to_file)
    return picture


def model_to_dot(model: Any, *args: Any, **kwargs: Any) -> ModelPicture:
    """The picture of a model, as `plot_model` draws it; there is no text for Graphviz here.

    Args:
        model: a model that is built.
        args: those of `plot_model` behind `to_file`, in order.
        kwargs: those by name; `subgraph` is refused.
    """
    return plot_model(model, None, *args, **kwargs)


def _in_words(graph: Graph) -> str:
    """What a picture shows, for those who cannot see it."""
    sentences = []
    for number, box in enumerate(graph.boxes):
        sources = [graph.boxes[a].title for a, b in graph.edges if b == number]
        taken = f" takes {', '.join(sources)}" if sources else ""
        details = f" ({'; '.join(box.lines)})" if box.lines else ""
        sentences.append(f"{box.title}{taken}{details}.")
        if box.inner is not None:
            sentences.append(f"Within it: {_in_words(box.inner)}")
    return " ".join(sentences)


_COLUMNS = ("layer", "class", "output shape", "dtype", "parameters", "connected to")


def _table(graph: Graph) -> Table:
    return Table("Layers", _COLUMNS, list(_rows(graph, "")))


def _rows(graph: Graph, within: str) -> Iterator[tuple[object, ...]]:
    for number, box in enumerate(graph.boxes):
        facts = box.facts
        assert facts is not None
        sources = [graph.boxes[a].facts for a, b in graph.edges if b == number]
        names = ", ".join(each.name for each in sources if each is not None)
        name = within + facts.name
        yield name, facts.kind, facts.shape, facts.dtype, facts.parameters, names
        if box.inner is not None:
            yield from _rows(box.inner, f"{name}/")
