"""Epochs over arrays in memory, many steps in one run of a program.

A step of training or evaluation is traced once, together with the choice of its rows, and compiled.
The program then does a whole stretch of batches: it gathers the rows of a batch, does the step,
updates weights and metrics in place, and goes on with the next batch, with no Python in between. A
stretch takes about a tenth of a second, so that a progress bar moves and Ctrl-C is heard.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from glassbrook.errors import GlassbrookError
from glassbrook.graph import build
from glassbrook.keras.models.batches import ArrayBatches, Batches
from glassbrook.keras.models.metrics import LazyLogs
from glassbrook.tensor import Tensor, nest
from glassbrook.tensor.function import Function
from glassbrook.tensor.replay import Replay

if TYPE_CHECKING:
    from glassbrook.keras.models.loops import Loops

__all__ = ["BatchFunction", "Programs", "Stretches", "row_function"]

_SECONDS = 0.1
_FIRST_STEPS, _MOST_STEPS = 1, 4096
_MOST_FORMS = 16


def row_function(model: Loops, step: Callable[[Any], Any]) -> Function:
    """A step on some rows of whole arrays, to be traced.

    The function returns the logs, `None` if they are but the results of metrics, and the loss.
    """

    def run(data: Any, rows: Tensor, variables: Any) -> Any:
        def chosen(array: Any) -> Any:
            return None if array is None else Tensor(build.gather(array.node, rows.node))

        model._last_loss = None
        logs = step(nest.map_structure(chosen, data))
        loss, model._last_loss = model._last_loss, None
        return None if isinstance(logs, LazyLogs) else logs, loss

    run.__name__ = getattr(step, "__name__", "step")
    return Function(run)


class Programs(dict[str, Any]):
    """What a model keeps of its traced steps; a copy of the model traces its own."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Programs:
        return Programs()


class BatchFunction:
    """A step on batches that come one by one, as a program for each form of a batch.

    Batches of many different sizes would mean many programs: beyond a number of them, the step runs
    as it is written.

    Args:
        model: the model whose step it is.
        step: takes a batch and gives logs, or outputs.
    """

    def __init__(self, model: Loops, step: Callable[[Any], Any]) -> None:
        self._model = model
        self._step = step
        self._forms: set[Any] = set()

        def run(data: Any, variables: Any) -> Any:
            model._last_loss = None
            found = step(data)
            loss, model._last_loss = model._last_loss, None
            return None if isinstance(found, LazyLogs) else found, loss

        run.__name__ = getattr(step, "__name__", "step")
        self._function = Function(run)

    def __call__(self, data: Any) -> Any:
        """Do the step; what it gives. The model then knows the loss, if there was one."""
        form = tuple(
            None if each is None else (each.node.shape, each.node.dtype)
            for each in nest.flatten(data)
        )
        if form not in self._forms:
            if len(self._forms) >= _MOST_FORMS:
                return self._step(data)
            self._forms.add(form)
        model = self._model
        # Which variables are trained is part of what was traced.
        variables = tuple([id(each) for each in model.trainable_variables])
        try:
            found, model._last_loss = self._function(data, variables)
        except GlassbrookError:
            self._step(data)  # as it is written, it knows what the values mean
            raise
        return LazyLogs(model.get_metrics_result) if found is None else found


class Stretches:
    """The steps over one source, by programs.

    Args:
        model: the model whose step it is.
        function: what `row_function` made of the step.
        source: the arrays.
    """

    def __init__(self, model: Loops, function: Function, source: ArrayBatches) -> None:
        self._model = model
        self._function = function
        self._source = source
        self._data = source.whole()
        self._arrays = [each.node.value for each in nest.flatten(self._data) if each is not None]
        self._steps = _FIRST_STEPS
        self._replays: dict[int, Replay | None] = {}

    @classmethod
    def of(cls, model: Loops, function: Function, source: Batches) -> Stretches | None:
        """The stretches of a source, if it is one of arrays and the step can be traced.

        Args:
            model: the model, which is built.
            function: what `row_function` made of the step.
            source: where batches come from.
        """
        if not isinstance(source, ArrayBatches) or any(
            each.dtype.kind == "O" for each in source.flat
        ):
            return None
        found = cls(model, function, source)
        size = min(source.batch_size, source.size)
        return found if found._replay(size) is not None else None

    def _replay(self, size: int) -> Replay | None:
        """The program for batches of `size` rows."""
        if size not in self._replays:
            rows = Tensor(build.data(np.zeros(size, np.int64)))
            # Which variables are trained is part of what was traced.
            variables = tuple(id(each) for each in self._model.trainable_variables)
            self._replays[size] = self._function.replay_for(self._data, rows, variables)
        return self._replays[size]

    def run(self, each: Callable[[int, int, Any, Any], bool], before: Callable[[], None]) -> Any:
        """Do the steps of one epoch.

        Args:
            each: called after a stretch with the number of its first step, how many steps it had,
                the loss of its last one and the batches' rows; gives whether to go on.
            before: called before each stretch.

        Returns:
            The logs of the last step.
        """
        source = self._source
        order = source.order()
        rows = np.arange(source.size) if order is None else order
        full = source.size // source.batch_size
        whole = rows[: full * source.batch_size].reshape(full, source.batch_size)
        step, logs = 0, None
        while step < full:
            count = min(self._steps, full - step)
            before()
            started = time.perf_counter()
            logs, loss = self._stretch(whole[step : step + count])
            self._adapt(count, time.perf_counter() - started)
            if not each(step, count, loss, whole[step : step + count]):
                return logs
            step += count
        rest = rows[full * source.batch_size :]
        if len(rest):
            before()
            logs, loss = self._stretch(rest[np.newaxis])
            each(step, 1, loss, rest[np.newaxis])
        return logs

    def _stretch(self, rows: Any) -> tuple[Any, Any]:
        """One step for each row of `rows`, which holds the numbers of samples."""
        rows = np.ascontiguousarray(rows, np.int64)
        replay = self._replay(rows.shape[1])
        assert replay is not None
        arguments = [*self._arrays, rows]
        strides = [0] * len(self._arrays) + [rows.strides[0]]
        logs, loss = replay.repeat(arguments, strides, len(rows))
        return LazyLogs(self._model.get_metrics_result) if logs is None else logs, loss

    def _adapt(self, steps: int, seconds: float) -> None:
        """Choose the length of the next stretch; results do not depend on it."""
        wanted = int(steps * _SECONDS / max(seconds, 1e-6))
        self._steps = max(1, min(wanted, 4 * self._steps, _MOST_STEPS))
