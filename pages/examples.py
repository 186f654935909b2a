"""Examples: a ranked list of answers, and everything that is known of one of them."""

import streamlit as st

from app.example_card import card
from app.examples import choices, contrast, view
from app.frame import session

run = session.run()
view.require_examples(run)
choice = choices.controls(run)
ranking = view.listing(choice)
view.heading(run, choice, ranking)
list_column, card_column = st.columns([7, 6] if choice.where.against else [6, 7], gap="medium")
with card_column:
    example = view.stepper(ranking)
with list_column:
    if ranking.total:
        view.table(choice, ranking, example)
        view.export(run, choice, ranking)
        contrast.show(run, choice)
    else:
        view.empty(run, choice)
with card_column:  # after the list: what takes longest comes last
    if example:
        card.draw(example, split=choice.where.split)
