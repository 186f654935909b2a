"""How sure the answers were, how far that can be trusted, and where to draw the line."""

from app.confidence import calibration as calibration_view
from app.confidence import choices as confidence_choice
from app.confidence import distribution as confidence_view
from app.confidence.thresholds import curves as curves_view
from app.confidence.thresholds import view as threshold_view
from app.frame import remembered as returning
from app.frame import session

experiment, run = session.experiment(), session.run()
confidence_choice.require_confidence(run)
with returning.choices_kept(f"confidence of {experiment.name}", confidence_choice.KEYS):
    choice = confidence_choice.controls(experiment, run)
    match choice.view:
        case confidence_choice.DISTRIBUTION:
            confidence_view.show_distribution(choice)
        case confidence_choice.CALIBRATION:
            calibration_view.show_calibration(choice)
        case confidence_choice.THRESHOLD:
            threshold_view.show(experiment, choice.runs, choice.split, choice.label)
        case confidence_choice.CURVES:
            curves_view.show(experiment, choice.runs, choice.split, choice.label)
