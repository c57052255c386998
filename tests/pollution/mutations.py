"""Seeded mutations of bytes, and their landing in a process of its own, with its time and its memory."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from time import perf_counter

import xlsxwriter

from flows.config import Workspace, read_settings
from flows.lake import Lake
from tests.conftest import CHAIN_TOML
from tests.peak_memory import peak_mb
from tests.pollution.damage import Paper
from tests.pollution.landing_runs import landed
from tests.pollution.truth import TruthFile, customers, jd_orders, order_lines

SECONDS_PER_FILE = 5.0
NOW = datetime(2026, 11, 2, 6, 0)
OUTCOMES = ("landed", "landed_before", "unrecognised", "unreadable")


@dataclass
class Landed:
    """What a process saw that landed some files. `faults`: one line per thing that was not right."""

    outcomes: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    """Seconds of the slowest file; of the whole run where that stayed below the limit of one file."""
    peak_mb: float = 0.0


def originals(random: Random) -> list[tuple[str, bytes, TruthFile]]:
    """Sound files in several encodings and as XLSX: (suffix, bytes, truth)."""
    truths = [
        order_lines(1, random, encoding="utf-8", delimiter=","),
        order_lines(2, random, encoding="utf-16", delimiter="\t"),
        order_lines(3, random, encoding="gb18030", delimiter=","),
        order_lines(4, random, encoding="cp1252", delimiter=";"),
        customers(5, random, encoding="utf-8-sig", delimiter=",", quote_all=True),
        jd_orders(6, random),
    ]
    files = [(".csv", Paper.of(truth, random).written(), truth) for truth in truths]
    sheets = [order_lines(7, random, encoding="utf-8"), customers(8, random, encoding="utf-8")]
    return files + [(".xlsx", as_xlsx(truth), truth) for truth in sheets]


def as_xlsx(truth: TruthFile) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    rows = [truth.layout.headers, *([row.cells[role] for role in truth.layout.roles if role] for row in truth.rows)]
    for at, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write_string(at, column, cell)
    book.close()
    return stream.getvalue()


def mutated(content: bytes, other: bytes, random: Random) -> bytes:
    """One to four mutations: bits flipped, bytes put in, ranges cut out, doubled, cut off, or taken from another file."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        if not content:
            return random.randbytes(9)
        start = random.randrange(len(content))
        end = min(len(content), start + random.choice((1, 2, 7, 60, 900)))
        how = random.randrange(7)
        if how == 0:
            content = content[:start] + bytes([content[start] ^ (1 << random.randrange(8))]) + content[start + 1 :]
        elif how == 1:
            content = content[:start] + random.choice(ODD_BYTES) * random.choice((1, 1, 30)) + content[start:]
        elif how == 2:
            content = content[:start] + content[end:]
        elif how == 3:
            content = content[:end] + content[start:end] * random.choice((1, 2, 50)) + content[end:]
        elif how == 4:
            content = content[:start]
        elif how == 5:
            from_other = random.randrange(len(other))
            content = content[:start] + other[from_other : from_other + (end - start)] + content[end:]
        else:
            content = content[:start] + random.randbytes(end - start) + content[end:]
    return content


ODD_BYTES = (
    b'"',
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x81",
    b"\x1a",
    b"'",
    b"\\",
)


def land_mutations(first: int, count: int) -> Landed:
    """Land mutations `first` … of the originals, all in one run. Meant for a process of its own."""
    sound = originals(Random("originals"))
    files: dict[str, bytes] = {}
    cells: dict[str, set[str]] = {}
    for number in range(first, first + count):
        random = Random(f"mutation {number}")
        suffix, content, truth = sound[number % len(sound)]
        name = f"m{number:06d}{suffix}"
        files[name] = mutated(content, sound[random.randrange(len(sound))][1], random)
        cells[name] = {cell for row in truth.rows for cell in row.cells.values() if len(cell) > 3}
    return land_bytes(files, cells)


def land_bytes(files: dict[str, bytes], cells: dict[str, set[str]], limit: float = SECONDS_PER_FILE) -> Landed:
    """Land these files: none may crash, hang, say nothing or say too much, and all sums add up."""
    result = Landed()
    with tempfile.TemporaryDirectory() as folder:
        space, result.slowest, faults = _timed(Path(folder) / "all", files, cells, result.outcomes)
        result.faults += faults
        if result.slowest > limit:
            times = {n: _timed(Path(folder) / n, {n: content}, cells, {})[1] for n, content in files.items()}
            result.slowest = max(times.values())
            result.faults += [f"{n} took {s:.1f} s" for n, s in times.items() if s > limit]
        for row in Lake(space.lake).ledger().iter_rows(named=True):
            for what in ("rows", "amount"):
                parts = (row[f"{what}_{part}"] for part in ("accepted", "quarantined", "duplicate"))
                if row[f"{what}_in"] != sum(parts):
                    result.faults.append(f"{row['file_name']}: {what} in are not accepted + quarantined + duplicate")
    result.peak_mb = peak_mb()
    return result


def _timed(
    folder: Path, files: dict[str, bytes], cells: dict[str, set[str]], counts: dict[str, int]
) -> tuple[Workspace, float, list[str]]:
    space = Workspace(folder)
    space.inbox.mkdir(parents=True)
    space.chain_toml.write_text(CHAIN_TOML, encoding="utf-8")
    for name, content in files.items():
        (space.inbox / name).write_bytes(content)
    began = perf_counter()
    outcomes, crashes = landed(space, read_settings(space), NOW)
    seconds = perf_counter() - began
    faults = [f"{name}: CRASH {told}" for name, told in crashes.items()]
    told_of = {outcome.file.split("/")[0] for outcome in outcomes.values()} | set(crashes)
    faults += [f"{name}: no word of it" for name in sorted(set(files) - told_of)]
    for outcome in outcomes.values():
        counts[outcome.outcome] = counts.get(outcome.outcome, 0) + 1
        message = outcome.message or ""
        if outcome.outcome not in OUTCOMES:
            faults.append(f"{outcome.file}: {outcome.outcome}")
        if outcome.outcome != "landed" and (not message or "\n" in message or len(message) > 500):
            faults.append(f"{outcome.file}: {outcome.outcome} without one line that says why")
        own_words = message.replace(outcome.file, "")  # a number of points may be the file's number, too
        if any(cell in own_words for cell in cells.get(outcome.file, ())):
            faults.append(f"{outcome.file}: its message quotes a cell")
    return space, seconds, faults
