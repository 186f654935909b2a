"""What the names of columns say about their roles in a table of predictions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache


def _any_of(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


#: Endings that say "this is the label": `true_label`, `pred_class_name`.
LABEL_WORDS = _any_of(
    "label_name class_name label_index class_index label_id class_id label labels class category "
    "name value index idx id code"
)
SCORE_WORDS = _any_of(
    "probabilities probability probas proba probs prob scores score confidences confidence conf "
    "softmax certainty logits logit log_?probs? log_?probas? log_?probability log_?probabilities"
)
PREDICTION_WORDS = _any_of("preds? predicted predictions? yhat y_hat")
ANSWERED = _any_of(
    "predict response estimated guessed assigned inferred detected classified suggested chosen "
    "winning forecast machine auto bot argmax best decoded"
)

#: Best first: a table with `y_true` and `label` means `y_true`.
TRUTH = tuple(
    rf"{words}(?:_{LABEL_WORDS})?"
    for words in (
        "y_?true",
        "true",
        "(?:gold|ground_?truth|gt|truth)",
        "actual",
        "y_?test",
        "expected",
        "reference",
        "annotations?",
        "cats",
        "(?:obs|observed)",
        "labels?",
        "targets?",
        "class",
        "y",
    )
)
#: What came out beside what should have: tests of chatbots and language models speak so.
EXPECTED = rf"expected(?:_{LABEL_WORDS}|_intent|_output|_answer)?"
CAME_OUT = rf"(?:actual|obtained|received|returned|got)(?:_{LABEL_WORDS}|_intent|_output|_answer)?"
TRUTH_PREFIX = r"(?:actual|true|gold)_\w+|\w+_(?:true|actual|gold|truth)"
#: Names that are the truth beside a prediction, and the prediction when they stand alone.
EITHER = r"(?:label|labels|class|category|intent)(?:_(?:name|label))?"
PREDICTION = (
    rf"(?:y_?)?{PREDICTION_WORDS}(?:_{LABEL_WORDS})?",
    rf"(?:label|class|target|model)_{PREDICTION_WORDS}",
    rf"(?:hyp|hypothesis|output|model_output|answer)(?:_{LABEL_WORDS})?",
)
#: Names of an answer that may as well be a text or a number: their values decide.
ANSWER = (
    _any_of(
        "predict response estimate guess winner forecast decision choice chosen classification "
        "classified classified_as detected inferred assigned suggested suggestion argmax decoded"
    ),
    rf"{ANSWERED}_{LABEL_WORDS}",
    rf"{LABEL_WORDS}_{ANSWERED}",
)
#: A time, a size or a cost is never an answer, whatever stands before it: `pred_time_test`.
MEASURED = _any_of(
    "time times timestamp seconds second secs sec ms msec milliseconds latency duration runtime "
    "elapsed cost costs n_tokens tokens token_count memory mem size bytes kb mb gb throughput "
    "flops energy date datetime"
)
#: What a reviewer says of a suggested label, and the names of such columns.
ACCEPTED = ("accept", "accepted", "approve", "approved", "correct", "right")
REJECTED = ("reject", "rejected", "disapproved", "incorrect", "wrong")
SKIPPED = ("ignore", "ignored", "skip", "skipped", "unsure")
VERDICT = (
    _any_of(
        "answer verdict review reviewed decision judgement judgment assessment feedback status "
        "evaluation annotation human human_verdict"
    ),
    r"(?:review|reviewer|human|annotator)_\w+",
)
#: Whose rows come several times: patients, users, genes.
GROUP = (r"groups?(?:_id)?|cluster(?:_id)?", r"\w+_(?:id|uuid|key|number|no)|id_\w+")
SCORE = (
    rf"(?:y_?)?(?:{PREDICTION_WORDS}|max|top)(?:_(?:label|class))?_{SCORE_WORDS}",
    "(?:confidence|conf|probability|proba|prob|certainty)",
    rf"(?:y|label|class|model|pos|positive|positive_class|oof)_{SCORE_WORDS}",
    SCORE_WORDS,
    "p",
)
#: One score that carries its label's name: `churn_proba`, `p_churn`, `OOF_p_churn`.
SCORE_OF_LABEL = rf"(?:oof_)?(?:p|{SCORE_WORDS})_\w+|\w+_{SCORE_WORDS}"
VECTOR = rf"(?:\w+_)?{SCORE_WORDS}|(?:y_)?{PREDICTION_WORDS}|distribution"
_PLACE = (
    r"(?P<word>predicted_label|prediction|predicted|pred_label|pred|top|label|class|rank)"
    r"_?(?P<rank>\d{1,2})"
)
RANKED_LABEL = rf"{_PLACE}(?:_(?:label|class|name|pred))?"
RANKED_SCORE = rf"(?:{_PLACE}_?{SCORE_WORDS}|{SCORE_WORDS}_?(?P<bare>\d{{1,2}}))"
MODEL_PREDICTION = (
    rf"(?P<model>\w+?)_(?:y_)?{PREDICTION_WORDS}(?:_{LABEL_WORDS})?"
    rf"|(?:y_)?{PREDICTION_WORDS}(?:_(?:label|class))?_(?P<model_after>\w+)"
)
_FILE = _any_of(
    "filename file_name file image image_name image_path image_file img img_path path file_path "
    "filepath relative_path"
)
#: Best first; a file's name is an id as well.
IDENTITY = (
    _any_of(
        "id ids uid uuid guid example_id sample_id example idx row_id key case case_id inst "
        "instance instance_id"
    ),
    r"\w+_(?:id|uuid|key|number|no)|id_\w+",
    rf"{_FILE}|audio|wav",
    "index",
)
IMAGE = rf"{_FILE}|file_id"
TEXT = (
    "text",
    _any_of("utterance utt sentence message query question tweet review comment document content"),
    r"(?:input|prompt|body|headline|title|description)(?:_text)?|\w+_text|text_\w+",
)
FOLD = r"(?:cv_)?fold(?:_?(?:id|no|nr|idx|index|number))?|kfold"
SPLIT = _any_of("split subset partition set dataset_split data_split split_name")
MODEL = (
    "(?:model|run|classifier|algorithm|estimator|system|pipeline|experiment)(?:_(?:name|id|type))?",
    _any_of("variant representation config configuration checkpoint seed features? feature_set"),
)
INDEX = r"unnamed_\d+|index_level_\d+|level_\d+"

#: Tables that other tools write: names that stand there together.
FOREIGN: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        "mean_fit_time", "mean_test_score", "fit_time score_time", "precision recall support",
        # epoch: a metrics.csv of Lightning may have Prediction and Target, means of each epoch.
        "precision recall f1_score", "true_positives false_positives", "epoch", "global_step",
        "training_iteration", "iter", "iterations", "doc_id resps", "intent intent_prediction_name",
        "intent_response_key_prediction_name", "entities predicted_entities", "params_0",
        "n_predictions", "test_score train_score", "step", "epochs",
    )
)  # fmt: skip
COUNT = r"n|count|counts|freq|frequency|n_predictions|support"
PREDICTION_FILE = (
    r"(?:^|_)(?:y_?)?(?:preds?|predict|predicted|predictions?|oof|submissions?|y_?hat)(?:_|\d|$)"
)


@lru_cache(maxsize=10_000)
def key(name: str) -> str:
    """A name in snake case: `PassengerId` is `passenger_id`, `Pred1Score` is `pred1_score`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[a-z]\d)(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[\W_]+", "_", apart).strip("_").lower()


def model_in(name: str) -> str:
    """The model that a prediction column is called after, "" for none: `SVM_pred` is `SVM`'s."""
    plain = re.sub(r"\W", "_", name)  # as long as the name, so that places stay
    match = re.fullmatch(MODEL_PREDICTION, plain, re.IGNORECASE)
    group = "model" if match and match["model"] else "model_after"
    return name[slice(*match.span(group))] if match else ""


def is_measured(name: str, others: Iterable[str]) -> bool:
    """Whether a column is called like a time, a size or a cost, and not asked about as such.

    `pred_size` beside `true_size` or `size` is an answer, and so is `size_pred`.
    """
    own = key(name)
    if not re.fullmatch(rf"(?:\w+_)?{MEASURED}(?:_\w+)?", own):
        return False
    if re.fullmatch(rf"\w+_(?:y_)?{PREDICTION_WORDS}(?:_{LABEL_WORDS})?", own):
        return False
    asked = re.sub(rf"^(?:y_)?{PREDICTION_WORDS}_", "", own)
    truths = {asked, *(f"{word}_{asked}" for word in ("true", "actual", "gold"))}
    truths |= {f"{asked}_{word}" for word in ("true", "actual", "gold")}
    return asked == own or not truths & {key(other) for other in others}


def is_named(name: str, *patterns: str) -> bool:
    """Whether a column is called like one of the patterns, whole name."""
    return any(re.fullmatch(pattern, key(name)) for pattern in patterns)


def best(names: Iterable[str], patterns: Sequence[str]) -> list[str]:
    """The names that fit, in the order of the patterns; label names before label numbers."""
    ranked = [
        (rank, bool(re.search(r"_(?:index|idx|id|code)$", key(name))), place, name)
        for place, name in enumerate(names)
        for rank in [next((r for r, p in enumerate(patterns) if re.fullmatch(p, key(name))), None)]
        if rank is not None
    ]
    return [name for *_, name in sorted(ranked)]


def is_prediction_file(stem: str) -> bool:
    """Whether a file is called like predictions; tells only what an unnamed column may be."""
    return re.search(PREDICTION_FILE, key(stem)) is not None


def is_foreign(names: Iterable[str]) -> bool:
    """Whether the header is that of a search, a training log, a report or another tool's table."""
    keys = {key(name) for name in names}
    if any(re.fullmatch(r"split\d+_(?:test|train)_\w+|(?:user|system)_attrs_\w+", k) for k in keys):
        return True
    return any(signature <= keys for signature in FOREIGN)
