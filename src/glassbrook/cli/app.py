"""The command's entry: its subcommands, and how errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from glassbrook.cli import doctor, draw, explain, models, run, train
from glassbrook.errors import (
    DataError,
    DivergedError,
    GlassbrookError,
    MissingExtraError,
    ModelFileError,
    NotFoundError,
)

__all__ = ["main"]

FAILURE, USAGE, MISSING_EXTRA, BAD_INPUT, DIVERGED, INTERRUPTED = 1, 2, 3, 4, 5, 130

_EXIT_CODES: tuple[tuple[type[GlassbrookError], int], ...] = (
    (MissingExtraError, MISSING_EXTRA),
    (DataError, BAD_INPUT),
    (ModelFileError, BAD_INPUT),
    (NotFoundError, BAD_INPUT),
    (DivergedError, DIVERGED),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="glassbrook", prog_name="glassbrook")
def glassbrook() -> None:
    """Train small networks fast, look into them, and run TensorFlow scripts unchanged."""


for _command in (
    train.train,
    models.predict,
    models.evaluate,
    models.summary,
    explain.explain,
    draw.draw,
    run.run,
    doctor.doctor,
):
    glassbrook.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code."""
    try:
        sys.exit(_call(arguments))
    except BrokenPipeError:
        # Whoever read our output has enough of it, as `head` does. Python would complain once more
        # when it flushes stdout at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILURE)


def _call(arguments: Sequence[str] | None) -> int:
    try:
        result = glassbrook.main(arguments, standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except GlassbrookError as error:
        if os.environ.get("GLASSBROOK_DEBUG"):
            raise
        click.echo(f"Error: {error.args[0] if error.args else error}", err=True)
        return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), FAILURE)
    return result if isinstance(result, int) else 0
