"""What holds for every chart."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from glassbrook.keras.utils.plotting.charts import DARK, SIGNED
from glassbrook.keras.utils.plotting.picture import Picture

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


def checked(picture: Picture, areas: set[str] | frozenset[str] = frozenset()) -> list[str]:
    """Check what holds for every chart; the texts in it.

    Args:
        picture: the chart.
        areas: colours that are the same in light and dark surroundings.
    """
    root = ElementTree.fromstring(picture.svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    title, words, *_ = root
    assert (title.tag, title.text) == (f"{SVG}title", picture.title)
    assert (words.tag, words.text) == (f"{SVG}desc", picture.description)
    assert root.get("aria-labelledby").split() == [title.get("id"), words.get("id")]

    names = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(names) == len(set(names))
    assert all(name.startswith(root.get("id")) for name in names)
    text = picture.svg
    links = [each.get(LINK) for each in root.iter() if each.get(LINK)]
    links += re.findall(r"url\(([^)]*)\)", text)
    for link in links:  # nothing is fetched
        assert link.startswith("data:image/png;base64,") or link.removeprefix("#") in names

    styles = " ".join(each.get("style", "") for each in root.iter())
    used = set(re.findall(r"(?:fill|stroke): (#\w+)", styles))
    assert used <= DARK.keys() | areas | set(SIGNED)
    # What has no colour of its own would be black, and black is lost on dark paper.
    for each in root.iter(f"{SVG}text"):
        assert re.search(r"fill: (#\w+)", each.get("style"))[1] in DARK
    assert picture.tables
    assert "<table>" in picture.html()
    return [each.text for each in root.iter(f"{SVG}text")]
