"""Which features matter to a run, what looks wrong about them, and where they pushed."""

import streamlit as st

from app.frame import session
from app.importance import cached as importance_cached
from app.importance import choices as importance_choice
from app.importance import feature as feature_view
from app.importance import runs as importance_runs_view
from app.importance import view as feature_importance_view

experiment, run = session.experiment(), session.run()
place = session.place()
offer = importance_cached.offer(place)
importance_choice.require_importances(run, offer)
feature_importance_view.show_flags(place)
if offer.reason and offer.has_model:
    st.text(f"{offer.reason} Permutation needs it, and telling right from wrong.")
choice = importance_choice.controls(place, offer)
features = choice.importances.table(choice.label)["feature"].head(feature_importance_view.PICKABLE)
if features.empty:
    st.info("No feature has a figure.", icon=":material/leaderboard:")
    st.stop()
feature_importance_view.show_carrying(choice)
bars, card = st.columns([7, 6], gap="medium")
with card, st.container(border=True):
    feature = feature_view.show_feature(choice, list(features), asks=offer.has_model)
with bars, st.container(border=True):
    feature_importance_view.show_bars(choice, feature)
if choice.method in ("coefficients", "contributions"):
    feature_importance_view.show_beeswarm(choice, feature)
importance_runs_view.show_runs(experiment, choice)
