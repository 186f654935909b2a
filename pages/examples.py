"""Examples: a ranked list of answers, and everything that is known of one of them."""

import streamlit as st

from app.example_card import card as example_card
from app.examples import choices, contrast, view
from app.frame import session

run = session.run()
view.require_examples(run)
choice = choices.controls(run)
found = view.listing(choice)
view.heading(run, choice, found)
listed, card = st.columns([7, 6] if choice.where.against else [6, 7], gap="medium")
with card:
    example = view.stepper(found)
with listed:
    if found.total:
        view.table(choice, found, example)
        view.export(run, choice, found)
        contrast.show(run, choice)
    else:
        view.empty(run, choice)
with card:  # after the list: what takes longest comes last
    if example:
        example_card.draw(example, split=choice.where.split)
