"""What a hint offers can be clicked, whatever labels and columns are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnostics import Problem
from diagnostics.readers.prediction_table.trials.remedies import remedies
from diagnostics.readers.prediction_table.trials.trial import tried


@pytest.mark.parametrize(
    ("hint", "sections"),
    [
        (
            'Say it in errata.toml: positive_label = "a \\"b\\"", or "c, d".',
            [{"positive_label": 'a "b"'}, {"positive_label": "c, d"}],
        ),
        ('Say it: labels = ["x", "y"].', [{"labels": ["x", "y"]}]),
        ('Say it: labels = ["…", "…"].', []),
        ("Or say so in errata.toml: join_labels = false.", [{"join_labels": False}]),
        ('Name the column: true_label = "…".', []),
        ("Write the predictions again, or delete the file.", []),
    ],
)
def test_lines_of_a_hint_become_sections(hint: str, sections: list[dict[str, object]]) -> None:
    assert remedies(Problem("code", "file.csv", "what", hint)) == sections


@pytest.mark.parametrize("bad", ['so "bad"', "bad\\", "b, or d", "[x]"])
def test_the_other_reading_is_what_the_problem_says_it_is(bad: str, tmp_path: Path) -> None:
    rows = "\n".join(
        f"{at},{chr(34)}{(bad if at % 4 else 'ok').replace(chr(34), chr(34) * 2)}{chr(34)},"
        f"{0.9 if at % 3 else 0.2}"
        for at in range(48)
    )
    (tmp_path / "predictions.csv").write_text(f"id,true_label,probability\n{rows}\n")
    before = tried(tmp_path, "predictions.csv", {})
    [problem] = [p for p in before.problems if p.code == "positive-label-assumed"]
    offered = remedies(problem)
    assert [entry["positive_label"] for entry in offered] == [before.section["positive_label"], *(
        label for label in before.labels if label != before.section["positive_label"]
    )]  # fmt: skip
    right = [tried(tmp_path, "predictions.csv", entry).runs[0].accuracy for entry in offered]
    assert right[0] == before.runs[0].accuracy
    assert f"{right[1]:.0%}" in problem.what
    for entry in offered:
        settled = tried(tmp_path, "predictions.csv", entry).problems
        assert "positive-label-assumed" not in {own.code for own in settled}
