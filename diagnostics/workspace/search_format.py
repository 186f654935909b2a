"""The names in a recorded search's folder, shared by those who write it and those who read it.

`results/my-grid/` holds `search.json`, in `data` the `truth.parquet` (a row for every row of the
data, in their order) and `examples.parquet` (their content), and a folder for each candidate:
`candidate.json` and a Parquet file for each fit. See docs/formats/recorded-search.md.
"""

from __future__ import annotations

SEARCH_FORMAT = "errata-search"
CANDIDATE_FORMAT = "errata-candidate"
SEARCH_VERSION = 1
SEARCH = "search.json"
CANDIDATE = "candidate.json"
DATA = "data"
TRUTH = "truth.parquet"
EXAMPLES = "examples.parquet"
#: How the files of fits begin, and the entry of their metadata that says what the fit was.
FIT = "fold-"
FIT_METADATA = "errata-fit"
#: How the files of kept models begin; the rest is that of the fit's file.
MODEL = "model-"
#: A second search into a folder lies in `search-2` below it.
NEXT_SEARCH = "search-"
