"""Variables: assignment, aliasing, names, printing."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from glassbrook.engine import realize
from glassbrook.errors import DTypeError, InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.graph import build
from glassbrook.tensor import Tensor, Variable, as_node, constant


def test_a_tensor_read_before_an_assignment_keeps_its_value() -> None:
    v = Variable([1.0, 2.0])
    read, computed, part = v.value(), v + 0.0, v[0]
    v.assign([5.0, 6.0])
    v.assign_add([1.0, 1.0])
    assert read.numpy().tolist() == [1.0, 2.0]
    assert computed.numpy().tolist() == [1.0, 2.0]
    assert float(part) == 1.0
    assert v.numpy().tolist() == [6.0, 7.0]


def test_variables_made_from_each_other_are_independent() -> None:
    a = Variable([1.0])
    b = Variable(a)
    tensor = constant([3.0])
    c = Variable(tensor)
    a.assign([7.0])
    c.assign_add([1.0])
    assert (float(b[0]), float(tensor[0]), float(c[0])) == (1.0, 3.0, 4.0)


def test_numpy_arrays_do_not_alias() -> None:
    source = np.zeros(2, np.float32)
    v = Variable(source)
    source[:] = 9
    out = v.numpy()
    out[:] = 8
    assert v.numpy().tolist() == [0.0, 0.0]
    value = np.ones(2, np.float32)
    v.assign(value)
    value[:] = 7
    assert v.numpy().tolist() == [1.0, 1.0]


def test_swapping_through_each_other() -> None:
    a, b = Variable(1.0), Variable(2.0)
    old_a = a.value()
    a.assign(b)
    b.assign(old_a)
    assert (float(a), float(b)) == (2.0, 1.0)


def test_a_second_assignment_settles_the_first() -> None:
    v = Variable(0.0)
    v.assign_add(1.0)
    pending = v.node
    assert pending.value is None
    v.assign_add(1.0)
    assert pending.value == 1.0
    for _ in range(50):
        v.assign_add(1.0)
    assert float(v) == 52.0
    realize([v.node])
    assert v.node.inputs == ()


@pytest.mark.parametrize("method", ["assign", "assign_add", "assign_sub"])
def test_assignments_keep_shape_and_dtype(method: str) -> None:
    v = Variable([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"has shape \[2\].*has shape \[3\]"):
        getattr(v, method)([1.0, 2.0, 3.0])
    with pytest.raises(DTypeError, match="float32"):
        getattr(v, method)(constant([1, 2]))
    assert v.numpy().tolist() == [1.0, 2.0]


def test_assignments_return_the_variable() -> None:
    v = Variable(1.0)
    assert v.assign(2.0) is v
    assert v.assign_add(1.0).assign_sub(0.5) is v
    assert float(v) == 2.5


def test_part_of_a_variable_can_be_assigned() -> None:
    v = Variable([[1.0, 2.0], [3.0, 4.0]])
    v[0].assign([10.0, 20.0])
    v[1, 1].assign_add(5.0)
    v[:, 0].assign_sub([1.0, 1.0])
    assert v.numpy().tolist() == [[9.0, 20.0], [2.0, 9.0]]
    with pytest.raises(ShapeError, match="does not fit the part"):
        v[0].assign([1.0, 2.0, 3.0])


def test_in_place_operators_say_what_to_use() -> None:
    v = Variable(1.0)
    with pytest.raises(RuntimeError, match="assign_add"):
        v += 1.0
    with pytest.raises(RuntimeError, match="assign_sub"):
        v -= 1.0


def test_names_and_printing() -> None:
    assert Variable(1.0).name == "Variable:0"
    assert Variable(1.0, name="w").name == "w:0"
    kernel = Variable([[1.0, 2.0]], name="kernel", path="dense/kernel")
    assert kernel.name == "kernel"
    assert repr(kernel) == (
        "<Variable path=dense/kernel, shape=(1, 2), dtype=float32, value=[[1. 2.]]>"
    )
    assert repr(Variable([1, 2])) == (
        "<tf.Variable 'Variable:0' shape=(2,) dtype=int32, numpy=array([1, 2], dtype=int32)>"
    )


def test_initial_values() -> None:
    assert float(Variable(lambda: 3.0)) == 3.0
    assert Variable(1, dtype="float64").dtype == "float64"
    assert Variable(np.zeros(2), shape=[2]).shape == (2,)
    with pytest.raises(InvalidArgumentError, match="initial value"):
        Variable()
    with pytest.raises(ShapeError, match="not"):
        Variable([1.0], shape=[2])


def test_trainable_and_operators() -> None:
    v = Variable(2.0, trainable=False)
    assert not v.trainable
    assert Variable(2.0).trainable
    assert float(3.0 - v) == 1.0
    assert float(v**2) == 4.0
    assert bool(v > 1.0)
    assert float(abs(-v)) == 2.0
    with pytest.raises(TypeError, match=r"ref\(\)"):
        hash(v)
    assert v.ref() in {v.ref()}
    assert v.ref().deref() is v


def test_copies_are_independent() -> None:
    v = Variable([1.0], name="w", trainable=False)
    other = copy.deepcopy(v)
    v.assign([2.0])
    assert float(other[0]) == 1.0
    assert other.trainable is False


def test_a_failed_assignment_is_taken_back() -> None:
    v = Variable([1.0, 2.0])
    v.assign(Tensor(build.gather(as_node(v), as_node(constant([0, 9])))))
    with pytest.raises(OutOfRangeError, match="9 is not in"):
        v.numpy()
    assert v.numpy().tolist() == [1.0, 2.0]
    v.assign(Tensor(build.gather(as_node(v), as_node(constant([9, 0])))))
    with pytest.raises(OutOfRangeError):
        v.assign_add([1.0, 1.0])
    v.assign_add([1.0, 1.0])
    assert v.numpy().tolist() == [2.0, 3.0]


def test_assign_without_reading() -> None:
    v = Variable(1.0)
    assert v.assign(2.0, read_value=False) is None
    assert v.assign_add(1.0, read_value=False) is None
    assert float(v) == 3.0


def test_scattered_elements() -> None:
    v = Variable([[1.0, 2.0], [3.0, 4.0]])
    assert v.sparse_read([1]).numpy().tolist() == [[3.0, 4.0]]
    assert v.gather_nd([[0, 1]]).numpy().tolist() == [2.0]
    assert v.scatter_nd_update([[0, 1]], [9.0]) is v
    v.scatter_nd_add([[1], [1]], [[1.0, 1.0], [1.0, 1.0]])
    v.scatter_nd_sub([[0, 0]], [1.0])
    assert v.numpy().tolist() == [[0.0, 9.0], [5.0, 6.0]]
    with pytest.raises(OutOfRangeError, match="2 is not in"):
        v.scatter_nd_update([[2, 0]], [1.0])
    with pytest.raises(ShapeError, match="updates of shape"):
        v.scatter_nd_update([[0, 0]], [1.0, 2.0])
