"""Examples: a ranked list of answers, and everything that is known of one of them."""

import streamlit as st

from app.example_card import card as example_card
from app.examples import choices as examples_choice
from app.examples import contrast as contrast_view
from app.examples import view as examples_view
from app.frame import session

run = session.run()
examples_view.require_examples(run)
choice = examples_choice.controls(run)
found = examples_view.listing(choice)
examples_view.heading(run, choice, found)
listed, card = st.columns([7, 6] if choice.where.against else [6, 7], gap="medium")
with card:
    example = examples_view.stepper(found)
with listed:
    if found.total:
        examples_view.table(choice, found, example)
        examples_view.export(run, choice, found)
        contrast_view.show(run, choice)
    else:
        examples_view.empty(run, choice)
with card:  # after the list: what takes longest comes last
    if example:
        example_card.draw(example, split=choice.where.split)
