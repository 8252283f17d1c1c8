"""MkDocs hook: a built page may point to the network, but never fetch from it by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc\s*=\s*["']?(?:https?:)?//[^>]*>"""
    r"""|<link\b[^>]*\bhref\s*=\s*["']?(?:https?:)?//[^>]*>"""
    r"""|@import\s+(?:url\()?["']?(?:https?:)?//[^;]*;"""
    r"""|\burl\(\s*["']?(?:https?:)?//[^)]*\)""",
    re.IGNORECASE,
)


def on_post_build(config: MkDocsConfig) -> None:
    """Looks through what was built.

    Raises:
        ValueError: A page or a style fetches something from elsewhere.
    """
    for path in sorted(Path(config.site_dir).rglob("*")):
        if path.suffix in (".html", ".css", ".svg"):
            found = FETCHED.search(path.read_text(encoding="utf-8"))
            if found and 'rel="canonical"' not in found[0]:
                raise ValueError(f"{path}: fetches from the network when viewed: {found[0]}")
