"""`KerasTensor`: a placeholder with a shape, a dtype, and the call that it comes from."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Self

from glassbrook.dtypes import as_dtype
from glassbrook.errors import DTypeError, OperatorNotAllowedInGraphError
from glassbrook.keras.layers.spec import Shape, as_sizes
from glassbrook.keras.naming import auto_name
from glassbrook.tensor import TensorShape, nest
from glassbrook.tensor.symbolic import SymbolicArgument

if TYPE_CHECKING:
    from glassbrook.keras.symbolic.calls import Call

__all__ = [
    "KerasHistory",
    "KerasTensor",
    "PlaceholderError",
    "Sizes",
    "is_keras_tensor",
    "is_symbolic",
    "record_operators_with",
]


class PlaceholderError(SymbolicArgument, DTypeError, OperatorNotAllowedInGraphError):
    """A placeholder was asked for the values that it does not have."""


class _IterationError(PlaceholderError, NotImplementedError):
    """A placeholder was iterated over."""


class Sizes(tuple[int | None, ...]):
    """The sizes of a placeholder's axes: a tuple that also has the methods of `TensorShape`.

    Example:
        >>> Sizes((None, 3)).as_list(), Sizes((None, 3))[1:].num_elements()
        ([None, 3], 3)
    """

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return Sizes(found) if isinstance(key, slice) else found

    def __getattr__(self, name: str) -> Any:
        if name not in _OF_SHAPES:
            raise AttributeError(f"A shape has no attribute {name!r}.")
        return getattr(TensorShape(tuple(self)), name)

    @property
    def rank(self) -> int:
        """How many axes there are."""
        return len(self)

    def as_list(self) -> list[int | None]:
        """The sizes as a list."""
        return list(self)


_OF_SHAPES = frozenset(name for name in dir(TensorShape) if not name.startswith("_"))


class KerasHistory(NamedTuple):
    """Where a placeholder comes from.

    Attributes:
        operation: the layer or operation that was called.
        node_index: which of its calls it was.
        tensor_index: which of the outputs of that call.
    """

    operation: Any
    node_index: int
    tensor_index: int


_operate: Callable[[Callable[..., Any], tuple[Any, ...]], Any] | None = None


def record_operators_with(operate: Callable[[Callable[..., Any], tuple[Any, ...]], Any]) -> None:
    """Set what records a Python operator, given as its function and its operands."""
    global _operate
    _operate = operate


def _recorded(function: Callable[..., Any], *operands: Any) -> Any:
    assert _operate is not None
    if any(each is NotImplemented or isinstance(each, str | bytes) for each in operands):
        return NotImplemented
    return _operate(function, operands)


def _forward(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda self, other: _recorded(function, self, other)


def _reflected(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda self, other: _recorded(function, other, self)


def _single(function: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda self: _recorded(function, self)


def _refusal(
    what: str, hint: str, kind: type[PlaceholderError] = PlaceholderError
) -> Callable[..., NoReturn]:
    def refuse(self: KerasTensor, *unused: Any, **also_unused: Any) -> NoReturn:
        raise kind(
            f"{self!r} is a placeholder that tells shape and dtype of what a model will compute. "
            f"It has no values, so {what}. {hint}"
        )

    return refuse


_CALL_HINT = (
    "Call the model on data, tf.keras.Model(inputs, outputs)(x), to get values; operations of "
    "Glassbrook and layers take placeholders, and a Lambda layer or a Layer of your own may hold "
    "any other computation."
)


class KerasTensor:
    """The shape and dtype of a tensor that will be there when the model is called.

    `tf.keras.Input` makes one; layers, operations and Python's operators take them and give new
    ones, which remember how they came about. `tf.keras.Model(inputs, outputs)` makes a model of it.

    Args:
        shape: the sizes of the axes; `None` where a size is not known, as the batch is not.
        dtype: the dtype.
        name: a name for printing and saving.

    Attributes:
        dtype: the name of the dtype.
        name: the name.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.keras.Input((4,))
        >>> y = tf.reduce_sum(x * 2.0, axis=1)
        >>> y.shape, y.dtype
        ((None,), 'float32')
        >>> tf.keras.Model(x, y)(tf.ones([1, 4])).numpy()
        array([8.], dtype=float32)
    """

    # NumPy must leave `array * placeholder` to the placeholder.
    __array_priority__ = 200

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.keras_shape: Shape = as_sizes(shape)
        self.dtype = as_dtype(dtype).name
        self.name = name or auto_name("keras_tensor")
        self.sparse, self.ragged = False, False
        self._keras_mask: KerasTensor | None = None
        # The call that it comes from, and as which of its outputs.
        self._call: Call | None = None
        self._position = 0
        # Two shapes that it may have: unknown sizes differ.
        self._examples: tuple[tuple[int, ...], tuple[int, ...]] | None = None
        # What it would be for these, if it is a few integers: shapes are computed from them.
        self._numbers: tuple[Any, Any] | None = None

    @property
    def shape(self) -> Sizes:
        """The sizes of the axes, `None` where one is not known."""
        return Sizes(self.keras_shape)

    def get_shape(self) -> Sizes:
        """The sizes of the axes, `None` where one is not known."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """State the sizes that are not known; they are believed.

        Raises:
            ValueError: the shape contradicts what is known.
        """
        TensorShape(self.keras_shape).assert_is_compatible_with(shape)
        given = as_sizes(shape)
        self.keras_shape = tuple(
            a if b is None else b for a, b in zip(self.keras_shape, given, strict=True)
        )

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.keras_shape)

    @property
    def rank(self) -> int:
        """How many axes there are."""
        return len(self.keras_shape)

    @property
    def _keras_history(self) -> KerasHistory:
        if self._call is None:
            raise AttributeError(f"{self!r} comes from no call of a layer.")
        return KerasHistory(self._call.operation, self._call.index, self._position)

    used_node = _refusal("it cannot be used here", _CALL_HINT)
    __array__ = _refusal("NumPy cannot compute with it", _CALL_HINT)
    __int__ = __float__ = __complex__ = __index__ = _refusal("it is no Python number", _CALL_HINT)
    __bool__ = _refusal(
        "it is neither true nor false",
        "Use tf.where to choose between values; write `x is None` to ask whether it is given.",
    )
    __iter__ = _refusal(
        "it cannot be iterated over",
        "Take slices, x[:, 0], or tf.unstack(x, axis=1).",
        _IterationError,
    )

    def __getattr__(self, name: str) -> Any:
        hint = f" It is a placeholder without values. {_CALL_HINT}" if name == "numpy" else ""
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}.{hint}")

    def __len__(self) -> int:
        if not self.keras_shape or self.keras_shape[0] is None:
            raise PlaceholderError(
                f"{self!r} has no length: the size of its first axis is not known. "
                "tf.shape(x)[0] is a placeholder for it."
            )
        return self.keras_shape[0]

    __add__, __radd__ = _forward(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _forward(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _forward(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _forward(operator.truediv), _reflected(operator.truediv)
    __floordiv__, __rfloordiv__ = _forward(operator.floordiv), _reflected(operator.floordiv)
    __mod__, __rmod__ = _forward(operator.mod), _reflected(operator.mod)
    __pow__, __rpow__ = _forward(operator.pow), _reflected(operator.pow)
    __matmul__, __rmatmul__ = _forward(operator.matmul), _reflected(operator.matmul)
    __and__, __rand__ = _forward(operator.and_), _reflected(operator.and_)
    __or__, __ror__ = _forward(operator.or_), _reflected(operator.or_)
    __xor__, __rxor__ = _forward(operator.xor), _reflected(operator.xor)
    __lt__, __le__ = _forward(operator.lt), _forward(operator.le)
    __gt__, __ge__ = _forward(operator.gt), _forward(operator.ge)
    __neg__, __pos__ = _single(operator.neg), _single(operator.pos)
    __abs__, __invert__ = _single(operator.abs), _single(operator.invert)
    __getitem__ = _forward(operator.getitem)

    # As in Keras, == tells whether it is the same placeholder; tf.equal compares values.
    def __ne__(self, other: object) -> Any:
        return True if other is None else _recorded(operator.ne, self, other)

    def ref(self) -> Any:
        """A hashable stand-in, for use as a key of a dictionary or in a set."""
        from glassbrook.tensor.tensor import Reference

        return Reference(self)

    def __copy__(self) -> Self:
        return self

    def __repr__(self) -> str:
        return (
            f"<KerasTensor shape={self.keras_shape}, dtype={self.dtype}, sparse=False, "
            f"ragged=False, name={self.name}>"
        )


def is_keras_tensor(x: Any) -> bool:
    """Whether `x` is a placeholder, as `tf.keras.Input` and layers called on it give."""
    return isinstance(x, KerasTensor)


def is_symbolic(structure: Any) -> bool:
    """Whether a structure holds a placeholder."""
    if isinstance(structure, KerasTensor):
        return True
    if not nest.is_nested(structure):
        return isinstance(structure, slice) and is_symbolic(
            [structure.start, structure.stop, structure.step]
        )
    return any(map(is_symbolic, nest.children(structure)))
