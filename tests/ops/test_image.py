"""Images: against NumPy written another way, pixel by pixel, and against finite differences."""

from __future__ import annotations

import io
import math
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

import glassbrook as tf
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.ops.image import codec

RANDOM = np.random.default_rng(0)
BATCH = RANDOM.random((2, 7, 5, 3)).astype(np.float32)
METHODS = "bilinear nearest bicubic area lanczos3 lanczos5 gaussian mitchellcubic".split()


def bilinear_by_pixel(image, height, width):
    """The definition, one number at a time, in float64."""
    result = np.empty((height, width, image.shape[2]))
    for row in range(height):
        for column in range(width):
            y = (row + 0.5) * image.shape[0] / height - 0.5
            x = (column + 0.5) * image.shape[1] / width - 0.5
            total = np.zeros(image.shape[2])
            for i in (math.floor(y), math.floor(y) + 1):
                for j in (math.floor(x), math.floor(x) + 1):
                    share = (1 - abs(y - i)) * (1 - abs(x - j))
                    at = min(max(i, 0), image.shape[0] - 1), min(max(j, 0), image.shape[1] - 1)
                    total += share * image[at]
            result[row, column] = total
    return result


class TestResize:
    @pytest.mark.parametrize("size", [(3, 4), (14, 13), (7, 5), (1, 1)])
    def test_bilinear(self, size):
        found = tf.image.resize(BATCH, size).numpy()
        expected = [bilinear_by_pixel(image, *size) for image in BATCH]
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)

    def test_nearest_keeps_dtype_and_takes_whole_pixels(self):
        image = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
        found = tf.image.resize(image, [4, 6], method="nearest")
        assert found.dtype is tf.uint8
        np.testing.assert_array_equal(
            found[:, :, 0].numpy(), image[:, :, 0].repeat(2, 0).repeat(2, 1)
        )

    def test_area_is_the_mean_of_whole_blocks(self):
        image = RANDOM.random((6, 4, 2)).astype(np.float32)
        expected = image.reshape(3, 2, 2, 2, 2).mean((1, 3))
        found = tf.image.resize(image, [3, 2], method="area")
        np.testing.assert_allclose(found, expected, rtol=1e-6)

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("antialias", [False, True])
    def test_constant_images_stay_constant(self, method, antialias):
        image = np.full((5, 6, 1), 200.0, np.float32)
        found = tf.image.resize(image, [4, 9], method=method, antialias=antialias)
        np.testing.assert_allclose(found, np.full((4, 9, 1), 200.0), rtol=1e-5)

    def test_white_stays_white_as_uint8(self):
        image = np.full((37, 41, 3), 255, np.uint8)
        found = tf.cast(tf.image.resize(image, [17, 64]), tf.uint8)
        assert found.numpy().min() == 255

    @pytest.mark.parametrize("method", METHODS)
    def test_gradients(self, method):
        image = tf.constant(BATCH[:1, :4, :4, :1])
        weights = RANDOM.normal(size=(1, 3, 6, 1)).astype(np.float32)

        def value(x):
            return tf.reduce_sum(tf.image.resize(x, [3, 6], method=method) * weights)

        with tf.GradientTape() as tape:
            tape.watch(image)
            output = value(image)
        gradient = tape.gradient(output, image).numpy()
        # The method is linear: a step of any length gives the derivative.
        for place in [(0, 0, 0, 0), (0, 1, 2, 0), (0, 3, 3, 0)]:
            step = np.zeros(image.shape, np.float32)
            step[place] = 1.0
            slope = float(value(image + step) - value(image))
            assert gradient[place] == pytest.approx(slope, abs=1e-4)

    def test_aspect_ratio(self):
        assert tf.image.resize(BATCH, [20, 9], preserve_aspect_ratio=True).shape == (2, 13, 9, 3)

    def test_in_a_function(self):
        @tf.function
        def half(x):
            return tf.image.resize(x, [3, 2])

        for _ in range(3):
            np.testing.assert_allclose(half(BATCH), tf.image.resize(BATCH, [3, 2]), rtol=1e-6)

    @pytest.mark.parametrize(
        "call, error, message",
        [
            (lambda: tf.image.resize(BATCH, [3]), ShapeError, r"\[height, width\]"),
            (lambda: tf.image.resize(BATCH, 3.5), InvalidArgumentError, "size"),
            (lambda: tf.image.resize(BATCH, [0, 3]), InvalidArgumentError, "positive"),
            (lambda: tf.image.resize(BATCH[0, 0], [2, 2]), ShapeError, "expected an image"),
            (lambda: tf.image.resize(BATCH, [2, 2], "cubic"), InvalidArgumentError, "bicubic"),
            (lambda: tf.image.resize(["a"], [2, 2]), ShapeError, "expected an image"),
            (
                lambda: tf.image.resize(BATCH, [10**6, 10**6]),
                InvalidArgumentError,
                "too many",
            ),
        ],
    )
    def test_refuses(self, call, error, message):
        with pytest.raises(error, match=message):
            call()

    def test_pad_keeps_proportions(self):
        found = tf.image.resize_with_pad(np.ones((2, 4, 1), np.float32), 8, 8).numpy()
        assert found[:, 0, 0].tolist() == [0, 0, 1, 1, 1, 1, 0, 0]


class TestCropAndResize:
    def test_whole_image_is_resized_with_corners_aligned(self):
        image = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
        found = tf.image.crop_and_resize(image, [[0, 0, 1, 1]], [0], [3, 3])
        np.testing.assert_allclose(
            found[0, :, :, 0], [[0, 0.5, 1], [1, 1.5, 2], [2, 2.5, 3]], rtol=1e-6
        )

    def test_outside(self):
        image = np.ones((1, 2, 2, 1), np.float32)
        found = tf.image.crop_and_resize(
            image, [[-1, 0, 1, 1]], [0], [3, 2], extrapolation_value=7.0
        )
        assert found[0, :, 0, 0].numpy().tolist() == [7, 1, 1]

    def test_refuses_an_image_that_is_not_there(self):
        with pytest.raises(InvalidArgumentError, match="box_indices"):
            tf.image.crop_and_resize(BATCH, [[0.0, 0, 1, 1]], [2], [2, 2])


class TestGeometry:
    def test_turns_and_flips(self):
        for k in range(-1, 5):
            np.testing.assert_array_equal(
                tf.image.rot90(BATCH[0], k), np.rot90(BATCH[0], k, (0, 1))
            )
        np.testing.assert_array_equal(tf.image.flip_left_right(BATCH), BATCH[:, :, ::-1])
        np.testing.assert_array_equal(tf.image.flip_up_down(BATCH), BATCH[:, ::-1])
        np.testing.assert_array_equal(tf.image.transpose(BATCH), BATCH.transpose(0, 2, 1, 3))

    def test_crops_and_borders(self):
        np.testing.assert_array_equal(tf.image.central_crop(BATCH, 0.5), BATCH[:, 1:6, 1:4])
        np.testing.assert_array_equal(
            tf.image.crop_to_bounding_box(BATCH, 1, 2, 3, 2), BATCH[:, 1:4, 2:4]
        )
        padded = tf.image.resize_with_crop_or_pad(BATCH, 4, 9)
        np.testing.assert_array_equal(padded[:, :, 2:7], BATCH[:, 1:5])
        assert np.abs(padded[:, :, :2]).max() == 0

    @pytest.mark.parametrize(
        "call",
        [
            lambda: tf.image.crop_to_bounding_box(BATCH, 5, 0, 3, 1),
            lambda: tf.image.pad_to_bounding_box(BATCH, 0, 0, 6, 5),
            lambda: tf.image.central_crop(BATCH, 1.5),
            lambda: tf.image.resize_with_crop_or_pad(BATCH, 0, 5),
            lambda: tf.image.random_crop(BATCH, [2, 8, 5, 3]),
            lambda: tf.image.extract_patches(BATCH, [1, 2, 2, 1], [1] * 4, [1] * 4, "FULL"),
        ],
    )
    def test_refuses(self, call):
        with pytest.raises(InvalidArgumentError):
            call()

    def test_patches(self):
        found = tf.image.extract_patches(
            BATCH, [1, 3, 2, 1], [1, 2, 1, 1], [1, 1, 2, 1], "VALID"
        ).numpy()
        expected = BATCH[:, 2:5, 1:4:2].reshape(2, -1)
        np.testing.assert_array_equal(found[:, 1, 1], expected)
        same = tf.image.extract_patches(BATCH, [1, 3, 3, 1], [1, 2, 2, 1], [1] * 4, "SAME")
        assert same.shape == (2, 4, 3, 27)


class TestColour:
    def test_hsv_against_the_standard_library(self):
        import colorsys

        expected = [colorsys.rgb_to_hsv(*pixel) for pixel in BATCH.reshape(-1, 3).tolist()]
        found = tf.image.rgb_to_hsv(BATCH).numpy().reshape(-1, 3)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(
            tf.image.hsv_to_rgb(tf.image.rgb_to_hsv(BATCH)), BATCH, atol=1e-5
        )

    def test_round_trips(self):
        for there, back in (("rgb_to_yuv", "yuv_to_rgb"), ("rgb_to_yiq", "yiq_to_rgb")):
            turned = getattr(tf.image, back)(getattr(tf.image, there)(tf.constant(BATCH)))
            np.testing.assert_allclose(turned, BATCH, atol=2e-4)

    def test_dtypes(self):
        bytes_ = tf.constant([0, 1, 255], tf.uint8)
        np.testing.assert_allclose(
            tf.image.convert_image_dtype(bytes_, tf.float32), np.array([0, 1, 255]) / 255, 1e-6
        )
        back = tf.image.convert_image_dtype([-0.5, 0.0, 0.5, 1.0, 2.0], tf.uint8, saturate=True)
        assert back.numpy().tolist() == [0, 0, 127, 255, 255]
        with pytest.raises(AttributeError, match="floating point or integer"):
            tf.image.convert_image_dtype([True], tf.float32)

    def test_adjustments(self):
        np.testing.assert_allclose(
            tf.image.adjust_contrast(BATCH, 2.0),
            (BATCH - BATCH.mean((1, 2), keepdims=True)) * 2 + BATCH.mean((1, 2), keepdims=True),
            atol=1e-5,
        )
        np.testing.assert_allclose(tf.image.adjust_hue(BATCH, 1.0), BATCH, atol=1e-5)
        np.testing.assert_allclose(tf.image.adjust_saturation(BATCH, 1.0), BATCH, atol=1e-5)
        standard = tf.image.per_image_standardization(BATCH).numpy()
        np.testing.assert_allclose(standard.mean((1, 2, 3)), 0, atol=1e-5)
        np.testing.assert_allclose(standard.std((1, 2, 3)), 1, rtol=1e-5)

    @pytest.mark.parametrize(
        "call, error",
        [
            (lambda: tf.image.rgb_to_hsv(BATCH[..., :2]), ShapeError),
            (lambda: tf.image.rgb_to_hsv(np.zeros((1, 1, 3), np.int32)), DTypeError),
            (lambda: tf.image.grayscale_to_rgb(BATCH), ShapeError),
            (lambda: tf.image.adjust_hue(BATCH, 2.0), InvalidArgumentError),
            (lambda: tf.image.random_hue(BATCH, 0.6), InvalidArgumentError),
            (lambda: tf.image.random_brightness(BATCH, -1.0), InvalidArgumentError),
            (lambda: tf.image.random_contrast(BATCH, 1.0, 1.0), InvalidArgumentError),
        ],
    )
    def test_refuses(self, call, error):
        with pytest.raises(error):
            call()


class TestRandom:
    def test_flips_are_flips(self):
        seen = set()
        for seed in range(20):
            found = tf.image.stateless_random_flip_left_right(BATCH[0], (seed, 0)).numpy()
            is_same, is_flipped = (found == BATCH[0]).all(), (found == BATCH[0][:, ::-1]).all()
            assert is_same or is_flipped
            seen.add(bool(is_flipped))
        assert seen == {True, False}

    def test_images_of_a_batch_are_flipped_one_by_one(self):
        batch = np.tile(BATCH[:1], (50, 1, 1, 1))
        flipped = tf.image.random_flip_up_down(batch, seed=3).numpy()
        is_same = (flipped == batch).all((1, 2, 3))
        assert 10 < is_same.sum() < 40
        np.testing.assert_array_equal(flipped[~is_same], batch[~is_same][:, ::-1])

    def test_crops_are_parts(self):
        numbers = np.arange(30).reshape(5, 6, 1)
        for seed in range(5):
            found = tf.image.stateless_random_crop(numbers, [2, 3, 1], (seed, 1)).numpy()
            row, column = divmod(int(found[0, 0, 0]), 6)
            np.testing.assert_array_equal(found, numbers[row : row + 2, column : column + 3])

    def test_seed_decides(self):
        for name in ("brightness", "contrast", "hue", "saturation"):
            change = getattr(tf.image, f"stateless_random_{name}")
            limits = (0.2,) if name in ("brightness", "hue") else (0.5, 1.5)
            one, same, other = (
                change(BATCH, *limits, seed=s).numpy() for s in ((1, 2), (1, 2), (3, 4))
            )
            np.testing.assert_array_equal(one, same)
            assert not np.array_equal(one, other)


class TestQuality:
    def test_psnr(self):
        other = BATCH + 0.1
        expected = 10 * np.log10(1 / 0.01)
        np.testing.assert_allclose(tf.image.psnr(BATCH, other, 1.0), [expected] * 2, rtol=1e-4)

    def test_ssim_by_definition(self):
        x, y = RANDOM.random((2, 12, 12, 1)).astype(np.float32)
        places = np.arange(11) - 5
        window = np.exp(-(places**2) / (2 * 1.5**2))
        window = np.outer(window, window) / window.sum() ** 2
        values = []
        for row in range(2):
            for column in range(2):
                a, b = (z[row : row + 11, column : column + 11, 0] for z in (x, y))
                ma, mb = (window * a).sum(), (window * b).sum()
                va, vb = (window * a * a).sum() - ma**2, (window * b * b).sum() - mb**2
                cov = (window * a * b).sum() - ma * mb
                top = (2 * ma * mb + 1e-4) * (2 * cov + 9e-4)
                values.append(top / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4)))
        assert float(tf.image.ssim(x, y, 1.0)) == pytest.approx(np.mean(values), rel=1e-4)
        assert float(tf.image.ssim(x, x, 1.0)) == pytest.approx(1.0)
        with pytest.raises(InvalidArgumentError, match="smaller than the filter"):
            tf.image.ssim(x[:5], y[:5], 1.0)

    def test_differences(self):
        dy, dx = tf.image.image_gradients(BATCH)
        np.testing.assert_allclose(dy[:, :-1], np.diff(BATCH, axis=1), atol=1e-6)
        np.testing.assert_allclose(dx[:, :, :-1], np.diff(BATCH, axis=2), atol=1e-6)
        total = np.abs(np.diff(BATCH, axis=1)).sum((1, 2, 3))
        total += np.abs(np.diff(BATCH, axis=2)).sum((1, 2, 3))
        np.testing.assert_allclose(tf.image.total_variation(BATCH), total, rtol=1e-5)
        edges = tf.image.sobel_edges(BATCH)[:, 1, 1, :, 1].numpy()
        part = BATCH[:, :3, :3]
        expected = (part[:, :, 2] - part[:, :, 0]) * np.array([1, 2, 1])[None, :, None]
        np.testing.assert_allclose(edges, expected.sum(1), atol=1e-5)


class TestBoxes:
    def test_suppression(self):
        boxes = np.array([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, 2, 1, 3]], np.float32)
        scores = [0.5, 0.9, 0.1]
        assert tf.image.non_max_suppression(boxes, scores, 5).numpy().tolist() == [1, 2]
        assert tf.image.non_max_suppression(boxes, scores, 5, 0.9).numpy().tolist() == [1, 0, 2]
        assert tf.image.non_max_suppression(boxes, scores, 1).numpy().tolist() == [1]
        numbers, found = tf.image.non_max_suppression_with_scores(
            boxes, scores, 5, 1.0, soft_nms_sigma=0.5
        )
        overlap = 0.9 / 1.1
        assert numbers.numpy().tolist() == [1, 0, 2]
        assert float(found[1]) == pytest.approx(0.5 * math.exp(-(overlap**2) / (2 * 0.5)), rel=1e-5)
        with pytest.raises(ShapeError):
            tf.image.non_max_suppression(boxes, [1.0], 5)

    def test_drawing(self):
        drawn = tf.image.draw_bounding_boxes(
            np.zeros((1, 5, 5, 3), np.float32), [[[0, 0, 1, 1]]], [[1.0, 0.5, 0.0]]
        ).numpy()[0]
        assert drawn[2, 2].tolist() == [0, 0, 0]
        assert drawn[0, 3].tolist() == drawn[4, 0].tolist() == [1, 0.5, 0]


def file_of(pixels, kind, mode=None, **options):
    stream = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(stream, kind, **options)
    return stream.getvalue()


PIXELS = RANDOM.integers(0, 256, (6, 4, 3)).astype(np.uint8)


class TestFiles:
    @pytest.mark.parametrize("channels", [1, 2, 3, 4])
    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
    def test_png_round_trip(self, channels, dtype):
        pixels = RANDOM.integers(0, np.iinfo(dtype).max + 1, (5, 3, channels)).astype(dtype)
        data = tf.io.encode_png(pixels)
        found = tf.io.decode_png(data, dtype=dtype)
        np.testing.assert_array_equal(found, pixels)

    @pytest.mark.parametrize("kind", ["none", "sub", "up", "average", "paeth"])
    def test_png_of_16_bits_with_every_filter(self, kind):
        pixels = RANDOM.integers(0, 65536, (4, 3, 3)).astype(np.uint16)
        lines = pixels.astype(">u2").reshape(4, -1).view(np.uint8).astype(int)
        number = ["none", "sub", "up", "average", "paeth"].index(kind)
        rows = []
        for at, line in enumerate(lines):
            up = lines[at - 1] if at else np.zeros_like(line)
            left = np.concatenate([np.zeros(6, int), line[:-6]])
            corner = np.concatenate([np.zeros(6, int), up[:-6]])
            guess = left + up - corner
            distances = [abs(guess - left), abs(guess - up), abs(guess - corner)]
            paeth = np.choose(np.argmin(distances, 0), [left, up, corner])
            predicted = [0 * line, left, up, (left + up) // 2, paeth][number]
            rows.append(bytes([number]) + ((line - predicted) % 256).astype(np.uint8).tobytes())

        def chunk(name, body):
            check = zlib.crc32(name + body).to_bytes(4, "big")
            return len(body).to_bytes(4, "big") + name + body + check

        data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 4, 16, 2, 0, 0, 0))
        data += chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")
        np.testing.assert_array_equal(tf.io.decode_png(data, dtype=tf.uint16), pixels)
        np.testing.assert_array_equal(tf.io.decode_png(data), pixels >> 8)

    def test_png_channels(self):
        data = file_of(PIXELS, "PNG")
        assert tf.io.decode_png(data).shape == (6, 4, 3)
        alpha = tf.io.decode_png(data, channels=4).numpy()
        assert (alpha[..., 3] == 255).all()
        grey = tf.io.decode_png(data, channels=1).numpy()[..., 0]
        np.testing.assert_allclose(grey, PIXELS @ [0.299, 0.587, 0.114], atol=1)
        palette = file_of(PIXELS, "PNG", "P")
        assert tf.io.decode_png(palette).shape == (6, 4, 3)

    def test_jpeg(self):
        smooth = np.linspace(0, 255, 32 * 32 * 3).reshape(32, 32, 3).astype(np.uint8)
        data = tf.io.encode_jpeg(smooth, quality=100)
        assert bool(tf.io.is_jpeg(data))
        assert np.abs(tf.io.decode_jpeg(data).numpy().astype(int) - smooth).mean() < 6
        assert tf.io.decode_jpeg(data, channels=1).shape == (32, 32, 1)
        assert tf.io.decode_jpeg(data, ratio=4).shape == (8, 8, 3)
        assert tf.io.extract_jpeg_shape(data).numpy().tolist() == [32, 32, 3]
        cropped = tf.io.decode_and_crop_jpeg(data, [4, 8, 16, 12])
        np.testing.assert_array_equal(cropped, tf.io.decode_jpeg(data)[4:20, 8:20])
        rough = tf.image.adjust_jpeg_quality(smooth, 5).numpy().astype(int)
        assert np.abs(rough - smooth).mean() > 2

    def test_animations(self):
        frames = [Image.fromarray(PIXELS), Image.fromarray(255 - PIXELS)]
        stream = io.BytesIO()
        frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:])
        data = stream.getvalue()
        assert tf.io.decode_gif(data).shape == (2, 6, 4, 3)
        assert tf.io.decode_image(data).shape == (2, 6, 4, 3)
        assert tf.io.decode_image(data, expand_animations=False).shape == (6, 4, 3)
        with pytest.raises(InvalidArgumentError, match="animation"):
            tf.io.decode_png(data)
        webp = file_of(PIXELS, "WEBP", lossless=True)
        np.testing.assert_array_equal(tf.io.decode_webp(webp), PIXELS[None])

    def test_bmp(self):
        for mode, channels in (("RGB", 3), ("L", 1)):
            data = file_of(PIXELS, "BMP", mode)
            expected = np.asarray(Image.fromarray(PIXELS).convert(mode)).reshape(6, 4, channels)
            np.testing.assert_array_equal(tf.io.decode_bmp(data), expected)
            np.testing.assert_array_equal(tf.io.decode_image(data), expected)
        with pytest.raises(InvalidArgumentError, match="channels"):
            tf.io.decode_bmp(file_of(PIXELS, "BMP"), channels=1)

    def test_decode_image_as_floats(self):
        found = tf.io.decode_image(file_of(PIXELS, "PNG"), dtype=tf.float32)
        np.testing.assert_allclose(found, PIXELS / 255, rtol=1e-6)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
    def test_cut_off_and_flipped_files_never_crash(self, kind):
        data = file_of(RANDOM.integers(0, 256, (16, 16, 3)).astype(np.uint8), kind)
        for length in (0, 1, 10, 30, len(data) // 2):
            with pytest.raises(InvalidArgumentError):
                tf.io.decode_image(data[:length])
        for position in RANDOM.integers(0, len(data), 60):
            damaged = bytearray(data)
            damaged[position] ^= 1 << int(RANDOM.integers(8))
            try:
                tf.io.decode_image(bytes(damaged))
            except InvalidArgumentError:
                continue

    def test_a_small_file_that_claims_a_huge_image(self):
        def chunk(name, body):
            check = zlib.crc32(name + body).to_bytes(4, "big")
            return len(body).to_bytes(4, "big") + name + body + check

        for depth in (8, 16):
            head = struct.pack(">IIBBBBB", 100_000, 100_000, depth, 2, 0, 0, 0)
            data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"")
            with pytest.raises(InvalidArgumentError, match="cannot be read"):
                tf.io.decode_png(data + chunk(b"IEND", b""))
        bitmap = bytearray(file_of(PIXELS, "BMP"))
        bitmap[18:26] = struct.pack("<ii", 10**6, 10**6)
        with pytest.raises(InvalidArgumentError, match="pixels"):
            tf.io.decode_bmp(bytes(bitmap))
        assert codec.MOST_PIXELS < 2**28

    @pytest.mark.parametrize(
        "call, error",
        [
            (lambda: tf.io.decode_png(b"not an image"), InvalidArgumentError),
            (lambda: tf.io.decode_png([b"a", b"b"]), DTypeError),
            (lambda: tf.io.decode_png(1), DTypeError),
            (lambda: tf.io.decode_png(file_of(PIXELS, "PNG"), channels=5), InvalidArgumentError),
            (lambda: tf.io.decode_png(file_of(PIXELS, "PNG"), dtype=tf.int32), DTypeError),
            (lambda: tf.io.decode_jpeg(file_of(PIXELS, "JPEG"), ratio=3), InvalidArgumentError),
            (lambda: tf.io.encode_png(BATCH), DTypeError),
            (lambda: tf.io.encode_jpeg(PIXELS[..., :2]), ShapeError),
            (lambda: tf.io.encode_jpeg(PIXELS, quality=101), InvalidArgumentError),
            (lambda: tf.io.encode_png(PIXELS, compression=10), InvalidArgumentError),
        ],
    )
    def test_refuses(self, call, error):
        with pytest.raises(error):
            call()

    def test_pipeline_of_files(self, tmp_path):
        for number in range(3):
            Image.fromarray(PIXELS + np.uint8(number)).save(tmp_path / f"{number}.png")

        def load(path):
            image = tf.io.decode_png(tf.io.read_file(path), channels=3)
            return tf.image.resize(tf.image.convert_image_dtype(image, tf.float32), [3, 2])

        names = [str(tmp_path / f"{number}.png") for number in range(3)]
        batch = next(iter(tf.data.Dataset.from_tensor_slices(names).map(load).batch(3)))
        assert batch.shape == (3, 3, 2, 3)
        expected = tf.image.resize((PIXELS + np.uint8(2)) / np.float32(255), [3, 2])
        np.testing.assert_allclose(batch[2], expected, atol=1e-6)
