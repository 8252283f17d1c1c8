"""Texts, sequences and images made ready for training; folders as data sets."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError

text = tf.keras.preprocessing.text
sequence = tf.keras.preprocessing.sequence
image = tf.keras.preprocessing.image
utils = tf.keras.utils

TEXTS = ["The cat sat on the mat.", "A dog, the cat!"]
AXES = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}


class TestTokenizer:
    def test_numbers_by_frequency(self):
        tokenizer = text.Tokenizer()
        tokenizer.fit_on_texts(TEXTS)
        assert list(tokenizer.word_index) == ["the", "cat", "sat", "on", "mat", "a", "dog"]
        assert tokenizer.texts_to_sequences(["cat on the bird"]) == [[2, 4, 1]]
        assert tokenizer.sequences_to_texts([[2, 4, 99]]) == ["cat on"]
        assert (tokenizer.document_count, tokenizer.word_docs["the"]) == (2, 2)

    def test_unknown_words(self):
        tokenizer = text.Tokenizer(num_words=4, oov_token="?")
        tokenizer.fit_on_texts(TEXTS)
        assert tokenizer.texts_to_sequences(["the cat sat birds"]) == [[2, 3, 1, 1]]
        assert tokenizer.sequences_to_texts([[2, 4]]) == ["the ?"]

    def test_characters(self):
        tokenizer = text.Tokenizer(char_level=True)
        tokenizer.fit_on_texts(["abba", "b"])
        assert tokenizer.texts_to_sequences(["ab"]) == [[2, 1]]

    @pytest.mark.parametrize(
        ("mode", "expected"),
        [
            ("binary", [0, 1, 1, 0]),
            ("count", [0, 2, 1, 0]),
            ("freq", [0, 2 / 3, 1 / 3, 0]),
            ("tfidf", [0, (1 + np.log(2)) * np.log(1 + 2 / 3), np.log(1 + 2 / 3), 0]),
        ],
    )
    def test_matrix(self, mode, expected):
        tokenizer = text.Tokenizer()
        tokenizer.fit_on_texts(["a b", "a b c"])
        np.testing.assert_allclose(tokenizer.texts_to_matrix(["a b a"], mode)[0], expected)

    def test_json(self):
        tokenizer = text.Tokenizer(num_words=3, oov_token="?", lower=False)
        tokenizer.fit_on_texts(TEXTS)
        again = text.tokenizer_from_json(tokenizer.to_json())
        assert again.get_config() == tokenizer.get_config()
        assert again.texts_to_sequences(TEXTS) == tokenizer.texts_to_sequences(TEXTS)
        for wrong in ("{", "{}", json.dumps({"config": {}}), "[]"):
            with pytest.raises(InvalidArgumentError, match=r"Tokenizer\.to_json"):
                text.tokenizer_from_json(wrong)

    def test_errors(self):
        with pytest.raises(InvalidArgumentError, match="how many words"):
            text.Tokenizer().texts_to_matrix(["a"])
        with pytest.raises(InvalidArgumentError, match="unknown mode 'x'"):
            text.Tokenizer(num_words=3).texts_to_matrix(["a"], "x")
        with pytest.raises(TypeError, match="unknown arguments"):
            text.Tokenizer(words=3)
        with pytest.warns(UserWarning, match="num_words"):
            assert text.Tokenizer(nb_words=3).num_words == 3


class TestSequences:
    def test_windows(self):
        series = np.arange(20)
        windows = sequence.TimeseriesGenerator(series, series * 2, 4, sampling_rate=2, batch_size=5)
        for batch, targets in (windows[n] for n in range(len(windows))):
            for window, target in zip(batch, targets, strict=True):
                end = target // 2
                np.testing.assert_array_equal(window, [end - 4, end - 2])
        assert sum(len(windows[n][1]) for n in range(len(windows))) == 16
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        assert len(model.fit(windows, verbose=0).history["loss"]) == 1

    def test_skipgrams(self):
        random.seed(1)
        pairs, labels = sequence.skipgrams([1, 2, 3, 4], 5, window_size=1, negative_samples=0.5)
        real = {tuple(p) for p, label in zip(pairs, labels, strict=True) if label}
        assert real == {(1, 2), (2, 1), (2, 3), (3, 2), (3, 4), (4, 3)}
        assert labels.count(0) == 3

    def test_timeseries_dataset(self):
        data = np.arange(12.0)
        dataset = utils.timeseries_dataset_from_array(
            data, data + 100, 3, sampling_rate=2, batch_size=None, shuffle=True, seed=1
        )
        found = {float(target): window.numpy().tolist() for window, target in dataset}
        assert found == {100.0 + n: [n, n + 2.0, n + 4.0] for n in range(8)}
        assert len(dataset) == 8

    def test_split(self):
        left, right = utils.split_dataset((np.arange(10), np.arange(10.0)), right_size=3)
        assert [int(x) for x, _ in right] == [7, 8, 9]
        assert len(left) == 7
        left, _ = utils.split_dataset(tf.data.Dataset.range(10).batch(4), left_size=0.6)
        assert [x.tolist() for x in left.as_numpy_iterator()] == [[0, 1, 2, 3], [4, 5]]


class TestImages:
    def test_arrays_and_pictures(self):
        pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3)).astype("uint8")
        picture = utils.array_to_img(pixels, scale=False)
        np.testing.assert_array_equal(utils.img_to_array(picture), pixels)
        first = utils.img_to_array(picture, data_format="channels_first")
        np.testing.assert_array_equal(first, pixels.transpose(2, 0, 1))
        stretched = np.asarray(utils.array_to_img(np.array([[[0.0], [0.5], [1.0]]])))
        np.testing.assert_array_equal(stretched, [[0, 127, 255]])

    @pytest.mark.parametrize("suffix", ["png", "bmp", "jpg"])
    def test_files(self, tmp_path: Path, suffix: str):
        pixels = np.full((4, 5, 3), 100, "uint8")
        path = tmp_path / f"a.{suffix}"
        utils.save_img(path, pixels, scale=False)
        np.testing.assert_allclose(utils.img_to_array(utils.load_img(path)), pixels, atol=2)
        assert utils.load_img(path, "grayscale", target_size=(2, 3)).size == (3, 2)

    def test_wrong_images(self, tmp_path: Path):
        for shape in ((2, 2), (2, 2, 2), (1, 2, 2, 3)):
            with pytest.raises(ShapeError):
                utils.array_to_img(np.zeros(shape))
        with pytest.raises(InvalidArgumentError, match="channels_last"):
            utils.array_to_img(np.zeros((2, 2, 1)), data_format="last")
        utils.save_img(tmp_path / "a.png", np.zeros((2, 2, 1)))
        with pytest.raises(InvalidArgumentError, match="color_mode"):
            utils.load_img(tmp_path / "a.png", "cmyk")
        with pytest.raises(InvalidArgumentError, match="interpolation"):
            utils.load_img(tmp_path / "a.png", target_size=(3, 3), interpolation="x")

    def test_a_quarter_turn(self):
        square = np.random.default_rng(0).normal(size=(5, 5, 2))
        turned = image.apply_affine_transform(square, theta=90, **AXES)
        expected = [np.rot90(square, k) for k in (1, 3)]
        assert any(np.allclose(turned, each, atol=1e-6) for each in expected)

    @pytest.mark.parametrize("mode", ["nearest", "constant", "reflect", "wrap"])
    def test_shifts(self, mode):
        row = np.arange(1.0, 6.0).reshape(1, 5, 1)
        moved = image.apply_affine_transform(row, tx=2, fill_mode=mode, cval=9.0, **AXES).ravel()
        beyond = {"nearest": [5, 5], "constant": [9, 9], "reflect": [5, 4], "wrap": [2, 3]}
        np.testing.assert_allclose(moved, [3, 4, 5, *beyond[mode]])

    def test_wrong_changes(self):
        picture = np.zeros((3, 3, 1))
        with pytest.raises(InvalidArgumentError, match="fill_mode"):
            image.apply_affine_transform(picture, theta=3, fill_mode="x", **AXES)
        with pytest.raises(InvalidArgumentError, match="order is 3"):
            image.apply_affine_transform(picture, theta=3, order=3, **AXES)
        with pytest.raises(ShapeError, match="three axes"):
            image.apply_affine_transform(picture[0], theta=3, **AXES)
        with pytest.raises(InvalidArgumentError, match="0, 1 and 2"):
            image.apply_affine_transform(picture, theta=3, row_axis=0, col_axis=0)

    def test_the_generator(self):
        pictures = np.random.default_rng(0).uniform(0, 255, (10, 6, 6, 3)).astype("float32")
        generator = image.ImageDataGenerator(
            rescale=1 / 255, rotation_range=20, horizontal_flip=True, validation_split=0.3
        )
        labels = np.arange(10) % 2
        training = generator.flow(pictures, labels, batch_size=4, subset="training", seed=1)
        held_out = generator.flow(pictures, labels, batch_size=4, subset="validation", seed=1)
        assert (training.n, held_out.n, len(training)) == (7, 3, 2)
        batch, _ = next(training)
        assert batch.shape == (4, 6, 6, 3)
        assert 0 <= batch.min() <= batch.max() <= 1
        model = tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        history = model.fit(training, epochs=2, validation_data=held_out, verbose=0)
        assert set(history.history) == {"loss", "val_loss"}

    def test_flips(self):
        pictures = np.arange(24.0).reshape(4, 2, 3, 1)
        flow = image.ImageDataGenerator(horizontal_flip=True).flow(pictures, shuffle=False, seed=2)
        found = [
            [p.tolist(), p[:, ::-1].tolist()].index(b.tolist())
            for p, b in zip(pictures, next(flow), strict=True)
        ]
        assert set(found) == {0, 1}

    def test_standardizing(self):
        pictures = np.random.default_rng(0).normal(3, 2, (50, 4, 4, 1))
        generator = image.ImageDataGenerator(
            featurewise_center=True, featurewise_std_normalization=True
        )
        with pytest.warns(UserWarning, match="needs to see images first"):
            next(generator.flow(pictures))
        generator.fit(pictures)
        batch = next(generator.flow(pictures, batch_size=50))
        np.testing.assert_allclose([batch.mean(), batch.std()], [0, 1], atol=1e-4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(["cats", "dogs"]):
        (tmp_path / name).mkdir()
        for place in range(3):
            pixels = np.full((4, 4, 3), 10 * number + place, "uint8")
            Image.fromarray(pixels).save(tmp_path / name / f"{place}.png")
            (tmp_path / name / f"{place}.txt").write_text(f"{name}{place}")
    return tmp_path


class TestFolders:
    def test_images(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        dataset = utils.image_dataset_from_directory(folder, image_size=(2, 2), batch_size=4)
        assert capsys.readouterr().out == "Found 6 files belonging to 2 classes.\n"
        assert dataset.class_names == ["cats", "dogs"]
        assert dataset.element_spec[0].shape == (None, 2, 2, 3)
        for images, labels in dataset:
            np.testing.assert_array_equal(images.numpy()[:, 0, 0, 0] // 10, labels)

    def test_parts_do_not_overlap(self, folder: Path):
        options = {"validation_split": 0.34, "seed": 7, "image_size": (2, 2), "verbose": False}
        both = utils.image_dataset_from_directory(folder, subset="both", **options)
        train = utils.image_dataset_from_directory(folder, subset="training", **options)
        assert sorted(both[0].file_paths) == sorted(train.file_paths)
        assert len(set(both[0].file_paths) | set(both[1].file_paths)) == 6
        assert len(both[1].file_paths) == 2

    def test_texts(self, folder: Path):
        dataset = utils.text_dataset_from_directory(
            folder, label_mode="categorical", shuffle=False, max_length=4, verbose=False
        )
        (texts, labels), *_ = dataset.as_numpy_iterator()
        assert texts.tolist() == [b"cats"] * 3 + [b"dogs"] * 3
        np.testing.assert_array_equal(labels, np.eye(2)[[0] * 3 + [1] * 3])

    def test_the_generator(self, folder: Path):
        flow = image.ImageDataGenerator(rescale=0.1).flow_from_directory(
            folder, target_size=(3, 3), class_mode="binary", batch_size=6, seed=1
        )
        images, labels = next(flow)
        np.testing.assert_array_equal(np.floor(images[:, 0, 0, 0] + 1e-4), labels)
        assert flow.class_indices == {"cats": 0, "dogs": 1}
        assert len(flow.filenames) == flow.samples == 6

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"labels": "x"}, "labels is 'x'"),
            ({"labels": [1]}, "1 labels, but 6 files"),
            ({"label_mode": "x"}, "label_mode"),
            ({"class_names": ["fish"]}, "subfolders"),
            ({"image_size": (1, 2, 3)}, "image_size"),
            ({"interpolation": "x"}, "interpolation"),
            ({"validation_split": 0.2}, "both validation_split and subset"),
            ({"validation_split": 0.2, "subset": "training"}, "give a seed"),
            ({"format": "grain"}, "only 'tf'"),
            ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "not both"),
        ],
    )
    def test_wrong_arguments(self, folder: Path, options, message):
        with pytest.raises(InvalidArgumentError, match=message):
            utils.image_dataset_from_directory(folder, verbose=False, **options)

    def test_no_files(self, tmp_path: Path):
        (tmp_path / "a").mkdir()
        with pytest.raises(InvalidArgumentError, match="no image files"):
            utils.image_dataset_from_directory(tmp_path)


def test_messages_can_be_logged_instead(folder: Path, capsys, caplog):
    utils.disable_interactive_logging()
    try:
        with caplog.at_level("INFO", "glassbrook"):
            utils.text_dataset_from_directory(folder)
    finally:
        utils.enable_interactive_logging()
    assert capsys.readouterr().out == ""
    assert caplog.messages == ["Found 6 files belonging to 2 classes."]


def test_progress_bar(capsys):
    bar = utils.Progbar(4, verbose=2)
    for step in range(4):
        bar.add(1, [("loss", float(step))])
    assert capsys.readouterr().out.startswith("4/4 - 0s - ")
    bar = utils.Progbar(10, stateful_metrics=["now"], interval=0)
    bar.update(5, [("loss", 1.0), ("now", 2.0)])
    out = capsys.readouterr().out
    assert " 5/10 " in out
    assert "loss: 1.0000 - now: 2.0000" in out
    with pytest.raises(InvalidArgumentError, match="stateful_metrics"):
        utils.Progbar(3, stateful_metrics=[], stateless_metrics=[])
