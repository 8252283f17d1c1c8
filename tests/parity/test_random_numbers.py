"""Random numbers: the same bits from the same seeds, also in functions, layers and datasets."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.parity.support import Case, rows, values


def seeded(tf: Any) -> Any:
    """Two calls after `tf.random.set_seed`."""

    def run(draw: Any, seed: Any = 5) -> Any:
        tf.random.set_seed(seed)
        return [draw(), draw()]

    return run


def kept(tf: Any) -> Any:
    """Two calls after `tf.keras.utils.set_random_seed`."""

    def run(draw: Any, seed: int = 5) -> Any:
        tf.keras.utils.set_random_seed(seed)
        return [draw(), draw()]

    return run


def generator(tf: Any) -> Any:
    """A call of a generator, and the state that it leaves."""

    def run(draw: Any, seed: Any = 5) -> Any:
        source = tf.random.Generator.from_seed(seed)
        return [draw(source), source.state.numpy(), draw(source)]

    return run


def function(tf: Any) -> Any:
    """Calls of a `tf.function`, before and after another seed."""

    def run(draw: Any) -> Any:
        tf.random.set_seed(5)
        traced = tf.function(draw)
        found = [traced(), traced()]
        tf.random.set_seed(6)
        return [*found, traced(), tf.random.uniform([2])]

    return run


def epochs(tf: Any) -> Any:
    """Two iterations over a dataset."""

    def run(make: Any) -> Any:
        tf.random.set_seed(5)
        dataset = make(tf.data.Dataset.range(20))
        return [[int(each) for each in dataset] for _ in range(2)]

    return run


def trained(tf: Any) -> Any:
    """First weights, losses and last weights of a model."""

    def run(*makers: Any, seed: int = 3, **options: Any) -> Any:
        tf.keras.utils.set_random_seed(seed)
        x = np.linspace(-1, 1, 160, dtype=np.float32).reshape(40, 4)
        y = x @ np.array([[1.0], [2.0], [-1.0], [0.5]], np.float32)
        model = tf.keras.Sequential([tf.keras.Input([4]), *(make() for make in makers)])
        first = model.get_weights()
        model.compile("sgd", "mse")
        history = model.fit(x, y, batch_size=16, epochs=3, verbose=0, **options)
        return first, history.history["loss"], model.get_weights()

    return run


def dense(tf: Any) -> Any:
    """Makes a layer."""

    def make(units: int = 1, **options: Any) -> Any:
        return tf.keras.layers.Dense(units, **options)

    return make


NUMBERS = """
    seeded(lambda: tf.random.uniform([1000]))
    seeded(lambda: tf.random.uniform([1001], seed=3))
    seeded(lambda: tf.random.uniform([1001], -3.7, 11.1, seed=3))
    seeded(lambda: tf.random.uniform([101], dtype="float64"))
    seeded(lambda: tf.random.uniform([101], dtype="float16", seed=3))
    seeded(lambda: tf.random.uniform([101], -7, 2**31 - 1, dtype="int32"))
    seeded(lambda: tf.random.uniform([101], -2**62, 2**62, dtype="int64", seed=3))
    seeded(lambda: tf.random.uniform([3], seed=0), seed=0)
    seeded(lambda: tf.random.uniform([3], seed=-1), seed=-2)
    seeded(lambda: tf.random.uniform([3], seed=2**31 + 5), seed=2**40)
    seeded(lambda: tf.random.uniform([3], seed=4), seed=None)
    seeded(lambda: tf.random.uniform([tf.constant(3)], tf.constant(1.0), [2.0, 3.0, 4.0]))
    seeded(lambda: tf.random.normal([100_001]))
    seeded(lambda: tf.random.normal([100_001], 3.0, 0.1, seed=3))
    seeded(lambda: tf.random.normal([3, 2], [1.0, 2.0], tf.constant([0.1, 0.2])))
    seeded(lambda: tf.random.normal([101], dtype="float16"))
    seeded(lambda: tf.random.truncated_normal([100_001]))
    seeded(lambda: tf.random.truncated_normal([1001], 1.0, 3.0, dtype="float16", seed=3))
    seeded(lambda: tf.random.shuffle(tf.range(1000)))
    seeded(lambda: tf.random.shuffle(tf.reshape(tf.range(12.0), [6, 2]), seed=3))
    seeded(lambda: tf.random.shuffle([7])), seeded(lambda: tf.random.uniform([2]))
    seeded(lambda: tf.random.categorical([[0.1, 2.0, -1.0], [5.0, 5.0, -9.0]], 9))
    seeded(lambda: tf.random.categorical([[0.1, 2.0, -float("inf")]], 5, dtype="int32", seed=3))
    seeded(lambda: tf.random.poisson([50], [0.1, 4.0, 9.9, 10.0, 300.0]))
    seeded(lambda: tf.random.poisson([5], 3.0, dtype="int32", seed=3))
    seeded(lambda: tf.nn.dropout(tf.ones([101]), 0.3))
    seeded(lambda: tf.nn.dropout(tf.ones([101]), 0.3, seed=3))
    tf.random.stateless_uniform([101], [1, 2]), tf.random.stateless_uniform([3], [-1, -2])
    tf.random.stateless_uniform([5], tf.constant([1, 2], tf.int64) * 2**33)
    tf.random.stateless_uniform([5], [1, 2], -9, 99, dtype="int64")
    tf.random.stateless_uniform([5], [1, 2], None, None, dtype="uint64")
    tf.random.stateless_normal([101], [1, 2], 1.0, 0.5), tf.random.stateless_normal([], [1, 2])
    tf.random.stateless_truncated_normal([1001], [1, 2])
    tf.random.stateless_categorical([[0.1, 2.0, -1.0]], 20, [1, 2])
    tf.random.stateless_poisson([50, 5], [1, 2], [0.1, 4.0, 9.9, 10.0, 300.0])
    tf.random.stateless_binomial([50, 3], [1, 2], [5.0, 40.0, 900.0], [0.3, 0.9, 0.1])
    tf.random.experimental.stateless_shuffle(tf.range(100), [1, 2])
    tf.random.split([1, 2], 3), tf.random.fold_in([1, 2], 3)
    tf.random.experimental.stateless_split(tf.constant([1, 2], tf.int64), 3)
    tf.random.experimental.stateless_fold_in(tf.constant([1, 2], tf.int64), tf.constant(3))
    tf.random.create_rng_state(2**70 + 3, "philox"), tf.random.create_rng_state([1, 2], 1)
    generator(lambda g: g.normal([5], 1.0, 2.0)), generator(lambda g: g.normal([2]), [1, 2])
    generator(lambda g: g.uniform([5])), generator(lambda g: g.uniform([5], 2, 9, "int32"))
    generator(lambda g: g.uniform([2], None, None, "int64"))
    generator(lambda g: g.truncated_normal([9])), generator(lambda g: g.uniform_full_int([3]))
    generator(lambda g: g.make_seeds(3)), generator(lambda g: g.skip(7))
    generator(lambda g: [each.normal([2]) for each in g.split(2)])
    generator(lambda g: g.binomial([5, 2], [5.0, 50.0], [0.5, 0.4]))
    generator(lambda g: (g.reset_from_seed(9), g.uniform([2]))[1])
    generator(lambda g: (g.reset([1, 2, 3]), g.uniform([2]))[1])
    generator(lambda g: (g.reset_from_key_counter(3, [1, 2]), g.uniform([2]))[1])
    generator(lambda g: tf.random.Generator(copy_from=g).uniform([2]))
    generator(lambda g: tf.random.Generator.from_state(g.state.numpy(), 1).uniform([2]))
    generator(lambda g: tf.random.Generator.from_key_counter(3, [1, 2], "philox").uniform([2]))
    generator(lambda g: (g.algorithm, g.key))
    function(lambda: [tf.random.uniform([2]), tf.random.normal([3])])
    function(lambda: [tf.random.uniform([2], seed=1), tf.random.uniform([2], seed=1)])
    function(lambda: tf.random.shuffle(tf.range(9)))
    function(lambda: [tf.random.uniform([]) for _ in range(3)])
    function(lambda: tf.random.stateless_normal([3], tf.constant([1, 2]) + 1))
    function(lambda: tf.random.uniform([2], 0, 50, dtype="int32"))
    kept(lambda: tf.keras.random.normal([9])), kept(lambda: tf.keras.random.normal([9], seed=1))
    kept(lambda: tf.keras.random.uniform([9], -1.0, 5.0))
    kept(lambda: tf.keras.random.truncated_normal([99], 1.0, 2.0))
    kept(lambda: tf.keras.random.randint([9], 1, 99))
    kept(lambda: tf.keras.random.randint([9], 0, 9, "int8", 1))
    kept(lambda: tf.keras.random.categorical([[1.0, 2.0]], 9))
    kept(lambda: tf.keras.random.shuffle(tf.reshape(tf.range(12), [3, 4]), axis=1))
    kept(lambda: tf.keras.random.dropout(tf.ones([4, 5]), 0.5, (None, 1)))
    kept(lambda: tf.keras.random.binomial([9], 5.0, 0.4))
    kept(lambda: [tf.keras.random.normal([2], seed=tf.keras.random.SeedGenerator()) for _ in "ab"])
    tf.keras.random.SeedGenerator(3, name="a").get_config()
    epochs(lambda d: d.shuffle(20)), epochs(lambda d: d.shuffle(7)), epochs(lambda d: d.shuffle(99))
    epochs(lambda d: d.shuffle(20, seed=3)), epochs(lambda d: d.shuffle(7, seed=-3))
    epochs(lambda d: d.shuffle(7, 3, reshuffle_each_iteration=False))
    epochs(lambda d: d.shuffle(7).shuffle(9)), epochs(lambda d: d.repeat(2).shuffle(7))
    epochs(lambda d: d.shuffle(7).repeat(3))[0]
    epochs(lambda d: d.batch(3).shuffle(4, seed=1).unbatch())
    epochs(lambda d: d.map(lambda x: x + 1).shuffle(7))
    epochs(lambda d: d.sample_from_datasets([d, d.map(lambda x: x + 100)], [0.3, 0.7], seed=3))
    epochs(lambda d: d.sample_from_datasets([d, d.map(lambda x: x + 100), d], [1.0, 0.0, 2.0]))
    epochs(lambda d: d.map(lambda x: tf.random.uniform([], 0, 99, "int32")).prefetch(2))
"""

ROUNDED = """
    seeded(lambda: tf.random.gamma([50], [0.1, 0.5, 1.0, 9.0]))
    seeded(lambda: tf.random.gamma([5], 2.0, beta=[1.0, 3.0], seed=3))
    tf.random.stateless_gamma([50, 3], [1, 2], [0.1, 1.0, 9.0])
    seeded(lambda: tf.random.normal([101], dtype="float64"))
    seeded(lambda: tf.random.truncated_normal([1001], dtype="float64", seed=3))
    kept(lambda: tf.keras.random.gamma([9], 0.5)), kept(lambda: tf.keras.random.beta([9], 0.5, 2.0))
    trained(lambda: dense(3), dense)
    trained(lambda: dense(1, kernel_initializer="he_normal"), shuffle=False)
    trained(lambda: dense(1, kernel_initializer="he_normal"), shuffle="batch")
    trained(lambda: tf.keras.layers.Dropout(0.5), dense)
    trained(lambda: tf.keras.layers.GaussianNoise(0.5), dense)
    trained(lambda: tf.keras.layers.GaussianDropout(0.5), dense)
    trained(lambda: tf.keras.layers.AlphaDropout(0.5), dense)
    trained(lambda: tf.keras.layers.Dropout(0.2), dense, validation_split=0.25)
    trained(dense, steps_per_epoch=3)
"""

INITIALIZERS = "\n".join(
    f"kept(lambda: tf.keras.initializers.{name}()([5, 4])), "
    f"tf.keras.initializers.{name}(seed=3)([3, 2, 5])"
    for name in (
        "GlorotUniform",
        "GlorotNormal",
        "HeUniform",
        "HeNormal",
        "LecunUniform",
        "LecunNormal",
        "RandomUniform",
        "RandomNormal",
        "TruncatedNormal",
        "VarianceScaling",
    )
)

HELPERS = {
    "seeded": seeded,
    "kept": kept,
    "generator": generator,
    "function": function,
    "epochs": epochs,
    "trained": trained,
    "dense": dense,
}


@rows(
    "random numbers",
    [
        *values(NUMBERS, rtol=0.0, **HELPERS),
        *values(INITIALIZERS, rtol=0.0, **HELPERS),
        *values(ROUNDED, rtol=3e-5, **HELPERS),
    ],
)
def test_random_numbers(case: Case) -> None:
    case.check()
