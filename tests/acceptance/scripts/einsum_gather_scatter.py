import tensorflow as tf

a = tf.reshape(tf.range(6.0), (2, 3))
b = tf.reshape(tf.range(12.0), (3, 4))
c = tf.reshape(tf.range(24.0), (2, 3, 4))
for e, xs in [
    ("ij,jk->ik", (a, b)),
    ("ij->ji", (a,)),
    ("ij->", (a,)),
    ("ij,ij->i", (a, a)),
    ("bij,bkj->bik", (c, c)),
    ("ii->i", (tf.eye(3),)),
    ("...ij,jk->...ik", (tf.transpose(c, [0, 2, 1]), b)),
    ("i,j->ij", (a[0], b[0])),
    ("ij,jk", (a, b)),
]:
    print(e, tf.einsum(e, *xs).shape, float(tf.reduce_sum(tf.einsum(e, *xs))))
print(
    tf.tensordot(a, b, axes=1).numpy().tolist(),
    tf.tensordot(c, b, axes=[[1, 2], [0, 1]]).numpy(),
    tf.tensordot(a, b, axes=0).shape,
    tf.tensordot(a, a, [[0, 1], [0, 1]]).numpy(),
)
print(
    tf.gather(b, [2, 0]).numpy().tolist(),
    tf.gather(b, [1, 1], axis=1).numpy().tolist(),
    tf.gather(c, [[0, 1], [1, 0]], axis=1, batch_dims=1).shape,
)
print(
    tf.gather_nd(c, [[0, 1], [1, 2]]).numpy().tolist(),
    tf.gather_nd(c, [[[0, 0, 0]], [[1, 2, 3]]]).numpy().tolist(),
)
print(
    tf.scatter_nd([[0], [2], [0]], [1.0, 2.0, 3.0], [4]).numpy(),
    tf.tensor_scatter_nd_update(tf.zeros(4), [[1]], [5.0]).numpy(),
    tf.tensor_scatter_nd_add(tf.ones((2, 2)), [[0, 1]], [5.0]).numpy().tolist(),
)
print(
    tf.boolean_mask(b, [True, False, True]).shape,
    tf.where([True, False, True]).numpy().tolist(),
    tf.where(a > 2, a, -1.0).numpy().tolist(),
)
print(
    [t.shape.as_list() for t in tf.split(b, [1, 3], axis=1)],
    [t.numpy().tolist() for t in tf.unstack(a, axis=1)],
    tf.stack([a, a], axis=-1).shape,
    tf.concat([a, a], 0).shape,
)
print(
    tf.tile(a, [1, 2]).numpy().tolist(),
    tf.pad(a, [[0, 1], [1, 0]], constant_values=9).numpy().tolist(),
    tf.reverse(a, [1]).numpy().tolist(),
    tf.roll(a, 1, 1).numpy().tolist(),
)
x = tf.Variable(b)
with tf.GradientTape() as t:
    y = (
        tf.reduce_sum(tf.gather(x, [0, 0, 2]) ** 2)
        + tf.reduce_sum(tf.gather_nd(x, [[1, 1]]))
        + tf.einsum("ij,kj->", x, x)
    )
g = t.gradient(y, x)
print(tf.convert_to_tensor(g).numpy().tolist())
print(
    c[..., -1].shape,
    c[:, ::-1].numpy()[0, 0].tolist(),
    c[tf.newaxis, 0].shape,
    c[1, 2, 3].numpy(),
    a[:, tf.constant(1)].numpy(),
    b[::2, 1:].numpy().tolist(),
)
print(
    tf.unique([3, 1, 3]).y.numpy(),
    tf.math.bincount([1, 1, 3]).numpy(),
    tf.sort([3, 1, 2], direction="DESCENDING").numpy(),
    tf.argsort([3, 1, 2]).numpy(),
    tf.math.segment_sum([1.0, 2.0, 3.0], [0, 0, 1]).numpy(),
    tf.meshgrid([1, 2], [3, 4, 5])[0].shape,
)
i = tf.Variable(tf.zeros((3, 3)))
with tf.GradientTape() as t:
    o = tf.tensor_scatter_nd_update(i, [[0, 0]], [2.0]) ** 2
    l = tf.reduce_sum(o)
print(tf.convert_to_tensor(t.gradient(l, i)).numpy().tolist())
print(
    tf.nn.embedding_lookup(b, [0, 2]).shape,
    tf.linalg.matmul(a, b).shape,
    tf.linalg.matvec(a, [1.0, 2.0, 3.0]).numpy(),
    tf.linalg.inv([[2.0, 0.0], [0.0, 4.0]]).numpy().tolist(),
    tf.linalg.det([[2.0, 1.0], [0.0, 4.0]]).numpy(),
    tf.linalg.trace(tf.eye(3)).numpy(),
    tf.linalg.band_part(tf.ones((3, 3)), -1, 0).numpy().tolist(),
)
