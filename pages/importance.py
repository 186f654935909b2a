"""Which features matter to a run, what looks wrong about them, and where they pushed."""

import streamlit as st

from app.frame import session
from app.importance import cached, choices, comparison, feature, view

experiment, run = session.experiment(), session.run()
place = session.place()
offer = cached.offer(place)
choices.require_importances(run, offer)
view.show_flags(place)
if offer.reason and offer.has_model:
    st.text(f"{offer.reason} Permutation needs it, and telling right from wrong.")
choice = choices.controls(place, offer)
features = choice.importances.table(choice.label)["feature"].head(view.PICKABLE)
if features.empty:
    st.info("No feature has a figure.", icon=":material/leaderboard:")
    st.stop()
view.show_carrying(choice)
bars, card = st.columns([7, 6], gap="medium")
with card, st.container(border=True):
    chosen = feature.show_feature(choice, list(features), asks=offer.has_model)
with bars, st.container(border=True):
    view.show_bars(choice, chosen)
if choice.method in ("coefficients", "contributions"):
    view.show_beeswarm(choice, chosen)
comparison.show_runs(experiment, choice)
