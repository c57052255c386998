"""The Big List of Naughty Strings (minimaxir, MIT) as names of products and customers and as notes: texts like any other."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from flows.config import read_settings
from flows.ingest import ingest
from flows.lake import Lake
from tests.conftest import LANDED_AT, REAL_DATA

STRINGS = REAL_DATA / "blns" / "blns.json"
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""A line that holds one is set aside: no till writes them."""
BLANKS = " \t\r\n\u3000\u00a0\ufeff"


@pytest.fixture(scope="module")
def naughty() -> list[str]:
    if not STRINGS.is_file():
        pytest.skip("the naughty strings are not at hand (shared/data/blns)")
    return json.loads(STRINGS.read_text(encoding="utf-8"))


def as_documented(text: str) -> str | None:
    """What a cell of text becomes: blanks around it and the apostrophe before a formula go, nothing else; empty is null."""
    return re.sub(r"^'([=+@-])", r"\1", text.strip(BLANKS)) or None


def written(*rows: tuple[str, ...]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)
    return stream.getvalue().encode()


def test_naughty_strings_come_back_from_the_lake_as_they_stand(workspace, naughty):
    orders = [
        (f"o{n}", "1", "2026-10-01 10:00:00", "S1", f"p{n}", text, "1", "5.00", f"m{n}")
        for n, text in enumerate(naughty)
    ]
    header = (
        "order_id",
        "line_no",
        "ordered_at",
        "store_id",
        "product_id",
        "product_name",
        "quantity",
        "net_sales",
        "member_id",
    )
    (workspace.inbox / "orders.csv").write_bytes(written(header, *orders))
    people = [(f"m{n}", text, text) for n, text in enumerate(naughty)]
    (workspace.inbox / "customers.csv").write_bytes(written(("member_id", "name", "note"), *people))
    report = ingest(workspace, read_settings(workspace), now=LANDED_AT)
    assert all(f.outcome == "landed" and f.rows_in == len(naughty) for f in report.files)
    lake = Lake(workspace.lake)
    lines = lake.scan("order_lines", lake.ledger()).collect()
    customers = lake.scan("customers", lake.ledger()).collect()
    told = {n: as_documented(text) for n, text in enumerate(naughty) if not CONTROLS.search(text)}
    assert len(told) >= 0.99 * len(naughty)
    for frame, key, name in (
        (lines, "order_id", "product_name"),
        (customers, "member_id", "name"),
        (customers, "member_id", "note"),
    ):
        landed = {int(row[key][1:]): row[name] for row in frame.iter_rows(named=True)}
        assert sorted(landed) == sorted(told), "all land but those with control characters, which are set aside"
        assert {n: (told[n], kept) for n, kept in landed.items() if kept != told[n]} == {}
    assert report.total("rows_quarantined") == 2 * (len(naughty) - len(told))
