"""Griffe extension: docstrings, which are plain text with a few habits, become Markdown."""

from __future__ import annotations

import re

from griffe import Extension, GriffeLoader, Object

# From a prompt to the next empty line; and a table, from its first rule to its last.
EXAMPLE = re.compile(r"^(?P<indent> *)>>> .*(?:\n(?!\s*\n)(?P=indent).*)*", re.MULTILINE)
TABLE = re.compile(
    r"^(?P<indent> *)=+(?: +=+)+\n(?:.*\n)*?(?:(?P=indent)=+(?: +=+)+$)", re.MULTILINE
)
# Several names that one text is about, and its further lines.
TOGETHER = re.compile(r"^    (\*{0,2}\w+(?:, \*{0,2}\w+)+)(: .+(?:\n {5,}\S.*)*)$", re.MULTILINE)
ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):`~?([^`]+)`")


class MarkdownDocstrings(Extension):
    """Fences examples and tables, and leaves nothing that Markdown takes for a link."""

    def on_object(self, *, obj: Object, loader: GriffeLoader, **kwargs: object) -> None:
        """Rewrites the docstring of an object that was read."""
        if obj.docstring:
            obj.docstring.value = markdown(obj.docstring.value)


def markdown(text: str) -> str:
    """The docstring as Markdown."""
    text = TOGETHER.sub(_apart, text)
    text = ROLE.sub(r"`\1`", text)
    text = EXAMPLE.sub(lambda found: _fenced("pycon", found), text)
    return TABLE.sub(lambda found: _fenced("text", found), text)


def _apart(found: re.Match[str]) -> str:
    """A row for each of several arguments, attributes or errors, with the same text."""
    return "\n".join(f"    {name}{found[2]}" for name in found[1].split(", "))


def _fenced(language: str, found: re.Match[str]) -> str:
    indent = found["indent"]
    return f"{indent}```{language}\n{found[0]}\n{indent}```"
