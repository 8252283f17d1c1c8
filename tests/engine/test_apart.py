"""What is computed apart leaves no trace in how everything else is computed."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import config
from glassbrook.engine import apart, tiers
from glassbrook.engine.realize import _waiting


def test_what_waits_goes_on_waiting():
    x = tf.constant([1.0, 2.0])
    waiting = x + 1
    with apart():
        inner = x * 3
        np.testing.assert_array_equal(inner.numpy(), [3.0, 6.0])
        assert waiting.node.value is None
    assert waiting.node.value is None
    other = x * 5
    other.numpy()
    assert waiting.node.value is not None  # it is computed along, as ever


def test_graphs_do_not_count_as_seen(monkeypatch):
    monkeypatch.setattr(config, "engine", "auto")
    x = tf.constant(np.ones(1000, np.float32))

    def look():
        return (tf.exp(x) * tf.sin(x) + tf.sqrt(x) - 1).numpy()

    tiers.clear()
    with apart():
        for _ in range(2 * tiers.RUN_AT):
            look()
    assert not tiers._tiers
    look()
    assert [tier.sightings for tier in tiers._tiers.values()] == [1]


def test_nodes_that_were_made_do_not_count_as_waiting(monkeypatch):
    monkeypatch.setattr(config, "max_pending_nodes", 50)
    x = tf.constant(1.0)
    x.numpy()
    first = x + 1
    with apart():
        for _ in range(200):
            x = x * 1.01
    assert first.node.value is None
    second = first + 1
    assert (first.node.value, second.node.value) == (None, None)


def test_it_ends_with_an_error_and_within_itself():
    before = (_waiting.holders, _waiting.apart)
    with pytest.raises(ZeroDivisionError), apart(), apart():
        raise ZeroDivisionError
    assert _waiting.holders is before[0]
    assert _waiting.apart is False
