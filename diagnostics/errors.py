"""The one error that the library raises for bad input."""


class DiagnosticsError(ValueError):
    """What was wrong and where; `hint` says what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint


def unknown_name(kind: str, name: str, known: list[str]) -> DiagnosticsError:
    """An error for a run, experiment or label that does not exist; names the nearest that do."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=3, cutoff=0.5)
    shown = close or sorted(known)[:8]
    more = "" if close or len(known) <= 8 else f" and {len(known) - 8} more"
    lead = "Did you mean" if close else "There is"
    return DiagnosticsError(
        f"No {kind} {name!r}.", hint=f"{lead}: {', '.join(shown)}{more}." if shown else ""
    )
