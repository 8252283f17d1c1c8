import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

tf.random.set_seed(22)
np.random.seed(22)
total_words, max_review_len, embedding_len, batchsz = 50, 12, 8, 20
lengths = np.random.randint(4, 20, 100)
x_train = [np.random.randint(1, total_words, n).tolist() for n in lengths]
y_train = np.array([int(sum(each) / len(each) > 25) for each in x_train])
x_train = keras.preprocessing.sequence.pad_sequences(x_train, maxlen=max_review_len)
db = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(1000)
db = db.batch(batchsz, drop_remainder=True)


class MyRNN(keras.Model):
    def __init__(self, units):
        super(MyRNN, self).__init__()
        self.state0 = [tf.zeros([batchsz, units])]
        self.state1 = [tf.zeros([batchsz, units])]
        self.embedding = layers.Embedding(total_words, embedding_len, input_length=max_review_len)
        self.rnn_cell0 = layers.SimpleRNNCell(units, dropout=0.2)
        self.rnn_cell1 = layers.SimpleRNNCell(units, dropout=0.2)
        self.outlayer = layers.Dense(1)

    def call(self, inputs, training=None):
        x = self.embedding(inputs)
        state0 = self.state0
        state1 = self.state1
        for word in tf.unstack(x, axis=1):
            out0, state0 = self.rnn_cell0(word, state0, training)
            out1, state1 = self.rnn_cell1(out0, state1, training)
        x = self.outlayer(out1)
        return tf.sigmoid(x)


model = MyRNN(16)
model.compile(
    optimizer=keras.optimizers.Adam(0.005),
    loss=tf.losses.BinaryCrossentropy(),
    metrics=["accuracy"],
    experimental_run_tf_function=False,
)
history = model.fit(db, epochs=4, validation_data=db, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
assert model.evaluate(db, verbose=0)[1] > 0.5

stacked = keras.Sequential(
    [
        layers.Embedding(total_words, embedding_len, input_length=max_review_len),
        layers.SimpleRNN(8, dropout=0.5, return_sequences=True, unroll=True),
        layers.LSTM(8, unroll=True),
        layers.Dense(1, activation="sigmoid"),
    ]
)
stacked.compile("adam", "binary_crossentropy", metrics=["acc"])
# Labels of shape (n,) against outputs of shape (n, 1).
history = stacked.fit(x_train, y_train, epochs=1, verbose=0)
assert sorted(history.history) == ["acc", "loss"]
assert stacked.predict(x_train, verbose=0).shape == (100, 1)
