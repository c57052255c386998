"""The month's story: land what came in, count what was known, plan the next month, render, publish."""

from __future__ import annotations

import fcntl
import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from flows import customer_index, past_lists, publish
from flows.config import Settings, Workspace
from flows.errors import RegularsError, UsageError
from flows.ingest import FileOutcome, IngestReport, ingest
from flows.lake import Lake
from flows.month import Known, issue_of, known_ledger, month_facts
from flows.reconciliation import check_lake, check_month, check_quarantine
from flows.rendering import Rendered, rendered, scope_name
from schemas.period import Month
from schemas.review import Review
from transforms import review


class Stage(Protocol):
    """Runs one named stage of the story: plainly, or as a Prefect task."""

    def __call__(self, name: str, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any: ...


class Watcher(Protocol):
    """Is told how the run goes on: a terminal, or nobody."""

    def stage(self, name: str) -> None: ...
    def note(self, text: str) -> None: ...
    def file(self, outcome: FileOutcome) -> None: ...
    def pages(self, total: int) -> None: ...
    def page(self, result: Rendered) -> None: ...


@dataclass(frozen=True)
class Summary:
    """What a run did. Counts, ids and paths only: nothing of a person."""

    month: str
    manifest_id: str
    known_at: str
    folder: str
    published: int
    failed: tuple[str, ...]
    left_in_inbox: tuple[str, ...]
    rows_in: int
    rows_accepted: int
    rows_quarantined: int
    rows_duplicate: int

    @property
    def exit_code(self) -> int:
        return 1 if self.failed or self.left_in_inbox else 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def plainly(name: str, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """A stage without orchestration."""
    return function(*args, **kwargs)


def review_month(
    workspace: Workspace,
    settings: Settings,
    month: Month,
    *,
    stores: Sequence[str] = (),
    known_at: datetime | None = None,
    now: datetime,
    watcher: Watcher,
    stage: Stage = plainly,
) -> Summary:
    """One month from files to published PDFs; what is already there is not done again, a killed run is taken up.

    `stores`: only these and the chain are made anew, the others stay as published. `known_at` (UTC, naive): as it was
    known then; by default, as known now. UsageError when there is nothing to review; nothing published changes then.
    """
    run = _Stages(workspace, stage, watcher)
    lake = Lake(workspace.lake)

    landed: IngestReport = run("land files", ingest, workspace, settings, now=now, progress=watcher.file)
    known = run("read the ledger", known_ledger, lake, known_at)
    run("reconcile", reconcile, lake, known, month, settings)
    closings = publish.printed_closings(workspace, month.previous)
    loop = run("read earlier lists", past_lists.loop_before, workspace, settings, month)
    inputs = publish.manifest_inputs(known.ledger, settings, month, known.known_at, closings)
    inputs["lists_of_earlier_months"] = past_lists.digest(loop)
    identity = publish.manifest_id(inputs)
    if publish.is_published(workspace, month, identity, stores):
        watcher.note(f"{month} is published from just these inputs; nothing to do")
        return _summary(workspace, month, identity, inputs, landed, publish.read_manifest(workspace, month) or {})

    facts = run("gather facts", month_facts, lake, known, settings, month, loop.lists)
    numbers = run("count and plan", review.month_numbers, facts, settings.rules, loop)
    issue = issue_of(known, settings, manifest_id=identity, printed_closings=closings)
    reviews: list[Review] = run("deal out to stores", review.reviews, numbers, known.ledger, issue, settings.rules)
    run("reconcile the reviews", check_month, lake, known, month, reviews)
    chosen = _chosen(reviews, stores)

    building = publish.building_of(workspace, month, identity)
    publish.sweep(workspace, month, building)
    watcher.pages(len(chosen))
    results: list[Rendered] = run(
        "render", rendered, chosen, building.month, building.done,
        processes=settings.processes or os.cpu_count() or 1, progress=watcher.page,
    )  # fmt: skip
    if all(result.error for result in results):
        raise RegularsError(
            f"no review of {month} could be rendered ({results[0].error}); what was published before is untouched"
        )
    before = publish.read_manifest(workspace, month)
    manifest = publish.manifest_of(inputs, identity, chosen, results, before, scopes_in_month=len(reviews))
    run("publish", publish.publish, workspace, month, building, manifest)
    run("index customers for look-ups", customer_index.build_from, workspace, settings, known, facts, loop.lists)
    return _summary(workspace, month, identity, inputs, landed, manifest)


def _summary(
    workspace: Workspace,
    month: Month,
    identity: str,
    inputs: Mapping[str, Any],
    landed: IngestReport,
    manifest: Mapping[str, Any],
) -> Summary:
    scopes = manifest.get("scopes", [])
    return Summary(
        month=str(month),
        manifest_id=identity,
        known_at=inputs["known_at"],
        folder=str(workspace.published / str(month)),
        published=sum(row["status"] == "published" and row["manifest_id"] == identity for row in scopes),
        failed=tuple(row["scope"] for row in scopes if row["status"] == "failed"),
        left_in_inbox=tuple(file.file for file in landed.left_in_inbox),
        rows_in=landed.total("rows_in"),
        rows_accepted=landed.total("rows_accepted"),
        rows_quarantined=landed.total("rows_quarantined"),
        rows_duplicate=landed.total("rows_duplicate"),
    )


class _Stages:
    """Runs the stages one by one; what goes wrong in one ends the run with a line that quotes no data."""

    def __init__(self, workspace: Workspace, stage: Stage, watcher: Watcher) -> None:
        self.workspace, self.stage, self.watcher = workspace, stage, watcher

    def __call__(self, name: str, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self.watcher.stage(name)

        def guarded() -> Any:
            try:
                return function(*args, **kwargs)
            except RegularsError:
                raise
            except OSError as error:
                raise RegularsError(
                    f"{name}: {error.strerror or type(error).__name__}; published months are untouched"
                ) from None
            except Exception as error:
                where = self._note_down(name, error)
                raise RegularsError(
                    f"{name}: {type(error).__name__}; published months are untouched; where it happened is in {where}"
                ) from None

        return self.stage(name, guarded)

    def _note_down(self, name: str, error: Exception) -> Path:
        """The way the error took through the code, without its message: that may quote a customer's row."""
        path = self.workspace.state / "last-error.txt"
        frames = "".join(traceback.format_tb(error.__traceback__))
        path.write_text(f"stage: {name}\nerror: {type(error).__name__}\n{frames}", encoding="utf-8")
        return path


def reconcile(lake: Lake, known: Known, month: Month, settings: Settings) -> None:
    """Nothing is reviewed while rows are missing, or sums disagree."""
    check_quarantine(lake, known, month, settings)
    check_lake(lake, known)


def _chosen(reviews: Sequence[Review], stores: Sequence[str]) -> list[Review]:
    if not stores:
        return list(reviews)
    known = {scope_name(r) for r in reviews}
    if unknown := sorted(set(stores) - known):
        raise UsageError(f"no store {unknown[0]!r} in this month; stores are {', '.join(sorted(known - {'chain'}))}")
    return [r for r in reviews if r.scope.kind == "chain" or scope_name(r) in stores]


@contextmanager
def alone(workspace: Workspace, watcher: Watcher) -> Iterator[None]:
    """One run at a time in a workspace: the second says so and waits for the first."""
    workspace.state.mkdir(parents=True, exist_ok=True)
    with (workspace.state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            watcher.note("another run is at work in this workspace; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def utc_now() -> datetime:
    """The moment of the run, UTC without a zone, whole seconds: the only clock that numbers ever see."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
