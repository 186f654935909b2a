"""The `errata` command: its options, and which answer they ask for."""

from __future__ import annotations

import runpy
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from typer.exceptions import TyperException

from diagnostics.command.options import ExperimentName, Folder, Json, RunName, Trust, read, reading
from diagnostics.errors import DiagnosticsError

if TYPE_CHECKING:
    from diagnostics.predictions.outcomes import Across, Outcome

#: The package; the dashboard lies in it when it is installed, beside it in a checkout.
PACKAGE = Path(__file__).resolve().parents[1]
COMMANDS = (
    "serve",
    "summary",
    "confusion",
    "top",
    "compare",
    "check",
    "explain",
    "importance",
    "assumptions",
)

app = typer.Typer(
    name="errata",
    help="Open a folder of evaluation results and see the mistakes in it.\n\n"
    "`errata FOLDER` opens the dashboard; the commands answer in the terminal.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def serve(
    context: typer.Context,
    folder: Folder,
    port: Annotated[
        int | None, typer.Option(help="The port; default 8501 or the next free.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "localhost",
    trust_pickles: Trust = False,
) -> None:
    """Open the dashboard. Streamlit's own options may follow, such as --server.headless true."""
    if not folder.is_dir():
        from diagnostics.readers.opening import no_such_folder

        raise no_such_folder(folder)
    options = ["--server.address", host]
    is_local = host in ("localhost", "127.0.0.1", "::1")
    if not is_local and not any("allowedHosts" in option for option in context.args):
        options += ["--server.allowedHosts", "*"]
    if port is not None:
        options += ["--server.port", str(port)]
    # In this process, so that Ctrl-C, SIGTERM and the exit code are Streamlit's own.
    script = str(main_script())
    ours = [str(folder.resolve()), *(["--trust-pickles"] if trust_pickles else [])]
    sys.argv = ["streamlit", "run", script, *options, *context.args, "--", *ours]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


@app.command()
def summary(folder: Folder, json: Json = False, trust_pickles: Trust = False) -> None:
    """What the folder holds: experiments, runs, their metrics, and what is wrong with the files."""
    from diagnostics.command.summary import show_summary

    workspace = read(folder, trust_pickles=trust_pickles, may_be_empty=True)
    show_summary(workspace, as_json=json)
    if not workspace.experiments:
        sys.exit(2)


@app.command()
def confusion(
    folder: Folder,
    run_name: RunName,
    experiment: ExperimentName = None,
    json: Json = False,
    trust_pickles: Trust = False,
) -> None:
    """Which class was taken for which: the most confused pairs, or with --json the whole matrix."""
    from diagnostics.command.confusion import show_confusion

    workspace = read(folder, trust_pickles=trust_pickles)
    _, run = workspace.find(run_name, experiment)
    show_confusion(run, as_json=json)


@app.command()
def top(
    folder: Folder,
    run_name: RunName,
    by: Annotated[
        str,
        typer.Option(
            help="confident-mistakes, uncertain, nearly-right, confident-correct, all or moved."
        ),
    ],
    experiment: ExperimentName = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many.")] = 10,
    true: Annotated[str | None, typer.Option(help="Only examples of this true label.")] = None,
    predicted: Annotated[str | None, typer.Option(help="Only answers with this label.")] = None,
    split: Annotated[str | None, typer.Option(help="test, validation or train.")] = None,
    against: Annotated[
        str | None, typer.Option(help="The old run, whose answers stand beside; for moved.")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            help="Against the old run: fixed, broken, both-wrong-same, both-wrong-different, "
            "both-right, agree or disagree."
        ),
    ] = None,
    across: Annotated[
        str | None,
        typer.Option(
            help="In all runs: never-right, always-right, only-this-right or only-this-wrong."
        ),
    ] = None,
    json: Json = False,
    trust_pickles: Trust = False,
) -> None:
    """The examples at the top of a ranking: most confident mistakes, most uncertain, and others."""
    from diagnostics.command.top import show_top
    from diagnostics.examples.filters import Filter

    workspace = read(folder, trust_pickles=trust_pickles)
    home, run = workspace.find(run_name, experiment)
    where = Filter(
        true_label=true,
        predicted_label=predicted,
        split=split,
        against=against,
        outcome=cast("Outcome", outcome),
        across=cast("Across", across),
    )
    show_top(home, run, by, k, where, as_json=json)


@app.command()
def compare(
    folder: Folder,
    run_a: Annotated[str, typer.Argument(metavar="RUN_A", help="The old run.")],
    run_b: Annotated[str, typer.Argument(metavar="RUN_B", help="The new run.")],
    experiment: ExperimentName = None,
    json: Json = False,
    trust_pickles: Trust = False,
) -> None:
    """Two runs on the same examples: what the second fixed and broke, and whether it is chance."""
    from diagnostics.command.comparison import show_comparison
    from diagnostics.comparison.compare import compare_runs, shared_experiment

    workspace = read(folder, trust_pickles=trust_pickles)
    shared = shared_experiment(workspace, run_a, run_b, experiment)
    show_comparison(shared, compare_runs(shared, run_a, run_b), as_json=json)


@app.command()
def check(
    folder: Folder,
    run_name: RunName,
    baseline: Annotated[
        str | None, typer.Option(help="The run that it is held against, evaluated on the same.")
    ] = None,
    minimum: Annotated[
        list[str] | None,
        typer.Option("--min", metavar="METRIC=VALUE", help="A metric's minimum. May be repeated."),
    ] = None,
    max_drop: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=VALUE", help="How much worse a metric may be. May be repeated."
        ),
    ] = None,
    max_broken: Annotated[
        int | None, typer.Option(help="How many examples may be wrong that were right.")
    ] = None,
    alpha: Annotated[
        float | None,
        typer.Option(help="A drop fails only if it is significant at this level, such as 0.05."),
    ] = None,
    experiment: ExperimentName = None,
    json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a comment for a pull request.")
    ] = False,
    trust_pickles: Trust = False,
) -> None:
    """A gate for CI: exit code 0 if the run passes, 1 if a rule fails, 2 if it cannot be judged."""
    from diagnostics.command.check import show_check
    from diagnostics.comparison.compare import shared_experiment
    from diagnostics.comparison.gates import Rules, check_run, parse_limit

    if json and markdown:
        raise DiagnosticsError("--json and --markdown are two answers.", hint="Ask for one.")
    rules = Rules(
        tuple(parse_limit(text, "--min") for text in minimum or ()),
        tuple(parse_limit(text, "--max-drop") for text in max_drop or ()),
        max_broken,
        alpha,
    )
    workspace = read(folder, trust_pickles=trust_pickles)
    if baseline is None:
        home, _ = workspace.find(run_name, experiment)
    else:
        home = shared_experiment(workspace, baseline, run_name, experiment)
    ruling = check_run(home, run_name, baseline, rules)
    show_check(ruling, as_json=json, as_markdown=markdown)
    if not ruling.passed:
        sys.exit(1)


@app.command()
def explain(
    folder: Folder,
    run_name: RunName,
    example: Annotated[str, typer.Option(help="The example's id, as `errata top` lists it.")],
    experiment: ExperimentName = None,
    label: Annotated[
        str | None, typer.Option(help="The label to explain; default the answer.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="The label that it is held against; default the true one, or the next probable. "
            "'' for none."
        ),
    ] = None,
    method: Annotated[
        str, typer.Option(help="auto (exact where the model allows it), exact, shap or lime.")
    ] = "auto",
    json: Json = False,
    trust_pickles: Trust = False,
) -> None:
    """Why a model gave its answer to one example: what each word or column added."""
    from diagnostics.command.explanation import show_explanation
    from diagnostics.models.explanation.explain import Asked, explain_example

    workspace = read(folder, trust_pickles=trust_pickles)
    home, run = workspace.find(run_name, experiment)
    explanation = explain_example(
        home,
        run,
        example,
        root=workspace.root,
        label=label,
        against=against,
        method=cast("Asked", method),
        trust_pickles=trust_pickles,
    )
    show_explanation(example, explanation, as_json=json)


@app.command()
def importance(
    folder: Folder,
    run_name: RunName,
    experiment: ExperimentName = None,
    method: Annotated[
        str,
        typer.Option(
            help="auto (the model's own word, else what was kept, else permutation), kept, "
            "coefficients, impurity, contributions or permutation."
        ),
    ] = "auto",
    label: Annotated[str | None, typer.Option(help="Only the figures of this label.")] = None,
    metric: Annotated[
        str, typer.Option(help="Of permutation: accuracy or 'log loss'.")
    ] = "accuracy",
    grouped: Annotated[
        bool,
        typer.Option(help="Of permutation: whether columns that say the same go together."),
    ] = True,
    group: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=COLUMN,COLUMN",
            help="Of permutation: columns that go together. May be repeated.",
        ),
    ] = None,
    json: Json = False,
    trust_pickles: Trust = False,
) -> None:
    """Which features matter to a run, and which look like leakage or broken wiring."""
    from diagnostics.command.importance import show_importance
    from diagnostics.models.importance.feature_groups import parse_group
    from diagnostics.models.importance.losses import Metric
    from diagnostics.models.importance.run_importance import importance_flags, run_importance

    with reading(folder, trust_pickles=trust_pickles) as (workspace, progress):
        home, run = workspace.find(run_name, experiment)
        importances = run_importance(
            home,
            run,
            root=workspace.root,
            method=method,
            metric=cast("Metric", metric),
            grouped=grouped,
            groups=dict(parse_group(text) for text in group or ()),
            trust_pickles=trust_pickles,
            progress=lambda share, name: progress(f"{share:.0%} {name}"),
        )
    shuffled = importances if importances.method == "permutation" else None
    flags = importance_flags(
        home, run, workspace.root, shuffled=shuffled, trust_pickles=trust_pickles
    )
    show_importance(run_name, importances, flags, label, as_json=json)


@app.command()
def assumptions(
    folder: Folder,
    run: Annotated[
        str | None, typer.Option("--run", help="The run's name; default every run.")
    ] = None,
    experiment: ExperimentName = None,
    json: Json = False,
    trust_pickles: Trust = False,
) -> None:
    """What the team wrote down on the page Assumptions, and whether it holds in each run."""
    from diagnostics.command.assumptions import judged_in_terminal, show_assumptions

    with reading(folder, trust_pickles=trust_pickles) as (workspace, progress):
        judged = judged_in_terminal(workspace, run, experiment, trust_pickles=trust_pickles)
    show_assumptions(workspace, judged, as_json=json)


def main_script() -> Path:
    """Path of app/asgi.py: inside the wheel, or beside the package in a checkout."""
    packaged = PACKAGE / "_dashboard" / "app" / "asgi.py"
    return packaged if packaged.is_file() else PACKAGE.parent / "app" / "asgi.py"


def main(arguments: list[str] | None = None) -> None:
    """Run the command; bad input is one line on stderr and exit code 2, never a traceback."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # what the terminal cannot show is no reason to fail
            stream.reconfigure(errors="replace")
    if words and words[0] not in COMMANDS and not words[0].startswith("-"):
        words.insert(0, "serve")
    try:
        app(words or ["--help"], prog_name="errata", standalone_mode=False)
    except TyperException as error:
        described = error.format_message() if hasattr(error, "format_message") else str(error)
        print(f"errata: {described} See errata --help.", file=sys.stderr)
        sys.exit(2)
    except DiagnosticsError as error:
        print(f"errata: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # the reader of a pipe, such as head, has gone
        sys.stderr.close()
        sys.exit(0)
