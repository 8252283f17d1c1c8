"""Pictures of digits become images like MNIST's, whatever their size, colours and format."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from glassbrook.datasets import mnist, strokes
from glassbrook.datasets.images import load_digit, prepare_digit
from glassbrook.errors import DataError, InvalidArgumentError, NotFoundError


def draw_seven(
    size: tuple[int, int] = (300, 400), mode: str = "L", ground: object = 255, ink: object = 0,
    *, corner: tuple[int, int] = (60, 80), height: int = 200, pen: int = 24,
) -> Image.Image:  # fmt: skip
    image = Image.new(mode, size, ground)
    left, top = corner
    right, bottom = left + int(0.6 * height), top + height
    line = [(left, top), (right, top), (left + int(0.25 * height), bottom)]
    ImageDraw.Draw(image).line(line, fill=ink, width=pen, joint="curve")
    return image


def alike(first: np.ndarray, second: np.ndarray) -> float:
    """The best correlation of two images when one is moved by a pixel at most.

    Where a centre of mass falls between two pixels is a matter of the last bit.
    """
    moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    moved = [np.roll(second, move, (0, 1)) for move in moves]
    return max(float(np.corrcoef(first.ravel(), each.ravel())[0, 1]) for each in moved)


@pytest.fixture(scope="module")
def seven() -> np.ndarray:
    return prepare_digit(np.asarray(draw_seven()))


def test_form(seven: np.ndarray):
    assert seven.shape == (28, 28)
    assert seven.dtype == np.uint8
    assert seven.max() == 255
    assert np.median(seven) == 0
    rows, columns = np.nonzero(seven > 20)
    assert 18 <= np.ptp(rows) + 1 <= 20
    assert np.ptp(columns) + 1 <= 20
    # The bar of a seven is above, its foot to the left of the middle.
    assert seven[:14].sum() > seven[14:].sum()
    for axis in (0, 1):
        mass = seven.sum(axis=axis, dtype=np.float64)
        assert abs((mass * np.arange(28)).sum() / mass.sum() - 14) <= 0.5


def grey_and_alpha() -> Image.Image:
    image = Image.new("LA", (300, 400), (0, 0))
    image.putalpha(draw_seven(ground=0, ink=255))
    return image


def translucent_sheet() -> Image.Image:
    """A white sheet with round, transparent corners, as screenshots have."""
    image = draw_seven(mode="RGBA", ground="white", ink="black")
    alpha = Image.new("L", image.size, 0)
    ImageDraw.Draw(alpha).rounded_rectangle((0, 0, 299, 399), 40, fill=255)
    image.putalpha(alpha)
    return image


def palette_with_transparency() -> Image.Image:
    image = draw_seven(ground=0, ink=1)
    indexed = Image.frombytes("P", image.size, image.tobytes())
    indexed.putpalette([255, 255, 255, 20, 20, 20])
    indexed.info["transparency"] = 0
    return indexed


def sixteen_bits() -> Image.Image:
    values = np.asarray(draw_seven(), np.uint16) * 200 + 4000
    return Image.fromarray(values)


def photograph() -> Image.Image:
    random = np.random.default_rng(0)
    values = 90 + 0.5 * np.asarray(draw_seven(), np.float64)
    values += np.linspace(-15, 15, 300) + random.normal(0, 4, values.shape)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).convert("RGB")


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "dark on light": draw_seven,
    "light on dark": lambda: draw_seven(ground=0, ink=255),
    "grey on grey": lambda: draw_seven(ground=140, ink=90),
    "colours": lambda: draw_seven(mode="RGB", ground="khaki", ink="navy"),
    "colours, light on dark": lambda: draw_seven(mode="RGB", ground="darkgreen", ink="white"),
    "one bit": lambda: draw_seven(mode="1", ground=1, ink=0),
    "one bit, inverted": lambda: draw_seven(mode="1", ground=0, ink=1),
    "palette": lambda: draw_seven(mode="RGB", ground="white", ink="red").convert("P"),
    "palette, transparent": palette_with_transparency,
    "black on transparent": lambda: draw_seven(mode="RGBA", ground=(0, 0, 0, 0), ink="black"),
    "white on transparent": lambda: draw_seven(mode="RGBA", ground=(0, 0, 0, 0), ink="white"),
    "transparent corners": translucent_sheet,
    "grey with alpha": grey_and_alpha,
    "sixteen bits": sixteen_bits,
    "in a corner": lambda: draw_seven((500, 300), corner=(330, 70)),
    "large": lambda: draw_seven((3000, 2000), corner=(900, 300), height=1200, pen=144),
    "small in a large one": lambda: draw_seven((3000, 2000), corner=(2500, 99), height=150, pen=18),
    "photograph": photograph,
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(tmp_path: Path, seven: np.ndarray, name: str):
    PICTURES[name]().save(tmp_path / "picture.png")
    digit = load_digit(tmp_path / "picture.png")
    assert digit.shape == (28, 28)
    assert digit.dtype == np.uint8
    assert alike(digit, seven) > (0.9 if name == "photograph" else 0.95)


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "gif"])
def test_formats(tmp_path: Path, seven: np.ndarray, suffix: str):
    draw_seven().save(tmp_path / f"picture.{suffix}")
    assert alike(load_digit(str(tmp_path / f"picture.{suffix}")), seven) > 0.98


def test_the_content_tells_the_format(tmp_path: Path, seven: np.ndarray):
    draw_seven().save(tmp_path / "picture", "JPEG")
    assert alike(load_digit(tmp_path / "picture"), seven) > 0.98


def test_a_picture_that_a_camera_has_turned(tmp_path: Path, seven: np.ndarray):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90 degrees
    draw_seven().transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", exif=exif)
    assert alike(load_digit(tmp_path / "turned.jpg"), seven) > 0.98


@pytest.mark.parametrize("pen", [2, 5, 12, 40])
def test_thin_pens_are_seen(seven: np.ndarray, pen: int):
    digit = prepare_digit(np.asarray(draw_seven(pen=pen)))
    assert alike(digit, seven) > 0.75
    assert (digit > 200).sum() > 25


@pytest.mark.parametrize("shape", [(1, 40), (40, 1), (5, 5), (3, 200)])
def test_a_line(shape: tuple[int, int]):
    sheet = np.full((shape[0] + 4, shape[1] + 4), 255, np.uint8)
    sheet[2:-2, 2:-2] = 0
    digit = prepare_digit(sheet)
    rows, columns = np.nonzero(digit > 100)
    assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20


def test_a_picture_smaller_than_the_result():
    plus = np.zeros((5, 5), np.uint8)
    plus[2, 1:4] = plus[1:4, 2] = 255
    digit = prepare_digit(plus)
    np.testing.assert_allclose(digit[4:24, 4:24], digit[4:24, 4:24].T, atol=1)
    np.testing.assert_allclose(digit[4:24, 4:24], digit[23:3:-1, 4:24], atol=1)
    assert digit[14, 14] == 255
    assert digit[5, 5] < 50


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_blank_pictures(tmp_path: Path, grey: int):
    sheet = np.full((50, 60), grey, np.uint8)
    assert not prepare_digit(sheet).any()
    sheet[20, 30] ^= 7
    assert not prepare_digit(sheet).any()
    Image.fromarray(sheet).save(tmp_path / "blank.png")
    with pytest.raises(DataError, match=r"blank\.png: nothing is drawn on it"):
        load_digit(tmp_path / "blank.png")


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (2, 2)])
def test_the_smallest_pictures(size: tuple[int, int]):
    assert not prepare_digit(np.full(size, 99, np.uint8)).any()
    two = np.zeros(size, np.uint8)
    two[0, -1] = 255
    assert prepare_digit(two).shape == (28, 28)


def test_a_transparent_picture_is_blank(tmp_path: Path):
    Image.new("RGBA", (30, 30), (9, 9, 9, 0)).save(tmp_path / "clear.png")
    with pytest.raises(DataError, match="nothing is drawn on it"):
        load_digit(tmp_path / "clear.png")


@pytest.mark.parametrize("shape", [(28,), (28, 28, 3), (0, 5)])
def test_arrays_that_are_no_picture(shape: tuple[int, ...]):
    with pytest.raises(InvalidArgumentError, match="expected \\(height, width\\)"):
        prepare_digit(np.zeros(shape, np.uint8))


# ---------------------------------------------------------------------------------------------
# Files that cannot be read


def test_a_missing_file(tmp_path: Path):
    with pytest.raises(NotFoundError, match=r"nothing\.png: there is no such file"):
        load_digit(tmp_path / "nothing.png")


def test_a_folder(tmp_path: Path):
    with pytest.raises(DataError, match="is a folder"):
        load_digit(tmp_path)


def png_bytes() -> bytes:
    file = io.BytesIO()
    draw_seven().save(file, "PNG")
    return file.getvalue()


def jpeg_bytes() -> bytes:
    file = io.BytesIO()
    draw_seven().save(file, "JPEG")
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be enormous."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


BAD = [
    ("empty", b"", "is not a picture. Expected one of PNG, JPEG, BMP, GIF."),
    ("text", b"these are no pixels", "is not a picture"),
    ("web page", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture"),
    ("signature only", png_bytes()[:8], "picture"),
    ("PNG cut", png_bytes()[:-60], "may be truncated or damaged"),
    ("JPEG cut", jpeg_bytes()[: len(jpeg_bytes()) // 2], "may be truncated or damaged"),
    ("PNG damaged", png_bytes()[:60] + b"\xff" * 20 + png_bytes()[80:], "truncated or damaged"),
    ("large", bomb(10_000, 8_000), "has 10000×8000 pixels, at most 50,000,000 are read"),
    ("larger", bomb(15_000, 10_000), "has 15000×10000 pixels"),
    ("enormous", bomb(60_000, 60_000), "has far too many pixels"),
]


@pytest.mark.parametrize("name, content, words", BAD, ids=[row[0] for row in BAD])
def test_files_that_are_no_pictures(tmp_path: Path, name: str, content: bytes, words: str):
    file = tmp_path / "picture.png"
    file.write_bytes(content)
    with pytest.raises(DataError) as caught:
        load_digit(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert words in str(caught.value)


# ---------------------------------------------------------------------------------------------
# What comes back from MNIST's own digits


@pytest.fixture(scope="module")
def digits(mnist_folder: Path) -> np.ndarray:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASSBROOK_DATA", str(mnist_folder))
        return mnist.load_data()[1][0][:300]


def come_back(digits: np.ndarray, change: Callable[[Image.Image], Image.Image]) -> np.ndarray:
    found = [prepare_digit(np.asarray(change(Image.fromarray(digit)))) for digit in digits]
    return np.array([alike(before, after) for before, after in zip(digits, found)])


def test_mnist_as_it_is(digits: np.ndarray):
    found = come_back(digits, lambda image: image)
    assert np.median(found) > 0.999
    assert np.percentile(found, 1) > 0.9


@pytest.mark.parametrize("factor", [4, 10])
@pytest.mark.parametrize("inverted", [False, True])
def test_mnist_enlarged_and_moved(digits: np.ndarray, factor: int, inverted: bool):
    def change(image: Image.Image) -> Image.Image:
        side = 28 * factor
        sheet = Image.new("L", (2 * side, side + 90), 0)
        sheet.paste(image.resize((side, side), Image.Resampling.NEAREST), (side - 7, 31))
        return sheet.point(lambda value: 255 - value) if inverted else sheet

    found = come_back(digits, change)
    assert np.median(found) > 0.99
    assert np.percentile(found, 1) > 0.85


def test_mnist_enlarged_smoothly(digits: np.ndarray):
    found = come_back(digits, lambda image: image.resize((224, 224), Image.Resampling.BICUBIC))
    assert np.median(found) > 0.94
    assert np.percentile(found, 1) > 0.85


def test_strokes_come_back():
    images, _ = strokes.generate(200, noise=0)

    def change(image: Image.Image) -> Image.Image:
        sheet = Image.new("L", (600, 500), 255)
        enlarged = image.resize((280, 280), Image.Resampling.NEAREST)
        sheet.paste(enlarged.point(lambda value: 255 - value), (200, 150))
        return sheet

    # Their size is not MNIST's, which is what comes back.
    assert np.median(come_back(images, change)) > 0.7
