"""Making tensors: filled, counted, drawn at random."""

from __future__ import annotations

from tests.parity.support import Case, Fails, failures, rows, values

FILLED = """
tf.zeros([])
tf.zeros(3)
tf.zeros((2,), tf.int32)
tf.zeros([2], tf.bool)
tf.zeros([2], tf.string)
tf.zeros([2, 3], dtype="float64")
tf.zeros(c([2, 3]))
tf.zeros([c(2), 3])
tf.zeros(np.array([2, 1]))
tf.zeros([np.int64(2)])
tf.zeros([0, 3])
tf.ones([])
tf.ones([2], tf.int8)
tf.ones([2, 2])
tf.ones([2], tf.bool)
tf.ones(shape=(1, 2), dtype=tf.float16)
tf.fill([2], 1.5)
tf.fill([], -1)
tf.fill([1], "a")
tf.fill([2, 2], 99)
tf.fill([2], True)
tf.fill([2], c(3, tf.int64))
tf.fill(dims=[1, 2], value=0.5)
tf.eye(2)
tf.eye(2, 3, dtype=tf.int32)
tf.eye(2, batch_shape=[2])
tf.eye(3, num_columns=2)
tf.zeros_like([1, 2])
tf.zeros_like(c(["a"]))
tf.zeros_like(c([1]), dtype=tf.float64)
tf.zeros_like(v([1.0]))
tf.zeros_like(np.ones((2, 1)))
tf.ones_like([1.0, 2.0])
tf.ones_like(c([True]))
tf.ones_like(c([1]), tf.float32)
tf.identity(c([1.0]))
tf.identity(v(1.0))
"""

COUNTED = """
tf.range(5)
tf.range(1, 5)
tf.range(5.0)
tf.range(0, 1, 0.3)
tf.range(5, 0, -2)
tf.range(3, dtype=tf.float64)
tf.range(1, 10, delta=3)
tf.range(10, delta=3)
tf.range(0)
tf.range(np.int64(3))
tf.range(np.float64(3))
tf.range(0.0, 1.0, 0.1)
tf.range(1, 5.5)
tf.range(c(3))
tf.range(c(3, tf.int64))
tf.range(3, 3)
tf.range(2**33, 2**33 + 2)
tf.range(start=1, limit=4)
tf.range(0, -5, -1)
tf.linspace(0.0, 1.0, 5)
tf.linspace(0, 1, 5)
tf.linspace(0.0, 1.0, 1)
tf.linspace(0.0, 1.0, 0)
tf.linspace([0.0, 1.0], [1.0, 3.0], 3)
tf.linspace(-6.0, 6.0, 10)
tf.linspace(c(0.0, tf.float64), 1.0, 3)
tf.linspace(0.0, 10.0, num=4)
tf.linspace(1.0, -1.0, 3)
tf.meshgrid([1, 2, 3], [4, 5])
tf.meshgrid([1, 2], [4, 5, 6], indexing="ij")
tf.meshgrid([1.0, 2.0])
"""

DRAWN = """
tf.random.normal([2, 3]).shape
tf.random.normal([2, 3]).dtype
tf.random.normal((2, 3), 1, 2).dtype
tf.random.normal([2], dtype=tf.float16).dtype
tf.random.normal([2], dtype=tf.float64).dtype
tf.random.normal([]).shape
tf.random.normal([0]).shape
tf.random.normal([2], mean=[1.0, 2.0]).shape
tf.random.normal(c([2, 2])).shape
tf.random.uniform([2]).dtype
tf.random.uniform([2], maxval=5, dtype=tf.int32).dtype
tf.random.uniform([2], maxval=5).dtype
tf.random.uniform([], 0, 5, tf.int64).dtype
tf.random.uniform((3, 2), -1.0, 1.0).shape
tf.random.truncated_normal([2, 3], stddev=0.1).shape
tf.random.truncated_normal([2], dtype=tf.float64).dtype
tf.random.shuffle([1, 2, 3]).shape
tf.random.shuffle([[1, 2], [3, 4], [5, 6]]).dtype
tf.random.shuffle(1)
tf.random.categorical([[0.0, 0.0]], 5).dtype
tf.random.categorical([[0.0, 0.0]], 5).shape
tf.random.Generator.from_seed(1).normal([2]).shape
tf.random.Generator.from_seed(1).uniform([2], maxval=5, dtype=tf.int32).dtype
tf.random.get_global_generator().normal([3]).shape
tf.random.stateless_uniform([2], seed=[1, 2]).shape
tf.random.stateless_normal([2], seed=[1, 2]).dtype
bool(tf.reduce_all(tf.abs(tf.random.truncated_normal([1000])) <= 2.0))
bool(tf.reduce_all(tf.random.uniform([1000]) < 1.0))
bool(tf.reduce_all(tf.random.uniform([1000], 3, 7, tf.int32) < 7))
sorted(tf.random.shuffle([3, 1, 2]).numpy().tolist())
int(tf.round(10 * tf.math.reduce_std(tf.random.normal([100000]))))
int(tf.round(10 * tf.reduce_mean(tf.random.normal([100000], mean=5.0))))
int(tf.round(100 * tf.math.reduce_std(tf.random.truncated_normal([100000]))))
int(tf.round(100 * tf.reduce_mean(tf.random.uniform([100000]))))
"""

ERRORS = """
tf.zeros(-1)
tf.zeros([-1])
tf.zeros([2.5])
tf.zeros([2], "foo")
tf.ones([2], tf.string)
tf.fill([-1], 0)
tf.fill([2], [1, 2])
tf.range(5, 0)
tf.range(0, 5, 0)
tf.range(0, 5, -1)
tf.linspace(0.0, 1.0, -1)
tf.random.uniform([2], dtype=tf.int32)
tf.random.uniform([2], minval=5, maxval=5, dtype=tf.int32)
tf.random.uniform([2], minval=5, maxval=1, dtype=tf.int32)
tf.random.uniform([2], dtype=tf.bool)
tf.random.uniform([2], dtype=tf.uint8, maxval=4)
tf.random.normal([2], dtype=tf.int32)
tf.random.normal([-1])
"""


def same_seed_same_numbers(tf):
    tf.random.set_seed(1)
    first = tf.random.normal([4])
    tf.random.set_seed(1)
    return bool(tf.reduce_all(first == tf.random.normal([4])))


def draws_differ(tf):
    tf.random.set_seed(1)
    return bool(tf.reduce_any(tf.random.normal([4]) != tf.random.normal([4])))


def same_operation_seed_differs_in_turn(tf):
    tf.random.set_seed(1)
    first, second = (tf.random.uniform([4], seed=5) for _ in range(2))
    return bool(tf.reduce_any(first != second))


def same_operation_seed_repeats_after_set_seed(tf):
    tf.random.set_seed(1)
    first = tf.random.uniform([4], seed=5)
    tf.random.set_seed(1)
    return bool(tf.reduce_all(first == tf.random.uniform([4], seed=5)))


def generators_with_one_seed_agree(tf):
    one, other = (tf.random.Generator.from_seed(7) for _ in range(2))
    first = one.normal([3])
    return [
        bool(tf.reduce_all(first == other.normal([3]))),
        bool(tf.reduce_any(first != one.normal([3]))),
    ]


def stateless_draws_repeat(tf):
    one, other = (tf.random.stateless_normal([3], seed=[1, 2]) for _ in range(2))
    return bool(tf.reduce_all(one == other))


SEEDED = (
    same_seed_same_numbers,
    draws_differ,
    same_operation_seed_differs_in_turn,
    same_operation_seed_repeats_after_set_seed,
    generators_with_one_seed_agree,
    stateless_draws_repeat,
)

CASES = [
    *values(FILLED + COUNTED + DRAWN),
    *(Case(run.__name__, run) for run in SEEDED),
    *failures(ERRORS),
]


@rows("creation", CASES)
def test_creation(case: Case | Fails) -> None:
    case.check()
