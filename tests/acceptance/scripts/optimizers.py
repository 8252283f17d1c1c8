import tensorflow as tf

O = tf.keras.optimizers


def run(o, n=10):
    v = tf.Variable([1.0, -2.0, 3.0])
    w = tf.Variable([[0.5]])
    for i in range(n):
        with tf.GradientTape() as t:
            l = tf.reduce_sum(v**2) + tf.reduce_sum(w * v)
        g = t.gradient(l, [v, w])
        o.apply_gradients(zip(g, [v, w]))
    return v.numpy().round(5), w.numpy().round(5).ravel()


for name, o in [
    ("sgd", O.SGD(0.1)),
    ("mom", O.SGD(learning_rate=0.1, momentum=0.9)),
    ("nest", O.SGD(0.1, momentum=0.9, nesterov=True)),
    ("adam", O.Adam(0.1)),
    ("ams", O.Adam(0.1, amsgrad=True)),
    ("rms", O.RMSprop(0.1)),
    ("rmsc", O.RMSprop(0.1, rho=0.8, momentum=0.5, centered=True)),
    ("adagrad", O.Adagrad(0.1)),
    ("adadelta", O.Adadelta(1.0)),
    ("adamax", O.Adamax(0.1)),
    ("nadam", O.Nadam(0.1)),
    ("clipn", O.SGD(0.1, clipnorm=0.5)),
    ("clipv", O.SGD(0.1, clipvalue=0.3)),
    ("gcn", O.Adam(0.1, global_clipnorm=1.0)),
    ("wd", O.SGD(0.1, weight_decay=0.1)),
    ("adamw", O.AdamW(0.1)),
    ("ema", O.SGD(0.1, use_ema=True, ema_momentum=0.5)),
]:
    print(name, *run(o), int(o.iterations))
o = O.Adam()
print(
    round(o.get_config()["learning_rate"], 6),
    o.get_config()["name"],
    o.name,
    float(o.learning_rate),
)
v = tf.Variable(1.0)
try:
    o.apply_gradients([(None, v)])
    print("no error")
except ValueError:
    print("ValueError")
o2 = O.Adam.from_config(o.get_config())
print(type(o2).__name__)
