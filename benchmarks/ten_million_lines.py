"""A CSV of 10 M order lines (0.9 GB) through the whole intake, beside a bare `polars.read_csv` of the same file.

Each run is a process of its own: seconds, CPU-seconds and peak memory are the whole process's, imports included. With one
core the process is bound to it. Prints ratios; nothing is asserted. `REGULARS_BENCH_LINES` makes it smaller.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

LINES = int(os.environ.get("REGULARS_BENCH_LINES", "10_000_000"))
RUNS = 3

BARE = """
import sys, polars as pl
pl.read_csv(sys.argv[1])
"""

INTAKE = """
import sys
from datetime import datetime
from pathlib import Path
from flows.config import Workspace, read_settings
from flows.ingest import ingest
space = Workspace(Path(sys.argv[1]))
report = ingest(space, read_settings(space), now=datetime(2026, 11, 2))
assert report.total("rows_accepted") == report.total("rows_in") == int(sys.argv[2]), report.as_json()
"""

MEASURED = """
import json, os, re, resource, runpy, sys, time
cores = int(sys.argv[1])
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
os.environ["POLARS_MAX_THREADS"] = str(cores)
code = sys.argv.pop(2)
sys.argv.pop(1)
began = time.perf_counter()
exec(code)
used = resource.getrusage(resource.RUSAGE_SELF)
# not ru_maxrss, which begins with the parent's
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
print(json.dumps({"seconds": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime, "mb": peak / 1024}))
"""


def write_lines(path: Path, lines: int) -> None:
    """Orders of one to three lines of an invented chain: 60 stores, 20 000 products, 600 000 customers, three years."""
    rng = np.random.default_rng(7)
    order = np.repeat(np.arange(lines), rng.integers(1, 4, lines))[:lines]
    customer = rng.integers(0, 600_000, lines)[order]
    told = pl.DataFrame(
        {
            "order": order,
            "customer": customer,
            "second": np.sort(rng.integers(0, 36 * 30 * 86_400, lines))[order],
            "store": rng.integers(1, 60, lines)[order],
            "product": rng.integers(0, 20_000, lines),
            "quantity": rng.integers(1, 4, lines),
            "cents": rng.integers(100, 500_000, lines),
        }
    )

    def code(letter: str, name: str, digits: int) -> pl.Expr:
        return pl.concat_str(pl.lit(letter), pl.col(name).cast(pl.String).str.zfill(digits))

    def money(cents: pl.Expr) -> pl.Expr:
        return pl.concat_str(cents // 100, pl.lit("."), (cents % 100).cast(pl.String).str.zfill(2))

    is_known = pl.col("customer") % 5 > 0
    told.select(
        order_id=code("SO", "order", 9),
        ordered_at=(pl.datetime(2023, 11, 1) + pl.duration(seconds="second")).dt.strftime("%Y-%m-%d %H:%M:%S"),
        store_id=code("S", "store", 3),
        product_id=code("P", "product", 6),
        quantity="quantity",
        unit_price=money(pl.col("cents")),
        net_sales=money(pl.col("cents") * pl.col("quantity")),
        member_id=pl.when(is_known).then(code("M", "customer", 7)),
        phone=pl.when(is_known).then(code("199", "customer", 8)),
        associate_id=code("A", "store", 4),
    ).write_csv(path)


def measured(code: str, cores: int, *arguments: object) -> dict[str, float]:
    """Seconds, CPU-seconds and peak memory (MB) of one process with so many cores."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(cores), code, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def intake(file: Path, folder: Path, cores: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=folder) as workspace:
        root = Path(workspace)
        (root / "inbox").mkdir()
        os.link(file, root / "inbox" / file.name)
        (root / "chain.toml").write_text(
            'name = "Bench"\nkey = "bench"\nlocale = "en"\ncurrency = "CNY"\ntime_zone = "Asia/Shanghai"\n',
            encoding="utf-8",
        )
        return measured(INTAKE, cores, root, LINES)


def main() -> None:
    cores = min(2, len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        file = folder / "orders.csv"
        write_lines(file, LINES)
        print(f"{LINES:,} lines, {file.stat().st_size / 1e9:.2f} GB, {cores} cores")
        bare = [measured(BARE, cores, file) for _ in range(RUNS)]
        many = [intake(file, folder, cores) for _ in range(RUNS)]
        one = [intake(file, folder, 1)]
    seconds = {name: statistics.median(run["seconds"] for run in runs) for name, runs in
               (("bare", bare), ("many", many), ("one", one))}  # fmt: skip
    for name, runs in (("bare polars.read_csv", bare), (f"intake, {cores} cores", many), ("intake, 1 core", one)):
        middle = sorted(runs, key=lambda run: run["seconds"])[len(runs) // 2]
        print(f"{name:24} {middle['seconds']:7.1f} s  {middle['cpu']:7.1f} CPU-s  {max(r['mb'] for r in runs):7.0f} MB")
    share, gain = seconds["many"] / seconds["bare"], seconds["one"] / seconds["many"]
    print(f"throughput = 1/{share:.1f} of the bare read; {cores} cores {gain:.2f} × one")


if __name__ == "__main__":
    main()
