"""Descriptions that make no sense, and data that do not fit: what the messages say."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from tests.data.values import Dataset

INVALID = tf.errors.InvalidArgumentError


CASES = [
    (lambda: Dataset.from_tensor_slices(5), ValueError, "is a scalar.*rank >= 1.*from_tensors"),
    (lambda: Dataset.from_tensor_slices(([1], 5)), ValueError, "component 1 is a scalar"),
    (lambda: Dataset.from_tensor_slices("abc"), ValueError, "component 0 is a scalar"),
    (
        lambda: Dataset.from_tensor_slices((np.zeros((4, 2)), [1, 2, 3])),
        ValueError,
        r"component 0 has 4 rows \(shape \[4, 2\]\), component 1 has 3 rows",
    ),
    (
        lambda: Dataset.from_tensor_slices({"x": [1, 2], "y": ([1], [2])}),
        ValueError,
        r"component 'x' has 2 rows .*component 'y'\[0\] has 1 rows",
    ),
    (lambda: Dataset.from_tensor_slices([[1, 2], [3]]), ValueError, "non-rectangular"),
    (lambda: Dataset.from_tensor_slices(None), ValueError, "should not be empty"),
    (lambda: Dataset.from_tensor_slices({}), ValueError, "should not be empty"),
    (lambda: Dataset.from_tensors(()), INVALID, "should not be empty"),
    (lambda: Dataset.range(3).batch(0), INVALID, "batch_size must be greater than zero, got 0"),
    (lambda: Dataset.range(3).batch(-1), INVALID, "batch_size must be greater than zero"),
    (lambda: Dataset.range(3).batch(2.0), TypeError, "batch_size has to be an integer, got 2.0"),
    (lambda: Dataset.range(3).batch(None), TypeError, "has to be an integer, got None"),
    (lambda: Dataset.range(3).shuffle(0), INVALID, "buffer_size must be greater than zero"),
    (lambda: Dataset.range(3).shuffle(2.5), TypeError, "buffer_size has to be an integer"),
    (lambda: Dataset.range(3).shuffle(3, seed="a"), TypeError, "seed has to be an integer"),
    (lambda: Dataset.range(3).take("a"), TypeError, "count has to be an integer, got 'a'"),
    (lambda: Dataset.range(3).repeat("a"), TypeError, "count has to be an integer"),
    (lambda: Dataset.range(3).window(0), INVALID, "size must be greater than zero"),
    (lambda: Dataset.range(3).window(2, shift=0), INVALID, "shift must be"),
    (lambda: Dataset.range(3).window(2, stride=0), INVALID, "stride must be"),
    (lambda: Dataset.range(7).shard(3, 3), INVALID, "between 0 and 2"),
    (lambda: Dataset.range(7).shard(3, -1), INVALID, "between 0 and 2"),
    (lambda: Dataset.range(7).shard(0, 0), INVALID, "num_shards must be"),
    (lambda: Dataset.range(3).interleave(Dataset.range, cycle_length=0), INVALID, "cycle_length"),
    (lambda: Dataset.range(3).interleave(Dataset.range, 1, 0), INVALID, "block_length"),
    (lambda: Dataset.range(3).cache(3), INVALID, "expected a path"),
    (lambda: Dataset.range(), ValueError, "between 1 and 3 but was 0"),
    (lambda: Dataset.range(1, 2, 3, 4), ValueError, "between 1 and 3 but was 4"),
    (lambda: Dataset.range(1.5), TypeError, "integer, got 1.5"),
    (lambda: Dataset.range(0, 5, 0), INVALID, "non-zero"),
    (lambda: Dataset.range(3, output_type=tf.string), INVALID, "dtype string"),
    (lambda: Dataset.zip(5), TypeError, "encountered object of type <class 'int'>"),
    (lambda: Dataset.zip([Dataset.range(3)]), TypeError, "tuple instead of a list"),
    (lambda: Dataset.zip(Dataset.range(3), datasets=()), TypeError, "cannot be set"),
    (lambda: Dataset.range(3).concatenate(5), TypeError, "expected a `tf.data.Dataset`"),
    (
        lambda: Dataset.range(3).concatenate(Dataset.from_tensor_slices(["a"])),
        TypeError,
        "Incompatible dataset elements",
    ),
    (
        lambda: Dataset.range(3).concatenate(Dataset.range(3).enumerate()),
        TypeError,
        "Incompatible dataset elements",
    ),
    (lambda: Dataset.range(3).unbatch(), ValueError, "scalar components"),
    (
        lambda: Dataset.from_tensors(([1, 2], [1, 2, 3])).unbatch(),
        ValueError,
        r"matching leading dimension. Encountered \[2, 3\]",
    ),
    (lambda: Dataset.range(3).padded_batch(2, [4, None]), ValueError, "not compatible"),
    (lambda: Dataset.from_tensors([1, 2]).padded_batch(2, [1]), ValueError, "not compatible"),
    (lambda: Dataset.range(3).padded_batch(2, [], 1.5), TypeError, "1.5"),
    (lambda: Dataset.range(3).enumerate().padded_batch(2, [None]), INVALID, "one shape per comp"),
    (lambda: Dataset.range(3).padded_batch(2, [], (1, 2)), INVALID, "does not have the structure"),
    (lambda: Dataset.sample_from_datasets([]), TypeError, "expected a list of datasets"),
    (
        lambda: Dataset.sample_from_datasets([Dataset.range(1)], weights=[1, 2]),
        INVALID,
        "expected 1 weights",
    ),
]


@pytest.mark.parametrize(("make", "kind", "message"), CASES)
def test_a_wrong_description_is_an_error_at_once(make, kind, message):
    with pytest.raises(kind, match=message) as caught:
        make()
    if isinstance(caught.value, tf.errors.GlassbrookError):
        assert any(__file__ in note for note in caught.value.__notes__)


def ragged():
    return Dataset.range(3).map(lambda n: tf.range(n))


LATER = [
    (
        lambda: ragged().batch(2),
        r"different shapes in component 0. First element had shape \[0\] and element 1 had shape "
        r"\[1\].*padded_batch",
    ),
    (lambda: Dataset.range(10).batch(3).batch(4), r"shape \[3\] and element 3 had shape \[1\]"),
    (
        lambda: Dataset.from_tensors([1]).concatenate(Dataset.from_tensors([1, 2])).batch(2),
        r"shape \[1\] and element 1 had shape \[2\]",
    ),
    (lambda: Dataset.range(4).window(2).batch(2), "flat_map"),
    (lambda: ragged().map(lambda x: {"n": x}).batch(3), "in component 'n'"),
    (lambda: ragged().padded_batch(3, [1]), "pad to a smaller size than the input element"),
    (
        lambda: Dataset.range(2).map(lambda n: n if int(n) else 0.5).batch(2),
        "different dtypes in component 0",
    ),
    (
        lambda: Dataset.from_generator(
            lambda: iter([([1, 2], [1])]), output_types=(tf.int32, tf.int32)
        ).unbatch(),
        r"same batch size in each component.*\[2, 1\]",
    ),
    (
        lambda: Dataset.from_generator(lambda: iter([1]), output_types=tf.int32).unbatch(),
        "is a scalar, which has no rows",
    ),
    (
        lambda: Dataset.choose_from_datasets([Dataset.range(3)], Dataset.range(3)),
        "choice 1 is not the number of one of the 1 datasets",
    ),
]


@pytest.mark.parametrize(("make", "message"), LATER)
def test_data_that_do_not_fit_are_an_error_while_iterating(make, message):
    dataset = make()
    with pytest.raises(INVALID, match=message):
        list(dataset)


def test_numpy_iterator_of_windows():
    with pytest.raises(TypeError, match="not supported for datasets whose elements are datasets"):
        list(Dataset.range(4).window(2).as_numpy_iterator())
