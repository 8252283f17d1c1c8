"""Policies of precision: which dtype layers get."""

from __future__ import annotations

import pytest

import glassbrook as tf
from glassbrook.errors import DTypeError, InvalidArgumentError

mixed = tf.keras.mixed_precision


@pytest.fixture(autouse=True)
def _reset():
    yield
    mixed.set_global_policy(None)


@pytest.mark.parametrize(
    ("name", "computes", "keeps"),
    [
        ("float32", "float32", "float32"),
        ("float64", "float64", "float64"),
        ("mixed_float16", "float16", "float32"),
        ("mixed_bfloat16", "bfloat16", "float32"),
    ],
)
def test_names(name, computes, keeps):
    policy = mixed.Policy(name)
    assert (policy.name, policy.compute_dtype, policy.variable_dtype) == (name, computes, keeps)
    assert mixed.Policy.from_config(policy.get_config()) == policy


def test_layers_take_the_policy_that_is_set():
    mixed.set_global_policy("float64")
    assert mixed.global_policy().name == "float64"
    layer = tf.keras.layers.Dense(2)
    assert layer(tf.ones([1, 3])).dtype == tf.float64
    assert layer.dtype_policy.name == "float64"
    mixed.set_global_policy(None)
    assert tf.keras.layers.Dense(2).dtype == "float32"


@pytest.mark.parametrize("how", ["global", "name", "policy"])
def test_mixed_precision_keeps_and_computes_in_float32(how):
    """A processor of the usual kind gains nothing by half precision."""
    if how == "global":
        mixed.set_global_policy("mixed_float16")
    dtype = {"name": "mixed_float16", "policy": mixed.Policy("mixed_float16")}.get(how)
    layer = tf.keras.layers.Dense(2, dtype=dtype)
    assert layer(tf.ones([1, 3])).dtype == tf.float32
    assert layer.kernel.dtype == tf.float32


def test_mistakes_are_explained():
    with pytest.raises(InvalidArgumentError, match="mixed_float16"):
        mixed.set_global_policy("quarter")
    with pytest.raises(DTypeError, match="expected text"):
        mixed.Policy(3)
