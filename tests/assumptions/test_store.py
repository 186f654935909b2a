from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics import DiagnosticsError
from diagnostics.assumptions.assumption import (
    CLAIMS,
    Assumption,
    assumption,
    link_text,
    parse_assumption,
    parse_link,
)
from diagnostics.assumptions.store import AssumptionStore, Kept, exported, imported
from diagnostics.examples.attributes import Attribute
from diagnostics.examples.text_properties import PROPERTIES

REFUND = assumption("word", "refund", "pushes-towards", "billing")
LENGTH = assumption("property", "words", "matters")
NAMES = st.text(min_size=1, max_size=20).filter(lambda text: text.split() and text == text.strip())


def test_statements_read_as_people_say_them() -> None:
    assert REFUND.sentence == "the word “refund” pushes towards billing"
    assert LENGTH.sentence == "the number of words matters"
    column = assumption("column", "customer_id", "must-not-matter")
    assert column.sentence == "the column “customer_id” must not matter"
    assert column.text == "column:customer_id:must-not-matter"


@given(NAMES, st.sampled_from(CLAIMS), NAMES)
def test_links_bring_back_what_went_in(subject: str, claim: str, label: str) -> None:
    label_given = label if claim == "pushes-towards" else None
    entry = assumption("column", subject, claim, label_given)
    assert parse_assumption(entry.text) == entry
    other = assumption("property", next(iter(PROPERTIES)), "matters")
    assert parse_link(link_text([entry, other])) == ([entry, other], 0)


def test_what_is_no_assumption_is_left_out_of_a_link_and_counted() -> None:
    found, broken = parse_link("word:refund:matters,nonsense,word::matters,property:x:matters,,")
    assert found == [assumption("word", "refund", "matters")]
    assert broken == 3


@pytest.mark.parametrize(
    ("given_parts", "said"),
    [
        (("word", " ", "matters"), "The word is missing"),
        (("thing", "a", "matters"), "no kind 'thing'"),
        (("word", "a", "might"), "no claim 'might'"),
        (("word", "?!", "matters"), "is no word"),
        (("property", "colour", "matters"), "no property 'colour'"),
        (("word", "a", "pushes-towards"), "label is missing"),
        (("word", "a", "matters", "x"), "belongs to"),
        (("word", "a" * 201, "matters"), "longer than 200"),
    ],
)
def test_what_cannot_be_meant_is_refused(given_parts: tuple[str, ...], said: str) -> None:
    with pytest.raises(DiagnosticsError, match=said):
        assumption(*given_parts)


def test_what_was_written_is_there_again_and_belongs_to_its_experiment(tmp_path: Path) -> None:
    store = AssumptionStore.of(tmp_path)
    store.add(REFUND, experiment="tickets", who="Ada")
    store.add(LENGTH)
    again = AssumptionStore.of(tmp_path)
    assert again.path == tmp_path / ".errata" / "assumptions.jsonl"
    assert [entry.assumption for entry in again.kept("tickets")] == [REFUND, LENGTH]
    assert [entry.assumption for entry in again.kept("other")] == [LENGTH]
    assert again.kept("tickets")[0].who == "Ada"
    assert again.kept("tickets")[0].when.endswith("+00:00")


def test_to_withdraw_is_another_row_and_nothing_is_erased(tmp_path: Path) -> None:
    store = AssumptionStore.of(tmp_path)
    store.add(REFUND)
    store.withdraw(REFUND)
    assert store.kept() == []
    rows = [json.loads(line) for line in store.path.read_text().splitlines()]
    assert [row["action"] for row in rows] == ["assume", "withdraw"]
    store.add(REFUND)
    store.add(REFUND)
    assert [entry.assumption for entry in store.kept()] == [REFUND]


def test_half_a_line_stays_where_it_is_and_spoils_no_other(tmp_path: Path) -> None:
    store = AssumptionStore.of(tmp_path)
    store.add(REFUND)
    with store.path.open("a") as file:
        file.write('{"action": "assume", "kind": "wo')
    store.add(LENGTH)
    assert [entry.assumption for entry in store.kept()] == [REFUND, LENGTH]
    assert store.broken() == 1
    assert '"kind": "wo\n' in store.path.read_text()


def _write_many(root: Path, writer: int) -> None:
    store = AssumptionStore.of(root)
    for number in range(40):
        store.add(assumption("word", f"word{writer}x{number}", "matters"))


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(_write_many, [tmp_path] * 4, range(4)))
    store = AssumptionStore.of(tmp_path)
    assert len(store.kept()) == 160
    assert store.broken() == 0


def test_a_folder_that_may_not_be_written_has_its_rows_with_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    results = tmp_path / "results"
    results.mkdir()
    AssumptionStore.of(results).add(REFUND)
    monkeypatch.setattr(
        "diagnostics.assumptions.store._may_write", lambda path: ".errata" not in path.parts
    )
    store = AssumptionStore.of(results)
    assert not store.is_beside
    assert tmp_path / "data" in store.path.parents
    store.add(LENGTH)
    assert [entry.assumption for entry in store.kept()] == [REFUND, LENGTH]
    store.withdraw(REFUND)
    assert [entry.assumption for entry in store.kept()] == [LENGTH]


def test_a_disk_that_refuses_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = AssumptionStore.of(tmp_path)

    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(DiagnosticsError, match=r"cannot be written \(No space left on device\)"):
        store.add(REFUND)


def test_an_export_is_an_import_and_adds_nothing_twice(tmp_path: Path) -> None:
    entries = [Kept(REFUND, "tickets", "Ada", "2026-01-02T03:04:05+00:00"), Kept(LENGTH)]
    assert imported(exported(entries)) == entries
    store = AssumptionStore.of(tmp_path)
    store.add(LENGTH)
    assert store.add_all(imported(exported(entries))) == 1
    assert store.add_all(entries) == 0
    assert {entry.assumption for entry in store.kept()} == {REFUND, LENGTH}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON"),
        ("{}", "no list"),
        ('[{"kind": "word"}]', "Entry 1 is no assumption: A part is missing"),
        ('[{"kind": "word", "subject": "a", "claim": "b"}]', "Entry 1 .* no claim 'b'"),
        ('["word"]', "Entry 1"),
        ('[{"kind": "word", "subject": 3, "claim": "matters"}]', "Entry 1"),
    ],
)
def test_a_file_that_is_no_export_is_refused_whole(text: str, said: str) -> None:
    with pytest.raises(DiagnosticsError, match=said):
        imported(text)


def test_an_assumption_sorts_and_hashes_by_what_it_says() -> None:
    again = Assumption(Attribute("word", "refund"), "pushes-towards", "billing")
    assert again == REFUND
    assert len({REFUND, again}) == 1
    assert sorted([REFUND, LENGTH]) == [LENGTH, REFUND]
    assert (REFUND.kind, REFUND.subject) == ("word", "refund")
