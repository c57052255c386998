"""The customer table of a large chain from its roll-up, beside a bare group-by of the same rows. `python -m benchmarks table`.

10 M days with a purchase (36 months, 60 stores, 1 M customers): each customer's own rhythm and home store at every
purchase, then status, base and class at the month's end; beside sums, first and last day, and number of purchases per
customer. Each runs in a process of its own, with the allocator set as `regulars` sets it, after as much memory as the greater
of the two needs was touched: a virtual machine's host takes up to 25 µs to give a page that it never gave before, and who meets
them is chance. Processor seconds, those of them that the system takes (nearly all for pages of memory), and peak memory.
`REGULARS_BENCH_CUSTOMERS` makes it smaller; `REGULARS_BENCH_COLD=1` leaves the memory untouched.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

import numpy as np
import polars as pl

from schemas.columns import MONEY
from schemas.period import Month
from schemas.rules import Rules
from transforms import stocktake, value
from transforms.facts import purchase_history

CUSTOMERS = int(os.environ.get("REGULARS_BENCH_CUSTOMERS", "1_000_000"))
DAYS_EACH = 10
STORES = 60
MONTH = Month(2026, 10)
HISTORY_DAYS = 36 * 30
RUNS = 5
IS_COLD = os.environ.get("REGULARS_BENCH_COLD") == "1"
BYTES_EACH = 800
"""Of memory touched per row before a run."""
TOUCH = "import sys, numpy; numpy.empty(int(sys.argv[1]), numpy.uint8)[::4096] = 1"


def write_activity(path: Path) -> None:
    """An invented roll-up: a third of the customers buy in two stores, the others in one."""
    rng = np.random.default_rng(7)
    rows = CUSTOMERS * DAYS_EACH
    who = rng.integers(0, CUSTOMERS, rows)
    home = rng.integers(0, STORES, CUSTOMERS)
    strays = (who % 3 == 0) & (rng.random(rows) < 0.2)
    pl.DataFrame(
        {
            "store": np.where(strays, (home[who] + 1) % STORES, home[who]),
            "buyer_key": who,
            "day": rng.integers(0, HISTORY_DAYS, rows),
            "cents": rng.integers(1_000, 500_000, rows),
            "second": rng.integers(36_000, 72_000, rows),
        }
    ).select(
        landing_id=pl.lit(1, pl.Int64),
        store_id=pl.format("S{}", pl.col("store").cast(pl.String).str.zfill(3)),
        buyer_key="buyer_key",
        business_date=pl.lit(MONTH.last_day) - pl.duration(days="day"),
        sales=(pl.col("cents").cast(pl.Decimal(38, 2)) / 100).cast(MONEY),
        refunds=pl.lit(0).cast(MONEY),
        cost=pl.lit(0).cast(MONEY),
        costed_net_sales=pl.lit(0).cast(MONEY),
        promotion_sales=pl.lit(0).cast(MONEY),
        last_ordered_at=(pl.lit(MONTH.last_day) - pl.duration(days="day")).cast(pl.Datetime("us"))
        + pl.duration(seconds="second"),
    ).write_parquet(path)


def bare(rows: pl.DataFrame) -> int:
    """Customers in a group-by of every row."""
    return (
        rows.lazy()
        .group_by("buyer_key")
        .agg(
            pl.col("sales").sum(),
            first=pl.col("business_date").min(),
            last=pl.col("business_date").max(),
            purchases=pl.len(),
        )
        .collect()
        .height
    )


def table(rows: pl.DataFrame) -> int:
    """Customers in the table that a review is counted from."""
    rules, as_of = Rules(), MONTH.last_day
    keys = pl.DataFrame({"buyer_key": range(CUSTOMERS)}).with_columns(
        customer_id=pl.format("c{}", pl.col("buyer_key").cast(pl.String).str.zfill(16))
    )
    history = purchase_history(rows.lazy(), keys, as_of=as_of, rules=rules)
    status = stocktake.customer_status(
        history.purchase_facts.lazy(),
        pl.LazyFrame(schema={"customer_id": pl.String, "earlier_known_on": pl.Date, "first_refund_on": pl.Date}),
        month=MONTH, history_from=history.history_from, successors_now={}, successors_before={}, rules=rules,
    ).collect()  # fmt: skip
    classes = value.value_classes(history.days, as_of=as_of, rules=rules).collect()
    assert classes.height
    return status.height


def measured(what: str, path: Path) -> dict[str, float]:
    """Customers, seconds, processor seconds (`user`, `system`) and peak memory (MB) of one process that counts the roll-up."""
    if not IS_COLD:
        subprocess.run([sys.executable, "-c", TOUCH, str(CUSTOMERS * DAYS_EACH * BYTES_EACH)], check=True)
    command = [sys.executable, "-m", "benchmarks.customer_table", what, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _one(what: str, path: str) -> None:
    rows = pl.read_parquet(path)
    began, used = perf_counter(), getrusage(RUSAGE_SELF)
    customers = {"bare": bare, "table": table}[what](rows)
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    now = getrusage(RUSAGE_SELF)
    spent = {"user": now.ru_utime - used.ru_utime, "system": now.ru_stime - used.ru_stime}
    told = {"customers": customers, "seconds": perf_counter() - began, **spent, "mb": int(peak.split()[1]) / 1024}
    print(json.dumps(told))


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "activity.parquet"
        write_activity(path)
        in_turn = [(measured("bare", path), measured("table", path)) for _ in range(RUNS)]
    runs = dict(zip(("bare", "table"), zip(*in_turn, strict=True), strict=True))
    assert len({run["customers"] for told in runs.values() for run in told}) == 1
    cpu = {what: statistics.median(run["user"] + run["system"] for run in told) for what, told in runs.items()}
    user = {what: statistics.median(run["user"] for run in told) for what, told in runs.items()}
    for what, told in runs.items():
        middle = sorted(told, key=lambda run: run["user"] + run["system"])[len(told) // 2]
        print(
            f"{what:6} {middle['seconds']:6.1f} s  {middle['user']:6.1f} user + {middle['system']:.1f} system CPU-s  "
            f"{middle['mb']:6.0f} MB"
        )
    print(
        f"{CUSTOMERS:,} customers from {CUSTOMERS * DAYS_EACH:,} rows: {cpu['table'] / cpu['bare']:.1f} × a bare group-by, "
        f"{user['table'] / user['bare']:.1f} × without the system's share"
    )


if __name__ == "__main__":
    _one(*sys.argv[1:]) if sys.argv[1:] else main()
