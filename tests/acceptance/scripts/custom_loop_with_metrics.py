import numpy as np
import tensorflow as tf

rng = np.random.RandomState(0)
x = rng.randn(120, 6).astype("float32")
y = rng.randint(0, 4, 120)
ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)
val = ds.take(2)
model = tf.keras.Sequential(
    [tf.keras.layers.Dense(12, activation=tf.nn.leaky_relu), tf.keras.layers.Dense(4)]
)
model.build((None, 6))
model.set_weights([rng.randn(*w.shape) * 0.3 for w in model.get_weights()])
opt = tf.keras.optimizers.Adam(learning_rate=1e-2)
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
acc = tf.keras.metrics.SparseCategoricalAccuracy()
mean = tf.keras.metrics.Mean()
vacc = tf.keras.metrics.SparseCategoricalAccuracy()
for epoch in range(3):
    for step, (xb, yb) in enumerate(ds):
        with tf.GradientTape() as tape:
            logits = model(xb, training=True)
            loss = loss_fn(yb, logits)
        grads = tape.gradient(loss, model.trainable_weights)
        grads, gn = tf.clip_by_global_norm(grads, 1.0)
        opt.apply_gradients(zip(grads, model.trainable_weights))
        acc.update_state(yb, logits)
        mean.update_state(loss)
    for xb, yb in val:
        vacc.update_state(yb, model(xb, training=False))
    print(
        "Epoch %d loss %.4f acc %.4f val %.4f"
        % (epoch, mean.result(), acc.result(), float(vacc.result()))
    )
    for met in (acc, mean, vacc):
        met.reset_state()
print(int(opt.iterations), [v.shape for v in opt.variables][:3], float(gn) > 0)
template = "Epoch {}, Loss: {:.3f}, Accuracy: {:.2f}"
print(template.format(1, mean.result(), acc.result() * 100))
