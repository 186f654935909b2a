"""What `errata confusion` answers: the most confused pairs for people, or the matrix as JSON."""

from __future__ import annotations

from diagnostics.command.terminal import new_console, print_json, print_table
from diagnostics.errors import DiagnosticsError
from diagnostics.workspace import Evidence, Run


def show_confusion(run: Run, *, as_json: bool) -> None:
    """The whole matrix as JSON, or the most confused pairs as a table."""
    from diagnostics.confusion.matrix import confused_pairs, confusion_matrix

    if run.task != "classification" or not (run.confusion_is_exact or run.has(Evidence.REPORT)):
        raise DiagnosticsError(
            f"Run {run.run!r} has no confusion matrix: it lacks the true labels.",
            hint="Add a column with the truth to its predictions."
            if run.task == "classification"
            else f"It is about {run.task}.",
        )
    matrix = confusion_matrix(run)
    if as_json:
        counts = matrix.counts.tolist()
        if not matrix.exact:
            counts = [
                [n if row == column else None for column, n in enumerate(line)]
                for row, line in enumerate(counts)
            ]
        labels = list(matrix.labels)
        print_json({"run": run.run, "labels": labels, "counts": counts, "exact": matrix.exact})
        return
    console = new_console()
    if not matrix.exact:
        console.print("Only the diagonal is known: the report came without its mistakes.")
    pairs = confused_pairs(matrix)
    rows = [
        [row.true_label, row.predicted_label, f"{row.n:,}", f"{row.share_of_true:.1%}"]
        for row in pairs.head(20).itertuples()
    ]
    title = f"{run.run}: {int(matrix.errors.sum()):,} mistakes in {len(pairs):,} pairs of classes"
    print_table(console, title, ["true", "predicted", "n", "of the true class"], rows, numbers=2)
