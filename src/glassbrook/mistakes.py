"""Warnings of what runs, and is almost surely not what was meant."""

from __future__ import annotations

import warnings
from collections.abc import Hashable
from types import CodeType

from glassbrook.user_code import user_frame

__all__ = ["MistakeWarning", "is_new_place", "warn_of_mistake"]


class MistakeWarning(UserWarning):
    """A common mistake: a program that runs, but learns nothing, or something else than was meant.

    It is given once for each line, says what was seen and how to mend it, and changes no result.
    Python's filters silence it, or make it an error:
    ``warnings.simplefilter("ignore", tf.errors.MistakeWarning)``.

    Example:
        >>> import warnings
        >>> import glassbrook as tf
        >>> loss = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter("always")
        ...     _ = loss([[0.0, 1.0]], tf.nn.softmax([[1.0, 3.0]]))
        >>> caught[0].category.__name__
        'MistakeWarning'
    """


# Whoever calls a loss with ever new shapes shall not fill the memory.
_MOST_PLACES = 1 << 14
# The code objects are held, so that no other one gets the same identity.
_places: dict[tuple[Hashable, int, int], CodeType] = {}


def is_new_place(kind: Hashable) -> bool:
    """Whether the user's present line is seen for the first time for this `kind`; notes it."""
    frame = user_frame()
    if frame is None:
        return False
    place = kind, id(frame.f_code), frame.f_lineno
    if place in _places or len(_places) >= _MOST_PLACES:
        return False
    _places[place] = frame.f_code
    return True


def warn_of_mistake(kind: str, message: str) -> None:
    """Warn at the user's line, unless this `kind` of mistake was named there before.

    Args:
        kind: a name for the kind of mistake.
        message: what was seen, and the mend.
    """
    frame = user_frame()
    if frame is None or not is_new_place(kind):
        return
    warnings.warn_explicit(message, MistakeWarning, frame.f_code.co_filename, frame.f_lineno)
