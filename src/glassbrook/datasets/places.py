"""The folders where data sets are looked for, and the environment variables that name them."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cache_folder", "data_folder", "keras_folder", "verification_is_on"]


def data_folder() -> Path | None:
    """The folder that ``$GLASSBROOK_DATA`` names, whether it exists or not."""
    name = os.environ.get("GLASSBROOK_DATA", "").strip()
    return Path(os.path.expanduser(name)) if name else None


def keras_folder() -> Path:
    """The folder where Keras keeps its downloads: ``$KERAS_HOME/datasets``."""
    home = os.environ.get("KERAS_HOME", "").strip() or "~/.keras"
    return Path(os.path.expanduser(home)) / "datasets"


def cache_folder() -> Path:
    """The folder where Glassbrook keeps its own downloads."""
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("glassbrook", appauthor=False)) / "datasets"


def verification_is_on() -> bool:
    """Whether a local file with an unexpected content is an error (else a warning)."""
    return os.environ.get("GLASSBROOK_VERIFY", "1").strip().lower() not in (
        "0",
        "false",
        "no",
        "off",
    )
