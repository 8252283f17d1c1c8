"""``glassbrook run SCRIPT``: run a TensorFlow script, unchanged, on Glassbrook."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType

import click

from glassbrook import compat
from glassbrook.errors import NotFoundError

__all__ = ["run", "run_script"]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("script", type=click.Path())
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(script: str, arguments: tuple[str, ...]) -> int:
    """Run SCRIPT with ARGUMENTS; `import tensorflow` and `import keras` give Glassbrook.

    Only this process is affected. The exit code is the script's own.
    """
    return run_script(script, arguments)


def run_script(script: str, arguments: Sequence[str]) -> int:
    """Run a script and show its error as Python would; its exit code.

    Raises:
        UsageError: there is no such file.
        SystemExit, KeyboardInterrupt: the script ended so.
    """
    try:
        compat.run_script(script, arguments)
    except NotFoundError as error:
        if isinstance(error.__context__, Exception) or not _is_missing(script):
            return _show(error)
        raise click.UsageError(str(error.args[0])) from error
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        return _show(error)
    return 0


def _is_missing(script: str) -> bool:
    return not os.path.isfile(script)


def _show(error: BaseException) -> int:
    """Print the traceback, from the script's first line on and without Glassbrook's own."""
    sys.stdout.flush()
    tail = _users_part(error.__traceback__)
    if not os.environ.get("GLASSBROOK_DEBUG"):
        error = error.with_traceback(tail)
    traceback.print_exception(error)
    return 1


def _users_part(start: TracebackType | None) -> TracebackType | None:
    """The frames that are neither Glassbrook's nor the machinery that runs scripts."""
    kept = []
    while start is not None:
        name = start.tb_frame.f_code.co_filename
        if not name.startswith(_PACKAGE) and not name.startswith("<frozen"):
            kept.append(start)
        start = start.tb_next
    tail: TracebackType | None = None
    for each in reversed(kept):
        tail = TracebackType(tail, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return tail
