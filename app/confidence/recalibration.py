"""What would recalibrate the confidence: a temperature, or without vectors a calibrator."""

from __future__ import annotations

import streamlit as st

from app.confidence import cached
from app.confidence.calibration_words import number
from app.confidence.choices import Choice
from app.frame import session
from app.widgets.missing import missing
from diagnostics import Evidence, Run
from diagnostics.confidence.isotonic import Recalibration
from diagnostics.confidence.levels import ConfidenceLevels
from diagnostics.confidence.reliability import calibration_errors, reliability_bins
from diagnostics.confidence.temperature import Rescaling

_HELD_OUT = {
    "folds": "each fold with what was fitted on the other folds",
    "halves": "each half of the answers, by their ids, with what was fitted on the other half",
}


def show(choice: Choice, runs: list[Run]) -> None:
    """The chosen run's remedy and what it changes; of several runs a table."""
    st.subheader("What would mend it", anchor=False)
    if len(runs) > 1:
        _show_table(choice, runs)
    elif runs[0].has(Evidence.PROBABILITIES):
        _show_temperature(choice, runs[0])
    else:
        _show_calibrator(choice, runs[0])


def _show_temperature(choice: Choice, run: Run) -> None:
    rescaling = cached.temperature(session.place(run), choice.split)
    if rescaling is None:
        st.text("Too few answers with whole probabilities and a true label to fit a temperature.")
        return
    if rescaling.is_bounded:
        st.text(_without_best(rescaling))
        return
    value = rescaling.temperature
    kind = "too extreme" if value > 1 else "too flat"
    with st.grid(3, min_column_width=200):
        st.metric(
            "Temperature",
            f"{value:.3f}",
            border=True,
            height="stretch",
            help="Probabilities p become softmax(ln(p) / temperature); 1 changes nothing.",
        )
        _change("Log loss, all classes", rescaling.log_loss_before, rescaling.log_loss_after)
        _change("Expected calibration error", ece(rescaling.before), ece(rescaling.after))
    low, high = min(rescaling.by_part.values()), max(rescaling.by_part.values())
    st.caption(" ".join([
        f"Before and after, over {rescaling.rows:,} answers of all classes: "
        f"{_HELD_OUT[rescaling.parts]}, at temperatures from {low:.3f} to {high:.3f}. "
        f"The probabilities are {kind} where it is {'above' if value > 1 else 'below'} 1. "
        "A temperature changes how sure answers are, never which label is the most probable.",
        *_reservations(rescaling),
    ]))  # fmt: skip
    if rescaling.log_loss_after >= rescaling.log_loss_before:
        return
    st.code(
        "probabilities = scipy.special.softmax("
        f"numpy.log(numpy.clip(probabilities, 1e-12, None)) / {value:.4g}, axis=1)",
        language="python",
    )


def _without_best(rescaling: Rescaling) -> str:
    if rescaling.temperature < 1:
        return "Every true label is the most probable one: the lower the temperature, the better."
    return "No temperature is best: the flatter the probabilities, the lower their log loss."


def _reservations(rescaling: Rescaling) -> list[str]:
    sentences = []
    if rescaling.log_loss_after >= rescaling.log_loss_before:
        sentences.append(
            "Here it does not help: on answers it was not fitted on, the log loss rises."
        )
    if rescaling.fitted < rescaling.rows:
        sentences.append(f"Fitted on {rescaling.fitted:,} answers, drawn by their ids.")
    if rescaling.is_approximate:
        sentences.append(
            "Approximate: the files hold the first few labels of each answer only; what is left of "
            "1 was shared among the others."
        )
    return sentences


def _show_calibrator(choice: Choice, run: Run) -> None:
    recalibration = cached.calibrator(session.place(run), choice.split, choice.label)
    if recalibration is None:
        st.text("Too few answers to fit a calibrator on some and try it on others.")
        return
    with st.grid(2, min_column_width=200):
        _change("Expected calibration error", ece(recalibration.before), ece(recalibration.after))
        _change("Brier score of the answer", *(squared(side) for side in _sides(recalibration)))
    st.caption(
        "A binary calibrator of correctness (isotonic regression of being right on the "
        f"confidence), over {recalibration.before.total:,} answers: "
        f"{_HELD_OUT[recalibration.parts]}. This run has the confidence of its answers only; "
        "a temperature needs the probabilities of all labels."
    )
    st.code(
        'IsotonicRegression(out_of_bounds="clip").fit(confidence, correct).predict(confidence)',
        language="python",
    )


def _show_table(choice: Choice, runs: list[Run]) -> None:
    import pandas as pd

    rows = []
    for run in runs:
        place = session.place(run)
        if run.has(Evidence.PROBABILITIES):
            scaled = cached.temperature(place, choice.split)
            if scaled is not None:
                rows.append(_temperature_row(run, scaled))
        else:
            mended = cached.calibrator(place, choice.split, choice.label)
            if mended is not None:
                sides = [ece(side) for side in _sides(mended)]
                rows.append((run.run, "calibrator of correctness", None, None, *sides))
    if not rows:
        missing("Too few answers to fit anything on.", "")
        return
    columns = ["run", "remedy", "loss", "loss_after", "error", "error_after"]
    figure = "%.3f"
    st.dataframe(
        pd.DataFrame(rows, columns=columns).dropna(axis=1, how="all"),
        hide_index=True,
        placeholder="–",
        column_config={
            "run": "Run",
            "remedy": "Remedy",
            "loss": st.column_config.NumberColumn("Log loss", format=figure),
            "loss_after": st.column_config.NumberColumn("… after", format=figure),
            "error": st.column_config.NumberColumn("Calibration error", format=figure),
            "error_after": st.column_config.NumberColumn("… after ", format=figure),
        },
        alt="What would mend the confidence of each run",
    )
    st.caption(
        "Each answer with a remedy that was not fitted on it: by folds where there are any, else "
        "in halves by the examples' ids. Choose one run to see how to apply it."
    )


def _temperature_row(run: Run, rescaling: Rescaling) -> tuple[object, ...]:
    remedy = "none is best" if rescaling.is_bounded else f"temperature {rescaling.temperature:.3f}"
    losses = (rescaling.log_loss_before, rescaling.log_loss_after)
    return (run.run, remedy, *losses, ece(rescaling.before), ece(rescaling.after))


def _sides(recalibration: Recalibration) -> tuple[ConfidenceLevels, ConfidenceLevels]:
    return recalibration.before, recalibration.after


def _change(name: str, before: float, after: float) -> None:
    st.metric(
        name,
        f"{number(before)} → {number(after)}",
        delta=f"{after - before:+.3f}",
        delta_color="inverse",
        border=True,
        height="stretch",
    )


def ece(levels: ConfidenceLevels) -> float:
    """The expected calibration error with the usual bins."""
    return calibration_errors(reliability_bins(levels)).ece


def squared(levels: ConfidenceLevels) -> float:
    """The Brier score of the answers' confidence."""
    from diagnostics.confidence.corp import brier_decomposition

    return brier_decomposition(levels).score
