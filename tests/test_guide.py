"""The guide's code runs as it stands and prints what the pages say, in both languages alike."""

from __future__ import annotations

import io
import re
import tokenize
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from docs.hooks.checks import on_post_build
from docs.hooks.pages import PageError, blocks_of, run_page, same_output, with_outputs

GUIDE = Path(__file__).parents[1] / "docs/guide"
PAGES = sorted(GUIDE.glob("*/*.md"))
CHAPTERS = ("index", "1", "2", "3", "4", "5")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def identity(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def without_fences(page: str) -> str:
    return re.sub(r"^```.*?^```\n", "", page, flags=re.MULTILINE | re.DOTALL)


def bare(code: str) -> list[str]:
    """The code but for comments and texts, which are in the language of the page."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    left_out = ("COMMENT", "NL", "STRING", "FSTRING_MIDDLE")
    return [token.string for token in tokens if tokenize.tok_name[token.type] not in left_out]


def test_there_is_a_page_per_chapter():
    assert {path.stem for path in GUIDE.glob("en/*.md")} == set(CHAPTERS)


# The Chinese pages have the same code as the English ones, as another test sees to.
RUN = [
    pytest.param(path, id=identity(path), marks=[pytest.mark.slow] * (path.parent.name == "zh"))
    for path in PAGES
]


@pytest.mark.parametrize("path", RUN)
def test_the_page_prints_what_it_says(path: Path):
    page = path.read_text(encoding="utf-8")
    results = run_page(path)
    # Every fence of code is run, every fence of text is what some code prints.
    assert page.count("```python\n") == len(results)
    assert page.count("```text\n") == sum(bool(block.output) for block in blocks_of(page))
    for block, result in zip(blocks_of(page), results):
        if not same_output(block.output, result.printed):
            assert block.output == result.printed, f"{path}, line {block.line}"
    if path.stem != "index":
        figures = [name for result in results for name in result.figures]
        assert figures, "the chapter draws nothing"
        assert len(figures) == len(set(figures)), "two pictures of one name"


@pytest.mark.parametrize("path", PAGES, ids=identity)
def test_links_lead_somewhere(path: Path):
    for target in LINK.findall(without_fences(path.read_text(encoding="utf-8"))):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", sorted(GUIDE.glob("zh/*.md")), ids=identity)
def test_both_languages_have_the_same_code_and_formulas(path: Path):
    chinese = path.read_text(encoding="utf-8")
    english = (GUIDE / "en" / path.name).read_text(encoding="utf-8")
    ours, theirs = ([bare(block.code) for block in blocks_of(page)] for page in (chinese, english))
    assert ours == theirs
    for pattern in (r"^#+(?= )", r"^\$\$", r"^\|[-: |]+\|$"):
        ours, theirs = (
            re.findall(pattern, without_fences(page), re.MULTILINE) for page in (chinese, english)
        )
        assert ours == theirs, pattern


def test_a_block_that_fails_names_the_line_of_the_page(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n```python\na = 1\n```\n\nText.\n\n```python\n\nb = a / 0\n```\n")
    with pytest.raises(PageError, match=r'page\.md", line 11(?s:.*)ZeroDivisionError'):
        run_page(page)


def test_outputs_are_written_into_the_page(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nprint(1)\n```\n\n```text\nstale\n```\n\nText.\n\n"
        "```python\nopen('a.svg', 'w').close()\n```\n\n```text\nstale\n```\n"
        "\n```python\nprint(2)\n```\n"
    )
    fresh = with_outputs(page)
    assert fresh == (
        "```python\nprint(1)\n```\n\n```text\n1\n```\n\nText.\n\n"
        "```python\nopen('a.svg', 'w').close()\n```\n"
        "\n```python\nprint(2)\n```\n\n```text\n2\n```\n"
    )
    page.write_text(fresh)
    assert [list(result.figures) for result in run_page(page)] == [[], ["a.svg"], []]


@pytest.mark.parametrize(
    ("written", "printed", "same"),
    [
        ("loss 0.1234, shape (3, 4)", "loss 0.1235, shape (3, 4)", True),
        ("loss 0.1234", "loss 0.1236", False),
        ("loss 0.1234", "lost 0.1234", False),
        ("0.5", "0.5 0.5", False),
        ("1.00e+03", "1.01e+03", True),
        ("1.00e+03", "1.02e+03", False),
        ("-0.5", "0.5", False),
        ("wrong: 40", "wrong: 41", False),
        (" 9%", "10%", True),
        ("90%", "93%", False),
        ("90%", "90.0", False),
        ("", "1", False),
    ],
)
def test_only_the_last_digit_may_differ(written: str, printed: str, same: bool):
    assert same_output(written, printed) is same


@pytest.mark.parametrize(
    ("content", "fetches"),
    [
        ('<script src="https://cdn.example/a.js"></script>', True),
        ("<img alt='x' src='//example.org/a.png'>", True),
        ('<link rel="stylesheet" href="https://fonts.example/css">', True),
        ("<style>@import url('https://example.org/a.css');</style>", True),
        ("<style>body { background: url(http://example.org/a.png) }</style>", True),
        ('<a href="https://example.org">elsewhere</a>', False),
        ('<script src="assets/a.js"></script>', False),
        ('<svg xmlns="http://www.w3.org/2000/svg"></svg>', False),
        ('<link rel="canonical" href="https://example.org/">', False),
    ],
)
def test_a_site_that_fetches_from_elsewhere_is_refused(tmp_path: Path, content: str, fetches: bool):
    (tmp_path / "page.html").write_text(content)
    refused = pytest.raises(ValueError, match=r"page\.html: fetches") if fetches else nullcontext()
    with refused:
        on_post_build(SimpleNamespace(site_dir=tmp_path))
