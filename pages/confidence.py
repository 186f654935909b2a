"""How sure the answers were, how far that can be trusted, and where to draw the line."""

from app.confidence import calibration, choices, distribution
from app.confidence.thresholds import curves
from app.confidence.thresholds import view as threshold_view
from app.frame import remembered, session

experiment, run = session.experiment(), session.run()
choices.require_confidence(run)
with remembered.choices_kept(f"confidence of {experiment.name}", choices.KEYS):
    choice = choices.controls(experiment, run)
    match choice.view:
        case choices.DISTRIBUTION:
            distribution.show_distribution(choice)
        case choices.CALIBRATION:
            calibration.show_calibration(choice)
        case choices.THRESHOLD:
            threshold_view.show(experiment, choice.runs, choice.split, choice.label)
        case choices.CURVES:
            curves.show(experiment, choice.runs, choice.split, choice.label)
