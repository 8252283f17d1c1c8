"""Run a captured graph: give a program its arrays, and the nodes what comes out.

A program updates variables in place. It is given a variable's array itself only if nobody can look
at the old value afterwards; else it gets a copy. Who could look is told by counts of references: to
the old version's node, to its array, and to the nodes that read it and will have no value.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassbrook import config, dtypes
from glassbrook.engine.capture import Capture
from glassbrook.engine.history import Intervals, let_go
from glassbrook.engine.interpreter.run import compute
from glassbrook.engine.recipe import Recipe, references
from glassbrook.graph.closed import Program
from glassbrook.graph.node import Array, Node, leaf

__all__ = ["Run"]

# C-contiguous, owning its data, aligned and writable.
_ITS_OWN = 0x1 | 0x4 | 0x100 | 0x400


class Run:
    """One run of a captured graph. It is made, and its results are published, under the lock.

    It holds on to the arrays that it starts from: whoever wants to update a variable in place
    meanwhile sees that.

    Args:
        found: the graph.
        recipe: how a program runs it; `None` for the interpreter.
        program: the program.
    """

    def __init__(self, found: Capture, recipe: Recipe | None, program: Program | None) -> None:
        self._found = found
        self._recipe = recipe
        self._program = program
        self._results: Sequence[Array] = ()
        self._values: dict[Node, Array] | None = None
        arrays: list[Array] = [leaf.value for leaf in found.leaves]  # type: ignore[misc]
        # Their other holders see to it that these arrays are not updated in place.
        self._passed: list[tuple[int, Array]] = []
        if recipe is not None:
            self._passed = [(place, arrays[source]) for place, source in recipe.passed]
            if recipe.updates:
                _own(found, recipe, arrays)
        self._arrays = arrays

    def compute(self) -> None:
        """Compute the values.

        Raises:
            GlassbrookError: a value cannot be computed; nothing has changed then.
            KeyboardInterrupt: nothing has changed, unless the error has `results`.
        """
        if self._program is None:
            self._interpret()
            return
        try:
            self._results = self._program.run(self._arrays)
        except Exception as error:
            # The interpreter says what is wrong, and may do what the program could not.
            self._interpret()
            if config.debug:
                raise RuntimeError("A program failed where the interpreter does not.") from error

    def _interpret(self) -> None:
        found = self._found
        values = dict(zip(found.leaves, self._arrays))
        self._values = compute(found.order, found.made, values, set(found.kept))

    def publish(self, held: Sequence[Intervals]) -> None:
        """Give the nodes their values, and let them forget how they came about."""
        kept = self._found.kept
        recipe, values = self._recipe, self._values
        if values is not None:
            for node in kept:
                if node.value is None:
                    node.value = values[node]
            let_go(kept, held)
            return
        assert recipe is not None
        results, arrays = self._results, self._arrays
        # Another thread may have been quicker: the first value stays.
        for place, output in recipe.kept:
            node = kept[place]
            if node.value is None:
                node.value = results[output]
        for place, array in self._passed:
            node = kept[place]
            if node.value is None:
                node.value = array
        for place, source, _ in recipe.updates:
            kept[place].value = arrays[source]
        computed = [node for node in kept if node.value is not None]
        if recipe.extra:
            order = self._found.order
            for place, output in recipe.extra:
                node = order[place]
                if node.value is None:
                    node.value = results[output]
                computed.append(node)
        let_go(computed, held)

    def interrupted(self, interrupt: BaseException) -> bool:
        """Whether a program had done its work when it was interrupted, so that it must count."""
        results = getattr(interrupt, "results", None)
        if results is None:
            return False
        self._results = results
        return True


def _own(found: Capture, recipe: Recipe, arrays: list[Array]) -> None:
    """Put a copy into the place of each array that is updated, unless nobody else needs it."""
    order = found.order
    private = (
        not found.is_pinned
        and references([order[place] for place in recipe.private]) == recipe.expected
    )
    of_leaves = references(found.leaves)
    of_arrays = references(arrays)
    for _, source, expected in recipe.updates:
        if not (
            private
            and of_leaves[source] == expected
            and of_arrays[source] == _ARRAY_REFERENCES
            and arrays[source].flags.num & _ITS_OWN == _ITS_OWN
        ):
            arrays[source] = arrays[source].copy(order="C")


def _array_references() -> int:
    """What `references` says of an array that only its node and a list of arrays hold."""
    node = leaf(np.zeros(()), dtypes.float64)
    return references([node.value])[0]


_ARRAY_REFERENCES = _array_references()
