"""Every error that Glassbrook raises on purpose.

    GlassbrookError
    ├── OpError                                   one of TensorFlow's kinds, each with a code
    │   ├── InvalidArgumentError (ValueError)     a value that an operation does not take
    │   │   ├── ShapeError                        … because of its shape
    │   │   ├── DTypeError (TypeError)            … because of its element type
    │   │   └── OutOfRangeError (IndexError)      … because an index or an iterator is at its end
    │   ├── NotFoundError (FileNotFoundError)     a file that is not there
    │   ├── AlreadyExistsError (FileExistsError)  a file that is there already
    │   ├── PermissionDeniedError (PermissionError)
    │   ├── ResourceExhaustedError (MemoryError)  a tensor that does not fit into memory
    │   ├── UnimplementedError (NotImplementedError)  what does not exist here
    │   ├── DeadlineExceededError (TimeoutError)
    │   ├── DataLossError                         a file that is damaged
    │   └── AbortedError, CancelledError, FailedPreconditionError, InternalError,
    │       UnauthenticatedError, UnavailableError, UnknownError
    ├── OperatorNotAllowedInGraphError (TypeError)
    ├── UsageError (TypeError)                    a call that has no meaning, as of len(scalar)
    ├── StateError (RuntimeError)                 a call that comes too early or too late
    ├── DataError (ValueError)                    a data set or an image that cannot be used
    │   └── DataUnavailableError                  … because it is nowhere to be found
    ├── ModelFileError (ValueError)               a model file that cannot be read
    ├── MissingExtraError (ImportError)           a feature whose packages are not installed
    └── DivergedError (ArithmeticError)           training produced NaN or infinity

A message says where, what came, what was expected and how to mend it. "Where" is the line of
the user's own code: it is added to the traceback as a note.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from glassbrook.mistakes import MistakeWarning as MistakeWarning
from glassbrook.user_code import user_frame as user_frame
from glassbrook.user_code import user_line as user_line

__all__ = [
    "ABORTED",
    "ALREADY_EXISTS",
    "CANCELLED",
    "DATA_LOSS",
    "DEADLINE_EXCEEDED",
    "FAILED_PRECONDITION",
    "INTERNAL",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "OK",
    "OUT_OF_RANGE",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "UNAVAILABLE",
    "UNIMPLEMENTED",
    "UNKNOWN",
    "AbortedError",
    "AlreadyExistsError",
    "CancelledError",
    "DTypeError",
    "DataError",
    "DataLossError",
    "DataUnavailableError",
    "DeadlineExceededError",
    "DivergedError",
    "FailedPreconditionError",
    "GlassbrookError",
    "InternalError",
    "InvalidArgumentError",
    "MissingExtraError",
    "MistakeWarning",
    "ModelFileError",
    "NotFoundError",
    "OpError",
    "OperatorNotAllowedInGraphError",
    "OutOfRangeError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "ShapeError",
    "StateError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
    "UsageError",
]

OK: Final = 0
CANCELLED: Final = 1
UNKNOWN: Final = 2
INVALID_ARGUMENT: Final = 3
DEADLINE_EXCEEDED: Final = 4
NOT_FOUND: Final = 5
ALREADY_EXISTS: Final = 6
PERMISSION_DENIED: Final = 7
RESOURCE_EXHAUSTED: Final = 8
FAILED_PRECONDITION: Final = 9
ABORTED: Final = 10
OUT_OF_RANGE: Final = 11
UNIMPLEMENTED: Final = 12
INTERNAL: Final = 13
UNAVAILABLE: Final = 14
DATA_LOSS: Final = 15
UNAUTHENTICATED: Final = 16

_LONGEST_MESSAGE = 2000
_OF_OTHERS = "Glassbrook never raises it. Programs written for TensorFlow may, and may catch it."


def shortened(value: Any, limit: int = 120) -> str:
    """A value as an error shows it: its `repr`, the middle of which is left out if it is long.

    Example:
        >>> from glassbrook.errors import shortened
        >>> shortened("a" * 1000, 20)
        "'aaaaaaaa … aaaaaaa'"
    """
    try:
        text = repr(value)
    except Exception:  # the error that is being told matters more than one of a user's `__repr__`
        text = f"<{type(value).__name__}>"
    return _without_middle(text, limit)


def _without_middle(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    before = (limit - 2) // 2
    return f"{text[:before]} … {text[before + 3 - limit :]}"


class GlassbrookError(Exception):
    """Base of all errors of this package; carries the user's line as a note.

    Attributes:
        causes: how it mostly comes about.
        mend: what to do about it.
        example: a program that ends with it, in which `tf` is `glassbrook`.
    """

    causes: ClassVar[str] = "- what the kinds below tell of"
    mend: ClassVar[str] = """
        Read the last lines of the traceback: the message says what came, what was expected and what
        to do; the note below it names the line of your own code.
    """
    example: ClassVar[str] = """
        tf.reshape(tf.range(6), [4, 2])
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(_without_middle(message, _LONGEST_MESSAGE))
        place = user_line()
        if place is not None:
            self.add_note(f"at {place}")

    @property
    def message(self) -> str:
        """The text of the error, as TensorFlow's errors offer it."""
        return str(self.args[0]) if self.args else ""


class OpError(GlassbrookError):
    """An error of one of TensorFlow's kinds.

    Args:
        arguments: the message alone; or, as TensorFlow has it, a description of the operation,
            the operation (both may be `None`), the message, and a code for an `OpError`.
        node_def: a description of the operation.
        op: the operation.
        message: what went wrong.

    Attributes:
        error_code: the number of the kind, such as `INVALID_ARGUMENT`.

    Example:
        >>> import glassbrook as tf
        >>> error = tf.errors.NotFoundError(None, None, "no such table")
        >>> error.message, error.error_code == tf.errors.NOT_FOUND
        ('no such table', True)
    """

    causes = "- what the kinds below tell of"
    mend = "Catch it, or one of its kinds, where a program goes on without the result."
    example = """
        raise tf.errors.OpError(None, None, "the camera is off", tf.errors.UNKNOWN)
    """

    error_code: int = UNKNOWN

    def __init__(
        self, *arguments: Any, node_def: Any = None, op: Any = None, message: Any = None
    ) -> None:
        if len(arguments) == 1 and message is None:
            message = arguments[0]
        elif arguments:
            given = dict(zip(("node_def", "op", "message", "error_code"), arguments))
            node_def, op = given["node_def"], given.get("op", op)
            message = given.get("message", message)
            if "error_code" in given:
                self.error_code = int(given["error_code"])
        super().__init__("" if message is None else str(message))
        self.node_def = node_def
        self.op = op

    @property
    def experimental_payloads(self) -> dict[str, bytes]:
        """Always empty: errors come from this process, and their notes say where."""
        return {}


class InvalidArgumentError(OpError, ValueError):
    """A value that an operation does not take."""

    causes = """
        - an option is misspelt, such as the name of a loss, an activation or a padding
        - a number lies outside of its range, such as a dropout rate of 1.5
        - a value is no tensor and cannot become one, such as `None`
    """
    mend = """
        Compare what came with what was expected: the message names both, and for names also the
        closest one.
    """
    example = """
        tf.keras.layers.Dense(10, activation="reul")
    """

    error_code = INVALID_ARGUMENT


class ShapeError(InvalidArgumentError):
    """Shapes that do not fit together."""

    causes = """
        - a matrix product whose inner sizes differ
        - images go into a dense layer without being flattened
        - a single sample without the axis of the batch
        - labels of another shape than the predictions
    """
    mend = """
        Print the shapes of both sides. `tf.reshape` lays numbers out anew, `tf.expand_dims` adds an
        axis, `tf.transpose` swaps axes.
    """
    example = """
        images = tf.ones([32, 784])
        weights = tf.ones([10, 784])
        images @ weights
    """


class DTypeError(InvalidArgumentError, TypeError):
    """Element types that do not fit together."""

    causes = """
        - whole numbers meet fractions: TensorFlow never converts tensors by itself
        - numbers arrive as text
        - a dtype is misspelt
    """
    mend = """
        Convert one side: `tf.cast(x, tf.float32)`; make numbers of text with
        `tf.strings.to_number`.
    """
    example = """
        tf.constant([1, 2, 3]) * tf.constant(0.5)
    """


class OutOfRangeError(InvalidArgumentError, IndexError):
    """An index outside of the axis that it points into, or an iterator at its end."""

    causes = """
        - an index or a class number that is too large: classes of `n` are numbered from 0 to `n -
          1`
        - an axis that the tensor does not have
        - an iterator that has given all its elements
    """
    mend = """
        Count from 0. Labels that start at 1 need `y - 1`; an `Embedding` needs `input_dim` of the
        largest number plus 1.
    """
    example = """
        rows = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        print(tf.gather(rows, [0, 2]))
    """

    error_code = OUT_OF_RANGE


class NotFoundError(OpError, FileNotFoundError):
    """A file or folder that is not there."""

    causes = "a path that is misspelt, or starts from another folder than expected"
    mend = """
        Print `os.getcwd()` and `os.listdir()`: relative paths start from the folder in which the
        program was started.
    """
    example = """
        tf.io.read_file("cat.png")
    """

    error_code = NOT_FOUND


class AlreadyExistsError(OpError, FileExistsError):
    """A file or folder that is there already."""

    causes = "a file is copied or renamed onto another one"
    mend = "Choose another name, remove the file first, or pass `overwrite=True`."
    example = """
        tf.io.write_file("notes.txt", "hello")
        tf.io.gfile.copy("notes.txt", "notes.txt")
    """

    error_code = ALREADY_EXISTS


class PermissionDeniedError(OpError, PermissionError):
    """A file or folder that this program may not use."""

    causes = "a file or folder that belongs to someone else, or is protected"
    mend = "Write into a folder of your own, or change the permissions of this one."
    example = """
        raise tf.errors.PermissionDeniedError(None, None, "models/net.gbk; Permission denied")
    """

    error_code = PERMISSION_DENIED


class ResourceExhaustedError(OpError, MemoryError):
    """A tensor that does not fit into memory."""

    causes = """
        - a size that was meant otherwise, such as class numbers as a shape
        - a whole data set in one batch
        - broadcasting `(n, 1)` against `(n,)`, which gives `(n, n)`
    """
    mend = """
        Look at the shape in the message. Use smaller batches, `float16`, or a `tf.data.Dataset`
        that reads piece by piece.
    """
    example = """
        print(tf.ones([10**7, 10**7]))
    """

    error_code = RESOURCE_EXHAUSTED


def out_of_memory(what: str, error: BaseException) -> ResourceExhaustedError:
    """What to raise in the place of Python's own error, which does not say what was to be made."""
    if isinstance(error, ResourceExhaustedError):
        return error
    detail = f" ({error})" if str(error) else ""
    return ResourceExhaustedError(
        f"{what}: its result does not fit into memory{detail}. Use smaller sizes."
    )


class UnimplementedError(OpError, NotImplementedError):
    """What does not exist here."""

    causes = """
        - a part of TensorFlow that Glassbrook does not have
        - a base class is used where a subclass has to define a method
    """
    mend = """
        Use what the message names instead, or define the method. `docs/differences.md` lists what
        is missing on purpose.
    """
    example = """
        class Mine(tf.keras.layers.Layer):
            pass


        Mine(name="mine")(tf.ones([2, 3]))
    """

    error_code = UNIMPLEMENTED


class DeadlineExceededError(OpError, TimeoutError):
    """What took too long."""

    causes = _OF_OTHERS
    mend = "Give the call more time, or see what it waits for."
    example = """
        raise tf.errors.DeadlineExceededError(None, None, "no answer within 5 s")
    """

    error_code = DEADLINE_EXCEEDED


class CancelledError(OpError):
    """What was called off."""

    causes = "something is put into a queue that was closed"
    mend = "Close a queue when everything was put into it."
    example = """
        queue = tf.queue.FIFOQueue(3, [tf.int32], shapes=[[]])
        queue.close()
        queue.enqueue(1)
    """

    error_code = CANCELLED


class UnknownError(OpError):
    """What is of no other kind."""

    causes = _OF_OTHERS
    mend = "Read the message."
    example = """
        raise tf.errors.UnknownError(None, None, "something happened")
    """

    error_code = UNKNOWN


class UnauthenticatedError(OpError):
    """A caller that did not say who it is."""

    causes = _OF_OTHERS
    mend = "Log in."
    example = """
        raise tf.errors.UnauthenticatedError(None, None, "who are you?")
    """

    error_code = UNAUTHENTICATED


class FailedPreconditionError(OpError):
    """What cannot be done in the state that things are in."""

    causes = """
        - a lookup layer or table that has no entries yet
        - a folder stands where a file was to be written
    """
    mend = "Do first what the message names, such as `layer.adapt(data)`."
    example = """
        tf.io.gfile.makedirs("notes")
        tf.io.write_file("notes", "hello")
    """

    error_code = FAILED_PRECONDITION


class AbortedError(OpError):
    """What was given up because something else came in between."""

    causes = _OF_OTHERS
    mend = "Try again."
    example = """
        raise tf.errors.AbortedError(None, None, "somebody else was faster")
    """

    error_code = ABORTED


class InternalError(OpError):
    """A mistake of the framework's own."""

    causes = _OF_OTHERS
    mend = "Report it, with the program."
    example = """
        raise tf.errors.InternalError(None, None, "this cannot be")
    """

    error_code = INTERNAL


class UnavailableError(OpError):
    """A service that does not answer now."""

    causes = _OF_OTHERS
    mend = "Try again later."
    example = """
        raise tf.errors.UnavailableError(None, None, "nobody answers")
    """

    error_code = UNAVAILABLE


class DataLossError(OpError):
    """Data that is damaged or cut short."""

    causes = """
        - a file of records that was cut off or changed
        - a file that is no file of records, or is packed with gzip
    """
    mend = """
        Make or fetch the file anew; a packed one needs `compression_type="GZIP"`.
    """
    example = """
        tf.io.write_file("data.tfrecord", "this is no file of records")
        list(tf.data.TFRecordDataset("data.tfrecord"))
    """

    error_code = DATA_LOSS


class OperatorNotAllowedInGraphError(GlassbrookError, TypeError):
    """Python code that needs a value where there is none yet."""

    causes = """
        - `if`, `float()` or `print` of a `keras.Input` while a functional model is put together
    """
    mend = """
        Compute with operations and layers; put Python code that needs values into `call` of a layer
        of your own.
    """
    example = """
        x = tf.keras.Input((3,))
        if x > 0:
            x = -x
    """


class UsageError(GlassbrookError, TypeError):
    """A call that has no meaning for what it is made on, or with."""

    causes = """
        - a tensor is treated as a list: `len()` of a scalar, `x[0] = 1`
        - an argument of the wrong kind: a number where a function was expected
        - an argument that a function does not have
    """
    mend = "The message names what to write instead."
    example = """
        x = tf.zeros([3])
        x[0] = 1.0
    """


class StateError(GlassbrookError, RuntimeError):
    """A call that comes too early or too late."""

    causes = """
        - a tape that is not persistent is asked twice
        - a variable is changed with `+=`, which would make the name mean a tensor
    """
    mend = "Do things in the order that the message describes."
    example = """
        x = tf.Variable(3.0)
        with tf.GradientTape() as tape:
            y = x * x
        tape.gradient(y, x)
        tape.gradient(y, x)
    """


class DataError(GlassbrookError, ValueError):
    """A data set or an image that cannot be used as it is."""

    causes = """
        - an MNIST file that is damaged or no MNIST file
        - a picture of which no digit can be read
    """
    mend = "Fetch the file anew, or name another one."
    example = """
        from glassbrook.datasets.idx import read_idx

        tf.io.write_file("train-images", "<html>not found</html>")
        read_idx("train-images")
    """


class DataUnavailableError(DataError):
    """A data set that is neither on this machine nor to be downloaded."""

    causes = "no network, and the data set was never downloaded"
    mend = "Connect once, or put the files where the message says, or set `GLASSBROOK_DATA`."
    example = """
        tf.keras.utils.get_file("x.bin", "http://localhost:1/x.bin", cache_dir=".")
    """


class ModelFileError(GlassbrookError, ValueError):
    """A model file that is damaged, of an unknown version, or names an unknown class."""

    causes = """
        - the file was cut off, or holds something else
        - it names a class of your own that the program does not know
    """
    mend = """
        Save the model anew; pass classes of your own as `custom_objects={"Mine": Mine}`, or
        decorate them with `tf.keras.utils.register_keras_serializable()`.
    """
    example = """
        tf.io.write_file("digits.gbk", "no model")
        tf.keras.models.load_model("digits.gbk")
    """


class MissingExtraError(GlassbrookError, ImportError):
    """A feature whose optional packages are not installed."""

    causes = "a file format that needs a package which is not installed"
    mend = "Install what the message names."
    example = """
        import sys

        sys.modules["h5py"] = None  # as if it were not installed
        model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
        model.save("model.h5")
    """


class DivergedError(GlassbrookError, ArithmeticError):
    """Training produced a value that is not finite."""

    causes = """
        - a learning rate that is too large
        - inputs that are not scaled: pixels from 0 to 255
        - a logarithm of 0 or a division by 0 in a loss of your own
    """
    mend = """
        Use a smaller learning rate, scale the inputs to 0 … 1, and clip gradients: `SGD(0.01,
        clipnorm=1.0)`.
    """
    example = """
        tf.keras.utils.set_random_seed(1)
        x = tf.linspace([0.0], [255.0], 64)
        model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
        model.compile(tf.keras.optimizers.SGD(1.0), "mse")
        model.fit(x, 3 * x, epochs=50, verbose=0)
    """
