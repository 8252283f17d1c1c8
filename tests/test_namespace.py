"""What scripts ask for beside tensors: devices, settings, tests, strategies, errors."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import errors

# Devices and settings.


def test_devices():
    (cpu,) = tf.config.list_physical_devices()
    assert (cpu.name, cpu.device_type) == ("/physical_device:CPU:0", "CPU")
    assert tf.config.list_physical_devices("GPU") == []
    assert [each.name for each in tf.config.list_logical_devices()] == ["/device:CPU:0"]
    assert tf.config.get_logical_device_configuration(cpu) is None
    assert tf.config.experimental.get_memory_info("CPU:0") == {"current": 0, "peak": 0}


def test_visible_devices():
    (cpu,) = tf.config.get_visible_devices()
    try:
        tf.config.set_visible_devices([], "GPU")
        assert tf.config.get_visible_devices() == [cpu]
        tf.config.set_visible_devices([])
        assert tf.config.list_logical_devices() == []
        assert float(tf.constant(1.0) + 1) == 2.0
    finally:
        tf.config.set_visible_devices(cpu)
    assert tf.config.get_visible_devices("CPU") == [cpu]


@pytest.mark.parametrize(
    "call",
    [
        lambda: tf.config.set_visible_devices(["/gpu:0"]),
        lambda: tf.config.experimental.set_memory_growth(
            tf.config.list_physical_devices()[0], True
        ),
        lambda: tf.config.experimental.get_memory_info("GPU:0"),
        lambda: tf.device("nowhere"),
        lambda: tf.device(3),
        lambda: tf.device("/gpu:x"),
    ],
)
def test_devices_that_are_not_there(call):
    with pytest.raises(ValueError, match=r".+"):
        call()


def test_more_logical_devices_than_one():
    (cpu,) = tf.config.list_physical_devices()
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    with pytest.raises(NotImplementedError, match="one CPU"):
        tf.config.set_logical_device_configuration(cpu, two)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("/job:w/gpu:0", "/job:w/device:GPU:0"),
        ("/device:CPU:*", "/device:CPU:*"),
        ("/job:a/replica:1/task:2/device:GPU:3", "/job:a/replica:1/task:2/device:GPU:3"),
        ("", ""),
    ],
)
def test_device_specs(text, again):
    spec = tf.DeviceSpec.from_string(text)
    assert spec.to_string() == again
    assert spec == tf.DeviceSpec.from_string(again)
    assert spec.replace(job="x").job == "x"
    merged = tf.DeviceSpec(device_type="cpu").make_merged_spec(spec)
    assert merged.device_type == (spec.device_type or "CPU")


def test_threads_follow_the_setting():
    before = tf.config.threads
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        assert tf.config.threads == 1
        assert tf.config.threading.get_intra_op_parallelism_threads() == 1
    finally:
        tf.config.threading.set_intra_op_parallelism_threads(0)
    assert tf.config.threads == before
    tf.config.threading.set_inter_op_parallelism_threads(3)
    assert tf.config.threading.get_inter_op_parallelism_threads() == 3
    tf.config.threading.set_inter_op_parallelism_threads(0)


def test_settings_without_effect_are_remembered():
    tf.config.set_soft_device_placement(False)
    assert tf.config.get_soft_device_placement() is False
    tf.config.set_soft_device_placement(True)
    tf.config.optimizer.set_experimental_options({"remapping": True})
    assert tf.config.optimizer.get_experimental_options()["remapping"] is True
    tf.config.optimizer.set_jit(True)
    assert tf.config.optimizer.get_jit() == "autoclustering"
    tf.config.optimizer.set_jit(False)
    tf.config.experimental.enable_tensor_float_32_execution(False)
    assert not tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental_run_functions_eagerly(True)
    assert tf.config.experimental_functions_run_eagerly()
    tf.config.run_functions_eagerly(False)


# Errors.

CODES = {
    "CancelledError": 1,
    "UnknownError": 2,
    "InvalidArgumentError": 3,
    "DeadlineExceededError": 4,
    "NotFoundError": 5,
    "AlreadyExistsError": 6,
    "PermissionDeniedError": 7,
    "ResourceExhaustedError": 8,
    "FailedPreconditionError": 9,
    "AbortedError": 10,
    "OutOfRangeError": 11,
    "UnimplementedError": 12,
    "InternalError": 13,
    "UnavailableError": 14,
    "DataLossError": 15,
    "UnauthenticatedError": 16,
}


@pytest.mark.parametrize("name", CODES)
def test_errors_have_codes_and_take_what_tensorflows_take(name):
    kind = getattr(tf.errors, name)
    for error in (kind("oh"), kind(None, None, "oh"), kind(node_def=None, op=None, message="oh")):
        assert isinstance(error, tf.errors.OpError)
        assert (str(error), error.message, error.error_code) == ("oh", "oh", CODES[name])
        assert error.op is None
        assert error.node_def is None
        assert error.experimental_payloads == {}
    constant = name.removesuffix("Error")
    words = "".join("_" + c if c.isupper() else c.upper() for c in constant).lstrip("_")
    assert getattr(tf.errors, words) == CODES[name]
    assert tf.errors.OpError(None, None, "oh", CODES[name]).error_code == CODES[name]


@pytest.mark.parametrize(
    ("kind", "python"),
    [
        (errors.AlreadyExistsError, FileExistsError),
        (errors.DeadlineExceededError, TimeoutError),
        (errors.InvalidArgumentError, ValueError),
        (errors.NotFoundError, FileNotFoundError),
        (errors.OperatorNotAllowedInGraphError, TypeError),
        (errors.OutOfRangeError, IndexError),
        (errors.PermissionDeniedError, PermissionError),
        (errors.ResourceExhaustedError, MemoryError),
        (errors.UnimplementedError, NotImplementedError),
    ],
)
def test_errors_are_pythons_too(kind, python):
    assert issubclass(kind, python)


# tf.test.


def test_what_the_build_can_do():
    assert not tf.test.is_gpu_available()
    assert tf.test.gpu_device_name() == ""
    assert not tf.test.is_built_with_cuda()
    assert not tf.test.is_built_with_gpu_support()
    assert tf.test.is_cpu_target_available("x86") != tf.test.is_cpu_target_available("aarch64")


def test_compute_gradient():
    x, w = tf.constant([[1.0, 2.0]]), tf.constant([[3.0], [4.0]])
    by_rules, by_differences = tf.test.compute_gradient(tf.matmul, [x, w])
    np.testing.assert_array_equal(by_rules[0], [[3.0, 4.0]])
    np.testing.assert_array_equal(by_rules[1], [[1.0, 2.0]])
    for one, other in zip(by_rules, by_differences):
        np.testing.assert_allclose(one, other, 1e-3)
    with pytest.raises(ValueError, match="list"):
        tf.test.compute_gradient(tf.square, x)


HOLDS = [
    lambda t: t.assertAllClose(tf.constant([1.0, np.nan]), [1.0 + 1e-7, np.nan]),
    lambda t: t.assertAllClose({"a": tf.constant(1.0), "b": [2.0]}, {"a": 1.0, "b": [2.0]}),
    lambda t: t.assertAllClose([tf.constant(1.0), tf.constant([2.0])], [1.0, [2.0]]),
    lambda t: t.assertAllEqual(tf.constant(["a", "b"]), ["a", b"b"]),
    lambda t: t.assertAllEqual(tf.constant([1, 2]), [1, 2]),
    lambda t: t.assertNotAllClose([1.0], [2.0]),
    lambda t: t.assertNotAllEqual([1], [2]),
    lambda t: t.assertAllGreater([1, 2], 0),
    lambda t: t.assertAllInRange([1, 2], 1, 2),
    lambda t: t.assertAllInSet([1, 2], {1, 2, 3}),
    lambda t: t.assertShapeEqual(np.zeros([2, 3]), tf.zeros([2, 3])),
    lambda t: t.assertNear(1.0, 1.1, 0.2),
    lambda t: t.assertDTypeEqual(tf.constant(1.0), tf.float32),
    lambda t: t.assertLen([1, 2], 2),
]
FAILS = [
    lambda t: t.assertAllClose(tf.constant([1.0, 2.0]), [1.0, 2.1]),
    lambda t: t.assertAllClose([1.0], [[1.0]]),
    lambda t: t.assertAllClose({"a": 1.0}, {"b": 1.0}),
    lambda t: t.assertAllEqual(tf.constant(["a"]), ["b"]),
    lambda t: t.assertNotAllClose([1.0], [1.0]),
    lambda t: t.assertNotAllEqual([1], [1]),
    lambda t: t.assertAllLess([1, 2], 2),
    lambda t: t.assertAllInRange([1, 2], 1, 2, open_upper_bound=True),
    lambda t: t.assertAllInSet([1, 4], {1, 2, 3}),
    lambda t: t.assertArrayNear([1.0], [2.0], 0.5),
    lambda t: t.assertEmpty([1]),
]


@pytest.mark.parametrize("check", HOLDS)
def test_checks_that_hold(check):
    check(tf.test.TestCase())


@pytest.mark.parametrize("check", FAILS)
def test_checks_that_fail(check):
    with pytest.raises(AssertionError, match=r".+"):
        check(tf.test.TestCase())


def test_a_test_case_runs(tmp_path):
    script = tmp_path / "case.py"
    script.write_text(
        "import glassbrook as tf\n"
        "class Case(tf.test.TestCase):\n"
        "    def test_sum(self):\n"
        "        self.assertAllClose(tf.reduce_sum([1.0, 2.0]), 3.0)\n"
        "        self.assertAllEqual(self.evaluate(tf.constant([1])), [1])\n"
        "        with self.assertRaisesOpError('shape'):\n"
        "            tf.zeros([2]) + tf.zeros([3])\n"
        "tf.test.main()\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Ran 1 test" in done.stderr


# Strategies.

STRATEGIES = {
    "default": lambda: tf.distribute.get_strategy(),
    "mirrored": lambda: tf.distribute.MirroredStrategy(),
    "one device": lambda: tf.distribute.OneDeviceStrategy("/cpu:0"),
    "workers": lambda: tf.distribute.MultiWorkerMirroredStrategy(),
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_one_replica(name):
    strategy = STRATEGIES[name]()
    assert strategy.num_replicas_in_sync == 1
    assert not tf.distribute.has_strategy()
    with strategy.scope():
        assert tf.distribute.get_strategy() is strategy
        assert tf.distribute.in_cross_replica_context()
        assert tf.distribute.get_replica_context() is None
        v = tf.Variable(2.0)

    def step(x, scale=1.0):
        context = tf.distribute.get_replica_context()
        assert not tf.distribute.in_cross_replica_context()
        return context.all_reduce("sum", v * x * scale)

    result = strategy.run(step, args=(tf.constant([1.0, 3.0]),), kwargs={"scale": 10.0})
    np.testing.assert_array_equal(result.numpy(), [20.0, 60.0])
    assert strategy.experimental_local_results(result) == (result,)
    assert strategy.reduce("SUM", result, axis=None) is result
    mean = strategy.reduce(tf.distribute.ReduceOp.MEAN, result, axis=0)
    assert float(mean) == 40.0
    assert not tf.distribute.has_strategy()


def test_datasets_of_a_strategy():
    strategy = tf.distribute.MirroredStrategy()
    dataset = tf.data.Dataset.range(4).batch(2)
    batches = list(strategy.experimental_distribute_dataset(dataset))
    assert [each.numpy().tolist() for each in batches] == [[0, 1], [2, 3]]
    made = strategy.distribute_datasets_from_function(
        lambda context: dataset.batch(context.get_per_replica_batch_size(2))
    )
    assert len(list(made)) == 1


def test_training_under_a_strategy():
    with tf.distribute.MirroredStrategy().scope():
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.compile("sgd", "mse")
    history = model.fit(np.ones([8, 2]), np.ones([8, 1]), epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2


def test_clusters_are_refused(monkeypatch):
    with pytest.raises(NotImplementedError, match="one, the CPU"):
        tf.distribute.MirroredStrategy(["GPU:0", "GPU:1"])
    with pytest.raises(ValueError, match="no TPU"):
        tf.distribute.cluster_resolver.TPUClusterResolver()
    with pytest.raises(ValueError, match="SUM"):
        tf.distribute.get_strategy().reduce("MAX", tf.constant(1.0), axis=None)
    monkeypatch.setenv("TF_CONFIG", "{}")
    with pytest.raises(NotImplementedError, match="one machine"):
        tf.distribute.MultiWorkerMirroredStrategy()


def test_scopes_belong_to_a_thread():
    seen = []
    with tf.distribute.MirroredStrategy().scope():
        thread = threading.Thread(target=lambda: seen.append(tf.distribute.has_strategy()))
        thread.start()
        thread.join()
    assert seen == [False]


# Names of TensorFlow 1, and what is refused.


def test_what_old_scripts_call_first():
    v1 = tf.compat.v1
    v1.enable_eager_execution()
    v1.enable_v2_behavior()
    v1.logging.set_verbosity(v1.logging.ERROR)
    assert logging.getLogger("glassbrook").level == logging.ERROR
    config = v1.ConfigProto(allow_soft_placement=True)
    config.gpu_options.allow_growth = True
    with v1.Session(config=config) as session:
        session.run(v1.global_variables_initializer())
        with pytest.raises(NotImplementedError, match="numpy"):
            session.run(tf.constant(1.0))
    v1.set_random_seed(3)
    first = float(tf.random.uniform([]))
    tf.random.set_seed(3)
    assert float(tf.random.uniform([])) == first
    assert v1.to_float(3).dtype == tf.float32
    assert v1.keras is tf.keras
    assert tf.compat.v2 is tf
    tf.get_logger().setLevel("WARNING")


@pytest.mark.parametrize("name", ["placeholder", "disable_v2_behavior", "get_variable"])
def test_what_belongs_to_tensorflow_1(name):
    with pytest.raises(NotImplementedError, match=name):
        getattr(tf.compat.v1, name)()


def test_text_of_either_kind():
    assert tf.compat.as_bytes("é") == "é".encode()
    assert tf.compat.as_text(b"abc") == "abc"
    assert tf.compat.as_str_any(3) == "3"
    with pytest.raises(TypeError, match="string"):
        tf.compat.as_bytes(3)


def test_saved_models_are_refused(tmp_path):
    with pytest.raises(NotImplementedError, match=r"model\.save"):
        tf.saved_model.save(tf.Module(), tmp_path)
    with pytest.raises(NotImplementedError, match="load_weights"):
        tf.saved_model.load(tmp_path)
    assert not tf.saved_model.contains_saved_model(tmp_path)
    (tmp_path / "saved_model.pb").touch()
    assert tf.saved_model.contains_saved_model(tmp_path)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("complex64", "complex"), ("bfloat16", "float16"), ("qint8", "int8"), ("nothing", "spelt")],
)
def test_names_that_do_not_exist_say_why(name, reason):
    with pytest.raises(AttributeError, match=reason):
        getattr(tf, name)
    with pytest.raises(AttributeError, match="numpy.fft"):
        _ = tf.signal.rfft


def test_every_public_name_is_there():
    for name in tf.__all__:
        assert getattr(tf, name, None) is not None or name == "newaxis", name
    for module in (tf.nn, tf.math, tf.linalg, tf.strings, tf.config, tf.compat, tf.sparse):
        for name in module.__all__:
            assert hasattr(module, name), name


# Debugging.


@pytest.fixture
def checked():
    engine = tf.config.engine
    tf.debugging.enable_check_numerics()
    yield
    tf.debugging.disable_check_numerics()
    assert tf.config.engine == engine


@pytest.mark.usefixtures("checked")
def test_numerics_are_checked():
    assert float(tf.math.log(2.0)) > 0
    with pytest.raises(tf.errors.InvalidArgumentError, match="log: detected NaN"):
        tf.math.log(-1.0).numpy()

    @tf.function
    def divide(x):
        return 1.0 / x

    with pytest.raises(tf.errors.InvalidArgumentError, match="detected NaN or infinity"):
        divide(tf.constant(0.0)).numpy()


def test_numerics_are_checked_on_request_only():
    assert np.isnan(tf.math.log(-1.0).numpy())


def test_more_checks():
    tf.debugging.assert_proper_iterable([1, 2])
    for value in (tf.constant([1]), "ab", 3, np.zeros(2)):
        with pytest.raises(TypeError, match="list"):
            tf.debugging.assert_proper_iterable(value)
    same = tf.debugging.assert_same_float_dtype
    assert same([tf.constant(1.0), None], tf.float32) is tf.float32
    assert same() is tf.float32
    with pytest.raises(ValueError, match="float64"):
        same([tf.constant(1.0, tf.float64), tf.constant(1.0)])
    with pytest.raises(ValueError, match="floating"):
        same([tf.constant(1)])


def test_a_profile_is_accepted():
    with tf.profiler.experimental.Profile("logs"), tf.profiler.experimental.Trace("step"):
        assert float(tf.constant(1.0)) == 1.0
    assert not Path("logs").exists()


def test_code_is_shown_as_it_is():
    assert "return x + 1" in tf.autograph.to_code(plus_one)


def plus_one(x):
    return x + 1
