"""Models made of placeholders: branches, shared layers, models of models, several outputs."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)


def with_numbers(model):
    numbers = np.random.default_rng(1)
    model.set_weights(
        [numbers.normal(0, 0.2, w.shape).astype("float32") for w in model.get_weights()]
    )
    return model


# A chain, written as a graph.
inputs = keras.Input(shape=(20,), name="features")
hidden = layers.Dense(16, activation="relu")(inputs)
hidden = layers.Dense(16, activation="relu")(hidden)
outputs = layers.Dense(3, name="scores")(hidden)
model = keras.Model(inputs=inputs, outputs=outputs, name="chain")
model.summary()
print(inputs.shape, inputs.dtype, outputs.shape)

# Images to codes and back; both halves are models of their own.
image = keras.Input(shape=(12, 12, 1), name="image")
x = layers.Conv2D(4, 3, activation="relu")(image)
x = layers.MaxPooling2D(2)(x)
code = layers.GlobalAveragePooling2D()(x)
encoder = keras.Model(image, code, name="encoder")
code_input = keras.Input(shape=(4,), name="code")
x = layers.Dense(9)(code_input)
x = layers.Reshape((3, 3, 1))(x)
x = layers.Conv2DTranspose(4, 3, activation="relu")(x)
x = layers.UpSampling2D(2)(x)
decoder = keras.Model(code_input, layers.Conv2DTranspose(1, 3)(x), name="decoder")
both_in = keras.Input(shape=(12, 12, 1), name="image")
both = with_numbers(keras.Model(both_in, decoder(encoder(both_in)), name="autoencoder"))
both.summary(expand_nested=True)
print(both(rng.normal(size=(2, 12, 12, 1)).astype("float32"))[0, :2, :2, 0].numpy())

# Residual connections.
inputs = keras.Input(shape=(8, 8, 3), name="img")
x = layers.Conv2D(6, 3, activation="relu")(inputs)
block_1 = layers.MaxPooling2D(2)(x)
x = layers.Conv2D(6, 3, activation="relu", padding="same")(block_1)
block_2 = layers.add([x, block_1])
x = layers.GlobalAveragePooling2D()(block_2)
x = layers.Dropout(0.5)(layers.Dense(5, activation="relu")(x))
residual = with_numbers(keras.Model(inputs, layers.Dense(2)(x), name="residual"))
residual.summary()
images = rng.normal(size=(32, 8, 8, 3)).astype("float32")
print(residual.predict(images[:2], verbose=0))

# Several inputs and outputs: texts, with zeros at their ends, and tags.
text = keras.Input(shape=(None,), name="text")
tags = keras.Input(shape=(4,), name="tags")
read = layers.LSTM(3)(layers.Embedding(20, 5, mask_zero=True)(text))
joined = layers.concatenate([read, tags])
urgent = layers.Dense(1, name="urgent")(joined)
topic = layers.Dense(3, name="topic")(joined)
tickets = with_numbers(keras.Model([text, tags], {"urgent": urgent, "topic": topic}))
tickets.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss={
        "urgent": keras.losses.BinaryCrossentropy(from_logits=True),
        "topic": keras.losses.CategoricalCrossentropy(from_logits=True),
    },
    loss_weights={"urgent": 1.0, "topic": 0.2},
    metrics={"topic": ["accuracy"]},
)
texts = rng.integers(1, 20, size=(16, 6))
texts[:, 4:] = 0
data = {"text": texts, "tags": rng.normal(size=(16, 4)).astype("float32")}
labels = {
    "urgent": rng.integers(0, 2, size=(16, 1)),
    "topic": np.eye(3, dtype="float32")[rng.integers(0, 3, 16)],
}
history = tickets.fit(data, labels, epochs=2, batch_size=8, shuffle=False, verbose=0)
for name in sorted(history.history):
    print(name, np.round(history.history[name], 4))
tickets.summary()

# A layer that is used twice, and what is within a model.
shared = layers.Dense(4, name="shared")
first, second = keras.Input((3,), name="first"), keras.Input((3,), name="second")
near = layers.Dot(axes=1, normalize=True)([shared(first), shared(second)])
pairs = with_numbers(keras.Model([first, second], near))
a, b = rng.normal(size=(2, 5, 3)).astype("float32")
print(pairs([a, b]).numpy()[:, 0], pairs.count_params())
features = keras.Model(model.inputs, [layer.output for layer in model.layers])
print([each.shape for each in features(np.ones((2, 20), "float32"))])


# A layer of one's own, and the model from its description.
@keras.utils.register_keras_serializable(package="script")
class Scale(layers.Layer):
    def __init__(self, factor=2.0, **options):
        super().__init__(**options)
        self.factor = factor

    def build(self, input_shape):
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="bias")

    def call(self, inputs):
        return inputs * self.factor + self.bias

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


inputs = keras.Input((4,))
scaled = keras.Model(inputs, Scale(3.0)(inputs) - inputs * 0.5)
again = keras.Model.from_config(scaled.get_config())
print(again(tf.ones((1, 4))).numpy(), [layer.name for layer in again.layers])
