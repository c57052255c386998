"""How long a look-up takes, from the command to the answer, beside starting Python and importing what any answer needs.

`python -m benchmarks lookups`: makes the sample chain of `regulars demo` once, lands it, and asks. Wall time depends on what
else the machine does; CPU time (user and system, all threads) hardly.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from flows.config import Workspace, read_settings
from flows.ingest import ingest
from flows.monthly_review import utc_now
from flows.sample_chain import write_sample_chain

TIMES = 9
INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment of a program that has been run before: Python keeps what it has compiled."""


def measured(name: str, command: list[str]) -> None:
    """Median wall and CPU seconds of the command, run several times."""
    wall, cpu = [], []
    for _ in range(TIMES):
        before, start = os.times(), perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=INSTALLED)
        after = os.times()
        wall.append(perf_counter() - start)
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
        if done.returncode:
            raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr.strip()[-200:]}")
    print(f"{name:44} {median(wall):6.2f} s wall {median(cpu):6.2f} s CPU")


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        space = Workspace(Path(scratch) / "chain")
        made = write_sample_chain(space.root)
        ingest(space, read_settings(space), now=utc_now())
        regulars = [sys.executable, "-c", "from flows.cli import main; main()"]
        at = ["--workspace", str(space.root)]
        day = f"{made.last_month}-20"
        start = perf_counter()
        subprocess.run([*regulars, "care", "--date", day, *at], capture_output=True, check=True, env=INSTALLED)
        print(f"{'the first one, which makes the index':44} {perf_counter() - start:6.2f} s wall")
        measured("python", [sys.executable, "-c", ""])
        measured("python, import polars", [sys.executable, "-c", "import polars"])
        measured("regulars --help", [*regulars, "--help"])
        measured("regulars customer wang (a list)", [*regulars, "customer", "wang", *at])
        measured("regulars customer M0000984 (a dossier)", [*regulars, "customer", "M0000984", *at])
        measured("regulars dates --days 7", [*regulars, "dates", "--from", day, "--days", "7", *at])
        measured("regulars care", [*regulars, "care", "--date", day, *at])


if __name__ == "__main__":
    main()
