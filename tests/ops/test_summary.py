"""Event files, read back with the codecs that are tested beside known bytes."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.ops.io import wire
from glassbrook.ops.io.records import read_records
from glassbrook.ops.io.tensors import unpack_tensor


def events(folder):
    """Step, tag, plugin and value of every summary in a folder."""
    found = []
    for path in sorted(folder.rglob("events.out.tfevents.*")):
        for record in read_records(str(path)):
            event = {number: value for number, _, value in wire.fields(record)}
            if 5 not in event:
                assert bytes(event[3]) == b"brain.Event:2"
                continue
            for _, _, value in wire.fields(event[5]):
                parts = {number: bytes(item) for number, _, item in wire.fields(value)}
                plugin = ""
                for number, _, item in wire.fields(parts.get(9, b"")):
                    if number == 1:
                        plugin = bytes(next(iter(wire.fields(item)))[2]).decode()
                step = event.get(2, 0)
                found.append((step, parts[1].decode(), plugin, unpack_tensor(parts[8])))
    return found


class TestSummaries:
    def test_numbers(self, tmp_path):
        writer = tf.summary.create_file_writer(str(tmp_path))
        with writer.as_default():
            for step in range(3):
                assert bool(tf.summary.scalar("loss", 0.5 * step, step=step))
            with tf.name_scope("inner"):
                tf.summary.scalar("loss", 7, step=5)
        found = [(step, tag, plugin, float(value)) for step, tag, plugin, value in events(tmp_path)]
        assert found == [
            (0, "loss", "scalars", 0.0),
            (1, "loss", "scalars", 0.5),
            (2, "loss", "scalars", 1.0),
            (5, "inner/loss", "scalars", 7.0),
        ]

    def test_histogram(self, tmp_path):
        numbers = np.random.default_rng(0).normal(size=200)
        with tf.summary.create_file_writer(str(tmp_path)).as_default(step=3):
            tf.summary.histogram("weights", numbers)
            tf.summary.histogram("equal", [2.0, 2.0], buckets=4)
            tf.summary.histogram("none", tf.zeros([0]))
        (step, _, _, first), (_, _, _, equal), (_, _, _, none) = events(tmp_path)
        counts, edges = np.histogram(numbers, 30)
        assert step == 3
        np.testing.assert_allclose(first[:, 0], edges[:-1])
        np.testing.assert_allclose(first[:, 1], edges[1:])
        np.testing.assert_array_equal(first[:, 2], counts)
        assert equal[-1].tolist() == [2, 2, 2]
        assert none.shape == (30, 3)

    def test_images_sounds_and_texts(self, tmp_path):
        pictures = np.random.default_rng(0).random((4, 5, 6, 3)).astype(np.float32)
        with tf.summary.create_file_writer(str(tmp_path)).as_default(step=1):
            tf.summary.image("pictures", pictures)
            tf.summary.audio("sound", np.zeros((1, 10, 1), np.float32), 8000)
            tf.summary.text("note", "hello")
            tf.summary.write("raw", tf.constant([1, 2]))
        images, sound, text, raw = events(tmp_path)
        assert images[2] == "images"
        assert images[3][:2].tolist() == [b"6", b"5"]
        assert len(images[3]) == 5
        decoded = tf.io.decode_png(images[3][2]).numpy()
        assert np.abs(decoded / 255 - pictures[0]).max() < 1 / 255
        assert sound[3].shape == (1, 2)
        assert sound[3][0, 0][:4] == b"RIFF"
        assert text[3] == b"hello"
        assert raw[3].tolist() == [1, 2]

    def test_a_traced_function_writes_at_every_call(self, tmp_path):
        @tf.function
        def double(x, step):
            tf.summary.scalar("x", x, step=step)
            return x * 2

        with tf.summary.create_file_writer(str(tmp_path)).as_default():
            for number in range(4):
                double(tf.constant(float(number)), tf.constant(number, tf.int64))
        assert [(step, float(value)) for step, _, _, value in events(tmp_path)] == [
            (0, 0.0),
            (1, 1.0),
            (2, 2.0),
            (3, 3.0),
        ]

    def test_conditions_and_steps(self, tmp_path):
        assert not bool(tf.summary.scalar("nobody", 1.0))
        step = tf.Variable(0, dtype=tf.int64)
        with tf.summary.create_file_writer(str(tmp_path)).as_default():
            tf.summary.experimental.set_step(step)
            for _ in range(4):
                with tf.summary.record_if(lambda: tf.equal(step % 2, 0)):
                    tf.summary.scalar("even", 1.0)
                step.assign_add(1)
            with tf.summary.record_if(False):
                assert not bool(tf.summary.should_record_summaries())
                tf.summary.scalar("never", 1.0)
        tf.summary.experimental.set_step(None)
        assert [number for number, *_ in events(tmp_path)] == [0, 2]

    def test_refuses(self, tmp_path):
        writer = tf.summary.create_file_writer(str(tmp_path))
        with writer.as_default():
            with pytest.raises(InvalidArgumentError, match="No step set"):
                tf.summary.scalar("loss", 1.0)
            with pytest.raises(ShapeError, match="scalar"):
                tf.summary.scalar("loss", [1.0], step=0)
            with pytest.raises(ShapeError, match="batch axis"):
                tf.summary.image("image", np.zeros((5, 5, 3)), step=0)
            with pytest.raises(InvalidArgumentError, match="strings"):
                tf.summary.text("text", 1.0, step=0)
        writer.close()
        with pytest.raises(RuntimeError, match="closed"), writer.as_default():
            pass
        with pytest.raises(InvalidArgumentError, match="logdir"):
            tf.summary.create_file_writer(None)


class TestTensorBoard:
    def fit(self, folder, **options):
        model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        x, y = np.ones((8, 2), np.float32), np.zeros((8, 1), np.float32)
        board = tf.keras.callbacks.TensorBoard(folder, **options)
        history = model.fit(
            x, y, batch_size=2, epochs=2, verbose=0, validation_data=(x, y), callbacks=[board]
        )
        return model, history.history

    def test_epochs(self, tmp_path):
        _, history = self.fit(tmp_path)
        train = {(step, tag): value for step, tag, _, value in events(tmp_path / "train")}
        held_out = {(s, tag): value for s, tag, _, value in events(tmp_path / "validation")}
        for epoch in range(2):
            for name in ("loss", "mae"):
                assert train[epoch, f"epoch_{name}"] == pytest.approx(history[name][epoch])
                expected = history[f"val_{name}"][epoch]
                assert held_out[epoch, f"epoch_{name}"] == pytest.approx(expected)
            assert train[epoch, "epoch_learning_rate"] == pytest.approx(0.01)
        assert (4, "evaluation_loss_vs_iterations") in held_out
        assert b'"class_name": "Sequential"' in train[0, "keras"][()]

    def test_batches_and_weights(self, tmp_path):
        model, _ = self.fit(tmp_path, update_freq=3, histogram_freq=1, write_images=True)
        train = [(step, tag) for step, tag, _, _ in events(tmp_path / "train")]
        assert [step for step, tag in train if tag == "batch_loss"] == [3, 6]
        name = model.weights[0].path
        assert (1, f"{name}/histogram") in train
        assert (1, f"{name}/image") in train

    def test_refuses(self):
        with pytest.raises(InvalidArgumentError, match="update_freq"):
            tf.keras.callbacks.TensorBoard(update_freq="step")
        with pytest.raises(InvalidArgumentError, match="unknown arguments"):
            tf.keras.callbacks.TensorBoard(foo=1)


class TestBackupAndRestore:
    def model(self):
        model = tf.keras.Sequential(
            [tf.keras.Input((2,)), tf.keras.layers.Dense(1, kernel_initializer="ones")]
        )
        model.compile(tf.keras.optimizers.Adam(0.1), "mse")
        return model

    def test_goes_on_where_it_was_interrupted(self, tmp_path):
        x, y = np.ones((8, 2), np.float32), np.zeros((8, 1), np.float32)
        whole = self.model()
        whole.fit(x, y, epochs=5, verbose=0, shuffle=False)

        class Stop(tf.keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 3:
                    raise KeyboardInterrupt

        folder = tmp_path / "backup"
        first, second = self.model(), self.model()
        backup = tf.keras.callbacks.BackupAndRestore(folder)
        with pytest.raises(KeyboardInterrupt):
            first.fit(x, y, epochs=5, verbose=0, shuffle=False, callbacks=[backup, Stop()])
        assert folder.is_dir()
        backup = tf.keras.callbacks.BackupAndRestore(folder)
        history = second.fit(x, y, epochs=5, verbose=0, shuffle=False, callbacks=[backup])
        assert history.epoch == [3, 4]
        np.testing.assert_allclose(second.get_weights()[0], whole.get_weights()[0], rtol=1e-5)
        assert not folder.exists()

    def test_refuses(self):
        with pytest.raises(InvalidArgumentError, match="Empty"):
            tf.keras.callbacks.BackupAndRestore("")
        with pytest.raises(InvalidArgumentError, match="save_freq"):
            tf.keras.callbacks.BackupAndRestore("x", save_freq=0)


class TestSwapEMAWeights:
    def test_averages_are_evaluated(self):
        x, y = np.ones((8, 2), np.float32), np.zeros((8, 1), np.float32)
        layer = tf.keras.layers.Dense(1, kernel_initializer="ones")
        model = tf.keras.Sequential([tf.keras.Input((2,)), layer])
        model.compile(tf.keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
        model.fit(x, y, epochs=3, verbose=0)
        own = model.get_weights()
        average = [each.slots[-1].numpy() for each in model.optimizer._parameters.values()]
        swap = tf.keras.callbacks.SwapEMAWeights()
        loss = model.evaluate(x, y, verbose=0, callbacks=[swap])
        assert loss == pytest.approx(float((x[0] @ average[0] + average[1])[0] ** 2), rel=1e-4)
        np.testing.assert_array_equal(model.get_weights()[0], own[0])

    def test_refuses(self):
        model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        with pytest.raises(InvalidArgumentError, match="use_ema"):
            model.evaluate(
                np.ones((2, 2)),
                np.ones((2, 1)),
                verbose=0,
                callbacks=[tf.keras.callbacks.SwapEMAWeights()],
            )


class TestRemoteMonitor:
    def test_sends_json(self):
        import http.server
        import json
        import threading
        import urllib.parse

        seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                seen.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            root = f"http://127.0.0.1:{server.server_port}"
            for as_json in (True, False):
                monitor = tf.keras.callbacks.RemoteMonitor(root, send_as_json=as_json)
                monitor.on_epoch_end(2, {"loss": np.float32(0.5)})
            server.shutdown()
            thread.join()
        assert json.loads(seen[0]) == {"epoch": 2, "loss": 0.5}
        assert json.loads(urllib.parse.parse_qs(seen[1])["data"][0]) == {"epoch": 2, "loss": 0.5}
        with pytest.warns(UserWarning, match="Could not reach"):
            monitor.on_epoch_end(0, {})
        with pytest.raises(InvalidArgumentError, match="root"):
            tf.keras.callbacks.RemoteMonitor("file:///etc")
