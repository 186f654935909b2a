"""Damage files and open them: python -m tests.fuzz [--cases 2000] [--seed 1] [--table FILE].

Ends with 1 and names the cases if something escaped. With --table the outcomes of all ways to
damage a file are written as a table.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.fuzz.cases import OUTCOMES, Result, result_of, specimens
from tests.fuzz.mutators import MUTATORS

#: Megabytes that all of it may take.
MOST_MEMORY = 1_000


def drawn(cases: int, seed: int) -> list[tuple[str, str, int]]:
    """Specimen, mutator and seed of each case; every mutator comes as often."""
    chance = Random(seed)
    names, mutators = sorted(specimens()), sorted(MUTATORS)
    return [
        (chance.choice(names), mutators[at % len(mutators)], chance.randrange(1 << 30))
        for at in range(cases)
    ]


def table_of(results: Sequence[Result]) -> str:
    """A row for each way to damage a file, a column for each outcome."""
    counts = Counter((result.mutator, result.outcome) for result in results)
    lines = [f"| damage | {' | '.join(OUTCOMES)} |", "|---|" + "--:|" * len(OUTCOMES)]
    for mutator in MUTATORS:
        cells = [str(counts[mutator, outcome]) for outcome in OUTCOMES]
        lines.append(f"| {mutator} | {' | '.join(cells)} |")
    totals = [str(sum(counts[m, outcome] for m in MUTATORS)) for outcome in OUTCOMES]
    return "\n".join([*lines, f"| **all** | {' | '.join(totals)} |"])


def peak_memory() -> float:
    """The most megabytes that this process held.

    What `getrusage` has begins with the peak of the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        [peak] = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(peak) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Run the cases that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=Path)
    asked = parser.parse_args()
    results = []
    for specimen, mutator, seed in drawn(asked.cases, asked.seed):
        result = result_of(specimen, mutator, seed)
        results.append(result)
        if result.fault:
            print(f"{specimen}, {mutator}, {seed}: {result.fault}", flush=True)
    memory = peak_memory()
    if memory > MOST_MEMORY:
        print(f"It took {memory:.0f} MB.")
    if asked.table:
        asked.table.write_text(table_of(results) + "\n", encoding="utf-8")
    faults = sum(bool(result.fault) for result in results)
    slowest = max(result.seconds for result in results)
    print(f"{len(results)} cases, {faults} faults, slowest {slowest:.1f} s, {memory:.0f} MB.")
    return 1 if faults or memory > MOST_MEMORY else 0


if __name__ == "__main__":
    sys.exit(main())
