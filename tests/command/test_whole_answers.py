"""What every command prints on the sample runs stays what it was, to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnostics.command.main import COMMANDS
from tests.made import whole_answers


@pytest.mark.parametrize("name", whole_answers.CASES)
def test_a_command_prints_what_it_printed(name: str, tmp_path: Path) -> None:
    assert whole_answers.whole_answer(name, tmp_path) == whole_answers.kept(name)


def test_every_command_that_answers_is_among_them() -> None:
    asked = {words[0] for words in whole_answers.CASES.values()}
    assert asked == set(COMMANDS) - {"serve"}
