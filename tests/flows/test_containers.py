"""What a file is shows in its bytes, not in its name; archives open to their members; bombs and damage are refused in a line."""

from __future__ import annotations

import gzip
import io
import struct
import time
import tracemalloc
import zipfile

import openpyxl
import polars as pl
import pytest

from flows.reading.containers import LIMITS, Limits, parts_of
from flows.reading.spreadsheets import grids_of
from flows.reading.text_files import UnreadableFile
from tests.flows import xls_writer as xls

CSV = "order_id,member_id\n1,会员甲\n".encode()


def workbook() -> bytes:
    content = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.save(content)
    return content.getvalue()


def parquet() -> bytes:
    content = io.BytesIO()
    pl.DataFrame({"a": ["x"]}).write_parquet(content)
    return content.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


@pytest.fixture
def parts(tmp_path):
    """The parts of a file of these bytes: name, kind and content of each."""

    def parts_of_bytes(content: bytes, name: str = "export.csv", **limits: int) -> list[tuple[str, str, bytes]]:
        path = tmp_path / name
        path.write_bytes(content)
        return [(part.name, part.kind, part.open().read()) for part in parts_of(path, Limits(**limits))]

    return parts_of_bytes


@pytest.fixture
def refusal(parts):
    """The line with which these bytes are refused."""

    def line(content: bytes, **limits: int) -> str:
        with pytest.raises(UnreadableFile) as refused:
            parts(content, **limits)
        assert "\n" not in str(refused.value)
        return str(refused.value)

    return line


XLS = xls.workbook({"S": xls.number(0, 0, 1)})
HTML = b"\xef\xbb\xbf\n<html xmlns:x='urn:x'><table><tr><td>1</td></tr></table></html>"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (CSV, "text"), ("订单号\t金额\n".encode("gbk"), "text"), ("订单号\t金额\n".encode("utf-16"), "text"), (b"", "text"),
        (b"PK,name\n1,a\n", "text"), (b"BZhang,1\n", "text"), (b"a < b,<table>\n", "text"), (b"PAR,1\n", "text"),
        (workbook(), "xlsx"), (XLS, "xls"), (parquet(), "parquet"), (HTML, "html"), (b"<TABLE border=1>", "html"),
        (b'<?xml version="1.0"?><!-- x --><!DOCTYPE html><html>', "html"), ("<table>".encode("utf-16"), "html"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["export.csv", "export.xls", "export.xlsx", "export"])
def test_kind_by_content_whatever_the_name(parts, content, kind, name):
    assert parts(content, name) == [("", kind, content)]


@pytest.mark.parametrize("content", [CSV, workbook(), XLS, parquet(), HTML])
def test_a_gzipped_file_is_the_file(parts, content):
    ((name, _, read),) = parts(gzip.compress(content))
    assert (name, read) == ("", content)


def test_gzip_of_several_members_is_one_file(parts):
    assert parts(gzip.compress(CSV) + gzip.compress(b"2,x\n") + b"\x00" * 10) == [("", "text", CSV + b"2,x\n")]


def test_members_in_order_without_what_systems_leave_behind(parts):
    members = {
        "10月/": b"", "10月/orders.csv": CSV, "__MACOSX/10月/._orders.csv": b"x", "10月/.DS_Store": b"x", "Thumbs.db": b"x",
        "desktop.ini": b"x", "b.xlsx": workbook(), "a.dat": XLS,
    }  # fmt: skip
    assert [(name, kind) for name, kind, _ in parts(zipped(members))] == [
        ("10月/orders.csv", "text"), ("b.xlsx", "xlsx"), ("a.dat", "xls"),
    ]  # fmt: skip


def test_a_part_can_be_opened_again_and_read_as_grid(tmp_path):
    path = tmp_path / "months.zip"
    path.write_bytes(zipped({"a.csv": CSV, "b.xls": workbook(), "c": parquet(), "d.xls": XLS, "e.xls": HTML}))
    text, *others = parts_of(path)
    assert text.open().read() == text.open().read() == CSV
    for _ in range(2):
        assert [grids_of(part.kind, part.open())[0].cells.height for part in others] == [1, 2, 1, 1]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_without_the_utf8_flag(parts, encoding):
    stand_in = "x" * len("订单 十月.csv".encode(encoding))
    content = zipped({stand_in: CSV}).replace(stand_in.encode(), "订单 十月.csv".encode(encoding))
    assert [name for name, *_ in parts(content)] == ["订单 十月.csv"]


def test_names_of_western_machines_and_control_characters(parts):
    content = zipped({"caf_.csv": CSV, "a_b.csv": CSV}).replace(b"caf_", b"caf\x82").replace(b"a_b.csv", b"a\nb.csv")
    assert [name for name, *_ in parts(content)] == ["café.csv", "a�b.csv"]


def test_names_that_leave_the_folder_are_only_names(parts, tmp_path):
    before = sorted(tmp_path.parent.iterdir())
    assert [name for name, *_ in parts(zipped({"../../evil.csv": CSV, "/etc/evil.csv": CSV}))] == [
        "../../evil.csv", "/etc/evil.csv",
    ]  # fmt: skip
    assert sorted(tmp_path.parent.iterdir()) == before


# ---- refused


def test_what_we_do_not_read_is_named_with_the_remedy(refusal):
    assert "RAR archive; pack it as ZIP" in refusal(b"Rar!\x1a\x07\x01\x00")
    assert "7-Zip archive" in refusal(b"7z\xbc\xaf\x27\x1c\x00")
    assert "PDF" in refusal(b"%PDF-1.7")
    assert "an XML file" in refusal(
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
    )
    assert "OpenDocument" in refusal(zipped({"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>"}))
    assert "XLSB" in refusal(zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b"x"}))
    assert "no spreadsheet" in refusal(zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"x"}))


@pytest.mark.parametrize("inner", [zipped({"a.csv": CSV}), gzip.compress(CSV, mtime=0)], ids=["zip", "gzip"])
def test_archives_in_archives(refusal, inner):
    assert "holds in.zip, which is an archive inside a ZIP file; unpack it first" in refusal(zipped({"in.zip": inner}))
    assert "is an archive inside a gzip file; unpack it first" in refusal(gzip.compress(inner))


def test_a_gzipped_tar(refusal):
    header = b"orders.csv".ljust(257, b"\x00") + b"ustar\x0000"
    assert "archive inside a gzip" in refusal(gzip.compress(header.ljust(1024, b"\x00")))


def test_encrypted_members(refusal):
    content = bytearray(zipped({"orders.csv": CSV}))
    central = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[central + 8] |= 1
    assert "orders.csv encrypted with a password; pack it without" in refusal(bytes(content))


def test_other_methods(refusal):
    assert "holds a.csv packed by a method" in refusal(zipped({"a.csv": CSV}, zipfile.ZIP_LZMA))


def test_archives_without_a_file_or_with_one_twice(refusal):
    assert "holds no file" in refusal(zipped({}))
    assert "holds no file" in refusal(zipped({"a/": b"", ".DS_Store": b"x"}))
    twice = zipped({"a.csv": CSV, "b.csv": CSV}).replace(b"b.csv", b"a.csv")
    assert "holds a.csv twice" in refusal(twice)


@pytest.mark.parametrize(
    "content", [gzip.compress(CSV * 1000), zipped({"a.csv": CSV * 1000}), zipped({"a.xlsx": workbook()})]
)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.97])
def test_archives_cut_off(refusal, content, share):
    assert "cut off or damaged" in refusal(content[: int(len(content) * share) + 3])


def test_a_wrong_checksum(refusal):
    content = bytearray(zipped({"a.csv": CSV}, zipfile.ZIP_STORED))
    content[content.index(b"order_id")] ^= 1
    assert "holds a.csv, which is cut off or damaged" in refusal(bytes(content))
    content = bytearray(gzip.compress(CSV))
    content[-6] ^= 1
    assert "cut off or damaged" in refusal(bytes(content))


# ---- limits


def test_the_largest_that_is_read(parts):
    assert parts(gzip.compress(CSV), part_bytes=len(CSV))[0][2] == CSV
    assert parts(zipped({"a": CSV, "b": CSV}), part_bytes=len(CSV), file_bytes=2 * len(CSV), members=2)[1][2] == CSV


def test_a_part_too_large(refusal):
    limit = len(CSV) - 1
    assert "too large" in refusal(workbook(), workbook_bytes=100)
    assert "unpacks to more than" in refusal(gzip.compress(CSV), part_bytes=limit)
    assert "holds a.csv, which is too large" in refusal(zipped({"a.csv": CSV}), part_bytes=limit)


def test_a_file_too_large_in_all(refusal):
    assert "which is too much; split it" in refusal(zipped({"a": CSV, "b": CSV}), file_bytes=2 * len(CSV) - 1)


def test_too_many_members(refusal):
    assert "too many members (3, limit 2)" in refusal(zipped({name: CSV for name in "abc"}), members=2)


def test_a_directory_that_is_a_bomb_itself_is_not_read(refusal):
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    directory = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), 4, 0)
    began = time.process_time()
    assert "too many members" in refusal(b"PK\x03\x04" + directory + end)
    assert time.process_time() - began < 2


def test_bombs(refusal):
    zeros = b"\x00" * (LIMITS.ratio_from_bytes + 2_000_000)
    assert "times its size" in refusal(gzip.compress(zeros))
    assert "holds bomb.csv, which unpacks to more than 200 times" in refusal(zipped({"bomb.csv": zeros}))
    sheet = b"<worksheet><sheetData>" + zeros
    workbook_bomb = zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>", "xl/worksheets/s.xml": sheet})
    with pytest.raises(UnreadableFile, match="times its size"):
        grids_of("xlsx", io.BytesIO(workbook_bomb))


def test_a_bomb_is_not_unpacked_first(refusal):
    bomb = io.BytesIO()
    with gzip.open(bomb, "wb", compresslevel=9) as target:
        for _ in range(200):
            target.write(b"\x00" * 1_000_000)
    tracemalloc.start()
    try:
        assert "times its size" in refusal(bomb.getvalue())
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


def test_a_member_that_declares_less_than_it_holds(refusal):
    """zipfile stops at the declared size, and then the checksum is wrong."""
    content = bytearray(zipped({"a.csv": CSV * 1000}))
    for at in (content.index(b"PK\x03\x04") + 22, content.index(b"PK\x01\x02") + 24):
        content[at : at + 4] = struct.pack("<L", 10)
    assert "cut off or damaged" in refusal(bytes(content))


def test_a_missing_file_is_the_callers_trouble(tmp_path):
    with pytest.raises(FileNotFoundError):
        parts_of(tmp_path / "gone.csv")
