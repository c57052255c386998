"""The same story under Prefect: it publishes, keeps a summary as an artifact, and leaves no server behind."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import subprocess
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from flows.config import Workspace
from flows.lake import Lake
from flows.sample_chain import write_sample_chain
from tests.conftest import REGULARS

KILLS = 10
OF_THE_MOMENT = ("known_at", "landed_at", "manifest_id")
"""What two runs at two moments tell differently."""


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


# ---- killed


def told(workspace: Workspace) -> dict[str, Any]:
    """What a run has come to, but for the moments at which it landed what it found."""

    def timeless(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: timeless(found) for key, found in value.items() if key not in OF_THE_MOMENT}
        return [timeless(found) for found in value] if isinstance(value, list) else value

    ledger = Lake(workspace.lake).ledger().drop("landing_id", "landing_no", "landed_at").sort("file_hash")
    return {
        "ledger": ledger.rows(),
        "landed": sorted(path.name for path in workspace.landed.rglob("*") if path.is_file()),
        "inbox": list(workspace.inbox.iterdir()),
        **{
            path.relative_to(workspace.published).as_posix(): timeless(json.loads(path.read_bytes()))
            if path.suffix == ".json"
            else sha256(path.read_bytes()).hexdigest()
            for path in sorted(workspace.published.rglob("*"))
            if path.suffix == ".csv" or path.name == "review.json"
        },
    }


def check_published_is_whole(workspace: Workspace) -> None:
    """Nothing is published, or a month with every file that its manifest names, as it names it."""
    for month in workspace.published.iterdir() if workspace.published.exists() else ():
        manifest = json.loads((month / "manifest.json").read_bytes())
        named = {a["path"]: a["sha256"] for row in manifest["scopes"] for a in row["artefacts"]}
        found = {
            path.relative_to(month).as_posix(): sha256(path.read_bytes()).hexdigest()
            for path in month.rglob("*")
            if path.is_file() and path.name != "manifest.json"
        }
        assert found == named


@pytest.mark.long
def test_killed_ten_times_a_whole_run_under_prefect_ends_as_if_undisturbed(regulars, tmp_path):
    """Landing included; each time from the files in the inbox, killed a little later."""
    write_sample_chain(tmp_path / "before", stores=2, months=4, customers=16)
    command = ("review", "2026-10", "-w")
    undisturbed = Workspace(shutil.copytree(tmp_path / "before", tmp_path / "undisturbed"))
    started = time.monotonic()
    done = regulars(*command, undisturbed.root)
    assert done.returncode == 0, done.stderr
    whole = time.monotonic() - started
    expected = told(undisturbed)
    was_killed = []
    for kill in range(KILLS):
        space = Workspace(shutil.copytree(tmp_path / "before", tmp_path / f"killed {kill}"))
        process = subprocess.Popen(
            [str(REGULARS), *command, str(space.root)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(whole * (kill + 0.5) / (KILLS + 1.5))
        was_killed.append(process.poll() is None)
        process.kill()
        process.wait()
        check_published_is_whole(space)
        time.sleep(1)
        assert not [line for line in processes() if str(space.root) in line], "the killed run's server died with it"
        done = regulars(*command, space.root)
        assert done.returncode == 0, (kill, done.stderr)
        assert told(space) == expected
        building = space.state / "building"
        assert not building.exists() or not list(building.iterdir()), "nothing half-built is left"
    assert all(was_killed), f"{was_killed.count(False)} runs had ended before they were killed"
