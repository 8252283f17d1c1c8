"""``tf.profiler``: accepted, so that scripts run. `tf.program` shows where time goes here."""

from __future__ import annotations

from typing import Any, Self

__all__ = ["experimental"]


class _Block:
    """A `with` block that records nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Accept what TensorFlow's takes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def set_metadata(self, **kwargs: Any) -> None:
        """Accepted, without effect."""


class experimental:  # noqa: N801  (TensorFlow's name)
    """Recording of profiles: nothing is recorded, and no file is written.

    Example:
        >>> import glassbrook as tf
        >>> with tf.profiler.experimental.Trace("step", step_num=1):
        ...     x = tf.constant(1.0) + 1
    """

    Profile = Trace = _Block

    class ProfilerOptions(_Block):
        """Settings of a profile, without effect."""

    @staticmethod
    def start(logdir: str, options: Any = None) -> None:
        """Accepted, without effect."""

    @staticmethod
    def stop(save: bool = True) -> None:
        """Accepted, without effect."""
