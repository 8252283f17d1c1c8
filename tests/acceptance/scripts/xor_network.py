import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Activation
from keras.optimizers import SGD

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
Y = np.array([[0], [1], [1], [0]], dtype=np.float32)
model = Sequential()
model.add(Dense(8, input_dim=2))
model.add(Activation("tanh"))
model.add(Dense(1))
model.add(Activation("sigmoid"))
r = np.random.RandomState(0)
model.set_weights([r.randn(2, 8), np.zeros(8), r.randn(8, 1), np.zeros(1)])
model.compile(loss="binary_crossentropy", optimizer=SGD(learning_rate=0.5), metrics=["accuracy"])
model.fit(X, Y, batch_size=1, epochs=100, verbose=0, shuffle=False)
print(model.predict(X, verbose=0).round(2).tolist())
print((model.predict(X, verbose=0) > 0.5).astype(int).ravel())
for layer in model.layers:
    print(layer.name, layer.get_config().get("activation"))
loss, acc = model.evaluate(X, Y, verbose=0)
print(round(loss, 3), acc)
