"""`tf.function`: a Python function that is traced once and then replayed as a program.

The Python function runs once for each signature: the structure of its arguments, the dtypes and
shapes of tensors, the values of everything else. What it does to tensors and variables becomes a
program, which later calls run. What else it does, such as `print`, happens while tracing only.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import sys
import threading
import warnings
import weakref
from collections.abc import Callable, Sequence
from types import FrameType, MethodType
from typing import Any

from glassbrook import config
from glassbrook.engine.repeats import Repeats
from glassbrook.engine.tracing import NeedsValue, Trace, active, give_up
from glassbrook.errors import InvalidArgumentError, UsageError, shortened, user_frame
from glassbrook.graph.node import Node
from glassbrook.tensor import nest, recording
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.replay import Replay
from glassbrook.tensor.signature import Call, Signature, replace_tensors, scan
from glassbrook.tensor.spec import TensorSpec
from glassbrook.tensor.tensor import Tensor, convert_to_tensor
from glassbrook.tensor.variable import Variable

__all__ = ["BoundFunction", "ConcreteFunction", "Function", "function", "trace"]

_MOST_TRACES = 64
_MOST_CALL_FORMS = 256


def trace(
    python_function: Callable[..., Any], call: Call, *, may_create: bool = True
) -> tuple[Trace, Any]:
    """Run a Python function once, as a trace.

    Args:
        python_function: the function.
        call: its arguments; those without values stand for any of their shape and dtype.
        may_create: whether it may create variables.

    Returns:
        The trace, and what the function returned, numbers made tensors.

    Raises:
        NeedsValue: Python needs a value that only a call knows.
    """
    traced = Trace(may_create=may_create)
    try:
        result = _run(traced, python_function, call)
    except NeedsValue:
        if not traced.native_loops:
            raise
    else:
        if not traced.native_loops or _is_complete(traced, result):
            return traced, result
    # What looked like a loop of the graph was none: turn by turn it may be one.
    traced = Trace(may_create=may_create, unrolls=True)
    return traced, _run(traced, python_function, call)


def _run(traced: Trace, python_function: Callable[..., Any], call: Call) -> Any:
    nodes = iter(call.nodes)

    def next_tensor() -> Tensor:
        node = next(nodes)
        return Tensor(traced.argument(node.shape, node.dtype, node.value))

    with traced.running():
        args = [replace_tensors(each, next_tensor) for each in call.args]
        kwargs = {
            name: replace_tensors(call.kwargs[name], next_tensor) for name in sorted(call.kwargs)
        }
        return _as_results(python_function(*args, **kwargs))


def _is_complete(traced: Trace, result: Any) -> bool:
    """Whether nothing that a loop made is used outside of it."""
    nodes = [each.node for each in nest.flatten(result) if has_node(each)]
    nodes += [state.node for state in traced.states.values()]
    nodes += [node for effect in traced.effects for node in effect.nodes]
    return not traced.broken_loop and traced.is_complete(nodes)


def _as_results(result: Any) -> Any:
    """What a function returned, with tensors in place of numbers and variables."""
    if type(result) is Tensor or result is None:
        return result
    leaves = [_as_result(each) for each in nest.flatten(result)]
    return nest.pack_like(result, leaves)


def _as_result(value: Any) -> Any:
    if type(value) is Tensor or value is None:
        return value
    if hasattr(type(value), "loop_value"):
        give_up("a ragged or sparse tensor, or a TensorArray, as it is returned")
        return value
    if has_node(value):
        return value.value() if isinstance(value, Variable) else Tensor(value.used_node())
    try:
        return convert_to_tensor(value)
    except (TypeError, ValueError):
        return value


class Function:
    """A function that is traced once per signature and then replayed; see `function`.

    Attributes:
        python_function: the function as it was written.
        input_signature: the specs of its arguments, if they were given.
    """

    def __init__(
        self,
        python_function: Callable[..., Any],
        input_signature: Sequence[Any] | None = None,
        name: str | None = None,
    ) -> None:
        self.python_function = python_function
        if not isinstance(input_signature, list | tuple | None):
            raise UsageError(
                f"tf.function: input_signature is {shortened(input_signature)}, expected a list of "
                "one tf.TensorSpec for each argument: [tf.TensorSpec([None, 3], tf.float32)]."
            )
        self.input_signature = None if input_signature is None else tuple(input_signature)
        functools.update_wrapper(self, python_function)
        written = getattr(python_function, "__name__", type(python_function).__name__)
        self._name = name or str(written)
        self._signature: Signature | None = None
        self._lock = threading.RLock()
        # By the canonical form of a call; None for one that Python has to run itself.
        self._replays: dict[Any, Replay | None] = {}
        # By the form in which calls were written.
        self._by_form: dict[Any, Replay] = {}
        self._kept: dict[Any, list[Any]] = {}
        self._used: dict[Any, int] = {}
        self._clock = itertools.count()
        self._traces = 0
        self._has_created = False
        self._repeats = Repeats()
        self._bound: dict[int, tuple[weakref.ref[Any], Function]] = {}

    @property
    def name(self) -> str:
        """What the function is called."""
        return self._name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function: by its program, if the signature is known."""
        if active.trace is not None or recording.thread.active or config.eager_functions:
            return self._run_python(args, kwargs)
        nodes: list[Node] = []
        if not (args or kwargs):
            form: tuple[Any, ...] = ()
        else:
            key: list[Any] = []
            if kwargs:
                key.append(tuple(kwargs))
                scan([*args, *kwargs.values()], key, nodes, [])
            else:
                scan(args, key, nodes, [])
            form = tuple(key)
        replay = self._by_form.get(form)
        if replay is not None:
            return replay(nodes)
        return self._call(args, kwargs, form, nodes)

    def _run_python(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the function as it was written: in a trace, or while a tape records."""
        if self.input_signature is not None:
            call = self._bind(args, kwargs)
            args, kwargs = call.args, call.kwargs
        if config.eager_functions:
            return self.python_function(*args, **kwargs)
        # Within a trace it is as if it were written there, but for what it draws.
        repeats = self._repeats if active.trace is None else Repeats()
        with repeats.running():
            return _as_results(self.python_function(*args, **kwargs))

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        if self._signature is None:
            self._signature = Signature(self.python_function, self.input_signature)
        return self._signature.bind(args, kwargs)

    def _call(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], form: Any, nodes: list[Node]
    ) -> Any:
        """A call in a form that was not seen before."""
        call = self._bind(args, kwargs)
        replay = self._replay_for(call)
        if replay is None:
            with self._repeats.running():
                return _as_results(self.python_function(*call.args, **call.kwargs))
        self._used[call.key] = next(self._clock)
        if len(nodes) == len(call.nodes) and all(map(_same, nodes, call.nodes)):
            if len(self._by_form) >= _MOST_CALL_FORMS:
                self._by_form.clear()
            self._by_form[form] = replay
        return replay(call.nodes)

    def _replay_for(self, call: Call) -> Replay | None:
        """The replay of a signature, made at its first call; `None` if there cannot be one."""
        key = call.key
        try:
            return self._replays[key]
        except KeyError:
            pass
        with self._lock:
            if key not in self._replays:
                replay = self._traced(call)
                self._make_room()
                self._replays[key] = replay
                self._keep(key, call.kept)
            return self._replays[key]

    def _traced(self, call: Call) -> Replay | None:
        may_create = not self._traces
        try:
            self._traces += 1
            traced, result = trace(self.python_function, call, may_create=may_create)
            if traced.created:
                # The first run made variables; the second finds them.
                self._traces += 1
                traced, result = trace(self.python_function, call, may_create=False)
        except NeedsValue as need:
            self._warn(need)
            return None
        return Replay(traced, result)

    def _warn(self, need: NeedsValue) -> None:
        place = "" if need.place is None else f", at {need.place}"
        warnings.warn(
            f"tf.function: {self._name!r} runs as ordinary code for this signature, not as one "
            f"program, as Python needs {need.reason}{place}. For a program, use tf.where, tf.cond "
            "or tf.while_loop in place of if and while, and leave .numpy() to the caller.",
            stacklevel=_stack_level(),
        )

    def _make_room(self) -> None:
        """Forget the signature that was used longest ago, if there are too many."""
        if len(self._replays) >= _MOST_TRACES:
            oldest = min(self._replays, key=lambda key: self._used.get(key, -1))
            self._forget(oldest)

    def _forget(self, key: Any) -> None:
        self._replays.pop(key, None)
        self._kept.pop(key, None)
        self._used.pop(key, None)
        self._by_form.clear()

    def _keep(self, key: Any, objects: Sequence[Any]) -> None:
        """Forget a signature when an object that it names by identity is gone."""
        if not objects:
            return
        function = weakref.ref(self)

        def forget(reference: object) -> None:
            owner = function()
            if owner is not None:
                owner._forget(key)

        held: list[Any] = []
        for each in objects:
            try:
                held.append(weakref.ref(each, forget))
            except TypeError:
                held.append(each)
        self._kept[key] = held

    def replay_for(self, *args: Any) -> Replay | None:
        """The program for such arguments; `None` if Python has to run the function itself."""
        return self._replay_for(self._bind(args, {}))

    def example_for(self, *args: Any) -> tuple[Replay | None, list[Node]]:
        """The same, and the nodes that a call passes to it."""
        call = self._bind(args, {})
        return self._replay_for(call), call.nodes

    # Methods.

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        found = self._bound.get(id(instance))
        if found is None or found[0]() is not instance:
            found = self._bind_to(instance)
        return BoundFunction(found[1], instance)

    def _bind_to(self, instance: Any) -> tuple[Any, Function]:
        bound = self._bound
        key = id(instance)
        try:
            reference: Any = weakref.ref(instance, lambda _: bound.pop(key, None))
        except TypeError:
            reference = functools.partial(_identity, instance)
        method = _WeakMethod(self.python_function, reference)
        bound[key] = found = reference, Function(method, self.input_signature, self._name)
        return found

    # Concrete functions.

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """The function for one signature.

        Args:
            args: arguments, or a `TensorSpec` in the place of a tensor.
            kwargs: named arguments.
        """
        if not args and not kwargs and self.input_signature is not None:
            args = self.input_signature
        specs = [each for each in nest.flatten([args, kwargs]) if isinstance(each, TensorSpec)]
        if all(each.shape.is_fully_defined() for each in specs):
            args, kwargs = nest.map_structure(_placeholder, (list(args), kwargs))
            return ConcreteFunction(self, self._bind(tuple(args), kwargs))
        return ConcreteFunction(self, None, (args, kwargs))

    def experimental_get_tracing_count(self) -> int:
        """How often the Python function was traced."""
        return self._traces

    def __repr__(self) -> str:
        return f"<tf.function {self._name}>"


def _same(x: Node, y: Node) -> bool:
    return x is y


def _identity(value: Any) -> Any:
    return value


def _placeholder(value: Any) -> Any:
    """A tensor without a value for a spec; anything else as it is."""
    if not isinstance(value, TensorSpec):
        return value
    shape: Any = value.shape.as_list()
    unknown = Trace()
    with unknown.running():
        return Tensor(unknown.argument(tuple(shape), value.dtype))


def _stack_level() -> int:
    """How far up the stack of `Function._warn` the user's code is."""
    users = user_frame()
    frame: FrameType | None = sys._getframe(1)
    level = 1
    while frame is not None and frame is not users:
        frame = frame.f_back
        level += 1
    return level


class _WeakMethod:
    """A method whose instance is held weakly."""

    def __init__(self, method: Callable[..., Any], reference: Callable[[], Any]) -> None:
        self.method = method
        self._reference = reference
        functools.update_wrapper(self, method)
        del vars(self)["__wrapped__"]  # its signature has `self`

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.method(self._reference(), *args, **kwargs)

    @property
    def __signature__(self) -> Any:
        return inspect.signature(MethodType(self.method, self))


class BoundFunction:
    """A `Function` that was taken from an instance: its first argument is given."""

    __slots__ = ("__self__", "__weakref__", "_function")

    def __init__(self, function: Function, instance: Any) -> None:
        self._function = function
        self.__self__ = instance

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function with its instance as the first argument."""
        return self._function(*args, **kwargs)

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """The function for one signature; it keeps its instance."""
        concrete = self._function.get_concrete_function(*args, **kwargs)
        concrete.instance = self.__self__
        return concrete

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)

    @property
    def __wrapped__(self) -> Any:
        method: Any = self._function.python_function
        return MethodType(method.method, self.__self__)

    def __repr__(self) -> str:
        return f"<bound tf.function {self._function.name}>"


class ConcreteFunction:
    """A function for one signature, as `Function.get_concrete_function` gives it.

    Attributes:
        instance: for a method, whose it is.
    """

    def __init__(
        self, function: Function, call: Call | None, specs: tuple[Any, Any] | None = None
    ) -> None:
        self._function = function
        self._call = call
        self._specs = specs
        self.instance: Any = None
        self._replay = None if call is None else function._replay_for(call)

    @property
    def name(self) -> str:
        """What the function is called."""
        return self._function.name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function; arguments that are no tensors need not be given again."""
        call = self._call
        if call is None or not args:
            return self._function(*args, **kwargs)
        given = (*args, *call.args[len(args) :])
        return self._function(*given, **kwargs)

    def _require_replay(self) -> Replay:
        if self._replay is None:
            raise InvalidArgumentError(
                f"{self.name}: there is no graph for this signature: a size is not known, or "
                "Python needs values while the function runs. Give all sizes in the TensorSpec."
            )
        return self._replay

    @property
    def structured_outputs(self) -> Any:
        """The specs of what the function returns, in the structure in which it does."""
        replay = self._require_replay()
        outputs = replay.graph.outputs

        def spec(leaf: Any) -> Any:
            if leaf is None or type(leaf).__name__ != "_Output":
                return leaf
            return TensorSpec(outputs[leaf].shape, outputs[leaf].dtype)

        return nest.map_structure(spec, replay.structure)

    @property
    def inputs(self) -> list[TensorSpec]:
        """The specs of the tensors that the function takes."""
        if self._call is None:
            assert self._specs is not None
            given = nest.flatten(list(self._specs))
            return [each for each in given if isinstance(each, TensorSpec)]
        return [TensorSpec(node.shape, node.dtype) for node in self._call.nodes]

    @property
    def outputs(self) -> list[TensorSpec]:
        """The specs of the tensors that the function returns."""
        return [
            each for each in nest.flatten(self.structured_outputs) if isinstance(each, TensorSpec)
        ]

    @property
    def output_shapes(self) -> Any:
        """The shapes of what the function returns, in the structure in which it does."""
        return nest.map_structure(
            lambda leaf: getattr(leaf, "shape", leaf), self.structured_outputs
        )

    @property
    def output_dtypes(self) -> Any:
        """The dtypes of what the function returns, in the structure in which it does."""
        return nest.map_structure(
            lambda leaf: getattr(leaf, "dtype", leaf), self.structured_outputs
        )

    @property
    def graph(self) -> Any:
        """The graph that runs; printed, it shows the program."""
        return self._require_replay().graph

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that the function reads or assigns."""
        return tuple(self._require_replay().variables)

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        """Those of them that are trainable."""
        return tuple([each for each in self.variables if each.trainable])

    @property
    def captured_inputs(self) -> list[Any]:
        """The variables, and the arrays of tensors from outside that the function uses."""
        return self._require_replay().captured

    def __repr__(self) -> str:
        return f"<ConcreteFunction {self.name} at {id(self):#x}>"


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Sequence[Any] | None = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: bool | None = None,
    experimental_compile: bool | None = None,
    experimental_follow_type_hints: bool | None = None,
) -> Any:
    """Make a function one program: Python runs once for each signature, then the program does.

    Whatever else the function does besides computing with tensors and variables, such as `print`,
    happens only while it is traced; `tf.print` prints at each call. Where Python needs a value, as
    in ``if x > 0:``, the function runs as ordinary code and a warning says so; `tf.cond`,
    `tf.where` and `tf.while_loop` can be part of a program.

    Args:
        func: the function; without it, a decorator is returned.
        input_signature: a `TensorSpec` for each argument, to which arguments are converted.
        autograph: accepted for TensorFlow's sake, without effect: Python code is never rewritten.
        jit_compile: accepted for TensorFlow's sake, without effect: programs are always compiled.
        reduce_retracing: accepted for TensorFlow's sake, without effect.
        experimental_implements: accepted for TensorFlow's sake, without effect.
        experimental_autograph_options: accepted for TensorFlow's sake, without effect.
        experimental_attributes: accepted for TensorFlow's sake, without effect.
        experimental_relax_shapes: accepted for TensorFlow's sake, without effect.
        experimental_compile: accepted for TensorFlow's sake, without effect.
        experimental_follow_type_hints: accepted for TensorFlow's sake, without effect.

    Raises:
        ValueError: the function creates variables at each call.
        TypeError: arguments do not fit the function, or not its `input_signature`.

    Example:
        >>> import glassbrook as tf
        >>> w = tf.Variable(1.0)
        >>> @tf.function
        ... def step(x):
        ...     print("tracing")
        ...     w.assign_sub(0.1 * x)
        ...     return w * x
        >>> step(tf.constant(2.0)).numpy()
        tracing
        np.float32(1.6)
        >>> step(tf.constant(3.0)).numpy()
        np.float32(1.5)
    """
    if func is None:
        return lambda decorated: Function(decorated, input_signature)
    if not callable(func):
        raise InvalidArgumentError(f"tf.function: expected a function, got {func!r}.")
    return Function(func, input_signature)
