"""How tensors and variables appear when they are printed: as TensorFlow's do, to the letter."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["value_repr", "value_text"]


def value_text(array: npt.NDArray[Any]) -> str:
    """The values as `print` shows them; several lines begin on a line of their own."""
    text = str(array[()])
    return "\n" + text if "\n" in text else text


def value_repr(array: npt.NDArray[Any]) -> str:
    """The values as `repr` shows them; a scalar appears as the Python number it is."""
    scalar: Any = array[()]
    text = repr(scalar.item() if isinstance(scalar, np.generic) else scalar)
    return "\n" + text if "\n" in text else text
