"""Griffe extension: docstrings, which are plain text with a few habits, become Markdown."""

from __future__ import annotations

import re

from griffe import Extension, GriffeLoader, Object

# From a prompt to the next empty line; and a table, from its first rule to its last.
EXAMPLE = re.compile(r"^(?P<indent> *)>>> .*(?:\n(?!\s*\n)(?P=indent).*)*", re.MULTILINE)
TABLE = re.compile(
    r"^(?P<indent> *)=+(?: +=+)+\n(?:.*\n)*?(?:(?P=indent)=+(?: +=+)+$)", re.MULTILINE
)
ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):`~?([^`]+)`")


class MarkdownDocstrings(Extension):
    """Fences examples and tables, and leaves nothing that Markdown takes for a link."""

    def on_object(self, *, obj: Object, loader: GriffeLoader, **kwargs: object) -> None:
        """Rewrites the docstring of an object that was read."""
        if obj.docstring:
            obj.docstring.value = markdown(obj.docstring.value)


def markdown(text: str) -> str:
    """The docstring as Markdown."""
    text = ROLE.sub(r"`\1`", text)
    text = EXAMPLE.sub(lambda found: _fenced("pycon", found), text)
    return TABLE.sub(lambda found: _fenced("text", found), text)


def _fenced(language: str, found: re.Match[str]) -> str:
    indent = found["indent"]
    return f"{indent}```{language}\n{found[0]}\n{indent}```"
