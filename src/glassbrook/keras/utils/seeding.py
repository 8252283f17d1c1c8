"""One seed for everything that draws random numbers."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.seeds import forget_shared_seeds
from glassbrook.ops.seeds import set_seed

__all__ = ["set_random_seed"]


def set_random_seed(seed: Any) -> None:
    """Seed Python's, NumPy's and Glassbrook's random numbers.

    Args:
        seed: a whole number from 0 to 2³² - 1.

    Raises:
        InvalidArgumentError: it is none.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.utils.set_random_seed(7)
        >>> x = tf.random.uniform([2])
        >>> tf.keras.utils.set_random_seed(7)
        >>> bool(tf.reduce_all(x == tf.random.uniform([2])))
        True
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise InvalidArgumentError(
            f"set_random_seed: expected a whole number from 0 to 2**32 - 1, got {seed!r}."
        )
    random.seed(int(seed))
    np.random.seed(int(seed))  # noqa: NPY002  (scripts that use np.random expect it)
    set_seed(int(seed))
    forget_shared_seeds()
