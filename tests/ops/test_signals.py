"""Windows, frames and cosine transforms against their sums; averages; temporal classification."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import glassbrook as tf
from tests.ops.finite_differences import check_gradients

signal = tf.signal
RANDOM = np.random.default_rng(4)
X = RANDOM.normal(size=(2, 6))


@pytest.mark.parametrize("count", [1, 2, 5, 8])
@pytest.mark.parametrize("periodic", [True, False])
def test_raised_cosines(count, periodic):
    for function, numpys in ((signal.hann_window, np.hanning), (signal.hamming_window, np.hamming)):
        found = function(count, periodic=periodic, dtype=tf.float64).numpy()
        whole = periodic and count % 2 == 0
        expected = numpys(count + 1)[:-1] if whole else numpys(count)
        np.testing.assert_allclose(found, expected, atol=1e-14)


def test_windows_of_other_kinds():
    found = signal.kaiser_window(7, 5.0, tf.float64).numpy()
    np.testing.assert_allclose(found, np.kaiser(7, 5.0), 1e-12)
    for function in (signal.vorbis_window, signal.kaiser_bessel_derived_window):
        window = function(8, dtype=tf.float64).numpy()
        np.testing.assert_allclose(window, window[::-1], 1e-12)
        # Overlapping halves keep the energy of a signal.
        np.testing.assert_allclose(window[:4] ** 2 + window[4:] ** 2, 1, 1e-12)


@pytest.mark.parametrize(("length", "step"), [(3, 2), (2, 3), (4, 4), (9, 1)])
@pytest.mark.parametrize("pad_end", [False, True])
def test_frames(length, step, pad_end):
    found = signal.frame(X, length, step, pad_end=pad_end, pad_value=-1.0).numpy()
    padded = np.concatenate([X, np.full((2, 20), -1.0)], axis=1) if pad_end else X
    count = math.ceil(6 / step) if pad_end else max(0, (6 - length) // step + 1)
    expected = [padded[:, i * step : i * step + length] for i in range(count)]
    assert found.shape == (2, count, length)
    if count:
        np.testing.assert_array_equal(found, np.stack(expected, axis=1))
    along = signal.frame(X.T, length, step, pad_end=pad_end, pad_value=-1.0, axis=0).numpy()
    np.testing.assert_array_equal(along, np.moveaxis(found, 0, -1))


def test_frames_put_together():
    frames = RANDOM.normal(size=(2, 3, 4))
    expected = np.zeros((2, 8))
    for i in range(3):
        expected[:, 2 * i : 2 * i + 4] += frames[:, i]
    np.testing.assert_allclose(signal.overlap_and_add(frames, 2).numpy(), expected)
    check_gradients(lambda x: signal.overlap_and_add(signal.frame(x, 3, 2), 2) ** 2, X, order=1)


def cosine_sum(x: np.ndarray, type: int) -> np.ndarray:
    size = len(x)
    n = np.arange(size)
    if type == 1:
        inner = [2 * sum(x[1:-1] * np.cos(np.pi * n[1:-1] * k / (size - 1))) for k in n]
        return x[0] + (-1.0) ** n * x[-1] + inner
    if type == 2:
        return np.array([2 * sum(x * np.cos(np.pi * k * (2 * n + 1) / (2 * size))) for k in n])
    if type == 3:
        angle = [np.pi * (2 * k + 1) * n[1:] / (2 * size) for k in n]
        return np.array([x[0] + 2 * sum(x[1:] * np.cos(a)) for a in angle])
    return np.array(
        [2 * sum(x * np.cos(np.pi * (2 * k + 1) * (2 * n + 1) / (4 * size))) for k in n]
    )


@pytest.mark.parametrize("type", [1, 2, 3, 4])
def test_cosine_transforms(type):
    found = signal.dct(X, type=type).numpy()
    np.testing.assert_allclose(found, [cosine_sum(row, type) for row in X], atol=1e-12)
    longer = signal.dct(X, type=type, n=8).numpy()
    padded = np.pad(X, [(0, 0), (0, 2)])
    np.testing.assert_allclose(longer, [cosine_sum(row, type) for row in padded], atol=1e-12)
    if type != 1:
        orthogonal = signal.dct(np.eye(6), type=type, norm="ortho").numpy()
        np.testing.assert_allclose(orthogonal @ orthogonal.T, np.eye(6), atol=1e-12)
        back = signal.idct(signal.dct(X, type=type, norm="ortho"), type=type, norm="ortho")
        np.testing.assert_allclose(back.numpy(), X, atol=1e-12)


@pytest.mark.parametrize("norm", [None, "ortho"])
@pytest.mark.parametrize("window", [signal.vorbis_window, None])
def test_modified_cosine_transforms_come_back(norm, window):
    x = RANDOM.normal(size=32)
    there = signal.mdct(x, 8, window_fn=window, norm=norm)
    back = signal.inverse_mdct(there, window_fn=window, norm=norm).numpy()
    np.testing.assert_allclose(back[4:-4], x[4:-4], atol=1e-10)


@pytest.mark.parametrize("axes", [None, 0, 1, (0, 1)])
def test_halves_are_exchanged(axes):
    for shape in ((4, 5), (1, 3)):
        x = RANDOM.normal(size=shape)
        np.testing.assert_array_equal(signal.fftshift(x, axes).numpy(), np.fft.fftshift(x, axes))
        np.testing.assert_array_equal(signal.ifftshift(x, axes).numpy(), np.fft.ifftshift(x, axes))


def test_mel_scale():
    weights = signal.linear_to_mel_weight_matrix(8, 65, 8000, 100.0, 3000.0, tf.float64).numpy()
    assert weights.shape == (65, 8)
    assert weights.min() == 0
    assert weights.max() <= 1
    assert not weights[0].any()
    frequencies = np.linspace(0, 4000, 65)
    assert not weights[(frequencies < 100) | (frequencies > 3000)].any()
    peaks = frequencies[weights.argmax(axis=0)]
    assert np.all(np.diff(peaks) > 0)
    np.testing.assert_allclose(
        signal.mfccs_from_log_mel_spectrograms(X).numpy(),
        signal.dct(X).numpy() / np.sqrt(12),
        1e-12,
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda: signal.frame(X, 0, 1),
        lambda: signal.overlap_and_add([1.0], 1),
        lambda: signal.dct(X, type=5),
        lambda: signal.dct(X, type=1, norm="ortho"),
        lambda: signal.dct([[1.0]], type=1),
        lambda: signal.dct(tf.constant([1])),
        lambda: signal.mdct(X, 6),
        lambda: signal.linear_to_mel_weight_matrix(8, 65, 8000, 3000.0, 100.0),
    ],
)
def test_what_is_refused(call):
    with pytest.raises((ValueError, TypeError), match=r".+"):
        call()


# Averages.


def test_averages():
    losses = tf.constant([1.0, 3.0])
    assert float(tf.nn.compute_average_loss(losses)) == 2
    found = tf.nn.compute_average_loss(losses, sample_weight=[1.0, 2.0], global_batch_size=4)
    assert float(found) == 1.75
    assert float(tf.nn.compute_average_loss(losses, global_batch_size=0)) == 4
    assert float(tf.nn.scale_regularization_loss([1.0, 2.0])) == 3
    for bad in (
        lambda: tf.nn.compute_average_loss(1.0),
        lambda: tf.nn.compute_average_loss(losses, global_batch_size=-1),
    ):
        with pytest.raises(ValueError, match="compute_average_loss"):
            bad()


@pytest.mark.parametrize("shift", [None, 1.5])
def test_moments_in_parts(shift):
    parts = tf.nn.sufficient_statistics(tf.constant(X), [0], shift, keepdims=True)
    mean, variance = tf.nn.normalize_moments(*parts)
    np.testing.assert_allclose(mean.numpy()[0], X.mean(0), 1e-12)
    np.testing.assert_allclose(variance.numpy()[0], X.var(0), 1e-9)


# Temporal classification.


def collapsed(path: tuple[int, ...], blank: int) -> tuple[int, ...]:
    return tuple(label for label, _ in itertools.groupby(path) if label != blank)


def probability(scores: np.ndarray, labels: tuple[int, ...], blank: int) -> float:
    """The chance of labels: the sum over all paths that stand for them."""
    steps, classes = scores.shape
    return sum(
        math.prod(scores[t, c] for t, c in enumerate(path))
        for path in itertools.product(range(classes), repeat=steps)
        if collapsed(path, blank) == labels
    )


def chances(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits)
    return powers / powers.sum(-1, keepdims=True)


LOGITS = RANDOM.normal(size=(4, 3, 3))
LABELS = [(1, 2), (1, 1), ()]


@pytest.mark.parametrize("blank", [0, 2])
def test_ctc_loss(blank):
    swapped = [tuple({blank: 0}.get(x, x) for x in row) for row in LABELS]
    labels = np.array([[*row, 0, 0][:2] for row in swapped])
    lengths, steps = [len(row) for row in swapped], [4, 4, 3]
    found = tf.nn.ctc_loss(labels, LOGITS, lengths, steps, blank_index=blank).numpy()
    expected = [
        -math.log(probability(chances(LOGITS[:t, i]), row, blank))
        for i, (row, t) in enumerate(zip(swapped, steps))
    ]
    np.testing.assert_allclose(found, expected, 1e-10)
    batch_first = np.swapaxes(LOGITS, 0, 1)
    again = tf.nn.ctc_loss(
        labels, batch_first, lengths, steps, logits_time_major=False, blank_index=blank
    )
    np.testing.assert_allclose(again.numpy(), expected, 1e-10)


def test_ctc_loss_of_sparse_labels_and_its_gradient():
    sparse = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 2, 1], [3, 2])
    found = tf.nn.ctc_loss(sparse, LOGITS, None, [4, 4, 4], blank_index=0).numpy()
    dense = tf.nn.ctc_loss([[1, 2], [1, 0], [0, 0]], LOGITS, [2, 1, 0], [4, 4, 4], blank_index=0)
    np.testing.assert_array_equal(found, dense.numpy())
    check_gradients(
        lambda x: tf.nn.ctc_loss([[1, 1], [0, 0]], x, [2, 0], [3, 2]), LOGITS[:3, :2], order=1
    )


def test_ctc_decoders():
    greedy, scores = tf.nn.ctc_greedy_decoder(LOGITS, [4, 4, 2])
    table = tf.sparse.to_dense(greedy[0], -1).numpy()
    for i, steps in enumerate([4, 4, 2]):
        best = LOGITS[:steps, i].argmax(-1)
        assert tuple(table[i][table[i] >= 0]) == collapsed(tuple(best), 2)
        assert float(scores[i, 0]) == pytest.approx(-LOGITS[:steps, i].max(-1).sum())
    paths, logarithms = tf.nn.ctc_beam_search_decoder(LOGITS, [4, 4, 2], beam_width=50, top_paths=2)
    for i, steps in enumerate([4, 4, 2]):
        probabilities = chances(LOGITS[:steps, i])
        words = {collapsed(path, 2) for path in itertools.product(range(3), repeat=steps)}
        ranked = sorted(((probability(probabilities, w, 2), w) for w in words), reverse=True)
        for place in range(2):
            row = tf.sparse.to_dense(paths[place], -1).numpy()[i]
            assert tuple(row[row >= 0]) == ranked[place][1]
            assert float(logarithms[i, place]) == pytest.approx(math.log(ranked[place][0]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: tf.nn.ctc_loss([[1]], LOGITS[0], [1], [1]),
        lambda: tf.nn.ctc_loss([[1]], LOGITS, [1], [4]),
        lambda: tf.nn.ctc_loss([[1]] * 3, LOGITS, None, [4] * 3),
        lambda: tf.nn.ctc_greedy_decoder(LOGITS, [5, 1, 1]),
        lambda: tf.nn.ctc_beam_search_decoder(LOGITS, [4] * 3, beam_width=1, top_paths=2),
    ],
)
def test_ctc_that_does_not_fit(call):
    with pytest.raises(ValueError, match="ctc"):
        call()


def test_lookups_of_several_ids():
    table = tf.Variable(RANDOM.normal(size=(5, 2)))
    rows = table.numpy()
    ids = tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [1, 3, 4], [3, 2])
    weights = tf.SparseTensor(ids.indices, [1.0, 2.0, 3.0], [3, 2])
    pair = rows[1] + 2 * rows[3]
    for combiner, first, last in (
        ("sum", pair, 3 * rows[4]),
        ("mean", pair / 3, rows[4]),
        ("sqrtn", pair / np.sqrt(5), rows[4]),
    ):
        found = tf.nn.embedding_lookup_sparse(table, ids, weights, combiner=combiner).numpy()
        np.testing.assert_allclose(found, [first, [0, 0], last], 1e-12)
    ragged = tf.ragged.constant([[1, 3], [], [4]])
    found = tf.nn.safe_embedding_lookup_sparse(table, ragged, default_id=2).numpy()
    np.testing.assert_allclose(found, [(rows[1] + rows[3]) / 2, rows[2], rows[4]], 1e-12)
    found = tf.nn.safe_embedding_lookup_sparse(table, tf.ragged.constant([[-1], [3]])).numpy()
    np.testing.assert_allclose(found, [[0, 0], rows[3]], 1e-12)
    with pytest.raises(ValueError, match="combiner"):
        tf.nn.embedding_lookup_sparse(table, ids, combiner="max")


@pytest.mark.parametrize(
    ("guess", "truth", "distance"),
    [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("flaw", "lawn", 2), ("a", "a", 0)],
)
def test_edit_distances(guess, truth, distance):
    def sequence(text: str) -> tf.SparseTensor:
        places = np.array([[0, i] for i in range(len(text))]).reshape(-1, 2)
        return tf.SparseTensor(places, tf.constant(list(text), tf.string), [1, max(len(text), 1)])

    found = tf.edit_distance(sequence(guess), sequence(truth), normalize=False)
    assert found.numpy().tolist() == [distance]
    shares = tf.edit_distance(sequence(guess), sequence(truth)).numpy()
    expected = distance / len(truth) if truth else np.inf
    np.testing.assert_allclose(shares, [expected], 1e-6)
