"""A report and the lists of answers beside it, read and checked against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from diagnostics.readers import Folder
from diagnostics.readers.rasa.answers import Answer, Answers, parse_answers
from diagnostics.readers.rasa.checks import misfit, unfit_successes
from diagnostics.readers.rasa.files import Role, is_label_report, read_json, unreadable
from diagnostics.readers.rasa.label_reports import LabelReport, parse_report
from diagnostics.workspace import Problem


@dataclass(frozen=True)
class Evaluation:
    """What one test says of intents or of responses.

    `wrong` and `right` are None where the list is missing or not to be trusted; `right` is given
    only if with `wrong` it is every evaluated example. `fits` says that the list of wrong answers
    agrees with the report in every number.
    """

    subject: str
    report: LabelReport | None = None
    wrong: Sequence[Answer] | None = None
    right: Sequence[Answer] | None = None
    fits: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def answers(self) -> list[Answer]:
        """All answers that are known one by one."""
        return [*(self.wrong or ()), *(self.right or ())]

    @property
    def is_complete(self) -> bool:
        """Whether every evaluated example is among the answers."""
        return self.right is not None


def read_evaluation(folder: Folder, subject: str, files: Mapping[Role, str]) -> Evaluation:
    """The evaluation of `subject` in the folder's files."""
    problems: list[Problem] = []
    lists: dict[Role, Answers] = {}
    content = None
    for role, name in files.items():
        loaded = read_json(folder, name)
        if isinstance(loaded, Problem):
            problems.append(loaded)
        elif role == "report" and is_label_report(loaded):
            content = loaded
        elif role != "report" and isinstance(loaded, list):
            lists[role] = parse_answers(loaded, subject)
        else:
            wanted = "an object of figures per label" if role == "report" else "a list of answers"
            problems.append(unreadable(folder, name, f"is not {wanted}"))
    where = {role: folder.where(name) for role, name in files.items()}
    return evaluation(subject, content, lists, where=where, problems=problems)


def evaluation(
    subject: str,
    content: Mapping[str, object] | None,
    lists: Mapping[Role, Answers],
    *,
    where: Mapping[Role, str],
    problems: Sequence[Problem] = (),
) -> Evaluation:
    """The evaluation in a report's content and the lists of answers beside it.

    `where` names the file of each role that there is, readable or not.
    """
    skipped = (_skipped(where[role], rows) for role, rows in lists.items())
    known = [*problems, *(problem for problem in skipped if problem is not None)]
    gold = {answer.true_label for answers in lists.values() for answer in answers.rows}
    report = parse_report(content, gold=gold) if content is not None else None
    if report is None:
        return _without_report(subject, lists, where, known)
    # `{}` is a whole report: Rasa found no labels to evaluate. An older list may lie beside it.
    if not report.labels:
        left_over = _stale(where["errors"], "the report is empty") if "errors" in lists else None
        known += [_empty(subject, where["report"]), *([left_over] if left_over else [])]
        return Evaluation(subject, problems=tuple(known))
    return _with_report(subject, report, lists, where, known)


def _with_report(
    subject: str,
    report: LabelReport,
    lists: Mapping[Role, Answers],
    where: Mapping[Role, str],
    problems: Sequence[Problem],
) -> Evaluation:
    # Without a mistake Rasa writes no intent_errors.json, so that none has to lie there.
    wrong: Sequence[Answer] | None = [] if report.is_perfect else None
    right: Sequence[Answer] | None = None
    fits = report.is_perfect
    all_problems = list(problems)
    if (errors := lists.get("errors")) is not None:
        reason = "" if errors.skipped else misfit(report, errors.rows)
        if reason:
            all_problems.append(_stale(where["errors"], reason))
        else:
            wrong, fits = errors.rows, not errors.skipped
    successes = lists.get("successes")
    if successes is not None and not successes.skipped:
        reason = unfit_successes(report, successes.rows, wrong or [])
        if reason:
            all_problems.append(_stale_successes(where["successes"], reason))
        else:
            right = successes.rows
    return Evaluation(subject, report, wrong, right, fits, tuple(all_problems))


def _without_report(
    subject: str,
    lists: Mapping[Role, Answers],
    where: Mapping[Role, str],
    problems: Sequence[Problem],
) -> Evaluation:
    """Right and wrong answers together are the whole test; wrong ones alone are shown as such."""
    errors, successes = lists.get("errors"), lists.get("successes")
    readable = lists.keys() == where.keys() and not any(rows.skipped for rows in lists.values())
    right = successes.rows if successes is not None and readable else None
    missing = [] if right is not None or not lists or "report" in where else [_no_report(where)]
    wrong = errors.rows if errors is not None else None
    return Evaluation(subject, None, wrong, right, False, (*problems, *missing))


def _skipped(where: str, answers: Answers) -> Problem | None:
    if not answers.skipped:
        return None
    total = answers.skipped + len(answers.rows)
    return Problem(
        "unreadable-rows",
        where,
        f"{answers.skipped:,} of {total:,} rows have no text, no true label or no answer.",
        "They are left out, and nothing is computed from the list; run `rasa test` again.",
    )


def _stale(where: str, reason: str) -> Problem:
    return Problem(
        "stale-errors",
        where,
        f"These mistakes are not of the test that the report beside them describes: {reason}.",
        "Rasa leaves the list of an earlier test in place when there is nothing new to write, so "
        "its rows are not shown. Empty the folder and run `rasa test` again.",
    )


def _stale_successes(where: str, reason: str) -> Problem:
    return Problem(
        "stale-successes",
        where,
        f"These answers are not all of the test that the report beside them describes: {reason}.",
        "Its rows are not shown. Empty the folder and run `rasa test --successes` again.",
    )


def _empty(subject: str, where: str) -> Problem:
    return Problem(
        "empty-report",
        where,
        f"The report on {subject} is empty: Rasa found no labels to evaluate.",
        "Give `rasa test` data with at least two labels, or remove the file.",
    )


def _no_report(where: Mapping[Role, str]) -> Problem:
    return Problem(
        "missing-report",
        next(iter(where.values())),
        "There is no report beside this list: how many answers there were in all is unknown.",
        "Copy the report (for intents intent_report.json) into the same folder.",
    )
