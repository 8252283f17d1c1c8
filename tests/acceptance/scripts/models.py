import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

m = keras.Sequential(name="outer")
m.add(keras.Input(shape=(4,)))
inner = keras.Sequential(
    [layers.Dense(3, activation="relu", name="a"), layers.Dense(2, name="b")], name="inner"
)
m.add(inner)
m.add(layers.Dense(1, name="c"))
print(
    [l.name for l in m.layers],
    len(m.trainable_variables),
    m.get_layer("inner").get_layer("a").units,
    m.count_params(),
)
inner.trainable = False
print(len(m.trainable_variables), len(m.non_trainable_variables))
m.compile("sgd", "mse")
m.set_weights([np.full(w.shape, 0.1) for w in m.get_weights()])
w0 = m.get_weights()
x = np.ones((8, 4), "float32")
m.fit(x, np.full(8, 9.0), epochs=1, verbose=0)
w1 = m.get_weights()
print([bool(np.array_equal(a, b)) for a, b in zip(w0, w1)])
n = keras.Sequential([layers.Dense(3), layers.Dense(2)])
n.build(input_shape=(None, 5))
n.summary()
print(n.input_shape, n.output_shape, [w.shape for w in n.get_weights()])
print(n(np.ones((2, 5), "float64")).dtype, n.predict(np.arange(10).reshape(2, 5), verbose=0).dtype)
f = layers.Flatten()
print(f(tf.ones((2, 3, 4))).shape, f(tf.ones((2,))).shape, f(tf.ones((0, 3, 2))).shape)
d = layers.Dense(
    2, use_bias=False, kernel_initializer=tf.keras.initializers.RandomNormal(stddev=0.1)
)
print(d(tf.ones((3, 4, 5))).shape, len(d.weights), d.bias)
print(
    layers.Activation("softmax")(tf.constant([[1.0, 1.0]])).numpy(),
    layers.Activation(tf.nn.relu)(tf.constant([-1.0, 1.0])).numpy(),
    0,
)
y = np.array([0, 1, 1, 0, 1, 0, 0, 1])
s = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")
print(s(y[:2], np.array([[1.0, 2.0], [3.0, 4.0]], "float32")).numpy().round(4))
b = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)
print(
    round(float(b(np.array([[0.0], [1.0]]), np.array([[-1.0], [2.0]]))), 5),
    round(
        float(
            b(
                np.array([[0.0], [1.0]]),
                np.array([[-1.0], [2.0]]),
                sample_weight=np.array([1.0, 3.0]),
            )
        ),
        5,
    ),
)
ce = keras.losses.CategoricalCrossentropy(label_smoothing=0.2)
print(round(float(ce(np.array([[0.0, 1.0]]), np.array([[0.3, 0.7]]))), 5))
print(
    float(
        keras.losses.MeanSquaredError(reduction="sum")(
            np.array([[1.0, 2.0]]), np.array([[3.0, 5.0]])
        )
    ),
    float(keras.losses.Huber()(np.zeros(2), np.array([0.5, 3.0]))),
    float(keras.losses.Hinge()(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))),
    float(keras.losses.CosineSimilarity()(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]))),
)
bm = keras.Sequential(
    [layers.Input((2,)), layers.Dense(1, activation="sigmoid", kernel_initializer="ones")]
)
bm.compile(
    "adam",
    "binary_crossentropy",
    metrics=["accuracy", keras.metrics.Precision(name="p"), keras.metrics.Recall(name="r"), "mse"],
)
print(
    {
        k: round(float(v), 4)
        for k, v in bm.evaluate(
            np.random.RandomState(0).randn(20, 2), np.arange(20) % 2, verbose=0, return_dict=True
        ).items()
    }
)
c = keras.metrics.CategoricalAccuracy()
c.update_state(
    np.array([[0, 1], [1, 0]]), np.array([[0.2, 0.8], [0.4, 0.6]]), sample_weight=np.array([1, 3])
)
print(c.result().numpy(), c.name, c.count.numpy())
sc = keras.metrics.SparseCategoricalAccuracy()
sc(np.array([[1], [0]]), np.array([[0.2, 0.8], [0.4, 0.6]]))
sc(np.array([1]), np.array([[0.1, 0.9]]))
print(float(sc.result()))
sc.reset_state()
print(float(sc.result()))
ba = keras.metrics.BinaryAccuracy(threshold=0.6)
print(float(ba(np.array([1, 1, 0]), np.array([0.55, 0.7, 0.2]))))
print(
    float(keras.metrics.sparse_categorical_accuracy(tf.constant([1]), tf.constant([[0.1, 0.9]]))[0])
)
p = bm.predict(np.ones((70, 2)), batch_size=32, verbose=0)
print(p.shape, np.unique(p.round(3)))
print(
    m.to_json()[:1],
    type(m.get_config()),
    keras.Sequential.from_config(n.get_config()).layers[0].units,
)


class Residual(layers.Layer):
    def __init__(self, k, **kw):
        super().__init__(**kw)
        self.fc = [layers.Dense(3, activation="tanh") for _ in range(k)]

    def call(self, x):
        h = x
        for l in self.fc:
            h = l(h)
        return x + h


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="mynet")
        self.r = Residual(2)
        self.o = layers.Dense(1)

    def call(self, x):
        return self.o(self.r(x))


net = Net()
net.compile(keras.optimizers.SGD(0.05), "mse")
h = net.fit(np.ones((8, 3)), np.ones((8, 1)), epochs=5, verbose=0)
print(
    len(net.weights), h.history["loss"][-1] <= h.history["loss"][0] + 1, net.name, len(net.layers)
)
