"""The command line: one verb, one function. Heavy imports wait until a verb needs them."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flows.errors import RegularsError, UsageError

if TYPE_CHECKING:
    from flows.config import Settings, Workspace
    from flows.identity_decisions import Decided
    from flows.lake import Lake
    from flows.lookups import Asking
    from flows.monthly_review import Summary
    from schemas.period import Month

app = typer.Typer(
    name="regulars",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
    help="""The monthly customer review for store chains: from till and online-shop files to a PDF for every store.

Begin with `regulars demo`. With your own files: `regulars init shop`, put the exports into `shop/inbox`,
`regulars inspect shop/inbox/*`, then `regulars review 2026-10 --workspace shop`.

Exit codes: 0 done · 1 finished, but files were left, stores failed or too many rows were quarantined · 2 bad usage or input.""",
)

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="The chain's folder.", show_default="this folder")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data for programs instead of text.")]
StoreOption = Annotated[
    list[str] | None, typer.Option("--store", "-s", help="Only this store (repeatable); the chain is always made.")
]
KnownAtOption = Annotated[
    str | None,
    typer.Option(help="Only what had landed by then, e.g. 2026-11-02 or 2026-11-02T06:00 (chain's time zone)."),
]
PlainOption = Annotated[bool, typer.Option("--without-prefect", help="Run the same story without orchestration.")]
MonthArgument = Annotated[str, typer.Argument(help="YYYY-MM", show_default=False)]

HERE = Path()


def main() -> None:
    """Entry point: every foreseeable trouble is one line on stderr and an exit code."""
    try:
        app()
    except RegularsError as error:
        print(f"regulars: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        print(f"regulars: {error.strerror or type(error).__name__}{place}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:  # a fault of ours: say where, but not the message, which may quote a customer's row
        where = traceback.extract_tb(error.__traceback__)[-1]
        print(
            f"regulars: {type(error).__name__} in {where.name}, line {where.lineno} of {where.filename}",
            file=sys.stderr,
        )
        sys.exit(1)


# ---- verbs


@app.command()
def demo(
    to: Annotated[Path, typer.Option("--to", help="Folder for the sample chain.")] = Path("demo"),
    stores: Annotated[int, typer.Option(min=1, max=2000, help="Stores, the online shop included.")] = 6,
    months: Annotated[int, typer.Option(min=3, max=60, help="Months of history.")] = 30,
    customers: Annotated[int, typer.Option(min=50, help="Customers on file.")] = 5000,
    locale: Annotated[str, typer.Option(help="zh-CN or en.")] = "zh-CN",
    as_json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Make an invented chain of jewellers and florists, review its last two months (the second tells what came of the
    first one's lists), and say where the PDFs are."""
    from flows.config import Workspace
    from flows.workspace_files import prepared_sample

    languages: dict[str, Literal["zh", "en"]] = {"zh-cn": "zh", "zh": "zh", "en": "en"}
    language = languages.get(locale.replace("_", "-").lower())
    if language is None:
        raise UsageError(f"locale {locale!r} is neither zh-CN nor en")
    last_month = prepared_sample(to, stores=stores, months=months, customers=customers, language=language)
    workspace = Workspace(to)
    _finish(_run_months(workspace, [last_month.previous, last_month], (), None, plain=plain), as_json)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The new workspace.")],
    name: Annotated[str | None, typer.Option(help="The chain's name.")] = None,
    locale: Annotated[str, typer.Option(help="Language of the reports: zh_CN or en.")] = "zh_CN",
    currency: Annotated[str, typer.Option(help="Currency code of all amounts.")] = "CNY",
    time_zone: Annotated[str, typer.Option(help="The chain's time zone.")] = "Asia/Shanghai",
) -> None:
    """Make a workspace: chain.toml with comments that teach, an inbox, and empty templates of every table."""
    import secrets

    from flows.config import read_settings
    from flows.workspace_files import make_workspace

    workspace = make_workspace(
        folder,
        name=name or folder.resolve().name,
        key=secrets.token_hex(16),
        locale=locale,
        currency=currency,
        time_zone=time_zone,
    )
    read_settings(workspace)
    print(f"{folder} is ready. Put the till's and shop's exports into {workspace.inbox}, then:")
    print(f"  regulars inspect {workspace.inbox}/* --workspace {folder} --save")
    print(f"  regulars ingest --workspace {folder}")
    print(f"  regulars review YYYY-MM --workspace {folder}")


@app.command()
def inspect(
    files: Annotated[list[Path], typer.Argument(help="Export files.", exists=True, dir_okay=False)],
    workspace: WorkspaceOption = HERE,
    save: Annotated[
        bool,
        typer.Option("--save", help="Write the rules, or the proposed mapping, to chain.toml, to be edited there."),
    ] = False,
    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Settle what a proposal asks: ROLE=HEADER, store_id=S01, date_order=dmy … (repeatable)."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say which source a file is, which column plays which role, and what is wrong with it. Lands nothing.

    For a file that is no known export, propose what it is: a table, a role for each column, how sure and why. Give all
    files of a till together (`regulars inspect inbox/*`): what they share shows which is the side table of which.
    """
    from flows.inspecting.inspection import inspect_files
    from flows.inspecting.inspection_report import inspection_lines, link_lines
    from flows.sources import rules_as_toml, sources_of, toml_key
    from flows.workspace_files import save_source

    space, settings = _open(workspace)
    inspections, links = inspect_files(files, settings, _answers(answers or ()))
    saved, open_files = [], []
    if save:
        formats = sources_of(settings)
        for name in sorted({found.source for found in inspections if found.source and formats[found.source].rules}):
            if save_source(space, toml_key(name), rules_as_toml(formats[name])):
                saved.append(f"[sources.{toml_key(name)}]: its rules")
        for found in inspections:
            if found.proposal and found.proposal.is_ready:
                if save_source(space, toml_key(found.proposal.name), found.proposal.toml()):
                    saved.append(
                        f"[sources.{toml_key(found.proposal.name)}]: `regulars ingest` will land {found.file} by it"
                    )
            elif found.proposal:
                open_files.append(found.file)
    if as_json:
        _print_json([found.as_json() for found in inspections])
    else:
        for number, found in enumerate(inspections):
            print("\n" * bool(number) + "\n".join(inspection_lines(found, is_zh=settings.locale.startswith("zh"))))
        if links:
            print("\n" + "\n".join(link_lines(links)))
        if saved or open_files or any(found.proposal for found in inspections):
            print()
        for name in saved:
            print(f"chain.toml now has {name}; edit it there")
        for name in open_files:
            print(f"{name}: not saved, because what is marked with ? is open; answer it with --set")
        if not save and any(found.proposal and found.proposal.is_ready for found in inspections):
            print("write it to chain.toml with --save; until then the file stays in the inbox")
    if any(found.message and not (save and found.proposal and found.proposal.is_ready) for found in inspections):
        raise typer.Exit(1)


@app.command(name="ingest")
def ingest_verb(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Land everything in the inbox, and print the reconciliation: rows in = accepted + quarantined + duplicate."""
    from flows.ingest import check_inbox_not_empty, ingest
    from flows.lake import Lake
    from flows.monthly_review import alone, utc_now
    from flows.reconciliation import lake_totals
    from flows.terminal import Terminal

    space, settings = _open(workspace)
    check_inbox_not_empty(space)
    with Terminal() as terminal, alone(space, terminal):
        terminal.stage("land files")
        report = ingest(space, settings, now=utc_now(), progress=terminal.file)
        totals = lake_totals(Lake(space.lake))
    if as_json:
        _print_json({**report.as_json(), "lake": totals})
    else:
        _show_landed(report, totals)
    if report.left_in_inbox or report.is_over(settings.quarantine_limit):
        raise typer.Exit(1)


@app.command()
def review(
    month: MonthArgument,
    workspace: WorkspaceOption = HERE,
    store: StoreOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Review one month: land what is in the inbox, count, plan, render, publish."""
    space, settings = _open(workspace)
    summaries = _run_months(space, [_month(month)], store or (), _moment(known_at, settings), plain=plain)
    _finish(summaries, as_json)


@app.command()
def backfill(
    first: MonthArgument,
    last: MonthArgument,
    workspace: WorkspaceOption = HERE,
    store: StoreOption = None,
    known_at: KnownAtOption = None,
    only_missing: Annotated[
        bool, typer.Option("--only-missing", help="Only months without a published review.")
    ] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only months in which a store failed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which months would be done.")] = False,
    as_json: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Review many months, oldest first. Killed at any moment, the same command finishes the job."""
    from flows.backfill import months_to_do

    space, settings = _open(workspace)
    if only_missing and failed:
        raise UsageError("--only-missing and --failed exclude each other")
    start, end = _month(first), _month(last)
    if end < start:
        raise UsageError(f"{last} is before {first}: give the first month first")
    months = months_to_do(space, start, end, "missing" if only_missing else "failed" if failed else "all")
    if dry_run:
        _print_json([str(m) for m in months]) if as_json else print(
            "\n".join(str(m) for m in months) or "nothing to do"
        )
        return
    if not months:
        _print_json([]) if as_json else print("nothing to do")
        return
    _finish(_run_months(space, months, store or (), _moment(known_at, settings), plain=plain), as_json)


@app.command()
def compare(
    month: MonthArgument,
    known_at: Annotated[
        list[str], typer.Option(help="Twice: as known then, and as known then.", metavar="TIME", show_default=False)
    ],
    workspace: WorkspaceOption = HERE,
    every: Annotated[bool, typer.Option("--all", help="Every metric and every changed row.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what changed in a month between two moments, and which files changed it. Publishes nothing."""
    from flows import restatement
    from flows.lake import Lake

    space, settings = _open(workspace)
    moments = [moment for text in known_at if (moment := _moment(text, settings))]
    if len(moments) != 2:
        raise UsageError("give --known-at twice: regulars compare 2026-10 --known-at 2026-11-02 --known-at 2026-11-05")
    told = restatement.restatement_of(Lake(space.lake), settings, _month(month), moments[0], moments[1])
    if as_json:
        _print_json(restatement.as_json(told, every_metric=every))
    else:
        print("\n".join(restatement.lines_of(told, settings, every_metric=every)))


@app.command()
def schedule(
    workspace: WorkspaceOption = HERE,
    serve: Annotated[
        bool, typer.Option("--serve", help="Stay and run it: one machine, no other server needed.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show when the monthly review runs (cron and time zone of chain.toml), or keep running it."""
    from flows.schedule import next_runs, serve_schedule

    space, settings = _open(workspace)
    runs = next_runs(settings, datetime.now(settings.zone), 3)
    if as_json:
        _print_json(
            {"cron": settings.schedule.cron, "time_zone": settings.time_zone, "next": [run.isoformat() for run in runs]}
        )
    else:
        print(f"{settings.schedule.cron}  ({settings.time_zone}); change it under [schedule] in chain.toml")
        for run in runs:
            print(f"  {run:%Y-%m-%d %H:%M} reviews {_month_before(run.date())}")
    if serve:
        serve_schedule(space, settings)
    elif not as_json:
        print("run it with `regulars schedule --serve`, or put `regulars review` into the system's own scheduler")


@app.command()
def explain(
    metric: Annotated[str | None, typer.Argument(help="A metric's name or label.")] = None,
    workspace: WorkspaceOption = HERE,
    month: Annotated[str | None, typer.Option(help="A published month; default: the latest.")] = None,
    store: Annotated[str | None, typer.Option(help="Only this store's value, by id or name.")] = None,
    all_metrics: Annotated[bool, typer.Option("--all", help="Every metric.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="With --all: docs/metrics.md.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what a number means, what it is in the published month, and what it is made of."""
    from flows import explanation
    from flows.config import Workspace
    from schemas.metrics import METRICS

    if all_metrics:
        if as_markdown:
            print(explanation.markdown(), end="")
        elif as_json:
            _print_json([explanation.definition(m) for m in METRICS.values()])
        else:
            for m in METRICS.values():
                print(f"{m.name:36} {m.en} · {m.zh}")
        return
    if metric is None:
        raise UsageError("name a metric, or use --all")
    found = explanation.find(metric)
    values = explanation.published_values(Workspace(workspace), month, found, store)
    if as_json:
        _print_json({**explanation.definition(found), "published": values})
        return
    print(explanation.as_text(found, values))


@app.command()
def league(
    first: Annotated[str, typer.Option("--from", help="First day, e.g. 2026-01-01.", show_default=False)],
    last: Annotated[str, typer.Option("--to", help="Last day, e.g. 2026-06-30.", show_default=False)],
    workspace: WorkspaceOption = HERE,
    store: Annotated[str | None, typer.Option("--store", "-s", help="Only this store.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The associates' league of any period: who comes back to whom, with rank ranges, never a ranking by luck."""
    from flows.lake import Lake
    from flows.league import league_lines, league_rows

    space, settings = _open(workspace)
    start, end = _date(first), _date(last)
    rows, as_of = league_rows(Lake(space.lake), settings, start, end, store)
    if as_json:
        _print_json({"from": start.isoformat(), "to": end.isoformat(), "as_of": as_of.isoformat(), "associates": rows})
    else:
        print("\n".join(league_lines(rows, as_of, end)))


@app.command()
def status(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Say what has landed, what is published, what failed and what waits in the inbox."""
    from flows.reconciliation import workspace_status

    space, _ = _open(workspace)
    told = workspace_status(space)
    if as_json:
        _print_json(told)
        return
    lake = told["lake"]
    print(
        f"landed     {lake['files']} files, {lake['rows_accepted']} rows, sales {lake['first_date']} to {lake['last_date']}"
    )
    print(f"set aside  {lake['rows_quarantined']} rows quarantined, {lake['rows_duplicate']} duplicates")
    print(f"inbox      {len(told['inbox'])} files waiting")
    for month in told["published"]:
        failed = f", failed: {', '.join(month['failed'])}" if month["failed"] else ""
        print(f"published  {month['month']}  {month['manifest_id']}  {month['reviews']} reviews{failed}")
    if not told["published"]:
        print("published  nothing yet")


@app.command()
def merge(
    first: Annotated[str, typer.Argument(help="A customer id, member id, phone, e-mail or account.")],
    second: Annotated[str, typer.Argument(help="The other one.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Make two customers one, from now on; the older id stays. `regulars undo` takes it back."""
    from flows import identity_decisions

    _decide(
        workspace, as_json, lambda lake, settings, now: identity_decisions.merge(lake, settings, first, second, now=now)
    )


@app.command()
def split(
    customer: Annotated[str, typer.Argument(help="A customer id, member id, phone, e-mail or account.")],
    keys: Annotated[list[str], typer.Argument(help="The keys (or the customer) that are another person's.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Take keys out of a customer, for good: they are another person's, though rows name both. Undo with `regulars undo`."""
    from flows import identity_decisions

    _decide(
        workspace,
        as_json,
        lambda lake, settings, now: identity_decisions.split(lake, settings, customer, keys, now=now),
    )


@app.command()
def undo(
    decision: Annotated[str, typer.Argument(help="A decision's id, as `regulars identity` lists it.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Let a merge or split hold no longer (or an undo: then it holds again). What was reviewed before stays as it was."""
    from flows import identity_decisions

    _decide(workspace, as_json, lambda lake, settings, now: identity_decisions.undo(lake, settings, decision, now=now))


@app.command(name="identity")
def identity_verb(
    workspace: WorkspaceOption = HERE,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who may be one person and waits for a decision, keys that name nobody, and what was decided; names masked."""
    from flows.identity_decisions import told
    from flows.lake import Lake

    space, settings = _open(workspace)
    found = told(Lake(space.lake), settings, _moment(known_at, settings))
    if as_json:
        _print_json(found)
    else:
        _show_identity(found)


# ---- look-ups: from the customer index, at once; each is written to the access log

FullOption = Annotated[
    bool, typer.Option("--full", help="Names, phones and addresses in full: for the store's own people only.")
]
OneStoreOption = Annotated[str | None, typer.Option("--store", "-s", help="Only this store's customers (id or name).")]


@app.command()
def customer(
    query: Annotated[
        list[str], typer.Argument(help="A surname, pinyin, four digits of a phone, an id, a word of the notes.")
    ],
    workspace: WorkspaceOption = HERE,
    full: FullOption = False,
    pdf: Annotated[Path | None, typer.Option(help="Write the dossier to this file, one page.", dir_okay=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Find a customer by whatever is remembered. One fits: all that is known of them. Several: a short list."""
    from flows import lookups

    space, settings = _open(workspace)
    found = lookups.find_customer(space, settings, " ".join(query), _asking(full, as_json, pdf))
    if pdf is not None:
        lookups.write_dossier(found, pdf)
        print(pdf)
    elif as_json:
        _print_json(found.as_json())
    else:
        from flows.lookup_text import show_found

        show_found(found)


@app.command(name="dates")
def dates_verb(
    workspace: WorkspaceOption = HERE,
    first: Annotated[str | None, typer.Option("--from", help="The first day, e.g. 2026-11-08; default: today.")] = None,
    days: Annotated[int, typer.Option(help="How many days.")] = 7,
    store: OneStoreOption = None,
    full: FullOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say whose dates come: birthdays (solar and lunar), wedding days, last year's gift days with their recipients."""
    from flows import lookups

    day = lookups.day_of(first)
    space, settings = _open(workspace)
    told = lookups.coming_dates(space, settings, day, days, store, _asking(full, as_json))
    if as_json:
        _print_json(told.as_json())
    else:
        from flows.lookup_text import show_dates

        show_dates(told)


@app.command()
def care(
    workspace: WorkspaceOption = HERE,
    on: Annotated[str | None, typer.Option("--date", help="The day, e.g. 2026-11-08; default: today.")] = None,
    store: OneStoreOption = None,
    associate: Annotated[
        str | None, typer.Option("--associate", help="Only this associate's list (id or name).")
    ] = None,
    full: FullOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the care due on a day, per associate, with what to say: thanks, calls, wishes, gift days, messages, invitations."""
    from flows import lookups

    day = lookups.day_of(on)
    space, settings = _open(workspace)
    told = lookups.care_of_day(space, settings, day, store, associate, _asking(full, as_json))
    if as_json:
        _print_json(told.as_json())
    else:
        from flows.lookup_text import show_care

        show_care(told)


def _asking(full: bool, as_json: bool, pdf: Path | None = None) -> Asking:
    from flows.lookups import Asking

    return Asking(
        now=datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        is_full=full,
        given_as="pdf" if pdf is not None else "json" if as_json else "text",
        note=lambda text: print(f"regulars: {text}", file=sys.stderr),
    )


# ---- what the verbs share


def _answers(told: Sequence[str]) -> dict[str, str]:
    """--set KEY=VALUE, as a mapping."""
    answers: dict[str, str] = {}
    for text in told:
        key, sign, value = text.partition("=")
        if not (key.strip() and sign and value.strip()):
            raise UsageError(f"--set {text}: write KEY=VALUE, e.g. --set store_id=S01")
        answers[key.strip()] = value.strip()
    return answers


def _open(folder: Path) -> tuple[Workspace, Settings]:
    from flows.config import Workspace, read_settings

    workspace = Workspace(folder)
    return workspace, read_settings(workspace)


def _month(text: str) -> Month:
    from schemas.period import Month

    try:
        return Month.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day: write it as 2026-01-31") from None


def _month_before(day: date) -> Month:
    from schemas.period import Month

    return Month.of(day).previous


def _moment(text: str | None, settings: Settings) -> datetime | None:
    """A moment in the chain's time zone as UTC without a zone; a day alone means its end."""
    if text is None:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no moment: write 2026-11-02 or 2026-11-02T06:00") from None
    if len(text) == len("2026-11-02"):
        told = told.replace(hour=23, minute=59, second=59)
    if told.tzinfo is None:
        told = told.replace(tzinfo=settings.zone)
    return told.astimezone(UTC).replace(tzinfo=None)


def _run_months(
    workspace: Workspace, months: Sequence[Month], stores: Sequence[str], known_at: datetime | None, *, plain: bool
) -> list[Summary]:
    """The months, oldest first, under Prefect (or plainly). What cannot work is said before anything starts."""
    from flows.ingest import inbox_files
    from flows.lake import Lake
    from flows.month import check_month_is_known, known_ledger
    from flows.monthly_review import alone, utc_now
    from flows.terminal import Terminal

    if len(months) == 1 and not inbox_files(workspace):
        check_month_is_known(known_ledger(Lake(workspace.lake), known_at), months[0])

    with Terminal() as terminal:
        if plain:
            from flows.backfill import backfill_months
            from flows.config import read_settings

            with alone(workspace, terminal):
                return backfill_months(
                    workspace,
                    read_settings(workspace),
                    months,
                    stores=stores,
                    known_at=known_at,
                    now=utc_now(),
                    watcher=terminal,
                )
        from flows.orchestration import server

        terminal.stage("start Prefect")
        with server(workspace.state.resolve() / "prefect"):
            from flows import flow_runs

            flow_runs.watching[:] = [terminal]
            if len(months) == 1:
                return [flow_runs.monthly_review(str(workspace.root), str(months[0]), list(stores), known_at)]
            return flow_runs.backfill(str(workspace.root), [str(m) for m in months], list(stores), known_at)


def _decide(folder: Path, as_json: bool, decide: Callable[[Lake, Settings, datetime], Decided]) -> None:
    """Take and land one decision, alone in the workspace, and say what it did."""
    from flows.lake import Lake
    from flows.monthly_review import alone, utc_now
    from flows.terminal import Silent

    space, settings = _open(folder)
    with alone(space, Silent()):
        lake = Lake(space.lake)
        lake.recover()
        decided = decide(lake, settings, utc_now())
    if as_json:
        _print_json(decided)
        return
    print(f"{decided.verb} {decided.decision_id}: {decided.customer_id} ({decided.net_sales} net sales so far)")
    print(
        f"  and {decided.other_id} ({decided.other_net_sales}); take it back with `regulars undo {decided.decision_id}`"
    )


def _show_identity(found: dict[str, Any]) -> None:
    for row in found["decisions"]:
        sides = " · ".join(_shown(side) for side in (row["customer"], row["other"]))
        keys = f"; keys {', '.join(row['keys'])}" if row["keys"] else ""
        undone = "" if row["holds"] else "  (undone)"
        print(f"decided    {row['decided_at']:%Y-%m-%d %H:%M} UTC  {row['decision_id']}  {row['verb']}  {sides}"
              f"  {row['net_sales']} + {row['other_net_sales']}{keys}{undone}")  # fmt: skip
    for row in found["shared_keys"]:
        print(f"left out   {row['kind']} {row['key']}: {row['reason']}, would have merged {row['customers']} customers")
    for row in found["proposals"]:
        parcels = f" {row['parcels']} of {row['parcels_all']}" if row["parcels"] else ""
        print(f"proposed   {_shown(row['customer'])} · {_shown(row['other'])}  {row['net_sales']} + {row['other_net_sales']}"
              f"  {', '.join(row['evidence'])}{parcels}")  # fmt: skip
    if found["account_platform"]:
        print(f"accounts written without a platform are taken to be {found['account_platform']}'s")
    if found["proposals"]:
        print("decide with `regulars merge A B`, or `regulars split A B` when they are two")
    else:
        print("nothing waits for a decision")


def _shown(person: dict[str, str] | None) -> str:
    return f"{person['name']} {person['customer_id']}" if person else "nobody"


def _finish(summaries: Sequence[Summary], as_json: bool) -> None:
    if as_json:
        _print_json([summary.as_json() for summary in summaries])
    else:
        for summary in summaries:
            print(f"{summary.month}  {summary.published} reviews  manifest {summary.manifest_id}  {summary.folder}")
            for scope in summary.failed:
                print(f"  failed: {scope}")
            for name in summary.left_in_inbox:
                print(f"  left in the inbox: {name}")
        if summaries:
            last = Path(summaries[-1].folder)
            print(f"open {last / 'chain' / 'review.pdf'} and {last / 'stores'}/*/review.pdf")
    code = max((summary.exit_code for summary in summaries), default=0)
    if code:
        raise typer.Exit(code)


def _show_landed(report: Any, totals: dict[str, Any]) -> None:
    for file in report.files:
        if file.outcome == "landed":
            counted = {
                "quarantined": file.rows_quarantined,
                "duplicate": file.rows_duplicate,
                "corrected": file.rows_corrected,
                "withdrawn": file.rows_withdrawn,
                "left out (titles, totals, remarks)": file.rows_not_data,
            }
            extra = "".join(f", {number} {word}" for word, number in counted.items() if number)
            print(f"{file.file}: {file.source}, {file.rows_in} rows, {file.rows_accepted} accepted{extra}")
            if file.quarantine_file:
                print(f"  mend {file.quarantine_file} and drop it into the inbox again")
    print(
        f"rows in {report.total('rows_in')} = accepted {report.total('rows_accepted')}"
        f" + quarantined {report.total('rows_quarantined')} + duplicate {report.total('rows_duplicate')}"
    )
    identified = totals["identified_sales"]
    print(
        f"goods sold to known customers, all time: {identified['lines']} lines, {identified['orders']} orders, "
        f"{identified['customers']} customers, {identified['amount']}"
    )


def _print_json(told: Any) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=1, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    return str(value)
