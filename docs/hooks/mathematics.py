r"""MkDocs hook: formulas become MathML when the site is built, so that a browser fetches nothing.

`pymdownx.arithmatex` finds ``$…$`` and ``$$…$$``, and leaves ``\(…\)`` and ``\[…\]``.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from latex2mathml.converter import convert

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
DISPLAY = re.compile(r'<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)

# What the converter does not know and leaves as it was, and what browsers do not show.
UNKNOWN = re.compile(r"\\|<m[ion]>&(?:amp;)?</m[ion]>|<mo />|mathvariant=.(?!normal)")

# Names of functions are words, with a small space around them unless a bracket does.
WORD = r"<mi>[A-Za-z]{2,}</mi>"
FUNCTION = rf"(?:<msup>{WORD}<m[in]>[^<]*</m[in]></msup>|(?<!<msup>){WORD})"
MENDS = [
    (re.compile(r"<mo>([A-Za-z]{2,})</mo>"), r"<mi>\1</mi>"),
    (
        re.compile(rf"({FUNCTION})(?=<m(?:i|n|sub|sup|subsup|frac)>)"),
        r'\1<mspace width="0.17em" />',
    ),
    (re.compile(rf"(</m(?:i|n|sub|sup)>)(?={FUNCTION}<m(?!row))"), r'\1<mspace width="0.17em" />'),
    (re.compile(r"<mi>&#x0007E;</mi>"), "<mo>&#x0223C;</mo>"),
]


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Replaces the formulas of a page.

    Raises:
        ValueError: A formula has something in it that has no MathML here.
    """

    def mathml(latex: str, display: str) -> str:
        text = unescape(latex).strip()
        converted = convert(text, display=display)
        for pattern, mended in MENDS:
            converted = pattern.sub(mended, converted)
        if UNKNOWN.search(converted):
            raise ValueError(f"{page.file.src_uri}: no MathML for a part of the formula: {text}")
        return converted

    html = DISPLAY.sub(lambda found: mathml(found[1], "block"), html)
    return INLINE.sub(lambda found: mathml(found[1], "inline"), html)
