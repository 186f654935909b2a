from __future__ import annotations

from pathlib import Path

from diagnostics.readers.walking import walk


def made(root: Path, *names: str) -> None:
    for name in names:
        (root / name).mkdir(parents=True)


def test_folders_come_parents_first_in_the_order_of_their_names(tmp_path: Path) -> None:
    made(tmp_path, "b/c", "a", "b/a", ".hidden/a", "venv")
    walked = [place.relative for place in walk(tmp_path, owns_tree=lambda _: False)]
    assert walked == [".", "a", "b", "b/a", "b/c"]


def test_whether_to_go_below_a_folder_is_asked_when_it_has_been_dealt_with(tmp_path: Path) -> None:
    made(tmp_path, "a/below", "b/below")
    learnt: dict[str, bool] = {}
    for place in walk(tmp_path, owns_tree=lambda place: learnt[place.relative]):
        learnt[place.relative] = place.relative == "a"
    assert list(learnt) == [".", "a", "b", "b/below"]


def test_a_folder_knows_from_the_start_whether_pickles_are_trusted(tmp_path: Path) -> None:
    made(tmp_path, "a")
    for trusted in (False, True):
        places = walk(tmp_path, owns_tree=lambda _: False, trust_pickles=trusted)
        assert [place.trust_pickles for place in places] == [trusted, trusted]
