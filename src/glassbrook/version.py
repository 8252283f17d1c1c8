"""``tf.version``: which version this is, and of which TensorFlow it has the shape."""

from __future__ import annotations

import platform
from typing import Final

__all__ = [
    "COMPILER_VERSION",
    "GIT_VERSION",
    "GRAPH_DEF_VERSION",
    "GRAPH_DEF_VERSION_MIN_CONSUMER",
    "GRAPH_DEF_VERSION_MIN_PRODUCER",
    "TENSORFLOW",
    "VERSION",
]

VERSION: Final = "0.1.0"
"""The version of Glassbrook."""

TENSORFLOW: Final = "2.21.0"
"""The version of TensorFlow whose names and behaviour this has."""

GIT_VERSION: Final = f"v{VERSION}"
COMPILER_VERSION: Final = platform.python_compiler()

GRAPH_DEF_VERSION: Final = 0
GRAPH_DEF_VERSION_MIN_CONSUMER: Final = 0
GRAPH_DEF_VERSION_MIN_PRODUCER: Final = 0
"""There are no graph files here; the numbers say that none can be read or written."""
