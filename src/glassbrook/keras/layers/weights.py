"""What a layer owns: its variables and sublayers, their values, and penalties on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError, UsageError, shortened
from glassbrook.keras import constraints, initializers, regularizers
from glassbrook.keras.layers import tracking
from glassbrook.keras.layers.state import calls, spend_weight_budget
from glassbrook.keras.naming import auto_name
from glassbrook.tensor import Tensor, Variable

if TYPE_CHECKING:
    from glassbrook.keras.layers.base import Layer

__all__ = ["WeightOwner"]

_KERAS_2_ORDER = ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")
_KERAS_3_ORDER = ("shape", "initializer", "dtype", "trainable")


class WeightOwner:
    """The part of `Layer` that makes variables and finds them again."""

    if TYPE_CHECKING:

        @property
        def name(self) -> str:
            """The layer's name."""

        built: bool
        _variable_dtype: DType
        _trainable: bool
        _untrainable: list[Variable]
        _regularized: list[tuple[Variable, Any]]
        _call_losses: list[Tensor]
        _added_weights: list[Variable]
        # Each with the version of the structure that it was found in.
        _parts: tuple[int, list[Variable], list[Layer]] | None
        _all_weights: tuple[int, list[Variable]] | None
        _any_losses: tuple[int, bool, list[Layer]] | None

    # Making.

    def add_weight(self, *args: Any, **kwargs: Any) -> Variable:
        """Make a variable that belongs to this layer; called from `build`.

        Args:
            shape: its shape, as a tuple or list of sizes, or one size; a scalar by default.
            initializer: a name, an initializer, or a function of shape and dtype. By default
                Glorot's uniform one for floats, zeros for other dtypes.
            dtype: its dtype; that of the layer by default.
            trainable: whether training changes it.
            regularizer: a penalty on it that is added to the loss.
            constraint: a function applied to it after every update.
            name: its name within the layer.

        The order of positional arguments is Keras 3's (shape, initializer, dtype, trainable), or
        that of Keras 2 if the first one is a name (name, shape, dtype, initializer, …).

        Raises:
            ShapeError: a size is not known or not a whole number of at least 0.
            InvalidArgumentError: an argument is unknown.

        Example:
            >>> import glassbrook as tf
            >>> class Shift(tf.keras.layers.Layer):
            ...     def build(self, input_shape):
            ...         self.offset = self.add_weight(shape=(input_shape[-1],), name="offset")
            ...     def call(self, inputs):
            ...         return inputs + self.offset
            >>> layer = Shift()
            >>> layer(tf.zeros([2, 3])).shape, layer.weights[0].path
            (TensorShape([2, 3]), 'shift/offset')
        """
        options = _named_arguments(args, kwargs)
        name = options.get("name") or auto_name("variable")
        dtype = options.get("dtype")
        dtype = self._variable_dtype if dtype is None else as_dtype(dtype)
        path = "/".join((*self._path_prefix(), name))
        shape = _checked_shape(options.get("shape"), path)
        spend_weight_budget(int(np.prod(shape, dtype=np.float64)) * dtype.size, path)
        default = "glorot_uniform" if dtype.is_floating else "zeros"
        given = options.get("initializer")
        initializer: Any = initializers.get(default if given is None else given)
        if calls.budget is not None:  # a file is read: its numbers come next
            initializer = initializers.Zeros()
        trainable = bool(options.get("trainable", True))
        constraint = constraints.get(options.get("constraint"))
        variable = Variable(
            initializer(shape, dtype=dtype),
            trainable=trainable and self._trainable,
            name=name,
            dtype=dtype,
            constraint=constraint,
            path=path,
        )
        self._own(variable, trainable, regularizers.get(options.get("regularizer")))
        return variable

    def add_variable(self, *args: Any, **kwargs: Any) -> Variable:
        """Make a variable that belongs to this layer: the older name of `add_weight`."""
        return self.add_weight(*args, **kwargs)

    def _own(self, variable: Variable, trainable: bool, regularizer: Any) -> None:
        self._added_weights.append(variable)
        if not trainable:
            self._untrainable.append(variable)
        if regularizer is not None:
            self._regularized.append((variable, regularizer))
        tracking.bump()

    def _path_prefix(self) -> tuple[str, ...]:
        return tuple(calls.scope) if self.name in calls.scope[-1:] else (*calls.scope, self.name)

    # Finding.

    def _found_parts(self) -> tuple[int, list[Variable], list[Layer]]:
        """The version of the structure, the layer's own variables, and its direct sublayers."""
        parts = self._parts
        # Asked for first: what another thread adds during the walk makes the answer out of date.
        version = tracking.version()
        if parts is None or parts[0] != version:
            variables: dict[int, Variable] = {id(each): each for each in self._added_weights}
            layers: dict[int, Layer] = {}
            for _, each in self._named_parts():
                if isinstance(each, Variable):
                    variables.setdefault(id(each), each)
                else:
                    layers.setdefault(id(each), each)
            parts = version, list(variables.values()), list(layers.values())
            self._parts = parts
        return parts

    def _named_parts(self) -> Iterator[tuple[str, Any]]:
        """Variables and sublayers among the attributes, with the path of each."""
        raise NotImplementedError

    def _flatten_layers(self) -> list[Layer]:
        """This layer and all below it, each once, parents first."""
        order: list[Layer] = []
        seen: set[int] = set()
        stack: list[Any] = [self]
        while stack:
            layer = stack.pop()
            if id(layer) not in seen:
                seen.add(id(layer))
                order.append(layer)
                stack.extend(reversed(layer._found_parts()[2]))
        return order

    @property
    def weights(self) -> list[Variable]:
        """All variables of this layer and its sublayers, each once."""
        known = self._all_weights
        version = tracking.version()
        if known is None or known[0] != version:
            found: dict[int, Variable] = {}
            for layer in self._flatten_layers():
                for variable in _trainable_first(layer):
                    found.setdefault(id(variable), variable)
            known = version, list(found.values())
            self._all_weights = known
        return list(known[1])

    @property
    def variables(self) -> list[Variable]:
        """All variables of this layer and its sublayers."""
        return self.weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """The variables that training changes."""
        if not self._trainable:
            return []
        return [variable for variable in self.weights if variable._trainable]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training changes."""
        return self.trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The variables that training leaves as they are."""
        if not self._trainable:
            return self.weights
        return [variable for variable in self.weights if not variable._trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training leaves as they are."""
        return self.non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether training changes this layer; setting it holds for all sublayers too."""
        return self._trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        for layer in self._flatten_layers():
            layer._trainable = bool(trainable)
            for variable in layer._found_parts()[1]:
                if not any(variable is each for each in layer._untrainable):
                    variable.trainable = bool(trainable)

    # Values.

    def get_weights(self) -> list[npt.NDArray[Any]]:
        """The values of all variables, as NumPy arrays of their own."""
        return [np.asarray(variable.numpy()) for variable in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the values of all variables, in the order of `get_weights`.

        Raises:
            InvalidArgumentError: there are more or fewer arrays than variables.
            ShapeError: an array has not the shape of its variable.
        """
        if not isinstance(weights, list | tuple | np.ndarray):
            raise UsageError(
                f"set_weights: expected a list of arrays, as get_weights() gives it, got "
                f"{shortened(weights)}."
            )
        variables, values = self.weights, list(weights)
        if len(values) != len(variables):
            hint = "" if self.built else " It has none before it is built: call it once first."
            raise InvalidArgumentError(
                f"set_weights: layer {self.name!r} has {len(variables)} weights, but "
                f"{len(values)} arrays were given.{hint}"
            )
        arrays = [np.asarray(value) for value in values]
        for variable, array in zip(variables, arrays, strict=True):
            if variable.shape != array.shape:
                raise ShapeError(
                    f"set_weights: the weight {variable.path!r} of layer {self.name!r} has shape "
                    f"{tuple(variable.shape)}, the given array {array.shape}."
                )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def count_params(self) -> int:
        """How many numbers the weights hold together.

        Raises:
            InvalidArgumentError: the layer has no weights yet, as it is not built.
        """
        if not self.built:
            raise InvalidArgumentError(
                f"count_params: layer {self.name!r} is not built, so its weights have no shapes "
                "yet. Call it on data once, or build it: layer.build(input_shape)."
            )
        return count_elements(self.weights)

    # Penalties.

    @property
    def losses(self) -> list[Tensor]:
        """What regularizers and `add_loss` of this layer and its sublayers add to the loss."""
        found: list[Tensor] = []
        for layer in self._flatten_layers():
            found.extend(layer._call_losses)
        for layer in self._flatten_layers():
            for variable, regularizer in layer._regularized:
                if variable._trainable:
                    found.append(regularizer(variable))
        return found

    def _has_losses(self) -> bool:
        known = self._any_losses
        version = tracking.version()
        if known is None or known[0] != version:
            layers = self._flatten_layers()
            penalized = any(layer._regularized for layer in layers)
            known = version, penalized, layers
            self._any_losses = known
        return known[1] or any(layer._call_losses for layer in known[2])


def count_elements(variables: Iterable[Variable]) -> int:
    """How many numbers the variables hold together."""
    return sum(variable.node.size for variable in variables)


def _trainable_first(layer: Layer) -> list[Variable]:
    own = layer._found_parts()[1]
    if not layer._untrainable:
        return own
    fixed = {id(variable) for variable in layer._untrainable}
    return sorted(own, key=lambda variable: id(variable) in fixed)


def _named_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    name_first = bool(args) and (isinstance(args[0], str) or (args[0] is None and len(args) > 1))
    order = _KERAS_2_ORDER if name_first else _KERAS_3_ORDER
    if len(args) > len(order):
        raise InvalidArgumentError(
            f"add_weight: takes at most {len(order)} positional arguments ({', '.join(order)}), "
            f"got {len(args)}. Name the others."
        )
    named = dict(zip(order, args, strict=False))
    accepted = {*_KERAS_2_ORDER, "autocast", "aggregation", "synchronization", "use_resource"}
    for key, value in kwargs.items():
        if key not in accepted:
            raise InvalidArgumentError(
                f"add_weight: unknown argument {key}={value!r}. Known: {', '.join(_KERAS_2_ORDER)}."
            )
        if key in named:
            raise InvalidArgumentError(f"add_weight: {key} is given twice.")
        named[key] = value
    return named


def _checked_shape(shape: Any, path: str) -> tuple[int, ...]:
    if shape is None:
        return ()
    sizes = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
    if any(size is None or int(size) != size or size < 0 for size in sizes):
        raise ShapeError(
            f"add_weight: the weight {path!r} would get shape {sizes}, but every size has to be "
            "a known whole number. Is the shape of the input known?"
        )
    return tuple(int(size) for size in sizes)
