"""The methods of `Dataset` that keep elements: in memory, and in files."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassbrook.data.plans.cache import CachePlan
from glassbrook.data.plans.plan import Plan
from glassbrook.data.plans.storing import FileCachePlan, StoredPlan, write_elements
from glassbrook.errors import DTypeError, InvalidArgumentError, NotFoundError
from glassbrook.tensor import TensorValue

if TYPE_CHECKING:
    from glassbrook.data.dataset import Dataset

__all__ = ["Storing"]

_FILE = "elements.gbd"
_COMPRESSIONS = (None, "", "NONE", "AUTO", "GZIP", "SNAPPY")


class Storing(ABC):
    """Transformations that keep elements."""

    __slots__ = ()

    @property
    @abstractmethod
    def plan(self) -> Plan:
        """What the dataset is made of."""

    @staticmethod
    @abstractmethod
    def of_plan(plan: Plan) -> Dataset:
        """The dataset that a plan describes."""

    def cache(self, filename: Any = "", name: str | None = None) -> Dataset:
        """Keep the elements after the first complete iteration.

        Whatever comes before is not done again, be it a costly function or a shuffle.

        Args:
            filename: the file to keep them in, also for later runs of the program; its name gets
                ``.cache`` added. A damaged file is written again. By default they are kept in
                memory.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: elements of this kind cannot be written to a file.

        Example:
            >>> import glassbrook as tf
            >>> calls = []
            >>> dataset = tf.data.Dataset.range(3).map(lambda x: (calls.append(1), x * x)[1])
            >>> cached = dataset.cache()
            >>> [int(x) for x in cached], [int(x) for x in cached], len(calls)
            ([0, 1, 4], [0, 1, 4], 3)
        """
        path = _path("cache", filename)
        if not path:
            return self.of_plan(CachePlan(self.plan))
        return self.of_plan(FileCachePlan(self.plan, Path(f"{path}.cache")))

    def snapshot(
        self,
        path: Any,
        compression: str | None = "AUTO",
        reader_func: Callable[..., Any] | None = None,
        shard_func: Callable[..., Any] | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Keep the elements in a folder after the first complete iteration; see `cache`.

        Args:
            path: the folder.
            compression: ``"GZIP"`` to compress; others are accepted, without effect.
            reader_func: accepted for TensorFlow's sake, without effect.
            shard_func: accepted for TensorFlow's sake, without effect.
            name: accepted for TensorFlow's sake, without effect.
        """
        file = Path(_path("snapshot", path)) / _FILE
        return self.of_plan(FileCachePlan(self.plan, file, _compresses("snapshot", compression)))

    def save(
        self,
        path: Any,
        compression: str | None = None,
        shard_func: Callable[..., Any] | None = None,
        checkpoint_args: Any = None,
    ) -> None:
        """Write all elements to a folder, for `Dataset.load`.

        Args:
            path: the folder.
            compression: ``"GZIP"`` to compress; others are accepted, without effect.
            shard_func: accepted for TensorFlow's sake, without effect.
            checkpoint_args: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: elements of this kind cannot be written to a file.

        Example:
            >>> import glassbrook as tf, tempfile
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     tf.data.Dataset.range(3).save(folder)
            ...     print([int(x) for x in tf.data.Dataset.load(folder)])
            [0, 1, 2]
        """
        file = Path(_path("save", path)) / _FILE
        write_elements(self.plan, file, _compresses("save", compression))


def load_plan(path: Any, element_spec: Any) -> Plan:
    """The elements that `Storing.save` wrote.

    Raises:
        NotFoundError: there are none.
        DataError: the file is damaged.
        DTypeError: they are of another spec.
    """
    file = Path(_path("load", path)) / _FILE
    try:
        plan = StoredPlan(file)
    except FileNotFoundError as error:
        raise NotFoundError(
            f"Dataset.load: {file}; No such file or directory. Give the folder that "
            "Dataset.save(path) wrote to."
        ) from error
    if element_spec is not None and element_spec != plan.spec:
        raise DTypeError(
            f"Dataset.load: element_spec is {element_spec}, but the elements are {plan.spec}. "
            "Leave it out: it stands in the file."
        )
    return plan


def _path(method: str, given: Any) -> str:
    if isinstance(given, TensorValue):
        given = given.numpy()
    if not isinstance(given, str | bytes | os.PathLike):
        raise InvalidArgumentError(
            f"Dataset.{method}: expected a path, got {given!r} of type {type(given).__name__}."
        )
    return os.path.expanduser(os.fsdecode(given))


def _compresses(method: str, compression: str | None) -> bool:
    if compression not in _COMPRESSIONS:
        raise InvalidArgumentError(
            f"Dataset.{method}: compression is {compression!r}, expected None or 'GZIP'."
        )
    return compression == "GZIP"
