"""Charts: a tidy frame in, an Altair chart out; no data work and no Streamlit."""
