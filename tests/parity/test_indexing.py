"""Indexing, slicing, gathering, scattering, masks and one-hot rows."""

from __future__ import annotations

import operator

from tests.parity.support import Case, Fails, failures, rows, values

SHARED = {
    "m": lambda tf: tf.reshape(tf.range(12), [3, 4]),
    "t": lambda tf: tf.reshape(tf.range(24), [2, 3, 4]),
    "w": lambda tf: tf.Variable([[1, 2], [3, 4]]),
    "set_item": lambda tf: operator.setitem,
}

SLICES = """
m[0]
m[-1]
m[1, 2]
m[:, 1]
m[::-1]
m[1:, ::2]
m[..., 0]
m[0, ...]
m[...]
m[:]
m[tf.newaxis]
m[:, None]
m[None, ..., None]
m[..., tf.newaxis]
m[tf.newaxis, 0]
m[0][1]
m[-2:, -1]
m[::-1, ::-2]
m[2:0:-1]
m[:1:-1]
m[5:]
m[-100:100]
m[1:1]
m[1:2, 0]
m[1:2, ...]
m[slice(0, 2)]
m[slice(None), slice(1, None)]
m[(0, 1)]
m[[0, 1]]
m[c(1)]
m[c(1), c(2)]
m[c(-1)]
m[np.int64(1)]
m[np.int32(1), 2]
m[c(1):c(3)]
m[c(0):2, c(1)]
m[v(1)]
m[m > 5]
m[c([True, False, True])]
m[np.array([True, False, True])]
m[m > 100]
t[1, :, 2]
t[:, -1]
t[..., -1]
t[1, ..., ::-1]
t[:, 1:, 1:3]
t[0, 1, 2]
t[:, None, 0]
t[::-1, ::2, ::-3]
t[t % 2 == 0]
c(1.0)[...]
c(1.0)[tf.newaxis]
c(["a", "b", "c"])[1]
c(["a", "b", "c"])[::-1]
w[0]
w[1:]
w[0, 1]
w[:, ::-1]
tf.slice([[1, 2], [3, 4]], [0, 1], [2, 1])
tf.slice([1, 2, 3], [1], [-1])
tf.slice(t, [0, 1, 2], [1, 2, -1])
tf.strided_slice([1, 2, 3, 4], [0], [4], [2])
"""

GATHERS = """
tf.gather([1, 2, 3], 1)
tf.gather([1, 2, 3], [2, 0, 0])
tf.gather([[1, 2], [3, 4]], [1, 0])
tf.gather([[1, 2], [3, 4]], [1], axis=1)
tf.gather([[1, 2], [3, 4]], [[0, 1], [1, 1]])
tf.gather([[1, 2], [3, 4]], [[0], [1]], batch_dims=1)
tf.gather([[1, 2], [3, 4]], [0, 1], axis=1, batch_dims=1)
tf.gather(t, [2, 0], axis=-2)
tf.gather(["a", "b"], [1, 0])
tf.gather(w, [1])
tf.gather([1.0, 2.0], c([], tf.int32))
tf.gather(m, c(1, tf.int64))
tf.gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]])
tf.gather_nd([[1, 2], [3, 4]], [1])
tf.gather_nd([[1, 2], [3, 4]], [[1]])
tf.gather_nd(t, [[0, 1, 2], [1, 2, 3]])
tf.gather_nd(t, [[[0, 1]], [[1, 0]]])
tf.gather_nd([[1, 2], [3, 4]], [[1], [0]], batch_dims=1)
tf.boolean_mask(m, m > 8)
tf.boolean_mask(m, [True, False, True])
tf.boolean_mask(m, [True, False, True, False], axis=1)
tf.boolean_mask([1.0, 2.0, 3.0], np.array([True, False, True]))
tf.scatter_nd([[1], [3]], [9, 10], [5])
tf.scatter_nd([[1], [1]], [9, 10], [3])
tf.scatter_nd([[0, 1], [1, 0]], [1.5, 2.5], [2, 2])
tf.tensor_scatter_nd_update(c([1, 2, 3]), [[0]], [9])
tf.tensor_scatter_nd_add(c([1, 2, 3]), [[0], [0]], [9, 1])
tf.one_hot([0, 2, -1, 5], 3)
tf.one_hot(1, 3)
tf.one_hot([[0], [1]], 2)
tf.one_hot([0, 1], 2, on_value=5, off_value=-1)
tf.one_hot([0, 1], 2, on_value=5.0, off_value=-1.0)
tf.one_hot([0, 1], 2, on_value=True, off_value=False, dtype=tf.bool)
tf.one_hot([0, 1], 3, axis=0)
tf.one_hot([0], 2, dtype=tf.int32)
tf.one_hot(c([1], tf.uint8), depth=2)
tf.one_hot(c([1], tf.int64), depth=c(2))
tf.one_hot(c([], tf.int32), 3)
tf.where([True, False, True])
tf.where([[True, False], [False, True]])
tf.where(c([1.0, 0.0]))
tf.where([True, False], [1, 2], [3, 4])
tf.where([True, False], 1, 0)
tf.where([True, False], 1.0, c([2.0, 3.0]))
tf.where([[True], [False]], [1, 2], [3, 4])
tf.where(True, 1, 2)
tf.where(c([True, False]), "a", "b")
tf.where(m > 5, m, 0)
tf.where(m > 5, tf.cast(m, tf.float32), -1.0)
tf.where([True, False], c([1.0, 2.0]), [3.0, 4.0])
tf.unique([1, 2, 1, 3])
tf.unique(["a", "b", "a"])
tf.unique_with_counts([1, 1, 2])
tf.sort([3, 1, 2])
tf.sort([3, 1, 2], direction="DESCENDING")
tf.sort([[3.0, 1.0], [4.0, 2.0]], axis=0)
tf.sort([1.0, float("nan"), 0.0])
tf.argsort([3, 1, 2])
tf.argsort([3, 1, 2], direction="DESCENDING")
tf.argsort([[3.0, 1.0], [4.0, 2.0]], axis=0)
tf.argsort([1, 1, 0], stable=True)
tf.math.top_k([3, 1, 2], k=2)
tf.math.top_k([1.0, 3.0, 3.0], k=2)
tf.nn.top_k([[3.0, 1.0], [4.0, 9.0]], k=1)
tf.math.in_top_k([0, 1], [[0.1, 0.9], [0.1, 0.9]], 1)
tf.math.bincount([1, 1, 2])
"""

ERRORS = """
m[3]
m[-4]
m[0, 4]
c([1, 2])[5]
m[1.0]
m[0, 0, 0]
m[::0]
m["a"]
m[[0, 2], [1, 2]]
m[np.array([0, 1])]
m[c([0, 1])]
m[c(1.0)]
m[True]
m[..., ...]
m[0:2.0]
m["a":"b"]
m[range(2)]
m[:, [0, 1]]
c(1.0)[0]
c("hello")[0]
set_item(m, 0, 1)
w[5]
set_item(w, 0, 1)
tf.gather([1, 2, 3], 5)
tf.gather([1, 2, 3], -1)
tf.gather([1, 2, 3], [0, 3])
tf.gather([1.0, 2.0], [])
tf.gather([1.0, 2.0], [1.0])
tf.gather([1, 2], [0], axis=1)
tf.gather_nd([[1, 2], [3, 4]], [[2, 0]])
tf.gather_nd([[1, 2], [3, 4]], [[0, 0, 0]])
tf.boolean_mask(m, [True, False])
tf.boolean_mask(m, True)
tf.scatter_nd([[7]], [9], [5])
tf.one_hot([1.0], 3)
tf.one_hot([1], -1)
tf.where([1, 0], 1, 2)
tf.where([True], 1, 2.5)
tf.where([True], c(1), c(2.5))
tf.where([True, False], [1, 2, 3], [1, 2, 3])
tf.where([True], 1)
tf.slice([1, 2, 3], [1], [5])
tf.slice([1, 2, 3], [4], [1])
tf.math.top_k([1, 2], k=3)
"""

CASES = [*values(SLICES + GATHERS, **SHARED), *failures(ERRORS, **SHARED)]


@rows("indexing", CASES)
def test_indexing(case: Case | Fails) -> None:
    case.check()
