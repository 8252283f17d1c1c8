"""Tell good reviews from bad ones with an LSTM or a GRU, on IMDB or on made-up reviews.

python examples/sentiment.py
python examples/sentiment.py --synthetic --cell gru
"""

from __future__ import annotations

import argparse

import numpy as np

import glassbrook as tf
from glassbrook.keras import layers

NUM_WORDS = 10_000


def made_up_reviews(count: int) -> tuple:
    """Sequences of word numbers; some words are kind, some are not, and "not" turns the next."""
    random = np.random.default_rng(0)
    kind, unkind, turn = range(10, 30), range(30, 50), 5
    sequences, labels = [], []
    for _ in range(count):
        words = random.integers(50, 400, random.integers(8, 30)).tolist()
        mood = 0
        for _ in range(int(random.integers(1, 4)) * 2 + 1):
            good, turned = random.random() < 0.5, random.random() < 0.3
            place = int(random.integers(0, len(words)))
            word = int(random.choice(kind if good else unkind))
            words[place:place] = [turn, word] if turned else [word]
            mood += 1 if good != turned else -1
        sequences.append(words)
        labels.append(int(mood > 0))
    cut = count * 4 // 5
    texts = np.array(sequences, dtype=object)
    labels = np.array(labels)
    return (texts[:cut], labels[:cut]), (texts[cut:], labels[cut:])


def network(cell: str) -> tf.keras.Model:
    """Words as vectors, read in both directions; padding is masked out."""
    recurrent = {"lstm": layers.LSTM, "gru": layers.GRU}[cell]
    return tf.keras.Sequential(
        [
            tf.keras.Input(shape=(None,), dtype="int32"),
            layers.Embedding(NUM_WORDS, 32, mask_zero=True),
            layers.Bidirectional(recurrent(32)),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def main(synthetic: bool = False, cell: str = "lstm", count: int = 2500, epochs: int = 4) -> float:
    """Train, and return the accuracy on the test reviews."""
    tf.keras.utils.set_random_seed(0)
    if synthetic:
        (x_train, y_train), (x_test, y_test) = made_up_reviews(count)
    else:
        loaded = tf.keras.datasets.imdb.load_data(num_words=NUM_WORDS)
        (x_train, y_train), (x_test, y_test) = loaded
    length = 40 if synthetic else 200
    x_train = tf.keras.utils.pad_sequences(x_train, maxlen=length)
    x_test = tf.keras.utils.pad_sequences(x_test, maxlen=length)

    model = network(cell)
    model.compile(
        optimizer=tf.keras.optimizers.Adam(0.005 if synthetic else 0.001),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(x_train, y_train, epochs=epochs, batch_size=64, validation_split=0.1, verbose=2)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"test: loss {loss:.4f}, accuracy {accuracy:.4f}")
    return float(accuracy)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--synthetic", action="store_true", help="use made-up reviews")
    parser.add_argument("--cell", choices=["lstm", "gru"], default="lstm")
    parser.add_argument("--count", type=int, default=2500, help="how many made-up reviews")
    parser.add_argument("--epochs", type=int, default=4)
    main(**vars(parser.parse_args()))
