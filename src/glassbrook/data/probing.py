"""Finding out what a function returns, without elements: shapes and dtypes only.

As everything is lazy, a function can be called with tensors that have a shape and a dtype but no
value, and what it returns tells its shape and dtype. Sizes that are not known are tried out with
two different numbers: what differs in the results is not known either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from glassbrook.data.blocks import Block
from glassbrook.data.functions import components_of, element_value, is_dataset
from glassbrook.data.plans.plan import Plan, Stream
from glassbrook.data.spec import DatasetSpec, TensorSpec, common_spec
from glassbrook.data.structure import Form, map_leaves
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Node
from glassbrook.ops.ragged.spec import RaggedTensorSpec
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.ops.seeds import get_state, set_state
from glassbrook.tensor import Tensor

__all__ = ["EmptyPlan", "result_spec"]

_TRIED_SIZES: Final = (2, 3)

Call = Callable[[Any, Form], Any]
"""Calls a function with an element: what `ElementFunction` is."""


def result_spec(source: Plan, call: Call, method: str, nest: Callable[[Plan], Any]) -> Any:
    """The spec of what a function returns for the elements of `source`.

    Functions that look at values are called with the first element instead; then the sizes of what
    they return count as not known, as they may depend on the values.

    Args:
        source: the elements.
        call: calls the function with one element.
        method: the method of `Dataset` it was given to.
        nest: makes a dataset of a plan.
    """
    form = source.form
    specs = form.leaves(source.spec) or []
    state = get_state()
    try:
        return _without_values(form, specs, call, method, nest)
    except Exception:
        first = source.stream().pull(1)
        if first is None:
            raise
        return _of_first(first, call, method)
    finally:
        # To ask for a spec must not change which random numbers come next.
        if get_state() != state:
            set_state(state)


def _without_values(
    form: Form, specs: Sequence[Any], call: Call, method: str, nest: Callable[[Plan], Any]
) -> Any:
    results = []
    for size in _TRIED_SIZES if any(map(_has_unknown_size, specs)) else _TRIED_SIZES[:1]:
        value = form.pack([_placeholder(spec, size, nest) for spec in specs])
        results.append(_spec_of(*components_of(call(value, form), method)))
    return results[0] if len(results) == 1 else _where_equal(*results)


def _of_first(first: Block, call: Call, method: str) -> Any:
    value = element_value(first.form, first.elements()[0])
    return _without_sizes(_spec_of(*components_of(call(value, first.form), method)))


class EmptyPlan(Plan):
    """No elements, of a known spec."""

    shown_name = "_VariantDataset"

    def __init__(self, spec: Any) -> None:
        self._spec = spec

    def find_spec(self) -> Any:
        """The spec it was made with."""
        return self._spec

    def cardinality(self) -> int:
        """None."""
        return 0

    def stream(self) -> Stream:
        """There is nothing to read."""
        raise NotImplementedError("This dataset only stands for another one.")


def _has_unknown_size(spec: Any) -> bool:
    return isinstance(spec, TensorSpec) and not spec.shape.is_fully_defined()


def _placeholder(spec: Any, size: int, nest: Callable[[Plan], Any]) -> Any:
    """A value of this spec that fails to be computed."""
    if isinstance(spec, DatasetSpec):
        return nest(EmptyPlan(spec.element_spec))
    if not isinstance(spec, TensorSpec):
        raise NotImplementedError(f"Nothing stands for {spec}.")
    shape = tuple(size if each is None else int(each) for each in spec.shape.as_list())
    return Tensor(Node("placeholder", (), {}, shape, spec.dtype))


def _spec_of(form: Form, components: Sequence[Any]) -> Any:
    return form.pack([_spec_of_component(each) for each in components])


def _spec_of_component(component: Any) -> Any:
    if is_dataset(component):
        return DatasetSpec(component.element_spec)
    if isinstance(component, RaggedTensor):
        return RaggedTensorSpec.from_value(component)
    return TensorSpec(component.shape, component.dtype)


def _where_equal(x: Any, y: Any) -> Any:
    """The spec of both: sizes that differ are not known."""
    common = common_spec(x, y)
    if common is None:
        raise InvalidArgumentError("The function's results depend on the sizes of its arguments.")
    return common


def _without_sizes(spec: Any) -> Any:
    def without(leaf: Any) -> Any:
        if isinstance(leaf, TensorSpec):
            return TensorSpec([None] * len(leaf.shape), leaf.dtype)
        if isinstance(leaf, RaggedTensorSpec):
            sizes = [None] * len(leaf.shape)
            return RaggedTensorSpec(sizes, leaf.dtype, leaf.ragged_rank, leaf.row_splits_dtype)
        return leaf

    return map_leaves(without, spec)
