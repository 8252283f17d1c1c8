"""keras.preprocessing and the helpers of keras.utils around images, texts, series and folders."""

# ruff: noqa: E501, NPY002 -- a row is one line; Keras draws from NumPy's global random numbers

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.parity.support import Case, Fails, add_to, failures, printed, rows, values

TEXTS = ["The cat sat on the mat.", "A dog, a cat; and THE end!", "", "cat"]
IMAGE = np.random.default_rng(3).uniform(0, 255, (7, 9, 3)).astype("float32")
PICTURES = np.random.default_rng(4).uniform(0, 255, (5, 6, 8, 3)).astype("float32")


def fitted(tf: Any) -> Any:
    def make(**kwargs: Any) -> Any:
        tokenizer = tf.keras.preprocessing.text.Tokenizer(**kwargs)
        tokenizer.fit_on_texts(TEXTS)
        return tokenizer

    return make


def seeded(_: Any) -> Any:
    def run(function: Any) -> Any:
        np.random.seed(7)
        random.seed(7)
        return function()

    return run


SHARED = {
    "texts": lambda tf: tf.keras.preprocessing.text,
    "seq": lambda tf: tf.keras.preprocessing.sequence,
    "image": lambda tf: tf.keras.preprocessing.image,
    "utils": lambda tf: tf.keras.utils,
    "fitted": fitted,
    "seeded": seeded,
    "TEXTS": lambda _: TEXTS,
    "IMAGE": lambda _: IMAGE.copy(),
    "PICTURES": lambda _: PICTURES.copy(),
    "items": lambda _: lambda dataset: list(dataset.as_numpy_iterator()),
    "random": lambda _: random,
}

TEXT = """
texts.text_to_word_sequence("Hello, World! It's\\tme.\\n")
texts.text_to_word_sequence("a-b-c", filters="", split="-")
texts.text_to_word_sequence("A B", lower=False)
texts.hashing_trick("the cat the dog", 100, "md5")
texts.hashing_trick("the cat", 100, len)
fitted().word_index
fitted(oov_token="<OOV>").word_index
fitted(oov_token="cat").word_index
dict(fitted().word_counts)
sorted(fitted().word_docs.items())
sorted(fitted().index_docs.items())
fitted().document_count
fitted(char_level=True).word_index
fitted(lower=False).word_index
fitted(num_words=4).texts_to_sequences(TEXTS)
fitted(num_words=4, oov_token="?").texts_to_sequences(["the zebra sat"])
fitted(oov_token="?").texts_to_sequences(["the zebra sat", ""])
fitted(char_level=True).texts_to_sequences(["cab"])
fitted().texts_to_sequences([["The", "cat"]])
fitted(num_words=5, oov_token="?").sequences_to_texts([[1, 2, 3, 99], [9, 7]])
fitted().sequences_to_texts([[1, 2, 3, 99], []])
fitted().texts_to_matrix(["the cat the"], mode="binary")
fitted().texts_to_matrix(["the cat the", "dog"], mode="count")
fitted(num_words=5).texts_to_matrix(["the cat the mat"], mode="freq")
fitted().texts_to_matrix(["the cat the", ""], mode="tfidf")
fitted(num_words=3).get_config()["word_index"]
texts.tokenizer_from_json(fitted(num_words=4).to_json()).texts_to_sequences(TEXTS)
texts.Tokenizer(num_words=6).sequences_to_matrix([[1, 5], [2, 2, 9]], mode="count")
fitted(analyzer=lambda t: t.split("a")).word_index
"""

SEQUENCE = """
seq.pad_sequences([[1, 2], [3], []])
seq.pad_sequences([[1, 2, 3], [3]], maxlen=2, padding="post", truncating="post", value=9)
seq.pad_sequences([[1.5, 2.5], [3.5]], dtype="float32")
seq.pad_sequences([["a"], ["b", "c"]], dtype=object, value="-")
seq.make_sampling_table(6)
seq.make_sampling_table(4, sampling_factor=0.1)
seeded(lambda: seq.skipgrams([1, 2, 0, 3, 4], 9, window_size=1, shuffle=False))
seeded(lambda: seq.skipgrams([1, 2, 0, 3, 4], 9, window_size=2, seed=3))
seeded(lambda: seq.skipgrams([1, 2, 3], 9, categorical=True, negative_samples=0.5))
seeded(lambda: seq.skipgrams([1, 2, 3], 9, sampling_table=seq.make_sampling_table(9, 0.1)))
[len(seq.TimeseriesGenerator(np.arange(20), np.arange(20), 3, batch_size=4, stride=s)) for s in (1, 2)]
seq.TimeseriesGenerator(np.arange(20), np.arange(20), 3, batch_size=4)[1]
seq.TimeseriesGenerator(np.arange(20), np.arange(20), 4, sampling_rate=2, stride=3, batch_size=4)[0]
seq.TimeseriesGenerator(np.arange(20), np.arange(20), 4, reverse=True, start_index=2, end_index=9)[0]
seeded(lambda: seq.TimeseriesGenerator(np.arange(20), np.arange(20), 4, shuffle=True, batch_size=3)[0])
"""

IMAGES = """
image.apply_affine_transform(IMAGE, theta=30, row_axis=0, col_axis=1, channel_axis=2)
image.apply_affine_transform(IMAGE, tx=1.5, ty=-2.25, row_axis=0, col_axis=1, channel_axis=2)
image.apply_affine_transform(IMAGE, shear=20, fill_mode="constant", cval=3.0, row_axis=0, col_axis=1, channel_axis=2)
image.apply_affine_transform(IMAGE, zx=1.7, zy=0.6, fill_mode="reflect", row_axis=0, col_axis=1, channel_axis=2)
image.apply_affine_transform(IMAGE, tx=13.3, ty=20.2, fill_mode="reflect", row_axis=0, col_axis=1, channel_axis=2)
image.apply_affine_transform(IMAGE, theta=50, tx=3, fill_mode="wrap", row_axis=0, col_axis=1, channel_axis=2)
image.apply_affine_transform(IMAGE, theta=50, order=0, row_axis=0, col_axis=1, channel_axis=2)
image.apply_affine_transform(IMAGE.transpose(2, 0, 1), theta=20, zx=0.8)
image.apply_affine_transform(IMAGE, theta=20, zx=0.8, row_axis=1, col_axis=0, channel_axis=2)
image.apply_affine_transform(IMAGE, row_axis=0, col_axis=1, channel_axis=2)
image.apply_channel_shift(IMAGE, 30.0, channel_axis=2)
image.apply_brightness_shift(IMAGE, 1.4)
image.apply_brightness_shift(IMAGE, 0.5, False)
image.apply_brightness_shift(IMAGE * 2 - 30, 0.5, False)
seeded(lambda: image.random_rotation(IMAGE, 40, row_axis=0, col_axis=1, channel_axis=2))
seeded(lambda: image.random_shift(IMAGE, 0.2, 0.3, row_axis=0, col_axis=1, channel_axis=2))
seeded(lambda: image.random_shear(IMAGE, 25, row_axis=0, col_axis=1, channel_axis=2))
seeded(lambda: image.random_zoom(IMAGE, (0.5, 1.5), row_axis=0, col_axis=1, channel_axis=2))
seeded(lambda: image.random_channel_shift(IMAGE, 30.0, channel_axis=2))
seeded(lambda: image.random_brightness(IMAGE, (0.5, 1.5)))
image.smart_resize(IMAGE, (4, 4))
image.smart_resize(tf.constant(IMAGE), (5, 3), interpolation="nearest")
image.smart_resize(PICTURES, (3, 5))
np.asarray(utils.array_to_img(IMAGE))
np.asarray(utils.array_to_img(IMAGE, scale=False))
np.asarray(utils.array_to_img(IMAGE[:, :, :1]))
np.asarray(utils.array_to_img(IMAGE.transpose(2, 0, 1), data_format="channels_first"))
utils.array_to_img(np.zeros((2, 3, 4))).mode
utils.img_to_array(utils.array_to_img(IMAGE))
utils.img_to_array(utils.array_to_img(IMAGE), data_format="channels_first", dtype="float64")
"""

GENERATORS = [
    "rotation_range=30, width_shift_range=0.2, height_shift_range=0.3",
    "width_shift_range=2, height_shift_range=[0, 1, 2]",
    "zoom_range=0.4, shear_range=20, horizontal_flip=True, vertical_flip=True",
    "rescale=1 / 255, brightness_range=(0.5, 1.5), channel_shift_range=20.0",
    "samplewise_center=True, samplewise_std_normalization=True",
    "preprocessing_function=lambda x: x + 1, validation_split=0.4",
]
FLOWS = "\n".join(
    f"""
seeded(lambda: next(image.ImageDataGenerator({each}).flow(PICTURES, np.arange(5), batch_size=2)))
image.ImageDataGenerator({each}).flow(PICTURES, np.arange(5), batch_size=2, seed=3)[1]
"""
    for each in GENERATORS
)
MORE_FLOWS = """
len(image.ImageDataGenerator().flow(PICTURES, batch_size=2))
next(image.ImageDataGenerator().flow(PICTURES, shuffle=False, batch_size=2))
next(image.ImageDataGenerator().flow(PICTURES, np.arange(5), shuffle=False, sample_weight=np.ones(5)))
next(image.ImageDataGenerator().flow((PICTURES, np.arange(5)), np.arange(5), shuffle=False))
next(image.ImageDataGenerator(validation_split=0.4).flow(PICTURES, np.array([0, 1, 0, 1, 1]), subset="training", shuffle=False))[1]
next(image.ImageDataGenerator(validation_split=0.4).flow(PICTURES, np.array([0, 1, 0, 1, 1]), subset="validation", shuffle=False))[1]
[next(i)[1] for i in [image.ImageDataGenerator().flow(PICTURES, np.arange(5), batch_size=2, seed=1)] for _ in range(4)]
image.ImageDataGenerator().apply_transform(IMAGE, {"theta": 30, "flip_horizontal": True})
seeded(lambda: image.ImageDataGenerator(rotation_range=20).random_transform(IMAGE, seed=3))
"""

SERIES = """
items(utils.timeseries_dataset_from_array(np.arange(10), np.arange(10), 3, batch_size=4))
items(utils.timeseries_dataset_from_array(np.arange(10), None, 3, sampling_rate=2, sequence_stride=2))
items(utils.timeseries_dataset_from_array(np.arange(20.0).reshape(10, 2), np.arange(10), 3, start_index=2, end_index=8))
len(utils.timeseries_dataset_from_array(np.arange(10), None, 3, shuffle=True, seed=1, batch_size=2))
[items(d) for d in utils.split_dataset(np.arange(10), left_size=0.8)]
[items(d) for d in utils.split_dataset([np.arange(6), np.arange(6.0)], right_size=2)]
[items(d) for d in utils.split_dataset(np.arange(10), 0.5, 0.2, shuffle=True, seed=4)]
[items(d) for d in utils.split_dataset(tf.data.Dataset.from_tensor_slices((np.arange(6), np.arange(6))), left_size=4)]
[items(d) for d in utils.split_dataset(tf.data.Dataset.range(7).batch(2), left_size=4)]
utils.pack_x_y_sample_weight([1, 2])
utils.pack_x_y_sample_weight(1, 2, 3)
utils.unpack_x_y_sample_weight([1, 2])
"""

WRONG = """
texts.Tokenizer().texts_to_matrix(["a"])
texts.Tokenizer(num_words=3).texts_to_matrix(["a"], mode="tfidf")
fitted().texts_to_matrix(["the"], mode="other")
texts.Tokenizer(words=3)
seq.TimeseriesGenerator([1, 2], [1], 1)
seq.TimeseriesGenerator([1, 2], [1, 2], 3)
seq.pad_sequences([[1]], padding="both")
image.apply_affine_transform(IMAGE[0], theta=3)
image.apply_affine_transform(IMAGE, theta=3, row_axis=0, col_axis=0, channel_axis=2)
image.ImageDataGenerator(zoom_range="a")
image.ImageDataGenerator(brightness_range=3)
image.ImageDataGenerator(validation_split=2)
image.ImageDataGenerator(data_format="other")
image.ImageDataGenerator().flow(PICTURES[0])
image.ImageDataGenerator().flow(PICTURES, np.arange(4))
image.ImageDataGenerator(validation_split=0.4).flow(PICTURES, np.arange(5), subset="training")
image.random_zoom(IMAGE, (1, 2, 3))
image.smart_resize(IMAGE[0], (2, 2))
image.smart_resize(IMAGE, (2, 2, 2))
utils.array_to_img(IMAGE[0])
utils.array_to_img(IMAGE[:, :, :2])
utils.array_to_img(IMAGE, data_format="x")
utils.img_to_array(np.zeros(3))
utils.load_img(3)
utils.load_img("there_is_no_such_file.png")
utils.split_dataset(np.arange(5))
utils.split_dataset(np.arange(5), left_size=7)
utils.split_dataset(np.arange(5), left_size="a")
utils.split_dataset([np.arange(5), np.arange(4)], left_size=2)
utils.timeseries_dataset_from_array(np.arange(5), None, 2, sampling_rate=0)
utils.timeseries_dataset_from_array(np.arange(5), None, 2, end_index=9)
utils.timeseries_dataset_from_array(np.arange(5), None, 2, start_index=4, end_index=2)
utils.unpack_x_y_sample_weight((1, 2, 3, 4))
"""

CASES: list[Case | Fails] = [
    *values(TEXT + SEQUENCE + SERIES, **SHARED),
    # Sums in another order.
    *values(IMAGES + FLOWS + MORE_FLOWS, rtol=1e-4, atol=1e-3, **SHARED),
    *failures(WRONG, **SHARED),
]


@add_to(CASES)
def fitting_a_generator(tf: Any) -> Any:
    generator = tf.keras.preprocessing.image.ImageDataGenerator(
        featurewise_center=True, featurewise_std_normalization=True
    )
    generator.fit(PICTURES)
    batch = next(generator.flow(PICTURES, shuffle=False))
    return generator.mean, generator.std, batch.round(3)


@add_to(CASES)
def whitening(tf: Any) -> Any:
    generator = tf.keras.preprocessing.image.ImageDataGenerator(
        featurewise_center=True, zca_whitening=True, zca_epsilon=1.0
    )
    generator.fit(PICTURES)
    return next(generator.flow(PICTURES, shuffle=False)).round(3)


@add_to(CASES)
def a_progress_bar(tf: Any) -> Any:
    def run() -> None:
        bar = tf.keras.utils.Progbar(3, verbose=2, stateful_metrics=["now"])
        for step in (1, 2, 3):
            bar.update(step, [("loss", float(step)), ("now", step * 2.0)])

    return printed(run)


@rows("preprocessing", CASES)
def test_preprocessing(case: Case | Fails) -> None:
    case.check()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from PIL import Image

    root = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(1)
    for number, name in enumerate(["cats", "dogs", "owls"]):
        (root / name).mkdir()
        for place in range(4):
            pixels = random.integers(0, 255, (6 + number, 5 + place, 3)).astype("uint8")
            Image.fromarray(pixels).save(root / name / f"{place}.png")
            (root / name / f"{place}.txt").write_text(f"{name} {place}")
    return root


FOLDERS = """
[items(d) for d in [image_dataset(FOLDER, shuffle=False, image_size=(4, 3), batch_size=5)]]
[items(d) for d in [image_dataset(FOLDER, shuffle=False, image_size=4, label_mode="categorical")]]
[items(d) for d in [image_dataset(FOLDER, shuffle=False, image_size=(4, 4), labels=None)]]
[items(d) for d in [image_dataset(FOLDER, shuffle=False, color_mode="grayscale", image_size=(4, 4))]]
[items(d) for d in [image_dataset(FOLDER, shuffle=False, crop_to_aspect_ratio=True, image_size=(4, 4))]]
[items(d) for d in [image_dataset(FOLDER, shuffle=False, pad_to_aspect_ratio=True, image_size=(4, 4))]]
[items(d) for d in [image_dataset(FOLDER, shuffle=False, labels=list(range(12)), image_size=(2, 2), batch_size=None)]]
[items(d) for d in [image_dataset(FOLDER, shuffle=False, class_names=["dogs", "cats"], label_mode="binary", image_size=(2, 2))]]
[items(d) for d in image_dataset(FOLDER, seed=3, validation_split=0.3, subset="both", image_size=(2, 2), shuffle=False)]
image_dataset(FOLDER, seed=3, validation_split=0.3, subset="validation").file_paths
image_dataset(FOLDER).class_names
image_dataset(FOLDER, image_size=(4, 4)).element_spec
image_dataset(FOLDER, image_size=(4, 4), interpolation="nearest", labels=None, batch_size=None).element_spec
[items(d) for d in [image_dataset(FOLDER, image_size=(4, 4), interpolation="nearest", labels=None, shuffle=False)]]
text_dataset(FOLDER, label_mode="categorical").element_spec
items(text_dataset(FOLDER, shuffle=False, max_length=4))
items(text_dataset(FOLDER, shuffle=False, label_mode=None, batch_size=None))
text_dataset(FOLDER).class_names
[b for b in [flow(FOLDER, target_size=(4, 4), shuffle=False, batch_size=5)[1]]]
flow(FOLDER, target_size=(4, 4), shuffle=False, class_mode="sparse", batch_size=20)[0]
flow(FOLDER, target_size=(4, 4), shuffle=False, class_mode=None, interpolation="bilinear")[0]
flow(FOLDER, target_size=(4, 4), shuffle=False, class_mode="input", color_mode="grayscale")[0]
flow(FOLDER, target_size=(4, 4), shuffle=False, classes=["owls", "cats"], keep_aspect_ratio=True)[0]
flow(FOLDER, target_size=(4, 4), seed=5)[0]
flow(FOLDER).filenames
flow(FOLDER).class_indices
flow(FOLDER).classes
said(lambda: image_dataset(FOLDER, seed=3, validation_split=0.3, subset="training"))
said(lambda: text_dataset(FOLDER, labels=None))
said(lambda: flow(FOLDER))
"""
WRONG_FOLDERS = """
image_dataset(FOLDER, label_mode="binary")
image_dataset(FOLDER, label_mode="x")
image_dataset(FOLDER, labels="x")
image_dataset(FOLDER, labels=[1, 2])
image_dataset(FOLDER, class_names=["fish"])
image_dataset(FOLDER, color_mode="cmyk")
image_dataset(FOLDER, image_size=(1, 2, 3))
image_dataset(FOLDER, interpolation="x")
image_dataset(FOLDER, validation_split=0.3)
image_dataset(FOLDER, validation_split=0.3, subset="x")
image_dataset(FOLDER, validation_split=0.3, subset="training")
image_dataset(FOLDER, validation_split=3, subset="training", seed=1)
image_dataset(FOLDER + "/nowhere")
flow(FOLDER, class_mode="x")
flow(FOLDER, color_mode="x")
"""


def shared_of(path: Path) -> dict[str, Any]:
    return {
        "FOLDER": lambda _: str(path),
        "items": lambda _: lambda dataset: list(dataset.as_numpy_iterator()),
        "image_dataset": lambda tf: tf.keras.utils.image_dataset_from_directory,
        "text_dataset": lambda tf: tf.keras.utils.text_dataset_from_directory,
        "flow": lambda tf: tf.keras.preprocessing.image.ImageDataGenerator().flow_from_directory,
        "said": lambda _: printed,
    }


@pytest.mark.parametrize("line", FOLDERS.strip().splitlines())
def test_folders(line: str, folder: Path) -> None:
    for case in values(line, rtol=1e-5, atol=1e-3, **shared_of(folder)):
        case.check()


@pytest.mark.parametrize("line", WRONG_FOLDERS.strip().splitlines())
def test_wrong_folders(line: str, folder: Path) -> None:
    for case in failures(line, **shared_of(folder)):
        case.check()
