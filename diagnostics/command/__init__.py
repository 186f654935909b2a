"""The `errata` command: options in `main`, one module an answer."""
