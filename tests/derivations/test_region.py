"""Which elements an element acts on: never fewer than those that change when it is changed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.derivations.region import Region, everything, region_of, spelled
from glassbrook.engine import realize
from glassbrook.graph import Node, build
from glassbrook.graph.printer import topological_order
from tests.cases import CASES, Case

_MOST_PLACES = 12


def computed(case: Case, arrays: list[np.ndarray]) -> np.ndarray:
    """The value of a case; the node itself forgets its inputs when it is computed."""
    result = case.make(*map(build.data, arrays))
    realize([result])
    assert result.value is not None
    return result.value


def reached(case: Case, arrays: list[np.ndarray], position: int, place: Region) -> Region:
    """The region of the result that one element of one input acts on."""
    leaves = list(map(build.data, arrays))
    result = case.make(*leaves)
    regions: dict[Node, Region] = {leaves[position]: place}
    for node in topological_order([result]):
        if any(each in regions for each in node.inputs):
            regions[node] = region_of(node, node.inputs, regions)
    return regions.get(result, everything(result.shape))


def places_of(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    every = list(itertools.product(*map(range, shape)))
    return every[:: len(every) // _MOST_PLACES + 1]


def changed_places(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    # Not bit for bit: a series of a special function ends when the slowest element is done.
    return np.argwhere(~np.isclose(before, after, rtol=1e-12, atol=0, equal_nan=True))


@pytest.mark.parametrize("case", [case for case in CASES if case.differentiated], ids=str)
def test_every_element_that_changes_is_in_the_region(case: Case) -> None:
    arrays = [np.asarray(each) for each in case.inputs]
    if case.make(*map(build.data, arrays)).op in ("bundle", "scan"):
        pytest.skip("several results, which have no region")
    before = computed(case, arrays)
    for position in case.differentiated:
        for place in places_of(arrays[position].shape):
            changed = [each.copy() for each in arrays]
            changed[position][place] += 0.037
            region = reached(case, arrays, position, place)
            assert len(region) == before.ndim
            for found in changed_places(before, computed(case, changed)):
                inside = all(at is None or at == where for at, where in zip(region, found))
                assert inside, f"{place} acts on {tuple(found)}, which {spelled(region)} is not"


@pytest.mark.parametrize(
    ("make", "place", "expected"),
    [
        (lambda x: tf.exp(x), (1, 2), (1, 2)),
        (lambda x: x + tf.ones((4, 2, 3)), (1, 2), (None, 1, 2)),
        (lambda x: x @ tf.ones((3, 5)), (1, 2), (1, None)),
        (lambda x: tf.ones((5, 2)) @ x, (1, 2), (None, 2)),
        (lambda x: tf.matmul(x, tf.ones((2, 5)), transpose_a=True), (1, 2), (2, None)),
        (lambda x: tf.reduce_sum(x, axis=0), (1, 2), (2,)),
        (lambda x: tf.reduce_max(x, axis=1, keepdims=True), (1, 2), (1, 0)),
        (lambda x: tf.transpose(x), (1, 2), (2, 1)),
        (lambda x: tf.reshape(x, (3, 2)), (1, 2), (2, 1)),
        (lambda x: tf.nn.softmax(x), (1, 2), (1, None)),
    ],
)
def test_regions_are_no_larger_than_needed(make, place, expected) -> None:
    leaf = tf.constant(np.arange(6, dtype=np.float32).reshape(2, 3))
    result = make(leaf).node
    regions = {leaf.node: place}
    for node in topological_order([result]):
        if any(each in regions for each in node.inputs):
            regions[node] = region_of(node, node.inputs, regions)
    assert regions[result] == expected
