"""How many faults of each rule the checks notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.mutation.catching import Outcome, Rule, outcomes
from tests.mutation.equivalents import EQUIVALENT

__all__ = ["Report", "Tally", "tried"]


@dataclass
class Tally:
    """What became of the mutants of one rule.

    Attributes:
        wrong: caught by a wrong number.
        failed: caught by an error, or as it did not end.
        equivalent: no faults, as `equivalents.py` says why.
        survivors: faults that nobody noticed.
    """

    wrong: int = 0
    failed: int = 0
    equivalent: int = 0
    survivors: list[Outcome] = field(default_factory=list)

    @property
    def caught(self) -> int:
        return self.wrong + self.failed

    @property
    def faults(self) -> int:
        return self.caught + len(self.survivors)


@dataclass(frozen=True)
class Report:
    """The tallies of all rules.

    Attributes:
        tallies: by the name of the rule.
        stale: entries of `equivalents.py` that no surviving mutant has.
    """

    tallies: dict[str, Tally]
    stale: tuple[tuple[str, str], ...]

    @property
    def survivors(self) -> list[Outcome]:
        return [each for tally in self.tallies.values() for each in tally.survivors]

    @property
    def faults(self) -> int:
        return sum(tally.faults for tally in self.tallies.values())

    @property
    def share(self) -> float:
        """The caught faults among all."""
        return sum(tally.caught for tally in self.tallies.values()) / max(1, self.faults)

    def lines(self) -> Iterator[str]:
        yield f"{'rule':36} {'faults':>7} {'caught':>7} {'by number':>10} {'share':>7} {'same':>5}"
        for name, tally in self.tallies.items():
            share = tally.caught / tally.faults if tally.faults else 1.0
            yield (
                f"{name:36} {tally.faults:7} {tally.caught:7} {tally.wrong:10} {share:7.1%} "
                f"{tally.equivalent:5}"
            )
        for each in self.survivors:
            yield f"\nnot noticed: {each.mutant.what} in {each.rule.name}\n{each.mutant.diff}"
        caught = self.faults - len(self.survivors)
        wrong = sum(tally.wrong for tally in self.tallies.values())
        same = sum(tally.equivalent for tally in self.tallies.values())
        yield (
            f"\n{caught} of {self.faults} faults in {len(self.tallies)} functions were caught: "
            f"{self.share:.1%}; {wrong} of them by a wrong number, the others by an error. "
            f"{same} more changes are no faults."
        )


def tried(rules: Sequence[Rule]) -> Report:
    """Try every fault of some rules."""
    with np.errstate(all="ignore"):
        return _report(outcomes(rules), {rule.name for rule in rules})


def _report(found: Iterable[Outcome], names: set[str]) -> Report:
    tallies: dict[str, Tally] = {}
    used: set[tuple[str, str]] = set()
    for outcome in found:
        tally = tallies.setdefault(outcome.rule.name, Tally())
        key = outcome.rule.name, outcome.mutant.line
        if outcome.caught == "a wrong number":
            tally.wrong += 1
        elif outcome.caught:
            tally.failed += 1
        elif key in EQUIVALENT:
            used.add(key)
            tally.equivalent += 1
        else:
            tally.survivors.append(outcome)
    stale = (key for key in EQUIVALENT if key[0] in names and key not in used)
    return Report(tallies, tuple(stale))
