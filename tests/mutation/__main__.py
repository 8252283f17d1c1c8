"""`python -m tests.mutation [names]`: faults in gradient rules, and which of them the tests catch.

Names choose rules by how they begin, such as ``elementwise`` or ``linalg._matmul``.
"""

from __future__ import annotations

import sys
import warnings

from tests.mutation.catching import rules
from tests.mutation.report import tried


def main(names: list[str]) -> int:
    warnings.simplefilter("ignore")
    chosen = [rule for rule in rules() if not names or rule.name.startswith(tuple(names))]
    if not chosen:
        print(f"There is no rule whose name begins with {' or '.join(names)}.", file=sys.stderr)
        return 2
    report = tried(chosen)
    print("\n".join(report.lines()))
    for name, line in report.stale:
        print(f"equivalents.py knows a change that is caught, or not there, in {name}: {line}")
    return int(bool(report.survivors))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
