"""`RNN`: any cell as a layer over sequences."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Self

from glassbrook.engine.tracing import NeedsValue, active
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.keras import axes, registry
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.recurrent.dropout import DropoutRNNCell
from glassbrook.keras.layers.recurrent.stacked import (
    StackedRNNCells,
    initial_states,
    output_size_of,
    step_of,
    takes_training,
)
from glassbrook.keras.layers.recurrent.steps import Results, run_steps
from glassbrook.keras.layers.spec import InputSpec, is_shape
from glassbrook.keras.layers.state import calls
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, Variable, as_node, convert_to_tensor, nest

__all__ = ["RNN"]


@register("layer")
class RNN(Layer):
    """A cell applied to one time step after the other: a layer of sequences, [batch, time, …].

    A cell has a `state_size`, a number or a list of some, and ``call(inputs, states)``, which takes
    the inputs of one time step and the states, and returns the output and the next states. Its
    variables are made in `build`. It may have an `output_size`, and a `get_initial_state`.

    Args:
        cell: the cell, or a list of cells that are applied to each other's output.
        return_sequences: whether to give the outputs of all time steps, [batch, time, …], instead
            of the last one, [batch, …].
        return_state: whether to give the last states, too.
        go_backwards: whether to begin with the last time step; outputs are then in that order.
        stateful: whether a batch goes on with the last states of the batch before, until
            `reset_state`. The batch size must be fixed.
        unroll: accepted for Keras's sake: loops are compiled anyhow.
        zero_output_for_mask: whether time steps that a mask excludes give 0; by default they give
            the output of the step before.

    Raises:
        InvalidArgumentError: the cell has no `call` or no `state_size`.

    Example:
        >>> import glassbrook as tf
        >>> class Sum(tf.keras.layers.Layer):
        ...     state_size = 2
        ...     def call(self, inputs, states):
        ...         total = states[0] + inputs
        ...         return total, [total]
        >>> layer = tf.keras.layers.RNN(Sum(), return_sequences=True)
        >>> layer(tf.ones([1, 3, 2])).numpy().tolist()
        [[[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]]
    """

    supports_masking = True
    _KEPT = "states"

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        self._takes_time_first = bool(kwargs.pop("time_major", False))
        super().__init__(**_with_input_shape(kwargs))
        self.cell = _checked_cell(StackedRNNCells(cell) if isinstance(cell, list | tuple) else cell)
        self.return_sequences = bool(return_sequences)
        self.return_state = bool(return_state)
        self.go_backwards = bool(go_backwards)
        self.stateful = bool(stateful)
        self.unroll = bool(unroll)
        self.zero_output_for_mask = bool(zero_output_for_mask)
        self.states: Any = None
        sizes = self.cell.state_size
        self.state_size = list(sizes) if isinstance(sizes, list | tuple) else [sizes]

    def _named_parts(self) -> Iterator[tuple[str, Any]]:
        # What is kept from batch to batch is no weight.
        for path, part in super()._named_parts():
            if path.partition(".")[0] != self._KEPT:
                yield path, part

    def build(self, input_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell for the inputs of one time step."""
        shape = _first_shape(input_shape)
        self._check_sequences(shape)
        if isinstance(self.input_spec, InputSpec):
            self.input_spec.check(f"Layer {self._title()}", shape, None)
        if len(shape) < 2:
            raise ShapeError(
                f"Layer {self._title()} expects sequences, [batch, time, …], but got shape {shape}."
            )
        batch = shape[1] if self._takes_time_first else shape[0]
        _build_cell(self.cell, (batch, *shape[2:]))
        if self.stateful and self.states is None and batch is not None:
            self._make_states(batch)

    def _input_axes(self) -> tuple[str, ...]:
        spec = self.input_spec
        sequences = isinstance(spec, InputSpec) and spec.ndim == 3
        return axes.SEQUENCES if sequences and not self._takes_time_first else ()

    def _input_problem(self, shape: Any) -> str | None:
        """What is wrong with the axes of sequences of numbers, or with their features."""
        spec = self.input_spec
        if not isinstance(spec, InputSpec) or spec.ndim != 3 or not is_shape(shape):
            return None
        if len(shape) != 3:
            hint = ""
            if len(shape) == 2:
                hint = (
                    " A series of numbers, one per time step, needs an axis of features: "
                    "tf.expand_dims(x, -1); a single sequence needs an axis in front: "
                    "tf.expand_dims(x, 0); numbers of words need an Embedding layer before; a "
                    "recurrent layer before needs return_sequences=True."
                )
            return (
                f"Layer {self._title()} expects 3 axes, {axes.layout(axes.SEQUENCES)}, but got an "
                f"input of shape {tuple(shape)}.{hint}"
            )
        kernel = vars(self.cell).get("kernel")
        if not isinstance(kernel, Variable) or shape[-1] in (kernel.shape[0], None):
            return None
        return (
            f"Layer {self._title()} was built for {kernel.shape[0]} features per time step, but "
            f"got an input of shape {tuple(shape)}, laid out as "
            f"{axes.layout(axes.SEQUENCES)}. Check the data, or the layer before it."
        )

    def _make_states(self, batch: int) -> None:
        first = self.get_initial_state(batch)
        self.states = nest.map_structure(
            lambda each: Variable(each, trainable=False, name="rnn_state"), first
        )

    def get_initial_state(
        self, batch_size: Any = None, inputs: Any = None, dtype: Any = None
    ) -> Any:
        """The states that the first time step starts from: zeros, unless the cell says otherwise.

        Args:
            batch_size: how many sequences there are; or a batch of them.
            inputs: a batch of sequences, as Keras 2 passes it.
            dtype: accepted for Keras's sake, without effect.
        """
        given = inputs if inputs is not None else batch_size
        # A tensor of rank 0 is the size: a TensorShape is true whenever its rank is known.
        size = given.shape[0] if len(getattr(given, "shape", ())) else given
        found = initial_states(self.cell, int(size), self._compute_dtype)
        return list(found) if isinstance(found, list | tuple) else [found]

    # States from batch to batch.

    def reset_state(self) -> None:
        """Begin the next batch with states of zeros."""
        for variable in nest.flatten(self.states) if self.states is not None else ():
            node = variable.stored_node()
            variable.assign(Tensor(build.zeros(node.shape, node.dtype)))

    def reset_states(self, states: Any = None) -> None:
        """Begin the next batch with states of zeros, or with given ones: the older name.

        Raises:
            InvalidArgumentError: the layer is not stateful.
        """
        if states is None:
            self.reset_state()
            return
        if self.states is None:
            raise InvalidArgumentError(
                f"Layer {self._title()} keeps no states: it needs stateful=True, and to be built."
            )
        for variable, value in zip(nest.flatten(self.states), nest.flatten(states), strict=True):
            variable.assign(value)

    # The call.

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """Apply the cell to all time steps.

        Args:
            sequences: [batch, time, …]; or a list of that and the first states.
            initial_state: the first states; zeros by default.
            mask: true where a time step counts, [batch, time].
            training: whether the layer is being trained.

        Raises:
            InvalidArgumentError: the number of states is not that of the cell.
            ShapeError: the batch is not of the size that a stateful layer was built for.
        """
        if initial_state is None and self._is_with_states(sequences):
            sequences, *initial_state = sequences
        if isinstance(mask, list | tuple):
            mask = mask[0]
        if self._takes_time_first:
            sequences = nest.map_structure(_swapped, sequences)
        first = nest.flatten(sequences)[0]
        batch = int(first.shape[0])
        states = self._first_states(batch, initial_state)
        self._check_sequences(tuple(first.shape))
        self._check_mask(mask, first.shape)
        like = Tensor(build.zeros((batch, *first.shape[2:]), first.dtype))
        self._draw_masks(self.cell, like, states)
        try:
            found = self.inner_loop(sequences, states, mask, training)
        finally:
            self._forget_masks(self.cell)
        return self._given(found)

    def _check_sequences(self, shape: Any) -> None:
        problem = self._input_problem(shape)
        if problem is not None:
            raise ShapeError(problem)

    def _check_mask(self, mask: Any, shape: Any) -> None:
        if mask is None:
            return
        sizes = as_node(mask).shape
        if len(sizes) < 2 or sizes[0] not in (1, shape[0]) or sizes[1] != shape[1]:
            raise ShapeError(
                f"Layer {self._title()}: a mask of shape {tuple(sizes)} does not fit inputs of "
                f"shape {tuple(shape)}: expected {tuple(shape[:2])}, one truth value for each time "
                f"step, {axes.layout(axes.STEPS)}."
            )

    def _keeps_states(self) -> bool:
        """Whether this call goes on from the last one: not where only shapes are found out."""
        return self.stateful and calls.unknown_batch is None

    def _is_with_states(self, sequences: Any) -> bool:
        """Whether inputs are a list of sequences and first states, as Keras 2 allows."""
        if not isinstance(sequences, list) or len(sequences) != 1 + len(self.state_size):
            return False
        return bool(sequences[1].ndim != sequences[0].ndim)

    def _first_states(self, batch: int, given: Any) -> Any:
        if given is None and self._keeps_states():
            if self.states is None:
                self._make_states(batch)
            given = self.states
            size = nest.flatten(given)[0].shape[0]
            if size != batch:
                raise ShapeError(
                    f"Layer {self._title()} is stateful, so that all batches must have the same "
                    f"size: it was built for {size} sequences, but got {batch}. Drop the last "
                    "batch (drop_remainder=True), or choose a batch_size that divides the data."
                )
        if given is None:
            given = self.get_initial_state(batch)
        states = list(given) if isinstance(given, list | tuple) else [given]
        if len(states) != len(self.state_size):
            raise InvalidArgumentError(
                f"Layer {self._title()} has {len(self.state_size)} states, but initial_state has "
                f"{len(states)}. Pass a list of {len(self.state_size)} tensors."
            )
        dtype = getattr(self.cell, "_compute_dtype", self._compute_dtype)
        states = nest.map_structure(
            lambda each: Tensor(build.cast(as_node(convert_to_tensor(each)), dtype)), states
        )
        self._check_states(states, batch)
        return states

    def _check_states(self, states: list[Any], batch: int) -> None:
        for place, (state, size) in enumerate(zip(states, self.state_size, strict=True)):
            if not isinstance(state, Tensor) or not isinstance(size, int) or state.shape.rank != 2:
                continue
            if tuple(state.shape) != (batch, size):
                raise ShapeError(
                    f"Layer {self._title()}: initial_state[{place}] has shape "
                    f"{tuple(state.shape)}, expected {(batch, size)}, [batch, units]."
                )

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool) -> Results:
        """The results of all time steps."""
        step = step_of(self.cell)
        options = {"training": training} if takes_training(self.cell) else {}
        single = not isinstance(self.cell.state_size, list | tuple)

        def one_step(inputs: Any, states: Any) -> tuple[Any, Any]:
            output, following = self._output_and_states(step(inputs, states, **options))
            self._refuse_losses()
            if single and not isinstance(following, list | tuple):
                following = [following]
            return output, following

        return run_steps(
            one_step,
            sequences,
            initial_state,
            mask,
            go_backwards=self.go_backwards,
            zero_output_for_mask=self.zero_output_for_mask,
            all_outputs=self.return_sequences,
        )

    def _output_and_states(self, found: Any) -> Any:
        """What a cell returned, if it can be the output of a time step and the next states."""
        if not isinstance(found, list | tuple) or len(found) != 2:
            got = (
                f"{len(found)} values" if isinstance(found, list | tuple) else type(found).__name__
            )
            raise InvalidArgumentError(
                f"Layer {self._title()}: the call of the cell {type(self.cell).__name__} returned "
                f"{got}. It must return its output and the next states: return output, [state]."
            )
        return found

    def _refuse_losses(self) -> None:
        """Raise `NeedsValue` if the cell added to the loss in a loop of a graph.

        What it added stands for all time steps there, and has no value outside.
        """
        trace = active.trace
        if trace is None or not trace.loops or not isinstance(self.cell, Layer):
            return
        added = [each for each in self.cell._flatten_layers() if each._call_losses]
        for each in added:
            each._call_losses.clear()
        if added:
            raise NeedsValue("a penalty that is added to the loss at every time step")

    def _given(self, found: Results) -> Any:
        """What the call returns."""
        if self._keeps_states():
            kept, last = nest.flatten(self.states), nest.flatten(found.states)
            for variable, state in zip(kept, last, strict=True):
                variable.assign(state)
        output = found.outputs if self.return_sequences else found.last
        assert output is not None
        output = Tensor(build.cast(as_node(output), self._compute_dtype))
        if self._takes_time_first and self.return_sequences:
            output = _swapped(output)
        return (output, *found.states) if self.return_state else output

    def _draw_masks(self, cell: Any, inputs: Tensor, states: Any) -> None:
        """Draw what is dropped before the first time step: it is the same for all.

        Keras draws whether it is needed or not, and who wants its numbers does the same.
        """
        if isinstance(cell, StackedRNNCells):
            for each, state in zip(cell.cells, states, strict=True):
                self._draw_masks(each, inputs, state)
                shape = (inputs.shape[0], output_size_of(each))
                inputs = Tensor(build.zeros(shape, inputs.dtype))
        elif isinstance(cell, DropoutRNNCell):
            cell.get_dropout_mask(inputs)
            cell.get_recurrent_dropout_mask(nest.flatten(states)[0])

    def _forget_masks(self, cell: Any) -> None:
        for each in cell.cells if isinstance(cell, StackedRNNCells) else [cell]:
            if isinstance(each, StackedRNNCells):
                self._forget_masks(each)
            elif isinstance(each, DropoutRNNCell):
                each.reset_dropout_mask()
                each.reset_recurrent_dropout_mask()

    # Shapes, masks and configuration.

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the outputs: that of the inputs if all outputs are returned."""
        first = nest.flatten(mask)[0]
        output = first if self.return_sequences else None
        return [output, *(None for _ in self.state_size)] if self.return_state else output

    def compute_output_shape(self, input_shape: Any, initial_state_shape: Any = None) -> Any:
        """``[batch, …]`` or ``[batch, time, …]``, and the shapes of the states if asked for."""
        shape = _first_shape(input_shape)
        batch, time = shape[:2] if not self._takes_time_first else (shape[1], shape[0])
        size = output_size_of(self.cell)
        features = tuple(size) if isinstance(size, list | tuple) else (size,)
        output = (batch, time, *features) if self.return_sequences else (batch, *features)
        if self._takes_time_first and self.return_sequences:
            output = (time, batch, *features)
        if not self.return_state:
            return output
        return (output, *(_state_shape(each, batch) for each in self.state_size))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        config: dict[str, Any] = {
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "stateful": self.stateful,
            "unroll": self.unroll,
            "zero_output_for_mask": self.zero_output_for_mask,
            "cell": registry.serialize(self.cell),
        }
        if self._takes_time_first:
            config["time_major"] = True
        return super().get_config() | config

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Self:
        """A new layer from what `get_config` gave."""
        rest = {key: value for key, value in config.items() if key != "cell"}
        return cls(registry.deserialize("layer", config["cell"], custom_objects), **rest)


def _with_input_shape(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments in which Keras 2's `input_dim` and `input_length` are an `input_shape`."""
    length = kwargs.pop("input_length", None)
    if kwargs.get("input_dim") is not None and kwargs.get("input_shape") is None:
        kwargs["input_shape"] = (length, kwargs.pop("input_dim"))
    return kwargs


def _checked_cell(cell: Any) -> Any:
    if not hasattr(cell, "call"):
        raise InvalidArgumentError(
            f"RNN: the cell {cell!r} has no call(inputs, states). A cell takes the inputs of one "
            "time step and the states, and returns the output and the next states."
        )
    if getattr(cell, "state_size", None) is None:
        raise InvalidArgumentError(
            f"RNN: the cell {cell!r} has no state_size: set it to the size of its state, or to a "
            "list of sizes for several states."
        )
    return cell


def _build_cell(cell: Any, shape: tuple[int | None, ...]) -> None:
    if isinstance(cell, Layer):
        if not cell.built:
            cell._build_within(shape)
    elif hasattr(cell, "build") and not getattr(cell, "built", False):
        parameters = inspect.signature(cell.build).parameters
        cell.build(shape) if parameters else cell.build()


def _first_shape(shapes: Any) -> Any:
    """The first shape in a structure of shapes."""
    while not is_shape(shapes):
        shapes = nest.children(shapes)[0]
    return shapes


def _state_shape(size: Any, batch: Any) -> Any:
    if isinstance(size, list | tuple):
        return [(batch, each) for each in size]
    return batch, size


def _swapped(x: Any) -> Tensor:
    node = as_node(x)
    return Tensor(build.transpose(node, (1, 0, *range(2, node.rank))))
