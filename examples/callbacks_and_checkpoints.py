"""Watch training, stop it in time, lower the learning rate, and go on from a checkpoint.

python examples/callbacks_and_checkpoints.py --folder runs/callbacks
"""

from __future__ import annotations

import argparse
import csv
import pathlib
import tempfile

import numpy as np

import glassbrook as tf


def data(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of the plane, and on which side of a wave they lie."""
    random = np.random.default_rng(0)
    points = random.uniform(-2, 2, (count, 2)).astype(np.float32)
    return points, (points[:, 1] > np.sin(3 * points[:, 0])).astype(np.int32)


def network() -> tf.keras.Model:
    """Two hidden layers, compiled."""
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(2,)),
            tf.keras.layers.Dense(32, activation="tanh"),
            tf.keras.layers.Dense(32, activation="tanh"),
            tf.keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=tf.keras.optimizers.Adam(0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


class Best(tf.keras.callbacks.Callback):
    """Remembers the best epoch."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.epoch, self.accuracy = -1, 0.0

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if logs["val_accuracy"] > self.accuracy:
            self.epoch, self.accuracy = epoch, logs["val_accuracy"]


def main(folder: str | None = None, count: int = 1500, epochs: int = 30) -> float:
    """Train twice, the second time from where the first left off; return the last accuracy."""
    tf.keras.utils.set_random_seed(0)
    place = pathlib.Path(folder or tempfile.mkdtemp())
    place.mkdir(parents=True, exist_ok=True)
    x, y = data(count)

    model, best = network(), Best()
    model.fit(
        x,
        y,
        validation_split=0.2,
        epochs=epochs,
        verbose=0,
        callbacks=[
            best,
            tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=8),
            tf.keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=3, min_lr=1e-4),
            tf.keras.callbacks.ModelCheckpoint(
                str(place / "best.weights.h5"), save_best_only=True, save_weights_only=True
            ),
            tf.keras.callbacks.CSVLogger(str(place / "history.csv")),
            tf.keras.callbacks.TensorBoard(str(place / "logs")),
            tf.keras.callbacks.LambdaCallback(
                on_train_end=lambda logs: print("the first training has ended")
            ),
        ],
    )
    with open(place / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    print(f"{len(rows)} epochs, the best was number {best.epoch}: {best.accuracy:.4f}")

    restored = network()
    restored.load_weights(str(place / "best.weights.h5"))
    loss, accuracy = restored.evaluate(x, y, verbose=0)
    print(f"restored weights: loss {loss:.4f}, accuracy {accuracy:.4f}")

    # A checkpoint holds the optimizer, too: training goes on as if it had never stopped.
    checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    manager = tf.train.CheckpointManager(checkpoint, str(place / "checkpoints"), max_to_keep=2)
    manager.save()
    later = network()
    checkpoint = tf.train.Checkpoint(model=later, optimizer=later.optimizer)
    checkpoint.restore(manager.latest_checkpoint)
    steps = int(later.optimizer.iterations)
    print(f"goes on after {steps} steps")
    history = later.fit(x, y, epochs=3, verbose=0)
    return float(history.history["accuracy"][-1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", help="where to write; a temporary folder by default")
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--epochs", type=int, default=30)
    main(**vars(parser.parse_args()))
