"""UCI Online Retail: land 541 909 rows and review 2011-11 (39 PDFs), beside a bare polars scan-and-aggregate of the files.

Prints seconds per part, each part's share, and the ratio to the bare run. Nothing here is asserted: figures, not tests.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flows.config import Workspace, read_settings
from flows.monthly_review import review_month, utc_now
from flows.terminal import Silent
from flows.workspace_files import make_workspace
from schemas.period import Month

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "online_retail"
RUNS = 3

BARE = """
import polars as pl, sys
lines = pl.scan_csv(sys.argv[1] + "/*.csv", schema_overrides={"InvoiceNo": pl.String, "StockCode": pl.String})
told = (
    lines.filter((pl.col("Quantity") > 0) & (pl.col("UnitPrice") > 0) & pl.col("CustomerID").is_not_null())
    .group_by("Country", "CustomerID")
    .agg((pl.col("Quantity") * pl.col("UnitPrice")).sum(), pl.col("InvoiceNo").n_unique())
    .collect()
)
print(told.height)
"""


class Stopwatch(Silent):
    """Notes when each stage of the story begins."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, float]] = []

    def stage(self, name: str) -> None:
        self.begun.append((name, time.perf_counter()))

    def seconds(self, end: float) -> dict[str, float]:
        ends = [at for _, at in self.begun[1:]] + [end]
        return {name: after - at for (name, at), after in zip(self.begun, ends, strict=True)}


def fresh_workspace(folder: Path) -> Workspace:
    workspace = make_workspace(
        folder, name="Online Retail", key="bench", locale="en", currency="GBP", time_zone="Europe/London"
    )
    for path in sorted(DATA.glob("*.csv")):
        shutil.copy(path, workspace.inbox)
    return workspace


def seconds_of(command: list[str], **environment: str) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment})
    return time.perf_counter() - started


def main() -> None:
    if not DATA.is_dir():
        print(f"benchmarks: the UCI Online Retail files are not at hand ({DATA.parent.name}/{DATA.name})")
        return
    regulars = str(Path(sys.executable).with_name("regulars"))
    with tempfile.TemporaryDirectory() as scratch:
        bare = statistics.median(seconds_of([sys.executable, "-c", BARE, str(DATA)]) for _ in range(RUNS))

        watch = Stopwatch()
        workspace = fresh_workspace(Path(scratch) / "staged")
        review_month(workspace, read_settings(workspace), Month(2011, 11), now=utc_now(), watcher=watch)
        stages = watch.seconds(time.perf_counter())

        plain = fresh_workspace(Path(scratch) / "plain")
        plainly = seconds_of([regulars, "review", "2011-11", "-w", str(plain.root), "--without-prefect"])
        orchestrated = fresh_workspace(Path(scratch) / "orchestrated")
        with_prefect = seconds_of([regulars, "review", "2011-11", "-w", str(orchestrated.root)])

    parts = {
        "ingest": stages["land files"],
        "numbers": sum(
            stages[name] for name in ("read the ledger", "gather facts", "count and plan", "deal out to stores")
        ),
        "rendering": stages["render"],
        "publishing": stages["publish"],
        "Prefect": max(with_prefect - plainly, 0.0),
    }
    whole = sum(parts.values())
    print(f"bare polars scan and aggregate of the 13 files   {bare:7.2f} s  (whole process, median of {RUNS})")
    print(
        f"regulars review 2011-11, files landed included   {with_prefect:7.2f} s  = {with_prefect / bare:.0f} × the bare run"
    )
    print(f"the same without Prefect                         {plainly:7.2f} s  = {plainly / bare:.0f} ×")
    for name, seconds in parts.items():
        print(f"  {name:12} {seconds:7.2f} s  {seconds / whole:6.1%}  {seconds / bare:6.1f} ×")
