"""What the subcommands share in talking to the user: results on stdout, progress on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import click

__all__ = ["json_option", "note", "report"]


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``: one JSON document a line on stdout, instead of text."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Write JSON to stdout, one document a line."
    )(command)


def note(message: str) -> None:
    """A line about what is going on, on stderr."""
    click.echo(message, err=True)


def report(result: Mapping[str, Any], as_json: bool) -> None:
    """A result: names and values in two columns, or one JSON document."""
    if as_json:
        click.echo(json.dumps(result))
        return
    width = max(len(name) for name in result)
    for name, value in result.items():
        click.echo(f"{name.replace('_', ' '):<{width}}  {_text(value)}")


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e-3 else f"{value:.4f}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
