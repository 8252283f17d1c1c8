"""`tf.train.Checkpoint`: the state of objects on disk, found again by the names of attributes."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from glassbrook.engine.tracing import suspended
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras.layers import tracking
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.optimizers.base import Optimizer
from glassbrook.keras.saving.object_files import SavedGraph, read_graph, write_graph
from glassbrook.keras.saving.objects import Child, ObjectGraph, children, is_trackable
from glassbrook.keras.saving.states import update_state
from glassbrook.tensor import Variable

__all__ = ["Checkpoint", "CheckpointOptions", "LoadStatus", "read_checkpoint", "write_checkpoint"]


class _Restoration:
    """Values of a checkpoint on their way to objects, some of which may not exist yet."""

    def __init__(self, root: Any, saved: SavedGraph) -> None:
        # Nothing is kept alive by waiting for its parts.
        self._root = weakref.ref(root)
        self._variables: dict[int, tuple[weakref.ref[Variable], int]] = {}
        self._filled: set[int] = set()
        self._busy = False
        self.saved = saved

    def __call__(self) -> bool:
        """Fill what can be filled by now; give whether more may come."""
        root = self._root()
        if root is None:
            return False
        if self._busy:
            return True
        self._busy = True
        try:
            with suspended():
                return self._match(root) and bool(self.missing())
        finally:
            self._busy = False

    def missing(self) -> list[int]:
        """The objects with a value that nobody has taken."""
        return [
            number
            for number, node in enumerate(self.saved.nodes)
            if node.key is not None and number not in self._filled
        ]

    def has_filled(self, variable: Variable) -> bool:
        """Whether a variable got its value."""
        found = self._variables.get(id(variable))
        return found is not None and found[0]() is variable

    @property
    def any_filled(self) -> bool:
        """Whether any variable got a value."""
        return bool(self._filled)

    def _match(self, root: Any) -> bool:
        """Follow the names from the root; give whether something is not built yet."""
        queue: list[tuple[Any, int]] = [(root, 0)]
        seen = {id(root)}
        waiting: list[tuple[Any, int]] = []
        is_open = False
        while queue:
            value, node = queue.pop(0)
            if isinstance(value, Variable):
                self._fill(value, node)
            elif isinstance(value, Optimizer) and not value.built:
                waiting.append((value, node))
            elif isinstance(value, Layer) and not value.built:
                is_open = True
            for child in children(value):
                place = self._place(node, child)
                if place is not None and id(child.value) not in seen:
                    seen.add(id(child.value))
                    queue.append((child.value, place))
            if not queue and waiting:
                built = [pair for pair in waiting if self._build(*pair)]
                is_open = is_open or len(built) < len(waiting)
                queue, waiting = built, []
        return is_open

    def _place(self, node: int, child: Child) -> int | None:
        if is_trackable(child.value):
            for names in child.names:
                place = self.saved.follow(node, names)
                if place is not None and not self._counts_otherwise(node, names):
                    return place
        return None

    def _counts_otherwise(self, node: int, names: tuple[str, ...]) -> bool:
        """Whether numbers of an optimizer's variables mean others: Keras 2 has no rate there."""
        if names[0] != "_variables" or len(names) != 2:
            return False
        rate = self.saved.follow(node, ("_learning_rate",))
        return rate is not None and rate != self.saved.follow(node, ("_variables", "1"))

    def _fill(self, variable: Variable, node: int) -> None:
        key = self.saved.nodes[node].key
        if key is None or self.has_filled(variable):
            return
        array = self.saved.reader.get_tensor(key)
        if tuple(variable.shape) != array.shape:
            raise ShapeError(
                f"Received incompatible tensor with shape {array.shape} when attempting to restore "
                f"variable with shape {tuple(variable.shape)} and name {variable.path!r} (in the "
                f"checkpoint: {key})."
            )
        variable.assign(np.asarray(array, variable.dtype.numpy))
        self._variables[id(variable)] = weakref.ref(variable), node
        self._filled.add(node)

    def _build(self, optimizer: Any, node: int) -> bool:
        """Let an optimizer make its slots, if the variables that it had are known by now."""
        by_node = {place: held() for held, place in self._variables.values()}
        listed = self.saved.follow(node, ("_trainable_variables",))
        places = {} if listed is None else self.saved.nodes[listed].children
        variables = [by_node.get(place) for place in places.values()]
        if not variables or any(each is None for each in variables):
            return False
        optimizer.build(variables)
        return True


class LoadStatus:
    """What became of a restored checkpoint."""

    def __init__(self, restoration: _Restoration, root: Any) -> None:
        self._restoration = restoration
        self._root = root

    def assert_consumed(self) -> Self:
        """Raise an error unless every value was taken, and every variable got one.

        Raises:
            AssertionError: something is left.
        """
        missing = self._restoration.missing()
        if missing:
            keys = [self._restoration.saved.nodes[each].key for each in missing[:3]]
            raise AssertionError(
                f"Some Python objects were not bound to checkpointed values, or not made yet: "
                f"{len(missing)} values are left over, such as {', '.join(map(str, keys))}."
            )
        return self.assert_existing_objects_matched()

    def assert_existing_objects_matched(self) -> Self:
        """Raise an error unless every variable that exists got a value.

        Raises:
            AssertionError: one got none.
        """
        restoration = self._restoration
        for variable in ObjectGraph(self._root).variables.values():
            if not restoration.has_filled(variable):
                raise AssertionError(
                    f"Object not assigned a value from checkpoint: {variable.path!r} of shape "
                    f"{tuple(variable.shape)}. The checkpoint has no variable of that name."
                )
        return self

    def assert_nontrivial_match(self) -> Self:
        """Raise an error unless some variable got a value.

        Raises:
            AssertionError: none did.
        """
        if not self._restoration.any_filled and self._restoration.missing():
            raise AssertionError(
                "Nothing except the root object matched a checkpointed value: the names of "
                "attributes differ from those when the checkpoint was written."
            )
        return self

    def expect_partial(self) -> Self:
        """Say that left over values are no mistake."""
        return self

    def initialize_or_restore(self, session: Any = None) -> None:
        """Accepted for TensorFlow's sake: it is done already."""

    def run_restore_ops(self, session: Any = None) -> None:
        """Accepted for TensorFlow's sake: it is done already."""


class _NothingRestored(LoadStatus):
    """What `restore` gives for no checkpoint at all."""

    def __init__(self) -> None:
        pass

    def _fail(self) -> Self:
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    assert_consumed = assert_existing_objects_matched = assert_nontrivial_match = _fail


def write_checkpoint(root: Any, prefix: str) -> None:
    """Write the variables that an object holds to the files of a checkpoint."""
    write_graph(root, prefix)


def read_checkpoint(root: Any, prefix: str) -> LoadStatus:
    """Fill the variables that an object holds, also those that it makes later."""
    restoration = _Restoration(root, read_graph(prefix))
    if restoration():
        tracking.when_changed(restoration)
    return LoadStatus(restoration, root)


class CheckpointOptions:
    """Accepted for TensorFlow's sake: none of its options has an effect.

    Args:
        options: any options.

    Example:
        >>> import glassbrook as tf
        >>> options = tf.train.CheckpointOptions(experimental_io_device="/job:localhost")
    """

    def __init__(self, **options: Any) -> None:
        self.options = options


class Checkpoint:
    """Writes the variables of objects to files, and reads them back into objects built alike.

    The objects are attributes: variables, layers, models, optimizers, metrics, modules, and lists
    and dictionaries of these. A variable is found again by the names that lead to it. The files are
    those of TensorFlow, which reads them too, and whose checkpoints are read.

    Args:
        root: an object whose attributes are meant, instead of those of the checkpoint.
        kwargs: the attributes.

    Raises:
        InvalidArgumentError: an attribute has no state.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> v = tf.Variable(1.0)
        >>> checkpoint = tf.train.Checkpoint(v=v)
        >>> path = checkpoint.save(os.path.join(folder, "ckpt"))
        >>> os.path.basename(path)
        'ckpt-1'
        >>> _ = v.assign(5.0)
        >>> status = checkpoint.restore(path)
        >>> v.numpy()
        np.float32(1.0)
    """

    def __init__(self, root: Any = None, **kwargs: Any) -> None:
        self._checkpoint_root = root
        self._save_counter: Variable | None = None
        for name, value in kwargs.items():
            if not is_trackable(value) and not hasattr(value, "__next__"):
                raise InvalidArgumentError(
                    f"`Checkpoint` was expecting {name} to be a trackable object, got "
                    f"{value!r:.80} of type {type(value).__name__}. Give variables, models, "
                    "optimizers, or "
                    "lists and dictionaries of these; a number becomes a tf.Variable."
                )
            setattr(self, name, value)

    def checkpoint_children(self) -> Iterator[Child]:
        """What it holds, for checkpoints that hold it."""
        if self._checkpoint_root is not None:
            yield from children(self._checkpoint_root)
        for name, value in list(vars(self).items()):
            if not name.startswith("_"):
                yield Child(((name,),), value)
        if self._save_counter is not None:
            yield Child((("save_counter",),), self._save_counter)

    @property
    def save_counter(self) -> Variable:
        """How often `save` was called, as a variable."""
        if self._save_counter is None:
            initial = np.zeros((), np.int64)
            self._save_counter = Variable(initial, False, name="save_counter", dtype="int64")
        return self._save_counter

    def write(self, file_prefix: str | os.PathLike[str], options: Any = None) -> str:
        """Write to files whose names begin with `file_prefix`.

        Returns:
            The prefix, which `read` takes.
        """
        prefix = os.fspath(file_prefix)
        write_checkpoint(self, prefix)
        return prefix

    def save(self, file_prefix: str | os.PathLike[str], options: Any = None) -> str:
        """Write to files with the next number, and note in the folder that they are the latest.

        Args:
            file_prefix: what the names of the files begin with; ``-1``, ``-2`` … are appended.
            options: accepted for TensorFlow's sake, without effect.

        Returns:
            The path that `restore` takes.
        """
        self.save_counter.assign_add(1)
        path = f"{os.fspath(file_prefix)}-{int(self.save_counter)}"
        write_checkpoint(self, path)
        update_state(os.path.dirname(path), path)
        return path

    def read(self, save_path: str | os.PathLike[str], options: Any = None) -> LoadStatus:
        """Fill variables from what `write` wrote; see `restore`."""
        return read_checkpoint(self, os.fspath(save_path))

    def restore(self, save_path: str | os.PathLike[str] | None, options: Any = None) -> LoadStatus:
        """Fill variables from a checkpoint.

        Layers that are not built yet get their values as soon as they are built, for as long as
        this object exists.

        Args:
            save_path: what `save` or `tf.train.latest_checkpoint` gave; nothing happens for `None`.
            options: accepted for TensorFlow's sake, without effect.

        Returns:
            An object to ask whether everything was found, such as by `assert_consumed()`.

        Raises:
            NotFoundError: there is no such checkpoint.
            DataLossError: it is damaged.
            ShapeError: a value has not the shape of its variable.
        """
        if save_path is None:
            return _NothingRestored()
        self.save_counter  # noqa: B018  (it is restored as well)
        return read_checkpoint(self, os.fspath(save_path))
