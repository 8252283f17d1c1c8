"""MkDocs hook: run the code of the guide's pages, and put the pictures it draws into them."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, InclusionLevel
from pages import blocks_of, run_page, same_output

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

CHAPTER = re.compile(r"^guide/(?P<language>\w+)/(?P<chapter>\w+)\.md$")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pictures that the guide's code draws to the files of the site."""
    for file in list(files.documentation_pages()):
        found = CHAPTER.match(file.src_uri)
        if not found:
            continue
        for result in run_page(Path(config.docs_dir, file.src_uri)):
            for name, svg in result.figures.items():
                uri = f"guide/{found['language']}/figures/{found['chapter']}/{name}"
                picture = File.generated(
                    config, uri, content=svg, inclusion=InclusionLevel.INCLUDED
                )
                if uri not in files.src_uris:
                    files.append(picture)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Puts the pictures after the blocks that drew them.

    Raises:
        ValueError: The page says that something is printed which is not.
    """
    found = CHAPTER.match(page.file.src_uri)
    if not found:
        return markdown
    pieces, position = [], 0
    for block, result in zip(blocks_of(markdown), run_page(Path(page.file.abs_src_path or ""))):
        if not same_output(block.output, result.printed):
            raise ValueError(
                f"{page.file.src_uri}, line {block.line}: the code prints something else than "
                f"the page says. Run: python docs/hooks/pages.py {page.file.abs_src_path}"
            )
        pieces.append(markdown[position : block.end])
        pieces += [
            _figure(f"figures/{found['chapter']}/{name}", svg)
            for name, svg in result.figures.items()
        ]
        position = block.end
    return "".join([*pieces, markdown[position:]])


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Any) -> None:
    """Gives Chinese pages Chinese menus, and tells browsers and readers their language."""
    chinese = page.file.src_uri.startswith("guide/zh/")
    config.theme["language"] = "zh" if chinese else "en"


def _figure(source: str, svg: str) -> str:
    """A picture whose text is the title and the description that it has for screen readers."""
    title, description = (_text(svg, tag) for tag in ("title", "desc"))
    text = escape(f"{title}. {description}" if description else title)
    caption = f"<figcaption>{escape(title)}</figcaption>" if title else ""
    return (
        f'\n<figure><a href="{source}"><img src="{source}" alt="{text}"></a>{caption}</figure>\n\n'
    )


def _text(svg: str, tag: str) -> str:
    # Matplotlib writes a title as metadata.
    found = re.search(rf"<(?:dc:)?{tag}\b[^>]*>(.*?)</(?:dc:)?{tag}>", svg, re.DOTALL)
    return unescape(found[1]).strip() if found else ""
