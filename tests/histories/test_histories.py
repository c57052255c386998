"""Whatever is dropped in whatever order: what counts is what plain Python says, at every moment of the past."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import flows.ingest
from flows.config import Settings, Workspace, read_settings
from flows.ingest import ingest
from flows.lake import Lake, schema_of
from flows.month import known_ledger, landed_rows
from flows.typed_files import LINE_NO_HEADER
from tests.conftest import CHAIN_TOML
from tests.histories.histories import (
    Again,
    Customers,
    Drop,
    History,
    Mended,
    New,
    edited_rows,
    fields_of,
    header_of,
    histories,
    sources_toml,
)
from tests.histories.intake_oracle import BAD, File, Intake, Row, Source, Told
from transforms.versions import WITHDRAWN

FIRST_LANDING = datetime(2026, 11, 2)
MONEY_OF_ACTIVITY = ("sales", "refunds", "cost", "costed_net_sales", "promotion_sales")


class LakeInMemory(Lake):
    """The lake without its files: the same rows, ids and ledger, so that a history takes milliseconds."""

    tables: dict[Path, list[pl.DataFrame]]

    def _all_rows(self, table: str, model: Any) -> pl.LazyFrame:
        parts = self.tables.get(self.root / table)
        return pl.concat(parts).lazy() if parts else pl.DataFrame(schema=schema_of(model)).lazy()

    def _append(self, table: str, rows: pl.DataFrame, model: Any) -> None:
        model.validate(rows, lazy=True)
        self.tables.setdefault(self.root / table, []).append(rows)


class World:
    """A workspace and the oracle beside it: every file goes to both."""

    def __init__(self, root: Path, lake: type[Lake]) -> None:
        self.workspace = Workspace(root)
        self.workspace.inbox.mkdir(parents=True)
        self.workspace.chain_toml.write_text(CHAIN_TOML + sources_toml(), encoding="utf-8")
        self.settings: Settings = read_settings(self.workspace)
        self.lake = lake(self.workspace.lake)
        self.intake = Intake()
        self.now = FIRST_LANDING
        self.moments: list[tuple[datetime, Intake]] = []
        self.files: list[tuple[str, File, str]] = []
        """Every order file dropped: its stem, its rows, its text."""
        self.landed_texts: set[str] = set()
        self.aside: dict[int, dict[int, Hashable]] = {}
        """File → line in the file → identity of the row that was set aside there."""
        self.told: dict[str, Told] = {}

    # ---- dropping

    def call(self, drops: tuple[Drop, ...]) -> None:
        """One call of ingest with these files, then everything compared as known now."""
        before = len(self.files)
        dropped = [
            self._dropped(drop, f"{len(self.moments):02d}-{number}", before) for number, drop in enumerate(drops)
        ]
        troubles = frozenset(self.intake.troubles)
        # whole orders in one row land before what is told in lines: lines take their buyer from them
        # and rows that were mended before newer exports
        for stem, file, number in sorted(
            filter(None, dropped), key=lambda told: (not told[1].source.is_whole_order_per_row, told[1].mends is None)
        ):
            self.told[f"{stem}.csv"], aside = self.intake.land(file, troubles)
            self.aside[number] = {place + 2: identity for place, identity in aside.items()}
        ingest(self.workspace, self.settings, now=self.now)
        self.moments.append((self.now, deepcopy(self.intake)))
        self.compare(None, self.intake)
        self.compare_ledger()
        assert not list(self.workspace.inbox.iterdir()), "every file was recognised"
        self.now += timedelta(days=1)

    def _dropped(self, drop: Drop, stem: str, before: int) -> tuple[str, File, int] | None:
        """Put the file into the inbox; None when the oracle has nothing to land of it."""
        if isinstance(drop, Customers):
            text = _as_csv(["member_id", "name", "member_tier", "points"], [(m, "Ann", t, p) for m, t, p in drop.rows])
            if self._write(stem, text):
                self.intake.customers.update({member: (tier, points) for member, tier, points in drop.rows})
            return None
        if isinstance(drop, Mended):
            mended = self._mended(drop) if drop.file < before else None
            file, text = mended or (self.files[drop.file][1], self.files[drop.file][2])
        elif isinstance(drop, Again):
            _, file, text = self.files[drop.file]
        else:
            if isinstance(drop, New):
                file = File(drop.source, drop.rows)
            else:
                source = self.files[drop.file][1]
                file = File(source.source, edited_rows(source.rows, drop))
            text = _as_csv(header_of(file.source), [_cells(row, file.source) for row in file.rows])
        self.files.append((stem, file, text))
        return (stem, file, len(self.files) - 1) if self._write(stem, text) else None

    def _write(self, stem: str, text: str) -> bool:
        """Put it into the inbox; whether it is new."""
        (self.workspace.inbox / f"{stem}.csv").write_text(text, encoding="utf-8")
        is_new = text not in self.landed_texts
        self.landed_texts.add(text)
        return is_new

    def _mended(self, drop: Mended) -> tuple[File, str] | None:
        """The quarantine file that the product wrote for an earlier export, mended in a spreadsheet; None: it wrote none."""
        stem, file, _ = self.files[drop.file]
        path = next(self.workspace.quarantine.glob(f"{stem}.*quarantine.csv"), None)
        if path is None:
            assert not self.aside.get(drop.file), f"rows of {stem} were set aside, and no file to mend was written"
            return None
        header, *lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        fields = fields_of(file.source)
        mended: list[Row] = []
        for cells in lines:
            told = dict(zip(fields, cells, strict=False))
            told["quantity"] = drop.quantity if told["quantity"] == BAD else told["quantity"]
            told["net_sales"] = drop.net_sales if told["net_sales"] == BAD else told["net_sales"]
            mended.append(Row(**told))
            cells[: len(fields)] = _cells(mended[-1], file.source)
        at = header.index("line")
        places = [int(cells[at]) for cells in lines]
        assert sorted(places) == sorted(self.aside[drop.file]), "the file to mend has the rows set aside"
        identities = tuple(self.aside[drop.file][place] for place in places)
        assert LINE_NO_HEADER in header
        return File(file.source, tuple(mended), identities), _as_csv(header, lines)

    # ---- comparing

    def compare(self, known_at: datetime | None, expected: Intake) -> None:
        """The lake as known then beside the oracle's state."""
        known = known_ledger(self.lake, known_at)
        rows = landed_rows(self.lake, known)
        members = dict(rows.buyers.select("buyer_key", "member_id").unique().collect().iter_rows())
        at = f"as known at {known_at}: "

        lines = rows.order_lines.collect()
        got = Counter(
            (row["store_id"], row["order_id"], row["product_id"], row["quantity"], row["net_sales"], row["line_kind"],
             row["ordered_at"], members.get(row["buyer_key"]) or "", row["cost"], bool(row["is_promotion"]),
             row["associate_id"] or "")
            for row in lines.iter_rows(named=True)
        )  # fmt: skip
        want = Counter(
            (line.store, line.order, line.product, line.quantity, line.net_sales, line.kind, line.ordered_at,
             line.member, line.cost, line.is_promotion, line.associate)
            for line in expected.current()
        )  # fmt: skip
        assert got == want, f"{at}lines too many {got - want}, missing {want - got}"

        activity = rows.activity.group_by("store_id", "buyer_key", "business_date").agg(
            *(pl.col(name).sum() for name in MONEY_OF_ACTIVITY), pl.col("last_ordered_at").max()
        )
        rolled: dict[Any, tuple[Decimal, ...]] = {}
        receipts: dict[Any, datetime] = {}
        for row in activity.collect().iter_rows(named=True):
            key = (row["store_id"], members.get(row["buyer_key"]) or "", row["business_date"])
            if any(row[name] for name in MONEY_OF_ACTIVITY):
                rolled[key] = tuple(row[name] for name in MONEY_OF_ACTIVITY)
            if row["last_ordered_at"] is not None:
                receipts[key] = row["last_ordered_at"]
        assert rolled == expected.roll_up(), f"{at}the roll-up"

        gifts = set(rows.gifts.select("store_id", "order_id", "occasion").collect().iter_rows())
        assert gifts == expected.gifts(), f"{at}gifts"

        newest = rows.customers.sort("landing_no", "source_row").unique("member_id", keep="last").collect()
        got_customers = {
            row["member_id"]: (row["member_tier"] or "", str(row["points"])) for row in newest.iter_rows(named=True)
        }
        assert got_customers == expected.customers, f"{at}customers"

    def compare_ledger(self) -> None:
        """Rows in = accepted + quarantined + duplicate, and the money likewise; the counts are the oracle's."""
        ledger = self.lake.ledger()
        told = self.lake.scan("order_lines", ledger).filter(pl.col("line_kind") != WITHDRAWN)
        landed = dict(told.group_by("landing_id").len().collect().iter_rows())
        for row in ledger.iter_rows(named=True):
            assert row["rows_in"] == row["rows_accepted"] + row["rows_quarantined"] + row["rows_duplicate"]
            assert row["amount_in"] == row["amount_accepted"] + row["amount_quarantined"] + row["amount_duplicate"]
            if row["table_name"] != "order_lines":
                continue
            assert landed.get(row["landing_id"], 0) == row["rows_accepted"]
            counted = Told(row["rows_accepted"], row["rows_quarantined"], row["rows_duplicate"])
            assert counted == self.told[row["file_name"]], row["file_name"]

    def compare_the_past(self) -> None:
        """Every landing moment, and a second before the next: nothing that came later shows."""
        for step, (moment, then) in enumerate(self.moments):
            self.compare(moment, then)
            until = self.moments[step + 1][0] if step + 1 < len(self.moments) else moment + timedelta(days=9)
            self.compare(until - timedelta(seconds=1), then)


def _cells(row: Row, source: Source) -> list[str]:
    return [getattr(row, name) for name in fields_of(source)]


def _as_csv(header: list[str], rows: list[Any]) -> str:
    told = io.StringIO()
    writer = csv.writer(told, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return told.getvalue()


@contextmanager
def in_memory() -> Iterator[type[Lake]]:
    """`flows.ingest` with a lake in memory."""
    with pytest.MonkeyPatch.context() as patch:
        lake = type("LakeOfThisHistory", (LakeInMemory,), {"tables": {}})
        patch.setattr(flows.ingest, "Lake", lake)
        yield lake


def play(history: History, lake: type[Lake] | None = None) -> None:
    """The history from its first call to its last, compared after each, then the whole past once more."""
    with TemporaryDirectory() as folder, in_memory() as fast:
        world = World(Path(folder) / "shop", lake or fast)
        if lake is not None:
            flows.ingest.Lake = lake  # type: ignore[misc]
        for drops in history:
            world.call(drops)
        world.compare_the_past()


UNHURRIED = settings(
    deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck), report_multiple_bugs=False
)


@given(history=histories())
@settings(UNHURRIED, max_examples=50)
def test_fifty_histories_end_as_plain_python_says(history):
    play(history)


@given(history=histories(calls=3))
@settings(UNHURRIED, max_examples=4, phases=[Phase.generate])
def test_on_the_lakes_own_files_too(history):
    play(history, Lake)


@pytest.mark.long
@given(history=histories(calls=8))
@settings(UNHURRIED, max_examples=1000)
def test_a_thousand_histories_end_as_plain_python_says(history):
    play(history)
