"""A cell's text is its value, exactly; a row keeps its number; what is damaged or hostile is refused in a line."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import random
import re
import struct
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal

import fastexcel
import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from flows.reading.cell_values import UNCACHED_FORMULA, format_kind
from flows.reading.containers import Limits
from flows.reading.spreadsheets import Grid, grids_of
from flows.reading.text_files import UnreadableFile
from tests.flows import xls_writer as xls
from tests.peak_memory import peak_mb

# ---- making workbooks


def written(fill, *, is_1904: bool = False) -> bytes:
    """A workbook that XlsxWriter made: `fill(workbook, sheet)` writes its cells."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "date_1904": is_1904})
    fill(book, book.add_worksheet("订单"))
    book.close()
    return content.getvalue()


WORKBOOK = '<workbook xmlns="m" xmlns:r="r">{}<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
RELATIONS = (
    '<Relationships xmlns="p"><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/s.xml"/>'
    '<Relationship Id="rId2" Type="x/sharedStrings" Target="/xl/strings.xml"/>'
    '<Relationship Id="rId3" Type="x/styles" Target="styles.xml"/></Relationships>'
)
STYLES = (
    '<styleSheet xmlns="m"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>'
)
STRINGS = '<sst xmlns="m"><si><t>first</t></si><si><t>second</t></si></sst>'


def by_hand(
    rows: str, *, sheet: str | None = None, strings: str = STRINGS, before: str = "", separator: str = "/"
) -> bytes:
    """A workbook of one sheet with this XML."""
    sheet = sheet or f'<worksheet xmlns="m"><sheetData>{rows}</sheetData></worksheet>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": WORKBOOK.format(before),
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/s.xml": sheet,
        "xl/strings.xml": strings,
        "xl/styles.xml": STYLES,
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("/", separator), text)
    return content.getvalue()


def grids(content: bytes, kind: str = "xlsx", **limits: int) -> list[Grid]:
    return grids_of(kind, io.BytesIO(content), Limits(**limits))


def rows_of(content: bytes, kind: str = "xlsx", **limits: int) -> list[tuple]:
    """source_row and texts of the first sheet."""
    return grids(content, kind, **limits)[0].cells.rows()


def refusal(content: bytes, kind: str = "xlsx", **limits: int) -> str:
    with pytest.raises(UnreadableFile) as refused:
        grids(content, kind, **limits)
    message = str(refused.value)
    assert "\n" not in message
    return message


# ---- values

FORMATTED = [
    # value, number format, text
    (46298, "General", "46298"),
    (46298, "yyyy-mm-dd", "2026-10-03"),
    (46298, 14, "2026-10-03"),
    (46298, 31, "2026-10-03"),  # yyyy年m月d日, which has no code of its own in the file
    (46298, 57, "2026-10-03"),
    (46298, 'yyyy"年"m"月"d"日"', "2026-10-03"),
    (46298, '[$-804]yyyy"年"m"月"d"日";@', "2026-10-03"),
    (46298.75347222222, "yyyy-mm-dd", "2026-10-03 18:05:00"),
    (46298.75347222222, "yyyy/m/d h:mm", "2026-10-03 18:05:00"),
    (46298, "yyyy/m/d h:mm", "2026-10-03 00:00:00"),
    (46298.75347222222 + 0.5 / 86400, "yyyy/m/d h:mm:ss.000", "2026-10-03 18:05:00.500"),
    (46298.99999999999, "yyyy-mm-dd hh:mm", "2026-10-04 00:00:00"),
    (0.75347222222, "h:mm", "18:05:00"),
    (1.5, "[h]:mm:ss", "36:00:00"),
    (-0.25, "[h]:mm", "-6:00:00"),
    (59, "yyyy-mm-dd", "1900-02-28"),
    (60, "yyyy-mm-dd", "1900-02-29"),  # which Excel shows and which never was: no date to intake
    (61, "yyyy-mm-dd", "1900-03-01"),
    (1, "yyyy-mm-dd", "1900-01-01"),
    (0, "yyyy-mm-dd", "1900-01-00"),
    (2958465, "yyyy-mm-dd", "9999-12-31"),
    (2958466, "yyyy-mm-dd", "2958466"),
    (-5, "yyyy-mm-dd", "-5"),
    (0.123, "0.00%", "0.123"),
    (12.5, "[Red]¥#,##0.00", "12.5"),
    (3.5, '0.00_ "days"', "3.5"),
    (1200, "0.00E+00", "1200"),
    (13800001111, "General", "13800001111"),
    (999_999_999_999_999, "General", "999999999999999"),
    (10**15, "General", "1E+15"),
    (6901234567890123456, "General", "6.9012345678901238E+18"),
    (690123456789012345, "0", "6.9012345678901235E+17"),
    (12.100000000000001, "General", "12.1"),
    (0.1 + 0.2, "General", "0.3"),
    (5.0, "0.00", "5"),
    (1e-7, "General", "0.0000001"),
    (1.5e-30, "General", "1.5E-30"),
    (-0.0, "General", "0"),
    (-12.34, "General", "-12.34"),
]


def test_a_cell_is_its_value_and_not_its_look():
    def fill(book, sheet):
        for row, (value, code, _) in enumerate(FORMATTED):
            sheet.write_number(row, 0, value, book.add_format({"num_format": code}))

    assert rows_of(written(fill)) == [(row, text) for row, (*_, text) in enumerate(FORMATTED, start=1)]


def test_texts_truth_values_errors_and_formulas_as_they_stand():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["007", " sp ", "690123456789012345", "TRUE", "a\nb", "<&>\"'"])
        sheet.write_string(0, 6, "_x0041_ \x01")
        sheet.write_boolean(1, 0, True)
        sheet.write_boolean(1, 1, False)
        sheet.write_formula(1, 2, "=1+1", None, 2)
        sheet.write_formula(1, 3, '="a"', None, "a<b")
        sheet.write_formula(1, 4, "=NA()", None, "#N/A")
        sheet.write_formula(1, 5, "=TRUE()", None, True)
        sheet.write_rich_string(1, 6, "a", book.add_format({"bold": True}), "bc", " d")

    assert rows_of(written(fill)) == [
        (1, "007", " sp ", "690123456789012345", "TRUE", "a\nb", "<&>\"'", "_x0041_ \x01"),
        (2, "TRUE", "FALSE", "2", "a<b", "#N/A", "TRUE", "abc d"),
    ]


def test_a_formula_without_a_result_is_no_empty_cell():
    book = openpyxl.Workbook()
    book.active["B2"] = "=A1+1"
    content = io.BytesIO()
    book.save(content)
    assert rows_of(content.getvalue()) == [(2, "", UNCACHED_FORMULA)]


def test_a_placeholder_zero_is_no_result():
    """XlsxWriter writes 0 where it has no result, and asks Excel to compute on opening."""
    assert rows_of(written(lambda _, sheet: sheet.write_formula(0, 0, "=A2*2"))) == [(1, UNCACHED_FORMULA)]
    computed = by_hand('<row r="1"><c r="A1"><f>A2*2</f><v>0</v></c></row>')
    assert rows_of(computed) == [(1, "0")]


def test_rows_and_columns_keep_their_numbers():
    def fill(book, sheet):
        sheet.merge_range("B3:C4", "title")
        sheet.write_blank("A6", None, book.add_format({"bold": True}))
        sheet.write_string("C8", "x")

    assert rows_of(written(fill)) == [(3, "", "title", ""), (8, "", "", "x")]


def test_sheets_in_order_empty_ones_without_rows_hidden_ones_named_only():
    book = openpyxl.Workbook()
    book.active.title = "一月"
    book.active["A1"] = "x"
    book.create_sheet("empty")
    hidden = book.create_sheet("hidden")
    hidden["A1"] = "secret"
    hidden.sheet_state = "veryHidden"
    book.create_chartsheet("chart")
    book.create_sheet("二月")["A1"] = "y"
    content = io.BytesIO()
    book.save(content)
    told = [(grid.name, grid.is_hidden, grid.cells.rows()) for grid in grids(content.getvalue())]
    assert told == [
        ("一月", False, [(1, "x")]),
        ("empty", False, []),
        ("hidden", True, []),
        ("二月", False, [(1, "y")]),
    ]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", "number"), ("@", "number"), ("0.00", "number"), ("#,##0;[Red]-#,##0", "number"), ("0.00E+00", "number"),
        ('0 "days"', "number"), (r"0\d", "number"), ("_-* #,##0.00_-", "number"), ("[$¥-804]#,##0.00", "number"),
        ("yyyy-mm-dd", "date"), ("mmm", "date"), ("d/m/yy", "date"), ("[$-404]e/m/d", "date"), ("YYYY/MM/DD", "date"),
        ("h:mm AM/PM", "time"), ("mm:ss", "time"), ('h"时"mm"分"', "time"), ("yyyy-mm-dd hh:mm:ss", "datetime"),
        ("[h]:mm", "elapsed"), ("[mm]:ss", "elapsed"),
    ],
)  # fmt: skip
def test_what_a_number_format_shows(code, kind):
    assert format_kind(200, code) == kind


# ---- against another reader

moments = st.datetimes(datetime(1904, 1, 2), datetime(2199, 12, 31)).map(lambda m: m.replace(microsecond=0))
plain_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
values = st.one_of(
    moments,
    moments.map(datetime.date),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(-(10**9), 10**9, places=2).map(float),
    st.floats(-1e12, 1e12, allow_subnormal=False),
    st.booleans(),
    plain_texts.filter(lambda text: not text.startswith("=") and not re.search(r"_x[0-9A-Fa-f]{4}_", text)),
    st.none(),
)


def as_text(value: object) -> str:
    """What a value that openpyxl read is to be as text."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, int | float):
        shown = Decimal(f"{value:.15g}") + 0
        text = format(shown, "f") if shown == 0 or abs(shown) >= Decimal("1e-20") else f"{value:.14E}"
        text = text.rstrip("0").rstrip(".") if "." in text and "E" not in text else text
        return re.sub(r"\.?0*E", "E", text)
    return "" if value is None else str(value)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(values, min_size=1, max_size=4), min_size=1, max_size=8), st.booleans())
def test_reads_what_openpyxl_reads(table, is_1904):
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
    dated = set()
    for y, row in enumerate(table, start=1):
        for x, value in enumerate(row, start=1):
            book.active.cell(y, x, value)
            if isinstance(value, date) and not isinstance(value, datetime):
                dated.add((y, x - 1))
    content = io.BytesIO()
    book.save(content)
    expected = {}
    for y, row in enumerate(openpyxl.load_workbook(io.BytesIO(content.getvalue())).active.values, start=1):
        for x, value in enumerate(row):
            text = as_text(value)
            if text:
                expected[y, x] = text.removesuffix(" 00:00:00") if (y, x) in dated else text
    found = {(y, x): text for y, *texts in rows_of(content.getvalue()) for x, text in enumerate(texts) if text}
    assert found == expected


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
def test_a_number_is_told_to_15_digits_and_never_for_exact_beyond(numbers):
    rows = "".join(f"<row><c><v>{number!r}</v></c></row>" for number in numbers)
    for number, (_, text) in zip(numbers, rows_of(by_hand(rows)), strict=True):
        if abs(number) >= 1e15:
            assert "E+" in text
            assert float(text) == number
        else:
            assert "E+" not in text
            assert float(text) == float(f"{number:.15g}")


# ---- how the XML may be written


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>7</v></c></row>',
        "<row><c t='s'><v>0</v></c><c><v>7</v></c></row>",
        '<row spans="1:2" r="1" ht="15.75">\r\n <c t="s" r="A1" >\n<v>0</v></c>\n  <c r="B1"><v> 7 </v></c>\n</row>\n<row r="9"/>',
        '<!-- <row r="1"> --><row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[first]]></t></is></c><c r="B1" t="n"><v>7.0</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>fi</t></r><r><rPr><b/></rPr><t xml:space="preserve">rst</t></r>'
        '<rPh sb="0" eb="1"><t>no</t></rPh></is></c><c r="B1"><v>7</v></c></row>',
        '<row r="1"><c r="B1"><f t="shared" si="0"/><v>7</v></c><c r="A1" t="str"><f>A2&amp;"&lt;"</f><v>f&#105;rst</v></c></row>',
    ],
)  # fmt: skip
def test_writers_differ_and_the_cells_are_the_same(rows):
    assert rows_of(by_hand(rows)) == [(1, "first", "7")]


def test_names_with_a_prefix_and_with_backslashes():
    """The OpenXML SDK writes <x:row>, old .NET archives xl\\workbook.xml."""
    sheet = (
        '\ufeff<?xml version="1.0" encoding="UTF-8"?><x:worksheet xmlns:x="m"><x:sheetData><x:row r="2"><x:c r="B2" t="s">'
        '<x:v>1</x:v></x:c><x:c r="C2" s="1"><x:v>46298</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    strings = (
        '<x:sst xmlns:x="m"><x:si><x:t>a</x:t></x:si><x:si><x:r><x:t>b</x:t></x:r><x:r><x:t/></x:r></x:si></x:sst>'
    )
    content = by_hand("", sheet=sheet, strings=strings, separator="\\")
    assert rows_of(content) == [(2, "", "b", "2026-10-03")]


def test_cells_without_reference_follow_the_one_before():
    rows = '<row><c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c></row><row r="4"><c><v>4</v></c></row><row><c><v>5</v></c></row>'
    assert rows_of(by_hand(rows)) == [(1, "1", "", "", "2", "3"), (4, "4", "", "", "", ""), (5, "5", "", "", "", "")]


def test_a_cell_may_hold_its_date_itself():
    cells = (
        '<c r="A1" s="1" t="d"><v>2026-10-03T00:00:00</v></c><c r="B1" s="2" t="d"><v>2026-10-03T18:05:00</v></c>'
        '<c r="C1" s="2" t="d"><v>2026-10-03T00:00:00</v></c>'
    )
    assert rows_of(by_hand(f'<row r="1">{cells}</row>')) == [
        (1, "2026-10-03", "2026-10-03 18:05:00", "2026-10-03 00:00:00")
    ]


def test_what_a_text_says_is_no_markup():
    text = 'a r="Z9" s="1" t="b"&gt; &lt;/c&gt;&lt;v&gt;9&lt;/v&gt;_x000D_&#10;&#x4E2D;'
    rows = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c><c t="str"><v>{text}</v></c></row>'
    plain = 'a r="Z9" s="1" t="b"> </c><v>9</v>\r\n中'
    assert rows_of(by_hand(rows)) == [(1, plain, plain)]


def test_a_sheet_of_several_blocks(monkeypatch):
    monkeypatch.setattr("flows.reading.xlsx_files.BLOCK_BYTES", 100)
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{n % 2}</v></c><c r="{"BC"[n // 40]}{n}"><v>{n}</v></c></row>'
        for n in range(1, 60)
    )
    expected = [(n, ("first", "second")[n % 2], *(("", str(n)) if n >= 40 else (str(n), ""))) for n in range(1, 60)]
    assert rows_of(by_hand(rows)) == expected


# ---- damage, bombs and limits

ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "rows",
    [
        ONE + ONE,  # the same row twice
        '<row r="2"></row><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        '<row r="١"><c r="A١"><v>1</v></c></row>',  # digits, but not ours
        '<row r="1"><c r="A1" s="x"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="x"><v>1</v></c></row>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<c r="A1"><v>1</v></c>',
        '<row r="1"><c r="A1" t="s"><v>2</v></c></row>',  # there are texts 0 and 1
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1" s="3"><v>46298</v></c></row>',  # there are styles 0 to 2
        '<row r="1"><c r="A1"><v>1</v><c r="B1"><v>2</v></c></c></row>',
        '<row r="1"><c r="A1"><v>1</v></row><row r="2"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c>lost</row>',
        '<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&unknown;</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>a & b</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&#0;</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>\x00</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c>',
    ],
)  # fmt: skip
def test_a_sheet_that_does_not_add_up_is_refused_and_not_half_read(rows):
    assert "damaged" in refusal(by_hand(rows))


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("xl/workbook.xml", "<sheet ", "<shred "),
        ("xl/workbook.xml", "rId1", "rId9"),
        ("xl/_rels/workbook.xml.rels", "x/worksheet", "x/work"),
        ("xl/_rels/workbook.xml.rels", "s.xml", "t.xml"),
    ],
)
def test_a_workbook_that_names_no_sheet_is_refused_and_not_taken_for_empty(name, before, after):
    content = by_hand(ONE)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(name).decode()
    assert "damaged" in refusal(replaced(content, name, text.replace(before, after)))


@pytest.mark.parametrize("part", ["sheet", "strings", "workbook"])
def test_a_document_type_is_refused_before_an_entity_can_grow(part):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    sheet = f'{bomb if part == "sheet" else ""}<worksheet><sheetData>{ONE}<row><c t="s"><v>0</v></c></row></sheetData></worksheet>'
    strings = (bomb if part == "strings" else "") + STRINGS
    content = by_hand("", sheet=sheet, strings=strings)
    if part == "workbook":
        content = replaced(content, "xl/workbook.xml", bomb + WORKBOOK.format(""))
    assert "document type definition" in refusal(content)


def replaced(content: bytes, name: str, text: str) -> bytes:
    """The same archive with another text in one member."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(info.filename, text if info.filename == name else source.read(info))
    return result.getvalue()


def test_a_declared_dimension_reserves_nothing():
    sheet = f'<worksheet><dimension ref="A1:XFD1048576"/><sheetData>{ONE}</sheetData></worksheet>'
    assert rows_of(by_hand("", sheet=sheet)) == [(1, "1")]


def test_too_many_cells_are_refused():
    def fill(_, sheet):
        for row in range(100):
            sheet.write_number(row, 9, row)

    assert len(rows_of(written(fill), cells=1000)) == 100
    assert "more than 999 cells" in refusal(written(fill), cells=999)


def test_too_long_texts_and_plans_are_refused():
    texts = f"<sst>{'<si><t>0123456789</t></si>' * 100}</sst>"
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    assert "MB of texts" in refusal(by_hand(rows, strings=texts), strings_bytes=1000)
    assert "too large" in refusal(by_hand(rows), plan_bytes=100)


def test_deep_and_wide_plans_do_no_harm():
    deep = "<a>" * 100_000
    assert "damaged" in refusal(replaced(by_hand(ONE), "xl/styles.xml", deep))


def test_a_row_without_end_is_refused():
    sheet = "<worksheet><sheetData><row>" + "<c><v>1</v></c>" * 5_000_000
    began = time.process_time()
    assert refusal(by_hand("", sheet=sheet), ratio=10_000)
    assert time.process_time() - began < 10


HOSTILE_ROWS = [
    "<c><c/>" * 700_000,
    "<row><c>" + "<!--" * 700_000,
    "<row>" + "<c t='inlineStr'><is>" + "<rPh>" * 700_000 + "</is></c></row>",
    "<row><c><v>" + "1" * 3_000_000 + "x</v></c></row>",
    "<row><c t='str'><v>" + "&amp" * 700_000 + "</v></c></row>",
    " " * 3_000_000 + "<row/>" * 100,
    "<row><c r='A1'><v>1</v></c" * 100_000,
    "<row><c>" + "</c" * 700_000,
    "<row><c>" + "<color>" * 400_000 + "</c></row>",
]


@pytest.mark.parametrize("number", range(len(HOSTILE_ROWS)))
def test_rows_made_to_take_for_ever_do_not(number):
    began = time.process_time()
    with contextlib.suppress(UnreadableFile):
        rows_of(by_hand(HOSTILE_ROWS[number]), ratio=10_000)
    with contextlib.suppress(UnreadableFile):
        rows_of(by_hand(ONE, strings=f"<sst><si>{HOSTILE_ROWS[number]}</si></sst>"), ratio=10_000)
    assert time.process_time() - began < 10


def test_a_workbook_whose_sheets_are_the_same_bytes_again_and_again():
    sheets = '<workbook xmlns:r="r"><sheets>' + '<sheet name="S" r:id="rId1"/>' * 1000 + "</sheets></workbook>"
    assert "damaged" in refusal(replaced(by_hand(ONE), "xl/workbook.xml", sheets))
    cells = {str(n): xls.number(0, 0, n) * 100 for n in range(8)}
    assert [grid.cells.rows() for grid in grids(xls.workbook(cells), "xls")] == [[(1, str(n))] for n in range(8)]
    assert "damaged" in refusal(xls.workbook({"large": xls.number(0, 0, 1) * 1000} | cells, is_shared=True), "xls")


def test_a_row_of_one_cell_at_each_end_costs_no_memory():
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 1000))
    assert rows_of(by_hand(rows))[0][-1] == "1"


@pytest.mark.parametrize("state", ["workbook", "strings", "sheet"])
def test_other_encodings_are_refused_not_misread(state):
    names = {"workbook": "xl/workbook.xml", "strings": "xl/strings.xml", "sheet": "xl/worksheets/s.xml"}
    text = (
        '<?xml version="1.0" encoding="x-unknown"?>'
        + {
            "workbook": WORKBOOK.format(""),
            "strings": STRINGS,
            "sheet": f"<worksheet><sheetData>{ONE}</sheetData></worksheet>",
        }[state]
    )
    assert "damaged" in refusal(replaced(by_hand(ONE), names[state], text))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_workbook_cut_off_is_refused(share):
    content = by_hand(ONE * 1)
    assert "damaged" in refusal(content[: int(len(content) * share)])


def sample_workbook() -> bytes:
    """One with everything a mutation may hit."""

    def fill(book, sheet):
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for row in range(20):
            sheet.write_string(row, 0, f"SO{row}")
            sheet.write_number(row, 1, 46298.5 + row, date)
            sheet.write_formula(row, 2, "=1+1", None, row)
            sheet.write_boolean(row, 3, True)
            sheet.write_string(row, 4, "重复 <&>")

    return written(fill)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The bytes with some of them changed, cut out, doubled or moved."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        at = chance.randrange(len(changed))
        match chance.randrange(5):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                changed[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 2:
                del changed[at : at + chance.randrange(1, 20)]
            case 3:
                changed[at:at] = changed[at : at + chance.randrange(1, 20)]
            case _:
                other = chance.randrange(len(changed))
                changed[at], changed[other] = changed[other], changed[at]
        if not changed:
            break
    return bytes(changed)


def mutated_members(content: bytes, chance: random.Random) -> bytes:
    """A sound archive of a mutated member: the checksum doesn't help here."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_STORED) as target:
        chosen = chance.choice([info.filename for info in source.infolist() if info.filename.startswith("xl/")])
        for info in source.infolist():
            read = source.read(info)
            target.writestr(info.filename, mutated(read, chance) if info.filename == chosen else read)
    return result.getvalue()


def sample_xls() -> bytes:
    cells = b"".join(
        xls.number(row, 0, 46298.5 + row, 1) + xls.record(0xFD, struct.pack("<3HL", row, 1, 0, row % 2))
        for row in range(20)
    )
    texts = xls.shared_strings(xls.long_text("甲") + xls.long_text("乙"), count=2)
    return xls.workbook({"S": cells}, globals_=texts, formats=(0, 22))


def mutations_read(what: str, times: int) -> tuple[int, float, float]:
    """Reads `times` mutations: how many were refused, the slowest one's CPU seconds, this process's peak in MB."""
    chance = random.Random(f"{what} {times}")
    content = sample_xls() if what == "xls" else sample_workbook()
    change = mutated_members if what == "members" else mutated
    slowest, refused = 0.0, 0
    for _ in range(times):
        began = time.process_time()
        try:
            grids(change(content, chance), "xls" if what == "xls" else "xlsx")
        except UnreadableFile as error:
            assert "\n" not in str(error)
            refused += 1
        slowest = max(slowest, time.process_time() - began)
    return refused, slowest, peak_mb()


@pytest.mark.parametrize("times", [300, pytest.param(2000, marks=pytest.mark.long)])
@pytest.mark.parametrize("what", ["archive", "members", "xls"])
def test_mutations_are_read_or_refused_in_time(times, what):
    # a process of its own: the peak is this reading's, not that of the tests before it
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        refused, slowest, peak = pool.submit(mutations_read, what, times).result()
    assert slowest < 10
    assert peak < 300
    assert refused > times / 20


# ---- XLS


def xls_of_everything() -> bytes:
    """Each kind of cell record; a text that goes on in a CONTINUE record with narrower characters."""
    texts = xls.shared_strings(
        xls.long_text("订单号") + struct.pack("<HB", 6, 1) + "文字".encode("utf-16-le"),
        b"\x00abcd" + struct.pack("<HBH", 2, 8, 1) + b"ri" + b"\x00" * 4,
        count=3,
    )
    cells = b"".join(xls.record(0xFD, struct.pack("<3HL", 2, n, 0, n)) for n in range(3))
    cells += xls.number(3, 0, 46298, 1) + xls.number(3, 1, 46298.75347222222, 2) + xls.number(3, 2, 13800001111)
    cells += xls.record(0xBD, struct.pack("<2HHlHlH", 4, 0, 0, xls.rk(-7), 0, xls.rk(1210, hundredths=True), 1))
    cells += xls.record(0x27E, struct.pack("<3Hl", 4, 2, 0, struct.unpack("<l", struct.pack("<d", 0.5)[4:])[0]))
    cells += xls.record(0x205, struct.pack("<3H2B", 5, 0, 0, 1, 0)) + xls.record(
        0x205, struct.pack("<3H2B", 5, 1, 0, 0x2A, 1)
    )
    result = struct.pack("<3H", 6, 0, 0), struct.pack("<3H", 6, 1, 0)
    cells += xls.record(0x06, result[0] + b"\x00" * 6 + b"\xff\xff" + b"\x00" * 6 + b"\x00" * 2) + xls.record(
        0x207, xls.long_text("算")
    )
    cells += xls.record(0x06, result[1] + struct.pack("<d", 2.5) + b"\x00" * 6 + b"\x00" * 2)
    return xls.workbook({"销售": cells, "空": b""}, globals_=texts, formats=(0, 31, 22))


def test_an_xls_has_the_same_texts():
    first, second = grids(xls_of_everything(), "xls")
    assert (first.name, second.name) == ("销售", "空")
    assert second.cells.is_empty()
    assert first.cells.rows() == [
        (3, "订单号", "文字abcd", "ri"),
        (4, "2026-10-03", "2026-10-03 18:05:00", "13800001111"),
        (5, "-7", "12.1", "0.5"),
        (6, "TRUE", "#N/A", ""),
        (7, "算", "2.5", ""),
    ]


def test_another_reader_takes_our_xls_for_one():
    """So that the writer above and the reader are not just wrong alike."""
    sheet = fastexcel.read_excel(xls_of_everything()).load_sheet(0, header_row=None, dtypes="string")
    assert sheet.to_polars().rows() == [
        ("订单号", "文字abcd", "ri"),
        ("46298", "2026-10-03 18:05:00", "13800001111"),
        ("-7", "12.1", "0.5"),
        ("true", None, None),
        ("算", "2.5", None),
    ]


def test_an_xls_of_excel_95_in_gbk():
    text = "会员号".encode("gbk")
    label = xls.record(0x204, struct.pack("<4H", 0, 0, 0, len(text)) + text)
    content = xls.workbook({"会员": label}, globals_=xls.record(0x42, struct.pack("<H", 936)), is_biff8=False)
    assert [(grid.name, grid.cells.rows()) for grid in grids(content, "xls")] == [("会员", [(1, "会员号")])]


def test_an_xls_of_too_many_cells_is_refused(monkeypatch):
    monkeypatch.setattr("flows.reading.xls_files.CELLS", 3)
    cells = {"a": xls.number(0, 0, 1) + xls.number(0, 1, 1), "b": xls.number(0, 0, 1)}
    assert len(grids(xls.workbook(cells), "xls")) == 2
    assert "more than 3 cells" in refusal(xls.workbook(cells | {"c": xls.number(0, 0, 1)}), "xls")


def test_an_xls_counting_from_1904_and_a_hidden_one():
    content = xls.workbook({"S": xls.number(0, 0, 44836)}, globals_=xls.record(0x22, b"\x01\x00"), formats=(14,))
    assert rows_of(content, "xls") == [(1, "2026-10-03")]
    (hidden,) = grids(xls.workbook({"S": xls.number(0, 0, 1)}, state=1), "xls")
    assert hidden.is_hidden
    assert hidden.cells.is_empty()


def test_passwords_are_named_with_the_remedy():
    protected = xls.workbook({"S": b""}, globals_=xls.record(0x2F, b"\x00" * 6))
    encrypted = xls.compound_file({"EncryptionInfo": b"x", "EncryptedPackage": b"x"})
    for content in (protected, encrypted):
        assert "remove the password" in refusal(content, "xls")


def test_other_compound_files_are_refused():
    assert "another office document" in refusal(xls.compound_file({"WordDocument": b"x"}), "xls")
    assert "damaged" in refusal(xls_of_everything()[:3000], "xls")
    looping = bytearray(xls_of_everything())
    looping[512 + 4 * 2 : 512 + 4 * 3] = struct.pack("<L", 2)  # the stream's first sector follows itself
    assert "damaged" in refusal(bytes(looping), "xls")


# ---- HTML named .xls


def test_a_table_of_a_page():
    page = """<html><head><meta charset=gb2312><style>td{mso-number-format:"<"}</style></head><body>
      <table border=1><tr><th>订单号</th><th colspan=2>金额</th><th>备注</th></tr>
      <tr><td rowspan=2 style='mso-number-format:"\\@"'>&nbsp;007 </td><td>1.50<td>2<td>a<br>b &lt;c&gt; <b>d</b></tr>
      <!-- <tr><td>not this</td></tr> --><tr></tr>
      <tr><td><table><tr><td>inner</td></tr></table></td></tr></table><p>after</p>"""
    assert rows_of(page.encode("gbk"), "html") == [
        (1, "订单号", "金额", "", "备注"),
        (2, "007", "1.50", "2", "a\nb <c> d"),
        (4, "inner", "", "", ""),
    ]


@pytest.mark.parametrize(
    "page",
    ["<table>" * 200_000, "<" * 1_000_000, "<!--" * 500_000, "<table><tr><td>" + "<!" * 500_000,
     "<table>" + "<td rowspan=999 colspan=999>" * 5_000, "<table><td>x" + "<td colspan=1000>x" * 50_000],
)  # fmt: skip
def test_hostile_pages_end_soon(page):
    began = time.process_time()
    with contextlib.suppress(UnreadableFile):
        assert len(grids(page.encode(), "html")) == 1
    assert time.process_time() - began < 10


def test_pages_without_a_table_and_of_too_many_tags_are_refused():
    assert "without a table" in refusal(b"<html><p>please log in</p></html>", "html")
    assert "3,000,000 tags" in refusal(b"<" * 3_000_001, "html")


# ---- Parquet


def parquet(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def test_parquet_columns_as_text():
    moment = datetime(2026, 10, 3, 18, 5)
    frame = pl.DataFrame(
        {
            "订单号": ["007", None, ""],
            "whole": [2**62, None, -3],
            "number": [0.1, None, 13800001111.0],
            "large": [1e-7, None, 2.0**60],
            "money": [Decimal("1.10"), None, Decimal("-3.05")],
            "truth": [True, None, False],
            "day": [moment.date(), None, moment.date()],
            "at": [moment, None, moment + timedelta(milliseconds=250)],
            "zoned": [moment, None, moment],
            "clock": [clock(18, 5), None, clock(0, 0, 1)],
        }
    ).with_columns(pl.col("zoned").dt.replace_time_zone("Asia/Shanghai"))
    assert rows_of(parquet(frame), "parquet") == [
        (1, *frame.columns),
        (2, "007", "4611686018427387904", "0.1", "0.0000001", "1.10", "true", "2026-10-03", "2026-10-03 18:05:00", "2026-10-03 18:05:00+08:00", "18:05:00"),
        (4, "", "-3", "13800001111", "1.152921504606847E+18", "-3.05", "false", "2026-10-03", "2026-10-03 18:05:00.250", "2026-10-03 18:05:00+08:00", "00:00:01"),
    ]  # fmt: skip


@pytest.mark.parametrize("frame", [pl.DataFrame({"a": [1], "lines": [[1]]}), pl.DataFrame({"a": [1], "raw": [b"x"]})])
def test_parquet_columns_without_a_text_are_named(frame):
    assert f"column 2 ({frame.columns[1]})" in refusal(parquet(frame), "parquet")


def test_parquet_is_limited_and_damage_is_refused():
    content = parquet(pl.DataFrame({"a": range(100), "b": range(100)}))
    assert "more than 199 cells" in refusal(content, "parquet", cells=199)
    assert "damaged" in refusal(content[:-20], "parquet")
    chance = random.Random(7)
    for _ in range(10):
        try:
            grids(mutated(content, chance), "parquet")
        except UnreadableFile as error:
            assert "\n" not in str(error)
