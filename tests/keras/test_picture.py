"""Pictures: the page around them, the numbers behind them, and the files they are written to."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from glassbrook.errors import InvalidArgumentError, NotFoundError, UnimplementedError
from glassbrook.keras.utils.plotting.picture import Picture, Table

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>t</title></svg>'
TABLE = Table("Loss & more", ["epoch", "loss"], [[1, 0.5], [2, None], ["<3>", np.float32(1e-9)]])


def picture(**options):
    return Picture(SVG, "A < B", 'Says "so".', [TABLE], **options)


class Outline(HTMLParser):
    """Checks that tags are closed in order, and gathers them and the text of cells."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.cells = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in {"meta", "img"}:
            self.open.append(tag)
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        if self.open and self.open[-1] in {"td", "th"}:
            self.cells[-1] += text


def test_page():
    text = picture().html()
    page = Outline(text)
    assert ("html", {"lang": "en"}) in page.tags
    assert page.cells == ["epoch", "loss", "1", "0.5", "2", "", "<3>", "1e-09"]
    names = [name for name, _ in page.tags]
    assert names.index("svg") < names.index("details") < names.index("table")
    scopes = [each["scope"] for name, each in page.tags if name == "th"]
    assert scopes == ["col", "col", "row", "row", "row"]
    assert "<h1>A &lt; B</h1>" in text
    assert "Loss &amp; more" in text
    assert "prefers-color-scheme: dark" in text
    # Self-contained: nothing is fetched, nothing runs.
    assert "script" not in names
    assert set(re.findall(r"https?://[^\"]+", text)) == {"http://www.w3.org/2000/svg"}


def test_no_tables_no_details():
    assert "<details>" not in Picture(SVG, "t", "d").html()


def test_notebooks_show_an_image_with_words():
    found = Outline(picture()._repr_html_())
    (image,) = [attributes for name, attributes in found.tags if name == "img"]
    assert image["alt"] == 'A < B. Says "so".'
    kind, data = image["src"].split(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == SVG
    assert "table" in [name for name, _ in found.tags]


def test_large_pictures_are_scrolled_not_shrunk():
    found = Outline(picture().html())
    (drawing,) = [each for name, each in found.tags if each.get("class") == "drawing"]
    assert (drawing["tabindex"], drawing["role"]) == ("0", "region")
    assert drawing["aria-label"]
    assert "max-width: 100%" not in picture().html() + picture()._repr_html_()


def test_files(tmp_path):
    shown = picture(png_maker=lambda dpi: f"png {dpi:g}".encode(), dpi=50)
    for name in ("a.svg", "a.HTML", "a.png"):
        shown.save(tmp_path / name)
    shown.save(str(tmp_path / "a.svg"))  # over the first
    ElementTree.parse(tmp_path / "a.svg")
    assert (tmp_path / "a.HTML").read_text(encoding="utf-8") == shown.html()
    assert (tmp_path / "a.png").read_bytes() == b"png 50"
    assert shown.png(300) == b"png 300"
    assert len(list(tmp_path.iterdir())) == 3  # nothing temporary stays


def test_bad_files(tmp_path):
    with pytest.raises(InvalidArgumentError, match=r"'\.gif'.*written as \.svg, \.html, \.png"):
        picture().save(tmp_path / "a.gif")
    with pytest.raises(InvalidArgumentError, match="ends in 'nothing'"):
        picture().save(tmp_path / "a")
    with pytest.raises(NotFoundError, match=r"there is no folder .*mkdir -p"):
        picture().save(tmp_path / "absent" / "a.svg")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(InvalidArgumentError, match="it is a folder"):
        picture().save(tmp_path / "folder.svg")
    with pytest.raises(UnimplementedError, match="exists as SVG only"):
        picture().save(tmp_path / "a.png")


def test_what_was_there_stays_if_a_picture_cannot_be_made(tmp_path):
    place = tmp_path / "a.png"
    place.write_bytes(b"old")
    with pytest.raises(UnimplementedError):
        picture().save(place)
    assert place.read_bytes() == b"old"


def test_bad_arguments():
    with pytest.raises(InvalidArgumentError, match="row 1 has 1 cells, but there are 2 columns"):
        Table("t", ["a", "b"], [[1, 2], [3]])
    with pytest.raises(InvalidArgumentError, match="at least one column"):
        Table("t", [], [])
    with pytest.raises(InvalidArgumentError, match=r"Leave out what stands before it"):
        Picture('<?xml version="1.0"?><svg/>', "t", "d")
    for dpi in (0, -3, float("nan"), float("inf")):
        with pytest.raises(InvalidArgumentError, match="dpi must be a positive number"):
            picture(png_maker=lambda dpi: b"").png(dpi)
