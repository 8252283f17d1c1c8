"""The gradient of a cast has the dtype of what was cast."""

from __future__ import annotations

import numpy as np
import pytest

from glassbrook import dtypes
from glassbrook.engine import realize
from glassbrook.gradients import VJP, gradients
from glassbrook.graph import build


@pytest.mark.parametrize("source", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("target", [dtypes.float16, dtypes.float32, dtypes.float64])
def test_there_and_back(source: type, target: dtypes.DType) -> None:
    x = build.data(np.array([0.5, -2.0], source))
    # Not the cast alone: where both dtypes are the same it makes no node.
    result = build.mul(build.cast(x, target), build.constant(3, target))
    seed = build.data(np.array([1.0, 0.25], target.numpy))
    (slope,) = gradients([result], [seed], [x], lambda node: True)
    realize([slope])
    assert slope.dtype is x.dtype
    np.testing.assert_array_equal(slope.value, [3.0, 0.75])


def test_integers_get_no_gradient() -> None:
    x = build.data(np.array([1, 2], np.int32))
    node = build.cast(x, dtypes.float32)
    assert tuple(VJP["cast"](node, build.ones(node.shape, node.dtype))) == (None,)
