"""Write what the scripts print under TensorFlow next to them, as NAME.expected.txt.

Run with a Python that has TensorFlow: ``python tests/acceptance/record.py [NAME …]``.
"""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
from pathlib import Path

import tensorflow

SCRIPTS = Path(__file__).parent / "scripts"


def main(names: list[str]) -> None:
    """Run the scripts, or those that are named, and record their output."""
    for script in sorted(SCRIPTS.glob("*.py")):
        if names and script.stem not in names:
            continue
        tensorflow.keras.backend.clear_session()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            runpy.run_path(str(script), run_name="__main__")
        script.with_suffix(".expected.txt").write_text(printed.getvalue())


if __name__ == "__main__":
    main(sys.argv[1:])
