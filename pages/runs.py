"""Placeholder."""

import streamlit as st

from app import session

st.write(session.run().run)
if st.button("go"):
    session.go("examples.py", true="3")
