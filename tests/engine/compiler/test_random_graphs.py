"""Random graphs give the same in both engines, on one core and on several."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassbrook import config, dtypes
from glassbrook.dtypes import DType
from glassbrook.engine.compiler import CompiledProgram, schedule
from tests.engine.compiler.comparing import Array, assert_agrees, copies
from tests.engine.compiler.growing import grow

FEW, MANY = 80, 2_000
_CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
# A sum of hundreds of rounded numbers, a few operations deep.
_ULPS = {dtypes.float32: 2_000, dtypes.float64: 2_000_000}

OPTIONS = {
    "dtype": st.sampled_from((dtypes.float64, dtypes.float32)),
    "threads": st.sampled_from((1, 2, 3)),
    "shared": st.booleans(),
}


@pytest.fixture(autouse=True)
def _checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept on disk, and every pass is verified."""
    monkeypatch.setenv("GLASSBROOK_CACHE_DIR", "off")
    monkeypatch.setattr(config, "debug", True)


def _bits(program: CompiledProgram, arrays: list[Array]) -> list[bytes]:
    """All that a run leaves."""
    own = copies(arrays)
    return [each.tobytes() for each in (*program.run(own), *own)]


def _assert_agrees(
    choice: random.Random, dtype: DType, threads: int, shared: bool, steps: tuple[int, int]
) -> None:
    gaps = choice.random() < 0.15
    graph, arrays = grow(choice, dtype, choice.randint(*steps), choice.randint(0, 3), gaps)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "threads", threads)
        if shared:
            patch.setattr(schedule, "_WORTH_SHARING", -1)
        program = assert_agrees(graph, arrays, _ULPS[dtype], least=1)
        if threads > 1:
            assert _bits(program, arrays) == _bits(program, arrays)


@settings(max_examples=FEW, suppress_health_check=_CHECKS)
@given(choice=st.randoms(use_true_random=False), **OPTIONS)
def test_random_graphs(choice: random.Random, dtype: DType, threads: int, shared: bool) -> None:
    _assert_agrees(choice, dtype, threads, shared, (2, 8))


@pytest.mark.slow
@settings(max_examples=MANY, suppress_health_check=_CHECKS)
@given(choice=st.randoms(use_true_random=True), **OPTIONS)
def test_many_random_graphs(
    choice: random.Random, dtype: DType, threads: int, shared: bool
) -> None:
    _assert_agrees(choice, dtype, threads, shared, (6, 30))
