"""Mistakes that beginners make most, each with the error that it gives and how to mend it.

docs/errors.md shows them (`make errors`), and tests/test_errors.py runs them. In a program, `tf` is
Glassbrook and `np` is NumPy.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from glassbrook.errors import (
    DivergedError,
    DTypeError,
    GlassbrookError,
    InvalidArgumentError,
    ModelFileError,
    NotFoundError,
    OutOfRangeError,
    ShapeError,
    StateError,
    UsageError,
)


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes:
        title: the mistake in a few words.
        kind: the class of the error.
        program: a short program that makes it.
        mend: what to do about it, as Markdown.
    """

    title: str
    kind: type[GlassbrookError]
    program: str
    mend: str

    @property
    def source(self) -> str:
        """The program without its indentation."""
        return textwrap.dedent(self.program).strip() + "\n"


MISTAKES = (
    Mistake(
        "Two matrices whose inner sizes differ",
        ShapeError,
        """
        x = tf.ones([32, 784])
        w = tf.Variable(tf.ones([256, 784]))
        x @ w
        """,
        "`[32, 784] @ [784, 256]` is what a layer computes: make the weights as "
        "`[inputs, outputs]`, or write `tf.matmul(x, w, transpose_b=True)`.",
    ),
    Mistake(
        "Whole numbers and fractions in one sum",
        DTypeError,
        """
        count = tf.constant([1, 2, 3])
        count + tf.constant([0.5, 0.5, 0.5])
        """,
        "Write `tf.constant([1.0, 2.0, 3.0])`, or `tf.cast(count, tf.float32)`. Python numbers "
        "take the dtype of the tensor, so `count + 1` works.",
    ),
    Mistake(
        "NumPy's float64 beside float32",
        DTypeError,
        """
        x = tf.constant(np.array([0.1, 0.2]))
        x * tf.constant([2.0, 3.0])
        """,
        "NumPy makes float64, everything else here is float32: `np.array(…, np.float32)` or "
        "`tf.constant(…, tf.float32)`.",
    ),
    Mistake(
        "Two shapes that do not broadcast",
        ShapeError,
        """
        prices = tf.ones([4, 3])
        prices * tf.constant([1.0, 2.0, 3.0, 4.0])
        """,
        "Axes are compared from the last to the first. One factor per row needs an axis of size 1 "
        "behind: `factors[:, None]`.",
    ),
    Mistake(
        "Setting an element of a tensor",
        UsageError,
        """
        x = tf.zeros([3])
        x[0] = 1.0
        """,
        "Tensors never change. Make a `tf.Variable` and write `x[0].assign(1.0)`, build the "
        "numbers with NumPy first, or use `tf.tensor_scatter_nd_update`.",
    ),
    Mistake(
        "`if` on a tensor with several elements",
        InvalidArgumentError,
        """
        x = tf.constant([1.0, -1.0])
        if x > 0:
            print("positive")
        """,
        "Say which is meant: `tf.reduce_all(x > 0)` or `tf.reduce_any(x > 0)`. To choose element "
        "by element: `tf.where(x > 0, a, b)`.",
    ),
    Mistake(
        "`+=` on a variable",
        StateError,
        """
        step = tf.Variable(0)
        step += 1
        """,
        "`step.assign_add(1)`.",
    ),
    Mistake(
        "A tape that is asked twice",
        StateError,
        """
        w, b = tf.Variable(2.0), tf.Variable(1.0)
        with tf.GradientTape() as tape:
            loss = (w * 3.0 + b) ** 2
        tape.gradient(loss, w)
        tape.gradient(loss, b)
        """,
        "Ask once, for all of them: `tape.gradient(loss, [w, b])`; or make the tape with "
        "`tf.GradientTape(persistent=True)`.",
    ),
    Mistake(
        "Gradients that are None",
        InvalidArgumentError,
        """
        w = tf.Variable(2.0)
        loss = w * w
        with tf.GradientTape() as tape:
            pass
        gradients = tape.gradient(loss, [w])
        tf.keras.optimizers.SGD().apply_gradients(zip(gradients, [w]))
        """,
        "Everything from the variables to the loss has to be computed inside of the `with` block, "
        "with `tf` functions: NumPy, `float()` and whole numbers let no gradient through. "
        "`tape.why_none(loss, w)` names the reason.",
    ),
    Mistake(
        "A variable that is made anew in every call of a function",
        InvalidArgumentError,
        """
        @tf.function
        def step(x):
            w = tf.Variable(1.0)
            return w * x


        step(tf.constant(2.0))
        step(tf.constant(3.0))
        """,
        "Make variables outside, before the function is called.",
    ),
    Mistake(
        "Images into a dense layer, not flattened",
        ShapeError,
        """
        images, labels = np.zeros([64, 28, 28]), np.zeros([64], int)
        model = tf.keras.Sequential([tf.keras.layers.Dense(10, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(images, labels, verbose=0)
        """,
        "A dense layer works on the last axis: 28 rows give 28 predictions per image. Begin the "
        "model with `tf.keras.layers.Flatten()`.",
    ),
    Mistake(
        "Inputs that are wider or narrower than the model",
        ShapeError,
        """
        model = tf.keras.Sequential([tf.keras.Input((784,)), tf.keras.layers.Dense(10)])
        model.predict(np.zeros([32, 28, 28]), verbose=0)
        """,
        "Give what the model was declared for: `images.reshape(-1, 784)`, or declare "
        "`tf.keras.Input((28, 28))` and flatten.",
    ),
    Mistake(
        "A single sample without the axis of the batch",
        ShapeError,
        """
        model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(3)])
        flower = np.array([5.1, 3.5, 1.4, 0.2], np.float32)
        model(flower)
        """,
        "A model always takes a batch: `model(flower[None])`, a batch of one.",
    ),
    Mistake(
        "Images without an axis for the channels",
        ShapeError,
        """
        layer = tf.keras.layers.Conv2D(8, 3)
        layer(tf.zeros([32, 28, 28]))
        """,
        "Grey images have one channel: `images[..., None]`, of shape `[32, 28, 28, 1]`.",
    ),
    Mistake(
        "A window that is larger than what is left of the image",
        ShapeError,
        """
        model = tf.keras.Sequential()
        model.add(tf.keras.Input((8, 8, 1)))
        model.add(tf.keras.layers.Conv2D(8, 3))
        model.add(tf.keras.layers.MaxPooling2D(2))
        model.add(tf.keras.layers.Conv2D(8, 5))
        """,
        "`model.summary()` of the part that works shows how the images shrink. Use "
        '`padding="same"`, smaller windows or fewer layers.',
    ),
    Mistake(
        "A series without an axis for the features",
        ShapeError,
        """
        layer = tf.keras.layers.LSTM(8)
        layer(tf.zeros([32, 10]))
        """,
        "One number per time step is one feature: `series[..., None]`, of shape `[32, 10, 1]`.",
    ),
    Mistake(
        "A word number that the embedding does not have",
        OutOfRangeError,
        """
        layer = tf.keras.layers.Embedding(input_dim=100, output_dim=8)
        print(layer(tf.constant([[3, 100]])))
        """,
        "`input_dim` is the largest number plus 1: numbers go from 0 to 99 here.",
    ),
    Mistake(
        "A mistake within a layer of one's own",
        ShapeError,
        """
        class Scale(tf.keras.layers.Layer):
            def build(self, input_shape):
                self.w = self.add_weight(shape=(input_shape[-1], 4))

            def call(self, inputs):
                return tf.matmul(self.w, inputs)


        block = tf.keras.Sequential([tf.keras.layers.ReLU(), Scale(name="scale")], name="block")
        model = tf.keras.Sequential([tf.keras.layers.Dense(6), block], name="model")
        model(tf.ones([2, 3]))
        """,
        "The notes tell the line in `call`, and where in the model the layer is: here "
        "`tf.matmul(inputs, self.w)` is meant.",
    ),
    Mistake(
        "A loss or an activation that is misspelt",
        InvalidArgumentError,
        """
        model = tf.keras.Sequential([tf.keras.layers.Dense(10)])
        model.compile("adam", "sparse_crossentropy")
        """,
        "The message names the closest ones. An object instead of a name is completed by the "
        "editor: `tf.keras.losses.SparseCategoricalCrossentropy()`.",
    ),
    Mistake(
        "fit without compile",
        InvalidArgumentError,
        """
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.fit(tf.ones([8, 2]), tf.ones([8, 1]))
        """,
        '`model.compile(optimizer="adam", loss="mse")` comes first.',
    ),
    Mistake(
        "Class numbers where one-hot rows are expected",
        ShapeError,
        """
        model = tf.keras.Sequential([tf.keras.layers.Dense(3, activation="softmax")])
        model.compile("adam", "categorical_crossentropy")
        model.fit(np.ones([6, 4]), np.array([0, 1, 2, 0, 1, 2]), verbose=0)
        """,
        '`loss="sparse_categorical_crossentropy"` takes class numbers; '
        "`tf.keras.utils.to_categorical(y, 3)` makes one-hot rows.",
    ),
    Mistake(
        "One-hot rows where class numbers are expected",
        ShapeError,
        """
        labels = tf.keras.utils.to_categorical([0, 1, 2, 0, 1, 2], 3)
        model = tf.keras.Sequential([tf.keras.layers.Dense(3, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(np.ones([6, 4]), labels, verbose=0)
        """,
        '`loss="categorical_crossentropy"` takes one-hot rows; `labels.argmax(axis=-1)` gives '
        "class numbers.",
    ),
    Mistake(
        "Classes that are numbered from 1",
        OutOfRangeError,
        """
        model = tf.keras.Sequential([tf.keras.layers.Dense(3, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(np.ones([6, 4]), np.array([1, 2, 3, 1, 2, 3]), verbose=0)
        """,
        "`labels - 1`, so that they go from 0 to 2.",
    ),
    Mistake(
        "More inputs than labels",
        ShapeError,
        """
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(np.ones([100, 4]), np.ones([80, 1]), verbose=0)
        """,
        "Cut both at the same place: `x[:80]`; look where one of them lost rows.",
    ),
    Mistake(
        "A dataset of single samples",
        ShapeError,
        """
        dataset = tf.data.Dataset.from_tensor_slices((np.ones([64, 4]), np.ones([64, 1])))
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(dataset, verbose=0)
        """,
        "`dataset.batch(32)`.",
    ),
    Mistake(
        "Rows of different lengths in one dataset",
        ShapeError,
        """
        images, labels = np.ones([100, 4]), np.ones([99])
        tf.data.Dataset.from_tensor_slices((images, labels))
        """,
        "Both need the same number of rows.",
    ),
    Mistake(
        "Training that becomes NaN",
        DivergedError,
        """
        tf.keras.utils.set_random_seed(1)
        x = tf.linspace([0.0], [255.0], 64)
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.compile(tf.keras.optimizers.SGD(1.0), "mse")
        model.fit(x, 3 * x, epochs=50, verbose=0)
        """,
        "Scale the inputs, `x / 255`, and use a smaller learning rate.",
    ),
    Mistake(
        "A model that is not where it is looked for",
        NotFoundError,
        """
        tf.keras.models.load_model("digits.keras")
        """,
        "Paths start from the folder in which the program was started: see `os.getcwd()`.",
    ),
    Mistake(
        "A file that is no model, or is damaged",
        ModelFileError,
        """
        tf.io.write_file("digits.keras", "<html>not found</html>")
        tf.keras.models.load_model("digits.keras")
        """,
        "Save or download it anew; look at its size first.",
    ),
)
