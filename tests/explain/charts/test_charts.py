"""Charts of matplotlib as pictures: colours, names, and the same text every time."""

from __future__ import annotations

import io
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from glassbrook.errors import InvalidArgumentError, NotFoundError
from glassbrook.keras.utils.plotting import charts
from tests.explain.charts.support import SVG


def line(title="a < b & c", **options):
    with charts.drawing():
        figure = charts.new_figure(3, 2)
        axes = figure.subplots()
        axes.plot([1, 2], [3, 4], color=charts.BLUE, marker="o", label="$cost")
        axes.legend()
        return charts.picture_of(figure, title, "It rises.", **options)


def luminance(color):
    values = np.asarray(charts.rgb(color))
    linear = np.where(values <= 0.03928, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    """By the Web Content Accessibility Guidelines: from 1 to 21."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_the_guidelines_say():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("color", [charts.INK, charts.GREY, *charts.SERIES])
def test_texts_and_lines_can_be_read_on_light_and_dark_paper(color):
    assert contrast(color, charts.PAPER) >= 4.5
    assert contrast(charts.DARK[color], charts.DARK[charts.PAPER]) >= 4.5


@pytest.mark.parametrize("color", charts.SIGNED)
def test_signed_colours_can_be_seen_on_light_and_dark_paper(color):
    assert contrast(color, charts.PAPER) >= 3
    assert contrast(color, charts.DARK[charts.PAPER]) >= 3


def test_every_colour_has_a_rule_for_dark_surroundings():
    style = ElementTree.fromstring(line().svg).find(f"{SVG}style").text
    dark = style.split("@media (prefers-color-scheme: dark)")[1]
    for light, twin in charts.DARK.items():
        for part in ("fill", "stroke"):
            assert f'[style*="{part}: {light}"] {{ {part}: {twin} !important; }}' in dark


def test_texts_are_texts():
    texts = [each.text for each in ElementTree.fromstring(line().svg).iter(f"{SVG}text")]
    assert "$cost" in texts
    assert "1.0" in texts


def test_the_same_text_every_time():
    assert line().svg == line().svg
    assert line().png(60) == line().png(60)
    # Two pictures in one page do not share names.
    assert line().svg.split('id="')[1] != line("other").svg.split('id="')[1]


def test_settings_of_the_user_do_not_reach_charts():
    import matplotlib

    plain = line().svg
    with matplotlib.rc_context({"text.color": "#ff0000", "svg.fonttype": "path", "font.size": 30}):
        assert line().svg == plain
        assert matplotlib.rcParams["font.size"] == 30
    assert matplotlib.rcParams["text.color"] == matplotlib.rcParamsDefault["text.color"]


def test_no_window_system_is_asked_for(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # importing it fails
    line().png(40)


def test_wide_letters_draw_without_a_warning():
    assert "训练" in line("训练").svg
    line("训练").png(40)


def test_png_is_as_fine_as_asked():
    assert Image.open(io.BytesIO(line().png(50))).size == (150, 100)
    assert Image.open(io.BytesIO(line().png())).size == (600, 400)


def test_signed_image():
    values = np.array([[-2.0, -1.0, 0.0], [np.nan, 0.5, np.inf]])
    image = charts.signed_image(values, 2.0)
    np.testing.assert_allclose(image[..., 3], [[1, 0.5, 0], [0, 0.25, 1]])
    np.testing.assert_allclose(image[0, 1, :3], charts.rgb(charts.SIGNED[0]))
    np.testing.assert_allclose(image[1, 1, :3], charts.rgb(charts.SIGNED[1]))
    assert not charts.signed_image(np.zeros(3), 0.0)[:, 3].any()


def test_bad_files(tmp_path):
    with pytest.raises(InvalidArgumentError, match=r"written as \.svg, \.html, \.png"):
        line(to_file=tmp_path / "a.jpg")
    with pytest.raises(NotFoundError, match="there is no folder"):
        line(to_file=tmp_path / "absent" / "a.png")
