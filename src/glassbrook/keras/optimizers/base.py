"""`Optimizer`: how gradients change variables.

An optimizer is defined by its slots (what it remembers per parameter), its scalars (numbers of a
step that hold for all parameters), and `update`, the formula for one parameter. Everything else
is common and stands here: clipping, weight decay, learning rates, saving.

The nodes of all updates are built, then computed at once: one training iteration is one program.
Scalars are leaves of that program, so another learning rate does not make another program.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self, TypedDict, Unpack

import numpy as np

from glassbrook import dtypes
from glassbrook.engine import realize
from glassbrook.engine.tracing import active
from glassbrook.errors import InvalidArgumentError, UnimplementedError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import registry
from glassbrook.keras.naming import auto_name
from glassbrook.keras.optimizers.clipping import Clipping
from glassbrook.keras.optimizers.numbers import (
    Common,
    Leaves,
    Numbers,
    NumbersNow,
    SuppliedNumbers,
)
from glassbrook.keras.optimizers.pairs import gradient_node, listed_pairs
from glassbrook.keras.optimizers.schedules import LearningRateSchedule
from glassbrook.tensor import GradientTape, Tensor, Variable, as_node

__all__ = ["Optimizer", "Options"]


class Options(TypedDict, total=False):
    """What every optimizer takes beside its own arguments."""

    weight_decay: float | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: float | None
    gradient_accumulation_steps: int | None
    name: str | None
    lr: Any
    decay: float | None


class _Parameter(NamedTuple):
    """A variable that is optimized, and what the optimizer remembers about it."""

    variable: Variable
    slots: tuple[Variable, ...]


class Optimizer:
    """Base of all optimizers.

    A subclass names its `slots` and defines `scalars` and `update`; or, as in Keras, it overrides
    `build` and ``update_step(gradient, variable, learning_rate)``.

    Args:
        learning_rate: a number, a `LearningRateSchedule`, or a function without arguments; ``lr=``
            means the same.
        weight_decay: the part of each parameter, times the learning rate, that is taken off per
            step.
        clipnorm: the greatest length that each gradient may have.
        clipvalue: the greatest size that each element of a gradient may have.
        global_clipnorm: the greatest length that all gradients together may have.
        use_ema: whether to keep an exponential moving average of the parameters.
        ema_momentum: how much of the average stays at each step.
        ema_overwrite_frequency: after how many steps the parameters are set to their average;
            never by default, `finalize_variable_values` does it.
        loss_scale_factor: by what the loss was multiplied; gradients are divided by it.
        decay: with ``decay=d``, the learning rate of step t (from 0) is divided by 1 + d·t.
        name: what the optimizer is called.
    """

    slots: tuple[str, ...] = ()
    """What is remembered per parameter, such as a momentum."""

    def __init__(self, learning_rate: Any = 0.01, **options: Unpack[Options]) -> None:
        unknown = options.keys() - Options.__annotations__.keys()
        if unknown:
            raise InvalidArgumentError(
                f"{type(self).__name__} got an argument that it does not know: "
                f"{', '.join(sorted(unknown))}. It takes learning_rate, its own arguments, and "
                f"{', '.join(Options.__annotations__)}."
            )
        if options.get("gradient_accumulation_steps"):
            raise InvalidArgumentError(
                "gradient_accumulation_steps is not supported: sum up gradients over several "
                "batches yourself, then call apply_gradients once."
            )
        self.name = options.get("name") or auto_name(type(self).__name__)
        self.weight_decay = options.get("weight_decay")
        self.clipping = Clipping(
            options.get("clipnorm"), options.get("clipvalue"), options.get("global_clipnorm")
        )
        self.use_ema = options.get("use_ema", False)
        self.ema_momentum = options.get("ema_momentum", 0.99)
        self.ema_overwrite_frequency = options.get("ema_overwrite_frequency")
        self.loss_scale_factor = options.get("loss_scale_factor")
        self.decay = options.get("decay") or 0.0
        if not 0 <= self.ema_momentum <= 1:
            raise InvalidArgumentError(f"ema_momentum is {self.ema_momentum}, expected 0 to 1.")
        self._parameters: dict[int, _Parameter] = {}
        self._own_variables: list[Variable] = []
        self._leaves: Leaves = {}
        self._warned: set[int] = set()
        self._iterations = Variable(
            0, trainable=False, name="iteration", dtype="int64", path=f"{self.name}/iteration"
        )
        self._one = Tensor(build.data(1, dtypes.int64))
        self._learning_rate: Any = None
        self.learning_rate = options.get("lr", learning_rate)
        self.built = False

    # The formula: what subclasses define.

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """The numbers that `update` needs, the same for all parameters.

        Args:
            learning_rate: that of this step.
            step: which step this is, from 1 on.
        """
        return (learning_rate,)

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new value of one parameter, followed by those of its slots."""
        raise UnimplementedError(
            f"{type(self).__name__} is an optimizer without a formula. Define "
            "update_step(self, gradient, variable, learning_rate)."
        )

    def initial_slot(self, slot: str, variable: Variable) -> Any:
        """The first value of a slot: zeros, unless a subclass says otherwise."""
        return np.zeros(variable.node.shape, variable.dtype.numpy)

    def update_step(self, gradient: Tensor, variable: Variable, learning_rate: Any) -> None:
        """Change one variable, and what the optimizer remembers of it, as a Keras subclass does."""
        raise NotImplementedError

    # Learning rate and count of steps.

    @property
    def iterations(self) -> Variable:
        """How many steps have been done."""
        return self._iterations

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a variable, or for a schedule its present value."""
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            trace = active.trace
            if trace is not None:
                return SuppliedNumbers(self, trace).rate()
            return rate(self._iterations)
        return rate() if not isinstance(rate, Variable) else rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(value, LearningRateSchedule) or (
            callable(value) and not isinstance(value, Variable | Tensor)
        ):
            self._learning_rate = value
            return
        try:
            if isinstance(value, str):
                raise TypeError
            rate = float(value)
        except (TypeError, ValueError):
            raise InvalidArgumentError(
                f"{type(self).__name__}: learning_rate is {value!r}, expected a number, a "
                "LearningRateSchedule, or a function without arguments that gives a number."
            ) from None
        if isinstance(self._learning_rate, Variable):
            self._learning_rate.assign(rate)
        else:
            self._learning_rate = Variable(
                rate,
                trainable=False,
                name="learning_rate",
                dtype="float32",
                path=f"{self.name}/learning_rate",
            )

    @property
    def lr(self) -> Any:
        """The learning rate, by its old name."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    def _steps_done(self) -> int:
        return int(_value(self._iterations))

    @property
    def stored_rate(self) -> Any:
        """What the learning rate was given as: a variable, a schedule or a function."""
        return self._learning_rate

    def _rate_at(self, steps_done: int, ahead: int) -> float:
        """The learning rate of a step, `ahead` steps after the next one."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            value = float(_value(rate))
        elif isinstance(rate, LearningRateSchedule):
            step = Tensor(build.data(steps_done, dtypes.int64)) if ahead else self._iterations
            value = rate.rate(step)
        else:
            value = float(rate())
        return value / (1.0 + self.decay * steps_done) if self.decay else value

    # Variables.

    @property
    def variables(self) -> list[Variable]:
        """The count of steps, the learning rate, then the slots of each parameter in turn."""
        found = [self._iterations]
        if isinstance(self._learning_rate, Variable):
            found.append(self._learning_rate)
        slots = (slot for parameter in self._parameters.values() for slot in parameter.slots)
        return [*found, *slots, *self._own_variables]

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the slots of variables that the optimizer does not know yet."""
        for variable in variables:
            if id(variable) not in self._parameters:
                names = (*self.slots, "average") if self.use_ema else self.slots
                slots = tuple(self._slot(name, variable) for name in names)
                self._parameters[id(variable)] = _Parameter(variable, slots)
        self.built = True

    def _slot(self, slot: str, variable: Variable) -> Variable:
        initial = np.zeros(variable.node.shape, variable.dtype.numpy)
        if slot != "average":
            initial = self.initial_slot(slot, variable)
        name = f"{variable.path.replace('/', '_').replace(':', '_')}_{slot}"
        return Variable(initial, False, name=name, dtype=variable.dtype, path=f"{self.name}/{name}")

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """A variable of the optimizer's own, of the shape and dtype of another, at first zeros."""
        variable = self._slot(name or "var", reference_variable)
        if callable(initializer):
            variable.assign(initializer(reference_variable.shape, reference_variable.dtype))
        self._own_variables.append(variable)
        return variable

    def add_variable(
        self, shape: Sequence[int], initializer: Any = "zeros", dtype: Any = None, name: Any = None
    ) -> Variable:
        """A variable of the optimizer's own, at first zeros."""
        reference = Variable(np.zeros(tuple(shape)), False, name=name, dtype=dtype or "float32")
        return self.add_variable_from_reference(reference, name, initializer)

    def assign(self, variable: Variable, value: Any) -> None:
        """Set a variable; for `update_step`."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Add to a variable; for `update_step`."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtract from a variable; for `update_step`."""
        variable.assign_sub(value)

    def _get_variable_index(self, variable: Variable) -> int:
        return list(self._parameters).index(id(variable))

    # One step.

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Variable]], name: str | None = None, **unused: Any
    ) -> Variable:
        """Do one step.

        Args:
            grads_and_vars: pairs of a gradient and its variable, as ``zip(gradients, variables)``
                gives them. Variables whose gradient is `None` stay as they are.
            name: accepted for TensorFlow's sake, without effect.
            unused: accepted for old code's sake, without effect.

        Returns:
            The count of steps.

        Raises:
            InvalidArgumentError: no variable has a gradient.
            ShapeError: a gradient has another shape than its variable.

        Example:
            >>> import glassbrook as tf
            >>> x = tf.Variable([1.0, 2.0])
            >>> step = tf.keras.optimizers.SGD(0.5).apply_gradients([(tf.constant([1.0, 1.0]), x)])
            >>> x.numpy()
            array([0.5, 1.5], dtype=float32)
        """
        pairs = listed_pairs(grads_and_vars)
        self._apply([pair[0] for pair in pairs], [pair[1] for pair in pairs])
        return self._iterations

    def apply(self, grads: Iterable[Any], trainable_variables: Any = None) -> Variable:
        """Do one step, given gradients and variables in the same order.

        Args:
            grads: one gradient per variable.
            trainable_variables: the variables; those that the optimizer was built with by default.

        Raises:
            InvalidArgumentError: there are not as many gradients as variables.
        """
        gradients = list(grads)
        if trainable_variables is None:
            variables = [parameter.variable for parameter in self._parameters.values()]
        else:
            variables = list(trainable_variables)
        if len(gradients) != len(variables):
            raise InvalidArgumentError(
                f"{self.name}.apply: got {len(gradients)} gradients for {len(variables)} "
                "variables, expected one for each."
            )
        self._apply(gradients, variables)
        return self._iterations

    def minimize(
        self,
        loss: Any,
        var_list: Any,
        tape: GradientTape | None = None,
        grad_loss: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Compute gradients of a loss and do one step.

        Args:
            loss: a function without arguments that computes the loss; or a tensor, with its tape.
            var_list: the variables to change, or a function that gives them.
            tape: the tape that recorded the loss.
            grad_loss: a weight for the loss, of its shape.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: the loss is a tensor, and there is no tape.

        Example:
            >>> import glassbrook as tf
            >>> x = tf.Variable(3.0)
            >>> step = tf.keras.optimizers.SGD(0.1).minimize(lambda: x**2, [x])
            >>> x.numpy().round(4)
            np.float32(2.4)
        """
        if callable(loss):
            tape = GradientTape() if tape is None else tape
            with tape:
                loss = loss()
        elif tape is None:
            raise InvalidArgumentError(
                f"{self.name}.minimize: the loss is a {type(loss).__name__}, and no tape is given. "
                "Pass a function: minimize(lambda: loss(model(x), y), variables), or tape=tape."
            )
        variables = list(var_list() if callable(var_list) else var_list)
        gradients = tape.gradient(loss, variables, grad_loss)
        return self.apply_gradients(zip(gradients, variables))

    def _apply(self, gradients: Sequence[Any], variables: Sequence[Variable]) -> None:
        nodes: list[Node] = []
        kept: list[Variable] = []
        for gradient, variable in zip(gradients, variables):
            if gradient is not None:
                nodes.append(gradient_node(gradient, variable, self.name))
                kept.append(variable)
        if not kept or len(kept) < len(variables):
            self._warn_of_missing(kept, variables)
        if self.loss_scale_factor:
            nodes = [_scaled(node, 1.0 / self.loss_scale_factor) for node in nodes]
        if self.clipping.active:
            nodes = self.clipping.clip(nodes)
        if not self.built or any(id(variable) not in self._parameters for variable in kept):
            self.build(kept)
        trace = active.trace
        if trace is None:
            self._update(nodes, kept, NumbersNow(self.numbers_at(0), self._leaves))
            self._iterations.assign_add(self._one)
            # Gradients that nobody else holds need not be kept apart from what reads the weights.
            del nodes
            realize([variable.node for variable in kept])
        else:
            numbers = SuppliedNumbers(self, trace)
            self._update(nodes, kept, numbers)
            self._iterations.assign_add(self._one)
            numbers.applied()

    def _update(self, gradients: list[Node], variables: list[Variable], numbers: Numbers) -> None:
        if type(self).update_step is not Optimizer.update_step:
            self._update_as_keras(gradients, variables, numbers)
        else:
            self._update_all(gradients, variables, numbers)

    def numbers_at(self, ahead: int) -> tuple[float, ...]:
        """All numbers of a step: `scalars`, then those of `Common`.

        Args:
            ahead: how many steps after the next one; 0 for the next one itself.
        """
        steps_done = self._steps_done() + ahead
        rate = self._rate_at(steps_done, ahead)
        momentum = self.ema_momentum if steps_done else 0.0
        frequency = self.ema_overwrite_frequency
        overwrites = 1.0 if frequency and (steps_done + 1) % frequency == 0 else 0.0
        decay = rate * (self.weight_decay or 0.0)
        common = (rate, decay, momentum, 1.0 - momentum, overwrites)
        return (*self.scalars(rate, steps_done + 1), *common)

    def _update_all(
        self, gradients: list[Node], variables: list[Variable], numbers: Numbers
    ) -> None:
        count = len(self.slots)
        for gradient, variable in zip(gradients, variables):
            slots = self._parameters[id(variable)].slots
            node = variable.node
            scalars, common = numbers.nodes(node.dtype)
            if self.weight_decay is not None:
                # Decoupled from the gradient: it never enters the slots.
                node = build.sub(node, build.mul(node, common.decay))
            held = tuple([slot.node for slot in slots[:count]])
            node, *updated = self.update(gradient, node, held, scalars)
            if variable.constraint is not None:
                node = as_node(variable.constraint(Tensor(node)), node.dtype)
            if self.use_ema:
                node = self._averaged(node, slots[count], common)
            variable.assign_node(node, "apply_gradients")
            for slot, value in zip(slots, updated):
                slot.assign_node(value, "apply_gradients")

    def _averaged(self, node: Node, average: Variable, common: Common) -> Node:
        """Update the moving average of a parameter; return the parameter's new value."""
        kept = build.mul(average.node, common.momentum)
        value = build.add(kept, build.mul(node, common.share))
        average.assign_node(value, "apply_gradients")
        if not self.ema_overwrite_frequency:
            return node
        condition = build.greater(common.overwrites, build.constant_like(0, common.overwrites))
        return build.select(condition, value, node)

    def _update_as_keras(
        self, gradients: list[Node], variables: list[Variable], numbers: Numbers
    ) -> None:
        for gradient, variable in zip(gradients, variables):
            common = numbers.nodes(variable.dtype)[1]
            if self.weight_decay is not None:
                variable.assign_sub(variable * Tensor(common.decay))
            self.update_step(Tensor(gradient), variable, self._rate_for_update_step(numbers))
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value()))

    def _rate_for_update_step(self, numbers: Numbers) -> Any:
        """The learning rate: a number, or within a traced function a tensor."""
        if isinstance(numbers, SuppliedNumbers):
            return numbers.rate()
        return self._rate_at(self._steps_done(), 0)

    def _warn_of_missing(self, kept: list[Variable], variables: Sequence[Variable]) -> None:
        if not kept:
            raise InvalidArgumentError(
                f"{self.name}: no gradients for any variable, of "
                f"{', '.join(variable.path for variable in variables) or 'an empty list'}: the "
                "loss does not depend on them. Compute it from them inside "
                "`with tf.GradientTape() as tape:`; tape.why_none(loss, variable) tells the reason."
            )
        known = {id(variable) for variable in kept}
        missing = [each for each in variables if id(each) not in known]
        if not self._warned.issuperset(map(id, missing)):
            self._warned.update(map(id, missing))
            warnings.warn(
                f"{self.name}: there are no gradients for "
                f"{', '.join(variable.path for variable in missing)}, which stay as they are. "
                "tape.why_none(loss, variable) tells the reason.",
                stacklevel=4,
            )

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Set variables to their moving averages, if the optimizer keeps them."""
        if self.use_ema:
            for variable in var_list:
                variable.assign(self._parameters[id(variable)].slots[-1].value())

    # Saving.

    def get_weights(self) -> list[Any]:
        """The values of `variables`, as NumPy arrays."""
        return [variable.numpy() for variable in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set `variables` to given values.

        Raises:
            InvalidArgumentError: there are not as many values as variables.
        """
        variables = self.variables
        if len(weights) != len(variables):
            raise InvalidArgumentError(
                f"{self.name}.set_weights: got {len(weights)} values for {len(variables)} "
                "variables. Call optimizer.build(model.trainable_variables) first."
            )
        for variable, value in zip(variables, weights):
            variable.assign(value)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            rate = registry.serialize(rate)
        elif isinstance(rate, Variable):
            # The shortest text of the float32: 0.001, not 0.0010000000474974513.
            rate = float(str(np.float32(_value(rate))))
        config = {
            "name": self.name,
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipping.norm,
            "clipvalue": self.clipping.value,
            "global_clipnorm": self.clipping.global_norm,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
        }
        return {**config, "decay": self.decay} if self.decay else config

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """An optimizer with the arguments that `get_config` gave."""
        arguments = dict(config)
        if isinstance(arguments.get("learning_rate"), Mapping):
            arguments["learning_rate"] = registry.deserialize(
                "schedule", arguments["learning_rate"], custom_objects
            )
        return cls(**arguments)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def _value(variable: Variable) -> Any:
    """The value of a scalar variable, which no tape takes for a number that left the graph."""
    node = variable.node
    if node.value is None:
        realize([node])
    assert node.value is not None
    return node.value


def _scaled(x: Node, factor: float) -> Node:
    return build.mul(x, build.data(factor, x.dtype))


LearningRate = float | LearningRateSchedule | Callable[[], Any]
"""What a learning rate may be given as."""
