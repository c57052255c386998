"""Damaged files from known truth: no wrong value gets in, what is damaged is set aside, the rest is kept, mending completes it."""

from __future__ import annotations

from itertools import islice

import pytest

from flows.config import Workspace, read_settings
from tests.conftest import CHAIN_TOML
from tests.pollution.damage import KINDS, Paper, spoilt
from tests.pollution.judge import FIRST_FAULTS_SHOWN, Tally, judged, table
from tests.pollution.truth import MAKERS

SHORT_FILES = 150
LONG_FILES = 2_100
FILES_PER_RUN = 300
KEPT_AT_LEAST = 0.99


def papers(count: int) -> dict[str, tuple[str, Paper]]:
    """So many damaged files, each kind in turn, each kind over every sort of file."""
    made: dict[str, tuple[str, Paper]] = {}
    for number in range(count):
        turn, at = divmod(number, len(KINDS))
        kind, make = list(KINDS)[at], MAKERS[(turn + at) % len(MAKERS)]
        paper = spoilt(kind, make, number)
        made[paper.truth.name] = (kind, paper)
    return made


def assert_nothing_wrong(tallies: dict[str, Tally]) -> None:
    told = table(tallies)
    print(f"\n{told}")
    faults = [fault for tally in tallies.values() for fault in tally.faults]
    assert not faults, "\n".join([told, f"{len(faults)} faults:", *faults[:FIRST_FAULTS_SHOWN]])
    assert sum(tally.wrong for tally in tallies.values()) == 0
    kept, sound = (sum(getattr(tally, name) for tally in tallies.values()) for name in ("kept", "sound"))
    assert kept >= KEPT_AT_LEAST * sound, told


def landed_and_judged(workspace: Workspace, made: dict[str, tuple[str, Paper]]) -> dict[str, Tally]:
    return judged(workspace, read_settings(workspace), made)


def test_damaged_files_never_change_what_is_known(workspace):
    assert_nothing_wrong(landed_and_judged(workspace, papers(SHORT_FILES)))


@pytest.mark.long
def test_two_thousand_damaged_files_never_change_what_is_known(tmp_path):
    tallies: dict[str, Tally] = {}
    rest = iter(papers(LONG_FILES).items())
    for run in range(LONG_FILES // FILES_PER_RUN):
        space = Workspace(tmp_path / str(run))
        space.inbox.mkdir(parents=True)
        space.chain_toml.write_text(CHAIN_TOML, encoding="utf-8")
        for kind, tally in landed_and_judged(space, dict(islice(rest, FILES_PER_RUN))).items():
            tallies.setdefault(kind, Tally()).add(tally)
    assert_nothing_wrong(tallies)
