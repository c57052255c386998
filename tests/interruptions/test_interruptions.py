"""Killed or refused at any call that touches the disk: what is published stays whole, and the next plain run ends as if
nothing had happened.

A run of ingest and two months' reviews in a process of its own, under strace, which kills it at, or lets fail, the n-th
write, rename, link, flush or removal that touches the workspace.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from time import monotonic

import pytest

from flows.config import Workspace
from flows.lake import Lake
from flows.month import known_ledger, landed_rows
from tests.conftest import CHAIN_TOML
from tests.interruptions import plain_run

CALLS = ("write", "pwrite64", "rename", "renameat2", "linkat", "fsync", "unlink", "unlinkat", "ftruncate")
CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS_OF_AN_UNDISTURBED_RUN = 45.0
"""At most; a disturbed one that takes three times as long as the undisturbed one did, hangs."""
KILL, FULL, BROKEN = "signal=KILL", "error=ENOSPC", "error=EIO"
TOLD_BY_STRACE = {KILL: "+++ killed by SIGKILL", FULL: "(INJECTED)", BROKEN: "(INJECTED)"}
"""What its log says when the fate befell the run."""
TRIES = 4
"""Which of the pool's threads does what is chance: a point that no thread came to is tried again, so often in all."""
SHARES = 4
"""Of the points, by their number, so that all cores are busy; each share meets its own points in any scene."""
MONTHS = ("2026-09", "2026-10")
FIRST, SECOND = datetime(2026, 11, 2, 6), datetime(2026, 11, 5, 6)
HEADER = "order_id,line_no,ordered_at,store_id,product_id,quantity,net_sales,member_id"
STORES = ("S1", "S2", "S3", "S4", "S5", "S6")
OF_A_LANDING = ("landing_id",)


@dataclass(frozen=True)
class Point:
    """The n-th call of this name in whichever thread comes to it first."""

    call: str
    n: int


@dataclass(frozen=True)
class Scene:
    """A published workspace with new files in its inbox, and what an undisturbed run makes of it."""

    root: Path
    published_before: dict[str, str]
    ends_as: dict[str, object]
    points: tuple[Point, ...]
    """Every call of an undisturbed run that touched the workspace."""
    log_flushes: tuple[str, ...]
    """The entries of Delta logs that were flushed (paths in the workspace)."""
    seconds: float
    """That an undisturbed run under strace took."""


def _first_files(inbox: Path) -> None:
    for store in STORES:
        rows = [
            f"{store}-{n},1,2026-{9 + n % 2:02d}-{1 + n:02d},{store},p{n % 3},1,{n}.00,m{n % 4}" for n in range(1, 9)
        ]
        (inbox / f"{store}.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")


def _later_files(inbox: Path) -> None:
    """A late file, corrections, a bad row, repetitions and customers."""
    for store in STORES:
        rows = [f"{store}-1,1,2026-10-02,{store},p1,1,0.50,m1", f"{store}-2,1,2026-09-03,{store},p2,1,2.00,m2",
                f"{store}-9,1,2026-09-20,{store},p1,1,9.00,m5", f"{store}-10,1,2026-10-20,{store},p1,x,9.00,m5"]  # fmt: skip
        (inbox / f"{store} later.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    (inbox / "customers.csv").write_text("member_id,name\nm1,Invented One\nm5,Invented Five\n", encoding="utf-8")


def state(space: Workspace) -> dict[str, object]:
    """Everything that must not depend on whether a run was disturbed."""
    lake = Lake(space.lake)
    known = known_ledger(lake, None)
    rows = landed_rows(lake, known)
    tables = {
        name: sorted(map(repr, getattr(rows, name).drop(*OF_A_LANDING).collect().iter_rows()))
        for name in ("order_lines", "activity", "gifts", "customers", "buyers")
    }
    return {
        **tables,
        "quarantine": sorted(
            map(repr, lake.scan("quarantine", known.ledger).drop(*OF_A_LANDING).collect().iter_rows())
        ),
        "ledger": sorted(map(repr, known.ledger.drop(*OF_A_LANDING).iter_rows())),
        "inbox": files_of(space.inbox),
        "landed": files_of(space.landed),
        "aside": {path.name: _without_ids(path) for path in sorted(space.quarantine.iterdir())},
        "published": files_of(space.published),
    }


def _without_ids(quarantine_file: Path) -> str:
    """Its text without the random ids of landings that its rows point at."""
    return re.sub(r"\br[0-9a-f]+-", "r…-", quarantine_file.read_text(encoding="utf-8"))


def files_of(folder: Path) -> dict[str, str]:
    """Every file → sha256."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def check_published_months_are_whole(space: Workspace, scene: Scene) -> None:
    """Each month is the old or the new one, every file as its manifest says, and nothing beside it."""
    after = scene.ends_as["published"]
    assert isinstance(after, dict)
    for month in MONTHS:
        folder = space.published / month
        manifest = json.loads((folder / "manifest.json").read_bytes())
        listed = {a["path"]: a["sha256"] for row in manifest["scopes"] for a in row["artefacts"]}
        found = files_of(folder)
        digest = found.pop("manifest.json")
        assert found == listed, f"{month} is not whole"
        assert digest in (scene.published_before[f"{month}/manifest.json"], after[f"{month}/manifest.json"])


# ---- under strace


def _command(root: Path) -> list[str]:
    return [sys.executable, "-B", "-m", "tests.interruptions.plain_run", str(root), SECOND.isoformat(), *MONTHS]


def under_strace(
    root: Path, *options: str, seconds: float = SECONDS_OF_AN_UNDISTURBED_RUN
) -> subprocess.CompletedProcess[str]:
    """A run under strace. One that hangs (a refused wake-up of a thread, which no disk would refuse) is killed.

    Without strace's seccomp filter, under which (6.1) it injects errors but no signals.
    """
    command = ["strace", "-f", "-qq", *options, *_command(root)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=CHECKOUT, start_new_session=True
    )
    try:
        told, trouble = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        told, trouble = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, told, trouble)


def befell(space: Workspace, call: str, fate: str, where: Sequence[str], seconds: float) -> bool:
    """Whether this fate befell a call, narrowed down by options of strace, of a run that may take this long."""
    log = space.root.with_name("strace.log")
    under_strace(space.root, "-o", str(log), "-e", f"trace={call}", *where, seconds=seconds)
    return TOLD_BY_STRACE[fate] in log.read_text(encoding="utf-8", errors="replace")


def _calls_on(root: Path, log: Path) -> Iterator[tuple[Point, str]]:
    """The calls of a log that touched the workspace, with the text of their arguments."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        begun = re.match(r"(\d+)\s+(\w+)\((.*)", line)
        if begun:
            thread, call, arguments = begun.groups()
            counts[thread, call] += 1
            if str(root) in arguments:
                yield Point(call, counts[thread, call]), arguments


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The tiny chain; skipped where strace is absent or may not trace."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    if subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=False, capture_output=True).returncode:
        pytest.skip("strace may not trace here (ptrace is forbidden)")
    folder = tmp_path_factory.mktemp("interruptions")
    space = Workspace(folder / "before")
    space.inbox.mkdir(parents=True)
    space.chain_toml.write_text(CHAIN_TOML, encoding="utf-8")
    _first_files(space.inbox)
    assert plain_run.run(space, FIRST, MONTHS) == 0
    before = files_of(space.published)
    _later_files(space.inbox)
    undisturbed = Workspace(folder / "undisturbed")
    shutil.copytree(space.root, undisturbed.root)
    log = folder / "calls.log"
    begun = monotonic()
    done = under_strace(undisturbed.root, "-y", "-o", str(log), "-e", f"trace={','.join(CALLS)}")
    seconds = monotonic() - begun
    assert done.returncode == 0, done.stderr
    calls = list(_calls_on(undisturbed.root, log))
    flushes = [
        told.group(1)
        for point, arguments in calls
        if point.call == "fsync"
        and (told := re.search(r"before/(lake/\w+/_delta_log/\d+\.json)", arguments.replace("undisturbed/", "before/")))
    ]
    points = tuple(sorted({point for point, _ in calls}, key=lambda point: (point.call, point.n)))
    return Scene(space.root, before, state(undisturbed), points, tuple(flushes), seconds)


def copy_of(scene: Scene, to: Path) -> Workspace:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(scene.root, to)
    return Workspace(to)


@dataclass(frozen=True)
class Interruption:
    met: bool
    """Whether the fate befell a run at all."""
    trouble: str | None
    """What is wrong after it and after the next plain run; None: nothing."""


def interruption(scene: Scene, point: Point, fate: str, to: Path) -> Interruption:
    """Of a run at this point, tried until a thread came to it."""
    where = ("-e", f"inject={point.call}:{fate}:when={point.n}")
    for _ in range(TRIES):
        space = copy_of(scene, to)
        if met := befell(space, point.call, fate, where, 3 * scene.seconds):
            break
    return Interruption(met, _trouble_of(space, scene))


def _trouble_of(space: Workspace, scene: Scene) -> str | None:
    try:
        check_published_months_are_whole(space, scene)
        if code := plain_run.run(space, SECOND, MONTHS):
            return f"the next run ended with {code}"
        ended = state(space)
        different = [name for name, want in scene.ends_as.items() if ended[name] != want]
        if different:
            return f"ends otherwise: {', '.join(different)}"
        if left := [path.name for path in (space.lake / "_intents").glob("*")]:
            return f"intents are left: {left}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


SMALL = (
    (Point("linkat", 2), KILL),
    (Point("renameat2", 1), KILL),
    (Point("fsync", 9), BROKEN),
    (Point("linkat", 1), FULL),
)


@pytest.mark.parametrize(("point", "fate"), SMALL, ids=lambda told: getattr(told, "call", told))
def test_an_interrupted_run_is_taken_up_by_the_next(scene, tmp_path, point, fate):
    assert point in scene.points
    assert interruption(scene, point, fate, tmp_path / "shop") == Interruption(met=True, trouble=None)


@pytest.mark.long
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("fate", [KILL, FULL, BROKEN])
def test_wherever_it_is_interrupted(scene, tmp_path, fate, share):
    points = [point for point in scene.points if point.n % SHARES == share]
    told = {point: interruption(scene, point, fate, tmp_path / "shop") for point in points}
    missed = [point for point, of_it in told.items() if not of_it.met]
    print(f"{fate}: {len(points) - len(missed)} of {len(points)} points met; missed: {missed}")
    assert {point: of_it.trouble for point, of_it in told.items() if of_it.trouble} == {}
    assert len(missed) * 20 <= len(points), missed
    assert len(scene.points) >= 210, "of which 200 are met when one in twenty is not"


def troubles_after_a_power_cut(scene: Scene, entries: Iterable[str], kept: float, to: Path) -> dict[str, str]:
    """Killed just before an entry of a Delta log is flushed, the entry then as a power cut may leave it: log entry → trouble."""
    troubles = {}
    for entry in entries:
        space = copy_of(scene, to)
        path = space.root / entry
        # by its path, not by its number: which thread flushes it is chance
        assert befell(space, "fsync", KILL, ("-P", str(path), "-e", f"inject=fsync:{KILL}"), 3 * scene.seconds), entry
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * kept)])
        try:
            code = plain_run.run(space, SECOND, MONTHS)
            if code or state(space) != scene.ends_as:
                troubles[entry] = f"exit code {code}" if code else "ends otherwise"
        except Exception as error:
            troubles[entry] = f"{type(error).__name__}: {error}"
    return troubles


@pytest.mark.long
@pytest.mark.parametrize("kept", [0.0, 0.5], ids=["emptied", "torn"])
def test_log_entries_that_a_power_cut_took_are_recovered_from(scene, tmp_path, kept):
    assert {Path(entry).parts[1] for entry in scene.log_flushes} >= {"order_lines", "activity", "buyers", "ledger"}
    assert troubles_after_a_power_cut(scene, scene.log_flushes, kept, tmp_path / "shop") == {}


def test_of_two_runs_at_once_one_waits_and_says_so(scene, tmp_path):
    space = copy_of(scene, tmp_path / "shop")
    with (space.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(_command(space.root), stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
        assert second.stdout is not None
        assert "another run is at work" in second.stdout.readline()
        assert second.poll() is None
        assert files_of(space.inbox) == files_of(scene.root / "inbox"), "it only waits"
        fcntl.flock(lock, fcntl.LOCK_UN)
    assert second.wait(timeout=60) == 0
    assert state(space) == scene.ends_as
