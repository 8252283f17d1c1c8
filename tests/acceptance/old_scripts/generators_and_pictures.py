import numpy as np
from tensorflow.keras import backend as K
from tensorflow.keras.callbacks import ModelCheckpoint, ReduceLROnPlateau
from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Activation
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.optimizers import SGD
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from tensorflow.keras.utils import to_categorical

np.random.seed(0)
if K.image_data_format() == "channels_first":
    input_shape = (1, 8, 8)
else:
    input_shape = (8, 8, 1)
x = np.random.rand(48, *input_shape)
labels = (x[:, :4].mean(axis=(1, 2, 3)) > x[:, 4:].mean(axis=(1, 2, 3))).astype(int)
y = to_categorical(labels, num_classes=2)

model = Sequential()
model.add(Conv2D(4, (3, 3), padding="same", input_shape=input_shape))
model.add(Activation("relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(2))
model.add(Activation("softmax"))
sgd = SGD(lr=0.05, decay=1e-4, momentum=0.9, nesterov=True)
model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])

generator = ImageDataGenerator(horizontal_flip=True, width_shift_range=0.1)
generator.fit(x)
history = model.fit_generator(
    generator.flow(x, y, batch_size=16),
    steps_per_epoch=3,
    epochs=2,
    validation_data=(x, y),
    callbacks=[
        ModelCheckpoint("model.h5", monitor="val_loss", period=1),
        ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1, min_lr=1e-5),
    ],
    verbose=0,
)
assert len(history.history["val_accuracy"]) == 2
loaded = load_model("model.h5")
np.testing.assert_allclose(loaded.predict(x), model.predict(x), rtol=1e-5, atol=1e-6)
loss, accuracy = model.evaluate_generator(generator.flow(x, y, batch_size=16), steps=3)
assert np.isfinite(loss) and 0 <= accuracy <= 1
K.set_value(model.optimizer.lr, 0.01)
assert abs(float(K.get_value(model.optimizer.lr)) - 0.01) < 1e-8
