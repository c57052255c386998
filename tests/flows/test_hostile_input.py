"""A customer may be called anything: on paper and in spreadsheets it is text, and no page reads a file or an address."""

from __future__ import annotations

import csv
import io

import openpyxl
import pypdfium2
import pytest

from flows.config import read_settings
from flows.ingest import ingest
from flows.monthly_review import review_month
from flows.terminal import Silent
from schemas.period import Month
from tests.conftest import LANDED_AT, empty_workspace

NAMES = ("<img src=file:///secret.txt>", '=HYPERLINK("http://x")', "{{ 7 * 7 }}", "@SUM(A1)", "<b>Bob</b>")
PRODUCT = "<img src=file:///secret.txt> =1+1 ring"


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory):
    """A store whose five customers are called as in NAMES, reviewed for October 2026."""
    workspace = empty_workspace(tmp_path_factory.mktemp("hostile") / "shop")
    orders = ["order_id,line_no,ordered_at,store_id,product_id,product_name,quantity,unit_price,member_id"]
    customers = ["member_id,name,phone,consent_phone,birthday,home_store_id"]
    for n, name in enumerate(NAMES):
        for month in ("2025-06", "2025-08", "2026-10"):
            orders.append(f'o{n}{month},1,{month}-30 10:00,"S<1>",p{n},"{PRODUCT}",1,100,m{n}')
        quoted = name.replace('"', '""')
        customers.append(f'm{n},"{quoted}",1990000000{n},yes,1990-11-0{n + 1},"S<1>"')
    (workspace.inbox / "orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    (workspace.inbox / "customers.csv").write_text("\n".join(customers) + "\n", encoding="utf-8")
    settings = read_settings(workspace)
    ingest(workspace, settings, now=LANDED_AT)
    summary = review_month(workspace, settings, Month(2026, 10), now=LANDED_AT, watcher=Silent())
    assert summary.failed == ()
    (store,) = (workspace.published / "2026-10" / "stores").iterdir()
    return store


def text_of(pdf) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_the_pdf_shows_it_as_text(reviewed):
    told = text_of(reviewed / "review.pdf")
    assert "<img src=file:///secret.txt>" in told.replace("\r\n", " ").replace("\n", " ")
    assert "S<1>" in told


def test_no_link_leads_out_of_the_pdf(reviewed):
    content = (reviewed / "review.pdf").read_bytes()
    assert b"file:///" not in content
    assert b"http://x" not in content


def test_spreadsheets_hold_text_and_no_formula(reviewed):
    names = set()
    for row in csv.reader(io.StringIO((reviewed / "actions.csv").read_text(encoding="utf-8-sig"))):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
            names.add(cell.removeprefix("'"))
    assert set(NAMES) <= names, "the full names are there, as text"
    book = openpyxl.load_workbook(reviewed / "actions.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if cell.hyperlink]
    assert set(NAMES) <= {cell.value for cell in cells}


def test_full_names_and_phones_stand_only_in_the_stores_own_lists(reviewed):
    told = text_of(reviewed / "review.pdf") + (reviewed / "review.json").read_text(encoding="utf-8")
    assert "19900000001" not in told
    assert "HYPERLINK" not in told
    assert "19900000001" in (reviewed / "actions.csv").read_text(encoding="utf-8-sig")


def test_a_folder_name_cannot_leave_the_month(reviewed):
    assert reviewed.parent.name == "stores"
    assert reviewed.name == "S%3C1%3E"
