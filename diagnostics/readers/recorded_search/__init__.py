"""Searches that a `diagnostics.Recorder` kept; see docs/formats/recorded-search.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from diagnostics.readers import Folder, Reading
from diagnostics.readers.explanations import explanation_problems
from diagnostics.readers.recorded_search.fits import Fits, read_fits
from diagnostics.workspace import NOTHING, Evidence, Problem, Score
from diagnostics.workspace.model_inputs import ARRAY, FRAME, SPARSE, TEXT
from diagnostics.workspace.search_format import (
    CANDIDATE,
    CANDIDATE_FORMAT,
    DATA,
    EXAMPLES,
    FIT,
    MODEL,
    SEARCH,
    SEARCH_FORMAT,
    SEARCH_VERSION,
    TRUTH,
)
from diagnostics.workspace.tables import predictions_frame

NAME = "recorder"
LOOKS_FOR = "searches that a diagnostics.Recorder kept (search.json)"
VERSION = 3


def matches(folder: Folder) -> bool:
    """Whether the folder is a recorded search, or a candidate of one."""
    return _is(folder, SEARCH, SEARCH_FORMAT) or _is(folder, CANDIDATE, CANDIDATE_FORMAT)


def owns_tree(folder: Folder) -> bool:
    """What lies inside a candidate's folder is the candidate's; the data is nobody's results."""
    is_data = TRUTH in folder.names and (folder.path.parent / SEARCH).is_file()
    return is_data or _is(folder, CANDIDATE, CANDIDATE_FORMAT)


def read(folder: Folder) -> Iterator[Reading | Problem]:
    """The candidate's run; of the search itself, whether it came to its end."""
    is_candidate = _is(folder, CANDIDATE, CANDIDATE_FORMAT)
    name = CANDIDATE if is_candidate else SEARCH
    try:
        description = folder.json(name)
        if description.get("version", 0) > SEARCH_VERSION:
            what = f"It has format version {description['version']}, and {SEARCH_VERSION} is read."
            yield Problem("broken-search", folder.where(name), what, "Update errata.")
        elif is_candidate:
            yield from _candidate(folder, description)
        else:
            yield from _search(folder, description)
    except (OSError, ValueError, AttributeError) as error:
        what = f"{name} is not readable: {error}."
        yield Problem("unreadable-file", folder.where(name), what, "Record the search again.")


def _is(folder: Folder, name: str, form: str) -> bool:
    return name in folder.names and form.encode() in folder.head(name)


def _search(folder: Folder, description: dict[str, Any]) -> Iterator[Problem]:
    """What kept the search from its end, with how far it came."""
    if not folder.use(folder.path / DATA / TRUTH).is_file():
        what = f"There is no {DATA}/{TRUTH}, so nothing is known of the examples."
        yield Problem("broken-search", folder.where(), what, "Record the search again.")
    candidates, splits = description.get("candidates"), description.get("splits")
    failure = description.get("failure")
    if not failure and (candidates is None or description.get("ended")):
        return
    done = sum(len(_fits(folder.use(folder.path / name))) for name in folder.folders)
    if failure and not done:
        what = f"The search was ended before its first fit by {failure}."
        yield Problem("unfinished-search", folder.where(), what, "Mend that and search again.")
        return
    how = f"it was ended by {failure}" if failure else "it was stopped, or is still running"
    yield Problem(
        "unfinished-search",
        folder.where(),
        f"Of the search {done:,} of {(candidates or 0) * (splits or 1):,} fits are there: {how}.",
        "What was finished is shown; compare only runs that have all of their folds.",
    )


def _fits(folder: Path) -> list[str]:
    return [path.name for path in folder.glob(f"{FIT}*.parquet")]


def _candidate(folder: Folder, description: dict[str, Any]) -> Iterator[Reading | Problem]:
    if folder.path == folder.root:
        what = "This is one candidate of a search, and its examples lie in the folder above."
        yield Problem("broken-search", ".", what, f"Open {folder.path.parent.name}.")
        return
    search = Folder(folder.path.parent, folder.root)
    fits = read_fits(folder)
    yield from fits.problems
    truth = pl.read_parquet(folder.use(search.path / DATA / TRUTH), glob=False)
    predictions, labels = _predictions(fits, truth)
    content = search.path / DATA / EXAMPLES
    has_content = content.is_file()
    yield Reading(
        run=str(description.get("name") or folder.path.name),
        task="classification",
        path=folder.relative,
        siblings=search.relative,
        search=search.relative,
        resource=description.get("resource"),
        evidence=_evidence(
            predictions, fits, has_content=has_content, has_models=bool(_models(folder, fits))
        ),
        labels=labels,
        # Without a row where every fit failed: its parameters and failures are still shown.
        predictions=predictions if len(predictions) else None,
        examples_file=folder.use(content) if has_content else None,
        parameters=description.get("parameters") or {},
        parameters_text=description.get("parameters_text") or {},
        created=fits.created,
        fit_seconds=fits.mean("fit_seconds"),
        score_seconds=fits.mean("score_seconds"),
        tags=_tags(description, fits),
        scores=list(_scores(fits)),
        problems=[*_problems(folder, description, fits), *explanation_problems(folder)],
        notes=fits.notes,
        models=_models(folder, fits),
        inputs=_inputs(search),
    )


def _models(folder: Folder, fits: Fits) -> dict[str, str]:
    """The models that were kept, by the number of the fold that each answered."""
    kept = {}
    for fold, (name, fit) in enumerate(zip(fits.names, fits.fits, strict=True)):
        file = f"{MODEL}{name}.skops"
        if file in folder.names:
            kept[str(fit["fold"] if fit["fold"] is not None else fold)] = folder.where(file)
    return kept


def _inputs(search: Folder) -> str:
    """What the models take: a file beside the data, else the texts that are shown."""
    data = search.path / DATA
    for name in (FRAME, ARRAY, SPARSE):
        if (data / name).is_file():
            search.use(data / name)
            return (data / name).relative_to(search.root).as_posix()
    return TEXT if (data / EXAMPLES).is_file() else ""


def _predictions(fits: Fits, truth: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The answers of all folds under their examples' ids, with the truth of the search's y."""
    rows = truth[fits.rows]
    return predictions_frame(
        example=rows["example"],
        true_label=rows["true_label"],
        predicted_label=fits.predicted_labels,
        confidence=fits.confidence,
        probabilities=fits.probabilities,
        labels=fits.labels,
        fold=fits.folds,
    )


def _evidence(
    predictions: pl.DataFrame, fits: Fits, *, has_content: bool, has_models: bool
) -> Evidence:
    evidence = NOTHING
    there = {
        Evidence.PREDICTIONS: len(predictions) > 0,
        Evidence.TRUTH: predictions["true_label"].count() > 0,
        Evidence.CONFIDENCE: predictions["confidence"].count() > 0,
        Evidence.PROBABILITIES: predictions["probabilities"].count() > 0,
        Evidence.FOLDS: bool(fits.fits),
        Evidence.SCORES: any(fit["scores"] for fit in fits.fits),
        Evidence.MODEL: has_models,
        Evidence.CONTENT: has_content and len(predictions) > 0,
    }
    for flag, is_there in there.items():
        evidence |= flag if is_there else NOTHING
    return evidence


def _tags(description: dict[str, Any], fits: Fits) -> dict[str, str]:
    """What tells halving's rounds apart, and whether two candidates saw the same folds."""
    tags = {"splits_fingerprint": fits.fingerprint}
    if description.get("iteration") is not None:
        tags["iteration"] = str(description["iteration"])
    return tags


def _scores(fits: Fits) -> Iterator[Score]:
    """The search's own scores of every fold; scikit-learn turns losses so that more is better."""
    for fold, fit in enumerate(fits.fits):
        number = fit["fold"] if fit["fold"] is not None else fold
        for split, name in (("test", "scores"), ("train", "train_scores")):
            for metric, value in (fit.get(name) or {}).items():
                known = float("nan") if value is None else float(value)
                yield Score(metric, known, split, number, True)


def _problems(folder: Folder, description: dict[str, Any], fits: Fits) -> Iterator[Problem]:
    failures = [fit["failure"] for fit in fits.fits if fit.get("failure")]
    splits = description.get("splits") or len(fits.fits)
    if failures:
        yield Problem(
            "failed-fits",
            folder.where(),
            f"{len(failures)} of {len(fits.fits)} fits failed: {failures[0]}",
            "Its figures are of the folds that did not fail; mend or leave out these parameters.",
        )
    if len(fits.fits) < splits:
        yield Problem(
            "unfinished-run",
            folder.where(),
            f"{len(fits.fits)} of {splits} folds are there.",
            "Its figures are of fewer examples than those of finished runs.",
        )
