"""Whether the checks of a rule notice a fault in it.

The checks are those of the suite: the cases of `tests/cases.py` to second order, and the tests of
branches, loops and random numbers. What finite differences say of a case is worked out once: the
forward pass has no fault.
"""

from __future__ import annotations

import ast
import functools
import inspect
import signal
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from glassbrook import config, dtypes
from glassbrook.gradients import (
    VJP,
    control,
    convolution,
    elementwise,
    indexing,
    linalg,
    placing,
    random,
    reduce,
    scan,
    shape,
    special,
)
from tests.cases import CASES, Case
from tests.gradients import test_cast, test_control, test_random, test_tables
from tests.mutation.mutants import SPOIL, Mutant, mutants, spoilt
from tests.ops import test_math_edges, test_nn, test_reduce
from tests.tensor import test_scanning

__all__ = ["FAMILIES", "Outcome", "Rule", "outcomes", "rules"]

FAMILIES: tuple[ModuleType, ...] = (
    elementwise,
    reduce,
    shape,
    linalg,
    indexing,
    control,
    convolution,
    random,
    special,
    scan,
    placing,
)
# A check takes milliseconds: a fault that lets it run on is noticed by anybody.
_SECONDS = 3.0

Check = Callable[[], None]


@dataclass(frozen=True)
class Rule:
    """A function that takes part in differentiation, and the checks that ought to notice faults."""

    function: FunctionType
    name: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: `caught` is how it was noticed, empty if it was not."""

    rule: Rule
    mutant: Mutant
    caught: str


def rules() -> list[Rule]:
    """All rules, and what they call, each with its checks."""
    found: list[Rule] = []
    for module in FAMILIES:
        functions = _functions(module)
        ops = _ops_behind(functions)
        for name, function in functions.items():
            checks = _checks(module, ops.get(name, set()))
            if checks and not name.endswith("_formula"):
                found.append(Rule(function, f"{_short(module)}.{function.__qualname__}", checks))
    return found


def _short(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def _functions(module: ModuleType) -> dict[str, FunctionType]:
    """The functions and methods that are written in a module, by their last names."""
    found: dict[str, FunctionType] = {}
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(value):
            found[name] = value
        elif inspect.isclass(value) and not hasattr(value, "__dataclass_fields__"):
            methods = {key: each for key, each in vars(value).items() if inspect.isfunction(each)}
            found.update(methods)
            # Who makes an object calls this.
            found[name] = methods.pop("__init__")
            found.pop("__init__")
    return found


def _ops_behind(functions: dict[str, FunctionType]) -> dict[str, set[str]]:
    """For each function the operations whose rules come to it."""
    calls = {name: _names_in(function) & functions.keys() for name, function in functions.items()}
    found: dict[str, set[str]] = {}
    for op, rule in VJP.items():
        if rule not in functions.values():
            continue
        waiting = [rule.__name__]
        seen = set(waiting)
        for name in waiting:  # grows while it is read
            found.setdefault(name, set()).add(op)
            waiting += [each for each in sorted(calls[name]) if each not in seen]
            seen.update(calls[name])
    return found


def _names_in(function: FunctionType) -> set[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    nodes = [node for each in tree.body for node in ast.walk(each)]
    names = {each.id for each in nodes if isinstance(each, ast.Name)}
    return names | {each.attr for each in nodes if isinstance(each, ast.Attribute)}


def _checks(module: ModuleType, ops: set[str]) -> tuple[Check, ...]:
    if module in (scan, placing):
        return _SCANS
    if module is control:
        return _BRANCHES if ops else ()
    if module is random:
        return _SAMPLES if ops else ()
    cases = [case for case in CASES if case.op in ops and case.order and case.differentiated]
    checks = [functools.partial(_check_first, case) for case in cases]
    checks += [functools.partial(_check_second, case) for case in cases if case.order > 1]
    if "cast" in ops:
        checks += _CASTS
    if module in (elementwise, reduce, special):
        checks += _EDGES
    return tuple(checks)


# Cases, as tests/gradients/test_tables.py checks them.


_expected: dict[tuple[str, int], list[np.ndarray]] = {}


def _check_first(case: Case) -> None:
    key = "first", id(case)
    if key not in _expected:
        _expected[key] = test_tables.first_expected(case)
    test_tables.check_first(case, _expected[key])


def _check_second(case: Case) -> None:
    key = "second", id(case)
    if key not in _expected:
        _expected[key] = test_tables.second_expected(case)
    test_tables.check_second(case, _expected[key])


# Casts, branches, random numbers and loops.

_BRANCHES: tuple[Check, ...] = (
    test_control.test_the_branch_that_was_taken,
    test_control.test_the_other_branch,
    *(
        functools.partial(test_control.test_second_gradients_are_differences_of_first_ones, taken)
        for taken in (True, False)
    ),
)
_SAMPLES: tuple[Check, ...] = tuple(
    functools.partial(test_random.test_slope_of_gamma_numbers, shape) for shape in ((2,), (5, 2))
)
_CASTS: tuple[Check, ...] = (
    test_cast.test_integers_get_no_gradient,
    *(
        functools.partial(test_cast.test_there_and_back, source, target)
        for source, target in ((np.float32, dtypes.float64), (np.float64, dtypes.float16))
    ),
)
_SCANS: tuple[Check, ...] = (
    *(
        functools.partial(test_scanning.test_scans_agree_with_turns_one_by_one, None, name, reverse)
        for name in test_scanning.MORE
        for reverse in (False, True)
    ),
    *(
        functools.partial(test_scanning.test_nothing_more_is_carried_or_stacked, name)
        for name in test_scanning.MORE
    ),
    functools.partial(test_scanning.test_turns_may_have_gaps, None, False),
    functools.partial(test_scanning.test_a_scan_in_a_scan, None),
    functools.partial(test_scanning.test_looking_at_a_result_while_the_tape_records, None, False),
    test_scanning.test_products_of_slices_leave_the_loop,
    test_scanning.test_the_gradient_of_weights_is_one_product,
    test_scanning.test_a_program_stacks_only_what_is_needed,
)
# Where a gradient is not obvious: at 0, at ties, at the ends of a domain.
_EDGES: tuple[Check, ...] = tuple(
    functools.partial(module.test_gradient_at_the_edge, name)
    for module in (test_math_edges, test_nn, test_reduce)
    for name in module.EDGES
)


# Trying faults.


def outcomes(chosen: Sequence[Rule]) -> Iterator[Outcome]:
    """Every mutant of some rules, tried one at a time.

    Raises:
        AssertionError: a check fails without any fault.
    """
    with _quiet_engine():
        for rule in chosen:
            for check in rule.checks:
                check()
        for rule in chosen:
            for mutant in mutants(rule.function):
                spoilt.clear()
                caught = _noticed(rule, mutant)
                if caught or spoilt or SPOIL not in mutant.source:
                    yield Outcome(rule, mutant, caught)


@contextmanager
def _quiet_engine() -> Iterator[None]:
    """The interpreter, checking every graph: nothing is worth compiling."""
    before = config.engine, config.debug
    config.engine, config.debug = "interpreter", True
    try:
        yield
    finally:
        config.engine, config.debug = before


def _noticed(rule: Rule, mutant: Mutant) -> str:
    _forget_plans()
    with mutant.installed():
        try:
            with _time_limit():
                for check in rule.checks:
                    check()
        except AssertionError:
            return "a wrong number"
        except _Late:
            return "no end"
        except Exception as error:
            return f"an error: {type(error).__name__}"
        finally:
            config.engine = "interpreter"
            _forget_plans()
    return ""


def _forget_plans() -> None:
    """How a loop is differentiated is kept from one gradient to the next."""
    scan._plans.clear()
    scan._extended.clear()


class _Late(BaseException):
    """A check that takes too long."""


@contextmanager
def _time_limit() -> Iterator[None]:
    def stop(number: int, frame: Any) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
