"""Vocabularies: what is in one, what was counted for one, and arguments that describe one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError

__all__ = ["Seen", "Words", "check_mode", "listed", "salt_argument"]

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
_OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


def check_mode(layer: str, mode: Any, known: Sequence[str] = _MODES) -> str:
    """The name of an output mode, or an error; Keras 2's names are understood."""
    found = _OLD_MODES.get(mode, mode) if isinstance(mode, str) else mode
    if found not in known:
        raise InvalidArgumentError(
            f"{layer}: output_mode is {mode!r}, expected one of {', '.join(map(repr, known))}."
        )
    return str(found)


class Words:
    """A vocabulary. It is no list or dictionary, in which a layer would look for variables."""

    def __init__(self, tokens: list[Any], start: int) -> None:
        self.tokens = tokens
        self.places = {token: start + place for place, token in enumerate(tokens)}


class Seen:
    """How often tokens were seen, in how many samples, and of how many."""

    def __init__(self) -> None:
        self.tokens: Counter[Any] = Counter()
        self.documents: Counter[Any] = Counter()
        self.total = 0


def salt_argument(layer: str, salt: Any) -> list[int] | None:
    """A pair of numbers for one or two of them, or an error."""
    if salt is None:
        return None
    if isinstance(salt, int):
        return [salt, salt]
    if isinstance(salt, list | tuple) and len(salt) == 2:
        return [int(each) for each in salt]
    raise InvalidArgumentError(
        f"{layer}: salt is {salt!r}, expected a whole number or a pair of them."
    )


def listed(values: Any) -> list[Any]:
    """A vocabulary as a list: out of a file, a tensor, an array, or a list."""
    if isinstance(values, str):
        path = Path(values)
        if not path.is_file():
            raise InvalidArgumentError(f"There is no vocabulary file {values!r}.")
        return path.read_text(encoding="utf-8").splitlines()
    found = values.numpy() if hasattr(values, "numpy") else values
    result: list[Any] = found.tolist() if isinstance(found, np.ndarray) else list(found)
    return result
