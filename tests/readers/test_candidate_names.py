"""Names of candidates: short, on one line, and never the same for different candidates."""

from __future__ import annotations

from diagnostics.readers.candidate_names import NAME_LENGTH, candidate_names, short_texts

LONG = (
    "LogisticRegression(C={C},\n                   max_iter=1000, penalty='l2', "
    "solver='liblinear', tol=0.0001)"
)


def test_only_candidates_that_are_equal_are_numbered() -> None:
    assert candidate_names([{"C": "1"}, {"C": "1"}, {"C": "2"}, {"C": "1"}]) == [
        "C=1", "C=1 #2", "C=2", "C=1 #3",
    ]  # fmt: skip
    assert candidate_names([{}, {}]) == ["candidate 0", "candidate 1"]


def test_floats_keep_the_figures_that_tell_them_apart() -> None:
    texts = [{"C": "0.123456"}, {"C": "0.123457"}, {"C": "0.987654"}]
    assert candidate_names(texts) == ["C=0.123456", "C=0.123457", "C=0.9877"]


def test_objects_are_named_by_what_varies_in_them() -> None:
    texts = [{"clf": LONG.format(C=C)} for C in (0.1, 10)] + [{"clf": "SVC()"}]
    assert candidate_names(texts) == [
        "clf=LogisticRegression(C=0.1, …)", "clf=LogisticRegression(C=10, …)", "clf=SVC()",
    ]  # fmt: skip


def test_one_long_object_keeps_what_comes_first() -> None:
    (name, other) = short_texts([LONG.format(C=0.1), "SVC(C=3)"])
    assert name.startswith("LogisticRegression(C=0.1, max_iter=1000")
    assert name.endswith(", …)")
    assert "\n" not in name
    assert other == "SVC(C=3)"


def test_objects_within_objects_and_settings_of_tpot() -> None:
    pipeline = "Pipeline(steps=[('scale', StandardScaler(with_mean=True)), ('clf', {})])"
    assert short_texts([pipeline.format("SVC()"), pipeline.format("RidgeClassifier()")]) == [
        "Pipeline(SVC, …)", "Pipeline(RidgeClassifier, …)",
    ]  # fmt: skip
    forest = "RandomForestClassifier(matrix, RandomForestClassifier__max_features={}, RFC__depth=3)"
    assert short_texts([forest.format(0.5), forest.format(0.7)]) == [
        "RandomForestClassifier(max_features=0.5, …)",
        "RandomForestClassifier(max_features=0.7, …)",
    ]


def test_what_differs_only_far_behind_is_kept() -> None:
    texts = ["/data/" + "x" * 80 + f"/{name}" for name in ("first", "second")]
    first, second = short_texts(texts)
    assert first != second
    assert "#2" not in second
    many = [{f"p{n}": f"{n}" for n in range(40)} | {"p39": last} for last in ("a", "b")]
    assert candidate_names(many) == ["p39=a", "p39=b"]


def test_names_that_would_be_the_same_when_cut_stay_whole() -> None:
    rows = [{f"p{n}": str((n + row) % 2) for n in range(30)} | {"q": str(row)} for row in range(4)]
    names = candidate_names(rows)
    assert len(set(names)) == 4
    assert not any("#" in name for name in names)
    assert any(len(name) > NAME_LENGTH for name in names)
