"""Work that goes on while people look elsewhere; one of its kind for the whole process."""

from __future__ import annotations

import streamlit as st

from diagnostics.background_work import Works


@st.cache_resource
def works() -> Works:
    """The pieces of work by what they are about, whoever asked for them."""
    return Works()
