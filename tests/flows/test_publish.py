"""A month is swapped in as a whole, failures stay with their store, and the same inputs give the same bytes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from flows import publish, rendering
from flows.backfill import months_to_do
from flows.config import Workspace, read_settings
from flows.durable import write_durably
from flows.errors import RegularsError, UsageError
from flows.monthly_review import review_month
from flows.rendering import Rendered
from flows.terminal import Silent
from schemas.period import Month
from schemas.review import Review
from tests.conftest import LANDED_AT, REGULARS

OCTOBER = Month(2026, 10)
LATER = datetime(2026, 12, 1)
"""As known then: other inputs, though the same rows."""


def hashes(workspace: Workspace) -> dict[str, str]:
    """Every published file → sha256."""
    return {
        path.relative_to(workspace.published).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(workspace.published.rglob("*"))
        if path.is_file()
    }


def run(workspace: Workspace, month: Month = OCTOBER, **options):
    return review_month(workspace, read_settings(workspace), month, now=LANDED_AT, watcher=Silent(), **options)


def pretend_to_render(monkeypatch, failing: str | None = None, content: bytes = b"page") -> None:
    """Swap the renderers for one that writes a small file, so that publishing can be tested by itself."""

    def rendered(reviews, month_folder, done_folder, *, processes, progress):
        results = []
        for review in reviews:
            name = rendering.scope_name(review)
            if name == failing:
                results.append(Rendered(name, error="RuntimeError while rendering"))
                continue
            folder = month_folder / rendering.folder_of(review)
            folder.mkdir(parents=True, exist_ok=True)
            write_durably(folder / "review.pdf", content)
            told = (f"{rendering.folder_of(review)}/review.pdf", sha256(content).hexdigest(), len(content))
            results.append(Rendered(name, (told,)))
        return results

    monkeypatch.setattr("flows.monthly_review.rendered", rendered)


def test_the_manifest_names_every_artefact_with_its_hash(small_sample_copy):
    summary = run(small_sample_copy)
    assert summary.exit_code == 0
    assert summary.published == 3
    manifest = publish.read_manifest(small_sample_copy, OCTOBER)
    assert manifest is not None
    listed = {a["path"]: a["sha256"] for row in manifest["scopes"] for a in row["artefacts"]}
    found = {path.removeprefix("2026-10/"): digest for path, digest in hashes(small_sample_copy).items()}
    found.pop("manifest.json")
    assert listed == found
    assert sum(f["rows_in"] for f in manifest["files"]) == sum(
        f["rows_accepted"] + f["rows_quarantined"] + f["rows_duplicate"] for f in manifest["files"]
    )


def test_what_is_published_from_the_same_inputs_is_not_made_again(small_sample_copy, monkeypatch):
    pretend_to_render(monkeypatch)
    first = run(small_sample_copy)
    pretend_to_render(monkeypatch, content=b"made again")
    assert run(small_sample_copy) == first
    assert (small_sample_copy.published / "2026-10" / "chain" / "review.pdf").read_bytes() == b"page"
    (small_sample_copy.published / "2026-10" / "chain" / "review.pdf").write_bytes(b"spoilt")
    run(small_sample_copy)
    assert (small_sample_copy.published / "2026-10" / "chain" / "review.pdf").read_bytes() == b"made again"


def test_a_failing_store_stops_no_other_and_keeps_what_it_had(small_sample_copy, monkeypatch):
    pretend_to_render(monkeypatch, content=b"old")
    run(small_sample_copy)
    pretend_to_render(monkeypatch, failing="S01", content=b"new")
    summary = run(small_sample_copy, known_at=LATER)
    assert summary.failed == ("S01",)
    assert summary.exit_code == 1
    stores = small_sample_copy.published / "2026-10" / "stores"
    assert (stores / "S01" / "review.pdf").read_bytes() == b"old"
    assert (stores / "S02" / "review.pdf").read_bytes() == b"new"
    assert months_to_do(small_sample_copy, OCTOBER, OCTOBER, "failed") == [OCTOBER]
    pretend_to_render(monkeypatch, content=b"mended")
    assert run(small_sample_copy, stores=["S01"], known_at=LATER).exit_code == 0
    assert (stores / "S01" / "review.pdf").read_bytes() == b"mended"
    assert (stores / "S02" / "review.pdf").read_bytes() == b"new"
    assert months_to_do(small_sample_copy, OCTOBER, OCTOBER, "failed") == []


def test_when_nothing_can_be_rendered_nothing_published_changes(small_sample_copy, monkeypatch):
    pretend_to_render(monkeypatch)
    run(small_sample_copy)
    before = hashes(small_sample_copy)
    monkeypatch.setattr(
        "flows.monthly_review.rendered",
        lambda reviews, *_, **__: [Rendered(rendering.scope_name(r), error="x") for r in reviews],
    )
    with pytest.raises(RegularsError, match="untouched"):
        run(small_sample_copy, known_at=LATER)
    assert hashes(small_sample_copy) == before


def test_months_and_stores_that_do_not_exist_are_refused_before_anything_changes(small_sample_copy, monkeypatch):
    pretend_to_render(monkeypatch)
    with pytest.raises(UsageError, match="the data runs from 2026-07 to 2026-10"):
        run(small_sample_copy, Month(2026, 11))
    with pytest.raises(UsageError, match="S01, S02"):
        run(small_sample_copy, stores=["S99"])
    assert not small_sample_copy.published.exists()


def test_restated_is_what_last_month_printed_minus_todays_opening(small_sample_copy, monkeypatch):
    pretend_to_render(monkeypatch)
    run(small_sample_copy, Month(2026, 9))
    manifest_path = small_sample_copy.published / "2026-09" / "manifest.json"
    manifest = json.loads(manifest_path.read_bytes())
    chain = next(row for row in manifest["scopes"] if row["scope"] == "chain")
    chain["closing_base"] += 5
    manifest_path.write_text(json.dumps(manifest), encoding="utf-8")
    seen: list[Review] = []

    def looked_at(reviews, *_, **__):
        seen.extend(reviews)
        return [Rendered(rendering.scope_name(r), error="x") for r in reviews]

    monkeypatch.setattr("flows.monthly_review.rendered", looked_at)
    with pytest.raises(RegularsError):
        run(small_sample_copy)
    assert seen[0].figures["restated"].value == 5
    assert seen[1].figures["restated"].value == 0


def test_another_time_zone_locale_and_hash_seed_give_the_same_bytes(landed_small_sample, tmp_path, regulars):
    import shutil

    results = []
    for step, environment in enumerate(
        (
            {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
            {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
        )
    ):
        space = Workspace(tmp_path / str(step) / "chain")
        shutil.copytree(landed_small_sample.root, space.root)
        done = regulars("review", "2026-10", "-w", space.root, "--store", "S01", "--without-prefect", **environment)
        assert done.returncode == 0, done.stderr
        results.append(hashes(space))
    assert results[0] == results[1]
    assert any(path.endswith("S01/review.pdf") for path in results[0])


def test_without_shared_locks_the_same_bytes_are_made_one_by_one(small_sample_copy, tmp_path, monkeypatch):
    import shutil

    other = Workspace(tmp_path / "other")
    shutil.copytree(small_sample_copy.root, other.root)
    run(small_sample_copy, stores=["S01"])
    monkeypatch.setattr(rendering, "can_share_locks", lambda: False)
    assert run(other, stores=["S01"]).failed == ()
    assert hashes(other) == hashes(small_sample_copy)


def test_a_full_disk_while_rendering_ends_the_run_and_the_next_one_takes_it_up(small_sample_copy, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rendering, "can_share_locks", lambda: False)
    monkeypatch.setattr(rendering, "write_durably", full)
    with pytest.raises(RegularsError, match="render: No space left on device"):
        run(small_sample_copy, stores=["S01"])
    assert not small_sample_copy.published.exists()
    monkeypatch.undo()
    assert run(small_sample_copy, stores=["S01"]).failed == ()


def kill_at_random_moments(command: list[str], pauses: list[float]) -> None:
    """Start the command and SIGKILL it after each pause; then let it finish."""
    for pause in pauses:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(pause)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=280)


def assert_killed_backfill_ends_like_an_undisturbed_one(
    space: Workspace, tmp_path: Path, months: tuple[str, str], *shares: float
) -> None:
    """Killed after each of `shares` of the time that an undisturbed one takes."""
    import shutil

    undisturbed = Workspace(tmp_path / "undisturbed")
    shutil.copytree(space.root, undisturbed.root)
    command = [str(REGULARS), "backfill", *months, "--without-prefect", "-w"]
    started = time.monotonic()
    subprocess.run([*command, str(undisturbed.root)], check=True, stdout=subprocess.DEVNULL, timeout=280)
    whole = time.monotonic() - started
    kill_at_random_moments([*command, str(space.root)], [whole * share for share in shares])
    assert hashes(space) == hashes(undisturbed)
    assert not list((space.state / "building").iterdir()), "nothing half-built is left"


def test_a_killed_backfill_ends_with_the_same_hashes(workspace, tmp_path, online_retail):
    """Two months of one country."""
    text = (
        workspace.chain_toml.read_text(encoding="utf-8").replace("CNY", "GBP").replace("Asia/Shanghai", "Europe/London")
    )
    workspace.chain_toml.write_text(text, encoding="utf-8")
    for path in online_retail[:10]:
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        kept = [row for row in rows if row.endswith(",Portugal")]
        (workspace.inbox / path.name).write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
    from flows.ingest import ingest

    ingest(workspace, read_settings(workspace), now=LANDED_AT)
    assert_killed_backfill_ends_like_an_undisturbed_one(workspace, tmp_path, ("2011-08", "2011-09"), 0.55)


@pytest.mark.long
def test_a_killed_backfill_of_the_sample_ends_with_the_same_hashes(small_sample_copy, tmp_path):
    assert_killed_backfill_ends_like_an_undisturbed_one(
        small_sample_copy, tmp_path, ("2026-07", "2026-10"), 0.35, 0.55, 0.75
    )
