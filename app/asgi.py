"""What `streamlit run` serves: the dashboard behind security headers, compressed.

Streamlit finds the `App` here and runs it with all of its own options, environment variables and
signal handling, which `App.run()` would not honour.
"""

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[1])
if ROOT not in sys.path:  # Streamlit puts app/ on the path, not the folder above it
    sys.path.insert(0, ROOT)

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from streamlit.starlette import App

from app.frame.security import SecurityHeaders, content_security_policy

#: zlib's quickest: 2.2 MB for a first page instead of 5.7, and no later on the same machine.
COMPRESSION = 1

app = App(
    Path(__file__).with_name("main.py"),
    middleware=[
        Middleware(SecurityHeaders, policy=content_security_policy()),
        # Streamlit sends its own files as they are.
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=COMPRESSION),
    ],
)
