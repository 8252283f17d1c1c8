"""`tf.image`: sizes, colours, places, measures, boxes and files."""

from __future__ import annotations

import functools
import io

import numpy as np
import tensorflow
from PIL import Image

from tests.parity.support import Case, failures, rows, values

RANDOM = np.random.default_rng(0)
FLOATS = RANDOM.random((2, 7, 5, 3)).astype(np.float32)
BYTES = (FLOATS * 255).astype(np.uint8)
FIRST, SECOND = RANDOM.random((2, 2, 40, 37, 3)).astype(np.float32)
BOXES = np.sort(RANDOM.random((30, 2, 2)), 1).reshape(30, 4).astype(np.float32)
SCORES = RANDOM.random(30).astype(np.float32)
SMOOTH = (
    np.clip(
        np.sin(np.arange(24)[:, None, None] / 9)
        + np.cos(np.arange(16)[None, :, None] / 7)
        + np.arange(3) / 3,
        0,
        2,
    )
    * 127
).astype(np.uint8)


@functools.cache
def file_of(kind, mode="RGB", frames=1):
    stream = io.BytesIO()
    images = [Image.fromarray(each).convert(mode) for each in (SMOOTH, 255 - SMOOTH)[:frames]]
    options = {"save_all": True, "append_images": images[1:]} if frames > 1 else {}
    if kind == "WEBP":
        options["lossless"] = True
    images[0].save(stream, kind, **options)
    return stream.getvalue()


@functools.cache
def deep_png(channels):
    pixels = RANDOM.integers(0, 65536, (5, 4, channels)).astype(np.uint16)
    return tensorflow.io.encode_png(pixels).numpy()


SHARED = {
    "I": lambda tf: tf.image,
    "x": lambda tf: tf.constant(FLOATS),
    "u": lambda tf: tf.constant(BYTES),
    "a": lambda tf: tf.constant(FIRST),
    "b": lambda tf: tf.constant(SECOND),
    "boxes": lambda tf: BOXES,
    "scores": lambda tf: SCORES,
    "file_of": lambda tf: file_of,
    "deep_png": lambda tf: deep_png,
    "smooth": lambda tf: SMOOTH,
    "twice": lambda tf: lambda scores: np.stack([scores.reshape(2, 15)] * 2, -1),
}


def resizing():
    methods = "bilinear nearest bicubic area lanczos3 lanczos5 gaussian mitchellcubic".split()
    for method in methods:
        for antialias in (False, True):
            for size in ([3, 4], [14, 13], [7, 5], [1, 1], [5, 9]):
                for name in ("x", "u", "x[0]"):
                    yield (f"I.resize({name}, {size}, method={method!r}, antialias={antialias})")
        yield f"grad(lambda i: tf.reduce_sum(I.resize(i, [3, 9], {method!r}) ** 2), x)"


RESIZE = values("\n".join(resizing()), rtol=1e-5, atol=2e-3, **SHARED)

# Not every method has a gradient in TensorFlow.
RESIZE = [case for case in RESIZE if not (case.name.startswith("grad") and ("'area'" in case.name))]

VALUES = """
I.resize(x, [20, 9], preserve_aspect_ratio=True)
I.resize(x, (4, 4)).dtype
I.resize(u, (4, 4)).dtype
I.resize(u, (4, 4), "nearest").dtype
I.ResizeMethod.NEAREST_NEIGHBOR
I.resize_with_pad(x, 4, 4)
I.resize_with_pad(x, 20, 9)
I.resize_with_pad(x[0], 3, 20)
I.resize_with_crop_or_pad(x, 4, 4)
I.resize_with_crop_or_pad(x, 20, 9)
I.resize_with_crop_or_pad(x[0], 3, 20)
I.crop_and_resize(x, [[0, 0, 1, 1], [0.2, 0.1, 0.8, 0.9]], [0, 1], [3, 3])
I.crop_and_resize(x, [[0.9, 0.9, 0.1, 0.1]], [1], [5, 2], "nearest")
I.crop_and_resize(x, [[-0.3, 0.0, 1.4, 1.0]], [1], [4, 4], extrapolation_value=7.0)
I.crop_and_resize(x, [[0.2, 0.1, 0.8, 0.9]], [0], [1, 1])
I.central_crop(x, 0.6)
I.central_crop(x[0], 0.37)
I.central_crop(x, 1.0)
I.crop_to_bounding_box(x, 1, 2, 3, 2)
I.pad_to_bounding_box(x, 1, 2, 10, 9)
I.flip_left_right(x)
I.flip_up_down(x[0])
I.transpose(x)
[I.rot90(x, k) for k in range(-1, 5)]
I.rot90(x[0], tf.constant(3))
I.extract_patches(x, [1, 3, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID")
I.extract_patches(x, [1, 3, 2, 1], [1, 2, 3, 1], [1, 1, 1, 1], "SAME")
I.extract_patches(x, [1, 3, 2, 1], [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
I.adjust_brightness(u, 0.3)
I.adjust_brightness(x, -0.3)
I.adjust_contrast(u, 1.7)
I.adjust_contrast(x, 0.2)
I.adjust_gamma(u, 0.5, 1.2)
I.adjust_gamma(x, 2)
I.adjust_hue(x, 0.2)
I.adjust_hue(x, -0.7)
I.adjust_hue(u, 0.5)
I.adjust_saturation(x, 0.5)
I.adjust_saturation(u, 2.0)
I.rgb_to_hsv(x)
I.hsv_to_rgb(x)
I.rgb_to_yuv(x)
I.yuv_to_rgb(x)
I.rgb_to_yiq(x)
I.yiq_to_rgb(x)
I.rgb_to_grayscale(x)
I.rgb_to_grayscale(u)
I.grayscale_to_rgb(x[..., :1])
I.per_image_standardization(x)
I.per_image_standardization(u)
I.per_image_standardization(tf.ones([3, 3, 1]))
I.total_variation(x)
I.total_variation(x[0])
I.image_gradients(x)
I.sobel_edges(x)
I.psnr(a, b, 1.0)
I.psnr(u, u // 2, 255)
I.ssim(a, b, 1.0)
I.ssim(a, b, 1.0, filter_size=5, filter_sigma=0.7, return_index_map=True)
I.ssim_multiscale(a, b, 1.0, filter_size=2)
I.ssim_multiscale(a, b, 1.0, power_factors=[0.5, 0.5], filter_size=4)
I.non_max_suppression(boxes, scores, 10)
I.non_max_suppression(boxes, scores, 30, 0.3, 0.2)
I.non_max_suppression_with_scores(boxes, scores, 30, 0.9, 0.1, 0.5)
I.non_max_suppression_with_scores(boxes, scores, 30, 1.0, 0.1, 0.5)
I.non_max_suppression_padded(boxes, scores, 40, pad_to_max_output_size=True)
tuple(I.combined_non_max_suppression(boxes.reshape(2, 15, 1, 4), twice(scores), 4, 6, 0.4))
I.draw_bounding_boxes(x, [[[0.1, 0.1, 0.8, 0.7], [-0.5, 0.2, 0.5, 2.0]]] * 2, None)
I.draw_bounding_boxes(x, [[[0.1, 0.1, 0.8, 0.7]]] * 2, [[0.1, 0.2, 0.3]])
"""


def conversions():
    for source in "uint8 uint16 int32 int16 float32 float64".split():
        for target in "uint8 uint16 int32 int16 float32 float64".split():
            scale = "" if source.startswith("float") else f" * np.iinfo({source!r}).max"
            numbers = f"(np.linspace(0, 1, 9){scale}).astype({source!r})"
            for saturate in (False, True):
                yield f"I.convert_image_dtype({numbers}, tf.{target}, {saturate})"


RANDOM_ROWS = """
I.stateless_random_flip_left_right(x, (1, 2))
[I.stateless_random_flip_up_down(x[0], (n, 2)) for n in range(6)]
tf.image.stateless_random_crop(x, [1, 3, 3, 3], (1, 2))
I.stateless_random_brightness(x, 0.3, (1, 2))
I.stateless_random_brightness(u, 0.3, (1, 2))
I.stateless_random_contrast(x, 0.5, 1.5, (3, 4))
I.stateless_random_hue(x, 0.2, (1, 2))
I.stateless_random_saturation(x, 0.5, 1.5, (1, 2))
[tf.random.set_seed(5), I.random_flip_left_right(x), I.random_flip_up_down(x[0])]
[tf.random.set_seed(5), I.random_brightness(x, 0.3), I.random_contrast(x, 0.5, 1.5)]
[tf.random.set_seed(5), I.random_hue(x, 0.3), I.random_saturation(x, 0.5, 1.5)]
[tf.random.set_seed(5), tf.image.random_crop(x, [1, 3, 3, 3]), I.random_brightness(x, 0.1, seed=3)]
"""

FILES = """
I.decode_png(file_of("PNG"))
I.decode_png(file_of("PNG"), channels=1)
I.decode_png(file_of("PNG"), channels=4)
I.decode_png(file_of("PNG", "L"), channels=3)
I.decode_png(file_of("PNG", "LA"))
I.decode_png(file_of("PNG", "RGBA"), channels=3)
I.decode_png(file_of("PNG", "P"))
I.decode_png(file_of("PNG"), dtype=tf.uint16)
I.decode_png(file_of("GIF"))
[I.decode_png(deep_png(n), dtype=tf.uint16) for n in (1, 2, 3, 4)]
[I.decode_png(deep_png(n)) for n in (1, 2, 3, 4)]
I.decode_image(file_of("PNG"), dtype=tf.float32)
I.decode_image(file_of("PNG"), channels=1)
I.decode_image(deep_png(3), dtype=tf.uint16)
I.decode_image(file_of("GIF", frames=2))
I.decode_image(file_of("GIF"))
I.decode_image(file_of("GIF", frames=2), expand_animations=False)
I.decode_gif(file_of("GIF", frames=2))
I.decode_gif(file_of("GIF"))
I.decode_bmp(file_of("BMP"))
I.decode_bmp(file_of("BMP", "RGBA"))
I.decode_bmp(file_of("BMP", "L"))
I.decode_image(file_of("BMP"))
I.decode_webp(file_of("WEBP"))
tf.io.decode_jpeg(file_of("JPEG"), dct_method="INTEGER_ACCURATE")
tf.io.decode_jpeg(file_of("JPEG"), channels=1, dct_method="INTEGER_ACCURATE")
tf.io.decode_jpeg(file_of("JPEG", "L"), dct_method="INTEGER_ACCURATE")
tf.io.decode_jpeg(file_of("JPEG", "L"), channels=3, dct_method="INTEGER_ACCURATE")
I.extract_jpeg_shape(file_of("JPEG"))
tf.io.is_jpeg(file_of("JPEG"))
tf.io.is_jpeg(file_of("PNG"))
I.decode_png(I.encode_png(smooth))
I.decode_png(I.encode_png(smooth.astype(np.uint16) * 200), dtype=tf.uint16)
"""

FAILURES = """
I.resize(x, [3])
I.resize(x, [3, 4], "cubic")
I.resize(x[0, 0], [3, 4])
I.resize(x, [0, 4])
I.central_crop(x, 1.5)
I.central_crop(x, 0.0)
I.crop_to_bounding_box(x, 5, 0, 3, 1)
I.crop_to_bounding_box(x, -1, 0, 3, 1)
I.pad_to_bounding_box(x, 0, 0, 6, 5)
I.resize_with_crop_or_pad(x, 0, 5)
I.convert_image_dtype([True], tf.float32)
I.grayscale_to_rgb(x)
I.adjust_hue(x, 2.0)
I.random_hue(x, 0.6)
I.random_brightness(x, -1.0)
I.random_contrast(x, 1.0, 1.0)
I.random_saturation(x, -1.0, 1.0)
I.random_jpeg_quality(u[0], 50, 50)
tf.image.random_crop(x, [2, 8, 5, 3])
I.crop_and_resize(x, [[0.0, 0, 1, 1]], [2], [2, 2])
I.non_max_suppression(boxes, [1.0], 5)
I.ssim(a[:, :5], b[:, :5], 1.0)
I.decode_png(b"not an image")
I.decode_png(b"")
I.decode_png(file_of("PNG")[:100])
I.decode_png(file_of("PNG"), channels=5)
I.decode_png(file_of("GIF", frames=2))
I.decode_jpeg(file_of("JPEG")[:200])
I.decode_jpeg(file_of("JPEG"), ratio=3)
I.decode_gif(b"GIF89a")
I.decode_bmp(file_of("BMP")[:100])
I.decode_image(b"RIFF")
I.encode_png(x)
I.encode_jpeg(smooth[..., :2])
I.encode_jpeg(smooth, quality=101)
I.encode_png(smooth, compression=10)
"""


@rows("image resize", RESIZE)
def test_resize(case):
    case.check()


@rows("image", values(VALUES, rtol=1e-5, atol=1e-5, **SHARED))
def test_values(case):
    case.check()


@rows("image random", values(RANDOM_ROWS, rtol=1e-5, atol=1e-5, **SHARED))
def test_random(case):
    case.check()


@rows("image dtypes", values("\n".join(conversions()), **SHARED))
def test_dtypes(case):
    case.check()


@rows("image files", values(FILES, **SHARED))
def test_files(case):
    case.check()


@rows("image failures", failures(FAILURES, **SHARED))
def test_failures(case):
    case.check()


def near(name, run, atol):
    return Case(name, run, atol=atol, rtol=1.0)


JPEG = [
    near("decode", lambda tf: tf.cast(tf.io.decode_jpeg(file_of("JPEG")), tf.float32) + 64, 12),
    near(
        "quality",
        lambda tf: tf.cast(tf.image.adjust_jpeg_quality(SMOOTH, 70), tf.float32) + 64,
        12,
    ),
]


@rows("image jpeg", JPEG)
def test_jpeg(case):
    case.check()
