"""MkDocs hook: a page for every public module, written from the docstrings by mkdocstrings."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

import glassbrook

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

SECTION = "API reference"


def public_modules() -> dict[str, types.ModuleType]:
    """The modules that users reach from `tf`, by the names they use, each once."""
    return dict(sorted(_modules("tf", glassbrook, set())))


def _modules(
    name: str, module: types.ModuleType, seen: set[str]
) -> Iterator[tuple[str, types.ModuleType]]:
    seen.add(module.__name__)
    yield name, module
    for member in module.__all__:
        value = getattr(module, member)
        # A module's own name, for `tf.losses` is `tf.keras.losses` by another.
        own = (
            isinstance(value, types.ModuleType) and value.__name__ == f"{module.__name__}.{member}"
        )
        if own and hasattr(value, "__all__") and value.__name__ not in seen:
            yield from _modules(f"{name}.{member}", value, seen)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Lists the pages at the end of the navigation."""
    pages = [{name: _uri(name)} for name in public_modules()]
    config.nav = [*(config.nav or []), {SECTION: pages}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages."""
    for name, module in public_modules().items():
        content = f"# {name}\n\n::: {module.__name__}\n"
        files.append(File.generated(config, _uri(name), content=content))
    return files


def _uri(name: str) -> str:
    return f"reference/{name}.md"
