"""`CellLayer`: a layer that is one of the package's own cells, applied to sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from glassbrook.keras import regularizers
from glassbrook.keras.layers.recurrent.rnn import RNN
from glassbrook.keras.layers.spec import InputSpec

__all__ = ["CellLayer", "of_cell", "split_options"]

_OF_CELLS = ("implementation",)
_OF_BOTH = ("dtype", "trainable")


def split_options(kwargs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Further arguments of a layer: those of its cell, and those of its own."""
    of_cells = {key: kwargs[key] for key in (*_OF_CELLS, *_OF_BOTH) if key in kwargs}
    of_layers = {key: value for key, value in kwargs.items() if key not in _OF_CELLS}
    return of_cells, of_layers


def of_cell(name: str) -> Any:
    """An attribute that is one of the cell's."""
    return property(lambda layer: getattr(layer.cell, name), doc=f"The cell's `{name}`.")


class CellLayer(RNN):
    """A layer whose arguments are those of its cell, and of `RNN`."""

    def __init__(self, cell: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(cell, *args, **kwargs)
        self.input_spec = InputSpec(ndim=3)

    kernel_initializer = of_cell("kernel_initializer")
    recurrent_initializer = of_cell("recurrent_initializer")
    bias_initializer = of_cell("bias_initializer")
    kernel_regularizer = of_cell("kernel_regularizer")
    recurrent_regularizer = of_cell("recurrent_regularizer")
    bias_regularizer = of_cell("bias_regularizer")
    kernel_constraint = of_cell("kernel_constraint")
    recurrent_constraint = of_cell("recurrent_constraint")
    bias_constraint = of_cell("bias_constraint")
    dropout = of_cell("dropout")
    recurrent_dropout = of_cell("recurrent_dropout")
    implementation = of_cell("implementation")

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        own = super().get_config()
        del own["cell"]
        cell = self.cell.get_config()
        of_cell = {key: cell[key] for key in cell if key not in ("name", "trainable", "dtype")}
        penalty = regularizers.serialize(self.activity_regularizer)
        return own | of_cell | {"activity_regularizer": penalty}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Self:
        """A new layer from what `get_config` gave."""
        return cls(**config)
