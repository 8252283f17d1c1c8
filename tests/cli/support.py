"""Run the command as a user does, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("GLASSBROOK_SHARED", ROOT.parent / "shared"))


def glassbrook(
    *arguments: object, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The finished process of ``glassbrook arguments…``."""
    # Nothing is ever downloaded, unless a test says from where.
    settings = {"GLASSBROOK_MIRRORS": "", "NO_COLOR": "1", **environment}
    return subprocess.run(
        [sys.executable, "-c", "from glassbrook.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=folder,
        env={**os.environ, **settings},
        check=False,
    )


def documents(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The JSON documents on stdout, one a line."""
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
