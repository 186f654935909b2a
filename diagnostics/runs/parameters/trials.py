"""Runs that may be compared, with the parameters that differ among them and their scores."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diagnostics.runs.run_table import NOT_SET
from diagnostics.workspace import Experiment, Run
from diagnostics.workspace.labels import natural_order
from diagnostics.workspace.parameters import parameter_names, parameter_text, value_identity
from diagnostics.workspace.scores import given as given_to
from diagnostics.workspace.scores import peers, rises, run_metrics

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Values of one parameter that are shown one by one; more are put into this many parts of the range
#: with about equally many runs, or, if they are no numbers, the rarest are taken together.
MOST_VALUES, PARTS = 12, 6
OTHERS = "(others)"
_MISSING = ("missing",)


@dataclass(frozen=True, eq=False)
class Factor:
    """One parameter as it was searched: its values in order, and which of them each run has.

    Numbers come first, by size, then truth values, texts, and last None, NaN and `NOT_SET`, which
    stay distinct. `codes` are positions in `values`, one a run; `numbers` has each value as a
    number, NaN for what is none; `written` the texts by which `filtered_runs` knows each value.
    """

    name: str
    values: tuple[str, ...]
    numbers: tuple[float, ...]
    written: tuple[frozenset[str], ...]
    codes: NDArray[np.int64]
    #: The lowest and highest number behind each value, where values stand for parts of a range.
    spans: tuple[tuple[float, float], ...] = ()

    @property
    def is_numeric(self) -> bool:
        """Whether all values are numbers, those apart that stand for none."""
        rest = [v for v, n in zip(self.values, self.numbers, strict=True) if math.isnan(n)]
        return len(rest) < len(self.values) and set(rest) <= {NOT_SET, "None", "nan", "null", ""}

    @property
    def is_log(self) -> bool:
        """Whether its numbers are spaced more evenly as logarithms than as they are."""
        numbers = sorted(n for n in self.numbers if math.isfinite(n))
        if len(numbers) < 3 or numbers[0] <= 0:
            return False
        return _unevenness([math.log(n) for n in numbers]) < _unevenness(numbers)

    @property
    def is_set(self) -> NDArray[np.bool_]:
        """Which runs name the parameter."""
        import numpy as np

        missing = self.values.index(NOT_SET) if NOT_SET in self.values else -1
        return np.asarray(self.codes != missing)


@dataclass(frozen=True, eq=False)
class Trials:
    """Runs that were given as much to learn from and have all their folds, and what differed."""

    metric: str
    rises: bool
    runs: tuple[str, ...]
    scores: NDArray[np.float64]
    factors: tuple[Factor, ...]

    def factor(self, name: str) -> Factor:
        """The parameter called `name`; KeyError if it does not differ."""
        for factor in self.factors:
            if factor.name == name:
                return factor
        raise KeyError(name)

    @property
    def best(self) -> int:
        """The position of the run with the best score."""
        return int(self.scores.argmax() if self.rises else self.scores.argmin())


@dataclass(frozen=True)
class Family:
    """Runs that name the same parameters, as those of one estimator do; `own` not all runs name."""

    runs: tuple[str, ...]
    own: tuple[str, ...]


def given_amounts(
    experiment: Experiment, metric: str, names: Collection[str] | None = None
) -> dict[float | None, int]:
    """How many runs with a score were given each amount to learn from, the usual amount first.

    Only runs that have all of their folds; equally usual amounts, the larger first.
    """
    counts = Counter(given_to(run) for run in _scored(experiment, metric, names) if run.is_complete)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], -(item[0] or 0.0))))


def trials(
    experiment: Experiment,
    metric: str,
    *,
    names: Collection[str] | None = None,
    amount: float | None = None,
) -> Trials:
    """The comparable runs that were given `amount` to learn from, with what differs among them.

    Parameters
    ----------
    metric
        What they are judged by; runs without a finite value are left out.
    names
        The runs to look at, all if None.
    amount
        What the runs were given to learn from; None where the search did not vary it.
    """
    import numpy as np

    whole = [run for run in _scored(experiment, metric, names)
             if given_to(run) == amount and run.is_complete]  # fmt: skip
    alike = set(peers(experiment, whole[0])) if whole else set()
    runs = [run for run in whole if run.run in alike]
    return Trials(
        metric,
        rises(experiment, metric),
        tuple(run.run for run in runs),
        np.array([run_metrics(run)[metric] for run in runs], dtype=float),
        tuple(
            factor
            for name in parameter_names(experiment)
            if len((factor := _factor(runs, name)).values) > 1
        ),
    )


def _scored(experiment: Experiment, metric: str, names: Collection[str] | None) -> list[Run]:
    wanted = None if names is None else set(names)
    return [
        run
        for run in experiment.runs
        if (wanted is None or run.run in wanted)
        and math.isfinite(run_metrics(run).get(metric, math.nan))
    ]


def families(trials: Trials) -> list[Family]:
    """The runs by which parameters they name, the largest family first.

    One family means that every run names every parameter that differs.
    """
    members: dict[tuple[str, ...], list[str]] = {}
    for row, run in enumerate(trials.runs):
        named = tuple(factor.name for factor in trials.factors if factor.is_set[row])
        members.setdefault(named, []).append(run)
    common = set.intersection(*map(set, members)) if members else set()
    by_size = sorted(members.items(), key=lambda item: -len(item[1]))
    return [
        Family(tuple(runs), tuple(name for name in named if name not in common))
        for named, runs in by_size
    ]


def coarse(factor: Factor) -> Factor:
    """The parameter with at most `MOST_VALUES` values: parts of its range, or the usual ones."""
    if len(factor.values) <= MOST_VALUES:
        return factor
    return _parts(factor) if factor.is_numeric else _usual(factor)


def _parts(factor: Factor) -> Factor:
    """Parts of the range with about equally many runs; what is no number stays as it is."""
    import numpy as np

    numbers = np.array(factor.numbers)[factor.codes]
    finite = np.isfinite(numbers)
    cuts = np.unique(np.quantile(numbers[finite], np.linspace(0, 1, PARTS + 1)[1:-1]))
    part_of = np.searchsorted(cuts, np.array(factor.numbers), side="left")
    part_of = np.where(np.isfinite(factor.numbers), part_of, -1)
    groups: list[list[int]] = [
        [int(code) for code in np.flatnonzero(part_of == part)] for part in np.unique(part_of)
    ]
    rest = [[code] for code in groups.pop(0)] if -1 in part_of else []
    return _merged(factor, [*groups, *rest])


def _usual(factor: Factor) -> Factor:
    counts = Counter(factor.codes.tolist())
    kept = {code for code, _ in counts.most_common(MOST_VALUES - 1)}
    rest = [code for code in range(len(factor.values)) if code not in kept]
    return _merged(factor, [*([code] for code in sorted(kept)), rest])


def _merged(factor: Factor, groups: Sequence[Sequence[int]]) -> Factor:
    """The parameter with groups of its values, which are in order, in place of single ones."""
    import numpy as np

    new = {code: position for position, group in enumerate(groups) for code in group}
    numbers = [[factor.numbers[code] for code in group] for group in groups]
    return Factor(
        factor.name,
        tuple(_group_text(factor, group) for group in groups),
        tuple(group[0] if len(group) == 1 else (group[0] + group[-1]) / 2 for group in numbers),
        tuple(frozenset().union(*(factor.written[code] for code in group)) for group in groups),
        np.array([new[int(code)] for code in factor.codes]),
        tuple((group[0], group[-1]) for group in numbers),
    )


def _group_text(factor: Factor, group: Sequence[int]) -> str:
    if len(group) == 1:
        return factor.values[group[0]]
    low, high = factor.numbers[group[0]], factor.numbers[group[-1]]
    return OTHERS if math.isnan(low + high) else f"{number_text(low)} to {number_text(high)}"


def number_text(number: float) -> str:
    """A number as people write it, with three figures."""
    return f"{number:,.0f}" if 999.5 <= abs(number) < 1e6 else f"{number:.3g}"


def _factor(runs: Sequence[Run], name: str) -> Factor:
    import numpy as np

    keys = [_key(run, name) for run in runs]
    first: dict[Hashable, Run] = {}
    written: dict[Hashable, set[str]] = {}
    for key, run in zip(keys, runs, strict=True):
        first.setdefault(key, run)
        written.setdefault(key, set()).add(_written(run, name))
    texts = {key: _written(run, name) for key, run in first.items()}
    # 1 and "1" are two values: their texts are quoted where they would look the same.
    doubles = {text for text, n in Counter(texts.values()).items() if n > 1}
    texts = {
        key: repr(_value(first[key], name)) if text in doubles else text
        for key, text in texts.items()
    }
    texts = _shortened(texts)
    order = _ordered(texts, {key: _value(run, name) for key, run in first.items()})
    position = {key: code for code, key in enumerate(order)}
    return Factor(
        name,
        tuple(texts[key] for key in order),
        tuple(_number(_value(first[key], name)) for key in order),
        tuple(frozenset(written[key]) for key in order),
        np.array([position[key] for key in keys], dtype=np.int64),
    )


def _shortened(texts: dict[Hashable, str]) -> dict[Hashable, str]:
    """Long numbers with four figures, if that still tells all values apart."""

    def short(text: str) -> str:
        try:
            return f"{float(text):.4g}" if len(text) > 8 else text
        except ValueError:
            return text

    shorter = {key: short(text) for key, text in texts.items()}
    return shorter if len(set(shorter.values())) == len(texts) else texts


def _ordered(texts: dict[Hashable, str], values: dict[Hashable, Any]) -> list[Hashable]:
    natural = {text: place for place, text in enumerate(natural_order(set(texts.values())))}

    def place(key: Hashable) -> tuple[int, float]:
        number = _number(values[key])
        if math.isfinite(number):
            return 0, number
        if isinstance(values[key], bool):
            return 1, float(values[key])
        if key == _MISSING:
            return 5, 0.0
        if values[key] is None or isinstance(values[key], float):
            return (3 if values[key] is None else 4), 0.0
        return 2, float(natural[texts[key]])

    return sorted(texts, key=place)


def _key(run: Run, name: str) -> Hashable:
    is_there = name in run.parameters or name in run.parameters_text
    return value_identity(_value(run, name)) if is_there else _MISSING


def _value(run: Run, name: str) -> Any:
    return run.parameters.get(name, run.parameters_text.get(name))


def _written(run: Run, name: str) -> str:
    text = parameter_text(run, name)
    return NOT_SET if text is None else text


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else math.nan


def _unevenness(numbers: Sequence[float]) -> float:
    """The spread of the gaps between neighbours, in units of their mean."""
    gaps = [b - a for a, b in zip(numbers, numbers[1:], strict=False)]
    middle = math.fsum(gaps) / len(gaps)
    return math.sqrt(math.fsum((gap - middle) ** 2 for gap in gaps) / len(gaps)) / middle
