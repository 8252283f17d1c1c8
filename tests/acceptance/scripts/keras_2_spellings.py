import numpy as np
import tensorflow as tf
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Dropout, Activation, Flatten, Input
from tensorflow.keras.utils import to_categorical
from tensorflow.keras import backend as K

print(to_categorical([0, 2, 1]).tolist(), to_categorical(np.array([[1], [0]]), num_classes=3).shape)
m = Sequential(name="net")
m.add(Flatten(input_shape=(2, 3)))
m.add(Dense(units=4, kernel_initializer="he_normal", bias_initializer="zeros", use_bias=True))
m.add(Activation("relu"))
m.add(Dropout(rate=0.2))
m.add(Dense(3, activation=tf.nn.softmax, kernel_initializer="random_uniform"))
m.compile(
    loss=tf.keras.losses.categorical_crossentropy,
    optimizer=tf.optimizers.Adam(0.01),
    metrics=["acc"],
)
x = np.random.RandomState(0).rand(20, 2, 3)
y = to_categorical(np.arange(20) % 3)
h = m.fit(x, y, epochs=2, batch_size=5, verbose=0, validation_data=(x, y))
print(sorted(h.history))
print(m.name, len(m.layers))
m.pop()
print(len(m.layers))
print(
    np.round(
        tf.losses.categorical_crossentropy(
            tf.constant([[0.0, 1.0]]), tf.constant([[0.3, 0.7]])
        ).numpy(),
        4,
    ),
    tf.losses.MeanSquaredError()([1.0, 2.0], [2.0, 4.0]).numpy(),
    tf.keras.losses.MSE([1.0, 2.0], [2.0, 4.0]).numpy(),
    tf.losses.MAE([1.0], [3.0]).numpy(),
    tf.losses.sparse_categorical_crossentropy(tf.constant([1]), tf.constant([[0.3, 0.7]]))
    .numpy()
    .round(4),
    tf.losses.binary_crossentropy([[1.0]], [[0.7]]).numpy().round(4),
    tf.losses.KLDivergence()([[0.4, 0.6]], [[0.5, 0.5]]).numpy().round(4),
    tf.losses.get("mse")([1.0], [2.0]).numpy(),
)
print(
    tf.metrics.Accuracy()([1, 2], [1, 3]).numpy(),
    tf.metrics.Mean()([1.0, 3.0]).numpy(),
    tf.initializers.GlorotNormal().__class__.__name__,
    tf.optimizers.SGD(0.1).learning_rate.numpy(),
)
print(K.epsilon(), K.floatx(), K.image_data_format())
K.clear_session()
a = tf.keras.metrics.MeanSquaredError()
a.update_state([1.0], [2.0])
print(a.result().numpy())
a.reset_state()
print(a.result().numpy())
mean = tf.keras.metrics.Mean("train_loss", dtype=tf.float32)
mean(3.0)
mean(5.0)
print(mean.result().numpy(), float(mean.result()), mean.name)
print(
    tf.keras.activations.get("relu")([-1.0, 2.0]).numpy(),
    tf.keras.optimizers.get("adam").__class__.__name__,
)
i = Input(shape=(3,))
print(i.shape)
