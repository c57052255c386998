"""The same story under Prefect: it publishes, keeps a summary as an artifact, and leaves no server behind."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path


def test_a_review_under_prefect_publishes_and_leaves_nothing_running(regulars, sample_copy):
    done = regulars("review", "2026-10", "-w", sample_copy.root, "--store", "S01", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)[0]
    assert (summary["month"], summary["published"], summary["failed"]) == ("2026-10", 2, [])
    assert (sample_copy.published / "2026-10" / "stores" / "S01" / "review.pdf").stat().st_size > 10_000

    database = sample_copy.state / "prefect" / "prefect.db"
    with sqlite3.connect(database) as state:
        runs = state.execute("select name, state_type from task_run").fetchall()
        artifacts = state.execute("select key, data from artifact").fetchall()
        stored = "\n".join(
            str(row)
            for table in ("flow_run", "task_run", "artifact", "log")
            for row in state.execute(f"select * from {table}")
        )
    assert len(runs) >= 8
    assert {kind for _, kind in runs} == {"COMPLETED"}
    assert [key for key, _ in artifacts] == ["review-summary"]
    with (sample_copy.root / "truth" / "customers_truth.csv").open(encoding="utf-8", newline="") as file:
        phones = {row["phone"] for row in csv.DictReader(file) if row["phone"]}
    assert phones
    assert not [phone for phone in phones if phone in stored], "a customer's phone stands in the orchestrator's state"

    left = [told for told in processes() if str(sample_copy.root) in told]
    assert not left, "no server of ours is left running"


def processes() -> list[str]:
    """The command lines and working folders of all processes that we may look at."""
    told = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        told.append(environment.replace(b"\0", b" ").decode(errors="replace"))
    return told
