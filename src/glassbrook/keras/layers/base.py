"""`Layer`: configuration in `__init__`, variables in `build`, mathematics in `call`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self

from glassbrook.dtypes import DType
from glassbrook.errors import (
    GlassbrookError,
    InvalidArgumentError,
    ShapeError,
    UnimplementedError,
    shortened,
)
from glassbrook.graph import build as graph
from glassbrook.graph.provenance import reads_local
from glassbrook.keras import regularizers
from glassbrook.keras.dtype_policies import DTypePolicy, layer_dtype
from glassbrook.keras.layers import tracking
from glassbrook.keras.layers.arguments import as_layer_dtype, given_shape, with_arguments
from glassbrook.keras.layers.checks import several_inputs
from glassbrook.keras.layers.layer_path import (
    is_unexpected_structure,
    named_layer,
    note_build,
    note_call,
)
from glassbrook.keras.layers.spec import InputSpec, Shape, as_sizes, is_shape, shape_of
from glassbrook.keras.layers.state import PROBE_BATCH, calls, scope, unknown_batch
from glassbrook.keras.layers.symbolic_calls import SymbolicCalls, building
from glassbrook.keras.masks import call_with_masks, keep_masks, masks
from glassbrook.keras.naming import auto_name
from glassbrook.keras.registry import register
from glassbrook.keras.symbolic.tensor import KerasTensor, is_symbolic
from glassbrook.tensor import Tensor, TensorValue, Variable, convert_to_tensor, nest
from glassbrook.tensor.symbolic import SymbolicArgument

__all__ = ["Layer", "note_added_losses"]


@register("layer")
class Layer(SymbolicCalls):
    """A function with variables of its own: the base class of all layers and models.

    A subclass sets its configuration in `__init__`, makes its variables in ``build(input_shape)``
    with `add_weight`, and computes in ``call(inputs)``. `build` runs by itself when the layer is
    called for the first time. Layers and variables that are set as attributes, also in lists and
    dictionaries, belong to the layer.

    Args:
        trainable: whether training changes its variables.
        name: its name; by default the class name in snake case, numbered.
        dtype: the dtype of its variables and of what it computes; float32 by default.
        activity_regularizer: a penalty on its outputs that is added to the loss.
        input_shape: for the first layer of a model, the shape of one input, without the batch.
        batch_input_shape: the same with the batch size, which may be `None`.
        input_dim: the same as ``input_shape=(input_dim,)``.

    Example:
        >>> import glassbrook as tf
        >>> class Linear(tf.keras.layers.Layer):
        ...     def __init__(self, units, **options):
        ...         super().__init__(**options)
        ...         self.units = units
        ...     def build(self, input_shape):
        ...         self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")
        ...     def call(self, inputs):
        ...         return inputs @ self.w
        >>> layer = Linear(4)
        >>> layer(tf.ones([2, 3])).shape
        TensorShape([2, 4])
        >>> layer.name, [weight.path for weight in layer.trainable_weights]
        ('linear', ['linear/w'])
    """

    _takes_training = False
    _training_position: int | None = None
    _training_default: Any = None
    _training_required = False
    _takes_mask = False
    _mask_position: int | None = None
    # Whether masks of the inputs are passed on to the outputs; see `compute_mask`.
    supports_masking = False
    # Whether its own layers take care of masks, as those of a model do.
    _passes_masks = False
    # Whether the class never has variables, so that it needs no building to be complete.
    _without_variables = False
    _automatic_config = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """A layer with what every layer has, before `__init__` runs."""
        layer = super().__new__(cls)
        if cls.compute_mask is not Layer.compute_mask:
            masks.in_use = True
        # Set before __init__ runs, so that attributes can be set in any order there.
        vars(layer).update(
            built=False,
            input_spec=None,
            activity_regularizer=None,
            _ready=False,
            _calling=False,
            _name=None,
            _trainable=True,
            _compute_dtype=layer_dtype(),
            _variable_dtype=layer_dtype(),
            _added_weights=[],
            _untrainable=[],
            _regularized=[],
            _call_losses=[],
            _parts=None,
            _all_weights=None,
            _any_losses=None,
            _build_shape=None,
            _given_shape=None,
            _inbound_nodes=[],
            _chain_of=None,
            _arguments=(args, kwargs) if cls._automatic_config else None,
        )
        return layer

    def __init__(
        self,
        trainable: bool = True,
        name: str | None = None,
        dtype: Any = None,
        activity_regularizer: Any = None,
        autocast: bool = True,
        **kwargs: Any,
    ) -> None:
        self._trainable = bool(trainable)
        self._name = name if name is None else str(name)
        if self._name is None:
            self._name = auto_name(type(self).__name__)
        if dtype is not None:
            self._compute_dtype = self._variable_dtype = as_layer_dtype(dtype)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._given_shape = given_shape(type(self).__name__, kwargs)

    built: bool
    input_spec: Any
    activity_regularizer: Any
    _ready: bool
    _calling: bool
    _name: str | None
    _compute_dtype: DType
    _build_shape: Any
    _given_shape: Shape | None
    _arguments: tuple[tuple[Any, ...], dict[str, Any]] | None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "call" in cls.__dict__:
            cls._note_training_argument()
        if "compute_mask" in cls.__dict__ and "supports_masking" not in cls.__dict__:
            cls.supports_masking = True
        if "build" in cls.__dict__:
            cls.build = _completed_build(cls.__dict__["build"])  # type: ignore[method-assign]
        # A class with an __init__ but no get_config: its arguments are its configuration.
        cls._automatic_config = cls.__init__ is not Layer.__init__ and getattr(
            cls.get_config, "is_automatic", False
        )

    @classmethod
    def _note_training_argument(cls) -> None:
        """Find out, once per class, whether `call` takes `training`, and where."""
        try:
            parameters = list(inspect.signature(cls.call).parameters.values())[1:]
        except (TypeError, ValueError):
            return
        cls._takes_training, cls._training_default = False, None
        cls._training_position, cls._training_required = None, False
        cls._takes_mask, cls._mask_position = False, None
        for position, parameter in enumerate(parameters):
            if parameter.name == "mask":
                cls._takes_mask = True
                cls._mask_position = None if parameter.kind is parameter.KEYWORD_ONLY else position
            if parameter.name == "training":
                cls._takes_training = True
                keyword_only = parameter.kind is parameter.KEYWORD_ONLY
                cls._training_position = None if keyword_only else position
                cls._training_required = parameter.default is parameter.empty
                cls._training_default = None if cls._training_required else parameter.default

    # What a subclass defines.

    def build(self, input_shape: Any) -> None:
        """Make the variables, for inputs of the given shape; there are none by default."""
        self.built = True
        self._build_shape = input_shape

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; a subclass defines it."""
        raise UnimplementedError(
            f"Layer {self.name!r} ({type(self).__name__}) has no call(): define "
            "call(self, inputs) and return a tensor."
        )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the outputs: which time steps count for later layers.

        It is asked for if `supports_masking` is true, as it is in a subclass that defines this
        method. By default it is the mask of the inputs.

        Args:
            inputs: what the layer was called on.
            previous_mask: the mask of the inputs, or `None`.
        """
        return previous_mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for inputs of a given shape, in which `None` is not known.

        By default, the layer is called on zeros and nothing is computed but the shape.
        """
        return self._probe(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`, as numbers, texts, lists and dictionaries.

        Raises:
            InvalidArgumentError: an argument of a layer without a `get_config` of its own is none
                of these.
        """
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": self._variable_dtype.name,
        }
        if self._given_shape is not None:
            config["batch_input_shape"] = list(self._given_shape)
        return config if self._arguments is None else with_arguments(self, config)

    get_config.is_automatic = True  # type: ignore[attr-defined]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A new layer from what `get_config` gave; its weights are not part of that."""
        return cls(**config)

    # Calling.

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs for inputs; `training` is passed on to all layers within."""
        if not self._ready or not args:
            return self._first_call(args, kwargs)
        if _AddedLosses.in_use and calls.outermost is None:
            return self._outermost_call(args, kwargs)
        inputs = given = args[0]
        if type(inputs) is not Tensor or inputs._node.dtype is not self._compute_dtype:
            if is_symbolic(inputs):
                return self._call_symbolically(args, kwargs)
            inputs = self._converted(inputs)
        before = calls.training
        training = kwargs.pop("training", None)
        if training is None and len(args) > 1 and self._training_position is not None:
            args, training = _without_positional(args, self._training_position)
        if training is None:
            training = self._training_default if before is None else before
        if training is not before:
            calls.training = training
        if self._takes_training and (training is not None or self._training_required):
            kwargs["training"] = bool(training)
        try:
            if self.input_spec is not None:
                self._check_input(inputs)
            if masks.in_use:
                outputs = call_with_masks(self, given, inputs, args[1:], kwargs)
            else:
                outputs = self.call(inputs, *args[1:], **kwargs)
        except SymbolicArgument:
            if not is_symbolic((args, kwargs)):
                raise
            return self._call_symbolically(args, kwargs)
        except Exception as error:
            self._explain(error, inputs)
            raise
        finally:
            calls.training = before
        if self.activity_regularizer is not None:
            for each in nest.flatten(outputs):
                # By the batch size, so that the penalty does not depend on it.
                penalty = self.activity_regularizer(each)
                self.add_loss(penalty / max(int(each.shape[0]), 1) if each.ndim else penalty)
        return outputs

    def _outermost_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call that no other one encloses: what earlier ones added to the loss is forgotten."""
        self._clear_losses()
        calls.outermost = self
        try:
            return self(*args, **kwargs)
        finally:
            calls.outermost = None

    def _first_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Build the layer for these inputs, and call it within its name."""
        if not args:
            args, kwargs = _positional_inputs(self, kwargs)
        if is_symbolic((args, kwargs)):
            return self._call_symbolically(args, kwargs)
        if self._ready:
            return self(*args, **kwargs)
        converted = self._converted(args[0])
        if masks.in_use:
            keep_masks(args[0], converted)
        args = (converted, *args[1:])
        with building, scope(self.name):
            if not self.built:
                self._calling = True
                try:
                    self._build_within(self._call_shape(args[0]))
                finally:
                    self._calling = False
            self._ready = True
            try:
                return self(*args, **kwargs)
            except BaseException:
                self._ready = False
                raise

    def _build_within(self, shape: Any) -> None:
        try:
            self.build(shape)
        except Exception as error:
            note_build(error, self, shape)
            raise

    def _call_shape(self, inputs: Any) -> Any:
        shape = shape_of(inputs)
        return shape if calls.unknown_batch is None else _map_shapes(_without_batch, shape)

    def _converted(self, inputs: Any) -> Any:
        """Inputs as tensors, floats in the dtype that the layer computes in."""
        if isinstance(inputs, TensorValue):
            return self._cast(inputs)
        if nest.is_nested(inputs) and _holds_tensors(inputs):
            return nest.map_structure(self._converted, inputs)
        try:
            if inputs is None or callable(inputs):
                raise InvalidArgumentError(
                    f"Layer {self._title()} was called on {shortened(inputs)}, expected a tensor "
                    "or an array."
                )
            return self._cast(convert_to_tensor(inputs))
        except Exception as error:
            note_call(error, self, inputs)
            raise

    def _cast(self, inputs: TensorValue) -> Tensor:
        node = inputs.used_node()
        if node.dtype.is_floating and node.dtype is not self._compute_dtype:
            return Tensor(graph.cast(node, self._compute_dtype))
        return inputs if isinstance(inputs, Tensor) else Tensor(node)

    def _explain(self, error: Exception, inputs: Any) -> None:
        """Add to an error in `call` which layer it was, and raise a clearer one if there is one."""
        explained = error
        if named_layer(error):
            pass
        elif isinstance(error, GlassbrookError):
            shape = shape_of(inputs)
            problem = self._input_problem(shape) if is_shape(shape) else None
            explained = error if problem is None else ShapeError(problem)
        elif isinstance(error, AttributeError) and is_unexpected_structure(self, inputs):
            explained = ShapeError(several_inputs(self._title(), shape_of(inputs)))
        note_call(explained, self, inputs)
        if explained is not error:
            raise explained from None

    def _check_input(self, inputs: Any) -> None:
        """Raise an error unless the inputs fit `input_spec`."""
        specs = nest.flatten(self.input_spec)
        for spec, each in zip(specs, nest.flatten(inputs), strict=False):
            if isinstance(spec, InputSpec):
                spec.check(f"Layer {self._title()}", each.node.shape, each.dtype)

    def _input_problem(self, shape: Any) -> str | None:
        """What is wrong with inputs of this shape, if it is known; asked when a call failed."""
        return None

    def _input_axes(self) -> Sequence[str]:
        """What the axes of inputs mean, by the words of `keras.axes`, if it is known."""
        return ()

    def _title(self) -> str:
        return f"{self.name!r} ({type(self).__name__})"

    def _probe(self, input_shape: Any) -> Any:
        """The output shape by calling the layer on zeros of which nothing is computed."""
        sizes = (PROBE_BATCH, PROBE_BATCH + 2)
        return _map_shapes(_common_shape, *(self._probe_with(input_shape, size) for size in sizes))

    def _probe_with(self, input_shape: Any, unknown: int) -> Any:
        def zeros(shape: Any) -> Tensor:
            sizes = tuple(unknown if size is None else size for size in as_sizes(shape))
            return Tensor(graph.zeros(sizes, self._compute_dtype))

        with unknown_batch(unknown):
            outputs = self(_map_shapes(zeros, input_shape))
        self._clear_losses()
        if outputs is None:
            raise InvalidArgumentError(
                f"Layer {self._title()}: call returned None, expected a tensor. Does it lack a "
                "`return`?"
            )
        return shape_of(outputs)

    # Losses of its own.

    def add_loss(self, loss: Any) -> None:
        """Add a term to the loss that training minimizes; called from `call`.

        Args:
            loss: a scalar tensor, a function without arguments that gives one, or a list of them.
        """
        for each in loss if isinstance(loss, list | tuple) else [loss]:
            value = each() if callable(each) else each
            if value is not None:
                note_added_losses()
                self._call_losses.append(convert_to_tensor(value))

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer._call_losses.clear()

    # Names and attributes.

    @property
    def name(self) -> str:
        """The layer's name."""
        if self._name is None:  # a subclass that never called super().__init__()
            self._name = auto_name(type(self).__name__)
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = str(name)

    @property
    def path(self) -> str:
        """The layer's name within the models that hold it, as its variables show it."""
        for weight in self.weights:
            parts = weight.path.split("/")
            if self.name in parts:
                return "/".join(parts[: parts.index(self.name) + 1])
        return self.name

    @property
    def dtype(self) -> str:
        """The name of the dtype of the layer's variables."""
        return self._variable_dtype.name

    @property
    def variable_dtype(self) -> str:
        """The name of the dtype of the layer's variables."""
        return self._variable_dtype.name

    @property
    def compute_dtype(self) -> str:
        """The name of the dtype that the layer computes in."""
        return self._compute_dtype.name

    @property
    def dtype_policy(self) -> DTypePolicy:
        """The policy that says what the layer computes in."""
        return DTypePolicy(self._variable_dtype.name)

    @property
    def input_shape(self) -> Any:
        """The shape of the inputs that the layer was built for.

        Raises:
            AttributeError: the layer is not built.
        """
        if self._build_shape is None:
            raise AttributeError(f"Layer {self.name!r} has no defined input shape yet: build it.")
        return self._build_shape

    @property
    def output_shape(self) -> Any:
        """The shape of the outputs for inputs of `input_shape`.

        Raises:
            AttributeError: the layer is not built.
        """
        if self._build_shape is None:
            raise AttributeError(f"Layer {self.name!r} has no defined output shape yet: build it.")
        return self.compute_output_shape(self._build_shape)

    def _named_parts(self) -> Iterator[tuple[str, Any]]:
        public = {key: value for key, value in vars(self).copy().items() if key not in _INTERNAL}
        return tracking.trackables(public, Layer)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _INTERNAL:
            object.__setattr__(self, name, value)
            return
        structural = isinstance(value, _STRUCTURAL)
        if structural:
            value = tracking.track(value)
        else:
            structural = isinstance(vars(self).get(name), _STRUCTURAL)
        object.__setattr__(self, name, value)
        tracking.note_change()
        if structural:
            tracking.bump()

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        tracking.bump()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


# In which layers a node is made, its provenance tells.
reads_local("layer", Layer.__call__, "self")


class _AddedLosses:
    """Whether any layer ever called `add_loss`: until then, calls need not keep count."""

    in_use = False


def note_added_losses() -> None:
    """Let every call forget what the one before added to the loss."""
    _AddedLosses.in_use = True


_INTERNAL = frozenset(vars(Layer.__new__(Layer)))
_STRUCTURAL = (Layer, Variable, list, tuple, dict)


def _completed_build(build: Callable[..., None]) -> Callable[..., None]:
    """`build`, after which the layer counts as built, and within whose name variables are made."""

    @functools.wraps(build)
    def complete(self: Layer, input_shape: Any = None, *args: Any, **kwargs: Any) -> None:
        if isinstance(input_shape, list) and is_shape(input_shape):
            input_shape = tuple(input_shape)
        if calls.scope[-1:] == [self.name]:
            build(self, input_shape, *args, **kwargs)
        else:
            with scope(self.name):
                build(self, input_shape, *args, **kwargs)
        self.built = True
        if input_shape is not None:
            self._build_shape = input_shape

    return complete


def _without_positional(args: tuple[Any, ...], position: int) -> tuple[tuple[Any, ...], Any]:
    """Arguments with the one at `position`, `training`, taken out if it is the last."""
    if len(args) == position + 1:
        return args[:position], args[position]
    return args, None


def _positional_inputs(
    layer: Layer, kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The first argument of `call`, given by name, as a positional one."""
    names = list(inspect.signature(layer.call).parameters)
    if not names or names[0] not in kwargs:
        raise InvalidArgumentError(
            f"Layer {layer._title()} was called without inputs: layer(inputs)."
        )
    rest = {key: value for key, value in kwargs.items() if key != names[0]}
    return (kwargs[names[0]],), rest


def _holds_tensors(structure: Any) -> bool:
    leaves = nest.flatten(structure)
    return isinstance(structure, Mapping) or any(
        hasattr(each, "node") or hasattr(each, "__array__") or isinstance(each, KerasTensor)
        for each in leaves
    )


def _map_shapes(function: Callable[..., Any], *structures: Any) -> Any:
    """`function` of every shape in a structure of shapes."""
    first = structures[0]
    if is_shape(first):
        return function(*structures)
    if isinstance(first, Mapping):
        return {key: _map_shapes(function, *(each[key] for each in structures)) for key in first}
    return [_map_shapes(function, *items) for items in zip(*structures, strict=True)]


def _without_batch(shape: Shape) -> Shape:
    return (None, *shape[1:]) if shape and shape[0] == calls.unknown_batch else shape


def _common_shape(first: Shape, second: Shape) -> Shape:
    return tuple(x if x == y else None for x, y in zip(first, second, strict=True))
