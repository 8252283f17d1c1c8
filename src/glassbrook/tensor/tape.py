"""`GradientTape`: marks a stretch of a program to be differentiated.

The graph itself is the record. A tape only remembers when it was recording, what it watches, and
which versions of which variables were read; a gradient is then a walk over nodes made meanwhile.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from glassbrook.engine import pin_history, unpin_history
from glassbrook.errors import InvalidArgumentError, ShapeError, StateError, shortened
from glassbrook.gradients import gradients, nodes_between
from glassbrook.graph import build
from glassbrook.graph.node import Node, is_shared, next_serial, unique_nodes
from glassbrook.graph.shapes import element_count
from glassbrook.tensor import nest, recording
from glassbrook.tensor.convert import as_node
from glassbrook.tensor.reasons import Evidence, explain_none
from glassbrook.tensor.tensor import Tensor
from glassbrook.tensor.variable import Variable

if TYPE_CHECKING:
    from glassbrook.derivations import Derivation

__all__ = ["GradientTape", "UnconnectedGradients"]

_PLAIN_VALUES = (int, float, str, bytes, np.ndarray, np.generic)


class UnconnectedGradients(enum.Enum):
    """What a gradient is when the target does not depend on the source."""

    NONE = "none"
    ZERO = "zero"


class GradientTape:
    """Records operations, to differentiate what they computed.

    Trainable variables are watched by themselves, other tensors on request.

    Args:
        persistent: whether `gradient` may be called more than once.
        watch_accessed_variables: whether trainable variables are watched when they are read.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable(3.0)
        >>> with tf.GradientTape() as tape:
        ...     y = x**2
        >>> tape.gradient(y, x).numpy()
        np.float32(6.0)
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watch_accessed = watch_accessed_variables
        self._unique = unique_nodes()
        self._recording = False
        self._clear()

    def _clear(self) -> None:
        # Half-open intervals of serials; the last one is open while the tape records.
        self._intervals: list[list[float]] = []
        # From watched nodes to the serial from which on they were watched.
        self._watched: dict[Node, int] = {}
        self._versions: dict[int, tuple[Variable, list[Node]]] = {}
        self._numpy_exits: list[Node] = []
        self._reasons: dict[tuple[int, int], str] = {}
        self._used = False

    # Recording.

    def __enter__(self) -> Self:
        if self._recording:
            raise InvalidArgumentError(
                "Tape is still recording; a tape cannot be entered twice at a time. Make another "
                "one: with tf.GradientTape() as inner."
            )
        if self._used:
            self._clear()
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._recording:
            self._stop()

    def __del__(self) -> None:
        unpin_history(id(self))

    def _start(self) -> None:
        self._recording = True
        self._intervals.append([next_serial(), float("inf")])
        pin_history(id(self), self._intervals)
        self._unique.__enter__()
        recording.start(self)

    def _stop(self) -> None:
        self._recording = False
        recording.stop(self)
        self._unique.__exit__()
        self._intervals[-1][1] = next_serial()

    def variable_read(self, variable: Variable, node: Node) -> None:
        """Note a variable that was read while recording; trainable ones are watched."""
        if self._watch_accessed and variable.trainable:
            self._note_version(variable, node)
        elif id(variable) in self._versions:
            self._note_version(variable, node)

    def left_graph(self, node: Node) -> None:
        """Note a value that was handed out as an array: gradients do not follow it."""
        self._numpy_exits.append(node)

    def _note_version(self, variable: Variable, node: Node) -> None:
        if node not in self._watched:
            self._watched[node] = -1
            self._versions.setdefault(id(variable), (variable, []))[1].append(node)

    def watch(self, tensor: Any) -> None:
        """Watch a tensor, or every tensor of a nested structure, from now on.

        Raises:
            ValueError: there is something else than tensors and variables in the structure.
        """
        for each in nest.flatten(tensor):
            if isinstance(each, Variable):
                self._versions.setdefault(id(each), (each, []))
                self._note_version(each, each.node)
            elif isinstance(each, Tensor):
                if is_shared(each.node):
                    each.replace_node(build.distinct(each.node))
                self._watched.setdefault(each.node, next_serial())
            else:
                raise InvalidArgumentError(
                    f"tape.watch: got {type(each).__name__} {each!r}, expected tensors. "
                    "Make one first: x = tf.constant(x)."
                )

    def watched_variables(self) -> tuple[Variable, ...]:
        """The variables that were read while the tape recorded, in order of first use."""
        return tuple(variable for variable, _ in self._versions.values())

    def stop_recording(self) -> _Paused:
        """A context in which the tape does not record: ``with tape.stop_recording(): …``.

        Raises:
            ValueError: the tape is not recording.
        """
        if not self._recording:
            raise InvalidArgumentError("Tape is not recording, so it cannot stop.")
        return _Paused(self)

    def reset(self) -> None:
        """Forget everything recorded so far; a recording tape goes on from here."""
        was_recording = self._recording
        if was_recording:
            self._stop()
        unpin_history(id(self))
        self._clear()
        if was_recording:
            self._start()

    def _recorded(self, node: Node) -> bool:
        serial = node.serial
        for begin, end in self._intervals:
            if begin < serial < end:
                return True
        return False

    # Gradients.

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
    ) -> Any:
        """The gradient of `target` with respect to every tensor or variable of `sources`.

        A target with several elements, or several targets, are summed up.

        Args:
            target: a tensor, or a nested structure of tensors.
            sources: a tensor or variable, or a nested structure of them.
            output_gradients: one tensor per target, of its shape, with which its elements are
                weighted; ones by default.
            unconnected_gradients: ``"none"`` or ``"zero"``, what to give for a source that no
                target depends on. `why_none` tells the reason.

        Returns:
            Gradients in the form of `sources`, each with the shape of its source.

        Raises:
            RuntimeError: the tape is not persistent and was used before.
        """
        wanted = _unconnected(unconnected_gradients)
        flat_sources = nest.flatten(sources)
        for each in flat_sources:
            _check_source(each)
        self._use("gradient")
        flat_targets = nest.flatten(target)
        seeds = self._seeds(flat_targets, output_gradients)
        target_nodes = [as_node(each) for each in flat_targets]
        results = self._gradients(target_nodes, seeds, flat_sources)
        if any(result is None for result in results):
            self._note_reasons(target, flat_targets, flat_sources, results)
        self._release()
        tensors = [
            _as_gradient(result, source, wanted)
            for result, source in zip(results, flat_sources, strict=True)
        ]
        return nest.pack_like(sources, tensors)

    def _use(self, what: str) -> None:
        if self._used:
            raise StateError(
                "A non-persistent GradientTape can only be used to compute one set of gradients "
                f"(or jacobians): this call of {what} is the second. Ask for all sources in one "
                "call, or make the tape with tf.GradientTape(persistent=True)."
            )
        if not self._persistent and self._recording:
            self._stop()

    def _release(self) -> None:
        """Let go of the recorded history once it cannot be asked for any more."""
        if not self._persistent:
            self._used = True
            self._watched.clear()
            self._versions = {key: (variable, []) for key, (variable, _) in self._versions.items()}
            self._numpy_exits.clear()
            unpin_history(id(self))

    def _seeds(self, targets: Sequence[Any], output_gradients: Any) -> list[Node]:
        given = (
            [None] * len(targets) if output_gradients is None else nest.flatten(output_gradients)
        )
        if len(given) != len(targets):
            raise InvalidArgumentError(
                f"gradient: {len(targets)} targets need {len(targets)} output_gradients, "
                f"not {len(given)}."
            )
        seeds: list[Node] = []
        for target, weight in zip(targets, given, strict=True):
            node = as_node(target)
            if weight is None:
                seeds.append(build.ones(node.shape, node.dtype))
                continue
            seed = as_node(weight, node.dtype)
            if seed.shape != node.shape:
                raise ShapeError(
                    f"gradient: output_gradients of shape {list(seed.shape)} do not fit a target "
                    f"of shape {list(node.shape)}."
                )
            seeds.append(seed)
        return seeds

    def _source_nodes(self, source: Any) -> list[Node]:
        """The nodes that stand for a source: of a variable, each version that was read."""
        if isinstance(source, Variable):
            return self._versions.get(id(source), (source, []))[1]
        node = as_node(source)
        return [node] if node in self._watched or self._depends_on_watched(node) else []

    def _depends_on_watched(self, node: Node) -> bool:
        if not self._recorded(node):
            return False
        _, reached = nodes_between([node], list(self._watched), self._recorded)
        return node in reached

    def _gradients(
        self, targets: Sequence[Node], seeds: Sequence[Node], sources: Sequence[Any]
    ) -> list[Node | None]:
        per_source = [self._source_nodes(source) for source in sources]
        flat = [node for nodes in per_source for node in nodes]
        # Gradients are made once: there is nothing to gain from looking for equal nodes.
        with self._unique:
            found = iter(gradients(targets, seeds, flat, self._recorded, self._watched))
        results: list[Node | None] = []
        for nodes in per_source:
            parts = [part for part in (next(found) for _ in nodes) if part is not None]
            total = parts[0] if parts else None
            for part in parts[1:]:
                assert total is not None
                total = build.add(total, part)
            results.append(total)
        return results

    # Jacobians.

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The derivatives of every element of `target` with respect to every element of `sources`.

        Args:
            target: one tensor.
            sources: a tensor or variable, or a nested structure of them.
            unconnected_gradients: as for `gradient`.
            parallel_iterations: accepted for TensorFlow's sake, without effect.
            experimental_use_pfor: accepted for TensorFlow's sake, without effect.

        Returns:
            For each source a tensor of shape ``target.shape + source.shape``.

        Raises:
            RuntimeError: the tape is not persistent and was used before.

        Example:
            >>> import glassbrook as tf
            >>> x = tf.Variable([1.0, 2.0])
            >>> with tf.GradientTape() as tape:
            ...     y = x * x
            >>> print(tape.jacobian(y, x))
            tf.Tensor(
            [[2. 0.]
             [0. 4.]], shape=(2, 2), dtype=float32)
        """
        wanted = _unconnected(unconnected_gradients)
        self._use("jacobian")
        node = as_node(target)
        flat_sources = nest.flatten(sources)
        rows = [
            self._gradients([node], [seed], flat_sources) for seed in _unit_seeds(node, node.shape)
        ]
        self._release()
        results: list[Tensor | None] = []
        for column, source in enumerate(flat_sources):
            parts = [row[column] for row in rows]
            stacked = _stack_rows(parts, node.shape)
            results.append(_as_gradient(stacked, source, wanted, node.shape))
        return nest.pack_like(sources, results)

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The Jacobian of each row of `target` with respect to the same row of `source`.

        Rows must not depend on other rows: that is not checked.

        Args:
            target: a tensor of shape [batch, …].
            source: a tensor of shape [batch, …].
            unconnected_gradients: as for `gradient`.
            parallel_iterations: accepted for TensorFlow's sake, without effect.
            experimental_use_pfor: accepted for TensorFlow's sake, without effect.

        Returns:
            A tensor of shape [batch, *target.shape[1:], *source.shape[1:]].

        Raises:
            ShapeError: the batch sizes differ.
            RuntimeError: the tape is not persistent and was used before.
        """
        wanted = _unconnected(unconnected_gradients)
        self._use("batch_jacobian")
        node, source_node = as_node(target), as_node(source)
        if not node.shape or not source_node.shape or node.shape[0] != source_node.shape[0]:
            raise ShapeError(
                "batch_jacobian: target and source need the same first axis, but have shapes "
                f"{list(node.shape)} and {list(source_node.shape)}."
            )
        parts = [
            self._gradients([node], [build.broadcast_to(seed, node.shape)], [source])[0]
            for seed in _unit_seeds(node, node.shape[1:])
        ]
        self._release()
        stacked = _stack_rows(parts, (len(parts),))
        if stacked is None:
            return _as_gradient(None, source, wanted, node.shape[:1] + node.shape[1:])
        batch, outputs, inputs = node.shape[0], node.shape[1:], source_node.shape[1:]
        by_batch = build.transpose(stacked, (1, 0, *range(2, stacked.rank)))
        return Tensor(build.reshape(by_batch, (batch, *outputs, *inputs)))

    # Reasons.

    def explain(self, target: Any, source: Any, index: Any = None, shown: int = 20) -> Derivation:
        """How the gradient of `target` with respect to `source` comes about, step by step.

        The chain rule of this very computation: the rule of every operation on the way, as a
        formula and with the numbers that the engine computed. It does not use the tape up, so
        call it before `gradient`, or make the tape persistent.

        Args:
            target: a tensor; several elements are summed up.
            source: a tensor or variable.
            index: one element of the source to follow, such as ``(3, 7)``.
            shown: how many steps of a long way are told, from either end.

        Returns:
            The derivation: printed as text, shown by notebooks, and with methods `markdown`,
            `latex`, `html` and `textbook`.

        Raises:
            InvalidArgumentError: the target or the source is no tensor, or a variable that was
                assigned while the tape recorded.
            OutOfRangeError: `index` is outside of the source.
            RuntimeError: the tape was used, and is not persistent.

        Example:
            >>> import glassbrook as tf
            >>> x = tf.Variable(3.0)
            >>> with tf.GradientTape() as tape:
            ...     y = tf.sin(2.0 * x)
            >>> print(tape.explain(y, x))  # doctest: +ELLIPSIS
            How ∂y/∂x comes about
            ...
              1. Through y = sin(u₁)
                ∂y/∂u₁ = cos(u₁) = 0.96017
            ...
            Result
            ------
                ∂y/∂x = 1.9203   (float32[])
            <BLANKLINE>
        """
        from glassbrook.derivations import derive
        from glassbrook.tensor.naming import names_in_users_code, variable_name

        if self._used:
            raise StateError(
                "explain: this tape gave its gradients already and let its record go. Call "
                "tape.explain before tape.gradient, or make the tape with "
                "tf.GradientTape(persistent=True)."
            )
        for role, each in (("target", target), ("source", source)):
            if not isinstance(each, Tensor | Variable):
                raise InvalidArgumentError(
                    f"explain: the {role} is {type(each).__name__} {shortened(each)}, expected one "
                    "tensor or variable. Explain one pair at a time."
                )
        names = names_in_users_code()
        for variable, read in self._versions.values():
            for node in read:
                names.setdefault(node, variable_name(variable))
        versions = self._source_nodes(source)
        if len(versions) > 1:
            raise InvalidArgumentError(
                f"explain: the variable {variable_name(source)!r} was assigned while the tape "
                f"recorded, and {len(versions)} of its values were read; its gradient is the sum "
                "of theirs. Assign it outside of the tape, or explain a tensor: "
                "w = tf.identity(variable)."
            )
        with self._unique:
            return derive(
                as_node(target),
                versions[0] if versions else as_node(source),
                self._recorded if versions else _never,
                names,
                index=index,
                shown=shown,
                why_none=lambda: self.why_none(target, source),
            )

    def why_none(self, target: Any, source: Any) -> str:
        """Why the gradient of `target` with respect to `source` is `None`.

        Returns:
            A sentence that names the cause: not watched, an integer, disconnected, computed
            outside of the tape, passed through NumPy, or stopped by an operation without a
            gradient; or that there is a gradient.
        """
        noted = self._reasons.get((id(target), id(source)))
        if noted is not None:
            return noted
        if self._used:
            return (
                "This tape gave its gradients already and kept no record of this pair: either "
                "there was a gradient, or it was not asked for. Ask for it in the same call of "
                "gradient, or make the tape persistent."
            )
        targets = [as_node(each) for each in nest.flatten(target)]
        seeds = [build.ones(each.shape, each.dtype) for each in targets]
        if self._gradients(targets, seeds, [source])[0] is not None:
            return "There is a gradient: the target was computed from the source."
        return self._explain(targets, source)

    def _explain(self, targets: Sequence[Node], source: Any) -> str:
        evidence = Evidence(
            recorded=self._recorded,
            watched=frozenset(self._watched),
            source_nodes=tuple(self._source_nodes(source)),
            numpy_exits=tuple(self._numpy_exits),
            watches_variables=self._watch_accessed,
        )
        return explain_none(targets, source, evidence)

    def _note_reasons(
        self,
        target: Any,
        flat_targets: Sequence[Any],
        sources: Sequence[Any],
        results: Sequence[Node | None],
    ) -> None:
        for source, result in zip(sources, results, strict=True):
            if result is not None:
                continue
            for each in (target, *flat_targets):
                nodes = [as_node(item) for item in nest.flatten(each)]
                self._reasons[id(each), id(source)] = self._explain(nodes, source)


def _never(node: Node) -> bool:
    """Nothing may be walked through."""
    return False


class _Paused:
    """A context in which a tape does not record."""

    def __init__(self, tape: GradientTape) -> None:
        self._tape = tape

    def __enter__(self) -> None:
        self._tape._stop()

    def __exit__(self, *exception: object) -> None:
        self._tape._start()


def _unconnected(value: UnconnectedGradients | str) -> UnconnectedGradients:
    try:
        return UnconnectedGradients(value)
    except ValueError:
        raise InvalidArgumentError(
            f"gradient: unconnected_gradients is {shortened(value)}, expected 'none' or 'zero'."
        ) from None


def _check_source(source: Any) -> None:
    if isinstance(source, _PLAIN_VALUES):
        raise InvalidArgumentError(
            f"gradient: a source is {shortened(source)}, of type {type(source).__name__}, expected "
            "a tensor or a variable. Make it one before the tape records, x = tf.constant(x), and "
            "have it watched: tape.watch(x)."
        )


def _as_gradient(
    node: Node | None, source: Any, wanted: UnconnectedGradients, outer: tuple[int, ...] = ()
) -> Tensor | None:
    if node is not None:
        return Tensor(node)
    if wanted is UnconnectedGradients.NONE:
        return None
    like = as_node(source)
    return Tensor(build.zeros((*outer, *like.shape), like.dtype))


def _unit_seeds(node: Node, shape: tuple[int, ...]) -> Iterable[Node]:
    """For each element of a tensor of `shape`, a tensor that is 1 there and 0 elsewhere."""
    count = element_count(shape)
    for position in range(count):
        unit = build.one_hot(build.data(position), count, node.dtype)
        yield build.reshape(unit, shape)


def _stack_rows(parts: Sequence[Node | None], shape: tuple[int, ...]) -> Node | None:
    """Gradients of single elements stacked to a tensor of shape ``shape + source.shape``."""
    found = [part for part in parts if part is not None]
    if not found:
        return None
    like = found[0]
    rows = [
        build.expand_dims(build.zeros(like.shape, like.dtype) if part is None else part, 0)
        for part in parts
    ]
    return build.reshape(build.concat(rows, 0), (*shape, *like.shape))
