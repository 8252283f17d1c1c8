"""Images in folders: as a data set, and through ImageDataGenerator."""

import os
import tempfile

import numpy as np
from tensorflow import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator, img_to_array, load_img

folder = tempfile.mkdtemp()
for number, name in enumerate(["circles", "squares"]):
    os.makedirs(os.path.join(folder, name))
    for place in range(5):
        pixels = np.full((8, 8, 3), 40 * number + 5 * place, dtype="uint8")
        keras.utils.save_img(os.path.join(folder, name, f"{place}.png"), pixels, scale=False)

train, held_out = keras.utils.image_dataset_from_directory(
    folder, image_size=(4, 4), batch_size=4, validation_split=0.2, subset="both", seed=1
)
print(train.class_names, len(train.file_paths), len(held_out.file_paths))
print(train.element_spec)
images = keras.utils.image_dataset_from_directory(
    folder, image_size=(4, 4), batch_size=3, shuffle=False, label_mode="categorical"
)
for batch, labels in images:
    print(batch.shape, batch.numpy().mean(axis=(1, 2, 3)), labels.numpy().argmax(axis=1))

picture = load_img(os.path.join(folder, "squares", "2.png"), target_size=(2, 2))
print(picture.size, img_to_array(picture)[0, 0])

generator = ImageDataGenerator(
    rescale=1.0 / 255,
    rotation_range=20,
    width_shift_range=0.1,
    zoom_range=0.2,
    horizontal_flip=True,
    fill_mode="nearest",
    validation_split=0.2,
)
flow = generator.flow_from_directory(
    folder, target_size=(6, 6), batch_size=4, class_mode="binary", subset="training", seed=3
)
print(flow.class_indices, flow.samples, len(flow))
batch, labels = next(flow)
print(batch.shape, batch.mean(axis=(1, 2, 3)).round(4), labels)

model = keras.Sequential(
    [keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid", kernel_initializer="zeros")]
)
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(flow, epochs=1, verbose=0)
print(sorted(history.history))

pixels = np.random.RandomState(0).uniform(0, 255, (6, 5, 5, 3))
np.random.seed(2)
for batch in ImageDataGenerator(rotation_range=40).flow(pixels, batch_size=3, shuffle=False):
    print(batch.mean().round(2), batch.std().round(2))
    break
