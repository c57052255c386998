"""The ledger is the commit: a killed attempt is never seen, and trying again never doubles."""

from __future__ import annotations

import errno
from datetime import datetime

import pytest

from flows import lake as lake_module
from flows.config import read_settings
from flows.errors import UsageError
from flows.ingest import ingest
from flows.lake import Lake, LakeError
from tests.conftest import empty_workspace

NOW = datetime(2026, 11, 2)
ROWS = "order_id,line_no,ordered_at,store_id,product_id,quantity,unit_price,member_id\no1,1,2026-10-01,S1,p1,1,5,m1\n"


@pytest.fixture
def shop(workspace):
    (workspace.inbox / "a.csv").write_text(ROWS, encoding="utf-8")
    return workspace


def rows_landed(shop) -> int:
    lake = Lake(shop.lake)
    return lake.scan("order_lines", lake.ledger()).collect().height


@pytest.mark.parametrize("table", ["order_lines", "activity", "buyers", "ledger"])
def test_an_attempt_that_dies_before_any_table_leaves_nothing_visible_and_the_next_lands_once(shop, monkeypatch, table):
    append = Lake._append

    def dying(self, name, rows, model):
        if name == table:
            raise KeyboardInterrupt
        append(self, name, rows, model)

    monkeypatch.setattr(Lake, "_append", dying)
    with pytest.raises(KeyboardInterrupt):
        ingest(shop, read_settings(shop), now=NOW)
    monkeypatch.undo()
    assert Lake(shop.lake).ledger().is_empty()
    assert rows_landed(shop) == 0
    assert (shop.inbox / "a.csv").exists()

    ingest(shop, read_settings(shop), now=NOW)
    assert rows_landed(shop) == 1
    assert not list((shop.lake / "_intents").iterdir())
    lake = Lake(shop.lake)
    stored = lake._all_rows("order_lines", __import__("schemas.orders").orders.OrderLines).collect()
    assert stored.height == 1, "the killed attempt's rows are gone, not only hidden"


@pytest.mark.parametrize("harm", ["emptied", "torn", "data torn"])
@pytest.mark.parametrize("table", ["order_lines", "activity", "ledger"])
def test_what_a_power_cut_tears_is_taken_back_and_lands_again(shop, monkeypatch, table, harm):
    """Delta writes without flushing: what was not flushed yet may be empty or torn afterwards."""
    ingest(shop, read_settings(shop), now=NOW)
    before = rows_landed(shop)
    (shop.inbox / "b.csv").write_text(ROWS.replace("o1", "o2"), encoding="utf-8")

    def cut_off(path, version):
        if path.name == table:
            entry = path / "_delta_log" / f"{version:020d}.json"
            text = entry.read_bytes()
            if harm == "data torn":
                data = max(path.glob("*.parquet"), key=lambda file: file.stat().st_mtime_ns)
                data.write_bytes(data.read_bytes()[:-20])
            else:
                entry.write_bytes(b"" if harm == "emptied" else text[: len(text) // 2])
            raise KeyboardInterrupt
        make_durable(path, version)

    make_durable = lake_module._make_durable
    monkeypatch.setattr(lake_module, "_make_durable", cut_off)
    with pytest.raises(KeyboardInterrupt):
        ingest(shop, read_settings(shop), now=NOW)
    monkeypatch.undo()
    report = ingest(shop, read_settings(shop), now=NOW)
    assert [file.outcome for file in report.files] == ["landed"]
    assert rows_landed(shop) == before + 1
    assert not list((shop.lake / "_intents").iterdir())


def test_a_kill_between_the_ledger_and_the_move_counts_once(shop, monkeypatch):
    monkeypatch.setattr("flows.ingest._move_away", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        ingest(shop, read_settings(shop), now=NOW)
    monkeypatch.undo()
    assert (shop.inbox / "a.csv").exists()
    report = ingest(shop, read_settings(shop), now=NOW)
    assert [file.outcome for file in report.files] == ["landed_before"]
    assert rows_landed(shop) == 1
    assert not (shop.inbox / "a.csv").exists()


def test_a_full_disk_is_one_line_and_nothing_is_visible(shop, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("flows.lake.write_deltalake", full)
    with pytest.raises(LakeError, match="no space left on the disk"):
        ingest(shop, read_settings(shop), now=NOW)
    monkeypatch.undo()
    assert rows_landed(shop) == 0
    ingest(shop, read_settings(shop), now=NOW)
    assert rows_landed(shop) == 1


def test_known_at_reads_only_what_had_landed_by_then(shop):
    ingest(shop, read_settings(shop), now=datetime(2026, 11, 2))
    (shop.inbox / "b.csv").write_text(ROWS.replace("o1", "o2"), encoding="utf-8")
    ingest(shop, read_settings(shop), now=datetime(2026, 11, 9))
    lake = Lake(shop.lake)
    assert lake.ledger(datetime(2026, 11, 5)).height == 1
    assert lake.scan("order_lines", lake.ledger(datetime(2026, 11, 5))).collect()["order_id"].to_list() == ["o1"]
    assert lake.ledger().height == 2


def test_values_of_personal_columns_do_not_stand_in_the_logs_statistics(shop):
    ingest(shop, read_settings(shop), now=NOW)
    for entry in (shop.lake / "buyers" / "_delta_log").glob("*.json"):
        assert '"m1"' not in entry.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["My shop", "周大生 门店", "50% off", "#1 & more?", "a+b*c", 'the "best"'])
def test_a_workspace_may_be_called_anything(folder, tmp_path, monkeypatch):
    """Delta takes a folder for an address; a killed attempt must be taken back there, too."""
    shop = empty_workspace(tmp_path / folder)
    (shop.inbox / "a.csv").write_text(ROWS, encoding="utf-8")
    test_an_attempt_that_dies_before_any_table_leaves_nothing_visible_and_the_next_lands_once(
        shop, monkeypatch, "ledger"
    )
    (shop.inbox / "b.csv").write_text(ROWS.replace("o1", "o2"), encoding="utf-8")
    ingest(shop, read_settings(shop), now=NOW)
    assert rows_landed(shop) == 2


@pytest.mark.parametrize("folder", ["a[1]", "back\\slash", "a%20b"])
def test_a_folder_that_the_store_takes_for_another_is_refused_by_name(folder, tmp_path):
    shop = empty_workspace(tmp_path / folder)
    (shop.inbox / "a.csv").write_text(ROWS, encoding="utf-8")
    with pytest.raises(UsageError, match="the lake cannot be kept in a folder with"):
        ingest(shop, read_settings(shop), now=NOW)
    assert (shop.inbox / "a.csv").exists()


def test_a_column_that_came_later_is_unknown_in_what_landed_before(shop, monkeypatch):
    """A lake made by an older version: its files lack the column, and both kinds of rows are read."""
    (shop.inbox / "old.csv").write_text("member_id,name,district\nm1,Invented One,North\n", encoding="utf-8")
    table = lake_module.TABLES["customers"]
    older = [name for name in lake_module.schema_of(table) if name != "district"]
    write = lake_module.write_deltalake
    monkeypatch.setattr(
        "flows.lake.write_deltalake",
        lambda path, rows, **options: write(
            path, rows.select(older) if path.endswith("customers") else rows, **options
        ),
    )
    ingest(shop, read_settings(shop), now=NOW)
    monkeypatch.undo()
    (shop.inbox / "new.csv").write_text("member_id,name,district\nm2,Invented Two,South\n", encoding="utf-8")
    ingest(shop, read_settings(shop), now=NOW)
    lake = Lake(shop.lake)
    rows = lake.scan("customers", lake.ledger()).sort("member_id").select("member_id", "district").collect().rows()
    assert rows == [("m1", None), ("m2", "South")]
