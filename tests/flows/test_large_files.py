"""A file that is read in many batches and landed in many parts is the same file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import polars as pl
import pytest

import flows.lake
from flows import lake_recovery, typed_files
from flows.lake import Lake
from flows.reading import text_files
from tests.flows.test_ingest import assert_adds_up, drop, land

HEADER = "order_id,ordered_at,store_id,product_id,product_name,quantity,net_sales,member_id,phone"


def rows(seed: int, orders: int = 150) -> list[str]:
    """Orders whose lines stand far apart, with quotes, line breaks inside cells, damaged lines and bad values among them."""
    rng = Random(seed)
    made: list[str] = []
    for order in range(orders):
        who = rng.randrange(40)
        for _ in range(rng.randint(1, 4)):
            name = rng.choice(["Ring", '"Ring, 18k"', '"two\nlines"', '"said ""yes"""', "金戒指"])
            quantity = rng.choice(["1", "2", "1", "one"] if rng.random() < 0.1 else ["1", "2"])
            made.append(
                f"f{seed}o{order},2026-10-{1 + order % 28:02d} 10:00,S{order % 3},P{rng.randrange(5)},{name},{quantity},"
                f"{rng.randrange(1, 99)}.50,M{who},199{who:08d}" + (",surplus" if rng.random() < 0.03 else "")
            )
    rng.shuffle(made)
    return made


def state(workspace) -> dict[str, list[tuple]]:
    """What the lake says, whatever the parts it landed in."""
    lake = Lake(workspace.lake)
    ledger = lake.ledger()
    names = lake.scan("order_lines", ledger).join(ledger.lazy().select("landing_id", "file_name"), on="landing_id")
    told = {
        "lines": names.drop("landing_id", "landing_no"),
        "quarantine": lake.scan("quarantine", ledger).drop("landing_id", "landing_no"),
        "buyers": lake.scan("buyers", ledger).drop("landing_id", "landing_no"),
        "activity": lake.scan("activity", ledger)
        .group_by("store_id", "buyer_key", "business_date")
        .agg(pl.col("sales", "refunds").sum(), pl.col("last_ordered_at").max()),
    }
    found = {name: sorted(frame.collect().rows(), key=str) for name, frame in told.items()}
    found["ledger"] = ledger.drop("landing_id", "landing_no", "file_hash", "landed_at").sort("file_name").rows()
    return found


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_many_batches_and_parts_give_the_same_lake(workspace, monkeypatch, tmp_path, line_end):
    def drop_files() -> None:
        for seed in (1, 2):
            path = drop(workspace, f"{seed}.csv", *rows(seed), header=HEADER)
            path.write_bytes(path.read_bytes().replace(b"\n", line_end.encode()).rstrip())  # no line end at the end

    drop_files()
    land(workspace)
    at_once = state(workspace)
    assert len(at_once["quarantine"]) > 20
    for folder in (workspace.lake, workspace.landed, workspace.quarantine):
        folder.rename(tmp_path / f"{folder.name} at once")

    monkeypatch.setattr(text_files, "CHUNK_BYTES", 1500)
    monkeypatch.setattr(typed_files, "ROWS_PER_PART", 40)
    drop_files()
    report = land(workspace)
    assert [file.outcome for file in report.files] == ["landed", "landed"]
    in_parts = state(workspace)
    for name, told in at_once.items():
        assert in_parts[name] == told, name
    assert_adds_up(workspace)
    assert not (workspace.state / "staging").exists()


def test_a_late_problem_quotes_the_line_as_it_stands(workspace, monkeypatch):
    """The same line number twice in an order shows only when all of its lines are together."""
    monkeypatch.setattr(text_files, "CHUNK_BYTES", 400)
    monkeypatch.setattr(typed_files, "ROWS_PER_PART", 3)
    lines = [f"o{n},1,2026-10-01,S1,p1,1,5,,m1," for n in range(20)]
    drop(workspace, "a.csv", *lines, 'o3,1,2026-10-01,S1,"p2, late",1,7,,m1,')
    land(workspace)
    lake = Lake(workspace.lake)
    bad = lake.scan("quarantine", lake.ledger()).collect().row(0, named=True)
    assert (bad["source_row"], bad["reason"]) == (22, "repeated_line")
    assert '"p2, late"' in bad["raw"]


@pytest.mark.parametrize("rows_per_part", [1, 2, 5, 7])
def test_an_order_is_never_divided(workspace, monkeypatch, rows_per_part):
    """Lines of an order that stand together, over the ends of batches and parts; and an order that comes again far below."""
    monkeypatch.setattr(text_files, "CHUNK_BYTES", 90)
    monkeypatch.setattr(typed_files, "ROWS_PER_PART", rows_per_part)
    header = "order_id,ordered_at,store_id,product_id,quantity,net_sales"
    together = [f"o{n // 3},2026-10-01,S1,p1,1,{n}" for n in range(60)]
    drop(workspace, "a.csv", *together, header=header)
    drop(workspace, "b.csv", *together[:30], *together[33:], "o0,2026-10-01,S1,p1,1,5", header=header)
    land(workspace)
    lake = Lake(workspace.lake)
    current = lake.order_lines(lake.ledger()).collect()
    # a part of an order by itself would have numbered its p1 from the first one on again, and replaced others
    assert sorted(current["net_sales"].cast(int).to_list()) == sorted([*range(60), 5])
    assert current.select("order_id", "line_no").is_unique().all()
    assert_adds_up(workspace)


def test_a_file_that_cannot_be_read_to_its_end_leaves_nothing_behind(workspace, monkeypatch):
    """Its first parts had landed already when the reader met the line that is none."""
    monkeypatch.setattr(text_files, "CHUNK_BYTES", 400)
    monkeypatch.setattr(text_files, "LONGEST_LINE", 1000)
    monkeypatch.setattr(typed_files, "ROWS_PER_PART", 3)
    monkeypatch.setattr(flows.lake, "ROWS_PER_APPEND", 1)
    written: list[int] = []
    rolled_back = lake_recovery.rolled_back

    def noted(table: Path, version: int) -> None:
        written.append(lake_recovery.version_of(table) - version)
        rolled_back(table, version)

    monkeypatch.setattr(lake_recovery, "rolled_back", noted)
    header = "order_id,ordered_at,store_id,product_id,quantity,net_sales"
    sound = [f"o{n},2026-10-01,S1,p1,1,{n}" for n in range(60)]
    torn = drop(workspace, "a.csv", *sound, "o60,2026-10-01,S1," + "p" * 2000 + ",1,60", header=header)
    drop(workspace, "b.csv", "o99,2026-10-01,S1,p1,1,99", header=header)
    outcomes = {file.file: (file.outcome, file.message) for file in land(workspace).files}
    assert outcomes["b.csv"][0] == "landed"
    assert outcomes["a.csv"][0] == "unreadable"
    assert "line" in outcomes["a.csv"][1]
    assert torn.exists()
    assert max(written) > 0, "nothing had been written yet"
    lake = Lake(workspace.lake)
    stored = pl.concat([pl.read_parquet(file) for file in (workspace.lake / "order_lines").glob("*.parquet")])
    assert stored["order_id"].to_list() == ["o99"], "what had landed of the other file is still in the lake's files"
    assert not list((workspace.lake / "_intents").iterdir())

    drop(workspace, "a.csv", *sound, header=header)
    land(workspace)
    assert lake.order_lines(lake.ledger()).collect().height == 61
    assert_adds_up(workspace)


def test_parts_land_as_they_come_unless_orders_stand_apart(workspace, monkeypatch):
    """A file whose orders stand together is never written aside."""
    monkeypatch.setattr(text_files, "CHUNK_BYTES", 400)
    monkeypatch.setattr(typed_files, "ROWS_PER_PART", 6)
    dealt: list[str] = []
    as_it_was = typed_files._dealt

    def noted(parts: Iterator[pl.DataFrame], key: str, staging: Path) -> Iterator[pl.DataFrame]:
        dealt.append(key)
        return as_it_was(parts, key, staging)

    monkeypatch.setattr(typed_files, "_dealt", noted)
    header = "order_id,ordered_at,store_id,product_id,quantity,net_sales"
    together = [f"o{n // 3},2026-10-01,S1,p1,1,{n}" for n in range(60)]
    drop(workspace, "a.csv", *together, header=header)
    land(workspace)
    assert dealt == []
    drop(workspace, "b.csv", *together[1:], together[0], header=header)
    land(workspace)
    assert dealt == ["order_id"]
