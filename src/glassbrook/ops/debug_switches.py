"""What `tf.debugging` switches on and off."""

from __future__ import annotations

from glassbrook import config
from glassbrook.graph.provenance import start_noting, stop_noting

__all__ = [
    "disable_check_numerics",
    "disable_traceback_filtering",
    "disable_tracing",
    "enable_check_numerics",
    "enable_traceback_filtering",
    "enable_tracing",
    "get_log_device_placement",
    "is_traceback_filtering_enabled",
    "set_log_device_placement",
]

_switches = {"filtering": True, "placement": False}
_engine_before: list[str] = []


def enable_check_numerics(stack_height_limit: int = 30, path_length_limit: int = 50) -> None:
    """Raise an error wherever an operation gives NaN or infinity from now on.

    The error says which operation it was, in which layer and line of source, and what went in.
    Until `disable_check_numerics`, everything runs operation by operation, which is slower; lines
    are known of what this thread does.

    Args:
        stack_height_limit: accepted for TensorFlow's sake, without effect.
        path_length_limit: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.enable_check_numerics()
        >>> try:
        ...     print(tf.math.log(-1.0))
        ... except tf.errors.InvalidArgumentError as error:
        ...     print(error.message[:29])
        ... finally:
        ...     tf.debugging.disable_check_numerics()
        log: detected NaN or infinity
    """
    if not _engine_before:
        _engine_before.append(config.engine)
    config.check_numerics = True
    config.engine = "interpreter"
    start_noting("check_numerics")


def disable_check_numerics() -> None:
    """Let NaN and infinity pass again."""
    config.check_numerics = False
    if _engine_before:
        config.engine = _engine_before.pop()
    stop_noting("check_numerics")


def enable_tracing() -> None:
    """Remember for each operation of this thread from now on where it was written.

    The user's line and the layer are then part of what is told of a tensor: in derivations, and in
    errors of `enable_check_numerics` and `check_numerics`. Building a graph takes several times as
    long meanwhile. Nothing is remembered of what runs as a program, such as a `tf.function` that
    was traced before.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.enable_tracing()
        >>> x = tf.constant([1.0, 0.0])
        >>> y = 1 / x
        >>> tf.debugging.disable_tracing()
        >>> try:
        ...     tf.debugging.check_numerics(y, "y")
        ... except tf.errors.InvalidArgumentError as error:
        ...     print(error.message.partition("It began where ")[2])
        div gave inf at [1] of float32[2], at ...: y = 1 / x. What went in: 1; 0 at [1] of ...
    """
    start_noting("tracing")


def disable_tracing() -> None:
    """Remember no more of new operations; what is known of older ones stays known."""
    stop_noting("tracing")


def is_traceback_filtering_enabled() -> bool:
    """What was set."""
    return _switches["filtering"]


def enable_traceback_filtering() -> None:
    """Remembered, without effect: a note at the end of an error names the user's line."""
    _switches["filtering"] = True


def disable_traceback_filtering() -> None:
    """Remembered, without effect: tracebacks are always complete."""
    _switches["filtering"] = False


def get_log_device_placement() -> bool:
    """What was set."""
    return _switches["placement"]


def set_log_device_placement(enabled: bool) -> None:
    """Remembered, without effect: everything is placed on the CPU."""
    _switches["placement"] = bool(enabled)
