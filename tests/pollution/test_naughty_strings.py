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
    assert [(f.outcome, f.rows_accepted) for f in report.files] == [("landed", len(naughty))] * 2
    lake = Lake(workspace.lake)
    lines = lake.scan("order_lines", lake.ledger()).sort("source_row").collect()
    customers = lake.scan("customers", lake.ledger()).sort("source_row").collect()
    told = [as_documented(text) for text in naughty]
    for landed in (lines["product_name"], customers["name"], customers["note"]):
        other = [(given, kept) for given, kept in zip(told, landed.to_list(), strict=True) if given != kept]
        assert not other
