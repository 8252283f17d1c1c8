"""`model.summary()`: the table of layers, in the text that Keras prints."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.spec import is_shape
from glassbrook.keras.layers.weights import count_elements
from glassbrook.tensor import Variable

__all__ = ["format_summary"]

_HEADER = ["Layer (type)", "Output Shape", "Param #"]
_ALIGNMENT = ["left", "left", "right"]
_POSITIONS = [0.45, 0.80, 1.0]
_WIDEST = 88
# For models that are no mere chain of layers, whose table says what is connected to what.
_GRAPH_HEADER = [*_HEADER, "Connected to"]
_GRAPH_ALIGNMENT = [*_ALIGNMENT, "left"]
_GRAPH_POSITIONS = [0.3, 0.56, 0.74, 1.0]
_GRAPH_WIDEST = 108


def format_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> str:
    """The table of a model's layers, with its totals, as text.

    Raises:
        InvalidArgumentError: the lines are too short, or no layer fits `layer_range`.
    """
    network = getattr(model, "_network", None)
    if any(layer._inbound_nodes for layer in getattr(model, "_chain", ())):
        # A layer that was called elsewhere, too: its last call is to be the one in this model.
        model._note_calls()
    calls = None if network is None or _is_chain(network) else {id(each) for each in network.calls}
    if calls is None:
        header, alignment, ends = list(_HEADER), list(_ALIGNMENT), list(positions or _POSITIONS)
        widest = _WIDEST
    else:
        header, alignment = list(_GRAPH_HEADER), list(_GRAPH_ALIGNMENT)
        ends, widest = list(positions or _GRAPH_POSITIONS), _GRAPH_WIDEST
    if show_trainable:
        header.append("Trainable")
        alignment.append("center")
        ends = [0.9 * end for end in ends] + [1.0]
        widest += 12
    length = line_length or min(widest, shutil.get_terminal_size().columns - 4)
    widths = _column_widths(length, ends)
    layers = _in_range(model.layers if network is None else network.operations, layer_range)
    rows = [row for layer in layers for row in _rows(layer, calls, expand_nested, show_trainable)]
    table = _table(header, rows, widths, alignment)
    return "\n".join([f'Model: "{model.name}"', *table, *_totals(model), ""])


def _is_chain(network: Any) -> bool:
    """Whether every call takes what the one before gives, and no layer is called twice."""
    for calls in network.by_depth.values():
        if len(calls) > 1 or len(calls[0].input_tensors) > 1:
            return False
    return len({id(call.operation) for call in network.calls}) == len(network.calls)


def _connections(operation: Any, calls: set[int]) -> str:
    """The outputs of others that a layer takes, with the numbers of the call and the output."""
    found = [
        f"{tensor._call.operation.name}[{tensor._call.index}][{tensor._position}]"
        for call in operation._inbound_nodes
        if id(call) in calls
        for tensor in call.input_tensors
    ]
    return ", ".join(found) or "-"


def _column_widths(length: int, ends: Sequence[float]) -> list[int]:
    """The widths of the columns between the borders.

    Each column is as wide as its share of the line, plus a blank on both sides; what is then too
    much is taken from one column after the other.
    """
    edges = [int(end * length) for end in ends]
    widths = [end - start for start, end in zip([0, *edges], edges, strict=False)]
    if min(widths) < 4:
        raise InvalidArgumentError(f"summary: line_length={length} is too short for the columns.")
    widths = [width + 2 for width in widths]
    excess = max(0, sum(widths) - (length - len(widths) - 1))
    for position in range(len(widths)):
        share = round(excess / (len(widths) - position))
        widths[position] -= share
        excess -= share
    return widths


def _rows(
    layer: Any, calls: set[int] | None, expand: bool, show_trainable: bool, level: int = 0
) -> Iterator[list[str]]:
    """The row of a layer; and those of its own layers, if they are to be shown.

    Args:
        layer: a layer or an operation.
        calls: the calls whose connections are shown; `None` to show none.
        expand: whether to show layers of layers.
        show_trainable: whether to say what is trained.
        level: within how many layers it is.
    """
    prefix = "   " * level + "└ " if level else ""
    if layer.built:
        count = f"{layer.count_params():,}"
    else:
        count = "0" if layer._without_variables else "0 (unbuilt)"
    class_name = getattr(layer, "class_name", type(layer).__name__)
    row = [f"{prefix}{layer.name} ({class_name})", _shape_text(layer), count]
    if calls is not None:
        row.append(_connections(layer, calls))
    if show_trainable:
        row.append(("Y" if layer.trainable else "N") if layer.weights else "-")
    yield row
    if expand:
        for child in getattr(layer, "layers", ()):
            yield from _rows(child, calls, expand, show_trainable, level + 1)


def _shape_text(layer: Any) -> str:
    if layer._inbound_nodes:
        shapes = [str(each.keras_shape) for each in layer._inbound_nodes[-1].output_tensors]
        return shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"
    if layer._build_shape is None:
        return "?"
    try:
        shape = layer.output_shape
    except Exception:
        return "?"
    if is_shape(shape):
        return str(tuple(shape))
    return str(shape).replace("'", "")


def _table(
    header: list[str], rows: list[list[str]], widths: list[int], alignment: list[str]
) -> list[str]:
    """The lines of a table: a heavy head, and a thin line between rows."""
    head = [
        text if len(text) <= width - 2 else text[: width - 3] + "…"
        for text, width in zip(header, widths, strict=True)
    ]
    lines = [_rule("┏┳┓", "━", widths), *_cells(head, widths, alignment, "┃")]
    lines.append(_rule("┡╇┩", "━", widths))
    for index, row in enumerate(rows):
        if index:
            lines.append(_rule("├┼┤", "─", widths))
        lines.extend(_cells(row, widths, alignment, "│"))
    lines.append(_rule("└┴┘", "─", widths))
    return lines


def _rule(corners: str, line: str, widths: list[int]) -> str:
    return corners[0] + corners[1].join(line * width for width in widths) + corners[2]


def _cells(row: list[str], widths: list[int], alignment: list[str], border: str) -> Iterator[str]:
    """The lines of one row; text that is too long goes on in the next one."""
    columns = [_wrapped(text, width - 2) for text, width in zip(row, widths, strict=True)]
    for number in range(max(map(len, columns))):
        cells = [
            f" {_ALIGN[how](column[number] if number < len(column) else '', width - 2)} "
            for column, width, how in zip(columns, widths, alignment, strict=True)
        ]
        yield border + border.join(cells) + border


def _wrapped(text: str, width: int) -> list[str]:
    if len(text) <= width:
        return [text]
    lines = textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines] or [""]


def _centered(text: str, width: int) -> str:
    left = (width - len(text)) // 2
    return " " * left + text + " " * (width - len(text) - left)


_ALIGN: dict[str, Callable[[str, int], str]] = {
    "left": str.ljust,
    "right": str.rjust,
    "center": _centered,
}


def _totals(model: Any) -> Iterator[str]:
    trainable, fixed = model.trainable_weights, model.non_trainable_weights
    optimizer = getattr(model, "optimizer", None)
    slots = list(optimizer.variables) if optimizer is not None and optimizer.built else []
    yield _total("Total params", [*trainable, *fixed, *slots])
    yield _total("Trainable params", trainable)
    yield _total("Non-trainable params", fixed)
    if slots:
        yield _total("Optimizer params", slots)


def _total(what: str, variables: list[Variable]) -> str:
    size = sum(variable.node.size * variable.dtype.size for variable in variables)
    return f" {what}: {count_elements(variables):,} ({_bytes(size)})"


def _bytes(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"


def _in_range(layers: list[Layer], wanted: Sequence[str] | None) -> list[Layer]:
    if wanted is None:
        return layers
    if len(wanted) != 2:
        raise InvalidArgumentError("summary: layer_range takes two names, first and last layer.")
    first, last = (
        [i for i, layer in enumerate(layers) if re.fullmatch(name, layer.name)] for name in wanted
    )
    if not first or not last:
        known = ", ".join(layer.name for layer in layers)
        raise InvalidArgumentError(
            f"summary: layer_range {list(wanted)} names no layer. There are: {known}."
        )
    return layers[first[0] : last[-1] + 1]
