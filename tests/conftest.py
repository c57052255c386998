"""Worlds that several tests share. Every person in them is invented."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime
from io import StringIO
from pathlib import Path

import hypothesis
import pytest
from xdist.scheduler import LoadFileScheduling

from flows import cli
from flows.config import Workspace, read_settings
from flows.ingest import ingest
from flows.sample_chain import write_sample_chain

hypothesis.settings.register_profile("no deadline", deadline=None)  # a slow machine is no failure
hypothesis.settings.load_profile("no deadline")

REGULARS = Path(sys.executable).with_name("regulars")
REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

LANDED_AT = datetime(2026, 11, 2, 6, 0)

LOOKS_AT_PAGES = (
    "test_layout.py",
    "test_numbers_on_pages.py",
    "test_render.py",
    "test_review_json.py",
    "test_accessibility.py",
)
"""Whose pages test_render.py keeps once they are rendered."""

TAKE_LONGEST = (
    "test_small_worlds.py", *LOOKS_AT_PAGES, "test_publish.py", "test_interruptions.py", "test_sample_pages.py",
    "test_orchestrated_run.py", "test_closed_loop.py", "test_identity.py", "test_mutations.py", "test_histories.py",
    "test_pollution.py",
)  # fmt: skip
"""Begun first, or one worker is left with the last of them while the others have nothing to do."""

SHARED_SWEEP = "::test_wherever_it_is_interrupted["

CHAIN_TOML = """\
name = "Small world"
key = "test"
locale = "en"
currency = "CNY"
time_zone = "Asia/Shanghai"
quarantine_limit = 1.0
"""


class Scheduling(LoadFileScheduling):
    """A file's tests go to one worker, and so do those of all files that look at the same rendered pages; a sweep's
    shares are there to keep every worker busy."""

    def _split_scope(self, nodeid: str) -> str:
        if SHARED_SWEEP in nodeid:
            return nodeid
        file = super()._split_scope(nodeid)
        return "pages" if Path(file).name in LOOKS_AT_PAGES else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    config.option.loadscopereorder = False  # as collected, not the files with most tests first
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: at for at, name in enumerate(TAKE_LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session", autouse=True)
def quick_disk() -> Iterator[None]:
    """Nothing is flushed to the disk in the tests' own process: no power is cut there (tests/interruptions has its own)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


RunRegulars = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def regulars() -> RunRegulars:
    """Run the command line as a stranger would: a process of its own."""

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(REGULARS), *map(str, arguments)],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def regulars_here() -> RunRegulars:
    """The command line in this process: three times as fast, for tests of what it says rather than of how it starts."""

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        out, errors = StringIO(), StringIO()
        told, code = ["regulars", *map(str, arguments)], 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(errors):
            patch.setattr(sys, "argv", told)
            for name, value in environment.items():
                patch.setenv(name, value)
            try:
                cli.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return subprocess.CompletedProcess(told, code, out.getvalue(), errors.getvalue())

    return run


def empty_workspace(root: Path) -> Workspace:
    """An empty workspace in English."""
    space = Workspace(root)
    space.inbox.mkdir(parents=True)
    space.chain_toml.write_text(CHAIN_TOML, encoding="utf-8")
    return space


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace in English."""
    return empty_workspace(tmp_path / "shop")


def landed_sample_chain(root: Path, **size: int) -> Workspace:
    """A sample chain of this size, its files landed."""
    write_sample_chain(root, **size)
    space = Workspace(root)
    ingest(space, read_settings(space), now=LANDED_AT)
    return space


@pytest.fixture(scope="session")
def landed_sample(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small sample chain. Shared: copy it before changing anything."""
    return landed_sample_chain(tmp_path_factory.mktemp("sample") / "chain", stores=3, months=16, customers=240)


@pytest.fixture(scope="session")
def landed_small_sample(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A sample chain whose reviews are quickly made. Shared: copy it before changing anything."""
    return landed_sample_chain(tmp_path_factory.mktemp("small-sample") / "chain", stores=2, months=4, customers=16)


@pytest.fixture
def small_sample_copy(landed_small_sample: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the small sample that a test may change."""
    shutil.copytree(landed_small_sample.root, tmp_path / "chain")
    return Workspace(tmp_path / "chain")


@pytest.fixture
def sample_copy(landed_sample: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the landed sample that a test may change."""
    shutil.copytree(landed_sample.root, tmp_path / "chain")
    return Workspace(tmp_path / "chain")


@pytest.fixture(scope="session")
def online_retail() -> list[Path]:
    """The UCI Online Retail files, where they are at hand."""
    files = sorted((REAL_DATA / "online_retail").glob("*.csv"))
    if not files:
        pytest.skip("the UCI Online Retail files are not at hand (shared/data/online_retail)")
    return files
