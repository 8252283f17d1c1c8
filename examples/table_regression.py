"""Predict house prices from a table of numbers: scaling, a small dense network, early stopping.

python examples/table_regression.py
python examples/table_regression.py --synthetic     # without the data set, on made-up houses
"""

from __future__ import annotations

import argparse

import numpy as np

import glassbrook as tf


def made_up_houses(count: int = 506) -> tuple:
    """A table of 13 columns, and prices that follow from a few of them."""
    random = np.random.default_rng(0)
    table = random.normal(size=(count, 13)).astype(np.float32)
    prices = 22 + 5 * table[:, 5] - 4 * table[:, 12] + 2 * table[:, 5] * table[:, 12]
    prices += random.normal(scale=1.0, size=count)
    cut = count * 4 // 5
    return (table[:cut], prices[:cut]), (table[cut:], prices[cut:])


def main(synthetic: bool = False, epochs: int = 100) -> float:
    """Train, and return the mean absolute error on the test table, in thousands of dollars."""
    tf.keras.utils.set_random_seed(0)
    data = made_up_houses() if synthetic else tf.keras.datasets.boston_housing.load_data()
    (x_train, y_train), (x_test, y_test) = data

    # Only what training data say may be used, or the test would not be one.
    mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
    x_train, x_test = (x_train - mean) / deviation, (x_test - mean) / deviation

    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(x_train.shape[1],)),
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.RMSprop(0.001), loss="mse", metrics=["mae"])
    stop = tf.keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
    history = model.fit(
        x_train, y_train, epochs=epochs, validation_split=0.2, verbose=0, callbacks=[stop]
    )
    loss, error = model.evaluate(x_test, y_test, verbose=0)
    print(f"epochs: {len(history.history['loss'])}")
    print(f"test: mean squared error {loss:.2f}, mean absolute error {error:.2f}")
    for price, guess in zip(y_test[:3], model.predict(x_test[:3], verbose=0)[:, 0]):
        print(f"price {price:.1f}, predicted {guess:.1f}")
    return float(error)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--synthetic", action="store_true", help="use made-up houses")
    parser.add_argument("--epochs", type=int, default=100)
    main(**vars(parser.parse_args()))
