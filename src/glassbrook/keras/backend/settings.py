"""Settings that all of Keras shares: the default dtype, the smallest step, automatic names."""

from __future__ import annotations

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.naming import reset_names
from glassbrook.keras.seeds import forget_shared_seeds
from glassbrook.ops.seeds import begin_anew

__all__ = [
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]

_settings: dict[str, str] = {"floatx": "float32", "image_data_format": "channels_last"}
_epsilon = 1e-7
_uids: dict[str, int] = {}


def floatx() -> str:
    """The name of the dtype that layers compute in unless they are told otherwise."""
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Set the dtype that new layers compute in: float16, float32 or float64.

    Raises:
        InvalidArgumentError: it is none of these.
    """
    _choose("floatx", value, ("float16", "float32", "float64"))


def epsilon() -> float:
    """A small number that keeps divisions and logarithms finite."""
    return _epsilon


def set_epsilon(value: float) -> None:
    """Set the number that keeps divisions and logarithms finite."""
    global _epsilon
    _epsilon = float(value)


def image_data_format() -> str:
    """Where the channels of images are: ``"channels_last"`` or ``"channels_first"``."""
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Set where the channels of images are.

    Raises:
        InvalidArgumentError: it is neither of ``"channels_last"`` and ``"channels_first"``.
    """
    _choose("image_data_format", data_format, ("channels_last", "channels_first"))


def clear_session(free_memory: bool = True) -> None:
    """Start the numbering of names anew, so that the next Dense layer is called ``dense``.

    Random operations with seeds of their own, and those of functions, begin anew too.

    Args:
        free_memory: accepted for Keras's sake: memory is freed as soon as nothing uses it.
    """
    reset_names()
    _uids.clear()
    forget_shared_seeds()
    begin_anew()


def get_uid(prefix: str = "") -> int:
    """How often a number was asked for with this prefix since the session was cleared."""
    _uids[prefix] = _uids.get(prefix, 0) + 1
    return _uids[prefix]


def _choose(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidArgumentError(f"{name} cannot be {value!r}. Expected one of {allowed}.")
    _settings[name] = value
