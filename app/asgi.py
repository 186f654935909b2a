"""What `streamlit run` serves: the dashboard behind security headers.

Streamlit finds the `App` here and runs it with all of its own options, environment variables and
signal handling, which `App.run()` would not honour.
"""

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[1])
if ROOT not in sys.path:  # Streamlit puts app/ on the path, not the folder above it
    sys.path.insert(0, ROOT)

from starlette.middleware import Middleware
from streamlit.starlette import App

from app.security import SecurityHeaders, content_security_policy

app = App(
    Path(__file__).with_name("main.py"),
    middleware=[Middleware(SecurityHeaders, policy=content_security_policy())],
)
