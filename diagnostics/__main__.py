"""The `errata` command, as `python -m diagnostics` and the installed script start it."""

from __future__ import annotations

from diagnostics.command.main import main

if __name__ == "__main__":
    main()
