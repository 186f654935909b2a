"""What each column or word added to every label of a sample of rows, of any model: by asking it.

Shapley values by antithetic permutations (Lundberg and Lee 2017; Mitchell, Cooper, Frank and Holmes
2022, as shap's Permutation explainer): a row's columns are put into another row one after another,
in a random order and in its reverse; what a column adds on the way is averaged over the other rows,
each with an order of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from diagnostics.models.evaluated_inputs import Evaluated, Part, asking
from diagnostics.models.importance.contributions import Pushes
from diagnostics.models.importance.importances import ASKED, Figures, Importances
from diagnostics.models.importance.shapley.mixtures import mixtures
from diagnostics.models.importance.shapley.permuted_orders import (
    added_by_columns,
    figures_of,
    scale_of,
)
from diagnostics.models.importance.shapley.sampling_plan import Plan, plan_for
from diagnostics.models.pipelines.analysers import signs_read_by
from diagnostics.models.row_forms import taken

#: Mean sizes of up to so many times what luck alone would give may be luck.
LUCK = 1.5
#: The mean size of a normal deviate, and what a 95 % interval is wide.
MEAN_SIZE, Z = 0.7978845608028654, 1.959963984540054

Progress = Callable[[float, str], None]


@dataclass(frozen=True, eq=False)
class SampledContributions:
    """Contributions of a sample of rows, an entry for each row and column that added anything.

    `places` are those of the explained rows among the evaluated ones. An entry has its `row` (among
    `places`), its `column` (among `names`), its `value` and what it `added` to each label
    (entries × labels) on the `scale`. `noise` (labels × columns) is about what the mean size of a
    column would be if it added nothing on average: by the luck of the orders and of the others.
    `others` is how many rows, or orders, each was held against, `asked` how many rows the models
    were asked about.
    """

    scale: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    places: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: Figures
    added: NDArray[np.float32]
    noise: NDArray[np.float32]
    others: int
    asked: int
    total: int
    is_text: bool
    left_out: int = 0

    def importances(self) -> Importances:
        """The mean size of every column's contributions, with a 95 % interval over the rows."""
        n, shape = len(self.places), (len(self.labels), len(self.names))
        by_label = np.zeros(shape)
        sizes = np.abs(self.added).astype(float)
        for at in range(shape[0]):
            by_label[at] = np.bincount(self.column, sizes[:, at], shape[1]) / n
        whole = sizes.mean(axis=1)
        mean = np.bincount(self.column, whole, shape[1]) / n
        squares = np.bincount(self.column, whole**2, shape[1]) / n
        spread = np.clip(squares - mean**2, 0, None) * n / max(n - 1, 1)
        error = Z * np.sqrt(spread / n) if n > 1 else np.full(shape[1], np.nan)
        return Importances(
            "contributions",
            self.names,
            mean,
            None,
            np.clip(mean - error, 0, None),
            mean + error,
            labels=self.labels,
            by_label=by_label,
            unit=f"mean size of contribution to the {self.scale}",
            source=ASKED,
            notes=self._notes(),
        )

    def _notes(self) -> tuple[str, ...]:
        against = (
            f"its text without words, in {2 * self.others:,} orders"
            if self.is_text
            else f"{self.others:,} others"
        )
        means = np.bincount(self.column, np.abs(self.added).mean(axis=1), len(self.names))
        noise = self.noise.mean(axis=0)
        luck = int(((noise > 0) & (means / len(self.places) <= LUCK * noise)).sum())
        notes = [
            f"Shapley values by permutations of {len(self.places):,} of {self.total:,} rows, each "
            f"against {against}."
        ]
        if noise.any():
            error = noise.mean() / MEAN_SIZE
            notes[0] += (
                f" Much is drawn by lot, so a single one is off by about {error:.2g} (mean "
                "standard error)"
                + (f"; the figures of {luck:,} features may be nothing but that." if luck else ".")
            )
        if self.left_out:
            notes.append(
                f"Of {self.left_out:,} long texts only the first words are told apart, the rest "
                "was left as it is."
            )
        return tuple(notes)

    def pushes(self, evaluated: Evaluated, label: str | None = None) -> Pushes:
        """What each column added towards a label, or each row's own answer if None."""
        from scipy.sparse import coo_array

        known = {name: at for at, name in enumerate(self.labels)}
        wanted = [evaluated.predicted[at] if label is None else label for at in self.places]
        own = np.array([known.get(name, -1) for name in wanted], np.int64)
        kept = own[self.row] >= 0
        row, column = self.row[kept], self.column[kept]
        added = self.added[kept, own[row]].astype(float)
        shape = (len(self.places), len(self.names))
        values, contributions = (
            coo_array((figures, (row, column)), shape=shape).tocsr()
            for figures in (self.value[kept], added)
        )
        return Pushes(label, ((self.places, self.names, values, contributions),))


def sampled_contributions(
    evaluated: Evaluated,
    *,
    plan: Plan | None = None,
    rounds: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
) -> SampledContributions:
    """Estimates of Shapley values of a sample of the evaluated rows, for every label.

    Parameters
    ----------
    plan
        How many rows, and others that each is held against; None for what `plan_for` allows.
    rounds
        Orders that are tried with each of the others.
    seed
        The explained rows, the others and the orders are drawn with it.
    progress
        Called with the share done and "" before each row; may raise to end the work.

    Returns
    -------
    On the scale of probabilities, else of decision values, else of answers (1 for the one that is
    given, 0 for the rest). A row's contributions add up to its own figure less the mean of the
    others'. Of several folds each row is answered by its own fold's model and held against rows of
    its own fold.

    Raises
    ------
    DiagnosticsError
        If the rows differ in too many columns, or the model cannot be asked.
    """
    chosen = plan_for(evaluated, seed=seed) if plan is None else plan
    scale = scale_of(evaluated)
    parts: list[SampledContributions] = []
    n = len(evaluated.examples)
    sample = np.zeros(n, bool)
    sample[np.random.default_rng(seed).permutation(n)[: chosen.rows]] = True
    done = 0
    for number, part in enumerate(evaluated.parts):
        own = np.flatnonzero(sample[part.places])
        if not len(own):
            continue
        steps = _Steps(progress, done, int(sample.sum()))
        with asking():
            parts.append(
                _of_part(part, own, evaluated, scale, chosen.others, rounds, seed + number, steps)
            )
        done += len(own)
    return _together(parts)


@dataclass(frozen=True)
class _Steps:
    """Tells how many rows are done, of all parts."""

    progress: Progress | None
    before: int
    total: int

    def __call__(self, done: int) -> None:
        if self.progress is not None:
            self.progress((self.before + done) / self.total, "")


def _of_part(
    part: Part,
    own: NDArray[np.int64],
    evaluated: Evaluated,
    scale: str,
    others: int,
    rounds: int,
    seed: int,
    steps: _Steps,
) -> SampledContributions:
    random = np.random.default_rng(seed)
    is_text = evaluated.form == "texts"
    against = np.sort(random.permutation(len(part.places))[:others])
    rest = None if is_text else taken(part.rows, against)
    reads = signs_read_by(part.model.estimator)
    mixed = mixtures(taken(part.rows, own), rest, evaluated.names, reads)
    ask = figures_of(part.model, evaluated.labels, scale)
    turns = np.zeros(others, np.int64) if is_text else np.arange(len(against))
    turns = np.tile(turns, rounds)
    row, column, added = [], [], []
    noise = np.zeros((len(mixed.names), len(evaluated.labels)))
    asked = 0
    for at in range(len(own)):
        steps(at)
        sums, squares, n_asked = added_by_columns(mixed, at, turns, ask, random)
        asked += n_asked
        mean = sums / len(turns)
        # Rounding may leave the difference of the squares below 0.
        variance = np.clip(squares / len(turns) - mean**2, 0, None) / max(len(turns) - 1, 1)
        noise += np.sqrt(variance)
        moved = np.flatnonzero(np.abs(sums).any(axis=1))
        row.append(np.full(len(moved), at))
        column.append(moved)
        added.append(mean[moved].astype(np.float32))
    rows, columns = np.concatenate(row), np.concatenate(column)
    return SampledContributions(
        scale=scale,
        labels=evaluated.labels,
        names=mixed.names,
        places=part.places[own],
        row=rows,
        column=columns,
        value=mixed.values[rows, columns],
        added=np.concatenate(added),
        noise=(MEAN_SIZE * noise.T / len(own)).astype(np.float32),
        others=others if is_text else len(against),
        asked=asked,
        total=len(evaluated.examples),
        is_text=is_text,
        left_out=mixed.left_out,
    )


def _together(parts: Sequence[SampledContributions]) -> SampledContributions:
    """The parts as one, with the columns of all."""
    first = parts[0]
    if len(parts) == 1:
        return first
    names = tuple(dict.fromkeys(name for part in parts for name in part.names))
    at = {name: place for place, name in enumerate(names)}
    places = [np.array([at[name] for name in part.names], np.int64) for part in parts]
    n = sum(len(part.places) for part in parts)
    noise = np.zeros((len(first.labels), len(names)), np.float32)
    for part, where in zip(parts, places, strict=True):
        noise[:, where] += part.noise * np.float32(len(part.places) / n)
    before = np.cumsum([0, *(len(part.places) for part in parts)])
    return replace(
        first,
        names=names,
        places=np.concatenate([part.places for part in parts]),
        row=np.concatenate([part.row + start for part, start in zip(parts, before, strict=False)]),
        column=np.concatenate(
            [where[part.column] for part, where in zip(parts, places, strict=True)]
        ),
        value=np.concatenate([part.value for part in parts]),
        added=np.concatenate([part.added for part in parts]),
        noise=noise,
        others=max(part.others for part in parts),
        asked=sum(part.asked for part in parts),
        left_out=sum(part.left_out for part in parts),
    )
