"""The rest of TensorFlow's own namespace: modules, devices, tables, sparse tensors, signals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.parity.support import Case, Fails, add_to, failures, rows, values

SHARED = {
    "S": lambda tf: tf.sparse,
    "sp": lambda tf: tf.SparseTensor([[0, 1], [1, 0], [1, 2]], [1.0, 2.0, 3.0], [2, 3]),
    "s": lambda tf: tf.signal,
    "x": lambda tf: tf.constant([1.0, 2.0, 3.0]),
    "table": lambda tf: tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), -1
    ),
    "parts": lambda tf: lambda x: [x.indices, x.values, x.dense_shape],
    "TA": lambda tf: lambda size, **options: tf.TensorArray(tf.float32, size, **options),
    "dist": lambda tf: tf.distribute,
    "counted": lambda tf: lambda i, a: (i + 1, a.write(i, tf.cast(i, tf.float32))),
    "words": lambda tf: tf.lookup.KeyValueTensorInitializer(
        ["a", "b"], tf.constant([0, 1], tf.int64)
    ),
    "missing": lambda tf: tf.errors.NotFoundError(None, None, "hey"),
    "e32": lambda tf: tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    "ids": lambda tf: tf.sparse.from_dense([[1, 2], [2, 0]]),
    "steps": lambda tf: tf.math.log(
        [[[0.1, 0.6, 0.3]], [[0.2, 0.5, 0.3]], [[0.1, 0.3, 0.6]], [[0.8, 0.1, 0.1]]]
    ),
    "table4": lambda tf: tf.reshape(tf.cos(tf.range(24.0)), [8, 3]),
    "bias4": lambda tf: tf.cos(tf.range(8.0)),
    "chosen": lambda tf: tf.constant([[1], [3]], tf.int64),
    "drawn": lambda tf: (
        tf.constant([1, 2, 5, 7], tf.int64),
        tf.constant([[0.5], [0.3]]),
        tf.constant([0.5, 0.4, 0.3, 0.2]),
    ),
    "waves": lambda tf: lambda *shape: tf.reshape(tf.sin(tf.range(24.0)), shape),
}

VALUES = r"""
tf.config.list_physical_devices("GPU")
[d.device_type for d in tf.config.list_logical_devices()]
tf.config.get_visible_devices()[0].name
tf.config.threading.get_inter_op_parallelism_threads()
tf.config.get_soft_device_placement()
tf.config.optimizer.get_jit()
tf.config.experimental.get_synchronous_execution()
tf.config.experimental.get_device_policy()
tf.config.functions_run_eagerly()
tf.test.is_gpu_available()
tf.test.gpu_device_name()
tf.test.is_built_with_cuda()
tf.test.compute_gradient(lambda x: x * x, [c([2.0])])[0][0]
repr(tf.DeviceSpec.from_string("/job:w/gpu:0"))
tf.DeviceSpec(job="a", device_type="GPU", device_index=1).to_string()
[getattr(tf.errors, n) for n in dir(tf.errors) if n.isupper() and n[0] != "_"]
[str(missing), missing.message, missing.error_code]
tf.constant_initializer(2.0)([2])
tf.constant_initializer([1, 2])([2])
tf.zeros_initializer()([2])
tf.ones_initializer()([2], tf.int32)
tf.random_normal_initializer().get_config()
[tf.compat.as_bytes("a"), tf.compat.as_text(b"a"), tf.compat.as_str_any(3)]
dist.get_strategy().num_replicas_in_sync
[dist.has_strategy(), dist.in_cross_replica_context(), dist.get_replica_context() is None]
dist.OneDeviceStrategy("/cpu:0").run(lambda x: x + 1, (c(1.0),))
dist.OneDeviceStrategy("/cpu:0").reduce("SUM", c([1.0, 3.0]), axis=0)
dist.OneDeviceStrategy("/cpu:0").reduce(dist.ReduceOp.MEAN, c([1.0, 3.0]), axis=0)
tf.debugging.assert_same_float_dtype([c(1.0)])
parts(sp)
str(sp)
S.to_dense(sp)
S.to_dense(sp, default_value=-1)
parts(S.from_dense([[0, 5], [7, 0]]))
S.sparse_dense_matmul(sp, tf.ones([3, 2]))
S.sparse_dense_matmul(tf.ones([2, 2]), sp)
S.sparse_dense_matmul(sp, tf.ones([2, 2]), adjoint_a=True)
S.to_dense(S.add(sp, sp))
S.add(sp, tf.ones([2, 3]))
S.to_dense(S.concat(0, [sp, sp]))
S.to_dense(S.concat(1, [sp, sp]))
S.reduce_sum(sp)
S.reduce_sum(sp, axis=1, keepdims=True)
S.reduce_max(sp, axis=0)
parts(S.reorder(tf.SparseTensor([[1, 0], [0, 1]], [2.0, 1.0], [2, 2])))
parts(S.reshape(sp, [3, 2]))
parts(S.transpose(sp))
parts(S.slice(sp, [0, 1], [2, 2]))
parts(S.expand_dims(sp, 0))
parts(S.eye(3))
parts(S.retain(sp, [True, False, True]))
parts(S.reset_shape(sp, [3, 4]))
parts(S.maximum(sp, tf.SparseTensor([[0, 0]], [-4.0], [2, 3])))
parts(S.softmax(sp))
parts(S.fill_empty_rows(tf.SparseTensor([[0, 1], [2, 0]], [1, 2], [3, 3]), 9)[0])
[parts(p) for p in S.split(sp, 2, axis=0)]
S.to_indicator(tf.SparseTensor([[0, 0], [1, 0]], [2, 0], [2, 1]), 3)
parts(sp * 2.0)
parts(sp * [[1.0, 2.0, 3.0]])
parts(sp / 2.0)
parts(tf.cast(sp, tf.int32))
parts(S.map_values(tf.square, sp))
S.segment_sum([[1.0], [2.0], [3.0]], [0, 2], [0, 0])
tf.is_tensor(sp)
parts(tf.ragged.constant([[1, 2], [], [3]]).to_sparse())
parts(tf.sets.intersection([[1, 2, 3]], [[2, 3, 4]]))
parts(tf.sets.difference([[1, 2, 3]], [[2, 3, 4]]))
parts(tf.sets.union([[1, 2, 3]], [[2, 3, 4]]))
tf.sets.size(tf.sets.union([[1, 2, 3], [1, 1, 1]], [[2, 3, 4], [5, 5, 5]]))
tf.convert_to_tensor(tf.IndexedSlices(c([[1.0], [2.0]]), c([1, 1]), c([3, 1])))
TA(3).write(0, 1.0).write(2, 3.0).stack()
TA(3, dynamic_size=True).write(3, 1.0).size()
TA(2, element_shape=[2]).stack()
TA(2).unstack([[1.0], [2.0]]).read(1)
TA(2).unstack([[1.0], [2.0]]).concat()
TA(2).unstack([[1.0], [2.0]]).gather([1, 0])
TA(2).scatter([1, 0], [[1.0], [2.0]]).stack()
TA(2).split([1.0, 2.0, 3.0], [1, 2]).read(1)
TA(0, dynamic_size=True).stack()
[TA(2).dtype, TA(2).dynamic_size, TA(2).size()]
tf.while_loop(lambda i, a: i < 3, counted, [0, TA(3)])[1].stack()
table.lookup(c(["a", "c"]))
table[c("a")]
table.size()
table.lookup(tf.ragged.constant([["a"], ["b", "z"]]))
tf.lookup.StaticVocabularyTable(words, 3).lookup(c(["a", "zz", "q"]))
s.hann_window(4)
s.hann_window(5)
s.hamming_window(4, periodic=False)
s.kaiser_window(4)
s.vorbis_window(4)
s.kaiser_bessel_derived_window(4)
s.frame(tf.range(7), 3, 2)
s.frame(tf.range(7), 3, 2, pad_end=True)
s.frame(tf.reshape(tf.range(8), [2, 4]), 2, 2, axis=0)
s.overlap_and_add([[1.0, 2.0], [3.0, 4.0]], 1)
s.dct(x)
s.dct(x, norm="ortho")
s.dct(x, type=1)
s.dct(x, type=3)
s.dct(x, type=3, norm="ortho")
s.dct(x, type=4)
s.idct(x)
s.mdct(tf.range(16.0), 8)
s.mdct(tf.range(14.0), 8, pad_end=True, window_fn=None)
s.inverse_mdct(s.mdct(tf.range(16.0), 8))
s.linear_to_mel_weight_matrix(3, 5, 8000, 100.0, 3000.0)
s.fftshift(tf.range(5))
s.ifftshift(tf.reshape(tf.range(6), [2, 3]), axes=[1])
tf.dtypes.cast(1, tf.float32)
tf.dtypes.saturate_cast(300, tf.uint8)
s.mfccs_from_log_mel_spectrograms([[1.0, 2.0, 3.0]])
tf.edit_distance(S.from_dense([[1, 2, 0]]), S.from_dense([[1, 3, 4]]))
tf.random.log_uniform_candidate_sampler([[1, 2]], 2, 4, True, 10, seed=3)
tf.random.log_uniform_candidate_sampler([[1, 2]], 2, 4, False, 10, seed=3)
tf.random.uniform_candidate_sampler([[1, 2]], 2, 4, True, 10, seed=3)
tf.random.all_candidate_sampler([[1, 2]], 2, 4, True)
tf.nn.nce_loss(table4, bias4, chosen, waves(8, 3)[:2], 4, 8, sampled_values=drawn)
tf.nn.sampled_softmax_loss(table4, bias4, chosen, waves(8, 3)[:2], 4, 8, sampled_values=drawn)
tf.nn.compute_accidental_hits(c([[1, 2], [5, 3]], tf.int64), c([1, 2, 5], tf.int64), 2)
tf.nn.scale_regularization_loss([1.0, 2.0])
tf.nn.compute_average_loss([1.0, 3.0], global_batch_size=4, sample_weight=[1.0, 2.0])
tf.nn.sufficient_statistics(c([[1.0, 2.0], [3.0, 4.0]]), [0])
tf.nn.normalize_moments(c(2.0), c([4.0]), c([10.0]), None)
tf.nn.collapse_repeated([[1, 1, 2, 2, 3]], [5])
parts(tf.nn.ctc_greedy_decoder(steps, [4])[0][0])
tf.nn.ctc_greedy_decoder(steps, [4])[1]
parts(tf.nn.ctc_beam_search_decoder(steps, [4])[0][0])
tf.nn.ctc_beam_search_decoder(steps, [4], top_paths=2)[1]
tf.nn.ctc_loss([[1, 2]], tf.zeros([4, 1, 3]), [2], [4], blank_index=0)
tf.nn.ctc_loss([[1, 1], [2, 0]], waves(4, 2, 3), [2, 1], [4, 3], blank_index=0)
grad(lambda z: tf.nn.ctc_loss([[1, 1]], z, [2], [4], blank_index=0), waves(8, 1, 3)[:4])
tf.nn.embedding_lookup_sparse(e32, ids, None, combiner="mean")
tf.nn.embedding_lookup_sparse(e32, ids, None, combiner="sqrtn")
tf.nn.safe_embedding_lookup_sparse(e32, tf.ragged.constant([[1], [], [2]], tf.int64).to_sparse())
"""

ERRORS = """
tf.Module(name="a b")
tf.device("foo bar").__enter__()
tf.device(3).__enter__()
tf.config.experimental.set_memory_growth(tf.config.list_physical_devices()[0], True)
tf.config.experimental.get_memory_info("GPU:0")
tf.compat.as_bytes(3)
tf.test.compute_gradient(lambda x: x, c(1.0))
S.to_dense(tf.SparseTensor([[0, 3]], [1], [2, 2]))
S.to_dense(tf.SparseTensor([[0, 1], [0, 0]], [1, 2], [2, 2]))
S.to_dense(tf.SparseTensor([[0, 0], [0, 0]], [1, 2], [2, 2]))
tf.matmul(sp, tf.ones([3, 1]))
-sp
sp + sp
TA(3).write(3, 1.0)
TA(2).write(0, [1.0]).write(1, [1.0, 2.0])
TA(2).read(0)
tf.TensorArray(tf.float32)
table.lookup(c([1]))
tf.strings.unsorted_segment_join(["a"], [-1], 1)
tf.saved_model.load("/nowhere")
tf.debugging.assert_proper_iterable(c([1]))
tf.debugging.assert_same_float_dtype([c(1)])
"""

CASES: list[Case | Fails] = [
    *values(VALUES, rtol=1e-5, atol=1e-6, **SHARED),
    *failures(ERRORS, **SHARED),
]


def module_class(tf: Any) -> Any:
    class Block(tf.Module):
        def __init__(self, name: str | None = None) -> None:
            super().__init__(name=name)
            self.z = tf.Variable(1.0, name="z")
            self.parts = [tf.Variable(2.0, name="a0"), {"q": tf.Variable(3.0, trainable=False)}]
            self.sub = tf.Module()
            self.sub.w = tf.Variable(9.0, name="w")

        @tf.Module.with_name_scope
        def __call__(self) -> str:
            self.k = tf.Variable(3.0, name="k")
            return self.k.name

    return Block


@add_to(CASES)
def variables_of_a_module(tf):
    block = module_class(tf)()
    block()
    kinds = (block.variables, block.trainable_variables, block.non_trainable_variables)
    return [[(v.name, float(v)) for v in kind] for kind in kinds], len(block.submodules)


@add_to(CASES)
def names_in_scopes(tf):
    with tf.name_scope("foo"):
        variable, block = tf.Variable(1.0, name="w"), module_class(tf)("bar")
        names = [variable.name, block.name, tf.get_current_name_scope()]
    return [*names, block(), tf.Module().name]


@add_to(CASES)
def a_product_in_forward_direction(tf):
    x = tf.constant([2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.5])) as forward:
        y = tf.sin(x) * x[0]
        with tf.GradientTape() as tape:
            tape.watch(x)
            z = tf.reduce_sum(x**3)
        gradient = tape.gradient(z, x)
    return forward.jvp(y), forward.jvp(gradient), forward.jvp(tf.constant(1.0))


@add_to(CASES)
def scopes_of_strategies(tf):
    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    with strategy.scope():
        inside = tf.distribute.has_strategy(), tf.distribute.in_cross_replica_context()
        replica = tf.distribute.get_replica_context() is None
    return inside, replica, tf.distribute.has_strategy()


@add_to(CASES)
def tables_that_change(tf):
    table = tf.lookup.experimental.MutableHashTable(tf.string, tf.float32, -1.0)
    table.insert(tf.constant(["a", "b"]), tf.constant([1.0, 2.0]))
    table.remove(tf.constant(["b"]))
    return table.lookup(tf.constant(["a", "b"])), table.size(), table.export()


@add_to(CASES)
def kinds_of_errors(tf):
    def twice():
        pairs = tf.lookup.KeyValueTensorInitializer(["a", "a"], [1, 2])
        return tf.lookup.StaticHashTable(pairs, -1)

    return [
        caught(tf.errors.FailedPreconditionError, twice),
        caught(tf.errors.OutOfRangeError, lambda: tf.TensorArray(tf.float32, 1).write(3, 1.0)),
        caught(tf.errors.InvalidArgumentError, lambda: tf.zeros([2]) + tf.zeros([3])),
        caught(tf.errors.OpError, lambda: tf.linalg.inv([[0.0]]).numpy()),
        caught(tf.errors.NotFoundError, lambda: tf.io.read_file("/nowhere").numpy()),
    ]


def caught(kind: type[Exception], run: Any) -> str:
    try:
        run()
    except kind as error:
        return f"code {error.error_code}"
    return "no error"


@add_to(CASES)
def queues(tf):
    queue = tf.queue.FIFOQueue(3, [tf.int32], shapes=[[]])
    queue.enqueue(1)
    queue.enqueue_many([[2, 3]])
    return queue.size(), queue.dequeue(), queue.dequeue_many(2)


@add_to(CASES)
def lists_in_functions(tf):
    @tf.function
    def powers(x):
        array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(3):
            array = array.write(i, x * tf.cast(i, tf.float32))
        return array.stack()

    return powers(tf.constant([1.0, 2.0]))


@add_to(CASES)
def checks_of_a_test_case(tf):
    case = tf.test.TestCase()
    outcomes = []
    for check in (
        lambda: case.assertAllClose(tf.constant([1.0]), [1.0 + 1e-7]),
        lambda: case.assertAllClose(tf.constant([1.0]), [1.1]),
        lambda: case.assertAllEqual(["a"], tf.constant(["a"])),
        lambda: case.assertAllEqual([1], [2]),
        lambda: case.assertAllClose({"a": tf.constant(1.0)}, {"a": 1.0}),
        lambda: case.assertAllInRange([1, 2], 1, 2, open_upper_bound=True),
    ):
        try:
            check()
            outcomes.append(True)
        except AssertionError:
            outcomes.append(False)
    return outcomes


@pytest.mark.filterwarnings("ignore")
@rows("namespace", CASES)
def test_namespace(case: Case | Fails) -> None:
    case.check()
