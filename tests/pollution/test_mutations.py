"""Whatever bytes lie in the inbox: no crash, no hang, no hunger, one line that says why, and the sums add up."""

from __future__ import annotations

import gzip
import importlib.util
import io
import multiprocessing
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from random import Random

import pytest

from tests.pollution.mutations import Landed, as_xlsx, land_bytes, land_mutations
from tests.pollution.truth import order_lines

SHORT, LONG, PER_RUN = 100, 10_000, 100
PEAK_MB = 1_000
BOMB_SECONDS = 10.0
CLAIMS = ("dimension.xlsx", "nesting.xlsx")
RUN_SECONDS = 120
MB = 1 << 20


def in_a_process(work: Callable[..., Landed], *arguments: object) -> Landed:
    """Done in a fresh process: what it eats is measured alone, and it is ended when it hangs."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        result = pool.submit(work, *arguments)
        try:
            return result.result(timeout=RUN_SECONDS)
        except TimeoutError:
            for process in multiprocessing.active_children():
                process.kill()
            raise


def assert_clean(results: list[Landed]) -> None:
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result.outcomes)
    slowest, peak = max(r.slowest for r in results), max(r.peak_mb for r in results)
    print(f"\n{dict(counts)}; slowest {slowest:.1f} s (a file, or a run of {PER_RUN}); peak {peak:.0f} MB")
    faults = [fault for result in results for fault in result.faults]
    assert not faults, "\n".join([f"{len(faults)} faults:", *faults[:15]])
    assert peak < PEAK_MB


def test_mutated_files_end_cleanly():
    assert_clean([in_a_process(land_mutations, 0, SHORT)])


@pytest.mark.long
def test_ten_thousand_mutated_files_end_cleanly():
    assert_clean([in_a_process(land_mutations, first, PER_RUN) for first in range(SHORT, SHORT + LONG, PER_RUN)])


# ---- bombs

has_containers = pytest.mark.skipif(
    importlib.util.find_spec("flows.reading.containers") is None,
    reason="flows.reading.containers is not there: nothing is unpacked",
)


def _zipped(members: dict[str, bytes], level: int = 9) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _workbook_with(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A sound workbook with one of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(as_xlsx(_truth()))) as book:
        members = {name: book.read(name) for name in book.namelist()}
    members[part] = change(members[part])
    return _zipped(members)


def _truth():
    return order_lines(9, Random("bombs"), encoding="utf-8")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DTD = f'<!DOCTYPE sst [<!ENTITY l0 "lol">{LAUGHS}]>'.encode()


def _gzip_bomb() -> bytes:
    stream = io.BytesIO()
    with gzip.open(stream, "wb", compresslevel=9) as file:
        for _ in range(3_000):
            file.write(bytes(MB))
    return stream.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip.gz": _gzip_bomb,
    "gzip_of_text.csv.gz": lambda: gzip.compress(b"order_id,quantity\n" + b"1,1\n" * (100 * MB), 9),
    "gzip_twice.gz": lambda: gzip.compress(gzip.compress(bytes(500 * MB), 9), 9),
    "zip.zip": lambda: _zipped({"a.csv": bytes(1_500 * MB)}),
    "members.zip": lambda: _zipped({f"{n}.csv": b"" for n in range(60_000)}),
    "nested.zip": lambda: _zipped({"inner.zip": _zipped({"a.csv": bytes(500 * MB)})}),
    "laughs.xlsx": lambda: _workbook_with(
        "xl/sharedStrings.xml",
        lambda xml: xml.replace(b"<sst", DTD + b"<sst", 1).replace(b"<t>", b"<t>&l9;", 1),
    ),
    "strings.xlsx": lambda: _workbook_with(
        "xl/sharedStrings.xml", lambda xml: xml.replace(b"</sst>", b"<si><t>" + b"a" * (700 * MB) + b"</t></si></sst>")
    ),
    "dimension.xlsx": lambda: _workbook_with(
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    ),
    "nesting.xlsx": lambda: _workbook_with(
        "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<sheetData>", b"<x>" * 2_000_000 + b"<sheetData>")
    ),
}  # fmt: skip


@has_containers
@pytest.mark.long
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_no_harm(name):
    content = BOMBS[name]()  # made here, so that its making isn't in the peak
    result = in_a_process(land_bytes, {name: content}, {}, BOMB_SECONDS)
    print(
        f"\n{name}: {len(content) / MB:.1f} MB, {result.outcomes}, {result.slowest:.1f} s, peak {result.peak_mb:.0f} MB"
    )
    assert not result.faults, result.faults
    assert result.peak_mb < PEAK_MB
    # a sheet that only claims to be huge may be read as what it holds
    assert set(result.outcomes) <= {"unreadable", "unrecognised", *(["landed"] if name in CLAIMS else [])}
