"""The picture frame: configuration, navigation, the shared choices, and then the page."""

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[1])
if ROOT not in sys.path:  # Streamlit puts app/ on the path, not the folder above it
    sys.path.insert(0, ROOT)

import streamlit as st

from app.frame import navigation, remembered, session

# Before the navigation: a page without an icon of the tab fetches its own from elsewhere.
st.set_page_config(page_title="Errata", page_icon="🔎", layout="wide")
session.settle()
session.apply_pending()
page = st.navigation([entry.as_page() for entry in navigation.ENTRIES], position="top")
st.set_page_config(page_title=f"{page.title} · Errata")
remembered.note_page(page.title)
session.frame(page.title)
page.run()
