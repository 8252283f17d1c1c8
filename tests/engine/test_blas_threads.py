"""The interpreter's products do not compete with compiled programs for the cores."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.engine.interpreter import threads


@pytest.fixture
def limit(monkeypatch):
    if threads.numpy_blas_threads() in (None, 1):
        pytest.skip("NumPy's BLAS has no threads that could be counted here")
    monkeypatch.setattr(threads, "_limit", threads._Limit())
    return threads._limit


def test_one_thread_once_programs_are_compiled(limit):
    many = threads.numpy_blas_threads()
    with threads.matmul_threads():
        assert threads.numpy_blas_threads() == many
    tf.function(lambda x: x + 1)(tf.constant([1.0]))
    assert limit.wanted
    with threads.matmul_threads(), threads.matmul_threads():
        assert threads.numpy_blas_threads() == 1
    assert threads.numpy_blas_threads() == many


def test_what_users_compute_is_not_touched(limit):
    threads.limit_threads()
    many = threads.numpy_blas_threads()
    x = tf.constant(np.ones((8, 8), np.float32))
    assert float((x @ x)[0, 0]) == 8.0
    assert threads.numpy_blas_threads() == many


def test_a_failing_product_gives_the_threads_back(limit):
    threads.limit_threads()
    many = threads.numpy_blas_threads()
    with pytest.raises(ZeroDivisionError), threads.matmul_threads():
        raise ZeroDivisionError
    assert threads.numpy_blas_threads() == many
