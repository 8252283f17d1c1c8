"""Texts to padded lists of numbers, and a model that learns from them."""

import numpy as np
from tensorflow import keras
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.preprocessing.text import Tokenizer, text_to_word_sequence
from tensorflow.keras.utils import to_categorical

texts = [
    "The film was good, really good!",
    "A bad film. I left after an hour.",
    "good acting; good story",
    "bad, bad, BAD",
]
labels = np.array([1, 0, 1, 0])

print(text_to_word_sequence(texts[0]))
tokenizer = Tokenizer(num_words=10, oov_token="<OOV>")
tokenizer.fit_on_texts(texts)
print(tokenizer.word_index)
print(tokenizer.document_count, dict(tokenizer.word_counts))
sequences = tokenizer.texts_to_sequences([*texts, "a good unknown word"])
print(sequences)
print(pad_sequences(sequences, maxlen=5))
print(pad_sequences(sequences, padding="post", truncating="post", maxlen=4))
print(tokenizer.texts_to_matrix(texts, mode="count"))
print(tokenizer.texts_to_matrix(texts, mode="tfidf").round(3))
print(tokenizer.sequences_to_texts(sequences[:2]))
again = keras.preprocessing.text.tokenizer_from_json(tokenizer.to_json())
print(again.texts_to_sequences(texts) == tokenizer.texts_to_sequences(texts))
print(to_categorical(labels))

features = tokenizer.texts_to_matrix(texts, mode="binary")
model = keras.Sequential([keras.layers.Dense(2, activation="softmax", kernel_initializer="zeros")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
history = model.fit(features, to_categorical(labels), epochs=20, shuffle=False, verbose=0)
print([round(value, 4) for value in history.history["loss"][::5]])
print(history.history["accuracy"][-1])

series = np.arange(10)
windows = keras.preprocessing.sequence.TimeseriesGenerator(series, series, length=3, batch_size=4)
for batch, target in (windows[i] for i in range(len(windows))):
    print(batch.tolist(), target.tolist())
dataset = keras.utils.timeseries_dataset_from_array(series, series[3:], 3, batch_size=4)
for batch, target in dataset:
    print(batch.numpy().tolist(), target.numpy().tolist())
